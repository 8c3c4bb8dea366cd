/* itertools_combine.c - product, permutations, combinations, combinations_with_replacement.
 * SPDX-License-Identifier: MIT
 * Design:     the pools are tuples; an array of ints says which items make up the last result, and is moved on to the
 *             next one in lexicographic order.
 * Threads:    a step runs no Python code and holds the object's lock: each result is delivered once. */
#include "modules/itertools.h"

#include "objects/int.h"

typedef enum State { FRESH, RUNNING, STOPPED } State;
typedef enum Kind { PRODUCT, PERMUTATIONS, COMBINATIONS, REPEATED } Kind;

typedef struct Combine {
    WfObject h;
    WfSlot pools;   /* product: tuple of tuples; else the one tuple */
    WfSlot indices; /* WfRaw of int64_t: n of them (permutations), else r */
    WfSlot cycles;  /* permutations: WfRaw of r */
    int64_t n, r;   /* size of the pool (not product); items in a result */
    int64_t state;  /* guarded by the lock, as the arrays are */
} Combine;

static void combine_trace(WfMarker *m, WfObject *o)
{
    wf_mark_slots(m, &((Combine *)o)->pools, 3);
}

WF_INLINE int64_t *ints(const WfSlot *s)
{
    return (int64_t *)(void *)WF_LOAD(WfRaw, s)->data;
}

static Combine *combine_make(WfThread *t, WfType *type, WfValue pools, int64_t n_indices, int64_t r, int64_t n_cycles)
{
    if (r > ((int64_t)1 << 40)) {
        return WF_FAIL_NULL(wf_raise_no_memory(t));
    }
    WfRaw *indices = wf_gc_alloc_raw(t, n_indices * (int64_t)sizeof(int64_t), true);
    WfRaw *cycles = indices == NULL ? NULL : wf_gc_alloc_raw(t, n_cycles * (int64_t)sizeof(int64_t), true);
    Combine *c = cycles == NULL ? NULL : (Combine *)wf_instance_new(t, type, 0);
    if (c != NULL) {
        wf_store(&c->pools, pools);
        wf_store_ptr(&c->indices, indices);
        wf_store_ptr(&c->cycles, cycles);
        c->r = r;
    }
    return c;
}

static WfValue product_new(WfThread *t, WfType *type, const WfArgs *args)
{
    int64_t repeat = 1;
    if (args->kwnames != NULL && args->kwnames->length > 0) {
        WfValue a[2];
        if (wf_parse_args(t, "product", "(*iterables, repeat=1)", args, a, 2) != WF_OK || wf_to_ssize(t, a[1], &repeat) != WF_OK) {
            return WF_EMPTY;
        }
        if (repeat < 0) {
            return wf_raise(t, WF_EXC(ValueError), "repeat argument cannot be negative");
        }
    }
    int64_t n = repeat == 0 ? 0 : args->n_pos;
    if (n > 0 && repeat > ((int64_t)1 << 40) / n) {
        return wf_raise(t, WF_EXC(OverflowError), "repeat argument too large");
    }
    WfTuple *pools = wf_tuple_alloc(t, n * repeat);
    for (int64_t i = 0; pools != NULL && i < n * repeat; i++) {
        WfValue pool = i < n ? wf_to_tuple(t, args->items[i]) : wf_tuple_at(pools, i - n);
        if (wf_is_empty(pool)) {
            return WF_EMPTY;
        }
        wf_store(&pools->items[i], pool);
    }
    return pools == NULL ? WF_EMPTY
                         : wf_from_object(combine_make(t, type, wf_from_object(pools), n * repeat, n * repeat, 0));
}

static WfValue one_pool(WfThread *t, WfType *type, WfValue iterable, WfValue rv, Kind kind)
{
    WfValue pool = wf_to_tuple(t, iterable);
    if (wf_is_empty(pool)) {
        return WF_EMPTY;
    }
    int64_t n = wf_as_tuple(pool)->length, r = n;
    if (kind == PERMUTATIONS && !wf_is_none(rv)) {
        if (!wf_is_any_int(rv)) {
            return wf_raise(t, WF_EXC(TypeError), "Expected int as r");
        }
    }
    if (!wf_is_none(rv) || kind != PERMUTATIONS) {
        if (wf_to_ssize(t, rv, &r) != WF_OK) {
            return WF_EMPTY;
        }
    }
    if (r < 0) {
        return wf_raise(t, WF_EXC(ValueError), "r must be non-negative");
    }
    bool none = kind == REPEATED ? n == 0 && r > 0 : r > n;
    int64_t n_indices = kind == PERMUTATIONS ? n : none ? 0 : r;
    Combine *c = combine_make(t, type, pool, n_indices, r, kind == PERMUTATIONS && !none ? r : 0);
    if (c == NULL) {
        return WF_EMPTY;
    }
    c->n = n;
    if (none) {
        c->state = STOPPED;
    } else if (kind != REPEATED) {
        for (int64_t i = 0; i < n_indices; i++) {
            ints(&c->indices)[i] = i;
        }
        for (int64_t i = 0; kind == PERMUTATIONS && i < r; i++) {
            ints(&c->cycles)[i] = n - i;
        }
    }
    return wf_from_object(c);
}

static WfValue permutations_new(WfThread *t, WfType *type, const WfArgs *args)
{
    WfValue a[2];
    return wf_parse_args(t, "permutations", "(iterable, r=None)", args, a, 2) == WF_OK
               ? one_pool(t, type, a[0], a[1], PERMUTATIONS)
               : WF_EMPTY;
}

static WfValue combinations_new(WfThread *t, WfType *type, const WfArgs *args)
{
    WfValue a[2];
    return wf_parse_args(t, "combinations", "(iterable, r)", args, a, 2) == WF_OK
               ? one_pool(t, type, a[0], a[1], COMBINATIONS)
               : WF_EMPTY;
}

static WfValue repeated_new(WfThread *t, WfType *type, const WfArgs *args)
{
    WfValue a[2];
    return wf_parse_args(t, "combinations_with_replacement", "(iterable, r)", args, a, 2) == WF_OK
               ? one_pool(t, type, a[0], a[1], REPEATED)
               : WF_EMPTY;
}

/* The first result of a product exists unless a pool is empty. */
static bool product_first(Combine *c)
{
    WfTuple *pools = WF_LOAD(WfTuple, &c->pools);
    for (int64_t i = 0; i < c->r; i++) {
        if (wf_as_tuple(wf_tuple_at(pools, i))->length == 0) {
            return false;
        }
    }
    return true;
}

/* Moves the indices on; false: there is no further result. */
static bool advance(Combine *c, Kind kind)
{
    int64_t *index = ints(&c->indices), r = c->r, n = c->n;
    switch (kind) {
    case PRODUCT:
        for (int64_t i = r - 1; i >= 0; i--) {
            WfTuple *pool = wf_as_tuple(wf_tuple_at(WF_LOAD(WfTuple, &c->pools), i));
            if (++index[i] < pool->length) {
                return true;
            }
            index[i] = 0;
        }
        return false;
    case PERMUTATIONS: {
        int64_t *cycles = ints(&c->cycles);
        for (int64_t i = r - 1; i >= 0; i--) {
            if (--cycles[i] == 0) {
                /* all choices for this place are through: the item goes to the end */
                int64_t first = index[i];
                memmove(index + i, index + i + 1, (size_t)(n - 1 - i) * sizeof *index);
                index[n - 1] = first;
                cycles[i] = n - i;
            } else {
                int64_t j = n - cycles[i], x = index[i];
                index[i] = index[j];
                index[j] = x;
                return true;
            }
        }
        return false;
    }
    case COMBINATIONS:
        for (int64_t i = r - 1; i >= 0; i--) {
            if (index[i] != i + n - r) {
                index[i]++;
                for (int64_t j = i + 1; j < r; j++) {
                    index[j] = index[j - 1] + 1;
                }
                return true;
            }
        }
        return false;
    default:
        for (int64_t i = r - 1; i >= 0; i--) {
            if (index[i] != n - 1) {
                int64_t x = index[i] + 1;
                for (int64_t j = i; j < r; j++) {
                    index[j] = x;
                }
                return true;
            }
        }
        return false;
    }
}

static WfFound combine_next(WfThread *t, WfValue self, WfValue *out, Kind kind)
{
    Combine *c = WF_AS(Combine, self);
    WfTuple *row = wf_tuple_alloc(t, c->r);
    if (row == NULL) {
        return WF_ERROR;
    }
    wf_lock(t, c);
    if (c->state == STOPPED) {
        wf_unlock(t, c);
        return WF_MISSING;
    }
    bool more = c->state == RUNNING ? advance(c, kind) : kind != PRODUCT || product_first(c);
    c->state = more ? RUNNING : STOPPED;
    if (more) {
        WfTuple *pools = WF_LOAD(WfTuple, &c->pools);
        const int64_t *index = ints(&c->indices);
        for (int64_t i = 0; i < c->r; i++) {
            WfTuple *pool = kind == PRODUCT ? wf_as_tuple(wf_tuple_at(pools, i)) : pools;
            wf_store(&row->items[i], wf_tuple_at(pool, index[i]));
        }
    }
    wf_unlock(t, c);
    *out = wf_from_object(row);
    return more ? WF_FOUND : WF_MISSING;
}

static WfFound product_next(WfThread *t, WfValue self, WfValue *out)
{
    return combine_next(t, self, out, PRODUCT);
}

static WfFound permutations_next(WfThread *t, WfValue self, WfValue *out)
{
    return combine_next(t, self, out, PERMUTATIONS);
}

static WfFound combinations_next(WfThread *t, WfValue self, WfValue *out)
{
    return combine_next(t, self, out, COMBINATIONS);
}

static WfFound repeated_next(WfThread *t, WfValue self, WfValue *out)
{
    return combine_next(t, self, out, REPEATED);
}

/* --- pickling ---------------------------------------------------------------------------------------------------- */

static WfValue tuple_of_ints(WfThread *t, const int64_t *p, int64_t n)
{
    WfTuple *x = wf_tuple_alloc(t, n);
    for (int64_t i = 0; x != NULL && i < n; i++) {
        wf_store_raw(&x->items[i], wf_small_int(p[i]));
    }
    return wf_from_object(x);
}

static WfValue reduce(WfThread *t, WfValue self, Kind kind)
{
    Combine *c = WF_AS(Combine, self);
    WfValue type = wf_from_object(wf_type(self)), none = wf_tuple_from(t, NULL, 0);
    WfValue pools = wf_load(&c->pools), r = wf_small_int(c->r);
    /* more items than the pool has: never begun, and its pool is needed to say so again */
    bool stopped = c->state == STOPPED && (kind == PRODUCT || kind == REPEATED || c->r <= c->n);
    if (wf_is_empty(none)) {
        return WF_EMPTY;
    }
    WfValue args;
    if (kind == PRODUCT) {
        args = stopped ? WF_TUPLE_OF(t, none) : pools;
    } else {
        args = wf_tuple_pair(t, stopped ? none : pools, r);
    }
    if (wf_is_empty(args) || c->state != RUNNING) {
        return wf_is_empty(args) ? WF_EMPTY : wf_tuple_pair(t, type, args);
    }
    WfValue state = tuple_of_ints(t, ints(&c->indices), kind == PERMUTATIONS ? c->n : c->r);
    if (kind == PERMUTATIONS && !wf_is_empty(state)) {
        WfValue cycles = tuple_of_ints(t, ints(&c->cycles), c->r);
        state = wf_is_empty(cycles) ? WF_EMPTY : wf_tuple_pair(t, state, cycles);
    }
    return wf_is_empty(state) ? WF_EMPTY : WF_TUPLE_OF(t, type, args, state);
}

/* Reads n ints of a tuple, fitted to what is allowed at their places. */
static WfStatus read_ints(WfThread *t, Combine *c, Kind kind, bool cycles, WfTuple *from, int64_t *to, int64_t n)
{
    for (int64_t i = 0; i < n; i++) {
        int64_t x, low = 0, high = c->n - 1;
        if (wf_to_i64(t, wf_tuple_at(from, i), &x) != WF_OK) {
            return WF_RAISED;
        }
        if (kind == PRODUCT) {
            high = wf_as_tuple(wf_tuple_at(WF_LOAD(WfTuple, &c->pools), i))->length - 1;
        } else if (kind == COMBINATIONS) {
            high = i + c->n - c->r;
        } else if (cycles) {
            low = 1;
            high = c->n - i;
        }
        x = x > high ? high : x;
        to[i] = x < low ? low : x;
    }
    return WF_OK;
}

static WfValue invalid(WfThread *t)
{
    return wf_raise(t, WF_EXC(ValueError), "invalid arguments");
}

static WfValue setstate(WfThread *t, WfValue self, WfValue state, Kind kind)
{
    Combine *c = WF_AS(Combine, self);
    WfTuple *first = wf_is_tuple(state) ? wf_as_tuple(state) : NULL, *second = NULL;
    int64_t n = kind == PERMUTATIONS ? c->n : c->r;
    if (kind == PERMUTATIONS) {
        if (first == NULL) {
            return wf_raise(t, WF_EXC(TypeError), "state is not a tuple");
        }
        if (first->length != 2 || !wf_is_tuple(wf_tuple_at(first, 0)) || !wf_is_tuple(wf_tuple_at(first, 1))) {
            return invalid(t);
        }
        second = wf_as_tuple(wf_tuple_at(first, 1));
        first = wf_as_tuple(wf_tuple_at(first, 0));
        if (second->length != c->r) {
            return invalid(t);
        }
    }
    if (first == NULL || first->length != n || (kind != PRODUCT && kind != REPEATED && c->r > c->n)
        || (kind == REPEATED && c->n == 0 && c->r > 0)) {
        return invalid(t);
    }
    if (kind == PRODUCT && !product_first(c)) {
        c->state = STOPPED;
        return WF_NONE;
    }
    WfRaw *indices = wf_gc_alloc_raw(t, n * (int64_t)sizeof(int64_t), true);
    WfRaw *cycles = indices == NULL ? NULL : wf_gc_alloc_raw(t, c->r * (int64_t)sizeof(int64_t), true);
    if (cycles == NULL || read_ints(t, c, kind, false, first, (int64_t *)(void *)indices->data, n) != WF_OK
        || (second != NULL && read_ints(t, c, kind, true, second, (int64_t *)(void *)cycles->data, c->r) != WF_OK)) {
        return WF_EMPTY;
    }
    wf_lock(t, c);
    wf_store_ptr(&c->indices, indices);
    wf_store_ptr(&c->cycles, cycles);
    c->state = RUNNING;
    wf_unlock(t, c);
    return WF_NONE;
}

static WfValue combine_sizeof(WfThread *t, WfValue *a)
{
    Combine *c = WF_AS(Combine, a[0]);
    return wf_small_int((int64_t)(wf_gc_cell_size(c) + wf_gc_cell_size(WF_LOAD(WfRaw, &c->indices))
                                  + wf_gc_cell_size(WF_LOAD(WfRaw, &c->cycles))));
}

#define COMBINE_TYPE(NAME, KIND, PYNAME, DOC, SIGNATURE)                                           \
    static WfValue NAME##_reduce(WfThread *t, WfValue *a)                                          \
    {                                                                                              \
        return reduce(t, a[0], KIND);                                                              \
    }                                                                                              \
    static WfValue NAME##_setstate(WfThread *t, WfValue *a)                                        \
    {                                                                                              \
        return setstate(t, a[0], a[1], KIND);                                                      \
    }                                                                                              \
    static const WfBuiltinDef NAME##_methods[] = {                                                 \
        {"__reduce__", NAME##_reduce, "(self, /)", REDUCE_DOC},                                    \
        {"__setstate__", NAME##_setstate, "(self, state, /)", SETSTATE_DOC},                       \
        {"__sizeof__", combine_sizeof, "(self, /)", "Memory in bytes."},                           \
        {0},                                                                                       \
    };                                                                                             \
    const WfTypeSpec wf_it_##NAME##_spec = {                                                       \
        .name = "itertools." PYNAME,                                                               \
        .doc = DOC,                                                                                \
        .flags = WF_TF_BASETYPE,                                                                   \
        .size = sizeof(Combine),                                                                   \
        .methods = NAME##_methods,                                                                 \
        .signature = SIGNATURE,                                                                    \
        .slots = {.iter = wf_itertools_self, .next = NAME##_next, .new_ = NAME##_new, .trace = combine_trace}, \
    };
COMBINE_TYPE(product, PRODUCT, "product",
             "product(*iterables, repeat=1)\n\n"
             "Iterator over tuples with an item of each iterable, all of them, the last place running fastest.",
             NULL)
COMBINE_TYPE(permutations, PERMUTATIONS, "permutations",
             "Iterator over the tuples of r items of an iterable, in every order; by default of all items.",
             "(iterable, r=None)")
COMBINE_TYPE(combinations, COMBINATIONS, "combinations", "Iterator over the tuples of r items of an iterable, in its order.",
             "(iterable, r)")
COMBINE_TYPE(repeated, REPEATED, "combinations_with_replacement",
             "Iterator over the tuples of r items of an iterable, in its order, where an item may come several times.",
             "(iterable, r)")
