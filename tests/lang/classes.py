"""Classes: inheritance, super, MRO, special methods, slots, properties (also run under the gc debug modes)."""
class A:
    def who(self):
        return ["A"]
class B(A):
    def who(self):
        return ["B"] + super().who()
class C(A):
    def who(self):
        return ["C"] + super().who()
class D(B, C):
    def who(self):
        return ["D"] + super().who()
print(D().who(), [k.__name__ for k in D.__mro__])
try:
    class E(A, B):
        pass
except TypeError as e:
    print(e)

class P:
    __slots__ = ("a", "b")
    def __init__(self):
        self.a = 1
p = P()
for code in ("p.b", "p.c", "p.c = 1", "del p.b"):
    try:
        exec(code)
    except AttributeError as e:
        print(e)

class V:
    def __init__(self, x, y):
        self.x, self.y = x, y
    def __repr__(self):
        return f"V({self.x}, {self.y})"
    def __add__(self, o):
        return V(self.x + o.x, self.y + o.y) if isinstance(o, V) else NotImplemented
    def __rmul__(self, k):
        return V(self.x * k, self.y * k)
    def __eq__(self, o):
        return (self.x, self.y) == (o.x, o.y)
    def __getattr__(self, name):
        return "no " + name
    def __len__(self):
        return 2
    def __getitem__(self, i):
        return (self.x, self.y)[i]
    def __contains__(self, v):
        return v in (self.x, self.y)
    def __call__(self, *a, **k):
        return a, k
    def __bool__(self):
        return self.x != 0
v = V(1, 2)
print(v + v, 3 * v, v == V(1, 2), v != V(1, 3), v.other, len(v), v[1], 2 in v, list(v), v(1, z=2), bool(V(0, 1)))
for f in (lambda: v + 1, lambda: v * 3, lambda: hash(v), lambda: v < v):
    try:
        f()
    except TypeError as e:
        print(e)

class Temp:
    def __init__(self):
        self._c = 0
    @property
    def c(self):
        return self._c
    @c.setter
    def c(self, value):
        self._c = value
    @classmethod
    def make(cls, c):
        t = cls()
        t.c = c
        return t
    @staticmethod
    def f(c):
        return c * 9 / 5 + 32
t = Temp.make(100)
print(t.c, Temp.f(t.c), vars(t))
class Base:
    def __init_subclass__(cls, /, tag=None, **kw):
        super().__init_subclass__(**kw)
        cls.tag = tag
class Sub(Base, tag="x"):
    pass
print(Sub.tag, Sub.__qualname__, Sub.__module__)
try:
    class Sub2(Base, other=1):
        pass
except TypeError as e:
    print(e)
class Dyn:
    pass
d = Dyn()
d.__class__ = A
print(d.who(), type("T", (A,), {"z": 3})().z)
