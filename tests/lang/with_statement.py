"""The with statement (also run under the gc debug modes)."""
class M:
    def __init__(self, name, swallow=False):
        self.name, self.swallow = name, swallow
    def __enter__(self):
        print("enter", self.name)
        return self.name
    def __exit__(self, t, v, tb):
        print("exit", self.name, t and t.__name__, v)
        return self.swallow
with M("a") as a, M("b") as b:
    print(a, b)
with M("s", True):
    raise ValueError("x")
try:
    with M("o"), M("i"):
        1 / 0
except ZeroDivisionError as e:
    print("got", e)
def f():
    for i in range(3):
        with M(i):
            if i == 0:
                continue
            return i
print(f())
with (
    M("p") as p,
    M("q", True),
):
    raise KeyError(p)
class Half:
    def __enter__(self):
        pass
for bad in ("with 1: pass", "with Half(): pass"):
    try:
        exec(bad)
    except TypeError as e:
        print(e)
class Boom:
    def __enter__(self):
        return self
    def __exit__(self, *a):
        raise OSError("in exit")
try:
    with Boom():
        raise ValueError("body")
except OSError as e:
    print(e, repr(e.__context__))
from contextlib import contextmanager, suppress, ExitStack
@contextmanager
def cm(x):
    print("before")
    try:
        yield x
    except ValueError as e:
        print("inside", e)
    finally:
        print("after")
with cm(5) as v:
    raise ValueError(v)
with suppress(KeyError):
    {}[1]
with ExitStack() as st:
    for k in "xy":
        st.enter_context(M(k))
    st.callback(print, "callback")
