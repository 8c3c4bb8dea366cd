/* gil.c - the global interpreter lock, for -X gil=1.
 * SPDX-License-Identifier: MIT
 * Design:     a mutex and a condition. A waiter sleeps for the switch interval; if the lock was not handed on
 *             meanwhile it asks the holder through the breaker. Who drops on request waits until another thread has taken
 *             it, or a busy thread would take it back before the waiter is awake.
 * Threads:    everything is under `mutex`; x_drop is asked through the holder's breaker. */
#include "platform/clock.h"
#include "sched/runtime.h"

#include <errno.h>
#include <stdlib.h>
#include <time.h>

typedef struct Gil {
    pthread_mutex_t mutex;
    pthread_cond_t freed;
    pthread_cond_t taken;
    WfThread *holder;
    WfThread *last; /* compared only */
    uint64_t switches;
    int waiters;
} Gil;

static void init_sync(Gil *g)
{
    pthread_condattr_t attr;
    pthread_condattr_init(&attr);
    pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    pthread_mutex_init(&g->mutex, NULL);
    pthread_cond_init(&g->freed, &attr);
    pthread_cond_init(&g->taken, &attr);
    pthread_condattr_destroy(&attr);
}

bool wf_gil_init(WfRuntime *rt)
{
    Gil *g = calloc(1, sizeof *g);
    if (g == NULL) {
        return false;
    }
    init_sync(g);
    rt->gil = g;
    return true;
}

void wf_gil_take(WfThread *t)
{
    Gil *g = t->rt->gil;
    pthread_mutex_lock(&g->mutex);
    g->waiters++;
    while (g->holder != NULL) {
        uint64_t seen = g->switches;
        uint32_t usec = __atomic_load_n(&t->rt->x_switch_usec, __ATOMIC_RELAXED);
        int64_t at = wf_clock_deadline((int64_t)(usec != 0 ? usec : 5000) * 1000);
        struct timespec ts = {.tv_sec = at / 1000000000, .tv_nsec = at % 1000000000};
        int r = pthread_cond_timedwait(&g->freed, &g->mutex, &ts);
        if (r == ETIMEDOUT && g->holder != NULL && g->switches == seen) {
            wf_break_set(g->holder, WF_BREAK_GIL);
        }
    }
    g->waiters--;
    g->holder = t;
    if (g->last != t) {
        g->last = t;
        g->switches++;
    }
    pthread_cond_broadcast(&g->taken);
    pthread_mutex_unlock(&g->mutex);
}

void wf_gil_drop(WfThread *t)
{
    Gil *g = t->rt->gil;
    pthread_mutex_lock(&g->mutex);
    g->holder = NULL;
    pthread_cond_signal(&g->freed);
    if ((wf_breaker(t) & WF_BREAK_GIL) != 0) {
        wf_break_clear(t, WF_BREAK_GIL);
        while (g->last == t && g->waiters > 0) {
            pthread_cond_wait(&g->taken, &g->mutex);
        }
    }
    pthread_mutex_unlock(&g->mutex);
}

void wf_gil_after_fork(WfThread *t)
{
    Gil *g = t->rt->gil;
    init_sync(g);
    g->holder = g->last = t;
    g->waiters = 0;
}
