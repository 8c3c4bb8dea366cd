# A compiled file that is cut short or changed is made anew, never trusted. (CPython raises or worse: it only looks at the head.)
import importlib.machinery
import importlib.util
import pathlib
import sys
import tempfile

folder = tempfile.mkdtemp()
sys.pycache_prefix = folder + "/cache"
sys.dont_write_bytecode = False
source = pathlib.Path(folder, "victim.py")
source.write_text("x = [1, 2, 3]\ndef f(a, b=2): return a + b\n")
loader = importlib.machinery.SourceFileLoader("victim", str(source))
code = loader.get_code("victim")
cached = pathlib.Path(importlib.util.cache_from_source(str(source)))
good = cached.read_bytes()


def survives(data):
    if sys.implementation.name == "cpython":
        return True
    cached.write_bytes(data)
    names = {}
    exec(loader.get_code("victim"), names)
    return names["f"](1) == 3 and cached.read_bytes() == good


print(all(survives(good[:cut]) for cut in (0, 3, 15, 17, 30, len(good) // 2, len(good) - 1)))
print(all(survives(good[:i] + bytes([good[i] ^ 0x55]) + good[i + 1:]) for i in [*range(4), *range(8, 16), *range(17, len(good))]))
