"""The match statement."""
class P:
    __match_args__ = ("x", "y")
    def __init__(self, x, y):
        self.x, self.y = x, y
class Color:
    RED = 1
def m(v):
    match v:
        case 0 | 1.5:
            return "zero or one and a half"
        case True:
            return "true"
        case Color.RED:
            return "red"
        case "a" | b"a":
            return "a"
        case None:
            return "none"
        case []:
            return "empty"
        case [x]:
            return f"one {x}"
        case [1, *rest, 9]:
            return f"1..9 {rest}"
        case (a, [b, c]):
            return f"nested {a} {b} {c}"
        case {"k": k, "n": {"m": m}, **others}:
            return f"mapping {k} {m} {others}"
        case {"k": int(k)}:
            return f"int k {k}"
        case {}:
            return "mapping"
        case P(0, y=yy):
            return f"P0 {yy}"
        case P(x=xx) if xx > 10:
            return f"big P {xx}"
        case P() as p:
            return f"P {p.x}"
        case str(s):
            return f"str {s}"
        case float() | int() as n:
            return f"number {n}"
        case _:
            return "other"
for v in (0, 1.5, True, 1, "a", b"a", None, [], (), [5], [1, 2, 3, 9], (1, (2, 3)), {"k": 1, "n": {"m": 2}, "z": 3},
          {"k": 4}, {"k": "s"}, {}, P(0, 1), P(11, 2), P(3, 3), "text", 7, 2.5, b"bytes", {1}, range(1)):
    print(m(v))
class Bad:
    __match_args__ = [1]
for cls, code in ((Bad, "Bad(1)"), (P, "P(1,2,3)")):
    try:
        exec(f"match cls.__new__(cls):\n case {code}: pass")
    except TypeError as e:
        print(e)
try:
    exec("match P(1,2):\n case P(1, x=1): pass")
except TypeError as e:
    print(e)
