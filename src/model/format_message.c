/* format_message.c - printf for messages: text of errors and other small strings, with values of Python in it.
 * SPDX-License-Identifier: MIT
 * Design:     a format is walked once; text goes to a string builder. Conversions: errors.h. A precision (%.200s, %.50R) cuts
 *             after so many characters, a width pads with spaces (or zeros) on the left.
 * Threads:    no state. */
#include "model/errors.h"
#include "model/object.h"
#include "objects/str.h"

#include <stdio.h>

static WfStatus put_str(WfThread *t, WfStrBuilder *b, const WfStr *s, int64_t precision)
{
    if (precision >= 0 && s->length > precision) {
        return wf_builder_slice(t, b, s, 0, precision);
    }
    return wf_builder_str(t, b, s);
}

static WfStatus put_value(WfThread *t, WfStrBuilder *b, WfValue s, int64_t precision)
{
    return wf_is_empty(s) ? WF_RAISED : put_str(t, b, wf_as_str(s), precision);
}

/* C string of UTF-8; stray bytes (from the system, say) are taken as U+FFFD. */
static WfStatus put_cstr(WfThread *t, WfStrBuilder *b, const char *s, int64_t precision)
{
    size_t n = precision >= 0 ? strnlen(s, (size_t)precision) : strlen(s);
    bool ascii = true;
    for (size_t i = 0; i < n; i++) {
        ascii = ascii && (unsigned char)s[i] < 128;
    }
    if (ascii) {
        return wf_builder_ascii(t, b, s, (int64_t)n);
    }
    WfValue text = wf_str_decode_fs(t, s, (int64_t)n);
    return wf_is_empty(text) ? WF_RAISED : wf_builder_str(t, b, wf_as_str(text));
}

static WfStatus put_padded(WfThread *t, WfStrBuilder *b, const char *s, int n, int width, bool zero)
{
    if (zero && n > 0 && *s == '-') {
        if (wf_builder_char(t, b, '-') != WF_OK) {
            return WF_RAISED;
        }
        s++;
        n--;
        width--;
    }
    for (int i = n; i < width; i++) {
        if (wf_builder_char(t, b, zero ? '0' : ' ') != WF_OK) {
            return WF_RAISED;
        }
    }
    return wf_builder_ascii(t, b, s, n);
}

WfValue wf_str_vformat(WfThread *t, const char *format, va_list ap)
{
    WfStrBuilder b = WF_STR_BUILDER;
    const char *p = format;
    for (;;) {
        const char *percent = strchr(p, '%');
        size_t n = percent != NULL ? (size_t)(percent - p) : strlen(p);
        if (percent == NULL && p == format) {
            return wf_str_from_utf8(t, format, (int64_t)n);
        }
        if (n > 0 && put_cstr(t, &b, p, (int64_t)n) != WF_OK) {
            return WF_EMPTY;
        }
        if (percent == NULL) {
            return wf_builder_finish(t, &b);
        }
        p = percent + 1;
        bool zero = false;
        int width = 0;
        int64_t precision = -1;
        if (*p == '0') {
            zero = true;
            p++;
        }
        while (*p >= '0' && *p <= '9') {
            width = width * 10 + (*p++ - '0');
        }
        if (*p == '.') {
            precision = 0;
            p++;
            while (*p >= '0' && *p <= '9') {
                precision = precision * 10 + (*p++ - '0');
            }
        }
        int longs = 0;
        while (*p == 'l' || *p == 'z' || *p == 'j') {
            longs++;
            p++;
        }
        char number[32];
        int len = -1;
        WfStatus status = WF_OK;
        switch (*p++) {
        case '%':
            status = wf_builder_char(t, &b, '%');
            break;
        case 'c':
            status = wf_builder_char(t, &b, (uint32_t)va_arg(ap, int));
            break;
        case 'd':
        case 'i':
            len = longs ? snprintf(number, sizeof number, "%ld", va_arg(ap, long))
                        : snprintf(number, sizeof number, "%d", va_arg(ap, int));
            break;
        case 'u':
            len = longs ? snprintf(number, sizeof number, "%lu", va_arg(ap, unsigned long))
                        : snprintf(number, sizeof number, "%u", va_arg(ap, unsigned));
            break;
        case 'x':
            len = longs ? snprintf(number, sizeof number, "%lx", va_arg(ap, unsigned long))
                        : snprintf(number, sizeof number, "%x", va_arg(ap, unsigned));
            break;
        case 'p':
            len = snprintf(number, sizeof number, "0x%lx", (unsigned long)(uintptr_t)va_arg(ap, void *));
            break;
        case 's': {
            const char *s = va_arg(ap, const char *);
            status = put_cstr(t, &b, s != NULL ? s : "(null)", precision);
            break;
        }
        case 'U':
            status = put_str(t, &b, va_arg(ap, WfStr *), precision);
            break;
        case 'V':
            status = put_value(t, &b, wf_str(t, va_arg(ap, WfValue)), precision);
            break;
        case 'R':
            status = put_value(t, &b, wf_repr(t, va_arg(ap, WfValue)), precision);
            break;
        case 'A':
            status = put_value(t, &b, wf_ascii(t, va_arg(ap, WfValue)), precision);
            break;
        case 'T':
            status = put_cstr(t, &b, WF_TYPE_NAME(va_arg(ap, WfValue)), precision);
            break;
        case 'N':
            status = put_cstr(t, &b, wf_type_name(va_arg(ap, WfType *)), precision);
            break;
        default:
            WF_FATAL("unknown conversion in a message's format");
        }
        if (len >= 0) {
            status = put_padded(t, &b, number, len, width, zero);
        }
        if (status != WF_OK) {
            return WF_EMPTY;
        }
    }
}

WfValue wf_str_format(WfThread *t, const char *format, ...)
{
    va_list ap;
    va_start(ap, format);
    WfValue s = wf_str_vformat(t, format, ap);
    va_end(ap);
    return s;
}
