/* method.c - bound methods.
 * SPDX-License-Identifier: MIT
 *
 * Design:     a callable and the object that goes before its arguments. Other attributes are the callable's.
 * Threads:    immutable. */
#include "model/attr.h"
#include "model/builtin.h"
#include "model/call.h"
#include "objects/dict.h"
#include "objects/function.h"
#include "objects/str.h"
#include "objects/tuple.h"

static WfMethod *as_method(WfValue v)
{
    return WF_AS(WfMethod, v);
}

WfValue wf_method_new(WfThread *t, WfValue func, WfValue self)
{
    WfMethod *m = WF_NEW(t, WfMethod, METHOD, NATIVE);
    if (m == NULL) {
        return WF_EMPTY;
    }
    wf_store_raw(&m->func, func);
    wf_store_raw(&m->self, self);
    return wf_from_object(m);
}

static void method_trace(WfMarker *m, WfObject *o)
{
    wf_mark_slot(m, &((WfMethod *)o)->func);
    wf_mark_slot(m, &((WfMethod *)o)->self);
}

static WfValue method_call(WfThread *t, WfValue self, const WfArgs *args)
{
    return wf_call_prepend(t, wf_load(&as_method(self)->func), wf_load(&as_method(self)->self), args);
}

static WfValue method_getattribute(WfThread *t, WfValue self, WfStr *name)
{
    name = wf_attr_name(t, name);
    if (name == NULL) {
        return WF_EMPTY;
    }
    WfValue d = wf_type_lookup(t, wf_type(self), name);
    if (!wf_is_empty(d)) {
        return wf_bind(t, d, self);
    }
    WfValue v;
    WfFound f = wf_getattr_opt(t, wf_load(&as_method(self)->func), name, &v);
    return f == WF_FOUND ? v : f == WF_ERROR ? WF_EMPTY : wf_raise_attribute(t, self, name);
}

static WfValue method_repr(WfThread *t, WfValue self)
{
    WfValue func = wf_load(&as_method(self)->func), name;
    WfFound f = wf_getattr_opt(t, func, WF_NAME(__qualname__), &name);
    if (f == WF_MISSING) {
        f = wf_getattr_opt(t, func, WF_NAME(__name__), &name);
    }
    if (f == WF_ERROR) {
        return WF_EMPTY;
    }
    WfValue o = wf_load(&as_method(self)->self);
    if (f == WF_FOUND && wf_is_str(name)) {
        return wf_str_format(t, "<bound method %V of %R>", name, o);
    }
    return wf_str_format(t, "<bound method ? of %R>", o);
}

static WfValue method_compare(WfThread *t, WfValue a, WfValue b, int op)
{
    if ((op != WF_EQ && op != WF_NE) || !wf_is_method(a) || !wf_is_method(b)) {
        return WF_NOT_IMPLEMENTED;
    }
    WfFound same = wf_is(wf_load(&as_method(a)->self), wf_load(&as_method(b)->self))
        ? wf_equal(t, wf_load(&as_method(a)->func), wf_load(&as_method(b)->func)) : WF_MISSING;
    return same == WF_ERROR ? WF_EMPTY : WF_BOOL((same == WF_FOUND) == (op == WF_EQ));
}

static WfStatus method_hash(WfThread *t, WfValue self, int64_t *hash)
{
    int64_t h;
    if (wf_hash(t, wf_load(&as_method(self)->func), &h) != WF_OK) {
        return WF_RAISED;
    }
    uint64_t o = wf_load(&as_method(self)->self).bits;
    h ^= (int64_t)(o >> 4 | o << 60);
    *hash = h == -1 ? -2 : h;
    return WF_OK;
}

static WfValue method_type_new(WfThread *t, WfType *type, const WfArgs *args)
{
    if (wf_args_no_keywords(t, "method", args) != WF_OK || wf_args_count(t, "method", args, 2, 2) != WF_OK) {
        return WF_EMPTY;
    }
    if (!wf_is_callable(args->items[0])) {
        return wf_raise(t, WF_EXC(TypeError), "first argument must be callable");
    }
    if (wf_is_none(args->items[1])) {
        return wf_raise(t, WF_EXC(TypeError), "instance must not be None");
    }
    return wf_method_new(t, args->items[0], args->items[1]);
}

static WfValue get_func(WfThread *t, WfValue self)
{
    return wf_load(&as_method(self)->func);
}

static WfValue get_self(WfThread *t, WfValue self)
{
    return wf_load(&as_method(self)->self);
}

static WfValue get_doc(WfThread *t, WfValue self)
{
    WfValue v;
    WfFound f = wf_getattr_opt(t, wf_load(&as_method(self)->func), WF_NAME(__doc__), &v);
    return f == WF_FOUND ? v : f == WF_ERROR ? WF_EMPTY : WF_NONE;
}

static WfValue method_reduce(WfThread *t, WfValue *a)
{
    WfValue name = wf_getattr(t, wf_load(&as_method(a[0])->func), WF_NAME(__name__));
    WfValue args = wf_is_empty(name) ? WF_EMPTY : WF_TUPLE_OF(t, wf_load(&as_method(a[0])->self), name);
    WfValue f = wf_dict_get_str(wf_as_dict(t->interp->builtins), WF_NAME(getattr));
    return wf_is_empty(args) ? WF_EMPTY : WF_TUPLE_OF(t, f, args);
}

static const WfBuiltinDef method_methods[] = {
    {"__reduce__", method_reduce, "(self, /)", NULL},
    {0},
};

static const WfGetSetDef method_getsets[] = {
    {"__func__", get_func, NULL, "the function (or other callable) that does the work", WF_GS_MEMBER},
    {"__self__", get_self, NULL, "the instance it is bound to", WF_GS_MEMBER},
    {"__doc__", get_doc, NULL, NULL},
    {0},
};

const WfTypeSpec wf_method_spec = {
    .name = "method",
    .doc = "A callable bound to an instance.",
    .signature = "(function, instance, /)",
    .flags = WF_TF_WEAKREFS,
    .size = sizeof(WfMethod),
    .methods = method_methods,
    .getsets = method_getsets,
    .slots = {.repr = method_repr,
              .call = method_call,
              .getattribute = method_getattribute,
              .setattr = wf_generic_setattr,
              .richcompare = method_compare,
              .hash = method_hash,
              .new_ = method_type_new,
              .trace = method_trace},
};
