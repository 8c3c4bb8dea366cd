"""dataclasses, enum, namedtuple, typing: the library's use of the language."""
from dataclasses import dataclass, field, asdict, replace
from enum import Enum, IntFlag, auto
from collections import namedtuple
from typing import NamedTuple, Optional
@dataclass(order=True)
class P:
    x: int
    y: int = 0
    tags: list = field(default_factory=list, compare=False)
p = P(1, tags=["a"])
print(p, p == P(1), P(1) < P(2), asdict(p), replace(p, y=5), P.__match_args__)
@dataclass(frozen=True, slots=True)
class Q:
    a: int
try:
    Q(1).a = 2
except Exception as e:
    print(type(e).__name__, e)
try:
    P()
except TypeError as e:
    print(e)
print(hash(Q(1)) == hash(Q(1)), Q(3))
class Color(Enum):
    RED = 1
    GREEN = auto()
    ROUGE = 1
print(Color.RED, repr(Color.GREEN), Color.ROUGE is Color.RED, list(Color), Color(2), Color["RED"], Color.RED.name)
try:
    Color(9)
except ValueError as e:
    print(e)
class Perm(IntFlag):
    R = 4
    W = 2
print(Perm.R | Perm.W, Perm(6) & Perm.R, Perm.R in Perm(6), int(Perm.W))
N = namedtuple("N", "a b", defaults=[9])
n = N(1)
print(n, n._replace(a=5), n._asdict(), N._fields, n[1], N._make([1, 2]))
class T(NamedTuple):
    a: int
    b: Optional[str] = None
print(T(1), T.__annotations__)
