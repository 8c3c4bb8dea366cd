"""Operators, methods and errors of int, float, complex, range and slice."""
import math


def show(expression):
    try:
        result = repr(eval(expression))
    except Exception as e:
        result = type(e).__name__ + ': ' + str(e)
    print(expression, '->', result[:400])


for line in r'''
range(5),range(1,5),range(1,10,2),range(0),range(10**30),range(5)[1:3],range(10)[::-1],range(10)[5],range(10**30)[10**29],range(10)[-1]
range(1,2,0)
range()
range(1.5)
range(1,2,3,4)
range(5)[10]
range(5)['a']
range(5).index(9)
range(5).index('a')
range(5).index(3),range(5).count(3),range(5).count(3.0),range(5).count('a'),3 in range(5), 3.0 in range(5),'a' in range(5),10**30 in range(10**31)
list(range(10**20,10**20+3)),list(range(5,0,-2)),list(reversed(range(5))),list(reversed(range(10**20,10**20+3))),list(range(2**48-2,2**48+2))
range(5)==range(0,5),range(0)==range(5,5),range(5)!=range(6),range(0,3,2)==range(0,4,2),hash(range(5))==hash((5,0,1))
range(5)<range(6)
range(3).__reduce__(),iter(range(3)).__length_hint__(),range(3).start,range(3).stop,range(3).step
iter(range(3)).__reduce__()
range(5).start.__class__,len(range(10)),bool(range(0)),bool(range(1))
len(range(1<<70))
slice(1),slice(1,2),slice(1,2,3),slice(1)==slice(1),slice(1)<slice(2),slice(None),slice('a')
slice()
slice(1,2,3,4)
slice(1).indices(-1)
slice(1,2,0).indices(5)
slice('a').indices(5)
slice(1).indices('x')
slice(1,10,2).indices(5),slice(None,None,-1).indices(5),slice(-3,None).indices(5),slice(None,10**30).indices(10**31),slice(-10**30,None,-1).indices(5)
hash(slice(1))
slice(1).__reduce__(),slice(1,2).start
[1,2,3][slice(0,1,0)]
[1]['a':]
[1,2,3,4][1:10**30],[1,2,3,4][-10**30:2],[1,2,3][::-1]
int(base=10)
int(10,base=10)
int([])
int('x')
int('12',1)
int('12',1<<80)
int('12','a')
int(b'x\xff')
int(bytearray(b'x'))
int('1'*5000)
str(10**5000)
int(float('inf'))
int('')
int('1 2')
int('\u0661x')
int('\u0661\u0662'),int(' 12 '),int('\u200312'),int(b' 12 '),int('0x1F',16),int('z',36),int('-0b11',0),int('1_000')
int(1,2,3)
int(x=1)
(5).to_bytes(0,'big')
(5).to_bytes(-1,'big')
(-5).to_bytes(1,'big')
(500).to_bytes(1,'big')
(5).to_bytes(1,'foo')
(5).to_bytes('x')
(5).to_bytes(),(5).to_bytes(3),(5).to_bytes(3,'little'),(-5).to_bytes(3,signed=True),(128).to_bytes(2,signed=True),(-128).to_bytes(1,signed=True)
(128).to_bytes(1,signed=True)
(-129).to_bytes(1,signed=True)
int.from_bytes('x')
int.from_bytes(5)
int.from_bytes([1,300])
int.from_bytes([1,2],'foo')
int.from_bytes(object())
int.from_bytes(b'\xff\xfe'),int.from_bytes(b'\xff\xfe',signed=True),int.from_bytes(b'\xff\xfe','little'),int.from_bytes([1,2]),int.from_bytes(b''),int.from_bytes(b'\0'*20),int.from_bytes(b'\xff'*20,signed=True),bool.from_bytes(b'\1')
(1).__add__(1.5),(1).__format__('x'),(3).__pow__(2,None),(3).__rpow__(2),(5).__round__(-1),(15).__round__(-1),(25).__round__(-1)
(1).__format__(3)
round(5,'x')
(5).__round__(None)
(10).bit_length(),(10).bit_count(),(-10**30).bit_count(),(5).as_integer_ratio(),True.as_integer_ratio(),(5).conjugate(),True.real,(5).imag,(5).numerator,(5).denominator
(5).__trunc__(),(5).__floor__(),(5).__ceil__(),(5).__getnewargs__(),(5).__index__(),(5).__int__(),(5).__float__(),(5).__bool__(),True.__repr__(),True.__invert__()
bool(1,2)
bool(x=1)
bool([]),bool(),True+True,True&1,True|False,True^True,~True,-True,+True,abs(True),int(True),repr(False)
1//0
1%0
divmod(1,0)
1/0
0**-1
pow(1,2,0)
pow(2,-1,4)
pow(2,1,1.5)
pow(2.0,1,5)
pow(2,-1,1),pow(3,-1,7),pow(2,10,-7),pow(-2,3,5),pow(2,0,1)
1<<-1
1>>-1
1<<(1<<70)
0<<(1<<70),1>>(1<<70),-1>>(1<<70)
1<<1.5
1+'a'
1<'a'
1.5<'a'
float('x')
float(b'x')
float([])
float('1__0')
float('')
float('\u0663.\u0665'),float(b' 1.5 '),float('1_0.5'),float('  nan '),float('-INF'),float(True),float(10**20),float()
float(10**400)
float(1,2)
float(x=1)
float.fromhex('x')
float.fromhex('0x1p99999')
float.fromhex('0x1.8p3'),float.fromhex('-inf'),float.fromhex('nan'),float.fromhex('1.5'),(1.5).hex(),(-0.0).hex(),float('inf').hex(),(5e-324).hex()
float.fromhex(1)
(1.5).__round__('x')
round(float('inf'))
round(float('nan'))
round(1.7e308,-308)
round(1.5),round(2.5),round(-0.5),round(1.25,1),round(1.35,1),round(1e308,-308),round(5e-324,400),round(1234.5678,-2),round(1.5,None),(1.5).__round__()
float('inf').as_integer_ratio()
float('nan').as_integer_ratio()
(0.1).as_integer_ratio(),(1e300).as_integer_ratio(),(0.0).as_integer_ratio(),(-2.5).as_integer_ratio(),(5e-324).as_integer_ratio()
float.__getformat__('x')
float.__getformat__(1)
float.__getformat__('double'),(1.5).is_integer(),(2.0).is_integer(),float('inf').is_integer(),(1.5).real,(1.5).imag,(1.5).conjugate(),(1.5).__trunc__(),(-1.5).__floor__(),(1.5).__ceil__(),(1.5).__int__(),(1.5).__getnewargs__()
1.0//0
1.0%0
divmod(1.0,0)
1.0/0
0.0**-1
1.5**1000000
(-1.5)**0.5,(-8)**(1/3),(-2.0)**3,(-2.0)**-3,0.0**0,float('nan')**0,1.0**float('nan'),2.0**float('-inf')
1.5.__floordiv__('a'),(1.5).__divmod__(2),(1.5).__rdivmod__(2),(1.5).__eq__('a'),(1.5).__eq__(1)
complex('x')
complex([])
complex('1',2)
complex(1,'2')
complex('1__2')
complex(b'1')
complex(1,[])
complex('1'*5000)
complex('1_2j'),complex('( 1+2j )'),complex('nan+infj'),complex(imag=3),complex(real='1'),complex(1,2),complex(1j,1j),complex(1.5),complex(),complex('-j'),complex('1e5J')
complex(1,2,3)
complex(x=1)
1j//1
1j%1
divmod(1j,1)
1j<1
1j/0
0j**-1
0j**1j
pow(1j,1,1)
int(1j)
float(1j)
abs(complex(1.7e308,1.7e308))
(2+0j)**1e300
repr(complex(-0.0,0.0)),repr(complex(0.0,-0.0)),-complex(0,0),1j==1j,1j!=1,complex(1,0)==1,complex(1,0)==1.0,complex(2**53,0)==2**53+1,hash(complex(1,2)),hash(complex(1,0)),bool(0j),+1j,abs(3+4j),(1+2j).conjugate(),(1+2j).real,(1+2j).imag,(1+2j).__getnewargs__(),(1+2j).__complex__()
str(1e16),str(1e-5),str(123456789012345680.0),str(1.0),1e22,1e100,0.1+0.2,5e-324,-0.0,1e15,1e17
format(5,'.2d')
format(5,'zd')
format(5,'+c')
format(5,'#c')
format(1<<30,'c')
format(5,'s')
format(5.0,'d')
format(1j,'010')
format(1j,'=10')
format(1j,'%')
format(65,'05c'),format(65,'^5c'),format(1234,'n'),format(float('inf'),'010,'),format(True,''),format(12345678,'_x'),format(-12,'#010b'),format(3,'.2f'),format(-0.0,'z.1f'),format(12.0,'#g'),format(12.0,'#'),format(12.0,'.3'),format(123.0,'.0'),format(10**20,','),format(1234567.891,',.2f'),format(0.5,'%'),format(255,'#X'),format(1e10,'g')
format(10**400,'f')
format(1.5,'.9999999999f')
format(1.5,'xx')
int.__doc__ is None,float.__text_signature__,complex.__text_signature__,(5).__class__,int.__name__,int.__mro__,bool.__mro__,bool.__base__
int.__sizeof__(5) > 0
sum([1.5,2]),sum([1,2,3]),max(1,2.5),min(3,1),abs(-5),divmod(-7,2),hex(255),oct(8),bin(5),hex(-10**20),chr(65),ord('a')
isinstance(True,int),issubclass(bool,int),type(1)(5),type(1.5)('2')
'''.split('\n'):
    if line:
        show(line)
