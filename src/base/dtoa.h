/* dtoa.h - doubles to text and back, exactly rounded and independent of the locale.
 * SPDX-License-Identifier: MIT */
#ifndef WF_BASE_DTOA_H
#define WF_BASE_DTOA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/strbuf.h"

/* The shortest digits that read back as the finite x > 0: writes them (no NUL) without trailing
 * zeros, returns how many. The value is 0.DIGITS times ten to the power *point. */
#define WF_DTOA_DIGITS 17
int wf_dtoa_shortest(double x, char digits[WF_DTOA_DIGITS], int *point);

/* repr(x): "1.0", "1e+16", "-0.0", "inf", "nan". NUL-terminated, returns the length. */
#define WF_DTOA_REPR_MAX 32
size_t wf_dtoa_repr(double x, char buf[WF_DTOA_REPR_MAX]);

enum {
    WF_DTOA_ADD_DOT_0 = 1, /* "1" becomes "1.0" */
    WF_DTOA_ALT = 2,       /* '#': keep the point and, for g, trailing zeros */
    WF_DTOA_SIGN = 4,      /* "+" before what is not negative */
    WF_DTOA_NO_NEG_0 = 8,  /* 'z': a result of minus zero loses its sign */
};

/* Appends x as `code` says: e, f, g with `precision` digits, r for repr (precision ignored), or their
 * capitals; inf and nan as words. False: out of memory. */
bool wf_dtoa_format(WfStrBuf *out, double x, char code, int precision, unsigned flags);

/* The correctly rounded value of text that is wholly "[sign] digits [. digits] [e [sign] digits]"
 * (a digit on one side of the point suffices), or inf, infinity, nan in any case. False: it is not. */
bool wf_dtoa_parse(const char *s, size_t n, double *out);

/* The same with single underscores between digits and ASCII white space around, as float() takes. */
bool wf_dtoa_parse_python(const char *s, size_t n, double *out);

/* round(x, ndigits) for a finite x: nearest, ties to even. False: the result overflows. */
bool wf_dtoa_round(double x, int ndigits, double *out);

/* float.hex(): "0x1.8000000000000p+1". NUL-terminated, returns the length. */
size_t wf_dtoa_hex(double x, char buf[WF_DTOA_REPR_MAX]);

typedef enum { WF_HEX_OK, WF_HEX_INVALID, WF_HEX_OVERFLOW } WfHexResult;

/* float.fromhex(). */
WfHexResult wf_dtoa_from_hex(const char *s, size_t n, double *out);

#endif
