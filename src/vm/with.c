/* with.c - looking up the methods of a context manager.
 * SPDX-License-Identifier: MIT */
#include "model/object.h"
#include "objects/function.h"
#include "objects/str.h"
#include "vm/interp.h"

/* The special method as function and self, unbound where it is a plain function. */
static WfStatus special_pair(WfThread *t, WfValue o, WfStr *name, WfValue *func, WfValue *self)
{
    WfType *type = wf_type(o);
    WfValue v = wf_type_lookup(t, type, name);
    *self = WF_EMPTY;
    if (WF_IS_KIND(v, FUNCTION) || WF_IS_EXACT(v, METHOD_DESCRIPTOR)) {
        *func = v;
        *self = o;
        return WF_OK;
    }
    *func = wf_is_empty(v) ? WF_EMPTY : wf_lookup_special(t, o, name);
    return wf_is_empty(*func) && wf_pending(t) ? WF_RAISED : WF_OK;
}

WfStatus wf_op_with_lookup(WfThread *t, WfValue manager, bool is_async, WfValue *enter, WfValue *enter_self, WfValue *exit)
{
    const char *protocol = is_async ? "asynchronous context manager" : "context manager";
    WfValue enter_f, self, exit_f, exit_self;
    if (special_pair(t, manager, is_async ? WF_NAME(__aenter__) : WF_NAME(__enter__), &enter_f, &self) != WF_OK) {
        return WF_RAISED;
    }
    if (wf_is_empty(enter_f)) {
        return WF_FAIL(wf_raise(t, WF_EXC(TypeError), "'%T' object does not support the %s protocol", manager, protocol));
    }
    if (special_pair(t, manager, is_async ? WF_NAME(__aexit__) : WF_NAME(__exit__), &exit_f, &exit_self) != WF_OK) {
        return WF_RAISED;
    }
    if (wf_is_empty(exit_f)) {
        return WF_FAIL(wf_raise(t, WF_EXC(TypeError), "'%T' object does not support the %s protocol (missed %s method)",
                                manager, protocol, is_async ? "__aexit__" : "__exit__"));
    }
    *enter = enter_f;
    *enter_self = self;
    exit[0] = exit_f;
    exit[1] = exit_self;
    return WF_OK;
}
