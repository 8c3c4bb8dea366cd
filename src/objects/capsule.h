/* capsule.h - a C pointer as a Python object.
 * SPDX-License-Identifier: MIT */
#ifndef WF_OBJECTS_CAPSULE_H
#define WF_OBJECTS_CAPSULE_H

#include "model/object.h"

/* name: a string constant. */
WfValue wf_capsule_new(WfThread *t, void *pointer, const char *name) WF_MUST_CHECK;
/* ValueError if v is no capsule of that name. */
void *wf_capsule_pointer(WfThread *t, WfValue v, const char *name) WF_MUST_CHECK;

#endif
