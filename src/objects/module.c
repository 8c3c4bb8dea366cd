/* module.c - module objects (types.ModuleType).
 * SPDX-License-Identifier: MIT
 * Design:     a module is an instance in dict mode from the start: the loop caches slots of its dict (ATTR_MODULE, model/attr.h).
 *             The module's own __getattr__ is asked last.
 * Threads:    as its dict. */
#include "objects/module.h"

#include "objects/builtin_function.h"
#include "objects/dict.h"
#include "objects/exceptions.h"
#include "objects/list.h"
#include "objects/set.h"
#include "objects/str.h"

WfDict *wf_module_dict(WfThread *t, WfValue module)
{
    WfDict *fast = wf_instance_dict_fast(wf_as_object(module), wf_type(module));
    if (WF_LIKELY(fast != NULL)) {
        return fast;
    }
    WfValue dict = wf_instance_dict(t, wf_as_object(module));
    return wf_is_empty(dict) ? NULL : wf_as_dict(dict);
}

static WfStatus fill(WfThread *t, WfDict *dict, WfValue name, WfValue doc)
{
    if (wf_dict_set_str(t, dict, WF_NAME(__name__), name) != WF_OK
        || wf_dict_set_str(t, dict, WF_NAME(__doc__), doc) != WF_OK
        || wf_dict_set_str(t, dict, WF_NAME(__package__), WF_NONE) != WF_OK
        || wf_dict_set_str(t, dict, WF_NAME(__loader__), WF_NONE) != WF_OK
        || wf_dict_set_str(t, dict, WF_NAME(__spec__), WF_NONE) != WF_OK) {
        return WF_RAISED;
    }
    return WF_OK;
}

static WfValue module_new(WfThread *t, WfType *type, const WfArgs *args)
{
    WfObject *o = wf_instance_new(t, type, 0);
    return o == NULL || wf_is_empty(wf_instance_dict(t, o)) ? WF_EMPTY : wf_from_object(o);
}

WfValue wf_module_new(WfThread *t, WfStr *name)
{
    WfValue m = module_new(t, WF_TYPE(MODULE), NULL);
    WfDict *dict = wf_is_empty(m) ? NULL : wf_module_dict(t, m);
    return dict == NULL || fill(t, dict, wf_from_object(name), WF_NONE) != WF_OK ? WF_EMPTY : m;
}

WfValue wf_module_from_def(WfThread *t, const WfModuleDef *def)
{
    WfStr *name = wf_str_intern_cstr(t, def->name);
    WfValue m = name == NULL ? WF_EMPTY : wf_module_new(t, name);
    WfDict *dict = wf_is_empty(m) ? NULL : wf_module_dict(t, m);
    if (dict == NULL) {
        return WF_EMPTY;
    }
    WF_AS(WfModule, m)->def = def;
    if (def->doc != NULL) {
        WfValue doc = wf_str_from_cstr(t, def->doc);
        if (wf_is_empty(doc) || wf_dict_set_str(t, dict, WF_NAME(__doc__), doc) != WF_OK) {
            return WF_EMPTY;
        }
    }
    for (const WfBuiltinDef *f = def->functions; f != NULL && f->name != NULL; f++) {
        WfValue v = wf_builtin_new(t, f, m, name);
        WfStr *key = wf_is_empty(v) ? NULL : wf_str_intern_cstr(t, f->name);
        if (key == NULL || wf_dict_set_str(t, dict, key, v) != WF_OK) {
            return WF_EMPTY;
        }
    }
    return m;
}

static WfStatus module_init(WfThread *t, WfValue self, const WfArgs *args)
{
    WfValue a[2];
    if (wf_parse_args(t, "module", "(name, doc=None)", args, a, 2) != WF_OK) {
        return WF_RAISED;
    }
    if (!wf_is_str(a[0])) {
        return WF_FAIL(wf_raise(t, WF_EXC(TypeError), "module() argument 'name' must be str, not %T", a[0]));
    }
    WfDict *dict = wf_module_dict(t, self);
    return dict == NULL ? WF_RAISED : fill(t, dict, a[0], a[1]);
}

static WfValue module_repr(WfThread *t, WfValue self)
{
    WfValue bootstrap = t->interp->importlib;
    if (!wf_is_empty(bootstrap)) {
        WfStr *name = wf_str_intern_cstr(t, "_module_repr");
        return name == NULL ? WF_EMPTY : wf_call_method1(t, bootstrap, name, self);
    }
    WfDict *dict = wf_module_dict(t, self);
    if (dict == NULL) {
        return WF_EMPTY;
    }
    WfValue name = wf_dict_get_str(dict, WF_NAME(__name__));
    return wf_is_empty(name) ? wf_str_from_cstr(t, "<module '?'>") : wf_str_format(t, "<module %R>", name);
}

/* Is `spec.name` true? MISSING also where spec or the attribute is not there. */
static WfFound spec_flag(WfThread *t, WfValue spec, const char *name)
{
    if (wf_is_empty(spec) || wf_is_none(spec)) {
        return WF_MISSING;
    }
    WfStr *key = wf_str_intern_cstr(t, name);
    WfValue v;
    WfFound found = key == NULL ? WF_ERROR : wf_getattr_opt(t, spec, key, &v);
    return found == WF_FOUND ? wf_truth(t, v) : found;
}

static WfFound is_uninitialized_submodule(WfThread *t, WfValue spec, WfStr *name)
{
    if (wf_is_empty(spec) || wf_is_none(spec)) {
        return WF_MISSING;
    }
    WfStr *key = wf_str_intern_cstr(t, "_uninitialized_submodules");
    WfValue v;
    WfFound found = key == NULL ? WF_ERROR : wf_getattr_opt(t, spec, key, &v);
    return found == WF_FOUND ? wf_contains(t, v, wf_from_object(name)) : found;
}

WF_COLD static WfValue raise_absent(WfThread *t, WfValue self, WfStr *name, const char *format, WfStr *a, WfStr *b)
{
    WfValue text = wf_str_format(t, format, a, b);
    WfValue exc = wf_is_empty(text) ? WF_EMPTY : wf_exception_new(t, WF_EXC(AttributeError), text);
    if (wf_is_empty(exc)) {
        return WF_EMPTY;
    }
    wf_store(&wf_as_exception(exc)->extra[WF_ATTRIBUTE_OBJ], self);
    wf_store_ptr(&wf_as_exception(exc)->extra[WF_ATTRIBUTE_NAME], name);
    return wf_raise_object(t, exc);
}

static WfValue module_getattribute(WfThread *t, WfValue self, WfStr *name)
{
    WfValue v;
    WfFound found = wf_generic_getattr_opt(t, self, name, &v);
    if (found != WF_MISSING) {
        return found == WF_FOUND ? v : WF_EMPTY;
    }
    WfDict *dict = wf_module_dict(t, self);
    if (dict == NULL) {
        return WF_EMPTY;
    }
    WfValue getattr = wf_dict_get_str(dict, WF_NAME(__getattr__));
    if (!wf_is_empty(getattr)) {
        return wf_call1(t, getattr, wf_from_object(name));
    }
    WfValue own = wf_dict_get_str(dict, WF_NAME(__name__));
    if (wf_is_empty(own) || !wf_is_str(own)) {
        return raise_absent(t, self, name, "module has no attribute '%U'", name, NULL);
    }
    WfValue spec = wf_dict_get_str(dict, WF_NAME(__spec__));
    WfFound initializing = spec_flag(t, spec, "_initializing");
    if (initializing == WF_ERROR) {
        return WF_EMPTY;
    }
    if (initializing == WF_FOUND) {
        return raise_absent(t, self, name,
                            "partially initialized module '%U' has no attribute '%U' "
                            "(most likely due to a circular import)",
                            wf_as_str(own), name);
    }
    WfFound submodule = is_uninitialized_submodule(t, spec, name);
    if (submodule == WF_ERROR) {
        return WF_EMPTY;
    }
    if (submodule == WF_FOUND) {
        return raise_absent(t, self, name,
                            "cannot access submodule '%U' of module '%U' "
                            "(most likely due to a circular import)",
                            name, wf_as_str(own));
    }
    return raise_absent(t, self, name, "module '%U' has no attribute '%U'", wf_as_str(own), name);
}

static WfValue module_dir(WfThread *t, WfValue *a)
{
    WfValue dict = wf_getattr(t, a[0], WF_NAME(__dict__));
    if (wf_is_empty(dict)) {
        return WF_EMPTY;
    }
    if (!wf_is_dict(dict)) {
        return wf_raise(t, WF_EXC(TypeError), "<module>.__dict__ is not a dictionary");
    }
    WfValue f = wf_dict_get_str(wf_as_dict(dict), WF_NAME(__dir__));
    return wf_is_empty(f) ? wf_to_list(t, dict) : wf_call0(t, f);
}

static WfValue get_annotations(WfThread *t, WfValue self)
{
    WfDict *dict = wf_module_dict(t, self);
    if (dict == NULL) {
        return WF_EMPTY;
    }
    WfValue v = wf_dict_get_str(dict, WF_NAME(__annotations__));
    if (wf_is_empty(v)) {
        v = wf_dict_new(t);
        if (!wf_is_empty(v)) {
            v = wf_dict_setdefault(t, dict, WF_NAME_V(__annotations__), v);
        }
    }
    return v;
}

static WfStatus set_annotations(WfThread *t, WfValue self, WfValue v)
{
    WfDict *dict = wf_module_dict(t, self);
    if (dict == NULL) {
        return WF_RAISED;
    }
    if (!wf_is_empty(v)) {
        return wf_dict_set_str(t, dict, WF_NAME(__annotations__), v);
    }
    WfFound found = wf_dict_delete(t, dict, WF_NAME_V(__annotations__));
    if (found == WF_MISSING) {
        wf_raise(t, WF_EXC(AttributeError), "__annotations__");
    }
    return found == WF_FOUND ? WF_OK : WF_RAISED;
}

static WfValue get_dict(WfThread *t, WfValue self)
{
    WfDict *dict = wf_module_dict(t, self);
    return dict == NULL ? WF_EMPTY : wf_from_object(dict);
}

static const WfBuiltinDef methods[] = {{"__dir__", module_dir, "(self, /)", "List of the module's names.", 0}, {0}};
static const WfGetSetDef getsets[] = {{"__dict__", get_dict, NULL, NULL, WF_GS_MEMBER},
                                      {"__annotations__", get_annotations, set_annotations, NULL, 0},
                                      {0}};

const WfTypeSpec wf_module_spec = {.name = "module",
                                   .doc = "A module object: a namespace with a name.",
                                   .flags = WF_TF_BASETYPE | WF_TF_HAS_DICT | WF_TF_WEAKREFS,
                                   .size = sizeof(WfModule),
                                   .methods = methods,
                                   .getsets = getsets,
                                   .signature = "(name, doc=None)",
                                   .slots = {.new_ = module_new,
                                             .init = module_init,
                                             .repr = module_repr,
                                             .getattribute = module_getattribute}};
