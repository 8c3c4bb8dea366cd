/* set.h - set and frozenset: hash table of values. Threads: as dict (lock-free reads, locked writes).
 * SPDX-License-Identifier: MIT */
#ifndef WF_OBJECTS_SET_H
#define WF_OBJECTS_SET_H

#include "model/object.h"

typedef struct WfSet {
    WfObject h;
    WfSlot table;    /* WfSetTable (set.c) or EMPTY */
    int64_t x_used;  /* atomic */
    int64_t x_hash;  /* frozenset: 0 not computed; atomic */
    uint64_t finger; /* where pop looks next; guarded by the lock */
} WfSet;
WF_INLINE bool wf_is_set(WfValue v) { return WF_IS_KIND(v, SET); } /* set, frozenset or an instance of a subclass */
WF_INLINE WfSet *wf_as_set(WfValue v) { return WF_AS(WfSet, v); }
WF_INLINE int64_t wf_set_used(const WfSet *s) { return __atomic_load_n(&s->x_used, __ATOMIC_RELAXED); }

/* set_iterator */
typedef struct WfSetIter {
    WfObject h;
    WfSlot set;      /* EMPTY: exhausted */
    int64_t x_pos;   /* atomic */
    int64_t x_used;  /* of the set when the iterator was made; -1: it has changed, say so for ever */
    int64_t x_left;  /* atomic: items not yet delivered */
} WfSetIter;

WfValue wf_set_new(WfThread *t) WF_MUST_CHECK;
WfValue wf_set_from(WfThread *t, WfValue iterable) WF_MUST_CHECK;
WfValue wf_frozenset_from(WfThread *t, const WfValue *items, int64_t n) WF_MUST_CHECK;
WfStatus wf_set_add(WfThread *t, WfSet *s, WfValue v) WF_MUST_CHECK;
WfFound wf_set_contains(WfThread *t, WfSet *s, WfValue v) WF_MUST_CHECK;
WfFound wf_set_discard(WfThread *t, WfSet *s, WfValue v) WF_MUST_CHECK;
WfStatus wf_set_update(WfThread *t, WfSet *s, WfValue iterable) WF_MUST_CHECK;
WfValue wf_set_to_list(WfThread *t, WfSet *s) WF_MUST_CHECK; /* one atomic snapshot */
bool wf_set_next(WfSet *s, int64_t *pos, WfValue *v);        /* pos starts at 0; safe against writers */
bool wf_set_next_hash(WfSet *s, int64_t *pos, WfValue *v, int64_t *hash);
WfValue wf_set_iter(WfThread *t, WfValue set);
WfFound wf_set_iter_step(WfThread *t, WfSetIter *it, WfValue *v) WF_MUST_CHECK;
/* For dict views: new set out of an iterable; a - b, a & b, a | b, a ^ b on a set, in place, b any iterable. */
WfStatus wf_set_difference_update(WfThread *t, WfSet *s, WfValue iterable) WF_MUST_CHECK;
WfStatus wf_set_symmetric_difference_update(WfThread *t, WfSet *s, WfValue iterable) WF_MUST_CHECK;
void wf_set_trace(WfMarker *m, WfObject *o);
void wf_set_table_trace(WfMarker *m, WfObject *o);

#endif
