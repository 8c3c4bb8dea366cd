/* set.h - set and frozenset: hash table of values. Threads: as dict (lock-free reads, locked writes).
 * SPDX-License-Identifier: MIT */
#ifndef WF_OBJECTS_SET_H
#define WF_OBJECTS_SET_H

#include "model/object.h"

typedef struct WfSet {
    WfObject h;
    WfSlot table;    /* WfSetTable (set.c) or EMPTY */
    int64_t x_used;  /* atomic */
    int64_t x_hash;  /* frozenset: 0 not computed */
} WfSet;
WfValue wf_set_new(WfThread *t) WF_MUST_CHECK;
WfValue wf_set_from(WfThread *t, WfValue iterable) WF_MUST_CHECK;
WfValue wf_frozenset_from(WfThread *t, const WfValue *items, int64_t n) WF_MUST_CHECK;
WfStatus wf_set_add(WfThread *t, WfSet *s, WfValue v) WF_MUST_CHECK;
WfFound wf_set_contains(WfThread *t, WfSet *s, WfValue v) WF_MUST_CHECK;
WfFound wf_set_discard(WfThread *t, WfSet *s, WfValue v) WF_MUST_CHECK;
WfStatus wf_set_update(WfThread *t, WfSet *s, WfValue iterable) WF_MUST_CHECK;
WfValue wf_set_to_list(WfThread *t, WfSet *s) WF_MUST_CHECK; /* one atomic snapshot */
bool wf_set_next(WfSet *s, int64_t *pos, WfValue *v);
void wf_set_trace(WfMarker *m, WfObject *o);
void wf_set_table_trace(WfMarker *m, WfObject *o);

#endif
