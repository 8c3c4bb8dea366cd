"""A list of a million tuples, then a third of them dropped and made again."""
items = [(i, i + 1) for i in range(1000000)]
for round in range(3):
    for i in range(round, 1000000, 3):
        items[i] = (i, i + 1)
assert sum(a for a, b in items) == 499999500000
