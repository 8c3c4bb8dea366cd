"""Results and messages of the methods of list, tuple, dict, set and the iterators."""


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


d={1:2}
cases(r"""
d.keys()
d.values()
d.items()
repr(d.keys())
d.keys()-[1]
d.keys()|5
d.keys().isdisjoint(3)
type(d.keys())()
d.keys()<[1]
d.keys()<{1,2}
{1,2}>d.keys()
d.items()^{(1,2)}
[1]&d.keys()
[1]-d.keys()
d.items()=={(1,2)}
hash(d.keys())
d.keys().mapping
iter(d).__reduce__()
iter(d.items()).__reduce__()
reversed(d).__reduce__()
d.keys().__reversed__()
iter([1]).__reduce__()
iter(()).__reduce__()
reversed([1,2]).__reduce__()
(lambda i:(next(i,0),next(i,0),i.__reduce__())[2])(iter([]))
reversed(()).__reduce__()
(lambda i:(next(i,0),i.__reduce__())[1])(reversed([]))
enumerate([1]).__reduce__()
zip([1],[2]).__reduce__()
zip([1],[2],strict=True).__reduce__()
map(abs,[1]).__reduce__()
filter(None,[1]).__reduce__()
iter(int,1).__reduce__()
(lambda i:(next(i,0),i.__reduce__())[1])(iter(int,0))
list(zip([1],[],strict=True))
list(zip([],[1],strict=True))
list(zip([],[],[1],strict=True))
list(zip([1],[2],[],strict=True))
list(zip([1],[],[],strict=True))
zip(1)
zip([],1)
zip(a=1)
zip(strict=1)
map()
map(1)
map(abs,1)
filter(1)
filter(None,1)
enumerate()
enumerate([],'a')
enumerate(1)
enumerate([],1,2)
enumerate(iterable=[1],start=5)
reversed(1)
reversed({1})
reversed()
reversed(1,2)
iter(1)
iter(1,2)
reversed(d.keys())
list(reversed(d.items()))
next(enumerate([1],2**70))
enumerate([1],2**70).__reduce__()
""")
cases(r"""
[].pop()
[1].pop(5)
[1][5]
[1].index(2)
[1].remove(2)
[1]+(1,)
[1]*'a'
[1].insert('a',1)
[1,2].__setitem__(5,1)
[1,2].__delitem__(5)
list(1)
list(1,2)
list(a=1)
[1].sort(1)
[1].sort(key=1)
[1,'a'].sort()
[1].sort(reverse='a')
[1,2,3][::0]
[1].extend(1)
[].index(1,'a')
hash([])
[1]<(1,)
[1]==(1,)
[1,2]<[1,3]
[1,2]<[1]
[1]*3
3*[1]
[1]*-1
[1].__add__(1)
[1].__iadd__(1)
[1].__mul__('a')
tuple(1)
tuple(1,2)
tuple(a=1)
()[0]
(1,).index(3)
(1,)+[1]
(1,)*2
hash((1,2,3))
hash(())
hash((1,[]))
(1,2)<(1,3)
(1,)<[1]
(1,2,3)[1:]
(1,2,3)[::-1]
(1,).count(1)
(1,2).__getnewargs__()
repr((1,))
repr(())
[1,2,3].copy()
[3,1,2].reverse()
[1,2,3].__contains__(4)
[1].__sizeof__() > 0
[1,2,3].__reversed__()
list.__class_getitem__(int)
list[int]
tuple[int,...]
dict[str,int]
[].append()
[].append(1,2)
[].clear(1)
[1].count()
[].insert(1)
[].pop('a')
list.append([])
list.append(1,2)
[1,2,3].index(3,-1)
[1,2,3].index(1,-1)
list(range(5))[1:4:2]
list('abc')
[1,2,3].__getitem__(slice(0,2))
[].__init__(1,2)
""")
cases(r"""
{}['a']
{}[[]]
{}.get()
{}.get([])
{}.pop('a')
{}.pop([])
{1:2}.pop([])
{}.popitem()
{}.update(1)
{}.update([1])
{}.update([(1,2,3)])
{}.update([(1,)])
{}.update(1,2)
dict(1)
dict([1])
dict(1,2)
dict(['ab','cd'])
dict(a=1,b=2)
dict([(1,2)],a=3)
{}.fromkeys()
dict.fromkeys([1,2],5)
dict.fromkeys(1)
{}|[]
{}|{1:2}
{1:2}.__ior__([(3,4)])
{1:2}.__ior__(5)
{}<{}
hash({})
{1:2}=={1:2.0}
{1:2}!={1:3}
del_()
{}.setdefault()
{}.setdefault([])
{}.setdefault(1,2)
{1:2}.__delitem__(3)
{1:2}.__contains__([])
{}.keys(1)
dict.keys(1)
{'a':1}|{'b':2}
{1:2}.copy()
dict({1:2},**{'a':3})
dict(**{1:2})
{}.items().__len__()
repr({1:{2:3}})
dict(zip('ab',[1,2]))
{True:1,1:2,1.0:3}
dict.fromkeys('abc').keys()
dict.__class_getitem__
type(dict.fromkeys)
{}.update(a=1)
{}.__init__(5)
dict([(1,2),3])
dict([[1,2]])
dict(x for x in [(1,2)])
{1:2}.get(1)
{1:2}.get(3,4)
{1:2}.get(k=1)
reversed({1:2})
list(reversed({1:2,3:4}))
{}.clear()
{1:1}.popitem()
""")
cases(r"""
{1}.remove(2)
set().pop()
{1}.update(1)
{1}<1
{1}-[1]
set(1,2)
set(a=1)
frozenset(a=1)
frozenset(1,2)
{1}|[2]
{1}.__ior__([1])
set([[]])
{1}.union(3)
[] in {1}
{1}.discard([])
{1,2,3}&{2,3,4}
{1,2}^{2,3}
{1,2}-{2}
{1,2}|{3}
{1}<={1,2}
{1}<{1}
{1}=={1.0}
frozenset([1])=={1}
hash(frozenset([1,2,3]))
hash({1})
hash(frozenset())
{1}.issubset([1,2])
{1,2}.issuperset([1])
{1}.isdisjoint([2])
{1}.isdisjoint(5)
{1}.intersection([1],[2])
{1}.difference([1],[2])
{1}.symmetric_difference([1,2,2])
set('abc')==set('cba')
{frozenset([1])}
{1} in {frozenset([1])}
{frozenset([1]),2}-{2}
set([1]).__reduce__()
frozenset([1]).__reduce__()
repr(set())
repr(frozenset())
repr(frozenset([1]))
iter({1,2}).__reduce__()
iter({1}).__length_hint__()
set.__class_getitem__(int)
{1}.copy()
{1}.add()
{1}.add([])
frozenset([1]).copy()
frozenset([1]).add
{1}.pop()
{5,3,1}.pop()
set.union({1},[2],[3])
{1}.__contains__(1)
{1}.__sub__(1)
{1}.__and__([1])
frozenset([2]) | {1}
{1} | frozenset([2])
{1}.intersection_update([2])
{1}.difference_update(1)
set([1,2,3]) >= frozenset([1])
""")
