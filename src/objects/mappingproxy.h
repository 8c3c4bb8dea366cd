/* mappingproxy.h - mappingproxy: a read-only view of a mapping (type.__dict__).
 * SPDX-License-Identifier: MIT */
#ifndef WF_OBJECTS_MAPPINGPROXY_H
#define WF_OBJECTS_MAPPINGPROXY_H

#include "model/object.h"

WfValue wf_mappingproxy_new(WfThread *t, WfValue mapping) WF_MUST_CHECK;
WfValue wf_mappingproxy_target(WfValue proxy);

#endif
