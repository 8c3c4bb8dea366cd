/* strbuf.c - builds a string of bytes piece by piece.
 * SPDX-License-Identifier: MIT
 *
 * Invariants: B1 data has a NUL at data[len] if len is not 0; cap counts that NUL.
 * Threads:    a buffer belongs to one thread.
 * Tests:      tests/unit/test_strbuf.c */
#include "base/strbuf.h"

#include "base/utf8.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

char *wf_strbuf_room(WfStrBuf *b, size_t more)
{
    if (b->failed) {
        return NULL;
    }
    if (more >= b->cap - b->len) {
        size_t want = b->cap + b->cap / 2 + 64;
        if (want < b->len + more + 1) {
            want = b->len + more + 1;
        }
        char *fresh = more > SIZE_MAX / 4 ? NULL : realloc(b->borrowed ? NULL : b->data, want);
        if (fresh == NULL) {
            b->failed = true;
            return NULL;
        }
        if (b->borrowed && b->len > 0) {
            memcpy(fresh, b->data, b->len);
        }
        b->borrowed = false;
        b->data = fresh;
        b->cap = want;
        b->data[b->len] = '\0';
    }
    return b->data + b->len;
}

void wf_strbuf_put(WfStrBuf *b, const void *s, size_t n)
{
    char *to = wf_strbuf_room(b, n);
    if (to != NULL && n > 0) {
        memcpy(to, s, n);
        b->len += n;
        b->data[b->len] = '\0';
    }
}

void wf_strbuf_puts(WfStrBuf *b, const char *s)
{
    wf_strbuf_put(b, s, strlen(s));
}

void wf_strbuf_putc(WfStrBuf *b, char c)
{
    wf_strbuf_put(b, &c, 1);
}

void wf_strbuf_put_cp(WfStrBuf *b, uint32_t cp)
{
    uint8_t buf[4];
    wf_strbuf_put(b, buf, wf_utf8_put(buf, cp));
}

void wf_strbuf_repeat(WfStrBuf *b, char c, size_t n)
{
    char *to = wf_strbuf_room(b, n);
    if (to != NULL) {
        memset(to, c, n);
        b->len += n;
        b->data[b->len] = '\0';
    }
}

void wf_strbuf_vprintf(WfStrBuf *b, const char *format, va_list args)
{
    va_list again;
    va_copy(again, args);
    int n = vsnprintf(NULL, 0, format, again);
    va_end(again);
    if (n < 0) {
        b->failed = true;
        return;
    }
    char *to = wf_strbuf_room(b, (size_t)n);
    if (to != NULL) {
        vsnprintf(to, (size_t)n + 1, format, args);
        b->len += (size_t)n;
    }
}

void wf_strbuf_printf(WfStrBuf *b, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    wf_strbuf_vprintf(b, format, args);
    va_end(args);
}

const char *wf_strbuf_cstr(const WfStrBuf *b)
{
    return b->len == 0 || b->failed ? "" : b->data;
}

void wf_strbuf_free(WfStrBuf *b)
{
    if (!b->borrowed) {
        free(b->data);
    }
    *b = (WfStrBuf){0};
}
