/* arith.c - operators and subscripts beyond the handlers' fast paths.
 * SPDX-License-Identifier: MIT */
#include "model/object.h"
#include "objects/dict.h"
#include "objects/int.h"
#include "objects/list.h"
#include "objects/slice.h"
#include "objects/str.h"
#include "objects/tuple.h"
#include "vm/interp.h"

/* An int and a float, or two floats: as doubles. Small ints are exact. */
static bool mixed(WfValue a, WfValue b, double *x, double *y)
{
    if (wf_is_double(a)) {
        *x = wf_as_double(a);
    } else if (wf_is_int(a)) {
        *x = (double)wf_as_int(a);
    } else {
        return false;
    }
    if (wf_is_double(b)) {
        *y = wf_as_double(b);
    } else if (wf_is_int(b)) {
        *y = (double)wf_as_int(b);
    } else {
        return false;
    }
    return wf_is_double(a) || wf_is_double(b);
}

WfValue wf_op_arith(WfThread *t, WfBinaryOp op, WfValue a, WfValue b)
{
    double x, y;
    if (mixed(a, b, &x, &y)) {
        switch (op) {
        case WF_BIN_ADD: return wf_double_any(x + y);
        case WF_BIN_SUB: return wf_double_any(x - y);
        case WF_BIN_MUL: return wf_double_any(x * y);
        case WF_BIN_TRUEDIV:
            if (y != 0.0) {
                return wf_double_any(x / y);
            }
            break;
        default: break;
        }
    } else if (op == WF_BIN_ADD && wf_is_exact_str(a) && wf_is_exact_str(b)) {
        return wf_str_concat(t, a, b);
    }
    return wf_binary(t, op, a, b);
}

WfValue wf_op_inplace(WfThread *t, unsigned op, WfValue a, WfValue b)
{
    if (op == WF_BIN_COUNT) {
        return wf_inplace_pow(t, a, b);
    }
    if (!wf_is_object(a)) { /* immediates have no in-place form */
        if (op == WF_BIN_MUL && wf_both_int(a, b)) {
            int64_t r;
            if (!__builtin_mul_overflow(wf_as_int(a), wf_as_int(b), &r)) {
                return wf_int_from_i64(t, r);
            }
        } else if (wf_both_int(a, b)) {
            switch (op) {
            case WF_BIN_AND: return WF_VALUE(a.bits & b.bits);
            case WF_BIN_OR: return WF_VALUE(a.bits | b.bits);
            case WF_BIN_XOR: return WF_VALUE((a.bits ^ b.bits) | WF_INT_TAG);
            default: break;
            }
        }
        if (wf_is_int(a) || wf_is_double(a)) {
            if (!wf_is_object(b)) {
                return wf_op_arith(t, (WfBinaryOp)op, a, b);
            }
        }
    } else if (op == WF_BIN_ADD && wf_is_exact_str(a) && wf_is_exact_str(b)) {
        return wf_str_concat(t, a, b);
    }
    return wf_inplace(t, (WfBinaryOp)op, a, b);
}

static bool compare_doubles(double x, double y, int op)
{
    switch (op) {
    case WF_LT: return x < y;
    case WF_LE: return x <= y;
    case WF_EQ: return x == y;
    case WF_NE: return x != y;
    case WF_GT: return x > y;
    default: return x >= y;
    }
}

WfValue wf_op_compare(WfThread *t, WfValue a, WfValue b, int op)
{
    double x, y;
    if (mixed(a, b, &x, &y)) {
        return WF_BOOL(compare_doubles(x, y, op));
    }
    if (wf_is_exact_str(a) && wf_is_exact_str(b)) {
        if (op == WF_EQ || op == WF_NE) {
            return WF_BOOL((wf_is(a, b) || wf_str_equal(wf_as_str(a), wf_as_str(b))) == (op == WF_EQ));
        }
    } else if ((op == WF_EQ || op == WF_NE) && wf_is(a, b) && !wf_is_object(a) && !wf_is_double(a)) {
        return WF_BOOL(op == WF_EQ);
    }
    return wf_compare(t, a, b, op);
}

WfFound wf_op_compare_truth(WfThread *t, WfValue a, WfValue b, int op)
{
    WfValue v = wf_op_compare(t, a, b, op);
    return wf_is_empty(v) ? WF_ERROR : wf_truth(t, v);
}

WfValue wf_op_getitem(WfThread *t, WfValue o, WfValue key)
{
    if (WF_IS_EXACT(o, DICT)) {
        WfValue v;
        WfFound found = wf_dict_get(t, wf_as_dict(o), key, &v);
        if (found == WF_FOUND) {
            return v;
        }
        return found == WF_ERROR ? WF_EMPTY : wf_raise_key_error(t, key);
    }
    if (wf_is_exact_str(o) && wf_is_int(key)) {
        const WfStr *s = wf_as_str(o);
        int64_t i = wf_as_int(key);
        i = i < 0 ? i + s->length : i;
        if ((uint64_t)i < (uint64_t)s->length) {
            return wf_str_from_char(t, wf_str_at(s, i));
        }
    }
    return wf_getitem(t, o, key);
}

WfStatus wf_op_setitem(WfThread *t, WfValue o, WfValue key, WfValue v)
{
    if (WF_IS_EXACT(o, LIST) && wf_is_int(key)) {
        WfList *l = wf_as_list(o);
        int64_t i = wf_as_int(key);
        WfFound found = wf_list_set(t, l, i < 0 ? i + wf_list_length(l) : i, v);
        if (found != WF_MISSING) {
            return found == WF_FOUND ? WF_OK : WF_RAISED;
        }
    } else if (WF_IS_EXACT(o, DICT)) {
        return wf_dict_set(t, wf_as_dict(o), key, v);
    }
    return wf_setitem(t, o, key, v);
}

/* A bound of a slice: a small int or None; false: something else. */
static bool simple_bound(WfValue v, int64_t length, int64_t none, int64_t *out)
{
    if (wf_is_none(v)) {
        *out = none;
        return true;
    }
    if (!wf_is_int(v)) {
        return false;
    }
    int64_t i = wf_as_int(v);
    if (i < 0) {
        i += length;
        i = i < 0 ? 0 : i;
    }
    *out = i > length ? length : i;
    return true;
}

WfValue wf_op_get_slice(WfThread *t, WfValue o, WfValue start, WfValue stop)
{
    int64_t from, to;
    if (WF_IS_EXACT(o, LIST)) {
        int64_t n = wf_list_length(wf_as_list(o));
        if (simple_bound(start, n, 0, &from) && simple_bound(stop, n, n, &to)) {
            return wf_list_slice(t, wf_as_list(o), from, to < from ? from : to);
        }
    } else if (wf_is_exact_str(o)) {
        WfStr *s = wf_as_str(o);
        if (simple_bound(start, s->length, 0, &from) && simple_bound(stop, s->length, s->length, &to)) {
            return wf_str_slice(t, s, from, to < from ? from : to);
        }
    } else if (WF_IS_EXACT(o, TUPLE)) {
        WfTuple *x = wf_as_tuple(o);
        if (simple_bound(start, x->length, 0, &from) && simple_bound(stop, x->length, x->length, &to)) {
            return wf_tuple_from(t, (const WfValue *)(const void *)x->items + from, to < from ? 0 : to - from);
        }
    }
    WfValue slice = wf_slice_new(t, start, stop, WF_NONE);
    return wf_is_empty(slice) ? slice : wf_getitem(t, o, slice);
}
