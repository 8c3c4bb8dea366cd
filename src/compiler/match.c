/* match.c - code for match statements.
 * SPDX-License-Identifier: MIT */
#include "compiler/gen.h"

void wf_gen_match(WfGen *c, WfStmt *s)
{
    (void)s;
    if (!c->failed) {
        c->failed = true;
        (void)wf_raise(c->t, WF_EXC(NotImplementedError), "match statements");
    }
}
