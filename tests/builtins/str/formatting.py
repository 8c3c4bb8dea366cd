# str.format, format_map, the % operator, and the module _string.
def t(f):
    try: print(f, '->', repr(eval(f)))
    except Exception as e: print(f, '->', repr(e))
class A:
    x=5
    def __getitem__(s,k): return repr(k)
a=A()
for f in r'''"{}".format()
"{0}".format()
"{a}".format()
"{} {0}".format(1)
"{0} {}".format(1)
"{".format()
"}".format()
"{{}}".format()
"{0".format(1)
"{0!".format(1)
"{0!r".format(1)
"{0!rx}".format(1)
"{0!x}".format(1)
"{0!}".format(1)
"{0!é}".format(1)
"{0:".format(1)
"{0:{".format(1)
"{0:{}}".format(1)
"{:{}}".format(1,5)
"{:{}.{}}".format(1.5,10,3)
"{:{:{}}}".format(1,2,3)
"{0.x}".format(a)
"{0.}".format(a)
"{0..x}".format(a)
"{0[a]}".format(a)
"{0[1]}".format(a)
"{0[-1]}".format(a)
"{0[}".format(a)
"{0[]}".format(a)
"{0[a}".format(a)
"{0[a]x}".format(a)
"{[1]}".format([1,2])
"{.x}".format(a)
"{a[b].c}".format(a=a)
"{!r:>5}".format("a")
"{:>{w}}".format("a",w=4)
"{0[1]}".format([1])
"{0[99999999999999999999999]}".format([1])
"{99999999999999999999999}".format(1)
"{0x}".format(1)
"{ 0}".format(1)
"{0 }".format(1)
"{-1}".format(1)
"{a}".format_map({"a":1})
"{}".format_map({"":1})
"{0}".format_map([1])
"{a}".format_map(3)
"{!s}{!a}".format("é","é")
"{0:{{}}}".format(1)
"a}b".format()
"{0!r:{1}}".format("a",5)
"{:}".format(1)
"{0[{}]}".format(a)
"{0:x}".format("a")
"{0:}}".format(1)
"{0:{1}}}".format(1,2)
"{[}]}".format({"}":1})
"{0.x!r}".format(a)
"{0!r.x}".format(a)
"{\x00}".format()
list(__import__("_string").formatter_parser("a{b!r:c}d{{}}{e:{f}}{"))
list(__import__("_string").formatter_parser("a{b!r:c}d{{}}{e:{f}}"))
list(__import__("_string").formatter_parser("{a!}"))
list(__import__("_string").formatter_parser("}"))
(lambda r:(r[0],list(r[1])))(__import__("_string").formatter_field_name_split("a.b[c][1].d"))
(lambda r:(r[0],list(r[1])))(__import__("_string").formatter_field_name_split("0.b"))
(lambda r:(r[0],list(r[1])))(__import__("_string").formatter_field_name_split(""))
(lambda r:(r[0],list(r[1])))(__import__("_string").formatter_field_name_split("a[b"))
(lambda r:(r[0],list(r[1])))(__import__("_string").formatter_field_name_split("a."))
__import__("_string").formatter_parser(1)
__import__("_string").formatter_field_name_split(1)
"%d" % "a"
"%x" % 1.5
"%d" % 1.5
"%s" % ()
"%s %s" % (1,)
"%" % ()
"%(a" % {}
"%(a)s" % 1
"%*d" % ("a",1)
"%c" % 1.5
"%c" % "ab"
"%c" % -1
"%f" % "a"
"%z" % 1
"%é" % 1
"a" % 1
"a" % {}
"a" % []
"%5%|%-5d|%05d|%+.3d|%#o|%#X" % (3,-4,5,8,255)
"%.99999999999999999999f" % 1
"%99999999999999999999f" % 1
"%.*f" % (-2, 1.5)
"%*d" % (-5, 1)
"%.0f %g %G %e %r %a" % (2.5,1e100,1e-10,1.0,"é","é")
"%s" % {"a":1}
"%(a)s %(a)d" % {"a":1}
"%%" % {}
"%%" % 1
"%s%%" % 1
"%010.3f|%-10.3f|% d|%i|%u" % (1.5,1.5,3,4,-5)
"%.3s|%5.2s|%-5s|" % ("abcdef","abc","a")
"%08.3d|%#010x" % (5,255)
"%d" % 10**30
"%x" % -255
"%X" % 10**25
"%f" % float("inf"), "%05f" % float("-inf"), "%F" % float("nan")'''.split('\n'): t(f)
