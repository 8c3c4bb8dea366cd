/* bool.c - the type bool. Its two values are words; it is a subtype of int, which does the arithmetic.
 * SPDX-License-Identifier: MIT */
#include "objects/int.h"

#include "objects/str.h"

static WfValue bool_new(WfThread *t, WfType *type, const WfArgs *args)
{
    if (args->kwnames != NULL) {
        return wf_raise(t, WF_EXC(TypeError), "bool() takes no keyword arguments");
    }
    if (args->n_pos > 1) {
        return wf_raise(t, WF_EXC(TypeError), "bool expected at most 1 argument, got %zd", args->n_pos);
    }
    if (args->n_pos == 0) {
        return WF_FALSE;
    }
    WfFound truth = wf_truth(t, args->items[0]);
    return truth == WF_ERROR ? WF_EMPTY : WF_BOOL(truth == WF_FOUND);
}

static WfValue bool_repr(WfThread *t, WfValue self) { return wf_is_true(self) ? WF_NAME_V(True) : WF_NAME_V(False); }

#define BOOL_BINARY(name, operation, fallback) \
    static WfValue name(WfThread *t, WfValue a, WfValue b) \
    { \
        if (wf_is_bool(a) && wf_is_bool(b)) { \
            return WF_BOOL(wf_is_true(a) operation wf_is_true(b)); \
        } \
        return wf_is_any_int(a) && wf_is_any_int(b) ? fallback(t, a, b) : WF_NOT_IMPLEMENTED; \
    }
BOOL_BINARY(bool_and, &, wf_int_and)
BOOL_BINARY(bool_or, |, wf_int_or)
BOOL_BINARY(bool_xor, ^, wf_int_xor)

const WfTypeSpec wf_bool_spec = {
    .name = "bool",
    .doc = "bool(x) -> bool\n\nTrue if x is true, else False. True and False are the only two values.",
    .flags = WF_TF_VARSIZE | WF_TF_MATCH_SELF,
    .size = sizeof(WfInt),
    .slots = {
        .new_ = bool_new,
        .repr = bool_repr,
        .binary = {
            [WF_BIN_AND] = bool_and,
            [WF_BIN_OR] = bool_or,
            [WF_BIN_XOR] = bool_xor,
        },
    },
};
