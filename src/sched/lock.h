/* lock.h - one-byte locks: every object's own (WfObject.x_lock), and WfMutex for structures in C.
 * SPDX-License-Identifier: MIT
 *
 * States of the byte: 0 free, 1 held, 3 held with parked waiters. Waiting parks (sched/park.h), so a waiting thread never
 * delays a world stop. No Python code runs and nothing blocks under an object lock; allocation is allowed (it may
 * collect, which runs no Python code). Two objects are locked in address order.
 *
 * While only one thread has ever been started (rt->x_threaded is 0) an object lock is a plain store: nobody
 * else could hold it, and a thread is started by a thread that holds none. */
#ifndef WF_SCHED_LOCK_H
#define WF_SCHED_LOCK_H

#include "sched/thread.h"

typedef struct WfMutex {
    uint8_t x_byte;
} WfMutex;

void wf_byte_lock_slow(WfThread *t, uint8_t *byte);
void wf_byte_unlock_slow(uint8_t *byte);

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
        wf_byte_unlock_slow(byte);
    }
}

WF_INLINE void wf_mutex_lock(WfThread *t, WfMutex *m) { wf_byte_lock(t, &m->x_byte); }
WF_INLINE void wf_mutex_unlock(WfMutex *m) { wf_byte_unlock(&m->x_byte); }

/* Object locks: wf_lock, wf_unlock in sched/runtime.h. */


#endif
