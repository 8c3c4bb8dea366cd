/* gc.h - allocation, the collector, weak references and finalizers, as the rest of weft sees them.
 * SPDX-License-Identifier: MIT
 *
 * Objects do not move. Cells come zeroed, with the head set. Any allocation may collect (stop the world); it never runs
 * Python code: finalizers and callbacks are queued and run by wf_handle_breaker. What keeps a cell alive: another live
 * cell's slot, a register of a Python frame that is live there, a root, or any word on a C stack that
 * points to it or into it. So C code holds plain pointers and releases nothing. Memory from malloc keeps nothing alive. */
#ifndef WF_GC_GC_H
#define WF_GC_GC_H

#include "sched/thread.h"

typedef enum WfKind {
#define KIND(name, trace) WF_KIND_##name,
#include "gc/kinds.def"
#undef KIND
    WF_KIND_COUNT
} WfKind;

typedef void (*WfTraceFn)(WfMarker *m, WfObject *o);

/* --- allocation ---------------------------------------------------------------------------------------------- */

/* Cells up to this size come from size classes: multiples of 16 to 512, then four steps to each doubling. */
#define WF_SMALL_MAX 8192

WF_INLINE unsigned wf_size_class(size_t size)
{
    if (size <= 512) {
        return (unsigned)((size + 15) >> 4); /* 1..32 */
    }
    unsigned log = 63u - (unsigned)__builtin_clzll((uint64_t)size - 1); /* 9..12 */
    return 33u + (log - 9) * 4 + (unsigned)(((size - 1) >> (log - 2)) & 3);
}
/* Bytes of a cell of the class. */
WF_INLINE size_t wf_class_size(unsigned cls)
{
    return cls <= 32 ? (size_t)cls << 4 : (size_t)(5 + ((cls - 33) & 3)) << (7 + ((cls - 33) >> 2));
}

void *wf_gc_alloc_slow(WfThread *t, size_t size, uint64_t head);

/* A free cell: kind 0 in its head and the next free cell of its block in the second word; the rest is zero
 * (sweeping clears it), so that allocation writes two words. */
typedef struct WfFreeCell {
    uint64_t head;
    struct WfFreeCell *next;
} WfFreeCell;

WF_INLINE uint64_t wf_head(uint32_t shape, WfKind kind) { return (uint64_t)shape | (uint64_t)kind << 32; }

/* size in bytes, at least 16. NULL: MemoryError is pending. */
WF_INLINE WF_MUST_CHECK void *wf_gc_alloc_head(WfThread *t, size_t size, uint64_t head)
{
#if !WF_DEBUG
    if (WF_LIKELY(size <= WF_SMALL_MAX)) {
        unsigned cls = wf_size_class(size);
        WfFreeCell *cell = (WfFreeCell *)t->free_cells[cls];
        if (WF_LIKELY(cell != NULL)) {
            t->free_cells[cls] = cell->next;
            cell->next = NULL;
            __atomic_store_n(&cell->head, head, __ATOMIC_RELAXED); /* the collector reads heads with the world stopped */
            return cell;
        }
    }
#endif
    return wf_gc_alloc_slow(t, size, head);
}
/* A cell of an internal kind (no shape). */
WF_INLINE WF_MUST_CHECK void *wf_gc_alloc(WfThread *t, WfKind kind, size_t size)
{
    return wf_gc_alloc_head(t, size, wf_head(0, kind));
}

/* Buffers. A buffer of values: */
typedef struct WfSlots {
    WfObject h;
    int64_t capacity;
    WfSlot items[];
} WfSlots;
WfSlots *wf_gc_alloc_slots(WfThread *t, int64_t capacity) WF_MUST_CHECK;
/* A buffer of bytes, not traced, zeroed only when asked: */
typedef struct WfRaw {
    WfObject h;
    int64_t size;
    uint8_t data[];
} WfRaw;
WfRaw *wf_gc_alloc_raw(WfThread *t, int64_t size, bool zero) WF_MUST_CHECK;

/* As wf_gc_alloc_head for cells that are not traced; of large ones only the first 64 bytes are zeroed. */
void *wf_gc_alloc_leaf(WfThread *t, size_t size, uint64_t head) WF_MUST_CHECK;

/* Bytes of the cell that o is (its size class, not what was asked for). */
size_t wf_gc_cell_size(const void *o);

/* --- tracing (called by trace functions, with the world stopped) ----------------------------------------------- */

void wf_mark_value(WfMarker *m, WfValue v);
WF_INLINE void wf_mark_slot(WfMarker *m, const WfSlot *s) { wf_mark_value(m, WF_VALUE(s->x_bits)); }
void wf_mark_slots(WfMarker *m, const WfSlot *s, size_t n);
WF_INLINE void wf_mark_object(WfMarker *m, const void *o)
{
    if (o != NULL) {
        wf_mark_value(m, wf_from_object(o));
    }
}
/* A word that may be a pointer to or into a cell. */
void wf_mark_conservative(WfMarker *m, uint64_t bits);
/* Is this a full collection (inline caches are emptied) or a young one (they are references)? */
bool wf_marker_is_full(const WfMarker *m);
void wf_trace_none(WfMarker *m, WfObject *o);
void wf_trace_words(WfMarker *m, WfObject *o);
void wf_trace_slots(WfMarker *m, WfObject *o);

/* The cell, a buffer or table, has been replaced in its owner, and no other cell that refers to it reads its items. An old cell
 * holds what it refers to in young collections, dead or not: this one does so no longer. */
void wf_gc_replaced_slow(WfThread *t, void *cell);
WF_INLINE void wf_gc_replaced(WfThread *t, void *cell)
{
    uint64_t g = ((uintptr_t)cell - WF_HEAP_BASE) >> WF_GRANULE_SHIFT;
    /* relaxed: other bits of the byte may change meanwhile, this one only with the world stopped */
    if (cell != NULL && (__atomic_load_n((const uint8_t *)WF_MARK_BASE + (g >> 3), __ATOMIC_RELAXED) >> (g & 7) & 1) != 0) {
        wf_gc_replaced_slow(t, cell);
    }
}

/* How every weak reference begins (objects/weakref.h). The trace function marks callback, not x_target. */
typedef struct WfWeakHead {
    WfObject h;
    uint64_t x_target;
    WfSlot callback;
} WfWeakHead;

/* --- collecting --------------------------------------------------------------------------------------------------- */

typedef enum WfGcCause { WF_GC_YOUNG, WF_GC_FULL, WF_GC_PROMPT } WfGcCause;
/* Stops the world and collects. Returns the number of unreachable objects found. Finalizers are queued. */
int64_t wf_gc_collect(WfThread *t, WfGcCause cause);
/* Likewise; the number is that of objects in dead cycles, and what hangs from them: what is left to a collector where references are
 * counted. An object is counted once. */
int64_t wf_gc_collect_counted(WfThread *t, WfGcCause cause);
/* A full collection at the next safepoint of the loop, where words on the C stack keep nothing of it alive: for gc.collect(),
 * after which programs expect what they dropped to be gone. */
void wf_gc_request_exact(WfThread *t);
/* The loop calls this where a reference may have been dropped while WF_BREAK_PROMPT is set (within the budget). */
void wf_gc_prompt(WfThread *t);
/* The program begins: collects once, and looks after the references that are dropped from now on. */
void wf_gc_begin_program(WfThread *t);
/* For built-ins by which a program sees whether something is gone: calling a weak reference (r: its address), opening
 * a file (NULL). Collects if that may make a difference and is within its own budget. Any C code may call it, but
 * should not have loaded the target before. */
void wf_gc_look(WfThread *t, const WfWeakHead *r);
/* Runs queued finalizers and weak reference callbacks (Python code). Errors go to sys.unraisablehook. */
void wf_gc_run_finalizers(WfThread *t);

/* At exit: collects, then finalizes every object that has a finalizer and has not been finalized, reachable or not. */
void wf_gc_finish(WfThread *t);

/* o, which a weak table has just taken in, stays alive in young collections; a full one decides (rt->after_mark). So young
 * ones need not look through the table. */
void wf_gc_hold_young(WfThread *t, WfObject *o);

/* Registers a root: a WfValue in memory that is not in the heap. For runtime and interpreter structures. */
void wf_gc_add_root(WfRuntime *rt, WfValue *root);
void wf_gc_remove_root(WfRuntime *rt, WfValue *root);

/* o has a type with __del__ or a `finalize` slot: when it is found dead, it is kept for one more collection,
 * and type->slots.finalize(t, o) is called once from wf_gc_run_finalizers. */
WfStatus wf_gc_register_finalizable(WfThread *t, WfObject *o) WF_MUST_CHECK;
/* o owns something outside the heap: when it is dead, type->slots.release(o) is called by the sweeper
 * (world running; may touch nothing but o's own raw fields). */
WfStatus wf_gc_register_release(WfThread *t, WfObject *o) WF_MUST_CHECK;
/* So many bytes outside the heap are held by an object just made: they count towards the next collection. May collect. */
void wf_gc_note_outside(WfThread *t, size_t bytes);

/* Weak references: a WfWeakRef cell (objects/weakref.h) is registered with its target; when the target dies,
 * the collector clears wr->target and, if it has a callback and is itself alive, queues it. asks: somebody expects that at once. */
WfStatus wf_gc_register_weakref(WfThread *t, WfObject *weakref, WfObject *target, bool asks) WF_MUST_CHECK;
/* Calls f(arg, weakref) for each live weak reference to target, under the table's lock; stops when f returns false. */
void wf_gc_each_weakref(WfThread *t, WfObject *target, bool (*f)(void *arg, WfObject *weakref), void *arg);

/* Heap walk with the world stopped by the caller: every live object (internal cells too). Stops when f returns false. */
void wf_gc_walk(WfThread *t, bool (*f)(void *arg, WfObject *o), void *arg);
/* sys.getrefcount: references to o that exist in heap cells, frames, roots; stops the world. */
int64_t wf_gc_count_references(WfThread *t, WfObject *o);
/* gc.get_referents: what o refers to directly. World stopped by the caller. */
void wf_gc_referents(WfThread *t, WfObject *o, bool (*f)(void *arg, WfValue v), void *arg);
/* gc.get_referrers: cells with a reference to target. World stopped by the caller. */
void wf_gc_referrers(WfThread *t, WfObject *target, bool (*f)(void *arg, WfObject *o), void *arg);
/* Is the address the start of a live cell? (world stopped, or for diagnosis) */
bool wf_gc_is_cell(const void *p);
/* After marking (rt->after_mark): does the cell stay? */
bool wf_gc_is_marked(const void *p);

/* --- start, settings, statistics ------------------------------------------------------------------------------- */

/* Reserves the heap and its side tables; the static area is ready to be written afterwards. Before anything else
 * of the runtime; ends the process with a message when the addresses cannot be had. */
void wf_gc_init(WfRuntime *rt);

typedef struct WfGcStats {
    /* [0] young, [1] prompt, [2] full collections */
    uint64_t collections[3];
    uint64_t collected[3]; /* cells found dead */
    uint64_t pause_total_ns[3];
    uint64_t pause_last_ns[3];
    uint64_t pause_max_ns[3];
    uint64_t pause_median_ns[3]; /* within an eighth */
    uint64_t live_bytes;         /* after the last full collection */
    uint64_t live_cells;
    uint64_t heap_bytes;         /* taken from the system and not given back */
    uint64_t allocated_bytes;    /* since the last collection */
    uint64_t freed_to_system;
} WfGcStats;
void wf_gc_get_stats(WfRuntime *rt, WfGcStats *out);
/* gc.enable, disable, set_threshold, freeze: kept for programs that ask. Disabled, the collector goes on doing what
 * reference counts do in CPython (young collections) and full ones only when memory is short. */
void wf_gc_enable(WfRuntime *rt, bool on);
bool wf_gc_is_enabled(WfRuntime *rt);
void wf_gc_set_threshold(WfRuntime *rt, const int64_t threshold[3]);
void wf_gc_get_threshold(WfRuntime *rt, int64_t threshold[3]);
void wf_gc_freeze(WfRuntime *rt, bool on);
int64_t wf_gc_freeze_count(WfRuntime *rt);

#endif
