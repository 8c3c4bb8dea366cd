/* tuple.h - tuple: immutable items in the cell.
 * SPDX-License-Identifier: MIT */
#ifndef WF_OBJECTS_TUPLE_H
#define WF_OBJECTS_TUPLE_H

#include "model/object.h"

struct WfTuple {
    WfObject h;
    int64_t length;
    WfSlot items[];
};

WF_INLINE WfValue wf_tuple_at(const WfTuple *x, int64_t i) { return wf_load(&x->items[i]); }
WF_INLINE WfTuple *wf_as_tuple(WfValue v) { return WF_AS(WfTuple, v); }
/* n empty items, to be filled with wf_store_raw before the next allocation, or with wf_store. The empty tuple is shared. */
WfTuple *wf_tuple_alloc(WfThread *t, int64_t n) WF_MUST_CHECK;
WfValue wf_tuple_from(WfThread *t, const WfValue *items, int64_t n) WF_MUST_CHECK;
WfValue wf_tuple_pair(WfThread *t, WfValue a, WfValue b) WF_MUST_CHECK;
#define WF_TUPLE_OF(t, ...) \
    wf_tuple_from((t), (WfValue[]){__VA_ARGS__}, (int64_t)(sizeof((WfValue[]){__VA_ARGS__}) / sizeof(WfValue)))
void wf_tuple_trace(WfMarker *m, WfObject *o);

#endif
