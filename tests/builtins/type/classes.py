# Classes: attributes, metaclasses, slots, operators, descriptors, subclasses of built-in types.
def tr(f, *a):
    try: print(f(*a))
    except BaseException as e: print(type(e).__name__, e)
class A:
    x = 1
    def __init__(self, a, b=2): self.a = a; self.b = b
    def m(self): return self.a + self.b
    @property
    def p(self): return self.a * 10
    @p.setter
    def p(self, v): self.a = v
    @p.deleter
    def p(self): print('del p')
    @classmethod
    def c(cls, *a): return cls.__name__, a
    @staticmethod
    def s(*a): return a
    def __repr__(self): return f'A({self.a})'
a = A(1)
print(a, a.m(), a.p, a.c(1), A.c(2), a.s(3), A.s(4), a.x, A.x)
a.p = 7; print(a.a); del a.p
print(a.__dict__, vars(a)); a.__dict__['zz'] = 5; print(a.zz)
del a.a
tr(lambda: a.a)
a.__dict__ = {'a': 9}; print(a.a, a.__dict__)
tr(lambda: setattr(a, '__dict__', 1))
class B(A):
    def __init__(self): super().__init__(3); self.c2 = 4
    def m(self): return super().m() * 2
    @classmethod
    def c(cls): return super().c('sub')
b = B(); print(b.m(), B.c(), b.__dict__, isinstance(b, A), issubclass(B, A), B.__mro__, B.__bases__, B.__base__)
class M(type):
    def __new__(m, name, bases, ns, **kw):
        print('M.__new__', name, sorted(k for k in ns if not k.startswith('__')), kw)
        return super().__new__(m, name, bases, ns)
    def __init__(cls, name, bases, ns, **kw): print('M.__init__', name, kw); super().__init__(name, bases, ns)
    def __call__(cls, *a): print('M.__call__', a); return super().__call__(*a)
    @classmethod
    def __prepare__(m, name, bases, **kw): print('prep', name, kw); return {'prepared': 1}
    def __getattr__(cls, n): return 'meta ' + n
    @property
    def mp(cls): return cls.__name__ + '!'
    def __len__(cls): return 42
    def __iter__(cls): return iter([1,2])
    def __contains__(cls, x): return x == 3
    def __instancecheck__(cls, o): return o == 5
    def __repr__(cls): return '<<' + cls.__name__ + '>>'
class C(metaclass=M, k=1):
    def __init__(self, v): self.v = v
c = C(4); print(c.v, C.prepared, C.foo, C.mp, len(C), list(C), 3 in C, isinstance(5, C), C)
tr(lambda: c.mp)
class D(C): pass
print(type(D) is M)
class S:
    __slots__ = ('a', '__b', 'c')
    def __init__(self): self.a = 1; self.__b = 2
s = S(); print(s.a, s._S__b, S.__slots__, S.a, hasattr(s, '__dict__'))
tr(lambda: s.c); tr(setattr, s, 'zzz', 1)
s.c = 5; del s.c; tr(lambda: s.c)
def f():
    del s.c
tr(f)
class S2(S): pass
s2 = S2(); s2.q = 1; print(s2.q, s2.a, s2.__dict__)
class S3(S): __slots__ = ('d', '__dict__')
s3 = S3(); s3.d = 4; s3.e = 5; print(s3.d, s3.e, s3.a, s3.__dict__)
class I(int):
    def __add__(self, o): return I(int.__add__(self, o) + 100)
    def __radd__(self, o): return 'radd'
i = I(5); print(i + 1, 1 + i, i - 1, i == 5, hash(i) == hash(5), repr(i), type(i + 1).__name__)
i.foo = 3; print(i.foo, i.__dict__)
class L(list): pass
l = L([1,2,3]); l.x = 1; print(l, l.x, len(l), l[0], l + [4], type(l + [4]).__name__)
class DD(dict):
    def __missing__(self, k): return k * 2
print(DD()[4], DD(a=1)['a'])
class T(tuple):
    def __new__(cls, *a): return super().__new__(cls, a)
    @property
    def first(self): return self[0]
t = T(1, 2); print(t, t.first, len(t)); t.y = 2; print(t.y)
class E(Exception):
    def __init__(self, a, b): super().__init__(a, b); self.extra = b
try: raise E(1, 2)
except E as e: print(repr(e), e.extra, e.args, e.__dict__)
class G:
    def __getattr__(self, n):
        if n.startswith('x'): return n
        raise AttributeError(n)
tr(lambda: G().xyz); tr(lambda: G().abc); print(hasattr(G(), 'abc'), getattr(G(), 'q', 'dflt'))
class GA:
    def __getattribute__(self, n): return 'got ' + n
print(GA().anything)
class SA:
    def __setattr__(self, n, v): object.__setattr__(self, n, v * 2)
    def __delattr__(self, n): print('delattr', n); object.__delattr__(self, n)
x = SA(); x.v = 4; print(x.v); del x.v
class Eq:
    def __eq__(self, o): return True
tr(lambda: hash(Eq())); print(Eq() == 1, Eq() != 1, Eq.__hash__)
class Desc:
    def __set_name__(self, o, n): print('set_name', o.__name__, n)
    def __get__(self, o, t): return ('get', o is None, t.__name__)
    def __set__(self, o, v): print('set', v)
    def __delete__(self, o): print('delete')
class UD:
    d = Desc()
print(UD.d, UD().d); u = UD(); u.d = 4; del u.d
u.__dict__['d'] = 9; print(u.d)
class ND:
    def __get__(self, o, t): return 'nd'
class UN: n = ND()
u = UN(); print(u.n); u.n = 3; print(u.n)
class P:
    def __init_subclass__(cls, /, tag=None, **kw): super().__init_subclass__(**kw); cls.tag = tag
class Q(P, tag='hello'): pass
print(Q.tag)
tr(lambda: type('Z', (P,), {}, foo=1))
class CG:
    def __class_getitem__(cls, k): return (cls.__name__, k)
print(CG[3])
class Cm:
    def __call__(self, *a, **k): return a, k
print(Cm()(1, b=2))
class W:
    def __enter__(self): return 'in'
    def __exit__(self, *a): print('exit', a[0]); return True
with W() as w: print(w); raise ValueError
class It:
    def __init__(self): self.n = 0
    def __iter__(self): return self
    def __next__(self):
        self.n += 1
        if self.n > 3: raise StopIteration
        return self.n
print(list(It()), sum(It()), [*It()])
class GI:
    def __getitem__(self, i):
        if i > 2: raise IndexError
        return i * i
    def __len__(self): return 3
print(list(GI()), 4 in GI(), 5 in GI(), list(reversed(GI())), bool(GI()))
class Num:
    def __init__(s, v): s.v = v
    def __add__(s, o): return ('add', s.v, o)
    def __radd__(s, o): return ('radd', s.v, o)
    def __iadd__(s, o): s.v += o; return s
    def __neg__(s): return -s.v
    def __bool__(s): return s.v > 0
    def __lt__(s, o): return s.v < o.v
    def __int__(s): return 7
    def __index__(s): return 2
    def __float__(s): return 2.5
    def __pow__(s, o, m=None): return ('pow', o, m)
    def __divmod__(s, o): return 'dm'
    def __matmul__(s, o): return 'mm'
    def __contains__(s, x): return x == 1
    def __len__(s): return 11
    def __format__(s, spec): return 'fmt:' + spec
n = Num(3); print(n + 1, 1 + n, -n, bool(n), n < Num(4), n > Num(4), int(n), [1,2,3][n], float(n), n ** 2, pow(n, 2, 3), divmod(n, 1), n @ 1, 1 in n, len(n), f'{n:abc}')
n += 4; print(n.v); tr(lambda: n - 1); tr(lambda: 1 - n); tr(lambda: n <= 1); tr(lambda: n & 1)
class Base:
    def __add__(s, o): return 'Base.add'
    def __radd__(s, o): return 'Base.radd'
class Der(Base):
    def __radd__(s, o): return 'Der.radd'
print(Base() + Der(), Der() + Base(), Base() + Base())
