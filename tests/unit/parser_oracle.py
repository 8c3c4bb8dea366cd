"""Compares weft's parser with CPython's: python3.11 parser_oracle.py TEST_PARSER trees|errors|unparse [PATH...]

trees: every .py file below the paths must give the same tree, positions included.
errors: every source text in the doctests and string literals of the files must give the same
message and position (or the same tree).
"""
import ast
import doctest
import glob
import os
import struct
import subprocess
import sys
import warnings


def text(s):
    data = s if isinstance(s, bytes) else s.encode("utf-8", "surrogatepass")
    return "".join(chr(c) if 32 <= c < 127 and c not in b'\\"' else "\\%02x" % c for c in data)


def value(v):
    if v is None or v is True or v is False:
        return str(v)
    if v is Ellipsis:
        return "Ellipsis"
    if isinstance(v, int):
        return "int:%x" % v if v < 1 << 63 else None
    if isinstance(v, float):
        return "float:" + struct.pack(">d", v).hex()
    if isinstance(v, complex):
        return "complex:" + struct.pack(">d", v.imag).hex()
    return '%s:"%s"' % ("str" if isinstance(v, str) else "bytes", text(v))


def dump(out, n, source):
    if n is None:
        out.append("None")
    elif isinstance(n, list):
        out.append("[")
        for i, x in enumerate(n):
            if i:
                out.append(", ")
            dump(out, x, source)
        out.append("]")
    elif isinstance(n, str):
        out.append('"%s"' % text(n))
    elif isinstance(n, int):
        out.append(str(n))
    else:
        out.append(type(n).__name__ + "(")
        for i, f in enumerate(n._fields):
            if i:
                out.append(", ")
            out.append(f + "=")
            v = getattr(n, f)
            if f == "value" and isinstance(n, (ast.Constant, ast.MatchSingleton)):
                s = value(v)
                if s is None:
                    digits = ast.get_source_segment(source, n).replace("_", "")
                    radix = {"0x": 16, "0o": 8, "0b": 2}.get(digits[:2].lower(), 10)
                    s = "big:%d:%s" % (radix, digits[2:] if radix != 10 else digits)
                out.append(s)
            else:
                dump(out, v, source)
        if n._attributes:
            out.append("%s@%d:%d-%d:%d" % (" " if n._fields else "", n.lineno, n.col_offset,
                                           n.end_lineno, n.end_col_offset))
        out.append(")")


def result(source, mode="exec", flags=0):
    with warnings.catch_warnings(record=True) as seen:
        warnings.simplefilter("always")
        try:
            tree = compile(source, "<s>", {"e": "exec", "v": "eval", "s": "single"}[mode],
                           ast.PyCF_ONLY_AST | flags, dont_inherit=True)
        except SyntaxError as e:
            r = "%s %s|%d|%d|%d|%d|%s" % (type(e).__name__, e.msg, e.lineno or 0, e.offset or 0,
                                          e.end_lineno or 0, e.end_offset or 0, text(e.text or ""))
        except (ValueError, MemoryError, RecursionError) as e:
            r = "%s %s|0|0|0|0|" % (type(e).__name__, e)
        else:
            out = []
            dump(out, tree, source)
            r = "".join(out)
    return "".join("%s %s|%d\n" % (w.category.__name__, w.message, w.lineno) for w in seen) + r


def files(paths):
    for p in paths:
        if os.path.isdir(p):
            yield from sorted(glob.glob(p + "/**/*.py", recursive=True))
        else:
            yield p


def trees(program, paths):
    bad = total = 0
    names = list(files(paths))
    for i in range(0, len(names), 50):
        group = names[i:i + 50]
        got = subprocess.run([program, "dump", *group], capture_output=True).stdout.decode()
        got = dict(x.split("\n", 1) for x in got.split("\x02")[1:])
        for name in group:
            data = open(name, "rb").read()
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                try:
                    tree = ast.parse(data)
                except (SyntaxError, ValueError):
                    continue
            try:
                source = data.decode()
            except UnicodeDecodeError:
                continue
            out = []
            dump(out, tree, source)
            want = "".join(out)
            total += 1
            mine = got.get(name, "nothing").rstrip("\n")
            if mine != want:
                bad += 1
                k = next((k for k, (a, b) in enumerate(zip(mine, want)) if a != b), 0)
                print("FAIL", name, "\n  want", want[max(0, k - 100):k + 100],
                      "\n  got ", mine[max(0, k - 100):k + 100])
    print(total, "files,", bad, "differ")
    return bad


def snippets(paths):
    seen = set()
    for name in files(paths):
        source = open(name, encoding="utf-8", errors="replace").read()
        try:
            tree = ast.parse(source)
        except SyntaxError:
            continue
        for n in ast.walk(tree):
            if isinstance(n, ast.Constant) and isinstance(n.value, str):
                s = n.value
                if ">>> " in s:
                    try:
                        for e in doctest.DocTestParser().get_examples(s):
                            seen.add(e.source)
                            seen.add(e.source.rstrip("\n"))
                    except ValueError:
                        pass
                elif len(s) < 3000:
                    seen.add(s)
    return sorted(s for s in seen if "\x01" not in s and "\0" not in s
                  and not any(0xD800 <= ord(c) < 0xE000 for c in s))


def errors(program, paths, modes="esv"):
    texts = snippets(paths)
    if not paths:
        texts = sys.stdin.read().split("\n@\n")
    bad = total = 0
    for mode in modes:
        data = "".join(mode + "0" + s + "\x01" for s in texts).encode()
        p = subprocess.run([program, "errors"], input=data, capture_output=True)
        got = p.stdout.decode().split("\n\x01\n")
        if p.returncode:
            print("exit status", p.returncode, "at", repr(texts[len(got) - 1]))
        for s, mine in zip(texts, got):
            want = result(s, mode)
            total += 1
            if mine != want:
                bad += 1
                k = next((k for k, (a, b) in enumerate(zip(mine, want)) if a != b), 0)
                k = 0 if k < 200 else k - 100
                print("FAIL", mode, repr(s), "\n  want", want[k:k + 200], "\n  got ", mine[k:k + 200])
    print(total, "texts,", bad, "differ")
    return bad


def unparse(program, paths):
    """Every expression of the files, as an annotation under `from __future__ import annotations`."""
    seen = set()
    for name in files(paths):
        source = open(name, encoding="utf-8", errors="replace").read()
        try:
            tree = ast.parse(source)
        except SyntaxError:
            continue
        lines = source.encode().split(b"\n")
        for n in ast.walk(tree):
            if (isinstance(n, ast.expr) and not isinstance(n, (ast.Starred, ast.Slice))
                    and n.lineno == n.end_lineno):
                s = lines[n.lineno - 1][n.col_offset:n.end_col_offset].decode(errors="replace")
                if s and "\f" not in s and "\x01" not in s and "yield" not in s and "await" not in s:
                    seen.add(s)
    pairs = []
    for s in sorted(seen):
        names = {}
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                exec("from __future__ import annotations\nx: (" + s + ")", names)
        except (SyntaxError, ValueError):
            continue
        pairs.append((s, names["__annotations__"]["x"]))
    data = "".join("u0(" + s + ")\x01" for s, _ in pairs).encode("utf-8", "surrogatepass")
    got = subprocess.run([program, "errors"], input=data, capture_output=True).stdout
    bad = 0
    for (s, want), mine in zip(pairs, got.decode("utf-8", "surrogatepass").split("\n\x01\n")):
        mine = mine.split("\n")[-1]
        if mine != want:
            bad += 1
            print("FAIL", s, "\n  want", want, "\n  got ", mine)
    print(len(pairs), "expressions,", bad, "differ")
    return bad


if __name__ == "__main__":
    command = {"trees": trees, "errors": errors, "unparse": unparse}[sys.argv[2]]
    sys.exit(command(sys.argv[1], sys.argv[3:]) != 0)
