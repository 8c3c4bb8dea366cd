/* thread.c - making and ending thread states, starting native threads.
 * SPDX-License-Identifier: MIT
 * Design:     the state of a new thread is made by its parent, so that the argument is a root before the thread runs, and
 *             completed by the thread itself (stack bounds, identity). A native thread whose thread has ended stays for a
 *             moment and takes the next one, with its stacks: starting one is a wake-up then.
 * Threads:    see thread.h; a state is freed by its own thread, or in the child after fork. */
#include "platform/atomics.h"
#include "platform/clock.h"
#include "platform/futex.h"
#include "sched/world.h"

#include <errno.h>
#include <signal.h>
#include <sys/mman.h>
#include <unistd.h>

#define IDLE_MAX 128
#define IDLE_NS 100000000
#define DEFAULT_STACK ((size_t)8 << 20)
/* C code checks the stack's limit where it recurses; between two checks it may use this much. */
#ifndef __has_feature /* clang's */
#    define __has_feature(x) 0
#endif
#define C_RESERVE ((size_t)(WF_ASAN || WF_TSAN ? 256 : 128) << 10)

#if WF_ASAN
/* Locals have to lie on the real stack, where the collector looks. The heap is never given back, so no leak check. */
const char *__asan_default_options(void);
const char *__asan_default_options(void)
{
    return "detect_stack_use_after_return=0:detect_leaks=0";
}
#endif

static WfThread *make(WfRuntime *rt, WfInterp *interp)
{
    WfThread *t = aligned_alloc(64, (sizeof(WfThread) + 63) & ~(size_t)63);
    if (t == NULL) {
        return NULL;
    }
    memset(t, 0, sizeof *t);
    t->rt = rt;
    t->interp = interp;
    t->recursion = interp != NULL ? (int32_t)wf_atomic_load_relaxed_u32(&interp->recursion_limit) : 1000;
    t->random_state = (uintptr_t)t * 0x9e3779b97f4a7c15u | 1;
    if (rt->heap_thread_begin != NULL && !rt->heap_thread_begin(t)) {
        free(t);
        return NULL;
    }
    wf_world_add(rt, t);
    return t;
}

/* What only the native thread itself can find out. */
typedef struct Native {
    pthread_t handle;
    uint64_t id;
    uintptr_t top;     /* of the C stack */
    uintptr_t c_limit;
} Native;

static Native find_native(void)
{
    Native n = {.handle = pthread_self(), .id = (uint64_t)gettid()};
    pthread_attr_t attr;
    void *low = NULL;
    size_t size = 0;
    if (pthread_getattr_np(n.handle, &attr) == 0) {
        pthread_attr_getstack(&attr, &low, &size);
        pthread_attr_destroy(&attr);
    }
    n.top = (uintptr_t)low + size;
    if (size > (size_t)1 << 30) { /* an unlimited main stack: what lies below it is not ours to promise */
        size = (size_t)64 << 20;
    }
    n.c_limit = n.top - size + (size > 4 * C_RESERVE ? C_RESERVE : size / 4);
    return n;
}

static void settle(WfThread *t, const Native *n)
{
    t->handle = n->handle;
    t->ident = (uint64_t)n->handle;
    t->native_id = n->id;
    t->c_limit = n->c_limit;
    wf_atomic_store_relaxed_uptr(&t->stop_sp, n->top);
    wf_atomic_store_release_uptr(&t->stack_base, n->top); /* pairs with mark_stack: a collection may run before we attach */
}

WfThread *wf_thread_new(WfRuntime *rt, WfInterp *interp, bool is_main)
{
    WfThread *t = make(rt, interp);
    if (t == NULL) {
        return NULL;
    }
    Native native = find_native();
    settle(t, &native);
    t->is_main = is_main;
    if (is_main) {
        rt->main_thread = t;
    }
    wf_thread_attach(t);
    return t;
}

void wf_thread_release(WfThread *t)
{
    WfRuntime *rt = t->rt;
    if (rt->free_thread_hook != NULL) {
        rt->free_thread_hook(t);
    }
    if (rt->heap_thread_end != NULL) {
        rt->heap_thread_end(t);
    }
    free(t->method_cache);
    free(t);
}

void wf_thread_free(WfThread *t)
{
    WfRuntime *rt = t->rt;
    wf_assert(wf_thread_attached(t));
    if (rt->free_thread_hook != NULL) {
        rt->free_thread_hook(t);
    }
    if (rt->heap_thread_end != NULL) {
        rt->heap_thread_end(t);
    }
    wf_world_remove(rt, t);
    if (rt->gil != NULL) {
        wf_gil_drop(t);
    }
    free(t->method_cache);
    free(t);
}

/* A native thread, with what it is to run. Between two threads of Python's it is idle: on rt->idle, asleep on x_go. */
typedef struct WfIdle {
    struct WfIdle *next;
    WfRuntime *rt;
    WfThread *t;
    void (*body)(WfThread *t, WfValue arg);
    Native native;
    WfValue *stack, *stack_end; /* registers of Python frames */
    size_t stack_size;          /* of the C stack, as asked for */
    sigset_t mask;              /* signals that the starter blocks */
    uint32_t x_go;              /* 1: t and body are set */
} WfIdle;

static void free_idle(WfIdle *n)
{
    if (n->stack != NULL) {
        (void)munmap(n->stack, (size_t)((char *)n->stack_end - (char *)n->stack));
    }
    free(n);
}

/* Waits for something to run; false: there is enough waiting, or it has been long. */
static bool be_idle(WfIdle *n)
{
    WfRuntime *rt = n->rt;
    wf_atomic_store_relaxed_u32(&n->x_go, 0);
    wf_raw_lock(&rt->idle_lock);
    bool waits = rt->n_idle < IDLE_MAX;
    if (waits) {
        n->next = rt->idle;
        rt->idle = n;
        rt->n_idle++;
    }
    wf_raw_unlock(&rt->idle_lock);
    int64_t deadline = wf_clock_deadline(IDLE_NS);
    while (waits && wf_atomic_load_acquire_u32(&n->x_go) == 0) { /* pairs with start_idle */
        if (wf_futex_wait(&n->x_go, 0, deadline) != WF_FUTEX_TIMEOUT) {
            continue;
        }
        wf_raw_lock(&rt->idle_lock);
        for (WfIdle **at = &rt->idle; *at != NULL; at = &(*at)->next) {
            if (*at == n) {
                *at = n->next;
                rt->n_idle--;
                waits = false;
                break;
            }
        }
        wf_raw_unlock(&rt->idle_lock);
        deadline = INT64_MAX; /* not on the list: it is about to be told */
    }
    return waits;
}

static void *run(void *p)
{
    WfIdle *n = p;
    n->native = find_native();
    bool again;
    do {
        WfThread *t = n->t;
        settle(t, &n->native);
        t->stack = n->stack;
        t->stack_end = n->stack_end;
        wf_thread_attach(t);
        WfValue arg = t->scratch[0];
        t->scratch[0] = WF_EMPTY;
        n->body(t, arg);
        n->stack = t->stack;
        n->stack_end = t->stack_end;
        t->stack = t->stack_end = NULL;
        again = !t->own_native;
        wf_thread_free(t);
    } while (again && be_idle(n) && pthread_sigmask(SIG_SETMASK, &n->mask, NULL) == 0);
    free_idle(n);
    return NULL;
}

/* Has an idle thread run the body, if there is one. */
static bool start_idle(WfThread *t, WfThread *child, void (*body)(WfThread *t, WfValue arg), size_t stack_size, uint64_t *ident)
{
    WfRuntime *rt = t->rt;
    wf_raw_lock(&rt->idle_lock);
    WfIdle *n = rt->idle;
    if (n != NULL && n->stack_size == stack_size) {
        rt->idle = n->next;
        rt->n_idle--;
    } else {
        n = NULL;
    }
    wf_raw_unlock(&rt->idle_lock);
    if (n == NULL) {
        return false;
    }
    n->t = child;
    n->body = body;
    pthread_sigmask(SIG_SETMASK, NULL, &n->mask);
    *ident = (uint64_t)n->native.handle;
    wf_atomic_store_release_u32(&n->x_go, 1); /* pairs with be_idle */
    (void)wf_futex_wake(&n->x_go, 1);
    return true;
}

void wf_thread_forget_idle(WfRuntime *rt)
{
    WfIdle *n = rt->idle;
    rt->idle = NULL;
    rt->n_idle = 0;
    wf_raw_lock_after_fork(&rt->idle_lock);
    while (n != NULL) {
        WfIdle *next = n->next;
        free_idle(n);
        n = next;
    }
}

WfStatus wf_thread_start(WfThread *t, void (*body)(WfThread *t, WfValue arg), WfValue arg, size_t stack_size, uint64_t *ident)
{
    stack_size = stack_size != 0 ? stack_size : DEFAULT_STACK;
    wf_atomic_store_relaxed_u8(&t->rt->x_threaded, 1); /* pthread_create orders it before the thread's first step */
    WfThread *child = make(t->rt, t->interp);
    if (child == NULL) {
        return WF_RAISED;
    }
    child->scratch[0] = arg; /* no collection between make and here: this thread is attached */
    child->own_native = t->own_native;
    if (!t->own_native && start_idle(t, child, body, stack_size, ident)) {
        return WF_OK;
    }
    WfIdle *n = calloc(1, sizeof *n);
    pthread_t handle;
    int err = ENOMEM;
    if (n != NULL) {
        *n = (WfIdle){.rt = t->rt, .t = child, .body = body, .stack_size = stack_size};
        pthread_attr_t attr;
        pthread_attr_init(&attr);
        pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
        pthread_attr_setstacksize(&attr, stack_size);
        err = pthread_create(&handle, &attr, run, n);
        pthread_attr_destroy(&attr);
    }
    if (err != 0) {
        free(n);
        wf_world_remove(t->rt, child);
        wf_thread_release(child);
        errno = err;
        return WF_RAISED;
    }
    *ident = (uint64_t)handle;
    return WF_OK;
}
