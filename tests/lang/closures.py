"""Closures, nonlocal, default arguments, late binding (also run under the gc debug modes)."""
def counter():
    n = 0
    def up(by=1):
        nonlocal n
        n += by
        return n
    def get():
        return n
    return up, get

up, get = counter()
up(); up(5)
print(get(), up.__closure__[0].cell_contents, up.__code__.co_freevars)
fs = [lambda: i for i in range(3)]
print([f() for f in fs], [f() for f in [lambda i=i: i for i in range(3)]])
def early():
    def f():
        return later
    try:
        f()
    except NameError as e:
        print(type(e).__name__, e)
    later = 1
    print(f())
    del later
    try:
        f()
    except NameError as e:
        print(e)
early()
def unbound():
    try:
        print(x)
    except UnboundLocalError as e:
        print(e)
    x = 1
unbound()
def grow(a, acc=[]):
    acc.append(a)
    return acc
print(grow(1), grow(2), grow(3, []))
def deep(n):
    return (lambda: n) if n == 0 else (lambda f=deep(n - 1): (n, f()))
print(deep(4)())
class A:
    x = 1
    def f(self):
        return __class__
    y = [x for _ in range(2)] if False else x
print(A().f() is A, A.y)
def kw(*, a, b=2, **rest):
    return a, b, rest
print(kw(a=1, c=3), kw.__kwdefaults__)
x = "global"
def g():
    global x
    x = "changed"
    def h():
        return x
    return h()
print(g(), x)
