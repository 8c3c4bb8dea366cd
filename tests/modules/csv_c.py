"""_csv: dialects, readers and writers, and what their errors say."""
import _csv
import copy
import io
import pickle
import threading
def t(f):
    try: print(ascii(f()))
    except BaseException as x: print(type(x).__name__, ascii(str(x)))
D=_csv.Dialect
for k in [dict(), dict(delimiter=1),dict(delimiter=''),dict(delimiter='ab'),dict(delimiter=None),dict(quotechar=''),dict(quotechar=None),dict(quotechar=None,quoting=0),dict(quotechar=1),dict(quotechar='ab'),
 dict(escapechar=''),dict(escapechar='ab'),dict(escapechar=1),dict(lineterminator=None),dict(lineterminator=1),dict(lineterminator=''),dict(quoting=4),dict(quoting='a'),dict(quoting=-1),dict(quoting=1.0),dict(quoting=2**40),dict(quoting=2**80),
 dict(quoting=True),dict(strict='x'),dict(doublequote=[]),dict(skipinitialspace=3),dict(bad=1),dict(dialect='x'),dict(dialect=1),dict(dialect=D),dict(delimiter='\n'),dict(delimiter=' ',skipinitialspace=True),dict(delimiter='"'), dict(escapechar='"'), dict(quoting=3,quotechar=None), dict(quoting=None), dict(delimiter=b','), dict(lineterminator=b'x')]:
    def f():
        d=D(**k); return [getattr(d,n) for n in ('delimiter','doublequote','escapechar','lineterminator','quotechar','quoting','skipinitialspace','strict')]
    print(k,end=' '); t(f)
t(lambda: D(1,2)); t(lambda: D('excel')); t(lambda: D(*range(20)))
t(lambda: _csv.reader()); t(lambda:_csv.reader(1)); t(lambda:_csv.reader([],1).dialect.quoting); t(lambda:_csv.reader([],'nope')); t(lambda:_csv.reader([],bad=1)); t(lambda:_csv.reader([],'excel',1)); t(lambda:_csv.reader(x=1))
t(lambda: _csv.writer()); t(lambda:_csv.writer(1)); t(lambda:_csv.writer([],1)); t(lambda:_csv.writer(io.StringIO(),'nope')); t(lambda:_csv.writer(io.StringIO(),bad=1))
t(lambda: _csv.register_dialect()); t(lambda:_csv.register_dialect(1)); t(lambda:_csv.register_dialect('a',1,2)); t(lambda: _csv.register_dialect('a',1)); t(lambda: _csv.register_dialect('a',quoting=7));t(lambda: _csv.register_dialect('a','nope'))
t(lambda: _csv.register_dialect('a',delimiter=';')); t(lambda:_csv.get_dialect('a').delimiter); t(lambda:_csv.get_dialect('b')); t(lambda:_csv.get_dialect()); t(lambda:_csv.get_dialect(1)); t(lambda:_csv.list_dialects()); t(lambda:_csv.unregister_dialect('b')); t(lambda:_csv.unregister_dialect('a')); t(lambda:_csv.unregister_dialect([])); t(lambda:_csv.get_dialect([])); t(lambda:_csv.list_dialects(1)); t(lambda:_csv.unregister_dialect(1,2));t(lambda:_csv.get_dialect(name='a'))
t(lambda:_csv.field_size_limit()); t(lambda:_csv.field_size_limit('a')); t(lambda:_csv.field_size_limit(1,2)); t(lambda:_csv.field_size_limit(5)); t(lambda:list(_csv.reader(['a,bbbbbbb']))); t(lambda:_csv.field_size_limit(131072)); t(lambda:_csv.field_size_limit(1.5)); t(lambda:_csv.field_size_limit(2**80)); t(lambda:_csv.field_size_limit(-1)); t(lambda:_csv.field_size_limit(131072)); t(lambda:_csv.field_size_limit(True)); t(lambda:_csv.field_size_limit(131072))
print([n for n in dir(_csv) if n[:2] != '__']); print(_csv.Error.__module__,_csv.Error.__mro__, type(_csv.reader([])), type(_csv.writer(io.StringIO())), D)
for n in ('reader','writer','register_dialect','get_dialect','unregister_dialect','field_size_limit'): print(n, getattr(_csv,n), getattr(_csv,n).__text_signature__)
R=type(_csv.reader([])); W=type(_csv.writer(io.StringIO())); 
print([x for x in dir(R) if x[0]!='_'],[x for x in dir(W) if x[0]!='_'],[x for x in dir(D) if x[0]!='_'])
for c in (R,W,D): t(lambda: type('S',(c,),{}))
t(lambda: type('S',(D,),{})().delimiter)
r=_csv.reader(['a,b','"c','d",e']); t(lambda:(r.line_num,next(r),r.line_num,next(r),r.line_num, r.dialect.delimiter)); t(lambda:setattr(r,'line_num',1)); t(lambda:setattr(r,'dialect',1));  t(lambda:setattr(D(),'delimiter',1)); t(lambda:setattr(D(),'quoting',1)); t(lambda:delattr(D(),'quoting')); t(lambda:setattr(D(),'strict',1))
for a,k in [(['a\0b'],{}),(['a\nb'],{}),(['a\rb'],{}),(['a\r\n'],{}),(['a\r\n\r'],{}),(['a\r\nb'],{}),([b'a'],{}),([1],{}),(['"a'],{}),(['"a'],dict(strict=True)),(['"a"b'],dict(strict=True)),(['"a"b'],{}),(['a"b'],{}),(['"a""b"'],{}),(['"a""b"'],dict(doublequote=False)),(['a\\'],dict(escapechar='\\')),(['a\\'],dict(escapechar='\\',strict=True)),(['a\\\nb,c'],dict(escapechar='\\')),(['a\\','b'],dict(escapechar='\\')),(['1,"2",x'],dict(quoting=2)),(['1,"2",3'],dict(quoting=2)),(['1,"2",3'],dict(quoting=3)),([' a, "b"'],dict(skipinitialspace=True)),(['',' ','a,',',,'],{}),(['"a\n','b"\n','c'],{}),(['\u1234,\U0001f600,"\xe9"'],{}),(["'a,b'"],dict(quotechar="'")),(['"a\\"b"'],dict(escapechar='\\')),(['"a\\\nb"'],dict(escapechar='\\')),(['"a"\n'],{}),(['a\\,b'],dict(escapechar='\\',quoting=3)),(['\n','\r\n','\r'],{}),(['"a",\n'],{}),(['+1,-2,1e3,nan, 4'],dict(quoting=2)),(['"a" ,b'],{}),(['"a" ,b'],dict(strict=True)),(['a,"b\x00"'],{}),(['"'],{}),(['"\r'],{}),(['""'],{}),(['""'],dict(quoting=2)),([''],dict(quoting=2)),([','],dict(quoting=2))]:
    print(a,k,end=' '); t(lambda: list(_csv.reader(a,**k)))
def w(rows,**k):
    s=io.StringIO(); x=_csv.writer(s,**k); r=[x.writerow(q) for q in rows]; return s.getvalue(), r
for rows,k in [([[1,2.5,None,'a',True]],{}),([[]],{}),([['']],{}),([['']],dict(quoting=3)),([['','']],{}),([['']],dict(quoting=1)),([['']],dict(quoting=2)),([[None]],{}),([[None]],dict(quoting=3)),([[None]],dict(quoting=2)),([[None]],dict(quoting=1)),([['a,b','c"d','e\nf','g\rh',"i'j"," k ","\u1234,"]],{}),([['a,b']],dict(quoting=3)),([['a"b']],dict(quoting=3)),([['a"b']],dict(quoting=3,quotechar=None)),([['a,b','c"d','e\\f','g\nh']],dict(quoting=3,escapechar='\\')),([['a,b','c"d','e\\f']],dict(escapechar='\\')),([['c"d']],dict(doublequote=False)),([['c"d']],dict(doublequote=False,escapechar='\\')),([[1,'a',2.5,None]],dict(quoting=2)),([[1,'a']],dict(quoting=1)),([[1,'a']],dict(lineterminator='X')),([['aX']],dict(lineterminator='X')),([['aX']],dict(lineterminator='XY',quoting=3)),([5],{}),(['abc'],{}),([(1,2)],{}),([{1:2}],{}),([[object]],{}),([['"']],{}),([['"']],dict(quoting=1)),([['a b']],dict(delimiter=' ')),([['a b','']],dict(delimiter=' ')),([[1,2]],dict(delimiter='1')),([['\\']],dict(escapechar='\\')),([[10**30]],{}),([['a','']],{}),([[' a']],dict(skipinitialspace=True)),([['x']],dict(lineterminator='')), ([['"a"']],dict(quoting=2,quotechar="'")),([[1.0,'x',True]],dict(quoting=2)),([[3j]],dict(quoting=2))]:
    print(rows,k,end=' '); t(lambda: w(rows,**k))
x=_csv.writer(io.StringIO()); t(lambda:x.writerow()); t(lambda:x.writerow(1,2)); t(lambda:x.writerows()); t(lambda:x.writerows(1)); t(lambda:x.writerows([1])); t(lambda:x.writerows([[1],[2]])); t(lambda:x.dialect.delimiter); t(lambda:x.writerows([['a'],1]))
class It:
    def __iter__(self): return self
    def __next__(self): 1/0
t(lambda:x.writerow(It())); t(lambda:next(_csv.reader(It()))); t(lambda: x.writerows(It()))
class Str:
    def __str__(self): 1/0
t(lambda:x.writerow([Str()]))
class Wr:
    def write(self,s): return s+'!'
t(lambda:_csv.writer(Wr()).writerow([1])); 
class Wr: write=1
t(lambda:_csv.writer(Wr()))
t(lambda:copy.copy(D())); t(lambda:pickle.dumps(D())); t(lambda: pickle.dumps(r)); t(lambda: _csv.__version__); t(lambda:(_csv.QUOTE_MINIMAL,_csv.QUOTE_ALL,_csv.QUOTE_NONNUMERIC,_csv.QUOTE_NONE)); t(lambda: _csv._dialects)
class DD: delimiter=';'; quoting=9
t(lambda: _csv.reader([],DD)); t(lambda: _csv.reader([],DD())); 
class DD: delimiter=';'; lineterminator=None
t(lambda: _csv.reader([],DD));
class DD: delimiter=';'
t(lambda: list(_csv.reader(['a;b'],DD)));t(lambda: list(_csv.reader(['a|b'],DD,delimiter='|'))); t(lambda: D(DD).delimiter); t(lambda:D(D()) is D())
d=D(); t(lambda:D(d) is d); t(lambda:D(dialect=d) is d); t(lambda:D(d,delimiter=';') is d); t(lambda:_csv.reader([],d).dialect is d); t(lambda: D(delimiter='x',dialect=d).delimiter)

# random text through all dialects: what is written is read again
import random
rng = random.Random(3)
total = errors = 0
for i in range(400):
    k = dict(delimiter=rng.choice(',;|\t\u1234'), quotechar=rng.choice('"\'\u20ac'), quoting=rng.randrange(4), lineterminator=rng.choice(['\n', '\r\n', 'E']),
             escapechar=rng.choice([None, '\\', 'x']), doublequote=rng.random() < .7)
    rows = [[''.join(rng.choice('ab1 ,;|"\'\\xE\n\u1234\u20ac\U0001f600') for _ in range(rng.randrange(6))) for _ in range(rng.randrange(1, 5))] for _ in range(5)]
    try:
        text = w(rows, **k)[0]
    except _csv.Error as e:
        errors += 1
        continue
    try:
        back = list(_csv.reader(text.splitlines(True), **k))
    except (_csv.Error, ValueError) as e:
        back = str(e)
    total += len(text) + hash(str(back).count('a')) + len(back) + (back == rows) * 1000
print(total, errors)

# threads: one reader, one writer, one registry
lines = iter(['%d,"a ""%d"""\n' % (i, i) for i in range(3000)])
lock = threading.Lock()


class Lines:
    def __iter__(self):
        return self

    def __next__(self):
        with lock:
            return next(lines)


reader = _csv.reader(Lines())
got = []
writer = _csv.writer(type('Sink', (), {'write': staticmethod(got.append)}))


def work(name):
    for row in reader:
        writer.writerow(row)
        _csv.register_dialect(name, delimiter='|')
        _csv.get_dialect(name)
        _csv.unregister_dialect(name)


threads = [threading.Thread(target=work, args=(str(i),)) for i in range(3)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
print(len(got), sorted(got)[:2], reader.line_num, _csv.list_dialects())
