/* lock.h - one-byte locks: every object's own (WfObject.x_lock), and WfMutex for structures in C.
 * SPDX-License-Identifier: MIT
 *
 * The byte: bit 0 held, bit 1 waiters are parked, bit 2 a waiter is awake: it spins, or has been woken and is on its way (so
 * nobody else need be woken). Waiting parks (sched/park.h), so a waiting thread never delays a world stop. No
 * Python code runs and nothing blocks under an object lock; allocation is allowed (it may collect, which runs no Python
 * code). Two objects are locked in address order.
 *
 * While only one thread has ever been started (rt->x_threaded is 0) an object lock is a plain store: nobody
 * else could hold it, and a thread is started by a thread that holds none. */
#ifndef WF_SCHED_LOCK_H
#define WF_SCHED_LOCK_H

#include "sched/park.h"

/* The order of locks (sched/locks.def): a lock is taken only under locks of a higher rank; 0, what a zeroed lock has, is a
 * leaf. Debug builds check it at each lock, with what the native thread holds. */
typedef enum WfLockRank {
#define LOCK(name, guards) WF_LOCK_##name,
#include "sched/locks.def"
#undef LOCK
} WfLockRank;

typedef struct WfMutex {
    uint8_t x_byte;
    uint8_t rank; /* WfLockRank, above LEAF: waiting for it locks a bucket of the parking lot; immutable */
} WfMutex;

#if WF_DEBUG
void wf_lock_enter(const void *lock, WfLockRank rank); /* before waiting for it */
void wf_lock_leave(const void *lock);
bool wf_lock_held(void); /* by the calling native thread: any but IMPORT, under which Python code runs */
#else
WF_INLINE void wf_lock_enter(const void *lock, WfLockRank rank) { (void)lock, (void)rank; }
WF_INLINE void wf_lock_leave(const void *lock) { (void)lock; }
#endif

void wf_byte_lock_slow(WfThread *t, uint8_t *byte);
/* False: it was not held. */
bool wf_byte_unlock_slow(uint8_t *byte);

/* Waits with a deadline and the flags of wf_park. UNPARKED: the lock is taken; TIMEOUT, INTERRUPTED: it is not. */
WfParkResult wf_byte_lock_until(WfThread *t, uint8_t *byte, int64_t deadline, int flags);
/* Spins for some microseconds, while the world runs and a core may be spare, until the function says false. */
void wf_spin_while(WfThread *t, bool (*waits)(void *arg), void *arg);

WF_INLINE void wf_byte_lock(WfThread *t, uint8_t *byte)
{
    uint8_t expected = 0;
    /* acquire: pairs with the release in wf_byte_unlock */
    if (WF_UNLIKELY(!__atomic_compare_exchange_n(byte, &expected, 1, false, __ATOMIC_ACQUIRE, __ATOMIC_RELAXED))) {
        wf_byte_lock_slow(t, byte);
    }
}
WF_INLINE void wf_byte_unlock(uint8_t *byte)
{
    uint8_t expected = 1;
    /* release: pairs with the acquire in wf_byte_lock */
    if (WF_UNLIKELY(!__atomic_compare_exchange_n(byte, &expected, 0, false, __ATOMIC_RELEASE, __ATOMIC_RELAXED))) {
        (void)wf_byte_unlock_slow(byte);
    }
}

WF_INLINE void wf_mutex_lock(WfThread *t, WfMutex *m)
{
    wf_lock_enter(m, (WfLockRank)m->rank);
    wf_byte_lock(t, &m->x_byte);
}
WF_INLINE void wf_mutex_unlock(WfMutex *m)
{
    wf_lock_leave(m);
    wf_byte_unlock(&m->x_byte);
}

/* For a few instructions of the runtime's own: waits without detaching, so nothing under it may allocate,
 * reach a safepoint or block. All zero is a free leaf. */
typedef struct WfRawLock {
    uint32_t x_word; /* 0 free, 1 held, 2 held and waited for */
    uint32_t rank;   /* WfLockRank; immutable */
} WfRawLock;
void wf_raw_lock_slow(WfRawLock *l);
void wf_raw_unlock_slow(WfRawLock *l);
WF_INLINE bool wf_raw_trylock(WfRawLock *l)
{
    uint32_t expected = 0;
    return __atomic_compare_exchange_n(&l->x_word, &expected, 1, false, __ATOMIC_ACQUIRE, __ATOMIC_RELAXED);
}
WF_INLINE void wf_raw_lock(WfRawLock *l)
{
    wf_lock_enter(l, (WfLockRank)l->rank);
    if (WF_UNLIKELY(!wf_raw_trylock(l))) {
        wf_raw_lock_slow(l);
    }
}
WF_INLINE void wf_raw_unlock(WfRawLock *l)
{
    wf_lock_leave(l);
    /* release: pairs with the acquire in wf_raw_lock */
    if (WF_UNLIKELY(__atomic_exchange_n(&l->x_word, 0, __ATOMIC_RELEASE) == 2)) {
        wf_raw_unlock_slow(l);
    }
}

/* In a forked child, whose only thread holds no lock: the holder may be gone. */
WF_INLINE void wf_raw_lock_after_fork(WfRawLock *l) { l->x_word = 0; }

/* Object locks: wf_lock, wf_unlock in sched/runtime.h. */


#endif
