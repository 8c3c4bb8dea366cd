/* world.c - who is attached, safepoints, and stopping the world.
 * SPDX-License-Identifier: MIT
 * Design:     a thread's state word decides: attached threads are asked through their breaker and answer by detaching;
 *             detached ones are moved to STOPPED by the stopper, so that their attach (one compare-and-swap when nothing is
 *             going on) fails and waits. Nobody need run for the world to stop but the threads that are in it.
 * Invariants: W1 while the world is stopped no thread but the stopper is attached.
 *             W2 only the stopper makes STOPPED, and only wf_world_start undoes it.
 * Threads:    the list and `stopper` are under `lock`, a raw lock. */
#include "platform/atomics.h"
#include "platform/futex.h"
#include "platform/membarrier.h"
#include "sched/park.h"
#include "sched/world.h"

#include <errno.h>
#include <sched.h>
#include <unistd.h>

bool wf_world_init(WfRuntime *rt)
{
    wf_membarrier_register(); /* for those who may call wf_membarrier later: model/instance.c */
    rt->type_lock.rank = WF_LOCK_TYPE;
    rt->signatures_lock.rank = WF_LOCK_SIGNATURES;
    cpu_set_t cpus;
    if (!rt->gil_enabled && sched_getaffinity(0, sizeof cpus, &cpus) == 0) {
        rt->spinners_max = (uint32_t)CPU_COUNT(&cpus) - 1;
    }
    rt->world = calloc(1, sizeof *rt->world);
    return rt->world != NULL;
}

void wf_break_set(WfThread *t, uint32_t bits)
{
    /* sequentially consistent: against the state word of a detaching thread, the park word of a parking one */
    (void)__atomic_fetch_or(&t->x_breaker, bits, __ATOMIC_SEQ_CST);
}

void wf_break_clear(WfThread *t, uint32_t bits)
{
    (void)__atomic_fetch_and(&t->x_breaker, ~bits, __ATOMIC_SEQ_CST);
}

void wf_world_add(WfRuntime *rt, WfThread *t)
{
    WfWorld *w = rt->world;
    wf_raw_lock(&w->lock);
    t->prev = NULL;
    t->next = w->threads;
    if (w->threads != NULL) {
        w->threads->prev = t;
    }
    w->threads = t;
    w->n_threads++;
    t->x_state = w->x_stopping != 0 ? WF_THREAD_STOPPED : WF_THREAD_DETACHED;
    wf_raw_unlock(&w->lock);
}

static void notify_stopper(WfWorld *w)
{
    (void)wf_atomic_fetch_add_acq_rel_u32(&w->x_notify, 1);
    (void)wf_futex_wake(&w->x_notify, 1);
}

void wf_world_remove(WfRuntime *rt, WfThread *t)
{
    WfWorld *w = rt->world;
    wf_raw_lock(&w->lock);
    if (t->prev != NULL) {
        t->prev->next = t->next;
    } else {
        w->threads = t->next;
    }
    if (t->next != NULL) {
        t->next->prev = t->prev;
    }
    w->n_threads--;
    bool stopping = w->x_stopping != 0;
    wf_raw_unlock(&w->lock);
    if (stopping) {
        notify_stopper(w);
    }
}

int wf_world_thread_count(WfRuntime *rt)
{
    wf_raw_lock(&rt->world->lock);
    int n = rt->world->n_threads;
    wf_raw_unlock(&rt->world->lock);
    return n;
}

void wf_world_each_thread(WfRuntime *rt, void (*f)(void *arg, WfThread *t), void *arg)
{
    wf_raw_lock(&rt->world->lock);
    for (WfThread *u = rt->world->threads; u != NULL; u = u->next) {
        f(arg, u);
    }
    wf_raw_unlock(&rt->world->lock);
}

void wf_thread_detach_spilled(WfThread *t)
{
    wf_assert(wf_thread_attached(t));
    int saved = errno;
    /* seq_cst against wf_break_set: either the stopper sees DETACHED, or its request is seen here */
    __atomic_store_n(&t->x_state, WF_THREAD_DETACHED, __ATOMIC_SEQ_CST);
    if (WF_UNLIKELY((wf_atomic_load_seq_u32(&t->x_breaker) & WF_BREAK_STOP) != 0)) {
        notify_stopper(t->rt->world);
    }
    if (t->rt->gil != NULL) {
        wf_gil_drop(t);
    }
    errno = saved;
}

/* A thread that comes back while the runtime ends (threading has joined those that are not daemons): it stays away until
 * the process is gone. */
WF_NORETURN static void stay_away(void)
{
    for (;;) {
        (void)pause();
    }
}

void wf_thread_exit_daemon(WfThread *t)
{
    wf_thread_detach(t);
    stay_away();
}

void wf_threads_stop_daemons(WfThread *t)
{
    while (!wf_world_stop(t)) { /* whoever was attached has to attach again, and finds x_finalizing set */
    }
    wf_world_start(t);
}

void wf_thread_attach(WfThread *t)
{
    WfRuntime *rt = t->rt;
    int saved = errno;
    if (rt->gil != NULL) {
        wf_gil_take(t);
    }
    for (;;) {
        if (!t->is_main && wf_atomic_load_acquire_u32(&rt->x_finalizing) != 0) {
            if (rt->gil != NULL) {
                wf_gil_drop(t);
            }
            stay_away();
        }
        uint32_t expected = WF_THREAD_DETACHED;
        if (wf_atomic_cas_acq_rel_u32(&t->x_state, &expected, WF_THREAD_ATTACHED)) {
            break;
        }
        wf_assert(expected == WF_THREAD_STOPPED);
        (void)wf_futex_wait(&rt->world->x_stopping, 1, INT64_MAX);
    }
    errno = saved;
}

void wf_safepoint_slow(WfThread *t)
{
    uint32_t bits = wf_breaker(t);
    if ((bits & (WF_BREAK_STOP | WF_BREAK_GIL)) != 0) {
        wf_thread_detach(t);
        wf_thread_attach(t);
        wf_break_clear(t, WF_BREAK_GIL);
    }
    if ((bits & WF_BREAK_GC) != 0) {
        wf_break_clear(t, WF_BREAK_GC);
        if (t->rt->gc_poll != NULL) {
            t->rt->gc_poll(t);
        }
    }
}

/* Counts those that are still attached, and holds the detached where they are. */
static int count_running(WfWorld *w, WfThread *self)
{
    int running = 0;
    wf_raw_lock(&w->lock);
    for (WfThread *u = w->threads; u != NULL; u = u->next) {
        if (u == self) {
            continue;
        }
        uint32_t state = wf_atomic_load_seq_u32(&u->x_state);
        if (state == WF_THREAD_ATTACHED
            || (state == WF_THREAD_DETACHED && !wf_atomic_cas_acq_rel_u32(&u->x_state, &state, WF_THREAD_STOPPED))) {
            running++;
        }
    }
    wf_raw_unlock(&w->lock);
    return running;
}

bool wf_world_stop(WfThread *t)
{
    WfWorld *w = t->rt->world;
    wf_raw_lock(&w->lock);
    if (w->x_stopping != 0) {
        wf_raw_unlock(&w->lock);
        wf_thread_detach(t);
        wf_thread_attach(t);
        return false;
    }
    wf_atomic_store_relaxed_u32(&w->x_stopping, 1);
    w->stopper = t;
    for (WfThread *u = w->threads; u != NULL; u = u->next) {
        if (u != t) {
            wf_break_set(u, WF_BREAK_STOP);
        }
    }
    bool alone = w->n_threads == 1;
    wf_raw_unlock(&w->lock);
    for (int spins = 0; !alone; spins++) {
        uint32_t seen = wf_atomic_load_seq_u32(&w->x_notify);
        if (count_running(w, t) == 0) {
            break;
        }
        if (spins < 20) {
            wf_cpu_relax();
        } else {
            (void)wf_futex_wait(&w->x_notify, seen, INT64_MAX);
        }
    }
    return true;
}

void wf_world_start(WfThread *t)
{
    WfWorld *w = t->rt->world;
    wf_raw_lock(&w->lock);
    wf_assert(w->stopper == t);
    for (WfThread *u = w->threads; u != NULL; u = u->next) {
        if (u != t) {
            wf_break_clear(u, WF_BREAK_STOP);
            wf_atomic_store_release_u32(&u->x_state, WF_THREAD_DETACHED); /* pairs with wf_thread_attach */
        }
    }
    w->stopper = NULL;
    bool alone = w->n_threads == 1;
    wf_atomic_store_release_u32(&w->x_stopping, 0);
    wf_raw_unlock(&w->lock);
    if (!alone) {
        (void)wf_futex_wake(&w->x_stopping, INT_MAX);
    }
}

void wf_threads_before_fork(WfThread *t)
{
    while (!wf_world_stop(t)) {
    }
}

void wf_threads_after_fork_parent(WfThread *t)
{
    wf_world_start(t);
}

void wf_threads_after_fork(WfThread *t)
{
    WfRuntime *rt = t->rt;
    WfWorld *w = rt->world;
    wf_park_after_fork();
    wf_thread_forget_idle(rt);
    wf_membarrier_register();
    WfThread *next;
    for (WfThread *u = w->threads; u != NULL; u = next) {
        next = u->next;
        if (u != t) {
            wf_thread_release(u);
        }
    }
    memset(w, 0, sizeof *w);
    w->threads = t;
    w->n_threads = 1;
    t->next = t->prev = NULL;
    t->native_id = (uint64_t)gettid();
    t->is_main = true;
    rt->main_thread = t;
    /* Nobody else holds an object lock any more. */
    wf_atomic_store_relaxed_u8(&rt->x_threaded, 0);
    wf_break_clear(t, WF_BREAK_STOP | WF_BREAK_GIL);
    if (rt->gil != NULL) {
        wf_gil_after_fork(t);
    }
    if (rt->heap_after_fork != NULL) {
        rt->heap_after_fork(t);
    }
}
