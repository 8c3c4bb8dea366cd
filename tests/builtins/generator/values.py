"""Results of generators, StopIteration by hand, and contexts of thrown exceptions."""


def gen():
    yield 1
    return 5


print(list(gen()), tuple(gen()), sum(gen()), [*gen()], max(gen()), 1 in gen(), 2 in gen(), list(map(str, gen())))
for step in (lambda i: next(i), lambda i: i.__next__(), lambda i: i.send(None)):
    i = gen()
    next(i)
    try:
        step(i)
    except StopIteration as e:
        print(e.value, e.args)
    try:
        step(i)
    except StopIteration as e:
        print(e.value, e.args)
print(next(i, "default"))


def outer():
    r = yield from gen()
    print("result", r)
    return r


print(list(outer()))
f = lambda: (yield 1)
i = f()
next(i)
try:
    i.send(2)
except StopIteration as e:
    print(e.value)


class Stop(StopIteration):
    pass


class Iterator:
    def __iter__(self):
        return self

    def __next__(self):
        raise Stop(42)


try:
    next(Iterator())
except StopIteration as e:
    print(type(e).__name__, e.value)


def delegating():
    return (yield from Iterator())


try:
    next(delegating())
except StopIteration as e:
    print(e.value)


def handling():
    try:
        raise KeyError("own")
    except KeyError:
        yield


i = handling()
next(i)
try:
    i.throw(ValueError("thrown"))
except ValueError as e:
    print(repr(e.__context__))


def plain():
    yield


i = plain()
next(i)
try:
    try:
        raise KeyError("outer")
    except KeyError:
        i.throw(ValueError("thrown"))
except ValueError as e:
    print(repr(e.__context__))


def keeps():
    try:
        yield
    except ValueError:
        yield
        yield
        raise


i = keeps()
next(i)
try:
    raise ValueError("kept")
except ValueError as e:
    i.throw(e)
next(i)
try:
    next(i)
except ValueError as e:
    print(repr(e), e.__context__)


class NoInstance(Exception):
    def __new__(cls, *args):
        return cls


i = plain()
for _ in range(2):
    try:
        i.throw(NoInstance)
    except TypeError as e:
        print(str(e)[:20])
print(next(i, "ended"))
