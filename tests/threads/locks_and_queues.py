"""Threads with locks, conditions, events, queues, pools; results do not depend on timing (also run under the gc debug modes)."""
import threading, queue
from concurrent.futures import ThreadPoolExecutor
n = 0
lock = threading.Lock()
def add():
    global n
    for _ in range(500):
        with lock:
            n += 1
ts = [threading.Thread(target=add, name=f"t{i}") for i in range(4)]
for t in ts:
    t.start()
for t in ts:
    t.join()
print(n, [t.is_alive() for t in ts], ts[0].name)
q, out = queue.Queue(5), []
def worker():
    while (item := q.get()) is not None:
        with lock:
            out.append(item * item)
        q.task_done()
    q.task_done()
ws = [threading.Thread(target=worker) for _ in range(3)]
for w in ws:
    w.start()
for i in range(100):
    q.put(i)
for _ in ws:
    q.put(None)
q.join()
for w in ws:
    w.join()
print(sorted(out) == [i * i for i in range(100)], q.empty())
ready, turns, cond = threading.Event(), [], threading.Condition()
def player(me):
    ready.wait()
    for r in range(5):
        with cond:
            cond.wait_for(lambda: len(turns) % 2 == me)
            turns.append(me)
            cond.notify_all()
ps = [threading.Thread(target=player, args=(i,)) for i in range(2)]
for p in ps:
    p.start()
ready.set()
for p in ps:
    p.join()
print(turns)
b, seen = threading.Barrier(3), []
def meet():
    seen.append(b.wait())
bs = [threading.Thread(target=meet) for _ in range(3)]
for t in bs:
    t.start()
for t in bs:
    t.join()
print(sorted(seen))
local = threading.local()
def own(i, res):
    local.v = i
    res.append((i, local.v))
res = []
ls = [threading.Thread(target=own, args=(i, res)) for i in range(3)]
for t in ls:
    t.start()
    t.join()
print(res, hasattr(local, "v"))
r = threading.RLock()
with r:
    with r:
        print("twice")
try:
    lock.release()
except RuntimeError as e:
    print(e)
try:
    queue.Queue().get(timeout=0.01)
except queue.Empty:
    print("empty")
s = threading.Semaphore(2)
print(s.acquire(), s.acquire(), s.acquire(blocking=False), lock.acquire(timeout=0.01), lock.acquire(timeout=0.01), lock.locked())
lock.release()
with ThreadPoolExecutor(3) as pool:
    print(list(pool.map(lambda x: x ** 2, range(6))))
    f = pool.submit(lambda: 1 / 0)
    print(repr(f.exception()))
print(threading.active_count(), threading.current_thread() is threading.main_thread())
