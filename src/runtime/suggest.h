/* suggest.h - hints for misspelt names.
 * SPDX-License-Identifier: MIT */
#ifndef WF_RUNTIME_SUGGEST_H
#define WF_RUNTIME_SUGGEST_H

#include "model/object.h"

/* A name near the one that the AttributeError or NameError is about, or None. Never raises; may run Python code (__dir__). */
WfValue wf_suggestion(WfThread *t, WfValue exc) WF_MUST_CHECK;

#endif
