/* kinds.h - the table of trace functions by kind of cell, for the collector (rt->trace_table).
 * SPDX-License-Identifier: MIT */
#ifndef WF_MODEL_KINDS_H
#define WF_MODEL_KINDS_H

#include "gc/gc.h"

extern const WfTraceFn wf_kind_traces[WF_KIND_COUNT];

#endif
