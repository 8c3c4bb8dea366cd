# position of the failing instruction in every frame
import sys
cases = r'''
x = 1 + (2 /\n 0)
a.b.c
None.foo.bar
f(1)(2)
(lambda: 1/0)()
[][3]
{}['k']
{}['k']['j']
len(5)
for i in 5: pass
for a, b in [1]: pass
a, b = 1
a, b = [1,2,3]
a, *b = 5
with 5: pass
with 5 as x, 6: pass
def g():\n    return (1 +\n      "a")\ng()
class A:\n    x = undefined_name
[1/x for x in [0]]
{1: 2, **5}
[*5]
print(*5)
print(**5)
f"{1/0}"
f"{undefinedq!r:>{10}}"
raise ValueError
raise ValueError("x") from TypeError("y")
assert 1 == 2
assert 1 == 2, "msg"
from sys import nonexist
x = [1,2]\nx[5] = 1
x = [1,2]\ndel x[5]
del undefined_zz
x = 5\nx.foo = 1
x = 5\nx.foo += 1
x = {}\nx['a'] += 1
x = 1\nx += "a"
x = 1\nx["a"]
-"a"
not undefined_a
1 < "a"
1 < 2 < "a"
1 if undefined_b else 2
undefined_c and 1
[].append(1, 2)
"abc".foo(1)\n
"abc".upper(\n  1,\n 2)
("abc"\n  .upper()\n  .foo())
@undefined_deco\ndef f(): pass
def d(f): 1/0\n@d\ndef f(): pass
def d(f): 1/0\n@d\nclass C: pass
class C(5): pass
def f(x=undefined_d): pass
def f(x: undefined_e): pass
x: undefined_f = 1
try:\n    1/0\nexcept undefined_g: pass
try:\n    1/0\nexcept 5: pass
try:\n    1/0\nfinally:\n    undefined_h
def gen():\n    yield 1\n    1/0\nlist(gen())
def gen():\n    yield from 5\nlist(gen())
def gen():\n    x = yield undefined_i\nlist(gen())
match 5:\n    case int(x=1): pass\n    case undefined_j.x: pass
match 5:\n    case int(1, 2): pass
while undefined_k: pass
if undefined_l: pass
return_ = undefined_m
def f():\n    return undefined_n\nf()
def f():\n    x\n    x = 1\nf()
def f():\n    def g(): return x\n    g()\n    x = 1\nf()
sum(1/x for x in [0])
x = lambda: undefined_o\nx()
(1).__add__(1, 2)
int("a",\n  base=10)
print(1, 2,\n 3, foo=1)
def f(a, b): pass\nf(1)
def f(a, b): pass\nf(1, c=2)
def f(a, b): pass\nf(1, *(2, 3))
x = undefined_p[0]
x = [1][0][0]
x = [1,2][1:"a"]
x = "a" "b" + 1
{[]: 1}
{[]}
{1: 2 for i in 5}
async def f():\n    await 5\nf().send(None)
async def f():\n    async with 5: pass\nf().send(None)
async def f():\n    async for x in 5: pass\nf().send(None)
global qq\nqq += 1
class A:\n    def __enter__(self): return 1\n    def __exit__(self, *a): 1/0\nwith A():\n    pass
class A:\n    def __enter__(self): return 1\n    def __exit__(self, *a): return False\nwith A() as b:\n    x = 1\n    1/0
class A:\n    def __iter__(self): return self\n    def __next__(self): 1/0\nfor x in A():\n    pass
class A:\n    def __getattr__(self, n): 1/0\nA().foo
class A:\n    def __init__(self): 1/0\nA(\n)
class A:\n    @property\n    def p(self): 1/0\nA().p + 1
try:\n    raise ExceptionGroup("g", [ValueError(1), TypeError(2)])\nexcept* ValueError: pass
try:\n    raise ExceptionGroup("g", [ValueError(1), TypeError(2)])\nexcept* ValueError: 1/0
x = (yield_ := undefined_q)
print(undefined_r, 1)
x = undefined_s.foo(1, 2)
x = y = undefined_t
[a, b] = undefined_u
'''.strip("\n").split("\n")
def positions(tb):
    out = []
    while tb is not None:
        co = tb.tb_frame.f_code
        pos = list(co.co_positions())[tb.tb_lasti // 2]
        out.append((co.co_name, tb.tb_lineno, pos))
        tb = tb.tb_next
    return out[1:]
for c in cases:
    src = c.replace("\\n", "\n")
    try:
        exec(compile(src, "<s>", "exec"), {"__name__": "m"})
        print(repr(src), "OK")
    except BaseException as e:
        print(repr(src), type(e).__name__, e, positions(e.__traceback__))
