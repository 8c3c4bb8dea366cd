/* vm.h - running Python code: functions, frames, generators.
 * SPDX-License-Identifier: MIT
 * A generator's frame lies in the generator; see generator.c. */
#ifndef WF_VM_VM_H
#define WF_VM_VM_H

#include "code/code.h"
#include "objects/function.h"
#include "sched/frame.h"

/* --- running (interp.c, call.c) --- */

/* Calls a Python function. */
WfValue wf_vm_call_function(WfThread *t, WfValue func, const WfArgs *args) WF_MUST_CHECK;
/* Runs a module's, class's or exec's code: locals is the namespace (mapping), globals a dict. closure: tuple or WF_EMPTY. */
WfValue wf_vm_eval(WfThread *t, WfCode *code, WfDict *globals, WfValue locals, WfValue closure) WF_MUST_CHECK;
/* The loop: runs frame f (already t->frame, with WF_RET_TO_C or a generator's) until it returns. */
WfValue wf_vm_run(WfThread *t, WfFrame *f) WF_MUST_CHECK;

/* Frame stack of a thread. */
WfStatus wf_vm_stack_init(WfThread *t) WF_MUST_CHECK;
void wf_vm_stack_free(WfThread *t);
/* First word that a frame pushed now by C may use. */
WfValue *wf_vm_stack_top(WfThread *t);
WfStatus wf_vm_stack_overflow(WfThread *t) WF_COLD;

/* Binds the arguments of a call to the parameters of `func`, in place: they lie at regs[0 .. n_pos + len(kwnames)).
 * Afterwards regs[0 .. n_params) are the parameters. The caller has checked that n_regs words from regs on are there. */
WfStatus wf_vm_bind(WfThread *t, WfFunction *func, WfCode *code, WfValue *regs, int64_t n_pos, WfTuple *kwnames) WF_MUST_CHECK;

/* The namespace of module-like code: of a frame of eval(), of one with top-level await, which is a generator's, and, where such code
 * was made a function and called, the globals. */
WF_INLINE WfValue wf_frame_namespace(const WfFrame *f)
{
    WfValue ns = (f->flags & WF_FRAME_GENERATOR) ? f->owner : f->locals;
    return wf_is_empty(ns) ? wf_load(&wf_as_function(f->func)->globals) : ns;
}

/* --- exceptions (unwind.c) --- */

/* Adds frame f at its current instruction to the pending exception's traceback. */
void wf_vm_add_traceback(WfThread *t, WfFrame *f);
const WfHandler *wf_vm_find_handler(const WfCode *code, uint32_t word);

/* --- frame objects (frame.c) --- */

typedef struct WfFrameObject {
    WfObject h;
    WfFrame *frame;    /* the running or suspended frame; NULL: it has ended, `values` hold its registers */
    WfSlot code, func; /* as the frame's */
    WfSlot back;       /* frame object of the caller, fixed when the frame ends; EMPTY: computed or none */
    WfSlot locals;     /* namespace of module-like frames; or the dict made by f_locals */
    WfSlot values;     /* WfSlots: fixed registers after the end */
    WfSlot trace;      /* f_trace */
    WfSlot generator;  /* owner, kept alive while frame points into it */
    WfSlot lasti;      /* small int: word index after the end */
    WfSlot trace_flags;/* small int: WF_TRACE_* */
    WfSlot line;       /* small int: last line reported to the trace function */
} WfFrameObject;
enum { WF_TRACE_LINES = 1, WF_TRACE_OPCODES = 2, WF_TRACE_IN_LINE = 4, WF_TRACE_IN_OTHER = 8 /* an event being reported: line; any but call */ };
WfFrameObject *wf_frame_object(WfThread *t, WfFrame *f) WF_MUST_CHECK; /* made on demand, cached in f->fobj */
/* Called when a frame with a frame object ends: its registers move into the object. */
void wf_frame_object_detach(WfThread *t, WfFrame *f);
int32_t wf_frame_word(const WfFrame *f);       /* index of the current instruction */
int wf_frame_line(const WfFrame *f);
int wf_frame_object_line(const WfFrameObject *o);
WfValue wf_frame_locals(WfThread *t, WfFrame *f) WF_MUST_CHECK; /* locals(): the mapping */
WfDict *wf_frame_globals(const WfFrame *f);
WfValue wf_frame_builtins(const WfFrame *f);
/* jump.c: goes on in frame f, which its trace function has just been told a line of, with another line. ValueError: impossible. */
WfStatus wf_frame_jump(WfThread *t, WfFrame *f, int line) WF_MUST_CHECK;
void wf_frame_object_trace(WfMarker *m, WfObject *o);
/* Collector's hook: marks the live registers of all of t's frames. */
void wf_vm_trace_frames(WfMarker *m, WfThread *t);

/* --- generators (generator.c) --- */

typedef struct WfGenerator {
    WfObject h;
    WfSlot code, func;
    WfSlot name, qualname;
    WfSlot handled;       /* exception it handles while suspended */
    WfSlot x_caller_handled; /* exception its resumer handles, while it runs */
    WfSlot origin;        /* cr_origin */
    WfSlot finalizer;     /* async generators: hook */
    WfSlot await_with;    /* async generators: running awaitable marker (bool), hooks called marker */
    uint32_t x_state;     /* WF_GEN_*, atomic: only one thread resumes */
    uint32_t flags;       /* 1, 2: async generators; WF_GEN_HANDLES */
    WfFrame frame;        /* regs follow */
    WfValue regs[];
} WfGenerator;
enum { WF_GEN_HANDLES = 4 /* the body is handling an exception of its own */ };
enum { WF_GEN_CREATED, WF_GEN_SUSPENDED, WF_GEN_RUNNING, WF_GEN_CLOSED };
#define WF_GENERATOR_OF(f) ((WfGenerator *)((char *)(f) - offsetof(WfGenerator, frame)))

WfGenerator *wf_generator_new(WfThread *t, WfFrame *f) WF_MUST_CHECK; /* takes over f's registers; RETURN_GENERATOR */
/* Claims the generator for this thread: FOUND: it may be resumed; MISSING: finished; ERROR: already executing (raised). */
WfFound wf_generator_claim(WfThread *t, WfGenerator *g) WF_MUST_CHECK;
void wf_generator_enter(WfThread *t, WfGenerator *g);  /* swaps handled exceptions in */
void wf_generator_suspend(WfThread *t, WfGenerator *g); /* at yield */
void wf_generator_finish(WfThread *t, WfGenerator *g);  /* body returned or raised */
/* A StopIteration (StopAsyncIteration) that leaves the body becomes RuntimeError. */
void wf_generator_fix_stop(WfThread *t, WfGenerator *g);
/* gen.send(value): FOUND: yielded *out; MISSING: returned *out; ERROR. */
WfFound wf_generator_send(WfThread *t, WfValue gen, WfValue value, WfValue *out) WF_MUST_CHECK;
/* Generic send for SEND: coroutines, generators, any iterator */
WfFound wf_send(WfThread *t, WfValue receiver, WfValue value, WfValue *out) WF_MUST_CHECK;
WfValue wf_get_awaitable(WfThread *t, WfValue o, int where) WF_MUST_CHECK;
WfValue wf_get_aiter(WfThread *t, WfValue o) WF_MUST_CHECK;
WfValue wf_get_anext(WfThread *t, WfValue o) WF_MUST_CHECK;
WfValue wf_get_yield_from(WfThread *t, WfValue o, bool in_coroutine) WF_MUST_CHECK;
/* The throw of an exception into what a suspended generator delegates to (gi_yieldfrom) or WF_EMPTY */
WfValue wf_generator_delegate(const WfGenerator *g);
WfFound wf_generator_throw(WfThread *t, WfGenerator *g, WfValue *out) WF_MUST_CHECK; /* throws the pending exception in */
WfStatus wf_generator_close(WfThread *t, WfGenerator *g) WF_MUST_CHECK;
/* Can the loop send v to it? Else (finished, running, a value for one that has not begun) wf_send words the error. */
bool wf_generator_takes(const WfGenerator *g, WfValue v);
/* Claims g and makes its frame, *gf, the thread's current one; its next yield or its end does with R[dst] of the frame before
 * what `ret` says. MISSING: it has ended. */
WfFound wf_generator_resume(WfThread *t, WfGenerator *g, WfReturn ret, uint32_t dst, WfValue v, WfFrame **gf) WF_MUST_CHECK;
bool wf_generator_resumable(const WfGenerator *g); /* neither running nor ended: right now */
WfValue wf_generator_result(WfThread *t, WfFound found, WfValue out) WF_MUST_CHECK; /* MISSING: StopIteration(out) */
WfStatus wf_throw_arguments(WfThread *t, WfValue type, WfValue value, WfValue tb) WF_MUST_CHECK; /* throw()'s: leaves it pending */
WfValue wf_await_iter(WfThread *t, WfValue o) WF_MUST_CHECK;
WfValue wf_coroutine_origin(WfThread *t, WfFrame *f, int depth) WF_MUST_CHECK;
WfValue wf_unawaited_hook(WfThread *t); /* warnings._warn_unawaited_coroutine, or WF_EMPTY */
WfValue wf_async_wrap(WfThread *t, WfValue v) WF_MUST_CHECK; /* value yielded by an async generator */
/* What the three kinds of generators have in common. */
WfValue wf_generator_get_name(WfThread *t, WfValue self);
WfStatus wf_generator_set_name(WfThread *t, WfValue self, WfValue v);
WfValue wf_generator_get_qualname(WfThread *t, WfValue self);
WfStatus wf_generator_set_qualname(WfThread *t, WfValue self, WfValue v);
WfValue wf_generator_get_yieldfrom(WfThread *t, WfValue self);
WfValue wf_generator_get_frame(WfThread *t, WfValue self);
WfValue wf_generator_get_code(WfThread *t, WfValue self);
WfValue wf_generator_repr(WfThread *t, WfValue self);
void wf_generator_finalize(WfThread *t, WfValue self);
void wf_generator_trace(WfMarker *m, WfObject *o);

#endif
