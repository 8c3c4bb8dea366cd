"""Comprehensions and their scopes."""
x = "outer"
print([x for x in range(3)], x)
print({k: v for k, v in zip("abc", range(3))}, {c for c in "aab"} == {"a", "b"}, list(i * j for i in range(3) for j in range(i)))
print([[i, j] for i in range(4) if i % 2 for j in "ab" if j != "a"])
print([y := 5, y ** 2], [last := i for i in range(4)], last)
class C:
    n = 3
    ok = [i for i in range(n)]
    try:
        bad = [n for i in range(2)]
    except NameError as e:
        print(e)
print(C.ok)
def f(n):
    return [lambda: (i, n) for i in range(n)]
print([g() for g in f(2)])
def gen():
    r = (z for z in [1, 2, 3] if z > 1)
    print(next(r))
    return r
print(list(gen()))
try:
    list(1 for _ in 5)
except TypeError as e:
    print(e)
print([(a, *b, c) for a, *b, c in ["abcd", "xy"]], [*range(3), *"ab"], {**{"a": 1}, "b": 2}, {*[1], *(2,)})
print([[0] * 2 for _ in range(2)], [i for i in range(10) if i if i % 3 == 0])
m = [[1, 2], [3, 4]]
print([[r[i] for r in m] for i in range(2)], [a for r in m for a in r], dict(sorted({i: str(i) for i in range(3)}.items())))
