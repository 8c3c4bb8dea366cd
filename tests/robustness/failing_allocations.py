# Many kinds of operations, each of which may meet MemoryError: run with WEFT_GC_DEBUG=fail=n:m it must neither crash nor hang, and go on.


class Point:
    __slots__ = ("x", "y")

    def __init__(self, x, y):
        self.x, self.y = x, y

    def __eq__(self, other):
        return isinstance(other, Point) and self.x == other.x

    def __hash__(self):
        return hash(self.x)


class Free:
    kind = "free"

    def __init__(self, **fields):
        self.__dict__.update(fields)

    @property
    def twice(self):
        return [self, self]

    def __getattr__(self, name):
        return name * 2


def generator(n):
    for i in range(n):
        got = yield [i] * 3
        if got:
            yield from (got, got)


async def coroutine(x):
    async def inner():
        return [x]
    return await inner()


def numbers():
    x = 3 ** 200 // 7 ** 5 % 10 ** 40 << 70
    return str(x), int("9" * 50), 1.5 ** 3, complex(1, 2) * 3, hex(x), (x).to_bytes(60, "little"), round(2.5), divmod(x, 12345)


def strings():
    s = "äbc" * 20 + "€"
    return (s.upper().split("B"), s.replace("b", "xy"), "%s %r %5.2f" % (s, s, 1.5), f"{s!r:>100} {1 / 3:.3f}", s.encode(), s.encode("utf-16"),
            "-".join(map(str, range(20))), s.center(200), s.partition("c"), s.translate({98: "zz"}), "{} {x}".format(1, x=2), b"ab".hex(), s[::2])


def containers():
    a = [Point(i, str(i)) for i in range(30)]
    b = {p: i for i, p in enumerate(a)}
    c = {p for p in a} | set(range(10))
    d = dict(zip("abcdefghij", range(10)), k=1)
    a.sort(key=lambda p: -p.x)
    a[3:5] = [1, 2, 3]
    b.update({"x": 1})
    del b["x"]
    return sorted(c & {1, 2, 3}), tuple(d.items()), list(reversed(a[5:])), [*d, *c], {**d, "z": 1}, frozenset(c), a.copy(), a * 2, d | d


def functions():
    def outer(a, b=2, *args, c=3, **kw):
        total = a

        def inner():
            nonlocal total
            total += b
            return total, args, kw, c
        return inner
    f = Free(a=1, b=[2])
    f.c = f.twice
    return outer(1, 2, 3, 4, c=5, d=6)(), f.missing, vars(f), list(map(lambda *a: a, [1, 2], [3, 4])), [g for g in generator(3)]


def generators():
    g = generator(5)
    first = next(g), g.send([1]), list(g)
    try:
        coroutine(1).send(None)
    except StopIteration as e:
        first += e.value,
    return first


def exceptions():
    try:
        try:
            {}["missing"]
        except KeyError as e:
            raise ValueError("x", [1]) from e
        finally:
            x = [1, 2]
    except ValueError as e:
        e.add_note("note")
        text = repr(e), str(e.__cause__), e.__traceback__.tb_lineno
    try:
        raise ExceptionGroup("g", [ValueError(1), TypeError(2)])
    except* ValueError as g:
        text += repr(g),
    except* TypeError:
        pass
    return text, x


def classes():
    class Meta(type):
        def __new__(cls, name, bases, ns, **kw):
            return super().__new__(cls, name, bases, dict(ns))

    class A(Free, metaclass=Meta, option=1):
        x: int = 1

        def f(self):
            return super().__init__(q=1)

    class B(A, list):
        def __class_getitem__(cls, k):
            return k
    B().f()
    return B.__mro__, B[int], type("C", (B,), {"z": 1})(), isinstance(B(), A), B.__subclasses__(), A.__annotations__, int | str, list[int]


def compiling():
    code = compile("def f(x, *y, z=1):\n  return [x + i for i in y if z] + [f'{x}']\nr = f(1, 2)\nclass C:\n  a = 1\n", "<f>", "exec")
    ns = {}
    exec(code, ns)
    return ns["r"], eval("(lambda a: a * 2)([1])")


def matching(x=({"k": [1, 2, 3]}, Point(1, 2), "s")):
    match x:
        case ({"k": [a, *rest], **more}, Point(x=1), str(s)):
            return a, rest, more, s


def buffers():
    b = bytearray(b"abc" * 50)
    m = memoryview(b)
    b2 = bytes(m[3:9])
    m.release()
    b += b"x" * 100
    return b2, b.split(b"c"), b.find(b"x"), bytes(range(100)).translate(None, b"a"), b.decode()


OPERATIONS = [numbers, strings, containers, functions, generators, exceptions, classes, compiling, matching, buffers]


def main():
    done = failed = 0
    for turn in range(3):
        for f in OPERATIONS:
            try:
                f()
                done += 1
            except (MemoryError, ExceptionGroup):  # a group holds what fails inside except*
                failed += 1
    return done, failed


if __name__ == "__main__":
    for attempt in range(10):
        try:
            main()
        except MemoryError:
            pass
