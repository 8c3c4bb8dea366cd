"""Operators: precedence, chaining, short circuits, reflected and in-place methods, errors."""
print(2 + 3 * 4 ** 2 // 5 % 7, -2 ** 2, (-7) // 2, -7 % 3, 7 % -3, 7.5 // 2, -7.5 % 2, 1 << 70, ~5, 6 & 3 | 8 ^ 1)
print(1 < 2 < 3, 1 < 3 < 2, 1 == 1.0 == True, not 1 == 2, [] or 0 or "x", 1 and [] and 2, 5 if 0 else 6, "a" in "cat", 3 not in [1])
log = []
def v(x):
    log.append(x)
    return x
v(1) < v(2) < v(0) < v(9)
v("a") and v("") and v("c")
print(log)
class N:
    def __init__(self, s):
        self.s = s
    def __add__(self, o):
        return NotImplemented if isinstance(o, float) else "add"
    def __radd__(self, o):
        return "radd"
    def __iadd__(self, o):
        return "iadd"
    def __matmul__(self, o):
        return "matmul"
    def __divmod__(self, o):
        return "divmod"
    def __pow__(self, o, m=None):
        return ("pow", m)
    def __neg__(self):
        return "neg"
    def __index__(self):
        return 3
    def __lt__(self, o):
        return "lt"
n = N("n")
m = n
m += 1
print(n + 1, 1 + n, m, n @ 1, divmod(n, 2), n ** 2, pow(n, 2, 5), -n, [1, 2, 3, 4][n], n < 1, 1 > n, "ab" * n)
class Sub(N):
    def __radd__(self, o):
        return "sub radd"
print(n + Sub(""), [1] * 2 + [3], (1,) * 3, "ab" * 2, 3 * [0])
for bad in ("n + 1.5", "1 + '1'", "'a' - 1", "[] + ()", "{} | 1", "1 @ 2", "-'a'", "~1.5", "1 < 'a'", "n >= 1", "[] < 1", "1 // 0", "1.0 % 0", "0 ** -1",
            "1 in 5", "1 << -1", "5[0]", "f[0]", "None + 1", "divmod(1, 0)", "x += 1", "round('a')", "abs('a')", "object() < object()"):
    try:
        print(eval(bad) if "+=" not in bad else exec(bad))
    except Exception as e:
        print(bad, "->", type(e).__name__, e)
a = [1, 2]
b = a
a += [3]
a *= 2
print(b, a is b, {1, 2} | {3}, {"a": 1} | {"b": 2}, True + True, 10 ** -2, 2 ** 0.5)
