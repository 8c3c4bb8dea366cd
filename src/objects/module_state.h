/* module_state.h - what modules in C keep for each interpreter: a dict from names to objects.
 * SPDX-License-Identifier: MIT */
#ifndef WF_OBJECTS_MODULE_STATE_H
#define WF_OBJECTS_MODULE_STATE_H

#include "objects/dict.h"

/* The dict itself, made on first use. */
WfDict *wf_module_state(WfThread *t) WF_MUST_CHECK;
/* The object kept under `key`; WF_EMPTY without exception if there is none. */
WfValue wf_module_state_get(WfThread *t, const char *key);
WfValue wf_module_state_at(WfThread *t, WfStr *key); /* by interned name: for what is asked for often */
/* Keeps v unless there is an object already; returns the one that is kept. */
WfValue wf_module_state_keep(WfThread *t, const char *key, WfValue v) WF_MUST_CHECK;

#endif
