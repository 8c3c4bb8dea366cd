"""Operators on numbers drawn from a fixed sequence: a checksum for each round, so that a difference shows which one."""
import binascii
import math
import operator
import struct
import sys

sys.set_int_max_str_digits(0)
state = 12345


def bits(n):
    global state
    value = 0
    for _ in range(0, n, 32):
        state = (state * 6364136223846793005 + 1442695040888963407) % 2**64
        value = value << 32 | state >> 32
    return value & ((1 << n) - 1)


def choice(seq):
    return seq[bits(16) % len(seq)]


def integer():
    n = choice([3, 10, 30, 48, 49, 50, 51, 62, 63, 64, 65, 100, 127, 128, 129, 200, 500, 1100])
    value = choice([bits(n), 1 << n, (1 << n) - 1, bits(n), bits(n)])
    return -value if bits(1) else value


def real():
    if bits(3) == 0:
        return choice([0.0, -0.0, 1.0, -1.0, math.inf, -math.inf, 1e308, 5e-324, 2.0**63, 2.0**53, 0.5, 2.5, -2.5])
    d = struct.unpack('d', struct.pack('Q', bits(64)))[0]
    return d if d == d else 1.5


def number():
    return choice([integer, integer, real, lambda: bits(1) == 1, lambda: complex(bits(4), bits(4) / 2)])()


INT = [operator.add, operator.sub, operator.mul, operator.truediv, operator.floordiv, operator.mod, divmod, operator.and_,
       operator.or_, operator.xor, operator.lt, operator.eq, math.gcd]
ANY = [operator.add, operator.sub, operator.mul, operator.truediv, operator.floordiv, operator.mod, divmod, operator.lt,
       operator.eq]


def attempt(f, *args):
    try:
        return repr(f(*args))
    except Exception as e:
        return type(e).__name__ + str(e)


def spec():
    return (choice(['', 'x<', '>', '=', '^', '*^']) + choice(['', '+', '-', ' ']) + choice(['', '#']) + choice(['', '0'])
            + choice(['', '5', '20', '60']) + choice(['', '', ',', '_']) + choice(['', '', '.3', '.0', '.10'])
            + choice(['', 'd', 'x', 'X', 'b', 'o', 'e', 'f', 'g', 'E', 'G', 'F', 'n', '%', 's']))


for turn in range(40):
    out = []
    for _ in range(50):
        a, b = integer(), integer()
        out.append(attempt(choice(INT), a, b))
        out.append(attempt(operator.lshift, a, bits(9) - 1))
        out.append(attempt(operator.rshift, a, bits(9) - 1))
        out.append(attempt(choice([hash, operator.neg, operator.invert, float, int, str, hex]), a))
        out.append(attempt(round, a, bits(5) - 30))
        out.append(attempt(math.isqrt, abs(a)))
        out.append(attempt(pow, a, bits(5) - 2))
        out.append(attempt(pow, a, b, integer()))
        out.append(attempt(lambda: int.from_bytes(a.to_bytes(160, 'little', signed=True), 'little', signed=True) == a))
        x, y = number(), number()
        out.append(attempt(choice(ANY), x, y))
        out.append(attempt(hash, x))
        out.append(attempt(round, real(), bits(5) - 15))
        out.append(attempt(lambda: float(repr(real()))))
        out.append(attempt(lambda: real().hex()))
        out.append(attempt(lambda: real().as_integer_ratio()))
        out.append(attempt(format, number(), spec()))
    print(turn, len(out), binascii.crc32('\n'.join(out).encode()))
