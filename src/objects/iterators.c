/* iterators.c - iterators over sequences and callables; enumerate, zip, map, filter, reversed.
 * SPDX-License-Identifier: MIT
 * Design:     an iterator that is at its end drops what it iterates over and stays at its end.
 * Threads:    an index moves by compare-and-swap, so an item of a sequence is delivered once. zip, map and enumerate
 *             take one item from each of their iterators; threads that share one may get items of different rounds together. */
#include "objects/iterators.h"

#include "model/builtin.h"
#include "objects/container.h"
#include "objects/genericalias.h"
#include "objects/int.h"

WfValue wf_builtin_by_name(WfThread *t, const char *name)
{
    WfStr *s = wf_str_intern_cstr(t, name);
    if (s == NULL) {
        return WF_EMPTY;
    }
    WfValue v = wf_dict_get_str(wf_as_dict(t->interp->builtins), s);
    return wf_is_empty(v) ? wf_raise(t, WF_EXC(AttributeError), "module 'builtins' has no attribute '%U'", s) : v;
}

static WfValue iter_self(WfThread *t, WfValue self)
{
    return self;
}

/* (builtins.<name>, (arg,)[, state]) */
static WfValue reduced(WfThread *t, const char *name, WfValue arg, WfValue state)
{
    WfValue f = wf_is_empty(arg) ? WF_EMPTY : wf_builtin_by_name(t, name);
    WfValue args = wf_is_empty(f) ? WF_EMPTY : WF_TUPLE_OF(t, arg);
    if (wf_is_empty(args)) {
        return WF_EMPTY;
    }
    return wf_is_empty(state) ? wf_tuple_pair(t, f, args) : WF_TUPLE_OF(t, f, args, state);
}

static void seq_iter_trace(WfMarker *m, WfObject *o)
{
    wf_mark_slot(m, &((WfSeqIter *)o)->seq);
}

#define NEW_SEQ_ITER(t, ID, v, i) seq_iter_new((t), (v), (i), WF_HEAD(ID, NATIVE))
WF_INLINE WfValue seq_iter_new(WfThread *t, WfValue seq, int64_t index, uint64_t head)
{
    WfSeqIter *it = wf_gc_alloc_head(t, sizeof(WfSeqIter), head);
    if (it != NULL) {
        wf_store_raw(&it->seq, seq);
        it->x_index = index;
    }
    return wf_from_object(it);
}

WF_INLINE int64_t index_of(const WfSeqIter *it)
{
    return __atomic_load_n(&it->x_index, __ATOMIC_RELAXED);
}

/* --- list ---------------------------------------------------------------------------------------------------- */

WfValue wf_list_iter(WfThread *t, WfValue list)
{
    return NEW_SEQ_ITER(t, LIST_ITERATOR, list, 0);
}

WfValue wf_list_reverse_iter(WfThread *t, WfValue list)
{
    return NEW_SEQ_ITER(t, LIST_REVERSEITERATOR, list, wf_list_length(wf_as_list(list)) - 1);
}

static WfFound list_iter_next(WfThread *t, WfValue self, WfValue *out)
{
    *out = wf_list_iter_step(t, WF_AS(WfSeqIter, self));
    return wf_is_empty(*out) ? WF_MISSING : WF_FOUND;
}

static WfFound list_reverse_next(WfThread *t, WfValue self, WfValue *out)
{
    WfSeqIter *it = WF_AS(WfSeqIter, self);
    for (;;) {
        WfList *l = WF_LOAD(WfList, &it->seq);
        int64_t i = index_of(it);
        if (l == NULL) {
            return WF_MISSING;
        }
        WfValue v = i < 0 ? WF_EMPTY : wf_list_at(l, i);
        if (wf_is_empty(v)) {
            wf_store_raw(&it->seq, WF_EMPTY);
            return WF_MISSING;
        }
        if (wf_seq_iter_take(t, it, i, i - 1)) {
            *out = v;
            return WF_FOUND;
        }
    }
}

static WfValue list_iter_hint(WfThread *t, WfValue *a)
{
    WfSeqIter *it = WF_AS(WfSeqIter, a[0]);
    WfList *l = WF_LOAD(WfList, &it->seq);
    int64_t left = l == NULL ? 0 : wf_list_length(l) - index_of(it);
    return wf_small_int(left < 0 ? 0 : left);
}

static WfValue list_reverse_hint(WfThread *t, WfValue *a)
{
    WfSeqIter *it = WF_AS(WfSeqIter, a[0]);
    WfList *l = WF_LOAD(WfList, &it->seq);
    int64_t left = index_of(it) + 1;
    return wf_small_int(l == NULL || wf_list_length(l) < left ? 0 : left);
}

static WfValue list_iter_reduce(WfThread *t, WfValue *a)
{
    WfSeqIter *it = WF_AS(WfSeqIter, a[0]);
    WfValue l = wf_load(&it->seq);
    return wf_is_empty(l) ? reduced(t, "iter", wf_list_new(t, 0), WF_EMPTY)
                          : reduced(t, "iter", l, wf_small_int(index_of(it)));
}

static WfValue list_reverse_reduce(WfThread *t, WfValue *a)
{
    WfSeqIter *it = WF_AS(WfSeqIter, a[0]);
    WfValue l = wf_load(&it->seq);
    return wf_is_empty(l) ? reduced(t, "iter", wf_list_new(t, 0), WF_EMPTY)
                          : reduced(t, "reversed", l, wf_small_int(index_of(it)));
}

/* The index given to __setstate__, fitted to [low, high]. */
static WfStatus state_index(WfThread *t, WfValue v, int64_t low, int64_t high, int64_t *out)
{
    int64_t i;
    if (wf_to_ssize(t, v, &i) != WF_OK) {
        return WF_RAISED;
    }
    *out = i < low ? low : i > high ? high : i;
    return WF_OK;
}

static WfValue set_state(WfThread *t, WfSeqIter *it, WfValue v, int64_t low, int64_t high)
{
    int64_t i;
    if (state_index(t, v, low, high, &i) != WF_OK) {
        return WF_EMPTY;
    }
    if (!wf_is_empty(wf_load(&it->seq))) {
        __atomic_store_n(&it->x_index, i, __ATOMIC_RELAXED);
    }
    return WF_NONE;
}

static WfValue list_iter_setstate(WfThread *t, WfValue *a)
{
    WfSeqIter *it = WF_AS(WfSeqIter, a[0]);
    WfList *l = WF_LOAD(WfList, &it->seq);
    return set_state(t, it, a[1], 0, l == NULL ? 0 : wf_list_length(l));
}

static WfValue list_reverse_setstate(WfThread *t, WfValue *a)
{
    WfSeqIter *it = WF_AS(WfSeqIter, a[0]);
    WfList *l = WF_LOAD(WfList, &it->seq);
    return set_state(t, it, a[1], -1, l == NULL ? -1 : wf_list_length(l) - 1);
}

#define HINT_DOC "How many items are left."
#define REDUCE_DOC "For pickle."
#define SETSTATE_DOC "For pickle: go to a position."

static const WfBuiltinDef list_iter_methods[] = {
    {"__length_hint__", list_iter_hint, "(self, /)", HINT_DOC},
    {"__reduce__", list_iter_reduce, "(self, /)", REDUCE_DOC},
    {"__setstate__", list_iter_setstate, "(self, state, /)", SETSTATE_DOC},
    {0},
};

static const WfBuiltinDef list_reverse_methods[] = {
    {"__length_hint__", list_reverse_hint, "(self, /)", HINT_DOC},
    {"__reduce__", list_reverse_reduce, "(self, /)", REDUCE_DOC},
    {"__setstate__", list_reverse_setstate, "(self, state, /)", SETSTATE_DOC},
    {0},
};

const WfTypeSpec wf_list_iterator_spec = {
    .name = "list_iterator",
    .flags = WF_TF_NO_NEW,
    .size = sizeof(WfSeqIter),
    .methods = list_iter_methods,
    .slots = {.iter = iter_self, .next = list_iter_next, .trace = seq_iter_trace},
};

const WfTypeSpec wf_list_reverseiterator_spec = {
    .name = "list_reverseiterator",
    .flags = WF_TF_NO_NEW,
    .size = sizeof(WfSeqIter),
    .methods = list_reverse_methods,
    .slots = {.iter = iter_self, .next = list_reverse_next, .trace = seq_iter_trace},
};

/* --- tuple --------------------------------------------------------------------------------------------------- */

WfValue wf_tuple_iter(WfThread *t, WfValue tuple)
{
    return NEW_SEQ_ITER(t, TUPLE_ITERATOR, tuple, 0);
}

static WfFound tuple_iter_next(WfThread *t, WfValue self, WfValue *out)
{
    *out = wf_tuple_iter_step(t, WF_AS(WfSeqIter, self));
    return wf_is_empty(*out) ? WF_MISSING : WF_FOUND;
}

static WfValue tuple_iter_hint(WfThread *t, WfValue *a)
{
    WfSeqIter *it = WF_AS(WfSeqIter, a[0]);
    WfTuple *x = WF_LOAD(WfTuple, &it->seq);
    return wf_small_int(x == NULL ? 0 : x->length - index_of(it));
}

static WfValue tuple_iter_reduce(WfThread *t, WfValue *a)
{
    WfSeqIter *it = WF_AS(WfSeqIter, a[0]);
    WfValue x = wf_load(&it->seq);
    return wf_is_empty(x) ? reduced(t, "iter", wf_tuple_from(t, NULL, 0), WF_EMPTY)
                          : reduced(t, "iter", x, wf_small_int(index_of(it)));
}

static WfValue tuple_iter_setstate(WfThread *t, WfValue *a)
{
    WfSeqIter *it = WF_AS(WfSeqIter, a[0]);
    WfTuple *x = WF_LOAD(WfTuple, &it->seq);
    return set_state(t, it, a[1], 0, x == NULL ? 0 : x->length);
}

static const WfBuiltinDef tuple_iter_methods[] = {
    {"__length_hint__", tuple_iter_hint, "(self, /)", HINT_DOC},
    {"__reduce__", tuple_iter_reduce, "(self, /)", REDUCE_DOC},
    {"__setstate__", tuple_iter_setstate, "(self, state, /)", SETSTATE_DOC},
    {0},
};

const WfTypeSpec wf_tuple_iterator_spec = {
    .name = "tuple_iterator",
    .flags = WF_TF_NO_NEW,
    .size = sizeof(WfSeqIter),
    .methods = tuple_iter_methods,
    .slots = {.iter = iter_self, .next = tuple_iter_next, .trace = seq_iter_trace},
};

/* --- anything with __getitem__ ---------------------------------------------------------------------------------- */

WfValue wf_sequence_iter(WfThread *t, WfValue sequence)
{
    return NEW_SEQ_ITER(t, SEQUENCE_ITERATOR, sequence, 0);
}

/* Item i, where IndexError and StopIteration mean the end. */
static WfFound item_or_end(WfThread *t, WfSeqIter *it, WfValue seq, int64_t i, WfValue *out)
{
    *out = wf_getitem(t, seq, wf_small_int(i));
    if (!wf_is_empty(*out)) {
        return WF_FOUND;
    }
    if (wf_clear_if(t, WF_EXC(IndexError)) || wf_clear_if(t, WF_EXC(StopIteration))) {
        wf_store_raw(&it->seq, WF_EMPTY);
        return WF_MISSING;
    }
    return WF_ERROR;
}

static WfFound sequence_iter_next(WfThread *t, WfValue self, WfValue *out)
{
    WfSeqIter *it = WF_AS(WfSeqIter, self);
    WfValue seq = wf_load(&it->seq);
    if (wf_is_empty(seq)) {
        return WF_MISSING;
    }
    int64_t i = index_of(it);
    if (i == INT64_MAX) {
        return WF_FAIL_FOUND(wf_raise(t, WF_EXC(OverflowError), "iter index too large"));
    }
    WfFound found = item_or_end(t, it, seq, i, out);
    if (found == WF_FOUND) {
        wf_seq_iter_take(t, it, i, i + 1); /* another thread may have got the same item */
    }
    return found;
}

static WfValue sequence_iter_hint(WfThread *t, WfValue *a)
{
    WfSeqIter *it = WF_AS(WfSeqIter, a[0]);
    WfValue seq = wf_load(&it->seq);
    if (wf_is_empty(seq)) {
        return wf_small_int(0);
    }
    if (wf_type(seq)->slots.len == NULL) {
        return WF_NOT_IMPLEMENTED;
    }
    int64_t n;
    if (wf_len(t, seq, &n) != WF_OK) {
        return WF_EMPTY;
    }
    n -= index_of(it);
    return wf_small_int(n < 0 ? 0 : n);
}

static WfValue sequence_iter_reduce(WfThread *t, WfValue *a)
{
    WfSeqIter *it = WF_AS(WfSeqIter, a[0]);
    WfValue seq = wf_load(&it->seq);
    if (wf_is_empty(seq)) {
        return reduced(t, "iter", wf_tuple_from(t, NULL, 0), WF_EMPTY);
    }
    WfValue index = wf_int_from_i64(t, index_of(it));
    return wf_is_empty(index) ? WF_EMPTY : reduced(t, "iter", seq, index);
}

static WfValue sequence_iter_setstate(WfThread *t, WfValue *a)
{
    return set_state(t, WF_AS(WfSeqIter, a[0]), a[1], 0, INT64_MAX);
}

static const WfBuiltinDef sequence_iter_methods[] = {
    {"__length_hint__", sequence_iter_hint, "(self, /)", HINT_DOC},
    {"__reduce__", sequence_iter_reduce, "(self, /)", REDUCE_DOC},
    {"__setstate__", sequence_iter_setstate, "(self, state, /)", SETSTATE_DOC},
    {0},
};

const WfTypeSpec wf_sequence_iterator_spec = {
    .name = "iterator",
    .flags = WF_TF_NO_NEW,
    .size = sizeof(WfSeqIter),
    .methods = sequence_iter_methods,
    .slots = {.iter = iter_self, .next = sequence_iter_next, .trace = seq_iter_trace},
};

/* --- reversed ------------------------------------------------------------------------------------------------ */

static WfValue reversed_new(WfThread *t, WfType *type, const WfArgs *args)
{
    WfValue seq;
    WfArgs positional = {args->items, args->n_pos, NULL};
    bool own_init = type->slots.init != WF_TYPE(REVERSED)->slots.init;
    if (wf_parse_args(t, "reversed", "(sequence, /)", own_init ? &positional : args, &seq, 1) != WF_OK) {
        return WF_EMPTY;
    }
    WfValue method = wf_lookup_special(t, seq, WF_NAME(__reversed__));
    if (wf_is_empty(method) && wf_pending(t)) {
        return WF_EMPTY;
    }
    if (!wf_is_empty(method) && !wf_is_none(method)) {
        return wf_call0(t, method);
    }
    if (wf_is_none(method) || wf_type(seq)->slots.getitem == NULL || wf_is_dict(seq)) {
        return wf_raise(t, WF_EXC(TypeError), "'%.200T' object is not reversible", seq);
    }
    int64_t n;
    if (wf_len(t, seq, &n) != WF_OK) {
        return WF_EMPTY;
    }
    WfSeqIter *it = (WfSeqIter *)wf_instance_new(t, type, 0);
    if (it != NULL) {
        wf_store(&it->seq, seq);
        it->x_index = n - 1;
    }
    return wf_from_object(it);
}

static WfFound reversed_next(WfThread *t, WfValue self, WfValue *out)
{
    WfSeqIter *it = WF_AS(WfSeqIter, self);
    for (;;) {
        WfValue seq = wf_load(&it->seq);
        int64_t i = index_of(it);
        if (wf_is_empty(seq) || i < 0) {
            wf_store_raw(&it->seq, WF_EMPTY);
            return WF_MISSING;
        }
        if (wf_seq_iter_take(t, it, i, i - 1)) {
            return item_or_end(t, it, seq, i, out);
        }
    }
}

static WfValue reversed_hint(WfThread *t, WfValue *a)
{
    WfSeqIter *it = WF_AS(WfSeqIter, a[0]);
    WfValue seq = wf_load(&it->seq);
    if (wf_is_empty(seq)) {
        return wf_small_int(0);
    }
    int64_t n, left = index_of(it) + 1;
    if (wf_len(t, seq, &n) != WF_OK) {
        return WF_EMPTY;
    }
    return wf_small_int(n < left ? 0 : left);
}

static WfValue reversed_reduce(WfThread *t, WfValue *a)
{
    WfSeqIter *it = WF_AS(WfSeqIter, a[0]);
    WfValue seq = wf_load(&it->seq), type = wf_from_object(wf_type(a[0]));
    bool done = wf_is_empty(seq);
    WfValue args = WF_EMPTY;
    if (done) {
        WfValue none = wf_tuple_from(t, NULL, 0);
        args = wf_is_empty(none) ? WF_EMPTY : WF_TUPLE_OF(t, none);
    } else {
        args = WF_TUPLE_OF(t, seq);
    }
    if (wf_is_empty(args)) {
        return WF_EMPTY;
    }
    return done ? wf_tuple_pair(t, type, args) : WF_TUPLE_OF(t, type, args, wf_small_int(index_of(it)));
}

static WfValue reversed_setstate(WfThread *t, WfValue *a)
{
    WfSeqIter *it = WF_AS(WfSeqIter, a[0]);
    WfValue seq = wf_load(&it->seq);
    int64_t n = 0;
    if (!wf_is_empty(seq) && wf_len(t, seq, &n) != WF_OK) {
        return WF_EMPTY;
    }
    return set_state(t, it, a[1], -1, n - 1);
}

static const WfBuiltinDef reversed_methods[] = {
    {"__length_hint__", reversed_hint, "(self, /)", HINT_DOC},
    {"__reduce__", reversed_reduce, "(self, /)", REDUCE_DOC},
    {"__setstate__", reversed_setstate, "(self, state, /)", SETSTATE_DOC},
    {0},
};

const WfTypeSpec wf_reversed_spec = {
    .name = "reversed",
    .doc = "Iterator over the items of a sequence, last one first.",
    .flags = WF_TF_BASETYPE,
    .size = sizeof(WfSeqIter),
    .methods = reversed_methods,
    .signature = "(sequence, /)",
    .slots = {.iter = iter_self, .next = reversed_next, .new_ = reversed_new, .trace = seq_iter_trace},
};

/* --- iter(callable, sentinel) ---------------------------------------------------------------------------------- */

typedef struct CallableIter {
    WfObject h;
    WfSlot callable; /* EMPTY: exhausted */
    WfSlot sentinel;
} CallableIter;

WfValue wf_callable_iter(WfThread *t, WfValue callable, WfValue sentinel)
{
    CallableIter *it = WF_NEW(t, CallableIter, CALLABLE_ITERATOR, NATIVE);
    if (it != NULL) {
        wf_store_raw(&it->callable, callable);
        wf_store_raw(&it->sentinel, sentinel);
    }
    return wf_from_object(it);
}

static WfFound callable_iter_next(WfThread *t, WfValue self, WfValue *out)
{
    CallableIter *it = WF_AS(CallableIter, self);
    WfValue callable = wf_load(&it->callable), sentinel = wf_load(&it->sentinel);
    if (wf_is_empty(callable)) {
        return WF_MISSING;
    }
    WfValue v = wf_call0(t, callable);
    if (wf_is_empty(v)) {
        if (wf_clear_if(t, WF_EXC(StopIteration))) {
            wf_store_raw(&it->callable, WF_EMPTY);
            wf_store_raw(&it->sentinel, WF_EMPTY);
            return WF_MISSING;
        }
        return WF_ERROR;
    }
    if (wf_is_empty(wf_load(&it->callable))) {
        return WF_MISSING; /* the call itself came to the end of this iterator */
    }
    WfFound same = wf_equal_fast(t, sentinel, v);
    if (same == WF_MISSING) {
        *out = v;
        return WF_FOUND;
    }
    if (same == WF_FOUND) {
        wf_store_raw(&it->callable, WF_EMPTY);
        wf_store_raw(&it->sentinel, WF_EMPTY);
        return WF_MISSING;
    }
    return WF_ERROR;
}

static WfValue callable_iter_reduce(WfThread *t, WfValue *a)
{
    CallableIter *it = WF_AS(CallableIter, a[0]);
    WfValue callable = wf_load(&it->callable), sentinel = wf_load(&it->sentinel);
    if (wf_is_empty(callable) || wf_is_empty(sentinel)) {
        return reduced(t, "iter", wf_tuple_from(t, NULL, 0), WF_EMPTY);
    }
    WfValue iter = wf_builtin_by_name(t, "iter");
    WfValue args = wf_is_empty(iter) ? WF_EMPTY : wf_tuple_pair(t, callable, sentinel);
    return wf_is_empty(args) ? WF_EMPTY : wf_tuple_pair(t, iter, args);
}

static void callable_iter_trace(WfMarker *m, WfObject *o)
{
    wf_mark_slots(m, &((CallableIter *)o)->callable, 2);
}

static const WfBuiltinDef callable_iter_methods[] = {
    {"__reduce__", callable_iter_reduce, "(self, /)", REDUCE_DOC},
    {0},
};

const WfTypeSpec wf_callable_iterator_spec = {
    .name = "callable_iterator",
    .flags = WF_TF_NO_NEW,
    .size = sizeof(CallableIter),
    .methods = callable_iter_methods,
    .slots = {.iter = iter_self, .next = callable_iter_next, .trace = callable_iter_trace},
};

/* --- enumerate ----------------------------------------------------------------------------------------------- */

typedef struct Enumerate {
    WfObject h;
    WfSlot it;
    WfSlot big;      /* the count as an int once it does not fit 49 bits; else EMPTY */
    int64_t x_count; /* atomic */
} Enumerate;

#define COUNT_MAX ((int64_t)1 << 48)

static WfValue enumerate_new(WfThread *t, WfType *type, const WfArgs *args)
{
    WfValue a[2];
    if (args->n_pos == 0 && (args->kwnames == NULL || args->kwnames->length == 0)) {
        return wf_raise(t, WF_EXC(TypeError), "enumerate() missing required argument 'iterable'");
    }
    if (wf_parse_args(t, "enumerate", "(iterable, start=0)", args, a, 2) != WF_OK) {
        return WF_EMPTY;
    }
    WfValue start = wf_index(t, a[1]);
    WfValue it = wf_is_empty(start) ? WF_EMPTY : wf_iter(t, a[0]);
    Enumerate *e = wf_is_empty(it) ? NULL : (Enumerate *)wf_instance_new(t, type, 0);
    if (e == NULL) {
        return WF_EMPTY;
    }
    wf_store(&e->it, it);
    if (wf_is_int(start) && wf_as_int(start) < COUNT_MAX) {
        e->x_count = wf_as_int(start);
    } else {
        wf_store(&e->big, start);
    }
    return wf_from_object(e);
}

static WfFound enumerate_next(WfThread *t, WfValue self, WfValue *out)
{
    Enumerate *e = WF_AS(Enumerate, self);
    WfValue item, count;
    WfFound found = wf_next(t, wf_load(&e->it), &item);
    if (found != WF_FOUND) {
        return found;
    }
    count = wf_load(&e->big);
    if (WF_LIKELY(wf_is_empty(count))) {
        int64_t n;
        if (wf_threaded(t)) {
            n = __atomic_fetch_add(&e->x_count, 1, __ATOMIC_RELAXED);
        } else {
            n = e->x_count++;
        }
        count = wf_small_int(n);
        if (WF_UNLIKELY(n + 1 >= COUNT_MAX)) {
            wf_store(&e->big, wf_small_int(n + 1));
        }
    } else {
        WfValue next = wf_int_add(t, count, wf_small_int(1));
        if (wf_is_empty(next)) {
            return WF_ERROR;
        }
        wf_store(&e->big, next);
    }
    *out = wf_tuple_pair(t, count, item);
    return wf_is_empty(*out) ? WF_ERROR : WF_FOUND;
}

static WfValue enumerate_reduce(WfThread *t, WfValue *a)
{
    Enumerate *e = WF_AS(Enumerate, a[0]);
    WfValue count = wf_load(&e->big);
    if (wf_is_empty(count)) {
        count = wf_small_int(__atomic_load_n(&e->x_count, __ATOMIC_RELAXED));
    }
    WfValue args = wf_tuple_pair(t, wf_load(&e->it), count);
    return wf_is_empty(args) ? WF_EMPTY : wf_tuple_pair(t, wf_from_object(wf_type(a[0])), args);
}

static void enumerate_trace(WfMarker *m, WfObject *o)
{
    wf_mark_slots(m, &((Enumerate *)o)->it, 2);
}

static const WfBuiltinDef enumerate_methods[] = {
    {"__reduce__", enumerate_reduce, "(self, /)", REDUCE_DOC},
    {"__class_getitem__", wf_class_getitem, "(type, object, /)", "The generic alias enumerate[object].", WF_FN_CLASS},
    {0},
};

const WfTypeSpec wf_enumerate_spec = {
    .name = "enumerate",
    .doc = "Iterator over pairs (start, item 0), (start + 1, item 1), ... of an iterable.",
    .flags = WF_TF_BASETYPE,
    .size = sizeof(Enumerate),
    .methods = enumerate_methods,
    .signature = "(iterable, start=0)",
    .slots = {.iter = iter_self, .next = enumerate_next, .new_ = enumerate_new, .trace = enumerate_trace},
};

/* --- zip ----------------------------------------------------------------------------------------------------- */

typedef struct Zip {
    WfObject h;
    WfSlot iterators; /* tuple */
    WfSlot strict;    /* bool */
} Zip;

/* Iterators over each of items. */
static WfTuple *iterators_of(WfThread *t, const WfValue *items, int64_t n)
{
    WfTuple *its = wf_tuple_alloc(t, n);
    for (int64_t i = 0; its != NULL && i < n; i++) {
        WfValue it = wf_iter(t, items[i]);
        if (wf_is_empty(it)) {
            return NULL;
        }
        wf_store(&its->items[i], it);
    }
    return its;
}

static WfValue zip_new(WfThread *t, WfType *type, const WfArgs *args)
{
    bool strict = false;
    if (args->kwnames != NULL) {
        WfValue a[2];
        if (wf_parse_args(t, "zip", "(*iterables, strict=False)", args, a, 2) != WF_OK || wf_to_bool(t, a[1], &strict) != WF_OK) {
            return WF_EMPTY;
        }
    }
    WfTuple *its = iterators_of(t, args->items, args->n_pos);
    Zip *z = its == NULL ? NULL : (Zip *)wf_instance_new(t, type, 0);
    if (z == NULL) {
        return WF_EMPTY;
    }
    wf_store_ptr(&z->iterators, its);
    wf_store(&z->strict, WF_BOOL(strict));
    return wf_from_object(z);
}

/* Iterator i is at its end, those before it are not. */
static WfFound zip_check(WfThread *t, WfTuple *its, int64_t i)
{
    if (i > 0) {
        const char *plural = i == 1 ? " " : "s 1-";
        return WF_FAIL_FOUND(wf_raise(t, WF_EXC(ValueError), "zip() argument %d is shorter than argument%s%d", (int)i + 1, plural,
                                      (int)i));
    }
    for (i = 1; i < its->length; i++) {
        WfValue v;
        WfFound found = wf_next(t, wf_tuple_at(its, i), &v);
        if (found == WF_ERROR) {
            return WF_ERROR;
        }
        if (found == WF_FOUND) {
            const char *plural = i == 1 ? " " : "s 1-";
            return WF_FAIL_FOUND(wf_raise(t, WF_EXC(ValueError), "zip() argument %d is longer than argument%s%d", (int)i + 1,
                                          plural, (int)i));
        }
    }
    return WF_MISSING;
}

static WfFound zip_next(WfThread *t, WfValue self, WfValue *out)
{
    Zip *z = WF_AS(Zip, self);
    WfTuple *its = WF_LOAD(WfTuple, &z->iterators);
    if (its->length == 0) {
        return WF_MISSING;
    }
    WfValue first = WF_EMPTY;
    WfFound found = wf_next(t, wf_tuple_at(its, 0), &first);
    if (found == WF_FOUND) {
        WfTuple *row = wf_tuple_alloc(t, its->length);
        if (row == NULL) {
            return WF_ERROR;
        }
        wf_store_raw(&row->items[0], first);
        int64_t i;
        for (i = 1; i < its->length; i++) {
            WfValue v;
            found = wf_next(t, wf_tuple_at(its, i), &v);
            if (found != WF_FOUND) {
                break;
            }
            wf_store(&row->items[i], v);
        }
        if (found == WF_FOUND) {
            *out = wf_from_object(row);
            return WF_FOUND;
        }
        return found == WF_MISSING && wf_is_true(wf_load(&z->strict)) ? zip_check(t, its, i) : found;
    }
    return found == WF_MISSING && wf_is_true(wf_load(&z->strict)) ? zip_check(t, its, 0) : found;
}

static WfValue zip_reduce(WfThread *t, WfValue *a)
{
    Zip *z = WF_AS(Zip, a[0]);
    WfValue type = wf_from_object(wf_type(a[0]));
    return wf_is_true(wf_load(&z->strict)) ? WF_TUPLE_OF(t, type, wf_load(&z->iterators), WF_TRUE)
                                           : wf_tuple_pair(t, type, wf_load(&z->iterators));
}

static WfValue zip_setstate(WfThread *t, WfValue *a)
{
    bool strict;
    if (wf_to_bool(t, a[1], &strict) != WF_OK) {
        return WF_EMPTY;
    }
    wf_store_raw(&WF_AS(Zip, a[0])->strict, WF_BOOL(strict));
    return WF_NONE;
}

static void zip_trace(WfMarker *m, WfObject *o)
{
    wf_mark_slot(m, &((Zip *)o)->iterators);
}

static const WfBuiltinDef zip_methods[] = {
    {"__reduce__", zip_reduce, "(self, /)", REDUCE_DOC},
    {"__setstate__", zip_setstate, "(self, state, /)", "For pickle: strict or not."},
    {0},
};

const WfTypeSpec wf_zip_spec = {
    .name = "zip",
    .doc = "zip(*iterables, strict=False)\n\n"
           "Iterator over tuples of one item of each iterable. It ends with the shortest;\n"
           "with strict=True an iterable that is shorter or longer than the first raises ValueError.\n\n>>> list(zip('ab', [1, 2]))\n[('a', 1), ('b', 2)]",
    .flags = WF_TF_BASETYPE,
    .size = sizeof(Zip),
    .methods = zip_methods,
    .slots = {.iter = iter_self, .next = zip_next, .new_ = zip_new, .trace = zip_trace},
};

/* --- map ----------------------------------------------------------------------------------------------------- */

typedef struct Map {
    WfObject h;
    WfSlot function;
    WfSlot iterators; /* tuple */
} Map;

static WfValue map_new(WfThread *t, WfType *type, const WfArgs *args)
{
    if (args->kwnames != NULL && args->kwnames->length > 0 && type->slots.init == WF_TYPE(MAP)->slots.init) {
        return wf_raise(t, WF_EXC(TypeError), "map() takes no keyword arguments");
    }
    if (args->n_pos < 2) {
        return wf_raise(t, WF_EXC(TypeError), "map() must have at least two arguments.");
    }
    WfTuple *its = iterators_of(t, args->items + 1, args->n_pos - 1);
    Map *m = its == NULL ? NULL : (Map *)wf_instance_new(t, type, 0);
    if (m == NULL) {
        return WF_EMPTY;
    }
    wf_store(&m->function, args->items[0]);
    wf_store_ptr(&m->iterators, its);
    return wf_from_object(m);
}

#define MAP_FEW 8

static WfFound map_next(WfThread *t, WfValue self, WfValue *out)
{
    Map *m = WF_AS(Map, self);
    WfTuple *its = WF_LOAD(WfTuple, &m->iterators);
    int64_t n = its->length;
    if (WF_LIKELY(n <= MAP_FEW)) {
        WfValue a[MAP_FEW];
        for (int64_t i = 0; i < n; i++) {
            WfFound found = wf_next(t, wf_tuple_at(its, i), &a[i]);
            if (found != WF_FOUND) {
                return found;
            }
        }
        *out = wf_call(t, wf_load(&m->function), a, n);
    } else {
        WfTuple *a = wf_tuple_alloc(t, n);
        for (int64_t i = 0; i < n; i++) {
            WfValue v;
            WfFound found = a == NULL ? WF_ERROR : wf_next(t, wf_tuple_at(its, i), &v);
            if (found != WF_FOUND) {
                return found;
            }
            wf_store(&a->items[i], v);
        }
        *out = wf_call_tuple(t, wf_load(&m->function), a, WF_EMPTY);
    }
    return wf_is_empty(*out) ? WF_ERROR : WF_FOUND;
}

static WfValue map_reduce(WfThread *t, WfValue *a)
{
    Map *m = WF_AS(Map, a[0]);
    WfTuple *its = WF_LOAD(WfTuple, &m->iterators);
    WfTuple *args = wf_tuple_alloc(t, its->length + 1);
    if (args == NULL) {
        return WF_EMPTY;
    }
    wf_store_raw(&args->items[0], wf_load(&m->function));
    for (int64_t i = 0; i < its->length; i++) {
        wf_store_raw(&args->items[i + 1], wf_tuple_at(its, i));
    }
    return wf_tuple_pair(t, wf_from_object(wf_type(a[0])), wf_from_object(args));
}

static void map_trace(WfMarker *m, WfObject *o)
{
    wf_mark_slots(m, &((Map *)o)->function, 2);
}

static const WfBuiltinDef map_methods[] = {
    {"__reduce__", map_reduce, "(self, /)", REDUCE_DOC},
    {0},
};

const WfTypeSpec wf_map_spec = {
    .name = "map",
    .doc = "map(func, *iterables)\n\nIterator over func(item, ...) with one item of each iterable; ends with the shortest.",
    .flags = WF_TF_BASETYPE,
    .size = sizeof(Map),
    .methods = map_methods,
    .slots = {.iter = iter_self, .next = map_next, .new_ = map_new, .trace = map_trace},
};

/* --- filter -------------------------------------------------------------------------------------------------- */

typedef struct Filter {
    WfObject h;
    WfSlot function;
    WfSlot it;
} Filter;

static WfValue filter_new(WfThread *t, WfType *type, const WfArgs *args)
{
    WfValue a[2];
    WfArgs positional = {args->items, args->n_pos, NULL};
    bool own_init = type->slots.init != WF_TYPE(FILTER)->slots.init;
    if (wf_parse_args(t, "filter", "(function, iterable, /)", own_init ? &positional : args, a, 2) != WF_OK) {
        return WF_EMPTY;
    }
    WfValue it = wf_iter(t, a[1]);
    Filter *f = wf_is_empty(it) ? NULL : (Filter *)wf_instance_new(t, type, 0);
    if (f == NULL) {
        return WF_EMPTY;
    }
    wf_store(&f->function, a[0]);
    wf_store(&f->it, it);
    return wf_from_object(f);
}

static WfFound filter_next(WfThread *t, WfValue self, WfValue *out)
{
    Filter *f = WF_AS(Filter, self);
    WfValue function = wf_load(&f->function), it = wf_load(&f->it);
    bool truth = wf_is_none(function) || wf_is(function, wf_from_object(WF_TYPE(BOOL)));
    for (;;) {
        WfValue v;
        WfFound found = wf_next(t, it, &v);
        if (found != WF_FOUND) {
            return found;
        }
        WfValue verdict = truth ? v : wf_call1(t, function, v);
        if (wf_is_empty(verdict)) {
            return WF_ERROR;
        }
        WfFound good = wf_truth(t, verdict);
        if (good != WF_MISSING) {
            *out = v;
            return good;
        }
        if (WF_UNLIKELY(wf_breaker(t) != 0) && wf_handle_breaker(t) != WF_OK) {
            return WF_ERROR;
        }
    }
}

static WfValue filter_reduce(WfThread *t, WfValue *a)
{
    Filter *f = WF_AS(Filter, a[0]);
    WfValue args = wf_tuple_pair(t, wf_load(&f->function), wf_load(&f->it));
    return wf_is_empty(args) ? WF_EMPTY : wf_tuple_pair(t, wf_from_object(wf_type(a[0])), args);
}

static void filter_trace(WfMarker *m, WfObject *o)
{
    wf_mark_slots(m, &((Filter *)o)->function, 2);
}

static const WfBuiltinDef filter_methods[] = {
    {"__reduce__", filter_reduce, "(self, /)", REDUCE_DOC},
    {0},
};

const WfTypeSpec wf_filter_spec = {
    .name = "filter",
    .doc = "filter(function or None, iterable)\n\n"
           "Iterator over the items for which function(item) is true, or that are true themselves with None.",
    .flags = WF_TF_BASETYPE,
    .size = sizeof(Filter),
    .methods = filter_methods,
    .slots = {.iter = iter_self, .next = filter_next, .new_ = filter_new, .trace = filter_trace},
};
