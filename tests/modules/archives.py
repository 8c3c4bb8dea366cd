"""Archives on sys.path, and the folders that tests of them leave: zipimport, zipfile, gzip, shutil.rmtree, os.scandir(fd)."""
import gzip
import importlib
import io
import os
import shutil
import sys
import tempfile
import zipfile

folder = tempfile.mkdtemp()
archive = os.path.join(folder, 'lib.zip')
with zipfile.ZipFile(archive, 'w', zipfile.ZIP_DEFLATED) as z:
    z.writestr('zipped_module.py', 'value = 42\ndef where():\n    return __file__\n')
    z.writestr('zipped_package/__init__.py', 'from . import part\n')
    z.writestr('zipped_package/part.py', 'def fail():\n    1 / 0\n')
    z.writestr('deep/below/other.py', 'x = [1]\n')
    z.writestr('broken.py', 'def\n')
sys.path.insert(0, archive)
sys.path.insert(0, archive + '/deep/below')
sys.path.insert(0, folder + '/absent/lib.zip')
import zipped_module
import zipped_package
import other
print(zipped_module.value, os.path.relpath(zipped_module.where(), folder), type(zipped_module.__loader__).__name__, other.x)
try:
    zipped_package.part.fail()
except ZeroDivisionError as e:
    print(e, os.path.relpath(e.__traceback__.tb_next.tb_frame.f_code.co_filename, folder))
for name in 'broken', 'zipped_absent':
    try:
        importlib.import_module(name)
    except Exception as e:
        print(type(e).__name__, e.msg)
print(zipped_package.__loader__.get_data(archive + '/zipped_package/part.py'), zipped_package.__loader__.is_package('zipped_package'))
import zipimport
print(zipimport.zipimporter in sys.path_hooks, len(sys.path_hooks))
try:
    zipimport.zipimporter(folder)
except ImportError as e:
    print(type(e).__name__)

with zipfile.ZipFile(archive) as z:
    print(sorted(z.namelist()), z.testzip(), z.read('zipped_module.py')[:10])
    with z.open('zipped_module.py') as f:
        print(f.readline(), f.read(3), f.seek(0), f.read(5))
stream = io.BytesIO()
with gzip.GzipFile(fileobj=stream, mode='wb', mtime=0) as f:
    f.write(b'some text ' * 1000)
    f.flush()
    f.write(b'more')
stream.seek(0)
print(len(gzip.GzipFile(fileobj=stream).read()), gzip.decompress(gzip.compress(b'abc') + gzip.compress(b'def')))
try:
    gzip.decompress(gzip.compress(b'abc')[:-3])
except EOFError as e:
    print(e)

os.makedirs(os.path.join(folder, 'a/b/c'))
open(os.path.join(folder, 'a/file'), 'w').close()
os.symlink('a', os.path.join(folder, 'link'))
fd = os.open(folder, os.O_RDONLY)
for _ in range(2):
    with os.scandir(fd) as entries:
        print(sorted((e.name, e.path, e.is_dir(), e.is_symlink(), e.is_dir(follow_symlinks=False), e.stat().st_size >= 0) for e in entries))
print(sorted(os.listdir(fd)))
os.close(fd)
shutil.rmtree(folder)
print(os.path.exists(folder))
