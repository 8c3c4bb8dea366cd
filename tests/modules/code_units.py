# Code objects that come out of marshal: their parts appear when they are run or looked at.
import marshal, dis
src='''
"""doc"""
import os
def f(a, b=1, *c, d, e=(1,2,(3,4.5,"x")), **k):
    "doc f"
    x = lambda: a + 10**30
    try:
        yield x
    except* ValueError as z:
        raise KeyError from z
class A:
    "class doc"
    y: int = 1j
    def m(self): return super().__init__, b'zz', frozenset({1,2}), "\\ud800", "h\\u00e9", {1,2} == {1}, 2.5, -7, ...
    async def n(self):
        async for i in self: print(i)
'''
c=compile(src,'<s>','exec')
b=marshal.dumps(c)
c2=marshal.loads(b)
c2=marshal.loads(b)
ns={'__name__':'m'}
exec(c2,ns)
print(ns['f'].__doc__, ns['A'].__doc__, ns['A'].m.__doc__, ns['A']().m()[1:])
print(next(ns['f'](1,d=2))())
try: ns['f'](1)
except TypeError as e: print(e)
c3=marshal.loads(b)
def walk(x,y):
    assert x==y and x.co_code==y.co_code and x.co_linetable==y.co_linetable and x.co_names==y.co_names and hash(x)==hash(y)
    for p,q in zip(x.co_consts,y.co_consts):
        if hasattr(p,'co_code'): walk(p,q)
walk(c,c3)
import threading
c4 = marshal.loads(b)
seen = []
def look():
    ns = {'__name__': 'm'}
    exec(c4, ns)
    seen.append((ns['f'].__code__.co_varnames, next(ns['f'](2, d=0))(), ns['A'].m.__qualname__))
threads = [threading.Thread(target=look) for _ in range(4)]
for t in threads: t.start()
for t in threads: t.join()
print(len(set(seen)), seen[0])
def g(): "old"
h = marshal.loads(marshal.dumps((lambda: None).__code__))
g.__code__ = h
print(g.__doc__, g())
del g.__doc__
print(g.__doc__)
