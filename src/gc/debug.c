/* debug.c - modes that find mistakes of the code around the collector early (builds with WF_DEBUG).
 * SPDX-License-Identifier: MIT
 * WEFT_GC_DEBUG is a list, separated by commas: stress[=n] collects at every n-th allocation; poison fills freed cells and checks
 * them when they are used again; barrier traces everything after each young collection and stops the
 * process where a reachable cell was not marked (a store without its write barrier); heap[=n] checks after every n-th collection that
 * what is alive or in question (H1) refers to nothing that may be swept; fail=n[:m] makes the n-th allocation of the program fail,
 * and then, with m, every m-th; prompt lets prompt collections cost what they like, so that they come wherever something may have
 * been dropped; operands looks at what each instruction reads (vm/check.c). */
#include "gc/heap.h"

#if WF_DEBUG

#    include <stdio.h>

void wf_debug_init(WfGc *gc)
{
    const char *s = getenv("WEFT_GC_DEBUG");
    while (s != NULL && *s != 0) {
        size_t n = strcspn(s, ",");
        if (strncmp(s, "stress", 6) == 0) {
            int every = n > 7 ? atoi(s + 7) : 1;
            gc->stress = every > 0 ? (uint32_t)every : 1;
            gc->stress_left = gc->stress;
        } else if (n == 6 && strncmp(s, "poison", 6) == 0) {
            gc->poison = true;
        } else if (n == 7 && strncmp(s, "barrier", 7) == 0) {
            gc->verify = true;
        } else if (strncmp(s, "heap", 4) == 0) {
            int every = n > 5 ? atoi(s + 5) : 1;
            gc->check_heap = every > 0 ? (uint32_t)every : 1;
        } else if (strncmp(s, "fail=", 5) == 0) {
            char *end;
            gc->fail_first = (uint32_t)strtoul(s + 5, &end, 10);
            gc->fail_every = *end == ':' ? (uint32_t)strtoul(end + 1, NULL, 10) : 0;
        } else if (n == 6 && strncmp(s, "prompt", 6) == 0) {
            gc->always_prompt = true;
        } else if (n == 8 && strncmp(s, "operands", 8) == 0) {
            gc->rt->check_operands = true;
        } else {
            fprintf(stderr, "weft: WEFT_GC_DEBUG: stress[=n], poison, barrier, heap[=n], fail=n[:m], prompt, operands\n");
        }
        s += n + (s[n] == ',');
    }
}

typedef struct Verifier {
    WfMarker m;
    WfObject *parent;
    WfObjectVec stack;
} Verifier;

static void visit(void *arg, WfValue v)
{
    Verifier *f = arg;
    WfObject *o = wf_as_object(v);
    uint64_t g = (v.bits - WF_HEAP_BASE) >> WF_GRANULE_SHIFT;
    uint64_t *seen = (uint64_t *)WF_OLD_MARK_BASE + (g >> 6);
    bool compared = o->kind == WF_KIND_DICT_TABLE && f->parent != NULL && f->parent->kind == WF_KIND_WORDS; /* inline cache */
    if ((*seen >> (g & 63) & 1) != 0 || compared) {
        return;
    }
    *seen |= (uint64_t)1 << (g & 63);
    if (!wf_gc_is_marked(o)) {
        fprintf(stderr, "weft: cell %p (kind %d) is reachable and not marked; parent %p (kind %d, shape %x)\n", (void *)o, o->kind,
                (void *)f->parent, f->parent != NULL ? f->parent->kind : -1, f->parent != NULL ? f->parent->x_shape : 0);
        WF_FATAL("a write barrier is missing");
    }
    if (!wf_vec_push(&f->stack, o)) {
        WF_FATAL("no memory to verify");
    }
}

void wf_debug_verify(WfGc *gc)
{
    Verifier f = {0};
    memset((void *)WF_OLD_MARK_BASE, 0, gc->x_top << 9);
    f.m.gc = gc;
    f.m.rt = gc->rt;
    f.m.visit = visit;
    f.m.visit_arg = &f;
    wf_mark_static(&f.m);
    wf_mark_roots(&f.m);
    while (f.stack.len > 0) {
        f.parent = wf_vec_pop(&f.stack);
        wf_trace_object(&f.m, f.parent);
    }
    wf_vec_free(&f.stack);
}

static void check_reference(void *arg, WfValue v)
{
    Verifier *f = arg;
    WfObject *o = wf_as_object(v);
    bool compared = f->parent != NULL && f->parent->kind == WF_KIND_WORDS && o->kind == WF_KIND_DICT_TABLE; /* inline cache */
    if (!compared && (wf_heap_find(f->m.gc, v.bits) != o || o->kind == WF_KIND_FREE)) {
        fprintf(stderr, "weft: cell %p (kind %d, marks %u) may be swept; parent %p (kind %d, shape %x, marks %u)\n", (void *)o, o->kind,
                wf_mark_bits(o), (void *)f->parent, f->parent != NULL ? f->parent->kind : -1,
                f->parent != NULL ? f->parent->x_shape : 0, f->parent != NULL ? wf_mark_bits(f->parent) : 0);
        WF_FATAL("a cell that may be looked at refers to one that may be swept");
    }
}

static bool check_cell(void *arg, WfObject *o)
{
    Verifier *f = arg;
    f->parent = o;
    wf_trace_object(&f->m, o);
    return true;
}

/* Each cell that wf_heap_find may give, and each root, refers to such cells only. */
void wf_debug_check_heap(WfGc *gc)
{
    Verifier f = {0};
    f.m.gc = gc;
    f.m.rt = gc->rt;
    f.m.visit = check_reference;
    f.m.visit_arg = &f;
    wf_mark_roots(&f.m);
    wf_gc_walk_heap(gc, check_cell, &f);
}

#endif
