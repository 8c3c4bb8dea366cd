/* kinds.c - how each kind of cell is traced.
 * SPDX-License-Identifier: MIT
 *
 * Design:     the function named in kinds.def marks the native part of a cell. An instance of a Python subclass of a
 *             built-in type has more behind it (slots, the attribute word, inline attributes): trace_tail marks that. Kinds whose
 *             cells are all values (wf_trace_words) need no tail.
 * Threads:    runs with the world stopped, on the collector's threads; reads only. */
#include "model/kinds.h"

#include "model/type.h"

#define KIND(name, trace) void trace(WfMarker *m, WfObject *o);
#include "gc/kinds.def"
#undef KIND

/* What lies behind the native part. */
static void trace_tail(WfMarker *m, WfObject *o)
{
    const WfShape *shape = wf_shape(o);
    const WfType *type = wf_shape_type(shape);
    if (WF_LIKELY(type->instance_size == type->native_size && shape->n_inline == 0)) {
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
    trace_tail(m, o);
}

/* Kinds that Python classes may extend, and whose native part is not all values. */
#define WITH_TAIL(name, trace)                        \
    static void tail_##name(WfMarker *m, WfObject *o) \
    {                                                 \
        trace(m, o);                                  \
        trace_tail(m, o);                             \
    }
WITH_TAIL(INT, wf_trace_none)
WITH_TAIL(COMPLEX, wf_trace_none)
WITH_TAIL(STR, wf_trace_none)
WITH_TAIL(BYTES, wf_trace_none)
WITH_TAIL(LIST, wf_list_trace)
WITH_TAIL(TUPLE, wf_tuple_trace)
WITH_TAIL(DICT, wf_dict_trace)
WITH_TAIL(SET, wf_set_trace)
WITH_TAIL(WEAKREF, wf_weakref_trace)

const WfTraceFn wf_kind_traces[WF_KIND_COUNT] = {
#define KIND(name, trace) [WF_KIND_##name] = trace,
#include "gc/kinds.def"
#undef KIND
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Woverride-init"
    [WF_KIND_INT] = tail_INT,
    [WF_KIND_COMPLEX] = tail_COMPLEX,
    [WF_KIND_STR] = tail_STR,
    [WF_KIND_BYTES] = tail_BYTES,
    [WF_KIND_LIST] = tail_LIST,
    [WF_KIND_TUPLE] = tail_TUPLE,
    [WF_KIND_DICT] = tail_DICT,
    [WF_KIND_SET] = tail_SET,
    [WF_KIND_WEAKREF] = tail_WEAKREF,
#pragma GCC diagnostic pop
};
