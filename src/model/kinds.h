/* kinds.h - what the collector has to know about cells of each kind.
 * SPDX-License-Identifier: MIT */
#ifndef WF_MODEL_KINDS_H
#define WF_MODEL_KINDS_H

#include "gc/gc.h"

/* Sets the hooks by which the collector traces, finalizes and releases cells. */
void wf_kinds_init(WfRuntime *rt);

#endif
