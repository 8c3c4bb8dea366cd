/* effects.h - what an instruction reads, writes and where it goes next: for the verifier, liveness and the disassembler.
 * SPDX-License-Identifier: MIT */
#ifndef WF_CODE_EFFECTS_H
#define WF_CODE_EFFECTS_H

#include "code/code.h"

typedef struct WfRegRange {
    unsigned first, n;
} WfRegRange;
typedef struct WfEffects {
    WfRegRange read[6], write[6];
    int n_read, n_write;
} WfEffects;

void wf_insn_effects(WfInsn insn, uint64_t arg, WfEffects *e);
/* Does it jump, and where to (word index)? `word` is its own index, arg its extra word. */
bool wf_insn_jump(WfInsn insn, uint64_t arg, int64_t word, int64_t *target);
/* May the next instruction follow it? (END_ASYNC_FOR jumps or raises.) */
bool wf_insn_falls_through(WfInsn insn);

#endif
