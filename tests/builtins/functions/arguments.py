"""Messages about wrong arguments of built-in functions and methods, for every shape of signature."""
OBJECTS = [[], (), {}, "", b"", 1, 1.0, set(), frozenset(), range(3), slice(1), ValueError()]
TYPES = [list, tuple, dict, str, bytes, int, float, complex, bool, set, frozenset, range, slice, zip, filter, reversed, property]
FUNCTIONS = [abs, all, any, ascii, bin, callable, chr, delattr, divmod, format, getattr, hasattr, hash, hex, id,
             isinstance, issubclass, iter, len, next, oct, ord, pow, repr, round, setattr, sum]


def call(label, f, *args, **kwargs):
    try:
        f(*args, **kwargs)
    except TypeError as e:
        print(label, len(args), sorted(kwargs), e)
    except Exception as e:
        print(label, len(args), sorted(kwargs), type(e).__name__)


def shapes(label, f):
    for n in range(5):
        call(label, f, *([1] * n))
    call(label, f, zzz=1)
    call(label, f, 1, zzz=1)


for o in OBJECTS:
    for name in sorted(dir(type(o))):
        method = getattr(o, name)
        if not name.startswith("_") and callable(method):
            shapes(type(o).__name__ + "." + name, method)
for t in TYPES:
    shapes(t.__name__, t)
    for name in sorted(dir(t)):
        method = getattr(t, name, None)
        if not name.startswith("_") and callable(method):
            call("unbound %s.%s" % (t.__name__, name), method)
            call("unbound %s.%s" % (t.__name__, name), method, object())
            call("unbound %s.%s" % (t.__name__, name), method, zzz=1)
for f in FUNCTIONS:
    shapes(f.__name__, f)
