"""frame.f_lineno set by a trace function: which jumps are possible and what they do."""
import sys


def run(function, at, to, event="line"):
    first = function.__code__.co_firstlineno
    done = []

    def local(frame, what, arg):
        if not done and what == event and frame.f_lineno - first == at:
            done.append(True)
            try:
                frame.f_lineno = first + to if isinstance(to, int) else to
            except Exception as e:
                print("  %s: %s" % (type(e).__name__, str(e).replace(str(first + to), "N") if isinstance(to, int) else e))
        return local

    def tracer(frame, what, arg):
        if frame.f_code is function.__code__:
            return local(frame, what, arg) if what == event == "call" else local
        return None

    out = []
    print("%s: %s -> %s" % (function.__name__, at, to))
    sys.settrace(tracer)
    try:
        function(out)
    except Exception as e:
        out.append("%s: %s" % (type(e).__name__, e))
    finally:
        sys.settrace(None)
    print("  ", out, sys.exc_info()[0])


def straight(out):
    out.append(1)
    out.append(2)
    out.append(3)
    out.append(4)


def loop(out):
    out.append(1)
    for i in (7, 8):
        out.append(i)
        out.append(-i)
    else:
        out.append("else")
    out.append("end")


def nested_loops(out):
    for a in (1, 2):
        for b in (3, 4):
            out.append(a * b)
        out.append("inner done")
    for c in (5, 6):
        out.append(c)


class Manager:
    def __init__(self, out):
        self.out = out

    def __enter__(self):
        self.out.append("enter")

    def __exit__(self, *exc):
        self.out.append("exit")


def blocks(out):
    with Manager(out):
        out.append(2)
        out.append(3)
    with Manager(out):
        out.append(5)
    out.append(6)


def handlers(out):
    try:
        out.append(2)
        1 / 0
    except ZeroDivisionError:
        out.append(type(sys.exc_info()[1]).__name__)
        out.append(6)
    except ValueError as e:
        out.append(8)
    finally:
        out.append(10)
    out.append(sys.exc_info()[1])
    raise_again = 12
    out.append(13)


def nested_handlers(out):
    try:
        raise KeyError(1)
    except KeyError:
        try:
            raise ValueError(2)
        except ValueError:
            out.append(sys.exc_info()[0].__name__)
            out.append(8)
        out.append(sys.exc_info()[0].__name__)
    out.append(sys.exc_info()[0])


def loop_while(out):
    n = 0
    while n < 3:
        n += 1
        out.append(n)
    out.append("end")


for at, to in (2, 4), (4, 2), (2, 2), (2, 0), (1, 99), (1, -3):
    run(straight, at, to)
for at, to in (1, 3), (3, 7), (3, 1), (3, 2), (4, 3), (1, 2), (7, 6), (3, 6), (1, 4):
    run(loop, at, to)
for at, to in (3, 5), (3, 1), (3, 2), (1, 3), (6, 4), (5, 2):
    run(nested_loops, at, to)
for at, to in (2, 6), (2, 5), (1, 2), (3, 2), (6, 2), (5, 3):
    run(blocks, at, to)
for at, to in (2, 5), (5, 13), (5, 2), (6, 11), (5, 8), (6, 5), (2, 11), (13, 6), (10, 13):
    run(handlers, at, to)
for at, to in (7, 10), (7, 9), (8, 2), (9, 10):
    run(nested_handlers, at, to)
for at, to in (3, 6), (5, 2), (6, 4), (4, 3):
    run(loop_while, at, to)
for event in "call", "return":
    run(straight, 0 if event == "call" else 4, 2, event)
run(handlers, 3, 5, "exception")
for to in "x", None, 2.0, True, 1 << 80:
    run(straight, 2, to)

try:
    sys._getframe().f_lineno = 3
except ValueError as e:
    print(e)
try:
    del sys._getframe().f_lineno
except AttributeError as e:
    print(e)
