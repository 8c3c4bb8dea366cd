/* names.c - names in namespaces, imports, class and function making: what the handlers leave to C.
 * SPDX-License-Identifier: MIT */
#include "model/object.h"
#include "objects/dict.h"
#include "objects/exceptions.h"
#include "objects/function.h"
#include "objects/list.h"
#include "objects/module.h"
#include "objects/str.h"
#include "objects/tuple.h"
#include "vm/interp.h"
#include "vm/vm.h"

WfValue wf_op_unbound_local(WfThread *t, WfStr *name)
{
    return wf_raise_name(t, WF_EXC(UnboundLocalError), "cannot access local variable '%U' where it is not associated with a value",
                         name);
}

WfValue wf_op_unbound_deref(WfThread *t, WfFrame *f, unsigned reg, WfStr *name)
{
    if ((int32_t)reg < f->code->n_locals + f->code->n_cells) {
        return wf_op_unbound_local(t, name);
    }
    return wf_raise_name(t, WF_EXC(NameError),
                         "cannot access free variable '%U' where it is not associated with a value in enclosing scope", name);
}

/* namespace[name] for any mapping: MISSING for KeyError. */
static WfFound namespace_get(WfThread *t, WfValue ns, WfStr *name, WfValue *out)
{
    if (WF_IS_EXACT(ns, DICT)) {
        *out = wf_dict_get_str(wf_as_dict(ns), name);
        return wf_is_empty(*out) ? WF_MISSING : WF_FOUND;
    }
    *out = wf_getitem(t, ns, wf_from_object(name));
    if (!wf_is_empty(*out)) {
        return WF_FOUND;
    }
    return wf_clear_if(t, WF_EXC(KeyError)) ? WF_MISSING : WF_ERROR;
}

WfValue wf_op_load_name(WfThread *t, WfFrame *f, WfStr *name)
{
    WfValue v;
    WfFound found = WF_MISSING;
    if (!wf_is_empty(wf_frame_namespace(f)) && (f->flags & WF_FRAME_MODULE)) {
        found = namespace_get(t, wf_frame_namespace(f), name, &v);
    }
    if (found == WF_MISSING) {
        found = namespace_get(t, wf_from_object(wf_frame_globals(f)), name, &v);
    }
    if (found == WF_MISSING) {
        found = namespace_get(t, wf_frame_builtins(f), name, &v);
    }
    if (found == WF_FOUND) {
        return v;
    }
    return found == WF_ERROR ? WF_EMPTY : wf_raise_name(t, WF_EXC(NameError), "name '%U' is not defined", name);
}

WfValue wf_op_load_classderef(WfThread *t, WfFrame *f, unsigned reg, WfStr *name)
{
    WfValue v;
    WfFound found = namespace_get(t, wf_frame_namespace(f), name, &v);
    if (found == WF_MISSING) {
        v = wf_load(&WF_AS(WfCell, WF_FRAME_REGS(f)[reg])->value);
        return wf_is_empty(v) ? wf_op_unbound_deref(t, f, reg, name) : v;
    }
    return found == WF_ERROR ? WF_EMPTY : v;
}

WfStatus wf_op_store_name(WfThread *t, WfFrame *f, WfStr *name, WfValue v)
{
    if (WF_LIKELY(WF_IS_EXACT(wf_frame_namespace(f), DICT))) {
        return wf_dict_set_str(t, wf_as_dict(wf_frame_namespace(f)), name, v);
    }
    return wf_setitem(t, wf_frame_namespace(f), wf_from_object(name), v);
}

static WfStatus not_defined(WfThread *t, WfStr *name)
{
    return WF_FAIL(wf_raise_name(t, WF_EXC(NameError), "name '%U' is not defined", name));
}

WfStatus wf_op_delete_name(WfThread *t, WfFrame *f, WfStr *name)
{
    if (WF_LIKELY(WF_IS_EXACT(wf_frame_namespace(f), DICT))) {
        WfFound found = wf_dict_delete(t, wf_as_dict(wf_frame_namespace(f)), wf_from_object(name));
        return found == WF_MISSING ? not_defined(t, name) : found == WF_FOUND ? WF_OK : WF_RAISED;
    }
    if (wf_delitem(t, wf_frame_namespace(f), wf_from_object(name)) == WF_OK) {
        return WF_OK;
    }
    return wf_clear_if(t, WF_EXC(KeyError)) ? not_defined(t, name) : WF_RAISED;
}

WfStatus wf_op_delete_global(WfThread *t, WfFrame *f, WfStr *name)
{
    WfFound found = wf_dict_delete(t, wf_frame_globals(f), wf_from_object(name));
    return found == WF_MISSING ? not_defined(t, name) : found == WF_FOUND ? WF_OK : WF_RAISED;
}

WfStatus wf_op_setup_annotations(WfThread *t, WfFrame *f)
{
    WfValue v;
    WfFound found = namespace_get(t, wf_frame_namespace(f), WF_NAME(__annotations__), &v);
    if (found != WF_MISSING) {
        return found == WF_FOUND ? WF_OK : WF_RAISED;
    }
    WfValue d = wf_dict_new(t);
    return wf_is_empty(d) ? WF_RAISED : wf_op_store_name(t, f, WF_NAME(__annotations__), d);
}

/* --- functions and classes ------------------------------------------------------------------------------------ */

WfValue wf_op_make_function(WfThread *t, WfFrame *f, WfCode *code, const WfValue *parts, unsigned flags)
{
    WfFunction *func = wf_function_new(t, code, wf_frame_globals(f));
    if (func == NULL) {
        return WF_EMPTY;
    }
    if (flags & 1) {
        wf_store(&func->defaults, *parts++);
    }
    if (flags & 2) {
        wf_store(&func->kwdefaults, *parts++);
    }
    if (flags & 4) {
        wf_store(&func->annotations, *parts++);
    }
    if (flags & 8) {
        wf_store(&func->closure, *parts++);
    }
    return wf_from_object(func);
}

WfValue wf_op_build_class(WfThread *t, WfFrame *f)
{
    WfValue v;
    WfFound found = namespace_get(t, wf_frame_builtins(f), WF_NAME(__build_class__), &v);
    if (found == WF_MISSING) {
        return wf_raise(t, WF_EXC(NameError), "__build_class__ not found");
    }
    return found == WF_ERROR ? WF_EMPTY : v;
}

/* --- imports ------------------------------------------------------------------------------------------------------ */

WfValue wf_op_import_name(WfThread *t, WfFrame *f, WfStr *name, WfValue level, WfValue fromlist)
{
    WfValue import;
    WfFound found = namespace_get(t, wf_frame_builtins(f), WF_NAME(__import__), &import);
    if (found != WF_FOUND) {
        return found == WF_ERROR ? WF_EMPTY : wf_raise(t, WF_EXC(ImportError), "__import__ not found");
    }
    WfValue locals = wf_is_empty(wf_frame_namespace(f)) || !(f->flags & WF_FRAME_MODULE) ? WF_NONE : wf_frame_namespace(f);
    WfValue args[] = {wf_from_object(name), wf_from_object(wf_frame_globals(f)), locals, fromlist, level};
    return wf_call(t, import, args, 5);
}

WfValue wf_op_import_from(WfThread *t, WfValue module, WfStr *name)
{
    WfValue v;
    WfFound found = wf_getattr_opt(t, module, name, &v);
    if (found != WF_MISSING) {
        return found == WF_FOUND ? v : WF_EMPTY;
    }
    /* A submodule being imported may be in sys.modules and not yet an attribute of its package. */
    WfValue package;
    found = wf_getattr_opt(t, module, WF_NAME(__name__), &package);
    if (found == WF_ERROR) {
        return WF_EMPTY;
    }
    bool named = found == WF_FOUND && wf_is_str(package);
    if (named) {
        WfValue full = wf_str_format(t, "%V.%U", package, name);
        if (wf_is_empty(full)) {
            return WF_EMPTY;
        }
        if (wf_is_dict(t->interp->modules)) {
            found = wf_dict_get(t, wf_as_dict(t->interp->modules), full, &v);
            if (found != WF_MISSING) {
                return found == WF_FOUND ? v : WF_EMPTY;
            }
        }
    }
    WfValue file = WF_NONE;
    if (wf_is_module(module)) {
        found = wf_getattr_opt(t, module, WF_NAME(__file__), &file);
        if (found == WF_ERROR) {
            return WF_EMPTY;
        }
        if (found == WF_MISSING || !wf_is_str(file)) {
            file = WF_NONE;
        }
    }
    WfValue shown = named ? package : wf_str_from_cstr(t, "<unknown module name>");
    if (wf_is_empty(shown)) {
        return WF_EMPTY;
    }
    WfValue initializing = WF_FALSE, spec;
    found = wf_getattr_opt(t, module, WF_NAME(__spec__), &spec);
    if (found == WF_FOUND) {
        WfStr *flag = wf_str_intern_cstr(t, "_initializing");
        if (flag == NULL) {
            return WF_EMPTY;
        }
        found = wf_getattr_opt(t, spec, flag, &initializing);
        if (found != WF_FOUND) {
            initializing = WF_FALSE;
        }
    }
    if (found == WF_ERROR) {
        return WF_EMPTY;
    }
    if (wf_is_none(file)) {
        return wf_raise_import(t, WF_EXC(ImportError), shown, WF_NONE, "cannot import name %R from %R (unknown location)",
                               wf_from_object(name), shown);
    }
    return wf_raise_import(t, WF_EXC(ImportError), shown, file,
                           wf_is_true(initializing) ? "cannot import name %R from partially initialized module %R (most likely "
                                                      "due to a circular import) (%V)"
                                                    : "cannot import name %R from %R (%V)",
                           wf_from_object(name), shown, file);
}

WfStatus wf_op_import_star(WfThread *t, WfFrame *f, WfValue module)
{
    WfValue names, dict = WF_EMPTY;
    WfFound found = wf_getattr_opt(t, module, WF_NAME(__all__), &names);
    if (found == WF_ERROR) {
        return WF_RAISED;
    }
    bool all = found == WF_FOUND;
    if (!all) {
        found = wf_getattr_opt(t, module, WF_NAME(__dict__), &dict);
        if (found != WF_FOUND) {
            return found == WF_ERROR ? WF_RAISED
                                     : WF_FAIL(wf_raise(t, WF_EXC(ImportError), "from-import-* object has no __dict__ and no __all__"));
        }
        names = wf_call_method0(t, dict, WF_NAME(keys));
        if (wf_is_empty(names)) {
            return WF_RAISED;
        }
    }
    WfValue list = wf_to_list(t, names);
    if (wf_is_empty(list)) {
        return WF_RAISED;
    }
    for (int64_t i = 0; i < wf_list_length(wf_as_list(list)); i++) {
        WfValue name = wf_list_at(wf_as_list(list), i);
        if (!wf_is_str(name)) {
            WfValue owner = wf_getattr(t, module, WF_NAME(__name__));
            if (wf_is_empty(owner)) {
                return WF_RAISED;
            }
            return WF_FAIL(wf_raise(t, WF_EXC(TypeError), all ? "Item in %V.__all__ must be str, not %T" : "Key in %V.__dict__ must be str, not %T",
                                    owner, name));
        }
        if (!all && wf_as_str(name)->length > 0 && wf_str_at(wf_as_str(name), 0) == '_') {
            continue;
        }
        WfValue v = wf_getattr(t, module, wf_as_str(name));
        if (wf_is_empty(v) || wf_op_store_name(t, f, wf_as_str(name), v) != WF_OK) {
            return WF_RAISED;
        }
    }
    return WF_OK;
}

WfStatus wf_op_print_expr(WfThread *t, WfValue v)
{
    WfStr *name = wf_str_intern_cstr(t, "displayhook");
    if (name == NULL) {
        return WF_RAISED;
    }
    WfValue hook = wf_dict_get_str(wf_as_dict(t->interp->sys_dict), name);
    if (wf_is_empty(hook)) {
        return WF_FAIL(wf_raise(t, WF_EXC(RuntimeError), "lost sys.displayhook"));
    }
    return wf_is_empty(wf_call1(t, hook, v)) ? WF_RAISED : WF_OK;
}
