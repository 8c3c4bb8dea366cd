/* thread.c - making and ending thread states, starting native threads.
 * SPDX-License-Identifier: MIT
 * Design:     the state of a new thread is made by its parent, so that the argument is a root before the thread runs, and
 *             completed by the thread itself (stack bounds, identity).
 * Threads:    see thread.h; a state is freed by its own thread, or in the child after fork. */
#include "platform/atomics.h"
#include "sched/world.h"

#include <errno.h>
#include <unistd.h>

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

/* The part that only the native thread itself can fill in. */
static void settle(WfThread *t)
{
    pthread_attr_t attr;
    void *low = NULL;
    size_t size = 0;
    t->handle = pthread_self();
    t->ident = (uint64_t)t->handle;
    t->native_id = (uint64_t)gettid();
    if (pthread_getattr_np(t->handle, &attr) == 0) {
        pthread_attr_getstack(&attr, &low, &size);
        pthread_attr_destroy(&attr);
    }
    uintptr_t top = (uintptr_t)low + size;
    if (size > (size_t)1 << 30) { /* an unlimited main stack: what lies below it is not ours to promise */
        size = (size_t)64 << 20;
    }
    t->c_limit = top - size + (size > 4 * C_RESERVE ? C_RESERVE : size / 4);
    wf_atomic_store_relaxed_uptr(&t->stop_sp, top);
    wf_atomic_store_release_uptr(&t->stack_base, top); /* pairs with mark_stack: a collection may run before we attach */
}

WfThread *wf_thread_new(WfRuntime *rt, WfInterp *interp, bool is_main)
{
    WfThread *t = make(rt, interp);
    if (t == NULL) {
        return NULL;
    }
    settle(t);
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

typedef struct Start {
    WfThread *t;
    void (*body)(WfThread *t, WfValue arg);
} Start;

static void *run(void *p)
{
    Start start = *(Start *)p;
    free(p);
    WfThread *t = start.t;
    settle(t);
    wf_thread_attach(t);
    WfValue arg = t->scratch[0];
    t->scratch[0] = WF_EMPTY;
    start.body(t, arg);
    wf_thread_free(t);
    return NULL;
}

WfStatus wf_thread_start(WfThread *t, void (*body)(WfThread *t, WfValue arg), WfValue arg, size_t stack_size, uint64_t *ident)
{
    Start *start = malloc(sizeof *start);
    if (start == NULL) {
        return WF_RAISED;
    }
    wf_atomic_store_relaxed_u8(&t->rt->x_threaded, 1); /* pthread_create orders it before the thread's first step */
    WfThread *child = make(t->rt, t->interp);
    if (child == NULL) {
        free(start);
        return WF_RAISED;
    }
    child->scratch[0] = arg; /* no collection between make and here: this thread is attached */
    *start = (Start){child, body};
    pthread_attr_t attr;
    pthread_attr_init(&attr);
    pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
    pthread_attr_setstacksize(&attr, stack_size != 0 ? stack_size : DEFAULT_STACK);
    pthread_t handle;
    int err = pthread_create(&handle, &attr, run, start);
    pthread_attr_destroy(&attr);
    if (err != 0) {
        free(start);
        wf_world_remove(t->rt, child);
        wf_thread_release(child);
        errno = err;
        return WF_RAISED;
    }
    *ident = (uint64_t)handle;
    return WF_OK;
}
