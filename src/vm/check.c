/* check.c - debug builds with WEFT_GC_DEBUG=operands: before each instruction, its operands against the roles of opcodes.def.
 * SPDX-License-Identifier: MIT
 * Design:     what verify.c proves once for the code is looked at again with the values that are really there: every register
 *             is one of the frame's, and what the instruction reads holds no freed cell. A temporary that liveness.c wrongly
 *             calls dead is so found where it is read, and not somewhere later.
 * Threads:    reads its own thread's frame. */
#include "vm/check.h"

#if WF_DEBUG

#    include "code/effects.h"
#    include "gc/gc.h"
#    include "objects/str.h"
#    include "sched/runtime.h"

#    include <stdio.h>

static WF_NORETURN void complain(WfThread *t, const WfFrame *f, ptrdiff_t word, unsigned reg, const char *what)
{
    int64_t n;
    fprintf(stderr, "weft: %s, word %td (%s), register %u of %d: %s\n", wf_str_utf8_pass(t, wf_load(&f->code->name), &n), word,
            wf_op_info[WF_INSN_OP(f->code->code[word])].name, reg, f->code->n_regs, what);
    WF_FATAL("an operand is not what its instruction expects");
}

void wf_check_step(WfThread *t, const WfInsn *pc, const WfValue *regs)
{
    const WfFrame *f = t->frame;
    if (!t->rt->check_operands || wf_code_is_lazy(f->code)) {
        return;
    }
    ptrdiff_t word = pc - wf_code_start(f->code);
    if (regs != WF_FRAME_REGS(f) || word < 0 || word >= f->code->n_insns) {
        WF_FATAL("the loop runs another frame than the thread's");
    }
    WfEffects e;
    bool extra = wf_op_info[WF_INSN_OP(*pc)].extra != WF_EXTRA_0;
    wf_insn_effects(*pc, extra ? pc[1] : 0, &e);
    for (int k = 0; k < e.n_write; k++) {
        if (e.write[k].n > 0 && e.write[k].first + e.write[k].n > (unsigned)f->code->n_regs) {
            complain(t, f, word, e.write[k].first, "written, but not the frame's");
        }
    }
    for (int k = 0; k < e.n_read; k++) {
        for (unsigned r = e.read[k].first; r < e.read[k].first + e.read[k].n; r++) {
            if (r >= (unsigned)f->code->n_regs) {
                complain(t, f, word, r, "read, but not the frame's");
            }
            if (wf_is_object(regs[r]) && !wf_gc_is_cell(wf_as_object(regs[r]))) {
                complain(t, f, word, r, "no live cell");
            }
        }
    }
}

#endif
