/* descriptors.h - what fills the dict of a built-in type: methods, class methods, slot wrappers, getsets, members.
 * SPDX-License-Identifier: MIT
 * All are immutable; the objects are of kind NATIVE. */
#ifndef WF_OBJECTS_DESCRIPTORS_H
#define WF_OBJECTS_DESCRIPTORS_H

#include "model/builtin.h"
#include "model/object.h"

typedef struct WfMethodDescr { /* method_descriptor, classmethod_descriptor */
    WfObject h;
    WfSlot objclass; /* WfType */
    WfSlot name;     /* WfStr */
    WfSlot sig;      /* WfSig, made on first call */
    const WfBuiltinDef *def;
} WfMethodDescr;

typedef struct WfGetSetDescr { /* getset_descriptor, member_descriptor */
    WfObject h;
    WfSlot objclass;
    WfSlot name;
    const WfGetSetDef *def; /* NULL: made by __slots__ */
    int64_t offset;         /* __slots__: bytes from the object's start; negative: from its cell's end */
} WfGetSetDescr;

typedef struct WfWrapperDescr { /* wrapper_descriptor */
    WfObject h;
    WfSlot objclass;
    WfSlot name;
    uint64_t row; /* of wf_slot_rows, model/slots.h */
} WfWrapperDescr;

typedef struct WfMethodWrapper {
    WfObject h;
    WfSlot descr; /* WfWrapperDescr */
    WfSlot self;
} WfMethodWrapper;

/* By def->flags: a method_descriptor, a classmethod_descriptor or a staticmethod. */
WfValue wf_method_descriptor_new(WfThread *t, WfType *type, const WfBuiltinDef *def) WF_MUST_CHECK;
WfValue wf_getset_descriptor_new(WfThread *t, WfType *type, const WfGetSetDef *def) WF_MUST_CHECK;
WfValue wf_member_descriptor_new(WfThread *t, WfType *type, WfStr *name, int64_t offset) WF_MUST_CHECK;
WfValue wf_wrapper_descriptor_new(WfThread *t, WfType *type, int row) WF_MUST_CHECK;
/* The slot of a member_descriptor made by __slots__ in instance o. */
WfSlot *wf_member_slot(const WfGetSetDescr *d, WfObject *o);
/* Calls a method_descriptor with items[0] as the instance (checked). */
WfValue wf_method_descriptor_call(WfThread *t, WfValue self, const WfArgs *args) WF_MUST_CHECK;
/* super.c: attribute `name` of super(type, obj) without making that object. *self: what it is to be called with first, or WF_EMPTY. */
WfValue wf_super_method(WfThread *t, WfType *type, WfValue obj, WfStr *name, WfValue *self) WF_MUST_CHECK;

#endif
