/* str_build.c - WfStrBuilder, and printf-like formatting into strings.
 * SPDX-License-Identifier: MIT
 * Design:  the buffer is an unfinished str cell with room at its end, widened when a wider character comes; finishing hands
 *          the cell out as it is if little is wasted, else copies.
 * Threads: a builder lies on its thread's C stack, which keeps the buffer alive. */
#include "objects/str.h"

#include "base/utf8.h"

#include <stdio.h>

#define FIRST_CAPACITY 24 /* what wf_builder_finish hands out uncopied, whatever the length */

WfStatus wf_builder_reserve(WfThread *t, WfStrBuilder *b, int64_t n, uint32_t max_char)
{
    int kind = wf_kind_of_char(max_char);
    if (kind < b->kind) {
        kind = b->kind;
    }
    int64_t need = b->length + n;
    if (b->buffer != NULL && kind == b->kind && need <= b->capacity) {
        return WF_OK;
    }
    int64_t capacity = b->capacity;
    if (b->buffer == NULL) {
        capacity = need;
    } else if (need > capacity) {
        capacity = need + need / 2;
    }
    if (capacity < FIRST_CAPACITY) {
        capacity = FIRST_CAPACITY;
    }
    static const uint32_t max_of_kind[] = {0, 0xff, 0xffff, 0, 0x10ffff};
    WfStr *s = wf_str_alloc(t, capacity, max_of_kind[kind]);
    if (s == NULL) {
        return WF_RAISED;
    }
    if (b->length > 0) {
        wf_chars_copy(s->data, kind, 0, ((WfStr *)b->buffer)->data, b->kind, 0, b->length);
    }
    b->buffer = s;
    b->kind = kind;
    b->capacity = capacity;
    return WF_OK;
}

WfStatus wf_builder_char(WfThread *t, WfStrBuilder *b, uint32_t c)
{
    if (wf_builder_reserve(t, b, 1, c) < 0) {
        return WF_RAISED;
    }
    wf_chars_put(((WfStr *)b->buffer)->data, b->kind, b->length++, c);
    return WF_OK;
}

WfStatus wf_builder_fill(WfThread *t, WfStrBuilder *b, uint32_t c, int64_t n)
{
    if (n <= 0) {
        return WF_OK;
    }
    if (wf_builder_reserve(t, b, n, c) < 0) {
        return WF_RAISED;
    }
    uint8_t *data = ((WfStr *)b->buffer)->data;
    if (b->kind == 1) {
        memset(data + b->length, (int)c, (size_t)n);
    } else {
        for (int64_t i = 0; i < n; i++) {
            wf_chars_put(data, b->kind, b->length + i, c);
        }
    }
    b->length += n;
    return WF_OK;
}

WfStatus wf_builder_kind(WfThread *t, WfStrBuilder *b, int kind, const void *p, int64_t n)
{
    if (n <= 0) {
        return WF_OK;
    }
    uint32_t max = kind <= b->kind ? 0 : wf_chars_max(p, kind, n);
    if (wf_builder_reserve(t, b, n, max) < 0) {
        return WF_RAISED;
    }
    wf_chars_copy(((WfStr *)b->buffer)->data, b->kind, b->length, p, kind, 0, n);
    b->length += n;
    return WF_OK;
}

WfStatus wf_builder_slice(WfThread *t, WfStrBuilder *b, const WfStr *s, int64_t start, int64_t stop)
{
    int kind = wf_str_kind(s);
    return wf_builder_kind(t, b, kind, s->data + start * kind, stop - start);
}

WfStatus wf_builder_str(WfThread *t, WfStrBuilder *b, const WfStr *s)
{
    return wf_builder_kind(t, b, wf_str_kind(s), s->data, s->length);
}

WfStatus wf_builder_ascii(WfThread *t, WfStrBuilder *b, const char *s, int64_t n)
{
    return wf_builder_kind(t, b, 1, s, n);
}

WfStatus wf_builder_utf8(WfThread *t, WfStrBuilder *b, const char *text, int64_t size)
{
    const uint8_t *s = (const uint8_t *)text;
    size_t n = (size_t)size;
    for (;;) {
        WfUtf8Scan scan = wf_utf8_scan(s, n, true);
        if (scan.valid > 0) {
            if (scan.valid == scan.count) {
                if (wf_builder_ascii(t, b, (const char *)s, (int64_t)scan.valid) < 0) {
                    return WF_RAISED;
                }
            } else {
                if (wf_builder_reserve(t, b, (int64_t)scan.count, scan.max) < 0) {
                    return WF_RAISED;
                }
                const uint8_t *p = s;
                while (p < s + scan.valid) {
                    wf_chars_put(((WfStr *)b->buffer)->data, b->kind, b->length++, wf_utf8_next(&p));
                }
            }
        }
        if (scan.error == WF_UTF8_OK) {
            return WF_OK;
        }
        if (wf_builder_char(t, b, 0xfffd) < 0) {
            return WF_RAISED;
        }
        s += scan.valid + scan.bad_len;
        n -= scan.valid + scan.bad_len;
    }
}

WfStatus wf_builder_repr(WfThread *t, WfStrBuilder *b, WfValue v)
{
    WfValue r = wf_repr(t, v);
    return wf_is_empty(r) ? WF_RAISED : wf_builder_str(t, b, wf_as_str(r));
}

WfValue wf_builder_finish(WfThread *t, WfStrBuilder *b)
{
    if (b->length == 0) {
        return WF_NAME_V(empty);
    }
    WfStr *s = b->buffer;
    uint32_t max = wf_chars_max(s->data, b->kind, b->length);
    b->buffer = NULL; /* the cell is not the builder's any more */
    if (b->length == 1 || wf_kind_of_char(max) != b->kind || (b->capacity - b->length) * b->kind > b->length / 4 + FIRST_CAPACITY) {
        return wf_str_from_kind(t, b->kind, s->data, b->length);
    }
    s->length = b->length;
    s->h.spare = (uint8_t)(b->kind | (max < 0x80 ? WF_STR_ASCII : 0));
    wf_chars_put(s->data, b->kind, b->length, 0);
    return wf_from_object(s);
}

/* --- formats ---------------------------------------------------------------------------------------------------- */

/* One directive of `format` behind the '%'. Numbers go through snprintf with the flags as they stand. */
static const char *format_one(WfThread *t, WfStrBuilder *b, const char *p, va_list *ap, WfStatus *status)
{
    char spec[32] = "%", text[400];
    size_t n = 1;
    int precision = -1, longs = 0;
    bool size = false;
    const char *begin = p;
    while (*p == '-' || *p == '0' || *p == '+' || *p == ' ' || *p == '#') {
        p++;
    }
    while (*p >= '0' && *p <= '9') {
        p++;
    }
    if (*p == '.') {
        p++;
        precision = 0;
        while (*p >= '0' && *p <= '9') {
            precision = precision * 10 + (*p++ - '0');
        }
    }
    while (p > begin + n - 1 && n < 20) {
        spec[n] = begin[n - 1];
        n++;
    }
    while (*p == 'l' || *p == 'z' || *p == 'j') {
        longs += *p == 'l';
        size |= *p == 'z' || *p == 'j';
        p++;
    }
    memcpy(spec + n, "ll", 2);
    spec[n + 2] = *p;
    spec[n + 3] = 0;
    WfValue v = WF_EMPTY;
    switch (*p) {
    case '%': *status = wf_builder_char(t, b, '%'); break;
    case 'd':
    case 'i': {
        long long i = longs > 1 ? va_arg(*ap, long long) : longs || size ? va_arg(*ap, long) : va_arg(*ap, int);
        *status = wf_builder_ascii(t, b, text, snprintf(text, sizeof text, spec, i));
        break;
    }
    case 'u':
    case 'x':
    case 'X':
    case 'o': {
        unsigned long long u = longs > 1      ? va_arg(*ap, unsigned long long)
                               : longs || size ? va_arg(*ap, unsigned long)
                                               : va_arg(*ap, unsigned);
        *status = wf_builder_ascii(t, b, text, snprintf(text, sizeof text, spec, u));
        break;
    }
    case 'c': *status = wf_builder_char(t, b, (uint32_t)va_arg(*ap, int)); break;
    case 'p':
        *status = wf_builder_ascii(t, b, text, snprintf(text, sizeof text, "%p", va_arg(*ap, void *)));
        break;
    case 's': {
        const char *s = va_arg(*ap, const char *);
        if (s == NULL) {
            s = "(null)";
        }
        int64_t len = (int64_t)(precision < 0 ? strlen(s) : strnlen(s, (size_t)precision));
        *status = wf_builder_utf8(t, b, s, len);
        break;
    }
    case 'N': {
        const char *s = wf_type_full_name(va_arg(*ap, const WfType *));
        *status = wf_builder_utf8(t, b, s, (int64_t)strlen(s));
        break;
    }
    case 't': {
        const char *s = wf_type_name(wf_type(va_arg(*ap, WfValue)));
        *status = wf_builder_utf8(t, b, s, (int64_t)strlen(s));
        break;
    }
    case 'T': {
        const char *s = WF_TYPE_NAME(va_arg(*ap, WfValue));
        *status = wf_builder_utf8(t, b, s, (int64_t)strlen(s));
        break;
    }
    case 'U': v = wf_from_object(va_arg(*ap, WfStr *)); break;
    case 'V': v = wf_str(t, va_arg(*ap, WfValue)); break;
    case 'R': v = wf_repr(t, va_arg(*ap, WfValue)); break;
    case 'A': v = wf_ascii(t, va_arg(*ap, WfValue)); break;
    default: WF_FATAL("unknown directive in a format");
    }
    if (*p == 'U' || *p == 'V' || *p == 'R' || *p == 'A') {
        if (wf_is_empty(v)) {
            *status = WF_RAISED;
        } else {
            WfStr *s = wf_as_str(v);
            int64_t len = precision >= 0 && precision < s->length ? precision : s->length;
            *status = wf_builder_slice(t, b, s, 0, len);
        }
    }
    return p + 1;
}

WfStatus wf_builder_vformat(WfThread *t, WfStrBuilder *b, const char *format, va_list args)
{
    va_list ap;
    va_copy(ap, args);
    WfStatus status = WF_OK;
    while (status == WF_OK && *format != 0) {
        const char *percent = strchr(format, '%');
        size_t plain = percent == NULL ? strlen(format) : (size_t)(percent - format);
        if (plain > 0) {
            status = wf_builder_utf8(t, b, format, (int64_t)plain);
            format += plain;
        }
        if (status == WF_OK && *format == '%') {
            format = format_one(t, b, format + 1, &ap, &status);
        }
    }
    va_end(ap);
    return status;
}

WfStatus wf_builder_format(WfThread *t, WfStrBuilder *b, const char *format, ...)
{
    va_list ap;
    va_start(ap, format);
    WfStatus status = wf_builder_vformat(t, b, format, ap);
    va_end(ap);
    return status;
}

WfValue wf_str_vformat(WfThread *t, const char *format, va_list ap)
{
    WfStrBuilder b = WF_STR_BUILDER;
    if (wf_builder_vformat(t, &b, format, ap) < 0) {
        return WF_EMPTY;
    }
    return wf_builder_finish(t, &b);
}

WfValue wf_str_format(WfThread *t, const char *format, ...)
{
    va_list ap;
    va_start(ap, format);
    WfValue v = wf_str_vformat(t, format, ap);
    va_end(ap);
    return v;
}
