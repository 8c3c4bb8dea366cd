"""Weak references and proxies, as long as the target lives."""
def T(f):
    try: print(repr(f()))
    except BaseException as e: print(type(e).__name__, e)
import _weakref
class W: pass
w=W(); r=_weakref.ref(w); T(lambda:r() is w); T(lambda:_weakref.ref(w) is r); T(lambda:_weakref.getweakrefcount(w)); p=_weakref.proxy(w); w.a=1; T(lambda:p.a); p.b=2; T(lambda:w.b); T(lambda:_weakref.getweakrefs(w)==[r,p] or len(_weakref.getweakrefs(w))); T(lambda:r==_weakref.ref(w)); T(lambda:hash(r)==hash(w))
class N:
    def __add__(s,o): return ('add',o)
    def __radd__(s,o): return ('radd',o)
    def __iadd__(s,o): return ('iadd',o)
    def __len__(s): return 3
    def __getitem__(s,k): return k
    def __call__(s,*a,**k): return a,k
    def __contains__(s,x): return True
    def __iter__(s): return iter([1,2])
    def __eq__(s,o): return True
    def __bool__(s): return False
    def __str__(s): return 'str'
    def __neg__(s): return -5
    def __index__(s): return 7
    def __pow__(s,o,m=None): return ('pow',o,m)
n=N(); p=_weakref.proxy(n)
T(lambda:p+1); T(lambda:1+p); T(lambda:len(p)); T(lambda:p[5]); T(lambda:p(1,x=2)); T(lambda:5 in p); T(lambda:list(p)); T(lambda:p==5); T(lambda:bool(p)); T(lambda:str(p)); T(lambda:-p); T(lambda:[0]*8==[0]*8 and list(range(10))[p]); T(lambda:p**2); T(lambda:pow(p,2,3)); T(lambda:hash(p)); T(lambda:type(p)); T(lambda:next(p)); T(lambda:p-1)
class R(_weakref.ref):
    def __new__(c,o,cb=None,key=None): return super().__new__(c,o,cb)
    def __init__(s,o,cb=None,key=None): super().__init__(o,cb); s.key=key
k=R(n,None,'k'); T(lambda:k.key); T(lambda:k() is n); T(lambda: R(n) is R(n)); T(lambda:k==_weakref.ref(n))
d={2:r,3:_weakref.ref(n)}
T(lambda:_weakref._remove_dead_weakref(d,3)); T(lambda:sorted(d)); T(lambda:_weakref._remove_dead_weakref(d,9))
class S:
    __slots__=()
T(lambda:_weakref.ref(S())); T(lambda:_weakref.ref(len)() is len); T(lambda:_weakref.ref(int)()); T(lambda:_weakref.ref(ValueError())); 
def gen(): yield
T(lambda:_weakref.ref(gen)() is gen)
