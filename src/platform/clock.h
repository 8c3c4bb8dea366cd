/* clock.h - time in nanoseconds.
 * SPDX-License-Identifier: MIT */
#ifndef WF_PLATFORM_CLOCK_H
#define WF_PLATFORM_CLOCK_H

#include <stdint.h>

typedef enum {
    WF_CLOCK_REALTIME,
    WF_CLOCK_MONOTONIC,
    WF_CLOCK_PROCESS_CPU,
    WF_CLOCK_THREAD_CPU, /* of the calling thread */
} WfClockKind;

int64_t wf_clock_now(WfClockKind kind);
int64_t wf_clock_resolution(WfClockKind kind);

static inline int64_t wf_clock_monotonic(void)
{
    return wf_clock_now(WF_CLOCK_MONOTONIC);
}

static inline int64_t wf_clock_realtime(void)
{
    return wf_clock_now(WF_CLOCK_REALTIME);
}

/* Now plus `ns`, without overflow: INT64_MAX, which waits forever, at most; in the past if ns < 0. */
static inline int64_t wf_clock_deadline(int64_t ns)
{
    int64_t at;
    if (__builtin_add_overflow(wf_clock_monotonic(), ns, &at)) {
        return INT64_MAX;
    }
    return at;
}

#endif
