"""gc.collect() counts what is found in dead cycles, once."""
import gc
import weakref


class Node:
    pass


class Slotted:
    __slots__ = ("other",)


class Final:
    def __del__(self):
        print("finalized")


def self_list():
    a = []
    a.append(a)


def self_dict():
    a = {}
    a["a"] = a


def self_tuple():
    a = []
    b = (a,)
    a.append(b)


def ring():
    a, b, c = Node(), Node(), Node()
    a.next, b.next, c.next = b, c, a


def slotted():
    a = Slotted()
    a.other = a


def hanging():
    a = []
    a.append(a)
    a.append([[], ()])
    a.append((1, "two"))
    a.append({"three": 3})


def no_cycle():
    return [[1], {2: []}, Node(), (Node(),)]


def function():
    space = {}
    exec("def f(): pass\n", space)


def with_finalizer():
    a = Final()
    a.me = a


def watched():
    a = Node()
    a.me = a
    weakref.finalize(a, print, "gone")


gc.collect()
gc.collect()
for f in (self_list, self_dict, self_tuple, ring, slotted, hanging, no_cycle, function, with_finalizer):
    f()
    print(f.__name__, gc.collect(), gc.collect())
watched()
print(gc.collect() > 0, gc.collect())
for i in range(3):
    for k in range(10):
        ring()
    print(0 < gc.collect(i) <= 30)  # an automatic collection may have found some
times = 0
while gc.collect():
    times += 1
print(times)
seen = []
gc.callbacks.append(lambda phase, info: seen.append((phase, info["generation"], info["collected"])))
self_list()
gc.collect()
gc.callbacks.clear()
print(seen)

print([sorted(generation) for generation in gc.get_stats()])
