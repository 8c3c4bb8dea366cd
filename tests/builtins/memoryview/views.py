# memoryview: shapes, casts, items, messages.
def t(f):
    try: print(f, '->', repr(eval(f)))
    except Exception as e: print(f, '->', repr(e))
import array
m=memoryview(b"abcdef"); b=bytearray(b"abcdef"); w=memoryview(b); m2=memoryview(bytes(range(24))).cast('B',[2,3,4]); r=memoryview(b"x"); r.release()
for f in '''memoryview(1)
memoryview()
r[0]
r.tolist()
repr(r)[:10]
memoryview(r)
m[10]
m["a"]
m[1.5]
m[0,0]
m[0:1,0:1]
m[:,1]
m2[0]
m2[0,1]
m2[0,1,2]
m2[0,1,5]
m2[0,0,0,0]
m2[0:1].tolist()
m2.tolist()
m2.shape,m2.strides,m2.suboffsets,m2.ndim,m2.nbytes,m2.itemsize,m2.format
m2[::-1].tobytes()
m2.tobytes("F")
m2.tobytes(None)
m2.tobytes("X")
len(m2)
list(m2)
m[0]=1
w.__setitem__(0,300)
w.__setitem__(0,"a")
w.__setitem__(0,1.5)
w.__setitem__(slice(0,2),b"abc")
w.__setitem__(slice(0,2),b"zz"),b
w.__setitem__(slice(0,2),array.array("b",[1,2]))
w.__delitem__(0)
m.__setitem__(0,1)
b.append(1)
m.cast("z")
m.cast("H").tolist()
m.cast("I")
m.cast("H",[3]).cast("I")
m.cast("H",[3]).cast("B").tolist()
m.cast(1)
m.cast("B",1)
m.cast("B",[2,"a"])
m.cast("B",[0,3])
m.cast("B",[2,2])
m.cast("B",[])
memoryview(b"a").cast("B",[]).tolist()
memoryview(b"a").cast("B",[])[()]
memoryview(b"a").cast("B",[])[0]
len(memoryview(b"a").cast("B",[]))
m[::2].cast("H")
m2.cast("B").shape
m2.cast("B",[4,6])
m.cast("c").tolist()
m.cast("@b")[0],m.cast("?")[0]
m.cast("<b")
m==b"abcdef",m==1,m==w,m<m
hash(m)==hash(b"abcdef")
hash(w)
hash(m.cast("H"))
m.hex(),m.hex(":"),m[::2].hex()
m.toreadonly().readonly,w.toreadonly().readonly,w.readonly
w.obj is b,m.c_contiguous,m.f_contiguous,m.contiguous,m[::2].contiguous
m.release(1)
m.__enter__() is m
(lambda x:(x.__exit__(None,None,None),x))(memoryview(b"q"))[0]
w.release()
(lambda v:(v.__class__,bytes(v)))(memoryview(array.array("i",[1,2])))
memoryview(array.array("i",[1,2]))==array.array("i",[1,2])
memoryview(array.array("i",[1,2]))==array.array("l",[1,2])
memoryview(array.array("d",[1.5,2])).tolist()
memoryview(bytearray(8)).cast("d").__setitem__(0,"a")
memoryview(bytearray(8)).cast("q").__setitem__(0,2**63)
memoryview(bytearray(8)).cast("c").__setitem__(0,1)
memoryview(bytearray(8)).cast("c").__setitem__(0,b"ab")
memoryview(bytearray(8)).cast("?").__setitem__(0,"x")
list(reversed(m))
97 in m
m.index
m.format=1
memoryview(b"ab").cast("H").__getitem__(slice(0,1)).tolist()
m[1:3][0]
m[5:2].tolist(),m[5:2].shape
m[::-2].strides,m[::-2].tolist()
w[::2]
w.__setitem__(slice(None,None,2),b"ZYX"),b
w.__setitem__(slice(0,4),w[2:6]),b
bytes(m[::2])
bytearray(m[::2])
b"".join([m[::2]])
m.tolist.__doc__ is not None
str(m,"ascii")
int(memoryview(b"12"))
memoryview(b"").tolist(), memoryview(b"").nbytes
m.__eq__(3)'''.split('\n'): t(f)
