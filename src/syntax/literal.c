/* literal.c - the values of number and string tokens, f-strings included.
 * SPDX-License-Identifier: MIT
 * Design:     f-strings are cut up here, not by the lexer: to it they are strings like others. Each
 *             expression in one is copied as "(expression)" and parsed by a parser of its own, whose
 *             columns begin where the brace stands. Literal parts of adjacent strings run together;
 *             all nodes made here but the expressions' span the whole row of strings.
 * Invariants: the token's text is complete, quotes included.
 * Threads:    one parser, one thread.
 * Tests:      tests/unit/test_parser.c */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/dtoa.h"
#include "base/unicode.h"
#include "syntax/token.h"

/* ---- numbers ---- */

static bool set_int(WfParser *p, WfConst *c, const char *s, size_t n, int radix)
{
    uint64_t v = 0;
    bool fits = true;
    for (size_t i = 0; i < n && fits; i++) {
        char d = s[i];
        uint64_t digit = (uint64_t)(d <= '9' ? d - '0' : (d | 0x20) - 'a' + 10);
        fits = !__builtin_mul_overflow(v, (uint64_t)radix, &v)
               && !__builtin_add_overflow(v, digit, &v) && v <= INT64_MAX;
    }
    if (fits) {
        c->kind = WF_CONST_INT;
        c->i = (int64_t)v;
        return true;
    }
    c->kind = WF_CONST_BIGINT;
    c->radix = (uint8_t)radix;
    c->str = wf_parse_str(p, s, n);
    return c->str != NULL;
}

WfExpr *wf_parse_number(WfParser *p, const Tok *tok)
{
    const char *s = p->buf + tok->start;
    size_t n = tok->end - tok->start;
    WfExpr *e = wf_ast_new(p->arena, WF_AST_Constant);
    if (e == NULL) {
        return wf_parse_nomem(p);
    }
    e->loc = (WfLoc){tok->lineno, tok->col, tok->end_lineno, tok->end_col};
    WfConst *c = &e->Constant.value;
    if (n == 1) {
        c->kind = WF_CONST_INT;
        c->i = s[0] - '0';
        return e;
    }
    char small[64];
    char *text = n < sizeof small ? small : malloc(n + 1);
    if (text == NULL) {
        return wf_parse_nomem(p);
    }
    size_t m = 0;
    for (size_t i = 0; i < n; i++) {
        if (s[i] != '_') {
            text[m++] = s[i];
        }
    }
    text[m] = 0;
    bool ok = true;
    char kind = text[0] == '0' && m > 1 ? text[1] | 0x20 : 0;
    if (m < n && p->feature_version < 6) {
        ok = false;
        wf_parse_raise_last(p, WF_SYNTAX_ERROR,
                            "Underscores in numeric literals are only supported in Python 3.6 and greater");
    } else if (kind == 'x' || kind == 'o' || kind == 'b') {
        ok = set_int(p, c, text + 2, m - 2, kind == 'x' ? 16 : kind == 'o' ? 8 : 2);
    } else if ((text[m - 1] | 0x20) == 'j') {
        c->kind = WF_CONST_COMPLEX;
        c->real = 0.0;
        ok = wf_dtoa_parse(text, m - 1, &c->imag);
    } else if (strpbrk(text, ".eE") != NULL) {
        c->kind = WF_CONST_FLOAT;
        ok = wf_dtoa_parse(text, m, &c->real);
    } else {
        char *digits = text;
        while (*digits == '0' && digits[1] != 0) {
            digits++;
            m--;
        }
        int limit = p->opt->int_max_digits;
        if (limit > 0 && m > (size_t)limit) {
            ok = false;
            char *message = wf_arena_printf(
                p->arena,
                "Exceeds the limit (%d digits) for integer string conversion: value has %zu digits; "
                "use sys.set_int_max_str_digits() to increase the limit - Consider hexadecimal for "
                "huge integer literals to avoid decimal conversion limits.",
                limit, m);
            if (message == NULL) {
                wf_parse_nomem(p);
            } else {
                wf_parse_raise_at(p, WF_SYNTAX_ERROR, tok->lineno, -1, tok->lineno, -1, message);
            }
        } else {
            ok = set_int(p, c, digits, m, 10);
        }
    }
    if (text != small) {
        free(text);
    }
    return ok ? e : NULL;
}

/* ---- escapes ---- */

static bool put(WfParser *p, WfU8Vec *out, const char *s, size_t n)
{
    if (!wf_vec_append(out, s, n)) {
        wf_parse_nomem(p);
        return false;
    }
    return true;
}

static bool put_char(WfParser *p, WfU8Vec *out, uint32_t cp)
{
    char b[4];
    size_t n;
    if (cp < 0x80) {
        b[0] = (char)cp;
        n = 1;
    } else if (cp < 0x800) {
        b[0] = (char)(0xC0 | cp >> 6);
        b[1] = (char)(0x80 | (cp & 63));
        n = 2;
    } else if (cp < 0x10000) {
        b[0] = (char)(0xE0 | cp >> 12);
        b[1] = (char)(0x80 | (cp >> 6 & 63));
        b[2] = (char)(0x80 | (cp & 63));
        n = 3;
    } else {
        b[0] = (char)(0xF0 | cp >> 18);
        b[1] = (char)(0x80 | (cp >> 12 & 63));
        b[2] = (char)(0x80 | (cp >> 6 & 63));
        b[3] = (char)(0x80 | (cp & 63));
        n = 4;
    }
    return put(p, out, b, n);
}

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9') {
        return c - '0';
    }
    c |= 0x20;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* The warning about "\d" or "\400" at s; false: an error is set. */
static bool warn_escape(WfParser *p, const Tok *t, const char *s)
{
    char text[64];
    if (*s >= '4' && *s <= '7') {
        snprintf(text, sizeof text, "invalid octal escape sequence '\\%.3s'", s);
    } else {
        snprintf(text, sizeof text, "invalid escape sequence '\\%c'", *s);
    }
    switch (wf_parse_warn(p, WF_WARN_DEPRECATION, t->lineno, text)) {
    case WF_WARN_OK:
        return true;
    case WF_WARN_ERROR: {
        const char *copy = wf_arena_copy(p->arena, text, strlen(text));
        if (copy == NULL) {
            wf_parse_nomem(p);
        } else {
            wf_parse_raise_at(p, WF_SYNTAX_ERROR, t->lineno, t->col, t->end_lineno, t->end_col, copy);
        }
        return false;
    }
    case WF_WARN_RAISED:
        break;
    }
    return false;
}

/* One escape common to str and bytes after the backslash at s[-1]; returns how many characters
 * from s on it takes and sets *out (-1: a line continuation), or 0: none of these. */
static int simple_escape(const char *s, const char *end, int *out)
{
    switch (*s) {
    case '\n':
        *out = -1;
        return 1;
    case '\\':
    case '\'':
    case '"':
        *out = *s;
        return 1;
    case 'a':
        *out = 7;
        return 1;
    case 'b':
        *out = 8;
        return 1;
    case 'f':
        *out = 12;
        return 1;
    case 'n':
        *out = 10;
        return 1;
    case 'r':
        *out = 13;
        return 1;
    case 't':
        *out = 9;
        return 1;
    case 'v':
        *out = 11;
        return 1;
    }
    if (*s < '0' || *s > '7') {
        return 0;
    }
    int v = 0;
    int n = 0;
    while (n < 3 && s + n < end && s[n] >= '0' && s[n] <= '7') {
        v = v * 8 + (s[n++] - '0');
    }
    *out = v;
    return n;
}

static bool unescape_bytes(WfParser *p, const Tok *t, const char *s, const char *end, WfU8Vec *out)
{
    const char *start = s;
    const char *invalid = NULL;
    while (s < end) {
        const char *b = memchr(s, '\\', (size_t)(end - s));
        if (b == NULL) {
            b = end;
        }
        if (!put(p, out, s, (size_t)(b - s))) {
            return false;
        }
        s = b;
        if (s == end) {
            break;
        }
        s++;
        int c;
        int n = simple_escape(s, end, &c);
        char byte;
        if (n > 0) {
            if (c > 255 && invalid == NULL) {
                invalid = s;
            }
            s += n;
            if (c < 0) {
                continue;
            }
            byte = (char)c;
            if (!put(p, out, &byte, 1)) {
                return false;
            }
        } else if (*s == 'x') {
            int hi = s + 1 < end ? hex_digit(s[1]) : -1;
            int lo = hi >= 0 && s + 2 < end ? hex_digit(s[2]) : -1;
            if (lo < 0) {
                wf_parse_raise_last(p, WF_SYNTAX_ERROR,
                                    "(value error) invalid \\x escape at position %td", b - start);
                return false;
            }
            byte = (char)(hi * 16 + lo);
            if (!put(p, out, &byte, 1)) {
                return false;
            }
            s += 3;
        } else {
            if (invalid == NULL) {
                invalid = s;
            }
            if (!put(p, out, "\\", 1)) {
                return false;
            }
        }
    }
    return invalid == NULL || warn_escape(p, t, invalid);
}

/* Columns in messages count the text as CPython hands it to its codec: characters beyond ASCII as
 * ten ("\U000000e4"), a backslash before one as six. */
static size_t codec_position(const char *start, const char *at)
{
    size_t n = 0;
    for (const char *s = start; s < at; s++) {
        unsigned char c = (unsigned char)*s;
        if (c < 0x80) {
            n += c == '\\' && s + 1 < at && (unsigned char)s[1] >= 0x80 ? 6 : 1;
        } else if ((c & 0xC0) == 0xC0) {
            n += 10;
        }
    }
    return n;
}

static bool unicode_error(WfParser *p, const char *start, const char *from, const char *to,
                          const char *what)
{
    size_t a = codec_position(start, from);
    size_t b = codec_position(start, to);
    if (b <= a + 1) {
        wf_parse_raise_last(p, WF_SYNTAX_ERROR,
                            "(unicode error) 'unicodeescape' codec can't decode byte 0x5c in "
                            "position %zu: %s",
                            a, what);
    } else {
        wf_parse_raise_last(p, WF_SYNTAX_ERROR,
                            "(unicode error) 'unicodeescape' codec can't decode bytes in position "
                            "%zu-%zu: %s",
                            a, b - 1, what);
    }
    return false;
}

static bool unescape_str(WfParser *p, const Tok *t, const char *s, const char *end, WfU8Vec *out)
{
    const char *start = s;
    const char *invalid = NULL;
    while (s < end) {
        const char *b = memchr(s, '\\', (size_t)(end - s));
        if (b == NULL) {
            b = end;
        }
        if (!put(p, out, s, (size_t)(b - s))) {
            return false;
        }
        s = b;
        if (s == end) {
            break;
        }
        s++;
        if (s >= end || (unsigned char)*s >= 0x80) {
            if (!put(p, out, "\\", 1)) {
                return false;
            }
            continue;
        }
        int c;
        int n = simple_escape(s, end, &c);
        if (n > 0) {
            if (c > 255 && invalid == NULL) {
                invalid = s;
            }
            s += n;
            if (c >= 0 && !put_char(p, out, (uint32_t)c)) {
                return false;
            }
            continue;
        }
        int digits = *s == 'x' ? 2 : *s == 'u' ? 4 : *s == 'U' ? 8 : 0;
        if (digits > 0) {
            char kind = *s++;
            uint32_t cp = 0;
            int i = 0;
            for (; i < digits && s < end && hex_digit(*s) >= 0; i++, s++) {
                cp = cp << 4 | (uint32_t)hex_digit(*s);
            }
            if (i < digits) {
                return unicode_error(p, start, b, s,
                                     kind == 'x'   ? "truncated \\xXX escape"
                                     : kind == 'u' ? "truncated \\uXXXX escape"
                                                   : "truncated \\UXXXXXXXX escape");
            }
            if (cp > 0x10FFFF) {
                return unicode_error(p, start, b, s, "illegal Unicode character");
            }
            if (!put_char(p, out, cp)) {
                return false;
            }
            continue;
        }
        if (*s == 'N') {
            const char *name = ++s;
            if (s < end && *s == '{') {
                name = ++s;
                while (s < end && *s != '}') {
                    s++;
                }
                if (s < end && s > name) {
                    uint32_t cp;
                    if (!wf_uc_name_lookup(name, (size_t)(s - name), &cp)) {
                        return unicode_error(p, start, b, s + 1, "unknown Unicode character name");
                    }
                    s++;
                    if (!put_char(p, out, cp)) {
                        return false;
                    }
                    continue;
                }
            }
            return unicode_error(p, start, b, s, "malformed \\N character escape");
        }
        if (invalid == NULL) {
            invalid = s;
        }
        if (!put(p, out, "\\", 1)) {
            return false;
        }
    }
    return invalid == NULL || warn_escape(p, t, invalid);
}

/* ---- rows of strings ---- */

typedef struct StrTok {
    bool bytes;
    bool raw;
    bool fmt;
    const char *s; /* between the quotes */
    const char *end;
} StrTok;

static StrTok open_token(WfParser *p, const Tok *t)
{
    StrTok st = {0};
    const char *s = p->buf + t->start;
    const char *end = p->buf + t->end;
    for (; *s != '"' && *s != '\''; s++) {
        char c = *s | 0x20;
        st.bytes |= c == 'b';
        st.raw |= c == 'r';
        st.fmt |= c == 'f';
    }
    size_t quotes = end - s >= 6 && s[1] == s[0] && s[2] == s[0] ? 3 : 1;
    st.s = s + quotes;
    st.end = end - quotes;
    return st;
}

typedef struct Row {
    WfParser *p;
    WfLoc loc;
    WfLoc text_loc;       /* of literal text: the same, but in a format spec its token's */
    const WfAstStr *kind; /* "u" or NULL */
    const Tok *t;         /* the token at work */
    WfU8Vec text;         /* literal text not yet in a node */
    bool has_text;
} Row;

static WfExpr *constant(Row *r, WfConstKind kind, const WfAstStr *str)
{
    WfExpr *e = str != NULL ? wf_ast_new(r->p->arena, WF_AST_Constant) : NULL;
    if (e == NULL) {
        return wf_parse_nomem(r->p);
    }
    e->loc = r->text_loc;
    e->Constant.value.kind = (uint8_t)kind;
    e->Constant.value.str = str;
    e->Constant.kind = kind == WF_CONST_STR ? r->kind : NULL;
    return e;
}

static bool push(WfParser *p, void *node)
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

/* Makes a node of the literal text collected, if there is any. */
static bool flush(Row *r)
{
    if (r->text.len == 0) {
        return true;
    }
    WfExpr *e = constant(r, WF_CONST_STR,
                         wf_parse_str(r->p, (const char *)r->text.data, r->text.len));
    r->text.len = 0;
    return push(r->p, e);
}

static bool fstring_parts(Row *r, const char **str, const char *end, bool raw, int level);

/* The literal text up to an expression, the end, or (in a format spec) '}'. Returns -1 on error, 1
 * if a doubled brace ended it (look on for more literal text), else 0. */
static int fstring_literal(Row *r, const char **str, const char *end, bool raw, int level)
{
    WfParser *p = r->p;
    const char *start = *str;
    const char *s = start;
    int result = 0;
    const char *stop = NULL;
    while (s < end) {
        char c = *s++;
        if (!raw && c == '\\' && s < end) {
            c = *s++;
            if (c == 'N') {
                if (s < end && *s++ == '{') {
                    while (s < end && *s++ != '}') {
                    }
                }
                continue;
            }
            if (c == '{' && !warn_escape(p, r->t, s - 1)) {
                return -1;
            }
        }
        if (c == '{' || c == '}') {
            if (level == 0) {
                if (s < end && *s == c) {
                    stop = s;
                    *str = s + 1;
                    result = 1;
                    break;
                }
                if (c == '}') {
                    wf_parse_raise_last(p, WF_SYNTAX_ERROR, "f-string: single '}' is not allowed");
                    return -1;
                }
            }
            stop = s - 1;
            *str = stop;
            break;
        }
    }
    if (stop == NULL) {
        stop = s;
        *str = s;
    }
    if (stop != start) {
        bool ok = raw ? put(p, &r->text, start, (size_t)(stop - start))
                      : unescape_str(p, r->t, start, stop, &r->text);
        if (!ok) {
            return -1;
        }
    }
    return result;
}

/* Parses the expression in [s, end), where s[-1] is the brace. */
static WfExpr *fstring_expression(Row *r, const char *s, const char *end)
{
    WfParser *p = r->p;
    const char *q = s;
    while (q < end && (*q == ' ' || *q == '\t' || *q == '\n' || *q == '\f')) {
        q++;
    }
    if (q == end) {
        if (*end == '!' || *end == ':' || *end == '=') {
            return wf_parse_raise_last(p, WF_SYNTAX_ERROR,
                                       "f-string: expression required before '%c'", *end);
        }
        return wf_parse_raise_last(p, WF_SYNTAX_ERROR, "f-string: empty expression not allowed");
    }
    const char *token = p->buf + r->t->start;
    const char *brace = s - 1;
    int lines = 0;
    for (const char *c = token; c < brace; c++) {
        lines += *c == '\n';
    }
    /* An expression that begins on the line after the brace has true columns there already. */
    bool newline_first = true;
    for (const char *c = s; *c != '}' && *c != '\n' && *c != 0; c++) {
        if (*c != ' ' && *c != '\t' && *c != '\f') {
            newline_first = false;
            break;
        }
    }
    int cols = 0;
    if (!newline_first) {
        const char *c = brace;
        while (c > token && *c != '\n') {
            c--;
        }
        cols = (int)(brace - c) - (*c == '\n');
    }
    size_t n = (size_t)(end - s);
    char *text = malloc(n + 2);
    if (text == NULL) {
        return wf_parse_nomem(p);
    }
    text[0] = '(';
    memcpy(text + 1, s, n);
    text[n + 1] = ')';
    WfExpr *e = NULL;
    WfParser inner;
    WfParseOptions opt = *p->opt;
    if (wf_parser_init(&inner, p, p->arena, &opt, p->err, text, n + 2)) {
        inner.lineno = inner.start_lineno = r->t->lineno + lines;
        inner.start_col = lines != 0 ? cols : r->t->col + cols;
        e = wf_parser_run(&inner, wf_rule_fstring);
        wf_parser_free(&inner);
    }
    free(text);
    if (e == NULL) {
        p->failed = true;
    }
    return e;
}

/* Finds the end of the expression that begins at *str; false: an error is set. */
static bool fstring_scan(WfParser *p, const char **str, const char *end)
{
    char stack[MAX_PARENS];
    int depth = 0;
    char quote = 0;
    bool triple = false;
    const char *s = *str;
    for (; s < end; s++) {
        char c = *s;
        if (c == '\\') {
            wf_parse_raise_last(p, WF_SYNTAX_ERROR,
                                "f-string expression part cannot include a backslash");
            return false;
        }
        if (quote != 0) {
            if (c == quote) {
                if (!triple) {
                    quote = 0;
                } else if (s + 2 < end && s[1] == c && s[2] == c) {
                    s += 2;
                    quote = 0;
                }
            }
            continue;
        }
        if (c == '\'' || c == '"') {
            triple = s + 2 < end && s[1] == c && s[2] == c;
            if (triple) {
                s += 2;
            }
            quote = c;
        } else if (c == '[' || c == '{' || c == '(') {
            if (depth >= MAX_PARENS) {
                wf_parse_raise_last(p, WF_SYNTAX_ERROR, "f-string: too many nested parenthesis");
                return false;
            }
            stack[depth++] = c;
        } else if (c == '#') {
            wf_parse_raise_last(p, WF_SYNTAX_ERROR, "f-string expression part cannot include '#'");
            return false;
        } else if (depth == 0
                   && (c == '!' || c == ':' || c == '}' || c == '=' || c == '<' || c == '>')) {
            if (s + 1 < end && s[1] == '=' && c != ':' && c != '}') {
                s++;
                continue;
            }
            if (c == '<' || c == '>') {
                continue;
            }
            break;
        } else if (c == ']' || c == '}' || c == ')') {
            if (depth == 0) {
                wf_parse_raise_last(p, WF_SYNTAX_ERROR, "f-string: unmatched '%c'", c);
                return false;
            }
            char o = stack[--depth];
            if (c != (o == '(' ? ')' : o == '[' ? ']' : '}')) {
                wf_parse_raise_last(p, WF_SYNTAX_ERROR,
                                    "f-string: closing parenthesis '%c' does not match opening "
                                    "parenthesis '%c'",
                                    c, o);
                return false;
            }
        }
    }
    *str = s;
    if (quote != 0) {
        wf_parse_raise_last(p, WF_SYNTAX_ERROR, "f-string: unterminated string");
        return false;
    }
    if (depth > 0) {
        wf_parse_raise_last(p, WF_SYNTAX_ERROR, "f-string: unmatched '%c'", stack[depth - 1]);
        return false;
    }
    return true;
}

static bool is_c_space(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

static WfExpr *joined(Row *r, size_t base)
{
    WfExpr *e = wf_ast_new(r->p->arena, WF_AST_JoinedStr);
    if (e == NULL) {
        return wf_parse_nomem(r->p);
    }
    e->loc = r->text_loc;
    return wf_parse_seq(r->p, base, &e->JoinedStr.values) ? e : NULL;
}

/* One replacement field, from its '{'; pushes its nodes. */
static bool fstring_field(Row *r, const char **str, const char *end, bool raw, int level)
{
    WfParser *p = r->p;
    if (level >= 2) {
        wf_parse_raise_last(p, WF_SYNTAX_ERROR, "f-string: expressions nested too deeply");
        return false;
    }
    const char *start = ++*str;
    if (!fstring_scan(p, str, end)) {
        return false;
    }
    if (*str >= end) {
        wf_parse_raise_last(p, WF_SYNTAX_ERROR, "f-string: expecting '}'");
        return false;
    }
    WfExpr *value = fstring_expression(r, start, *str);
    if (value == NULL) {
        return false;
    }
    bool debug = false;
    int conversion = -1;
    WfExpr *spec = NULL;
    if (**str == '=') {
        if (p->feature_version < 8) {
            wf_parse_raise_last(p, WF_SYNTAX_ERROR,
                                "f-string: self documenting expressions are only supported in "
                                "Python 3.8 and greater");
            return false;
        }
        ++*str;
        while (is_c_space(**str)) {
            ++*str;
        }
        if (*str >= end) {
            wf_parse_raise_last(p, WF_SYNTAX_ERROR, "f-string: expecting '}'");
            return false;
        }
        if (!put(p, &r->text, start, (size_t)(*str - start))) {
            return false;
        }
        debug = true;
    }
    if (**str == '!') {
        ++*str;
        if (*str >= end) {
            wf_parse_raise_last(p, WF_SYNTAX_ERROR, "f-string: expecting '}'");
            return false;
        }
        conversion = *(*str)++;
        if (conversion != 's' && conversion != 'r' && conversion != 'a') {
            wf_parse_raise_last(
                p, WF_SYNTAX_ERROR,
                "f-string: invalid conversion character: expected 's', 'r', or 'a'");
            return false;
        }
    }
    if (*str < end && **str == ':') {
        ++*str;
        if (*str >= end) {
            wf_parse_raise_last(p, WF_SYNTAX_ERROR, "f-string: expecting '}'");
            return false;
        }
        /* The spec is a row of its own: keep our literal text apart. */
        WfU8Vec ours = r->text;
        r->text = (WfU8Vec){0};
        WfLoc loc = r->text_loc;
        r->text_loc = (WfLoc){r->t->lineno, r->t->col, r->t->end_lineno, r->t->end_col};
        size_t base = p->scratch.len;
        if (fstring_parts(r, str, end, raw, level + 1) && flush(r)) {
            spec = joined(r, base);
        }
        r->text_loc = loc;
        wf_vec_free(&r->text);
        r->text = ours;
        if (spec == NULL) {
            return false;
        }
    }
    if (*str >= end || **str != '}') {
        wf_parse_raise_last(p, WF_SYNTAX_ERROR, "f-string: expecting '}'");
        return false;
    }
    ++*str;
    if (debug && spec == NULL && conversion == -1) {
        conversion = 'r';
    }
    WfExpr *e = wf_ast_new(p->arena, WF_AST_FormattedValue);
    if (e == NULL) {
        wf_parse_nomem(p);
        return false;
    }
    e->loc = r->loc;
    e->FormattedValue.value = value;
    e->FormattedValue.conversion = conversion;
    e->FormattedValue.format_spec = spec;
    return flush(r) && push(p, e);
}

/* Literal text and fields up to the end, or to '}' in a format spec. */
static bool fstring_parts(Row *r, const char **str, const char *end, bool raw, int level)
{
    for (;;) {
        int more = fstring_literal(r, str, end, raw, level);
        if (more < 0) {
            return false;
        }
        if (more > 0) {
            continue;
        }
        if (*str >= end || **str == '}') {
            break;
        }
        if (!fstring_field(r, str, end, raw, level)) {
            return false;
        }
    }
    if (level == 0 && *str < end - 1) {
        wf_parse_raise_last(r->p, WF_SYNTAX_ERROR, "f-string: unexpected end of string");
        return false;
    }
    if (level != 0 && (*str >= end || **str != '}')) {
        wf_parse_raise_last(r->p, WF_SYNTAX_ERROR, "f-string: expecting '}'");
        return false;
    }
    return true;
}

/* Appends the decoded text of a token that is no f-string. */
static bool append_plain(Row *r, const StrTok *st)
{
    WfParser *p = r->p;
    if (st->bytes) {
        for (const char *s = st->s; s < st->end; s++) {
            if ((unsigned char)*s >= 0x80) {
                wf_parse_raise_last(p, WF_SYNTAX_ERROR,
                                    "bytes can only contain ASCII literal characters");
                return false;
            }
        }
    }
    size_t n = (size_t)(st->end - st->s);
    if (st->raw || memchr(st->s, '\\', n) == NULL) {
        return put(p, &r->text, st->s, n);
    }
    return st->bytes ? unescape_bytes(p, r->t, st->s, st->end, &r->text)
                     : unescape_str(p, r->t, st->s, st->end, &r->text);
}

WfExpr *wf_parse_strings(WfParser *p, uint32_t first, uint32_t last)
{
    const Tok *a = &p->toks[first];
    const Tok *z = &p->toks[last - 1];
    Row r = {.p = p, .loc = {a->lineno, a->col, z->end_lineno, z->end_col}};
    r.text_loc = r.loc;
    StrTok st = open_token(p, a);
    if (p->buf[a->start] == 'u') {
        r.kind = wf_parse_name(p, "u", 1);
        if (r.kind == NULL) {
            return NULL;
        }
    }
    if (last == first + 1 && !st.fmt && !st.bytes
        && (st.raw || memchr(st.s, '\\', (size_t)(st.end - st.s)) == NULL)) {
        return constant(&r, WF_CONST_STR, wf_parse_str(p, st.s, (size_t)(st.end - st.s)));
    }
    bool bytes = st.bytes;
    bool fmt = false;
    size_t base = p->scratch.len;
    WfExpr *e = NULL;
    for (uint32_t i = first; i < last; i++) {
        r.t = &p->toks[i];
        st = open_token(p, r.t);
        if (st.bytes != bytes) {
            wf_parse_raise_last(p, WF_SYNTAX_ERROR, "cannot mix bytes and nonbytes literals");
            goto done;
        }
        bool ok;
        if (st.fmt) {
            if (p->feature_version < 6) {
                wf_parse_raise_last(p, WF_SYNTAX_ERROR, "Format strings are only supported in Python 3.6 and greater");
                goto done;
            }
            fmt = true;
            const char *s = st.s;
            ok = fstring_parts(&r, &s, st.end, st.raw, 0);
        } else {
            ok = append_plain(&r, &st);
        }
        if (!ok) {
            goto done;
        }
    }
    if (fmt) {
        if (flush(&r)) {
            e = joined(&r, base);
        }
    } else {
        e = constant(&r, bytes ? WF_CONST_BYTES : WF_CONST_STR,
                     wf_parse_str(p, (const char *)r.text.data, r.text.len));
    }
done:
    wf_vec_free(&r.text);
    p->scratch.len = base;
    return e;
}
