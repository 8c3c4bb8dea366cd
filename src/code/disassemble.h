/* disassemble.h - instructions as text.
 * SPDX-License-Identifier: MIT */
#ifndef WF_CODE_DISASSEMBLE_H
#define WF_CODE_DISASSEMBLE_H

#include "base/strbuf.h"
#include "code/code.h"

/* One line for the instruction at word `i`: "  12 ADD r3 r1 r2"; returns the index of the next instruction. */
int32_t wf_disassemble_one(const WfCode *c, int32_t i, WfStrBuf *out);
/* The code with its handlers and constants, and the codes in its constants. */
void wf_disassemble(WfThread *t, const WfCode *c, WfStrBuf *out);

#endif
