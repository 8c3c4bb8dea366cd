/* lock.c - the slow halves of one-byte locks and of the runtime's raw locks.
 * SPDX-License-Identifier: MIT
 * Design:     unlocking leaves the lock free and wakes the first waiter only if none is awake (barging: a handover would make
 *             every contended lock cost two switches). One waiter of a lock may be awake. It looks at the byte at growing
 *             intervals, so that a busy holder has the cache line to itself in between and takes the lock many times before it
 *             changes hands; after some microseconds it parks like the others. Who finds a waiter awake parks at once.
 * Invariants: L1 AWAKE is set by the waiter itself or, in its name, by the unlocker that wakes it; that waiter clears it, when
 *             it takes the lock or, under the bucket's lock, when it parks.
 *             L2 while PARKED is clear nobody is queued; it is set and cleared under the bucket's lock.
 * Threads:    all of it; the byte and the word are the state, waiters queue in the parking lot or the kernel. */
#include "sched/lock.h"

#include "platform/atomics.h"
#include "platform/futex.h"
#include "sched/runtime.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { HELD = 1, PARKED = 2, AWAKE = 4 };

enum { RAW_SPINS = 80 };

/* In pauses, of 10 to 50 ns each: the first and the longest interval, and all together. */
typedef struct Patience {
    int first, longest, total;
} Patience;

/* A lock that is held is often one that another thread takes again and again: who looks soon takes it, and with it what it
 * guards, off that core for a few operations. */
static const Patience for_a_lock = {32, 64, 128};
static const Patience for_an_event = {2, 16, 64};

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

/* One interval of a spin; false: it has been long enough. */
static bool pause_a_little(const WfThread *t, const Patience *p, int *interval, int *total)
{
    if (*total >= p->total || (wf_breaker((WfThread *)(uintptr_t)t) & (WF_BREAK_STOP | WF_BREAK_SIGNAL)) != 0) {
        return false;
    }
    for (int i = 0; i < *interval; i++) {
        wf_cpu_relax();
    }
    *total += *interval;
    *interval = *interval < p->longest ? *interval * 2 : p->longest;
    return true;
}

/* More than one thread fewer than cores that spin keep those from running that have work. */
static bool may_spin(const WfThread *t)
{
    WfRuntime *rt = t->rt;
    if (wf_atomic_fetch_add_relaxed_u32(&rt->x_spinners, 1) < rt->spinners_max) {
        return true;
    }
    wf_atomic_fetch_sub_relaxed_u32(&rt->x_spinners, 1);
    return false;
}

void wf_spin_while(WfThread *t, bool (*waits)(void *arg), void *arg)
{
    if (may_spin(t)) {
        int interval = for_an_event.first, total = 0;
        while (waits(arg) && pause_a_little(t, &for_an_event, &interval, &total)) {
        }
        wf_atomic_fetch_sub_relaxed_u32(&t->rt->x_spinners, 1);
    }
}

typedef struct Wait {
    uint8_t *byte;
    bool awake; /* AWAKE is this thread's */
} Wait;

/* Takes the lock if it becomes free while it may be spun for. */
static bool spin(WfThread *t, Wait *w)
{
    int interval = for_a_lock.first, total = 0;
    bool counted = false, taken = false;
    for (;;) {
        uint8_t v = wf_atomic_load_relaxed_u8(w->byte);
        if ((v & HELD) == 0) {
            if (wf_atomic_cas_acquire_u8(w->byte, &v, (uint8_t)((v | HELD) & (w->awake ? ~AWAKE : ~0)))) { /* pairs with unlocking */
                taken = true;
                break;
            }
            continue;
        }
        if (!w->awake) {
            if ((v & AWAKE) != 0) {
                break;
            }
            w->awake = wf_atomic_cas_relaxed_u8(w->byte, &v, v | AWAKE);
            continue;
        }
        counted = counted || may_spin(t);
        if (!counted || !pause_a_little(t, &for_a_lock, &interval, &total)) {
            break;
        }
    }
    if (counted) {
        wf_atomic_fetch_sub_relaxed_u32(&t->rt->x_spinners, 1);
    }
    return taken;
}

/* Under the bucket's lock: L1, L2. */
static bool begin_parking(void *arg)
{
    Wait *w = arg;
    uint8_t v = wf_atomic_load_relaxed_u8(w->byte);
    do {
        if ((v & HELD) == 0) {
            return false;
        }
    } while (!wf_atomic_cas_relaxed_u8(w->byte, &v, (uint8_t)((v | PARKED) & (w->awake ? ~AWAKE : ~0))));
    w->awake = false;
    return true;
}

WfParkResult wf_byte_lock_until(WfThread *t, uint8_t *byte, int64_t deadline, int flags)
{
    Wait w = {byte, false};
    for (;;) {
        if (spin(t, &w)) {
            return WF_PARK_UNPARKED;
        }
        WfParkResult r = wf_park(t, byte, begin_parking, &w, deadline, flags);
        if (r == WF_PARK_TIMEOUT || r == WF_PARK_INTERRUPTED) {
            return r;
        }
        w.awake = w.awake || r == WF_PARK_UNPARKED;
    }
}

void wf_byte_lock_slow(WfThread *t, uint8_t *byte)
{
    (void)wf_byte_lock_until(t, byte, WF_PARK_FOREVER, 0);
}

static uintptr_t after_wake(void *arg, WfThread *woken, bool more)
{
    if (!more) {
        wf_atomic_fetch_and_relaxed_u8(arg, (uint8_t)(woken != NULL ? ~PARKED : ~(PARKED | AWAKE)));
    }
    return 0;
}

bool wf_byte_unlock_slow(uint8_t *byte)
{
    uint8_t v = wf_atomic_load_relaxed_u8(byte);
    bool wakes;
    uint8_t to;
    do {
        if ((v & HELD) == 0) {
            return false;
        }
        wakes = (v & (PARKED | AWAKE)) == PARKED;
        to = (uint8_t)((v & ~HELD) | (wakes ? AWAKE : 0));
        /* release: pairs with the acquire of who locks next */
    } while (!__atomic_compare_exchange_n(byte, &v, to, true, __ATOMIC_RELEASE, __ATOMIC_RELAXED));
    if (wakes) {
        (void)wf_unpark_one(byte, after_wake, byte);
    }
    return true;
}

void wf_raw_lock_slow(WfRawLock *l)
{
    for (int i = 0; i < RAW_SPINS; i++) {
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
