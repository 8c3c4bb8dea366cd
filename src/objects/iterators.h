/* iterators.h - the iterators of the built-in containers, so that the interpreter's FOR_ITER can step exact ones itself.
 * SPDX-License-Identifier: MIT
 *
 * Each *_step function gives the next item, or WF_EMPTY at the end (no exception). An iterator that is at its end drops what it
 * iterates over. Threads: under a race an item is delivered once (compare-and-swap of the index). */
#ifndef WF_OBJECTS_ITERATORS_H
#define WF_OBJECTS_ITERATORS_H

#include "objects/dict.h"
#include "objects/list.h"
#include "objects/tuple.h"

/* list_iterator, tuple_iterator, list_reverseiterator */
typedef struct WfSeqIter {
    WfObject h;
    WfSlot seq;      /* EMPTY: exhausted */
    int64_t x_index; /* atomic: of the next item */
} WfSeqIter;

/* dict_keyiterator, dict_valueiterator, dict_itemiterator and their reverse forms */
typedef struct WfDictIter {
    WfObject h;
    WfSlot dict;     /* EMPTY: exhausted */
    int64_t x_pos;   /* atomic: entry to look at next */
    int64_t used;    /* of the dict when the iterator was made; -1: it has changed, say so for ever */
    int64_t x_left;  /* atomic: items not yet delivered */
} WfDictIter;

/* Takes index i of the iterator if no other thread has. */
WF_INLINE bool wf_seq_iter_take(WfThread *t, WfSeqIter *it, int64_t i, int64_t next)
{
    if (!wf_threaded(t)) {
        it->x_index = next;
        return true;
    }
    return __atomic_compare_exchange_n(&it->x_index, &i, next, false, __ATOMIC_RELAXED, __ATOMIC_RELAXED);
}

WF_INLINE WfValue wf_list_iter_step(WfThread *t, WfSeqIter *it)
{
    for (;;) {
        WfList *l = WF_LOAD(WfList, &it->seq);
        int64_t i = __atomic_load_n(&it->x_index, __ATOMIC_RELAXED);
        if (WF_UNLIKELY(l == NULL)) {
            return WF_EMPTY;
        }
        WfValue v = wf_list_at(l, i);
        if (WF_UNLIKELY(wf_is_empty(v))) {
            wf_store_raw(&it->seq, WF_EMPTY);
            return WF_EMPTY;
        }
        if (WF_LIKELY(wf_seq_iter_take(t, it, i, i + 1))) {
            return v;
        }
    }
}

WF_INLINE WfValue wf_tuple_iter_step(WfThread *t, WfSeqIter *it)
{
    for (;;) {
        WfTuple *x = WF_LOAD(WfTuple, &it->seq);
        int64_t i = __atomic_load_n(&it->x_index, __ATOMIC_RELAXED);
        if (WF_UNLIKELY(x == NULL)) {
            return WF_EMPTY;
        }
        if (WF_UNLIKELY(i >= x->length)) {
            wf_store_raw(&it->seq, WF_EMPTY);
            return WF_EMPTY;
        }
        if (WF_LIKELY(wf_seq_iter_take(t, it, i, i + 1))) {
            return wf_tuple_at(x, i);
        }
    }
}

/* MISSING: exhausted. ERROR: "dictionary changed size during iteration". `it` may be of any of the three forward types. */
WfFound wf_dict_iter_step(WfThread *t, WfDictIter *it, WfValue *key, WfValue *value) WF_MUST_CHECK;

/* One of the three reverse types. */
WfValue wf_dict_reverse_iter(WfThread *t, WfValue dict, WfType *type) WF_MUST_CHECK;
/* builtins.<name>, for what pickling needs */
WfValue wf_builtin_by_name(WfThread *t, const char *name) WF_MUST_CHECK;
WfValue wf_list_iter(WfThread *t, WfValue list);
WfValue wf_list_reverse_iter(WfThread *t, WfValue list) WF_MUST_CHECK;
WfValue wf_tuple_iter(WfThread *t, WfValue tuple);
/* iter(callable, sentinel), and the iterator over __getitem__ */
WfValue wf_callable_iter(WfThread *t, WfValue callable, WfValue sentinel) WF_MUST_CHECK;
WfValue wf_sequence_iter(WfThread *t, WfValue sequence) WF_MUST_CHECK;

#endif
