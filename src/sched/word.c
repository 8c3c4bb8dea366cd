/* word.c - waiting for the locks of word.h.
 * SPDX-License-Identifier: MIT */
#include "sched/word.h"

#include "platform/clock.h"
#include "sched/world.h"

#define PATIENCE 200000000 /* ns: after that, is the holder still there? At exit: it may be a daemon thread stopped for good */

WfAcquired wf_word_acquire(WfThread *t, uint8_t *word, int64_t deadline)
{
    for (;;) {
        WfParkResult r = wf_byte_lock_until(t, word, deadline, WF_PARK_INTERRUPTIBLE);
        if (r == WF_PARK_UNPARKED) {
            return WF_ACQUIRED;
        }
        if (r == WF_PARK_TIMEOUT) {
            return WF_ACQUIRE_TIMED_OUT;
        }
        if (wf_handle_breaker(t) != WF_OK) {
            return WF_ACQUIRE_RAISED;
        }
    }
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
