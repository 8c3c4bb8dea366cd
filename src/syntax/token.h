/* token.h - token kinds and the parser's state, private to src/syntax.
 * SPDX-License-Identifier: MIT
 *
 * One WfParser is one run over one text; f-string expressions get a WfParser of their own with
 * `outer` set. Errors: the first one is kept in `err`; `failed` then makes every function return
 * NULL. A NULL without `failed` is only "does not match", the caller may try something else. */
#ifndef WF_SYNTAX_TOKEN_H
#define WF_SYNTAX_TOKEN_H

#include "base/vec.h"
#include "syntax/parser.h"

typedef enum TokKind {
    T_END,
    T_NAME,
    T_NUMBER,
    T_STRING,
    T_NEWLINE,
    T_INDENT,
    T_DEDENT,
    T_TYPE_COMMENT,
    T_ERROR, /* the lexer failed here */
    T_OTHER, /* a character that begins no token: "$", "?", "!" */
    T_LPAR,
    T_RPAR,
    T_LSQB,
    T_RSQB,
    T_LBRACE,
    T_RBRACE,
    T_COLON,
    T_COMMA,
    T_SEMI,
    T_DOT,
    T_ELLIPSIS,
    T_ARROW,
    T_WALRUS,
    T_EQUAL,
    T_TILDE,
    /* comparisons */
    T_EQEQ,
    T_NOTEQ,
    T_LT,
    T_LTE,
    T_GT,
    T_GTE,
    /* binary operators, in the order of WfOperator */
    T_PLUS,
    T_MINUS,
    T_STAR,
    T_AT,
    T_SLASH,
    T_PERCENT,
    T_DOUBLESTAR,
    T_LSHIFT,
    T_RSHIFT,
    T_VBAR,
    T_CIRCUMFLEX,
    T_AMPER,
    T_DOUBLESLASH,
    /* the same with '=' */
    T_PLUSEQ,
    T_MINUSEQ,
    T_STAREQ,
    T_ATEQ,
    T_SLASHEQ,
    T_PERCENTEQ,
    T_DOUBLESTAREQ,
    T_LSHIFTEQ,
    T_RSHIFTEQ,
    T_VBAREQ,
    T_CIRCUMFLEXEQ,
    T_AMPEREQ,
    T_DOUBLESLASHEQ,
    /* keywords */
    T_FALSE,
    T_NONE,
    T_TRUE,
    T_AND,
    T_AS,
    T_ASSERT,
    T_ASYNC,
    T_AWAIT,
    T_BREAK,
    T_CLASS,
    T_CONTINUE,
    T_DEF,
    T_DEL,
    T_ELIF,
    T_ELSE,
    T_EXCEPT,
    T_FINALLY,
    T_FOR,
    T_FROM,
    T_GLOBAL,
    T_IF,
    T_IMPORT,
    T_IN,
    T_IS,
    T_LAMBDA,
    T_NONLOCAL,
    T_NOT,
    T_OR,
    T_PASS,
    T_RAISE,
    T_RETURN,
    T_TRY,
    T_WHILE,
    T_WITH,
    T_YIELD,
    T_N_KINDS,
    T_BAD_DEDENT, /* within the lexer: an unindent to no earlier level */
} TokKind;

typedef struct Tok {
    uint8_t kind;
    uint8_t level; /* open brackets after it */
    uint32_t start; /* its bytes in the text */
    uint32_t end;
    int32_t lineno;
    int32_t col; /* -1: none (INDENT, DEDENT, END, some errors) */
    int32_t end_lineno;
    int32_t end_col;
} Tok;

/* Where the lexer stands. */
typedef enum LexDone { LEX_OK, LEX_EOF, LEX_EOF_IN_STRING, LEX_FAILED } LexDone;

#define MAX_INDENT 100
#define MAX_PARENS 200
#define MAX_LEVEL 6000 /* of nested rules */

/* Rules whose results the diagnosing pass remembers. */
typedef enum MemoRule {
    M_EXPRESSION,
    M_NAMED,
    M_DISJUNCTION,
    M_BITWISE_OR,
    M_STAR_EXPRESSIONS,
    M_ATOM,
    M_PRIMARY,
    M_ARGUMENTS,
    M_BLOCK,
    M_STRINGS,
    M_PATTERN,
    M_N_RULES
} MemoRule;

typedef struct Memo {
    struct Memo *next;
    void *node;
    uint32_t end;
    uint8_t rule;
} Memo;

typedef struct NameEntry {
    uint32_t hash;
    const WfAstStr *str;
} NameEntry;

/* The identifiers seen, shared with the parsers of f-string expressions. */
typedef struct NameTable {
    NameEntry *entries;
    size_t mask;
    size_t count;
} NameTable;

typedef struct WfParser {
    WfArena *arena;
    const WfParseOptions *opt;
    WfSyntaxError *err;
    bool failed; /* err is set (or out of memory) */
    bool diagnosing; /* second pass, which looks for a good message */
    bool is_fstring; /* parses "(expression)" of an f-string */
    unsigned flags;
    int feature_version;
    int level;       /* of nested rules */
    int no_invalid;  /* >0: within "expression without diagnostics" */

    /* lexer */
    const char *buf; /* text with '\n' line ends, NUL at the end */
    const char *end;
    const char *cur;
    const char *line_start;
    const char *chunk_start; /* the same, but of the first line of strings that go over lines */
    int lineno;
    int first_lineno; /* of a string */
    int start_lineno; /* of an f-string expression: where `buf` lies in the file */
    int start_col;
    LexDone done;
    bool at_bol;
    bool past_error; /* wf_lex_rest is at work */
    bool end_seen; /* single mode: NEWLINE was put before END */
    int pending;   /* INDENTs (> 0) or DEDENTs (< 0) to hand out */
    int indent;
    int indents[MAX_INDENT];
    int alt_indents[MAX_INDENT];
    int async_indent; /* before Python 3.7: of the `async def` around, where async and await are keywords; -1: none */
    bool async_body;  /* its line has ended */
    int parens;
    struct {
        char c;
        int lineno;
        int col;
    } paren[MAX_PARENS];

    /* tokens */
    Tok *toks;
    uint32_t fill;
    uint32_t cap;
    uint32_t pos;

    WF_VEC(void *) scratch; /* elements of sequences under construction */
    NameTable *names;
    Memo **memo; /* by token */
    uint32_t memo_cap;
    WF_VEC(WfTypeIgnore *) ignores;
} WfParser;

/* ---- lexer.c ---- */

/* Appends one token to p->toks; on a lexical error that token is T_ERROR and p->failed is set. */
void wf_lex_fill(WfParser *p);
/* After a syntax error: look on for brackets never closed and lexical errors, which tell more. */
void wf_lex_rest(WfParser *p);
bool wf_lex_unclosed(WfParser *p);

/* ---- parser.c: errors ---- */

/* All set p->err and p->failed, and return NULL. Columns are byte offsets from 0; -1: none. */
void *wf_parse_nomem(WfParser *p);
void *wf_parse_raise_at(WfParser *p, WfSyntaxErrorKind kind, int lineno, int col, int end_lineno,
                        int end_col, const char *message);
/* The same with columns from 1, unchanged otherwise. */
void *wf_parse_raise_raw(WfParser *p, WfSyntaxErrorKind kind, int lineno, int col, int end_lineno,
                         int end_col, const char *message);
/* At the last token read. */
void *wf_parse_raise_last(WfParser *p, WfSyntaxErrorKind kind, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
void *wf_parse_raise_range(WfParser *p, const WfLoc *from, const WfLoc *to, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
/* On WF_WARN_RAISED the error is set, on WF_WARN_ERROR the caller does it. */
WfWarnResult wf_parse_warn(WfParser *p, WfWarnCategory category, int lineno, const char *message);

/* Sets up a parser; `outer` gives what it shares with the one around it. */
bool wf_parser_init(WfParser *p, WfParser *outer, WfArena *a, const WfParseOptions *opt,
                    WfSyntaxError *err, const char *text, size_t len);
void wf_parser_free(WfParser *p);
/* Runs `rule` in both passes; on failure the error is set. */
void *wf_parser_run(WfParser *p, void *(*rule)(WfParser *p));

const WfAstStr *wf_parse_str(WfParser *p, const char *s, size_t n);
/* An interned, normalised identifier. */
const WfAstStr *wf_parse_name(WfParser *p, const char *s, size_t n);
/* A copy of the scratch vector from `base` on, which it drops; false is out of memory. */
bool wf_parse_seq(WfParser *p, size_t base, void *out_seq);

/* ---- literal.c ---- */

/* The value of adjacent string tokens [first, last). */
WfExpr *wf_parse_strings(WfParser *p, uint32_t first, uint32_t last);
WfExpr *wf_parse_number(WfParser *p, const Tok *tok);

/* ---- expr.c, stmt.c ---- */

void *wf_rule_fstring(WfParser *p);
void *wf_rule_file(WfParser *p);
void *wf_rule_eval(WfParser *p);
void *wf_rule_single(WfParser *p);
void *wf_rule_func_type(WfParser *p);

#endif
