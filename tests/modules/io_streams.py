"""Streams: encodings, line ends, positions, messages, subclasses, memory streams, writing from threads."""
import io
import os
import pickle
import tempfile
import threading

folder = tempfile.mkdtemp()
path = os.path.join(folder, "file")


def show(f, *args, **kwargs):
    try:
        r = f(*args, **kwargs)
    except Exception as e:
        r = f"{type(e).__name__}: {e}".replace(path, "PATH")
    print(r)


for encoding in ("utf-8", "latin-1", "ascii", "utf-16", "utf-32", "utf-8-sig", "cp1252"):
    with open(path, "w", encoding=encoding, errors="backslashreplace") as f:
        f.write("héllo\nwörld\r\nx\ry€")
        print(encoding, f.tell())
    with open(path, "rb") as f:
        print(f.read())
    for newline in (None, "", "\n", "\r", "\r\n"):
        with open(path, encoding=encoding, newline=newline) as f:
            print(f.readlines(), f.newlines)
    with open(path, "a", encoding=encoding) as f:
        f.write("zz")
    with open(path, encoding=encoding) as f:
        f.read(3)
        cookie = f.tell()
        rest = f.read()
        f.seek(cookie)
        print(f.read() == rest, rest.encode("unicode-escape"))

for mode, options in (("q", {}), ("rw", {}), ("rbt", {}), ("rb", {"encoding": "x"}), ("r", {"buffering": 0}),
                      ("r", {"encoding": "no-such"}), ("r", {"newline": "z"}), ("x", {})):
    show(open, path, mode, **options)
show(open, 1.5)
show(open, -1)
show(open, "a\0b")
show(open, path + "/x")
f = open(path)
show(f.write, "x")
f.close()
for call in (f.read, f.readline, f.__next__, f.fileno, f.tell, f.__enter__):
    show(call)
f = open(path, "wb")
show(f.read)
show(f.write, "x")
show(pickle.dumps, f)
f.close()
show(f.write, b"x")
show(f.flush)
print(f.raw)

with open(path, "w+b") as f:
    f.write(b"abcdefghi")
    f.seek(2)
    print(f.read(2), f.tell(), f.write(b"XY"), f.peek(1)[:1], f.tell())
    f.seek(-1, 2)
    f.truncate()
    f.seek(0)
    print(f.read())

b = io.BytesIO(b"abc\ndef\nghi")
print(list(b), b.seek(2), b.read(3), bytes(b.getbuffer()[1:3]))
view = b.getbuffer()
show(b.write, b"x")
view.release()
b.seek(15)
b.write(b"x")
print(b.getvalue(), pickle.loads(pickle.dumps(b)).getvalue())
s = io.StringIO("ab\r\nc\rd\n", newline=None)
print(s.readlines(), s.newlines)
s = io.StringIO()
for text in ("hä", "€", "\U0001f600"):
    s.write(text)
print(ascii(s.getvalue()), s.tell(), s.truncate(2), s.getvalue())


class Slow(io.RawIOBase):
    def __init__(self, data):
        self.data = data

    def readable(self):
        return True

    def readinto(self, b):
        n = min(len(b), len(self.data), 3)
        b[:n] = self.data[:n]
        self.data = self.data[n:]
        return n


print(io.BufferedReader(Slow(b"abcdefgh\nxyz")).readline(), Slow(b"12345").read(), Slow(b"a\nb").readlines())
print(list(io.TextIOWrapper(io.BufferedReader(Slow("abcé\r\nxyz".encode())), encoding="utf-8")))


class Deaf(io.RawIOBase):
    def writable(self):
        return True

    def write(self, b):
        return w.write(b"again")


w = io.BufferedWriter(Deaf())
w.write(b"x")
try:
    w.flush()
except RuntimeError as e:
    print(str(e).startswith("reentrant call inside <_io.BufferedWriter"))

with open(path, "wb") as f:
    def body(k):
        for i in range(500):
            f.write(f"{k} {i}\n".encode())
    threads = [threading.Thread(target=body, args=(k,)) for k in range(4)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
with open(path) as f:
    lines = f.readlines()
print(len(lines), sorted(lines) == sorted(f"{k} {i}\n" for k in range(4) for i in range(500)))


def drop():
    f = open(path, "w")
    f.write("kept")


drop()
with open(path) as f:
    print(f.read())
os.unlink(path)
os.rmdir(folder)
