/* builtin.c - built-in functions and bound methods (types.BuiltinFunctionType).
 * SPDX-License-Identifier: MIT
 * Design:     one object for functions of modules (self is the module) and methods bound to an instance. The signature is parsed on the
 *             first call. A call with just as many positional arguments as there are parameters hands the caller's own array on.
 * Threads:    immutable but for the cached signature, a slot. */
#include "model/builtin.h"

#include "base/hash.h"
#include "objects/builtin_function.h"
#include "objects/dict.h"
#include "objects/int.h"
#include "objects/str.h"
#include "objects/tuple.h"

static void builtin_trace(WfMarker *m, WfObject *o)
{
    WfBuiltin *f = (WfBuiltin *)o;
    wf_mark_slot(m, &f->self);
    wf_mark_slot(m, &f->module);
    wf_mark_slot(m, &f->sig);
}

static WfValue make(WfThread *t, const WfBuiltinDef *def, WfValue self, WfStr *module, uint8_t flags)
{
    WfBuiltin *f = WF_NEW(t, WfBuiltin, BUILTIN, NATIVE);
    if (f == NULL) {
        return WF_EMPTY;
    }
    f->h.spare = flags;
    wf_store_raw(&f->self, self);
    wf_store_ptr_raw(&f->module, module);
    f->def = def;
    return wf_from_object(f);
}

WfValue wf_builtin_new(WfThread *t, const WfBuiltinDef *def, WfValue self, WfStr *module)
{
    return make(t, def, self, module, 0);
}

WfValue wf_builtin_bind(WfThread *t, const WfBuiltinDef *def, WfValue self)
{
    return make(t, def, self, NULL, WF_BUILTIN_METHOD);
}

/* --- calls ------------------------------------------------------------------------------------------------------- */

static bool is_module_function(const WfBuiltin *f)
{
    WfValue self = wf_load(&f->self);
    return wf_is_empty(self) || (!(f->h.spare & WF_BUILTIN_METHOD) && WF_IS_KIND(self, NATIVE)
                                 && wf_is_instance_of(self, WF_TYPE(MODULE)));
}

/* "append", "list.append" */
static WfValue qualified(WfThread *t, const WfBuiltin *f)
{
    if (is_module_function(f)) {
        return wf_str_from_cstr(t, f->def->name);
    }
    WfValue self = wf_load(&f->self);
    WfType *type = wf_is_type(self) ? WF_AS(WfType, self) : wf_type(self);
    return wf_str_format(t, "%U.%s", WF_LOAD(WfStr, &type->qualname), f->def->name);
}

/* As messages about the number of arguments name it: with the module, unless that is builtins. */
static WfStr *message_name(WfThread *t, WfValue callee)
{
    const WfBuiltin *f = wf_as_builtin(callee);
    WfValue name = qualified(t, f);
    if (wf_is_empty(name)) {
        return NULL;
    }
    WfValue module = wf_load(&f->module);
    if (wf_is_str(module) && !wf_str_equal(wf_as_str(module), WF_NAME(builtins))) {
        name = wf_str_format(t, "%V.%V", module, name);
        if (wf_is_empty(name)) {
            return NULL;
        }
    }
    return wf_as_str(name);
}

/* The value of parameter 0, or WF_EMPTY if the function does not take its self. */
WF_INLINE WfValue passed_self(const WfBuiltin *f, WfSigMeta m)
{
    return (f->h.spare & WF_BUILTIN_METHOD) || (m.flags & WF_SIG_MODULE) ? wf_load(&f->self) : WF_EMPTY;
}

/* A function that parses its arguments itself (WF_FN_RAW). */
WF_INLINE WfValue call_raw(WfThread *t, const WfBuiltin *f, const WfArgs *args)
{
    return ((WfCallFn)(void (*)(void))f->def->fn)(t, wf_load(&f->self), args);
}

WfValue wf_builtin_call_direct(WfThread *t, WfBuiltin *f, WfValue *args, int64_t n)
{
    if (WF_UNLIKELY((f->def->flags & WF_FN_RAW) != 0)) {
        return call_raw(t, f, &(WfArgs){args, n, NULL});
    }
    WfSig *sig = wf_sig_cached(t, &f->sig, f->def->sig);
    if (WF_UNLIKELY(sig == NULL)) {
        return WF_EMPTY;
    }
    WfValue self = passed_self(f, wf_sig_meta(sig));
    if (WF_LIKELY(wf_sig_direct(sig, n + !wf_is_empty(self)))) {
        if (wf_is_empty(self)) {
            return f->def->fn(t, args);
        }
        args[-1] = self;
        return f->def->fn(t, args - 1);
    }
    WfArgs all = {args, n, NULL};
    return wf_builtin_call_bound(t, f->def, sig, self, 0, &all, message_name, wf_from_object(f));
}

static WfValue builtin_call(WfThread *t, WfValue callee, const WfArgs *args)
{
    WfBuiltin *f = wf_as_builtin(callee);
    if ((f->def->flags & WF_FN_RAW) != 0) {
        return call_raw(t, f, args);
    }
    WfSig *sig = wf_sig_cached(t, &f->sig, f->def->sig);
    if (WF_UNLIKELY(sig == NULL)) {
        return WF_EMPTY;
    }
    return wf_builtin_call_bound(t, f->def, sig, passed_self(f, wf_sig_meta(sig)), 0, args, message_name, callee);
}

/* --- attributes ------------------------------------------------------------------------------------------------- */

static WfValue builtin_repr(WfThread *t, WfValue self)
{
    WfBuiltin *f = wf_as_builtin(self);
    if (is_module_function(f)) {
        return wf_str_format(t, "<built-in function %s>", f->def->name);
    }
    WfValue owner = wf_load(&f->self);
    return wf_str_format(t, "<built-in method %s of %T object at %p>", f->def->name, owner, (void *)(uintptr_t)owner.bits);
}

static WfStatus builtin_hash(WfThread *t, WfValue self, int64_t *hash)
{
    WfBuiltin *f = wf_as_builtin(self);
    uint64_t h = (wf_load(&f->self).bits >> 4) * 31 + ((uint64_t)(uintptr_t)f->def->fn >> 4);
    *hash = wf_hash_int((int64_t)h);
    return WF_OK;
}

static WfValue builtin_compare(WfThread *t, WfValue a, WfValue b, int op)
{
    if ((op != WF_EQ && op != WF_NE) || !WF_IS_EXACT(a, BUILTIN) || !WF_IS_EXACT(b, BUILTIN)) {
        return WF_NOT_IMPLEMENTED;
    }
    WfBuiltin *x = wf_as_builtin(a);
    WfBuiltin *y = wf_as_builtin(b);
    bool equal = wf_is(wf_load(&x->self), wf_load(&y->self)) && x->def->fn == y->def->fn;
    return WF_BOOL(equal == (op == WF_EQ));
}

static WfValue get_name(WfThread *t, WfValue self)
{
    return wf_str_from_cstr(t, wf_as_builtin(self)->def->name);
}

static WfValue get_qualname(WfThread *t, WfValue self)
{
    return qualified(t, wf_as_builtin(self));
}

static WfValue get_self(WfThread *t, WfValue self)
{
    WfValue v = wf_load(&wf_as_builtin(self)->self);
    return wf_is_empty(v) ? WF_NONE : v;
}

static WfValue get_module(WfThread *t, WfValue self)
{
    WfValue v = wf_load(&wf_as_builtin(self)->module);
    return wf_is_empty(v) ? WF_NONE : v;
}

static WfStatus set_module(WfThread *t, WfValue self, WfValue v)
{
    wf_store(&wf_as_builtin(self)->module, v);
    return WF_OK;
}

static WfValue get_doc(WfThread *t, WfValue self)
{
    const char *doc = wf_as_builtin(self)->def->doc;
    return doc == NULL ? WF_NONE : wf_str_from_cstr(t, doc);
}

static WfValue get_text_signature(WfThread *t, WfValue self)
{
    WfBuiltin *f = wf_as_builtin(self);
    return wf_sig_text_signature(t, f->def, (f->h.spare & WF_BUILTIN_METHOD) != 0);
}

static WfValue builtin_reduce(WfThread *t, WfValue *a)
{
    WfBuiltin *f = wf_as_builtin(a[0]);
    WfValue name = wf_str_from_cstr(t, f->def->name);
    if (wf_is_empty(name) || is_module_function(f)) {
        return name;
    }
    WfValue getattr = wf_dict_get_str(wf_as_dict(t->interp->builtins), WF_NAME(getattr));
    if (wf_is_empty(getattr)) {
        return wf_raise(t, WF_EXC(AttributeError), "module 'builtins' has no attribute 'getattr'");
    }
    WfValue args = WF_TUPLE_OF(t, wf_load(&f->self), name);
    return wf_is_empty(args) ? WF_EMPTY : WF_TUPLE_OF(t, getattr, args);
}

static const WfGetSetDef getsets[] = {{"__name__", get_name, NULL, NULL, 0},
                                      {"__qualname__", get_qualname, NULL, NULL, 0},
                                      {"__self__", get_self, NULL, NULL, 0},
                                      {"__doc__", get_doc, NULL, NULL, 0},
                                      {"__text_signature__", get_text_signature, NULL, NULL, 0},
                                      {"__module__", get_module, set_module, NULL, WF_GS_MEMBER},
                                      {0}};
static const WfBuiltinDef methods[] = {{"__reduce__", builtin_reduce, "(self, /)", NULL, 0}, {0}};

const WfTypeSpec wf_builtin_spec = {.name = "builtin_function_or_method",
                                    .flags = WF_TF_NO_NEW | WF_TF_WEAKREFS,
                                    .size = sizeof(WfBuiltin),
                                    .methods = methods,
                                    .getsets = getsets,
                                    .slots = {.trace = builtin_trace,
                                              .call = builtin_call,
                                              .repr = builtin_repr,
                                              .hash = builtin_hash,
                                              .richcompare = builtin_compare}};

/* --- modules in C -------------------------------------------------------------------------------------------------- */

WfStatus wf_module_add(WfThread *t, WfValue module, const char *name, WfValue v)
{
    if (wf_is_empty(v)) {
        return WF_RAISED;
    }
    WfStr *key = wf_str_intern_cstr(t, name);
    return key == NULL ? WF_RAISED : wf_setattr(t, module, key, v);
}

WfStatus wf_module_add_int(WfThread *t, WfValue module, const char *name, int64_t i)
{
    return wf_module_add(t, module, name, wf_int_from_i64(t, i));
}

WfStatus wf_module_add_str(WfThread *t, WfValue module, const char *name, const char *s)
{
    return wf_module_add(t, module, name, wf_str_from_cstr(t, s));
}

WfStatus wf_module_add_type(WfThread *t, WfValue module, WfType *type)
{
    if (wf_type_ready(t, type) != WF_OK) {
        return WF_RAISED;
    }
    return wf_module_add(t, module, wf_type_name(type), wf_from_object(type));
}
