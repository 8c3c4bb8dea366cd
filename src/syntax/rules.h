/* rules.h - the grammar's functions that stmt.c, expr.c, pattern.c and diagnose.c call in each other.
 * SPDX-License-Identifier: MIT
 *
 * A rule reads tokens from p->pos on. It returns a node, having moved p->pos behind it, or NULL: then
 * p->pos may be anywhere, and p->failed says whether it was an error or only no match. */
#ifndef WF_SYNTAX_RULES_H
#define WF_SYNTAX_RULES_H

#include "syntax/token.h"

/* ---- tokens ---- */

static inline TokKind peek(WfParser *p)
{
    if (__builtin_expect(p->pos >= p->fill, 0)) {
        wf_lex_fill(p);
        if (p->pos >= p->fill) {
            return T_ERROR;
        }
    }
    return (TokKind)p->toks[p->pos].kind;
}

/* The token after the next one. */
static inline TokKind peek2(WfParser *p)
{
    if (peek(p) == T_ERROR) {
        return T_ERROR;
    }
    if (p->pos + 1 >= p->fill) {
        wf_lex_fill(p);
        if (p->pos + 1 >= p->fill) {
            return T_ERROR;
        }
    }
    return (TokKind)p->toks[p->pos + 1].kind;
}

static inline bool accept(WfParser *p, TokKind k)
{
    if (peek(p) != k) {
        return false;
    }
    p->pos++;
    return true;
}

static inline const Tok *prev_tok(WfParser *p)
{
    return &p->toks[p->pos - 1];
}

/* Is the next token the name `word` (a soft keyword)? */
static inline bool at_word(WfParser *p, const char *word, size_t n)
{
    if (peek(p) != T_NAME) {
        return false;
    }
    const Tok *t = &p->toks[p->pos];
    return t->end - t->start == n && memcmp(p->buf + t->start, word, n) == 0;
}

static inline WfLoc tok_loc(const Tok *t)
{
    return (WfLoc){t->lineno, t->col, t->end_lineno, t->end_col};
}

/* The position of the next token. */
static inline WfLoc here(WfParser *p)
{
    if (peek(p) == T_ERROR && p->pos >= p->fill) {
        return (WfLoc){0};
    }
    return tok_loc(&p->toks[p->pos]);
}

/* ---- nodes ---- */

/* A node from `start` to the last token taken. */
static inline void *new_node(WfParser *p, WfAstKind kind, WfLoc start)
{
    WfAstNode *n = wf_ast_new(p->arena, kind);
    if (n == NULL) {
        return wf_parse_nomem(p);
    }
    const Tok *t = prev_tok(p);
    n->loc = (WfLoc){start.lineno, start.col_offset, t->end_lineno, t->end_col};
    return n;
}

static inline bool push_node(WfParser *p, void *node)
{
    if (node == NULL) {
        return false;
    }
    if (!wf_vec_push(&p->scratch, node)) {
        wf_parse_nomem(p);
        return false;
    }
    return true;
}

/* ---- depth ---- */

static inline bool enter(WfParser *p)
{
    if (p->level >= MAX_LEVEL
        || (p->opt->stack_limit != NULL
            && (const char *)__builtin_frame_address(0) < p->opt->stack_limit)) {
        wf_parse_nomem(p);
        return false;
    }
    p->level++;
    return true;
}

/* ---- expr.c ---- */

WfExpr *wf_rule_expression(WfParser *p);
WfExpr *wf_rule_named(WfParser *p); /* named_expression */
WfExpr *wf_rule_disjunction(WfParser *p);
WfExpr *wf_rule_bitwise_or(WfParser *p);
WfExpr *wf_rule_factor(WfParser *p);
WfExpr *wf_rule_star_expression(WfParser *p);
WfExpr *wf_rule_star_expressions(WfParser *p);
WfExpr *wf_rule_star_named(WfParser *p); /* star_named_expression */
WfExpr *wf_rule_yield(WfParser *p);
WfExpr *wf_rule_yield_or_star(WfParser *p); /* yield_expr | star_expressions */
WfExpr *wf_rule_strings(WfParser *p);
WfExpr *wf_rule_slices(WfParser *p);
WfExpr *wf_rule_lambda(WfParser *p);
WfExpr *wf_rule_name(WfParser *p);
/* Can an expression (or a starred one) begin with this token? */
bool wf_rule_begins_expression(TokKind k);
const WfAstStr *wf_rule_identifier(WfParser *p);
/* NAME ('.' NAME)* */
WfExpr *wf_rule_name_or_attr(WfParser *p);
/* At least one; pushed on the scratch. */
bool wf_rule_for_if_clauses(WfParser *p, WfComprehensionSeq *out);
/* What is between the brackets of a call or a class statement. */
bool wf_rule_arguments(WfParser *p, WfExprSeq *args, WfKeywordSeq *keywords);
WfArguments *wf_rule_parameters(WfParser *p, bool lambda);
WfArg *wf_rule_parameter(WfParser *p, bool lambda, bool star);
/* The text of a type comment, taken if there is one. */
const WfAstStr *wf_rule_type_comment(WfParser *p);
WfExpr *wf_rule_primary(WfParser *p);
WfExpr *wf_rule_atom(WfParser *p);
/* Targets of `for` and assignments, already in Store context; NULL if none. */
WfExpr *wf_rule_star_targets(WfParser *p);
WfExpr *wf_rule_star_target(WfParser *p);

/* Can e be assigned to (ctx Store) or deleted (Del)? If so, sets the context in all of it. */
bool wf_rule_set_context(WfExpr *e, WfExprContext ctx);

/* ---- stmt.c ---- */

bool wf_rule_block(WfParser *p, WfStmtSeq *out);
WfExceptHandler *wf_rule_except(WfParser *p, bool *star);
WfExpr *wf_rule_subject(WfParser *p);
/* from X import >a, b<: pushes the aliases. */
bool wf_rule_import_names(WfParser *p);
/* The value of an annotated name, or NULL. */
WfExpr *wf_rule_annotation(WfParser *p, bool star);

/* ---- pattern.c ---- */

WfPattern *wf_rule_patterns(WfParser *p);
WfPattern *wf_rule_pattern(WfParser *p);

/* ---- diagnose.c: only in the second pass ---- */

/* These stand for the rules of the same name, and raise what fits on the way. */
WfExpr *wf_diag_expression(WfParser *p);
WfExpr *wf_diag_named(WfParser *p);
WfExpr *wf_diag_atom(WfParser *p); /* of brackets */
WfExpr *wf_diag_primary(WfParser *p);
bool wf_diag_arguments(WfParser *p);
WfArguments *wf_diag_parameters(WfParser *p, bool lambda);
/* An assignment or an expression statement: true if it matches. */
bool wf_diag_assignment(WfParser *p);

/* These look for mistakes from p->pos on, and leave p->pos alone. */
void wf_diag_compound(WfParser *p);     /* at the first keyword of a compound statement or clause */
void wf_diag_with_end(WfParser *p);     /* a "with" that did not match */
void wf_diag_with_item(WfParser *p);
void wf_diag_for_target(WfParser *p);   /* at "for" */
void wf_diag_except_end(WfParser *p);   /* an "except" that did not match */
void wf_diag_match(WfParser *p);
void wf_diag_case(WfParser *p);
void wf_diag_del(WfParser *p);
/* At '{': in both passes, as CPython asks this before it knows that there is a mistake elsewhere. */
void wf_diag_dict(WfParser *p);
/* At "->" with no expression behind it, in both passes: moves to where one seems to end, which is where
 * the ':' is missing. */
void wf_diag_returns(WfParser *p);
void wf_diag_import_from(WfParser *p);
void wf_diag_as_pattern(WfParser *p);
void wf_diag_class_pattern(WfParser *p);

/* Remembered results. wf_memo_get moves p->pos; wf_memo_put resets it to `start` if node is NULL, and
 * drops what alternatives that failed have left on the scratch beyond `base`. */
bool wf_memo_get(WfParser *p, MemoRule rule, void **node);
void *wf_memo_put(WfParser *p, MemoRule rule, uint32_t start, size_t base, void *node);

#endif
