/* thread.h - WfThread: the state of one Python thread, and the runtime and interpreter it belongs to.
 * SPDX-License-Identifier: MIT
 *
 * Every function that may raise, block, run Python or allocate takes `WfThread *t` first. There are no C
 * thread-locals on such paths and no mutable C globals: state is in WfRuntime (one), WfInterp (one per interpreter) or here.
 *
 * States: a thread is ATTACHED while it may touch the heap, DETACHED while it blocks in C (its C stack from
 * `stop_sp` up is frozen as far as values go), so that a world stop need not wait for it. Only the thread itself changes
 * between the two (wf_thread_detach / wf_thread_attach); attach waits while the world is stopped and, with a GIL, for the GIL.
 *
 * Fields are grouped by who may touch them. */
#ifndef WF_SCHED_THREAD_H
#define WF_SCHED_THREAD_H

#include "gc/value.h"

#include <pthread.h>

typedef struct WfRuntime WfRuntime;
typedef struct WfInterp WfInterp;
typedef struct WfFrame WfFrame;
typedef struct WfHeapLocal WfHeapLocal; /* gc/heap.c: blocks owned by this thread */
typedef struct WfMarker WfMarker;       /* gc/gc.h */

/* 0 unused, 1..48 those of wf_size_class, then six that divide a block by 7, 6, 5, 4, 3, 2. */
#define WF_SIZE_CLASSES 55

/* Why a thread should look up from its work: bits of x_breaker. */
enum {
    WF_BREAK_STOP = 1,        /* the world is being stopped */
    WF_BREAK_GIL = 2,         /* another thread wants the GIL */
    WF_BREAK_SIGNAL = 4,      /* main thread: signal handlers to run */
    WF_BREAK_ASYNC_EXC = 8,   /* x_async_exc is set */
    WF_BREAK_GC = 16,         /* a collection is due */
    WF_BREAK_FINALIZE = 32,   /* finalizers, weak reference callbacks are queued */
    WF_BREAK_PROMPT = 64,     /* young finalizable objects exist: collect when a reference was dropped */
    WF_BREAK_PENDING = 128,   /* pending calls (main thread) */
    WF_BREAK_EXIT = 256,      /* daemon thread while the interpreter ends: unwind */
    WF_BREAK_TRACE = 512      /* a trace or profile function is set */
};

/* One entry into the interpreter loop from C. Lies on the C stack. The C stack between `sp` of one entry and the
 * next inner entry holds C functions that built-ins run in: it is scanned conservatively, but for a stop_exact one.
 * The function that makes the entry spills the registers of C code further out into it (wf_spill_registers), because the loop's
 * own frame is not looked at; sp and outer may be the same. */
#define WF_SPILL_WORDS 12
typedef struct WfEntry {
    struct WfEntry *prev;
    WfFrame *frame;  /* frame that the entry runs; its return leaves the loop */
    uintptr_t sp;    /* deeper addresses belong to the loop's handlers and C called from them */
    uintptr_t outer; /* [outer, ...) is C code around the loop, this entry included */
    uintptr_t spilled[WF_SPILL_WORDS];
} WfEntry;

struct WfThread {
    /* --- owner thread only, hot --- */
    uint32_t x_breaker;   /* atomic bits WF_BREAK_*: set by others with release, read relaxed at safepoints */
    int32_t recursion;    /* Python frames and C recursion left before RecursionError */
    uintptr_t c_limit;    /* lowest stack address C code may reach */
    WfFrame *frame;       /* innermost Python frame */
    WfValue *stack;       /* registers of Python frames (vm/frame.c): one mapping, committed as it is used */
    WfValue *stack_end;
    WfEntry *entry;       /* innermost entry of the loop */
    WfValue exc;          /* pending exception (an instance), or WF_EMPTY. Root. */
    WfValue handled;      /* exception being handled (sys.exception()), or WF_EMPTY. Root. */
    void *free_cells[WF_SIZE_CLASSES]; /* gc/alloc.h: free list of the current block of each class */

    /* --- owner thread only --- */
    WfRuntime *rt;
    WfInterp *interp;
    WfHeapLocal *heap;
    WfValue dict;          /* PyThreadState_GetDict-like, and thread locals. Root. */
    WfValue context;       /* current contextvars.Context or WF_EMPTY. Root. */
    uint64_t context_version;
    WfValue trace_fn, profile_fn; /* sys.settrace, sys.setprofile. Roots. */
    int tracing;           /* inside a trace function */
    WfValue asyncgen_firstiter, asyncgen_finalizer; /* Roots. */
    WfValue running_loop;  /* Root. */
    int coroutine_origin_depth;
    WfValue scratch[8];    /* roots for the loop's handlers */
    WfValue repr_stack;    /* list of objects whose repr runs (reprlib-like recursion guard). Root. */
    void *method_cache;    /* model/attr.c: (type version, name) -> value */
    uint64_t random_state; /* cheap per-thread random numbers */
    int finalizing;        /* depth of wf_gc_run_finalizers */
    bool own_native;       /* its native thread has settings of its own (affinity): neither it nor its children take idle ones */
    bool wants_exact_gc;   /* wf_gc_request_exact */

    /* --- written by the owner at detach and safepoints, read with the world stopped --- */
    uintptr_t stop_sp;     /* C stack pointer at the stop: [stop_sp, ...) is scanned */
    uintptr_t stack_base;  /* highest address of the C stack */
    bool stop_exact;       /* at this stop the stack above the innermost entry holds no values */
    bool base_exact;       /* C code around the outermost entry holds no values: it runs the main program and nothing else */

    /* --- atomic --- */
    uint32_t x_state;      /* WF_THREAD_* */
    WfValue x_async_exc;   /* set by PyThreadState_SetAsyncExc's like; under the runtime's thread lock */

    /* --- immutable after start --- */
    uint64_t ident;        /* pthread_self, what threading.get_ident gives */
    uint64_t native_id;
    bool is_main;
    pthread_t handle;

    /* --- parking (sched/park.c) --- */
    uint32_t x_park;       /* futex word */
    void *park_key;        /* address waited on; under the bucket's lock */
    WfThread *park_next;
    uintptr_t park_token;  /* handed over by the one who unparks */

    /* --- guarded by the runtime's thread lock --- */
    WfThread *next, *prev;

    WfValue sentinel;      /* lock of _thread._set_sentinel. Root. */
    uintptr_t spilled[WF_SPILL_WORDS]; /* registers at the stop; scanned as the stack is */
};

enum { WF_THREAD_DETACHED = 0, WF_THREAD_ATTACHED = 1, WF_THREAD_STOPPED = 2 };

/* --- lifecycle (sched/thread.c) ---------------------------------------------------------------------------- */

/* Makes the state for the calling native thread, attached. NULL: no memory. */
WfThread *wf_thread_new(WfRuntime *rt, WfInterp *interp, bool is_main);
/* Ends the calling thread's state: gives its blocks back, leaves the list. Must be attached; is gone afterwards. */
void wf_thread_free(WfThread *t);
/* Starts a native thread that runs body(t, arg) attached. `arg` is a root until body has begun. WF_RAISED: there is no
 * memory or no thread to be had; nothing is pending, the caller raises "can't start new thread". */
WfStatus wf_thread_start(WfThread *t, void (*body)(WfThread *t, WfValue arg), WfValue arg, size_t stack_size,
                         uint64_t *ident) WF_MUST_CHECK;

/* Leave / enter the world. Between the two the thread must not touch the heap nor read or write any WfValue
 * but those it copied out before (raw buffers inside cells stay where they are and stay alive while the C
 * stack holds a pointer into them). Keep errno. */
void wf_thread_detach_spilled(WfThread *t); /* behind wf_thread_detach */
WF_INLINE void wf_thread_detach(WfThread *t);
void wf_thread_attach(WfThread *t);
WF_INLINE bool wf_thread_attached(const WfThread *t)
{
    return __atomic_load_n(&t->x_state, __ATOMIC_RELAXED) == WF_THREAD_ATTACHED;
}

/* Stores the callee-saved registers at `space` (WF_SPILL_WORDS words) and gives the stack pointer. Says that
 * it changes all other registers, so that every live pointer is in a callee-saved one or on the stack by then. Inlined
 * into the function whose frame stays while the stack may be scanned. */
WF_INLINE uintptr_t wf_spill_registers(uintptr_t *space)
{
    uintptr_t sp;
#if defined(__x86_64__)
    __asm__ volatile("movq %%rbx, (%%rdi)\n\tmovq %%rbp, 8(%%rdi)\n\tmovq %%r12, 16(%%rdi)\n\tmovq %%r13, 24(%%rdi)\n\t"
                     "movq %%r14, 32(%%rdi)\n\tmovq %%r15, 40(%%rdi)\n\tmovq %%rsp, %%rax"
                     : "=a"(sp), "+D"(space)
                     :
                     : "rcx", "rdx", "rsi", "r8", "r9", "r10", "r11", "memory", "xmm0", "xmm1", "xmm2", "xmm3", "xmm4",
                       "xmm5", "xmm6", "xmm7", "xmm8", "xmm9", "xmm10", "xmm11", "xmm12", "xmm13", "xmm14", "xmm15");
#elif defined(__aarch64__)
    register uintptr_t at __asm__("x0") = (uintptr_t)space;
    register uintptr_t top __asm__("x1");
    __asm__ volatile("stp x19, x20, [x0]\n\tstp x21, x22, [x0, #16]\n\tstp x23, x24, [x0, #32]\n\t"
                     "stp x25, x26, [x0, #48]\n\tstp x27, x28, [x0, #64]\n\tstr x29, [x0, #80]\n\tmov x1, sp"
                     : "+r"(at), "=r"(top)
                     :
                     : "x2", "x3", "x4", "x5", "x6", "x7", "x8", "x9", "x10", "x11", "x12", "x13", "x14", "x15", "x16",
                       "x17", "memory", "v0", "v1", "v2", "v3", "v4", "v5", "v6", "v7", "v8", "v9", "v10", "v11", "v12",
                       "v13", "v14", "v15", "v16", "v17", "v18", "v19", "v20", "v21", "v22", "v23", "v24", "v25", "v26",
                       "v27", "v28", "v29", "v30", "v31");
    sp = top;
#else
#    error "unknown processor"
#endif
    return sp;
}
WF_INLINE void wf_thread_detach(WfThread *t)
{
    t->stop_sp = wf_spill_registers(t->spilled);
    wf_thread_detach_spilled(t);
}

/* At exit, with rt->x_finalizing set: from now on no thread but this one is attached. */
void wf_threads_stop_daemons(WfThread *t);
/* WF_BREAK_EXIT in such a thread: it stays away until the process is gone. */
WF_NORETURN void wf_thread_exit_daemon(WfThread *t);

/* --- safepoints ---------------------------------------------------------------------------------------------- */

/* Reads the breaker; cheap. C loops that run long call wf_safepoint, which may stop for the collector and
 * run nothing of Python. */
WF_INLINE uint32_t wf_breaker(WfThread *t) { return __atomic_load_n(&t->x_breaker, __ATOMIC_RELAXED); }
void wf_safepoint_slow(WfThread *t);
WF_INLINE void wf_safepoint(WfThread *t)
{
    if (WF_UNLIKELY(wf_breaker(t) & (WF_BREAK_STOP | WF_BREAK_GIL | WF_BREAK_GC))) {
        wf_safepoint_slow(t);
    }
}
/* In the interpreter loop (and in blocking calls that were interrupted): everything the breaker asks for, Python
 * code included (signal handlers, finalizers, async exceptions). runtime/pending.c. */
WfStatus wf_handle_breaker(WfThread *t) WF_MUST_CHECK;
void wf_break_set(WfThread *t, uint32_t bits);
void wf_break_clear(WfThread *t, uint32_t bits);

/* --- world stop (sched/world.c) ----------------------------------------------------------------------------- */

/* Stops all other threads at safepoints. Returns false if another thread stopped the world meanwhile (the
 * caller waited for it and should look whether it still wants to). Nests not. */
bool wf_world_stop(WfThread *t) WF_MUST_CHECK;
void wf_world_start(WfThread *t);
/* Calls f for every thread but `except`; world stopped by the caller, or under the lock. */
void wf_world_each_thread(WfRuntime *rt, void (*f)(void *arg, WfThread *t), void *arg);
int wf_world_thread_count(WfRuntime *rt);
/* Around fork(): stops the world, so that no lock of the runtime is held half way; goes on in the parent; in the child this
 * is the only thread, and the states of the others are freed. */
void wf_threads_before_fork(WfThread *t);
void wf_threads_after_fork_parent(WfThread *t);
void wf_threads_after_fork(WfThread *t);

/* Start: world and, with rt->gil_enabled, the GIL; before the first wf_thread_new. False: no memory. */
bool wf_world_init(WfRuntime *rt) WF_MUST_CHECK;
bool wf_gil_init(WfRuntime *rt) WF_MUST_CHECK;
/* sched/gil.c, for thread.c */
void wf_gil_take(WfThread *t);
void wf_gil_drop(WfThread *t);
void wf_gil_after_fork(WfThread *t);

/* --- recursion ------------------------------------------------------------------------------------------------ */

/* Every C function that may recurse through Python objects (repr, compare, hash, call, ...) is framed by these.
 * `where` is CPython's text: " while calling a Python object", " in comparison", ... */
WfStatus wf_recursion_error(WfThread *t, const char *where) WF_COLD;
WF_INLINE WfStatus wf_recursion_enter(WfThread *t, const char *where)
{
    char here;
    if (WF_UNLIKELY(--t->recursion < 0 || (uintptr_t)&here < t->c_limit)) {
        return wf_recursion_error(t, where); /* undoes the decrement */
    }
    return WF_OK;
}
WF_INLINE void wf_recursion_leave(WfThread *t) { t->recursion++; }

#endif
