"""f-strings and format specifications."""
import sys
name, n, pi, w = "weft", 42, 3.14159265, 10
print(f"{name!r} {name!s} {name!a} {n:05d} {n:x} {n:#b} {n:+} {pi:.2f} {pi:{w}.3} {name:>{w}} {name:*^{w}}|")
print(f"{n=} {n = } {name=!r:>8} {pi=:.1f} {{literal}} {n + 1} {'nested ' + f'{n:>4}'}")
print(f"{1_000_000:,} {1234567.891:,.2f} {0.000012:g} {1e20:g} {255:_x} {-5 % 3} {n!r:>5}", f"{'é'!a}")
print("%s %r %5d|%-5d|%05.1f %x %o %c %% %(a)s" % {"a": 1} if False else "%s %r %5d|%-5d|%05.1f %x %o %c %%" % ("s", "r", 1, 2, 3.14, 255, 8, "z"))
print("%(a)s-%(b)03d" % {"a": 1, "b": 2}, "{0} {1} {0} {x[1]} {y.real}".format("a", "b", x=[1, 2], y=3 + 1j), "{:>5}|{:<5}|{:^5}".format(1, 2, 3))
class F:
    def __format__(self, spec):
        return f"<{spec}>"
print(f"{F()} {F():abc} {F():{n}}", format(F(), "q"))
for f, v in (("d", 1.5), ("x", "a"), ("q", 1), (".2d", 3), ("s", 4), (",s", "a"), ("=5", "a")):
    try:
        print(format(v, f))
    except ValueError as e:
        print(e)
print(f'''{
    n
    + 1
} {"a" if n else "b"} {(lambda x: x * 2)(3)} { {"k": 1}["k"] } {[i for i in range(3)]}''')
print(f"{0.1 + 0.2} {1e16} {1e15} {-0.0} {float('inf')} {1e-5} {123456789.0} {2**0.5!r:.5}", f"{True:d} {None} {1+2j:.1f}")
print("{}".format(b"x"), "{!r:^7}".format("a"), f"{10**20:e} {12345:.3e} {0.5:%} {0.12345:.1%}")
try:
    "{} {}".format(1)
except IndexError as e:
    print(e)
try:
    "{a}".format()
except KeyError as e:
    print(repr(e))
