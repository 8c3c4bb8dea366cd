"""Imports of modules and packages beside the program."""
import pkg_local
import pkg_local.sub as sub
from pkg_local import value, other as o2
from pkg_local.sub import *
print(pkg_local.__name__, value, o2.name, sub.name, exported, "hidden" in globals())
print(sub.__package__, sub.__spec__.name, pkg_local.__path__[0].endswith("pkg_local"), sub.up())
for bad in ("import nowhere_to_be_found", "import pkg_local.nothing", "from pkg_local import nothing", "from . import x", "import pkg_local.broken", "import math.x"):
    try:
        exec(bad)
    except Exception as e:
        print(type(e).__name__, str(e).split(" (/")[0], getattr(e, "name", None))
import sys, importlib
print("pkg_local.sub" in sys.modules, "pkg_local.broken" in sys.modules, importlib.import_module(".sub", "pkg_local") is sub)
def f():
    import pkg_local.sub as inner
    return inner is sub
print(f(), __name__, __import__("pkg_local.sub") is pkg_local)
print(pkg_local.lazy, hasattr(pkg_local, "zz"))
importlib.reload(sub)
