/* pending.c - what the eval breaker asks for that runs Python code.
 * SPDX-License-Identifier: MIT */
#include "model/object.h"
#include "objects/exceptions.h"
#include "runtime/signals.h"
#include "sched/world.h"

static WfStatus raise_async(WfThread *t)
{
    wf_break_clear(t, WF_BREAK_ASYNC_EXC);
    WfValue exc = WF_VALUE(__atomic_exchange_n(&t->x_async_exc.bits, (uint64_t)0, __ATOMIC_ACQ_REL));
    if (wf_is_empty(exc)) {
        return WF_OK;
    }
    wf_raise_statement(t, exc, WF_EMPTY);
    return WF_RAISED;
}

WfStatus wf_handle_breaker(WfThread *t)
{
    wf_safepoint(t);
    uint32_t bits = wf_breaker(t);
    if ((bits & WF_BREAK_EXIT) != 0) {
        wf_thread_detach(t);
        wf_thread_attach(t); /* waits for ever: the main thread is ending the process */
    }
    if ((bits & WF_BREAK_SIGNAL) != 0 && t->is_main && wf_signals_run(t) != WF_OK) {
        return WF_RAISED;
    }
    if ((bits & WF_BREAK_FINALIZE) != 0) {
        wf_gc_run_finalizers(t);
    }
    if ((bits & WF_BREAK_ASYNC_EXC) != 0) {
        return raise_async(t);
    }
    return WF_OK;
}
