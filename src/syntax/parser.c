/* parser.c - set-up of a parse, errors, identifiers.
 * SPDX-License-Identifier: MIT
 * Design:     a parse is two passes over the same tokens. The first is a plain recursive descent that
 *             only says yes or no and builds the tree. If it says no, the second one (p->diagnosing)
 *             goes over the text again and tries, wherever a rule begins, the mistakes that people
 *             make there; the first that fits gives the message. If none does, it is "invalid
 *             syntax" at the last token that the first pass had looked at. So good messages cost
 *             correct programs nothing. What the passes share is in expr.c and stmt.c, what only the
 *             second does in diagnose.c; it remembers results by token (memo), because it backs up.
 *             Rejected: a table-driven PEG machine for both, several times slower.
 * Invariants: P1 p->failed means p->err is filled, and everything returns NULL at once.
 *             P2 the tree never points into the text.
 * Threads:    one parser, one thread.
 * Tests:      tests/unit/test_parser.c */
#include "syntax/parser.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/unicode.h"
#include "syntax/token.h"

/* ---- errors ---- */

void *wf_parse_nomem(WfParser *p)
{
    p->failed = true;
    memset(p->err, 0, sizeof *p->err);
    p->err->kind = WF_SYNTAX_MEMORY;
    p->err->message = "";
    return NULL;
}

/* The line's text, as SyntaxError.text: with its newline if the lexer has not gone past it. */
static const WfAstStr *error_line(WfParser *p, int lineno)
{
    const char *s;
    bool current = p->lineno <= lineno;
    if (current) {
        s = p->chunk_start;
    } else {
        s = p->buf;
        int first = p->is_fstring ? p->start_lineno : 1;
        for (int i = first; i < lineno; i++) {
            const char *nl = strchr(s, '\n');
            if (nl == NULL) {
                break;
            }
            s = nl + 1;
        }
    }
    const char *nl = strchr(current ? p->line_start : s, '\n');
    size_t n = nl != NULL ? (size_t)(nl - s) + current : strlen(s);
    return wf_parse_str(p, s, n);
}

/* Byte columns to character columns, both from 1. */
static int char_column(const WfAstStr *line, int col)
{
    if (col <= 0) {
        return col;
    }
    size_t limit = (size_t)col <= line->len ? (size_t)col : line->len;
    int n = 0;
    for (size_t i = 0; i < limit; i++) {
        n += ((unsigned char)line->data[i] & 0xC0) != 0x80;
    }
    return n + ((size_t)col > line->len);
}

void *wf_parse_raise_raw(WfParser *p, WfSyntaxErrorKind kind, int lineno, int col, int end_lineno,
                         int end_col, const char *message)
{
    if (p->failed) {
        return NULL;
    }
    p->failed = true;
    WfSyntaxError *e = p->err;
    memset(e, 0, sizeof *e);
    e->kind = kind;
    e->message = message;
    e->lineno = lineno;
    e->end_lineno = end_lineno;
    const WfAstStr *line = error_line(p, lineno);
    if (line == NULL) {
        return wf_parse_nomem(p);
    }
    e->text = line;
    if (p->is_fstring) {
        e->message = wf_arena_printf(p->arena, "f-string: %s", message);
        if (e->message == NULL) {
            return wf_parse_nomem(p);
        }
        col -= p->start_col;
        end_col -= p->start_col;
    }
    if (col > (int)line->len + 1) {
        col = (int)line->len + 1;
    }
    if (end_col > (int)line->len + 1) {
        end_col = (int)line->len + 1;
    }
    bool bytes = p->opt->flags & WF_PARSE_BYTE_COLUMNS && !p->is_fstring;
    e->offset = bytes ? col : char_column(line, col);
    e->end_offset = bytes ? end_col : char_column(line, end_col);
    return NULL;
}

void *wf_parse_raise_at(WfParser *p, WfSyntaxErrorKind kind, int lineno, int col, int end_lineno,
                        int end_col, const char *message)
{
    return wf_parse_raise_raw(p, kind, lineno, col + 1, end_lineno, end_col + 1, message);
}

static const char *format_message(WfParser *p, const char *format, va_list ap)
{
    va_list copy;
    va_copy(copy, ap);
    int n = vsnprintf(NULL, 0, format, copy);
    va_end(copy);
    char *s = n < 0 ? NULL : wf_arena_alloc(p->arena, (size_t)n + 1);
    if (s == NULL) {
        return wf_parse_nomem(p);
    }
    vsnprintf(s, (size_t)n + 1, format, ap);
    return s;
}

void *wf_parse_raise_last(WfParser *p, WfSyntaxErrorKind kind, const char *format, ...)
{
    if (p->failed) {
        return NULL;
    }
    va_list ap;
    va_start(ap, format);
    const char *message = format_message(p, format, ap);
    va_end(ap);
    if (message == NULL) {
        return NULL;
    }
    if (p->fill == 0) {
        return wf_parse_raise_raw(p, kind, 0, 0, 0, -1, message);
    }
    const Tok *t = &p->toks[p->fill - 1];
    int col = t->col == -1 ? (int)(p->cur - p->line_start) : t->col + 1;
    int end_col = t->end_col == -1 ? -1 : t->end_col + 1;
    return wf_parse_raise_raw(p, kind, t->lineno, col, t->end_lineno, end_col, message);
}

void *wf_parse_raise_range(WfParser *p, const WfLoc *from, const WfLoc *to, const char *format, ...)
{
    if (p->failed) {
        return NULL;
    }
    va_list ap;
    va_start(ap, format);
    const char *message = format_message(p, format, ap);
    va_end(ap);
    if (message == NULL) {
        return NULL;
    }
    return wf_parse_raise_at(p, WF_SYNTAX_ERROR, from->lineno, from->col_offset, to->end_lineno,
                             to->end_col_offset, message);
}

WfWarnResult wf_parse_warn(WfParser *p, WfWarnCategory category, int lineno, const char *message)
{
    if (p->opt->warn == NULL) {
        return WF_WARN_OK;
    }
    WfWarnResult r = p->opt->warn(p->opt->ctx, category, message, lineno);
    if (r == WF_WARN_RAISED) {
        p->failed = true;
        memset(p->err, 0, sizeof *p->err);
        p->err->kind = WF_SYNTAX_RAISED;
        p->err->message = "";
    }
    return r;
}

/* ---- text and identifiers ---- */

const WfAstStr *wf_parse_str(WfParser *p, const char *s, size_t n)
{
    WfAstStr *str = wf_arena_alloc(p->arena, sizeof *str + n + 1);
    if (str == NULL) {
        return wf_parse_nomem(p);
    }
    char *data = (char *)(str + 1);
    if (n != 0) {
        memcpy(data, s, n);
    }
    str->data = data;
    str->len = n;
    return str;
}

static uint32_t hash_name(const char *s, size_t n)
{
    uint32_t h = 2166136261u ^ (uint32_t)n;
    while (n >= 4) {
        uint32_t w;
        memcpy(&w, s, 4);
        h = (h ^ w) * 0x9E3779B1u;
        h ^= h >> 15;
        s += 4;
        n -= 4;
    }
    for (size_t i = 0; i < n; i++) {
        h = (h ^ (unsigned char)s[i]) * 16777619u;
    }
    h = (h ^ h >> 16) * 0x85EBCA6Bu;
    return h ^ h >> 13;
}

static bool grow_names(NameTable *nt)
{
    size_t cap = nt->entries == NULL ? 256 : (nt->mask + 1) * 2;
    NameEntry *fresh = calloc(cap, sizeof *fresh);
    if (fresh == NULL) {
        return false;
    }
    for (size_t i = 0; nt->entries != NULL && i <= nt->mask; i++) {
        if (nt->entries[i].str != NULL) {
            size_t j = nt->entries[i].hash & (cap - 1);
            while (fresh[j].str != NULL) {
                j = (j + 1) & (cap - 1);
            }
            fresh[j] = nt->entries[i];
        }
    }
    free(nt->entries);
    nt->entries = fresh;
    nt->mask = cap - 1;
    return true;
}

static const WfAstStr *intern(WfParser *p, const char *s, size_t n)
{
    NameTable *nt = p->names;
    if ((nt->entries == NULL || nt->count * 2 > nt->mask) && !grow_names(nt)) {
        return wf_parse_nomem(p);
    }
    uint32_t h = hash_name(s, n);
    size_t i = h & nt->mask;
    for (; nt->entries[i].str != NULL; i = (i + 1) & nt->mask) {
        const WfAstStr *have = nt->entries[i].str;
        if (nt->entries[i].hash == h && have->len == n && memcmp(have->data, s, n) == 0) {
            return have;
        }
    }
    const WfAstStr *str = wf_parse_str(p, s, n);
    if (str != NULL) {
        nt->entries[i].hash = h;
        nt->entries[i].str = str;
        nt->count++;
    }
    return str;
}

const WfAstStr *wf_parse_name(WfParser *p, const char *s, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if ((unsigned char)s[i] >= 128) {
            WfU8Vec out = {0};
            const WfAstStr *r = NULL;
            if (wf_uc_nfkc_utf8(s, n, &out)) {
                r = intern(p, (const char *)out.data, out.len);
            } else {
                wf_parse_nomem(p);
            }
            wf_vec_free(&out);
            return r;
        }
    }
    return intern(p, s, n);
}

bool wf_parse_seq(WfParser *p, size_t base, void *out_seq)
{
    WfNodeSeq *seq = out_seq;
    size_t n = p->scratch.len - base;
    seq->len = 0;
    seq->data = NULL;
    if (n != 0) {
        seq->data = wf_arena_alloc(p->arena, n * sizeof(void *));
        if (seq->data == NULL) {
            wf_parse_nomem(p);
            return false;
        }
        memcpy(seq->data, p->scratch.data + base, n * sizeof(void *));
        seq->len = n;
    }
    p->scratch.len = base;
    return true;
}

/* ---- set-up ---- */

bool wf_parser_init(WfParser *p, WfParser *outer, WfArena *a, const WfParseOptions *opt,
                    WfSyntaxError *err, const char *text, size_t len)
{
    memset(p, 0, offsetof(WfParser, indents));
    p->indents[0] = p->alt_indents[0] = 0;
    p->async_indent = outer != NULL ? outer->async_indent : -1;
    p->async_body = false;
    p->parens = 0;
    memset((char *)p + offsetof(WfParser, toks), 0, sizeof *p - offsetof(WfParser, toks));
    p->arena = a;
    p->opt = opt;
    p->err = err;
    p->flags = opt->flags;
    p->feature_version = opt->feature_version > 0 ? opt->feature_version : 11;
    p->at_bol = true;
    p->lineno = 1;
    if (outer != NULL) {
        p->names = outer->names;
        p->is_fstring = true;
        p->level = outer->level;
        p->flags &= ~(unsigned)(WF_PARSE_TYPE_COMMENTS | WF_PARSE_ALLOW_INCOMPLETE);
    }
    if (len >= UINT32_MAX - 2) {
        wf_parse_nomem(p);
        return false;
    }
    char *buf = malloc(len + 2);
    if (buf == NULL) {
        wf_parse_nomem(p);
        return false;
    }
    size_t n = len;
    if (memchr(text, '\r', len) == NULL) {
        memcpy(buf, text, len);
    } else {
        n = 0;
        for (size_t i = 0; i < len; i++) {
            char c = text[i];
            if (c == '\r') {
                i += i + 1 < len && text[i + 1] == '\n';
                c = '\n';
            }
            buf[n++] = c;
        }
    }
    if ((opt->mode == WF_PARSE_EXEC || outer != NULL) && n > 0 && buf[n - 1] != '\n') {
        buf[n++] = '\n';
    }
    buf[n] = 0;
    p->buf = p->cur = p->line_start = p->chunk_start = buf;
    p->end = buf + n;
    if (n == 0) {
        p->lineno = 0;
    }
    return true;
}

void wf_parser_free(WfParser *p)
{
    free((char *)p->buf);
    free(p->toks);
    free(p->memo);
    wf_vec_free(&p->scratch);
    wf_vec_free(&p->ignores);
}

/* Has the lexer asked for a character beyond the text? Most tokens need to see the next one. */
static bool at_end_of_source(WfParser *p)
{
    if (p->done != LEX_OK) {
        return p->done == LEX_EOF || p->done == LEX_EOF_IN_STRING;
    }
    if (p->cur != p->end || p->fill == 0) {
        return false;
    }
    const Tok *t = &p->toks[p->fill - 1];
    switch (t->kind) {
    case T_STRING:
    case T_NEWLINE:
    case T_INDENT:
    case T_DEDENT:
    case T_ELLIPSIS:
        return false;
    default:
        return t->end - t->start < 3 || (p->buf[t->end - 1] != '=');
    }
}

/* "x = 1\ny = 2" is no single statement: only white space and comments may follow one. */
static bool more_than_one(WfParser *p)
{
    const char *s = p->cur;
    for (;;) {
        while (*s == ' ' || *s == '\t' || *s == '\n' || *s == '\014') {
            s++;
        }
        if (*s == 0) {
            return false;
        }
        if (*s != '#') {
            return true;
        }
        while (*s != 0 && *s != '\n') {
            s++;
        }
    }
}

void *wf_parser_run(WfParser *p, void *(*rule)(WfParser *p))
{
    void *r = rule(p);
    if (r != NULL && !p->failed) {
        if (p->opt->mode == WF_PARSE_SINGLE && !p->is_fstring && more_than_one(p)) {
            return wf_parse_raise_last(
                p, WF_SYNTAX_ERROR,
                "multiple statements found while compiling a single statement");
        }
        return r;
    }
    if (p->err->kind == WF_SYNTAX_MEMORY || p->err->kind == WF_SYNTAX_RAISED) {
        return NULL;
    }
    if ((p->flags & WF_PARSE_ALLOW_INCOMPLETE) && at_end_of_source(p)) {
        p->failed = false;
        return wf_parse_raise_last(p, WF_SYNTAX_ERROR, "incomplete input");
    }
    uint32_t last = p->fill - 1;
    if (!p->failed) {
        p->diagnosing = true;
        if (p->memo != NULL) {
            memset(p->memo, 0, p->memo_cap * sizeof *p->memo);
        }
        p->pos = 0;
        p->scratch.len = 0;
        p->level = 0;
        rule(p);
    }
    if (p->failed) {
        wf_lex_rest(p);
        return NULL;
    }
    const Tok *t = &p->toks[last];
    if (t->kind == T_INDENT || t->kind == T_DEDENT) {
        return wf_parse_raise_last(p, WF_SYNTAX_INDENTATION,
                                   t->kind == T_INDENT ? "unexpected indent"
                                                       : "unexpected unindent");
    }
    wf_parse_raise_at(p, WF_SYNTAX_ERROR, t->lineno, t->col, t->end_lineno, t->end_col,
                      "invalid syntax");
    wf_lex_rest(p);
    return NULL;
}

bool wf_parse(WfArena *a, const char *text, size_t len, const WfParseOptions *opt, WfMod **out,
              WfSyntaxError *err)
{
    memset(err, 0, sizeof *err);
    if (len != 0 && memchr(text, 0, len) != NULL) {
        err->kind = WF_SYNTAX_VALUE;
        err->message = "source code string cannot contain null bytes";
        return false;
    }
    WfParser p;
    NameTable names = {0};
    if (!wf_parser_init(&p, NULL, a, opt, err, text, len)) {
        return false;
    }
    p.names = &names;
    static void *(*const rules[])(WfParser *) = {
        [WF_PARSE_EXEC] = wf_rule_file,
        [WF_PARSE_EVAL] = wf_rule_eval,
        [WF_PARSE_SINGLE] = wf_rule_single,
        [WF_PARSE_FUNC_TYPE] = wf_rule_func_type,
    };
    WfMod *mod = wf_parser_run(&p, rules[opt->mode]);
    wf_parser_free(&p);
    free(names.entries);
    if (mod == NULL) {
        return false;
    }
    *out = mod;
    return true;
}
