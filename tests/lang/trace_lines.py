# line events and the line of each return
import sys
def f1(x):
    if x:
        y = 1
def f2(x):
    if x:
        y = 1
    elif not x:
        y = 2
def f3(x):
    for i in range(x):
        y = i
def f4(x):
    while x:
        x -= 1
def f5(x):
    try:
        1/x
    except ZeroDivisionError:
        y = 1
def f6(x):
    with C():
        y = 1
class C:
    def __enter__(s): pass
    def __exit__(s, *a): pass
def f7(x):
    if x:
        if x > 1:
            y = 2
    else:
        y = 3
ev = []
def tr(f, e, a):
    ev.append((f.f_code.co_name, e, f.f_lineno - f.f_code.co_firstlineno))
    return tr
for fn in f1, f2, f3, f4, f5, f6, f7:
  for a in 0, 1, 2:
    ev.clear()
    sys.settrace(tr)
    fn(a)
    sys.settrace(None)
    print(fn.__name__, a, *ev)
