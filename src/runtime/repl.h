/* repl.h - the interactive loop.
 * SPDX-License-Identifier: MIT */
#ifndef WF_RUNTIME_REPL_H
#define WF_RUNTIME_REPL_H

#include "model/object.h"

/* Reads, compiles and runs statements from standard input until its end; the exit status. */
int wf_repl(WfThread *t);

#endif
