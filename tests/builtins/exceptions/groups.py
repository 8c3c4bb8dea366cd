def show(e, d=0):
    if isinstance(e, BaseExceptionGroup):
        print(' '*d, type(e).__name__, e.message, e.__cause__, e.__context__, getattr(e,'__notes__',None))
        for x in e.exceptions: show(x, d+1)
    else: print(' '*d, repr(e), repr(e.__cause__), repr(e.__context__))
def t1():
    try:
        raise ExceptionGroup("eg", [ValueError(1), TypeError(2), OSError(3)])
    except* ValueError as e:
        print("V"); show(e)
    except* (TypeError, KeyError) as e:
        print("T"); show(e)
try: t1()
except BaseException as e: show(e)
def t2():
    try: raise ValueError("naked")
    except* ValueError as e: show(e); raise
try: t2()
except BaseException as e: show(e)
def t3():
    try: raise ExceptionGroup("eg", [ValueError(1), TypeError(2)])
    except* ValueError as e: raise KeyError("k")
    except* TypeError as e: raise
try: t3()
except BaseException as e: show(e)
def t4():
    try: pass
    except* ValueError: print("no")
    else: print("else")
    finally: print("fin")
t4()
def t5():
    try: raise OSError("x")
    except* ValueError: pass
try: t5()
except BaseException as e: show(e)
try:
    try: raise ValueError
    except* ExceptionGroup: pass
except TypeError as e: print(e)
try:
    try: raise ValueError
    except* 1: pass
except TypeError as e: print(e)
class MyEG(ExceptionGroup):
    def derive(self, excs): return MyEG(self.message, excs)
try:
    try:
        raise MyEG("m", [ValueError(1), MyEG("n", [TypeError(1), ValueError(2)])])
    except* TypeError: pass
except BaseException as e: show(e); print(type(e), [type(x) for x in e.exceptions])
eg = ExceptionGroup("a", [ValueError(1), ExceptionGroup("b", [TypeError(2), ValueError(3)])])
print(eg.split(ValueError)); print(eg.subgroup(lambda e: isinstance(e, TypeError))); print(eg.split(lambda e: False)); print(eg.split((OSError,)))
print(repr(eg), str(eg), eg.args)
print(BaseExceptionGroup("x", [KeyboardInterrupt()]), type(BaseExceptionGroup("x",[ValueError()])), ExceptionGroup.__bases__, ExceptionGroup.__mro__)
