/* verify.c - checks instructions before they become a code object.
 * SPDX-License-Identifier: MIT */
#include "code/verify.h"

#include "code/effects.h"
#include "objects/str.h"
#include "objects/tuple.h"

#include <stdlib.h>

static const char *check_const(const WfCodeParts *p, unsigned role, uint64_t index)
{
    if (role != WF_ROLE_K && role != WF_ROLE_N && role != WF_ROLE_KW && role != WF_ROLE_NW) {
        return NULL;
    }
    if (index >= (uint64_t)p->consts->length) {
        return "constant out of range";
    }
    if ((role == WF_ROLE_N || role == WF_ROLE_NW) && !wf_is_exact_str(wf_tuple_at(p->consts, (int64_t)index))) {
        return "name is no string";
    }
    return NULL;
}

static bool is_cell_register(const WfCodeParts *p, unsigned reg)
{
    int64_t cells = p->cellvars->length + p->freevars->length;
    return (int64_t)reg >= p->n_locals && (int64_t)reg < p->n_locals + cells;
}

static const char *check_insn(const WfCodeParts *p, WfInsn insn, uint64_t arg)
{
    const WfOpInfo *info = &wf_op_info[WF_INSN_OP(insn)];
    const char *wrong = check_const(p, info->a, WF_INSN_A(insn));
    if (wrong == NULL) {
        wrong = check_const(p, info->b, info->b == WF_ROLE_KW || info->b == WF_ROLE_NW ? WF_INSN_BC(insn) : WF_INSN_B(insn));
    }
    if (wrong == NULL) {
        wrong = check_const(p, info->c, WF_INSN_C(insn));
    }
    if (wrong != NULL) {
        return wrong;
    }
    WfEffects e;
    wf_insn_effects(insn, arg, &e);
    for (int i = 0; i < e.n_read + e.n_write; i++) {
        WfRegRange r = i < e.n_read ? e.read[i] : e.write[i - e.n_read];
        if ((uint64_t)r.first + r.n > (uint64_t)p->n_regs) {
            return "register out of range";
        }
    }
    switch ((WfOp)WF_INSN_OP(insn)) {
    case WF_OP_LOADV: {
        unsigned b = WF_INSN_B(insn);
        bool known = b == 0 || b == WF_NONE.bits || b == WF_TRUE.bits || b == WF_FALSE.bits || b == WF_ELLIPSIS.bits
                     || b == WF_NOT_IMPLEMENTED.bits;
        return known ? NULL : "unknown immediate";
    }
    case WF_OP_LOAD_DEREF:
    case WF_OP_LOAD_CLASSDEREF: return is_cell_register(p, WF_INSN_B(insn)) ? NULL : "no cell register";
    case WF_OP_STORE_DEREF:
    case WF_OP_DELETE_DEREF:
    case WF_OP_MAKE_CELL: return is_cell_register(p, WF_INSN_A(insn)) ? NULL : "no cell register";
    case WF_OP_COPY_FREE:
        return (int64_t)WF_INSN_A(insn) == p->n_locals + p->cellvars->length && (int64_t)WF_INSN_B(insn) == p->freevars->length
                   ? NULL
                   : "wrong free variables";
    case WF_OP_MAKE_FUNCTION:
        return arg < (uint64_t)p->consts->length && WF_IS_KIND(wf_tuple_at(p->consts, (int64_t)arg), CODE) ? NULL : "constant is no code";
    case WF_OP_CALL_KW:
    case WF_OP_CALL_METHOD_KW: {
        if (arg >= (uint64_t)p->consts->length || !wf_is_tuple(wf_tuple_at(p->consts, (int64_t)arg))) {
            return "constant is no tuple";
        }
        const WfTuple *names = wf_as_tuple(wf_tuple_at(p->consts, (int64_t)arg));
        if (names->length > (int64_t)WF_INSN_B(insn)) {
            return "too many keywords";
        }
        for (int64_t i = 0; i < names->length; i++) {
            if (!wf_is_exact_str(wf_tuple_at(names, i))) {
                return "keyword is no string";
            }
        }
        return NULL;
    }
    case WF_OP_RETURN_GENERATOR:
    case WF_OP_YIELD:
        return (p->flags & (WF_CO_GENERATOR | WF_CO_COROUTINE | WF_CO_ASYNC_GENERATOR)) ? NULL : "yield outside of a generator";
    case WF_OP_INPLACE: return WF_INSN_C(insn) <= WF_BIN_COUNT ? NULL : "unknown operator";
    default: return NULL;
    }
}

static const char *check_jumps(const WfCodeParts *p, const uint8_t *start)
{
    for (int32_t i = 0; i < p->n_insns; i++) {
        const WfInsn insn = p->insns[i];
        const bool extra = wf_op_info[WF_INSN_OP(insn)].extra != WF_EXTRA_0;
        int64_t target;
        if (wf_insn_jump(insn, extra ? p->insns[i + 1] : 0, i, &target) && (target < 0 || target >= p->n_insns || !start[target])) {
            return "jump out of range";
        }
        i += extra;
        if (i + 1 == p->n_insns && wf_insn_falls_through(insn)) {
            return "runs off the end";
        }
    }
    for (int32_t k = 0; k < p->n_handlers; k++) {
        const WfHandler *h = &p->handlers[k];
        if (h->start > h->end || h->end > (uint32_t)p->n_insns || h->target >= (uint32_t)p->n_insns || !start[h->target]
            || h->reg >= (uint32_t)p->n_regs) {
            return "handler out of range";
        }
    }
    return NULL;
}

const char *wf_code_verify(const WfCodeParts *p)
{
    int64_t params = (int64_t)p->n_args + p->n_kwonly + ((p->flags & WF_CO_VARARGS) != 0) + ((p->flags & WF_CO_VARKEYWORDS) != 0);
    int64_t fixed = (int64_t)p->n_locals + p->cellvars->length + p->freevars->length;
    if (p->n_insns <= 0 || p->n_args < 0 || p->n_posonly < 0 || p->n_posonly > p->n_args || p->n_kwonly < 0 || p->n_locals < params
        || p->varnames->length != p->n_locals || p->n_regs < fixed || p->n_regs < 1 || p->n_regs > 0xffff) {
        return "counts do not fit";
    }
    const bool generator = (p->flags & (WF_CO_GENERATOR | WF_CO_COROUTINE | WF_CO_ASYNC_GENERATOR)) != 0;
    if (generator != (WF_INSN_OP(p->insns[0]) == WF_OP_RETURN_GENERATOR)) {
        return "generator flag and code differ";
    }
    uint8_t *start = (uint8_t *)calloc(1, (size_t)p->n_insns + 1);
    if (start == NULL) {
        return "no memory to verify";
    }
    const char *wrong = NULL;
    for (int32_t i = 0; i < p->n_insns && wrong == NULL; i++) {
        const WfInsn insn = p->insns[i];
        if (WF_INSN_OP(insn) >= WF_OP_COUNT || WF_INSN_OP(insn) == WF_OP_LOAD_CODE) {
            wrong = "unknown instruction";
            break;
        }
        if (WF_INSN_OP(insn) == WF_OP_RETURN_GENERATOR && i != 0) {
            wrong = "generator made twice";
            break;
        }
        start[i] = 1;
        const bool extra = wf_op_info[WF_INSN_OP(insn)].extra != WF_EXTRA_0;
        if (extra && i + 1 >= p->n_insns) {
            wrong = "word missing";
            break;
        }
        wrong = check_insn(p, insn, extra ? p->insns[i + 1] : 0);
        i += extra;
    }
    if (wrong == NULL) {
        wrong = check_jumps(p, start);
    }
    free(start);
    return wrong;
}
