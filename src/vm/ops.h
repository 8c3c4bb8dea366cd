/* ops.h - the bodies of the handlers; included by interp.c, once.
 * SPDX-License-Identifier: MIT */

/* --- moves and constants ------------------------------------------------------------------------------- */

TARGET(NOP)
{
    DISPATCH();
}
TARGET(LOAD_CODE)
{
    WfCode *code = FRAME->code;
    SAVE();
    if (WF_UNLIKELY(wf_code_load(t, code) != WF_OK)) {
        ERROR();
    }
    pc = code->code;
    K = code->k;
    DISPATCH();
}
TARGET(MOVE)
{
    RA = RB;
    DISPATCH();
}
TARGET(LOADK)
{
    RA = KVALUE(WF_INSN_BC(insn));
    DISPATCH();
}
TARGET(LOADI)
{
    RA = wf_small_int(WF_INSN_SBC(insn));
    DISPATCH();
}
TARGET(LOADV)
{
    RA = WF_VALUE(B);
    DISPATCH();
}
TARGET(CHECK_BOUND)
{
    if (WF_UNLIKELY(wf_is_empty(RA))) {
        SAVE();
        (void)wf_op_unbound_local(t, KNAME(B));
        ERROR();
    }
    DISPATCH();
}
TARGET(DELETE_LOCAL)
{
    if (WF_UNLIKELY(wf_is_empty(RA))) {
        SAVE();
        (void)wf_op_unbound_local(t, KNAME(B));
        ERROR();
    }
    RA = WF_EMPTY;
    if (WF_UNLIKELY(wf_breaker(t) != 0)) {
        GOTO(breaker);
    }
    DISPATCH();
}

/* --- cells ----------------------------------------------------------------------------------------------- */

TARGET(MAKE_CELL)
{
    SAVE();
    WfCell *cell = wf_cell_new(t, B == WF_REG_NONE ? WF_EMPTY : RB);
    if (WF_UNLIKELY(cell == NULL)) {
        ERROR();
    }
    RA = wf_from_object(cell);
    DISPATCH();
}
TARGET(COPY_FREE)
{
    const WfTuple *closure = WF_LOAD(WfTuple, &wf_as_function(FRAME->func)->closure);
    for (unsigned i = 0; i < B; i++) {
        R[A + i] = wf_tuple_at(closure, i);
    }
    DISPATCH();
}
TARGET(LOAD_DEREF)
{
    WfValue v = wf_load(&WF_AS(WfCell, RB)->value);
    if (WF_UNLIKELY(wf_is_empty(v))) {
        SAVE();
        (void)wf_op_unbound_deref(t, FRAME, B, KNAME(C));
        ERROR();
    }
    RA = v;
    DISPATCH();
}
TARGET(STORE_DEREF)
{
    wf_store(&WF_AS(WfCell, RA)->value, RB);
    DISPATCH();
}
TARGET(DELETE_DEREF)
{
    WfCell *cell = WF_AS(WfCell, RA);
    if (WF_UNLIKELY(wf_is_empty(wf_load(&cell->value)))) {
        SAVE();
        (void)wf_op_unbound_deref(t, FRAME, A, KNAME(B));
        ERROR();
    }
    wf_store_raw(&cell->value, WF_EMPTY);
    if (WF_UNLIKELY(wf_breaker(t) != 0)) {
        GOTO(breaker);
    }
    DISPATCH();
}
TARGET(LOAD_CLASSDEREF)
{
    RESULT(wf_op_load_classderef(t, FRAME, B, KNAME(C)));
}

/* --- names ------------------------------------------------------------------------------------------------ */

TARGET(LOAD_GLOBAL)
{
    const WfFunction *f = wf_as_function(FRAME->func);
    WfValue v = wf_cache_global(WF_CACHE_WORD(pc), WF_LOAD(WfDict, &f->globals), WF_LOAD(WfDict, &f->builtins));
    if (WF_UNLIKELY(wf_is_empty(v))) {
        SAVE();
        v = wf_cache_load_global(t, pc, FRAME, KNAME(WF_INSN_BC(insn)));
        if (WF_UNLIKELY(wf_is_empty(v))) {
            ERROR();
        }
    }
    pc++;
    RA = v;
    DISPATCH();
}
TARGET(STORE_GLOBAL)
{
    CHECK(wf_dict_set_str(t, WF_LOAD(WfDict, &wf_as_function(FRAME->func)->globals), KNAME(WF_INSN_BC(insn)), RA));
}
TARGET(DELETE_GLOBAL)
{
    CHECK(wf_op_delete_global(t, FRAME, KNAME(WF_INSN_BC(insn))));
}
TARGET(LOAD_NAME)
{
    const WfFunction *f = wf_as_function(FRAME->func);
    WfValue v = WF_EMPTY;
    if (WF_LIKELY(FRAME->locals.bits == f->globals.x_bits)) {
        v = wf_cache_global(WF_CACHE_WORD(pc), WF_LOAD(WfDict, &f->globals), WF_LOAD(WfDict, &f->builtins));
        if (WF_UNLIKELY(wf_is_empty(v))) {
            SAVE();
            v = wf_cache_load_global(t, pc, FRAME, KNAME(WF_INSN_BC(insn)));
        }
    } else {
        SAVE();
        v = wf_op_load_name(t, FRAME, KNAME(WF_INSN_BC(insn)));
    }
    if (WF_UNLIKELY(wf_is_empty(v))) {
        ERROR();
    }
    pc++;
    RA = v;
    DISPATCH();
}
TARGET(STORE_NAME)
{
    SAVE();
    if (WF_UNLIKELY(wf_op_store_name(t, FRAME, KNAME(WF_INSN_BC(insn)), RA) != WF_OK)) {
        ERROR();
    }
    if (WF_UNLIKELY(wf_breaker(t) != 0)) {
        GOTO(breaker);
    }
    DISPATCH();
}
TARGET(DELETE_NAME)
{
    SAVE();
    if (WF_UNLIKELY(wf_op_delete_name(t, FRAME, KNAME(WF_INSN_BC(insn))) != WF_OK)) {
        ERROR();
    }
    if (WF_UNLIKELY(wf_breaker(t) != 0)) {
        GOTO(breaker);
    }
    DISPATCH();
}
TARGET(LOAD_LOCALS)
{
    RA = wf_frame_namespace(FRAME);
    DISPATCH();
}
TARGET(SETUP_ANNOTATIONS)
{
    CHECK(wf_op_setup_annotations(t, FRAME));
}

/* --- attributes --------------------------------------------------------------------------------------------- */

TARGET(LOAD_ATTR)
{
    WfValue o = RB;
    if (WF_LIKELY(wf_is_object(o))) {
        uint64_t word = WF_CACHE_WORD(pc);
        if (WF_LIKELY(((word ^ wf_shape_id(wf_as_object(o))) & 0xffff0000ffffffff) == (uint64_t)WF_CACHE_INLINE << 48)) {
            WfValue v = wf_load((const WfSlot *)((const char *)wf_as_object(o) + (word >> 32 & 0xffff)));
            if (WF_LIKELY(!wf_is_empty(v))) {
                pc++;
                RA = v;
                DISPATCH();
            }
        }
    }
    SAVE();
    WfValue v;
    WfCacheHit hit = wf_cache_load_attr(t, pc, o, KNAME(C), false, &v);
    pc++;
    if (WF_UNLIKELY(hit == WF_HIT_ERROR)) {
        ERROR();
    }
    if (hit == WF_HIT_CALL) {
        /* a property: its getter runs in a frame behind this one's registers */
        WfCode *code = (WfCode *)wf_function_code(wf_as_function(v));
        WfValue *top = wf_vm_stack_top(t);
        WfFrame *nf = (WfFrame *)(top + 1);
        if (WF_UNLIKELY(!code->simple || code->n_args != 1 || !have_room(t, nf, code))) {
            if (code->simple && code->n_args == 1) {
                t->recursion++;
            }
            WfValue result = wf_call1(t, v, o);
            if (wf_is_empty(result)) {
                ERROR();
            }
            RA = result;
            DISPATCH();
        }
        WF_FRAME_REGS(nf)[0] = o;
        init_frame(nf, FRAME, code, v, WF_RET_STORE, A);
        SAVE();
        ENTER(nf, code);
    }
    RA = v;
    DISPATCH();
}
TARGET(STORE_ATTR)
{
    WfValue o = RA;
    uint64_t word = WF_CACHE_WORD(pc);
    if (WF_LIKELY(wf_is_object(o)
                  && ((word ^ wf_shape_id(wf_as_object(o))) & 0xffff0000ffffffff) == (uint64_t)WF_CACHE_INLINE << 48)) {
        WfSlot *slot = (WfSlot *)((char *)wf_as_object(o) + (word >> 32 & 0xffff));
        wf_store(slot, RB);
        /* The instance may have gone over to a dict meanwhile: see model/attr.h. The compiler must not reorder;
         * the converter's process-wide barrier orders the machine. */
        __atomic_signal_fence(__ATOMIC_SEQ_CST);
        if (WF_LIKELY(wf_shape_id(wf_as_object(o)) == (uint32_t)word)) {
            pc++;
            DISPATCH();
        }
    }
    SAVE();
    if (WF_UNLIKELY(wf_cache_store_attr(t, pc, o, KNAME(C), RB) != WF_OK)) {
        ERROR();
    }
    pc++;
    if (WF_UNLIKELY(wf_breaker(t) != 0)) {
        GOTO(breaker);
    }
    DISPATCH();
}
TARGET(DELETE_ATTR)
{
    SAVE();
    if (WF_UNLIKELY(wf_setattr(t, RA, KNAME(B), WF_EMPTY) != WF_OK)) {
        ERROR();
    }
    if (WF_UNLIKELY(wf_breaker(t) != 0)) {
        GOTO(breaker);
    }
    DISPATCH();
}
TARGET(LOAD_METHOD)
{
    WfValue o = RB;
    WfValue v;
    if (WF_LIKELY(wf_is_object(o) && !wf_is_empty(v = wf_cache_method(WF_CACHE_WORD(pc), wf_as_object(o), NULL)))) {
        pc++;
        R[A + WF_CALL_ARGS] = o;
        RA = v;
        DISPATCH();
    }
    SAVE();
    WfCacheHit hit = wf_cache_load_attr(t, pc, o, KNAME(C), true, &v);
    pc++;
    if (WF_UNLIKELY(hit == WF_HIT_ERROR)) {
        ERROR();
    }
    if (WF_UNLIKELY(hit == WF_HIT_CALL)) {
        v = wf_call1(t, v, o);
        if (WF_UNLIKELY(wf_is_empty(v))) {
            ERROR();
        }
    }
    R[A + WF_CALL_ARGS] = hit == WF_HIT_METHOD ? RB : WF_EMPTY;
    RA = v;
    DISPATCH();
}

TARGET(LOAD_SUPER)
{
    WfValue cls = wf_load(&WF_AS(WfCell, RB)->value), o = R[0];
    WfValue v = WF_EMPTY;
    if (WF_LIKELY(wf_is(RA, wf_from_object(WF_TYPE(SUPER))) && wf_is_object(o) && !wf_is_empty(cls))) {
        v = wf_cache_method(WF_CACHE_WORD(pc), wf_as_object(o), WF_AS(WfType, cls));
    }
    if (WF_UNLIKELY(wf_is_empty(v))) {
        SAVE();
        v = wf_cache_load_super(t, pc, RA, cls, o, KNAME(C), &o);
        if (WF_UNLIKELY(wf_is_empty(v))) {
            ERROR();
        }
    }
    pc++;
    R[A + WF_CALL_ARGS] = o;
    RA = v;
    DISPATCH();
}

/* --- calls ---------------------------------------------------------------------------------------------------- */

/* A call with base register a, n arguments, result to register c, no keywords. `insn` says all three. */
TARGET(CALL)
{
    GOTO(invoke);
}
TARGET(CALL_METHOD)
{
    if (WF_LIKELY(!wf_is_empty(R[A + WF_CALL_ARGS]))) {
        insn = wf_insn(WF_OP_CALL, A, B + 1, C);
    } else {
        R[A + 1] = RA;
        insn = wf_insn(WF_OP_CALL, A + 1, B, C);
    }
    GOTO(invoke);
}
#if WF_TAIL_CALLS
static LOOP WfValue op_invoke(STATE)
#else
op_invoke:
#endif
{
    WfValue callee = RA;
    SAVE();
    if (WF_LIKELY(WF_IS_KIND(callee, FUNCTION))) {
        WfCode *code = (WfCode *)wf_function_code(wf_as_function(callee));
        int64_t n = B;
        WfFrame *nf = callee_frame(FRAME, &RA, n);
        if (WF_UNLIKELY(!have_room(t, nf, code))) {
            no_room(t, nf, code);
            ERROR();
        }
        if (WF_UNLIKELY(!code->simple || code->n_args != n)) {
            if (wf_vm_bind(t, wf_as_function(callee), code, WF_FRAME_REGS(nf), n, NULL) != WF_OK) {
                t->recursion++;
                ERROR();
            }
        }
        init_frame(nf, FRAME, code, callee, WF_RET_STORE, C);
        ENTER(nf, code);
    }
    GOTO(invoke_other);
}
#if WF_TAIL_CALLS
static LOOP WfValue op_invoke_other(STATE)
#else
op_invoke_other:
#endif
{
    if (WF_UNLIKELY((wf_breaker(t) & WF_BREAK_PROMPT) != 0)) { /* what was dropped before is gone before the callee looks */
        t->stop_exact = true;
        wf_gc_prompt(t);
        t->stop_exact = false;
        if ((wf_breaker(t) & WF_BREAK_FINALIZE) != 0) {
            wf_gc_run_finalizers(t);
        }
    }
    WfValue callee = RA;
    WfValue *args = &R[A + WF_CALL_ARGS];
    int64_t n = B;
    WfValue result;
    if (WF_LIKELY(wf_is_object(callee))) {
        uint32_t shape = wf_shape_id(wf_as_object(callee));
        if (shape == WF_SHAPE(BUILTIN)) {
            result = wf_builtin_call_direct(t, wf_as_builtin(callee), args, n);
            goto have_result;
        }
        if (shape == WF_SHAPE(METHOD_DESCRIPTOR)) {
            result = wf_op_call_method_descriptor(t, callee, args, n);
            goto have_result;
        }
        if (shape == WF_SHAPE(METHOD)) {
            WfMethod *m = WF_AS(WfMethod, callee);
            WfValue func = wf_load(&m->func);
            if (WF_IS_KIND(func, FUNCTION)) {
                for (int64_t i = n; i > 0; i--) {
                    args[i] = args[i - 1];
                }
                args[0] = wf_load(&m->self);
                RA = func;
                insn = wf_insn(WF_OP_CALL, A, B + 1, C);
                GOTO(invoke);
            }
        }
        if (wf_as_object(callee)->kind == WF_KIND_TYPE) {
            WfType *type = (WfType *)wf_as_object(callee);
            WfValue init = wf_load(&type->init_cache);
            if (WF_IS_KIND(init, FUNCTION)) {
                /* object.__new__ and a Python __init__: the instance waits in the frame head */
                WfObject *o = wf_instance_new(t, type, 0);
                if (WF_UNLIKELY(o == NULL)) {
                    ERROR();
                }
                WfCode *code = (WfCode *)wf_function_code(wf_as_function(init));
                for (int64_t i = n; i > 0; i--) {
                    args[i] = args[i - 1];
                }
                args[0] = wf_from_object(o);
                WfFrame *nf = callee_frame(FRAME, &RA, n + 1);
                if (WF_UNLIKELY(!have_room(t, nf, code))) {
                    no_room(t, nf, code);
                    ERROR();
                }
                WfValue *regs = WF_FRAME_REGS(nf);
                if (WF_UNLIKELY(!code->simple || code->n_args != n + 1)) {
                    t->scratch[0] = regs[0];
                    if (wf_vm_bind(t, wf_as_function(init), code, regs, n + 1, NULL) != WF_OK) {
                        t->recursion++;
                        ERROR();
                    }
                    init_frame(nf, FRAME, code, init, WF_RET_INIT, C);
                    nf->owner = t->scratch[0];
                    t->scratch[0] = WF_EMPTY;
                } else {
                    WfValue self = regs[0];
                    init_frame(nf, FRAME, code, init, WF_RET_INIT, C);
                    nf->owner = self;
                }
                ENTER(nf, code);
            }
        }
    }
    result = wf_op_call(t, callee, args, n, NULL);
have_result:
    if (WF_UNLIKELY(wf_is_empty(result))) {
        ERROR();
    }
    RC = result;
    if (WF_UNLIKELY(wf_breaker(t) != 0)) {
        GOTO(breaker);
    }
    DISPATCH();
}
TARGET(CALL_METHOD_KW)
{
    if (WF_LIKELY(!wf_is_empty(R[A + WF_CALL_ARGS]))) {
        insn = wf_insn(WF_OP_CALL_KW, A, B + 1, C);
    } else {
        R[A + 1] = RA;
        insn = wf_insn(WF_OP_CALL_KW, A + 1, B, C);
    }
    GOTO(CALL_KW);
}
TARGET(CALL_KW)
{
    WfTuple *kwnames = (WfTuple *)(uintptr_t)K[*pc++].x_bits;
    WfValue callee = RA;
    SAVE();
    if (WF_LIKELY(WF_IS_KIND(callee, FUNCTION))) {
        WfCode *code = (WfCode *)wf_function_code(wf_as_function(callee));
        WfFrame *nf = callee_frame(FRAME, &RA, B);
        if (WF_UNLIKELY(!have_room(t, nf, code))) {
            no_room(t, nf, code);
            ERROR();
        }
        if (WF_UNLIKELY(wf_vm_bind(t, wf_as_function(callee), code, WF_FRAME_REGS(nf), (int64_t)B - kwnames->length, kwnames)
                        != WF_OK)) {
            t->recursion++;
            ERROR();
        }
        init_frame(nf, FRAME, code, callee, WF_RET_STORE, C);
        ENTER(nf, code);
    }
    WfValue result = wf_op_call(t, callee, &R[A + WF_CALL_ARGS], (int64_t)B - kwnames->length, kwnames);
    if (WF_UNLIKELY(wf_is_empty(result))) {
        ERROR();
    }
    RC = result;
    if (WF_UNLIKELY(wf_breaker(t) != 0)) {
        GOTO(breaker);
    }
    DISPATCH();
}
TARGET(CALL_EX)
{
    SAVE();
    WfValue func = RA, self = WF_EMPTY;
    if (WF_IS_EXACT(func, METHOD)) {
        self = wf_load(&WF_AS(WfMethod, func)->self);
        func = wf_load(&WF_AS(WfMethod, func)->func);
    }
    if (WF_LIKELY(WF_IS_KIND(func, FUNCTION))) {
        WfCode *code = (WfCode *)wf_function_code(wf_as_function(func));
        WfFrame *nf = callee_frame(FRAME, &RA, 0);
        if (WF_UNLIKELY(!have_room(t, nf, code))) {
            no_room(t, nf, code);
            ERROR();
        }
        if (WF_UNLIKELY(wf_op_bind_ex(t, func, self, WF_FRAME_REGS(nf), R[A + WF_CALL_ARGS],
                                      B ? R[A + WF_CALL_ARGS + 1] : WF_EMPTY)
                        != WF_OK)) {
            t->recursion++;
            ERROR();
        }
        init_frame(nf, FRAME, code, func, WF_RET_STORE, C);
        ENTER(nf, code);
    }
    WfValue result =
        wf_op_call_ex(t, RA, R[A + WF_CALL_ARGS], B ? R[A + WF_CALL_ARGS + 1] : WF_EMPTY);
    if (WF_UNLIKELY(wf_is_empty(result))) {
        ERROR();
    }
    RC = result;
    if (WF_UNLIKELY(wf_breaker(t) != 0)) {
        GOTO(breaker);
    }
    DISPATCH();
}
TARGET(RETURN_NONE)
{
    RA = WF_NONE; /* a is 0: any register will do, the frame ends */
    GOTO(RETURN);
}
TARGET(RETURN)
{
    WfFrame *f = FRAME;
    WfFrame *prev = f->prev;
    if (WF_UNLIKELY(f->ret != WF_RET_STORE || !wf_is_empty(f->fobj) || (wf_breaker(t) & WF_BREAK_TRACE) != 0)) {
        GOTO(leave);
    }
    WfValue v = RA;
    t->frame = prev;
    t->recursion++;
    uint32_t dst = WF_FRAME_DST(f);
    LEAVE_TO(prev);
    R[dst] = v;
    if (WF_UNLIKELY(wf_breaker(t) != 0)) {
        GOTO(breaker);
    }
    DISPATCH();
}
/* The return of anything but a plain call. */
#if WF_TAIL_CALLS
static LOOP WfValue op_leave(STATE)
#else
op_leave:
#endif
{
    SAVE();
    WfFrame *f = FRAME;
    if (WF_UNLIKELY((wf_breaker(t) & WF_BREAK_TRACE) != 0) && wf_vm_trace_return(t, f, RA) != WF_OK) {
        ERROR();
    }
    WfValue v = RA;
    WfFrame *prev = f->prev;
    WfReturn ret = (WfReturn)f->ret;
    uint32_t dst = WF_FRAME_DST(f);
    if (f->flags & WF_FRAME_GENERATOR) {
        wf_generator_finish(t, WF_GENERATOR_OF(f));
    } else if (!wf_is_empty(f->fobj)) {
        wf_frame_object_detach(t, f);
    }
    WfValue owner = f->owner;
    bool is_coroutine = (f->code->flags & WF_CO_COROUTINE) != 0;
    t->frame = prev;
    t->recursion++;
    switch (ret) {
    case WF_RET_TO_C:
    case WF_RET_GEN_C:
        return v;
    case WF_RET_STORE:
        LEAVE_TO(prev);
        R[dst] = v;
        break;
    case WF_RET_INIT:
        LEAVE_TO(prev);
        if (WF_UNLIKELY(!wf_is_none(v))) {
            (void)wf_raise(t, WF_EXC(TypeError), "__init__() should return None, not '%T'", v);
            ERROR();
        }
        R[dst] = owner;
        break;
    case WF_RET_GEN_FOR:
        LEAVE_TO(prev);
        pc += (int64_t)pc[-1];
        break;
    case WF_RET_GEN_SEND:
        LEAVE_TO(prev);
        R[dst] = v;
        if (WF_UNLIKELY((wf_breaker(t) & WF_BREAK_TRACE) != 0) && (is_coroutine || !wf_is_none(v))
            && wf_vm_trace_stop(t, prev, v) != WF_OK) {
            ERROR();
        }
        pc += (int64_t)pc[-1];
        break;
    }
    if (WF_UNLIKELY(wf_breaker(t) != 0)) {
        GOTO(breaker);
    }
    DISPATCH();
}

/* --- arithmetic ------------------------------------------------------------------------------------------------- */

#define ARITH(NAME, BUILTIN, OP)                                                                   \
    TARGET(NAME)                                                                                   \
    {                                                                                              \
        WfValue x = RB, y = RC;                                                                    \
        if (WF_LIKELY(wf_both_int(x, y))) {                                                        \
            int64_t r;                                                                             \
            if (WF_LIKELY(!BUILTIN(UP(x), UP(y), &r))) {                                           \
                RA = DOWN(r);                                                                      \
                DISPATCH();                                                                        \
            }                                                                                      \
        } else if (wf_is_double(x) && wf_is_double(y)) {                                           \
            RA = wf_double(wf_as_double(x) OP wf_as_double(y));                                    \
            DISPATCH();                                                                            \
        }                                                                                          \
        RESULT(wf_op_arith(t, WF_BIN_##NAME, x, y));                                               \
    }
ARITH(ADD, __builtin_add_overflow, +)
ARITH(SUB, __builtin_sub_overflow, -)

#define ARITH_I(NAME, BIN, BUILTIN, OP, SLOW)                                                           \
    TARGET(NAME)                                                                                   \
    {                                                                                              \
        WfValue x = RB;                                                                            \
        int64_t y = WF_INSN_SC(insn);                                                              \
        if (WF_LIKELY(wf_is_int(x))) {                                                             \
            int64_t r;                                                                             \
            if (WF_LIKELY(!BUILTIN(UP(x), (int64_t)((uint64_t)y << WF_INT_SHIFT), &r))) {          \
                RA = DOWN(r);                                                                      \
                DISPATCH();                                                                        \
            }                                                                                      \
        } else if (wf_is_double(x)) {                                                              \
            RA = wf_double(wf_as_double(x) OP (double)y);                                          \
            DISPATCH();                                                                            \
        }                                                                                          \
        RESULT(SLOW(t, WF_BIN_##BIN, x, wf_small_int(y)));                                         \
    }
ARITH_I(ADD_I, ADD, __builtin_add_overflow, +, wf_op_arith)
ARITH_I(SUB_I, SUB, __builtin_sub_overflow, -, wf_op_arith)
ARITH_I(IADD_I, ADD, __builtin_add_overflow, +, wf_op_inplace)
ARITH_I(ISUB_I, SUB, __builtin_sub_overflow, -, wf_op_inplace)

#define ARITH_IN(NAME, BIN, BUILTIN, OP)                                                           \
    TARGET(NAME)                                                                                   \
    {                                                                                              \
        WfValue x = RA, y = RB;                                                                    \
        if (WF_LIKELY(wf_both_int(x, y))) {                                                        \
            int64_t r;                                                                             \
            if (WF_LIKELY(!BUILTIN(UP(x), UP(y), &r))) {                                           \
                RA = DOWN(r);                                                                      \
                DISPATCH();                                                                        \
            }                                                                                      \
        } else if (wf_is_double(x) && wf_is_double(y)) {                                           \
            RA = wf_double(wf_as_double(x) OP wf_as_double(y));                                    \
            DISPATCH();                                                                            \
        }                                                                                          \
        RESULT(wf_op_inplace(t, WF_BIN_##BIN, x, y));                                              \
    }
ARITH_IN(IADD, ADD, __builtin_add_overflow, +)
ARITH_IN(ISUB, SUB, __builtin_sub_overflow, -)

TARGET(MUL)
{
    WfValue x = RB, y = RC;
    if (WF_LIKELY(wf_both_int(x, y))) {
        int64_t r;
        if (WF_LIKELY(!__builtin_mul_overflow(UP(x), wf_as_int(y), &r))) {
            RA = DOWN(r);
            DISPATCH();
        }
    } else if (wf_is_double(x) && wf_is_double(y)) {
        RA = wf_double(wf_as_double(x) * wf_as_double(y));
        DISPATCH();
    }
    RESULT(wf_op_arith(t, WF_BIN_MUL, x, y));
}
TARGET(MUL_I)
{
    WfValue x = RB;
    int64_t y = WF_INSN_SC(insn);
    if (WF_LIKELY(wf_is_int(x))) {
        int64_t r;
        if (WF_LIKELY(!__builtin_mul_overflow(UP(x), y, &r))) {
            RA = DOWN(r);
            DISPATCH();
        }
    } else if (wf_is_double(x)) {
        RA = wf_double(wf_as_double(x) * (double)y);
        DISPATCH();
    }
    RESULT(wf_op_arith(t, WF_BIN_MUL, x, wf_small_int(y)));
}
TARGET(TRUEDIV)
{
    WfValue x = RB, y = RC;
    if (WF_LIKELY(wf_is_double(x) && wf_is_double(y))) {
        double d = wf_as_double(y);
        if (WF_LIKELY(d != 0.0)) {
            RA = wf_double(wf_as_double(x) / d);
            DISPATCH();
        }
    } else if (wf_both_int(x, y) && wf_as_int(y) != 0) {
        RA = wf_double((double)wf_as_int(x) / (double)wf_as_int(y)); /* 50 bits: both exact, so rounded once */
        DISPATCH();
    }
    RESULT(wf_op_arith(t, WF_BIN_TRUEDIV, x, y));
}

#define DIVISION(NAME, F)                                                                          \
    TARGET(NAME)                                                                                   \
    {                                                                                              \
        WfValue x = RB, y = RC;                                                                    \
        if (WF_LIKELY(wf_both_int(x, y) && wf_as_int(y) != 0)) {                                   \
            int64_t r = F(wf_as_int(x), wf_as_int(y));                                             \
            if (WF_LIKELY(wf_int_fits(r))) {                                                       \
                RA = wf_small_int(r);                                                              \
                DISPATCH();                                                                        \
            }                                                                                      \
        }                                                                                          \
        RESULT(wf_op_arith(t, WF_BIN_##NAME, x, y));                                               \
    }                                                                                              \
    TARGET(NAME##_I)                                                                               \
    {                                                                                              \
        WfValue x = RB;                                                                            \
        int64_t y = WF_INSN_SC(insn);                                                              \
        if (WF_LIKELY(wf_is_int(x) && y > 0)) {                                                    \
            RA = wf_small_int(F(wf_as_int(x), y));                                                 \
            DISPATCH();                                                                            \
        }                                                                                          \
        RESULT(wf_op_arith(t, WF_BIN_##NAME, x, wf_small_int(y)));                                 \
    }
DIVISION(FLOORDIV, floor_div)
DIVISION(MOD, floor_mod)

#define BITWISE(NAME, OP)                                                                          \
    TARGET(NAME)                                                                                   \
    {                                                                                              \
        WfValue x = RB, y = RC;                                                                    \
        if (WF_LIKELY(wf_both_int(x, y))) {                                                        \
            RA = WF_VALUE((x.bits OP y.bits) | WF_INT_TAG);                                        \
            DISPATCH();                                                                            \
        }                                                                                          \
        RESULT(wf_op_arith(t, WF_BIN_##NAME, x, y));                                               \
    }
BITWISE(AND, &)
BITWISE(OR, |)
BITWISE(XOR, ^)
TARGET(AND_I)
{
    WfValue x = RB;
    int64_t y = WF_INSN_SC(insn);
    if (WF_LIKELY(wf_is_int(x))) {
        RA = wf_small_int(wf_as_int(x) & y);
        DISPATCH();
    }
    RESULT(wf_op_arith(t, WF_BIN_AND, x, wf_small_int(y)));
}

#define SHIFTS(SUFFIX, OTHER, IS)                                                                  \
    TARGET(LSHIFT##SUFFIX)                                                                         \
    {                                                                                              \
        WfValue x = RB, y = OTHER;                                                                 \
        WfValue r;                                                                                 \
        if (WF_LIKELY(IS) && WF_LIKELY(shift_left(x, wf_as_int(y), &r))) {                         \
            RA = r;                                                                                \
            DISPATCH();                                                                            \
        }                                                                                          \
        RESULT(wf_op_arith(t, WF_BIN_LSHIFT, x, y));                                               \
    }                                                                                              \
    TARGET(RSHIFT##SUFFIX)                                                                         \
    {                                                                                              \
        WfValue x = RB, y = OTHER;                                                                 \
        if (WF_LIKELY(IS) && WF_LIKELY(wf_as_int(y) >= 0)) {                                       \
            int64_t n = wf_as_int(y);                                                              \
            RA = wf_small_int(wf_as_int(x) >> (n > 63 ? 63 : n));                                  \
            DISPATCH();                                                                            \
        }                                                                                          \
        RESULT(wf_op_arith(t, WF_BIN_RSHIFT, x, y));                                               \
    }
SHIFTS(, RC, wf_both_int(x, y))
SHIFTS(_I, wf_small_int(WF_INSN_SC(insn)), wf_is_int(x))

TARGET(MATMUL)
{
    RESULT(wf_op_arith(t, WF_BIN_MATMUL, RB, RC));
}
TARGET(POW)
{
    RESULT(wf_pow(t, RB, RC, WF_NONE));
}
TARGET(INPLACE)
{
    RESULT(wf_op_inplace(t, C, RA, RB));
}
TARGET(NEG)
{
    WfValue x = RB;
    if (WF_LIKELY(wf_is_int(x)) && WF_LIKELY(wf_as_int(x) != WF_INT_MIN)) {
        RA = wf_small_int(-wf_as_int(x));
        DISPATCH();
    }
    if (wf_is_double(x)) {
        RA = wf_double_any(-wf_as_double(x));
        DISPATCH();
    }
    RESULT(wf_neg(t, x));
}
TARGET(POS)
{
    RESULT(wf_pos(t, RB));
}
TARGET(INVERT)
{
    if (WF_LIKELY(wf_is_int(RB))) {
        RA = wf_small_int(~wf_as_int(RB));
        DISPATCH();
    }
    RESULT(wf_invert(t, RB));
}
TARGET(NOT)
{
    FOUND_BOOL(wf_truth(t, RB), true);
}

/* --- comparison -------------------------------------------------------------------------------------------------- */

#define COMPARE(NAME, OP)                                                                          \
    TARGET(NAME)                                                                                   \
    {                                                                                              \
        WfValue x = RB, y = RC;                                                                    \
        if (WF_LIKELY(wf_both_int(x, y))) {                                                        \
            RA = WF_BOOL(UP(x) OP UP(y));                                                          \
            DISPATCH();                                                                            \
        }                                                                                          \
        if (wf_is_double(x) && wf_is_double(y)) {                                                  \
            RA = WF_BOOL(wf_as_double(x) OP wf_as_double(y));                                      \
            DISPATCH();                                                                            \
        }                                                                                          \
        RESULT(wf_op_compare(t, x, y, WF_##NAME));                                                 \
    }                                                                                              \
    TARGET(J##NAME##_F)                                                                            \
    {                                                                                              \
        WfValue x = RA, y = RB;                                                                    \
        if (WF_LIKELY(wf_both_int(x, y))) {                                                        \
            if (!(UP(x) OP UP(y))) {                                                               \
                pc += WF_INSN_SC(insn);                                                            \
            }                                                                                      \
            DISPATCH();                                                                            \
        }                                                                                          \
        if (wf_is_double(x) && wf_is_double(y)) {                                                  \
            if (!(wf_as_double(x) OP wf_as_double(y))) {                                           \
                pc += WF_INSN_SC(insn);                                                            \
            }                                                                                      \
            DISPATCH();                                                                            \
        }                                                                                          \
        SAVE();                                                                                    \
        WfFound found = wf_op_compare_truth(t, x, y, WF_##NAME);                                   \
        if (WF_UNLIKELY(found == WF_ERROR)) {                                                      \
            ERROR();                                                                               \
        }                                                                                          \
        if (found == WF_MISSING) {                                                                 \
            pc += WF_INSN_SC(insn);                                                                \
        }                                                                                          \
        DISPATCH();                                                                                \
    }                                                                                              \
    TARGET(J##NAME##_T)                                                                            \
    {                                                                                              \
        WfValue x = RA, y = RB;                                                                    \
        if (WF_LIKELY(wf_both_int(x, y))) {                                                        \
            if (UP(x) OP UP(y)) {                                                                  \
                pc += WF_INSN_SC(insn);                                                            \
            }                                                                                      \
            DISPATCH();                                                                            \
        }                                                                                          \
        if (wf_is_double(x) && wf_is_double(y)) {                                                  \
            if (wf_as_double(x) OP wf_as_double(y)) {                                              \
                pc += WF_INSN_SC(insn);                                                            \
            }                                                                                      \
            DISPATCH();                                                                            \
        }                                                                                          \
        SAVE();                                                                                    \
        WfFound found = wf_op_compare_truth(t, x, y, WF_##NAME);                                   \
        if (WF_UNLIKELY(found == WF_ERROR)) {                                                      \
            ERROR();                                                                               \
        }                                                                                          \
        if (found == WF_FOUND) {                                                                   \
            pc += WF_INSN_SC(insn);                                                                \
        }                                                                                          \
        DISPATCH();                                                                                \
    }
COMPARE(LT, <)
COMPARE(LE, <=)
COMPARE(EQ, ==)
COMPARE(NE, !=)
COMPARE(GT, >)
COMPARE(GE, >=)

TARGET(IS)
{
    RA = WF_BOOL(wf_is(RB, RC));
    DISPATCH();
}
TARGET(IS_NOT)
{
    RA = WF_BOOL(!wf_is(RB, RC));
    DISPATCH();
}
TARGET(IN)
{
    FOUND_BOOL(wf_contains(t, RC, RB), false);
}
TARGET(NOT_IN)
{
    FOUND_BOOL(wf_contains(t, RC, RB), true);
}

/* --- jumps --------------------------------------------------------------------------------------------------------- */

TARGET(JUMP)
{
    pc += WF_INSN_SBC(insn);
    DISPATCH();
}
TARGET(JUMP_BACK)
{
    pc += WF_INSN_SBC(insn);
    if (WF_UNLIKELY((wf_breaker(t) & ~(uint32_t)WF_BREAK_PROMPT) != 0)) {
        GOTO(breaker);
    }
    DISPATCH();
}
TARGET(JUMP_TRUE)
{
    WfValue v = RA;
    if (WF_LIKELY(wf_is_bool(v))) {
        if (wf_is_true(v)) {
            pc += WF_INSN_SBC(insn);
        }
        DISPATCH();
    }
    SAVE();
    WfFound found = wf_truth(t, v);
    if (WF_UNLIKELY(found == WF_ERROR)) {
        ERROR();
    }
    if (found == WF_FOUND) {
        pc += WF_INSN_SBC(insn);
    }
    DISPATCH();
}
TARGET(JUMP_FALSE)
{
    WfValue v = RA;
    if (WF_LIKELY(wf_is_bool(v))) {
        if (wf_is_false(v)) {
            pc += WF_INSN_SBC(insn);
        }
        DISPATCH();
    }
    if (wf_is_int(v)) {
        if (v.bits == WF_INT_TAG) {
            pc += WF_INSN_SBC(insn);
        }
        DISPATCH();
    }
    SAVE();
    WfFound found = wf_truth(t, v);
    if (WF_UNLIKELY(found == WF_ERROR)) {
        ERROR();
    }
    if (found == WF_MISSING) {
        pc += WF_INSN_SBC(insn);
    }
    DISPATCH();
}
TARGET(JUMP_NONE)
{
    if (wf_is_none(RA)) {
        pc += WF_INSN_SBC(insn);
    }
    DISPATCH();
}
TARGET(JUMP_NOT_NONE)
{
    if (!wf_is_none(RA)) {
        pc += WF_INSN_SBC(insn);
    }
    DISPATCH();
}

/* --- containers ------------------------------------------------------------------------------------------------------ */

TARGET(GETITEM)
{
    WfValue o = RB, key = RC;
    if (WF_LIKELY(wf_is_object(o))) {
        uint32_t shape = wf_shape_id(wf_as_object(o));
        if (shape == WF_SHAPE(LIST) && wf_is_int(key)) {
            WfList *l = wf_as_list(o);
            int64_t i = wf_as_int(key);
            WfValue v = wf_list_at(l, i < 0 ? i + wf_list_length(l) : i);
            if (WF_LIKELY(!wf_is_empty(v))) {
                RA = v;
                DISPATCH();
            }
        } else if (shape == WF_SHAPE(DICT) && wf_is_exact_str(key)) {
            WfValue v = wf_dict_get_str(wf_as_dict(o), wf_as_str(key));
            if (WF_LIKELY(!wf_is_empty(v))) {
                RA = v;
                DISPATCH();
            }
        } else if (shape == WF_SHAPE(TUPLE) && wf_is_int(key)) {
            WfTuple *x = wf_as_tuple(o);
            int64_t i = wf_as_int(key);
            i = i < 0 ? i + x->length : i;
            if (WF_LIKELY((uint64_t)i < (uint64_t)x->length)) {
                RA = wf_tuple_at(x, i);
                DISPATCH();
            }
        }
    }
    RESULT(wf_op_getitem(t, o, key));
}
TARGET(GETITEM_I)
{
    WfValue o = RB;
    int64_t i = WF_INSN_SC(insn);
    if (WF_LIKELY(wf_is_object(o))) {
        uint32_t shape = wf_shape_id(wf_as_object(o));
        if (shape == WF_SHAPE(LIST)) {
            WfList *l = wf_as_list(o);
            WfValue v = wf_list_at(l, i < 0 ? i + wf_list_length(l) : i);
            if (WF_LIKELY(!wf_is_empty(v))) {
                RA = v;
                DISPATCH();
            }
        } else if (shape == WF_SHAPE(TUPLE)) {
            WfTuple *x = wf_as_tuple(o);
            int64_t k = i < 0 ? i + x->length : i;
            if (WF_LIKELY((uint64_t)k < (uint64_t)x->length)) {
                RA = wf_tuple_at(x, k);
                DISPATCH();
            }
        }
    }
    RESULT(wf_op_getitem(t, o, wf_small_int(i)));
}
TARGET(SETITEM)
{
    SAVE();
    if (WF_UNLIKELY(wf_op_setitem(t, RA, RB, RC) != WF_OK)) {
        ERROR();
    }
    if (WF_UNLIKELY(wf_breaker(t) != 0)) {
        GOTO(breaker);
    }
    DISPATCH();
}
TARGET(DELITEM)
{
    SAVE();
    if (WF_UNLIKELY(wf_delitem(t, RA, RB) != WF_OK)) {
        ERROR();
    }
    if (WF_UNLIKELY(wf_breaker(t) != 0)) {
        GOTO(breaker);
    }
    DISPATCH();
}
TARGET(BUILD_SLICE)
{
    RESULT(wf_slice_new(t, R[B], R[B + 1], R[B + 2]));
}
TARGET(GET_SLICE)
{
    RESULT(wf_op_get_slice(t, RB, R[C], R[C + 1]));
}
TARGET(BUILD_TUPLE)
{
    RESULT(wf_tuple_from(t, &R[B], C));
}
TARGET(BUILD_LIST)
{
    RESULT(wf_list_from(t, &R[B], C));
}
TARGET(BUILD_SET)
{
    RESULT(wf_op_build_set(t, &R[B], C));
}
TARGET(BUILD_MAP)
{
    RESULT(wf_op_build_map(t, &R[B], C));
}
TARGET(BUILD_STRING)
{
    RESULT(wf_op_build_string(t, &R[B], C));
}
TARGET(FORMAT_VALUE)
{
    RESULT(wf_op_format_value(t, &R[B], C));
}
TARGET(LIST_APPEND)
{
    CHECK(wf_list_append(t, wf_as_list(RA), RB));
}
TARGET(SET_ADD)
{
    CHECK(wf_set_add(t, WF_AS(WfSet, RA), RB));
}
TARGET(MAP_ADD)
{
    CHECK(wf_dict_set(t, wf_as_dict(RA), RB, RC));
}
TARGET(LIST_EXTEND)
{
    CHECK(wf_op_list_extend(t, RA, RB));
}
TARGET(SET_UPDATE)
{
    CHECK(wf_set_update(t, WF_AS(WfSet, RA), RB));
}
TARGET(DICT_UPDATE)
{
    CHECK(wf_op_dict_update(t, RA, RB));
}
TARGET(DICT_MERGE)
{
    CHECK(wf_op_dict_merge(t, RA, RB, RC));
}
TARGET(LIST_TO_TUPLE)
{
    RESULT(wf_list_to_tuple(t, wf_as_list(RB)));
}
TARGET(UNPACK)
{
    WfValue v = RB;
    if (WF_LIKELY(WF_IS_EXACT(v, TUPLE) && wf_as_tuple(v)->length == (int64_t)C)) {
        const WfTuple *x = wf_as_tuple(v);
        for (unsigned i = 0; i < C; i++) {
            R[A + i] = wf_tuple_at(x, i);
        }
        DISPATCH();
    }
    CHECK(wf_op_unpack(t, &RA, v, C));
}
TARGET(UNPACK_EX)
{
    CHECK(wf_op_unpack_ex(t, &RA, RB, (int)(C & 255), (int)(C >> 8)));
}

/* --- iteration ------------------------------------------------------------------------------------------------------- */

TARGET(GET_ITER)
{
    RESULT(wf_iter(t, RB));
}
TARGET(FOR_ITER)
{
    WfValue it = RA;
    WfValue v = WF_EMPTY; /* stays so at the end */
    uint32_t shape = wf_is_object(it) ? wf_shape_id(wf_as_object(it)) : 0;
    if (shape == WF_SHAPE(RANGE_ITERATOR) && WF_LIKELY(wf_range_iter_owned(t, WF_AS(WfRangeIterator, it)))) {
        int64_t i;
        if (wf_range_iter_next(WF_AS(WfRangeIterator, it), &i)) {
            v = wf_small_int(i);
        }
    } else if (shape == WF_SHAPE(LIST_ITERATOR)) {
        v = wf_list_iter_step(t, WF_AS(WfSeqIter, it));
    } else if (shape == WF_SHAPE(TUPLE_ITERATOR)) {
        v = wf_tuple_iter_step(t, WF_AS(WfSeqIter, it));
    } else {
        pc++;
        SAVE();
        WfFrame *gf = NULL;
        WfFound found = shape == WF_SHAPE(GENERATOR) ? wf_generator_resume(t, WF_AS(WfGenerator, it), WF_RET_GEN_FOR, B, WF_NONE, &gf)
                                                     : wf_next(t, it, &v);
        if (gf != NULL) {
            GOTO(resume);
        }
        if (WF_UNLIKELY(found == WF_ERROR)) {
            ERROR();
        }
        if (found == WF_FOUND) {
            RB = v;
        } else {
            pc += (int64_t)pc[-1];
        }
        DISPATCH();
    }
    if (WF_LIKELY(!wf_is_empty(v))) {
        RB = v;
        pc++;
    } else {
        pc += (int64_t)pc[0] + 1;
    }
    DISPATCH();
}
/* A generator's frame has become the current one. */
#if WF_TAIL_CALLS
static LOOP WfValue op_resume(STATE)
#else
op_resume:
#endif
{
    LEAVE_TO(t->frame);
    if (WF_UNLIKELY((wf_breaker(t) & ~(uint32_t)WF_BREAK_PROMPT) != 0)) {
        GOTO(breaker);
    }
    DISPATCH();
}
TARGET(GET_AITER)
{
    RESULT(wf_get_aiter(t, RB));
}
TARGET(GET_ANEXT)
{
    RESULT(wf_get_anext(t, RB));
}
TARGET(GET_AWAITABLE)
{
    RESULT(wf_get_awaitable(t, RB, (int)C));
}
TARGET(GET_YIELD_FROM)
{
    RESULT(wf_get_yield_from(t, RB, (FRAME->code->flags & (WF_CO_COROUTINE | WF_CO_ITERABLE_COROUTINE)) != 0));
}
TARGET(SEND)
{
    WfValue receiver = RA;
    WfValue out;
    WfFound found;
    pc++;
    SAVE();
    if ((WF_IS_EXACT(receiver, GENERATOR) || WF_IS_EXACT(receiver, COROUTINE))
        && wf_generator_takes(WF_AS(WfGenerator, receiver), RB)) {
        WfFrame *gf = NULL;
        found = wf_generator_resume(t, WF_AS(WfGenerator, receiver), WF_RET_GEN_SEND, B, RB, &gf);
        if (gf != NULL) {
            GOTO(resume);
        }
        if (found == WF_MISSING) { /* another thread has run it to its end meanwhile */
            found = wf_send(t, receiver, RB, &out);
        }
    } else {
        found = wf_send(t, receiver, RB, &out);
    }
    if (WF_UNLIKELY(found == WF_ERROR)) {
        ERROR();
    }
    RB = out;
    if (found == WF_MISSING) {
        pc += (int64_t)pc[-1];
    }
    DISPATCH();
}
TARGET(YIELD)
{
    SAVE();
    if (WF_UNLIKELY(C == 0 && (FRAME->code->flags & WF_CO_ASYNC_GENERATOR) != 0)) {
        WfValue wrapped = wf_async_wrap(t, RB);
        if (wf_is_empty(wrapped)) {
            ERROR();
        }
        RB = wrapped;
    }
    if (WF_UNLIKELY((wf_breaker(t) & WF_BREAK_TRACE) != 0) && wf_vm_trace_return(t, FRAME, RB) != WF_OK) {
        ERROR();
    }
    WfFrame *f = FRAME;
    WfValue v = RB;
    WfFrame *prev = f->prev;
    WfReturn ret = (WfReturn)f->ret;
    uint32_t dst = f->dst;
    t->frame = prev;
    t->recursion++;
    wf_generator_suspend(t, WF_GENERATOR_OF(f));
    if (ret == WF_RET_GEN_C) {
        return v;
    }
    LEAVE_TO(prev);
    R[dst] = v;
    if (WF_UNLIKELY((wf_breaker(t) & ~(uint32_t)WF_BREAK_PROMPT) != 0)) {
        GOTO(breaker);
    }
    DISPATCH();
}
TARGET(RETURN_GENERATOR)
{
    SAVE();
    WfGenerator *g = wf_generator_new(t, FRAME);
    if (WF_UNLIKELY(g == NULL)) {
        ERROR();
    }
    FRAME->fobj = WF_EMPTY; /* taken over */
    RA = wf_from_object(g);
    GOTO(RETURN);
}
TARGET(END_ASYNC_FOR)
{
    WfValue exc = RA;
    SAVE();
    if (wf_is_instance_of(exc, WF_EXC(StopAsyncIteration))) {
        pc += WF_INSN_SBC(insn);
        DISPATCH();
    }
    t->exc = exc;
    GOTO(RERAISE_pending);
}

/* --- exceptions ------------------------------------------------------------------------------------------------------- */

TARGET(RAISE)
{
    SAVE();
    wf_raise_statement(t, RA, B == WF_REG_NONE ? WF_EMPTY : RB);
    ERROR();
}
TARGET(RAISE_CURRENT)
{
    SAVE();
    WfValue exc = t->handled;
    if (wf_is_empty(exc)) {
        (void)wf_raise(t, WF_EXC(RuntimeError), "No active exception to reraise");
        ERROR();
    }
    t->exc = exc;
    GOTO(RERAISE_pending);
}
TARGET(RERAISE)
{
    SAVE();
    t->exc = RA;
    if (B) {
        FRAME->reraise = WF_RERAISE_ORIGIN;
        GOTO(unwind);
    }
    GOTO(RERAISE_pending);
}
TARGET(PUSH_HANDLED)
{
    WfValue handled = RB;
    RA = wf_handled_push(t, FRAME);
    t->handled = handled;
    DISPATCH();
}
TARGET(POP_HANDLED)
{
    wf_handled_pop(t, FRAME, RA);
    if (WF_UNLIKELY(wf_breaker(t) != 0)) {
        GOTO(breaker);
    }
    DISPATCH();
}
TARGET(EXC_MATCH)
{
    FOUND_BOOL(wf_exception_matches(t, RB, RC), false);
}
TARGET(EXC_GROUP_MATCH)
{
    SAVE();
    WfValue match, rest;
    if (WF_UNLIKELY(wf_except_star_match(t, RB, RC, &match, &rest) != WF_OK)) {
        ERROR();
    }
    R[A] = wf_is_empty(match) ? WF_NONE : match;
    R[A + 1] = wf_is_empty(rest) ? WF_NONE : rest;
    DISPATCH();
}
TARGET(PREP_RERAISE_STAR)
{
    SAVE();
    WfValue out;
    if (WF_UNLIKELY(wf_except_star_result(t, RB, RC, &out) != WF_OK)) {
        ERROR();
    }
    RA = wf_is_empty(out) ? WF_NONE : out;
    DISPATCH();
}
TARGET(ASSERT_FAIL)
{
    SAVE();
    if (A == WF_REG_NONE) {
        (void)wf_raise_none(t, WF_EXC(AssertionError));
    } else {
        (void)wf_raise_value(t, WF_EXC(AssertionError), RA);
    }
    ERROR();
}

/* --- with ---------------------------------------------------------------------------------------------------------------- */

TARGET(WITH_LOOKUP)
{
    CHECK(wf_op_with_lookup(t, RB, false, &RA, &R[A + WF_CALL_ARGS], &R[C]));
}
TARGET(AWITH_LOOKUP)
{
    CHECK(wf_op_with_lookup(t, RB, true, &RA, &R[A + WF_CALL_ARGS], &R[C]));
}
TARGET(WITH_EXIT)
{
    WfValue *args = &R[A + WF_CALL_ARGS];
    WfValue exc = C == WF_REG_NONE ? WF_NONE : RC;
    WfValue self = R[B + 1];
    RA = R[B];
    args[0] = self;
    args[1] = args[2] = args[3] = WF_NONE;
    if (!wf_is_none(exc)) {
        args[1] = wf_from_object(wf_type(exc));
        args[2] = exc;
        WfValue tb = wf_exception_traceback(exc);
        args[3] = wf_is_empty(tb) ? WF_NONE : tb;
    }
    DISPATCH();
}

/* --- functions, classes, modules -------------------------------------------------------------------------------------------- */

TARGET(MAKE_FUNCTION)
{
    WfCode *code = (WfCode *)(uintptr_t)K[*pc++].x_bits;
    RESULT(wf_op_make_function(t, FRAME, code, &R[B], C));
}
TARGET(LOAD_BUILD_CLASS)
{
    RESULT(wf_op_build_class(t, FRAME));
}
TARGET(IMPORT_NAME)
{
    RESULT(wf_op_import_name(t, FRAME, KNAME(C), R[B], R[B + 1]));
}
TARGET(IMPORT_FROM)
{
    RESULT(wf_op_import_from(t, RB, KNAME(C)));
}
TARGET(IMPORT_STAR)
{
    CHECK(wf_op_import_star(t, FRAME, RA));
}

/* --- match ------------------------------------------------------------------------------------------------------------------- */

TARGET(MATCH_MAPPING)
{
    RA = WF_BOOL((wf_type_flags(wf_type(RB)) & WF_TF_MAPPING) != 0);
    DISPATCH();
}
TARGET(MATCH_SEQUENCE)
{
    RA = WF_BOOL((wf_type_flags(wf_type(RB)) & WF_TF_SEQUENCE) != 0);
    DISPATCH();
}
TARGET(MATCH_KEYS)
{
    RESULT(wf_op_match_keys(t, RB, RC));
}
TARGET(MATCH_CLASS)
{
    int64_t n = (int64_t)*pc++;
    RESULT(wf_op_match_class(t, RB, R[C], R[C + 1], n));
}
TARGET(MATCH_REST)
{
    RESULT(wf_op_match_rest(t, RB, RC));
}
TARGET(GET_LEN)
{
    SAVE();
    int64_t n;
    if (WF_UNLIKELY(wf_len(t, RB, &n) != WF_OK)) {
        ERROR();
    }
    RA = wf_small_int(n);
    DISPATCH();
}
TARGET(PRINT_EXPR)
{
    CHECK(wf_op_print_expr(t, RA));
}

/* --- out of line ---------------------------------------------------------------------------------------------------------------- */

#if WF_TAIL_CALLS
static LOOP WfValue op_bad(STATE)
#else
op_bad:
#endif
{
    (void)pc, (void)R, (void)K, (void)table, (void)insn, (void)t;
    WF_FATAL("invalid instruction"); /* the verifier lets none through */
}

/* The eval breaker is set. pc is the next instruction to be executed. */
#if WF_TAIL_CALLS
static LOOP WfValue op_breaker(STATE)
#else
op_breaker:
#endif
{
    FRAME->pc = pc + 1; /* "in" that instruction: its operands are live */
    t->stop_exact = true;
    wf_safepoint(t);
    if ((wf_breaker(t) & WF_BREAK_PROMPT) != 0) {
        wf_gc_prompt(t);
    }
    t->stop_exact = false;
    if (WF_UNLIKELY((wf_breaker(t) & ~(uint32_t)WF_BREAK_PROMPT) != 0)) {
        if (wf_handle_breaker(t) != WF_OK) {
            /* raised by the instruction just done: its handlers apply */
            FRAME->pc = WF_INSN_OP(insn) == WF_OP_JUMP_BACK ? pc - WF_INSN_SBC(insn) : pc;
            ERROR();
        }
        if ((wf_breaker(t) & WF_BREAK_TRACE) != 0) {
            table = traced_handlers;
        }
    }
    /* PROMPT stays set for as long as young finalizable objects exist: one instruction runs before the next look. Jumps and steps of
     * generators, which drop nothing, do not look at it. */
    FRAME->pc = pc;
    DISPATCH();
}

/* Before every instruction while a trace function is set. */
#if WF_TAIL_CALLS
static LOOP WfValue op_traced(STATE)
#else
op_traced:
#endif
{
    SAVE();
    if ((wf_breaker(t) & WF_BREAK_TRACE) == 0) {
        table = handlers;
    } else if (WF_INSN_OP(insn) != WF_OP_LOAD_CODE && WF_UNLIKELY(wf_vm_trace_line(t, FRAME) != WF_OK)) {
        ERROR();
    }
    if (WF_UNLIKELY(FRAME->pc != pc)) { /* f_lineno was set */
        pc = FRAME->pc;
        insn = pc[-1];
    }
    WfFound done = wf_vm_trace_builtin_call(t, FRAME, insn);
    if (WF_UNLIKELY(done == WF_ERROR)) {
        ERROR();
    }
    if (done == WF_FOUND) {
        pc = FRAME->pc;
        if (wf_breaker(t) != 0) {
            GOTO(breaker);
        }
        DISPATCH();
    }
#if WF_TAIL_CALLS
    GO((HandlerFn)handlers[insn & 0xff]);
#else
    goto *handlers[insn & 0xff];
#endif
}

/* RERAISE and its like: t->exc is set; no new entry in the traceback. */
#if WF_TAIL_CALLS
static LOOP WfValue op_RERAISE_pending(STATE)
#else
op_RERAISE_pending:
#endif
{
    FRAME->reraise = 1;
    GOTO(unwind);
}

/* An exception is pending and FRAME's pc saved: goes to the handler, or leaves the frame. */
#if WF_TAIL_CALLS
static LOOP WfValue op_unwind(STATE)
#else
op_unwind:
#endif
{
    WfFrame *f = t->frame;
    for (;;) {
        const WfHandler *h = wf_vm_unwind_step(t, f);
        if (h != NULL) {
            R = WF_FRAME_REGS(f);
            K = f->code->k;
            pc = f->code->code + h->target;
            R[h->reg] = wf_take_pending(t);
            if (WF_UNLIKELY(wf_breaker(t) != 0)) {
                GOTO(breaker);
            }
            DISPATCH();
        }
        bool to_c = f->ret == WF_RET_TO_C || f->ret == WF_RET_GEN_C;
        f = wf_vm_unwind_leave(t, f);
        if (to_c) {
            (void)pc, (void)R, (void)K, (void)table, (void)insn;
            return WF_EMPTY;
        }
    }
}
