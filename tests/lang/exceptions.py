"""Exceptions: chaining, finally, else, nested handlers, notes (also run under the gc debug modes)."""
def f(kind):
    try:
        print("try", kind)
        if kind == "raise":
            raise KeyError("k")
        if kind == "return":
            return "from try"
        if kind == "zero":
            1 / 0
    except KeyError as e:
        print("except", repr(e))
    else:
        print("else")
    finally:
        print("finally")
        if kind == "zero":
            return "swallowed"
    return "end"
for kind in ("none", "raise", "return", "zero"):
    print(f(kind))
try:
    try:
        {}["a"]
    except KeyError as e:
        raise ValueError("second") from e
except ValueError as e:
    print(repr(e.__cause__), e.__suppress_context__, e.__cause__ is e.__context__)
try:
    try:
        1 / 0
    except ZeroDivisionError:
        undefined_name
except NameError as e:
    print(e, "|", repr(e.__context__))
try:
    try:
        1 / 0
    except ZeroDivisionError:
        raise TypeError from None
except TypeError as e:
    print(e.__cause__, e.__suppress_context__, type(e.__context__).__name__)
try:
    raise
except RuntimeError as e:
    print(e)
try:
    raise 5
except TypeError as e:
    print(e)
try:
    try:
        raise ValueError
    except 5:
        pass
except TypeError as e:
    print(e)
class E(Exception):
    def __init__(self, a, b):
        super().__init__(a, b)
        self.a = a
    def __str__(self):
        return f"E<{self.a}>"
try:
    raise E(1, 2)
except Exception as e:
    e.add_note("a note")
    print(e, repr(e), e.args, e.__notes__)
def loop():
    for i in range(5):
        try:
            if i == 1:
                continue
            if i == 3:
                break
            print(i)
        finally:
            print("f", i)
loop()
try:
    e
except NameError as x:
    print(x)
for bad in ("[][1]", "{}[1]", "1 + 'a'", "None.x", "int('z')", "[].remove(1)", "'a'.index('b')", "len(5)", "f(1,2,3)", "(1).y", "x = *1,", "next(iter([]))"):
    try:
        exec(bad)
    except Exception as e:
        print(type(e).__name__, e)
import sys
def handled():
    try:
        1 / 0
    except ZeroDivisionError:
        return sys.exc_info()[0].__name__
print(handled(), sys.exc_info())
tb = None
try:
    handled(1)
except TypeError as e:
    tb = e.__traceback__
print(tb.tb_lineno, tb.tb_next, tb.tb_frame.f_code.co_name)
