/* call.h - helpers for code that passes arguments on.
 * SPDX-License-Identifier: MIT */
#ifndef WF_MODEL_CALL_H
#define WF_MODEL_CALL_H

#include "model/object.h"

/* Room for arguments with others put before them; lies on the C stack, where the collector sees it. */
typedef struct WfArgBuffer {
    WfValue room[9];
} WfArgBuffer;

/* items[0..n) of args behind `first` (n_first values). room[0] stays free, so that the result may be called with
 * a self put at [-1]. NULL: no memory. */
WfValue *wf_args_prepend(WfThread *t, WfArgBuffer *buffer, const WfValue *first, int64_t n_first, const WfArgs *args) WF_MUST_CHECK;
int64_t wf_args_total(const WfArgs *a); /* positional and keyword values */
/* Calls f with `self` (WF_EMPTY: none) before args. */
WfValue wf_call_prepend(WfThread *t, WfValue f, WfValue self, const WfArgs *args) WF_MUST_CHECK;
/* TypeError "name() takes no keyword arguments" */
WfStatus wf_args_no_keywords(WfThread *t, const char *name, const WfArgs *args) WF_MUST_CHECK;
/* TypeError "name expected at least 1 argument, got 0" etc. */
WfStatus wf_args_count(WfThread *t, const char *name, const WfArgs *args, int64_t min, int64_t max) WF_MUST_CHECK;
/* The special method `name` of self called with n arguments. MISSING: the type has none. */
WfFound wf_call_special(WfThread *t, WfValue self, WfStr *name, const WfValue *args, int64_t n, WfValue *out) WF_MUST_CHECK;
/* A class attribute found by wf_type_lookup, bound to obj. */
WfValue wf_bind(WfThread *t, WfValue attr, WfValue obj) WF_MUST_CHECK;
/* A Python function called from C. vm/ */
WfValue wf_vm_call_function(WfThread *t, WfValue func, const WfArgs *args) WF_MUST_CHECK;

#endif
