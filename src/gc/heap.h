/* heap.h - blocks, marks, cards and the collector's state: for the files of gc/ only.
 * SPDX-License-Identifier: MIT */
#ifndef WF_GC_HEAP_H
#define WF_GC_HEAP_H

#include "base/vec.h"
#include "gc/gc.h"
#include "platform/atomics.h"
#include "sched/runtime.h"

#define WF_STATIC_BLOCKS ((WF_STATIC_END - WF_HEAP_BASE + WF_BLOCK_SIZE - 1) >> WF_BLOCK_SHIFT)
#define WF_MEDIUM_MAX 32768 /* larger cells are runs of blocks */

enum { WF_BLOCK_NONE, WF_BLOCK_FREE, WF_BLOCK_SMALL, WF_BLOCK_LARGE, WF_BLOCK_TAIL, WF_BLOCK_STATIC };

/* A block. SMALL: cells of one size class; who sweeps it is the thread whose current block it is. LARGE: the first
 * block of a cell of `run` blocks, TAIL: a further one. FREE: see `run`. */
typedef struct WfBlock {
    uint8_t state;
    uint8_t cls;
    uint8_t zero;        /* FREE: its memory is all zero */
    uint8_t full;        /* SMALL: not worth a sweep before the next full collection */
    uint32_t cell_size;
    uint32_t recip;      /* offset * recip >> 32 is the number of the cell */
    uint32_t n_cells;
    uint32_t epoch;      /* SMALL: `swept` and `found` count for this epoch; LARGE: allocated in it */
    uint32_t swept;      /* cells below are free (kind 0), marked, or were allocated in this epoch */
    uint32_t used;       /* cells from here on have never been used: they are zero */
    uint32_t found;      /* free cells that sweeping found in this epoch */
    uint64_t run;        /* LARGE, first and last block of a FREE run: blocks; TAIL: distance to the first */
    void *free;          /* SMALL, handed back by a thread: its free list */
    struct WfBlock *next, *prev; /* list of free runs; of handed back blocks */
} WfBlock;
_Static_assert(sizeof(WfBlock) == WF_BLOCK_RECORD, "block record");

typedef struct WfClass {
    WfRawLock lock;
    uint32_t size, recip, n_cells;
    WF_VEC(uint32_t) blocks; /* those with room, in no order; [0, cursor) have been taken in this epoch */
    size_t cursor;
    WfBlock *returned;       /* handed back with a free list in this epoch */
} WfClass;

struct WfHeapLocal {
    WfBlock *current[WF_SIZE_CLASSES];
    uint64_t taken_bytes; /* not yet added to the collector's count */
    uint64_t taken_cells;
};

typedef WF_VEC(WfObject *) WfObjectVec;

struct WfMarker {
    WfGc *gc;
    WfRuntime *rt;
    uint64_t *stack; /* objects to be traced; with bit 0 set: below it lies the index to go on from */
    size_t top, cap;
    bool parallel;
    bool saw_watched; /* the object being traced refers to one that is watched: its cards stay dirty */
    bool compares;    /* the object being traced is an inline cache: it compares dict tables, and keeps none alive */
    bool saw_table;   /* ... and has an unmarked one */
    WfObjectVec comparing; /* such caches */
    /* instead of marking, in a walk: */
    void (*visit)(void *arg, WfValue v);
    void *visit_arg;
    uint64_t cells, bytes; /* marked */
    uint64_t rescanned;    /* old cells traced again */
    WfObjectVec redirty;
#if WF_DEBUG
    const WfObject *tracing; /* for messages */
#endif
    WfObjectVec *found; /* all that gets marked is recorded here too, if not NULL */
};

typedef struct WfWeakEntry {
    WfObject *target; /* NULL: unused, `next` links unused ones */
    WfObject *weakref;
    uint32_t next;
    uint32_t old;
    uint64_t number; /* in order of creation */
} WfWeakEntry;

/* A callback that has come due. */
typedef struct WfDue {
    WfObject *weakref, *target;
    uint64_t number, first; /* first: the lowest number of the same target's */
} WfDue;

#define WF_WEAK_SHARDS 16
typedef struct WfWeakShard {
    WfRawLock lock;
    WF_VEC(WfWeakEntry) entries; /* [0] unused */
    uint32_t *heads;
    uint32_t n_heads; /* power of two */
    uint32_t n_used;
    uint32_t unused;
    WF_VEC(uint32_t) young; /* entries made since the last collection, or of which a part is watched */
} __attribute__((aligned(64))) WfWeakShard;

/* A finalizable object that is looked at by young collections. */
typedef struct WfWatch {
    WfObject *o;
    uint32_t age; /* young collections survived */
    bool asks;    /* for prompt collections: it has a finalizer, or a weak reference with a callback */
} WfWatch;

/* What prompt collections may cost: a credit, and a share of the time that passes. Atomic, relaxed: a lost update costs
 * nothing. */
typedef struct WfPromptBudget {
    int64_t x_saved_ns;
    int64_t x_since_ns; /* when x_saved_ns was up to date */
    int64_t share;      /* one part in so many */
    int64_t credit;     /* at most so much is saved */
    int64_t x_vain_ns;  /* spent since a collection last found something */
    int64_t x_vain;     /* ... by so many */
} WfPromptBudget;

struct WfGc {
    WfRuntime *rt;
    /* --- the heap; guarded by `lock` --- */
    WfRawLock lock;
    uint64_t limit_blocks; /* reserved */
    uint64_t x_top;        /* blocks ever used; written under lock, read by all */
    uint64_t committed;    /* blocks with memory behind them */
    uint64_t max_bytes;    /* what the machine can back */
    WfBlock *free_runs[64];
    uint64_t dirty_free;   /* free blocks that are not zero */
    uint64_t free_blocks;
    WF_VEC(uint32_t) young_large; /* large cells since the last collection */
    WF_VEC(uint32_t) old_large;
    WfClass classes[WF_SIZE_CLASSES];
    /* --- written with the world stopped --- */
    uint32_t epoch;
    bool collecting;
    bool full;             /* the collection that runs is full: validity is in the old marks */
    bool static_traced;
    uint64_t live_bytes, live_cells;     /* marked in all */
    uint64_t full_live_bytes;            /* after the last full collection */
    uint64_t young_limit;                /* bytes between two young collections */
    uint64_t freed_to_system;
    int64_t last_end_ns;                 /* when the last collection ended */
    /* --- atomic --- */
    uint64_t x_allocated;       /* bytes since the last collection */
    uint64_t x_allocated_cells;
    uint32_t x_requested;       /* WF_BREAK_GC has been asked for */
    /* --- roots; under roots_lock --- */
    WfRawLock roots_lock;
    WF_VEC(WfValue *) roots;
    /* --- weak.c; under weak_lock or with the world stopped --- */
    WfRawLock weak_lock;
    WF_VEC(WfWatch) watched;  /* finalizable and young, or kept so */
    uint64_t aged_at;         /* young collections when ages were last counted */
    uint64_t x_asking;        /* watched cells that ask for prompt collections; written under weak_lock, read by all */
    uint64_t x_finalizable;   /* ... that have a finalizer */
    WfObjectVec old_finalizable;
    size_t runtime_finalizable; /* of which the first are older than the program */
    WfObjectVec young_release, old_release;
    WfObjectVec replaced;     /* old buffers that have lost their owner: marked and watched, until the next full collection */
    WfObjectVec found;        /* marked by the prompt collection that runs */
    uint32_t n_prompt;        /* prompt collections since the last real one */
    uint64_t prompt_base;     /* old cells that the first of them looked at again */
    bool keep_young;          /* the collection that runs makes nothing old */
    WfObjectVec held;         /* wf_gc_hold_young: roots of the next young collection */
    bool counts;              /* the next collection counts garbage */
    bool want_full;           /* there was no memory to note something: the next collection is a full one */
    WfObjectVec kept;         /* kept alive for a finalizer, and what hangs from it: unmarked and watched */
    WfObjectVec doomed;       /* a prompt collection found them dead: unmarked and watched until the next real one */
    WfObjectVec before;       /* `kept` of the last collection, while one runs */
    WfObjectVec to_finalize;  /* queue of objects, in groups that end with NULL; root */
    struct WfFinalizeGroup *groups; /* groups taken out of the queue by threads that run them; roots; under weak_lock */
    WF_VEC(WfDue) due;        /* found by the collection that runs */
    uint64_t x_weak_numbers;
    WfObjectVec to_call;      /* queue of dead weak references with callbacks; root */
    size_t finalize_next, call_next;
    WfWeakShard weak[WF_WEAK_SHARDS];
    /* --- prompt collections: see gc.c; atomic, relaxed: a lost update costs nothing --- */
    WfPromptBudget prompt; /* at every place where something may have been dropped */
    WfPromptBudget callbacks; /* ... while nothing but callbacks of weak references asks for it */
    WfPromptBudget look;   /* where a program looks whether something is gone */
    WfPromptBudget useful; /* of those that find something */
    bool found_dead;       /* the collection that runs has finalizers or callbacks to call, or has cleared weak references */
    uint8_t x_paused;      /* threads have had WF_BREAK_PROMPT taken away until the budget allows the next */
    /* --- settings and statistics --- */
    uint8_t x_enabled;
    int64_t thresholds[3];
    int64_t frozen;
    WfGcStats stats;
    uint32_t pauses[3][256]; /* histogram by eighths of powers of two */
    WfMarker marker;
    struct WfMarkPool *pool; /* mark.c: helper threads */
    /* --- debug modes --- */
    uint32_t fail_first, fail_every; /* fail=n:m */
    uint32_t fail_left;  /* allocations until one fails; 0: none will */
    uint32_t stress;
    uint32_t stress_left;
    bool poison, verify, always_prompt;
    uint32_t check_heap, heap_checks; /* after each check_heap-th collection; 0: never */
};

/* --- addresses ---------------------------------------------------------------------------------------------------- */

WF_INLINE WfBlock *wf_block_at(uint64_t i) { return (WfBlock *)(WF_BLOCK_BASE) + i; }
WF_INLINE uint64_t wf_block_index(const WfBlock *b) { return (uint64_t)(b - (WfBlock *)WF_BLOCK_BASE); }
WF_INLINE char *wf_block_data(const WfBlock *b) { return (char *)(WF_HEAP_BASE + (wf_block_index(b) << WF_BLOCK_SHIFT)); }
WF_INLINE WfBlock *wf_block_of(const void *p) { return wf_block_at(((uintptr_t)p - WF_HEAP_BASE) >> WF_BLOCK_SHIFT); }
WF_INLINE uint8_t *wf_card_of(const void *p)
{
    return (uint8_t *)(WF_CARD_BASE + (((uintptr_t)p - WF_HEAP_BASE) >> WF_CARD_SHIFT));
}
WF_INLINE uint64_t *wf_block_marks(const WfBlock *b)
{
    return (uint64_t *)(WF_MARK_BASE + (wf_block_index(b) << (WF_BLOCK_SHIFT - 7)));
}

/* Bit 0: marked. Bit 1, in cells of 32 bytes and more: watched (of a cell of 16 it is the mark of the next). */
#if WF_TSAN
__attribute__((no_sanitize("thread"), noinline, unused)) static uint32_t
#else
WF_INLINE uint32_t
#endif
wf_mark_bits(const void *p) /* others may be setting marks nearby: what was set is seen, or set again */
{
    uint64_t g = ((uintptr_t)p - WF_HEAP_BASE) >> WF_GRANULE_SHIFT;
    uint16_t w;
    memcpy(&w, (const char *)WF_MARK_BASE + (g >> 3), sizeof w);
    return (uint32_t)w >> (g & 7) & 3;
}
WF_INLINE uint64_t *wf_mark_word(const void *p, uint64_t *bit)
{
    uint64_t g = ((uintptr_t)p - WF_HEAP_BASE) >> WF_GRANULE_SHIFT;
    *bit = (uint64_t)1 << (g & 63);
    return (uint64_t *)WF_MARK_BASE + (g >> 6);
}
WF_INLINE void wf_mark_clear(const void *p)
{
    uint64_t bit;
    uint64_t *w = wf_mark_word(p, &bit);
    *w &= ~bit;
}
WF_INLINE void wf_watch_set(const void *p, bool on)
{
    uint64_t bit;
    uint64_t *w = wf_mark_word((const char *)p + 16, &bit);
    if (on) {
        (void)__atomic_fetch_or(w, bit, __ATOMIC_RELAXED);
    } else {
        (void)__atomic_fetch_and(w, ~bit, __ATOMIC_RELAXED);
    }
}
WF_INLINE bool wf_can_watch(const void *p)
{
    WfBlock *b = wf_block_of(p);
    return b->state == WF_BLOCK_LARGE || (b->state == WF_BLOCK_SMALL && b->cell_size >= 32);
}
/* Cell o of block b needs no bit: it was allocated in this epoch, or (free, dead) passed by the sweep of this epoch. */
WF_INLINE bool wf_is_fresh(const WfGc *gc, const WfBlock *b, const void *o)
{
    if (b->epoch != gc->epoch) {
        return false;
    }
    uint32_t offset = (uint32_t)((uintptr_t)o & (WF_BLOCK_SIZE - 1));
    return b->state == WF_BLOCK_LARGE || (uint32_t)((uint64_t)offset * b->recip >> 32) < b->swept;
}
/* Is the cell one that lives, or may for all that the last collection knows? */
WF_INLINE bool wf_may_live(const WfGc *gc, const WfBlock *b, const WfObject *o)
{
    uint32_t bits = wf_mark_bits(o) & (b->state == WF_BLOCK_LARGE || b->cell_size > 16 ? 3 : 1);
    if (bits == 0 && gc->full) { /* the marks are being made anew */
        uint64_t g = ((uintptr_t)o - WF_HEAP_BASE) >> WF_GRANULE_SHIFT;
        bits = (uint32_t)(((const uint64_t *)WF_OLD_MARK_BASE)[g >> 6] >> (g & 63)) & 1;
    }
    return bits != 0 || wf_is_fresh(gc, b, o);
}
WF_INLINE size_t wf_block_cell_size(const WfBlock *b)
{
    return b->state == WF_BLOCK_SMALL ? b->cell_size : b->run << WF_BLOCK_SHIFT;
}

/* --- heap.c ------------------------------------------------------------------------------------------------------- */

void wf_heap_init(WfGc *gc);
/* At the end of a collection, world stopped: all blocks count as unswept, threads have no blocks, large cells that
 * died are free; after a full one the lists of blocks are made anew. */
void wf_heap_finish(WfGc *gc, bool full);
/* The cell that the word points to or into, if it is one that lives or may live; else NULL. */
WfObject *wf_heap_find(WfGc *gc, uintptr_t word);
/* Cells handed out since the last collection and not used yet. */
void wf_heap_count_unused(WfThread *t, uint64_t *cells, uint64_t *bytes);
void wf_heap_thread_end(WfThread *t);
/* Gives memory back until at most keep blocks are free and not zero. */
void wf_heap_trim(WfGc *gc, uint64_t keep);

/* --- mark.c ------------------------------------------------------------------------------------------------------- */

void wf_marker_init(WfGc *gc, WfMarker *m);
void wf_mark_drain(WfMarker *m);
/* Roots, stacks, frames. exact: the thread that asked for an exact collection, or NULL. */
void wf_mark_roots(WfMarker *m);
void wf_mark_static(WfMarker *m);
/* Traces what is marked on dirty cards, and cleans them (clean). */
void wf_mark_cards(WfMarker *m, bool clean);
/* Inline caches forget the tables that have died. */
void wf_mark_forget_tables(WfMarker *m);
/* Dirties again the cards of objects that refer to watched ones. */
void wf_mark_redirty(WfMarker *m);
void wf_trace_object(WfMarker *m, WfObject *o);
void wf_mark_grow(WfMarker *m);
bool wf_mark_is_set(const void *p);

/* --- walk.c ------------------------------------------------------------------------------------------------------- */

void wf_gc_walk_heap(WfGc *gc, bool (*f)(void *arg, WfObject *o), void *arg);

/* --- garbage.c ---------------------------------------------------------------------------------------------------- */

/* After marking: the dead objects that are part of cycles or hang from them. */
int64_t wf_gc_count_garbage(WfGc *gc);

/* --- pool.c ------------------------------------------------------------------------------------------------------- */

/* Drains m on all cores; m has what all found together afterwards. */
void wf_mark_parallel(WfGc *gc, WfMarker *m);
/* Gives a part of m's stack away if another marker has nothing to do. */
void wf_mark_share(WfMarker *m);
void wf_mark_pool_after_fork(WfGc *gc);

/* --- weak.c ------------------------------------------------------------------------------------------------------- */

/* After marking: decides about finalizable objects (marks those that are kept), then weak references, then releases. */
void wf_weak_process(WfGc *gc, WfMarker *m, bool full);
void wf_weak_roots(WfGc *gc, WfMarker *m);
/* Sets WF_BREAK_PROMPT in all threads if anything asks for prompt collections and the budget allows one. */
void wf_prompt_arm(WfThread *t);
/* On the slow path of allocation: arms again after a pause. */
WF_INLINE void wf_prompt_rearm(WfThread *t)
{
    if (WF_UNLIKELY(wf_atomic_load_relaxed_u8(&t->rt->gc->x_paused) != 0)) {
        wf_prompt_arm(t);
    }
}
bool wf_weak_queued(WfGc *gc);
/* Sets the watch bits anew after all marks have been cleared. */
void wf_weak_rewatch(WfGc *gc);
void wf_weak_after_fork(WfGc *gc);

#if WF_DEBUG
void wf_debug_init(WfGc *gc);
void wf_debug_verify(WfGc *gc);
void wf_debug_check_heap(WfGc *gc);
#endif

#endif
