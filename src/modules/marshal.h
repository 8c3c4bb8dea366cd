/* marshal.h - values to bytes and back.
 * SPDX-License-Identifier: MIT */
#ifndef WF_MODULES_MARSHAL_H
#define WF_MODULES_MARSHAL_H

#include "model/object.h"

#define WF_MARSHAL_VERSION 4
/* bytes of v. ValueError: unmarshallable object. */
WfValue wf_marshal_dumps(WfThread *t, WfValue v, int version) WF_MUST_CHECK;
/* The value; *used receives the bytes read. EOFError, ValueError, TypeError for what is not sound. */
WfValue wf_marshal_loads(WfThread *t, const uint8_t *data, size_t n, size_t *used) WF_MUST_CHECK;

#endif
