"""Threads that write to one text stream: no line is lost or torn."""
import os
import tempfile
import threading

path = os.path.join(tempfile.mkdtemp(), "file")
with open(path, "w", encoding="utf-8") as f:
    def body(k):
        for i in range(1000):
            f.write(f"{k} {i} é{'x' * (i % 50)}\n")

    threads = [threading.Thread(target=body, args=(k,)) for k in range(4)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
with open(path, encoding="utf-8") as f:
    lines = sorted(f)
print(len(lines), lines == sorted(f"{k} {i} é{'x' * (i % 50)}\n" for k in range(4) for i in range(1000)))
os.unlink(path)
os.rmdir(os.path.dirname(path))
