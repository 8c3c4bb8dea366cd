from _contextvars import *

v=ContextVar('v'); w=ContextVar('w',default=3)
def T(f,*a,**k):
    try: print(repr(f(*a,**k)).split(' at 0x')[0])
    except BaseException as e: print(type(e).__name__,str(e).split(' at 0x')[0])
T(v.get); T(v.get,1); T(w.get); T(w.get,5); t=v.set(10); T(v.get); print(t.var is v, t.old_value is Token.MISSING, Token.MISSING); T(lambda:t); T(v.reset,t); T(v.get); T(v.reset,t); T(lambda:t)
t=v.set(1); T(w.reset,t); c=copy_context(); T(len,c); print(c[v], v in c, w in c, list(c)==[v], list(c.values()), c.get(w), c.get(w,7)); T(lambda:c[w]); T(lambda:c[1]); T(lambda: 1 in c)
def f(x, y=2): v.set(99); return v.get(), x, y
print(c.run(f,1,y=5), v.get(), c[v]); T(c.run); T(c.run,lambda:c.run(f,1)); T(ContextVar); T(ContextVar,1); T(ContextVar,'a',1); T(Token); T(Context,1); T(lambda:v); T(lambda:w)
c2=c.copy(); print(c2==c, c2 is c, c2!=c, c==1); c2.run(v.set,1); print(c[v],c2[v],c2==c); print(ContextVar[int], Token[int])
def g(): 
    tok=v.set(5); return tok
tok=c.run(g); T(v.reset,tok)
try: hash(c)
except TypeError as e: print(e)
class X(Exception): pass
def h(): v.set('in'); raise X
try: c.run(h)
except X: print(v.get(), c[v])
for T2 in (ContextVar, Token, Context):
    try:
        class Z(T2): pass
    except TypeError as e: print(e)
