"""sendmsg and recvmsg with descriptors; execv, process groups, pread and pwrite."""
import array
import os
import signal
import socket
import sys
import tempfile


def show(f, *args, **kwargs):
    try:
        print(repr(f(*args, **kwargs)))
    except Exception as e:
        print(type(e).__name__, e)


def messages():
    a, b = socket.socketpair()
    print(a.sendmsg([b"one", bytearray(b"two"), b""]), b.recvmsg(100))
    read, write = os.pipe()
    fds = array.array("i", [write])
    print(a.sendmsg([b"x"], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, fds)]))
    data, control, flags, address = b.recvmsg(10, socket.CMSG_SPACE(4))
    got = array.array("i", control[0][2])
    print(data, control[0][:2], len(got), flags, address)
    os.write(got[0], b"through")
    print(os.read(read, 10), socket.CMSG_LEN(4), socket.CMSG_SPACE(4))
    a.sendmsg([b"scattered bytes"])
    parts = bytearray(4), bytearray(6), bytearray(20)
    print(b.recvmsg_into(parts)[0], parts)
    socket.send_fds(a, [b"fds"], [read])
    msg, fds, flags, _ = socket.recv_fds(b, 10, 2)
    print(msg, len(fds), flags)
    show(a.sendmsg, 3)
    show(a.sendmsg, [b"x"], [(1, 2)])
    show(a.sendmsg, [b"x"], [(1, "a", b"")])
    show(b.recvmsg, -1)
    show(b.recvmsg_into, [b"readonly"])
    show(socket.CMSG_LEN, -1)
    a.close()
    print(b.recvmsg(10)[0])
    b.close()


def processes():
    sys.stdout.flush()
    for how in (lambda: os.execv("/bin/echo", ["echo", "by execv"]), lambda: os.execve("/usr/bin/env", ["env"], {"A": "1"}),
                lambda: os.execvp("echo", ["echo", "by execvp"]), lambda: signal.pause()):
        pid = os.fork()
        if pid == 0:
            os.setpgid(0, 0)
            how()
        if how.__code__.co_names[-1] == "pause":
            try:
                os.setpgid(pid, pid)
            except PermissionError:
                pass
            os.killpg(pid, signal.SIGTERM)
        print(os.waitstatus_to_exitcode(os.wait()[1]), flush=True)
    show(os.execv, "/nothing/there", ["x"])
    show(os.execv, "/bin/true", [])
    show(os.execv, "/bin/true", [""])
    show(os.execv, "/bin/true", "x")
    show(os.execve, "/bin/true", ["x"], {"a=b": "c"})
    show(os.wait)
    master, slave = os.openpty()
    print(os.ttyname(slave).startswith("/dev/pts/"))
    show(os.ttyname, 999)
    print(os.nice(0) >= 0)
    with tempfile.TemporaryDirectory() as d:
        with open(d + "/f", "wb+", buffering=0) as f:
            print(os.pwrite(f.fileno(), b"0123456789", 5), os.pread(f.fileno(), 4, 8), os.pread(f.fileno(), 40, 12), f.tell())
        os.mkfifo(d + "/fifo")
        import stat
        print(stat.S_ISFIFO(os.stat(d + "/fifo").st_mode))
        try:
            os.mkfifo(d + "/fifo")
        except FileExistsError as e:
            print(e.errno)


if __name__ == "__main__":
    messages()
    processes()
