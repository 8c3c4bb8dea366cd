"""os: identities, scheduling, children, spawning, buffers, attributes and limits of the system."""
import os
import socket
import sys
import tempfile


def show(f, *args, **kwargs):
    try:
        print(f.__name__, "->", f(*args, **kwargs))
    except Exception as e:
        print(f.__name__, type(e).__name__, e, getattr(e, "filename", None))


os.chdir(tempfile.mkdtemp())

print("== names")
for name in ("supports_dir_fd", "supports_fd", "supports_follow_symlinks", "supports_effective_ids"):
    print(name, sorted(f.__name__ for f in getattr(os, name)))
print(len(os.sysconf_names), sorted(os.confstr_names)[:3], os.pathconf_names["PC_NAME_MAX"])

print("== identities")
print(os.getresuid() == (os.getuid(), os.geteuid(), os.getresuid()[2]), os.getresgid()[1] == os.getegid())
print(os.getpgid(0) == os.getpgrp(), os.getsid(0) == os.getsid(os.getpid()), os.getgrouplist("root", 0)[0])
for v in (-2, 2**32, 2**70, "a", 1.5):
    show(os.setuid, v)
    show(os.setgid, v)
show(os.setgroups, 5)
show(os.setgroups, {1})
show(os.setgroups, ["a"])
show(os.setgroups, [2**40])
show(os.initgroups, 5, 5)
show(os.setreuid, -1, -1)
show(os.setresgid, -1, -1, -1)
show(os.chown, "/nope", -1, -1)
show(os.chown, "/", 2**33, 0)
show(os.lchown, "/nope", -1, -1)
show(os.fchown, 9999, -1, -1)
show(os.tcgetpgrp, 9999)

print("== scheduling")
p = os.sched_param(sched_priority=3)
print(p, p[:], p.sched_priority, type(p).__mro__)
show(os.sched_param)
show(os.sched_setparam, 0, 5)
show(os.sched_setscheduler, 0, os.SCHED_OTHER, os.sched_param(2**40))
show(os.sched_setscheduler, 0, os.SCHED_OTHER, p)
show(os.sched_setscheduler, 0, os.SCHED_OTHER, os.sched_param(0))
print(os.sched_getscheduler(0) == os.SCHED_OTHER, os.sched_getparam(0), type(os.sched_rr_get_interval(0)))
print(os.sched_get_priority_min(os.SCHED_FIFO), os.sched_get_priority_max(os.SCHED_FIFO))
show(os.sched_get_priority_min, 99)
show(os.getpriority, 99, 0)
os.setpriority(os.PRIO_PROCESS, 0, os.getpriority(os.PRIO_PROCESS, 0))
os.sched_setaffinity(0, os.sched_getaffinity(0))

print("== children")
sys.stdout.flush()
for wait in (lambda pid: os.wait4(pid, 0)[1], lambda pid: os.wait3(0)[1], lambda pid: os.waitid(os.P_PID, pid, os.WEXITED)[2:]):
    pid = os.fork()
    if pid == 0:
        os._exit(3)
    print(wait(pid))
show(os.wait3, 0)
show(os.wait4, 1, 0)
show(os.waitid, os.P_ALL, 0, os.WEXITED)
fd = os.pidfd_open(os.getpid())
os.close(fd)
show(os.pidfd_open, -1)

print("== spawning")
actions = [(os.POSIX_SPAWN_OPEN, 1, "out", os.O_WRONLY | os.O_CREAT, 0o600), (os.POSIX_SPAWN_DUP2, 1, 2), (os.POSIX_SPAWN_CLOSE, 0)]
pid = os.posix_spawn("/bin/sh", ["sh", "-c", 'echo "$X"; echo two >&2'], {"X": "one"}, file_actions=actions)
print(os.waitpid(pid, 0)[1], open("out").read())
pid = os.posix_spawnp("sh", ("sh", "-c", "exit 7"), {}, setpgroup=0, setsigmask=[2], setsigdef=[2], scheduler=(None, os.sched_param(0)))
print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
for args in (("/nope", ["x"], {}), ("/bin/true", [], {}), ("/bin/true", 5, {}), ("/bin/true", [""], {}), ("/bin/true", ["x"], 5),
             ("/bin/true", ["x"], {"a=b": "c"}), (5, ["x"], {})):
    show(os.posix_spawn, *args)
for kwargs in ({"file_actions": 5}, {"file_actions": [5]}, {"file_actions": [()]}, {"file_actions": [(9, 1)]},
               {"file_actions": [(os.POSIX_SPAWN_OPEN,)]}, {"file_actions": [(os.POSIX_SPAWN_CLOSE, "a")]},
               {"file_actions": [(os.POSIX_SPAWN_DUP2, 1)]}, {"setpgroup": None}, {"setsigmask": 5}, {"setsigdef": [99]},
               {"scheduler": (None, 5)}, {"scheduler": (1,)}):
    show(os.posix_spawn, "/bin/true", ["x"], {}, **kwargs)

print("== many buffers")
with open("data", "w+b") as f:
    fd = f.fileno()
    print(os.writev(fd, [b"ab", bytearray(b"cde"), memoryview(b"f")]), os.pwritev(fd, [b"X", b"Y"], 1))
    os.lseek(fd, 0, os.SEEK_SET)
    buffers = [bytearray(2), bytearray(10)]
    print(os.readv(fd, buffers), buffers, os.preadv(fd, buffers, 4), buffers)
    show(os.readv, fd, [b"x"])
    show(os.writev, fd, ["a"])
    show(os.writev, fd, 5)
    show(os.preadv, fd, 5, 0)
    print(os.fstatvfs(fd)[:2] == os.statvfs(fd)[:2], os.fpathconf(fd, "PC_NAME_MAX"))
    show(os.posix_fallocate, fd, 0, 100)
    show(os.posix_fadvise, fd, 0, 0, os.POSIX_FADV_WILLNEED)
    show(os.lockf, fd, os.F_LOCK, 0)
    show(os.lockf, fd, os.F_ULOCK, 0)
    os.fdatasync(fd)
    os.fsync(f)
    print(os.fstat(fd).st_size)
    to = os.open("copy", os.O_RDWR | os.O_CREAT)
    print(os.sendfile(to, fd, 0, 3), os.copy_file_range(fd, to, 3, 3), os.pread(to, 10, 0))
    r, w = os.pipe()
    print(os.splice(fd, w, 4, offset_src=2), os.read(r, 10))
    show(os.splice, r, w, -1)
    show(os.sendfile, 9999, 9998, None, 1)
    for fd in (r, w, to):
        os.close(fd)

print("== descriptors without a name")
fd = os.memfd_create("name", os.MFD_CLOEXEC)
print(os.write(fd, b"abc"), os.pread(fd, 3, 0), os.get_inheritable(fd))
os.close(fd)
show(os.memfd_create, 5)
fd = os.eventfd(3, os.EFD_CLOEXEC | os.EFD_NONBLOCK)
os.eventfd_write(fd, 4)
print(os.eventfd_read(fd))
show(os.eventfd_read, fd)
for v in (-1, 2**64, 2**64 - 1, "a"):
    show(os.eventfd_write, fd, v)
    show(os.eventfd, v)
os.close(fd)

print("== paths")
show(os.statvfs, "/nope")
show(os.statvfs, 9999)
show(os.stat, 9999)
show(os.listdir, 9999)
print(os.statvfs_result.n_fields, os.statvfs_result.__match_args__)
result = os.statvfs("/")
written = 0
for i in range(50):
    try:
        result.f_bsize = i
        written += 1
    except AttributeError as e:
        message = str(e)
print(written, message)
show(os.mknod, "pipe", 0o600 | 0o010000)
show(os.mknod, "nope/x")
show(os.mknod, "x", 0o600, -1)
print(os.makedev(1, 2), os.major(258), os.minor(258), os.major(2**64 - 1))
show(os.major, -1)
show(os.chroot, "/nope")
for f, args in ((os.getxattr, ("user.x",)), (os.setxattr, ("user.x", b"")), (os.removexattr, ("user.x",)), (os.listxattr, ())):
    show(f, "/nope", *args)
    show(f, 9999, *args)
    show(f, 1, *args, follow_symlinks=False)
    show(f, 1.5, *args)
show(os.setxattr, "/", 5, b"")
show(os.setxattr, "/", "a", "x")
try:
    os.setxattr("data", "user.weft", b"value")
    print(os.getxattr("data", b"user.weft"), os.listxattr("data"), os.removexattr("data", "user.weft"))
except OSError:
    print(b"value", ["user.weft"], None)  # no such attributes on this file system



class Path:
    def __init__(self, path):
        self.path = path

    def __fspath__(self):
        return self.path


os.symlink("data", "link")
print(os.readlink(Path(b"link")), os.readlink(Path("link")), os.listdir(Path(b"."))[0].__class__)
show(os.readlink, Path(5))
show(os.readlink, 5)
show(os.posix_spawn, "/bin/true", ["x"], {}, resetids=None)

print("== limits")
print(os.confstr("CS_PATH"), os.pathconf("/", "PC_NAME_MAX"), os.sysconf("SC_CLK_TCK"), os.sysconf("SC_PAGESIZE") == os.sysconf(30))
for f in (os.sysconf, os.confstr):
    for v in ("bad", -1, 1.5):
        show(f, v)
show(os.pathconf, "/nope", "PC_NAME_MAX")
show(os.fpathconf, -1, 0)
print(os.ctermid(), os.device_encoding(9999))

print("== timeouts of new sockets")
for v in (1.5, 0, None, -1, "a", float("nan"), 1e300, 2**70):
    show(socket.setdefaulttimeout, v)
    with socket.socket() as s:
        print(socket.getdefaulttimeout(), s.gettimeout(), s.getblocking())
socket.setdefaulttimeout(0.01)
pair = socket.socketpair()
for s in pair:
    print(s.gettimeout())
    try:
        s.recv(1)
    except TimeoutError as e:
        print(e)
socket.setdefaulttimeout(None)
