"""Recursion errors are exceptions, and one can go on after them."""
import sys
def f(n):
    return f(n + 1)
def depth(n=0):
    try:
        return depth(n + 1)
    except RecursionError:
        return n
for i in range(3):
    try:
        f(0)
    except RecursionError as e:
        print(type(e).__name__, str(e)[:32])
print(depth() > 500)
class R:
    def __repr__(self):
        return repr(self)
    def __eq__(self, o):
        return self == o
    def __getattr__(self, n):
        return getattr(self, n + "x")
    def __call__(self):
        return self()
    def __hash__(self):
        return hash(self)
    def __iter__(self):
        return iter(self)
    def __len__(self):
        return len(self)
r = R()
for act in (lambda: repr(r), lambda: r == 1, lambda: r.a, lambda: r(), lambda: hash(r), lambda: list(r), lambda: len(r)):
    try:
        act()
    except RecursionError as e:
        print("RecursionError")
l = []
for i in range(100000):
    l = [l]
for act in (lambda: repr(l), lambda: l == l[0]):
    try:
        act()
    except RecursionError as e:
        print("RecursionError", str(e)[:32])
del l
l = [1]
l.append(l)
print(l)
d = {}
d["d"] = [d]
print(d)
def g(n):
    return 0 if n == 0 else 1 + g(n - 1)
sys.setrecursionlimit(6000)
print(g(5000))
