import sys


class Out:
    """Stands for stderr; hides where the file lies."""

    def write(self, text):
        print(text.replace(__file__, "traceback.py"), end="")

    def flush(self):
        pass


sys.stderr = Out()

def show(f):
    try:
        f()
    except BaseException as e:
        sys.excepthook(type(e), e, e.__traceback__)
        print('--')
def a():
    x = 1
    return x + (
        "a")
def b(): return {}["k"] + 1
def c():
    d = {"a": {}}
    d["a"]["b"]["c"]
def d():
    1 / 0 + 5
def e():
    try:
        1/0
    except ZeroDivisionError as e:
        raise KeyError("x") from e
def f():
    try:
        1/0
    except ZeroDivisionError as e:
        undefined_name
def g():
    try: 1/0
    except Exception: raise ValueError from None
def h(n=0):
    h(n+1)
def i():
    e = ValueError("with notes")
    e.add_note("one")
    e.add_note("two\nthree")
    raise e
def j():
    compile("x = (1,\ny = 2", "<f>", "exec")
def k():
    compile("  x = 1\n y", "file.py", "exec")
def l():
    raise ExceptionGroup("eg", [ValueError(1), TypeError("t"), ExceptionGroup("inner", [OSError(2, "x"), KeyError("é")])])
def m():
    try:
        l()
    except* ValueError as e:
        raise RuntimeError("rt") from e
def n():
    class Foo: 
        value = 1
    Foo().valeu
def o():
    printt
def p():
    [].apend
def q():
    import sys
    sys.exit_
def r():
    héllo = {}
    héllo["ü"] + héllo[1]
def s():
    class E(Exception):
        def __str__(self): raise ValueError
    raise E
def t():
    assert 1 == 2, "msg"
def u():
    (lambda: [x for x in (1).foo])()
def v():
    raise KeyboardInterrupt
def w():
    class X(Exception): __module__ = 'some.mod'
    raise X("a\nb")
def x():
    f = lambda a, b: a
    f(1)
def y():
    def inner(a):
        raise ValueError(a)
    for i in range(3):
        inner(i)
def z():
    a = b = None
    print(a.foo.bar(b,
       1))
for name in "abcdefgijklmnopqrstuvwxyz":
    print("#", name)
    show(globals()[name])
sys.setrecursionlimit(200)
show(h)
