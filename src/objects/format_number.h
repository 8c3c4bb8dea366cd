/* format_number.h - __format__ of int, float and complex.
 * SPDX-License-Identifier: MIT */
#ifndef WF_OBJECTS_FORMAT_NUMBER_H
#define WF_OBJECTS_FORMAT_NUMBER_H

#include "objects/str.h"

/* v: any int, any float, any complex. An empty spec is str(v). */
WfValue wf_format_int(WfThread *t, WfValue v, WfStr *spec) WF_MUST_CHECK;
WfValue wf_format_float(WfThread *t, WfValue v, WfStr *spec) WF_MUST_CHECK;
WfValue wf_format_complex(WfThread *t, WfValue v, WfStr *spec) WF_MUST_CHECK;

#endif
