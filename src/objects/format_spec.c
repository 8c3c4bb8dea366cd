/* format_spec.c - parsing format specifications, padding, grouping, and str.__format__.
 * SPDX-License-Identifier: MIT
 * Threads: pure, but for the C locale read for type 'n'. */
#include "objects/format_spec.h"

#include <limits.h>
#include <locale.h>

WfValue wf_format_unknown_type(WfThread *t, uint32_t type, WfValue obj)
{
    if (type > 32 && type < 128) {
        return wf_raise(t, WF_EXC(ValueError), "Unknown format code '%c' for object of type '%T'", (int)type, obj);
    }
    return wf_raise(t, WF_EXC(ValueError), "Unknown format code '\\x%x' for object of type '%T'", type, obj);
}

static bool is_align(uint32_t c)
{
    return c == '<' || c == '>' || c == '=' || c == '^';
}

/* Digits at *pos: -1 if there are none. */
static WfStatus parse_number(WfThread *t, const WfStr *s, int64_t *pos, int64_t *out)
{
    int64_t v = -1;
    for (; *pos < s->length; ++*pos) {
        uint32_t c = wf_str_at(s, *pos);
        if (c - '0' > 9) {
            break;
        }
        v = v < 0 ? 0 : v;
        if (v > (INT64_MAX - 9) / 10) {
            return WF_FAIL(wf_raise(t, WF_EXC(ValueError), "Too many decimal digits in format string"));
        }
        v = v * 10 + (int64_t)(c - '0');
    }
    *out = v;
    return WF_OK;
}

static WfStatus check_grouping(WfThread *t, const WfFormatSpec *f)
{
    switch (f->type) {
    case 'd': case 'e': case 'f': case 'g': case 'E': case 'G': case '%': case 'F': case 0:
        return WF_OK;
    case 'b': case 'o': case 'x': case 'X':
        if (f->grouping == '_') {
            return WF_OK;
        }
        break;
    default: break;
    }
    if (f->type > 32 && f->type < 128) {
        return WF_FAIL(wf_raise(t, WF_EXC(ValueError), "Cannot specify '%c' with '%c'.", f->grouping, (int)f->type));
    }
    return WF_FAIL(wf_raise(t, WF_EXC(ValueError), "Cannot specify '%c' with '\\x%x'.", f->grouping, f->type));
}

WfStatus wf_format_spec_parse(WfThread *t, WfStr *s, WfValue obj, uint32_t default_type, char default_align,
                              WfFormatSpec *f)
{
    int64_t pos = 0, n = s->length;
    bool fill_given = false;
#define PEEK (pos < n ? wf_str_at(s, pos) : 0)
    *f = (WfFormatSpec){.fill = ' ', .type = default_type, .width = -1, .precision = -1, .align = default_align};
    if (n >= 2 && is_align(wf_str_at(s, 1))) {
        f->fill = wf_str_at(s, 0);
        f->align = (char)wf_str_at(s, 1);
        fill_given = f->align_given = true;
        pos = 2;
    } else if (n >= 1 && is_align(wf_str_at(s, 0))) {
        f->align = (char)wf_str_at(s, 0);
        f->align_given = true;
        pos = 1;
    }
    if (PEEK == ' ' || PEEK == '+' || PEEK == '-') {
        f->sign = (char)PEEK;
        pos++;
    }
    if (PEEK == 'z') {
        f->no_neg_zero = true;
        pos++;
    }
    if (PEEK == '#') {
        f->alternate = true;
        pos++;
    }
    if (!fill_given && PEEK == '0') {
        f->fill = '0';
        if (!f->align_given && default_align == '>') {
            f->align = '=';
        }
        pos++;
    }
    if (parse_number(t, s, &pos, &f->width) < 0) {
        return WF_RAISED;
    }
    if (PEEK == ',') {
        f->grouping = ',';
        pos++;
        if (PEEK == '_') {
            return WF_FAIL(wf_raise(t, WF_EXC(ValueError), "Cannot specify both ',' and '_'."));
        }
    } else if (PEEK == '_') {
        f->grouping = '_';
        pos++;
        if (PEEK == ',') {
            return WF_FAIL(wf_raise(t, WF_EXC(ValueError), "Cannot specify both ',' and '_'."));
        }
    }
    if (PEEK == '.') {
        pos++;
        if (parse_number(t, s, &pos, &f->precision) < 0) {
            return WF_RAISED;
        }
        if (f->precision < 0) {
            return WF_FAIL(wf_raise(t, WF_EXC(ValueError), "Format specifier missing precision"));
        }
    }
    if (n - pos > 1) {
        return WF_FAIL(wf_raise(t, WF_EXC(ValueError), "Invalid format specifier '%U' for object of type '%T'", s, obj));
    }
    if (n - pos == 1) {
        f->type = wf_str_at(s, pos);
        f->type_given = true;
    }
#undef PEEK
    return f->grouping == 0 ? WF_OK : check_grouping(t, f);
}

WfStatus wf_format_locale(WfThread *t, const WfFormatSpec *spec, WfFormatLocale *loc)
{
    loc->decimal_point = WF_NAME(dot);
    loc->thousands = WF_NAME(empty);
    loc->grouping = "";
    if (spec->type == 'n') {
        const struct lconv *lc = localeconv();
        WfValue point = wf_str_from_cstr(t, lc->decimal_point);
        WfValue sep = wf_is_empty(point) ? WF_EMPTY : wf_str_from_cstr(t, lc->thousands_sep);
        if (wf_is_empty(sep)) {
            return WF_RAISED;
        }
        loc->decimal_point = wf_as_str(point);
        loc->thousands = wf_as_str(sep);
        loc->grouping = lc->grouping;
    } else if (spec->grouping != 0) {
        bool by_four = spec->type == 'b' || spec->type == 'o' || spec->type == 'x' || spec->type == 'X';
        loc->thousands = WF_LATIN1((unsigned char)spec->grouping);
        loc->grouping = by_four ? "\4" : "\3";
    }
    return WF_OK;
}

/* Size of the next group from the right; INT64_MAX: all that is left. */
static int64_t next_group(const char **grouping, char *last)
{
    char c = **grouping;
    if (c == 0) {
        return *last == 0 ? INT64_MAX : *last; /* the last size repeats */
    }
    ++*grouping;
    if (c == CHAR_MAX || c < 0) {
        *last = 0;
        *grouping = "";
        return INT64_MAX;
    }
    *last = c;
    return c;
}

/* Writes digits with separators from the right: at least min_width characters, filled with zeros. Without `out` only counts. */
static int64_t group_digits(uint32_t *out, int64_t end, const char *digits, int64_t n, int64_t min_width,
                            const WfFormatLocale *loc)
{
    const char *grouping = loc->grouping;
    char last = 0;
    int64_t used = 0, sep = loc->thousands->length;
    for (;;) {
        int64_t left = n > min_width ? n : min_width;
        int64_t group = next_group(&grouping, &last);
        int64_t take = left < 1 ? 1 : left;
        take = take < group ? take : group;
        for (int64_t i = 0; i < take; i++) {
            used++;
            if (out != NULL) {
                out[end - used] = n > 0 ? (uint32_t)(unsigned char)digits[n - 1] : '0';
            }
            n -= n > 0;
        }
        min_width -= take;
        if (n <= 0 && min_width <= 0) {
            return used;
        }
        for (int64_t i = sep; i-- > 0;) {
            used++;
            if (out != NULL) {
                out[end - used] = wf_str_at(loc->thousands, i);
            }
        }
        min_width -= sep;
    }
}

WfStatus wf_format_number(WfThread *t, WfStrBuilder *b, const WfFormatSpec *spec, bool negative, const char *prefix,
                          const char *digits, int64_t n_digits, const char *rest, int64_t n_rest,
                          const WfFormatLocale *loc)
{
    WfFormatLocale own;
    if (loc == NULL) {
        own = (WfFormatLocale){WF_NAME(dot), WF_NAME(empty), ""};
        WfFormatSpec plain = *spec;
        plain.type = spec->type == 'n' ? 0 : spec->type;
        if (wf_format_locale(t, &plain, &own) < 0) {
            return WF_RAISED;
        }
        loc = &own;
    }
    char sign = negative ? '-' : spec->sign == '+' || spec->sign == ' ' ? spec->sign : 0;
    int64_t n_prefix = prefix == NULL ? 0 : (int64_t)strlen(prefix);
    bool point = n_rest > 0 && rest[0] == '.';
    int64_t around = (sign != 0) + n_prefix + n_rest + (point ? loc->decimal_point->length - 1 : 0);
    int64_t min_width = spec->fill == '0' && spec->align == '=' ? spec->width - around : 0;
    bool grouped = loc->thousands->length > 0 && loc->grouping[0] != 0;
    int64_t n_grouped = n_digits == 0   ? 0
                        : grouped       ? group_digits(NULL, 0, digits, n_digits, min_width, loc)
                        : n_digits > min_width ? n_digits
                                               : min_width;
    int64_t total = around + n_grouped;
    int64_t padding = spec->width > total ? spec->width - total : 0;
    int64_t left = spec->align == '>' ? padding : spec->align == '^' ? padding / 2 : 0;
    int64_t middle = spec->align == '=' ? padding : 0;
    int64_t right = padding - left - middle;
    /* One reservation: the rest cannot fail. */
    uint32_t max = padding > 0 ? spec->fill : 0x7f;
    uint32_t m1 = wf_str_max_char(loc->thousands), m2 = wf_str_max_char(loc->decimal_point);
    max = max > m1 ? max : m1;
    max = max > m2 ? max : m2;
    if (wf_builder_reserve(t, b, total + padding, max) < 0 || wf_builder_fill(t, b, spec->fill, left) < 0
        || (sign != 0 && wf_builder_char(t, b, (uint32_t)sign) < 0) || wf_builder_ascii(t, b, prefix, n_prefix) < 0
        || wf_builder_fill(t, b, spec->fill, middle) < 0) {
        return WF_RAISED;
    }
    if (n_grouped > 0) {
        if (!grouped) {
            if (wf_builder_fill(t, b, '0', n_grouped - n_digits) < 0 || wf_builder_ascii(t, b, digits, n_digits) < 0) {
                return WF_RAISED;
            }
        } else {
            uint32_t small[128], *out = small;
            if (n_grouped > 128) {
                WfRaw *raw = wf_gc_alloc_raw(t, n_grouped * 4, false);
                if (raw == NULL) {
                    return WF_RAISED;
                }
                out = (uint32_t *)(void *)raw->data;
            }
            group_digits(out, n_grouped, digits, n_digits, min_width, loc);
            if (wf_builder_kind(t, b, 4, out, n_grouped) < 0) {
                return WF_RAISED;
            }
        }
    }
    if (point) {
        if (wf_builder_str(t, b, loc->decimal_point) < 0) {
            return WF_RAISED;
        }
        rest++;
        n_rest--;
    }
    if (wf_builder_ascii(t, b, rest, n_rest) < 0 || wf_builder_fill(t, b, spec->fill, right) < 0) {
        return WF_RAISED;
    }
    return WF_OK;
}

WfStatus wf_format_pad(WfThread *t, WfStrBuilder *b, const WfFormatSpec *spec, const WfStr *s)
{
    int64_t padding = spec->width > s->length ? spec->width - s->length : 0;
    int64_t left = spec->align == '<' ? 0 : spec->align == '^' ? padding / 2 : padding;
    if (wf_builder_fill(t, b, spec->fill, left) < 0 || wf_builder_str(t, b, s) < 0
        || wf_builder_fill(t, b, spec->fill, padding - left) < 0) {
        return WF_RAISED;
    }
    return WF_OK;
}

WfValue wf_format_str(WfThread *t, WfValue v, WfStr *text)
{
    if (text->length == 0) {
        return wf_str(t, v);
    }
    WfFormatSpec spec;
    if (wf_format_spec_parse(t, text, v, 's', '<', &spec) < 0) {
        return WF_EMPTY;
    }
    if (spec.type != 's') {
        return wf_format_unknown_type(t, spec.type, v);
    }
    if (spec.sign != 0) {
        return wf_raise(t, WF_EXC(ValueError), spec.sign == ' ' ? "Space not allowed in string format specifier"
                                                                : "Sign not allowed in string format specifier");
    }
    if (spec.no_neg_zero) {
        return wf_raise(t, WF_EXC(ValueError), "Negative zero coercion (z) not allowed in string format specifier");
    }
    if (spec.alternate) {
        return wf_raise(t, WF_EXC(ValueError), "Alternate form (#) not allowed in string format specifier");
    }
    if (spec.align == '=') {
        return wf_raise(t, WF_EXC(ValueError), "'=' alignment not allowed in string format specifier");
    }
    WfStr *s = wf_as_str(v);
    if (spec.precision >= 0 && spec.precision < s->length) {
        v = wf_str_slice(t, s, 0, spec.precision);
        if (wf_is_empty(v)) {
            return WF_EMPTY;
        }
        s = wf_as_str(v);
    }
    if (spec.width <= s->length) {
        return wf_str_exact(t, v);
    }
    WfStrBuilder b = WF_STR_BUILDER;
    if (wf_format_pad(t, &b, &spec, s) < 0) {
        return WF_EMPTY;
    }
    return wf_builder_finish(t, &b);
}
