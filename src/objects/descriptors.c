/* descriptors.c - method_descriptor, classmethod_descriptor, wrapper_descriptor, method-wrapper, getset_descriptor, member_descriptor.
 * SPDX-License-Identifier: MIT
 *
 * Design:     a method_descriptor is called straight with the instance as its first argument; only reading it as an
 *             attribute makes a bound object. Parsed signatures are kept in the descriptor.
 * Threads:    immutable, but for the signature, which is written once more at worst. */
#include "objects/descriptors.h"

#include "model/attr.h"
#include "model/call.h"
#include "model/object.h"
#include "model/slots.h"
#include "objects/builtin_function.h"
#include "objects/dict.h"
#include "objects/function.h"
#include "objects/str.h"
#include "objects/tuple.h"

/* Every descriptor begins so. */
typedef struct Descr {
    WfObject h;
    WfSlot objclass;
    WfSlot name;
} Descr;
_Static_assert(offsetof(WfMethodDescr, name) == offsetof(Descr, name), "");
_Static_assert(offsetof(WfGetSetDescr, name) == offsetof(Descr, name), "");
_Static_assert(offsetof(WfWrapperDescr, name) == offsetof(Descr, name), "");

static WfType *objclass_of(WfValue d)
{
    return WF_LOAD(WfType, &WF_AS(Descr, d)->objclass);
}

static WfStr *name_of(WfValue d)
{
    return WF_LOAD(WfStr, &WF_AS(Descr, d)->name);
}

static void descr_trace(WfMarker *m, WfObject *o)
{
    Descr *d = (Descr *)o;
    wf_mark_slot(m, &d->objclass);
    wf_mark_slot(m, &d->name);
}

static void method_descr_trace(WfMarker *m, WfObject *o)
{
    descr_trace(m, o);
    wf_mark_slot(m, &((WfMethodDescr *)o)->sig);
}

/* --- making ------------------------------------------------------------------------------------------------------------ */

WfValue wf_method_descriptor_new(WfThread *t, WfType *type, const WfBuiltinDef *def)
{
    if ((def->flags & WF_FN_STATIC) != 0) {
        WfValue f = wf_builtin_new(t, def, wf_from_object(type), NULL);
        WfClassMethod *s = wf_is_empty(f) ? NULL : WF_NEW(t, WfClassMethod, STATICMETHOD, NATIVE);
        if (s == NULL) {
            return WF_EMPTY;
        }
        wf_store(&s->callable, f);
        return wf_from_object(s);
    }
    WfStr *name = wf_str_intern_cstr(t, def->name);
    if (name == NULL) {
        return WF_EMPTY;
    }
    WfMethodDescr *d = (def->flags & WF_FN_CLASS) != 0 ? WF_NEW(t, WfMethodDescr, CLASSMETHOD_DESCRIPTOR, NATIVE)
                                                       : WF_NEW(t, WfMethodDescr, METHOD_DESCRIPTOR, NATIVE);
    if (d == NULL) {
        return WF_EMPTY;
    }
    wf_store_ptr_raw(&d->objclass, type);
    wf_store_ptr_raw(&d->name, name);
    d->def = def;
    return wf_from_object(d);
}

static WfGetSetDescr *getset_new(WfThread *t, bool member, WfType *type, WfStr *name)
{
    WfGetSetDescr *d = member ? WF_NEW(t, WfGetSetDescr, MEMBER_DESCRIPTOR, NATIVE) : WF_NEW(t, WfGetSetDescr, GETSET_DESCRIPTOR, NATIVE);
    if (d != NULL) {
        wf_store_ptr_raw(&d->objclass, type);
        wf_store_ptr_raw(&d->name, name);
    }
    return d;
}

WfValue wf_getset_descriptor_new(WfThread *t, WfType *type, const WfGetSetDef *def)
{
    WfStr *name = wf_str_intern_cstr(t, def->name);
    WfGetSetDescr *d = name == NULL ? NULL : getset_new(t, (def->flags & WF_GS_MEMBER) != 0, type, name);
    if (d == NULL) {
        return WF_EMPTY;
    }
    d->def = def;
    return wf_from_object(d);
}

WfValue wf_member_descriptor_new(WfThread *t, WfType *type, WfStr *name, int64_t offset)
{
    WfGetSetDescr *d = getset_new(t, true, type, name);
    if (d == NULL) {
        return WF_EMPTY;
    }
    d->offset = offset;
    return wf_from_object(d);
}

WfValue wf_wrapper_descriptor_new(WfThread *t, WfType *type, int row)
{
    WfWrapperDescr *d = WF_NEW(t, WfWrapperDescr, WRAPPER_DESCRIPTOR, NATIVE);
    if (d == NULL) {
        return WF_EMPTY;
    }
    wf_store_ptr_raw(&d->objclass, type);
    wf_store_ptr_raw(&d->name, wf_slot_rows[row].name);
    d->row = (uint64_t)row;
    return wf_from_object(d);
}

WfSlot *wf_member_slot(const WfGetSetDescr *d, WfObject *o)
{
    if (d->offset < 0) {
        return (WfSlot *)((uintptr_t)o + wf_gc_cell_size(o) - (uintptr_t)-d->offset);
    }
    return (WfSlot *)((uintptr_t)o + (uintptr_t)d->offset);
}

/* --- shared attributes --------------------------------------------------------------------------------------------------- */

static WfValue get_name(WfThread *t, WfValue self)
{
    return wf_from_object(name_of(self));
}

static WfValue get_objclass(WfThread *t, WfValue self)
{
    return wf_from_object(objclass_of(self));
}

static WfValue get_qualname(WfThread *t, WfValue self)
{
    return wf_str_format(t, "%V.%U", wf_load(&objclass_of(self)->qualname), name_of(self));
}

static WfValue descr_reduce(WfThread *t, WfValue *a)
{
    WfValue f = wf_dict_get_str(wf_as_dict(t->interp->builtins), WF_NAME(getattr));
    WfValue args = WF_TUPLE_OF(t, wf_from_object(objclass_of(a[0])), wf_from_object(name_of(a[0])));
    return wf_is_empty(args) ? WF_EMPTY : WF_TUPLE_OF(t, f, args);
}

static WfValue repr_of(WfThread *t, WfValue self, const char *what)
{
    return wf_str_format(t, "<%s '%U' of '%N' objects>", what, name_of(self), objclass_of(self));
}

/* The instance must be of the class that the descriptor belongs to. */
static WfStatus check_instance(WfThread *t, WfValue self, WfValue obj)
{
    WfType *c = objclass_of(self);
    if (WF_LIKELY(wf_is_instance_of(obj, c))) {
        return WF_OK;
    }
    return WF_FAIL(wf_raise(t, WF_EXC(TypeError), "descriptor '%U' for '%N' objects doesn't apply to a '%T' object", name_of(self), c, obj));
}

/* --- method_descriptor ------------------------------------------------------------------------------------------------------ */

static WfStr *method_qualname(WfThread *t, WfValue callee)
{
    WfValue s = get_qualname(t, callee);
    return wf_is_empty(s) ? NULL : wf_as_str(s);
}

WfValue wf_method_descriptor_call(WfThread *t, WfValue self, const WfArgs *args)
{
    WfMethodDescr *d = WF_AS(WfMethodDescr, self);
    if (WF_UNLIKELY(args->n_pos < 1)) {
        return wf_raise(t, WF_EXC(TypeError), "unbound method %N.%U() needs an argument", objclass_of(self), name_of(self));
    }
    if (check_instance(t, self, args->items[0]) != WF_OK) {
        return WF_EMPTY;
    }
    if ((d->def->flags & WF_FN_RAW) != 0) {
        WfArgs rest = {args->items + 1, args->n_pos - 1, args->kwnames};
        return ((WfCallFn)(void (*)(void))d->def->fn)(t, args->items[0], &rest);
    }
    WfSig *sig = wf_sig_cached(t, &d->sig, d->def->sig);
    return sig == NULL ? WF_EMPTY : wf_builtin_call_bound(t, d->def, sig, WF_EMPTY, 1, args, method_qualname, self);
}

static WfValue method_descr_get(WfThread *t, WfValue self, WfValue obj, WfValue type)
{
    if (wf_is_empty(obj)) {
        return self;
    }
    return check_instance(t, self, obj) == WF_OK ? wf_builtin_bind(t, WF_AS(WfMethodDescr, self)->def, obj) : WF_EMPTY;
}

static WfValue method_repr(WfThread *t, WfValue self)
{
    return repr_of(t, self, "method");
}

static WfValue method_doc(WfThread *t, WfValue self)
{
    const char *doc = WF_AS(WfMethodDescr, self)->def->doc;
    return doc == NULL ? WF_NONE : wf_str_from_cstr(t, doc);
}

static WfValue method_signature(WfThread *t, WfValue self)
{
    return wf_sig_text_signature(t, WF_AS(WfMethodDescr, self)->def, true);
}

static const WfBuiltinDef descr_methods[] = {
    {"__reduce__", descr_reduce, "(self, /)", NULL},
    {0},
};

static const WfGetSetDef method_getsets[] = {
    {"__objclass__", get_objclass, NULL, NULL, WF_GS_MEMBER},
    {"__name__", get_name, NULL, NULL, WF_GS_MEMBER},
    {"__qualname__", get_qualname, NULL, NULL},
    {"__doc__", method_doc, NULL, NULL},
    {"__text_signature__", method_signature, NULL, NULL},
    {0},
};

const WfTypeSpec wf_method_descriptor_spec = {
    .name = "method_descriptor",
    .size = sizeof(WfMethodDescr),
    .flags = WF_TF_METHOD | WF_TF_NO_NEW,
    .methods = descr_methods,
    .getsets = method_getsets,
    .slots = {.repr = method_repr, .call = wf_method_descriptor_call, .descr_get = method_descr_get, .trace = method_descr_trace},
};

/* --- classmethod_descriptor -------------------------------------------------------------------------------------------------- */

static WfValue classmethod_descr_get(WfThread *t, WfValue self, WfValue obj, WfValue type)
{
    if (wf_is_empty(type)) {
        type = wf_is_empty(obj) ? WF_EMPTY : wf_from_object(wf_type(obj));
    }
    if (wf_is_empty(type)) {
        return wf_raise(t, WF_EXC(TypeError), "descriptor '%U' for type '%N' needs either an object or a type", name_of(self), objclass_of(self));
    }
    if (!wf_is_type(type)) {
        return wf_raise(t, WF_EXC(TypeError), "descriptor '%U' for type '%N' needs a type, not a '%T' as arg 2", name_of(self),
                        objclass_of(self), type);
    }
    if (!wf_type_is_subtype(WF_AS(WfType, type), objclass_of(self))) {
        return wf_raise(t, WF_EXC(TypeError), "descriptor '%U' requires a subtype of '%N' but received '%N'", name_of(self),
                        objclass_of(self), WF_AS(WfType, type));
    }
    return wf_builtin_bind(t, WF_AS(WfMethodDescr, self)->def, type);
}

static WfValue classmethod_descr_call(WfThread *t, WfValue self, const WfArgs *args)
{
    if (args->n_pos < 1) {
        return wf_raise(t, WF_EXC(TypeError), "descriptor '%U' of '%N' object needs an argument", name_of(self), objclass_of(self));
    }
    WfValue f = classmethod_descr_get(t, self, WF_EMPTY, args->items[0]);
    if (wf_is_empty(f)) {
        return WF_EMPTY;
    }
    WfArgs rest = {args->items + 1, args->n_pos - 1, args->kwnames};
    return wf_call_args(t, f, &rest);
}

const WfTypeSpec wf_classmethod_descriptor_spec = {
    .name = "classmethod_descriptor",
    .size = sizeof(WfMethodDescr),
    .flags = WF_TF_NO_NEW,
    .getsets = method_getsets,
    .slots = {.repr = method_repr, .call = classmethod_descr_call, .descr_get = classmethod_descr_get, .trace = method_descr_trace},
};

/* --- wrapper_descriptor, method-wrapper ----------------------------------------------------------------------------------------- */

static const WfSlotRow *row_of(WfValue d)
{
    return &wf_slot_rows[WF_AS(WfWrapperDescr, d)->row];
}

static WfValue wrapper_call(WfThread *t, WfValue self, const WfArgs *args)
{
    if (args->n_pos < 1) {
        return wf_raise(t, WF_EXC(TypeError), "descriptor '%U' of '%N' object needs an argument", name_of(self), objclass_of(self));
    }
    WfValue obj = args->items[0];
    if (!wf_is_instance_of(obj, objclass_of(self))) {
        return wf_raise(t, WF_EXC(TypeError), "descriptor '%U' requires a '%N' object but received a '%T'", name_of(self),
                        objclass_of(self), obj);
    }
    WfArgs rest = {args->items + 1, args->n_pos - 1, args->kwnames};
    return wf_slot_wrapper_call(t, row_of(self), objclass_of(self), obj, &rest);
}

static WfValue wrapper_get(WfThread *t, WfValue self, WfValue obj, WfValue type)
{
    if (wf_is_empty(obj)) {
        return self;
    }
    if (check_instance(t, self, obj) != WF_OK) {
        return WF_EMPTY;
    }
    WfMethodWrapper *w = WF_NEW(t, WfMethodWrapper, METHOD_WRAPPER, NATIVE);
    if (w == NULL) {
        return WF_EMPTY;
    }
    wf_store_raw(&w->descr, self);
    wf_store_raw(&w->self, obj);
    return wf_from_object(w);
}

static WfValue wrapper_repr(WfThread *t, WfValue self)
{
    return repr_of(t, self, "slot wrapper");
}

static WfValue row_doc(WfThread *t, const WfSlotRow *row)
{
    return row->doc == NULL ? WF_NONE : wf_str_from_cstr(t, row->doc);
}

static WfValue wrapper_doc(WfThread *t, WfValue self)
{
    return row_doc(t, row_of(self));
}

static WfValue row_signature(WfThread *t, const WfSlotRow *row)
{
    return row->signature == NULL ? WF_NONE : wf_str_from_cstr(t, row->signature);
}

static WfValue wrapper_signature(WfThread *t, WfValue self)
{
    return row_signature(t, row_of(self));
}

static const WfGetSetDef wrapper_getsets[] = {
    {"__objclass__", get_objclass, NULL, NULL, WF_GS_MEMBER},
    {"__name__", get_name, NULL, NULL, WF_GS_MEMBER},
    {"__qualname__", get_qualname, NULL, NULL},
    {"__doc__", wrapper_doc, NULL, NULL},
    {"__text_signature__", wrapper_signature, NULL, NULL},
    {0},
};

const WfTypeSpec wf_wrapper_descriptor_spec = {
    .name = "wrapper_descriptor",
    .size = sizeof(WfWrapperDescr),
    .flags = WF_TF_METHOD | WF_TF_NO_NEW,
    .methods = descr_methods,
    .getsets = wrapper_getsets,
    .slots = {.repr = wrapper_repr, .call = wrapper_call, .descr_get = wrapper_get, .trace = descr_trace},
};

static WfValue descr_of(WfValue self)
{
    return wf_load(&WF_AS(WfMethodWrapper, self)->descr);
}

static WfValue bound_to(WfValue self)
{
    return wf_load(&WF_AS(WfMethodWrapper, self)->self);
}

static WfValue method_wrapper_call(WfThread *t, WfValue self, const WfArgs *args)
{
    WfValue d = descr_of(self);
    return wf_slot_wrapper_call(t, row_of(d), objclass_of(d), bound_to(self), args);
}

static WfValue method_wrapper_repr(WfThread *t, WfValue self)
{
    WfValue o = bound_to(self);
    return wf_str_format(t, "<method-wrapper '%U' of %T object at %p>", name_of(descr_of(self)), o, (void *)(uintptr_t)o.bits);
}

static WfValue method_wrapper_compare(WfThread *t, WfValue a, WfValue b, int op)
{
    if ((op != WF_EQ && op != WF_NE) || wf_type(b) != WF_TYPE(METHOD_WRAPPER)) {
        return WF_NOT_IMPLEMENTED;
    }
    bool same = wf_is(descr_of(a), descr_of(b)) && wf_is(bound_to(a), bound_to(b));
    return WF_BOOL(same == (op == WF_EQ));
}

static WfStatus method_wrapper_hash(WfThread *t, WfValue self, int64_t *hash)
{
    *hash = (int64_t)((bound_to(self).bits * 31 ^ descr_of(self).bits) >> 4);
    return WF_OK;
}

static WfValue method_wrapper_self(WfThread *t, WfValue self)
{
    return bound_to(self);
}

static WfValue method_wrapper_name(WfThread *t, WfValue self)
{
    return get_name(t, descr_of(self));
}

static WfValue method_wrapper_qualname(WfThread *t, WfValue self)
{
    return get_qualname(t, descr_of(self));
}

static WfValue method_wrapper_objclass(WfThread *t, WfValue self)
{
    return get_objclass(t, descr_of(self));
}

static WfValue method_wrapper_doc(WfThread *t, WfValue self)
{
    return row_doc(t, row_of(descr_of(self)));
}

static WfValue method_wrapper_signature(WfThread *t, WfValue self)
{
    return row_signature(t, row_of(descr_of(self)));
}

static WfValue method_wrapper_reduce(WfThread *t, WfValue *a)
{
    WfValue f = wf_dict_get_str(wf_as_dict(t->interp->builtins), WF_NAME(getattr));
    WfValue args = WF_TUPLE_OF(t, bound_to(a[0]), wf_from_object(name_of(descr_of(a[0]))));
    return wf_is_empty(args) ? WF_EMPTY : WF_TUPLE_OF(t, f, args);
}

static void method_wrapper_trace(WfMarker *m, WfObject *o)
{
    wf_mark_slot(m, &((WfMethodWrapper *)o)->descr);
    wf_mark_slot(m, &((WfMethodWrapper *)o)->self);
}

static const WfBuiltinDef method_wrapper_methods[] = {
    {"__reduce__", method_wrapper_reduce, "(self, /)", NULL},
    {0},
};

static const WfGetSetDef method_wrapper_getsets[] = {
    {"__self__", method_wrapper_self, NULL, NULL, WF_GS_MEMBER},
    {"__objclass__", method_wrapper_objclass, NULL, NULL},
    {"__name__", method_wrapper_name, NULL, NULL},
    {"__qualname__", method_wrapper_qualname, NULL, NULL},
    {"__doc__", method_wrapper_doc, NULL, NULL},
    {"__text_signature__", method_wrapper_signature, NULL, NULL},
    {0},
};

const WfTypeSpec wf_method_wrapper_spec = {
    .name = "method-wrapper",
    .size = sizeof(WfMethodWrapper),
    .flags = WF_TF_NO_NEW,
    .methods = method_wrapper_methods,
    .getsets = method_wrapper_getsets,
    .slots = {.repr = method_wrapper_repr,
              .call = method_wrapper_call,
              .richcompare = method_wrapper_compare,
              .hash = method_wrapper_hash,
              .trace = method_wrapper_trace},
};

/* --- getset_descriptor, member_descriptor ------------------------------------------------------------------------------------------- */

static WfValue getset_get(WfThread *t, WfValue self, WfValue obj, WfValue type)
{
    if (wf_is_empty(obj)) {
        return self;
    }
    if (check_instance(t, self, obj) != WF_OK) {
        return WF_EMPTY;
    }
    const WfGetSetDescr *d = WF_AS(WfGetSetDescr, self);
    if (d->def == NULL) {
        WfValue v = wf_load(wf_member_slot(d, wf_as_object(obj)));
        return wf_is_empty(v) ? wf_raise_attribute(t, obj, name_of(self)) : v;
    }
    if (d->def->get == NULL) {
        return wf_raise(t, WF_EXC(AttributeError), "attribute '%U' of '%N' objects is not readable", name_of(self), objclass_of(self));
    }
    return d->def->get(t, obj);
}

static WfStatus getset_set(WfThread *t, WfValue self, WfValue obj, WfValue v)
{
    const WfGetSetDescr *d = WF_AS(WfGetSetDescr, self);
    if (!wf_is_instance_of(obj, objclass_of(self))) {
        return WF_FAIL(wf_raise(t, WF_EXC(TypeError), "descriptor '%U' for '%N' objects doesn't apply to a '%T' object", name_of(self),
                                objclass_of(self), obj));
    }
    if (d->def == NULL) {
        if (wf_type_is_subtype(objclass_of(self), WF_TYPE(TUPLE))) { /* an item of a struct sequence: tuples have no __slots__ */
            return WF_FAIL(wf_raise(t, WF_EXC(AttributeError), "readonly attribute"));
        }
        WfSlot *slot = wf_member_slot(d, wf_as_object(obj));
        if (wf_is_empty(v) && wf_is_empty(wf_load(slot))) {
            return WF_FAIL(wf_raise_value(t, WF_EXC(AttributeError), wf_from_object(name_of(self))));
        }
        wf_store(slot, v);
        return WF_OK;
    }
    if (d->def->set == NULL) {
        if ((d->def->flags & WF_GS_MEMBER) != 0) {
            return WF_FAIL(wf_raise(t, WF_EXC(AttributeError), "readonly attribute"));
        }
        return WF_FAIL(wf_raise(t, WF_EXC(AttributeError), "attribute '%U' of '%N' objects is not writable", name_of(self),
                                objclass_of(self)));
    }
    return d->def->set(t, obj, v);
}

static WfValue getset_doc(WfThread *t, WfValue self)
{
    const WfGetSetDef *def = WF_AS(WfGetSetDescr, self)->def;
    return def == NULL || def->doc == NULL ? WF_NONE : wf_str_from_cstr(t, def->doc);
}

static WfValue getset_repr(WfThread *t, WfValue self)
{
    return repr_of(t, self, "attribute");
}

static WfValue member_repr(WfThread *t, WfValue self)
{
    return repr_of(t, self, "member");
}

static const WfGetSetDef getset_getsets[] = {
    {"__objclass__", get_objclass, NULL, NULL, WF_GS_MEMBER},
    {"__name__", get_name, NULL, NULL, WF_GS_MEMBER},
    {"__qualname__", get_qualname, NULL, NULL},
    {"__doc__", getset_doc, NULL, NULL},
    {0},
};

const WfTypeSpec wf_getset_descriptor_spec = {
    .name = "getset_descriptor",
    .size = sizeof(WfGetSetDescr),
    .flags = WF_TF_NO_NEW,
    .getsets = getset_getsets,
    .slots = {.repr = getset_repr, .descr_get = getset_get, .descr_set = getset_set, .trace = descr_trace},
};

const WfTypeSpec wf_member_descriptor_spec = {
    .name = "member_descriptor",
    .size = sizeof(WfGetSetDescr),
    .flags = WF_TF_NO_NEW,
    .methods = descr_methods,
    .getsets = getset_getsets,
    .slots = {.repr = member_repr, .descr_get = getset_get, .descr_set = getset_set, .trace = descr_trace},
};
