/* dtoa.c - doubles to text and back.
 * SPDX-License-Identifier: MIT
 *
 * Design:     shortest digits by Schubfach (Giulietti, "The Schubfach way to render doubles", 2020): the
 *             rounding interval is scaled by a 126-bit power of ten to where at most one multiple of ten
 *             and few integers lie, and sticky low bits ("round to odd") make the comparisons exact.
 *             A given number of digits: where x times the power of ten that makes it an integer is a fraction of 128-bit
 *             integers (up to some 22 places of numbers of everyday size), by that fraction; else from the C library, which
 *             rounds exactly too. Reading: small
 *             numbers by one exact multiplication or division (Clinger), others by the C library in
 *             the "C" locale, after the digits past the 800th are folded into one: a double's halfway
 *             points have fewer than 770.
 * Invariants: D1 digits given to assemble() have no leading zero, unless the number is zero.
 * Threads:    pure functions.
 * Tests:      tests/unit/test_dtoa.c */
#include "base/dtoa.h"

#include "base/status.h"

#include <limits.h>
#include <locale.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "pow10.inc"

#define FRACTION_BITS 52
#define HIDDEN ((uint64_t)1 << FRACTION_BITS)
#define BIAS 1075

static inline uint64_t bits_of(double x)
{
    uint64_t b;
    memcpy(&b, &x, sizeof b);
    return b;
}

/* The integer part of g * cp / 2^128, its lowest bit also telling of what was cut off. */
static inline uint64_t round_to_odd(const uint64_t g[2], uint64_t cp)
{
    unsigned __int128 low = (unsigned __int128)g[1] * cp >> 64;
    unsigned __int128 high = (unsigned __int128)g[0] * cp + low;
    return (uint64_t)(high >> 64) | ((uint64_t)high > 1);
}

/* The decimal w * 10^k with the fewest digits in the rounding interval, and of these the nearest. */
static uint64_t shortest(double x, int *k_out)
{
    uint64_t bits = bits_of(x);
    uint64_t fraction = bits & (HIDDEN - 1);
    int exponent = (int)(bits >> FRACTION_BITS & 0x7FF);
    uint64_t c = fraction;
    int q = 1 - BIAS;
    if (exponent != 0) {
        c |= HIDDEN;
        q = exponent - BIAS;
        if (q <= 0 && q > -FRACTION_BITS - 1 && (c & (((uint64_t)1 << -q) - 1)) == 0) {
            *k_out = 0;
            return c >> -q;
        }
    }
    bool odd = c & 1;
    bool narrow = fraction == 0 && exponent > 1; /* the neighbour below is nearer */
    uint64_t cb = 4 * c;
    int k = (q * 1262611 - (narrow ? 524031 : 0)) >> 22;
    int h = q + ((-k * 1741647) >> 19) + 1;
    const uint64_t *g = pow10_table[-k - POW10_MIN];
    uint64_t low = round_to_odd(g, (cb - 2 + narrow) << h) + odd;
    uint64_t v = round_to_odd(g, cb << h);
    uint64_t high = round_to_odd(g, (cb + 2) << h) - odd;
    uint64_t s = v / 4;
    if (s >= 10) {
        uint64_t tens = s / 10;
        bool below = low <= 40 * tens;
        bool above = 40 * tens + 40 <= high;
        if (below != above) {
            *k_out = k + 1;
            return tens + above;
        }
    }
    *k_out = k;
    bool below = low <= 4 * s;
    bool above = 4 * s + 4 <= high;
    if (below != above) {
        return s + above;
    }
    uint64_t middle = 4 * s + 2;
    return s + (v > middle || (v == middle && (s & 1) != 0));
}

int wf_dtoa_shortest(double x, char digits[WF_DTOA_DIGITS], int *point)
{
    int k;
    uint64_t w = shortest(x, &k);
    while (w % 10 == 0) {
        w /= 10;
        k++;
    }
    char rev[20];
    int n = 0;
    do {
        rev[n++] = (char)('0' + w % 10);
        w /= 10;
    } while (w != 0);
    for (int i = 0; i < n; i++) {
        digits[i] = rev[n - 1 - i];
    }
    *point = n + k;
    return n;
}

static char *put_exponent(char *p, int e, char letter)
{
    *p++ = letter;
    *p++ = e < 0 ? '-' : '+';
    unsigned u = e < 0 ? -(unsigned)e : (unsigned)e;
    if (u >= 100) {
        *p++ = (char)('0' + u / 100);
        u %= 100;
    }
    *p++ = (char)('0' + u / 10);
    *p++ = (char)('0' + u % 10);
    return p;
}

static size_t put_special(double x, char *p)
{
    if (isnan(x)) {
        strcpy(p, "nan");
    } else {
        strcpy(p, x < 0 ? "-inf" : "inf");
    }
    return strlen(p);
}

size_t wf_dtoa_repr(double x, char buf[WF_DTOA_REPR_MAX])
{
    if (!isfinite(x)) {
        return put_special(x, buf);
    }
    char *p = buf;
    if (signbit(x)) {
        *p++ = '-';
        x = -x;
    }
    char digits[WF_DTOA_DIGITS];
    int point = 1;
    int n = 1;
    digits[0] = '0';
    if (x != 0) {
        n = wf_dtoa_shortest(x, digits, &point);
    }
    if (point <= -4 || point > 16) {
        *p++ = digits[0];
        if (n > 1) {
            *p++ = '.';
            memcpy(p, digits + 1, (size_t)n - 1);
            p += n - 1;
        }
        p = put_exponent(p, point - 1, 'e');
    } else if (point <= 0) {
        *p++ = '0';
        *p++ = '.';
        memset(p, '0', (size_t)-point);
        p += -point;
        memcpy(p, digits, (size_t)n);
        p += n;
    } else {
        int whole = n < point ? n : point;
        memcpy(p, digits, (size_t)whole);
        p += whole;
        memset(p, '0', (size_t)(point - whole));
        p += point - whole;
        *p++ = '.';
        if (n > point) {
            memcpy(p, digits + point, (size_t)(n - point));
            p += n - point;
        } else {
            *p++ = '0';
        }
    }
    *p = '\0';
    return (size_t)(p - buf);
}

typedef unsigned __int128 Wide;

/* Ten to the power k, 0 to 37. */
static Wide wide_pow10(int k)
{
    Wide p = 1;
    for (Wide ten = 10; k > 0; k >>= 1, ten *= ten) {
        if (k & 1) {
            p *= ten;
        }
    }
    return p;
}

static int wide_bits(Wide w)
{
    uint64_t high = (uint64_t)(w >> 64), low = (uint64_t)w;
    return high != 0 ? 128 - __builtin_clzll(high) : low != 0 ? 64 - __builtin_clzll(low) : 0;
}

/* x = c * 2^q for a finite x >= 0. */
static uint64_t take_apart(double x, int *q)
{
    uint64_t bits = bits_of(x);
    int exponent = (int)(bits >> FRACTION_BITS & 0x7FF);
    *q = (exponent != 0 ? exponent : 1) - BIAS;
    return (bits & (HIDDEN - 1)) | (exponent != 0 ? HIDDEN : 0);
}

/* x * 10^k as the nearest integer, ties to even. False: more than 127 bits are needed on the way. */
static bool scale_exactly(double x, int k, Wide *out)
{
    int q;
    Wide n = take_apart(x, &q), d = 1;
    if (k > 22 || k < -27) {
        return false;
    }
    if (k >= 0) {
        n *= wide_pow10(k); /* 53 + 74 bits */
    } else {
        d = wide_pow10(-k);
    }
    if (q >= 0) {
        if (wide_bits(n) + q > 127) {
            return false;
        }
        n <<= q;
        if (k >= 0) {
            *out = n;
            return true;
        }
    } else if (k >= 0) { /* the usual case: a shift divides */
        if (q < -127) { /* n has at most 127 bits: less than a half */
            *out = 0;
            return true;
        }
        Wide unit = (Wide)1 << -q, low = n & (unit - 1);
        n >>= -q;
        *out = n + (low > unit / 2 || (low == unit / 2 && (n & 1) != 0));
        return true;
    } else {
        if (wide_bits(d) - q > 126) {
            return false;
        }
        d <<= -q;
    }
    Wide whole = n / d, rest = n % d;
    *out = whole + (2 * rest > d || (2 * rest == d && (whole & 1) != 0));
    return true;
}

/* The digits of x >= 0 rounded to `precision` places behind the first digit (e) or behind the point (f); *point as in
 * wf_dtoa_shortest, but the digits may end in zeros, and in f be fewer than the places. Returns how many; 0: not in reach. */
#define QUICK_DIGITS 40
static int quick_digits(char *digits, double x, char code, int precision, int *point)
{
    Wide n;
    if (precision > 22) {
        return 0;
    }
    int ten = -precision; /* the power of ten of the last digit */
    if (code == 'f') {
        if (!scale_exactly(x, precision, &n)) {
            return 0;
        }
    } else if (x == 0) {
        memset(digits, '0', (size_t)precision + 1);
        *point = 1;
        return precision + 1;
    } else {
        int q;
        uint64_t c = take_apart(x, &q);
        int log2 = q + 63 - __builtin_clzll(c);
        ten += (int)((int64_t)log2 * 315653 >> 20); /* log10 rounded down, or one less */
        if (!scale_exactly(x, -ten, &n)) {
            return 0;
        }
        if (n >= wide_pow10(precision + 1) && !scale_exactly(x, -++ten, &n)) {
            return 0;
        }
    }
    char rev[QUICK_DIGITS];
    int len = 0;
    while (n >> 64 != 0) {
        const uint64_t chunk = 10000000000000000000u;
        uint64_t low = (uint64_t)(n % chunk);
        n /= chunk;
        for (int i = 0; i < 19; i++, low /= 10) {
            rev[len++] = (char)('0' + low % 10);
        }
    }
    uint64_t rest = (uint64_t)n;
    do {
        rev[len++] = (char)('0' + rest % 10);
        rest /= 10;
    } while (rest != 0);
    for (int i = 0; i < len; i++) {
        digits[i] = rev[len - 1 - i];
    }
    *point = len + ten;
    return len;
}

/* The digits of x >= 0 rounded as printf's %e or %f would, into `b`; *point as in
 * wf_dtoa_shortest. The point that printf writes is the locale's: whatever is no digit is skipped. */
static bool exact_digits(WfStrBuf *b, double x, char code, int precision, int *point)
{
    char quick[QUICK_DIGITS];
    int n = quick_digits(quick, x, code, precision, point);
    if (n > 0) {
        wf_strbuf_put(b, quick, (size_t)n);
        return !b->failed;
    }
    WfStrBuf text = {0};
    wf_strbuf_printf(&text, code == 'e' ? "%.*e" : "%.*f", precision, x);
    if (text.failed) {
        return false;
    }
    const char *p = text.data;
    const char *end = p + text.len;
    int whole = 0;
    bool fraction = false;
    for (; p < end && *p != 'e'; p++) {
        if (*p < '0' || *p > '9') {
            fraction = true;
            continue;
        }
        wf_strbuf_putc(b, *p);
        whole += !fraction;
    }
    *point = whole;
    if (code == 'e') {
        *point += atoi(p + 1);
    }
    wf_strbuf_free(&text);
    return !b->failed;
}

/* Writes digits with the point after the first `point` of them, zeros where there are none, `last`
 * places after the point. */
static void put_fixed(WfStrBuf *out, const char *digits, int n, int point, int last, bool keep)
{
    if (point <= 0) {
        wf_strbuf_putc(out, '0');
    } else {
        int whole = n < point ? n : point;
        wf_strbuf_put(out, digits, (size_t)whole);
        wf_strbuf_repeat(out, '0', (size_t)(point - whole));
    }
    if (last <= 0) {
        if (keep) {
            wf_strbuf_putc(out, '.');
        }
        return;
    }
    wf_strbuf_putc(out, '.');
    int zeros = point < 0 ? -point : 0;
    if (zeros > last) {
        zeros = last;
    }
    wf_strbuf_repeat(out, '0', (size_t)zeros);
    last -= zeros;
    int from = point > 0 ? point : 0;
    int have = n > from ? n - from : 0;
    if (have > last) {
        have = last;
    }
    wf_strbuf_put(out, digits + (have > 0 ? from : 0), (size_t)have);
    wf_strbuf_repeat(out, '0', (size_t)(last - have));
}

bool wf_dtoa_format(WfStrBuf *out, double x, char code, int precision, unsigned flags)
{
    bool upper = code >= 'A' && code <= 'Z';
    if (upper) {
        code = (char)(code + 32);
    }
    bool negative = signbit(x) && !isnan(x);
    if (!isfinite(x)) {
        if (negative) {
            wf_strbuf_putc(out, '-');
        } else if (flags & WF_DTOA_SIGN) {
            wf_strbuf_putc(out, '+');
        }
        wf_strbuf_puts(out, isnan(x) ? (upper ? "NAN" : "nan") : upper ? "INF" : "inf");
        return !out->failed;
    }
    x = fabs(x);
    char room[64];
    WfStrBuf b = WF_STRBUF_ON(room);
    int point = 1;
    bool alt = flags & WF_DTOA_ALT;
    bool exponent = false;
    int last = 0; /* places after the point */
    if (code == 'r') {
        char digits[WF_DTOA_DIGITS] = "0";
        int n = x == 0 ? 1 : wf_dtoa_shortest(x, digits, &point);
        wf_strbuf_put(&b, digits, (size_t)n);
        exponent = point <= -4 || point > 16;
    } else if (code == 'e') {
        exponent = true;
        exact_digits(&b, x, 'e', precision, &point);
    } else if (code == 'f') {
        exact_digits(&b, x, 'f', precision, &point);
        last = precision;
    } else {
        if (precision == 0) {
            precision = 1;
        }
        exact_digits(&b, x, 'e', precision - 1, &point);
        int limit = precision - ((flags & WF_DTOA_ADD_DOT_0) != 0);
        exponent = point <= -4 || point > limit;
        if (!alt) {
            while (b.len > 1 && b.data[b.len - 1] == '0') {
                b.len--;
            }
        }
    }
    if (b.failed) {
        wf_strbuf_free(&b);
        return false;
    }
    int n = (int)b.len;
    if (negative && (flags & WF_DTOA_NO_NEG_0)) {
        negative = strspn(b.data, "0") < (size_t)n;
    }
    if (negative) {
        wf_strbuf_putc(out, '-');
    } else if (flags & WF_DTOA_SIGN) {
        wf_strbuf_putc(out, '+');
    }
    if (exponent) {
        put_fixed(out, b.data, n, 1, n - 1, alt);
        char tail[8];
        bool zero = x == 0;
        char *end = put_exponent(tail, zero ? 0 : point - 1, upper ? 'E' : 'e');
        wf_strbuf_put(out, tail, (size_t)(end - tail));
    } else {
        if (code != 'f') {
            last = n - point;
            if (last <= 0 && (flags & WF_DTOA_ADD_DOT_0)) {
                last = 1;
            }
        }
        put_fixed(out, b.data, n, point, last, alt);
    }
    wf_strbuf_free(&b);
    return !out->failed;
}

static double c_strtod(const char *s)
{
    /* For "C" the C library hands out a constant: nothing is allocated. */
    locale_t c = newlocale(LC_ALL_MASK, "C", (locale_t)0);
    double x = strtod_l(s, NULL, c);
    freelocale(c);
    return x;
}

static bool is_word(const char *s, size_t n, const char *word)
{
    for (size_t i = 0; i < n; i++) {
        if ((s[i] | 32) != word[i] || word[i] == '\0') {
            return false;
        }
    }
    return word[n] == '\0';
}

static const double exact_pow10[23] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                       1e8,  1e9,  1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
                                       1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};

enum { KEEP_DIGITS = 800 };

static bool parse(const char *s, size_t n, bool underscores, double *out)
{
    const char *p = s;
    const char *end = s + n;
    bool negative = false;
    if (p < end && (*p == '+' || *p == '-')) {
        negative = *p++ == '-';
    }
    size_t rest = (size_t)(end - p);
    if (is_word(p, rest, "inf") || is_word(p, rest, "infinity")) {
        *out = negative ? -(double)INFINITY : (double)INFINITY;
        return true;
    }
    if (is_word(p, rest, "nan")) {
        *out = negative ? -(double)NAN : (double)NAN;
        return true;
    }

    char digits[KEEP_DIGITS + 32];
    int count = 0;
    bool sticky = false;
    bool any = false;
    bool digit_before = false; /* for underscores */
    bool point = false;
    int64_t scale = 0;
    uint64_t small = 0;
    for (; p < end; p++) {
        char c = *p;
        if (c >= '0' && c <= '9') {
            any = true;
            digit_before = true;
            if (point) {
                scale--;
            }
            if (count == 0 && c == '0') {
                continue;
            }
            if (count < KEEP_DIGITS) {
                digits[count++] = c;
                if (count <= 19) {
                    small = small * 10 + (uint64_t)(c - '0');
                }
            } else {
                scale++;
                sticky = sticky || c != '0';
            }
        } else if (c == '_' && underscores) {
            if (!digit_before || p + 1 == end || p[1] < '0' || p[1] > '9') {
                return false;
            }
            digit_before = false;
        } else if (c == '.' && !point) {
            point = true;
            digit_before = false;
        } else {
            break;
        }
    }
    if (!any) {
        return false;
    }
    if (p < end) {
        if ((*p | 32) != 'e') {
            return false;
        }
        p++;
        bool minus = false;
        if (p < end && (*p == '+' || *p == '-')) {
            minus = *p++ == '-';
        }
        if (p == end) {
            return false;
        }
        int64_t e = 0;
        digit_before = false;
        for (; p < end; p++) {
            if (*p == '_' && underscores) {
                if (!digit_before || p + 1 == end || p[1] < '0' || p[1] > '9') {
                    return false;
                }
                digit_before = false;
                continue;
            }
            if (*p < '0' || *p > '9') {
                return false;
            }
            digit_before = true;
            if (e < INT64_MAX / 100) {
                e = e * 10 + (*p - '0');
            }
        }
        scale += minus ? -e : e;
    }

    double x;
    if (count == 0) {
        x = 0;
    } else if (count <= 19 && small <= (uint64_t)1 << 53 && scale >= -22 && scale <= 22) {
        x = (double)small;
        x = scale < 0 ? x / exact_pow10[-scale] : x * exact_pow10[scale];
    } else {
        /* Out of range long before these limits, whatever the digits. */
        if (scale > 100000) {
            scale = 100000;
        } else if (scale < -100000) {
            scale = -100000;
        }
        int len = count;
        if (sticky) {
            digits[len++] = '1';
            scale--;
        }
        sprintf(digits + len, "e%d", (int)scale);
        x = c_strtod(digits);
    }
    *out = negative ? -x : x;
    return true;
}

bool wf_dtoa_parse(const char *s, size_t n, double *out)
{
    return parse(s, n, false, out);
}

static inline bool is_blank(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

bool wf_dtoa_parse_python(const char *s, size_t n, double *out)
{
    while (n > 0 && is_blank(s[0])) {
        s++;
        n--;
    }
    while (n > 0 && is_blank(s[n - 1])) {
        n--;
    }
    return parse(s, n, true, out);
}

/* Makes a locale's point, which may be several bytes, a '.'. */
static void plain_point(char *text)
{
    char *to = text;
    for (const char *p = text; *p != '\0'; p++) {
        if (*p >= '0' && *p <= '9') {
            *to++ = *p;
        } else if (to == text || to[-1] != '.') {
            *to++ = '.';
        }
    }
    *to = '\0';
}

bool wf_dtoa_round(double x, int ndigits, double *out)
{
    /* Beyond these limits x is a multiple of the unit, or less than half of it. */
    if (x == 0 || ndigits > 323) {
        *out = x;
        return true;
    }
    if (ndigits < -308) {
        *out = copysign(0, x);
        return true;
    }
    double mag = fabs(x);
    char text[400];
    double rounded;
    Wide scaled;
    if (ndigits >= 0 && ndigits <= 22 && scale_exactly(mag, ndigits, &scaled) && scaled <= (Wide)1 << 53) {
        rounded = (double)(uint64_t)scaled / exact_pow10[ndigits];
    } else if (ndigits >= 0) {
        int len = snprintf(text, sizeof text, "%.*f", ndigits, mag);
        if (len >= (int)sizeof text) {
            /* So many places before and after the point that there is nothing to round. */
            *out = x;
            return true;
        }
        plain_point(text);
        rounded = c_strtod(text);
    } else {
        /* All integer digits, then rounding in decimal at 10^-ndigits. */
        int len = snprintf(text, sizeof text, "%.0f", trunc(mag));
        int cut = len + ndigits;
        if (cut < 0) {
            *out = copysign(0, x);
            return true;
        }
        bool fraction = trunc(mag) != mag;
        char first = text[cut];
        for (int i = cut + 1; i < len && !fraction; i++) {
            fraction = text[i] != '0';
        }
        bool up = first > '5' || (first == '5' && (fraction || (cut > 0 && (text[cut - 1] & 1))));
        char digits[400];
        digits[0] = '0';
        memcpy(digits + 1, text, (size_t)cut);
        int n = cut + 1;
        for (int i = n - 1; up; i--) {
            if (digits[i] == '9') {
                digits[i] = '0';
            } else {
                digits[i]++;
                up = false;
            }
        }
        sprintf(digits + n, "e%d", -ndigits);
        rounded = c_strtod(digits);
    }
    *out = copysign(rounded, x);
    return isfinite(rounded);
}

size_t wf_dtoa_hex(double x, char buf[WF_DTOA_REPR_MAX])
{
    if (!isfinite(x)) {
        return put_special(x, buf);
    }
    const char *sign = signbit(x) ? "-" : "";
    uint64_t bits = bits_of(x);
    uint64_t fraction = bits & (HIDDEN - 1);
    int exponent = (int)(bits >> FRACTION_BITS & 0x7FF);
    if (x == 0) {
        return (size_t)sprintf(buf, "%s0x0.0p+0", sign);
    }
    return (size_t)sprintf(buf, "%s0x%d.%013llxp%+d", sign, exponent != 0,
                           (unsigned long long)fraction, exponent != 0 ? exponent - 1023 : -1022);
}

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9') {
        return c - '0';
    }
    c |= 32;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

WfHexResult wf_dtoa_from_hex(const char *s, size_t n, double *out)
{
    const char *p = s;
    const char *end = s + n;
    while (p < end && is_blank(*p)) {
        p++;
    }
    while (end > p && is_blank(end[-1])) {
        end--;
    }
    bool negative = false;
    if (p < end && (*p == '+' || *p == '-')) {
        negative = *p++ == '-';
    }
    size_t rest = (size_t)(end - p);
    if (is_word(p, rest, "inf") || is_word(p, rest, "infinity")) {
        *out = negative ? -(double)INFINITY : (double)INFINITY;
        return WF_HEX_OK;
    }
    if (is_word(p, rest, "nan")) {
        *out = negative ? -(double)NAN : (double)NAN;
        return WF_HEX_OK;
    }
    if (rest >= 2 && p[0] == '0' && (p[1] | 32) == 'x') {
        p += 2;
    }
    /* The first 60 significant bits, what follows folded into the last one, and their exponent. */
    uint64_t m = 0;
    int64_t e = 0;
    bool any = false;
    bool point = false;
    for (; p < end; p++) {
        int d;
        if (*p == '.' && !point) {
            point = true;
            continue;
        }
        d = hex_digit(*p);
        if (d < 0) {
            break;
        }
        any = true;
        if (m >> 56 == 0) {
            m = m << 4 | (unsigned)d;
            e -= point ? 4 : 0;
        } else {
            m |= d != 0;
            e += point ? 0 : 4;
        }
    }
    if (!any) {
        return WF_HEX_INVALID;
    }
    if (p < end && (*p | 32) == 'p') {
        p++;
        bool minus = false;
        if (p < end && (*p == '+' || *p == '-')) {
            minus = *p++ == '-';
        }
        if (p == end || *p < '0' || *p > '9') {
            return WF_HEX_INVALID;
        }
        int64_t x = 0;
        for (; p < end && *p >= '0' && *p <= '9'; p++) {
            if (x < INT64_MAX / 100) {
                x = x * 10 + (*p - '0');
            }
        }
        e += minus ? -x : x;
    }
    /* What follows the number is looked at last: an overflow before it counts, as in CPython. */
    bool garbage = p != end;
    if (m == 0) {
        *out = negative ? -0.0 : 0.0;
        return garbage ? WF_HEX_INVALID : WF_HEX_OK;
    }
    /* Round to 53 bits, or fewer for a subnormal, ties to even. */
    int width = 64 - __builtin_clzll(m);
    if (e + width > 1024) {
        return WF_HEX_OVERFLOW;
    }
    int64_t drop = width - 53;
    if (e + drop < -1074) {
        drop = -1074 - e;
    }
    if (drop > 0) {
        if (drop > 62) {
            m = 0;
        } else {
            uint64_t unit = (uint64_t)1 << drop;
            uint64_t low = m & (unit - 1);
            m >>= drop;
            if (low > unit / 2 || (low == unit / 2 && (m & 1))) {
                m++;
            }
        }
        e += drop;
    }
    double x = m == 0 ? 0 : ldexp((double)m, (int)e);
    if (isinf(x)) {
        return WF_HEX_OVERFLOW;
    }
    *out = negative ? -x : x;
    return garbage ? WF_HEX_INVALID : WF_HEX_OK;
}
