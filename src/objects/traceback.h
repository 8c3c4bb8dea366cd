/* traceback.h - traceback: one entry of the path an exception took.
 * SPDX-License-Identifier: MIT */
#ifndef WF_OBJECTS_TRACEBACK_H
#define WF_OBJECTS_TRACEBACK_H

#include "model/object.h"

typedef struct WfTraceback {
    WfObject h;
    WfSlot next;   /* WfTraceback or EMPTY; assignable */
    WfSlot frame;  /* frame object */
    int32_t lasti; /* immutable: co_positions index times 2, as CPython's byte offset; -1 none */
    int32_t lineno; /* immutable; -1: none (tb_lineno is then None) */
} WfTraceback;

WF_INLINE WfTraceback *wf_as_traceback(WfValue v) { return WF_AS(WfTraceback, v); }
WfValue wf_traceback_new(WfThread *t, WfValue next, WfValue frame, int lasti, int lineno) WF_MUST_CHECK;
/* Puts an entry in front of exc's traceback. */
WfStatus wf_traceback_push(WfThread *t, WfValue exc, WfValue frame, int lasti, int lineno) WF_MUST_CHECK;

#endif
