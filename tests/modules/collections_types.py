"""deque, defaultdict, OrderedDict."""


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


import _collections
from _collections import *
d=deque([1,2,3]); m=deque([1,2],3)
od=OrderedDict(a=1)
dd=defaultdict(int,a=1)
class D(deque): pass
class O(OrderedDict): pass
cases(r"""
deque(1)
deque([1],-1)
deque([1],'a')
deque([1],2,3)
deque(a=1)
deque(iterable=[1],maxlen=None)
deque().pop()
deque().popleft()
d[5]
d['a']
d[1:2]
d.remove(9)
d.index(9)
d.index(1,'a')
m.insert(0,5), m.insert(0,6)
d*2
d*'a'
2*d
d.rotate('a')
m.maxlen
iter(d).__reduce__()
reversed(d).__reduce__()
repr(m)
repr(D([1]))
D([1]).copy()
d.__setitem__(9,1)
d.__delitem__(9)
_collections._deque_iterator(d)
_collections._deque_iterator(1)
_collections._deque_iterator(d,2).__reduce__()
_collections._deque_iterator(d,9).__length_hint__()
d.extend(1)
d.count()
d.__contains__(1)
defaultdict(1)
defaultdict(int,1)
dd['x'], dd
dd.__missing__('q')
defaultdict().__missing__(1)
defaultdict()['a']
repr(defaultdict())
dd.__reduce__()
dd.copy()
dd|{1:2}
{1:2}|dd
dd.default_factory
defaultdict(int,{},3)
od.popitem(), OrderedDict().popitem()
od.pop('z')
od.pop()
od.move_to_end('z')
OrderedDict(1)
OrderedDict([1])
OrderedDict([(1,2,3)])
OrderedDict([(1,)])
OrderedDict(1,2)
od.update(1,2)
repr(OrderedDict(a=1))
repr(O(a=1))
OrderedDict.fromkeys('ab',3)
OrderedDict(a=1)|{1:2}
{1:2}|OrderedDict(a=1)
OrderedDict(a=1).keys()
OrderedDict(a=1).items()
OrderedDict(a=1).values()
iter(OrderedDict(a=1))
reversed(OrderedDict(a=1).items())
iter(OrderedDict(a=1)).__reduce__()
type(OrderedDict(a=1).keys()).__mro__
type(iter(od)).__name__
OrderedDict(a=1)==OrderedDict(a=1)
OrderedDict(a=1)=={'a':1}
od.move_to_end('a',last=False)
od.setdefault()
od.popitem(last=1,x=2)
O(a=1).copy()
_collections._tuplegetter(0,'d')
_collections._tuplegetter(0,'d').__reduce__()
_collections._tuplegetter(0,'d').__get__([1])
_collections._tuplegetter(0,'d').__get__(())
_collections._tuplegetter(0,'d').__set__((1,),2)
_collections._tuplegetter(0,'d').__delete__((1,))
_collections._tuplegetter(0)
_collections._tuplegetter('a','d')
_collections._tuplegetter(0,'d').__doc__
_collections._count_elements({}, 1)
_collections._count_elements({})
deque([1])<deque([2])
d.insert('a',1)
OrderedDict([('a',1),('b',2)])==OrderedDict([('b',2),('a',1)])
OrderedDict([('a',1),('b',2)])=={'b':2,'a':1}
""")
o=OrderedDict(a=1,b=2)
def t(f):
    try: show(f())
    except Exception as e: show(type(e).__name__, e)
def f1():
    for k in o: o.move_to_end(k)
t(f1)
def f2():
    for k in o: o['z']=1
t(f2)
def f3():
    for k in o: del o[k]
t(f3)
def f4():
    for k in o: o.clear()
t(f4)
def f5():
    for k in d: d.append(1)
t(f5)
def f6():
    for k in d: d[0]=5
t(f6)
o=OrderedDict(); o['a']=o; show(repr(o))
d=deque(); d.append(d); show(d)
dd=defaultdict(None); dd['a']=dd; show(dd)
dd=defaultdict(); 
class F:
    def __repr__(s): return repr(dd)
    def __call__(s): pass
dd.default_factory=F(); show(dd)
d=deque(range(10))
for n in (1,-1,3,-4,0,11,-23,5): d.rotate(n); show(d)
d.appendleft(-1); d.extendleft([7,8]); show(d, d[0], d[-1], len(d)); del d[3]; d.insert(2,'x'); d.insert(-2,'y'); d.reverse(); show(d); d.remove('x'); show(d.index('y'), d.count(7))
d=deque(maxlen=3)
for i in range(7): d.append(i); show(d)
d.appendleft(9); show(d); d+=[1,2]; show(d, d*2, d+deque([5])); d*=3; show(d); d.extend(d); show(d)
d=deque('abc'); d*=0; show(d); d.extend(range(1000)); x=[d.popleft() for i in range(990)]; show(d, x==list(range(990)))
c={}; _collections._count_elements(c,'abracadabra'); show(c)
class T(tuple): x=_collections._tuplegetter(0,'doc'); y=_collections._tuplegetter(1,'doc')
show(T((5,6)).x, T((5,6)).y)
o=OrderedDict((i,i) for i in range(5)); o.move_to_end(2); o.move_to_end(3,last=False); show(o, o.popitem(), o.popitem(False), list(reversed(o)), o)
for i in range(30): o.move_to_end(i%5 if i%5 in o else 0, last=i%2==0)
show(o); o.update([(9,9)],z=1); show(o, o.pop(9), o.pop(99,'d'), o.setdefault('k',3)); o|={5:6}; show(o); show(O(o)|{1:1}, type(O()|{}))
