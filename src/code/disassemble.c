/* disassemble.c - instructions as text, from the roles in opcodes.def.
 * SPDX-License-Identifier: MIT */
#include "code/disassemble.h"

#include "code/effects.h"
#include "model/object.h"
#include "objects/str.h"
#include "objects/tuple.h"

static void put_reg(WfStrBuf *out, const WfCode *c, unsigned r)
{
    const WfTuple *names = WF_LOAD(WfTuple, &c->varnames);
    wf_strbuf_printf(out, " r%u", r);
    if ((int64_t)r < names->length) {
        const WfStr *name = wf_as_str(wf_tuple_at(names, r));
        if (wf_str_is_ascii(name)) {
            wf_strbuf_printf(out, ":%.*s", (int)name->length, (const char *)name->data);
        }
    }
}

static void put_const(WfStrBuf *out, const WfCode *c, uint32_t k)
{
    WfValue v = wf_load(&c->k[k]);
    wf_strbuf_printf(out, " k%u", k);
    if (wf_is_exact_str(v) && wf_str_is_ascii(wf_as_str(v)) && wf_as_str(v)->length < 40) {
        wf_strbuf_printf(out, "=%s", (const char *)wf_as_str(v)->data);
    } else if (wf_is_double(v)) {
        wf_strbuf_printf(out, "=%g", wf_as_double(v));
    } else {
        wf_strbuf_printf(out, "=<%s>", WF_TYPE_NAME(v));
    }
}

static void put_operand(WfStrBuf *out, const WfCode *c, WfInsn insn, unsigned role, unsigned value, int64_t target)
{
    switch ((WfRole)role) {
    case WF_ROLE__: break;
    case WF_ROLE_D:
    case WF_ROLE_S:
    case WF_ROLE_M:
    case WF_ROLE_R: put_reg(out, c, value); break;
    case WF_ROLE_O:
        if (value == WF_REG_NONE) {
            wf_strbuf_puts(out, " -");
        } else {
            put_reg(out, c, value);
        }
        break;
    case WF_ROLE_I: wf_strbuf_printf(out, " %u", value); break;
    case WF_ROLE_J: wf_strbuf_printf(out, " %d", (int)(int16_t)value); break;
    case WF_ROLE_K:
    case WF_ROLE_N: put_const(out, c, value); break;
    case WF_ROLE_KW:
    case WF_ROLE_NW: put_const(out, c, WF_INSN_BC(insn)); break;
    case WF_ROLE_IW: wf_strbuf_printf(out, " %d", (int)WF_INSN_SBC(insn)); break;
    case WF_ROLE_C:
    case WF_ROLE_JW: wf_strbuf_printf(out, " to %lld", (long long)target); break;
    }
}

int32_t wf_disassemble_one(const WfCode *c, int32_t i, WfStrBuf *out)
{
    const WfInsn insn = c->code[i];
    const WfOpInfo *info = &wf_op_info[WF_INSN_OP(insn)];
    const bool extra = info->extra != WF_EXTRA_0;
    const uint64_t arg = extra ? c->code[i + 1] : 0;
    int64_t target = -1;
    bool jumps = wf_insn_jump(insn, arg, i, &target);
    wf_strbuf_printf(out, "%6d %-18s", (int)i, info->name);
    put_operand(out, c, insn, info->a, WF_INSN_A(insn), target);
    put_operand(out, c, insn, info->b, WF_INSN_B(insn), target);
    if (info->b != WF_ROLE_KW && info->b != WF_ROLE_NW && info->b != WF_ROLE_IW && info->b != WF_ROLE_JW) {
        put_operand(out, c, insn, info->c, WF_INSN_C(insn), target);
    }
    if (info->extra == WF_EXTRA_ARG) {
        if (jumps) {
            wf_strbuf_printf(out, " to %lld", (long long)target);
        } else {
            wf_strbuf_printf(out, " arg %lld", (long long)arg);
        }
    }
    return i + 1 + extra;
}

void wf_disassemble(WfThread *t, const WfCode *c, WfStrBuf *out)
{
    int64_t n;
    const char *name = wf_str_utf8_pass(t, wf_load(&c->qualname), &n);
    wf_strbuf_printf(out, "--- %s: %d locals, %d cells, %d free, %d registers, flags %#x\n", name == NULL ? "?" : name, (int)c->n_locals,
                     (int)c->n_cells, (int)c->n_free, (int)c->n_regs, (unsigned)c->flags);
    int32_t line = -1;
    for (int32_t i = 0; i < c->n_insns;) {
        WfPosition p;
        if (wf_code_position(c, i, &p) && p.line != line) {
            line = p.line;
            wf_strbuf_printf(out, "%5d", (int)line);
        } else {
            wf_strbuf_puts(out, "     ");
        }
        i = wf_disassemble_one(c, i, out);
        wf_strbuf_putc(out, '\n');
    }
    const WfRaw *raw = WF_LOAD(WfRaw, &c->handlers);
    for (int32_t i = 0; i < c->n_handlers; i++) {
        const WfHandler *h = (const WfHandler *)(const void *)raw->data + i;
        wf_strbuf_printf(out, "      [%u, %u) to %u, r%u\n", h->start, h->end, h->target, h->reg);
    }
    const WfTuple *consts = WF_LOAD(WfTuple, &c->consts);
    for (int64_t i = 0; i < consts->length; i++) {
        WfValue v = wf_tuple_at(consts, i);
        if (WF_IS_KIND(v, CODE)) {
            wf_disassemble(t, wf_as_code(v), out);
        }
    }
}
