/* code.h - code objects: instructions, constants, names, exception handlers, positions.
 * SPDX-License-Identifier: MIT
 *
 * Registers of a frame: locals (parameters first, in the order positional-only, positional, keyword-only, *args, **kwargs,
 * then the others) | cells of cellvars | cells of freevars | temporaries. R[0 .. n_fixed) are locals and cells: EMPTY at
 * entry but for arguments, alive as long as the frame. Temporaries are alive from a write to the last
 * read that may follow (liveness.h); they are not initialised. A parameter that is a cell variable arrives in its local
 * register; the prologue's MAKE_CELL moves it to the cell.
 *
 * A code object that comes from a file is lazy at first (code/unit.c): only numbers, flags, first_line, file name, name and qualified
 * name are there, `code` is wf_code_lazy, and the slots insns, positions and co_consts are unit.c's own. Whoever wants more calls
 * wf_code_load first; a frame that runs has it done by LOAD_CODE. `code` goes last: who has seen it sees the rest (wf_code_start).
 * Everything else but caches in `insns` and the lazily made `x_live` is immutable. */
#ifndef WF_CODE_CODE_H
#define WF_CODE_CODE_H

#include "model/object.h"
#include "sched/frame.h"

enum { /* as in CPython's inspect */
    WF_CO_OPTIMIZED = 1, WF_CO_NEWLOCALS = 2, WF_CO_VARARGS = 4, WF_CO_VARKEYWORDS = 8, WF_CO_NESTED = 16,
    WF_CO_GENERATOR = 32, WF_CO_COROUTINE = 128, WF_CO_ITERABLE_COROUTINE = 256, WF_CO_ASYNC_GENERATOR = 512,
    WF_CO_FUTURE_DIVISION = 0x20000, WF_CO_FUTURE_ABSOLUTE_IMPORT = 0x40000, WF_CO_FUTURE_WITH_STATEMENT = 0x80000,
    WF_CO_FUTURE_PRINT_FUNCTION = 0x100000, WF_CO_FUTURE_UNICODE_LITERALS = 0x200000,
    WF_CO_FUTURE_BARRY_AS_BDFL = 0x400000, WF_CO_FUTURE_GENERATOR_STOP = 0x800000,
    WF_CO_FUTURE_ANNOTATIONS = 0x1000000
};

/* Innermost handler first for nested ranges: the first entry whose range holds the instruction wins. */
typedef struct WfHandler {
    uint32_t start, end;  /* instruction words [start, end) */
    uint32_t target;
    uint32_t reg;         /* register that receives the exception */
} WfHandler;

typedef struct WfPosition { /* one for each word of insns */
    int32_t line;         /* 0: none */
    uint16_t n_lines;     /* end line - line; 0xffff: no end known */
    int16_t col, end_col; /* UTF-8 bytes; -1: none */
} __attribute__((packed)) WfPosition;

/* Kept are runs of words with the same position, by their first word. */
typedef struct WfNarrowRun {
    uint16_t start, line; /* line: behind first_line; 0xffff: none */
    uint8_t n_lines, col, end_col; /* 0xff: none */
} __attribute__((packed)) WfNarrowRun;
typedef struct WfWideRun {
    uint32_t start;
    WfPosition position;
} __attribute__((packed)) WfWideRun;
#define WF_POSITION_RUN(wide) ((wide) ? sizeof(WfWideRun) : sizeof(WfNarrowRun))

typedef struct WfCode {
    WfObject h;
    int32_t n_args, n_posonly, n_kwonly; /* co_argcount (positional-only included), ... */
    int32_t n_locals, n_cells, n_free;
    int32_t n_fixed;      /* n_locals + n_cells + n_free */
    int32_t n_regs;       /* all registers, outgoing calls' bases and arguments included */
    uint32_t flags;       /* WF_CO_* */
    int32_t first_line;
    int32_t n_insns;      /* words */
    int32_t n_handlers;
    uint32_t at;          /* where in positions the runs begin; lazy: the body */
    uint32_t n_runs;      /* of positions; lazy: the number of the code's record */
    uint32_t wide;        /* runs are WfWideRun */
    int32_t n_params;     /* registers that hold arguments: args + kwonly + *args + **kwargs */
    uint32_t simple;      /* 1: only positional parameters, no generator: a call with n_args arguments needs no binding */
    const WfInsn *code;   /* = data of insns, or wf_code_lazy; atomic */
    WfSlot *k;            /* = items of consts; atomic, relaxed */
    WfSlot insns;         /* WfRaw of WfInsn, of kind INSNS */
    WfSlot consts;        /* WfTuple; names too. co_consts and co_names are made from the following two */
    WfSlot co_consts;     /* WfTuple: the program's constants, docstring first, as CPython shows them */
    WfSlot co_names;      /* WfTuple of str */
    WfSlot varnames, cellvars, freevars; /* WfTuple of str */
    WfSlot filename, name, qualname;     /* WfStr */
    WfSlot handlers;      /* WfRaw of WfHandler, or EMPTY */
    WfSlot positions;     /* WfRaw with the runs of positions, or EMPTY */
    void *x_live;         /* liveness.c: made on demand, freed with the code */
} WfCode;
WF_INLINE WfCode *wf_as_code(WfValue v) { return WF_AS(WfCode, v); }

/* --- instructions --- */
typedef enum WfOp {
#define OP(name, a, b, c, extra, text) WF_OP_##name,
#include "code/opcodes.def"
#undef OP
    WF_OP_COUNT
} WfOp;

WF_INLINE WfInsn wf_insn(WfOp op, uint32_t a, uint32_t b, uint32_t c)
{
    return (WfInsn)op | (WfInsn)(a & 0xffff) << 16 | (WfInsn)(b & 0xffff) << 32 | (WfInsn)(c & 0xffff) << 48;
}
WF_INLINE WfInsn wf_insn_wide(WfOp op, uint32_t a, uint32_t bc)
{
    return (WfInsn)op | (WfInsn)(a & 0xffff) << 16 | (WfInsn)bc << 32;
}
#define WF_INSN_OP(i) ((unsigned)((i) & 0xffff))
#define WF_INSN_A(i) ((unsigned)((i) >> 16 & 0xffff))
#define WF_INSN_B(i) ((unsigned)((i) >> 32 & 0xffff))
#define WF_INSN_C(i) ((unsigned)((i) >> 48))
#define WF_INSN_SC(i) ((int)(int16_t)((i) >> 48))
#define WF_INSN_BC(i) ((uint32_t)((i) >> 32))
#define WF_INSN_SBC(i) ((int32_t)((i) >> 32))
#define WF_REG_NONE 0xffffu
#define WF_CALL_ARGS ((unsigned)WF_FRAME_WORDS + 1) /* arguments of base a begin at R[a + WF_CALL_ARGS] */

typedef enum WfRole { WF_ROLE__, WF_ROLE_D, WF_ROLE_S, WF_ROLE_M, WF_ROLE_O, WF_ROLE_I, WF_ROLE_J, WF_ROLE_K, WF_ROLE_N,
                      WF_ROLE_C, WF_ROLE_KW, WF_ROLE_NW, WF_ROLE_JW, WF_ROLE_IW, WF_ROLE_R } WfRole;
typedef enum WfExtra { WF_EXTRA_0, WF_EXTRA_CACHE, WF_EXTRA_ARG } WfExtra;
typedef struct WfOpInfo {
    const char *name;
    uint8_t a, b, c; /* WfRole */
    uint8_t extra;   /* WfExtra */
    const char *text;
} WfOpInfo;
extern const WfOpInfo wf_op_info[WF_OP_COUNT]; /* code/opcodes.c */

/* What the compiler hands over; all arrays may be malloc'd or in an arena, they are copied. */
typedef struct WfCodeParts {
    int32_t n_args, n_posonly, n_kwonly, n_locals, n_regs, first_line;
    uint32_t flags;
    const WfInsn *insns;
    const WfPosition *positions;
    int32_t n_insns;
    const WfHandler *handlers;
    int32_t n_handlers;
    WfTuple *consts, *co_consts, *co_names, *varnames, *cellvars, *freevars;
    WfStr *filename, *name, *qualname;
} WfCodeParts;
/* Verifies (register numbers, jumps, constants, roles: code that comes from a cache file cannot crash the loop) and
 * makes the object. ValueError if it is not sound. */
WfValue wf_code_new(WfThread *t, const WfCodeParts *parts) WF_MUST_CHECK;
/* Position of the instruction at word index i; false if none is known. */
bool wf_code_position(const WfCode *c, int32_t i, WfPosition *out);
/* The parts of c, sharing its arrays but for the positions. */
WfStatus wf_code_parts(WfThread *t, WfCode *c, WfCodeParts *p) WF_MUST_CHECK;
/* The runs that stand for the parts' positions. *runs NULL: there are none. */
WfStatus wf_code_pack_positions(WfThread *t, const WfCodeParts *p, WfRaw **runs, uint32_t *n, bool *wide) WF_MUST_CHECK;

/* The one instruction of code that has not been loaded. */
extern const WfInsn wf_code_lazy[1];
WF_INLINE const WfInsn *wf_code_start(const WfCode *c)
{
    return __atomic_load_n(&c->code, __ATOMIC_ACQUIRE); /* pairs with unit.c's publish */
}
WF_INLINE bool wf_code_is_lazy(const WfCode *c) { return wf_code_start(c) == wf_code_lazy; }
WfStatus wf_code_load_slow(WfThread *t, WfCode *c);
/* Sees to it that all of c is there. ValueError: it came from a file and is damaged. */
WF_INLINE WF_MUST_CHECK WfStatus wf_code_load(WfThread *t, WfCode *c)
{
    return WF_LIKELY(!wf_code_is_lazy(c)) ? WF_OK : wf_code_load_slow(t, c);
}
/* The docstring, or None. */
WfValue wf_code_doc(WfThread *t, WfCode *c);
void wf_code_trace(WfMarker *m, WfObject *o);
/* Kind INSNS: the instructions, with the inline caches that the vm keeps among them (vm/cache.c). */
void wf_insns_trace(WfMarker *m, WfObject *o);

#endif
