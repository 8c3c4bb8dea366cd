# with, try, generators, async, patterns, closures, assignment
class CM:
    def __init__(self, n, s=False): self.n=n; self.s=s
    def __enter__(self): print("enter", self.n); return self.n
    def __exit__(self, t, v, tb): print("exit", self.n, t and t.__name__, v); return self.s
def w():
    with CM(1) as a, CM(2, True) as b:
        print(a, b); raise ValueError("x")
    print("after")
    for i in range(3):
        with CM(i):
            if i == 1: continue
            if i == 2: return i
print(w())
try:
    with CM(5): 1/0
except ZeroDivisionError as e: print(type(e), e.__context__)
def nested():
    for i in range(3):
        try:
            try:
                if i == 0: continue
                if i == 1: raise KeyError(i)
                return i
            finally:
                print("f", i)
        except KeyError as k:
            print("k", k)
        else: print("else")
print(nested())
def reraise():
    try:
        try: raise ValueError(1)
        except ValueError:
            try: raise KeyError(2)
            except KeyError: pass
            raise
    except ValueError as e: print(e, e.__context__)
reraise()
try:
    try: 1/0
    except Exception as e: raise RuntimeError("x") from e
except RuntimeError as e: print(repr(e.__cause__))
try:
    raise ExceptionGroup("g", [ValueError(1), TypeError(2), KeyError(3)])
except* ValueError as e: print("v", e.exceptions)
except* (TypeError, KeyError) as e: print("t", e.exceptions)
try:
    try:
        raise ExceptionGroup("g", [ValueError(1), TypeError(2)])
    except* ValueError as e: raise OSError("o")
except ExceptionGroup as e: print(repr(e))
# generators
def g():
    try:
        x = yield 1
        print("x", x)
        yield 2
    except ValueError as e:
        print("caught", e); yield 99
    finally: print("close")
it = g(); print(next(it), it.send(5), it.throw(ValueError("v"))); it.close()
async def co(n):
    return n * 2
async def main():
    r = await co(4)
    l = [await co(i) for i in range(3)]
    async for x in ag(): l.append(x)
    l += [y async for y in ag() if y]
    async with ACM() as z: l.append(z)
    return r, l
class ACM:
    async def __aenter__(self): return "ae"
    async def __aexit__(self, *a): print("aexit", a)
async def ag():
    for i in range(3):
        yield i
        await co(1)
def run(c):
    try:
        while True: c.send(None)
    except StopIteration as e: return e.value
print(run(main()))
x = [1,2,3]; x[0] += 5; x += [4]; print(x)
class O: pass
o = O(); o.a = 1; o.a += 2; o.a **= 2; print(o.a)
a = b = c = 3; a, b = b, a + 1; print(a, b, c)
i = 0; l = [0]*3
i, l[i] = 1, 7; print(i, l)
print([(a, b) for a in range(3) for b in range(a) if b or a], [[j for j in range(i)] for i in range(3)])
def deco(f): print("deco", f.__name__); return f
@deco
@deco
def dd(x: int, *, y: "str" = 3) -> None: "doc"
print(dd.__annotations__, dd.__doc__, dd.__kwdefaults__, dd.__defaults__)
@deco
class K(O, metaclass=type):
    a: int = 3
    b: str
    def f(self): return __class__
print(K.__annotations__, K().f() is K)
class Priv:
    __x = 1
    def get(self): return self.__x
print(Priv().get(), [k for k in vars(Priv) if 'x' in k])
def kw(*a, **k): return a, k
print(kw(*[1,2], 3, *(4,), x=1, **{"y": 2}, z=3))
try: kw(**{"a":1}, **{"a":2})
except TypeError as e: print(e)
if (n := 10) > 5: print(n)
print([y := 1, y**2], [last := v for v in range(3)], last)
def wal():
    z = 5
    return z + (z := 3) + z, [z, (z := 9), z]
print(wal())
def dl():
    q = 1; del q
    try: q
    except UnboundLocalError as e: print(e)
dl()
print(1 < 3 > 2 == 2 != 5, 1 in [1] in [[1]], None is None, len([]) is not None)
s = "abcdef"; print(s[1:4], s[::2], s[-1], s[::-1], s[2:])
def matcher(v):
    match v:
        case 0 | 1: return "small"
        case int(x) if x > 100: return f"big {x}"
        case int(): return "int"
        case "a" | "b" as q: return "str " + q
        case [1, *rest]: return ("list1", rest)
        case [a, _, b]: return ("three", a, b)
        case {"k": v, **r}: return ("map", v, r)
        case (None | True): return "nt"
        case O(a=val): return ("O", val)
        case [*_, 7]: return "ends7"
        case _: return "other"
for v in [0, 5, 500, "a", "z", [1,2,3], [2,3,4], {"k":1,"z":2}, None, True, o, [2, 7], [9]]: print(matcher(v))
lam = lambda *a, k=1, **kw: (a, k, kw)
print(lam(1, 2, k=3, z=4))
def outer():
    x = 1
    class C:
        y = x
        def m(self): return x
    x = 2
    return C.y, C().m()
print(outer())
def f_default(a, b=[]): b.append(a); return b
f_default(1); print(f_default(2))
def g3():
    r = yield
    while r is not None: r = yield r * 2
gg = g3(); next(gg); print(gg.send(4), gg.send(5))
while True:
    try: break
    finally: print("brk")
print(f"{3.14159:.2f} {'x':>{5}} {{}} {1+1=}")
def cells(a, b):
    def i(): return a + b
    a += 1
    return i
print(cells(1,2)())
print((yield_ := 3), not (1 and 0), (1 or 2) and 3)
assert True, "no"
try: assert 0, "msg"
except AssertionError as e: print("AE", e)
import sys as S
print(S is sys if 'sys' in globals() else 'nosys')
global_x = 1
def glob():
    global global_x
    global_x += 1
    del global_x
glob(); print('global_x' in globals())
def star(): 
    a, *b, c = range(5); return a, b, c
print(star(), *map(str, [1,2]))
print({**{'a':1}, 'b':2}, [*range(3), 4], {*[1,2], 3}, (*[1], 2))
