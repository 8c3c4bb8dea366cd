"""A dict with a million short strings as keys."""
table = {"key%d" % i: i for i in range(1000000)}
assert len(table) == 1000000 and table["key999999"] == 999999
