"""What sys.settrace and sys.setprofile report."""
import sys


def trace(function, *args, profile=False):
    events = []
    first = function.__code__.co_firstlineno

    def tracer(frame, what, arg):
        if frame.f_code.co_filename != __file__ or frame.f_code is trace.__code__:
            return None
        if what.startswith("c_"):
            events.append((what, arg.__name__))
        elif what == "exception":
            events.append((frame.f_lineno - first, what, arg[0].__name__))
        else:
            events.append((frame.f_lineno - first, what))
        return tracer

    (sys.setprofile if profile else sys.settrace)(tracer)
    try:
        function(*args)
    except Exception as e:
        events.append(type(e).__name__)
    finally:
        sys.settrace(None)
        sys.setprofile(None)
    print(function.__name__, "(profile)" if profile else "")
    for event in events:
        print("   ", event)


def closure(x):
    y = x

    def inner():
        return y
    return inner()


def forever():
    n = 0
    while True:
        n += 1
        if n > 2:
            break


def bare():
    try:
        try:
            pass
        except:
            1
        else:
            raise KeyError
        finally:
            "f"
    except:
        n = 1
    return n


def named():
    try:
        try:
            raise KeyError
        except KeyError as e:
            raise
    except Exception:
        pass


def body():
    class C:
        if len("a") == 1:
            x = 1
        else:
            x = 2


def generator():
    try:
        yield 1
        yield 2
    finally:
        "fin"


def throw():
    g = generator()
    next(g)
    try:
        g.throw(KeyError)
    except KeyError:
        pass
    g = generator()
    next(g)
    g.close()


async def coroutine(n):
    return n


async def waits():
    return await coroutine(None)


def awaits():
    try:
        waits().send(None)
    except StopIteration:
        pass


def builtins():
    x = [3, 1]
    x.sort()
    len(x)
    str.upper("a")
    sorted(x, key=lambda v: -v)
    int("5")
    print(*[], end="")
    try:
        len(5)
    except TypeError:
        pass
    "".join(c for c in "ab")


for function in closure, forever, bare, named, body, throw, awaits:
    trace(function, *([1] if function is closure else []))
for function in closure, throw, builtins:
    trace(function, *([1] if function is closure else []), profile=True)


def sets_later():
    def local(frame, what, arg):
        print("   ", frame.f_lineno - frame.f_code.co_firstlineno, what)
        return local

    def deeper():
        sys.settrace(lambda *a: None)
        sys._getframe(1).f_trace = local
    deeper()
    x = 1


sets_later()
sys.settrace(None)
