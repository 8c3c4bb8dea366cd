# errors of the compiler with their place
cases = r'''
break
continue
return 1
yield 1
def f(): \n  global x\n  x = 1\n  global x
x = 1\nglobal x
def f(x):\n  global x
def f(x):\n  nonlocal x
def f():\n  nonlocal zz
nonlocal x
def f():\n  x = 1\n  nonlocal x
def f():\n  print(x)\n  global x
def f(a, a): pass
lambda a, a: 1
def f(a, *, a): pass
f(a=1, a=2)
__debug__ = 1
def f(__debug__): pass
del __debug__
import __debug__
x.__debug__ = 1
f(__debug__=1)
for __debug__ in x: pass
with a as __debug__: pass
class __debug__: pass
async def f():\n  yield from x
async def f():\n  yield 1\n  return 2
def f(): await x
await x
[x async for x in y]
def f(): [x async for x in y]
def f():\n  async with x: pass
def f():\n  async for x in y: pass
async with x: pass
class A: return 1
class A: yield 1
from x import *\ndef f():\n  from y import *
def f():\n  from y import *
from __future__ import foo
from __future__ import braces
x = 1\nfrom __future__ import division
[x := 1 for x in y]
[[x := 1 for x in y] for y in z]
class A: [x := 1 for y in z]
[x for x in (y := z)]
[(yield 1) for x in y]
((yield 1) for x in y)
{(yield 1): 1 for x in y}
{(yield 1) for x in y}
a, *b, *c = d
*a = b
*a
[*a, *b] = c
x: int = 1\ndef f():\n  x: int\n  global x
def f():\n  global x\n  x: int
try: pass\nexcept: pass\nexcept ValueError: pass
try: pass\nexcept* ValueError: return 1
for i in x:\n  try: pass\n  except* ValueError: break
match x:\n  case a: pass\n  case b: pass
match x:\n  case _: pass\n  case b: pass
match x:\n  case a | b: pass
match x:\n  case [a, a]: pass
match x:\n  case {1: a, 1: b}: pass
match x:\n  case A(x=1, x=2): pass
match x:\n  case [*a, *b]: pass
match x:\n  case 1 | a: pass
match x:\n  case (a | b) as c: pass
def f():\n  x = 1\n  def g():\n    nonlocal y
class A:\n  nonlocal x
def f():\n  class A:\n    nonlocal q
def f(a):\n  def g():\n    nonlocal a\n    a = 1\n  return g
def f(*, a, b=(yield)): pass
lambda: (yield)
class A:\n  def f(self, x: (yield)): pass
from __future__ import annotations\ndef f(x: (yield)): pass
from __future__ import annotations\ndef f(x: (y := 1)): pass
from __future__ import annotations\nasync def f():\n  x: (await 1) = 1
def f(): x = yield = 1
f() = 1
f(x for x in y, 1)
(a, b): int = 1
del f()
del (a, b), [c, d]
with open(x) as 1: pass
x = {**a, 1}
x = *a, *b
print(*a)
def f(a=1, b): pass
f(a=1, b)
while 1: pass\nelse: break
if 1:\n  continue
def f():\n  break
for x in y:\n  def f():\n    break
for x in y:\n  class A:\n    continue
while 1:\n  lambda: (yield)
try: pass\nfinally: continue
def f():\n  for x in y:\n    try: pass\n    finally: continue
(x := 1)
x := 1
f(x := 1)
f(a := 1 for a in b)
{x: y := 1}
[i for i in range(5) if (j := 0) for j in range(5)]
[i for i, i in x]
def f(): [(lambda: (x := 1)) for y in z]
async def f(): return {x async for x in y}
async def f():\n  def g(): return [await x for x in y]
class A:\n  global x\n  x = 1
def f():\n  import a.b as c, d.e\n  nonlocal d
0_x
'''.strip("\n").split("\n")
for c in cases:
    src = c.replace("\\n", "\n")
    w = []
    try:
        compile(src, "<s>", "exec")
        print(repr(src), "OK")
    except SyntaxError as e:
        print(repr(src), type(e).__name__, e.msg, e.lineno, e.offset, e.end_lineno, e.end_offset, repr(e.text))
    except Exception as e:
        print(repr(src), "!!", type(e).__name__, e)
