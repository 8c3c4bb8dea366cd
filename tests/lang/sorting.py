"""Sorting: stability, keys, reverse, errors."""
words = ["banana", "Apple", "cherry", "apple", "fig", "Banana"]
print(sorted(words), sorted(words, key=str.lower), sorted(words, key=len, reverse=True), sorted(words, key=lambda w: (len(w), w)))
data = [(i * 7919 % 101, i) for i in range(300)]
s = sorted(data, key=lambda p: p[0] % 10)
print(all(a[0] % 10 < b[0] % 10 or (a[0] % 10 == b[0] % 10 and a[1] < b[1]) for a, b in zip(s, s[1:])))
r = sorted(data, key=lambda p: p[0] % 10, reverse=True)
print(all(a[0] % 10 > b[0] % 10 or (a[0] % 10 == b[0] % 10 and a[1] < b[1]) for a, b in zip(r, r[1:])))
x = [3, 1.5, True, -2, 10**30, 0.1]
x.sort()
print(x, sorted([(1, "b"), (1, "a"), (0, "z")]), sorted({3, 1, 2}), sorted({"b": 1, "a": 2}), sorted("hello"), sorted([[2], [1, 5], []]))
for bad in ([1, "a"], [None, 1], [1j, 2j], [(1, "a"), (1, 2)]):
    try:
        sorted(bad)
    except TypeError as e:
        print(e)
class K:
    def __init__(self, v):
        self.v = v
    def __lt__(self, o):
        return self.v > o.v
    def __repr__(self):
        return f"K{self.v}"
print(sorted(map(K, [1, 3, 2])), min(map(K, [1, 3, 2])), max([K(1), K(5)], key=lambda k: k.v))
l = [1, 2, 3]
def key(v):
    l.append(v)
    return v
try:
    l.sort(key=key)
except ValueError as e:
    print(e, l)
try:
    [3, 1].sort(key=lambda v: 1 / (v - 1))
except ZeroDivisionError as e:
    print(e)
print(min(3, 1, 2), max([], default="none"), min("b", "a", key=ord), list(reversed([1, 2, 3])), [3, 1].sort())
from functools import cmp_to_key
print(sorted([5, 2, 8], key=cmp_to_key(lambda a, b: b - a)))
