/* garbage.c - how many of the dead objects reference counts would not have freed: what gc.collect() returns.
 * SPDX-License-Identifier: MIT
 * Design:     between marking and sweeping the dead cells are still whole. They are put into a hash table, their references to
 *             each other are counted, and cells that no other dead one refers to are taken away until none is left: what
 *             remains are cycles and what hangs from them. Of these the objects that CPython's collector
 *             tracks are counted. Only for gc.collect(): other collections do not look at what is dead.
 *             What died in earlier collections is not there any more, but for what prompt ones found: they free nothing.
 * Threads:    world stopped. */
#include "gc/heap.h"

typedef struct Dead {
    WfObject *o;
    uint64_t references;
} Dead;

typedef struct Garbage {
    WfMarker m;
    Dead *table;
    uint64_t mask;
    WfObjectVec cells, unreferenced;
    bool taking; /* a cell is taken away */
    bool asking, tracked; /* does something tracked hang from a cell? */
} Garbage;

static Dead *place(const Garbage *g, const WfObject *o)
{
    uint64_t at = ((uint64_t)(uintptr_t)o >> 4) * 0x9e3779b97f4a7c15u >> 20;
    while (g->table[at & g->mask].o != NULL && g->table[at & g->mask].o != o) {
        at++;
    }
    return &g->table[at & g->mask];
}

static bool has_own_shape(const WfObject *o)
{
    return o->x_shape >= (uint32_t)((WF_STATIC_END - WF_HEAP_BASE) >> 4);
}

/* Can it be part of a cycle? */
static bool may_refer(const WfObject *o)
{
    switch (o->kind) {
    case WF_KIND_RAW:
    case WF_KIND_INT:
    case WF_KIND_COMPLEX:
    case WF_KIND_STR:
    case WF_KIND_BYTES:
        return has_own_shape(o);
    default:
        return true;
    }
}

static bool is_tracked(const WfObject *o)
{
    switch (o->kind) {
    case WF_KIND_SLOTS:
    case WF_KIND_WORDS:
    case WF_KIND_INSNS:
    case WF_KIND_SHAPE:
    case WF_KIND_DICT_TABLE:
    case WF_KIND_SET_TABLE:
        return false;
    case WF_KIND_RAW:
    case WF_KIND_INT:
    case WF_KIND_COMPLEX:
    case WF_KIND_STR:
    case WF_KIND_BYTES:
    case WF_KIND_CODE:
    case WF_KIND_BYTEARRAY:
        return has_own_shape(o);
    default:
        return true;
    }
}

static bool add_dead(void *arg, WfObject *o)
{
    Garbage *g = arg;
    return !(may_refer(o) && !wf_mark_is_set(o)) || wf_vec_push(&g->cells, o);
}

static void visit(void *arg, WfValue v)
{
    Garbage *g = arg;
    if (g->asking) {
        WfObject *o = wf_as_object(v);
        if (o->kind == WF_KIND_DICT_TABLE) {
            wf_trace_object(&g->m, o);
        }
        g->tracked = g->tracked || is_tracked(o);
        return;
    }
    Dead *d = place(g, wf_as_object(v));
    if (d->o == NULL) {
        return;
    }
    if (!g->taking) {
        d->references++;
    } else if (--d->references == 0) {
        (void)wf_vec_push(&g->unreferenced, d->o); /* no memory: counts too much */
    }
}

/* As CPython's collector does, which leaves tuples and dicts of nothing but numbers, strings and the like alone. */
static bool counts(Garbage *g, WfObject *o)
{
    if (!is_tracked(o) || has_own_shape(o) || (o->kind != WF_KIND_TUPLE && o->kind != WF_KIND_DICT)) {
        return is_tracked(o);
    }
    g->asking = true;
    g->tracked = false;
    wf_trace_object(&g->m, o);
    g->asking = false;
    return g->tracked;
}

int64_t wf_gc_count_garbage(WfGc *gc)
{
    Garbage g = {0};
    g.m.gc = gc;
    g.m.rt = gc->rt;
    g.m.visit = visit;
    g.m.visit_arg = &g;
    int64_t found = 0;
    wf_gc_walk_heap(gc, add_dead, &g);
    uint64_t size = 64;
    while (size < 2 * g.cells.len) {
        size *= 2;
    }
    g.mask = size - 1;
    g.table = calloc(size, sizeof *g.table);
    if (g.table != NULL) {
        for (size_t i = 0; i < g.cells.len; i++) {
            place(&g, g.cells.data[i])->o = g.cells.data[i];
        }
        for (size_t i = 0; i < g.cells.len; i++) {
            wf_trace_object(&g.m, g.cells.data[i]);
        }
        for (size_t i = 0; i < g.cells.len; i++) {
            if (place(&g, g.cells.data[i])->references == 0 && !wf_vec_push(&g.unreferenced, g.cells.data[i])) {
                break;
            }
        }
        g.taking = true;
        while (g.unreferenced.len > 0) {
            wf_trace_object(&g.m, wf_vec_pop(&g.unreferenced));
        }
        for (size_t i = 0; i < g.cells.len; i++) {
            found += place(&g, g.cells.data[i])->references > 0 && counts(&g, g.cells.data[i]);
        }
    }
    free(g.table);
    wf_vec_free(&g.cells);
    wf_vec_free(&g.unreferenced);
    return found;
}
