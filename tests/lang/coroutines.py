"""async def, await, async for, async with, async generators, driven by hand."""
class Pause:
    def __init__(self, v):
        self.v = v
    def __await__(self):
        got = yield self.v
        return got
def drive(co, *sends):
    out = []
    try:
        out.append(co.send(None))
        for s in sends:
            out.append(co.send(s))
        while True:
            out.append(co.send(None))
    except StopIteration as e:
        return out, e.value
async def add(a, b):
    x = await Pause(a)
    y = await Pause(b)
    return x, y
print(drive(add(1, 2), "p", "q"))
class It:
    def __init__(self, n):
        self.n = n
    def __aiter__(self):
        return self
    async def __anext__(self):
        if self.n == 0:
            raise StopAsyncIteration
        self.n -= 1
        await Pause("tick")
        return self.n
class CM:
    async def __aenter__(self):
        await Pause("in")
        return "cm"
    async def __aexit__(self, t, v, tb):
        await Pause("out")
        print("aexit", t)
        return True
async def agen(n):
    try:
        for i in range(n):
            await Pause("g")
            yield i
    finally:
        print("agen done")
async def main():
    r = []
    async for i in It(2):
        r.append(i)
    else:
        r.append("else")
    async with CM() as c:
        r.append(c)
        raise ValueError
    r += [x async for x in agen(3) if x != 1]
    g = agen(5)
    r.append(await g.__anext__())
    await g.aclose()
    r.append([await add(1, i) for i in range(2)])
    return r
print(drive(main()))
async def bad():
    await 5
for co in (bad(),):
    try:
        co.send(None)
    except TypeError as e:
        print(e)
co = add(1, 1)
co.send(None)
try:
    co.throw(KeyError("k"))
except KeyError as e:
    print(repr(e))
try:
    co.send(None)
except RuntimeError as e:
    print(e)
print(type(co).__name__, co.cr_frame)
