"""Four threads work on the same containers: nothing crashes, and what is atomic loses nothing."""
import _thread, time, _collections, itertools, _functools
N=4; R=3000
done=[]
d={}; l=[]; s=set(); q=_collections.deque(); od=_collections.OrderedDict(); dd=_collections.defaultdict(list); cnt={}
it=itertools.count(); rep=itertools.repeat(1,N*R); got=[[] for i in range(N)]
src=iter(list(range(N*R))); prod=itertools.product(range(N*R//2),[0,1])
errs=[]
lru=_functools._lru_cache_wrapper(lambda x:x*2, 50, False, lambda *a:a)
b1,b2=itertools.tee(iter(range(R)))
def work(me):
    try:
        r=me*7919+1
        for i in range(R):
            r=(r*1103515245+12345)&0x7fffffff
            k=r%97; ks='k%d'%k
            d[ks if i%2 else k]=i
            if i%3==0: d.pop(k,None)
            if i%5==0:
                try: list(d.items()); sorted(d.values()); dict(d); {**d}
                except RuntimeError as e: errs.append(e)
            l.append(k)
            if i%7==0: l.sort()
            if i%11==0: l.reverse(); l[3:5]=[1,2,3]; l.insert(2,k)
            if len(l)>500: l.clear()
            try: l[k]
            except IndexError: pass
            try: l.remove(k)
            except ValueError: pass
            if i%13==0: sum(l); l.copy(); l*2; l+l; l==list(l); tuple(l); str(l); max(l+[1])
            s.add(k); s.discard(r%53); 
            if i%9==0: s|{1,2}; s&{1,2,3}; s-{1}; list(s); frozenset(s); s.union([5]); s^{3}
            if i%101==0: s.clear(); s.update(range(20)); s.difference_update([1,2,3])
            q.append(i); q.appendleft(i)
            q.popleft(); q.pop()
            if i%17==0: q.rotate(1); list(q.copy())
            od[k]=i
            try: od.move_to_end(r%97, last=i%2==0)
            except KeyError: pass
            if len(od)>60:
                try: od.popitem(last=i%3==0)
                except KeyError: pass
            dd[k].append(1)
            _collections._count_elements(cnt,[ks])
            lru(k)
            got[me].append(next(it)); 
            next(rep)
            got[me].append(('s',next(src)))
            got[me].append(('p',next(prod)))
            try: next(b1)
            except (StopIteration, RuntimeError): pass
    except BaseException as e:
        errs.append((me,i,type(e),e))
        raise
    finally:
        done.append(me)
for i in range(N): _thread.start_new_thread(work,(i,))
t0=time.time()
while len(done)<N and time.time()-t0<120: time.sleep(0.01)
print(len(done), len(errs), errs[:5])
allv=[x for g in got for x in g if isinstance(x,int)]
print(sorted(allv)==list(range(N*R)))
print(sorted(x[1] for g in got for x in g if isinstance(x,tuple) and x[0]=='s')==list(range(N*R)))
p=[x[1] for g in got for x in g if isinstance(x,tuple) and x[0]=='p']; print(len(p), len(set(p)))
print(sum(cnt.values())==N*R, sum(len(v) for v in dd.values())==N*R, len(q), list(rep))
