"""Tracebacks as text."""
import traceback
def inner(x):
    return x / 0
def middle():
    try:
        inner(1)
    except ZeroDivisionError as e:
        raise ValueError("chained") from e
try:
    middle()
except ValueError as e:
    print(traceback.format_exc().replace(__file__, "FILE"))
    print([(f.name, f.lineno, f.line) for f in traceback.extract_tb(e.__traceback__)])
try:
    [1, 2, 3][
        10
    ]
except IndexError as e:
    print("".join(traceback.format_exception(e)).replace(__file__, "FILE"))
try:
    {"a": 1}["b"] + 1
except KeyError as e:
    print("".join(traceback.format_exception_only(e)), end="")
try:
    compile("x = (1,\n  y z)", "name", "exec")
except SyntaxError as e:
    print("".join(traceback.format_exception_only(e)), end="")
try:
    raise ExceptionGroup("eg", [ValueError(1), TypeError("t")])
except ExceptionGroup as e:
    print("".join(traceback.format_exception(e)).replace(__file__, "FILE"))
def stack():
    return [f.name for f in traceback.extract_stack()]
print(stack())
