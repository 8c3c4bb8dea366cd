# Random strings through every method of str, bytes and bytearray; a digest of the results of each round.
seed=12345
def rnd(n):
    global seed
    seed=(seed*6364136223846793005+1442695040888963407)&0xffffffffffffffff
    return (seed>>33)%n
alph=['ab','a b\t','abcA B','aé ß','ab\u1234ΣσA','\U0001F600a \u1234','0123+-','\r\nab\x85\u2028 ','ǆǅŉİıAa',"'\"\\\n\x00\x7f\xad\ud800"]
def rs(m=12):
    al=alph[rnd(len(alph))]
    return ''.join([al[rnd(len(al))] for _ in range(rnd(m))])
def ri(): return [None,0,1,2,3,5,-1,-2,-5,100,-100][rnd(11)]
def call(f,*a,**k):
    try: r=f(*a,**k)
    except Exception as e: r=(type(e).__name__,str(e))
    return r
N=400
for i in range(N):
    s=rs(); t=rs(4); u=rs(4); w=rnd(20); c=rs(2) or ' '
    R=[]
    for m in ('capitalize','casefold','lower','upper','title','swapcase','isalnum','isalpha','isascii','isdecimal','isdigit','isidentifier','islower','isnumeric','isprintable','isspace','istitle','isupper','split','rsplit','splitlines','strip','lstrip','rstrip','__repr__','expandtabs','__len__','__getnewargs__'):
        R.append(call(getattr(s,m)))
    for m in ('find','rfind','index','rindex','count','startswith','endswith'):
        R.append(call(getattr(s,m),t)); R.append(call(getattr(s,m),t,ri(),ri()))
    for m in ('split','rsplit','partition','rpartition','strip','lstrip','rstrip','removeprefix','removesuffix','__contains__','__eq__','__lt__','__ge__','__add__'):
        R.append(call(getattr(s,m),t))
    R.append(call(s.split,t,rnd(4)-1)); R.append(call(s.rsplit,t,rnd(4)-1)); R.append(call(s.split,None,rnd(4)-1)); R.append(call(s.rsplit,None,rnd(4)-1))
    R.append(call(s.replace,t,u)); R.append(call(s.replace,t,u,rnd(4)-1)); R.append(call(s.splitlines,True))
    R.append(s[ri():ri()]); st=ri()
    R.append(call(lambda:s[ri():ri():st])); R.append(call(lambda:s[rnd(15)-7]))
    for m in ('center','ljust','rjust'): R.append(call(getattr(s,m),w,c))
    R.append(s.zfill(w)); R.append(s*(rnd(5)-1)); R.append(t.join([s,u,s])); R.append(ascii(s)); R.append(0)
    R.append(call(s.translate,{97:'x',98:None,0x1234:97,0x20:'\u1234'})); R.append(call(s.expandtabs,rnd(9)))
    R.append(s.isidentifier()); R.append(list(s)); R.append(call(s.encode,'utf-8')); R.append(call(s.encode,'utf-8','surrogatepass')); R.append(call(s.encode,'utf-16','replace'));R.append(call(s.encode,'latin-1','backslashreplace'));R.append(call(s.encode,'ascii','xmlcharrefreplace'))
    b=s.encode('utf-8','surrogatepass'); bt=t.encode('utf-8','surrogatepass'); bu=u.encode('utf-8','surrogatepass')
    for T in (bytes,bytearray):
        x=T(b)
        for m in ('capitalize','lower','upper','title','swapcase','isalnum','isalpha','isascii','isdigit','islower','isspace','istitle','isupper','split','rsplit','splitlines','strip','lstrip','rstrip','__repr__','expandtabs','__len__','hex'):
            R.append(call(getattr(x,m)))
        for m in ('find','rfind','index','rindex','count','startswith','endswith'):
            R.append(call(getattr(x,m),bt)); R.append(call(getattr(x,m),bt,ri(),ri()))
        for m in ('split','rsplit','partition','rpartition','strip','lstrip','rstrip','removeprefix','removesuffix','__contains__','__eq__','__lt__','__ge__','__add__'):
            R.append(call(getattr(x,m),bt))
        R.append(call(x.split,bt,rnd(4)-1)); R.append(call(x.rsplit,bt,rnd(4)-1)); R.append(call(x.replace,bt,bu)); R.append(call(x.replace,bt,bu,rnd(4)-1))
        for m in ('center','ljust','rjust'): R.append(call(getattr(x,m),w,b'*'))
        R.append(x.zfill(w)); R.append(x*(rnd(5)-1)); R.append(T(bt).join([b,bu])); R.append(call(lambda:x[ri():ri():st])); R.append(x.translate(None,bt)); R.append(call(x.hex,':',rnd(7)-3))
        for er in ('strict','replace','ignore','surrogateescape','backslashreplace','surrogatepass'):
            y=bytes(x[rnd(3):])+bytes([rnd(256) for _ in range(rnd(4))])
            R.append(call(y.decode,'utf-8',er)); R.append(call(y.decode,'utf-16',er)); R.append(call(y.decode,'utf-32',er)); R.append(call(y.decode,'ascii',er) if er!='surrogatepass' else 0)
    ba=bytearray(b)
    for k in range(6):
        op=rnd(8)
        if op==0: ba[ri():ri()]=bt
        elif op==1: R.append(call(ba.__delitem__,slice(ri(),ri(),[1,2,-1,-2,3][rnd(5)])))
        elif op==2: R.append(call(ba.insert,rnd(10)-5,rnd(256)))
        elif op==3: R.append(call(ba.pop,rnd(6)-3))
        elif op==4: ba+=bt
        elif op==5: R.append(call(ba.__setitem__,slice(ri(),ri(),2),b'xy'))
        elif op==6: ba.reverse()
        else: ba.extend([1,2,3]); ba*=rnd(3)
        R.append(bytes(ba))
    f='%'+['','-','0','+',' ','#','0-','+0'][rnd(8)]+['','5','12','*'][rnd(4)]+['','.0','.3','.*'][rnd(4)]
    for ty,v in (('s',s),('r',s),('a',s),('d',rnd(100000)-50000),('x',rnd(10**6)),('o',rnd(1000)),('X',-rnd(10**6)),('e',rnd(1000)/7),('f',rnd(1000)/-7),('g',rnd(10**7)/7),('c',rnd(70000)),('G',1e20)):
        g=f+ty; n=g.count('*'); args=tuple([rnd(15)-3 for _ in range(n)])+(v,)
        R.append(call(lambda:g%args))
        if ty in 'daxXeg': R.append(call(lambda:g.encode()%args))
    spec=['','*','x','\u1234'][rnd(4)]
    spec=(spec+'<>=^'[rnd(4)] if rnd(2) else '')+['','+',' ','-'][rnd(4)]+['','#','z'][rnd(3)]+['','0'][rnd(2)]+['','5','15'][rnd(3)]+['',',','_'][rnd(3)]+['','.0','.3'][rnd(3)]
    for v,tys in ((s,'s '),(rnd(10**9)-5*10**8,'dxobXnce%fg '),(10**rnd(40),'dxo '),((rnd(10**9)-5*10**8)/1000.0,'efgGE%Fn '),(complex(rnd(100)/3,-rnd(100)/7),'efg ')):
        ty=tys[rnd(len(tys))].strip()
        R.append(call(format,v,spec+ty))
    d=0
    for ch in repr(R): d=(d*1000003+ord(ch))&0xffffffffffff
    print(i,d)
