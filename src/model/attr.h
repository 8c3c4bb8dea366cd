/* attr.h - what an inline cache of an attribute site may remember.
 * SPDX-License-Identifier: MIT
 *
 * wf_attr_classify looks an attribute up as wf_getattr would, without running Python code, and says under which guards what it found
 * stays so. Guards:
 *   shape    wf_shape_id(obj) == site.shape. Implies the type, that the type's attribute access is object's, that no
 *            data descriptor hides the slot, and (out of dict mode) which attributes the instance has.
 *   version  ((WfType *)type)->x_version == site.version, site.version != 0. Where noted, on top of shape.
 * Events that would make a shape alone say too much (a data descriptor set on a class whose instances
 * have an attribute of that name, a new __getattribute__, ...) call rt->flush_caches, which empties all inline caches. */
#ifndef WF_MODEL_ATTR_H
#define WF_MODEL_ATTR_H

#include "model/object.h"

typedef enum WfAttrKind {
    WF_ATTR_NONE,        /* not cacheable: wf_getattr */
    WF_ATTR_INLINE,      /* guard shape: the WfSlot at byte `offset` of the object. EMPTY there: wf_getattr */
    WF_ATTR_OVERFLOW,    /* guard shape: item `index` of the WfSlots in the WfSlot at byte `offset`. EMPTY: wf_getattr */
    WF_ATTR_DICT,        /* guard shape (dict mode) and version: found in the dict, which wf_instance_dict_fast gives.
                          * Absent there: wf_getattr */
    WF_ATTR_CLASS,       /* guard shape and version: `value` is the result (a class attribute that does not bind) */
    WF_ATTR_METHOD,      /* guard shape and version: `value` is to be called with the object first (or wf_method_new) */
    WF_ATTR_CLASSMETHOD, /* guard shape and version: `value` is to be called with the object's type first */
    WF_ATTR_PROPERTY,    /* guard shape and version: call `value`, a Python function, with the object */
    WF_ATTR_DESCRIPTOR,  /* guard shape and version: type(value)->slots.descr_get(t, value, obj, type) */
    WF_ATTR_MODULE,      /* the object is module `obj` (compare): guard keys version `version` of its dict `dict`: *slot */
    WF_ATTR_TYPE,        /* the object is a type: guard shape (of the metatype) and the object's own x_version: `value` */
    WF_ATTR_TYPE_CLASSMETHOD, /* likewise; `value` is to be called with the object (the type) first */
} WfAttrKind;

typedef struct WfAttrSite {
    WfAttrKind kind;
    uint32_t shape;
    uint32_t offset;
    uint32_t index;
    bool check_dict;  /* CLASS, METHOD, CLASSMETHOD, and DESCRIPTOR that is not a data descriptor, on an instance in dict
                       * mode: guard also that its dict has no such key (wf_instance_dict_fast, wf_dict_get_str) */
    uint64_t version; /* of the object's type (of the object, where it is a type; of the dict, where a module) */
    WfValue value;
    WfSlot *slot;     /* MODULE; lies in a dict table kept alive by the dict while the version holds */
    WfDict *dict;
} WfAttrSite;

/* name must be interned. Never raises. */
void wf_attr_classify(WfThread *t, WfValue obj, WfStr *name, WfAttrSite *site);

typedef enum WfStoreKind {
    WF_STORE_NONE,     /* wf_setattr */
    WF_STORE_INLINE,   /* guard shape: wf_store at byte `offset`; then load the shape again: if it changed, do wf_setattr too */
    WF_STORE_ADD,      /* wf_lock; guard shape; wf_store at byte `offset`; set x_shape = new_shape (release); wf_unlock */
    WF_STORE_OVERFLOW, /* wf_lock; guard shape; wf_store into item `index` of the WfSlots at `offset`; wf_unlock */
} WfStoreKind;

typedef struct WfStoreSite {
    WfStoreKind kind;
    uint32_t shape, new_shape;
    uint32_t offset;
    uint32_t index;
} WfStoreSite;

/* To be called before the store is done. May allocate (the shape after it). Never raises. */
void wf_attr_classify_store(WfThread *t, WfValue obj, WfStr *name, WfStoreSite *site);

/* The dict of an instance in dict mode, or NULL when it has none yet or is just being converted (then: wf_getattr). */
WF_INLINE WfDict *wf_instance_dict_fast(const WfObject *o, const WfType *type)
{
    if (type->attr_offset == 0) {
        return NULL;
    }
    WfValue v = wf_load_acquire((const WfSlot *)((const char *)o + type->attr_offset));
    return wf_is_dict(v) ? (WfDict *)wf_as_object(v) : NULL;
}

/* The word that holds the attributes that are not inline; NULL: the type's instances have no __dict__. */
WfSlot *wf_instance_extra(const WfType *type, const WfObject *o);
/* Shape of the type's instances in dict mode. */
WfShape *wf_type_dict_shape(WfThread *t, WfType *type) WF_MUST_CHECK;
/* o.__class__ = type, both checked by the caller: same layout. */
WfStatus wf_instance_set_type(WfThread *t, WfObject *o, WfType *type) WF_MUST_CHECK;
/* Names and values of o's attributes in their order, for readers that must not turn them into a dict. The number of them, at
 * most max; -1: o is in dict mode, has no attributes at all or too many, or is just being changed. */
int wf_instance_snapshot(WfObject *o, WfValue *names, WfValue *values, int max);
/* FOUND, or MISSING without an exception where wf_generic_getattr would raise the plain AttributeError. */
WfFound wf_generic_getattr_opt(WfThread *t, WfValue o, WfStr *name, WfValue *out) WF_MUST_CHECK;
/* An exact interned str equal to name (a str or instance of a subclass). */
WfStr *wf_attr_name(WfThread *t, WfStr *name) WF_MUST_CHECK;
/* Getters and setters for the tables of built-in types whose instances have a __dict__. */
WfValue wf_getset_dict_get(WfThread *t, WfValue self);
WfStatus wf_getset_dict_set(WfThread *t, WfValue self, WfValue v);
WfValue wf_getset_weakref_get(WfThread *t, WfValue self);

/* shape.c. Slot number of name, or -1. */
int wf_shape_find(WfThread *t, WfShape *s, WfStr *name);
/* The shape with name added (made if need be). NULL without exception: too many attributes (dict mode is due); NULL with: no memory. */
WfShape *wf_shape_add(WfThread *t, WfShape *s, WfStr *name);
WfShape *wf_shape_new_root(WfThread *t, WfType *type, int n_inline, bool dict_mode) WF_MUST_CHECK;
bool wf_shape_tree_has(WfShape *root, WfStr *name);

#endif
