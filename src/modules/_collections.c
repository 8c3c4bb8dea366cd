/* _collections.c - the module _collections: defaultdict, _tuplegetter, _count_elements (deque and OrderedDict: their own files).
 * SPDX-License-Identifier: MIT
 * Threads:    d[key] of a missing key in a defaultdict calls the factory unlocked and adds the result only if the key is still
 *             missing: all threads get the one value. _count_elements adds each item atomically. */
#include "model/builtin.h"
#include "model/object.h"
#include "objects/container.h"
#include "objects/dict.h"
#include "objects/genericalias.h"
#include "objects/int.h"
#include "objects/tuple.h"

/* --- defaultdict ------------------------------------------------------------------------------------------------- */

typedef struct DefaultDict {
    WfDict d;
    WfSlot factory; /* EMPTY or None: none */
} DefaultDict;

WF_INLINE WfValue factory_of(WfValue v)
{
    WfValue f = wf_load(&WF_AS(DefaultDict, v)->factory);
    return wf_is_empty(f) ? WF_NONE : f;
}

static WfValue defaultdict_new(WfThread *t, WfType *type, const WfArgs *args)
{
    return wf_from_object(wf_instance_new(t, type, 0));
}

static WfStatus defaultdict_init(WfThread *t, WfValue self, const WfArgs *args)
{
    WfArgs rest = *args;
    WfValue factory = WF_NONE;
    if (args->n_pos > 0) {
        factory = args->items[0];
        if (!wf_is_none(factory) && !wf_is_callable(factory)) {
            return WF_FAIL(wf_raise(t, WF_EXC(TypeError), "first argument must be callable or None"));
        }
        rest.items++;
        rest.n_pos--;
    }
    wf_store(&WF_AS(DefaultDict, self)->factory, factory);
    return WF_TYPE(DICT)->slots.init(t, self, &rest);
}

static WfValue defaultdict_missing(WfThread *t, WfValue *a)
{
    WfValue factory = factory_of(a[0]);
    if (wf_is_none(factory)) {
        return wf_raise_key_error(t, a[1]);
    }
    WfValue v = wf_call0(t, factory);
    if (wf_is_empty(v)) {
        return WF_EMPTY;
    }
    if (wf_type(a[0])->slots.setitem == WF_TYPE(DICT)->slots.setitem) {
        return wf_dict_setdefault(t, wf_as_dict(a[0]), a[1], v);
    }
    return wf_setitem(t, a[0], a[1], v) == WF_OK ? v : WF_EMPTY;
}

/* type(self)(factory, from) */
static WfValue made_like(WfThread *t, WfValue self, WfValue from)
{
    return wf_call2(t, wf_from_object(wf_type(self)), factory_of(self), from);
}

static WfValue defaultdict_copy(WfThread *t, WfValue *a)
{
    return made_like(t, a[0], a[0]);
}

static WfValue defaultdict_reduce(WfThread *t, WfValue *a)
{
    WfValue factory = factory_of(a[0]);
    WfValue args = wf_is_none(factory) ? wf_tuple_from(t, NULL, 0) : WF_TUPLE_OF(t, factory);
    WfValue items = wf_is_empty(args) ? WF_EMPTY : wf_call_method0(t, a[0], WF_NAME(items));
    WfValue it = wf_is_empty(items) ? WF_EMPTY : wf_iter(t, items);
    return wf_is_empty(it) ? WF_EMPTY : WF_TUPLE_OF(t, wf_from_object(wf_type(a[0])), args, WF_NONE, WF_NONE, it);
}

static WfValue defaultdict_repr(WfThread *t, WfValue self)
{
    WfValue base = WF_TYPE(DICT)->slots.repr(t, self), shown;
    if (wf_is_empty(base)) {
        return WF_EMPTY;
    }
    WfValue factory = factory_of(self);
    WfFound running = wf_is_none(factory) ? WF_MISSING : wf_repr_enter(t, factory); /* it may show this dict */
    if (running == WF_ERROR) {
        return WF_EMPTY;
    }
    if (running == WF_FOUND) {
        shown = wf_str_from_cstr(t, "...");
    } else {
        shown = wf_repr(t, factory);
        if (!wf_is_none(factory)) {
            wf_repr_leave(t, factory);
        }
    }
    return wf_is_empty(shown) ? WF_EMPTY : wf_str_format(t, "%t(%V, %V)", self, shown, base);
}

static WfValue defaultdict_or(WfThread *t, WfValue a, WfValue b)
{
    bool left = wf_is_instance_of(a, WF_TYPE(DEFAULTDICT));
    WfValue self = left ? a : b, other = left ? b : a;
    if (!wf_is_dict(other)) {
        return WF_NOT_IMPLEMENTED;
    }
    WfValue out = made_like(t, self, a);
    return wf_is_empty(out) || wf_dict_update(t, wf_as_dict(out), b) != WF_OK ? WF_EMPTY : out;
}

static WfValue get_factory(WfThread *t, WfValue self)
{
    return factory_of(self);
}

static WfStatus set_factory(WfThread *t, WfValue self, WfValue v)
{
    wf_store(&WF_AS(DefaultDict, self)->factory, v);
    return WF_OK;
}

static const WfGetSetDef defaultdict_getsets[] = {
    {"default_factory", get_factory, set_factory, "Called for the value of a key that is missing; None: KeyError.", WF_GS_MEMBER},
    {0},
};

static const WfBuiltinDef defaultdict_methods[] = {
    {"__missing__", defaultdict_missing, "(self, key, /)", "Called by self[key] when there is no such key: makes the value."},
    {"copy", defaultdict_copy, "(self, /)", "A shallow copy."},
    {"__copy__", defaultdict_copy, "(self, /)", "A shallow copy."},
    {"__reduce__", defaultdict_reduce, "(self, /)", "For pickle."},
    {"__class_getitem__", wf_class_getitem, "(type, object, /)", "The generic alias defaultdict[object].", WF_FN_CLASS},
    {0},
};

const WfTypeSpec wf_defaultdict_spec = {
    .name = "collections.defaultdict",
    .doc = "defaultdict(default_factory=None, /, [...])\n\n"
           "A dict that calls default_factory() for the value of a missing key and keeps it.\n"
           "The other arguments are dict's.",
    .flags = WF_TF_BASETYPE | WF_TF_MAPPING,
    .size = sizeof(DefaultDict),
    .methods = defaultdict_methods,
    .getsets = defaultdict_getsets,
    .slots = {
        .repr = defaultdict_repr,
        .init = defaultdict_init,
        .new_ = defaultdict_new,
        .binary = {[WF_BIN_OR] = defaultdict_or},
    },
};

/* --- _tuplegetter ------------------------------------------------------------------------------------------------- */

typedef struct TupleGetter {
    WfObject h;
    WfSlot doc;
    int64_t index;
} TupleGetter;

static void tuplegetter_trace(WfMarker *m, WfObject *o)
{
    wf_mark_slot(m, &((TupleGetter *)o)->doc);
}

static WfValue tuplegetter_new(WfThread *t, WfType *type, const WfArgs *args)
{
    WfValue a[2];
    int64_t index;
    if (wf_parse_args(t, "_tuplegetter", "(index, doc, /)", args, a, 2) != WF_OK || wf_to_ssize(t, a[0], &index) != WF_OK) {
        return WF_EMPTY;
    }
    TupleGetter *g = (TupleGetter *)wf_instance_new(t, type, 0);
    if (g != NULL) {
        wf_store(&g->doc, a[1]);
        g->index = index;
    }
    return wf_from_object(g);
}

static WfValue tuplegetter_get(WfThread *t, WfValue self, WfValue obj, WfValue type)
{
    TupleGetter *g = WF_AS(TupleGetter, self);
    if (wf_is_empty(obj) || wf_is_none(obj)) {
        return self;
    }
    if (!wf_is_tuple(obj)) {
        return wf_raise(t, WF_EXC(TypeError), "descriptor for index '%lld' for tuple subclasses doesn't apply to '%T' object",
                        (long long)g->index, obj);
    }
    WfTuple *x = wf_as_tuple(obj);
    if ((uint64_t)g->index >= (uint64_t)x->length) {
        return wf_raise(t, WF_EXC(IndexError), "tuple index out of range");
    }
    return wf_tuple_at(x, g->index);
}

static WfStatus tuplegetter_set(WfThread *t, WfValue self, WfValue obj, WfValue v)
{
    return WF_FAIL(wf_raise(t, WF_EXC(AttributeError), wf_is_empty(v) ? "can't delete attribute" : "can't set attribute"));
}

static WfValue tuplegetter_repr(WfThread *t, WfValue self)
{
    TupleGetter *g = WF_AS(TupleGetter, self);
    return wf_str_format(t, "%t(%lld, %R)", self, (long long)g->index, wf_load(&g->doc));
}

static WfValue tuplegetter_reduce(WfThread *t, WfValue *a)
{
    TupleGetter *g = WF_AS(TupleGetter, a[0]);
    WfValue args = wf_tuple_pair(t, wf_small_int(g->index), wf_load(&g->doc));
    return wf_is_empty(args) ? WF_EMPTY : wf_tuple_pair(t, wf_from_object(wf_type(a[0])), args);
}

static WfValue tuplegetter_get_doc(WfThread *t, WfValue self)
{
    return wf_load(&WF_AS(TupleGetter, self)->doc);
}

static WfStatus tuplegetter_set_doc(WfThread *t, WfValue self, WfValue v)
{
    wf_store(&WF_AS(TupleGetter, self)->doc, wf_is_empty(v) ? WF_NONE : v);
    return WF_OK;
}

static const WfGetSetDef tuplegetter_getsets[] = {
    {"__doc__", tuplegetter_get_doc, tuplegetter_set_doc, NULL, WF_GS_MEMBER},
    {0},
};

static const WfBuiltinDef tuplegetter_methods[] = {{"__reduce__", tuplegetter_reduce, "(self, /)", "For pickle."}, {0}};

const WfTypeSpec wf_tuplegetter_spec = {
    .name = "_collections._tuplegetter",
    .size = sizeof(TupleGetter),
    .methods = tuplegetter_methods,
    .getsets = tuplegetter_getsets,
    .slots = {
        .repr = tuplegetter_repr,
        .descr_get = tuplegetter_get,
        .descr_set = tuplegetter_set,
        .new_ = tuplegetter_new,
        .trace = tuplegetter_trace,
    },
};

/* --- _count_elements ------------------------------------------------------------------------------------------------ */

static WfStatus count_one(WfThread *t, WfDict *d, WfValue key)
{
    int64_t hash;
    if (wf_hash_fast(t, key, &hash) != WF_OK) {
        return WF_RAISED;
    }
    for (;;) {
        WfValue old, sum;
        WfFound found = wf_dict_insert(t, d, key, hash, wf_small_int(1), &old);
        if (found != WF_FOUND) {
            return found == WF_ERROR ? WF_RAISED : WF_OK;
        }
        if (wf_is_int(old) && wf_as_int(old) < WF_INT_MAX) {
            sum = wf_small_int(wf_as_int(old) + 1);
        } else {
            sum = wf_binary(t, WF_BIN_ADD, old, wf_small_int(1));
            if (wf_is_empty(sum)) {
                return WF_RAISED;
            }
        }
        if (!wf_threaded(t)) {
            return wf_dict_set_hash(t, d, key, hash, sum);
        }
        found = wf_dict_replace(t, d, key, hash, old, sum);
        if (found != WF_MISSING) {
            return found == WF_ERROR ? WF_RAISED : WF_OK;
        }
    }
}

static WfValue count_elements(WfThread *t, WfValue *a)
{
    WfValue mapping = a[0], it = wf_iter(t, a[1]), key;
    if (wf_is_empty(it)) {
        return WF_EMPTY;
    }
    WfFound more;
    bool plain = wf_is_dict(mapping) && wf_type(mapping)->slots.setitem == WF_TYPE(DICT)->slots.setitem
                 && wf_is(wf_type_lookup(t, wf_type(mapping), WF_NAME(get)), wf_type_lookup(t, WF_TYPE(DICT), WF_NAME(get)));
    if (plain) {
        while ((more = wf_next(t, it, &key)) == WF_FOUND) {
            if (count_one(t, wf_as_dict(mapping), key) != WF_OK) {
                return WF_EMPTY;
            }
        }
        return more == WF_ERROR ? WF_EMPTY : WF_NONE;
    }
    WfValue get = wf_getattr(t, mapping, WF_NAME(get));
    if (wf_is_empty(get)) {
        return WF_EMPTY;
    }
    while ((more = wf_next(t, it, &key)) == WF_FOUND) {
        WfValue old = wf_call2(t, get, key, wf_small_int(0));
        WfValue sum = wf_is_empty(old) ? WF_EMPTY : wf_binary(t, WF_BIN_ADD, old, wf_small_int(1));
        if (wf_is_empty(sum) || wf_setitem(t, mapping, key, sum) != WF_OK) {
            return WF_EMPTY;
        }
    }
    return more == WF_ERROR ? WF_EMPTY : WF_NONE;
}

/* --- the module -------------------------------------------------------------------------------------------------- */

static const WfBuiltinDef collections_functions[] = {
    {"_count_elements", count_elements, "(mapping, iterable, /)", "mapping[item] += 1 for each item, from 0."},
    {0},
};

static WfStatus collections_init(WfThread *t, WfValue module)
{
    static const uint32_t ready[] = {WF_TID_ODICT_KEYS, WF_TID_ODICT_VALUES, WF_TID_ODICT_ITEMS, WF_TID_ODICT_ITERATOR};
    static const uint32_t types[] = {WF_TID_DEQUE, WF_TID_DEFAULTDICT, WF_TID_ORDEREDDICT, WF_TID_DEQUE_ITER,
                                     WF_TID_DEQUE_REVERSE_ITER, WF_TID_TUPLEGETTER};
    for (size_t i = 0; i < WF_ARRAY_LEN(ready); i++) {
        if (wf_type_ready(t, (WfType *)(WF_STATIC_TYPES + (uint64_t)ready[i] * WF_STATIC_TYPE_CELL)) != WF_OK) {
            return WF_RAISED;
        }
    }
    for (size_t i = 0; i < WF_ARRAY_LEN(types); i++) {
        WfType *type = (WfType *)(WF_STATIC_TYPES + (uint64_t)types[i] * WF_STATIC_TYPE_CELL);
        if (wf_module_add_type(t, module, type) != WF_OK) {
            return WF_RAISED;
        }
    }
    return WF_OK;
}

const WfModuleDef wf_module__collections = {
    .name = "_collections",
    .doc = "The containers of collections that are written in C.",
    .functions = collections_functions,
    .init = collections_init,
};
