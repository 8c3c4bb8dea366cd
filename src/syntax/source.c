/* source.c - the encoding of source files: byte order mark, coding cookie, UTF-8 check (PEP 263).
 * SPDX-License-Identifier: MIT
 * Design:     UTF-8 that is valid is used where it lies. Latin-1 and ASCII are converted here; every
 *             other codec is the caller's, who then gives wf_parse the decoded text.
 * Threads:    no state.
 * Tests:      tests/unit/test_parser.c */
#include <stdio.h>
#include <string.h>

#include "syntax/parser.h"

static bool fail(WfSyntaxError *err, const char *message)
{
    memset(err, 0, sizeof *err);
    err->kind = message != NULL ? WF_SYNTAX_ERROR : WF_SYNTAX_MEMORY;
    err->message = message != NULL ? message : "";
    err->offset = err->end_lineno = err->end_offset = -1;
    return false;
}

/* ---- UTF-8 ---- */

/* Checks one character at s; returns its length, or 0 and in *why what is wrong with it. */
static size_t utf8_char(const unsigned char *s, const unsigned char *end, const char **why)
{
    unsigned char c = *s;
    size_t n = c < 0xC2 ? 0 : c < 0xE0 ? 2 : c < 0xF0 ? 3 : c < 0xF5 ? 4 : 0;
    if (n == 0) {
        *why = "invalid start byte";
        return 0;
    }
    for (size_t i = 1; i < n; i++) {
        if (s + i >= end) {
            *why = "unexpected end of data";
            return 0;
        }
        unsigned char low = 0x80;
        unsigned char high = 0xBF;
        if (i == 1) {
            low = c == 0xE0 ? 0xA0 : c == 0xF0 ? 0x90 : 0x80;
            high = c == 0xED ? 0x9F : c == 0xF4 ? 0x8F : 0xBF;
        }
        if (s[i] < low || s[i] > high) {
            *why = "invalid continuation byte";
            return 0;
        }
    }
    return n;
}

/* The first byte that is no UTF-8, or NULL. */
static const char *invalid_utf8(const char *text, size_t len, const char **why)
{
    const unsigned char *s = (const unsigned char *)text;
    const unsigned char *end = s + len;
    while (s < end) {
        while (end - s >= 8) {
            uint64_t w;
            memcpy(&w, s, 8);
            if (w & 0x8080808080808080u) {
                break;
            }
            s += 8;
        }
        if (s == end) {
            break;
        }
        if (*s < 0x80) {
            s++;
            continue;
        }
        size_t n = utf8_char(s, end, why);
        if (n == 0) {
            return (const char *)s;
        }
        s += n;
    }
    return NULL;
}

/* The line with '?' in the form of U+FFFD for what is no UTF-8. */
static const WfAstStr *damaged_line(WfArena *a, const char *s, const char *end)
{
    const char *nl = memchr(s, '\n', (size_t)(end - s));
    const char *stop = nl != NULL ? nl : end;
    WfAstStr *str = wf_arena_alloc(a, sizeof *str + 3 * (size_t)(stop - s) + 2);
    if (str == NULL) {
        return NULL;
    }
    char *out = (char *)(str + 1);
    str->data = out;
    while (s < stop) {
        const char *why;
        size_t n = (unsigned char)*s < 0x80
                       ? 1
                       : utf8_char((const unsigned char *)s, (const unsigned char *)stop, &why);
        if (n == 0) {
            memcpy(out, "\xEF\xBF\xBD", 3);
            out += 3;
            s++;
        } else {
            memcpy(out, s, n);
            out += n;
            s += n;
        }
    }
    *out++ = '\n';
    str->len = (size_t)(out - str->data);
    return str;
}

static bool bad_utf8(WfArena *a, const char *text, size_t len, const char *at, const char *why,
                     const char *filename, WfSyntaxError *err)
{
    int lineno = 1;
    const char *line = text;
    for (const char *s = text; s < at; s++) {
        if (*s == '\n') {
            lineno++;
            line = s + 1;
        }
    }
    if (filename != NULL) {
        (void)fail(err, wf_arena_printf(a,
                                         "Non-UTF-8 code starting with '\\x%02x' in file %s on line "
                                         "%d, but no encoding declared; see "
                                         "https://peps.python.org/pep-0263/ for details",
                                         (unsigned char)*at, filename, lineno));
        err->lineno = lineno;
        return false;
    }
    /* The position is counted within the string literal, if it is one. */
    const char *from = at;
    while (from > line && from[-1] != '\'' && from[-1] != '"') {
        from--;
    }
    if (from == line) {
        from = at;
    }
    const char *message
        = wf_arena_printf(a, "(unicode error) 'utf-8' codec can't decode byte 0x%02x in position %d: %s",
                          (unsigned char)*at, (int)(at - from), why);
    const WfAstStr *shown = message != NULL ? damaged_line(a, line, text + len) : NULL;
    if (shown == NULL) {
        return fail(err, NULL);
    }
    fail(err, message);
    err->lineno = err->end_lineno = lineno;
    err->offset = err->end_offset = (int)(at - line) + 1;
    err->text = shown;
    return false;
}

/* ---- the cookie ---- */

static bool is_name_char(char c)
{
    return (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') || c == '-' || c == '_'
           || c == '.';
}

/* Looks for "coding: NAME" in the comment that makes up the line. Returns whether the next line may
 * hold one (this one has no code). */
static bool find_cookie(const char *s, const char *end, const char **name, size_t *len)
{
    while (s < end && (*s == ' ' || *s == '\t' || *s == '\014')) {
        s++;
    }
    if (s == end || *s == '\r') {
        return true;
    }
    if (*s != '#') {
        return false;
    }
    for (; end - s > 6; s++) {
        if (memcmp(s, "coding", 6) != 0 || (s[6] != ':' && s[6] != '=')) {
            continue;
        }
        const char *q = s + 7;
        while (q < end && (*q == ' ' || *q == '\t')) {
            q++;
        }
        const char *begin = q;
        while (q < end && is_name_char(*q)) {
            q++;
        }
        if (q > begin) {
            *name = begin;
            *len = (size_t)(q - begin);
            return false;
        }
    }
    return true;
}

/* Does the name, normalised, say `base`, alone or with a suffix "-..."? */
static bool says(const char *normal, const char *base)
{
    size_t n = strlen(base);
    return strncmp(normal, base, n) == 0 && (normal[n] == 0 || normal[n] == '-');
}

static const char *normal_name(WfArena *a, const char *name, size_t n)
{
    char buf[13] = {0};
    for (size_t i = 0; i < n && i < 12; i++) {
        char c = name[i];
        buf[i] = c == '_' ? '-' : c >= 'A' && c <= 'Z' ? (char)(c | 0x20) : c;
    }
    if (says(buf, "utf-8")) {
        return "utf-8";
    }
    if (says(buf, "latin-1") || says(buf, "iso-8859-1") || says(buf, "iso-latin-1")) {
        return "iso-8859-1";
    }
    return wf_arena_copy(a, name, n);
}

bool wf_source_decode(WfArena *a, const char *bytes, size_t len, const WfParseOptions *opt,
                      WfSource *out, WfSyntaxError *err)
{
    memset(out, 0, sizeof *out);
    memset(err, 0, sizeof *err);
    const char *nul = len != 0 ? memchr(bytes, 0, len) : NULL;
    if (nul != NULL && opt->filename == NULL) {
        err->kind = WF_SYNTAX_VALUE;
        err->message = "source code string cannot contain null bytes";
        return false;
    }
    if (nul != NULL) {
        fail(err, "source code cannot contain null bytes");
        const char *start = bytes;
        err->lineno = 1;
        for (const char *s = bytes; s < nul; s++) {
            if (*s == '\n') {
                err->lineno++;
                start = s + 1;
            }
        }
        err->text = damaged_line(a, start, nul);
        return err->text != NULL ? false : fail(err, NULL);
    }
    const char *text = bytes;
    const char *end = bytes + len;
    if (len >= 3 && memcmp(bytes, "\xEF\xBB\xBF", 3) == 0) {
        out->had_bom = true;
        out->encoding = "utf-8";
        text += 3;
    }
    const char *name = NULL;
    size_t n = 0;
    const char *line = text;
    for (int i = 0; i < 2 && line < end; i++) {
        const char *nl = line;
        while (nl < end && *nl != '\n' && *nl != '\r') {
            nl++;
        }
        if (!find_cookie(line, nl, &name, &n)) {
            break;
        }
        out->cookie_line++;
        line = nl + 1 < end && nl[0] == '\r' && nl[1] == '\n' ? nl + 2 : nl + 1;
    }
    out->cookie_line = name != NULL ? out->cookie_line + 1 : 0;
    if (name != NULL) {
        out->encoding = normal_name(a, name, n);
        if (out->encoding == NULL) {
            return fail(err, NULL);
        }
        if (out->had_bom && strcmp(out->encoding, "utf-8") != 0) {
            (void)fail(err, wf_arena_printf(a, "encoding problem: %s with BOM", out->encoding));
            err->lineno = opt->filename != NULL ? out->cookie_line : 0;
            return false;
        }
    }
    const char *encoding = out->encoding != NULL ? out->encoding : "utf-8";
    if (strcmp(encoding, "utf-8") == 0) {
        const char *why;
        const char *at = invalid_utf8(text, (size_t)(end - text), &why);
        if (at != NULL) {
            return bad_utf8(a, text, (size_t)(end - text), at, why,
                            out->encoding == NULL ? opt->filename : NULL, err);
        }
        out->text = text;
        out->len = (size_t)(end - text);
        return true;
    }
    bool ascii = strcmp(encoding, "ascii") == 0 || strcmp(encoding, "us-ascii") == 0;
    size_t high = 0;
    for (const char *s = text; s < end; s++) {
        high += (unsigned char)*s >= 0x80;
    }
    if (high == 0 && (ascii || strcmp(encoding, "iso-8859-1") == 0)) {
        out->text = text;
        out->len = (size_t)(end - text);
        return true;
    }
    if (strcmp(encoding, "iso-8859-1") != 0) {
        out->needs_codec = true;
        return true;
    }
    char *copy = wf_arena_alloc(a, (size_t)(end - text) + high + 1);
    if (copy == NULL) {
        return fail(err, NULL);
    }
    out->text = copy;
    for (const char *s = text; s < end; s++) {
        unsigned char c = (unsigned char)*s;
        if (c < 0x80) {
            *copy++ = (char)c;
        } else {
            *copy++ = (char)(0xC0 | c >> 6);
            *copy++ = (char)(0x80 | (c & 63));
        }
    }
    out->len = (size_t)(copy - out->text);
    return true;
}
