/* range.h - range objects and their iterators.
 * SPDX-License-Identifier: MIT
 * The interpreter's FOR_ITER steps an exact WF_TYPE(RANGE_ITERATOR) itself, by wf_range_iter_next.
 * Stepping is atomic, yet plain for the thread that made the iterator, its owner. Another thread's first step stops the world, so
 * that the owner is in no step of its own, and takes the ownership away; from then on all step by compare-and-swap. */
#ifndef WF_OBJECTS_RANGE_H
#define WF_OBJECTS_RANGE_H

#include "model/object.h"

typedef struct WfRange {
    WfObject h;
    WfSlot start, stop, step, length; /* ints, exact; immutable */
} WfRange;

/* |next|, |stop|, |step| < 2^49: an item is always a small int, and next + step never overflows. */
typedef struct WfRangeIterator {
    WfObject h;
    int64_t x_next; /* relaxed */
    int64_t stop, step; /* immutable */
    int64_t start;      /* immutable; for pickling */
    WfThread *x_owner;  /* only compared; NULL: several threads step it. Relaxed, changed with the world stopped */
} WfRangeIterator;

WF_INLINE bool wf_is_range_iterator(WfValue v) { return WF_IS_EXACT(v, RANGE_ITERATOR); }
WF_INLINE bool wf_range_iter_owned(const WfThread *t, const WfRangeIterator *it)
{
    return __atomic_load_n(&it->x_owner, __ATOMIC_RELAXED) == t;
}
/* The next item, or false at the end; in the owner. */
WF_INLINE bool wf_range_iter_next(WfRangeIterator *it, int64_t *out)
{
    int64_t i = __atomic_load_n(&it->x_next, __ATOMIC_RELAXED);
    if (it->step > 0 ? i >= it->stop : i <= it->stop) {
        return false;
    }
    __atomic_store_n(&it->x_next, i + it->step, __ATOMIC_RELAXED);
    *out = i;
    return true;
}

/* start, stop, step: any ints (wf_is_any_int). ValueError when step is 0. */
WfValue wf_range_new(WfThread *t, WfValue start, WfValue stop, WfValue step) WF_MUST_CHECK;

#endif
