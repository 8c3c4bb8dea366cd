/* liveness.h - which temporaries of a stopped frame hold values that may still be used.
 * SPDX-License-Identifier: MIT */
#ifndef WF_CODE_LIVENESS_H
#define WF_CODE_LIVENESS_H

#include "code/code.h"

/* Marks the registers below `limit` that are live while the instruction at word index `word` runs: all fixed ones, and the
 * temporaries that it reads or that are read behind it. World stopped. */
void wf_liveness_mark(WfMarker *m, WfCode *c, int32_t word, const WfValue *regs, int64_t limit);
/* Is register `reg`, a temporary, live before the instruction at `word`? Without memory for the analysis: yes. */
bool wf_liveness_live(WfCode *c, int32_t word, int32_t reg);
/* Frees what the analysis kept (code's release hook). */
void wf_liveness_release(WfCode *c);

#endif
