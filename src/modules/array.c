/* array.c - the module array: arrays of C numbers.
 * SPDX-License-Identifier: MIT
 * Design:     the items lie in a raw cell with room to grow. A value is converted to bytes (Python code may run) before the lock is
 *             taken, and from bytes after it is left, so that under it there are only copies.
 * Invariants: A1 x_length * item size <= size of the raw cell. A2 while exports > 0 the raw cell and the length stay.
 * Threads:    writers hold the array's lock; readers load the raw cell, then the length, and check against both.
 * Tests:      CPython's test_array. */
#include "model/builtin.h"
#include "model/object.h"
#include "objects/bytes.h"
#include "objects/dict.h"
#include "objects/float.h"
#include "objects/genericalias.h"
#include "objects/int.h"
#include "objects/list.h"
#include "objects/slice.h"
#include "objects/str.h"
#include "objects/tuple.h"

#include <limits.h>

typedef struct Code {
    char code;
    uint8_t size;
    char kind;           /* 'i' signed, 'u' unsigned, 'f' float, 'c' character */
    const char *format;  /* of the buffer */
    uint8_t machine;     /* machine format, little-endian */
} Code;

static const Code codes[] = {
    {'b', 1, 'i', "b", 1},          {'B', 1, 'u', "B", 0},          {'u', sizeof(wchar_t), 'c', "w", 20},
    {'h', sizeof(short), 'i', "h", 4}, {'H', sizeof(short), 'u', "H", 2}, {'i', sizeof(int), 'i', "i", 8},
    {'I', sizeof(int), 'u', "I", 6},  {'l', sizeof(long), 'i', "l", 12}, {'L', sizeof(long), 'u', "L", 10},
    {'q', 8, 'i', "q", 12},         {'Q', 8, 'u', "Q", 10},         {'f', 4, 'f', "f", 14},
    {'d', 8, 'f', "d", 16},
};

typedef struct Array {
    WfObject h;
    WfSlot data;       /* WfRaw or EMPTY */
    int64_t x_length;  /* items; written under the lock */
    int64_t exports;   /* under the lock */
    const Code *code;  /* immutable */
} Array;

typedef struct ArrayIterator {
    WfObject h;
    WfSlot array; /* EMPTY: exhausted */
    int64_t x_index;
} ArrayIterator;

typedef union Cell {
    uint8_t bytes[8];
    int8_t i8;
    uint8_t u8;
    int16_t i16;
    uint16_t u16;
    int32_t i32;
    uint32_t u32;
    int64_t i64;
    uint64_t u64;
    float f;
    double d;
} Cell;

WF_INLINE Array *as_array(WfValue v) { return WF_AS(Array, v); }
static bool is_array(WfValue v) { return WF_IS_KIND(v, NATIVE) && wf_type_is_subtype(wf_type(v), WF_TYPE(ARRAY)); }
static int64_t length_of(const Array *a) { return __atomic_load_n(&a->x_length, __ATOMIC_ACQUIRE); }
static WfRaw *raw_of(const Array *a) { return (WfRaw *)(uintptr_t)wf_load_acquire(&a->data).bits; }
static uint8_t *bytes_of(const Array *a)
{
    WfRaw *raw = raw_of(a);
    return raw == NULL ? NULL : raw->data;
}

static const Code *find_code(uint32_t c)
{
    for (size_t i = 0; i < WF_ARRAY_LEN(codes); i++) {
        if ((unsigned char)codes[i].code == c) {
            return &codes[i];
        }
    }
    return NULL;
}

/* --- values -------------------------------------------------------------------------------------------------- */

static WfStatus overflow(WfThread *t, const char *what, bool low)
{
    return WF_FAIL(
        wf_raise(t, WF_EXC(OverflowError), "%s is %s", what, low ? "less than minimum" : "greater than maximum"));
}

static WfStatus int_to_cell(WfThread *t, const Code *code, WfValue v, Cell *out)
{
    static const char *const signed_names[] = {"signed char", "signed short integer", "signed integer"};
    static const char *const unsigned_names[] = {"unsigned byte integer", "unsigned short", "unsigned int"};
    v = wf_index(t, v);
    if (wf_is_empty(v)) {
        return WF_RAISED;
    }
    int64_t i;
    uint64_t u;
    int bits = code->size * 8;
    bool fits = wf_int_to_i64(v, &i);
    if (code->kind == 'u' && bits >= 32) {
        bool quad = code->code == 'Q';
        if (wf_int_sign(v) < 0) {
            return WF_FAIL(wf_raise(t, WF_EXC(OverflowError), quad ? "can't convert negative int to unsigned"
                                                                   : "can't convert negative value to unsigned int"));
        }
        if (!wf_int_to_u64(v, &u)) {
            return WF_FAIL(wf_raise(t, WF_EXC(OverflowError), quad ? "int too big to convert"
                                                                   : "Python int too large to convert to C unsigned long"));
        }
        if (bits == 32 && u > UINT32_MAX) {
            return overflow(t, "unsigned int", false);
        }
        if (bits == 32) {
            out->u32 = (uint32_t)u;
        } else {
            out->u64 = u;
        }
        return WF_OK;
    }
    if (!fits) {
        return WF_FAIL(wf_raise(t, WF_EXC(OverflowError),
                                code->code == 'q' ? "int too big to convert" : "Python int too large to convert to C long"));
    }
    if (bits == 64) {
        out->i64 = i;
        return WF_OK;
    }
    int row = bits == 8 ? 0 : bits == 16 ? 1 : 2;
    int64_t high = code->kind == 'i' ? ((int64_t)1 << (bits - 1)) - 1 : ((int64_t)1 << bits) - 1;
    int64_t low = code->kind == 'i' ? -high - 1 : 0;
    if (i < low || i > high) {
        /* CPython converts to a short first */
        const char *what = code->code == 'b' && (i < SHRT_MIN || i > SHRT_MAX) ? signed_names[1]
                           : code->kind == 'i'                                ? signed_names[row]
                                                                              : unsigned_names[row];
        return overflow(t, what, i < low);
    }
    if (bits == 8) {
        out->u8 = (uint8_t)i;
    } else if (bits == 16) {
        out->u16 = (uint16_t)i;
    } else {
        out->u32 = (uint32_t)i;
    }
    return WF_OK;
}

static WfStatus to_cell(WfThread *t, const Code *code, WfValue v, Cell *out)
{
    double d;
    switch (code->kind) {
    case 'f':
        if (wf_to_double(t, v, &d) != WF_OK) {
            return WF_RAISED;
        }
        if (code->size == 4) {
            out->f = (float)d;
        } else {
            out->d = d;
        }
        return WF_OK;
    case 'c':
        if (!wf_is_str(v) || wf_as_str(v)->length != 1) {
            return WF_FAIL(wf_raise(t, WF_EXC(TypeError), "array item must be unicode character"));
        }
        out->u32 = wf_str_at(wf_as_str(v), 0);
        return WF_OK;
    default:
        return int_to_cell(t, code, v, out);
    }
}

static WfValue from_cell(WfThread *t, const Code *code, const Cell *c)
{
    switch (code->kind) {
    case 'f':
        return wf_double_any(code->size == 4 ? (double)c->f : c->d);
    case 'c':
        if (c->u32 > 0x10ffff) {
            return wf_raise(t, WF_EXC(ValueError), "character U+%x is not in range [U+0000; U+10ffff]", c->u32);
        }
        return wf_str_from_char(t, c->u32);
    case 'i':
        return wf_int_from_i64(t, code->size == 1   ? c->i8
                                  : code->size == 2 ? c->i16
                                  : code->size == 4 ? c->i32
                                                    : c->i64);
    default:
        return wf_int_from_u64(t, code->size == 1   ? c->u8
                                  : code->size == 2 ? c->u16
                                  : code->size == 4 ? c->u32
                                                    : c->u64);
    }
}

/* Item i; WF_EMPTY without exception when it is out of range. */
static WfValue item_at(WfThread *t, const Array *a, int64_t i)
{
    WfRaw *raw = raw_of(a);
    int64_t size = a->code->size;
    if (i < 0 || i >= length_of(a) || raw == NULL || (i + 1) * size > raw->size) {
        return WF_EMPTY;
    }
    Cell c;
    memcpy(c.bytes, raw->data + i * size, (size_t)size);
    return from_cell(t, a->code, &c);
}

/* --- memory -------------------------------------------------------------------------------------------------- */

static WfValue array_alloc(WfThread *t, WfType *type, const Code *code, int64_t n)
{
    if (n > (INT64_MAX - 64) / code->size) {
        return wf_raise_no_memory(t);
    }
    WfRaw *raw = n == 0 ? NULL : wf_gc_alloc_raw(t, n * code->size, true);
    Array *a = n != 0 && raw == NULL ? NULL : (Array *)wf_instance_new(t, type, 0);
    if (a == NULL) {
        return WF_EMPTY;
    }
    a->code = code;
    a->x_length = n;
    wf_store_ptr(&a->data, raw);
    return wf_from_object(a);
}

/* Changes the length; what was there stays, the rest is not initialised. */
static WfStatus resize_locked(WfThread *t, Array *a, int64_t n)
{
    if (n == a->x_length) {
        return WF_OK;
    }
    if (a->exports > 0) {
        return WF_FAIL(wf_raise(t, WF_EXC(BufferError), "cannot resize an array that is exporting buffers"));
    }
    int64_t size = a->code->size;
    if (n > (INT64_MAX - 64) / size / 2) {
        return WF_FAIL(wf_raise_no_memory(t));
    }
    WfRaw *raw = raw_of(a);
    if (raw == NULL || n * size > raw->size || n * size < raw->size / 4) {
        int64_t room = n + (n >> 4) + (n < 8 ? 3 : 7);
        WfRaw *fresh = wf_gc_alloc_raw(t, room * size, true);
        if (fresh == NULL) {
            return WF_RAISED;
        }
        int64_t keep = n < a->x_length ? n : a->x_length;
        if (raw != NULL) {
            memcpy(fresh->data, raw->data, (size_t)(keep * size));
        }
        if (n < a->x_length) {
            __atomic_store_n(&a->x_length, n, __ATOMIC_RELEASE);
        }
        wf_store_ptr(&a->data, fresh);
    }
    __atomic_store_n(&a->x_length, n, __ATOMIC_RELEASE);
    return WF_OK;
}

/* Replaces items [at, at + old) by n items from bytes (NULL: leaves them as they come). */
static WfStatus splice_locked(WfThread *t, Array *a, int64_t at, int64_t old, const uint8_t *items, int64_t n)
{
    int64_t length = a->x_length, size = a->code->size;
    if (n != old && a->exports > 0) {
        return WF_FAIL(wf_raise(t, WF_EXC(BufferError), "cannot resize an array that is exporting buffers"));
    }
    int64_t tail = length - at - old;
    if (n < old && tail > 0) {
        uint8_t *p = bytes_of(a);
        memmove(p + (at + n) * size, p + (at + old) * size, (size_t)(tail * size));
    }
    if (resize_locked(t, a, length - old + n) != WF_OK) {
        return WF_RAISED;
    }
    uint8_t *p = bytes_of(a);
    if (n > old && tail > 0) {
        memmove(p + (at + n) * size, p + (at + old) * size, (size_t)(tail * size));
    }
    if (n > 0 && items != NULL) {
        memcpy(p + at * size, items, (size_t)(n * size));
    }
    return WF_OK;
}

static WfStatus append_bytes(WfThread *t, Array *a, const uint8_t *items, int64_t n)
{
    wf_lock(t, a);
    WfStatus status = splice_locked(t, a, a->x_length, 0, items, n);
    wf_unlock(t, a);
    return status;
}

static WfStatus append_value(WfThread *t, Array *a, WfValue v)
{
    Cell c;
    return to_cell(t, a->code, v, &c) == WF_OK ? append_bytes(t, a, c.bytes, 1) : WF_RAISED;
}

/* One moment's items in a raw cell of their own. */
static WfRaw *snapshot(WfThread *t, Array *a, int64_t *n)
{
    wf_lock(t, a);
    *n = a->x_length;
    WfRaw *raw = wf_gc_alloc_raw(t, *n * a->code->size, false);
    if (raw != NULL && *n > 0) {
        memcpy(raw->data, bytes_of(a), (size_t)(*n * a->code->size));
    }
    wf_unlock(t, a);
    return raw;
}

/* --- construction -------------------------------------------------------------------------------------------- */

static WfStatus extend_iterable(WfThread *t, Array *a, WfValue iterable)
{
    WfValue it = wf_iter(t, iterable), item;
    if (wf_is_empty(it)) {
        return WF_RAISED;
    }
    WfFound more;
    while ((more = wf_next(t, it, &item)) == WF_FOUND) {
        if (append_value(t, a, item) != WF_OK) {
            return WF_RAISED;
        }
    }
    return more == WF_ERROR ? WF_RAISED : WF_OK;
}

static WfStatus extend_str(WfThread *t, Array *a, const WfStr *s)
{
    WfRaw *raw = wf_gc_alloc_raw(t, s->length * 4, false);
    if (raw == NULL) {
        return WF_RAISED;
    }
    for (int64_t i = 0; i < s->length; i++) {
        uint32_t c = wf_str_at(s, i);
        memcpy(raw->data + 4 * i, &c, 4);
    }
    return append_bytes(t, a, raw->data, s->length);
}

static WfStatus extend_buffer(WfThread *t, Array *a, WfValue source)
{
    WfBuffer b;
    if (wf_buffer_get(t, source, &b, WF_BUF_SIMPLE) != WF_OK) {
        return WF_RAISED;
    }
    WfStatus status;
    if (b.item_size > 1 && !is_array(source)) {
        status = WF_FAIL(wf_raise(t, WF_EXC(TypeError), "a bytes-like object is required"));
    } else if (b.length % a->code->size != 0) {
        status = WF_FAIL(wf_raise(t, WF_EXC(ValueError), "bytes length not a multiple of item size"));
    } else {
        status = append_bytes(t, a, b.data, b.length / a->code->size);
    }
    wf_buffer_release(t, &b);
    return status;
}

static WfStatus extend_array(WfThread *t, Array *a, Array *other)
{
    int64_t n;
    WfRaw *items = snapshot(t, other, &n);
    return items == NULL ? WF_RAISED : append_bytes(t, a, items->data, n);
}

static WfValue array_new(WfThread *t, WfType *type, const WfArgs *args)
{
    if (type->slots.init == WF_TYPE(ARRAY)->slots.init && args->kwnames != NULL && args->kwnames->length > 0) {
        return wf_raise(t, WF_EXC(TypeError), "array.array() takes no keyword arguments");
    }
    if (args->n_pos < 1) {
        return wf_raise(t, WF_EXC(TypeError), "array() takes at least 1 argument (0 given)");
    }
    if (args->n_pos > 2) {
        return wf_raise(t, WF_EXC(TypeError), "array() takes at most 2 arguments (%zd given)", args->n_pos);
    }
    WfValue c = args->items[0], initial = args->n_pos == 2 ? args->items[1] : WF_EMPTY;
    if (!wf_is_str(c) || wf_as_str(c)->length != 1) {
        return wf_raise(t, WF_EXC(TypeError), "array() argument 1 must be a unicode character, not %.50s",
                        WF_TYPE_NAME(c));
    }
    const Code *code = find_code(wf_str_at(wf_as_str(c), 0));
    if (code == NULL) {
        return wf_raise(t, WF_EXC(ValueError), "bad typecode (must be b, B, u, h, H, i, I, l, L, q, Q, f or d)");
    }
    bool from_array = !wf_is_empty(initial) && is_array(initial);
    if (!wf_is_empty(initial) && code->kind != 'c') {
        if (wf_is_str(initial)) {
            return wf_raise(t, WF_EXC(TypeError), "cannot use a str to initialize an array with typecode '%c'",
                            code->code);
        }
        if (from_array && as_array(initial)->code->kind == 'c') {
            return wf_raise(t, WF_EXC(TypeError), "cannot use a unicode array to initialize an array with typecode '%c'",
                            code->code);
        }
    }
    WfValue v = array_alloc(t, type, code, 0);
    if (wf_is_empty(v) || wf_is_empty(initial)) {
        return v;
    }
    Array *a = as_array(v);
    WfStatus status;
    if (wf_is_str(initial)) {
        status = extend_str(t, a, wf_as_str(initial));
    } else if (wf_is_bytes(initial) || WF_IS_KIND(initial, BYTEARRAY)) {
        status = extend_buffer(t, a, initial);
    } else if (from_array && as_array(initial)->code == code) {
        status = extend_array(t, a, as_array(initial));
    } else {
        status = extend_iterable(t, a, initial);
    }
    return status == WF_OK ? v : WF_EMPTY;
}

/* object.__init__ would refuse the arguments */
static WfStatus array_init(WfThread *t, WfValue self, const WfArgs *args) { return WF_OK; }

/* --- items and slices ---------------------------------------------------------------------------------------- */

static WfStatus array_len(WfThread *t, WfValue self, int64_t *n)
{
    *n = length_of(as_array(self));
    return WF_OK;
}

static bool is_index(WfValue key) { return wf_is_any_int(key) || wf_type(key)->slots.index != NULL; }

static WfValue array_getitem(WfThread *t, WfValue self, WfValue key)
{
    Array *a = as_array(self);
    if (is_index(key)) {
        int64_t i;
        if (wf_as_index(t, key, &i, WF_EXC(IndexError)) != WF_OK) {
            return WF_EMPTY;
        }
        WfValue v = item_at(t, a, i < 0 ? i + length_of(a) : i);
        return wf_is_empty(v) && !wf_pending(t) ? wf_raise(t, WF_EXC(IndexError), "array index out of range") : v;
    }
    if (!wf_is_slice(key)) {
        return wf_raise(t, WF_EXC(TypeError), "array indices must be integers");
    }
    int64_t start, stop, step, n, size = a->code->size;
    if (wf_slice_unpack(t, key, &start, &stop, &step) != WF_OK) {
        return WF_EMPTY;
    }
    WfRaw *items = snapshot(t, a, &n);
    if (items == NULL) {
        return WF_EMPTY;
    }
    int64_t count = wf_slice_adjust(n, &start, &stop, step);
    WfValue v = array_alloc(t, WF_TYPE(ARRAY), a->code, count);
    if (!wf_is_empty(v) && count > 0) {
        uint8_t *out = bytes_of(as_array(v));
        for (int64_t i = 0; i < count; i++) {
            memcpy(out + i * size, items->data + (start + i * step) * size, (size_t)size);
        }
    }
    return v;
}

/* Takes `count` items from start by step (> 0) out. */
static WfStatus delete_locked(WfThread *t, Array *a, int64_t start, int64_t step, int64_t count)
{
    int64_t n = a->x_length, size = a->code->size;
    if (count == 0) {
        return WF_OK;
    }
    if (a->exports > 0) {
        return WF_FAIL(wf_raise(t, WF_EXC(BufferError), "cannot resize an array that is exporting buffers"));
    }
    uint8_t *p = bytes_of(a);
    int64_t out = start, next = start;
    for (int64_t i = start, left = count; i < n; i++) {
        if (left > 0 && i == next) {
            left--;
            next += step;
        } else {
            memcpy(p + out++ * size, p + i * size, (size_t)size);
        }
    }
    return resize_locked(t, a, out);
}

static WfStatus assign_slice(WfThread *t, Array *a, WfValue slice, WfValue v)
{
    int64_t start, stop, step, n = 0;
    const uint8_t *items = NULL;
    if (!wf_is_empty(v)) {
        if (!is_array(v)) {
            return WF_FAIL(wf_raise(t, WF_EXC(TypeError), "can only assign array (not \"%.200s\") to array slice",
                                    WF_TYPE_NAME(v)));
        }
        if (as_array(v)->code != a->code) {
            return WF_FAIL(wf_raise(t, WF_EXC(TypeError), "bad argument type for built-in operation"));
        }
        WfRaw *raw = snapshot(t, as_array(v), &n);
        if (raw == NULL) {
            return WF_RAISED;
        }
        items = raw->data;
    }
    if (wf_slice_unpack(t, slice, &start, &stop, &step) != WF_OK) {
        return WF_RAISED;
    }
    wf_lock(t, a);
    WfStatus status = WF_OK;
    int64_t count = wf_slice_adjust(a->x_length, &start, &stop, step), size = a->code->size;
    if (step == 1) {
        status = splice_locked(t, a, start, count, items, n);
    } else if (wf_is_empty(v)) {
        if (step < 0) {
            start += step * (count - 1);
            step = -step;
        }
        status = delete_locked(t, a, start, step, count);
    } else if (n != count) {
        status = WF_FAIL(wf_raise(t, WF_EXC(ValueError),
                                  "attempt to assign array of size %zd to extended slice of size %zd", n, count));
    } else {
        for (int64_t i = 0; i < count; i++) {
            memcpy(bytes_of(a) + (start + i * step) * size, items + i * size, (size_t)size);
        }
    }
    wf_unlock(t, a);
    return status;
}

static WfStatus array_setitem(WfThread *t, WfValue self, WfValue key, WfValue v)
{
    Array *a = as_array(self);
    if (!is_index(key)) {
        return wf_is_slice(key) ? assign_slice(t, a, key, v)
                                : WF_FAIL(wf_raise(t, WF_EXC(TypeError), "array indices must be integer"));
    }
    int64_t i, size = a->code->size;
    Cell c;
    if (wf_as_index(t, key, &i, WF_EXC(IndexError)) != WF_OK) {
        return WF_RAISED;
    }
    int64_t seen = length_of(a);
    if ((i < 0 ? i + seen : i) >= seen || (i < 0 && i + seen < 0)) {
        return WF_FAIL(wf_raise(t, WF_EXC(IndexError), "array assignment index out of range"));
    }
    if (!wf_is_empty(v) && to_cell(t, a->code, v, &c) != WF_OK) {
        return WF_RAISED;
    }
    WfStatus status = WF_OK;
    wf_lock(t, a);
    i += i < 0 ? a->x_length : 0;
    if (i < 0 || i >= a->x_length) {
        status = WF_FAIL(wf_raise(t, WF_EXC(IndexError), "array assignment index out of range"));
    } else if (wf_is_empty(v)) {
        status = delete_locked(t, a, i, 1, 1);
    } else {
        memcpy(bytes_of(a) + i * size, c.bytes, (size_t)size);
    }
    wf_unlock(t, a);
    return status;
}

/* --- searching and comparing --------------------------------------------------------------------------------- */

/* The first index in [start, stop) of an item equal to v: *at, -1 if there is none. */
static WfStatus find(WfThread *t, Array *a, WfValue v, int64_t start, int64_t stop, int64_t *at)
{
    *at = -1;
    for (int64_t i = start; i < stop; i++) {
        WfValue item = item_at(t, a, i);
        if (wf_is_empty(item)) {
            return wf_pending(t) ? WF_RAISED : WF_OK;
        }
        WfFound same = wf_equal(t, item, v);
        if (same != WF_MISSING) {
            *at = i;
            return same == WF_ERROR ? WF_RAISED : WF_OK;
        }
    }
    return WF_OK;
}

static WfFound array_contains(WfThread *t, WfValue self, WfValue v)
{
    int64_t at;
    if (find(t, as_array(self), v, 0, INT64_MAX, &at) != WF_OK) {
        return WF_ERROR;
    }
    return at >= 0 ? WF_FOUND : WF_MISSING;
}

static WfValue array_index(WfThread *t, WfValue *a)
{
    Array *self = as_array(a[0]);
    int64_t start = 0, stop = INT64_MAX, at;
    if (wf_slice_bound(t, a[2], &start) != WF_OK || wf_slice_bound(t, a[3], &stop) != WF_OK) {
        return WF_EMPTY;
    }
    int64_t n = length_of(self);
    start = start < 0 ? (start + n < 0 ? 0 : start + n) : start;
    stop = stop < 0 ? stop + n : stop;
    if (find(t, self, a[1], start, stop, &at) != WF_OK) {
        return WF_EMPTY;
    }
    return at >= 0 ? wf_int_from_i64(t, at) : wf_raise(t, WF_EXC(ValueError), "array.index(x): x not in array");
}

static WfValue array_count(WfThread *t, WfValue *a)
{
    int64_t count = 0, at;
    for (int64_t i = 0;; i = at + 1) {
        if (find(t, as_array(a[0]), a[1], i, INT64_MAX, &at) != WF_OK) {
            return WF_EMPTY;
        }
        if (at < 0) {
            return wf_int_from_i64(t, count);
        }
        count++;
    }
}

static WfValue array_compare(WfThread *t, WfValue x, WfValue y, int op)
{
    if (!is_array(x) || !is_array(y)) {
        return WF_NOT_IMPLEMENTED;
    }
    Array *a = as_array(x), *b = as_array(y);
    int64_t n = length_of(a), m = length_of(b);
    if (n != m && (op == WF_EQ || op == WF_NE)) {
        return WF_BOOL(op == WF_NE);
    }
    for (int64_t i = 0; i < n && i < m; i++) {
        WfValue v = item_at(t, a, i), w = wf_is_empty(v) ? v : item_at(t, b, i);
        if (wf_is_empty(w)) {
            if (wf_pending(t)) {
                return WF_EMPTY;
            }
            break; /* another thread took items out */
        }
        WfValue same = wf_compare(t, v, w, WF_EQ);
        if (wf_is_empty(same)) {
            return same;
        }
        if (!wf_is_true(same)) {
            return op == WF_EQ ? WF_FALSE : op == WF_NE ? WF_TRUE : wf_compare(t, v, w, op);
        }
    }
    return wf_ordering(n, m, op);
}

/* --- operators ----------------------------------------------------------------------------------------------- */

static WfValue array_concat(WfThread *t, WfValue x, WfValue y)
{
    if (!is_array(y)) {
        return wf_raise(t, WF_EXC(TypeError), "can only append array (not \"%.200s\") to array", WF_TYPE_NAME(y));
    }
    Array *a = as_array(x);
    if (as_array(y)->code != a->code) {
        return wf_raise(t, WF_EXC(TypeError), "bad argument type for built-in operation");
    }
    WfValue v = array_alloc(t, WF_TYPE(ARRAY), a->code, 0);
    if (wf_is_empty(v) || extend_array(t, as_array(v), a) != WF_OK || extend_array(t, as_array(v), as_array(y)) != WF_OK) {
        return WF_EMPTY;
    }
    return v;
}

static WfStatus extend_any(WfThread *t, Array *a, WfValue v)
{
    if (!is_array(v)) {
        return extend_iterable(t, a, v);
    }
    if (as_array(v)->code != a->code) {
        return WF_FAIL(wf_raise(t, WF_EXC(TypeError), "can only extend with array of same kind"));
    }
    return extend_array(t, a, as_array(v));
}

static WfValue array_iconcat(WfThread *t, WfValue x, WfValue y)
{
    if (!is_array(y)) {
        return wf_raise(t, WF_EXC(TypeError), "can only extend array with array (not \"%.200s\")", WF_TYPE_NAME(y));
    }
    return extend_any(t, as_array(x), y) == WF_OK ? x : WF_EMPTY;
}

static WfValue array_repeat(WfThread *t, WfValue self, int64_t times)
{
    Array *a = as_array(self);
    int64_t n, bytes, total;
    WfRaw *items = snapshot(t, a, &n);
    times = times < 0 ? 0 : times;
    if (items == NULL || __builtin_mul_overflow(n, times, &total) || total > INT64_MAX / 16) {
        return items == NULL ? WF_EMPTY : wf_raise_no_memory(t);
    }
    WfValue v = array_alloc(t, WF_TYPE(ARRAY), a->code, total);
    bytes = n * a->code->size;
    for (int64_t i = 0; !wf_is_empty(v) && n > 0 && i < times; i++) {
        memcpy(bytes_of(as_array(v)) + i * bytes, items->data, (size_t)bytes);
    }
    return v;
}

static WfValue array_irepeat(WfThread *t, WfValue self, int64_t times)
{
    WfValue v = array_repeat(t, self, times);
    if (wf_is_empty(v)) {
        return v;
    }
    Array *a = as_array(self), *b = as_array(v);
    wf_lock(t, a);
    WfStatus status = splice_locked(t, a, 0, a->x_length, bytes_of(b), b->x_length);
    wf_unlock(t, a);
    return status == WF_OK ? self : WF_EMPTY;
}

/* --- methods ------------------------------------------------------------------------------------------------- */

static WfValue array_append(WfThread *t, WfValue *a) { return append_value(t, as_array(a[0]), a[1]) == WF_OK ? WF_NONE : WF_EMPTY; }
static WfValue array_extend(WfThread *t, WfValue *a) { return extend_any(t, as_array(a[0]), a[1]) == WF_OK ? WF_NONE : WF_EMPTY; }
static WfValue array_frombytes(WfThread *t, WfValue *a)
{
    return extend_buffer(t, as_array(a[0]), a[1]) == WF_OK ? WF_NONE : WF_EMPTY;
}

static WfValue array_insert(WfThread *t, WfValue *a)
{
    Array *self = as_array(a[0]);
    int64_t i;
    Cell c;
    if (wf_to_ssize(t, a[1], &i) != WF_OK || to_cell(t, self->code, a[2], &c) != WF_OK) {
        return WF_EMPTY;
    }
    wf_lock(t, self);
    int64_t n = self->x_length;
    i = i < 0 ? (i + n < 0 ? 0 : i + n) : i > n ? n : i;
    WfStatus status = splice_locked(t, self, i, 0, c.bytes, 1);
    wf_unlock(t, self);
    return status == WF_OK ? WF_NONE : WF_EMPTY;
}

static WfValue array_pop(WfThread *t, WfValue *a)
{
    Array *self = as_array(a[0]);
    int64_t i, size = self->code->size;
    if (wf_to_ssize(t, a[1], &i) != WF_OK) {
        return WF_EMPTY;
    }
    Cell c;
    WfStatus status = WF_OK;
    wf_lock(t, self);
    int64_t n = self->x_length;
    i += i < 0 ? n : 0;
    if (n == 0) {
        status = WF_FAIL(wf_raise(t, WF_EXC(IndexError), "pop from empty array"));
    } else if (i < 0 || i >= n) {
        status = WF_FAIL(wf_raise(t, WF_EXC(IndexError), "pop index out of range"));
    } else {
        memcpy(c.bytes, bytes_of(self) + i * size, (size_t)size);
        status = delete_locked(t, self, i, 1, 1);
    }
    wf_unlock(t, self);
    return status == WF_OK ? from_cell(t, self->code, &c) : WF_EMPTY;
}

static WfValue array_remove(WfThread *t, WfValue *a)
{
    Array *self = as_array(a[0]);
    int64_t at;
    if (find(t, self, a[1], 0, INT64_MAX, &at) != WF_OK) {
        return WF_EMPTY;
    }
    if (at < 0) {
        return wf_raise(t, WF_EXC(ValueError), "array.remove(x): x not in array");
    }
    WfStatus status = WF_OK;
    wf_lock(t, self);
    if (at < self->x_length) {
        status = delete_locked(t, self, at, 1, 1);
    }
    wf_unlock(t, self);
    return status == WF_OK ? WF_NONE : WF_EMPTY;
}

static WfValue array_reverse(WfThread *t, WfValue *a)
{
    Array *self = as_array(a[0]);
    size_t size = self->code->size;
    wf_lock(t, self);
    uint8_t *p = bytes_of(self);
    for (int64_t i = 0, j = self->x_length - 1; i < j; i++, j--) {
        Cell c;
        memcpy(c.bytes, p + i * (int64_t)size, size);
        memcpy(p + i * (int64_t)size, p + j * (int64_t)size, size);
        memcpy(p + j * (int64_t)size, c.bytes, size);
    }
    wf_unlock(t, self);
    return WF_NONE;
}

static WfValue array_byteswap(WfThread *t, WfValue *a)
{
    Array *self = as_array(a[0]);
    int size = self->code->size;
    wf_lock(t, self);
    uint8_t *p = bytes_of(self);
    for (int64_t i = 0; i < self->x_length; i++, p += size) {
        for (int k = 0; k < size / 2; k++) {
            uint8_t swap = p[k];
            p[k] = p[size - 1 - k];
            p[size - 1 - k] = swap;
        }
    }
    wf_unlock(t, self);
    return WF_NONE;
}

static WfValue array_tobytes(WfThread *t, WfValue *a)
{
    int64_t n;
    WfRaw *items = snapshot(t, as_array(a[0]), &n);
    return items == NULL ? WF_EMPTY : wf_bytes_new(t, items->data, n * as_array(a[0])->code->size);
}

static WfValue array_tolist(WfThread *t, WfValue *a)
{
    Array *self = as_array(a[0]);
    int64_t n;
    WfRaw *items = snapshot(t, self, &n);
    WfValue list = items == NULL ? WF_EMPTY : wf_list_new(t, n);
    if (wf_is_empty(list)) {
        return list;
    }
    for (int64_t i = 0; i < n; i++) {
        Cell c;
        memcpy(c.bytes, items->data + i * self->code->size, self->code->size);
        WfValue v = from_cell(t, self->code, &c);
        if (wf_is_empty(v) || wf_list_append(t, WF_AS(WfList, list), v) != WF_OK) {
            return WF_EMPTY;
        }
    }
    return list;
}

static WfValue array_fromlist(WfThread *t, WfValue *a)
{
    if (!wf_is_list(a[1])) {
        return wf_raise(t, WF_EXC(TypeError), "arg must be list");
    }
    Array *self = as_array(a[0]);
    WfList *list = WF_AS(WfList, a[1]);
    int64_t n = wf_list_length(list), size = self->code->size;
    WfRaw *raw = wf_gc_alloc_raw(t, n * size, false);
    if (raw == NULL) {
        return WF_EMPTY;
    }
    for (int64_t i = 0; i < n; i++) {
        WfValue v = wf_list_at(list, i);
        Cell c;
        if (wf_is_empty(v)) {
            return wf_raise(t, WF_EXC(RuntimeError), "list changed size during iteration");
        }
        if (to_cell(t, self->code, v, &c) != WF_OK) {
            return WF_EMPTY;
        }
        memcpy(raw->data + i * size, c.bytes, (size_t)size);
    }
    return append_bytes(t, self, raw->data, n) == WF_OK ? WF_NONE : WF_EMPTY;
}

static WfValue array_fromunicode(WfThread *t, WfValue *a)
{
    if (!wf_is_str(a[1])) {
        return wf_raise(t, WF_EXC(TypeError), "fromunicode() argument must be str, not %.50s", WF_TYPE_NAME(a[1]));
    }
    if (as_array(a[0])->code->kind != 'c') {
        return wf_raise(t, WF_EXC(ValueError), "fromunicode() may only be called on unicode type arrays");
    }
    return extend_str(t, as_array(a[0]), wf_as_str(a[1])) == WF_OK ? WF_NONE : WF_EMPTY;
}

static WfValue array_tounicode(WfThread *t, WfValue *a)
{
    Array *self = as_array(a[0]);
    if (self->code->kind != 'c') {
        return wf_raise(t, WF_EXC(ValueError), "tounicode() may only be called on unicode type arrays");
    }
    int64_t n;
    WfRaw *items = snapshot(t, self, &n);
    if (items == NULL) {
        return WF_EMPTY;
    }
    const uint32_t *p = (const uint32_t *)(const void *)items->data;
    for (int64_t i = 0; i < n; i++) {
        if (p[i] > 0x10ffff) {
            return wf_raise(t, WF_EXC(ValueError), "character U+%x is not in range [U+0000; U+10ffff]", p[i]);
        }
    }
    return wf_str_from_kind(t, 4, p, n);
}

static WfValue array_tofile(WfThread *t, WfValue *a)
{
    WfValue bytes = array_tobytes(t, a), write = wf_is_empty(bytes) ? bytes : wf_getattr(t, a[1], WF_NAME(write));
    if (wf_is_empty(write)) {
        return write;
    }
    const int64_t block = 65536;
    const WfBytes *b = wf_as_bytes(bytes);
    for (int64_t i = 0; i < b->length; i += block) {
        WfValue part = b->length <= block ? bytes
                                          : wf_bytes_new(t, b->data + i, b->length - i < block ? b->length - i : block);
        if (wf_is_empty(part) || wf_is_empty(wf_call1(t, write, part))) {
            return WF_EMPTY;
        }
    }
    return WF_NONE;
}

static WfValue array_fromfile(WfThread *t, WfValue *a)
{
    Array *self = as_array(a[0]);
    int64_t n, bytes;
    if (wf_to_ssize(t, a[2], &n) != WF_OK) {
        return WF_EMPTY;
    }
    if (n < 0) {
        return wf_raise(t, WF_EXC(ValueError), "negative count");
    }
    if (__builtin_mul_overflow(n, self->code->size, &bytes)) {
        return wf_raise_no_memory(t);
    }
    WfValue data = wf_call_method1(t, a[1], WF_NAME(read), wf_int_from_i64(t, bytes));
    if (wf_is_empty(data)) {
        return data;
    }
    if (!wf_is_bytes(data)) {
        return wf_raise(t, WF_EXC(TypeError), "read() didn't return bytes");
    }
    bool enough = wf_as_bytes(data)->length == bytes;
    if (extend_buffer(t, self, data) != WF_OK) {
        return WF_EMPTY;
    }
    return enough ? WF_NONE : wf_raise(t, WF_EXC(EOFError), "read() didn't return enough bytes");
}

static WfValue array_buffer_info(WfThread *t, WfValue *a)
{
    Array *self = as_array(a[0]);
    WfValue address = wf_int_from_u64(t, (uint64_t)(uintptr_t)bytes_of(self));
    return wf_is_empty(address) ? address : wf_tuple_pair(t, address, wf_small_int(length_of(self)));
}

static WfValue array_copy(WfThread *t, WfValue *a)
{
    WfValue v = array_alloc(t, WF_TYPE(ARRAY), as_array(a[0])->code, 0);
    return wf_is_empty(v) || extend_array(t, as_array(v), as_array(a[0])) != WF_OK ? WF_EMPTY : v;
}

static WfValue array_sizeof(WfThread *t, WfValue *a)
{
    WfRaw *raw = raw_of(as_array(a[0]));
    return wf_int_from_i64(t, (int64_t)sizeof(Array) + (raw == NULL ? 0 : raw->size));
}

static WfValue get_typecode(WfThread *t, WfValue self)
{
    return wf_str_from_char(t, (uint32_t)as_array(self)->code->code);
}
static WfValue get_itemsize(WfThread *t, WfValue self) { return wf_small_int(as_array(self)->code->size); }

static WfValue array_repr(WfThread *t, WfValue self)
{
    Array *a = as_array(self);
    const char *name = wf_type_name(wf_type(self));
    if (length_of(a) == 0) {
        return wf_str_format(t, "%s('%c')", name, a->code->code);
    }
    WfValue v = a->code->kind == 'c' ? array_tounicode(t, &self) : array_tolist(t, &self);
    return wf_is_empty(v) ? v : wf_str_format(t, "%s('%c', %R)", name, a->code->code, v);
}

/* --- pickling ------------------------------------------------------------------------------------------------ */

static uint8_t machine_format(const Code *code)
{
    return (uint8_t)(code->machine + (code->size > 1 && __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__));
}

static WfValue array_reduce_ex(WfThread *t, WfValue *a)
{
    Array *self = as_array(a[0]);
    int64_t protocol;
    if (!wf_is_any_int(a[1])) {
        return wf_raise(t, WF_EXC(TypeError), "__reduce_ex__ argument should be an integer");
    }
    if (!wf_int_to_i64(a[1], &protocol)) {
        protocol = 0;
    }
    WfValue dict = WF_NONE;
    WfFound found = wf_getattr_opt(t, a[0], WF_NAME(__dict__), &dict);
    if (found == WF_ERROR) {
        return WF_EMPTY;
    }
    dict = found == WF_FOUND ? dict : WF_NONE;
    WfValue type = wf_from_object(wf_type(a[0])), code = get_typecode(t, a[0]);
    if (wf_is_empty(code)) {
        return code;
    }
    if (protocol < 3) {
        WfValue list = array_tolist(t, a);
        WfValue args = wf_is_empty(list) ? list : wf_tuple_pair(t, code, list);
        return wf_is_empty(args) ? args : WF_TUPLE_OF(t, type, args, dict);
    }
    WfStr *module_name = wf_str_intern_cstr(t, "array");
    WfValue module = module_name == NULL ? WF_EMPTY : wf_call1(t, t->interp->import_func, wf_from_object(module_name));
    WfValue reconstructor = wf_is_empty(module) ? module : wf_getattr_cstr(t, module, "_array_reconstructor");
    WfValue bytes = wf_is_empty(reconstructor) ? reconstructor : array_tobytes(t, a);
    WfValue args = wf_is_empty(bytes)
                       ? bytes
                       : WF_TUPLE_OF(t, type, code, wf_small_int(machine_format(self->code)), bytes);
    return wf_is_empty(args) ? args : WF_TUPLE_OF(t, reconstructor, args, dict);
}

/* Item sizes and kinds of machine formats 0..21; odd ones from 3 on are big-endian. */
static const struct {
    uint8_t size;
    char kind;
    bool big;
} machine_formats[] = {
    {1, 'u', false}, {1, 'i', false}, {2, 'u', false}, {2, 'u', true}, {2, 'i', false}, {2, 'i', true},
    {4, 'u', false}, {4, 'u', true},  {4, 'i', false}, {4, 'i', true}, {8, 'u', false}, {8, 'u', true},
    {8, 'i', false}, {8, 'i', true},  {4, 'f', false}, {4, 'f', true}, {8, 'f', false}, {8, 'f', true},
    {2, 'c', false}, {2, 'c', true},  {4, 'c', false}, {4, 'c', true}};

/* The items of another machine's array, as a list or str. */
static WfValue decode_items(WfThread *t, int format, WfValue bytes)
{
    int64_t size = machine_formats[format].size;
    bool big = machine_formats[format].big;
    const WfBytes *b = wf_as_bytes(bytes);
    if (machine_formats[format].kind == 'c') {
        WfValue encoding = wf_str_format(t, "utf-%d-%s", (int)size * 8, big ? "be" : "le");
        return wf_is_empty(encoding) ? encoding : wf_call_method1(t, bytes, wf_str_intern_cstr(t, "decode"), encoding);
    }
    WfValue list = wf_list_new(t, b->length / size);
    for (int64_t i = 0; !wf_is_empty(list) && i + size <= b->length; i += size) {
        WfValue v;
        if (machine_formats[format].kind == 'f') {
            Cell c;
            bool swap = big == (__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__);
            for (int64_t k = 0; k < size; k++) {
                c.bytes[k] = b->data[i + (swap ? size - 1 - k : k)];
            }
            v = wf_double_any(size == 4 ? (double)c.f : c.d);
        } else {
            v = wf_int_from_bytes(t, b->data + i, (size_t)size, !big, machine_formats[format].kind == 'i');
        }
        if (wf_is_empty(v) || wf_list_append(t, WF_AS(WfList, list), v) != WF_OK) {
            return WF_EMPTY;
        }
    }
    return list;
}

static WfValue array_reconstructor(WfThread *t, WfValue *a)
{
    int format;
    if (!wf_is_type(a[0])) {
        return wf_raise(t, WF_EXC(TypeError), "first argument must be a type object, not %.200s", WF_TYPE_NAME(a[0]));
    }
    WfType *type = WF_AS(WfType, a[0]);
    if (!wf_type_is_subtype(type, WF_TYPE(ARRAY))) {
        return wf_raise(t, WF_EXC(TypeError), "%.200s is not a subtype of array.array", wf_type_name(type));
    }
    if (!wf_is_str(a[1]) || wf_as_str(a[1])->length != 1) {
        return wf_raise(t, WF_EXC(TypeError), "_array_reconstructor() argument 2 must be a unicode character, not %.50s",
                        WF_TYPE_NAME(a[1]));
    }
    const Code *code = find_code(wf_str_at(wf_as_str(a[1]), 0));
    if (code == NULL) {
        return wf_raise(t, WF_EXC(ValueError), "second argument must be a valid type code");
    }
    if (wf_to_int(t, a[2], &format) != WF_OK) {
        return WF_EMPTY;
    }
    if (format < 0 || format >= (int)WF_ARRAY_LEN(machine_formats)) {
        return wf_raise(t, WF_EXC(ValueError), "third argument must be a valid machine format code.");
    }
    if (!wf_is_bytes(a[3])) {
        return wf_raise(t, WF_EXC(TypeError), "fourth argument should be bytes, not %.200s", WF_TYPE_NAME(a[3]));
    }
    if (wf_as_bytes(a[3])->length % machine_formats[format].size != 0) {
        return wf_raise(t, WF_EXC(ValueError), "%s length not a multiple of item size",
                        format == machine_format(code) ? "bytes" : "string");
    }
    WfValue items = a[3];
    if (format != machine_format(code)) {
        /* ints of the array's own width on that machine may be wider here: take the code that fits */
        items = decode_items(t, format, a[3]);
        for (size_t i = 0; i < WF_ARRAY_LEN(codes) && machine_formats[format].kind != 'c'; i++) {
            if (machine_formats[format].kind == codes[i].kind && machine_formats[format].size == codes[i].size
                && codes[i].kind != 'f') {
                code = &codes[i];
                break;
            }
        }
    }
    if (wf_is_empty(items)) {
        return items;
    }
    WfValue typecode = wf_str_from_char(t, (uint32_t)code->code);
    return wf_is_empty(typecode) ? typecode : wf_call2(t, a[0], typecode, items);
}

/* --- buffer -------------------------------------------------------------------------------------------------- */

static WfStatus array_getbuffer(WfThread *t, WfValue self, WfBuffer *b, int flags)
{
    Array *a = as_array(self);
    wf_lock(t, a);
    uint8_t *p = bytes_of(a);
    int64_t n = a->x_length * a->code->size;
    a->exports++;
    wf_unlock(t, a);
    *b = (WfBuffer){.owner = self, .data = p == NULL ? (void *)(uintptr_t)"" : p, .length = n, .item_size = a->code->size,
                    .ndim = 1, .format = a->code->format};
    return WF_OK;
}

static void array_releasebuffer(WfThread *t, WfValue self, WfBuffer *b)
{
    Array *a = as_array(self);
    wf_lock(t, a);
    a->exports--;
    wf_unlock(t, a);
}

/* --- iterator ------------------------------------------------------------------------------------------------ */

static WfValue array_iter(WfThread *t, WfValue self)
{
    ArrayIterator *it = WF_NEW(t, ArrayIterator, ARRAY_ITERATOR, NATIVE);
    if (it == NULL) {
        return WF_EMPTY;
    }
    wf_store_raw(&it->array, self);
    return wf_from_object(it);
}

static WfFound iterator_next(WfThread *t, WfValue self, WfValue *out)
{
    ArrayIterator *it = WF_AS(ArrayIterator, self);
    WfValue array = wf_load(&it->array);
    if (wf_is_empty(array)) {
        return WF_MISSING;
    }
    int64_t i = __atomic_load_n(&it->x_index, __ATOMIC_RELAXED);
    *out = item_at(t, as_array(array), i);
    if (wf_is_empty(*out)) {
        if (wf_pending(t)) {
            return WF_ERROR;
        }
        wf_store_raw(&it->array, WF_EMPTY);
        return WF_MISSING;
    }
    __atomic_store_n(&it->x_index, i + 1, __ATOMIC_RELAXED);
    return WF_FOUND;
}

static WfValue iterator_self(WfThread *t, WfValue self) { return self; }

static WfValue iterator_reduce(WfThread *t, WfValue *a)
{
    ArrayIterator *it = WF_AS(ArrayIterator, a[0]);
    WfValue iter = wf_getitem(t, t->interp->builtins, WF_NAME_V(iter)), array = wf_load(&it->array);
    if (wf_is_empty(iter)) {
        return iter;
    }
    if (wf_is_empty(array)) {
        WfValue none = wf_list_new(t, 0), args = wf_is_empty(none) ? none : wf_tuple_from(t, &none, 1);
        return wf_is_empty(args) ? args : wf_tuple_pair(t, iter, args);
    }
    WfValue args = wf_tuple_from(t, &array, 1);
    return wf_is_empty(args) ? args
                             : WF_TUPLE_OF(t, iter, args, wf_small_int(__atomic_load_n(&it->x_index, __ATOMIC_RELAXED)));
}

static WfValue iterator_setstate(WfThread *t, WfValue *a)
{
    ArrayIterator *it = WF_AS(ArrayIterator, a[0]);
    int64_t i;
    if (wf_to_ssize(t, a[1], &i) != WF_OK) {
        return WF_EMPTY;
    }
    WfValue array = wf_load(&it->array);
    if (!wf_is_empty(array)) {
        int64_t n = length_of(as_array(array));
        __atomic_store_n(&it->x_index, i < 0 ? 0 : i > n ? n : i, __ATOMIC_RELAXED);
    }
    return WF_NONE;
}

/* --- the types ----------------------------------------------------------------------------------------------- */

static void array_trace(WfMarker *m, WfObject *o) { wf_mark_slot(m, &((Array *)o)->data); }
static void iterator_trace(WfMarker *m, WfObject *o) { wf_mark_slot(m, &((ArrayIterator *)o)->array); }

static const WfGetSetDef array_getsets[] = {
    {"typecode", get_typecode, NULL, "The letter of the type of the items."},
    {"itemsize", get_itemsize, NULL, "Size of an item in bytes."},
    {0}};

static const WfBuiltinDef array_methods[] = {
    {"append", array_append, "(self, v, /)", "Add a value at the end."},
    {"buffer_info", array_buffer_info, "(self, /)", "Address and length of the memory that holds the items."},
    {"byteswap", array_byteswap, "(self, /)", "Reverse the bytes of every item."},
    {"count", array_count, "(self, v, /)", "How often the value occurs."},
    {"extend", array_extend, "(self, bb, /)", "Add the items of an array or another iterable."},
    {"fromfile", array_fromfile, "(self, f, n, /)", "Read n items from a file and add them."},
    {"fromlist", array_fromlist, "(self, list, /)", "Add the items of a list: all, or none if one does not fit."},
    {"frombytes", array_frombytes, "(self, buffer, /)", "Add items given as bytes."},
    {"fromunicode", array_fromunicode, "(self, ustr, /)", "Add the characters of a str to an array of type 'u'."},
    {"index", array_index, "(self, v, start=0, stop=9223372036854775807, /)",
     "Where the value first occurs; ValueError if nowhere."},
    {"insert", array_insert, "(self, i, v, /)", "Insert a value before position i."},
    {"pop", array_pop, "(self, i=-1, /)", "Take the item at position i out and return it."},
    {"remove", array_remove, "(self, v, /)", "Take the first occurrence of the value out."},
    {"reverse", array_reverse, "(self, /)", "Reverse the order of the items."},
    {"tobytes", array_tobytes, "(self, /)", "The items as bytes."},
    {"tofile", array_tofile, "(self, f, /)", "Write the items to a file as bytes."},
    {"tolist", array_tolist, "(self, /)", "The items as a list."},
    {"tounicode", array_tounicode, "(self, /)", "The characters of an array of type 'u' as a str."},
    {"__copy__", array_copy, "(self, /)", "A copy."},
    {"__deepcopy__", array_copy, "(self, unused, /)", "A copy."},
    {"__reduce_ex__", array_reduce_ex, "(self, value, /)", "State for pickling."},
    {"__sizeof__", array_sizeof, "(self, /)", "Size in memory, in bytes."},
    {0}};

const WfTypeSpec wf_array_spec = {
    .name = "array.array",
    .doc = "array(typecode [, initializer]) -> array\n\n"
           "An array of numbers of one C type, which the typecode names: b B h H i I l L q Q (ints,\n"
           "capitals unsigned), f d (floats), u (characters). The initializer gives the first items:\n"
           "an iterable, bytes, or a str for 'u'.",
    .flags = WF_TF_BASETYPE | WF_TF_SEQUENCE | WF_TF_WEAKREFS,
    .size = sizeof(Array),
    .methods = array_methods,
    .getsets = array_getsets,
    .slots = {
        .new_ = array_new,
        .init = array_init,
        .repr = array_repr,
        .richcompare = array_compare,
        .iter = array_iter,
        .len = array_len,
        .getitem = array_getitem,
        .setitem = array_setitem,
        .contains = array_contains,
        .concat = array_concat,
        .repeat = array_repeat,
        .iconcat = array_iconcat,
        .irepeat = array_irepeat,
        .trace = array_trace,
        .getbuffer = array_getbuffer,
        .releasebuffer = array_releasebuffer,
    },
};

static const WfBuiltinDef iterator_methods[] = {
    {"__reduce__", iterator_reduce, "(self, /)", NULL}, {"__setstate__", iterator_setstate, "(self, state, /)", NULL}, {0}};

const WfTypeSpec wf_array_iterator_spec = {
    .name = "array.arrayiterator",
    .flags = WF_TF_NO_NEW,
    .size = sizeof(ArrayIterator),
    .methods = iterator_methods,
    .slots = {.iter = iterator_self, .next = iterator_next, .trace = iterator_trace},
};

static const WfBuiltinDef module_functions[] = {
    {"_array_reconstructor", array_reconstructor, "(arraytype, typecode, mformat_code, items, /)",
     "Make an array of its pickled state, whatever machine that is from."},
    {0}};

/* isinstance(array, MutableSequence), though it is none by inheritance. */
static WfStatus register_sequence(WfThread *t)
{
    WfStr *name = wf_str_intern_cstr(t, "collections.abc"), *abc = wf_str_intern_cstr(t, "MutableSequence");
    WfValue from = name == NULL || abc == NULL ? WF_EMPTY : WF_TUPLE_OF(t, wf_from_object(abc));
    if (wf_is_empty(from)) {
        return WF_RAISED;
    }
    WfValue args[4] = {wf_from_object(name), WF_NONE, WF_NONE, from};
    WfValue module = wf_call(t, t->interp->import_func, args, 4);
    WfValue class = wf_is_empty(module) ? module : wf_getattr(t, module, abc);
    WfValue method = wf_is_empty(class) ? class : wf_getattr_cstr(t, class, "register");
    return wf_is_empty(method) || wf_is_empty(wf_call1(t, method, wf_from_object(WF_TYPE(ARRAY)))) ? WF_RAISED : WF_OK;
}

static WfStatus array_module_init(WfThread *t, WfValue module)
{
    if (wf_type_ready(t, WF_TYPE(ARRAY_ITERATOR)) != WF_OK || wf_module_add_type(t, module, WF_TYPE(ARRAY)) != WF_OK
        || wf_module_add(t, module, "ArrayType", wf_from_object(WF_TYPE(ARRAY))) != WF_OK || register_sequence(t) != WF_OK) {
        return WF_RAISED;
    }
    return wf_module_add_str(t, module, "typecodes", "bBuhHiIlLqQfd");
}

const WfModuleDef wf_module_array = {
    .name = "array",
    .doc = "Arrays of numbers of one C type.",
    .functions = module_functions,
    .init = array_module_init,
};
