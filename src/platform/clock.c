/* clock.c - time in nanoseconds, from the system's clocks.
 * SPDX-License-Identifier: MIT
 *
 * Threads: no state. Safe in signal handlers. */
#include "platform/clock.h"

#include <time.h>

static clockid_t id_of(WfClockKind kind)
{
    switch (kind) {
    case WF_CLOCK_REALTIME:
        return CLOCK_REALTIME;
    case WF_CLOCK_PROCESS_CPU:
        return CLOCK_PROCESS_CPUTIME_ID;
    case WF_CLOCK_THREAD_CPU:
        return CLOCK_THREAD_CPUTIME_ID;
    case WF_CLOCK_MONOTONIC:
        break;
    }
    return CLOCK_MONOTONIC;
}

int64_t wf_clock_now(WfClockKind kind)
{
    struct timespec ts = {0};
    clock_gettime(id_of(kind), &ts);
    return (int64_t)ts.tv_sec * 1000000000 + ts.tv_nsec;
}

int64_t wf_clock_resolution(WfClockKind kind)
{
    struct timespec ts = {0};
    clock_getres(id_of(kind), &ts);
    return (int64_t)ts.tv_sec * 1000000000 + ts.tv_nsec;
}
