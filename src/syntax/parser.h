/* parser.h - from source text to syntax tree.
 * SPDX-License-Identifier: MIT
 *
 *     WfArena arena; wf_arena_init(&arena);
 *     WfParseOptions opt = {.mode = WF_PARSE_EXEC};
 *     WfSyntaxError err;
 *     WfMod *mod;
 *     if (!wf_parse(&arena, text, len, &opt, &mod, &err)) ... raise err ...
 *     wf_arena_free(&arena);         frees the tree and the error's texts
 *
 * Pure: no Python objects, no state but the arena. Any thread. */
#ifndef WF_SYNTAX_PARSER_H
#define WF_SYNTAX_PARSER_H

#include "syntax/ast.h"

typedef enum WfParseMode {
    WF_PARSE_EXEC,      /* Module */
    WF_PARSE_EVAL,      /* Expression */
    WF_PARSE_SINGLE,    /* Interactive */
    WF_PARSE_FUNC_TYPE, /* FunctionType */
} WfParseMode;

/* Flags. */
enum {
    WF_PARSE_DONT_IMPLY_DEDENT = 1 << 0, /* no final newline: incomplete block stays an error */
    WF_PARSE_TYPE_COMMENTS = 1 << 1,
    WF_PARSE_BARRY_AS_BDFL = 1 << 2,     /* <> for != */
    WF_PARSE_ALLOW_INCOMPLETE = 1 << 3,  /* error at the end of input says "incomplete input" */
    WF_PARSE_BYTE_COLUMNS = 1 << 4,      /* error offsets in bytes (bytes source without a cookie) */
};

typedef enum WfSyntaxErrorKind {
    WF_SYNTAX_NONE,
    WF_SYNTAX_ERROR,
    WF_SYNTAX_INDENTATION, /* IndentationError */
    WF_SYNTAX_TAB,         /* TabError */
    WF_SYNTAX_MEMORY,      /* MemoryError: out of memory, or nested too deeply */
    WF_SYNTAX_RECURSION,   /* RecursionError */
    WF_SYNTAX_VALUE,       /* ValueError */
    WF_SYNTAX_RAISED,      /* a callback (warn) has raised something of its own */
} WfSyntaxErrorKind;

typedef struct WfSyntaxError {
    WfSyntaxErrorKind kind;
    const char *message; /* in the arena or static; UTF-8 */
    int lineno;          /* 0: none; if offset is 0 too, SyntaxError has its message only */
    int offset;          /* columns from 1, in characters, as SyntaxError.offset */
    int end_lineno;
    int end_offset;
    const WfAstStr *text; /* the source line with its newline; NULL: None */
} WfSyntaxError;

typedef enum WfWarnCategory { WF_WARN_SYNTAX, WF_WARN_DEPRECATION } WfWarnCategory;

typedef enum WfWarnResult {
    WF_WARN_OK,     /* shown or ignored */
    WF_WARN_ERROR,  /* the filter makes it an error: fail with a SyntaxError of that text */
    WF_WARN_RAISED, /* failed otherwise: WF_SYNTAX_RAISED */
} WfWarnResult;

typedef struct WfParseOptions {
    WfParseMode mode;
    unsigned flags;
    int feature_version; /* minor version of Python to accept; 0: the newest */
    /* Warnings of lexer and parser (invalid escapes, "1if"); NULL: drop them. */
    WfWarnResult (*warn)(void *ctx, WfWarnCategory category, const char *message, int lineno);
    void *ctx;
    int int_max_digits; /* of a decimal int (sys.set_int_max_str_digits); 0: any number */
    const char *stack_limit; /* lowest address that the C stack may reach; NULL: depth limit only */
    const char *filename;    /* the bytes are this file's, errors of decoding say so; NULL: a string's */
} WfParseOptions;

/* Parses valid UTF-8 (surrogates not allowed). The text may be freed afterwards. */
bool wf_parse(WfArena *a, const char *text, size_t len, const WfParseOptions *opt, WfMod **out,
              WfSyntaxError *err) __attribute__((warn_unused_result));

/* What the bytes of a source file are (PEP 263). */
typedef struct WfSource {
    const char *text; /* UTF-8 without BOM: into `bytes` or the arena; NULL if codec says otherwise */
    size_t len;
    const char *encoding; /* normalised name: "utf-8", "iso-8859-1" ...; NULL: none was given */
    bool needs_codec;     /* the caller must decode `bytes` from `encoding`, then parse that */
    bool had_bom;
    int cookie_line;      /* where the encoding is named; 0: nowhere */
} WfSource;

/* Finds the encoding and decodes UTF-8, Latin-1 and ASCII. False: err is filled. A NUL byte is a
 * ValueError. */
bool wf_source_decode(WfArena *a, const char *bytes, size_t len, const WfParseOptions *opt,
                      WfSource *out, WfSyntaxError *err) __attribute__((warn_unused_result));

#endif
