# ways out of async with, async for, finally; throwing into delegating generators
class ACM:
    def __init__(s, n, sup=False): s.n = n; s.sup = sup
    async def __aenter__(self): print("aenter", self.n); await tick(); return self
    async def __aexit__(self, t, v, tb): print("aexit", self.n, t and t.__name__); await tick(); return self.sup
class Tick:
    def __await__(self): x = yield "tick"; return x
async def tick(): return await Tick()
async def agen(n):
    try:
        for i in range(n):
            await tick()
            x = yield i
            if x: print("sent", x)
    finally: print("agen fin")
async def f1():
    async with ACM(1) as a, ACM(2):
        async for i in agen(3):
            if i == 1: break
            print(i)
        else: print("noelse")
        return i
async def f2():
    async with ACM(3, True): 1/0
    for i in range(3):
        async with ACM(i):
            if i == 0: continue
            if i == 1: break
    try:
        async with ACM(9): raise KeyError
    except KeyError: print("KE")
    finally: await tick(); print("fin")
    async for x in agen(2): pass
    else: print("else")
    g = agen(5)
    print(await g.__anext__(), await g.asend("hi"))
    await g.aclose()
    try: await g.__anext__()
    except StopAsyncIteration: print("SAI")
    print([x async for x in agen(3) if x], {x: [y async for y in agen(x)] async for x in agen(2)}, [await tick() for _ in range(2)])
    ge = (x async for x in agen(2)); print([x async for x in ge])
    return "done"
async def f3():
    try:
        await tick()
    except ValueError as e:
        print("VE", e); raise
    finally:
        print("f3 fin")
def run(c):
    n = 0
    try:
        while True: c.send(None); n += 1
    except StopIteration as e: return e.value, n
print(run(f1())); print(run(f2()))
c = f3(); c.send(None)
try: c.throw(ValueError("x"))
except ValueError as e: print("out", e)
class P:
    def f(self, **k): return k
    def g(self): return self.f(__x=1, **{"b": 2}), self.f(__y=2)
print(P().g())
def gen():
    try:
        try: yield 1
        finally: yield 2
    except GeneratorExit: print("GE"); raise
g = gen(); next(g); print(g.throw(KeyError("k")))
try: next(g)
except KeyError as e: print("KE", e)
def deleg():
    try: r = yield from gen()
    except KeyError as e: print("deleg", e); return 5
def top(): print("top", (yield from deleg()))
t = top(); next(t); print(t.throw(KeyError("z")))
try: next(t)
except StopIteration: print("SI")
def fin():
    for i in range(3):
        try:
            try: return i
            finally:
                if i < 2: continue
        finally: print("o", i)
print(fin())
def ctx():
    try:
        raise ValueError
    except ValueError:
        try: raise KeyError
        except KeyError as k: print(type(k.__context__))
        def inner():
            try: raise TypeError
            except TypeError as t: print(type(t.__context__))
        inner()
    import sys; print(sys.exc_info())
ctx()
def genctx():
    try: raise ValueError
    except ValueError:
        yield 1
        try: raise KeyError
        except KeyError as k: print(type(k.__context__))
g = genctx(); next(g)
try: raise OSError
except OSError:
    for _ in g: pass
import sys; print(sys.exc_info())
