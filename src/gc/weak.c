/* weak.c - finalizers, weak references and release hooks.
 * SPDX-License-Identifier: MIT
 * Design:     lists of the cells concerned, in two ages, looked at after marking; a young collection sees the young ones only.
 *             Sticky marks make every survivor old, but a file or an object with __del__ should go away when it is dropped,
 *             however many collections it has seen. So such cells are *watched* (a bit behind the mark): when a watched cell
 *             survives, its mark is taken away again, and the cards of whatever refers to it stay dirty, so that the
 *             next young collection looks for it anew. After some collections it is left to grow old.
 *             An unreachable object with a finalizer is marked after all, with what hangs from it (`kept`), and queued; these
 *             cells stay young in the same way, so that the collection after the finalizer has run frees them.
 *             Order: a finalizer is queued before those of the objects it can reach.
 *             What a prompt collection finds dead stays watched until the next real one (gc.c, unmark_found).
 * Invariants: K1 a cell that is unmarked and watched is alive or in question, never swept.
 *             K2 an entry of a weak table whose target or weak reference may die in a young collection (also one that was old
 *             and has been kept for a finalizer) is in its shard's young list; likewise young_release.
 * Threads:    registering takes weak_lock or a shard's lock (raw); the rest runs with the world stopped.
 * Tests:      tests/unit/test_gc_weak.c */
#include "gc/heap.h"

/* Young collections that a watched cell may survive, and how many cells are watched at most. */
#define AGE_FINALIZABLE 16
#define AGE_WEAKREFED 4
#define WATCHED_MAX 1024

static uint8_t flags_of(const WfObject *o)
{
    return wf_atomic_load_relaxed_u8(&o->x_flags);
}

static void set_flag(WfObject *o, uint8_t flag)
{
    (void)wf_atomic_fetch_or_relaxed_u8(&o->x_flags, flag);
}

static bool is_watched(const WfObject *o)
{
    return (wf_mark_bits(o) & 2) != 0 && wf_can_watch(o);
}

static void push_or_die(WfObjectVec *v, WfObject *o)
{
    if (!wf_vec_push(v, o)) {
        WF_FATAL("no memory for the collector");
    }
}

/* A young cell is watched from now on. weak_lock is held. */
static bool watch(WfGc *gc, WfObject *o, bool asks)
{
    WfWatch w = {o, 0, asks};
    if (!wf_vec_push(&gc->watched, w)) {
        return false;
    }
    if (wf_can_watch(o)) {
        wf_watch_set(o, true);
    }
    wf_atomic_store_relaxed_u64(&gc->x_asking, gc->x_asking + asks);
    if (asks && (flags_of(o) & WF_OBJ_FINALIZABLE) != 0) {
        wf_atomic_store_relaxed_u64(&gc->x_finalizable, gc->x_finalizable + 1);
    }
    return true;
}

/* It has its watch bit for another reason. weak_lock is held. */
static bool watch_more(WfGc *gc, WfObject *o, bool asks)
{
    for (size_t i = gc->watched.len; i-- > 0;) {
        if (gc->watched.data[i].o == o) {
            if (asks && !gc->watched.data[i].asks) {
                gc->watched.data[i].asks = true;
                wf_atomic_store_relaxed_u64(&gc->x_asking, gc->x_asking + 1);
            }
            if (asks && (flags_of(o) & WF_OBJ_FINALIZABLE) != 0) {
                wf_atomic_store_relaxed_u64(&gc->x_finalizable, gc->x_finalizable + 1);
            }
            return true;
        }
    }
    for (size_t i = 0; i < gc->kept.len; i++) {
        if (gc->kept.data[i] == o) {
            gc->kept.data[i] = wf_vec_pop(&gc->kept);
            return watch(gc, o, asks);
        }
    }
    return watch(gc, o, asks);
}

WfStatus wf_gc_register_finalizable(WfThread *t, WfObject *o)
{
    WfGc *gc = t->rt->gc;
    set_flag(o, WF_OBJ_FINALIZABLE);
    wf_raw_lock(&gc->weak_lock);
    bool ok;
    if (wf_mark_is_set(o)) {
        ok = wf_vec_push(&gc->old_finalizable, o);
    } else {
        ok = is_watched(o) ? watch_more(gc, o, true) : watch(gc, o, true);
    }
    wf_raw_unlock(&gc->weak_lock);
    if (!ok) {
        t->rt->raise_no_memory(t);
        return WF_RAISED;
    }
    wf_prompt_arm(t);
    return WF_OK;
}

WfStatus wf_gc_register_release(WfThread *t, WfObject *o)
{
    WfGc *gc = t->rt->gc;
    wf_raw_lock(&gc->weak_lock);
    bool ok = wf_vec_push(&gc->young_release, o);
    wf_raw_unlock(&gc->weak_lock);
    if (!ok) {
        t->rt->raise_no_memory(t);
        return WF_RAISED;
    }
    return WF_OK;
}

void wf_gc_replaced_slow(WfThread *t, void *cell)
{
    WfGc *gc = t->rt->gc;
    if (!wf_can_watch(cell)) {
        return;
    }
    wf_raw_lock(&gc->weak_lock);
    if (!is_watched(cell) && wf_vec_push(&gc->replaced, (WfObject *)cell)) {
        wf_watch_set(cell, true);
    }
    wf_raw_unlock(&gc->weak_lock);
}

void wf_gc_hold_young(WfThread *t, WfObject *o)
{
    WfGc *gc = t->rt->gc;
    if (!wf_mark_is_set(o)) {
        wf_raw_lock(&gc->weak_lock);
        if (!wf_vec_push(&gc->held, o)) {
            gc->want_full = true;
        }
        wf_raw_unlock(&gc->weak_lock);
    }
}

/* --- the table of weak references --------------------------------------------------------------------------------------- */

static uint64_t hash_of(const void *p)
{
    return ((uint64_t)(uintptr_t)p >> 4) * 0x9e3779b97f4a7c15u;
}

static WfWeakShard *shard_of(WfGc *gc, const void *target)
{
    return &gc->weak[hash_of(target) >> 60];
}

static uint32_t *head_of(WfWeakShard *s, const void *target)
{
    return &s->heads[(hash_of(target) >> 20) & (s->n_heads - 1)];
}

static bool grow_heads(WfWeakShard *s)
{
    uint32_t n = s->n_heads == 0 ? 16 : s->n_heads * 2;
    uint32_t *heads = calloc(n, sizeof *heads);
    if (heads == NULL) {
        return false;
    }
    free(s->heads);
    s->heads = heads;
    s->n_heads = n;
    for (uint32_t i = 1; i < s->entries.len; i++) {
        WfWeakEntry *e = &s->entries.data[i];
        if (e->target != NULL) {
            uint32_t *head = head_of(s, e->target);
            e->next = *head;
            *head = i;
        }
    }
    return true;
}

/* 0: no memory. */
static uint32_t add_entry(WfGc *gc, WfWeakShard *s, WfObject *weakref, WfObject *target)
{
    if ((s->n_used >= s->n_heads && !grow_heads(s)) || !wf_vec_reserve(&s->young, s->young.len + 1)) {
        return 0;
    }
    uint32_t at = s->unused;
    if (at != 0) {
        s->unused = s->entries.data[at].next;
    } else {
        if (s->entries.len == 0) {
            WfWeakEntry none = {0};
            if (!wf_vec_push(&s->entries, none)) {
                return 0;
            }
        }
        WfWeakEntry fresh = {0};
        if (!wf_vec_push(&s->entries, fresh)) {
            return 0;
        }
        at = (uint32_t)s->entries.len - 1;
    }
    uint32_t *head = head_of(s, target);
    s->entries.data[at] = (WfWeakEntry){target, weakref, *head, 0, wf_atomic_fetch_add_relaxed_u64(&gc->x_weak_numbers, 1)};
    *head = at;
    s->n_used++;
    s->young.data[s->young.len++] = at;
    return at;
}

static void remove_entry(WfWeakShard *s, uint32_t at)
{
    WfWeakEntry *e = &s->entries.data[at];
    uint32_t *link = head_of(s, e->target);
    while (*link != at) {
        link = &s->entries.data[*link].next;
    }
    *link = e->next;
    *e = (WfWeakEntry){NULL, NULL, s->unused, 0, 0};
    s->unused = at;
    s->n_used--;
}

WfStatus wf_gc_register_weakref(WfThread *t, WfObject *weakref, WfObject *target, bool asks)
{
    WfGc *gc = t->rt->gc;
    WfWeakShard *s = shard_of(gc, target);
    set_flag(target, WF_OBJ_WEAKREFED);
    wf_raw_lock(&s->lock);
    bool ok = add_entry(gc, s, weakref, target) != 0;
    wf_raw_unlock(&s->lock);
    /* classes are part of cycles, nobody expects them to go at once */
    if (ok && target->kind != WF_KIND_TYPE && !wf_mark_is_set(target) && wf_can_watch(target)) {
        wf_raw_lock(&gc->weak_lock);
        ok = is_watched(target) ? watch_more(gc, target, asks) : watch(gc, target, asks);
        wf_raw_unlock(&gc->weak_lock);
        if (asks) {
            wf_prompt_arm(t);
        }
    }
    if (!ok) {
        t->rt->raise_no_memory(t);
        return WF_RAISED;
    }
    return WF_OK;
}

void wf_gc_each_weakref(WfThread *t, WfObject *target, bool (*f)(void *arg, WfObject *weakref), void *arg)
{
    if ((flags_of(target) & WF_OBJ_WEAKREFED) == 0) {
        return;
    }
    WfWeakShard *s = shard_of(t->rt->gc, target);
    wf_raw_lock(&s->lock);
    if (s->n_heads != 0) {
        for (uint32_t at = *head_of(s, target); at != 0; at = s->entries.data[at].next) {
            WfWeakEntry *e = &s->entries.data[at];
            if (e->target == target && !f(arg, e->weakref)) {
                break;
            }
        }
    }
    wf_raw_unlock(&s->lock);
}

/* After marking. True: the entry goes on. */
static bool settle_entry(WfGc *gc, WfWeakShard *s, uint32_t at)
{
    WfWeakEntry *e = &s->entries.data[at];
    bool alive = wf_mark_is_set(e->weakref);
    if (wf_mark_is_set(e->target)) {
        if (alive) {
            return true;
        }
    }
    /* also of a dead one: a stale word may bring it back */
    WfWeakHead *r = (WfWeakHead *)e->weakref;
    wf_atomic_store_release_u64(&r->x_target, 0);
    if (alive) {
        gc->found_dead = true;
        WfValue callback = wf_load(&r->callback);
        if (!wf_is_empty(callback) && !wf_is_none(callback)) {
            WfDue due = {e->weakref, e->target, e->number, e->number};
            if (!wf_vec_push(&gc->due, due)) {
                WF_FATAL("no memory for the collector");
            }
        }
    }
    remove_entry(s, at);
    return false;
}

/* May the next young collection find one of the two dead? */
static bool stays_young(const WfWeakEntry *e)
{
    return is_watched(e->target) || is_watched(e->weakref);
}

static void settle_shard(WfGc *gc, WfWeakShard *s, bool full)
{
    size_t n = s->young.len;
    size_t kept = n;
    for (size_t i = n; i-- > 0;) {
        uint32_t at = s->young.data[i];
        if (settle_entry(gc, s, at)) {
            if (gc->keep_young || stays_young(&s->entries.data[at])) {
                s->young.data[--kept] = at;
            } else {
                s->entries.data[at].old = 1;
            }
        }
    }
    memmove(s->young.data, s->young.data + kept, (n - kept) * sizeof s->young.data[0]);
    s->young.len = n - kept;
    for (uint32_t at = (uint32_t)s->entries.len; full && at-- > 1;) {
        WfWeakEntry *e = &s->entries.data[at];
        if (e->target != NULL && e->old && settle_entry(gc, s, at) && stays_young(e)) { /* kept for a finalizer */
            e->old = 0;
            if (!wf_vec_push(&s->young, at)) {
                WF_FATAL("no memory for the collector");
            }
        }
    }
}

static int by_target(const void *a, const void *b)
{
    const WfDue *x = a;
    const WfDue *y = b;
    return x->target != y->target ? (x->target > y->target ? 1 : -1) : (x->number > y->number) - (x->number < y->number);
}

static int by_turn(const void *a, const void *b)
{
    const WfDue *x = a;
    const WfDue *y = b;
    return x->first != y->first ? (x->first > y->first ? 1 : -1) : (x->number < y->number) - (x->number > y->number);
}

/* Callbacks of one target are called the newest first. */
static void queue_due(WfGc *gc)
{
    WfDue *due = gc->due.data;
    size_t n = gc->due.len;
    if (n > 1) {
        qsort(due, n, sizeof *due, by_target);
        for (size_t i = 1; i < n; i++) {
            if (due[i].target == due[i - 1].target) {
                due[i].first = due[i - 1].first;
            }
        }
        qsort(due, n, sizeof *due, by_turn);
    }
    for (size_t i = 0; i < n; i++) {
        push_or_die(&gc->to_call, due[i].weakref);
    }
    gc->due.len = 0;
}

/* --- finalizers ------------------------------------------------------------------------------------------------------------ */

/* An unreachable object with a finalizer; kept[from, to) was found through it. */
typedef struct Dead {
    WfObject *o;
    size_t from, to;
    size_t at;
    bool queued;
} Dead;
typedef WF_VEC(Dead) DeadVec;

static int by_address(const void *a, const void *b)
{
    const Dead *const *x = a;
    const Dead *const *y = b;
    return ((*x)->o > (*y)->o) - ((*x)->o < (*y)->o);
}

static Dead *find_dead(Dead **sorted, size_t n, const WfObject *o)
{
    size_t low = 0;
    while (low < n) {
        size_t mid = (low + n) / 2;
        if (sorted[mid]->o == o) {
            return sorted[mid];
        }
        if (sorted[mid]->o < o) {
            low = mid + 1;
        } else {
            n = mid;
        }
    }
    return NULL;
}

/* Queues d and then, in the order in which they were found, those that it reaches. */
static void queue_with_children(WfGc *gc, Dead *d, Dead **sorted, size_t n, Dead **stack)
{
    if (d->queued) {
        return;
    }
    size_t depth = 0;
    d->queued = true;
    d->at = d->from;
    push_or_die(&gc->to_finalize, d->o);
    stack[depth++] = d;
    while (depth > 0) {
        Dead *top = stack[depth - 1];
        if (top->at == top->to) {
            depth--;
            continue;
        }
        WfObject *o = gc->kept.data[top->at++];
        if ((flags_of(o) & WF_OBJ_FINALIZABLE) == 0) {
            continue;
        }
        Dead *inner = find_dead(sorted, n, o);
        if (inner != NULL && !inner->queued) {
            inner->queued = true;
            inner->at = inner->from;
            push_or_die(&gc->to_finalize, inner->o);
            stack[depth++] = inner;
        }
    }
    push_or_die(&gc->to_finalize, NULL);
}

static void keep_dead(WfGc *gc, WfMarker *m, DeadVec *dead)
{
    size_t n = dead->len;
    Dead **sorted = malloc(2 * n * sizeof *sorted);
    if (sorted == NULL) {
        WF_FATAL("no memory for the collector");
    }
    m->found = &gc->kept;
    for (size_t i = 0; i < n; i++) {
        Dead *d = &dead->data[i];
        d->from = gc->kept.len;
        if (!wf_mark_is_set(d->o)) {
            wf_trace_object(m, d->o);
            wf_mark_drain(m);
        }
        d->to = gc->kept.len;
        sorted[i] = d;
    }
    qsort(sorted, n, sizeof *sorted, by_address);
    for (size_t i = 0; i < n; i++) {
        if (!wf_mark_is_set(dead->data[i].o)) {
            queue_with_children(gc, &dead->data[i], sorted, n, sorted + n);
        }
    }
    for (size_t i = 0; i < n; i++) {
        queue_with_children(gc, &dead->data[i], sorted, n, sorted + n); /* cycles: nobody is first */
        set_flag(dead->data[i].o, WF_OBJ_FINALIZED);
        wf_mark_object(m, dead->data[i].o);
    }
    wf_mark_drain(m);
    m->found = NULL;
    free(sorted);
    if (gc->full) { /* strings may be in the intern table, which is weak: it is swept now, and what it keeps has to be old */
        size_t kept = 0;
        for (size_t i = 0; i < gc->kept.len; i++) {
            if (gc->kept.data[i]->kind != WF_KIND_STR) {
                gc->kept.data[kept++] = gc->kept.data[i];
            }
        }
        gc->kept.len = kept;
    }
}

static void add_dead(DeadVec *dead, WfObject *o)
{
    Dead d = {o, 0, 0, 0, false};
    if ((flags_of(o) & (WF_OBJ_FINALIZABLE | WF_OBJ_FINALIZED)) == WF_OBJ_FINALIZABLE && !wf_vec_push(dead, d)) {
        WF_FATAL("no memory for the collector");
    }
}

static void stay_young(WfMarker *m, WfObject *o)
{
    wf_mark_clear(o);
    m->cells--;
    m->bytes -= wf_gc_cell_size(o);
}

void wf_weak_process(WfGc *gc, WfMarker *m, bool full)
{
    DeadVec dead = {0};
    /* kept by the last collection: alive now means old, dead means dead */
    WfObjectVec before = gc->kept;
    gc->kept = gc->before;
    gc->before = before;
    gc->kept.len = 0;
    for (size_t i = 0; i < gc->before.len; i++) {
        if (wf_can_watch(gc->before.data[i])) {
            wf_watch_set(gc->before.data[i], false);
        }
    }
    for (size_t i = 0; !gc->keep_young && i < gc->doomed.len; i++) {
        wf_watch_set(gc->doomed.data[i], false);
    }
    gc->doomed.len = gc->keep_young ? gc->doomed.len : 0;

    if (full) {
        size_t n = 0;
        for (size_t i = 0; i < gc->old_finalizable.len; i++) {
            WfObject *o = gc->old_finalizable.data[i];
            if (wf_mark_is_set(o)) {
                gc->old_finalizable.data[n++] = o;
            } else {
                add_dead(&dead, o);
            }
        }
        gc->old_finalizable.len = n;
    }
    size_t n = 0;
    uint64_t asking = 0;
    uint64_t asking_finalizable = 0;
    bool crowded = gc->watched.len > WATCHED_MAX;
    for (size_t i = 0; i < gc->watched.len; i++) {
        WfWatch w = gc->watched.data[i];
        bool marked = wf_mark_is_set(w.o);
        bool finalizable = (flags_of(w.o) & (WF_OBJ_FINALIZABLE | WF_OBJ_FINALIZED)) == WF_OBJ_FINALIZABLE;
        bool can = wf_can_watch(w.o);
        /* a prompt collection makes nothing old */
        if (marked && (gc->keep_young || (can && !crowded && w.age < (finalizable ? AGE_FINALIZABLE : AGE_WEAKREFED)))) {
            w.age += gc->stats.collections[0] != gc->aged_at;
            gc->watched.data[n++] = w;
            asking += w.asks;
            asking_finalizable += w.asks && finalizable;
            continue;
        }
        if (can) {
            wf_watch_set(w.o, false);
        }
        if (!marked) {
            add_dead(&dead, w.o);
            if (gc->keep_young) {
                push_or_die(&gc->before, w.o);
            }
        } else if (finalizable) {
            push_or_die(&gc->old_finalizable, w.o);
        }
    }
    gc->watched.len = n;
    gc->x_asking = asking;
    gc->x_finalizable = asking_finalizable;
    gc->aged_at = gc->stats.collections[0];

    gc->found_dead = dead.len > 0;
    if (dead.len > 0) {
        keep_dead(gc, m, &dead);
        for (size_t i = 0; i < gc->kept.len; i++) {
            if (wf_can_watch(gc->kept.data[i])) {
                wf_watch_set(gc->kept.data[i], true);
                gc->x_asking += (flags_of(gc->kept.data[i]) & WF_OBJ_WEAKREFED) != 0;
            } else {
                push_or_die(&m->redirty, gc->kept.data[i]);
            }
        }
    }
    wf_vec_free(&dead);
    for (size_t i = 0; gc->keep_young && i < gc->before.len; i++) {
        WfObject *o = gc->before.data[i];
        if (wf_can_watch(o) && (wf_mark_bits(o) & 3) == 0) {
            wf_watch_set(o, true);
            push_or_die(&gc->doomed, o);
        }
    }
    gc->before.len = 0;

    for (unsigned i = 0; i < WF_WEAK_SHARDS; i++) {
        if (gc->weak[i].n_used != 0) {
            settle_shard(gc, &gc->weak[i], full);
        }
    }
    queue_due(gc);

    n = 0;
    for (size_t i = 0; i < gc->young_release.len; i++) {
        WfObject *o = gc->young_release.data[i];
        if (!wf_mark_is_set(o)) {
            gc->rt->release(o);
        } else if (gc->keep_young || is_watched(o)) {
            gc->young_release.data[n++] = o;
        } else {
            push_or_die(&gc->old_release, o);
        }
    }
    gc->young_release.len = n;
    if (full) {
        n = 0;
        for (size_t i = 0; i < gc->old_release.len; i++) {
            WfObject *o = gc->old_release.data[i];
            if (!wf_mark_is_set(o)) {
                gc->rt->release(o);
            } else if (is_watched(o)) {
                push_or_die(&gc->young_release, o);
            } else {
                gc->old_release.data[n++] = o;
            }
        }
        gc->old_release.len = n;
    }

    for (size_t i = 0; i < gc->watched.len; i++) {
        stay_young(m, gc->watched.data[i].o);
    }
    for (size_t i = 0; i < gc->kept.len; i++) {
        if (wf_can_watch(gc->kept.data[i])) {
            stay_young(m, gc->kept.data[i]);
        }
    }
}

void wf_weak_rewatch(WfGc *gc)
{
    for (size_t i = 0; i < gc->watched.len; i++) {
        if (wf_can_watch(gc->watched.data[i].o)) {
            wf_watch_set(gc->watched.data[i].o, true);
        }
    }
    for (size_t i = 0; i < gc->kept.len; i++) {
        if (wf_can_watch(gc->kept.data[i])) {
            wf_watch_set(gc->kept.data[i], true);
        }
    }
}

/* An object and those it reaches. One thread finalizes them all, in order and one after the other: a file must not be closed
 * (by a nested call, or in another thread) while the finalizer of its buffer, which still writes to it, runs. */
typedef struct WfFinalizeGroup {
    struct WfFinalizeGroup *next;
    size_t n, at;
    WfObject *items[];
} WfFinalizeGroup;

void wf_weak_roots(WfGc *gc, WfMarker *m)
{
    for (size_t i = 0; !gc->full && m->visit == NULL && i < gc->held.len; i++) {
        wf_mark_object(m, gc->held.data[i]);
    }
    for (size_t i = gc->finalize_next; i < gc->to_finalize.len; i++) {
        wf_mark_object(m, gc->to_finalize.data[i]);
    }
    for (const WfFinalizeGroup *g = gc->groups; g != NULL; g = g->next) {
        for (size_t i = g->at; i < g->n; i++) {
            wf_mark_object(m, g->items[i]);
        }
    }
    for (size_t i = gc->call_next; i < gc->to_call.len; i++) {
        wf_mark_object(m, gc->to_call.data[i]);
    }
}

bool wf_weak_queued(WfGc *gc)
{
    wf_raw_lock(&gc->weak_lock); /* others may be running what is queued */
    bool any = gc->finalize_next < gc->to_finalize.len || gc->call_next < gc->to_call.len;
    wf_raw_unlock(&gc->weak_lock);
    return any;
}

/* --- running the queues ------------------------------------------------------------------------------------------------------ */

static WfObject *next_of(WfGc *gc, WfObjectVec *queue, size_t *next)
{
    WfObject *o = NULL;
    wf_raw_lock(&gc->weak_lock);
    if (*next < queue->len) {
        o = queue->data[(*next)++];
        if (*next == queue->len) {
            queue->len = 0;
            *next = 0;
        }
    }
    wf_raw_unlock(&gc->weak_lock);
    return o;
}

/* Takes the next group out of the queue; NULL: it is empty. */
static WfFinalizeGroup *take_group(WfGc *gc)
{
    wf_raw_lock(&gc->weak_lock);
    WfObjectVec *queue = &gc->to_finalize;
    size_t from = gc->finalize_next, to = from;
    while (to < queue->len && queue->data[to] != NULL) {
        to++;
    }
    WfFinalizeGroup *g = NULL;
    if (from < queue->len) {
        g = malloc(sizeof *g + (to - from) * sizeof g->items[0]);
        if (g == NULL) {
            WF_FATAL("no memory for the collector");
        }
        g->n = to - from;
        g->at = 0;
        memcpy(g->items, queue->data + from, g->n * sizeof g->items[0]);
        g->next = gc->groups;
        gc->groups = g;
        gc->finalize_next = to + (to < queue->len);
        if (gc->finalize_next == queue->len) {
            queue->len = gc->finalize_next = 0;
        }
    }
    wf_raw_unlock(&gc->weak_lock);
    return g;
}

static void drop_group(WfGc *gc, WfFinalizeGroup *g)
{
    wf_raw_lock(&gc->weak_lock);
    WfFinalizeGroup **at = &gc->groups;
    while (*at != g) {
        at = &(*at)->next;
    }
    *at = g->next;
    wf_raw_unlock(&gc->weak_lock);
    free(g);
}

void wf_gc_run_finalizers(WfThread *t)
{
    WfGc *gc = t->rt->gc;
    wf_break_clear(t, WF_BREAK_FINALIZE);
    if (t->finalizing > 0) { /* the call outside goes on: what is queued runs in order, one after the other */
        return;
    }
    t->finalizing++;
    for (;;) {
        WfFinalizeGroup *g = take_group(gc);
        if (g != NULL) {
            while (g->at < g->n) {
                WfObject *o = g->items[g->at];
                t->rt->finalize(t, o);
                g->at++;
                if ((flags_of(o) & WF_OBJ_WEAKREFED) != 0) {
                    wf_prompt_arm(t); /* its weak references wait for its end */
                }
            }
            drop_group(gc, g);
            continue;
        }
        WfObject *o = next_of(gc, &gc->to_call, &gc->call_next);
        if (o == NULL) {
            break;
        }
        t->rt->weakref_callback(t, o);
    }
    t->finalizing--;
}

/* At exit: queues what has not been finalized, the Python ones (which use others) or the rest. */
static bool queue_left(WfGc *gc, bool first)
{
    size_t n = gc->old_finalizable.len + gc->watched.len, before = gc->to_finalize.len;
    for (size_t k = 0; k < n; k++) {
        size_t i = first ? k : n - 1 - k;
        WfObject *o = i < gc->old_finalizable.len ? gc->old_finalizable.data[i]
                                                  : gc->watched.data[i - gc->old_finalizable.len].o;
        if ((flags_of(o) & (WF_OBJ_FINALIZABLE | WF_OBJ_FINALIZED)) == WF_OBJ_FINALIZABLE 
            && (gc->rt->finalizes_first != NULL && gc->rt->finalizes_first(o)) == first) {
            set_flag(o, WF_OBJ_FINALIZED);
            push_or_die(&gc->to_finalize, o);
        }
    }
    if (gc->to_finalize.len == before) {
        return false;
    }
    push_or_die(&gc->to_finalize, NULL);
    return true;
}

/* May anything of the program's have a finalizer or be waited for by a weak reference? */
static bool has_asked(WfGc *gc)
{
    wf_raw_lock(&gc->weak_lock);
    bool asked = gc->watched.len > 0 || gc->old_finalizable.len != gc->runtime_finalizable || gc->to_finalize.len > 0 || gc->to_call.len > 0;
    wf_raw_unlock(&gc->weak_lock);
    return asked;
}

void wf_gc_finish(WfThread *t)
{
    WfGc *gc = t->rt->gc;
    if (has_asked(gc)) {
        (void)wf_gc_collect(t, WF_GC_FULL);
    }
    wf_gc_run_finalizers(t);
    for (int round = 0; round < 8; round++) { /* finalizers may make further objects, but not for ever */
        wf_raw_lock(&gc->weak_lock);
        /* the youngest of the built-in ones first: what wraps something (a buffer a file) is made after it, and must be
         * finalized before */
        bool any = queue_left(gc, true);
        any |= queue_left(gc, false);
        wf_raw_unlock(&gc->weak_lock);
        if (!any) {
            return;
        }
        wf_gc_run_finalizers(t);
    }
}

void wf_weak_after_fork(WfGc *gc)
{
    wf_raw_lock_after_fork(&gc->weak_lock);
    for (unsigned i = 0; i < WF_WEAK_SHARDS; i++) {
        wf_raw_lock_after_fork(&gc->weak[i].lock);
    }
}
