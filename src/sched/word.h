/* word.h - a lock in one 32-bit word that may be held while Python code runs and while its holder blocks.
 * SPDX-License-Identifier: MIT
 *
 * 0 free, 1 held, 2 held with threads parked on it. Taking and giving back a lock nobody waits for is one atomic
 * operation; waiting parks, after a short spin. A woken thread competes again, so that a busy thread is not
 * stopped for every hand-over. WfOwnerLock knows its holder, so that a second call from the same thread is noticed. */
#ifndef WF_SCHED_WORD_H
#define WF_SCHED_WORD_H

#include "sched/runtime.h"

typedef enum WfAcquired { WF_ACQUIRED, WF_ACQUIRE_TIMED_OUT, WF_ACQUIRE_RAISED } WfAcquired;

WF_INLINE bool wf_word_try(uint32_t *word)
{
    uint32_t free = 0;
    /* acquire: pairs with the release of wf_word_release */
    return __atomic_compare_exchange_n(word, &free, 1u, false, __ATOMIC_ACQUIRE, __ATOMIC_RELAXED);
}
/* Waits; deadline in monotonic ns. Signal handlers run in between; WF_ACQUIRE_RAISED: one raised. */
WfAcquired wf_word_acquire(WfThread *t, uint32_t *word, int64_t deadline) WF_MUST_CHECK;
/* False: it was not held. */
bool wf_word_release(uint32_t *word);

typedef struct WfOwnerLock {
    uint32_t x_word;
    uint32_t depth;   /* holder only: how often it was taken again */
    uint64_t x_owner; /* ident of the holder, 0: none. Relaxed: a thread finds its own ident only if it stored it itself */
} WfOwnerLock;

WF_INLINE bool wf_owner_lock_mine(const WfOwnerLock *l, const WfThread *t)
{
    return __atomic_load_n(&l->x_owner, __ATOMIC_RELAXED) == t->ident;
}
/* The lock must not be the thread's own. While the process ends, waits for a short time only. */
WfAcquired wf_owner_lock_slow(WfThread *t, WfOwnerLock *l) WF_MUST_CHECK;
WF_INLINE WF_MUST_CHECK WfAcquired wf_owner_lock(WfThread *t, WfOwnerLock *l)
{
    if (WF_UNLIKELY(!wf_word_try(&l->x_word))) {
        return wf_owner_lock_slow(t, l);
    }
    __atomic_store_n(&l->x_owner, t->ident, __ATOMIC_RELAXED);
    return WF_ACQUIRED;
}
WF_INLINE void wf_owner_unlock(WfOwnerLock *l)
{
    __atomic_store_n(&l->x_owner, (uint64_t)0, __ATOMIC_RELAXED);
    (void)wf_word_release(&l->x_word);
}

#endif
