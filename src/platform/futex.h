/* futex.h - sleep on a word until somebody changes it and wakes the sleepers.
 * SPDX-License-Identifier: MIT */
#ifndef WF_PLATFORM_FUTEX_H
#define WF_PLATFORM_FUTEX_H

#include <limits.h>
#include <stdint.h>

typedef enum {
    WF_FUTEX_WOKEN,       /* or the word differed, or for no reason: look at the word again */
    WF_FUTEX_TIMEOUT,     /* the deadline has passed */
    WF_FUTEX_INTERRUPTED, /* a signal handler ran */
} WfFutexResult;

/* Sleeps while *word == expected. `deadline` is in nanoseconds of the monotonic clock; INT64_MAX
 * waits forever. The word is private to the process. */
WfFutexResult wf_futex_wait(const uint32_t *word, uint32_t expected, int64_t deadline);

/* Wakes at most n sleepers (INT_MAX: all) and returns how many. Safe in signal handlers. */
int wf_futex_wake(const uint32_t *word, int n);

#endif
