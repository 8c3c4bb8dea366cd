/* format_number.c - __format__ of int, float and complex.
 * SPDX-License-Identifier: MIT
 * Design:     a number becomes ASCII text (sign, prefix, digits, rest); grouping and padding are format_spec.c's.
 * Threads:    no state. */
#include "objects/format_number.h"

#include "base/dtoa.h"
#include "objects/float.h"
#include "objects/format_spec.h"
#include "objects/int.h"

#include <limits.h>
#include <math.h>

#define DEFAULT_PRECISION 6

/* --- float --------------------------------------------------------------------------------------------------- */

/* The text of d without its sign, its leading digits apart. */
typedef struct FloatText {
    WfStrBuf buf;
    char room[64];
    const char *digits, *rest;
    int64_t n_digits, n_rest;
    bool negative;
} FloatText;

static WfStatus float_text(WfThread *t, FloatText *f, double d, const WfFormatSpec *spec, bool is_complex)
{
    char type = (char)spec->type;
    int64_t precision = spec->precision;
    unsigned flags = (spec->alternate ? WF_DTOA_ALT : 0u) | (spec->no_neg_zero ? WF_DTOA_NO_NEG_0 : 0u);
    if (precision > INT_MAX) {
        return WF_FAIL(wf_raise(t, WF_EXC(ValueError), "precision too big"));
    }
    bool percent = type == '%';
    if (percent) {
        type = 'f';
        d *= 100;
    } else if (type == 'n') {
        type = 'g';
    } else if (!spec->type_given) {
        type = precision < 0 ? 'r' : 'g';
        flags |= is_complex ? 0u : WF_DTOA_ADD_DOT_0;
    }
    f->buf = WF_STRBUF_ON(f->room);
    if (!wf_dtoa_format(&f->buf, d, type, precision < 0 ? DEFAULT_PRECISION : (int)precision, flags)) {
        wf_strbuf_free(&f->buf);
        return WF_FAIL(wf_raise_no_memory(t));
    }
    if (percent) {
        wf_strbuf_putc(&f->buf, '%');
    }
    const char *p = wf_strbuf_cstr(&f->buf), *end = p + f->buf.len;
    f->negative = p < end && *p == '-';
    p += f->negative;
    f->digits = p;
    while (p < end && *p >= '0' && *p <= '9') {
        p++;
    }
    f->n_digits = p - f->digits;
    f->rest = p;
    f->n_rest = end - p;
    return WF_OK;
}

static WfStatus append_float(WfThread *t, WfStrBuilder *b, double d, const WfFormatSpec *spec, bool is_complex,
                             const WfFormatLocale *loc)
{
    FloatText f;
    if (float_text(t, &f, d, spec, is_complex) != WF_OK) {
        return WF_RAISED;
    }
    WfStatus status = wf_format_number(t, b, spec, f.negative, "", f.digits, f.n_digits, f.rest, f.n_rest, loc);
    wf_strbuf_free(&f.buf);
    return status;
}

static bool is_float_type(uint32_t type)
{
    return type == 'e' || type == 'E' || type == 'f' || type == 'F' || type == 'g' || type == 'G' || type == 'n'
           || type == '%';
}

static WfValue format_double(WfThread *t, double d, const WfFormatSpec *spec)
{
    WfFormatLocale loc;
    WfStrBuilder b = WF_STR_BUILDER;
    if (wf_format_locale(t, spec, &loc) != WF_OK || append_float(t, &b, d, spec, false, &loc) != WF_OK) {
        return WF_EMPTY;
    }
    return wf_builder_finish(t, &b);
}

WfValue wf_format_float(WfThread *t, WfValue v, WfStr *spec_text)
{
    if (spec_text->length == 0) {
        return wf_str(t, v);
    }
    WfFormatSpec spec;
    if (wf_format_spec_parse(t, spec_text, v, 0, '>', &spec) != WF_OK) {
        return WF_EMPTY;
    }
    if (spec.type_given && !is_float_type(spec.type)) {
        return wf_format_unknown_type(t, spec.type, v);
    }
    return format_double(t, wf_float_value(v), &spec);
}

/* --- int ----------------------------------------------------------------------------------------------------- */

static WfValue format_character(WfThread *t, WfValue v, const WfFormatSpec *spec)
{
    if (spec->sign != 0) {
        return wf_raise(t, WF_EXC(ValueError), "Sign not allowed with integer format specifier 'c'");
    }
    if (spec->alternate) {
        return wf_raise(t, WF_EXC(ValueError), "Alternate form (#) not allowed with integer format specifier 'c'");
    }
    int64_t c;
    if (!wf_int_to_i64(v, &c)) {
        return wf_raise(t, WF_EXC(OverflowError), "Python int too large to convert to C long");
    }
    if (c < 0 || c > 0x10ffff) {
        return wf_raise(t, WF_EXC(OverflowError), "%%c arg not in range(0x110000)");
    }
    WfValue s = wf_str_from_char(t, (uint32_t)c);
    WfStrBuilder b = WF_STR_BUILDER;
    if (wf_is_empty(s) || wf_format_pad(t, &b, spec, wf_as_str(s)) != WF_OK) {
        return WF_EMPTY;
    }
    return wf_builder_finish(t, &b);
}

static WfValue format_integer(WfThread *t, WfValue v, const WfFormatSpec *spec)
{
    int base;
    const char *prefix = "";
    switch (spec->type) {
    case 'b': base = 2, prefix = "0b"; break;
    case 'o': base = 8, prefix = "0o"; break;
    case 'x': base = 16, prefix = "0x"; break;
    case 'X': base = 16, prefix = "0X"; break;
    default: base = 10; break;
    }
    char small[WF_INT_DIGITS_MAX];
    const char *digits;
    int64_t n;
    bool negative;
    WfValue text = WF_EMPTY;
    if (wf_is_int(v)) {
        int64_t i = wf_as_int(v);
        negative = i < 0;
        digits = wf_int_digits(negative ? -(uint64_t)i : (uint64_t)i, base, small + sizeof small);
        n = small + sizeof small - digits;
    } else {
        text = wf_int_to_str(t, v, base);
        if (wf_is_empty(text)) {
            return text;
        }
        const WfStr *s = wf_as_str(text);
        negative = s->data[0] == '-';
        digits = (const char *)s->data + negative;
        n = s->length - negative;
    }
    if (spec->type == 'X') {
        WfRaw *upper = wf_gc_alloc_raw(t, n, false);
        if (upper == NULL) {
            return WF_EMPTY;
        }
        for (int64_t i = 0; i < n; i++) {
            char c = digits[i];
            upper->data[i] = (uint8_t)(c >= 'a' ? c - 'a' + 'A' : c);
        }
        digits = (const char *)upper->data;
    }
    WfFormatLocale loc;
    WfStrBuilder b = WF_STR_BUILDER;
    if (wf_format_locale(t, spec, &loc) != WF_OK
        || wf_format_number(t, &b, spec, negative, spec->alternate ? prefix : "", digits, n, "", 0, &loc) != WF_OK) {
        return WF_EMPTY;
    }
    return wf_builder_finish(t, &b);
}

WfValue wf_format_int(WfThread *t, WfValue v, WfStr *spec_text)
{
    if (spec_text->length == 0) {
        return wf_str(t, v);
    }
    WfFormatSpec spec;
    if (wf_format_spec_parse(t, spec_text, v, 'd', '>', &spec) != WF_OK) {
        return WF_EMPTY;
    }
    switch (spec.type) {
    case 'b':
    case 'c':
    case 'd':
    case 'o':
    case 'x':
    case 'X':
    case 'n':
        break;
    default: {
        if (!is_float_type(spec.type)) {
            return wf_format_unknown_type(t, spec.type, v);
        }
        double d;
        return wf_int_to_double(t, v, &d) == WF_OK ? format_double(t, d, &spec) : WF_EMPTY;
    }
    }
    if (spec.precision >= 0) {
        return wf_raise(t, WF_EXC(ValueError), "Precision not allowed in integer format specifier");
    }
    if (spec.no_neg_zero) {
        return wf_raise(t, WF_EXC(ValueError), "Negative zero coercion (z) not allowed in integer format specifier");
    }
    return spec.type == 'c' ? format_character(t, v, &spec) : format_integer(t, v, &spec);
}

/* --- complex ------------------------------------------------------------------------------------------------- */

WfValue wf_format_complex(WfThread *t, WfValue v, WfStr *spec_text)
{
    if (spec_text->length == 0) {
        return wf_str(t, v);
    }
    WfFormatSpec spec;
    if (wf_format_spec_parse(t, spec_text, v, 0, '>', &spec) != WF_OK) {
        return WF_EMPTY;
    }
    if (spec.type_given && (!is_float_type(spec.type) || spec.type == '%')) {
        return wf_format_unknown_type(t, spec.type, v);
    }
    if (spec.fill == '0') {
        return wf_raise(t, WF_EXC(ValueError), "Zero padding is not allowed in complex format specifier");
    }
    if (spec.align == '=') {
        return wf_raise(t, WF_EXC(ValueError), "'=' alignment flag is not allowed in complex format specifier");
    }
    double real = WF_AS(WfComplex, v)->real, imag = WF_AS(WfComplex, v)->imag;
    bool parens = !spec.type_given;
    bool skip_real = parens && real == 0.0 && !signbit(real);
    if (skip_real) {
        parens = false;
    }
    WfFormatSpec part = spec;
    part.width = -1;
    WfFormatLocale loc;
    WfStrBuilder b = WF_STR_BUILDER;
    if (wf_format_locale(t, &spec, &loc) != WF_OK || (parens && wf_builder_char(t, &b, '(') != WF_OK)) {
        return WF_EMPTY;
    }
    if (!skip_real) {
        if (append_float(t, &b, real, &part, true, &loc) != WF_OK) {
            return WF_EMPTY;
        }
        part.sign = '+';
    }
    if (append_float(t, &b, imag, &part, true, &loc) != WF_OK || wf_builder_char(t, &b, 'j') != WF_OK
        || (parens && wf_builder_char(t, &b, ')') != WF_OK)) {
        return WF_EMPTY;
    }
    WfValue s = wf_builder_finish(t, &b);
    WfStrBuilder padded = WF_STR_BUILDER;
    if (wf_is_empty(s) || wf_format_pad(t, &padded, &spec, wf_as_str(s)) != WF_OK) {
        return WF_EMPTY;
    }
    return wf_builder_finish(t, &padded);
}
