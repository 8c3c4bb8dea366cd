/* buffered.c - BufferedReader, BufferedWriter, BufferedRandom and BufferedRWPair.
 * SPDX-License-Identifier: MIT
 *
 * Design: one buffer for reading and writing, which is a window of the raw stream:
 *
 *     0 ........ pos ........... read_end          bytes read, those from pos on are still to be given out
 *     0 ... write_pos ... pos ... write_end        bytes in [write_pos, write_end) are to be written
 *
 *   pos is where the program is, raw_pos where the raw stream is, both as indices of the buffer. read_end is -1 where nothing
 *   has been read into it, write_end is -1 where there is nothing to write.
 * Threads: every operation holds the object's owner lock, under which Python code (the raw stream's) may run and block. A call
 *   from the same thread while it holds the lock raises RuntimeError. Only `ok`, `detached` and `raw` are read without. */
#include "modules/_io/io.h"

#include "objects/exceptions.h"
#include "objects/tuple.h"

#include <errno.h>
#include <unistd.h>

typedef struct Buffered {
    WfIoBase b;
    WfSlot raw;
    WfSlot buffer; /* WfRaw */
    WfOwnerLock lock;
    bool ok, detached, readable, writable;
    int64_t abs_pos; /* of the raw stream; -1: not known */
    int64_t size;
    int64_t pos, raw_pos, read_end, write_pos, write_end;
} Buffered;

WF_INLINE Buffered *as_buffered(WfValue v) { return WF_AS(Buffered, v); }
WF_INLINE WfValue raw_of(const Buffered *b) { return wf_load(&b->raw); }
WF_INLINE uint8_t *data_of(const Buffered *b) { return WF_LOAD(WfRaw, &b->buffer)->data; }

static void buffered_trace(WfMarker *m, WfObject *o)
{
    Buffered *b = (Buffered *)o;
    wf_mark_slot(m, &b->b.attrs);
    wf_mark_slot(m, &b->raw);
    wf_mark_slot(m, &b->buffer);
}

/* --- state -------------------------------------------------------------------------------------------------------- */

static bool has_read(const Buffered *b) { return b->readable && b->read_end != -1; }
static bool has_write(const Buffered *b) { return b->writable && b->write_end != -1; }
static int64_t ahead(const Buffered *b) { return has_read(b) ? b->read_end - b->pos : 0; }
/* How far the raw stream is in front of the program. */
static int64_t raw_offset(const Buffered *b)
{
    return (has_read(b) || has_write(b)) && b->raw_pos >= 0 ? b->raw_pos - b->pos : 0;
}
static void move_to(Buffered *b, int64_t pos)
{
    b->pos = pos;
    if (has_read(b) && b->read_end < pos) {
        b->read_end = pos;
    }
}
static void forget_read(Buffered *b) { b->read_end = -1; }
static void forget_write(Buffered *b)
{
    b->write_pos = 0;
    b->write_end = -1;
}

static WfStatus check_ok(WfThread *t, const Buffered *b)
{
    if (WF_LIKELY(b->ok)) {
        return WF_OK;
    }
    return WF_FAIL(wf_raise(t, WF_EXC(ValueError),
                            b->detached ? "raw stream has been detached" : "I/O operation on uninitialized object"));
}

static WfFound is_closed(WfThread *t, const Buffered *b)
{
    WfValue raw = raw_of(b);
    if (wf_io_is_fileio(raw)) {
        return wf_io_fd(WF_AS(WfFileIO, raw)) < 0 ? WF_FOUND : WF_MISSING;
    }
    WfValue v = wf_getattr(t, raw, WF_NAME(closed));
    return wf_is_empty(v) ? WF_ERROR : wf_truth(t, v);
}

/* What has been read before the raw stream was closed may still be taken. */
static WfStatus check_open(WfThread *t, const Buffered *b, const char *what)
{
    WfFound closed = is_closed(t, b);
    if (closed == WF_FOUND && ahead(b) == 0) {
        return WF_FAIL(wf_raise(t, WF_EXC(ValueError), "%s of closed file", what));
    }
    return closed == WF_ERROR ? WF_RAISED : WF_OK;
}

static WfStatus enter(WfThread *t, Buffered *b)
{
    if (WF_UNLIKELY(wf_owner_lock_mine(&b->lock, t))) {
        return WF_FAIL(wf_raise(t, WF_EXC(RuntimeError), "reentrant call inside %R", wf_from_object(b)));
    }
    switch (wf_owner_lock(t, &b->lock)) {
    case WF_ACQUIRED: return WF_OK;
    case WF_ACQUIRE_TIMED_OUT:
        return WF_FAIL(wf_raise(t, WF_EXC(RuntimeError),
                                "could not acquire lock for %R at interpreter shutdown, possibly due to daemon threads",
                                wf_from_object(b)));
    default: return WF_RAISED;
    }
}
static void leave(Buffered *b) { wf_owner_unlock(&b->lock); }

/* --- the raw stream ------------------------------------------------------------------------------------------------- */

static WfStatus raw_position(WfThread *t, Buffered *b, WfValue r, int64_t *out)
{
    int64_t n;
    if (wf_io_offset(t, r, &n) != WF_OK) {
        return WF_RAISED;
    }
    if (n < 0) {
        return WF_FAIL(wf_raise(t, WF_EXC(OSError), "Raw stream returned invalid position %lld", (long long)n));
    }
    b->abs_pos = n;
    *out = n;
    return WF_OK;
}

static WfStatus raw_tell(WfThread *t, Buffered *b, int64_t *out)
{
    WfValue raw = raw_of(b);
    if (wf_io_is_fileio(raw)) {
        int64_t n = wf_fileio_seek(t, WF_AS(WfFileIO, raw), 0, SEEK_CUR);
        if (n < 0) {
            return WF_RAISED;
        }
        *out = b->abs_pos = n;
        return WF_OK;
    }
    WfValue r = wf_call_method0(t, raw, WF_NAME(tell));
    return wf_is_empty(r) ? WF_RAISED : raw_position(t, b, r, out);
}

static WfStatus raw_seek(WfThread *t, Buffered *b, int64_t offset, int whence, int64_t *out)
{
    WfValue raw = raw_of(b);
    int64_t n;
    if (wf_io_is_fileio(raw)) {
        n = wf_fileio_seek(t, WF_AS(WfFileIO, raw), offset, whence);
        if (n < 0) {
            return WF_RAISED;
        }
        b->abs_pos = n;
    } else {
        WfValue args[] = {wf_int_from_i64(t, offset), wf_small_int(whence)};
        WfValue r = wf_is_empty(args[0]) ? args[0] : wf_call_method(t, raw, WF_NAME(seek), args, 2);
        if (wf_is_empty(r) || raw_position(t, b, r, &n) != WF_OK) {
            return WF_RAISED;
        }
    }
    if (out != NULL) {
        *out = n;
    }
    return WF_OK;
}

/* A memoryview of a buffer with n bytes for a raw stream written in Python, so that it may keep it. */
static WfValue lend(WfThread *t, WfValue owner)
{
    return wf_call1(t, wf_from_object(WF_TYPE(MEMORYVIEW)), owner);
}

static int64_t raw_read(WfThread *t, Buffered *b, uint8_t *p, int64_t n)
{
    WfValue raw = raw_of(b), r;
    int64_t got;
    if (wf_io_is_fileio(raw)) {
        got = wf_fileio_read(t, WF_AS(WfFileIO, raw), p, n);
    } else {
        WfValue space = wf_bytearray_new(t, NULL, n), view = wf_is_empty(space) ? space : lend(t, space);
        if (wf_is_empty(view)) {
            return WF_IO_RAISED;
        }
        do {
            r = wf_call_method1(t, raw, WF_NAME(readinto), view);
        } while (wf_is_empty(r) && wf_io_trap_eintr(t));
        if (wf_is_empty(r)) {
            return WF_IO_RAISED;
        }
        if (wf_is_none(r)) {
            return WF_IO_WOULD_BLOCK;
        }
        if (wf_io_offset(t, r, &got) != WF_OK) {
            (void)wf_raise_from_pending(t, WF_EXC(OSError), "raw readinto() failed");
            return WF_IO_RAISED;
        }
        if (got < 0 || got > n) {
            (void)wf_raise(t, WF_EXC(OSError),
                           "raw readinto() returned invalid length %lld (should have been between 0 and %lld)", (long long)got,
                           (long long)n);
            return WF_IO_RAISED;
        }
        int64_t have;
        const uint8_t *from = wf_bytearray_data(t, wf_as_bytearray(space), &have);
        if (got > 0) {
            memcpy(p, from, (size_t)got);
        }
    }
    if (got > 0 && b->abs_pos != -1) {
        b->abs_pos += got;
    }
    return got;
}

static int64_t raw_write(WfThread *t, Buffered *b, const uint8_t *p, int64_t n)
{
    WfValue raw = raw_of(b), r;
    int64_t got;
    if (wf_io_is_fileio(raw)) {
        got = wf_fileio_write(t, WF_AS(WfFileIO, raw), p, n);
    } else {
        WfValue copy = wf_bytes_new(t, p, n), view = wf_is_empty(copy) ? copy : lend(t, copy);
        if (wf_is_empty(view)) {
            return WF_IO_RAISED;
        }
        do {
            r = wf_call_method1(t, raw, WF_NAME(write), view);
        } while (wf_is_empty(r) && wf_io_trap_eintr(t));
        if (wf_is_empty(r)) {
            return WF_IO_RAISED;
        }
        if (wf_is_none(r)) {
            return WF_IO_WOULD_BLOCK;
        }
        if (wf_io_offset(t, r, &got) != WF_OK) {
            return WF_IO_RAISED;
        }
        if (got < 0 || got > n) {
            (void)wf_raise(t, WF_EXC(OSError), "raw write() returned invalid length %lld (should have been between 0 and %lld)",
                           (long long)got, (long long)n);
            return WF_IO_RAISED;
        }
    }
    if (got > 0 && b->abs_pos != -1) {
        b->abs_pos += got;
    }
    return got;
}

static int64_t fill(WfThread *t, Buffered *b)
{
    int64_t start = has_read(b) ? b->read_end : 0;
    int64_t n = raw_read(t, b, data_of(b) + start, b->size - start);
    if (n > 0) {
        b->read_end = b->raw_pos = start + n;
    }
    return n;
}

/* --- writing out -------------------------------------------------------------------------------------------------- */

static WfStatus flush_writes(WfThread *t, Buffered *b)
{
    if (has_write(b) && b->write_pos != b->write_end) {
        int64_t back = raw_offset(b) + (b->pos - b->write_pos);
        if (back != 0) {
            if (raw_seek(t, b, -back, SEEK_CUR, NULL) != WF_OK) {
                return WF_RAISED;
            }
            b->raw_pos -= back;
        }
        while (b->write_pos < b->write_end) {
            int64_t n = raw_write(t, b, data_of(b) + b->write_pos, b->write_end - b->write_pos);
            if (n == WF_IO_RAISED) {
                return WF_RAISED;
            }
            if (n == WF_IO_WOULD_BLOCK) {
                return wf_io_raise_would_block(t, 0);
            }
            b->write_pos += n;
            b->raw_pos = b->write_pos;
            /* a part only: a signal may have come in */
            if (b->write_pos < b->write_end && wf_handle_breaker(t) != WF_OK) {
                return WF_RAISED;
            }
        }
    }
    forget_write(b);
    return WF_OK;
}

/* Writes out, and brings the raw stream to where the program is. */
static WfStatus flush_and_rewind(WfThread *t, Buffered *b)
{
    if (flush_writes(t, b) != WF_OK) {
        return WF_RAISED;
    }
    if (b->readable) {
        WfStatus s = raw_seek(t, b, -raw_offset(b), SEEK_CUR, NULL);
        forget_read(b);
        return s;
    }
    return WF_OK;
}

/* --- making, closing ---------------------------------------------------------------------------------------------- */

static WfStatus set_up(WfThread *t, WfValue self, WfValue raw, WfValue size, bool readable, bool writable)
{
    Buffered *b = as_buffered(self);
    int64_t n, at;
    if (wf_to_ssize(t, size, &n) != WF_OK) {
        return WF_RAISED;
    }
    if (n <= 0) {
        return WF_FAIL(wf_raise(t, WF_EXC(ValueError), "buffer size must be strictly positive"));
    }
    WfRaw *buffer = wf_gc_alloc_raw(t, n, false);
    if (buffer == NULL || enter(t, b) != WF_OK) {
        return WF_RAISED;
    }
    wf_store_ptr(&b->buffer, buffer);
    wf_store(&b->raw, raw);
    b->size = n;
    b->readable = readable;
    b->writable = writable;
    b->abs_pos = -1;
    b->pos = b->raw_pos = 0;
    forget_read(b);
    forget_write(b);
    if (raw_tell(t, b, &at) != WF_OK) {
        wf_clear_pending(t);
    }
    b->detached = false;
    b->ok = true;
    leave(b);
    return WF_OK;
}

static WfStatus init_args(WfThread *t, WfValue self, const char *name, const WfArgs *args, WfValue *a)
{
    as_buffered(self)->ok = false;
    as_buffered(self)->detached = false;
    return wf_parse_args(t, name, "(raw, buffer_size=8192)", args, a, 2);
}
static WfStatus reader_init(WfThread *t, WfValue self, const WfArgs *args)
{
    WfValue a[2];
    if (init_args(t, self, "BufferedReader", args, a) != WF_OK || wf_io_check_able(t, a[0], WF_NAME(readable)) != WF_OK) {
        return WF_RAISED;
    }
    return set_up(t, self, a[0], a[1], true, false);
}
static WfStatus writer_init(WfThread *t, WfValue self, const WfArgs *args)
{
    WfValue a[2];
    if (init_args(t, self, "BufferedWriter", args, a) != WF_OK || wf_io_check_able(t, a[0], WF_NAME(writable)) != WF_OK) {
        return WF_RAISED;
    }
    return set_up(t, self, a[0], a[1], false, true);
}
static WfStatus random_init(WfThread *t, WfValue self, const WfArgs *args)
{
    WfValue a[2];
    if (init_args(t, self, "BufferedRandom", args, a) != WF_OK || wf_io_check_able(t, a[0], WF_NAME(seekable)) != WF_OK
        || wf_io_check_able(t, a[0], WF_NAME(readable)) != WF_OK || wf_io_check_able(t, a[0], WF_NAME(writable)) != WF_OK) {
        return WF_RAISED;
    }
    return set_up(t, self, a[0], a[1], true, true);
}

static WfStatus warn_unclosed(WfThread *t, Buffered *b, WfValue source)
{
    WfValue raw = raw_of(b);
    if (b->ok && !wf_is_empty(raw)) {
        WfValue saved = wf_take_pending(t);
        if (wf_is_empty(wf_call_method1(t, raw, WF_NAME(_dealloc_warn), source))) {
            wf_clear_pending(t);
        }
        wf_restore_pending(t, saved);
    }
    return WF_OK;
}
static WfValue buffered_dealloc_warn(WfThread *t, WfValue *a)
{
    return warn_unclosed(t, as_buffered(a[0]), a[1]) == WF_OK ? WF_NONE : WF_EMPTY;
}

static WfValue buffered_close(WfThread *t, WfValue *a)
{
    Buffered *b = as_buffered(a[0]);
    if (check_ok(t, b) != WF_OK || enter(t, b) != WF_OK) {
        return WF_EMPTY;
    }
    WfFound closed = is_closed(t, b);
    if (closed != WF_MISSING) {
        leave(b);
        return closed == WF_ERROR ? WF_EMPTY : WF_NONE;
    }
    if (wf_io_flag(a[0], WF_IO_FINALIZING)) {
        (void)warn_unclosed(t, b, a[0]);
    }
    leave(b); /* flush() takes it again */
    WfValue first = wf_is_empty(wf_call_method0(t, a[0], WF_NAME(flush))) ? wf_take_pending(t) : WF_EMPTY;
    if (enter(t, b) != WF_OK) {
        wf_io_chain(t, first);
        return WF_EMPTY;
    }
    WfValue r = wf_call_method0(t, raw_of(b), WF_NAME(close));
    b->read_end = b->readable ? 0 : -1;
    b->pos = 0;
    leave(b);
    if (!wf_is_empty(first)) {
        wf_io_chain(t, first);
        return WF_EMPTY;
    }
    return r;
}

static WfValue buffered_detach(WfThread *t, WfValue *a)
{
    Buffered *b = as_buffered(a[0]);
    if (check_ok(t, b) != WF_OK || wf_is_empty(wf_call_method0(t, a[0], WF_NAME(flush)))) {
        return WF_EMPTY;
    }
    WfValue raw = raw_of(b);
    b->detached = true;
    b->ok = false;
    wf_store(&b->raw, WF_EMPTY);
    return raw;
}

static WfStatus flush_locked(WfThread *t, Buffered *b)
{
    if (enter(t, b) != WF_OK) {
        return WF_RAISED;
    }
    WfStatus s = check_open(t, b, "flush");
    if (s == WF_OK) {
        s = flush_and_rewind(t, b);
    }
    leave(b);
    return s;
}
static WfValue buffered_flush(WfThread *t, WfValue *a)
{
    Buffered *b = as_buffered(a[0]);
    return check_ok(t, b) == WF_OK && flush_locked(t, b) == WF_OK ? WF_NONE : WF_EMPTY;
}
WfStatus wf_buffered_flush(WfThread *t, WfValue self)
{
    return check_ok(t, as_buffered(self)) == WF_OK ? flush_locked(t, as_buffered(self)) : WF_RAISED;
}
WfFound wf_buffered_closed(WfThread *t, WfValue self)
{
    Buffered *b = as_buffered(self);
    return check_ok(t, b) == WF_OK ? is_closed(t, b) : WF_ERROR;
}

/* --- what the raw stream answers ------------------------------------------------------------------------------------ */

#define FORWARD(function, method)                                                                                  \
    static WfValue function(WfThread *t, WfValue *a)                                                               \
    {                                                                                                              \
        Buffered *b = as_buffered(a[0]);                                                                           \
        return check_ok(t, b) == WF_OK ? wf_call_method0(t, raw_of(b), WF_NAME(method)) : WF_EMPTY;                \
    }
FORWARD(reader_flush, flush)
FORWARD(buffered_seekable, seekable)
FORWARD(buffered_readable, readable)
FORWARD(buffered_writable, writable)
FORWARD(buffered_fileno, fileno)
FORWARD(buffered_isatty, isatty)
#define FORWARD_ATTRIBUTE(function, name)                                                                          \
    static WfValue function(WfThread *t, WfValue self)                                                             \
    {                                                                                                              \
        Buffered *b = as_buffered(self);                                                                           \
        return check_ok(t, b) == WF_OK ? wf_getattr(t, raw_of(b), WF_NAME(name)) : WF_EMPTY;                       \
    }
FORWARD_ATTRIBUTE(buffered_get_closed, closed)
FORWARD_ATTRIBUTE(buffered_get_name, name)
FORWARD_ATTRIBUTE(buffered_get_mode, mode)
static WfValue buffered_get_raw(WfThread *t, WfValue self)
{
    WfValue raw = raw_of(as_buffered(self));
    return wf_is_empty(raw) ? WF_NONE : raw;
}

/* --- reading ------------------------------------------------------------------------------------------------------ */

static WfValue take(WfThread *t, Buffered *b, int64_t n)
{
    WfValue r = wf_bytes_new(t, n == 0 ? (const uint8_t *)"" : data_of(b) + b->pos, n);
    if (!wf_is_empty(r)) {
        b->pos += n;
    }
    return r;
}

static WfValue shrink(WfThread *t, WfValue bytes, int64_t n)
{
    return n == wf_as_bytes(bytes)->length ? bytes : wf_bytes_new(t, n == 0 ? (const uint8_t *)"" : wf_as_bytes(bytes)->data, n);
}

static WfValue concat(WfThread *t, WfValue a, WfValue b)
{
    return wf_as_bytes(a)->length == 0 ? b : wf_as_bytes(b)->length == 0 ? a : wf_bytes_concat(t, a, b);
}

/* To the end of the stream. */
static WfValue read_all(WfThread *t, Buffered *b)
{
    WfValue raw = raw_of(b), readall;
    WfValue data = take(t, b, ahead(b));
    if (wf_is_empty(data)) {
        return data;
    }
    if (b->writable && flush_and_rewind(t, b) != WF_OK) {
        return WF_EMPTY;
    }
    forget_read(b);
    WfFound found = wf_getattr_opt(t, raw, WF_NAME(readall), &readall);
    if (found == WF_ERROR) {
        return WF_EMPTY;
    }
    if (found == WF_FOUND) {
        WfValue rest = wf_call0(t, readall);
        if (wf_is_empty(rest)) {
            return rest;
        }
        b->abs_pos = -1; /* it has moved */
        if (wf_is_none(rest)) {
            return wf_as_bytes(data)->length == 0 ? rest : data;
        }
        if (!wf_is_bytes(rest)) {
            return wf_raise(t, WF_EXC(TypeError), "readall() should return bytes");
        }
        return concat(t, data, rest);
    }
    WfValue all = wf_bytearray_new(t, wf_as_bytes(data)->data, wf_as_bytes(data)->length);
    bool any = wf_as_bytes(data)->length > 0;
    if (wf_is_empty(all)) {
        return all;
    }
    for (;;) {
        WfValue r = wf_call_method0(t, raw, WF_NAME(read));
        if (wf_is_empty(r)) {
            return r;
        }
        if (!wf_is_none(r) && !wf_is_bytes(r)) {
            return wf_raise(t, WF_EXC(TypeError), "read() should return bytes");
        }
        if (wf_is_none(r) || wf_as_bytes(r)->length == 0) {
            if (!any) {
                return r;
            }
            break;
        }
        any = true;
        if (b->abs_pos != -1) {
            b->abs_pos += wf_as_bytes(r)->length;
        }
        if (wf_bytearray_append(t, wf_as_bytearray(all), wf_as_bytes(r)->data, wf_as_bytes(r)->length) != WF_OK) {
            return WF_EMPTY;
        }
    }
    int64_t n;
    const uint8_t *p = wf_bytearray_data(t, wf_as_bytearray(all), &n);
    return wf_bytes_new(t, p, n);
}

static WfValue read_some(WfThread *t, Buffered *b, int64_t n)
{
    int64_t have = ahead(b);
    if (n <= have) {
        return take(t, b, n);
    }
    WfValue result = wf_bytes_new(t, NULL, n);
    if (wf_is_empty(result)) {
        return result;
    }
    uint8_t *out = wf_as_bytes(result)->data;
    int64_t written = 0, left = n;
    if (have > 0) {
        memcpy(out, data_of(b) + b->pos, (size_t)have);
        written = have;
        left -= have;
        b->pos += have;
    }
    if (b->writable && flush_and_rewind(t, b) != WF_OK) {
        return WF_EMPTY;
    }
    forget_read(b);
    while (left > 0) {
        int64_t whole = b->size * (left / b->size); /* full blocks go past the buffer */
        if (whole == 0) {
            break;
        }
        int64_t r = raw_read(t, b, out + written, whole);
        if (r == WF_IO_RAISED) {
            return WF_EMPTY;
        }
        if (r == 0 || r == WF_IO_WOULD_BLOCK) {
            return r == 0 || written > 0 ? shrink(t, result, written) : WF_NONE;
        }
        left -= r;
        written += r;
    }
    b->pos = b->raw_pos = 0;
    b->read_end = 0;
    while (left > 0 && b->read_end < b->size) {
        int64_t r = fill(t, b);
        if (r == WF_IO_RAISED) {
            return WF_EMPTY;
        }
        if (r == 0 || r == WF_IO_WOULD_BLOCK) {
            return r == 0 || written > 0 ? shrink(t, result, written) : WF_NONE;
        }
        if (r > left) {
            r = left;
        }
        memcpy(out + written, data_of(b) + b->pos, (size_t)r);
        written += r;
        b->pos += r;
        left -= r;
    }
    return shrink(t, result, written);
}

static WfValue buffered_read(WfThread *t, WfValue *a)
{
    Buffered *b = as_buffered(a[0]);
    int64_t n;
    if (check_ok(t, b) != WF_OK || wf_io_size(t, a[1], &n) != WF_OK) {
        return WF_EMPTY;
    }
    if (n < -1) {
        return wf_raise(t, WF_EXC(ValueError), "read length must be non-negative or -1");
    }
    if (enter(t, b) != WF_OK) {
        return WF_EMPTY;
    }
    WfValue r = check_open(t, b, "read") != WF_OK ? WF_EMPTY : n == -1 ? read_all(t, b) : read_some(t, b, n);
    leave(b);
    return r;
}

static WfValue read1_locked(WfThread *t, Buffered *b, int64_t n)
{
    if (check_open(t, b, "read") != WF_OK) {
        return WF_EMPTY;
    }
    if (n < 0) {
        n = b->size;
    }
    if (n == 0) {
        return wf_bytes_new(t, "", 0);
    }
    int64_t have = ahead(b);
    if (have > 0) {
        return take(t, b, have < n ? have : n);
    }
    WfValue result = wf_bytes_new(t, NULL, n);
    if (wf_is_empty(result)) {
        return result;
    }
    if (b->writable && has_write(b) && flush_and_rewind(t, b) != WF_OK) {
        return WF_EMPTY;
    }
    forget_read(b);
    int64_t r = raw_read(t, b, wf_as_bytes(result)->data, n);
    return r == WF_IO_RAISED ? WF_EMPTY : shrink(t, result, r == WF_IO_WOULD_BLOCK ? 0 : r);
}
WfValue wf_buffered_read1(WfThread *t, WfValue self, int64_t n)
{
    Buffered *b = as_buffered(self);
    if (check_ok(t, b) != WF_OK || enter(t, b) != WF_OK) {
        return WF_EMPTY;
    }
    WfValue r = read1_locked(t, b, n);
    leave(b);
    return r;
}
static WfValue buffered_read1(WfThread *t, WfValue *a)
{
    int64_t n;
    if (wf_to_ssize(t, a[1], &n) != WF_OK) {
        return WF_EMPTY;
    }
    return wf_buffered_read1(t, a[0], n);
}

static WfValue readinto_locked(WfThread *t, Buffered *b, const WfBuffer *to, bool once)
{
    uint8_t *out = to->data;
    int64_t written = 0, n = ahead(b), left;
    if (n > 0) {
        written = n < to->length ? n : to->length;
        memcpy(out, data_of(b) + b->pos, (size_t)written);
        b->pos += written;
        if (written == to->length) {
            return wf_small_int(written);
        }
    }
    if (b->writable && flush_and_rewind(t, b) != WF_OK) {
        return WF_EMPTY;
    }
    forget_read(b);
    b->pos = 0;
    for (left = to->length - written; left > 0; left -= n) {
        if (left > b->size) { /* past the buffer */
            n = raw_read(t, b, out + written, left);
        } else if (!(once && written > 0)) {
            n = fill(t, b);
            if (n > 0) {
                n = n < left ? n : left;
                memcpy(out + written, data_of(b) + b->pos, (size_t)n);
                b->pos += n;
            }
        } else {
            n = 0;
        }
        if (n == 0 || (n == WF_IO_WOULD_BLOCK && written > 0)) {
            break;
        }
        if (n < 0) {
            return n == WF_IO_WOULD_BLOCK ? WF_NONE : WF_EMPTY;
        }
        written += n;
        if (once) {
            break;
        }
    }
    return wf_small_int(written);
}
static WfValue readinto(WfThread *t, WfValue *a, bool once)
{
    Buffered *b = as_buffered(a[0]);
    WfBuffer to;
    if (wf_io_writable(t, a[1], once ? "readinto1" : "readinto", &to) != WF_OK) {
        return WF_EMPTY;
    }
    WfValue r = WF_EMPTY;
    if (check_ok(t, b) == WF_OK && enter(t, b) == WF_OK) {
        if (check_open(t, b, "readinto") == WF_OK) {
            r = readinto_locked(t, b, &to, once);
        }
        leave(b);
    }
    wf_buffer_release(t, &to);
    return r;
}
static WfValue buffered_readinto(WfThread *t, WfValue *a)
{
    return readinto(t, a, false);
}
static WfValue buffered_readinto1(WfThread *t, WfValue *a)
{
    return readinto(t, a, true);
}

static WfValue peek_locked(WfThread *t, Buffered *b)
{
    if (check_open(t, b, "peek") != WF_OK || (b->writable && flush_and_rewind(t, b) != WF_OK)) {
        return WF_EMPTY;
    }
    int64_t have = ahead(b);
    if (have <= 0) {
        forget_read(b);
        have = fill(t, b);
        if (have == WF_IO_RAISED) {
            return WF_EMPTY;
        }
        if (have == WF_IO_WOULD_BLOCK) {
            have = 0;
        }
        b->pos = 0;
    }
    return wf_bytes_new(t, have == 0 ? (const uint8_t *)"" : data_of(b) + b->pos, have);
}
static WfValue buffered_peek(WfThread *t, WfValue *a)
{
    Buffered *b = as_buffered(a[0]);
    int64_t n;
    if (check_ok(t, b) != WF_OK || wf_to_ssize(t, a[1], &n) != WF_OK || enter(t, b) != WF_OK) {
        return WF_EMPTY;
    }
    WfValue r = peek_locked(t, b);
    leave(b);
    return r;
}

static WfValue readline_locked(WfThread *t, Buffered *b, int64_t limit)
{
    if (check_open(t, b, "readline") != WF_OK) {
        return WF_EMPTY;
    }
    WfValue line = WF_EMPTY; /* bytearray, once one buffer is not enough */
    int64_t n = ahead(b);
    bool cut = limit >= 0 && n > limit;
    n = cut ? limit : n;
    const uint8_t *start = data_of(b) + b->pos, *end = n > 0 ? memchr(start, '\n', (size_t)n) : NULL;
    if (end != NULL || cut || (limit >= 0 && n == limit)) {
        return take(t, b, end != NULL ? end - start + 1 : n);
    }
    line = wf_bytearray_new(t, start, n);
    if (wf_is_empty(line)) {
        return line;
    }
    b->pos += n;
    limit -= limit >= 0 ? n : 0;
    if (b->writable && flush_and_rewind(t, b) != WF_OK) {
        return WF_EMPTY;
    }
    for (;;) {
        forget_read(b);
        n = fill(t, b);
        if (n == WF_IO_RAISED) {
            return WF_EMPTY;
        }
        b->pos = 0;
        if (n <= 0) {
            break;
        }
        n = limit >= 0 && n > limit ? limit : n;
        start = data_of(b);
        end = memchr(start, '\n', (size_t)n);
        n = end != NULL ? end - start + 1 : n;
        if (wf_bytearray_append(t, wf_as_bytearray(line), start, n) != WF_OK) {
            return WF_EMPTY;
        }
        b->pos = n;
        limit -= limit >= 0 ? n : 0;
        if (end != NULL || limit == 0) {
            break;
        }
    }
    const uint8_t *p = wf_bytearray_data(t, wf_as_bytearray(line), &n);
    return wf_bytes_new(t, n == 0 ? (const uint8_t *)"" : p, n);
}
static WfValue readline(WfThread *t, WfValue self, int64_t limit)
{
    Buffered *b = as_buffered(self);
    if (check_ok(t, b) != WF_OK || enter(t, b) != WF_OK) {
        return WF_EMPTY;
    }
    WfValue r = readline_locked(t, b, limit);
    leave(b);
    return r;
}
static WfValue buffered_readline(WfThread *t, WfValue *a)
{
    int64_t limit;
    return wf_io_size(t, a[1], &limit) == WF_OK ? readline(t, a[0], limit) : WF_EMPTY;
}
static WfFound buffered_next(WfThread *t, WfValue self, WfValue *out)
{
    WfValue line;
    if (wf_io_is_buffered_reader(self)) {
        line = readline(t, self, -1);
    } else {
        line = wf_call_method0(t, self, WF_NAME(readline));
        if (!wf_is_empty(line) && !wf_is_bytes(line)) {
            return WF_FAIL_FOUND(
                wf_raise(t, WF_EXC(OSError), "readline() should have returned a bytes object, not '%T'", line));
        }
    }
    if (wf_is_empty(line)) {
        return WF_ERROR;
    }
    *out = line;
    return wf_as_bytes(line)->length > 0 ? WF_FOUND : WF_MISSING;
}

/* --- writing ------------------------------------------------------------------------------------------------------ */

/* Takes a part of what the raw stream would not: as much as there is room for. */
static WfStatus keep_some(WfThread *t, Buffered *b, const uint8_t *p, int64_t n)
{
    if (b->readable) {
        forget_read(b);
    }
    uint8_t *data = data_of(b);
    memmove(data, data + b->write_pos, (size_t)(b->write_end - b->write_pos));
    b->write_end -= b->write_pos;
    b->raw_pos -= b->write_pos;
    b->pos -= b->write_pos;
    b->write_pos = 0;
    int64_t room = b->size - b->write_end, k = n <= room ? n : room;
    memcpy(data + b->write_end, p, (size_t)k);
    b->write_end += k;
    b->pos += k;
    return k == n ? WF_OK : wf_io_raise_would_block(t, k);
}

static WfStatus write_locked(WfThread *t, Buffered *b, const uint8_t *p, int64_t n)
{
    WfFound closed = is_closed(t, b);
    if (closed != WF_MISSING) {
        return closed == WF_ERROR ? WF_RAISED : WF_FAIL(wf_raise(t, WF_EXC(ValueError), "write to closed file"));
    }
    if (!has_read(b) && !has_write(b)) {
        b->pos = b->raw_pos = 0;
    }
    int64_t room = b->size - b->pos;
    if (n <= room && n < b->size) {
        memcpy(data_of(b) + b->pos, p, (size_t)n);
        if (!has_write(b) || b->write_pos > b->pos) {
            b->write_pos = b->pos;
        }
        move_to(b, b->pos + n);
        if (b->write_end < b->pos) {
            b->write_end = b->pos;
        }
        return WF_OK;
    }
    if (flush_writes(t, b) != WF_OK) {
        if (!wf_clear_if(t, WF_EXC(BlockingIOError))) {
            return WF_RAISED;
        }
        return keep_some(t, b, p, n);
    }
    int64_t offset = raw_offset(b);
    if (offset != 0) {
        if (raw_seek(t, b, -offset, SEEK_CUR, NULL) != WF_OK) {
            return WF_RAISED;
        }
        b->raw_pos -= offset;
    }
    int64_t left = n, written = 0;
    while (left > b->size) {
        int64_t r = raw_write(t, b, p + written, n - written);
        if (r == WF_IO_RAISED) {
            return WF_RAISED;
        }
        if (r == WF_IO_WOULD_BLOCK) {
            memcpy(data_of(b), p + written, (size_t)b->size);
            b->raw_pos = 0;
            move_to(b, b->size);
            b->write_pos = 0;
            b->write_end = b->size;
            return wf_io_raise_would_block(t, written + b->size);
        }
        written += r;
        left -= r;
        if (left > b->size && wf_handle_breaker(t) != WF_OK) {
            return WF_RAISED;
        }
    }
    if (b->readable) {
        forget_read(b);
    }
    if (left > 0) {
        memcpy(data_of(b), p + written, (size_t)left);
    }
    b->write_pos = 0;
    b->write_end = left;
    move_to(b, left);
    b->raw_pos = 0;
    return WF_OK;
}
WfStatus wf_buffered_write(WfThread *t, WfValue self, const void *p, int64_t n)
{
    Buffered *b = as_buffered(self);
    if (check_ok(t, b) != WF_OK || enter(t, b) != WF_OK) {
        return WF_RAISED;
    }
    WfStatus s = write_locked(t, b, p, n);
    leave(b);
    return s;
}
static WfValue buffered_write(WfThread *t, WfValue *a)
{
    WfView v;
    if (check_ok(t, as_buffered(a[0])) != WF_OK || wf_view_get(t, a[1], &v) != WF_OK) {
        return WF_EMPTY;
    }
    WfStatus s = wf_buffered_write(t, a[0], v.data, v.length);
    int64_t n = v.length;
    wf_view_release(t, &v);
    return s == WF_OK ? wf_small_int(n) : WF_EMPTY;
}

/* --- positions ------------------------------------------------------------------------------------------------------ */

static WfValue buffered_tell(WfThread *t, WfValue *a)
{
    Buffered *b = as_buffered(a[0]);
    int64_t at;
    if (check_ok(t, b) != WF_OK || enter(t, b) != WF_OK) {
        return WF_EMPTY;
    }
    WfStatus s = raw_tell(t, b, &at);
    int64_t offset = raw_offset(b);
    leave(b);
    return s == WF_OK ? wf_int_from_i64(t, at - offset) : WF_EMPTY;
}

static WfStatus seek_locked(WfThread *t, Buffered *b, int64_t target, int whence, int64_t *out)
{
    if (check_open(t, b, "seek") != WF_OK || wf_io_check_able(t, raw_of(b), WF_NAME(seekable)) != WF_OK) {
        return WF_RAISED;
    }
    if (whence != SEEK_END && b->readable) {
        int64_t now = b->abs_pos, have = ahead(b);
        if (now < 0 && raw_tell(t, b, &now) != WF_OK) {
            return WF_RAISED;
        }
        if (have > 0) {
            int64_t offset = whence == SEEK_SET ? target - (now - raw_offset(b)) : target;
            if (offset >= -b->pos && offset <= have) { /* within the buffer */
                b->pos += offset;
                *out = now - have + offset;
                return WF_OK;
            }
        }
    }
    if (b->writable && flush_writes(t, b) != WF_OK) {
        return WF_RAISED;
    }
    if (whence == SEEK_CUR) {
        target -= raw_offset(b);
    }
    if (raw_seek(t, b, target, whence, out) != WF_OK) {
        return WF_RAISED;
    }
    b->raw_pos = -1;
    if (b->readable) {
        forget_read(b);
    }
    return WF_OK;
}
static WfValue buffered_seek(WfThread *t, WfValue *a)
{
    Buffered *b = as_buffered(a[0]);
    int whence;
    int64_t target, at;
    if (check_ok(t, b) != WF_OK || wf_to_int(t, a[2], &whence) != WF_OK) {
        return WF_EMPTY;
    }
    if (whence < 0 || whence > 4) {
        return wf_raise(t, WF_EXC(ValueError), "whence value %d unsupported", whence);
    }
    if (wf_io_offset(t, a[1], &target) != WF_OK || enter(t, b) != WF_OK) {
        return WF_EMPTY;
    }
    WfStatus s = seek_locked(t, b, target, whence, &at);
    leave(b);
    return s == WF_OK ? wf_int_from_i64(t, at) : WF_EMPTY;
}

static WfValue buffered_truncate(WfThread *t, WfValue *a)
{
    Buffered *b = as_buffered(a[0]);
    int64_t at;
    if (check_ok(t, b) != WF_OK || enter(t, b) != WF_OK) {
        return WF_EMPTY;
    }
    WfValue r = WF_EMPTY;
    if (check_open(t, b, "truncate") == WF_OK) {
        if (!b->writable) {
            (void)wf_io_unsupported(t, "truncate");
        } else if (flush_and_rewind(t, b) == WF_OK) {
            r = wf_call_method1(t, raw_of(b), WF_NAME(truncate), a[1]);
            if (!wf_is_empty(r) && raw_tell(t, b, &at) != WF_OK) {
                wf_clear_pending(t);
            }
        }
    }
    leave(b);
    return r;
}

/* --- the types ------------------------------------------------------------------------------------------------------ */

static WfValue buffered_repr(WfThread *t, WfValue self)
{
    WfValue name;
    const char *type = wf_type_full_name(wf_type(self));
    if (wf_io_name(t, self, &name) != WF_OK) {
        return WF_EMPTY;
    }
    if (wf_is_empty(name)) {
        return wf_str_format(t, "<%s>", type);
    }
    WfFound entered = wf_repr_enter(t, self);
    if (entered == WF_ERROR) {
        return WF_EMPTY;
    }
    if (entered == WF_FOUND) {
        return wf_raise(t, WF_EXC(RuntimeError), "reentrant call inside %s.__repr__", type);
    }
    WfValue r = wf_str_format(t, "<%s name=%R>", type, name);
    wf_repr_leave(t, self);
    return r;
}
static WfValue buffered_sizeof(WfThread *t, WfValue *a)
{
    WfRaw *buffer = WF_LOAD(WfRaw, &as_buffered(a[0])->buffer);
    return wf_small_int((int64_t)wf_gc_cell_size(wf_as_object(a[0])) + (buffer == NULL ? 0 : as_buffered(a[0])->size));
}

/* clang-format off */
#define COMMON                                                                                                        \
    {"detach", buffered_detach, "(self, /)", "Separate the raw stream from the buffer and return it.", 0},             \
    {"close", buffered_close, "(self, /)", "Flush, and close the raw stream.", 0},                                     \
    {"seekable", buffered_seekable, "(self, /)", "Can the position be changed?", 0},                                   \
    {"fileno", buffered_fileno, "(self, /)", "The file descriptor below, if there is one.", 0},                        \
    {"isatty", buffered_isatty, "(self, /)", "Is it a terminal?", 0},                                                  \
    {"_dealloc_warn", buffered_dealloc_warn, "(self, source, /)", NULL, 0},                                            \
    {"tell", buffered_tell, "(self, /)", "The position in the stream.", 0},                                            \
    {"seek", buffered_seek, "(self, target, whence=0, /)", "Go to a position; returns it.", 0},                        \
    {"truncate", buffered_truncate, "(self, pos=None, /)", "Make the stream end at pos, or at the position.", 0},      \
    {"__sizeof__", buffered_sizeof, "(self, /)", NULL, 0},                                                             \
    {"__getstate__", wf_io_refuse_pickle, "(self, /)", NULL, 0}
#define READING                                                                                                       \
    {"readable", buffered_readable, "(self, /)", "Can the stream be read?", 0},                                        \
    {"read", buffered_read, "(self, size=-1, /)", "Size bytes, fewer at the end; all if size is negative or None.", 0}, \
    {"peek", buffered_peek, "(self, size=0, /)", "Bytes that are next, without taking them.", 0},                      \
    {"read1", buffered_read1, "(self, size=-1, /)", "Up to size bytes with at most one read of the raw stream.", 0},   \
    {"readinto", buffered_readinto, "(self, buffer, /)", "Read into the buffer; the number of bytes.", 0},             \
    {"readinto1", buffered_readinto1, "(self, buffer, /)", "As readinto() with at most one read of the raw stream.", 0}, \
    {"readline", buffered_readline, "(self, size=-1, /)", "One line, or at most size bytes of it.", 0}
#define WRITING                                                                                                       \
    {"writable", buffered_writable, "(self, /)", "Can the stream be written?", 0},                                     \
    {"write", buffered_write, "(self, buffer, /)", "Take all bytes, to be written now or later; returns how many.", 0}, \
    {"flush", buffered_flush, "(self, /)", "Write out what is buffered.", 0}
/* clang-format on */

static const WfGetSetDef buffered_getsets[] = {
    {"closed", buffered_get_closed, NULL, NULL, 0},
    {"name", buffered_get_name, NULL, NULL, 0},
    {"mode", buffered_get_mode, NULL, NULL, 0},
    {"raw", buffered_get_raw, NULL, NULL, WF_GS_MEMBER},
    {"_finalizing", wf_io_get_finalizing, wf_io_set_finalizing, NULL, WF_GS_MEMBER},
    {0}};

static const WfBuiltinDef reader_methods[] = {
    COMMON, READING, {"flush", reader_flush, "(self, /)", "Flush the raw stream.", 0}, {0}};
const WfTypeSpec wf_io_buffered_reader_spec = {
    .name = "_io.BufferedReader",
    .doc = "A buffer in front of a raw stream that is read.",
    .flags = WF_TF_BASETYPE,
    .size = sizeof(Buffered),
    .methods = reader_methods,
    .getsets = buffered_getsets,
    .signature = "(raw, buffer_size=DEFAULT_BUFFER_SIZE)",
    .slots = {.trace = buffered_trace, .new_ = wf_io_generic_new, .init = reader_init, .repr = buffered_repr, .next = buffered_next},
};

static const WfBuiltinDef writer_methods[] = {COMMON, WRITING, {0}};
const WfTypeSpec wf_io_buffered_writer_spec = {
    .name = "_io.BufferedWriter",
    .doc = "A buffer in front of a raw stream that is written.",
    .flags = WF_TF_BASETYPE,
    .size = sizeof(Buffered),
    .methods = writer_methods,
    .getsets = buffered_getsets,
    .signature = "(raw, buffer_size=DEFAULT_BUFFER_SIZE)",
    .slots = {.trace = buffered_trace, .new_ = wf_io_generic_new, .init = writer_init, .repr = buffered_repr},
};

static const WfBuiltinDef random_methods[] = {COMMON, READING, WRITING, {0}};
const WfTypeSpec wf_io_buffered_random_spec = {
    .name = "_io.BufferedRandom",
    .doc = "A buffer in front of a raw stream that is read, written and has a position.",
    .flags = WF_TF_BASETYPE,
    .size = sizeof(Buffered),
    .methods = random_methods,
    .getsets = buffered_getsets,
    .signature = "(raw, buffer_size=DEFAULT_BUFFER_SIZE)",
    .slots = {.trace = buffered_trace, .new_ = wf_io_generic_new, .init = random_init, .repr = buffered_repr, .next = buffered_next},
};

/* --- BufferedRWPair --------------------------------------------------------------------------------------------------- */

typedef struct Pair {
    WfIoBase b;
    WfSlot reader, writer;
} Pair;

static void pair_trace(WfMarker *m, WfObject *o)
{
    Pair *p = (Pair *)o;
    wf_mark_slot(m, &p->b.attrs);
    wf_mark_slots(m, &p->reader, 2);
}
static WfStatus pair_init(WfThread *t, WfValue self, const WfArgs *args)
{
    WfValue a[3];
    if (wf_parse_args(t, "BufferedRWPair", "(reader, writer, buffer_size=8192, /)", args, a, 3) != WF_OK
        || wf_io_check_able(t, a[0], WF_NAME(readable)) != WF_OK || wf_io_check_able(t, a[1], WF_NAME(writable)) != WF_OK) {
        return WF_RAISED;
    }
    WfValue reader = wf_call2(t, wf_from_object(WF_TYPE(IO_BUFFERED_READER)), a[0], a[2]);
    WfValue writer = wf_is_empty(reader) ? reader : wf_call2(t, wf_from_object(WF_TYPE(IO_BUFFERED_WRITER)), a[1], a[2]);
    if (wf_is_empty(writer)) {
        return WF_RAISED;
    }
    wf_store(&WF_AS(Pair, self)->reader, reader);
    wf_store(&WF_AS(Pair, self)->writer, writer);
    return WF_OK;
}

static WfValue pair_call(WfThread *t, WfValue half, WfStr *method, WfValue *args, int64_t n)
{
    if (wf_is_empty(half)) {
        return wf_raise(t, WF_EXC(ValueError), "I/O operation on uninitialized object");
    }
    return wf_call_method(t, half, method, args, n);
}
#define PAIR_READER(function, method, n)                                             \
    static WfValue function(WfThread *t, WfValue *a)                                 \
    {                                                                                \
        return pair_call(t, wf_load(&WF_AS(Pair, a[0])->reader), WF_NAME(method), a + 1, n); \
    }
#define PAIR_WRITER(function, method, n)                                             \
    static WfValue function(WfThread *t, WfValue *a)                                 \
    {                                                                                \
        return pair_call(t, wf_load(&WF_AS(Pair, a[0])->writer), WF_NAME(method), a + 1, n); \
    }
PAIR_READER(pair_read, read, 1)
PAIR_READER(pair_peek, peek, 1)
PAIR_READER(pair_read1, read1, 1)
PAIR_READER(pair_readinto, readinto, 1)
PAIR_READER(pair_readinto1, readinto1, 1)
PAIR_READER(pair_readable, readable, 0)
PAIR_WRITER(pair_write, write, 1)
PAIR_WRITER(pair_flush, flush, 0)
PAIR_WRITER(pair_writable, writable, 0)

static WfValue pair_close(WfThread *t, WfValue *a)
{
    Pair *p = WF_AS(Pair, a[0]);
    WfValue first = WF_EMPTY;
    if (wf_is_empty(pair_call(t, wf_load(&p->writer), WF_NAME(close), NULL, 0))) {
        first = wf_take_pending(t);
    }
    WfValue r = pair_call(t, wf_load(&p->reader), WF_NAME(close), NULL, 0);
    if (!wf_is_empty(first)) {
        wf_io_chain(t, first);
        return WF_EMPTY;
    }
    return r;
}
static WfValue pair_isatty(WfThread *t, WfValue *a)
{
    Pair *p = WF_AS(Pair, a[0]);
    WfValue r = pair_call(t, wf_load(&p->writer), WF_NAME(isatty), NULL, 0);
    return wf_is_false(r) ? pair_call(t, wf_load(&p->reader), WF_NAME(isatty), NULL, 0) : r;
}
static WfValue pair_get_closed(WfThread *t, WfValue self)
{
    WfValue writer = wf_load(&WF_AS(Pair, self)->writer);
    if (wf_is_empty(writer)) {
        return wf_raise(t, WF_EXC(RuntimeError), "the BufferedRWPair object is being garbage-collected");
    }
    return wf_getattr(t, writer, WF_NAME(closed));
}
static const WfBuiltinDef pair_methods[] = {
    {"read", pair_read, "(self, size=-1, /)", "Read from the reader.", 0},
    {"peek", pair_peek, "(self, size=0, /)", "Bytes of the reader that are next.", 0},
    {"read1", pair_read1, "(self, size=-1, /)", "Read from the reader with at most one read of its raw stream.", 0},
    {"readinto", pair_readinto, "(self, buffer, /)", "Read from the reader into the buffer.", 0},
    {"readinto1", pair_readinto1, "(self, buffer, /)", "As readinto() with at most one read of the raw stream.", 0},
    {"write", pair_write, "(self, buffer, /)", "Write to the writer.", 0},
    {"flush", pair_flush, "(self, /)", "Flush the writer.", 0},
    {"readable", pair_readable, "(self, /)", "Can the reader be read?", 0},
    {"writable", pair_writable, "(self, /)", "Can the writer be written?", 0},
    {"close", pair_close, "(self, /)", "Close both.", 0},
    {"isatty", pair_isatty, "(self, /)", "Is one of them a terminal?", 0},
    {"__getstate__", wf_io_refuse_pickle, "(self, /)", NULL, 0},
    {0}};
static const WfGetSetDef pair_getsets[] = {{"closed", pair_get_closed, NULL, NULL, 0}, {0}};
const WfTypeSpec wf_io_buffered_rwpair_spec = {
    .name = "_io.BufferedRWPair",
    .doc = "A buffered reader and a buffered writer in one object, as for a pipe or a socket.",
    .flags = WF_TF_BASETYPE,
    .size = sizeof(Pair),
    .methods = pair_methods,
    .getsets = pair_getsets,
    .signature = "(reader, writer, buffer_size=DEFAULT_BUFFER_SIZE, /)",
    .slots = {.trace = pair_trace, .new_ = wf_io_generic_new, .init = pair_init},
};
