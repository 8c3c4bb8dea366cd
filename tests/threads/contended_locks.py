"""One lock wanted by many threads: with and without time-outs, threads started one after the other and all at once."""
import os
import threading
import time

lock = threading.Lock()
count = 0


def add(n):
    global count
    for _ in range(n):
        with lock:
            count += 1


def team(target, n, *args):
    threads = [threading.Thread(target=target, args=args) for _ in range(n)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()


team(add, 6, 20000)
print(count, lock.locked())

outcomes = []


def impatient():
    mine = [0, 0]
    for _ in range(1000):
        if lock.acquire(timeout=0.00002):
            mine[0] += 1
            sum(range(50))
            lock.release()
        else:
            mine[1] += 1
    outcomes.append(sum(mine))


team(impatient, 5)
print(outcomes, lock.locked())
print(lock.acquire(timeout=1), lock.acquire(timeout=0.001), lock.acquire(False), lock.release())

# a lock that is held for long, with waiters that give up beside one that does not
lock.acquire()
taken = []
patient = threading.Thread(target=lambda: taken.append(lock.acquire()))
patient.start()
team(lambda: lock.acquire(timeout=0.005), 4)
lock.release()
patient.join()
print(taken, lock.locked())
lock.release()

# threads again and again: their stacks and native threads may be used anew
depths = []


def down(n):
    return 0 if n == 0 else 1 + down(n - 1)


for round in range(3):
    for i in range(50):
        t = threading.Thread(target=lambda: depths.append(down(i)))
        t.start()
        t.join()
    time.sleep(0.12)
print(depths == list(range(50)) * 3)
local = threading.local()
seen = []
for i in range(5):
    t = threading.Thread(target=lambda: (seen.append(hasattr(local, "x")), setattr(local, "x", 1)))
    t.start()
    t.join()
print(seen)
child = os.fork()
if child == 0:
    t = threading.Thread(target=lambda: depths.clear())
    t.start()
    t.join()
    os._exit(3 if not depths else 4)
print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), threading.active_count())
