"""Order of dicts, their methods and views, set operations (also run under the gc debug modes)."""
d = {"b": 1, "a": 2, "c": 3}
d["a"] = 9
del d["b"]
d["b"] = 0
print(d, list(d), list(reversed(d)), list(d.items()), d.popitem(), d.pop("zz", None), d.setdefault("n", []), d.get("q"), "a" in d)
e = dict(x=1, **{"y": 2})
e.update([("z", 3)], w=4)
print(e, e | {"x": 0}, dict.fromkeys("ab", 0), e.keys() & {"x", "q"}, sorted(e.keys() - {"x"}), e.keys() == {"x", "y", "z", "w"}, e.items() >= {("x", 1)})
for bad in (lambda: d["nope"], lambda: {}[[]], lambda: {}.popitem(), lambda: d.pop("zz"), lambda: {[]: 1}, lambda: {{}}, lambda: set([[]]), lambda: set().pop(), lambda: {1}.remove(2)):
    try:
        bad()
    except Exception as x:
        print(type(x).__name__, x)
try:
    for k in e:
        e["new"] = 1
except RuntimeError as x:
    print(x)
print({1: "a", 1.0: "b", True: "c"}, {0: 1} == {0.0: True}, {1: {2: {}}}, {(1, 2): 3}[1, 2])
class Missing(dict):
    def __missing__(self, k):
        return k * 2
print(Missing()[4], Missing().get(4))
big = {}
for i in range(2000):
    big[i * 31 % 1009] = i
    if i % 3 == 0:
        big.pop(next(iter(big)))
print(len(big), sum(big), sum(big.values()), list(big)[:5])
a, b = set(range(6)), {4, 5, 6, 7}
print(sorted(a | b), sorted(a & b), sorted(a - b), sorted(a ^ b), a <= b, {4} < b, a.isdisjoint({9}), a == frozenset(a), sorted(a.union([9], "x"), key=str))
a -= {0}
a.discard(99)
a.symmetric_difference_update({1, 100})
print(sorted(a), hash(frozenset([1, 2])) == hash(frozenset([2, 1])), {frozenset({1})} == {frozenset([1])}, {1, 2}.issuperset([1]), repr(set()), repr(frozenset([1])))
cyc = {}
cyc["me"] = cyc
print(cyc)
del cyc
for i in range(200):
    x = {"i": i}
    x["self"] = [x]
print(x["self"][0]["i"])
