/* emit.c - units, instructions, labels, registers and the table of constants.
 * SPDX-License-Identifier: MIT
 *
 * Design:     constants are equal if type and value are: 1, 1.0, True and 0.0, -0.0 stay apart. Names share the table with
 *             them; co_consts and co_names are lists of their own, for show.
 * Threads:    a compilation belongs to one thread. */
#include "base/hash.h"
#include "compiler/gen.h"
#include "objects/bytes.h"
#include "objects/int.h"
#include "objects/str.h"
#include "objects/tuple.h"

/* --- units --------------------------------------------------------------------------------------------------- */

static WfStr *make_qualname(WfGen *c, const WfUnit *u)
{
    const WfUnit *p = u->prev;
    if (p == NULL || p->kind == WF_UNIT_MODULE) {
        return u->name->str;
    }
    if (u->kind == WF_UNIT_FUNCTION || u->kind == WF_UNIT_ASYNC_FUNCTION || u->kind == WF_UNIT_CLASS) {
        WfName *mangled = wf_gen_mangle(c, p->scope->private, &(WfAstStr){u->name->data, u->name->len});
        const WfSymbol *sym = mangled == NULL ? NULL : wf_scope_lookup(p->scope, mangled);
        if (sym != NULL && sym->scope == WF_SCOPE_GLOBAL_EXPLICIT) {
            return u->name->str;
        }
    }
    bool function = p->kind == WF_UNIT_FUNCTION || p->kind == WF_UNIT_ASYNC_FUNCTION || p->kind == WF_UNIT_LAMBDA;
    WfValue v = wf_gen_keep(c, wf_str_format(c->t, function ? "%U.<locals>.%U" : "%U.%U", p->qualname, u->name->str));
    return c->failed ? u->name->str : wf_as_str(v);
}

void wf_gen_push_unit(WfGen *c, WfUnit *u, WfUnitKind kind, WfScope *scope, WfName *name, int32_t first_line)
{
    *u = (WfUnit){.prev = c->u, .kind = kind, .scope = scope, .name = name, .first_line = first_line, .handler = -1};
    u->n_fixed = scope->n_locals + scope->n_cells + scope->n_free;
    u->temp = u->max_temp = u->n_fixed;
    u->loc = (WfLoc){first_line, 0, first_line, 0};
    u->qualname = make_qualname(c, u);
    c->u = u;
}

void wf_gen_pop_unit(WfGen *c)
{
    WfUnit *u = c->u;
    wf_vec_free(&u->ins);
    wf_vec_free(&u->catches);
    wf_vec_free(&u->consts);
    wf_vec_free(&u->const_table);
    wf_vec_free(&u->co_consts);
    wf_vec_free(&u->co_names);
    c->u = u->prev;
}

/* --- instructions ------------------------------------------------------------------------------------------- */

static WfIns *push(WfGen *c, WfIns ins)
{
    WfUnit *u = c->u;
    if (!wf_vec_push(&u->ins, ins)) {
        wf_gen_no_memory(c);
        return NULL;
    }
    return &wf_vec_last(&u->ins);
}

WfIns *wf_gen_emit_arg(WfGen *c, WfOp op, int32_t a, int32_t b, int32_t cc, int64_t arg)
{
    if (c->failed) {
        return NULL;
    }
    return push(c, (WfIns){.op = (uint16_t)op, .a = a, .b = b, .c = cc, .label = -1, .handler = c->u->handler, .arg = arg, .loc = c->u->loc});
}

WfIns *wf_gen_emit(WfGen *c, WfOp op, int32_t a, int32_t b, int32_t cc)
{
    return wf_gen_emit_arg(c, op, a, b, cc, 0);
}

void wf_gen_jump(WfGen *c, WfOp op, int32_t a, int32_t b, WfLabel target)
{
    WfIns *ins = wf_gen_emit(c, op, a, b, 0);
    if (ins != NULL) {
        ins->label = target;
    }
}

WfLabel wf_gen_label(WfGen *c)
{
    return c->u->n_labels++;
}

void wf_gen_place(WfGen *c, WfLabel l)
{
    if (!c->failed) {
        (void)push(c, (WfIns){.op = WF_IR_LABEL, .label = l, .handler = -1});
    }
}

int32_t wf_gen_catch(WfGen *c, WfLabel label, WfReg reg)
{
    if (!wf_vec_push(&c->u->catches, ((WfCatch){label, reg}))) {
        wf_gen_no_memory(c);
        return -1;
    }
    return (int32_t)c->u->catches.len - 1;
}

WfReg wf_gen_temps(WfGen *c, int32_t n)
{
    WfUnit *u = c->u;
    WfReg r = u->temp;
    u->temp += n;
    if (u->temp > u->max_temp) {
        u->max_temp = u->temp;
    }
    return r;
}

WfReg wf_gen_temp(WfGen *c)
{
    return wf_gen_temps(c, 1);
}

void wf_gen_move(WfGen *c, WfReg dst, WfReg src)
{
    if (dst != src) {
        wf_gen_emit(c, WF_OP_MOVE, dst, src, 0);
    }
}

/* --- constants ------------------------------------------------------------------------------------------------ */

static uint64_t const_hash(WfValue v)
{
    if (wf_is_exact_str(v)) {
        return wf_hash_mix((uint64_t)wf_str_hash(wf_as_str(v)));
    }
    if (WF_IS_EXACT(v, BYTES)) {
        return wf_hash_mix((uint64_t)wf_bytes_hash(wf_as_bytes(v)) + 1);
    }
    if (WF_IS_EXACT(v, INT)) {
        return wf_hash_mix((uint64_t)wf_int_hash(v) + 2);
    }
    if (WF_IS_EXACT(v, COMPLEX)) {
        return 77;
    }
    if (WF_IS_EXACT(v, TUPLE)) {
        uint64_t h = 3;
        for (int64_t i = 0; i < wf_as_tuple(v)->length; i++) {
            h = wf_hash_mix(h * 31 + const_hash(wf_tuple_at(wf_as_tuple(v), i)));
        }
        return h;
    }
    return wf_hash_mix(v.bits);
}

static bool const_same(WfValue a, WfValue b)
{
    if (wf_is(a, b)) {
        return true;
    }
    if (!wf_is_object(a) || !wf_is_object(b) || wf_type(a) != wf_type(b)) {
        return false;
    }
    if (wf_is_exact_str(a)) {
        return wf_str_equal(wf_as_str(a), wf_as_str(b));
    }
    if (WF_IS_EXACT(a, BYTES)) {
        const WfBytes *x = wf_as_bytes(a), *y = wf_as_bytes(b);
        return x->length == y->length && memcmp(x->data, y->data, (size_t)x->length) == 0;
    }
    if (WF_IS_EXACT(a, INT)) {
        return wf_int_compare(a, b) == 0;
    }
    if (WF_IS_EXACT(a, COMPLEX)) {
        return memcmp(&WF_AS(WfComplex, a)->real, &WF_AS(WfComplex, b)->real, 2 * sizeof(double)) == 0;
    }
    if (WF_IS_EXACT(a, TUPLE)) {
        const WfTuple *x = wf_as_tuple(a), *y = wf_as_tuple(b);
        bool same = x->length == y->length;
        for (int64_t i = 0; i < x->length && same; i++) {
            same = const_same(wf_tuple_at(x, i), wf_tuple_at(y, i));
        }
        return same;
    }
    return false;
}

static bool grow_consts(WfGen *c, WfUnit *u)
{
    size_t size = u->const_table.len == 0 ? 32 : u->const_table.len * 2;
    if (!wf_vec_reserve(&u->const_table, size)) {
        wf_gen_no_memory(c);
        return false;
    }
    memset(u->const_table.data, 0, size * sizeof(int32_t));
    u->const_table.len = size;
    for (size_t i = 0; i < u->consts.len; i++) {
        size_t at = u->consts.data[i].hash & (size - 1);
        while (u->const_table.data[at] != 0) {
            at = (at + 1) & (size - 1);
        }
        u->const_table.data[at] = (int32_t)i + 1;
    }
    return true;
}

static WfConstEntry *const_entry(WfGen *c, WfValue v)
{
    WfUnit *u = c->u;
    if (c->failed || ((u->consts.len + 1) * 2 > u->const_table.len && !grow_consts(c, u))) {
        return NULL;
    }
    uint64_t h = const_hash(v);
    size_t mask = u->const_table.len - 1;
    size_t at = h & mask;
    for (; u->const_table.data[at] != 0; at = (at + 1) & mask) {
        WfConstEntry *e = &u->consts.data[u->const_table.data[at] - 1];
        if (e->hash == h && const_same(e->value, v)) {
            return e;
        }
    }
    (void)wf_gen_keep(c, v);
    WfConstEntry fresh = {.value = v, .index = -1, .co_index = -1, .hash = h};
    if (!wf_vec_push(&u->consts, fresh)) {
        wf_gen_no_memory(c);
        return NULL;
    }
    u->const_table.data[at] = (int32_t)u->consts.len;
    return &wf_vec_last(&u->consts);
}

static int32_t entry_number(const WfGen *c, const WfConstEntry *e)
{
    return e == NULL ? 0 : (int32_t)(e - c->u->consts.data);
}

int32_t wf_gen_const(WfGen *c, WfValue v)
{
    return entry_number(c, const_entry(c, v));
}

int32_t wf_gen_shown_const(WfGen *c, WfValue v)
{
    WfConstEntry *e = const_entry(c, v);
    if (e == NULL) {
        return 0;
    }
    if (e->co_index < 0) {
        e->co_index = (int32_t)c->u->co_consts.len;
        if (!wf_vec_push(&c->u->co_consts, e->value)) {
            wf_gen_no_memory(c);
        }
    }
    return entry_number(c, e);
}

int32_t wf_gen_local_name(WfGen *c, WfName *n)
{
    return n == NULL ? 0 : wf_gen_const(c, wf_from_object(n->str));
}

int32_t wf_gen_name_const(WfGen *c, WfName *n)
{
    if (n == NULL || c->failed) {
        return 0;
    }
    WfConstEntry *e = const_entry(c, wf_from_object(n->str));
    if (e != NULL && !e->in_names) {
        e->in_names = true;
        if (!wf_vec_push(&c->u->co_names, n)) {
            wf_gen_no_memory(c);
        }
    }
    return wf_gen_local_name(c, n);
}

void wf_gen_load_imm(WfGen *c, WfValue v, WfReg dst)
{
    wf_gen_emit(c, WF_OP_LOADV, dst, (int32_t)v.bits, 0);
}

void wf_gen_load_const(WfGen *c, WfValue v, WfReg dst)
{
    int32_t k = wf_gen_shown_const(c, v);
    if (wf_is_none(v) || wf_is_bool(v) || v.bits == WF_ELLIPSIS.bits) {
        wf_gen_load_imm(c, v, dst);
    } else if (wf_is_int(v) && wf_as_int(v) >= INT32_MIN && wf_as_int(v) <= INT32_MAX) {
        wf_gen_emit(c, WF_OP_LOADI, dst, (int32_t)wf_as_int(v), 0);
    } else {
        wf_gen_emit(c, WF_OP_LOADK, dst, k, 0);
    }
}
