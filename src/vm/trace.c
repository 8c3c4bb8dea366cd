/* trace.c - sys.settrace and sys.setprofile.
 * SPDX-License-Identifier: MIT
 *
 * Design: while a function is set, WF_BREAK_TRACE is set in the thread's breaker; the first place that looks at it changes the loop to
 * a table whose every handler comes by here before the instruction runs. RETURN takes the long way.
 * Threads: all of it belongs to one thread. */
#include "model/object.h"
#include "objects/builtin_function.h"
#include "objects/descriptors.h"
#include "objects/exceptions.h"
#include "objects/str.h"
#include "objects/tuple.h"
#include "vm/interp.h"
#include "vm/vm.h"

/* Calls a trace function with its own tracing off. */
static WfValue call_hook(WfThread *t, WfValue hook, WfFrame *f, const char *event, WfValue arg)
{
    WfFrameObject *fobj = wf_frame_object(t, f);
    WfStr *name = fobj == NULL ? NULL : wf_str_intern_cstr(t, event);
    if (name == NULL) {
        return WF_EMPTY;
    }
    t->tracing++;
    wf_break_clear(t, WF_BREAK_TRACE);
    WfValue result = wf_call3(t, hook, wf_from_object(fobj), wf_from_object(name), arg);
    t->tracing--;
    if (!wf_is_empty(t->trace_fn) || !wf_is_empty(t->profile_fn)) {
        wf_break_set(t, WF_BREAK_TRACE);
    }
    if (wf_is_empty(result)) { /* a trace function that fails is taken out */
        t->trace_fn = t->profile_fn = WF_EMPTY;
        wf_break_clear(t, WF_BREAK_TRACE);
    }
    return result;
}

/* An event for the frame's local trace function; its result becomes the next one. */
static WfStatus local_event(WfThread *t, WfFrame *f, const char *event, WfValue arg)
{
    WfFrameObject *fobj = wf_is_empty(f->fobj) ? NULL : WF_AS(WfFrameObject, f->fobj);
    WfValue hook = fobj == NULL ? WF_EMPTY : wf_load(&fobj->trace);
    if (wf_is_empty(hook) || wf_is_empty(t->trace_fn)) {
        return WF_OK;
    }
    const int64_t during = event[0] == 'l' ? WF_TRACE_IN_LINE : WF_TRACE_IN_OTHER;
    wf_store_raw(&fobj->trace_flags, wf_small_int(wf_as_int(wf_load(&fobj->trace_flags)) | during));
    WfValue result = call_hook(t, hook, f, event, arg);
    wf_store_raw(&fobj->trace_flags, wf_small_int(wf_as_int(wf_load(&fobj->trace_flags)) & ~during));
    if (wf_is_empty(result)) {
        return WF_RAISED;
    }
    if (!wf_is_none(result)) {
        wf_store(&fobj->trace, result);
    }
    return WF_OK;
}

static WfStatus call_event(WfThread *t, WfFrame *f)
{
    f->flags |= WF_FRAME_TRACED;
    if (!wf_is_empty(t->trace_fn)) {
        WfValue local = call_hook(t, t->trace_fn, f, "call", WF_NONE);
        if (wf_is_empty(local)) {
            return WF_RAISED;
        }
        WfFrameObject *fobj = wf_frame_object(t, f);
        if (fobj == NULL) {
            return WF_RAISED;
        }
        wf_store(&fobj->trace, wf_is_none(local) ? WF_EMPTY : local);
    }
    if (!wf_is_empty(t->profile_fn) && wf_is_empty(call_hook(t, t->profile_fn, f, "call", WF_NONE))) {
        return WF_RAISED;
    }
    return WF_OK;
}

/* Has the frame just been entered, or resumed behind a yield? *at: the instruction that its line is that of, for "call". */
static bool just_entered(const WfFrame *f, const WfInsn **at)
{
    const WfInsn *next = f->pc - 1, *start = f->code->code;
    bool generator = (f->flags & WF_FRAME_GENERATOR) != 0;
    if (next == start + generator) {
        *at = start;
        return true;
    }
    *at = next;
    return generator && next > start && WF_INSN_OP(next[-1]) == WF_OP_YIELD;
}

/* A line begins: another one than that of the last instruction, or the same one again by a jump backwards. */
static WfStatus line_event(WfThread *t, WfFrame *f, WfFrameObject *fobj)
{
    int32_t word = wf_frame_word(f);
    int64_t last = wf_as_int(wf_load(&fobj->line)) - 1; /* word of the last instruction, or -1 */
    WfPosition now, before;
    if (!wf_code_position(f->code, word, &now)) {
        return WF_OK; /* of the compiler's own: belongs to the line before */
    }
    wf_store_raw(&fobj->line, wf_small_int(word + 1));
    if ((wf_as_int(wf_load(&fobj->trace_flags)) & WF_TRACE_LINES) == 0) {
        return WF_OK;
    }
    bool known = last >= 0 && wf_code_position(f->code, (int32_t)last, &before);
    if (known && before.line == now.line && (word > last || WF_INSN_OP(f->pc[-1]) == WF_OP_SEND)) {
        return WF_OK;
    }
    const WfInsn *pc = f->pc;
    WfStatus status = local_event(t, f, "line", WF_NONE);
    if (f->pc != pc) { /* f_lineno was set: that line begins without an event */
        wf_store_raw(&fobj->line, wf_small_int(wf_frame_word(f) + 1));
    }
    return status;
}

WfStatus wf_vm_trace_line(WfThread *t, WfFrame *f)
{
    if (t->tracing > 0 || WF_INSN_OP(f->pc[-1]) == WF_OP_RETURN_GENERATOR) {
        return WF_OK;
    }
    const WfInsn *at;
    if ((f->flags & WF_FRAME_TRACED) == 0 && just_entered(f, &at)) {
        const WfInsn *pc = f->pc;
        f->pc = at;
        bool start = at == f->code->code;
        WfStatus status = call_event(t, f);
        f->pc = pc;
        if (status != WF_OK) {
            return WF_RAISED;
        }
        if (!wf_is_empty(f->fobj)) {
            WfFrameObject *fobj = WF_AS(WfFrameObject, f->fobj);
            wf_store_raw(&fobj->line, wf_small_int(start ? 0 : at - f->code->code));
        }
    }
    if (wf_is_empty(t->trace_fn) || wf_is_empty(f->fobj)) {
        return WF_OK;
    }
    WfFrameObject *fobj = WF_AS(WfFrameObject, f->fobj);
    if (wf_is_empty(wf_load(&fobj->trace))) {
        return WF_OK;
    }
    if (line_event(t, f, fobj) != WF_OK) {
        return WF_RAISED;
    }
    return (wf_as_int(wf_load(&fobj->trace_flags)) & WF_TRACE_OPCODES) ? local_event(t, f, "opcode", WF_NONE) : WF_OK;
}

WfStatus wf_vm_trace_return(WfThread *t, WfFrame *f, WfValue result)
{
    if (t->tracing > 0 || WF_INSN_OP(f->pc[-1]) == WF_OP_RETURN_GENERATOR) {
        return WF_OK;
    }
    WfValue arg = wf_is_empty(result) ? WF_NONE : result;
    t->scratch[1] = arg;
    WfStatus status = local_event(t, f, "return", arg);
    if (status == WF_OK && !wf_is_empty(t->profile_fn) && wf_is_empty(call_hook(t, t->profile_fn, f, "return", arg))) {
        status = WF_RAISED;
    }
    t->scratch[1] = WF_EMPTY;
    f->flags &= (uint16_t)~WF_FRAME_TRACED; /* a generator is called again when it is resumed */
    return status;
}

WfStatus wf_vm_trace_exception(WfThread *t, WfFrame *f)
{
    if (t->tracing > 0 || wf_is_empty(f->fobj)) {
        return WF_OK;
    }
    WfValue exc = wf_take_pending(t);
    t->scratch[1] = exc;
    WfValue tb = wf_exception_traceback(exc);
    WfValue arg = WF_TUPLE_OF(t, wf_from_object(wf_type(exc)), exc, wf_is_empty(tb) ? WF_NONE : tb);
    WfStatus status = wf_is_empty(arg) ? WF_RAISED : local_event(t, f, "exception", arg);
    t->scratch[1] = WF_EMPTY;
    if (status == WF_OK) {
        wf_restore_pending(t, exc);
    }
    return status;
}

WfStatus wf_vm_trace_throw(WfThread *t, WfFrame *f)
{
    if (t->tracing > 0) {
        return WF_OK;
    }
    WfValue exc = wf_take_pending(t);
    t->scratch[1] = exc;
    WfStatus status = call_event(t, f);
    t->scratch[1] = WF_EMPTY;
    if (status == WF_OK) {
        wf_restore_pending(t, exc);
    }
    return status;
}

WfStatus wf_vm_trace_stop(WfThread *t, WfFrame *f, WfValue value)
{
    if (t->tracing > 0 || wf_is_empty(t->trace_fn)) {
        return WF_OK;
    }
    WfValue exc = wf_call1(t, wf_from_object(WF_EXC(StopIteration)), value);
    if (wf_is_empty(exc)) {
        return WF_RAISED;
    }
    wf_restore_pending(t, exc);
    wf_vm_add_traceback(t, f);
    if (wf_vm_trace_exception(t, f) != WF_OK) {
        return WF_RAISED;
    }
    wf_clear_pending(t);
    return WF_OK;
}

/* --- calls of built-in functions, for the profile function -------------------------------------------------------- */

/* What the event's argument is: the built-in function or bound method; EMPTY: no such callee. */
static WfValue profiled_callee(WfThread *t, WfValue callee, const WfValue *args, int64_t n)
{
    if (WF_IS_EXACT(callee, BUILTIN)) {
        return callee;
    }
    if (WF_IS_EXACT(callee, METHOD_DESCRIPTOR) && n > 0) {
        WfMethodDescr *d = WF_AS(WfMethodDescr, callee);
        if (wf_is_instance_of(args[0], WF_LOAD(WfType, &d->objclass))) {
            return wf_type(callee)->slots.descr_get(t, callee, args[0], wf_from_object(wf_type(args[0])));
        }
    }
    return WF_EMPTY;
}

static WfStatus profile_event(WfThread *t, WfFrame *f, const char *event, WfValue arg)
{
    return wf_is_empty(t->profile_fn) || !wf_is_empty(call_hook(t, t->profile_fn, f, event, arg)) ? WF_OK : WF_RAISED;
}

WfFound wf_vm_trace_builtin_call(WfThread *t, WfFrame *f, WfInsn insn)
{
    WfValue *args = &WF_FRAME_REGS(f)[WF_INSN_A(insn) + WF_CALL_ARGS];
    WfValue callee = WF_FRAME_REGS(f)[WF_INSN_A(insn)];
    const unsigned op = WF_INSN_OP(insn);
    int64_t n = WF_INSN_B(insn);
    WfTuple *kwnames = NULL;
    if (t->tracing > 0 || wf_is_empty(t->profile_fn) || op < WF_OP_CALL || op > WF_OP_CALL_EX) {
        return WF_MISSING;
    }
    if (op == WF_OP_CALL_KW || op == WF_OP_CALL_METHOD_KW) {
        kwnames = (WfTuple *)(uintptr_t)f->code->k[*f->pc].x_bits;
        n -= kwnames->length;
    }
    if (op == WF_OP_CALL_METHOD || op == WF_OP_CALL_METHOD_KW) {
        if (wf_is_empty(args[0])) {
            args++;
        } else {
            n++;
        }
    }
    WfValue shown = op == WF_OP_CALL_EX ? (WF_IS_EXACT(callee, BUILTIN) ? callee : WF_EMPTY) : profiled_callee(t, callee, args, n);
    if (wf_is_empty(shown)) {
        return wf_pending(t) ? WF_ERROR : WF_MISSING;
    }
    t->scratch[1] = shown;
    if (profile_event(t, f, "c_call", shown) != WF_OK) {
        t->scratch[1] = WF_EMPTY;
        return WF_ERROR;
    }
    WfValue result = op == WF_OP_CALL_EX ? wf_op_call_ex(t, callee, args[0], WF_INSN_B(insn) ? args[1] : WF_EMPTY)
                                         : wf_op_call(t, callee, args, n, kwnames);
    WfStatus status;
    if (wf_is_empty(result)) {
        WfValue exc = wf_take_pending(t);
        args[0] = exc; /* the arguments are done with: their place keeps it alive */
        status = profile_event(t, f, "c_exception", shown);
        if (status == WF_OK) {
            wf_restore_pending(t, exc);
        }
        status = WF_RAISED;
    } else {
        args[0] = result;
        status = profile_event(t, f, "c_return", shown);
        WF_FRAME_REGS(f)[WF_INSN_C(insn)] = result;
    }
    t->scratch[1] = WF_EMPTY;
    f->pc += kwnames != NULL;
    return status == WF_OK ? WF_FOUND : WF_ERROR;
}
