/* capsule.c - PyCapsule: a C pointer with a name, handed around by Python code.
 * SPDX-License-Identifier: MIT
 * Threads:    immutable. */
#include "objects/capsule.h"

#include "model/builtin.h"
#include "objects/str.h"

typedef struct WfCapsule {
    WfObject h;
    void *pointer;
    const char *name; /* lives as long as the process */
} WfCapsule;

WfValue wf_capsule_new(WfThread *t, void *pointer, const char *name)
{
    WfCapsule *c = WF_NEW(t, WfCapsule, CAPSULE, NATIVE);
    if (c == NULL) {
        return WF_EMPTY;
    }
    c->pointer = pointer;
    c->name = name;
    return wf_from_object(c);
}

void *wf_capsule_pointer(WfThread *t, WfValue v, const char *name)
{
    if (!WF_IS_EXACT(v, CAPSULE) || strcmp(WF_AS(WfCapsule, v)->name, name) != 0) {
        return WF_FAIL_NULL(wf_raise(t, WF_EXC(ValueError), "PyCapsule_GetPointer called with incorrect name"));
    }
    return WF_AS(WfCapsule, v)->pointer;
}

static WfValue capsule_repr(WfThread *t, WfValue self)
{
    return wf_str_format(t, "<capsule object \"%s\" at %p>", WF_AS(WfCapsule, self)->name, wf_as_object(self));
}

const WfTypeSpec wf_capsule_spec = {
    .name = "PyCapsule", .flags = WF_TF_NO_NEW, .size = sizeof(WfCapsule), .slots = {.repr = capsule_repr}};
