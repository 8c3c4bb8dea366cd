/* sys.h - module sys.
 * SPDX-License-Identifier: MIT */
#ifndef WF_RUNTIME_SYS_H
#define WF_RUNTIME_SYS_H

#include "model/builtin.h"

#define WF_CACHE_TAG "weft-311" /* sys.implementation.cache_tag */

/* The module, complete but for the streams; sets interp->sys_dict. */
WfValue wf_sys_new(WfThread *t) WF_MUST_CHECK;
/* sys.<name> or WF_EMPTY without exception. */
WfValue wf_sys_get(WfThread *t, const char *name);
WfStatus wf_sys_set(WfThread *t, const char *name, WfValue v) WF_MUST_CHECK;
/* Names of native modules, sorted: sys.builtin_module_names. runtime/import.c */
WfValue wf_native_names(WfThread *t) WF_MUST_CHECK;
/* Raises the audit event; args: a tuple or WF_EMPTY. */
WfStatus wf_sys_audit(WfThread *t, const char *event, WfValue args) WF_MUST_CHECK;

#endif
