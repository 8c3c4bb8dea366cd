/* math.c - the module math.
 * SPDX-License-Identifier: MIT
 * Design:     C's libm does the work; what libm says by NaN and infinity becomes Python's ValueError and OverflowError. Sums of squares
 *             and fsum carry the rounding errors along, so that their results are (nearly always) the nearest double.
 * Threads:    no state. */
#include "model/builtin.h"
#include "model/object.h"
#include "objects/float.h"
#include "objects/int.h"
#include "objects/list.h"
#include "objects/str.h"
#include "objects/tuple.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>

static const double PI = 3.14159265358979323846;

static WfValue domain_error(WfThread *t) { return wf_raise(t, WF_EXC(ValueError), "math domain error"); }
static WfValue range_error(WfThread *t) { return wf_raise(t, WF_EXC(OverflowError), "math range error"); }

/* The result of a function of one finite or infinite x. An infinity from a finite x is an overflow, or a pole. */
static WfValue checked(WfThread *t, double x, double r, bool can_overflow)
{
    if (isnan(r) && !isnan(x)) {
        return domain_error(t);
    }
    if (isinf(r) && isfinite(x)) {
        return can_overflow ? range_error(t) : domain_error(t);
    }
    return wf_double_any(r);
}

#define FUNCTION1(name, function, can_overflow) \
    static WfValue name(WfThread *t, WfValue *a) \
    { \
        double x; \
        if (wf_to_double(t, a[0], &x) != WF_OK) { \
            return WF_EMPTY; \
        } \
        return checked(t, x, function(x), can_overflow); \
    }

static double safe_lgamma(double x)
{
    int sign;
    return isinf(x) ? INFINITY : lgamma_r(x, &sign);
}
static double safe_gamma(double x)
{
    if ((x <= 0 && x == floor(x)) || x == -INFINITY) {
        return NAN; /* poles */
    }
    return tgamma(x);
}
static double to_degrees(double x) { return x * (180.0 / PI); }
static double to_radians(double x) { return x * (PI / 180.0); }

FUNCTION1(math_acos, acos, false)
FUNCTION1(math_acosh, acosh, false)
FUNCTION1(math_asin, asin, false)
FUNCTION1(math_asinh, asinh, false)
FUNCTION1(math_atan, atan, false)
FUNCTION1(math_atanh, atanh, false)
FUNCTION1(math_cbrt, cbrt, false)
FUNCTION1(math_cos, cos, false)
FUNCTION1(math_cosh, cosh, true)
FUNCTION1(math_erf, erf, false)
FUNCTION1(math_erfc, erfc, false)
FUNCTION1(math_exp, exp, true)
FUNCTION1(math_exp2, exp2, true)
FUNCTION1(math_expm1, expm1, true)
FUNCTION1(math_fabs, fabs, false)
FUNCTION1(math_log1p, log1p, false)
FUNCTION1(math_sin, sin, false)
FUNCTION1(math_sinh, sinh, true)
FUNCTION1(math_sqrt, sqrt, false)
FUNCTION1(math_tan, tan, false)
FUNCTION1(math_tanh, tanh, false)
FUNCTION1(math_gamma, safe_gamma, true)

static WfValue math_lgamma(WfThread *t, WfValue *a)
{
    double x;
    if (wf_to_double(t, a[0], &x) != WF_OK) {
        return WF_EMPTY;
    }
    if (isfinite(x) && x <= 0 && x == floor(x)) {
        return domain_error(t);
    }
    return checked(t, x, safe_lgamma(x), true);
}

static WfValue math_degrees(WfThread *t, WfValue *a)
{
    double x;
    return wf_to_double(t, a[0], &x) == WF_OK ? wf_double_any(to_degrees(x)) : WF_EMPTY;
}
static WfValue math_radians(WfThread *t, WfValue *a)
{
    double x;
    return wf_to_double(t, a[0], &x) == WF_OK ? wf_double_any(to_radians(x)) : WF_EMPTY;
}

#define TWO_DOUBLES(a) \
    double x, y; \
    if (wf_to_double(t, (a)[0], &x) != WF_OK || wf_to_double(t, (a)[1], &y) != WF_OK) { \
        return WF_EMPTY; \
    }

static WfValue math_atan2(WfThread *t, WfValue *a)
{
    TWO_DOUBLES(a)
    return wf_double_any(atan2(x, y));
}
static WfValue math_copysign(WfThread *t, WfValue *a)
{
    TWO_DOUBLES(a)
    return wf_double_any(copysign(x, y));
}
static WfValue math_nextafter(WfThread *t, WfValue *a)
{
    TWO_DOUBLES(a)
    return wf_double_any(nextafter(x, y));
}
static WfValue math_fmod(WfThread *t, WfValue *a)
{
    TWO_DOUBLES(a)
    double r = fmod(x, y);
    return isnan(r) && !isnan(x) && !isnan(y) ? domain_error(t) : wf_double_any(r);
}
static WfValue math_remainder(WfThread *t, WfValue *a)
{
    TWO_DOUBLES(a)
    double r = remainder(x, y);
    return isnan(r) && !isnan(x) && !isnan(y) ? domain_error(t) : wf_double_any(r);
}
static WfValue math_pow(WfThread *t, WfValue *a)
{
    TWO_DOUBLES(a)
    double r = pow(x, y);
    if (isnan(r) && !isnan(x) && !isnan(y)) {
        return domain_error(t);
    }
    if (isinf(r) && isfinite(x) && isfinite(y)) {
        return x == 0 ? domain_error(t) : range_error(t);
    }
    return wf_double_any(r);
}

/* --- rounding to int ----------------------------------------------------------------------------------------- */

/* type(v).name(v) for what is not a float; MISSING if it has no such method. */
static WfFound call_special(WfThread *t, WfValue v, WfStr *name, WfValue *out)
{
    WfValue method = wf_lookup_special(t, v, name);
    if (wf_is_empty(method)) {
        return wf_pending(t) ? WF_ERROR : WF_MISSING;
    }
    *out = wf_call0(t, method);
    return wf_is_empty(*out) ? WF_ERROR : WF_FOUND;
}

static WfValue math_ceil(WfThread *t, WfValue *a)
{
    double x;
    WfValue result = WF_EMPTY;
    if (!wf_is_double(a[0]) && call_special(t, a[0], WF_NAME(__ceil__), &result) != WF_MISSING) {
        return result;
    }
    return wf_to_double(t, a[0], &x) == WF_OK ? wf_int_from_double(t, ceil(x)) : WF_EMPTY;
}

static WfValue math_floor(WfThread *t, WfValue *a)
{
    double x;
    WfValue result = WF_EMPTY;
    if (!wf_is_double(a[0]) && call_special(t, a[0], WF_NAME(__floor__), &result) != WF_MISSING) {
        return result;
    }
    return wf_to_double(t, a[0], &x) == WF_OK ? wf_int_from_double(t, floor(x)) : WF_EMPTY;
}

static WfValue math_trunc(WfThread *t, WfValue *a)
{
    if (wf_is_double(a[0])) {
        return wf_int_from_double(t, wf_as_double(a[0]));
    }
    WfValue result = WF_EMPTY;
    if (call_special(t, a[0], WF_NAME(__trunc__), &result) == WF_MISSING) {
        return wf_raise(t, WF_EXC(TypeError), "type %.100s doesn't define __trunc__ method", WF_TYPE_NAME(a[0]));
    }
    return result;
}

/* --- logarithms ---------------------------------------------------------------------------------------------- */

/* Ints of any size: log(m * 2**e) is log(m) + e * log(2). */
static WfValue log_of(WfThread *t, WfValue v, double (*function)(double))
{
    double x;
    if (wf_is_any_int(v)) {
        if (wf_int_sign(v) <= 0) {
            return domain_error(t);
        }
        int64_t e;
        x = wf_int_frexp(v, &e);
        if (e <= 1023) {
            return wf_double(function(ldexp(x, (int)e)));
        }
        return wf_double(function(x) + function(2.0) * (double)e);
    }
    if (wf_to_double(t, v, &x) != WF_OK) {
        return WF_EMPTY;
    }
    return checked(t, x, function(x), false);
}

static WfValue math_log(WfThread *t, WfValue *a)
{
    const WfTuple *args = wf_as_tuple(a[0]);
    if (args->length < 1 || args->length > 2) {
        return wf_raise(t, WF_EXC(TypeError), "math.log requires 1 to 2 arguments");
    }
    WfValue num = log_of(t, wf_tuple_at(args, 0), log);
    if (wf_is_empty(num) || args->length == 1) {
        return num;
    }
    WfValue den = log_of(t, wf_tuple_at(args, 1), log);
    return wf_is_empty(den) ? den : wf_binary(t, WF_BIN_TRUEDIV, num, den);
}
static WfValue math_log2(WfThread *t, WfValue *a) { return log_of(t, a[0], log2); }
static WfValue math_log10(WfThread *t, WfValue *a) { return log_of(t, a[0], log10); }

/* --- parts of a double --------------------------------------------------------------------------------------- */

static WfValue math_frexp(WfThread *t, WfValue *a)
{
    double x;
    int e = 0;
    if (wf_to_double(t, a[0], &x) != WF_OK) {
        return WF_EMPTY;
    }
    if (isfinite(x)) {
        x = frexp(x, &e);
    }
    return wf_tuple_pair(t, wf_double_any(x), wf_small_int(e));
}

static WfValue math_ldexp(WfThread *t, WfValue *a)
{
    double x;
    int64_t e;
    if (wf_to_double(t, a[0], &x) != WF_OK) {
        return WF_EMPTY;
    }
    if (!wf_is_any_int(a[1])) {
        return wf_raise(t, WF_EXC(TypeError), "Expected an int as second argument to ldexp.");
    }
    if (!wf_int_to_i64(a[1], &e)) {
        e = wf_int_sign(a[1]) < 0 ? INT64_MIN : INT64_MAX;
    }
    if (x == 0 || !isfinite(x)) {
        return wf_double_any(x);
    }
    double r = ldexp(x, e > 10000 ? 10000 : e < -10000 ? -10000 : (int)e);
    return isinf(r) ? range_error(t) : wf_double(r);
}

static WfValue math_modf(WfThread *t, WfValue *a)
{
    double x, whole;
    if (wf_to_double(t, a[0], &x) != WF_OK) {
        return WF_EMPTY;
    }
    double fraction = modf(x, &whole);
    return wf_tuple_pair(t, wf_double_any(fraction), wf_double_any(whole));
}

static WfValue math_ulp(WfThread *t, WfValue *a)
{
    double x;
    if (wf_to_double(t, a[0], &x) != WF_OK) {
        return WF_EMPTY;
    }
    x = fabs(x);
    if (!isfinite(x)) {
        return wf_double_any(x);
    }
    double up = nextafter(x, INFINITY);
    return wf_double(isinf(up) ? x - nextafter(x, 0.0) : up - x);
}

static WfValue math_isfinite(WfThread *t, WfValue *a)
{
    double x;
    return wf_to_double(t, a[0], &x) == WF_OK ? WF_BOOL(isfinite(x)) : WF_EMPTY;
}
static WfValue math_isinf(WfThread *t, WfValue *a)
{
    double x;
    return wf_to_double(t, a[0], &x) == WF_OK ? WF_BOOL(isinf(x)) : WF_EMPTY;
}
static WfValue math_isnan(WfThread *t, WfValue *a)
{
    double x;
    return wf_to_double(t, a[0], &x) == WF_OK ? WF_BOOL(isnan(x)) : WF_EMPTY;
}

static WfValue math_isclose(WfThread *t, WfValue *a)
{
    TWO_DOUBLES(a)
    double rel, abs_tol;
    if (wf_to_double(t, a[2], &rel) != WF_OK || wf_to_double(t, a[3], &abs_tol) != WF_OK) {
        return WF_EMPTY;
    }
    if (rel < 0 || abs_tol < 0) {
        return wf_raise(t, WF_EXC(ValueError), "tolerances must be non-negative");
    }
    if (x == y) {
        return WF_TRUE;
    }
    if (isinf(x) || isinf(y)) {
        return WF_FALSE;
    }
    double diff = fabs(y - x);
    return WF_BOOL(diff <= fabs(rel * y) || diff <= fabs(rel * x) || diff <= abs_tol);
}

/* --- sums and norms ------------------------------------------------------------------------------------------ */

/* Shewchuk's sum: `partials` holds numbers that do not overlap and add up exactly to what came in. */
typedef struct Partials {
    double small[32];
    double *p;
    size_t n, capacity;
} Partials;

static bool partials_add(Partials *s, double x)
{
    size_t kept = 0;
    for (size_t i = 0; i < s->n; i++) {
        double y = s->p[i];
        if (fabs(x) < fabs(y)) {
            double swap = x;
            x = y;
            y = swap;
        }
        double hi = x + y, lo = y - (hi - x);
        if (lo != 0.0) {
            s->p[kept++] = lo;
        }
        x = hi;
    }
    if (kept == s->capacity) {
        double *grown = malloc(2 * s->capacity * sizeof *grown);
        if (grown == NULL) {
            return false;
        }
        memcpy(grown, s->p, kept * sizeof *grown);
        if (s->p != s->small) {
            free(s->p);
        }
        s->p = grown;
        s->capacity *= 2;
    }
    s->n = kept;
    if (x != 0.0) {
        s->p[s->n++] = x;
    }
    return true;
}

/* The nearest double: from the top down until something is lost; then half-even may need the sign of the rest. */
static double partials_round(const Partials *s)
{
    if (s->n == 0) {
        return 0.0;
    }
    size_t i = s->n - 1;
    double hi = s->p[i], lo = 0.0;
    while (i > 0) {
        double x = hi, y = s->p[--i];
        hi = x + y;
        lo = y - (hi - x);
        if (lo != 0.0) {
            break;
        }
    }
    if (i > 0 && ((lo < 0) == (s->p[i - 1] < 0)) && lo != 0.0) {
        double y = lo * 2.0, x = hi + y;
        if (y == x - hi) {
            hi = x;
        }
    }
    return hi;
}

static WfValue sum_items(WfThread *t, WfValue iterator, Partials *s)
{
    double special = 0.0, infinities = 0.0;
    WfValue item;
    WfFound more;
    while ((more = wf_next(t, iterator, &item)) == WF_FOUND) {
        double x;
        if (wf_to_double(t, item, &x) != WF_OK) {
            return WF_EMPTY;
        }
        if (!isfinite(x)) {
            infinities += isinf(x) ? x : 0.0;
            special += x;
            continue;
        }
        if (!partials_add(s, x)) {
            return wf_raise_no_memory(t);
        }
        if (s->n > 0 && !isfinite(s->p[s->n - 1])) {
            return wf_raise(t, WF_EXC(OverflowError), "intermediate overflow in fsum");
        }
    }
    if (more == WF_ERROR) {
        return WF_EMPTY;
    }
    if (special != 0.0) {
        if (isnan(infinities)) {
            return wf_raise(t, WF_EXC(ValueError), "-inf + inf in fsum");
        }
        return wf_double_any(special);
    }
    return wf_double(partials_round(s));
}

static WfValue math_fsum(WfThread *t, WfValue *a)
{
    WfValue iterator = wf_iter(t, a[0]);
    if (wf_is_empty(iterator)) {
        return iterator;
    }
    Partials s;
    s.p = s.small;
    s.n = 0;
    s.capacity = WF_ARRAY_LEN(s.small);
    WfValue result = sum_items(t, iterator, &s);
    if (s.p != s.small) {
        free(s.p);
    }
    return result;
}

/* sqrt of the sum of squares. Scaled by a power of two, summed in double-double, and the root corrected once by its residue. */
static double norm(double *v, int64_t n, double max, bool any_nan)
{
    if (isinf(max)) {
        return max;
    }
    if (any_nan) {
        return NAN;
    }
    if (max == 0.0 || n <= 1) {
        return max;
    }
    int e;
    (void)frexp(max, &e);
    double hi = 0.0, lo = 0.0;
    for (int64_t i = 0; i < n; i++) {
        double x = ldexp(v[i], -e), square = x * x, error = fma(x, x, -square);
        double sum = hi + square, part = sum - hi;
        lo += (hi - (sum - part)) + (square - part) + error;
        hi = sum;
    }
    double h = sqrt(hi + lo);
    double rest = fma(-h, h, hi) + lo;
    return ldexp(h + rest / (2.0 * h), e);
}

static WfValue norm_of(WfThread *t, const WfTuple *p, const WfTuple *q)
{
    int64_t n = p->length;
    WfRaw *raw = wf_gc_alloc_raw(t, (n + 1) * (int64_t)sizeof(double), false);
    if (raw == NULL) {
        return WF_EMPTY;
    }
    double *v = (double *)(void *)raw->data, max = 0.0;
    bool any_nan = false;
    for (int64_t i = 0; i < n; i++) {
        double x, y = 0.0;
        if (wf_to_double(t, wf_tuple_at(p, i), &x) != WF_OK
            || (q != NULL && wf_to_double(t, wf_tuple_at(q, i), &y) != WF_OK)) {
            return WF_EMPTY;
        }
        v[i] = fabs(x - y);
        any_nan |= isnan(v[i]);
        max = v[i] > max ? v[i] : max;
    }
    return wf_double_any(norm(v, n, max, any_nan));
}

static WfValue math_hypot(WfThread *t, WfValue *a) { return norm_of(t, wf_as_tuple(a[0]), NULL); }

static WfValue math_dist(WfThread *t, WfValue *a)
{
    WfValue p = wf_is_tuple(a[0]) ? a[0] : wf_to_tuple(t, a[0]);
    WfValue q = wf_is_empty(p) ? p : wf_is_tuple(a[1]) ? a[1] : wf_to_tuple(t, a[1]);
    if (wf_is_empty(q)) {
        return q;
    }
    if (wf_as_tuple(p)->length != wf_as_tuple(q)->length) {
        return wf_raise(t, WF_EXC(ValueError), "both points must have the same number of dimensions");
    }
    return norm_of(t, wf_as_tuple(p), wf_as_tuple(q));
}

static WfValue math_prod(WfThread *t, WfValue *a)
{
    WfValue iterator = wf_iter(t, a[0]), result = a[1], item;
    if (wf_is_empty(iterator)) {
        return iterator;
    }
    WfFound more;
    while ((more = wf_next(t, iterator, &item)) == WF_FOUND) {
        if (wf_is_double(result) && wf_is_double(item)) {
            result = wf_double_any(wf_as_double(result) * wf_as_double(item));
            continue;
        }
        result = wf_both_int(result, item) ? wf_int_mul(t, result, item) : wf_binary(t, WF_BIN_MUL, result, item);
        if (wf_is_empty(result)) {
            return result;
        }
    }
    return more == WF_ERROR ? WF_EMPTY : result;
}

/* --- whole numbers ------------------------------------------------------------------------------------------- */

static WfValue math_gcd(WfThread *t, WfValue *a)
{
    const WfTuple *args = wf_as_tuple(a[0]);
    WfValue result = wf_small_int(0);
    for (int64_t i = 0; i < args->length; i++) {
        WfValue v = wf_index(t, wf_tuple_at(args, i));
        result = wf_is_empty(v) ? v : wf_int_gcd(t, result, v);
        if (wf_is_empty(result)) {
            return result;
        }
    }
    return result;
}

static WfValue math_lcm(WfThread *t, WfValue *a)
{
    const WfTuple *args = wf_as_tuple(a[0]);
    WfValue result = wf_small_int(1);
    for (int64_t i = 0; i < args->length; i++) {
        WfValue v = wf_index(t, wf_tuple_at(args, i));
        if (wf_is_empty(v)) {
            return v;
        }
        if (wf_int_sign(result) == 0 || wf_int_sign(v) == 0) {
            result = wf_small_int(0);
            continue;
        }
        WfValue g = wf_int_gcd(t, result, v);
        WfValue q = wf_is_empty(g) ? g : wf_int_floordiv(t, result, g);
        q = wf_is_empty(q) ? q : wf_int_mul(t, q, v);
        result = wf_is_empty(q) ? q : wf_int_abs(t, q);
        if (wf_is_empty(result)) {
            return result;
        }
    }
    return result;
}

static WfValue math_isqrt(WfThread *t, WfValue *a)
{
    WfValue n = wf_index(t, a[0]);
    if (wf_is_empty(n)) {
        return n;
    }
    if (wf_int_sign(n) < 0) {
        return wf_raise(t, WF_EXC(ValueError), "isqrt() argument must be nonnegative");
    }
    return wf_int_isqrt(t, n);
}

static WfValue math_factorial(WfThread *t, WfValue *a)
{
    WfValue v = wf_index(t, a[0]);
    int64_t n;
    if (wf_is_empty(v)) {
        return v;
    }
    if (wf_int_sign(v) < 0) {
        return wf_raise(t, WF_EXC(ValueError), "factorial() not defined for negative values");
    }
    if (!wf_int_to_i64(v, &n)) {
        return wf_raise(t, WF_EXC(OverflowError), "factorial() argument should not exceed %ld", INT64_MAX);
    }
    return wf_int_factorial(t, (uint64_t)n);
}

/* n and k as ints that are not negative. */
static WfStatus n_and_k(WfThread *t, const WfValue *a, WfValue *n, WfValue *k)
{
    *n = wf_index(t, a[0]);
    *k = wf_is_empty(*n) ? WF_EMPTY : wf_index(t, a[1]);
    if (wf_is_empty(*k)) {
        return WF_RAISED;
    }
    if (wf_int_sign(*n) < 0) {
        return WF_FAIL(wf_raise(t, WF_EXC(ValueError), "n must be a non-negative integer"));
    }
    if (wf_int_sign(*k) < 0) {
        return WF_FAIL(wf_raise(t, WF_EXC(ValueError), "k must be a non-negative integer"));
    }
    return WF_OK;
}

static WfValue math_comb(WfThread *t, WfValue *a)
{
    WfValue n, k;
    int64_t count;
    if (n_and_k(t, a, &n, &k) != WF_OK) {
        return WF_EMPTY;
    }
    WfValue other = wf_int_sub(t, n, k);
    if (wf_is_empty(other) || wf_int_sign(other) < 0) {
        return wf_is_empty(other) ? other : wf_small_int(0);
    }
    if (wf_int_compare(other, k) < 0) {
        k = other;
    }
    if (!wf_int_to_i64(k, &count)) {
        return wf_raise(t, WF_EXC(OverflowError), "min(n - k, k) must not exceed %lld", (long long)INT64_MAX);
    }
    return wf_int_binomial(t, n, (uint64_t)count);
}

/* n * (n - 1) * ... , k factors, halved so that the factors stay of like size */
static WfValue falling(WfThread *t, WfValue n, int64_t k)
{
    if (k <= 0) {
        return wf_small_int(1);
    }
    if (k == 1) {
        return n;
    }
    WfValue left = falling(t, n, k / 2);
    WfValue rest = wf_is_empty(left) ? left : wf_int_sub(t, n, wf_small_int(k / 2));
    WfValue right = wf_is_empty(rest) ? rest : falling(t, rest, k - k / 2);
    return wf_is_empty(right) ? right : wf_int_mul(t, left, right);
}

static WfValue math_perm(WfThread *t, WfValue *a)
{
    if (wf_is_none(a[1])) {
        return math_factorial(t, a);
    }
    WfValue n, k;
    int64_t count;
    if (n_and_k(t, a, &n, &k) != WF_OK) {
        return WF_EMPTY;
    }
    if (wf_int_compare(n, k) < 0) {
        return wf_small_int(0);
    }
    if (!wf_int_to_i64(k, &count) || count > WF_INT_MAX) {
        return wf_raise(t, WF_EXC(OverflowError), "k must not exceed %lld", (long long)INT64_MAX);
    }
    return falling(t, n, count);
}

/* --- the module ---------------------------------------------------------------------------------------------- */

static const WfBuiltinDef math_functions[] = {
    {"acos", math_acos, "(x, /)", "Arc cosine of x, in radians from 0 to pi."},
    {"acosh", math_acosh, "(x, /)", "Inverse hyperbolic cosine of x."},
    {"asin", math_asin, "(x, /)", "Arc sine of x, in radians from -pi/2 to pi/2."},
    {"asinh", math_asinh, "(x, /)", "Inverse hyperbolic sine of x."},
    {"atan", math_atan, "(x, /)", "Arc tangent of x, in radians from -pi/2 to pi/2."},
    {"atan2", math_atan2, "(y, x, /)", "Angle of the point (x, y), in radians from -pi to pi."},
    {"atanh", math_atanh, "(x, /)", "Inverse hyperbolic tangent of x."},
    {"cbrt", math_cbrt, "(x, /)", "Cube root of x."},
    {"ceil", math_ceil, "(x, /)", "The smallest int that is not less than x."},
    {"comb", math_comb, "(n, k, /)", "In how many ways k of n things can be chosen without order."},
    {"copysign", math_copysign, "(x, y, /)", "The magnitude of x with the sign of y."},
    {"cos", math_cos, "(x, /)", "Cosine of x radians."},
    {"cosh", math_cosh, "(x, /)", "Hyperbolic cosine of x."},
    {"degrees", math_degrees, "(x, /)", "x radians in degrees."},
    {"dist", math_dist, "(p, q, /)", "Euclidean distance of two points, given as sequences of coordinates."},
    {"erf", math_erf, "(x, /)", "Error function of x."},
    {"erfc", math_erfc, "(x, /)", "1 - erf(x), without cancellation."},
    {"exp", math_exp, "(x, /)", "e raised to x."},
    {"exp2", math_exp2, "(x, /)", "2 raised to x."},
    {"expm1", math_expm1, "(x, /)", "exp(x) - 1, without cancellation."},
    {"fabs", math_fabs, "(x, /)", "Magnitude of x as a float."},
    {"factorial", math_factorial, "(x, /)", "Product of the ints from 1 to x."},
    {"floor", math_floor, "(x, /)", "The largest int that is not greater than x."},
    {"fmod", math_fmod, "(x, y, /)", "Remainder of x / y as C has it: with the sign of x."},
    {"frexp", math_frexp, "(x, /)", "The pair (m, e) with x == m * 2**e and 0.5 <= abs(m) < 1."},
    {"fsum", math_fsum, "(seq, /)", "Sum of the floats of an iterable, rounded only once."},
    {"gamma", math_gamma, "(x, /)", "Gamma function of x."},
    {"gcd", math_gcd, "(*integers)", "Greatest common divisor."},
    {"hypot", math_hypot, "(*coordinates)", "Distance of a point from the origin."},
    {"isclose", math_isclose, "(a, b, *, rel_tol=1e-09, abs_tol=0.0)",
     "Whether a and b are equal within a relative or an absolute tolerance."},
    {"isfinite", math_isfinite, "(x, /)", "Whether x is neither infinite nor NaN."},
    {"isinf", math_isinf, "(x, /)", "Whether x is infinite."},
    {"isnan", math_isnan, "(x, /)", "Whether x is NaN."},
    {"isqrt", math_isqrt, "(n, /)", "Square root of an int, rounded down."},
    {"lcm", math_lcm, "(*integers)", "Least common multiple."},
    {"ldexp", math_ldexp, "(x, i, /)", "x * 2**i."},
    {"lgamma", math_lgamma, "(x, /)", "Logarithm of the magnitude of the gamma function of x."},
    {"log", math_log, "(*args)", "log(x, [base=math.e])\nLogarithm of x to the base, which is e if left out."},
    {"log10", math_log10, "(x, /)", "Logarithm of x to base 10."},
    {"log1p", math_log1p, "(x, /)", "log(1 + x), without cancellation."},
    {"log2", math_log2, "(x, /)", "Logarithm of x to base 2."},
    {"modf", math_modf, "(x, /)", "Fraction and whole part of x, both floats with its sign."},
    {"nextafter", math_nextafter, "(x, y, /)", "The float next to x in the direction of y."},
    {"perm", math_perm, "(n, k=None, /)", "In how many ways k of n things can be chosen with order."},
    {"pow", math_pow, "(x, y, /)", "x raised to y, as floats."},
    {"prod", math_prod, "(iterable, /, *, start=1)", "Product of the start value and all items."},
    {"radians", math_radians, "(x, /)", "x degrees in radians."},
    {"remainder", math_remainder, "(x, y, /)", "x - n * y for the int n nearest to x / y (ties to even)."},
    {"sin", math_sin, "(x, /)", "Sine of x radians."},
    {"sinh", math_sinh, "(x, /)", "Hyperbolic sine of x."},
    {"sqrt", math_sqrt, "(x, /)", "Square root of x."},
    {"tan", math_tan, "(x, /)", "Tangent of x radians."},
    {"tanh", math_tanh, "(x, /)", "Hyperbolic tangent of x."},
    {"trunc", math_trunc, "(x, /)", "x without its fraction, as type(x).__trunc__ has it."},
    {"ulp", math_ulp, "(x, /)", "Value of the last binary place of x."},
    {0}};

static WfStatus math_init(WfThread *t, WfValue module)
{
    if (wf_module_add(t, module, "pi", wf_double(PI)) != WF_OK
        || wf_module_add(t, module, "e", wf_double(2.7182818284590452354)) != WF_OK
        || wf_module_add(t, module, "tau", wf_double(2 * PI)) != WF_OK
        || wf_module_add(t, module, "inf", wf_double(INFINITY)) != WF_OK) {
        return WF_RAISED;
    }
    return wf_module_add(t, module, "nan", wf_double_any(__builtin_nan("")));
}

const WfModuleDef wf_module_math = {
    .name = "math",
    .doc = "Mathematical functions of real numbers, as the C library has them, and of whole numbers.",
    .functions = math_functions,
    .init = math_init,
};
