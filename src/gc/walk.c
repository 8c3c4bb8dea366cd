/* walk.c - looking at the heap: all objects, who refers to whom, counting references.
 * SPDX-License-Identifier: MIT
 * Design:     a marker with a visitor runs the same trace functions as a collection, but reports instead of marking.
 * Threads:    world stopped (by the caller, but for wf_gc_count_references). */
#include "gc/heap.h"

static bool is_live(WfGc *gc, WfBlock *b, WfObject *o)
{
    return o->kind != WF_KIND_FREE && wf_may_live(gc, b, o);
}

static bool walk_block(WfGc *gc, WfBlock *b, bool (*f)(void *arg, WfObject *o), void *arg)
{
    char *data = wf_block_data(b);
    uint32_t n = b->used < b->n_cells ? b->used : b->n_cells;
    for (uint32_t i = 0; i < n; i++) {
        WfObject *o = (WfObject *)(void *)(data + (size_t)i * b->cell_size);
        if (is_live(gc, b, o) && !f(arg, o)) {
            return false;
        }
    }
    return true;
}

void wf_gc_walk(WfThread *t, bool (*f)(void *arg, WfObject *o), void *arg)
{
    wf_gc_walk_heap(t->rt->gc, f, arg);
}

void wf_gc_walk_heap(WfGc *gc, bool (*f)(void *arg, WfObject *o), void *arg)
{
    for (uintptr_t at = WF_STATIC_TYPES; at < WF_STATIC_END; at += wf_gc_cell_size((void *)at)) {
        WfObject *o = (WfObject *)at;
        if (o->kind != WF_KIND_FREE && !f(arg, o)) {
            return;
        }
    }
    for (uint64_t i = WF_STATIC_BLOCKS; i < gc->x_top; i++) {
        WfBlock *b = wf_block_at(i);
        bool go_on = true;
        if (b->state == WF_BLOCK_SMALL) {
            go_on = walk_block(gc, b, f, arg);
        } else if (b->state == WF_BLOCK_LARGE) {
            WfObject *o = (WfObject *)(void *)wf_block_data(b);
            go_on = !is_live(gc, b, o) || f(arg, o);
        }
        if (!go_on) {
            return;
        }
    }
}

/* --- references --------------------------------------------------------------------------------------------------------------- */

static void init_visitor(WfGc *gc, WfMarker *m, void (*visit)(void *arg, WfValue v), void *arg)
{
    memset(m, 0, sizeof *m);
    m->gc = gc;
    m->rt = gc->rt;
    m->visit = visit;
    m->visit_arg = arg;
}

typedef struct Referents {
    bool (*f)(void *arg, WfValue v);
    void *arg;
    bool done;
} Referents;

static void visit_referent(void *arg, WfValue v)
{
    Referents *r = arg;
    if (!r->done) {
        r->done = !r->f(r->arg, v);
    }
}

void wf_gc_referents(WfThread *t, WfObject *o, bool (*f)(void *arg, WfValue v), void *arg)
{
    Referents r = {f, arg, false};
    WfMarker m;
    init_visitor(t->rt->gc, &m, visit_referent, &r);
    wf_trace_object(&m, o);
}

typedef struct Referrers {
    WfMarker m;
    WfValue target;
    int64_t count;
    bool (*f)(void *arg, WfObject *o);
    void *arg;
} Referrers;

static void visit_target(void *arg, WfValue v)
{
    Referrers *r = arg;
    r->count += wf_is(v, r->target);
}

static bool look_at_cell(void *arg, WfObject *o)
{
    Referrers *r = arg;
    int64_t before = r->count;
    wf_trace_object(&r->m, o);
    return r->f == NULL || r->count == before || r->f(r->arg, o);
}

void wf_gc_referrers(WfThread *t, WfObject *target, bool (*f)(void *arg, WfObject *o), void *arg)
{
    Referrers r = {.target = wf_from_object(target), .f = f, .arg = arg};
    init_visitor(t->rt->gc, &r.m, visit_target, &r);
    wf_gc_walk(t, look_at_cell, &r);
}

/* What the program itself can reach counts, each cell once; so dead cells and stale words on C stacks do not. */
typedef struct Counter {
    WfMarker m;
    WfValue target;
    int64_t count;
    WfObjectVec stack;
} Counter;

static void visit_reachable(void *arg, WfValue v)
{
    Counter *c = arg;
    c->count += wf_is(v, c->target);
    uint64_t g = (v.bits - WF_HEAP_BASE) >> WF_GRANULE_SHIFT;
    uint64_t *seen = (uint64_t *)WF_OLD_MARK_BASE + (g >> 6); /* in use by full collections only */
    uint64_t bit = (uint64_t)1 << (g & 63);
    if ((*seen & bit) == 0 && v.bits >= WF_STATIC_END) { /* wf_mark_static visits those below */
        *seen |= bit;
        (void)wf_vec_push(&c->stack, wf_as_object(v)); /* no memory: counts too little */
    }
}

int64_t wf_gc_count_references(WfThread *t, WfObject *o)
{
    WfGc *gc = t->rt->gc;
    while (!wf_world_stop(t)) {
    }
    Counter c = {.target = wf_from_object(o)};
    init_visitor(gc, &c.m, visit_reachable, &c);
    memset((void *)WF_OLD_MARK_BASE, 0, gc->x_top << 9);
    wf_mark_static(&c.m);
    wf_mark_roots(&c.m);
    while (c.stack.len > 0) {
        WfObject *at = wf_vec_pop(&c.stack);
        if (at->kind != WF_KIND_INSNS) { /* inline caches are no references of the program */
            wf_trace_object(&c.m, at);
        }
    }
    wf_world_start(t);
    wf_vec_free(&c.stack);
    return c.count;
}
