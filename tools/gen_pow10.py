#!/usr/bin/env python3
"""gen_pow10.py - powers of ten in 128 bits, for src/base/dtoa.c.

SPDX-License-Identifier: MIT

    gen_pow10.py OUT.inc

Entry k (from MIN) is 10**k scaled by a power of two to lie in [2**127, 2**128), rounded up.
"""

import sys

MIN, MAX = -292, 324


def scaled(k):
    if k >= 0:
        n = 10 ** k
        shift = n.bit_length() - 128
        return n << -shift if shift <= 0 else -(-n >> shift)
    d = 10 ** -k
    shift = d.bit_length() + 127
    g = -(-(1 << shift) // d)
    return g if g < 1 << 128 else -(-(1 << shift - 1) // d)


def main():
    with open(sys.argv[1], "w", encoding="ascii") as f:
        f.write("/* Made by tools/gen_pow10.py. */\n")
        f.write(f"#define POW10_MIN ({MIN})\n#define POW10_MAX {MAX}\n")
        f.write(f"static const uint64_t pow10_table[{MAX - MIN + 1}][2] = {{\n")
        for k in range(MIN, MAX + 1):
            g = scaled(k)
            assert 1 << 127 <= g < 1 << 128
            f.write(f"    {{{g >> 64:#x}u, {g & 0xFFFFFFFFFFFFFFFF:#x}u}},\n")
        f.write("};\n")


if __name__ == "__main__":
    main()
