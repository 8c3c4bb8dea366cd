"""Pickler and Unpickler written in C: opcodes as CPython writes them, hooks, errors, damaged pickles."""
import _pickle
import binascii
import copyreg
import io
import pickle
import pickletools
import random
import sys
import threading


def show(f, *args, **kwargs):
    try:
        print(repr(f(*args, **kwargs)))
    except Exception as e:
        print(type(e).__name__, str(e).split(" at 0x")[0])


class Plain:
    def __init__(self, **kw):
        for k, v in kw.items():
            setattr(self, k, v)

    def __eq__(self, other):
        return type(self) is type(other) and vars(self) == vars(other)


class Slots:
    __slots__ = ("a", "b")


class State:
    def __init__(self, v):
        self.v = v

    def __getstate__(self):
        return ("state", self.v)

    def __setstate__(self, state):
        self.v = state[1] + 1


class Args(int):
    def __new__(cls, a, *, scale=1):
        self = int.__new__(cls, a * scale)
        self.scale = scale
        return self

    def __getnewargs_ex__(self):
        return (int(self) // self.scale,), {"scale": self.scale}


class Shadow:
    pass


class Nested:
    class Inner:
        pass


class L(list):
    pass


class D(dict):
    pass


def function():
    pass


def objects():
    shadow = Shadow()
    shadow.__reduce_ex__ = lambda protocol: (int, ("7",))
    slots = Slots()
    slots.a = [1]
    listed = L([1, 2, 3])
    listed.x = listed
    dicted = D(a=1, b=2)
    recursive = []
    recursive.append((recursive,))
    named = Plain(a=1, b="two")
    named.me = named
    yield from (None, True, False, 0, 255, 256, 65535, 65536, -1, 2**31 - 1, 2**31, -2**31, -2**31 - 1, 2**47, -2**55, 2**63, -2**63,
                10**50, -10**700, 0.0, -1.5, 1e300, float("inf"), "", "a", "äöü", "a\nb\\c\0\r\x1a", "\u20ac", "\U0001f600", "\udc80", "x" * 300,
                b"", b"bytes", b"\xff" * 300, bytearray(), bytearray(b"array"))
    yield from ((), (1,), (1, 2), (1, 2, 3), (1, 2, 3, 4), [], [1], [1, 2], list(range(1001)), {}, {1: 2}, {"a": 1, "b": [2]},
                dict.fromkeys(range(1001)), set(), {5}, frozenset(), frozenset([5]), Ellipsis, NotImplemented)
    yield from (type(None), type(...), type(NotImplemented), int, len, function, Nested.Inner, "".join, [].append, range(3), slice(1), 1j,
                copyreg.__newobj__, Plain.__init__, named.__eq__)
    yield from (Plain(), Plain(a=1), named, slots, State(4), Args(3, scale=5), shadow, listed, dicted, recursive, ValueError("x", 2))


def opcodes():
    for o in objects():
        for protocol in range(6):
            try:
                data = pickle.dumps(o, protocol)
            except Exception as e:
                print(protocol, type(e).__name__, e)
                continue
            name = repr(o)[:30].split(" at 0x")[0]
            print(protocol, name, binascii.crc32(data) if len(data) > 60 else data)
            back = pickle.loads(data)
            if pickle._loads(data).__class__ is not back.__class__:
                print("differs from the library's own unpickler")


def frames():
    for o in ([str(i) for i in range(30000)], [(i,) for i in range(30000)], [Plain(a=i, b=str(i)) for i in range(9000)], [b"x" * 70000, 1, "y" * 70000],
              {i: i for i in range(30000)}):
        data = pickle.dumps(o)
        print(len(data), [arg for op, arg, pos in pickletools.genops(data) if op.name == "FRAME"], pickle.loads(data) == o)
        writes = []

        class File:
            def write(self, b):
                writes.append(bytes(b))

        pickle.dump(o, File())
        print([len(w) for w in writes], b"".join(writes) == data)


class Recording(pickle.Pickler):
    def persistent_id(self, o):
        return "id-%d" % o.n if isinstance(o, Plain) and hasattr(o, "n") else None


class Resolving(pickle.Unpickler):
    def persistent_load(self, i):
        return ("resolved", i)

    def find_class(self, module, name):
        print("find", module, name)
        return super().find_class(module, name)


class Overriding(pickle.Pickler):
    def reducer_override(self, o):
        return (complex, (1, 2)) if o is function else NotImplemented


class Tabled(pickle.Pickler):
    dispatch_table = {Plain: lambda o: (list, ((1, 2),))}


def hooks():
    for protocol in range(6):
        f = io.BytesIO()
        Recording(f, protocol).dump([Plain(n=5), Nested.Inner, Plain(m=1)])
        print(Resolving(io.BytesIO(f.getvalue())).load()[0])
        for cls, o in ((Overriding, [function, len]), (Tabled, Plain(a=1))):
            f = io.BytesIO()
            cls(f, protocol).dump(o)
            print(pickle.loads(f.getvalue()))
    p = pickle.Pickler(io.BytesIO())
    o = ["a", ("b", "c")]
    p.dump(o)
    memo = p.memo.copy()
    print(sorted((i, v) for i, v in memo.values() if v is not o), memo[id(o)][0])
    f = io.BytesIO()
    q = pickle.Pickler(f)
    q.memo = p.memo
    q.dump(o)
    print(f.getvalue())
    p.clear_memo()
    print(p.memo.copy(), p.bin, p.fast)
    u = pickle.Unpickler(io.BytesIO(pickle.dumps(o) + pickle.dumps("next") + b"rest"))
    print(u.load(), u.memo.copy(), u.load())
    u.memo = {2: "x", 100000: "far"}
    print(pickle.loads(b"\x80\x02]q\x00(K\x01r\xff\xff\x10\x00j\xff\xff\x10\x00e."))
    buffers = []
    array = bytearray(b"out of band")
    data = pickle.dumps([pickle.PickleBuffer(array), pickle.PickleBuffer(b"ro")], 5, buffer_callback=buffers.append)
    print(data, len(buffers))
    back = pickle.loads(data, buffers=[array, array])
    print(back[0] is array, back[1].readonly)
    print(pickle.loads(pickle.dumps([pickle.PickleBuffer(array), pickle.PickleBuffer(b"ro")], 5)))
    copyreg.add_extension(__name__, "Plain", 0x1234)
    data = pickle.dumps(Plain(a=1), 2)
    print(data, pickle.loads(data) == Plain(a=1))
    copyreg.remove_extension(__name__, "Plain", 0x1234)
    copyreg.pickle(Plain, lambda o: (dict, ()))
    print(pickle.loads(pickle.dumps(Plain(a=1))))
    del copyreg.dispatch_table[Plain]
    print(pickle.loads(pickle.dumps(Plain(a=1))) == Plain(a=1))
    print(pickle.loads(b"c__builtin__\nxrange\n."), pickle.loads(b"(i__builtin__\nlist\n."), pickle.loads(b"S'a\\x41\\n'\n."))
    print(pickle.loads(b"U\x01\xe4.", encoding="latin-1"), pickle.loads(b"U\x01\xe4.", encoding="bytes"))
    show(pickle.loads, b"U\x01\xe4.")


def errors():
    def local():
        pass

    class File:
        def read(self, n):
            return "text"

        def readline(self):
            return "text"

    deep = []
    for _ in range(5000):
        deep = [deep]
    for o in (local, lambda: 0, deep, sys, (i for i in ()), pickle.PickleBuffer(b"")):
        show(pickle.dumps, o)
    show(pickle.load, File())
    show(pickle.dumps, 1, 6)
    show(pickle.Pickler, 1)
    show(pickle.Unpickler, 1)
    show(_pickle.loads, "text")
    for data in (b"", b"(", b".", b"(.", b"\0", b"'", b"e", b"g1\n.", b"h\1.", b"N(K\1d.", b"}(K\1u.", b"\x82\0", b"\x82\5.", b"NNR.", b"N)\x81.", b"NN\x93.",
                 b"\x97.", b"I1x\n.", b"L1x\n.", b"Fx\n.", b"Sx\n.", b"\x8a", b"\x8b\xff\xff\xff\xff", b"\x80\x09.", b"\x95" + b"\xff" * 8 + b".",
                 b"\x95" + b"\xff" * 7 + b"\x0f.", b"NNb.", b"Np-1\n.", b"q\1.", b"NK\1b.", b"0", b"(01", b"2", b"Pa\n.", b"Q",
                 b"X\xff\xff\xff\xffab", b"N(Ne.", b"c\n\n.", b"carray\n_nothing\n."):
        show(pickle.loads, data)
        show(pickle.load, io.BytesIO(data))


def damaged():
    """Any change of a pickle is an exception or some object."""
    rng = random.Random(7)
    seeds = [pickle.dumps(o, p) for p in range(6) for o in ([1, (2.5, "x"), {"k": Plain(a=1)}], {1, frozenset([2])}, [Slots, b"y"], 10**30)]
    for _ in range(4000):
        data = bytearray(rng.choice(seeds))
        for _ in range(rng.randrange(1, 4)):
            at = rng.randrange(len(data))
            data[at:at + rng.randrange(3)] = bytes(rng.choice(b"(.012FGIJKLMNPQRSTUVX]abcdeghijlopqstu}\x80\x81\x85\x86\x87\x88\x8c\x8f\x90\x91\x93\x94\x95\x97")
                                                   for _ in range(rng.randrange(3)))
        if b"c" in data and b"builtins" in data:
            continue
        try:
            pickle.loads(bytes(data))
        except Exception:
            pass
    print("survived")


def together():
    """Threads that share a Pickler's classes and one Unpickler's data."""
    data = [Plain(a=i, b=[str(i)]) for i in range(500)]
    wrong = []

    def work():
        for _ in range(5):
            if pickle.loads(pickle.dumps(data)) != data:
                wrong.append(1)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    print(wrong)


if __name__ == "__main__":
    opcodes()
    frames()
    hooks()
    errors()
    damaged()
    together()
