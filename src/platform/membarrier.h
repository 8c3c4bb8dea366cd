/* membarrier.h - a full memory barrier on all threads of the process, asked for by one.
 * SPDX-License-Identifier: MIT
 *
 * The dear half of an asymmetric fence: the frequent side uses wf_atomic_fence_compiler and pays
 * nothing, the rare side calls wf_membarrier. */
#ifndef WF_PLATFORM_MEMBARRIER_H
#define WF_PLATFORM_MEMBARRIER_H

#include <stdbool.h>

/* Once per process, and again in a forked child; false: the fast kind does not exist here, and
 * wf_membarrier works all the same, more slowly. */
bool wf_membarrier_register(void);
void wf_membarrier(void);

#endif
