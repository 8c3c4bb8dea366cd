/* complex.c - the type complex.
 * SPDX-License-Identifier: MIT
 * Design:     products, quotients and powers are written out, since C's own operators on complex numbers mend infinities
 *             where Python does not.
 * Threads:    immutable. */
#include "objects/complex.h"

#include "base/dtoa.h"
#include "model/builtin.h"
#include "objects/float.h"
#include "objects/format_number.h"
#include "objects/tuple.h"

#include <math.h>
#include <strings.h>

#define HASH_IMAG 1000003

WfValue wf_complex_new(WfThread *t, double real, double imag)
{
    WfComplex *c = WF_NEW(t, WfComplex, COMPLEX, COMPLEX);
    if (c == NULL) {
        return WF_EMPTY;
    }
    c->real = real;
    c->imag = imag;
    return wf_from_object(c);
}

static WfC value_of(WfValue v) { return wf_c(WF_AS(WfComplex, v)->real, WF_AS(WfComplex, v)->imag); }
static WfValue from_c(WfThread *t, WfC c) { return wf_complex_new(t, creal(c), cimag(c)); }

static WfValue complex_in_type(WfThread *t, WfType *type, double real, double imag)
{
    if (type == WF_TYPE(COMPLEX)) {
        return wf_complex_new(t, real, imag);
    }
    WfComplex *c = (WfComplex *)wf_instance_new(t, type, 0);
    if (c == NULL) {
        return WF_EMPTY;
    }
    c->real = real;
    c->imag = imag;
    return wf_from_object(c);
}

/* --- text ---------------------------------------------------------------------------------------------------- */

static bool is_digit(char c) { return c >= '0' && c <= '9'; }

/* Where the unsigned or signed float literal at p ends; p itself if there is none. */
static const char *float_end(const char *p, const char *end)
{
    const char *q = p;
    if (q < end && (*q == '+' || *q == '-')) {
        q++;
    }
    static const char *const words[] = {"infinity", "inf", "nan"};
    for (size_t i = 0; i < WF_ARRAY_LEN(words); i++) {
        size_t n = strlen(words[i]);
        if ((size_t)(end - q) >= n && strncasecmp(q, words[i], n) == 0) {
            return q + n;
        }
    }
    bool digits = false;
    for (; q < end && (is_digit(*q) || *q == '.'); q++) {
        digits |= is_digit(*q);
    }
    if (!digits) {
        return p;
    }
    if (q < end && (*q == 'e' || *q == 'E')) {
        const char *e = q + 1;
        if (e < end && (*e == '+' || *e == '-')) {
            e++;
        }
        if (e < end && is_digit(*e)) {
            while (e < end && is_digit(*e)) {
                e++;
            }
            q = e;
        }
    }
    return q;
}

static bool parse_float(const char **p, const char *end, double *out)
{
    const char *stop = float_end(*p, end);
    if (stop == *p || !wf_dtoa_parse(*p, (size_t)(stop - *p), out)) {
        return false;
    }
    *p = stop;
    return true;
}

static bool is_space(char c) { return c == ' ' || (c >= '\t' && c <= '\r') || (c >= 0x1c && c <= 0x1f); }

static void skip_space(const char **p, const char *end)
{
    while (*p < end && is_space(**p)) {
        ++*p;
    }
}

/* [sign] number, [sign] number 'j', or both; a sign alone before 'j' means 1. */
static bool parse_parts(const char **p, const char *end, double *real, double *imag)
{
    double first = 0.0, second = 0.0;
    *real = *imag = 0.0;
    bool have = parse_float(p, end, &first);
    if (have) {
        if (*p < end && (**p == '+' || **p == '-')) {
            *real = first;
            double sign = **p == '-' ? -1.0 : 1.0;
            if (parse_float(p, end, &second)) {
                *imag = second;
            } else {
                ++*p;
                *imag = sign;
            }
            if (*p >= end || (**p != 'j' && **p != 'J')) {
                return false;
            }
            ++*p;
            return true;
        }
        if (*p < end && (**p == 'j' || **p == 'J')) {
            ++*p;
            *imag = first;
        } else {
            *real = first;
        }
        return true;
    }
    double sign = 1.0;
    if (*p < end && (**p == '+' || **p == '-')) {
        sign = **p == '-' ? -1.0 : 1.0;
        ++*p;
    }
    if (*p >= end || (**p != 'j' && **p != 'J')) {
        return false;
    }
    ++*p;
    *imag = sign;
    return true;
}

static bool parse_complex(const char *p, const char *end, double *real, double *imag)
{
    skip_space(&p, end);
    bool parens = p < end && *p == '(';
    if (parens) {
        p++;
        skip_space(&p, end);
    }
    if (!parse_parts(&p, end, real, imag)) {
        return false;
    }
    skip_space(&p, end);
    if (parens) {
        if (p >= end || *p != ')') {
            return false;
        }
        p++;
        skip_space(&p, end);
    }
    return p == end;
}

static WfValue complex_from_str(WfThread *t, WfType *type, WfValue v)
{
    int64_t n;
    const char *s = wf_number_text(t, wf_as_str(v), &n);
    if (s == NULL) {
        return WF_EMPTY;
    }
    if (memchr(s, '_', (size_t)n) != NULL) {
        WfRaw *copy = wf_gc_alloc_raw(t, n, false);
        if (copy == NULL) {
            return WF_EMPTY;
        }
        memcpy(copy->data, s, (size_t)n);
        s = (const char *)copy->data;
        if (!wf_number_strip_underscores((char *)copy->data, &n)) {
            return wf_raise(t, WF_EXC(ValueError), "could not convert string to complex: %R", v);
        }
    }
    double real, imag;
    if (!parse_complex(s, s + n, &real, &imag)) {
        return wf_raise(t, WF_EXC(ValueError), "complex() arg is a malformed string");
    }
    return complex_in_type(t, type, real, imag);
}

static WfStatus append_part(WfThread *t, WfStrBuf *b, double d, unsigned flags)
{
    return wf_dtoa_format(b, d, 'r', 0, flags) ? WF_OK : WF_FAIL(wf_raise_no_memory(t));
}

static WfValue complex_repr(WfThread *t, WfValue self)
{
    WfC c = value_of(self);
    double real = creal(c), imag = cimag(c);
    WfStrBuf b = {0};
    WfStatus status;
    if (real == 0.0 && !signbit(real)) {
        status = append_part(t, &b, imag, 0);
        wf_strbuf_putc(&b, 'j');
    } else {
        wf_strbuf_putc(&b, '(');
        status = append_part(t, &b, real, 0);
        status = status == WF_OK ? append_part(t, &b, imag, WF_DTOA_SIGN) : status;
        wf_strbuf_puts(&b, "j)");
    }
    WfValue s = status == WF_OK ? wf_str_from_utf8(t, wf_strbuf_cstr(&b), (int64_t)b.len) : WF_EMPTY;
    wf_strbuf_free(&b);
    return s;
}

/* --- conversion ---------------------------------------------------------------------------------------------- */

/* v.__complex__(): MISSING if there is none. */
static WfFound call_complex(WfThread *t, WfValue v, WfC *out)
{
    WfValue method = wf_lookup_special(t, v, WF_NAME(__complex__));
    if (wf_is_empty(method)) {
        return wf_pending(t) ? WF_ERROR : WF_MISSING;
    }
    WfValue result = wf_call0(t, method);
    if (wf_is_empty(result)) {
        return WF_ERROR;
    }
    if (!wf_is_complex(result)) {
        return WF_FAIL_FOUND(wf_raise(t, WF_EXC(TypeError), "%.200s.__complex__() returned non-complex (type %.200s)",
                                      WF_TYPE_NAME(v), WF_TYPE_NAME(result)));
    }
    if (!WF_IS_EXACT(result, COMPLEX)
        && wf_warn(t, WF_EXC(DeprecationWarning), 1,
                   "%.200s.__complex__() returned non-complex (type %.200s).  The ability to return an instance of a strict "
                   "subclass of complex is deprecated, and may be removed in a future version of Python.",
                   WF_TYPE_NAME(v), WF_TYPE_NAME(result))
               != WF_OK) {
        return WF_ERROR;
    }
    *out = value_of(result);
    return WF_FOUND;
}

WfStatus wf_to_complex(WfThread *t, WfValue v, WfC *out)
{
    double d;
    if (wf_is_complex(v) && WF_IS_EXACT(v, COMPLEX)) {
        *out = value_of(v);
        return WF_OK;
    }
    WfFound found = wf_is_double(v) || wf_is_int(v) ? WF_MISSING : call_complex(t, v, out);
    if (found != WF_MISSING) {
        return found == WF_FOUND ? WF_OK : WF_RAISED;
    }
    if (wf_is_complex(v)) {
        *out = value_of(v);
        return WF_OK;
    }
    if (wf_to_double(t, v, &d) != WF_OK) {
        return WF_RAISED;
    }
    *out = wf_c(d, 0.0);
    return WF_OK;
}

static bool is_number(WfValue v)
{
    const WfSlotTable *slots = &wf_type(v)->slots;
    return wf_is_complex(v) || slots->float_ != NULL || slots->index != NULL;
}

static WfValue complex_new(WfThread *t, WfType *type, const WfArgs *args)
{
    WfValue a[2];
    if (wf_parse_args(t, "complex", "(real=?, imag=?)", args, a, 2) != WF_OK) {
        return WF_EMPTY;
    }
    WfValue r = a[0], i = a[1];
    bool have_imag = !wf_is_empty(i);
    if (wf_is_empty(r)) {
        r = wf_small_int(0);
    }
    if (!have_imag && WF_IS_EXACT(r, COMPLEX) && type == WF_TYPE(COMPLEX)) {
        return r;
    }
    if (wf_is_str(r)) {
        return have_imag ? wf_raise(t, WF_EXC(TypeError), "complex() can't take second arg if first is a string")
                         : complex_from_str(t, type, r);
    }
    if (have_imag && wf_is_str(i)) {
        return wf_raise(t, WF_EXC(TypeError), "complex() second arg can't be a string");
    }
    WfC cr = wf_c(0, 0), ci = wf_c(0, 0);
    WfFound found = wf_is_double(r) || wf_is_int(r) || WF_IS_EXACT(r, COMPLEX) ? WF_MISSING : call_complex(t, r, &cr);
    if (found == WF_ERROR) {
        return WF_EMPTY;
    }
    bool real_complex = found == WF_FOUND || wf_is_complex(r), imag_complex = have_imag && wf_is_complex(i);
    if (!real_complex && !is_number(r)) {
        return wf_raise(t, WF_EXC(TypeError), "complex() first argument must be a string or a number, not '%.200s'",
                        WF_TYPE_NAME(r));
    }
    if (have_imag && !is_number(i)) {
        return wf_raise(t, WF_EXC(TypeError), "complex() second argument must be a number, not '%.200s'",
                        WF_TYPE_NAME(i));
    }
    double d;
    if (found == WF_MISSING && real_complex) {
        cr = value_of(r);
    } else if (found == WF_MISSING) {
        if (wf_to_double(t, r, &d) != WF_OK) {
            return WF_EMPTY;
        }
        cr = wf_c(d, 0.0);
    }
    double real = creal(cr), imag = cimag(cr);
    if (have_imag) {
        if (imag_complex) {
            ci = value_of(i);
        } else {
            if (wf_to_double(t, i, &d) != WF_OK) {
                return WF_EMPTY;
            }
            ci = wf_c(d, 0.0);
        }
        /* real + imag * 1j, without touching signs of zeros where a part is not there */
        imag = real_complex ? creal(ci) + cimag(cr) : creal(ci);
        if (imag_complex) {
            real -= cimag(ci);
        }
    }
    return complex_in_type(t, type, real, imag);
}

/* --- operators ----------------------------------------------------------------------------------------------- */

static WfFound operand(WfThread *t, WfValue v, WfC *out)
{
    double d;
    if (wf_is_complex(v)) {
        *out = value_of(v);
        return WF_FOUND;
    }
    WfFound found = wf_number_to_double(t, v, &d);
    if (found == WF_FOUND) {
        *out = wf_c(d, 0.0);
    }
    return found;
}

#define OPERANDS(a, b) \
    WfC x, y; \
    WfFound found = operand(t, a, &x); \
    if (found == WF_FOUND) { \
        found = operand(t, b, &y); \
    } \
    if (found != WF_FOUND) { \
        return found == WF_MISSING ? WF_NOT_IMPLEMENTED : WF_EMPTY; \
    }

static WfC multiply(WfC x, WfC y)
{
    return wf_c(creal(x) * creal(y) - cimag(x) * cimag(y), creal(x) * cimag(y) + cimag(x) * creal(y));
}

WfC wf_c_divide(WfC a, WfC b)
{
    double br = creal(b), bi = cimag(b), ar = creal(a), ai = cimag(a);
    if (fabs(br) >= fabs(bi)) {
        double ratio = bi / br, denominator = br + bi * ratio;
        return wf_c((ar + ai * ratio) / denominator, (ai - ar * ratio) / denominator);
    }
    if (fabs(bi) >= fabs(br)) {
        double ratio = br / bi, denominator = br * ratio + bi;
        return wf_c((ar * ratio + ai) / denominator, (ai * ratio - ar) / denominator);
    }
    return wf_c(NAN, NAN);
}

static bool is_zero(WfC c) { return creal(c) == 0.0 && cimag(c) == 0.0; }

static WfValue complex_add(WfThread *t, WfValue a, WfValue b)
{
    OPERANDS(a, b)
    return wf_complex_new(t, creal(x) + creal(y), cimag(x) + cimag(y));
}
static WfValue complex_sub(WfThread *t, WfValue a, WfValue b)
{
    OPERANDS(a, b)
    return wf_complex_new(t, creal(x) - creal(y), cimag(x) - cimag(y));
}
static WfValue complex_mul(WfThread *t, WfValue a, WfValue b)
{
    OPERANDS(a, b)
    return from_c(t, multiply(x, y));
}
static WfValue complex_truediv(WfThread *t, WfValue a, WfValue b)
{
    OPERANDS(a, b)
    if (is_zero(y)) {
        return wf_raise(t, WF_EXC(ZeroDivisionError), "complex division by zero");
    }
    return from_c(t, wf_c_divide(x, y));
}

static WfC whole_power(WfC x, long n)
{
    WfC result = wf_c(1.0, 0.0);
    for (long bit = 1; bit > 0 && n >= bit; bit <<= 1) {
        if (n & bit) {
            result = multiply(result, x);
        }
        x = multiply(x, x);
    }
    return result;
}

static WfValue complex_pow(WfThread *t, WfValue a, WfValue b, WfValue mod)
{
    OPERANDS(a, b)
    if (!wf_is_none(mod)) {
        return wf_raise(t, WF_EXC(ValueError), "complex modulo");
    }
    WfC r;
    double yr = creal(y), yi = cimag(y);
    bool zero_division = false;
    if (yi == 0.0 && yr == floor(yr) && fabs(yr) <= 100.0) {
        if (yr >= 0) {
            r = whole_power(x, (long)yr);
        } else if (is_zero(x)) {
            zero_division = true;
            r = x;
        } else {
            r = wf_c_divide(wf_c(1.0, 0.0), whole_power(x, -(long)yr));
        }
    } else if (yr == 0.0 && yi == 0.0) {
        r = wf_c(1.0, 0.0);
    } else if (is_zero(x)) {
        zero_division = yi != 0.0 || yr < 0.0;
        r = wf_c(0.0, 0.0);
    } else {
        double length = hypot(creal(x), cimag(x)), angle = atan2(cimag(x), creal(x));
        double size = pow(length, yr), phase = angle * yr;
        if (yi != 0.0) {
            size /= exp(angle * yi);
            phase += yi * log(length);
        }
        zero_division = isinf(phase); /* so says CPython: the cosine of infinity is a domain error */
        r = wf_c(size * cos(phase), size * sin(phase));
    }
    if (zero_division) {
        return wf_raise(t, WF_EXC(ZeroDivisionError), "0.0 to a negative or complex power");
    }
    if (isinf(creal(r)) || isinf(cimag(r))) {
        return wf_raise(t, WF_EXC(OverflowError), "complex exponentiation");
    }
    return from_c(t, r);
}

static WfValue complex_neg(WfThread *t, WfValue self) { return from_c(t, -value_of(self)); }

static WfValue complex_pos(WfThread *t, WfValue self)
{
    return WF_IS_EXACT(self, COMPLEX) ? self : from_c(t, value_of(self));
}

static WfValue complex_abs(WfThread *t, WfValue self)
{
    WfC c = value_of(self);
    double d = hypot(creal(c), cimag(c));
    if (isinf(d) && isfinite(creal(c)) && isfinite(cimag(c))) {
        return wf_raise(t, WF_EXC(OverflowError), "absolute value too large");
    }
    return wf_double_any(d);
}

static WfFound complex_truth(WfThread *t, WfValue self) { return is_zero(value_of(self)) ? WF_MISSING : WF_FOUND; }

static WfStatus complex_hash(WfThread *t, WfValue self, int64_t *hash)
{
    WfC c = value_of(self);
    uint64_t real = (uint64_t)wf_float_hash(wf_double_any(creal(c)));
    uint64_t imag = (uint64_t)wf_float_hash(wf_double_any(cimag(c)));
    int64_t h = (int64_t)(real + HASH_IMAG * imag);
    *hash = h == -1 ? -2 : h;
    return WF_OK;
}

static WfValue complex_compare(WfThread *t, WfValue a, WfValue b, int op)
{
    if (op != WF_EQ && op != WF_NE) {
        return WF_NOT_IMPLEMENTED;
    }
    WfC x = value_of(a);
    bool same;
    if (wf_is_complex(b)) {
        WfC y = value_of(b);
        same = creal(x) == creal(y) && cimag(x) == cimag(y);
    } else if (wf_is_any_int(b) || wf_is_float(b)) {
        same = false;
        if (cimag(x) == 0.0) {
            /* an int may be too large for a double: the float compares exactly */
            WfValue equal = wf_compare(t, wf_double_any(creal(x)), b, WF_EQ);
            if (wf_is_empty(equal)) {
                return equal;
            }
            same = wf_is_true(equal);
        }
    } else {
        return WF_NOT_IMPLEMENTED;
    }
    return WF_BOOL(same == (op == WF_EQ));
}

/* --- methods ------------------------------------------------------------------------------------------------- */

static WfValue method_conjugate(WfThread *t, WfValue *a)
{
    WfC c = value_of(a[0]);
    return wf_complex_new(t, creal(c), -cimag(c));
}

static WfValue method_complex(WfThread *t, WfValue *a) { return complex_pos(t, a[0]); }

static WfValue method_getnewargs(WfThread *t, WfValue *a)
{
    WfC c = value_of(a[0]);
    return wf_tuple_pair(t, wf_double_any(creal(c)), wf_double_any(cimag(c)));
}

static WfValue method_format(WfThread *t, WfValue *a)
{
    if (!wf_is_str(a[1])) {
        return wf_raise(t, WF_EXC(TypeError), "__format__() argument must be str, not %.200s", WF_TYPE_NAME(a[1]));
    }
    return wf_format_complex(t, a[0], wf_as_str(a[1]));
}

static WfValue get_real(WfThread *t, WfValue self) { return wf_double_any(WF_AS(WfComplex, self)->real); }
static WfValue get_imag(WfThread *t, WfValue self) { return wf_double_any(WF_AS(WfComplex, self)->imag); }

static const WfGetSetDef complex_getsets[] = {
    {"real", get_real, NULL, "The real part.", WF_GS_MEMBER},
    {"imag", get_imag, NULL, "The imaginary part.", WF_GS_MEMBER},
    {0}};

static const WfBuiltinDef complex_methods[] = {
    {"__complex__", method_complex, "(self, /)", "The number as an exact complex."},
    {"conjugate", method_conjugate, "(self, /)", "The number with the imaginary part negated."},
    {"__getnewargs__", method_getnewargs, "(self, /)", NULL},
    {"__format__", method_format, "(self, format_spec, /)", "Format as the specification says."},
    {0}};

const WfTypeSpec wf_complex_spec = {
    .name = "complex",
    .doc = "Make a complex number of text, or of a real part and an imaginary one (0 if left out).",
    .flags = WF_TF_BASETYPE,
    .size = sizeof(WfComplex),
    .methods = complex_methods,
    .getsets = complex_getsets,
    .signature = "(real=0, imag=0)",
    .slots = {
        .new_ = complex_new,
        .repr = complex_repr,
        .hash = complex_hash,
        .richcompare = complex_compare,
        .truth = complex_truth,
        .neg = complex_neg,
        .pos = complex_pos,
        .abs = complex_abs,
        .pow = complex_pow,
        .binary = {
            [WF_BIN_ADD] = complex_add,
            [WF_BIN_SUB] = complex_sub,
            [WF_BIN_MUL] = complex_mul,
            [WF_BIN_TRUEDIV] = complex_truediv,
        },
    },
};
