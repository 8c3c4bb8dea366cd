"""The hashes: _hashlib, _md5, _sha1, _sha256, _sha512, _sha3, _blake2, hmac, secrets, and what their errors say."""
import copy
import hashlib
import hmac
import pickle
import secrets
import threading

import _blake2
import _hashlib
import _md5
import _sha1
import _sha256
import _sha3
import _sha512


def t(f):
    try:
        r = repr(f())
    except BaseException as x:
        r = type(x).__module__ + '.' + type(x).__name__ + ': ' + str(x)
    print('object' if ' at 0x' in r or ' @ 0x' in r else r[:300])


print(sorted(n for n in dir(_hashlib) if n[:2] != '__')); print(_hashlib.HASH.__mro__,_hashlib.HASHXOF.__mro__,_hashlib.HMAC, _hashlib.UnsupportedDigestmodError.__mro__)
for n in dir(_hashlib):
    f=getattr(_hashlib,n)
    if callable(f) and not isinstance(f, type): print(n, f)
print(sorted(_hashlib.openssl_md_meth_names)); print(sorted(map(str, _hashlib._constructors.values())))
print(_hashlib.openssl_md_meth_names.__class__)
for c in (_hashlib.HASH,_hashlib.HASHXOF,_hashlib.HMAC): t(c); t(lambda:[n for n in dir(c) if n[:2]!='__']); t(lambda: type('S',(c,),{}))
h=_hashlib.new
for n in ('md5','MD5','sha256','SHA256','sha512-256','sha512_256','SHA2-256','shake_128','blake2b','BLAKE2s256','ripemd160','sm3','md5-sha1','nope','','whirlpool','md4',1,None,b'md5','sha3_256','SHA3-256','sha512/256','blake2s'):
    print(n,end=' '); t(lambda: (h(n).name,h(n).digest_size,h(n).block_size,type(h(n)).__name__, repr(h(n))[:12]))
t(lambda: h()); t(lambda: h('md5','x')); t(lambda: h('md5',1)); t(lambda: h('md5',b'x',usedforsecurity=False).hexdigest()); t(lambda: h(name='md5',string=b'x').hexdigest()); t(lambda: h('md5',b'x',3)); t(lambda: h('md5',bad=1))
t(lambda: _hashlib.openssl_md5('x')); t(lambda: _hashlib.openssl_md5(b'a',b'b')); t(lambda: _hashlib.openssl_md5(1)); t(lambda: _hashlib.openssl_md5(bad=1)); t(lambda:_hashlib.openssl_md5(string=b'x').name)
m=h('sha256'); t(lambda:m.update()); t(lambda: m.update('x')); t(lambda: m.update(1)); t(lambda:m.update(b'abc')); t(lambda: m.hexdigest()); t(lambda: m.digest()); t(lambda:m.copy().hexdigest()); t(lambda: m.digest(1)); t(lambda: m.name); t(lambda:setattr(m,'name',1)); t(lambda:m.block_size)
x=h('shake_128'); t(lambda:x.digest()); t(lambda:x.digest(5)); t(lambda:x.hexdigest(5)); t(lambda:x.hexdigest(-1)); t(lambda:x.digest(0)); t(lambda:x.digest('a')); t(lambda:x.digest_size); t(lambda:x.digest(length=3)); t(lambda:x.copy().hexdigest(4)); t(lambda: x.digest(2**62)); t(lambda: type(x.copy()))
H=_hashlib.hmac_new
t(lambda: H(b'k')); t(lambda: H(b'k',b'm','md5').hexdigest()); t(lambda: H(b'k',b'm','nope')); t(lambda: H(b'k',b'm',1)); t(lambda: H(b'k',b'm',hashlib.md5).hexdigest()); t(lambda: H(b'k',b'm',_hashlib.openssl_md5)); t(lambda: H(b'k',b'm',lambda:1)); t(lambda: H('k',b'm','md5')); t(lambda: H(b'k','m','md5')); t(lambda:H(key=b'k',msg=b'm',digestmod='sha1').name); t(lambda: H(b'',None,'sha1').hexdigest()); t(lambda: H()); t(lambda:H(b'k',b'm','shake_128')); t(lambda: H(b'k',b'm',None)); t(lambda: H(b'k',digestmod='blake2b').name); t(lambda:H(b'k',b'm',hashlib.sha3_256).name)
m=H(b'k',b'm','sha256'); t(lambda:(m.digest_size,m.block_size,m.name)); t(lambda:m.update(b'x')); t(lambda: m.update('x')); t(lambda:m.hexdigest()); t(lambda:m.digest()); t(lambda:m.copy().hexdigest()); t(lambda:m.update(msg=b'x'));t(lambda:m.update())
D=_hashlib.hmac_digest
t(lambda:D(b'k',b'm','md5')); t(lambda:D(b'k',b'm','nope')); t(lambda:D('k',b'm','md5')); t(lambda:D(b'k','m','md5')); t(lambda:D(b'k',b'm',1)); t(lambda:D(b'k',b'm')); t(lambda:D(b'k',b'm',hashlib.sha1)); t(lambda: D(b'k',b'm','shake_128'))
P=_hashlib.pbkdf2_hmac
t(lambda:P('sha1',b'p',b's',1)); t(lambda:P('sha1',b'p',b's',2,5)); t(lambda:P('sha1',b'p',b's',0)); t(lambda:P('sha1',b'p',b's',-1)); t(lambda:P('nope',b'p',b's',1)); t(lambda:P(b'sha1',b'p',b's',1)); t(lambda:P('sha1','p',b's',1)); t(lambda:P('sha1',b'p','s',1)); t(lambda:P('sha1',b'p',b's',1,0)); t(lambda:P('sha1',b'p',b's',1,-1)); t(lambda:P('sha1',b'p',b's',1,dklen=None)); t(lambda:P('sha1',b'p',b's','x')); t(lambda:P('sha1',b'p',b's',1,'x')); t(lambda:P(hash_name='sha1',password=b'p',salt=b's',iterations=1,dklen=4)); t(lambda: P('sha1',b'p',b's',2**40)); t(lambda:P('sha1',b'p',b's',1,2**40)); t(lambda:P(1,b'p',b's',1)); t(lambda: P()); t(lambda: P('sha1',b'p',b's',2**70)); t(lambda: P('shake_128',b'p',b's',1))
S=_hashlib.scrypt
t(lambda:S(b'p',salt=b's',n=16,r=8,p=1)); t(lambda:S(b'p',salt=b's',n=16,r=8,p=1,dklen=5)); t(lambda:S(b'p')); t(lambda:S('p',salt=b's',n=2,r=8,p=1)); t(lambda:S(b'p',salt='s',n=2,r=8,p=1)); t(lambda:S(b'p',salt=b's')); t(lambda:S(b'p',salt=b's',n=2)); t(lambda:S(b'p',salt=b's',n=2,r=1)); t(lambda:S(b'p',salt=b's',n=3,r=8,p=1)); t(lambda:S(b'p',salt=b's',n=0,r=8,p=1)); t(lambda:S(b'p',salt=b's',n=-2,r=8,p=1)); t(lambda:S(b'p',salt=b's',n=2,r=0,p=1)); t(lambda:S(b'p',salt=b's',n=2,r=-1,p=1)); t(lambda:S(b'p',salt=b's',n=2,r=8,p=-1)); t(lambda:S(b'p',salt=b's',n=2,r=8,p=0)); t(lambda:S(b'p',salt=b's',n=2,r=8,p=1,maxmem=-1)); t(lambda:S(b'p',salt=b's',n=2**10,r=8,p=1,maxmem=1)); t(lambda:S(b'p',salt=b's',n=2,r=8,p=1,dklen=0)); t(lambda:S(b'p',salt=b's',n=2,r=8,p=1,dklen=-1)); t(lambda:S(b'p',salt=b's',n='x',r=8,p=1)); t(lambda:S(b'p',salt=None,n=2,r=8,p=1)); t(lambda:S(b'p',salt=b's',n=2.0,r=8,p=1)); t(lambda:S(b'p',salt=b's',n=2,r=2.0,p=1)); t(lambda:S()); t(lambda:S(b'p',b's')); t(lambda:S(b'p',salt=b's',n=2,r=8,p=1,maxmem='x')); t(lambda:S(b'p',salt=b's',n=2,r=8,p=1,dklen=2**31)); t(lambda:S(b'p',salt=b's',n=2,r=8,p=1,maxmem=2**31))
K=_hashlib.compare_digest
t(lambda:K('a','a')); t(lambda:K(b'a',b'b')); t(lambda:K('a',b'a')); t(lambda:K('\xe9','a')); t(lambda:K(1,1)); t(lambda:K(bytearray(b'a'),b'a')); t(lambda:K('a')); t(lambda:K('a','aa')); t(lambda:K(memoryview(b'ab'),b'ab'))
t(lambda:_hashlib.get_fips_mode())
t(lambda:pickle.dumps(h('md5'))); t(lambda:pickle.dumps(H(b'',b'','md5'))); t(lambda:copy.copy(h('md5')))

for m in (_md5,_sha1,_sha256,_sha512,_sha3,_blake2):
    print(m.__name__)
    for n in dir(m):
        f=getattr(m,n)
        if callable(f) and not isinstance(f,type) and n[:2]!='__':
            print(n); h=f(b'abc'); print(type(h),h.name,h.digest_size,h.block_size,h.hexdigest(),[x for x in dir(h) if x[:2]!='__']); t(lambda: f('x')); t(lambda:f(1)); t(lambda:h.update('x')); t(lambda:h.update()); t(lambda:type(h)()); t(lambda: f(b'',usedforsecurity=1).name); t(lambda:f(string=b'').name); t(lambda:f(b'',b'')); t(lambda: h); t(lambda: type('s',(type(h),),{})); t(lambda:setattr(h,'name',1))
for n in ('sha3_224','sha3_256','shake_128','shake_256','sha3_512'):
    c=getattr(_sha3,n); h=c(b'abc'); print(h.name,h.digest_size,h.block_size,h._capacity_bits,h._rate_bits,h._suffix,[x for x in dir(h) if x[:2]!='__']); t(lambda:h.hexdigest()); t(lambda:h.hexdigest(5)); t(lambda:h.digest(5)); t(lambda:h.digest(-1)); t(lambda:h.digest('x')); t(lambda:c('x')); t(lambda:c(data=b'x').name); t(lambda:c(string=b'x').name); t(lambda:c(b'',usedforsecurity=0).name); t(lambda:c(b'x',b'y')); t(lambda: type('s',(c,),{})); t(lambda:h.copy().name); t(lambda:h.digest(2**62)); t(lambda:h.digest(2**29)); t(lambda:h.digest(0));t(lambda:h.hexdigest(length=2)); t(lambda:h)
for c in (_blake2.blake2b,_blake2.blake2s):
    h=c(b'abc'); print(h.name,h.digest_size,h.block_size,h.hexdigest(),[x for x in dir(c) if x[:2]!='__'],c.MAX_KEY_SIZE,c.MAX_DIGEST_SIZE,c.SALT_SIZE,c.PERSON_SIZE)
    for k in (dict(digest_size=0),dict(digest_size=65),dict(digest_size=33),dict(digest_size='x'),dict(key=b'x'*65),dict(key='x'),dict(key=b'k'),dict(salt=b'x'*17),dict(salt=b'x'),dict(salt=b'x'*9),dict(person=b'x'*17),dict(person=b'p'),dict(person='x'),dict(fanout=-1),dict(fanout=256),dict(fanout=0),dict(fanout=2),dict(depth=0),dict(depth=256),dict(depth=2),dict(leaf_size=-1),dict(leaf_size=2**32),dict(leaf_size=7),dict(node_offset=-1),dict(node_offset=2**64),dict(node_offset=2**48),dict(node_offset=2**48-1),dict(node_depth=-1),dict(node_depth=256),dict(node_depth=3),dict(inner_size=-1),dict(inner_size=65),dict(inner_size=33),dict(inner_size=3),dict(last_node=True),dict(last_node=1),dict(fanout='x'),dict(leaf_size='x'),dict(node_offset='x'),dict(usedforsecurity=1),dict(string=b'x'),dict(data=b'x'),dict(bad=1),dict(leaf_size=2.0),dict(digest_size=2**40)):
        print(k,end=' '); t(lambda:c(b'abc',**k).hexdigest() if 'data' not in k else c(**k).hexdigest())
    t(lambda:c(b'a',3)); t(lambda:c('x')); t(lambda:c(1)); t(lambda:h.update('x')); t(lambda:h.copy().hexdigest()); t(lambda:h.digest()); t(lambda: type('s',(c,),{})); t(lambda:c()); t(lambda:setattr(h,'name',1)); t(lambda: c(b'z'*1000,key=b'k',digest_size=5,salt=b's',person=b'p',fanout=2,depth=3,leaf_size=4,node_offset=5,node_depth=2,inner_size=6,last_node=True).hexdigest())

for name in sorted(hashlib.algorithms_guaranteed):
    x = hashlib.new(name, b'abc' * 1000)
    print(name, x.hexdigest(20) if name.startswith('shake') else x.hexdigest())
print(sorted(hashlib.algorithms_available & hashlib.algorithms_guaranteed))
t(lambda: hashlib.new('nope'))
t(lambda: hashlib.new(1))
t(lambda: hmac.new(b'key', b'message', 'sha256').hexdigest())
t(lambda: hmac.new(b'key', b'message'))
t(lambda: hmac.digest(b'key', b'message', hashlib.blake2s).hex())
t(lambda: hmac.new(b'key', b'message', 'nope'))
t(lambda: hmac.compare_digest('a', 'b'))
t(lambda: (len(secrets.token_hex(8)), len(secrets.token_bytes(5)), secrets.randbelow(1)))
t(lambda: hashlib.file_digest(open(__file__, 'rb'), 'sha256').hexdigest() == hashlib.sha256(open(__file__, 'rb').read()).hexdigest())

# threads: hashes of their own, and one for all
big = b'0123456789abcdef' * 4096
want = {n: hashlib.new(n, big * 5).digest() for n in ('md5', 'sha256', 'sha3_512', 'blake2b')}
wrong = []


def own(name):
    for make in (lambda: hashlib.new(name), lambda: hashlib.blake2b() if name == 'blake2b' else hashlib.new(name)):
        x = make()
        for _ in range(5):
            x.update(big)
            x.copy().update(b'x' * 5000)
        if x.digest() != want[name]:
            wrong.append(name)


shared = [hashlib.sha1(), _md5.md5(), hashlib.blake2s(), _hashlib.hmac_new(b'k', b'', 'sha1')]


def common():
    for x in shared:
        for _ in range(20):
            x.update(b'z' * 4000)
            x.digest()


threads = [threading.Thread(target=own, args=(n,)) for n in want] + [threading.Thread(target=common) for _ in range(3)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
print(wrong, shared[0].hexdigest() == hashlib.sha1(b'z' * 240000).hexdigest(), shared[1].hexdigest() == hashlib.md5(b'z' * 240000).hexdigest(),
      shared[2].hexdigest() == hashlib.blake2s(b'z' * 240000).hexdigest(), shared[3].digest() == _hashlib.hmac_digest(b'k', b'z' * 240000, 'sha1'))
