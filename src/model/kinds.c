/* kinds.c - how each kind of cell is traced.
 * SPDX-License-Identifier: MIT
 *
 * Design:     the function named in kinds.def marks the native part of a cell. An instance of a Python subclass of a
 *             built-in type has more behind it (slots, the attribute word, inline attributes): the collector calls
 *             rt->trace_tail for objects whose shape is not a static one. Kinds whose cells are all values
 *             (wf_trace_words) need no tail.
 * Threads:    runs with the world stopped, on the collector's threads; reads only. */
#include "model/kinds.h"

#include "model/slots.h"

#include "model/errors.h"
#include "model/type.h"
#include "objects/str.h"
#include "objects/weakref.h"

#define KIND(name, trace) void trace(WfMarker *m, WfObject *o);
#include "gc/kinds.def"
#undef KIND

static const WfTraceFn wf_kind_traces[WF_KIND_COUNT] = {
#define KIND(name, trace) [WF_KIND_##name] = trace,
#include "gc/kinds.def"
#undef KIND
};

/* What lies behind the native part. */
static void trace_tail(WfMarker *m, WfObject *o)
{
    const WfShape *shape = wf_shape(o);
    const WfType *type = wf_shape_type(shape);
    if ((type->instance_size == type->native_size && shape->n_inline == 0) || wf_kind_traces[o->kind] == wf_trace_words) {
        return;
    }
    const char *end = (const char *)o + wf_gc_cell_size(o);
    const WfSlot *from;
    if ((type->flags & WF_TF_VARSIZE) != 0) {
        from = (const WfSlot *)(const void *)(end - (type->instance_size - type->native_size));
    } else {
        from = (const WfSlot *)(const void *)((const char *)o + type->native_size);
    }
    wf_mark_slots(m, from, (size_t)((const WfSlot *)(const void *)end - from));
}

void wf_native_trace(WfMarker *m, WfObject *o)
{
    const WfType *type = wf_shape_type(wf_shape(o));
    if (type->slots.trace != NULL) {
        type->slots.trace(m, o);
    }
}

static void finalize(WfThread *t, WfObject *o)
{
    WfFinalizeFn f = wf_shape_type(wf_shape(o))->slots.finalize;
    if (f != NULL) {
        f(t, wf_from_object(o));
    }
}

/* Python's own finalizers may still use streams and the like. */
static bool finalizes_first(const WfObject *o)
{
    const WfType *type = wf_shape_type(wf_shape(o));
    return o->kind == WF_KIND_GENERATOR
        || (type->slots.finalize == wf_slot_finalize && !wf_type_is_subtype(type, WF_TYPE(IO_BASE)));
}

static void release(WfObject *o)
{
    void (*f)(WfObject * o) = wf_shape_type(wf_shape(o))->slots.release;
    if (f != NULL) {
        f(o);
    }
}

static void after_mark(WfRuntime *rt)
{
    wf_intern_sweep(rt, wf_gc_is_marked);
}

static void weakref_callback(WfThread *t, WfObject *r)
{
    wf_weakref_run_callback(t, (WfWeakRef *)r);
}

static void raise_no_memory(WfThread *t)
{
    (void)wf_raise_no_memory(t);
}

void wf_kinds_init(WfRuntime *rt)
{
    rt->trace_table = wf_kind_traces;
    rt->trace_tail = trace_tail;
    rt->raise_no_memory = raise_no_memory;
    rt->finalize = finalize;
    rt->finalizes_first = finalizes_first;
    rt->weakref_callback = weakref_callback;
    rt->release = release;
    rt->after_mark = after_mark;
    rt->drop_pointers = wf_method_cache_clear;
}
