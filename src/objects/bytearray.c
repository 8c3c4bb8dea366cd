/* bytearray.c - the type bytearray and its iterator.
 * SPDX-License-Identifier: MIT
 * Design:     bytes [start, start + length) of a collected buffer that grows by an eighth and some; removing from the front
 *             moves start. A buffer that is replaced lives on while a reader or a view holds it, so no reader can touch freed
 *             memory; BufferError for exported arrays is kept for the sake of Python programs.
 * Invariants: B1 start + length < buffer's size, and a NUL lies behind.  B2 the size does not change while exports > 0.
 * Threads:    all three fields are read and written under the array's lock; items are read without. An abandoned
 *             memoryview is noticed by a collection that resize runs before it complains. */
#include "objects/bytes.h"

#include "objects/bytes_methods.h"
#include "objects/codecs.h"
#include "objects/int.h"
#include "objects/slice.h"
#include "objects/str.h"
#include "objects/tuple.h"
#include "platform/atomics.h"

/* --- the buffer ------------------------------------------------------------------------------------------------------ */

static WfRaw *raw_of(WfByteArray *b)
{
    return WF_LOAD(WfRaw, &b->buffer);
}

static WfStatus init(WfThread *t, WfByteArray *b, const void *data, int64_t n)
{
    if (n == 0) {
        return WF_OK;
    }
    WfRaw *raw = wf_gc_alloc_raw(t, n + 1, data == NULL);
    if (raw == NULL) {
        return WF_RAISED;
    }
    if (data != NULL) {
        memcpy(raw->data, data, (size_t)n);
    }
    raw->data[n] = 0;
    wf_store_ptr(&b->buffer, raw);
    b->length = n;
    return WF_OK;
}

WfValue wf_bytearray_new(WfThread *t, const void *data, int64_t n)
{
    WfByteArray *b = WF_NEW(t, WfByteArray, BYTEARRAY, BYTEARRAY);
    return b == NULL || init(t, b, data, n) < 0 ? WF_EMPTY : wf_from_object(b);
}

const uint8_t *wf_bytearray_data(WfThread *t, WfByteArray *b, int64_t *n)
{
    wf_lock(t, b);
    WfRaw *raw = raw_of(b);
    const uint8_t *p = raw == NULL ? (const uint8_t *)"" : raw->data + b->start;
    *n = b->length;
    wf_unlock(t, b);
    return p;
}

/* Takes the lock with the array free to change its size, or raises BufferError (lock not held). */
static WfStatus lock_to_resize(WfThread *t, WfByteArray *b)
{
    wf_lock(t, b);
    if (WF_UNLIKELY(b->exports > 0)) {
        wf_unlock(t, b);
        wf_gc_collect(t, WF_GC_FULL);
        wf_gc_run_finalizers(t);
        wf_lock(t, b);
        if (b->exports > 0) {
            wf_unlock(t, b);
            return WF_FAIL(wf_raise(t, WF_EXC(BufferError), "Existing exports of data: object cannot be re-sized"));
        }
    }
    return WF_OK;
}

/* Opens or closes a gap: bytes [at, at + remove) become `insert` bytes, whose contents are the caller's to write (zero if
 * the buffer is new). Returns where they go. */
static uint8_t *splice_locked(WfThread *t, WfByteArray *b, int64_t at, int64_t remove, int64_t insert)
{
    WfRaw *raw = raw_of(b);
    int64_t tail = b->length - at - remove, length = b->length - remove + insert;
    if (raw != NULL && at == 0 && insert <= remove) {
        b->start += remove - insert; /* cut off in front: nothing moves */
    } else if (raw != NULL && b->start + length + 1 <= raw->size && (raw->size < 1024 || length > raw->size / 4)) {
        uint8_t *p = raw->data + b->start + at;
        memmove(p + insert, p + remove, (size_t)tail);
    } else {
        int64_t capacity = length + (length >> 3) + (length < 9 ? 4 : 7);
        WfRaw *fresh = wf_gc_alloc_raw(t, capacity + 1, false);
        if (fresh == NULL) {
            return NULL;
        }
        if (raw != NULL) {
            memcpy(fresh->data, raw->data + b->start, (size_t)at);
            memcpy(fresh->data + at + insert, raw->data + b->start + at + remove, (size_t)tail);
        }
        wf_store_ptr(&b->buffer, fresh);
        b->start = 0;
        raw = fresh;
    }
    b->length = length;
    raw->data[b->start + length] = 0;
    return raw->data + b->start + at;
}

/* Bytes [at, at + remove) replaced by data; bounds are clipped to the length as it is now. */
static WfStatus replace(WfThread *t, WfByteArray *b, int64_t at, int64_t remove, const void *data, int64_t n)
{
    if (n == remove) {
        wf_lock(t, b);
        if (at + remove <= b->length && n > 0) {
            memmove(raw_of(b)->data + b->start + at, data, (size_t)n);
        }
        wf_unlock(t, b);
        return WF_OK;
    }
    if (lock_to_resize(t, b) < 0) {
        return WF_RAISED;
    }
    at = at > b->length ? b->length : at;
    remove = remove > b->length - at ? b->length - at : remove;
    uint8_t *p = splice_locked(t, b, at, remove, n);
    if (p != NULL && n > 0) {
        if (data != NULL) {
            memcpy(p, data, (size_t)n);
        } else {
            memset(p, 0, (size_t)n);
        }
    }
    wf_unlock(t, b);
    return p == NULL ? WF_RAISED : WF_OK;
}

WfStatus wf_bytearray_append(WfThread *t, WfByteArray *b, const void *data, int64_t n)
{
    return n == 0 ? WF_OK : replace(t, b, INT64_MAX, 0, data, n);
}

WfStatus wf_bytearray_resize(WfThread *t, WfByteArray *b, int64_t n)
{
    int64_t length;
    wf_bytearray_data(t, b, &length);
    return n >= length ? n == length ? WF_OK : replace(t, b, INT64_MAX, 0, NULL, n - length)
                       : replace(t, b, n, length - n, NULL, 0);
}

/* --- slots ---------------------------------------------------------------------------------------------------------------- */

static WfValue bytearray_new(WfThread *t, WfType *type, const WfArgs *args)
{
    if (type == WF_TYPE(BYTEARRAY)) {
        return wf_bytearray_new(t, NULL, 0);
    }
    WfObject *o = wf_instance_new(t, type, 0);
    return o == NULL ? WF_EMPTY : wf_from_object(o);
}

static WfStatus bytearray_init(WfThread *t, WfValue self, const WfArgs *args)
{
    WfByteArray *b = wf_as_bytearray(self);
    WfValue v = WF_EMPTY;
    int64_t count, length;
    wf_bytearray_data(t, b, &length);
    if (length > 0 && replace(t, b, 0, length, NULL, 0) < 0) {
        return WF_RAISED;
    }
    if (wf_bytes_new_args(t, "bytearray", args, &v, &count) < 0) {
        return WF_RAISED;
    }
    if (count >= 0) {
        return count == 0 ? WF_OK : replace(t, b, 0, 0, NULL, count);
    }
    if (wf_has_buffer(v)) {
        WfBuffer x;
        if (wf_buffer_get(t, v, &x, WF_BUF_FULL & ~WF_BUF_FORMAT) < 0) {
            return WF_RAISED;
        }
        WfRaw *copy = wf_gc_alloc_raw(t, x.length + 1, false);
        int64_t n = x.length;
        if (copy != NULL) {
            wf_buffer_copy_out(&x, 'C', copy->data);
        }
        wf_buffer_release(t, &x);
        return copy == NULL ? WF_RAISED : wf_bytearray_append(t, b, copy->data, n);
    }
    WfValue it = wf_iter(t, v);
    if (wf_is_empty(it)) {
        if (wf_clear_if(t, WF_EXC(TypeError))) {
            wf_raise(t, WF_EXC(TypeError), "cannot convert '%T' object to bytearray", v);
        }
        return WF_RAISED;
    }
    return wf_bytearray_extend_ints(t, b, it, "byte must be in range(0, 256)");
}

static WfValue bytearray_repr(WfThread *t, WfValue self)
{
    int64_t n;
    const uint8_t *p = wf_bytes_self(t, self, &n);
    if (p == NULL) {
        return WF_EMPTY;
    }
    WfValue prefix = wf_str_format(t, "%T(", self);
    const char *text = wf_is_empty(prefix) ? NULL : wf_str_utf8(t, prefix, NULL);
    return text == NULL ? WF_EMPTY : wf_bytes_repr_of(t, p, n, text, ")", true);
}

static WfStatus bytearray_len(WfThread *t, WfValue self, int64_t *len)
{
    wf_bytearray_data(t, wf_as_bytearray(self), len);
    return WF_OK;
}

static WfStatus index_key(WfThread *t, WfValue key, int64_t *i)
{
    if (!wf_is_any_int(key) && wf_type(key)->slots.index == NULL) {
        return WF_FAIL(wf_raise(t, WF_EXC(TypeError), "bytearray indices must be integers or slices, not %T", key));
    }
    return wf_as_index(t, key, i, WF_EXC(IndexError));
}

static WfValue bytearray_getitem(WfThread *t, WfValue self, WfValue key)
{
    WfByteArray *b = wf_as_bytearray(self);
    int64_t n;
    if (wf_is_slice(key)) {
        int64_t start, stop, step;
        if (wf_slice_unpack(t, key, &start, &stop, &step) < 0) {
            return WF_EMPTY;
        }
        const uint8_t *p = wf_bytearray_data(t, b, &n);
        int64_t count = wf_slice_adjust(n, &start, &stop, step);
        if (count <= 0 || step == 1) {
            return wf_bytearray_new(t, p + start, count < 0 ? 0 : count);
        }
        WfValue r = wf_bytearray_new(t, NULL, count);
        for (int64_t i = 0; !wf_is_empty(r) && i < count; i++) {
            raw_of(wf_as_bytearray(r))->data[i] = p[start + i * step];
        }
        return r;
    }
    int64_t i;
    if (index_key(t, key, &i) < 0) {
        return WF_EMPTY;
    }
    const uint8_t *p = wf_bytearray_data(t, b, &n);
    i += i < 0 ? n : 0;
    if ((uint64_t)i >= (uint64_t)n) {
        return wf_raise(t, WF_EXC(IndexError), "bytearray index out of range");
    }
    return wf_small_int(p[i]);
}

/* Takes out every step-th byte: count of them from start (step > 0). */
static void delete_steps_locked(WfByteArray *b, int64_t start, int64_t step, int64_t count)
{
    uint8_t *p = raw_of(b)->data + b->start;
    int64_t to = start;
    for (int64_t i = start, k = 0; i < b->length; i++) {
        if (k < count && i == start + k * step) {
            k++;
        } else {
            p[to++] = p[i];
        }
    }
    b->length = to;
    p[to] = 0;
}

static WfStatus set_slice(WfThread *t, WfByteArray *b, WfValue key, WfValue value)
{
    int64_t start, stop, step, n;
    const uint8_t *data = NULL;
    int64_t m = 0;
    if (!wf_is_empty(value)) {
        if (wf_is(value, wf_from_object(b)) || wf_is_bytearray(value)) {
            data = wf_bytearray_data(t, wf_as_bytearray(value), &m);
            WfRaw *copy = wf_gc_alloc_raw(t, m + 1, false);
            if (copy == NULL) {
                return WF_RAISED;
            }
            memcpy(copy->data, data, (size_t)m);
            data = copy->data;
        } else if (wf_is_bytes(value)) {
            data = wf_as_bytes(value)->data;
            m = wf_as_bytes(value)->length;
        } else {
            if (wf_is_any_int(value) || wf_is_str(value)) {
                return WF_FAIL(wf_raise(t, WF_EXC(TypeError),
                                        "can assign only bytes, buffers, or iterables of ints in range(0, 256)"));
            }
            WfArgs one = {&value, 1, NULL};
            WfValue array = wf_bytearray_new(t, NULL, 0);
            if (wf_is_empty(array) || bytearray_init(t, array, &one) < 0) {
                return WF_RAISED;
            }
            data = wf_bytearray_data(t, wf_as_bytearray(array), &m);
        }
    }
    if (wf_slice_unpack(t, key, &start, &stop, &step) < 0) {
        return WF_RAISED;
    }
    wf_bytearray_data(t, b, &n);
    int64_t count = wf_slice_adjust(n, &start, &stop, step);
    count = count < 0 ? 0 : count;
    if (step == 1) {
        return replace(t, b, start, count, data, m);
    }
    if (m == 0) {
        /* A deletion, also by assigning nothing. */
        if (count == 0) {
            return WF_OK;
        }
        if (step < 0) {
            start += step * (count - 1);
            step = -step;
        }
        if (lock_to_resize(t, b) < 0) {
            return WF_RAISED;
        }
        delete_steps_locked(b, start, step, count);
        wf_unlock(t, b);
        return WF_OK;
    }
    if (m != count) {
        return WF_FAIL(wf_raise(t, WF_EXC(ValueError),
                                "attempt to assign bytes of size %lld to extended slice of size %lld", (long long)m,
                                (long long)count));
    }
    wf_lock(t, b);
    for (int64_t i = 0; i < m; i++) {
        int64_t at = start + i * step;
        if (at < b->length) {
            raw_of(b)->data[b->start + at] = data[i];
        }
    }
    wf_unlock(t, b);
    return WF_OK;
}

static WfStatus bytearray_setitem(WfThread *t, WfValue self, WfValue key, WfValue value)
{
    WfByteArray *b = wf_as_bytearray(self);
    if (wf_is_slice(key)) {
        return set_slice(t, b, key, value);
    }
    int64_t i, n;
    uint8_t byte = 0;
    if (index_key(t, key, &i) < 0) {
        return WF_RAISED;
    }
    wf_bytearray_data(t, b, &n);
    i += i < 0 ? n : 0;
    if ((uint64_t)i >= (uint64_t)n) {
        return WF_FAIL(wf_raise(t, WF_EXC(IndexError), "bytearray index out of range"));
    }
    if (wf_is_empty(value)) {
        return replace(t, b, i, 1, NULL, 0);
    }
    if (wf_byte_value(t, value, "byte must be in range(0, 256)", &byte) < 0) {
        return WF_RAISED;
    }
    wf_lock(t, b); /* __index__ may have changed the length */
    bool inside = i < b->length;
    if (inside) {
        raw_of(b)->data[b->start + i] = byte;
    }
    wf_unlock(t, b);
    return inside ? WF_OK : WF_FAIL(wf_raise(t, WF_EXC(IndexError), "bytearray index out of range"));
}

static WfValue bytearray_concat(WfThread *t, WfValue a, WfValue v)
{
    if (!wf_has_buffer(v)) {
        return wf_raise(t, WF_EXC(TypeError), "can't concat %T to %T", v, a);
    }
    WfView x, y;
    if (wf_view_get(t, a, &x) < 0 || wf_view_get(t, v, &y) < 0) {
        return WF_EMPTY;
    }
    WfValue r = wf_bytearray_new(t, NULL, x.length + y.length);
    if (!wf_is_empty(r) && x.length + y.length > 0) {
        uint8_t *out = raw_of(wf_as_bytearray(r))->data;
        memcpy(out, x.data, (size_t)x.length);
        memcpy(out + x.length, y.data, (size_t)y.length);
    }
    wf_view_release(t, &y);
    return r;
}

static WfStatus extend_buffer(WfThread *t, WfByteArray *b, WfValue v)
{
    if (wf_is_bytearray(v)) {
        /* also itself: what is appended must not move with the buffer, which the collector keeps */
        int64_t n;
        const uint8_t *p = wf_bytearray_data(t, wf_as_bytearray(v), &n);
        if (wf_as_bytearray(v) != b) {
            return wf_bytearray_append(t, b, p, n);
        }
        WfRaw *copy = wf_gc_alloc_raw(t, n + 1, false);
        if (copy == NULL) {
            return WF_RAISED;
        }
        memcpy(copy->data, p, (size_t)n);
        return wf_bytearray_append(t, b, copy->data, n);
    }
    WfView x;
    if (wf_view_get(t, v, &x) < 0) {
        return WF_RAISED;
    }
    WfStatus status = wf_bytearray_append(t, b, x.data, x.length);
    wf_view_release(t, &x);
    return status;
}

static WfValue bytearray_iconcat(WfThread *t, WfValue self, WfValue v)
{
    if (!wf_has_buffer(v)) {
        return wf_raise(t, WF_EXC(TypeError), "can't concat %T to %T", v, self);
    }
    return extend_buffer(t, wf_as_bytearray(self), v) < 0 ? WF_EMPTY : self;
}

static WfValue bytearray_irepeat(WfThread *t, WfValue self, int64_t times)
{
    int64_t n, total;
    WfByteArray *b = wf_as_bytearray(self);
    const uint8_t *p = wf_bytes_self(t, self, &n);
    times = times < 0 ? 0 : times;
    if (p == NULL || times == 1) {
        return p == NULL ? WF_EMPTY : self;
    }
    if (__builtin_mul_overflow(n, times, &total) || (uint64_t)total >= WF_HEAP_SIZE) {
        return wf_raise_no_memory(t);
    }
    WfRaw *raw = wf_gc_alloc_raw(t, total + 1, false);
    if (raw == NULL) {
        return WF_EMPTY;
    }
    for (int64_t i = 0; i < times; i++) {
        memcpy(raw->data + i * n, p, (size_t)n);
    }
    return replace(t, b, 0, n, raw->data, total) < 0 ? WF_EMPTY : self;
}

static WfValue bytearray_mod(WfThread *t, WfValue a, WfValue b)
{
    if (!wf_is_bytearray(a)) {
        return WF_NOT_IMPLEMENTED;
    }
    int64_t n;
    const uint8_t *p = wf_bytes_self(t, a, &n);
    WfValue v = p == NULL ? WF_EMPTY : wf_bytes_percent(t, p, n, b);
    return wf_is_empty(v) ? WF_EMPTY : wf_bytearray_new(t, wf_as_bytes(v)->data, wf_as_bytes(v)->length);
}

static WfStatus bytearray_getbuffer(WfThread *t, WfValue self, WfBuffer *out, int flags)
{
    WfByteArray *b = wf_as_bytearray(self);
    wf_lock(t, b);
    WfRaw *raw = raw_of(b);
    void *p = raw == NULL ? (void *)(uintptr_t)"" : raw->data + b->start;
    int64_t n = b->length;
    b->exports++;
    wf_unlock(t, b);
    return wf_buffer_fill(t, out, self, p, n, false, flags);
}
static void bytearray_releasebuffer(WfThread *t, WfValue self, WfBuffer *out)
{
    WfByteArray *b = wf_as_bytearray(self);
    wf_lock(t, b);
    b->exports--;
    wf_unlock(t, b);
}

/* --- methods ------------------------------------------------------------------------------------------------------------------- */

static WfValue bytearray_append(WfThread *t, WfValue *a)
{
    uint8_t byte;
    if (wf_byte_value(t, a[1], "byte must be in range(0, 256)", &byte) < 0
        || wf_bytearray_append(t, wf_as_bytearray(a[0]), &byte, 1) < 0) {
        return WF_EMPTY;
    }
    return WF_NONE;
}
static WfValue bytearray_clear(WfThread *t, WfValue *a)
{
    return replace(t, wf_as_bytearray(a[0]), 0, INT64_MAX, NULL, 0) < 0 ? WF_EMPTY : WF_NONE;
}
static WfValue bytearray_copy(WfThread *t, WfValue *a)
{
    int64_t n;
    const uint8_t *p = wf_bytearray_data(t, wf_as_bytearray(a[0]), &n);
    return wf_bytearray_new(t, p, n);
}
static WfValue bytearray_extend(WfThread *t, WfValue *a)
{
    WfByteArray *b = wf_as_bytearray(a[0]);
    if (wf_has_buffer(a[1])) {
        return extend_buffer(t, b, a[1]) < 0 ? WF_EMPTY : WF_NONE;
    }
    WfValue it = wf_iter(t, a[1]);
    if (wf_is_empty(it)) {
        if (wf_clear_if(t, WF_EXC(TypeError))) {
            wf_raise(t, WF_EXC(TypeError), "can't extend bytearray with %T", a[1]);
        }
        return WF_EMPTY;
    }
    /* All or nothing: the items are collected first. */
    WfValue tmp = wf_bytearray_new(t, NULL, 0);
    if (wf_is_empty(tmp)
        || wf_bytearray_extend_ints(t, wf_as_bytearray(tmp), it, "byte must be in range(0, 256)") < 0
        || extend_buffer(t, b, tmp) < 0) {
        return WF_EMPTY;
    }
    return WF_NONE;
}
static WfValue bytearray_insert(WfThread *t, WfValue *a)
{
    WfByteArray *b = wf_as_bytearray(a[0]);
    int64_t i, n;
    uint8_t byte;
    if (wf_to_ssize(t, a[1], &i) < 0 || wf_byte_value(t, a[2], "byte must be in range(0, 256)", &byte) < 0) {
        return WF_EMPTY;
    }
    wf_bytearray_data(t, b, &n);
    i = i < 0 ? (i + n < 0 ? 0 : i + n) : i;
    return replace(t, b, i, 0, &byte, 1) < 0 ? WF_EMPTY : WF_NONE;
}
static WfValue bytearray_pop(WfThread *t, WfValue *a)
{
    WfByteArray *b = wf_as_bytearray(a[0]);
    int64_t i;
    if (wf_to_ssize(t, a[1], &i) < 0) {
        return WF_EMPTY;
    }
    int64_t n;
    wf_bytearray_data(t, b, &n);
    if (n == 0) {
        return wf_raise(t, WF_EXC(IndexError), "pop from empty bytearray");
    }
    if (i >= n || i < -n) {
        return wf_raise(t, WF_EXC(IndexError), "pop index out of range");
    }
    if (lock_to_resize(t, b) < 0) {
        return WF_EMPTY;
    }
    i += i < 0 ? b->length : 0;
    if ((uint64_t)i >= (uint64_t)b->length) {
        wf_unlock(t, b);
        return wf_raise(t, WF_EXC(IndexError), "pop index out of range");
    }
    uint8_t byte = raw_of(b)->data[b->start + i];
    uint8_t *p = splice_locked(t, b, i, 1, 0);
    wf_unlock(t, b);
    return p == NULL ? WF_EMPTY : wf_small_int(byte);
}
static WfValue bytearray_remove(WfThread *t, WfValue *a)
{
    WfByteArray *b = wf_as_bytearray(a[0]);
    uint8_t byte;
    if (wf_byte_value(t, a[1], "byte must be in range(0, 256)", &byte) < 0) {
        return WF_EMPTY;
    }
    int64_t n;
    const uint8_t *p = wf_bytearray_data(t, b, &n), *q = n == 0 ? NULL : memchr(p, byte, (size_t)n);
    if (q == NULL) {
        return wf_raise(t, WF_EXC(ValueError), "value not found in bytearray");
    }
    return replace(t, b, q - p, 1, NULL, 0) < 0 ? WF_EMPTY : WF_NONE;
}
static WfValue bytearray_reverse(WfThread *t, WfValue *a)
{
    WfByteArray *b = wf_as_bytearray(a[0]);
    wf_lock(t, b);
    if (b->length > 1) {
        uint8_t *p = raw_of(b)->data + b->start;
        for (int64_t i = 0, j = b->length - 1; i < j; i++, j--) {
            uint8_t c = p[i];
            p[i] = p[j];
            p[j] = c;
        }
    }
    wf_unlock(t, b);
    return WF_NONE;
}
static WfValue bytearray_sizeof(WfThread *t, WfValue *a)
{
    WfRaw *raw = raw_of(wf_as_bytearray(a[0]));
    return wf_small_int((int64_t)sizeof(WfByteArray) + (raw == NULL ? 0 : raw->size));
}
static WfValue bytearray_alloc(WfThread *t, WfValue *a)
{
    WfRaw *raw = raw_of(wf_as_bytearray(a[0]));
    return wf_small_int(raw == NULL ? 0 : raw->size);
}

static WfValue reduce(WfThread *t, WfValue self, int64_t protocol)
{
    int64_t n;
    const uint8_t *p = wf_bytes_self(t, self, &n);
    WfValue inner = WF_EMPTY;
    if (p == NULL) {
        return WF_EMPTY;
    }
    if (protocol < 3) {
        WfValue text = wf_str_from_kind(t, 1, p, n);
        WfStr *latin = wf_str_intern_cstr(t, "latin-1");
        if (!wf_is_empty(text) && latin != NULL) {
            inner = WF_TUPLE_OF(t, text, wf_from_object(latin));
        }
    } else if (n == 0) {
        WfTuple *none = wf_tuple_alloc(t, 0);
        inner = none == NULL ? WF_EMPTY : wf_from_object(none);
    } else {
        WfValue bytes = wf_bytes_new(t, p, n);
        inner = wf_is_empty(bytes) ? WF_EMPTY : WF_TUPLE_OF(t, bytes);
    }
    WfValue state = wf_is_empty(inner) ? WF_EMPTY : wf_call_method0(t, self, WF_NAME(__getstate__));
    return wf_is_empty(state) ? WF_EMPTY : WF_TUPLE_OF(t, wf_from_object(wf_type(self)), inner, state);
}
static WfValue bytearray_reduce(WfThread *t, WfValue *a)
{
    return reduce(t, a[0], 2);
}
static WfValue bytearray_reduce_ex(WfThread *t, WfValue *a)
{
    int protocol;
    return wf_to_int(t, a[1], &protocol) < 0 ? WF_EMPTY : reduce(t, a[0], protocol);
}

/* --- the type ------------------------------------------------------------------------------------------------------------------------ */

static const WfBuiltinDef bytearray_methods[] = {
    {"__alloc__", bytearray_alloc, "(self, /)", "Bytes that the buffer has room for."},
    {"__reduce__", bytearray_reduce, "(self, /)", "How to pickle the array."},
    {"__reduce_ex__", bytearray_reduce_ex, "(self, proto=0, /)", "How to pickle the array with a protocol."},
    {"__sizeof__", bytearray_sizeof, "(self, /)", "Bytes of memory the array takes."},
    {"append", bytearray_append, "(self, item, /)", "Add one byte at the end."},
    {"clear", bytearray_clear, "(self, /)", "Remove all bytes."},
    {"copy", bytearray_copy, "(self, /)", "A copy."},
    {"extend", bytearray_extend, "(self, iterable_of_ints, /)", "Add the bytes of an iterable at the end."},
    {"insert", bytearray_insert, "(self, index, item, /)", "Put one byte before index."},
    {"pop", bytearray_pop, "(self, index=-1, /)", "Remove the byte at index and return it."},
    {"remove", bytearray_remove, "(self, value, /)", "Remove the first byte of that value."},
    {"reverse", bytearray_reverse, "(self, /)", "Turn the order of the bytes around."},
    WF_BYTES_METHODS,
    {0}};

const WfTypeSpec wf_bytearray_spec = {
    .name = "bytearray",
    .doc = "bytearray(iterable_of_ints) -> bytearray\nbytearray(string, encoding[, errors]) -> bytearray\n"
           "bytearray(bytes_or_buffer) -> bytearray\nbytearray(int) -> bytearray of that many zeros\n"
           "bytearray() -> empty bytearray\n\nA mutable array of bytes.",
    .flags = WF_TF_BASETYPE | WF_TF_MATCH_SELF,
    .size = sizeof(WfByteArray),
    .methods = bytearray_methods,
    .slots = {.repr = bytearray_repr,
              .str = bytearray_repr,
              .richcompare = wf_bytes_richcompare,
              .iter = wf_bytes_iter,
              .init = bytearray_init,
              .new_ = bytearray_new,
              .binary = {[WF_BIN_MOD] = bytearray_mod},
              .len = bytearray_len,
              .getitem = bytearray_getitem,
              .setitem = bytearray_setitem,
              .contains = wf_bytes_contains,
              .concat = bytearray_concat,
              .repeat = wf_bytes_repeat,
              .iconcat = bytearray_iconcat,
              .irepeat = bytearray_irepeat,
              .getbuffer = bytearray_getbuffer,
              .releasebuffer = bytearray_releasebuffer},
};
