/* dictviews.c - dict_keys, dict_values, dict_items, and the iterators over dicts in both directions.
 * SPDX-License-Identifier: MIT
 * Design:     a view holds its dict; what it does as a set goes through a new set. An iterator holds the number of the entry
 *             to look at next. It reports a dict whose size has changed; like CPython's it does not notice changes
 *             that leave the size as it was, until it meets more keys than there were.
 * Threads:    a view is immutable. An entry is delivered to the thread that moves x_pos past it. */
#include "model/builtin.h"
#include "objects/container.h"
#include "objects/iterators.h"
#include "objects/set.h"

static void view_trace(WfMarker *m, WfObject *o)
{
    wf_mark_slot(m, &((WfDictView *)o)->dict);
}

WfValue wf_dict_view(WfThread *t, WfValue dict, WfType *type)
{
    WfDictView *v = wf_gc_alloc_head(t, sizeof(WfDictView), wf_head(WF_STATIC_SHAPE_ID(type->tid), WF_KIND_NATIVE));
    if (v != NULL) {
        wf_store_raw(&v->dict, dict);
    }
    return wf_from_object(v);
}

WF_INLINE WfDict *dict_of(WfValue view)
{
    return WF_LOAD(WfDict, &WF_AS(WfDictView, view)->dict);
}

static bool is_set_view(WfValue v)
{
    return WF_IS_EXACT(v, DICT_KEYS) || WF_IS_EXACT(v, DICT_ITEMS)
           || (WF_IS_KIND(v, NATIVE) && (wf_is_instance_of(v, WF_TYPE(DICT_KEYS)) || wf_is_instance_of(v, WF_TYPE(DICT_ITEMS))));
}

/* --- iterators --------------------------------------------------------------------------------------------- */

static WfValue iter_new(WfThread *t, WfValue dict, WfType *type, int64_t pos)
{
    WfDictIter *it = wf_gc_alloc_head(t, sizeof(WfDictIter), wf_head(WF_STATIC_SHAPE_ID(type->tid), WF_KIND_NATIVE));
    if (it != NULL) {
        wf_store_raw(&it->dict, dict);
        it->x_pos = pos;
        it->used = it->x_left = wf_dict_used(wf_as_dict(dict));
    }
    return wf_from_object(it);
}

WfValue wf_dict_iter(WfThread *t, WfValue dict)
{
    return iter_new(t, dict, WF_TYPE(DICT_KEYITERATOR), 0);
}

WfValue wf_dict_reverse_iter(WfThread *t, WfValue dict, WfType *type)
{
    return iter_new(t, dict, type, INT64_MAX);
}

static WfFound step(WfThread *t, WfDictIter *it, WfValue *key, WfValue *value, bool forward)
{
    for (;;) {
        WfDict *d = WF_LOAD(WfDict, &it->dict);
        if (d == NULL) {
            return WF_MISSING;
        }
        if (__atomic_load_n(&it->used, __ATOMIC_RELAXED) != wf_dict_used(d)) {
            __atomic_store_n(&it->used, -1, __ATOMIC_RELAXED);
            return WF_FAIL_FOUND(wf_raise(t, WF_EXC(RuntimeError), "dictionary changed size during iteration"));
        }
        int64_t at = __atomic_load_n(&it->x_pos, __ATOMIC_RELAXED), pos = at;
        if (!(forward ? wf_dict_next(d, &pos, key, value) : wf_dict_prev(d, &pos, key, value))) {
            wf_store_raw(&it->dict, WF_EMPTY);
            return WF_MISSING;
        }
        if (!wf_threaded(t)) {
            it->x_pos = pos;
        } else if (!__atomic_compare_exchange_n(&it->x_pos, &at, pos, false, __ATOMIC_RELAXED, __ATOMIC_RELAXED)) {
            continue;
        }
        if (__atomic_fetch_sub(&it->x_left, 1, __ATOMIC_RELAXED) <= 0 && forward) {
            wf_store_raw(&it->dict, WF_EMPTY);
            return WF_FAIL_FOUND(wf_raise(t, WF_EXC(RuntimeError), "dictionary keys changed during iteration"));
        }
        return WF_FOUND;
    }
}

WfFound wf_dict_iter_step(WfThread *t, WfDictIter *it, WfValue *key, WfValue *value)
{
    return step(t, it, key, value, true);
}

static WfFound pair_of(WfThread *t, WfFound found, WfValue k, WfValue v, WfValue *out)
{
    if (found == WF_FOUND) {
        *out = wf_tuple_pair(t, k, v);
        return wf_is_empty(*out) ? WF_ERROR : WF_FOUND;
    }
    return found;
}

static WfFound key_next(WfThread *t, WfValue self, WfValue *out)
{
    WfValue v;
    return step(t, WF_AS(WfDictIter, self), out, &v, true);
}

static WfFound value_next(WfThread *t, WfValue self, WfValue *out)
{
    WfValue k;
    return step(t, WF_AS(WfDictIter, self), &k, out, true);
}

static WfFound item_next(WfThread *t, WfValue self, WfValue *out)
{
    WfValue k, v;
    return pair_of(t, step(t, WF_AS(WfDictIter, self), &k, &v, true), k, v, out);
}

static WfFound reverse_key_next(WfThread *t, WfValue self, WfValue *out)
{
    WfValue v;
    return step(t, WF_AS(WfDictIter, self), out, &v, false);
}

static WfFound reverse_value_next(WfThread *t, WfValue self, WfValue *out)
{
    WfValue k;
    return step(t, WF_AS(WfDictIter, self), &k, out, false);
}

static WfFound reverse_item_next(WfThread *t, WfValue self, WfValue *out)
{
    WfValue k, v;
    return pair_of(t, step(t, WF_AS(WfDictIter, self), &k, &v, false), k, v, out);
}

static WfValue iter_self(WfThread *t, WfValue self)
{
    return self;
}

static WfValue iter_hint(WfThread *t, WfValue *a)
{
    WfDictIter *it = WF_AS(WfDictIter, a[0]);
    WfDict *d = WF_LOAD(WfDict, &it->dict);
    int64_t left = __atomic_load_n(&it->x_left, __ATOMIC_RELAXED);
    return wf_small_int(d == NULL || left < 0 || it->used != wf_dict_used(d) ? 0 : left);
}

static WfValue iter_reduce(WfThread *t, WfValue *a)
{
    /* on a copy: the iterator itself goes on where it is */
    WfDictIter *it = WF_AS(WfDictIter, a[0]);
    WfDictIter *copy = wf_gc_alloc_head(t, sizeof(WfDictIter), wf_head(wf_shape_id(&it->h), WF_KIND_NATIVE));
    if (copy == NULL) {
        return WF_EMPTY;
    }
    wf_store_raw(&copy->dict, wf_load(&it->dict));
    copy->x_pos = __atomic_load_n(&it->x_pos, __ATOMIC_RELAXED);
    copy->used = __atomic_load_n(&it->used, __ATOMIC_RELAXED);
    copy->x_left = __atomic_load_n(&it->x_left, __ATOMIC_RELAXED);
    WfValue rest = wf_to_list(t, wf_from_object(copy));
    WfValue iter = wf_is_empty(rest) ? WF_EMPTY : wf_builtin_by_name(t, "iter");
    WfValue args = wf_is_empty(iter) ? WF_EMPTY : WF_TUPLE_OF(t, rest);
    return wf_is_empty(args) ? WF_EMPTY : wf_tuple_pair(t, iter, args);
}

static void iter_trace(WfMarker *m, WfObject *o)
{
    wf_mark_slot(m, &((WfDictIter *)o)->dict);
}

static const WfBuiltinDef iter_methods[] = {
    {"__length_hint__", iter_hint, "(self, /)", "How many items are left."},
    {"__reduce__", iter_reduce, "(self, /)", "For pickle."},
    {0},
};

#define ITERATOR(NAME, NEXT)                                                                       \
    const WfTypeSpec wf_##NAME##_spec = {                                                          \
        .name = #NAME,                                                                             \
        .flags = WF_TF_NO_NEW,                                                                     \
        .size = sizeof(WfDictIter),                                                                \
        .methods = iter_methods,                                                                   \
        .slots = {.iter = iter_self, .next = NEXT, .trace = iter_trace},                           \
    }
ITERATOR(dict_keyiterator, key_next);
ITERATOR(dict_valueiterator, value_next);
ITERATOR(dict_itemiterator, item_next);
ITERATOR(dict_reversekeyiterator, reverse_key_next);
ITERATOR(dict_reversevalueiterator, reverse_value_next);
ITERATOR(dict_reverseitemiterator, reverse_item_next);

/* --- views ------------------------------------------------------------------------------------------------- */

static WfStatus view_len(WfThread *t, WfValue self, int64_t *len)
{
    *len = wf_dict_used(dict_of(self));
    return WF_OK;
}

static WfValue view_repr(WfThread *t, WfValue self)
{
    WfFound running = wf_repr_enter(t, self);
    if (running != WF_MISSING) {
        return running == WF_ERROR ? WF_EMPTY : wf_str_from_cstr(t, "...");
    }
    WfValue list = wf_to_list(t, self);
    WfValue result = wf_is_empty(list) ? WF_EMPTY : wf_str_format(t, "%T(%R)", self, list);
    wf_repr_leave(t, self);
    return result;
}

static WfValue view_mapping(WfThread *t, WfValue self)
{
    return wf_call1(t, wf_from_object(WF_TYPE(MAPPINGPROXY)), wf_from_object(dict_of(self)));
}

static WfValue keys_iter(WfThread *t, WfValue self)
{
    return iter_new(t, wf_from_object(dict_of(self)), WF_TYPE(DICT_KEYITERATOR), 0);
}

static WfValue values_iter(WfThread *t, WfValue self)
{
    return iter_new(t, wf_from_object(dict_of(self)), WF_TYPE(DICT_VALUEITERATOR), 0);
}

static WfValue items_iter(WfThread *t, WfValue self)
{
    return iter_new(t, wf_from_object(dict_of(self)), WF_TYPE(DICT_ITEMITERATOR), 0);
}

static WfValue keys_reversed(WfThread *t, WfValue *a)
{
    return wf_dict_reverse_iter(t, wf_from_object(dict_of(a[0])), WF_TYPE(DICT_REVERSEKEYITERATOR));
}

static WfValue values_reversed(WfThread *t, WfValue *a)
{
    return wf_dict_reverse_iter(t, wf_from_object(dict_of(a[0])), WF_TYPE(DICT_REVERSEVALUEITERATOR));
}

static WfValue items_reversed(WfThread *t, WfValue *a)
{
    return wf_dict_reverse_iter(t, wf_from_object(dict_of(a[0])), WF_TYPE(DICT_REVERSEITEMITERATOR));
}

static WfFound keys_contains(WfThread *t, WfValue self, WfValue key)
{
    WfValue v;
    return wf_dict_get(t, dict_of(self), key, &v);
}

static WfFound items_contains(WfThread *t, WfValue self, WfValue item)
{
    if (!wf_is_tuple(item) || wf_as_tuple(item)->length != 2) {
        return WF_MISSING;
    }
    WfValue v;
    WfFound found = wf_dict_get(t, dict_of(self), wf_tuple_at(wf_as_tuple(item), 0), &v);
    return found == WF_FOUND ? wf_equal_fast(t, v, wf_tuple_at(wf_as_tuple(item), 1)) : found;
}

/* --- views as sets ------------------------------------------------------------------------------------------- */

static WfFound all_in(WfThread *t, WfValue a, WfValue b)
{
    WfValue it = wf_iter(t, a), k;
    if (wf_is_empty(it)) {
        return WF_ERROR;
    }
    WfFound more;
    while ((more = wf_next(t, it, &k)) == WF_FOUND) {
        WfFound there = wf_contains(t, b, k);
        if (there != WF_FOUND) {
            return there;
        }
    }
    return more == WF_ERROR ? WF_ERROR : WF_FOUND;
}

static WfValue view_richcompare(WfThread *t, WfValue a, WfValue b, int op)
{
    if (!wf_is_set(b) && !is_set_view(b)) {
        return WF_NOT_IMPLEMENTED;
    }
    int64_t p, q;
    if (wf_len(t, a, &p) != WF_OK || wf_len(t, b, &q) != WF_OK) {
        return WF_EMPTY;
    }
    WfFound result = WF_MISSING;
    switch (op) {
    case WF_EQ:
    case WF_NE:
        if (p == q) {
            result = all_in(t, a, b);
        }
        if (op == WF_NE && result != WF_ERROR) {
            result = result == WF_FOUND ? WF_MISSING : WF_FOUND;
        }
        break;
    case WF_LT:
        if (p < q) {
            result = all_in(t, a, b);
        }
        break;
    case WF_LE:
        if (p <= q) {
            result = all_in(t, a, b);
        }
        break;
    case WF_GT:
        if (p > q) {
            result = all_in(t, b, a);
        }
        break;
    default:
        if (p >= q) {
            result = all_in(t, b, a);
        }
        break;
    }
    return result == WF_ERROR ? WF_EMPTY : WF_BOOL(result == WF_FOUND);
}

static WfValue to_set(WfThread *t, WfValue v)
{
    if (WF_IS_EXACT(v, DICT_KEYS) && WF_IS_EXACT(wf_load(&WF_AS(WfDictView, v)->dict), DICT)) {
        v = wf_load(&WF_AS(WfDictView, v)->dict);
    }
    return wf_set_from(t, v);
}

static WfValue view_sub(WfThread *t, WfValue a, WfValue b)
{
    WfValue s = to_set(t, a);
    return wf_is_empty(s) || wf_set_difference_update(t, wf_as_set(s), b) != WF_OK ? WF_EMPTY : s;
}

static WfValue view_or(WfThread *t, WfValue a, WfValue b)
{
    WfValue s = to_set(t, a);
    return wf_is_empty(s) || wf_set_update(t, wf_as_set(s), b) != WF_OK ? WF_EMPTY : s;
}

static WfValue view_xor(WfThread *t, WfValue a, WfValue b)
{
    WfValue s = to_set(t, a);
    return wf_is_empty(s) || wf_set_symmetric_difference_update(t, wf_as_set(s), b) != WF_OK ? WF_EMPTY : s;
}

static WfValue view_and(WfThread *t, WfValue a, WfValue b)
{
    WfValue self = is_set_view(a) ? a : b, other = is_set_view(a) ? b : a, k;
    if (is_set_view(other) && wf_dict_used(dict_of(other)) > wf_dict_used(dict_of(self))) {
        WfValue x = self;
        self = other;
        other = x;
    }
    WfValue out = wf_set_new(t);
    WfValue it = wf_is_empty(out) ? WF_EMPTY : wf_iter(t, other);
    if (wf_is_empty(it)) {
        return WF_EMPTY;
    }
    WfFound more;
    while ((more = wf_next(t, it, &k)) == WF_FOUND) {
        WfFound there = wf_contains(t, self, k);
        if (there == WF_ERROR || (there == WF_FOUND && wf_set_add(t, wf_as_set(out), k) != WF_OK)) {
            return WF_EMPTY;
        }
    }
    return more == WF_ERROR ? WF_EMPTY : out;
}

static WfValue view_isdisjoint(WfThread *t, WfValue *a)
{
    WfValue self = a[0], other = a[1], k;
    if (wf_is(self, other)) {
        return WF_BOOL(wf_dict_used(dict_of(self)) == 0);
    }
    if (WF_IS_EXACT(other, SET) || is_set_view(other)) {
        int64_t n;
        if (wf_len(t, other, &n) != WF_OK) {
            return WF_EMPTY;
        }
        if (n > wf_dict_used(dict_of(self))) {
            self = other;
            other = a[0];
        }
    }
    WfValue it = wf_iter(t, other);
    if (wf_is_empty(it)) {
        return WF_EMPTY;
    }
    WfFound more;
    while ((more = wf_next(t, it, &k)) == WF_FOUND) {
        WfFound there = wf_contains(t, self, k);
        if (there != WF_MISSING) {
            return there == WF_ERROR ? WF_EMPTY : WF_FALSE;
        }
    }
    return more == WF_ERROR ? WF_EMPTY : WF_TRUE;
}

static const WfBuiltinDef keys_methods[] = {
    {"isdisjoint", view_isdisjoint, "(self, other, /)", "Is no key in other?"},
    {"__reversed__", keys_reversed, "(self, /)", "Iterator over the keys, last one first."},
    {0},
};
static const WfBuiltinDef values_methods[] = {
    {"__reversed__", values_reversed, "(self, /)", "Iterator over the values, last one first."},
    {0},
};
static const WfBuiltinDef items_methods[] = {
    {"isdisjoint", view_isdisjoint, "(self, other, /)", "Is no item in other?"},
    {"__reversed__", items_reversed, "(self, /)", "Iterator over the items, last one first."},
    {0},
};
static const WfGetSetDef view_getsets[] = {
    {"mapping", view_mapping, NULL, "The dict behind the view, read-only."},
    {0},
};

#define SET_SLOTS                                                                                  \
    .richcompare = view_richcompare,                                                               \
    .binary = {[WF_BIN_SUB] = view_sub, [WF_BIN_AND] = view_and, [WF_BIN_OR] = view_or, [WF_BIN_XOR] = view_xor}

const WfTypeSpec wf_dict_keys_spec = {
    .name = "dict_keys",
    .flags = WF_TF_NO_NEW,
    .size = sizeof(WfDictView),
    .methods = keys_methods,
    .getsets = view_getsets,
    .slots = {.repr = view_repr, .iter = keys_iter, .len = view_len, .contains = keys_contains, .trace = view_trace, SET_SLOTS},
};

const WfTypeSpec wf_dict_values_spec = {
    .name = "dict_values",
    .flags = WF_TF_NO_NEW,
    .size = sizeof(WfDictView),
    .methods = values_methods,
    .getsets = view_getsets,
    .slots = {.repr = view_repr, .iter = values_iter, .len = view_len, .trace = view_trace},
};

const WfTypeSpec wf_dict_items_spec = {
    .name = "dict_items",
    .flags = WF_TF_NO_NEW,
    .size = sizeof(WfDictView),
    .methods = items_methods,
    .getsets = view_getsets,
    .slots = {.repr = view_repr, .iter = items_iter, .len = view_len, .contains = items_contains, .trace = view_trace, SET_SLOTS},
};
