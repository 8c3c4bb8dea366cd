"""Generators: send, throw, close, delegation, return values (also run under the gc debug modes)."""
def count(n):
    got = []
    try:
        for i in range(n):
            got.append((yield i))
    except ValueError as e:
        got.append(repr(e))
        yield "caught"
    finally:
        print("finally", got)
    return got

g = count(3)
print(next(g), g.send("a"), g.throw(ValueError("v")))
try:
    next(g)
except StopIteration as e:
    print("stop", e.value)
g = count(2)
next(g)
g.close()
print(g.gi_frame, list(g))

def outer():
    r = yield from count(2)
    print("result", r)
    r = yield from [10, 20]
    print(r)
    yield from (x * x for x in range(3))

print(list(outer()))

def bad():
    yield 1
    raise StopIteration("inside")

try:
    list(bad())
except RuntimeError as e:
    print(e, repr(e.__cause__))

def ignores():
    try:
        yield 1
    except GeneratorExit:
        yield 2

g = ignores()
next(g)
try:
    g.close()
except RuntimeError as e:
    print(e)

def self_run():
    try:
        next(me)
    except ValueError as e:
        yield str(e)

me = self_run()
print(next(me))
try:
    (x for x in [1]).send(1)
except TypeError as e:
    print(e)
def tree(n):
    if n:
        yield from tree(n - 1)
        yield n
        yield from tree(n - 1)
print(list(tree(4)), sum(tree(10)))
