/* interp.c - the interpreter loop: one handler for each row of code/opcodes.def.
 * SPDX-License-Identifier: MIT
 *
 * Design: the handlers in ops.h are compiled in one of two ways. Where the compiler has guaranteed tail calls (clang's
 * musttail) and a calling convention without callee-saved registers (preserve_none), each handler is a function that jumps
 * to the next one: t, pc, R, K and the dispatch table stay in machine registers and a slow path spills
 * only what it needs. Elsewhere (gcc) they are labels of one function with computed gotos.
 *
 *   t      thread        pc     next word of the program     R   registers of the frame, WF_FRAME_OF(R) its head
 *   K      constants     table  handlers by opcode           insn  the instruction being executed
 *
 * Invariants: I1 the frame's pc is saved (SAVE) before anything that may raise, collect, block or look at frames.
 * I2 a handler keeps no value across such a call but in R, K, the frame head or t->scratch: the collector does not scan the
 * loop's own stack. I3 a handler writes its result last, so that destination and operands may be the same register.
 * I4 t->frame is the frame of R whenever C code runs.
 * Threads: frames belong to one thread; inline caches are single words, relaxed (cache.h). */
#include "vm/interp.h"

#include "code/code.h"
#include "model/errors.h"
#include "objects/builtin_function.h"
#include "objects/descriptors.h"
#include "objects/dict.h"
#include "objects/exceptions.h"
#include "objects/int.h"
#include "objects/iterators.h"
#include "objects/list.h"
#include "objects/range.h"
#include "objects/set.h"
#include "objects/slice.h"
#include "objects/str.h"
#include "objects/tuple.h"
#include "vm/cache.h"
#include "vm/check.h"
#include "vm/vm.h"

/* clang 19 cannot give a preserve_none function the stack frame that AddressSanitizer wants. */
#if defined(__clang__) && defined(__has_attribute) && !defined(WF_NO_TAIL_CALLS) && !WF_ASAN
#    if __has_attribute(musttail) && __has_attribute(preserve_none)
#        define WF_TAIL_CALLS 1
#    endif
#endif
#ifndef WF_TAIL_CALLS
#    define WF_TAIL_CALLS 0
#endif

#define FRAME WF_FRAME_OF(R)
#define A WF_INSN_A(insn)
#define B WF_INSN_B(insn)
#define C WF_INSN_C(insn)
#define RA R[A]
#define RB R[B]
#define RC R[C]
#define SAVE() (FRAME->pc = pc)
#define KNAME(i) ((WfStr *)(uintptr_t)K[i].x_bits)
#define KVALUE(i) WF_VALUE(K[i].x_bits)

#if WF_TAIL_CALLS
#    define LOOP __attribute__((preserve_none))
#    define STATE WfThread *t, const WfInsn *pc, WfValue *R, const WfSlot *K, const void *const *table, WfInsn insn
#    define GO(f) __attribute__((musttail)) return (f)(t, pc, R, K, table, insn)
typedef LOOP WfValue (*HandlerFn)(STATE);
#    define TARGET(name) static LOOP WfValue op_##name(STATE)
#    define DISPATCH()                                                                             \
        do {                                                                                       \
            WF_CHECK_STEP(t, pc, R);                                                               \
            insn = *pc++;                                                                          \
            GO((HandlerFn)table[insn & 0xff]);                                                     \
        } while (0)
#    define GOTO(name) GO(op_##name)
#else
#    define TARGET(name) op_##name:
#    define DISPATCH()                                                                             \
        do {                                                                                       \
            WF_CHECK_STEP(t, pc, R);                                                               \
            insn = *pc++;                                                                          \
            goto *table[insn & 0xff];                                                              \
        } while (0)
#    define GOTO(name) goto op_##name
#endif

#define ERROR() GOTO(unwind)
/* RA = call, or unwind. */
#define RESULT(call)                                                                               \
    do {                                                                                           \
        SAVE();                                                                                    \
        WfValue result_ = (call);                                                                  \
        if (WF_UNLIKELY(wf_is_empty(result_))) {                                                   \
            ERROR();                                                                               \
        }                                                                                          \
        RA = result_;                                                                              \
        DISPATCH();                                                                                \
    } while (0)
#define CHECK(call)                                                                                \
    do {                                                                                           \
        SAVE();                                                                                    \
        if (WF_UNLIKELY((call) != WF_OK)) {                                                        \
            ERROR();                                                                               \
        }                                                                                          \
        DISPATCH();                                                                                \
    } while (0)
#define FOUND_BOOL(call, negate)                                                                   \
    do {                                                                                           \
        SAVE();                                                                                    \
        WfFound found_ = (call);                                                                   \
        if (WF_UNLIKELY(found_ == WF_ERROR)) {                                                     \
            ERROR();                                                                               \
        }                                                                                          \
        RA = WF_BOOL((found_ == WF_FOUND) != (negate));                                            \
        DISPATCH();                                                                                \
    } while (0)

/* Enters the frame nf, whose registers are at nr. The caller's pc is saved. */
#define ENTER(nf_, code_)                                                                          \
    do {                                                                                           \
        t->frame = (nf_);                                                                          \
        R = WF_FRAME_REGS(nf_);                                                                    \
        pc = wf_code_start(code_);                                                                 \
        K = __atomic_load_n(&(code_)->k, __ATOMIC_RELAXED);                                        \
        if (WF_UNLIKELY(wf_breaker(t) != 0)) {                                                     \
            GOTO(breaker);                                                                         \
        }                                                                                          \
        DISPATCH();                                                                                \
    } while (0)
/* Back in frame f (t->frame is set). */
#define LEAVE_TO(f_)                                                                               \
    do {                                                                                           \
        R = WF_FRAME_REGS(f_);                                                                     \
        pc = (f_)->pc;                                                                             \
        K = (f_)->code->k;                                                                         \
    } while (0)

/* Small ints shifted up by WF_INT_SHIFT: overflow of 64 bits is overflow of 50. */
#define UP(v) ((int64_t)((v).bits << WF_INT_SHIFT))
#define DOWN(i) WF_VALUE((uint64_t)(i) >> WF_INT_SHIFT | WF_INT_TAG)


/* Python's floor division and modulo of C ints; y is not 0. 32-bit division where it will do: it is much faster. */
WF_INLINE int64_t floor_div(int64_t x, int64_t y)
{
    if ((((uint64_t)x | (uint64_t)y) >> 32) == 0) {
        return (int64_t)((uint32_t)x / (uint32_t)y);
    }
    int64_t q = x / y;
    return q - ((x % y != 0) & ((x ^ y) < 0));
}
WF_INLINE int64_t floor_mod(int64_t x, int64_t y)
{
    if ((((uint64_t)x | (uint64_t)y) >> 32) == 0) {
        return (int64_t)((uint32_t)x % (uint32_t)y);
    }
    int64_t r = x % y;
    return r != 0 && (r ^ y) < 0 ? r + y : r;
}

/* x << n within 50 bits? */
WF_INLINE bool shift_left(WfValue x, int64_t n, WfValue *out)
{
    if ((uint64_t)n < 50) {
        int64_t up = UP(x);
        int64_t r = (int64_t)((uint64_t)up << n);
        if (r >> n == up) {
            *out = DOWN(r);
            return true;
        }
    }
    return false;
}
/* The head of a frame of a Python function. ret: WfReturn. */
WF_INLINE void init_frame(WfFrame *nf, WfFrame *prev, WfCode *code, WfValue func, WfReturn ret, uint32_t dst)
{
    nf->prev = prev;
    nf->code = code;
    nf->pc = wf_code_start(code);
    nf->func = func;
    nf->locals = WF_EMPTY;
    nf->fobj = WF_EMPTY;
    nf->owner = WF_EMPTY;
    nf->flags = 0;
    nf->ret = (uint8_t)ret;
    nf->reraise = 0;
    nf->dst = dst;
    WfValue *regs = WF_FRAME_REGS(nf);
    for (int32_t i = code->n_params; i < code->n_fixed; i++) {
        regs[i] = WF_EMPTY;
    }
}

/* Where a call from frame f with base register `base` (callee there, n words of arguments behind the gap) puts the
 * callee's frame: in place, or for a frame on the heap on the thread's stack, with a copy. NULL: no space. */
WF_INLINE WfFrame *callee_frame(WfFrame *f, WfValue *base, int64_t n)
{
    if (WF_LIKELY((f->flags & WF_FRAME_GENERATOR) == 0)) {
        return (WfFrame *)(base + 1);
    }
    WfValue *top = (WfValue *)(uintptr_t)f->locals.bits;
    for (int64_t i = 0; i < n; i++) {
        top[WF_CALL_ARGS + i] = base[WF_CALL_ARGS + i];
    }
    return (WfFrame *)(top + 1);
}

/* Room for code's frame at nf, and one level of recursion. */
WF_INLINE bool have_room(WfThread *t, WfFrame *nf, const WfCode *code)
{
    if (WF_UNLIKELY(WF_FRAME_REGS(nf) + code->n_regs > t->stack_end)) {
        return false;
    }
    return --t->recursion >= 0;
}

static WF_NOINLINE WF_COLD void no_room(WfThread *t, WfFrame *nf, const WfCode *code)
{
    if (WF_FRAME_REGS(nf) + code->n_regs > t->stack_end) {
        (void)wf_vm_stack_overflow(t);
    } else {
        (void)wf_recursion_error(t, "");
    }
}

#if WF_TAIL_CALLS
#    define OP(name, a, b, c, extra, text) static LOOP WfValue op_##name(STATE);
#    include "code/opcodes.def"
#    undef OP
static LOOP WfValue op_unwind(STATE);
static LOOP WfValue op_breaker(STATE);
static LOOP WfValue op_leave(STATE);
static LOOP WfValue op_resume(STATE);
static LOOP WfValue op_invoke(STATE);
static LOOP WfValue op_invoke_other(STATE);
static LOOP WfValue op_RERAISE_pending(STATE);
static LOOP WfValue op_bad(STATE);
static LOOP WfValue op_traced(STATE);
static const void *const traced_handlers[256];
static const void *const handlers[256];
#    include "vm/ops.h"
#    define OP(name, a, b, c, extra, text) [WF_OP_##name] = (const void *)op_##name,
static const void *const traced_handlers[256] = {[0 ... 255] = (const void *)op_traced};
static const void *const handlers[256] = {
    [0 ... 255] = (const void *)op_bad,
#    pragma clang diagnostic push
#    pragma clang diagnostic ignored "-Winitializer-overrides"
#    include "code/opcodes.def"
#    pragma clang diagnostic pop
};
#    undef OP

static WF_NOINLINE WfValue run_loop(WfThread *t, WfFrame *f)
{
    const WfInsn *pc = f->pc;
    WfValue *R = WF_FRAME_REGS(f);
    const WfSlot *K = __atomic_load_n(&f->code->k, __ATOMIC_RELAXED);
    const void *const *table = handlers;
    WfInsn insn = 0;
    if (wf_pending(t)) {
        return op_unwind(t, pc, R, K, table, insn);
    }
    return op_breaker(t, pc, R, K, table, insn);
}
#else
#    pragma GCC diagnostic push
#    pragma GCC diagnostic ignored "-Woverride-init"
static WF_NOINLINE WfValue run_loop(WfThread *t, WfFrame *entered)
{
    static const void *const traced_handlers[256] = {[0 ... 255] = &&op_traced};
    static const void *const handlers[256] = {
        [0 ... 255] = &&op_bad,
#    define OP(name, a, b, c, extra, text) [WF_OP_##name] = &&op_##name,
#    include "code/opcodes.def"
#    undef OP
    };
    const WfInsn *pc = entered->pc;
    WfValue *R = WF_FRAME_REGS(entered);
    const WfSlot *K = __atomic_load_n(&entered->code->k, __ATOMIC_RELAXED);
    const void *const *table = handlers;
    WfInsn insn = 0;
    if (wf_pending(t)) {
        goto op_unwind;
    }
    goto op_breaker;
#    include "vm/ops.h"
}
#    pragma GCC diagnostic pop
#endif

WfValue wf_vm_run(WfThread *t, WfFrame *f)
{
#if WF_DEBUG
    wf_assert(!wf_lock_held());
#endif
    WfEntry entry;
    entry.prev = t->entry;
    entry.frame = f;
    entry.sp = entry.outer = wf_spill_registers(entry.spilled);
    t->entry = &entry;
    WfValue result = WF_EMPTY;
    if (WF_LIKELY(wf_recursion_enter(t, "") == WF_OK)) {
        t->recursion++; /* the frame itself counts, the loop does not */
        if (WF_UNLIKELY(wf_pending(t) && (wf_breaker(t) & WF_BREAK_TRACE) != 0)) {
            (void)wf_vm_trace_throw(t, f); /* an error replaces what is thrown */
        }
        result = run_loop(t, f);
        t->entry = entry.prev;
        return result;
    }
    result = run_loop(t, f); /* RecursionError is pending: unwinds f */
    t->entry = entry.prev;
    return result;
}
