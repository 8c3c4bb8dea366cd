/* float.c - the type float.
 * SPDX-License-Identifier: MIT
 * Design:     an exact float is a word; an instance of a subclass is a WfFloatObject. Operators take any mix of floats and
 *             ints and give exact floats. Comparison with ints is exact, not by rounding the int.
 * Threads:    floats are immutable. */
#include "objects/float.h"

#include "base/dtoa.h"
#include "base/unicode.h"
#include "model/builtin.h"
#include "objects/bytes.h"
#include "objects/format_number.h"
#include "objects/tuple.h"

#include <errno.h>
#include <float.h>
#include <math.h>

#define HASH_BITS 61
#define HASH_MODULUS (((uint64_t)1 << HASH_BITS) - 1)
#define HASH_INF 314159

bool wf_is_float(WfValue v)
{
    return wf_is_double(v) || (WF_IS_KIND(v, NATIVE) && wf_type_is_subtype(wf_type(v), WF_TYPE(FLOAT)));
}

double wf_float_value(WfValue v) { return wf_is_double(v) ? wf_as_double(v) : WF_AS(WfFloatObject, v)->value; }

static WfValue float_in_type(WfThread *t, WfType *type, double d)
{
    WfFloatObject *f = (WfFloatObject *)wf_instance_new(t, type, 0);
    if (f == NULL) {
        return WF_EMPTY;
    }
    f->value = d;
    return wf_from_object(f);
}

/* --- text ---------------------------------------------------------------------------------------------------- */

const char *wf_number_text(WfThread *t, WfStr *s, int64_t *n)
{
    *n = s->length;
    if (wf_str_is_ascii(s)) {
        return (const char *)s->data;
    }
    WfRaw *raw = wf_gc_alloc_raw(t, s->length + 1, false);
    if (raw == NULL) {
        return NULL;
    }
    for (int64_t i = 0; i < s->length; i++) {
        uint32_t c = wf_str_at(s, i);
        int digit;
        if (c >= 0x80) {
            digit = wf_uc_decimal(c);
            c = wf_uc_is_space(c) ? ' ' : digit >= 0 ? (uint32_t)('0' + digit) : '?';
        }
        raw->data[i] = (uint8_t)c;
    }
    raw->data[s->length] = 0;
    return (const char *)raw->data;
}

static bool is_digit(char c) { return c >= '0' && c <= '9'; }
static bool is_space(char c) { return c == ' ' || (c >= '\t' && c <= '\r') || (c >= 0x1c && c <= 0x1f); }

bool wf_number_strip_underscores(char *s, int64_t *n)
{
    int64_t out = 0;
    char last = 0;
    for (int64_t i = 0; i < *n; i++) {
        char c = s[i];
        if (c == '_' ? !is_digit(last) : last == '_' && !is_digit(c)) {
            return false;
        }
        if (c != '_') {
            s[out++] = c;
        }
        last = c;
    }
    *n = out;
    return last != '_';
}

WfValue wf_float_from_text(WfThread *t, const char *s, int64_t n, WfValue v)
{
    while (n > 0 && is_space(*s)) {
        s++;
        n--;
    }
    while (n > 0 && is_space(s[n - 1])) {
        n--;
    }
    double d;
    if (n == 0 || !wf_dtoa_parse_python(s, (size_t)n, &d)) {
        return wf_raise(t, WF_EXC(ValueError), "could not convert string to float: %R", v);
    }
    return wf_double_any(d);
}

WfValue wf_float_repr(WfThread *t, double d)
{
    char buf[WF_DTOA_REPR_MAX];
    size_t n = wf_dtoa_repr(d, buf);
    WfStr *s = wf_str_alloc(t, (int64_t)n, 127);
    if (s == NULL) {
        return WF_EMPTY;
    }
    memcpy(s->data, buf, n);
    return wf_from_object(s);
}

/* --- construction -------------------------------------------------------------------------------------------- */

static WfValue float_from_str(WfThread *t, WfValue v)
{
    int64_t n;
    const char *s = wf_number_text(t, wf_as_str(v), &n);
    return s == NULL ? WF_EMPTY : wf_float_from_text(t, s, n, v);
}

static WfValue float_from_object(WfThread *t, WfValue v)
{
    if (wf_is_double(v)) {
        return v;
    }
    if (wf_is_exact_str(v)) {
        return float_from_str(t, v);
    }
    double d;
    WfType *type = wf_type(v);
    if (type->slots.float_ != NULL) {
        WfValue result = type->slots.float_(t, v);
        if (wf_is_empty(result) || wf_is_double(result)) {
            return result;
        }
        if (!wf_is_float(result)) {
            return wf_raise(t, WF_EXC(TypeError), "%.50s.__float__ returned non-float (type %.50s)",
                            wf_type_name(type), WF_TYPE_NAME(result));
        }
        if (wf_warn(t, WF_EXC(DeprecationWarning), 1,
                    "%.50s.__float__ returned non-float (type %.50s).  The ability to return an instance of a strict "
                    "subclass of float is deprecated, and may be removed in a future version of Python.",
                    wf_type_name(type), WF_TYPE_NAME(result))
            != WF_OK) {
            return WF_EMPTY;
        }
        return wf_double(wf_float_value(result));
    }
    if (type->slots.index != NULL) {
        WfValue i = wf_index(t, v);
        return !wf_is_empty(i) && wf_int_to_double(t, i, &d) == WF_OK ? wf_double(d) : WF_EMPTY;
    }
    if (wf_is_str(v)) {
        return float_from_str(t, v);
    }
    if (wf_has_buffer(v)) {
        WfBuffer b;
        if (wf_buffer_get(t, v, &b, WF_BUF_SIMPLE) != WF_OK) {
            return WF_EMPTY;
        }
        WfValue copy = wf_bytes_new(t, b.data, b.length);
        wf_buffer_release(t, &b);
        return wf_is_empty(copy) ? copy
                                 : wf_float_from_text(t, (const char *)wf_as_bytes(copy)->data,
                                                      wf_as_bytes(copy)->length, v);
    }
    return wf_raise(t, WF_EXC(TypeError), "float() argument must be a string or a real number, not '%.200s'",
                    WF_TYPE_NAME(v));
}

static WfValue float_new(WfThread *t, WfType *type, const WfArgs *args)
{
    if (args->kwnames != NULL && args->kwnames->length > 0 && type->slots.init == WF_TYPE(FLOAT)->slots.init) {
        return wf_raise(t, WF_EXC(TypeError), "float() takes no keyword arguments");
    }
    if (args->n_pos > 1) {
        return wf_raise(t, WF_EXC(TypeError), "float expected at most 1 argument, got %zd", args->n_pos);
    }
    WfValue v = args->n_pos == 0 ? wf_double(0.0) : float_from_object(t, args->items[0]);
    return type == WF_TYPE(FLOAT) || wf_is_empty(v) ? v : float_in_type(t, type, wf_as_double(v));
}

/* --- operators ----------------------------------------------------------------------------------------------- */

WfFound wf_number_to_double(WfThread *t, WfValue v, double *out)
{
    if (wf_is_double(v)) {
        *out = wf_as_double(v);
    } else if (wf_is_int(v)) {
        *out = (double)wf_as_int(v);
    } else if (wf_is_any_int(v)) {
        return wf_int_to_double(t, v, out) == WF_OK ? WF_FOUND : WF_ERROR;
    } else if (wf_is_float(v)) {
        *out = WF_AS(WfFloatObject, v)->value;
    } else {
        return WF_MISSING;
    }
    return WF_FOUND;
}

/* Begins a binary operator on doubles x and y: returns where an operand is no number or too large. */
#define OPERANDS(a, b) \
    double x, y; \
    WfFound found = wf_number_to_double(t, a, &x); \
    if (found == WF_FOUND) { \
        found = wf_number_to_double(t, b, &y); \
    } \
    if (found != WF_FOUND) { \
        return found == WF_MISSING ? WF_NOT_IMPLEMENTED : WF_EMPTY; \
    }

static WfValue float_add(WfThread *t, WfValue a, WfValue b)
{
    OPERANDS(a, b)
    return wf_double(x + y);
}
static WfValue float_sub(WfThread *t, WfValue a, WfValue b)
{
    OPERANDS(a, b)
    return wf_double(x - y);
}
static WfValue float_mul(WfThread *t, WfValue a, WfValue b)
{
    OPERANDS(a, b)
    return wf_double(x * y);
}
static WfValue float_truediv(WfThread *t, WfValue a, WfValue b)
{
    OPERANDS(a, b)
    if (y == 0.0) {
        return wf_raise(t, WF_EXC(ZeroDivisionError), "float division by zero");
    }
    return wf_double(x / y);
}

/* y is not 0. The remainder has y's sign, and the quotient is a whole number near (x - rest) / y. */
static void divide(double x, double y, double *div, double *mod)
{
    double rest = fmod(x, y), q = (x - rest) / y;
    if (rest != 0.0) {
        if ((y < 0) != (rest < 0)) {
            rest += y;
            q -= 1.0;
        }
    } else {
        rest = copysign(0.0, y);
    }
    if (q != 0.0) {
        double whole = floor(q);
        if (q - whole > 0.5) {
            whole += 1.0;
        }
        q = whole;
    } else {
        q = copysign(0.0, x / y);
    }
    *div = q;
    *mod = rest;
}

WfStatus wf_float_divmod(WfThread *t, double a, double b, double *div, double *mod)
{
    if (b == 0.0) {
        return WF_FAIL(wf_raise(t, WF_EXC(ZeroDivisionError), "float divmod()"));
    }
    divide(a, b, div, mod);
    return WF_OK;
}

static WfValue float_floordiv(WfThread *t, WfValue a, WfValue b)
{
    OPERANDS(a, b)
    double div, mod;
    if (y == 0.0) {
        return wf_raise(t, WF_EXC(ZeroDivisionError), "float floor division by zero");
    }
    divide(x, y, &div, &mod);
    return wf_double(div);
}
static WfValue float_mod(WfThread *t, WfValue a, WfValue b)
{
    OPERANDS(a, b)
    double div, mod;
    if (y == 0.0) {
        return wf_raise(t, WF_EXC(ZeroDivisionError), "float modulo");
    }
    divide(x, y, &div, &mod);
    return wf_double(mod);
}
static WfValue float_divmod(WfThread *t, WfValue a, WfValue b)
{
    OPERANDS(a, b)
    double div, mod;
    if (wf_float_divmod(t, x, y, &div, &mod) != WF_OK) {
        return WF_EMPTY;
    }
    return wf_tuple_pair(t, wf_double(div), wf_double(mod));
}

/* C's pow has Python's special values but for the errors. */
WfValue wf_float_pow(WfThread *t, double x, double y)
{
    if (x == 0.0 && y < 0 && !isinf(y)) {
        return wf_raise(t, WF_EXC(ZeroDivisionError), "0.0 cannot be raised to a negative power");
    }
    if (x < 0 && isfinite(x) && isfinite(y) && y != floor(y)) {
        WfValue z = wf_complex_new(t, x, 0.0);
        return wf_is_empty(z) ? z : wf_pow(t, z, wf_double(y), WF_NONE);
    }
    double r = pow(x, y);
    if (isinf(r) && isfinite(x) && isfinite(y)) {
        WfValue text = wf_str_from_cstr(t, "Numerical result out of range");
        WfValue exc = wf_is_empty(text) ? text
                                        : wf_call2(t, wf_from_object(WF_EXC(OverflowError)), wf_small_int(ERANGE), text);
        return wf_is_empty(exc) ? exc : wf_raise_object(t, exc);
    }
    return wf_double_any(r);
}

static WfValue float_pow(WfThread *t, WfValue a, WfValue b, WfValue mod)
{
    if (!wf_is_none(mod)) {
        return wf_raise(t, WF_EXC(TypeError), "pow() 3rd argument not allowed unless all arguments are integers");
    }
    OPERANDS(a, b)
    return wf_float_pow(t, x, y);
}

static WfValue float_neg(WfThread *t, WfValue a) { return wf_double(-wf_float_value(a)); }
static WfValue float_abs(WfThread *t, WfValue a) { return wf_double(fabs(wf_float_value(a))); }
static WfValue float_exact(WfThread *t, WfValue a) { return wf_double(wf_float_value(a)); }
static WfValue float_to_int(WfThread *t, WfValue a) { return wf_int_from_double(t, wf_float_value(a)); }
static WfFound float_truth(WfThread *t, WfValue a) { return wf_float_value(a) != 0.0 ? WF_FOUND : WF_MISSING; }
static WfValue float_repr(WfThread *t, WfValue a) { return wf_float_repr(t, wf_float_value(a)); }

/* --- comparison and hash ------------------------------------------------------------------------------------- */

/* How d, not NaN, compares with the int v: exactly. */
static WfStatus compare_with_int(WfThread *t, double d, WfValue v, int *result)
{
    int64_t i;
    if (isinf(d)) {
        *result = d > 0 ? 1 : -1;
        return WF_OK;
    }
    if (wf_int_to_i64(v, &i)) {
        if (d >= 0x1p63 || d < -0x1p63) {
            *result = d > 0 ? 1 : -1;
            return WF_OK;
        }
        int64_t whole = (int64_t)d;
        double rest = d - (double)whole;
        *result = whole != i ? (whole > i ? 1 : -1) : (rest > 0) - (rest < 0);
        return WF_OK;
    }
    int sign = wf_int_sign(v);
    if (fabs(d) < 0x1p63 || (d > 0) != (sign > 0)) {
        *result = -sign;
        return WF_OK;
    }
    int exponent;
    (void)frexp(d, &exponent);
    uint64_t bits = wf_int_bit_length(v);
    if ((uint64_t)exponent != bits) {
        *result = (uint64_t)exponent > bits ? sign : -sign;
        return WF_OK;
    }
    WfValue whole = wf_int_from_double(t, d); /* d has no fraction here */
    if (wf_is_empty(whole)) {
        return WF_RAISED;
    }
    *result = wf_int_compare(whole, v);
    return WF_OK;
}

static WfValue float_compare(WfThread *t, WfValue a, WfValue b, int op)
{
    double x = wf_float_value(a), y;
    if (wf_is_any_int(b)) {
        int c = 0;
        y = 0.0;
        if (x != x) {
            y = x;
        } else if (compare_with_int(t, x, b, &c) != WF_OK) {
            return WF_EMPTY;
        } else {
            x = c;
        }
    } else if (wf_is_float(b)) {
        y = wf_float_value(b);
    } else {
        return WF_NOT_IMPLEMENTED;
    }
    switch (op) {
    case WF_LT: return WF_BOOL(x < y);
    case WF_LE: return WF_BOOL(x <= y);
    case WF_EQ: return WF_BOOL(x == y);
    case WF_NE: return WF_BOOL(x != y);
    case WF_GT: return WF_BOOL(x > y);
    default: return WF_BOOL(x >= y);
    }
}

/* The value modulo 2**61 - 1, as for ints and fractions, so that equal numbers hash alike. */
int64_t wf_double_hash(double d)
{
    if (d > -0x1p60 && d < 0x1p60 && (double)(int64_t)d == d) {
        int64_t i = (int64_t)d;
        return i == -1 ? -2 : i;
    }
    if (isinf(d)) {
        return d > 0 ? HASH_INF : -HASH_INF;
    }
    int exponent;
    double m = frexp(fabs(d), &exponent);
    uint64_t x = (uint64_t)ldexp(m, 53); /* d == x * 2**(exponent - 53) */
    exponent = (exponent - 53) % HASH_BITS;
    if (exponent < 0) {
        exponent += HASH_BITS; /* 2**61 is 1 */
    }
    x = (uint64_t)((unsigned __int128)x * ((uint64_t)1 << exponent) % HASH_MODULUS);
    int64_t h = d < 0 ? -(int64_t)x : (int64_t)x;
    return h == -1 ? -2 : h;
}

int64_t wf_float_hash(WfValue v)
{
    double d = wf_float_value(v);
    if (d != d) {
        return (int64_t)(v.bits >> 4);
    }
    return wf_double_hash(d);
}

static WfStatus float_hash(WfThread *t, WfValue self, int64_t *hash)
{
    *hash = wf_float_hash(self);
    return WF_OK;
}

/* --- methods ------------------------------------------------------------------------------------------------- */

WfValue wf_float_round(WfThread *t, double d, int64_t ndigits)
{
    if (!isfinite(d) || ndigits > 323) {
        return wf_double(d);
    }
    if (ndigits < -308) {
        return wf_double(copysign(0.0, d));
    }
    double result;
    if (!wf_dtoa_round(d, (int)ndigits, &result)) {
        return wf_raise(t, WF_EXC(OverflowError), "rounded value too large to represent");
    }
    return wf_double(result);
}

static WfValue method_round(WfThread *t, WfValue *a)
{
    double d = wf_float_value(a[0]);
    if (wf_is_none(a[1])) {
        return wf_int_from_double(t, rint(d));
    }
    WfValue n = wf_index(t, a[1]);
    int64_t ndigits;
    if (wf_is_empty(n)) {
        return n;
    }
    if (!wf_int_to_i64(n, &ndigits)) {
        ndigits = wf_int_sign(n) < 0 ? INT64_MIN : INT64_MAX;
    }
    return wf_float_round(t, d, ndigits);
}

static WfValue method_trunc(WfThread *t, WfValue *a) { return wf_int_from_double(t, wf_float_value(a[0])); }
static WfValue method_floor(WfThread *t, WfValue *a) { return wf_int_from_double(t, floor(wf_float_value(a[0]))); }
static WfValue method_ceil(WfThread *t, WfValue *a) { return wf_int_from_double(t, ceil(wf_float_value(a[0]))); }
static WfValue method_conjugate(WfThread *t, WfValue *a) { return float_exact(t, a[0]); }

static WfValue method_is_integer(WfThread *t, WfValue *a)
{
    double d = wf_float_value(a[0]);
    return WF_BOOL(isfinite(d) && floor(d) == d);
}

static WfValue method_as_integer_ratio(WfThread *t, WfValue *a)
{
    double d = wf_float_value(a[0]);
    if (isinf(d)) {
        return wf_raise(t, WF_EXC(OverflowError), "cannot convert Infinity to integer ratio");
    }
    if (isnan(d)) {
        return wf_raise(t, WF_EXC(ValueError), "cannot convert NaN to integer ratio");
    }
    int exponent;
    int64_t m = (int64_t)ldexp(frexp(d, &exponent), 53);
    exponent -= 53;
    if (m == 0) {
        exponent = 0;
    }
    while (exponent < 0 && (m & 1) == 0) {
        m /= 2;
        exponent++;
    }
    WfValue numerator = wf_int_from_i64(t, m), denominator = wf_small_int(1);
    if (!wf_is_empty(numerator) && exponent > 0) {
        numerator = wf_int_shift_left(t, numerator, exponent);
    } else if (exponent < 0) {
        denominator = wf_int_shift_left(t, denominator, -exponent);
    }
    if (wf_is_empty(numerator) || wf_is_empty(denominator)) {
        return WF_EMPTY;
    }
    return wf_tuple_pair(t, numerator, denominator);
}

static WfValue method_hex(WfThread *t, WfValue *a)
{
    char buf[WF_DTOA_REPR_MAX];
    wf_dtoa_hex(wf_float_value(a[0]), buf);
    return wf_str_from_cstr(t, buf);
}

static WfValue method_fromhex(WfThread *t, WfValue *a)
{
    if (!wf_is_str(a[1])) {
        return wf_raise(t, WF_EXC(TypeError), "bad argument type for built-in operation");
    }
    int64_t n;
    const char *s = wf_str_utf8(t, a[1], &n);
    if (s == NULL) {
        return WF_EMPTY;
    }
    double d;
    switch (wf_dtoa_from_hex(s, (size_t)n, &d)) {
    case WF_HEX_INVALID:
        return wf_raise(t, WF_EXC(ValueError), "invalid hexadecimal floating-point string");
    case WF_HEX_OVERFLOW:
        return wf_raise(t, WF_EXC(OverflowError), "hexadecimal value too large to represent as a float");
    case WF_HEX_OK:
        break;
    }
    WfValue v = wf_double_any(d);
    return WF_AS(WfType, a[0]) == WF_TYPE(FLOAT) ? v : wf_call1(t, a[0], v);
}

static WfValue method_getformat(WfThread *t, WfValue *a)
{
    if (!wf_is_str(a[1])) {
        return wf_raise(t, WF_EXC(TypeError), "__getformat__() argument must be str, not %.50s", WF_TYPE_NAME(a[1]));
    }
    if (!wf_str_equal_cstr(wf_as_str(a[1]), "double") && !wf_str_equal_cstr(wf_as_str(a[1]), "float")) {
        return wf_raise(t, WF_EXC(ValueError), "__getformat__() argument 1 must be 'double' or 'float'");
    }
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
    return wf_str_from_cstr(t, "IEEE, little-endian");
#else
    return wf_str_from_cstr(t, "IEEE, big-endian");
#endif
}

static WfValue method_format(WfThread *t, WfValue *a)
{
    if (!wf_is_str(a[1])) {
        return wf_raise(t, WF_EXC(TypeError), "__format__() argument must be str, not %.200s", WF_TYPE_NAME(a[1]));
    }
    return wf_format_float(t, a[0], wf_as_str(a[1]));
}

static WfValue method_getnewargs(WfThread *t, WfValue *a)
{
    WfValue d = float_exact(t, a[0]);
    return wf_tuple_from(t, &d, 1);
}

static WfValue float_get_zero(WfThread *t, WfValue self) { return wf_double(0.0); }

static const WfGetSetDef float_getsets[] = {
    {"real", float_exact, NULL, "The number itself."},
    {"imag", float_get_zero, NULL, "0.0: a float has no imaginary part."},
    {0}};

static const WfBuiltinDef float_methods[] = {
    {"fromhex", method_fromhex, "(type, string, /)", "The float that a hexadecimal string such as '0x1.8p3' means.\n\n>>> float.fromhex('0x1.8p3')\n12.0",
     WF_FN_CLASS},
    {"conjugate", method_conjugate, "(self, /)", "The number itself: it has no imaginary part."},
    {"__trunc__", method_trunc, "(self, /)", "The int that is left without the fraction."},
    {"__floor__", method_floor, "(self, /)", "The largest int that is not greater."},
    {"__ceil__", method_ceil, "(self, /)", "The smallest int that is not less."},
    {"__round__", method_round, "(self, ndigits=None, /)",
     "The nearest int, or float with so many digits behind the point; ties to even."},
    {"as_integer_ratio", method_as_integer_ratio, "(self, /)", "Two ints whose quotient is exactly the number.\n\n>>> (0.75).as_integer_ratio()\n(3, 4)"},
    {"hex", method_hex, "(self, /)", "The number in hexadecimal: -0.1 is '-0x1.999999999999ap-4'.\n\n>>> (-0.5).hex()\n'-0x1.0000000000000p-1'"},
    {"is_integer", method_is_integer, "(self, /)", "Whether it is a whole number."},
    {"__getnewargs__", method_getnewargs, "(self, /)", NULL},
    {"__getformat__", method_getformat, "(type, typestr, /)", "How C stores a 'double' or 'float'.", WF_FN_CLASS},
    {"__format__", method_format, "(self, format_spec, /)", "Format as the specification says."},
    {0}};

const WfTypeSpec wf_float_spec = {
    .name = "float",
    .doc = "Make a float of a number or of text.",
    .flags = WF_TF_BASETYPE | WF_TF_MATCH_SELF,
    .size = sizeof(WfFloatObject),
    .methods = float_methods,
    .getsets = float_getsets,
    .signature = "(x=0, /)",
    .slots = {
        .new_ = float_new,
        .repr = float_repr,
        .hash = float_hash,
        .richcompare = float_compare,
        .truth = float_truth,
        .neg = float_neg,
        .pos = float_exact,
        .abs = float_abs,
        .int_ = float_to_int,
        .float_ = float_exact,
        .pow = float_pow,
        .trace = wf_trace_none,
        .binary = {
            [WF_BIN_ADD] = float_add,
            [WF_BIN_SUB] = float_sub,
            [WF_BIN_MUL] = float_mul,
            [WF_BIN_TRUEDIV] = float_truediv,
            [WF_BIN_FLOORDIV] = float_floordiv,
            [WF_BIN_MOD] = float_mod,
            [WF_BIN_DIVMOD] = float_divmod,
        },
    },
};

/* --- binary16 ------------------------------------------------------------------------------------------------ */

double wf_half_unpack(uint16_t bits)
{
    int exponent = bits >> 10 & 0x1f;
    double m = bits & 0x3ff, d;
    if (exponent == 0x1f) {
        d = m != 0 ? __builtin_nan("") : __builtin_inf();
    } else if (exponent == 0) {
        d = ldexp(m, -24);
    } else {
        d = ldexp(m + 1024, exponent - 25);
    }
    return bits & 0x8000 ? -d : d;
}

bool wf_half_pack(double d, uint16_t *bits)
{
    uint16_t sign = signbit(d) ? 0x8000 : 0;
    d = fabs(d);
    if (isnan(d)) {
        *bits = sign | 0x7e00;
        return true;
    }
    if (isinf(d)) {
        *bits = sign | 0x7c00;
        return true;
    }
    /* In units of the last place of its binade; a mantissa that rounds up to 2048 carries into the exponent. */
    int exponent;
    (void)frexp(d, &exponent);
    int unit = exponent - 11 < -24 ? -24 : exponent - 11;
    double m = rint(ldexp(d, -unit));
    uint32_t result = m >= 1024 ? (uint32_t)m - 1024 + ((uint32_t)(unit + 25) << 10) : (uint32_t)m;
    if (result >= 0x7c00) {
        return false;
    }
    *bits = (uint16_t)(sign | result);
    return true;
}
