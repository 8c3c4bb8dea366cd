/* scope.c - code for what opens a scope: functions, lambdas, classes, comprehensions.
 * SPDX-License-Identifier: MIT
 *
 * Design:     the inner unit is made first and becomes a constant; MAKE_FUNCTION reads what goes with it (defaults, keyword defaults,
 *             annotations, closure) from consecutive registers. A comprehension is a function of one argument, `.0`, the
 *             outermost iterator. */
#include "compiler/gen.h"

#include "objects/str.h"
#include "objects/tuple.h"

/* --- closures ------------------------------------------------------------------------------------------------------ */

/* The first instructions of a unit: the generator, cells. */
static void prologue(WfGen *c)
{
    WfUnit *u = c->u;
    const WfScope *s = u->scope;
    const WfLoc loc = u->loc;
    u->loc = (WfLoc){0}; /* of no line: a trace function is not told of it */
    if (u->flags & (WF_CO_GENERATOR | WF_CO_COROUTINE | WF_CO_ASYNC_GENERATOR)) {
        wf_gen_emit(c, WF_OP_RETURN_GENERATOR, 0, 0, 0);
    }
    for (int32_t i = 0; i < s->n_cells; i++) {
        wf_gen_emit(c, WF_OP_MAKE_CELL, s->cells[i]->cell, s->cells[i]->slot >= 0 ? s->cells[i]->slot : (int32_t)WF_REG_NONE, 0);
    }
    if (s->n_free > 0) {
        wf_gen_emit(c, WF_OP_COPY_FREE, s->n_locals + s->n_cells, s->n_free, 0);
    }
    u->loc = loc;
}

/* The tuple of cells that the inner scope wants; false: it wants none. */
static bool closure(WfGen *c, const WfScope *inner, WfReg dst)
{
    if (inner->n_free == 0) {
        return false;
    }
    WfReg mark = c->u->temp;
    WfReg first = wf_gen_temps(c, inner->n_free);
    for (int32_t i = 0; i < inner->n_free; i++) {
        WfReg cell = wf_gen_cell_reg(c, inner->frees[i]->name);
        wf_assert(cell != WF_NO_REG);
        wf_gen_move(c, first + i, cell);
    }
    wf_gen_emit(c, WF_OP_BUILD_TUPLE, dst, first, inner->n_free);
    c->u->temp = mark;
    return true;
}

static void make_function(WfGen *c, WfValue code, const WfScope *inner, WfReg parts, int32_t flags, WfReg dst)
{
    if (c->failed) {
        return;
    }
    WfReg at = wf_gen_temp(c);
    if (closure(c, inner, at)) {
        flags |= 8;
        if (parts == WF_NO_REG) {
            parts = at;
        }
    }
    wf_gen_emit_arg(c, WF_OP_MAKE_FUNCTION, dst, parts == WF_NO_REG ? at : parts, flags, wf_gen_shown_const(c, code));
}

static uint32_t function_flags(const WfScope *s)
{
    uint32_t flags = WF_CO_OPTIMIZED | WF_CO_NEWLOCALS;
    flags |= s->nested ? WF_CO_NESTED : 0;
    if (s->generator) {
        flags |= s->coroutine ? WF_CO_ASYNC_GENERATOR : WF_CO_GENERATOR;
    } else if (s->coroutine) {
        flags |= WF_CO_COROUTINE;
    }
    flags |= s->varargs ? WF_CO_VARARGS : 0;
    flags |= s->varkeywords ? WF_CO_VARKEYWORDS : 0;
    return flags;
}

/* --- parameters ---------------------------------------------------------------------------------------------------- */

static void set_counts(WfUnit *u, const WfArguments *a)
{
    u->n_posonly = (int32_t)a->posonlyargs.len;
    u->n_args = (int32_t)(a->posonlyargs.len + a->args.len);
    u->n_kwonly = (int32_t)a->kwonlyargs.len;
}

static void check_args(WfGen *c, WfArgSeq args)
{
    for (size_t i = 0; i < args.len; i++) {
        (void)wf_gen_forbidden(c, c->u->loc, args.data[i]->arg, WF_AST_Store);
    }
}

static void check_arguments(WfGen *c, const WfArguments *a)
{
    check_args(c, a->posonlyargs);
    check_args(c, a->args);
    if (a->vararg != NULL) {
        (void)wf_gen_forbidden(c, c->u->loc, a->vararg->arg, WF_AST_Store);
    }
    check_args(c, a->kwonlyargs);
    if (a->kwarg != NULL) {
        (void)wf_gen_forbidden(c, c->u->loc, a->kwarg->arg, WF_AST_Store);
    }
}

/* Defaults and keyword defaults into new registers; MAKE_FUNCTION's flags. */
static int32_t defaults(WfGen *c, const WfArguments *a, WfReg *first)
{
    int32_t flags = 0;
    if (a->defaults.len > 0) {
        WfReg r = wf_gen_temp(c);
        *first = r;
        wf_gen_sequence(c, a->defaults, WF_AST_Tuple, r);
        flags |= 1;
    }
    int32_t n = 0;
    for (size_t i = 0; i < a->kw_defaults.len; i++) {
        n += a->kw_defaults.data[i] != NULL;
    }
    if (n == 0) {
        return flags;
    }
    WfReg r = wf_gen_temp(c);
    if (*first == WF_NO_REG) {
        *first = r;
    }
    WfReg mark = c->u->temp;
    WfReg pair = wf_gen_temps(c, 2 * n);
    WfReg at = pair;
    for (size_t i = 0; i < a->kw_defaults.len && !c->failed; i++) {
        if (a->kw_defaults.data[i] != NULL) {
            WfName *name = wf_gen_mangled(c, a->kwonlyargs.data[i]->arg);
            if (name != NULL) {
                wf_gen_load_const(c, wf_from_object(name->str), at);
            }
            wf_gen_expr_to(c, a->kw_defaults.data[i], at + 1);
            at += 2;
        }
    }
    wf_gen_emit(c, WF_OP_BUILD_MAP, r, pair, n);
    c->u->temp = mark;
    return flags | 2;
}

void wf_gen_annotation_value(WfGen *c, WfExpr *annotation, WfReg dst)
{
    if (!(c->flags & WF_CO_FUTURE_ANNOTATIONS)) {
        wf_gen_expr_to(c, annotation, dst);
        return;
    }
    bool too_deep = false;
    const WfAstStr *text = wf_ast_unparse(c->arena, annotation, &too_deep);
    if (text == NULL) {
        if (too_deep && !c->failed) {
            c->failed = true;
            (void)wf_raise(c->t, WF_EXC(RecursionError), "maximum recursion depth exceeded during compilation");
        } else {
            wf_gen_no_memory(c);
        }
        return;
    }
    wf_gen_load_const(c, wf_gen_str_value(c, text), dst);
}

typedef struct Annotations {
    WfReg first;
    int32_t n;
} Annotations;

static void annotation(WfGen *c, Annotations *out, const WfAstStr *name, WfExpr *e)
{
    if (e == NULL || c->failed) {
        return;
    }
    WfReg pair = wf_gen_temps(c, 2);
    if (out->n == 0) {
        out->first = pair;
    }
    out->n += 2;
    WfName *n = wf_gen_mangled(c, name);
    if (n == NULL) {
        return;
    }
    wf_gen_load_const(c, wf_from_object(n->str), pair);
    if (e->kind == WF_AST_Starred && !(c->flags & WF_CO_FUTURE_ANNOTATIONS)) {
        WfReg r = wf_gen_expr(c, e->Starred.value); /* *args: *Ts */
        wf_gen_emit(c, WF_OP_UNPACK, pair + 1, r, 1);
        c->u->temp = pair + 2;
        return;
    }
    wf_gen_annotation_value(c, e, pair + 1);
}

static void annotations_of(WfGen *c, Annotations *out, WfArgSeq args)
{
    for (size_t i = 0; i < args.len; i++) {
        annotation(c, out, args.data[i]->arg, args.data[i]->annotation);
    }
}

/* The tuple (name, value, ...) in a new register; false: there are none. */
static bool annotations(WfGen *c, const WfArguments *a, WfExpr *returns, WfReg *first)
{
    WfReg r = wf_gen_temp(c);
    Annotations all = {WF_NO_REG, 0};
    annotations_of(c, &all, a->args);
    annotations_of(c, &all, a->posonlyargs);
    if (a->vararg != NULL) {
        annotation(c, &all, a->vararg->arg, a->vararg->annotation);
    }
    annotations_of(c, &all, a->kwonlyargs);
    if (a->kwarg != NULL) {
        annotation(c, &all, a->kwarg->arg, a->kwarg->annotation);
    }
    annotation(c, &all, &(WfAstStr){"return", 6}, returns);
    c->u->temp = r + (all.n > 0);
    if (all.n == 0) {
        return false;
    }
    wf_gen_emit(c, WF_OP_BUILD_TUPLE, r, all.first, all.n);
    if (*first == WF_NO_REG) {
        *first = r;
    }
    return true;
}

/* --- functions -------------------------------------------------------------------------------------------------------- */

static const WfConst *docstring(const WfStmtSeq *body)
{
    if (body->len == 0 || body->data[0]->kind != WF_AST_Expr) {
        return NULL;
    }
    const WfExpr *e = body->data[0]->Expr.value;
    return e->kind == WF_AST_Constant && e->Constant.value.kind == WF_CONST_STR ? &e->Constant.value : NULL;
}

static bool object_docstring(const WfStmtSeq *body)
{
    if (body->len == 0 || body->data[0]->kind != WF_AST_Expr) {
        return false;
    }
    const WfExpr *e = body->data[0]->Expr.value;
    return e->kind == WF_AST_Constant && e->Constant.value.kind == WF_CONST_OBJECT && wf_is_exact_str(WF_VALUE(e->Constant.value.object));
}

/* The docstring, or WF_EMPTY. */
static WfValue doc_value(WfGen *c, const WfStmtSeq *body)
{
    const WfConst *doc = docstring(body);
    if (doc != NULL) {
        return wf_gen_const_value(c, doc);
    }
    return object_docstring(body) ? WF_VALUE(body->data[0]->Expr.value->Constant.value.object) : WF_EMPTY;
}

static WfValue finish(WfGen *c)
{
    WfValue code = c->failed ? WF_NONE : wf_gen_keep(c, wf_gen_finish(c));
    wf_gen_pop_unit(c);
    return code;
}

/* Each decorator is the callee of a call whose argument is the result of the one inside. */
static WfReg *push_decorators(WfGen *c, WfExprSeq list)
{
    WfReg *bases = (WfReg *)wf_gen_alloc(c, (list.len + 1) * sizeof *bases);
    for (size_t i = 0; i < list.len && !c->failed; i++) {
        bases[i] = wf_gen_temps(c, WF_CALL_GAP + 2);
        wf_gen_expr_to(c, list.data[i], bases[i]);
    }
    return bases;
}

static void apply_decorators(WfGen *c, WfExprSeq list, const WfReg *bases, WfReg dst)
{
    for (size_t i = list.len; i-- > 0 && !c->failed;) {
        c->u->loc = list.data[i]->loc;
        wf_gen_emit(c, WF_OP_CALL, bases[i], 1, i > 0 ? bases[i - 1] + WF_CALL_GAP : dst);
    }
}

static int32_t first_line(const WfStmt *s, WfExprSeq decorators)
{
    return decorators.len > 0 ? decorators.data[0]->loc.lineno : s->loc.lineno;
}

void wf_gen_function_def(WfGen *c, WfStmt *s, bool is_async)
{
    WfArguments *a = is_async ? s->AsyncFunctionDef.args : s->FunctionDef.args;
    WfExprSeq decorators = is_async ? s->AsyncFunctionDef.decorator_list : s->FunctionDef.decorator_list;
    const WfStmtSeq *body = is_async ? &s->AsyncFunctionDef.body : &s->FunctionDef.body;
    WfExpr *returns = is_async ? s->AsyncFunctionDef.returns : s->FunctionDef.returns;
    const WfAstStr *ast_name = is_async ? s->AsyncFunctionDef.name : s->FunctionDef.name;
    check_arguments(c, a);
    if (wf_gen_forbidden(c, s->loc, ast_name, WF_AST_Store)) {
        return;
    }
    WfReg *bases = push_decorators(c, decorators);
    WfReg result = decorators.len > 0 && bases != NULL ? bases[decorators.len - 1] + WF_CALL_GAP : WF_NO_REG;
    WfName *name = wf_gen_name_ast(c, ast_name);
    WfName *stored = wf_gen_mangled(c, ast_name);
    WfScope *scope = wf_symtable_scope(c, s);
    if (c->failed) {
        return;
    }
    WfReg local = wf_gen_local_target(c, stored);
    WfReg final = local != WF_NO_REG ? local : wf_gen_temp(c);
    WfReg parts = WF_NO_REG;
    c->u->loc = s->loc;
    int32_t flags = defaults(c, a, &parts);
    flags |= annotations(c, a, returns, &parts) ? 4 : 0;
    if (c->failed) {
        return;
    }
    WfUnit u;
    wf_gen_push_unit(c, &u, is_async ? WF_UNIT_ASYNC_FUNCTION : WF_UNIT_FUNCTION, scope, name, first_line(s, decorators));
    u.flags = function_flags(scope);
    set_counts(&u, a);
    WfValue doc = c->optimize < 2 ? doc_value(c, body) : WF_EMPTY;
    (void)wf_gen_shown_const(c, wf_is_empty(doc) ? WF_NONE : doc);
    prologue(c);
    size_t skip = wf_is_empty(doc) ? 0 : 1;
    wf_gen_stmts(c, &(WfStmtSeq){body->data + skip, body->len - skip});
    WfValue code = finish(c);
    c->u->loc = s->loc;
    make_function(c, code, scope, parts, flags, decorators.len > 0 ? result : final);
    apply_decorators(c, decorators, bases, final);
    c->u->loc = s->loc;
    wf_gen_store_name(c, stored, final);
}

void wf_gen_lambda(WfGen *c, WfExpr *e, WfReg dst)
{
    const WfArguments *a = e->Lambda.args;
    check_arguments(c, a);
    WfReg parts = WF_NO_REG;
    int32_t flags = defaults(c, a, &parts);
    WfScope *scope = wf_symtable_scope(c, e);
    WfName *name = wf_gen_name_cstr(c, "<lambda>");
    if (c->failed) {
        return;
    }
    WfUnit u;
    wf_gen_push_unit(c, &u, WF_UNIT_LAMBDA, scope, name, e->loc.lineno);
    u.flags = function_flags(scope);
    set_counts(&u, a);
    (void)wf_gen_shown_const(c, WF_NONE);
    prologue(c);
    u.loc = e->Lambda.body->loc;
    WfReg r = wf_gen_expr(c, e->Lambda.body);
    wf_gen_emit(c, WF_OP_RETURN, r, 0, 0);
    WfValue code = finish(c);
    make_function(c, code, scope, parts, flags, dst);
}

/* --- classes --------------------------------------------------------------------------------------------------------------- */

void wf_gen_body(WfGen *c, WfStmtSeq body)
{
    if (c->u->scope->has_annotations) {
        wf_gen_emit(c, WF_OP_SETUP_ANNOTATIONS, 0, 0, 0);
    }
    WfValue doc = doc_value(c, &body);
    if (!wf_is_empty(doc)) {
        if (c->optimize < 2) {
            WfReg mark = c->u->temp;
            WfReg r = wf_gen_temp(c);
            c->u->loc = body.data[0]->loc;
            wf_gen_load_const(c, doc, r);
            wf_gen_store_name(c, wf_gen_name_cstr(c, "__doc__"), r);
            c->u->temp = mark;
        }
        body.data++;
        body.len--;
    }
    wf_gen_stmts(c, &body);
}

static WfValue class_code(WfGen *c, WfStmt *s, WfScope *scope, WfName *name)
{
    WfUnit u;
    wf_gen_push_unit(c, &u, WF_UNIT_CLASS, scope, name, first_line(s, s->ClassDef.decorator_list));
    prologue(c);
    WfReg r = wf_gen_temp(c);
    wf_gen_load_name(c, wf_gen_name_cstr(c, "__name__"), r);
    wf_gen_store_name(c, wf_gen_name_cstr(c, "__module__"), r);
    wf_gen_load_const(c, wf_from_object(u.qualname), r);
    wf_gen_store_name(c, wf_gen_name_cstr(c, "__qualname__"), r);
    u.temp = r;
    wf_gen_body(c, s->ClassDef.body);
    if (u.ins.len > 0) {
        u.loc = wf_vec_last(&u.ins).loc;
    }
    if (scope->needs_class_closure) {
        WfName *cell = wf_gen_name_cstr(c, "__class__");
        WfReg reg = c->failed ? 0 : wf_gen_cell_reg(c, cell);
        wf_gen_store_name(c, wf_gen_name_cstr(c, "__classcell__"), reg);
        wf_gen_emit(c, WF_OP_RETURN, reg, 0, 0);
    }
    return finish(c);
}

void wf_gen_class_def(WfGen *c, WfStmt *s)
{
    WfExprSeq decorators = s->ClassDef.decorator_list;
    if (wf_gen_forbidden(c, s->loc, s->ClassDef.name, WF_AST_Store)) {
        return;
    }
    WfReg *bases = push_decorators(c, decorators);
    WfName *name = wf_gen_name_ast(c, s->ClassDef.name);
    WfName *stored = wf_gen_mangled(c, s->ClassDef.name);
    WfScope *scope = wf_symtable_scope(c, s);
    if (c->failed) {
        return;
    }
    WfReg local = wf_gen_local_target(c, stored);
    WfReg final = local != WF_NO_REG ? local : wf_gen_temp(c);
    WfReg result = decorators.len > 0 ? bases[decorators.len - 1] + WF_CALL_GAP : final;
    WfValue code = class_code(c, s, scope, name);
    c->u->loc = s->loc;
    WfReg base = wf_gen_temps(c, WF_CALL_GAP + 2);
    wf_gen_emit(c, WF_OP_LOAD_BUILD_CLASS, base, 0, 0);
    make_function(c, code, scope, WF_NO_REG, 0, base + WF_CALL_GAP);
    c->u->temp = base + WF_CALL_GAP + 2;
    wf_gen_load_const(c, wf_from_object(name->str), base + WF_CALL_GAP + 1);
    wf_gen_call_with(c, base, 2, s->ClassDef.bases, s->ClassDef.keywords, result);
    apply_decorators(c, decorators, bases, final);
    c->u->loc = s->loc;
    wf_gen_store_name(c, stored, final);
}

/* --- comprehensions ---------------------------------------------------------------------------------------------------------- */

typedef struct Comp {
    WfComprehensionSeq gens;
    WfExpr *elt, *value;
    WfCompKind kind;
    WfReg result;
} Comp;

static void comp_item(WfGen *c, const Comp *k)
{
    WfReg mark = c->u->temp;
    WfLoc loc = c->u->loc;
    c->u->loc = k->elt->loc;
    WfReg r = wf_gen_operand(c, k->elt, k->value);
    switch (k->kind) {
    case WF_COMP_LIST: wf_gen_emit(c, WF_OP_LIST_APPEND, k->result, r, 0); break;
    case WF_COMP_SET: wf_gen_emit(c, WF_OP_SET_ADD, k->result, r, 0); break;
    case WF_COMP_DICT: {
        WfReg v = wf_gen_expr(c, k->value);
        c->u->loc.end_lineno = k->value->loc.end_lineno;
        c->u->loc.end_col_offset = k->value->loc.end_col_offset;
        wf_gen_emit(c, WF_OP_MAP_ADD, k->result, r, v);
        break;
    }
    case WF_COMP_GENERATOR:
    case WF_COMP_NONE: {
        WfReg v = r;
        if (!wf_gen_is_temp(c, r)) {
            v = wf_gen_temp(c);
            wf_gen_move(c, v, r);
        }
        wf_gen_emit(c, WF_OP_YIELD, v, v, 0);
        break;
    }
    }
    c->u->loc = loc;
    c->u->temp = mark;
}

/* The only item of [x] or (x,), which `for target in [x]` binds without a loop; NULL: anything else. */
static WfExpr *single_item(const WfExpr *iter)
{
    const WfExprSeq *elts = iter->kind == WF_AST_List ? &iter->List.elts : iter->kind == WF_AST_Tuple ? &iter->Tuple.elts : NULL;
    return elts != NULL && elts->len == 1 && elts->data[0]->kind != WF_AST_Starred ? elts->data[0] : NULL;
}

static void comp_loop(WfGen *c, const Comp *k, size_t i)
{
    WfComprehension *g = k->gens.data[i];
    WfReg mark = c->u->temp;
    WfLabel top = wf_gen_label(c), next = wf_gen_label(c), end = wf_gen_label(c);
    WfExpr *single = i > 0 && !g->is_async ? single_item(g->iter) : NULL;
    WfReg iter = 0;
    int32_t outer = c->u->handler;
    WfLabel stop = wf_gen_label(c);
    WfReg exc = WF_NO_REG;
    if (single != NULL) {
        WfReg v = wf_gen_expr(c, single);
        wf_gen_store(c, g->target, v);
    } else {
        if (i == 0) {
            iter = 0; /* .0 */
        } else {
            iter = wf_gen_temp(c);
            WfReg r = wf_gen_expr_in(c, g->iter, iter);
            wf_gen_emit(c, g->is_async ? WF_OP_GET_AITER : WF_OP_GET_ITER, iter, r, 0);
        }
        if (g->is_async) {
            exc = wf_gen_temp(c);
            wf_gen_place(c, top);
            c->u->handler = wf_gen_catch(c, stop, exc);
            WfReg pair = wf_gen_temps(c, 2);
            wf_gen_emit(c, WF_OP_GET_ANEXT, pair, iter, 0);
            wf_gen_send_loop(c, pair, pair + 1);
            c->u->handler = outer;
            wf_gen_store(c, g->target, pair + 1);
        } else {
            wf_gen_place(c, top);
            wf_gen_for_target(c, g->target, iter, end);
        }
    }
    for (size_t j = 0; j < g->ifs.len; j++) {
        wf_gen_jump_if(c, g->ifs.data[j], next, false);
    }
    if (i + 1 < k->gens.len) {
        comp_loop(c, k, i + 1);
    } else {
        comp_item(c, k);
    }
    wf_gen_place(c, next);
    if (single == NULL) {
        wf_gen_jump(c, WF_OP_JUMP, 0, 0, top);
    }
    if (g->is_async) {
        wf_gen_place(c, stop);
        wf_gen_jump(c, WF_OP_END_ASYNC_FOR, exc, 0, end);
    }
    wf_gen_place(c, end);
    c->u->temp = mark;
}

static WfValue comprehension_code(WfGen *c, WfExpr *e, Comp *k, WfScope *scope, const char *name)
{
    WfName *n = wf_gen_name_cstr(c, name);
    if (n == NULL) {
        return WF_NONE;
    }
    WfUnit u;
    wf_gen_push_unit(c, &u, WF_UNIT_COMPREHENSION, scope, n, e->loc.lineno);
    u.flags = function_flags(scope);
    u.n_args = 1;
    prologue(c);
    u.loc = e->loc;
    k->result = wf_gen_temp(c);
    switch (k->kind) {
    case WF_COMP_LIST: wf_gen_emit(c, WF_OP_BUILD_LIST, k->result, k->result, 0); break;
    case WF_COMP_SET: wf_gen_emit(c, WF_OP_BUILD_SET, k->result, k->result, 0); break;
    case WF_COMP_DICT: wf_gen_emit(c, WF_OP_BUILD_MAP, k->result, k->result, 0); break;
    default: break;
    }
    comp_loop(c, k, 0);
    if (k->kind == WF_COMP_GENERATOR) {
        (void)wf_gen_shown_const(c, WF_NONE);
        wf_gen_emit(c, WF_OP_RETURN_NONE, 0, 0, 0);
    } else {
        wf_gen_emit(c, WF_OP_RETURN, k->result, 0, 0);
    }
    return finish(c);
}

void wf_gen_comprehension(WfGen *c, WfExpr *e, WfReg dst)
{
    Comp k = {0};
    const char *name = NULL;
    switch ((WfAstKind)e->kind) {
    case WF_AST_ListComp: k = (Comp){e->ListComp.generators, e->ListComp.elt, NULL, WF_COMP_LIST, 0}; name = "<listcomp>"; break;
    case WF_AST_SetComp: k = (Comp){e->SetComp.generators, e->SetComp.elt, NULL, WF_COMP_SET, 0}; name = "<setcomp>"; break;
    case WF_AST_DictComp: k = (Comp){e->DictComp.generators, e->DictComp.key, e->DictComp.value, WF_COMP_DICT, 0}; name = "<dictcomp>"; break;
    default: k = (Comp){e->GeneratorExp.generators, e->GeneratorExp.elt, NULL, WF_COMP_GENERATOR, 0}; name = "<genexpr>"; break;
    }
    WfScope *scope = wf_symtable_scope(c, e);
    WfComprehension *outer = k.gens.data[0];
    bool is_async = scope->coroutine;
    bool top_await = c->u->kind == WF_UNIT_MODULE && (c->flags & WF_PYCF_TOP_LEVEL_AWAIT);
    if (is_async && k.kind != WF_COMP_GENERATOR && c->u->kind != WF_UNIT_ASYNC_FUNCTION && c->u->kind != WF_UNIT_COMPREHENSION && !top_await) {
        wf_gen_syntax_error(c, e->loc, "asynchronous comprehension outside of an asynchronous function");
        return;
    }
    WfValue code = comprehension_code(c, e, &k, scope, name);
    if (c->failed) {
        return;
    }
    WfReg mark = c->u->temp;
    WfReg base = wf_gen_temps(c, WF_CALL_GAP + 2);
    make_function(c, code, scope, WF_NO_REG, 0, base);
    WfReg r = wf_gen_expr_in(c, outer->iter, base + WF_CALL_GAP);
    wf_gen_emit(c, outer->is_async ? WF_OP_GET_AITER : WF_OP_GET_ITER, base + WF_CALL_GAP, r, 0);
    bool waits = is_async && k.kind != WF_COMP_GENERATOR;
    WfReg result = waits ? wf_gen_temp(c) : dst;
    wf_gen_emit(c, WF_OP_CALL, base, 1, result);
    if (waits) {
        wf_gen_await(c, result, dst, 0);
    }
    c->u->temp = mark;
}
