/* fold.c - computes constant expressions before code is made.
 * SPDX-License-Identifier: MIT
 *
 * Design:     one walk over the tree by its run-time description; an expression whose operands are constants is replaced by a Constant.
 *             What would be too big is left to run time, as is whatever raises. Under `from __future__ import annotations`
 *             annotations stay as written, since their text is wanted.
 * Threads:    a compilation belongs to one thread. */
#include "compiler/gen.h"

#include "objects/bytes.h"
#include "objects/int.h"
#include "objects/set.h"
#include "objects/str.h"
#include "objects/tuple.h"

/* Largest results: bits of an int, items of a tuple, characters of a str. */
enum { MAX_INT_BITS = 128, MAX_ITEMS = 256, MAX_CHARS = 4096, MAX_TOTAL = 1024 };

static void fold_node(WfGen *c, WfAstNode *n);

/* --- constants -------------------------------------------------------------------------------------------------------- */

static bool is_constant(const WfExpr *e)
{
    return e->kind == WF_AST_Constant;
}

static WfConst to_const(WfValue v)
{
    if (wf_is_none(v)) {
        return (WfConst){.kind = WF_CONST_NONE};
    }
    if (wf_is_bool(v)) {
        return (WfConst){.kind = wf_is_true(v) ? WF_CONST_TRUE : WF_CONST_FALSE};
    }
    if (v.bits == WF_ELLIPSIS.bits) {
        return (WfConst){.kind = WF_CONST_ELLIPSIS};
    }
    if (wf_is_int(v)) {
        return (WfConst){.kind = WF_CONST_INT, .i = wf_as_int(v)};
    }
    if (wf_is_double(v)) {
        return (WfConst){.kind = WF_CONST_FLOAT, .real = wf_as_double(v)};
    }
    return (WfConst){.kind = WF_CONST_OBJECT, .object = v.bits};
}

/* A Constant in place of `old`; v EMPTY: an exception is pending, which run time will raise again. */
static WfExpr *replace(WfGen *c, WfExpr *old, WfValue v)
{
    if (c->failed) {
        return old;
    }
    if (wf_is_empty(v)) {
        if (wf_pending_is(c->t, WF_EXC(KeyboardInterrupt)) || wf_pending_is(c->t, WF_EXC(MemoryError))) {
            c->failed = true;
        } else {
            wf_clear_pending(c->t);
        }
        return old;
    }
    (void)wf_gen_keep(c, v);
    WfExpr *e = (WfExpr *)wf_ast_new(c->arena, WF_AST_Constant);
    if (e == NULL) {
        wf_gen_no_memory(c);
        return old;
    }
    e->loc = old->loc;
    e->Constant.value = to_const(v);
    return e;
}

static WfValue value_of(WfGen *c, const WfExpr *e)
{
    return wf_gen_const_value(c, &e->Constant.value);
}

/* --- operators --------------------------------------------------------------------------------------------------------- */

static bool any_int(WfValue v)
{
    return wf_is_int(v) || WF_IS_EXACT(v, INT);
}

/* Items in a tuple and the tuples in it; more than MAX_TOTAL: stops there. */
static int64_t total_items(WfValue v, int64_t sum)
{
    if (!WF_IS_EXACT(v, TUPLE)) {
        return sum;
    }
    const WfTuple *x = wf_as_tuple(v);
    sum += x->length;
    for (int64_t i = 0; i < x->length && sum <= MAX_TOTAL; i++) {
        sum = total_items(wf_tuple_at(x, i), sum);
    }
    return sum;
}

static bool small_repeat(WfValue seq, WfValue count)
{
    if (!wf_is_int(count)) {
        return false;
    }
    int64_t n = wf_as_int(count);
    if (n < 0) {
        return true;
    }
    if (wf_is_exact_str(seq)) {
        int64_t len = wf_as_str(seq)->length;
        return len == 0 || n <= MAX_CHARS / len;
    }
    if (WF_IS_EXACT(seq, BYTES)) {
        int64_t len = wf_as_bytes(seq)->length;
        return len == 0 || n <= MAX_CHARS / len;
    }
    if (WF_IS_EXACT(seq, TUPLE)) {
        int64_t len = wf_as_tuple(seq)->length;
        return len == 0 || (n <= MAX_ITEMS / len && (n == 0 || total_items(seq, 0) <= MAX_TOTAL / n));
    }
    return true;
}

static WfValue multiply(WfGen *c, WfValue a, WfValue b, bool *skip)
{
    if (any_int(a) && any_int(b)) {
        *skip = wf_int_bit_length(a) + wf_int_bit_length(b) > MAX_INT_BITS;
    } else if (any_int(a)) {
        *skip = wf_is_object(b) && !small_repeat(b, a);
    } else if (any_int(b)) {
        *skip = wf_is_object(a) && !small_repeat(a, b);
    }
    return *skip ? WF_EMPTY : wf_binary(c->t, WF_BIN_MUL, a, b);
}

static WfValue power(WfGen *c, WfValue a, WfValue b, bool *skip)
{
    if (any_int(a) && any_int(b) && wf_int_sign(b) > 0) {
        uint64_t bits = wf_int_bit_length(a);
        *skip = !wf_is_int(b) || (bits != 0 && (uint64_t)wf_as_int(b) > MAX_INT_BITS / bits);
    }
    return *skip ? WF_EMPTY : wf_pow(c->t, a, b, WF_NONE);
}

static WfValue shift_left(WfGen *c, WfValue a, WfValue b, bool *skip)
{
    if (any_int(a) && any_int(b) && wf_int_sign(a) != 0 && wf_int_sign(b) > 0) {
        *skip = !wf_is_int(b) || wf_as_int(b) > MAX_INT_BITS || wf_int_bit_length(a) > (uint64_t)(MAX_INT_BITS - wf_as_int(b));
    }
    return *skip ? WF_EMPTY : wf_binary(c->t, WF_BIN_LSHIFT, a, b);
}

static WfExpr *fold_binary(WfGen *c, WfExpr *e)
{
    if (!is_constant(e->BinOp.left) || !is_constant(e->BinOp.right)) {
        return e;
    }
    WfValue a = value_of(c, e->BinOp.left), b = value_of(c, e->BinOp.right);
    if (c->failed) {
        return e;
    }
    bool skip = false;
    WfValue v = WF_EMPTY;
    switch (e->BinOp.op) {
    case WF_AST_Add: v = wf_binary(c->t, WF_BIN_ADD, a, b); break;
    case WF_AST_Sub: v = wf_binary(c->t, WF_BIN_SUB, a, b); break;
    case WF_AST_Mult: v = multiply(c, a, b, &skip); break;
    case WF_AST_Div: v = wf_binary(c->t, WF_BIN_TRUEDIV, a, b); break;
    case WF_AST_FloorDiv: v = wf_binary(c->t, WF_BIN_FLOORDIV, a, b); break;
    case WF_AST_Mod:
        skip = wf_is_str(a) || wf_is_bytes(a);
        v = skip ? WF_EMPTY : wf_binary(c->t, WF_BIN_MOD, a, b);
        break;
    case WF_AST_Pow: v = power(c, a, b, &skip); break;
    case WF_AST_LShift: v = shift_left(c, a, b, &skip); break;
    case WF_AST_RShift: v = wf_binary(c->t, WF_BIN_RSHIFT, a, b); break;
    case WF_AST_BitOr: v = wf_binary(c->t, WF_BIN_OR, a, b); break;
    case WF_AST_BitXor: v = wf_binary(c->t, WF_BIN_XOR, a, b); break;
    case WF_AST_BitAnd: v = wf_binary(c->t, WF_BIN_AND, a, b); break;
    case WF_AST_MatMult: return e;
    }
    return skip ? e : replace(c, e, v);
}

static WfExpr *fold_not(WfGen *c, WfExpr *e)
{
    WfExpr *x = e->UnaryOp.operand;
    if (x->kind == WF_AST_Compare && x->Compare.ops.len == 1) { /* not a in b: a not in b */
        WfCmpOp *op = &x->Compare.ops.data[0];
        switch (*op) {
        case WF_AST_Is: *op = WF_AST_IsNot; break;
        case WF_AST_IsNot: *op = WF_AST_Is; break;
        case WF_AST_In: *op = WF_AST_NotIn; break;
        case WF_AST_NotIn: *op = WF_AST_In; break;
        default: return e;
        }
        x->loc = e->loc;
        return x;
    }
    if (!is_constant(x)) {
        return e;
    }
    int truth = wf_gen_const_truth(c, x);
    return truth < 0 ? e : replace(c, e, WF_BOOL(!truth));
}

static WfExpr *fold_unary(WfGen *c, WfExpr *e)
{
    if (e->UnaryOp.op == WF_AST_Not) {
        return fold_not(c, e);
    }
    if (!is_constant(e->UnaryOp.operand)) {
        return e;
    }
    WfValue a = value_of(c, e->UnaryOp.operand);
    if (c->failed) {
        return e;
    }
    switch (e->UnaryOp.op) {
    case WF_AST_Invert: return replace(c, e, wf_invert(c->t, a));
    case WF_AST_UAdd: return replace(c, e, wf_pos(c->t, a));
    case WF_AST_USub: return replace(c, e, wf_neg(c->t, a));
    case WF_AST_Not: break;
    }
    return e;
}

/* --- displays -------------------------------------------------------------------------------------------------------------- */

static WfValue constant_tuple(WfGen *c, WfExprSeq elts)
{
    for (size_t i = 0; i < elts.len; i++) {
        if (!is_constant(elts.data[i])) {
            return WF_EMPTY;
        }
    }
    WfTuple *x = wf_tuple_alloc(c->t, (int64_t)elts.len);
    WfValue v = wf_gen_keep(c, x == NULL ? WF_EMPTY : wf_from_object(x));
    for (size_t i = 0; i < elts.len && !c->failed; i++) {
        wf_store(&x->items[i], value_of(c, elts.data[i]));
    }
    return c->failed ? WF_EMPTY : v;
}

static WfExpr *fold_tuple(WfGen *c, WfExpr *e)
{
    if (e->Tuple.ctx != WF_AST_Load) {
        return e;
    }
    WfValue v = constant_tuple(c, e->Tuple.elts);
    return wf_is_empty(v) ? e : replace(c, e, v);
}

/* What is only iterated over or searched: a list may be a tuple, a set a frozenset. */
static WfExpr *fold_iterable(WfGen *c, WfExpr *e)
{
    if (e->kind == WF_AST_List && e->List.ctx == WF_AST_Load) {
        WfValue v = constant_tuple(c, e->List.elts);
        if (!wf_is_empty(v)) {
            return replace(c, e, v);
        }
        for (size_t i = 0; i < e->List.elts.len; i++) {
            if (e->List.elts.data[i]->kind == WF_AST_Starred) {
                return e;
            }
        }
        e->kind = WF_AST_Tuple; /* of the same size: elts, ctx */
        return e;
    }
    if (e->kind == WF_AST_Set) {
        WfValue v = constant_tuple(c, e->Set.elts);
        if (wf_is_empty(v)) {
            return e;
        }
        const WfTuple *x = wf_as_tuple(v);
        WfValue *items = (WfValue *)wf_gen_alloc(c, (size_t)(x->length + 1) * sizeof *items);
        if (items == NULL) {
            return e;
        }
        for (int64_t i = 0; i < x->length; i++) {
            items[i] = wf_tuple_at(x, i);
        }
        return replace(c, e, wf_frozenset_from(c->t, items, x->length));
    }
    return e;
}
_Static_assert(sizeof(((WfExpr *)0)->List) == sizeof(((WfExpr *)0)->Tuple), "a list display becomes a tuple display in place");

static WfExpr *fold_subscript(WfGen *c, WfExpr *e)
{
    if (e->Subscript.ctx != WF_AST_Load || !is_constant(e->Subscript.value) || !is_constant(e->Subscript.slice)) {
        return e;
    }
    WfValue a = value_of(c, e->Subscript.value), i = value_of(c, e->Subscript.slice);
    return c->failed ? e : replace(c, e, wf_getitem(c->t, a, i));
}

static WfExpr *fold_compare(WfGen *c, WfExpr *e)
{
    if (e->Compare.ops.len == 0 || e->Compare.ops.len != e->Compare.comparators.len) {
        return e;
    }
    size_t last = e->Compare.ops.len - 1;
    if (e->Compare.ops.data[last] == WF_AST_In || e->Compare.ops.data[last] == WF_AST_NotIn) {
        e->Compare.comparators.data[last] = fold_iterable(c, e->Compare.comparators.data[last]);
    }
    return e;
}

static WfExpr *fold_name(WfGen *c, WfExpr *e)
{
    if (e->Name.ctx == WF_AST_Load && e->Name.id->len == 9 && memcmp(e->Name.id->data, "__debug__", 9) == 0) {
        return replace(c, e, WF_BOOL(c->optimize == 0));
    }
    return e;
}

static WfExpr *fold_expr(WfGen *c, WfExpr *e)
{
    if (e == NULL || c->failed) {
        return e;
    }
    fold_node(c, (WfAstNode *)e);
    if (c->failed) {
        return e;
    }
    switch ((WfAstKind)e->kind) {
    case WF_AST_BinOp: return fold_binary(c, e);
    case WF_AST_UnaryOp: return fold_unary(c, e);
    case WF_AST_Tuple: return fold_tuple(c, e);
    case WF_AST_Subscript: return fold_subscript(c, e);
    case WF_AST_Compare: return fold_compare(c, e);
    case WF_AST_Name: return fold_name(c, e);
    default: return e;
    }
}

/* --- the walk ---------------------------------------------------------------------------------------------------------------- */

static bool is_annotation(const WfAstNode *n, const char *field)
{
    return strcmp(field, "annotation") == 0 || ((n->kind == WF_AST_FunctionDef || n->kind == WF_AST_AsyncFunctionDef) && strcmp(field, "returns") == 0);
}

static bool is_docstring(const WfStmtSeq *body)
{
    if (body->len == 0 || body->data[0]->kind != WF_AST_Expr || !is_constant(body->data[0]->Expr.value)) {
        return false;
    }
    const WfConst *k = &body->data[0]->Expr.value->Constant.value;
    return k->kind == WF_CONST_STR || (k->kind == WF_CONST_OBJECT && wf_is_exact_str(WF_VALUE(k->object)));
}

/* A body's first expression may become a str by folding: that is no docstring. */
static void hide_string(WfGen *c, WfStmtSeq *body, bool had)
{
    if (had || c->failed || !is_docstring(body)) {
        return;
    }
    WfExpr *f = (WfExpr *)wf_ast_new(c->arena, WF_AST_JoinedStr);
    WfExpr **item = (WfExpr **)wf_gen_alloc(c, sizeof *item);
    if (f == NULL || item == NULL) {
        wf_gen_no_memory(c);
        return;
    }
    *item = body->data[0]->Expr.value;
    f->loc = (*item)->loc;
    f->JoinedStr.values = (WfExprSeq){item, 1};
    body->data[0]->Expr.value = f;
}

static WfStmtSeq *body_of(WfAstNode *n)
{
    switch ((WfAstKind)n->kind) {
    case WF_AST_Module: return &((WfMod *)n)->Module.body;
    case WF_AST_FunctionDef: return &((WfStmt *)n)->FunctionDef.body;
    case WF_AST_AsyncFunctionDef: return &((WfStmt *)n)->AsyncFunctionDef.body;
    case WF_AST_ClassDef: return &((WfStmt *)n)->ClassDef.body;
    default: return NULL;
    }
}

static void fold_field(WfGen *c, WfAstNode *n, const WfAstField *f)
{
    void *at = (char *)n + f->offset;
    bool expr = f->type == WF_AST_TYPE_expr;
    if (f->quant == '*') {
        WfNodeSeq *seq = (WfNodeSeq *)at;
        for (size_t i = 0; i < seq->len && !c->failed; i++) {
            if (expr) {
                seq->data[i] = fold_expr(c, (WfExpr *)seq->data[i]);
            } else if (seq->data[i] != NULL) {
                fold_node(c, (WfAstNode *)seq->data[i]);
            }
        }
        return;
    }
    void **node = (void **)at;
    if (expr) {
        *node = fold_expr(c, (WfExpr *)*node);
    } else if (*node != NULL) {
        fold_node(c, (WfAstNode *)*node);
    }
}

static void fold_node(WfGen *c, WfAstNode *n)
{
    if (!wf_gen_enter(c)) {
        return;
    }
    const WfAstClass *class = &wf_ast_classes[n->kind];
    WfStmtSeq *body = body_of(n);
    bool had_doc = body != NULL && is_docstring(body);
    for (int i = 0; i < class->n_fields && !c->failed; i++) {
        const WfAstField *f = &class->fields[i];
        uint8_t form = wf_ast_types[f->type].form;
        if (form != WF_AST_SUM && form != WF_AST_PRODUCT) {
            continue;
        }
        if ((c->flags & WF_CO_FUTURE_ANNOTATIONS) && is_annotation(n, f->name)) {
            continue;
        }
        fold_field(c, n, f);
    }
    if (body != NULL) {
        hide_string(c, body, had_doc);
    }
    if (n->kind == WF_AST_For) {
        ((WfStmt *)n)->For.iter = fold_iterable(c, ((WfStmt *)n)->For.iter);
    } else if (n->kind == WF_AST_comprehension) {
        ((WfComprehension *)n)->iter = fold_iterable(c, ((WfComprehension *)n)->iter);
    }
    wf_gen_leave(c);
}

void wf_gen_fold(WfGen *c, WfMod *tree)
{
    fold_node(c, (WfAstNode *)tree);
}
