/* type.c - type objects: laying out the built-in ones, lookup, invalidation.
 * SPDX-License-Identifier: MIT
 *
 * Design:     built-in types and their root shapes lie at constant addresses in the static area, one cell for each row of
 *             types.def. Start fills all cells with what a const spec says (base, sizes, shape), then makes each ready: its
 *             dict, its MRO, its slots. Rows LAZY_TYPE become ready when somebody asks.
 *             Lookup through the MRO is cached per thread by (version of the type, name).
 * Invariants: T1 while a change of a type is made, it and its subclasses have version 0; they get new ones after it. So
 *             whoever read a version before a lookup and sees the same after it may keep the result under it.
 *             T2 a subclass is in the list of each of its bases.
 * Threads:    changes are made under rt->type_lock, without Python code; readers take no lock. */
#include "model/type.h"

#include "model/attr.h"
#include "model/builtin.h"
#include "model/kinds.h"
#include "model/mro.h"
#include "model/object.h"
#include "model/slots.h"
#include "objects/descriptors.h"
#include "objects/dict.h"
#include "objects/list.h"
#include "objects/str.h"
#include "objects/tuple.h"
#include "objects/weakref.h"

#include <stdlib.h>

#define TYPE(ID, KIND, BASE, spec) extern const WfTypeSpec wf_##spec##_spec;
#define LAZY_TYPE(ID, KIND, BASE, spec) extern const WfTypeSpec wf_##spec##_spec;
#include "model/types.def"
#undef TYPE
#undef LAZY_TYPE

typedef struct WfTypeRow {
    const WfTypeSpec *spec;
    uint16_t base;
    uint8_t kind;
    bool lazy;
} WfTypeRow;

static const WfTypeRow rows[WF_TID_COUNT] = {
#define TYPE(ID, KIND, BASE, spec) {&wf_##spec##_spec, WF_TID_##BASE, WF_KIND_##KIND, false},
#define LAZY_TYPE(ID, KIND, BASE, spec) {&wf_##spec##_spec, WF_TID_##BASE, WF_KIND_##KIND, true},
#include "model/types.def"
#undef TYPE
#undef LAZY_TYPE
};
_Static_assert(WF_TID_COUNT <= WF_STATIC_TYPES_MAX, "too many built-in types");

static WfType *static_type(int tid)
{
    return (WfType *)(WF_STATIC_TYPES + (uint64_t)tid * WF_STATIC_TYPE_CELL);
}

/* Flags that a subtype has because its base has them. */
#define INHERITED_FLAGS                                                                                           \
    (WF_TF_SEQUENCE | WF_TF_MAPPING | WF_TF_HAS_DICT | WF_TF_WEAKREFS | WF_TF_ATTRS_AT_END | WF_TF_VARSIZE | WF_TF_MATCH_SELF \
     | WF_TF_EXCEPTION | WF_TF_FINALIZER)

/* What needs no allocation: enough for instances to be made. */
static void lay_out(int tid)
{
    const WfTypeRow *row = &rows[tid];
    const WfTypeSpec *spec = row->spec;
    WfType *type = static_type(tid);
    WfType *base = static_type(row->base);
    WfShape *shape = (WfShape *)(WF_STATIC_SHAPES + (uint64_t)tid * WF_STATIC_SHAPE_CELL);

    shape->h.kind = WF_KIND_SHAPE;
    wf_store_ptr(&shape->type, type);

    type->h.x_shape = WF_SHAPE(TYPE);
    type->h.kind = WF_KIND_TYPE;
    type->slots.trace = spec->slots.trace; /* instances may be traced before the type is ready */
    type->tid = (uint32_t)tid;
    type->spec = spec;
    type->kind = row->kind;
    type->flags = spec->flags | WF_TF_IMMUTABLE;
    if ((type->flags & WF_TF_HAS_DICT) == 0) {
        type->flags &= ~(uint32_t)WF_TF_ATTRS_AT_END; /* a subclass gets it with its __dict__ */
    }
    type->native_size = spec->size;
    if (tid != WF_TID_OBJECT) {
        wf_store_ptr(&type->base, base);
        type->flags |= base->flags & INHERITED_FLAGS;
        if (type->native_size < base->native_size) {
            type->native_size = base->native_size;
        }
    } else if (type->native_size < sizeof(WfObject)) {
        type->native_size = sizeof(WfObject);
    }
    type->native_size = (type->native_size + 7u) & ~7u;
    type->instance_size = type->native_size;
    if (tid == WF_TID_TYPE) {
        /* the __dict__ of a type is no instance's */
    } else if (spec->attr_offset != 0) {
        type->attr_offset = spec->attr_offset;
    } else if ((type->flags & WF_TF_ATTRS_AT_END) != 0) {
        type->instance_size += sizeof(WfSlot);
    } else if (tid != WF_TID_OBJECT && base->attr_offset != 0 && base->attr_offset < base->native_size) {
        type->attr_offset = base->attr_offset;
    } else if ((type->flags & WF_TF_HAS_DICT) != 0) {
        type->attr_offset = type->instance_size;
        type->instance_size += sizeof(WfSlot);
    }
    wf_store_ptr(&type->root_shape, shape);
}

const char *wf_type_full_name(const WfType *type)
{
    /* exceptions of modules are made by a call in CPython, which leaves them the short name */
    return type->spec != NULL && type->kind != WF_KIND_EXCEPTION ? type->spec->name : wf_type_name(type);
}

const char *wf_type_name(const WfType *type)
{
    if (type->spec != NULL) {
        const char *dot = strrchr(type->spec->name, '.');
        return dot == NULL ? type->spec->name : dot + 1;
    }
    const WfStr *name = WF_LOAD(WfStr, &type->name);
    if (wf_str_is_ascii(name)) {
        return (const char *)name->data;
    }
    return (const char *)WF_LOAD(WfRaw, &type->utf8_name)->data;
}

WfType *wf_type_of_immediate(WfValue v)
{
    switch (v.bits) {
    case 0x10: return WF_TYPE(NONETYPE);
    case 0x20:
    case 0x28: return WF_TYPE(BOOL);
    case 0x30: return WF_TYPE(NOTIMPLEMENTED);
    case 0x40: return WF_TYPE(ELLIPSIS);
    default: WF_FATAL("the type of no value was asked for");
    }
}

void wf_type_change_flags(WfType *type, uint32_t set, uint32_t clear)
{
    if (clear != 0) {
        __atomic_fetch_and(&type->flags, ~clear, __ATOMIC_RELAXED);
    }
    if (set != 0) {
        __atomic_fetch_or(&type->flags, set, __ATOMIC_RELAXED);
    }
}

/* --- making a built-in type ready ------------------------------------------------------------------------------------- */

static const WfGetSetDef dict_getset = {"__dict__", wf_getset_dict_get, wf_getset_dict_set, NULL};

static WfStatus fill_dict(WfThread *t, WfType *type, WfDict *dict)
{
    const WfTypeSpec *spec = type->spec;
    for (const WfBuiltinDef *def = spec->methods; def != NULL && def->name != NULL; def++) {
        WfValue v = wf_method_descriptor_new(t, type, def);
        WfStr *name = wf_is_empty(v) ? NULL : wf_str_intern_cstr(t, def->name);
        if (name == NULL || wf_dict_set_str(t, dict, name, v) != WF_OK) {
            return WF_RAISED;
        }
    }
    for (const WfGetSetDef *def = spec->getsets; def != NULL && def->name != NULL; def++) {
        WfValue v = wf_getset_descriptor_new(t, type, def);
        WfStr *name = wf_is_empty(v) ? NULL : wf_str_intern_cstr(t, def->name);
        if (name == NULL || wf_dict_set_str(t, dict, name, v) != WF_OK) {
            return WF_RAISED;
        }
    }
    /* where instances get a __dict__ and the base's had none */
    if ((spec->flags & WF_TF_HAS_DICT) != 0 && (wf_type_flags(WF_LOAD(WfType, &type->base)) & WF_TF_HAS_DICT) == 0
        && wf_is_empty(wf_dict_get_str(dict, WF_NAME(__dict__)))) {
        WfValue v = wf_getset_descriptor_new(t, type, &dict_getset);
        if (wf_is_empty(v) || wf_dict_set_str(t, dict, WF_NAME(__dict__), v) != WF_OK) {
            return WF_RAISED;
        }
    }
    if (wf_slots_add_wrappers(t, type, dict) != WF_OK) {
        return WF_RAISED;
    }
    WfValue doc = spec->doc == NULL ? WF_NONE : wf_str_from_cstr(t, spec->doc);
    if (wf_is_empty(doc)) {
        return WF_RAISED;
    }
    wf_store(&type->doc, doc);
    if (wf_is_empty(wf_dict_get_str(dict, WF_NAME(__doc__)))) {
        return wf_dict_set_str(t, dict, WF_NAME(__doc__), doc);
    }
    return WF_OK;
}

static WfStatus make_ready(WfThread *t, WfType *type)
{
    WfType *base = type == WF_TYPE(OBJECT) ? NULL : WF_LOAD(WfType, &type->base);
    if (base != NULL && wf_type_ready(t, base) != WF_OK) {
        return WF_RAISED;
    }
    const char *dot = strrchr(type->spec->name, '.');
    WfStr *name = wf_str_intern_cstr(t, dot == NULL ? type->spec->name : dot + 1);
    WfValue dict = name == NULL ? WF_EMPTY : wf_dict_new(t);
    if (wf_is_empty(dict)) {
        return WF_RAISED;
    }
    wf_store_ptr(&type->name, name);
    wf_store_ptr(&type->qualname, name);
    type->slots = type->spec->slots;
    if (fill_dict(t, type, wf_as_dict(dict)) != WF_OK) {
        return WF_RAISED;
    }
    WfTuple *bases = NULL, *mro = NULL;
    if (base == NULL) {
        bases = wf_tuple_alloc(t, 0);
        mro = wf_tuple_alloc(t, 1);
    } else {
        WfTuple *above = WF_LOAD(WfTuple, &base->mro);
        bases = wf_tuple_alloc(t, 1);
        mro = wf_tuple_alloc(t, above->length + 1);
        if (bases != NULL && mro != NULL) {
            wf_store_ptr(&bases->items[0], base);
            for (int64_t i = 0; i < above->length; i++) {
                wf_store(&mro->items[i + 1], wf_tuple_at(above, i));
            }
        }
    }
    if (bases == NULL || mro == NULL) {
        return WF_RAISED;
    }
    wf_store_ptr(&mro->items[0], type);
    wf_store_ptr(&type->bases, bases);
    wf_store_ptr(&type->mro, mro);
    wf_store(&type->dict, dict);
    if (base != NULL) {
        wf_slots_inherit(type, base);
        if (wf_subclasses_add(t, base, type) != WF_OK) {
            return WF_RAISED;
        }
    }
    wf_slots_fit_flags(t, type);
    __atomic_store_n(&type->x_version, wf_next_version(t), __ATOMIC_RELEASE);
    __atomic_fetch_or(&type->flags, WF_TF_READY, __ATOMIC_RELEASE);
    return WF_OK;
}

WfStatus wf_type_ready(WfThread *t, WfType *type)
{
    /* a Python class is made ready by who makes it; its mro() may look at it before */
    if (WF_LIKELY((__atomic_load_n(&type->flags, __ATOMIC_ACQUIRE) & (WF_TF_READY | WF_TF_HEAP)) != 0)) {
        return WF_OK;
    }
    if (type->spec == NULL) { /* a class that is being made, looked at by its metaclass */
        return WF_OK;
    }
    WfType *base = WF_LOAD(WfType, &type->base);
    if (type != WF_TYPE(OBJECT) && wf_type_ready(t, base) != WF_OK) {
        return WF_RAISED;
    }
    wf_lock_as(t, type, WF_LOCK_READY);
    WfStatus status = (wf_type_flags(type) & WF_TF_READY) != 0 ? WF_OK : make_ready(t, type);
    wf_unlock(t, type);
    return status;
}

WfStatus wf_types_init(WfThread *t)
{
    wf_kinds_init(t->rt);
    for (int tid = 0; tid < WF_TID_COUNT; tid++) {
        lay_out(tid);
    }
    for (int tid = 0; tid < WF_TID_COUNT; tid++) {
        WfType *type = static_type(tid);
        if (rows[tid].lazy) {
            /* instances may be made and used before anybody looks at the type */
            type->slots = type->spec->slots;
            wf_slots_inherit(type, static_type(rows[tid].base));
            wf_slots_fit_flags(t, type);
        } else if (wf_type_ready(t, type) != WF_OK) {
            return WF_RAISED;
        }
    }
    return WF_OK;
}

void wf_type_trace(WfMarker *m, WfObject *o)
{
    WfType *type = (WfType *)o;
    wf_mark_slots(m, &type->base, (size_t)((const WfSlot *)(const void *)&type->spec - &type->base));
}

/* --- lookup --------------------------------------------------------------------------------------------------------------- */

bool wf_type_is_subtype(const WfType *a, const WfType *b)
{
    if (a == b || b == WF_TYPE(OBJECT)) {
        return true;
    }
    const WfTuple *mro = WF_LOAD(WfTuple, &a->mro);
    if (mro == NULL) { /* not ready yet, or its mro() is being asked for */
        while (a != NULL && a != b) {
            a = WF_LOAD(WfType, &a->base);
        }
        return a == b;
    }
    for (int64_t i = 0; i < mro->length; i++) {
        if (wf_tuple_at(mro, i).bits == wf_from_object(b).bits) {
            return true;
        }
    }
    return false;
}

WfValue wf_type_lookup_mro(const WfType *type, WfStr *name, WfType **where)
{
    const WfTuple *mro = WF_LOAD(WfTuple, &type->mro);
    if (mro == NULL) {
        return WF_EMPTY;
    }
    for (int64_t i = 0; i < mro->length; i++) {
        WfType *c = WF_AS(WfType, wf_tuple_at(mro, i));
        WfDict *dict = WF_LOAD(WfDict, &c->dict);
        WfValue v = dict == NULL ? WF_EMPTY : wf_dict_get_str(dict, name);
        if (!wf_is_empty(v)) {
            if (where != NULL) {
                *where = c;
            }
            return v;
        }
    }
    return WF_EMPTY;
}

/* The cache: name and version say what it is about. A value there is alive while a type has the version. */
typedef struct WfMethodCacheEntry {
    uint64_t version;
    const WfStr *name;
    WfValue value;
} WfMethodCacheEntry;

enum { CACHE_BITS = 11 };

void wf_method_cache_clear(WfThread *t)
{
    if (t->method_cache != NULL) {
        memset(t->method_cache, 0, sizeof(WfMethodCacheEntry) << CACHE_BITS);
    }
}

void wf_method_cache_free(WfThread *t)
{
    free(t->method_cache);
    t->method_cache = NULL;
}

WfValue wf_type_lookup(WfThread *t, WfType *type, WfStr *name)
{
    uint64_t version = __atomic_load_n(&type->x_version, __ATOMIC_ACQUIRE);
    WfMethodCacheEntry *cache = t->method_cache;
    if (WF_UNLIKELY(cache == NULL)) {
        cache = t->method_cache = calloc((size_t)1 << CACHE_BITS, sizeof *cache);
        if (cache == NULL) {
            return wf_type_lookup_mro(type, name, NULL);
        }
    }
    uint64_t h = (version * 0x9e3779b97f4a7c15u) ^ ((uint64_t)(uintptr_t)name >> 4);
    WfMethodCacheEntry *e = &cache[(h ^ h >> 32) & (((uint64_t)1 << CACHE_BITS) - 1)];
    if (WF_LIKELY(e->version == version && e->name == name && version != 0)) {
        return e->value;
    }
    if (WF_UNLIKELY((wf_type_flags(type) & WF_TF_READY) == 0) && wf_type_ready(t, type) != WF_OK) {
        wf_clear_pending(t);
        return WF_EMPTY;
    }
    WfValue v = wf_type_lookup_mro(type, name, NULL);
    __atomic_thread_fence(__ATOMIC_ACQUIRE);
    if (version != 0 && wf_str_is_interned(name) && __atomic_load_n(&type->x_version, __ATOMIC_RELAXED) == version) { /* T1 */
        *e = (WfMethodCacheEntry){version, name, v};
    }
    return v;
}

/* --- changing a type ------------------------------------------------------------------------------------------------------- */

static WfType *subclass_at(const WfList *list, int64_t i)
{
    WfValue v = wf_list_at(list, i);
    if (!wf_is_empty(v) && !wf_is_type(v)) {
        v = wf_weakref_target(wf_as_weakref(v));
    }
    return wf_is_empty(v) ? NULL : WF_AS(WfType, v);
}

/* Calls f(t, type, arg) for the type and all below it. Under the type lock. */
static void each_below(WfThread *t, WfType *type, void (*f)(WfThread *t, WfType *type, void *arg), void *arg)
{
    f(t, type, arg);
    const WfList *list = WF_LOAD(WfList, &type->subclasses);
    int64_t n = list == NULL ? 0 : wf_list_length(list);
    for (int64_t i = 0; i < n; i++) {
        WfType *sub = subclass_at(list, i);
        if (sub != NULL) {
            each_below(t, sub, f, arg);
        }
    }
}

static void invalidate(WfThread *t, WfType *type, void *arg)
{
    __atomic_store_n(&type->x_version, 0, __ATOMIC_RELAXED);
}

static void revalidate(WfThread *t, WfType *type, void *arg)
{
    if ((wf_type_flags(type) & WF_TF_READY) != 0) {
        __atomic_store_n(&type->x_version, wf_next_version(t), __ATOMIC_RELEASE);
    }
}

static void fit(WfThread *t, WfType *type, void *arg)
{
    if ((wf_type_flags(type) & WF_TF_HEAP) != 0) {
        wf_slots_fit(t, type, arg);
    }
}

static bool is_dunder(const WfStr *s)
{
    int64_t n = s->length;
    return n > 4 && wf_str_at(s, 0) == '_' && wf_str_at(s, 1) == '_' && wf_str_at(s, n - 1) == '_' && wf_str_at(s, n - 2) == '_';
}

typedef struct WfHidden {
    WfStr *name;
    bool found;
} WfHidden;

/* Has a class instances with slots named as the descriptor that comes or goes? */
static void look_for_slot(WfThread *t, WfType *type, void *arg)
{
    WfHidden *h = arg;
    for (WfShape *s = WF_LOAD(WfShape, &type->root_shape); s != NULL && !h->found; s = WF_LOAD(WfShape, &s->parent)) {
        h->found = wf_shape_tree_has(s, h->name);
    }
}

static bool is_data_descriptor(WfValue v)
{
    return !wf_is_empty(v) && wf_type(v)->slots.descr_set != NULL;
}

/* Inline caches trust a shape to say that a slot is what an attribute's name stands for: see model/attr.h. */
static bool must_flush(WfThread *t, WfType *type, WfStr *name, WfValue old, WfValue v)
{
    if (name == WF_NAME(__getattribute__) || name == WF_NAME(__getattr__) || name == WF_NAME(__setattr__)
        || name == WF_NAME(__delattr__)) {
        return true;
    }
    if (wf_type_is_subtype(type, WF_TYPE(TYPE)) && (is_data_descriptor(old) || is_data_descriptor(v))) {
        return true;
    }
    if (!wf_is_empty(old) && wf_type(old) == WF_TYPE(MEMBER_DESCRIPTOR)) {
        return true;
    }
    WfHidden h = {name, false};
    if (is_data_descriptor(v)) {
        each_below(t, type, look_for_slot, &h);
    }
    return h.found;
}

static void flush_caches(WfThread *t)
{
    if (t->rt->flush_caches != NULL) {
        t->rt->flush_caches(t);
    }
}

WfFound wf_type_store(WfThread *t, WfType *type, WfStr *name, WfValue v)
{
    WfDict *dict = WF_LOAD(WfDict, &type->dict);
    WfFound result = WF_FOUND;
    wf_mutex_lock(t, &t->rt->type_lock);
    WfValue old = wf_dict_get_str(dict, name);
    bool flush = must_flush(t, type, name, old, v);
    each_below(t, type, invalidate, NULL);
    if (wf_is_empty(v)) {
        result = wf_dict_delete(t, dict, wf_from_object(name));
    } else if (wf_dict_set_str(t, dict, name, v) != WF_OK) {
        result = WF_ERROR;
    }
    if (is_dunder(name)) {
        each_below(t, type, fit, name);
    }
    each_below(t, type, revalidate, NULL);
    wf_mutex_unlock(&t->rt->type_lock);
    if (flush) {
        flush_caches(t);
    }
    return result;
}

static void modified(WfThread *t, WfType *type, WfStr *name)
{
    wf_mutex_lock(t, &t->rt->type_lock);
    each_below(t, type, invalidate, NULL);
    if (name == NULL || is_dunder(name)) {
        each_below(t, type, fit, name);
    }
    each_below(t, type, revalidate, NULL);
    wf_mutex_unlock(&t->rt->type_lock);
}

WfStatus wf_type_modified(WfThread *t, WfType *type, WfStr *name)
{
    modified(t, type, name);
    if (name == NULL) {
        flush_caches(t);
    }
    return WF_OK;
}

void wf_type_completed(WfThread *t, WfType *type)
{
    modified(t, type, NULL);
}

/* --- subclasses ------------------------------------------------------------------------------------------------------------- */

WfStatus wf_subclasses_add(WfThread *t, WfType *base, WfType *type)
{
    WfValue entry = wf_from_object(type);
    if ((wf_type_flags(type) & WF_TF_HEAP) != 0) {
        entry = wf_weakref_new(t, entry, WF_EMPTY);
        if (wf_is_empty(entry)) {
            return WF_RAISED;
        }
    }
    WfValue fresh = wf_list_new(t, 2);
    if (wf_is_empty(fresh)) {
        return WF_RAISED;
    }
    wf_mutex_lock(t, &t->rt->type_lock);
    WfList *list = WF_LOAD(WfList, &base->subclasses);
    WfStatus status = WF_OK;
    if (list == NULL) {
        list = wf_as_list(fresh);
        wf_store_ptr(&base->subclasses, list);
    }
    int64_t n = wf_list_length(list);
    /* every now and then the dead go, so that the list does not grow with classes made in a loop */
    if (n >= 16 && (n & (n - 1)) == 0) {
        WfList *kept = wf_as_list(fresh);
        for (int64_t i = 0; i < n && status == WF_OK; i++) {
            if (subclass_at(list, i) != NULL) {
                status = wf_list_append(t, kept, wf_list_at(list, i));
            }
        }
        if (status == WF_OK) {
            wf_store_ptr(&base->subclasses, kept);
            list = kept;
        }
    }
    if (status == WF_OK) {
        status = wf_list_append(t, list, entry);
    }
    wf_mutex_unlock(&t->rt->type_lock);
    return status;
}

void wf_subclasses_remove(WfThread *t, WfType *base, WfType *type)
{
    wf_mutex_lock(t, &t->rt->type_lock);
    WfList *list = WF_LOAD(WfList, &base->subclasses);
    int64_t n = list == NULL ? 0 : wf_list_length(list);
    for (int64_t i = 0; i < n; i++) {
        if (subclass_at(list, i) == type) {
            if (wf_is_empty(wf_list_pop(t, list, i))) {
                wf_clear_pending(t);
            }
            break;
        }
    }
    wf_mutex_unlock(&t->rt->type_lock);
}

WfValue wf_subclasses_list(WfThread *t, WfType *type)
{
    WfValue out = wf_list_new(t, 0);
    const WfList *list = WF_LOAD(WfList, &type->subclasses);
    int64_t n = list == NULL || wf_is_empty(out) ? 0 : wf_list_length(list);
    for (int64_t i = 0; i < n; i++) {
        WfType *sub = subclass_at(list, i);
        if (sub != NULL && wf_list_append(t, wf_as_list(out), wf_from_object(sub)) != WF_OK) {
            return WF_EMPTY;
        }
    }
    return out;
}

/* --- new bases -------------------------------------------------------------------------------------------------------------- */

/* Computes new MROs for type and what is below; may run Python code (mro() of a metatype). */
static WfStatus new_mros(WfThread *t, WfType *type, WfList *changes)
{
    WfValue old = wf_load(&type->mro);
    WfValue mro = wf_mro_ask(t, type);
    if (wf_is_empty(mro)) {
        return WF_RAISED;
    }
    wf_store(&type->mro, mro);
    WfValue change = WF_TUPLE_OF(t, wf_from_object(type), old);
    if (wf_is_empty(change) || wf_list_append(t, changes, change) != WF_OK) {
        wf_store(&type->mro, old);
        return WF_RAISED;
    }
    WfValue below = wf_subclasses_list(t, type);
    if (wf_is_empty(below)) {
        return WF_RAISED;
    }
    for (int64_t i = 0; i < wf_list_length(wf_as_list(below)); i++) {
        if (new_mros(t, WF_AS(WfType, wf_list_at(wf_as_list(below), i)), changes) != WF_OK) {
            return WF_RAISED;
        }
    }
    return WF_OK;
}

/* Is b among the bases that decide a's layout? They change before the MROs do. */
static bool is_below(const WfType *a, const WfType *b)
{
    while (a != NULL && a != b) {
        a = WF_LOAD(WfType, &a->base);
    }
    return a == b;
}

WfStatus wf_type_set_bases(WfThread *t, WfType *type, WfValue v)
{
    const char *name = wf_type_name(type);
    if ((wf_type_flags(type) & WF_TF_IMMUTABLE) != 0) {
        return WF_FAIL(wf_raise(t, WF_EXC(TypeError), "cannot set '__bases__' attribute of immutable type '%s'", name));
    }
    if (wf_is_empty(v)) {
        return WF_FAIL(wf_raise(t, WF_EXC(TypeError), "can't delete %s.__bases__", name));
    }
    if (!wf_is_tuple(v)) {
        return WF_FAIL(wf_raise(t, WF_EXC(TypeError), "can only assign tuple to %s.__bases__, not %T", name, v));
    }
    WfTuple *bases = wf_as_tuple(v);
    if (bases->length == 0) {
        return WF_FAIL(wf_raise(t, WF_EXC(TypeError), "can only assign non-empty tuple to %s.__bases__, not ()", name));
    }
    for (int64_t i = 0; i < bases->length; i++) {
        WfValue b = wf_tuple_at(bases, i);
        if (!wf_is_type(b)) {
            return WF_FAIL(wf_raise(t, WF_EXC(TypeError), "%s.__bases__ must be tuple of classes, not '%T'", name, b));
        }
        if (wf_type_is_subtype(WF_AS(WfType, b), type) || is_below(WF_AS(WfType, b), type)) {
            return WF_FAIL(wf_raise(t, WF_EXC(TypeError), "a __bases__ item causes an inheritance cycle"));
        }
    }
    WfType *best = wf_best_base(t, bases);
    if (best == NULL) {
        return WF_RAISED;
    }
    WfType *old_best = WF_LOAD(WfType, &type->base);
    if (wf_type_check_assignable(t, old_best, best, "__bases__") != WF_OK) {
        return WF_RAISED;
    }
    WfValue old_bases = wf_load(&type->bases);
    WfValue changes = wf_list_new(t, 0);
    if (wf_is_empty(changes)) {
        return WF_RAISED;
    }
    wf_store(&type->bases, v);
    wf_store_ptr(&type->base, best);
    if (new_mros(t, type, wf_as_list(changes)) != WF_OK) {
        for (int64_t i = wf_list_length(wf_as_list(changes)); i-- > 0;) {
            const WfTuple *c = wf_as_tuple(wf_list_at(wf_as_list(changes), i));
            wf_store(&WF_AS(WfType, wf_tuple_at(c, 0))->mro, wf_tuple_at(c, 1));
        }
        if (wf_load(&type->bases).bits == v.bits) {
            wf_store(&type->bases, old_bases);
            wf_store_ptr(&type->base, old_best);
        }
        return WF_RAISED;
    }
    if (wf_load(&type->bases).bits == v.bits) {
        const WfTuple *old = wf_as_tuple(old_bases);
        for (int64_t i = 0; i < old->length; i++) {
            wf_subclasses_remove(t, WF_AS(WfType, wf_tuple_at(old, i)), type);
        }
        for (int64_t i = 0; i < bases->length; i++) {
            if (wf_subclasses_add(t, WF_AS(WfType, wf_tuple_at(bases, i)), type) != WF_OK) {
                return WF_RAISED;
            }
        }
    }
    return wf_type_modified(t, type, NULL);
}
