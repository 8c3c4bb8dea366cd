/* runtime.h - WfRuntime (one for the process) and WfInterp (one for each interpreter): the state that is not a thread's.
 * SPDX-License-Identifier: MIT
 *
 * Each layer keeps its part behind a pointer of its own type, made by its `*_init` (called from runtime/start.c). */
#ifndef WF_SCHED_RUNTIME_H
#define WF_SCHED_RUNTIME_H

#include "sched/lock.h"

typedef struct WfGc WfGc;         /* gc/gc.c */
typedef struct WfWorld WfWorld;   /* sched/world.c: thread list, stop state */
typedef struct WfIntern WfIntern; /* objects/str.c: interned strings */

#define WF_FILE_WRITERS 256

struct WfRuntime {
    WfMutex type_lock; /* guards the fields of all types and shapes; rank TYPE, taken before any object's lock */
    /* --- immutable after start --- */
    WfGc *gc;
    WfWorld *world;
    WfIntern *intern;
    WfThread *main_thread;
    uint8_t hash_key[16]; /* of str and bytes; PYTHONHASHSEED */
    bool hash_randomized;
    const void *trace_table; /* WfTraceFn[WF_KIND_COUNT], model/kinds.c */
    bool gil_enabled;        /* -X gil=1 */

    /* --- atomic --- */
    WfValue x_empty_tuple, x_empty_frozenset; /* made on first use, then roots (objects/tuple.c, set.c) */
    bool check_operands;      /* debug builds: see vm/check.c; immutable after start */
    uint32_t spinners_max;    /* immutable: cores but one, 0 with a GIL */
    uint8_t x_threaded;       /* a second thread has been started once: object locks are real */
    uint32_t x_switch_usec;   /* sys.setswitchinterval, microseconds */
    uint32_t x_finalizing;    /* the main interpreter ends */

    /* --- upward hooks, set at start --- */
    void (*free_thread_hook)(WfThread *t); /* vm: frees the frame stack */
    void (*flush_caches)(WfThread *t);     /* vm: empties all inline caches; may be NULL */
    WfInterp *main_interp;
    const struct WfConfig *config; /* runtime/state.h */
    void *signals; /* runtime/signals.c */
    void *gil;     /* sched/gil.c */

    /* --- the collector's, set by wf_gc_init, called by sched --- */
    bool (*heap_thread_begin)(WfThread *t); /* makes t->heap; false: no memory */
    void (*heap_thread_end)(WfThread *t);   /* hands its blocks back */
    void (*heap_after_fork)(WfThread *t);
    void (*gc_poll)(WfThread *t);           /* WF_BREAK_GC at a safepoint */

    /* --- what the collector asks of higher layers; NULL: nothing to do. World stopped but where said otherwise --- */
    void (*trace_frames)(WfMarker *m, WfThread *t);    /* vm: marks the live registers of t's Python frames */
    void (*trace_tail)(WfMarker *m, WfObject *o);      /* model: attributes and __slots__ behind the native part, of an
                                                        * object whose shape is not a static one */
    void (*trace_roots)(WfMarker *m, WfRuntime *rt);   /* runtime: whatever is not registered with wf_gc_add_root */
    void (*after_mark)(WfRuntime *rt);                 /* full collections: weak tables drop what is not wf_gc_is_marked */
    void (*drop_pointers)(WfThread *t);                /* full collections, for each thread: empty caches that are not traced */
    void (*raise_no_memory)(WfThread *t);              /* world running: MemoryError */
    void (*finalize)(WfThread *t, WfObject *o);        /* world running: type->slots.finalize */
    bool (*finalizes_first)(const WfObject *o);        /* at exit: before the others */
    void (*weakref_callback)(WfThread *t, WfObject *r); /* world running: wf_weakref_run_callback */
    void (*release)(WfObject *o);                      /* type->slots.release; touches nothing but o's raw fields */

    /* --- modules/_io: files open for writing, counted by a hash of device and inode; atomic, relaxed --- */
    uint32_t x_file_writers[WF_FILE_WRITERS];
    uint32_t x_file_writers_all;

    void *x_crypto; /* modules/libcrypto.c: the table of its functions; atomic, set once */

    /* --- model/signature.c: parsed signatures by address of their text --- */
    WfValue x_signatures; /* WfSlots of pairs; atomic; replaced under signatures_lock. Root. */
    WfMutex signatures_lock;
    /* --- objects/exceptions.c: MemoryErrors kept ready --- */
    WfValue memory_errors; /* WfSlots. Root. */
    int64_t x_memory_errors_used; /* atomic */

    /* --- sched/thread.c: native threads that have nothing to do --- */
    struct WfIdle *idle;   /* under idle_lock, as n_idle */
    int n_idle;
    WfRawLock idle_lock;

    /* --- written often, by all threads: in cache lines of their own, or what is only read above would move with them --- */
    char space_before[64];
    uint64_t x_version;  /* next version for types and dict keys (relaxed fetch-add) */
    uint32_t x_spinners; /* threads that spin before they park (sched/lock.c) */
    char space_after[64];
};

struct WfInterp {
    WfRuntime *rt;
    int64_t id;
    /* --- roots; written at start or under `lock` --- */
    WfValue builtins;       /* the builtins module's dict */
    WfValue sys_dict;       /* the sys module's dict */
    WfValue modules;        /* sys.modules */
    WfValue importlib;      /* importlib._bootstrap as a module */
    void *importer;         /* runtime/import_fast.c */
    WfValue import_func;    /* builtins.__import__ as made at start: IMPORT takes a short way while unchanged */
    WfValue codec_search, codec_cache, codec_errors;
    WfValue atexit;         /* list */
    WfValue before_fork, after_fork_parent, after_fork_child; /* lists */
    WfValue warnings_state;
    WfValue module_state;   /* dict: module name -> native state object (modules that keep some) */
    WfValue audit_hooks;
    WfMutex lock;
    uint32_t recursion_limit; /* atomic, relaxed */
    int32_t int_max_str_digits; /* atomic, relaxed */
    uint64_t x_type_epoch;
    uint64_t x_abc_counter; /* atomic: ABC registrations (modules/_abc.c) */
    /* _imp.acquire_lock: owner is read by any thread, depth by the owner */
    WfMutex import_lock;
    uint64_t x_import_owner;
    int64_t import_depth;
    int64_t x_thread_count; /* _thread._count(); atomic, relaxed */
    int64_t x_stack_size;   /* _thread.stack_size(); atomic, relaxed */
};

/* Inline forms of the object lock (see lock.h): the one flag read decides. */
WF_INLINE bool wf_threaded(WfThread *t)
{
    return __atomic_load_n(&t->rt->x_threaded, __ATOMIC_RELAXED) != 0;
}
WF_INLINE void wf_lock_as(WfThread *t, void *object, WfLockRank rank)
{
    wf_lock_enter(object, rank);
    if (wf_threaded(t)) {
        wf_byte_lock(t, &((WfObject *)object)->x_lock);
    }
}
WF_INLINE void wf_lock(WfThread *t, void *object) { wf_lock_as(t, object, WF_LOCK_OBJECT); }
WF_INLINE void wf_unlock(WfThread *t, void *object)
{
    wf_lock_leave(object);
    if (wf_threaded(t)) {
        wf_byte_unlock(&((WfObject *)object)->x_lock);
    }
}
/* A fresh number for type versions and dict key versions; never 0. */
WF_INLINE uint64_t wf_next_version(WfThread *t)
{
    return __atomic_add_fetch(&t->rt->x_version, 1, __ATOMIC_RELAXED);
}

#endif
