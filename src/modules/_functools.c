/* _functools.c - partial, reduce, cmp_to_key, and the wrapper behind lru_cache.
 * SPDX-License-Identifier: MIT
 * Design:     the cache of lru_cache is a dict from the arguments to the result, the one used last at the end: a hit moves its
 *             key there, a full cache drops its first. An int or str alone is its own key; else a tuple of the positional
 *             arguments and, behind a mark of the wrapper's own, the keywords and types.
 * Threads:    the dict's operations are atomic; no lock is held while the function runs, so two threads may compute
 *             one result, and the first one stays. For a moment a cache may hold one result per thread too many. */
#include "model/builtin.h"
#include "objects/container.h"
#include "objects/dict.h"
#include "objects/function.h"
#include "objects/genericalias.h"
#include "objects/tuple.h"

/* --- partial ----------------------------------------------------------------------------------------------------- */

typedef struct Partial {
    WfObject h;
    WfSlot func;
    WfSlot args; /* tuple */
    WfSlot kw;   /* dict */
} Partial;

static void partial_trace(WfMarker *m, WfObject *o)
{
    wf_mark_slots(m, &((Partial *)o)->func, 3);
}

/* Adds the keywords of a call to a dict. */
static WfStatus add_keywords(WfThread *t, WfDict *d, const WfArgs *args)
{
    for (int64_t i = 0; args->kwnames != NULL && i < args->kwnames->length; i++) {
        if (wf_dict_set(t, d, wf_tuple_at(args->kwnames, i), args->items[args->n_pos + i]) != WF_OK) {
            return WF_RAISED;
        }
    }
    return WF_OK;
}

static WfTuple *joined(WfThread *t, WfTuple *a, const WfValue *items, int64_t n)
{
    WfTuple *out = wf_tuple_alloc(t, a->length + n);
    if (out == NULL) {
        return NULL;
    }
    for (int64_t i = 0; i < a->length; i++) {
        wf_store_raw(&out->items[i], wf_tuple_at(a, i));
    }
    for (int64_t i = 0; i < n; i++) {
        wf_store_raw(&out->items[a->length + i], items[i]);
    }
    return out;
}

static bool has_attributes(WfValue v)
{
    const WfShape *s = wf_shape(wf_as_object(v));
    return s->dict_mode || s->n_slots > 0;
}

static WfValue partial_new(WfThread *t, WfType *type, const WfArgs *args)
{
    if (args->n_pos < 1) {
        return wf_raise(t, WF_EXC(TypeError), "type 'partial' takes at least one argument");
    }
    WfValue func = args->items[0], kw = WF_EMPTY;
    WfTuple *first = NULL;
    if (wf_is_instance_of(func, WF_TYPE(PARTIAL)) && wf_type(func)->slots.call == WF_TYPE(PARTIAL)->slots.call
        && !has_attributes(func)) {
        /* a partial of a partial without attributes of its own: take it apart */
        Partial *p = WF_AS(Partial, func);
        func = wf_load(&p->func);
        first = WF_LOAD(WfTuple, &p->args);
        kw = wf_load(&p->kw);
    }
    if (!wf_is_callable(func)) {
        return wf_raise(t, WF_EXC(TypeError), "the first argument must be callable");
    }
    Partial *p = (Partial *)wf_instance_new(t, type, 0);
    if (p == NULL) {
        return WF_EMPTY;
    }
    WfTuple *all;
    if (first != NULL) {
        all = joined(t, first, args->items + 1, args->n_pos - 1);
    } else {
        all = wf_as_tuple(wf_tuple_from(t, args->items + 1, args->n_pos - 1));
    }
    WfValue keywords = wf_is_empty(kw) ? wf_dict_new(t) : wf_dict_copy(t, wf_as_dict(kw));
    if (all == NULL || wf_is_empty(keywords) || add_keywords(t, wf_as_dict(keywords), args) != WF_OK) {
        return WF_EMPTY;
    }
    wf_store(&p->func, func);
    wf_store_ptr(&p->args, all);
    wf_store(&p->kw, keywords);
    return wf_from_object(p);
}

#define FEW 12

static WfValue partial_call(WfThread *t, WfValue self, const WfArgs *args)
{
    Partial *p = WF_AS(Partial, self);
    WfValue func = wf_load(&p->func), kw = wf_load(&p->kw);
    WfTuple *first = WF_LOAD(WfTuple, &p->args);
    int64_t n_kw = args->kwnames == NULL ? 0 : args->kwnames->length;
    if (wf_dict_used(wf_as_dict(kw)) == 0) {
        int64_t n = first->length + args->n_pos + n_kw;
        WfValue few[FEW], *items = few;
        if (n > FEW) {
            WfTuple *many = wf_tuple_alloc(t, n);
            if (many == NULL) {
                return WF_EMPTY;
            }
            items = (WfValue *)(void *)many->items;
        }
        for (int64_t i = 0; i < first->length; i++) {
            items[i] = wf_tuple_at(first, i);
        }
        memcpy(items + first->length, args->items, (size_t)(args->n_pos + n_kw) * sizeof(WfValue));
        WfArgs all = {items, first->length + args->n_pos, args->kwnames};
        return wf_call_args(t, func, &all);
    }
    if (n_kw > 0) {
        kw = wf_dict_copy(t, wf_as_dict(kw));
        if (wf_is_empty(kw) || add_keywords(t, wf_as_dict(kw), args) != WF_OK) {
            return WF_EMPTY;
        }
    }
    WfTuple *all = args->n_pos == 0 ? first : joined(t, first, args->items, args->n_pos);
    return all == NULL ? WF_EMPTY : wf_call_tuple(t, func, all, kw);
}

static WfValue partial_repr(WfThread *t, WfValue self)
{
    WfFound running = wf_repr_enter(t, self);
    if (running != WF_MISSING) {
        return running == WF_ERROR ? WF_EMPTY : wf_str_from_cstr(t, "...");
    }
    Partial *p = WF_AS(Partial, self);
    WfTuple *args = WF_LOAD(WfTuple, &p->args);
    WfDict *kw = WF_LOAD(WfDict, &p->kw);
    WfStrBuilder b = WF_STR_BUILDER;
    WfValue result = WF_EMPTY, k, v;
    const char *name = wf_type(self) == WF_TYPE(PARTIAL) ? "functools.partial" : WF_TYPE_NAME(self);
    WfValue head = wf_str_format(t, "%s(%R", name, wf_load(&p->func));
    if (wf_is_empty(head) || wf_builder_str(t, &b, wf_as_str(head)) != WF_OK) {
        goto done;
    }
    for (int64_t i = 0; i < args->length; i++) {
        if (wf_builder_ascii(t, &b, ", ", 2) != WF_OK || wf_builder_repr(t, &b, wf_tuple_at(args, i)) != WF_OK) {
            goto done;
        }
    }
    int64_t pos = 0;
    while (wf_dict_next(kw, &pos, &k, &v)) {
        WfValue part = wf_str_format(t, ", %V=%R", k, v);
        if (wf_is_empty(part) || wf_builder_str(t, &b, wf_as_str(part)) != WF_OK) {
            goto done;
        }
    }
    if (wf_builder_char(t, &b, ')') == WF_OK) {
        result = wf_builder_finish(t, &b);
    }
done:
    wf_repr_leave(t, self);
    return result;
}

static WfValue partial_reduce(WfThread *t, WfValue *a)
{
    Partial *p = WF_AS(Partial, a[0]);
    WfValue dict = has_attributes(a[0]) ? wf_instance_dict(t, wf_as_object(a[0])) : WF_NONE;
    WfValue args = wf_is_empty(dict) ? WF_EMPTY : WF_TUPLE_OF(t, wf_load(&p->func));
    if (wf_is_empty(args)) {
        return WF_EMPTY;
    }
    WfValue state = WF_TUPLE_OF(t, wf_load(&p->func), wf_load(&p->args), wf_load(&p->kw), dict);
    return wf_is_empty(state) ? WF_EMPTY : WF_TUPLE_OF(t, wf_from_object(wf_type(a[0])), args, state);
}

static WfValue partial_setstate(WfThread *t, WfValue *a)
{
    Partial *p = WF_AS(Partial, a[0]);
    WfTuple *state = wf_is_tuple(a[1]) ? wf_as_tuple(a[1]) : NULL;
    if (state == NULL || state->length != 4 || !wf_is_callable(wf_tuple_at(state, 0)) || !wf_is_tuple(wf_tuple_at(state, 1))
        || !(wf_is_none(wf_tuple_at(state, 2)) || wf_is_dict(wf_tuple_at(state, 2)))) {
        return wf_raise(t, WF_EXC(TypeError), "invalid partial state");
    }
    WfValue args = wf_tuple_at(state, 1), kw = wf_tuple_at(state, 2), dict = wf_tuple_at(state, 3);
    if (!WF_IS_EXACT(args, TUPLE)) {
        args = wf_to_tuple(t, args);
    }
    if (wf_is_none(kw)) {
        kw = wf_dict_new(t);
    } else if (!WF_IS_EXACT(kw, DICT)) {
        kw = wf_dict_copy(t, wf_as_dict(kw));
    }
    if (wf_is_empty(args) || wf_is_empty(kw)) {
        return WF_EMPTY;
    }
    if (wf_is_none(dict)) {
        dict = wf_dict_new(t);
    }
    if (wf_is_empty(dict) || wf_setattr(t, a[0], WF_NAME(__dict__), dict) != WF_OK) {
        return WF_EMPTY;
    }
    wf_store(&p->func, wf_tuple_at(state, 0));
    wf_store(&p->args, args);
    wf_store(&p->kw, kw);
    return WF_NONE;
}

static WfValue partial_get_func(WfThread *t, WfValue self)
{
    return wf_load(&WF_AS(Partial, self)->func);
}

static WfValue partial_get_args(WfThread *t, WfValue self)
{
    return wf_load(&WF_AS(Partial, self)->args);
}

static WfValue partial_get_keywords(WfThread *t, WfValue self)
{
    return wf_load(&WF_AS(Partial, self)->kw);
}

static const WfGetSetDef partial_getsets[] = {
    {"func", partial_get_func, NULL, "The function that is called.", WF_GS_MEMBER},
    {"args", partial_get_args, NULL, "The first positional arguments.", WF_GS_MEMBER},
    {"keywords", partial_get_keywords, NULL, "The keyword arguments.", WF_GS_MEMBER},
    {0},
};

static const WfBuiltinDef partial_methods[] = {
    {"__reduce__", partial_reduce, "(self, /)", "For pickle."},
    {"__setstate__", partial_setstate, "(self, state, /)", "For pickle."},
    {"__class_getitem__", wf_class_getitem, "(type, object, /)", "The generic alias partial[object].", WF_FN_CLASS},
    {0},
};

const WfTypeSpec wf_partial_spec = {
    .name = "functools.partial",
    .doc = "partial(func, *args, **keywords)\n\nFunction that calls func with these arguments and those it is given itself.",
    .flags = WF_TF_BASETYPE | WF_TF_HAS_DICT | WF_TF_WEAKREFS,
    .size = sizeof(Partial),
    .methods = partial_methods,
    .getsets = partial_getsets,
    .slots = {.repr = partial_repr, .call = partial_call, .new_ = partial_new, .trace = partial_trace},
};

/* --- cmp_to_key -------------------------------------------------------------------------------------------------- */

typedef struct Key {
    WfObject h;
    WfSlot cmp;
    WfSlot object; /* EMPTY: what cmp_to_key returns */
} Key;

static void key_trace(WfMarker *m, WfObject *o)
{
    wf_mark_slots(m, &((Key *)o)->cmp, 2);
}

static WfValue key_new(WfThread *t, WfValue cmp, WfValue object)
{
    Key *k = WF_NEW(t, Key, CMP_KEY, NATIVE);
    if (k != NULL) {
        wf_store_raw(&k->cmp, cmp);
        wf_store_raw(&k->object, object);
    }
    return wf_from_object(k);
}

static WfValue key_call(WfThread *t, WfValue self, const WfArgs *args)
{
    WfValue object;
    if (args->n_pos == 1 && args->kwnames == NULL) {
        object = args->items[0];
    } else if (wf_parse_args(t, "K", "(obj)", args, &object, 1) != WF_OK) {
        return WF_EMPTY;
    }
    return key_new(t, wf_load(&WF_AS(Key, self)->cmp), object);
}

static WfValue key_compare(WfThread *t, WfValue a, WfValue b, int op)
{
    if (!WF_IS_EXACT(b, CMP_KEY)) {
        return wf_raise(t, WF_EXC(TypeError), "other argument must be K instance");
    }
    WfValue x = wf_load(&WF_AS(Key, a)->object), y = wf_load(&WF_AS(Key, b)->object);
    if (wf_is_empty(x) || wf_is_empty(y)) {
        return wf_raise(t, WF_EXC(AttributeError), "object");
    }
    WfValue order = wf_call2(t, wf_load(&WF_AS(Key, a)->cmp), x, y);
    return wf_is_empty(order) ? WF_EMPTY : wf_compare(t, order, wf_small_int(0), op);
}

static WfValue key_get_obj(WfThread *t, WfValue self)
{
    WfValue v = wf_load(&WF_AS(Key, self)->object);
    return wf_is_empty(v) ? WF_NONE : v;
}

static WfStatus key_set_obj(WfThread *t, WfValue self, WfValue v)
{
    wf_store(&WF_AS(Key, self)->object, v);
    return WF_OK;
}

static const WfGetSetDef key_getsets[] = {
    {"obj", key_get_obj, key_set_obj, "The value that is compared.", WF_GS_MEMBER},
    {0},
};

const WfTypeSpec wf_cmp_key_spec = {
    .name = "functools.KeyWrapper",
    .flags = WF_TF_NO_NEW,
    .size = sizeof(Key),
    .getsets = key_getsets,
    .slots = {.call = key_call, .richcompare = key_compare, .trace = key_trace},
};

static WfValue functools_cmp_to_key(WfThread *t, WfValue *a)
{
    return key_new(t, a[0], WF_EMPTY);
}

/* --- reduce ------------------------------------------------------------------------------------------------------ */

static WfValue functools_reduce(WfThread *t, WfValue *a)
{
    WfValue it = wf_iter(t, a[1]), v, acc = a[2];
    if (wf_is_empty(it)) {
        return wf_clear_if(t, WF_EXC(TypeError)) ? wf_raise(t, WF_EXC(TypeError), "reduce() arg 2 must support iteration")
                                                 : WF_EMPTY;
    }
    WfFound more;
    while ((more = wf_next(t, it, &v)) == WF_FOUND) {
        acc = wf_is_empty(acc) ? v : wf_call2(t, a[0], acc, v);
        if (wf_is_empty(acc)) {
            return WF_EMPTY;
        }
    }
    if (more == WF_ERROR) {
        return WF_EMPTY;
    }
    return wf_is_empty(acc) ? wf_raise(t, WF_EXC(TypeError), "reduce() of empty iterable with no initial value") : acc;
}

/* --- lru_cache --------------------------------------------------------------------------------------------------- */

typedef struct Lru {
    WfObject h;
    WfSlot func;      /* immutable, as are info and mark */
    WfSlot cache;     /* WfDict */
    WfSlot info;      /* type of what cache_info returns */
    WfSlot mark;      /* stands between positional arguments and keywords in a key */
    int64_t max_size; /* -1: without bound */
    int64_t typed;
    int64_t x_hits, x_misses; /* atomic */
} Lru;

static void lru_trace(WfMarker *m, WfObject *o)
{
    wf_mark_slots(m, &((Lru *)o)->func, 4);
}

static WfValue lru_new(WfThread *t, WfType *type, const WfArgs *args)
{
    WfValue a[4];
    if (wf_parse_args(t, "lru_cache", "(user_function, maxsize, typed, cache_info_type)", args, a, 4) != WF_OK) {
        return WF_EMPTY;
    }
    if (!wf_is_callable(a[0])) {
        return wf_raise(t, WF_EXC(TypeError), "the first argument must be callable");
    }
    int64_t max_size = -1;
    bool typed;
    if (wf_is_any_int(a[1]) || wf_type(a[1])->slots.index != NULL) {
        if (wf_to_ssize(t, a[1], &max_size) != WF_OK) {
            return WF_EMPTY;
        }
        max_size = max_size < 0 ? 0 : max_size;
    } else if (!wf_is_none(a[1])) {
        return wf_raise(t, WF_EXC(TypeError), "maxsize should be integer or None");
    }
    if (wf_to_bool(t, a[2], &typed) != WF_OK) {
        return WF_EMPTY;
    }
    Lru *l = (Lru *)wf_instance_new(t, type, 0);
    WfValue cache = l == NULL ? WF_EMPTY : wf_dict_new(t);
    WfObject *mark = wf_is_empty(cache) ? NULL : wf_instance_new(t, WF_TYPE(OBJECT), 0);
    if (mark == NULL) {
        return WF_EMPTY;
    }
    wf_store(&l->func, a[0]);
    wf_store(&l->cache, cache);
    wf_store(&l->info, a[3]);
    wf_store_ptr(&l->mark, mark);
    l->max_size = max_size;
    l->typed = typed;
    return wf_from_object(l);
}

static WfValue lru_key(WfThread *t, Lru *l, const WfArgs *args)
{
    int64_t n_kw = args->kwnames == NULL ? 0 : args->kwnames->length, n = args->n_pos;
    if (n_kw == 0 && !l->typed && n == 1) {
        WfValue v = args->items[0];
        if (wf_is_int(v) || wf_is_exact_str(v) || WF_IS_EXACT(v, INT)) {
            return v;
        }
    }
    int64_t size = n + (n_kw > 0 ? 1 + 2 * n_kw : 0) + (l->typed ? n + n_kw : 0), k = 0;
    WfTuple *key = wf_tuple_alloc(t, size);
    if (key == NULL) {
        return WF_EMPTY;
    }
    for (int64_t i = 0; i < n; i++) {
        wf_store_raw(&key->items[k++], args->items[i]);
    }
    if (n_kw > 0) {
        wf_store_raw(&key->items[k++], wf_load(&l->mark));
        for (int64_t i = 0; i < n_kw; i++) {
            wf_store_raw(&key->items[k++], wf_tuple_at(args->kwnames, i));
            wf_store_raw(&key->items[k++], args->items[n + i]);
        }
    }
    for (int64_t i = 0; l->typed && i < n + n_kw; i++) {
        wf_store_raw(&key->items[k++], wf_from_object(wf_type(args->items[i])));
    }
    return wf_from_object(key);
}

static WfValue lru_call(WfThread *t, WfValue self, const WfArgs *args)
{
    Lru *l = WF_AS(Lru, self);
    WfValue func = wf_load(&l->func), result, key = WF_EMPTY;
    int64_t hash = 0;
    WfDict *cache = WF_LOAD(WfDict, &l->cache);
    if (l->max_size != 0) {
        key = lru_key(t, l, args);
        if (wf_is_empty(key) || wf_hash_fast(t, key, &hash) != WF_OK) {
            return WF_EMPTY;
        }
        WfFound found = wf_dict_get_hash(t, cache, key, hash, &result);
        if (found == WF_FOUND && l->max_size > 0) {
            found = wf_dict_move_to_end(t, cache, key, hash, true) == WF_ERROR ? WF_ERROR : WF_FOUND;
        }
        if (found == WF_ERROR) {
            return WF_EMPTY;
        }
        if (found == WF_FOUND) {
            __atomic_fetch_add(&l->x_hits, 1, __ATOMIC_RELAXED);
            return result;
        }
    }
    __atomic_fetch_add(&l->x_misses, 1, __ATOMIC_RELAXED);
    result = wf_call_args(t, func, args);
    if (wf_is_empty(result) || l->max_size == 0) {
        return result;
    }
    if (l->max_size < 0) {
        return wf_dict_set_hash(t, cache, key, hash, result) == WF_OK ? result : WF_EMPTY;
    }
    WfValue other;
    WfFound found = wf_dict_get_hash(t, cache, key, hash, &other);
    if (found != WF_MISSING) {
        return found == WF_ERROR ? WF_EMPTY : result; /* a call inside this one, or another thread's, was first */
    }
    while (wf_dict_used(cache) >= l->max_size) {
        WfValue old_key, old;
        found = wf_dict_popitem(t, cache, false, &old_key, &old);
        if (found == WF_ERROR) {
            return WF_EMPTY;
        }
        if (found == WF_MISSING) {
            break;
        }
    }
    return wf_dict_set_hash(t, cache, key, hash, result) == WF_OK ? result : WF_EMPTY;
}

static WfValue lru_get(WfThread *t, WfValue self, WfValue obj, WfValue type)
{
    return wf_is_empty(obj) || wf_is_none(obj) ? self : wf_method_new(t, self, obj);
}

static WfValue lru_info(WfThread *t, WfValue *a)
{
    Lru *l = WF_AS(Lru, a[0]);
    WfValue items[4] = {
        wf_small_int(__atomic_load_n(&l->x_hits, __ATOMIC_RELAXED)),
        wf_small_int(__atomic_load_n(&l->x_misses, __ATOMIC_RELAXED)),
        l->max_size < 0 ? WF_NONE : wf_small_int(l->max_size > WF_INT_MAX ? WF_INT_MAX : l->max_size),
        wf_small_int(wf_dict_used(WF_LOAD(WfDict, &l->cache))),
    };
    return wf_call(t, wf_load(&l->info), items, 4);
}

static WfValue lru_clear(WfThread *t, WfValue *a)
{
    Lru *l = WF_AS(Lru, a[0]);
    __atomic_store_n(&l->x_hits, 0, __ATOMIC_RELAXED);
    __atomic_store_n(&l->x_misses, 0, __ATOMIC_RELAXED);
    wf_dict_clear(t, WF_LOAD(WfDict, &l->cache));
    return WF_NONE;
}

static WfValue lru_reduce(WfThread *t, WfValue *a)
{
    return wf_getattr(t, a[0], WF_NAME(__qualname__));
}

static WfValue lru_copy(WfThread *t, WfValue *a)
{
    return a[0];
}

static const WfBuiltinDef lru_methods[] = {
    {"cache_info", lru_info, "(self, /)", "Hits, misses, greatest and current size."},
    {"cache_clear", lru_clear, "(self, /)", "Forget all results and counts."},
    {"__reduce__", lru_reduce, "(self, /)", "For pickle: by name."},
    {"__copy__", lru_copy, "(self, /)", NULL},
    {"__deepcopy__", lru_copy, "(self, memo, /)", NULL},
    {0},
};

const WfTypeSpec wf_lru_cache_spec = {
    .name = "functools._lru_cache_wrapper",
    .doc = "Wraps a function so that results are kept and given again for the same arguments.\n\n"
           "user_function: the function\n"
           "maxsize: how many results; 0: none, None: all\n"
           "typed: are arguments of different types different, even if they are equal?\n"
           "cache_info_type: called by cache_info(hits, misses, maxsize, currsize)",
    .flags = WF_TF_BASETYPE | WF_TF_HAS_DICT | WF_TF_WEAKREFS | WF_TF_METHOD,
    .size = sizeof(Lru),
    .methods = lru_methods,
    .slots = {.call = lru_call, .descr_get = lru_get, .new_ = lru_new, .trace = lru_trace},
};

/* --- the module -------------------------------------------------------------------------------------------------- */

static const WfBuiltinDef functools_functions[] = {
    {"reduce", functools_reduce, "(function, iterable, initial=?, /)",
     "function(...function(function(a, b), c)...) for the items a, b, c, ...\n\n"
     "Begins with initial if it is given; it is the result for an empty iterable."},
    {"cmp_to_key", functools_cmp_to_key, "(mycmp)", "Key function out of a function that compares two items (<0, 0, >0)."},
    {0},
};

static WfStatus functools_init(WfThread *t, WfValue module)
{
    if (wf_type_ready(t, WF_TYPE(CMP_KEY)) != WF_OK || wf_module_add_type(t, module, WF_TYPE(PARTIAL)) != WF_OK) {
        return WF_RAISED;
    }
    return wf_module_add_type(t, module, WF_TYPE(LRU_CACHE));
}

const WfModuleDef wf_module__functools = {
    .name = "_functools",
    .doc = "The parts of functools that are written in C.",
    .functions = functools_functions,
    .init = functools_init,
};
