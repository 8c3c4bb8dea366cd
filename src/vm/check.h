/* check.h - looks at each instruction's operands before it runs (debug builds only).
 * SPDX-License-Identifier: MIT */
#ifndef WF_VM_CHECK_H
#define WF_VM_CHECK_H

#include "code/code.h"

#if WF_DEBUG
/* Ends the process where an operand is not what opcodes.def says. `pc` is the instruction, `regs` the frame's registers. */
void wf_check_step(WfThread *t, const WfInsn *pc, const WfValue *regs);
#    define WF_CHECK_STEP(t, pc, regs) wf_check_step(t, pc, regs)
#else
#    define WF_CHECK_STEP(t, pc, regs) ((void)0)
#endif

#endif
