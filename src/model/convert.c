/* convert.c - text of any value (repr, str, ascii, format), and C numbers from values.
 * SPDX-License-Identifier: MIT
 * Design:     the dispatch over the types' slots and the checks of what they return are here.
 * Threads:    the stack of running reprs belongs to the thread. */
#include "model/object.h"
#include "objects/format_number.h"
#include "objects/format_spec.h"
#include "objects/float.h"
#include "objects/int.h"
#include "objects/list.h"
#include "objects/str.h"

#include <limits.h>
#include <math.h>

/* --- text -------------------------------------------------------------------------------------------------- */

WfValue wf_repr(WfThread *t, WfValue v)
{
    WfUnaryFn f = wf_type(v)->slots.repr;
    if (f == NULL) {
        return wf_str_format(t, "<%T object at %p>", v, (void *)(uintptr_t)v.bits);
    }
    if (wf_recursion_enter(t, " while getting the repr of an object") != WF_OK) {
        return WF_EMPTY;
    }
    WfValue s = f(t, v);
    wf_recursion_leave(t);
    if (!wf_is_empty(s) && !wf_is_str(s)) {
        return wf_raise(t, WF_EXC(TypeError), "__repr__ returned non-string (type %.200T)", s);
    }
    return s;
}

WfValue wf_str(WfThread *t, WfValue v)
{
    if (wf_is_exact_str(v)) {
        return v;
    }
    WfUnaryFn f = wf_type(v)->slots.str;
    if (f == NULL) {
        return wf_repr(t, v);
    }
    if (wf_recursion_enter(t, " while getting the str of an object") != WF_OK) {
        return WF_EMPTY;
    }
    WfValue s = f(t, v);
    wf_recursion_leave(t);
    if (!wf_is_empty(s) && !wf_is_str(s)) {
        return wf_raise(t, WF_EXC(TypeError), "__str__ returned non-string (type %.200T)", s);
    }
    return s;
}

WfValue wf_ascii(WfThread *t, WfValue v)
{
    WfValue repr = wf_repr(t, v);
    if (wf_is_empty(repr) || wf_str_is_ascii(wf_as_str(repr))) {
        return repr;
    }
    static const char hex[] = "0123456789abcdef";
    WfStr *s = wf_as_str(repr);
    WfStrBuilder b = WF_STR_BUILDER;
    for (int64_t i = 0; i < s->length; i++) {
        uint32_t c = wf_str_at(s, i);
        char text[10] = {(char)c};
        int n = 1;
        if (c >= 128) {
            int digits = c < 0x100 ? 2 : c < 0x10000 ? 4 : 8;
            text[0] = '\\';
            text[1] = digits == 2 ? 'x' : digits == 4 ? 'u' : 'U';
            for (int d = 0; d < digits; d++) {
                text[2 + d] = hex[c >> (digits - 1 - d) * 4 & 15];
            }
            n = 2 + digits;
        }
        if (wf_builder_ascii(t, &b, text, n) != WF_OK) {
            return WF_EMPTY;
        }
    }
    return wf_builder_finish(t, &b);
}

WfValue wf_format(WfThread *t, WfValue v, WfValue spec)
{
    if (wf_is_empty(spec) || wf_is_none(spec)) {
        spec = WF_NAME_V(empty);
    }
    if (!wf_is_str(spec)) {
        return wf_raise(t, WF_EXC(SystemError), "Format specifier must be a string, not %.200T", spec);
    }
    if (wf_as_str(spec)->length == 0) {
        if (wf_is_exact_str(v)) {
            return v;
        }
        if (wf_is_int(v) || WF_IS_EXACT(v, INT)) {
            return wf_str(t, v);
        }
    }
    if (wf_is_int(v)) { /* what the __format__ of exact built-in types is */
        return wf_format_int(t, v, wf_as_str(spec));
    }
    if (wf_is_double(v)) {
        return wf_format_float(t, v, wf_as_str(spec));
    }
    if (wf_is_exact_str(v)) {
        return wf_format_str(t, v, wf_as_str(spec));
    }
    WfValue f = wf_lookup_special(t, v, WF_NAME(__format__));
    if (wf_is_empty(f)) {
        return wf_pending(t) ? WF_EMPTY
                             : wf_raise(t, WF_EXC(TypeError), "Type %.100T doesn't define __format__", v);
    }
    WfValue s = wf_call1(t, f, spec);
    if (!wf_is_empty(s) && !wf_is_str(s)) {
        return wf_raise(t, WF_EXC(TypeError), "__format__ must return a str, not %.200T", s);
    }
    return s;
}

/* --- recursion of repr -------------------------------------------------------------------------------------- */

WfFound wf_repr_enter(WfThread *t, WfValue o)
{
    if (wf_is_empty(t->repr_stack)) {
        WfValue list = wf_list_new(t, 8);
        if (wf_is_empty(list)) {
            return WF_ERROR;
        }
        t->repr_stack = list;
    }
    WfList *stack = wf_as_list(t->repr_stack);
    for (int64_t i = wf_list_length(stack); i-- > 0;) {
        if (wf_is(wf_list_at(stack, i), o)) {
            return WF_FOUND;
        }
    }
    return wf_list_append(t, stack, o) == WF_OK ? WF_MISSING : WF_ERROR;
}

/* May run with an exception pending, which is kept. */
void wf_repr_leave(WfThread *t, WfValue o)
{
    WfList *stack = wf_as_list(t->repr_stack);
    WfValue pending = wf_take_pending(t);
    for (int64_t i = wf_list_length(stack); i-- > 0;) {
        if (wf_is(wf_list_at(stack, i), o)) {
            (void)!wf_is_empty(wf_list_pop(t, stack, i));
            break;
        }
    }
    wf_restore_pending(t, pending);
}

/* --- C numbers ------------------------------------------------------------------------------------------------ */

static WfStatus to_integer(WfThread *t, WfValue v, int64_t min, int64_t max, const char *ctype, int64_t *out)
{
    int64_t i;
    if (wf_is_int(v)) {
        i = wf_as_int(v);
    } else {
        v = wf_index(t, v);
        if (wf_is_empty(v)) {
            return WF_RAISED;
        }
        if (!wf_int_to_i64(v, &i)) {
            goto overflow;
        }
    }
    if (i < min || i > max) {
        goto overflow;
    }
    *out = i;
    return WF_OK;
overflow:
    return WF_FAIL(wf_raise(t, WF_EXC(OverflowError), "Python int too large to convert to C %s", ctype));
}

WfStatus wf_to_i64(WfThread *t, WfValue v, int64_t *out)
{
    return to_integer(t, v, INT64_MIN, INT64_MAX, "long", out);
}

WfStatus wf_to_ssize(WfThread *t, WfValue v, int64_t *out)
{
    return to_integer(t, v, INT64_MIN, INT64_MAX, "ssize_t", out);
}

WfStatus wf_to_int(WfThread *t, WfValue v, int *out)
{
    int64_t i;
    if (to_integer(t, v, INT_MIN, INT_MAX, "int", &i) != WF_OK) {
        return WF_RAISED;
    }
    *out = (int)i;
    return WF_OK;
}

WfStatus wf_to_double(WfThread *t, WfValue v, double *out)
{
    if (wf_is_double(v)) {
        *out = wf_as_double(v);
        return WF_OK;
    }
    if (wf_is_float(v)) {
        *out = wf_float_value(v);
        return WF_OK;
    }
    if (wf_is_int(v)) {
        *out = (double)wf_as_int(v);
        return WF_OK;
    }
    const WfSlotTable *slots = &wf_type(v)->slots;
    if (slots->float_ != NULL && !WF_IS_EXACT(v, INT)) {
        WfValue f = slots->float_(t, v);
        if (wf_is_empty(f)) {
            return WF_RAISED;
        }
        if (wf_is_double(f)) {
            *out = wf_as_double(f);
            return WF_OK;
        }
        if (!wf_is_float(f)) {
            return WF_FAIL(
                wf_raise(t, WF_EXC(TypeError), "%.50T.__float__ returned non-float (type %.50T)", v, f));
        }
        if (wf_warn(t, WF_EXC(DeprecationWarning), 1,
                    "%.50T.__float__ returned non-float (type %.50T).  The ability to return an instance of a strict "
                    "subclass of float is deprecated, and may not be supported in a future version of Python.",
                    v, f)
            != WF_OK) {
            return WF_RAISED;
        }
        *out = wf_float_value(f);
        return WF_OK;
    }
    if (slots->index != NULL || wf_is_any_int(v)) {
        WfValue i = wf_index(t, v);
        return wf_is_empty(i) ? WF_RAISED : wf_int_to_double(t, i, out);
    }
    return WF_FAIL(wf_raise(t, WF_EXC(TypeError), "must be real number, not %.50T", v));
}

WfStatus wf_to_nanoseconds(WfThread *t, WfValue v, double (*round)(double), int64_t *out)
{
    if (wf_is_float(v)) {
        double d = wf_float_value(v);
        if (isnan(d)) {
            return WF_FAIL(wf_raise(t, WF_EXC(ValueError), "Invalid value NaN (not a number)"));
        }
        double ns = round(d * 1e9);
        if (!(ns >= -0x1p63 && ns < 0x1p63)) {
            return WF_FAIL(wf_raise(t, WF_EXC(OverflowError), "timestamp too large to convert to C _PyTime_t"));
        }
        *out = (int64_t)ns;
        return WF_OK;
    }
    WfValue i = wf_index(t, v);
    int64_t s;
    if (wf_is_empty(i)) {
        return WF_RAISED;
    }
    if (!wf_int_to_i64(i, &s) || __builtin_mul_overflow(s, (int64_t)1000000000, out)) {
        return WF_FAIL(wf_raise(t, WF_EXC(OverflowError), "timestamp too large to convert to C _PyTime_t"));
    }
    return WF_OK;
}

WfStatus wf_to_bool(WfThread *t, WfValue v, bool *out)
{
    WfFound truth = wf_truth(t, v);
    if (truth == WF_ERROR) {
        return WF_RAISED;
    }
    *out = truth == WF_FOUND;
    return WF_OK;
}
