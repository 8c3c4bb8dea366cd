"""ast.parse with feature_version, and type comments of functions."""
import ast

def show(src, v):
    try:
        ast.parse(src, feature_version=(3, v))
        print(v, 'ok', repr(src)[:40])
    except SyntaxError as e:
        print(v, e.msg, e.lineno, e.offset, repr(src)[:40])


for v in range(3, 12):
    for src in ['def f(x, /): pass', 'lambda x, /: 1', 'with (a as b): pass', 'f"{x=}"', '(x := 1)', 'try: pass\nexcept* E: pass', 'async = 1', 'await = 2',
      'async def f():\n  await x\n', 'async def f():\n  async for a in b: pass\n  async with c: pass\n', 'async def f(xs):\n  return [x async for x in xs]', 'async def f():\n  await x\nawait = 3', 'f"x"', 'x = 1_0', 'a @ b', 'a @= b', 'x: int = 1', 'match x:\n  case 1: pass',
      'def f():\n  async = 2\n', 'print(async)', 'async def f(): await = 1']:
        show(src, v)
for s in ['(int) -> str', '(int, *str, **Any) -> float', '(*int) -> x', 'x -> y', '(int) -> ', '(a,) -> b', '() -> List[int]', '(int, *str, x) -> c']:
    try:
        print(ast.dump(ast.parse(s, mode='func_type')))
    except SyntaxError as e:
        print(e.msg, e.lineno, e.offset, s)
