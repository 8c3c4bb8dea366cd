"""SimpleQueue: putters and getters with short timeouts, many times: each item arrives once, in its putter's order."""
import threading
from queue import Empty, SimpleQueue

lost = disordered = left = 0
for round_ in range(20):
    q = SimpleQueue()
    results = [[] for _ in range(3)]

    def put(k):
        for i in range(300):
            q.put((k, i))

    def get(k):
        timeouts = (0.0001, 0.01, 5)
        n = 0
        while True:
            n += 1
            try:
                item = q.get(timeout=timeouts[n % 3])
            except Empty:
                continue
            if item is None:
                return
            results[k].append(item)

    putters = [threading.Thread(target=put, args=(k,)) for k in range(3)]
    getters = [threading.Thread(target=get, args=(k,)) for k in range(3)]
    for t in getters + putters:
        t.start()
    for t in putters:
        t.join()
    for _ in getters:
        q.put(None)
    for t in getters:
        t.join()
    lost += sorted(sum(results, [])) != [(k, i) for k in range(3) for i in range(300)]
    for got in results:
        for k in range(3):
            mine = [i for kk, i in got if kk == k]
            disordered += mine != sorted(mine)
    left += not q.empty() or q.qsize() != 0
print(lost, disordered, left)
