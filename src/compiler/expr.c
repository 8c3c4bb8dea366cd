/* expr.c - code for expressions.
 * SPDX-License-Identifier: MIT
 *
 * Design:     wf_gen_expr_to writes a given register; wf_gen_expr says where the value is, which for a local is its own register, so
 *             that reading it costs nothing. Conditions become jumps (wf_gen_jump_if), comparisons fuse with them.
 * Invariants: E1 a destination below n_fixed is written by the last instruction only: when an exception is raised, or a later
 *             part of the expression reads the local, its old value must be there. */
#include "compiler/gen.h"

#include "objects/str.h"
#include "objects/tuple.h"

static const uint8_t binary_ops[] = {
    [WF_AST_Add] = WF_OP_ADD, [WF_AST_Sub] = WF_OP_SUB, [WF_AST_Mult] = WF_OP_MUL, [WF_AST_MatMult] = WF_OP_MATMUL,
    [WF_AST_Div] = WF_OP_TRUEDIV, [WF_AST_Mod] = WF_OP_MOD, [WF_AST_Pow] = WF_OP_POW, [WF_AST_LShift] = WF_OP_LSHIFT,
    [WF_AST_RShift] = WF_OP_RSHIFT, [WF_AST_BitOr] = WF_OP_OR, [WF_AST_BitXor] = WF_OP_XOR, [WF_AST_BitAnd] = WF_OP_AND,
    [WF_AST_FloorDiv] = WF_OP_FLOORDIV,
};

WfOp wf_gen_binary_op(WfOperator op)
{
    return (WfOp)binary_ops[op];
}

/* --- constants ------------------------------------------------------------------------------------------------- */

bool wf_gen_small_const(WfExpr *e, int32_t *out)
{
    if (e->kind != WF_AST_Constant || e->Constant.value.kind != WF_CONST_INT || e->Constant.value.i < INT16_MIN
        || e->Constant.value.i > INT16_MAX) {
        return false;
    }
    *out = (int32_t)e->Constant.value.i;
    return true;
}

static bool is_debug_name(const WfExpr *e)
{
    return e->kind == WF_AST_Name && e->Name.id->len == 9 && memcmp(e->Name.id->data, "__debug__", 9) == 0;
}

int wf_gen_const_truth(WfGen *c, WfExpr *e)
{
    if (is_debug_name(e)) {
        return c->optimize == 0;
    }
    if (e->kind != WF_AST_Constant) {
        return -1;
    }
    const WfConst *k = &e->Constant.value;
    switch ((WfConstKind)k->kind) {
    case WF_CONST_NONE:
    case WF_CONST_FALSE: return 0;
    case WF_CONST_TRUE:
    case WF_CONST_ELLIPSIS:
    case WF_CONST_BIGINT: return 1;
    case WF_CONST_INT: return k->i != 0;
    case WF_CONST_FLOAT: return k->real != 0;
    case WF_CONST_COMPLEX: return k->real != 0 || k->imag != 0;
    case WF_CONST_STR:
    case WF_CONST_BYTES: return k->str->len != 0;
    case WF_CONST_OBJECT:
        if (!c->failed) {
            WfFound found = wf_truth(c->t, WF_VALUE(k->object));
            if (found == WF_ERROR) {
                c->failed = true;
            }
            return found == WF_FOUND;
        }
        return -1;
    }
    return -1;
}

/* --- operands ---------------------------------------------------------------------------------------------------- */

WfReg wf_gen_expr_in(WfGen *c, WfExpr *e, WfReg hint)
{
    if (e->kind == WF_AST_Name && !is_debug_name(e)) {
        WfLoc loc = c->u->loc;
        c->u->loc = e->loc;
        WfReg local = wf_gen_local(c, wf_gen_mangled(c, e->Name.id));
        c->u->loc = loc;
        if (local != WF_NO_REG) {
            return local;
        }
    }
    WfReg dst = hint != WF_NO_REG && wf_gen_is_temp(c, hint) ? hint : wf_gen_temp(c);
    wf_gen_expr_to(c, e, dst);
    return dst;
}

WfReg wf_gen_expr(WfGen *c, WfExpr *e)
{
    return wf_gen_expr_in(c, e, WF_NO_REG);
}

/* May evaluating e bind a local anew? */
static bool rebinds(const WfGen *c, const WfExpr *e)
{
    return c->u->scope->has_walrus && e != NULL && e->kind != WF_AST_Name && e->kind != WF_AST_Constant;
}

static WfReg operand_in(WfGen *c, WfExpr *e, WfReg hint, const WfExpr *later)
{
    WfReg r = wf_gen_expr_in(c, e, hint);
    if (!wf_gen_is_temp(c, r) && rebinds(c, later)) {
        WfReg copy = hint != WF_NO_REG && wf_gen_is_temp(c, hint) ? hint : wf_gen_temp(c);
        wf_gen_move(c, copy, r);
        return copy;
    }
    return r;
}

WfReg wf_gen_operand(WfGen *c, WfExpr *e, WfExpr *later)
{
    return operand_in(c, e, WF_NO_REG, later);
}

/* --- operators ------------------------------------------------------------------------------------------------------ */

static bool immediate_op(WfOperator op, WfOp *out)
{
    switch (op) {
    case WF_AST_Add: *out = WF_OP_ADD_I; return true;
    case WF_AST_Sub: *out = WF_OP_SUB_I; return true;
    case WF_AST_Mult: *out = WF_OP_MUL_I; return true;
    case WF_AST_FloorDiv: *out = WF_OP_FLOORDIV_I; return true;
    case WF_AST_Mod: *out = WF_OP_MOD_I; return true;
    case WF_AST_BitAnd: *out = WF_OP_AND_I; return true;
    case WF_AST_LShift: *out = WF_OP_LSHIFT_I; return true;
    case WF_AST_RShift: *out = WF_OP_RSHIFT_I; return true;
    default: return false;
    }
}

static void binary(WfGen *c, WfExpr *e, WfReg dst)
{
    WfOp op;
    int32_t imm;
    WfReg left = operand_in(c, e->BinOp.left, dst, e->BinOp.right);
    if (wf_gen_small_const(e->BinOp.right, &imm) && immediate_op(e->BinOp.op, &op)) {
        (void)wf_gen_shown_const(c, wf_small_int(imm));
        wf_gen_emit(c, op, dst, left, imm);
        return;
    }
    WfReg right = wf_gen_expr_in(c, e->BinOp.right, left == dst ? WF_NO_REG : dst);
    wf_gen_emit(c, wf_gen_binary_op(e->BinOp.op), dst, left, right);
}

static void unary(WfGen *c, WfExpr *e, WfReg dst)
{
    static const uint8_t ops[] = {[WF_AST_Invert] = WF_OP_INVERT, [WF_AST_Not] = WF_OP_NOT, [WF_AST_UAdd] = WF_OP_POS, [WF_AST_USub] = WF_OP_NEG};
    WfReg r = wf_gen_expr_in(c, e->UnaryOp.operand, dst);
    wf_gen_emit(c, (WfOp)ops[e->UnaryOp.op], dst, r, 0);
}

/* a and b and c: into one temporary, from there to dst (E1). */
static void bool_op(WfGen *c, WfExpr *e, WfReg dst)
{
    WfReg r = wf_gen_is_temp(c, dst) ? dst : wf_gen_temp(c);
    WfOp op = e->BoolOp.op == WF_AST_And ? WF_OP_JUMP_FALSE : WF_OP_JUMP_TRUE;
    WfLabel end = wf_gen_label(c);
    size_t n = e->BoolOp.values.len;
    for (size_t i = 0; i < n; i++) {
        wf_gen_expr_to(c, e->BoolOp.values.data[i], r);
        if (i + 1 < n) {
            wf_gen_jump(c, op, r, 0, end);
        }
    }
    wf_gen_place(c, end);
    wf_gen_move(c, dst, r);
}

static void if_exp(WfGen *c, WfExpr *e, WfReg dst)
{
    WfLabel orelse = wf_gen_label(c), end = wf_gen_label(c);
    wf_gen_jump_if(c, e->IfExp.test, orelse, false);
    wf_gen_expr_to(c, e->IfExp.body, dst);
    wf_gen_jump(c, WF_OP_JUMP, 0, 0, end);
    wf_gen_place(c, orelse);
    wf_gen_expr_to(c, e->IfExp.orelse, dst);
    wf_gen_place(c, end);
}

/* --- comparison ------------------------------------------------------------------------------------------------------ */

static const uint8_t compare_ops[] = {
    [WF_AST_Eq] = WF_OP_EQ, [WF_AST_NotEq] = WF_OP_NE, [WF_AST_Lt] = WF_OP_LT, [WF_AST_LtE] = WF_OP_LE, [WF_AST_Gt] = WF_OP_GT,
    [WF_AST_GtE] = WF_OP_GE, [WF_AST_Is] = WF_OP_IS, [WF_AST_IsNot] = WF_OP_IS_NOT, [WF_AST_In] = WF_OP_IN, [WF_AST_NotIn] = WF_OP_NOT_IN,
};

static bool is_none(const WfExpr *e)
{
    return e->kind == WF_AST_Constant && e->Constant.value.kind == WF_CONST_NONE;
}

static bool is_literal(const WfExpr *e)
{
    if (e->kind == WF_AST_Tuple) {
        return true;
    }
    if (e->kind != WF_AST_Constant) {
        return false;
    }
    WfConstKind k = (WfConstKind)e->Constant.value.kind;
    return k != WF_CONST_NONE && k != WF_CONST_TRUE && k != WF_CONST_FALSE && k != WF_CONST_ELLIPSIS;
}

static void check_compare(WfGen *c, WfExpr *e)
{
    const WfExpr *left = e->Compare.left;
    for (size_t i = 0; i < e->Compare.ops.len; i++) {
        WfCmpOp op = e->Compare.ops.data[i];
        const WfExpr *right = e->Compare.comparators.data[i];
        if ((op == WF_AST_Is || op == WF_AST_IsNot) && ((left->kind == WF_AST_Constant && is_literal(left)) || (right->kind == WF_AST_Constant && is_literal(right)))) {
            wf_gen_warn(c, e->loc, op == WF_AST_Is ? "\"is\" with a literal. Did you mean \"==\"?" : "\"is not\" with a literal. Did you mean \"!=\"?");
            return;
        }
        left = right;
    }
}

static void compare(WfGen *c, WfExpr *e, WfReg dst)
{
    size_t n = e->Compare.ops.len;
    check_compare(c, e);
    WfExprSeq right = e->Compare.comparators;
    if (n == 1) {
        WfReg l = operand_in(c, e->Compare.left, dst, right.data[0]);
        WfReg r = wf_gen_expr_in(c, right.data[0], l == dst ? WF_NO_REG : dst);
        wf_gen_emit(c, (WfOp)compare_ops[e->Compare.ops.data[0]], dst, l, r);
        return;
    }
    WfReg result = wf_gen_is_temp(c, dst) ? dst : wf_gen_temp(c);
    WfLabel end = wf_gen_label(c);
    WfReg pair = wf_gen_temps(c, 2); /* operands lie in them by turns */
    WfReg l = operand_in(c, e->Compare.left, pair, right.data[0]);
    for (size_t i = 0; i < n; i++) {
        WfReg r = operand_in(c, right.data[i], pair + (WfReg)((i + 1) & 1), i + 1 < n ? right.data[i + 1] : NULL);
        wf_gen_emit(c, (WfOp)compare_ops[e->Compare.ops.data[i]], result, l, r);
        if (i + 1 < n) {
            wf_gen_jump(c, WF_OP_JUMP_FALSE, result, 0, end);
        }
        l = r;
    }
    wf_gen_place(c, end);
    wf_gen_move(c, dst, result);
}

static void jump_compare(WfGen *c, WfCmpOp op, WfReg l, WfReg r, WfLabel target, bool cond)
{
    static const uint8_t if_true[] = {[WF_AST_Eq] = WF_OP_JEQ_T, [WF_AST_NotEq] = WF_OP_JNE_T, [WF_AST_Lt] = WF_OP_JLT_T,
                                      [WF_AST_LtE] = WF_OP_JLE_T, [WF_AST_Gt] = WF_OP_JGT_T, [WF_AST_GtE] = WF_OP_JGE_T};
    static const uint8_t if_false[] = {[WF_AST_Eq] = WF_OP_JEQ_F, [WF_AST_NotEq] = WF_OP_JNE_F, [WF_AST_Lt] = WF_OP_JLT_F,
                                       [WF_AST_LtE] = WF_OP_JLE_F, [WF_AST_Gt] = WF_OP_JGT_F, [WF_AST_GtE] = WF_OP_JGE_F};
    if (op <= WF_AST_GtE) {
        wf_gen_jump(c, (WfOp)(cond ? if_true : if_false)[op], l, r, target);
        return;
    }
    WfReg mark = c->u->temp;
    WfReg x = wf_gen_temp(c);
    wf_gen_emit(c, (WfOp)compare_ops[op], x, l, r);
    wf_gen_jump(c, cond ? WF_OP_JUMP_TRUE : WF_OP_JUMP_FALSE, x, 0, target);
    c->u->temp = mark;
}

static void jump_if_compare(WfGen *c, WfExpr *e, WfLabel target, bool cond)
{
    WfExprSeq right = e->Compare.comparators;
    size_t n = e->Compare.ops.len;
    check_compare(c, e);
    WfCmpOp op = e->Compare.ops.data[0];
    if (n == 1 && (op == WF_AST_Is || op == WF_AST_IsNot) && is_none(right.data[0])) {
        WfReg l = wf_gen_expr(c, e->Compare.left);
        (void)wf_gen_shown_const(c, WF_NONE);
        wf_gen_jump(c, (op == WF_AST_Is) == cond ? WF_OP_JUMP_NONE : WF_OP_JUMP_NOT_NONE, l, 0, target);
        return;
    }
    WfLabel fail = cond && n > 1 ? wf_gen_label(c) : target;
    WfReg pair = wf_gen_temps(c, 2);
    WfReg l = operand_in(c, e->Compare.left, pair, right.data[0]);
    for (size_t i = 0; i < n; i++) {
        WfReg r = operand_in(c, right.data[i], pair + (WfReg)((i + 1) & 1), i + 1 < n ? right.data[i + 1] : NULL);
        bool last = i + 1 == n;
        jump_compare(c, e->Compare.ops.data[i], l, r, last ? target : fail, last && cond);
        l = r;
    }
    if (fail != target) {
        wf_gen_place(c, fail);
    }
}

void wf_gen_jump_if(WfGen *c, WfExpr *e, WfLabel target, bool cond)
{
    if (!wf_gen_enter(c)) {
        return;
    }
    WfLoc loc = c->u->loc;
    WfReg mark = c->u->temp;
    c->u->loc = e->loc;
    int truth = wf_gen_const_truth(c, e);
    if (truth >= 0) {
        if ((truth != 0) == cond) {
            wf_gen_jump(c, WF_OP_JUMP, 0, 0, target);
        }
    } else if (e->kind == WF_AST_UnaryOp && e->UnaryOp.op == WF_AST_Not) {
        wf_gen_jump_if(c, e->UnaryOp.operand, target, !cond);
    } else if (e->kind == WF_AST_BoolOp) {
        bool decides = e->BoolOp.op == WF_AST_Or; /* a value of this truth ends the evaluation */
        WfLabel end = decides == cond ? target : wf_gen_label(c);
        size_t n = e->BoolOp.values.len;
        for (size_t i = 0; i + 1 < n; i++) {
            wf_gen_jump_if(c, e->BoolOp.values.data[i], end, decides);
        }
        wf_gen_jump_if(c, e->BoolOp.values.data[n - 1], target, cond);
        if (end != target) {
            wf_gen_place(c, end);
        }
    } else if (e->kind == WF_AST_IfExp) {
        WfLabel orelse = wf_gen_label(c), end = wf_gen_label(c);
        wf_gen_jump_if(c, e->IfExp.test, orelse, false);
        wf_gen_jump_if(c, e->IfExp.body, target, cond);
        wf_gen_jump(c, WF_OP_JUMP, 0, 0, end);
        wf_gen_place(c, orelse);
        wf_gen_jump_if(c, e->IfExp.orelse, target, cond);
        wf_gen_place(c, end);
    } else if (e->kind == WF_AST_Compare) {
        jump_if_compare(c, e, target, cond);
    } else {
        WfReg r = wf_gen_expr(c, e);
        wf_gen_jump(c, cond ? WF_OP_JUMP_TRUE : WF_OP_JUMP_FALSE, r, 0, target);
    }
    c->u->temp = mark;
    c->u->loc = loc;
    wf_gen_leave(c);
}

/* --- displays ------------------------------------------------------------------------------------------------------- */

#define BUILD_MAX 255 /* items in registers at once; longer displays grow an object */

static bool all_constant(WfExprSeq elts)
{
    for (size_t i = 0; i < elts.len; i++) {
        if (elts.data[i]->kind != WF_AST_Constant) {
            return false;
        }
    }
    return true;
}

static WfValue constant_tuple(WfGen *c, WfExprSeq elts)
{
    WfTuple *x = wf_tuple_alloc(c->t, (int64_t)elts.len);
    WfValue v = wf_gen_keep(c, x == NULL ? WF_EMPTY : wf_from_object(x));
    for (size_t i = 0; i < elts.len && !c->failed; i++) {
        wf_store(&x->items[i], wf_gen_const_value(c, &elts.data[i]->Constant.value));
    }
    return v;
}

void wf_gen_sequence(WfGen *c, WfExprSeq elts, WfAstKind kind, WfReg dst)
{
    WfReg mark = c->u->temp;
    bool star = false;
    for (size_t i = 0; i < elts.len; i++) {
        star |= elts.data[i]->kind == WF_AST_Starred;
    }
    WfOp build = kind == WF_AST_Tuple ? WF_OP_BUILD_TUPLE : kind == WF_AST_Set ? WF_OP_BUILD_SET : WF_OP_BUILD_LIST;
    bool constants = elts.len > (kind == WF_AST_Tuple ? 0 : 2) && all_constant(elts);
    if (constants && kind == WF_AST_Tuple) {
        wf_gen_load_const(c, constant_tuple(c, elts), dst);
    } else if (!star && elts.len <= BUILD_MAX && !constants) {
        WfReg first = wf_gen_temps(c, (int32_t)elts.len);
        for (size_t i = 0; i < elts.len; i++) {
            wf_gen_expr_to(c, elts.data[i], first + (WfReg)i);
        }
        wf_gen_emit(c, build, dst, first, (int32_t)elts.len);
    } else {
        bool set = kind == WF_AST_Set;
        WfReg r = wf_gen_is_temp(c, dst) ? dst : wf_gen_temp(c);
        WfReg item = wf_gen_temp(c);
        wf_gen_emit(c, set ? WF_OP_BUILD_SET : WF_OP_BUILD_LIST, r, r, 0);
        if (constants) {
            wf_gen_load_const(c, constant_tuple(c, elts), item);
            wf_gen_emit(c, set ? WF_OP_SET_UPDATE : WF_OP_LIST_EXTEND, r, item, 0);
        }
        for (size_t i = 0; i < elts.len && !constants; i++) {
            WfExpr *x = elts.data[i];
            bool starred = x->kind == WF_AST_Starred;
            WfReg v = wf_gen_expr_in(c, starred ? x->Starred.value : x, item);
            WfOp op = starred ? (set ? WF_OP_SET_UPDATE : WF_OP_LIST_EXTEND) : set ? WF_OP_SET_ADD : WF_OP_LIST_APPEND;
            wf_gen_emit(c, op, r, v, 0);
        }
        if (kind == WF_AST_Tuple) {
            wf_gen_emit(c, WF_OP_LIST_TO_TUPLE, dst, r, 0);
        } else {
            wf_gen_move(c, dst, r);
        }
    }
    c->u->temp = mark;
}

static void dict_display(WfGen *c, WfExpr *e, WfReg dst)
{
    WfExprSeq keys = e->Dict.keys, values = e->Dict.values;
    bool star = keys.len > BUILD_MAX;
    for (size_t i = 0; i < keys.len; i++) {
        star |= keys.data[i] == NULL;
    }
    if (!star) {
        WfReg first = wf_gen_temps(c, 2 * (int32_t)keys.len);
        for (size_t i = 0; i < keys.len; i++) {
            wf_gen_expr_to(c, keys.data[i], first + 2 * (WfReg)i);
            wf_gen_expr_to(c, values.data[i], first + 2 * (WfReg)i + 1);
        }
        wf_gen_emit(c, WF_OP_BUILD_MAP, dst, first, (int32_t)keys.len);
        return;
    }
    WfReg r = wf_gen_is_temp(c, dst) ? dst : wf_gen_temp(c);
    WfReg k = wf_gen_temps(c, 2);
    wf_gen_emit(c, WF_OP_BUILD_MAP, r, r, 0);
    for (size_t i = 0; i < keys.len; i++) {
        if (keys.data[i] == NULL) {
            wf_gen_emit(c, WF_OP_DICT_UPDATE, r, wf_gen_expr_in(c, values.data[i], k), 0);
        } else {
            WfReg key = operand_in(c, keys.data[i], k, values.data[i]);
            wf_gen_emit(c, WF_OP_MAP_ADD, r, key, wf_gen_expr_in(c, values.data[i], k + 1));
        }
    }
    wf_gen_move(c, dst, r);
}

void wf_gen_attribute_loc(WfGen *c, const WfExpr *e)
{
    WfLoc *loc = &c->u->loc;
    if (loc->lineno != e->loc.end_lineno) {
        int32_t n = (int32_t)e->Attribute.attr->len;
        loc->lineno = e->loc.end_lineno;
        loc->end_lineno = e->loc.end_lineno;
        loc->col_offset = n <= e->loc.end_col_offset ? e->loc.end_col_offset - n : -1;
        loc->end_col_offset = n <= e->loc.end_col_offset ? e->loc.end_col_offset : -1;
    }
}

/* --- f-strings ------------------------------------------------------------------------------------------------------ */

static void formatted_value(WfGen *c, WfExpr *e, WfReg dst)
{
    WfReg value = wf_gen_temps(c, 2);
    wf_gen_expr_to(c, e->FormattedValue.value, value);
    int how = 0;
    switch (e->FormattedValue.conversion) {
    case 's': how = 1; break;
    case 'r': how = 2; break;
    case 'a': how = 3; break;
    default: break;
    }
    if (e->FormattedValue.format_spec != NULL) {
        wf_gen_expr_to(c, e->FormattedValue.format_spec, value + 1);
        how |= 4;
    }
    wf_gen_emit(c, WF_OP_FORMAT_VALUE, dst, value, how);
}

#define STRING_MAX 2000

static void joined_str(WfGen *c, WfExpr *e, WfReg dst)
{
    WfExprSeq values = e->JoinedStr.values;
    if (values.len == 0) {
        wf_gen_load_const(c, WF_NAME_V(empty), dst);
        return;
    }
    if (values.len == 1) {
        wf_gen_expr_to(c, values.data[0], dst);
        return;
    }
    /* of very many parts the first is what the ones before have made together */
    size_t most = values.len < STRING_MAX ? values.len : STRING_MAX;
    WfReg first = wf_gen_temps(c, (int32_t)most);
    size_t n = 0;
    for (size_t i = 0; i < values.len; i++) {
        if (n == most) {
            wf_gen_emit(c, WF_OP_BUILD_STRING, first, first, (int32_t)n);
            n = 1;
        }
        wf_gen_expr_to(c, values.data[i], first + (WfReg)n++);
    }
    wf_gen_emit(c, WF_OP_BUILD_STRING, dst, first, (int32_t)n);
}

/* --- attributes, items -------------------------------------------------------------------------------------------- */

static const char *type_of_display(const WfExpr *e)
{
    switch ((WfAstKind)e->kind) {
    case WF_AST_Constant:
        switch ((WfConstKind)e->Constant.value.kind) {
        case WF_CONST_NONE: return "NoneType";
        case WF_CONST_TRUE:
        case WF_CONST_FALSE: return "bool";
        case WF_CONST_ELLIPSIS: return "ellipsis";
        case WF_CONST_INT:
        case WF_CONST_BIGINT: return "int";
        case WF_CONST_FLOAT: return "float";
        case WF_CONST_COMPLEX: return "complex";
        case WF_CONST_STR: return "str";
        case WF_CONST_BYTES: return "bytes";
        case WF_CONST_OBJECT: return WF_TYPE_NAME(WF_VALUE(e->Constant.value.object));
        }
        return NULL;
    case WF_AST_Tuple: return "tuple";
    case WF_AST_List:
    case WF_AST_ListComp: return "list";
    case WF_AST_Dict:
    case WF_AST_DictComp: return "dict";
    case WF_AST_Set:
    case WF_AST_SetComp: return "set";
    case WF_AST_GeneratorExp: return "generator";
    case WF_AST_Lambda: return "function";
    case WF_AST_JoinedStr:
    case WF_AST_FormattedValue: return "str";
    default: return NULL;
    }
}

static void check_subscript(WfGen *c, const WfExpr *e)
{
    const WfExpr *value = e->Subscript.value, *index = e->Subscript.slice;
    const char *type = type_of_display(value);
    if (type == NULL) {
        return;
    }
    if (strcmp(type, "set") == 0 || strcmp(type, "generator") == 0 || strcmp(type, "function") == 0
        || (value->kind == WF_AST_Constant && strcmp(type, "str") != 0 && strcmp(type, "bytes") != 0 && strcmp(type, "tuple") != 0)) {
        wf_gen_warn(c, e->loc, "'%.200s' object is not subscriptable; perhaps you missed a comma?", type);
        return;
    }
    const char *with = type_of_display(index);
    if (with == NULL || strcmp(with, "int") == 0 || strcmp(with, "bool") == 0 || strcmp(type, "dict") == 0) {
        return;
    }
    wf_gen_warn(c, e->loc, "%.200s indices must be integers or slices, not %.200s; perhaps you missed a comma?", type, with);
}

/* lower, upper (and step) into consecutive registers from r on. */
static void slice_parts(WfGen *c, WfExpr *s, WfReg r)
{
    WfExpr *parts[] = {s->Slice.lower, s->Slice.upper, s->Slice.step};
    for (int i = 0; i < (s->Slice.step != NULL ? 3 : 2); i++) {
        if (parts[i] == NULL) {
            wf_gen_load_const(c, WF_NONE, r + i);
        } else {
            wf_gen_expr_to(c, parts[i], r + i);
        }
    }
}

static void subscript(WfGen *c, WfExpr *e, WfReg dst)
{
    WfExpr *index = e->Subscript.slice;
    check_subscript(c, e);
    WfReg o = operand_in(c, e->Subscript.value, dst, index);
    int32_t imm;
    if (index->kind == WF_AST_Slice && index->Slice.step == NULL) {
        WfReg parts = wf_gen_temps(c, 2);
        slice_parts(c, index, parts);
        wf_gen_emit(c, WF_OP_GET_SLICE, dst, o, parts);
    } else if (wf_gen_small_const(index, &imm)) {
        (void)wf_gen_shown_const(c, wf_small_int(imm));
        wf_gen_emit(c, WF_OP_GETITEM_I, dst, o, imm);
    } else {
        WfReg key = wf_gen_expr_in(c, index, o == dst ? WF_NO_REG : dst);
        wf_gen_emit(c, WF_OP_GETITEM, dst, o, key);
    }
}

static void slice(WfGen *c, WfExpr *e, WfReg dst)
{
    WfReg parts = wf_gen_temps(c, 3);
    slice_parts(c, e, parts);
    if (e->Slice.step == NULL) {
        wf_gen_load_const(c, WF_NONE, parts + 2);
    }
    wf_gen_emit(c, WF_OP_BUILD_SLICE, dst, parts, 0);
}

/* --- yield, await ----------------------------------------------------------------------------------------------------- */

void wf_gen_send_loop(WfGen *c, WfReg iter, WfReg value)
{
    WfLabel again = wf_gen_label(c), done = wf_gen_label(c);
    wf_gen_load_const(c, WF_NONE, value);
    wf_gen_place(c, again);
    wf_gen_jump(c, WF_OP_SEND, iter, value, done);
    wf_gen_emit(c, WF_OP_YIELD, value, value, 1);
    wf_gen_jump(c, WF_OP_JUMP, 0, 0, again);
    wf_gen_place(c, done);
}

void wf_gen_await(WfGen *c, WfReg awaitable, WfReg dst, int where)
{
    WfReg mark = c->u->temp;
    WfReg iter = wf_gen_temp(c), value = wf_gen_temp(c);
    wf_gen_emit(c, WF_OP_GET_AWAITABLE, iter, awaitable, where);
    wf_gen_send_loop(c, iter, value);
    wf_gen_move(c, dst, value);
    c->u->temp = mark;
}

static void await_expr(WfGen *c, WfExpr *e, WfReg dst)
{
    bool top = c->u->kind == WF_UNIT_MODULE && (c->flags & WF_PYCF_TOP_LEVEL_AWAIT);
    if (!top) {
        if (c->u->scope->kind != WF_BLOCK_FUNCTION) {
            wf_gen_syntax_error(c, e->loc, "'await' outside function");
            return;
        }
        if (c->u->kind != WF_UNIT_ASYNC_FUNCTION && c->u->kind != WF_UNIT_COMPREHENSION) {
            wf_gen_syntax_error(c, e->loc, "'await' outside async function");
            return;
        }
    }
    WfReg r = wf_gen_expr(c, e->Await.value);
    wf_gen_await(c, r, dst, 0);
}

static void yield_expr(WfGen *c, WfExpr *e, WfReg dst)
{
    if (c->u->scope->kind != WF_BLOCK_FUNCTION) {
        wf_gen_syntax_error(c, e->loc, "'yield' outside function");
        return;
    }
    WfReg r;
    if (e->Yield.value != NULL) {
        r = wf_gen_expr(c, e->Yield.value);
        if (!wf_gen_is_temp(c, r) && c->u->scope->coroutine) {
            WfReg copy = wf_gen_temp(c); /* an async generator's YIELD wraps the value in place */
            wf_gen_move(c, copy, r);
            r = copy;
        }
    } else {
        r = wf_gen_temp(c);
        wf_gen_load_const(c, WF_NONE, r);
    }
    wf_gen_emit(c, WF_OP_YIELD, dst, r, 0);
}

static void yield_from(WfGen *c, WfExpr *e, WfReg dst)
{
    if (c->u->scope->kind != WF_BLOCK_FUNCTION) {
        wf_gen_syntax_error(c, e->loc, "'yield' outside function");
        return;
    }
    if (c->u->kind == WF_UNIT_ASYNC_FUNCTION) {
        wf_gen_syntax_error(c, e->loc, "'yield from' inside async function");
        return;
    }
    WfReg iter = wf_gen_temp(c), value = wf_gen_temp(c);
    WfReg r = wf_gen_expr_in(c, e->YieldFrom.value, iter);
    wf_gen_emit(c, WF_OP_GET_YIELD_FROM, iter, r, 0);
    wf_gen_send_loop(c, iter, value);
    wf_gen_move(c, dst, value);
}

/* --- all expressions ---------------------------------------------------------------------------------------------------- */

static void named(WfGen *c, WfExpr *e, WfReg dst)
{
    WfExpr *target = e->NamedExpr.target;
    if (wf_gen_forbidden(c, e->loc, target->Name.id, WF_AST_Store)) {
        return;
    }
    WfName *n = wf_gen_mangled(c, target->Name.id);
    WfReg local = wf_gen_local_target(c, n);
    if (local != WF_NO_REG) {
        wf_gen_expr_to(c, e->NamedExpr.value, local);
        wf_gen_move(c, dst, local);
    } else {
        wf_gen_expr_to(c, e->NamedExpr.value, dst);
        wf_gen_store_name(c, n, dst);
    }
}

void wf_gen_expr_to(WfGen *c, WfExpr *e, WfReg dst)
{
    if (!wf_gen_enter(c)) {
        return;
    }
    WfLoc loc = c->u->loc;
    WfReg mark = c->u->temp;
    c->u->loc = e->loc;
    switch ((WfAstKind)e->kind) {
    case WF_AST_BoolOp: bool_op(c, e, dst); break;
    case WF_AST_NamedExpr: named(c, e, dst); break;
    case WF_AST_BinOp: binary(c, e, dst); break;
    case WF_AST_UnaryOp: unary(c, e, dst); break;
    case WF_AST_Lambda: wf_gen_lambda(c, e, dst); break;
    case WF_AST_IfExp: if_exp(c, e, dst); break;
    case WF_AST_Dict: dict_display(c, e, dst); break;
    case WF_AST_Set: wf_gen_sequence(c, e->Set.elts, WF_AST_Set, dst); break;
    case WF_AST_ListComp:
    case WF_AST_SetComp:
    case WF_AST_DictComp:
    case WF_AST_GeneratorExp: wf_gen_comprehension(c, e, dst); break;
    case WF_AST_Await: await_expr(c, e, dst); break;
    case WF_AST_Yield: yield_expr(c, e, dst); break;
    case WF_AST_YieldFrom: yield_from(c, e, dst); break;
    case WF_AST_Compare: compare(c, e, dst); break;
    case WF_AST_Call: wf_gen_call(c, e, dst); break;
    case WF_AST_FormattedValue: formatted_value(c, e, dst); break;
    case WF_AST_JoinedStr: joined_str(c, e, dst); break;
    case WF_AST_Constant: wf_gen_load_const(c, wf_gen_const_value(c, &e->Constant.value), dst); break;
    case WF_AST_Attribute: {
        WfReg o = wf_gen_expr_in(c, e->Attribute.value, dst);
        wf_gen_attribute_loc(c, e);
        wf_gen_emit(c, WF_OP_LOAD_ATTR, dst, o, wf_gen_name_const(c, wf_gen_mangled(c, e->Attribute.attr)));
        break;
    }
    case WF_AST_Subscript: subscript(c, e, dst); break;
    case WF_AST_Starred: wf_gen_syntax_error(c, e->loc, "can't use starred expression here"); break;
    case WF_AST_Name:
        if (is_debug_name(e)) {
            wf_gen_load_const(c, WF_BOOL(c->optimize == 0), dst);
        } else {
            wf_gen_load_name(c, wf_gen_mangled(c, e->Name.id), dst);
        }
        break;
    case WF_AST_List: wf_gen_sequence(c, e->List.elts, WF_AST_List, dst); break;
    case WF_AST_Tuple: wf_gen_sequence(c, e->Tuple.elts, WF_AST_Tuple, dst); break;
    case WF_AST_Slice: slice(c, e, dst); break;
    default: WF_FATAL("unknown kind of expression");
    }
    c->u->temp = mark;
    c->u->loc = loc;
    wf_gen_leave(c);
}

void wf_gen_discard(WfGen *c, WfExpr *e)
{
    WfReg mark = c->u->temp;
    if (e->kind != WF_AST_Constant) {
        (void)wf_gen_expr(c, e);
    }
    c->u->temp = mark;
}
