/* _collections_odict.c - OrderedDict: a dict whose items can be moved to either end, with its views and iterators.
 * SPDX-License-Identifier: MIT
 * Design:     dict is ordered and knows how to take items from either end and move them there (wf_dict_popitem,
 *             wf_dict_move_to_end), so this is dict with other methods and nothing beside it. An iterator remembers what the
 *             table looked like: it changes with every key that is added, removed or moved.
 * Threads:    as dict. */
#include "model/builtin.h"
#include "model/object.h"
#include "objects/container.h"
#include "objects/dict.h"
#include "objects/iterators.h"
#include "objects/list.h"
#include "objects/tuple.h"

typedef enum Part { KEYS = 1, VALUES = 2, ITEMS = 3, REVERSE = 4 } Part;

static bool is_odict(WfValue v)
{
    return wf_is_dict(v) && wf_is_instance_of(v, WF_TYPE(ORDEREDDICT));
}

static bool is_exact(WfValue v)
{
    return wf_type(v) == WF_TYPE(ORDEREDDICT);
}

/* --- iterators and views ----------------------------------------------------------------------------------------- */

typedef struct OdictIter {
    WfObject h;
    WfSlot dict;  /* EMPTY: exhausted */
    WfSlot table; /* WfDictTable of the dict when the iterator was made */
    int64_t x_pos;
    int64_t used;
    uint32_t filled, low;
    int64_t part;
} OdictIter;

static void iter_trace(WfMarker *m, WfObject *o)
{
    wf_mark_slots(m, &((OdictIter *)o)->dict, 2);
}

static WfValue iter_new(WfThread *t, WfValue dict, Part part)
{
    OdictIter *it = WF_NEW(t, OdictIter, ODICT_ITERATOR, NATIVE);
    if (it != NULL) {
        WfDict *d = wf_as_dict(dict);
        wf_lock(t, d);
        WfDictTable *x = wf_dict_table(d);
        wf_store_raw(&it->dict, dict);
        wf_store_ptr_raw(&it->table, x);
        it->used = d->x_used;
        it->filled = x == NULL ? 0 : x->x_filled;
        it->low = x == NULL ? 0 : x->x_low;
        it->part = part;
        it->x_pos = part & REVERSE ? INT64_MAX : 0;
        wf_unlock(t, d);
    }
    return wf_from_object(it);
}

static WfFound iter_next(WfThread *t, WfValue self, WfValue *out)
{
    OdictIter *it = WF_AS(OdictIter, self);
    for (;;) {
        WfDict *d = WF_LOAD(WfDict, &it->dict);
        WfValue k, v;
        if (d == NULL) {
            return WF_MISSING;
        }
        WfDictTable *x = wf_dict_table(d);
        bool same = x == WF_LOAD(WfDictTable, &it->table) && wf_dict_used(d) == it->used
                    && (x == NULL
                        || (__atomic_load_n(&x->x_filled, __ATOMIC_ACQUIRE) == it->filled
                            && __atomic_load_n(&x->x_low, __ATOMIC_ACQUIRE) == it->low));
        if (!same) {
            const char *what = x == NULL ? "changed size" : "mutated";
            wf_store_raw(&it->dict, WF_EMPTY);
            return WF_FAIL_FOUND(wf_raise(t, WF_EXC(RuntimeError), "OrderedDict %s during iteration", what));
        }
        int64_t at = __atomic_load_n(&it->x_pos, __ATOMIC_RELAXED), pos = at;
        if (!(it->part & REVERSE ? wf_dict_prev(d, &pos, &k, &v) : wf_dict_next(d, &pos, &k, &v))) {
            wf_store_raw(&it->dict, WF_EMPTY);
            wf_store_raw(&it->table, WF_EMPTY);
            return WF_MISSING;
        }
        if (!__atomic_compare_exchange_n(&it->x_pos, &at, pos, false, __ATOMIC_RELAXED, __ATOMIC_RELAXED)) {
            continue;
        }
        int64_t part = it->part & ITEMS;
        if (part != KEYS && !is_exact(wf_from_object(d))) {
            v = wf_getitem(t, wf_from_object(d), k);
            if (wf_is_empty(v)) {
                return WF_ERROR;
            }
        }
        *out = part == KEYS ? k : part == VALUES ? v : wf_tuple_pair(t, k, v);
        return wf_is_empty(*out) ? WF_ERROR : WF_FOUND;
    }
}

static WfValue iter_self(WfThread *t, WfValue self)
{
    return self;
}

static WfValue iter_reduce(WfThread *t, WfValue *a)
{
    OdictIter *it = WF_AS(OdictIter, a[0]);
    OdictIter *copy = WF_NEW(t, OdictIter, ODICT_ITERATOR, NATIVE);
    if (copy == NULL) {
        return WF_EMPTY;
    }
    wf_store(&copy->dict, wf_load(&it->dict));
    wf_store(&copy->table, wf_load(&it->table));
    copy->x_pos = __atomic_load_n(&it->x_pos, __ATOMIC_RELAXED);
    copy->used = it->used;
    copy->filled = it->filled;
    copy->low = it->low;
    copy->part = it->part;
    WfValue rest = wf_to_list(t, wf_from_object(copy));
    WfValue iter = wf_is_empty(rest) ? WF_EMPTY : wf_builtin_by_name(t, "iter");
    WfValue args = wf_is_empty(iter) ? WF_EMPTY : WF_TUPLE_OF(t, rest);
    return wf_is_empty(args) ? WF_EMPTY : wf_tuple_pair(t, iter, args);
}

static const WfBuiltinDef iter_methods[] = {{"__reduce__", iter_reduce, "(self, /)", "For pickle."}, {0}};

const WfTypeSpec wf_odict_iterator_spec = {
    .name = "odict_iterator",
    .flags = WF_TF_NO_NEW,
    .size = sizeof(OdictIter),
    .methods = iter_methods,
    .slots = {.iter = iter_self, .next = iter_next, .trace = iter_trace},
};

static WfValue odict_iter(WfThread *t, WfValue self)
{
    return iter_new(t, self, KEYS);
}

#define VIEW(NAME, PART, DOC)                                                                      \
    static WfValue NAME##_iter(WfThread *t, WfValue self)                                          \
    {                                                                                              \
        return iter_new(t, wf_load(&WF_AS(WfDictView, self)->dict), PART);                         \
    }                                                                                              \
    static WfValue NAME##_reversed(WfThread *t, WfValue *a)                                        \
    {                                                                                              \
        return iter_new(t, wf_load(&WF_AS(WfDictView, a[0])->dict), PART | REVERSE);               \
    }                                                                                              \
    static const WfBuiltinDef NAME##_methods[] = {{"__reversed__", NAME##_reversed, "(self, /)", DOC}, {0}}; \
    const WfTypeSpec wf_odict_##NAME##_spec = {                                                    \
        .name = "odict_" #NAME,                                                                    \
        .flags = WF_TF_NO_NEW,                                                                     \
        .size = sizeof(WfDictView),                                                                \
        .methods = NAME##_methods,                                                                 \
        .slots = {.iter = NAME##_iter},                                                            \
    };
VIEW(keys, KEYS, "Iterator over the keys, last one first.")
VIEW(values, VALUES, "Iterator over the values, last one first.")
VIEW(items, ITEMS, "Iterator over the items, last one first.")

static WfValue odict_keys(WfThread *t, WfValue *a)
{
    return wf_dict_view(t, a[0], WF_TYPE(ODICT_KEYS));
}

static WfValue odict_values(WfThread *t, WfValue *a)
{
    return wf_dict_view(t, a[0], WF_TYPE(ODICT_VALUES));
}

static WfValue odict_items(WfThread *t, WfValue *a)
{
    return wf_dict_view(t, a[0], WF_TYPE(ODICT_ITEMS));
}

static WfValue odict_reversed(WfThread *t, WfValue *a)
{
    return iter_new(t, a[0], KEYS | REVERSE);
}

/* --- updating: through __setitem__, as MutableMapping does -------------------------------------------------------- */

static WfStatus put(WfThread *t, WfValue self, WfValue k, WfValue v)
{
    return is_exact(self) ? wf_dict_set(t, wf_as_dict(self), k, v) : wf_setitem(t, self, k, v);
}

static WfStatus add_pairs(WfThread *t, WfValue self, WfValue pairs)
{
    WfValue it = wf_iter(t, pairs), pair;
    if (wf_is_empty(it)) {
        return WF_RAISED;
    }
    WfFound more;
    while ((more = wf_next(t, it, &pair)) == WF_FOUND) {
        WfValue parts = wf_iter(t, pair), kv[2], extra;
        if (wf_is_empty(parts)) {
            return WF_RAISED;
        }
        for (int i = 0; i < 2; i++) {
            WfFound found = wf_next(t, parts, &kv[i]);
            if (found == WF_MISSING) {
                wf_raise(t, WF_EXC(ValueError), "need more than %d value%s to unpack", i, i == 1 ? "" : "s");
            }
            if (found != WF_FOUND) {
                return WF_RAISED;
            }
        }
        WfFound found = wf_next(t, parts, &extra);
        if (found == WF_FOUND) {
            wf_raise(t, WF_EXC(ValueError), "too many values to unpack (expected 2)");
        }
        if (found != WF_MISSING || put(t, self, kv[0], kv[1]) != WF_OK) {
            return WF_RAISED;
        }
    }
    return more == WF_ERROR ? WF_RAISED : WF_OK;
}

static WfStatus update_from(WfThread *t, WfValue self, WfValue other)
{
    if (WF_IS_EXACT(other, DICT)) {
        if (is_exact(self)) {
            return wf_dict_merge(t, wf_as_dict(self), other, true);
        }
        WfValue items = wf_dict_items_list(t, wf_as_dict(other));
        return wf_is_empty(items) ? WF_RAISED : add_pairs(t, self, items);
    }
    WfValue method;
    WfFound has = wf_getattr_opt(t, other, WF_NAME(keys), &method);
    if (has == WF_ERROR) {
        return WF_RAISED;
    }
    if (has == WF_FOUND) {
        WfValue keys = wf_call0(t, method), k;
        WfValue it = wf_is_empty(keys) ? WF_EMPTY : wf_iter(t, keys);
        if (wf_is_empty(it)) {
            return WF_RAISED;
        }
        WfFound more;
        while ((more = wf_next(t, it, &k)) == WF_FOUND) {
            WfValue v = wf_getitem(t, other, k);
            if (wf_is_empty(v) || put(t, self, k, v) != WF_OK) {
                return WF_RAISED;
            }
        }
        return more == WF_ERROR ? WF_RAISED : WF_OK;
    }
    has = wf_getattr_opt(t, other, WF_NAME(items), &method);
    if (has == WF_ERROR) {
        return WF_RAISED;
    }
    if (has == WF_FOUND) {
        WfValue items = wf_call0(t, method);
        return wf_is_empty(items) ? WF_RAISED : add_pairs(t, self, items);
    }
    return add_pairs(t, self, other);
}

static WfStatus odict_init(WfThread *t, WfValue self, const WfArgs *args)
{
    if (args->n_pos > 1) {
        return WF_FAIL(
            wf_raise(t, WF_EXC(TypeError), "expected at most 1 arguments, got %lld", (long long)args->n_pos));
    }
    if (args->n_pos == 1 && update_from(t, self, args->items[0]) != WF_OK) {
        return WF_RAISED;
    }
    for (int64_t i = 0; args->kwnames != NULL && i < args->kwnames->length; i++) {
        if (put(t, self, wf_tuple_at(args->kwnames, i), args->items[args->n_pos + i]) != WF_OK) {
            return WF_RAISED;
        }
    }
    return WF_OK;
}

static WfValue odict_update(WfThread *t, WfValue *a)
{
    WfTuple *args = wf_as_tuple(a[1]);
    if (args->length > 1) {
        return wf_raise(t, WF_EXC(TypeError), "update() takes at most 1 positional argument (%lld given)",
                        (long long)args->length);
    }
    if ((args->length == 1 && update_from(t, a[0], wf_tuple_at(args, 0)) != WF_OK) || update_from(t, a[0], a[2]) != WF_OK) {
        return WF_EMPTY;
    }
    return WF_NONE;
}

/* --- the rest ---------------------------------------------------------------------------------------------------- */

static WfValue odict_new(WfThread *t, WfType *type, const WfArgs *args)
{
    return wf_from_object(wf_instance_new(t, type, 0));
}

static WfValue odict_fromkeys(WfThread *t, WfValue *a)
{
    WfValue out = wf_call0(t, a[0]), k;
    WfValue it = wf_is_empty(out) ? WF_EMPTY : wf_iter(t, a[1]);
    if (wf_is_empty(it)) {
        return WF_EMPTY;
    }
    WfFound more;
    while ((more = wf_next(t, it, &k)) == WF_FOUND) {
        if (wf_setitem(t, out, k, a[2]) != WF_OK) {
            return WF_EMPTY;
        }
    }
    return more == WF_ERROR ? WF_EMPTY : out;
}

static WfValue odict_pop(WfThread *t, WfValue *a)
{
    WfValue v;
    WfFound found = wf_dict_pop(t, wf_as_dict(a[0]), a[1], &v);
    if (found == WF_MISSING) {
        return wf_is_empty(a[2]) ? wf_raise_key_error(t, a[1]) : a[2];
    }
    return found == WF_FOUND ? v : WF_EMPTY;
}

static WfValue odict_popitem(WfThread *t, WfValue *a)
{
    WfValue k, v;
    bool last;
    if (wf_to_bool(t, a[1], &last) != WF_OK) {
        return WF_EMPTY;
    }
    WfFound found = wf_dict_popitem(t, wf_as_dict(a[0]), last, &k, &v);
    if (found == WF_MISSING) {
        return wf_raise(t, WF_EXC(KeyError), "dictionary is empty");
    }
    return found == WF_FOUND ? wf_tuple_pair(t, k, v) : WF_EMPTY;
}

static WfValue odict_move_to_end(WfThread *t, WfValue *a)
{
    bool last;
    if (wf_to_bool(t, a[2], &last) != WF_OK) {
        return WF_EMPTY;
    }
    int64_t hash;
    if (wf_hash_fast(t, a[1], &hash) != WF_OK) {
        return WF_EMPTY;
    }
    WfFound found = wf_dict_move_to_end(t, wf_as_dict(a[0]), a[1], hash, last);
    if (found == WF_MISSING) {
        return wf_raise_key_error(t, a[1]);
    }
    return found == WF_FOUND ? WF_NONE : WF_EMPTY;
}

static WfValue odict_setdefault(WfThread *t, WfValue *a)
{
    if (is_exact(a[0])) {
        return wf_dict_setdefault(t, wf_as_dict(a[0]), a[1], a[2]);
    }
    WfFound there = wf_contains(t, a[0], a[1]);
    if (there == WF_FOUND) {
        return wf_getitem(t, a[0], a[1]);
    }
    return there == WF_ERROR || wf_setitem(t, a[0], a[1], a[2]) != WF_OK ? WF_EMPTY : a[2];
}

static WfValue odict_clear(WfThread *t, WfValue *a)
{
    wf_dict_clear(t, wf_as_dict(a[0]));
    return WF_NONE;
}

static WfValue odict_copy(WfThread *t, WfValue *a)
{
    WfValue out = wf_call0(t, wf_from_object(wf_type(a[0])));
    if (wf_is_empty(out)) {
        return WF_EMPTY;
    }
    if (is_exact(a[0])) {
        return wf_dict_merge(t, wf_as_dict(out), wf_from_object(wf_as_dict(wf_dict_copy(t, wf_as_dict(a[0])))), true) == WF_OK
                   ? out
                   : WF_EMPTY;
    }
    WfValue keys = wf_dict_keys_list(t, wf_as_dict(a[0]));
    for (int64_t i = 0; !wf_is_empty(keys) && i < wf_list_length(wf_as_list(keys)); i++) {
        WfValue k = wf_list_at(wf_as_list(keys), i), v = wf_getitem(t, a[0], k);
        if (wf_is_empty(v) || wf_setitem(t, out, k, v) != WF_OK) {
            return WF_EMPTY;
        }
    }
    return wf_is_empty(keys) ? WF_EMPTY : out;
}

static WfValue odict_reduce(WfThread *t, WfValue *a)
{
    WfValue state = wf_call_method0(t, a[0], WF_NAME(__getstate__));
    WfValue items = wf_is_empty(state) ? WF_EMPTY : wf_call_method0(t, a[0], WF_NAME(items));
    WfValue it = wf_is_empty(items) ? WF_EMPTY : wf_iter(t, items);
    WfValue args = wf_is_empty(it) ? WF_EMPTY : wf_tuple_from(t, NULL, 0);
    return wf_is_empty(args) ? WF_EMPTY : WF_TUPLE_OF(t, wf_from_object(wf_type(a[0])), args, state, WF_NONE, it);
}

static WfValue odict_repr(WfThread *t, WfValue self)
{
    if (wf_dict_used(wf_as_dict(self)) == 0) {
        return wf_str_format(t, "%t()", self);
    }
    WfFound running = wf_repr_enter(t, self);
    if (running != WF_MISSING) {
        return running == WF_ERROR ? WF_EMPTY : wf_str_from_cstr(t, "...");
    }
    WfValue items;
    if (is_exact(self)) {
        items = wf_dict_items_list(t, wf_as_dict(self));
    } else {
        items = wf_call_method0(t, self, WF_NAME(items));
        items = wf_is_empty(items) ? WF_EMPTY : wf_to_list(t, items);
    }
    WfValue result = wf_is_empty(items) ? WF_EMPTY : wf_str_format(t, "%t(%R)", self, items);
    wf_repr_leave(t, self);
    return result;
}

static WfFound same_order(WfThread *t, WfDict *a, WfDict *b)
{
    int64_t p = 0, q = 0;
    WfValue k, l, v;
    for (;;) {
        bool x = wf_dict_next(a, &p, &k, &v), y = wf_dict_next(b, &q, &l, &v);
        if (!x || !y) {
            return x == y ? WF_FOUND : WF_MISSING;
        }
        WfFound same = wf_equal_fast(t, k, l);
        if (same != WF_FOUND) {
            return same;
        }
    }
}

static WfValue odict_richcompare(WfThread *t, WfValue a, WfValue b, int op)
{
    if ((op != WF_EQ && op != WF_NE) || !wf_is_dict(a) || !wf_is_dict(b)) {
        return WF_NOT_IMPLEMENTED;
    }
    WfFound same = wf_dict_equal(t, wf_as_dict(a), wf_as_dict(b));
    if (same == WF_FOUND && is_odict(a) && is_odict(b)) {
        same = same_order(t, wf_as_dict(a), wf_as_dict(b));
    }
    return same == WF_ERROR ? WF_EMPTY : WF_BOOL((same == WF_FOUND) == (op == WF_EQ));
}

static WfValue odict_or(WfThread *t, WfValue a, WfValue b)
{
    bool left = is_odict(a);
    WfValue other = left ? b : a;
    if (!wf_is_dict(other)) {
        return WF_NOT_IMPLEMENTED;
    }
    WfValue out = wf_call1(t, wf_from_object(wf_type(left ? a : b)), a);
    return wf_is_empty(out) || update_from(t, out, b) != WF_OK ? WF_EMPTY : out;
}

static WfValue odict_ior(WfThread *t, WfValue self, WfValue other)
{
    return update_from(t, self, other) == WF_OK ? self : WF_EMPTY;
}

static const WfBuiltinDef odict_methods[] = {
    {"fromkeys", odict_fromkeys, "(type, /, iterable, value=None)", "New OrderedDict: each key of iterable with the same value.",
     WF_FN_CLASS},
    {"setdefault", odict_setdefault, "(self, /, key, default=None)",
     "The value for key; a key that is absent is added with the default first."},
    {"pop", odict_pop, "(self, /, key, default=?)",
     "Remove key and return its value; an absent key gives the default, or KeyError without one."},
    {"popitem", odict_popitem, "(self, /, last=True)", "Remove the last item, or the first, and return it as a pair."},
    {"keys", odict_keys, "(self, /)", "A view of the keys."},
    {"values", odict_values, "(self, /)", "A view of the values."},
    {"items", odict_items, "(self, /)", "A view of the items, as pairs."},
    {"update", odict_update, "(self, /, *args, **kwargs)",
     "Take over the items of a mapping or of an iterable of pairs, then those given by keyword."},
    {"clear", odict_clear, "(self, /)", "Remove all items."},
    {"copy", odict_copy, "(self, /)", "A shallow copy."},
    {"__reversed__", odict_reversed, "(self, /)", "Iterator over the keys, last one first."},
    {"__reduce__", odict_reduce, "(self, /)", "For pickle."},
    {"move_to_end", odict_move_to_end, "(self, /, key, last=True)",
     "Make key the last one, or the first; KeyError if it is absent."},
    {0},
};

const WfTypeSpec wf_ordereddict_spec = {
    .name = "collections.OrderedDict",
    .doc = "Dictionary that remembers insertion order.",
    .flags = WF_TF_BASETYPE | WF_TF_MAPPING | WF_TF_HAS_DICT | WF_TF_WEAKREFS,
    .size = sizeof(WfDict),
    .methods = odict_methods,
    .slots = {
        .repr = odict_repr,
        .richcompare = odict_richcompare,
        .iter = odict_iter,
        .init = odict_init,
        .new_ = odict_new,
        .binary = {[WF_BIN_OR] = odict_or},
        .inplace = {[WF_BIN_OR] = odict_ior},
    },
};
