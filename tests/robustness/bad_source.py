# Byte sequences as source: type, message, file, line and columns of the error.
import sys
import warnings

warnings.simplefilter("ignore")
CASES = [
    b"\0", b"x\0", b"x = 1\n\0y", b"\xef\xbb\xbfx = 1", b"\xef\xbb\xbf\xef\xbb\xbfx = 1", b"\xfe\xff\0x", b"\xff\xfex\0",
    b"# coding: klingon\n", b"# coding: hex\nx", b"# coding: latin-1\n'\xe4'", b"# coding: ascii\n'\xe4'",
    b"\xef\xbb\xbf# coding: latin-1\n", b"\xef\xbb\xbf# coding: utf-8\n", b"\n# coding: latin-1\n\xe4 = 1",
    b"# coding: utf-7\nx = '+AOQ-'", b"# coding: \n", b"# -*- coding: mbcs -*-\n", b"#coding=utf8\nx=1",
    b"# coding: idna\nx = 1\n", b"# coding: rot13\nk = 1\n", b"# coding: unicode_escape\nx\n",
    b"# coding: iso-8859-15\nx = '\xa4'\n1 +", b"\xe2\x82\xac = 1", b"\xc2\xa0x = 1", b"x = 1\xc2\xa0", b"\x0c\x0c x",
    b"\x0cx = 1", b"\rx = 1\r\ny = (\n", b"x = 1\r\n\r\n  y = 2\r", b"\x1a", b"x\x7f", b"(" * 199 + b")" * 199,
    b"(" * 200 + b")" * 200, b"(" * 201 + b")" * 201, b"[" * 10000, b"{" * 10000, b"(" * 100000 + b")" * 100000,
    b"-" * 100000 + b"1", b"~" * 1000 + b"1", b"not " * 100000 + b"1", b"lambda: " * 10000 + b"1",
    b"x = " * 100000 + b"1", b"x." * 100000 + b"x", b"1" + b"+1" * 100000, b"x" + b"()" * 100000, b"x" + b"[0]" * 100000,
    b"a if b else " * 100000 + b"c", b"*" * 100000 + b"x", b"await " * 10000 + b"x",
    b"if 1:\n" + b"".join(b" " * i + b"if 1:\n" for i in range(1, 99)) + b" " * 99 + b"x",
    b"if 1:\n" + b"".join(b" " * i + b"if 1:\n" for i in range(1, 101)) + b" " * 101 + b"x",
    b"".join(b" " * i + b"def f():\n" for i in range(98)) + b" " * 98 + b"x",
    b"".join(b" " * i + b"try:\n" for i in range(30)) + b" " * 30 + b"x", b"'" + b"x" * 1000000 + b"'", b"x" * 1000000,
    b"1" * 100000, b"0x" + b"f" * 100000, b"1e" + b"9" * 10000, b"0b", b"0o8", b"0b2", b"1__0", b"1_", b"08",
    b"f'" + b"{" * 100 + b"}" * 100 + b"'", b"f'{f\"{x}\"}'", b"f'{" * 3 + b"x" + b"}'" * 3, b"f'{x!z}'",
    b"f'{x:{y:{z}}}'", b"f'{}'", b"f'{'", b"f'}'", b"f'{x=!r:^20}'", b"f'{*x}'", b"f'{\\'x\\'}'", b"f'{lambda x: 1}'",
    b"f'{a b}'", b"f'{#}'", b"f'''{\n}'''", b"f'{a[\"b\"]}'", b"f'{(}'", b"f'{)}'", b"f'{a:{b}'", b"f'{a!}'", b"f'{a!r'",
    b"f'{yield}'", b"'\\x'", b"'\\x1'", b"b'\\x'", b"'\\N{'", b"'\\N{foo}'", b"'\\N{LATIN SMALL LETTER A}'", b"'\\u12'",
    b"'\\U00110000'", b"'\\777'", b"b'\\777'", b"'\\8'", b"'\\", b"'\\\n", b"'''\\", b"\\", b"\\\n", b"x = \\\n",
    b"x = 1\\", b"\\ x", b"x \\y", b"  ", b"  \n  x", b"\tx\n        y", b"if x:\n\ty\n        z",
    b"if x:\n        y\n\tz", b"if x:\n  y\n z", b"if x:\n", b"if x:\n\n\n", b"if x:\n#c", b"class", b"def", b"def f(",
    b"def f(a, a): pass", b"def f(a=1, b): pass", b"def f(*): pass", b"def f(**a, b): pass", b"def f(/): pass",
    b"def f(a, /, b, /): pass", b"lambda a, a: 1", b"return", b"yield", b"await x", b"break", b"continue", b"nonlocal x",
    b"def f():\n nonlocal x", b"def f():\n x = 1\n global x", b"def f(x):\n global x", b"from __future__ import braces",
    b"from __future__ import x", b"x = 1\nfrom __future__ import division",
    b"from x import *\ndef f():\n from x import *", b"f(a=1, a=2)", b"f(a=1, b)", b"f(**a, *b)", b"f(x for x in y, 1)",
    b"f(1=2)", b"f(a.b=1)", b"f() = 1", b"1 = x", b"None = 1", b"x + 1 = 2", b"(x for x in y) = 1", b"del f()", b"del 1",
    b"x := 1", b"(x := 1)", b"[x := 1 for x in y]", b"(1 := 2)", b"*x", b"*x = 1", b"*x, *y = 1", b"print 1", b"exec 'x'",
    b"a, b += 1", b"x: int: str", b"(a, b): int", b"a = b: int", b"try: x", b"try:\n x\nexcept:\n y\nexcept E:\n z",
    b"try:\n x\nexcept* :\n y", b"try:\n x\nexcept E:\n y\nexcept* F:\n z", b"match x:\n case a: 1\n case b: 2",
    b"match x:\n case a | b: 1", b"match x:\n case {**a, 'b': c}: 1", b"match x:\n case [*a, *b]: 1",
    b"match x:\n case f(a=1, a=2): 1", b"match x:\n case a.b(): pass\n case -1+2j: pass\n case 1+2: pass",
    b"match x:\n case {1: a, 1: b}: pass", b"async x", b"async def f(): [await x for x in y]", b"async with x: y",
    b"async for x in y: z", b"def f(): async with x: y", b"def f(): await x", b"class A: return", b"class A: yield",
    b"def f(): return 1; yield", b"async def f(): return 1; yield", b"async def f(): yield from x",
    b"[(yield) for x in y]", b"with x as 1: y", b"with (x as y, z as 1): w", b"for 1 in x: y", b"for x in *y, z: w",
    b"import a.b as c.d", b"from . import *", b"from .. import (a,)", b"from x import (a, b", b"import x as",
    b"assert (x, 'y')", b"x is 1", b"1()", b"[] ()", b"'a' 1", b"1 if 2", b"x = yield = 1", b"$", b"?", b"!", b"x!",
    b"`x`", b"a <> b", b"a != b", b"x++", b"++x", b"a b", b"a b c", b"@", b"@x", b"@x\ny", b"->", b"...", b"....",
    b"1.real", b"1..real", b"0_0", b"1j2", b"1if x else y", b"0xfor x in y", b"1or 2", b"\xc2\xb2 = 1", b"x\xc2\xb2 = 1",
    b"\xe2\x80\x8bx", b"\xe2\x80\x9cx\xe2\x80\x9d", b"x = \xe2\x80\x98a\xe2\x80\x99", b"1\xe2\x82\xac", b"x = 1;;", b";",
    b"x;", b":", b"if x: y else: z", b"else: x", b"elif x: y", b"  x = 1", b"x = 1\n  y = 2", b"def f():\nx",
    b"def f():\n'''doc\n", b"x = '''\n\n\n", b'x = """', b"x = (1,\n\n\n", b"x = [1}\n", b"x = (1\ny = 2", b"x)", b"}",
    b"{1:}", b"{1:2, 3}", b"{**x, 1}", b"{1, **x}", b"{*x}", b"(**x)", b"{x: y for}", b"[x for]", b"[for x in y]",
    b"[x for x in]", b"[x, y for x in z]", b"{x, y for x in z}", b"{x: y, z for x in w}", b"[x for x in y if]",
    b"x[1:2:3:4]", b"x[]", b"x[*y]", b"x[*y:1]", b"f(*)", b"f(**)", b"f(,)", b"f(a,,b)", b"(,)", b"[,]", b"{,}",
    b"(a, , b)",
]
# Their messages differ in the position: that each is a SyntaxError is what counts.
DAMAGED = [
    b"\xff", b"x = '\xe4'", b"x = 1\ny = '\xe4'\n", b"\xef\xbb", b"\xef", b"# coding: utf-8\n\xe4", b"\n\n# coding: latin-1\n\xe4 = 1", b"# coding: utf-16\nx",
    b"# coding: undefined\nx\n", b"# coding: a" + b"b" * 300, b"\xed\xa0\x80 = 1",
    b"\xf4\x90\x80\x80", b"\xc0\x80", b"\xe2\x82", b"x = '\xe2\x82", b"\x80", b"'\x80'", b"b'\xe4'",
]
modes = "exec", "eval", "single"
for case in CASES:
    for mode in modes if len(case) < 1000 else modes[:1]:
        shown = ascii(case) if len(case) < 70 else "%a..%d" % (case[:30], len(case))
        try:
            compile(case, "<f>", mode)
            print(shown, mode, "ok")
        except (SyntaxError) as e:
            print(shown, mode, type(e).__name__, ascii(e.msg)[:150], e.filename, e.lineno, e.offset, e.end_lineno, e.end_offset, ascii(e.text)[:80])
        except Exception as e:
            print(shown, mode, type(e).__name__, ascii(str(e))[:150])
for case in DAMAGED:
    try:
        compile(case, "<f>", "exec")
        print(case, "ok")
    except SyntaxError as e:
        print(case[:30], "SyntaxError", e.filename)
