/* lexer.c - from characters to tokens.
 * SPDX-License-Identifier: MIT
 * Design:     on demand: the parser asks for one token more when it needs it, so that a mistake in the
 *             grammar is found before a lexical mistake further down, as in CPython. Tokens are plain
 *             structs in one growing array and point into the text; nothing is allocated for each.
 *             The line count moves on when the first character of a line is looked at, not when the
 *             newline is eaten: tokens at the end of the text still belong to the last line.
 * Invariants: L1 the text ends with NUL and has no other one, so scanning needs no bounds.
 *             L2 after p->done != LEX_OK no more characters are read.
 * Threads:    one parser, one thread.
 * Tests:      tests/unit/test_parser.c */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/unicode.h"
#include "syntax/token.h"

enum {
    C_ID_START = 1,
    C_ID = 2,
    C_DIGIT = 4,
    C_HEX = 8,
};

/* clang-format off */
static const uint8_t classes[256] = {
    ['0' ... '9'] = C_ID | C_DIGIT | C_HEX,
    ['a' ... 'f'] = C_ID_START | C_ID | C_HEX,
    ['g' ... 'z'] = C_ID_START | C_ID,
    ['A' ... 'F'] = C_ID_START | C_ID | C_HEX,
    ['G' ... 'Z'] = C_ID_START | C_ID,
    ['_'] = C_ID_START | C_ID,
    [128 ... 255] = C_ID_START | C_ID,
};
/* clang-format on */

static inline bool is_class(char c, int mask)
{
    return classes[(unsigned char)c] & mask;
}

#define KEYWORD(word, tok)                                                               \
    if (memcmp(s, word, sizeof word - 1) == 0) {                                         \
        return tok;                                                                      \
    }

static TokKind keyword(const char *s, size_t n)
{
    switch (n) {
    case 2:
        switch (s[0]) {
        case 'a':
            KEYWORD("as", T_AS);
            break;
        case 'i':
            KEYWORD("if", T_IF);
            KEYWORD("in", T_IN);
            KEYWORD("is", T_IS);
            break;
        case 'o':
            KEYWORD("or", T_OR);
            break;
        }
        break;
    case 3:
        switch (s[0]) {
        case 'a':
            KEYWORD("and", T_AND);
            break;
        case 'd':
            KEYWORD("def", T_DEF);
            KEYWORD("del", T_DEL);
            break;
        case 'f':
            KEYWORD("for", T_FOR);
            break;
        case 'n':
            KEYWORD("not", T_NOT);
            break;
        case 't':
            KEYWORD("try", T_TRY);
            break;
        }
        break;
    case 4:
        switch (s[0]) {
        case 'N':
            KEYWORD("None", T_NONE);
            break;
        case 'T':
            KEYWORD("True", T_TRUE);
            break;
        case 'e':
            KEYWORD("elif", T_ELIF);
            KEYWORD("else", T_ELSE);
            break;
        case 'f':
            KEYWORD("from", T_FROM);
            break;
        case 'p':
            KEYWORD("pass", T_PASS);
            break;
        case 'w':
            KEYWORD("with", T_WITH);
            break;
        }
        break;
    case 5:
        switch (s[0]) {
        case 'F':
            KEYWORD("False", T_FALSE);
            break;
        case 'a':
            KEYWORD("async", T_ASYNC);
            KEYWORD("await", T_AWAIT);
            break;
        case 'b':
            KEYWORD("break", T_BREAK);
            break;
        case 'c':
            KEYWORD("class", T_CLASS);
            break;
        case 'r':
            KEYWORD("raise", T_RAISE);
            break;
        case 'w':
            KEYWORD("while", T_WHILE);
            break;
        case 'y':
            KEYWORD("yield", T_YIELD);
            break;
        }
        break;
    case 6:
        switch (s[0]) {
        case 'a':
            KEYWORD("assert", T_ASSERT);
            break;
        case 'e':
            KEYWORD("except", T_EXCEPT);
            break;
        case 'g':
            KEYWORD("global", T_GLOBAL);
            break;
        case 'i':
            KEYWORD("import", T_IMPORT);
            break;
        case 'l':
            KEYWORD("lambda", T_LAMBDA);
            break;
        case 'r':
            KEYWORD("return", T_RETURN);
            break;
        }
        break;
    case 7:
        KEYWORD("finally", T_FINALLY);
        break;
    case 8:
        KEYWORD("continue", T_CONTINUE);
        KEYWORD("nonlocal", T_NONLOCAL);
        break;
    }
    return T_NAME;
}

#undef KEYWORD

/* ---- errors ---- */

static size_t count_chars(const char *s, const char *end)
{
    size_t n = 0;
    for (; s < end; s++) {
        n += ((unsigned char)*s & 0xC0) != 0x80;
    }
    return n;
}

/* An error that ends at the current character; columns from 1 in characters, -1: up to here. */
static TokKind lex_error_range(WfParser *p, int col, int end_col, const char *message)
{
    p->done = LEX_FAILED;
    if (p->failed) {
        return T_ERROR;
    }
    p->failed = true;
    WfSyntaxError *e = p->err;
    memset(e, 0, sizeof *e);
    e->kind = WF_SYNTAX_ERROR;
    e->message = message;
    e->lineno = e->end_lineno = p->lineno;
    e->offset = col >= 0 ? col : (int)count_chars(p->line_start, p->cur);
    e->end_offset = end_col >= 0 ? end_col : e->offset;
    const char *nl = strchr(p->line_start, '\n');
    size_t n = nl != NULL ? (size_t)(nl - p->line_start) : strlen(p->line_start);
    e->text = wf_parse_str(p, p->line_start, n);
    return T_ERROR;
}

static TokKind lex_error(WfParser *p, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static TokKind lex_error(WfParser *p, const char *format, ...)
{
    char text[200];
    va_list ap;
    va_start(ap, format);
    vsnprintf(text, sizeof text, format, ap);
    va_end(ap);
    const char *copy = wf_arena_copy(p->arena, text, strlen(text));
    if (copy == NULL) {
        wf_parse_nomem(p);
        p->done = LEX_FAILED;
        return T_ERROR;
    }
    return lex_error_range(p, -1, -1, copy);
}

/* An error of the token, not of its characters: it counts only once the parser gets there. */
static void token_error(WfParser *p, WfSyntaxErrorKind kind, int col, const char *message)
{
    p->done = LEX_FAILED;
    if (!p->past_error) {
        wf_parse_raise_at(p, kind, p->lineno, col, p->lineno, -1, message);
    }
}

/* ---- characters ---- */

/* The next character, 0 at the end; a line begins when its first character is read. */
static inline char next_char(WfParser *p)
{
    if (p->cur > p->buf && p->cur[-1] == '\n' && p->cur != p->line_start && *p->cur != 0) {
        p->line_start = p->chunk_start = p->cur;
        p->lineno++;
    }
    if (*p->cur == 0) {
        return 0;
    }
    return *p->cur++;
}

/* After a backslash: the line must end here and another one follow. It makes one chunk with this one,
 * but for a backslash in the indentation (not in_token). */
static bool continuation_line(WfParser *p, bool in_token)
{
    const char *chunk = p->chunk_start;
    if (next_char(p) != '\n') {
        token_error(p, WF_SYNTAX_ERROR, (int)(p->cur - p->chunk_start) - 1,
                    "unexpected character after line continuation character");
        return false;
    }
    if (*p->cur == 0) {
        p->done = LEX_EOF;
        return false;
    }
    next_char(p);
    p->cur--;
    if (in_token) {
        p->chunk_start = chunk;
    }
    return true;
}

/* ---- numbers ---- */

/* A number is followed by `p->cur`: letters there are an error, but for
 * keywords, which only get a warning. */
static bool end_of_number(WfParser *p, const char *kind)
{
    const char *s = p->cur;
    bool word = false;
    switch (*s) {
    case 'a':
        word = strncmp(s, "and", 3) == 0;
        break;
    case 'e':
        word = strncmp(s, "else", 4) == 0;
        break;
    case 'f':
        word = strncmp(s, "for", 3) == 0;
        break;
    case 'i':
        word = s[1] == 'f' || s[1] == 'n' || s[1] == 's';
        break;
    case 'o':
        word = strncmp(s, "or", 2) == 0;
        break;
    case 'n':
        word = strncmp(s, "not", 3) == 0;
        break;
    }
    if (word) {
        char text[40];
        snprintf(text, sizeof text, "invalid %s literal", kind);
        WfWarnResult r = wf_parse_warn(p, WF_WARN_SYNTAX, p->lineno, text);
        if (r == WF_WARN_ERROR) {
            lex_error(p, "%s", text);
        } else if (r == WF_WARN_RAISED) {
            p->done = LEX_FAILED;
        }
        return r == WF_WARN_OK;
    }
    if (is_class(*s, C_ID)) {
        lex_error(p, "invalid %s literal", kind);
        return false;
    }
    return true;
}

/* Digits with single underscores between, from the current one on. */
static bool decimal_tail(WfParser *p)
{
    for (;;) {
        while (is_class(*p->cur, C_DIGIT)) {
            p->cur++;
        }
        if (*p->cur != '_') {
            return true;
        }
        p->cur++;
        if (!is_class(*p->cur, C_DIGIT)) {
            lex_error(p, "invalid decimal literal");
            return false;
        }
    }
}

static TokKind radix_number(WfParser *p, int radix, const char *kind)
{
    p->cur++;
    do {
        if (*p->cur == '_') {
            p->cur++;
        }
        char c = *p->cur;
        bool ok = radix == 16 ? is_class(c, C_HEX) : c >= '0' && c < '0' + radix;
        if (!ok) {
            if (is_class(c, C_DIGIT)) {
                p->cur++;
                return lex_error(p, "invalid digit '%c' in %s literal", c, kind);
            }
            return lex_error(p, "invalid %s literal", kind);
        }
        while (radix == 16 ? is_class(*p->cur, C_HEX)
                           : *p->cur >= '0' && *p->cur < '0' + radix) {
            p->cur++;
        }
    } while (*p->cur == '_');
    if (is_class(*p->cur, C_DIGIT)) {
        p->cur++;
        return lex_error(p, "invalid digit '%c' in %s literal", p->cur[-1], kind);
    }
    return end_of_number(p, kind) ? T_NUMBER : T_ERROR;
}

/* The part from '.' or 'e' or 'j' on; the digits before are behind us. */
static TokKind number_rest(WfParser *p, bool fraction)
{
    if (fraction || *p->cur == '.') {
        if (!fraction) {
            p->cur++;
        }
        if (is_class(*p->cur, C_DIGIT) && !decimal_tail(p)) {
            return T_ERROR;
        }
    }
    if (*p->cur == 'e' || *p->cur == 'E') {
        const char *e = p->cur++;
        if (*p->cur == '+' || *p->cur == '-') {
            p->cur++;
            if (!is_class(*p->cur, C_DIGIT)) {
                return lex_error(p, "invalid decimal literal");
            }
        } else if (!is_class(*p->cur, C_DIGIT)) {
            p->cur = e;
            return end_of_number(p, "decimal") ? T_NUMBER : T_ERROR;
        }
        if (!decimal_tail(p)) {
            return T_ERROR;
        }
    }
    if (*p->cur == 'j' || *p->cur == 'J') {
        p->cur++;
        return end_of_number(p, "imaginary") ? T_NUMBER : T_ERROR;
    }
    return end_of_number(p, "decimal") ? T_NUMBER : T_ERROR;
}

static TokKind number(WfParser *p, const char *start)
{
    if (*start != '0') {
        return decimal_tail(p) ? number_rest(p, false) : T_ERROR;
    }
    switch (*p->cur) {
    case 'x':
    case 'X':
        return radix_number(p, 16, "hexadecimal");
    case 'o':
    case 'O':
        return radix_number(p, 8, "octal");
    case 'b':
    case 'B':
        return radix_number(p, 2, "binary");
    }
    for (;;) {
        if (*p->cur == '_') {
            p->cur++;
            if (!is_class(*p->cur, C_DIGIT)) {
                return lex_error(p, "invalid decimal literal");
            }
        }
        if (*p->cur != '0') {
            break;
        }
        p->cur++;
    }
    const char *zeros = p->cur;
    bool nonzero = is_class(*p->cur, C_DIGIT);
    if (nonzero && !decimal_tail(p)) {
        return T_ERROR;
    }
    char c = *p->cur;
    if (c == '.' || c == 'e' || c == 'E' || c == 'j' || c == 'J') {
        return number_rest(p, false);
    }
    if (nonzero) {
        return lex_error_range(p, (int)(start + 1 - p->line_start),
                               (int)(zeros + 1 - p->line_start),
                               "leading zeros in decimal integer literals are not permitted; "
                               "use an 0o prefix for octal integers");
    }
    return end_of_number(p, "decimal") ? T_NUMBER : T_ERROR;
}

/* ---- identifiers ---- */

static uint32_t decode(const char **s)
{
    const unsigned char *u = (const unsigned char *)*s;
    uint32_t cp = u[0];
    int n = 1;
    if (cp >= 0xF0) {
        cp = (cp & 7) << 18 | (uint32_t)(u[1] & 63) << 12 | (uint32_t)(u[2] & 63) << 6 | (u[3] & 63);
        n = 4;
    } else if (cp >= 0xE0) {
        cp = (cp & 15) << 12 | (uint32_t)(u[1] & 63) << 6 | (u[2] & 63);
        n = 3;
    } else if (cp >= 0xC0) {
        cp = (cp & 31) << 6 | (u[1] & 63);
        n = 2;
    }
    *s += n;
    return cp;
}

/* Checks the identifier [start, cur), which has characters beyond ASCII. */
static bool verify_identifier(WfParser *p, const char *start)
{
    const char *s = start;
    for (bool first = true; s < p->cur; first = false) {
        const char *at = s;
        uint32_t cp = decode(&s);
        bool ok = cp < 128 || (first ? wf_uc_is_xid_start(cp) : wf_uc_is_xid_continue(cp));
        if (!ok) {
            p->cur = s;
            if (wf_uc_is_printable(cp)) {
                lex_error(p, "invalid character '%.*s' (U+%04X)", (int)(s - at), at, cp);
            } else {
                lex_error(p, "invalid non-printable character U+%04X", cp);
            }
            return false;
        }
    }
    return true;
}

/* ---- strings ---- */

/* From the opening quote (already read) to behind the closing one. */
static TokKind string(WfParser *p, const char *start, char quote)
{
    p->first_lineno = p->lineno;
    const char *line_start = p->line_start;
    const char *s = p->cur;
    if (s[0] == quote && s[1] != quote) {
        p->cur = s + 1;
        return T_STRING;
    }
    bool triple = s[0] == quote;
    if (triple) {
        s += 2;
    }
    for (;;) {
        char c = *s;
        if (c == quote) {
            if (!triple) {
                p->cur = s + 1;
                return T_STRING;
            }
            if (s[1] == quote && s[2] == quote) {
                p->cur = s + 3;
                return T_STRING;
            }
            s++;
        } else if (c == '\\' && s[1] != 0) {
            if (s[1] == '\n' && s[2] != 0) {
                p->lineno++;
                p->line_start = s + 2;
            }
            s += 2;
        } else if (c == 0 || (c == '\n' && !triple)) {
            int detected = p->lineno;
            p->cur = start + 1;
            p->line_start = line_start;
            p->lineno = p->first_lineno;
            lex_error(p,
                      triple ? "unterminated triple-quoted string literal (detected at line %d)"
                             : "unterminated string literal (detected at line %d)",
                      detected);
            if (c == 0) {
                p->done = LEX_EOF_IN_STRING;
            }
            return T_ERROR;
        } else {
            s++;
            if (c == '\n' && *s != 0) {
                p->lineno++;
                p->line_start = s;
            }
        }
    }
}

/* ---- indentation ---- */

static TokKind tab_error(WfParser *p)
{
    const char *nl = strchr(p->line_start, '\n');
    p->cur = nl != NULL ? nl + 1 : p->end;
    token_error(p, WF_SYNTAX_TAB, 0, "inconsistent use of tabs and spaces in indentation");
    return T_ERROR;
}

/* Measures the indentation of a line. Returns T_ERROR, or T_NEWLINE for a blank line (nothing but
 * white space or a comment), else T_NAME. */
static TokKind indentation(WfParser *p)
{
    int col = 0;
    int alt = 0;
    int cont_col = 0;
    char c;
    for (;;) {
        c = next_char(p);
        if (c == ' ') {
            col++;
            alt++;
        } else if (c == '\t') {
            col = (col / 8 + 1) * 8;
            alt++;
        } else if (c == '\014') {
            col = alt = 0;
        } else if (c == '\\') {
            cont_col = cont_col ? cont_col : col;
            if (!continuation_line(p, false)) {
                return T_ERROR;
            }
        } else {
            break;
        }
    }
    if (c != 0) {
        p->cur--;
    }
    if (c == '#' || c == '\n') {
        return T_NEWLINE;
    }
    if (p->parens > 0) {
        return T_NAME;
    }
    col = cont_col ? cont_col : col;
    alt = cont_col ? cont_col : alt;
    if (col == p->indents[p->indent]) {
        return alt == p->alt_indents[p->indent] ? T_NAME : tab_error(p);
    }
    if (col > p->indents[p->indent]) {
        if (p->indent + 1 >= MAX_INDENT) {
            token_error(p, WF_SYNTAX_INDENTATION, 0, "too many levels of indentation");
            return T_ERROR;
        }
        if (alt <= p->alt_indents[p->indent]) {
            return tab_error(p);
        }
        p->pending++;
        p->indent++;
        p->indents[p->indent] = col;
        p->alt_indents[p->indent] = alt;
        return T_NAME;
    }
    while (p->indent > 0 && col < p->indents[p->indent]) {
        p->pending--;
        p->indent--;
    }
    if (col != p->indents[p->indent]) {
        p->done = LEX_FAILED;
        const char *nl = strchr(p->line_start, '\n');
        p->cur = nl != NULL ? nl + 1 : p->end;
        return T_DEDENT; /* the caller makes the token, then the error */
    }
    return alt == p->alt_indents[p->indent] ? T_NAME : tab_error(p);
}

/* ---- comments ---- */

/* Is the comment [start, cur) a type comment? Sets *text to its text. */
static bool type_comment(WfParser *p, const char *start, const char **text)
{
    const char *s = start;
    for (const char *prefix = "# type: "; *prefix; prefix++) {
        if (*prefix == ' ') {
            while (*s == ' ' || *s == '\t') {
                s++;
            }
        } else if (*prefix == *s) {
            s++;
        } else {
            return false;
        }
    }
    *text = s;
    return true;
}

static bool is_type_ignore(WfParser *p, const char *text)
{
    const char *after = text + 6;
    return p->cur >= after && memcmp(text, "ignore", 6) == 0
           && !(p->cur > after
                && ((unsigned char)*after >= 128
                    || (is_class(*after, C_ID) && *after != '_')));
}

static void add_type_ignore(WfParser *p, const char *tag)
{
    WfTypeIgnore *ti = wf_ast_new(p->arena, WF_AST_TypeIgnore);
    if (ti != NULL) {
        ti->TypeIgnore.lineno = p->lineno;
        ti->TypeIgnore.tag = wf_parse_str(p, tag, (size_t)(p->cur - tag));
    }
    if (ti == NULL || !wf_vec_push(&p->ignores, ti)) {
        wf_parse_nomem(p);
    }
}

/* ---- tokens ---- */

/* Operators: the longest match wins. `c` was read. */
static TokKind operator_token(WfParser *p, char c)
{
    char d = *p->cur;
    char e = d != 0 ? p->cur[1] : 0;
#define TWO(tok) (p->cur++, (tok))
#define THREE(tok) (p->cur += 2, (tok))
    switch (c) {
    case '(':
        return T_LPAR;
    case ')':
        return T_RPAR;
    case '[':
        return T_LSQB;
    case ']':
        return T_RSQB;
    case '{':
        return T_LBRACE;
    case '}':
        return T_RBRACE;
    case ':':
        return d == '=' ? TWO(T_WALRUS) : T_COLON;
    case ',':
        return T_COMMA;
    case ';':
        return T_SEMI;
    case '.':
        return d == '.' && e == '.' ? THREE(T_ELLIPSIS) : T_DOT;
    case '=':
        return d == '=' ? TWO(T_EQEQ) : T_EQUAL;
    case '~':
        return T_TILDE;
    case '!':
        return d == '=' ? TWO(T_NOTEQ) : T_OTHER;
    case '<':
        return d == '<' ? (e == '=' ? THREE(T_LSHIFTEQ) : TWO(T_LSHIFT))
               : d == '=' ? TWO(T_LTE)
               : d == '>' ? TWO(T_NOTEQ)
                          : T_LT;
    case '>':
        return d == '>' ? (e == '=' ? THREE(T_RSHIFTEQ) : TWO(T_RSHIFT))
               : d == '=' ? TWO(T_GTE)
                          : T_GT;
    case '+':
        return d == '=' ? TWO(T_PLUSEQ) : T_PLUS;
    case '-':
        return d == '=' ? TWO(T_MINUSEQ) : d == '>' ? TWO(T_ARROW) : T_MINUS;
    case '*':
        return d == '*' ? (e == '=' ? THREE(T_DOUBLESTAREQ) : TWO(T_DOUBLESTAR))
               : d == '=' ? TWO(T_STAREQ)
                          : T_STAR;
    case '/':
        return d == '/' ? (e == '=' ? THREE(T_DOUBLESLASHEQ) : TWO(T_DOUBLESLASH))
               : d == '=' ? TWO(T_SLASHEQ)
                          : T_SLASH;
    case '%':
        return d == '=' ? TWO(T_PERCENTEQ) : T_PERCENT;
    case '@':
        return d == '=' ? TWO(T_ATEQ) : T_AT;
    case '|':
        return d == '=' ? TWO(T_VBAREQ) : T_VBAR;
    case '^':
        return d == '=' ? TWO(T_CIRCUMFLEXEQ) : T_CIRCUMFLEX;
    case '&':
        return d == '=' ? TWO(T_AMPEREQ) : T_AMPER;
    }
#undef TWO
#undef THREE
    return T_OTHER;
}

static TokKind open_bracket(WfParser *p, char c, const char *start)
{
    if (p->parens >= MAX_PARENS) {
        return lex_error(p, "too many nested parentheses");
    }
    p->paren[p->parens].c = c;
    p->paren[p->parens].lineno = p->lineno;
    p->paren[p->parens].col = (int)(start - p->line_start);
    p->parens++;
    return c == '(' ? T_LPAR : c == '[' ? T_LSQB : T_LBRACE;
}

static TokKind close_bracket(WfParser *p, char c)
{
    if (p->parens == 0) {
        return lex_error(p, "unmatched '%c'", c);
    }
    p->parens--;
    char opening = p->paren[p->parens].c;
    if (c == (opening == '(' ? ')' : opening == '[' ? ']' : '}')) {
        return c == ')' ? T_RPAR : c == ']' ? T_RSQB : T_RBRACE;
    }
    int lineno = p->paren[p->parens].lineno;
    if (lineno != p->lineno) {
        return lex_error(p,
                         "closing parenthesis '%c' does not match opening parenthesis '%c' on line %d",
                         c, opening, lineno);
    }
    return lex_error(p, "closing parenthesis '%c' does not match opening parenthesis '%c'", c,
                     opening);
}

/* `async` or `await`, just read, for versions before 3.7: names but in an `async def` and as its head. */
static TokKind old_async(WfParser *p, TokKind word)
{
    if (p->async_indent >= 0) {
        return word;
    }
    const char *q = p->cur + strspn(p->cur, " \t\014");
    if (word == T_AWAIT || strncmp(q, "def", 3) != 0 || is_class(q[3], C_ID)) {
        return T_NAME;
    }
    p->async_indent = p->indent;
    p->async_body = false;
    return word;
}

/* One token; its bytes in *start and *end, both NULL for those without. */
static TokKind lex(WfParser *p, const char **start, const char **end)
{
    *start = *end = NULL;
    bool blank;
next_line:
    blank = false;
    if (p->at_bol) {
        p->at_bol = false;
        TokKind k = indentation(p);
        if (k == T_ERROR || k == T_DEDENT) {
            return k == T_DEDENT ? T_BAD_DEDENT : T_ERROR;
        }
        blank = k == T_NEWLINE;
    }
    if (p->pending != 0) {
        if (p->pending < 0) {
            p->pending++;
            return T_DEDENT;
        }
        p->pending--;
        return T_INDENT;
    }
again:;
    char c;
    const char *hash = NULL;
    do {
        c = next_char(p);
    } while (c == ' ' || c == '\t' || c == '\014');
    if (c == '#') {
        hash = p->cur - 1;
        const char *nl = strchr(p->cur, '\n');
        p->cur = nl != NULL ? nl : p->end;
        const char *text;
        if ((p->flags & WF_PARSE_TYPE_COMMENTS) && type_comment(p, hash, &text)) {
            if (is_type_ignore(p, text)) {
                add_type_ignore(p, text + 6);
                if (p->failed) {
                    p->done = LEX_FAILED;
                    return T_ERROR;
                }
                if (blank) {
                    if (*p->cur != 0) {
                        p->cur++;
                    }
                    p->at_bol = true;
                    goto next_line;
                }
                goto again;
            }
            *start = text;
            *end = p->cur;
            return T_TYPE_COMMENT;
        }
        c = next_char(p);
    }
    if (c == 0) {
        if (p->done == LEX_OK) {
            p->done = LEX_EOF;
        }
        return p->parens > 0 ? T_ERROR : T_END;
    }
    const char *s = *start = p->cur - 1;
    if (p->async_body && c != '\n' && p->parens == 0 && p->async_indent >= p->indent) {
        p->async_indent = -1;
        p->async_body = false;
    }
    if (is_class(c, C_ID_START)) {
        /* A prefix of a string? */
        if (*p->cur == '"' || *p->cur == '\'' || p->cur[0] == 0 || p->cur[1] == '"'
            || p->cur[1] == '\'') {
            bool b = false, u = false, r = false, f = false;
            const char *q = s;
            for (;;) {
                char d = *q | 0x20;
                if (d == 'b' && !(b || u || f)) {
                    b = true;
                } else if (d == 'u' && !(b || u || r || f)) {
                    u = true;
                } else if (d == 'r' && !(r || u)) {
                    r = true;
                } else if (d == 'f' && !(f || b || u)) {
                    f = true;
                } else {
                    break;
                }
                q++;
                if (*q == '"' || *q == '\'') {
                    p->cur = q + 1;
                    TokKind k = string(p, s, *q);
                    *end = p->cur;
                    return k;
                }
            }
        }
        const char *q = s;
        unsigned char all = 0;
        while (is_class(*q, C_ID)) {
            all |= (unsigned char)*q++;
        }
        p->cur = *end = q;
        if (all & 0x80) {
            if (!verify_identifier(p, s)) {
                return T_ERROR;
            }
            return T_NAME;
        }
        TokKind word = q - s <= 8 ? keyword(s, (size_t)(q - s)) : T_NAME;
        return (word == T_ASYNC || word == T_AWAIT) && p->feature_version < 7 ? old_async(p, word) : word;
    }
    if (c == '\n') {
        p->at_bol = true;
        if (blank || p->parens > 0) {
            *start = NULL;
            goto next_line;
        }
        if (hash != NULL) {
            *start = hash;
        }
        *end = p->cur - 1;
        p->async_body = p->async_indent >= 0;
        return T_NEWLINE;
    }
    TokKind k;
    if (c == '.' && is_class(*p->cur, C_DIGIT)) {
        k = number_rest(p, true);
    } else if (is_class(c, C_DIGIT)) {
        k = number(p, s);
    } else if (c == '"' || c == '\'') {
        k = string(p, s, c);
    } else if (c == '\\') {
        if (!continuation_line(p, true)) {
            return T_ERROR;
        }
        *start = NULL;
        goto again;
    } else if (c == '(' || c == '[' || c == '{') {
        k = open_bracket(p, c, s);
    } else if (c == ')' || c == ']' || c == '}') {
        k = close_bracket(p, c);
    } else {
        k = operator_token(p, c);
        if (k == T_OTHER && ((unsigned char)c < 0x20 || c == 0x7F)) {
            k = lex_error(p, "invalid non-printable character U+%04X", (unsigned char)c);
        }
    }
    *end = p->cur;
    return k;
}

bool wf_lex_unclosed(WfParser *p)
{
    int i = p->parens - 1;
    if (i < 0) {
        return false;
    }
    char *message = wf_arena_printf(p->arena, "'%c' was never closed", p->paren[i].c);
    if (message == NULL) {
        wf_parse_nomem(p);
        return true;
    }
    wf_parse_raise_at(p, WF_SYNTAX_ERROR, p->paren[i].lineno, p->paren[i].col, p->paren[i].lineno,
                      -1, message);
    return true;
}

static bool grow(WfParser *p)
{
    uint32_t cap = p->cap == 0 ? (p->is_fstring ? 16 : 256) : p->cap * 2;
    Tok *fresh = realloc(p->toks, cap * sizeof *fresh);
    if (fresh == NULL) {
        wf_parse_nomem(p);
        return false;
    }
    p->toks = fresh;
    p->cap = cap;
    return true;
}

void wf_lex_fill(WfParser *p)
{
    if (p->failed && p->fill > 0) {
        return;
    }
    if (p->fill == p->cap && !grow(p)) {
        return;
    }
    const char *start;
    const char *end;
    bool began = p->fill > 0;
    TokKind k = p->done == LEX_EOF && p->pending == 0 && began && p->parens == 0
                    ? (start = end = NULL, T_END)
                    : lex(p, &start, &end);
    bool dedent_error = k == T_BAD_DEDENT;
    if (k == T_ERROR) {
        start = end = NULL;
    }
    if (k == T_END && p->opt->mode == WF_PARSE_SINGLE && !p->is_fstring && began && !p->end_seen) {
        k = T_NEWLINE;
        p->end_seen = true;
        if (p->indent > 0 && !(p->flags & WF_PARSE_DONT_IMPLY_DEDENT)) {
            p->pending = -p->indent;
            p->indent = 0;
        }
    } else if (k != T_END) {
        p->end_seen = false;
    }
    Tok *t = &p->toks[p->fill++];
    t->kind = (uint8_t)(dedent_error ? T_ERROR : k);
    t->level = (uint8_t)p->parens;
    t->lineno = k == T_STRING ? p->first_lineno : p->lineno;
    t->end_lineno = p->lineno;
    t->start = start != NULL ? (uint32_t)(start - p->buf) : 0;
    t->end = end != NULL ? (uint32_t)(end - p->buf) : 0;
    t->col = t->end_col = -1;
    if (start != NULL && start >= p->line_start) {
        t->col = (int32_t)(start - p->line_start);
    } else if (start != NULL) {
        const char *ls = start;
        while (ls > p->buf && ls[-1] != '\n') {
            ls--;
        }
        t->col = (int32_t)(start - ls);
    }
    if (end != NULL && end >= p->line_start) {
        t->end_col = (int32_t)(end - p->line_start);
    }
    if (p->is_fstring) {
        /* Columns of the first line are relative to where the expression lies. (Those of strings
         * that go on to the next line are not moved: CPython has it so.) */
        if (t->end_lineno == p->start_lineno) {
            t->col += t->col >= 0 ? p->start_col : 0;
            t->end_col += t->end_col >= 0 ? p->start_col : 0;
        }
    }
    if (k == T_ERROR && !p->failed) {
        if (p->parens > 0 && p->done == LEX_EOF) {
            wf_lex_unclosed(p);
        } else {
            wf_parse_raise_last(p, WF_SYNTAX_ERROR, "unexpected EOF while parsing");
        }
    } else if (dedent_error) {
        wf_parse_raise_last(p, WF_SYNTAX_INDENTATION,
                            "unindent does not match any outer indentation level");
    }
}

void wf_lex_rest(WfParser *p)
{
    if (p->done >= LEX_EOF_IN_STRING || p->err->kind == WF_SYNTAX_MEMORY
        || p->err->kind == WF_SYNTAX_RAISED) {
        return;
    }
    WfSyntaxError saved = *p->err;
    int err_line = p->toks[p->fill - 1].lineno;
    p->failed = false;
    p->past_error = true;
    for (;;) {
        const char *start;
        const char *end;
        TokKind k = lex(p, &start, &end);
        if (p->failed) {
            return;
        }
        if (k == T_ERROR || k == T_BAD_DEDENT) {
            if (p->parens > 0 && err_line > p->paren[p->parens - 1].lineno) {
                wf_lex_unclosed(p);
                return;
            }
            break;
        }
        if (k == T_END) {
            break;
        }
    }
    p->failed = true;
    *p->err = saved;
}
