/* source_lines.c - lines of source for tracebacks, and which part of an expression to point at.
 * SPDX-License-Identifier: MIT
 * Design:     the file is read anew each time (it may have changed; errors are rare), as a whole.
 * Threads:    no state. */
#include "runtime/source_lines.h"

#include "base/arena.h"
#include "objects/codecs.h"
#include "objects/dict.h"
#include "objects/list.h"
#include "objects/str.h"
#include "syntax/parser.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum { MAX_SOURCE = 64 << 20 };

/* The file's bytes in malloc memory; NULL: cannot be read. */
static char *read_file(WfThread *t, const char *path, size_t *n)
{
    wf_thread_detach(t);
    char *data = NULL;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    struct stat st;
    if (fd >= 0 && fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && st.st_size < MAX_SOURCE) {
        data = malloc((size_t)st.st_size + 1);
        size_t got = 0;
        while (data != NULL && got < (size_t)st.st_size) {
            ssize_t r = read(fd, data + got, (size_t)st.st_size - got);
            if (r <= 0) {
                break;
            }
            got += (size_t)r;
        }
        if (data != NULL) {
            data[got] = 0;
            *n = got;
        }
    }
    if (fd >= 0) {
        close(fd);
    }
    wf_thread_attach(t);
    return data;
}

static char *read_on_path(WfThread *t, const char *filename, size_t *n)
{
    const char *tail = strrchr(filename, '/');
    tail = tail == NULL ? filename : tail + 1;
    WfValue path = wf_is_empty(t->interp->sys_dict) ? WF_EMPTY
                                                    : wf_dict_get_str(wf_as_dict(t->interp->sys_dict), WF_NAME(path));
    if (!wf_is_list(path)) {
        return NULL;
    }
    for (int64_t i = 0; i < wf_list_length(wf_as_list(path)); i++) {
        WfValue folder = wf_list_at(wf_as_list(path), i);
        if (!wf_is_str(folder)) {
            continue;
        }
        WfValue full = wf_str_format(t, "%U/%s", wf_as_str(folder), tail);
        int64_t length;
        const char *text = wf_is_empty(full) ? NULL : wf_str_utf8_pass(t, full, &length);
        if (text == NULL) {
            wf_clear_pending(t);
            return NULL;
        }
        char *data = read_file(t, text, n);
        if (data != NULL) {
            return data;
        }
    }
    return NULL;
}

WfValue wf_source_text(WfThread *t, WfStr *filename)
{
    int64_t length;
    const char *name = wf_str_utf8_pass(t, wf_from_object(filename), &length);
    if (name == NULL) {
        return WF_EMPTY;
    }
    if (length == 0 || name[0] == '<') {
        return WF_NONE;
    }
    size_t n;
    char *data = read_file(t, name, &n);
    if (data == NULL) {
        data = read_on_path(t, name, &n);
    }
    if (data == NULL) {
        return WF_NONE;
    }
    WfArena arena;
    wf_arena_init(&arena);
    WfParseOptions options = {.mode = WF_PARSE_EXEC};
    WfSource source;
    WfSyntaxError error;
    WfValue text = WF_NONE;
    if (wf_source_decode(&arena, data, n, &options, &source, &error)) {
        text = source.needs_codec ? wf_bytes_decode(t, data, (int64_t)n, source.encoding, "replace")
                                  : wf_str_from_utf8(t, source.text, (int64_t)source.len);
        if (wf_is_empty(text) && !wf_pending_is(t, WF_EXC(MemoryError))) {
            wf_clear_pending(t);
            text = WF_NONE;
        }
    }
    wf_arena_free(&arena);
    free(data);
    return text;
}

static bool is_line_end(uint32_t c)
{
    return c == '\n' || c == '\r';
}

WfValue wf_source_line(WfThread *t, WfValue text, int lineno)
{
    if (!wf_is_str(text) || lineno < 1) {
        return WF_NONE;
    }
    WfStr *s = wf_as_str(text);
    int64_t i = 0;
    for (int line = 1; line < lineno; line++) {
        while (i < s->length && !is_line_end(wf_str_at(s, i))) {
            i++;
        }
        if (i == s->length) {
            return WF_NONE;
        }
        i += wf_str_at(s, i) == '\r' && i + 1 < s->length && wf_str_at(s, i + 1) == '\n' ? 2 : 1;
    }
    if (i == s->length) {
        return WF_NONE;
    }
    int64_t end = i;
    while (end < s->length && !is_line_end(wf_str_at(s, end))) {
        end++;
    }
    return wf_str_slice(t, s, i, end);
}

/* --- what stands out --------------------------------------------------------------------------------------------------- */

static bool is_space(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

/* Between the operands lies the operator, perhaps with parentheses and white space around it. */
static void operator_anchors(const char *segment, size_t n, size_t from, size_t to, size_t *left, size_t *right)
{
    size_t i = from;
    while (i < to && is_space(segment[i])) {
        i++;
    }
    *left = i;
    *right = i + 1;
    if (i + 1 < to && !is_space(segment[i + 1])) {
        ++*right;
    }
    while (*left < n && (is_space(segment[*left]) || segment[*left] == ')' || segment[*left] == '#')) {
        ++*left;
        ++*right;
    }
}

static void subscript_anchors(const char *segment, size_t n, size_t from, size_t to, size_t *left, size_t *right)
{
    *left = from;
    *right = to + 1;
    while (*left < n && segment[*left] != '[') {
        ++*left;
    }
    while (*right < n && segment[*right] != ']') {
        ++*right;
    }
    *right += *right < n;
}

bool wf_source_anchors(WfThread *t, const char *segment, size_t n, size_t *left, size_t *right)
{
    WfArena arena;
    wf_arena_init(&arena);
    WfParseOptions options = {.mode = WF_PARSE_EXEC, .stack_limit = (const char *)t->c_limit};
    WfSyntaxError error;
    WfMod *mod;
    bool found = false;
    if (wf_parse(&arena, segment, n, &options, &mod, &error) && mod->Module.body.len == 1
        && mod->Module.body.data[0]->kind == WF_AST_Expr) {
        const WfExpr *e = mod->Module.body.data[0]->Expr.value;
        if (e->kind == WF_AST_BinOp) {
            operator_anchors(segment, n, (size_t)e->BinOp.left->loc.end_col_offset, (size_t)e->BinOp.right->loc.col_offset,
                             left, right);
            found = true;
        } else if (e->kind == WF_AST_Subscript) {
            subscript_anchors(segment, n, (size_t)e->Subscript.value->loc.end_col_offset,
                              (size_t)e->Subscript.slice->loc.end_col_offset, left, right);
            found = true;
        }
    }
    wf_arena_free(&arena);
    return found;
}
