/* stmt.c - statements.
 * SPDX-License-Identifier: MIT
 * Design:     see parser.c. The first token decides which statement it is, but for "match", which may be
 *             a name, and "with (", which may begin an expression: these two are tried and taken back.
 *             Statements are pushed on the scratch; a block is what lies there when it ends.
 * Threads:    one parser, one thread.
 * Tests:      tests/unit/test_parser.c */
#include <string.h>

#include "syntax/rules.h"

static bool statement(WfParser *p);
static bool simple_stmts(WfParser *p);

/* A statement from `start` to the last token that is more than white space. */
static WfStmt *new_stmt(WfParser *p, WfAstKind kind, WfLoc start)
{
    WfStmt *s = wf_ast_new(p->arena, kind);
    if (s == NULL) {
        return wf_parse_nomem(p);
    }
    uint32_t i = p->pos - 1;
    while (i > 0
           && (p->toks[i].kind == T_NEWLINE || p->toks[i].kind == T_INDENT
               || p->toks[i].kind == T_DEDENT || p->toks[i].kind == T_END)) {
        i--;
    }
    s->loc = (WfLoc){start.lineno, start.col_offset, p->toks[i].end_lineno, p->toks[i].end_col};
    return s;
}

/* The token must come now: an error already in the first pass. */
static bool force(WfParser *p, TokKind k, const char *text)
{
    if (accept(p, k)) {
        return true;
    }
    if (p->failed) {
        return false;
    }
    WfLoc at = here(p);
    wf_parse_raise_range(p, &at, &at, "expected '%s'", text);
    return false;
}

static bool too_old(WfParser *p, int version, const char *what)
{
    if (p->feature_version >= version) {
        return false;
    }
    wf_parse_raise_last(p, WF_SYNTAX_ERROR, "%s only supported in Python 3.%d and greater", what,
                        version);
    return true;
}

/* ---- blocks ---- */

static bool statements(WfParser *p)
{
    do {
        if (!statement(p)) {
            return false;
        }
    } while (peek(p) != T_DEDENT && peek(p) != T_END);
    return true;
}

static bool block(WfParser *p, WfStmtSeq *out)
{
    size_t base = p->scratch.len;
    if (accept(p, T_NEWLINE)) {
        if (!accept(p, T_INDENT)) {
            if (p->diagnosing && !p->failed) {
                wf_parse_raise_last(p, WF_SYNTAX_INDENTATION, "expected an indented block");
            }
            return false;
        }
        if (!statements(p) || !accept(p, T_DEDENT)) {
            return false;
        }
    } else if (!simple_stmts(p)) {
        return false;
    }
    return wf_parse_seq(p, base, out);
}

bool wf_rule_block(WfParser *p, WfStmtSeq *out)
{
    if (!enter(p)) {
        return false;
    }
    bool ok;
    if (!p->diagnosing) {
        ok = block(p, out);
    } else {
        void *known;
        uint32_t start = p->pos;
        size_t base = p->scratch.len;
        *out = (WfStmtSeq){0};
        if (wf_memo_get(p, M_BLOCK, &known)) {
            ok = known != NULL;
        } else {
            ok = block(p, out);
            wf_memo_put(p, M_BLOCK, start, base, ok ? p : NULL);
        }
    }
    p->level--;
    return ok;
}

/* ---- simple statements ---- */

WfExpr *wf_rule_annotation(WfParser *p, bool star)
{
    p->pos++;
    if (star && peek(p) == T_STAR) {
        return wf_rule_star_expression(p);
    }
    return wf_rule_expression(p);
}

static WfStmt *annotated(WfParser *p, WfLoc start, WfExpr *target)
{
    if (target->kind != WF_AST_Name && target->kind != WF_AST_Attribute && target->kind != WF_AST_Subscript) {
        return NULL;
    }
    WfExpr *annotation = wf_rule_annotation(p, false);
    if (annotation == NULL) {
        return NULL;
    }
    WfExpr *value = NULL;
    if (accept(p, T_EQUAL)) {
        value = wf_rule_yield_or_star(p);
        if (value == NULL) {
            return NULL;
        }
    }
    if (too_old(p, 6, "Variable annotation syntax is")) {
        return NULL;
    }
    WfStmt *s = new_stmt(p, WF_AST_AnnAssign, start);
    if (s != NULL) {
        wf_rule_set_context(target, WF_AST_Store);
        s->AnnAssign.target = target;
        s->AnnAssign.annotation = annotation;
        s->AnnAssign.value = value;
        s->AnnAssign.simple = target->kind == WF_AST_Name && !(target->flags & WF_AST_PAREN);
    }
    return s;
}

/* An expression, or an assignment of any kind. */
static WfStmt *expression_stmt(WfParser *p)
{
    WfLoc start = here(p);
    WfExpr *e = wf_rule_yield_or_star(p);
    if (e == NULL) {
        return NULL;
    }
    TokKind k = peek(p);
    bool yields = (e->kind == WF_AST_Yield || e->kind == WF_AST_YieldFrom)
                  && !(e->flags & WF_AST_PAREN);
    if (k == T_EQUAL) {
        size_t base = p->scratch.len;
        while (accept(p, T_EQUAL)) {
            if (yields || !wf_rule_set_context(e, WF_AST_Store) || !push_node(p, e)) {
                return NULL;
            }
            yields = peek(p) == T_YIELD;
            e = wf_rule_yield_or_star(p);
            if (e == NULL) {
                return NULL;
            }
        }
        const WfAstStr *comment = wf_rule_type_comment(p);
        WfStmt *s = p->failed ? NULL : new_stmt(p, WF_AST_Assign, start);
        if (s == NULL || !wf_parse_seq(p, base, &s->Assign.targets)) {
            return NULL;
        }
        if (comment != NULL) {
            const Tok *t = prev_tok(p);
            s->loc.end_lineno = t->end_lineno;
            s->loc.end_col_offset = t->end_col;
        }
        s->Assign.value = e;
        s->Assign.type_comment = comment;
        return s;
    }
    if (k == T_COLON && !yields) {
        return annotated(p, start, e);
    }
    if (k >= T_PLUSEQ && k <= T_DOUBLESLASHEQ) {
        if (yields
            || (e->kind != WF_AST_Name && e->kind != WF_AST_Attribute
                && e->kind != WF_AST_Subscript)) {
            return NULL;
        }
        p->pos++;
        if (k == T_ATEQ && too_old(p, 5, "The '@' operator is")) {
            return NULL;
        }
        WfExpr *value = wf_rule_yield_or_star(p);
        WfStmt *s = value != NULL ? new_stmt(p, WF_AST_AugAssign, start) : NULL;
        if (s != NULL) {
            wf_rule_set_context(e, WF_AST_Store);
            s->AugAssign.target = e;
            s->AugAssign.op = (WfOperator)(k - T_PLUSEQ);
            s->AugAssign.value = value;
        }
        return s;
    }
    WfStmt *s = new_stmt(p, WF_AST_Expr, start);
    if (s != NULL) {
        s->Expr.value = e;
    }
    return s;
}

static WfStmt *return_stmt(WfParser *p, WfLoc start)
{
    WfExpr *value = NULL;
    TokKind k = peek(p);
    if (k != T_NEWLINE && k != T_SEMI) {
        value = wf_rule_star_expressions(p);
        if (value == NULL) {
            return NULL;
        }
    }
    WfStmt *s = new_stmt(p, WF_AST_Return, start);
    if (s != NULL) {
        s->Return.value = value;
    }
    return s;
}

static WfStmt *raise_stmt(WfParser *p, WfLoc start)
{
    WfExpr *exc = NULL;
    WfExpr *cause = NULL;
    TokKind k = peek(p);
    if (k != T_NEWLINE && k != T_SEMI) {
        exc = wf_rule_expression(p);
        if (exc == NULL) {
            return NULL;
        }
        if (accept(p, T_FROM)) {
            cause = wf_rule_expression(p);
            if (cause == NULL) {
                return NULL;
            }
        }
    }
    WfStmt *s = new_stmt(p, WF_AST_Raise, start);
    if (s != NULL) {
        s->Raise.exc = exc;
        s->Raise.cause = cause;
    }
    return s;
}

static WfStmt *assert_stmt(WfParser *p, WfLoc start)
{
    WfExpr *test = wf_rule_expression(p);
    if (test == NULL) {
        return NULL;
    }
    WfExpr *msg = NULL;
    if (accept(p, T_COMMA)) {
        msg = wf_rule_expression(p);
        if (msg == NULL) {
            return NULL;
        }
    }
    WfStmt *s = new_stmt(p, WF_AST_Assert, start);
    if (s != NULL) {
        s->Assert.test = test;
        s->Assert.msg = msg;
    }
    return s;
}

static WfStmt *names_stmt(WfParser *p, WfAstKind kind, WfLoc start)
{
    size_t base = p->scratch.len;
    do {
        if (!push_node(p, (void *)wf_rule_identifier(p))) {
            return NULL;
        }
    } while (accept(p, T_COMMA));
    WfStmt *s = new_stmt(p, kind, start);
    /* Global and Nonlocal have the same layout. */
    return s != NULL && wf_parse_seq(p, base, &s->Global.names) ? s : NULL;
}

static WfStmt *del_stmt(WfParser *p, WfLoc start)
{
    size_t base = p->scratch.len;
    do {
        TokKind k = peek(p);
        if (p->scratch.len > base && (k == T_NEWLINE || k == T_SEMI)) {
            break;
        }
        WfExpr *e = wf_rule_primary(p);
        if (e == NULL || !wf_rule_set_context(e, WF_AST_Del) || !push_node(p, e)) {
            return NULL;
        }
    } while (accept(p, T_COMMA));
    TokKind k = peek(p);
    if (k != T_NEWLINE && k != T_SEMI) {
        return NULL;
    }
    WfStmt *s = new_stmt(p, WF_AST_Delete, start);
    return s != NULL && wf_parse_seq(p, base, &s->Delete.targets) ? s : NULL;
}

/* NAME ('.' NAME)* as one string. */
static const WfAstStr *dotted_name(WfParser *p)
{
    const WfAstStr *name = wf_rule_identifier(p);
    if (name == NULL || peek(p) != T_DOT) {
        return name;
    }
    WfU8Vec text = {0};
    bool ok = wf_vec_append(&text, name->data, name->len);
    while (ok && accept(p, T_DOT)) {
        name = wf_rule_identifier(p);
        if (name == NULL) {
            wf_vec_free(&text);
            return NULL;
        }
        ok = wf_vec_push(&text, '.') && wf_vec_append(&text, name->data, name->len);
    }
    name = NULL;
    if (!ok) {
        wf_parse_nomem(p);
    } else if (!p->failed) {
        name = wf_parse_name(p, (const char *)text.data, text.len);
    }
    wf_vec_free(&text);
    return name;
}

/* What follows a name in an import: ['as' NAME]. */
static WfAlias *alias(WfParser *p, WfLoc start, const WfAstStr *name)
{
    const WfAstStr *asname = NULL;
    if (name == NULL) {
        return NULL;
    }
    if (accept(p, T_AS)) {
        asname = wf_rule_identifier(p);
        if (asname == NULL) {
            return NULL;
        }
    }
    WfAlias *a = new_node(p, WF_AST_alias, start);
    if (a != NULL) {
        a->name = name;
        a->asname = asname;
    }
    return a;
}

static WfStmt *import_stmt(WfParser *p, WfLoc start)
{
    size_t base = p->scratch.len;
    do {
        WfLoc at = here(p);
        if (!push_node(p, alias(p, at, dotted_name(p)))) {
            return NULL;
        }
    } while (accept(p, T_COMMA));
    WfStmt *s = new_stmt(p, WF_AST_Import, start);
    return s != NULL && wf_parse_seq(p, base, &s->Import.names) ? s : NULL;
}

bool wf_rule_import_names(WfParser *p)
{
    for (;;) {
        WfLoc at = here(p);
        if (!push_node(p, alias(p, at, wf_rule_identifier(p)))) {
            return false;
        }
        if (peek(p) != T_COMMA || peek2(p) != T_NAME) {
            return true;
        }
        p->pos++;
    }
}

static WfStmt *import_from_stmt(WfParser *p, WfLoc start)
{
    int level = 0;
    for (;;) {
        if (accept(p, T_DOT)) {
            level++;
        } else if (accept(p, T_ELLIPSIS)) {
            level += 3;
        } else {
            break;
        }
    }
    const WfAstStr *module = NULL;
    if (peek(p) != T_IMPORT || level == 0) {
        module = dotted_name(p);
        if (module == NULL) {
            return NULL;
        }
    }
    if (!accept(p, T_IMPORT)) {
        return NULL;
    }
    size_t base = p->scratch.len;
    if (peek(p) == T_STAR) {
        WfLoc at = here(p);
        p->pos++;
        WfAlias *all = new_node(p, WF_AST_alias, at);
        if (!push_node(p, all)) {
            return NULL;
        }
        all->name = wf_parse_name(p, "*", 1);
        if (all->name == NULL) {
            return NULL;
        }
    } else {
        uint32_t first = p->pos;
        bool paren = accept(p, T_LPAR);
        bool ok = wf_rule_import_names(p);
        if (ok && paren) {
            accept(p, T_COMMA);
            ok = accept(p, T_RPAR);
        } else if (ok) {
            ok = peek(p) != T_COMMA;
        }
        if (!ok) {
            if (p->diagnosing && !p->failed) {
                p->pos = first;
                wf_diag_import_from(p);
            }
            return NULL;
        }
    }
    WfStmt *s = new_stmt(p, WF_AST_ImportFrom, start);
    if (s == NULL || !wf_parse_seq(p, base, &s->ImportFrom.names)) {
        return NULL;
    }
    s->ImportFrom.module = module;
    s->ImportFrom.level = level;
    return s;
}

static WfStmt *simple_stmt(WfParser *p)
{
    WfLoc start = here(p);
    TokKind k = peek(p);
    switch (k) {
    case T_RETURN:
        p->pos++;
        return return_stmt(p, start);
    case T_IMPORT:
        p->pos++;
        return import_stmt(p, start);
    case T_FROM:
        p->pos++;
        return import_from_stmt(p, start);
    case T_RAISE:
        p->pos++;
        return raise_stmt(p, start);
    case T_PASS:
        p->pos++;
        return new_stmt(p, WF_AST_Pass, start);
    case T_BREAK:
        p->pos++;
        return new_stmt(p, WF_AST_Break, start);
    case T_CONTINUE:
        p->pos++;
        return new_stmt(p, WF_AST_Continue, start);
    case T_DEL: {
        uint32_t first = p->pos++;
        WfStmt *s = del_stmt(p, start);
        if (s == NULL && p->diagnosing && !p->failed) {
            p->pos = first;
            wf_diag_del(p);
        }
        return s;
    }
    case T_ASSERT:
        p->pos++;
        return assert_stmt(p, start);
    case T_GLOBAL:
    case T_NONLOCAL:
        p->pos++;
        return names_stmt(p, k == T_GLOBAL ? WF_AST_Global : WF_AST_Nonlocal, start);
    default:
        if (p->diagnosing) {
            return wf_diag_assignment(p) ? new_stmt(p, WF_AST_Pass, start) : NULL;
        }
        return expression_stmt(p);
    }
}

static bool simple_stmts(WfParser *p)
{
    do {
        if (!push_node(p, simple_stmt(p))) {
            return false;
        }
    } while (accept(p, T_SEMI) && peek(p) != T_NEWLINE);
    return accept(p, T_NEWLINE);
}

/* ---- compound statements ---- */

static bool diag(WfParser *p)
{
    if (p->diagnosing) {
        wf_diag_compound(p);
    }
    return !p->failed;
}

static bool else_block(WfParser *p, WfStmtSeq *out)
{
    *out = (WfStmtSeq){0};
    if (peek(p) != T_ELSE) {
        return !p->failed;
    }
    if (!diag(p)) {
        return false;
    }
    p->pos++;
    return force(p, T_COLON, ":") && wf_rule_block(p, out);
}

/* "if" and its "elif"s: a chain, made without recursion; ends are set when the last is read. */
static WfStmt *if_stmt(WfParser *p)
{
    size_t base = p->scratch.len;
    for (;;) {
        WfLoc start = here(p);
        if (!diag(p)) {
            return NULL;
        }
        p->pos++;
        WfExpr *test = wf_rule_named(p);
        WfStmtSeq body;
        if (test == NULL || !accept(p, T_COLON) || !wf_rule_block(p, &body)) {
            return NULL;
        }
        WfStmt *s = new_stmt(p, WF_AST_If, start);
        if (s == NULL) {
            return NULL;
        }
        s->If.test = test;
        s->If.body = body;
        if (!push_node(p, s)) {
            return NULL;
        }
        if (peek(p) != T_ELIF) {
            break;
        }
    }
    WfStmtSeq orelse;
    if (!else_block(p, &orelse)) {
        return NULL;
    }
    WfStmt *last = p->scratch.data[p->scratch.len - 1];
    last->If.orelse = orelse;
    WfStmt *end = new_stmt(p, WF_AST_Pass, last->loc);
    if (end == NULL) {
        return NULL;
    }
    for (size_t i = p->scratch.len; i-- > base;) {
        WfStmt *s = p->scratch.data[i];
        s->loc.end_lineno = end->loc.end_lineno;
        s->loc.end_col_offset = end->loc.end_col_offset;
        if (i > base) {
            WfStmt **one = wf_arena_alloc(p->arena, sizeof *one);
            if (one == NULL) {
                return wf_parse_nomem(p);
            }
            *one = s;
            WfStmt *outer = p->scratch.data[i - 1];
            outer->If.orelse = (WfStmtSeq){one, 1};
        }
    }
    WfStmt *s = p->scratch.data[base];
    p->scratch.len = base;
    return s;
}

static WfStmt *while_stmt(WfParser *p)
{
    WfLoc start = here(p);
    if (!diag(p)) {
        return NULL;
    }
    p->pos++;
    WfExpr *test = wf_rule_named(p);
    WfStmtSeq body;
    WfStmtSeq orelse;
    if (test == NULL || !accept(p, T_COLON) || !wf_rule_block(p, &body)
        || !else_block(p, &orelse)) {
        return NULL;
    }
    WfStmt *s = new_stmt(p, WF_AST_While, start);
    if (s != NULL) {
        s->While.test = test;
        s->While.body = body;
        s->While.orelse = orelse;
    }
    return s;
}

static WfStmt *for_stmt(WfParser *p, WfLoc start, bool is_async)
{
    if (!diag(p)) {
        return NULL;
    }
    uint32_t first = p->pos++;
    WfExpr *target = wf_rule_star_targets(p);
    if (target == NULL || !accept(p, T_IN)) {
        if (p->diagnosing && !p->failed) {
            p->pos = first;
            wf_diag_for_target(p);
        }
        return NULL;
    }
    WfExpr *iter = wf_rule_star_expressions(p);
    if (iter == NULL || !accept(p, T_COLON)) {
        return NULL;
    }
    const WfAstStr *comment = wf_rule_type_comment(p);
    WfStmtSeq body;
    WfStmtSeq orelse;
    if (!wf_rule_block(p, &body) || !else_block(p, &orelse)
        || (is_async && too_old(p, 5, "Async for loops are"))) {
        return NULL;
    }
    WfStmt *s = new_stmt(p, is_async ? WF_AST_AsyncFor : WF_AST_For, start);
    if (s != NULL) {
        /* For and AsyncFor have the same layout. */
        s->For.target = target;
        s->For.iter = iter;
        s->For.body = body;
        s->For.orelse = orelse;
        s->For.type_comment = comment;
    }
    return s;
}

static bool with_item(WfParser *p)
{
    uint32_t first = p->pos;
    WfExpr *e = wf_rule_expression(p);
    if (e == NULL) {
        return false;
    }
    WfExpr *vars = NULL;
    if (peek(p) == T_AS) {
        uint32_t as = p->pos++;
        vars = wf_rule_star_target(p);
        TokKind k = peek(p);
        if (vars == NULL || (k != T_COMMA && k != T_RPAR && k != T_COLON)) {
            if (!p->diagnosing || p->failed) {
                return false;
            }
            p->pos = first;
            wf_diag_with_item(p);
            if (p->failed) {
                return false;
            }
            vars = NULL;
            p->pos = as;
        }
    }
    WfWithItem *w = wf_ast_new(p->arena, WF_AST_withitem);
    if (w == NULL) {
        wf_parse_nomem(p);
        return false;
    }
    w->context_expr = e;
    w->optional_vars = vars;
    return push_node(p, w);
}

/* "(" items ")" ":" of a with statement; takes it back if it is something else. */
static bool with_items_in_parentheses(WfParser *p, size_t base)
{
    uint32_t first = p->pos;
    p->pos++;
    bool ok = true;
    do {
        if (p->scratch.len > base && peek(p) == T_RPAR) {
            break;
        }
        ok = with_item(p);
    } while (ok && accept(p, T_COMMA));
    if (ok && accept(p, T_RPAR) && peek(p) == T_COLON) {
        return true;
    }
    p->pos = first;
    p->scratch.len = base;
    return false;
}

static WfStmt *with_stmt(WfParser *p, WfLoc start, bool is_async)
{
    uint32_t first = p->pos;
    if (!diag(p)) {
        return NULL;
    }
    p->pos++;
    size_t base = p->scratch.len;
    bool in_parentheses = peek(p) == T_LPAR && with_items_in_parentheses(p, base);
    if (!in_parentheses) {
        bool ok;
        do {
            ok = !p->failed && with_item(p);
        } while (ok && accept(p, T_COMMA));
        if (!ok || peek(p) != T_COLON) {
            if (p->diagnosing && !p->failed) {
                p->pos = first;
                wf_diag_with_end(p);
            }
            return NULL;
        }
    }
    WfWithItemSeq items;
    if (!wf_parse_seq(p, base, &items)) {
        return NULL;
    }
    p->pos++;
    const WfAstStr *comment = wf_rule_type_comment(p);
    WfStmtSeq body;
    if (!wf_rule_block(p, &body) || (in_parentheses && too_old(p, 9, "Parenthesized context managers are"))
        || (is_async && too_old(p, 5, "Async with statements are"))) {
        return NULL;
    }
    WfStmt *s = new_stmt(p, is_async ? WF_AST_AsyncWith : WF_AST_With, start);
    if (s != NULL) {
        /* With and AsyncWith have the same layout. */
        s->With.items = items;
        s->With.body = body;
        s->With.type_comment = comment;
    }
    return s;
}

WfExceptHandler *wf_rule_except(WfParser *p, bool *star)
{
    WfLoc start = here(p);
    uint32_t first = p->pos;
    if (!diag(p)) {
        return NULL;
    }
    p->pos++;
    *star = accept(p, T_STAR);
    WfExpr *type = NULL;
    const WfAstStr *name = NULL;
    bool ok = true;
    if (*star || peek(p) != T_COLON) {
        type = wf_rule_expression(p);
        ok = type != NULL;
        if (ok && accept(p, T_AS)) {
            name = wf_rule_identifier(p);
            ok = name != NULL;
        }
    }
    WfStmtSeq body;
    if (!ok || !accept(p, T_COLON) || !wf_rule_block(p, &body)) {
        if (p->diagnosing && !p->failed) {
            p->pos = first;
            wf_diag_except_end(p);
        }
        return NULL;
    }
    /* An ExceptHandler's position is made like a statement's. */
    WfExceptHandler *h = (WfExceptHandler *)new_stmt(p, WF_AST_ExceptHandler, start);
    if (h != NULL) {
        h->ExceptHandler.type = type;
        h->ExceptHandler.name = name;
        h->ExceptHandler.body = body;
    }
    return h;
}

static WfStmt *try_stmt(WfParser *p)
{
    WfLoc start = here(p);
    if (!diag(p)) {
        return NULL;
    }
    p->pos++;
    WfStmtSeq body;
    if (!force(p, T_COLON, ":") || !wf_rule_block(p, &body)) {
        return NULL;
    }
    size_t base = p->scratch.len;
    bool stars = false;
    while (peek(p) == T_EXCEPT) {
        bool star = peek2(p) == T_STAR;
        if (p->scratch.len > base && star != stars) {
            if (p->diagnosing && !p->failed) {
                wf_diag_except_end(p);
            }
            return NULL;
        }
        WfExceptHandler *h = wf_rule_except(p, &star);
        if (h == NULL) {
            return NULL;
        }
        stars = star;
        if (!push_node(p, h)) {
            return NULL;
        }
    }
    WfExceptHandlerSeq handlers;
    WfStmtSeq orelse = {0};
    WfStmtSeq finalbody = {0};
    if (!wf_parse_seq(p, base, &handlers)
        || (handlers.len > 0 && !else_block(p, &orelse))) {
        return NULL;
    }
    if (peek(p) == T_FINALLY) {
        if (!diag(p)) {
            return NULL;
        }
        p->pos++;
        if (!force(p, T_COLON, ":") || !wf_rule_block(p, &finalbody)) {
            return NULL;
        }
    } else if (handlers.len == 0) {
        return NULL;
    }
    if (stars && too_old(p, 11, "Exception groups are")) {
        return NULL;
    }
    WfStmt *s = new_stmt(p, stars ? WF_AST_TryStar : WF_AST_Try, start);
    if (s != NULL) {
        /* Try and TryStar have the same layout. */
        s->Try.body = body;
        s->Try.handlers = handlers;
        s->Try.orelse = orelse;
        s->Try.finalbody = finalbody;
    }
    return s;
}

/* The type comment of a function: after the colon, or alone on the next line. */
static const WfAstStr *func_type_comment(WfParser *p)
{
    if (peek(p) == T_NEWLINE) {
        if (!(p->flags & WF_PARSE_TYPE_COMMENTS) || peek2(p) != T_TYPE_COMMENT) {
            return NULL;
        }
        p->pos++;
        const WfAstStr *s = wf_rule_type_comment(p);
        if (peek(p) == T_NEWLINE && peek2(p) == T_INDENT) {
            return s;
        }
        p->pos -= 2;
        return NULL;
    }
    const WfAstStr *s = wf_rule_type_comment(p);
    if (s != NULL && p->diagnosing && accept(p, T_NEWLINE)) {
        uint32_t newline = p->pos - 1;
        if (accept(p, T_TYPE_COMMENT) && peek(p) == T_NEWLINE && peek2(p) == T_INDENT) {
            return wf_parse_raise_last(p, WF_SYNTAX_ERROR, "Cannot have two type comments on def");
        }
        p->pos = newline;
    }
    return s;
}

static WfStmt *def_stmt(WfParser *p, WfLoc start, WfExprSeq decorators, bool is_async)
{
    if (!diag(p)) {
        return NULL;
    }
    p->pos++;
    const WfAstStr *name = wf_rule_identifier(p);
    if (name == NULL || !force(p, T_LPAR, "(")) {
        return NULL;
    }
    WfArguments *args = wf_rule_parameters(p, false);
    if (args == NULL || !accept(p, T_RPAR)) {
        return NULL;
    }
    WfExpr *returns = NULL;
    uint32_t arrow = p->pos;
    if (accept(p, T_ARROW)) {
        returns = wf_rule_expression(p);
        if (returns == NULL && !p->failed) {
            p->pos = arrow;
            wf_diag_returns(p);
        }
    }
    if (p->failed || !force(p, T_COLON, ":")) {
        return NULL;
    }
    const WfAstStr *comment = func_type_comment(p);
    WfStmtSeq body;
    if (p->failed || !wf_rule_block(p, &body)
        || (is_async && too_old(p, 5, "Async functions are"))) {
        return NULL;
    }
    WfStmt *s = new_stmt(p, is_async ? WF_AST_AsyncFunctionDef : WF_AST_FunctionDef, start);
    if (s != NULL) {
        /* FunctionDef and AsyncFunctionDef have the same layout. */
        s->FunctionDef.name = name;
        s->FunctionDef.args = args;
        s->FunctionDef.body = body;
        s->FunctionDef.decorator_list = decorators;
        s->FunctionDef.returns = returns;
        s->FunctionDef.type_comment = comment;
    }
    return s;
}

static WfStmt *class_stmt(WfParser *p, WfExprSeq decorators)
{
    WfLoc start = here(p);
    if (!diag(p)) {
        return NULL;
    }
    p->pos++;
    const WfAstStr *name = wf_rule_identifier(p);
    if (name == NULL) {
        return NULL;
    }
    WfExprSeq bases = {0};
    WfKeywordSeq keywords = {0};
    if (accept(p, T_LPAR)) {
        if (peek(p) != T_RPAR
            && !(p->diagnosing ? wf_diag_arguments(p) : wf_rule_arguments(p, &bases, &keywords))) {
            return NULL;
        }
        if (!accept(p, T_RPAR)) {
            return NULL;
        }
    }
    WfStmtSeq body;
    if (!accept(p, T_COLON) || !wf_rule_block(p, &body)) {
        return NULL;
    }
    WfStmt *s = new_stmt(p, WF_AST_ClassDef, start);
    if (s != NULL) {
        s->ClassDef.name = name;
        s->ClassDef.bases = bases;
        s->ClassDef.keywords = keywords;
        s->ClassDef.body = body;
        s->ClassDef.decorator_list = decorators;
    }
    return s;
}

static WfStmt *decorated(WfParser *p)
{
    size_t base = p->scratch.len;
    while (accept(p, T_AT)) {
        WfExpr *e = wf_rule_named(p);
        if (!push_node(p, e) || !accept(p, T_NEWLINE)) {
            return NULL;
        }
    }
    WfExprSeq decorators;
    if (!wf_parse_seq(p, base, &decorators)) {
        return NULL;
    }
    WfLoc start = here(p);
    switch (peek(p)) {
    case T_DEF:
        return def_stmt(p, start, decorators, false);
    case T_CLASS:
        return class_stmt(p, decorators);
    case T_ASYNC:
        p->pos++;
        return peek(p) == T_DEF ? def_stmt(p, start, decorators, true) : NULL;
    default:
        return NULL;
    }
}

/* ---- match ---- */

WfExpr *wf_rule_subject(WfParser *p)
{
    WfLoc start = here(p);
    WfExpr *e = wf_rule_star_named(p);
    if (e == NULL || peek(p) != T_COMMA) {
        return e != NULL && e->kind == WF_AST_Starred ? NULL : e;
    }
    size_t base = p->scratch.len;
    if (!push_node(p, e)) {
        return NULL;
    }
    while (accept(p, T_COMMA)) {
        if (peek(p) == T_COLON) {
            break;
        }
        if (!push_node(p, wf_rule_star_named(p))) {
            return NULL;
        }
    }
    e = new_node(p, WF_AST_Tuple, start);
    return e != NULL && wf_parse_seq(p, base, &e->Tuple.elts) ? e : NULL;
}

static bool case_block(WfParser *p)
{
    if (p->diagnosing) {
        wf_diag_case(p);
        if (p->failed) {
            return false;
        }
    }
    p->pos++;
    WfPattern *pattern = wf_rule_patterns(p);
    if (pattern == NULL) {
        return false;
    }
    WfExpr *guard = NULL;
    if (accept(p, T_IF)) {
        guard = wf_rule_named(p);
        if (guard == NULL) {
            return false;
        }
    }
    WfStmtSeq body;
    if (!accept(p, T_COLON) || !wf_rule_block(p, &body)) {
        return false;
    }
    WfMatchCase *c = wf_ast_new(p->arena, WF_AST_match_case);
    if (c == NULL) {
        wf_parse_nomem(p);
        return false;
    }
    c->pattern = pattern;
    c->guard = guard;
    c->body = body;
    return push_node(p, c);
}

/* NULL, with p->pos where it was, if it is no match statement. */
static WfStmt *match_stmt(WfParser *p)
{
    uint32_t first = p->pos;
    WfLoc start = here(p);
    if (!wf_rule_begins_expression(peek2(p))) {
        return NULL;
    }
    size_t base = p->scratch.len;
    p->pos++;
    WfExpr *subject = wf_rule_subject(p);
    WfStmt *s = NULL;
    if (subject != NULL && accept(p, T_COLON) && accept(p, T_NEWLINE) && accept(p, T_INDENT)
        && at_word(p, "case", 4)) {
        bool ok = true;
        while (ok && at_word(p, "case", 4)) {
            ok = case_block(p);
        }
        if (ok && accept(p, T_DEDENT) && !too_old(p, 10, "Pattern matching is")) {
            s = new_stmt(p, WF_AST_Match, start);
            if (s == NULL || !wf_parse_seq(p, base, &s->Match.cases)) {
                return NULL;
            }
            s->Match.subject = subject;
            return s;
        }
    }
    p->scratch.len = base;
    p->pos = first;
    if (p->diagnosing && !p->failed) {
        wf_diag_match(p);
        p->pos = first;
    }
    return s;
}

static WfStmt *compound_stmt(WfParser *p)
{
    WfLoc start = here(p);
    switch (peek(p)) {
    case T_IF:
        return if_stmt(p);
    case T_WHILE:
        return while_stmt(p);
    case T_FOR:
        return for_stmt(p, start, false);
    case T_TRY:
        return try_stmt(p);
    case T_WITH:
        return with_stmt(p, start, false);
    case T_DEF:
        return def_stmt(p, start, (WfExprSeq){0}, false);
    case T_CLASS:
        return class_stmt(p, (WfExprSeq){0});
    case T_AT:
        return decorated(p);
    case T_ASYNC:
        p->pos++;
        switch (peek(p)) {
        case T_DEF:
            return def_stmt(p, start, (WfExprSeq){0}, true);
        case T_FOR:
            return for_stmt(p, start, true);
        case T_WITH:
            return with_stmt(p, start, true);
        default:
            return NULL;
        }
    default:
        return NULL;
    }
}

static bool is_compound(TokKind k)
{
    return k == T_IF || k == T_WHILE || k == T_FOR || k == T_TRY || k == T_WITH || k == T_DEF
           || k == T_CLASS || k == T_AT || k == T_ASYNC;
}

static bool statement(WfParser *p)
{
    TokKind k = peek(p);
    if (is_compound(k)) {
        return push_node(p, compound_stmt(p));
    }
    if (k == T_NAME && at_word(p, "match", 5)) {
        WfStmt *s = match_stmt(p);
        if (s != NULL) {
            return push_node(p, s);
        }
        if (p->failed) {
            return false;
        }
    }
    return simple_stmts(p);
}

/* ---- whole texts ---- */

void *wf_rule_file(WfParser *p)
{
    while (peek(p) != T_END) {
        if (p->failed || !statement(p)) {
            return NULL;
        }
    }
    WfMod *m = p->failed ? NULL : wf_ast_new(p->arena, WF_AST_Module);
    if (m == NULL) {
        return p->failed ? NULL : wf_parse_nomem(p);
    }
    size_t n = p->ignores.len;
    if (n > 0) {
        m->Module.type_ignores.data = wf_arena_alloc(p->arena, n * sizeof(void *));
        if (m->Module.type_ignores.data == NULL) {
            return wf_parse_nomem(p);
        }
        memcpy(m->Module.type_ignores.data, p->ignores.data, n * sizeof(void *));
        m->Module.type_ignores.len = n;
    }
    return wf_parse_seq(p, 0, &m->Module.body) ? m : NULL;
}

/* expression (',' expression)* [','] */
static WfExpr *expressions(WfParser *p)
{
    WfLoc start = here(p);
    WfExpr *e = wf_rule_expression(p);
    if (e == NULL || peek(p) != T_COMMA) {
        return e;
    }
    size_t base = p->scratch.len;
    if (!push_node(p, e)) {
        return NULL;
    }
    while (accept(p, T_COMMA) && wf_rule_begins_expression(peek(p))) {
        if (!push_node(p, wf_rule_expression(p))) {
            return NULL;
        }
    }
    e = new_node(p, WF_AST_Tuple, start);
    return e != NULL && wf_parse_seq(p, base, &e->Tuple.elts) ? e : NULL;
}

void *wf_rule_eval(WfParser *p)
{
    WfExpr *e = expressions(p);
    if (e == NULL) {
        return NULL;
    }
    while (accept(p, T_NEWLINE)) {
    }
    if (!accept(p, T_END)) {
        return NULL;
    }
    WfMod *m = wf_ast_new(p->arena, WF_AST_Expression);
    if (m == NULL) {
        return wf_parse_nomem(p);
    }
    m->Expression.body = e;
    return m;
}

void *wf_rule_single(WfParser *p)
{
    TokKind k = peek(p);
    if (k == T_NEWLINE) {
        WfLoc start = here(p);
        p->pos++;
        if (!push_node(p, new_stmt(p, WF_AST_Pass, start))) {
            return NULL;
        }
    } else if (is_compound(k) || (k == T_NAME && at_word(p, "match", 5))) {
        WfStmt *s = is_compound(k) ? compound_stmt(p) : match_stmt(p);
        if (s != NULL) {
            if (!push_node(p, s) || !accept(p, T_NEWLINE)) {
                return NULL;
            }
        } else if (p->failed || is_compound(k) || !simple_stmts(p)) {
            return NULL;
        }
    } else if (!simple_stmts(p)) {
        return NULL;
    }
    WfMod *m = p->failed ? NULL : wf_ast_new(p->arena, WF_AST_Interactive);
    if (m == NULL) {
        return p->failed ? NULL : wf_parse_nomem(p);
    }
    return wf_parse_seq(p, 0, &m->Interactive.body) ? m : NULL;
}

void *wf_rule_func_type(WfParser *p)
{
    if (!accept(p, T_LPAR)) {
        return NULL;
    }
    size_t base = p->scratch.len;
    if (peek(p) != T_RPAR) {
        int stars = 0; /* of the last one: *x comes behind all others, **x behind that */
        do {
            int now = accept(p, T_STAR) ? 1 : accept(p, T_DOUBLESTAR) ? 2 : 0;
            if ((stars > 0 && now <= stars) || !push_node(p, wf_rule_expression(p))) {
                return NULL;
            }
            stars = now;
        } while (accept(p, T_COMMA));
    }
    if (!accept(p, T_RPAR) || !accept(p, T_ARROW)) {
        return NULL;
    }
    WfExpr *returns = wf_rule_expression(p);
    if (returns == NULL) {
        return NULL;
    }
    while (accept(p, T_NEWLINE)) {
    }
    if (!accept(p, T_END)) {
        return NULL;
    }
    WfMod *m = wf_ast_new(p->arena, WF_AST_FunctionType);
    if (m == NULL) {
        return wf_parse_nomem(p);
    }
    m->FunctionType.returns = returns;
    return wf_parse_seq(p, base, &m->FunctionType.argtypes) ? m : NULL;
}
