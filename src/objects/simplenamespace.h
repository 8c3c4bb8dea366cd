/* simplenamespace.h - types.SimpleNamespace.
 * SPDX-License-Identifier: MIT */
#ifndef WF_OBJECTS_SIMPLENAMESPACE_H
#define WF_OBJECTS_SIMPLENAMESPACE_H

#include "model/object.h"

/* With the items of attrs (a dict, or WF_EMPTY) as attributes. */
WfValue wf_simplenamespace_new(WfThread *t, WfValue attrs) WF_MUST_CHECK;

#endif
