/* picklebuffer.c - pickle.PickleBuffer: a buffer that a pickler may transfer out of band.
 * SPDX-License-Identifier: MIT
 * Threads:    release() may race with use: the exporter's buffer stays valid while a view of it is held. */
#include "model/builtin.h"
#include "objects/bytes.h"
#include "objects/str.h"

typedef struct WfPickleBuffer {
    WfObject h;
    WfSlot owner; /* EMPTY: released */
} WfPickleBuffer;

static void buffer_trace(WfMarker *m, WfObject *o)
{
    wf_mark_slot(m, &((WfPickleBuffer *)o)->owner);
}

static WfValue buffer_new(WfThread *t, WfType *type, const WfArgs *args)
{
    WfValue owner;
    if (wf_parse_args(t, "PickleBuffer", "(object, /)", args, &owner, 1) != WF_OK) {
        return WF_EMPTY;
    }
    WfBuffer view;
    if (wf_buffer_get(t, owner, &view, WF_BUF_INDIRECT | WF_BUF_FORMAT) != WF_OK) {
        return WF_EMPTY;
    }
    wf_buffer_release(t, &view);
    WfPickleBuffer *b = (WfPickleBuffer *)wf_instance_new(t, type, 0);
    if (b == NULL) {
        return WF_EMPTY;
    }
    wf_store(&b->owner, owner);
    return wf_from_object(b);
}

static WfValue owner_of(WfThread *t, WfValue self)
{
    WfValue owner = wf_load(&WF_AS(WfPickleBuffer, self)->owner);
    return wf_is_empty(owner)
               ? wf_raise(t, WF_EXC(ValueError), "operation forbidden on released PickleBuffer object")
               : owner;
}

static WfStatus buffer_getbuffer(WfThread *t, WfValue self, WfBuffer *b, int flags)
{
    WfValue owner = owner_of(t, self);
    return wf_is_empty(owner) ? WF_RAISED : wf_buffer_get(t, owner, b, flags);
}

static WfValue buffer_raw(WfThread *t, WfValue *a)
{
    WfValue owner = owner_of(t, a[0]);
    if (wf_is_empty(owner)) {
        return WF_EMPTY;
    }
    WfBuffer view;
    if (wf_buffer_get(t, owner, &view, WF_BUF_ANY_CONTIGUOUS) != WF_OK) {
        if (wf_clear_if(t, WF_EXC(BufferError))) {
            wf_raise(t, WF_EXC(BufferError), "cannot extract raw buffer from non-contiguous buffer");
        }
        return WF_EMPTY;
    }
    wf_buffer_release(t, &view);
    WfValue whole = wf_call1(t, wf_from_object(WF_TYPE(MEMORYVIEW)), owner);
    if (wf_is_empty(whole) || (view.ndim == 1 && view.format == NULL)) {
        return whole;
    }
    WfStr *cast = wf_str_intern_cstr(t, "cast");
    WfValue format = cast == NULL ? WF_EMPTY : wf_str_from_cstr(t, "B");
    return wf_is_empty(format) ? WF_EMPTY : wf_call_method1(t, whole, cast, format);
}

static WfValue buffer_release(WfThread *t, WfValue *a)
{
    wf_store(&WF_AS(WfPickleBuffer, a[0])->owner, WF_EMPTY);
    return WF_NONE;
}

static const WfBuiltinDef methods[] = {
    {"raw", buffer_raw, "(self, /)", "A one-dimensional memoryview of the bytes.", 0},
    {"release", buffer_release, "(self, /)", "Let go of the underlying buffer.", 0},
    {0}};

const WfTypeSpec wf_picklebuffer_spec = {.name = "pickle.PickleBuffer",
                                         .doc = "Wrapper for potentially out-of-band buffers.",
                                         .flags = WF_TF_WEAKREFS,
                                         .size = sizeof(WfPickleBuffer),
                                         .methods = methods,
                                         .signature = "(object, /)",
                                         .slots = {.new_ = buffer_new,
                                                   .trace = buffer_trace,
                                                   .getbuffer = buffer_getbuffer}};
