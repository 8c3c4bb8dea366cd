/* test_parser.c - the parser seen from outside: dumps of trees, errors, speed.
 * SPDX-License-Identifier: MIT
 * Without arguments it checks itself on a few texts. `test_parser dump FILE...` prints the tree of
 * each file in a form that tests/unit/parser_oracle.py makes of CPython's too; `errors` reads texts
 * from standard input, separated by lines "\x01", and prints what is wrong with each; `time FILE...`
 * measures. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "syntax/parser.h"

static char *read_all(FILE *f, size_t *len)
{
    size_t cap = 1 << 16, n = 0;
    char *s = malloc(cap);
    for (size_t k; s != NULL && (k = fread(s + n, 1, cap - n, f)) > 0;) {
        n += k;
        if (n == cap) {
            s = realloc(s, cap *= 2);
        }
    }
    *len = n;
    return s;
}

/* ---- dump ---- */

static void dump_hex(const WfAstStr *s)
{
    for (size_t i = 0; i < s->len; i++) {
        unsigned char c = (unsigned char)s->data[i];
        if (c >= ' ' && c < 127 && c != '\\' && c != '"') {
            putchar(c);
        } else {
            printf("\\%02x", c);
        }
    }
}

static void dump_const(const WfConst *c)
{
    switch (c->kind) {
    case WF_CONST_NONE:
        printf("None");
        break;
    case WF_CONST_TRUE:
        printf("True");
        break;
    case WF_CONST_FALSE:
        printf("False");
        break;
    case WF_CONST_ELLIPSIS:
        printf("Ellipsis");
        break;
    case WF_CONST_INT:
        printf("int:%llx", (unsigned long long)c->i);
        break;
    case WF_CONST_BIGINT:
        printf("big:%d:%s", c->radix, c->str->data);
        break;
    case WF_CONST_FLOAT: {
        unsigned long long bits;
        memcpy(&bits, &c->real, 8);
        printf("float:%016llx", bits);
        break;
    }
    case WF_CONST_COMPLEX: {
        unsigned long long bits;
        memcpy(&bits, &c->imag, 8);
        printf("complex:%016llx", bits);
        break;
    }
    case WF_CONST_STR:
    case WF_CONST_BYTES:
        printf(c->kind == WF_CONST_STR ? "str:\"" : "bytes:\"");
        dump_hex(c->str);
        putchar('"');
        break;
    }
}

static void dump_node(const void *node);

static void dump_value(const WfAstField *f, const char *at)
{
    const WfAstTypeInfo *type = &wf_ast_types[f->type];
    switch (f->type) {
    case WF_AST_TYPE_identifier:
    case WF_AST_TYPE_string: {
        const WfAstStr *s = *(const WfAstStr *const *)at;
        if (s == NULL) {
            printf("None");
        } else {
            putchar('"');
            dump_hex(s);
            putchar('"');
        }
        return;
    }
    case WF_AST_TYPE_int:
        printf("%d", *(const int *)at);
        return;
    case WF_AST_TYPE_constant:
        dump_const((const WfConst *)at);
        return;
    default:
        break;
    }
    if (type->form == WF_AST_ENUM) {
        printf("%s()", type->values[*(const int *)at]);
    } else {
        dump_node(*(const void *const *)at);
    }
}

static void dump_node(const void *node)
{
    const WfAstNode *n = node;
    if (n == NULL) {
        printf("None");
        return;
    }
    const WfAstClass *c = &wf_ast_classes[n->kind];
    printf("%s(", c->name);
    for (int i = 0; i < c->n_fields; i++) {
        const WfAstField *f = &c->fields[i];
        const char *at = (const char *)node + f->offset;
        printf("%s%s=", i ? ", " : "", f->name);
        if (f->quant != '*') {
            dump_value(f, at);
            continue;
        }
        const WfNodeSeq *seq = (const WfNodeSeq *)at;
        size_t size = wf_ast_types[f->type].form == WF_AST_ENUM ? sizeof(int) : sizeof(void *);
        putchar('[');
        for (size_t k = 0; k < seq->len; k++) {
            printf("%s", k ? ", " : "");
            dump_value(f, (const char *)seq->data + k * size);
        }
        putchar(']');
    }
    if (wf_ast_types[c->type].loc) {
        printf("%s@%d:%d-%d:%d", c->n_fields ? " " : "", n->loc.lineno, n->loc.col_offset,
               n->loc.end_lineno, n->loc.end_col_offset);
    }
    putchar(')');
}

/* ---- commands ---- */

static const char *const kinds[] = {"none",        "SyntaxError",    "IndentationError", "TabError",
                                    "MemoryError", "RecursionError", "ValueError",       "raised"};

static void print_error(const WfSyntaxError *e)
{
    printf("%s %s|%d|%d|%d|%d|", kinds[e->kind], e->message, e->lineno, e->offset, e->end_lineno,
           e->end_offset);
    if (e->text != NULL) {
        dump_hex(e->text);
    }
    putchar('\n');
}

static WfWarnResult print_warning(void *ctx, WfWarnCategory category, const char *message, int lineno)
{
    (void)ctx;
    printf("%s %s|%d\n", category == WF_WARN_SYNTAX ? "SyntaxWarning" : "DeprecationWarning",
           message, lineno);
    return WF_WARN_OK;
}

static WfMod *parse(WfArena *a, const char *text, size_t n, WfParseOptions *opt, WfSyntaxError *err)
{
    WfSource src;
    WfMod *mod = NULL;
    if (!wf_source_decode(a, text, n, opt, &src, err)) {
        return NULL;
    }
    if (src.needs_codec) {
        err->message = src.encoding;
        return NULL;
    }
    return wf_parse(a, src.text, src.len, opt, &mod, err) ? mod : NULL;
}

static int dump_files(int n, char **names)
{
    for (int i = 0; i < n; i++) {
        FILE *f = fopen(names[i], "rb");
        size_t len;
        char *text = f != NULL ? read_all(f, &len) : NULL;
        if (text == NULL) {
            perror(names[i]);
            return 1;
        }
        fclose(f);
        WfArena a;
        wf_arena_init(&a);
        WfParseOptions opt = {.mode = WF_PARSE_EXEC};
        WfSyntaxError err = {0};
        WfMod *mod = parse(&a, text, len, &opt, &err);
        printf("\x02%s\n", names[i]);
        if (mod != NULL) {
            dump_node(mod);
            putchar('\n');
        } else {
            print_error(&err);
        }
        wf_arena_free(&a);
        free(text);
    }
    return 0;
}

static int time_files(int n, char **names)
{
    size_t total = 0;
    double seconds = 0;
    for (int i = 0; i < n; i++) {
        FILE *f = fopen(names[i], "rb");
        size_t len;
        char *text = f != NULL ? read_all(f, &len) : NULL;
        if (text == NULL) {
            perror(names[i]);
            return 1;
        }
        fclose(f);
        struct timespec t0, t1;
        clock_gettime(CLOCK_MONOTONIC, &t0);
        WfArena a;
        wf_arena_init(&a);
        WfParseOptions opt = {.mode = WF_PARSE_EXEC};
        WfSyntaxError err = {0};
        parse(&a, text, len, &opt, &err);
        wf_arena_free(&a);
        clock_gettime(CLOCK_MONOTONIC, &t1);
        seconds += (double)(t1.tv_sec - t0.tv_sec) + (double)(t1.tv_nsec - t0.tv_nsec) * 1e-9;
        total += len;
        free(text);
    }
    printf("%zu bytes in %.3f s: %.1f MB/s\n", total, seconds, (double)total / seconds / 1e6);
    return 0;
}

/* The annotation of "x: ANNOTATION" for each line "u0ANNOTATION". */
static void print_unparsed(WfArena *a, const WfMod *mod)
{
    bool too_deep;
    const WfAstStr *s = wf_ast_unparse(a, mod->Expression.body, &too_deep);
    if (s != NULL) {
        fwrite(s->data, 1, s->len, stdout);
    }
    putchar('\n');
}

/* Each text: one character for the mode (e exec, v eval, u unparse, s single, t type), then flags as a digit. */
static int print_errors(void)
{
    size_t len;
    char *all = read_all(stdin, &len);
    const char *s = all;
    const char *end = all + len;
    while (s < end) {
        const char *stop = memchr(s, 1, (size_t)(end - s));
        if (stop == NULL) {
            stop = end;
        }
        if (stop - s >= 2) {
            WfArena a;
            wf_arena_init(&a);
            WfParseOptions opt = {.mode = s[0] == 'e'   ? WF_PARSE_EXEC
                                          : s[0] == 'v' || s[0] == 'u' ? WF_PARSE_EVAL
                                          : s[0] == 's' ? WF_PARSE_SINGLE
                                                        : WF_PARSE_FUNC_TYPE,
                                  .flags = (unsigned)(s[1] - '0'),
                                  .warn = print_warning};
            WfSyntaxError err = {0};
            WfMod *mod = NULL;
            if (!wf_parse(&a, s + 2, (size_t)(stop - s) - 2, &opt, &mod, &err)) {
                print_error(&err);
            } else if (s[0] == 'u') {
                print_unparsed(&a, mod);
            } else {
                dump_node(mod);
                putchar('\n');
            }
            wf_arena_free(&a);
        }
        puts("\x01");
        s = stop + 1;
    }
    free(all);
    return 0;
}

static int self_check(void)
{
    static const struct {
        const char *text;
        WfSyntaxErrorKind kind;
        const char *message;
        int offset;
    } cases[] = {
        {"x = 1\n", WF_SYNTAX_NONE, NULL, 0},
        {"def f(a, /, b=1, *c, d, **e) -> int:\n    return a if b else c\n", WF_SYNTAX_NONE, NULL, 0},
        {"match x:\n    case [1, *_] | {'a': b, **c}: pass\n", WF_SYNTAX_NONE, NULL, 0},
        {"f'{x!r:>{w}} {y=}'", WF_SYNTAX_NONE, NULL, 0},
        {"f(a b)", WF_SYNTAX_ERROR, "invalid syntax. Perhaps you forgot a comma?", 3},
        {"(1", WF_SYNTAX_ERROR, "'(' was never closed", 1},
        {"if x\n    y\n", WF_SYNTAX_ERROR, "expected ':'", 5},
        {"if x:\ny\n", WF_SYNTAX_INDENTATION,
         "expected an indented block after 'if' statement on line 1", 1},
    };
    int bad = 0;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        WfArena a;
        wf_arena_init(&a);
        WfParseOptions opt = {.mode = WF_PARSE_EXEC};
        WfSyntaxError err = {0};
        WfMod *mod;
        bool ok = wf_parse(&a, cases[i].text, strlen(cases[i].text), &opt, &mod, &err);
        if (ok != (cases[i].kind == WF_SYNTAX_NONE) || err.kind != cases[i].kind
            || (!ok && (strcmp(err.message, cases[i].message) || err.offset != cases[i].offset))) {
            printf("FAIL %s: ", cases[i].text);
            print_error(&err);
            bad++;
        }
        wf_arena_free(&a);
    }
    return bad != 0;
}

int main(int argc, char **argv)
{
    if (argc < 2) {
        return self_check();
    }
    if (strcmp(argv[1], "dump") == 0) {
        return dump_files(argc - 2, argv + 2);
    }
    if (strcmp(argv[1], "time") == 0) {
        return time_files(argc - 2, argv + 2);
    }
    return print_errors();
}
