/* gen.c - what all parts of the compiler use: errors, names, constants' values, the recursion guard.
 * SPDX-License-Identifier: MIT
 *
 * Design:     objects made during a compilation are appended to c->keep, which the C stack holds; arena memory may then
 *             refer to them freely. Names are interned in the arena, so that scopes compare pointers.
 * Threads:    a compilation belongs to one thread. */
#include "compiler/gen.h"

#include "base/hash.h"
#include "base/strbuf.h"
#include "objects/bytes.h"
#include "objects/exceptions.h"
#include "objects/int.h"
#include "objects/str.h"

#include <stdio.h>

/* --- errors -------------------------------------------------------------------------------------------------- */

void wf_gen_no_memory(WfGen *c)
{
    if (!c->failed) {
        c->failed = true;
        (void)wf_raise_no_memory(c->t);
    }
}

/* The line of the file, as SyntaxError.text has it, or WF_EMPTY. */
static WfValue source_line(WfGen *c, int32_t lineno)
{
    WfThread *t = c->t;
    if (!wf_is_str(c->filename) || lineno < 1) {
        return WF_EMPTY;
    }
    int64_t n;
    const char *path = wf_str_utf8(t, c->filename, &n);
    FILE *f = path == NULL ? NULL : fopen(path, "rb");
    if (f == NULL) {
        wf_clear_pending(t);
        return WF_EMPTY;
    }
    WfStrBuf line = {0};
    int at = 1;
    for (int ch; (ch = getc(f)) != EOF;) {
        if (at == lineno) {
            wf_strbuf_putc(&line, (char)ch);
        }
        if (ch == '\n' && at++ == lineno) {
            break;
        }
    }
    fclose(f);
    WfValue v = WF_EMPTY;
    if (line.len > 0 && !line.failed) {
        v = wf_str_decode_fs(t, line.data, (int64_t)line.len);
        if (wf_is_empty(v)) {
            wf_clear_pending(t);
        }
    }
    wf_strbuf_free(&line);
    return v;
}

static void syntax_error(WfGen *c, WfLoc loc, WfValue message)
{
    c->failed = true;
    if (wf_is_empty(message)) {
        return;
    }
    WfValue text = source_line(c, loc.lineno);
    (void)wf_raise_syntax(c->t, WF_EXC(SyntaxError), message, c->filename, loc.lineno, loc.col_offset + 1,
                          text, loc.end_lineno, loc.end_col_offset + 1);
}

void wf_gen_syntax_error(WfGen *c, WfLoc loc, const char *format, ...)
{
    if (c->failed) {
        return;
    }
    va_list ap;
    va_start(ap, format);
    WfValue message = wf_str_vformat(c->t, format, ap);
    va_end(ap);
    syntax_error(c, loc, message);
}

void wf_gen_warn(WfGen *c, WfLoc loc, const char *format, ...)
{
    if (c->failed) {
        return;
    }
    va_list ap;
    va_start(ap, format);
    WfValue message = wf_gen_keep(c, wf_str_vformat(c->t, format, ap));
    va_end(ap);
    if (c->failed || wf_warn_explicit(c->t, WF_EXC(SyntaxWarning), message, c->filename, loc.lineno) == WF_OK) {
        return;
    }
    if (wf_clear_if(c->t, WF_EXC(SyntaxWarning))) {
        syntax_error(c, loc, message);
    }
    c->failed = true;
}

bool wf_gen_enter(WfGen *c)
{
    char here;
    if (c->failed) {
        return false;
    }
    uint32_t limit = __atomic_load_n(&c->t->interp->recursion_limit, __ATOMIC_RELAXED);
    if (WF_UNLIKELY((uint32_t)++c->depth > limit * 3 || (uintptr_t)&here < c->t->c_limit)) {
        c->depth--;
        c->failed = true;
        (void)wf_raise(c->t, WF_EXC(RecursionError), "maximum recursion depth exceeded during compilation");
        return false;
    }
    return true;
}

void wf_gen_leave(WfGen *c)
{
    c->depth--;
}

/* --- objects and memory ------------------------------------------------------------------------------------ */

WfValue wf_gen_keep(WfGen *c, WfValue v)
{
    if (wf_is_empty(v)) {
        c->failed = true;
        return WF_NONE;
    }
    if (wf_is_object(v) && !c->failed && wf_list_append(c->t, c->keep, v) != WF_OK) {
        c->failed = true;
    }
    return v;
}

void *wf_gen_alloc(WfGen *c, size_t n)
{
    void *p = wf_arena_alloc(c->arena, n);
    if (p == NULL) {
        wf_gen_no_memory(c);
    }
    return p;
}

/* --- names ------------------------------------------------------------------------------------------------- */

static uint64_t hash_bytes(const char *s, size_t n)
{
    uint64_t h = 0xcbf29ce484222325u;
    for (size_t i = 0; i < n; i++) {
        h = (h ^ (uint8_t)s[i]) * 0x100000001b3u;
    }
    return wf_hash_mix(h);
}

static bool grow_names(WfGen *c)
{
    uint32_t size = c->names_size == 0 ? 128 : c->names_size * 2;
    WfName **fresh = (WfName **)wf_gen_alloc(c, size * sizeof *fresh);
    if (fresh == NULL) {
        return false;
    }
    for (uint32_t i = 0; i < c->names_size; i++) {
        for (WfName *n = c->names[i], *next; n != NULL; n = next) {
            next = n->next;
            n->next = fresh[n->hash & (size - 1)];
            fresh[n->hash & (size - 1)] = n;
        }
    }
    c->names = fresh;
    c->names_size = size;
    return true;
}

WfName *wf_gen_name(WfGen *c, const char *s, size_t n)
{
    if (c->n_names >= c->names_size && !grow_names(c)) {
        return NULL;
    }
    uint64_t h = hash_bytes(s, n);
    WfName **bucket = &c->names[h & (c->names_size - 1)];
    for (WfName *x = *bucket; x != NULL; x = x->next) {
        if (x->hash == h && x->len == n && memcmp(x->data, s, n) == 0) {
            return x;
        }
    }
    WfName *x = (WfName *)wf_gen_alloc(c, sizeof *x);
    char *data = x == NULL ? NULL : wf_arena_copy(c->arena, s, n);
    if (data == NULL) {
        wf_gen_no_memory(c);
        return NULL;
    }
    WfStr *str = wf_str_intern_utf8(c->t, s, (int64_t)n);
    if (str == NULL) {
        c->failed = true;
        return NULL;
    }
    (void)wf_gen_keep(c, wf_from_object(str));
    *x = (WfName){data, n, h, *bucket, str};
    *bucket = x;
    c->n_names++;
    return x;
}

WfName *wf_gen_name_cstr(WfGen *c, const char *s)
{
    return wf_gen_name(c, s, strlen(s));
}

WfName *wf_gen_name_ast(WfGen *c, const WfAstStr *s)
{
    return wf_gen_name(c, s->data, s->len);
}

/* __name in class _Klass is _Klass__name; not for dunders, dotted names, nor classes of underscores alone. */
WfName *wf_gen_mangle(WfGen *c, const WfName *private, const WfAstStr *s)
{
    if (private == NULL || s->len < 2 || s->data[0] != '_' || s->data[1] != '_'
        || (s->len >= 2 && memcmp(s->data + s->len - 2, "__", 2) == 0) || memchr(s->data, '.', s->len) != NULL) {
        return wf_gen_name_ast(c, s);
    }
    const char *p = private->data;
    while (*p == '_') {
        p++;
    }
    if (*p == 0) {
        return wf_gen_name_ast(c, s);
    }
    size_t n = (size_t)(private->data + private->len - p);
    char *text = (char *)wf_gen_alloc(c, n + s->len + 2);
    if (text == NULL) {
        return NULL;
    }
    text[0] = '_';
    memcpy(text + 1, p, n);
    memcpy(text + 1 + n, s->data, s->len);
    return wf_gen_name(c, text, n + s->len + 1);
}

bool wf_name_is(const WfName *n, const char *s)
{
    return n != NULL && strlen(s) == n->len && memcmp(n->data, s, n->len) == 0;
}

/* --- constants ----------------------------------------------------------------------------------------------- */

static bool looks_like_name(const WfAstStr *s)
{
    for (size_t i = 0; i < s->len; i++) {
        char ch = s->data[i];
        if (!((ch >= 'a' && ch <= 'z') || (ch >= 'A' && ch <= 'Z') || (ch >= '0' && ch <= '9') || ch == '_')) {
            return false;
        }
    }
    return true;
}

WfValue wf_gen_str_value(WfGen *c, const WfAstStr *s)
{
    if (looks_like_name(s)) {
        WfStr *str = wf_str_intern_utf8(c->t, s->data, (int64_t)s->len);
        return wf_gen_keep(c, str == NULL ? WF_EMPTY : wf_from_object(str));
    }
    return wf_gen_keep(c, wf_str_from_utf8(c->t, s->data, (int64_t)s->len));
}

static WfValue big_int(WfGen *c, const WfConst *k)
{
    WfThread *t = c->t;
    WfValue v = wf_int_parse(t, k->str->data, (int64_t)k->str->len, k->radix);
    if (wf_is_empty(v) && !wf_pending(t)) {
        (void)wf_raise(t, WF_EXC(ValueError), "invalid integer literal");
    }
    return v;
}

WfValue wf_gen_const_value(WfGen *c, const WfConst *k)
{
    if (c->failed) {
        return WF_NONE;
    }
    WfThread *t = c->t;
    switch ((WfConstKind)k->kind) {
    case WF_CONST_NONE: return WF_NONE;
    case WF_CONST_TRUE: return WF_TRUE;
    case WF_CONST_FALSE: return WF_FALSE;
    case WF_CONST_ELLIPSIS: return WF_ELLIPSIS;
    case WF_CONST_INT: return wf_gen_keep(c, wf_int_from_i64(t, k->i));
    case WF_CONST_BIGINT: return wf_gen_keep(c, big_int(c, k));
    case WF_CONST_FLOAT: return wf_double_any(k->real);
    case WF_CONST_COMPLEX: return wf_gen_keep(c, wf_complex_new(t, k->real, k->imag));
    case WF_CONST_STR: return wf_gen_str_value(c, k->str);
    case WF_CONST_BYTES: return wf_gen_keep(c, wf_bytes_new(t, k->str->data, (int64_t)k->str->len));
    case WF_CONST_OBJECT: return wf_gen_keep(c, WF_VALUE(k->object));
    }
    return WF_NONE;
}
