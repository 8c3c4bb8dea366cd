# Attribute sites that see several classes, super(), and what changes under their caches.
class A:
    def f(self): return 1
    def __init__(self): self.a=1
    @classmethod
    def c(cls): return cls
    @property
    def p(self): return 5
class B(A):
    def __init__(self, b):
        super().__init__(); self.b=b
    def f(self): return super().f()+1
    @classmethod
    def c(cls): return super().c()
    def g(self):
        try: super().nope()
        except AttributeError as e: return str(e)
    def h(self):
        self = 5
        try: return super().f()
        except TypeError as e: return str(e)
    def k(self):
        del self
        try: return super().f()
        except RuntimeError as e: return str(e)
    def cc(self): return super().__class__.__name__, super().__repr__()[:10]
    def z(self):
        return (lambda: super().f)
    def inner(self):
        def q(): return self
        return super().f()
    def __new__(cls, *a): return super().__new__(cls)
class C(B):
    def __init__(self): super().__init__(7)
    def f(self): return super().f()*10
for i in range(5):
    for x in (B(1),C()):
        print(x.f(), x.c(), x.g(), x.h(), x.k(), x.cc(), x.inner(), x.b)
A.f=lambda self: 100
print(C().f())
class D(A):
    def f(self):
        super = lambda: A()
        return super().f()
class E(A):
    def f(self):
        def g(super):
            __class__
            return super().f()
        return g(D)
print(D().f(), E().f())
class P1:
    v=1
    def m(self): return 'P1'
class P2(P1):
    v=2
    def m(self): return 'P2'
class P3: 
    def m(self): return 'P3'
class P4:
    def __init__(self): self.x=1; self.m=lambda: 'own'
class P5:
    def __getattr__(self,n): return lambda: n
class P6(P1): pass
class P7(P1): pass
class P8(P1): pass
def poly(o): 
    o.zz = o.__class__.__name__
    o.yy = 3
    return o.m(), o.zz, o.yy
objs=[P1(),P2(),P3(),P4(),P5(),P6(),P7(),P8()]
for k in range(1,9):
    for r in range(40):
        for o in objs[:k]: last=poly(o)
    print(k,last)
P1.m=lambda s:'new'
print([poly(o) for o in objs])
objs[0].m=lambda:'inst'
print([poly(o) for o in objs])
