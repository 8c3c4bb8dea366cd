/* unparse.c - an expression's source text, as `from __future__ import annotations` keeps it.
 * SPDX-License-Identifier: MIT
 * Design:     recursive; `level` is how tight the place around binds, and an expression that binds less
 *             tight gets parentheses. The text is CPython's to the letter, as programs see it in
 *             __annotations__; ast.unparse (Python code) differs in places.
 * Invariants: u->failed makes every function return at once.
 * Threads:    the tree is only read.
 * Tests:      tests/unit/test_parser.c */
#include <gmp.h>
#include <stdio.h>
#include <string.h>

#include "base/dtoa.h"
#include "base/unicode.h"
#include "base/vec.h"
#include "syntax/ast.h"

typedef enum Level {
    L_TUPLE,
    L_TEST, /* if-else, lambda */
    L_OR,
    L_AND,
    L_NOT,
    L_CMP,
    L_EXPR, /* also | */
    L_BXOR,
    L_BAND,
    L_SHIFT,
    L_ARITH,
    L_TERM,
    L_FACTOR,
    L_POWER,
    L_AWAIT,
    L_ATOM,
} Level;

#define MAX_DEPTH 1500

typedef struct Unparser {
    WfU8Vec out;
    int depth;
    bool failed; /* out of memory, or: */
    bool too_deep;
} Unparser;

static void expr(Unparser *u, const WfExpr *e, int level);

static void put(Unparser *u, const char *s, size_t n)
{
    if (!u->failed && n != 0 && !wf_vec_append(&u->out, s, n)) {
        u->failed = true;
    }
}

static void word(Unparser *u, const char *s)
{
    put(u, s, strlen(s));
}

static void name(Unparser *u, const WfAstStr *s)
{
    put(u, s->data, s->len);
}

static void open_if(Unparser *u, bool paren)
{
    if (paren) {
        word(u, "(");
    }
}

static void close_if(Unparser *u, bool paren)
{
    if (paren) {
        word(u, ")");
    }
}

static void comma(Unparser *u, size_t i)
{
    if (i > 0) {
        word(u, ", ");
    }
}

static void list(Unparser *u, WfExprSeq seq)
{
    for (size_t i = 0; i < seq.len; i++) {
        comma(u, i);
        expr(u, seq.data[i], L_TEST);
    }
}

/* ---- constants ---- */

/* The character at s[0..], as UTF-8 with lone surrogates; *n is its length. */
static uint32_t decode(const unsigned char *s, size_t *n)
{
    if (s[0] < 0x80) {
        *n = 1;
        return s[0];
    }
    if (s[0] < 0xE0) {
        *n = 2;
        return (uint32_t)(s[0] & 31) << 6 | (s[1] & 63);
    }
    if (s[0] < 0xF0) {
        *n = 3;
        return (uint32_t)(s[0] & 15) << 12 | (uint32_t)(s[1] & 63) << 6 | (s[2] & 63);
    }
    *n = 4;
    return (uint32_t)(s[0] & 7) << 18 | (uint32_t)(s[1] & 63) << 12 | (uint32_t)(s[2] & 63) << 6
           | (s[3] & 63);
}

/* repr of text or of bytes. */
static void quoted(Unparser *u, const char *data, size_t len, bool bytes)
{
    char quote = memchr(data, '\'', len) != NULL && memchr(data, '"', len) == NULL ? '"' : '\'';
    put(u, &quote, 1);
    const unsigned char *s = (const unsigned char *)data;
    const unsigned char *end = s + len;
    char buf[16];
    while (s < end) {
        size_t n = 1;
        uint32_t c = bytes ? *s : decode(s, &n);
        if (c == (uint32_t)quote || c == '\\') {
            word(u, "\\");
            put(u, (const char *)s, 1);
        } else if (c == '\t') {
            word(u, "\\t");
        } else if (c == '\n') {
            word(u, "\\n");
        } else if (c == '\r') {
            word(u, "\\r");
        } else if (c >= ' ' && (c < 127 || (!bytes && c > 127 && wf_uc_is_printable(c)))) {
            put(u, (const char *)s, n);
        } else {
            snprintf(buf, sizeof buf,
                     c < 0x100     ? "\\x%02x"
                     : c < 0x10000 ? "\\u%04x"
                                   : "\\U%08x",
                     c);
            word(u, buf);
        }
        s += n;
    }
    put(u, &quote, 1);
}

/* A float; infinity as a literal that overflows. */
static void real(Unparser *u, double x)
{
    char buf[WF_DTOA_REPR_MAX];
    size_t n = wf_dtoa_repr(x, buf);
    if (strcmp(buf, "inf") == 0) {
        word(u, "1e309");
    } else {
        put(u, buf, n);
    }
}

static void imaginary(Unparser *u, double x)
{
    char buf[WF_DTOA_REPR_MAX];
    size_t n = wf_dtoa_repr(x, buf);
    if (n > 2 && strcmp(buf + n - 2, ".0") == 0) {
        n -= 2;
    }
    if (strcmp(buf, "inf") == 0) {
        word(u, "1e309");
    } else {
        put(u, buf, n);
    }
    word(u, "j");
}

static void big_int(Unparser *u, const WfConst *c)
{
    if (c->radix == 10) {
        name(u, c->str);
        return;
    }
    mpz_t z;
    if (mpz_init_set_str(z, c->str->data, c->radix) == 0) {
        char *digits = malloc(mpz_sizeinbase(z, 10) + 2);
        if (digits == NULL) {
            u->failed = true;
        } else {
            word(u, mpz_get_str(digits, 10, z));
            free(digits);
        }
    }
    mpz_clear(z);
}

static void constant(Unparser *u, const WfConst *c, const WfAstStr *kind)
{
    char buf[32];
    switch (c->kind) {
    case WF_CONST_NONE:
        word(u, "None");
        break;
    case WF_CONST_TRUE:
        word(u, "True");
        break;
    case WF_CONST_FALSE:
        word(u, "False");
        break;
    case WF_CONST_ELLIPSIS:
        word(u, "...");
        break;
    case WF_CONST_INT:
        snprintf(buf, sizeof buf, "%lld", (long long)c->i);
        word(u, buf);
        break;
    case WF_CONST_BIGINT:
        big_int(u, c);
        break;
    case WF_CONST_FLOAT:
        real(u, c->real);
        break;
    case WF_CONST_COMPLEX:
        imaginary(u, c->imag);
        break;
    case WF_CONST_STR:
        if (kind != NULL) {
            name(u, kind);
        }
        quoted(u, c->str->data, c->str->len, false);
        break;
    case WF_CONST_BYTES:
        word(u, "b");
        quoted(u, c->str->data, c->str->len, true);
        break;
    default:
        u->failed = true;
        break;
    }
}

/* ---- f-strings ---- */

static void fstring_part(Unparser *u, const WfExpr *e, bool spec);

static void fstring_parts(Unparser *u, WfExprSeq values, bool spec)
{
    for (size_t i = 0; i < values.len; i++) {
        fstring_part(u, values.data[i], spec);
    }
}

/* Runs on the same buffer: the text from `from` on is the f-string's, unquoted. */
static void fstring_part(Unparser *u, const WfExpr *e, bool spec)
{
    switch (e->kind) {
    case WF_AST_Constant: {
        const WfAstStr *s = e->Constant.value.str;
        if (e->Constant.value.kind != WF_CONST_STR) {
            u->failed = true;
            return;
        }
        for (size_t i = 0; i < s->len; i++) {
            if (s->data[i] == '{' || s->data[i] == '}') {
                put(u, &s->data[i], 1);
            }
            put(u, &s->data[i], 1);
        }
        break;
    }
    case WF_AST_JoinedStr:
        fstring_parts(u, e->JoinedStr.values, spec);
        break;
    case WF_AST_FormattedValue: {
        word(u, "{");
        size_t at = u->out.len;
        expr(u, e->FormattedValue.value, L_TEST + 1);
        if (!u->failed && u->out.len > at && u->out.data[at] == '{') {
            /* "{{" would be a brace. */
            word(u, " ");
            if (!u->failed) {
                memmove(u->out.data + at + 1, u->out.data + at, u->out.len - at - 1);
                u->out.data[at] = ' ';
            }
        }
        if (e->FormattedValue.conversion > 0) {
            char c[2] = {'!', (char)e->FormattedValue.conversion};
            put(u, c, 2);
        }
        if (e->FormattedValue.format_spec != NULL) {
            word(u, ":");
            fstring_part(u, e->FormattedValue.format_spec, true);
        }
        word(u, "}");
        break;
    }
    default:
        u->failed = true;
        break;
    }
}

static void fstring(Unparser *u, const WfExpr *e)
{
    size_t at = u->out.len;
    fstring_part(u, e, false);
    if (u->failed) {
        return;
    }
    size_t n = u->out.len - at;
    char *body = malloc(n + 1);
    if (body == NULL) {
        u->failed = true;
        return;
    }
    if (n != 0) {
        memcpy(body, u->out.data + at, n);
    }
    u->out.len = at;
    word(u, "f");
    quoted(u, body, n, false);
    free(body);
}

/* ---- expressions ---- */

static void arg(Unparser *u, const WfArg *a)
{
    name(u, a->arg);
    if (a->annotation != NULL) {
        word(u, ": ");
        expr(u, a->annotation, L_TEST);
    }
}

static void arguments(Unparser *u, const WfArguments *a)
{
    size_t n_pos = a->posonlyargs.len;
    size_t n = n_pos + a->args.len;
    bool first = true;
    for (size_t i = 0; i < n; i++) {
        if (!first) {
            word(u, ", ");
        }
        first = false;
        arg(u, i < n_pos ? a->posonlyargs.data[i] : a->args.data[i - n_pos]);
        if (i + a->defaults.len >= n) {
            word(u, "=");
            expr(u, a->defaults.data[i + a->defaults.len - n], L_TEST);
        }
        if (n_pos > 0 && i + 1 == n_pos) {
            word(u, ", /");
        }
    }
    if (a->vararg != NULL || a->kwonlyargs.len > 0) {
        word(u, first ? "*" : ", *");
        first = false;
        if (a->vararg != NULL) {
            arg(u, a->vararg);
        }
    }
    for (size_t i = 0; i < a->kwonlyargs.len; i++) {
        word(u, first ? "" : ", ");
        first = false;
        arg(u, a->kwonlyargs.data[i]);
        if (a->kw_defaults.data[i] != NULL) {
            word(u, "=");
            expr(u, a->kw_defaults.data[i], L_TEST);
        }
    }
    if (a->kwarg != NULL) {
        word(u, first ? "**" : ", **");
        arg(u, a->kwarg);
    }
}

static void comprehensions(Unparser *u, WfComprehensionSeq gens)
{
    for (size_t i = 0; i < gens.len; i++) {
        const WfComprehension *c = gens.data[i];
        word(u, c->is_async ? " async for " : " for ");
        expr(u, c->target, L_TUPLE);
        word(u, " in ");
        expr(u, c->iter, L_TEST + 1);
        for (size_t k = 0; k < c->ifs.len; k++) {
            word(u, " if ");
            expr(u, c->ifs.data[k], L_TEST + 1);
        }
    }
}

static void call(Unparser *u, const WfExpr *e)
{
    expr(u, e->Call.func, L_ATOM);
    WfExprSeq args = e->Call.args;
    WfKeywordSeq keywords = e->Call.keywords;
    if (args.len == 1 && keywords.len == 0 && args.data[0]->kind == WF_AST_GeneratorExp) {
        expr(u, args.data[0], L_TEST);
        return;
    }
    word(u, "(");
    list(u, args);
    for (size_t i = 0; i < keywords.len; i++) {
        const WfKeyword *k = keywords.data[i];
        comma(u, args.len + i);
        if (k->arg == NULL) {
            word(u, "**");
        } else {
            name(u, k->arg);
            word(u, "=");
        }
        expr(u, k->value, L_TEST);
    }
    word(u, ")");
}

static void binary(Unparser *u, const WfExpr *e, int level)
{
    static const struct {
        const char *text;
        uint8_t level;
    } ops[] = {
        [WF_AST_Add] = {" + ", L_ARITH},    [WF_AST_Sub] = {" - ", L_ARITH},
        [WF_AST_Mult] = {" * ", L_TERM},    [WF_AST_MatMult] = {" @ ", L_TERM},
        [WF_AST_Div] = {" / ", L_TERM},     [WF_AST_Mod] = {" % ", L_TERM},
        [WF_AST_Pow] = {" ** ", L_POWER},   [WF_AST_LShift] = {" << ", L_SHIFT},
        [WF_AST_RShift] = {" >> ", L_SHIFT}, [WF_AST_BitOr] = {" | ", L_EXPR},
        [WF_AST_BitXor] = {" ^ ", L_BXOR},  [WF_AST_BitAnd] = {" & ", L_BAND},
        [WF_AST_FloorDiv] = {" // ", L_TERM},
    };
    int own = ops[e->BinOp.op].level;
    bool right = e->BinOp.op == WF_AST_Pow;
    open_if(u, level > own);
    expr(u, e->BinOp.left, own + right);
    word(u, ops[e->BinOp.op].text);
    expr(u, e->BinOp.right, own + !right);
    close_if(u, level > own);
}

static void compare(Unparser *u, const WfExpr *e, int level)
{
    static const char *const ops[] = {
        [WF_AST_Eq] = " == ", [WF_AST_NotEq] = " != ", [WF_AST_Lt] = " < ",
        [WF_AST_LtE] = " <= ", [WF_AST_Gt] = " > ",    [WF_AST_GtE] = " >= ",
        [WF_AST_Is] = " is ", [WF_AST_IsNot] = " is not ", [WF_AST_In] = " in ",
        [WF_AST_NotIn] = " not in ",
    };
    open_if(u, level > L_CMP);
    expr(u, e->Compare.left, L_CMP + 1);
    for (size_t i = 0; i < e->Compare.ops.len; i++) {
        word(u, ops[e->Compare.ops.data[i]]);
        expr(u, e->Compare.comparators.data[i], L_CMP + 1);
    }
    close_if(u, level > L_CMP);
}

static void dict(Unparser *u, const WfExpr *e)
{
    word(u, "{");
    for (size_t i = 0; i < e->Dict.values.len; i++) {
        comma(u, i);
        if (e->Dict.keys.data[i] != NULL) {
            expr(u, e->Dict.keys.data[i], L_TEST);
            word(u, ": ");
            expr(u, e->Dict.values.data[i], L_TEST);
        } else {
            word(u, "**");
            expr(u, e->Dict.values.data[i], L_EXPR);
        }
    }
    word(u, "}");
}

static void bracketed_comprehension(Unparser *u, const WfExpr *elt, WfComprehensionSeq gens,
                                    const char *open, const char *close)
{
    word(u, open);
    expr(u, elt, L_TEST);
    comprehensions(u, gens);
    word(u, close);
}

static void expr_unchecked(Unparser *u, const WfExpr *e, int level)
{
    switch (e->kind) {
    case WF_AST_BoolOp: {
        bool is_and = e->BoolOp.op == WF_AST_And;
        int own = is_and ? L_AND : L_OR;
        open_if(u, level > own);
        for (size_t i = 0; i < e->BoolOp.values.len; i++) {
            if (i > 0) {
                word(u, is_and ? " and " : " or ");
            }
            expr(u, e->BoolOp.values.data[i], own + 1);
        }
        close_if(u, level > own);
        break;
    }
    case WF_AST_NamedExpr:
        open_if(u, level > L_TUPLE);
        expr(u, e->NamedExpr.target, L_ATOM);
        word(u, " := ");
        expr(u, e->NamedExpr.value, L_ATOM);
        close_if(u, level > L_TUPLE);
        break;
    case WF_AST_BinOp:
        binary(u, e, level);
        break;
    case WF_AST_UnaryOp: {
        int own = e->UnaryOp.op == WF_AST_Not ? L_NOT : L_FACTOR;
        open_if(u, level > own);
        word(u, e->UnaryOp.op == WF_AST_Not      ? "not "
                : e->UnaryOp.op == WF_AST_Invert ? "~"
                : e->UnaryOp.op == WF_AST_UAdd   ? "+"
                                                 : "-");
        expr(u, e->UnaryOp.operand, own);
        close_if(u, level > own);
        break;
    }
    case WF_AST_Lambda: {
        const WfArguments *a = e->Lambda.args;
        open_if(u, level > L_TEST);
        word(u, a->posonlyargs.len + a->args.len > 0 ? "lambda " : "lambda");
        arguments(u, a);
        word(u, ": ");
        expr(u, e->Lambda.body, L_TEST);
        close_if(u, level > L_TEST);
        break;
    }
    case WF_AST_IfExp:
        open_if(u, level > L_TEST);
        expr(u, e->IfExp.body, L_TEST + 1);
        word(u, " if ");
        expr(u, e->IfExp.test, L_TEST + 1);
        word(u, " else ");
        expr(u, e->IfExp.orelse, L_TEST);
        close_if(u, level > L_TEST);
        break;
    case WF_AST_Dict:
        dict(u, e);
        break;
    case WF_AST_Set:
        word(u, "{");
        list(u, e->Set.elts);
        word(u, "}");
        break;
    case WF_AST_GeneratorExp:
        bracketed_comprehension(u, e->GeneratorExp.elt, e->GeneratorExp.generators, "(", ")");
        break;
    case WF_AST_ListComp:
        bracketed_comprehension(u, e->ListComp.elt, e->ListComp.generators, "[", "]");
        break;
    case WF_AST_SetComp:
        bracketed_comprehension(u, e->SetComp.elt, e->SetComp.generators, "{", "}");
        break;
    case WF_AST_DictComp:
        word(u, "{");
        expr(u, e->DictComp.key, L_TEST);
        word(u, ": ");
        expr(u, e->DictComp.value, L_TEST);
        comprehensions(u, e->DictComp.generators);
        word(u, "}");
        break;
    case WF_AST_Yield:
        word(u, "(yield");
        if (e->Yield.value != NULL) {
            word(u, " ");
            expr(u, e->Yield.value, L_TEST);
        }
        word(u, ")");
        break;
    case WF_AST_YieldFrom:
        word(u, "(yield from ");
        expr(u, e->YieldFrom.value, L_TEST);
        word(u, ")");
        break;
    case WF_AST_Await:
        open_if(u, level > L_AWAIT);
        word(u, "await ");
        expr(u, e->Await.value, L_ATOM);
        close_if(u, level > L_AWAIT);
        break;
    case WF_AST_Compare:
        compare(u, e, level);
        break;
    case WF_AST_Call:
        call(u, e);
        break;
    case WF_AST_JoinedStr:
    case WF_AST_FormattedValue:
        fstring(u, e);
        break;
    case WF_AST_Constant:
        constant(u, &e->Constant.value, e->Constant.kind);
        break;
    case WF_AST_Attribute: {
        const WfExpr *v = e->Attribute.value;
        expr(u, v, L_ATOM);
        /* "1 .real": without the space the point would belong to the number. */
        bool integer = v->kind == WF_AST_Constant
                       && (v->Constant.value.kind == WF_CONST_INT
                           || v->Constant.value.kind == WF_CONST_BIGINT);
        word(u, integer ? " ." : ".");
        name(u, e->Attribute.attr);
        break;
    }
    case WF_AST_Subscript:
        expr(u, e->Subscript.value, L_ATOM);
        word(u, "[");
        expr(u, e->Subscript.slice, L_TUPLE);
        word(u, "]");
        break;
    case WF_AST_Starred:
        word(u, "*");
        expr(u, e->Starred.value, L_EXPR);
        break;
    case WF_AST_Name:
        name(u, e->Name.id);
        break;
    case WF_AST_List:
        word(u, "[");
        list(u, e->List.elts);
        word(u, "]");
        break;
    case WF_AST_Tuple: {
        bool paren = level > L_TUPLE || e->Tuple.elts.len == 0;
        open_if(u, paren);
        list(u, e->Tuple.elts);
        if (e->Tuple.elts.len == 1) {
            word(u, ",");
        }
        close_if(u, paren);
        break;
    }
    case WF_AST_Slice:
        if (e->Slice.lower != NULL) {
            expr(u, e->Slice.lower, L_TEST);
        }
        word(u, ":");
        if (e->Slice.upper != NULL) {
            expr(u, e->Slice.upper, L_TEST);
        }
        if (e->Slice.step != NULL) {
            word(u, ":");
            expr(u, e->Slice.step, L_TEST);
        }
        break;
    default:
        u->failed = true;
        break;
    }
}

static void expr(Unparser *u, const WfExpr *e, int level)
{
    if (u->failed) {
        return;
    }
    if (u->depth >= MAX_DEPTH) {
        u->failed = u->too_deep = true;
        return;
    }
    u->depth++;
    expr_unchecked(u, e, level);
    u->depth--;
}

const WfAstStr *wf_ast_unparse(WfArena *a, const WfExpr *e, bool *too_deep)
{
    Unparser u = {0};
    expr(&u, e, L_TEST);
    *too_deep = u.too_deep;
    WfAstStr *s = NULL;
    if (!u.failed) {
        s = wf_arena_alloc(a, sizeof *s);
        char *data = s != NULL ? wf_arena_copy(a, u.out.data, u.out.len) : NULL;
        if (data == NULL) {
            s = NULL;
        } else {
            s->data = data;
            s->len = u.out.len;
        }
    }
    wf_vec_free(&u.out);
    return s;
}
