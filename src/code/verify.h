/* verify.h - is a piece of code sound?
 * SPDX-License-Identifier: MIT */
#ifndef WF_CODE_VERIFY_H
#define WF_CODE_VERIFY_H

#include "code/code.h"

/* NULL, or what is wrong: register numbers, jumps, constants and their types, handler ranges. Code that passes cannot make the
 * loop leave its registers, its constants or its instructions. */
const char *wf_code_verify(const WfCodeParts *p);

#endif
