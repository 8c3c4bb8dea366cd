/* function.c - Python functions.
 * SPDX-License-Identifier: MIT
 *
 * Design:     a function is its code with a namespace, defaults and closure. Its version number lets call sites remember what
 *             they derived from code and defaults. Annotations arrive as a flat tuple and become a dict when asked for.
 * Threads:    fields are single words. Assigning code or defaults clears the version first: a call site that took the
 *             old one sees it changed. */
#include "objects/function.h"

#include "code/code.h"
#include "model/attr.h"
#include "model/builtin.h"
#include "model/call.h"
#include "objects/dict.h"
#include "objects/str.h"
#include "objects/tuple.h"
#include "sched/frame.h"

/* The builtins for code that runs with these globals: a dict. */
static WfValue builtins_of(WfThread *t, WfDict *globals)
{
    WfValue b = wf_dict_get_str(globals, WF_NAME(__builtins__));
    if (wf_is_empty(b)) {
        /* the code that makes it lends its own */
        bool running = t->frame != NULL && wf_is_function(t->frame->func);
        return running ? wf_load(&wf_as_function(t->frame->func)->builtins) : t->interp->builtins;
    }
    if (wf_is_object(b) && wf_type_is_subtype(wf_type(b), WF_TYPE(MODULE))) {
        b = wf_instance_dict(t, wf_as_object(b));
    }
    return b;
}

WfFunction *wf_function_new(WfThread *t, struct WfCode *code, WfDict *globals)
{
    WfValue builtins = builtins_of(t, globals);
    if (wf_is_empty(builtins)) {
        return NULL;
    }
    WfValue module = wf_dict_get_str(globals, WF_NAME(__name__));
    WfFunction *f = WF_NEW(t, WfFunction, FUNCTION, FUNCTION);
    if (f == NULL) {
        return NULL;
    }
    wf_store_ptr_raw(&f->code, code);
    wf_store_ptr_raw(&f->globals, globals);
    wf_store_raw(&f->builtins, builtins);
    wf_store_raw(&f->name, wf_load(&code->name));
    wf_store_raw(&f->qualname, wf_load(&code->qualname));
    wf_store_raw(&f->module, module);
    return f;
}

uint64_t wf_function_version(WfThread *t, WfFunction *f)
{
    uint64_t v = __atomic_load_n(&f->x_version, __ATOMIC_ACQUIRE);
    if (v == 0) {
        v = wf_next_version(t);
        __atomic_store_n(&f->x_version, v, __ATOMIC_RELEASE);
    }
    return v;
}

static void changed(WfFunction *f, WfSlot *field, WfValue v)
{
    __atomic_store_n(&f->x_version, 0, __ATOMIC_RELAXED);
    wf_store(field, v);
}

void wf_function_trace(WfMarker *m, WfObject *o)
{
    WfFunction *f = (WfFunction *)o;
    wf_mark_slots(m, &f->code, (size_t)(&f->attrs - &f->code) + 1);
}

/* --- attributes --------------------------------------------------------------------------------------------------------- */

static WfFunction *self_of(WfValue v)
{
    return wf_as_function(v);
}

static WfValue or_none(const WfSlot *s)
{
    WfValue v = wf_load(s);
    return wf_is_empty(v) ? WF_NONE : v;
}

static WfValue get_code(WfThread *t, WfValue self)
{
    return wf_load(&self_of(self)->code);
}

static WfValue get_doc(WfThread *t, WfValue self)
{
    WfFunction *f = self_of(self);
    WfValue doc = wf_load(&f->doc);
    return wf_is_empty(doc) ? wf_code_doc(t, wf_function_code(f)) : doc;
}

static WfStatus set_doc(WfThread *t, WfValue self, WfValue v)
{
    wf_store(&self_of(self)->doc, wf_is_empty(v) ? WF_NONE : v);
    return WF_OK;
}

static WfStatus set_code(WfThread *t, WfValue self, WfValue v)
{
    WfFunction *f = self_of(self);
    if (wf_is_empty(v) || !WF_IS_KIND(v, CODE)) {
        return WF_FAIL(wf_raise(t, WF_EXC(TypeError), "__code__ must be set to a code object"));
    }
    const WfTuple *closure = WF_LOAD(WfTuple, &f->closure);
    int64_t n = closure == NULL ? 0 : closure->length;
    if (wf_as_code(v)->n_free != n) {
        return WF_FAIL(wf_raise(t, WF_EXC(ValueError), "%V() requires a code object with %zd free vars, not %d", wf_load(&f->name), n,
                                wf_as_code(v)->n_free));
    }
    wf_store(&f->doc, get_doc(t, self)); /* stays that of the old code */
    changed(f, &f->code, v);
    return WF_OK;
}

static WfValue get_defaults(WfThread *t, WfValue self)
{
    return or_none(&self_of(self)->defaults);
}

static WfStatus set_defaults(WfThread *t, WfValue self, WfValue v)
{
    if (!wf_is_empty(v) && !wf_is_none(v) && !wf_is_tuple(v)) {
        return WF_FAIL(wf_raise(t, WF_EXC(TypeError), "__defaults__ must be set to a tuple object"));
    }
    changed(self_of(self), &self_of(self)->defaults, wf_is_none(v) ? WF_EMPTY : v);
    return WF_OK;
}

static WfValue get_kwdefaults(WfThread *t, WfValue self)
{
    return or_none(&self_of(self)->kwdefaults);
}

static WfStatus set_kwdefaults(WfThread *t, WfValue self, WfValue v)
{
    if (!wf_is_empty(v) && !wf_is_none(v) && !wf_is_dict(v)) {
        return WF_FAIL(wf_raise(t, WF_EXC(TypeError), "__kwdefaults__ must be set to a dict object"));
    }
    changed(self_of(self), &self_of(self)->kwdefaults, wf_is_none(v) ? WF_EMPTY : v);
    return WF_OK;
}

WfValue wf_function_annotations(WfThread *t, WfFunction *f)
{
    WfValue v = wf_load(&f->annotations);
    if (wf_is_dict(v)) {
        return v;
    }
    WfValue d = wf_dict_new(t);
    if (wf_is_empty(d)) {
        return WF_EMPTY;
    }
    if (!wf_is_empty(v)) {
        const WfTuple *flat = wf_as_tuple(v);
        for (int64_t i = 0; i + 1 < flat->length; i += 2) {
            if (wf_dict_set(t, wf_as_dict(d), wf_tuple_at(flat, i), wf_tuple_at(flat, i + 1)) != WF_OK) {
                return WF_EMPTY;
            }
        }
    }
    /* one dict for all who ask at the same time */
    wf_lock(t, f);
    WfValue now = wf_load(&f->annotations);
    if (wf_is_dict(now)) {
        d = now;
    } else {
        wf_store(&f->annotations, d);
    }
    wf_unlock(t, f);
    return d;
}

static WfValue get_annotations(WfThread *t, WfValue self)
{
    return wf_function_annotations(t, self_of(self));
}

static WfStatus set_annotations(WfThread *t, WfValue self, WfValue v)
{
    if (!wf_is_empty(v) && !wf_is_none(v) && !wf_is_dict(v)) {
        return WF_FAIL(wf_raise(t, WF_EXC(TypeError), "__annotations__ must be set to a dict object"));
    }
    wf_store(&self_of(self)->annotations, wf_is_none(v) ? WF_EMPTY : v);
    return WF_OK;
}

static WfValue get_name(WfThread *t, WfValue self)
{
    return wf_load(&self_of(self)->name);
}

static WfStatus set_name(WfThread *t, WfValue self, WfValue v)
{
    if (wf_is_empty(v) || !wf_is_str(v)) {
        return WF_FAIL(wf_raise(t, WF_EXC(TypeError), "__name__ must be set to a string object"));
    }
    wf_store(&self_of(self)->name, v);
    return WF_OK;
}

static WfValue get_qualname(WfThread *t, WfValue self)
{
    return wf_load(&self_of(self)->qualname);
}

static WfStatus set_qualname(WfThread *t, WfValue self, WfValue v)
{
    if (wf_is_empty(v) || !wf_is_str(v)) {
        return WF_FAIL(wf_raise(t, WF_EXC(TypeError), "__qualname__ must be set to a string object"));
    }
    wf_store(&self_of(self)->qualname, v);
    return WF_OK;
}

#define PLAIN_FIELD(field)                                                  \
    static WfValue get_##field(WfThread *t, WfValue self)                   \
    {                                                                       \
        return or_none(&self_of(self)->field);                              \
    }
PLAIN_FIELD(module)
PLAIN_FIELD(globals)
PLAIN_FIELD(builtins)
PLAIN_FIELD(closure)

static WfStatus set_module(WfThread *t, WfValue self, WfValue v)
{
    wf_store(&self_of(self)->module, v);
    return WF_OK;
}

static const WfGetSetDef function_getsets[] = {
    {"__code__", get_code, set_code, NULL},
    {"__defaults__", get_defaults, set_defaults, NULL},
    {"__kwdefaults__", get_kwdefaults, set_kwdefaults, NULL},
    {"__annotations__", get_annotations, set_annotations, NULL},
    {"__dict__", wf_getset_dict_get, wf_getset_dict_set, NULL},
    {"__name__", get_name, set_name, NULL},
    {"__qualname__", get_qualname, set_qualname, NULL},
    {"__doc__", get_doc, set_doc, NULL, WF_GS_MEMBER},
    {"__module__", get_module, set_module, NULL, WF_GS_MEMBER},
    {"__globals__", get_globals, NULL, NULL, WF_GS_MEMBER},
    {"__builtins__", get_builtins, NULL, NULL, WF_GS_MEMBER},
    {"__closure__", get_closure, NULL, NULL, WF_GS_MEMBER},
    {0},
};

/* --- type ------------------------------------------------------------------------------------------------------------------ */

static WfValue function_repr(WfThread *t, WfValue self)
{
    return wf_str_format(t, "<function %V at %p>", wf_load(&self_of(self)->qualname), (void *)(uintptr_t)self.bits);
}

static WfValue function_get(WfThread *t, WfValue self, WfValue obj, WfValue type)
{
    return wf_is_empty(obj) ? self : wf_method_new(t, self, obj);
}

static WfValue function_new(WfThread *t, WfType *type, const WfArgs *args)
{
    WfValue a[5];
    if (wf_parse_args(t, "function", "(code, globals, name=None, argdefs=None, closure=None)", args, a, 5) != WF_OK) {
        return WF_EMPTY;
    }
    if (!WF_IS_KIND(a[0], CODE)) {
        return wf_raise(t, WF_EXC(TypeError), "function() argument 'code' must be code, not %T", a[0]);
    }
    if (!wf_is_dict(a[1])) {
        return wf_raise(t, WF_EXC(TypeError), "function() argument 'globals' must be dict, not %T", a[1]);
    }
    if (!wf_is_none(a[2]) && !wf_is_str(a[2])) {
        return wf_raise(t, WF_EXC(TypeError), "arg 3 (name) must be None or string");
    }
    if (!wf_is_none(a[3]) && !wf_is_tuple(a[3])) {
        return wf_raise(t, WF_EXC(TypeError), "arg 4 (defaults) must be None or tuple");
    }
    WfCode *code = wf_as_code(a[0]);
    if (!wf_is_tuple(a[4])) {
        if (code->n_free != 0 && wf_is_none(a[4])) {
            return wf_raise(t, WF_EXC(TypeError), "arg 5 (closure) must be tuple");
        }
        if (!wf_is_none(a[4])) {
            return wf_raise(t, WF_EXC(TypeError), "arg 5 (closure) must be None or tuple");
        }
    }
    int64_t n = wf_is_none(a[4]) ? 0 : wf_as_tuple(a[4])->length;
    if (n != code->n_free) {
        return wf_raise(t, WF_EXC(ValueError), "%V requires closure of length %d, not %zd", wf_load(&code->name), code->n_free, n);
    }
    for (int64_t i = 0; i < n; i++) {
        WfValue c = wf_tuple_at(wf_as_tuple(a[4]), i);
        if (wf_type(c) != WF_TYPE(CELL)) {
            return wf_raise(t, WF_EXC(TypeError), "arg 5 (closure) expected cell, found %T", c);
        }
    }
    WfFunction *f = wf_function_new(t, code, wf_as_dict(a[1]));
    if (f == NULL) {
        return WF_EMPTY;
    }
    if (!wf_is_none(a[2])) {
        wf_store(&f->name, a[2]);
    }
    wf_store(&f->defaults, wf_is_none(a[3]) ? WF_EMPTY : a[3]);
    wf_store(&f->closure, n == 0 ? WF_EMPTY : a[4]);
    return wf_from_object(f);
}

const WfTypeSpec wf_function_spec = {
    .name = "function",
    .doc = "A function made by def, lambda or from a code object.",
    .signature = "(code, globals, name=None, argdefs=None, closure=None)",
    .flags = WF_TF_METHOD | WF_TF_HAS_DICT | WF_TF_WEAKREFS,
    .size = sizeof(WfFunction),
    .attr_offset = offsetof(WfFunction, attrs),
    .getsets = function_getsets,
    .slots = {.repr = function_repr, .call = wf_vm_call_function, .descr_get = function_get, .new_ = function_new},
};
