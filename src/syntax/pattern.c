/* pattern.c - the patterns of match statements.
 * SPDX-License-Identifier: MIT
 * Design:     see parser.c. Values in patterns (numbers, dotted names) are ordinary expressions.
 * Threads:    one parser, one thread.
 * Tests:      tests/unit/test_parser.c */
#include <string.h>

#include "syntax/rules.h"

static WfPattern *value_pattern(WfParser *p, WfLoc start, WfExpr *value)
{
    WfPattern *n = value != NULL ? new_node(p, WF_AST_MatchValue, start) : NULL;
    if (n != NULL) {
        n->MatchValue.value = value;
    }
    return n;
}

static WfExpr *number(WfParser *p)
{
    if (!accept(p, T_NUMBER)) {
        return NULL;
    }
    return wf_parse_number(p, prev_tok(p));
}

/* ['-'] NUMBER [('+'|'-') NUMBER] */
static WfExpr *signed_number(WfParser *p)
{
    WfLoc start = here(p);
    bool minus = accept(p, T_MINUS);
    WfExpr *e = number(p);
    if (e == NULL) {
        return NULL;
    }
    WfExpr *left = e;
    if (minus) {
        left = new_node(p, WF_AST_UnaryOp, start);
        if (left == NULL) {
            return NULL;
        }
        left->UnaryOp.op = WF_AST_USub;
        left->UnaryOp.operand = e;
    }
    TokKind k = peek(p);
    if (k != T_PLUS && k != T_MINUS) {
        return left;
    }
    p->pos++;
    WfExpr *imag = number(p);
    if (imag == NULL) {
        return NULL;
    }
    if (e->Constant.value.kind == WF_CONST_COMPLEX) {
        return wf_parse_raise_range(p, &e->loc, &e->loc, "real number required in complex literal");
    }
    if (imag->Constant.value.kind != WF_CONST_COMPLEX) {
        return wf_parse_raise_range(p, &imag->loc, &imag->loc,
                                    "imaginary number required in complex literal");
    }
    WfExpr *sum = new_node(p, WF_AST_BinOp, start);
    if (sum != NULL) {
        sum->BinOp.left = left;
        sum->BinOp.op = k == T_PLUS ? WF_AST_Add : WF_AST_Sub;
        sum->BinOp.right = imag;
    }
    return sum;
}

static WfPattern *singleton(WfParser *p, WfConstKind kind)
{
    WfLoc start = here(p);
    p->pos++;
    WfPattern *n = new_node(p, WF_AST_MatchSingleton, start);
    if (n != NULL) {
        n->MatchSingleton.value.kind = (uint8_t)kind;
    }
    return n;
}

static bool at_wildcard(WfParser *p)
{
    return at_word(p, "_", 1);
}

/* A name to bind: not "_", and not the start of something longer. */
static const WfAstStr *capture_target(WfParser *p)
{
    if (peek(p) != T_NAME || at_wildcard(p)) {
        return NULL;
    }
    TokKind k = peek2(p);
    if (k == T_DOT || k == T_LPAR || k == T_EQUAL) {
        return NULL;
    }
    return wf_rule_identifier(p);
}

static WfPattern *star_pattern(WfParser *p)
{
    WfLoc start = here(p);
    p->pos++;
    const WfAstStr *name = NULL;
    if (at_wildcard(p)) {
        p->pos++;
    } else {
        name = capture_target(p);
        if (name == NULL) {
            return NULL;
        }
    }
    WfPattern *n = new_node(p, WF_AST_MatchStar, start);
    if (n != NULL) {
        n->MatchStar.name = name;
    }
    return n;
}

static WfPattern *maybe_star_pattern(WfParser *p)
{
    return peek(p) == T_STAR ? star_pattern(p) : wf_rule_pattern(p);
}

/* "(...)" and "[...]": a group, or a sequence. */
static WfPattern *bracketed(WfParser *p, TokKind close)
{
    WfLoc start = here(p);
    p->pos++;
    size_t base = p->scratch.len;
    bool comma = close == T_RSQB;
    while (peek(p) != close) {
        WfPattern *one = maybe_star_pattern(p);
        if (!push_node(p, one)) {
            return NULL;
        }
        if (!accept(p, T_COMMA)) {
            if (!comma && p->scratch.len == base + 1) {
                if (one->kind == WF_AST_MatchStar || !accept(p, close)) {
                    return NULL;
                }
                p->scratch.len = base;
                return one;
            }
            break;
        }
        comma = true;
    }
    if (!accept(p, close)) {
        return NULL;
    }
    WfPattern *n = new_node(p, WF_AST_MatchSequence, start);
    return n != NULL && wf_parse_seq(p, base, &n->MatchSequence.patterns) ? n : NULL;
}

static WfExpr *mapping_key(WfParser *p)
{
    WfLoc start = here(p);
    WfConstKind kind;
    switch (peek(p)) {
    case T_NUMBER:
    case T_MINUS:
        return signed_number(p);
    case T_STRING:
        return wf_rule_strings(p);
    case T_NONE:
        kind = WF_CONST_NONE;
        break;
    case T_TRUE:
        kind = WF_CONST_TRUE;
        break;
    case T_FALSE:
        kind = WF_CONST_FALSE;
        break;
    case T_NAME: {
        WfExpr *e = wf_rule_name_or_attr(p);
        return e != NULL && e->kind == WF_AST_Attribute ? e : NULL;
    }
    default:
        return NULL;
    }
    p->pos++;
    WfExpr *e = new_node(p, WF_AST_Constant, start);
    if (e != NULL) {
        e->Constant.value.kind = (uint8_t)kind;
    }
    return e;
}

static WfPattern *mapping(WfParser *p)
{
    WfLoc start = here(p);
    p->pos++;
    size_t base = p->scratch.len;
    const WfAstStr *rest = NULL;
    while (peek(p) != T_RBRACE) {
        if (accept(p, T_DOUBLESTAR)) {
            rest = capture_target(p);
            if (rest == NULL) {
                return NULL;
            }
            accept(p, T_COMMA);
            break;
        }
        if (!push_node(p, mapping_key(p)) || !accept(p, T_COLON)
            || !push_node(p, wf_rule_pattern(p))) {
            return NULL;
        }
        if (!accept(p, T_COMMA)) {
            break;
        }
    }
    if (!accept(p, T_RBRACE)) {
        return NULL;
    }
    WfPattern *n = new_node(p, WF_AST_MatchMapping, start);
    if (n == NULL) {
        return NULL;
    }
    n->MatchMapping.rest = rest;
    size_t count = (p->scratch.len - base) / 2;
    if (count > 0) {
        void **all = wf_arena_alloc(p->arena, 2 * count * sizeof *all);
        if (all == NULL) {
            return wf_parse_nomem(p);
        }
        for (size_t i = 0; i < count; i++) {
            all[i] = p->scratch.data[base + 2 * i];
            all[count + i] = p->scratch.data[base + 2 * i + 1];
        }
        n->MatchMapping.keys = (WfExprSeq){(WfExpr **)all, count};
        n->MatchMapping.patterns = (WfPatternSeq){(WfPattern **)all + count, count};
        p->scratch.len = base;
    }
    return n;
}

/* The arguments of a class pattern; `cls` is taken, we are at '('. */
static WfPattern *class_pattern(WfParser *p, WfLoc start, WfExpr *cls)
{
    p->pos++;
    /* Patterns on the scratch, names in a list of their own. */
    size_t base = p->scratch.len;
    size_t positional = 0;
    const WfAstStr **names = NULL;
    size_t n_names = 0;
    size_t cap = 0;
    while (peek(p) != T_RPAR) {
        if (peek(p) == T_NAME && peek2(p) == T_EQUAL) {
            if (n_names == cap) {
                size_t more = cap == 0 ? 4 : cap * 2;
                const WfAstStr **fresh = wf_arena_alloc(p->arena, more * sizeof *fresh);
                if (fresh == NULL) {
                    return wf_parse_nomem(p);
                }
                if (n_names > 0) {
                    memcpy(fresh, names, n_names * sizeof *fresh);
                }
                names = fresh;
                cap = more;
            }
            names[n_names] = wf_rule_identifier(p);
            if (names[n_names++] == NULL) {
                return NULL;
            }
            p->pos++;
        } else if (n_names > 0) {
            return NULL;
        } else {
            positional++;
        }
        if (!push_node(p, wf_rule_pattern(p))) {
            return NULL;
        }
        if (!accept(p, T_COMMA)) {
            break;
        }
    }
    if (!accept(p, T_RPAR)) {
        return NULL;
    }
    WfPattern *n = new_node(p, WF_AST_MatchClass, start);
    WfPatternSeq all;
    if (n == NULL || !wf_parse_seq(p, base, &all)) {
        return NULL;
    }
    n->MatchClass.cls = cls;
    if (positional > 0) {
        n->MatchClass.patterns = (WfPatternSeq){all.data, positional};
    }
    if (n_names > 0) {
        n->MatchClass.kwd_attrs = (WfIdentifierSeq){names, n_names};
        n->MatchClass.kwd_patterns = (WfPatternSeq){all.data + positional, n_names};
    }
    return n;
}

static WfPattern *closed_pattern(WfParser *p)
{
    WfLoc start = here(p);
    switch (peek(p)) {
    case T_NUMBER:
    case T_MINUS:
        return value_pattern(p, start, signed_number(p));
    case T_STRING:
        return value_pattern(p, start, wf_rule_strings(p));
    case T_NONE:
        return singleton(p, WF_CONST_NONE);
    case T_TRUE:
        return singleton(p, WF_CONST_TRUE);
    case T_FALSE:
        return singleton(p, WF_CONST_FALSE);
    case T_LPAR:
        return bracketed(p, T_RPAR);
    case T_LSQB:
        return bracketed(p, T_RSQB);
    case T_LBRACE:
        return mapping(p);
    case T_NAME:
        break;
    default:
        return NULL;
    }
    TokKind next = peek2(p);
    if (next != T_DOT && next != T_LPAR) {
        if (next == T_EQUAL && !at_wildcard(p)) {
            return NULL;
        }
        const WfAstStr *name = at_wildcard(p) ? (p->pos++, NULL) : wf_rule_identifier(p);
        if (p->failed) {
            return NULL;
        }
        WfPattern *n = new_node(p, WF_AST_MatchAs, start);
        if (n != NULL) {
            n->MatchAs.name = name;
        }
        return n;
    }
    WfExpr *e = wf_rule_name_or_attr(p);
    if (e == NULL) {
        return NULL;
    }
    if (peek(p) == T_LPAR) {
        if (p->diagnosing) {
            uint32_t pos = p->pos;
            WfPattern *n = class_pattern(p, start, e);
            if (n == NULL && !p->failed) {
                p->pos = pos;
                wf_diag_class_pattern(p);
            }
            return n;
        }
        return class_pattern(p, start, e);
    }
    return peek(p) == T_EQUAL ? NULL : value_pattern(p, start, e);
}

static WfPattern *or_pattern(WfParser *p)
{
    WfLoc start = here(p);
    WfPattern *first = closed_pattern(p);
    if (first == NULL || peek(p) != T_VBAR) {
        return first;
    }
    size_t base = p->scratch.len;
    if (!push_node(p, first)) {
        return NULL;
    }
    while (accept(p, T_VBAR)) {
        if (!push_node(p, closed_pattern(p))) {
            return NULL;
        }
    }
    WfPattern *n = new_node(p, WF_AST_MatchOr, start);
    return n != NULL && wf_parse_seq(p, base, &n->MatchOr.patterns) ? n : NULL;
}

WfPattern *wf_rule_pattern(WfParser *p)
{
    void *known;
    uint32_t first = p->pos;
    size_t base = p->scratch.len;
    if (p->diagnosing && wf_memo_get(p, M_PATTERN, &known)) {
        return known;
    }
    if (!enter(p)) {
        return NULL;
    }
    WfLoc start = here(p);
    WfPattern *n = or_pattern(p);
    if (n != NULL && peek(p) == T_AS) {
        uint32_t as = p->pos++;
        WfPattern *inner = n;
        n = NULL;
        const WfAstStr *name = capture_target(p);
        if (name != NULL) {
            n = new_node(p, WF_AST_MatchAs, start);
            if (n != NULL) {
                n->MatchAs.pattern = inner;
                n->MatchAs.name = name;
            }
        } else if (p->diagnosing && !p->failed) {
            p->pos = as + 1;
            wf_diag_as_pattern(p);
        }
    }
    p->level--;
    return p->diagnosing ? wf_memo_put(p, M_PATTERN, first, base, n) : n;
}

WfPattern *wf_rule_patterns(WfParser *p)
{
    WfLoc start = here(p);
    WfPattern *first = maybe_star_pattern(p);
    if (first == NULL || (peek(p) != T_COMMA && first->kind != WF_AST_MatchStar)) {
        return first;
    }
    if (peek(p) != T_COMMA) {
        return NULL;
    }
    size_t base = p->scratch.len;
    if (!push_node(p, first)) {
        return NULL;
    }
    while (accept(p, T_COMMA)) {
        TokKind k = peek(p);
        if (k == T_COLON || k == T_IF) {
            break;
        }
        if (!push_node(p, maybe_star_pattern(p))) {
            return NULL;
        }
    }
    WfPattern *n = new_node(p, WF_AST_MatchSequence, start);
    return n != NULL && wf_parse_seq(p, base, &n->MatchSequence.patterns) ? n : NULL;
}
