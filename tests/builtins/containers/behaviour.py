"""Recursion, changes while iterating, subclasses, slices, sorting."""


def show(*values):
    """print, without addresses."""
    line = " ".join(map(str, values))
    while " at 0x" in line:
        i = line.index(" at 0x")
        j = i + 6
        while j < len(line) and line[j] in "0123456789abcdef":
            j += 1
        line = line[:i] + line[j:]
    print(line)


def cases(text):
    """Evaluates each line; shows what comes out or what is raised."""
    for line in text.strip().splitlines():
        try:
            show(line, "->", eval(line))
        except BaseException as error:
            show(line, "!!", type(error).__name__, error)


def t(f):
    try: show(f.__name__, f())
    except BaseException as e: show(f.__name__, type(e).__name__, e)
def deep():
    l=[]
    for i in range(100000): l=[l]
    return l
a=deep(); b=deep()
def f1(): return a==b
t(f1)
def f2(): return repr(a)
t(f2)
def f3():
    x=()
    for i in range(100000): x=(x,)
    return hash(x)
#t(f3)
def f4():
    d={}
    for i in range(100000): d={1:d}
    return repr(d)
t(f4)
def f5():
    d={};e={}
    for i in range(100000): d={1:d}; e={1:e}
    return d==e
t(f5)
def f6():
    l=[1,2,3]
    l.append(l); return repr(l), l==l, l in [l]
t(f6)
def f7():
    l=[3,1,2]
    l.sort(key=lambda x:l.append(x) or x); return l
t(f7)
l=[3,1,2]
def f7b():
    try: l.sort(key=lambda x:l.append(x) or x)
    finally: show(l)
t(f7b)
def f8():
    l=[3,1,2]
    r=[]
    l.sort(key=lambda x:r.append(list(l)) or x); return l,r
t(f8)
def f9():
    d={1:1,2:2}
    for k in d: d[k+10]=1
t(f9)
def f10():
    d={1:1,2:2}
    for k in d: del d[k]; d[k+10]=1
    return d
t(f10)
def f11():
    s={1,2}
    for k in s: s.add(k+5)
t(f11)
class E:
    def __init__(s,v): s.v=v
    def __hash__(s): return 1
    def __eq__(s,o): 
        global D
        D.clear()
        return False
def f12():
    global D
    D={}
    D[E(1)]=1; D[E(2)]=2; D[E(3)]=3
    return len(D)
def f13():
    class BadEq:
        def __eq__(s,o): raise ZeroDivisionError('x')
        def __hash__(s): return 7
    d={BadEq():1}
    return d.get(7) , d[BadEq()]
t(f13)
def f14():
    class L(list): pass
    class D(dict):
        def __missing__(s,k): return k*2
    class T(tuple):
        def __new__(c,*a): return super().__new__(c,a)
    class S(set): pass
    x=L([1,2]); x.foo=3; d=D(a=1); d.bar=4; y=T(1,2,3); y.z=9; s=S([1]); s.q=1
    return x,x.foo,d['a'],d['zz'],d.bar,y,y.z,y[1:],type(y[1:]),x+[3],type(x*2),s,s.q,type(s|{2}),d.get('k'),D.fromkeys('ab')
t(f14)
def f15():
    class X:
        def __getitem__(s,i):
            if i>3: raise IndexError
            return i*i
        def __len__(s): return 4
    return list(X()), list(reversed(X())), 4 in X(), list(iter(X()))
t(f15)
def f16():
    l=[1,2,3,4,5]; l[1:3]=[9]; l[::2]=[0,0]; del l[::2]; l[5:]=[7,8]; l[:0]=(1,2); l+='ab'; l*=2; del l[3:5]; l[::-1]=list(range(len(l)))
    return l
t(f16)
def f17():
    l=list(range(10)); l[::2]=[1]
t(f17)
def f18():
    l=list(range(10)); l[2:4]=5
t(f18)
def f19():
    l=list(range(10)); l[::2]=5
t(f19)
def f20():
    l=list(range(20)); del l[3:15:4]; del l[::-3]; l[3:1]=[7,7]; return l
t(f20)
def f21():
    import _functools
    out=[]
    for n in (0,1,5,40,100,333):
        l=[(i*7919)%n for i in range(n)] if n else []
        l2=[(x%5,str(x)) for x in l]
        out.append(l2==sorted(sorted(l2,reverse=True)))
        out.append([x[1] for x in sorted(l2,key=lambda p:p[0])][:6])
        out.append([x[1] for x in sorted(l2,key=lambda p:p[0],reverse=True)][:6])
        out.append(sorted([x/3 for x in l]+l)[:5])
    return out
t(f21)
def f22():
    class C:
        def __init__(s,x): s.x=x
        def __lt__(s,o): 
            if s.x==13: raise KeyError('bad')
            return s.x<o.x
    l=[C(i) for i in (5,3,13,2)]
    try: l.sort()
    except KeyError as e: return sorted(c.x for c in l), e
t(f22)
def f23(): return sorted([1,'a'])
t(f23)
def f24(): return sorted([(1,2),(1,'a')])
t(f24)
def f25(): return sorted([[2],[1],[1,0]]), sorted(['b','a','é','z']), sorted([True,0,2.5,-1]), sorted({3:1,1:2}), max([1,2]), min('abc')
t(f25)
def f26():
    d={i:i for i in range(100)}
    for i in range(0,100,2): del d[i]
    d[0]=5; d.update({1:9,200:1}); r=list(d.items())[:3]+list(d.items())[-3:]
    while d: d.popitem()
    d[1]=2
    return r,d
t(f26)
def f27():
    it=iter([1,2,3]); next(it); a=it.__length_hint__(); it.__setstate__(0); return a, list(it), it.__length_hint__()
t(f27)
def f28():
    r=reversed([1,2,3]); next(r); a=r.__length_hint__(); return a, list(r)
t(f28)
def f29(): return [list(z) for z in zip([1,2],'ab',(3,4,5))], list(map(lambda a,b:a+b,[1,2],[3,4,5])), list(filter(None,[0,1,2])), list(enumerate('ab',5)), list(map(lambda *a:a,*[[1,2]]*10))
t(f29)
def f30():
    n=0
    def g():
        nonlocal n; n+=1; return n
    return list(iter(g,5)), list(iter(lambda:1,1))
t(f30)
