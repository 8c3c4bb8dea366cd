/* expr.c - expressions, by recursive descent; binary operators by precedence.
 * SPDX-License-Identifier: MIT
 * Design:     see parser.c. Targets of assignments are parsed as expressions and checked afterwards
 *             (wf_rule_set_context), which needs no backing up. In the diagnosing pass the rules that
 *             people get wrong go through diagnose.c.
 * Invariants: the context of a fresh node is Load.
 * Threads:    one parser, one thread.
 * Tests:      tests/unit/test_parser.c */
#include <string.h>

#include "syntax/rules.h"

/* ---- names and literals ---- */

const WfAstStr *wf_rule_identifier(WfParser *p)
{
    if (peek(p) != T_NAME) {
        return NULL;
    }
    const Tok *t = &p->toks[p->pos++];
    return wf_parse_name(p, p->buf + t->start, t->end - t->start);
}

WfExpr *wf_rule_name(WfParser *p)
{
    WfLoc start = here(p);
    const WfAstStr *id = wf_rule_identifier(p);
    WfExpr *e = id != NULL ? new_node(p, WF_AST_Name, start) : NULL;
    if (e != NULL) {
        e->Name.id = id;
    }
    return e;
}

WfExpr *wf_rule_strings(WfParser *p)
{
    void *known;
    uint32_t first = p->pos;
    if (p->diagnosing && wf_memo_get(p, M_STRINGS, &known)) {
        return known;
    }
    while (peek(p) == T_STRING) {
        p->pos++;
    }
    if (p->failed) {
        return NULL;
    }
    WfExpr *e = wf_parse_strings(p, first, p->pos);
    return p->diagnosing ? wf_memo_put(p, M_STRINGS, first, p->scratch.len, e) : e;
}

static WfExpr *attribute(WfParser *p, WfExpr *value)
{
    p->pos++;
    const WfAstStr *attr = wf_rule_identifier(p);
    WfExpr *e = attr != NULL ? new_node(p, WF_AST_Attribute, value->loc) : NULL;
    if (e != NULL) {
        e->Attribute.value = value;
        e->Attribute.attr = attr;
    }
    return e;
}

WfExpr *wf_rule_name_or_attr(WfParser *p)
{
    WfExpr *e = wf_rule_name(p);
    while (e != NULL && peek(p) == T_DOT) {
        e = attribute(p, e);
    }
    return e;
}

static WfExpr *keyword_constant(WfParser *p, WfConstKind kind)
{
    WfLoc start = here(p);
    p->pos++;
    WfExpr *e = new_node(p, WF_AST_Constant, start);
    if (e != NULL) {
        e->Constant.value.kind = (uint8_t)kind;
    }
    return e;
}

/* ---- brackets ---- */

static WfExpr *comprehension(WfParser *p, WfAstKind kind, WfLoc start, TokKind close, WfExpr *elt,
                             WfExpr *value)
{
    WfComprehensionSeq gens;
    if (!wf_rule_for_if_clauses(p, &gens) || !accept(p, close)) {
        return NULL;
    }
    WfExpr *e = new_node(p, kind, start);
    if (e == NULL) {
        return NULL;
    }
    if (kind == WF_AST_DictComp) {
        e->DictComp.key = elt;
        e->DictComp.value = value;
        e->DictComp.generators = gens;
    } else {
        /* ListComp, SetComp and GeneratorExp have the same layout. */
        e->ListComp.elt = elt;
        e->ListComp.generators = gens;
    }
    return e;
}

static bool at_for(WfParser *p)
{
    TokKind k = peek(p);
    return k == T_FOR || (k == T_ASYNC && peek2(p) == T_FOR);
}

/* Elements after a first one that is pushed already, up to (not including) `close`. */
static bool more_elements(WfParser *p, TokKind close)
{
    while (accept(p, T_COMMA)) {
        if (peek(p) == close) {
            break;
        }
        if (!push_node(p, wf_rule_star_named(p))) {
            return false;
        }
    }
    return true;
}

static WfExpr *sequence(WfParser *p, WfAstKind kind, WfLoc start, size_t base)
{
    WfExpr *e = new_node(p, kind, start);
    /* Tuple, List and Set begin alike. */
    return e != NULL && wf_parse_seq(p, base, &e->Tuple.elts) ? e : NULL;
}

static WfExpr *parenthesised(WfParser *p)
{
    WfLoc start = here(p);
    p->pos++;
    size_t base = p->scratch.len;
    if (accept(p, T_RPAR)) {
        return sequence(p, WF_AST_Tuple, start, base);
    }
    WfExpr *e;
    if (peek(p) == T_YIELD) {
        e = wf_rule_yield(p);
        if (e == NULL || !accept(p, T_RPAR)) {
            return NULL;
        }
        e->flags |= WF_AST_PAREN;
        return e;
    }
    e = wf_rule_star_named(p);
    if (e == NULL) {
        return NULL;
    }
    if (accept(p, T_RPAR)) {
        if (e->kind == WF_AST_Starred) {
            return NULL;
        }
        e->flags |= WF_AST_PAREN;
        return e;
    }
    if (at_for(p)) {
        if (e->kind == WF_AST_Starred) {
            return NULL;
        }
        return comprehension(p, WF_AST_GeneratorExp, start, T_RPAR, e, NULL);
    }
    if (!push_node(p, e) || peek(p) != T_COMMA || !more_elements(p, T_RPAR)
        || !accept(p, T_RPAR)) {
        return NULL;
    }
    return sequence(p, WF_AST_Tuple, start, base);
}

static WfExpr *list(WfParser *p)
{
    WfLoc start = here(p);
    p->pos++;
    size_t base = p->scratch.len;
    if (!accept(p, T_RSQB)) {
        WfExpr *e = wf_rule_star_named(p);
        if (e == NULL) {
            return NULL;
        }
        if (at_for(p)) {
            if (e->kind == WF_AST_Starred) {
                return NULL;
            }
            return comprehension(p, WF_AST_ListComp, start, T_RSQB, e, NULL);
        }
        if (!push_node(p, e) || !more_elements(p, T_RSQB) || !accept(p, T_RSQB)) {
            return NULL;
        }
    }
    return sequence(p, WF_AST_List, start, base);
}

/* One entry of a dict display, or the rest of one whose key is known; pushes key and value. */
static bool dict_entry(WfParser *p, WfExpr *key)
{
    WfExpr *value;
    if (key == NULL && accept(p, T_DOUBLESTAR)) {
        value = wf_rule_bitwise_or(p);
    } else {
        if (key == NULL) {
            key = wf_rule_expression(p);
        }
        if (key == NULL || !accept(p, T_COLON)) {
            return false;
        }
        value = wf_rule_expression(p);
    }
    if (value == NULL) {
        return false;
    }
    if (!wf_vec_push(&p->scratch, (void *)key)) {
        wf_parse_nomem(p);
        return false;
    }
    return push_node(p, value);
}

static WfExpr *dict(WfParser *p, WfLoc start, size_t base)
{
    WfExpr *e = new_node(p, WF_AST_Dict, start);
    size_t n = (p->scratch.len - base) / 2;
    if (e == NULL || n == 0) {
        return e;
    }
    WfExpr **both = wf_arena_alloc(p->arena, 2 * n * sizeof *both);
    if (both == NULL) {
        return wf_parse_nomem(p);
    }
    for (size_t i = 0; i < n; i++) {
        both[i] = p->scratch.data[base + 2 * i];
        both[n + i] = p->scratch.data[base + 2 * i + 1];
    }
    e->Dict.keys = (WfExprSeq){both, n};
    e->Dict.values = (WfExprSeq){both + n, n};
    p->scratch.len = base;
    return e;
}

/* A set or dict, with the brace taken. *is_dict tells how far it got. */
static WfExpr *set_or_dict(WfParser *p, WfLoc start, bool *is_dict)
{
    size_t base = p->scratch.len;
    WfExpr *e = NULL;
    if (peek(p) != T_DOUBLESTAR) {
        e = wf_rule_star_named(p);
        if (e == NULL) {
            return NULL;
        }
        bool key = e->kind != WF_AST_Starred
                   && (e->kind != WF_AST_NamedExpr || (e->flags & WF_AST_PAREN));
        if (peek(p) != T_COLON || !key) {
            if (at_for(p)) {
                return e->kind == WF_AST_Starred
                           ? NULL
                           : comprehension(p, WF_AST_SetComp, start, T_RBRACE, e, NULL);
            }
            if (!push_node(p, e) || !more_elements(p, T_RBRACE) || !accept(p, T_RBRACE)) {
                return NULL;
            }
            return sequence(p, WF_AST_Set, start, base);
        }
    }
    *is_dict = true;
    bool starred = e == NULL;
    if (!dict_entry(p, e)) {
        return NULL;
    }
    if (!starred && at_for(p)) {
        WfExpr *value = p->scratch.data[--p->scratch.len];
        p->scratch.len = base;
        return comprehension(p, WF_AST_DictComp, start, T_RBRACE, e, value);
    }
    while (accept(p, T_COMMA) && peek(p) != T_RBRACE) {
        if (!dict_entry(p, NULL)) {
            return NULL;
        }
    }
    return accept(p, T_RBRACE) ? dict(p, start, base) : NULL;
}

static WfExpr *braces(WfParser *p)
{
    WfLoc start = here(p);
    uint32_t first = p->pos;
    void *known;
    if (p->memo != NULL && wf_memo_get(p, M_ATOM, &known)) {
        return NULL;
    }
    p->pos++;
    size_t base = p->scratch.len;
    if (accept(p, T_RBRACE)) {
        return dict(p, start, base);
    }
    bool is_dict = false;
    WfExpr *e = set_or_dict(p, start, &is_dict);
    if (e == NULL && is_dict && !p->failed) {
        p->scratch.len = base;
        p->pos = first;
        wf_diag_dict(p);
        /* That reads the inner displays again: they must not do the same to theirs. */
        wf_memo_put(p, M_ATOM, first, base, NULL);
    }
    return e;
}

/* ---- primaries ---- */

WfExpr *wf_rule_atom(WfParser *p)
{
    switch (peek(p)) {
    case T_NAME:
        return wf_rule_name(p);
    case T_STRING:
        return wf_rule_strings(p);
    case T_NUMBER:
        p->pos++;
        return wf_parse_number(p, prev_tok(p));
    case T_TRUE:
        return keyword_constant(p, WF_CONST_TRUE);
    case T_FALSE:
        return keyword_constant(p, WF_CONST_FALSE);
    case T_NONE:
        return keyword_constant(p, WF_CONST_NONE);
    case T_ELLIPSIS:
        return keyword_constant(p, WF_CONST_ELLIPSIS);
    case T_LPAR:
        return p->diagnosing ? wf_diag_atom(p) : parenthesised(p);
    case T_LSQB:
        return p->diagnosing ? wf_diag_atom(p) : list(p);
    case T_LBRACE:
        return p->diagnosing ? wf_diag_atom(p) : braces(p);
    default:
        return NULL;
    }
}

static WfExpr *slice(WfParser *p)
{
    WfLoc start = here(p);
    WfExpr *lower = NULL;
    WfExpr *upper = NULL;
    WfExpr *step = NULL;
    if (peek(p) == T_STAR) {
        p->pos++;
        WfExpr *value = wf_rule_expression(p);
        WfExpr *e = value != NULL ? new_node(p, WF_AST_Starred, start) : NULL;
        if (e != NULL) {
            e->Starred.value = value;
        }
        return e;
    }
    if (peek(p) != T_COLON) {
        lower = wf_rule_named(p);
        if (lower == NULL || peek(p) != T_COLON
            || (lower->kind == WF_AST_NamedExpr && !(lower->flags & WF_AST_PAREN))) {
            return lower;
        }
    }
    p->pos++;
    TokKind k = peek(p);
    if (k != T_COLON && k != T_COMMA && k != T_RSQB) {
        upper = wf_rule_expression(p);
        if (upper == NULL) {
            return NULL;
        }
        k = peek(p);
    }
    if (k == T_COLON) {
        p->pos++;
        k = peek(p);
        if (k != T_COMMA && k != T_RSQB) {
            step = wf_rule_expression(p);
            if (step == NULL) {
                return NULL;
            }
        }
    }
    WfExpr *e = new_node(p, WF_AST_Slice, start);
    if (e != NULL) {
        e->Slice.lower = lower;
        e->Slice.upper = upper;
        e->Slice.step = step;
    }
    return e;
}

WfExpr *wf_rule_slices(WfParser *p)
{
    WfLoc start = here(p);
    WfExpr *e = slice(p);
    if (e == NULL || (peek(p) != T_COMMA && e->kind != WF_AST_Starred)) {
        return e;
    }
    size_t base = p->scratch.len;
    if (!push_node(p, e)) {
        return NULL;
    }
    while (accept(p, T_COMMA)) {
        if (peek(p) == T_RSQB) {
            break;
        }
        if (!push_node(p, slice(p))) {
            return NULL;
        }
    }
    return sequence(p, WF_AST_Tuple, start, base);
}

static WfKeyword *keyword(WfParser *p, WfLoc start, const WfAstStr *arg)
{
    WfExpr *value = wf_rule_expression(p);
    WfKeyword *k = value != NULL ? new_node(p, WF_AST_keyword, start) : NULL;
    if (k != NULL) {
        k->arg = arg;
        k->value = value;
    }
    return k;
}

bool wf_rule_arguments(WfParser *p, WfExprSeq *args, WfKeywordSeq *keywords)
{
    *args = (WfExprSeq){0};
    *keywords = (WfKeywordSeq){0};
    /* Most calls have few keywords: these are kept at the end of the scratch, behind the others, by
     * a second vector that lives on the arena's time: a list through the scratch would mix them. */
    size_t base = p->scratch.len;
    WfKeyword *small[8];
    size_t n_keys = 0;
    WfKeyword **keys = small;
    size_t cap = 8;
    enum { POSITIONAL, KEYWORD, DOUBLE } state = POSITIONAL;
    while (peek(p) != T_RPAR) {
        WfLoc start = here(p);
        TokKind k = peek(p);
        WfKeyword *key = NULL;
        if (k == T_STAR) {
            if (state == DOUBLE) {
                return false;
            }
            p->pos++;
            WfExpr *value = wf_rule_expression(p);
            WfExpr *e = value != NULL ? new_node(p, WF_AST_Starred, start) : NULL;
            if (e == NULL) {
                return false;
            }
            e->Starred.value = value;
            if (!push_node(p, e)) {
                return false;
            }
        } else if (k == T_DOUBLESTAR) {
            state = DOUBLE;
            p->pos++;
            key = keyword(p, start, NULL);
            if (key == NULL) {
                return false;
            }
        } else if (k == T_NAME && peek2(p) == T_EQUAL) {
            if (state == POSITIONAL) {
                state = KEYWORD;
            }
            const WfAstStr *name = wf_rule_identifier(p);
            p->pos++;
            key = name != NULL ? keyword(p, start, name) : NULL;
            if (key == NULL) {
                return false;
            }
        } else {
            if (state != POSITIONAL) {
                return false;
            }
            WfExpr *e = wf_rule_named(p);
            if (!push_node(p, e) || peek(p) == T_EQUAL) {
                return false;
            }
        }
        if (key != NULL) {
            if (n_keys == cap) {
                WfKeyword **more = wf_arena_alloc(p->arena, 2 * cap * sizeof *more);
                if (more == NULL) {
                    wf_parse_nomem(p);
                    return false;
                }
                memcpy(more, keys, cap * sizeof *more);
                keys = more;
                cap *= 2;
            }
            keys[n_keys++] = key;
        }
        if (!accept(p, T_COMMA)) {
            break;
        }
    }
    if (n_keys > 0) {
        if (keys == small) {
            keys = wf_arena_alloc(p->arena, n_keys * sizeof *keys);
            if (keys == NULL) {
                wf_parse_nomem(p);
                return false;
            }
            memcpy(keys, small, n_keys * sizeof *keys);
        }
        *keywords = (WfKeywordSeq){keys, n_keys};
    }
    return wf_parse_seq(p, base, args);
}

/* The call of `func`; at its '('. */
static WfExpr *call(WfParser *p, WfExpr *func)
{
    WfLoc paren = here(p);
    p->pos++;
    WfExprSeq args = {0};
    WfKeywordSeq keywords = {0};
    if (!accept(p, T_RPAR)) {
        uint32_t first = p->pos;
        TokKind k = peek(p);
        if (k != T_STAR && k != T_DOUBLESTAR && !(k == T_NAME && peek2(p) == T_EQUAL)) {
            WfExpr *e = wf_rule_named(p);
            if (e == NULL) {
                return NULL;
            }
            if (at_for(p)) {
                e = comprehension(p, WF_AST_GeneratorExp, paren, T_RPAR, e, NULL);
                WfExpr **one = e != NULL ? wf_arena_alloc(p->arena, sizeof *one) : NULL;
                if (one == NULL) {
                    return e != NULL ? wf_parse_nomem(p) : NULL;
                }
                *one = e;
                args = (WfExprSeq){one, 1};
                goto made;
            }
            if (peek(p) == T_RPAR) {
                WfExpr **one = wf_arena_alloc(p->arena, sizeof *one);
                if (one == NULL) {
                    return wf_parse_nomem(p);
                }
                *one = e;
                args = (WfExprSeq){one, 1};
                p->pos++;
                goto made;
            }
            if (peek(p) != T_COMMA) {
                return NULL;
            }
            /* More than one: the first is on the scratch, the others follow. */
            p->pos++;
            WfExprSeq rest;
            if (peek(p) == T_RPAR) {
                rest = (WfExprSeq){0};
            } else if (!wf_rule_arguments(p, &rest, &keywords)) {
                return NULL;
            }
            WfExpr **all = wf_arena_alloc(p->arena, (rest.len + 1) * sizeof *all);
            if (all == NULL) {
                return wf_parse_nomem(p);
            }
            all[0] = e;
            if (rest.len > 0) {
                memcpy(all + 1, rest.data, rest.len * sizeof *all);
            }
            args = (WfExprSeq){all, rest.len + 1};
        } else {
            p->pos = first;
            if (!wf_rule_arguments(p, &args, &keywords)) {
                return NULL;
            }
        }
        if (!accept(p, T_RPAR)) {
            return NULL;
        }
    }
made:;
    WfExpr *e = new_node(p, WF_AST_Call, func->loc);
    if (e != NULL) {
        e->Call.func = func;
        e->Call.args = args;
        e->Call.keywords = keywords;
    }
    return e;
}

WfExpr *wf_rule_primary(WfParser *p)
{
    if (p->diagnosing) {
        return wf_diag_primary(p);
    }
    WfLoc start = here(p);
    WfExpr *e = wf_rule_atom(p);
    while (e != NULL) {
        switch (peek(p)) {
        case T_DOT: {
            p->pos++;
            const WfAstStr *attr = wf_rule_identifier(p);
            WfExpr *a = attr != NULL ? new_node(p, WF_AST_Attribute, start) : NULL;
            if (a != NULL) {
                a->Attribute.value = e;
                a->Attribute.attr = attr;
            }
            e = a;
            continue;
        }
        case T_LPAR:
            e = call(p, e);
            break;
        case T_LSQB: {
            p->pos++;
            WfExpr *index = wf_rule_slices(p);
            if (index == NULL || !accept(p, T_RSQB)) {
                return NULL;
            }
            WfExpr *s = new_node(p, WF_AST_Subscript, start);
            if (s != NULL) {
                s->Subscript.value = e;
                s->Subscript.slice = index;
            }
            e = s;
            continue;
        }
        default:
            return e;
        }
        if (e != NULL) {
            /* A parenthesised callee begins at its parenthesis. */
            e->loc.lineno = start.lineno;
            e->loc.col_offset = start.col_offset;
        }
    }
    return NULL;
}

static WfExpr *await_primary(WfParser *p)
{
    if (peek(p) != T_AWAIT) {
        return wf_rule_primary(p);
    }
    WfLoc start = here(p);
    p->pos++;
    WfExpr *value = wf_rule_primary(p);
    if (value != NULL && p->feature_version < 5) {
        return wf_parse_raise_last(p, WF_SYNTAX_ERROR,
                                   "Await expressions are only supported in Python 3.5 and greater");
    }
    WfExpr *e = value != NULL ? new_node(p, WF_AST_Await, start) : NULL;
    if (e != NULL) {
        e->Await.value = value;
    }
    return e;
}

/* ---- operators ---- */

static WfExpr *binary_node(WfParser *p, WfLoc start, WfExpr *left, WfOperator op, WfExpr *right)
{
    WfExpr *e = right != NULL ? new_node(p, WF_AST_BinOp, start) : NULL;
    if (e != NULL) {
        e->BinOp.left = left;
        e->BinOp.op = op;
        e->BinOp.right = right;
    }
    return e;
}

WfExpr *wf_rule_factor(WfParser *p)
{
    if (!enter(p)) {
        return NULL;
    }
    WfLoc start = here(p);
    WfExpr *e;
    TokKind k = peek(p);
    if (k == T_MINUS || k == T_PLUS || k == T_TILDE) {
        p->pos++;
        WfExpr *operand = wf_rule_factor(p);
        e = operand != NULL ? new_node(p, WF_AST_UnaryOp, start) : NULL;
        if (e != NULL) {
            e->UnaryOp.op = k == T_MINUS ? WF_AST_USub : k == T_PLUS ? WF_AST_UAdd : WF_AST_Invert;
            e->UnaryOp.operand = operand;
        }
    } else {
        e = await_primary(p);
        if (e != NULL && accept(p, T_DOUBLESTAR)) {
            e = binary_node(p, start, e, WF_AST_Pow, wf_rule_factor(p));
        }
    }
    p->level--;
    return e;
}

/* How tight a binary operator binds; 0: none. */
static const uint8_t precedence[T_N_KINDS + 1] = {
    [T_VBAR] = 1,   [T_CIRCUMFLEX] = 2, [T_AMPER] = 3, [T_LSHIFT] = 4,      [T_RSHIFT] = 4,
    [T_PLUS] = 5,   [T_MINUS] = 5,      [T_STAR] = 6,  [T_SLASH] = 6,       [T_DOUBLESLASH] = 6,
    [T_PERCENT] = 6, [T_AT] = 6,
};

static WfExpr *binary(WfParser *p, int tightest)
{
    WfLoc start = here(p);
    WfExpr *left = wf_rule_factor(p);
    while (left != NULL) {
        TokKind k = peek(p);
        int prec = precedence[k];
        if (prec < tightest || prec == 0) {
            return left;
        }
        uint32_t pos = p->pos++;
        WfExpr *right = binary(p, prec + 1);
        if (right == NULL && p->diagnosing && !p->failed) {
            p->pos = pos;
            return left;
        }
        if (k == T_AT && right != NULL && p->feature_version < 5) {
            return wf_parse_raise_last(
                p, WF_SYNTAX_ERROR,
                "The '@' operator is only supported in Python 3.5 and greater");
        }
        left = binary_node(p, start, left, (WfOperator)(k - T_PLUS), right);
    }
    return NULL;
}

WfExpr *wf_rule_bitwise_or(WfParser *p)
{
    if (!p->diagnosing) {
        return binary(p, 1);
    }
    void *known;
    uint32_t start = p->pos;
    size_t base = p->scratch.len;
    if (wf_memo_get(p, M_BITWISE_OR, &known)) {
        return known;
    }
    return wf_memo_put(p, M_BITWISE_OR, start, base, binary(p, 1));
}

/* The comparison operator at p->pos, taken if there is one. */
static bool comparison_operator(WfParser *p, WfCmpOp *op)
{
    switch (peek(p)) {
    case T_EQEQ:
        *op = WF_AST_Eq;
        break;
    case T_NOTEQ: {
        bool angles = p->buf[p->toks[p->pos].start] == '<';
        if (p->flags & WF_PARSE_BARRY_AS_BDFL) {
            if (!angles) {
                p->pos++;
                wf_parse_raise_last(p, WF_SYNTAX_ERROR,
                                    "with Barry as BDFL, use '<>' instead of '!='");
                return false;
            }
        } else if (angles) {
            return false;
        }
        *op = WF_AST_NotEq;
        break;
    }
    case T_LT:
        *op = WF_AST_Lt;
        break;
    case T_LTE:
        *op = WF_AST_LtE;
        break;
    case T_GT:
        *op = WF_AST_Gt;
        break;
    case T_GTE:
        *op = WF_AST_GtE;
        break;
    case T_IN:
        *op = WF_AST_In;
        break;
    case T_NOT:
        if (peek2(p) != T_IN) {
            return false;
        }
        p->pos++;
        *op = WF_AST_NotIn;
        break;
    case T_IS:
        *op = WF_AST_Is;
        if (peek2(p) == T_NOT) {
            p->pos++;
            *op = WF_AST_IsNot;
        }
        break;
    default:
        return false;
    }
    p->pos++;
    return true;
}

static WfExpr *comparison(WfParser *p)
{
    WfLoc start = here(p);
    WfExpr *left = wf_rule_bitwise_or(p);
    WfCmpOp op;
    uint32_t pos = p->pos;
    if (left == NULL || !comparison_operator(p, &op)) {
        return p->failed ? NULL : left;
    }
    size_t base = p->scratch.len;
    WfCmpOp small[16];
    WfCmpOp *ops = small;
    size_t cap = 16;
    size_t n = 0;
    do {
        if (n == cap) {
            WfCmpOp *more = wf_arena_alloc(p->arena, 2 * cap * sizeof *more);
            if (more == NULL) {
                return wf_parse_nomem(p);
            }
            memcpy(more, ops, cap * sizeof *more);
            ops = more;
            cap *= 2;
        }
        ops[n++] = op;
        if (!push_node(p, wf_rule_bitwise_or(p))) {
            if (p->diagnosing && !p->failed) {
                p->pos = pos;
                p->scratch.len = base;
                return left;
            }
            return NULL;
        }
    } while (comparison_operator(p, &op));
    if (p->failed) {
        return NULL;
    }
    WfExpr *e = new_node(p, WF_AST_Compare, start);
    if (e == NULL || !wf_parse_seq(p, base, &e->Compare.comparators)) {
        return NULL;
    }
    if (ops == small) {
        ops = wf_arena_alloc(p->arena, n * sizeof *ops);
        if (ops == NULL) {
            return wf_parse_nomem(p);
        }
        memcpy(ops, small, n * sizeof *ops);
    }
    e->Compare.left = left;
    e->Compare.ops = (WfCmpOpSeq){ops, n};
    return e;
}

static WfExpr *inversion(WfParser *p)
{
    if (peek(p) != T_NOT) {
        return comparison(p);
    }
    if (!enter(p)) {
        return NULL;
    }
    WfLoc start = here(p);
    p->pos++;
    WfExpr *operand = inversion(p);
    p->level--;
    WfExpr *e = operand != NULL ? new_node(p, WF_AST_UnaryOp, start) : NULL;
    if (e != NULL) {
        e->UnaryOp.op = WF_AST_Not;
        e->UnaryOp.operand = operand;
    }
    return e;
}

static WfExpr *bool_op(WfParser *p, WfBoolOp op)
{
    TokKind word = op == WF_AST_And ? T_AND : T_OR;
    WfLoc start = here(p);
    WfExpr *first = op == WF_AST_And ? inversion(p) : bool_op(p, WF_AST_And);
    if (first == NULL || peek(p) != word) {
        return first;
    }
    size_t base = p->scratch.len;
    if (!push_node(p, first)) {
        return NULL;
    }
    uint32_t pos = p->pos;
    while (accept(p, word)) {
        if (!push_node(p, op == WF_AST_And ? inversion(p) : bool_op(p, WF_AST_And))) {
            if (p->diagnosing && !p->failed) {
                p->pos = pos;
                p->scratch.len = base;
                return first;
            }
            return NULL;
        }
    }
    WfExpr *e = new_node(p, WF_AST_BoolOp, start);
    if (e != NULL) {
        e->BoolOp.op = op;
    }
    return e != NULL && wf_parse_seq(p, base, &e->BoolOp.values) ? e : NULL;
}

WfExpr *wf_rule_disjunction(WfParser *p)
{
    if (!p->diagnosing) {
        return bool_op(p, WF_AST_Or);
    }
    void *known;
    uint32_t start = p->pos;
    size_t base = p->scratch.len;
    if (wf_memo_get(p, M_DISJUNCTION, &known)) {
        return known;
    }
    return wf_memo_put(p, M_DISJUNCTION, start, base, bool_op(p, WF_AST_Or));
}

WfExpr *wf_rule_lambda(WfParser *p)
{
    WfLoc start = here(p);
    p->pos++;
    WfArguments *args = wf_rule_parameters(p, true);
    if (args == NULL) {
        return NULL;
    }
    WfExpr *body = accept(p, T_COLON) ? wf_rule_expression(p) : NULL;
    WfExpr *e = body != NULL ? new_node(p, WF_AST_Lambda, start) : NULL;
    if (e != NULL) {
        e->Lambda.args = args;
        e->Lambda.body = body;
    }
    return e;
}

WfExpr *wf_rule_expression(WfParser *p)
{
    if (p->diagnosing) {
        return wf_diag_expression(p);
    }
    if (!enter(p)) {
        return NULL;
    }
    WfExpr *e;
    if (peek(p) == T_LAMBDA) {
        e = wf_rule_lambda(p);
    } else {
        WfLoc start = here(p);
        e = wf_rule_disjunction(p);
        if (e != NULL && accept(p, T_IF)) {
            WfExpr *body = e;
            WfExpr *test = wf_rule_disjunction(p);
            WfExpr *orelse = test != NULL && accept(p, T_ELSE) ? wf_rule_expression(p) : NULL;
            e = orelse != NULL ? new_node(p, WF_AST_IfExp, start) : NULL;
            if (e != NULL) {
                e->IfExp.test = test;
                e->IfExp.body = body;
                e->IfExp.orelse = orelse;
            }
        }
    }
    p->level--;
    return e;
}

WfExpr *wf_rule_named(WfParser *p)
{
    if (p->diagnosing) {
        return wf_diag_named(p);
    }
    if (peek(p) != T_NAME || peek2(p) != T_WALRUS) {
        WfExpr *e = wf_rule_expression(p);
        return e != NULL && peek(p) == T_WALRUS ? NULL : e;
    }
    WfLoc start = here(p);
    WfExpr *target = wf_rule_name(p);
    p->pos++;
    WfExpr *value = target != NULL ? wf_rule_expression(p) : NULL;
    if (value != NULL && p->feature_version < 8) {
        return wf_parse_raise_last(
            p, WF_SYNTAX_ERROR,
            "Assignment expressions are only supported in Python 3.8 and greater");
    }
    WfExpr *e = value != NULL ? new_node(p, WF_AST_NamedExpr, start) : NULL;
    if (e != NULL) {
        target->Name.ctx = WF_AST_Store;
        e->NamedExpr.target = target;
        e->NamedExpr.value = value;
    }
    return e;
}

/* "* bitwise_or" at its star. */
static WfExpr *starred(WfParser *p)
{
    WfLoc start = here(p);
    p->pos++;
    WfExpr *value = wf_rule_bitwise_or(p);
    WfExpr *e = value != NULL ? new_node(p, WF_AST_Starred, start) : NULL;
    if (e != NULL) {
        e->Starred.value = value;
    }
    return e;
}

WfExpr *wf_rule_star_expression(WfParser *p)
{
    return peek(p) == T_STAR ? starred(p) : wf_rule_expression(p);
}

WfExpr *wf_rule_star_named(WfParser *p)
{
    return peek(p) == T_STAR ? starred(p) : wf_rule_named(p);
}

/* Decides what a trailing comma is. */
bool wf_rule_begins_expression(TokKind k)
{
    switch (k) {
    case T_NAME:
    case T_NUMBER:
    case T_STRING:
    case T_LPAR:
    case T_LSQB:
    case T_LBRACE:
    case T_ELLIPSIS:
    case T_TILDE:
    case T_PLUS:
    case T_MINUS:
    case T_STAR:
    case T_FALSE:
    case T_NONE:
    case T_TRUE:
    case T_AWAIT:
    case T_LAMBDA:
    case T_NOT:
        return true;
    default:
        return false;
    }
}

WfExpr *wf_rule_star_expressions(WfParser *p)
{
    WfLoc start = here(p);
    uint32_t first = p->pos;
    void *known;
    if (p->diagnosing && wf_memo_get(p, M_STAR_EXPRESSIONS, &known)) {
        return known;
    }
    size_t base = p->scratch.len;
    WfExpr *e = wf_rule_star_expression(p);
    if (e != NULL && peek(p) == T_COMMA) {
        if (!push_node(p, e)) {
            return NULL;
        }
        while (accept(p, T_COMMA)) {
            if (!wf_rule_begins_expression(peek(p))) {
                break;
            }
            uint32_t comma = p->pos - 1;
            WfExpr *next = wf_rule_star_expression(p);
            if (next == NULL) {
                if (p->failed || !p->diagnosing) {
                    return NULL;
                }
                p->pos = comma + 1;
                break;
            }
            if (!push_node(p, next)) {
                return NULL;
            }
        }
        e = sequence(p, WF_AST_Tuple, start, base);
    }
    return p->diagnosing ? wf_memo_put(p, M_STAR_EXPRESSIONS, first, base, e) : e;
}

WfExpr *wf_rule_yield(WfParser *p)
{
    WfLoc start = here(p);
    p->pos++;
    if (accept(p, T_FROM)) {
        WfExpr *value = wf_rule_expression(p);
        WfExpr *e = value != NULL ? new_node(p, WF_AST_YieldFrom, start) : NULL;
        if (e != NULL) {
            e->YieldFrom.value = value;
        }
        return e;
    }
    WfExpr *value = NULL;
    if (wf_rule_begins_expression(peek(p))) {
        uint32_t pos = p->pos;
        value = wf_rule_star_expressions(p);
        if (value == NULL) {
            if (p->failed || !p->diagnosing) {
                return NULL;
            }
            p->pos = pos;
        }
    }
    WfExpr *e = new_node(p, WF_AST_Yield, start);
    if (e != NULL) {
        e->Yield.value = value;
    }
    return e;
}

WfExpr *wf_rule_yield_or_star(WfParser *p)
{
    return peek(p) == T_YIELD ? wf_rule_yield(p) : wf_rule_star_expressions(p);
}

/* ---- targets ---- */

bool wf_rule_set_context(WfExpr *e, WfExprContext ctx)
{
    switch (e->kind) {
    case WF_AST_Name:
        e->Name.ctx = ctx;
        return true;
    case WF_AST_Attribute:
        e->Attribute.ctx = ctx;
        return true;
    case WF_AST_Subscript:
        e->Subscript.ctx = ctx;
        return true;
    case WF_AST_Starred:
        if (ctx == WF_AST_Del || e->Starred.value->kind == WF_AST_Starred) {
            return false;
        }
        e->Starred.ctx = ctx;
        return wf_rule_set_context(e->Starred.value, ctx);
    case WF_AST_List:
    case WF_AST_Tuple: {
        /* List and Tuple have the same layout. */
        for (size_t i = 0; i < e->Tuple.elts.len; i++) {
            if (!wf_rule_set_context(e->Tuple.elts.data[i], ctx)) {
                return false;
            }
        }
        e->Tuple.ctx = ctx;
        return true;
    }
    default:
        return false;
    }
}

/* One target as an expression: no operators, so that "in" ends it. */
static WfExpr *target_expression(WfParser *p)
{
    if (peek(p) == T_STAR) {
        WfLoc start = here(p);
        p->pos++;
        WfExpr *value = wf_rule_primary(p);
        WfExpr *e = value != NULL ? new_node(p, WF_AST_Starred, start) : NULL;
        if (e != NULL) {
            e->Starred.value = value;
        }
        return e;
    }
    return wf_rule_primary(p);
}

WfExpr *wf_rule_star_target(WfParser *p)
{
    WfExpr *e = target_expression(p);
    return e != NULL && wf_rule_set_context(e, WF_AST_Store) ? e : NULL;
}

WfExpr *wf_rule_star_targets(WfParser *p)
{
    WfLoc start = here(p);
    WfExpr *e = wf_rule_star_target(p);
    if (e == NULL || peek(p) != T_COMMA) {
        return e;
    }
    size_t base = p->scratch.len;
    if (!push_node(p, e)) {
        return NULL;
    }
    while (accept(p, T_COMMA)) {
        if (!wf_rule_begins_expression(peek(p))) {
            break;
        }
        if (!push_node(p, wf_rule_star_target(p))) {
            return NULL;
        }
    }
    e = sequence(p, WF_AST_Tuple, start, base);
    if (e != NULL) {
        e->Tuple.ctx = WF_AST_Store;
    }
    return e;
}

/* One "for" clause with its conditions; false: no match, or an error. */
static bool for_if_clause(WfParser *p)
{
    bool is_async = accept(p, T_ASYNC);
    uint32_t first = p->pos++;
    WfExpr *target = wf_rule_star_targets(p);
    if (target == NULL || !accept(p, T_IN)) {
        if (p->diagnosing && !p->failed && p->no_invalid == 0) {
            p->pos = first;
            wf_diag_for_target(p);
        }
        return false;
    }
    WfExpr *iter = wf_rule_disjunction(p);
    if (iter == NULL) {
        return false;
    }
    size_t ifs = p->scratch.len;
    while (peek(p) == T_IF) {
        uint32_t pos = p->pos++;
        WfExpr *test = wf_rule_disjunction(p);
        if (test == NULL && p->diagnosing && !p->failed) {
            p->pos = pos;
            break;
        }
        if (!push_node(p, test)) {
            return false;
        }
    }
    if (is_async && p->feature_version < 6) {
        wf_parse_raise_last(p, WF_SYNTAX_ERROR,
                            "Async comprehensions are only supported in Python 3.6 and greater");
        return false;
    }
    WfComprehension *c = wf_ast_new(p->arena, WF_AST_comprehension);
    if (c == NULL) {
        wf_parse_nomem(p);
        return false;
    }
    c->target = target;
    c->iter = iter;
    c->is_async = is_async;
    return wf_parse_seq(p, ifs, &c->ifs) && push_node(p, c);
}

bool wf_rule_for_if_clauses(WfParser *p, WfComprehensionSeq *out)
{
    size_t base = p->scratch.len;
    while (at_for(p)) {
        uint32_t pos = p->pos;
        size_t mark = p->scratch.len;
        if (!for_if_clause(p)) {
            if (!p->diagnosing || p->failed) {
                return false;
            }
            p->scratch.len = mark;
            p->pos = pos;
            break;
        }
    }
    return p->scratch.len > base && !p->failed && wf_parse_seq(p, base, out);
}

/* ---- parameters ---- */

const WfAstStr *wf_rule_type_comment(WfParser *p)
{
    if (peek(p) != T_TYPE_COMMENT) {
        return NULL;
    }
    const Tok *t = &p->toks[p->pos++];
    return wf_parse_str(p, p->buf + t->start, t->end - t->start);
}

/* One parameter; `star`: after '*', where the annotation may be starred. */
WfArg *wf_rule_parameter(WfParser *p, bool lambda, bool star)
{
    WfLoc start = here(p);
    const WfAstStr *name = wf_rule_identifier(p);
    if (name == NULL) {
        return NULL;
    }
    WfExpr *annotation = NULL;
    if (!lambda && peek(p) == T_COLON) {
        annotation = wf_rule_annotation(p, star);
        if (annotation == NULL) {
            return NULL;
        }
    }
    WfArg *a = new_node(p, WF_AST_arg, start);
    if (a != NULL) {
        a->arg = name;
        a->annotation = annotation;
    }
    return a;
}

/* After a parameter, or "/" (a is NULL): a comma, or the end. *more says whether another one may follow. */
static bool after_parameter(WfParser *p, WfArg *a, TokKind close, bool *more)
{
    *more = accept(p, T_COMMA);
    if (a != NULL && close == T_RPAR) {
        a->type_comment = wf_rule_type_comment(p);
    }
    if (!*more) {
        return peek(p) == close && !p->failed;
    }
    *more = peek(p) != close;
    return !p->failed;
}

WfArguments *wf_rule_parameters(WfParser *p, bool lambda)
{
    if (p->diagnosing) {
        return wf_diag_parameters(p, lambda);
    }
    TokKind close = lambda ? T_COLON : T_RPAR;
    WfArguments *args = wf_ast_new(p->arena, WF_AST_arguments);
    if (args == NULL) {
        return wf_parse_nomem(p);
    }
    TokKind k = peek(p);
    bool more = k != close;
    if (lambda && k != T_NAME && k != T_STAR && k != T_DOUBLESTAR && k != T_SLASH) {
        return args;
    }
    /* Parameters and defaults lie alternately on the scratch. */
    size_t base = p->scratch.len;
    bool slash = false;
    bool defaults = false;
    while (more && (k = peek(p)) == T_NAME) {
        WfArg *a = wf_rule_parameter(p, lambda, false);
        if (a == NULL) {
            return NULL;
        }
        WfExpr *value = NULL;
        if (accept(p, T_EQUAL)) {
            defaults = true;
            value = wf_rule_expression(p);
            if (value == NULL) {
                return NULL;
            }
        } else if (defaults) {
            return NULL;
        }
        if (!after_parameter(p, a, close, &more) || !push_node(p, a)) {
            return NULL;
        }
        if (!wf_vec_push(&p->scratch, (void *)value)) {
            return wf_parse_nomem(p);
        }
        if (more && !slash && peek(p) == T_SLASH) {
            p->pos++;
            slash = true;
            if (!after_parameter(p, NULL, close, &more)) {
                return NULL;
            }
            size_t n = (p->scratch.len - base) / 2;
            args->posonlyargs.len = n;
            if (p->feature_version < 8) {
                return wf_parse_raise_last(
                    p, WF_SYNTAX_ERROR,
                    "Positional-only parameters are only supported in Python 3.8 and greater");
            }
        }
    }
    size_t n = (p->scratch.len - base) / 2;
    if (n > 0) {
        void **all = wf_arena_alloc(p->arena, 2 * n * sizeof *all);
        if (all == NULL) {
            return wf_parse_nomem(p);
        }
        size_t n_defaults = 0;
        for (size_t i = 0; i < n; i++) {
            all[i] = p->scratch.data[base + 2 * i];
            void *value = p->scratch.data[base + 2 * i + 1];
            if (value != NULL) {
                all[n + n_defaults++] = value;
            }
        }
        size_t pos_only = args->posonlyargs.len;
        args->posonlyargs.data = (WfArg **)all;
        args->args = (WfArgSeq){(WfArg **)all + pos_only, n - pos_only};
        args->defaults = (WfExprSeq){(WfExpr **)all + n, n_defaults};
        p->scratch.len = base;
    }
    if (!more) {
        return args;
    }
    if (accept(p, T_STAR)) {
        if (peek(p) == T_COMMA) {
            p->pos++;
            if (peek(p) != T_NAME) {
                return NULL;
            }
        } else {
            args->vararg = wf_rule_parameter(p, lambda, true);
            if (args->vararg == NULL || !after_parameter(p, args->vararg, close, &more)) {
                return NULL;
            }
        }
        while (more && peek(p) == T_NAME) {
            WfArg *a = wf_rule_parameter(p, lambda, false);
            if (a == NULL) {
                return NULL;
            }
            WfExpr *value = NULL;
            if (accept(p, T_EQUAL)) {
                value = wf_rule_expression(p);
                if (value == NULL) {
                    return NULL;
                }
            }
            if (!after_parameter(p, a, close, &more) || !push_node(p, a)) {
                return NULL;
            }
            if (!wf_vec_push(&p->scratch, (void *)value)) {
                return wf_parse_nomem(p);
            }
        }
        n = (p->scratch.len - base) / 2;
        if (n > 0) {
            void **all = wf_arena_alloc(p->arena, 2 * n * sizeof *all);
            if (all == NULL) {
                return wf_parse_nomem(p);
            }
            for (size_t i = 0; i < n; i++) {
                all[i] = p->scratch.data[base + 2 * i];
                all[n + i] = p->scratch.data[base + 2 * i + 1];
            }
            args->kwonlyargs = (WfArgSeq){(WfArg **)all, n};
            args->kw_defaults = (WfExprSeq){(WfExpr **)all + n, n};
            p->scratch.len = base;
        }
    }
    if (more) {
        if (!accept(p, T_DOUBLESTAR)) {
            return NULL;
        }
        args->kwarg = wf_rule_parameter(p, lambda, false);
        if (args->kwarg == NULL || !after_parameter(p, args->kwarg, close, &more) || more) {
            return NULL;
        }
    }
    return args;
}

/* ---- the expression of an f-string ---- */

void *wf_rule_fstring(WfParser *p)
{
    WfExpr *e = wf_rule_star_expressions(p);
    return e != NULL && !p->failed ? e : NULL;
}
