# attributes on a line of their own
cases = [
 '("abc"\n  .upper()\n  .encode(\n 5))',
 'class O: pass\no = O()\n(o.\n  aaa)',
 'class O:\n  __slots__ = ()\no = O()\n(o.\n  aaa) = 1',
 'class O:\n  __slots__ = ()\no = O()\ndel (o.\n  aaa)',
 'class O:\n  __slots__ = ()\no = O()\n(o.\n  aaa) += 1',
 'class O:\n  aaa = "x"\n  __slots__ = ()\no = O()\n(o.\n  aaa) += 1',
 'class O:\n  aaa = 1\n  __slots__ = ()\no = O()\n(o.\n  aaa) += 1',
 '("abc"\n  .upper(\n).encode(*\n [5]))',
 'x = 1\n(x\n < "a"\n)',
 '1 < 2 < \\\n "a" < 3',
]
def positions(tb):
    out = []
    while tb is not None:
        co = tb.tb_frame.f_code
        out.append((co.co_name, tb.tb_lineno, list(co.co_positions())[tb.tb_lasti // 2]))
        tb = tb.tb_next
    return out[1:]
for src in cases:
    try:
        exec(compile(src, "<s>", "exec"), {"__name__": "m"}); print("OK")
    except BaseException as e:
        print(repr(src), type(e).__name__, e, positions(e.__traceback__))
