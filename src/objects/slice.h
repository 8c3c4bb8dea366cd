/* slice.h - slice objects, and turning them into positions.
 * SPDX-License-Identifier: MIT
 * A slice is immutable: three slots. `wf_slice_indices` is what subscripting calls: it runs __index__ of the parts (Python
 * code), so take the length again afterwards if the container is mutable, with wf_slice_adjust. */
#ifndef WF_OBJECTS_SLICE_H
#define WF_OBJECTS_SLICE_H

#include "model/object.h"

typedef struct WfSlice {
    WfObject h;
    WfSlot start, stop, step;
} WfSlice;
WF_INLINE bool wf_is_slice(WfValue v) { return WF_IS_EXACT(v, SLICE); }

WfValue wf_slice_new(WfThread *t, WfValue start, WfValue stop, WfValue step) WF_MUST_CHECK;
/* The three parts as C ints, missing ones filled in, not yet fitted to a length (huge ints are clipped). */
WfStatus wf_slice_unpack(WfThread *t, WfValue slice, int64_t *start, int64_t *stop, int64_t *step) WF_MUST_CHECK;
/* Fits unpacked parts to a sequence of `length` items; returns how many items are selected. */
int64_t wf_slice_adjust(int64_t length, int64_t *start, int64_t *stop, int64_t step);
/* Both at once. */
WfStatus wf_slice_indices(WfThread *t, WfValue slice, int64_t length, int64_t *start, int64_t *stop, int64_t *step,
                          int64_t *count) WF_MUST_CHECK;
/* slice.indices(length) for any int length: a tuple of three ints. */
WfValue wf_slice_indices_big(WfThread *t, WfValue slice, WfValue length) WF_MUST_CHECK;
/* A bound of a method such as list.index(x, start, stop): None or an index, clipped.
 * `*out` is left as it is for None and for WF_EMPTY. */
WfStatus wf_slice_bound(WfThread *t, WfValue v, int64_t *out) WF_MUST_CHECK;

#endif
