/* itertools.c - the iterators of the module itertools, but for the combinatoric ones (itertools_combine.c).
 * SPDX-License-Identifier: MIT
 * Design:     an object is slots, then raw words. What is exhausted drops its iterator (EMPTY).
 * Threads:    no Python code runs under a lock; where a step takes an item of another iterator, threads that share
 *             the object may see steps interleaved, as two generators' callers would, never torn values. count and repeat
 *             are atomic. tee hands out each item once per thread of it; while one thread runs the underlying iterator
 *             another that needs the same item gets RuntimeError, as with a reentrant call. */
#include "modules/itertools.h"

#include "objects/dict.h"
#include "objects/genericalias.h"
#include "objects/int.h"
#include "objects/iterators.h"

WfValue wf_itertools_self(WfThread *t, WfValue self)
{
    return self;
}

#define TRACE(name, Type, first, n)                                                                \
    static void name##_trace(WfMarker *m, WfObject *o)                                             \
    {                                                                                              \
        wf_mark_slots(m, &((Type *)o)->first, (n));                                                \
    }

/* Arguments of a type whose constructor takes positional ones only; a subclass with an __init__ of its own may be called with
 * keywords, which are for that. */
static WfStatus positional(WfThread *t, WfType *type, WfType *base, const char *name, const char *sig, const WfArgs *args,
                           WfValue *out, int n)
{
    WfArgs bare = {args->items, args->n_pos, NULL};
    return wf_parse_args(t, name, sig, type->slots.init != base->slots.init ? &bare : args, out, n);
}

static WfValue reduce1(WfThread *t, WfValue self, WfValue args)
{
    return wf_is_empty(args) ? WF_EMPTY : wf_tuple_pair(t, wf_from_object(wf_type(self)), args);
}

static WfValue reduce2(WfThread *t, WfValue self, WfValue args, WfValue state)
{
    return wf_is_empty(args) || wf_is_empty(state) ? WF_EMPTY
                                                   : WF_TUPLE_OF(t, wf_from_object(wf_type(self)), args, state);
}

/* --- count ------------------------------------------------------------------------------------------------------- */

typedef struct Count {
    WfObject h;
    WfSlot at, step;
} Count;
TRACE(count, Count, at, 2)

static bool is_number(WfValue v)
{
    const WfSlotTable *s = &wf_type(v)->slots;
    return wf_is_any_int(v) || s->index != NULL || s->int_ != NULL || s->float_ != NULL || WF_IS_KIND(v, COMPLEX);
}

static WfValue count_new(WfThread *t, WfType *type, const WfArgs *args)
{
    WfValue a[2];
    if (wf_parse_args(t, "count", "(start=0, step=1)", args, a, 2) != WF_OK) {
        return WF_EMPTY;
    }
    if (!is_number(a[0]) || !is_number(a[1])) {
        return wf_raise(t, WF_EXC(TypeError), "a number is required");
    }
    Count *c = (Count *)wf_instance_new(t, type, 0);
    if (c != NULL) {
        wf_store(&c->at, a[0]);
        wf_store(&c->step, a[1]);
    }
    return wf_from_object(c);
}

static WfFound count_next(WfThread *t, WfValue self, WfValue *out)
{
    Count *c = WF_AS(Count, self);
    WfValue step = wf_load(&c->step);
    for (;;) {
        WfValue at = wf_load(&c->at), next;
        int64_t sum;
        if (wf_both_int(at, step) && wf_int_fits(sum = wf_as_int(at) + wf_as_int(step))) {
            next = wf_small_int(sum);
        } else {
            next = wf_binary(t, WF_BIN_ADD, at, step);
            if (wf_is_empty(next)) {
                return WF_ERROR;
            }
        }
        if (__atomic_compare_exchange_n(&c->at.x_bits, &at.bits, next.bits, false, __ATOMIC_ACQ_REL, __ATOMIC_RELAXED)) {
            wf_barrier(&c->at);
            *out = at;
            return WF_FOUND;
        }
    }
}

static bool is_one(WfValue v)
{
    return wf_is_int(v) && wf_as_int(v) == 1;
}

static WfValue count_repr(WfThread *t, WfValue self)
{
    Count *c = WF_AS(Count, self);
    WfValue step = wf_load(&c->step);
    return is_one(step) ? wf_str_format(t, "%t(%R)", self, wf_load(&c->at))
                        : wf_str_format(t, "%t(%R, %R)", self, wf_load(&c->at), step);
}

static WfValue count_reduce(WfThread *t, WfValue *a)
{
    Count *c = WF_AS(Count, a[0]);
    WfValue at = wf_load(&c->at), step = wf_load(&c->step);
    return reduce1(t, a[0], is_one(step) && wf_is_any_int(at) ? WF_TUPLE_OF(t, at) : WF_TUPLE_OF(t, at, step));
}

static const WfBuiltinDef count_methods[] = {{"__reduce__", count_reduce, "(self, /)", REDUCE_DOC}, {0}};

const WfTypeSpec wf_it_count_spec = {
    .name = "itertools.count",
    .doc = "Iterator over start, start + step, start + 2 * step, ...",
    .flags = WF_TF_BASETYPE,
    .size = sizeof(Count),
    .methods = count_methods,
    .signature = "(start=0, step=1)",
    .slots = {.repr = count_repr, .iter = wf_itertools_self, .next = count_next, .new_ = count_new, .trace = count_trace},
};

/* --- repeat ------------------------------------------------------------------------------------------------------ */

typedef struct Repeat {
    WfObject h;
    WfSlot object;
    int64_t x_left; /* atomic; -1: for ever */
} Repeat;
TRACE(repeat, Repeat, object, 1)

static WfValue repeat_new(WfThread *t, WfType *type, const WfArgs *args)
{
    WfValue a[2];
    int64_t times = -1;
    if (wf_parse_args(t, "repeat", "(object, times=?)", args, a, 2) != WF_OK
        || (!wf_is_empty(a[1]) && wf_to_ssize(t, a[1], &times) != WF_OK)) {
        return WF_EMPTY;
    }
    Repeat *r = (Repeat *)wf_instance_new(t, type, 0);
    if (r != NULL) {
        wf_store(&r->object, a[0]);
        r->x_left = wf_is_empty(a[1]) ? -1 : times < 0 ? 0 : times;
    }
    return wf_from_object(r);
}

static WfFound repeat_next(WfThread *t, WfValue self, WfValue *out)
{
    Repeat *r = WF_AS(Repeat, self);
    int64_t left = __atomic_load_n(&r->x_left, __ATOMIC_RELAXED);
    do {
        if (left == 0) {
            return WF_MISSING;
        }
    } while (left > 0 && !__atomic_compare_exchange_n(&r->x_left, &left, left - 1, true, __ATOMIC_RELAXED, __ATOMIC_RELAXED));
    *out = wf_load(&r->object);
    return WF_FOUND;
}

static WfValue repeat_repr(WfThread *t, WfValue self)
{
    Repeat *r = WF_AS(Repeat, self);
    int64_t left = __atomic_load_n(&r->x_left, __ATOMIC_RELAXED);
    return left < 0 ? wf_str_format(t, "%t(%R)", self, wf_load(&r->object))
                    : wf_str_format(t, "%t(%R, %lld)", self, wf_load(&r->object), (long long)left);
}

static WfValue repeat_reduce(WfThread *t, WfValue *a)
{
    Repeat *r = WF_AS(Repeat, a[0]);
    int64_t left = __atomic_load_n(&r->x_left, __ATOMIC_RELAXED);
    if (left < 0) {
        return reduce1(t, a[0], WF_TUPLE_OF(t, wf_load(&r->object)));
    }
    WfValue n = wf_int_from_i64(t, left);
    return wf_is_empty(n) ? WF_EMPTY : reduce1(t, a[0], wf_tuple_pair(t, wf_load(&r->object), n));
}

static WfValue repeat_hint(WfThread *t, WfValue *a)
{
    int64_t left = __atomic_load_n(&WF_AS(Repeat, a[0])->x_left, __ATOMIC_RELAXED);
    return left < 0 ? wf_raise(t, WF_EXC(TypeError), "len() of unsized object") : wf_int_from_i64(t, left);
}

static const WfBuiltinDef repeat_methods[] = {
    {"__length_hint__", repeat_hint, "(self, /)", "How many items are left."},
    {"__reduce__", repeat_reduce, "(self, /)", REDUCE_DOC},
    {0},
};

const WfTypeSpec wf_it_repeat_spec = {
    .name = "itertools.repeat",
    .doc = "repeat(object [, times])\n\nIterator that gives the object again and again, for ever or `times` times.",
    .flags = WF_TF_BASETYPE,
    .size = sizeof(Repeat),
    .methods = repeat_methods,
    .slots = {.repr = repeat_repr, .iter = wf_itertools_self, .next = repeat_next, .new_ = repeat_new, .trace = repeat_trace},
};

/* --- cycle ------------------------------------------------------------------------------------------------------- */

typedef struct Cycle {
    WfObject h;
    WfSlot it;         /* EMPTY: it is at its end, the saved items follow */
    WfSlot saved;      /* list */
    int64_t x_index;   /* atomic */
    int64_t x_no_save; /* the items of `it` are saved already */
} Cycle;
TRACE(cycle, Cycle, it, 2)

static WfValue cycle_new(WfThread *t, WfType *type, const WfArgs *args)
{
    WfValue iterable;
    if (positional(t, type, WF_TYPE(IT_CYCLE), "cycle", "(iterable, /)", args, &iterable, 1) != WF_OK) {
        return WF_EMPTY;
    }
    WfValue it = wf_iter(t, iterable);
    WfValue saved = wf_is_empty(it) ? WF_EMPTY : wf_list_new(t, 0);
    Cycle *c = wf_is_empty(saved) ? NULL : (Cycle *)wf_instance_new(t, type, 0);
    if (c != NULL) {
        wf_store(&c->it, it);
        wf_store(&c->saved, saved);
    }
    return wf_from_object(c);
}

static WfFound cycle_next(WfThread *t, WfValue self, WfValue *out)
{
    Cycle *c = WF_AS(Cycle, self);
    WfValue it = wf_load(&c->it);
    WfList *saved = WF_LOAD(WfList, &c->saved);
    if (!wf_is_empty(it)) {
        WfFound found = wf_next(t, it, out);
        if (found == WF_ERROR) {
            return WF_ERROR;
        }
        if (found == WF_FOUND) {
            if (!c->x_no_save && wf_list_append(t, saved, *out) != WF_OK) {
                return WF_ERROR;
            }
            return WF_FOUND;
        }
        wf_store_raw(&c->it, WF_EMPTY);
    }
    for (;;) {
        int64_t i = __atomic_load_n(&c->x_index, __ATOMIC_RELAXED), n = wf_list_length(saved);
        WfValue v = wf_list_at(saved, i < n ? i : 0);
        if (wf_is_empty(v)) {
            return WF_MISSING;
        }
        if (__atomic_compare_exchange_n(&c->x_index, &i, i + 1 < n ? i + 1 : 0, false, __ATOMIC_RELAXED, __ATOMIC_RELAXED)) {
            *out = v;
            return WF_FOUND;
        }
    }
}

static WfValue cycle_reduce(WfThread *t, WfValue *a)
{
    Cycle *c = WF_AS(Cycle, a[0]);
    WfValue it = wf_load(&c->it), saved = wf_load(&c->saved);
    bool no_save = c->x_no_save != 0;
    if (wf_is_empty(it)) {
        it = wf_iter(t, saved);
        int64_t i = __atomic_load_n(&c->x_index, __ATOMIC_RELAXED);
        if (wf_is_empty(it)
            || (i != 0 && wf_is_empty(wf_call_method1(t, it, WF_NAME(__setstate__), wf_small_int(i))))) {
            return WF_EMPTY;
        }
        no_save = true;
    }
    return reduce2(t, a[0], WF_TUPLE_OF(t, it), wf_tuple_pair(t, saved, WF_BOOL(no_save)));
}

static WfValue cycle_setstate(WfThread *t, WfValue *a)
{
    Cycle *c = WF_AS(Cycle, a[0]);
    if (!wf_is_tuple(a[1])) {
        return wf_raise(t, WF_EXC(TypeError), "state is not a tuple");
    }
    WfTuple *s = wf_as_tuple(a[1]);
    int no_save;
    if (s->length != 2) {
        return wf_raise(t, WF_EXC(TypeError), "function takes exactly 2 arguments (%lld given)", (long long)s->length);
    }
    if (!wf_is_list(wf_tuple_at(s, 0))) {
        return wf_raise(t, WF_EXC(TypeError), "argument 1 must be list, not %T", wf_tuple_at(s, 0));
    }
    if (wf_to_int(t, wf_tuple_at(s, 1), &no_save) != WF_OK) {
        return WF_EMPTY;
    }
    wf_store(&c->saved, wf_tuple_at(s, 0));
    c->x_no_save = no_save != 0;
    __atomic_store_n(&c->x_index, 0, __ATOMIC_RELAXED);
    return WF_NONE;
}

static const WfBuiltinDef cycle_methods[] = {
    {"__reduce__", cycle_reduce, "(self, /)", REDUCE_DOC},
    {"__setstate__", cycle_setstate, "(self, state, /)", SETSTATE_DOC},
    {0},
};

const WfTypeSpec wf_it_cycle_spec = {
    .name = "itertools.cycle",
    .doc = "Iterator over the items of an iterable, then over copies of them again and again.",
    .flags = WF_TF_BASETYPE,
    .size = sizeof(Cycle),
    .methods = cycle_methods,
    .signature = "(iterable, /)",
    .slots = {.iter = wf_itertools_self, .next = cycle_next, .new_ = cycle_new, .trace = cycle_trace},
};

/* --- accumulate -------------------------------------------------------------------------------------------------- */

typedef struct Accumulate {
    WfObject h;
    WfSlot it, func;
    WfSlot total;   /* EMPTY: no item yet */
    WfSlot initial; /* None: none, or delivered */
} Accumulate;
TRACE(accumulate, Accumulate, it, 4)

static WfValue accumulate_new(WfThread *t, WfType *type, const WfArgs *args)
{
    WfValue a[3];
    if (wf_parse_args(t, "accumulate", "(iterable, func=None, *, initial=None)", args, a, 3) != WF_OK) {
        return WF_EMPTY;
    }
    WfValue it = wf_iter(t, a[0]);
    Accumulate *x = wf_is_empty(it) ? NULL : (Accumulate *)wf_instance_new(t, type, 0);
    if (x != NULL) {
        wf_store(&x->it, it);
        wf_store(&x->func, a[1]);
        wf_store(&x->initial, a[2]);
    }
    return wf_from_object(x);
}

static WfFound accumulate_next(WfThread *t, WfValue self, WfValue *out)
{
    Accumulate *x = WF_AS(Accumulate, self);
    WfValue initial = wf_load(&x->initial), v;
    if (!wf_is_none(initial)) {
        wf_store(&x->initial, WF_NONE);
        wf_store(&x->total, initial);
        *out = initial;
        return WF_FOUND;
    }
    WfFound found = wf_next(t, wf_load(&x->it), &v);
    if (found != WF_FOUND) {
        return found;
    }
    WfValue total = wf_load(&x->total), func = wf_load(&x->func);
    if (!wf_is_empty(total)) {
        v = wf_is_none(func) ? wf_binary(t, WF_BIN_ADD, total, v) : wf_call2(t, func, total, v);
        if (wf_is_empty(v)) {
            return WF_ERROR;
        }
    }
    wf_store(&x->total, v);
    *out = v;
    return WF_FOUND;
}

/* chain([v], it) */
static WfValue chained(WfThread *t, WfValue v, WfValue it)
{
    WfValue one = WF_TUPLE_OF(t, v);
    return wf_is_empty(one) ? WF_EMPTY : wf_call2(t, wf_from_object(WF_TYPE(IT_CHAIN)), one, it);
}

static WfValue accumulate_reduce(WfThread *t, WfValue *a)
{
    Accumulate *x = WF_AS(Accumulate, a[0]);
    WfValue it = wf_load(&x->it), func = wf_load(&x->func), total = wf_load(&x->total), initial = wf_load(&x->initial);
    if (!wf_is_none(initial)) {
        it = chained(t, initial, it);
        return wf_is_empty(it) ? WF_EMPTY : reduce2(t, a[0], wf_tuple_pair(t, it, func), WF_NONE);
    }
    if (wf_is_none(total)) {
        /* a state of None would mean: no item yet */
        it = chained(t, total, it);
        WfValue again = wf_is_empty(it) ? WF_EMPTY : wf_call2(t, wf_from_object(wf_type(a[0])), it, func);
        WfValue args = wf_is_empty(again) ? WF_EMPTY : WF_TUPLE_OF(t, again, wf_small_int(1), WF_NONE);
        return wf_is_empty(args) ? WF_EMPTY : wf_tuple_pair(t, wf_from_object(WF_TYPE(IT_ISLICE)), args);
    }
    return reduce2(t, a[0], wf_tuple_pair(t, it, func), wf_is_empty(total) ? WF_NONE : total);
}

static WfValue accumulate_setstate(WfThread *t, WfValue *a)
{
    wf_store(&WF_AS(Accumulate, a[0])->total, wf_is_none(a[1]) ? WF_EMPTY : a[1]);
    return WF_NONE;
}

static const WfBuiltinDef accumulate_methods[] = {
    {"__reduce__", accumulate_reduce, "(self, /)", REDUCE_DOC},
    {"__setstate__", accumulate_setstate, "(self, state, /)", SETSTATE_DOC},
    {0},
};

const WfTypeSpec wf_it_accumulate_spec = {
    .name = "itertools.accumulate",
    .doc = "Iterator over the running totals of an iterable, or of a function of two arguments instead of the sum.",
    .flags = WF_TF_BASETYPE,
    .size = sizeof(Accumulate),
    .methods = accumulate_methods,
    .signature = "(iterable, func=None, *, initial=None)",
    .slots = {.iter = wf_itertools_self, .next = accumulate_next, .new_ = accumulate_new, .trace = accumulate_trace},
};

/* --- chain ------------------------------------------------------------------------------------------------------- */

typedef struct Chain {
    WfObject h;
    WfSlot source; /* iterator over iterables; EMPTY: exhausted */
    WfSlot active; /* iterator, or EMPTY */
} Chain;
TRACE(chain, Chain, source, 2)

static WfValue chain_of(WfThread *t, WfType *type, WfValue source)
{
    Chain *c = wf_is_empty(source) ? NULL : (Chain *)wf_instance_new(t, type, 0);
    if (c != NULL) {
        wf_store(&c->source, source);
    }
    return wf_from_object(c);
}

static WfValue chain_new(WfThread *t, WfType *type, const WfArgs *args)
{
    if (args->kwnames != NULL && args->kwnames->length > 0 && type->slots.init == WF_TYPE(IT_CHAIN)->slots.init) {
        return wf_raise(t, WF_EXC(TypeError), "chain() takes no keyword arguments");
    }
    WfValue all = wf_tuple_from(t, args->items, args->n_pos);
    return wf_is_empty(all) ? WF_EMPTY : chain_of(t, type, wf_tuple_iter(t, all));
}

static WfValue chain_from_iterable(WfThread *t, WfValue *a)
{
    return chain_of(t, WF_AS(WfType, a[0]), wf_iter(t, a[1]));
}

static WfFound chain_next(WfThread *t, WfValue self, WfValue *out)
{
    Chain *c = WF_AS(Chain, self);
    for (;;) {
        WfValue source = wf_load(&c->source), active = wf_load(&c->active), iterable;
        if (wf_is_empty(source)) {
            return WF_MISSING;
        }
        if (wf_is_empty(active)) {
            WfFound found = wf_next(t, source, &iterable);
            if (found == WF_FOUND) {
                active = wf_iter(t, iterable);
            }
            if (wf_is_empty(active)) {
                wf_store_raw(&c->source, WF_EMPTY);
                return found == WF_MISSING ? WF_MISSING : WF_ERROR;
            }
            wf_store(&c->active, active);
        }
        WfFound found = wf_next(t, active, out);
        if (found != WF_MISSING) {
            return found;
        }
        wf_store_raw(&c->active, WF_EMPTY);
        if (WF_UNLIKELY(wf_breaker(t) != 0) && wf_handle_breaker(t) != WF_OK) {
            return WF_ERROR;
        }
    }
}

static WfValue chain_reduce(WfThread *t, WfValue *a)
{
    Chain *c = WF_AS(Chain, a[0]);
    WfValue source = wf_load(&c->source), active = wf_load(&c->active), none = wf_tuple_from(t, NULL, 0);
    if (wf_is_empty(source)) {
        return reduce1(t, a[0], none);
    }
    return reduce2(t, a[0], none, wf_is_empty(active) ? WF_TUPLE_OF(t, source) : wf_tuple_pair(t, source, active));
}

static bool is_iterator(WfValue v)
{
    return wf_type(v)->slots.next != NULL;
}

static WfValue chain_setstate(WfThread *t, WfValue *a)
{
    Chain *c = WF_AS(Chain, a[0]);
    if (!wf_is_tuple(a[1])) {
        return wf_raise(t, WF_EXC(TypeError), "state is not a tuple");
    }
    WfTuple *s = wf_as_tuple(a[1]);
    if (s->length < 1 || s->length > 2) {
        return wf_raise(t, WF_EXC(TypeError), "function takes at %s (%lld given)",
                        s->length < 1 ? "least 1 argument" : "most 2 arguments", (long long)s->length);
    }
    if (!is_iterator(wf_tuple_at(s, 0)) || (s->length == 2 && !is_iterator(wf_tuple_at(s, 1)))) {
        return wf_raise(t, WF_EXC(TypeError), "Arguments must be iterators.");
    }
    wf_store(&c->source, wf_tuple_at(s, 0));
    wf_store(&c->active, s->length == 2 ? wf_tuple_at(s, 1) : WF_EMPTY);
    return WF_NONE;
}

static const WfBuiltinDef chain_methods[] = {
    {"from_iterable", chain_from_iterable, "(type, iterable, /)", "The chain of the iterables that an iterable gives.",
     WF_FN_CLASS},
    {"__reduce__", chain_reduce, "(self, /)", REDUCE_DOC},
    {"__setstate__", chain_setstate, "(self, state, /)", SETSTATE_DOC},
    {"__class_getitem__", wf_class_getitem, "(type, object, /)", "The generic alias chain[object].", WF_FN_CLASS},
    {0},
};

const WfTypeSpec wf_it_chain_spec = {
    .name = "itertools.chain",
    .doc = "chain(*iterables)\n\nIterator over the items of the first iterable, then of the second, ...",
    .flags = WF_TF_BASETYPE,
    .size = sizeof(Chain),
    .methods = chain_methods,
    .slots = {.iter = wf_itertools_self, .next = chain_next, .new_ = chain_new, .trace = chain_trace},
};

/* --- two arguments: compress, dropwhile, takewhile, filterfalse, starmap ----------------------------------------------- */

typedef struct Pair {
    WfObject h;
    WfSlot a, b;     /* function and iterator; compress: two iterators */
    int64_t x_state; /* dropwhile: has begun; takewhile: has ended */
} Pair;
TRACE(pair, Pair, a, 2)

static WfValue pair_make(WfThread *t, WfType *type, WfValue a, WfValue b)
{
    Pair *p = wf_is_empty(a) || wf_is_empty(b) ? NULL : (Pair *)wf_instance_new(t, type, 0);
    if (p != NULL) {
        wf_store(&p->a, a);
        wf_store(&p->b, b);
    }
    return wf_from_object(p);
}

static WfValue pair_reduce(WfThread *t, WfValue *a)
{
    Pair *p = WF_AS(Pair, a[0]);
    return reduce1(t, a[0], wf_tuple_pair(t, wf_load(&p->a), wf_load(&p->b)));
}

static WfValue pair_reduce_state(WfThread *t, WfValue *a)
{
    Pair *p = WF_AS(Pair, a[0]);
    return reduce2(t, a[0], wf_tuple_pair(t, wf_load(&p->a), wf_load(&p->b)), wf_small_int(p->x_state));
}

static WfValue pair_setstate(WfThread *t, WfValue *a)
{
    bool state;
    if (wf_to_bool(t, a[1], &state) != WF_OK) {
        return WF_EMPTY;
    }
    __atomic_store_n(&WF_AS(Pair, a[0])->x_state, state, __ATOMIC_RELAXED);
    return WF_NONE;
}

static const WfBuiltinDef pair_methods[] = {{"__reduce__", pair_reduce, "(self, /)", REDUCE_DOC}, {0}};
static const WfBuiltinDef pair_state_methods[] = {
    {"__reduce__", pair_reduce_state, "(self, /)", REDUCE_DOC},
    {"__setstate__", pair_setstate, "(self, state, /)", SETSTATE_DOC},
    {0},
};

#define FUNCTION_AND_ITERATOR(name, ID)                                                            \
    static WfValue name##_new(WfThread *t, WfType *type, const WfArgs *args)                       \
    {                                                                                              \
        WfValue a[2];                                                                              \
        if (positional(t, type, WF_TYPE(ID), #name, "(function, iterable, /)", args, a, 2) != WF_OK) { \
            return WF_EMPTY;                                                                       \
        }                                                                                          \
        return pair_make(t, type, a[0], wf_iter(t, a[1]));                                         \
    }
FUNCTION_AND_ITERATOR(dropwhile, IT_DROPWHILE)
FUNCTION_AND_ITERATOR(takewhile, IT_TAKEWHILE)
FUNCTION_AND_ITERATOR(filterfalse, IT_FILTERFALSE)
FUNCTION_AND_ITERATOR(starmap, IT_STARMAP)

static WfValue compress_new(WfThread *t, WfType *type, const WfArgs *args)
{
    WfValue a[2];
    if (wf_parse_args(t, "compress", "(data, selectors)", args, a, 2) != WF_OK) {
        return WF_EMPTY;
    }
    WfValue data = wf_iter(t, a[0]);
    return wf_is_empty(data) ? WF_EMPTY : pair_make(t, type, data, wf_iter(t, a[1]));
}

static WfFound compress_next(WfThread *t, WfValue self, WfValue *out)
{
    Pair *p = WF_AS(Pair, self);
    WfValue data = wf_load(&p->a), selectors = wf_load(&p->b);
    for (;;) {
        WfValue v, choice;
        WfFound found = wf_next(t, data, &v);
        if (found == WF_FOUND) {
            found = wf_next(t, selectors, &choice);
        }
        if (found != WF_FOUND) {
            return found;
        }
        WfFound truth = wf_truth(t, choice);
        if (truth != WF_MISSING) {
            *out = v;
            return truth;
        }
        if (WF_UNLIKELY(wf_breaker(t) != 0) && wf_handle_breaker(t) != WF_OK) {
            return WF_ERROR;
        }
    }
}

static WfFound test(WfThread *t, WfValue function, WfValue v)
{
    WfValue verdict = wf_call1(t, function, v);
    return wf_is_empty(verdict) ? WF_ERROR : wf_truth(t, verdict);
}

static WfFound dropwhile_next(WfThread *t, WfValue self, WfValue *out)
{
    Pair *p = WF_AS(Pair, self);
    WfValue function = wf_load(&p->a), it = wf_load(&p->b);
    for (;;) {
        WfValue v;
        WfFound found = wf_next(t, it, &v);
        if (found != WF_FOUND) {
            return found;
        }
        if (!__atomic_load_n(&p->x_state, __ATOMIC_RELAXED)) {
            WfFound drop = test(t, function, v);
            if (drop == WF_ERROR) {
                return WF_ERROR;
            }
            if (drop == WF_FOUND) {
                continue;
            }
            __atomic_store_n(&p->x_state, 1, __ATOMIC_RELAXED);
        }
        *out = v;
        return WF_FOUND;
    }
}

static WfFound takewhile_next(WfThread *t, WfValue self, WfValue *out)
{
    Pair *p = WF_AS(Pair, self);
    WfValue v;
    if (__atomic_load_n(&p->x_state, __ATOMIC_RELAXED)) {
        return WF_MISSING;
    }
    WfFound found = wf_next(t, wf_load(&p->b), &v);
    if (found != WF_FOUND) {
        return found;
    }
    WfFound take = test(t, wf_load(&p->a), v);
    if (take == WF_FOUND) {
        *out = v;
    } else if (take == WF_MISSING) {
        __atomic_store_n(&p->x_state, 1, __ATOMIC_RELAXED);
    }
    return take;
}

static WfFound filterfalse_next(WfThread *t, WfValue self, WfValue *out)
{
    Pair *p = WF_AS(Pair, self);
    WfValue function = wf_load(&p->a), it = wf_load(&p->b);
    bool plain = wf_is_none(function) || wf_is(function, wf_from_object(WF_TYPE(BOOL)));
    for (;;) {
        WfValue v;
        WfFound found = wf_next(t, it, &v);
        if (found != WF_FOUND) {
            return found;
        }
        WfFound truth = plain ? wf_truth(t, v) : test(t, function, v);
        if (truth != WF_FOUND) {
            *out = v;
            return truth == WF_ERROR ? WF_ERROR : WF_FOUND;
        }
        if (WF_UNLIKELY(wf_breaker(t) != 0) && wf_handle_breaker(t) != WF_OK) {
            return WF_ERROR;
        }
    }
}

static WfFound starmap_next(WfThread *t, WfValue self, WfValue *out)
{
    Pair *p = WF_AS(Pair, self);
    WfValue args;
    WfFound found = wf_next(t, wf_load(&p->b), &args);
    if (found != WF_FOUND) {
        return found;
    }
    if (!WF_IS_EXACT(args, TUPLE)) {
        args = wf_to_tuple(t, args);
        if (wf_is_empty(args)) {
            return WF_ERROR;
        }
    }
    *out = wf_call_tuple(t, wf_load(&p->a), wf_as_tuple(args), WF_EMPTY);
    return wf_is_empty(*out) ? WF_ERROR : WF_FOUND;
}

#define PAIR_TYPE(NAME, METHODS, DOC, SIGNATURE)                                                   \
    const WfTypeSpec wf_it_##NAME##_spec = {                                                       \
        .name = "itertools." #NAME,                                                                \
        .doc = DOC,                                                                                \
        .flags = WF_TF_BASETYPE,                                                                   \
        .size = sizeof(Pair),                                                                      \
        .methods = METHODS,                                                                        \
        .signature = SIGNATURE,                                                                    \
        .slots = {.iter = wf_itertools_self, .next = NAME##_next, .new_ = NAME##_new, .trace = pair_trace}, \
    }
PAIR_TYPE(compress, pair_methods, "Iterator over the items of data whose selector is true.", "(data, selectors)");
PAIR_TYPE(dropwhile, pair_state_methods, "Iterator that leaves out the first items, as long as predicate(item) is true.",
          "(predicate, iterable, /)");
PAIR_TYPE(takewhile, pair_state_methods, "Iterator over the first items, as long as predicate(item) is true.",
          "(predicate, iterable, /)");
PAIR_TYPE(filterfalse, pair_methods,
          "Iterator over the items for which function(item) is false; with None over those that are false.",
          "(function, iterable, /)");
PAIR_TYPE(starmap, pair_methods, "Iterator over function(*item).", "(function, iterable, /)");

/* --- pairwise ---------------------------------------------------------------------------------------------------- */

typedef struct Pairwise {
    WfObject h;
    WfSlot it;  /* EMPTY: exhausted */
    WfSlot old; /* the item before, or EMPTY */
} Pairwise;
TRACE(pairwise, Pairwise, it, 2)

static WfValue pairwise_new(WfThread *t, WfType *type, const WfArgs *args)
{
    WfValue iterable;
    if (positional(t, type, WF_TYPE(IT_PAIRWISE), "pairwise", "(iterable, /)", args, &iterable, 1) != WF_OK) {
        return WF_EMPTY;
    }
    WfValue it = wf_iter(t, iterable);
    Pairwise *p = wf_is_empty(it) ? NULL : (Pairwise *)wf_instance_new(t, type, 0);
    if (p != NULL) {
        wf_store(&p->it, it);
    }
    return wf_from_object(p);
}

static WfFound pairwise_next(WfThread *t, WfValue self, WfValue *out)
{
    Pairwise *p = WF_AS(Pairwise, self);
    WfValue it = wf_load(&p->it), old = wf_load(&p->old), v;
    if (wf_is_empty(it)) {
        return WF_MISSING;
    }
    WfFound found = WF_FOUND;
    if (wf_is_empty(old)) {
        found = wf_next(t, it, &old);
        if (found == WF_FOUND) {
            wf_store(&p->old, old);
            if (wf_is_empty(wf_load(&p->it))) {
                wf_store_raw(&p->old, WF_EMPTY);
                return WF_MISSING; /* a reentrant call came to the end */
            }
        }
    }
    if (found == WF_FOUND) {
        found = wf_next(t, it, &v);
    }
    if (found != WF_FOUND) {
        wf_store_raw(&p->it, WF_EMPTY);
        wf_store_raw(&p->old, WF_EMPTY);
        return found;
    }
    wf_store(&p->old, v);
    *out = wf_tuple_pair(t, old, v);
    return wf_is_empty(*out) ? WF_ERROR : WF_FOUND;
}

static WfValue cannot_pickle(WfThread *t, WfValue *a)
{
    return wf_raise(t, WF_EXC(TypeError), "cannot pickle '%t' object", a[0]);
}

static const WfBuiltinDef pairwise_methods[] = {{"__reduce__", cannot_pickle, "(self, /)", REDUCE_DOC}, {0}};

const WfTypeSpec wf_it_pairwise_spec = {
    .name = "itertools.pairwise",
    .doc = "Iterator over the pairs of neighbours: (a, b), (b, c), (c, d) for a, b, c, d.",
    .flags = WF_TF_BASETYPE,
    .size = sizeof(Pairwise),
    .methods = pairwise_methods,
    .signature = "(iterable, /)",
    .slots = {.iter = wf_itertools_self, .next = pairwise_next, .new_ = pairwise_new, .trace = pairwise_trace},
};

/* --- islice ------------------------------------------------------------------------------------------------------ */

typedef struct Islice {
    WfObject h;
    WfSlot it; /* EMPTY: exhausted */
    int64_t next, stop, step, at; /* stop -1: none. Relaxed. */
} Islice;
TRACE(islice, Islice, it, 1)

/* None (`none`) or an int from 0 up; MISSING: neither, or an exception that is as good as that. */
static WfFound slice_argument(WfThread *t, WfValue v, int64_t none, int64_t *out)
{
    *out = none;
    if (wf_is_none(v)) {
        return WF_FOUND;
    }
    WfValue i = wf_index(t, v);
    if (wf_is_empty(i)) {
        wf_clear_pending(t);
        return WF_MISSING;
    }
    return wf_int_to_i64(i, out) && *out >= 0 ? WF_FOUND : WF_MISSING;
}

static WfValue islice_new(WfThread *t, WfType *type, const WfArgs *args)
{
    if (args->kwnames != NULL && args->kwnames->length > 0 && type->slots.init == WF_TYPE(IT_ISLICE)->slots.init) {
        return wf_raise(t, WF_EXC(TypeError), "islice() takes no keyword arguments");
    }
    int64_t n = args->n_pos, start = 0, stop = -1, step = 1;
    if (n < 2 || n > 4) {
        return wf_raise(t, WF_EXC(TypeError), "islice expected at %s arguments, got %lld", n < 2 ? "least 2" : "most 4",
                        (long long)n);
    }
    if (slice_argument(t, args->items[n == 2 ? 1 : 2], -1, &stop) != WF_FOUND) {
        return wf_raise(t, WF_EXC(ValueError),
                        "Stop argument for islice() must be None or an integer: 0 <= x <= sys.maxsize.");
    }
    if (n > 2 && slice_argument(t, args->items[1], 0, &start) != WF_FOUND) {
        return wf_raise(t, WF_EXC(ValueError), "Indices for islice() must be None or an integer: 0 <= x <= sys.maxsize.");
    }
    if (n > 3 && (slice_argument(t, args->items[3], 1, &step) != WF_FOUND || step < 1)) {
        return wf_raise(t, WF_EXC(ValueError), "Step for islice() must be a positive integer or None.");
    }
    WfValue it = wf_iter(t, args->items[0]);
    Islice *s = wf_is_empty(it) ? NULL : (Islice *)wf_instance_new(t, type, 0);
    if (s != NULL) {
        wf_store(&s->it, it);
        s->next = start;
        s->stop = stop;
        s->step = step;
    }
    return wf_from_object(s);
}

static WfFound islice_end(Islice *s, WfFound found)
{
    wf_store_raw(&s->it, WF_EMPTY);
    return found;
}

static WfFound islice_next(WfThread *t, WfValue self, WfValue *out)
{
    Islice *s = WF_AS(Islice, self);
    WfValue it = wf_load(&s->it), v;
    if (wf_is_empty(it)) {
        return WF_MISSING;
    }
    int64_t stop = s->stop;
    while (s->at < s->next) {
        WfFound found = wf_next(t, it, &v);
        if (found != WF_FOUND) {
            return islice_end(s, found);
        }
        s->at++;
        if (WF_UNLIKELY(wf_breaker(t) != 0) && wf_handle_breaker(t) != WF_OK) {
            return WF_ERROR;
        }
    }
    if (stop != -1 && s->at >= stop) {
        return islice_end(s, WF_MISSING);
    }
    WfFound found = wf_next(t, it, out);
    if (found != WF_FOUND) {
        return islice_end(s, found);
    }
    s->at++;
    int64_t next;
    if (__builtin_add_overflow(s->next, s->step, &next) || (stop != -1 && next > stop)) {
        next = stop == -1 ? INT64_MAX : stop;
    }
    s->next = next;
    return WF_FOUND;
}

static WfValue islice_reduce(WfThread *t, WfValue *a)
{
    Islice *s = WF_AS(Islice, a[0]);
    WfValue it = wf_load(&s->it);
    if (wf_is_empty(it)) {
        WfValue none = wf_list_new(t, 0);
        it = wf_is_empty(none) ? WF_EMPTY : wf_list_iter(t, none);
        return wf_is_empty(it) ? WF_EMPTY : reduce2(t, a[0], wf_tuple_pair(t, it, wf_small_int(0)), wf_small_int(0));
    }
    WfValue next = wf_int_from_i64(t, s->next), stop = s->stop == -1 ? WF_NONE : wf_int_from_i64(t, s->stop),
            step = wf_int_from_i64(t, s->step), at = wf_int_from_i64(t, s->at);
    if (wf_is_empty(next) || wf_is_empty(stop) || wf_is_empty(step) || wf_is_empty(at)) {
        return WF_EMPTY;
    }
    return reduce2(t, a[0], WF_TUPLE_OF(t, it, next, stop, step), at);
}

static WfValue islice_setstate(WfThread *t, WfValue *a)
{
    int64_t at;
    if (wf_to_ssize(t, a[1], &at) != WF_OK) {
        return WF_EMPTY;
    }
    WF_AS(Islice, a[0])->at = at;
    return WF_NONE;
}

static const WfBuiltinDef islice_methods[] = {
    {"__reduce__", islice_reduce, "(self, /)", REDUCE_DOC},
    {"__setstate__", islice_setstate, "(self, state, /)", SETSTATE_DOC},
    {0},
};

const WfTypeSpec wf_it_islice_spec = {
    .name = "itertools.islice",
    .doc = "islice(iterable, stop)\nislice(iterable, start, stop[, step])\n\nIterator over the items that a slice selects.",
    .flags = WF_TF_BASETYPE,
    .size = sizeof(Islice),
    .methods = islice_methods,
    .slots = {.iter = wf_itertools_self, .next = islice_next, .new_ = islice_new, .trace = islice_trace},
};

/* --- groupby ----------------------------------------------------------------------------------------------------- */

typedef struct Groupby {
    WfObject h;
    WfSlot it, key;
    WfSlot target;                    /* key of the group that was given last, or EMPTY */
    WfSlot current_key, current;      /* the item read ahead, or EMPTY */
    WfSlot grouper;                   /* the group that may still read, or EMPTY */
} Groupby;
TRACE(groupby, Groupby, it, 6)

typedef struct Grouper {
    WfObject h;
    WfSlot parent, target;
} Grouper;
TRACE(grouper, Grouper, parent, 2)

static WfValue groupby_new(WfThread *t, WfType *type, const WfArgs *args)
{
    WfValue a[2];
    if (wf_parse_args(t, "groupby", "(iterable, key=None)", args, a, 2) != WF_OK) {
        return WF_EMPTY;
    }
    WfValue it = wf_iter(t, a[0]);
    Groupby *g = wf_is_empty(it) ? NULL : (Groupby *)wf_instance_new(t, type, 0);
    if (g != NULL) {
        wf_store(&g->it, it);
        wf_store(&g->key, a[1]);
    }
    return wf_from_object(g);
}

/* Reads one item ahead. */
static WfFound groupby_step(WfThread *t, Groupby *g)
{
    WfValue v, key = wf_load(&g->key);
    WfFound found = wf_next(t, wf_load(&g->it), &v);
    if (found != WF_FOUND) {
        return found;
    }
    key = wf_is_none(key) ? v : wf_call1(t, key, v);
    if (wf_is_empty(key)) {
        return WF_ERROR;
    }
    wf_store(&g->current, v);
    wf_store(&g->current_key, key);
    return WF_FOUND;
}

static WfValue grouper_make(WfThread *t, WfValue parent, WfValue target)
{
    Grouper *g = WF_NEW(t, Grouper, IT_GROUPER, NATIVE);
    if (g != NULL) {
        wf_store_raw(&g->parent, parent);
        wf_store_raw(&g->target, target);
        wf_store_ptr(&WF_AS(Groupby, parent)->grouper, g);
    }
    return wf_from_object(g);
}

static WfFound groupby_next(WfThread *t, WfValue self, WfValue *out)
{
    Groupby *g = WF_AS(Groupby, self);
    wf_store_raw(&g->grouper, WF_EMPTY);
    for (;;) {
        WfValue key = wf_load(&g->current_key), target = wf_load(&g->target);
        if (!wf_is_empty(key)) {
            if (wf_is_empty(target)) {
                break;
            }
            WfFound same = wf_equal(t, target, key);
            if (same == WF_ERROR) {
                return WF_ERROR;
            }
            if (same == WF_MISSING) {
                break;
            }
        }
        WfFound found = groupby_step(t, g);
        if (found != WF_FOUND) {
            return found;
        }
    }
    WfValue key = wf_load(&g->current_key);
    if (wf_is_empty(key)) {
        return WF_MISSING; /* another thread took it */
    }
    wf_store(&g->target, key);
    WfValue grouper = grouper_make(t, self, key);
    *out = wf_is_empty(grouper) ? WF_EMPTY : wf_tuple_pair(t, key, grouper);
    return wf_is_empty(*out) ? WF_ERROR : WF_FOUND;
}

static WfFound grouper_next(WfThread *t, WfValue self, WfValue *out)
{
    Grouper *mine = WF_AS(Grouper, self);
    Groupby *g = WF_LOAD(Groupby, &mine->parent);
    if (!wf_is(wf_load(&g->grouper), self)) {
        return WF_MISSING;
    }
    if (wf_is_empty(wf_load(&g->current))) {
        WfFound found = groupby_step(t, g);
        if (found != WF_FOUND) {
            return found;
        }
    }
    WfValue key = wf_load(&g->current_key), v = wf_load(&g->current);
    if (wf_is_empty(key) || wf_is_empty(v)) {
        return WF_MISSING;
    }
    WfFound same = wf_equal(t, wf_load(&mine->target), key);
    if (same != WF_FOUND) {
        return same;
    }
    wf_store_raw(&g->current, WF_EMPTY);
    wf_store_raw(&g->current_key, WF_EMPTY);
    *out = v;
    return WF_FOUND;
}

static WfValue groupby_reduce(WfThread *t, WfValue *a)
{
    Groupby *g = WF_AS(Groupby, a[0]);
    WfValue key = wf_load(&g->current_key), v = wf_load(&g->current), target = wf_load(&g->target);
    WfValue args = wf_tuple_pair(t, wf_load(&g->it), wf_load(&g->key));
    if (!wf_is_empty(key) && !wf_is_empty(v) && !wf_is_empty(target)) {
        return reduce2(t, a[0], args, WF_TUPLE_OF(t, key, v, target));
    }
    return reduce1(t, a[0], args);
}

static WfValue groupby_setstate(WfThread *t, WfValue *a)
{
    Groupby *g = WF_AS(Groupby, a[0]);
    if (!wf_is_tuple(a[1])) {
        return wf_raise(t, WF_EXC(TypeError), "state is not a tuple");
    }
    WfTuple *s = wf_as_tuple(a[1]);
    if (s->length != 3) {
        return wf_raise(t, WF_EXC(TypeError), "function takes exactly 3 arguments (%lld given)", (long long)s->length);
    }
    wf_store(&g->current_key, wf_tuple_at(s, 0));
    wf_store(&g->current, wf_tuple_at(s, 1));
    wf_store(&g->target, wf_tuple_at(s, 2));
    return WF_NONE;
}

static WfValue grouper_new(WfThread *t, WfType *type, const WfArgs *args)
{
    WfValue a[2];
    if (wf_parse_args(t, "_grouper", "(parent, tgtkey, /)", args, a, 2) != WF_OK) {
        return WF_EMPTY;
    }
    if (!wf_is_instance_of(a[0], WF_TYPE(IT_GROUPBY))) {
        return wf_raise(t, WF_EXC(TypeError), "_grouper() argument 1 must be itertools.groupby, not %T", a[0]);
    }
    return grouper_make(t, a[0], a[1]);
}

static WfValue grouper_reduce(WfThread *t, WfValue *a)
{
    Grouper *g = WF_AS(Grouper, a[0]);
    if (!wf_is(wf_load(&WF_LOAD(Groupby, &g->parent)->grouper), a[0])) {
        WfValue iter = wf_builtin_by_name(t, "iter"), none = wf_tuple_from(t, NULL, 0);
        WfValue args = wf_is_empty(iter) || wf_is_empty(none) ? WF_EMPTY : WF_TUPLE_OF(t, none);
        return wf_is_empty(args) ? WF_EMPTY : wf_tuple_pair(t, iter, args);
    }
    return reduce1(t, a[0], wf_tuple_pair(t, wf_load(&g->parent), wf_load(&g->target)));
}

static const WfBuiltinDef groupby_methods[] = {
    {"__reduce__", groupby_reduce, "(self, /)", REDUCE_DOC},
    {"__setstate__", groupby_setstate, "(self, state, /)", SETSTATE_DOC},
    {0},
};
static const WfBuiltinDef grouper_methods[] = {{"__reduce__", grouper_reduce, "(self, /)", REDUCE_DOC}, {0}};

const WfTypeSpec wf_it_groupby_spec = {
    .name = "itertools.groupby",
    .doc = "Iterator over (key, group): neighbours with equal keys, and an iterator over them.\n\n"
           "key: function that gives an item's key; None: the item itself is it",
    .flags = WF_TF_BASETYPE,
    .size = sizeof(Groupby),
    .methods = groupby_methods,
    .signature = "(iterable, key=None)",
    .slots = {.iter = wf_itertools_self, .next = groupby_next, .new_ = groupby_new, .trace = groupby_trace},
};

const WfTypeSpec wf_it_grouper_spec = {
    .name = "itertools._grouper",
    .size = sizeof(Grouper),
    .methods = grouper_methods,
    .slots = {.iter = wf_itertools_self, .next = grouper_next, .new_ = grouper_new, .trace = grouper_trace},
};

/* --- zip_longest ------------------------------------------------------------------------------------------------- */

typedef struct ZipLongest {
    WfObject h;
    WfSlot its;  /* WfSlots of iterators; EMPTY: exhausted */
    WfSlot fill;
    int64_t x_active; /* iterators that are not at their end; atomic */
} ZipLongest;
TRACE(zip_longest, ZipLongest, its, 2)

static WfValue zip_longest_new(WfThread *t, WfType *type, const WfArgs *args)
{
    WfValue fill = WF_NONE;
    if (args->kwnames != NULL && args->kwnames->length > 0) {
        if (args->kwnames->length > 1 || !wf_str_equal_cstr(wf_as_str(wf_tuple_at(args->kwnames, 0)), "fillvalue")) {
            return wf_raise(t, WF_EXC(TypeError), "zip_longest() got an unexpected keyword argument");
        }
        fill = args->items[args->n_pos];
    }
    WfSlots *its = wf_gc_alloc_slots(t, args->n_pos + 1);
    for (int64_t i = 0; its != NULL && i < args->n_pos; i++) {
        WfValue it = wf_iter(t, args->items[i]);
        if (wf_is_empty(it)) {
            return WF_EMPTY;
        }
        wf_store(&its->items[i], it);
    }
    ZipLongest *z = its == NULL ? NULL : (ZipLongest *)wf_instance_new(t, type, 0);
    if (z == NULL) {
        return WF_EMPTY;
    }
    wf_store(&its->items[args->n_pos], wf_small_int(args->n_pos)); /* the last one is how many there are */
    wf_store_ptr(&z->its, its);
    wf_store(&z->fill, fill);
    z->x_active = args->n_pos;
    return wf_from_object(z);
}

/* How many iterators: the int behind them. */
static int64_t zip_longest_size(const WfSlots *its)
{
    int64_t n = its->capacity;
    while (n > 0 && !wf_is_int(wf_load(&its->items[n - 1]))) {
        n--;
    }
    return n - 1;
}

static WfFound zip_longest_next(WfThread *t, WfValue self, WfValue *out)
{
    ZipLongest *z = WF_AS(ZipLongest, self);
    WfSlots *its = WF_LOAD(WfSlots, &z->its);
    int64_t n = zip_longest_size(its);
    WfTuple *row = n == 0 || __atomic_load_n(&z->x_active, __ATOMIC_RELAXED) <= 0 ? NULL : wf_tuple_alloc(t, n);
    if (row == NULL) {
        return wf_pending(t) ? WF_ERROR : WF_MISSING;
    }
    for (int64_t i = 0; i < n; i++) {
        WfValue it = wf_load(&its->items[i]), v = wf_load(&z->fill);
        if (!wf_is_empty(it)) {
            WfFound found = wf_next(t, it, &v);
            if (found == WF_ERROR) {
                __atomic_store_n(&z->x_active, 0, __ATOMIC_RELAXED);
                return WF_ERROR;
            }
            if (found == WF_MISSING) {
                if (__atomic_sub_fetch(&z->x_active, 1, __ATOMIC_RELAXED) <= 0) {
                    return WF_MISSING;
                }
                v = wf_load(&z->fill);
                wf_store_raw(&its->items[i], WF_EMPTY);
            }
        }
        wf_store(&row->items[i], v);
    }
    *out = wf_from_object(row);
    return WF_FOUND;
}

static WfValue zip_longest_reduce(WfThread *t, WfValue *a)
{
    ZipLongest *z = WF_AS(ZipLongest, a[0]);
    WfSlots *its = WF_LOAD(WfSlots, &z->its);
    int64_t n = zip_longest_size(its);
    WfTuple *args = wf_tuple_alloc(t, n);
    WfValue none = args == NULL ? WF_EMPTY : wf_tuple_from(t, NULL, 0);
    if (wf_is_empty(none)) {
        return WF_EMPTY;
    }
    for (int64_t i = 0; i < n; i++) {
        WfValue it = wf_load(&its->items[i]);
        wf_store(&args->items[i], wf_is_empty(it) ? none : it);
    }
    return reduce2(t, a[0], wf_from_object(args), wf_load(&z->fill));
}

static WfValue zip_longest_setstate(WfThread *t, WfValue *a)
{
    wf_store(&WF_AS(ZipLongest, a[0])->fill, a[1]);
    return WF_NONE;
}

static const WfBuiltinDef zip_longest_methods[] = {
    {"__reduce__", zip_longest_reduce, "(self, /)", REDUCE_DOC},
    {"__setstate__", zip_longest_setstate, "(self, state, /)", SETSTATE_DOC},
    {0},
};

const WfTypeSpec wf_it_zip_longest_spec = {
    .name = "itertools.zip_longest",
    .doc = "zip_longest(*iterables, fillvalue=None)\n\n"
           "Iterator over tuples of one item of each iterable; fillvalue stands for those that are at their end.",
    .flags = WF_TF_BASETYPE,
    .size = sizeof(ZipLongest),
    .methods = zip_longest_methods,
    .slots = {.iter = wf_itertools_self, .next = zip_longest_next, .new_ = zip_longest_new, .trace = zip_longest_trace},
};

/* --- tee --------------------------------------------------------------------------------------------------------- */

#define TEE_ITEMS 57 /* the state of a pickled tee counts in these */

/* A link of the list of items that the iterators of a tee share. */
typedef struct TeeData {
    WfObject h;
    WfSlot it;   /* the underlying iterator */
    WfSlot next; /* TeeData or EMPTY */
    WfSlot items[TEE_ITEMS];
    int64_t n;       /* items read; guarded by the lock, as is running */
    int64_t running; /* a thread is in the underlying iterator */
} TeeData;
TRACE(tee_data, TeeData, it, 2 + TEE_ITEMS)

typedef struct Tee {
    WfObject h;
    WfSlot data;   /* TeeData */
    int64_t index; /* into its items; both guarded by the lock */
} Tee;
TRACE(tee, Tee, data, 1)

static TeeData *tee_data_make(WfThread *t, WfValue it)
{
    TeeData *d = WF_NEW(t, TeeData, IT_TEE_DATA, NATIVE);
    if (d != NULL) {
        wf_store_raw(&d->it, it);
    }
    return d;
}

static WfFound tee_data_get(WfThread *t, TeeData *d, int64_t i, WfValue *out)
{
    wf_lock(t, d);
    if (i < d->n) {
        *out = wf_load(&d->items[i]);
        wf_unlock(t, d);
        return WF_FOUND;
    }
    bool running = d->running != 0;
    d->running = 1;
    wf_unlock(t, d);
    if (running) {
        return WF_FAIL_FOUND(wf_raise(t, WF_EXC(RuntimeError), "cannot re-enter the tee iterator"));
    }
    WfFound found = wf_next(t, wf_load(&d->it), out);
    wf_lock(t, d);
    d->running = 0;
    if (found == WF_FOUND && d->n < TEE_ITEMS) {
        wf_store(&d->items[d->n++], *out);
    }
    wf_unlock(t, d);
    return found;
}

static TeeData *tee_data_next(WfThread *t, TeeData *d)
{
    TeeData *next = WF_LOAD(TeeData, &d->next);
    if (next != NULL) {
        return next;
    }
    TeeData *fresh = tee_data_make(t, wf_load(&d->it));
    if (fresh == NULL) {
        return NULL;
    }
    wf_lock(t, d);
    next = WF_LOAD(TeeData, &d->next);
    if (next == NULL) {
        wf_store_ptr(&d->next, fresh);
        next = fresh;
    }
    wf_unlock(t, d);
    return next;
}

static WfFound tee_next(WfThread *t, WfValue self, WfValue *out)
{
    Tee *x = WF_AS(Tee, self);
    for (;;) {
        wf_lock(t, x);
        TeeData *d = WF_LOAD(TeeData, &x->data);
        int64_t i = x->index;
        wf_unlock(t, x);
        TeeData *from = d;
        int64_t at = i;
        if (at >= TEE_ITEMS) {
            from = tee_data_next(t, d);
            at = 0;
            if (from == NULL) {
                return WF_ERROR;
            }
        }
        WfFound found = tee_data_get(t, from, at, out);
        if (found != WF_FOUND) {
            return found;
        }
        wf_lock(t, x);
        bool mine = WF_LOAD(TeeData, &x->data) == d && x->index == i;
        if (mine) {
            wf_store_ptr(&x->data, from);
            x->index = at + 1;
        }
        wf_unlock(t, x);
        if (mine) {
            return WF_FOUND;
        }
    }
}

static WfValue tee_copy_of(WfThread *t, Tee *x)
{
    Tee *copy = WF_NEW(t, Tee, IT_TEE, NATIVE);
    if (copy != NULL) {
        wf_lock(t, x);
        wf_store(&copy->data, wf_load(&x->data));
        copy->index = x->index;
        wf_unlock(t, x);
    }
    return wf_from_object(copy);
}

static WfValue tee_from(WfThread *t, WfValue iterable)
{
    WfValue it = wf_iter(t, iterable);
    if (wf_is_empty(it)) {
        return WF_EMPTY;
    }
    if (WF_IS_EXACT(it, IT_TEE)) {
        return tee_copy_of(t, WF_AS(Tee, it));
    }
    TeeData *d = tee_data_make(t, it);
    Tee *x = d == NULL ? NULL : WF_NEW(t, Tee, IT_TEE, NATIVE);
    if (x != NULL) {
        wf_store_ptr(&x->data, d);
    }
    return wf_from_object(x);
}

static WfValue tee_new(WfThread *t, WfType *type, const WfArgs *args)
{
    WfValue iterable;
    return wf_parse_args(t, "_tee", "(iterable, /)", args, &iterable, 1) == WF_OK ? tee_from(t, iterable) : WF_EMPTY;
}

static WfValue tee_copy(WfThread *t, WfValue *a)
{
    return tee_copy_of(t, WF_AS(Tee, a[0]));
}

static WfValue tee_reduce(WfThread *t, WfValue *a)
{
    Tee *x = WF_AS(Tee, a[0]);
    WfValue none = wf_tuple_from(t, NULL, 0);
    WfValue args = wf_is_empty(none) ? WF_EMPTY : WF_TUPLE_OF(t, none);
    wf_lock(t, x);
    WfValue data = wf_load(&x->data);
    int64_t i = x->index;
    wf_unlock(t, x);
    return reduce2(t, a[0], args, wf_tuple_pair(t, data, wf_small_int(i)));
}

static WfValue tee_setstate(WfThread *t, WfValue *a)
{
    Tee *x = WF_AS(Tee, a[0]);
    if (!wf_is_tuple(a[1])) {
        return wf_raise(t, WF_EXC(TypeError), "state is not a tuple");
    }
    WfTuple *s = wf_as_tuple(a[1]);
    if (s->length != 2) {
        return wf_raise(t, WF_EXC(TypeError), "function takes exactly 2 arguments (%lld given)", (long long)s->length);
    }
    if (!WF_IS_EXACT(wf_tuple_at(s, 0), IT_TEE_DATA)) {
        return wf_raise(t, WF_EXC(TypeError), "argument 1 must be itertools._tee_dataobject, not %T", wf_tuple_at(s, 0));
    }
    int index;
    if (wf_to_int(t, wf_tuple_at(s, 1), &index) != WF_OK) {
        return WF_EMPTY;
    }
    if (index < 0 || index > TEE_ITEMS) {
        return wf_raise(t, WF_EXC(ValueError), "Index out of range");
    }
    wf_lock(t, x);
    wf_store(&x->data, wf_tuple_at(s, 0));
    x->index = index;
    wf_unlock(t, x);
    return WF_NONE;
}

static WfValue tee_data_new(WfThread *t, WfType *type, const WfArgs *args)
{
    WfValue a[3];
    if (wf_parse_args(t, "teedataobject", "(it, values, next, /)", args, a, 3) != WF_OK) {
        return WF_EMPTY;
    }
    if (!wf_is_list(a[1])) {
        return wf_raise(t, WF_EXC(TypeError), "teedataobject() argument 2 must be list, not %T", a[1]);
    }
    TeeData *d = tee_data_make(t, a[0]);
    if (d == NULL) {
        return WF_EMPTY;
    }
    WfList *l = wf_as_list(a[1]);
    d->n = wf_list_length(l);
    bool good = d->n <= TEE_ITEMS && (wf_is_none(a[2]) || (d->n == TEE_ITEMS && WF_IS_EXACT(a[2], IT_TEE_DATA)));
    for (int64_t i = 0; good && i < d->n; i++) {
        WfValue v = wf_list_at(l, i);
        good = !wf_is_empty(v);
        wf_store(&d->items[i], v);
    }
    if (!good) {
        return wf_raise(t, WF_EXC(ValueError), "Invalid arguments");
    }
    if (!wf_is_none(a[2])) {
        wf_store(&d->next, a[2]);
    }
    return wf_from_object(d);
}

static WfValue tee_data_reduce(WfThread *t, WfValue *a)
{
    TeeData *d = WF_AS(TeeData, a[0]);
    WfValue values = wf_list_new(t, TEE_ITEMS);
    for (int64_t i = 0; !wf_is_empty(values) && i < d->n; i++) {
        if (wf_list_append(t, wf_as_list(values), wf_load(&d->items[i])) != WF_OK) {
            return WF_EMPTY;
        }
    }
    WfValue next = wf_load(&d->next);
    return wf_is_empty(values)
               ? WF_EMPTY
               : reduce1(t, a[0], WF_TUPLE_OF(t, wf_load(&d->it), values, wf_is_empty(next) ? WF_NONE : next));
}

static const WfBuiltinDef tee_methods[] = {
    {"__copy__", tee_copy, "(self, /)", "An iterator that goes on from here on its own."},
    {"__reduce__", tee_reduce, "(self, /)", REDUCE_DOC},
    {"__setstate__", tee_setstate, "(self, state, /)", SETSTATE_DOC},
    {0},
};
static const WfBuiltinDef tee_data_methods[] = {{"__reduce__", tee_data_reduce, "(self, /)", REDUCE_DOC}, {0}};

const WfTypeSpec wf_it_tee_spec = {
    .name = "itertools._tee",
    .doc = "Iterator that can be copied.",
    .flags = WF_TF_WEAKREFS,
    .size = sizeof(Tee),
    .methods = tee_methods,
    .slots = {.iter = wf_itertools_self, .next = tee_next, .new_ = tee_new, .trace = tee_trace},
};

const WfTypeSpec wf_it_tee_data_spec = {
    .name = "itertools._tee_dataobject",
    .doc = "The items that the iterators of a tee share.",
    .size = sizeof(TeeData),
    .methods = tee_data_methods,
    .slots = {.new_ = tee_data_new, .trace = tee_data_trace},
};

static WfValue itertools_tee(WfThread *t, WfValue *a)
{
    int64_t n;
    if (wf_to_ssize(t, a[1], &n) != WF_OK) {
        return WF_EMPTY;
    }
    if (n < 0) {
        return wf_raise(t, WF_EXC(ValueError), "n must be >= 0");
    }
    WfTuple *out = wf_tuple_alloc(t, n);
    if (n == 0 || out == NULL) {
        return wf_from_object(out);
    }
    WfValue it = wf_iter(t, a[0]), copy;
    if (wf_is_empty(it)) {
        return WF_EMPTY;
    }
    WfFound has = wf_getattr_opt(t, it, WF_NAME(__copy__), &copy);
    if (has == WF_MISSING) {
        it = tee_from(t, it);
        copy = wf_is_empty(it) ? WF_EMPTY : wf_getattr(t, it, WF_NAME(__copy__));
    }
    if (has == WF_ERROR || wf_is_empty(it) || wf_is_empty(copy)) {
        return WF_EMPTY;
    }
    wf_store(&out->items[0], it);
    for (int64_t i = 1; i < n; i++) {
        WfValue v = wf_call0(t, copy);
        if (wf_is_empty(v)) {
            return WF_EMPTY;
        }
        wf_store(&out->items[i], v);
    }
    return wf_from_object(out);
}

/* --- the module -------------------------------------------------------------------------------------------------- */

static const WfBuiltinDef itertools_functions[] = {
    {"tee", itertools_tee, "(iterable, n=2, /)", "Tuple of n iterators that each give the items of one iterable."},
    {0},
};

static WfStatus itertools_init(WfThread *t, WfValue module)
{
    static const uint32_t types[] = {
        WF_TID_IT_ACCUMULATE, WF_TID_IT_COMBINATIONS, WF_TID_IT_COMBINATIONS_REPEATED, WF_TID_IT_CYCLE, WF_TID_IT_DROPWHILE,
        WF_TID_IT_TAKEWHILE, WF_TID_IT_ISLICE, WF_TID_IT_STARMAP, WF_TID_IT_CHAIN, WF_TID_IT_COMPRESS, WF_TID_IT_FILTERFALSE,
        WF_TID_IT_COUNT, WF_TID_IT_ZIP_LONGEST, WF_TID_IT_PAIRWISE, WF_TID_IT_PERMUTATIONS, WF_TID_IT_PRODUCT,
        WF_TID_IT_REPEAT, WF_TID_IT_GROUPBY, WF_TID_IT_GROUPER, WF_TID_IT_TEE, WF_TID_IT_TEE_DATA,
    };
    for (size_t i = 0; i < WF_ARRAY_LEN(types); i++) {
        WfType *type = (WfType *)(WF_STATIC_TYPES + (uint64_t)types[i] * WF_STATIC_TYPE_CELL);
        if (wf_module_add_type(t, module, type) != WF_OK) {
            return WF_RAISED;
        }
    }
    return WF_OK;
}

const WfModuleDef wf_module_itertools = {
    .name = "itertools",
    .doc = "Iterators to build loops from: endless ones, ones that select or group items, and combinatoric ones.",
    .functions = itertools_functions,
    .init = itertools_init,
};
