# Attribute sites whose classes, instances and functions change under them.
def tr(f, *a):
    try: return f(*a)
    except BaseException as e: return type(e).__name__, str(e)
class A:
    k = 1
    def __init__(self): self.x = 1; self.y = 2
    def m(self): return 'm1'
def getx(o): return o.x
def callm(o): return o.m()
def getk(o): return o.k
def setx(o, v): o.x = v
objs = [A() for _ in range(100)]
out = []
for rnd in range(12):
    for o in objs:
        getx(o); callm(o); getk(o); setx(o, rnd)
    out.append((rnd, getx(objs[0]), tr(callm, objs[0]), getk(objs[0]), getx(objs[50]), tr(callm, objs[50]), getk(objs[50])))
    if rnd == 0: A.m = lambda self: 'm2'
    if rnd == 1: A.k = 2
    if rnd == 2: objs[50].m = lambda: 'inst'
    if rnd == 3: objs[50].k = 'instk'
    if rnd == 4: objs[0].__dict__
    if rnd == 5: objs[0].__dict__['m'] = lambda: 'dictm'
    if rnd == 6: del objs[50].m
    if rnd == 7: A.x = property(lambda s: 'prop', lambda s, v: None)
    if rnd == 8: del A.x
    if rnd == 9:
        class B: 
            k = 'B'
            def m(self): return 'Bm'
        objs[50].__class__ = B
        objs[0].__class__ = B
    if rnd == 10: B.__getattribute__ = lambda s, n: (lambda: 'ga') if n == 'm' else 'ga'
for o in out: print(o)
class S:
    __slots__ = ('a', 'b')
def geta(o): return o.a
ss = [S() for _ in range(10)]
for s in ss: s.a = 5
print([geta(s) for s in ss])
del ss[3].a
print([tr(geta, s) for s in ss])
S.a = 9
print([tr(geta, s) for s in ss])
class P:
    def __init__(self): self._v = 1
    @property
    def v(self): return self._v
    @v.setter
    def v(self, x): self._v = x
def usev(p, n):
    for i in range(n): p.v = p.v + 1
    return p.v
print(usev(P(), 1000))
class C1:
    @classmethod
    def cm(cls): return cls.__name__
    @staticmethod
    def sm(x): return x * 2
class C2(C1): pass
def use(o): return o.cm(), o.sm(3)
for o in (C1(), C2(), C1, C2) * 5: r = use(o)
print(r, use(C1()), use(C1))
C1.cm = classmethod(lambda cls: 'new'); print(use(C2()), use(C2))
# construct
class K:
    def __init__(self, a, b=3): self.a = a; self.b = b
def mk(i): return K(i, b=i)
ks = [mk(i) for i in range(100)]
print(sum(k.a + k.b for k in ks))
K.__init__ = lambda self, a, b=0: None
print(mk(1).__dict__)
K.__new__ = staticmethod(lambda cls, *a, **k: 'not a K')
print(mk(1))
# attribute named like meta
class Meta(type):
    def hello(cls): return 'meta hello'
class WM(metaclass=Meta): pass
def h(c): return tr(lambda: c.hello())
print([h(WM) for _ in range(5)]); WM.hello = classmethod(lambda c: 'own'); print([h(WM) for _ in range(3)])
Meta.hello = property(lambda c: lambda: 'data'); print([h(WM) for _ in range(3)])
# many attrs, polymorphic
class Poly: pass
ps = []
for i in range(20):
    p = Poly()
    for j in range(i): setattr(p, f'z{j}', j)
    p.target = i
    ps.append(p)
def tgt(p): return p.target
print([tgt(p) for p in ps], sum(tgt(p) for p in ps * 100))
# del & re-add order
p = Poly(); p.a = 1; p.b = 2; del p.a; p.a = 3; print(p.__dict__, list(vars(p)))
# getattr hook
class H:
    def __getattr__(self, n): return 'hook:' + n
def gx(o): return o.x
hs = H(); r = [gx(hs) for _ in range(5)]; hs.x = 1; r += [gx(hs) for _ in range(5)]; del hs.x; r += [gx(hs)]; print(r)
del H.__getattr__; print(tr(gx, hs))
# function attrs
def fn(): pass
fn.count = 0
def inc(): fn.count += 1
for _ in range(100): inc()
print(fn.count, fn.__dict__)
# default changes
def d(a, b=1): return a, b
def calld(): return d(5)
r = [calld() for _ in range(5)]; d.__defaults__ = (7,); r.append(calld()); d.__defaults__ = None; r.append(tr(calld)); print(r)
def e(): return 'e'
def calld2(): return d()
d.__code__ = e.__code__; print(tr(calld2))
# super
class X1:
    def __init__(self): self.log = ['X1']
    def go(self, *a, **k): return ('X1', a, k)
    @classmethod
    def cm(cls, v): return (cls.__name__, v)
    @property
    def pr(self): return 'X1pr'
class X2(X1):
    def __init__(self): super().__init__(); self.log.append('X2')
    def go(self, *a, **k): return ('X2',) + super().go(*a, **k)
    @classmethod
    def cm(cls, v): return super().cm(v + 1)
    @property
    def pr(self): return super().pr + 'X2'
    def inner(self):
        def f(): return super(X2, self).go(1)
        return f()
    def inner2(self): return [super(X2, self).go(i) for i in range(2)]
    def cell(self):
        g = lambda: self
        return super().go(g() is self)
x = X2(); print(x.log, x.go(1, k=2), X2.cm(1), x.pr, x.inner(), x.inner2(), x.cell())
class Y(X2): pass
print(Y().go(), Y.cm(5))
class Z(int):
    def __new__(cls, v): return super().__new__(cls, v + 1)
    def __repr__(self): return 'Z' + super().__repr__()
print(Z(3), Z(3) + 1)
class LL(list):
    def append(self, x): super().append(x * 2)
l = LL(); l.append(2); print(l, type(l).__mro__)
class Dd(dict):
    def __setitem__(self, k, v): super().__setitem__(k, v + 1)
d = Dd(); d['a'] = 1; d.update(b=1); print(d, d['a'])
class Ex(KeyError):
    code = 5
    def __str__(self): return 'custom ' + super().__str__()
try: raise Ex('q')
except KeyError as e: print(e, e.code, e.args)
class Cnt:
    n = 0
    def __init__(self): type(self).n += 1; Cnt.n
for _ in range(50): Cnt()
print(Cnt.n)
class Desc:
    def __init__(self): self.vals = {}
    def __get__(self, o, t=None): return self if o is None else self.vals.get(id(o), 'none')
    def __set__(self, o, v): self.vals[id(o)] = v
class UseD: d = Desc()
us = [UseD() for _ in range(5)]
for i, u in enumerate(us): u.d = i
print([u.d for u in us], UseD.d is UseD.__dict__['d'])
print(A.__dict__.keys() >= {'m', 'k'}, type(A.__dict__).__name__)
print(object() == object(), A() != A(), (lambda: 0) == 5, A() is A)
class Rich:
    def __init__(s, v): s.v = v
    def __lt__(s, o): return s.v < o.v
    def __repr__(s): return f'R{s.v}'
print(sorted([Rich(3), Rich(1), Rich(2)]), max(Rich(1), Rich(5), Rich(2)))
print(isinstance(int.__add__, type(str.__add__)), type(int.__add__), type((1).__add__), type([].append), type(list.append), type(dict.__dict__['fromkeys']), type(int.__dict__['real']), type(type.__dict__['__mro__']), type(len), type(lambda: 0), type(A().__init__))
