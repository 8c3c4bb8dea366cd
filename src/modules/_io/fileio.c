/* fileio.c - FileIO: a raw stream over a file descriptor.
 * SPDX-License-Identifier: MIT
 *
 * Design:  system calls are made detached and begun again after EINTR, when the signal handlers did not raise.
 * Threads: the descriptor is an atomic word; the kernel orders the rest. */
#include "modules/_io/io.h"

#include "model/attr.h"
#include "objects/exceptions.h"
#include "objects/tuple.h"
#include "runtime/sys.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

WF_INLINE WfFileIO *as_file(WfValue v) { return WF_AS(WfFileIO, v); }

static WfValue err_closed(WfThread *t)
{
    return wf_raise(t, WF_EXC(ValueError), "I/O operation on closed file");
}
static WfValue err_mode(WfThread *t, const char *action)
{
    char text[48];
    snprintf(text, sizeof text, "File not open for %s", action);
    return wf_io_unsupported(t, text);
}
static WfValue os_error(WfThread *t)
{
    return wf_raise_errno(t, errno, WF_EMPTY, WF_EMPTY);
}

/* --- system calls ------------------------------------------------------------------------------------------------- */

/* Read at most this many bytes at a time, as other systems cannot do more. */
#define MOST 0x7ffff000

/* What to answer after a system call failed: AGAIN after a signal whose handlers are done. */
enum { AGAIN = -3 };
static int64_t failed(WfThread *t)
{
    int err = errno;
    if (err == EINTR) {
        return wf_handle_breaker(t) == WF_OK ? AGAIN : WF_IO_RAISED;
    }
    if (err == EAGAIN) {
        return WF_IO_WOULD_BLOCK;
    }
    (void)wf_raise_errno(t, err, WF_EMPTY, WF_EMPTY);
    return WF_IO_RAISED;
}

int64_t wf_fileio_read(WfThread *t, WfFileIO *f, void *p, int64_t n)
{
    int fd = wf_io_fd(f);
    if (fd < 0) {
        (void)err_closed(t);
        return WF_IO_RAISED;
    }
    if (!f->readable) {
        (void)err_mode(t, "reading");
        return WF_IO_RAISED;
    }
    int64_t r;
    do {
        wf_thread_detach(t);
        r = read(fd, p, (size_t)(n > MOST ? MOST : n));
        wf_thread_attach(t); /* keeps errno */
    } while (r < 0 && (r = failed(t)) == AGAIN);
    return r;
}

int64_t wf_fileio_write(WfThread *t, WfFileIO *f, const void *p, int64_t n)
{
    int fd = wf_io_fd(f);
    if (fd < 0) {
        (void)err_closed(t);
        return WF_IO_RAISED;
    }
    if (!f->writable) {
        (void)err_mode(t, "writing");
        return WF_IO_RAISED;
    }
    int64_t r;
    do {
        wf_thread_detach(t);
        r = write(fd, p, (size_t)(n > MOST ? MOST : n));
        wf_thread_attach(t); /* keeps errno */
    } while (r < 0 && (r = failed(t)) == AGAIN);
    return r;
}

/* lseek without raising: -1 and errno. */
static int64_t seek_quiet(WfThread *t, int fd, int64_t offset, int whence)
{
    wf_thread_detach(t);
    int64_t r = lseek(fd, offset, whence);
    wf_thread_attach(t);
    return r;
}

int64_t wf_fileio_seek(WfThread *t, WfFileIO *f, int64_t offset, int whence)
{
    int fd = wf_io_fd(f);
    if (fd < 0) {
        (void)err_closed(t);
        return WF_IO_RAISED;
    }
    int64_t r = seek_quiet(t, fd, offset, whence);
    if (__atomic_load_n(&f->x_seekable, __ATOMIC_RELAXED) < 0) {
        __atomic_store_n(&f->x_seekable, (int8_t)(r >= 0), __ATOMIC_RELAXED);
    }
    if (r < 0) {
        (void)os_error(t);
        return WF_IO_RAISED;
    }
    return r;
}

/* --- files open for writing ----------------------------------------------------------------------------------------- */

/* A program that drops a file without closing it and opens it again expects what it wrote to be there. Reference counts would
 * have closed it; here the collector has to look first, and has to know when it matters. */

static unsigned writer_slot(const struct stat *s)
{
    return (unsigned)(((uint64_t)s->st_ino * 0x9E3779B97F4A7C15u + (uint64_t)s->st_dev) >> 56) % WF_FILE_WRITERS;
}
static void count_writer(WfRuntime *rt, WfFileIO *f, const struct stat *s)
{
    unsigned slot = writer_slot(s);
    __atomic_store_n(&f->x_writer, (uint16_t)(slot + 1), __ATOMIC_RELAXED);
    (void)__atomic_add_fetch(&rt->x_file_writers[slot], 1u, __ATOMIC_RELAXED);
    (void)__atomic_add_fetch(&rt->x_file_writers_all, 1u, __ATOMIC_RELAXED);
}
static void forget_writer(WfRuntime *rt, WfFileIO *f)
{
    unsigned slot = __atomic_exchange_n(&f->x_writer, (uint16_t)0, __ATOMIC_RELAXED);
    if (slot != 0) {
        (void)__atomic_sub_fetch(&rt->x_file_writers[slot - 1], 1u, __ATOMIC_RELAXED);
        (void)__atomic_sub_fetch(&rt->x_file_writers_all, 1u, __ATOMIC_RELAXED);
    }
}
bool wf_fileio_is_written(WfThread *t, WfValue path)
{
    struct stat s;
    if (__atomic_load_n(&t->rt->x_file_writers_all, __ATOMIC_RELAXED) == 0) {
        return false;
    }
    const char *name = wf_fs_path(t, path, NULL, "path");
    if (name == NULL) {
        wf_clear_pending(t); /* to be raised again by the opening */
        return false;
    }
    return stat(name, &s) == 0 && S_ISREG(s.st_mode)
        && __atomic_load_n(&t->rt->x_file_writers[writer_slot(&s)], __ATOMIC_RELAXED) != 0;
}

static WfStatus close_fd(WfThread *t, WfFileIO *f)
{
    int fd = __atomic_exchange_n(&f->x_fd, -1, __ATOMIC_RELAXED);
    if (fd < 0) {
        return WF_OK;
    }
    forget_writer(t->rt, f);
    wf_thread_detach(t);
    int r = close(fd);
    wf_thread_attach(t);
    return r < 0 && errno != EINTR ? WF_FAIL(os_error(t)) : WF_OK;
}

/* --- opening ------------------------------------------------------------------------------------------------------ */

static WfStatus parse_mode(WfThread *t, WfFileIO *f, WfValue mode, int *flags)
{
    static const char *const bad = "Must have exactly one of create/read/write/append mode and at most one plus";
    int64_t n;
    if (!wf_is_str(mode)) {
        return WF_FAIL(wf_raise(t, WF_EXC(TypeError), "FileIO() argument 'mode' must be str, not %T", mode));
    }
    const char *s = wf_str_utf8(t, mode, &n);
    if (s == NULL) {
        return WF_RAISED;
    }
    if ((int64_t)strlen(s) != n) {
        return WF_FAIL(wf_raise(t, WF_EXC(ValueError), "embedded null character"));
    }
    bool rwa = false, plus = false;
    *flags = 0;
    f->created = f->readable = f->writable = f->appending = false;
    for (const char *p = s; *p != 0; p++) {
        switch (*p) {
        case 'x':
        case 'r':
        case 'w':
        case 'a':
            if (rwa) {
                return WF_FAIL(wf_raise(t, WF_EXC(ValueError), bad));
            }
            rwa = true;
            f->created = *p == 'x';
            f->appending = *p == 'a';
            f->readable = *p == 'r';
            f->writable = *p != 'r';
            *flags |= *p == 'x' ? O_EXCL | O_CREAT : *p == 'w' ? O_CREAT | O_TRUNC : *p == 'a' ? O_APPEND | O_CREAT : 0;
            break;
        case 'b': break;
        case '+':
            if (plus) {
                return WF_FAIL(wf_raise(t, WF_EXC(ValueError), bad));
            }
            plus = true;
            break;
        default: return WF_FAIL(wf_raise(t, WF_EXC(ValueError), "invalid mode: %.200s", s));
        }
    }
    if (!rwa) {
        return WF_FAIL(wf_raise(t, WF_EXC(ValueError), bad));
    }
    if (plus) {
        f->readable = f->writable = true;
    }
    *flags |= (f->readable && f->writable ? O_RDWR : f->readable ? O_RDONLY : O_WRONLY) | O_CLOEXEC;
    return WF_OK;
}

static int open_path(WfThread *t, const char *path, int flags, WfValue name)
{
    bool collected = false;
    for (;;) {
        wf_thread_detach(t);
        int fd = open(path, flags, 0666);
        int err = errno;
        wf_thread_attach(t);
        if (fd >= 0) {
            return fd;
        }
        if (err == EINTR) {
            if (wf_handle_breaker(t) != WF_OK) {
                return -1;
            }
            continue;
        }
        if ((err == EMFILE || err == ENFILE) && !collected) {
            collected = true;
            (void)wf_gc_collect(t, WF_GC_FULL);
            wf_gc_run_finalizers(t);
            continue;
        }
        (void)wf_raise_errno(t, err, name, WF_EMPTY);
        return -1;
    }
}

static int open_by(WfThread *t, WfValue opener, WfValue name, int flags)
{
    WfValue r = wf_call2(t, opener, name, wf_small_int(flags));
    int fd;
    if (wf_is_empty(r)) {
        return -1;
    }
    if (!wf_is_any_int(r)) {
        (void)wf_raise(t, WF_EXC(TypeError), "expected integer from opener");
        return -1;
    }
    if (wf_to_int(t, r, &fd) != WF_OK) {
        return -1;
    }
    if (fd < 0) {
        (void)wf_raise(t, WF_EXC(ValueError), "opener returned %d", fd);
        return -1;
    }
    int now = fcntl(fd, F_GETFD);
    if (now < 0 || fcntl(fd, F_SETFD, now | FD_CLOEXEC) < 0) {
        (void)os_error(t);
        return -1;
    }
    return fd;
}

/* Looks at what was opened. */
static WfStatus examine(WfThread *t, WfFileIO *f, WfValue name)
{
    struct stat s;
    f->block_size = WF_IO_BUFFER_SIZE;
    if (fstat(wf_io_fd(f), &s) < 0) {
        return errno == EBADF ? WF_FAIL(os_error(t)) : WF_OK;
    }
    if (S_ISDIR(s.st_mode)) {
        return WF_FAIL(wf_raise_errno(t, EISDIR, name, WF_EMPTY));
    }
    if (s.st_blksize > 1) {
        f->block_size = s.st_blksize;
    }
    if (f->writable && f->closefd && S_ISREG(s.st_mode)) {
        count_writer(t->rt, f, &s);
    }
    return WF_OK;
}

static WfStatus file_init(WfThread *t, WfValue self, const WfArgs *args)
{
    WfValue a[4];
    WfFileIO *f = as_file(self);
    int flags, fd = -1;
    const char *path = NULL;
    if (wf_parse_args(t, "FileIO", "(file, mode='r', closefd=True, opener=None)", args, a, 4) != WF_OK) {
        return WF_RAISED;
    }
    WfFound closefd = wf_truth(t, a[2]);
    if (closefd == WF_ERROR) {
        return WF_RAISED;
    }
    if (wf_io_fd(f) >= 0) {
        if (f->closefd) {
            if (close_fd(t, f) != WF_OK) {
                return WF_RAISED;
            }
        } else {
            __atomic_store_n(&f->x_fd, -1, __ATOMIC_RELAXED);
        }
    }
    if (wf_is_any_int(a[0])) {
        int64_t i;
        if (wf_int_to_i64(a[0], &i) && i >= INT32_MIN && i <= INT32_MAX) {
            fd = (int)i;
            if (fd < 0) {
                return WF_FAIL(wf_raise(t, WF_EXC(ValueError), "negative file descriptor"));
            }
        }
    }
    if (fd < 0) {
        if (!wf_is_str(a[0]) && !wf_is_bytes(a[0])) {
            WfValue fspath = wf_lookup_special(t, a[0], WF_NAME(__fspath__));
            if (wf_is_empty(fspath)) {
                return wf_pending(t) ? WF_RAISED
                                     : WF_FAIL(wf_raise(t, WF_EXC(TypeError),
                                                        "expected str, bytes or os.PathLike object, not %T", a[0]));
            }
        }
        path = wf_fs_path(t, a[0], NULL, "path");
        if (path == NULL) {
            return WF_RAISED;
        }
    }
    if (parse_mode(t, f, a[1], &flags) != WF_OK) {
        return WF_RAISED;
    }
    WfValue event = WF_TUPLE_OF(t, a[0], a[1], wf_small_int(flags));
    if (wf_is_empty(event) || wf_sys_audit(t, "open", event) != WF_OK) {
        return WF_RAISED;
    }
    bool own = fd < 0;
    __atomic_store_n(&f->x_seekable, (int8_t)-1, __ATOMIC_RELAXED);
    if (!own) {
        f->closefd = closefd == WF_FOUND;
    } else {
        f->closefd = true;
        if (closefd != WF_FOUND) {
            return WF_FAIL(wf_raise(t, WF_EXC(ValueError), "Cannot use closefd=False with file name"));
        }
        fd = wf_is_none(a[3]) ? open_path(t, path, flags, a[0]) : open_by(t, a[3], a[0], flags);
        if (fd < 0) {
            return WF_RAISED;
        }
    }
    __atomic_store_n(&f->x_fd, fd, __ATOMIC_RELAXED);
    if (examine(t, f, a[0]) != WF_OK || wf_setattr(t, self, WF_NAME(name), a[0]) != WF_OK) {
        goto fail;
    }
    if (f->appending && seek_quiet(t, fd, 0, SEEK_END) < 0 && errno != ESPIPE) {
        (void)os_error(t);
        goto fail;
    }
    return WF_OK;
fail:
    if (own) {
        WfValue pending = wf_take_pending(t);
        if (close_fd(t, f) != WF_OK) {
            wf_clear_pending(t);
        }
        wf_restore_pending(t, pending);
    } else {
        __atomic_store_n(&f->x_fd, -1, __ATOMIC_RELAXED);
    }
    return WF_RAISED;
}

static WfValue file_new(WfThread *t, WfType *type, const WfArgs *args)
{
    (void)args;
    WfObject *o = wf_instance_new(t, type, 0);
    if (o != NULL) {
        ((WfFileIO *)o)->x_fd = -1;
        ((WfFileIO *)o)->x_seekable = -1;
        ((WfFileIO *)o)->closefd = true;
    }
    return wf_from_object(o);
}

/* --- methods ------------------------------------------------------------------------------------------------------ */

static WfValue dealloc_warn(WfThread *t, WfFileIO *f, WfValue source)
{
    if (wf_io_fd(f) >= 0 && f->closefd) {
        WfValue pending = wf_take_pending(t);
        if (wf_warn_source(t, WF_EXC(ResourceWarning), source, 1, "unclosed file %R", source) != WF_OK) {
            if (wf_pending_is(t, WF_EXC(Warning))) {
                wf_write_unraisable(t, NULL, wf_from_object(f));
            }
            wf_clear_pending(t);
        }
        wf_restore_pending(t, pending);
    }
    return WF_NONE;
}
static WfValue file_dealloc_warn(WfThread *t, WfValue *a)
{
    return dealloc_warn(t, as_file(a[0]), a[1]);
}

static WfValue file_close(WfThread *t, WfValue *a)
{
    WfFileIO *f = as_file(a[0]);
    WfValue base_close = wf_getattr(t, wf_from_object(WF_TYPE(IO_RAW_BASE)), WF_NAME(close));
    if (wf_is_empty(base_close)) {
        return base_close;
    }
    WfValue r = wf_call1(t, base_close, a[0]);
    if (!f->closefd) {
        __atomic_store_n(&f->x_fd, -1, __ATOMIC_RELAXED);
        return r;
    }
    WfValue first = wf_take_pending(t);
    if (wf_io_flag(a[0], WF_IO_FINALIZING)) {
        (void)dealloc_warn(t, f, a[0]);
    }
    WfStatus closed = close_fd(t, f);
    wf_io_chain(t, first);
    return wf_is_empty(r) || closed != WF_OK ? WF_EMPTY : WF_NONE;
}

/* A count to return to Python; a signal that came meanwhile is seen to first, as the call that it broke off ends here. */
static WfValue count(WfThread *t, int64_t n)
{
    if (n == WF_IO_RAISED || (t->is_main && (wf_breaker(t) & WF_BREAK_SIGNAL) != 0 && wf_handle_breaker(t) != WF_OK)) {
        return WF_EMPTY;
    }
    return n == WF_IO_WOULD_BLOCK ? WF_NONE : wf_small_int(n);
}

static WfValue file_readinto(WfThread *t, WfValue *a)
{
    WfFileIO *f = as_file(a[0]);
    WfBuffer b;
    if (wf_io_fd(f) < 0) {
        return err_closed(t);
    }
    if (!f->readable) {
        return err_mode(t, "reading");
    }
    if (wf_io_writable(t, a[1], "readinto", &b) != WF_OK) {
        return WF_EMPTY;
    }
    int64_t n = wf_fileio_read(t, f, b.data, b.length);
    wf_buffer_release(t, &b);
    return count(t, n);
}

static WfValue file_readall(WfThread *t, WfValue *a)
{
    WfFileIO *f = as_file(a[0]);
    int fd = wf_io_fd(f);
    struct stat s;
    if (fd < 0) {
        return err_closed(t);
    }
    if (!f->readable) {
        return err_mode(t, "reading");
    }
    int64_t size = WF_IO_BUFFER_SIZE, at = seek_quiet(t, fd, 0, SEEK_CUR), got = 0;
    if (fstat(fd, &s) == 0 && at >= 0 && s.st_size >= at) {
        size = s.st_size - at + 1; /* one more, to see the end without growing */
    }
    WfRaw *buffer = wf_gc_alloc_raw(t, size, false);
    if (buffer == NULL) {
        return WF_EMPTY;
    }
    for (;;) {
        if (got >= buffer->size) {
            WfRaw *more = wf_gc_alloc_raw(t, buffer->size < 65536 ? buffer->size * 2 + 8192 : buffer->size + buffer->size / 4 + 65536, false);
            if (more == NULL) {
                return WF_EMPTY;
            }
            memcpy(more->data, buffer->data, (size_t)got);
            buffer = more;
        }
        int64_t n = wf_fileio_read(t, f, buffer->data + got, buffer->size - got);
        if (n == WF_IO_RAISED) {
            return WF_EMPTY;
        }
        if (n == WF_IO_WOULD_BLOCK) {
            if (got > 0) {
                break;
            }
            return WF_NONE;
        }
        if (n == 0) {
            break;
        }
        got += n;
    }
    return wf_bytes_new(t, buffer->data, got);
}

static WfValue file_read(WfThread *t, WfValue *a)
{
    WfFileIO *f = as_file(a[0]);
    int64_t size;
    if (wf_io_fd(f) < 0) {
        return err_closed(t);
    }
    if (!f->readable) {
        return err_mode(t, "reading");
    }
    if (wf_io_size(t, a[1], &size) != WF_OK) {
        return WF_EMPTY;
    }
    if (size < 0) {
        return file_readall(t, a);
    }
    if (size > MOST) {
        size = MOST;
    }
    WfValue b = wf_bytes_new(t, NULL, size);
    if (wf_is_empty(b)) {
        return b;
    }
    int64_t n = wf_fileio_read(t, f, wf_as_bytes(b)->data, size);
    if (n < 0) {
        return n == WF_IO_RAISED ? WF_EMPTY : WF_NONE;
    }
    return n == size ? b : wf_bytes_new(t, wf_as_bytes(b)->data, n);
}

static WfValue file_write(WfThread *t, WfValue *a)
{
    WfFileIO *f = as_file(a[0]);
    WfView v;
    if (wf_io_fd(f) < 0) {
        return err_closed(t);
    }
    if (!f->writable) {
        return err_mode(t, "writing");
    }
    if (wf_view_get(t, a[1], &v) != WF_OK) {
        return WF_EMPTY;
    }
    int64_t n = wf_fileio_write(t, f, v.data, v.length);
    wf_view_release(t, &v);
    return count(t, n);
}

static WfValue file_seek(WfThread *t, WfValue *a)
{
    int whence;
    int64_t offset;
    if (wf_io_fd(as_file(a[0])) < 0) {
        return err_closed(t);
    }
    if (wf_to_int(t, a[2], &whence) != WF_OK) {
        return WF_EMPTY;
    }
    if (wf_is_float(a[1])) {
        return wf_raise(t, WF_EXC(TypeError), "an integer is required");
    }
    if (wf_io_offset(t, a[1], &offset) != WF_OK) {
        return WF_EMPTY;
    }
    int64_t r = wf_fileio_seek(t, as_file(a[0]), offset, whence);
    return r == WF_IO_RAISED ? WF_EMPTY : wf_int_from_i64(t, r);
}
static WfValue file_tell(WfThread *t, WfValue *a)
{
    int64_t r = wf_fileio_seek(t, as_file(a[0]), 0, SEEK_CUR);
    return r == WF_IO_RAISED ? WF_EMPTY : wf_int_from_i64(t, r);
}

static WfValue file_truncate(WfThread *t, WfValue *a)
{
    WfFileIO *f = as_file(a[0]);
    int fd = wf_io_fd(f);
    int64_t size;
    if (fd < 0) {
        return err_closed(t);
    }
    if (!f->writable) {
        return err_mode(t, "writing");
    }
    WfValue at = wf_is_none(a[1]) ? file_tell(t, a) : a[1];
    if (wf_is_empty(at)) {
        return at;
    }
    if (wf_is_float(at)) {
        return wf_raise(t, WF_EXC(TypeError), "an integer is required");
    }
    if (wf_io_offset(t, at, &size) != WF_OK) {
        return WF_EMPTY;
    }
    wf_thread_detach(t);
    int r = ftruncate(fd, size);
    wf_thread_attach(t);
    return r < 0 ? os_error(t) : at;
}

static WfValue file_fileno(WfThread *t, WfValue *a)
{
    int fd = wf_io_fd(as_file(a[0]));
    return fd < 0 ? err_closed(t) : wf_small_int(fd);
}
static WfValue file_readable(WfThread *t, WfValue *a)
{
    return wf_io_fd(as_file(a[0])) < 0 ? err_closed(t) : WF_BOOL(as_file(a[0])->readable);
}
static WfValue file_writable(WfThread *t, WfValue *a)
{
    return wf_io_fd(as_file(a[0])) < 0 ? err_closed(t) : WF_BOOL(as_file(a[0])->writable);
}
static WfValue file_seekable(WfThread *t, WfValue *a)
{
    WfFileIO *f = as_file(a[0]);
    int fd = wf_io_fd(f);
    if (fd < 0) {
        return err_closed(t);
    }
    if (__atomic_load_n(&f->x_seekable, __ATOMIC_RELAXED) < 0) {
        __atomic_store_n(&f->x_seekable, (int8_t)(seek_quiet(t, fd, 0, SEEK_CUR) >= 0), __ATOMIC_RELAXED);
    }
    return WF_BOOL(__atomic_load_n(&f->x_seekable, __ATOMIC_RELAXED) > 0);
}
static WfValue file_isatty(WfThread *t, WfValue *a)
{
    int fd = wf_io_fd(as_file(a[0]));
    if (fd < 0) {
        return err_closed(t);
    }
    wf_thread_detach(t);
    int r = isatty(fd);
    wf_thread_attach(t);
    return WF_BOOL(r != 0);
}

static const char *mode_text(const WfFileIO *f)
{
    if (f->created) {
        return f->readable ? "xb+" : "xb";
    }
    if (f->appending) {
        return f->readable ? "ab+" : "ab";
    }
    return f->readable ? (f->writable ? "rb+" : "rb") : "wb";
}
static WfValue file_get_mode(WfThread *t, WfValue self)
{
    return wf_str_from_cstr(t, mode_text(as_file(self)));
}
static WfValue file_get_closed(WfThread *t, WfValue self)
{
    return WF_BOOL(wf_io_fd(as_file(self)) < 0);
}
static WfValue file_get_closefd(WfThread *t, WfValue self)
{
    return WF_BOOL(as_file(self)->closefd);
}
static WfValue file_get_blksize(WfThread *t, WfValue self)
{
    return wf_small_int(as_file(self)->block_size);
}
static WfStatus file_set_blksize(WfThread *t, WfValue self, WfValue v)
{
    int64_t n;
    if (wf_is_empty(v)) {
        return WF_FAIL(wf_raise(t, WF_EXC(TypeError), "can't delete numeric/char attribute"));
    }
    if (wf_io_offset(t, v, &n) != WF_OK) {
        return WF_RAISED;
    }
    as_file(self)->block_size = n;
    return WF_OK;
}

static WfValue file_repr(WfThread *t, WfValue self)
{
    WfFileIO *f = as_file(self);
    WfValue name;
    int fd = wf_io_fd(f);
    if (fd < 0) {
        return wf_str_format(t, "<_io.FileIO [closed]>");
    }
    WfFound found = wf_getattr_opt(t, self, WF_NAME(name), &name);
    const char *closefd = f->closefd ? "True" : "False";
    if (found == WF_ERROR) {
        return WF_EMPTY;
    }
    if (found == WF_MISSING) {
        return wf_str_format(t, "<_io.FileIO fd=%d mode='%s' closefd=%s>", fd, mode_text(f), closefd);
    }
    WfFound entered = wf_repr_enter(t, self);
    if (entered == WF_ERROR) {
        return WF_EMPTY;
    }
    if (entered == WF_FOUND) {
        return wf_raise(t, WF_EXC(RuntimeError), "reentrant call inside %s.__repr__", wf_type_full_name(wf_type(self)));
    }
    WfValue r = wf_str_format(t, "<_io.FileIO name=%R mode='%s' closefd=%s>", name, mode_text(f), closefd);
    wf_repr_leave(t, self);
    return r;
}

static const WfBuiltinDef file_methods[] = {
    {"read", file_read, "(self, size=-1, /)", "At most size bytes with one system call; all up to the end if it is negative.", 0},
    {"readall", file_readall, "(self, /)", "All bytes up to the end of the file.", 0},
    {"readinto", file_readinto, "(self, buffer, /)", "Read into the buffer; the number of bytes.", 0},
    {"write", file_write, "(self, b, /)", "Write with one system call; returns how many bytes were written.", 0},
    {"seek", file_seek, "(self, pos, whence=0, /)", "Go to a position; returns it.", 0},
    {"tell", file_tell, "(self, /)", "The position in the file.", 0},
    {"truncate", file_truncate, "(self, size=None, /)", "Make the file end at size, or at the position.", 0},
    {"close", file_close, "(self, /)", "Close the file; the descriptor only if closefd is true.", 0},
    {"seekable", file_seekable, "(self, /)", "Can the position be changed?", 0},
    {"readable", file_readable, "(self, /)", "Was it opened for reading?", 0},
    {"writable", file_writable, "(self, /)", "Was it opened for writing?", 0},
    {"fileno", file_fileno, "(self, /)", "The descriptor.", 0},
    {"isatty", file_isatty, "(self, /)", "Is it a terminal?", 0},
    {"_dealloc_warn", file_dealloc_warn, "(self, source, /)", NULL, 0},
    {"__getstate__", wf_io_refuse_pickle, "(self, /)", NULL, 0},
    {0}};
static const WfGetSetDef file_getsets[] = {
    {"closed", file_get_closed, NULL, "Is the file closed?", 0},
    {"closefd", file_get_closefd, NULL, "Will close() close the descriptor?", 0},
    {"mode", file_get_mode, NULL, "The mode, in a normal form.", 0},
    {"_blksize", file_get_blksize, file_set_blksize, NULL, WF_GS_MEMBER},
    {"_finalizing", wf_io_get_finalizing, wf_io_set_finalizing, NULL, WF_GS_MEMBER},
    {0}};
const WfTypeSpec wf_io_file_spec = {
    .name = "_io.FileIO",
    .doc = "A raw stream over a file: a path, or a descriptor that is open already.",
    .flags = WF_TF_BASETYPE,
    .size = sizeof(WfFileIO),
    .methods = file_methods,
    .getsets = file_getsets,
    .signature = "(file, mode='r', closefd=True, opener=None)",
    .slots = {.trace = wf_io_base_trace, .new_ = file_new, .init = file_init, .repr = file_repr},
};
