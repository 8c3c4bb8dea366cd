/* park.c - the parking lot: queues of waiting threads, found by the address they wait on.
 * SPDX-License-Identifier: MIT
 * Design:     a fixed table of buckets, each a lock and a list in order of arrival. A thread sleeps on a word of its own, so
 *             waking is aimed. The table is the one mutable global of this layer: an address is unique in the process, and
 *             unlocking has no context to look it up in.
 * Invariants: P1 a thread is in a bucket's list exactly while its park_key is not NULL, both under the bucket's lock.
 *             P2 x_park is 0 once it has been taken off by an unparker.
 * Threads:    bucket locks are raw: nothing under them blocks, allocates or detaches. */
#include "sched/park.h"

#include "platform/atomics.h"
#include "platform/futex.h"
#include "sched/runtime.h"

enum { AWAKE = 0, PARKED = 1, PARKED_INTERRUPTIBLE = 2, INTERRUPTED = 3 };

#define N_BUCKETS 512

typedef struct Bucket {
    WfRawLock lock;
    WfThread *head, *tail;
} __attribute__((aligned(64))) Bucket;

static Bucket lot[N_BUCKETS];

static Bucket *bucket_of(const void *key)
{
    uint64_t h = (uint64_t)(uintptr_t)key * 0x9e3779b97f4a7c15u;
    return &lot[h >> 55];
}

/* Takes t, which follows prev (NULL: is first), off the list. */
static void take_off(Bucket *b, WfThread *prev, WfThread *t)
{
    if (prev == NULL) {
        b->head = t->park_next;
    } else {
        prev->park_next = t->park_next;
    }
    if (b->tail == t) {
        b->tail = prev;
    }
    t->park_next = NULL;
    t->park_key = NULL;
}

static bool give_up(Bucket *b, WfThread *t)
{
    bool queued = false;
    wf_raw_lock(&b->lock);
    if (t->park_key != NULL) {
        WfThread *prev = NULL;
        WfThread *at = b->head;
        while (at != t) {
            prev = at;
            at = at->park_next;
        }
        take_off(b, prev, t);
        queued = true;
    }
    wf_atomic_store_relaxed_u32(&t->x_park, AWAKE);
    wf_raw_unlock(&b->lock);
    return queued;
}

WfParkResult wf_park(WfThread *t, const void *key, bool (*validate)(void *arg), void *arg, int64_t deadline, int flags)
{
    Bucket *b = bucket_of(key);
    bool interruptible = (flags & WF_PARK_INTERRUPTIBLE) != 0;
    wf_raw_lock(&b->lock);
    if (validate != NULL && !validate(arg)) {
        wf_raw_unlock(&b->lock);
        return WF_PARK_INVALID;
    }
    wf_atomic_store_seq_u32(&t->x_park, interruptible ? PARKED_INTERRUPTIBLE : PARKED);
    t->park_key = (void *)(uintptr_t)key;
    t->park_next = NULL;
    t->park_token = 0;
    if (b->tail == NULL) {
        b->head = t;
    } else {
        b->tail->park_next = t;
    }
    b->tail = t;
    wf_raw_unlock(&b->lock);

    bool attached = wf_thread_attached(t);
    if (attached) {
        wf_thread_detach(t);
    }
    WfParkResult result = WF_PARK_UNPARKED;
    for (;;) {
        uint32_t v = wf_atomic_load_seq_u32(&t->x_park); /* pairs with the store in wake */
        if (v == AWAKE) {
            break;
        }
        /* the handler sets the breaker before it calls wf_park_interrupt: one of the two is seen */
        if (v == INTERRUPTED || (interruptible && (wf_atomic_load_seq_u32(&t->x_breaker) & WF_BREAK_SIGNAL) != 0)) {
            if (give_up(b, t)) {
                result = WF_PARK_INTERRUPTED;
            }
            break;
        }
        if (wf_futex_wait(&t->x_park, v, deadline) == WF_FUTEX_TIMEOUT) {
            if (give_up(b, t)) {
                result = WF_PARK_TIMEOUT;
            }
            break;
        }
    }
    if (attached) {
        wf_thread_attach(t);
    }
    return result;
}

/* The thread may end as soon as the word is 0: its memory is not touched afterwards, a wake-up on freed memory is none. */
static void wake(uint32_t *word)
{
    (void)wf_futex_wake(word, 1);
}

bool wf_unpark_one(const void *key, uintptr_t (*on_one)(void *arg, WfThread *woken, bool more), void *arg)
{
    Bucket *b = bucket_of(key);
    wf_raw_lock(&b->lock);
    WfThread *prev = NULL;
    WfThread *t = b->head;
    while (t != NULL && t->park_key != key) {
        prev = t;
        t = t->park_next;
    }
    bool more = false;
    if (t != NULL) {
        for (WfThread *u = t->park_next; u != NULL && !more; u = u->park_next) {
            more = u->park_key == key;
        }
        take_off(b, prev, t);
    }
    uintptr_t token = on_one != NULL ? on_one(arg, t, more) : 0;
    if (t == NULL) {
        wf_raw_unlock(&b->lock);
        return false;
    }
    t->park_token = token;
    uint32_t *word = &t->x_park;
    wf_atomic_store_seq_u32(word, AWAKE);
    wf_raw_unlock(&b->lock);
    wake(word);
    return true;
}

size_t wf_unpark_all(const void *key)
{
    Bucket *b = bucket_of(key);
    size_t n = 0;
    for (;;) {
        uint32_t *words[64];
        size_t batch = 0;
        wf_raw_lock(&b->lock);
        WfThread *prev = NULL;
        WfThread *t = b->head;
        while (t != NULL && batch < WF_ARRAY_LEN(words)) {
            WfThread *next = t->park_next;
            if (t->park_key == key) {
                take_off(b, prev, t);
                t->park_token = 0;
                words[batch++] = &t->x_park;
                wf_atomic_store_seq_u32(&t->x_park, AWAKE);
            } else {
                prev = t;
            }
            t = next;
        }
        wf_raw_unlock(&b->lock);
        for (size_t i = 0; i < batch; i++) {
            wake(words[i]);
        }
        n += batch;
        if (batch < WF_ARRAY_LEN(words)) {
            return n;
        }
    }
}

void wf_park_interrupt(WfThread *t)
{
    uint32_t expected = PARKED_INTERRUPTIBLE;
    if (wf_atomic_cas_seq_u32(&t->x_park, &expected, INTERRUPTED)) {
        wake(&t->x_park);
    }
}

void wf_park_after_fork(void)
{
    memset(lot, 0, sizeof lot);
}
