/* list.h - list: a growing array of values.
 * SPDX-License-Identifier: MIT
 * Threads: readers take no lock: they load `items`, then x_length (acquire), and check the index against both length and
 * items->capacity; a replaced buffer lives on while a reader holds it. Writers hold the list's lock. Items beyond
 * the length are EMPTY; a reader that loads EMPTY lost a race against a removal and raises IndexError / starts over. */
#ifndef WF_OBJECTS_LIST_H
#define WF_OBJECTS_LIST_H

#include "model/object.h"

struct WfList {
    WfObject h;
    int64_t x_length; /* atomic; written under the lock */
    WfSlot items;     /* WfSlots or EMPTY */
};
WF_INLINE WfList *wf_as_list(WfValue v) { return WF_AS(WfList, v); }
WF_INLINE int64_t wf_list_length(const WfList *l) { return __atomic_load_n(&l->x_length, __ATOMIC_ACQUIRE); }
/* Item i or WF_EMPTY when out of range. Lock-free. */
WF_INLINE WfValue wf_list_at(const WfList *l, int64_t i)
{
    WfSlots *items = (WfSlots *)(uintptr_t)wf_load_acquire(&l->items).bits;
    if (WF_UNLIKELY((uint64_t)i >= (uint64_t)wf_list_length(l) || items == NULL || i >= items->capacity)) {
        return WF_EMPTY;
    }
    return wf_load(&items->items[i]);
}
WfValue wf_list_new(WfThread *t, int64_t capacity) WF_MUST_CHECK;
WfValue wf_list_from(WfThread *t, const WfValue *items, int64_t n) WF_MUST_CHECK;
/* _locked: the caller holds the lock, or has just made l and nobody else can see it. */
WfStatus wf_list_append_locked(WfThread *t, WfList *l, WfValue v) WF_MUST_CHECK;
WfStatus wf_list_append_slow(WfThread *t, WfList *l, WfValue v) WF_MUST_CHECK;
WF_INLINE WF_MUST_CHECK WfStatus wf_list_append(WfThread *t, WfList *l, WfValue v)
{
    if (WF_LIKELY(!wf_threaded(t))) {
        WfSlots *items = WF_LOAD(WfSlots, &l->items);
        int64_t n = l->x_length;
        if (WF_LIKELY(items != NULL && n < items->capacity)) {
            wf_store(&items->items[n], v);
            l->x_length = n + 1;
            return WF_OK;
        }
    }
    return wf_list_append_slow(t, l, v);
}
WfStatus wf_list_extend(WfThread *t, WfList *l, WfValue iterable) WF_MUST_CHECK;
WfStatus wf_list_extend_from(WfThread *t, WfList *l, const WfValue *items, int64_t n) WF_MUST_CHECK; /* atomic */
WfStatus wf_list_insert(WfThread *t, WfList *l, int64_t i, WfValue v) WF_MUST_CHECK;
WfFound wf_list_set(WfThread *t, WfList *l, int64_t i, WfValue v) WF_MUST_CHECK; /* MISSING: out of range, no exception */
WfValue wf_list_pop(WfThread *t, WfList *l, int64_t i) WF_MUST_CHECK;
WfStatus wf_list_sort(WfThread *t, WfList *l, WfValue key, bool reverse) WF_MUST_CHECK; /* key None: none */
WfStatus wf_list_reverse(WfThread *t, WfList *l) WF_MUST_CHECK;
WfValue wf_list_to_tuple(WfThread *t, WfList *l) WF_MUST_CHECK;      /* one atomic snapshot */
WfValue wf_list_slice(WfThread *t, WfList *l, int64_t start, int64_t stop) WF_MUST_CHECK;
void wf_list_clear(WfThread *t, WfList *l);
void wf_list_trace(WfMarker *m, WfObject *o);

#endif
