"""Metaclasses: __prepare__, __new__, __call__, attribute lookup on classes (also run under the gc debug modes)."""
class Order(dict):
    def __setitem__(self, k, v):
        if not k.startswith("__"):
            print("set", k)
        super().__setitem__(k, v)
class Meta(type):
    @classmethod
    def __prepare__(mcs, name, bases, **kw):
        print("prepare", name, [b.__name__ for b in bases], kw)
        return Order()
    def __new__(mcs, name, bases, ns, **kw):
        return super().__new__(mcs, name, bases, dict(ns))
    def __init__(cls, name, bases, ns, **kw):
        super().__init__(name, bases, ns)
        cls.kw = kw
    def __call__(cls, *args):
        print("call", args)
        return super().__call__(*args)
    def __getattr__(cls, name):
        return name.upper()
    def __iter__(cls):
        return iter([1, 2])
    def __instancecheck__(cls, o):
        return o == 5
    @property
    def p(cls):
        return "meta " + cls.__name__
class A(metaclass=Meta, k=1):
    x = 1
    def f(self):
        return 2
print(A.kw, A().f(), A.nothing, list(A), isinstance(5, A), isinstance(A.__new__(A), A), A.p)
class B(A):
    y = 3
print(type(B) is Meta, B.x)
try:
    A().p
except AttributeError as e:
    print(e)
class M2(type):
    pass
try:
    class C(A, metaclass=M2):
        pass
except TypeError as e:
    print(e)
class Single(type):
    made = {}
    def __call__(cls, *a):
        if cls not in cls.made:
            cls.made[cls] = super().__call__(*a)
        return cls.made[cls]
class S(metaclass=Single):
    pass
print(S() is S())
def func_meta(name, bases, ns):
    return (name, bases, sorted(k for k in ns if k[0] != "_"))
class F(metaclass=func_meta):
    a = b = 1
print(F)
