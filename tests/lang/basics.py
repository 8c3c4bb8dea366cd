# calls, loops, classes, comprehensions, generators, unpacking
def f(a, b=2, *c, d, e=5, **g):
    return (a, b, c, d, e, g)
print(f(1, d=4))
print(f(1, 2, 3, 4, d=4, z=9))
x = 0
for i in range(10):
    if i == 3: continue
    if i == 8: break
    x += i
else:
    print("no")
print(x)
class A:
    """doc"""
    z = 3
    def __init__(self, v): self.v = v
    def m(self): return self.v * 2
class B(A):
    def __init__(self, v):
        super().__init__(v)
    def m(self):
        return super().m() + 1
print(B(4).m(), A.__doc__, B.__qualname__)
print([i*i for i in range(5) if i % 2], {k: v for k, v in zip("ab", [1,2])}, {1,2}, sum(i for i in range(4)))
def gen(n):
    for i in range(n):
        y = yield i
        if y: print("got", y)
    return 7
def g2():
    r = yield from gen(3)
    print("r", r)
print(list(g2()))
try:
    1/0
except ZeroDivisionError as e:
    print("zde", e)
finally:
    print("fin")
def h():
    try:
        return 1
    finally:
        print("in h")
print(h())
a, (b, *c) = 1, (2, 3, 4)
print(a, b, c)
print(f"{a!r:>5} {b} {c=}")
def counter():
    n = 0
    def inc():
        nonlocal n
        n += 1
        return n
    return inc
q = counter(); q(); print(q())
print((lambda x, y=3: x + y)(4))
import sys
d = {"a": 1, **{"b": 2}}
d["c"] = 3
del d["a"]
print(d, 1 < 2 < 3, not 1, 1 if x else 2, x and 5, x or 6)
print(*[1,2], sep="-")
def unb():
    if x > 1000: zz = 1
    return zz
try: unb()
except UnboundLocalError as e: print(e)
match [1, 2, {"k": 5}]:
    case [a, b, {"k": kk}] if kk > 3: print("m", a, b, kk)
    case _: print("no")
print(3 in [1,2,3], [1,2,3][0], [1,2,3][1:])
