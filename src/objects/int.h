/* int.h - int: small ones in the word (50 bits), larger ones as magnitude in GMP limbs behind a head.
 * SPDX-License-Identifier: MIT
 * A WfInt is immutable, normalised (no leading zero limb) and never holds a value that fits 50 bits, but for
 * instances of subclasses of int (bool aside, which is a constant). */
#ifndef WF_OBJECTS_INT_H
#define WF_OBJECTS_INT_H

#include "model/object.h"

#include <gmp.h>

typedef struct WfInt {
    WfObject h;
    int64_t size; /* limbs, negative for negative values; 0 is possible in subclasses only */
    mp_limb_t limbs[];
} WfInt;

WfValue wf_int_from_i64_slow(WfThread *t, int64_t i);
WF_INLINE WF_MUST_CHECK WfValue wf_int_from_i64(WfThread *t, int64_t i)
{
    return WF_LIKELY(wf_int_fits(i)) ? wf_small_int(i) : wf_int_from_i64_slow(t, i);
}
WfValue wf_int_from_u64(WfThread *t, uint64_t u) WF_MUST_CHECK;
WfValue wf_int_from_double(WfThread *t, double d) WF_MUST_CHECK; /* truncates; OverflowError/ValueError for inf, nan */
/* v is any int (wf_is_any_int). False: does not fit. */
bool wf_int_to_i64(WfValue v, int64_t *out);
bool wf_int_to_u64(WfValue v, uint64_t *out);
uint64_t wf_int_to_u64_mask(WfValue v); /* low 64 bits, two's complement */
WfStatus wf_int_to_double(WfThread *t, WfValue v, double *out) WF_MUST_CHECK; /* OverflowError */
int wf_int_sign(WfValue v);
int wf_int_compare(WfValue a, WfValue b);
uint64_t wf_int_bit_length(WfValue v);
/* text: digits in base 2..36 (0: by prefix), as int(str, base); n bytes of ASCII. ValueError is for the caller: returns WF_EMPTY without exception if not a literal. */
WfValue wf_int_parse(WfThread *t, const char *text, int64_t n, int base);
/* Writes the digits of u in base 2, 8, 10 or 16 so that they stop at end; returns where they begin. */
#define WF_INT_DIGITS_MAX 64
char *wf_int_digits(uint64_t u, int base, char *end);
WfValue wf_int_to_str(WfThread *t, WfValue v, int base) WF_MUST_CHECK; /* no prefix; honours int_max_str_digits for base 10 */
WfValue wf_int_from_bytes(WfThread *t, const uint8_t *p, size_t n, bool little, bool is_signed) WF_MUST_CHECK;
WfStatus wf_int_to_bytes(WfThread *t, WfValue v, uint8_t *p, size_t n, bool little, bool is_signed) WF_MUST_CHECK; /* OverflowError */
/* Arithmetic on any two ints (the loop handles small ones itself) */
WfValue wf_int_add(WfThread *t, WfValue a, WfValue b) WF_MUST_CHECK;
WfValue wf_int_sub(WfThread *t, WfValue a, WfValue b) WF_MUST_CHECK;
WfValue wf_int_mul(WfThread *t, WfValue a, WfValue b) WF_MUST_CHECK;
WfValue wf_int_floordiv(WfThread *t, WfValue a, WfValue b) WF_MUST_CHECK;
WfValue wf_int_mod(WfThread *t, WfValue a, WfValue b) WF_MUST_CHECK;
WfValue wf_int_pow(WfThread *t, WfValue a, WfValue b, WfValue mod) WF_MUST_CHECK;
WfValue wf_int_lshift(WfThread *t, WfValue a, WfValue b) WF_MUST_CHECK;
WfValue wf_int_rshift(WfThread *t, WfValue a, WfValue b) WF_MUST_CHECK;
WfValue wf_int_gcd(WfThread *t, WfValue a, WfValue b) WF_MUST_CHECK;
int64_t wf_int_hash(WfValue v);
/* The same from their magnitudes as C sees them, and what only int.c, int_type.c, math and format need: */
WfStatus wf_int_divmod(WfThread *t, WfValue a, WfValue b, WfValue *quotient, WfValue *remainder) WF_MUST_CHECK; /* floor */
WfValue wf_int_truediv(WfThread *t, WfValue a, WfValue b) WF_MUST_CHECK; /* a float, correctly rounded */
WfValue wf_int_neg(WfThread *t, WfValue a) WF_MUST_CHECK;
WfValue wf_int_abs(WfThread *t, WfValue a) WF_MUST_CHECK;
WfValue wf_int_invert(WfThread *t, WfValue a) WF_MUST_CHECK;
WfValue wf_int_and(WfThread *t, WfValue a, WfValue b) WF_MUST_CHECK;
WfValue wf_int_or(WfThread *t, WfValue a, WfValue b) WF_MUST_CHECK;
WfValue wf_int_xor(WfThread *t, WfValue a, WfValue b) WF_MUST_CHECK;
WfValue wf_int_factorial(WfThread *t, uint64_t n) WF_MUST_CHECK;
WfValue wf_int_binomial(WfThread *t, WfValue n, uint64_t k) WF_MUST_CHECK; /* n >= 0 */
WfValue wf_int_isqrt(WfThread *t, WfValue a) WF_MUST_CHECK; /* a >= 0 */
WfValue wf_int_shift_left(WfThread *t, WfValue a, int64_t n) WF_MUST_CHECK; /* n < 0: right, floor */
/* round(a, ndigits): half to even for negative ndigits */
WfValue wf_int_round(WfThread *t, WfValue a, WfValue ndigits) WF_MUST_CHECK;
uint64_t wf_int_bit_count(WfValue v); /* of the magnitude */
bool wf_int_is_odd(WfValue v);
/* v as frexp has it, exact for any size: fraction in [0.5, 1) rounded to nearest; *exponent may exceed that of a double. */
double wf_int_frexp(WfValue v, int64_t *exponent);
/* An exact int (v may be a bool or an instance of a subclass), and an instance of a subclass with v's value. */
WfValue wf_int_exact(WfThread *t, WfValue v) WF_MUST_CHECK;
WfValue wf_int_in_type(WfThread *t, WfType *type, WfValue v) WF_MUST_CHECK;
/* int(v) for numbers: __int__, __index__, __trunc__; and for text. TypeError otherwise. */
WfValue wf_int_from_object(WfThread *t, WfValue v) WF_MUST_CHECK;
/* str, bytes or bytearray in any base; ValueError when it is no literal. */
WfValue wf_int_from_text(WfThread *t, WfValue v, int base) WF_MUST_CHECK;

/* float: a word. Instances of subclasses of float are WfFloatObject (kind NATIVE, type a subtype of float). */
typedef struct WfFloatObject {
    WfObject h;
    double value;
} WfFloatObject;
bool wf_is_float(WfValue v); /* float or an instance of a subclass */
double wf_float_value(WfValue v); /* v: wf_is_float */
WfValue wf_float_repr(WfThread *t, double d) WF_MUST_CHECK;

typedef struct WfComplex {
    WfObject h;
    double real, imag;
} WfComplex;
WfValue wf_complex_new(WfThread *t, double real, double imag) WF_MUST_CHECK;

#endif
