/* walk.c - looking at the heap: all objects, who refers to whom, counting references.
 * SPDX-License-Identifier: MIT
 * Design:     a marker with a visitor runs the same trace functions as a collection, but reports instead of marking.
 * Threads:    world stopped (by the caller, but for wf_gc_count_references). */
#include "gc/heap.h"

static bool is_live(WfGc *gc, WfBlock *b, uint32_t cell, WfObject *o)
{
    if (o->kind == WF_KIND_FREE) {
        return false;
    }
    uint32_t bits = wf_mark_bits(o) & (b->cell_size > 16 ? 3 : 1);
    return bits != 0 || (b->epoch == gc->epoch && cell < b->swept);
}

static bool walk_block(WfGc *gc, WfBlock *b, bool (*f)(void *arg, WfObject *o), void *arg)
{
    char *data = wf_block_data(b);
    uint32_t n = b->used < b->n_cells ? b->used : b->n_cells;
    for (uint32_t i = 0; i < n; i++) {
        WfObject *o = (WfObject *)(void *)(data + (size_t)i * b->cell_size);
        if (is_live(gc, b, i, o) && !f(arg, o)) {
            return false;
        }
    }
    return true;
}

void wf_gc_walk(WfThread *t, bool (*f)(void *arg, WfObject *o), void *arg)
{
    WfGc *gc = t->rt->gc;
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
            go_on = f(arg, (WfObject *)(void *)wf_block_data(b));
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

/* Not inlined: the stack of the caller is what is looked at while others may stop the world first. */
WF_NOINLINE int64_t wf_gc_count_references(WfThread *t, WfObject *o)
{
    WfGc *gc = t->rt->gc;
    (void)wf_gc_collect(t, WF_GC_FULL); /* what is dead does not count */
    t->stop_sp = wf_spill_registers(t->spilled);
    while (!wf_world_stop(t)) {
    }
    Referrers r = {.target = wf_from_object(o)};
    init_visitor(gc, &r.m, visit_target, &r);
    wf_gc_walk(t, look_at_cell, &r);
    wf_mark_roots(&r.m);
    wf_world_start(t);
    return r.count;
}
