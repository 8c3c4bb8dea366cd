"""Sets are walked in the order in which CPython walks them."""


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


s=12345
def rnd(n):
    global s
    s=(s*6364136223846793005+1442695040888963407)&(2**64-1)
    return (s>>33)%n
for trial in range(30):
    a=set(); b=set(); R=[10,100,1000,100000][trial%4]
    for i in range(300):
        op=rnd(14); x=rnd(R); 
        if trial%3==2: x='k%d'%x
        if op<4: a.add(x)
        elif op<6: b.add(x)
        elif op==6: a.discard(x)
        elif op==7 and a: show(a.pop(), end='') if 0 else None; y=a.pop(); b.add(y)
        elif op==8: a|=b
        elif op==9: a-=b
        elif op==10: a=a^b
        elif op==11: b=set(a)
        elif op==12: a=a.union([x,x]); b=b&a
        elif op==13 and rnd(5)==0: b=a-b; b=b.copy()
        if i%50==0: show(trial,i,list(a),list(b), {x for x in a if hash(x)%2}, frozenset(b))
show(set('hello world'), set(range(40,0,-3)), {3.5,2.25,-1}, {(1,2),(3,4)})
show({1,2,3}&{3,2}, {1,2,3,4,5,6,7,8,9}-{1}, set([10,20,30])^set([20]), {i*i for i in range(30)})
show({None:1,(1,2):3,1.5:2,b'a':3,frozenset([1]):5})
