/* str_percent.c - the % operator of str, bytes and bytearray.
 * SPDX-License-Identifier: MIT
 * Design:  one interpreter of directives writes into a string builder; for bytes the format and the pieces are taken as Latin-1
 *          and the result is read back as bytes.
 * Threads: a bytearray's format is a copy (wf_bytes_self). */
#include "base/dtoa.h"
#include "objects/bytes_methods.h"
#include "objects/dict.h"
#include "objects/int.h"
#include "objects/float.h"
#include "objects/str.h"
#include "objects/tuple.h"

#include <limits.h>

enum { LEFT = 1, PLUS = 2, BLANK = 4, ALT = 8, ZERO = 16 };

typedef struct Context {
    WfStrBuilder out;
    const void *format;
    int64_t length, pos;
    int kind;
    bool bytes;
    WfValue args, mapping; /* mapping: EMPTY if args are not to be looked up by key */
    WfValue current;       /* what directives take from: args, or the value of a (key) */
    int64_t next, count;   /* of current; count -1: a single value, -2: it is used up */
} Context;

typedef struct Directive {
    int flags;
    int64_t width, precision;
    uint32_t type;
} Directive;

static WfValue next_arg(WfThread *t, Context *c)
{
    if (c->count == -1) {
        c->count = -2;
        return c->current;
    }
    if (c->next < c->count) {
        return wf_tuple_at(wf_as_tuple(c->current), c->next++);
    }
    return wf_raise(t, WF_EXC(TypeError), "not enough arguments for format string");
}

static uint32_t peek(const Context *c)
{
    return c->pos < c->length ? wf_chars_at(c->format, c->kind, c->pos) : 0;
}

static WfStatus take(WfThread *t, Context *c, uint32_t *out)
{
    if (c->pos >= c->length) {
        return WF_FAIL(wf_raise(t, WF_EXC(ValueError), "incomplete format"));
    }
    *out = wf_chars_at(c->format, c->kind, c->pos++);
    return WF_OK;
}

/* A number or '*'; *ch holds the current character before and after. */
static WfStatus parse_number(WfThread *t, Context *c, uint32_t *ch, int64_t max, const char *too_big, int64_t *out)
{
    if (*ch == '*') {
        WfValue v = next_arg(t, c);
        if (wf_is_empty(v)) {
            return WF_RAISED;
        }
        if (!wf_is_any_int(v)) {
            return WF_FAIL(wf_raise(t, WF_EXC(TypeError), "* wants int"));
        }
        if (!wf_int_to_i64(v, out) || *out > max || *out < -max) {
            return WF_FAIL(max == INT_MAX ? wf_raise(t, WF_EXC(OverflowError), "Python int too large to convert to C int")
                                          : wf_raise(t, WF_EXC(OverflowError),
                                                     "Python int too large to convert to C ssize_t"));
        }
        return take(t, c, ch);
    }
    if (*ch - '0' > 9) {
        return WF_OK;
    }
    *out = 0;
    while (*ch - '0' <= 9) {
        if (*out > (max - (int64_t)(*ch - '0')) / 10) {
            return WF_FAIL(wf_raise(t, WF_EXC(ValueError), "%s", too_big));
        }
        *out = *out * 10 + (int64_t)(*ch - '0');
        if (take(t, c, ch) < 0) {
            return WF_RAISED;
        }
    }
    return WF_OK;
}

/* (key): the directives' argument becomes the mapping's item. */
static WfStatus parse_key(WfThread *t, Context *c)
{
    if (wf_is_empty(c->mapping)) {
        return WF_FAIL(wf_raise(t, WF_EXC(TypeError), "format requires a mapping"));
    }
    int64_t start = ++c->pos;
    for (int depth = 1; depth > 0; c->pos++) {
        if (c->pos >= c->length) {
            return WF_FAIL(wf_raise(t, WF_EXC(ValueError), "incomplete format key"));
        }
        uint32_t ch = wf_chars_at(c->format, c->kind, c->pos);
        depth += ch == '(' ? 1 : ch == ')' ? -1 : 0;
    }
    const uint8_t *p = (const uint8_t *)c->format + start * c->kind;
    int64_t n = c->pos - 1 - start;
    WfValue key = c->bytes ? wf_bytes_new(t, p, n) : wf_str_from_kind(t, c->kind, p, n);
    c->current = wf_is_empty(key) ? WF_EMPTY : wf_getitem(t, c->mapping, key);
    c->count = -1;
    return wf_is_empty(c->current) ? WF_RAISED : WF_OK;
}

/* The directive behind the '%'. */
static WfStatus parse_directive(WfThread *t, Context *c, Directive *d)
{
    uint32_t ch;
    *d = (Directive){0, -1, -1, 0};
    if (peek(c) == '(' && c->pos < c->length && parse_key(t, c) < 0) {
        return WF_RAISED;
    }
    for (;;) {
        if (take(t, c, &ch) < 0) {
            return WF_RAISED;
        }
        int flag = ch == '-' ? LEFT : ch == '+' ? PLUS : ch == ' ' ? BLANK : ch == '#' ? ALT : ch == '0' ? ZERO : 0;
        if (flag == 0) {
            break;
        }
        d->flags |= flag;
    }
    bool star = ch == '*';
    if (parse_number(t, c, &ch, INT64_MAX, "width too big", &d->width) < 0) {
        return WF_RAISED;
    }
    if (star && d->width < 0) {
        d->flags |= LEFT;
        d->width = -d->width;
    }
    if (ch == '.') {
        d->precision = 0;
        if (take(t, c, &ch) < 0
            || parse_number(t, c, &ch, INT_MAX, c->bytes ? "prec too big" : "precision too big", &d->precision) < 0) {
            return WF_RAISED;
        }
        if (d->precision < 0) {
            d->precision = 0;
        }
    }
    if (ch == 'h' || ch == 'l' || ch == 'L') {
        if (take(t, c, &ch) < 0) {
            return WF_RAISED;
        }
    }
    d->type = ch;
    return WF_OK;
}

static WfStatus emit_padded(WfThread *t, Context *c, const Directive *d, int kind, const void *p, int64_t n)
{
    int64_t padding = d->width > n ? d->width - n : 0;
    if ((!(d->flags & LEFT) && wf_builder_fill(t, &c->out, ' ', padding) < 0)
        || wf_builder_kind(t, &c->out, kind, p, n) < 0
        || ((d->flags & LEFT) && wf_builder_fill(t, &c->out, ' ', padding) < 0)) {
        return WF_RAISED;
    }
    return WF_OK;
}

/* sign, prefix, zeros, digits, padded; `text` may begin with '-'. */
static WfStatus emit_number(WfThread *t, Context *c, const Directive *d, const char *text, int64_t n, const char *prefix,
                            int64_t zeros, bool fill_zeros)
{
    char sign = 0;
    if (n > 0 && (*text == '-' || *text == '+')) {
        sign = *text++;
        n--;
    }
    if (sign != '-') {
        sign = d->flags & PLUS ? '+' : d->flags & BLANK ? ' ' : 0;
    }
    int64_t n_prefix = (int64_t)strlen(prefix), total = (sign != 0) + n_prefix + zeros + n;
    int64_t padding = d->width > total ? d->width - total : 0, left = 0, right = 0;
    if (d->flags & LEFT) {
        right = padding;
    } else if (fill_zeros && (d->flags & ZERO)) {
        zeros += padding;
    } else {
        left = padding;
    }
    if (wf_builder_fill(t, &c->out, ' ', left) < 0 || (sign && wf_builder_char(t, &c->out, (uint32_t)sign) < 0)
        || wf_builder_ascii(t, &c->out, prefix, n_prefix) < 0 || wf_builder_fill(t, &c->out, '0', zeros) < 0
        || wf_builder_ascii(t, &c->out, text, n) < 0 || wf_builder_fill(t, &c->out, ' ', right) < 0) {
        return WF_RAISED;
    }
    return WF_OK;
}

static WfStatus emit_int(WfThread *t, Context *c, Directive *d, WfValue v)
{
    uint32_t type = d->type == 'i' || d->type == 'u' ? 'd' : d->type;
    if (!wf_is_any_int(v)) {
        const WfSlotTable *slots = &wf_type(v)->slots;
        bool number = slots->index != NULL || slots->int_ != NULL || slots->float_ != NULL || wf_is_float(v);
        WfValue i = WF_EMPTY;
        if (number) {
            i = type == 'd' ? wf_call1(t, wf_from_object(WF_TYPE(INT)), v) : wf_index(t, v);
            if (wf_is_empty(i) && !wf_clear_if(t, WF_EXC(TypeError))) {
                return WF_RAISED;
            }
        }
        if (wf_is_empty(i)) {
            return WF_FAIL(wf_raise(t, WF_EXC(TypeError), "%%%c format: %s is required, not %T", (int)d->type,
                                    type == 'd' ? "a real number" : "an integer", v));
        }
        v = i;
    }
    char small[32];
    const char *text = small;
    int64_t n;
    if (type == 'd' && wf_is_int(v)) {
        int64_t i = wf_as_int(v);
        char *p = small + sizeof small;
        uint64_t u = i < 0 ? -(uint64_t)i : (uint64_t)i;
        do {
            *--p = (char)('0' + u % 10);
            u /= 10;
        } while (u != 0);
        if (i < 0) {
            *--p = '-';
        }
        text = p;
        n = small + sizeof small - p;
    } else {
        WfValue s = wf_int_to_str(t, v, type == 'd' ? 10 : type == 'o' ? 8 : 16);
        if (wf_is_empty(s)) {
            return WF_RAISED;
        }
        text = (const char *)wf_as_str(s)->data;
        n = wf_as_str(s)->length;
    }
    int64_t digits = n - (*text == '-'), zeros = d->precision > digits ? d->precision - digits : 0;
    const char *prefix = !(d->flags & ALT) ? "" : type == 'o' ? "0o" : type == 'x' ? "0x" : type == 'X' ? "0X" : "";
    if (type == 'X') {
        WfRaw *upper = wf_gc_alloc_raw(t, n + 1, false);
        if (upper == NULL) {
            return WF_RAISED;
        }
        for (int64_t i = 0; i < n; i++) {
            upper->data[i] = (uint8_t)(text[i] >= 'a' && text[i] <= 'f' ? text[i] - 32 : text[i]);
        }
        return emit_number(t, c, d, (const char *)upper->data, n, prefix, zeros, true);
    }
    return emit_number(t, c, d, text, n, prefix, zeros, true);
}

static WfStatus emit_float(WfThread *t, Context *c, Directive *d, WfValue v)
{
    double x;
    if (wf_is_float(v)) {
        x = wf_float_value(v);
    } else if (wf_to_double(t, v, &x) < 0) {
        if (c->bytes && wf_clear_if(t, WF_EXC(TypeError))) {
            wf_raise(t, WF_EXC(TypeError), "float argument required, not %T", v);
        }
        return WF_RAISED;
    }
    char room[64];
    WfStrBuf text = WF_STRBUF_ON(room);
    if (d->precision > INT_MAX - 10) {
        return WF_FAIL(wf_raise(t, WF_EXC(ValueError), "precision too big"));
    }
    bool ok = wf_dtoa_format(&text, x, (char)d->type, d->precision < 0 ? 6 : (int)d->precision,
                             d->flags & ALT ? WF_DTOA_ALT : 0);
    WfStatus status = ok ? emit_number(t, c, d, text.data, (int64_t)text.len, "", 0, true)
                         : WF_FAIL(wf_raise_no_memory(t));
    wf_strbuf_free(&text);
    return status;
}

static WfStatus emit_char(WfThread *t, Context *c, Directive *d, WfValue v)
{
    uint32_t ch = 0;
    int64_t i;
    if (c->bytes) {
        int64_t n = 0;
        if (wf_is_bytes(v) || wf_is_bytearray(v)) {
            const uint8_t *p = wf_bytes_self(t, v, &n);
            if (p == NULL) {
                return WF_RAISED;
            }
            ch = n == 1 ? p[0] : 0;
        } else if (wf_is_any_int(v) || wf_type(v)->slots.index != NULL) {
            if (wf_as_index(t, v, &i, NULL) < 0) {
                return WF_RAISED;
            }
            if (i < 0 || i > 255) {
                return WF_FAIL(wf_raise(t, WF_EXC(OverflowError), "%%c arg not in range(256)"));
            }
            ch = (uint32_t)i;
            n = 1;
        }
        if (n != 1) {
            return WF_FAIL(
                wf_raise(t, WF_EXC(TypeError), "%%c requires an integer in range(256) or a single byte"));
        }
    } else if (wf_is_str(v) && wf_as_str(v)->length == 1) {
        ch = wf_str_at(wf_as_str(v), 0);
    } else if (wf_is_any_int(v) || wf_type(v)->slots.index != NULL) {
        if (wf_as_index(t, v, &i, NULL) < 0) {
            return WF_RAISED;
        }
        if (i < 0 || i > 0x10ffff) {
            return WF_FAIL(wf_raise(t, WF_EXC(OverflowError), "%%c arg not in range(0x110000)"));
        }
        ch = (uint32_t)i;
    } else {
        return WF_FAIL(wf_raise(t, WF_EXC(TypeError), "%%c requires int or char"));
    }
    return emit_padded(t, c, d, 4, &ch, 1);
}

static WfStatus emit_text(WfThread *t, Context *c, Directive *d, WfValue v)
{
    if (c->bytes && (d->type == 's' || d->type == 'b')) {
        if (!wf_has_buffer(v)) {
            WfValue method = wf_lookup_special(t, v, WF_NAME(__bytes__)), shown = v;
            if (wf_is_empty(method)) {
                return wf_pending(t) ? WF_RAISED
                                     : WF_FAIL(wf_raise(t, WF_EXC(TypeError),
                                                        "%%b requires a bytes-like object, or an object that "
                                                        "implements __bytes__, not '%T'",
                                                        shown));
            }
            v = wf_call0(t, method);
            if (wf_is_empty(v)) {
                return WF_RAISED;
            }
            if (!wf_is_bytes(v)) {
                return WF_FAIL(wf_raise(t, WF_EXC(TypeError), "__bytes__ returned non-bytes (type %T)", v));
            }
        }
        v = wf_bytes_from_object(t, v);
        if (wf_is_empty(v)) {
            return WF_RAISED;
        }
        WfBytes *b = wf_as_bytes(v);
        int64_t n = d->precision >= 0 && d->precision < b->length ? d->precision : b->length;
        return emit_padded(t, c, d, 1, b->data, n);
    }
    v = d->type == 's' ? wf_is_exact_str(v) ? v : wf_str(t, v)
        : d->type == 'r' && !c->bytes ? wf_repr(t, v)
                                      : wf_ascii(t, v);
    if (wf_is_empty(v)) {
        return WF_RAISED;
    }
    WfStr *s = wf_as_str(v);
    int64_t n = d->precision >= 0 && d->precision < s->length ? d->precision : s->length;
    return emit_padded(t, c, d, wf_str_kind(s), s->data, n);
}

static WfStatus directive(WfThread *t, Context *c)
{
    Directive d;
    if (peek(c) == '%') {
        c->pos++;
        return wf_builder_char(t, &c->out, '%');
    }
    if (parse_directive(t, c, &d) < 0) {
        return WF_RAISED;
    }
    WfValue v = next_arg(t, c);
    if (wf_is_empty(v)) {
        return WF_RAISED;
    }
    WfStatus status;
    switch (d.type) {
    case 's': case 'r': case 'a': status = emit_text(t, c, &d, v); break;
    case 'i': case 'd': case 'u': case 'o': case 'x': case 'X': status = emit_int(t, c, &d, v); break;
    case 'e': case 'E': case 'f': case 'F': case 'g': case 'G': status = emit_float(t, c, &d, v); break;
    case 'c': status = emit_char(t, c, &d, v); break;
    default:
        if (d.type == 'b' && c->bytes) {
            status = emit_text(t, c, &d, v);
            break;
        }
        return WF_FAIL(wf_raise(t, WF_EXC(ValueError), "unsupported format character '%c' (0x%x) at index %lld",
                                31 <= d.type && d.type <= 126 ? (int)d.type : '?', d.type, (long long)c->pos - 1));
    }
    return status;
}

static WfStatus run(WfThread *t, Context *c)
{
    c->current = c->args;
    c->mapping = WF_EMPTY;
    if (wf_is_tuple(c->args)) {
        c->count = wf_as_tuple(c->args)->length;
    } else {
        c->count = -1;
        bool text = c->bytes ? wf_is_bytes(c->args) || wf_is_bytearray(c->args) : wf_is_str(c->args);
        if (!text && wf_type(c->args)->slots.getitem != NULL) {
            c->mapping = c->args;
        }
    }
    if (wf_builder_reserve(t, &c->out, c->length + 16, 0x7f) < 0) {
        return WF_RAISED;
    }
    while (c->pos < c->length) {
        int64_t start = c->pos;
        while (c->pos < c->length && wf_chars_at(c->format, c->kind, c->pos) != '%') {
            c->pos++;
        }
        if (wf_builder_kind(t, &c->out, c->kind, (const uint8_t *)c->format + start * c->kind, c->pos - start) < 0) {
            return WF_RAISED;
        }
        if (c->pos < c->length) {
            c->pos++;
            if (directive(t, c) < 0) {
                return WF_RAISED;
            }
        }
    }
    bool left_over = c->count == -1 ? wf_is_empty(c->mapping) : c->next < c->count;
    if (left_over && wf_is_empty(c->mapping)) {
        return WF_FAIL(wf_raise(t, WF_EXC(TypeError), "not all arguments converted during %s formatting",
                                c->bytes ? "bytes" : "string"));
    }
    return WF_OK;
}

WfValue wf_str_percent(WfThread *t, WfValue format, WfValue args)
{
    WfStr *s = wf_as_str(format);
    Context c = {.out = WF_STR_BUILDER, .format = s->data, .length = s->length, .kind = wf_str_kind(s), .args = args};
    return run(t, &c) < 0 ? WF_EMPTY : wf_builder_finish(t, &c.out);
}

WfValue wf_bytes_percent(WfThread *t, const uint8_t *format, int64_t n, WfValue args)
{
    Context c = {.out = WF_STR_BUILDER, .format = format, .length = n, .kind = 1, .bytes = true, .args = args};
    if (run(t, &c) < 0) {
        return WF_EMPTY;
    }
    return wf_bytes_new(t, c.out.buffer == NULL ? NULL : ((WfStr *)c.out.buffer)->data, c.out.length);
}
