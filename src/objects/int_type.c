/* int_type.c - the type int: operators, methods, and int(x).
 * SPDX-License-Identifier: MIT
 * Design:     thin: each slot checks its operands and calls int.c, which takes bools and instances of subclasses as they are.
 *             What an operation returns is always an exact int; wf_int_in_type makes instances of subclasses.
 * Threads:    ints are immutable. */
#include "model/builtin.h"
#include "objects/float.h"
#include "objects/format_number.h"
#include "objects/int.h"
#include "objects/str.h"
#include "objects/tuple.h"

#include "objects/bytes.h"

/* --- construction -------------------------------------------------------------------------------------------- */

static WfValue invalid_literal(WfThread *t, int base, WfValue shown)
{
    return wf_raise(t, WF_EXC(ValueError), "invalid literal for int() with base %d: %.200R", base, shown);
}

WfValue wf_int_from_text(WfThread *t, WfValue v, int base)
{
    const char *text;
    int64_t n;
    WfValue shown = v;
    if (wf_is_str(v)) {
        text = wf_number_text(t, wf_as_str(v), &n);
        if (text == NULL) {
            return WF_EMPTY;
        }
    } else {
        if (!wf_is_bytes(v)) {
            WfBuffer b;
            if (wf_buffer_get(t, v, &b, WF_BUF_SIMPLE) != WF_OK) {
                return WF_EMPTY;
            }
            shown = wf_bytes_new(t, b.data, b.length);
            wf_buffer_release(t, &b);
            if (wf_is_empty(shown)) {
                return shown;
            }
        }
        text = (const char *)wf_as_bytes(shown)->data;
        n = wf_as_bytes(shown)->length;
    }
    WfValue result = wf_int_parse(t, text, n, base);
    return wf_is_empty(result) && !wf_pending(t) ? invalid_literal(t, base, shown) : result;
}

/* What __int__ or the like gave: an int, but better not of a subclass. */
static WfValue checked_result(WfThread *t, WfValue result, const char *method)
{
    if (wf_is_empty(result) || wf_is_int(result) || WF_IS_EXACT(result, INT)) {
        return result;
    }
    if (!wf_is_any_int(result)) {
        return wf_raise(t, WF_EXC(TypeError), "%s returned non-int (type %.200s)", method, WF_TYPE_NAME(result));
    }
    if (wf_warn(t, WF_EXC(DeprecationWarning), 1,
                "%s returned non-int (type %.200s).  The ability to return an instance of a strict subclass of int is "
                "deprecated, and may be removed in a future version of Python.",
                method, WF_TYPE_NAME(result))
        != WF_OK) {
        return WF_EMPTY;
    }
    return wf_int_exact(t, result);
}

/* int(v) for what has __trunc__ only. *found says whether it has. */
static WfValue from_trunc(WfThread *t, WfValue v, bool *found)
{
    WfValue method = wf_lookup_special(t, v, WF_NAME(__trunc__));
    *found = !wf_is_empty(method) || wf_pending(t);
    if (wf_is_empty(method)) {
        return WF_EMPTY;
    }
    if (wf_warn(t, WF_EXC(DeprecationWarning), 1, "The delegation of int() to __trunc__ is deprecated.") != WF_OK) {
        return WF_EMPTY;
    }
    WfValue result = wf_call0(t, method);
    if (wf_is_empty(result) || wf_is_any_int(result)) {
        return wf_is_empty(result) ? result : wf_int_exact(t, result);
    }
    if (wf_type(result)->slots.index == NULL) {
        return wf_raise(t, WF_EXC(TypeError), "__trunc__ returned non-Integral (type %.200s)", WF_TYPE_NAME(result));
    }
    return wf_index(t, result);
}

WfValue wf_int_from_object(WfThread *t, WfValue v)
{
    if (wf_is_int(v) || wf_is_bool(v) || WF_IS_EXACT(v, INT)) {
        return wf_int_exact(t, v);
    }
    if (wf_is_double(v)) {
        return wf_int_from_double(t, wf_as_double(v));
    }
    if (wf_is_exact_str(v)) {
        return wf_int_from_text(t, v, 10);
    }
    WfType *type = wf_type(v);
    if (type->slots.int_ != NULL) {
        return checked_result(t, type->slots.int_(t, v), "__int__");
    }
    if (type->slots.index != NULL) {
        return wf_index(t, v);
    }
    bool found;
    WfValue result = from_trunc(t, v, &found);
    if (found) {
        return result;
    }
    if (wf_is_str(v) || wf_has_buffer(v)) {
        return wf_int_from_text(t, v, 10);
    }
    return wf_raise(t, WF_EXC(TypeError),
                    "int() argument must be a string, a bytes-like object or a real number, not '%.200s'",
                    WF_TYPE_NAME(v));
}

static WfValue from_arguments(WfThread *t, WfValue x, WfValue base)
{
    if (wf_is_empty(base)) {
        return wf_is_empty(x) ? wf_small_int(0) : wf_int_from_object(t, x);
    }
    if (wf_is_empty(x)) {
        return wf_raise(t, WF_EXC(TypeError), "int() missing string argument");
    }
    WfValue index = wf_index(t, base);
    if (wf_is_empty(index)) {
        return WF_EMPTY;
    }
    int64_t b;
    if (!wf_int_to_i64(index, &b) || (b != 0 && b < 2) || b > 36) {
        return wf_raise(t, WF_EXC(ValueError), "int() base must be >= 2 and <= 36, or 0");
    }
    if (wf_is_str(x) || wf_is_bytes(x) || WF_IS_KIND(x, BYTEARRAY)) {
        return wf_int_from_text(t, x, (int)b);
    }
    return wf_raise(t, WF_EXC(TypeError), "int() can't convert non-string with explicit base");
}

static WfValue int_new(WfThread *t, WfType *type, const WfArgs *args)
{
    WfValue a[2] = {WF_EMPTY, WF_EMPTY};
    if (args->n_pos == 1 && args->kwnames == NULL) {
        a[0] = args->items[0];
    } else if (wf_parse_args(t, "int", "(x=?, /, base=?)", args, a, 2) != WF_OK) {
        return WF_EMPTY;
    }
    WfValue v = from_arguments(t, a[0], a[1]);
    return type == WF_TYPE(INT) || wf_is_empty(v) ? v : wf_int_in_type(t, type, v);
}

/* --- operators ----------------------------------------------------------------------------------------------- */

#define INT_BINARY(name, function) \
    static WfValue name(WfThread *t, WfValue a, WfValue b) \
    { \
        return wf_is_any_int(a) && wf_is_any_int(b) ? function(t, a, b) : WF_NOT_IMPLEMENTED; \
    }
INT_BINARY(int_add, wf_int_add)
INT_BINARY(int_sub, wf_int_sub)
INT_BINARY(int_mul, wf_int_mul)
INT_BINARY(int_truediv, wf_int_truediv)
INT_BINARY(int_floordiv, wf_int_floordiv)
INT_BINARY(int_mod, wf_int_mod)
INT_BINARY(int_lshift, wf_int_lshift)
INT_BINARY(int_rshift, wf_int_rshift)
INT_BINARY(int_and, wf_int_and)
INT_BINARY(int_xor, wf_int_xor)
INT_BINARY(int_or, wf_int_or)

static WfValue int_divmod(WfThread *t, WfValue a, WfValue b)
{
    WfValue q, r;
    if (!wf_is_any_int(a) || !wf_is_any_int(b)) {
        return WF_NOT_IMPLEMENTED;
    }
    return wf_int_divmod(t, a, b, &q, &r) == WF_OK ? wf_tuple_pair(t, q, r) : WF_EMPTY;
}

static WfValue int_pow(WfThread *t, WfValue a, WfValue b, WfValue mod)
{
    if (!wf_is_any_int(a) || !wf_is_any_int(b) || !(wf_is_none(mod) || wf_is_any_int(mod))) {
        return WF_NOT_IMPLEMENTED;
    }
    return wf_int_pow(t, a, b, mod);
}

static WfValue int_compare(WfThread *t, WfValue a, WfValue b, int op)
{
    if (!wf_is_any_int(a) || !wf_is_any_int(b)) {
        return WF_NOT_IMPLEMENTED;
    }
    int c = wf_int_compare(a, b);
    return wf_ordering(c, 0, op);
}

static WfStatus int_hash(WfThread *t, WfValue self, int64_t *hash)
{
    *hash = wf_int_hash(self);
    return WF_OK;
}

static WfFound int_truth(WfThread *t, WfValue self) { return wf_int_sign(self) != 0 ? WF_FOUND : WF_MISSING; }

static WfValue int_repr(WfThread *t, WfValue self) { return wf_int_to_str(t, self, 10); }

static WfValue int_to_float(WfThread *t, WfValue self)
{
    double d;
    return wf_int_to_double(t, self, &d) == WF_OK ? wf_double(d) : WF_EMPTY;
}

/* --- methods ------------------------------------------------------------------------------------------------- */

static WfValue int_exact_method(WfThread *t, WfValue *a) { return wf_int_exact(t, a[0]); }

static WfValue int_bit_length(WfThread *t, WfValue *a) { return wf_int_from_u64(t, wf_int_bit_length(a[0])); }

static WfValue int_bit_count(WfThread *t, WfValue *a) { return wf_int_from_u64(t, wf_int_bit_count(a[0])); }

static WfValue int_as_integer_ratio(WfThread *t, WfValue *a)
{
    WfValue v = wf_int_exact(t, a[0]);
    return wf_is_empty(v) ? v : wf_tuple_pair(t, v, wf_small_int(1));
}

static WfValue int_round(WfThread *t, WfValue *a)
{
    if (wf_is_empty(a[1])) {
        return wf_int_exact(t, a[0]);
    }
    WfValue ndigits = wf_index(t, a[1]);
    return wf_is_empty(ndigits) ? ndigits : wf_int_round(t, a[0], ndigits);
}

static WfValue int_format(WfThread *t, WfValue *a)
{
    if (!wf_is_str(a[1])) {
        return wf_raise(t, WF_EXC(TypeError), "__format__() argument must be str, not %.200s", WF_TYPE_NAME(a[1]));
    }
    return wf_format_int(t, a[0], wf_as_str(a[1]));
}

static WfValue int_getnewargs(WfThread *t, WfValue *a)
{
    WfValue v = wf_int_exact(t, a[0]);
    return wf_is_empty(v) ? v : wf_tuple_from(t, &v, 1);
}

static WfValue int_sizeof(WfThread *t, WfValue *a)
{
    return wf_int_from_u64(t, sizeof(WfInt) + (wf_int_bit_length(a[0]) + 63) / 64 * 8);
}

static WfStatus little_endian(WfThread *t, const char *function, WfValue order, bool *little)
{
    if (!wf_is_str(order)) {
        return WF_FAIL(wf_raise(t, WF_EXC(TypeError), "%s() argument 'byteorder' must be str, not %.50s", function,
                                WF_TYPE_NAME(order)));
    }
    *little = wf_str_equal_cstr(wf_as_str(order), "little");
    if (!*little && !wf_str_equal_cstr(wf_as_str(order), "big")) {
        return WF_FAIL(wf_raise(t, WF_EXC(ValueError), "byteorder must be either 'little' or 'big'"));
    }
    return WF_OK;
}

static WfValue int_to_bytes(WfThread *t, WfValue *a)
{
    int64_t length;
    bool little, is_signed;
    if (wf_to_ssize(t, a[1], &length) != WF_OK || little_endian(t, "to_bytes", a[2], &little) != WF_OK
        || wf_to_bool(t, a[3], &is_signed) != WF_OK) {
        return WF_EMPTY;
    }
    if (length < 0) {
        return wf_raise(t, WF_EXC(ValueError), "length argument must be non-negative");
    }
    WfValue bytes = wf_bytes_new(t, NULL, length);
    if (wf_is_empty(bytes)) {
        return bytes;
    }
    return wf_int_to_bytes(t, a[0], wf_as_bytes(bytes)->data, (size_t)length, little, is_signed) == WF_OK ? bytes
                                                                                                         : WF_EMPTY;
}

static WfValue int_from_bytes(WfThread *t, WfValue *a)
{
    bool little, is_signed;
    if (little_endian(t, "from_bytes", a[2], &little) != WF_OK || wf_to_bool(t, a[3], &is_signed) != WF_OK) {
        return WF_EMPTY;
    }
    WfValue bytes = a[1];
    if (!wf_is_bytes(bytes)) {
        /* bytes(x) takes a str and a count too; here they are errors */
        if (wf_is_str(bytes) || wf_is_any_int(bytes)
            || (!wf_has_buffer(bytes) && wf_type(bytes)->slots.iter == NULL && wf_type(bytes)->slots.getitem == NULL
                && wf_is_empty(wf_lookup_special(t, bytes, WF_NAME(__bytes__))))) {
            return wf_pending(t) ? WF_EMPTY
                                 : wf_raise(t, WF_EXC(TypeError), "cannot convert '%.200s' object to bytes",
                                            WF_TYPE_NAME(bytes));
        }
        bytes = wf_call1(t, wf_from_object(WF_TYPE(BYTES)), bytes);
        if (wf_is_empty(bytes)) {
            return bytes;
        }
    }
    const WfBytes *b = wf_as_bytes(bytes);
    WfValue v = wf_int_from_bytes(t, b->data, (size_t)b->length, little, is_signed);
    WfType *type = WF_AS(WfType, a[0]);
    return wf_is_empty(v) || type == WF_TYPE(INT) ? v : wf_call1(t, a[0], v);
}

static WfValue int_get_zero(WfThread *t, WfValue self) { return wf_small_int(0); }
static WfValue int_get_one(WfThread *t, WfValue self) { return wf_small_int(1); }

static const WfGetSetDef int_getsets[] = {
    {"real", wf_int_exact, NULL, "The number itself."},
    {"imag", int_get_zero, NULL, "0: an int has no imaginary part."},
    {"numerator", wf_int_exact, NULL, "The number itself, as a fraction's numerator."},
    {"denominator", int_get_one, NULL, "1: the denominator of the number as a fraction."},
    {0}};

static const WfBuiltinDef int_methods[] = {
    {"conjugate", int_exact_method, "(self, /)", "The number itself: it has no imaginary part."},
    {"bit_length", int_bit_length, "(self, /)", "How many bits the magnitude needs; 0 for 0.\n\n>>> (-9).bit_length()\n4"},
    {"bit_count", int_bit_count, "(self, /)", "How many bits of the magnitude are set.\n\n>>> (13).bit_count()\n3"},
    {"to_bytes", int_to_bytes, "(self, /, length=1, byteorder='big', *, signed=False)",
     "The number in `length` bytes; OverflowError if they are too few."},
    {"from_bytes", int_from_bytes, "(type, /, bytes, byteorder='big', *, signed=False)",
     "The number that the bytes stand for.", WF_FN_CLASS},
    {"as_integer_ratio", int_as_integer_ratio, "(self, /)", "The pair (number, 1).\n\n>>> (7).as_integer_ratio()\n(7, 1)"},
    {"__trunc__", int_exact_method, "(self, /)", "The number itself."},
    {"__floor__", int_exact_method, "(self, /)", "The number itself."},
    {"__ceil__", int_exact_method, "(self, /)", "The number itself."},
    {"__round__", int_round, "(self, ndigits=?, /)", "Round; negative ndigits: to tens, hundreds, ..., half to even."},
    {"__format__", int_format, "(self, format_spec, /)", "Format as the specification says."},
    {"__getnewargs__", int_getnewargs, "(self, /)", NULL},
    {"__sizeof__", int_sizeof, "(self, /)", "Size in memory, in bytes."},
    {0}};

const WfTypeSpec wf_int_spec = {
    .name = "int",
    .doc = "int([x]) -> integer\nint(x, base=10) -> integer\n\n"
           "Make an integer of a number, by its __int__, __index__ or __trunc__, or of text:\n"
           "digits in the given base (2 to 36; 0: as a literal says), with an optional sign,\n"
           "single underscores between digits, and white space around.\n\n>>> int('0b101', base=0)\n5",
    .flags = WF_TF_BASETYPE | WF_TF_VARSIZE | WF_TF_MATCH_SELF,
    .size = sizeof(WfInt),
    .methods = int_methods,
    .getsets = int_getsets,
    .slots = {
        .new_ = int_new,
        .repr = int_repr,
        .hash = int_hash,
        .richcompare = int_compare,
        .truth = int_truth,
        .neg = wf_int_neg,
        .pos = wf_int_exact,
        .abs = wf_int_abs,
        .invert = wf_int_invert,
        .int_ = wf_int_exact,
        .float_ = int_to_float,
        .index = wf_int_exact,
        .pow = int_pow,
        .binary = {
            [WF_BIN_ADD] = int_add,
            [WF_BIN_SUB] = int_sub,
            [WF_BIN_MUL] = int_mul,
            [WF_BIN_TRUEDIV] = int_truediv,
            [WF_BIN_FLOORDIV] = int_floordiv,
            [WF_BIN_MOD] = int_mod,
            [WF_BIN_DIVMOD] = int_divmod,
            [WF_BIN_LSHIFT] = int_lshift,
            [WF_BIN_RSHIFT] = int_rshift,
            [WF_BIN_AND] = int_and,
            [WF_BIN_XOR] = int_xor,
            [WF_BIN_OR] = int_or,
        },
    },
};
