/* stmt.c - code for statements but those that handle exceptions (flow.c) or open scopes (scope.c).
 * SPDX-License-Identifier: MIT
 *
 * Design:     a statement leaves no temporary behind. Assignment to a local evaluates right into its register. */
#include "compiler/gen.h"

#include "objects/str.h"
#include "objects/tuple.h"

/* --- storing ------------------------------------------------------------------------------------------------------- */

static bool rebinds(const WfGen *c)
{
    return c->u->scope->has_walrus;
}

/* Fast locals in consecutive registers: the first; else WF_NO_REG. */
static WfReg consecutive_locals(WfGen *c, WfExprSeq elts)
{
    WfReg first = WF_NO_REG;
    for (size_t i = 0; i < elts.len; i++) {
        if (elts.data[i]->kind != WF_AST_Name) {
            return WF_NO_REG;
        }
        WfName *n = wf_gen_mangled(c, elts.data[i]->Name.id);
        WfReg r = c->failed ? WF_NO_REG : wf_gen_local_target(c, n);
        if (r == WF_NO_REG || (i > 0 && r != first + (WfReg)i)) {
            return WF_NO_REG;
        }
        first = i == 0 ? r : first;
    }
    return first;
}

static void unpack(WfGen *c, WfExprSeq elts, WfReg src)
{
    size_t star = elts.len;
    for (size_t i = 0; i < elts.len; i++) {
        if (elts.data[i]->kind == WF_AST_Starred) {
            if (star < elts.len) {
                wf_gen_syntax_error(c, c->u->loc, "multiple starred expressions in assignment");
                return;
            }
            star = i;
        }
    }
    if (star < elts.len && (star > 255 || elts.len - star - 1 > 255)) {
        wf_gen_syntax_error(c, c->u->loc, "too many expressions in star-unpacking assignment");
        return;
    }
    if (elts.len > 30000) {
        wf_gen_syntax_error(c, c->u->loc, "too many targets in assignment");
        return;
    }
    WfReg mark = c->u->temp;
    WfReg locals = star == elts.len && elts.len > 0 ? consecutive_locals(c, elts) : WF_NO_REG;
    if (locals != WF_NO_REG) {
        wf_gen_emit(c, WF_OP_UNPACK, locals, src, (int32_t)elts.len);
        for (size_t i = 0; i < elts.len; i++) {
            (void)wf_gen_forbidden(c, elts.data[i]->loc, elts.data[i]->Name.id, WF_AST_Store);
        }
        return;
    }
    WfReg first = wf_gen_temps(c, (int32_t)elts.len);
    if (star < elts.len) {
        wf_gen_emit(c, WF_OP_UNPACK_EX, first, src, (int32_t)(star | (elts.len - star - 1) << 8));
    } else {
        wf_gen_emit(c, WF_OP_UNPACK, first, src, (int32_t)elts.len);
    }
    for (size_t i = 0; i < elts.len; i++) {
        WfExpr *x = elts.data[i];
        wf_gen_store(c, x->kind == WF_AST_Starred ? x->Starred.value : x, first + (WfReg)i);
    }
    c->u->temp = mark;
}

static WfReg index_of(WfGen *c, WfExpr *e)
{
    return wf_gen_expr(c, e);
}

void wf_gen_store(WfGen *c, WfExpr *target, WfReg src)
{
    if (!wf_gen_enter(c)) {
        return;
    }
    WfLoc loc = c->u->loc;
    WfReg mark = c->u->temp;
    c->u->loc = target->loc;
    switch ((WfAstKind)target->kind) {
    case WF_AST_Name:
        if (!wf_gen_forbidden(c, target->loc, target->Name.id, WF_AST_Store)) {
            wf_gen_store_name(c, wf_gen_mangled(c, target->Name.id), src);
        }
        break;
    case WF_AST_Attribute: {
        if (wf_gen_forbidden(c, target->loc, target->Attribute.attr, WF_AST_Store)) {
            break;
        }
        WfReg o = wf_gen_expr(c, target->Attribute.value);
        wf_gen_attribute_loc(c, target);
        wf_gen_emit(c, WF_OP_STORE_ATTR, o, src, wf_gen_name_const(c, wf_gen_mangled(c, target->Attribute.attr)));
        break;
    }
    case WF_AST_Subscript: {
        WfReg o = wf_gen_operand(c, target->Subscript.value, target->Subscript.slice);
        WfReg key = index_of(c, target->Subscript.slice);
        wf_gen_emit(c, WF_OP_SETITEM, o, key, src);
        break;
    }
    case WF_AST_Tuple: unpack(c, target->Tuple.elts, src); break;
    case WF_AST_List: unpack(c, target->List.elts, src); break;
    case WF_AST_Starred: wf_gen_syntax_error(c, target->loc, "starred assignment target must be in a list or tuple"); break;
    default: wf_gen_syntax_error(c, target->loc, "cannot assign to expression"); break;
    }
    c->u->temp = mark;
    c->u->loc = loc;
    wf_gen_leave(c);
}

/* a, b = 1, 2: a constant for each target. */
static bool assign_constants(WfGen *c, WfExpr *target, WfExpr *value)
{
    WfExprSeq to = target->kind == WF_AST_Tuple ? target->Tuple.elts : target->List.elts;
    WfValue v = value->Constant.value.kind == WF_CONST_OBJECT ? WF_VALUE(value->Constant.value.object) : WF_NONE;
    if (!WF_IS_EXACT(v, TUPLE) || wf_as_tuple(v)->length != (int64_t)to.len || to.len > 8) {
        return false;
    }
    for (size_t i = 0; i < to.len; i++) {
        if (to.data[i]->kind != WF_AST_Name) {
            return false;
        }
    }
    for (size_t i = 0; i < to.len; i++) {
        WfReg mark = c->u->temp;
        WfName *n = wf_gen_mangled(c, to.data[i]->Name.id);
        WfReg r = c->failed ? WF_NO_REG : wf_gen_local_target(c, n);
        if (r == WF_NO_REG) {
            r = wf_gen_temp(c);
        }
        wf_gen_load_const(c, wf_tuple_at(wf_as_tuple(v), (int64_t)i), r);
        wf_gen_store(c, to.data[i], r);
        c->u->temp = mark;
    }
    return true;
}

/* a, b = x, y without a tuple: all values first, then all targets. */
static bool parallel_assign(WfGen *c, WfExpr *target, WfExpr *value)
{
    if ((target->kind == WF_AST_Tuple || target->kind == WF_AST_List) && value->kind == WF_AST_Constant) {
        return assign_constants(c, target, value);
    }
    if ((target->kind != WF_AST_Tuple && target->kind != WF_AST_List) || value->kind != WF_AST_Tuple) {
        return false;
    }
    WfExprSeq to = target->kind == WF_AST_Tuple ? target->Tuple.elts : target->List.elts, from = value->Tuple.elts;
    if (to.len != from.len || to.len > 8 || to.len == 0) {
        return false;
    }
    for (size_t i = 0; i < to.len; i++) {
        if (to.data[i]->kind == WF_AST_Starred || from.data[i]->kind == WF_AST_Starred) {
            return false;
        }
    }
    WfReg first = wf_gen_temps(c, (int32_t)to.len);
    for (size_t i = 0; i < to.len; i++) {
        wf_gen_expr_to(c, from.data[i], first + (WfReg)i);
    }
    for (size_t i = 0; i < to.len; i++) {
        wf_gen_store(c, to.data[i], first + (WfReg)i);
    }
    return true;
}

static void assign(WfGen *c, WfExprSeq targets, WfExpr *value)
{
    WfExpr *target = targets.data[0];
    if (targets.len == 1 && target->kind == WF_AST_Name) {
        if (wf_gen_forbidden(c, target->loc, target->Name.id, WF_AST_Store)) {
            return;
        }
        WfName *n = wf_gen_mangled(c, target->Name.id);
        WfReg local = c->failed ? WF_NO_REG : wf_gen_local_target(c, n);
        if (local != WF_NO_REG) {
            wf_gen_expr_to(c, value, local);
            return;
        }
    }
    if (targets.len == 1 && parallel_assign(c, target, value)) {
        return;
    }
    WfReg r = wf_gen_expr(c, value);
    if (!wf_gen_is_temp(c, r) && (targets.len > 1 || rebinds(c))) {
        WfReg copy = wf_gen_temp(c);
        wf_gen_move(c, copy, r);
        r = copy;
    }
    for (size_t i = 0; i < targets.len; i++) {
        wf_gen_store(c, targets.data[i], r);
    }
}

static void ann_assign(WfGen *c, WfStmt *s)
{
    WfExpr *target = s->AnnAssign.target;
    bool module_like = c->u->scope->kind != WF_BLOCK_FUNCTION;
    bool future = (c->flags & WF_CO_FUTURE_ANNOTATIONS) != 0;
    if (s->AnnAssign.value != NULL) {
        assign(c, (WfExprSeq){&target, 1}, s->AnnAssign.value);
    }
    if (target->kind == WF_AST_Name) {
        if (wf_gen_forbidden(c, target->loc, target->Name.id, WF_AST_Store)) {
            return;
        }
        if (s->AnnAssign.simple && module_like) {
            WfReg v = wf_gen_temp(c), dict = wf_gen_temp(c), key = wf_gen_temp(c);
            WfName *n = wf_gen_mangled(c, target->Name.id);
            wf_gen_annotation_value(c, s->AnnAssign.annotation, v);
            wf_gen_load_name(c, wf_gen_name_cstr(c, "__annotations__"), dict);
            if (!c->failed) {
                wf_gen_load_const(c, wf_from_object(n->str), key);
            }
            wf_gen_emit(c, WF_OP_SETITEM, dict, key, v);
        }
    } else if (target->kind == WF_AST_Attribute) {
        if (wf_gen_forbidden(c, target->loc, target->Attribute.attr, WF_AST_Store)) {
            return;
        }
        if (s->AnnAssign.value == NULL) {
            wf_gen_discard(c, target->Attribute.value);
        }
    } else if (s->AnnAssign.value == NULL) {
        wf_gen_discard(c, target->Subscript.value);
        wf_gen_discard(c, target->Subscript.slice);
    }
    if (!s->AnnAssign.simple && module_like && !future) {
        wf_gen_discard(c, s->AnnAssign.annotation);
    }
}

static void inplace(WfGen *c, WfOperator op, WfReg x, WfReg r)
{
    static const uint8_t ops[] = {
        [WF_AST_Add] = WF_BIN_ADD, [WF_AST_Sub] = WF_BIN_SUB, [WF_AST_Mult] = WF_BIN_MUL, [WF_AST_MatMult] = WF_BIN_MATMUL,
        [WF_AST_Div] = WF_BIN_TRUEDIV, [WF_AST_Mod] = WF_BIN_MOD, [WF_AST_Pow] = WF_BIN_COUNT, [WF_AST_LShift] = WF_BIN_LSHIFT,
        [WF_AST_RShift] = WF_BIN_RSHIFT, [WF_AST_BitOr] = WF_BIN_OR, [WF_AST_BitXor] = WF_BIN_XOR, [WF_AST_BitAnd] = WF_BIN_AND,
        [WF_AST_FloorDiv] = WF_BIN_FLOORDIV,
    };
    if (op == WF_AST_Add) {
        wf_gen_emit(c, WF_OP_IADD, x, r, 0);
    } else if (op == WF_AST_Sub) {
        wf_gen_emit(c, WF_OP_ISUB, x, r, 0);
    } else {
        wf_gen_emit(c, WF_OP_INPLACE, x, r, ops[op]);
    }
}

/* x op= value, for x in a register; the location is the statement's. */
static void inplace_expr(WfGen *c, WfStmt *s, WfReg x)
{
    int32_t imm;
    WfOperator op = s->AugAssign.op;
    if ((op == WF_AST_Add || op == WF_AST_Sub) && wf_gen_small_const(s->AugAssign.value, &imm)) {
        (void)wf_gen_shown_const(c, wf_small_int(imm));
        c->u->loc = s->loc;
        wf_gen_emit(c, op == WF_AST_Add ? WF_OP_IADD_I : WF_OP_ISUB_I, x, x, imm);
        return;
    }
    WfReg r = wf_gen_expr(c, s->AugAssign.value);
    c->u->loc = s->loc;
    inplace(c, op, x, r);
}

static void aug_assign(WfGen *c, WfStmt *s)
{
    WfExpr *target = s->AugAssign.target, *value = s->AugAssign.value;
    WfReg x = WF_NO_REG;
    switch ((WfAstKind)target->kind) {
    case WF_AST_Name: {
        if (wf_gen_forbidden(c, target->loc, target->Name.id, WF_AST_Store)) {
            return;
        }
        WfName *n = wf_gen_mangled(c, target->Name.id);
        c->u->loc = target->loc;
        WfReg local = wf_gen_local(c, n);
        x = local;
        if (local == WF_NO_REG || rebinds(c)) {
            x = wf_gen_temp(c);
            if (local == WF_NO_REG) {
                wf_gen_load_name(c, n, x);
            } else {
                wf_gen_move(c, x, local);
            }
        }
        inplace_expr(c, s, x);
        c->u->loc = target->loc;
        wf_gen_store_name(c, n, x);
        break;
    }
    case WF_AST_Attribute: {
        WfReg o = wf_gen_operand(c, target->Attribute.value, value);
        WfName *n = wf_gen_mangled(c, target->Attribute.attr);
        if (wf_gen_forbidden(c, target->loc, target->Attribute.attr, WF_AST_Store)) {
            return;
        }
        x = wf_gen_temp(c);
        c->u->loc = target->loc;
        wf_gen_attribute_loc(c, target);
        wf_gen_emit(c, WF_OP_LOAD_ATTR, x, o, wf_gen_name_const(c, n));
        inplace_expr(c, s, x);
        c->u->loc = target->loc;
        wf_gen_attribute_loc(c, target);
        wf_gen_emit(c, WF_OP_STORE_ATTR, o, x, wf_gen_name_const(c, n));
        break;
    }
    case WF_AST_Subscript: {
        WfReg o = wf_gen_operand(c, target->Subscript.value, target->Subscript.slice);
        if (!wf_gen_is_temp(c, o) && rebinds(c)) {
            WfReg copy = wf_gen_temp(c);
            wf_gen_move(c, copy, o);
            o = copy;
        }
        WfReg key = wf_gen_operand(c, target->Subscript.slice, value);
        x = wf_gen_temp(c);
        c->u->loc = target->loc;
        wf_gen_emit(c, WF_OP_GETITEM, x, o, key);
        inplace_expr(c, s, x);
        c->u->loc = target->loc;
        wf_gen_emit(c, WF_OP_SETITEM, o, key, x);
        break;
    }
    default: wf_gen_syntax_error(c, target->loc, "illegal expression for augmented assignment"); break;
    }
}

static void delete_target(WfGen *c, WfExpr *e)
{
    if (!wf_gen_enter(c)) {
        return;
    }
    WfLoc loc = c->u->loc;
    WfReg mark = c->u->temp;
    c->u->loc = e->loc;
    switch ((WfAstKind)e->kind) {
    case WF_AST_Name:
        if (!wf_gen_forbidden(c, e->loc, e->Name.id, WF_AST_Del)) {
            wf_gen_delete_name(c, wf_gen_mangled(c, e->Name.id));
        }
        break;
    case WF_AST_Attribute:
        if (!wf_gen_forbidden(c, e->loc, e->Attribute.attr, WF_AST_Del)) {
            WfReg o = wf_gen_expr(c, e->Attribute.value);
            wf_gen_attribute_loc(c, e);
            wf_gen_emit(c, WF_OP_DELETE_ATTR, o, wf_gen_name_const(c, wf_gen_mangled(c, e->Attribute.attr)), 0);
        }
        break;
    case WF_AST_Subscript: {
        WfReg o = wf_gen_operand(c, e->Subscript.value, e->Subscript.slice);
        WfReg key = index_of(c, e->Subscript.slice);
        wf_gen_emit(c, WF_OP_DELITEM, o, key, 0);
        break;
    }
    case WF_AST_Tuple:
    case WF_AST_List: {
        WfExprSeq elts = e->kind == WF_AST_Tuple ? e->Tuple.elts : e->List.elts;
        for (size_t i = 0; i < elts.len; i++) {
            delete_target(c, elts.data[i]);
        }
        break;
    }
    default: wf_gen_syntax_error(c, e->loc, "cannot delete expression"); break;
    }
    c->u->temp = mark;
    c->u->loc = loc;
    wf_gen_leave(c);
}

/* --- loops, conditions --------------------------------------------------------------------------------------------------- */

void wf_gen_for_target(WfGen *c, WfExpr *target, WfReg iter, WfLabel end)
{
    WfReg local = WF_NO_REG;
    if (target->kind == WF_AST_Name && !wf_gen_forbidden(c, target->loc, target->Name.id, WF_AST_Store)) {
        local = wf_gen_local_target(c, wf_gen_mangled(c, target->Name.id));
    }
    WfReg mark = c->u->temp;
    WfReg dst = local != WF_NO_REG ? local : wf_gen_temp(c);
    wf_gen_jump(c, WF_OP_FOR_ITER, iter, dst, end);
    if (local == WF_NO_REG) {
        wf_gen_store(c, target, dst);
    }
    c->u->temp = mark;
}

static void for_stmt(WfGen *c, WfStmt *s)
{
    WfLabel top = wf_gen_label(c), orelse = wf_gen_label(c), end = wf_gen_label(c);
    WfReg iter = wf_gen_temp(c);
    WfReg r = wf_gen_expr_in(c, s->For.iter, iter);
    c->u->temp = iter + 1;
    c->u->loc = s->loc;
    wf_gen_emit(c, WF_OP_GET_ITER, iter, r, 0);
    WfBlockEntry b = {.top = top, .exit = end};
    wf_gen_push_block(c, &b, WF_FB_FOR);
    wf_gen_place(c, top);
    wf_gen_for_target(c, s->For.target, iter, orelse);
    wf_gen_stmts(c, &s->For.body);
    c->u->loc = (WfLoc){0, 0, 0, 0};
    wf_gen_jump(c, WF_OP_JUMP, 0, 0, top);
    wf_gen_pop_block(c);
    wf_gen_place(c, orelse);
    wf_gen_stmts(c, &s->For.orelse);
    wf_gen_place(c, end);
}

static bool async_allowed(WfGen *c, const WfStmt *s, const char *what)
{
    bool top = c->u->kind == WF_UNIT_MODULE && (c->flags & WF_PYCF_TOP_LEVEL_AWAIT);
    if (!top && c->u->kind != WF_UNIT_ASYNC_FUNCTION) {
        wf_gen_syntax_error(c, s->loc, "'%s' outside async function", what);
        return false;
    }
    return true;
}

static void async_for_stmt(WfGen *c, WfStmt *s)
{
    if (!async_allowed(c, s, "async for")) {
        return;
    }
    WfLabel top = wf_gen_label(c), stop = wf_gen_label(c), orelse = wf_gen_label(c), end = wf_gen_label(c);
    WfReg iter = wf_gen_temp(c), exc = wf_gen_temp(c), awaited = wf_gen_temps(c, 2);
    WfReg r = wf_gen_expr_in(c, s->AsyncFor.iter, iter);
    c->u->temp = awaited + 2;
    c->u->loc = s->loc;
    wf_gen_emit(c, WF_OP_GET_AITER, iter, r, 0);
    WfBlockEntry b = {.top = top, .exit = end};
    wf_gen_push_block(c, &b, WF_FB_FOR);
    wf_gen_place(c, top);
    int32_t outer = c->u->handler;
    c->u->handler = wf_gen_catch(c, stop, exc);
    wf_gen_emit(c, WF_OP_GET_ANEXT, awaited, iter, 0);
    wf_gen_send_loop(c, awaited, awaited + 1);
    c->u->handler = outer;
    wf_gen_store(c, s->AsyncFor.target, awaited + 1);
    wf_gen_stmts(c, &s->AsyncFor.body);
    c->u->loc = (WfLoc){0, 0, 0, 0};
    wf_gen_jump(c, WF_OP_JUMP, 0, 0, top);
    wf_gen_pop_block(c);
    c->u->loc = s->loc;
    wf_gen_place(c, stop);
    wf_gen_jump(c, WF_OP_END_ASYNC_FOR, exc, 0, orelse);
    wf_gen_place(c, orelse);
    wf_gen_stmts(c, &s->AsyncFor.orelse);
    wf_gen_place(c, end);
}

/* A condition that makes no code still has its line. */
static void line_of_constant(WfGen *c, WfExpr *test)
{
    if (wf_gen_const_truth(c, test) >= 0) {
        c->u->loc = test->loc;
        wf_gen_emit(c, WF_OP_NOP, 0, 0, 0);
    }
}

static void while_stmt(WfGen *c, WfStmt *s)
{
    WfLabel top = wf_gen_label(c), orelse = wf_gen_label(c), end = wf_gen_label(c);
    WfBlockEntry b = {.top = top, .exit = end};
    wf_gen_push_block(c, &b, WF_FB_WHILE);
    line_of_constant(c, s->While.test);
    wf_gen_place(c, top);
    wf_gen_jump_if(c, s->While.test, orelse, false);
    wf_gen_stmts(c, &s->While.body);
    c->u->loc = wf_gen_const_truth(c, s->While.test) > 0 ? s->While.test->loc : (WfLoc){0, 0, 0, 0};
    wf_gen_jump(c, WF_OP_JUMP, 0, 0, top);
    wf_gen_pop_block(c);
    wf_gen_place(c, orelse);
    wf_gen_stmts(c, &s->While.orelse);
    wf_gen_place(c, end);
}

static void if_stmt(WfGen *c, WfStmt *s)
{
    WfLabel end = wf_gen_label(c);
    for (;;) { /* elif chains do not recurse */
        WfLabel next = s->If.orelse.len > 0 ? wf_gen_label(c) : end;
        c->u->loc = s->loc;
        line_of_constant(c, s->If.test);
        wf_gen_jump_if(c, s->If.test, next, false);
        wf_gen_stmts(c, &s->If.body);
        if (s->If.orelse.len == 0) {
            break;
        }
        c->u->loc = (WfLoc){0, 0, 0, 0};
        wf_gen_jump(c, WF_OP_JUMP, 0, 0, end);
        wf_gen_place(c, next);
        if (s->If.orelse.len != 1 || s->If.orelse.data[0]->kind != WF_AST_If) {
            wf_gen_stmts(c, &s->If.orelse);
            break;
        }
        s = s->If.orelse.data[0];
    }
    wf_gen_place(c, end);
}

/* --- imports ------------------------------------------------------------------------------------------------------------- */

static void import_name(WfGen *c, WfName *name, int level, WfValue from, WfReg dst)
{
    WfReg mark = c->u->temp;
    WfReg args = wf_gen_temps(c, 2);
    wf_gen_load_const(c, wf_small_int(level), args);
    wf_gen_load_const(c, from, args + 1);
    wf_gen_emit(c, WF_OP_IMPORT_NAME, dst, args, wf_gen_name_const(c, name));
    c->u->temp = mark;
}

static void import_stmt(WfGen *c, WfStmt *s)
{
    for (size_t i = 0; i < s->Import.names.len && !c->failed; i++) {
        const WfAlias *a = s->Import.names.data[i];
        const char *end = a->name->data + a->name->len;
        const char *dot = memchr(a->name->data, '.', a->name->len);
        WfReg mark = c->u->temp;
        WfReg r = wf_gen_temp(c);
        import_name(c, wf_gen_name_ast(c, a->name), 0, WF_NONE, r);
        if (a->asname == NULL) {
            WfAstStr first = {a->name->data, dot == NULL ? a->name->len : (size_t)(dot - a->name->data)};
            if (!wf_gen_forbidden(c, s->loc, &first, WF_AST_Store)) {
                wf_gen_store_name(c, wf_gen_mangled(c, &first), r);
            }
        } else {
            while (dot != NULL) {
                const char *part = dot + 1;
                dot = memchr(part, '.', (size_t)(end - part));
                WfName *n = wf_gen_name(c, part, (size_t)((dot == NULL ? end : dot) - part));
                wf_gen_emit(c, WF_OP_IMPORT_FROM, r, r, wf_gen_name_const(c, n));
            }
            if (!wf_gen_forbidden(c, s->loc, a->asname, WF_AST_Store)) {
                wf_gen_store_name(c, wf_gen_mangled(c, a->asname), r);
            }
        }
        c->u->temp = mark;
    }
}

static void import_from(WfGen *c, WfStmt *s)
{
    WfAliasSeq names = s->ImportFrom.names;
    const WfAstStr *module = s->ImportFrom.module;
    if (s->loc.lineno > c->future_line && module != NULL && s->ImportFrom.level == 0 && module->len == 10 && memcmp(module->data, "__future__", 10) == 0) {
        wf_gen_syntax_error(c, s->loc, "from __future__ imports must occur at the beginning of the file");
        return;
    }
    WfTuple *from = wf_tuple_alloc(c->t, (int64_t)names.len);
    WfValue list = wf_gen_keep(c, from == NULL ? WF_EMPTY : wf_from_object(from));
    for (size_t i = 0; i < names.len && !c->failed; i++) {
        WfName *n = wf_gen_name_ast(c, names.data[i]->name);
        if (n != NULL) {
            wf_store(&from->items[i], wf_from_object(n->str));
        }
    }
    WfReg r = wf_gen_temp(c), item = wf_gen_temp(c);
    import_name(c, module == NULL ? wf_gen_name_cstr(c, "") : wf_gen_name_ast(c, module), s->ImportFrom.level, list, r);
    for (size_t i = 0; i < names.len && !c->failed; i++) {
        const WfAlias *a = names.data[i];
        if (i == 0 && a->name->len == 1 && a->name->data[0] == '*') {
            wf_gen_emit(c, WF_OP_IMPORT_STAR, r, 0, 0);
            return;
        }
        wf_gen_emit(c, WF_OP_IMPORT_FROM, item, r, wf_gen_name_const(c, wf_gen_name_ast(c, a->name)));
        const WfAstStr *stored = a->asname != NULL ? a->asname : a->name;
        if (!wf_gen_forbidden(c, s->loc, stored, WF_AST_Store)) {
            wf_gen_store_name(c, wf_gen_mangled(c, stored), item);
        }
    }
}

/* --- the others -------------------------------------------------------------------------------------------------------------- */

static void assert_stmt(WfGen *c, WfStmt *s)
{
    WfExpr *test = s->Assert.test;
    bool tuple = test->kind == WF_AST_Tuple && test->Tuple.elts.len > 0;
    if (test->kind == WF_AST_Constant && test->Constant.value.kind == WF_CONST_OBJECT) {
        WfValue v = WF_VALUE(test->Constant.value.object);
        tuple = WF_IS_EXACT(v, TUPLE) && wf_as_tuple(v)->length > 0;
    }
    if (tuple) {
        wf_gen_warn(c, s->loc, "assertion is always true, perhaps remove parentheses?");
    }
    if (c->optimize > 0) {
        return;
    }
    WfLabel end = wf_gen_label(c);
    wf_gen_jump_if(c, test, end, true);
    WfReg msg = (WfReg)WF_REG_NONE;
    if (s->Assert.msg != NULL) {
        msg = wf_gen_expr(c, s->Assert.msg);
    }
    c->u->loc = test->loc;
    wf_gen_emit(c, WF_OP_ASSERT_FAIL, msg, 0, 0);
    wf_gen_place(c, end);
}

static void raise_stmt(WfGen *c, WfStmt *s)
{
    if (s->Raise.exc == NULL) {
        wf_gen_emit(c, WF_OP_RAISE_CURRENT, 0, 0, 0);
        return;
    }
    WfReg exc = s->Raise.cause != NULL ? wf_gen_operand(c, s->Raise.exc, s->Raise.cause) : wf_gen_expr(c, s->Raise.exc);
    WfReg cause = (WfReg)WF_REG_NONE;
    if (s->Raise.cause != NULL) {
        cause = wf_gen_expr(c, s->Raise.cause);
    }
    wf_gen_emit(c, WF_OP_RAISE, exc, cause, 0);
}

static void expr_stmt(WfGen *c, WfExpr *e)
{
    if (c->interactive && c->u->prev == NULL) {
        WfReg r = wf_gen_expr(c, e);
        wf_gen_emit(c, WF_OP_PRINT_EXPR, r, 0, 0);
    } else if (e->kind == WF_AST_Constant) {
        wf_gen_emit(c, WF_OP_NOP, 0, 0, 0);
    } else {
        wf_gen_discard(c, e);
    }
}

void wf_gen_stmt(WfGen *c, WfStmt *s)
{
    if (!wf_gen_enter(c)) {
        return;
    }
    WfReg mark = c->u->temp;
    c->u->loc = s->loc;
    switch ((WfAstKind)s->kind) {
    case WF_AST_FunctionDef: wf_gen_function_def(c, s, false); break;
    case WF_AST_AsyncFunctionDef: wf_gen_function_def(c, s, true); break;
    case WF_AST_ClassDef: wf_gen_class_def(c, s); break;
    case WF_AST_Return: wf_gen_return(c, s); break;
    case WF_AST_Delete:
        for (size_t i = 0; i < s->Delete.targets.len; i++) {
            delete_target(c, s->Delete.targets.data[i]);
        }
        break;
    case WF_AST_Assign: assign(c, s->Assign.targets, s->Assign.value); break;
    case WF_AST_AugAssign: aug_assign(c, s); break;
    case WF_AST_AnnAssign: ann_assign(c, s); break;
    case WF_AST_For: for_stmt(c, s); break;
    case WF_AST_AsyncFor: async_for_stmt(c, s); break;
    case WF_AST_While: while_stmt(c, s); break;
    case WF_AST_If: if_stmt(c, s); break;
    case WF_AST_With: wf_gen_with(c, s, false); break;
    case WF_AST_AsyncWith:
        if (async_allowed(c, s, "async with")) {
            wf_gen_with(c, s, true);
        }
        break;
    case WF_AST_Match: wf_gen_match(c, s); break;
    case WF_AST_Raise: raise_stmt(c, s); break;
    case WF_AST_Try: wf_gen_try(c, s); break;
    case WF_AST_TryStar: wf_gen_try_star(c, s); break;
    case WF_AST_Assert: assert_stmt(c, s); break;
    case WF_AST_Import: import_stmt(c, s); break;
    case WF_AST_ImportFrom: import_from(c, s); break;
    case WF_AST_Global:
    case WF_AST_Nonlocal: break;
    case WF_AST_Expr: expr_stmt(c, s->Expr.value); break;
    case WF_AST_Pass: wf_gen_emit(c, WF_OP_NOP, 0, 0, 0); break;
    case WF_AST_Break: wf_gen_break(c, s); break;
    case WF_AST_Continue: wf_gen_continue(c, s); break;
    default: WF_FATAL("unknown kind of statement");
    }
    c->u->temp = mark;
    wf_gen_leave(c);
}

void wf_gen_stmts(WfGen *c, const WfStmtSeq *seq)
{
    for (size_t i = 0; i < seq->len && !c->failed; i++) {
        wf_gen_stmt(c, seq->data[i]);
    }
}
