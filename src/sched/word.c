/* word.c - waiting for the locks of word.h.
 * SPDX-License-Identifier: MIT */
#include "sched/word.h"

#include "platform/atomics.h"
#include "platform/clock.h"
#include "sched/park.h"

#define WAIT_AT_EXIT 200000000 /* ns: the holder may be a daemon thread that was stopped for good */

static bool is_contended(void *arg)
{
    return __atomic_load_n((uint32_t *)arg, __ATOMIC_RELAXED) == 2;
}

WfAcquired wf_word_acquire(WfThread *t, uint32_t *word, int64_t deadline)
{
    for (int i = 0; i < 60; i++) {
        if (__atomic_load_n(word, __ATOMIC_RELAXED) == 0 && wf_word_try(word)) {
            return WF_ACQUIRED;
        }
        wf_cpu_relax();
    }
    for (;;) {
        uint32_t old = __atomic_load_n(word, __ATOMIC_RELAXED);
        if (old == 0) {
            uint32_t free = 0;
            /* it may have had waiters: 2, so that its release wakes the next; acquire as in wf_word_try */
            if (__atomic_compare_exchange_n(word, &free, 2u, false, __ATOMIC_ACQUIRE, __ATOMIC_RELAXED)) {
                return WF_ACQUIRED;
            }
            continue;
        }
        if (old == 1 && !__atomic_compare_exchange_n(word, &old, 2u, false, __ATOMIC_RELAXED, __ATOMIC_RELAXED)) {
            continue;
        }
        WfParkResult r = wf_park(t, word, is_contended, word, deadline, WF_PARK_INTERRUPTIBLE);
        if (r == WF_PARK_TIMEOUT) {
            return WF_ACQUIRE_TIMED_OUT;
        }
        if (r == WF_PARK_INTERRUPTED && wf_handle_breaker(t) != WF_OK) {
            return WF_ACQUIRE_RAISED;
        }
    }
}

bool wf_word_release(uint32_t *word)
{
    /* release: pairs with the acquires above */
    uint32_t old = __atomic_exchange_n(word, 0u, __ATOMIC_RELEASE);
    if (old == 2) {
        (void)wf_unpark_one(word, NULL, NULL);
    }
    return old != 0;
}

WfAcquired wf_owner_lock_slow(WfThread *t, WfOwnerLock *l)
{
    bool ending = __atomic_load_n(&t->rt->x_finalizing, __ATOMIC_ACQUIRE) != 0;
    WfAcquired r = wf_word_acquire(t, &l->x_word, ending ? wf_clock_monotonic() + WAIT_AT_EXIT : WF_PARK_FOREVER);
    if (r == WF_ACQUIRED) {
        __atomic_store_n(&l->x_owner, t->ident, __ATOMIC_RELAXED);
    }
    return r;
}
