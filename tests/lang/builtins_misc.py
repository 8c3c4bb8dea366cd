"""Built-in functions over iterables and names."""
print(list(zip([1, 2, 3], "ab")), list(enumerate("ab", 5)), list(map(pow, [2, 3], [3, 2])), list(filter(None, [0, 1, "", "a"])), any([]), all([]), sum([1, 2], 10), sum([[1], [2]], []))
try:
    list(zip([1], [1, 2], strict=True))
except ValueError as e:
    print(e)
print(isinstance(True, int), issubclass(bool, (str, int)), callable(len), type(3) is int, id(None) == id(None), bin(10), oct(8), hex(255), chr(97), ord("a"))
class A:
    z = 1
    def __dir__(self):
        return ["q", "b"]
a = A()
setattr(a, "x", 1)
print(getattr(a, "x"), getattr(a, "nope", "default"), hasattr(a, "z"), dir(a), vars(a), delattr(a, "x"), vars(a))
ns = {}
exec("def f(x):\n    return x * y\ny = 3", ns)
print(ns["f"](2), eval("f(5)", ns), eval("a + b", {"a": 1}, {"b": 2}), sorted(k for k in ns if k[0] != "_"))
code = compile("1 + 1", "<c>", "eval")
print(eval(code), code.co_filename)
it = iter([1, 2, 3].pop, 1)
print(list(it), next(iter([]), "end"), list(iter("ab")), [*reversed(range(4))])
print(print("a", "b", sep="-", end="!\n"), str(b"x"), repr("x"), ascii("é"), format(5, ">3"), bytes([1, 2]), bytes("é", "utf-8"), bytearray(3), memoryview(b"abc")[1], tuple("ab"), frozenset())
def local():
    x, y = 1, 2
    return sorted(locals().items())
print(local(), "__name__" in globals(), divmod(7, 2), pow(2, 10, 1000), round(3.14159, 3), abs(-3), min(2, 1), hash(()) == hash(()))
for src in ("1 +", "x = = 1", "def f(:", "return 1", "'abc", "f(a=1, 2)", "break", "a = 1\n  b = 2", "nonlocal x", "x + 1 = 2", "None = 1", "f() = 1", "def f(a, a): pass", "(1, 2", "{1: 2, 3}", "import", "for x in", "class", "lambda x", "del f()", "await x", "yield = 1", "a b", "0777", "1__0", "'\\N{nope}'", "f'{'", "f'{a b}'", "*a", "print 1", "if x = 1: pass", "try:\n pass", "else: pass"):
    try:
        compile(src, "<s>", "exec")
        print("fine:", src)
    except SyntaxError as e:
        print(type(e).__name__, e.msg, e.lineno, e.offset)
