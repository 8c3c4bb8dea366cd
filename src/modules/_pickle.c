/* _pickle.c - the module _pickle: PickleBuffer, and pickle.py's own picklers under the names that CPython gives its ones in C.
 * SPDX-License-Identifier: MIT
 * Design:  pickle imports this module first for PickleBuffer and at its end for the rest, which __getattr__ then finds in it.
 * Threads: no state. */
#include "model/builtin.h"
#include "objects/str.h"

static const struct {
    const char *name, *in_pickle;
} names[] = {
    {"PickleError", "PickleError"}, {"PicklingError", "PicklingError"}, {"UnpicklingError", "UnpicklingError"},
    {"Pickler", "_Pickler"},        {"Unpickler", "_Unpickler"},        {"dump", "_dump"},
    {"dumps", "_dumps"},            {"load", "_load"},                  {"loads", "_loads"},
};

static WfValue pickle_getattr(WfThread *t, WfValue *a)
{
    for (size_t i = 0; wf_is_str(a[0]) && i < WF_ARRAY_LEN(names); i++) {
        if (wf_str_equal_cstr(wf_as_str(a[0]), names[i].name)) {
            WfValue import = wf_getitem(t, t->interp->builtins, WF_NAME_V(__import__));
            WfStr *name = wf_is_empty(import) ? NULL : wf_str_intern_cstr(t, "pickle");
            WfValue module = name == NULL ? WF_EMPTY : wf_call1(t, import, wf_from_object(name));
            return wf_is_empty(module) ? WF_EMPTY : wf_getattr_cstr(t, module, names[i].in_pickle);
        }
    }
    return wf_raise(t, WF_EXC(AttributeError), "module '_pickle' has no attribute '%V'", a[0]);
}

static const WfBuiltinDef functions[] = {
    {"__getattr__", pickle_getattr, "(name, /)", "A name that pickle defines."},
    {0}};

static WfStatus init(WfThread *t, WfValue module)
{
    return wf_module_add_type(t, module, WF_TYPE(PICKLEBUFFER));
}

const WfModuleDef wf_module__pickle = {"_pickle", "Buffers that are pickled out of band, and the picklers.", functions, init};
