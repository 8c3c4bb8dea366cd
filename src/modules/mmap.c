/* mmap.c - module mmap: files and anonymous memory as a mutable sequence of bytes.
 * SPDX-License-Identifier: MIT
 * Design:     one object a mapping. The file's descriptor is duplicated, so that size() and resize() work after it is closed.
 * Invariants: M1 the mapping is unmapped or moved only under the object's lock and with no buffer of it exported, and touched
 *             only under that lock or while a buffer is exported.
 * Threads:    everything under the object's lock; no Python code runs there. */
#include "model/builtin.h"
#include "modules/posix/posix.h"
#include "modules/system.h"
#include "objects/bytes.h"
#include "objects/int.h"
#include "objects/slice.h"
#include "objects/str.h"
#include "objects/str_search.h"
#include "objects/tuple.h"
#include "runtime/sys.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

enum { ACCESS_DEFAULT, ACCESS_READ, ACCESS_WRITE, ACCESS_COPY };

typedef struct Mmap {
    WfObject h;
    uint8_t *data; /* NULL: closed */
    int64_t size, pos, offset;
    int64_t exports;
    int fd;        /* -1: anonymous */
    int access;
    bool shared;
} Mmap;

static Mmap *self_mmap(WfValue v) { return WF_AS(Mmap, v); }

static WfValue fail(WfThread *t) { return wf_raise_errno(t, errno, WF_EMPTY, WF_EMPTY); }

static WfValue raise_closed(WfThread *t) { return wf_raise(t, WF_EXC(ValueError), "mmap closed or invalid"); }

/* Takes the lock, unless the mapping is closed. */
static WfStatus enter(WfThread *t, Mmap *m)
{
    wf_lock(t, m);
    if (m->data == NULL) {
        wf_unlock(t, m);
        return WF_FAIL(raise_closed(t));
    }
    return WF_OK;
}

/* The same for a change of the contents, or of the size. */
static WfStatus enter_writable(WfThread *t, Mmap *m)
{
    if (enter(t, m) != WF_OK) {
        return WF_RAISED;
    }
    if (m->access == ACCESS_READ) {
        wf_unlock(t, m);
        return WF_FAIL(wf_raise(t, WF_EXC(TypeError), "mmap can't modify a readonly memory map."));
    }
    return WF_OK;
}

/* --- making and ending ----------------------------------------------------------------------------------------- */

static int64_t page_size(void) { return sysconf(_SC_PAGESIZE); }

static void unmap(Mmap *m)
{
    if (m->data != NULL) {
        (void)munmap(m->data, (size_t)m->size);
        m->data = NULL;
    }
    if (m->fd >= 0) {
        (void)close(m->fd);
        m->fd = -1;
    }
}

static void mmap_release(WfObject *o) { unmap((Mmap *)o); }

/* The length of the mapping of a regular file, given or what there is from the offset on. */
static WfStatus fit_length(WfThread *t, const struct stat *s, int64_t offset, int64_t *length)
{
    if (*length == 0) {
        if (s->st_size == 0) {
            return WF_FAIL(wf_raise(t, WF_EXC(ValueError), "cannot mmap an empty file"));
        }
        if (offset >= s->st_size) {
            return WF_FAIL(wf_raise(t, WF_EXC(ValueError), "mmap offset is greater than file size"));
        }
        *length = s->st_size - offset;
    } else if (offset > s->st_size || s->st_size - offset < *length) {
        return WF_FAIL(wf_raise(t, WF_EXC(ValueError), "mmap length is greater than file size"));
    }
    return WF_OK;
}

static WfValue mmap_new(WfThread *t, WfType *type, const WfArgs *args)
{
    WfValue a[6];
    int fd, flags, prot, access;
    int64_t length, offset;
    if (wf_parse_args(t, "mmap", "(fileno, length, flags=1, prot=3, access=0, offset=0)", args, a, 6) != WF_OK || wf_to_int(t, a[0], &fd) != WF_OK
        || wf_to_ssize(t, a[1], &length) != WF_OK || wf_to_int(t, a[2], &flags) != WF_OK || wf_to_int(t, a[3], &prot) != WF_OK
        || wf_to_int(t, a[4], &access) != WF_OK || wf_to_i64(t, a[5], &offset) != WF_OK) {
        return WF_EMPTY;
    }
    WfValue event = WF_TUPLE_OF(t, a[0], a[1], a[4], a[5]);
    if (wf_is_empty(event) || wf_sys_audit(t, "mmap.__new__", event) != WF_OK) {
        return WF_EMPTY;
    }
    if (length < 0) {
        return wf_raise(t, WF_EXC(OverflowError), "memory mapped length must be positive");
    }
    if (offset < 0) {
        return wf_raise(t, WF_EXC(OverflowError), "memory mapped offset must be positive");
    }
    if (access != ACCESS_DEFAULT && (flags != MAP_SHARED || prot != (PROT_READ | PROT_WRITE))) {
        return wf_raise(t, WF_EXC(ValueError), "mmap can't specify both access and flags, prot.");
    }
    switch (access) {
    case ACCESS_READ:
        flags = MAP_SHARED;
        prot = PROT_READ;
        break;
    case ACCESS_WRITE:
        flags = MAP_SHARED;
        prot = PROT_READ | PROT_WRITE;
        break;
    case ACCESS_COPY:
        flags = MAP_PRIVATE;
        prot = PROT_READ | PROT_WRITE;
        break;
    case ACCESS_DEFAULT:
        if ((prot & PROT_WRITE) == 0) {
            access = ACCESS_READ;
        } else if ((prot & PROT_READ) == 0) {
            access = ACCESS_WRITE;
        }
        break;
    default: return wf_raise(t, WF_EXC(ValueError), "mmap invalid access parameter.");
    }
    struct stat s;
    if (fd != -1 && fstat(fd, &s) == 0 && S_ISREG(s.st_mode) && fit_length(t, &s, offset, &length) != WF_OK) {
        return WF_EMPTY;
    }
    Mmap *m = (Mmap *)wf_instance_new(t, type, 0);
    if (m == NULL) {
        return WF_EMPTY;
    }
    m->fd = -1;
    if (wf_gc_register_release(t, &m->h) != WF_OK) {
        return WF_EMPTY;
    }
    if (fd == -1) {
        flags |= MAP_ANONYMOUS;
    } else {
        m->fd = fcntl(fd, F_DUPFD_CLOEXEC, 0);
        if (m->fd < 0) {
            return fail(t);
        }
    }
    void *data = mmap(NULL, (size_t)length, prot, flags, fd, offset);
    if (data == MAP_FAILED) {
        return fail(t);
    }
    m->size = length;
    m->offset = offset;
    m->access = access;
    m->shared = (flags & MAP_SHARED) != 0;
    m->data = data;
    return wf_from_object(m);
}

static WfValue mmap_close(WfThread *t, WfValue *a)
{
    Mmap *m = self_mmap(a[0]);
    wf_lock(t, m);
    const bool exported = m->exports > 0;
    if (!exported) {
        unmap(m);
    }
    wf_unlock(t, m);
    return exported ? wf_raise(t, WF_EXC(BufferError), "cannot close exported pointers exist") : WF_NONE;
}

static WfValue mmap_enter(WfThread *t, WfValue *a)
{
    if (enter(t, self_mmap(a[0])) != WF_OK) {
        return WF_EMPTY;
    }
    wf_unlock(t, self_mmap(a[0]));
    return a[0];
}

static WfValue get_closed(WfThread *t, WfValue self) { return WF_BOOL(self_mmap(self)->data == NULL); }

static WfStatus mmap_getbuffer(WfThread *t, WfValue self, WfBuffer *b, int flags)
{
    Mmap *m = self_mmap(self);
    if (enter(t, m) != WF_OK) {
        return WF_RAISED;
    }
    m->exports++;
    uint8_t *data = m->data;
    int64_t n = m->size;
    wf_unlock(t, m);
    if (wf_buffer_fill(t, b, self, data, n, m->access == ACCESS_READ, flags) == WF_OK) {
        return WF_OK;
    }
    wf_lock(t, m);
    m->exports--;
    wf_unlock(t, m);
    return WF_RAISED;
}

static void mmap_releasebuffer(WfThread *t, WfValue self, WfBuffer *b)
{
    wf_lock(t, self_mmap(self));
    self_mmap(self)->exports--;
    wf_unlock(t, self_mmap(self));
}

/* --- as a file --------------------------------------------------------------------------------------------------- */

/* Bytes [start, start + n), as far as they exist still. */
static WfValue copy_out(WfThread *t, Mmap *m, int64_t start, int64_t n)
{
    WfValue b = wf_bytes_new(t, NULL, n);
    if (wf_is_empty(b) || enter(t, m) != WF_OK) {
        return WF_EMPTY;
    }
    int64_t there = start >= m->size ? 0 : m->size - start;
    memcpy(wf_as_bytes(b)->data, m->data + start, (size_t)(n < there ? n : there));
    wf_unlock(t, m);
    return b;
}

static WfValue mmap_read(WfThread *t, WfValue *a)
{
    Mmap *m = self_mmap(a[0]);
    int64_t n = -1;
    if ((!wf_is_none(a[1]) && wf_to_ssize(t, a[1], &n) != WF_OK) || enter(t, m) != WF_OK) {
        return WF_EMPTY;
    }
    int64_t rest = m->pos < m->size ? m->size - m->pos : 0, start = m->pos;
    n = n < 0 || n > rest ? rest : n;
    m->pos += n;
    wf_unlock(t, m);
    return copy_out(t, m, start, n);
}

static WfValue mmap_readline(WfThread *t, WfValue *a)
{
    Mmap *m = self_mmap(a[0]);
    if (enter(t, m) != WF_OK) {
        return WF_EMPTY;
    }
    int64_t rest = m->pos < m->size ? m->size - m->pos : 0, start = m->pos;
    const uint8_t *end = rest == 0 ? NULL : memchr(m->data + start, '\n', (size_t)rest);
    int64_t n = end == NULL ? rest : end + 1 - (m->data + start);
    m->pos += n;
    wf_unlock(t, m);
    return copy_out(t, m, start, n);
}

static WfValue mmap_read_byte(WfThread *t, WfValue *a)
{
    Mmap *m = self_mmap(a[0]);
    if (enter(t, m) != WF_OK) {
        return WF_EMPTY;
    }
    WfValue v = m->pos < m->size ? wf_small_int(m->data[m->pos++]) : WF_EMPTY;
    wf_unlock(t, m);
    return wf_is_empty(v) ? wf_raise(t, WF_EXC(ValueError), "read byte out of range") : v;
}

static WfValue mmap_write(WfThread *t, WfValue *a)
{
    Mmap *m = self_mmap(a[0]);
    WfView v;
    if (wf_view_get(t, a[1], &v) != WF_OK) {
        return WF_EMPTY;
    }
    WfValue done = WF_EMPTY;
    if (enter_writable(t, m) == WF_OK) {
        const bool fits = m->pos <= m->size && v.length <= m->size - m->pos;
        if (fits) {
            memmove(m->data + m->pos, v.data, (size_t)v.length);
            m->pos += v.length;
        }
        wf_unlock(t, m);
        done = fits ? wf_small_int(v.length) : wf_raise(t, WF_EXC(ValueError), "data out of range");
    }
    wf_view_release(t, &v);
    return done;
}

static WfValue mmap_write_byte(WfThread *t, WfValue *a)
{
    Mmap *m = self_mmap(a[0]);
    int64_t c;
    if (wf_to_i64(t, a[1], &c) != WF_OK) {
        return WF_EMPTY;
    }
    if (c < 0 || c > 255) {
        return wf_raise(t, WF_EXC(OverflowError), c < 0 ? "unsigned byte integer is less than minimum" : "unsigned byte integer is greater than maximum");
    }
    if (enter_writable(t, m) != WF_OK) {
        return WF_EMPTY;
    }
    const bool fits = m->pos < m->size;
    if (fits) {
        m->data[m->pos++] = (uint8_t)c;
    }
    wf_unlock(t, m);
    return fits ? WF_NONE : wf_raise(t, WF_EXC(ValueError), "write byte out of range");
}

static WfValue mmap_seek(WfThread *t, WfValue *a)
{
    Mmap *m = self_mmap(a[0]);
    int64_t to, base = 0;
    int whence;
    if (wf_to_ssize(t, a[1], &to) != WF_OK || wf_to_int(t, a[2], &whence) != WF_OK || enter(t, m) != WF_OK) {
        return WF_EMPTY;
    }
    base = whence == 1 ? m->pos : whence == 2 ? m->size : 0;
    const bool known = whence >= 0 && whence <= 2;
    const bool fits = known && !__builtin_add_overflow(base, to, &to) && to >= 0 && to <= m->size;
    if (fits) {
        m->pos = to;
    }
    wf_unlock(t, m);
    return fits ? WF_NONE : wf_raise(t, WF_EXC(ValueError), known ? "seek out of range" : "unknown seek type");
}

static WfValue mmap_tell(WfThread *t, WfValue *a)
{
    Mmap *m = self_mmap(a[0]);
    if (enter(t, m) != WF_OK) {
        return WF_EMPTY;
    }
    int64_t pos = m->pos;
    wf_unlock(t, m);
    return wf_small_int(pos);
}

static WfValue mmap_size(WfThread *t, WfValue *a)
{
    Mmap *m = self_mmap(a[0]);
    struct stat s;
    if (enter(t, m) != WF_OK) {
        return WF_EMPTY;
    }
    int r = fstat(m->fd, &s), err = errno;
    wf_unlock(t, m);
    errno = err;
    return r < 0 ? fail(t) : wf_int_from_i64(t, s.st_size);
}

static WfValue mmap_resize(WfThread *t, WfValue *a)
{
    Mmap *m = self_mmap(a[0]);
    int64_t n;
    if (wf_to_ssize(t, a[1], &n) != WF_OK || enter(t, m) != WF_OK) {
        return WF_EMPTY;
    }
    if (m->exports > 0) {
        wf_unlock(t, m);
        return wf_raise(t, WF_EXC(BufferError), "mmap can't resize with extant buffers exported.");
    }
    if (m->access != ACCESS_WRITE && m->access != ACCESS_DEFAULT) {
        wf_unlock(t, m);
        return wf_raise(t, WF_EXC(TypeError), "mmap can't resize a readonly or copy-on-write memory map.");
    }
    if (n < 0 || m->offset > INT64_MAX - n) {
        wf_unlock(t, m);
        return wf_raise(t, WF_EXC(ValueError), "new size out of range");
    }
    if (m->fd < 0 && m->shared && n > m->size) { /* the kernel would give pages that cannot be touched */
        wf_unlock(t, m);
        return wf_raise(t, WF_EXC(ValueError), "mmap: can't expand a shared anonymous mapping on Linux");
    }
    void *data = MAP_FAILED;
    if (m->fd < 0 || ftruncate(m->fd, m->offset + n) == 0) {
        data = mremap(m->data, (size_t)m->size, (size_t)n, MREMAP_MAYMOVE);
    }
    int err = errno;
    if (data != MAP_FAILED) {
        m->data = data;
        m->size = n;
    }
    wf_unlock(t, m);
    errno = err;
    return data == MAP_FAILED ? fail(t) : WF_NONE;
}

static WfValue mmap_flush(WfThread *t, WfValue *a)
{
    Mmap *m = self_mmap(a[0]);
    int64_t offset, n = -1;
    if (wf_to_ssize(t, a[1], &offset) != WF_OK || (!wf_is_empty(a[2]) && wf_to_ssize(t, a[2], &n) != WF_OK) || enter(t, m) != WF_OK) {
        return WF_EMPTY;
    }
    n = wf_is_empty(a[2]) ? m->size : n;
    if (n < 0 || offset < 0 || m->size - offset < n) {
        wf_unlock(t, m);
        return wf_raise(t, WF_EXC(ValueError), "flush values out of range");
    }
    int r = m->access == ACCESS_READ || m->access == ACCESS_COPY ? 0 : msync(m->data + offset, (size_t)n, MS_SYNC);
    int err = errno;
    wf_unlock(t, m);
    errno = err;
    return r < 0 ? fail(t) : WF_NONE;
}

static WfValue mmap_madvise(WfThread *t, WfValue *a)
{
    Mmap *m = self_mmap(a[0]);
    int option;
    int64_t start, n = 0;
    if (wf_to_int(t, a[1], &option) != WF_OK || wf_to_ssize(t, a[2], &start) != WF_OK
        || (!wf_is_empty(a[3]) && wf_to_ssize(t, a[3], &n) != WF_OK) || enter(t, m) != WF_OK) {
        return WF_EMPTY;
    }
    n = wf_is_empty(a[3]) ? m->size : n;
    const char *wrong = start < 0 || start >= m->size ? "madvise start out of bounds" : n < 0 ? "madvise length invalid" : NULL;
    if (wrong != NULL || INT64_MAX - start < n) {
        wf_unlock(t, m);
        return wrong != NULL ? wf_raise(t, WF_EXC(ValueError), "%s", wrong) : wf_raise(t, WF_EXC(OverflowError), "madvise length too large");
    }
    int r = madvise(m->data + start, (size_t)(n > m->size - start ? m->size - start : n), option);
    int err = errno;
    wf_unlock(t, m);
    errno = err;
    return r < 0 ? fail(t) : WF_NONE;
}

static WfValue mmap_move(WfThread *t, WfValue *a)
{
    Mmap *m = self_mmap(a[0]);
    int64_t to, from, n;
    if (wf_to_ssize(t, a[1], &to) != WF_OK || wf_to_ssize(t, a[2], &from) != WF_OK || wf_to_ssize(t, a[3], &n) != WF_OK
        || enter_writable(t, m) != WF_OK) {
        return WF_EMPTY;
    }
    const bool fits = to >= 0 && from >= 0 && n >= 0 && m->size - to >= n && m->size - from >= n;
    if (fits) {
        memmove(m->data + to, m->data + from, (size_t)n);
    }
    wf_unlock(t, m);
    return fits ? WF_NONE : wf_raise(t, WF_EXC(ValueError), "source, destination, or count out of range");
}

static WfValue search(WfThread *t, WfValue *a, bool last)
{
    Mmap *m = self_mmap(a[0]);
    int64_t start = 0, end = INT64_MAX, at = -1;
    WfView v;
    if ((!wf_is_empty(a[2]) && wf_to_ssize(t, a[2], &start) != WF_OK) || (!wf_is_empty(a[3]) && wf_to_ssize(t, a[3], &end) != WF_OK)
        || wf_view_get(t, a[1], &v) != WF_OK) {
        return WF_EMPTY;
    }
    WfStatus s = enter(t, m);
    if (s == WF_OK) {
        start = wf_is_empty(a[2]) ? m->pos : start;
        (void)wf_slice_adjust(m->size, &start, &end, 1);
        if (end >= start) {
            at = last ? wf_search_rfind(m->data + start, end - start, v.data, v.length, 1)
                      : wf_search_find(m->data + start, end - start, v.data, v.length, 1);
            at = at < 0 ? -1 : at + start;
        }
        wf_unlock(t, m);
    }
    wf_view_release(t, &v);
    return s == WF_OK ? wf_small_int(at) : WF_EMPTY;
}

static WfValue mmap_find(WfThread *t, WfValue *a) { return search(t, a, false); }
static WfValue mmap_rfind(WfThread *t, WfValue *a) { return search(t, a, true); }

/* --- as a sequence -------------------------------------------------------------------------------------------------- */

static WfStatus mmap_len(WfThread *t, WfValue self, int64_t *n)
{
    Mmap *m = self_mmap(self);
    if (enter(t, m) != WF_OK) {
        return WF_RAISED;
    }
    *n = m->size;
    wf_unlock(t, m);
    return WF_OK;
}

/* Enters with the index of one byte. */
static WfStatus enter_at(WfThread *t, Mmap *m, WfValue key, int64_t *i)
{
    if (wf_as_index(t, key, i, WF_EXC(IndexError)) != WF_OK || enter(t, m) != WF_OK) {
        return WF_RAISED;
    }
    *i += *i < 0 ? m->size : 0;
    if (*i < 0 || *i >= m->size) {
        wf_unlock(t, m);
        return WF_FAIL(wf_raise(t, WF_EXC(IndexError), "mmap index out of range"));
    }
    return WF_OK;
}

static bool is_index(WfValue key) { return wf_is_any_int(key) || wf_type(key)->slots.index != NULL; }

static WfValue mmap_getitem(WfThread *t, WfValue self, WfValue key)
{
    Mmap *m = self_mmap(self);
    int64_t i, stop, step, n;
    if (is_index(key)) {
        if (enter_at(t, m, key, &i) != WF_OK) {
            return WF_EMPTY;
        }
        uint8_t c = m->data[i];
        wf_unlock(t, m);
        return wf_small_int(c);
    }
    if (!wf_is_slice(key)) {
        return wf_raise(t, WF_EXC(TypeError), "mmap indices must be integers");
    }
    if (mmap_len(t, self, &n) != WF_OK || wf_slice_indices(t, key, n, &i, &stop, &step, &n) != WF_OK) {
        return WF_EMPTY;
    }
    if (step == 1) {
        return copy_out(t, m, i, n);
    }
    WfValue b = wf_bytes_new(t, NULL, n);
    if (wf_is_empty(b) || enter(t, m) != WF_OK) {
        return WF_EMPTY;
    }
    for (int64_t k = 0; k < n && i < m->size; k++, i += step) {
        wf_as_bytes(b)->data[k] = m->data[i];
    }
    wf_unlock(t, m);
    return b;
}

static WfStatus set_slice(WfThread *t, Mmap *m, WfValue key, WfValue v)
{
    int64_t i, stop, step, n;
    if (mmap_len(t, wf_from_object(m), &n) != WF_OK || wf_slice_indices(t, key, n, &i, &stop, &step, &n) != WF_OK) {
        return WF_RAISED;
    }
    WfView view;
    if (wf_view_get(t, v, &view) != WF_OK) {
        return WF_RAISED;
    }
    WfStatus s = WF_RAISED;
    if (view.length != n) {
        wf_raise(t, WF_EXC(IndexError), "mmap slice assignment is wrong size");
    } else if (enter_writable(t, m) == WF_OK) {
        for (int64_t k = 0; k < n && i < m->size; k++, i += step) {
            m->data[i] = view.data[k];
        }
        wf_unlock(t, m);
        s = WF_OK;
    }
    wf_view_release(t, &view);
    return s;
}

static WfStatus mmap_setitem(WfThread *t, WfValue self, WfValue key, WfValue v)
{
    Mmap *m = self_mmap(self);
    int64_t i, c;
    if (enter_writable(t, m) != WF_OK) {
        return WF_RAISED;
    }
    wf_unlock(t, m);
    if (wf_is_empty(v)) {
        return WF_FAIL(wf_raise(t, WF_EXC(TypeError), "%s", wf_is_slice(key) ? "mmap object doesn't support slice deletion" : "mmap doesn't support item deletion"));
    }
    if (wf_is_slice(key)) {
        return set_slice(t, m, key, v);
    }
    if (!is_index(key)) {
        return WF_FAIL(wf_raise(t, WF_EXC(TypeError), "mmap indices must be integer"));
    }
    if (enter_at(t, m, key, &i) != WF_OK) { /* a wrong index is said before a wrong value */
        return WF_RAISED;
    }
    wf_unlock(t, m);
    if (!is_index(v)) {
        return WF_FAIL(wf_raise(t, WF_EXC(TypeError), "mmap item value must be an int"));
    }
    if (wf_as_index(t, v, &c, WF_EXC(TypeError)) != WF_OK) {
        return WF_RAISED;
    }
    if (c < 0 || c > 255) {
        return WF_FAIL(wf_raise(t, WF_EXC(ValueError), "mmap item value must be in range(0, 256)"));
    }
    if (enter_at(t, m, key, &i) != WF_OK) {
        return WF_RAISED;
    }
    m->data[i] = (uint8_t)c;
    wf_unlock(t, m);
    return WF_OK;
}

static WfValue mmap_repr(WfThread *t, WfValue self)
{
    static const char *const access[] = {"ACCESS_DEFAULT", "ACCESS_READ", "ACCESS_WRITE", "ACCESS_COPY"};
    Mmap *m = self_mmap(self);
    wf_lock(t, m);
    const bool closed = m->data == NULL;
    int64_t size = m->size, pos = m->pos, offset = m->offset;
    wf_unlock(t, m);
    const char *name = wf_type_full_name(wf_type(self));
    return closed ? wf_str_format(t, "<%s closed=True>", name)
                  : wf_str_format(t, "<%s closed=False, access=%s, length=%zd, pos=%zd, offset=%lld>", name, access[m->access], (ssize_t)size,
                                  (ssize_t)pos, (long long)offset);
}

static WfValue mmap_sizeof(WfThread *t, WfValue *a) { return wf_small_int((int64_t)wf_gc_cell_size(wf_as_object(a[0]))); }

static const WfBuiltinDef mmap_methods[] = {
    {"close", mmap_close, "(self, /)", "Unmap the memory.", 0},
    {"find", mmap_find, "(self, sub, start=?, end=?, /)", "Lowest index of sub at or behind the position or start, or -1.", 0},
    {"rfind", mmap_rfind, "(self, sub, start=?, end=?, /)", "Highest index of sub at or behind the position or start, or -1.", 0},
    {"flush", mmap_flush, "(self, offset=0, size=?, /)", "Write changes to the file.", 0},
    {"madvise", mmap_madvise, "(self, option, start=0, length=?, /)", "Tell the kernel how the memory will be used.", 0},
    {"move", mmap_move, "(self, dest, src, count, /)", "Copy count bytes within the mapping.", 0},
    {"read", mmap_read, "(self, n=None, /)", "Read up to n bytes from the position on.", 0},
    {"read_byte", mmap_read_byte, "(self, /)", "Read a byte at the position.", 0},
    {"readline", mmap_readline, "(self, /)", "Read a line from the position on.", 0},
    {"resize", mmap_resize, "(self, newsize, /)", "Change the size of the mapping, and of the file.", 0},
    {"seek", mmap_seek, "(self, pos, whence=0, /)", "Set the position.", 0},
    {"size", mmap_size, "(self, /)", "The size of the file.", 0},
    {"tell", mmap_tell, "(self, /)", "The position.", 0},
    {"write", mmap_write, "(self, data, /)", "Write bytes at the position.", 0},
    {"write_byte", mmap_write_byte, "(self, byte, /)", "Write a byte at the position.", 0},
    {"__enter__", mmap_enter, "(self, /)", NULL, 0},
    {"__exit__", mmap_close, "(self, *args)", NULL, 0},
    {"__sizeof__", mmap_sizeof, "(self, /)", NULL, 0},
    {0}};

static const WfGetSetDef mmap_getsets[] = {{"closed", get_closed, NULL, NULL, 0}, {0}};

const WfTypeSpec wf_mmap_spec = {.name = "mmap.mmap",
                                 .doc = "Memory that stands for a file (fileno -1: for none), as a mutable sequence of bytes.",
                                 .flags = WF_TF_BASETYPE | WF_TF_WEAKREFS,
                                 .size = sizeof(Mmap),
                                 .methods = mmap_methods,
                                 .getsets = mmap_getsets,
                                 .signature = "(fileno, length, flags=1, prot=3, access=0, offset=0)",
                                 .slots = {.new_ = mmap_new,
                                           .repr = mmap_repr,
                                           .len = mmap_len,
                                           .getitem = mmap_getitem,
                                           .setitem = mmap_setitem,
                                           .getbuffer = mmap_getbuffer,
                                           .releasebuffer = mmap_releasebuffer,
                                           .release = mmap_release}};

static const WfSystemConstant constants[] = {
    WF_CONSTANT(PROT_EXEC) WF_CONSTANT(PROT_READ) WF_CONSTANT(PROT_WRITE)
    WF_CONSTANT(MAP_SHARED) WF_CONSTANT(MAP_PRIVATE) WF_CONSTANT(MAP_DENYWRITE) WF_CONSTANT(MAP_EXECUTABLE) WF_CONSTANT(MAP_ANONYMOUS)
    {"MAP_ANON", MAP_ANONYMOUS}, WF_CONSTANT(MAP_POPULATE) WF_CONSTANT(MAP_STACK) WF_CONSTANT(MAP_NORESERVE)
    WF_CONSTANT(ACCESS_READ) WF_CONSTANT(ACCESS_WRITE) WF_CONSTANT(ACCESS_COPY) WF_CONSTANT(ACCESS_DEFAULT)
    WF_CONSTANT(MADV_NORMAL) WF_CONSTANT(MADV_RANDOM) WF_CONSTANT(MADV_SEQUENTIAL) WF_CONSTANT(MADV_WILLNEED) WF_CONSTANT(MADV_DONTNEED)
    WF_CONSTANT(MADV_REMOVE) WF_CONSTANT(MADV_DONTFORK) WF_CONSTANT(MADV_DOFORK) WF_CONSTANT(MADV_HWPOISON) WF_CONSTANT(MADV_MERGEABLE)
    WF_CONSTANT(MADV_UNMERGEABLE) WF_CONSTANT(MADV_HUGEPAGE) WF_CONSTANT(MADV_NOHUGEPAGE) WF_CONSTANT(MADV_DONTDUMP)
    WF_CONSTANT(MADV_DODUMP) WF_CONSTANT(MADV_FREE)};

static WfStatus mmap_init(WfThread *t, WfValue module)
{
    if (wf_system_constants(t, module, constants, WF_ARRAY_LEN(constants)) != WF_OK
        || wf_module_add_int(t, module, "PAGESIZE", page_size()) != WF_OK
        || wf_module_add_int(t, module, "ALLOCATIONGRANULARITY", page_size()) != WF_OK
        || wf_module_add(t, module, "error", wf_from_object(WF_EXC(OSError))) != WF_OK) {
        return WF_RAISED;
    }
    return wf_module_add_type(t, module, WF_TYPE(MMAP));
}

const WfModuleDef wf_module_mmap = {.name = "mmap", .doc = "Files as memory.", .init = mmap_init};
