/* match.c - code for match statements.
 * SPDX-License-Identifier: MIT
 *
 * Design:     the subject and what a pattern takes out of it lie in temporaries, so a failing pattern jumps straight to the next case:
 *             nothing has to be cleaned up. Captured values wait in registers of their own until the whole pattern has
 *             matched; only then the names are bound, before the guard. */
#include "compiler/gen.h"

#include "objects/tuple.h"

typedef struct Capture {
    WfName *name;
    WfReg reg;
} Capture;

typedef struct Pattern {
    WfLabel fail;
    Capture *captures;
    int32_t n, cap;
    bool allow_irrefutable;
} Pattern;

static void gen_pattern(WfGen *c, WfPattern *p, WfReg subject, Pattern *ctx);

static bool is_wildcard(const WfPattern *p)
{
    return p->kind == WF_AST_MatchAs && p->MatchAs.name == NULL;
}
static bool is_wildcard_star(const WfPattern *p)
{
    return p->kind == WF_AST_MatchStar && p->MatchStar.name == NULL;
}

/* --- captures -------------------------------------------------------------------------------------------------------- */

/* Registers that live until the case ends are taken below everything else that a pattern uses: a capture is given its
 * register when it is met and keeps it, since the temporaries of a case are given back at its end only. */
static void capture(WfGen *c, const WfAstStr *ident, WfLoc loc, WfReg value, Pattern *ctx)
{
    if (ident == NULL || wf_gen_forbidden(c, loc, ident, WF_AST_Store)) {
        return;
    }
    WfName *name = wf_gen_mangled(c, ident);
    for (int32_t i = 0; i < ctx->n; i++) {
        if (ctx->captures[i].name == name && name != NULL) {
            wf_gen_syntax_error(c, loc, "multiple assignments to name %R in pattern", wf_from_object(name->str));
            return;
        }
    }
    if (ctx->n == ctx->cap) {
        int32_t cap = ctx->cap == 0 ? 8 : ctx->cap * 2;
        Capture *fresh = (Capture *)wf_gen_alloc(c, (size_t)cap * sizeof *fresh);
        if (fresh == NULL) {
            return;
        }
        if (ctx->n > 0) {
            memcpy(fresh, ctx->captures, (size_t)ctx->n * sizeof *fresh);
        }
        ctx->captures = fresh;
        ctx->cap = cap;
    }
    WfReg r = wf_gen_temp(c);
    wf_gen_move(c, r, value);
    ctx->captures[ctx->n++] = (Capture){name, r};
}

/* --- patterns -------------------------------------------------------------------------------------------------------------- */

static void value_pattern(WfGen *c, WfPattern *p, WfReg subject, Pattern *ctx)
{
    WfExpr *e = p->MatchValue.value;
    if (e->kind != WF_AST_Constant && e->kind != WF_AST_Attribute && e->kind != WF_AST_UnaryOp && e->kind != WF_AST_BinOp) {
        wf_gen_syntax_error(c, p->loc, "patterns may only match literals and attribute lookups");
        return;
    }
    WfReg v = wf_gen_expr(c, e);
    wf_gen_jump(c, WF_OP_JEQ_F, subject, v, ctx->fail);
}

static void singleton_pattern(WfGen *c, WfPattern *p, WfReg subject, Pattern *ctx)
{
    WfValue v = wf_gen_const_value(c, &p->MatchSingleton.value);
    if (wf_is_none(v)) {
        (void)wf_gen_shown_const(c, v);
        wf_gen_jump(c, WF_OP_JUMP_NOT_NONE, subject, 0, ctx->fail);
        return;
    }
    WfReg k = wf_gen_temp(c);
    wf_gen_load_const(c, v, k);
    wf_gen_emit(c, WF_OP_IS, k, subject, k);
    wf_gen_jump(c, WF_OP_JUMP_FALSE, k, 0, ctx->fail);
}

static void sub_pattern(WfGen *c, WfPattern *p, WfReg subject, Pattern *ctx)
{
    bool old = ctx->allow_irrefutable;
    ctx->allow_irrefutable = true;
    gen_pattern(c, p, subject, ctx);
    ctx->allow_irrefutable = old;
}

/* Items by index, when all but one wildcard star are few: no list for the star. */
static void sequence_by_index(WfGen *c, WfPatternSeq items, size_t star, WfReg subject, WfReg len, Pattern *ctx)
{
    for (size_t i = 0; i < items.len; i++) {
        if (i == star || is_wildcard(items.data[i])) {
            continue;
        }
        WfReg v = wf_gen_temp(c);
        if (i < star) {
            wf_gen_load_const(c, wf_small_int((int64_t)i), v);
        } else {
            wf_gen_emit(c, WF_OP_SUB_I, v, len, (int32_t)(items.len - i));
        }
        wf_gen_emit(c, WF_OP_GETITEM, v, subject, v);
        sub_pattern(c, items.data[i], v, ctx);
    }
}

static void sequence_pattern(WfGen *c, WfPattern *p, WfReg subject, Pattern *ctx)
{
    WfPatternSeq items = p->MatchSequence.patterns;
    size_t star = items.len;
    bool only_wildcards = true;
    for (size_t i = 0; i < items.len; i++) {
        if (items.data[i]->kind == WF_AST_MatchStar) {
            if (star < items.len) {
                wf_gen_syntax_error(c, p->loc, "multiple starred names in sequence pattern");
                return;
            }
            star = i;
        }
        only_wildcards &= is_wildcard(items.data[i]) || is_wildcard_star(items.data[i]);
    }
    if (items.len > 30000 || (star < items.len && (star > 255 || items.len - star - 1 > 255))) {
        wf_gen_syntax_error(c, p->loc, "too many expressions in star-unpacking sequence pattern");
        return;
    }
    WfReg ok = wf_gen_temp(c), len = wf_gen_temp(c);
    wf_gen_emit(c, WF_OP_MATCH_SEQUENCE, ok, subject, 0);
    wf_gen_jump(c, WF_OP_JUMP_FALSE, ok, 0, ctx->fail);
    bool has_star = star < items.len;
    if (!has_star || items.len > 1) {
        wf_gen_emit(c, WF_OP_GET_LEN, len, subject, 0);
        wf_gen_load_const(c, wf_small_int((int64_t)items.len - has_star), ok);
        wf_gen_jump(c, has_star ? WF_OP_JGE_F : WF_OP_JEQ_F, len, ok, ctx->fail);
    }
    if (only_wildcards) {
        return;
    }
    if (has_star && is_wildcard_star(items.data[star])) {
        sequence_by_index(c, items, star, subject, len, ctx);
        return;
    }
    WfReg first = wf_gen_temps(c, (int32_t)items.len);
    if (has_star) {
        wf_gen_emit(c, WF_OP_UNPACK_EX, first, subject, (int32_t)(star | (items.len - star - 1) << 8));
    } else {
        wf_gen_emit(c, WF_OP_UNPACK, first, subject, (int32_t)items.len);
    }
    for (size_t i = 0; i < items.len; i++) {
        WfPattern *x = items.data[i];
        if (x->kind == WF_AST_MatchStar) {
            capture(c, x->MatchStar.name, x->loc, first + (WfReg)i, ctx);
        } else {
            sub_pattern(c, x, first + (WfReg)i, ctx);
        }
    }
}

static bool same_key(WfGen *c, const WfExpr *a, const WfExpr *b)
{
    if (c->failed || a->kind != WF_AST_Constant || b->kind != WF_AST_Constant) {
        return false;
    }
    WfFound found = wf_equal(c->t, wf_gen_const_value(c, &a->Constant.value), wf_gen_const_value(c, &b->Constant.value));
    if (found == WF_ERROR) {
        wf_clear_pending(c->t); /* BytesWarning */
    }
    return found == WF_FOUND;
}

static void mapping_pattern(WfGen *c, WfPattern *p, WfReg subject, Pattern *ctx)
{
    WfExprSeq keys = p->MatchMapping.keys;
    WfPatternSeq patterns = p->MatchMapping.patterns;
    WfReg ok = wf_gen_temp(c);
    wf_gen_emit(c, WF_OP_MATCH_MAPPING, ok, subject, 0);
    wf_gen_jump(c, WF_OP_JUMP_FALSE, ok, 0, ctx->fail);
    if (keys.len == 0 && p->MatchMapping.rest == NULL) {
        return;
    }
    WfReg tuple = wf_gen_temp(c), values = wf_gen_temp(c);
    if (keys.len > 0) {
        WfReg len = values;
        wf_gen_emit(c, WF_OP_GET_LEN, len, subject, 0);
        wf_gen_load_const(c, wf_small_int((int64_t)keys.len), ok);
        wf_gen_jump(c, WF_OP_JGE_F, len, ok, ctx->fail);
    }
    if (keys.len > 30000) {
        wf_gen_syntax_error(c, p->loc, "too many sub-patterns in mapping pattern");
        return;
    }
    WfReg first = wf_gen_temps(c, (int32_t)keys.len);
    for (size_t i = 0; i < keys.len && !c->failed; i++) {
        WfExpr *k = keys.data[i];
        for (size_t j = 0; j < i; j++) {
            if (same_key(c, keys.data[j], k)) {
                wf_gen_syntax_error(c, p->loc, "mapping pattern checks duplicate key (%R)", wf_gen_const_value(c, &k->Constant.value));
                return;
            }
        }
        if (k->kind != WF_AST_Constant && k->kind != WF_AST_Attribute && k->kind != WF_AST_UnaryOp && k->kind != WF_AST_BinOp) {
            wf_gen_syntax_error(c, p->loc, "mapping pattern keys may only match literals and attribute lookups");
            return;
        }
        wf_gen_expr_to(c, k, first + (WfReg)i);
    }
    wf_gen_emit(c, WF_OP_BUILD_TUPLE, tuple, first, (int32_t)keys.len);
    if (keys.len > 0) {
        wf_gen_emit(c, WF_OP_MATCH_KEYS, values, subject, tuple);
        wf_gen_jump(c, WF_OP_JUMP_NONE, values, 0, ctx->fail);
        wf_gen_emit(c, WF_OP_UNPACK, first, values, (int32_t)keys.len);
    }
    WfReg rest = p->MatchMapping.rest != NULL ? wf_gen_temp(c) : WF_NO_REG;
    if (rest != WF_NO_REG) {
        wf_gen_emit(c, WF_OP_MATCH_REST, rest, subject, tuple);
    }
    for (size_t i = 0; i < patterns.len; i++) {
        sub_pattern(c, patterns.data[i], first + (WfReg)i, ctx);
    }
    if (rest != WF_NO_REG) {
        capture(c, p->MatchMapping.rest, p->loc, rest, ctx);
    }
}

static void class_pattern(WfGen *c, WfPattern *p, WfReg subject, Pattern *ctx)
{
    WfPatternSeq positional = p->MatchClass.patterns, keyword = p->MatchClass.kwd_patterns;
    WfIdentifierSeq attrs = p->MatchClass.kwd_attrs;
    size_t n = positional.len + keyword.len;
    if (n > 30000) {
        wf_gen_syntax_error(c, p->loc, "too many sub-patterns in class pattern %R", WF_NONE);
        return;
    }
    for (size_t i = 0; i < attrs.len; i++) {
        if (wf_gen_forbidden(c, keyword.data[i]->loc, attrs.data[i], WF_AST_Store)) {
            return;
        }
        for (size_t j = i + 1; j < attrs.len; j++) {
            WfName *a = wf_gen_name_ast(c, attrs.data[i]), *b = wf_gen_name_ast(c, attrs.data[j]);
            if (a == b && a != NULL) {
                wf_gen_syntax_error(c, keyword.data[j]->loc, "attribute name repeated in class pattern: %U", a->str);
                return;
            }
        }
    }
    WfTuple *names = wf_tuple_alloc(c->t, (int64_t)attrs.len);
    (void)wf_gen_keep(c, names == NULL ? WF_EMPTY : wf_from_object(names));
    for (size_t i = 0; i < attrs.len && !c->failed; i++) {
        WfName *name = wf_gen_name_ast(c, attrs.data[i]);
        if (name != NULL) {
            wf_store(&names->items[i], wf_from_object(name->str));
        }
    }
    if (c->failed) {
        return;
    }
    WfReg pair = wf_gen_temps(c, 2), values = wf_gen_temp(c);
    wf_gen_expr_to(c, p->MatchClass.cls, pair);
    wf_gen_load_const(c, wf_from_object(names), pair + 1);
    wf_gen_emit_arg(c, WF_OP_MATCH_CLASS, values, subject, pair, (int64_t)positional.len);
    wf_gen_jump(c, WF_OP_JUMP_NONE, values, 0, ctx->fail);
    if (n == 0) {
        return;
    }
    WfReg first = wf_gen_temps(c, (int32_t)n);
    wf_gen_emit(c, WF_OP_UNPACK, first, values, (int32_t)n);
    for (size_t i = 0; i < n; i++) {
        WfPattern *x = i < positional.len ? positional.data[i] : keyword.data[i - positional.len];
        if (!is_wildcard(x)) {
            sub_pattern(c, x, first + (WfReg)i, ctx);
        }
    }
}

static void as_pattern(WfGen *c, WfPattern *p, WfReg subject, Pattern *ctx)
{
    if (p->MatchAs.pattern == NULL) {
        if (!ctx->allow_irrefutable) {
            if (p->MatchAs.name != NULL) {
                WfName *name = wf_gen_name_ast(c, p->MatchAs.name);
                if (name != NULL) {
                    wf_gen_syntax_error(c, p->loc, "name capture %R makes remaining patterns unreachable", wf_from_object(name->str));
                }
            } else {
                wf_gen_syntax_error(c, p->loc, "wildcard makes remaining patterns unreachable");
            }
            return;
        }
        capture(c, p->MatchAs.name, p->loc, subject, ctx);
        return;
    }
    gen_pattern(c, p->MatchAs.pattern, subject, ctx);
    capture(c, p->MatchAs.name, p->loc, subject, ctx);
}

static Capture *find_capture(const Pattern *ctx, int32_t from, const WfName *name)
{
    for (int32_t i = from; i < ctx->n; i++) {
        if (ctx->captures[i].name == name) {
            return &ctx->captures[i];
        }
    }
    return NULL;
}

/* Each alternative captures into registers of its own; then they move to those of the first. */
static void or_pattern(WfGen *c, WfPattern *p, WfReg subject, Pattern *ctx)
{
    WfPatternSeq alternatives = p->MatchOr.patterns;
    WfLabel end = wf_gen_label(c), fail = ctx->fail;
    bool irrefutable = ctx->allow_irrefutable;
    int32_t before = ctx->n, first_n = 0;
    Capture *first = NULL;
    for (size_t i = 0; i < alternatives.len && !c->failed; i++) {
        bool last = i + 1 == alternatives.len;
        WfLabel next = last ? fail : wf_gen_label(c);
        ctx->n = before;
        ctx->fail = next;
        ctx->allow_irrefutable = last && irrefutable;
        WfLoc loc = c->u->loc;
        c->u->loc = alternatives.data[i]->loc;
        gen_pattern(c, alternatives.data[i], subject, ctx);
        c->u->loc = loc;
        if (i == 0) {
            first_n = ctx->n - before;
            first = (Capture *)wf_gen_alloc(c, (size_t)(first_n + 1) * sizeof *first);
            if (first != NULL && first_n > 0) {
                memcpy(first, ctx->captures + before, (size_t)first_n * sizeof *first);
            }
        } else {
            bool same = ctx->n - before == first_n;
            for (int32_t k = 0; k < first_n && same && !c->failed; k++) {
                const Capture *x = find_capture(ctx, before, first[k].name);
                same = x != NULL;
                if (same) {
                    wf_gen_move(c, first[k].reg, x->reg);
                }
            }
            if (!same) {
                wf_gen_syntax_error(c, alternatives.data[i]->loc, "alternative patterns bind different names");
                return;
            }
        }
        if (!last) {
            wf_gen_jump(c, WF_OP_JUMP, 0, 0, end);
            wf_gen_place(c, next);
        }
    }
    wf_gen_place(c, end);
    ctx->fail = fail;
    ctx->allow_irrefutable = irrefutable;
    ctx->n = before + first_n;
    if (!c->failed && first_n > 0) {
        memcpy(ctx->captures + before, first, (size_t)first_n * sizeof *first);
    }
}

static void gen_pattern(WfGen *c, WfPattern *p, WfReg subject, Pattern *ctx)
{
    if (!wf_gen_enter(c)) {
        return;
    }
    WfLoc loc = c->u->loc;
    c->u->loc = p->loc;
    switch ((WfAstKind)p->kind) {
    case WF_AST_MatchValue: value_pattern(c, p, subject, ctx); break;
    case WF_AST_MatchSingleton: singleton_pattern(c, p, subject, ctx); break;
    case WF_AST_MatchSequence: sequence_pattern(c, p, subject, ctx); break;
    case WF_AST_MatchMapping: mapping_pattern(c, p, subject, ctx); break;
    case WF_AST_MatchClass: class_pattern(c, p, subject, ctx); break;
    case WF_AST_MatchStar: wf_gen_syntax_error(c, p->loc, "star pattern outside of a sequence pattern"); break;
    case WF_AST_MatchAs: as_pattern(c, p, subject, ctx); break;
    case WF_AST_MatchOr: or_pattern(c, p, subject, ctx); break;
    default: WF_FATAL("unknown kind of pattern");
    }
    c->u->loc = loc;
    wf_gen_leave(c);
}

/* --- the statement ------------------------------------------------------------------------------------------------------ */

void wf_gen_match(WfGen *c, WfStmt *s)
{
    WfMatchCaseSeq cases = s->Match.cases;
    WfLabel end = wf_gen_label(c);
    WfReg subject = wf_gen_temp(c);
    wf_gen_expr_to(c, s->Match.subject, subject);
    for (size_t i = 0; i < cases.len && !c->failed; i++) {
        WfMatchCase *m = cases.data[i];
        bool last = i + 1 == cases.len;
        WfLabel next = wf_gen_label(c);
        WfReg mark = c->u->temp;
        Pattern ctx = {.fail = next, .allow_irrefutable = m->guard != NULL || last};
        c->u->loc = m->pattern->loc;
        if (is_wildcard(m->pattern)) {
            wf_gen_emit(c, WF_OP_NOP, 0, 0, 0); /* the line of `case _` */
        }
        gen_pattern(c, m->pattern, subject, &ctx);
        for (int32_t k = 0; k < ctx.n && !c->failed; k++) {
            wf_gen_store_name(c, ctx.captures[k].name, ctx.captures[k].reg);
        }
        c->u->temp = mark;
        if (m->guard != NULL) {
            wf_gen_jump_if(c, m->guard, next, false);
        }
        wf_gen_stmts(c, &m->body);
        c->u->loc = (WfLoc){0, 0, 0, 0};
        wf_gen_jump(c, WF_OP_JUMP, 0, 0, end);
        wf_gen_place(c, next);
    }
    wf_gen_place(c, end);
}
