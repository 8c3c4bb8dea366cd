"""Pauses of the collector beside a heap of five million live objects, with two threads allocating."""
import gc
import sys
import threading
import time

try:
    from _weft_gc import pauses
except ImportError:
    pauses = None

LIVE = int(sys.argv[1]) if len(sys.argv) > 1 else 5000000
SECONDS = float(sys.argv[2]) if len(sys.argv) > 2 else 5.0


class Point:
    def __init__(self, x, next):
        self.x = x
        self.next = next


def fill(n):
    """n objects: instances, lists and tuples that refer to one another."""
    heap, last = [], None
    for i in range(n // 4):
        last = Point(i, last if i % 100 else None)
        heap.append([last, (i, last), {"i": i} if i % 8 == 0 else [i]])
    return heap


def allocate(stop, counts, i):
    window = []
    while not stop:
        for k in range(1000):
            window.append([k, (k, k)])
        if len(window) > 50000:
            window.clear()
        counts[i] += 2000


def milliseconds(seconds):
    return "%.2f ms" % (seconds * 1000)


heap = fill(LIVE)
stats, before = gc.get_stats(), pauses and pauses()
stop, counts = [], [0, 0]
threads = [threading.Thread(target=allocate, args=(stop, counts, i)) for i in range(2)]
for thread in threads:
    thread.start()
longest, end = 0.0, time.perf_counter() + SECONDS
while time.perf_counter() < end:
    start = time.perf_counter()
    time.sleep(0.001)
    longest = max(longest, time.perf_counter() - start - 0.001)
stop.append(True)
for thread in threads:
    thread.join()
print("objects allocated meanwhile: {:,}".format(sum(counts)))
print("longest delay of a thread that sleeps:", milliseconds(longest))
if pauses:
    for name, old, new, was, now in zip(("young", "prompt", "full"), stats, gc.get_stats(), before, pauses()):
        n = new["collections"] - old["collections"]
        total = now["total"] - was["total"]
        print("%s collections: %d, mean %s, median %s, longest %s" % (
            name, n, milliseconds(total / n if n else 0), milliseconds(now["median"]), milliseconds(now["max"])))
times = []
for _ in range(3):
    start = time.perf_counter()
    gc.collect()
    times.append(time.perf_counter() - start)
print("gc.collect(): " + ", ".join(map(milliseconds, times)))
assert len(heap) == LIVE // 4
