/* opcodes.c - the table of instructions, and which registers one reads and writes.
 * SPDX-License-Identifier: MIT */
#include "code/code.h"
#include "code/effects.h"

const WfOpInfo wf_op_info[WF_OP_COUNT] = {
#define OP(name, a, b, c, extra, text) {#name, WF_ROLE_##a, WF_ROLE_##b, WF_ROLE_##c, WF_EXTRA_##extra, text},
#include "code/opcodes.def"
#undef OP
};
_Static_assert(WF_OP_COUNT <= 255, "the loop dispatches on one byte");

static void add_read(WfEffects *e, unsigned first, unsigned n)
{
    if (n > 0) {
        e->read[e->n_read++] = (WfRegRange){first, n};
    }
}
static void add_write(WfEffects *e, unsigned first, unsigned n)
{
    if (n > 0) {
        e->write[e->n_write++] = (WfRegRange){first, n};
    }
}
static void by_role(WfEffects *e, unsigned role, unsigned reg)
{
    switch ((WfRole)role) {
    case WF_ROLE_D: add_write(e, reg, 1); break;
    case WF_ROLE_S: add_read(e, reg, 1); break;
    case WF_ROLE_M:
        add_read(e, reg, 1);
        add_write(e, reg, 1);
        break;
    case WF_ROLE_O:
        if (reg != WF_REG_NONE) {
            add_read(e, reg, 1);
        }
        break;
    default: break;
    }
}

void wf_insn_effects(WfInsn insn, uint64_t arg, WfEffects *e)
{
    const unsigned a = WF_INSN_A(insn), b = WF_INSN_B(insn), c = WF_INSN_C(insn);
    const WfOpInfo *info = &wf_op_info[WF_INSN_OP(insn)];
    memset(e, 0, sizeof *e);
    by_role(e, info->a, a);
    by_role(e, info->b, b);
    by_role(e, info->c, c);
    switch ((WfOp)WF_INSN_OP(insn)) {
    case WF_OP_COPY_FREE: add_write(e, a, b); break;
    case WF_OP_LOAD_SUPER:
    case WF_OP_LOAD_METHOD:
        if (WF_INSN_OP(insn) == WF_OP_LOAD_SUPER) {
            add_read(e, a, 1);
        }
        add_write(e, a, 1);
        add_write(e, a + WF_CALL_ARGS, 1);
        break;
    case WF_OP_CALL:
    case WF_OP_CALL_KW:
        add_read(e, a, 1);
        add_read(e, a + WF_CALL_ARGS, b);
        break;
    case WF_OP_CALL_METHOD:
    case WF_OP_CALL_METHOD_KW:
        add_read(e, a, 1);
        add_read(e, a + WF_CALL_ARGS, b + 1);
        break;
    case WF_OP_CALL_EX:
        add_read(e, a, 1);
        add_read(e, a + WF_CALL_ARGS, b ? 2 : 1);
        break;
    case WF_OP_BUILD_SLICE: add_read(e, b, 3); break;
    case WF_OP_GET_SLICE: add_read(e, c, 2); break;
    case WF_OP_BUILD_TUPLE:
    case WF_OP_BUILD_LIST:
    case WF_OP_BUILD_SET:
    case WF_OP_BUILD_STRING: add_read(e, b, c); break;
    case WF_OP_BUILD_MAP: add_read(e, b, 2 * c); break;
    case WF_OP_FORMAT_VALUE: add_read(e, b, (c & 4) ? 2 : 1); break;
    case WF_OP_UNPACK: add_write(e, a, c); break;
    case WF_OP_UNPACK_EX: add_write(e, a, (c & 255) + 1 + (c >> 8)); break;
    case WF_OP_EXC_GROUP_MATCH: add_write(e, a, 2); break;
    case WF_OP_WITH_LOOKUP:
    case WF_OP_AWITH_LOOKUP:
        add_write(e, a, 1);
        add_write(e, a + WF_CALL_ARGS, 1);
        add_write(e, c, 2);
        break;
    case WF_OP_WITH_EXIT:
        add_read(e, b, 2);
        add_write(e, a, 1);
        add_write(e, a + WF_CALL_ARGS, 4);
        break;
    case WF_OP_MAKE_FUNCTION: add_read(e, b, (unsigned)__builtin_popcount(c & 15)); break;
    case WF_OP_IMPORT_NAME: add_read(e, b, 2); break;
    case WF_OP_MATCH_CLASS: add_read(e, c, 2); break;
    case WF_OP_RETURN_NONE: add_write(e, 0, 1); break;
    case WF_OP_RETURN_GENERATOR: add_write(e, 0, 1); break;
    default: break;
    }
    (void)arg;
}

bool wf_insn_jump(WfInsn insn, uint64_t arg, int64_t word, int64_t *target)
{
    const WfOpInfo *info = &wf_op_info[WF_INSN_OP(insn)];
    if (info->b == WF_ROLE_JW) {
        *target = word + 1 + WF_INSN_SBC(insn);
        return true;
    }
    if (info->c == WF_ROLE_C) {
        *target = word + 1 + WF_INSN_SC(insn);
        return true;
    }
    if (WF_INSN_OP(insn) == WF_OP_FOR_ITER || WF_INSN_OP(insn) == WF_OP_SEND) {
        if ((int64_t)arg > INT32_MAX || (int64_t)arg < INT32_MIN) {
            *target = -1;
        } else {
            *target = word + 2 + (int64_t)arg;
        }
        return true;
    }
    return false;
}

bool wf_insn_falls_through(WfInsn insn)
{
    switch ((WfOp)WF_INSN_OP(insn)) {
    case WF_OP_JUMP:
    case WF_OP_JUMP_BACK:
    case WF_OP_RETURN:
    case WF_OP_RETURN_NONE:
    case WF_OP_RAISE:
    case WF_OP_RAISE_CURRENT:
    case WF_OP_RERAISE:
    case WF_OP_ASSERT_FAIL:
    case WF_OP_END_ASYNC_FOR: return false;
    default: return true;
    }
}
