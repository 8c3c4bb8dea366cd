/* bytes.c - the type bytes and its iterator.
 * SPDX-License-Identifier: MIT
 * Design:  bytes in the cell behind the head, with a NUL; the methods shared with bytearray are in bytes_methods.c.
 * Threads: immutable but for the hash, which is computed once more at worst. */
#include "objects/bytes.h"

#include "objects/bytes_methods.h"
#include "objects/slice.h"
#include "objects/str.h"
#include "objects/tuple.h"
#include "platform/atomics.h"

WfValue wf_bytes_new(WfThread *t, const void *data, int64_t n)
{
    if (WF_UNLIKELY((uint64_t)n >= WF_HEAP_SIZE)) {
        return wf_raise_no_memory(t);
    }
    size_t size = sizeof(WfBytes) + (size_t)n + 1;
    bool leaf = data != NULL && size > WF_SMALL_MAX;
    WfBytes *b = leaf ? wf_gc_alloc_leaf(t, size, WF_HEAD(BYTES, BYTES)) : wf_gc_alloc_head(t, size, WF_HEAD(BYTES, BYTES));
    if (b == NULL) {
        return WF_EMPTY;
    }
    b->length = n;
    b->data[n] = 0;
    if (data != NULL && n > 0) {
        memcpy(b->data, data, (size_t)n);
    }
    return wf_from_object(b);
}

int64_t wf_bytes_hash(WfBytes *b)
{
    int64_t h = wf_atomic_load_relaxed_i64(&b->x_hash);
    if (h == 0) {
        h = wf_hash_memory(b->data, (size_t)b->length);
        wf_atomic_store_relaxed_i64(&b->x_hash, h);
    }
    return h;
}

WfValue wf_bytes_concat(WfThread *t, WfValue va, WfValue vb)
{
    if (!wf_has_buffer(va) || !wf_has_buffer(vb)) {
        return wf_raise(t, WF_EXC(TypeError), "can't concat %T to %T", vb, va);
    }
    WfView a, b;
    if (wf_view_get(t, va, &a) < 0) {
        return WF_EMPTY;
    }
    if (wf_view_get(t, vb, &b) < 0) {
        wf_view_release(t, &a);
        return WF_EMPTY;
    }
    WfValue r;
    if (a.length == 0 && WF_IS_EXACT(vb, BYTES)) {
        r = vb;
    } else if (b.length == 0 && WF_IS_EXACT(va, BYTES)) {
        r = va;
    } else {
        r = wf_bytes_new(t, NULL, a.length + b.length);
        if (!wf_is_empty(r)) {
            uint8_t *out = wf_as_bytes(r)->data;
            memcpy(out, a.data, (size_t)a.length);
            memcpy(out + a.length, b.data, (size_t)b.length);
        }
    }
    wf_view_release(t, &b);
    wf_view_release(t, &a);
    return r;
}

WfValue wf_bytes_from_object(WfThread *t, WfValue v)
{
    if (WF_IS_EXACT(v, BYTES)) {
        return v;
    }
    if (wf_has_buffer(v)) {
        WfBuffer b;
        if (wf_buffer_get(t, v, &b, WF_BUF_FULL & ~WF_BUF_FORMAT) < 0) {
            return WF_EMPTY;
        }
        WfValue r = wf_bytes_new(t, NULL, b.length);
        if (!wf_is_empty(r)) {
            wf_buffer_copy_out(&b, 'C', wf_as_bytes(r)->data);
        }
        wf_buffer_release(t, &b);
        return r;
    }
    if (!wf_is_str(v)) {
        WfValue it = wf_iter(t, v);
        if (wf_is_empty(it)) {
            if (!wf_clear_if(t, WF_EXC(TypeError))) {
                return WF_EMPTY;
            }
        } else {
            WfValue array = wf_bytearray_new(t, NULL, 0);
            if (wf_is_empty(array)
                || wf_bytearray_extend_ints(t, wf_as_bytearray(array), it, "bytes must be in range(0, 256)") < 0) {
                return WF_EMPTY;
            }
            int64_t n;
            const uint8_t *p = wf_bytearray_data(t, wf_as_bytearray(array), &n);
            return wf_bytes_new(t, p, n);
        }
    }
    return wf_raise(t, WF_EXC(TypeError), "cannot convert '%T' object to bytes", v);
}

/* --- slots ------------------------------------------------------------------------------------------------------------ */

static WfValue bytes_new(WfThread *t, WfType *type, const WfArgs *args)
{
    WfValue v = WF_EMPTY;
    int64_t count;
    if (wf_bytes_new_args(t, "bytes", args, &v, &count) < 0) {
        return WF_EMPTY;
    }
    v = count >= 0 ? wf_bytes_new(t, NULL, count) : count == WF_BYTES_DONE ? v : wf_bytes_from_object(t, v);
    if (wf_is_empty(v) || (type == WF_TYPE(BYTES) && WF_IS_EXACT(v, BYTES))) {
        return v;
    }
    WfBytes *b = wf_as_bytes(v);
    if (type == WF_TYPE(BYTES)) {
        return v; /* what __bytes__ returned */
    }
    WfBytes *r = (WfBytes *)wf_instance_new(t, type, (size_t)b->length + 1);
    if (r == NULL) {
        return WF_EMPTY;
    }
    r->length = b->length;
    memcpy(r->data, b->data, (size_t)b->length);
    return wf_from_object(r);
}

static WfValue bytes_repr(WfThread *t, WfValue self)
{
    WfBytes *b = wf_as_bytes(self);
    return wf_bytes_repr_of(t, b->data, b->length, "", "", false);
}
static WfStatus bytes_hash(WfThread *t, WfValue self, int64_t *hash)
{
    *hash = wf_bytes_hash(wf_as_bytes(self));
    return WF_OK;
}
static WfValue bytes_richcompare(WfThread *t, WfValue a, WfValue b, int op)
{
    if (!wf_is_bytes(a) || !wf_is_bytes(b)) {
        return WF_NOT_IMPLEMENTED;
    }
    if (op == WF_EQ || op == WF_NE) {
        const WfBytes *x = wf_as_bytes(a), *y = wf_as_bytes(b);
        bool equal = x->length == y->length && memcmp(x->data, y->data, (size_t)x->length) == 0;
        return WF_BOOL(equal == (op == WF_EQ));
    }
    return wf_bytes_richcompare(t, a, b, op);
}
static WfStatus bytes_len(WfThread *t, WfValue self, int64_t *len)
{
    *len = wf_as_bytes(self)->length;
    return WF_OK;
}

static WfValue bytes_getitem(WfThread *t, WfValue self, WfValue key)
{
    WfBytes *b = wf_as_bytes(self);
    if (wf_is_slice(key)) {
        int64_t start, stop, step, count;
        if (wf_slice_indices(t, key, b->length, &start, &stop, &step, &count) < 0) {
            return WF_EMPTY;
        }
        if (count == b->length && step == 1 && WF_IS_EXACT(self, BYTES)) {
            return self;
        }
        if (count <= 0 || step == 1) {
            return wf_bytes_new(t, b->data + start, count < 0 ? 0 : count);
        }
        WfValue r = wf_bytes_new(t, NULL, count);
        for (int64_t i = 0; !wf_is_empty(r) && i < count; i++) {
            wf_as_bytes(r)->data[i] = b->data[start + i * step];
        }
        return r;
    }
    int64_t i;
    if (!wf_is_any_int(key) && wf_type(key)->slots.index == NULL) {
        return wf_raise(t, WF_EXC(TypeError), "byte indices must be integers or slices, not %T", key);
    }
    if (wf_as_index(t, key, &i, WF_EXC(IndexError)) < 0) {
        return WF_EMPTY;
    }
    i += i < 0 ? b->length : 0;
    if ((uint64_t)i >= (uint64_t)b->length) {
        return wf_raise(t, WF_EXC(IndexError), "index out of range");
    }
    return wf_small_int(b->data[i]);
}

static WfValue bytes_mod(WfThread *t, WfValue a, WfValue b)
{
    if (!wf_is_bytes(a)) {
        return WF_NOT_IMPLEMENTED;
    }
    return wf_bytes_percent(t, wf_as_bytes(a)->data, wf_as_bytes(a)->length, b);
}
static WfStatus bytes_getbuffer(WfThread *t, WfValue self, WfBuffer *b, int flags)
{
    return wf_buffer_fill(t, b, self, wf_as_bytes(self)->data, wf_as_bytes(self)->length, true, flags);
}

/* --- the type ------------------------------------------------------------------------------------------------------------- */

static WfValue bytes_getnewargs(WfThread *t, WfValue *a)
{
    WfBytes *b = wf_as_bytes(a[0]);
    WfValue v = wf_bytes_new(t, b->data, b->length);
    return wf_is_empty(v) ? WF_EMPTY : WF_TUPLE_OF(t, v);
}
static WfValue bytes_bytes(WfThread *t, WfValue *a)
{
    return WF_IS_EXACT(a[0], BYTES) ? a[0] : wf_bytes_new(t, wf_as_bytes(a[0])->data, wf_as_bytes(a[0])->length);
}
static WfValue bytes_sizeof(WfThread *t, WfValue *a)
{
    return wf_small_int((int64_t)sizeof(WfBytes) + wf_as_bytes(a[0])->length + 1);
}

static const WfBuiltinDef bytes_methods[] = {
    {"__bytes__", bytes_bytes, "(self, /)", "The same as exact bytes."},
    {"__getnewargs__", bytes_getnewargs, "(self, /)", "Arguments for __new__ when unpickling."},
    {"__sizeof__", bytes_sizeof, "(self, /)", "Bytes of memory the object takes."},
    WF_BYTES_METHODS,
    {0}};

const WfTypeSpec wf_bytes_spec = {
    .name = "bytes",
    .doc = "bytes(iterable_of_ints) -> bytes\nbytes(string, encoding[, errors]) -> bytes\n"
           "bytes(bytes_or_buffer) -> bytes\nbytes(int) -> bytes of that many zeros\nbytes() -> empty bytes\n\n"
           "An immutable array of bytes.",
    .flags = WF_TF_BASETYPE | WF_TF_VARSIZE | WF_TF_MATCH_SELF | WF_TF_ATTRS_AT_END,
    .size = sizeof(WfBytes),
    .methods = bytes_methods,
    .slots = {.repr = bytes_repr,
              .str = bytes_repr,
              .hash = bytes_hash,
              .richcompare = bytes_richcompare,
              .iter = wf_bytes_iter,
              .new_ = bytes_new,
              .binary = {[WF_BIN_MOD] = bytes_mod},
              .len = bytes_len,
              .getitem = bytes_getitem,
              .contains = wf_bytes_contains,
              .concat = wf_bytes_concat,
              .repeat = wf_bytes_repeat,
              .getbuffer = bytes_getbuffer},
};
