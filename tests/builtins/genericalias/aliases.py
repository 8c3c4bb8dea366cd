GA=type(list[int]); U=type(int|str)
def T(f):
    try: print(repr(f()))
    except BaseException as e: print(type(e).__name__, e)
class TV:
    def __init__(s,n): s.n=n
    def __repr__(s): return '~'+s.n
    def __typing_subst__(s,a): return a
    def __hash__(s): return hash(s.n)
A,B=TV('A'),TV('B')
x=dict[A,list[B]]
T(lambda:x); T(lambda:x.__parameters__); T(lambda:x[int,str]); T(lambda:x[int]); T(lambda:x[int,str,int]); T(lambda:x[int,str][int]); T(lambda:x==dict[A,list[B]]); T(lambda:hash(x)==hash(dict[A,list[B]])); T(lambda:list[A]|None); T(lambda:(list[A]|int)[str]); T(lambda:(list[A]|int).__parameters__)
T(lambda:list[int](['a'])); T(lambda:list[int].append); T(lambda:list[int].__origin__); T(lambda:list[int].__args__); T(lambda:list[()].__args__); T(lambda:list[int,str]); T(lambda:list['x']); T(lambda:list[int].__class__); T(lambda:isinstance([],list[int])); T(lambda:issubclass(list,list[int]))
class C(list[int]): pass
T(lambda:C.__bases__); T(lambda:C.__orig_bases__); T(lambda:C[int])
class D:
    def __class_getitem__(c,i): return GA(c,i)
T(lambda:D[int].__args__); d=D[int](); T(lambda:d.__orig_class__)
T(lambda:[*tuple[int,str]]); T(lambda:list[*tuple[int,str]]); T(lambda:next(iter(tuple[int])).__unpacked__); T(lambda:(*tuple[A,int],)[0].__typing_unpacked_tuple_args__)
T(lambda:int|str|None); T(lambda:int|str==str|int); T(lambda:isinstance(1,int|str)); T(lambda:isinstance(None,int|None)); T(lambda:issubclass(bool,int|str)); T(lambda:(int|str).__args__); T(lambda:(int|str)|(str|float)); T(lambda:int|'a'); T(lambda:None|int); T(lambda:int|int); T(lambda:hash(int|str)==hash(str|int)); T(lambda:(int|str)[int]); T(lambda:type(int|str)); T(lambda:U.__module__+U.__name__); T(lambda:(int|str).__module__); T(lambda:list[int]|list[int]); T(lambda:list[int]|list[str]); T(lambda: {int|str:1}[str|int])
T(lambda:GA(list,int)); T(lambda:GA(1,2)); T(lambda: type[int]); T(lambda: type[int](1)); T(lambda: int[1]); T(lambda:list[int]._x); T(lambda:setattr(list[int],'x',1)); T(lambda:list[int]()); T(lambda:dir(list[int])==sorted(set(dir(list))|{"__origin__","__args__","__parameters__","__mro_entries__","__reduce_ex__","__reduce__","__copy__","__deepcopy__","__unpacked__","__typing_unpacked_tuple_args__","__class__"}))
