"""mmap; os.fork, forkpty and openpty; preexec_fn of subprocess."""
import mmap
import os
import subprocess
import sys
import tempfile
import threading


def show(f, *args, **kwargs):
    try:
        print(repr(f(*args, **kwargs)))
    except Exception as e:
        print(type(e).__name__, e)


def mapped():
    m = mmap.mmap(-1, 20)
    print(m, len(m), m.write(b"hello\nworld"), m.tell(), m[:5], m[0], m[10:4:-2], m.closed)
    m.seek(0)
    print(m.readline(), m.read(3), m.read_byte(), m.find(b"o"), m.rfind(b"o"), m.find(b"o", 0), m.rfind(b"l", 0, 5), m.find(b"zz"))
    m[0] = 72
    m[6:11] = b"WORLD"
    m[1:9:2] = b"...."
    m.move(12, 0, 5)
    m.write_byte(33)
    print(m[:], b"WOR" in m[:], m.flush())
    for args in ((100,), (-21,), ("x",)):
        show(m.__getitem__, *args)
    for args in ((0, 256), (0, "x"), (99, "x"), (slice(0, 3), b"ab"), ("x", 1)):
        show(m.__setitem__, *args)
    show(m.__delitem__, 0)
    show(m.seek, 21)
    show(m.seek, 0, 7)
    show(m.move, 15, 0, 10)
    show(m.write, b"x" * 30)
    m.resize(10)
    print(len(m), m[:3], m[8:])
    v = memoryview(m)
    v[0] = 90
    show(m.close)
    show(m.resize, 1)
    v.release()
    print(m[:1])
    m.close()
    print(m, m.closed)
    show(m.read)
    show(len, m)
    show(memoryview, m)
    with tempfile.TemporaryFile() as f:
        show(mmap.mmap, f.fileno(), 0)
        f.write(b"0123456789")
        f.flush()
        show(mmap.mmap, f.fileno(), 11)
        show(mmap.mmap, f.fileno(), 5, access=9)
        show(mmap.mmap, f.fileno(), -1)
        show(mmap.mmap, f.fileno(), 5, prot=mmap.PROT_READ, access=mmap.ACCESS_READ)
        with mmap.mmap(f.fileno(), 0, access=mmap.ACCESS_READ) as r:
            print(r[:], r)
            show(r.__setitem__, 0, 1)
            show(r.write_byte, 1)
            show(r.resize, 3)
        with mmap.mmap(f.fileno(), 0, access=mmap.ACCESS_COPY) as c:
            c[0] = 65
            print(c[:2])
        with mmap.mmap(f.fileno(), 0) as w:
            w[1] = 66
            w.resize(10000)
            print(w[:3], w[9999], w.size())
        f.seek(0)
        print(f.read(20))


def forked():
    order = []
    os.register_at_fork(before=lambda: order.append("before"), after_in_child=lambda: order.append("child"),
                        after_in_parent=lambda: order.append("parent"))
    stop = threading.Event()
    busy = [threading.Thread(target=lambda: [([{}] * 10, stop.wait(0.001)) for _ in iter(stop.is_set, True)]) for _ in range(3)]
    for t in busy:
        t.start()
    for _ in range(5):
        pid = os.fork()
        if pid == 0:
            results = []
            ok = threading.active_count() == 1 and threading.current_thread() is threading.main_thread()
            threads = [threading.Thread(target=lambda: results.append(sum(range(1000)))) for _ in range(3)]
            for t in threads:
                t.start()
            for t in threads:
                t.join()
            os._exit(40 + len(results) if ok and order[-2:] == ["before", "child"] else 1)
        print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
    stop.set()
    for t in busy:
        t.join()
    print(order[:2])
    shared = mmap.mmap(-1, 4096)
    pid = os.fork()
    if pid == 0:
        shared[:5] = b"child"
        os._exit(0)
    os.waitpid(pid, 0)
    print(shared[:5])


def terminals():
    master, slave = os.openpty()
    print(os.isatty(slave), os.get_inheritable(master), os.get_inheritable(slave))
    os.write(slave, b"x\n")
    print(os.read(master, 10))
    pid, master = os.forkpty()
    if pid == 0:
        os.write(1, b"from the child\n" if os.isatty(0) else b"no terminal\n")
        os._exit(3)
    print(os.read(master, 100), os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))


def preexec():
    read, write = os.pipe()
    run = [sys.executable, "-c", "print('ran')"]
    done = subprocess.run(run, preexec_fn=lambda: os.write(write, b"prepared"), pass_fds=[write], stdout=subprocess.PIPE)
    print(os.read(read, 20), done.returncode, done.stdout)
    show(subprocess.run, ["/bin/true"], preexec_fn=lambda: 1 / 0)


if __name__ == "__main__":
    mapped()
    forked()
    terminals()
    preexec()
