/* nonetype.c - None, NotImplemented and Ellipsis: the three constants that are words.
 * SPDX-License-Identifier: MIT */
#include "model/builtin.h"
#include "model/object.h"
#include "objects/str.h"
#include "objects/tuple.h"

static WfValue no_arguments(WfThread *t, const char *name, const WfArgs *args, WfValue constant)
{
    if (args->n_pos > 0 || (args->kwnames != NULL && args->kwnames->length > 0)) {
        return wf_raise(t, WF_EXC(TypeError), "%s takes no arguments", name);
    }
    return constant;
}

static WfStatus hash_word(WfThread *t, WfValue self, int64_t *hash)
{
    *hash = (int64_t)(self.bits * 0x9e3779b97f4a7c15u >> 4);
    return WF_OK;
}

static WfValue none_new(WfThread *t, WfType *type, const WfArgs *args)
{
    return no_arguments(t, "NoneType", args, WF_NONE);
}

static WfValue none_repr(WfThread *t, WfValue self)
{
    return wf_str_from_cstr(t, "None");
}

static WfFound none_truth(WfThread *t, WfValue self)
{
    return WF_MISSING;
}

const WfTypeSpec wf_nonetype_spec = {
    .name = "NoneType",
    .size = sizeof(WfObject),
    .slots = {.new_ = none_new, .repr = none_repr, .truth = none_truth, .hash = hash_word}};

static WfValue notimplemented_new(WfThread *t, WfType *type, const WfArgs *args)
{
    return no_arguments(t, "NotImplementedType", args, WF_NOT_IMPLEMENTED);
}

static WfValue notimplemented_repr(WfThread *t, WfValue self)
{
    return wf_str_from_cstr(t, "NotImplemented");
}

static WfFound notimplemented_truth(WfThread *t, WfValue self)
{
    if (wf_warn(t, WF_EXC(DeprecationWarning), 1, "NotImplemented should not be used in a boolean context") != WF_OK) {
        return WF_ERROR;
    }
    return WF_FOUND;
}

static WfValue notimplemented_reduce(WfThread *t, WfValue *a)
{
    return wf_str_from_cstr(t, "NotImplemented");
}

static const WfBuiltinDef notimplemented_methods[] = {{"__reduce__", notimplemented_reduce, "(self, /)", NULL, 0}, {0}};
const WfTypeSpec wf_notimplemented_spec = {.name = "NotImplementedType",
                                           .size = sizeof(WfObject),
                                           .methods = notimplemented_methods,
                                           .slots = {.new_ = notimplemented_new,
                                                     .repr = notimplemented_repr,
                                                     .truth = notimplemented_truth,
                                                     .hash = hash_word}};

static WfValue ellipsis_new(WfThread *t, WfType *type, const WfArgs *args)
{
    return no_arguments(t, "EllipsisType", args, WF_ELLIPSIS);
}

static WfValue ellipsis_repr(WfThread *t, WfValue self)
{
    return wf_str_from_cstr(t, "Ellipsis");
}

static WfValue ellipsis_reduce(WfThread *t, WfValue *a)
{
    return wf_str_from_cstr(t, "Ellipsis");
}

static const WfBuiltinDef ellipsis_methods[] = {{"__reduce__", ellipsis_reduce, "(self, /)", NULL, 0}, {0}};
const WfTypeSpec wf_ellipsis_spec = {.name = "ellipsis",
                                     .size = sizeof(WfObject),
                                     .methods = ellipsis_methods,
                                     .slots = {.new_ = ellipsis_new, .repr = ellipsis_repr, .hash = hash_word}};
