/* complex.h - complex numbers. WfComplex, wf_complex_new are in objects/int.h.
 * SPDX-License-Identifier: MIT */
#ifndef WF_OBJECTS_COMPLEX_H
#define WF_OBJECTS_COMPLEX_H

#include "objects/int.h"

#include <complex.h>

typedef double _Complex WfC;
WF_INLINE bool wf_is_complex(WfValue v) { return WF_IS_KIND(v, COMPLEX); }
WF_INLINE WfC wf_c(double real, double imag) { return __builtin_complex(real, imag); }
/* Argument of cmath's functions: complex, __complex__, __float__, __index__; "must be real number, not X". */
WfStatus wf_to_complex(WfThread *t, WfValue v, WfC *out) WF_MUST_CHECK;
/* a / b by Smith's method; the caller has seen to b != 0. */
WfC wf_c_divide(WfC a, WfC b);

#endif
