/* futex.c - the Linux futex.
 * SPDX-License-Identifier: MIT
 *
 * Design:  FUTEX_WAIT_BITSET instead of FUTEX_WAIT, because its time is absolute: a wait that is
 *          interrupted and taken up again does not get longer.
 * Threads: no state; errno is kept.
 * Tests:   tests/unit/test_platform.c */
#include "platform/futex.h"

#include <errno.h>
#include <linux/futex.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

WfFutexResult wf_futex_wait(const uint32_t *word, uint32_t expected, int64_t deadline)
{
    struct timespec ts;
    struct timespec *at = NULL;
    if (deadline != INT64_MAX) {
        if (deadline < 0) {
            deadline = 0;
        }
        ts.tv_sec = deadline / 1000000000;
        ts.tv_nsec = deadline % 1000000000;
        at = &ts;
    }
    int saved = errno;
    WfFutexResult result = WF_FUTEX_WOKEN;
    if (syscall(SYS_futex, word, FUTEX_WAIT_BITSET | FUTEX_PRIVATE_FLAG, expected, at, NULL,
                FUTEX_BITSET_MATCH_ANY)
        < 0) {
        if (errno == ETIMEDOUT) {
            result = WF_FUTEX_TIMEOUT;
        } else if (errno == EINTR) {
            result = WF_FUTEX_INTERRUPTED;
        }
    }
    errno = saved;
    return result;
}

int wf_futex_wake(const uint32_t *word, int n)
{
    int saved = errno;
    long woken = syscall(SYS_futex, word, FUTEX_WAKE | FUTEX_PRIVATE_FLAG, n, NULL, NULL, 0);
    errno = saved;
    return woken < 0 ? 0 : (int)woken;
}
