/* prove.c - what verify.c does not look at: the values that code from outside would work on.
 * SPDX-License-Identifier: MIT
 *
 * Design:     forward data flow over all registers. For each the kinds of values that may be in it, a set of bits; instructions
 *             that trust an operand (a cell, the loop's own list, an exception ...) demand that nothing else can be
 *             there. The compiler's code passes by construction and is not asked; code that a program hands to code() or
 *             replace() is. States are kept where jumps and handlers lead, and the code is gone through until none grows.
 * Invariants: V1 a temporary is written before it is read on every way, and a call ends what lies above its base.
 *             V2 only MAKE_CELL and COPY_FREE write registers of cells.
 * Threads:    none; malloc'd memory only. */
#include "code/verify.h"

#include "code/effects.h"
#include "objects/str.h"
#include "objects/tuple.h"

#include <stdlib.h>

enum {
    UNDEFINED = 1,
    EMPTY = 2,       /* an unbound local, no self */
    HANDLED = 4,     /* what PUSH_HANDLED saved: an exception or nothing */
    ANY = 8,         /* some Python value */
    LIST = 16,       /* exact ones */
    SET = 32,
    DICT = 64,
    TUPLE = 128,
    NAMES = 256,     /* a constant tuple of str */
    TEXT = 512,
    CELL = 1024,
    EXCEPTION = 2048,
    MAYBE = 4096,    /* an exception or None */
    CELLS = 0x8000   /* alone: a tuple of exactly so many cells as the other bits say */
};
#define VALUE (ANY | LIST | SET | DICT | TUPLE | NAMES | TEXT | CELL | EXCEPTION | MAYBE)
#define LARGEST ((uint64_t)1 << 26) /* registers times places: beyond, code is refused */

typedef uint16_t Kind;

typedef struct Prover {
    const WfCodeParts *p;
    int32_t n_cells_from, n_cells_to; /* registers of cells */
    int32_t *place;   /* of a word that is led to: which state; -1 */
    int32_t *handler; /* of each word; -1 */
    Kind *states;     /* n_regs for each place; 0: not reached */
    Kind *now, *before;
    bool changed;
    const char *wrong;
} Prover;

static Kind plain(Kind k) { return (k & CELLS) != 0 ? (Kind)TUPLE : k; }

static Kind join(Kind a, Kind b) { return a == b || b == 0 ? a : a == 0 ? b : (Kind)(plain(a) | plain(b)); }

/* What is in the registers may be so at `word` too. */
static void flow_to(Prover *v, int64_t word, const Kind *from, int64_t exception_in)
{
    Kind *to = v->states + (size_t)v->place[word] * (size_t)v->p->n_regs;
    for (int32_t r = 0; r < v->p->n_regs; r++) {
        Kind k = join(to[r], r == exception_in ? (Kind)EXCEPTION : from[r]);
        if (k != to[r]) {
            to[r] = k;
            v->changed = true;
        }
    }
}

static void demand(Prover *v, unsigned reg, unsigned allowed, const char *wrong)
{
    if ((plain(v->before[reg]) & ~allowed) != 0 && v->wrong == NULL) {
        v->wrong = wrong;
    }
}

static Kind constant_kind(WfValue k)
{
    if (!wf_is_tuple(k)) {
        return wf_is_exact_str(k) ? TEXT : ANY;
    }
    for (int64_t i = 0; i < wf_as_tuple(k)->length; i++) {
        if (!wf_is_exact_str(wf_tuple_at(wf_as_tuple(k), i))) {
            return TUPLE;
        }
    }
    return WF_IS_EXACT(k, TUPLE) ? NAMES : ANY;
}

/* What the instruction reads must be values, but where it says otherwise: returns the kinds for the register. */
static unsigned allowed_of(const Prover *v, WfInsn insn, unsigned reg)
{
    const unsigned a = WF_INSN_A(insn), b = WF_INSN_B(insn), c = WF_INSN_C(insn);
    switch ((WfOp)WF_INSN_OP(insn)) {
    case WF_OP_MOVE:
    case WF_OP_MAKE_CELL:
    case WF_OP_CHECK_BOUND:
    case WF_OP_DELETE_LOCAL: return VALUE | EMPTY | HANDLED;
    case WF_OP_LOAD_DEREF:
    case WF_OP_LOAD_CLASSDEREF: return CELL;
    case WF_OP_LOAD_SUPER: return reg == b ? CELL : VALUE;
    case WF_OP_DELETE_DEREF: return CELL;
    case WF_OP_STORE_DEREF: return reg == a ? CELL : VALUE;
    case WF_OP_CALL_METHOD:
    case WF_OP_CALL_METHOD_KW: return reg == a + WF_CALL_ARGS ? VALUE | EMPTY : VALUE;
    case WF_OP_LIST_APPEND:
    case WF_OP_LIST_EXTEND: return reg == a ? LIST : VALUE;
    case WF_OP_LIST_TO_TUPLE: return LIST;
    case WF_OP_SET_ADD:
    case WF_OP_SET_UPDATE: return reg == a ? SET : VALUE;
    case WF_OP_MAP_ADD:
    case WF_OP_DICT_UPDATE:
    case WF_OP_DICT_MERGE: return reg == a ? DICT : VALUE;
    case WF_OP_FORMAT_VALUE: return reg == b + 1 ? TEXT : VALUE;
    case WF_OP_END_ASYNC_FOR:
    case WF_OP_RERAISE: return EXCEPTION;
    case WF_OP_PUSH_HANDLED: return EXCEPTION;
    case WF_OP_POP_HANDLED: return HANDLED;
    case WF_OP_EXC_MATCH:
    case WF_OP_EXC_GROUP_MATCH: return reg == b ? EXCEPTION : VALUE;
    case WF_OP_PREP_RERAISE_STAR: return reg == b ? EXCEPTION : LIST;
    case WF_OP_WITH_EXIT: return reg == c ? EXCEPTION : reg == b + 1 ? VALUE | EMPTY : VALUE;
    case WF_OP_MATCH_KEYS:
    case WF_OP_MATCH_REST: return reg == c ? TUPLE | NAMES : VALUE;
    case WF_OP_MATCH_CLASS: return reg == c + 1 ? NAMES : VALUE;
    default: return VALUE;
    }
    (void)v;
}

/* Defaults, keyword defaults, annotations and closure of a function. */
static void check_function(Prover *v, WfInsn insn, uint64_t arg)
{
    const WfTuple *consts = v->p->consts;
    const WfCode *code = wf_as_code(wf_tuple_at(consts, (int64_t)arg));
    unsigned reg = WF_INSN_B(insn);
    const unsigned flags = WF_INSN_C(insn);
    if (flags & 1) {
        demand(v, reg++, TUPLE | NAMES, "defaults are no tuple");
    }
    if (flags & 2) {
        demand(v, reg++, DICT, "keyword defaults are no dict");
    }
    if (flags & 4) {
        demand(v, reg++, TUPLE | NAMES | DICT, "annotations are no dict");
    }
    Kind cells = (flags & 8) != 0 ? v->before[reg] : (Kind)CELLS;
    if (cells != (CELLS | code->n_free) && v->wrong == NULL) {
        v->wrong = "closure does not fit";
    }
}

static void write_kinds(Prover *v, unsigned first, unsigned n, Kind k)
{
    for (unsigned r = first; r < first + n && r < (unsigned)v->p->n_regs; r++) {
        v->now[r] = k;
    }
}

/* v->now after the instruction. */
static void after(Prover *v, WfInsn insn, uint64_t arg, const WfEffects *e)
{
    const unsigned a = WF_INSN_A(insn), b = WF_INSN_B(insn), c = WF_INSN_C(insn);
    const WfOp op = (WfOp)WF_INSN_OP(insn);
    Kind kind = ANY;
    switch (op) {
    case WF_OP_MOVE: kind = v->before[b]; break;
    case WF_OP_LOADK: kind = constant_kind(wf_tuple_at(v->p->consts, WF_INSN_BC(insn))); break;
    case WF_OP_LOADV: kind = b == 0 ? EMPTY : ANY; break;
    case WF_OP_MAKE_CELL:
    case WF_OP_COPY_FREE: kind = CELL; break;
    case WF_OP_DELETE_LOCAL: kind = EMPTY; break;
    case WF_OP_BUILD_LIST: kind = LIST; break;
    case WF_OP_BUILD_SET: kind = SET; break;
    case WF_OP_BUILD_MAP:
    case WF_OP_MATCH_REST: kind = DICT; break;
    case WF_OP_LIST_TO_TUPLE: kind = TUPLE; break;
    case WF_OP_BUILD_TUPLE:
        kind = c > 0 && c < CELLS ? (Kind)(CELLS | c) : (Kind)TUPLE;
        for (unsigned r = b; r < b + c; r++) {
            kind = v->before[r] == CELL ? kind : (Kind)TUPLE;
        }
        break;
    case WF_OP_BUILD_STRING:
    case WF_OP_FORMAT_VALUE: kind = TEXT; break;
    case WF_OP_PUSH_HANDLED: kind = HANDLED; break;
    case WF_OP_EXC_GROUP_MATCH:
    case WF_OP_PREP_RERAISE_STAR: kind = MAYBE; break;
    case WF_OP_CALL:
    case WF_OP_CALL_KW:
    case WF_OP_CALL_METHOD:
    case WF_OP_CALL_METHOD_KW:
    case WF_OP_CALL_EX: write_kinds(v, a, (unsigned)v->p->n_regs, UNDEFINED); break;
    case WF_OP_RETURN_NONE:
    case WF_OP_RETURN_GENERATOR: return;
    case WF_OP_CHECK_BOUND:
        v->now[a] = (Kind)(v->before[a] & ~EMPTY);
        return;
    default: break;
    }
    for (int i = 0; i < e->n_write; i++) {
        write_kinds(v, e->write[i].first, e->write[i].n, kind);
    }
    if (op == WF_OP_LOAD_METHOD || op == WF_OP_LOAD_SUPER || op == WF_OP_WITH_LOOKUP || op == WF_OP_AWITH_LOOKUP || op == WF_OP_WITH_EXIT) {
        v->now[a + WF_CALL_ARGS] |= EMPTY;
    }
    if (op == WF_OP_WITH_LOOKUP || op == WF_OP_AWITH_LOOKUP) {
        v->now[c + 1] |= EMPTY;
    }
    (void)arg;
}

/* Namespaces are for code that is no function. */
static bool needs_namespace(WfOp op)
{
    return op == WF_OP_LOAD_NAME || op == WF_OP_STORE_NAME || op == WF_OP_DELETE_NAME || op == WF_OP_LOAD_LOCALS || op == WF_OP_LOAD_CLASSDEREF
           || op == WF_OP_SETUP_ANNOTATIONS || op == WF_OP_IMPORT_STAR;
}

static void step(Prover *v, int32_t i, WfInsn insn, uint64_t arg, bool extra)
{
    const WfCodeParts *p = v->p;
    const WfOp op = (WfOp)WF_INSN_OP(insn);
    const size_t size = (size_t)p->n_regs * sizeof(Kind);
    WfEffects e;
    memcpy(v->before, v->now, size);
    wf_insn_effects(insn, arg, &e);
    if (op != WF_OP_MAKE_FUNCTION) {
        for (int k = 0; k < e.n_read; k++) {
            for (unsigned r = e.read[k].first; r < e.read[k].first + e.read[k].n; r++) {
                demand(v, r, allowed_of(v, insn, r), "an operand may be of the wrong kind");
            }
        }
    } else {
        check_function(v, insn, arg);
    }
    if (op == WF_OP_LOAD_SUPER) {
        demand(v, 0, VALUE | EMPTY, "no self");
    }
    if (needs_namespace(op) && (p->flags & WF_CO_OPTIMIZED) != 0) {
        v->wrong = "a function has no namespace";
    }
    for (int k = 0; k < e.n_write && op != WF_OP_MAKE_CELL && op != WF_OP_COPY_FREE && op != WF_OP_RETURN_NONE && op != WF_OP_RETURN_GENERATOR; k++) {
        if ((int64_t)e.write[k].first < v->n_cells_to && (int64_t)e.write[k].first + e.write[k].n > v->n_cells_from) {
            v->wrong = "writes a cell register"; /* V2 */
        }
    }
    if (v->wrong != NULL) {
        return;
    }
    after(v, insn, arg, &e);
    if (v->handler[i] >= 0) {
        const WfHandler *h = &p->handlers[v->handler[i]];
        flow_to(v, h->target, v->before, h->reg);
        flow_to(v, h->target, v->now, h->reg);
    }
    int64_t target;
    if (wf_insn_jump(insn, arg, i, &target)) {
        Kind *taken = op == WF_OP_FOR_ITER ? v->before : v->now;
        if (op == WF_OP_JUMP_NONE || op == WF_OP_JUMP_NOT_NONE) { /* what is not None and may be an exception is one */
            Kind *tested = &v->now[WF_INSN_A(insn)], known = *tested;
            if ((known & ~(EXCEPTION | MAYBE)) == 0) {
                *tested = op == WF_OP_JUMP_NOT_NONE ? (Kind)EXCEPTION : known;
                flow_to(v, target, taken, -1);
                *tested = op == WF_OP_JUMP_NONE ? (Kind)EXCEPTION : known;
            } else {
                flow_to(v, target, taken, -1);
            }
        } else {
            flow_to(v, target, taken, -1);
        }
    }
    const int32_t next = i + 1 + extra;
    if (!wf_insn_falls_through(insn)) {
        memset(v->now, 0, size);
    } else if (v->place[next] >= 0) {
        flow_to(v, next, v->now, -1);
    }
}

static void sweep(Prover *v)
{
    const WfCodeParts *p = v->p;
    for (int32_t i = 0; i < p->n_insns && v->wrong == NULL; i++) {
        const WfInsn insn = p->insns[i];
        const bool extra = wf_op_info[WF_INSN_OP(insn)].extra != WF_EXTRA_0;
        if (v->place[i] >= 0) {
            memcpy(v->now, v->states + (size_t)v->place[i] * (size_t)p->n_regs, (size_t)p->n_regs * sizeof(Kind));
        }
        if (v->now[0] != 0) { /* reached */
            step(v, i, insn, extra ? p->insns[i + 1] : 0, extra);
        }
        i += extra;
    }
}

/* Gives numbers to the words that are led to; the number of them. */
static int32_t find_places(Prover *v)
{
    const WfCodeParts *p = v->p;
    int32_t n = 0;
    for (int32_t i = 0; i < p->n_insns; i++) {
        v->place[i] = v->handler[i] = -1;
    }
    v->place[0] = n++;
    for (int32_t i = 0; i < p->n_insns; i++) {
        const WfInsn insn = p->insns[i];
        const bool extra = wf_op_info[WF_INSN_OP(insn)].extra != WF_EXTRA_0;
        int64_t target;
        if (wf_insn_jump(insn, extra ? p->insns[i + 1] : 0, i, &target) && v->place[target] < 0) {
            v->place[target] = n++;
        }
        i += extra;
    }
    for (int32_t k = p->n_handlers - 1; k >= 0; k--) {
        for (uint32_t i = p->handlers[k].start; i < p->handlers[k].end; i++) {
            v->handler[i] = k;
        }
        if (v->place[p->handlers[k].target] < 0) {
            v->place[p->handlers[k].target] = n++;
        }
    }
    return n;
}

const char *wf_code_prove(const WfCodeParts *p)
{
    const size_t n_regs = (size_t)p->n_regs;
    const int32_t n_params = p->n_args + p->n_kwonly + ((p->flags & WF_CO_VARARGS) != 0) + ((p->flags & WF_CO_VARKEYWORDS) != 0);
    Prover v = {.p = p,
                .n_cells_from = p->n_locals,
                .n_cells_to = p->n_locals + (int32_t)(p->cellvars->length + p->freevars->length),
                .place = malloc((size_t)p->n_insns * sizeof(int32_t)),
                .handler = malloc((size_t)p->n_insns * sizeof(int32_t)),
                .now = calloc(n_regs + WF_CALL_ARGS + 1, sizeof(Kind)),
                .before = calloc(n_regs + WF_CALL_ARGS + 1, sizeof(Kind))};
    v.wrong = v.place == NULL || v.handler == NULL || v.now == NULL || v.before == NULL ? "no memory to verify" : NULL;
    if (v.wrong == NULL) {
        const uint64_t n_states = (uint64_t)find_places(&v) * n_regs;
        v.states = n_states > LARGEST ? NULL : calloc(n_states, sizeof(Kind));
        v.wrong = v.states == NULL ? "too large to verify" : NULL;
    }
    for (int32_t r = 0; v.wrong == NULL && r < p->n_regs; r++) {
        v.states[r] = r < n_params ? ANY : r < v.n_cells_to ? EMPTY : UNDEFINED;
    }
    for (v.changed = true; v.changed && v.wrong == NULL;) {
        v.changed = false;
        memset(v.now, 0, n_regs * sizeof(Kind));
        sweep(&v);
    }
    free(v.place);
    free(v.handler);
    free(v.now);
    free(v.before);
    free(v.states);
    return v.wrong;
}
