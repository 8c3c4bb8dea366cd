# Calls with * and **: of functions, methods, classes, built-ins, generators; their errors; deep recursion through them.
def f(a, b=2, *rest, k=5, **kw):
    return a, b, rest, k, kw
class C:
    def __init__(self, *args, **kwargs):
        self.got = args, kwargs
    def m(self, *args, **kwargs):
        return args, kwargs
    @classmethod
    def c(cls, *a, **k):
        return cls.__name__, a, k
    def __call__(self, *a, **k):
        return a, k
    def deep(self, n, **k):
        return 0 if n == 0 else 1 + self.deep(*[n - 1], **k)
class Map:
    def __init__(self, **k): self.k = k
    def keys(self): return list(self.k)
    def __getitem__(self, key): return self.k[key] * 10
def gen(*a, **k):
    yield a
    yield from f(*a, **k)
d = {"k": 1, "z": 9}
print(f(*[1]), f(*(1, 2, 3)), f(*"ab", **d), f(1, *range(3), **d), f(a=1, **d), f(*(), **{"a": 3}))
print(C(*[1, 2], **d).got, C().m(*[1], **d), C().m(**d), C.c(*[3], **d), C()(*[4], **d), C().deep(300, x=1))
print(f(*iter([1, 2]), **Map(q=1, k=2)), list(gen(*[1, 2], **d)), dict(**d), dict(**d, y=1), max(*[1, 5, 2]))
print((lambda *a, **k: (a, k))(**d), d)
bound = C().m
print(bound(*[7], **d), print.__call__(*["printed"], **{"end": "!\n"}))
def change(**k):
    k["new"] = 1
    return k
print(change(**d), d)
def many(**k): return sum(k.values()), len(k)
print(many(**{"k%d" % i: i for i in range(300)}), f(*range(300))[2][-1], f(*range(5000))[2][-1])
def inf(*a, **k): return inf(*a, **k)
for call in (lambda: f(*5), lambda: f(**5), lambda: f(1, **{"a": 2}), lambda: f(1, **{3: 2}), lambda: f(*[1], **d, k=3) if 0 else f(*[]),
             lambda: C().m(**{1: 2}), lambda: C().m(*None), lambda: f(k=1, **d), lambda: f(**d, **d), lambda: inf(1, x=2),
             lambda: (lambda a: a)(*[1, 2]), lambda: (lambda a: a)(**{"b": 1}), lambda: (lambda: 0)(**{"b": 1}), lambda: C().c(**7),
             lambda: bound(*3), lambda: int(*[1], **{"nope": 1})):
    try:
        print(call())
    except (TypeError, RecursionError) as e:
        print(type(e).__name__, e)
def loop():
    for i in range(2000):
        if f(*(i,), **d) != (i, 2, (), 1, {"z": 9}): print("wrong", i)
        for x in gen(*(i, i), **d): pass
loop()
for v in (0, 1, 2, 5, 7, 8, 9, 10, 42, 99, 100, 101, 1000, 123456, -7, -10, -12345, 2**40, -2**40, 2**49 - 1, -2**49, 2**49, 10**20, -10**20):
    print(oct(v), bin(v), f"{v:d} {v:>8}|{v:<8}|{v:^9}|{v:x} {v:#X} {v:o} {v:#b} {v:,} {v:_x} {v:+} {v:08d} {v}", hex(v), str(v), "%x %d" % (v, v))
for x in (0.0, -0.0, 1.5, 2.675, 1e22, 1e23, 123456.789, 0.1, 1e-7, 5e-324, 1.7976931348623157e308, -2.5, 0.5, 1.5, 99.995, 9.9999e9):
    print(f"{x:.2f} {x:.0f} {x:e} {x:.3g} {x:g} {x:.10f} {x:10.3f}| {x:+.1e} {x:.17g} {x:.22f} {x:%} {x:,.2f}", round(x, 2), round(x, 1), "%.3f" % x)
