/* module_state.c - what modules in C keep for each interpreter.
 * SPDX-License-Identifier: MIT
 * Threads:    the dict is made under the interpreter's lock; from then on it is a dict like any other. */
#include "objects/module_state.h"

#include "objects/str.h"

WfDict *wf_module_state(WfThread *t)
{
    if (wf_is_empty(t->interp->module_state)) {
        WfValue dict = wf_dict_new(t);
        if (wf_is_empty(dict)) {
            return NULL;
        }
        wf_mutex_lock(t, &t->interp->lock);
        if (wf_is_empty(t->interp->module_state)) {
            t->interp->module_state = dict;
        }
        wf_mutex_unlock(&t->interp->lock);
    }
    return wf_as_dict(t->interp->module_state);
}

WfValue wf_module_state_at(WfThread *t, WfStr *key)
{
    WfDict *state = wf_module_state(t);
    if (state == NULL) {
        wf_clear_pending(t);
        return WF_EMPTY;
    }
    return wf_dict_get_str(state, key);
}

WfValue wf_module_state_get(WfThread *t, const char *key)
{
    WfDict *state = wf_module_state(t);
    WfStr *name = state == NULL ? NULL : wf_str_intern_cstr(t, key);
    if (name == NULL) {
        wf_clear_pending(t);
        return WF_EMPTY;
    }
    return wf_dict_get_str(state, name);
}

WfValue wf_module_state_keep(WfThread *t, const char *key, WfValue v)
{
    WfDict *state = wf_module_state(t);
    WfStr *name = state == NULL ? NULL : wf_str_intern_cstr(t, key);
    return name == NULL ? WF_EMPTY : wf_dict_setdefault(t, state, wf_from_object(name), v);
}
