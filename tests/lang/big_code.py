# very long displays, calls, names, jumps; deep nesting
def tryc(src, mode="exec"):
    try:
        c = compile(src, "f", mode)
        return c
    except BaseException as e:
        print(type(e).__name__, str(e)[:80])
ns = {}
exec(tryc("x = [" + ",".join("a%d" % (i % 10) for i in range(100000)) + "]".replace("a", "a")), {**{"a%d" % i: i for i in range(10)}}, ns); print(len(ns["x"]), sum(ns["x"]))
exec(tryc("x = {" + ",".join("%d: a%d" % (i, i % 10) for i in range(100000)) + "}"), {**{"a%d" % i: i for i in range(10)}}, ns); print(len(ns["x"]), sum(ns["x"].values()))
exec(tryc("def f(*a, **k): return len(a), len(k)\nx = f(" + ",".join("%d" % i for i in range(70000)) + ")"), ns); print(ns["x"])
exec(tryc("x = f(" + ",".join("k%d=%d" % (i, i) for i in range(3000)) + ")"), ns); print(ns["x"])
exec(tryc("x = (" + ",".join("a%d" % (i % 10) for i in range(70000)) + ")"), {**{"a%d" % i: i for i in range(10)}}, ns); print(len(ns["x"]))
c = tryc("x = " + "+".join(["a"] * 5000)); print(c is not None)
c = tryc("x = " + "(" * 150 + "1" + ")" * 150); print(c is not None)
c = tryc("a" + ".b" * 2000); print(c is not None)
c = tryc("a" + ".b" * 100000)
c = tryc("-" * 100000 + "1")
c = tryc("a" + "()" * 2000); print(c is not None)
c = tryc("a" + "()" * 100000)
c = tryc("a" + "[0]" * 100000)
c = tryc("if x: pass\n" + "elif x: pass\n" * 2000); print(c is not None)
src = "".join("    " * i + "if x:\n" for i in range(90)) + "    " * 90 + "pass"
c = tryc(src); print(c is not None)
src = "def f():\n" + "".join("  x%d = %d\n" % (i, i) for i in range(5000)) + "  return x4999\nx = f()"
exec(tryc(src), ns); print(ns["x"])
src = "def f(x):\n  i = 0\n  while i < 5:\n    i += 1\n" + "    if i < x: y = i\n" * 20000 + "  return i\nx = f(3)"
exec(tryc(src), ns); print(ns["x"])
src = "def f(x):\n  i = 0\n  while i < 3:\n    if i < x:\n" + "      y = i * 2\n" * 40000 + "    i += 1\n  return i\nx = f(2)"
exec(tryc(src), ns); print(ns["x"])
src = "\n".join("x%d = %d.5" % (i, i) for i in range(70000))
c = tryc(src); print("70000 names", c is not None)
exec(tryc("x = 'a' \\\n" + "  'b' \\\n" * 1000 + "'c'"), ns); print(len(ns["x"]))
exec(tryc("x = f'" + "{1}" * 2000 + "'"), ns); print(len(ns["x"]))
