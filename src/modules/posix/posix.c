/* posix.c - module posix: the system calls that os gives to programs.
 * SPDX-License-Identifier: MIT
 *
 * Design: one small function a call; those of one subject are in the files of this folder, each with its table. What may block detaches from the interpreter; a call that a signal interrupted is made
 * again after the handlers have run (PEP 475). Paths come as str, bytes, os.PathLike or, where the call has an f-form, descriptors.
 * Threads: no state; `environ` is the program's own dict, setenv is the C library's. */
#include "modules/posix/arguments.h"
#include "modules/posix/posix.h"

#include "model/builtin.h"
#include "objects/bytes.h"
#include "objects/dict.h"
#include "objects/exceptions.h"
#include "objects/int.h"
#include "objects/list.h"
#include "objects/str.h"
#include "objects/structseq.h"
#include "objects/tuple.h"
#include "runtime/state.h"
#include "runtime/sys.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <sys/times.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

extern char **environ;

/* --- stat ---------------------------------------------------------------------------------------------------- */

static const WfStructSeqField stat_fields[] = {
    {"st_mode", NULL}, {"st_ino", NULL}, {"st_dev", NULL}, {"st_nlink", NULL}, {"st_uid", NULL}, {"st_gid", NULL}, {"st_size", NULL},
    {WF_STRUCTSEQ_UNNAMED, NULL}, {WF_STRUCTSEQ_UNNAMED, NULL}, {WF_STRUCTSEQ_UNNAMED, NULL}, {"st_atime", NULL}, {"st_mtime", NULL},
    {"st_ctime", NULL}, {"st_atime_ns", NULL}, {"st_mtime_ns", NULL}, {"st_ctime_ns", NULL}, {"st_blksize", NULL}, {"st_blocks", NULL},
    {"st_rdev", NULL}, {NULL, NULL}};
static const WfStructSeqDesc stat_desc = {"os.stat_result", "What is known of a file.", stat_fields, 10};

static WfValue time_float(const struct timespec *ts)
{
    return wf_double((double)ts->tv_sec + (double)ts->tv_nsec * 1e-9);
}
static WfValue time_ns(WfThread *t, const struct timespec *ts)
{
    return wf_int_from_i64(t, (int64_t)ts->tv_sec * 1000000000 + ts->tv_nsec);
}
WfValue wf_stat_value(WfThread *t, const struct stat *s)
{
    WfType *type = wf_structseq_type(t, &stat_desc);
    if (type == NULL) {
        return WF_EMPTY;
    }
    WfValue items[19] = {wf_small_int(s->st_mode), wf_int_from_u64(t, s->st_ino), wf_int_from_u64(t, s->st_dev),
                         wf_int_from_u64(t, s->st_nlink), wf_small_int(s->st_uid), wf_small_int(s->st_gid), wf_int_from_i64(t, s->st_size),
                         wf_small_int(s->st_atim.tv_sec), wf_small_int(s->st_mtim.tv_sec), wf_small_int(s->st_ctim.tv_sec),
                         time_float(&s->st_atim), time_float(&s->st_mtim), time_float(&s->st_ctim), time_ns(t, &s->st_atim),
                         time_ns(t, &s->st_mtim), time_ns(t, &s->st_ctim), wf_small_int(s->st_blksize), wf_small_int(s->st_blocks),
                         wf_int_from_u64(t, s->st_rdev)};
    return wf_structseq_from(t, type, items, 19);
}
static WfValue do_stat(WfThread *t, WfValue path, WfValue dir, bool follow, const char *fname, bool allow_fd)
{
    WfPosixPath p;
    int at;
    struct stat st;
    if (wf_posix_path(t, path, fname, allow_fd, false, &p) != WF_OK || wf_posix_dir_fd(t, dir, &at) != WF_OK) {
        return WF_EMPTY;
    }
    if (p.fd >= 0 && at != AT_FDCWD) {
        return wf_raise(t, WF_EXC(ValueError), "%s: can't specify dir_fd without matching path", fname);
    }
    if (p.fd >= 0 && !follow) {
        return wf_raise(t, WF_EXC(ValueError), "%s: cannot use fd and follow_symlinks together", fname);
    }
    wf_thread_detach(t);
    int r = p.text == NULL ? fstat(p.fd, &st) : fstatat(at, p.text, &st, follow ? 0 : AT_SYMLINK_NOFOLLOW);
    int err = errno;
    wf_thread_attach(t);
    errno = err;
    return r != 0 ? wf_posix_fail_path(t, &p) : wf_stat_value(t, &st);
}
static WfValue px_stat(WfThread *t, WfValue *a)
{
    bool follow;
    return wf_to_bool(t, a[2], &follow) != WF_OK ? WF_EMPTY : do_stat(t, a[0], a[1], follow, "stat", true);
}
static WfValue px_lstat(WfThread *t, WfValue *a)
{
    return do_stat(t, a[0], a[1], false, "lstat", false);
}
static WfValue px_fstat(WfThread *t, WfValue *a)
{
    int fd;
    struct stat st;
    if (wf_to_int(t, a[0], &fd) != WF_OK) {
        return WF_EMPTY;
    }
    int r;
    WF_BLOCKING(t, r, fstat(fd, &st));
    return r != 0 ? wf_posix_fail(t) : wf_stat_value(t, &st);
}
static WfValue px_access(WfThread *t, WfValue *a)
{
    WfPosixPath p;
    int mode, at;
    bool effective, follow;
    if (wf_posix_path(t, a[0], "access", false, false, &p) != WF_OK || wf_to_int(t, a[1], &mode) != WF_OK || wf_posix_dir_fd(t, a[2], &at) != WF_OK
        || wf_to_bool(t, a[3], &effective) != WF_OK || wf_to_bool(t, a[4], &follow) != WF_OK) {
        return WF_EMPTY;
    }
    return WF_BOOL(faccessat(at, p.text, mode, (effective ? AT_EACCESS : 0) | (follow ? 0 : AT_SYMLINK_NOFOLLOW)) == 0);
}

/* --- directories ------------------------------------------------------------------------------------------------ */

static WfValue px_listdir(WfThread *t, WfValue *a)
{
    WfPosixPath p;
    if (wf_posix_path(t, a[0], "listdir", true, true, &p) != WF_OK) {
        return WF_EMPTY;
    }
    if (wf_sys_audit(t, "os.listdir", WF_TUPLE_OF(t, a[0])) != WF_OK) {
        return WF_EMPTY;
    }
    int copy = p.text == NULL ? fcntl(p.fd, F_DUPFD_CLOEXEC, 0) : -1;
    DIR *dir = p.text != NULL ? opendir(p.text) : copy >= 0 ? fdopendir(copy) : NULL;
    if (dir == NULL) {
        int err = errno;
        if (copy >= 0) {
            close(copy);
        }
        errno = err;
        return (p.text == NULL ? wf_posix_fail(t) : wf_posix_fail_path(t, &p));
    }
    if (p.text == NULL) {
        rewinddir(dir);
    }
    WfValue list = wf_list_new(t, 16);
    while (!wf_is_empty(list)) {
        errno = 0;
        struct dirent *e = readdir(dir);
        if (e == NULL) {
            if (errno != 0) {
                (void)(p.text == NULL ? wf_posix_fail(t) : wf_posix_fail_path(t, &p));
                list = WF_EMPTY;
            }
            break;
        }
        if (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0) {
            continue;
        }
        WfValue name = wf_posix_name(t, e->d_name, p.is_bytes);
        if (wf_is_empty(name) || wf_list_append(t, wf_as_list(list), name) != WF_OK) {
            list = WF_EMPTY;
        }
    }
    closedir(dir);
    return list;
}
static WfValue px_mkdir(WfThread *t, WfValue *a)
{
    WfPosixPath p;
    int mode, at;
    if (wf_posix_path(t, a[0], "mkdir", false, false, &p) != WF_OK || wf_to_int(t, a[1], &mode) != WF_OK || wf_posix_dir_fd(t, a[2], &at) != WF_OK) {
        return WF_EMPTY;
    }
    return wf_posix_done_path(t, mkdirat(at, p.text, (mode_t)mode), &p);
}
static WfValue px_rmdir(WfThread *t, WfValue *a)
{
    WfPosixPath p;
    int at;
    if (wf_posix_path(t, a[0], "rmdir", false, false, &p) != WF_OK || wf_posix_dir_fd(t, a[1], &at) != WF_OK) {
        return WF_EMPTY;
    }
    return wf_posix_done_path(t, unlinkat(at, p.text, AT_REMOVEDIR), &p);
}
static WfValue px_unlink(WfThread *t, WfValue *a)
{
    WfPosixPath p;
    int at;
    if (wf_posix_path(t, a[0], "unlink", false, false, &p) != WF_OK || wf_posix_dir_fd(t, a[1], &at) != WF_OK) {
        return WF_EMPTY;
    }
    return wf_posix_done_path(t, unlinkat(at, p.text, 0), &p);
}
static WfValue do_rename(WfThread *t, WfValue *a, const char *fname)
{
    WfPosixPath p, q;
    int from, to;
    if (wf_posix_path(t, a[0], fname, false, false, &p) != WF_OK || wf_posix_path(t, a[1], fname, false, false, &q) != WF_OK
        || wf_posix_dir_fd(t, a[2], &from) != WF_OK || wf_posix_dir_fd(t, a[3], &to) != WF_OK) {
        return WF_EMPTY;
    }
    return renameat(from, p.text, to, q.text) == 0 ? WF_NONE : wf_raise_errno(t, errno, p.object, q.object);
}
static WfValue px_rename(WfThread *t, WfValue *a)
{
    return do_rename(t, a, "rename");
}
static WfValue px_replace(WfThread *t, WfValue *a)
{
    return do_rename(t, a, "replace");
}
static WfValue px_link(WfThread *t, WfValue *a)
{
    WfPosixPath p, q;
    int from, to;
    bool follow;
    if (wf_posix_path(t, a[0], "link", false, false, &p) != WF_OK || wf_posix_path(t, a[1], "link", false, false, &q) != WF_OK
        || wf_posix_dir_fd(t, a[2], &from) != WF_OK || wf_posix_dir_fd(t, a[3], &to) != WF_OK || wf_to_bool(t, a[4], &follow) != WF_OK) {
        return WF_EMPTY;
    }
    return linkat(from, p.text, to, q.text, follow ? AT_SYMLINK_FOLLOW : 0) == 0 ? WF_NONE : wf_raise_errno(t, errno, p.object, q.object);
}
static WfValue px_symlink(WfThread *t, WfValue *a)
{
    WfPosixPath p, q;
    int at;
    if (wf_posix_path(t, a[0], "symlink", false, false, &p) != WF_OK || wf_posix_path(t, a[1], "symlink", false, false, &q) != WF_OK
        || wf_posix_dir_fd(t, a[3], &at) != WF_OK) {
        return WF_EMPTY;
    }
    return symlinkat(p.text, at, q.text) == 0 ? WF_NONE : wf_raise_errno(t, errno, p.object, q.object);
}
static WfValue px_readlink(WfThread *t, WfValue *a)
{
    WfPosixPath p;
    int at;
    char buffer[PATH_MAX + 1];
    if (wf_posix_path(t, a[0], "readlink", false, false, &p) != WF_OK || wf_posix_dir_fd(t, a[1], &at) != WF_OK) {
        return WF_EMPTY;
    }
    ssize_t n = readlinkat(at, p.text, buffer, PATH_MAX);
    if (n < 0) {
        return wf_posix_fail_path(t, &p);
    }
    buffer[n] = 0;
    return wf_posix_name(t, buffer, p.is_bytes);
}
static WfValue do_getcwd(WfThread *t, bool is_bytes)
{
    char *s = getcwd(NULL, 0);
    if (s == NULL) {
        return wf_posix_fail(t);
    }
    WfValue v = wf_posix_name(t, s, is_bytes);
    free(s);
    return v;
}
static WfValue px_getcwd(WfThread *t, WfValue *a)
{
    return do_getcwd(t, false);
}
static WfValue px_getcwdb(WfThread *t, WfValue *a)
{
    return do_getcwd(t, true);
}
static WfValue px_chdir(WfThread *t, WfValue *a)
{
    WfPosixPath p;
    if (wf_posix_path(t, a[0], "chdir", true, false, &p) != WF_OK) {
        return WF_EMPTY;
    }
    return wf_posix_done_path(t, p.text == NULL ? fchdir(p.fd) : chdir(p.text), &p);
}
static WfValue px_fchdir(WfThread *t, WfValue *a)
{
    int fd;
    return wf_to_fd(t, a[0], &fd) == WF_OK ? wf_posix_done(t, fchdir(fd)) : WF_EMPTY;
}
static WfValue px_chmod(WfThread *t, WfValue *a)
{
    WfPosixPath p;
    int mode, at;
    bool follow;
    if (wf_posix_path(t, a[0], "chmod", true, false, &p) != WF_OK || wf_to_int(t, a[1], &mode) != WF_OK || wf_posix_dir_fd(t, a[2], &at) != WF_OK
        || wf_to_bool(t, a[3], &follow) != WF_OK) {
        return WF_EMPTY;
    }
    return wf_posix_done_path(t, p.text == NULL ? fchmod(p.fd, (mode_t)mode) : fchmodat(at, p.text, (mode_t)mode, follow ? 0 : AT_SYMLINK_NOFOLLOW), &p);
}
static WfValue px_fchmod(WfThread *t, WfValue *a)
{
    int fd, mode;
    return wf_to_int(t, a[0], &fd) == WF_OK && wf_to_int(t, a[1], &mode) == WF_OK ? wf_posix_done(t, fchmod(fd, (mode_t)mode)) : WF_EMPTY;
}
static WfValue px_umask(WfThread *t, WfValue *a)
{
    int mask;
    return wf_to_int(t, a[0], &mask) == WF_OK ? wf_small_int(umask((mode_t)mask)) : WF_EMPTY;
}
static WfValue px_truncate(WfThread *t, WfValue *a)
{
    WfPosixPath p;
    int64_t n;
    if (wf_posix_path(t, a[0], "truncate", true, false, &p) != WF_OK || wf_to_i64(t, a[1], &n) != WF_OK) {
        return WF_EMPTY;
    }
    return p.text == NULL ? wf_posix_done(t, ftruncate(p.fd, n)) : wf_posix_done_path(t, truncate(p.text, n), &p);
}
static WfValue px_ftruncate(WfThread *t, WfValue *a)
{
    int fd;
    int64_t n;
    return wf_to_int(t, a[0], &fd) == WF_OK && wf_to_i64(t, a[1], &n) == WF_OK ? wf_posix_done(t, ftruncate(fd, n)) : WF_EMPTY;
}
/* (seconds, seconds) or ns=(n, n) to timespecs */
static WfStatus to_times(WfThread *t, WfValue times, WfValue ns, struct timespec out[2])
{
    if (!wf_is_none(times) && !wf_is_empty(ns)) {
        return WF_FAIL(wf_raise(t, WF_EXC(ValueError), "utime: you may specify either 'times' or 'ns' but not both"));
    }
    WfValue pair = wf_is_empty(ns) ? times : ns;
    if (wf_is_none(pair)) {
        out[0].tv_nsec = out[1].tv_nsec = UTIME_NOW;
        return WF_OK;
    }
    if (!wf_is_tuple(pair) || wf_as_tuple(pair)->length != 2) {
        return WF_FAIL(wf_raise(t, WF_EXC(TypeError), wf_is_empty(ns) ? "utime: 'times' must be either a tuple of two ints or None"
                                                                      : "utime: 'ns' must be a tuple of two ints"));
    }
    for (int i = 0; i < 2; i++) {
        WfValue v = wf_tuple_at(wf_as_tuple(pair), i);
        int64_t n = 0;
        double d = 0;
        if (wf_is_empty(ns) && wf_is_float(v)) {
            if (wf_to_double(t, v, &d) != WF_OK) {
                return WF_RAISED;
            }
            out[i].tv_sec = (time_t)(d < 0 ? d - 1 : d);
            out[i].tv_nsec = (long)((d - (double)out[i].tv_sec) * 1e9);
        } else if (wf_to_i64(t, v, &n) != WF_OK) {
            return WF_RAISED;
        } else if (wf_is_empty(ns)) {
            out[i].tv_sec = n;
            out[i].tv_nsec = 0;
        } else {
            out[i].tv_sec = n / 1000000000 - (n % 1000000000 < 0);
            out[i].tv_nsec = (n % 1000000000 + 1000000000) % 1000000000;
        }
    }
    return WF_OK;
}
static WfValue px_utime(WfThread *t, WfValue *a)
{
    WfPosixPath p;
    int at;
    bool follow;
    struct timespec times[2];
    if (wf_posix_path(t, a[0], "utime", true, false, &p) != WF_OK || to_times(t, a[1], a[2], times) != WF_OK || wf_posix_dir_fd(t, a[3], &at) != WF_OK
        || wf_to_bool(t, a[4], &follow) != WF_OK) {
        return WF_EMPTY;
    }
    return wf_posix_done_path(t, p.text == NULL ? futimens(p.fd, times) : utimensat(at, p.text, times, follow ? 0 : AT_SYMLINK_NOFOLLOW), &p);
}

/* --- scandir ---------------------------------------------------------------------------------------------------- */

typedef struct DirEntry {
    WfObject h;
    WfSlot name, path;
    WfSlot stat, lstat; /* made once */
    uint64_t inode;
    int fd; /* of the directory, where scandir was given one; else -1 */
    uint8_t type;
} DirEntry;
typedef struct ScanDir {
    WfObject h;
    WfSlot base; /* the path as given */
    WfSlot prefix;
    DIR *dir;    /* atomic: whoever takes it out closes it */
    int fd;      /* the directory, where it was given by one; else -1 */
    uint8_t is_bytes;
} ScanDir;

static void entry_trace(WfMarker *m, WfObject *o)
{
    wf_mark_slots(m, &((DirEntry *)o)->name, 4);
}
static void scandir_trace(WfMarker *m, WfObject *o)
{
    wf_mark_slots(m, &((ScanDir *)o)->base, 2);
}
static void scandir_close_raw(ScanDir *s)
{
    DIR *dir = __atomic_exchange_n(&s->dir, (DIR *)NULL, __ATOMIC_ACQ_REL);
    if (dir != NULL) {
        if (s->fd >= 0) {
            rewinddir(dir); /* the descriptor that was given shares the place */
        }
        closedir(dir);
    }
}
static void scandir_release(WfObject *o)
{
    scandir_close_raw((ScanDir *)o);
}
static WfValue entry_get(WfThread *t, WfValue self, size_t offset)
{
    return wf_load((WfSlot *)((char *)wf_as_object(self) + offset));
}
static WfValue entry_name(WfThread *t, WfValue self)
{
    return entry_get(t, self, offsetof(DirEntry, name));
}
static WfValue entry_path(WfThread *t, WfValue self)
{
    return entry_get(t, self, offsetof(DirEntry, path));
}
static WfValue entry_fspath(WfThread *t, WfValue *a)
{
    return entry_path(t, a[0]);
}
static WfValue entry_stat_value(WfThread *t, WfValue self, bool follow)
{
    DirEntry *e = WF_AS(DirEntry, self);
    WfSlot *slot = follow ? &e->stat : &e->lstat;
    WfValue v = wf_load(slot);
    if (wf_is_empty(v)) {
        v = do_stat(t, wf_load(&e->path), e->fd >= 0 ? wf_small_int(e->fd) : WF_NONE, follow, "DirEntry.stat", false);
        if (!wf_is_empty(v)) {
            wf_store(slot, v);
        }
    }
    return v;
}
static WfValue entry_stat(WfThread *t, WfValue *a)
{
    bool follow;
    return wf_to_bool(t, a[1], &follow) == WF_OK ? entry_stat_value(t, a[0], follow) : WF_EMPTY;
}
static WfValue entry_is(WfThread *t, WfValue self, bool follow, unsigned type, mode_t mode)
{
    DirEntry *e = WF_AS(DirEntry, self);
    if (e->type != DT_UNKNOWN && !(e->type == DT_LNK && follow)) {
        return WF_BOOL(e->type == type);
    }
    WfValue st = entry_stat_value(t, self, follow);
    if (wf_is_empty(st)) {
        return wf_clear_if(t, WF_EXC(FileNotFoundError)) ? WF_FALSE : st;
    }
    return WF_BOOL(((mode_t)wf_as_int(wf_tuple_at(wf_as_tuple(st), 0)) & S_IFMT) == mode);
}
static WfValue entry_is_dir(WfThread *t, WfValue *a)
{
    bool follow;
    return wf_to_bool(t, a[1], &follow) == WF_OK ? entry_is(t, a[0], follow, DT_DIR, S_IFDIR) : WF_EMPTY;
}
static WfValue entry_is_file(WfThread *t, WfValue *a)
{
    bool follow;
    return wf_to_bool(t, a[1], &follow) == WF_OK ? entry_is(t, a[0], follow, DT_REG, S_IFREG) : WF_EMPTY;
}
static WfValue entry_is_symlink(WfThread *t, WfValue *a)
{
    return entry_is(t, a[0], false, DT_LNK, S_IFLNK);
}
static WfValue entry_inode(WfThread *t, WfValue *a)
{
    return wf_int_from_u64(t, WF_AS(DirEntry, a[0])->inode);
}
static WfValue entry_repr(WfThread *t, WfValue self)
{
    return wf_str_format(t, "<DirEntry %R>", entry_name(t, self));
}
static const WfBuiltinDef entry_methods[] = {
    {"is_dir", entry_is_dir, "(self, *, follow_symlinks=True)", "Whether it is a directory.", 0},
    {"is_file", entry_is_file, "(self, *, follow_symlinks=True)", "Whether it is a regular file.", 0},
    {"is_symlink", entry_is_symlink, "(self)", "Whether it is a symbolic link.", 0},
    {"stat", entry_stat, "(self, *, follow_symlinks=True)", "What is known of the file; remembered.", 0},
    {"inode", entry_inode, "(self)", "Its inode number.", 0},
    {"__fspath__", entry_fspath, "(self)", "Its path.", 0},
    {"__class_getitem__", wf_class_getitem, "(cls, item, /)", "A generic alias.", WF_FN_CLASS},
    {0}};
static const WfGetSetDef entry_getsets[] = {{"name", entry_name, NULL, "Its name in the directory.", WF_GS_MEMBER},
                                            {"path", entry_path, NULL, "Its path, beginning with the one given.", WF_GS_MEMBER}, {0}};
const WfTypeSpec wf_direntry_spec = {.name = "posix.DirEntry", .flags = WF_TF_NO_NEW, .size = sizeof(DirEntry), .methods = entry_methods,
                                     .getsets = entry_getsets, .slots = {.repr = entry_repr, .trace = entry_trace}};

static WfValue px_scandir(WfThread *t, WfValue *a)
{
    WfPosixPath p;
    if (wf_posix_path(t, a[0], "scandir", true, true, &p) != WF_OK || wf_type_ready(t, WF_TYPE(SCANDIR)) != WF_OK
        || wf_type_ready(t, WF_TYPE(DIRENTRY)) != WF_OK) {
        return WF_EMPTY;
    }
    ScanDir *s = WF_NEW(t, ScanDir, SCANDIR, NATIVE);
    if (s == NULL || wf_gc_register_release(t, &s->h) != WF_OK) {
        return WF_EMPTY;
    }
    if (wf_is_none(a[0])) {
        p.object = wf_str_from_cstr(t, ".");
    }
    wf_store(&s->base, p.object);
    s->is_bytes = p.is_bytes;
    s->fd = p.text != NULL ? -1 : p.fd;
    if (p.text != NULL) {
        size_t n = strlen(p.text);
        char *joined = (char *)malloc(n + 2);
        if (joined == NULL) {
            return wf_raise_no_memory(t);
        }
        memcpy(joined, p.text, n + 1);
        if (n > 0 && p.text[n - 1] != '/') {
            strcpy(joined + n, "/");
        }
        WfValue prefix = wf_posix_name(t, joined, false);
        free(joined);
        if (wf_is_empty(prefix)) {
            return prefix;
        }
        wf_store(&s->prefix, prefix);
    }
    int copy = p.text == NULL ? fcntl(p.fd, F_DUPFD_CLOEXEC, 0) : -1;
    DIR *dir = p.text != NULL ? opendir(p.text) : copy >= 0 ? fdopendir(copy) : NULL;
    if (dir == NULL) {
        return p.text == NULL ? wf_posix_fail(t) : wf_posix_fail_path(t, &p);
    }
    s->dir = dir;
    return wf_from_object(s);
}
static WfFound scandir_next(WfThread *t, WfValue self, WfValue *out)
{
    ScanDir *s = WF_AS(ScanDir, self);
    char name[NAME_MAX + 1];
    uint64_t inode = 0;
    uint8_t type = DT_UNKNOWN;
    wf_lock(t, s);
    DIR *dir = s->dir;
    struct dirent *e = NULL;
    errno = 0;
    while (dir != NULL && (e = readdir(dir)) != NULL && (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0)) {
    }
    int err = errno;
    if (e != NULL) {
        strcpy(name, e->d_name);
        inode = e->d_ino;
        type = e->d_type;
    } else {
        scandir_close_raw(s);
    }
    wf_unlock(t, s);
    if (e == NULL) {
        return dir == NULL || err == 0 ? WF_MISSING : WF_FAIL_FOUND(wf_raise_errno(t, err, wf_load(&s->base), WF_EMPTY));
    }
    WfValue text = wf_posix_name(t, name, false), prefix = wf_load(&s->prefix);
    WfValue path = wf_is_empty(text) || wf_is_empty(prefix) ? text : wf_str_concat(t, prefix, text);
    if (s->is_bytes && !wf_is_empty(path)) {
        int64_t n;
        const char *c = wf_fs_path(t, path, "scandir", "path");
        text = wf_posix_name(t, name, true);
        n = c == NULL ? 0 : (int64_t)strlen(c);
        path = c == NULL ? WF_EMPTY : wf_bytes_new(t, c, n);
    }
    DirEntry *entry = wf_is_empty(path) || wf_is_empty(text) ? NULL : WF_NEW(t, DirEntry, DIRENTRY, NATIVE);
    if (entry == NULL) {
        return WF_ERROR;
    }
    wf_store_raw(&entry->name, text);
    wf_store_raw(&entry->path, path);
    entry->inode = inode;
    entry->fd = s->fd;
    entry->type = type;
    *out = wf_from_object(entry);
    return WF_FOUND;
}
static WfValue scandir_iter(WfThread *t, WfValue self)
{
    return self;
}
static WfValue scandir_close(WfThread *t, WfValue *a)
{
    scandir_close_raw(WF_AS(ScanDir, a[0]));
    return WF_NONE;
}
static WfValue scandir_enter(WfThread *t, WfValue *a)
{
    return a[0];
}
static const WfBuiltinDef scandir_methods[] = {
    {"close", scandir_close, "(self)", "Close the directory.", 0},
    {"__enter__", scandir_enter, "(self)", "Itself.", 0},
    {"__exit__", scandir_close, "(self, *args)", "Close the directory.", 0},
    {0}};
const WfTypeSpec wf_scandir_spec = {.name = "posix.ScandirIterator", .flags = WF_TF_NO_NEW, .size = sizeof(ScanDir), .methods = scandir_methods,
                                    .slots = {.iter = scandir_iter, .next = scandir_next, .trace = scandir_trace, .release = scandir_release}};

/* --- descriptors --------------------------------------------------------------------------------------------------- */

static WfValue px_open(WfThread *t, WfValue *a)
{
    WfPosixPath p;
    int flags, mode, at, fd;
    if (wf_posix_path(t, a[0], "open", false, false, &p) != WF_OK || wf_to_int(t, a[1], &flags) != WF_OK || wf_to_int(t, a[2], &mode) != WF_OK
        || wf_posix_dir_fd(t, a[3], &at) != WF_OK) {
        return WF_EMPTY;
    }
    if (wf_sys_audit(t, "open", WF_TUPLE_OF(t, a[0], WF_NONE, a[1])) != WF_OK) {
        return WF_EMPTY;
    }
    WF_BLOCKING(t, fd, openat(at, p.text, flags | O_CLOEXEC, mode));
    return fd < 0 ? wf_posix_fail_path(t, &p) : wf_small_int(fd);
}
static WfValue px_close(WfThread *t, WfValue *a)
{
    int fd;
    if (wf_to_int(t, a[0], &fd) != WF_OK) {
        return WF_EMPTY;
    }
    wf_thread_detach(t);
    int r = close(fd), err = errno;
    wf_thread_attach(t);
    errno = err;
    return r < 0 && err != EINTR ? wf_posix_fail(t) : WF_NONE;
}
static WfValue px_closerange(WfThread *t, WfValue *a)
{
    int low, high;
    if (wf_to_int(t, a[0], &low) != WF_OK || wf_to_int(t, a[1], &high) != WF_OK) {
        return WF_EMPTY;
    }
    if (low < high) {
        (void)close_range((unsigned)(low < 0 ? 0 : low), (unsigned)high - 1, 0);
    }
    return WF_NONE;
}
static WfValue px_read(WfThread *t, WfValue *a)
{
    int fd;
    int64_t n;
    if (wf_to_int(t, a[0], &fd) != WF_OK || wf_to_ssize(t, a[1], &n) != WF_OK) {
        return WF_EMPTY;
    }
    if (n < 0) {
        errno = EINVAL;
        return wf_posix_fail(t);
    }
    WfValue b = wf_bytes_new(t, NULL, n > 0x7ffff000 ? 0x7ffff000 : n);
    if (wf_is_empty(b)) {
        return b;
    }
    ssize_t got;
    WF_BLOCKING(t, got, read(fd, wf_as_bytes(b)->data, (size_t)wf_as_bytes(b)->length));
    if (got < 0) {
        return wf_posix_fail(t);
    }
    return got == wf_as_bytes(b)->length ? b : wf_bytes_new(t, wf_as_bytes(b)->data, got);
}
static WfValue px_write(WfThread *t, WfValue *a)
{
    int fd;
    WfBuffer b;
    if (wf_to_int(t, a[0], &fd) != WF_OK || wf_buffer_get(t, a[1], &b, WF_BUF_SIMPLE) != WF_OK) {
        return WF_EMPTY;
    }
    ssize_t put;
    size_t n = b.length > 0x7ffff000 ? 0x7ffff000 : (size_t)b.length;
    for (;;) {
        wf_thread_detach(t);
        put = write(fd, b.data, n);
        int err = errno;
        wf_thread_attach(t);
        errno = err;
        if (put >= 0 || err != EINTR) {
            break;
        }
        if (wf_handle_breaker(t) != WF_OK) {
            wf_buffer_release(t, &b);
            return WF_EMPTY;
        }
    }
    int err = errno;
    wf_buffer_release(t, &b);
    errno = err;
    return put < 0 ? wf_posix_fail(t) : wf_small_int(put);
}
static WfValue px_lseek(WfThread *t, WfValue *a)
{
    int fd, whence;
    int64_t at;
    if (wf_to_int(t, a[0], &fd) != WF_OK || wf_to_i64(t, a[1], &at) != WF_OK || wf_to_int(t, a[2], &whence) != WF_OK) {
        return WF_EMPTY;
    }
    off_t r = lseek(fd, at, whence);
    return r < 0 ? wf_posix_fail(t) : wf_int_from_i64(t, r);
}
static WfValue px_dup(WfThread *t, WfValue *a)
{
    int fd;
    if (wf_to_int(t, a[0], &fd) != WF_OK) {
        return WF_EMPTY;
    }
    int r = fcntl(fd, F_DUPFD_CLOEXEC, 0);
    return r < 0 ? wf_posix_fail(t) : wf_small_int(r);
}
static WfValue px_dup2(WfThread *t, WfValue *a)
{
    int fd, to;
    bool inherit;
    if (wf_to_int(t, a[0], &fd) != WF_OK || wf_to_int(t, a[1], &to) != WF_OK || wf_to_bool(t, a[2], &inherit) != WF_OK) {
        return WF_EMPTY;
    }
    int r = inherit || fd == to ? dup2(fd, to) : dup3(fd, to, O_CLOEXEC);
    return r < 0 ? wf_posix_fail(t) : wf_small_int(r);
}
static WfValue do_pipe(WfThread *t, int flags)
{
    int fds[2];
    return pipe2(fds, flags) < 0 ? wf_posix_fail(t) : WF_TUPLE_OF(t, wf_small_int(fds[0]), wf_small_int(fds[1]));
}
static WfValue px_pipe(WfThread *t, WfValue *a)
{
    return do_pipe(t, O_CLOEXEC);
}
static WfValue px_pipe2(WfThread *t, WfValue *a)
{
    int flags;
    return wf_to_int(t, a[0], &flags) == WF_OK ? do_pipe(t, flags) : WF_EMPTY;
}
static WfValue px_isatty(WfThread *t, WfValue *a)
{
    int fd;
    return wf_to_int(t, a[0], &fd) == WF_OK ? WF_BOOL(isatty(fd)) : WF_EMPTY;
}
static WfValue px_get_inheritable(WfThread *t, WfValue *a)
{
    int fd;
    if (wf_to_int(t, a[0], &fd) != WF_OK) {
        return WF_EMPTY;
    }
    int flags = fcntl(fd, F_GETFD);
    return flags < 0 ? wf_posix_fail(t) : WF_BOOL((flags & FD_CLOEXEC) == 0);
}
static WfValue px_set_inheritable(WfThread *t, WfValue *a)
{
    int fd, on;
    if (wf_to_int(t, a[0], &fd) != WF_OK || wf_to_int(t, a[1], &on) != WF_OK) {
        return WF_EMPTY;
    }
    int flags = fcntl(fd, F_GETFD);
    return flags < 0 ? wf_posix_fail(t) : wf_posix_done(t, fcntl(fd, F_SETFD, on ? flags & ~FD_CLOEXEC : flags | FD_CLOEXEC));
}
static WfValue px_get_blocking(WfThread *t, WfValue *a)
{
    int fd;
    if (wf_to_int(t, a[0], &fd) != WF_OK) {
        return WF_EMPTY;
    }
    int flags = fcntl(fd, F_GETFL);
    return flags < 0 ? wf_posix_fail(t) : WF_BOOL((flags & O_NONBLOCK) == 0);
}
static WfValue px_set_blocking(WfThread *t, WfValue *a)
{
    int fd;
    bool on;
    if (wf_to_int(t, a[0], &fd) != WF_OK || wf_to_bool(t, a[1], &on) != WF_OK) {
        return WF_EMPTY;
    }
    int flags = fcntl(fd, F_GETFL);
    return flags < 0 ? wf_posix_fail(t) : wf_posix_done(t, fcntl(fd, F_SETFL, on ? flags & ~O_NONBLOCK : flags | O_NONBLOCK));
}
static const WfStructSeqField size_fields[] = {{"columns", "width in characters"}, {"lines", "height in characters"}, {NULL, NULL}};
static const WfStructSeqDesc size_desc = {"os.terminal_size", "Columns and lines of a terminal.", size_fields, 2};
static WfValue px_get_terminal_size(WfThread *t, WfValue *a)
{
    int fd;
    struct winsize w;
    WfType *type = wf_structseq_type(t, &size_desc);
    if (type == NULL || wf_to_int(t, a[0], &fd) != WF_OK) {
        return WF_EMPTY;
    }
    if (ioctl(fd, TIOCGWINSZ, &w) < 0) {
        return wf_posix_fail(t);
    }
    WfValue items[] = {wf_small_int(w.ws_col), wf_small_int(w.ws_row)};
    return wf_structseq_from(t, type, items, 2);
}

/* --- processes -------------------------------------------------------------------------------------------------------- */

static WfValue px_kill(WfThread *t, WfValue *a)
{
    int pid, signum;
    if (wf_to_int(t, a[0], &pid) != WF_OK || wf_to_int(t, a[1], &signum) != WF_OK) {
        return WF_EMPTY;
    }
    if (kill(pid, signum) < 0) {
        return wf_posix_fail(t);
    }
    return t->is_main && wf_handle_breaker(t) != WF_OK ? WF_EMPTY : WF_NONE;
}
static WfValue px_exit(WfThread *t, WfValue *a)
{
    int status;
    if (wf_to_int(t, a[0], &status) != WF_OK) {
        return WF_EMPTY;
    }
    _exit(status);
}
static WfValue px_abort(WfThread *t, WfValue *a)
{
    abort();
}
static WfValue px_waitpid(WfThread *t, WfValue *a)
{
    int pid, options, status = 0, r;
    if (wf_to_int(t, a[0], &pid) != WF_OK || wf_to_int(t, a[1], &options) != WF_OK) {
        return WF_EMPTY;
    }
    WF_BLOCKING(t, r, waitpid(pid, &status, options));
    return r < 0 ? wf_posix_fail(t) : WF_TUPLE_OF(t, wf_small_int(r), wf_small_int(status));
}
#define WAIT_BOOL(name)                                                                            \
    static WfValue px_##name(WfThread *t, WfValue *a)                                              \
    {                                                                                              \
        int status;                                                                                \
        return wf_to_int(t, a[0], &status) == WF_OK ? WF_BOOL(name(status)) : WF_EMPTY;            \
    }
#define WAIT_INT(name)                                                                             \
    static WfValue px_##name(WfThread *t, WfValue *a)                                              \
    {                                                                                              \
        int status;                                                                                \
        return wf_to_int(t, a[0], &status) == WF_OK ? wf_small_int(name(status)) : WF_EMPTY;       \
    }
WAIT_BOOL(WIFEXITED)
WAIT_BOOL(WIFSIGNALED)
WAIT_BOOL(WIFSTOPPED)
WAIT_BOOL(WIFCONTINUED)
WAIT_BOOL(WCOREDUMP)
WAIT_INT(WEXITSTATUS)
WAIT_INT(WTERMSIG)
WAIT_INT(WSTOPSIG)
static WfValue px_waitstatus_to_exitcode(WfThread *t, WfValue *a)
{
    int status;
    if (wf_to_int(t, a[0], &status) != WF_OK) {
        return WF_EMPTY;
    }
    if (WIFEXITED(status)) {
        return wf_small_int(WEXITSTATUS(status));
    }
    if (WIFSIGNALED(status)) {
        return wf_small_int(-WTERMSIG(status));
    }
    return wf_raise(t, WF_EXC(ValueError), WIFSTOPPED(status) ? "process stopped by delivery of signal %i" : "invalid wait status: %i",
                    WIFSTOPPED(status) ? WSTOPSIG(status) : status);
}
static WfValue px_system(WfThread *t, WfValue *a)
{
    const char *command = wf_fs_path(t, a[0], "system", "command");
    if (command == NULL) {
        return WF_EMPTY;
    }
    wf_thread_detach(t);
    int r = system(command);
    wf_thread_attach(t);
    return wf_small_int(r);
}
static WfValue px_cpu_count(WfThread *t, WfValue *a)
{
    long n = sysconf(_SC_NPROCESSORS_ONLN);
    return n < 1 ? WF_NONE : wf_small_int(n);
}
static WfValue px_getloadavg(WfThread *t, WfValue *a)
{
    double d[3];
    if (getloadavg(d, 3) != 3) {
        return wf_raise(t, WF_EXC(OSError), "Load averages are unobtainable");
    }
    return WF_TUPLE_OF(t, wf_double(d[0]), wf_double(d[1]), wf_double(d[2]));
}
static const WfStructSeqField uname_fields[] = {{"sysname", NULL}, {"nodename", NULL}, {"release", NULL}, {"version", NULL}, {"machine", NULL}, {NULL, NULL}};
static const WfStructSeqDesc uname_desc = {"posix.uname_result", "What the system is.", uname_fields, 5};
static WfValue px_uname(WfThread *t, WfValue *a)
{
    struct utsname u;
    WfType *type = wf_structseq_type(t, &uname_desc);
    if (type == NULL || uname(&u) < 0) {
        return type == NULL ? WF_EMPTY : wf_posix_fail(t);
    }
    WfValue items[] = {wf_posix_name(t, u.sysname, false), wf_posix_name(t, u.nodename, false), wf_posix_name(t, u.release, false),
                       wf_posix_name(t, u.version, false), wf_posix_name(t, u.machine, false)};
    return wf_structseq_from(t, type, items, 5);
}
static const WfStructSeqField times_fields[] = {{"user", NULL}, {"system", NULL}, {"children_user", NULL}, {"children_system", NULL}, {"elapsed", NULL}, {NULL, NULL}};
static const WfStructSeqDesc times_desc = {"posix.times_result", "Times of the process.", times_fields, 5};
static WfValue px_times(WfThread *t, WfValue *a)
{
    struct tms b;
    clock_t c = times(&b);
    double tick = (double)sysconf(_SC_CLK_TCK);
    WfType *type = wf_structseq_type(t, &times_desc);
    WfValue items[] = {wf_double((double)b.tms_utime / tick), wf_double((double)b.tms_stime / tick), wf_double((double)b.tms_cutime / tick),
                       wf_double((double)b.tms_cstime / tick), wf_double((double)c / tick)};
    return type == NULL ? WF_EMPTY : wf_structseq_from(t, type, items, 5);
}

/* --- others --------------------------------------------------------------------------------------------------------------- */

static WfValue px_fspath(WfThread *t, WfValue *a)
{
    if (wf_is_str(a[0]) || wf_is_bytes(a[0])) {
        return a[0];
    }
    WfValue method = wf_lookup_special(t, a[0], WF_NAME(__fspath__));
    if (wf_is_empty(method)) {
        return wf_pending(t) ? WF_EMPTY : wf_raise(t, WF_EXC(TypeError), "expected str, bytes or os.PathLike object, not %T", a[0]);
    }
    WfValue v = wf_call0(t, method);
    if (!wf_is_empty(v) && !wf_is_str(v) && !wf_is_bytes(v)) {
        return wf_raise(t, WF_EXC(TypeError), "expected %T.__fspath__() to return str or bytes, not %T", a[0], v);
    }
    return v;
}
static WfValue px_strerror(WfThread *t, WfValue *a)
{
    int err;
    return wf_to_int(t, a[0], &err) == WF_OK ? wf_str_from_cstr(t, strerror(err)) : WF_EMPTY;
}
static WfValue px_putenv(WfThread *t, WfValue *a)
{
    const char *name = wf_fs_path(t, a[0], "putenv", "name"), *value = name == NULL ? NULL : wf_fs_path(t, a[1], "putenv", "value");
    if (value == NULL) {
        return WF_EMPTY;
    }
    if (strchr(name, '=') != NULL) {
        return wf_raise(t, WF_EXC(ValueError), "illegal environment variable name");
    }
    return wf_posix_done(t, setenv(name, value, 1));
}
static WfValue px_unsetenv(WfThread *t, WfValue *a)
{
    const char *name = wf_fs_path(t, a[0], "unsetenv", "name");
    return name == NULL ? WF_EMPTY : wf_posix_done(t, unsetenv(name));
}
static WfValue px_urandom(WfThread *t, WfValue *a)
{
    int64_t n, got = 0;
    if (wf_to_ssize(t, a[0], &n) != WF_OK) {
        return WF_EMPTY;
    }
    if (n < 0) {
        return wf_raise(t, WF_EXC(ValueError), "negative argument not allowed");
    }
    WfValue b = wf_bytes_new(t, NULL, n);
    while (!wf_is_empty(b) && got < n) {
        ssize_t r = getrandom(wf_as_bytes(b)->data + got, (size_t)(n - got), 0);
        if (r < 0 && errno != EINTR) {
            return wf_posix_fail(t);
        }
        got += r > 0 ? r : 0;
    }
    return b;
}
static WfValue px_getrandom(WfThread *t, WfValue *a)
{
    int64_t n;
    int flags;
    if (wf_to_ssize(t, a[0], &n) != WF_OK || wf_to_int(t, a[1], &flags) != WF_OK) {
        return WF_EMPTY;
    }
    WfValue b = wf_bytes_new(t, NULL, n < 0 ? 0 : n);
    ssize_t r = wf_is_empty(b) ? -1 : getrandom(wf_as_bytes(b)->data, (size_t)n, (unsigned)flags);
    return r < 0 ? (wf_is_empty(b) ? b : wf_posix_fail(t)) : wf_bytes_new(t, wf_as_bytes(b)->data, r);
}
static WfValue px_register_at_fork(WfThread *t, WfValue *a)
{
    WfValue *lists[] = {&t->interp->before_fork, &t->interp->after_fork_child, &t->interp->after_fork_parent};
    if (wf_is_empty(a[0]) && wf_is_empty(a[1]) && wf_is_empty(a[2])) {
        return wf_raise(t, WF_EXC(TypeError), "At least one argument is required.");
    }
    for (int i = 0; i < 3; i++) {
        if (wf_is_empty(a[i])) {
            continue;
        }
        if (!wf_is_callable(a[i])) {
            return wf_raise(t, WF_EXC(TypeError), "'%T' object is not callable", a[i]);
        }
        if (wf_is_empty(*lists[i])) {
            *lists[i] = wf_list_new(t, 1);
        }
        if (wf_is_empty(*lists[i]) || wf_list_append(t, wf_as_list(*lists[i]), a[i]) != WF_OK) {
            return WF_EMPTY;
        }
    }
    return WF_NONE;
}
static WfValue px_path_normpath(WfThread *t, WfValue *a)
{
    int64_t n;
    const char *s = wf_is_str(a[0]) ? wf_str_utf8_pass(t, a[0], &n) : NULL;
    if (s == NULL) {
        return wf_pending(t) ? WF_EMPTY : wf_raise(t, WF_EXC(TypeError), "path should be str, not %T", a[0]);
    }
    if (n == 0) {
        return wf_str_from_cstr(t, ".");
    }
    char *out = (char *)malloc((size_t)n + 3);
    if (out == NULL) {
        return wf_raise_no_memory(t);
    }
    size_t len = 0;
    if (s[0] == '/') {
        out[len++] = '/';
        if (n >= 2 && s[1] == '/' && (n == 2 || s[2] != '/')) {
            out[len++] = '/';
        }
    }
    size_t root = len;
    for (int64_t i = 0; i < n;) {
        int64_t end = i;
        while (end < n && s[end] != '/') {
            end++;
        }
        int64_t size = end - i;
        if (size == 2 && s[i] == '.' && s[i + 1] == '.') {
            size_t last = len;
            while (last > root && out[last - 1] != '/') {
                last--;
            }
            bool is_up = len - last == 2 && out[last] == '.' && out[last + 1] == '.';
            if (len > root && !is_up) {
                len = last > root ? last - 1 : root;
                i = end + 1;
                continue;
            }
            if (len == root && root > 0) {
                i = end + 1;
                continue;
            }
        } else if (size == 0 || (size == 1 && s[i] == '.')) {
            i = end + 1;
            continue;
        }
        if (len > root) {
            out[len++] = '/';
        }
        memcpy(out + len, s + i, (size_t)size);
        len += (size_t)size;
        i = end + 1;
    }
    if (len == 0) {
        out[len++] = '.';
    }
    WfValue v = wf_str_decode_fs(t, out, (int64_t)len);
    free(out);
    return v;
}

static const WfBuiltinDef functions[] = {
    {"WCOREDUMP", px_WCOREDUMP, "(status, /)", "Whether the process left a core file.", 0},
    {"WEXITSTATUS", px_WEXITSTATUS, "(status)", "The exit status in a wait status.", 0},
    {"WIFCONTINUED", px_WIFCONTINUED, "(status)", "Whether the process went on.", 0},
    {"WIFEXITED", px_WIFEXITED, "(status)", "Whether the process called exit.", 0},
    {"WIFSIGNALED", px_WIFSIGNALED, "(status)", "Whether a signal ended the process.", 0},
    {"WIFSTOPPED", px_WIFSTOPPED, "(status)", "Whether the process is stopped.", 0},
    {"WSTOPSIG", px_WSTOPSIG, "(status)", "The signal that stopped the process.", 0},
    {"WTERMSIG", px_WTERMSIG, "(status)", "The signal that ended the process.", 0},
    {"_exit", px_exit, "(status)", "End the process at once.", 0},
    {"_path_normpath", px_path_normpath, "(path)", "A path without . and .. and doubled slashes.", 0},
    {"abort", px_abort, "()", "End the process by SIGABRT.", 0},
    {"access", px_access, "(path, mode, *, dir_fd=None, effective_ids=False, follow_symlinks=True)", "Whether a path may be accessed.", 0},
    {"chdir", px_chdir, "(path)", "Change the working directory.", 0},
    {"chmod", px_chmod, "(path, mode, *, dir_fd=None, follow_symlinks=True)", "Change permissions.", 0},
    {"close", px_close, "(fd)", "Close a descriptor.", 0},
    {"closerange", px_closerange, "(fd_low, fd_high, /)", "Close a range of descriptors, ignoring errors.", 0},
    {"cpu_count", px_cpu_count, "()", "The number of processors.", 0},
    {"dup", px_dup, "(fd, /)", "A copy of a descriptor.", 0},
    {"dup2", px_dup2, "(fd, fd2, inheritable=True)", "Copy a descriptor to a given number.", 0},
    {"fchdir", px_fchdir, "(fd)", "Change the working directory to that of a descriptor.", 0},
    {"fchmod", px_fchmod, "(fd, mode)", "Change permissions of an open file.", 0},
    {"execv", wf_posix_execv, "(path, argv, /)", "Go on as another program.", 0},
    {"execve", wf_posix_execve, "(path, argv, env)", "Go on as another program, with its own environment.", 0},
    {"mkfifo", wf_posix_mkfifo, "(path, mode=438, *, dir_fd=None)", "Make a named pipe.", 0},
    {"nice", wf_posix_nice, "(increment, /)", "Add to the niceness of this process; the new one.", 0},
    {"pread", wf_posix_pread, "(fd, length, offset, /)", "Read bytes at an offset.", 0},
    {"pwrite", wf_posix_pwrite, "(fd, buffer, offset, /)", "Write bytes at an offset; how many were written.", 0},
    {"ttyname", wf_posix_ttyname, "(fd, /)", "The name of a terminal.", 0},
    {"wait", wf_posix_wait, "()", "Wait for any child process.", 0},
    {"forkpty", wf_posix_forkpty, "()", "Fork with a new pseudo-terminal as the child's controlling one: (pid, master).", 0},
    {"openpty", wf_posix_openpty, "()", "Open a pseudo-terminal: (master, slave).", 0},
    {"fork", wf_posix_fork, "()", "Make a child process that goes on from here; 0 in the child, its number in the parent.", 0},
    {"fspath", px_fspath, "(path)", "The file system representation of a path object.", 0},
    {"fstat", px_fstat, "(fd)", "What is known of an open file.", 0},
    {"ftruncate", px_ftruncate, "(fd, length, /)", "Cut an open file.", 0},
    {"get_blocking", px_get_blocking, "(fd, /)", "Whether a descriptor blocks.", 0},
    {"get_inheritable", px_get_inheritable, "(fd, /)", "Whether child processes get the descriptor.", 0},
    {"get_terminal_size", px_get_terminal_size, "(fd=1, /)", "The size of a terminal.", 0},
    {"getcwd", px_getcwd, "()", "The working directory.", 0},
    {"getcwdb", px_getcwdb, "()", "The working directory, as bytes.", 0},
    {"getloadavg", px_getloadavg, "()", "The load averages.", 0},
    {"getrandom", px_getrandom, "(size, flags=0)", "Random bytes.", 0},
    {"isatty", px_isatty, "(fd, /)", "Whether a descriptor is a terminal.", 0},
    {"kill", px_kill, "(pid, signal, /)", "Send a signal to a process.", 0},
    {"link", px_link, "(src, dst, *, src_dir_fd=None, dst_dir_fd=None, follow_symlinks=True)", "Make a hard link.", 0},
    {"listdir", px_listdir, "(path=None)", "The names in a directory.", 0},
    {"lseek", px_lseek, "(fd, position, how, /)", "Move the position of a descriptor.", 0},
    {"lstat", px_lstat, "(path, *, dir_fd=None)", "What is known of a path, links not followed.", 0},
    {"mkdir", px_mkdir, "(path, mode=511, *, dir_fd=None)", "Make a directory.", 0},
    {"open", px_open, "(path, flags, mode=511, *, dir_fd=None)", "Open a file; its descriptor.", 0},
    {"pipe", px_pipe, "()", "Make a pipe: the descriptors to read and to write.", 0},
    {"pipe2", px_pipe2, "(flags, /)", "Make a pipe with flags.", 0},
    {"putenv", px_putenv, "(name, value, /)", "Set an environment variable.", 0},
    {"read", px_read, "(fd, length, /)", "Read from a descriptor.", 0},
    {"readlink", px_readlink, "(path, *, dir_fd=None)", "Where a symbolic link points to.", 0},
    {"register_at_fork", px_register_at_fork, "(*, before=?, after_in_child=?, after_in_parent=?)", "Functions to be called around fork.", 0},
    {"remove", px_unlink, "(path, *, dir_fd=None)", "Remove a file.", 0},
    {"rename", px_rename, "(src, dst, *, src_dir_fd=None, dst_dir_fd=None)", "Rename a file or directory.", 0},
    {"replace", px_replace, "(src, dst, *, src_dir_fd=None, dst_dir_fd=None)", "Rename, replacing what is there.", 0},
    {"rmdir", px_rmdir, "(path, *, dir_fd=None)", "Remove a directory.", 0},
    {"scandir", px_scandir, "(path=None)", "An iterator over the entries of a directory.", 0},
    {"set_blocking", px_set_blocking, "(fd, blocking, /)", "Set whether a descriptor blocks.", 0},
    {"set_inheritable", px_set_inheritable, "(fd, inheritable, /)", "Set whether child processes get the descriptor.", 0},
    {"stat", px_stat, "(path, *, dir_fd=None, follow_symlinks=True)", "What is known of a path.", 0},
    {"strerror", px_strerror, "(code, /)", "The message of an error number.", 0},
    {"symlink", px_symlink, "(src, dst, target_is_directory=False, *, dir_fd=None)", "Make a symbolic link.", 0},
    {"system", px_system, "(command)", "Run a shell command; its wait status.", 0},
    {"times", px_times, "()", "Times of the process.", 0},
    {"truncate", px_truncate, "(path, length)", "Cut a file.", 0},
    {"umask", px_umask, "(mask, /)", "Set the mask of permissions of new files; the old one.", 0},
    {"uname", px_uname, "()", "What the system is.", 0},
    {"unlink", px_unlink, "(path, *, dir_fd=None)", "Remove a file.", 0},
    {"unsetenv", px_unsetenv, "(name, /)", "Remove an environment variable.", 0},
    {"urandom", px_urandom, "(size, /)", "Random bytes.", 0},
    {"utime", px_utime, "(path, times=None, *, ns=?, dir_fd=None, follow_symlinks=True)", "Set the times of a file.", 0},
    {"waitpid", px_waitpid, "(pid, options, /)", "Wait for a child process.", 0},
    {"waitstatus_to_exitcode", px_waitstatus_to_exitcode, "(status)", "The exit code in a wait status.", 0},
    {"write", px_write, "(fd, data, /)", "Write to a descriptor.", 0},
    {0}};

static WfStatus add_environ(WfThread *t, WfValue module)
{
    WfValue d = wf_dict_new(t);
    for (char **p = environ; p != NULL && *p != NULL && !wf_is_empty(d); p++) {
        const char *equals = strchr(*p, '=');
        if (equals == NULL) {
            continue;
        }
        WfValue key = wf_bytes_new(t, *p, equals - *p), value = wf_bytes_new(t, equals + 1, (int64_t)strlen(equals + 1));
        if (wf_is_empty(key) || wf_is_empty(value) || wf_is_empty(wf_dict_setdefault(t, wf_as_dict(d), key, value))) {
            return WF_RAISED;
        }
    }
    return wf_module_add(t, module, "environ", d);
}

static WfStatus posix_init(WfThread *t, WfValue module)
{
    static const struct {
        const char *name;
        int64_t value;
    } constants[] = {
#define X(name) {#name, name}
        X(F_OK), X(R_OK), X(W_OK), X(X_OK), X(O_RDONLY), X(O_WRONLY), X(O_RDWR), X(O_NDELAY), X(O_NONBLOCK), X(O_APPEND), X(O_DSYNC),
        X(O_RSYNC), X(O_SYNC), X(O_NOCTTY), X(O_CREAT), X(O_EXCL), X(O_TRUNC), X(O_LARGEFILE), X(O_PATH), X(O_TMPFILE), X(O_CLOEXEC),
        X(O_ASYNC), X(O_DIRECT), X(O_DIRECTORY), X(O_NOFOLLOW), X(O_NOATIME), X(O_ACCMODE), X(WNOHANG), X(WUNTRACED), X(WCONTINUED),
        X(WEXITED), X(WSTOPPED), X(WNOWAIT), X(P_PID), X(P_PGID), X(P_ALL), X(SEEK_DATA), X(SEEK_HOLE), X(F_LOCK), X(F_TLOCK), X(F_ULOCK),
        X(F_TEST), X(GRND_RANDOM), X(GRND_NONBLOCK), {"NGROUPS_MAX", 65536}, {"TMP_MAX", 238328}, {"EX_OK", 0}, {"EX_USAGE", 64},
        {"EX_DATAERR", 65}, {"EX_NOINPUT", 66}, {"EX_NOUSER", 67}, {"EX_NOHOST", 68}, {"EX_UNAVAILABLE", 69}, {"EX_SOFTWARE", 70},
        {"EX_OSERR", 71}, {"EX_OSFILE", 72}, {"EX_CANTCREAT", 73}, {"EX_IOERR", 74}, {"EX_TEMPFAIL", 75}, {"EX_PROTOCOL", 76},
        {"EX_NOPERM", 77}, {"EX_CONFIG", 78}, {"RTLD_LAZY", 1}, {"RTLD_NOW", 2}, {"RTLD_GLOBAL", 256}, {"RTLD_LOCAL", 0}};
#undef X
    for (size_t i = 0; i < WF_ARRAY_LEN(constants); i++) {
        if (wf_module_add_int(t, module, constants[i].name, constants[i].value) != WF_OK) {
            return WF_RAISED;
        }
    }
    static const char *const have[] = {"HAVE_EVENTFD", "HAVE_FACCESSAT", "HAVE_FCHDIR", "HAVE_FCHMOD", "HAVE_FCHMODAT",
                                       "HAVE_FCHOWN", "HAVE_FCHOWNAT", "HAVE_FEXECVE", "HAVE_FDOPENDIR", "HAVE_FPATHCONF",
                                       "HAVE_FSTATAT", "HAVE_FSTATVFS", "HAVE_FTRUNCATE", "HAVE_FUTIMENS", "HAVE_FUTIMES",
                                       "HAVE_FUTIMESAT", "HAVE_LINKAT", "HAVE_LCHOWN", "HAVE_LSTAT", "HAVE_LUTIMES",
                                       "HAVE_MEMFD_CREATE", "HAVE_MKDIRAT", "HAVE_MKFIFOAT", "HAVE_MKNODAT", "HAVE_OPENAT",
                                       "HAVE_READLINKAT", "HAVE_RENAMEAT", "HAVE_SYMLINKAT", "HAVE_UNLINKAT", "HAVE_UTIMENSAT"};
    WfValue list = wf_list_new(t, 0);
    for (size_t i = 0; i < WF_ARRAY_LEN(have) && !wf_is_empty(list); i++) {
        WfValue s = wf_str_from_cstr(t, have[i]);
        if (wf_is_empty(s) || wf_list_append(t, wf_as_list(list), s) != WF_OK) {
            return WF_RAISED;
        }
    }
    const WfStructSeqDesc *types[] = {&stat_desc, &size_desc, &uname_desc, &times_desc};
    for (size_t i = 0; i < WF_ARRAY_LEN(types); i++) {
        WfType *type = wf_structseq_type(t, types[i]);
        if (type == NULL || wf_module_add(t, module, strchr(types[i]->name, '.') + 1, wf_from_object(type)) != WF_OK) {
            return WF_RAISED;
        }
    }
    if (wf_module_add_type(t, module, WF_TYPE(DIRENTRY)) != WF_OK || wf_module_add(t, module, "_have_functions", list) != WF_OK
        || wf_module_add(t, module, "error", wf_from_object(WF_EXC(OSError))) != WF_OK) {
        return WF_RAISED;
    }
    static WfStatus (*const parts[])(WfThread *, WfValue) = {wf_posix_add_ids,       wf_posix_add_scheduling, wf_posix_add_spawn,
                                                             wf_posix_add_children,  wf_posix_add_files,      wf_posix_add_transfer,
                                                             wf_posix_add_attributes, wf_posix_add_configuration};
    for (size_t i = 0; i < WF_ARRAY_LEN(parts); i++) {
        if (parts[i](t, module) != WF_OK) {
            return WF_RAISED;
        }
    }
    return add_environ(t, module);
}
const WfModuleDef wf_module_posix = {
    .name = "posix", .doc = "System calls, as the standard of that name has them.", .functions = functions, .init = posix_init};
