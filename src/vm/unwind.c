/* unwind.c - the way of an exception through Python frames.
 * SPDX-License-Identifier: MIT */
#include "objects/exceptions.h"
#include "objects/traceback.h"
#include "vm/interp.h"
#include "vm/vm.h"

const WfHandler *wf_vm_find_handler(const WfCode *code, uint32_t word)
{
    if (code->n_handlers == 0) {
        return NULL;
    }
    const WfHandler *h = (const WfHandler *)(const void *)WF_LOAD(WfRaw, &code->handlers)->data;
    for (int32_t i = 0; i < code->n_handlers; i++) {
        if (h[i].start <= word && word < h[i].end) {
            return &h[i];
        }
    }
    return NULL;
}

void wf_vm_add_traceback(WfThread *t, WfFrame *f)
{
    WfValue exc = wf_take_pending(t);
    WfFrameObject *fobj = wf_frame_object(t, f);
    if (fobj != NULL
        && wf_traceback_push(t, exc, wf_from_object(fobj), wf_frame_word(f) * 2, wf_frame_line(f)) == WF_OK) {
        wf_restore_pending(t, exc);
    } /* else MemoryError is pending instead */
}

/* A frame that is left by a reraise shows from then on where the exception came from, not the end of its handler. */
static void point_at_origin(WfThread *t, WfFrame *f)
{
    WfValue tb = wf_pending(t) ? wf_exception_traceback(t->exc) : WF_EMPTY;
    if (!wf_is_empty(tb) && wf_is(wf_load(&wf_as_traceback(tb)->frame), f->fobj) && wf_as_traceback(tb)->lasti >= 0) {
        f->pc = f->code->code + wf_as_traceback(tb)->lasti / 2 + 1;
    }
}

const WfHandler *wf_vm_unwind_step(WfThread *t, WfFrame *f)
{
    bool origin = f->reraise == WF_RERAISE_ORIGIN;
    if (f->reraise) {
        f->reraise = 0;
    } else {
        wf_vm_add_traceback(t, f);
        if (WF_UNLIKELY((wf_breaker(t) & WF_BREAK_TRACE) != 0)) {
            (void)wf_vm_trace_exception(t, f); /* an error replaces the exception */
        }
    }
    const WfHandler *h = wf_vm_find_handler(f->code, (uint32_t)wf_frame_word(f));
    if (h == NULL && origin && !wf_is_empty(f->fobj)) {
        point_at_origin(t, f);
    }
    return h;
}

WfFrame *wf_vm_unwind_leave(WfThread *t, WfFrame *f)
{
    if (WF_UNLIKELY((wf_breaker(t) & WF_BREAK_TRACE) != 0)) {
        WfValue exc = wf_take_pending(t);
        if (wf_vm_trace_return(t, f, WF_EMPTY) == WF_OK) {
            wf_restore_pending(t, exc);
        }
    }
    WfFrame *prev = f->prev; /* the end of a generator forgets it */
    if (f->flags & WF_FRAME_GENERATOR) {
        WfGenerator *g = WF_GENERATOR_OF(f);
        wf_generator_fix_stop(t, g);
        wf_generator_finish(t, g);
    } else if (!wf_is_empty(f->fobj)) {
        wf_frame_object_detach(t, f);
    }
    t->recursion++;
    t->frame = prev;
    return prev;
}

/* --- the exception being handled ------------------------------------------------------------------------- */

WfValue wf_handled_push(WfThread *t, const WfFrame *f)
{
    WfValue old = t->handled;
    if ((f->flags & WF_FRAME_GENERATOR) && !(WF_GENERATOR_OF(f)->flags & WF_GEN_HANDLES)) {
        WF_GENERATOR_OF(f)->flags |= WF_GEN_HANDLES;
        return WF_EMPTY; /* not the generator's own: whoever resumes it next may handle another */
    }
    return old;
}

void wf_handled_pop(WfThread *t, const WfFrame *f, WfValue saved)
{
    if (wf_is_empty(saved) && (f->flags & WF_FRAME_GENERATOR)) {
        WF_GENERATOR_OF(f)->flags &= ~(uint32_t)WF_GEN_HANDLES;
        saved = wf_load(&WF_GENERATOR_OF(f)->x_caller_handled);
    }
    t->handled = saved;
}
