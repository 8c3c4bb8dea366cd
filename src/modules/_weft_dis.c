/* _weft_dis.c - module _weft_dis: instructions as numbers and names, for lib/dis.py.
 * SPDX-License-Identifier: MIT */
#include "code/code.h"
#include "code/effects.h"
#include "model/builtin.h"
#include "objects/int.h"
#include "objects/list.h"
#include "objects/str.h"
#include "objects/tuple.h"

static const char *const role_names[] = {
    [WF_ROLE__] = "", [WF_ROLE_D] = "D", [WF_ROLE_S] = "S", [WF_ROLE_M] = "M", [WF_ROLE_O] = "O", [WF_ROLE_I] = "I", [WF_ROLE_J] = "J",
    [WF_ROLE_K] = "K", [WF_ROLE_N] = "N", [WF_ROLE_C] = "C", [WF_ROLE_KW] = "K", [WF_ROLE_NW] = "N", [WF_ROLE_JW] = "C",
    [WF_ROLE_IW] = "J", [WF_ROLE_R] = "R"};

static WfStatus operand(WfThread *t, WfList *out, const WfCode *c, WfInsn insn, unsigned role, unsigned value, int64_t target)
{
    WfValue v;
    switch ((WfRole)role) {
    case WF_ROLE__: return WF_OK;
    case WF_ROLE_J: v = wf_small_int((int16_t)value); break;
    case WF_ROLE_IW: v = wf_small_int(WF_INSN_SBC(insn)); break;
    case WF_ROLE_K:
    case WF_ROLE_N: v = wf_load(&c->k[value]); break;
    case WF_ROLE_KW:
    case WF_ROLE_NW: v = wf_load(&c->k[WF_INSN_BC(insn)]); break;
    case WF_ROLE_C:
    case WF_ROLE_JW: v = wf_small_int(target * 2); break;
    case WF_ROLE_O: v = value == WF_REG_NONE ? WF_NONE : wf_small_int(value); break;
    default: v = wf_small_int(value);
    }
    WfValue name = wf_str_from_cstr(t, role_names[role]);
    WfValue pair = wf_is_empty(name) ? WF_EMPTY : wf_tuple_pair(t, name, v);
    return wf_is_empty(pair) ? WF_RAISED : wf_list_append(t, out, pair);
}
static WfValue instructions(WfThread *t, WfValue *a)
{
    if (!WF_IS_KIND(a[0], CODE)) {
        return wf_raise(t, WF_EXC(TypeError), "instructions() argument must be code, not %T", a[0]);
    }
    WfCode *c = wf_as_code(a[0]);
    if (wf_code_load(t, c) != WF_OK) {
        return WF_EMPTY;
    }
    WfValue list = wf_list_new(t, c->n_insns);
    if (wf_is_empty(list)) {
        return list;
    }
    for (int32_t i = 0; i < c->n_insns; i++) {
        const int32_t at = i;
        const WfInsn insn = c->code[i];
        const WfOpInfo *info = &wf_op_info[WF_INSN_OP(insn)];
        const uint64_t arg = info->extra == WF_EXTRA_ARG ? c->code[i + 1] : 0;
        i += info->extra != WF_EXTRA_0;
        int64_t target = -1;
        const bool jumps = wf_insn_jump(insn, arg, at, &target);
        WfValue operands = wf_list_new(t, 4);
        if (wf_is_empty(operands)) {
            return operands;
        }
        WfList *out = wf_as_list(operands);
        if (WF_INSN_OP(insn) == WF_OP_LOADV) { /* the word of an immediate is its value */
            WfValue v = WF_VALUE(WF_INSN_B(insn)), k = wf_str_from_cstr(t, "K");
            WfValue pair = wf_is_empty(k) ? k : wf_tuple_pair(t, k, wf_is_empty(v) ? WF_NONE : v);
            if (operand(t, out, c, insn, info->a, WF_INSN_A(insn), target) != WF_OK || wf_is_empty(pair)
                || wf_list_append(t, out, pair) != WF_OK) {
                return WF_EMPTY;
            }
        } else {
            const bool wide = info->b == WF_ROLE_KW || info->b == WF_ROLE_NW || info->b == WF_ROLE_JW || info->b == WF_ROLE_IW;
            if (operand(t, out, c, insn, info->a, WF_INSN_A(insn), target) != WF_OK
                || operand(t, out, c, insn, info->b, WF_INSN_B(insn), target) != WF_OK
                || (!wide && operand(t, out, c, insn, info->c, WF_INSN_C(insn), target) != WF_OK)) {
                return WF_EMPTY;
            }
        }
        WfValue extra = info->extra != WF_EXTRA_ARG || jumps ? WF_NONE : wf_int_from_u64(t, arg);
        if (!wf_is_none(extra) && (WF_INSN_OP(insn) == WF_OP_CALL_KW || WF_INSN_OP(insn) == WF_OP_CALL_METHOD_KW
                                   || WF_INSN_OP(insn) == WF_OP_MAKE_FUNCTION)) {
            extra = wf_load(&c->k[arg]);
        }
        WfValue tuple = wf_list_to_tuple(t, out);
        WfValue entry = wf_is_empty(tuple) || wf_is_empty(extra) ? WF_EMPTY
                            : WF_TUPLE_OF(t, wf_small_int((int64_t)at * 2), wf_small_int(WF_INSN_OP(insn)), tuple, extra,
                                          jumps ? wf_small_int(target * 2) : WF_NONE);
        if (wf_is_empty(entry) || wf_list_append(t, wf_as_list(list), entry) != WF_OK) {
            return WF_EMPTY;
        }
    }
    return list;
}
static WfValue handlers(WfThread *t, WfValue *a)
{
    if (!WF_IS_KIND(a[0], CODE)) {
        return wf_raise(t, WF_EXC(TypeError), "handlers() argument must be code, not %T", a[0]);
    }
    WfCode *c = wf_as_code(a[0]);
    if (wf_code_load(t, c) != WF_OK) {
        return WF_EMPTY;
    }
    const WfRaw *raw = WF_LOAD(WfRaw, &c->handlers);
    WfValue list = wf_list_new(t, c->n_handlers);
    for (int32_t i = 0; i < c->n_handlers && !wf_is_empty(list); i++) {
        const WfHandler *h = (const WfHandler *)(const void *)raw->data + i;
        WfValue entry = WF_TUPLE_OF(t, wf_small_int((int64_t)h->start * 2), wf_small_int((int64_t)h->end * 2),
                                    wf_small_int((int64_t)h->target * 2), wf_small_int(h->reg));
        if (wf_is_empty(entry) || wf_list_append(t, wf_as_list(list), entry) != WF_OK) {
            return WF_EMPTY;
        }
    }
    return list;
}
static WfValue operations(WfThread *t, WfValue *a)
{
    WfValue list = wf_list_new(t, WF_OP_COUNT);
    for (int i = 0; i < WF_OP_COUNT && !wf_is_empty(list); i++) {
        WfValue name = wf_str_from_cstr(t, wf_op_info[i].name);
        WfValue text = wf_is_empty(name) ? name : wf_str_from_cstr(t, wf_op_info[i].text);
        WfValue pair = wf_is_empty(text) ? text : wf_tuple_pair(t, name, text);
        if (wf_is_empty(pair) || wf_list_append(t, wf_as_list(list), pair) != WF_OK) {
            return WF_EMPTY;
        }
    }
    return list;
}
static const WfBuiltinDef functions[] = {
    {"instructions", instructions, "(code, /)", "List of (offset, opcode, operands, extra, jump target).", 0},
    {"handlers", handlers, "(code, /)", "List of (start, end, target, register).", 0},
    {"operations", operations, "()", "List of (name, what it does), by opcode.", 0},
    {0}};
const WfModuleDef wf_module__weft_dis = {.name = "_weft_dis", .doc = "Support for module dis.", .functions = functions};
