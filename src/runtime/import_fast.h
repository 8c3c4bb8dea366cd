/* import_fast.h - imports in C while importlib's machinery is the original one.
 * SPDX-License-Identifier: MIT */
#ifndef WF_RUNTIME_IMPORT_FAST_H
#define WF_RUNTIME_IMPORT_FAST_H

#include "model/object.h"

/* After importlib's own start: remembers its classes and puts itself in the place of its _find_and_load. */
WfStatus wf_import_fast_init(WfThread *t) WF_MUST_CHECK;
/* The module, found and loaded; sys.modules did not have it, or it was not ready. import: the __import__ that was called. */
WfValue wf_find_and_load(WfThread *t, WfValue name, WfValue import) WF_MUST_CHECK;
/* In a forked child: other threads import nothing any more. */
void wf_import_fast_after_fork(WfThread *t);

#endif
