"""_operator, _functools, _heapq and _bisect."""


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


import _operator as o, _operator
cases(r"""
o.itemgetter()
o.itemgetter(1,x=2)
o.itemgetter(1)()
o.itemgetter(1)([1],2)
o.itemgetter(1)([1],a=2)
o.itemgetter(1,2)
o.itemgetter(1).__reduce__()
o.itemgetter(1,2).__reduce__()
repr(o.attrgetter('a'))
o.attrgetter()
o.attrgetter(1)
o.attrgetter('a.b','c').__reduce__()
repr(o.attrgetter('a.b','c'))
o.attrgetter('a')()
o.methodcaller()
o.methodcaller(1)
repr(o.methodcaller('a',1,b=2))
repr(o.methodcaller('a'))
o.methodcaller('a',1).__reduce__()
o.methodcaller('a')()
o.methodcaller('a')(1)
o.methodcaller('a')(1,2)
o.indexOf([1],2)
o.indexOf(1,2)
o.countOf([1,1,2],1)
o.countOf(1,1)
o.length_hint([1],'a')
o.length_hint(1,'a')
o.length_hint(1)
o.concat(1,2)
o.concat([1],2)
o.iconcat(1,2)
o.call()
o.call(1)
_operator._compare_digest('a',1)
_operator._compare_digest('é','a')
_operator._compare_digest(b'a','a')
_operator._compare_digest(1,1)
_operator._compare_digest('a','a')
_operator._compare_digest(b'ab','ab'.encode())
o.contains(1,2)
o.pow(1)
o.add(1)
o.add(a=1,b=2)
o.index('a')
o.iconcat([1],2)
o.itemgetter(1)({1:2})
o.attrgetter('a..b')(1)
o.itemgetter(slice(1,2))([1,2,3])
o.itemgetter(-1)((1,2))
o.methodcaller('a',1)(1,b=2)
o.methodcaller('a')(x=1)
type(o.itemgetter(1)).__module__
o.attrgetter('real','imag')(1)
o.methodcaller('index',2,)([1,2])
o.methodcaller('sort',reverse=True)([1,2])
o.add(1,2),o.mod('a%s',1),o.matmul.__name__
o.truth([]),o.not_([]),o.is_(1,1),o.is_not(1,1)
o.ipow(2,3),o.neg(1),o.inv(1),o.pos(1),o.abs(-1)
o.setitem([1],0,2), o.delitem({1:2},1), o.getitem([1],0)
""")
import _functools as f, _heapq as h, _bisect as b
class P(f.partial): pass
p=f.partial(int,'1',base=2)
def cmpf(a,b): return 0
K=f.cmp_to_key(cmpf)
cases(r"""
f.partial()
f.partial(1)
repr(p)
p.__reduce__()
p.__setstate__(1)
p.__setstate__((1,2,3,4))
p.__setstate__((int,(),{},None))
f.reduce()
f.reduce(int)
f.reduce(int,[])
f.reduce(int,1)
f.reduce(int,[],1,2)
f.reduce(lambda a,b:a+b,[1,2,3],10)
f.cmp_to_key()
f.cmp_to_key(1)
K
K(1)
K()
K(1)<2
K(1)<K(2)
K(1)<=K(2)
K(obj=1).obj
hash(K(1))
f._lru_cache_wrapper(1,2,3,4)
f._lru_cache_wrapper(int)
f._lru_cache_wrapper(int,'a',False,tuple)
h.heapify(1)
h.heappush(1,1)
h.heappop([])
h.heappop(1)
h.heapreplace([],1)
h.heappushpop([],1)
h._heappop_max([])
h._heapreplace_max([],1)
b.bisect_right([1,2],1,-1)
b.bisect_right([1,2],1,key=5)
b.bisect_left(1,1)
b.insort_left([1],'a')
b.bisect_left([1,2,3],2,hi=None)
b.bisect_left([1,2,3],2,lo='a')
b.bisect_left([1],1,0,100)
K.__class__
type(K(1)).__name__
type(K).__module__
p.func
p.keywords
p.__dict__
P(int,5)
f.partial(f.partial(int,'1'),base=2)
f.partial(print,sep='')
f.partial(int)('5',base=8)
f.partial(dict,a=1)(b=2)
sorted([3,1,2],key=f.cmp_to_key(lambda a,b:b-a))
""")
c=f._lru_cache_wrapper(lambda x,y=0: (x,y), 2, False, lambda *a:a)
show(c(1),c(1),c(2),c(3),c(1),c(x=1),c(1,y=2),c.cache_info()); c.cache_clear(); show(c.cache_info())
c=f._lru_cache_wrapper(lambda x,y=0: (x,y), None, True, lambda *a:a)
show(c(1),c(1.0),c(1),c(1.0),c(True),c.cache_info())
c=f._lru_cache_wrapper(lambda x,y=0: (x,y), 0, True, lambda *a:a)
show(c(1),c(1),c.cache_info())
class A:
    m=f._lru_cache_wrapper(lambda self,x: x, 5, True, lambda *a:a)
show(A().m(1), A.m)
x=[5,3,8,1,9,2]; h.heapify(x); show(x); show([h.heappop(x) for i in range(6)])
x=[]
for i in [5,3,8,1,9,2]: h.heappush(x,i)
show(x, h.heappushpop(x,0), h.heapreplace(x,7), x)
x=[5,3,8,1,9,2]; h._heapify_max(x); show(x); show([h._heappop_max(x) for i in range(6)])
p.x=p; 
p.__setstate__((p,(),{},{})); show(repr(p))
