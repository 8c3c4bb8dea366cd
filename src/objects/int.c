/* int.c - arithmetic and conversion of ints.
 * SPDX-License-Identifier: MIT
 * Design:     every operation first tries C's int64_t, which holds all small ints and most one-limb ones; the rest works on
 *             `Mag`, a view of sign and limbs that a small int is given on the C stack, with GMP's mpn functions writing
 *             straight into the new cell. Number theory (modular power, inverse, gcd, square root) goes
 *             through read-only mpz views of the same limbs.
 * Invariants: results are normalised by `finish`: no leading zero limb, small ints as words.
 * Threads:    ints are immutable.
 * Tests:      tests/builtins/int.py, CPython's test_int, test_long. */
#include "objects/int.h"

#include "objects/str.h"

#include <math.h>
#include <stdlib.h>

#define LIMB_BITS 64
#define MAX_LIMBS ((int64_t)1 << 32)
#define HASH_MODULUS (((uint64_t)1 << 61) - 1)
/* int_max_str_digits is not looked at for shorter texts */
#define STR_DIGITS_THRESHOLD 640

/* Sign and magnitude of any int. `p` points at `word`, or into the cell, which the value on the stack keeps alive. */
typedef struct Mag {
    const mp_limb_t *p;
    int64_t n;
    bool neg;
    mp_limb_t word;
} Mag;

WF_INLINE void mag_of(Mag *m, WfValue v)
{
    if (wf_is_object(v)) {
        const WfInt *x = WF_AS(WfInt, v);
        m->neg = x->size < 0;
        m->n = m->neg ? -x->size : x->size;
        m->p = x->limbs;
    } else {
        int64_t i = wf_is_int(v) ? wf_as_int(v) : wf_is_true(v);
        m->neg = i < 0;
        m->n = i != 0;
        m->word = i < 0 ? -(uint64_t)i : (uint64_t)i;
        m->p = &m->word;
    }
}

/* The value as int64_t if it fits. */
WF_INLINE bool quick(WfValue v, int64_t *out)
{
    if (wf_is_int(v)) {
        *out = wf_as_int(v);
        return true;
    }
    if (!wf_is_object(v)) {
        *out = wf_is_true(v);
        return true;
    }
    const WfInt *x = WF_AS(WfInt, v);
    if (x->size == 0) {
        *out = 0;
        return true;
    }
    if (x->size == 1 && x->limbs[0] <= INT64_MAX) {
        *out = (int64_t)x->limbs[0];
        return true;
    }
    if (x->size == -1 && x->limbs[0] <= (uint64_t)INT64_MAX + 1) {
        *out = (int64_t)(-x->limbs[0]);
        return true;
    }
    return false;
}
WF_INLINE bool quick2(WfValue a, WfValue b, int64_t *x, int64_t *y) { return quick(a, x) && quick(b, y); }

static WfInt *int_alloc(WfThread *t, int64_t n)
{
    if (WF_UNLIKELY(n > MAX_LIMBS)) {
        return WF_FAIL_NULL(wf_raise_no_memory(t));
    }
    return wf_gc_alloc_head(t, sizeof(WfInt) + (size_t)n * sizeof(mp_limb_t), WF_HEAD(INT, INT));
}

/* Working memory that is not part of a result. */
static mp_limb_t *scratch(WfThread *t, int64_t n)
{
    if (WF_UNLIKELY(n > MAX_LIMBS)) {
        return WF_FAIL_NULL(wf_raise_no_memory(t));
    }
    WfRaw *raw = wf_gc_alloc_raw(t, n * (int64_t)sizeof(mp_limb_t), false);
    return raw == NULL ? NULL : (mp_limb_t *)(void *)raw->data;
}

static WfValue finish(WfInt *x, int64_t n, bool neg)
{
    while (n > 0 && x->limbs[n - 1] == 0) {
        n--;
    }
    if (n == 0) {
        return wf_small_int(0);
    }
    if (n == 1) {
        if (!neg && x->limbs[0] <= (uint64_t)WF_INT_MAX) {
            return wf_small_int((int64_t)x->limbs[0]);
        }
        if (neg && x->limbs[0] <= (uint64_t)WF_INT_MAX + 1) {
            return wf_small_int(-(int64_t)x->limbs[0]);
        }
    }
    x->size = neg ? -n : n;
    return wf_from_object(x);
}

/* --- to and from C ------------------------------------------------------------------------------------------- */

static WfValue from_sign_word(WfThread *t, bool neg, uint64_t word)
{
    if (word <= (uint64_t)WF_INT_MAX) {
        return wf_small_int(neg ? -(int64_t)word : (int64_t)word);
    }
    WfInt *x = int_alloc(t, 1);
    if (x == NULL) {
        return WF_EMPTY;
    }
    x->limbs[0] = word;
    return finish(x, 1, neg);
}

WfValue wf_int_from_i64_slow(WfThread *t, int64_t i)
{
    return from_sign_word(t, i < 0, i < 0 ? -(uint64_t)i : (uint64_t)i);
}

WfValue wf_int_from_u64(WfThread *t, uint64_t u) { return from_sign_word(t, false, u); }

static WfValue from_i128(WfThread *t, __int128 i)
{
    bool neg = i < 0;
    unsigned __int128 u = neg ? -(unsigned __int128)i : (unsigned __int128)i;
    if (u >> 64 == 0) {
        return from_sign_word(t, neg, (uint64_t)u);
    }
    WfInt *x = int_alloc(t, 2);
    if (x == NULL) {
        return WF_EMPTY;
    }
    x->limbs[0] = (uint64_t)u;
    x->limbs[1] = (uint64_t)(u >> 64);
    return finish(x, 2, neg);
}

WfValue wf_int_from_double(WfThread *t, double d)
{
    if (d > -9e18 && d < 9e18) {
        return wf_int_from_i64(t, (int64_t)d);
    }
    if (isnan(d)) {
        return wf_raise(t, WF_EXC(ValueError), "cannot convert float NaN to integer");
    }
    if (isinf(d)) {
        return wf_raise(t, WF_EXC(OverflowError), "cannot convert float infinity to integer");
    }
    int exponent;
    double fraction = frexp(fabs(d), &exponent); /* exponent > 62: all 53 bits are integral */
    WfValue m = wf_int_from_i64(t, (int64_t)ldexp(fraction, 53));
    if (wf_is_empty(m)) {
        return m;
    }
    m = wf_int_shift_left(t, m, exponent - 53);
    return wf_is_empty(m) || d > 0 ? m : wf_int_neg(t, m);
}

bool wf_int_to_i64(WfValue v, int64_t *out) { return quick(v, out); }

bool wf_int_to_u64(WfValue v, uint64_t *out)
{
    Mag m;
    mag_of(&m, v);
    if (m.n > 1 || m.neg) {
        return false;
    }
    *out = m.n == 0 ? 0 : m.p[0];
    return true;
}

uint64_t wf_int_to_u64_mask(WfValue v)
{
    Mag m;
    mag_of(&m, v);
    uint64_t low = m.n == 0 ? 0 : m.p[0];
    return m.neg ? -low : low;
}

int wf_int_sign(WfValue v)
{
    if (wf_is_object(v)) {
        int64_t size = WF_AS(WfInt, v)->size;
        return (size > 0) - (size < 0);
    }
    int64_t i = wf_is_int(v) ? wf_as_int(v) : wf_is_true(v);
    return (i > 0) - (i < 0);
}

bool wf_int_is_odd(WfValue v) { return (wf_int_to_u64_mask(v) & 1) != 0; }

static uint64_t mag_bits(const Mag *m)
{
    return m->n == 0 ? 0 : (uint64_t)m->n * LIMB_BITS - (uint64_t)__builtin_clzll(m->p[m->n - 1]);
}

uint64_t wf_int_bit_length(WfValue v)
{
    Mag m;
    mag_of(&m, v);
    return mag_bits(&m);
}

uint64_t wf_int_bit_count(WfValue v)
{
    Mag m;
    mag_of(&m, v);
    return m.n == 0 ? 0 : mpn_popcount(m.p, m.n);
}

static bool any_bit_below(const Mag *m, uint64_t bit)
{
    int64_t whole = (int64_t)(bit / LIMB_BITS);
    for (int64_t i = 0; i < whole && i < m->n; i++) {
        if (m->p[i] != 0) {
            return true;
        }
    }
    unsigned rest = bit % LIMB_BITS;
    return rest != 0 && whole < m->n && (m->p[whole] << (LIMB_BITS - rest)) != 0;
}

/* The 64 bits from the top one down; the lowest is set too if any bit below them is. */
static uint64_t top_bits(const Mag *m, uint64_t bits)
{
    if (bits <= 64) {
        return m->p[0] << (64 - bits);
    }
    uint64_t low = bits - 64;
    int64_t i = (int64_t)(low / LIMB_BITS);
    unsigned shift = low % LIMB_BITS;
    uint64_t top = m->p[i] >> shift;
    if (shift != 0) {
        top |= m->p[i + 1] << (LIMB_BITS - shift);
    }
    return top | any_bit_below(m, low);
}

double wf_int_frexp(WfValue v, int64_t *exponent)
{
    Mag m;
    mag_of(&m, v);
    if (m.n == 0) {
        *exponent = 0;
        return 0.0;
    }
    uint64_t bits = mag_bits(&m);
    /* the conversion rounds to nearest even; bit 0 of the 64 is sticky, far below the rounding position */
    double d = (double)top_bits(&m, bits);
    int more;
    d = frexp(d, &more);
    *exponent = (int64_t)bits + more - 64;
    return m.neg ? -d : d;
}

WfStatus wf_int_to_double(WfThread *t, WfValue v, double *out)
{
    int64_t i;
    if (quick(v, &i)) {
        *out = (double)i;
        return WF_OK;
    }
    int64_t exponent;
    double d = wf_int_frexp(v, &exponent);
    if (exponent > 1024) {
        return WF_FAIL(wf_raise(t, WF_EXC(OverflowError), "int too large to convert to float"));
    }
    *out = ldexp(d, (int)exponent);
    return WF_OK;
}

WfValue wf_int_exact(WfThread *t, WfValue v)
{
    if (wf_is_int(v)) {
        return v;
    }
    if (!wf_is_object(v)) {
        return wf_small_int(wf_is_true(v));
    }
    if (WF_IS_EXACT(v, INT)) {
        return v;
    }
    Mag m;
    mag_of(&m, v);
    if (m.n <= 1) {
        return from_sign_word(t, m.neg, m.n == 0 ? 0 : m.p[0]);
    }
    WfInt *x = int_alloc(t, m.n);
    if (x == NULL) {
        return WF_EMPTY;
    }
    mpn_copyi(x->limbs, m.p, m.n);
    return finish(x, m.n, m.neg);
}

WfValue wf_int_in_type(WfThread *t, WfType *type, WfValue v)
{
    Mag m;
    mag_of(&m, v);
    WfInt *x = (WfInt *)wf_instance_new(t, type, (size_t)m.n * sizeof(mp_limb_t));
    if (x == NULL) {
        return WF_EMPTY;
    }
    for (int64_t i = 0; i < m.n; i++) {
        x->limbs[i] = m.p[i];
    }
    x->size = m.neg ? -m.n : m.n;
    return wf_from_object(x);
}

int64_t wf_int_hash(WfValue v)
{
    int64_t i;
    if (wf_is_int(v)) {
        i = wf_as_int(v);
        return i == -1 ? -2 : i;
    }
    Mag m;
    mag_of(&m, v);
    int64_t h = m.n == 0 ? 0 : (int64_t)(m.n == 1 ? m.p[0] % HASH_MODULUS : mpn_mod_1(m.p, m.n, HASH_MODULUS));
    h = m.neg ? -h : h;
    return h == -1 ? -2 : h;
}

int wf_int_compare(WfValue a, WfValue b)
{
    int64_t x, y;
    if (quick2(a, b, &x, &y)) {
        return (x > y) - (x < y);
    }
    Mag p, q;
    mag_of(&p, a);
    mag_of(&q, b);
    if (p.neg != q.neg) {
        return p.neg ? -1 : 1;
    }
    int c = p.n != q.n ? (p.n > q.n ? 1 : -1) : mpn_cmp(p.p, q.p, p.n);
    return p.neg ? -c : c;
}

/* --- addition, multiplication -------------------------------------------------------------------------------- */

/* |p| + |q| with the sign neg */
static WfValue mag_add(WfThread *t, const Mag *p, const Mag *q, bool neg)
{
    if (p->n < q->n) {
        const Mag *swap = p;
        p = q;
        q = swap;
    }
    WfInt *x = int_alloc(t, p->n + 1);
    if (x == NULL) {
        return WF_EMPTY;
    }
    mp_limb_t carry = 0;
    if (q->n > 0) {
        carry = mpn_add(x->limbs, p->p, p->n, q->p, q->n);
    } else {
        mpn_copyi(x->limbs, p->p, p->n);
    }
    x->limbs[p->n] = carry;
    return finish(x, p->n + 1, neg);
}

/* |p| - |q| with the sign neg if it is positive, else the opposite one */
static WfValue mag_sub(WfThread *t, const Mag *p, const Mag *q, bool neg)
{
    int c = p->n != q->n ? (p->n > q->n ? 1 : -1) : p->n == 0 ? 0 : mpn_cmp(p->p, q->p, p->n);
    if (c == 0) {
        return wf_small_int(0);
    }
    if (c < 0) {
        const Mag *swap = p;
        p = q;
        q = swap;
        neg = !neg;
    }
    WfInt *x = int_alloc(t, p->n);
    if (x == NULL) {
        return WF_EMPTY;
    }
    if (q->n > 0) {
        mpn_sub(x->limbs, p->p, p->n, q->p, q->n);
    } else {
        mpn_copyi(x->limbs, p->p, p->n);
    }
    return finish(x, p->n, neg);
}

WfValue wf_int_add(WfThread *t, WfValue a, WfValue b)
{
    int64_t x, y, r;
    if (quick2(a, b, &x, &y)) {
        return __builtin_add_overflow(x, y, &r) ? from_i128(t, (__int128)x + y) : wf_int_from_i64(t, r);
    }
    Mag p, q;
    mag_of(&p, a);
    mag_of(&q, b);
    return p.neg == q.neg ? mag_add(t, &p, &q, p.neg) : mag_sub(t, &p, &q, p.neg);
}

WfValue wf_int_sub(WfThread *t, WfValue a, WfValue b)
{
    int64_t x, y, r;
    if (quick2(a, b, &x, &y)) {
        return __builtin_sub_overflow(x, y, &r) ? from_i128(t, (__int128)x - y) : wf_int_from_i64(t, r);
    }
    Mag p, q;
    mag_of(&p, a);
    mag_of(&q, b);
    return p.neg != q.neg ? mag_add(t, &p, &q, p.neg) : mag_sub(t, &p, &q, p.neg);
}

WfValue wf_int_mul(WfThread *t, WfValue a, WfValue b)
{
    int64_t x, y, r;
    if (quick2(a, b, &x, &y)) {
        return __builtin_mul_overflow(x, y, &r) ? from_i128(t, (__int128)x * y) : wf_int_from_i64(t, r);
    }
    Mag p, q;
    mag_of(&p, a);
    mag_of(&q, b);
    if (p.n == 0 || q.n == 0) {
        return wf_small_int(0);
    }
    WfInt *z = int_alloc(t, p.n + q.n);
    if (z == NULL) {
        return WF_EMPTY;
    }
    if (p.p == q.p) {
        mpn_sqr(z->limbs, p.p, p.n);
    } else if (p.n >= q.n) {
        mpn_mul(z->limbs, p.p, p.n, q.p, q.n);
    } else {
        mpn_mul(z->limbs, q.p, q.n, p.p, p.n);
    }
    return finish(z, p.n + q.n, p.neg != q.neg);
}

WfValue wf_int_neg(WfThread *t, WfValue a)
{
    int64_t x;
    if (quick(a, &x) && x != INT64_MIN) {
        return wf_int_from_i64(t, -x);
    }
    Mag m;
    mag_of(&m, a);
    WfInt *z = int_alloc(t, m.n);
    if (z == NULL) {
        return WF_EMPTY;
    }
    mpn_copyi(z->limbs, m.p, m.n);
    return finish(z, m.n, !m.neg);
}

WfValue wf_int_abs(WfThread *t, WfValue a) { return wf_int_sign(a) < 0 ? wf_int_neg(t, a) : wf_int_exact(t, a); }

WfValue wf_int_invert(WfThread *t, WfValue a)
{
    int64_t x;
    if (quick(a, &x)) {
        return wf_int_from_i64(t, ~x);
    }
    a = wf_int_add(t, a, wf_small_int(1));
    return wf_is_empty(a) ? a : wf_int_neg(t, a);
}

/* --- division ------------------------------------------------------------------------------------------------ */

/* Floor division by a divisor that is not 0; either result may be NULL. */
static WfStatus int_divide(WfThread *t, WfValue a, WfValue b, WfValue *quotient, WfValue *remainder)
{
    int64_t x, y;
    if (quick2(a, b, &x, &y) && y != -1) {
        int64_t q = x / y, r = x % y;
        if (r != 0 && (r ^ y) < 0) {
            q--;
            r += y;
        }
        WfValue vq = wf_small_int(0), vr = wf_small_int(0);
        if (quotient != NULL && wf_is_empty(vq = wf_int_from_i64(t, q))) {
            return WF_RAISED;
        }
        if (remainder != NULL && wf_is_empty(vr = wf_int_from_i64(t, r))) {
            return WF_RAISED;
        }
        if (quotient != NULL) {
            *quotient = vq;
        }
        if (remainder != NULL) {
            *remainder = vr;
        }
        return WF_OK;
    }
    Mag p, d;
    mag_of(&p, a);
    mag_of(&d, b);
    int64_t qn = p.n >= d.n ? p.n - d.n + 2 : 1;
    WfInt *q = int_alloc(t, qn);
    WfInt *r = q == NULL ? NULL : int_alloc(t, d.n);
    if (r == NULL) {
        return WF_RAISED;
    }
    int64_t rn = d.n;
    if (p.n >= d.n) {
        mpn_tdiv_qr(q->limbs, r->limbs, 0, p.p, p.n, d.p, d.n);
        q->limbs[qn - 1] = 0;
    } else {
        q->limbs[0] = 0;
        for (int64_t i = 0; i < d.n; i++) {
            r->limbs[i] = i < p.n ? p.p[i] : 0;
        }
    }
    bool exact = mpn_zero_p(r->limbs, rn);
    if (!exact && p.neg != d.neg) {
        mpn_add_1(q->limbs, q->limbs, qn, 1);
        mpn_sub_n(r->limbs, d.p, r->limbs, rn);
    }
    if (quotient != NULL) {
        *quotient = finish(q, qn, p.neg != d.neg);
    }
    if (remainder != NULL) {
        *remainder = finish(r, rn, d.neg);
    }
    return WF_OK;
}

WfStatus wf_int_divmod(WfThread *t, WfValue a, WfValue b, WfValue *quotient, WfValue *remainder)
{
    if (wf_int_sign(b) == 0) {
        return WF_FAIL(wf_raise(t, WF_EXC(ZeroDivisionError), "integer division or modulo by zero"));
    }
    return int_divide(t, a, b, quotient, remainder);
}

WfValue wf_int_floordiv(WfThread *t, WfValue a, WfValue b)
{
    WfValue q;
    return wf_int_divmod(t, a, b, &q, NULL) == WF_OK ? q : WF_EMPTY;
}

WfValue wf_int_mod(WfThread *t, WfValue a, WfValue b)
{
    if (wf_int_sign(b) == 0) {
        return wf_raise(t, WF_EXC(ZeroDivisionError), "integer modulo by zero");
    }
    WfValue r;
    return int_divide(t, a, b, NULL, &r) == WF_OK ? r : WF_EMPTY;
}

/* The quotient of two ints, rounded once. The dividend is shifted so that the integer quotient has 55 or 56 bits (fewer where the
 * result is subnormal), the remainder goes into a sticky bit, and the surplus bits are rounded away by hand. */
static WfValue big_truediv(WfThread *t, const Mag *p, const Mag *d)
{
    bool neg = p->neg != d->neg;
    int64_t diff = (int64_t)mag_bits(p) - (int64_t)mag_bits(d);
    if (diff > 1024) {
        return wf_raise(t, WF_EXC(OverflowError), "integer division result too large for a float");
    }
    if (diff < -1076) {
        return wf_double(neg ? -0.0 : 0.0);
    }
    int64_t shift = (diff > -1021 ? diff : -1021) - 55;
    int64_t limbs = p->n + (shift < 0 ? -shift / LIMB_BITS + 2 : 1);
    mp_limb_t *x = scratch(t, limbs);
    mp_limb_t *q = x == NULL ? NULL : scratch(t, limbs + 1);
    mp_limb_t *r = q == NULL ? NULL : scratch(t, d->n);
    if (r == NULL) {
        return WF_EMPTY;
    }
    bool sticky = false;
    int64_t n;
    if (shift < 0) {
        int64_t whole = -shift / LIMB_BITS;
        unsigned rest = -shift % LIMB_BITS;
        mpn_zero(x, whole);
        if (rest != 0) {
            x[whole + p->n] = mpn_lshift(x + whole, p->p, p->n, rest);
            n = whole + p->n + 1;
        } else {
            mpn_copyi(x + whole, p->p, p->n);
            n = whole + p->n;
        }
    } else {
        int64_t whole = shift / LIMB_BITS;
        unsigned rest = shift % LIMB_BITS;
        sticky = any_bit_below(p, (uint64_t)shift);
        n = p->n - whole;
        if (rest != 0) {
            mpn_rshift(x, p->p + whole, n, rest);
        } else {
            mpn_copyi(x, p->p + whole, n);
        }
    }
    while (n > 0 && x[n - 1] == 0) {
        n--;
    }
    if (n < d->n) {
        return wf_double(neg ? -0.0 : 0.0);
    }
    mpn_tdiv_qr(q, r, 0, x, n, d->p, d->n);
    sticky |= !mpn_zero_p(r, d->n);
    uint64_t m = q[0]; /* fits: at most 56 bits */
    int bits = m == 0 ? 0 : 64 - __builtin_clzll(m);
    int64_t extra = (bits > -1021 - shift ? bits : -1021 - shift) - 53;
    uint64_t half = (uint64_t)1 << (extra - 1), mask = 2 * half - 1;
    uint64_t low = m & mask;
    m &= ~mask;
    if (low > half || (low == half && (sticky || (m & (half << 1)) != 0))) {
        m += half << 1;
    }
    double result = ldexp((double)m, (int)shift);
    if (isinf(result)) {
        return wf_raise(t, WF_EXC(OverflowError), "integer division result too large for a float");
    }
    return wf_double(neg ? -result : result);
}

WfValue wf_int_truediv(WfThread *t, WfValue a, WfValue b)
{
    const int64_t exact = (int64_t)1 << 53;
    int64_t x, y;
    if (quick(b, &y) && y == 0) {
        return wf_raise(t, WF_EXC(ZeroDivisionError), "division by zero");
    }
    if (quick2(a, b, &x, &y) && x >= -exact && x <= exact && y >= -exact && y <= exact) {
        return wf_double((double)x / (double)y);
    }
    Mag p, d;
    mag_of(&p, a);
    mag_of(&d, b);
    return p.n == 0 ? wf_double(d.neg ? -0.0 : 0.0) : big_truediv(t, &p, &d);
}

/* --- bits ---------------------------------------------------------------------------------------------------- */

typedef enum BitOp { BIT_AND, BIT_OR, BIT_XOR } BitOp;

/* Limb i of the two's complement; *carry starts as 1 and is used for negative values only. */
WF_INLINE mp_limb_t complement_limb(const Mag *m, int64_t i, mp_limb_t *carry)
{
    mp_limb_t limb = i < m->n ? m->p[i] : 0;
    if (m->neg) {
        limb = ~limb + *carry;
        *carry = *carry && limb == 0;
    }
    return limb;
}

static WfValue int_bitwise(WfThread *t, WfValue a, WfValue b, BitOp op)
{
    int64_t x, y;
    if (quick2(a, b, &x, &y)) {
        return wf_int_from_i64(t, op == BIT_AND ? (x & y) : op == BIT_OR ? (x | y) : (x ^ y));
    }
    Mag p, q;
    mag_of(&p, a);
    mag_of(&q, b);
    int64_t n = (p.n > q.n ? p.n : q.n) + 1;
    if (op == BIT_AND && !p.neg && !q.neg) {
        n = p.n < q.n ? p.n : q.n;
    }
    WfInt *z = int_alloc(t, n);
    if (z == NULL) {
        return WF_EMPTY;
    }
    mp_limb_t carry_p = 1, carry_q = 1;
    for (int64_t i = 0; i < n; i++) {
        mp_limb_t lp = complement_limb(&p, i, &carry_p), lq = complement_limb(&q, i, &carry_q);
        z->limbs[i] = op == BIT_AND ? (lp & lq) : op == BIT_OR ? (lp | lq) : (lp ^ lq);
    }
    bool neg = op == BIT_AND ? (p.neg && q.neg) : op == BIT_OR ? (p.neg || q.neg) : p.neg != q.neg;
    if (neg) {
        mpn_neg(z->limbs, z->limbs, n);
    }
    return finish(z, n, neg);
}

WfValue wf_int_and(WfThread *t, WfValue a, WfValue b) { return int_bitwise(t, a, b, BIT_AND); }
WfValue wf_int_or(WfThread *t, WfValue a, WfValue b) { return int_bitwise(t, a, b, BIT_OR); }
WfValue wf_int_xor(WfThread *t, WfValue a, WfValue b) { return int_bitwise(t, a, b, BIT_XOR); }

static WfValue shift_right(WfThread *t, WfValue a, uint64_t count)
{
    int64_t x;
    if (quick(a, &x)) {
        return wf_int_from_i64(t, x >> (count > 63 ? 63 : count));
    }
    Mag m;
    mag_of(&m, a);
    uint64_t whole = count / LIMB_BITS;
    unsigned rest = count % LIMB_BITS;
    if (whole >= (uint64_t)m.n) {
        return wf_small_int(m.neg ? -1 : 0);
    }
    int64_t n = m.n - (int64_t)whole;
    WfInt *z = int_alloc(t, n + 1);
    if (z == NULL) {
        return WF_EMPTY;
    }
    if (rest != 0) {
        mpn_rshift(z->limbs, m.p + whole, n, rest);
    } else {
        mpn_copyi(z->limbs, m.p + whole, n);
    }
    z->limbs[n] = 0;
    if (m.neg && any_bit_below(&m, count)) {
        mpn_add_1(z->limbs, z->limbs, n + 1, 1); /* towards minus infinity */
    }
    return finish(z, n + 1, m.neg);
}

static WfValue shift_left(WfThread *t, WfValue a, uint64_t count)
{
    int64_t x;
    if (quick(a, &x)) {
        if (x == 0) {
            return wf_small_int(0);
        }
        if (count < 63 && (x << count) >> count == x) {
            return wf_int_from_i64(t, x << count);
        }
    }
    Mag m;
    mag_of(&m, a);
    uint64_t whole = count / LIMB_BITS;
    unsigned rest = count % LIMB_BITS;
    if (whole > (uint64_t)MAX_LIMBS) {
        return wf_raise_no_memory(t);
    }
    int64_t n = m.n + (int64_t)whole + 1;
    WfInt *z = int_alloc(t, n);
    if (z == NULL) {
        return WF_EMPTY;
    }
    if (whole != 0) {
        mpn_zero(z->limbs, (mp_size_t)whole);
    }
    if (rest != 0) {
        z->limbs[n - 1] = mpn_lshift(z->limbs + whole, m.p, m.n, rest);
    } else {
        mpn_copyi(z->limbs + whole, m.p, m.n);
        z->limbs[n - 1] = 0;
    }
    return finish(z, n, m.neg);
}

WfValue wf_int_shift_left(WfThread *t, WfValue a, int64_t n)
{
    return n >= 0 ? shift_left(t, a, (uint64_t)n) : shift_right(t, a, -(uint64_t)n);
}

WfValue wf_int_lshift(WfThread *t, WfValue a, WfValue b)
{
    if (wf_int_sign(b) < 0) {
        return wf_raise(t, WF_EXC(ValueError), "negative shift count");
    }
    if (wf_int_sign(a) == 0) {
        return wf_small_int(0);
    }
    Mag m;
    mag_of(&m, b);
    if (m.n > 1) {
        return wf_raise(t, WF_EXC(OverflowError), "too many digits in integer");
    }
    return shift_left(t, a, m.n == 0 ? 0 : m.p[0]);
}

WfValue wf_int_rshift(WfThread *t, WfValue a, WfValue b)
{
    if (wf_int_sign(b) < 0) {
        return wf_raise(t, WF_EXC(ValueError), "negative shift count");
    }
    Mag m;
    mag_of(&m, b);
    return shift_right(t, a, m.n == 0 ? 0 : m.n == 1 ? m.p[0] : UINT64_MAX);
}

/* --- powers, roots, divisors --------------------------------------------------------------------------------- */

static void view_mpz(mpz_t z, const Mag *m) { mpz_roinit_n(z, m->p, m->neg ? -m->n : m->n); }

/* Takes the value over and clears z. */
static WfValue from_mpz(WfThread *t, mpz_t z)
{
    int64_t n = (int64_t)mpz_size(z);
    WfInt *x = int_alloc(t, n == 0 ? 1 : n);
    WfValue v = WF_EMPTY;
    if (x != NULL) {
        if (n > 0) {
            mpn_copyi(x->limbs, mpz_limbs_read(z), n);
        }
        v = finish(x, n, mpz_sgn(z) < 0);
    }
    mpz_clear(z);
    return v;
}

static WfValue plain_pow(WfThread *t, WfValue a, WfValue b)
{
    int64_t x = 0, e;
    bool is_word = quick(a, &x);
    if (is_word && (x == 0 || x == 1 || x == -1)) {
        if (wf_int_sign(b) == 0 || x == 1) {
            return wf_small_int(1);
        }
        return wf_small_int(x == 0 ? 0 : wf_int_is_odd(b) ? -1 : 1);
    }
    if (!quick(b, &e)) {
        return wf_raise_no_memory(t);
    }
    if (is_word) {
        int64_t result = 1, square = x, rest = e;
        while (rest > 0) {
            if ((rest & 1) && __builtin_mul_overflow(result, square, &result)) {
                break;
            }
            rest >>= 1;
            if (rest != 0 && __builtin_mul_overflow(square, square, &square)) {
                break;
            }
        }
        if (rest == 0) {
            return wf_int_from_i64(t, result);
        }
        uint64_t m = x < 0 ? -(uint64_t)x : (uint64_t)x;
        if ((m & (m - 1)) == 0) {
            unsigned log = (unsigned)__builtin_ctzll(m);
            if (e > (MAX_LIMBS * LIMB_BITS) / (int64_t)log) {
                return wf_raise_no_memory(t);
            }
            return shift_left(t, wf_small_int(x < 0 && (e & 1) ? -1 : 1), (uint64_t)e * log);
        }
    }
    double bits = (double)wf_int_bit_length(a) * (double)e;
    if (bits / 2 > (double)MAX_LIMBS * LIMB_BITS) {
        return wf_raise_no_memory(t);
    }
    WfValue result = wf_int_exact(t, a);
    if (e == 0 || wf_is_empty(result)) {
        return wf_is_empty(result) ? result : wf_small_int(1);
    }
    for (int i = 62 - __builtin_clzll((uint64_t)e); i >= 0; i--) {
        result = wf_int_mul(t, result, result);
        if (!wf_is_empty(result) && (e >> i & 1)) {
            result = wf_int_mul(t, result, a);
        }
        if (wf_is_empty(result)) {
            return result;
        }
        wf_safepoint(t);
    }
    return result;
}

static WfValue modular_pow(WfThread *t, WfValue a, WfValue b, WfValue mod)
{
    int64_t x, e, m;
    if (wf_int_sign(mod) == 0) {
        return wf_raise(t, WF_EXC(ValueError), "pow() 3rd argument cannot be 0");
    }
    if (quick2(a, b, &x, &e) && e >= 0 && quick(mod, &m) && m > 0) {
        uint64_t base = (uint64_t)(x % m + (x % m < 0 ? m : 0)), result = 1 % (uint64_t)m;
        for (; e > 0; e >>= 1) {
            if (e & 1) {
                result = (uint64_t)((unsigned __int128)result * base % (uint64_t)m);
            }
            base = (uint64_t)((unsigned __int128)base * base % (uint64_t)m);
        }
        return wf_int_from_i64(t, (int64_t)result);
    }
    Mag ma, mb, mm;
    mag_of(&ma, a);
    mag_of(&mb, b);
    mag_of(&mm, mod);
    mm.neg = false;
    mpz_t za, zb, zm, result;
    view_mpz(za, &ma);
    view_mpz(zm, &mm);
    mpz_init(result);
    bool neg_exponent = mb.neg;
    mb.neg = false;
    view_mpz(zb, &mb);
    if (neg_exponent) {
        bool unit = mm.n == 1 && mm.p[0] == 1; /* everything is invertible modulo 1 */
        if (!unit && mpz_invert(result, za, zm) == 0) {
            mpz_clear(result);
            return wf_raise(t, WF_EXC(ValueError), "base is not invertible for the given modulus");
        }
        mpz_powm(result, result, zb, zm);
    } else {
        mpz_powm(result, za, zb, zm);
    }
    WfValue v = from_mpz(t, result);
    if (!wf_is_empty(v) && wf_int_sign(mod) < 0 && wf_int_sign(v) > 0) {
        v = wf_int_add(t, v, mod);
    }
    return v;
}

WfValue wf_int_pow(WfThread *t, WfValue a, WfValue b, WfValue mod)
{
    if (!wf_is_none(mod) && !wf_is_empty(mod)) {
        return modular_pow(t, a, b, mod);
    }
    if (wf_int_sign(b) < 0) {
        double x, y;
        if (wf_int_to_double(t, a, &x) != WF_OK || wf_int_to_double(t, b, &y) != WF_OK) {
            return WF_EMPTY;
        }
        return wf_pow(t, wf_double(x), wf_double(y), WF_NONE);
    }
    return plain_pow(t, a, b);
}

WfValue wf_int_gcd(WfThread *t, WfValue a, WfValue b)
{
    Mag p, q;
    mag_of(&p, a);
    mag_of(&q, b);
    if (p.n <= 1 && q.n <= 1) {
        uint64_t x = p.n == 0 ? 0 : p.p[0], y = q.n == 0 ? 0 : q.p[0];
        while (y != 0) {
            uint64_t r = x % y;
            x = y;
            y = r;
        }
        return wf_int_from_u64(t, x);
    }
    mpz_t zp, zq, result;
    view_mpz(zp, &p);
    view_mpz(zq, &q);
    mpz_init(result);
    mpz_gcd(result, zp, zq);
    return from_mpz(t, result);
}

WfValue wf_int_factorial(WfThread *t, uint64_t n)
{
    mpz_t z;
    mpz_init(z);
    mpz_fac_ui(z, n);
    return from_mpz(t, z);
}

WfValue wf_int_binomial(WfThread *t, WfValue n, uint64_t k)
{
    Mag m;
    mag_of(&m, n);
    mpz_t zn, z;
    view_mpz(zn, &m);
    mpz_init(z);
    mpz_bin_ui(z, zn, k);
    return from_mpz(t, z);
}

WfValue wf_int_isqrt(WfThread *t, WfValue a)
{
    int64_t x;
    if (quick(a, &x)) {
        int64_t r = (int64_t)sqrt((double)x);
        while ((unsigned __int128)r * (unsigned __int128)r > (unsigned __int128)x) {
            r--;
        }
        while ((unsigned __int128)(r + 1) * (unsigned __int128)(r + 1) <= (unsigned __int128)x) {
            r++;
        }
        return wf_int_from_i64(t, r);
    }
    Mag m;
    mag_of(&m, a);
    int64_t n = (m.n + 1) / 2;
    WfInt *z = int_alloc(t, n);
    if (z == NULL) {
        return WF_EMPTY;
    }
    mpn_sqrtrem(z->limbs, NULL, m.p, m.n);
    return finish(z, n, false);
}

WfValue wf_int_round(WfThread *t, WfValue a, WfValue ndigits)
{
    if (wf_int_sign(ndigits) >= 0 || wf_int_sign(a) == 0) {
        return wf_int_exact(t, a);
    }
    int64_t nd;
    /* Beyond the number of its digits anything rounds to 0: do not make a huge power for it. */
    if (!quick(ndigits, &nd) || -(double)nd > (double)wf_int_bit_length(a) * 0.30103 + 2) {
        return wf_small_int(0);
    }
    WfValue unit = wf_int_pow(t, wf_small_int(10), wf_small_int(-nd), WF_NONE);
    WfValue q, r;
    if (wf_is_empty(unit) || int_divide(t, a, unit, &q, &r) != WF_OK) {
        return WF_EMPTY;
    }
    WfValue twice = wf_int_shift_left(t, r, 1);
    if (wf_is_empty(twice)) {
        return WF_EMPTY;
    }
    int c = wf_int_compare(twice, unit);
    if (c > 0 || (c == 0 && wf_int_is_odd(q))) {
        q = wf_int_add(t, q, wf_small_int(1));
    }
    return wf_is_empty(q) ? q : wf_int_mul(t, q, unit);
}

/* --- text ---------------------------------------------------------------------------------------------------- */

static int digit_of(char c)
{
    if (c >= '0' && c <= '9') {
        return c - '0';
    }
    c |= 0x20;
    return c >= 'a' && c <= 'z' ? c - 'a' + 10 : 99;
}

static bool is_space(char c) { return c == ' ' || (c >= '\t' && c <= '\r') || (c >= 0x1c && c <= 0x1f); }

static int64_t max_str_digits(WfThread *t) { return __atomic_load_n(&t->interp->int_max_str_digits, __ATOMIC_RELAXED); }

/* Digits between p and end, n of them beside the underscores, none of them leading zeros. */
static WfValue parse_digits(WfThread *t, const char *p, const char *end, int64_t n, int base, bool neg)
{
    if ((double)n * log2(base) < 63) {
        int64_t value = 0;
        for (; p < end; p++) {
            if (*p != '_') {
                value = value * base + digit_of(*p);
            }
        }
        return wf_int_from_i64(t, neg ? -value : value);
    }
    WfRaw *raw = wf_gc_alloc_raw(t, n, false);
    if (raw == NULL) {
        return WF_EMPTY;
    }
    int64_t k = 0;
    for (; p < end; p++) {
        if (*p != '_') {
            raw->data[k++] = (uint8_t)digit_of(*p);
        }
    }
    WfInt *x = int_alloc(t, (int64_t)((double)n * log2(base) / LIMB_BITS) + 3);
    if (x == NULL) {
        return WF_EMPTY;
    }
    int64_t limbs = mpn_set_str(x->limbs, raw->data, (size_t)n, base);
    return finish(x, limbs, neg);
}

WfValue wf_int_parse(WfThread *t, const char *text, int64_t n, int base)
{
    const char *p = text, *end = text + n;
    while (p < end && is_space(*p)) {
        p++;
    }
    while (end > p && is_space(end[-1])) {
        end--;
    }
    bool neg = false;
    if (p < end && (*p == '+' || *p == '-')) {
        neg = *p++ == '-';
    }
    bool zero_only = false, after_prefix = false;
    if (end - p >= 2 && p[0] == '0') {
        char c = (char)(p[1] | 0x20);
        int by_prefix = c == 'x' ? 16 : c == 'o' ? 8 : c == 'b' ? 2 : 0;
        if (by_prefix != 0 && (base == 0 || base == by_prefix)) {
            base = by_prefix;
            p += 2;
            after_prefix = true;
        } else if (base == 0) {
            zero_only = true;
        }
    }
    if (base == 0) {
        base = 10;
    }
    if (after_prefix && p < end && *p == '_') {
        p++;
    }
    int64_t digits = 0;
    bool nonzero = false, last_was_digit = false;
    const char *first = NULL;
    int64_t leading = 0;
    for (const char *q = p; q < end; q++) {
        if (*q == '_') {
            if (!last_was_digit) {
                return WF_EMPTY;
            }
            last_was_digit = false;
            continue;
        }
        int d = digit_of(*q);
        if (d >= base) {
            return WF_EMPTY;
        }
        if (!nonzero) {
            if (d != 0) {
                nonzero = true;
                first = q;
            } else {
                leading++;
            }
        }
        digits++;
        last_was_digit = true;
    }
    if (!last_was_digit || (zero_only && nonzero)) {
        return WF_EMPTY;
    }
    if (digits > STR_DIGITS_THRESHOLD && (base & (base - 1)) != 0) {
        int64_t max = max_str_digits(t);
        if (max > 0 && digits > max) {
            return wf_raise(t, WF_EXC(ValueError),
                            "Exceeds the limit (%d digits) for integer string conversion: value has %zd digits; "
                            "use sys.set_int_max_str_digits() to increase the limit",
                            (int)max, digits);
        }
    }
    if (!nonzero) {
        return wf_small_int(0);
    }
    return parse_digits(t, first, end, digits - leading, base, neg);
}

char *wf_int_digits(uint64_t u, int base, char *end)
{
    if (u == 0) {
        *--end = '0';
    } else if (base == 10) {
        for (; u >= 10; u /= 100) {
            unsigned two = (unsigned)(u % 100);
            *--end = (char)('0' + two % 10);
            *--end = (char)('0' + two / 10);
        }
        if (u != 0) {
            *--end = (char)('0' + u);
        }
    } else {
        unsigned shift = (unsigned)__builtin_ctz((unsigned)base);
        for (; u != 0; u >>= shift) {
            *--end = "0123456789abcdef"[u & ((unsigned)base - 1)];
        }
    }
    return end;
}

static WfValue str_of_i64(WfThread *t, int64_t i, int base)
{
    if (i >= 0 && i < (base < 10 ? base : 10)) {
        return wf_from_object(WF_LATIN1('0' + i));
    }
    char buf[WF_INT_DIGITS_MAX + 1], *end = buf + sizeof buf;
    char *p = wf_int_digits(i < 0 ? -(uint64_t)i : (uint64_t)i, base, end);
    if (i < 0) {
        *--p = '-';
    }
    int64_t n = end - p;
    WfStr *s = wf_str_alloc(t, n, 127);
    if (s == NULL) {
        return WF_EMPTY;
    }
    memcpy(s->data, p, (size_t)n);
    return wf_from_object(s);
}

static WfValue too_many_digits(WfThread *t, int64_t max)
{
    return wf_raise(t, WF_EXC(ValueError),
                    "Exceeds the limit (%d digits) for integer string conversion; "
                    "use sys.set_int_max_str_digits() to increase the limit",
                    (int)max);
}

WfValue wf_int_to_str(WfThread *t, WfValue v, int base)
{
    int64_t i;
    if (quick(v, &i)) {
        return str_of_i64(t, i, base);
    }
    Mag m;
    mag_of(&m, v);
    double estimate = (double)mag_bits(&m) / log2(base);
    int64_t max = base == 10 ? max_str_digits(t) : 0;
    if (max > 0 && max < (int64_t)estimate - 2 && estimate > STR_DIGITS_THRESHOLD) {
        return too_many_digits(t, max); /* before the long work */
    }
    mp_limb_t *copy = scratch(t, m.n + 1); /* mpn_get_str destroys its argument */
    WfRaw *digits = copy == NULL ? NULL : wf_gc_alloc_raw(t, (int64_t)estimate + 4, false);
    if (digits == NULL) {
        return WF_EMPTY;
    }
    mpn_copyi(copy, m.p, m.n);
    const uint8_t *p = digits->data;
    int64_t n = (int64_t)mpn_get_str(digits->data, base, copy, m.n);
    while (n > 1 && *p == 0) {
        p++;
        n--;
    }
    if (max > 0 && n > max && n > STR_DIGITS_THRESHOLD) {
        return too_many_digits(t, max);
    }
    WfStr *s = wf_str_alloc(t, n + m.neg, 127);
    if (s == NULL) {
        return WF_EMPTY;
    }
    uint8_t *out = s->data;
    if (m.neg) {
        *out++ = '-';
    }
    for (int64_t k = 0; k < n; k++) {
        out[k] = (uint8_t)(p[k] < 10 ? '0' + p[k] : 'a' + p[k] - 10);
    }
    return wf_from_object(s);
}

/* --- bytes --------------------------------------------------------------------------------------------------- */

WfValue wf_int_from_bytes(WfThread *t, const uint8_t *p, size_t n, bool little, bool is_signed)
{
    /* drop what only repeats the sign */
    bool neg = is_signed && n > 0 && (p[little ? n - 1 : 0] & 0x80) != 0;
    uint8_t fill = neg ? 0xff : 0;
    size_t used = n;
    while (used > 0 && p[little ? used - 1 : n - used] == fill) {
        used--;
    }
    int64_t limbs = (int64_t)(used / 8) + 1;
    if (limbs == 1) {
        uint64_t word = neg ? UINT64_MAX : 0;
        for (size_t i = used; i-- > 0;) {
            word = word << 8 | p[little ? i : n - 1 - i];
        }
        return wf_int_from_i64(t, (int64_t)word); /* at most 7 bytes: no question of the sign */
    }
    WfInt *x = int_alloc(t, limbs);
    if (x == NULL) {
        return WF_EMPTY;
    }
    for (int64_t l = 0; l < limbs; l++) {
        uint64_t word = 0;
        for (size_t b = 8; b-- > 0;) {
            size_t i = (size_t)l * 8 + b;
            word = word << 8 | (i < used ? p[little ? i : n - 1 - i] : fill);
        }
        x->limbs[l] = word;
    }
    if (neg) {
        mpn_neg(x->limbs, x->limbs, limbs);
    }
    return finish(x, limbs, neg);
}

WfStatus wf_int_to_bytes(WfThread *t, WfValue v, uint8_t *p, size_t n, bool little, bool is_signed)
{
    Mag m;
    mag_of(&m, v);
    if (m.neg && !is_signed) {
        return WF_FAIL(wf_raise(t, WF_EXC(OverflowError), "can't convert negative int to unsigned"));
    }
    uint64_t bits = mag_bits(&m);
    if (is_signed && m.n > 0) {
        /* -2**k needs no more room than 2**k - 1 */
        bool lowest = m.neg && (m.p[m.n - 1] & (m.p[m.n - 1] - 1)) == 0 && !any_bit_below(&m, bits - 1);
        bits += lowest ? 0 : 1;
    }
    if (bits > (uint64_t)n * 8) {
        return WF_FAIL(wf_raise(t, WF_EXC(OverflowError), "int too big to convert"));
    }
    mp_limb_t carry = 1, word = 0;
    for (size_t i = 0; i < n; i++) {
        if (i % 8 == 0) {
            word = complement_limb(&m, (int64_t)(i / 8), &carry);
        }
        p[little ? i : n - 1 - i] = (uint8_t)(word >> (i % 8 * 8));
    }
    return WF_OK;
}
