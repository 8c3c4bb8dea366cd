/* attr.c - attribute access: lookup order, binding, and what inline caches may remember of it.
 * SPDX-License-Identifier: MIT
 *
 * Design:     the order is Python's: a data descriptor of the class, the instance's own attribute, any other class
 *             attribute (bound). wf_generic_getattr_opt does it without making an exception for a plain miss, because
 *             many misses are expected (getattr with a default, hasattr, __getattr__).
 * Threads:    lookups take no lock; see instance.c and type.c for what changes under them. */
#include "model/attr.h"

#include "model/call.h"
#include "model/object.h"
#include "model/slots.h"
#include "objects/descriptors.h"
#include "objects/dict.h"
#include "objects/exceptions.h"
#include "objects/function.h"
#include "objects/str.h"

WfStr *wf_attr_name(WfThread *t, WfStr *name)
{
    if (WF_LIKELY(wf_str_is_interned(name))) {
        return name;
    }
    WfValue v = wf_from_object(name);
    if (!wf_is_exact_str(v)) {
        v = wf_str_from_kind(t, wf_str_kind(name), name->data, name->length);
    }
    v = wf_is_empty(v) ? v : wf_str_intern(t, v);
    return wf_is_empty(v) ? NULL : wf_as_str(v);
}

static bool has_attributes(const WfType *type)
{
    return type->attr_offset != 0 || (wf_type_flags(type) & WF_TF_ATTRS_AT_END) != 0;
}

static WfFound bound(WfValue v, WfValue *out)
{
    *out = v;
    return wf_is_empty(v) ? WF_ERROR : WF_FOUND;
}

WfFound wf_generic_getattr_opt(WfThread *t, WfValue o, WfStr *name, WfValue *out)
{
    name = wf_attr_name(t, name);
    if (name == NULL) {
        return WF_ERROR;
    }
    WfType *type = wf_type(o);
    WfValue d = wf_type_lookup(t, type, name);
    WfDescrGetFn get = NULL;
    if (!wf_is_empty(d)) {
        const WfType *dt = wf_type(d);
        get = dt->slots.descr_get;
        if (get != NULL && dt->slots.descr_set != NULL) {
            return bound(get(t, d, o, wf_from_object(type)), out);
        }
    }
    if (has_attributes(type)) {
        WfFound f = wf_instance_get(t, wf_as_object(o), name, out);
        if (f != WF_MISSING) {
            return f;
        }
    }
    if (get != NULL) {
        return bound(get(t, d, o, wf_from_object(type)), out);
    }
    *out = d;
    return wf_is_empty(d) ? WF_MISSING : WF_FOUND;
}

WfValue wf_generic_getattr(WfThread *t, WfValue o, WfStr *name)
{
    WfValue out;
    WfFound f = wf_generic_getattr_opt(t, o, name, &out);
    return f == WF_FOUND ? out : f == WF_ERROR ? WF_EMPTY : wf_raise_attribute(t, o, name);
}

WfStatus wf_generic_setattr(WfThread *t, WfValue o, WfStr *name, WfValue v)
{
    name = wf_attr_name(t, name);
    if (name == NULL) {
        return WF_RAISED;
    }
    WfType *type = wf_type(o);
    WfValue d = wf_type_lookup(t, type, name);
    if (!wf_is_empty(d)) {
        WfDescrSetFn set = wf_type(d)->slots.descr_set;
        if (set != NULL) {
            return set(t, d, o, v);
        }
    }
    if (has_attributes(type)) {
        WfFound f = wf_instance_set(t, wf_as_object(o), name, v);
        if (f != WF_MISSING) {
            return f == WF_FOUND ? WF_OK : WF_RAISED;
        }
    } else if (!wf_is_empty(d)) {
        return WF_FAIL(wf_raise(t, WF_EXC(AttributeError), "'%N' object attribute '%U' is read-only", type, name));
    }
    return WF_FAIL(wf_raise_attribute(t, o, name));
}

/* An AttributeError that says not yet whose attribute was missing gets it said (for suggestions). */
static WF_COLD void complete_error(WfThread *t, WfValue o, WfStr *name)
{
    if (!wf_pending_is(t, WF_EXC(AttributeError))) {
        return;
    }
    WfException *e = wf_as_exception(t->exc);
    if (wf_is_empty(wf_load(&e->extra[WF_ATTRIBUTE_OBJ])) && wf_is_empty(wf_load(&e->extra[WF_ATTRIBUTE_NAME]))) {
        wf_store(&e->extra[WF_ATTRIBUTE_OBJ], o);
        wf_store_ptr(&e->extra[WF_ATTRIBUTE_NAME], name);
    }
}

WfValue wf_getattr(WfThread *t, WfValue o, WfStr *name)
{
    WfValue v = wf_type(o)->slots.getattribute(t, o, name);
    if (WF_UNLIKELY(wf_is_empty(v))) {
        complete_error(t, o, name);
    }
    return v;
}

WfValue wf_getattr_cstr(WfThread *t, WfValue o, const char *name)
{
    WfStr *s = wf_str_intern_cstr(t, name);
    return s == NULL ? WF_EMPTY : wf_getattr(t, o, s);
}

WfFound wf_getattr_opt(WfThread *t, WfValue o, WfStr *name, WfValue *out)
{
    WfGetAttrFn get = wf_type(o)->slots.getattribute;
    WfFound f;
    if (get == wf_generic_getattr) {
        f = wf_generic_getattr_opt(t, o, name, out);
    } else {
        f = bound(get(t, o, name), out);
    }
    if (f == WF_ERROR && wf_clear_if(t, WF_EXC(AttributeError))) {
        f = WF_MISSING;
    }
    return f;
}

WfStatus wf_setattr(WfThread *t, WfValue o, WfStr *name, WfValue v)
{
    name = wf_attr_name(t, name);
    return name == NULL ? WF_RAISED : wf_type(o)->slots.setattr(t, o, name, v);
}

WfValue wf_bind(WfThread *t, WfValue attr, WfValue obj)
{
    WfDescrGetFn get = wf_type(attr)->slots.descr_get;
    return get == NULL ? attr : get(t, attr, obj, wf_from_object(wf_type(obj)));
}

WfValue wf_lookup_special(WfThread *t, WfValue o, WfStr *name)
{
    WfValue f = wf_type_lookup(t, wf_type(o), name);
    return wf_is_empty(f) ? WF_EMPTY : wf_bind(t, f, o);
}

WfValue wf_getmethod(WfThread *t, WfValue o, WfStr *name, WfValue *self)
{
    WfType *type = wf_type(o);
    *self = WF_EMPTY;
    if (type->slots.getattribute != wf_generic_getattr) {
        return wf_getattr(t, o, name);
    }
    name = wf_attr_name(t, name);
    if (name == NULL) {
        return WF_EMPTY;
    }
    WfValue d = wf_type_lookup(t, type, name);
    WfDescrGetFn get = NULL;
    bool method = false;
    if (!wf_is_empty(d)) {
        const WfType *dt = wf_type(d);
        method = (wf_type_flags(dt) & WF_TF_METHOD) != 0;
        get = dt->slots.descr_get;
        if (get != NULL && dt->slots.descr_set != NULL) {
            WfValue v = get(t, d, o, wf_from_object(type));
            if (wf_is_empty(v)) {
                complete_error(t, o, name);
            }
            return v;
        }
    }
    if (has_attributes(type)) {
        WfValue v;
        WfFound f = wf_instance_get(t, wf_as_object(o), name, &v);
        if (f != WF_MISSING) {
            return f == WF_FOUND ? v : WF_EMPTY;
        }
    }
    if (method) {
        *self = o;
        return d;
    }
    if (get != NULL) {
        WfValue v = get(t, d, o, wf_from_object(type));
        if (wf_is_empty(v)) {
            complete_error(t, o, name);
        }
        return v;
    }
    return wf_is_empty(d) ? wf_raise_attribute(t, o, name) : d;
}

/* --- inline caches --------------------------------------------------------------------------------------------------- */

/* Is access to attributes of instances that exist what wf_generic_getattr does? (__getattr__ comes after it.) */
static bool getattr_is_generic(WfThread *t, WfType *type)
{
    if (type->slots.getattribute == wf_generic_getattr) {
        return true;
    }
    return type->slots.getattribute == wf_slot_getattr_hook
        && wf_is(wf_type_lookup(t, type, WF_NAME(__getattribute__)),
                 wf_type_lookup(t, WF_TYPE(OBJECT), WF_NAME(__getattribute__)));
}

static bool is_slot_member(const WfType *type, WfValue d, uint32_t *offset)
{
    if (!WF_IS_EXACT(d, MEMBER_DESCRIPTOR)) {
        return false;
    }
    const WfGetSetDescr *m = WF_AS(WfGetSetDescr, d);
    *offset = (uint32_t)m->offset;
    return m->def == NULL && m->offset > 0 && wf_type_is_subtype(type, WF_LOAD(WfType, &m->objclass));
}

/* staticmethod(f) and classmethod(f): f, or WF_EMPTY if d is something else. */
static WfValue unwrap(WfValue d, int tid)
{
    return wf_is_object(d) && wf_shape_id(wf_as_object(d)) == WF_STATIC_SHAPE_ID(tid)
        ? wf_load(&WF_AS(WfClassMethod, d)->callable) : WF_EMPTY;
}

static void classify_class_value(WfValue d, WfAttrSite *site)
{
    const WfType *dt = wf_type(d);
    WfValue inner;
    site->value = d;
    if ((wf_type_flags(dt) & WF_TF_METHOD) != 0) {
        site->kind = WF_ATTR_METHOD;
    } else if (dt->slots.descr_get == NULL) {
        site->kind = WF_ATTR_CLASS;
    } else if (!wf_is_empty(inner = unwrap(d, WF_TID_STATICMETHOD))) {
        site->kind = WF_ATTR_CLASS;
        site->value = inner;
    } else if (!wf_is_empty(inner = unwrap(d, WF_TID_CLASSMETHOD)) && wf_is_function(inner)) {
        site->kind = WF_ATTR_CLASSMETHOD;
        site->value = inner;
    } else {
        site->kind = WF_ATTR_DESCRIPTOR;
    }
}

static void classify_instance(WfThread *t, WfObject *o, WfType *type, WfShape *s, WfStr *name, WfAttrSite *site)
{
    WfValue d = wf_type_lookup(t, type, name);
    if (!wf_is_empty(d) && wf_type(d)->slots.descr_set != NULL) {
        if (is_slot_member(type, d, &site->offset)) {
            site->kind = WF_ATTR_INLINE;
        } else if (wf_type(d)->slots.descr_get != NULL) {
            WfValue get = WF_IS_EXACT(d, PROPERTY) ? wf_load(&WF_AS(WfProperty, d)->fget) : WF_EMPTY;
            bool python = wf_is_function(get);
            site->kind = python ? WF_ATTR_PROPERTY : WF_ATTR_DESCRIPTOR;
            site->value = python ? get : d;
        }
        return;
    }
    if (has_attributes(type)) {
        if (s->dict_mode) {
            WfDict *dict = wf_instance_dict_fast(o, type);
            if (dict == NULL) {
                return;
            }
            if (!wf_is_empty(wf_dict_get_str(dict, name))) {
                site->kind = WF_ATTR_DICT;
                return;
            }
            site->check_dict = true;
        } else {
            int i = wf_shape_find(t, s, name);
            if (i >= 0) {
                if (type->attr_offset == 0) {
                    return;
                }
                bool is_inline = i < s->n_inline;
                site->kind = is_inline ? WF_ATTR_INLINE : WF_ATTR_OVERFLOW;
                site->offset = is_inline ? type->instance_size + (uint32_t)i * 8 : type->attr_offset;
                site->index = (uint32_t)(i - s->n_inline);
                return;
            }
        }
    }
    if (!wf_is_empty(d)) {
        classify_class_value(d, site);
    }
}

static void classify_type(WfThread *t, WfType *meta, WfType *obj, WfStr *name, WfAttrSite *site)
{
    WfValue d = wf_type_lookup(t, meta, name);
    if (!wf_is_empty(d) && wf_type(d)->slots.descr_set != NULL) {
        return;
    }
    WfValue v = wf_type_lookup(t, obj, name);
    if (wf_is_empty(v)) {
        return;
    }
    const WfType *vt = wf_type(v);
    WfValue inner;
    site->value = v;
    if ((wf_type_flags(vt) & WF_TF_METHOD) != 0 || vt->slots.descr_get == NULL) {
        site->kind = WF_ATTR_TYPE;
    } else if (!wf_is_empty(inner = unwrap(v, WF_TID_STATICMETHOD))) {
        site->kind = WF_ATTR_TYPE;
        site->value = inner;
    } else if (!wf_is_empty(inner = unwrap(v, WF_TID_CLASSMETHOD)) && wf_is_function(inner)) {
        site->kind = WF_ATTR_TYPE_CLASSMETHOD;
        site->value = inner;
    }
}

static void classify_module(WfThread *t, WfObject *o, WfType *type, WfStr *name, WfAttrSite *site)
{
    WfValue d = wf_type_lookup(t, type, name);
    WfDict *dict = wf_instance_dict_fast(o, type);
    if ((!wf_is_empty(d) && wf_type(d)->slots.descr_set != NULL) || dict == NULL) {
        return;
    }
    site->dict = dict;
    site->slot = wf_dict_slot(t, dict, name, &site->version);
    if (site->slot != NULL && site->version != 0) {
        site->kind = WF_ATTR_MODULE;
    }
}

void wf_attr_classify(WfThread *t, WfValue obj, WfStr *name, WfAttrSite *site)
{
    memset(site, 0, sizeof *site);
    if (!wf_is_object(obj)) {
        return;
    }
    WfObject *o = wf_as_object(obj);
    site->shape = wf_shape_id(o);
    WfShape *s = wf_shape_at(site->shape);
    WfType *type = wf_shape_type(s);
    if (type == WF_TYPE(MODULE)) {
        classify_module(t, o, type, name, site);
        return;
    }
    WfType *versioned = o->kind == WF_KIND_TYPE ? (WfType *)o : type;
    site->version = __atomic_load_n(&versioned->x_version, __ATOMIC_ACQUIRE);
    if (o->kind == WF_KIND_TYPE) {
        if (type->slots.getattribute == WF_TYPE(TYPE)->slots.getattribute) {
            classify_type(t, type, (WfType *)o, name, site);
        }
    } else if (getattr_is_generic(t, type)) {
        classify_instance(t, o, type, s, name, site);
    }
    __atomic_thread_fence(__ATOMIC_ACQUIRE);
    if (site->version == 0 || site->version != __atomic_load_n(&versioned->x_version, __ATOMIC_RELAXED)) {
        site->kind = WF_ATTR_NONE;
    }
}

void wf_attr_classify_store(WfThread *t, WfValue obj, WfStr *name, WfStoreSite *site)
{
    memset(site, 0, sizeof *site);
    if (!wf_is_object(obj)) {
        return;
    }
    WfObject *o = wf_as_object(obj);
    site->shape = wf_shape_id(o);
    WfShape *s = wf_shape_at(site->shape);
    WfType *type = wf_shape_type(s);
    if (type->slots.setattr != wf_generic_setattr) {
        return;
    }
    WfValue d = wf_type_lookup(t, type, name);
    if (!wf_is_empty(d) && wf_type(d)->slots.descr_set != NULL) {
        if (is_slot_member(type, d, &site->offset) && !wf_type_is_subtype(type, WF_TYPE(TUPLE))) { /* struct sequences are read-only */
            site->kind = WF_STORE_INLINE;
        }
        return;
    }
    if (type->attr_offset == 0 || s->dict_mode) {
        return;
    }
    int i = wf_shape_find(t, s, name);
    if (i >= 0) {
        bool is_inline = i < s->n_inline;
        site->kind = is_inline ? WF_STORE_INLINE : WF_STORE_OVERFLOW;
        site->offset = is_inline ? type->instance_size + (uint32_t)i * 8 : type->attr_offset;
        site->index = (uint32_t)(i - s->n_inline);
        return;
    }
    if (s->n_slots >= s->n_inline) {
        return;
    }
    WfShape *next = wf_shape_add(t, s, name);
    if (next == NULL) {
        wf_clear_pending(t);
        return;
    }
    site->kind = WF_STORE_ADD;
    site->new_shape = wf_shape_id_of(next);
    site->offset = type->instance_size + (uint32_t)s->n_slots * 8;
}
