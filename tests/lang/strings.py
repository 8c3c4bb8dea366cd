"""String methods."""
s = "Hello, Wörld"
print(s.upper(), s.lower(), s.swapcase(), s.title(), s.casefold(), s.capitalize(), len(s), s[::-1])
print(s.find("o"), s.rfind("o"), s.count("l"), s.index("W"), s.startswith(("x", "He")), s.endswith("ld", 3), s.partition(", "), s.rpartition("l"))
print("a,b,,c".split(","), " a  b ".split(), "a,b,c".rsplit(",", 1), "l1\nl2\r\nl3".splitlines(True), "-".join(["a", "b"]), "abc".join("12"))
print("  x ".strip(), "xxaxx".strip("x"), "xxa".lstrip("x"), "axx".rstrip("x"), "pre-x".removeprefix("pre-"), "x.py".removesuffix(".py"))
print("a".center(5, "*"), "a".ljust(3) + "|", "a".rjust(3), "-42".zfill(6), "a\tb".expandtabs(4), "aXbX".replace("X", "--", 1))
print("abc".translate({97: "A", 98: None, ord("c"): 0x43}), str.maketrans("ab", "xy"), "ß".upper(), "ﬁ".title(), "İ".lower().encode())
print("abc123".isalnum(), "abc".isalpha(), "12".isdigit(), "½".isnumeric(), "²".isdecimal(), "x y".isidentifier(), " ".isspace(), "Ab".istitle(), "é".isascii(), "\n".isprintable())
print(repr("a'b"), repr('a"b\''), repr("\x00\n\t\\é\u200b\U0001f600"), ascii("é\U0001f600"), "é".encode(), "é".encode("latin-1"), b"\xc3\xa9".decode())
for bad in (lambda: "é".encode("ascii"), lambda: b"\xff".decode(), lambda: "a".index("b"), lambda: "a" + 1, lambda: "a".join([1]), lambda: "a"[5], lambda: "".split(""), lambda: "a".center(5, "ab"), lambda: "x".encode("nope")):
    try:
        bad()
    except Exception as e:
        print(type(e).__name__, e)
print("é".encode("ascii", "replace"), "é".encode("ascii", "xmlcharrefreplace"), "é".encode("ascii", "backslashreplace"), b"a\xff".decode("utf-8", "replace"), b"\xff".decode("utf-8", "surrogateescape").encode("utf-8", "surrogateescape"))
print("b" > "a" > "B", "a" < "aa", "" < "a", "z" in "xyz", "😀"[0], len("😀é"), ord("😀"), chr(0x1f600), "a" "b", "\N{BULLET}", r"\n", """q"q""")
print("%s" % (1,), "abc"[1:], "abc"[-2:], "abcdef"[1:5:2], "abc"[::-2], "abc"[10:], hash("a") == hash("a"), "x" * -1, max("hello"), sorted("hello"))
