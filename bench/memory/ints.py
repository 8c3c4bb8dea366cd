"""A list of a million ints that no interpreter keeps ready."""
items = [i + 1000 for i in range(1000000)]
assert sum(items) == 499999500000 + 1000 * 1000000
