/* bytes_iterator.c - iterators over bytes and over bytearray: the same but for where the bytes are.
 * SPDX-License-Identifier: MIT
 * Threads:    two threads that share an iterator may get the same byte, never one that is not there. */
#include "objects/bytes.h"
#include "objects/bytes_methods.h"
#include "objects/str.h"
#include "objects/tuple.h"
#include "platform/atomics.h"

typedef struct ByteIterator {
    WfObject h;
    WfSlot owner;    /* a bytes or bytearray; EMPTY: exhausted */
    int64_t x_index; /* relaxed */
} ByteIterator;

static const uint8_t *bytes_of(WfThread *t, WfValue owner, int64_t *n)
{
    if (wf_is_bytes(owner)) {
        *n = wf_as_bytes(owner)->length;
        return wf_as_bytes(owner)->data;
    }
    return wf_bytearray_data(t, wf_as_bytearray(owner), n);
}

static void iterator_trace(WfMarker *m, WfObject *o)
{
    wf_mark_slot(m, &((ByteIterator *)o)->owner);
}
WfValue wf_bytes_iter(WfThread *t, WfValue self)
{
    ByteIterator *it = wf_is_bytes(self) ? WF_NEW(t, ByteIterator, BYTES_ITERATOR, NATIVE)
                                         : WF_NEW(t, ByteIterator, BYTEARRAY_ITERATOR, NATIVE);
    if (it == NULL) {
        return WF_EMPTY;
    }
    wf_store_raw(&it->owner, self);
    return wf_from_object(it);
}
static WfFound iterator_next(WfThread *t, WfValue self, WfValue *out)
{
    ByteIterator *it = WF_AS(ByteIterator, self);
    WfValue owner = wf_load(&it->owner);
    int64_t n, i = wf_atomic_load_relaxed_i64(&it->x_index);
    if (wf_is_empty(owner)) {
        return WF_MISSING;
    }
    const uint8_t *p = bytes_of(t, owner, &n);
    if (i >= n) {
        wf_store_raw(&it->owner, WF_EMPTY);
        return WF_MISSING;
    }
    wf_atomic_store_relaxed_i64(&it->x_index, i + 1);
    *out = wf_small_int(p[i]);
    return WF_FOUND;
}
static WfValue iterator_iter(WfThread *t, WfValue self)
{
    return self;
}
static WfValue iterator_length_hint(WfThread *t, WfValue *a)
{
    ByteIterator *it = WF_AS(ByteIterator, a[0]);
    WfValue owner = wf_load(&it->owner);
    int64_t n = 0;
    if (!wf_is_empty(owner)) {
        (void)bytes_of(t, owner, &n);
        n -= wf_atomic_load_relaxed_i64(&it->x_index);
    }
    return wf_small_int(n < 0 ? 0 : n);
}
static WfValue iterator_reduce(WfThread *t, WfValue *a)
{
    ByteIterator *it = WF_AS(ByteIterator, a[0]);
    WfValue owner = wf_load(&it->owner);
    WfStr *name = wf_str_intern_cstr(t, "iter");
    WfValue iter = name == NULL ? WF_EMPTY : wf_getitem(t, t->interp->builtins, wf_from_object(name));
    if (wf_is_empty(iter)) {
        return WF_EMPTY;
    }
    if (wf_is_empty(owner)) {
        WfTuple *none = wf_tuple_alloc(t, 0);
        WfValue inner = none == NULL ? WF_EMPTY : WF_TUPLE_OF(t, wf_from_object(none));
        return wf_is_empty(inner) ? WF_EMPTY : WF_TUPLE_OF(t, iter, inner);
    }
    WfValue inner = WF_TUPLE_OF(t, owner);
    return wf_is_empty(inner) ? WF_EMPTY
                              : WF_TUPLE_OF(t, iter, inner, wf_small_int(wf_atomic_load_relaxed_i64(&it->x_index)));
}
static WfValue iterator_setstate(WfThread *t, WfValue *a)
{
    ByteIterator *it = WF_AS(ByteIterator, a[0]);
    int64_t i, n;
    if (wf_to_ssize(t, a[1], &i) < 0) {
        return WF_EMPTY;
    }
    WfValue owner = wf_load(&it->owner);
    if (!wf_is_empty(owner)) {
        (void)bytes_of(t, owner, &n);
        wf_atomic_store_relaxed_i64(&it->x_index, i < 0 ? 0 : i > n ? n : i);
    }
    return WF_NONE;
}

static const WfBuiltinDef iterator_methods[] = {
    {"__length_hint__", iterator_length_hint, "(self, /)", "Bytes still to come."},
    {"__reduce__", iterator_reduce, "(self, /)", "How to pickle the iterator."},
    {"__setstate__", iterator_setstate, "(self, state, /)", "Move to an index."},
    {0}};
#define ITERATOR_SPEC(NAME)                                                                                             \
    {.name = NAME,                                                                                                      \
     .flags = WF_TF_NO_NEW,                                                                                             \
     .size = sizeof(ByteIterator),                                                                                      \
     .methods = iterator_methods,                                                                                       \
     .slots = {.iter = iterator_iter, .next = iterator_next, .trace = iterator_trace}}
const WfTypeSpec wf_bytes_iterator_spec = ITERATOR_SPEC("bytes_iterator");
const WfTypeSpec wf_bytearray_iterator_spec = ITERATOR_SPEC("bytearray_iterator");
