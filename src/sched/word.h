/* word.h - a lock that may be held while Python code runs and while its holder blocks.
 * SPDX-License-Identifier: MIT
 *
 * It is the byte of sched/lock.h, but who waits for it may give up: at a deadline, or because a signal handler raises.
 * Bit 0 says whether it is held. WfOwnerLock knows its holder, so that a second call from the same thread is noticed. */
#ifndef WF_SCHED_WORD_H
#define WF_SCHED_WORD_H

#include "sched/runtime.h"

typedef enum WfAcquired { WF_ACQUIRED, WF_ACQUIRE_TIMED_OUT, WF_ACQUIRE_RAISED } WfAcquired;

WF_INLINE bool wf_word_try(uint8_t *word)
{
    uint8_t v = __atomic_load_n(word, __ATOMIC_RELAXED);
    /* acquire: pairs with the release of wf_word_release */
    return (v & 1) == 0 && __atomic_compare_exchange_n(word, &v, (uint8_t)(v | 1), false, __ATOMIC_ACQUIRE, __ATOMIC_RELAXED);
}
WF_INLINE bool wf_word_held(const uint8_t *word) { return (__atomic_load_n(word, __ATOMIC_RELAXED) & 1) != 0; }
/* Waits; deadline in monotonic ns. Signal handlers run in between; WF_ACQUIRE_RAISED: one raised. */
WfAcquired wf_word_acquire(WfThread *t, uint8_t *word, int64_t deadline) WF_MUST_CHECK;
/* False: it was not held. */
WF_INLINE bool wf_word_release(uint8_t *word)
{
    uint8_t held = 1;
    /* release: pairs with the acquires above */
    return WF_LIKELY(__atomic_compare_exchange_n(word, &held, 0, false, __ATOMIC_RELEASE, __ATOMIC_RELAXED))
           || wf_byte_unlock_slow(word);
}

typedef struct WfOwnerLock {
    uint8_t x_word;
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
