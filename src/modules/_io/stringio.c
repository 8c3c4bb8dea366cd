/* stringio.c - StringIO: a stream of text in memory.
 * SPDX-License-Identifier: MIT
 *
 * Design:  the characters are in a raw cell with room to grow, 1, 2 or 4 bytes each: as wide as the widest one written so far.
 * Threads: every operation holds the object's lock; nothing under it runs Python code. */
#include "modules/_io/io.h"

#include "model/attr.h"
#include "objects/dict.h"
#include "objects/tuple.h"

#include <unistd.h>

typedef struct StringIO {
    WfIoBase b;
    WfSlot data;            /* WfRaw; EMPTY: no characters yet */
    WfSlot readnl, writenl; /* str; EMPTY: none, "\n" */
    int64_t length, pos, capacity; /* in characters */
    uint8_t kind;
    bool ok, closed, universal, translate;
    WfNewlines newlines;
} StringIO;

WF_INLINE StringIO *as_stringio(WfValue v) { return WF_AS(StringIO, v); }

static void stringio_trace(WfMarker *m, WfObject *o)
{
    StringIO *s = (StringIO *)o;
    wf_mark_slot(m, &s->b.attrs);
    wf_mark_slots(m, &s->data, 3);
}
static uint8_t *data_of(const StringIO *s)
{
    WfRaw *raw = WF_LOAD(WfRaw, &s->data);
    return raw == NULL ? (uint8_t *)(uintptr_t) "\0\0\0" : raw->data;
}
static WfStatus check_open(WfThread *t, const StringIO *s)
{
    if (!s->ok) {
        return WF_FAIL(wf_raise(t, WF_EXC(ValueError), "I/O operation on uninitialized object"));
    }
    return s->closed ? WF_FAIL(wf_raise(t, WF_EXC(ValueError), "I/O operation on closed file")) : WF_OK;
}

/* --- under the lock ----------------------------------------------------------------------------------------------------- */

/* Room for n characters of the kind. */
static WfStatus reserve(WfThread *t, StringIO *s, int64_t n, int kind)
{
    int wide = kind > s->kind ? kind : s->kind;
    if (n <= s->capacity && wide == s->kind) {
        return WF_OK;
    }
    int64_t size = n <= s->capacity ? s->capacity : n < s->capacity + s->capacity / 2 ? s->capacity + s->capacity / 2 : n < 64 ? 64 : n;
    WfRaw *raw = wf_gc_alloc_raw(t, size * wide, false);
    if (raw == NULL) {
        return WF_RAISED;
    }
    wf_chars_copy(raw->data, wide, 0, data_of(s), s->kind, 0, s->length);
    wf_store_ptr(&s->data, raw);
    s->kind = (uint8_t)wide;
    s->capacity = size;
    return WF_OK;
}

static WfStatus put(WfThread *t, StringIO *s, WfValue text)
{
    WfValue newline = wf_load(&s->writenl);
    if (s->universal) {
        text = wf_newlines_feed(t, &s->newlines, text, s->translate, true);
    }
    if (!wf_is_empty(text) && !wf_is_empty(newline)) {
        text = wf_str_replace(t, text, WF_NAME_V(newline_char), newline, -1);
    }
    if (wf_is_empty(text)) {
        return WF_RAISED;
    }
    const WfStr *x = wf_as_str(text);
    if (x->length == 0) {
        return WF_OK;
    }
    if (s->pos > INT64_MAX / 8 - x->length) {
        return WF_FAIL(wf_raise(t, WF_EXC(OverflowError), "new position too large"));
    }
    if (reserve(t, s, s->pos + x->length, wf_str_kind(x)) != WF_OK) {
        return WF_RAISED;
    }
    if (s->pos > s->length) {
        memset(data_of(s) + s->length * s->kind, 0, (size_t)((s->pos - s->length) * s->kind));
    }
    wf_chars_copy(data_of(s), s->kind, s->pos, x->data, wf_str_kind(x), 0, x->length);
    s->pos += x->length;
    if (s->length < s->pos) {
        s->length = s->pos;
    }
    return WF_OK;
}

static WfValue slice(WfThread *t, StringIO *s, int64_t from, int64_t n)
{
    return n <= 0 ? WF_NAME_V(empty) : wf_str_from_kind(t, s->kind, data_of(s) + from * s->kind, n);
}
static WfValue get(WfThread *t, StringIO *s, int64_t n)
{
    int64_t left = s->length - s->pos;
    left = left < 0 ? 0 : left;
    n = n < 0 || n > left ? left : n;
    WfValue r = slice(t, s, s->pos, n);
    if (!wf_is_empty(r)) {
        s->pos += n;
    }
    return r;
}

static uint32_t at(const StringIO *s, const uint8_t *data, int64_t i)
{
    return wf_chars_at(data, s->kind, i);
}
static WfValue get_line(WfThread *t, StringIO *s, int64_t limit)
{
    if (limit == 0 || s->pos >= s->length) {
        return WF_NAME_V(empty);
    }
    const uint8_t *data = data_of(s);
    const WfStr *newline = WF_LOAD(WfStr, &s->readnl);
    int64_t end = s->length, stop = limit > 0 && limit < s->length - s->pos ? s->pos + limit : s->length, i = s->pos;
    bool lf_only = s->translate || (!s->universal && newline != NULL && newline->length == 1 && newline->data[0] == '\n');
    if (lf_only && s->kind == 1) {
        const uint8_t *p = memchr(data + i, '\n', (size_t)(end - i));
        i = p == NULL ? end : p - data + 1;
    } else {
        for (; i < end; i++) {
            uint32_t c = at(s, data, i);
            if (lf_only) {
                if (c == '\n') {
                    i++;
                    break;
                }
            } else if (s->universal) {
                if (c == '\n' || c == '\r') {
                    i += c == '\r' && i + 1 < end && at(s, data, i + 1) == '\n' ? 2 : 1;
                    break;
                }
            } else if (c == newline->data[0] && (newline->length == 1 || (i + 1 < end && at(s, data, i + 1) == newline->data[1]))) {
                i += newline->length;
                break;
            }
        }
    }
    i = i > stop ? stop : i;
    return get(t, s, i - s->pos);
}

/* --- methods ---------------------------------------------------------------------------------------------------------- */

#define LOCKED(result, call)                                          \
    wf_lock(t, s);                                                    \
    WfValue result = check_open(t, s) == WF_OK ? (call) : WF_EMPTY; \
    wf_unlock(t, s)

static WfValue stringio_read(WfThread *t, WfValue *a)
{
    StringIO *s = as_stringio(a[0]);
    int64_t n;
    if (wf_io_size(t, a[1], &n) != WF_OK) {
        return WF_EMPTY;
    }
    LOCKED(r, get(t, s, n));
    return r;
}
static WfValue stringio_readline(WfThread *t, WfValue *a)
{
    StringIO *s = as_stringio(a[0]);
    int64_t n;
    if (wf_io_size(t, a[1], &n) != WF_OK) {
        return WF_EMPTY;
    }
    LOCKED(r, get_line(t, s, n));
    return r;
}
static WfFound stringio_next(WfThread *t, WfValue self, WfValue *out)
{
    StringIO *s = as_stringio(self);
    WfValue line;
    if (check_open(t, s) != WF_OK) {
        return WF_ERROR;
    }
    if (wf_io_is_exactly(self, WF_TYPE(IO_STRING))) {
        LOCKED(r, get_line(t, s, -1));
        line = r;
    } else {
        line = wf_call_method0(t, self, WF_NAME(readline));
        if (!wf_is_empty(line) && !wf_is_str(line)) {
            return WF_FAIL_FOUND(wf_raise(t, WF_EXC(OSError), "readline() should have returned a str object, not '%T'", line));
        }
    }
    if (wf_is_empty(line)) {
        return WF_ERROR;
    }
    *out = line;
    return wf_as_str(line)->length > 0 ? WF_FOUND : WF_MISSING;
}
static WfValue stringio_write(WfThread *t, WfValue *a)
{
    StringIO *s = as_stringio(a[0]);
    if (!wf_is_str(a[1])) {
        return check_open(t, s) != WF_OK && !s->ok ? WF_EMPTY
                                                   : (wf_clear_pending(t), wf_raise(t, WF_EXC(TypeError), "string argument expected, got '%T'", a[1]));
    }
    LOCKED(r, put(t, s, a[1]) == WF_OK ? wf_small_int(wf_as_str(a[1])->length) : WF_EMPTY);
    return r;
}
static WfValue stringio_tell(WfThread *t, WfValue *a)
{
    StringIO *s = as_stringio(a[0]);
    return check_open(t, s) == WF_OK ? wf_int_from_i64(t, s->pos) : WF_EMPTY;
}
static WfValue seek_to(WfThread *t, StringIO *s, int64_t pos, int whence)
{
    if (whence < 0 || whence > 2) {
        return wf_raise(t, WF_EXC(ValueError), "Invalid whence (%d, should be 0, 1 or 2)", whence);
    }
    if (pos < 0 && whence == 0) {
        return wf_raise(t, WF_EXC(ValueError), "Negative seek position %lld", (long long)pos);
    }
    if (whence != 0 && pos != 0) {
        return wf_raise(t, WF_EXC(OSError), "Can't do nonzero cur-relative seeks");
    }
    s->pos = whence == 0 ? pos : whence == 1 ? s->pos : s->length;
    return wf_int_from_i64(t, s->pos);
}
static WfValue stringio_seek(WfThread *t, WfValue *a)
{
    StringIO *s = as_stringio(a[0]);
    int64_t pos;
    int whence;
    if (wf_to_ssize(t, a[1], &pos) != WF_OK || wf_to_int(t, a[2], &whence) != WF_OK) {
        return WF_EMPTY;
    }
    LOCKED(r, seek_to(t, s, pos, whence));
    return r;
}
static WfValue cut(WfThread *t, StringIO *s, int64_t n)
{
    n = n == INT64_MIN ? s->pos : n;
    if (n < 0) {
        return wf_raise(t, WF_EXC(ValueError), "Negative size value %lld", (long long)n);
    }
    if (n < s->length) {
        s->length = n;
    }
    return wf_int_from_i64(t, n);
}
static WfValue stringio_truncate(WfThread *t, WfValue *a)
{
    StringIO *s = as_stringio(a[0]);
    int64_t n = INT64_MIN;
    if (!wf_is_none(a[1]) && wf_io_size(t, a[1], &n) != WF_OK) {
        return WF_EMPTY;
    }
    LOCKED(r, cut(t, s, n));
    return r;
}
static WfValue stringio_getvalue(WfThread *t, WfValue *a)
{
    StringIO *s = as_stringio(a[0]);
    LOCKED(r, slice(t, s, 0, s->length));
    return r;
}
static WfValue stringio_close(WfThread *t, WfValue *a)
{
    StringIO *s = as_stringio(a[0]);
    wf_lock(t, s);
    s->closed = true;
    s->length = s->capacity = 0;
    s->kind = 1;
    wf_store(&s->data, WF_EMPTY);
    wf_unlock(t, s);
    return WF_NONE;
}
static WfValue stringio_true(WfThread *t, WfValue *a)
{
    return check_open(t, as_stringio(a[0])) == WF_OK ? WF_TRUE : WF_EMPTY;
}
static WfValue stringio_get_closed(WfThread *t, WfValue self)
{
    StringIO *s = as_stringio(self);
    return s->ok || s->closed ? WF_BOOL(s->closed) : wf_raise(t, WF_EXC(ValueError), "I/O operation on uninitialized object");
}
static WfValue stringio_get_line_buffering(WfThread *t, WfValue self)
{
    return check_open(t, as_stringio(self)) == WF_OK ? WF_FALSE : WF_EMPTY;
}
static WfValue stringio_get_newlines(WfThread *t, WfValue self)
{
    StringIO *s = as_stringio(self);
    return check_open(t, s) != WF_OK ? WF_EMPTY : s->universal ? wf_newlines_seen(t, s->newlines.seen) : WF_NONE;
}

/* Settings and a value; the position is 0 afterwards. newline None or str, value None or str. */
static WfStatus set_up(WfThread *t, StringIO *s, WfValue newline, WfValue value, bool raw_value)
{
    const WfStr *nl = wf_is_none(newline) ? NULL : wf_as_str(newline);
    wf_lock(t, s);
    s->ok = false;
    s->length = s->pos = s->capacity = 0;
    s->kind = 1;
    s->newlines = (WfNewlines){0};
    wf_store(&s->data, WF_EMPTY);
    wf_store(&s->readnl, nl == NULL ? WF_EMPTY : newline);
    wf_store(&s->writenl, nl != NULL && nl->length > 0 && nl->data[0] == '\r' ? newline : WF_EMPTY);
    s->universal = nl == NULL || nl->length == 0;
    s->translate = nl == NULL;
    WfStatus status = WF_OK;
    if (!wf_is_none(value)) {
        bool universal = s->universal;
        WfValue writenl = wf_load(&s->writenl);
        if (raw_value) { /* has been translated already */
            s->universal = false;
            wf_store(&s->writenl, WF_EMPTY);
        }
        status = put(t, s, value);
        s->universal = universal;
        wf_store(&s->writenl, writenl);
    }
    s->pos = 0;
    s->closed = false;
    s->ok = status == WF_OK;
    wf_unlock(t, s);
    return status;
}
static WfStatus init_with(WfThread *t, WfValue self, WfValue value, WfValue newline)
{
    if (!wf_is_none(newline) && !wf_is_str(newline)) {
        return WF_FAIL(wf_raise(t, WF_EXC(TypeError), "StringIO() argument 'newline' must be str or None, not %T", newline));
    }
    if (wf_newline_check(t, newline, true) != WF_OK) {
        return WF_RAISED;
    }
    if (!wf_is_none(value) && !wf_is_str(value)) {
        return WF_FAIL(wf_raise(t, WF_EXC(TypeError), "initial_value must be str or None, not %T", value));
    }
    return set_up(t, as_stringio(self), newline, value, false);
}
static WfStatus stringio_init(WfThread *t, WfValue self, const WfArgs *args)
{
    WfValue a[2];
    return wf_parse_args(t, "StringIO", "(initial_value='', newline='\\n')", args, a, 2) == WF_OK ? init_with(t, self, a[0], a[1])
                                                                                                  : WF_RAISED;
}

static WfValue stringio_getstate(WfThread *t, WfValue *a)
{
    StringIO *s = as_stringio(a[0]);
    WfValue value = stringio_getvalue(t, a);
    WfValue dict = wf_is_empty(value) ? value : wf_instance_dict(t, wf_as_object(a[0]));
    if (wf_is_empty(dict)) {
        return dict;
    }
    dict = wf_dict_used(wf_as_dict(dict)) == 0 ? WF_NONE : wf_dict_copy(t, wf_as_dict(dict));
    WfValue pos = wf_is_empty(dict) ? dict : wf_int_from_i64(t, s->pos), newline = wf_load(&s->readnl);
    return wf_is_empty(pos) ? pos : WF_TUPLE_OF(t, value, wf_is_empty(newline) ? WF_NONE : newline, pos, dict);
}
static WfValue stringio_setstate(WfThread *t, WfValue *a)
{
    StringIO *s = as_stringio(a[0]);
    int64_t pos;
    if (s->closed) {
        return wf_raise(t, WF_EXC(ValueError), "I/O operation on closed file");
    }
    if (!wf_is_tuple(a[1]) || wf_as_tuple(a[1])->length < 4) {
        return wf_raise(t, WF_EXC(TypeError), "%T.__setstate__ argument should be 4-tuple, got %T", a[0], a[1]);
    }
    WfTuple *state = wf_as_tuple(a[1]);
    WfValue value = wf_tuple_at(state, 0), newline = wf_tuple_at(state, 1), position = wf_tuple_at(state, 2), dict = wf_tuple_at(state, 3);
    if (init_with(t, a[0], WF_NONE, newline) != WF_OK) {
        return WF_EMPTY;
    }
    if (!wf_is_str(value)) {
        return wf_raise(t, WF_EXC(TypeError), "first item of state must be str, not %T", value);
    }
    if (set_up(t, s, newline, value, true) != WF_OK) {
        return WF_EMPTY;
    }
    if (!wf_is_any_int(position)) {
        return wf_raise(t, WF_EXC(TypeError), "third item of state must be an integer, got %T", position);
    }
    if (wf_to_ssize(t, position, &pos) != WF_OK) {
        return WF_EMPTY;
    }
    if (pos < 0) {
        return wf_raise(t, WF_EXC(ValueError), "position value cannot be negative");
    }
    s->pos = pos;
    if (!wf_is_none(dict)) {
        if (!wf_is_dict(dict)) {
            return wf_raise(t, WF_EXC(TypeError), "fourth item of state should be a dict, got a %T", dict);
        }
        WfValue own = wf_instance_dict(t, wf_as_object(a[0]));
        if (wf_is_empty(own) || wf_dict_update(t, wf_as_dict(own), dict) != WF_OK) {
            return WF_EMPTY;
        }
    }
    return WF_NONE;
}

static WfValue stringio_new(WfThread *t, WfType *type, const WfArgs *args)
{
    (void)args;
    WfObject *o = wf_instance_new(t, type, 0);
    if (o != NULL) {
        ((StringIO *)o)->kind = 1;
    }
    return wf_from_object(o);
}

static const WfBuiltinDef stringio_methods[] = {
    {"read", stringio_read, "(self, size=-1, /)", "At most size characters, all if it is negative or None.", 0},
    {"readline", stringio_readline, "(self, size=-1, /)", "One line, or at most size characters of it.", 0},
    {"write", stringio_write, "(self, s, /)", "Write text; returns the number of characters.", 0},
    {"tell", stringio_tell, "(self, /)", "The position.", 0},
    {"seek", stringio_seek, "(self, pos, whence=0, /)", "Go to a position; returns it.", 0},
    {"truncate", stringio_truncate, "(self, pos=None, /)", "Drop what is behind pos, or the position.", 0},
    {"getvalue", stringio_getvalue, "(self, /)", "All text.", 0},
    {"close", stringio_close, "(self, /)", "Close it, and drop the text.", 0},
    {"seekable", stringio_true, "(self, /)", "True.", 0},
    {"readable", stringio_true, "(self, /)", "True.", 0},
    {"writable", stringio_true, "(self, /)", "True.", 0},
    {"__getstate__", stringio_getstate, "(self, /)", NULL, 0},
    {"__setstate__", stringio_setstate, "(self, state, /)", NULL, 0},
    {0}};
static const WfGetSetDef stringio_getsets[] = {
    {"closed", stringio_get_closed, NULL, NULL, 0},
    {"newlines", stringio_get_newlines, NULL, NULL, 0},
    {"line_buffering", stringio_get_line_buffering, NULL, NULL, 0},
    {0}};
const WfTypeSpec wf_io_string_spec = {
    .name = "_io.StringIO",
    .doc = "A stream of text in memory; newline as for open(), but '\\n' unless given.",
    .flags = WF_TF_BASETYPE,
    .size = sizeof(StringIO),
    .methods = stringio_methods,
    .getsets = stringio_getsets,
    .signature = "(initial_value='', newline='\\n')",
    .slots = {.trace = stringio_trace, .new_ = stringio_new, .init = stringio_init, .next = stringio_next},
};
