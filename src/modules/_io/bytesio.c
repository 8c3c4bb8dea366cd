/* bytesio.c - BytesIO: a stream of bytes in memory.
 * SPDX-License-Identifier: MIT
 *
 * Design:  the bytes are in a raw cell with room to grow. While getbuffer() views exist the cell stays.
 * Threads: every operation holds the object's lock; Python code (iteration, conversion of arguments) runs before. */
#include "modules/_io/io.h"

#include "model/attr.h"
#include "objects/dict.h"
#include "objects/list.h"
#include "objects/tuple.h"

#include <unistd.h>

typedef struct BytesIO {
    WfIoBase b;
    WfSlot data; /* WfRaw; EMPTY: no bytes yet */
    int64_t length, pos, exports;
    bool closed;
} BytesIO;

typedef struct View {
    WfObject h;
    WfSlot source;
} View;

WF_INLINE BytesIO *as_bytesio(WfValue v) { return WF_AS(BytesIO, v); }

static void bytesio_trace(WfMarker *m, WfObject *o)
{
    BytesIO *b = (BytesIO *)o;
    wf_mark_slot(m, &b->b.attrs);
    wf_mark_slot(m, &b->data);
}
static uint8_t *data_of(const BytesIO *b)
{
    WfRaw *raw = WF_LOAD(WfRaw, &b->data);
    return raw == NULL ? (uint8_t *)(uintptr_t) "" : raw->data;
}
static WfStatus check_open(WfThread *t, const BytesIO *b)
{
    return b->closed ? WF_FAIL(wf_raise(t, WF_EXC(ValueError), "I/O operation on closed file.")) : WF_OK;
}
static WfStatus check_exports(WfThread *t, const BytesIO *b)
{
    return b->exports > 0
        ? WF_FAIL(wf_raise(t, WF_EXC(BufferError), "Existing exports of data: object cannot be re-sized"))
        : WF_OK;
}

/* Before the lock is taken: views that nobody has any more, but that the collector has not met yet, are released. */
static void settle_exports(WfThread *t, const BytesIO *b)
{
    if (WF_UNLIKELY(b->exports > 0)) {
        (void)wf_gc_collect(t, WF_GC_PROMPT);
        wf_gc_run_finalizers(t);
    }
}

/* Everything from here to the methods: under the lock. */

static WfStatus reserve(WfThread *t, BytesIO *b, int64_t n)
{
    WfRaw *raw = WF_LOAD(WfRaw, &b->data);
    if (raw != NULL && raw->size >= n) {
        return WF_OK;
    }
    int64_t size = n < 64 ? 64 : raw != NULL && n < raw->size + raw->size / 2 ? raw->size + raw->size / 2 : n;
    WfRaw *bigger = wf_gc_alloc_raw(t, size, false);
    if (bigger == NULL) {
        return WF_RAISED;
    }
    memcpy(bigger->data, data_of(b), (size_t)b->length);
    wf_store_ptr(&b->data, bigger);
    return WF_OK;
}
static WfStatus put(WfThread *t, BytesIO *b, const uint8_t *p, int64_t n)
{
    if (n == 0) {
        return WF_OK;
    }
    if (b->pos > INT64_MAX / 2 - n) {
        return WF_FAIL(wf_raise(t, WF_EXC(OverflowError), "new buffer size too large"));
    }
    if (reserve(t, b, b->pos + n) != WF_OK) {
        return WF_RAISED;
    }
    uint8_t *data = data_of(b);
    if (b->pos > b->length) {
        memset(data + b->length, 0, (size_t)(b->pos - b->length));
    }
    memcpy(data + b->pos, p, (size_t)n);
    b->pos += n;
    if (b->length < b->pos) {
        b->length = b->pos;
    }
    return WF_OK;
}
static WfValue get(WfThread *t, BytesIO *b, int64_t n)
{
    int64_t left = b->length - b->pos;
    left = left < 0 ? 0 : left;
    n = n < 0 || n > left ? left : n;
    WfValue r = wf_bytes_new(t, n == 0 ? (const uint8_t *)"" : data_of(b) + b->pos, n);
    if (!wf_is_empty(r)) {
        b->pos += n;
    }
    return r;
}
static int64_t line_length(const BytesIO *b, int64_t limit)
{
    int64_t left = b->length - b->pos;
    if (left <= 0) {
        return 0;
    }
    const uint8_t *start = data_of(b) + b->pos, *end = memchr(start, '\n', (size_t)left);
    int64_t n = end == NULL ? left : end - start + 1;
    return limit >= 0 && limit < n ? limit : n;
}

/* --- methods ---------------------------------------------------------------------------------------------------------- */

#define LOCKED(type, result, call)                    \
    wf_lock(t, b);                                    \
    type result = check_open(t, b) == WF_OK ? (call) : (type){0}; \
    wf_unlock(t, b)

static WfValue bytesio_read(WfThread *t, WfValue *a)
{
    BytesIO *b = as_bytesio(a[0]);
    int64_t n;
    if (wf_io_size(t, a[1], &n) != WF_OK) {
        return WF_EMPTY;
    }
    LOCKED(WfValue, r, get(t, b, n));
    return r;
}
static WfValue bytesio_readline(WfThread *t, WfValue *a)
{
    BytesIO *b = as_bytesio(a[0]);
    int64_t n;
    if (wf_io_size(t, a[1], &n) != WF_OK) {
        return WF_EMPTY;
    }
    LOCKED(WfValue, r, get(t, b, line_length(b, n)));
    return r;
}
static WfFound bytesio_next(WfThread *t, WfValue self, WfValue *out)
{
    BytesIO *b = as_bytesio(self);
    LOCKED(WfValue, r, get(t, b, line_length(b, -1)));
    if (wf_is_empty(r)) {
        return WF_ERROR;
    }
    *out = r;
    return wf_as_bytes(r)->length > 0 ? WF_FOUND : WF_MISSING;
}
static WfValue bytesio_iter(WfThread *t, WfValue self)
{
    return check_open(t, as_bytesio(self)) == WF_OK ? self : WF_EMPTY;
}
static WfValue bytesio_readlines(WfThread *t, WfValue *a)
{
    int64_t hint = -1, total = 0;
    if (!wf_is_none(a[1])) {
        if (!wf_is_any_int(a[1])) {
            return wf_raise(t, WF_EXC(TypeError), "integer argument expected, got '%T'", a[1]);
        }
        if (wf_to_ssize(t, a[1], &hint) != WF_OK) {
            return WF_EMPTY;
        }
    }
    if (check_open(t, as_bytesio(a[0])) != WF_OK) {
        return WF_EMPTY;
    }
    WfValue list = wf_list_new(t, 0), line;
    WfFound found = WF_MISSING;
    while (!wf_is_empty(list) && (found = bytesio_next(t, a[0], &line)) == WF_FOUND) {
        if (wf_list_append(t, wf_as_list(list), line) != WF_OK) {
            return WF_EMPTY;
        }
        total += wf_as_bytes(line)->length;
        if (hint > 0 && total >= hint) {
            break;
        }
    }
    return found == WF_ERROR ? WF_EMPTY : list;
}
static WfValue bytesio_readinto(WfThread *t, WfValue *a)
{
    BytesIO *b = as_bytesio(a[0]);
    WfBuffer to;
    if (wf_io_writable(t, a[1], "readinto", &to) != WF_OK) {
        return WF_EMPTY;
    }
    int64_t n = -1;
    wf_lock(t, b);
    if (check_open(t, b) == WF_OK) {
        n = b->length - b->pos;
        n = n < 0 ? 0 : n > to.length ? to.length : n;
        memmove(to.data, data_of(b) + (n > 0 ? b->pos : 0), (size_t)n);
        b->pos += n;
    }
    wf_unlock(t, b);
    wf_buffer_release(t, &to);
    return n < 0 ? WF_EMPTY : wf_small_int(n);
}

static WfStatus write_value(WfThread *t, BytesIO *b, WfValue v, int64_t *n)
{
    WfView view;
    settle_exports(t, b);
    if (check_open(t, b) != WF_OK || check_exports(t, b) != WF_OK || wf_view_get(t, v, &view) != WF_OK) {
        return WF_RAISED;
    }
    wf_lock(t, b);
    WfStatus s = check_open(t, b) == WF_OK && check_exports(t, b) == WF_OK ? put(t, b, view.data, view.length) : WF_RAISED;
    wf_unlock(t, b);
    *n = view.length;
    wf_view_release(t, &view);
    return s;
}
static WfValue bytesio_write(WfThread *t, WfValue *a)
{
    int64_t n;
    return write_value(t, as_bytesio(a[0]), a[1], &n) == WF_OK ? wf_small_int(n) : WF_EMPTY;
}
static WfValue bytesio_writelines(WfThread *t, WfValue *a)
{
    int64_t n;
    if (check_open(t, as_bytesio(a[0])) != WF_OK) {
        return WF_EMPTY;
    }
    WfValue it = wf_iter(t, a[1]), v;
    if (wf_is_empty(it)) {
        return it;
    }
    WfFound found;
    while ((found = wf_next(t, it, &v)) == WF_FOUND) {
        if (write_value(t, as_bytesio(a[0]), v, &n) != WF_OK) {
            return WF_EMPTY;
        }
    }
    return found == WF_ERROR ? WF_EMPTY : WF_NONE;
}

static WfValue bytesio_tell(WfThread *t, WfValue *a)
{
    BytesIO *b = as_bytesio(a[0]);
    return check_open(t, b) == WF_OK ? wf_int_from_i64(t, b->pos) : WF_EMPTY;
}
static WfValue seek_to(WfThread *t, BytesIO *b, int64_t pos, int whence)
{
    if (pos < 0 && whence == SEEK_SET) {
        return wf_raise(t, WF_EXC(ValueError), "negative seek value %lld", (long long)pos);
    }
    int64_t from = whence == SEEK_CUR ? b->pos : whence == SEEK_END ? b->length : 0;
    if (whence < 0 || whence > 2) {
        return wf_raise(t, WF_EXC(ValueError), "invalid whence (%d, should be 0, 1 or 2)", whence);
    }
    if (pos > INT64_MAX - from) {
        return wf_raise(t, WF_EXC(OverflowError), "new position too large");
    }
    b->pos = pos + from < 0 ? 0 : pos + from;
    return wf_int_from_i64(t, b->pos);
}
static WfValue bytesio_seek(WfThread *t, WfValue *a)
{
    BytesIO *b = as_bytesio(a[0]);
    int64_t pos;
    int whence;
    if (wf_to_ssize(t, a[1], &pos) != WF_OK || wf_to_int(t, a[2], &whence) != WF_OK) {
        return WF_EMPTY;
    }
    LOCKED(WfValue, r, seek_to(t, b, pos, whence));
    return r;
}
static WfValue cut(WfThread *t, BytesIO *b, int64_t n)
{
    if (check_exports(t, b) != WF_OK) {
        return WF_EMPTY;
    }
    n = n == INT64_MIN ? b->pos : n;
    if (n < 0) {
        return wf_raise(t, WF_EXC(ValueError), "negative size value %lld", (long long)n);
    }
    if (n < b->length) {
        b->length = n;
    }
    return wf_int_from_i64(t, n);
}
static WfValue bytesio_truncate(WfThread *t, WfValue *a)
{
    BytesIO *b = as_bytesio(a[0]);
    int64_t n = INT64_MIN;
    if (!wf_is_none(a[1]) && wf_io_size(t, a[1], &n) != WF_OK) {
        return WF_EMPTY;
    }
    settle_exports(t, b);
    LOCKED(WfValue, r, cut(t, b, n));
    return r;
}
static WfValue bytesio_getvalue(WfThread *t, WfValue *a)
{
    BytesIO *b = as_bytesio(a[0]);
    LOCKED(WfValue, r, wf_bytes_new(t, data_of(b), b->length));
    return r;
}
static WfValue bytesio_getbuffer(WfThread *t, WfValue *a)
{
    if (check_open(t, as_bytesio(a[0])) != WF_OK) {
        return WF_EMPTY;
    }
    View *v = WF_NEW(t, View, IO_BYTES_BUFFER, NATIVE);
    if (v == NULL) {
        return WF_EMPTY;
    }
    wf_store(&v->source, a[0]);
    return wf_call1(t, wf_from_object(WF_TYPE(MEMORYVIEW)), wf_from_object(v));
}
static WfValue bytesio_close(WfThread *t, WfValue *a)
{
    BytesIO *b = as_bytesio(a[0]);
    settle_exports(t, b);
    wf_lock(t, b);
    WfStatus s = check_exports(t, b);
    if (s == WF_OK) {
        b->closed = true;
        b->length = 0;
        wf_store(&b->data, WF_EMPTY);
    }
    wf_unlock(t, b);
    return s == WF_OK ? WF_NONE : WF_EMPTY;
}
static WfValue bytesio_true(WfThread *t, WfValue *a)
{
    return check_open(t, as_bytesio(a[0])) == WF_OK ? WF_TRUE : WF_EMPTY;
}
static WfValue bytesio_isatty(WfThread *t, WfValue *a)
{
    return check_open(t, as_bytesio(a[0])) == WF_OK ? WF_FALSE : WF_EMPTY;
}
static WfValue bytesio_flush(WfThread *t, WfValue *a)
{
    return check_open(t, as_bytesio(a[0])) == WF_OK ? WF_NONE : WF_EMPTY;
}
static WfValue bytesio_get_closed(WfThread *t, WfValue self)
{
    return WF_BOOL(as_bytesio(self)->closed);
}
static WfValue bytesio_sizeof(WfThread *t, WfValue *a)
{
    BytesIO *b = as_bytesio(a[0]);
    WfRaw *raw = WF_LOAD(WfRaw, &b->data);
    return wf_small_int((int64_t)wf_gc_cell_size(b) + (raw == NULL ? 0 : (int64_t)wf_gc_cell_size(raw)));
}

static WfValue bytesio_getstate(WfThread *t, WfValue *a)
{
    WfValue value = bytesio_getvalue(t, a);
    WfValue dict = wf_is_empty(value) ? value : wf_instance_dict(t, wf_as_object(a[0]));
    if (wf_is_empty(dict)) {
        return dict;
    }
    dict = wf_dict_used(wf_as_dict(dict)) == 0 ? WF_NONE : wf_dict_copy(t, wf_as_dict(dict));
    WfValue pos = wf_is_empty(dict) ? dict : wf_int_from_i64(t, as_bytesio(a[0])->pos);
    return wf_is_empty(pos) ? pos : WF_TUPLE_OF(t, value, pos, dict);
}
static WfValue bytesio_setstate(WfThread *t, WfValue *a)
{
    BytesIO *b = as_bytesio(a[0]);
    int64_t pos;
    if (!wf_is_tuple(a[1]) || wf_as_tuple(a[1])->length < 3) {
        return wf_raise(t, WF_EXC(TypeError), "%T.__setstate__ argument should be 3-tuple, got %T", a[0], a[1]);
    }
    if (check_exports(t, b) != WF_OK) {
        return WF_EMPTY;
    }
    WfTuple *state = wf_as_tuple(a[1]);
    b->pos = b->length = 0;
    WfValue value = wf_tuple_at(state, 0), position = wf_tuple_at(state, 1), dict = wf_tuple_at(state, 2);
    if (wf_is_empty(bytesio_write(t, (WfValue[]){a[0], value}))) {
        return WF_EMPTY;
    }
    if (!wf_is_any_int(position)) {
        return wf_raise(t, WF_EXC(TypeError), "second item of state must be an integer, not %T", position);
    }
    if (wf_to_ssize(t, position, &pos) != WF_OK) {
        return WF_EMPTY;
    }
    if (pos < 0) {
        return wf_raise(t, WF_EXC(ValueError), "position value cannot be negative");
    }
    b->pos = pos;
    if (!wf_is_none(dict)) {
        if (!wf_is_dict(dict)) {
            return wf_raise(t, WF_EXC(TypeError), "third item of state should be a dict, got a %T", dict);
        }
        WfValue own = wf_instance_dict(t, wf_as_object(a[0]));
        if (wf_is_empty(own) || wf_dict_update(t, wf_as_dict(own), dict) != WF_OK) {
            return WF_EMPTY;
        }
    }
    return WF_NONE;
}

static WfStatus bytesio_init(WfThread *t, WfValue self, const WfArgs *args)
{
    WfValue a[1];
    BytesIO *b = as_bytesio(self);
    if (wf_parse_args(t, "BytesIO", "(initial_bytes=b'')", args, a, 1) != WF_OK || check_exports(t, b) != WF_OK) {
        return WF_RAISED;
    }
    b->pos = b->length = 0;
    b->closed = false;
    if (!wf_is_none(a[0])) {
        int64_t n;
        if (write_value(t, b, a[0], &n) != WF_OK) {
            return WF_RAISED;
        }
        b->pos = 0;
    }
    return WF_OK;
}

static const WfBuiltinDef bytesio_methods[] = {
    {"read", bytesio_read, "(self, size=-1, /)", "At most size bytes, all if it is negative or None.", 0},
    {"read1", bytesio_read, "(self, size=-1, /)", "The same as read().", 0},
    {"readline", bytesio_readline, "(self, size=-1, /)", "One line, or at most size bytes of it.", 0},
    {"readlines", bytesio_readlines, "(self, size=None, /)", "A list of lines; it ends when they have size bytes.", 0},
    {"readinto", bytesio_readinto, "(self, buffer, /)", "Read into the buffer; the number of bytes.", 0},
    {"write", bytesio_write, "(self, b, /)", "Write bytes; returns how many.", 0},
    {"writelines", bytesio_writelines, "(self, lines, /)", "Write each item.", 0},
    {"tell", bytesio_tell, "(self, /)", "The position.", 0},
    {"seek", bytesio_seek, "(self, pos, whence=0, /)", "Go to a position; returns it.", 0},
    {"truncate", bytesio_truncate, "(self, size=None, /)", "Drop what is behind size, or the position.", 0},
    {"getvalue", bytesio_getvalue, "(self, /)", "All bytes.", 0},
    {"getbuffer", bytesio_getbuffer, "(self, /)", "A memoryview of all bytes.", 0},
    {"close", bytesio_close, "(self, /)", "Close it, and drop the bytes.", 0},
    {"seekable", bytesio_true, "(self, /)", "True.", 0},
    {"readable", bytesio_true, "(self, /)", "True.", 0},
    {"writable", bytesio_true, "(self, /)", "True.", 0},
    {"isatty", bytesio_isatty, "(self, /)", "False.", 0},
    {"flush", bytesio_flush, "(self, /)", "Nothing to do.", 0},
    {"__sizeof__", bytesio_sizeof, "(self, /)", NULL, 0},
    {"__getstate__", bytesio_getstate, "(self, /)", NULL, 0},
    {"__setstate__", bytesio_setstate, "(self, state, /)", NULL, 0},
    {0}};
static const WfGetSetDef bytesio_getsets[] = {{"closed", bytesio_get_closed, NULL, "Is it closed?", 0}, {0}};
const WfTypeSpec wf_io_bytes_spec = {
    .name = "_io.BytesIO",
    .doc = "A stream of bytes in memory.",
    .flags = WF_TF_BASETYPE,
    .size = sizeof(BytesIO),
    .methods = bytesio_methods,
    .getsets = bytesio_getsets,
    .signature = "(initial_bytes=b'')",
    .slots = {.trace = bytesio_trace, .new_ = wf_io_generic_new, .init = bytesio_init, .iter = bytesio_iter, .next = bytesio_next},
};

/* --- what getbuffer() views ------------------------------------------------------------------------------------------ */

static void view_trace(WfMarker *m, WfObject *o)
{
    wf_mark_slot(m, &((View *)o)->source);
}
static WfStatus view_getbuffer(WfThread *t, WfValue self, WfBuffer *out, int flags)
{
    BytesIO *b = as_bytesio(wf_load(&WF_AS(View, self)->source));
    wf_lock(t, b);
    WfStatus s = check_open(t, b);
    if (s == WF_OK) {
        b->exports++;
    }
    wf_unlock(t, b);
    if (s == WF_OK && wf_buffer_fill(t, out, self, data_of(b), b->length, false, flags) != WF_OK) {
        wf_lock(t, b);
        b->exports--;
        wf_unlock(t, b);
        s = WF_RAISED;
    }
    return s;
}
static void view_releasebuffer(WfThread *t, WfValue self, WfBuffer *buffer)
{
    (void)buffer;
    BytesIO *b = as_bytesio(wf_load(&WF_AS(View, self)->source));
    wf_lock(t, b);
    b->exports--;
    wf_unlock(t, b);
}
const WfTypeSpec wf_io_bytes_buffer_spec = {
    .name = "_io._BytesIOBuffer",
    .doc = NULL,
    .flags = WF_TF_NO_NEW,
    .size = sizeof(View),
    .slots = {.trace = view_trace, .getbuffer = view_getbuffer, .releasebuffer = view_releasebuffer},
};
