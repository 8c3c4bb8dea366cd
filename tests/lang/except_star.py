"""except* and exception groups."""
def run(exc):
    try:
        try:
            raise exc
        except* ValueError as e:
            print(" V", repr(e))
        except* (KeyError, TypeError) as e:
            print(" KT", repr(e))
        else:
            print(" else")
        finally:
            print(" finally")
    except BaseException as e:
        print(" out", repr(e))
run(ExceptionGroup("g", [ValueError(1), KeyError(2), OSError(3)]))
run(ExceptionGroup("g", [ValueError(1), ExceptionGroup("n", [TypeError(2), ValueError(3)])]))
run(ValueError("plain"))
run(OSError("other"))
try:
    try:
        raise ExceptionGroup("a", [ValueError(1), TypeError(2)])
    except* ValueError:
        raise RuntimeError("new")
except ExceptionGroup as e:
    print(repr(e))
g = ExceptionGroup("m", [ValueError(1), ExceptionGroup("i", [KeyError(2)])])
print(g.split(KeyError), g.subgroup(lambda e: isinstance(e, ValueError)), g.derive([OSError()]))
for args in (("m", []), ("m", [1]), (1, [ValueError()]), ("m", [KeyboardInterrupt()])):
    try:
        print(repr(ExceptionGroup(*args)))
    except (TypeError, ValueError) as e:
        print(type(e).__name__, e)
print(repr(BaseExceptionGroup("b", [ValueError()])), str(g))
