/* diagnose.c - the second pass of a parse: which mistake is it?
 * SPDX-License-Identifier: MIT
 * Design:     the first pass has said that the text is wrong. Now every rule tries its alternatives one
 *             after the other, in the order that decides which message CPython gives, and wherever one
 *             is known for mistakes these are tried too. A rule that does not match puts p->pos back and
 *             lets the next alternative have its turn, so rules run several times at one place: their
 *             results are remembered by token and rule. Trees made here are only looked at for their
 *             kinds and positions.
 * Invariants: D1 a function that returns NULL or false without p->failed has left p->pos where it was.
 * Threads:    one parser, one thread.
 * Tests:      tests/unit/test_parser.c */
#include <string.h>

#include "syntax/rules.h"

/* ---- remembered results ---- */

bool wf_memo_get(WfParser *p, MemoRule rule, void **node)
{
    if (p->pos >= p->memo_cap) {
        return false;
    }
    for (Memo *m = p->memo[p->pos]; m != NULL; m = m->next) {
        if (m->rule == rule) {
            *node = m->node;
            p->pos = m->end;
            return true;
        }
    }
    return false;
}

void *wf_memo_put(WfParser *p, MemoRule rule, uint32_t start, size_t base, void *node)
{
    p->scratch.len = base;
    if (p->failed) {
        return NULL;
    }
    if (node == NULL) {
        p->pos = start;
    }
    if (start >= p->memo_cap) {
        uint32_t cap = p->cap > start ? p->cap : start + 1;
        Memo **fresh = realloc(p->memo, cap * sizeof *fresh);
        if (fresh == NULL) {
            return wf_parse_nomem(p);
        }
        memset(fresh + p->memo_cap, 0, (cap - p->memo_cap) * sizeof *fresh);
        p->memo = fresh;
        p->memo_cap = cap;
    }
    Memo *m = wf_arena_alloc(p->arena, sizeof *m);
    if (m == NULL) {
        return wf_parse_nomem(p);
    }
    m->node = node;
    m->end = p->pos;
    m->rule = (uint8_t)rule;
    m->next = p->memo[start];
    p->memo[start] = m;
    return node;
}

/* ---- small things ---- */

/* May mistakes be looked for here? */
static bool looking(WfParser *p)
{
    return p->no_invalid == 0 && !p->failed;
}

static void *back(WfParser *p, uint32_t pos)
{
    p->pos = pos;
    return NULL;
}

static WfExpr *raise_at(WfParser *p, const WfExpr *e, const char *message)
{
    return wf_parse_raise_range(p, &e->loc, &e->loc, "%s", message);
}

/* From e to where the lexer stands. */
static void raise_from(WfParser *p, WfLoc loc, const char *message)
{
    wf_parse_raise_raw(p, WF_SYNTAX_ERROR, loc.lineno, loc.col_offset + 1, p->lineno,
                       (int)(p->cur - p->line_start), message);
}

static const char *expr_name(const WfExpr *e)
{
    switch (e->kind) {
    case WF_AST_Attribute:
        return "attribute";
    case WF_AST_Subscript:
        return "subscript";
    case WF_AST_Starred:
        return "starred";
    case WF_AST_Name:
        return "name";
    case WF_AST_List:
        return "list";
    case WF_AST_Tuple:
        return "tuple";
    case WF_AST_Lambda:
        return "lambda";
    case WF_AST_Call:
        return "function call";
    case WF_AST_BoolOp:
    case WF_AST_BinOp:
    case WF_AST_UnaryOp:
        return "expression";
    case WF_AST_GeneratorExp:
        return "generator expression";
    case WF_AST_Yield:
    case WF_AST_YieldFrom:
        return "yield expression";
    case WF_AST_Await:
        return "await expression";
    case WF_AST_ListComp:
        return "list comprehension";
    case WF_AST_SetComp:
        return "set comprehension";
    case WF_AST_DictComp:
        return "dict comprehension";
    case WF_AST_Dict:
        return "dict literal";
    case WF_AST_Set:
        return "set display";
    case WF_AST_JoinedStr:
    case WF_AST_FormattedValue:
        return "f-string expression";
    case WF_AST_Compare:
        return "comparison";
    case WF_AST_IfExp:
        return "conditional expression";
    case WF_AST_NamedExpr:
        return "named expression";
    case WF_AST_Constant:
        switch (e->Constant.value.kind) {
        case WF_CONST_NONE:
            return "None";
        case WF_CONST_TRUE:
            return "True";
        case WF_CONST_FALSE:
            return "False";
        case WF_CONST_ELLIPSIS:
            return "ellipsis";
        default:
            return "literal";
        }
    default:
        return "expression";
    }
}

typedef enum Targets { STAR_TARGETS, DEL_TARGETS, FOR_TARGETS } Targets;

/* The part of e that can't be a target, or NULL. */
static const WfExpr *invalid_target(const WfExpr *e, Targets targets)
{
    switch (e->kind) {
    case WF_AST_Name:
    case WF_AST_Attribute:
    case WF_AST_Subscript:
        return NULL;
    case WF_AST_List:
    case WF_AST_Tuple:
        for (size_t i = 0; i < e->Tuple.elts.len; i++) {
            const WfExpr *bad = invalid_target(e->Tuple.elts.data[i], targets);
            if (bad != NULL) {
                return bad;
            }
        }
        return NULL;
    case WF_AST_Starred:
        return targets == DEL_TARGETS ? e : invalid_target(e->Starred.value, targets);
    case WF_AST_Compare:
        /* "for a in b" reads as a comparison. */
        if (targets == FOR_TARGETS) {
            return e->Compare.ops.data[0] == WF_AST_In ? invalid_target(e->Compare.left, targets)
                                                       : NULL;
        }
        return e;
    default:
        return e;
    }
}

static void raise_target(WfParser *p, const WfExpr *e, Targets targets)
{
    const WfExpr *bad = invalid_target(e, targets);
    if (bad != NULL) {
        wf_parse_raise_range(p, &bad->loc, &bad->loc,
                             targets == DEL_TARGETS ? "cannot delete %s" : "cannot assign to %s",
                             expr_name(bad));
    }
}

/* Is e the name of a statement that Python 2 had? */
static bool is_legacy(const WfExpr *e)
{
    return e->kind == WF_AST_Name
           && (strcmp(e->Name.id->data, "print") == 0 || strcmp(e->Name.id->data, "exec") == 0);
}

/* Beginnings of one count as well: CPython compares no further than the name goes. */
static bool at_soft_keyword(WfParser *p)
{
    if (peek(p) != T_NAME) {
        return false;
    }
    const Tok *t = &p->toks[p->pos];
    const char *s = p->buf + t->start;
    size_t n = t->end - t->start;
    return strncmp("_", s, n) == 0 || strncmp("case", s, n) == 0 || strncmp("match", s, n) == 0;
}

static WfExpr *made(WfParser *p, WfAstKind kind, WfLoc start)
{
    return new_node(p, kind, start);
}

/* ---- expressions ---- */

static WfExpr *plain_expression(WfParser *p)
{
    uint32_t first = p->pos;
    WfLoc start = here(p);
    if (peek(p) == T_LAMBDA) {
        WfExpr *e = wf_rule_lambda(p);
        return e != NULL ? e : back(p, first);
    }
    WfExpr *body = wf_rule_disjunction(p);
    if (body == NULL) {
        return back(p, first);
    }
    uint32_t after = p->pos;
    if (accept(p, T_IF) && wf_rule_disjunction(p) != NULL && accept(p, T_ELSE)
        && wf_rule_expression(p) != NULL) {
        return made(p, WF_AST_IfExp, start);
    }
    p->pos = after;
    return p->failed ? NULL : body;
}

static void invalid_expression(WfParser *p)
{
    uint32_t first = p->pos;
    if (!(peek(p) == T_NAME && peek2(p) == T_STRING) && !at_soft_keyword(p)) {
        WfExpr *a = wf_rule_disjunction(p);
        if (a != NULL) {
            p->no_invalid++;
            WfExpr *b = plain_expression(p);
            p->no_invalid--;
            if (b != NULL && !is_legacy(a) && prev_tok(p)->level > 0) {
                wf_parse_raise_range(p, &a->loc, &b->loc,
                                     "invalid syntax. Perhaps you forgot a comma?");
            }
        }
    }
    if (p->failed) {
        return;
    }
    p->pos = first;
    WfExpr *a = wf_rule_disjunction(p);
    if (a != NULL && accept(p, T_IF)) {
        WfExpr *b = wf_rule_disjunction(p);
        if (b != NULL && peek(p) != T_ELSE && peek(p) != T_COLON) {
            wf_parse_raise_range(p, &a->loc, &b->loc, "expected 'else' after 'if' expression");
        }
    }
    p->pos = first;
    if (!p->failed && peek(p) == T_NAME && peek2(p) != T_LPAR) {
        a = wf_rule_name(p);
        WfExpr *b = a != NULL ? wf_rule_star_expressions(p) : NULL;
        if (b != NULL && is_legacy(a)) {
            wf_parse_raise_range(p, &a->loc, &b->loc,
                                 "Missing parentheses in call to '%s'. Did you mean %s(...)?",
                                 a->Name.id->data, a->Name.id->data);
        }
    }
    p->pos = first;
}

WfExpr *wf_diag_expression(WfParser *p)
{
    void *known;
    uint32_t first = p->pos;
    size_t base = p->scratch.len;
    if (wf_memo_get(p, M_EXPRESSION, &known)) {
        return known;
    }
    if (!enter(p)) {
        return NULL;
    }
    if (looking(p)) {
        invalid_expression(p);
    }
    WfExpr *e = p->failed ? NULL : plain_expression(p);
    p->level--;
    return wf_memo_put(p, M_EXPRESSION, first, base, e);
}

/* NAME ':=' expression, or an expression without ':=' behind it. */
static WfExpr *assignment_or_expression(WfParser *p)
{
    uint32_t first = p->pos;
    WfLoc start = here(p);
    if (peek(p) == T_NAME && peek2(p) == T_WALRUS) {
        p->pos += 2;
        return wf_rule_expression(p) != NULL ? made(p, WF_AST_NamedExpr, start) : back(p, first);
    }
    WfExpr *e = wf_rule_expression(p);
    return e != NULL && peek(p) != T_WALRUS ? e : back(p, first);
}

static WfExpr *tuple(WfParser *p);
static WfExpr *list(WfParser *p);
static WfExpr *genexp(WfParser *p);

/* Does a list, tuple, generator expression or keyword constant begin here? */
static bool at_display(WfParser *p)
{
    uint32_t first = p->pos;
    bool yes = false;
    switch (peek(p)) {
    case T_TRUE:
    case T_FALSE:
    case T_NONE:
        return true;
    case T_LSQB:
        yes = list(p) != NULL || (!p->failed && genexp(p) != NULL);
        break;
    case T_LPAR:
        yes = tuple(p) != NULL || (!p->failed && genexp(p) != NULL);
        break;
    case T_LBRACE:
        genexp(p);
        break;
    default:
        break;
    }
    p->pos = first;
    return yes;
}

static void invalid_named(WfParser *p)
{
    uint32_t first = p->pos;
    WfExpr *a = wf_rule_expression(p);
    if (a != NULL && accept(p, T_WALRUS) && wf_rule_expression(p) != NULL) {
        wf_parse_raise_range(p, &a->loc, &a->loc, "cannot use assignment expressions with %s",
                             expr_name(a));
    }
    p->pos = first;
    if (!p->failed && peek(p) == T_NAME && peek2(p) == T_EQUAL) {
        a = wf_rule_name(p);
        p->pos++;
        WfExpr *b = a != NULL ? wf_rule_bitwise_or(p) : NULL;
        if (b != NULL && peek(p) != T_EQUAL && peek(p) != T_WALRUS) {
            wf_parse_raise_range(p, &a->loc, &b->loc,
                                 "invalid syntax. Maybe you meant '==' or ':=' instead of '='?");
        }
    }
    p->pos = first;
    if (!p->failed && !at_display(p) && !p->failed) {
        a = wf_rule_bitwise_or(p);
        if (a != NULL && accept(p, T_EQUAL) && wf_rule_bitwise_or(p) != NULL
            && peek(p) != T_EQUAL && peek(p) != T_WALRUS) {
            wf_parse_raise_range(p, &a->loc, &a->loc,
                                 "cannot assign to %s here. Maybe you meant '==' instead of '='?",
                                 expr_name(a));
        }
    }
    p->pos = first;
}

WfExpr *wf_diag_named(WfParser *p)
{
    void *known;
    uint32_t first = p->pos;
    size_t base = p->scratch.len;
    if (wf_memo_get(p, M_NAMED, &known)) {
        return known;
    }
    WfExpr *e = NULL;
    if (peek(p) == T_NAME && peek2(p) == T_WALRUS) {
        e = assignment_or_expression(p);
    } else {
        if (looking(p)) {
            invalid_named(p);
        }
        if (!p->failed) {
            e = assignment_or_expression(p);
        }
    }
    return wf_memo_put(p, M_NAMED, first, base, e);
}

/* ---- brackets ---- */

/* star_named_expression (',' star_named_expression)* [',']: the last one, or NULL if none. They are
 * pushed on the scratch. */
static WfExpr *star_named_list(WfParser *p)
{
    uint32_t first = p->pos;
    WfExpr *last = wf_rule_star_named(p);
    if (last == NULL || !push_node(p, last)) {
        return back(p, first);
    }
    while (peek(p) == T_COMMA) {
        p->pos++;
        uint32_t after = p->pos;
        WfExpr *e = wf_rule_star_named(p);
        if (e == NULL) {
            p->pos = after;
            break;
        }
        if (!push_node(p, e)) {
            return NULL;
        }
        last = e;
    }
    return p->failed ? NULL : last;
}

static WfExpr *with_elements(WfParser *p, WfAstKind kind, WfLoc start, size_t base)
{
    WfExpr *e = made(p, kind, start);
    return e != NULL && wf_parse_seq(p, base, &e->Tuple.elts) ? e : NULL;
}

static WfExpr *tuple(WfParser *p)
{
    uint32_t first = p->pos;
    size_t base = p->scratch.len;
    WfLoc start = here(p);
    p->pos++;
    if (accept(p, T_RPAR)) {
        return with_elements(p, WF_AST_Tuple, start, base);
    }
    WfExpr *e = wf_rule_star_named(p);
    if (e != NULL && accept(p, T_COMMA) && push_node(p, e)) {
        star_named_list(p);
        if (!p->failed && accept(p, T_RPAR)) {
            return with_elements(p, WF_AST_Tuple, start, base);
        }
    }
    p->scratch.len = base;
    return back(p, first);
}

static WfExpr *list(WfParser *p)
{
    uint32_t first = p->pos;
    size_t base = p->scratch.len;
    WfLoc start = here(p);
    p->pos++;
    star_named_list(p);
    if (!p->failed && accept(p, T_RSQB)) {
        return with_elements(p, WF_AST_List, start, base);
    }
    p->scratch.len = base;
    return back(p, first);
}

static WfExpr *last_item(WfComprehensionSeq gens)
{
    const WfComprehension *c = gens.data[gens.len - 1];
    return c->ifs.len > 0 ? c->ifs.data[c->ifs.len - 1] : c->iter;
}

/* A comprehension whose brackets hold something else in front. */
static void invalid_comprehension(WfParser *p)
{
    if (!looking(p)) {
        return;
    }
    uint32_t first = p->pos;
    bool round = peek(p) == T_LPAR;
    WfComprehensionSeq gens;
    p->pos++;
    if (peek(p) == T_STAR) {
        WfLoc start = here(p);
        p->pos++;
        WfExpr *a = wf_rule_expression(p) != NULL ? made(p, WF_AST_Starred, start) : NULL;
        if (a != NULL && wf_rule_for_if_clauses(p, &gens)) {
            raise_at(p, a, "iterable unpacking cannot be used in comprehension");
        }
    }
    p->pos = first + 1;
    size_t base = p->scratch.len;
    if (!round && !p->failed) {
        WfExpr *a = wf_rule_star_named(p);
        if (a != NULL && accept(p, T_COMMA)) {
            WfLoc comma = tok_loc(prev_tok(p));
            uint32_t after = p->pos;
            WfExpr *b = star_named_list(p);
            if (b != NULL && wf_rule_for_if_clauses(p, &gens)) {
                wf_parse_raise_range(p, &a->loc, &b->loc,
                                     "did you forget parentheses around the comprehension target?");
            }
            p->pos = after;
            if (!p->failed && wf_rule_for_if_clauses(p, &gens)) {
                wf_parse_raise_range(p, &a->loc, &comma,
                                     "did you forget parentheses around the comprehension target?");
            }
        }
    }
    p->scratch.len = base;
    p->pos = first;
}

/* CPython looks for a generator expression's mistakes at other brackets too. */
static WfExpr *genexp(WfParser *p)
{
    uint32_t first = p->pos;
    WfLoc start = here(p);
    WfComprehensionSeq gens;
    if (accept(p, T_LPAR) && assignment_or_expression(p) != NULL && wf_rule_for_if_clauses(p, &gens)
        && accept(p, T_RPAR)) {
        return made(p, WF_AST_GeneratorExp, start);
    }
    p->pos = first;
    invalid_comprehension(p);
    return NULL;
}

/* [ ... for ] or { ... for }. */
static WfExpr *comprehension(WfParser *p, WfAstKind kind, TokKind close)
{
    uint32_t first = p->pos;
    WfLoc start = here(p);
    p->pos++;
    WfComprehensionSeq gens;
    if (wf_rule_named(p) != NULL && wf_rule_for_if_clauses(p, &gens) && accept(p, close)) {
        return made(p, kind, start);
    }
    p->pos = first;
    invalid_comprehension(p);
    return NULL;
}

static WfExpr *group(WfParser *p)
{
    uint32_t first = p->pos;
    p->pos++;
    WfExpr *e = peek(p) == T_YIELD ? wf_rule_yield(p) : wf_rule_named(p);
    if (e != NULL && accept(p, T_RPAR)) {
        e->flags |= WF_AST_PAREN;
        return e;
    }
    p->pos = first;
    if (looking(p)) {
        p->pos++;
        WfLoc star = here(p);
        if (accept(p, T_STAR)) {
            WfExpr *a = wf_rule_expression(p) != NULL ? made(p, WF_AST_Starred, star) : NULL;
            if (a != NULL && accept(p, T_RPAR)) {
                raise_at(p, a, "cannot use starred expression here");
            }
        } else if (accept(p, T_DOUBLESTAR) && wf_rule_expression(p) != NULL && accept(p, T_RPAR)) {
            wf_parse_raise_range(p, &star, &star, "cannot use double starred expression here");
        }
    }
    return back(p, first);
}

static bool kvpair(WfParser *p)
{
    uint32_t first = p->pos;
    if (wf_rule_expression(p) != NULL && accept(p, T_COLON) && wf_rule_expression(p) != NULL) {
        return true;
    }
    p->pos = first;
    return false;
}

static bool double_starred_kvpair(WfParser *p)
{
    uint32_t first = p->pos;
    if (peek(p) != T_DOUBLESTAR) {
        return kvpair(p);
    }
    p->pos++;
    if (wf_rule_bitwise_or(p) != NULL) {
        return true;
    }
    p->pos = first;
    return false;
}

/* An entry that begins here: what is wrong behind its key? */
static void invalid_value(WfParser *p)
{
    uint32_t first = p->pos;
    if (wf_rule_expression(p) != NULL && peek(p) == T_COLON) {
        WfLoc colon = here(p);
        p->pos++;
        TokKind k = peek(p);
        if (k == T_STAR) {
            WfLoc star = here(p);
            p->pos++;
            if (wf_rule_bitwise_or(p) != NULL) {
                raise_from(p, star, "cannot use a starred expression in a dictionary value");
            }
        } else if (k == T_RBRACE || k == T_COMMA) {
            wf_parse_raise_range(p, &colon, &colon,
                                 "expression expected after dictionary key and ':'");
        }
    }
    p->pos = first;
}

void wf_diag_dict(WfParser *p)
{
    uint32_t first = p->pos;
    /* In the first pass too rules must give back what does not fit; no other mistakes count yet. */
    bool diagnosing = p->diagnosing;
    if (!diagnosing) {
        p->diagnosing = true;
        p->no_invalid++;
    }
    p->pos++;
    bool any = false;
    while (double_starred_kvpair(p)) {
        any = true;
        if (!accept(p, T_COMMA)) {
            any = false;
            break;
        }
    }
    if (any && !p->failed) {
        uint32_t at = p->pos;
        WfExpr *a = wf_rule_expression(p);
        if (a != NULL && peek(p) != T_COLON) {
            wf_parse_raise_raw(p, WF_SYNTAX_ERROR, a->loc.lineno, a->loc.end_col_offset,
                               a->loc.end_lineno, 0, "':' expected after dictionary key");
        }
        p->pos = at;
        if (!p->failed) {
            invalid_value(p);
        }
    }
    p->pos = first + 1;
    if (!p->failed) {
        invalid_value(p);
    }
    p->pos = first;
    if (!diagnosing) {
        p->diagnosing = false;
        p->no_invalid--;
    }
}

static WfExpr *braces(WfParser *p)
{
    uint32_t first = p->pos;
    WfLoc start = here(p);
    /* dict */
    p->pos++;
    if (double_starred_kvpair(p)) {
        while (accept(p, T_COMMA) && double_starred_kvpair(p)) {
        }
    }
    if (!p->failed && accept(p, T_RBRACE)) {
        return made(p, WF_AST_Dict, start);
    }
    p->pos = first;
    if (!p->failed) {
        wf_diag_dict(p);
    }
    if (p->failed) {
        return NULL;
    }
    /* set */
    size_t base = p->scratch.len;
    p->pos++;
    if (star_named_list(p) != NULL && accept(p, T_RBRACE)) {
        return with_elements(p, WF_AST_Set, start, base);
    }
    p->scratch.len = base;
    p->pos = first + 1;
    if (p->failed) {
        return NULL;
    }
    /* dictcomp */
    WfComprehensionSeq gens;
    if (kvpair(p) && wf_rule_for_if_clauses(p, &gens) && accept(p, T_RBRACE)) {
        return made(p, WF_AST_DictComp, start);
    }
    p->pos = first + 1;
    if (looking(p) && peek(p) == T_DOUBLESTAR) {
        WfLoc star = here(p);
        p->pos++;
        if (wf_rule_bitwise_or(p) != NULL && wf_rule_for_if_clauses(p, &gens)
            && accept(p, T_RBRACE)) {
            wf_parse_raise_range(p, &star, &star,
                                 "dict unpacking cannot be used in dict comprehension");
        }
    }
    p->pos = first;
    return p->failed ? NULL : comprehension(p, WF_AST_SetComp, T_RBRACE);
}

WfExpr *wf_diag_atom(WfParser *p)
{
    void *known;
    uint32_t first = p->pos;
    size_t base = p->scratch.len;
    if (wf_memo_get(p, M_ATOM, &known)) {
        return known;
    }
    WfExpr *e;
    switch (peek(p)) {
    case T_LPAR:
        e = tuple(p);
        if (e == NULL && !p->failed) {
            e = group(p);
        }
        if (e == NULL && !p->failed) {
            e = genexp(p);
        }
        break;
    case T_LSQB:
        e = list(p);
        if (e == NULL && !p->failed) {
            e = comprehension(p, WF_AST_ListComp, T_RSQB);
        }
        break;
    default:
        e = braces(p);
        break;
    }
    return wf_memo_put(p, M_ATOM, first, base, e);
}

/* ---- calls ---- */

/* What the arguments read so far are. */
typedef struct Args {
    size_t n;           /* not keywords */
    const WfExpr *last; /* of these */
    WfLoc loc;          /* of all */
    bool unpacks;       /* there is a "**" */
} Args;

static WfExpr *starred(WfParser *p)
{
    uint32_t first = p->pos;
    WfLoc start = here(p);
    p->pos++;
    return wf_rule_expression(p) != NULL ? made(p, WF_AST_Starred, start) : back(p, first);
}

static WfExpr *positional(WfParser *p)
{
    if (peek(p) == T_STAR) {
        return starred(p);
    }
    uint32_t first = p->pos;
    WfExpr *e = assignment_or_expression(p);
    return e != NULL && peek(p) != T_EQUAL ? e : back(p, first);
}

static void invalid_kwarg(WfParser *p)
{
    uint32_t first = p->pos;
    TokKind k = peek(p);
    WfLoc a = here(p);
    WfComprehensionSeq gens;
    if ((k == T_TRUE || k == T_FALSE || k == T_NONE) && peek2(p) == T_EQUAL) {
        WfLoc b = tok_loc(&p->toks[first + 1]);
        wf_parse_raise_range(p, &a, &b, "cannot assign to %s",
                             k == T_TRUE    ? "True"
                             : k == T_FALSE ? "False"
                                            : "None");
        return;
    }
    if (k == T_NAME && peek2(p) == T_EQUAL) {
        WfLoc b = tok_loc(&p->toks[first + 1]);
        p->pos += 2;
        if (wf_rule_expression(p) != NULL && wf_rule_for_if_clauses(p, &gens)) {
            wf_parse_raise_range(p, &a, &b,
                                 "invalid syntax. Maybe you meant '==' or ':=' instead of '='?");
        }
    } else {
        WfExpr *e = wf_rule_expression(p);
        if (e != NULL && peek(p) == T_EQUAL) {
            WfLoc b = here(p);
            wf_parse_raise_range(p, &e->loc, &b,
                                 "expression cannot contain assignment, perhaps you meant \"==\"?");
        }
    }
    p->pos = first;
}

/* NAME '=' expression, or `marker` expression. */
static bool kwarg(WfParser *p, TokKind marker, Args *args)
{
    if (looking(p)) {
        invalid_kwarg(p);
    }
    uint32_t first = p->pos;
    if (p->failed) {
        return false;
    }
    if (peek(p) == T_NAME && peek2(p) == T_EQUAL) {
        p->pos += 2;
        if (wf_rule_expression(p) != NULL) {
            return true;
        }
    } else if (peek(p) == marker) {
        if (marker == T_STAR) {
            WfExpr *e = starred(p);
            if (e != NULL) {
                args->n++;
                args->last = e;
                return true;
            }
        } else {
            p->pos++;
            if (wf_rule_expression(p) != NULL) {
                args->unpacks = true;
                return true;
            }
        }
    }
    p->pos = first;
    return false;
}

static bool kwarg_list(WfParser *p, TokKind marker, Args *args)
{
    if (!kwarg(p, marker, args)) {
        return false;
    }
    for (;;) {
        uint32_t comma = p->pos;
        if (!accept(p, T_COMMA) || !kwarg(p, marker, args)) {
            p->pos = comma;
            return !p->failed;
        }
    }
}

static bool kwargs(WfParser *p, Args *args)
{
    uint32_t first = p->pos;
    if (kwarg_list(p, T_STAR, args)) {
        uint32_t comma = p->pos;
        if (!accept(p, T_COMMA) || !kwarg_list(p, T_DOUBLESTAR, args)) {
            p->pos = comma;
        }
        return !p->failed;
    }
    p->pos = first;
    return !p->failed && kwarg_list(p, T_DOUBLESTAR, args);
}

static bool read_args(WfParser *p, Args *args)
{
    uint32_t first = p->pos;
    memset(args, 0, sizeof *args);
    WfLoc start = here(p);
    WfExpr *e = positional(p);
    bool ok;
    if (e != NULL) {
        args->n = 1;
        args->last = e;
        for (;;) {
            uint32_t comma = p->pos;
            if (!accept(p, T_COMMA)) {
                break;
            }
            e = positional(p);
            if (e == NULL) {
                p->pos = comma;
                break;
            }
            args->n++;
            args->last = e;
        }
        uint32_t comma = p->pos;
        if (!p->failed && accept(p, T_COMMA) && !kwargs(p, args)) {
            p->pos = comma;
        }
        ok = !p->failed;
    } else {
        ok = !p->failed && kwargs(p, args);
    }
    if (!ok) {
        p->pos = first;
        return false;
    }
    const Tok *t = prev_tok(p);
    args->loc = (WfLoc){start.lineno, start.col_offset, t->end_lineno, t->end_col};
    return true;
}

static const char unparenthesised[] = "Generator expression must be parenthesized";

static void invalid_arguments(WfParser *p)
{
    uint32_t first = p->pos;
    Args args;
    Args more;
    WfComprehensionSeq gens;
    if (read_args(p, &args) && accept(p, T_COMMA) && accept(p, T_STAR)) {
        wf_parse_raise_range(p, &args.loc, &args.loc,
                             "iterable argument unpacking follows keyword argument unpacking");
    }
    p->pos = first;
    if (p->failed) {
        return;
    }
    WfExpr *a = wf_rule_expression(p);
    if (a != NULL && wf_rule_for_if_clauses(p, &gens) && accept(p, T_COMMA)) {
        uint32_t after = p->pos;
        if (!read_args(p, &more) && !p->failed) {
            WfComprehensionSeq other;
            if (wf_rule_expression(p) == NULL || !wf_rule_for_if_clauses(p, &other)) {
                p->pos = after;
            }
        }
        wf_parse_raise_range(p, &a->loc, &last_item(gens)->loc, "%s", unparenthesised);
    }
    p->pos = first;
    if (p->failed) {
        return;
    }
    if (peek(p) == T_NAME && peek2(p) == T_EQUAL) {
        WfLoc name = here(p);
        WfLoc equal = tok_loc(&p->toks[first + 1]);
        p->pos += 2;
        if (wf_rule_expression(p) != NULL && wf_rule_for_if_clauses(p, &gens)) {
            wf_parse_raise_range(p, &name, &equal,
                                 "invalid syntax. Maybe you meant '==' or ':=' instead of '='?");
        }
        p->pos = first;
    }
    if (!p->failed && read_args(p, &args) && wf_rule_for_if_clauses(p, &gens) && args.n > 1) {
        wf_parse_raise_range(p, &args.last->loc, &last_item(gens)->loc, "%s", unparenthesised);
    }
    p->pos = first;
    if (!p->failed && read_args(p, &args) && accept(p, T_COMMA)) {
        a = wf_rule_expression(p);
        if (a != NULL && wf_rule_for_if_clauses(p, &gens)) {
            wf_parse_raise_range(p, &a->loc, &last_item(gens)->loc, "%s", unparenthesised);
        }
    }
    p->pos = first;
    if (!p->failed && read_args(p, &args) && accept(p, T_COMMA) && read_args(p, &more)) {
        wf_parse_raise_last(p, WF_SYNTAX_ERROR,
                            args.unpacks
                                ? "positional argument follows keyword argument unpacking"
                                : "positional argument follows keyword argument");
    }
    p->pos = first;
}

bool wf_diag_arguments(WfParser *p)
{
    void *known;
    uint32_t first = p->pos;
    size_t base = p->scratch.len;
    if (wf_memo_get(p, M_ARGUMENTS, &known)) {
        return known != NULL;
    }
    Args args;
    bool ok = false;
    if (read_args(p, &args)) {
        accept(p, T_COMMA);
        ok = peek(p) == T_RPAR;
    }
    if (!ok) {
        p->pos = first;
        if (looking(p)) {
            invalid_arguments(p);
        }
    }
    wf_memo_put(p, M_ARGUMENTS, first, base, ok ? p : NULL);
    return ok && !p->failed;
}

WfExpr *wf_diag_primary(WfParser *p)
{
    void *known;
    uint32_t first = p->pos;
    size_t base = p->scratch.len;
    if (wf_memo_get(p, M_PRIMARY, &known)) {
        return known;
    }
    WfLoc start = here(p);
    WfExpr *e = wf_rule_atom(p);
    while (e != NULL && !p->failed) {
        uint32_t trailer = p->pos;
        bool ok = false;
        WfAstKind kind = WF_AST_Attribute;
        switch (peek(p)) {
        case T_DOT:
            p->pos++;
            ok = accept(p, T_NAME);
            break;
        case T_LPAR:
            kind = WF_AST_Call;
            ok = genexp(p) != NULL;
            if (!ok && !p->failed) {
                p->pos = trailer + 1;
                wf_diag_arguments(p);
                ok = !p->failed && accept(p, T_RPAR);
            }
            break;
        case T_LBRACE:
            genexp(p);
            break;
        case T_LSQB:
            kind = WF_AST_Subscript;
            genexp(p);
            p->pos++;
            ok = !p->failed && wf_rule_slices(p) != NULL && accept(p, T_RSQB);
            break;
        default:
            break;
        }
        if (!ok) {
            p->pos = trailer;
            break;
        }
        e = made(p, kind, start);
    }
    return wf_memo_put(p, M_PRIMARY, first, base, e);
}

/* ---- parameters ---- */

typedef struct Params {
    WfParser *p;
    bool lambda;
    TokKind close;
} Params;

/* The end of a parameter: a comma (taken), or the closing bracket (not taken). */
static bool param_end(const Params *q)
{
    WfParser *p = q->p;
    bool comma = accept(p, T_COMMA);
    if (!q->lambda) {
        wf_rule_type_comment(p);
    }
    return (comma || peek(p) == q->close) && !p->failed;
}

static bool slash_end(const Params *q)
{
    return accept(q->p, T_SLASH) && (accept(q->p, T_COMMA) || peek(q->p) == q->close);
}

static bool default_value(const Params *q)
{
    WfParser *p = q->p;
    uint32_t first = p->pos;
    if (!accept(p, T_EQUAL)) {
        return false;
    }
    if (wf_rule_expression(p) != NULL) {
        return true;
    }
    p->pos = first;
    if (looking(p)) {
        WfLoc equal = here(p);
        p->pos++;
        TokKind k = peek(p);
        if (k == T_RPAR || k == T_COMMA) {
            wf_parse_raise_range(p, &equal, &equal, "expected default value expression");
        }
        p->pos = first;
    }
    return false;
}

typedef enum Default { NO_DEFAULT, WITH_DEFAULT, MAYBE_DEFAULT } Default;

static WfArg *param(const Params *q, Default d)
{
    WfParser *p = q->p;
    uint32_t first = p->pos;
    if (p->failed || peek(p) != T_NAME) {
        return NULL;
    }
    WfArg *a = wf_rule_parameter(p, q->lambda, false);
    bool ok = a != NULL;
    if (ok && d != NO_DEFAULT) {
        ok = default_value(q) || (d == MAYBE_DEFAULT && !p->failed);
    }
    return ok && param_end(q) ? a : back(p, first);
}

static size_t params(const Params *q, Default d)
{
    size_t n = 0;
    while (param(q, d) != NULL) {
        n++;
    }
    return n;
}

/* Parameters that end in "/". */
static bool slash(const Params *q)
{
    WfParser *p = q->p;
    uint32_t first = p->pos;
    if (params(q, NO_DEFAULT) > 0 && slash_end(q)) {
        return true;
    }
    p->pos = first;
    if (p->failed) {
        return false;
    }
    params(q, NO_DEFAULT);
    if (params(q, WITH_DEFAULT) > 0 && slash_end(q)) {
        return true;
    }
    p->pos = first;
    return false;
}

static void raise_token(WfParser *p, const char *message)
{
    WfLoc at = here(p);
    wf_parse_raise_range(p, &at, &at, "%s", message);
}

static void invalid_parameters(const Params *q)
{
    WfParser *p = q->p;
    uint32_t first = p->pos;
    params(q, NO_DEFAULT);
    /* Parameters with defaults, perhaps with a "/" behind. */
    uint32_t at = p->pos;
    bool helper = false;
    if (!p->failed) {
        params(q, NO_DEFAULT);
        helper = params(q, WITH_DEFAULT) > 0 && slash_end(q);
        if (!helper && !p->failed) {
            p->pos = at;
            helper = params(q, WITH_DEFAULT) > 0;
        }
    }
    WfArg *a = helper ? param(q, NO_DEFAULT) : NULL;
    if (a != NULL) {
        wf_parse_raise_range(p, &a->loc, &a->loc, "non-default argument follows default argument");
    }
    p->pos = first;
    if (p->failed) {
        return;
    }
    params(q, NO_DEFAULT);
    if (!p->failed && peek(p) == T_LPAR) {
        WfLoc open = here(p);
        p->pos++;
        /* Inside, names are separated by commas and end at ")" for lambdas too. */
        Params inner = {p, q->lambda, T_RPAR};
        bool ok;
        if (q->lambda) {
            ok = accept(p, T_NAME);
            while (ok && peek(p) == T_COMMA && peek2(p) == T_NAME) {
                p->pos += 2;
            }
        } else {
            ok = params(&inner, NO_DEFAULT) > 0;
        }
        if (ok) {
            accept(p, T_COMMA);
            if (peek(p) == T_RPAR) {
                WfLoc close = here(p);
                p->pos++;
                wf_parse_raise_range(p, &open, &close,
                                     q->lambda
                                         ? "Lambda expression parameters cannot be parenthesized"
                                         : "Function parameters cannot be parenthesized");
            }
        }
    }
    p->pos = first;
    if (p->failed) {
        return;
    }
    if (peek(p) == T_SLASH && peek2(p) == T_COMMA) {
        raise_token(p, "at least one argument must precede /");
        return;
    }
    bool slashed = slash(q);
    if (slashed && params(q, MAYBE_DEFAULT) < SIZE_MAX && !p->failed && peek(p) == T_SLASH) {
        raise_token(p, "/ may appear only once");
    }
    p->pos = first;
    if (p->failed) {
        return;
    }
    slash(q);
    params(q, MAYBE_DEFAULT);
    if (!p->failed && accept(p, T_STAR) && (accept(p, T_COMMA) || param(q, NO_DEFAULT) != NULL)) {
        params(q, MAYBE_DEFAULT);
        if (!p->failed && peek(p) == T_SLASH) {
            raise_token(p, "/ must be ahead of *");
        }
    }
    p->pos = first;
    if (!p->failed && params(q, MAYBE_DEFAULT) > 0 && accept(p, T_SLASH) && peek(p) == T_STAR) {
        raise_token(p, "expected comma between / and *");
    }
    p->pos = first;
}

static bool kwds(const Params *q)
{
    WfParser *p = q->p;
    uint32_t first = p->pos;
    if (p->failed || peek(p) != T_DOUBLESTAR) {
        return false;
    }
    if (looking(p)) {
        p->pos++;
        if (peek(p) == T_NAME && wf_rule_parameter(p, q->lambda, false) != NULL) {
            if (peek(p) == T_EQUAL) {
                raise_token(p, "var-keyword argument cannot have default value");
                return false;
            }
            if (accept(p, T_COMMA)) {
                TokKind k = peek(p);
                if (k == T_NAME) {
                    WfArg *a = wf_rule_parameter(p, q->lambda, false);
                    if (a != NULL) {
                        wf_parse_raise_range(p, &a->loc, &a->loc,
                                             "arguments cannot follow var-keyword argument");
                    }
                } else if (k == T_STAR || k == T_DOUBLESTAR || k == T_SLASH) {
                    raise_token(p, "arguments cannot follow var-keyword argument");
                }
            }
        }
        p->pos = first;
        if (p->failed) {
            return false;
        }
    }
    p->pos++;
    if (param(q, NO_DEFAULT) != NULL) {
        return true;
    }
    p->pos = first;
    return false;
}

static void invalid_star_etc(const Params *q)
{
    WfParser *p = q->p;
    uint32_t first = p->pos;
    WfLoc star = here(p);
    p->pos++;
    TokKind k = peek(p);
    bool bare = k == q->close;
    if (k == T_COMMA) {
        p->pos++;
        k = peek(p);
        bare = k == q->close || k == T_DOUBLESTAR;
    }
    if (bare) {
        if (q->lambda) {
            wf_parse_raise_last(p, WF_SYNTAX_ERROR, "named arguments must follow bare *");
        } else {
            wf_parse_raise_range(p, &star, &star, "named arguments must follow bare *");
        }
        return;
    }
    if (p->pos > first + 1) {
        if (k == T_TYPE_COMMENT) {
            p->pos++;
            wf_parse_raise_last(p, WF_SYNTAX_ERROR, "bare * has associated type comment");
            return;
        }
    }
    p->pos = first + 1;
    if (peek(p) == T_NAME && wf_rule_parameter(p, q->lambda, false) != NULL
        && peek(p) == T_EQUAL) {
        raise_token(p, "var-positional argument cannot have default value");
        return;
    }
    p->pos = first + 1;
    if (!p->failed && (param(q, NO_DEFAULT) != NULL || accept(p, T_COMMA))) {
        params(q, MAYBE_DEFAULT);
        if (!p->failed && peek(p) == T_STAR) {
            uint32_t at = p->pos++;
            if (param(q, NO_DEFAULT) != NULL || accept(p, T_COMMA)) {
                p->pos = at;
                raise_token(p, "* argument may appear only once");
            }
        }
    }
    p->pos = first;
}

static void star_etc(const Params *q)
{
    WfParser *p = q->p;
    if (p->failed) {
        return;
    }
    if (peek(p) == T_STAR) {
        if (looking(p)) {
            invalid_star_etc(q);
            if (p->failed) {
                return;
            }
        }
        uint32_t first = p->pos++;
        bool ok;
        if (accept(p, T_COMMA)) {
            ok = params(q, MAYBE_DEFAULT) > 0;
        } else {
            ok = peek(p) == T_NAME && wf_rule_parameter(p, q->lambda, true) != NULL && param_end(q);
            if (ok) {
                params(q, MAYBE_DEFAULT);
            }
        }
        if (!ok) {
            p->pos = first;
            return;
        }
    }
    kwds(q);
}

/* Never NULL but for errors: no parameters at all are a match too. */
WfArguments *wf_diag_parameters(WfParser *p, bool lambda)
{
    Params q = {p, lambda, lambda ? T_COLON : T_RPAR};
    if (looking(p)) {
        invalid_parameters(&q);
    }
    if (!p->failed && !slash(&q)) {
        params(&q, NO_DEFAULT);
    }
    if (!p->failed) {
        params(&q, NO_DEFAULT);
        params(&q, WITH_DEFAULT);
        star_etc(&q);
    }
    if (p->failed) {
        return NULL;
    }
    WfArguments *args = wf_ast_new(p->arena, WF_AST_arguments);
    return args != NULL ? args : wf_parse_nomem(p);
}

/* ---- assignments ---- */

static bool is_single_target(const WfExpr *e)
{
    return e->kind == WF_AST_Name || e->kind == WF_AST_Attribute || e->kind == WF_AST_Subscript;
}

/* (star_targets '=')*; returns whether there was one. */
static bool targets_equal(WfParser *p)
{
    bool any = false;
    for (;;) {
        uint32_t first = p->pos;
        if (p->failed || wf_rule_star_targets(p) == NULL || !accept(p, T_EQUAL)) {
            p->pos = first;
            return any;
        }
        any = true;
    }
}

/* After "target :". */
static bool annotation(WfParser *p)
{
    if (wf_rule_annotation(p, false) == NULL) {
        return false;
    }
    uint32_t after = p->pos;
    if (accept(p, T_EQUAL) && wf_rule_yield_or_star(p) == NULL) {
        p->pos = after;
    }
    return !p->failed;
}

static bool at_augmented(WfParser *p)
{
    TokKind k = peek(p);
    return k >= T_PLUSEQ && k <= T_DOUBLESLASHEQ;
}

/* list, tuple, or one of them in parentheses */
static WfExpr *ann_assign_target(WfParser *p)
{
    uint32_t first = p->pos;
    if (peek(p) == T_LSQB) {
        return list(p);
    }
    if (peek(p) != T_LPAR) {
        return NULL;
    }
    WfExpr *e = tuple(p);
    if (e == NULL && !p->failed) {
        p->pos = first + 1;
        e = ann_assign_target(p);
        if (e == NULL || !accept(p, T_RPAR)) {
            return back(p, first);
        }
    }
    return e;
}

static void invalid_assignment(WfParser *p)
{
    uint32_t first = p->pos;
    WfExpr *a = ann_assign_target(p);
    if (a != NULL && accept(p, T_COLON) && wf_rule_expression(p) != NULL) {
        wf_parse_raise_range(p, &a->loc, &a->loc, "only single target (not %s) can be annotated",
                             expr_name(a));
    }
    p->pos = first;
    if (p->failed) {
        return;
    }
    size_t base = p->scratch.len;
    a = wf_rule_star_named(p);
    if (a != NULL && accept(p, T_COMMA)) {
        while (star_named_list(p) != NULL) {
        }
        if (!p->failed && accept(p, T_COLON) && wf_rule_expression(p) != NULL) {
            raise_at(p, a, "only single target (not tuple) can be annotated");
        }
    }
    p->scratch.len = base;
    p->pos = first;
    if (p->failed) {
        return;
    }
    a = wf_rule_expression(p);
    if (a != NULL && accept(p, T_COLON) && wf_rule_expression(p) != NULL) {
        raise_at(p, a, "illegal target for annotation");
    }
    p->pos = first;
    if (p->failed) {
        return;
    }
    targets_equal(p);
    a = p->failed ? NULL : wf_rule_star_expressions(p);
    if (a != NULL && accept(p, T_EQUAL)) {
        raise_target(p, a, STAR_TARGETS);
    }
    p->pos = first;
    if (p->failed) {
        return;
    }
    targets_equal(p);
    if (!p->failed && peek(p) == T_YIELD) {
        a = wf_rule_yield(p);
        if (a != NULL && accept(p, T_EQUAL)) {
            raise_at(p, a, "assignment to yield expression not possible");
        }
    }
    p->pos = first;
    if (p->failed) {
        return;
    }
    a = wf_rule_star_expressions(p);
    if (a != NULL && at_augmented(p)) {
        p->pos++;
        if (wf_rule_yield_or_star(p) != NULL) {
            wf_parse_raise_range(p, &a->loc, &a->loc,
                                 "'%s' is an illegal expression for augmented assignment",
                                 expr_name(a));
        }
    }
    p->pos = first;
}

bool wf_diag_assignment(WfParser *p)
{
    uint32_t first = p->pos;
    if (peek(p) == T_NAME && peek2(p) == T_COLON) {
        p->pos++;
        if (annotation(p)) {
            return true;
        }
        p->pos = first;
    }
    WfExpr *e = p->failed ? NULL : wf_rule_primary(p);
    bool single = e != NULL && is_single_target(e);
    uint32_t after = p->pos;
    if (single && peek(p) == T_COLON && (e->kind != WF_AST_Name || (e->flags & WF_AST_PAREN))
        && annotation(p)) {
        return true;
    }
    p->pos = first;
    if (p->failed) {
        return false;
    }
    if (targets_equal(p) && wf_rule_yield_or_star(p) != NULL && peek(p) != T_EQUAL) {
        wf_rule_type_comment(p);
        return !p->failed;
    }
    p->pos = first;
    if (p->failed) {
        return false;
    }
    bool committed = false;
    if (single) {
        p->pos = after;
        if (at_augmented(p)) {
            p->pos++;
            if (wf_rule_yield_or_star(p) != NULL) {
                return true;
            }
            committed = true;
        }
        p->pos = first;
    }
    if (looking(p) && !committed) {
        invalid_assignment(p);
    }
    return !p->failed && wf_rule_yield_or_star(p) != NULL;
}

/* ---- statements ---- */

static bool missing_indent(WfParser *p)
{
    return accept(p, T_NEWLINE) && peek(p) != T_INDENT && !p->failed;
}

static void raise_indent(WfParser *p, const char *after, int lineno)
{
    wf_parse_raise_last(p, WF_SYNTAX_INDENTATION, "expected an indented block after %s on line %d",
                        after, lineno);
}

/* Behind the head of a clause: no colon, or nothing after it? */
static void clause_end(WfParser *p, bool colon, const char *what, int lineno)
{
    if (colon && accept(p, T_NEWLINE)) {
        wf_parse_raise_last(p, WF_SYNTAX_ERROR, "expected ':'");
    } else if (accept(p, T_COLON) && missing_indent(p)) {
        raise_indent(p, what, lineno);
    }
}

static bool with_head_item(WfParser *p, bool several)
{
    size_t base = p->scratch.len;
    uint32_t first = p->pos;
    bool ok = wf_rule_expression(p) != NULL;
    if (ok && several) {
        while (peek(p) == T_COMMA) {
            uint32_t comma = p->pos++;
            if (wf_rule_expression(p) == NULL) {
                p->pos = comma;
                break;
            }
        }
    }
    if (ok && !p->failed && peek(p) == T_AS) {
        uint32_t as = p->pos++;
        if (wf_rule_star_target(p) == NULL) {
            p->pos = as;
        }
    }
    p->scratch.len = base;
    if (!ok || p->failed) {
        p->pos = first;
        return false;
    }
    return true;
}

/* "with" and its items, in parentheses or not. */
static bool with_head(WfParser *p, bool paren)
{
    p->pos++;
    if (paren && !accept(p, T_LPAR)) {
        return false;
    }
    if (!with_head_item(p, paren)) {
        return false;
    }
    for (;;) {
        uint32_t comma = p->pos;
        if (!accept(p, T_COMMA) || !with_head_item(p, paren)) {
            p->pos = comma;
            break;
        }
    }
    if (p->failed) {
        return false;
    }
    if (paren) {
        accept(p, T_COMMA);
        return accept(p, T_RPAR);
    }
    return true;
}

/* At an "except" of the other kind than those before it. */
static void mixed_except(WfParser *p, bool star)
{
    WfLoc from = here(p);
    p->pos++;
    WfLoc to = from;
    if (star) {
        to = here(p);
        p->pos++;
    }
    if (star || peek(p) != T_COLON) {
        if (wf_rule_expression(p) == NULL) {
            return;
        }
        if (peek(p) == T_AS && peek2(p) == T_NAME) {
            p->pos += 2;
        }
    }
    if (peek(p) == T_COLON) {
        wf_parse_raise_range(p, &from, &to,
                             "cannot have both 'except' and 'except*' on the same 'try'");
    }
}

static void diag_try(WfParser *p, int lineno)
{
    uint32_t first = p->pos++;
    if (!accept(p, T_COLON)) {
        p->pos = first;
        return;
    }
    uint32_t body = p->pos;
    if (missing_indent(p)) {
        raise_indent(p, "'try' statement", lineno);
        return;
    }
    p->pos = body;
    WfStmtSeq seq;
    if (!p->failed && wf_rule_block(p, &seq)) {
        if (peek(p) != T_EXCEPT && peek(p) != T_FINALLY) {
            wf_parse_raise_last(p, WF_SYNTAX_ERROR, "expected 'except' or 'finally' block");
            return;
        }
        bool any = false;
        bool stars = false;
        while (!p->failed && peek(p) == T_EXCEPT) {
            bool star = peek2(p) == T_STAR;
            if (any && star != stars) {
                wf_diag_except_end(p);
                if (!p->failed) {
                    mixed_except(p, star);
                }
                break;
            }
            if (wf_rule_except(p, &star) == NULL) {
                break;
            }
            any = true;
            stars = star;
        }
    }
    p->pos = first;
}

void wf_diag_compound(WfParser *p)
{
    uint32_t first = p->pos;
    size_t base = p->scratch.len;
    WfLoc at = here(p);
    TokKind k = peek(p);
    switch (k) {
    case T_IF:
    case T_ELIF:
    case T_WHILE:
        p->pos++;
        if (wf_rule_named(p) != NULL) {
            clause_end(p, true,
                       k == T_IF     ? "'if' statement"
                       : k == T_ELIF ? "'elif' statement"
                                     : "'while' statement",
                       at.lineno);
        }
        break;
    case T_ELSE:
    case T_FINALLY:
        p->pos++;
        clause_end(p, false, k == T_ELSE ? "'else' statement" : "'finally' statement", at.lineno);
        break;
    case T_FOR:
        p->pos++;
        if (wf_rule_star_targets(p) != NULL && accept(p, T_IN)
            && wf_rule_star_expressions(p) != NULL) {
            clause_end(p, true, "'for' statement", at.lineno);
        }
        break;
    case T_WITH:
        for (int paren = 0; paren < 2 && !p->failed; paren++) {
            p->pos = first;
            if (with_head(p, paren)) {
                clause_end(p, false, "'with' statement", at.lineno);
            }
        }
        break;
    case T_DEF:
        p->pos++;
        if (accept(p, T_NAME) && accept(p, T_LPAR) && wf_rule_parameters(p, false) != NULL
            && accept(p, T_RPAR)
            && (!accept(p, T_ARROW) || wf_rule_expression(p) != NULL)) {
            clause_end(p, false, "function definition", at.lineno);
        }
        break;
    case T_CLASS:
        p->pos++;
        if (accept(p, T_NAME)) {
            uint32_t after = p->pos;
            if (accept(p, T_LPAR)) {
                wf_diag_arguments(p);
                if (!p->failed && !accept(p, T_RPAR)) {
                    p->pos = after;
                }
            }
            if (!p->failed) {
                clause_end(p, true, "class definition", at.lineno);
            }
        }
        break;
    case T_TRY:
        diag_try(p, at.lineno);
        break;
    case T_EXCEPT: {
        p->pos++;
        bool star = accept(p, T_STAR);
        if (peek(p) != T_COLON) {
            if (wf_rule_expression(p) == NULL) {
                break;
            }
            if (peek(p) == T_AS && peek2(p) == T_NAME) {
                p->pos += 2;
            }
        } else if (star) {
            break;
        }
        clause_end(p, false, star ? "'except*' statement" : "'except' statement", at.lineno);
        break;
    }
    default:
        break;
    }
    p->scratch.len = base;
    p->pos = first;
}

void wf_diag_with_end(WfParser *p)
{
    uint32_t first = p->pos;
    for (int paren = 0; paren < 2 && !p->failed; paren++) {
        p->pos = first;
        if (with_head(p, paren) && accept(p, T_NEWLINE)) {
            wf_parse_raise_last(p, WF_SYNTAX_ERROR, "expected ':'");
        }
    }
    p->pos = first;
}

void wf_diag_with_item(WfParser *p)
{
    uint32_t first = p->pos;
    if (wf_rule_expression(p) != NULL && accept(p, T_AS)) {
        WfExpr *a = wf_rule_expression(p);
        TokKind k = peek(p);
        if (a != NULL && (k == T_COMMA || k == T_RPAR || k == T_COLON)) {
            raise_target(p, a, STAR_TARGETS);
        }
    }
    p->pos = first;
}

void wf_diag_for_target(WfParser *p)
{
    uint32_t first = p->pos++;
    WfExpr *a = wf_rule_star_expressions(p);
    if (a != NULL) {
        raise_target(p, a, FOR_TARGETS);
    }
    p->pos = first;
}

void wf_diag_except_end(WfParser *p)
{
    uint32_t first = p->pos++;
    bool star = accept(p, T_STAR);
    uint32_t after = p->pos;
    WfExpr *a = wf_rule_expression(p);
    if (a != NULL && accept(p, T_COMMA)) {
        size_t base = p->scratch.len;
        bool ok = wf_rule_expression(p) != NULL;
        while (ok && accept(p, T_COMMA) && wf_rule_expression(p) != NULL) {
        }
        p->scratch.len = base;
        if (ok && !p->failed) {
            if (peek(p) == T_AS && peek2(p) == T_NAME) {
                p->pos += 2;
            }
            if (accept(p, T_COLON)) {
                raise_from(p, a->loc, "multiple exception types must be parenthesized");
            }
        }
    }
    p->pos = after;
    if (!p->failed && wf_rule_expression(p) != NULL) {
        if (peek(p) == T_AS && peek2(p) == T_NAME) {
            p->pos += 2;
        }
        if (accept(p, T_NEWLINE)) {
            wf_parse_raise_last(p, WF_SYNTAX_ERROR, "expected ':'");
        }
    }
    p->pos = after;
    if (!p->failed) {
        TokKind k = peek(p);
        if (!star && k == T_NEWLINE) {
            wf_parse_raise_last(p, WF_SYNTAX_ERROR, "expected ':'");
        } else if (star && (k == T_NEWLINE || k == T_COLON)) {
            wf_parse_raise_last(p, WF_SYNTAX_ERROR, "expected one or more exception types");
        }
    }
    p->pos = first;
}

void wf_diag_returns(WfParser *p)
{
    uint32_t first = p->pos++;
    bool diagnosing = p->diagnosing;
    p->diagnosing = true;
    p->no_invalid++;
    if (wf_rule_expression(p) == NULL) {
        p->pos = first;
    }
    p->no_invalid--;
    p->diagnosing = diagnosing;
}

void wf_diag_match(WfParser *p)
{
    uint32_t first = p->pos;
    size_t base = p->scratch.len;
    int lineno = here(p).lineno;
    p->pos++;
    if (wf_rule_subject(p) != NULL) {
        clause_end(p, true, "'match' statement", lineno);
    }
    p->scratch.len = base;
    p->pos = first;
}

void wf_diag_case(WfParser *p)
{
    uint32_t first = p->pos;
    size_t base = p->scratch.len;
    int lineno = here(p).lineno;
    p->pos++;
    if (wf_rule_patterns(p) != NULL && (!accept(p, T_IF) || wf_rule_named(p) != NULL)) {
        clause_end(p, true, "'case' statement", lineno);
    }
    p->scratch.len = base;
    p->pos = first;
}

void wf_diag_del(WfParser *p)
{
    uint32_t first = p->pos++;
    WfExpr *a = wf_rule_star_expressions(p);
    if (a != NULL) {
        raise_target(p, a, DEL_TARGETS);
    }
    p->pos = first;
}

void wf_diag_import_from(WfParser *p)
{
    uint32_t first = p->pos;
    size_t base = p->scratch.len;
    if (wf_rule_import_names(p) && accept(p, T_COMMA) && accept(p, T_NEWLINE)) {
        wf_parse_raise_last(p, WF_SYNTAX_ERROR,
                            "trailing comma not allowed without surrounding parentheses");
    }
    p->scratch.len = base;
    p->pos = first;
}

void wf_diag_as_pattern(WfParser *p)
{
    uint32_t first = p->pos;
    if (at_word(p, "_", 1)) {
        raise_token(p, "cannot use '_' as a target");
    } else if (peek(p) != T_NAME) {
        WfExpr *a = wf_rule_expression(p);
        if (a != NULL) {
            raise_at(p, a, "invalid pattern target");
        }
    }
    p->pos = first;
}

void wf_diag_class_pattern(WfParser *p)
{
    uint32_t first = p->pos++;
    bool keywords = false;
    while (!p->failed) {
        bool named = peek(p) == T_NAME && peek2(p) == T_EQUAL;
        if (keywords && !named) {
            WfPattern *a = wf_rule_pattern(p);
            WfPattern *b = a;
            while (a != NULL && peek(p) == T_COMMA) {
                p->pos++;
                if (peek(p) == T_NAME && peek2(p) == T_EQUAL) {
                    break;
                }
                WfPattern *next = wf_rule_pattern(p);
                if (next == NULL) {
                    break;
                }
                b = next;
            }
            if (a != NULL) {
                wf_parse_raise_range(p, &a->loc, &b->loc,
                                     "positional patterns follow keyword patterns");
            }
            break;
        }
        if (named) {
            keywords = true;
            p->pos += 2;
        }
        if (wf_rule_pattern(p) == NULL || !accept(p, T_COMMA)) {
            break;
        }
    }
    p->pos = first;
}
