/* resource.h - what other modules need of module resource.
 * SPDX-License-Identifier: MIT */
#ifndef WF_MODULES_RESOURCE_H
#define WF_MODULES_RESOURCE_H

#include "model/object.h"

#include <sys/resource.h>

/* A resource.struct_rusage. */
WfValue wf_rusage_value(WfThread *t, const struct rusage *u) WF_MUST_CHECK;

#endif
