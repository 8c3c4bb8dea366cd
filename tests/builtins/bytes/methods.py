# bytes and bytearray: results and messages.
def t(f):
    try: print(f, '->', repr(eval(f)))
    except Exception as e: print(f, '->', repr(e))
for f in '''bytes(-1)
bytes(10**20)
bytes("a")
bytes("a","ascii")
bytes("a",1)
bytes("a",errors="strict")
bytes(1,"a")
bytes(1,errors="a")
bytes(encoding="a")
bytes(errors="a")
bytes([256])
bytes(["a"])
bytes([1.5])
bytes(1.5)
bytes(None)
bytes(object())
bytes(range(3))
bytes(b"a",b"b")
bytearray(-1)
bytearray("a")
bytearray([256])
bytearray(["a"])
bytearray(1.5)
bytearray(1,"a")
bytearray(encoding="a")
b"a"+"b"
b"a"+1
b"a"+bytearray(b"c")
bytearray(b"c")+b"d"
bytearray(b"c")+1
b"a"+memoryview(b"v")
b"a"*1.5
b"a"[1]
bytearray(b"a")[1]
bytearray(b"a")["b"]
b"a"[10**20]
300 in b"a"
"a" in b"a"
1.5 in b"a"
97 in b"a"
None in bytearray()
300 in bytearray()
b"a"<"a"
b"a"==1
b"abc".find("a")
b"abc".find(97)
b"abc".find(300)
b"abc".find(1.5)
b"abc".count("a")
b"abc".index(b"z")
b"abc".rindex(b"z")
bytearray(b"abc").index(b"z")
b"abc".startswith("a")
b"abc".startswith(("a",))
b"abc".endswith("a")
bytearray(b"abc").startswith("a")
b"abc".replace("a",b"b")
b"abc".replace(b"a","b")
b"abc".split("a")
b"abc".split(b"")
b"abc".partition(b"")
b"abc".partition("a")
b"abc".join(1)
b"abc".join([1])
b"abc".join(["a"])
b"-".join([b"a",bytearray(b"b"),memoryview(b"c")])
b"abc".strip("a")
b"abc".strip(1)
b"abc".center(10,"a")
b"abc".center(10,b"ab")
b"abc".center(10,1)
b"abc".translate(b"a")
b"abc".translate(None,b"a")
b"abc".translate("a")
b"abc".translate(None,"a")
bytes.maketrans(b"a",b"bb")
bytes.maketrans("a",b"b")
b"abc".decode(1)
b"abc".hex(1)
b"abc".hex("ab")
b"abc".hex("-",2)
b"abcd".hex(b":",-3)
b"abcde".hex(":",-3),b"abcde".hex(":",3),b"abcde".hex(":",0),b"abc".hex("")
bytes.fromhex(1)
bytes.fromhex("a")
bytes.fromhex("zz")
bytes.fromhex("aa 0z")
bytes.fromhex(" aa  bb ")
bytes.fromhex("a a")
bytearray.fromhex("zz")
b"abc".removeprefix("a")
b"abc".zfill("a")
b"'\\"\\x00\\n\\r\\t\\\\\\xff\\x7f"
bytearray(b"'\\"")
bytearray(b"'")
iter(b"ab").__reduce__()
iter(bytearray(b"ab")).__reduce__()
bytearray(b"abc").append(256)
bytearray(b"abc").append("a")
bytearray(b"abc").extend("a")
bytearray(b"abc").extend(1)
bytearray(b"abc").extend([256])
bytearray(b"abc").extend(["a"])
bytearray(b"abc").insert(0,256)
bytearray(b"abc").insert("a",0)
bytearray(b"abc").pop(5)
bytearray(b"").pop()
bytearray(b"abc").remove(0)
bytearray(b"abc").remove(300)
bytearray(b"abc").remove("a")
bytearray(b"abc").__setitem__(0,256)
bytearray(b"abc").__setitem__(0,"a")
bytearray(b"abc").__setitem__(5,1)
bytearray(b"abc").__setitem__("a",1)
bytearray(b"abc").__setitem__(slice(0,1),1)
bytearray(b"abc").__setitem__(slice(0,1),"a")
bytearray(b"abc").__setitem__(slice(0,1),[300])
bytearray(b"abc").__setitem__(slice(0,3,2),b"abc")
bytearray(b"abc").__delitem__("a")
bytearray(b"abc").__delitem__(5)
bytearray(b"abc").__iadd__(1)
bytearray(b"abc").__iadd__("a")
bytearray(b"abc").__imul__(-1)
bytearray(b"abc").__reduce_ex__(2)
bytearray(b"abc").__reduce__()
bytearray(b"ab\\xff").__reduce_ex__(2)
bytearray(b"ab").__reduce_ex__(4)
hash(bytearray())
b"a".__bytes__()
b"abc"[::2]
b"%d" % "a"
b"%s" % "a"
b"%b" % 1
b"%c" % 256
b"%c" % b"ab"
b"%c" % "a"
b"%(a)s" % {b"a":b"x"}
b"%(a)s" % {"a":b"x"}
b"%z" % 1
b"%d" % ()
b"%d" % (1,2)
b"" % 1
b"%" % 1
b"%5.2f|%-5d|%x|%#X|%+d|%e" % (1.5,3,255,255,4,1e10)
bytearray(b"%s") % b"a"
b"abc".isalnum(),b"".isalpha(),b"aB".swapcase(),b"ab cd".title(),b"ab cd".istitle(),b"aB cD".capitalize()
b" \\t\\n\\r\\x0b\\x0c\\x1c".split(),b"a\\x1cb\\x85".splitlines(),b"a\\nb\\r\\nc\\r".splitlines(True)
b"a".expandtabs(tabsize=3)
bytes(b"abc").__getnewargs__()
bytes([1,2,3],encoding="x")
class_ := type("X",(),{"__bytes__":lambda s:1})()
bytes(class_)'''.split('\n'):
    if f.startswith('class_ :='): class_=type("X",(),{"__bytes__":lambda s:1})(); continue
    t(f)
