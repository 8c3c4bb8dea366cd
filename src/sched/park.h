/* park.h - the one way to wait: a parking lot keyed by address.
 * SPDX-License-Identifier: MIT
 *
 * A thread parks on an address: it detaches from the interpreter (drops the GIL, allows a world stop), sleeps until another
 * thread unparks that address or the deadline passes, and attaches again. Threads queue in a hash table
 * of buckets, each with its own lock (rank PARK_BUCKET); a thread sleeps on the futex word in its WfThread.
 *
 *   wf_park(t, key, validate, arg, deadline, flags): under the bucket's lock calls validate(arg); false: returns at
 *   once WF_PARK_INVALID. The unparker changes the state first and then unparks: no wake-up is lost.
 *
 * Signals: in the main thread a parked wait is woken by a signal and returns WF_PARK_INTERRUPTED when
 * flags has WF_PARK_INTERRUPTIBLE; the caller runs wf_handle_breaker and either raises or parks again. */
#ifndef WF_SCHED_PARK_H
#define WF_SCHED_PARK_H

#include "platform/clock.h"
#include "sched/thread.h"

typedef enum WfParkResult {
    WF_PARK_UNPARKED,
    WF_PARK_TIMEOUT,
    WF_PARK_INVALID,
    WF_PARK_INTERRUPTED
} WfParkResult;

enum { WF_PARK_INTERRUPTIBLE = 1 };
#define WF_PARK_FOREVER INT64_MAX /* deadlines are CLOCK_MONOTONIC nanoseconds */

/* The deadline in that many nanoseconds. */
WF_INLINE int64_t wf_park_deadline(int64_t ns)
{
    int64_t at;
    return __builtin_add_overflow(wf_clock_monotonic(), ns, &at) ? WF_PARK_FOREVER : at;
}

WfParkResult wf_park(WfThread *t, const void *key, bool (*validate)(void *arg), void *arg, int64_t deadline, int flags);
/* Wakes one or all threads parked on key. With `on_one`, called under the bucket's lock before the thread wakes:
 * on_one(arg, unparked thread or NULL, whether more are queued) may update the key's state; its result is the token. */
bool wf_unpark_one(const void *key, uintptr_t (*on_one)(void *arg, WfThread *woken, bool more), void *arg);
size_t wf_unpark_all(const void *key);
/* Wakes this thread with WF_PARK_INTERRUPTED if it is parked interruptibly (async-signal-safe). */
void wf_park_interrupt(WfThread *t);
/* In a forked child: nobody is parked any more. */
void wf_park_after_fork(void);

#endif
