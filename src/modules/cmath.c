/* cmath.c - the module cmath: functions of complex numbers.
 * SPDX-License-Identifier: MIT
 * Design:     C99's complex functions, whose special values (annex G) are those of cmath too. A NaN or infinity that comes from a finite
 *             argument is an error.
 * Threads:    no state. */
#include "model/builtin.h"
#include "model/object.h"
#include "objects/complex.h"
#include "objects/float.h"
#include "objects/tuple.h"

#include <float.h>
#include <math.h>

static WfValue domain_error(WfThread *t) { return wf_raise(t, WF_EXC(ValueError), "math domain error"); }
static WfValue range_error(WfThread *t) { return wf_raise(t, WF_EXC(OverflowError), "math range error"); }
static WfValue from_c(WfThread *t, WfC c) { return wf_complex_new(t, creal(c), cimag(c)); }
static bool finite_c(WfC c) { return isfinite(creal(c)) && isfinite(cimag(c)); }
static bool nan_c(WfC c) { return isnan(creal(c)) || isnan(cimag(c)); }
static bool inf_c(WfC c) { return isinf(creal(c)) || isinf(cimag(c)); }

#define FUNCTION(name, function, pole) \
    static WfValue name(WfThread *t, WfValue *a) \
    { \
        WfC z; \
        if (wf_to_complex(t, a[0], &z) != WF_OK) { \
            return WF_EMPTY; \
        } \
        WfC r = function(z); \
        if (finite_c(z) && !finite_c(r)) { \
            return (pole) || nan_c(r) ? domain_error(t) : range_error(t); \
        } \
        return from_c(t, r); \
    }

/* Functions that turn by `angle` and stretch by `size`: an infinite angle is an error, but for a NaN size, and for exp(-inf), which is
 * 0 whatever the angle. */
static WfValue turned(WfThread *t, WfC z, WfC r, double angle, double size, bool is_exp)
{
    if (finite_c(z) && !finite_c(r)) {
        return nan_c(r) ? domain_error(t) : range_error(t);
    }
    bool any_angle = isnan(size) || (is_exp && size == -INFINITY);
    return isinf(angle) && !any_angle ? domain_error(t) : from_c(t, r);
}

#define TURNING(name, function, angle, size, is_exp) \
    static WfValue name(WfThread *t, WfValue *a) \
    { \
        WfC z; \
        return wf_to_complex(t, a[0], &z) == WF_OK ? turned(t, z, function(z), angle(z), size(z), is_exp) : WF_EMPTY; \
    }

/* Annex G leaves these real; Python has NaN in both parts. */
static WfC python_acosh(WfC z) { return creal(z) == 0.0 && isnan(cimag(z)) ? wf_c(NAN, NAN) : cacosh(z); }
static WfC python_tanh(WfC z) { return creal(z) == 0.0 && isnan(cimag(z)) ? wf_c(NAN, NAN) : ctanh(z); }
static WfC python_tan(WfC z) { return cimag(z) == 0.0 && isnan(creal(z)) ? wf_c(NAN, NAN) : ctan(z); }

FUNCTION(cmath_acos, cacos, false)
FUNCTION(cmath_acosh, python_acosh, false)
FUNCTION(cmath_asin, casin, false)
FUNCTION(cmath_asinh, casinh, false)
FUNCTION(cmath_atan, catan, true)
FUNCTION(cmath_atanh, catanh, true)
FUNCTION(cmath_sqrt, csqrt, false)
TURNING(cmath_cosh, ccosh, cimag, creal, false)
TURNING(cmath_sinh, csinh, cimag, creal, false)
TURNING(cmath_cos, ccos, creal, cimag, false)
TURNING(cmath_sin, csin, creal, cimag, false)
TURNING(cmath_exp, cexp, cimag, creal, true)

static WfValue tangent(WfThread *t, WfC z, WfC r, double turning, double other)
{
    if (finite_c(z) && !finite_c(r)) {
        return domain_error(t);
    }
    return isinf(turning) && isfinite(other) ? domain_error(t) : from_c(t, r);
}

static WfValue cmath_tan(WfThread *t, WfValue *a)
{
    WfC z;
    return wf_to_complex(t, a[0], &z) == WF_OK ? tangent(t, z, python_tan(z), creal(z), cimag(z)) : WF_EMPTY;
}

static WfValue cmath_tanh(WfThread *t, WfValue *a)
{
    WfC z;
    return wf_to_complex(t, a[0], &z) == WF_OK ? tangent(t, z, python_tanh(z), cimag(z), creal(z)) : WF_EMPTY;
}

/* log|z| without overflow, and without cancellation where |z| is near 1. */
static double log_magnitude(double re, double im)
{
    double ax = fabs(re), ay = fabs(im);
    if (ax > DBL_MAX / 4 || ay > DBL_MAX / 4) {
        return log(hypot(ax / 2.0, ay / 2.0)) + M_LN2;
    }
    if (ax < DBL_MIN && ay < DBL_MIN) {
        return log(hypot(ldexp(ax, DBL_MANT_DIG), ldexp(ay, DBL_MANT_DIG))) - DBL_MANT_DIG * M_LN2;
    }
    double h = hypot(ax, ay);
    if (0.71 <= h && h <= 1.73) {
        double max = ax > ay ? ax : ay, min = ax > ay ? ay : ax;
        return log1p((max - 1) * (max + 1) + min * min) / 2.0;
    }
    return log(h);
}

static WfStatus complex_log(WfThread *t, WfC z, WfC *out)
{
    if (creal(z) == 0 && cimag(z) == 0) {
        return WF_FAIL(domain_error(t));
    }
    double magnitude = inf_c(z) ? INFINITY : log_magnitude(creal(z), cimag(z));
    *out = wf_c(magnitude, atan2(cimag(z), creal(z)));
    return WF_OK;
}

static WfValue cmath_log(WfThread *t, WfValue *a)
{
    WfC z, base;
    if (wf_to_complex(t, a[0], &z) != WF_OK || complex_log(t, z, &z) != WF_OK) {
        return WF_EMPTY;
    }
    if (wf_is_empty(a[1])) {
        return from_c(t, z);
    }
    if (wf_to_complex(t, a[1], &base) != WF_OK || complex_log(t, base, &base) != WF_OK) {
        return WF_EMPTY;
    }
    if (creal(base) == 0 && cimag(base) == 0) {
        return domain_error(t);
    }
    return from_c(t, wf_c_divide(z, base));
}

static WfValue cmath_log10(WfThread *t, WfValue *a)
{
    WfC z;
    if (wf_to_complex(t, a[0], &z) != WF_OK || complex_log(t, z, &z) != WF_OK) {
        return WF_EMPTY;
    }
    return wf_complex_new(t, creal(z) / M_LN10, cimag(z) / M_LN10);
}

static WfValue cmath_phase(WfThread *t, WfValue *a)
{
    WfC z;
    return wf_to_complex(t, a[0], &z) == WF_OK ? wf_double_any(atan2(cimag(z), creal(z))) : WF_EMPTY;
}

static WfValue cmath_polar(WfThread *t, WfValue *a)
{
    WfC z;
    if (wf_to_complex(t, a[0], &z) != WF_OK) {
        return WF_EMPTY;
    }
    double r = hypot(creal(z), cimag(z));
    if (isinf(r) && finite_c(z)) {
        return range_error(t);
    }
    return wf_tuple_pair(t, wf_double_any(r), wf_double_any(atan2(cimag(z), creal(z))));
}

static WfValue cmath_rect(WfThread *t, WfValue *a)
{
    double r, phi;
    if (wf_to_double(t, a[0], &r) != WF_OK || wf_to_double(t, a[1], &phi) != WF_OK) {
        return WF_EMPTY;
    }
    if (isinf(phi) && r != 0.0 && !isnan(r)) {
        return domain_error(t);
    }
    if (r == 0.0 && !isfinite(phi)) {
        return wf_complex_new(t, 0.0, 0.0);
    }
    if (isinf(r) && isfinite(phi) && phi != 0.0) {
        return wf_complex_new(t, copysign(INFINITY, cos(phi)) * (r < 0 ? -1 : 1),
                              copysign(INFINITY, sin(phi)) * (r < 0 ? -1 : 1));
    }
    if (isinf(r) && isnan(phi)) {
        return wf_complex_new(t, INFINITY, NAN);
    }
    if (phi == 0.0) {
        return wf_complex_new(t, r, isinf(r) ? copysign(0.0, phi) * (r < 0 ? -1 : 1) : isnan(r) ? 0.0 : r * phi);
    }
    return wf_complex_new(t, r * cos(phi), r * sin(phi));
}

static WfValue cmath_isfinite(WfThread *t, WfValue *a)
{
    WfC z;
    return wf_to_complex(t, a[0], &z) == WF_OK ? WF_BOOL(finite_c(z)) : WF_EMPTY;
}
static WfValue cmath_isnan(WfThread *t, WfValue *a)
{
    WfC z;
    return wf_to_complex(t, a[0], &z) == WF_OK ? WF_BOOL(nan_c(z)) : WF_EMPTY;
}
static WfValue cmath_isinf(WfThread *t, WfValue *a)
{
    WfC z;
    return wf_to_complex(t, a[0], &z) == WF_OK ? WF_BOOL(inf_c(z)) : WF_EMPTY;
}

static WfValue cmath_isclose(WfThread *t, WfValue *a)
{
    WfC x, y;
    double rel, abs_tol;
    if (wf_to_complex(t, a[0], &x) != WF_OK || wf_to_complex(t, a[1], &y) != WF_OK || wf_to_double(t, a[2], &rel) != WF_OK
        || wf_to_double(t, a[3], &abs_tol) != WF_OK) {
        return WF_EMPTY;
    }
    if (rel < 0 || abs_tol < 0) {
        return wf_raise(t, WF_EXC(ValueError), "tolerances must be non-negative");
    }
    if (creal(x) == creal(y) && cimag(x) == cimag(y)) {
        return WF_TRUE;
    }
    if (inf_c(x) || inf_c(y)) {
        return WF_FALSE;
    }
    double diff = hypot(creal(x) - creal(y), cimag(x) - cimag(y));
    return WF_BOOL(diff <= rel * hypot(creal(y), cimag(y)) || diff <= rel * hypot(creal(x), cimag(x)) || diff <= abs_tol);
}

static const WfBuiltinDef cmath_functions[] = {
    {"acos", cmath_acos, "(z, /)", "Arc cosine of z."},
    {"acosh", cmath_acosh, "(z, /)", "Inverse hyperbolic cosine of z."},
    {"asin", cmath_asin, "(z, /)", "Arc sine of z."},
    {"asinh", cmath_asinh, "(z, /)", "Inverse hyperbolic sine of z."},
    {"atan", cmath_atan, "(z, /)", "Arc tangent of z."},
    {"atanh", cmath_atanh, "(z, /)", "Inverse hyperbolic tangent of z."},
    {"cos", cmath_cos, "(z, /)", "Cosine of z."},
    {"cosh", cmath_cosh, "(z, /)", "Hyperbolic cosine of z."},
    {"exp", cmath_exp, "(z, /)", "e raised to z."},
    {"isclose", cmath_isclose, "(a, b, *, rel_tol=1e-09, abs_tol=0.0)",
     "Whether a and b are equal within a relative or an absolute tolerance."},
    {"isfinite", cmath_isfinite, "(z, /)", "Whether both parts of z are finite."},
    {"isinf", cmath_isinf, "(z, /)", "Whether a part of z is infinite."},
    {"isnan", cmath_isnan, "(z, /)", "Whether a part of z is NaN."},
    {"log", cmath_log, "(z, base=?, /)", "Logarithm of z to the base, which is e if left out."},
    {"log10", cmath_log10, "(z, /)", "Logarithm of z to base 10."},
    {"phase", cmath_phase, "(z, /)", "Angle of z, from -pi to pi."},
    {"polar", cmath_polar, "(z, /)", "Magnitude and angle of z."},
    {"rect", cmath_rect, "(r, phi, /)", "The number with that magnitude and angle."},
    {"sin", cmath_sin, "(z, /)", "Sine of z."},
    {"sinh", cmath_sinh, "(z, /)", "Hyperbolic sine of z."},
    {"sqrt", cmath_sqrt, "(z, /)", "Square root of z."},
    {"tan", cmath_tan, "(z, /)", "Tangent of z."},
    {"tanh", cmath_tanh, "(z, /)", "Hyperbolic tangent of z."},
    {0}};

static WfStatus cmath_init(WfThread *t, WfValue module)
{
    if (wf_module_add(t, module, "pi", wf_double(M_PI)) != WF_OK || wf_module_add(t, module, "e", wf_double(M_E)) != WF_OK
        || wf_module_add(t, module, "tau", wf_double(2 * M_PI)) != WF_OK
        || wf_module_add(t, module, "inf", wf_double(INFINITY)) != WF_OK
        || wf_module_add(t, module, "nan", wf_double_any(NAN)) != WF_OK
        || wf_module_add(t, module, "infj", wf_complex_new(t, 0.0, INFINITY)) != WF_OK) {
        return WF_RAISED;
    }
    return wf_module_add(t, module, "nanj", wf_complex_new(t, 0.0, NAN));
}

const WfModuleDef wf_module_cmath = {
    .name = "cmath",
    .doc = "Mathematical functions of complex numbers.",
    .functions = cmath_functions,
    .init = cmath_init,
};
