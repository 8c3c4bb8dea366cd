/* compile.c - from source or a tree to a code object; parser's errors and warnings as exceptions.
 * SPDX-License-Identifier: MIT
 *
 * Design:     parse into an arena, fold constants, build the scopes, make the code of the module, which makes all others.
 * Threads:    a compilation belongs to one thread; nothing is shared. */
#include "compiler/compile.h"

#include "code/disassemble.h"
#include "compiler/gen.h"
#include "objects/codecs.h"
#include "objects/dict.h"
#include "objects/exceptions.h"
#include "objects/str.h"

#include <stdio.h>
#include <stdlib.h>

/* --- from __future__ import ------------------------------------------------------------------------------------------ */

static const struct Feature {
    const char *name;
    uint32_t flag;
} features[] = {
    {"nested_scopes", 0}, {"generators", 0}, {"division", 0}, {"absolute_import", 0}, {"with_statement", 0},
    {"print_function", 0}, {"unicode_literals", 0}, {"barry_as_FLUFL", WF_CO_FUTURE_BARRY_AS_BDFL}, {"generator_stop", 0},
    {"annotations", WF_CO_FUTURE_ANNOTATIONS},
};

static bool str_is(const WfAstStr *s, const char *text)
{
    return s != NULL && s->len == strlen(text) && memcmp(s->data, text, s->len) == 0;
}

/* Errors in them say no end. */
static WfLoc open_loc(const WfStmt *s)
{
    return (WfLoc){s->loc.lineno, s->loc.col_offset, s->loc.lineno, -2};
}

static void use_features(WfGen *c, const WfStmt *s)
{
    WfLoc loc = open_loc(s);
    for (size_t i = 0; i < s->ImportFrom.names.len && !c->failed; i++) {
        const WfAlias *a = s->ImportFrom.names.data[i];
        bool known = false;
        for (size_t k = 0; k < WF_ARRAY_LEN(features) && !known; k++) {
            if (str_is(a->name, features[k].name)) {
                c->flags |= features[k].flag;
                known = true;
            }
        }
        if (!known && str_is(a->name, "braces")) {
            wf_gen_syntax_error(c, loc, "not a chance");
        } else if (!known) {
            wf_gen_syntax_error(c, loc, "future feature %.100s is not defined", a->name->data);
        }
    }
}

static void find_futures(WfGen *c, const WfStmtSeq *body)
{
    bool done = false;
    int32_t line = 0;
    for (size_t i = 0; i < body->len && !c->failed; i++) {
        const WfStmt *s = body->data[i];
        if (done && s->loc.lineno > line) {
            return;
        }
        line = s->loc.lineno;
        if (s->kind == WF_AST_ImportFrom && s->ImportFrom.level == 0 && str_is(s->ImportFrom.module, "__future__")) {
            if (done) {
                wf_gen_syntax_error(c, (WfLoc){s->loc.lineno, s->loc.col_offset - 1, s->loc.lineno, -2}, "from __future__ imports must occur at the beginning of the file");
                return;
            }
            use_features(c, s);
            c->future_line = s->loc.lineno;
        } else if (s->kind == WF_AST_Expr && i == 0) {
            const WfExpr *e = s->Expr.value;
            done = e->kind != WF_AST_Constant
                   || (e->Constant.value.kind != WF_CONST_STR
                       && !(e->Constant.value.kind == WF_CONST_OBJECT && wf_is_exact_str(WF_VALUE(e->Constant.value.object))));
        } else {
            done = true;
        }
    }
}

/* --- the module ------------------------------------------------------------------------------------------------------------ */

static void module_body(WfGen *c, WfMod *tree)
{
    switch ((WfAstKind)tree->kind) {
    case WF_AST_Module: wf_gen_body(c, tree->Module.body); break;
    case WF_AST_Interactive:
        c->interactive = true;
        if (c->u->scope->has_annotations) {
            wf_gen_emit(c, WF_OP_SETUP_ANNOTATIONS, 0, 0, 0);
        }
        wf_gen_stmts(c, &tree->Interactive.body);
        break;
    default: {
        c->u->loc = tree->Expression.body->loc;
        WfReg r = wf_gen_expr(c, tree->Expression.body);
        wf_gen_emit(c, WF_OP_RETURN, r, 0, 0);
        break;
    }
    }
}

static int start_optimize(WfThread *t)
{
    if (!wf_is_dict(t->interp->sys_dict)) {
        return 0;
    }
    WfValue flags = WF_EMPTY;
    WfStr *name = wf_str_intern_cstr(t, "flags");
    if (name != NULL) {
        flags = wf_dict_get_str(wf_as_dict(t->interp->sys_dict), name);
    }
    WfValue v = wf_is_empty(flags) ? WF_EMPTY : wf_getattr_cstr(t, flags, "optimize");
    wf_clear_pending(t);
    return wf_is_int(v) ? (int)wf_as_int(v) : 0;
}

WfValue wf_compile_tree(WfThread *t, WfArena *arena, WfMod *tree, WfValue filename, uint32_t flags, int optimize)
{
    WfValue keep = wf_list_new(t, 64);
    if (wf_is_empty(keep)) {
        return WF_EMPTY;
    }
    WfGen c = {.t = t, .arena = arena, .keep = wf_as_list(keep), .filename = filename, .flags = flags,
               .optimize = optimize < 0 ? start_optimize(t) : optimize};
    if (tree->kind == WF_AST_FunctionType) {
        return wf_raise(t, WF_EXC(TypeError), "a function type is not to be compiled");
    }
    const WfStmtSeq *body = tree->kind == WF_AST_Module ? &tree->Module.body : tree->kind == WF_AST_Interactive ? &tree->Interactive.body : NULL;
    if (body != NULL) {
        find_futures(&c, body);
    }
    if (!c.failed) {
        wf_gen_fold(&c, tree);
    }
    WfScope *scope = c.failed ? NULL : wf_symtable_build(&c, tree);
    WfName *name = scope == NULL ? NULL : wf_gen_name_cstr(&c, "<module>");
    if (name == NULL) {
        return WF_EMPTY;
    }
    WfUnit u;
    wf_gen_push_unit(&c, &u, WF_UNIT_MODULE, scope, name, 1);
    if ((flags & WF_PYCF_TOP_LEVEL_AWAIT) && scope->coroutine) {
        u.flags |= WF_CO_COROUTINE;
        wf_gen_emit(&c, WF_OP_RETURN_GENERATOR, 0, 0, 0);
    }
    module_body(&c, tree);
    WfValue code = c.failed ? WF_EMPTY : wf_gen_finish(&c);
#if WF_DEBUG
    if (!wf_is_empty(code) && getenv("WEFT_DIS") != NULL) {
        WfStrBuf text = {0};
        wf_disassemble(t, wf_as_code(code), &text);
        fputs(wf_strbuf_cstr(&text), stderr);
        wf_strbuf_free(&text);
    }
#endif
    while (c.u != NULL) { /* inner ones too, after an error */
        wf_gen_pop_unit(&c);
    }
    return code;
}

/* --- parsing ------------------------------------------------------------------------------------------------------------------ */

typedef struct ParseContext {
    WfThread *t;
    WfValue filename;
} ParseContext;

static WfWarnResult parser_warning(void *ctx, WfWarnCategory category, const char *message, int lineno)
{
    const ParseContext *p = (const ParseContext *)ctx;
    WfThread *t = p->t;
    WfType *type = category == WF_WARN_SYNTAX ? WF_EXC(SyntaxWarning) : WF_EXC(DeprecationWarning);
    WfValue text = wf_str_from_cstr(t, message);
    if (wf_is_empty(text)) {
        return WF_WARN_RAISED;
    }
    if (wf_warn_explicit(t, type, text, p->filename, lineno) == WF_OK) {
        return WF_WARN_OK;
    }
    return wf_clear_if(t, type) ? WF_WARN_ERROR : WF_WARN_RAISED;
}

static WfValue raise_parser_error(WfThread *t, const WfSyntaxError *err, WfValue filename)
{
    WfType *type = WF_EXC(SyntaxError);
    switch (err->kind) {
    case WF_SYNTAX_RAISED: return WF_EMPTY;
    case WF_SYNTAX_MEMORY: return wf_raise_no_memory(t);
    case WF_SYNTAX_RECURSION: return wf_raise(t, WF_EXC(RecursionError), "%s", err->message);
    case WF_SYNTAX_VALUE: return wf_raise(t, WF_EXC(ValueError), "%s", err->message);
    case WF_SYNTAX_INDENTATION: type = WF_EXC(IndentationError); break;
    case WF_SYNTAX_TAB: type = WF_EXC(TabError); break;
    case WF_SYNTAX_ERROR:
    case WF_SYNTAX_NONE: break;
    }
    WfValue message = wf_str_from_utf8(t, err->message, (int64_t)strlen(err->message));
    if (wf_is_empty(message)) {
        return WF_EMPTY;
    }
    if (err->lineno == 0 && err->offset == 0) {
        return wf_raise_value(t, type, message);
    }
    WfValue text = WF_EMPTY;
    if (err->text != NULL) {
        text = wf_str_from_utf8(t, err->text->data, (int64_t)err->text->len);
        if (wf_is_empty(text)) {
            return WF_EMPTY;
        }
    }
    (void)wf_raise_syntax(t, type, message, filename, err->lineno, err->offset, text, err->end_lineno, err->end_offset);
    if (wf_pending_is(t, WF_EXC(SyntaxError))) { /* -1 is what CPython gives there, not None */
        if (err->offset < 0) {
            wf_store(&wf_as_exception(t->exc)->extra[WF_SYN_OFFSET], wf_small_int(err->offset));
        }
        if (err->end_offset < 0 && err->end_lineno >= 0) {
            wf_store(&wf_as_exception(t->exc)->extra[WF_SYN_END_OFFSET], wf_small_int(err->end_offset));
        }
    }
    return WF_EMPTY;
}

static WfParseOptions parse_options(WfThread *t, ParseContext *ctx, int mode, uint32_t flags)
{
    WfParseOptions opt = {.mode = mode == 0 ? WF_PARSE_EXEC : mode == 1 ? WF_PARSE_EVAL : mode == 2 ? WF_PARSE_SINGLE : WF_PARSE_FUNC_TYPE};
    opt.flags = ((flags & WF_PYCF_DONT_IMPLY_DEDENT) ? WF_PARSE_DONT_IMPLY_DEDENT : 0)
                | ((flags & WF_PYCF_TYPE_COMMENTS) ? WF_PARSE_TYPE_COMMENTS : 0)
                | ((flags & WF_CO_FUTURE_BARRY_AS_BDFL) ? WF_PARSE_BARRY_AS_BDFL : 0)
                | ((flags & WF_PYCF_ALLOW_INCOMPLETE_INPUT) ? WF_PARSE_ALLOW_INCOMPLETE : 0);
    opt.feature_version = (int)(flags >> WF_PYCF_VERSION_SHIFT & 15);
    opt.warn = parser_warning;
    opt.ctx = ctx;
    opt.int_max_digits = (int)__atomic_load_n(&t->interp->int_max_str_digits, __ATOMIC_RELAXED);
    opt.stack_limit = (const char *)t->c_limit;
    return opt;
}

WfValue wf_compile_source(WfThread *t, const char *source, size_t n, WfValue filename, int mode, uint32_t flags, int optimize)
{
    WfArena arena;
    wf_arena_init(&arena);
    ParseContext ctx = {t, filename};
    WfParseOptions opt = parse_options(t, &ctx, mode, flags);
    int64_t length;
    opt.filename = wf_is_str(filename) ? wf_str_utf8_pass(t, filename, &length) : NULL;
    WfSyntaxError err;
    WfMod *tree;
    WfValue code;
    if (wf_parse(&arena, source, n, &opt, &tree, &err)) {
        code = (flags & WF_PYCF_ONLY_AST) ? wf_ast_to_object(t, (const WfAstNode *)(const void *)tree) : wf_compile_tree(t, &arena, tree, filename, flags, optimize);
    } else {
        code = raise_parser_error(t, &err, filename);
    }
    wf_arena_free(&arena);
    return code;
}

WfValue wf_compile_scopes(WfThread *t, const char *source, size_t n, WfValue filename, int mode, WfScopesFn visit, void *arg)
{
    WfArena arena;
    wf_arena_init(&arena);
    ParseContext ctx = {t, filename};
    WfParseOptions opt = parse_options(t, &ctx, mode, 0);
    WfSyntaxError err;
    WfMod *tree;
    WfValue result = WF_EMPTY, keep = wf_list_new(t, 64);
    if (wf_is_empty(keep)) {
        return WF_EMPTY;
    }
    if (wf_parse(&arena, source, n, &opt, &tree, &err)) {
        WfGen c = {.t = t, .arena = &arena, .keep = wf_as_list(keep), .filename = filename};
        if (tree->kind == WF_AST_Module) {
            find_futures(&c, &tree->Module.body);
        }
        WfScope *top = c.failed ? NULL : wf_symtable_build(&c, tree);
        result = top == NULL ? WF_EMPTY : visit(t, arg, top);
    } else {
        result = raise_parser_error(t, &err, filename);
    }
    wf_arena_free(&arena);
    return result;
}

/* A codec that is not there, is none for text or cannot read the source. */
static WfValue raise_codec_error(WfThread *t, const WfSource *source, WfValue filename, uint32_t flags)
{
    WfValue exc = wf_take_pending(t);
    WfValue message = (flags & WF_PYCF_FILE) ? wf_str_format(t, "encoding problem: %s", source->encoding) : wf_str(t, exc);
    if (!wf_is_empty(message)) {
        WfSyntaxError err = {.kind = WF_SYNTAX_ERROR, .lineno = (flags & WF_PYCF_FILE) ? source->cookie_line : 0,
                             .offset = -1, .end_lineno = -1, .end_offset = -1};
        int64_t length;
        err.message = wf_str_utf8_pass(t, message, &length);
        return err.message == NULL ? WF_EMPTY : raise_parser_error(t, &err, filename);
    }
    return WF_EMPTY;
}

/* Text in a codec that only the registry knows. */
static WfValue compile_decoded(WfThread *t, const uint8_t *data, size_t n, const WfSource *source, WfValue filename, int mode, uint32_t flags,
                               int optimize)
{
    WfValue text = wf_bytes_decode(t, data, (int64_t)n, source->encoding, NULL);
    if (wf_is_empty(text)) {
        bool about_codec = wf_pending_is(t, WF_EXC(LookupError)) || wf_pending_is(t, WF_EXC(UnicodeError));
        return about_codec ? raise_codec_error(t, source, filename, flags) : WF_EMPTY;
    }
    int64_t length;
    const char *utf8 = wf_str_utf8(t, text, &length);
    return utf8 == NULL ? WF_EMPTY : wf_compile_source(t, utf8, (size_t)length, filename, mode, flags, optimize);
}

WfValue wf_compile_bytes(WfThread *t, const uint8_t *data, size_t n, WfValue filename, int mode, uint32_t flags, int optimize)
{
    WfArena arena;
    wf_arena_init(&arena);
    ParseContext ctx = {t, filename};
    WfParseOptions opt = parse_options(t, &ctx, mode, flags);
    int64_t length;
    opt.filename = (flags & WF_PYCF_FILE) && wf_is_str(filename) ? wf_str_utf8_pass(t, filename, &length) : NULL;
    WfSyntaxError err;
    WfSource source;
    WfValue code;
    if (!wf_source_decode(&arena, (const char *)data, n, &opt, &source, &err)) {
        code = raise_parser_error(t, &err, filename);
    } else if (source.needs_codec) {
        code = compile_decoded(t, data, n, &source, filename, mode, flags, optimize);
    } else {
        code = wf_compile_source(t, source.text, source.len, filename, mode, flags, optimize);
    }
    wf_arena_free(&arena);
    return code;
}
