/* validate.c - checks a tree that a program has put together, before it is compiled.
 * SPDX-License-Identifier: MIT
 *
 * Design:     the parser's trees hold all this by construction; a tree made of ast objects may lack parts, have lists of
 *             different lengths or a target where a value is due, and the compiler relies on none of that.
 * Threads:    no state. */
#include "compiler/compile.h"
#include "compiler/gen.h"

typedef struct Check {
    WfThread *t;
    int depth;
} Check;

#define FAIL(c, type, ...) ((void)wf_raise((c)->t, WF_EXC(type), __VA_ARGS__), false)

static bool expr(Check *c, const WfExpr *e, WfExprContext ctx);
static bool stmt(Check *c, const WfStmt *s);
static bool pattern(Check *c, const WfPattern *p, bool star_ok);

static bool enter(Check *c)
{
    char here;
    if (++c->depth > 6000 || (uintptr_t)&here < c->t->c_limit) {
        return FAIL(c, RecursionError, "maximum recursion depth exceeded during compilation");
    }
    return true;
}

static bool name_ok(Check *c, const WfAstStr *name)
{
    static const char *const forbidden[] = {"None", "True", "False"};
    for (size_t i = 0; name != NULL && i < WF_ARRAY_LEN(forbidden); i++) {
        if (name->len == strlen(forbidden[i]) && memcmp(name->data, forbidden[i], name->len) == 0) {
            return FAIL(c, ValueError, "identifier field can't represent '%s' constant", forbidden[i]);
        }
    }
    return true;
}

static bool exprs(Check *c, WfExprSeq seq, WfExprContext ctx, bool null_ok)
{
    for (size_t i = 0; i < seq.len; i++) {
        if (seq.data[i] != NULL ? !expr(c, seq.data[i], ctx) : !null_ok) {
            return seq.data[i] != NULL || wf_pending(c->t) ? false : FAIL(c, ValueError, "None disallowed in expression list");
        }
    }
    return true;
}

static bool filled(Check *c, size_t n, const char *what, const char *owner)
{
    return n > 0 ? true : FAIL(c, ValueError, "empty %s on %s", what, owner);
}

static bool assigned(Check *c, WfExprSeq seq, WfExprContext ctx)
{
    return filled(c, seq.len, "targets", ctx == WF_AST_Del ? "Delete" : "Assign") && exprs(c, seq, ctx, false);
}

static bool opt(Check *c, const WfExpr *e)
{
    return e == NULL || expr(c, e, WF_AST_Load);
}

static bool keywords(Check *c, WfKeywordSeq seq)
{
    for (size_t i = 0; i < seq.len; i++) {
        if (!expr(c, seq.data[i]->value, WF_AST_Load)) {
            return false;
        }
    }
    return true;
}

static bool stmts(Check *c, const WfStmtSeq *seq)
{
    for (size_t i = 0; i < seq->len; i++) {
        if (seq->data[i] == NULL) {
            return FAIL(c, ValueError, "None disallowed in statement list");
        }
        if (!stmt(c, seq->data[i])) {
            return false;
        }
    }
    return true;
}

static bool body(Check *c, const WfStmtSeq *seq, const char *owner)
{
    return filled(c, seq->len, "body", owner) && stmts(c, seq);
}

static bool args(Check *c, WfArgSeq seq)
{
    for (size_t i = 0; i < seq.len; i++) {
        if (!opt(c, seq.data[i]->annotation)) {
            return false;
        }
    }
    return true;
}

static bool arguments(Check *c, const WfArguments *a)
{
    if (!args(c, a->posonlyargs) || !args(c, a->args) || (a->vararg != NULL && !opt(c, a->vararg->annotation)) || !args(c, a->kwonlyargs)
        || (a->kwarg != NULL && !opt(c, a->kwarg->annotation))) {
        return false;
    }
    if (a->defaults.len > a->posonlyargs.len + a->args.len) {
        return FAIL(c, ValueError, "more positional defaults than args on arguments");
    }
    if (a->kw_defaults.len != a->kwonlyargs.len) {
        return FAIL(c, ValueError, "length of kwonlyargs is not the same as kw_defaults on arguments");
    }
    return exprs(c, a->defaults, WF_AST_Load, false) && exprs(c, a->kw_defaults, WF_AST_Load, true);
}

static bool generators(Check *c, WfComprehensionSeq seq)
{
    if (seq.len == 0) {
        return FAIL(c, ValueError, "comprehension with no generators");
    }
    for (size_t i = 0; i < seq.len; i++) {
        const WfComprehension *g = seq.data[i];
        if (!expr(c, g->target, WF_AST_Store) || !expr(c, g->iter, WF_AST_Load) || !exprs(c, g->ifs, WF_AST_Load, false)) {
            return false;
        }
    }
    return true;
}

static bool context(Check *c, const WfExpr *e, WfExprContext want)
{
    static const char *const names[] = {"Load", "Store", "Del"};
    WfExprContext has = WF_AST_Load;
    switch ((WfAstKind)e->kind) {
    case WF_AST_Attribute: has = e->Attribute.ctx; break;
    case WF_AST_Subscript: has = e->Subscript.ctx; break;
    case WF_AST_Starred: has = e->Starred.ctx; break;
    case WF_AST_Name:
        has = e->Name.ctx;
        if (!name_ok(c, e->Name.id)) {
            return false;
        }
        break;
    case WF_AST_List: has = e->List.ctx; break;
    case WF_AST_Tuple: has = e->Tuple.ctx; break;
    default:
        if (want != WF_AST_Load) {
            return FAIL(c, ValueError, "expression which can't be assigned to in %s context", names[want]);
        }
        return true;
    }
    return has == want ? true : FAIL(c, ValueError, "expression must have %s context but has %s instead", names[want], names[has]);
}

static bool expr_parts(Check *c, const WfExpr *e, WfExprContext ctx)
{
    switch ((WfAstKind)e->kind) {
    case WF_AST_BoolOp:
        if (e->BoolOp.values.len < 2) {
            return FAIL(c, ValueError, "BoolOp with less than 2 values");
        }
        return exprs(c, e->BoolOp.values, WF_AST_Load, false);
    case WF_AST_NamedExpr:
        if (e->NamedExpr.target->kind != WF_AST_Name) {
            return FAIL(c, TypeError, "NamedExpr target must be a Name");
        }
        return expr(c, e->NamedExpr.target, WF_AST_Store) && expr(c, e->NamedExpr.value, WF_AST_Load);
    case WF_AST_BinOp: return expr(c, e->BinOp.left, WF_AST_Load) && expr(c, e->BinOp.right, WF_AST_Load);
    case WF_AST_UnaryOp: return expr(c, e->UnaryOp.operand, WF_AST_Load);
    case WF_AST_Lambda: return arguments(c, e->Lambda.args) && expr(c, e->Lambda.body, WF_AST_Load);
    case WF_AST_IfExp: return expr(c, e->IfExp.test, WF_AST_Load) && expr(c, e->IfExp.body, WF_AST_Load) && expr(c, e->IfExp.orelse, WF_AST_Load);
    case WF_AST_Dict:
        if (e->Dict.keys.len != e->Dict.values.len) {
            return FAIL(c, ValueError, "Dict doesn't have the same number of keys as values");
        }
        return exprs(c, e->Dict.keys, WF_AST_Load, true) && exprs(c, e->Dict.values, WF_AST_Load, false);
    case WF_AST_Set: return exprs(c, e->Set.elts, WF_AST_Load, false);
    case WF_AST_ListComp: return generators(c, e->ListComp.generators) && expr(c, e->ListComp.elt, WF_AST_Load);
    case WF_AST_SetComp: return generators(c, e->SetComp.generators) && expr(c, e->SetComp.elt, WF_AST_Load);
    case WF_AST_GeneratorExp: return generators(c, e->GeneratorExp.generators) && expr(c, e->GeneratorExp.elt, WF_AST_Load);
    case WF_AST_DictComp:
        return generators(c, e->DictComp.generators) && expr(c, e->DictComp.key, WF_AST_Load) && expr(c, e->DictComp.value, WF_AST_Load);
    case WF_AST_Yield: return opt(c, e->Yield.value);
    case WF_AST_YieldFrom: return expr(c, e->YieldFrom.value, WF_AST_Load);
    case WF_AST_Await: return expr(c, e->Await.value, WF_AST_Load);
    case WF_AST_Compare:
        if (e->Compare.comparators.len == 0) {
            return FAIL(c, ValueError, "Compare with no comparators");
        }
        if (e->Compare.comparators.len != e->Compare.ops.len) {
            return FAIL(c, ValueError, "Compare has a different number of comparators and operands");
        }
        return exprs(c, e->Compare.comparators, WF_AST_Load, false) && expr(c, e->Compare.left, WF_AST_Load);
    case WF_AST_Call:
        return expr(c, e->Call.func, WF_AST_Load) && exprs(c, e->Call.args, WF_AST_Load, false) && keywords(c, e->Call.keywords);
    case WF_AST_JoinedStr:
        for (size_t i = 0; i < e->JoinedStr.values.len; i++) {
            const WfExpr *v = e->JoinedStr.values.data[i];
            if (v != NULL && v->kind == WF_AST_Constant && v->Constant.value.kind != WF_CONST_STR && v->Constant.value.kind != WF_CONST_OBJECT) {
                return FAIL(c, TypeError, "JoinedStr values must be strings or FormattedValues");
            }
        }
        return exprs(c, e->JoinedStr.values, WF_AST_Load, false);
    case WF_AST_FormattedValue: return expr(c, e->FormattedValue.value, WF_AST_Load) && opt(c, e->FormattedValue.format_spec);
    case WF_AST_Attribute: return expr(c, e->Attribute.value, WF_AST_Load);
    case WF_AST_Subscript: return expr(c, e->Subscript.slice, WF_AST_Load) && expr(c, e->Subscript.value, WF_AST_Load);
    case WF_AST_Starred: return expr(c, e->Starred.value, ctx);
    case WF_AST_Slice: return opt(c, e->Slice.lower) && opt(c, e->Slice.upper) && opt(c, e->Slice.step);
    case WF_AST_List: return exprs(c, e->List.elts, ctx, false);
    case WF_AST_Tuple: return exprs(c, e->Tuple.elts, ctx, false);
    default: return true;
    }
}

static bool expr(Check *c, const WfExpr *e, WfExprContext ctx)
{
    if (!enter(c)) {
        return false;
    }
    bool ok = context(c, e, ctx) && expr_parts(c, e, ctx);
    c->depth--;
    return ok;
}

/* --- patterns -------------------------------------------------------------------------------------------------------- */

static bool match_value(Check *c, const WfExpr *e)
{
    if (!expr(c, e, WF_AST_Load)) {
        return false;
    }
    switch ((WfAstKind)e->kind) {
    case WF_AST_Constant: {
        WfConstKind k = (WfConstKind)e->Constant.value.kind;
        bool tuple = k == WF_CONST_OBJECT && (WF_IS_KIND(WF_VALUE(e->Constant.value.object), TUPLE) || WF_IS_EXACT(WF_VALUE(e->Constant.value.object), FROZENSET));
        if (k == WF_CONST_ELLIPSIS || k == WF_CONST_NONE || k == WF_CONST_TRUE || k == WF_CONST_FALSE || tuple) {
            return FAIL(c, ValueError, "unexpected constant inside of a literal pattern");
        }
        return true;
    }
    case WF_AST_Attribute: {
        const WfExpr *base = e;
        while (base->kind == WF_AST_Attribute) {
            base = base->Attribute.value;
        }
        return base->kind == WF_AST_Name ? true : FAIL(c, ValueError, "patterns may only match literals and attribute lookups");
    }
    case WF_AST_UnaryOp:
        if (e->UnaryOp.op == WF_AST_USub && e->UnaryOp.operand->kind == WF_AST_Constant) {
            return true;
        }
        break;
    case WF_AST_BinOp:
        if ((e->BinOp.op == WF_AST_Add || e->BinOp.op == WF_AST_Sub) && e->BinOp.right->kind == WF_AST_Constant) {
            return true;
        }
        break;
    case WF_AST_JoinedStr: return true; /* the compiler says what is wrong with it */
    default: break;
    }
    return FAIL(c, ValueError, "patterns may only match literals and attribute lookups");
}

static bool capture(Check *c, const WfAstStr *name)
{
    if (name != NULL && name->len == 1 && name->data[0] == '_') {
        return FAIL(c, ValueError, "can't capture name '_' in patterns");
    }
    return name_ok(c, name);
}

static bool patterns(Check *c, WfPatternSeq seq, bool star_ok)
{
    for (size_t i = 0; i < seq.len; i++) {
        if (!pattern(c, seq.data[i], star_ok)) {
            return false;
        }
    }
    return true;
}

static bool pattern_parts(Check *c, const WfPattern *p, bool star_ok)
{
    switch ((WfAstKind)p->kind) {
    case WF_AST_MatchValue: return match_value(c, p->MatchValue.value);
    case WF_AST_MatchSingleton: {
        WfConstKind k = (WfConstKind)p->MatchSingleton.value.kind;
        return k == WF_CONST_NONE || k == WF_CONST_TRUE || k == WF_CONST_FALSE
                   ? true
                   : FAIL(c, ValueError, "MatchSingleton can only contain True, False and None");
    }
    case WF_AST_MatchSequence: return patterns(c, p->MatchSequence.patterns, true);
    case WF_AST_MatchMapping:
        if (p->MatchMapping.keys.len != p->MatchMapping.patterns.len) {
            return FAIL(c, ValueError, "MatchMapping doesn't have the same number of keys as patterns");
        }
        if (!capture(c, p->MatchMapping.rest)) {
            return false;
        }
        for (size_t i = 0; i < p->MatchMapping.keys.len; i++) {
            const WfExpr *key = p->MatchMapping.keys.data[i];
            if (key->kind == WF_AST_Constant && (key->Constant.value.kind == WF_CONST_NONE || key->Constant.value.kind == WF_CONST_TRUE
                                                 || key->Constant.value.kind == WF_CONST_FALSE)) {
                continue;
            }
            if (!match_value(c, key)) {
                return false;
            }
        }
        return patterns(c, p->MatchMapping.patterns, false);
    case WF_AST_MatchClass: {
        if (p->MatchClass.kwd_attrs.len != p->MatchClass.kwd_patterns.len) {
            return FAIL(c, ValueError, "MatchClass doesn't have the same number of keyword attributes as patterns");
        }
        if (!expr(c, p->MatchClass.cls, WF_AST_Load)) {
            return false;
        }
        const WfExpr *base = p->MatchClass.cls;
        while (base->kind == WF_AST_Attribute) {
            base = base->Attribute.value;
        }
        if (base->kind != WF_AST_Name) {
            return FAIL(c, ValueError, "MatchClass cls field can only contain Name or Attribute nodes.");
        }
        for (size_t i = 0; i < p->MatchClass.kwd_attrs.len; i++) {
            if (!name_ok(c, p->MatchClass.kwd_attrs.data[i])) {
                return false;
            }
        }
        return patterns(c, p->MatchClass.patterns, false) && patterns(c, p->MatchClass.kwd_patterns, false);
    }
    case WF_AST_MatchStar:
        return star_ok ? p->MatchStar.name == NULL || capture(c, p->MatchStar.name) : FAIL(c, ValueError, "can't use MatchStar here");
    case WF_AST_MatchAs:
        if (p->MatchAs.name != NULL && !capture(c, p->MatchAs.name)) {
            return false;
        }
        if (p->MatchAs.pattern == NULL) {
            return true;
        }
        return p->MatchAs.name != NULL ? pattern(c, p->MatchAs.pattern, false)
                                       : FAIL(c, ValueError, "MatchAs must specify a target name if a pattern is given");
    case WF_AST_MatchOr:
        return p->MatchOr.patterns.len >= 2 ? patterns(c, p->MatchOr.patterns, false)
                                            : FAIL(c, ValueError, "MatchOr requires at least 2 patterns");
    default: return FAIL(c, SystemError, "unexpected pattern");
    }
}

static bool pattern(Check *c, const WfPattern *p, bool star_ok)
{
    if (!enter(c)) {
        return false;
    }
    bool ok = pattern_parts(c, p, star_ok);
    c->depth--;
    return ok;
}

/* --- statements -------------------------------------------------------------------------------------------------------- */

static bool function(Check *c, const WfStmtSeq *b, const WfArguments *a, WfExprSeq decorators, const WfExpr *returns, const char *owner)
{
    return body(c, b, owner) && arguments(c, a) && exprs(c, decorators, WF_AST_Load, false) && opt(c, returns);
}

static bool with(Check *c, WfWithItemSeq items, const WfStmtSeq *b, const char *owner)
{
    if (!filled(c, items.len, "items", owner)) {
        return false;
    }
    for (size_t i = 0; i < items.len; i++) {
        const WfWithItem *x = items.data[i];
        if (!expr(c, x->context_expr, WF_AST_Load) || (x->optional_vars != NULL && !expr(c, x->optional_vars, WF_AST_Store))) {
            return false;
        }
    }
    return body(c, b, owner);
}

static bool try_stmt(Check *c, const WfStmtSeq *b, WfExceptHandlerSeq handlers, const WfStmtSeq *orelse, const WfStmtSeq *final, const char *owner)
{
    if (!body(c, b, owner)) {
        return false;
    }
    if (handlers.len == 0 && final->len == 0) {
        return FAIL(c, ValueError, "%s has neither except handlers nor finalbody", owner);
    }
    if (handlers.len == 0 && orelse->len > 0) {
        return FAIL(c, ValueError, "%s has orelse but no except handlers", owner);
    }
    for (size_t i = 0; i < handlers.len; i++) {
        if (!opt(c, handlers.data[i]->ExceptHandler.type) || !body(c, &handlers.data[i]->ExceptHandler.body, "ExceptHandler")) {
            return false;
        }
    }
    return stmts(c, final) && stmts(c, orelse);
}

static bool match(Check *c, const WfStmt *s)
{
    if (!expr(c, s->Match.subject, WF_AST_Load) || !filled(c, s->Match.cases.len, "cases", "Match")) {
        return false;
    }
    for (size_t i = 0; i < s->Match.cases.len; i++) {
        const WfMatchCase *m = s->Match.cases.data[i];
        if (!pattern(c, m->pattern, false) || !opt(c, m->guard) || !body(c, &m->body, "match_case")) {
            return false;
        }
    }
    return true;
}

static bool ann_assign(Check *c, const WfStmt *s)
{
    const WfExpr *target = s->AnnAssign.target;
    if (target->kind != WF_AST_Name && s->AnnAssign.simple) {
        return FAIL(c, TypeError, "AnnAssign with simple non-Name target");
    }
    if (target->kind != WF_AST_Name && target->kind != WF_AST_Attribute && target->kind != WF_AST_Subscript) {
        return FAIL(c, ValueError, "expression which can't be assigned to in Store context");
    }
    return expr(c, target, WF_AST_Store) && opt(c, s->AnnAssign.value) && expr(c, s->AnnAssign.annotation, WF_AST_Load);
}

static bool stmt_parts(Check *c, const WfStmt *s)
{
    switch ((WfAstKind)s->kind) {
    case WF_AST_FunctionDef:
        return function(c, &s->FunctionDef.body, s->FunctionDef.args, s->FunctionDef.decorator_list, s->FunctionDef.returns, "FunctionDef");
    case WF_AST_AsyncFunctionDef:
        return function(c, &s->AsyncFunctionDef.body, s->AsyncFunctionDef.args, s->AsyncFunctionDef.decorator_list, s->AsyncFunctionDef.returns,
                        "AsyncFunctionDef");
    case WF_AST_ClassDef:
        return body(c, &s->ClassDef.body, "ClassDef") && exprs(c, s->ClassDef.bases, WF_AST_Load, false) && keywords(c, s->ClassDef.keywords)
               && exprs(c, s->ClassDef.decorator_list, WF_AST_Load, false);
    case WF_AST_Return: return opt(c, s->Return.value);
    case WF_AST_Delete: return assigned(c, s->Delete.targets, WF_AST_Del);
    case WF_AST_Assign: return assigned(c, s->Assign.targets, WF_AST_Store) && expr(c, s->Assign.value, WF_AST_Load);
    case WF_AST_AugAssign: {
        WfAstKind k = (WfAstKind)s->AugAssign.target->kind;
        if (k != WF_AST_Name && k != WF_AST_Attribute && k != WF_AST_Subscript) {
            return FAIL(c, ValueError, "expression which can't be assigned to in Store context");
        }
        return expr(c, s->AugAssign.target, WF_AST_Store) && expr(c, s->AugAssign.value, WF_AST_Load);
    }
    case WF_AST_AnnAssign: return ann_assign(c, s);
    case WF_AST_For:
        return expr(c, s->For.target, WF_AST_Store) && expr(c, s->For.iter, WF_AST_Load) && body(c, &s->For.body, "For") && stmts(c, &s->For.orelse);
    case WF_AST_AsyncFor:
        return expr(c, s->AsyncFor.target, WF_AST_Store) && expr(c, s->AsyncFor.iter, WF_AST_Load) && body(c, &s->AsyncFor.body, "AsyncFor")
               && stmts(c, &s->AsyncFor.orelse);
    case WF_AST_While: return expr(c, s->While.test, WF_AST_Load) && body(c, &s->While.body, "While") && stmts(c, &s->While.orelse);
    case WF_AST_If: return expr(c, s->If.test, WF_AST_Load) && body(c, &s->If.body, "If") && stmts(c, &s->If.orelse);
    case WF_AST_With: return with(c, s->With.items, &s->With.body, "With");
    case WF_AST_AsyncWith: return with(c, s->AsyncWith.items, &s->AsyncWith.body, "AsyncWith");
    case WF_AST_Match: return match(c, s);
    case WF_AST_Raise:
        if (s->Raise.exc != NULL) {
            return expr(c, s->Raise.exc, WF_AST_Load) && opt(c, s->Raise.cause);
        }
        return s->Raise.cause == NULL ? true : FAIL(c, ValueError, "Raise with cause but no exception");
    case WF_AST_Try: return try_stmt(c, &s->Try.body, s->Try.handlers, &s->Try.orelse, &s->Try.finalbody, "Try");
    case WF_AST_TryStar: return try_stmt(c, &s->TryStar.body, s->TryStar.handlers, &s->TryStar.orelse, &s->TryStar.finalbody, "TryStar");
    case WF_AST_Assert: return expr(c, s->Assert.test, WF_AST_Load) && opt(c, s->Assert.msg);
    case WF_AST_Import: return filled(c, s->Import.names.len, "names", "Import");
    case WF_AST_ImportFrom:
        if (s->ImportFrom.level < 0) {
            return FAIL(c, ValueError, "Negative ImportFrom level");
        }
        return filled(c, s->ImportFrom.names.len, "names", "ImportFrom");
    case WF_AST_Global: return filled(c, s->Global.names.len, "names", "Global");
    case WF_AST_Nonlocal: return filled(c, s->Nonlocal.names.len, "names", "Nonlocal");
    case WF_AST_Expr: return expr(c, s->Expr.value, WF_AST_Load);
    default: return true;
    }
}

static bool stmt(Check *c, const WfStmt *s)
{
    if (!enter(c)) {
        return false;
    }
    bool ok = stmt_parts(c, s);
    c->depth--;
    return ok;
}

WfStatus wf_compile_validate(WfThread *t, const WfMod *tree)
{
    Check c = {t, 0};
    bool ok = true;
    switch ((WfAstKind)tree->kind) {
    case WF_AST_Module: ok = stmts(&c, &tree->Module.body); break;
    case WF_AST_Interactive: ok = stmts(&c, &tree->Interactive.body); break;
    case WF_AST_Expression: ok = expr(&c, tree->Expression.body, WF_AST_Load); break;
    default: break;
    }
    return ok ? WF_OK : WF_RAISED;
}
