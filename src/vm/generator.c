/* generator.c - generators and coroutines: a frame in an object that runs in pieces.
 * SPDX-License-Identifier: MIT
 *
 * Design: the frame and its registers lie in the generator's cell and stay there while it runs, so resuming and suspending copy
 * nothing. While it runs its frame is in its thread's chain and scanned there; suspending dirties its cards.
 * Invariant: g->x_state is RUNNING exactly while its frame is in some thread's chain; the thread that made it RUNNING by
 * compare-and-swap is the only one that touches the frame. */
#include "model/slots.h"
#include "code/liveness.h"
#include "model/builtin.h"
#include "model/object.h"
#include "objects/exceptions.h"
#include "objects/genericalias.h"
#include "objects/str.h"
#include "objects/tuple.h"
#include "vm/interp.h"
#include "vm/vm.h"

static uint32_t state_of(const WfGenerator *g)
{
    return __atomic_load_n(&g->x_state, __ATOMIC_ACQUIRE);
}

static const char *kind_name(const WfGenerator *g)
{
    return WF_IS_EXACT(wf_from_object(g), COROUTINE)         ? "coroutine"
           : WF_IS_EXACT(wf_from_object(g), ASYNC_GENERATOR) ? "async generator"
                                                             : "generator";
}

WfGenerator *wf_generator_new(WfThread *t, WfFrame *f)
{
    WfCode *code = f->code;
    size_t size = sizeof(WfGenerator) + (size_t)code->n_regs * sizeof(WfValue);
    uint64_t head = (code->flags & WF_CO_ASYNC_GENERATOR) ? WF_HEAD(ASYNC_GENERATOR, GENERATOR)
                    : (code->flags & WF_CO_COROUTINE)     ? WF_HEAD(COROUTINE, GENERATOR)
                                                          : WF_HEAD(GENERATOR, GENERATOR);
    WfGenerator *g = (WfGenerator *)wf_gc_alloc_head(t, size, head);
    if (g == NULL) {
        return NULL;
    }
    WfFunction *func = wf_as_function(f->func);
    wf_store_ptr_raw(&g->code, code);
    wf_store_raw(&g->func, f->func);
    wf_store_raw(&g->name, wf_load(&func->name));
    wf_store_raw(&g->qualname, wf_load(&func->qualname));
    g->x_state = WF_GEN_CREATED;
    g->frame = *f;
    g->frame.prev = NULL;
    g->frame.locals = WF_EMPTY;
    g->frame.owner = (f->flags & WF_FRAME_MODULE) ? f->locals : WF_EMPTY;
    g->frame.flags = WF_FRAME_GENERATOR | (f->flags & WF_FRAME_MODULE);
    g->frame.ret = WF_RET_GEN_C;
    g->frame.pc = code->code + 1; /* behind RETURN_GENERATOR: not started */
    memcpy(g->regs, WF_FRAME_REGS(f), (size_t)code->n_fixed * sizeof(WfValue));
    wf_barrier_range((const WfSlot *)(const void *)g, size / sizeof(WfSlot));
    if (!wf_is_empty(f->fobj)) { /* somebody looked at the frame before the first instruction: it lives on here */
        WfFrameObject *o = WF_AS(WfFrameObject, f->fobj);
        o->frame = &g->frame;
        wf_store_ptr(&o->generator, g);
    }
    bool has_cleanup = code->n_handlers > 0 || (code->flags & (WF_CO_COROUTINE | WF_CO_ASYNC_GENERATOR)) != 0;
    if (has_cleanup && wf_gc_register_finalizable(t, &g->h) != WF_OK) {
        return NULL;
    }
    if (code->flags & WF_CO_COROUTINE && t->coroutine_origin_depth > 0) {
        WfValue origin = wf_coroutine_origin(t, f, t->coroutine_origin_depth);
        if (wf_is_empty(origin)) {
            return NULL;
        }
        wf_store(&g->origin, origin);
    }
    return g;
}

WfValue wf_coroutine_origin(WfThread *t, WfFrame *f, int depth)
{
    int n = 0;
    for (WfFrame *p = f->prev; p != NULL && n < depth; p = p->prev) {
        n++;
    }
    WfTuple *out = wf_tuple_alloc(t, n);
    int i = 0;
    for (WfFrame *p = f->prev; out != NULL && i < n; p = p->prev, i++) {
        WfValue entry = WF_TUPLE_OF(t, wf_load(&p->code->filename), wf_small_int(wf_frame_line(p)), wf_load(&p->code->name));
        if (wf_is_empty(entry)) {
            return WF_EMPTY;
        }
        wf_store(&out->items[i], entry);
    }
    return wf_from_object(out);
}

bool wf_generator_resumable(const WfGenerator *g)
{
    return state_of(g) <= WF_GEN_SUSPENDED;
}

WfFound wf_generator_claim(WfThread *t, WfGenerator *g)
{
    uint32_t state = state_of(g);
    for (;;) {
        if (state == WF_GEN_CLOSED) {
            return WF_MISSING;
        }
        if (state == WF_GEN_RUNNING) {
            return WF_FAIL_FOUND(wf_raise(t, WF_EXC(ValueError), "%s already executing", kind_name(g)));
        }
        /* acquire: pairs with the release at suspension, whose registers we take over */
        if (__atomic_compare_exchange_n(&g->x_state, &state, WF_GEN_RUNNING, false, __ATOMIC_ACQUIRE, __ATOMIC_ACQUIRE)) {
            return WF_FOUND;
        }
    }
}

void wf_generator_enter(WfThread *t, WfGenerator *g)
{
    wf_store(&g->x_caller_handled, t->handled);
    if (g->flags & WF_GEN_HANDLES) {
        t->handled = wf_load(&g->handled);
        wf_store_raw(&g->handled, WF_EMPTY);
    }
}

static void give_back_handled(WfThread *t, WfGenerator *g, bool keep)
{
    WfValue caller = wf_load(&g->x_caller_handled);
    if (keep && (g->flags & WF_GEN_HANDLES)) {
        wf_store(&g->handled, t->handled);
    }
    t->handled = caller;
    wf_store_raw(&g->x_caller_handled, WF_EMPTY);
}

void wf_generator_suspend(WfThread *t, WfGenerator *g)
{
    give_back_handled(t, g, true);
    g->frame.prev = NULL;
    g->frame.locals = WF_EMPTY;
    wf_barrier_range((const WfSlot *)(const void *)&g->frame, sizeof g->frame / sizeof(WfSlot) + (size_t)g->frame.code->n_regs);
    /* release: the registers are complete for whoever claims it next */
    __atomic_store_n(&g->x_state, WF_GEN_SUSPENDED, __ATOMIC_RELEASE);
}

void wf_generator_finish(WfThread *t, WfGenerator *g)
{
    give_back_handled(t, g, false);
    if (!wf_is_empty(g->frame.fobj)) {
        wf_frame_object_detach(t, &g->frame);
    }
    g->frame.prev = NULL;
    g->frame.locals = WF_EMPTY;
    __atomic_store_n(&g->x_state, WF_GEN_CLOSED, __ATOMIC_RELEASE);
}

void wf_generator_fix_stop(WfThread *t, WfGenerator *g)
{
    if (wf_pending_is(t, WF_EXC(StopIteration))) {
        (void)wf_raise_from_pending(t, WF_EXC(RuntimeError), "%s raised StopIteration", kind_name(g));
    } else if ((g->frame.code->flags & WF_CO_ASYNC_GENERATOR) && wf_pending_is(t, WF_EXC(StopAsyncIteration))) {
        (void)wf_raise_from_pending(t, WF_EXC(RuntimeError), "async generator raised StopAsyncIteration");
    }
}

void wf_generator_trace(WfMarker *m, WfObject *o)
{
    WfGenerator *g = (WfGenerator *)o;
    wf_mark_slots(m, &g->code, (offsetof(WfGenerator, x_state) - offsetof(WfGenerator, code)) / sizeof(WfSlot));
    if (g->x_state == WF_GEN_CREATED || g->x_state == WF_GEN_SUSPENDED) {
        wf_mark_value(m, g->frame.func);
        wf_mark_value(m, g->frame.fobj);
        wf_mark_value(m, g->frame.owner);
        wf_liveness_mark(m, g->frame.code, wf_frame_word(&g->frame), g->regs, g->frame.code->n_regs);
    }
}

static bool has_started(const WfGenerator *g)
{
    return g->frame.pc != g->frame.code->code + 1;
}

/* Makes the frame of a claimed generator the current one. v: what its yield gives, or WF_EMPTY. NULL: RecursionError. */
static WfFrame *push(WfThread *t, WfGenerator *g, WfReturn ret, uint32_t dst, WfValue v)
{
    bool started = has_started(g);
    if (--t->recursion < 0) {
        __atomic_store_n(&g->x_state, started ? WF_GEN_SUSPENDED : WF_GEN_CREATED, __ATOMIC_RELEASE);
        return WF_FAIL_NULL(wf_recursion_error(t, ""));
    }
    WfFrame *gf = &g->frame;
    gf->locals = WF_VALUE((uint64_t)(uintptr_t)wf_vm_stack_top(t));
    gf->prev = t->frame;
    gf->ret = (uint8_t)ret;
    gf->dst = dst;
    if (started && !wf_is_empty(v)) {
        g->regs[WF_INSN_A(gf->pc[-1])] = v;
    }
    wf_generator_enter(t, g);
    t->frame = gf;
    return gf;
}

bool wf_generator_takes(const WfGenerator *g, WfValue v)
{
    return (wf_is_none(v) || has_started(g)) && wf_generator_resumable(g);
}

WfFound wf_generator_resume(WfThread *t, WfGenerator *g, WfReturn ret, uint32_t dst, WfValue v, WfFrame **gf)
{
    WfFound found = wf_generator_claim(t, g);
    if (WF_LIKELY(found == WF_FOUND)) {
        *gf = push(t, g, ret, dst, v);
        return *gf == NULL ? WF_ERROR : WF_FOUND;
    }
    return found;
}

/* --- resuming from C -------------------------------------------------------------------------------------------- */

/* Runs a claimed generator; with an exception pending it is thrown in. */
static WfFound resume(WfThread *t, WfGenerator *g, WfValue value, WfValue *out)
{
    WfFrame *gf = push(t, g, WF_RET_GEN_C, 0, value);
    if (gf == NULL) {
        return WF_ERROR;
    }
    *out = wf_vm_run(t, gf);
    if (wf_is_empty(*out)) {
        return WF_ERROR;
    }
    return state_of(g) == WF_GEN_CLOSED ? WF_MISSING : WF_FOUND;
}

WfFound wf_generator_send(WfThread *t, WfValue gen, WfValue value, WfValue *out)
{
    WfGenerator *g = WF_AS(WfGenerator, gen);
    if (state_of(g) == WF_GEN_CREATED && !wf_is_none(value)) {
        return WF_FAIL_FOUND(wf_raise(t, WF_EXC(TypeError), "can't send non-None value to a just-started %s", kind_name(g)));
    }
    WfFound found = wf_generator_claim(t, g);
    if (found != WF_FOUND) {
        if (found == WF_MISSING && WF_IS_EXACT(gen, COROUTINE)) {
            return WF_FAIL_FOUND(wf_raise(t, WF_EXC(RuntimeError), "cannot reuse already awaited coroutine"));
        }
        *out = WF_NONE;
        return found;
    }
    return resume(t, g, value, out);
}

WfValue wf_generator_delegate(const WfGenerator *g)
{
    if (state_of(g) != WF_GEN_SUSPENDED) {
        return WF_EMPTY;
    }
    /* suspended in the YIELD behind a SEND: SEND's words are the three before pc */
    const WfInsn *pc = g->frame.pc;
    if (WF_INSN_OP(pc[-1]) != WF_OP_YIELD || WF_INSN_C(pc[-1]) != 1) {
        return WF_EMPTY;
    }
    return WF_INSN_OP(pc[-3]) == WF_OP_SEND ? g->regs[WF_INSN_A(pc[-3])] : WF_EMPTY;
}

/* The context of what is thrown into g is what g itself handles; where it handles nothing, the exception keeps the one it has. */
static void link_own_context(WfThread *t, WfGenerator *g)
{
    WfValue own = g->flags & WF_GEN_HANDLES ? wf_load(&g->handled) : WF_EMPTY;
    if (!wf_is_empty(own)) {
        WfValue outer = t->handled;
        t->handled = own;
        (void)wf_raise_object(t, wf_take_pending(t));
        t->handled = outer;
    }
}

/* Throws the pending exception into g itself (not into what it delegates to). */
static WfFound throw_here(WfThread *t, WfGenerator *g, WfValue *out)
{
    WfValue exc = wf_take_pending(t);
    WfFound found = wf_generator_claim(t, g);
    if (found == WF_ERROR) {
        return WF_ERROR;
    }
    if (found == WF_MISSING) {
        if (WF_IS_EXACT(wf_from_object(g), COROUTINE)) {
            return WF_FAIL_FOUND(wf_raise(t, WF_EXC(RuntimeError), "cannot reuse already awaited coroutine"));
        }
        wf_restore_pending(t, exc);
        return WF_ERROR;
    }
    wf_restore_pending(t, exc);
    link_own_context(t, g);
    return resume(t, g, WF_EMPTY, out);
}

/* While what g delegates to is thrown into or closed, g is running (claimed): its frame is in the chain, where the collector and
 * tracebacks find it. */
static void delegation_begin(WfThread *t, WfGenerator *g)
{
    g->frame.locals = WF_VALUE((uint64_t)(uintptr_t)wf_vm_stack_top(t));
    g->frame.prev = t->frame;
    t->frame = &g->frame;
}

static void delegation_end(WfThread *t, WfGenerator *g)
{
    t->frame = g->frame.prev;
    g->frame.prev = NULL;
    g->frame.locals = WF_EMPTY;
    wf_barrier_range((const WfSlot *)(const void *)&g->frame, sizeof g->frame / sizeof(WfSlot) + (size_t)g->frame.code->n_regs);
    __atomic_store_n(&g->x_state, WF_GEN_SUSPENDED, __ATOMIC_RELEASE);
}

static WfFound close_delegate(WfThread *t, WfValue delegate)
{
    if (WF_IS_EXACT(delegate, GENERATOR) || WF_IS_EXACT(delegate, COROUTINE)) {
        return wf_generator_close(t, WF_AS(WfGenerator, delegate)) == WF_OK ? WF_FOUND : WF_ERROR;
    }
    WfValue close;
    WfFound found = wf_getattr_opt(t, delegate, WF_NAME(close), &close);
    if (found == WF_ERROR) {
        wf_write_unraisable(t, NULL, delegate);
        return WF_FOUND;
    }
    if (found == WF_FOUND && wf_is_empty(wf_call0(t, close))) {
        return WF_ERROR;
    }
    return WF_FOUND;
}

/* The delegate has finished with `result` (or raised, EMPTY): goes on behind the yield from. */
static WfFound resume_behind_delegate(WfThread *t, WfGenerator *g, WfValue result, WfValue *out)
{
    WfFound found = wf_generator_claim(t, g);
    if (found != WF_FOUND) {
        return found;
    }
    const WfInsn *pc = g->frame.pc;
    if (!wf_is_empty(result)) {
        /* as SEND does: R[b] = result, jump by its argument */
        g->regs[WF_INSN_B(pc[-3])] = result;
        g->frame.pc = pc - 1 + (int64_t)pc[-2];
        if (--t->recursion < 0) {
            __atomic_store_n(&g->x_state, WF_GEN_SUSPENDED, __ATOMIC_RELEASE);
            return WF_FAIL_FOUND(wf_recursion_error(t, ""));
        }
        WfFrame *gf = &g->frame;
        gf->locals = WF_VALUE((uint64_t)(uintptr_t)wf_vm_stack_top(t));
        gf->prev = t->frame;
        gf->ret = WF_RET_GEN_C;
        wf_generator_enter(t, g);
        t->frame = gf;
        *out = wf_vm_run(t, gf);
        return wf_is_empty(*out) ? WF_ERROR : state_of(g) == WF_GEN_CLOSED ? WF_MISSING : WF_FOUND;
    }
    link_own_context(t, g);
    return resume(t, g, WF_EMPTY, out);
}

WfFound wf_generator_throw(WfThread *t, WfGenerator *g, WfValue *out)
{
    WfValue delegate = wf_generator_delegate(g);
    if (wf_is_empty(delegate)) {
        return throw_here(t, g, out);
    }
    WfValue exc = wf_take_pending(t);
    if (wf_is_instance_of(exc, WF_EXC(GeneratorExit))) {
        WfFound closed = wf_generator_claim(t, g); /* running while the delegate closes */
        if (closed != WF_FOUND) {
            return closed;
        }
        delegation_begin(t, g);
        WfFound ok = close_delegate(t, delegate);
        delegation_end(t, g);
        if (ok != WF_ERROR) {
            wf_restore_pending(t, exc);
        }
        return throw_here(t, g, out);
    }
    WfFound found;
    WfFound claimed = wf_generator_claim(t, g);
    if (claimed != WF_FOUND) {
        return claimed;
    }
    delegation_begin(t, g);
    if (WF_IS_EXACT(delegate, GENERATOR) || WF_IS_EXACT(delegate, COROUTINE)) {
        wf_restore_pending(t, exc);
        found = wf_generator_throw(t, WF_AS(WfGenerator, delegate), out);
    } else {
        WfValue method;
        found = wf_getattr_opt(t, delegate, WF_NAME(throw), &method);
        if (found == WF_FOUND) {
            *out = wf_call1(t, method, exc);
            if (!wf_is_empty(*out)) {
                found = WF_FOUND;
            } else if (wf_pending_is(t, WF_EXC(StopIteration))) {
                *out = wf_exc_field(wf_take_pending(t), WF_STOP_VALUE);
                found = WF_MISSING;
            } else {
                found = WF_ERROR;
            }
        } else if (found == WF_MISSING) {
            delegation_end(t, g);
            wf_restore_pending(t, exc);
            return throw_here(t, g, out);
        }
    }
    delegation_end(t, g);
    if (found == WF_FOUND) {
        return WF_FOUND; /* the delegate yielded */
    }
    return resume_behind_delegate(t, g, found == WF_MISSING ? *out : WF_EMPTY, out);
}

WfStatus wf_generator_close(WfThread *t, WfGenerator *g)
{
    uint32_t created = WF_GEN_CREATED;
    if (__atomic_compare_exchange_n(&g->x_state, &created, WF_GEN_CLOSED, false, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE)
        || created == WF_GEN_CLOSED) {
        return WF_OK;
    }
    WfValue exc = wf_exception_new(t, WF_EXC(GeneratorExit), WF_EMPTY);
    if (wf_is_empty(exc)) {
        return WF_RAISED;
    }
    wf_restore_pending(t, exc);
    WfValue out;
    WfFound found = wf_generator_throw(t, g, &out);
    if (found == WF_FOUND) {
        return WF_FAIL(wf_raise(t, WF_EXC(RuntimeError), "%s ignored GeneratorExit", kind_name(g)));
    }
    if (found == WF_MISSING) {
        return WF_OK;
    }
    return wf_clear_if(t, WF_EXC(StopIteration)) || wf_clear_if(t, WF_EXC(GeneratorExit)) ? WF_OK : WF_RAISED;
}

/* --- methods ------------------------------------------------------------------------------------------------------ */

static WfGenerator *self_gen(WfValue v)
{
    return WF_AS(WfGenerator, v);
}

/* The result of a resume as the return value of send() and throw(). */
WfValue wf_generator_result(WfThread *t, WfFound found, WfValue out)
{
    if (found == WF_FOUND) {
        return out;
    }
    return found == WF_ERROR ? WF_EMPTY : wf_raise_stop_iteration(t, out);
}

static WfValue gen_send(WfThread *t, WfValue *a)
{
    WfValue out = WF_NONE;
    WfFound found = wf_generator_send(t, a[0], a[1], &out);
    return wf_generator_result(t, found, out);
}

WfStatus wf_throw_arguments(WfThread *t, WfValue type, WfValue value, WfValue tb)
{
    if (!wf_is_empty(tb) && !wf_is_none(tb) && !WF_IS_EXACT(tb, TRACEBACK)) {
        return WF_FAIL(wf_raise(t, WF_EXC(TypeError), "throw() third argument must be a traceback object"));
    }
    WfValue exc = type;
    if (wf_is_type(type) && (wf_type_flags(WF_AS(WfType, type)) & WF_TF_EXCEPTION)) {
        if (wf_is_empty(value) || wf_is_none(value)) {
            exc = wf_call0(t, type);
        } else if (wf_is_instance_of(value, WF_AS(WfType, type))) {
            exc = value;
        } else if (WF_IS_EXACT(value, TUPLE)) {
            exc = wf_call_tuple(t, type, wf_as_tuple(value), WF_EMPTY);
        } else {
            exc = wf_call1(t, type, value);
        }
        if (!wf_is_empty(exc) && !wf_is_exception(exc)) {
            exc = wf_raise(t, WF_EXC(TypeError), "calling %R should have returned an instance of BaseException, not %R", type,
                           wf_from_object(wf_type(exc)));
        }
        if (wf_is_empty(exc)) {
            return WF_OK; /* what went wrong is thrown in its place */
        }
    } else if (wf_is_exception(type)) {
        if (!wf_is_empty(value) && !wf_is_none(value)) {
            return WF_FAIL(wf_raise(t, WF_EXC(TypeError), "instance exception may not have a separate value"));
        }
    } else {
        return WF_FAIL(wf_raise(t, WF_EXC(TypeError), "exceptions must be classes or instances deriving from BaseException, not %T", type));
    }
    if (!wf_is_empty(tb) && !wf_is_none(tb)) {
        wf_exception_set_traceback(exc, tb);
    }
    wf_restore_pending(t, exc);
    return WF_OK;
}

static WfValue gen_throw(WfThread *t, WfValue *a)
{
    if (wf_throw_arguments(t, a[1], a[2], a[3]) != WF_OK) {
        return WF_EMPTY;
    }
    WfValue out = WF_NONE;
    WfFound found = wf_generator_throw(t, self_gen(a[0]), &out);
    return wf_generator_result(t, found, out);
}

static WfValue gen_close(WfThread *t, WfValue *a)
{
    return wf_generator_close(t, self_gen(a[0])) == WF_OK ? WF_NONE : WF_EMPTY;
}

/* At the end *out is what the body returned: see wf_next_value. */
static WfFound gen_next(WfThread *t, WfValue self, WfValue *out)
{
    return wf_generator_send(t, self, WF_NONE, out);
}

static WfValue gen_iter(WfThread *t, WfValue self)
{
    return self;
}

void wf_generator_finalize(WfThread *t, WfValue self)
{
    WfGenerator *g = self_gen(self);
    uint32_t state = state_of(g);
    if (state == WF_GEN_CREATED) {
        if (WF_IS_EXACT(self, COROUTINE)) {
            WfValue saved = wf_take_pending(t);
            WfStatus status;
            WfValue warn = wf_is_empty(wf_load(&g->origin)) ? WF_EMPTY : wf_unawaited_hook(t);
            if (!wf_is_empty(warn)) {
                status = wf_is_empty(wf_call1(t, warn, self)) ? WF_RAISED : WF_OK;
            } else {
                status = wf_warn_source(t, WF_EXC(RuntimeWarning), self, 1, "coroutine '%V' was never awaited",
                                        wf_load(&g->qualname));
            }
            if (status != WF_OK) {
                wf_write_unraisable(t, NULL, self);
            }
            wf_restore_pending(t, saved);
        }
        return;
    }
    if (state != WF_GEN_SUSPENDED) {
        return;
    }
    WfValue saved = wf_take_pending(t);
    WfValue finalizer = wf_load(&g->finalizer);
    if (!wf_is_empty(finalizer) && WF_IS_EXACT(self, ASYNC_GENERATOR)) {
        if (wf_is_empty(wf_call1(t, finalizer, self))) {
            wf_write_unraisable(t, NULL, self);
        }
    } else if (wf_generator_close(t, g) != WF_OK) {
        wf_write_unraisable(t, NULL, self);
    }
    wf_restore_pending(t, saved);
}

WfValue wf_generator_repr(WfThread *t, WfValue self)
{
    const char *kind = WF_IS_EXACT(self, ASYNC_GENERATOR) ? "async_generator" : kind_name(self_gen(self));
    return wf_str_format(t, "<%s object %V at %p>", kind, wf_load(&self_gen(self)->qualname), (void *)wf_as_object(self));
}

WfValue wf_generator_get_name(WfThread *t, WfValue self)
{
    return wf_load(&self_gen(self)->name);
}
WfStatus wf_generator_set_name(WfThread *t, WfValue self, WfValue v)
{
    if (!wf_is_str(v)) {
        return WF_FAIL(wf_raise(t, WF_EXC(TypeError), "__name__ must be set to a string object"));
    }
    wf_store(&self_gen(self)->name, v);
    return WF_OK;
}
WfValue wf_generator_get_qualname(WfThread *t, WfValue self)
{
    return wf_load(&self_gen(self)->qualname);
}
WfStatus wf_generator_set_qualname(WfThread *t, WfValue self, WfValue v)
{
    if (!wf_is_str(v)) {
        return WF_FAIL(wf_raise(t, WF_EXC(TypeError), "__qualname__ must be set to a string object"));
    }
    wf_store(&self_gen(self)->qualname, v);
    return WF_OK;
}
WfValue wf_generator_get_yieldfrom(WfThread *t, WfValue self)
{
    WfValue v = wf_generator_delegate(self_gen(self));
    return wf_is_empty(v) ? WF_NONE : v;
}
static WfValue get_running(WfThread *t, WfValue self)
{
    return WF_BOOL(state_of(self_gen(self)) == WF_GEN_RUNNING);
}
static WfValue get_suspended(WfThread *t, WfValue self)
{
    return WF_BOOL(state_of(self_gen(self)) == WF_GEN_SUSPENDED);
}
WfValue wf_generator_get_frame(WfThread *t, WfValue self)
{
    WfGenerator *g = self_gen(self);
    if (state_of(g) == WF_GEN_CLOSED) {
        return WF_NONE;
    }
    return wf_from_object(wf_frame_object(t, &g->frame));
}
WfValue wf_generator_get_code(WfThread *t, WfValue self)
{
    return wf_load(&self_gen(self)->code);
}
static WfValue get_origin(WfThread *t, WfValue self)
{
    WfValue v = wf_load(&self_gen(self)->origin);
    return wf_is_empty(v) ? WF_NONE : v;
}

#define THROW_SIG "(self, typ, val=?, tb=?, /)"
static const WfBuiltinDef gen_methods[] = {
    {"send", gen_send, "(self, arg, /)", "Resume with arg as the value of the yield expression.", 0},
    {"throw", gen_throw, THROW_SIG, "Raise an exception where the generator is suspended.", 0},
    {"close", gen_close, "(self)", "Raise GeneratorExit where the generator is suspended.", 0},
    {"__class_getitem__", wf_class_getitem, "(cls, item, /)", "A generic alias.", WF_FN_CLASS},
    {0}};
static const WfGetSetDef gen_getsets[] = {
    {"__name__", wf_generator_get_name, wf_generator_set_name, "Name of the generator.", 0},
    {"__qualname__", wf_generator_get_qualname, wf_generator_set_qualname, "Qualified name of the generator.", 0},
    {"gi_yieldfrom", wf_generator_get_yieldfrom, NULL, "The iterator that yield from delegates to, or None.", 0},
    {"gi_running", get_running, NULL, "Whether it runs now.", 0},
    {"gi_suspended", get_suspended, NULL, "Whether it stands at a yield.", 0},
    {"gi_frame", wf_generator_get_frame, NULL, "Its frame, None when it has ended.", 0},
    {"gi_code", wf_generator_get_code, NULL, "Its code object.", 0},
    {0}};
const WfTypeSpec wf_generator_spec = {
    .name = "generator",
    .flags = WF_TF_NO_NEW | WF_TF_WEAKREFS,
    .size = sizeof(WfGenerator),
    .methods = gen_methods,
    .getsets = gen_getsets,
    .slots = {.repr = wf_generator_repr, .iter = gen_iter, .next = gen_next, .finalize = wf_generator_finalize},
};

static WfValue coro_await(WfThread *t, WfValue self);
static const WfGetSetDef coro_getsets[] = {
    {"__name__", wf_generator_get_name, wf_generator_set_name, "Name of the coroutine.", 0},
    {"__qualname__", wf_generator_get_qualname, wf_generator_set_qualname, "Qualified name of the coroutine.", 0},
    {"cr_await", wf_generator_get_yieldfrom, NULL, "What it awaits, or None.", 0},
    {"cr_running", get_running, NULL, "Whether it runs now.", 0},
    {"cr_suspended", get_suspended, NULL, "Whether it stands at an await.", 0},
    {"cr_frame", wf_generator_get_frame, NULL, "Its frame, None when it has ended.", 0},
    {"cr_code", wf_generator_get_code, NULL, "Its code object.", 0},
    {"cr_origin", get_origin, NULL, "Where it was made, if tracked.", 0},
    {0}};
const WfTypeSpec wf_coroutine_spec = {
    .name = "coroutine",
    .flags = WF_TF_NO_NEW | WF_TF_WEAKREFS,
    .size = sizeof(WfGenerator),
    .methods = gen_methods,
    .getsets = coro_getsets,
    .slots = {.repr = wf_generator_repr, .await = coro_await, .finalize = wf_generator_finalize},
};

/* coroutine_wrapper: what __await__ of a coroutine gives. */
typedef struct WfCoroutineWrapper {
    WfObject h;
    WfSlot coroutine;
} WfCoroutineWrapper;

static WfValue coro_await(WfThread *t, WfValue self)
{
    WfCoroutineWrapper *w = WF_NEW(t, WfCoroutineWrapper, COROUTINE_WRAPPER, NATIVE);
    if (w != NULL) {
        wf_store_raw(&w->coroutine, self);
    }
    return wf_from_object(w);
}
static void wrapper_trace(WfMarker *m, WfObject *o)
{
    wf_mark_slot(m, &((WfCoroutineWrapper *)o)->coroutine);
}
static WfValue wrapped(WfValue self)
{
    return wf_load(&WF_AS(WfCoroutineWrapper, self)->coroutine);
}
static WfValue wrapper_send(WfThread *t, WfValue *a)
{
    return gen_send(t, (WfValue[]){wrapped(a[0]), a[1]});
}
static WfValue wrapper_throw(WfThread *t, WfValue *a)
{
    return gen_throw(t, (WfValue[]){wrapped(a[0]), a[1], a[2], a[3]});
}
static WfValue wrapper_close(WfThread *t, WfValue *a)
{
    return gen_close(t, (WfValue[]){wrapped(a[0])});
}
static WfFound wrapper_next(WfThread *t, WfValue self, WfValue *out)
{
    return gen_next(t, wrapped(self), out);
}
static const WfBuiltinDef wrapper_methods[] = {
    {"send", wrapper_send, "(self, arg, /)", "Resume the coroutine with a value.", 0},
    {"throw", wrapper_throw, THROW_SIG, "Raise an exception in the coroutine.", 0},
    {"close", wrapper_close, "(self)", "Close the coroutine.", 0},
    {0}};
const WfTypeSpec wf_coroutine_wrapper_spec = {
    .name = "coroutine_wrapper",
    .doc = "A wrapper object implementing __await__ for coroutines.",
    .flags = WF_TF_NO_NEW,
    .size = sizeof(WfCoroutineWrapper),
    .methods = wrapper_methods,
    .slots = {.iter = gen_iter, .next = wrapper_next, .trace = wrapper_trace},
};

/* --- awaiting -------------------------------------------------------------------------------------------------------- */

WfFound wf_send(WfThread *t, WfValue receiver, WfValue value, WfValue *out)
{
    if (WF_IS_EXACT(receiver, GENERATOR) || WF_IS_EXACT(receiver, COROUTINE)) {
        return wf_generator_send(t, receiver, value, out);
    }
    if (WF_IS_EXACT(receiver, COROUTINE_WRAPPER)) {
        return wf_generator_send(t, wrapped(receiver), value, out);
    }
    WfType *type = wf_type(receiver);
    if (wf_is_none(value) && type->slots.next != NULL) {
        WfFound found = wf_next_value(t, receiver, out);
        if (found != WF_ERROR) {
            return found;
        }
    } else {
        *out = wf_call_method1(t, receiver, WF_NAME(send), value);
        if (!wf_is_empty(*out)) {
            return WF_FOUND;
        }
    }
    if (wf_pending_is(t, WF_EXC(StopIteration))) {
        *out = wf_exc_field(wf_take_pending(t), WF_STOP_VALUE);
        return WF_MISSING;
    }
    return WF_ERROR;
}

static bool is_coroutine_like(WfValue v)
{
    return WF_IS_EXACT(v, COROUTINE)
           || (WF_IS_EXACT(v, GENERATOR) && (WF_AS(WfGenerator, v)->frame.code->flags & WF_CO_ITERABLE_COROUTINE) != 0);
}

/* The iterator behind an awaitable; EMPTY without exception: o is no awaitable. */
static WfValue awaitable_iter(WfThread *t, WfValue o)
{
    if (is_coroutine_like(o)) {
        return o;
    }
    WfType *type = wf_type(o);
    if (type->slots.await == NULL) {
        return WF_EMPTY;
    }
    WfValue it = type->slots.await(t, o);
    if (wf_is_empty(it)) {
        return it;
    }
    if (is_coroutine_like(it)) {
        return wf_raise(t, WF_EXC(TypeError), "__await__() returned a coroutine");
    }
    if (wf_type(it)->slots.next == NULL) {
        return wf_raise(t, WF_EXC(TypeError), "__await__() returned non-iterator of type '%T'", it);
    }
    return it;
}

WfValue wf_await_iter(WfThread *t, WfValue o)
{
    WfValue it = awaitable_iter(t, o);
    if (wf_is_empty(it) && !wf_pending(t)) {
        return wf_raise(t, WF_EXC(TypeError), "object %T can't be used in 'await' expression", o);
    }
    return it;
}

WfValue wf_get_awaitable(WfThread *t, WfValue o, int where)
{
    WfValue it = awaitable_iter(t, o);
    if (wf_is_empty(it)) {
        if (wf_pending(t)) {
            return it;
        }
        if (where == 1) {
            return wf_raise(t, WF_EXC(TypeError),
                            "'async with' received an object from __aenter__ that does not implement __await__: %T", o);
        }
        if (where == 2) {
            return wf_raise(t, WF_EXC(TypeError),
                            "'async with' received an object from __aexit__ that does not implement __await__: %T", o);
        }
        return wf_raise(t, WF_EXC(TypeError), "object %T can't be used in 'await' expression", o);
    }
    if (WF_IS_EXACT(it, COROUTINE) && !wf_is_empty(wf_generator_delegate(WF_AS(WfGenerator, it)))) {
        return wf_raise(t, WF_EXC(RuntimeError), "coroutine is being awaited already");
    }
    return it;
}

WfValue wf_get_aiter(WfThread *t, WfValue o)
{
    WfType *type = wf_type(o);
    if (type->slots.aiter == NULL) {
        return wf_raise(t, WF_EXC(TypeError), "'async for' requires an object with __aiter__ method, got %T", o);
    }
    WfValue it = type->slots.aiter(t, o);
    if (!wf_is_empty(it) && wf_type(it)->slots.anext == NULL) {
        return wf_raise(t, WF_EXC(TypeError), "'async for' received an object from __aiter__ that does not implement __anext__: %T",
                        it);
    }
    return it;
}

WfValue wf_get_anext(WfThread *t, WfValue o)
{
    WfType *type = wf_type(o);
    if (type->slots.anext == NULL) {
        return wf_raise(t, WF_EXC(TypeError), "'async for' requires an iterator with __anext__ method, got %T", o);
    }
    WfValue next = type->slots.anext(t, o);
    if (wf_is_empty(next) || WF_IS_EXACT(o, ASYNC_GENERATOR)) {
        return next;
    }
    WfValue it = awaitable_iter(t, next);
    if (wf_is_empty(it)) {
        if (!wf_pending(t)) {
            return wf_raise(t, WF_EXC(TypeError), "'async for' received an invalid object from __anext__: %T", next);
        }
        return wf_raise_from_pending(t, WF_EXC(TypeError), "'async for' received an invalid object from __anext__: %T", next);
    }
    return it;
}

WfValue wf_get_yield_from(WfThread *t, WfValue o, bool in_coroutine)
{
    if (WF_IS_EXACT(o, COROUTINE)) {
        return in_coroutine ? o : wf_raise(t, WF_EXC(TypeError), "cannot 'yield from' a coroutine object in a non-coroutine generator");
    }
    return WF_IS_EXACT(o, GENERATOR) ? o : wf_iter(t, o);
}
