/* type.c - type: calling classes, their attributes, and what they say about themselves.
 * SPDX-License-Identifier: MIT
 *
 * Design:     how types are made and kept is in model/type.c and model/type_new.c; this is what Python sees of them.
 * Threads:    reading takes no lock; attribute assignment goes through wf_type_store. */
#include "model/attr.h"
#include "model/builtin.h"
#include "model/call.h"
#include "model/mro.h"
#include "model/object.h"
#include "model/slots.h"
#include "objects/dict.h"
#include "objects/function.h"
#include "objects/list.h"
#include "objects/mappingproxy.h"
#include "objects/str.h"
#include "objects/tuple.h"
#include "objects/unions.h"

static WfType *as_type(WfValue v)
{
    return WF_AS(WfType, v);
}

static bool is_heap(const WfType *type)
{
    return (wf_type_flags(type) & WF_TF_HEAP) != 0;
}

static WfDict *dict_of(const WfType *type)
{
    return WF_LOAD(WfDict, &type->dict);
}

/* --- calling -------------------------------------------------------------------------------------------------------------- */

static WfValue type_call(WfThread *t, WfValue self, const WfArgs *args)
{
    WfType *type = as_type(self);
    if (type == WF_TYPE(TYPE)) {
        int64_t n = wf_args_total(args);
        if (n == 1 && args->n_pos == 1) {
            return wf_from_object(wf_type(args->items[0]));
        }
        if (args->n_pos != 3) {
            return wf_raise(t, WF_EXC(TypeError), "type() takes 1 or 3 arguments");
        }
    }
    if (wf_type_ready(t, type) != WF_OK) {
        return WF_EMPTY;
    }
    if (type->slots.new_ == NULL) {
        if (type->spec != NULL && strchr(type->spec->name, '.') != NULL) {
            return wf_raise(t, WF_EXC(TypeError), "cannot create '%s' instances", type->spec->name);
        }
        return wf_raise(t, WF_EXC(TypeError), "cannot create '%N' instances", type);
    }
    WfValue o = type->slots.new_(t, type, args);
    if (wf_is_empty(o) || !wf_is_instance_of(o, type)) {
        return o;
    }
    WfInitFn init = wf_type(o)->slots.init;
    if (init != NULL && init(t, o, args) != WF_OK) {
        return WF_EMPTY;
    }
    return o;
}

static WfStatus type_init(WfThread *t, WfValue self, const WfArgs *args)
{
    if (args->n_pos == 1 && args->kwnames != NULL && args->kwnames->length != 0) {
        return WF_FAIL(wf_raise(t, WF_EXC(TypeError), "type.__init__() takes no keyword arguments"));
    }
    if (args->n_pos != 1 && args->n_pos != 3) {
        return WF_FAIL(wf_raise(t, WF_EXC(TypeError), "type.__init__() takes 1 or 3 arguments"));
    }
    return WF_OK;
}

/* --- attributes ------------------------------------------------------------------------------------------------------------- */

static WfValue type_getattribute(WfThread *t, WfValue self, WfStr *name)
{
    WfType *type = as_type(self), *meta = wf_type(self);
    name = wf_attr_name(t, name);
    if (name == NULL || wf_type_ready(t, type) != WF_OK) {
        return WF_EMPTY;
    }
    WfValue md = wf_type_lookup(t, meta, name);
    WfDescrGetFn get = NULL;
    if (!wf_is_empty(md)) {
        get = wf_type(md)->slots.descr_get;
        if (get != NULL && wf_type(md)->slots.descr_set != NULL) {
            return get(t, md, self, wf_from_object(meta));
        }
    }
    WfValue v = wf_type_lookup(t, type, name);
    if (!wf_is_empty(v)) {
        WfDescrGetFn own = wf_type(v)->slots.descr_get;
        return own == NULL ? v : own(t, v, WF_EMPTY, self);
    }
    if (get != NULL) {
        return get(t, md, self, wf_from_object(meta));
    }
    return wf_is_empty(md) ? wf_raise(t, WF_EXC(AttributeError), "type object '%N' has no attribute '%U'", type, name) : md;
}

static WfStatus type_setattr(WfThread *t, WfValue self, WfStr *name, WfValue v)
{
    WfType *type = as_type(self);
    name = wf_attr_name(t, name);
    if (name == NULL) {
        return WF_RAISED;
    }
    if ((wf_type_flags(type) & WF_TF_IMMUTABLE) != 0) {
        return WF_FAIL(wf_raise(t, WF_EXC(TypeError), "cannot set %R attribute of immutable type '%N'", wf_from_object(name), type));
    }
    WfValue md = wf_type_lookup(t, wf_type(self), name);
    if (!wf_is_empty(md)) {
        WfDescrSetFn set = wf_type(md)->slots.descr_set;
        if (set != NULL) {
            return set(t, md, self, v);
        }
    }
    WfFound f = wf_type_store(t, type, name, v);
    if (f == WF_MISSING) {
        return WF_FAIL(wf_raise(t, WF_EXC(AttributeError), "type object '%N' has no attribute '%U'", type, name));
    }
    return f == WF_FOUND ? WF_OK : WF_RAISED;
}

/* Special attributes: those of built-in types are fixed, and none can be deleted. */
static WfStatus check_settable(WfThread *t, WfType *type, WfValue v, const char *name)
{
    if ((wf_type_flags(type) & WF_TF_IMMUTABLE) != 0) {
        return WF_FAIL(wf_raise(t, WF_EXC(TypeError), "cannot set '%s' attribute of immutable type '%N'", name, type));
    }
    if (wf_is_empty(v)) {
        return WF_FAIL(wf_raise(t, WF_EXC(TypeError), "cannot delete '%s' attribute of immutable type '%N'", name, type));
    }
    return WF_OK;
}

static WfValue get_name(WfThread *t, WfValue self)
{
    return wf_type_ready(t, as_type(self)) == WF_OK ? wf_load(&as_type(self)->name) : WF_EMPTY;
}

static WfStatus check_string(WfThread *t, WfType *type, WfValue v, const char *name)
{
    if (check_settable(t, type, v, name) != WF_OK) {
        return WF_RAISED;
    }
    if (!wf_is_str(v)) {
        return WF_FAIL(wf_raise(t, WF_EXC(TypeError), "can only assign string to %N.%s, not '%T'", type, name, v));
    }
    return WF_OK;
}

static WfStatus set_name(WfThread *t, WfValue self, WfValue v)
{
    WfType *type = as_type(self);
    if (check_string(t, type, v, "__name__") != WF_OK) {
        return WF_RAISED;
    }
    const WfStr *s = wf_as_str(v);
    for (int64_t i = 0; i < s->length; i++) {
        if (wf_str_at(s, i) == 0) {
            return WF_FAIL(wf_raise(t, WF_EXC(ValueError), "type name must not contain null characters"));
        }
    }
    return wf_type_set_name(t, type, wf_as_str(v));
}

static WfValue get_qualname(WfThread *t, WfValue self)
{
    return wf_type_ready(t, as_type(self)) == WF_OK ? wf_load(&as_type(self)->qualname) : WF_EMPTY;
}

static WfStatus set_qualname(WfThread *t, WfValue self, WfValue v)
{
    if (check_string(t, as_type(self), v, "__qualname__") != WF_OK) {
        return WF_RAISED;
    }
    wf_store(&as_type(self)->qualname, v);
    return WF_OK;
}

static WfValue get_module(WfThread *t, WfValue self)
{
    WfType *type = as_type(self);
    if (type->spec != NULL) {
        const char *dot = strrchr(type->spec->name, '.');
        if (dot == NULL) {
            return WF_NAME_V(builtins);
        }
        WfStr *s = wf_str_intern_utf8(t, type->spec->name, dot - type->spec->name);
        return s == NULL ? WF_EMPTY : wf_from_object(s);
    }
    WfValue v = wf_dict_get_str(dict_of(type), WF_NAME(__module__));
    return wf_is_empty(v) ? wf_raise(t, WF_EXC(AttributeError), "__module__") : v;
}

/* An attribute kept in the type's dict. */
static WfStatus store_special(WfThread *t, WfValue self, WfStr *name, const char *text, WfValue v)
{
    WfType *type = as_type(self);
    if (check_settable(t, type, v, text) != WF_OK) {
        return WF_RAISED;
    }
    return wf_type_store(t, type, name, v) == WF_ERROR ? WF_RAISED : WF_OK;
}

static WfStatus set_module(WfThread *t, WfValue self, WfValue v)
{
    return store_special(t, self, WF_NAME(__module__), "__module__", v);
}

static WfValue get_doc(WfThread *t, WfValue self)
{
    WfType *type = as_type(self);
    if (!is_heap(type)) {
        return wf_type_ready(t, type) == WF_OK ? wf_load(&type->doc) : WF_EMPTY;
    }
    WfValue v = wf_dict_get_str(dict_of(type), WF_NAME(__doc__));
    if (wf_is_empty(v)) {
        return WF_NONE;
    }
    WfDescrGetFn get = wf_type(v)->slots.descr_get;
    return get == NULL ? v : get(t, v, WF_EMPTY, self);
}

static WfStatus set_doc(WfThread *t, WfValue self, WfValue v)
{
    return store_special(t, self, WF_NAME(__doc__), "__doc__", v);
}

static WfValue get_bases(WfThread *t, WfValue self)
{
    return wf_type_ready(t, as_type(self)) == WF_OK ? wf_load(&as_type(self)->bases) : WF_EMPTY;
}

static WfStatus set_bases(WfThread *t, WfValue self, WfValue v)
{
    if (check_settable(t, as_type(self), v, "__bases__") != WF_OK) {
        return WF_RAISED;
    }
    return wf_type_set_bases(t, as_type(self), v);
}

static WfValue get_base(WfThread *t, WfValue self)
{
    WfValue v = wf_load(&as_type(self)->base);
    return wf_is_empty(v) ? WF_NONE : v;
}

static WfValue get_mro(WfThread *t, WfValue self)
{
    if (wf_type_ready(t, as_type(self)) != WF_OK) {
        return WF_EMPTY;
    }
    WfValue v = wf_load(&as_type(self)->mro);
    return wf_is_empty(v) ? WF_NONE : v;
}

static WfValue get_dict(WfThread *t, WfValue self)
{
    return wf_type_ready(t, as_type(self)) == WF_OK ? wf_mappingproxy_new(t, wf_load(&as_type(self)->dict)) : WF_EMPTY;
}

static WfValue get_abstract(WfThread *t, WfValue self)
{
    WfValue v = as_type(self) == WF_TYPE(TYPE) ? WF_EMPTY : wf_dict_get_str(dict_of(as_type(self)), WF_NAME(__abstractmethods__));
    return wf_is_empty(v) ? wf_raise(t, WF_EXC(AttributeError), "__abstractmethods__") : v;
}

static WfStatus set_abstract(WfThread *t, WfValue self, WfValue v)
{
    WfType *type = as_type(self);
    WfFound truth = wf_is_empty(v) ? WF_MISSING : wf_truth(t, v);
    if (truth == WF_ERROR) {
        return WF_RAISED;
    }
    WfFound f = wf_type_store(t, type, WF_NAME(__abstractmethods__), v);
    if (f == WF_MISSING) {
        return WF_FAIL(wf_raise(t, WF_EXC(AttributeError), "__abstractmethods__"));
    }
    if (f == WF_ERROR) {
        return WF_RAISED;
    }
    wf_type_change_flags(type, truth == WF_FOUND ? WF_TF_ABSTRACT : 0, truth == WF_FOUND ? 0 : WF_TF_ABSTRACT);
    wf_mutex_lock(t, &t->rt->type_lock);
    wf_slots_fit_flags(t, type);
    wf_mutex_unlock(&t->rt->type_lock);
    return WF_OK;
}

static WfValue get_annotations(WfThread *t, WfValue self)
{
    WfType *type = as_type(self);
    if (!is_heap(type)) {
        return wf_raise(t, WF_EXC(AttributeError), "type object '%N' has no attribute '__annotations__'", type);
    }
    WfValue v = wf_dict_get_str(dict_of(type), WF_NAME(__annotations__));
    if (wf_is_empty(v)) {
        v = wf_dict_new(t);
        if (wf_is_empty(v) || wf_type_store(t, type, WF_NAME(__annotations__), v) == WF_ERROR) {
            return WF_EMPTY;
        }
        return v;
    }
    WfDescrGetFn get = wf_type(v)->slots.descr_get;
    return get == NULL ? v : get(t, v, WF_EMPTY, self);
}

static WfStatus set_annotations(WfThread *t, WfValue self, WfValue v)
{
    WfType *type = as_type(self);
    if ((wf_type_flags(type) & WF_TF_IMMUTABLE) != 0) {
        return WF_FAIL(wf_raise(t, WF_EXC(TypeError), "cannot set '__annotations__' attribute of immutable type '%N'", type));
    }
    WfFound f = wf_type_store(t, type, WF_NAME(__annotations__), v);
    if (f == WF_MISSING) {
        return WF_FAIL(wf_raise(t, WF_EXC(AttributeError), "__annotations__"));
    }
    return f == WF_FOUND ? WF_OK : WF_RAISED;
}

static WfValue get_text_signature(WfThread *t, WfValue self)
{
    const WfTypeSpec *spec = as_type(self)->spec;
    return spec == NULL || spec->signature == NULL ? WF_NONE : wf_str_from_cstr(t, spec->signature);
}

/* The bits of CPython's tp_flags that programs look at. */
static WfValue get_flags(WfThread *t, WfValue self)
{
    WfType *type = as_type(self);
    uint32_t f = wf_type_flags(type);
    uint64_t out = 1u << 12 | 1u << 14;
    out |= (f & WF_TF_SEQUENCE) != 0 ? 1u << 5 : 0;
    out |= (f & WF_TF_MAPPING) != 0 ? 1u << 6 : 0;
    out |= type->slots.new_ == NULL ? 1u << 7 : 0;
    out |= (f & WF_TF_IMMUTABLE) != 0 ? 1u << 8 : 0;
    out |= (f & WF_TF_HEAP) != 0 ? 1u << 9 : 0;
    out |= (f & WF_TF_BASETYPE) != 0 ? 1u << 10 : 0;
    out |= (f & WF_TF_METHOD) != 0 ? 1u << 17 : 0;
    out |= (f & WF_TF_ABSTRACT) != 0 ? 1u << 20 : 0;
    out |= (f & WF_TF_MATCH_SELF) != 0 ? 1u << 22 : 0;
    static const struct {
        uint8_t kind;
        uint8_t bit;
    } kinds[] = {{WF_KIND_INT, 24}, {WF_KIND_LIST, 25}, {WF_KIND_TUPLE, 26}, {WF_KIND_BYTES, 27}, {WF_KIND_STR, 28},
                 {WF_KIND_DICT, 29}, {WF_KIND_EXCEPTION, 30}, {WF_KIND_TYPE, 31}};
    for (size_t i = 0; i < WF_ARRAY_LEN(kinds); i++) {
        out |= type->kind == kinds[i].kind ? (uint64_t)1 << kinds[i].bit : 0;
    }
    return wf_small_int((int64_t)out);
}

static WfValue get_basicsize(WfThread *t, WfValue self)
{
    return wf_small_int(as_type(self)->instance_size);
}

static WfValue get_itemsize(WfThread *t, WfValue self)
{
    const WfType *type = as_type(self);
    bool variable = (wf_type_flags(type) & WF_TF_VARSIZE) != 0 && type->kind != WF_KIND_STR;
    int size = type->kind == WF_KIND_BYTES ? 1 : 8;
    return wf_small_int(variable || type->kind == WF_KIND_TYPE ? size : 0);
}

static WfValue get_dictoffset(WfThread *t, WfValue self)
{
    const WfType *type = as_type(self);
    uint32_t f = wf_type_flags(type);
    return wf_small_int((f & WF_TF_ATTRS_AT_END) != 0 ? -8 : (int64_t)type->attr_offset);
}

static WfValue get_weakrefoffset(WfThread *t, WfValue self)
{
    /* the collector keeps weak references on the side: any number but 0 says that there may be some */
    return wf_small_int((wf_type_flags(as_type(self)) & WF_TF_WEAKREFS) != 0 ? 8 : 0);
}

static const WfGetSetDef type_getsets[] = {
    {"__name__", get_name, set_name, NULL},
    {"__qualname__", get_qualname, set_qualname, NULL},
    {"__module__", get_module, set_module, NULL},
    {"__doc__", get_doc, set_doc, NULL},
    {"__bases__", get_bases, set_bases, NULL},
    {"__base__", get_base, NULL, NULL, WF_GS_MEMBER},
    {"__mro__", get_mro, NULL, NULL, WF_GS_MEMBER},
    {"__dict__", get_dict, NULL, NULL},
    {"__abstractmethods__", get_abstract, set_abstract, NULL},
    {"__annotations__", get_annotations, set_annotations, NULL},
    {"__text_signature__", get_text_signature, NULL, NULL},
    {"__flags__", get_flags, NULL, NULL, WF_GS_MEMBER},
    {"__basicsize__", get_basicsize, NULL, NULL, WF_GS_MEMBER},
    {"__itemsize__", get_itemsize, NULL, NULL, WF_GS_MEMBER},
    {"__dictoffset__", get_dictoffset, NULL, NULL, WF_GS_MEMBER},
    {"__weakrefoffset__", get_weakrefoffset, NULL, NULL, WF_GS_MEMBER},
    {0},
};

/* --- methods --------------------------------------------------------------------------------------------------------------- */

static WfValue type_mro(WfThread *t, WfValue *a)
{
    if (wf_type_ready(t, as_type(a[0])) != WF_OK) {
        return WF_EMPTY;
    }
    WfValue v = is_heap(as_type(a[0])) ? wf_mro_compute(t, as_type(a[0])) : wf_load(&as_type(a[0])->mro);
    return wf_is_empty(v) ? WF_EMPTY : wf_to_list(t, v);
}

static WfValue type_subclasses(WfThread *t, WfValue *a)
{
    return wf_subclasses_list(t, as_type(a[0]));
}

static WfValue type_prepare(WfThread *t, WfValue *a)
{
    return wf_dict_new(t);
}

static WfValue type_instancecheck(WfThread *t, WfValue *a)
{
    WfType *type = as_type(a[0]);
    if (wf_is_instance_of(a[1], type)) {
        return WF_TRUE;
    }
    WfValue c;
    WfFound f = wf_getattr_opt(t, a[1], WF_NAME(__class__), &c);
    if (f == WF_ERROR) {
        return WF_EMPTY;
    }
    return WF_BOOL(f == WF_FOUND && wf_is_type(c) && wf_type_is_subtype(as_type(c), type));
}

/* Is a class that is no type derived from self, as its __bases__ say? */
static WfFound derives(WfThread *t, WfValue c, WfValue self)
{
    if (wf_is(c, self)) {
        return WF_FOUND;
    }
    WfValue bases;
    WfFound f = wf_getattr_opt(t, c, WF_NAME(__bases__), &bases);
    if (f != WF_FOUND || !wf_is_tuple(bases)) {
        return f == WF_ERROR ? WF_ERROR : WF_MISSING;
    }
    if (wf_recursion_enter(t, " in __issubclass__") != WF_OK) {
        return WF_ERROR;
    }
    f = WF_MISSING;
    for (int64_t i = 0; i < wf_as_tuple(bases)->length && f == WF_MISSING; i++) {
        f = derives(t, wf_tuple_at(wf_as_tuple(bases), i), self);
    }
    wf_recursion_leave(t);
    return f;
}

static WfValue type_subclasscheck(WfThread *t, WfValue *a)
{
    if (wf_is_type(a[1])) {
        if (wf_type_ready(t, as_type(a[1])) != WF_OK) {
            return WF_EMPTY;
        }
        return WF_BOOL(wf_type_is_subtype(as_type(a[1]), as_type(a[0])));
    }
    WfValue bases;
    WfFound f = wf_getattr_opt(t, a[1], WF_NAME(__bases__), &bases);
    if (f == WF_ERROR) {
        return WF_EMPTY;
    }
    if (f == WF_MISSING || !wf_is_tuple(bases)) {
        return wf_raise(t, WF_EXC(TypeError), "issubclass() arg 1 must be a class");
    }
    f = derives(t, a[1], a[0]);
    return f == WF_ERROR ? WF_EMPTY : WF_BOOL(f == WF_FOUND);
}

static WfStatus merge_dir(WfThread *t, WfDict *names, WfValue c)
{
    WfValue d, bases;
    WfFound f = wf_getattr_opt(t, c, WF_NAME(__dict__), &d);
    if (f == WF_ERROR || (f == WF_FOUND && wf_dict_update(t, names, d) != WF_OK)) {
        return WF_RAISED;
    }
    f = wf_getattr_opt(t, c, WF_NAME(__bases__), &bases);
    if (f != WF_FOUND) {
        return f == WF_ERROR ? WF_RAISED : WF_OK;
    }
    WfValue all = wf_to_tuple(t, bases);
    if (wf_is_empty(all) || wf_recursion_enter(t, " in __dir__") != WF_OK) {
        return WF_RAISED;
    }
    WfStatus status = WF_OK;
    for (int64_t i = 0; i < wf_as_tuple(all)->length && status == WF_OK; i++) {
        status = merge_dir(t, names, wf_tuple_at(wf_as_tuple(all), i));
    }
    wf_recursion_leave(t);
    return status;
}

WfStatus wf_type_merge_dir(WfThread *t, WfDict *names, WfValue c)
{
    return merge_dir(t, names, c);
}

static WfValue type_dir(WfThread *t, WfValue *a)
{
    WfValue d = wf_dict_new(t);
    if (wf_is_empty(d) || merge_dir(t, wf_as_dict(d), a[0]) != WF_OK) {
        return WF_EMPTY;
    }
    return wf_dict_keys_list(t, wf_as_dict(d));
}

static WfValue type_sizeof(WfThread *t, WfValue *a)
{
    return wf_small_int((int64_t)sizeof(WfType));
}

static const WfBuiltinDef type_methods[] = {
    {"mro", type_mro, "(self, /)", "The order in which bases are searched, computed anew."},
    {"__subclasses__", type_subclasses, "(self, /)", "The direct subclasses that are alive."},
    {"__prepare__", type_prepare, "(cls, /, *args, **kwargs)", "The namespace for the body of a class statement.", WF_FN_CLASS},
    {"__instancecheck__", type_instancecheck, "(self, instance, /)", "Is the object an instance of this type?"},
    {"__subclasscheck__", type_subclasscheck, "(self, subclass, /)", "Is the class a subclass of this type?"},
    {"__dir__", type_dir, "(self, /)", "The names of the attributes of the type and its bases."},
    {"__sizeof__", type_sizeof, "(self, /)", "Size of the type object in bytes."},
    {0},
};

static WfValue type_repr(WfThread *t, WfValue self)
{
    WfType *type = as_type(self);
    if (wf_type_ready(t, type) != WF_OK) {
        return WF_EMPTY;
    }
    WfValue module = get_module(t, self);
    if (wf_is_empty(module)) {
        wf_clear_pending(t);
        return wf_str_format(t, "<class '%V'>", wf_load(&type->name));
    }
    if (!wf_is_str(module) || wf_str_equal(wf_as_str(module), WF_NAME(builtins))) {
        return wf_str_format(t, "<class '%V'>", wf_load(wf_is_str(module) && !is_heap(type) ? &type->name : &type->qualname));
    }
    return wf_str_format(t, "<class '%V.%V'>", module, wf_load(&type->qualname));
}

const WfTypeSpec wf_type_spec = {
    .name = "type",
    .doc = "type(object) -> the object's type\ntype(name, bases, dict, **kwds) -> a new type",
    .flags = WF_TF_BASETYPE | WF_TF_HAS_DICT | WF_TF_WEAKREFS,
    .size = sizeof(WfType),
    .methods = type_methods,
    .getsets = type_getsets,
    .slots = {.repr = type_repr,
              .call = type_call,
              .getattribute = type_getattribute,
              .setattr = type_setattr,
              .init = type_init,
              .new_ = wf_type_new,
              .binary = {[WF_BIN_OR] = wf_union_or}},
};
