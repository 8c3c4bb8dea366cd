# Errors of types, descriptors, functions and properties.
def tr(f, *a):
    try: print(f(*a))
    except BaseException as e: print(type(e).__name__, e)
class C: pass
def f(): del C().x
tr(f)
def f(): object().x=1
tr(f)
def f(): del object().x
tr(f)
def f(): del C.x
tr(f)
def f(): del C().__class__
tr(f)
tr(lambda: int.__add__.__get__())
tr(lambda: int.__add__())
tr(lambda: int.__add__(1))
tr(lambda: int.__add__('a',1))
tr(lambda: int.__repr__(1,x=2))
tr(lambda: list.append())
tr(lambda: list.append(1,2))
tr(lambda: list.append([]))
tr(lambda: (1).__lt__())
tr(lambda: (1).__pow__())
tr(lambda: object.__setattr__(int,'a',1))
tr(lambda: type('A',(),{'__slots__':['__dict__','__dict__']}))
tr(lambda: type('A',(),{'__slots__':['__weakref__','__weakref__']}))
tr(lambda: type('A',(),{'__slots__':[1]}))
tr(lambda: type('A',(),{'__slots__':['1']}))
tr(lambda: type('A',(),{'__slots__':['a'],'a':1}))
tr(lambda: type('A',(int,),{'__slots__':['a']}))
tr(lambda: type('A',(C,),{'__slots__':['__dict__']}))
tr(lambda: type('A',(1,),{}))
tr(lambda: type('A',(bool,),{}))
tr(lambda: type('A',(int,str),{}))
tr(lambda: type('A',(C,C),{}))
tr(lambda: type('A',(object,C),{}))
tr(lambda: type('A\0',(),{}))
tr(lambda: type(1,(),{}))
tr(lambda: type('A',1,{}))
tr(lambda: type('A',(),1))
tr(lambda: type('A',()))
tr(lambda: type())
tr(lambda: type('A',(),{'__qualname__':1}))
tr(lambda: type('A',(),{'__classcell__':1}))
tr(lambda: type('A',(),{},a=1))
tr(lambda: object(1))
tr(lambda: C(1))
tr(lambda: object.__new__(C,1))
tr(lambda: object().__init__(1))
class X:
    def __new__(cls,*a): return object.__new__(cls,*a)
tr(lambda: X(1))
class Y:
    def __init__(self,*a): object.__init__(self,*a)
tr(lambda: Y(1))
tr(lambda: object.__new__(int))
tr(lambda: object.__new__())
tr(lambda: object.__new__(1))
tr(lambda: int.__new__(C))
tr(lambda: type(iter([]))())
def f(): del C.__name__
tr(f)
def f(): C.__name__=1
tr(f)
def f(): C.__name__='a\0'
tr(f)
def f(): int.__name__='a'
tr(f)
def f(): del C.__qualname__
tr(f)
def f(): C.__qualname__=1
tr(f)
def f(): del C.__module__
tr(f)
def f(): del C.__doc__
tr(f)
def f(): int.__doc__=1
tr(f)
def f(): C.__dict__=1
tr(f)
def f(): C.__mro__=1
tr(f)
def f(): del C.__abstractmethods__
tr(f)
def f(): C.__abstractmethods__
tr(f)
def f(): int.__annotations__
tr(f)
def f(): del C.__annotations__
tr(f)
def f(): int.x=1
tr(f)
def f(): C().__class__=int
tr(f)
def f(): C().__class__=1
tr(f)
def f(): (1).__class__=C
tr(f)
def f(): del C.__bases__
tr(f)
tr(lambda: type.__init__(C,1,2))
tr(lambda: type.__init__(C,1,x=2))
tr(lambda: type.__prepare__(1,2,3))
tr(lambda: super().x)
tr(lambda: super(1))
tr(lambda: super(int,1,2,3))
tr(lambda: super(int,'a'))
print(super(int,1), super(int))
tr(lambda: super(int,1).foo)
tr(lambda: super(x=1))
tr(lambda: object.__reduce_ex__(1))
tr(lambda: object().__format__('x'))
tr(lambda: object().__format__(1))
def g(a,b=1): "doc"
def f(): g.__code__=1
tr(f)
def f(): del g.__code__
tr(f)
def mk():
    x=1
    def h(): return x
    return h
h=mk()
def f(): h.__code__=g.__code__
tr(f)
def f(): g.__defaults__=1
tr(f)
def f(): g.__kwdefaults__=1
tr(f)
def f(): g.__annotations__=1
tr(f)
def f(): g.__name__=1
tr(f)
def f(): g.__dict__=1
tr(f)
def f(): g.__globals__=1
tr(f)
def f(): del g.__dict__
tr(f)
F=type(g)
tr(lambda: F(1,{}))
tr(lambda: F(g.__code__,1))
tr(lambda: F(h.__code__,{}))
tr(lambda: F(h.__code__,{},closure=1))
tr(lambda: F(h.__code__,{},closure=()))
tr(lambda: F(h.__code__,{},closure=(1,)))
tr(lambda: F(g.__code__,{},closure=(1,)))
tr(lambda: F(g.__code__,{},argdefs=1))
tr(lambda: F(g.__code__,{},1))
M=type(tr.__get__(1))
print(tr.__get__(1), M(len,1))
tr(lambda: M(1,2))
tr(lambda: M(len,None))
tr(lambda: M(len))
tr(lambda: M(len,1,x=1))
class C:
    def m(self): pass
    @property
    def p(self): return 1
    @classmethod
    def c(cls): pass
    @staticmethod
    def s(): pass
    n=property()
    w=property(None, lambda s,v: None)
c=C()
def f(): c.p=1
tr(f)
def f(): del c.p
tr(f)
def f(): c.n
tr(f)
def f(): c.n=1
tr(f)
def f(): property().__get__(c)
tr(f)
def f(): property().__set__(c,1)
tr(f)
tr(lambda: property(1,2,3,4,5))
tr(lambda: property(x=1))
tr(lambda: classmethod())
tr(lambda: staticmethod(x=1))
tr(lambda: staticmethod(1)())
tr(lambda: property().__set_name__())
print(sorted(property.__dict__), sorted(classmethod.__dict__), sorted(staticmethod.__dict__), sorted(super.__dict__),sorted(F.__dict__), sorted(M.__dict__), sep='\n')
print(sorted(object.__dict__), sorted(type.__dict__), sep='\n')
def f(): c.m.x=1
tr(f)
def f(): C.__dict__['c'].__get__(None)
tr(f)
g.attr=1; print(g.__dict__, g.attr, g.__name__, g.__qualname__, g.__doc__, g.__defaults__, g.__module__, g.__kwdefaults__)
print(C.__dict__['__dict__'], C.__dict__['__weakref__'], C.m.__qualname__, type(C.__dict__['c']))
class A:
    def f(self): return 'A'
class B(A):
    def f(self): return 'B' + super().f()
class C2(A):
    def f(self): return 'C' + super().f()
class D(B, C2):
    def f(self): return 'D' + super().f()
print(D().f(), [k.__name__ for k in D.__mro__])
A.f = lambda self: 'newA'; print(D().f())
A.__len__ = lambda s: 5; print(len(D()))
del A.__len__; tr(len, D())
A.__eq__ = lambda s, o: True; print(D() == 1)
class Z: pass
class Z2(Z): pass
class Y0:
    def hi(self): return 'hi'
class Y1(Y0): pass
z = Z2(); Z2.__bases__ = (Y1,); print(z.hi(), Z2.__mro__, Z.__subclasses__(), Y1.__subclasses__())
class P1:
    a = 1
class P2:
    a = 2
o = P1(); o.q = 3; o.__class__ = P2; print(o.a, o.q, type(o).__name__)
class Big:
    def __init__(self):
        for i in range(100): setattr(self, f'a{i}', i)
b = Big(); print(b.a99, b.a0, len(b.__dict__)); b.a50 = 'x'; print(b.a50)
class Many: pass
for i in range(5000):
    m = Many(); m.a = i; m.b = i
    if i % 1000 == 0: print(m.a, m.b)
print(dir(P1())[-3:], [x for x in dir(C) if not x.startswith('__')])
print(int | str, type(int | str))
print(type.__dict__['__doc__'].__class__, object.__doc__ is not None)
def outer():
    class K:
        def m(self): return __class__
    return K
print(outer().__qualname__, outer()().m().__qualname__)
print(type(lambda: 0).__name__, (lambda: 0).__qualname__)
class Ann:
    x: int = 1
    y: 'str'
print(Ann.__annotations__)
def ann(a: int, *b: str, c: float = 1.0, **d: list) -> bool: pass
print(ann.__annotations__)
