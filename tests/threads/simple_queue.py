"""SimpleQueue between several threads: nothing is lost, doubled or reordered; waiting getters are woken."""
import _queue
import threading
from queue import Empty, SimpleQueue

assert SimpleQueue is _queue.SimpleQueue

# one producer, one consumer: in order
q = SimpleQueue()
got = []
threads = [threading.Thread(target=lambda: [q.put(i) for i in range(20000)]),
           threading.Thread(target=lambda: [got.append(q.get()) for _ in range(20000)])]
for t in threads:
    t.start()
for t in threads:
    t.join()
print(got == list(range(20000)), q.empty(), q.qsize())

# several of each: every item once, each producer's in order for each consumer
results = [[] for _ in range(3)]


def produce(k):
    for i in range(5000):
        q.put((k, i))


def consume(k):
    while True:
        item = q.get()
        if item is None:
            return
        results[k].append(item)


consumers = [threading.Thread(target=consume, args=(k,)) for k in range(3)]
producers = [threading.Thread(target=produce, args=(k,)) for k in range(3)]
for t in consumers + producers:
    t.start()
for t in producers:
    t.join()
for _ in consumers:
    q.put(None)
for t in consumers:
    t.join()
print(sorted(sum(results, [])) == [(k, i) for k in range(3) for i in range(5000)])
print(all([i for p, i in r if p == k] == sorted(i for p, i in r if p == k) for r in results for k in range(3)))

# sizes while items lie on both sides
for i in range(10):
    q.put(i)
print([q.get() for _ in range(4)], q.qsize())
for i in range(10, 15):
    q.put(i)
print(q.qsize(), q.empty(), [q.get_nowait() for _ in range(11)], q.qsize(), q.empty())
for call in (q.get_nowait, lambda: q.get(timeout=0.01), lambda: q.get(False)):
    try:
        call()
    except Empty:
        print("Empty")
