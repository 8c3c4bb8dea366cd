"""zlib: compression, streams, checksums, and what their errors say; streams shared by threads."""
import copy
import pickle
import random
import resource
import threading
import zlib
def t(f):
    try: r=repr(f())
    except BaseException as x: r=type(x).__name__+': '+str(x)
    print('object' if ' at 0x' in r else r[:300])
print([n for n in dir(zlib) if n[:2]!='__']); print({n:getattr(zlib,n) for n in dir(zlib) if isinstance(getattr(zlib,n),(int,str)) and n[:2]!='__'}); print(zlib.error.__mro__, zlib.__version__)
for n in ('compress','decompress','compressobj','decompressobj','crc32','adler32'): print(n, callable(getattr(zlib, n)))
C=zlib.compressobj; D=zlib.decompressobj
data=b'hello world '*100; z=zlib.compress(data)
t(lambda: type(C())); t(lambda: type(D())); t(lambda: type(C())()); t(lambda: [n for n in dir(C()) if n[:2]!='__']); t(lambda: [n for n in dir(D()) if n[:2]!='__'])
t(lambda: type('x',(type(C()),),{}))
t(lambda: len(z)); t(lambda: zlib.compress('x')); t(lambda: zlib.compress()); t(lambda: zlib.compress(data,10)); t(lambda: zlib.compress(data,-2)); t(lambda: zlib.compress(data,'x')); t(lambda: zlib.compress(data,level=1,wbits=-15)); t(lambda: zlib.compress(data,wbits=100)); t(lambda: zlib.compress(data,9,31)[:4]); t(lambda: zlib.compress(data=data)); t(lambda: zlib.compress(data,2**40))
t(lambda: zlib.decompress(z)==data); t(lambda: zlib.decompress(z[:-1])); t(lambda: zlib.decompress(b'xx')); t(lambda: zlib.decompress(b'')); t(lambda: zlib.decompress(z+b'more')==data); t(lambda: zlib.decompress(z,bufsize=-1)); t(lambda: zlib.decompress(z,bufsize=0)==data); t(lambda: zlib.decompress(z,bufsize=1)==data); t(lambda: zlib.decompress(z,wbits=77)); t(lambda: zlib.decompress(z,wbits=-15)); t(lambda: zlib.decompress(1)); t(lambda: zlib.decompress(z,bufsize='x')); t(lambda: zlib.decompress(z[:10]+b'\0'*10)); t(lambda: zlib.decompress(zlib.compress(data,9,31),47)==data); t(lambda:zlib.decompress(z[:-2]+b'xx'))
t(lambda: C(10)); t(lambda: C(1,2)); t(lambda: C(1,8,20)); t(lambda: C(1,8,15,0)); t(lambda: C(1,8,15,9,9)); t(lambda: C(zdict=None)); t(lambda: C(zdict='x')); t(lambda: C(zdict=b'')); t(lambda: C(zdict=b'hello')); t(lambda: C('a')); t(lambda: C(1,8,15,8,0,b'x',3)); t(lambda: C(bad=1)); t(lambda: C(zdict=b'hello',wbits=31))
t(lambda: D(20)); t(lambda: D(zdict=1)); t(lambda: D(zdict=b'x')); t(lambda: D(wbits=-15,zdict=b'x')); t(lambda: D(zdict=None)); t(lambda: D('x')); t(lambda:D(wbits=0)); t(lambda: D(wbits=40)); t(lambda: D(wbits=-1)); t(lambda: D(wbits=31, zdict=b'x'))
c=C(); t(lambda: c.compress(1)); t(lambda: c.compress(data)); t(lambda: c.flush(0)); t(lambda: c.flush(77)); t(lambda: c.flush(-1)); t(lambda: c.flush('x')); t(lambda: c.flush(zlib.Z_SYNC_FLUSH)); t(lambda: c.flush(zlib.Z_FULL_FLUSH)); t(lambda: c.copy().flush()); t(lambda: c.flush()); t(lambda: c.flush()); t(lambda: c.compress(b'x')); t(lambda: c.copy()); t(lambda:c.flush(0))
c=C(); c.compress(data); t(lambda: copy.copy(c).flush()==copy.deepcopy(c).flush()); t(lambda: pickle.dumps(c)); t(lambda: pickle.dumps(D()))
d=D(); t(lambda: d.decompress()); t(lambda: d.decompress(z,-1)); t(lambda: d.decompress(z,10)); t(lambda: (len(d.unconsumed_tail),d.unused_data,d.eof)); t(lambda: d.decompress(d.unconsumed_tail,max_length=5)); t(lambda:len(d.flush())); t(lambda: (d.unconsumed_tail,d.unused_data,d.eof)); t(lambda: d.decompress(b'x')); t(lambda:d.flush()); t(lambda: d.copy()); t(lambda:d.unused_data)
d=D(); t(lambda: len(d.decompress(z+b'tail'))); t(lambda: (d.unconsumed_tail,d.unused_data,d.eof)); t(lambda: d.decompress(b'x')); t(lambda: (d.unconsumed_tail,d.unused_data,d.eof)); t(lambda:d.flush()); t(lambda: (d.unconsumed_tail,d.unused_data,d.eof)); t(lambda: setattr(d,'eof',1)); t(lambda: setattr(d,'unused_data',b''))
d=D(); t(lambda: d.flush(0)); t(lambda: d.flush(-1)); t(lambda: d.flush('x')); t(lambda: d.flush()); t(lambda: d.decompress(b'zzz')); t(lambda: d.decompress(z)); 
d=D(); t(lambda: d.decompress(z[:20])); t(lambda: len(d.copy().decompress(z[20:]))); t(lambda:len(copy.copy(d).decompress(z[20:]))); t(lambda: len(copy.deepcopy(d).decompress(z[20:]+b'q'))); t(lambda: d.flush()); t(lambda: d.eof)
c=C(zdict=b'hello world'); zz=c.compress(data)+c.flush(); t(lambda: zlib.decompress(zz)); t(lambda: D().decompress(zz)); t(lambda: D(zdict=b'hello world').decompress(zz)==data); t(lambda: D(zdict=b'hello').decompress(zz)); t(lambda: D(zdict='x')); 
class B:
    pass
t(lambda: D(zdict=bytearray(b'hello world')).decompress(zz)==data)
c=C(9,8,-15,9,0,b'hello world'); zz=c.compress(data)+c.flush(); t(lambda: D(-15,b'hello world').decompress(zz)==data)
t(lambda: zlib.crc32(data)); t(lambda: zlib.crc32(b'abc',2**40)); t(lambda: zlib.crc32(b'abc',-1)); t(lambda: zlib.crc32(b'abc','x')); t(lambda: zlib.crc32('x')); t(lambda: zlib.crc32()); t(lambda: zlib.adler32(b'abc')); t(lambda:zlib.adler32(b'abc',5)); t(lambda: zlib.adler32(data*1000)); t(lambda: zlib.crc32(data*1000,1)); t(lambda: zlib.adler32(b'',2**33+5)); t(lambda:zlib.crc32(data=b'')); t(lambda: zlib.crc32(b'abc',1.5)); t(lambda:zlib.crc32(b'a',1,2))
t(lambda: zlib.decompress(memoryview(z))==data); t(lambda: zlib.compress(bytearray(data))==z)

# bit by bit, with all kinds of limits
rng = random.Random(5)
text = b''.join(bytes([rng.randrange(256)]) * rng.choice([1, 1, 1, 50]) for _ in range(20000))
for wbits in (15, -15, 31, 9):
    for level in (0, 1, 9):
        c = C(level, 8, wbits, rng.randrange(1, 10), rng.choice([0, 1, 2, 3, 4]))
        out = []
        i = 0
        while i < len(text):
            n = rng.randrange(1, 40000)
            out.append(c.compress(text[i:i + n]))
            i += n
            if rng.random() < .2:
                out.append(c.flush(rng.choice([zlib.Z_SYNC_FLUSH, zlib.Z_FULL_FLUSH, zlib.Z_PARTIAL_FLUSH])))
            if rng.random() < .2:
                c = c.copy()
        out.append(c.flush())
        packed = b''.join(out)
        d = D(wbits)
        back = []
        i = 0
        while not d.eof:
            chunk = d.unconsumed_tail or packed[i:i + 5000]
            if not d.unconsumed_tail:
                i += 5000
            back.append(d.decompress(chunk, rng.randrange(0, 50000)))
        back.append(d.flush())
        print(wbits, level, b''.join(back) == text, zlib.decompress(packed, wbits) == text, zlib.decompress(packed, wbits, 7) == text)

# threads: streams of their own, then one for all
def own(k, results):
    c = C(k)
    packed = b''.join(c.compress(text[i:i + 9999]) for i in range(0, len(text), 9999)) + c.flush()
    results[k] = D().decompress(packed) == text and zlib.crc32(text) == zlib.crc32(text[9:], zlib.crc32(text[:9]))


results = {}
threads = [threading.Thread(target=own, args=(k, results)) for k in range(1, 5)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
print(sorted(results.items()))
shared = C(1)
pieces = []
lock = threading.Lock()


def all_one():
    for _ in range(30):
        with lock:  # the order of the pieces is the threads' matter, the stream the library's
            pieces.append(shared.compress(b'0123456789' * 500))


def without_order(stream):
    for _ in range(30):
        stream.compress(b'abc' * 5000)
        stream.copy()


threads = [threading.Thread(target=all_one) for _ in range(3)] + [threading.Thread(target=without_order, args=(C(2),))] * 1
other = C(3)
threads += [threading.Thread(target=without_order, args=(other,)) for _ in range(3)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
print(len(zlib.decompress(b''.join(pieces) + shared.flush())), len(other.flush()) > 0)

# streams that nobody ends: what the library holds for them counts as garbage (250 kB each)
for _ in range(5000):
    C().compress(b'x')
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss < 500000)
