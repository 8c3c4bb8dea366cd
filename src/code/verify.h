/* verify.h - is a piece of code sound?
 * SPDX-License-Identifier: MIT */
#ifndef WF_CODE_VERIFY_H
#define WF_CODE_VERIFY_H

#include "code/code.h"

/* NULL, or what is wrong: register numbers, jumps, constants and their types, handler ranges. Code that passes cannot make the
 * loop leave its registers, its constants or its instructions. */
const char *wf_code_verify(const WfCodeParts *p);

/* NULL, or what is wrong, of code that has passed wf_code_verify but comes from outside: that every operand is of the kind its
 * instruction trusts it to be. */
const char *wf_code_prove(const WfCodeParts *p);

#endif
