# Imports: what modules, specs and errors look like, whichever way they came.
import sys, json, importlib.machinery, importlib.util, collections.abc, email.mime.text, xml.etree.ElementTree as E, math, importlib
for m in (json, json.decoder, collections.abc, math, E, sys.modules['email.mime'], importlib):
    s = m.__spec__
    print(s.name, type(s.loader).__name__ if not isinstance(s.loader, type) else s.loader.__name__, s.origin, s.submodule_search_locations, s.has_location, s.parent, s._initializing, m.__package__, m.__loader__ is s.loader)
    print(getattr(m,'__file__',None)==s.origin, getattr(m,'__path__',None) == s.submodule_search_locations, [k for k in m.__dict__ if k.startswith('__')][:9], m.__dict__.get('__cached__','-') == (s.cached or '-'))
for n in ('nope', 'json.nope', 'math.nope', 'nope.x', 'os.path.nope'):
    try: __import__(n)
    except ImportError as e: print(type(e).__name__, e, e.name, e.path)
from json import decoder, dumps
try: from json import missing
except ImportError as e: print(e, e.name)
print(importlib.import_module('.decoder', 'json') is decoder)
print(importlib.reload(json) is json)
import tempfile, os
d = tempfile.mkdtemp(); sys.path.insert(0, d)
def w(n, t):
    os.makedirs(os.path.dirname(os.path.join(d, n)), exist_ok=True)
    with open(os.path.join(d, n), 'w') as f: f.write(t)
w('bad.py', 'x = 1\n1/0\n'); w('syn.py', 'x = \n'); w('pk/__init__.py', 'from . import a\nfrom .b import y\n'); w('pk/a.py', 'import pk.b\nv = __name__, __package__'); w('pk/b.py', 'y = 5')
w('ns/m.py', 'z = 1'); w('self_repl.py', 'import sys\nsys.modules[__name__] = 42'); w('circ1.py', 'import circ2\nx = 1'); w('circ2.py', 'from circ1 import x')
import traceback
for n in ('bad', 'syn', 'circ1'):
    try: __import__(n)
    except Exception: print(traceback.format_exc().replace(d, 'D').replace(os.path.dirname(os.path.abspath(__file__)), 'T')); print(n in sys.modules)
import pk; print(pk.a.v, pk.y, pk.__spec__._uninitialized_submodules)
import ns.m; print(ns.m.z, type(ns.__path__).__name__)
import self_repl; print(self_repl)
class F:
    def find_spec(self, name, path, target=None):
        if name == 'virtual': return importlib.machinery.ModuleSpec(name, self)
    def create_module(self, spec): return None
    def exec_module(self, m): m.q = 1
sys.meta_path.append(F())
import virtual; print(virtual.q)
# a file that is written anew, and damaged or foreign compiled files
import subprocess
cache = tempfile.mkdtemp()
w('dam.py', 'def f(): return [1, "two", (3.0, None)]\nprint("loaded", f())\n')
def run():
    env = {**os.environ, 'PYTHONPYCACHEPREFIX': cache, 'PYTHONPATH': d}
    env.pop('PYTHONDONTWRITEBYTECODE', None)
    p = subprocess.run([sys.executable, '-c', 'import dam'], env=env, capture_output=True, text=True)
    return p.stdout, p.stderr, p.returncode
print(run(), run())
files = [os.path.join(r, f) for r, _, fs in os.walk(cache) for f in fs if f.startswith('dam')]
for file in files:
    with open(file, 'rb') as f: good = f.read()
    for bad in (b'', good[:10], b'\0' * len(good), good[:2] + b'\7' + good[3:]):
        with open(file, 'wb') as f: f.write(bad)
        print(run() == ('loaded [1, \'two\', (3.0, None)]\n', '', 0))
if not files:
    for i in range(4): print(True)
w('dam.py', 'print("changed")\n')
print(run())
# what importlib is given to do
sys.path_importer_cache.clear()
w('late.py', 'v = 7')
print(importlib.util.find_spec('late').origin == os.path.join(d, 'late.py'), importlib.import_module('late').v)
old = importlib.machinery.SourceFileLoader.get_code
importlib.machinery.SourceFileLoader.get_code = lambda self, name: compile('v = "patched"', 'p', 'exec')
w('patched.py', 'v = 8')
import patched; print(patched.v)
importlib.machinery.SourceFileLoader.get_code = old
