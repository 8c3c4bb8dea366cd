/* float.h - float: a word, but for instances of subclasses; and the conversions that numbers share.
 * SPDX-License-Identifier: MIT
 * WfFloatObject, wf_is_float, wf_float_value, wf_float_repr are in objects/int.h. */
#ifndef WF_OBJECTS_FLOAT_H
#define WF_OBJECTS_FLOAT_H

#include "objects/int.h"
#include "objects/str.h"

/* The str as a number's text: white space becomes ' ', decimal digits of any script ASCII ones, other characters beyond ASCII
 * '?'. NUL-terminated, in collected memory (for ASCII the str's own bytes). */
const char *wf_number_text(WfThread *t, WfStr *s, int64_t *n) WF_MUST_CHECK;
/* Takes the underscores out of a number: each must stand between two digits. False: one does not. In place. */
bool wf_number_strip_underscores(char *s, int64_t *n);

/* float(v) for a str, bytes or other buffer; v is what the message shows. */
WfValue wf_float_from_text(WfThread *t, const char *s, int64_t n, WfValue v) WF_MUST_CHECK;
/* v: any int or float: false when it is neither. The conversion of a big int may raise OverflowError. */
WfFound wf_number_to_double(WfThread *t, WfValue v, double *out) WF_MUST_CHECK;
/* Operators of float on C doubles, with Python's signs and errors. */
WfStatus wf_float_divmod(WfThread *t, double a, double b, double *div, double *mod) WF_MUST_CHECK;
WfValue wf_float_pow(WfThread *t, double a, double b) WF_MUST_CHECK; /* may be complex */
/* round(d, ndigits) */
WfValue wf_float_round(WfThread *t, double d, int64_t ndigits) WF_MUST_CHECK;
int64_t wf_float_hash(WfValue v); /* wf_is_float; NaN: by identity of an object, of the word otherwise */
int64_t wf_double_hash(double d);
/* IEEE 754 binary16 */
double wf_half_unpack(uint16_t bits);
bool wf_half_pack(double d, uint16_t *bits); /* false: too large */

#endif
