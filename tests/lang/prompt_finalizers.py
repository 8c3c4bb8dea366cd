"""What is dropped goes at once: in loops, in functions, out of containers."""
import warnings
import weakref

count = 0


class D:
    def __del__(self):
        global count
        count += 1


class X:
    pass


def p_del():
    d = D()
    del d


def p_rebind():
    d = D()
    d = 1
    return d


def p_none():
    d = D()
    d = None
    return d


def p_return():
    def f():
        d = D()
        return 1
    f()


def p_pop():
    a = [D()]
    a.pop()


def p_dict():
    a = {1: D()}
    del a[1]


def p_attribute():
    a = X()
    a.x = D()
    a.x = None


def p_expression():
    D()


def p_generator():
    def g():
        d = D()
        yield 1
        yield 2
    for x in g():
        pass


def p_exception():
    try:
        d = D()
        raise ValueError
    except ValueError:
        pass


table = {}
row = [None] * 10


def p_global_dict():
    table[3] = D()
    del table[3]


def p_global_list():
    row[3] = D()
    row[3] = None


for name, f in list(globals().items()):
    if name.startswith("p_"):
        late = 0
        for i in range(80):
            count = 0
            f()
            late += count != 1
        print(name, late)

late = [0] * 7
for i in range(80):
    d = D()
    count = 0
    del d
    late[0] += count != 1
    d = D()
    count = 0
    d = None
    late[1] += count != 1
    x = X()
    r = weakref.ref(x)
    del x
    late[2] += r() is not None
values, keys, members = weakref.WeakValueDictionary(), weakref.WeakKeyDictionary(), weakref.WeakSet()
for i in range(30):
    x = X()
    values[1] = x
    keys[x] = 1
    members.add(x)
    del x
    late[3] += len(values)
    late[4] += len(keys)
    late[5] += len(members)
seen = []
warnings.simplefilter("always")
warnings.showwarning = lambda *a: seen.append(a[1])
for i in range(40):
    seen.clear()
    f = open("/dev/null")
    f = None
    late[6] += seen != [ResourceWarning]
print(late)

for k in range(4, 9):
    class Loud:
        def __del__(self):
            print("gone", k)
    a = Loud()
    a = None
    print("after", k)
