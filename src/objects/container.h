/* container.h - helpers that the built-in containers share: quick equality and hashes, moving slots, tracing subclasses.
 * SPDX-License-Identifier: MIT */
#ifndef WF_OBJECTS_CONTAINER_H
#define WF_OBJECTS_CONTAINER_H

#include "base/hash.h"
#include "model/object.h"
#include "objects/str.h"

/* Can comparing the two run Python code? Not where both are exact str, or ints, floats and the like. */
WF_INLINE bool wf_is_plain_key(WfValue v)
{
    return !wf_is_object(v) || wf_is_exact_str(v);
}

/* Equality with the usual cases inline; identity implies equality. */
WF_INLINE WF_MUST_CHECK WfFound wf_equal_fast(WfThread *t, WfValue a, WfValue b)
{
    if (wf_is(a, b)) {
        return WF_FOUND;
    }
    if (wf_both_int(a, b)) {
        return WF_MISSING;
    }
    if (wf_is_exact_str(a) && wf_is_exact_str(b)) {
        return wf_str_equal(wf_as_str(a), wf_as_str(b)) ? WF_FOUND : WF_MISSING;
    }
    return wf_equal(t, a, b);
}

WF_INLINE int64_t wf_str_hash_fast(WfStr *s)
{
    int64_t h = __atomic_load_n(&s->x_hash, __ATOMIC_RELAXED);
    return WF_LIKELY(h != 0) ? h : wf_str_hash(s);
}

WF_INLINE WF_MUST_CHECK WfStatus wf_hash_fast(WfThread *t, WfValue v, int64_t *hash)
{
    if (wf_is_exact_str(v)) {
        *hash = wf_str_hash_fast(wf_as_str(v));
        return WF_OK;
    }
    if (wf_is_int(v)) {
        *hash = wf_hash_int(wf_as_int(v));
        return WF_OK;
    }
    return wf_hash(t, v, hash);
}

/* A bound of index(x, start, stop): an int, clipped. `*out` is left as it is for WF_EMPTY. */
WF_INLINE WF_MUST_CHECK WfStatus wf_index_bound(WfThread *t, WfValue v, int64_t *out)
{
    if (wf_is_empty(v)) {
        return WF_OK;
    }
    if (!wf_is_any_int(v) && wf_type(v)->slots.index == NULL) {
        return WF_FAIL(wf_raise(t, WF_EXC(TypeError), "slice indices must be integers or have an __index__ method"));
    }
    return wf_as_index(t, v, out, NULL);
}

/* Moves n slots that others may be reading, a word at a time, ranges may overlap. The caller does the barrier. */
WF_INLINE void wf_slots_move(WfThread *t, WfSlot *dst, const WfSlot *src, int64_t n)
{
    if (!wf_threaded(t)) {
        memmove(dst, src, (size_t)n * sizeof *dst);
    } else if (dst < src) {
        for (int64_t i = 0; i < n; i++) {
            wf_store_raw(dst + i, wf_load(src + i));
        }
    } else {
        for (int64_t i = n - 1; i >= 0; i--) {
            wf_store_raw(dst + i, wf_load(src + i));
        }
    }
}

/* Copies n slots to where nobody can read yet, from where nobody writes (the caller holds the lock of the source). The caller
 * does the barrier, unless the cell is fresh. */
WF_INLINE void wf_slots_copy(WfSlot *dst, const WfSlot *src, int64_t n)
{
    if (n > 0) {
        memcpy(dst, src, (size_t)n * sizeof *dst);
    }
}

/* Marks all words of the cell from byte `from`: __slots__ and attributes of an instance of a subclass. */
WF_INLINE void wf_mark_tail(WfMarker *m, WfObject *o, size_t from)
{
    wf_mark_slots(m, (const WfSlot *)(const void *)((const char *)o + from),
                  (wf_gc_cell_size(o) - from) / sizeof(WfSlot));
}

#endif
