/* operators.c - operators on any values: arithmetic, comparison, truth, hash, length, items, isinstance.
 * SPDX-License-Identifier: MIT
 * Design:     the rules of dispatch are here, the work is in the types' slots. A binary slot is tried for both operands' types; the
 *             right one first if its type is a proper subtype of the left's and has a slot of its own.
 * Threads:    no state. */
#include "base/hash.h"
#include "model/object.h"
#include "objects/builtin_function.h"
#include "objects/int.h"
#include "objects/list.h"
#include "objects/str.h"
#include "objects/tuple.h"
#include "objects/unions.h"

/* --- binary ------------------------------------------------------------------------------------------------ */

static const char *const binary_signs[WF_BIN_COUNT] = {
#define SLOT(field, ctype, dunder, wrapper)
#define BINARY(field, ID, l, r, i, sign) [WF_BIN_##ID] = sign,
#include "model/slots.def"
#undef SLOT
#undef BINARY
};

static bool is_not_implemented(WfValue v)
{
    return v.bits == WF_NOT_IMPLEMENTED.bits;
}

static WfValue dispatch(WfThread *t, WfBinaryOp op, WfValue a, WfValue b)
{
    WfType *left = wf_type(a);
    WfType *right = wf_type(b);
    WfBinaryFn f = left->slots.binary[op];
    WfBinaryFn g = right != left ? right->slots.binary[op] : NULL;
    if (g == f) {
        g = NULL;
    }
    if (f != NULL) {
        if (g != NULL && wf_type_is_subtype(right, left)) {
            WfValue r = g(t, a, b);
            if (!is_not_implemented(r)) {
                return r;
            }
            g = NULL;
        }
        WfValue r = f(t, a, b);
        if (!is_not_implemented(r)) {
            return r;
        }
    }
    return g != NULL ? g(t, a, b) : WF_NOT_IMPLEMENTED;
}

static WfValue repeat(WfThread *t, WfRepeatFn f, WfValue seq, WfValue count)
{
    if (!wf_is_any_int(count) && wf_type(count)->slots.index == NULL) {
        return wf_raise(t, WF_EXC(TypeError), "can't multiply sequence by non-int of type '%.200T'", count);
    }
    int64_t n;
    return wf_as_index(t, count, &n, WF_EXC(OverflowError)) == WF_OK ? f(t, seq, n) : WF_EMPTY;
}

/* What + and * mean for sequences, after the numeric slots. */
static WfValue sequence_op(WfThread *t, WfBinaryOp op, WfValue a, WfValue b)
{
    const WfSlotTable *left = &wf_type(a)->slots;
    if (op == WF_BIN_ADD && left->concat != NULL) {
        return left->concat(t, a, b);
    }
    if (op == WF_BIN_MUL) {
        if (left->repeat != NULL) {
            return repeat(t, left->repeat, a, b);
        }
        WfRepeatFn right = wf_type(b)->slots.repeat;
        if (right != NULL) {
            return repeat(t, right, b, a);
        }
    }
    return WF_NOT_IMPLEMENTED;
}

WF_COLD static WfValue unsupported(WfThread *t, const char *sign, const char *suffix, WfValue a, WfValue b)
{
    return wf_raise(t, WF_EXC(TypeError), "unsupported operand type(s) for %s%s: '%.100T' and '%.100T'", sign, suffix, a, b);
}

WfValue wf_binary(WfThread *t, WfBinaryOp op, WfValue a, WfValue b)
{
    WfValue r = dispatch(t, op, a, b);
    if (WF_UNLIKELY(is_not_implemented(r))) {
        r = sequence_op(t, op, a, b);
        if (is_not_implemented(r)) {
            if (op == WF_BIN_RSHIFT && WF_IS_EXACT(a, BUILTIN) && strcmp(wf_as_builtin(a)->def->name, "print") == 0) {
                return wf_raise(t, WF_EXC(TypeError),
                                "unsupported operand type(s) for >>: '%.100T' and '%.100T'. "
                                "Did you mean \"print(<message>, file=<output_stream>)\"?",
                                a, b);
            }
            return unsupported(t, binary_signs[op], "", a, b);
        }
    }
    return r;
}

WfValue wf_inplace(WfThread *t, WfBinaryOp op, WfValue a, WfValue b)
{
    const WfSlotTable *left = &wf_type(a)->slots;
    WfBinaryFn f = left->inplace[op];
    if (f != NULL) {
        WfValue r = f(t, a, b);
        if (!is_not_implemented(r)) {
            return r;
        }
    }
    WfValue r = dispatch(t, op, a, b);
    if (WF_UNLIKELY(is_not_implemented(r))) {
        left = &wf_type(a)->slots;
        if (op == WF_BIN_ADD && left->iconcat != NULL) {
            return left->iconcat(t, a, b);
        }
        if (op == WF_BIN_MUL && left->irepeat != NULL) {
            return repeat(t, left->irepeat, a, b);
        }
        r = sequence_op(t, op, a, b);
        if (is_not_implemented(r)) {
            return unsupported(t, binary_signs[op], "=", a, b);
        }
    }
    return r;
}

static WfValue power(WfThread *t, WfValue a, WfValue b, WfValue mod)
{
    WfType *left = wf_type(a);
    WfType *right = wf_type(b);
    WfTernaryFn f = left->slots.pow;
    WfTernaryFn g = right != left ? right->slots.pow : NULL;
    WfTernaryFn h = wf_type(mod)->slots.pow;
    if (g == f) {
        g = NULL;
    }
    if (h == f || h == right->slots.pow) {
        h = NULL;
    }
    if (f != NULL) {
        if (g != NULL && wf_type_is_subtype(right, left)) {
            WfValue r = g(t, a, b, mod);
            if (!is_not_implemented(r)) {
                return r;
            }
            g = NULL;
        }
        WfValue r = f(t, a, b, mod);
        if (!is_not_implemented(r)) {
            return r;
        }
    }
    WfValue r = g != NULL ? g(t, a, b, mod) : WF_NOT_IMPLEMENTED;
    return is_not_implemented(r) && h != NULL ? h(t, a, b, mod) : r;
}

WfValue wf_pow(WfThread *t, WfValue a, WfValue b, WfValue mod)
{
    WfValue r = power(t, a, b, mod);
    if (!is_not_implemented(r)) {
        return r;
    }
    if (wf_is_none(mod)) {
        return unsupported(t, "** or pow()", "", a, b);
    }
    return wf_raise(t, WF_EXC(TypeError), "unsupported operand type(s) for ** or pow(): '%.100T', '%.100T', '%.100T'", a, b,
                    mod);
}

WfValue wf_inplace_pow(WfThread *t, WfValue a, WfValue b)
{
    WfTernaryFn f = wf_type(a)->slots.ipow;
    WfValue r = f != NULL ? f(t, a, b, WF_NONE) : WF_NOT_IMPLEMENTED;
    if (is_not_implemented(r)) {
        r = power(t, a, b, WF_NONE);
    }
    return is_not_implemented(r) ? unsupported(t, "**=", "", a, b) : r;
}

/* --- unary -------------------------------------------------------------------------------------------------- */

static WfValue unary(WfThread *t, WfUnaryFn f, WfValue a, const char *sign)
{
    return f != NULL ? f(t, a) : wf_raise(t, WF_EXC(TypeError), "bad operand type for %s: '%.200T'", sign, a);
}

WfValue wf_neg(WfThread *t, WfValue a)
{
    return unary(t, wf_type(a)->slots.neg, a, "unary -");
}

WfValue wf_pos(WfThread *t, WfValue a)
{
    return unary(t, wf_type(a)->slots.pos, a, "unary +");
}

WfValue wf_invert(WfThread *t, WfValue a)
{
    return unary(t, wf_type(a)->slots.invert, a, "unary ~");
}

WfValue wf_abs(WfThread *t, WfValue a)
{
    return unary(t, wf_type(a)->slots.abs, a, "abs()");
}

/* --- comparison ---------------------------------------------------------------------------------------------- */

static const int swapped[] = {[WF_LT] = WF_GT, [WF_LE] = WF_GE, [WF_EQ] = WF_EQ,
                              [WF_NE] = WF_NE, [WF_GT] = WF_LT, [WF_GE] = WF_LE};
static const char *const compare_signs[] = {
    [WF_LT] = "<", [WF_LE] = "<=", [WF_EQ] = "==", [WF_NE] = "!=", [WF_GT] = ">", [WF_GE] = ">="};

static WfValue compare(WfThread *t, WfValue a, WfValue b, int op)
{
    WfType *left = wf_type(a);
    WfType *right = wf_type(b);
    WfCompareFn f = left->slots.richcompare;
    WfCompareFn g = right->slots.richcompare;
    bool right_done = false;
    if (left != right && g != NULL && wf_type_is_subtype(right, left)) {
        right_done = true;
        WfValue r = g(t, b, a, swapped[op]);
        if (!is_not_implemented(r)) {
            return r;
        }
    }
    if (f != NULL) {
        WfValue r = f(t, a, b, op);
        if (!is_not_implemented(r)) {
            return r;
        }
    }
    if (!right_done && g != NULL) {
        WfValue r = g(t, b, a, swapped[op]);
        if (!is_not_implemented(r)) {
            return r;
        }
    }
    switch (op) {
    case WF_EQ: return WF_BOOL(wf_is(a, b));
    case WF_NE: return WF_BOOL(!wf_is(a, b));
    default:
        return wf_raise(t, WF_EXC(TypeError), "'%s' not supported between instances of '%.100T' and '%.100T'",
                        compare_signs[op], a, b);
    }
}

static bool compare_ints(int64_t a, int64_t b, int op)
{
    switch (op) {
    case WF_LT: return a < b;
    case WF_LE: return a <= b;
    case WF_EQ: return a == b;
    case WF_NE: return a != b;
    case WF_GT: return a > b;
    default: return a >= b;
    }
}

WfValue wf_compare(WfThread *t, WfValue a, WfValue b, int op)
{
    if (wf_both_int(a, b)) {
        return WF_BOOL(compare_ints(wf_as_int(a), wf_as_int(b), op));
    }
    if (wf_recursion_enter(t, " in comparison") != WF_OK) {
        return WF_EMPTY;
    }
    WfValue r = compare(t, a, b, op);
    wf_recursion_leave(t);
    return r;
}

WfFound wf_compare_truth(WfThread *t, WfValue a, WfValue b, int op)
{
    if (wf_is(a, b) && (op == WF_EQ || op == WF_NE)) {
        return op == WF_EQ ? WF_FOUND : WF_MISSING;
    }
    WfValue r = wf_compare(t, a, b, op);
    return wf_is_empty(r) ? WF_ERROR : wf_truth(t, r);
}

WfFound wf_equal(WfThread *t, WfValue a, WfValue b)
{
    if (wf_is(a, b)) {
        return WF_FOUND;
    }
    if (wf_both_int(a, b)) {
        return WF_MISSING;
    }
    if (wf_is_exact_str(a) && wf_is_exact_str(b)) {
        return wf_str_equal(wf_as_str(a), wf_as_str(b)) ? WF_FOUND : WF_MISSING;
    }
    WfValue r = wf_compare(t, a, b, WF_EQ);
    return wf_is_empty(r) ? WF_ERROR : wf_truth(t, r);
}

/* --- truth, hash, length ---------------------------------------------------------------------------------------- */

WfFound wf_truth_slow(WfThread *t, WfValue v)
{
    if (wf_is_int(v)) {
        return wf_as_int(v) != 0 ? WF_FOUND : WF_MISSING;
    }
    const WfSlotTable *slots = &wf_type(v)->slots;
    if (slots->truth != NULL) {
        return slots->truth(t, v);
    }
    if (slots->len != NULL) {
        int64_t n;
        return slots->len(t, v, &n) != WF_OK ? WF_ERROR : n != 0 ? WF_FOUND : WF_MISSING;
    }
    return WF_FOUND;
}

WfStatus wf_hash(WfThread *t, WfValue v, int64_t *hash)
{
    if (wf_is_int(v)) {
        *hash = wf_hash_int(wf_as_int(v));
        return WF_OK;
    }
    if (wf_is_exact_str(v)) {
        *hash = wf_str_hash(wf_as_str(v));
        return WF_OK;
    }
    WfHashFn f = wf_type(v)->slots.hash;
    if (f == NULL) {
        return WF_FAIL(wf_raise(t, WF_EXC(TypeError), "unhashable type: '%.200T'", v));
    }
    return f(t, v, hash);
}

WfStatus wf_len(WfThread *t, WfValue v, int64_t *len)
{
    WfLenFn f = wf_type(v)->slots.len;
    if (f == NULL) {
        return WF_FAIL(wf_raise(t, WF_EXC(TypeError), "object of type '%.200T' has no len()", v));
    }
    return f(t, v, len);
}

WfStatus wf_length_hint(WfThread *t, WfValue v, int64_t fallback, int64_t *len)
{
    if (wf_type(v)->slots.len != NULL) {
        if (wf_len(t, v, len) == WF_OK) {
            return WF_OK;
        }
        if (!wf_clear_if(t, WF_EXC(TypeError))) {
            return WF_RAISED;
        }
    }
    WfValue f = wf_lookup_special(t, v, WF_NAME(__length_hint__));
    if (wf_is_empty(f)) {
        if (wf_pending(t)) {
            return WF_RAISED;
        }
        *len = fallback;
        return WF_OK;
    }
    WfValue r = wf_call0(t, f);
    if (wf_is_empty(r)) {
        if (!wf_clear_if(t, WF_EXC(TypeError))) {
            return WF_RAISED;
        }
        *len = fallback;
        return WF_OK;
    }
    if (is_not_implemented(r)) {
        *len = fallback;
        return WF_OK;
    }
    if (!wf_is_any_int(r)) {
        return WF_FAIL(wf_raise(t, WF_EXC(TypeError), "__length_hint__ must be an integer, not %.100T", r));
    }
    if (wf_to_ssize(t, r, len) != WF_OK) {
        return WF_RAISED;
    }
    if (*len < 0) {
        return WF_FAIL(wf_raise(t, WF_EXC(ValueError), "__length_hint__() should return >= 0"));
    }
    return WF_OK;
}

/* --- items ------------------------------------------------------------------------------------------------------ */

WfValue wf_getitem(WfThread *t, WfValue o, WfValue key)
{
    WfBinaryFn f = wf_type(o)->slots.getitem;
    if (WF_LIKELY(f != NULL)) {
        return f(t, o, key);
    }
    if (wf_is_type(o)) {
        if (WF_AS(WfType, o) == WF_TYPE(TYPE)) {
            return wf_generic_alias_new(t, o, key);
        }
        WfValue method;
        switch (wf_getattr_opt(t, o, WF_NAME(__class_getitem__), &method)) {
        case WF_ERROR: return WF_EMPTY;
        case WF_FOUND:
            if (!wf_is_none(method)) {
                return wf_call1(t, method, key);
            }
            break;
        case WF_MISSING: break;
        }
        return wf_raise(t, WF_EXC(TypeError), "type '%.200N' is not subscriptable", WF_AS(WfType, o));
    }
    return wf_raise(t, WF_EXC(TypeError), "'%.200T' object is not subscriptable", o);
}

WfStatus wf_setitem(WfThread *t, WfValue o, WfValue key, WfValue v)
{
    WfSetItemFn f = wf_type(o)->slots.setitem;
    if (WF_UNLIKELY(f == NULL)) {
        return WF_FAIL(wf_raise(t, WF_EXC(TypeError), "'%.200T' object does not support item assignment", o));
    }
    return f(t, o, key, v);
}

WfStatus wf_delitem(WfThread *t, WfValue o, WfValue key)
{
    WfSetItemFn f = wf_type(o)->slots.setitem;
    if (WF_UNLIKELY(f == NULL)) {
        WfType *type = wf_type(o);
        bool sequence = (wf_type_flags(type) & WF_TF_HEAP) || type->slots.concat != NULL;
        bool index = wf_is_any_int(key) || wf_type(key)->slots.index != NULL;
        return WF_FAIL(wf_raise(t, WF_EXC(TypeError), "'%.200T' object %s support item deletion", o,
                                sequence && index ? "doesn't" : "does not"));
    }
    return f(t, o, key, WF_EMPTY);
}

WfFound wf_contains(WfThread *t, WfValue o, WfValue item)
{
    WfContainsFn f = wf_type(o)->slots.contains;
    if (WF_LIKELY(f != NULL)) {
        return f(t, o, item);
    }
    WfValue it = wf_iter(t, o);
    if (wf_is_empty(it)) {
        if (wf_clear_if(t, WF_EXC(TypeError))) {
            wf_raise(t, WF_EXC(TypeError), "argument of type '%.200T' is not iterable", o);
        }
        return WF_ERROR;
    }
    WfValue at;
    WfFound found;
    while ((found = wf_next(t, it, &at)) == WF_FOUND) {
        WfFound same = wf_equal(t, at, item);
        if (same != WF_MISSING) {
            return same;
        }
    }
    return found;
}

WfValue wf_index(WfThread *t, WfValue v)
{
    if (wf_is_int(v)) {
        return v;
    }
    if (wf_is_bool(v)) {
        return wf_small_int(wf_is_true(v));
    }
    if (!WF_IS_KIND(v, INT)) {
        WfUnaryFn f = wf_type(v)->slots.index;
        if (f == NULL) {
            return wf_raise(t, WF_EXC(TypeError), "'%.200T' object cannot be interpreted as an integer", v);
        }
        v = f(t, v);
        if (wf_is_empty(v) || wf_is_int(v) || WF_IS_EXACT(v, INT)) {
            return v;
        }
        if (!wf_is_any_int(v)) {
            return wf_raise(t, WF_EXC(TypeError), "__index__ returned non-int (type %.200T)", v);
        }
        if (wf_warn(t, WF_EXC(DeprecationWarning), 1,
                    "__index__ returned non-int (type %.200T).  The ability to return an instance of a strict subclass of "
                    "int is deprecated, and may not be supported in a future version of Python.",
                    v)
            != WF_OK) {
            return WF_EMPTY;
        }
    }
    /* A plain int of an instance of a subclass. */
    return WF_IS_EXACT(v, INT) ? v : wf_int_add(t, v, wf_small_int(0));
}

WfStatus wf_as_index(WfThread *t, WfValue v, int64_t *out, WfType *overflow)
{
    if (wf_is_int(v)) {
        *out = wf_as_int(v);
        return WF_OK;
    }
    WfValue i = wf_index(t, v);
    if (wf_is_empty(i)) {
        return WF_RAISED;
    }
    if (!wf_int_to_i64(i, out)) {
        if (overflow != NULL) {
            return WF_FAIL(wf_raise(t, overflow, "cannot fit '%.200T' into an index-sized integer", v));
        }
        *out = wf_int_sign(i) < 0 ? INT64_MIN : INT64_MAX;
    }
    return WF_OK;
}

/* --- isinstance, issubclass ------------------------------------------------------------------------------------- */

/* cls.__bases__ as a tuple; MISSING if it has none. */
static WfFound get_bases(WfThread *t, WfValue cls, WfValue *bases)
{
    WfFound found = wf_getattr_opt(t, cls, WF_NAME(__bases__), bases);
    return found == WF_FOUND && !wf_is_tuple(*bases) ? WF_MISSING : found;
}

/* Classes that are no types: whether `cls` is `derived` or among its bases. */
static WfFound abstract_issubclass(WfThread *t, WfValue derived, WfValue cls)
{
    for (;;) {
        if (wf_is(derived, cls)) {
            return WF_FOUND;
        }
        WfValue bases;
        WfFound found = get_bases(t, derived, &bases);
        if (found != WF_FOUND) {
            return found;
        }
        WfTuple *tuple = wf_as_tuple(bases);
        if (tuple->length == 0) {
            return WF_MISSING;
        }
        if (tuple->length == 1) {
            derived = wf_tuple_at(tuple, 0);
            continue;
        }
        if (wf_recursion_enter(t, " in __issubclass__") != WF_OK) {
            return WF_ERROR;
        }
        found = WF_MISSING;
        for (int64_t i = 0; i < tuple->length && found == WF_MISSING; i++) {
            found = abstract_issubclass(t, wf_tuple_at(tuple, i), cls);
        }
        wf_recursion_leave(t);
        return found;
    }
}

static WfStatus check_class(WfThread *t, WfValue cls, const char *message)
{
    WfValue bases;
    WfFound found = get_bases(t, cls, &bases);
    if (found == WF_MISSING) {
        wf_raise(t, WF_EXC(TypeError), "%s", message);
    }
    return found == WF_FOUND ? WF_OK : WF_RAISED;
}

WfFound wf_real_isinstance(WfThread *t, WfValue o, WfValue cls)
{
    if (wf_is_type(cls)) {
        if (wf_is_instance_of(o, WF_AS(WfType, cls))) {
            return WF_FOUND;
        }
        WfType *own = wf_type(o);
        if (own->slots.getattribute == NULL) {
            return WF_MISSING;
        }
        WfValue claimed;
        WfFound found = wf_getattr_opt(t, o, WF_NAME(__class__), &claimed);
        if (found == WF_FOUND) {
            found = wf_is_type(claimed) && WF_AS(WfType, claimed) != own
                            && wf_type_is_subtype(WF_AS(WfType, claimed), WF_AS(WfType, cls))
                        ? WF_FOUND
                        : WF_MISSING;
        }
        return found;
    }
    if (check_class(t, cls, "isinstance() arg 2 must be a type, a tuple of types, or a union") != WF_OK) {
        return WF_ERROR;
    }
    WfValue claimed;
    WfFound found = wf_getattr_opt(t, o, WF_NAME(__class__), &claimed);
    return found == WF_FOUND ? abstract_issubclass(t, claimed, cls) : found;
}

WfFound wf_real_issubclass(WfThread *t, WfValue c, WfValue cls)
{
    if (wf_is_type(c) && wf_is_type(cls)) {
        return wf_type_is_subtype(WF_AS(WfType, c), WF_AS(WfType, cls)) ? WF_FOUND : WF_MISSING;
    }
    if (check_class(t, c, "issubclass() arg 1 must be a class") != WF_OK) {
        return WF_ERROR;
    }
    if (check_class(t, cls, "issubclass() arg 2 must be a class, a tuple of classes, or a union") != WF_OK) {
        return WF_ERROR;
    }
    return abstract_issubclass(t, c, cls);
}

typedef WfFound (*CheckFn)(WfThread *t, WfValue x, WfValue cls);

static WfFound check_through(WfThread *t, WfValue x, WfValue cls, CheckFn self, CheckFn real, WfStr *hook, const char *where)
{
    if (wf_is_tuple(cls) || WF_IS_EXACT(cls, UNION)) {
        WfTuple *tuple = wf_is_tuple(cls) ? wf_as_tuple(cls) : wf_union_args(cls);
        WfFound found = WF_MISSING;
        if (wf_recursion_enter(t, where) != WF_OK) {
            return WF_ERROR;
        }
        for (int64_t i = 0; i < tuple->length && found == WF_MISSING; i++) {
            found = self(t, x, wf_tuple_at(tuple, i));
        }
        wf_recursion_leave(t);
        return found;
    }
    WfValue f = wf_lookup_special(t, cls, hook);
    if (wf_is_empty(f)) {
        return wf_pending(t) ? WF_ERROR : real(t, x, cls);
    }
    if (wf_recursion_enter(t, where) != WF_OK) {
        return WF_ERROR;
    }
    WfValue r = wf_call1(t, f, x);
    wf_recursion_leave(t);
    return wf_is_empty(r) ? WF_ERROR : wf_truth(t, r);
}

WfFound wf_isinstance(WfThread *t, WfValue o, WfValue cls)
{
    if (wf_is_object(cls) && (void *)wf_type(o) == (void *)wf_as_object(cls)) {
        return WF_FOUND;
    }
    if (wf_is_type(cls) && wf_type(cls) == WF_TYPE(TYPE)) {
        return wf_real_isinstance(t, o, cls);
    }
    return check_through(t, o, cls, wf_isinstance, wf_real_isinstance, WF_NAME(__instancecheck__), " in __instancecheck__");
}

WfFound wf_issubclass(WfThread *t, WfValue c, WfValue cls)
{
    if (wf_is_type(cls) && wf_type(cls) == WF_TYPE(TYPE)) {
        return wf_is(c, cls) ? WF_FOUND : wf_real_issubclass(t, c, cls);
    }
    return check_through(t, c, cls, wf_issubclass, wf_real_issubclass, WF_NAME(__subclasscheck__), " in __subclasscheck__");
}
