/* property.c - property, classmethod, staticmethod.
 * SPDX-License-Identifier: MIT
 *
 * Design:     a property is a data descriptor over up to three functions. A subclass keeps the docstring in its instance's
 *             __dict__. classmethod and staticmethod take over the names and docstring of what they wrap.
 * Threads:    fields are single words, written by __init__ and __set_name__ only. */
#include "model/attr.h"
#include "model/builtin.h"
#include "model/call.h"
#include "objects/dict.h"
#include "objects/function.h"
#include "objects/str.h"
#include "objects/tuple.h"

static WfProperty *as_property(WfValue v)
{
    return WF_AS(WfProperty, v);
}

static WfValue or_none(const WfSlot *s)
{
    WfValue v = wf_load(s);
    return wf_is_empty(v) ? WF_NONE : v;
}

static WfValue none_to_empty(WfValue v)
{
    return wf_is_none(v) ? WF_EMPTY : v;
}

static void property_trace(WfMarker *m, WfObject *o)
{
    WfProperty *p = (WfProperty *)o;
    wf_mark_slots(m, &p->fget, (size_t)(&p->name - &p->fget) + 1);
}

static WfValue instance_alloc(WfThread *t, WfType *type, const WfArgs *args)
{
    WfObject *o = wf_instance_new(t, type, 0);
    return o == NULL ? WF_EMPTY : wf_from_object(o);
}

static WfStatus property_init(WfThread *t, WfValue self, const WfArgs *args)
{
    WfProperty *p = as_property(self);
    WfValue a[4];
    if (wf_parse_args(t, "property", "(fget=None, fset=None, fdel=None, doc=None)", args, a, 4) != WF_OK) {
        return WF_RAISED;
    }
    wf_store(&p->fget, none_to_empty(a[0]));
    wf_store(&p->fset, none_to_empty(a[1]));
    wf_store(&p->fdel, none_to_empty(a[2]));
    wf_store(&p->doc, WF_EMPTY);
    p->getter_doc = 0;
    WfValue doc = a[3];
    if (wf_is_none(doc) && !wf_is_none(a[0])) {
        WfValue d;
        WfFound f = wf_getattr_opt(t, a[0], WF_NAME(__doc__), &d);
        if (f == WF_ERROR) {
            return WF_RAISED;
        }
        if (f == WF_FOUND) {
            p->getter_doc = 1;
            doc = d;
        }
    }
    if (wf_type(self) != WF_TYPE(PROPERTY)) {
        /* the class has a __doc__ of its own, which would hide ours */
        if (!wf_is_none(doc) || p->getter_doc) {
            return wf_setattr(t, self, WF_NAME(__doc__), doc);
        }
        return WF_OK;
    }
    wf_store(&p->doc, none_to_empty(doc));
    return WF_OK;
}

/* "property 'x' of 'C' object has no getter" */
static WF_COLD WfValue raise_missing(WfThread *t, const WfProperty *p, WfValue obj, const char *what)
{
    WfValue name = wf_load(&p->name);
    WfValue qualname = wf_getattr(t, wf_from_object(wf_type(obj)), WF_NAME(__qualname__));
    if (wf_is_empty(qualname)) {
        return WF_EMPTY;
    }
    if (wf_is_empty(name)) {
        return wf_raise(t, WF_EXC(AttributeError), "property of %R object has no %s", qualname, what);
    }
    return wf_raise(t, WF_EXC(AttributeError), "property %R of %R object has no %s", name, qualname, what);
}

static WfValue property_get(WfThread *t, WfValue self, WfValue obj, WfValue type)
{
    if (wf_is_empty(obj) || wf_is_none(obj)) {
        return self;
    }
    WfValue f = wf_load(&as_property(self)->fget);
    return wf_is_empty(f) ? raise_missing(t, as_property(self), obj, "getter") : wf_call1(t, f, obj);
}

static WfStatus property_set(WfThread *t, WfValue self, WfValue obj, WfValue v)
{
    WfProperty *p = as_property(self);
    bool delete = wf_is_empty(v);
    WfValue f = wf_load(delete ? &p->fdel : &p->fset);
    if (wf_is_empty(f)) {
        return WF_FAIL(raise_missing(t, p, obj, delete ? "deleter" : "setter"));
    }
    WfValue r = delete ? wf_call1(t, f, obj) : wf_call2(t, f, obj, v);
    return wf_is_empty(r) ? WF_RAISED : WF_OK;
}

/* A property like self with one function replaced; made by calling the class, so that subclasses stay what they are. */
static WfValue replaced(WfThread *t, WfValue self, int which, WfValue f)
{
    WfProperty *p = as_property(self);
    WfValue args[4] = {or_none(&p->fget), or_none(&p->fset), or_none(&p->fdel), or_none(&p->doc)};
    if (!wf_is_none(f)) {
        args[which] = f;
    }
    if (p->getter_doc && !wf_is_none(args[0])) {
        args[3] = WF_NONE;
    }
    WfValue r = wf_call(t, wf_from_object(wf_type(self)), args, 4);
    if (!wf_is_empty(r) && wf_type_is_subtype(wf_type(r), WF_TYPE(PROPERTY))) {
        wf_store(&as_property(r)->name, wf_load(&p->name));
    }
    return r;
}

static WfValue property_getter(WfThread *t, WfValue *a)
{
    return replaced(t, a[0], 0, a[1]);
}

static WfValue property_setter(WfThread *t, WfValue *a)
{
    return replaced(t, a[0], 1, a[1]);
}

static WfValue property_deleter(WfThread *t, WfValue *a)
{
    return replaced(t, a[0], 2, a[1]);
}

static WfValue property_set_name(WfThread *t, WfValue self, const WfArgs *args)
{
    if (args->n_pos != 2) {
        return wf_raise(t, WF_EXC(TypeError), "__set_name__() takes 2 positional arguments but %zd were given", args->n_pos);
    }
    wf_store(&as_property(self)->name, args->items[1]);
    return WF_NONE;
}

static WfValue get_fget(WfThread *t, WfValue self)
{
    return or_none(&as_property(self)->fget);
}

static WfValue get_fset(WfThread *t, WfValue self)
{
    return or_none(&as_property(self)->fset);
}

static WfValue get_fdel(WfThread *t, WfValue self)
{
    return or_none(&as_property(self)->fdel);
}

static WfValue get_doc(WfThread *t, WfValue self)
{
    return or_none(&as_property(self)->doc);
}

static WfStatus set_doc(WfThread *t, WfValue self, WfValue v)
{
    wf_store(&as_property(self)->doc, v);
    return WF_OK;
}

/* Is any of them abstract? */
static WfFound is_abstract(WfThread *t, WfValue f)
{
    WfValue v;
    if (wf_is_empty(f)) {
        return WF_MISSING;
    }
    WfFound found = wf_getattr_opt(t, f, WF_NAME(__isabstractmethod__), &v);
    return found == WF_FOUND ? wf_truth(t, v) : found;
}

static WfValue get_abstract(WfThread *t, WfValue self)
{
    WfProperty *p = as_property(self);
    WfFound f = is_abstract(t, wf_load(&p->fget));
    f = f == WF_MISSING ? is_abstract(t, wf_load(&p->fset)) : f;
    f = f == WF_MISSING ? is_abstract(t, wf_load(&p->fdel)) : f;
    return f == WF_ERROR ? WF_EMPTY : WF_BOOL(f == WF_FOUND);
}

static const WfBuiltinDef property_methods[] = {
    {"getter", property_getter, "(self, fget, /)", "A copy of the property with another getter."},
    {"setter", property_setter, "(self, fset, /)", "A copy of the property with another setter."},
    {"deleter", property_deleter, "(self, fdel, /)", "A copy of the property with another deleter."},
    {"__set_name__", (WfBuiltinFn)(void (*)(void))property_set_name, NULL, "Called with the name the property is given in a class.",
     WF_FN_RAW},
    {0},
};

static const WfGetSetDef property_getsets[] = {
    {"fget", get_fget, NULL, NULL, WF_GS_MEMBER},
    {"fset", get_fset, NULL, NULL, WF_GS_MEMBER},
    {"fdel", get_fdel, NULL, NULL, WF_GS_MEMBER},
    {"__doc__", get_doc, set_doc, NULL, WF_GS_MEMBER},
    {"__isabstractmethod__", get_abstract, NULL, NULL},
    {0},
};

const WfTypeSpec wf_property_spec = {
    .name = "property",
    .doc = "An attribute that is computed: fget, fset and fdel are called to read, assign and delete it.",
    .signature = "(fget=None, fset=None, fdel=None, doc=None)",
    .flags = WF_TF_BASETYPE,
    .size = sizeof(WfProperty),
    .methods = property_methods,
    .getsets = property_getsets,
    .slots = {.getattribute = wf_generic_getattr,
              .descr_get = property_get,
              .descr_set = property_set,
              .init = property_init,
              .new_ = instance_alloc,
              .trace = property_trace},
};

/* --- classmethod, staticmethod -------------------------------------------------------------------------------------------- */

static WfClassMethod *as_wrapper(WfValue v)
{
    return WF_AS(WfClassMethod, v);
}

static void wrapper_trace(WfMarker *m, WfObject *o)
{
    wf_mark_slot(m, &((WfClassMethod *)o)->callable);
    wf_mark_slot(m, &((WfClassMethod *)o)->attrs);
}

static WfStatus wrapper_init(WfThread *t, WfValue self, const WfArgs *args, const char *name)
{
    if (wf_args_no_keywords(t, name, args) != WF_OK || wf_args_count(t, name, args, 1, 1) != WF_OK) {
        return WF_RAISED;
    }
    WfValue f = args->items[0];
    wf_store(&as_wrapper(self)->callable, f);
    static const uint16_t copied[] = {WF_NAME___module__, WF_NAME___name__, WF_NAME___qualname__, WF_NAME___doc__, WF_NAME___annotations__};
    for (size_t i = 0; i < WF_ARRAY_LEN(copied); i++) {
        WfStr *attr = (WfStr *)(WF_STATIC_NAMES + (uint64_t)copied[i] * WF_STATIC_NAME_CELL);
        WfValue v;
        WfFound found = wf_getattr_opt(t, f, attr, &v);
        if (found == WF_ERROR || (found == WF_FOUND && wf_instance_set(t, wf_as_object(self), attr, v) == WF_ERROR)) {
            return WF_RAISED;
        }
    }
    return WF_OK;
}

static WfStatus classmethod_init(WfThread *t, WfValue self, const WfArgs *args)
{
    return wrapper_init(t, self, args, "classmethod");
}

static WfStatus staticmethod_init(WfThread *t, WfValue self, const WfArgs *args)
{
    return wrapper_init(t, self, args, "staticmethod");
}

static WfValue classmethod_get(WfThread *t, WfValue self, WfValue obj, WfValue type)
{
    WfValue f = wf_load(&as_wrapper(self)->callable);
    if (wf_is_empty(f)) {
        return wf_raise(t, WF_EXC(RuntimeError), "uninitialized classmethod object");
    }
    if (wf_is_empty(type)) {
        type = wf_from_object(wf_type(obj));
    }
    WfDescrGetFn get = wf_type(f)->slots.descr_get;
    return get != NULL ? get(t, f, type, type) : wf_method_new(t, f, type);
}

static WfValue staticmethod_get(WfThread *t, WfValue self, WfValue obj, WfValue type)
{
    WfValue f = wf_load(&as_wrapper(self)->callable);
    return wf_is_empty(f) ? wf_raise(t, WF_EXC(RuntimeError), "uninitialized staticmethod object") : f;
}

static WfValue staticmethod_call(WfThread *t, WfValue self, const WfArgs *args)
{
    WfValue f = staticmethod_get(t, self, WF_EMPTY, WF_EMPTY);
    return wf_is_empty(f) ? WF_EMPTY : wf_call_args(t, f, args);
}

static WfValue classmethod_repr(WfThread *t, WfValue self)
{
    return wf_str_format(t, "<classmethod(%R)>", or_none(&as_wrapper(self)->callable));
}

static WfValue staticmethod_repr(WfThread *t, WfValue self)
{
    return wf_str_format(t, "<staticmethod(%R)>", or_none(&as_wrapper(self)->callable));
}

static WfValue get_wrapped(WfThread *t, WfValue self)
{
    return or_none(&as_wrapper(self)->callable);
}

static WfValue get_wrapped_abstract(WfThread *t, WfValue self)
{
    WfFound f = is_abstract(t, wf_load(&as_wrapper(self)->callable));
    return f == WF_ERROR ? WF_EMPTY : WF_BOOL(f == WF_FOUND);
}

static const WfGetSetDef wrapper_getsets[] = {
    {"__func__", get_wrapped, NULL, NULL, WF_GS_MEMBER},
    {"__wrapped__", get_wrapped, NULL, NULL, WF_GS_MEMBER},
    {"__isabstractmethod__", get_wrapped_abstract, NULL, NULL},
    {"__dict__", wf_getset_dict_get, wf_getset_dict_set, NULL},
    {0},
};

const WfTypeSpec wf_classmethod_spec = {
    .name = "classmethod",
    .doc = "A method that gets the class as its first argument.",
    .signature = "(function, /)",
    .flags = WF_TF_BASETYPE | WF_TF_HAS_DICT,
    .size = sizeof(WfClassMethod),
    .attr_offset = offsetof(WfClassMethod, attrs),
    .getsets = wrapper_getsets,
    .slots = {.repr = classmethod_repr,
              .descr_get = classmethod_get,
              .init = classmethod_init,
              .new_ = instance_alloc,
              .trace = wrapper_trace},
};

const WfTypeSpec wf_staticmethod_spec = {
    .name = "staticmethod",
    .doc = "A function in a class that gets neither instance nor class.",
    .signature = "(function, /)",
    .flags = WF_TF_BASETYPE | WF_TF_HAS_DICT,
    .size = sizeof(WfClassMethod),
    .attr_offset = offsetof(WfClassMethod, attrs),
    .getsets = wrapper_getsets,
    .slots = {.repr = staticmethod_repr,
              .call = staticmethod_call,
              .descr_get = staticmethod_get,
              .init = staticmethod_init,
              .new_ = instance_alloc,
              .trace = wrapper_trace},
};
