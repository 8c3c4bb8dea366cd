/* files.c - os.chown, statvfs, mknod, fsync, lockf, memfd_create, eventfd and others of files, devices and descriptors.
 * SPDX-License-Identifier: MIT */
#include "modules/posix/arguments.h"

#include "objects/int.h"
#include "objects/str.h"
#include "objects/structseq.h"

#include <dlfcn.h>
#include <fcntl.h>
#include <langinfo.h>
#include <linux/memfd.h>
#include <stdio.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/sysmacros.h>
#include <unistd.h>
#include <utmp.h>

WF_POSIX_CALL(fsync, "f", wf_posix_done, fsync(x[0]))
WF_POSIX_CALL(fdatasync, "f", wf_posix_done, fdatasync(x[0]))
WF_POSIX_CALL(fchown, "iug", wf_posix_done, fchown(x[0], (uid_t)x[1], (gid_t)x[2]))
WF_POSIX_CALL(sync, "", wf_posix_done, (sync(), 0))
WF_POSIX_CALL(login_tty, "f", wf_posix_done, login_tty(x[0]))

/* --- owners ----------------------------------------------------------------------------------------------------------- */

static WfValue px_chown(WfThread *t, WfValue *a)
{
    WfPosixPath p;
    int id[2], at, r;
    bool follow;
    if (wf_posix_path(t, a[0], "chown", true, false, &p) != WF_OK || wf_posix_ints(t, &a[1], "ug", id) != WF_OK
        || wf_posix_dir_fd(t, a[3], &at) != WF_OK || wf_to_bool(t, a[4], &follow) != WF_OK) {
        return WF_EMPTY;
    }
    if (p.text == NULL && at != AT_FDCWD) {
        return wf_raise(t, WF_EXC(ValueError), "chown: can't specify both dir_fd and fd");
    }
    if (p.text == NULL && !follow) {
        return wf_raise(t, WF_EXC(ValueError), "chown: cannot use fd and follow_symlinks together");
    }
    WF_BLOCKING(t, r, p.text == NULL ? fchown(p.fd, (uid_t)id[0], (gid_t)id[1])
                                     : fchownat(at, p.text, (uid_t)id[0], (gid_t)id[1], follow ? 0 : AT_SYMLINK_NOFOLLOW));
    return wf_posix_done_path(t, r, &p);
}
static WfValue px_lchown(WfThread *t, WfValue *a)
{
    WfPosixPath p;
    int id[2], r;
    if (wf_posix_path(t, a[0], "lchown", false, false, &p) != WF_OK || wf_posix_ints(t, &a[1], "ug", id) != WF_OK) {
        return WF_EMPTY;
    }
    WF_BLOCKING(t, r, lchown(p.text, (uid_t)id[0], (gid_t)id[1]));
    return wf_posix_done_path(t, r, &p);
}
static WfValue px_chroot(WfThread *t, WfValue *a)
{
    WfPosixPath p;
    int r;
    if (wf_posix_path(t, a[0], "chroot", false, false, &p) != WF_OK) {
        return WF_EMPTY;
    }
    WF_BLOCKING(t, r, chroot(p.text));
    return wf_posix_done_path(t, r, &p);
}

/* --- file systems and devices ------------------------------------------------------------------------------------------- */

static const WfStructSeqField statvfs_fields[] = {
    {"f_bsize", NULL}, {"f_frsize", NULL}, {"f_blocks", NULL}, {"f_bfree", NULL}, {"f_bavail", NULL}, {"f_files", NULL},
    {"f_ffree", NULL}, {"f_favail", NULL}, {"f_flag", NULL}, {"f_namemax", NULL}, {"f_fsid", NULL}, {NULL, NULL}};
static const WfStructSeqDesc statvfs_desc = {"os.statvfs_result", "What is known of a file system.", statvfs_fields, 10};

static WfValue statvfs_value(WfThread *t, const struct statvfs *s)
{
    WfType *type = wf_structseq_type(t, &statvfs_desc);
    const uint64_t numbers[] = {s->f_bsize, s->f_frsize, s->f_blocks, s->f_bfree, s->f_bavail, s->f_files,
                                s->f_ffree, s->f_favail, s->f_flag, s->f_namemax, s->f_fsid};
    WfValue items[WF_ARRAY_LEN(numbers)];
    for (size_t i = 0; i < WF_ARRAY_LEN(numbers); i++) {
        items[i] = wf_int_from_u64(t, numbers[i]);
        if (wf_is_empty(items[i])) {
            return WF_EMPTY;
        }
    }
    return type == NULL ? WF_EMPTY : wf_structseq_from(t, type, items, WF_ARRAY_LEN(numbers));
}
static WfValue px_statvfs(WfThread *t, WfValue *a)
{
    WfPosixPath p;
    int r;
    struct statvfs s;
    if (wf_posix_path(t, a[0], "statvfs", true, false, &p) != WF_OK) {
        return WF_EMPTY;
    }
    WF_BLOCKING(t, r, p.text == NULL ? fstatvfs(p.fd, &s) : statvfs(p.text, &s));
    return r < 0 ? wf_posix_fail_path(t, &p) : statvfs_value(t, &s);
}
static WfValue px_fstatvfs(WfThread *t, WfValue *a)
{
    int fd, r;
    struct statvfs s;
    if (wf_to_int(t, a[0], &fd) != WF_OK) {
        return WF_EMPTY;
    }
    WF_BLOCKING(t, r, fstatvfs(fd, &s));
    return r < 0 ? wf_posix_fail(t) : statvfs_value(t, &s);
}
static WfValue px_mknod(WfThread *t, WfValue *a)
{
    WfPosixPath p;
    int mode, at, r;
    uint64_t device;
    if (wf_posix_path(t, a[0], "mknod", false, false, &p) != WF_OK || wf_to_int(t, a[1], &mode) != WF_OK
        || wf_posix_device(t, a[2], &device) != WF_OK || wf_posix_dir_fd(t, a[3], &at) != WF_OK) {
        return WF_EMPTY;
    }
    WF_BLOCKING(t, r, mknodat(at, p.text, (mode_t)mode, (dev_t)device));
    return wf_posix_done(t, r);
}
static WfValue px_major(WfThread *t, WfValue *a)
{
    uint64_t device;
    return wf_posix_device(t, a[0], &device) == WF_OK ? wf_small_int((int64_t)major((dev_t)device)) : WF_EMPTY;
}
static WfValue px_minor(WfThread *t, WfValue *a)
{
    uint64_t device;
    return wf_posix_device(t, a[0], &device) == WF_OK ? wf_small_int((int64_t)minor((dev_t)device)) : WF_EMPTY;
}
static WfValue px_makedev(WfThread *t, WfValue *a)
{
    int x[2];
    return wf_posix_ints(t, a, "ii", x) == WF_OK ? wf_int_from_i64(t, (int64_t)makedev((unsigned)x[0], (unsigned)x[1])) : WF_EMPTY;
}

/* --- parts of files ----------------------------------------------------------------------------------------------------- */

/* Both calls give an error number and leave errno alone. */
static WfValue range(WfThread *t, const WfValue *a, bool allocate)
{
    int fd, advice = 0, err;
    int64_t at, n;
    if (wf_to_int(t, a[0], &fd) != WF_OK || wf_to_i64(t, a[1], &at) != WF_OK || wf_to_i64(t, a[2], &n) != WF_OK
        || (!allocate && wf_to_int(t, a[3], &advice) != WF_OK)) {
        return WF_EMPTY;
    }
    do {
        wf_thread_detach(t);
        err = allocate ? posix_fallocate(fd, at, n) : posix_fadvise(fd, at, n, advice);
        wf_thread_attach(t);
        if (err == EINTR && wf_handle_breaker(t) != WF_OK) {
            return WF_EMPTY;
        }
    } while (err == EINTR);
    return err != 0 ? wf_raise_errno(t, err, WF_EMPTY, WF_EMPTY) : WF_NONE;
}
static WfValue px_posix_fallocate(WfThread *t, WfValue *a) { return range(t, a, true); }
static WfValue px_posix_fadvise(WfThread *t, WfValue *a) { return range(t, a, false); }

static WfValue px_lockf(WfThread *t, WfValue *a)
{
    int x[2], r;
    int64_t n;
    if (wf_posix_ints(t, a, "ii", x) != WF_OK || wf_to_i64(t, a[2], &n) != WF_OK) {
        return WF_EMPTY;
    }
    WF_BLOCKING(t, r, lockf(x[0], x[1], n));
    return wf_posix_done(t, r);
}

/* --- files without a name ------------------------------------------------------------------------------------------------- */

static WfValue px_memfd_create(WfThread *t, WfValue *a)
{
    int64_t flags;
    int r;
    const char *name = wf_posix_text(t, a[0]);
    if (name == NULL || wf_to_i64(t, a[1], &flags) != WF_OK) {
        return WF_EMPTY;
    }
    WF_BLOCKING(t, r, memfd_create(name, (unsigned)flags));
    return wf_posix_number(t, r);
}
/* The number of an eventfd. */
static WfStatus to_counter(WfThread *t, WfValue v, uint64_t max, uint64_t *out)
{
    if (!wf_is_any_int(v)) {
        return WF_FAIL(wf_raise(t, WF_EXC(TypeError), "an integer is required"));
    }
    if (wf_int_sign(v) < 0) {
        return WF_FAIL(wf_raise(t, WF_EXC(ValueError), "value must be positive"));
    }
    if (!wf_int_to_u64(v, out)) {
        return WF_FAIL(wf_raise(t, WF_EXC(OverflowError), max == UINT64_MAX ? "int too big to convert" : "Python int too large to convert to C unsigned long"));
    }
    return *out <= max ? WF_OK : WF_FAIL(wf_raise(t, WF_EXC(OverflowError), "Python int too large for C unsigned int"));
}
static WfValue px_eventfd(WfThread *t, WfValue *a)
{
    uint64_t n;
    int flags;
    if (to_counter(t, a[0], UINT32_MAX, &n) != WF_OK || wf_to_int(t, a[1], &flags) != WF_OK) {
        return WF_EMPTY;
    }
    return wf_posix_number(t, eventfd((unsigned)n, flags));
}
static WfValue px_eventfd_read(WfThread *t, WfValue *a)
{
    int fd, r;
    eventfd_t n = 0;
    if (wf_posix_ints(t, a, "f", &fd) != WF_OK) {
        return WF_EMPTY;
    }
    WF_BLOCKING(t, r, eventfd_read(fd, &n));
    return r < 0 ? wf_posix_fail(t) : wf_int_from_u64(t, n);
}
static WfValue px_eventfd_write(WfThread *t, WfValue *a)
{
    int fd, r;
    uint64_t n;
    if (wf_posix_ints(t, a, "f", &fd) != WF_OK || to_counter(t, a[1], UINT64_MAX, &n) != WF_OK) {
        return WF_EMPTY;
    }
    WF_BLOCKING(t, r, eventfd_write(fd, n));
    return wf_posix_done(t, r);
}

/* --- terminals --------------------------------------------------------------------------------------------------------- */

static WfValue px_ctermid(WfThread *t, WfValue *a)
{
    char name[L_ctermid] = "";
    (void)ctermid(name);
    return wf_posix_name(t, name, false);
}
static WfValue px_device_encoding(WfThread *t, WfValue *a)
{
    int fd;
    if (wf_to_int(t, a[0], &fd) != WF_OK) {
        return WF_EMPTY;
    }
    return isatty(fd) ? wf_str_from_cstr(t, nl_langinfo(CODESET)) : WF_NONE;
}

static const WfBuiltinDef functions[] = {
    {"chown", px_chown, "(path, uid, gid, *, dir_fd=None, follow_symlinks=True)", "Change owner and group.", 0},
    {"chroot", px_chroot, "(path)", "Change the root directory of this process.", 0},
    {"ctermid", px_ctermid, "()", "The name of the controlling terminal.", 0},
    {"device_encoding", px_device_encoding, "(fd)", "The encoding of a terminal, None for other files.", 0},
    {"eventfd", px_eventfd, "(initval, flags=524288)", "Make a descriptor that counts events.", 0},
    {"eventfd_read", px_eventfd_read, "(fd)", "Take what an eventfd has counted.", 0},
    {"eventfd_write", px_eventfd_write, "(fd, value)", "Add to the count of an eventfd.", 0},
    {"fchown", px_fchown, "(fd, uid, gid)", "Change owner and group of an open file.", 0},
    {"fdatasync", px_fdatasync, "(fd)", "Write a file's data to disk.", 0},
    {"fstatvfs", px_fstatvfs, "(fd, /)", "What is known of an open file's file system.", 0},
    {"fsync", px_fsync, "(fd)", "Write a file to disk.", 0},
    {"lchown", px_lchown, "(path, uid, gid)", "Change owner and group, links not followed.", 0},
    {"lockf", px_lockf, "(fd, command, length, /)", "Lock, test or unlock a part of a file.", 0},
    {"login_tty", px_login_tty, "(fd, /)", "Make a terminal the controlling one and the standard streams.", 0},
    {"major", px_major, "(device, /)", "The major number of a device.", 0},
    {"makedev", px_makedev, "(major, minor, /)", "The device of a major and a minor number.", 0},
    {"memfd_create", px_memfd_create, "(name, flags=1)", "Make a file in memory; its descriptor.", 0},
    {"minor", px_minor, "(device, /)", "The minor number of a device.", 0},
    {"mknod", px_mknod, "(path, mode=384, device=0, *, dir_fd=None)", "Make a file, a pipe or a device.", 0},
    {"posix_fadvise", px_posix_fadvise, "(fd, offset, length, advice, /)", "Tell how a part of a file will be used.", 0},
    {"posix_fallocate", px_posix_fallocate, "(fd, offset, length, /)", "Make sure that there is room on disk for a part of a file.", 0},
    {"statvfs", px_statvfs, "(path)", "What is known of a file system.", 0},
    {"sync", px_sync, "()", "Write everything to disk.", 0},
    {0}};
static const WfSystemConstant constants[] = {
    WF_CONSTANT(EFD_CLOEXEC) WF_CONSTANT(EFD_NONBLOCK) WF_CONSTANT(EFD_SEMAPHORE) WF_CONSTANT(MFD_ALLOW_SEALING) WF_CONSTANT(MFD_CLOEXEC)
    WF_CONSTANT(MFD_HUGETLB) WF_CONSTANT(MFD_HUGE_16GB) WF_CONSTANT(MFD_HUGE_16MB) WF_CONSTANT(MFD_HUGE_1GB) WF_CONSTANT(MFD_HUGE_1MB)
    WF_CONSTANT(MFD_HUGE_256MB) WF_CONSTANT(MFD_HUGE_2GB) WF_CONSTANT(MFD_HUGE_2MB) WF_CONSTANT(MFD_HUGE_32MB) WF_CONSTANT(MFD_HUGE_512KB)
    WF_CONSTANT(MFD_HUGE_512MB) WF_CONSTANT(MFD_HUGE_64KB) WF_CONSTANT(MFD_HUGE_8MB) WF_CONSTANT(MFD_HUGE_MASK) WF_CONSTANT(MFD_HUGE_SHIFT)
    WF_CONSTANT(O_FSYNC) WF_CONSTANT(POSIX_FADV_DONTNEED) WF_CONSTANT(POSIX_FADV_NOREUSE) WF_CONSTANT(POSIX_FADV_NORMAL)
    WF_CONSTANT(POSIX_FADV_RANDOM) WF_CONSTANT(POSIX_FADV_SEQUENTIAL) WF_CONSTANT(POSIX_FADV_WILLNEED) WF_CONSTANT(RTLD_DEEPBIND)
    WF_CONSTANT(RTLD_NODELETE) WF_CONSTANT(RTLD_NOLOAD) WF_CONSTANT(ST_APPEND) WF_CONSTANT(ST_MANDLOCK) WF_CONSTANT(ST_NOATIME)
    WF_CONSTANT(ST_NODEV) WF_CONSTANT(ST_NODIRATIME) WF_CONSTANT(ST_NOEXEC) WF_CONSTANT(ST_NOSUID) WF_CONSTANT(ST_RDONLY)
    WF_CONSTANT(ST_RELATIME) WF_CONSTANT(ST_SYNCHRONOUS) WF_CONSTANT(ST_WRITE)};

WfStatus wf_posix_add_files(WfThread *t, WfValue module)
{
    WfType *type = wf_structseq_type(t, &statvfs_desc);
    if (type == NULL || wf_module_add(t, module, "statvfs_result", wf_from_object(type)) != WF_OK
        || wf_system_constants(t, module, constants, WF_ARRAY_LEN(constants)) != WF_OK) {
        return WF_RAISED;
    }
    return wf_posix_functions(t, module, functions);
}
