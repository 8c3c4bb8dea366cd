"""Decorators, functools, attributes of functions."""
import functools
def trace(prefix):
    def deco(f):
        @functools.wraps(f)
        def wrapper(*a, **k):
            print(prefix, f.__name__, a, k)
            return f(*a, **k)
        return wrapper
    return deco
@trace("outer")
@trace("inner")
def add(a, b: int = 2) -> int:
    "Adds."
    return a + b
print(add(1), add(1, b=5), add.__name__, add.__doc__, add.__wrapped__.__name__, add.__annotations__)
@functools.lru_cache(maxsize=None)
def fib(n):
    return n if n < 2 else fib(n - 1) + fib(n - 2)
print(fib(80), fib.cache_info())
@functools.singledispatch
def kind(x):
    return "object"
@kind.register
def _(x: int):
    return "int"
@kind.register(list)
def _(x):
    return "list"
print(kind(1), kind([]), kind("s"), kind(True))
print(functools.reduce(lambda a, b: a * b, range(1, 6)), functools.partial(int, base=2)("101"), functools.partial(add, 1).args)
class C:
    @functools.cached_property
    def v(self):
        print("computing")
        return 3
c = C()
print(c.v, c.v)
@functools.total_ordering
class T:
    def __init__(self, n):
        self.n = n
    def __eq__(self, o):
        return self.n == o.n
    def __lt__(self, o):
        return self.n < o.n
print(T(1) <= T(1), T(2) > T(1), T(1) >= T(2))
def deco_class(cls):
    cls.extra = cls.__name__ * 2
    return cls
@deco_class
class D:
    pass
print(D.extra, add.__qualname__, (lambda: 0).__name__)
def g(): pass
g.attr = 1
g.__defaults__ = (1,)
print(g.__dict__, g.__code__.co_argcount, g.__module__)
try:
    g(1, 2)
except TypeError as e:
    print(e)
