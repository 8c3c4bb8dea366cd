/* print_exception.h - showing exceptions on sys.stderr.
 * SPDX-License-Identifier: MIT */
#ifndef WF_RUNTIME_PRINT_EXCEPTION_H
#define WF_RUNTIME_PRINT_EXCEPTION_H

#include "model/builtin.h"
#include "model/object.h"

/* The text that sys.__excepthook__ shows: traceback, chain, groups, notes. */
WfValue wf_format_exception(WfThread *t, WfValue exc) WF_MUST_CHECK;
/* Writes it to sys.stderr. Never raises. */
void wf_print_exception(WfThread *t, WfValue exc);
/* Takes the pending exception, sets sys.last_*, and calls sys.excepthook with it. SystemExit is printed like others: see
 * wf_exit_status. Nothing is pending afterwards. */
void wf_print_pending(WfThread *t);
/* exc is a SystemExit: the status to exit with; a message goes to sys.stderr. */
int wf_exit_status(WfThread *t, WfValue exc);

/* Bodies for module sys: excepthook(exctype, value, traceback, /), unraisablehook(unraisable, /). */
WfValue wf_sys_excepthook(WfThread *t, WfValue *a);
WfValue wf_sys_unraisablehook(WfThread *t, WfValue *a);
/* The type sys.UnraisableHookArgs; module sys keeps it under that name. */
WfType *wf_unraisable_args_type(WfThread *t) WF_MUST_CHECK;

#endif
