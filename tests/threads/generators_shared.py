"""One generator and one iterator used by several threads: no item is given twice, and a running generator says so."""
import threading
it = iter(range(4000))
got = [[] for _ in range(4)]
def take(out):
    for v in it:
        out.append(v)
ts = [threading.Thread(target=take, args=(g,)) for g in got]
for t in ts:
    t.start()
for t in ts:
    t.join()
print(sorted(sum(got, [])) == list(range(4000)))
def gen():
    for i in range(1000):
        yield i
g, errors, vals = gen(), [], []
def pull():
    while True:
        try:
            vals.append(next(g))
        except StopIteration:
            return
        except ValueError as e:
            errors.append(str(e))
ts = [threading.Thread(target=pull) for _ in range(3)]
for t in ts:
    t.start()
for t in ts:
    t.join()
print(sorted(vals) == list(range(1000)), set(errors) <= {"generator already executing"})
d = {}
def fill(base):
    for i in range(1000):
        d.setdefault(i, base)
        d[(base, i)] = i
ts = [threading.Thread(target=fill, args=(b,)) for b in range(4)]
for t in ts:
    t.start()
for t in ts:
    t.join()
print(len(d), len([k for k in d if isinstance(k, int)]))
