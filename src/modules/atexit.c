/* atexit.c - module atexit: functions to be called at the end.
 * SPDX-License-Identifier: MIT
 * The interpreter's list holds tuples (function, args, kwargs); the last one in is called first. */
#include "modules/atexit.h"

#include "model/builtin.h"
#include "objects/dict.h"
#include "objects/exceptions.h"
#include "objects/list.h"
#include "objects/str.h"
#include "objects/tuple.h"

static WfList *callbacks(WfThread *t)
{
    if (wf_is_empty(t->interp->atexit)) {
        t->interp->atexit = wf_list_new(t, 0);
    }
    return wf_is_empty(t->interp->atexit) ? NULL : wf_as_list(t->interp->atexit);
}
static WfValue ae_register(WfThread *t, WfValue *a)
{
    if (!wf_is_callable(a[0])) {
        return wf_raise(t, WF_EXC(TypeError), "the first argument must be callable");
    }
    WfList *list = callbacks(t);
    WfValue entry = list == NULL ? WF_EMPTY : WF_TUPLE_OF(t, a[0], a[1], a[2]);
    return wf_is_empty(entry) || wf_list_append(t, list, entry) != WF_OK ? WF_EMPTY : a[0];
}
static WfValue ae_unregister(WfThread *t, WfValue *a)
{
    WfList *list = callbacks(t);
    for (int64_t i = list == NULL ? 0 : wf_list_length(list); i-- > 0;) {
        WfValue entry = wf_list_at(list, i);
        WfFound same = wf_is_empty(entry) ? WF_MISSING : wf_equal(t, wf_tuple_at(wf_as_tuple(entry), 0), a[0]);
        if (same == WF_ERROR) {
            return WF_EMPTY;
        }
        if (same == WF_FOUND && wf_is(wf_list_at(list, i), entry) && wf_is_empty(wf_list_pop(t, list, i))) {
            return WF_EMPTY;
        }
    }
    return list == NULL ? WF_EMPTY : WF_NONE;
}
void wf_atexit_run(WfThread *t)
{
    WfList *list = wf_is_empty(t->interp->atexit) ? NULL : wf_as_list(t->interp->atexit);
    while (list != NULL && wf_list_length(list) > 0) {
        WfValue entry = wf_list_pop(t, list, wf_list_length(list) - 1);
        if (wf_is_empty(entry)) {
            wf_clear_pending(t);
            break;
        }
        const WfTuple *x = wf_as_tuple(entry);
        if (wf_is_empty(wf_call_tuple(t, wf_tuple_at(x, 0), wf_as_tuple(wf_tuple_at(x, 1)), wf_tuple_at(x, 2)))) {
            wf_write_unraisable(t, "in atexit callback", wf_tuple_at(x, 0));
        }
    }
}
static WfValue ae_run(WfThread *t, WfValue *a)
{
    wf_atexit_run(t);
    return WF_NONE;
}
static WfValue ae_clear(WfThread *t, WfValue *a)
{
    WfList *list = callbacks(t);
    if (list == NULL) {
        return WF_EMPTY;
    }
    wf_list_clear(t, list);
    return WF_NONE;
}
static WfValue ae_count(WfThread *t, WfValue *a)
{
    WfList *list = callbacks(t);
    return list == NULL ? WF_EMPTY : wf_small_int(wf_list_length(list));
}
static const WfBuiltinDef functions[] = {
    {"register", ae_register, "(func, /, *args, **kwargs)", "Have a function called at the end of the program.", 0},
    {"unregister", ae_unregister, "(func, /)", "Forget a function that was registered.", 0},
    {"_run_exitfuncs", ae_run, "()", "Call all registered functions, the last one first.", 0},
    {"_clear", ae_clear, "()", "Forget all registered functions.", 0},
    {"_ncallbacks", ae_count, "()", "How many functions are registered.", 0},
    {0}};
const WfModuleDef wf_module_atexit = {.name = "atexit", .doc = "Functions to be called at the end.", .functions = functions};
