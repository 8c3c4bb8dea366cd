/* strbuf.h - builds a string of bytes piece by piece, in malloc memory.
 * SPDX-License-Identifier: MIT
 *
 *     WfStrBuf b = {0};
 *     wf_strbuf_puts(&b, "line ");
 *     wf_strbuf_printf(&b, "%d", 7);
 *     if (b.failed) ... out of memory ...
 *     use(wf_strbuf_cstr(&b), b.len);
 *     wf_strbuf_free(&b);
 *
 * All zero is empty; WF_STRBUF_ON(array) begins in an array of the caller's, which a short string never leaves. Running out
 * of memory sets `failed`, after which everything is ignored: look once, at the end. One thread. */
#ifndef WF_BASE_STRBUF_H
#define WF_BASE_STRBUF_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct WfStrBuf {
    char *data; /* NUL-terminated if len is not 0 */
    size_t len;
    size_t cap;
    bool failed;
    bool borrowed; /* data is the caller's array */
} WfStrBuf;
#define WF_STRBUF_ON(array) ((WfStrBuf){.data = (array), .cap = sizeof(array), .borrowed = true})

/* Room for `more` bytes; returns where they go (then add them to len), NULL: failed. */
char *wf_strbuf_room(WfStrBuf *b, size_t more);
void wf_strbuf_put(WfStrBuf *b, const void *s, size_t n);
void wf_strbuf_puts(WfStrBuf *b, const char *s);
void wf_strbuf_putc(WfStrBuf *b, char c);
/* One code point as UTF-8. */
void wf_strbuf_put_cp(WfStrBuf *b, uint32_t cp);
void wf_strbuf_repeat(WfStrBuf *b, char c, size_t n);
__attribute__((format(printf, 2, 3))) void wf_strbuf_printf(WfStrBuf *b, const char *format,
                                                            ...);
void wf_strbuf_vprintf(WfStrBuf *b, const char *format, va_list args);
/* The text, "" if empty or failed. */
const char *wf_strbuf_cstr(const WfStrBuf *b);
void wf_strbuf_free(WfStrBuf *b);

#endif
