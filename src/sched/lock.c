/* lock.c - the slow halves of one-byte locks and of the runtime's raw locks.
 * SPDX-License-Identifier: MIT
 * Design:     a byte lock spins a moment, then sets the "waiters" bit and parks. Unlocking wakes the first waiter and leaves
 *             the lock free (barging: a handover would make every contended lock cost two switches).
 * Threads:    all of it; the byte and the word are the state, waiters queue in the parking lot or the kernel. */
#include "sched/lock.h"

#include "platform/atomics.h"
#include "platform/futex.h"
#include "sched/park.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { HELD = 1, WAITERS = 2, SPINS = 40 };

#if WF_DEBUG
/* What the native thread holds, outermost first. Thread-local, and no part of WfThread, because raw locks are taken by
 * threads that have none (markers). Nothing switches fibers under a lock. */
#define MAX_HELD 16
static _Thread_local struct {
    const void *lock;
    WfLockRank rank;
} held[MAX_HELD];
static _Thread_local int n_held;

static const char *const rank_names[] = {
#define LOCK(name, guards) #name,
#include "sched/locks.def"
#undef LOCK
};

void wf_lock_enter(const void *lock, WfLockRank rank)
{
    for (int i = 0; i < n_held; i++) {
        bool in_order = rank < held[i].rank || (rank == WF_LOCK_OBJECT && held[i].rank == rank && lock > held[i].lock);
        if (!in_order) {
            fprintf(stderr, "weft: lock %s (%p) taken under %s (%p)\n", rank_names[rank], lock, rank_names[held[i].rank], held[i].lock);
            abort();
        }
    }
    wf_assert(n_held < MAX_HELD);
    held[n_held].lock = lock;
    held[n_held].rank = rank;
    n_held++;
}

void wf_lock_leave(const void *lock)
{
    int i = n_held - 1;
    while (i >= 0 && held[i].lock != lock) {
        i--;
    }
    wf_assert(i >= 0); /* it was taken by this thread */
    n_held--;
    memmove(&held[i], &held[i + 1], (size_t)(n_held - i) * sizeof held[0]);
}

bool wf_lock_held(void)
{
    return n_held > 0 && held[n_held - 1].rank != WF_LOCK_IMPORT;
}
#endif

static bool still_contended(void *arg)
{
    return wf_atomic_load_relaxed_u8(arg) == (HELD | WAITERS);
}

void wf_byte_lock_slow(WfThread *t, uint8_t *byte)
{
    int spins = 0;
    for (;;) {
        uint8_t v = wf_atomic_load_relaxed_u8(byte);
        if ((v & HELD) == 0) {
            if (wf_atomic_cas_acquire_u8(byte, &v, v | HELD)) { /* pairs with wf_byte_unlock, free_byte */
                return;
            }
            continue;
        }
        if (v == HELD) {
            if (spins < SPINS) {
                spins++;
                wf_cpu_relax();
                continue;
            }
            if (!wf_atomic_cas_relaxed_u8(byte, &v, HELD | WAITERS)) {
                continue;
            }
        }
        (void)wf_park(t, byte, still_contended, byte, WF_PARK_FOREVER, 0);
    }
}

static uintptr_t free_byte(void *arg, WfThread *woken, bool more)
{
    (void)woken;
    wf_atomic_store_release_u8(arg, more ? WAITERS : 0); /* pairs with the acquire of who locks next */
    return 0;
}

void wf_byte_unlock_slow(uint8_t *byte)
{
    (void)wf_unpark_one(byte, free_byte, byte);
}

void wf_raw_lock_slow(WfRawLock *l)
{
    for (int i = 0; i < 2 * SPINS; i++) {
        if (wf_atomic_load_relaxed_u32(&l->x_word) == 0 && wf_raw_trylock(l)) {
            return;
        }
        wf_cpu_relax();
    }
    while (wf_atomic_exchange_acq_rel_u32(&l->x_word, 2) != 0) {
        (void)wf_futex_wait(&l->x_word, 2, INT64_MAX);
    }
}

void wf_raw_unlock_slow(WfRawLock *l)
{
    (void)wf_futex_wake(&l->x_word, 1);
}
