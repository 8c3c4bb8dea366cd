"""Unpacking, starred targets, arguments, and their errors."""
a, (b, *c), d = 1, (2, 3, 4), 5
print(a, b, c, d)
*a, b = "xyz"
print(a, b)
[a, b], c = (1, 2), 3
a, b = b, a
print(a, b, c)
x = [0, 0]
i = 0
i, x[i] = 1, 2
print(i, x)
for bad in ("a, b = 1, 2, 3", "a, b = 1", "a, b, c = 1, 2", "*a, b = []", "a, *b, c = [1]", "a, b = {1: 2}"):
    try:
        exec(bad)
    except (TypeError, ValueError) as e:
        print(type(e).__name__, e)
def f(a, /, b, *args, c=3, **kw):
    return a, b, args, c, kw
print(f(1, 2), f(1, b=2, c=4, d=5), f(*[1, 2, 3], **{"c": 9}), f(1, *(2, 3), *[4], z=0))
def g(a, b=1, *, c):
    pass
for call in ("g()", "g(1)", "g(1, 2, 3, c=1)", "g(1, a=2, c=3)", "g(1, d=3, c=1)", "g(*5)", "g(**5)", "g(1, **{'c': 1}, **{'c': 2})",
             "g(1, **{1: 2})", "f(a=1, b=2)", "f()", "(lambda: 0)(1)", "(lambda x, y: 0)()", "(lambda x, y, z: 0)()", "len()", "len(1, 2)",
             "print(foo=1)", "int(1, 2, 3)", "'a'.split(1)", "dict(1)", "dict([1])", "max()", "range()", "isinstance(1, 2)"):
    try:
        eval(call)
    except (TypeError, ValueError) as e:
        print(call, "->", type(e).__name__, e)
