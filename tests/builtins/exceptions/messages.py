N, I, L = None, 1, [1]
import sys
class types: pass
try: raise ValueError
except ValueError as e: types.TracebackType=type(e.__traceback__)
types.SimpleNamespace=type(sys.implementation); types.MappingProxyType=type(type.__dict__); types.ModuleType=type(sys)
def T(f,*a,**k):
    try: print(repr(f(*a,**k)))
    except BaseException as e: print(type(e).__name__,e)
T(ImportError,foo=1); T(NameError,foo=1); T(AttributeError,'a',foo=1); T(ValueError,foo=1); T(StopIteration,1,2); T(SystemExit,1,2)
T(OSError,foo=1); T(OSError,1,2,3,4,5,6); T(SyntaxError,'a',1); T(SyntaxError,'a',(1,2)); T(SyntaxError,'a',(1,2,3,4,5)); T(SyntaxError,'a',(1,2,3,4,5,6,7)); T(UnicodeDecodeError); T(UnicodeDecodeError,1,2,3,4,5); T(UnicodeDecodeError,'a','b',3,4,5); T(UnicodeEncodeError,'a',b'',1,2,'x');T(UnicodeDecodeError,'a',b'abc','x',2,'x')
class E(ValueError): pass
T(E,foo=1)
T(lambda: types.TracebackType(1,2,3,4)); T(lambda: types.TracebackType(None,2,3,4)); T(lambda: types.TracebackType(None,sys._getframe(),'a',4)); T(types.TracebackType)
T(ExceptionGroup); T(ExceptionGroup,1,2); T(ExceptionGroup,'a',2); T(ExceptionGroup,'a',[]); T(ExceptionGroup,'a',[1]); T(ExceptionGroup,'a',[KeyboardInterrupt()]); T(ExceptionGroup,'a',[ValueError()],foo=1); T(BaseExceptionGroup('a',[ValueError()]).split,1); T(BaseExceptionGroup,'a',{1:2})
class EG(ExceptionGroup): pass
T(EG,'a',[KeyboardInterrupt()]); 
e=ValueError()
def st(n,v): setattr(e,n,v)
T(st,'args',1); T(st,'__cause__',1); T(st,'__context__',1); T(st,'__traceback__',1); T(st,'__suppress_context__',1)
T(lambda:delattr(e,'args'));T(lambda:delattr(e,'__cause__'));T(lambda:delattr(e,'__suppress_context__')); T(e.with_traceback,1); T(e.add_note,1); T(e.__setstate__,1); T(e.__setstate__,{1:2})
T(lambda: str(UnicodeDecodeError('utf8',b'abc',1,2,'r'))); T(lambda: str(UnicodeEncodeError('utf8','abc',1,3,'r'))); T(lambda: str(UnicodeTranslateError('abc\u1234',3,4,'r')))
o=OSError(2,'x','f',None,'g'); T(str,o); T(lambda:o.args); T(lambda:o.__reduce__()); T(lambda:o.characters_written)
b=BlockingIOError(11,'x',5); T(lambda:b.characters_written); T(lambda:b.args)
T(lambda: str(SyntaxError('m',('/a/f.py',1,2,'t')))); T(lambda:str(SyntaxError('m',('',1,2,'t')))); T(lambda:str(SyntaxError('m',(None,1,2,'t')))); T(lambda:repr(SyntaxError()))
T(isinstance,1,1); T(issubclass,1,1); T(issubclass,int,1); T(isinstance,1,(int,1)); T(isinstance,1,(1,))
T(types.SimpleNamespace,1); T(lambda: types.SimpleNamespace(a=1,b='x')); T(lambda:types.MappingProxyType([])); T(lambda: types.MappingProxyType(1)); T(types.ModuleType); T(types.ModuleType,1)
T(lambda: types.ModuleType('m')); T(lambda: types.ModuleType('m').foo); T(lambda: N(1)); T(lambda: typeN(1)); T(lambda: type(...)(1)); 
x=types.MappingProxyType({}); 
def g():
    global x; x|={}
T(g)
T(lambda: b''%1); T(lambda: 1@2); T(lambda: -''); T(lambda: ~''); T(abs,''); T(lambda: 1**''); T(pow,1,'',1); T(lambda: [] in 1); T(lambda: len(1)); T(lambda: I[0]); 
def f():
    a=1; a[0]=1
T(f)
def f():
    a=1; del a[0]
T(f)
def f():
    a=1; a+=''
T(f)
def f():
    a=1; a**=''
T(f)
T(lambda: print>>1); T(iter,1); T(next,1); T(lambda: 'a'*'b'); T(lambda: [1]*(1<<70)); T(lambda: [1][1<<70]); T(lambda:L['a']); T(range,'a'); T(lambda: chr(1<<70)); T(lambda: chr(1<<40)); T(lambda: 'a'.center(1<<70)); T(lambda: float([])); T(lambda: len('a')); T(lambda: (1).to_bytes(1<<40,'big')); T(lambda: "%c"%(1<<70))
T(hash,[]); T(hash,{}); T(lambda: {}[[]]); T(lambda: format(1,1)); T(lambda: format([], 'x')); T(lambda: divmod(1,''))
class B:
    def __repr__(s): return 1
    def __str__(s): return 1
    def __len__(s): return -1
    def __bool__(s): return 1
    def __hash__(s): return 'a'
    def __index__(s): return 'a'
    def __iter__(s): return 1
    def __format__(s,x): return 1
    def __length_hint__(s): return 'a'
    def __contains__(s,x): return 5
    def __instancecheck__(s,x): return 5
    def __float__(s): return 'a'
    def __int__(s): return 'a'
T(repr,B()); T(str,B()); T(len,B()); T(bool,B()); T(hash,B()); T(lambda:[1][B()]); T(iter,B()); T(format,B()); T(lambda:'1' in B()); T(isinstance,1,B()); T(float,B()); T(int,B()); T(ascii,B())
