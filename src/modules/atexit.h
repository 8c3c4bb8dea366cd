/* atexit.h - what the end of the interpreter needs of module atexit.
 * SPDX-License-Identifier: MIT */
#ifndef WF_MODULES_ATEXIT_H
#define WF_MODULES_ATEXIT_H

#include "model/object.h"

/* Calls the registered functions, whatever has become of the module; what they raise is printed. */
void wf_atexit_run(WfThread *t);

#endif
