"""Edges of int and float."""
import sys
print(2 ** 64, -(2 ** 63) - 1, 10 ** 30 // 7, -10 ** 30 % 7, divmod(-7, 2), (2 ** 100).bit_length(), int("ff", 16), int("0b101", 0), int("1_000"), int(-3.9), int("  12 "))
print(0.1 + 0.2, 1e308 * 10, -1e308 * 10, float("nan") != float("nan"), 1 / 3, 5e-324, 2.0 ** -1074, 1.7976931348623157e308, 0.0 == -0.0, str(-0.0))
print(round(2.5), round(3.5), round(-2.5), round(1.235, 2), round(12345, -2), round(1e20), (0.5).as_integer_ratio(), (1.5).hex(), float.fromhex("0x1.8p1"), float("1e-400"), float(" 3 "))
print(7 // 2, -7 // 2, 7 // -2.0, 7 % -2.5, 2 ** -1, 0 ** 0, 0.0 ** 0, (-8) ** (1 / 3), 1e16 + 1, 2 ** 53 + 1 == float(2 ** 53 + 1), 10 ** 400 > 1e308, 1 == 1.0)
print(hash(1) == hash(1.0) == hash(True), hash(2 ** 61 - 1), hash(-1), hash(float("inf")), (255).to_bytes(2, "big"), int.from_bytes(b"\xff\xfe", "little", signed=True), True + 1, ~True, bool(0.0))
print(1_0.0_1, 0x_ff, 1e1_0, 3 .real, 3 + 4j, (3 + 4j) * 1j, abs(3 + 4j), complex("1-2j"), (1 + 2j).conjugate(), 1j ** 2, complex(0, -0.0))
for bad in ("int('x')", "int('')", "int('12', 1)", "int('9', 8)", "float('abc')", "int(float('nan'))", "int(float('inf'))", "1 // 0", "1 / 0", "1.0 // 0", "0.0 ** -1", "10 ** 400 * 1.0", "2.0 ** 5000",
            "int('1' * 5000)", "(-1).to_bytes(1, 'big')", "(256).to_bytes(1, 'big')", "1j < 2j", "round(float('nan'))", "int([])", "float([])", "complex('1 + 2j')", "1j // 1", "int('1', base='a')", "(1).bit_length(2)", "chr(-1)", "range(1.5)", "[1] * 10 ** 30"):
    try:
        print(eval(bad))
    except Exception as e:
        print(bad, "->", type(e).__name__, e)
f = 1
for i in range(1, 60):
    f *= i
print(f, f >> 100, f & (1 << 80) - 1, -f >> 3, f.bit_count(), str(f)[::-1][:13], f % 10 ** 9, pow(3, f, 1000007), pow(3, -1, 7), -f // 12345678901234567890)
print([format(x, "g") for x in (1e5, 1e-5, 123456789.0, 1e100)], repr(1e22), repr(1e21), repr(123456789012345680.0), repr(1e-7), 1.0.is_integer(), 4.35 * 100, 1.1 + 2.2, sys.float_info.max == 1.7976931348623157e308)
