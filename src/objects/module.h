/* module.h - module objects. A module's attributes are in its dict, which it has from the start (dict mode, model/type.h).
 * SPDX-License-Identifier: MIT */
#ifndef WF_OBJECTS_MODULE_H
#define WF_OBJECTS_MODULE_H

#include "model/attr.h"
#include "model/builtin.h"
#include "model/object.h"

typedef struct WfModule {
    WfObject h;
    const WfModuleDef *def; /* NULL: not written in C */
} WfModule;

WF_INLINE bool wf_is_module(WfValue v) { return WF_IS_KIND(v, NATIVE) && wf_is_instance_of(v, WF_TYPE(MODULE)); }
/* A new module with __name__ set, __doc__, __package__, __loader__, __spec__ None. */
WfValue wf_module_new(WfThread *t, WfStr *name) WF_MUST_CHECK;
/* A new module with the functions of def; def->init is not called. */
WfValue wf_module_from_def(WfThread *t, const WfModuleDef *def) WF_MUST_CHECK;
/* The dict, or NULL and an exception (a subclass's instance whose __init__ did not run has one too). */
WfDict *wf_module_dict(WfThread *t, WfValue module) WF_MUST_CHECK;

#endif
