/* gc.c - when to collect, and the course of a collection.
 * SPDX-License-Identifier: MIT
 * Design:     a young collection comes after some megabytes of allocation (adapted so that its pause stays
 *             around a millisecond), a full one when the old objects have grown (see full_is_due), a prompt one when a
 *             reference may have been dropped while watched cells ask for it (weak.c). Prompt ones are paid from a credit first and
 *             then from a share of the time: 1 % where anything was dropped, 5 % where a program looks whether something is
 *             gone. One that finds something is paid, with the few before it that did not, from a credit of
 *             its own and a larger share: a program that makes and drops such objects in a loop wants to see it.
 *             While the budget is used up WF_BREAK_PROMPT is taken away, so that loops run at full speed;
 *             the slow path of allocation sets it again.
 *             Course: stop the world; [full: set the marks aside, forget cards]; trace dirty cards and roots; finalizers, weak
 *             references; new epoch; start the world.
 * Invariants: C1 cards are cleaned only with all that was unmarked and reachable from them marked.
 * Threads:    a collection runs in the thread that asked, with the world stopped.
 * Tests:      tests/unit/test_gc_collect.c */
#include "gc/heap.h"
#include "platform/clock.h"

#include <stdio.h>
#include <sys/mman.h>

#define MIB ((uint64_t)1 << 20)
#define YOUNG_MIN (2 * MIB)
#define YOUNG_START (4 * MIB)
#define YOUNG_CAP (4 * MIB) /* beside a small heap */
#define YOUNG_MAX (64 * MIB)
#define SMALL_HEAP (24 * MIB)
#define SMALL_SLACK (6 * MIB)
#define PARALLEL_MIN (16 * MIB)
#define KEEP_YOUNG_MAX 1500
#define PROMPT_MANY 1000
#define PROMPT_WORK 256
#define CREDIT_NS 20000000 /* of prompt collections */
#define CALLBACKS_CREDIT_NS 2000000
#define DEAR_NS 50000      /* one costs no more of it */
#define USEFUL_CREDIT_NS 200000000
#define USEFUL_SHARE 20
#define VAIN_MAX 64        /* so many in vain are paid by the one that finds something */

/* --- roots ---------------------------------------------------------------------------------------------------------------- */

void wf_gc_add_root(WfRuntime *rt, WfValue *root)
{
    WfGc *gc = rt->gc;
    wf_raw_lock(&gc->roots_lock);
    if (!wf_vec_push(&gc->roots, root)) {
        WF_FATAL("no memory for a root");
    }
    wf_raw_unlock(&gc->roots_lock);
}

void wf_gc_remove_root(WfRuntime *rt, WfValue *root)
{
    WfGc *gc = rt->gc;
    wf_raw_lock(&gc->roots_lock);
    for (size_t i = gc->roots.len; i-- > 0;) {
        if (gc->roots.data[i] == root) {
            gc->roots.data[i] = wf_vec_pop(&gc->roots);
            break;
        }
    }
    wf_raw_unlock(&gc->roots_lock);
}

/* --- statistics ------------------------------------------------------------------------------------------------------------- */

/* Eighths of powers of two of nanoseconds. */
static unsigned pause_bucket(uint64_t ns)
{
    if (ns < 8) {
        return (unsigned)ns;
    }
    unsigned log = 63u - (unsigned)__builtin_clzll(ns);
    unsigned k = (log - 2) * 8 + (unsigned)(ns >> (log - 3) & 7);
    return k < 256 ? k : 255;
}

static uint64_t bucket_start(unsigned k)
{
    return k < 8 ? k : (uint64_t)(8 + (k & 7)) << ((k >> 3) - 1);
}

static void record_pause(WfGc *gc, unsigned kind, uint64_t ns, uint64_t dead)
{
    WfGcStats *s = &gc->stats;
    s->collections[kind]++;
    s->collected[kind] += dead;
    s->pause_total_ns[kind] += ns;
    s->pause_last_ns[kind] = ns;
    if (ns > s->pause_max_ns[kind]) {
        s->pause_max_ns[kind] = ns;
    }
    gc->pauses[kind][pause_bucket(ns)]++;
}

void wf_gc_get_stats(WfRuntime *rt, WfGcStats *out)
{
    WfGc *gc = rt->gc;
    *out = gc->stats;
    out->live_bytes = gc->live_bytes;
    out->live_cells = gc->live_cells;
    out->allocated_bytes = wf_atomic_load_relaxed_u64(&gc->x_allocated);
    out->freed_to_system = gc->freed_to_system;
    wf_raw_lock(&gc->lock);
    out->heap_bytes = (gc->x_top - (gc->free_blocks - gc->dirty_free)) << WF_BLOCK_SHIFT;
    wf_raw_unlock(&gc->lock);
    for (unsigned kind = 0; kind < 3; kind++) {
        uint64_t half = (gc->stats.collections[kind] + 1) / 2;
        uint64_t seen = 0;
        unsigned k = 0;
        while (k < 255 && seen + gc->pauses[kind][k] < half) {
            seen += gc->pauses[kind][k++];
        }
        out->pause_median_ns[kind] = half == 0 ? 0 : bucket_start(k);
    }
}

void wf_gc_enable(WfRuntime *rt, bool on)
{
    wf_atomic_store_relaxed_u8(&rt->gc->x_enabled, on);
}

bool wf_gc_is_enabled(WfRuntime *rt)
{
    return wf_atomic_load_relaxed_u8(&rt->gc->x_enabled) != 0;
}

void wf_gc_set_threshold(WfRuntime *rt, const int64_t threshold[3])
{
    for (unsigned i = 0; i < 3; i++) {
        wf_atomic_store_relaxed_i64(&rt->gc->thresholds[i], threshold[i]);
    }
}

void wf_gc_get_threshold(WfRuntime *rt, int64_t threshold[3])
{
    for (unsigned i = 0; i < 3; i++) {
        threshold[i] = wf_atomic_load_relaxed_i64(&rt->gc->thresholds[i]);
    }
}

void wf_gc_freeze(WfRuntime *rt, bool on)
{
    WfGc *gc = rt->gc;
    wf_atomic_store_relaxed_i64(&gc->frozen, on ? (int64_t)gc->live_cells : 0);
}

int64_t wf_gc_freeze_count(WfRuntime *rt)
{
    return wf_atomic_load_relaxed_i64(&rt->gc->frozen);
}

bool wf_gc_is_marked(const void *p)
{
    return (wf_mark_bits(p) & 3) != 0;
}

/* --- a collection, world stopped ---------------------------------------------------------------------------------------------- */

typedef struct Counts {
    uint64_t unused_cells, unused_bytes;
} Counts;

static void flush_counts(void *arg, WfThread *t)
{
    Counts *c = arg;
    WfGc *gc = t->rt->gc;
    if (t->heap != NULL) {
        gc->x_allocated += t->heap->taken_bytes;
        gc->x_allocated_cells += t->heap->taken_cells;
        wf_heap_count_unused(t, &c->unused_cells, &c->unused_bytes);
    }
}

static void begin_full(WfGc *gc)
{
    uint64_t blocks = gc->x_top;
    memcpy((void *)WF_OLD_MARK_BASE, (void *)WF_MARK_BASE, blocks << 9);
    memset((char *)WF_MARK_BASE + (WF_STATIC_BLOCKS << 9), 0, (blocks - WF_STATIC_BLOCKS) << 9);
    memset((void *)WF_CARD_BASE, 0, blocks << 7);
    gc->replaced.len = 0;
    wf_weak_rewatch(gc);
}

/* Old buffers that lost their owner and that nobody had any more: they will not be traced again, so what they refer to may be
 * about to go. */
static void settle_replaced(WfGc *gc)
{
    for (size_t i = 0; i < gc->replaced.len; i++) {
        uint64_t *words = (uint64_t *)(void *)gc->replaced.data[i];
        if (wf_mark_bits(words) == 3) {
            wf_watch_set(words, false);
            for (size_t k = wf_gc_cell_size(words) / 8; k-- > 1;) {
                if (words[k] >> 39 == WF_HEAP_TAG) {
                    words[k] = 0;
                }
            }
        }
    }
    gc->replaced.len = 0;
}

/* Note [Prompt collections keep the young young]: a reference from an old object keeps its target alive, and with sticky marks
 * everything that has survived is old. If `box = [f]` became old in one prompt collection, dropping box and f later would
 * not free f in the next one. So a prompt collection that finds few survivors is a question only: what it marked is unmarked
 * again, cards stay as they are, no new epoch begins and nothing is swept; finalizers and weak references of what
 * was not found are seen to, its memory goes with the next real collection. Until then a stale word on a C stack
 * may lead to such a dead cell, so all that it refers to has to stay too: `doomed`, in weak.c. */
static void unmark_found(WfGc *gc, WfMarker *m)
{
    uint64_t old_cells = 0;
    uint64_t old_bytes = 0;
    for (size_t i = 0; i < gc->found.len; i++) {
        WfObject *o = gc->found.data[i];
        WfBlock *b = wf_block_of(o);
        if (wf_is_fresh(gc, b, o) || (wf_can_watch(o) && (wf_mark_bits(o) & 2) != 0)) {
            wf_mark_clear(o);
        } else { /* kept for a finalizer that still waits or has made it reachable again: without a mark it would be swept */
            wf_barrier_range((WfSlot *)(void *)o, wf_gc_cell_size(o) / sizeof(WfSlot));
            old_cells++;
            old_bytes += wf_gc_cell_size(o);
        }
    }
    m->cells = old_cells;
    m->bytes = old_bytes;
    gc->found.len = 0;
}

static void drop_pointers(void *arg, WfThread *t)
{
    (void)arg;
    t->rt->drop_pointers(t);
}

static void end_thread(void *arg, WfThread *t)
{
    WfGc *gc = arg;
    if (gc->x_asking == 0) {
        wf_break_clear(t, WF_BREAK_PROMPT);
    }
    if (!gc->keep_young && !t->wants_exact_gc) {
        wf_break_clear(t, WF_BREAK_GC);
    }
}

/* Long pauses make the next young collection come earlier; a large share of the time makes it come later. */
static void adapt(WfGc *gc, uint64_t ns, uint64_t since)
{
    uint64_t cap = gc->live_bytes / 4;
    cap = cap < YOUNG_CAP ? YOUNG_CAP : cap > YOUNG_MAX ? YOUNG_MAX : cap;
    uint64_t limit = gc->young_limit;
    if (ns > 2500000) {
        limit = limit * 2000 / (ns / 1000);
    } else if (ns < 1250000 && ns * 50 > since) {
        limit *= 2;
    }
    limit = limit > cap ? cap : limit < YOUNG_MIN ? YOUNG_MIN : limit;
    wf_atomic_store_relaxed_u64(&gc->young_limit, limit);
}

/* A small heap may not grow much: what a program makes first is often garbage by the time it makes the next, and tracing some
 * megabytes costs little. Tracing a large one again and again would cost a share of the time. */
static bool full_is_due(const WfGc *gc)
{
    uint64_t live = gc->full_live_bytes;
    return gc->live_bytes > live + (live < SMALL_HEAP ? live / 4 + SMALL_SLACK : live / 4 * 3);
}

static int64_t collect_stw(WfGc *gc, WfGcCause cause, int64_t start)
{
    WfRuntime *rt = gc->rt;
    WfMarker *m = &gc->marker;
    bool full = cause == WF_GC_FULL || gc->want_full
                || (cause == WF_GC_YOUNG && full_is_due(gc));
    wf_marker_init(gc, m);
    gc->full = full;
    gc->keep_young = cause == WF_GC_PROMPT && !full && gc->static_traced;
    if (full) {
        begin_full(gc);
    }
    if (full || !gc->static_traced) {
        wf_mark_static(m);
        gc->static_traced = true;
    }
    m->found = gc->keep_young ? &gc->found : NULL;
    if (!full) {
        wf_mark_cards(m, !gc->keep_young);
    }
    wf_mark_roots(m);
    if (full && gc->live_bytes >= PARALLEL_MIN) {
        wf_mark_parallel(gc, m);
    } else {
        wf_mark_drain(m);
    }
    m->found = NULL;
    if (gc->n_prompt++ == 0) {
        gc->prompt_base = m->rescanned;
    }
    if (gc->keep_young /* too many to trace them again and again: let them grow old */
        && (gc->found.len > KEEP_YOUNG_MAX || (gc->n_prompt > PROMPT_MANY && gc->found.len + m->rescanned > gc->prompt_base + PROMPT_WORK))) {
        gc->keep_young = false;
        gc->found.len = 0;
        memset((void *)WF_CARD_BASE, 0, gc->x_top << 7);
    }
    if (!gc->keep_young) {
        wf_mark_forget_tables(m);
    }
    int64_t garbage = gc->counts ? wf_gc_count_garbage(gc) : 0;
    wf_weak_process(gc, m, full);
    if (full && rt->after_mark != NULL) {
        rt->after_mark(rt);
    }
#if WF_DEBUG
    if (gc->verify && !full) {
        wf_debug_verify(gc);
    }
#endif
    gc->want_full = false;
    Counts unused = {0, 0};
    int64_t dead = 0;
    if (gc->keep_young) {
        unmark_found(gc, m);
        gc->live_cells += m->cells;
        gc->live_bytes += m->bytes;
    } else {
        settle_replaced(gc);
        wf_mark_forget_tables(m); /* also those that hang from kept objects */
        gc->held.len = 0;
        wf_world_each_thread(rt, flush_counts, &unused);
        uint64_t before = gc->live_cells + gc->x_allocated_cells - unused.unused_cells;
        gc->live_cells = m->cells + (full ? 0 : gc->live_cells);
        gc->live_bytes = m->bytes + (full ? 0 : gc->live_bytes);
        gc->full_live_bytes = full ? m->bytes : gc->full_live_bytes;
        dead = (int64_t)(before - gc->live_cells);
        gc->want_full = cause == WF_GC_PROMPT && full_is_due(gc); /* it took the place of a young one, which would have been full */
    }
    wf_mark_redirty(m);
    gc->full = false;
    if (!gc->keep_young) {
        gc->n_prompt = 0;
        wf_heap_finish(gc, full);
        gc->x_allocated = 0;
        gc->x_allocated_cells = 0;
        gc->x_requested = 0;
    }
#if WF_DEBUG
    if (gc->check_heap != 0 && ++gc->heap_checks % gc->check_heap == 0) {
        wf_debug_check_heap(gc);
    }
#endif
    wf_world_each_thread(rt, end_thread, gc);
    if (full && rt->drop_pointers != NULL) {
        wf_world_each_thread(rt, drop_pointers, NULL);
    }
    uint64_t keep = (gc->young_limit + gc->live_bytes / 8) >> WF_BLOCK_SHIFT;
    if (full || (cause == WF_GC_YOUNG && gc->dirty_free > 4 * keep)) {
        wf_heap_trim(gc, keep);
    }
    uint64_t ns = (uint64_t)(wf_clock_monotonic() - start);
    record_pause(gc, full ? 2 : cause == WF_GC_PROMPT ? 1 : 0, ns, dead > 0 ? (uint64_t)dead : 0);
    if (cause == WF_GC_YOUNG && !full) {
        adapt(gc, ns, (uint64_t)(start - gc->last_end_ns));
    }
    gc->last_end_ns = start + (int64_t)ns;
    return gc->counts ? garbage : dead > 0 ? dead : 0;
}

static int64_t collect(WfThread *t, WfGcCause cause, bool counted)
{
    WfGc *gc = t->rt->gc;
    int64_t start = wf_clock_monotonic();
    t->stop_sp = wf_spill_registers(t->spilled);
    while (!wf_world_stop(t)) {
        if (cause != WF_GC_FULL && !counted) {
            return 0; /* another thread has collected meanwhile */
        }
        t->stop_sp = wf_spill_registers(t->spilled);
    }
    gc->counts = counted;
    int64_t dead = collect_stw(gc, cause, start);
    gc->counts = false;
    wf_world_start(t);
    if (wf_weak_queued(gc)) {
        wf_break_set(t, WF_BREAK_FINALIZE);
    }
    return dead;
}

WF_NOINLINE int64_t wf_gc_collect(WfThread *t, WfGcCause cause)
{
    return collect(t, cause, false);
}

WF_NOINLINE int64_t wf_gc_collect_counted(WfThread *t, WfGcCause cause)
{
    return collect(t, cause, true);
}

void wf_gc_request_exact(WfThread *t)
{
    t->wants_exact_gc = true;
    wf_break_set(t, WF_BREAK_GC);
}

static void poll_hook(WfThread *t)
{
    WfGc *gc = t->rt->gc;
    if (t->wants_exact_gc) {
        if (!t->stop_exact) {
            wf_break_set(t, WF_BREAK_GC); /* later */
            return;
        }
        t->wants_exact_gc = false;
        (void)wf_gc_collect(t, WF_GC_FULL);
        return;
    }
    if (wf_atomic_load_relaxed_u64(&gc->x_allocated) >= wf_atomic_load_relaxed_u64(&gc->young_limit)) {
        (void)wf_gc_collect(t, WF_GC_YOUNG);
    }
}

/* --- prompt collections --------------------------------------------------------------------------------------------------------- */

/* Adds what the time since has earned. */
static int64_t earn(WfPromptBudget *b, int64_t now)
{
    int64_t saved = wf_atomic_load_relaxed_i64(&b->x_saved_ns);
    int64_t more = (now - wf_atomic_load_relaxed_i64(&b->x_since_ns)) / b->share;
    if (more > 0) {
        saved = saved + more < b->credit ? saved + more : b->credit;
        wf_atomic_store_relaxed_i64(&b->x_saved_ns, saved);
        wf_atomic_store_relaxed_i64(&b->x_since_ns, now);
    }
    return saved;
}

static void spend(WfPromptBudget *b, int64_t ns)
{
    wf_atomic_store_relaxed_i64(&b->x_saved_ns, wf_atomic_load_relaxed_i64(&b->x_saved_ns) - ns);
}

static bool may_collect(WfGc *gc, WfPromptBudget *b, int64_t now)
{
#if WF_DEBUG
    if (gc->always_prompt) {
        return true;
    }
#endif
    return earn(b, now) > 0;
}

/* Who pays. Threads, for one, are in a weak set as long as they live: that shall not cost much. */
static WfPromptBudget *prompt_budget(WfGc *gc)
{
    return wf_atomic_load_relaxed_u64(&gc->x_finalizable) > 0 ? &gc->prompt : &gc->callbacks;
}

static void collect_within(WfThread *t, WfPromptBudget *b, int64_t now)
{
    WfGc *gc = t->rt->gc;
    int64_t start = wf_clock_now(WF_CLOCK_THREAD_CPU); /* time that others take is not charged */
    (void)wf_gc_collect(t, WF_GC_PROMPT);
    int64_t cost = wf_clock_now(WF_CLOCK_THREAD_CPU) - start;
    if (!gc->keep_young && cost > DEAR_NS) { /* it did the work of a young collection, which comes later for that */
        cost = DEAR_NS;
    }
    int64_t vain_ns = wf_atomic_load_relaxed_i64(&b->x_vain_ns);
    int64_t vain = wf_atomic_load_relaxed_i64(&b->x_vain);
    if (!gc->found_dead) {
        spend(b, cost);
        wf_atomic_store_relaxed_i64(&b->x_vain_ns, vain < VAIN_MAX ? vain_ns + cost : 0);
        wf_atomic_store_relaxed_i64(&b->x_vain, vain + 1);
        return;
    }
    if (earn(&gc->useful, now) >= vain_ns + cost) {
        spend(&gc->useful, vain_ns + cost);
        spend(b, -vain_ns);
    } else {
        spend(b, cost);
    }
    wf_atomic_store_relaxed_i64(&b->x_vain_ns, 0);
    wf_atomic_store_relaxed_i64(&b->x_vain, 0);
}

static void set_prompt(void *arg, WfThread *u)
{
    (void)arg;
    wf_break_set(u, WF_BREAK_PROMPT);
}

void wf_prompt_arm(WfThread *t)
{
    WfGc *gc = t->rt->gc;
    if (wf_atomic_load_relaxed_u64(&gc->x_asking) == 0) {
        wf_atomic_store_relaxed_u8(&gc->x_paused, 0);
    } else if (wf_atomic_load_relaxed_u8(&gc->x_paused) != 0 || (wf_breaker(t) & WF_BREAK_PROMPT) == 0) {
        bool allowed = may_collect(gc, prompt_budget(gc), wf_clock_monotonic());
        wf_atomic_store_relaxed_u8(&gc->x_paused, !allowed);
        if (allowed) {
            wf_world_each_thread(t->rt, set_prompt, NULL);
        }
    }
}

typedef struct Settled {
    uint64_t cells, bytes;
} Settled;

static bool settle_cell(void *arg, WfObject *o)
{
    Settled *s = arg;
    uint64_t bit, *word = wf_mark_word(o, &bit);
    if ((*word & bit) == 0) {
        *word |= bit;
        s->cells++;
        s->bytes += wf_gc_cell_size(o);
    }
    return true;
}

/* What there is grows old, dead or not, and the collection that follows finds nothing to trace: nearly all of what a start makes stays. */
static void settle_runtime(WfThread *t)
{
    WfGc *gc = t->rt->gc;
    Settled s = {0, 0};
    t->stop_sp = wf_spill_registers(t->spilled);
    while (!wf_world_stop(t)) {
        t->stop_sp = wf_spill_registers(t->spilled);
    }
    memset((void *)WF_CARD_BASE, 0, gc->x_top << 7);
    wf_gc_walk(t, settle_cell, &s);
    gc->static_traced = true;
    (void)collect_stw(gc, WF_GC_YOUNG, wf_clock_monotonic());
    gc->live_cells += s.cells;
    gc->live_bytes += s.bytes;
    gc->stats = (WfGcStats){0};
    gc->runtime_finalizable = gc->old_finalizable.len;
    wf_world_start(t);
}

void wf_gc_begin_program(WfThread *t)
{
    WfGc *gc = t->rt->gc;
    int64_t now = wf_clock_monotonic();
    gc->prompt = (WfPromptBudget){CREDIT_NS, now, 100, CREDIT_NS, 0, 0};
    gc->callbacks = (WfPromptBudget){CALLBACKS_CREDIT_NS, now, 100, CALLBACKS_CREDIT_NS, 0, 0};
    gc->look = (WfPromptBudget){CREDIT_NS, now, 20, CREDIT_NS, 0, 0};
    gc->useful = (WfPromptBudget){USEFUL_CREDIT_NS, now, USEFUL_SHARE, USEFUL_CREDIT_NS, 0, 0};
    wf_raw_lock(&gc->weak_lock);
    for (size_t i = 0; i < gc->watched.len; i++) { /* those of the runtime itself, like the standard streams */
        gc->watched.data[i].asks = false;
        gc->watched.data[i].age = UINT32_MAX; /* old now */
    }
    wf_atomic_store_relaxed_u64(&gc->x_asking, 0);
    wf_atomic_store_relaxed_u64(&gc->x_finalizable, 0);
    wf_raw_unlock(&gc->weak_lock);
    settle_runtime(t); /* and not beside the program's first objects */
#if WF_DEBUG
    gc->fail_left = gc->fail_first;
#endif
}

void wf_gc_prompt(WfThread *t)
{
    WfGc *gc = t->rt->gc;
    int64_t now = wf_clock_monotonic();
    WfPromptBudget *b = prompt_budget(gc);
    if (wf_atomic_load_relaxed_u64(&gc->x_asking) == 0 || !may_collect(gc, b, now)) {
        wf_atomic_store_relaxed_u8(&gc->x_paused, 1);
        wf_break_clear(t, WF_BREAK_PROMPT);
        return;
    }
    bool exact = t->stop_exact;
    t->stop_exact = true;
    collect_within(t, b, now);
    t->stop_exact = exact;
}

/* Not inlined: the target's address has to be off the stack when the collection looks there. */
static WF_NOINLINE bool target_may_die(const WfWeakHead *r)
{
    uint64_t bits = wf_atomic_load_relaxed_u64(&r->x_target);
    return bits != 0 && !wf_mark_is_set((void *)(uintptr_t)bits); /* a marked cell is old: a young collection keeps it */
}

void wf_gc_look(WfThread *t, const WfWeakHead *r)
{
    WfGc *gc = t->rt->gc;
    if (r != NULL ? !target_may_die(r) : wf_atomic_load_relaxed_u64(&gc->x_asking) == 0) {
        return;
    }
    int64_t now = wf_clock_monotonic();
    if (may_collect(gc, &gc->look, now)) {
        collect_within(t, &gc->look, now);
    }
}

/* --- start ------------------------------------------------------------------------------------------------------------------------- */

static bool thread_begin(WfThread *t)
{
    t->heap = calloc(1, sizeof *t->heap);
    return t->heap != NULL;
}

static void after_fork(WfThread *t)
{
    WfGc *gc = t->rt->gc;
    wf_raw_lock_after_fork(&gc->lock);
    wf_raw_lock_after_fork(&gc->roots_lock);
    for (unsigned cls = 0; cls < WF_SIZE_CLASSES; cls++) {
        wf_raw_lock_after_fork(&gc->classes[cls].lock);
    }
    wf_weak_after_fork(gc);
    wf_mark_pool_after_fork(gc);
}

void wf_gc_init(WfRuntime *rt)
{
    WfGc *gc = aligned_alloc(64, (sizeof *gc + 63) & ~(size_t)63);
    if (gc == NULL) {
        WF_FATAL("no memory for the collector");
    }
    memset(gc, 0, sizeof *gc);
    gc->rt = rt;
    rt->gc = gc;
    gc->young_limit = YOUNG_START;
    gc->x_enabled = 1;
    gc->thresholds[0] = 700;
    gc->thresholds[1] = 10;
    gc->thresholds[2] = 10;
    gc->prompt = gc->callbacks = gc->look = gc->useful = (WfPromptBudget){0, INT64_MAX, 1, 0, 0, 0}; /* not while the runtime starts */
    rt->heap_thread_begin = thread_begin;
    rt->heap_thread_end = wf_heap_thread_end;
    rt->heap_after_fork = after_fork;
    rt->gc_poll = poll_hook;
    wf_heap_init(gc);
#if WF_DEBUG
    wf_debug_init(gc);
#endif
}
