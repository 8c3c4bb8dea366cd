/* type_new.c - making classes: type(name, bases, dict) and classes made in C.
 * SPDX-License-Identifier: MIT
 *
 * Design:     in the order in which CPython does it, because programs see the order: metaclass, best base, __slots__,
 *             namespace, MRO, slots, __set_name__, __init_subclass__. The class is seen by nobody before its MRO is
 *             asked for (a metatype's mro()), and is a class like any other from __set_name__ on.
 * Threads:    the new type belongs to this thread until it is returned or handed to Python code. */
#include "model/attr.h"
#include "model/builtin.h"
#include "model/call.h"
#include "model/mro.h"
#include "model/object.h"
#include "model/slots.h"
#include "objects/descriptors.h"
#include "objects/dict.h"
#include "objects/function.h"
#include "objects/list.h"
#include "objects/str.h"
#include "objects/tuple.h"
#include "sched/frame.h"

enum { FIRST_INLINE = 4, MAX_INLINE = 30 };

typedef struct Making {
    WfType *type;
    WfType *meta;
    WfType *base;
    WfTuple *bases;
    WfDict *dict;      /* the new type's own */
    WfValue slots;     /* list of mangled names, sorted; or EMPTY: no __slots__ */
    bool add_dict, add_weakref;
} Making;

/* --- metaclass -------------------------------------------------------------------------------------------------------------- */

WfType *wf_type_winner(WfThread *t, WfType *meta, WfTuple *bases)
{
    WfType *winner = meta;
    for (int64_t i = 0; i < bases->length; i++) {
        WfType *m = wf_type(wf_tuple_at(bases, i));
        if (wf_type_is_subtype(winner, m)) {
            continue;
        }
        if (wf_type_is_subtype(m, winner)) {
            winner = m;
            continue;
        }
        return WF_FAIL_NULL(wf_raise(t, WF_EXC(TypeError), "metaclass conflict: the metaclass of a derived class must be a "
                                                           "(non-strict) subclass of the metaclasses of all its bases"));
    }
    return winner;
}

/* --- __slots__ ---------------------------------------------------------------------------------------------------------------- */

/* _A__x for a private name in class A. */
static WfValue mangle(WfThread *t, WfStr *class_name, WfStr *name)
{
    int64_t n = name->length;
    WfValue same = wf_from_object(name);
    if (n < 2 || wf_str_at(name, 0) != '_' || wf_str_at(name, 1) != '_'
        || (n >= 4 && wf_str_at(name, n - 1) == '_' && wf_str_at(name, n - 2) == '_')) {
        return same;
    }
    for (int64_t i = 0; i < n; i++) {
        if (wf_str_at(name, i) == '.') {
            return same;
        }
    }
    int64_t skip = 0;
    while (skip < class_name->length && wf_str_at(class_name, skip) == '_') {
        skip++;
    }
    if (skip == class_name->length) {
        return same;
    }
    WfValue bare = wf_str_slice(t, class_name, skip, class_name->length);
    return wf_is_empty(bare) ? WF_EMPTY : wf_str_format(t, "_%V%U", bare, name);
}

static WfStatus collect_slots(WfThread *t, Making *k, WfStr *class_name, WfValue declared)
{
    uint32_t base_flags = wf_type_flags(k->base);
    bool may_dict = (base_flags & WF_TF_HAS_DICT) == 0;
    bool may_weakref = (base_flags & WF_TF_WEAKREFS) == 0 && ((base_flags & WF_TF_VARSIZE) == 0 || k->base->kind == WF_KIND_STR);
    if (wf_is_empty(declared)) {
        k->add_dict = may_dict;
        k->add_weakref = may_weakref;
        return WF_OK;
    }
    WfValue names = wf_is_str(declared) ? wf_tuple_from(t, &declared, 1) : wf_to_tuple(t, declared);
    k->slots = wf_is_empty(names) ? WF_EMPTY : wf_list_new(t, wf_as_tuple(names)->length);
    if (wf_is_empty(k->slots)) {
        return WF_RAISED;
    }
    const WfTuple *all = wf_as_tuple(names);
    if (all->length > 0 && (k->base->kind == WF_KIND_TYPE || ((base_flags & WF_TF_VARSIZE) != 0 && k->base->kind != WF_KIND_STR))) {
        return WF_FAIL(wf_raise(t, WF_EXC(TypeError), "nonempty __slots__ not supported for subtype of '%N'", k->base));
    }
    for (int64_t i = 0; i < all->length; i++) {
        WfValue v = wf_tuple_at(all, i);
        if (!wf_is_str(v)) {
            return WF_FAIL(wf_raise(t, WF_EXC(TypeError), "__slots__ items must be strings, not '%T'", v));
        }
        WfValue ok = wf_call_method0(t, v, WF_NAME(isidentifier));
        if (wf_is_empty(ok)) {
            return WF_RAISED;
        }
        if (!wf_is_true(ok)) {
            return WF_FAIL(wf_raise(t, WF_EXC(TypeError), "__slots__ must be identifiers"));
        }
        WfStr *name = wf_attr_name(t, wf_as_str(v));
        if (name == NULL) {
            return WF_RAISED;
        }
        if (name == WF_NAME(__dict__)) {
            if (!may_dict || k->add_dict) {
                return WF_FAIL(wf_raise(t, WF_EXC(TypeError), "__dict__ slot disallowed: we already got one"));
            }
            k->add_dict = true;
            continue;
        }
        if (name == WF_NAME(__weakref__)) {
            if (!may_weakref || k->add_weakref) {
                return WF_FAIL(wf_raise(t, WF_EXC(TypeError),
                                        "__weakref__ slot disallowed: either we already got one, or __itemsize__ != 0"));
            }
            k->add_weakref = true;
            continue;
        }
        WfValue mangled = mangle(t, class_name, name);
        if (wf_is_empty(mangled) || wf_list_append(t, wf_as_list(k->slots), mangled) != WF_OK) {
            return WF_RAISED;
        }
        WfStr *m = wf_attr_name(t, wf_as_str(mangled));
        if (m == NULL) {
            return WF_RAISED;
        }
        if (m != WF_NAME(__qualname__) && m != WF_NAME(__classcell__) && !wf_is_empty(wf_dict_get_str(k->dict, m))) {
            return WF_FAIL(wf_raise(t, WF_EXC(ValueError), "%R in __slots__ conflicts with class variable", mangled));
        }
    }
    if (wf_list_sort(t, wf_as_list(k->slots), WF_NONE, false) != WF_OK) {
        return WF_RAISED;
    }
    /* another base may have what this class does not ask for */
    for (int64_t i = 0; i < k->bases->length; i++) {
        const WfType *b = WF_AS(WfType, wf_tuple_at(k->bases, i));
        if (b != k->base) {
            k->add_dict |= may_dict && (wf_type_flags(b) & WF_TF_HAS_DICT) != 0;
            k->add_weakref |= may_weakref && (wf_type_flags(b) & WF_TF_WEAKREFS) != 0;
        }
    }
    return WF_OK;
}

/* --- the type object --------------------------------------------------------------------------------------------------------------- */

#define FLAGS_OF_BASE \
    (WF_TF_BASETYPE | WF_TF_HAS_DICT | WF_TF_WEAKREFS | WF_TF_ATTRS_AT_END | WF_TF_VARSIZE | WF_TF_MATCH_SELF | WF_TF_EXCEPTION)

static WfStatus lay_out(WfThread *t, Making *k)
{
    WfType *type = k->type, *base = k->base;
    int64_t n_slots = wf_is_empty(k->slots) ? 0 : wf_list_length(wf_as_list(k->slots));
    uint32_t flags = wf_type_flags(base);
    type->kind = base->kind == WF_KIND_FREE ? WF_KIND_NATIVE : base->kind;
    type->native_size = base->native_size;
    type->instance_size = base->instance_size;
    type->attr_offset = base->attr_offset;
    type->n_slots = base->n_slots + (uint32_t)n_slots;
    type->flags = WF_TF_HEAP | WF_TF_BASETYPE | (flags & FLAGS_OF_BASE) | (k->add_dict ? WF_TF_HAS_DICT : 0)
        | (k->add_weakref ? WF_TF_WEAKREFS : 0);
    type->flags &= ~(uint32_t)(WF_TF_SEQUENCE | WF_TF_MAPPING); /* those of the first base that has either */
    for (int64_t i = 0; i < k->bases->length && (type->flags & (WF_TF_SEQUENCE | WF_TF_MAPPING)) == 0; i++) {
        type->flags |= wf_type_flags(WF_AS(WfType, wf_tuple_at(k->bases, i))) & (WF_TF_SEQUENCE | WF_TF_MAPPING);
    }
    bool movable = base->attr_offset != 0 && base->attr_offset >= base->native_size;
    bool has_extra = movable || k->add_dict;
    if ((flags & WF_TF_VARSIZE) != 0) {
        /* what is added lies at the end of the cell: the word for attributes last (used or not), slots before it */
        if (k->add_dict) {
            type->flags |= WF_TF_ATTRS_AT_END;
        }
        bool any = type->n_slots != 0 || (type->flags & WF_TF_ATTRS_AT_END) != 0;
        type->instance_size = type->native_size + (any ? 8 : 0) + type->n_slots * 8;
        type->attr_offset = 0;
    } else if (type->kind == WF_KIND_TYPE) {
        type->attr_offset = 0;
        type->flags |= WF_TF_HAS_DICT;
    } else {
        uint32_t end = base->instance_size - (movable ? 8 : 0) + (uint32_t)n_slots * 8;
        if (has_extra) {
            type->attr_offset = end;
            end += 8;
        }
        type->instance_size = end;
    }
    int n_inline = 0;
    if (type->attr_offset != 0 && type->attr_offset + 8 == type->instance_size) {
        n_inline = base->x_slots_seen == 0 ? FIRST_INLINE : base->x_slots_seen + 1;
        n_inline = n_inline > MAX_INLINE ? MAX_INLINE : n_inline;
    }
    type->n_inline = (uint8_t)n_inline;
    WfShape *root = wf_shape_new_root(t, type, n_inline, false);
    if (root == NULL) {
        return WF_RAISED;
    }
    wf_store_ptr(&type->root_shape, root);
    return WF_OK;
}

/* Byte offset of slot i of those the class adds. */
static int64_t slot_offset(const Making *k, int64_t i)
{
    const WfType *type = k->type;
    if ((type->flags & WF_TF_VARSIZE) != 0) {
        return -(16 + ((int64_t)k->base->n_slots + i) * 8);
    }
    const WfType *base = k->base;
    bool movable = base->attr_offset != 0 && base->attr_offset >= base->native_size;
    return (int64_t)base->instance_size - (movable ? 8 : 0) + i * 8;
}

static WfStatus set_default(WfThread *t, WfDict *d, WfStr *name, WfValue v)
{
    return wf_is_empty(wf_dict_get_str(d, name)) ? wf_dict_set_str(t, d, name, v) : WF_OK;
}

static WfStatus wrap_function(WfThread *t, WfDict *d, WfStr *name, bool is_static)
{
    WfValue f = wf_dict_get_str(d, name);
    if (!wf_is_function(f)) {
        return WF_OK;
    }
    WfClassMethod *c = is_static ? WF_NEW(t, WfClassMethod, STATICMETHOD, NATIVE) : WF_NEW(t, WfClassMethod, CLASSMETHOD, NATIVE);
    if (c == NULL) {
        return WF_RAISED;
    }
    wf_store(&c->callable, f);
    return wf_dict_set_str(t, d, name, wf_from_object(c));
}

/* The built-in base of o's class, if it gives its instances a __dict__ of its own kind (a module's, a type's): then its
 * descriptor decides. WF_EMPTY: there is none. */
static WfValue native_dict_descriptor(WfThread *t, WfValue o)
{
    WfType *native = wf_type(o);
    while ((wf_type_flags(native) & WF_TF_HEAP) != 0) {
        native = WF_LOAD(WfType, &native->base);
    }
    return (wf_type_flags(native) & WF_TF_HAS_DICT) != 0 ? wf_type_lookup(t, native, WF_NAME(__dict__)) : WF_EMPTY;
}

static WfValue get_dict(WfThread *t, WfValue self)
{
    WfValue d = native_dict_descriptor(t, self);
    return wf_is_empty(d) ? wf_instance_dict(t, wf_as_object(self)) : wf_bind(t, d, self);
}

static WfStatus set_dict(WfThread *t, WfValue self, WfValue v)
{
    WfValue d = native_dict_descriptor(t, self);
    if (!wf_is_empty(d)) {
        WfDescrSetFn set = wf_type(d)->slots.descr_set;
        if (set != NULL) {
            return set(t, d, self, v);
        }
        return WF_FAIL(wf_raise(t, WF_EXC(TypeError), "this __dict__ descriptor does not support '%T' objects", self));
    }
    return wf_is_empty(v) ? wf_instance_set_dict(t, wf_as_object(self), v) : wf_getset_dict_set(t, self, v);
}

static const WfGetSetDef dict_getset = {"__dict__", get_dict, set_dict, "dictionary for instance variables (if defined)"};
static const WfGetSetDef weakref_getset = {"__weakref__", wf_getset_weakref_get, NULL, "list of weak references to the object (if defined)"};

static WfStatus set_class_cell(WfThread *t, Making *k)
{
    WfValue cell = wf_dict_get_str(k->dict, WF_NAME(__classcell__));
    if (wf_is_empty(cell)) {
        return WF_OK;
    }
    if (wf_type(cell) != WF_TYPE(CELL)) {
        return WF_FAIL(wf_raise(t, WF_EXC(TypeError), "__classcell__ must be a nonlocal cell, not %R", wf_from_object(wf_type(cell))));
    }
    wf_store_ptr(&WF_AS(WfCell, cell)->value, k->type);
    return wf_dict_delete(t, k->dict, WF_NAME_V(__classcell__)) == WF_ERROR ? WF_RAISED : WF_OK;
}

static WfStatus fill_dict(WfThread *t, Making *k)
{
    WfDict *d = k->dict;
    WfType *type = k->type;
    if (wf_is_empty(wf_dict_get_str(d, WF_NAME(__module__))) && t->frame != NULL && wf_is_function(t->frame->func)) {
        WfValue globals = wf_load(&wf_as_function(t->frame->func)->globals);
        WfValue name = wf_is_dict(globals) ? wf_dict_get_str(wf_as_dict(globals), WF_NAME(__name__)) : WF_EMPTY;
        if (!wf_is_empty(name) && wf_dict_set_str(t, d, WF_NAME(__module__), name) != WF_OK) {
            return WF_RAISED;
        }
    }
    WfValue qualname = wf_dict_get_str(d, WF_NAME(__qualname__));
    if (!wf_is_empty(qualname)) {
        if (!wf_is_str(qualname)) {
            return WF_FAIL(wf_raise(t, WF_EXC(TypeError), "type __qualname__ must be a str, not %T", qualname));
        }
        if (wf_dict_delete(t, d, WF_NAME_V(__qualname__)) == WF_ERROR) {
            return WF_RAISED;
        }
    } else {
        qualname = wf_load(&type->name);
    }
    wf_store(&type->qualname, qualname);
    if (wrap_function(t, d, WF_NAME(__new__), true) != WF_OK || wrap_function(t, d, WF_NAME(__init_subclass__), false) != WF_OK
        || wrap_function(t, d, WF_NAME(__class_getitem__), false) != WF_OK) {
        return WF_RAISED;
    }
    /* before the slots: one of them may have the name */
    if (set_class_cell(t, k) != WF_OK) {
        return WF_RAISED;
    }
    int64_t n = wf_is_empty(k->slots) ? 0 : wf_list_length(wf_as_list(k->slots));
    for (int64_t i = 0; i < n; i++) {
        WfStr *name = wf_attr_name(t, wf_as_str(wf_list_at(wf_as_list(k->slots), i)));
        WfValue m = name == NULL ? WF_EMPTY : wf_member_descriptor_new(t, type, name, slot_offset(k, i));
        if (wf_is_empty(m) || wf_dict_set_str(t, d, name, m) != WF_OK) {
            return WF_RAISED;
        }
    }
    if (n > 0) {
        WfValue names = wf_list_to_tuple(t, wf_as_list(k->slots));
        if (wf_is_empty(names)) {
            return WF_RAISED;
        }
        wf_store(&type->slot_names, names);
    }
    if (k->add_dict && type->kind != WF_KIND_TYPE) {
        WfValue g = wf_getset_descriptor_new(t, type, &dict_getset);
        if (wf_is_empty(g) || set_default(t, d, WF_NAME(__dict__), g) != WF_OK) {
            return WF_RAISED;
        }
    }
    if (k->add_weakref) {
        WfValue g = wf_getset_descriptor_new(t, type, &weakref_getset);
        if (wf_is_empty(g) || set_default(t, d, WF_NAME(__weakref__), g) != WF_OK) {
            return WF_RAISED;
        }
    }
    if (!wf_is_empty(wf_dict_get_str(d, WF_NAME(__eq__))) && set_default(t, d, WF_NAME(__hash__), WF_NONE) != WF_OK) {
        return WF_RAISED;
    }
    return set_default(t, d, WF_NAME(__doc__), WF_NONE);
}

/* Slots without a dunder: from the built-in base, or the first base that has a buffer. */
static void inherit_native(WfType *type)
{
    const WfType *base = WF_LOAD(WfType, &type->base);
    type->slots.trace = base->slots.trace;
    type->slots.release = base->slots.release;
    const WfTuple *mro = WF_LOAD(WfTuple, &type->mro);
    for (int64_t i = 1; i < mro->length && type->slots.getbuffer == NULL; i++) {
        const WfType *b = WF_AS(WfType, wf_tuple_at(mro, i));
        type->slots.getbuffer = b->slots.getbuffer;
        type->slots.releasebuffer = b->slots.releasebuffer;
    }
}

static WfStatus make_ready(WfThread *t, Making *k)
{
    WfType *type = k->type;
    WfValue mro = wf_mro_ask(t, type);
    if (wf_is_empty(mro)) {
        return WF_RAISED;
    }
    wf_store(&type->mro, mro);
    inherit_native(type);
    for (int64_t i = 0; i < k->bases->length; i++) {
        if (wf_subclasses_add(t, WF_AS(WfType, wf_tuple_at(k->bases, i)), type) != WF_OK) {
            return WF_RAISED;
        }
    }
    wf_mutex_lock(t, &t->rt->type_lock);
    wf_slots_fit(t, type, NULL);
    wf_type_change_flags(type, WF_TF_READY, 0);
    __atomic_store_n(&type->x_version, wf_next_version(t), __ATOMIC_RELEASE);
    wf_mutex_unlock(&t->rt->type_lock);
    return WF_OK;
}

/* The name as UTF-8, for messages in C. */
WfStatus wf_type_set_name(WfThread *t, WfType *type, WfStr *name)
{
    if (!wf_str_is_ascii(name)) {
        int64_t n;
        const char *utf8 = wf_str_utf8(t, wf_from_object(name), &n);
        WfRaw *raw = utf8 == NULL ? NULL : wf_gc_alloc_raw(t, n + 1, true);
        if (raw == NULL) {
            return WF_RAISED;
        }
        memcpy(raw->data, utf8, (size_t)n);
        wf_store_ptr(&type->utf8_name, raw);
    }
    wf_store_ptr(&type->name, name);
    return WF_OK;
}

/* The type with all but __set_name__ and __init_subclass__ done. */
static WfType *make(WfThread *t, WfType *meta, WfStr *name, WfTuple *bases, WfType *base, WfDict *ns)
{
    Making k = {.meta = meta, .base = base, .bases = bases};
    WfValue dict = wf_dict_copy(t, ns);
    if (wf_is_empty(dict)) {
        return NULL;
    }
    k.dict = wf_as_dict(dict);
    if (collect_slots(t, &k, name, wf_dict_get_str(k.dict, WF_NAME(__slots__))) != WF_OK) {
        return NULL;
    }
    if (base->kind == WF_KIND_TYPE && wf_is_empty(k.slots)) {
        k.add_dict = false;
    }
    const WfShape *shape = WF_LOAD(WfShape, &meta->root_shape);
    WfType *type = wf_gc_alloc_head(t, sizeof(WfType), wf_head(wf_shape_id_of(shape), WF_KIND_TYPE));
    if (type == NULL) {
        return NULL;
    }
    k.type = type;
    type->tid = UINT32_MAX;
    wf_store_ptr(&type->base, base);
    wf_store_ptr(&type->bases, bases);
    wf_store_ptr(&type->dict, k.dict);
    if (wf_type_set_name(t, type, name) != WF_OK || lay_out(t, &k) != WF_OK || fill_dict(t, &k) != WF_OK) {
        return NULL;
    }
    return make_ready(t, &k) == WF_OK ? type : NULL;
}

/* --- hooks ------------------------------------------------------------------------------------------------------------------------- */

static WfStatus set_names(WfThread *t, WfType *type)
{
    WfValue copy = wf_dict_copy(t, WF_LOAD(WfDict, &type->dict));
    if (wf_is_empty(copy)) {
        return WF_RAISED;
    }
    int64_t pos = 0;
    WfValue key, value;
    while (wf_dict_next(wf_as_dict(copy), &pos, &key, &value)) {
        if (!wf_is_object(value)) {
            continue;
        }
        WfValue args[2] = {wf_from_object(type), key}, out;
        if (wf_call_special(t, value, WF_NAME(__set_name__), args, 2, &out) == WF_ERROR) {
            return WF_FAIL(wf_raise_from_pending(t, WF_EXC(RuntimeError), "Error calling __set_name__ on '%T' instance %R in '%N'", value,
                                                 key, type));
        }
    }
    return WF_OK;
}

/* super(type, type).__init_subclass__(**kwargs) */
static WfStatus init_subclass(WfThread *t, WfType *type, const WfArgs *args)
{
    const WfTuple *mro = WF_LOAD(WfTuple, &type->mro);
    WfValue f = WF_EMPTY;
    int64_t at = 0; /* a metatype's mro() may have put it anywhere */
    while (at < mro->length && !wf_is(wf_tuple_at(mro, at), wf_from_object(type))) {
        at++;
    }
    if (at == mro->length) {
        return WF_FAIL(wf_raise(t, WF_EXC(TypeError), "super(type, obj): obj must be an instance or subtype of type"));
    }
    for (int64_t i = at + 1; i < mro->length && wf_is_empty(f); i++) {
        WfDict *d = WF_LOAD(WfDict, &WF_AS(WfType, wf_tuple_at(mro, i))->dict);
        f = wf_dict_get_str(d, WF_NAME(__init_subclass__));
    }
    if (wf_is_empty(f)) {
        return WF_OK;
    }
    WfDescrGetFn get = wf_type(f)->slots.descr_get;
    f = get == NULL ? f : get(t, f, wf_from_object(type), wf_from_object(type));
    if (wf_is_empty(f)) {
        return WF_RAISED;
    }
    WfArgs keywords = {args->items + args->n_pos, 0, args->kwnames};
    return wf_is_empty(wf_call_args(t, f, &keywords)) ? WF_RAISED : WF_OK;
}

/* --- entries --------------------------------------------------------------------------------------------------------------------------- */

static WfStatus check_bases(WfThread *t, WfTuple *bases)
{
    for (int64_t i = 0; i < bases->length; i++) {
        WfValue b = wf_tuple_at(bases, i), out;
        if (wf_is_type(b)) {
            continue;
        }
        WfFound f = wf_getattr_opt(t, b, WF_NAME(__mro_entries__), &out);
        if (f == WF_ERROR) {
            return WF_RAISED;
        }
        if (f == WF_FOUND) {
            return WF_FAIL(wf_raise(t, WF_EXC(TypeError), "type() doesn't support MRO entry resolution; use types.new_class()"));
        }
    }
    return WF_OK;
}

WfValue wf_type_new(WfThread *t, WfType *meta, const WfArgs *args)
{
    static const char *const kinds[] = {"str", "tuple", "dict"};
    if (args->n_pos != 3) {
        return wf_raise(t, WF_EXC(TypeError), "type.__new__() takes exactly 3 arguments (%zd given)", args->n_pos);
    }
    const WfValue *a = args->items;
    bool ok[3] = {wf_is_str(a[0]), wf_is_tuple(a[1]), wf_is_dict(a[2])};
    for (int i = 0; i < 3; i++) {
        if (!ok[i]) {
            return wf_raise(t, WF_EXC(TypeError), "type.__new__() argument %d must be %s, not %T", i + 1, kinds[i], a[i]);
        }
    }
    WfTuple *bases = wf_as_tuple(a[1]);
    WfType *base = WF_TYPE(OBJECT);
    if (bases->length == 0) {
        WfValue object = wf_from_object(base);
        WfValue one = wf_tuple_from(t, &object, 1);
        if (wf_is_empty(one)) {
            return WF_EMPTY;
        }
        bases = wf_as_tuple(one);
    } else {
        if (check_bases(t, bases) != WF_OK) {
            return WF_EMPTY;
        }
        WfType *winner = wf_type_winner(t, meta, bases);
        if (winner == NULL) {
            return WF_EMPTY;
        }
        if (winner != meta) {
            if (winner->slots.new_ != wf_type_new) {
                return winner->slots.new_(t, winner, args);
            }
            meta = winner;
        }
        base = wf_best_base(t, bases);
        if (base == NULL) {
            return WF_EMPTY;
        }
    }
    WfStr *name = wf_as_str(a[0]);
    for (int64_t i = 0; i < name->length; i++) {
        if (wf_str_at(name, i) == 0) {
            return wf_raise(t, WF_EXC(ValueError), "type name must not contain null characters");
        }
    }
    WfType *type = make(t, meta, name, bases, base, wf_as_dict(a[2]));
    if (type == NULL || set_names(t, type) != WF_OK || init_subclass(t, type, args) != WF_OK) {
        return WF_EMPTY;
    }
    return wf_from_object(type);
}

WfType *wf_type_new_simple(WfThread *t, const char *name, WfType *base, WfDict *ns)
{
    const char *dot = strrchr(name, '.');
    WfStr *short_name = wf_str_intern_cstr(t, dot == NULL ? name : dot + 1);
    WfValue dict = short_name == NULL ? WF_EMPTY : ns != NULL ? wf_dict_copy(t, ns) : wf_dict_new(t);
    if (wf_is_empty(dict) || wf_type_ready(t, base) != WF_OK) {
        return NULL;
    }
    if (dot != NULL) {
        WfStr *module = wf_str_intern_utf8(t, name, dot - name);
        if (module == NULL || set_default(t, wf_as_dict(dict), WF_NAME(__module__), wf_from_object(module)) != WF_OK) {
            return NULL;
        }
    }
    WfValue b = wf_from_object(base);
    WfValue bases = wf_tuple_from(t, &b, 1);
    return wf_is_empty(bases) ? NULL : make(t, WF_TYPE(TYPE), short_name, wf_as_tuple(bases), base, wf_as_dict(dict));
}
