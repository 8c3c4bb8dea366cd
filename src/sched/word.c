/* word.c - waiting for the locks of word.h.
 * SPDX-License-Identifier: MIT */
#include "sched/word.h"

#include "platform/atomics.h"
#include "platform/clock.h"
#include "sched/park.h"
#include "sched/world.h"

#define PATIENCE 200000000 /* ns: after that, is the holder still there? At exit: it may be a daemon thread stopped for good */

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

typedef struct Search {
    uint64_t ident;
    bool found;
} Search;

static void compare_ident(void *arg, WfThread *u)
{
    Search *s = arg;
    s->found |= u->ident == s->ident;
}

/* In a forked child the holder may be a thread that is not there any more. */
static bool holder_is_gone(WfThread *t, const WfOwnerLock *l)
{
    Search s = {__atomic_load_n(&l->x_owner, __ATOMIC_RELAXED), false};
    if (s.ident == 0) {
        return false;
    }
    wf_world_each_thread(t->rt, compare_ident, &s);
    return !s.found && __atomic_load_n(&l->x_owner, __ATOMIC_RELAXED) == s.ident;
}

WfAcquired wf_owner_lock_slow(WfThread *t, WfOwnerLock *l)
{
    bool ending = __atomic_load_n(&t->rt->x_finalizing, __ATOMIC_ACQUIRE) != 0;
    WfAcquired r;
    for (;;) {
        r = wf_word_acquire(t, &l->x_word, wf_clock_deadline(PATIENCE));
        if (r != WF_ACQUIRE_TIMED_OUT || ending) {
            break;
        }
        if (holder_is_gone(t, l)) {
            r = WF_ACQUIRED;
            l->depth = 0;
            break;
        }
    }
    if (r == WF_ACQUIRED) {
        __atomic_store_n(&l->x_owner, t->ident, __ATOMIC_RELAXED);
    }
    return r;
}
