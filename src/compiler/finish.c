/* finish.c - from a unit's list of instructions to its code object.
 * SPDX-License-Identifier: MIT
 *
 * Design:     passes over the list: what is never reached is dropped; jumps to jumps go straight; a forward data flow finds the
 *             locals that are surely bound, where CHECK_BOUND goes; then addresses, where a fused compare-and-jump that does not reach
 *             its target becomes two instructions, until nothing grows; then the words.
 * Invariants: F1 conditional jumps go forwards (opcodes.def); only JUMP may go backwards, as JUMP_BACK.
 * Threads:    a compilation belongs to one thread. */
#include "code/effects.h"
#include "compiler/gen.h"
#include "objects/str.h"
#include "objects/tuple.h"

typedef struct Finish {
    WfGen *c;
    WfUnit *u;
    WfIns *ins;
    int32_t n;
    int32_t *label_at;  /* index of the label in ins */
    int32_t *offset;    /* words before the instruction; n + 1 entries */
    int32_t n_consts;
    bool any_long;
} Finish;

static bool is_label(const WfIns *i)
{
    return i->op == WF_IR_LABEL;
}

static bool is_compare_jump(unsigned op)
{
    return op >= WF_OP_JLT_F && op <= WF_OP_JGE_T;
}

static bool falls_through(const WfIns *i)
{
    return is_label(i) || (i->op != WF_OP_JUMP && wf_insn_falls_through(wf_insn((WfOp)i->op, 0, 0, 0)));
}

/* --- reachability, threading -------------------------------------------------------------------------------------------- */

static void find_dead(Finish *f)
{
    int32_t *stack = (int32_t *)wf_gen_alloc(f->c, ((size_t)f->n * 2 + 2) * sizeof *stack);
    if (stack == NULL) {
        return;
    }
    for (int32_t i = 0; i < f->n; i++) {
        f->ins[i].dead = true;
    }
    size_t top = 0;
    stack[top++] = 0;
    while (top > 0) {
        for (int32_t i = stack[--top]; i < f->n && f->ins[i].dead; i++) {
            WfIns *x = &f->ins[i];
            x->dead = false;
            if (is_label(x)) {
                continue;
            }
            if (x->label >= 0 && f->ins[f->label_at[x->label]].dead) {
                stack[top++] = f->label_at[x->label];
            }
            if (x->handler >= 0) {
                int32_t h = f->label_at[f->u->catches.data[x->handler].label];
                if (f->ins[h].dead && top < (size_t)f->n * 2) {
                    stack[top++] = h;
                }
            }
            if (!falls_through(x)) {
                break;
            }
        }
    }
}

/* The next instruction that is really there, from i on. */
static int32_t next_live(const Finish *f, int32_t i)
{
    while (i < f->n && (f->ins[i].dead || is_label(&f->ins[i]))) {
        i++;
    }
    return i;
}

static void thread_jumps(Finish *f)
{
    for (int32_t i = 0; i < f->n; i++) {
        WfIns *x = &f->ins[i];
        if (x->dead || is_label(x) || x->label < 0 || x->op == WF_OP_SEND || x->op == WF_OP_FOR_ITER) {
            continue;
        }
        for (int hops = 0; hops < 8; hops++) {
            int32_t to = next_live(f, f->label_at[x->label]);
            if (to >= f->n || f->ins[to].op != WF_OP_JUMP || to == i) {
                break;
            }
            int32_t label = f->ins[to].label;
            if (x->op != WF_OP_JUMP && f->label_at[label] <= i) {
                break; /* F1 */
            }
            if (x->op == WF_OP_JUMP && f->label_at[label] <= i && f->label_at[x->label] > i && x->handler != f->ins[to].handler) {
                break;
            }
            x->label = label;
        }
    }
}

static WfLoc line_before(const Finish *f, int32_t i)
{
    while (--i >= 0) {
        if (!f->ins[i].dead && !is_label(&f->ins[i]) && f->ins[i].loc.lineno > 0) {
            return f->ins[i].loc;
        }
    }
    return (WfLoc){f->u->first_line, 0, f->u->first_line, 0};
}

/* The return at the end of the unit, which the source does not show: each way there gets one of its own with the line
 * that ran last, so that a trace function sees neither a wrong line nor one that did not run. */
static bool split_exits(Finish *f, int32_t end)
{
    int32_t n = f->n;
    for (int32_t i = 0; i < n; i++) {
        WfIns *x = &f->ins[i];
        if (x->dead || is_label(x) || x->label < 0 || next_live(f, f->label_at[x->label]) != end) {
            continue;
        }
        WfLoc loc = x->loc.lineno > 0 ? x->loc : line_before(f, i);
        WfIns exit = {.op = WF_OP_RETURN_NONE, .label = -1, .handler = -1, .loc = loc};
        if (x->op == WF_OP_JUMP) {
            *x = exit;
        } else if (loc.lineno != f->ins[end].loc.lineno) {
            x->label = f->u->n_labels++;
            WfIns label = {.op = WF_IR_LABEL, .label = x->label, .handler = -1};
            if (!wf_vec_push(&f->u->ins, label) || !wf_vec_push(&f->u->ins, exit)) {
                wf_gen_no_memory(f->c);
                return false;
            }
            f->ins = f->u->ins.data;
        }
    }
    f->ins[end].loc = line_before(f, end);
    f->n = (int32_t)f->u->ins.len;
    return true;
}

/* Jumps to the next instruction, and NOPs whose line the next instruction has too. */
static void drop_empty(Finish *f)
{
    for (int32_t i = 0; i < f->n; i++) {
        WfIns *x = &f->ins[i];
        if (x->dead || is_label(x)) {
            continue;
        }
        int32_t next = next_live(f, i + 1);
        if (x->op == WF_OP_JUMP && f->label_at[x->label] > i && next_live(f, f->label_at[x->label]) == next) {
            if (x->loc.lineno == 0 || (next < f->n && f->ins[next].loc.lineno == x->loc.lineno)) {
                x->dead = true;
            } else {
                *x = (WfIns){.op = WF_OP_NOP, .label = -1, .handler = x->handler, .loc = x->loc};
            }
        } else if (x->op == WF_OP_NOP && next < f->n && f->ins[next].loc.lineno == x->loc.lineno) {
            bool joined = false; /* a jump may come in between */
            for (int32_t k = i + 1; k < next; k++) {
                joined |= is_label(&f->ins[k]) && !f->ins[k].dead;
            }
            x->dead = !joined;
        }
    }
}

/* --- which locals are bound --------------------------------------------------------------------------------------------------- */

typedef struct Bound {
    Finish *f;
    int32_t words;
    uint64_t *labels; /* state at each label */
    uint64_t *cur;
    bool changed;
} Bound;

static uint64_t *label_state(const Bound *b, int32_t label)
{
    return b->labels + (size_t)label * (size_t)b->words;
}

static void meet(Bound *b, int32_t label)
{
    uint64_t *to = label_state(b, label);
    for (int32_t k = 0; k < b->words; k++) {
        uint64_t both = to[k] & b->cur[k];
        if (both != to[k]) {
            to[k] = both;
            b->changed = true;
        }
    }
}

static void set_bound(Bound *b, uint32_t reg, bool on)
{
    if (on) {
        b->cur[reg / 64] |= (uint64_t)1 << reg % 64;
    } else {
        b->cur[reg / 64] &= ~((uint64_t)1 << reg % 64);
    }
}

/* Registers below n_locals that the instruction writes. */
static void writes(Bound *b, const WfIns *x, uint32_t n_locals)
{
    if (x->op == WF_OP_DELETE_LOCAL || (x->op == WF_OP_LOADV && x->b == 0)) {
        if ((uint32_t)x->a < n_locals) {
            set_bound(b, (uint32_t)x->a, false);
        }
        return;
    }
    WfEffects e;
    wf_insn_effects(wf_insn((WfOp)x->op, (uint32_t)x->a, (uint32_t)x->b, (uint32_t)x->c), (uint64_t)x->arg, &e);
    for (int k = 0; k < e.n_write; k++) {
        for (uint32_t r = e.write[k].first; r < e.write[k].first + e.write[k].n && r < n_locals; r++) {
            set_bound(b, r, true);
        }
    }
}

static void flow(Bound *b, bool last)
{
    Finish *f = b->f;
    uint32_t n_locals = (uint32_t)f->u->scope->n_locals;
    int32_t params = f->u->scope->n_params;
    memset(b->cur, 0, (size_t)b->words * 8);
    for (int32_t i = 0; i < params; i++) {
        set_bound(b, (uint32_t)i, true);
    }
    int32_t handler = -1;
    bool again = true; /* the handler has not seen this state yet */
    for (int32_t i = 0; i < f->n; i++) {
        WfIns *x = &f->ins[i];
        if (x->dead) {
            continue;
        }
        if (is_label(x)) {
            meet(b, x->label);
            memcpy(b->cur, label_state(b, x->label), (size_t)b->words * 8);
            again = true;
            continue;
        }
        if (x->handler >= 0 && (again || x->handler != handler)) {
            meet(b, f->u->catches.data[x->handler].label);
        }
        handler = x->handler;
        again = false;
        if (x->label >= 0) {
            meet(b, x->label);
        }
        if (x->op == WF_OP_CHECK_BOUND) {
            if (last && (b->cur[x->a / 64] >> x->a % 64 & 1)) {
                x->dead = true;
            }
            set_bound(b, (uint32_t)x->a, true);
        } else {
            again = x->op == WF_OP_DELETE_LOCAL || x->op == WF_OP_LOADV;
            writes(b, x, n_locals);
        }
        if (!falls_through(x)) {
            memset(b->cur, 0xff, (size_t)b->words * 8);
            again = true;
        }
    }
}

static void drop_checks(Finish *f)
{
    int32_t n = f->u->scope->n_locals;
    if (n == 0) {
        return;
    }
    Bound b = {.f = f, .words = (n + 63) / 64};
    size_t size = (size_t)b.words * 8;
    b.labels = (uint64_t *)wf_gen_alloc(f->c, size * (size_t)(f->u->n_labels + 1));
    b.cur = (uint64_t *)wf_gen_alloc(f->c, size);
    if (f->c->failed) {
        return;
    }
    memset(b.labels, 0xff, size * (size_t)(f->u->n_labels + 1));
    do {
        b.changed = false;
        flow(&b, false);
    } while (b.changed);
    flow(&b, true);
}

/* --- constants ------------------------------------------------------------------------------------------------------------ */

static int32_t final_const(Finish *f, int32_t entry)
{
    WfConstEntry *e = &f->u->consts.data[entry];
    if (e->index < 0) {
        e->index = f->n_consts++;
    }
    return e->index;
}

/* Numbers the constants that instructions use, the names first: some instructions have 16 bits for them. */
static void number_consts(Finish *f)
{
    for (int pass = 0; pass < 2; pass++) {
        for (int32_t i = 0; i < f->n; i++) {
            WfIns *x = &f->ins[i];
            if (x->dead || is_label(x)) {
                continue;
            }
            const WfOpInfo *info = &wf_op_info[x->op];
            if (pass == 0) {
                if (info->b == WF_ROLE_N) {
                    x->b = final_const(f, x->b);
                }
                if (info->c == WF_ROLE_N) {
                    x->c = final_const(f, x->c);
                }
            } else if (info->b == WF_ROLE_KW || info->b == WF_ROLE_NW) {
                x->b = final_const(f, x->b);
            } else if (x->op == WF_OP_MAKE_FUNCTION || x->op == WF_OP_CALL_KW || x->op == WF_OP_CALL_METHOD_KW) {
                x->arg = final_const(f, (int32_t)x->arg);
            }
        }
        if (pass == 0 && f->n_consts > 0x10000) {
            f->c->failed = true;
            (void)wf_raise(f->c->t, WF_EXC(OverflowError), "too many names in one block of code");
            return;
        }
    }
}

/* --- addresses -------------------------------------------------------------------------------------------------------------------- */

static int32_t size_of(const WfIns *x)
{
    if (x->dead || is_label(x)) {
        return 0;
    }
    return x->is_long ? 2 : 1 + (wf_op_info[x->op].extra != WF_EXTRA_0);
}

static int32_t target_of(const Finish *f, const WfIns *x)
{
    return f->offset[f->label_at[x->label]];
}

static void assign_addresses(Finish *f)
{
    for (bool again = true; again;) {
        again = false;
        int32_t at = 0;
        for (int32_t i = 0; i < f->n; i++) {
            f->offset[i] = at;
            at += size_of(&f->ins[i]);
        }
        f->offset[f->n] = at;
        for (int32_t i = 0; i < f->n; i++) {
            WfIns *x = &f->ins[i];
            if (!x->dead && !x->is_long && is_compare_jump(x->op) && target_of(f, x) - (f->offset[i] + 1) > INT16_MAX) {
                x->is_long = again = f->any_long = true;
            }
        }
    }
}

/* --- words ---------------------------------------------------------------------------------------------------------------------------- */

static WfPosition position(WfLoc loc)
{
    WfPosition p = {loc.lineno, 0xffff, -1, -1};
    if (loc.lineno <= 0) {
        p.line = 0;
        return p;
    }
    if (loc.end_lineno >= loc.lineno && loc.end_lineno - loc.lineno < 0xffff) {
        p.n_lines = (uint16_t)(loc.end_lineno - loc.lineno);
        if (loc.col_offset >= 0 && loc.col_offset <= INT16_MAX && loc.end_col_offset >= 0 && loc.end_col_offset <= INT16_MAX
            && (loc.col_offset != 0 || loc.end_col_offset != 0)) {
            p.col = (int16_t)loc.col_offset;
            p.end_col = (int16_t)loc.end_col_offset;
        }
    }
    return p;
}

static void encode_one(const Finish *f, int32_t i, WfInsn *out, WfReg scratch)
{
    const WfIns *x = &f->ins[i];
    const WfOpInfo *info = &wf_op_info[x->op];
    int32_t at = f->offset[i];
    uint32_t a = (uint32_t)x->a, b = (uint32_t)x->b, cc = (uint32_t)x->c;
    if (x->is_long) { /* compare into scratch, then jump */
        bool if_true = x->op >= WF_OP_JLT_T;
        WfOp compare = (WfOp)(WF_OP_LT + (x->op - (if_true ? WF_OP_JLT_T : WF_OP_JLT_F)));
        out[0] = wf_insn(compare, (uint32_t)scratch, a, b);
        out[1] = wf_insn_wide(if_true ? WF_OP_JUMP_TRUE : WF_OP_JUMP_FALSE, (uint32_t)scratch, (uint32_t)(target_of(f, x) - (at + 2)));
        return;
    }
    WfOp op = (WfOp)x->op;
    int64_t arg = x->arg;
    if (x->label >= 0) {
        int32_t target = target_of(f, x);
        if (op == WF_OP_JUMP && target <= at) {
            op = WF_OP_JUMP_BACK;
        }
        if (info->b == WF_ROLE_JW) {
            b = (uint32_t)(target - (at + 1));
        } else if (info->c == WF_ROLE_C) {
            cc = (uint32_t)(target - (at + 1));
        } else {
            arg = target - (at + 2);
        }
    }
    bool wide = info->b == WF_ROLE_KW || info->b == WF_ROLE_NW || info->b == WF_ROLE_JW || info->b == WF_ROLE_IW;
    out[0] = wide ? wf_insn_wide(op, a, b) : wf_insn(op, a, b, cc);
    if (info->extra != WF_EXTRA_0) {
        out[1] = info->extra == WF_EXTRA_ARG ? (WfInsn)arg : 0;
    }
}

static int32_t make_handlers(const Finish *f, WfHandler *out)
{
    int32_t n = 0;
    for (int32_t i = 0; i < f->n; i++) {
        const WfIns *x = &f->ins[i];
        int32_t size = size_of(x);
        if (size == 0 || x->handler < 0) {
            continue;
        }
        const WfCatch *k = &f->u->catches.data[x->handler];
        WfHandler h = {(uint32_t)f->offset[i], (uint32_t)(f->offset[i] + size), (uint32_t)f->offset[f->label_at[k->label]], (uint32_t)k->reg};
        if (n > 0 && out[n - 1].end == h.start && out[n - 1].target == h.target && out[n - 1].reg == h.reg) {
            out[n - 1].end = h.end;
        } else {
            out[n++] = h;
        }
    }
    return n;
}

/* --- the object --------------------------------------------------------------------------------------------------------------------------- */

static WfTuple *new_tuple(WfGen *c, int64_t n)
{
    WfTuple *x = wf_tuple_alloc(c->t, n);
    (void)wf_gen_keep(c, x == NULL ? WF_EMPTY : wf_from_object(x));
    return c->failed ? NULL : x;
}

static WfTuple *symbol_names(WfGen *c, WfSymbol *const *v, int32_t n)
{
    WfTuple *x = new_tuple(c, n);
    for (int32_t i = 0; i < n && x != NULL; i++) {
        wf_store(&x->items[i], wf_from_object(v[i]->name->str));
    }
    return x;
}

static bool fill_parts(Finish *f, WfCodeParts *p)
{
    WfGen *c = f->c;
    WfUnit *u = f->u;
    const WfScope *s = u->scope;
    p->consts = new_tuple(c, f->n_consts);
    p->co_consts = new_tuple(c, (int64_t)u->co_consts.len);
    p->co_names = new_tuple(c, (int64_t)u->co_names.len);
    p->varnames = new_tuple(c, s->n_locals);
    p->cellvars = symbol_names(c, s->cells, s->n_cells);
    p->freevars = symbol_names(c, s->frees, s->n_free);
    if (c->failed) {
        return false;
    }
    for (size_t i = 0; i < u->consts.len; i++) {
        if (u->consts.data[i].index >= 0) {
            wf_store(&p->consts->items[u->consts.data[i].index], u->consts.data[i].value);
        }
    }
    for (size_t i = 0; i < u->co_consts.len; i++) {
        wf_store(&p->co_consts->items[i], u->co_consts.data[i]);
    }
    for (size_t i = 0; i < u->co_names.len; i++) {
        wf_store(&p->co_names->items[i], wf_from_object(u->co_names.data[i]->str));
    }
    for (int32_t i = 0; i < s->n_symbols; i++) {
        if (s->symbols[i]->slot >= 0) {
            wf_store(&p->varnames->items[s->symbols[i]->slot], wf_from_object(s->symbols[i]->name->str));
        }
    }
    return true;
}

static bool find_labels(Finish *f)
{
    f->label_at = (int32_t *)wf_gen_alloc(f->c, ((size_t)f->u->n_labels + 1) * sizeof(int32_t));
    f->offset = (int32_t *)wf_gen_alloc(f->c, ((size_t)f->n + 1) * sizeof(int32_t));
    for (int32_t i = 0; i < f->n && !f->c->failed; i++) {
        if (is_label(&f->ins[i])) {
            f->label_at[f->ins[i].label] = i;
        }
    }
    return !f->c->failed;
}

WfValue wf_gen_finish(WfGen *c)
{
    WfUnit *u = c->u;
    bool implicit = false;
    if (u->ins.len == 0 || is_label(&wf_vec_last(&u->ins)) || falls_through(&wf_vec_last(&u->ins))) {
        if (u->ins.len > 0 && !is_label(&wf_vec_last(&u->ins))) {
            u->loc = wf_vec_last(&u->ins).loc;
        }
        u->handler = -1;
        (void)wf_gen_shown_const(c, WF_NONE);
        wf_gen_emit(c, WF_OP_RETURN_NONE, 0, 0, 0);
        implicit = true;
    }
    if (u->max_temp > 0xfff0 && !c->failed) {
        c->failed = true;
        (void)wf_raise(c->t, WF_EXC(OverflowError), "too many variables and intermediate values in one block of code");
    }
    Finish f = {.c = c, .u = u, .ins = u->ins.data, .n = (int32_t)u->ins.len};
    if (c->failed || !find_labels(&f)) {
        return WF_EMPTY;
    }
    find_dead(&f);
    thread_jumps(&f);
    if (implicit && (!split_exits(&f, f.n - 1) || !find_labels(&f))) {
        return WF_EMPTY;
    }
    find_dead(&f);
    drop_empty(&f);
    drop_checks(&f);
    if (!c->failed) {
        number_consts(&f);
    }
    if (c->failed) {
        return WF_EMPTY;
    }
    assign_addresses(&f);
    int32_t words = f.offset[f.n];
    WfInsn *insns = (WfInsn *)wf_gen_alloc(c, (size_t)words * sizeof *insns);
    WfPosition *positions = (WfPosition *)wf_gen_alloc(c, (size_t)words * sizeof *positions);
    WfHandler *handlers = (WfHandler *)wf_gen_alloc(c, ((size_t)f.n + 1) * sizeof *handlers);
    WfCodeParts p = {0};
    if (c->failed || !fill_parts(&f, &p)) {
        return WF_EMPTY;
    }
    for (int32_t i = 0; i < f.n; i++) {
        int32_t size = size_of(&f.ins[i]);
        if (size > 0) {
            encode_one(&f, i, insns + f.offset[i], u->max_temp);
            for (int32_t k = 0; k < size; k++) {
                positions[f.offset[i] + k] = position(f.ins[i].loc);
            }
        }
    }
    p.n_args = u->n_args;
    p.n_posonly = u->n_posonly;
    p.n_kwonly = u->n_kwonly;
    p.n_locals = u->scope->n_locals;
    p.n_regs = u->max_temp + f.any_long;
    p.n_regs = p.n_regs < 1 ? 1 : p.n_regs;
    p.first_line = u->first_line;
    p.flags = u->flags | (c->flags & WF_FUTURE_MASK);
    p.insns = insns;
    p.positions = positions;
    p.n_insns = words;
    p.handlers = handlers;
    p.n_handlers = make_handlers(&f, handlers);
    p.filename = wf_as_str(c->filename);
    p.name = u->name->str;
    p.qualname = u->qualname;
    return wf_code_new(c->t, &p);
}
