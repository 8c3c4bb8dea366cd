"""Descriptors: data and non-data ones, __set_name__, binding."""
class Data:
    def __set_name__(self, owner, name):
        self.name = name
        print("set_name", owner.__name__, name)
    def __get__(self, o, cls):
        return ("get", self.name, o is None, cls.__name__)
    def __set__(self, o, v):
        print("set", self.name, v)
    def __delete__(self, o):
        print("delete", self.name)
class NonData:
    def __get__(self, o, cls):
        return "non-data"
class A:
    d = Data()
    n = NonData()
a = A()
print(a.d, A.d)
a.d = 5
del a.d
print(a.n)
a.n = 1
a.__dict__["d"] = 7
print(a.n, a.d)
class Lazy:
    def __init__(self, f):
        self.f = f
    def __get__(self, o, cls):
        v = o.__dict__[self.f.__name__] = self.f(o)
        return v
class B:
    @Lazy
    def v(self):
        print("computed")
        return 42
b = B()
print(b.v, b.v)
print(A.__dict__["n"].__get__(None, A), B.v.__class__ if False else "")
m = b.__init__
f = lambda self, x: (self, x)
print(f.__get__(3, int)(4), str.upper.__get__("a")())
class RO:
    @property
    def x(self):
        "the doc"
        return 1
for act in (lambda: setattr(RO(), "x", 1), lambda: delattr(RO(), "x"), lambda: setattr(5, "real", 1)):
    try:
        act()
    except AttributeError as e:
        print(e)
print(RO.x.__doc__)
