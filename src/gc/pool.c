/* pool.c - helper threads that mark.
 * SPDX-License-Identifier: MIT
 * Design:     one helper for each further core, started by the first large full collection, asleep between collections.
 *             Each marker works on its own stack; one that has run out takes a part that another has given away. Markers give
 *             only while somebody is waiting. Marking has ended when all are waiting.
 * Invariants: O1 `waiting` counts markers without work; the last one to come finds parts empty and ends the round.
 * Threads:    `mutex` guards everything here but x_waiting, which markers also read without it, as a hint.
 * Tests:      tests/unit/test_gc_mark.c */
#include "gc/heap.h"

#include <pthread.h>
#include <sched.h>
#include <signal.h>

#define HELPERS_MAX 15
#define PART 512 /* entries given away at a time, at most */

typedef struct Part {
    struct Part *next;
    size_t n;
    uint64_t entries[PART];
} Part;

typedef struct WfMarkPool {
    pthread_mutex_t mutex;
    pthread_cond_t start, work, end;
    uint64_t round;   /* counts parallel markings */
    int n_helpers;
    int running;      /* helpers that have not finished the round */
    uint32_t x_waiting;
    bool done;
    Part *parts, *unused;
    WfMarker markers[HELPERS_MAX];
    WfGc *gc;
} WfMarkPool;

typedef struct HelperStart {
    WfMarkPool *pool;
    int number;
} HelperStart;

void wf_mark_share(WfMarker *m)
{
    WfMarkPool *pool = m->gc->pool;
    if (wf_atomic_load_relaxed_u32(&pool->x_waiting) == 0 || m->top < 32) {
        return;
    }
    pthread_mutex_lock(&pool->mutex);
    Part *p = pool->unused;
    if (p != NULL) {
        pool->unused = p->next;
    } else {
        p = malloc(sizeof *p);
    }
    if (p != NULL) {
        /* the oldest entries: they tend to lead to the most */
        size_t n = m->top / 2 < PART - 1 ? m->top / 2 : PART - 1;
        if ((m->stack[n] & 1) != 0) {
            n++; /* a piece of a buffer is two entries, the index first */
        }
        memcpy(p->entries, m->stack, n * sizeof p->entries[0]);
        size_t rest = m->top - n;
        if (rest >= 2 * n && (m->stack[rest] & 1) == 0) {
            memcpy(m->stack, m->stack + rest, n * sizeof p->entries[0]); /* the stack may be very deep: fill the hole only */
        } else {
            memmove(m->stack, m->stack + n, rest * sizeof p->entries[0]);
        }
        m->top = rest;
        p->n = n;
        p->next = pool->parts;
        pool->parts = p;
        pthread_cond_signal(&pool->work);
    }
    pthread_mutex_unlock(&pool->mutex);
}

/* Works until all markers have run out. */
static void mark_all(WfMarkPool *pool, WfMarker *m)
{
    for (;;) {
        wf_mark_drain(m);
        pthread_mutex_lock(&pool->mutex);
        uint32_t waiting = pool->x_waiting + 1;
        wf_atomic_store_relaxed_u32(&pool->x_waiting, waiting);
        while (pool->parts == NULL && !pool->done) {
            if (pool->x_waiting == (uint32_t)pool->n_helpers + 1) { /* O1 */
                pool->done = true;
                pthread_cond_broadcast(&pool->work);
                break;
            }
            pthread_cond_wait(&pool->work, &pool->mutex);
        }
        Part *p = pool->parts;
        if (p == NULL) {
            pthread_mutex_unlock(&pool->mutex);
            return;
        }
        pool->parts = p->next;
        wf_atomic_store_relaxed_u32(&pool->x_waiting, pool->x_waiting - 1);
        while (m->cap < p->n) {
            wf_mark_grow(m);
        }
        memcpy(m->stack, p->entries, p->n * sizeof p->entries[0]);
        m->top = p->n;
        p->next = pool->unused;
        pool->unused = p;
        pthread_mutex_unlock(&pool->mutex);
    }
}

static void *help(void *arg)
{
    HelperStart start = *(HelperStart *)arg;
    WfMarkPool *pool = start.pool;
    WfMarker *m = &pool->markers[start.number];
    free(arg);
    uint64_t seen = 0;
    for (;;) {
        pthread_mutex_lock(&pool->mutex);
        while (pool->round == seen) {
            pthread_cond_wait(&pool->start, &pool->mutex);
        }
        seen = pool->round;
        pthread_mutex_unlock(&pool->mutex);
        mark_all(pool, m);
        pthread_mutex_lock(&pool->mutex);
        if (--pool->running == 0) {
            pthread_cond_signal(&pool->end);
        }
        pthread_mutex_unlock(&pool->mutex);
    }
    return NULL;
}

static void start_helpers(WfMarkPool *pool)
{
    cpu_set_t cpus;
    int n = sched_getaffinity(0, sizeof cpus, &cpus) == 0 ? CPU_COUNT(&cpus) - 1 : 0;
    n = n > HELPERS_MAX ? HELPERS_MAX : n;
    sigset_t all;
    sigset_t old;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &old); /* signals are for Python's threads */
    pthread_attr_t attr;
    pthread_attr_init(&attr);
    pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
    pthread_attr_setstacksize(&attr, (size_t)256 << 10);
    while (pool->n_helpers < n) {
        HelperStart *start = malloc(sizeof *start);
        pthread_t handle;
        if (start == NULL) {
            break;
        }
        *start = (HelperStart){pool, pool->n_helpers};
        if (pthread_create(&handle, &attr, help, start) != 0) {
            free(start);
            break;
        }
        pool->n_helpers++;
    }
    pthread_attr_destroy(&attr);
    pthread_sigmask(SIG_SETMASK, &old, NULL);
}

static void init_sync(WfMarkPool *pool)
{
    pthread_mutex_init(&pool->mutex, NULL);
    pthread_cond_init(&pool->start, NULL);
    pthread_cond_init(&pool->work, NULL);
    pthread_cond_init(&pool->end, NULL);
}

void wf_mark_parallel(WfGc *gc, WfMarker *m)
{
    if (gc->pool == NULL) {
        gc->pool = calloc(1, sizeof *gc->pool);
        if (gc->pool != NULL) {
            init_sync(gc->pool);
            start_helpers(gc->pool);
        }
    }
    WfMarkPool *pool = gc->pool;
    if (pool == NULL || pool->n_helpers == 0) {
        wf_mark_drain(m);
        return;
    }
    pthread_mutex_lock(&pool->mutex);
    for (int i = 0; i < pool->n_helpers; i++) {
        wf_marker_init(gc, &pool->markers[i]);
        pool->markers[i].parallel = true;
    }
    m->parallel = true;
    pool->done = false;
    pool->x_waiting = 0;
    pool->running = pool->n_helpers;
    pool->round++;
    pthread_cond_broadcast(&pool->start);
    pthread_mutex_unlock(&pool->mutex);
    mark_all(pool, m);
    pthread_mutex_lock(&pool->mutex);
    while (pool->running > 0) {
        pthread_cond_wait(&pool->end, &pool->mutex);
    }
    pthread_mutex_unlock(&pool->mutex);
    m->parallel = false;
    for (int i = 0; i < pool->n_helpers; i++) {
        WfMarker *h = &pool->markers[i];
        m->cells += h->cells;
        m->bytes += h->bytes;
        if (!wf_vec_append(&m->redirty, h->redirty.data, h->redirty.len)) {
            WF_FATAL("no memory for the collector");
        }
    }
}

void wf_mark_pool_after_fork(WfGc *gc)
{
    WfMarkPool *pool = gc->pool;
    if (pool != NULL) { /* the helpers stayed behind: the next large collection starts new ones */
        gc->pool = NULL;
        free(pool);
    }
}
