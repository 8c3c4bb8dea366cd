/* slots.c - from dunder methods to C slots and back.
 * SPDX-License-Identifier: MIT
 *
 * Design:     a built-in type fills fields of its WfSlotTable in C; each filled field gives wrapper descriptors in its
 *             dict (`int.__add__`). A Python class gets its fields from its MRO: where that leads to the wrapper of a
 *             built-in type, the field is that type's C function itself, so that `class L(list)` without dunders runs at
 *             the speed of list; else it is a generic function below, which looks the dunder up and calls it.
 *             Two fields may share a dunder (`__add__`: binary[ADD] and concat); a wrapper belongs to one of them.
 * Invariants: S1 a field is not empty in a Python class exactly if one of its dunders is found (or inherited in C).
 * Threads:    fields are written under the type lock and read as single words. No Python code runs while they are. */
#include "model/slots.h"

#include "model/attr.h"
#include "model/builtin.h"
#include "model/call.h"
#include "objects/builtin_function.h"
#include "objects/descriptors.h"
#include "objects/dict.h"
#include "objects/function.h"
#include "objects/int.h"
#include "objects/str.h"
#include "objects/tuple.h"

typedef enum WfWrap {
    WRAP_NONE, /* no wrapper: a Python class may define it, built-in types have something else or nothing */
    WRAP_UNARY,
    WRAP_HASH,
    WRAP_CALL,
    WRAP_GETATTR,
    WRAP_SETATTR,
    WRAP_DELATTR,
    WRAP_COMPARE,
    WRAP_NEXT,
    WRAP_DESCR_GET,
    WRAP_DESCR_SET,
    WRAP_DESCR_DELETE,
    WRAP_INIT,
    WRAP_DEL,
    WRAP_TRUTH,
    WRAP_BINARY,
    WRAP_RBINARY,
    WRAP_POW,
    WRAP_RPOW,
    WRAP_LEN,
    WRAP_SETITEM,
    WRAP_DELITEM,
    WRAP_CONTAINS,
    WRAP_REPEAT
} WfWrap;

#define FIELD(f) (uint16_t) offsetof(WfSlotTable, f)
#define ROW(id, field, wrap, arg, sig, doc) {WF_NAME(id), FIELD(field), wrap, arg, sig, doc},
#define BIN3(l, r, i, ID, sign)                                                                                        \
    ROW(l, binary[WF_BIN_##ID], WRAP_BINARY, 0, "($self, value, /)", "Return self" sign "value.")                      \
    ROW(r, binary[WF_BIN_##ID], WRAP_RBINARY, 0, "($self, value, /)", "Return value" sign "self.")                     \
    ROW(i, inplace[WF_BIN_##ID], WRAP_BINARY, 0, "($self, value, /)", "Return self" sign "=value.")

const WfSlotRow wf_slot_rows[] = {
    ROW(__repr__, repr, WRAP_UNARY, 0, "($self, /)", "Return repr(self).")
    ROW(__str__, str, WRAP_UNARY, 0, "($self, /)", "Return str(self).")
    ROW(__hash__, hash, WRAP_HASH, 0, "($self, /)", "Return hash(self).")
    ROW(__call__, call, WRAP_CALL, 0, "($self, /, *args, **kwargs)", "Call self as a function.")
    ROW(__getattribute__, getattribute, WRAP_GETATTR, 0, "($self, name, /)", "Return getattr(self, name).")
    ROW(__getattr__, getattribute, WRAP_NONE, 0, NULL, NULL)
    ROW(__setattr__, setattr, WRAP_SETATTR, 0, "($self, name, value, /)", "Implement setattr(self, name, value).")
    ROW(__delattr__, setattr, WRAP_DELATTR, 0, "($self, name, /)", "Implement delattr(self, name).")
    ROW(__lt__, richcompare, WRAP_COMPARE, WF_LT, "($self, value, /)", "Return self<value.")
    ROW(__le__, richcompare, WRAP_COMPARE, WF_LE, "($self, value, /)", "Return self<=value.")
    ROW(__eq__, richcompare, WRAP_COMPARE, WF_EQ, "($self, value, /)", "Return self==value.")
    ROW(__ne__, richcompare, WRAP_COMPARE, WF_NE, "($self, value, /)", "Return self!=value.")
    ROW(__gt__, richcompare, WRAP_COMPARE, WF_GT, "($self, value, /)", "Return self>value.")
    ROW(__ge__, richcompare, WRAP_COMPARE, WF_GE, "($self, value, /)", "Return self>=value.")
    ROW(__iter__, iter, WRAP_UNARY, 0, "($self, /)", "Implement iter(self).")
    ROW(__next__, next, WRAP_NEXT, 0, "($self, /)", "Implement next(self).")
    ROW(__get__, descr_get, WRAP_DESCR_GET, 0, "($self, instance, owner=None, /)", "Return an attribute of instance, which is of type owner.")
    ROW(__set__, descr_set, WRAP_DESCR_SET, 0, "($self, instance, value, /)", "Set an attribute of instance to value.")
    ROW(__delete__, descr_set, WRAP_DESCR_DELETE, 0, "($self, instance, /)", "Delete an attribute of instance.")
    ROW(__init__, init, WRAP_INIT, 0, "($self, /, *args, **kwargs)", "Initialize self.  See help(type(self)) for accurate signature.")
    ROW(__new__, new_, WRAP_NONE, 0, NULL, NULL)
    ROW(__del__, finalize, WRAP_DEL, 0, "($self, /)", NULL)
    ROW(__await__, await, WRAP_UNARY, 0, "($self, /)", "Return an iterator to be used in await expression.")
    ROW(__aiter__, aiter, WRAP_UNARY, 0, "($self, /)", "Return an awaitable, that resolves in asynchronous iterator.")
    ROW(__anext__, anext, WRAP_UNARY, 0, "($self, /)", "Return a value or raise StopAsyncIteration.")
    ROW(__neg__, neg, WRAP_UNARY, 0, "($self, /)", "-self")
    ROW(__pos__, pos, WRAP_UNARY, 0, "($self, /)", "+self")
    ROW(__abs__, abs, WRAP_UNARY, 0, "($self, /)", "abs(self)")
    ROW(__invert__, invert, WRAP_UNARY, 0, "($self, /)", "~self")
    ROW(__bool__, truth, WRAP_TRUTH, 0, "($self, /)", "True if self else False")
    ROW(__int__, int_, WRAP_UNARY, 0, "($self, /)", "int(self)")
    ROW(__float__, float_, WRAP_UNARY, 0, "($self, /)", "float(self)")
    ROW(__index__, index, WRAP_UNARY, 0, "($self, /)", "Return self converted to an integer, if self is suitable for use as an index into a list.")
    BIN3(__add__, __radd__, __iadd__, ADD, "+")
    BIN3(__sub__, __rsub__, __isub__, SUB, "-")
    BIN3(__mul__, __rmul__, __imul__, MUL, "*")
    BIN3(__matmul__, __rmatmul__, __imatmul__, MATMUL, "@")
    BIN3(__truediv__, __rtruediv__, __itruediv__, TRUEDIV, "/")
    BIN3(__floordiv__, __rfloordiv__, __ifloordiv__, FLOORDIV, "//")
    BIN3(__mod__, __rmod__, __imod__, MOD, "%")
    ROW(__divmod__, binary[WF_BIN_DIVMOD], WRAP_BINARY, 0, "($self, value, /)", "Return divmod(self, value).")
    ROW(__rdivmod__, binary[WF_BIN_DIVMOD], WRAP_RBINARY, 0, "($self, value, /)", "Return divmod(value, self).")
    BIN3(__lshift__, __rlshift__, __ilshift__, LSHIFT, "<<")
    BIN3(__rshift__, __rrshift__, __irshift__, RSHIFT, ">>")
    BIN3(__and__, __rand__, __iand__, AND, "&")
    BIN3(__xor__, __rxor__, __ixor__, XOR, "^")
    BIN3(__or__, __ror__, __ior__, OR, "|")
    ROW(__pow__, pow, WRAP_POW, 0, "($self, value, mod=None, /)", "Return pow(self, value, mod).")
    ROW(__rpow__, pow, WRAP_RPOW, 0, "($self, value, mod=None, /)", "Return pow(value, self, mod).")
    ROW(__ipow__, ipow, WRAP_POW, 0, "($self, value, /)", "Return self**=value.")
    ROW(__len__, len, WRAP_LEN, 0, "($self, /)", "Return len(self).")
    ROW(__getitem__, getitem, WRAP_BINARY, 0, "($self, key, /)", "Return self[key].")
    ROW(__setitem__, setitem, WRAP_SETITEM, 0, "($self, key, value, /)", "Set self[key] to value.")
    ROW(__delitem__, setitem, WRAP_DELITEM, 0, "($self, key, /)", "Delete self[key].")
    ROW(__contains__, contains, WRAP_CONTAINS, 0, "($self, key, /)", "Return key in self.")
    ROW(__add__, concat, WRAP_BINARY, 0, "($self, value, /)", "Return self+value.")
    ROW(__mul__, repeat, WRAP_REPEAT, 0, "($self, value, /)", "Return self*value.")
    ROW(__rmul__, repeat, WRAP_REPEAT, 0, "($self, value, /)", "Return value*self.")
    ROW(__iadd__, iconcat, WRAP_BINARY, 0, "($self, value, /)", "Implement self+=value.")
    ROW(__imul__, irepeat, WRAP_REPEAT, 0, "($self, value, /)", "Implement self*=value.")
};
const int wf_slot_n_rows = (int)WF_ARRAY_LEN(wf_slot_rows);

typedef void (*WfAnyFn)(void);

static WfAnyFn field_get(const WfSlotTable *slots, uint16_t offset)
{
    return __atomic_load_n((const WfAnyFn *)(const void *)((const char *)slots + offset), __ATOMIC_RELAXED);
}

static void field_set(WfSlotTable *slots, uint16_t offset, WfAnyFn fn)
{
    __atomic_store_n((WfAnyFn *)(void *)((char *)slots + offset), fn, __ATOMIC_RELEASE);
}

/* --- wrappers: from Python to the C function -------------------------------------------------------------------- */

static WfStatus wrapper_args(WfThread *t, const WfArgs *args, int64_t n)
{
    if (args->n_pos != n) {
        return WF_FAIL(wf_raise(t, WF_EXC(TypeError), "expected %d argument%s, got %zd", (int)n, n == 1 ? "" : "s", args->n_pos));
    }
    return WF_OK;
}

static WfStatus wrapper_args_between(WfThread *t, const WfArgs *args, int64_t min, int64_t max)
{
    if (args->n_pos < min || args->n_pos > max) {
        bool few = args->n_pos < min;
        int64_t limit = few ? min : max;
        return WF_FAIL(wf_raise(t, WF_EXC(TypeError), " expected at %s %zd argument%s, got %zd", few ? "least" : "most", limit,
                                limit == 1 ? "" : "s", args->n_pos));
    }
    return WF_OK;
}

static WfStatus to_repeat_count(WfThread *t, WfValue v, int64_t *n)
{
    if (!wf_is_any_int(v) && wf_type(v)->slots.index == NULL) {
        return WF_FAIL(wf_raise(t, WF_EXC(TypeError), "'%T' object cannot be interpreted as an integer", v));
    }
    return wf_as_index(t, v, n, WF_EXC(OverflowError));
}

/* object.__setattr__ must not be used to get around the checks of type.__setattr__ and the like. */
static WfStatus check_setattr(WfThread *t, WfValue self, WfSetAttrFn fn, const char *what)
{
    const WfType *type = wf_type(self);
    while ((wf_type_flags(type) & WF_TF_HEAP) != 0) {
        type = WF_LOAD(WfType, &type->base);
    }
    if (type->slots.setattr != fn) {
        return WF_FAIL(wf_raise(t, WF_EXC(TypeError), "can't apply this %s to %s object", what, wf_type_name(type)));
    }
    return WF_OK;
}

static WfStr *attr_name_arg(WfThread *t, WfValue v)
{
    if (!wf_is_str(v)) {
        return WF_FAIL_NULL(wf_raise(t, WF_EXC(TypeError), "attribute name must be string, not '%T'", v));
    }
    return wf_attr_name(t, wf_as_str(v));
}

#define DONE(status) ((status) == WF_OK ? WF_NONE : WF_EMPTY)
#define CALL_FIELD(Type) ((Type)fn)

WfValue wf_slot_wrapper_call(WfThread *t, const WfSlotRow *row, WfType *objclass, WfValue self, const WfArgs *args)
{
    WfAnyFn fn = field_get(&objclass->slots, row->offset);
    WfValue *a = args->items;
    if (args->kwnames != NULL && args->kwnames->length != 0 && row->wrap != WRAP_CALL && row->wrap != WRAP_INIT) {
        return wf_raise(t, WF_EXC(TypeError), "wrapper %U() takes no keyword arguments", row->name);
    }
    static const int8_t counts[] = {
        [WRAP_NONE] = 0, [WRAP_UNARY] = 0, [WRAP_HASH] = 0, [WRAP_CALL] = -1, [WRAP_GETATTR] = 1, [WRAP_SETATTR] = 2,
        [WRAP_DELATTR] = 1, [WRAP_COMPARE] = 1, [WRAP_NEXT] = 0, [WRAP_DESCR_GET] = -1, [WRAP_DESCR_SET] = 2,
        [WRAP_DESCR_DELETE] = 1, [WRAP_INIT] = -1, [WRAP_DEL] = 0, [WRAP_TRUTH] = 0, [WRAP_BINARY] = 1, [WRAP_RBINARY] = 1,
        [WRAP_POW] = -1, [WRAP_RPOW] = -1, [WRAP_LEN] = 0, [WRAP_SETITEM] = 2, [WRAP_DELITEM] = 1, [WRAP_CONTAINS] = 1,
        [WRAP_REPEAT] = 1,
    };
    if (counts[row->wrap] >= 0 && wrapper_args(t, args, counts[row->wrap]) != WF_OK) {
        return WF_EMPTY;
    }
    switch ((WfWrap)row->wrap) {
    case WRAP_UNARY:
        return CALL_FIELD(WfUnaryFn)(t, self);
    case WRAP_HASH: {
        int64_t h;
        return CALL_FIELD(WfHashFn)(t, self, &h) == WF_OK ? wf_int_from_i64(t, h) : WF_EMPTY;
    }
    case WRAP_CALL:
        return CALL_FIELD(WfCallFn)(t, self, args);
    case WRAP_GETATTR: {
        WfStr *name = attr_name_arg(t, a[0]);
        return name == NULL ? WF_EMPTY : CALL_FIELD(WfGetAttrFn)(t, self, name);
    }
    case WRAP_SETATTR:
    case WRAP_DELATTR: {
        if (check_setattr(t, self, CALL_FIELD(WfSetAttrFn), row->wrap == WRAP_SETATTR ? "__setattr__" : "__delattr__") != WF_OK) {
            return WF_EMPTY;
        }
        WfStr *name = attr_name_arg(t, a[0]);
        if (name == NULL) {
            return WF_EMPTY;
        }
        return DONE(CALL_FIELD(WfSetAttrFn)(t, self, name, row->wrap == WRAP_SETATTR ? a[1] : WF_EMPTY));
    }
    case WRAP_COMPARE:
        return CALL_FIELD(WfCompareFn)(t, self, a[0], row->arg);
    case WRAP_NEXT: {
        WfValue out = WF_NONE;
        WfFound f = CALL_FIELD(WfNextFn)(t, self, &out);
        return f == WF_FOUND ? out : f == WF_ERROR ? WF_EMPTY : wf_raise_stop_iteration(t, out);
    }
    case WRAP_DESCR_GET: {
        if (wrapper_args_between(t, args, 1, 2) != WF_OK) {
            return WF_EMPTY;
        }
        WfValue obj = wf_is_none(a[0]) ? WF_EMPTY : a[0];
        WfValue type = args->n_pos < 2 || wf_is_none(a[1]) ? WF_EMPTY : a[1];
        if (wf_is_empty(obj) && wf_is_empty(type)) {
            return wf_raise(t, WF_EXC(TypeError), "__get__(None, None) is invalid");
        }
        return CALL_FIELD(WfDescrGetFn)(t, self, obj, type);
    }
    case WRAP_DESCR_SET:
        return DONE(CALL_FIELD(WfDescrSetFn)(t, self, a[0], a[1]));
    case WRAP_DESCR_DELETE:
        return DONE(CALL_FIELD(WfDescrSetFn)(t, self, a[0], WF_EMPTY));
    case WRAP_INIT:
        return DONE(CALL_FIELD(WfInitFn)(t, self, args));
    case WRAP_DEL:
        CALL_FIELD(WfFinalizeFn)(t, self);
        return WF_NONE;
    case WRAP_TRUTH: {
        WfFound f = CALL_FIELD(WfTruthFn)(t, self);
        return f == WF_ERROR ? WF_EMPTY : WF_BOOL(f == WF_FOUND);
    }
    case WRAP_BINARY:
        return CALL_FIELD(WfBinaryFn)(t, self, a[0]);
    case WRAP_RBINARY:
        return CALL_FIELD(WfBinaryFn)(t, a[0], self);
    case WRAP_POW:
    case WRAP_RPOW: {
        if (wrapper_args_between(t, args, 1, row->offset == FIELD(ipow) ? 1 : 2) != WF_OK) {
            return WF_EMPTY;
        }
        WfValue mod = args->n_pos == 2 ? a[1] : WF_NONE;
        return row->wrap == WRAP_POW ? CALL_FIELD(WfTernaryFn)(t, self, a[0], mod) : CALL_FIELD(WfTernaryFn)(t, a[0], self, mod);
    }
    case WRAP_LEN: {
        int64_t n;
        return CALL_FIELD(WfLenFn)(t, self, &n) == WF_OK ? wf_int_from_i64(t, n) : WF_EMPTY;
    }
    case WRAP_SETITEM:
        return DONE(CALL_FIELD(WfSetItemFn)(t, self, a[0], a[1]));
    case WRAP_DELITEM:
        return DONE(CALL_FIELD(WfSetItemFn)(t, self, a[0], WF_EMPTY));
    case WRAP_CONTAINS: {
        WfFound f = CALL_FIELD(WfContainsFn)(t, self, a[0]);
        return f == WF_ERROR ? WF_EMPTY : WF_BOOL(f == WF_FOUND);
    }
    case WRAP_REPEAT: {
        int64_t n;
        return to_repeat_count(t, a[0], &n) == WF_OK ? CALL_FIELD(WfRepeatFn)(t, self, n) : WF_EMPTY;
    }
    case WRAP_NONE:
        break;
    }
    WF_FATAL("slot without wrapper");
}

/* --- generic slots: from C to a dunder method ----------------------------------------------------------------------- */

static WfValue call_required(WfThread *t, WfValue self, WfStr *name, const WfValue *args, int64_t n)
{
    WfValue out;
    WfFound f = wf_call_special(t, self, name, args, n, &out);
    if (f == WF_FOUND) {
        return out;
    }
    return f == WF_ERROR ? WF_EMPTY : wf_raise(t, WF_EXC(AttributeError), "%U", name);
}

/* A binary dunder: NotImplemented where the type has none. */
static WfValue call_maybe(WfThread *t, WfValue self, WfStr *name, WfValue arg)
{
    WfValue out;
    WfFound f = wf_call_special(t, self, name, &arg, 1, &out);
    return f == WF_FOUND ? out : f == WF_ERROR ? WF_EMPTY : WF_NOT_IMPLEMENTED;
}

#define SLOT_UNARY(field, id)                                \
    static WfValue slot_##field(WfThread *t, WfValue self)   \
    {                                                        \
        return call_required(t, self, WF_NAME(id), NULL, 0); \
    }
SLOT_UNARY(await, __await__)
SLOT_UNARY(aiter, __aiter__)
SLOT_UNARY(anext, __anext__)
SLOT_UNARY(neg, __neg__)
SLOT_UNARY(pos, __pos__)
SLOT_UNARY(abs, __abs__)
SLOT_UNARY(invert, __invert__)
SLOT_UNARY(int_, __int__)
SLOT_UNARY(float_, __float__)
SLOT_UNARY(index, __index__)
SLOT_UNARY(repr, __repr__)
SLOT_UNARY(str, __str__)

static WfValue slot_iter(WfThread *t, WfValue self)
{
    WfValue f = wf_type_lookup(t, wf_type(self), WF_NAME(__iter__));
    if (wf_is_none(f)) {
        return wf_raise(t, WF_EXC(TypeError), "'%T' object is not iterable", self);
    }
    return call_required(t, self, WF_NAME(__iter__), NULL, 0);
}

WfStatus wf_hash_not_implemented(WfThread *t, WfValue v, int64_t *hash)
{
    *hash = 0;
    return WF_FAIL(wf_raise(t, WF_EXC(TypeError), "unhashable type: '%T'", v));
}

static WfStatus slot_hash(WfThread *t, WfValue self, int64_t *hash)
{
    WfValue f = wf_type_lookup(t, wf_type(self), WF_NAME(__hash__));
    if (wf_is_empty(f) || wf_is_none(f)) {
        return wf_hash_not_implemented(t, self, hash);
    }
    WfValue v = call_required(t, self, WF_NAME(__hash__), NULL, 0);
    if (wf_is_empty(v)) {
        return WF_RAISED;
    }
    if (!wf_is_any_int(v)) {
        return WF_FAIL(wf_raise(t, WF_EXC(TypeError), "__hash__ method should return an integer"));
    }
    int64_t h;
    if (!wf_int_to_i64(v, &h)) {
        h = wf_int_hash(v);
    }
    *hash = h == -1 ? -2 : h;
    return WF_OK;
}

static WfValue slot_call(WfThread *t, WfValue self, const WfArgs *args)
{
    WfValue f = wf_type_lookup(t, wf_type(self), WF_NAME(__call__));
    if (wf_is_empty(f)) {
        return wf_raise(t, WF_EXC(TypeError), "'%T' object is not callable", self);
    }
    if ((wf_type_flags(wf_type(f)) & WF_TF_METHOD) != 0) {
        return wf_call_prepend(t, f, self, args);
    }
    f = wf_bind(t, f, self);
    if (wf_is_empty(f)) {
        return WF_EMPTY;
    }
    if (wf_recursion_enter(t, " while calling a Python object") != WF_OK) {
        return WF_EMPTY;
    }
    WfValue r = wf_call_args(t, f, args);
    wf_recursion_leave(t);
    return r;
}

WfValue wf_slot_getattr_hook(WfThread *t, WfValue self, WfStr *name)
{
    WfType *type = wf_type(self);
    WfValue hook = wf_type_lookup(t, type, WF_NAME(__getattr__));
    WfValue get = wf_type_lookup(t, type, WF_NAME(__getattribute__));
    WfValue out = WF_EMPTY;
    WfFound found;
    WfValue own = wf_type_lookup(t, WF_TYPE(OBJECT), WF_NAME(__getattribute__));
    if (wf_is(get, own)) {
        found = wf_generic_getattr_opt(t, self, name, &out);
        if (found == WF_MISSING && wf_is_empty(hook)) {
            return wf_raise_attribute(t, self, name);
        }
    } else {
        out = call_required(t, self, WF_NAME(__getattribute__), &(WfValue){wf_from_object(name).bits}, 1);
        found = wf_is_empty(out) ? WF_ERROR : WF_FOUND;
    }
    if (found == WF_FOUND) {
        return out;
    }
    if (wf_is_empty(hook)) {
        return WF_EMPTY;
    }
    if (found == WF_ERROR && !wf_clear_if(t, WF_EXC(AttributeError))) {
        return WF_EMPTY;
    }
    WfValue arg = wf_from_object(name);
    return call_required(t, self, WF_NAME(__getattr__), &arg, 1);
}

static WfStatus slot_setattr(WfThread *t, WfValue self, WfStr *name, WfValue value)
{
    WfValue args[2] = {wf_from_object(name), value};
    WfValue r = wf_is_empty(value) ? call_required(t, self, WF_NAME(__delattr__), args, 1)
                                   : call_required(t, self, WF_NAME(__setattr__), args, 2);
    return wf_is_empty(r) ? WF_RAISED : WF_OK;
}

static WfStr *compare_name(int op)
{
    switch (op) {
    case WF_LT: return WF_NAME(__lt__);
    case WF_LE: return WF_NAME(__le__);
    case WF_EQ: return WF_NAME(__eq__);
    case WF_NE: return WF_NAME(__ne__);
    case WF_GT: return WF_NAME(__gt__);
    default: return WF_NAME(__ge__);
    }
}

static WfValue slot_richcompare(WfThread *t, WfValue a, WfValue b, int op)
{
    WfValue f = wf_type_lookup(t, wf_type(a), compare_name(op));
    if (wf_is_empty(f)) {
        return WF_NOT_IMPLEMENTED;
    }
    if ((wf_type_flags(wf_type(f)) & WF_TF_METHOD) != 0) {
        return wf_call2(t, f, a, b);
    }
    f = wf_bind(t, f, a);
    if (wf_is_empty(f)) {
        wf_clear_pending(t); /* as CPython: what does not bind is not there */
        return WF_NOT_IMPLEMENTED;
    }
    return wf_call1(t, f, b);
}

/* Calls __next__; at the end leaves the value of StopIteration in *out. */
static WfFound next_step(WfThread *t, WfValue self, WfValue *out)
{
    WfValue v = call_required(t, self, WF_NAME(__next__), NULL, 0);
    if (!wf_is_empty(v)) {
        *out = v;
        return WF_FOUND;
    }
    if (!wf_pending_is(t, WF_EXC(StopIteration))) {
        return WF_ERROR;
    }
    WfValue e = wf_take_pending(t);
    *out = wf_getattr(t, e, WF_NAME(value));
    return wf_is_empty(*out) ? WF_ERROR : WF_MISSING;
}

WfFound wf_slot_next(WfThread *t, WfValue self, WfValue *out)
{
    WfValue v = call_required(t, self, WF_NAME(__next__), NULL, 0);
    if (wf_is_empty(v)) {
        return wf_clear_if(t, WF_EXC(StopIteration)) ? WF_MISSING : WF_ERROR;
    }
    *out = v;
    return WF_FOUND;
}

WfFound wf_next_value(WfThread *t, WfValue it, WfValue *out)
{
    WfNextFn next = wf_type(it)->slots.next;
    if (next == wf_slot_next) {
        return next_step(t, it, out);
    }
    if (next == NULL) {
        return WF_FAIL_FOUND(wf_raise(t, WF_EXC(TypeError), "'%T' object is not an iterator", it));
    }
    *out = WF_NONE; /* a generator leaves its result here, other iterators nothing */
    WfFound found = next(t, it, out);
    if (found == WF_MISSING && wf_is_empty(*out)) {
        *out = WF_NONE;
    }
    return found;
}

static WfValue slot_descr_get(WfThread *t, WfValue self, WfValue obj, WfValue type)
{
    WfValue out;
    WfValue args[2] = {wf_is_empty(obj) ? WF_NONE : obj, wf_is_empty(type) ? WF_NONE : type};
    WfFound f = wf_call_special(t, self, WF_NAME(__get__), args, 2, &out);
    return f == WF_FOUND ? out : f == WF_ERROR ? WF_EMPTY : self;
}

static WfStatus slot_descr_set(WfThread *t, WfValue self, WfValue obj, WfValue value)
{
    WfValue args[2] = {obj, value};
    WfValue r = wf_is_empty(value) ? call_required(t, self, WF_NAME(__delete__), args, 1)
                                   : call_required(t, self, WF_NAME(__set__), args, 2);
    return wf_is_empty(r) ? WF_RAISED : WF_OK;
}

WfStatus wf_slot_init(WfThread *t, WfValue self, const WfArgs *args)
{
    WfValue f = wf_type_lookup(t, wf_type(self), WF_NAME(__init__));
    if (wf_is_empty(f)) {
        return WF_FAIL(wf_raise(t, WF_EXC(AttributeError), "__init__"));
    }
    WfValue r;
    if ((wf_type_flags(wf_type(f)) & WF_TF_METHOD) != 0) {
        r = wf_call_prepend(t, f, self, args);
    } else {
        f = wf_bind(t, f, self);
        r = wf_is_empty(f) ? WF_EMPTY : wf_call_args(t, f, args);
    }
    if (wf_is_empty(r)) {
        return WF_RAISED;
    }
    if (!wf_is_none(r)) {
        return WF_FAIL(wf_raise(t, WF_EXC(TypeError), "__init__() should return None, not '%T'", r));
    }
    return WF_OK;
}

WfValue wf_slot_new(WfThread *t, WfType *type, const WfArgs *args)
{
    WfValue f = wf_getattr(t, wf_from_object(type), WF_NAME(__new__));
    return wf_is_empty(f) ? WF_EMPTY : wf_call_prepend(t, f, wf_from_object(type), args);
}

void wf_slot_finalize(WfThread *t, WfValue self)
{
    WfValue saved = wf_take_pending(t);
    WfValue out, del = wf_type_lookup(t, wf_type(self), WF_NAME(__del__));
    if (!wf_is_empty(del)) {
        if (wf_call_special(t, self, WF_NAME(__del__), NULL, 0, &out) == WF_ERROR) {
            wf_write_unraisable(t, NULL, del);
        }
    }
    wf_restore_pending(t, saved);
}

static WfFound slot_truth(WfThread *t, WfValue self)
{
    WfValue v = call_required(t, self, WF_NAME(__bool__), NULL, 0);
    if (wf_is_empty(v)) {
        return WF_ERROR;
    }
    if (!wf_is_bool(v)) {
        return WF_FAIL_FOUND(wf_raise(t, WF_EXC(TypeError), "__bool__ should return bool, returned %T", v));
    }
    return wf_is_true(v) ? WF_FOUND : WF_MISSING;
}

/* Does the type of b have a reflected method of its own, other than that of a's type? */
static bool is_overloaded(WfThread *t, WfValue a, WfValue b, WfStr *name)
{
    WfValue fb = wf_type_lookup(t, wf_type(b), name);
    if (wf_is_empty(fb)) {
        return false;
    }
    return !wf_is(wf_type_lookup(t, wf_type(a), name), fb);
}

static WfValue slot_binary(WfThread *t, WfValue a, WfValue b, bool a_has, bool b_has, WfStr *left, WfStr *right)
{
    WfType *ta = wf_type(a), *tb = wf_type(b);
    bool do_other = ta != tb && b_has;
    if (a_has) {
        if (do_other && wf_type_is_subtype(tb, ta) && is_overloaded(t, a, b, right)) {
            WfValue r = call_maybe(t, b, right, a);
            if (!wf_is(r, WF_NOT_IMPLEMENTED)) {
                return r;
            }
            do_other = false;
        }
        WfValue r = call_maybe(t, a, left, b);
        if (!wf_is(r, WF_NOT_IMPLEMENTED) || ta == tb) {
            return r;
        }
    }
    return do_other ? call_maybe(t, b, right, a) : WF_NOT_IMPLEMENTED;
}

#define SLOT_BINARY(ID, l, r)                                                                          \
    static WfValue slot_binary_##ID(WfThread *t, WfValue a, WfValue b)                                 \
    {                                                                                                  \
        return slot_binary(t, a, b, wf_type(a)->slots.binary[WF_BIN_##ID] == slot_binary_##ID,         \
                           wf_type(b)->slots.binary[WF_BIN_##ID] == slot_binary_##ID, WF_NAME(l), WF_NAME(r)); \
    }
#define SLOT_BINARY3(ID, l, r, i)                                       \
    SLOT_BINARY(ID, l, r)                                               \
    static WfValue slot_inplace_##ID(WfThread *t, WfValue a, WfValue b) \
    {                                                                   \
        return call_maybe(t, a, WF_NAME(i), b);                         \
    }
SLOT_BINARY3(ADD, __add__, __radd__, __iadd__)
SLOT_BINARY3(SUB, __sub__, __rsub__, __isub__)
SLOT_BINARY3(MUL, __mul__, __rmul__, __imul__)
SLOT_BINARY3(MATMUL, __matmul__, __rmatmul__, __imatmul__)
SLOT_BINARY3(TRUEDIV, __truediv__, __rtruediv__, __itruediv__)
SLOT_BINARY3(FLOORDIV, __floordiv__, __rfloordiv__, __ifloordiv__)
SLOT_BINARY3(MOD, __mod__, __rmod__, __imod__)
SLOT_BINARY(DIVMOD, __divmod__, __rdivmod__)
SLOT_BINARY3(LSHIFT, __lshift__, __rlshift__, __ilshift__)
SLOT_BINARY3(RSHIFT, __rshift__, __rrshift__, __irshift__)
SLOT_BINARY3(AND, __and__, __rand__, __iand__)
SLOT_BINARY3(XOR, __xor__, __rxor__, __ixor__)
SLOT_BINARY3(OR, __or__, __ror__, __ior__)

static WfValue slot_pow(WfThread *t, WfValue a, WfValue b, WfValue c)
{
    bool a_has = wf_type(a)->slots.pow == slot_pow;
    if (wf_is_none(c)) {
        return slot_binary(t, a, b, a_has, wf_type(b)->slots.pow == slot_pow, WF_NAME(__pow__), WF_NAME(__rpow__));
    }
    /* there is no three-argument __rpow__ */
    if (!a_has) {
        return WF_NOT_IMPLEMENTED;
    }
    WfValue out, args[2] = {b, c};
    WfFound f = wf_call_special(t, a, WF_NAME(__pow__), args, 2, &out);
    return f == WF_FOUND ? out : f == WF_ERROR ? WF_EMPTY : WF_NOT_IMPLEMENTED;
}

static WfValue slot_ipow(WfThread *t, WfValue a, WfValue b, WfValue c)
{
    return call_maybe(t, a, WF_NAME(__ipow__), b);
}

static WfStatus slot_len(WfThread *t, WfValue self, int64_t *len)
{
    WfValue v = call_required(t, self, WF_NAME(__len__), NULL, 0);
    if (wf_is_empty(v)) {
        return WF_RAISED;
    }
    v = wf_index(t, v);
    if (wf_is_empty(v)) {
        return WF_RAISED;
    }
    if (wf_int_sign(v) < 0) {
        return WF_FAIL(wf_raise(t, WF_EXC(ValueError), "__len__() should return >= 0"));
    }
    return wf_as_index(t, v, len, WF_EXC(OverflowError));
}

static WfValue slot_getitem(WfThread *t, WfValue self, WfValue key)
{
    return call_required(t, self, WF_NAME(__getitem__), &key, 1);
}

static WfStatus slot_setitem(WfThread *t, WfValue self, WfValue key, WfValue value)
{
    WfValue args[2] = {key, value};
    WfValue r = wf_is_empty(value) ? call_required(t, self, WF_NAME(__delitem__), args, 1)
                                   : call_required(t, self, WF_NAME(__setitem__), args, 2);
    return wf_is_empty(r) ? WF_RAISED : WF_OK;
}

static WfFound slot_contains(WfThread *t, WfValue self, WfValue item)
{
    WfValue f = wf_type_lookup(t, wf_type(self), WF_NAME(__contains__));
    if (wf_is_none(f)) {
        return WF_FAIL_FOUND(wf_raise(t, WF_EXC(TypeError), "'%T' object is not a container", self));
    }
    WfValue r = call_required(t, self, WF_NAME(__contains__), &item, 1);
    return wf_is_empty(r) ? WF_ERROR : wf_truth(t, r);
}

static const WfSlotTable generic = {
    .repr = slot_repr,
    .str = slot_str,
    .hash = slot_hash,
    .call = slot_call,
    .getattribute = wf_slot_getattr_hook,
    .setattr = slot_setattr,
    .richcompare = slot_richcompare,
    .iter = slot_iter,
    .next = wf_slot_next,
    .descr_get = slot_descr_get,
    .descr_set = slot_descr_set,
    .init = wf_slot_init,
    .new_ = wf_slot_new,
    .finalize = wf_slot_finalize,
    .await = slot_await,
    .aiter = slot_aiter,
    .anext = slot_anext,
    .neg = slot_neg,
    .pos = slot_pos,
    .abs = slot_abs,
    .invert = slot_invert,
    .truth = slot_truth,
    .int_ = slot_int_,
    .float_ = slot_float_,
    .index = slot_index,
    .pow = slot_pow,
    .ipow = slot_ipow,
    .len = slot_len,
    .getitem = slot_getitem,
    .setitem = slot_setitem,
    .contains = slot_contains,
#define PAIR(ID) [WF_BIN_##ID] = slot_binary_##ID
    .binary = {PAIR(ADD), PAIR(SUB), PAIR(MUL), PAIR(MATMUL), PAIR(TRUEDIV), PAIR(FLOORDIV), PAIR(MOD), PAIR(DIVMOD),
               PAIR(LSHIFT), PAIR(RSHIFT), PAIR(AND), PAIR(XOR), PAIR(OR)},
#undef PAIR
#define PAIR(ID) [WF_BIN_##ID] = slot_inplace_##ID
    .inplace = {PAIR(ADD), PAIR(SUB), PAIR(MUL), PAIR(MATMUL), PAIR(TRUEDIV), PAIR(FLOORDIV), PAIR(MOD), PAIR(LSHIFT),
                PAIR(RSHIFT), PAIR(AND), PAIR(XOR), PAIR(OR)},
#undef PAIR
};

/* --- fitting ---------------------------------------------------------------------------------------------------------- */

/* The C function that value d, found under the row's name, stands for; NULL: none, call it. *skip: it belongs to another field. */
static WfAnyFn specific_slot(const WfType *type, const WfSlotRow *row, WfValue d, bool *skip)
{
    *skip = false;
    if (WF_IS_EXACT(d, WRAPPER_DESCRIPTOR)) {
        const WfWrapperDescr *w = WF_AS(WfWrapperDescr, d);
        const WfSlotRow *own = &wf_slot_rows[w->row];
        const WfType *objclass = WF_LOAD(WfType, &w->objclass);
        if (own->name != row->name || !wf_type_is_subtype(type, objclass)) {
            return NULL;
        }
        if (own->offset != row->offset) {
            *skip = true;
            return NULL;
        }
        return field_get(&objclass->slots, row->offset);
    }
    if (WF_IS_EXACT(d, METHOD_DESCRIPTOR)) {
        const WfMethodDescr *m = WF_AS(WfMethodDescr, d);
        const WfType *objclass = WF_LOAD(WfType, &m->objclass);
        if ((m->def->flags & WF_FN_COEXIST) != 0 && WF_LOAD(WfStr, &m->name) == row->name && wf_type_is_subtype(type, objclass)) {
            return field_get(&objclass->slots, row->offset);
        }
        return NULL;
    }
    if (row->offset == FIELD(hash) && wf_is_none(d)) {
        return (WfAnyFn)wf_hash_not_implemented;
    }
    if (row->offset == FIELD(new_) && WF_IS_EXACT(d, BUILTIN) && wf_as_builtin(d)->def == &wf_new_def) {
        /* the constructor of the built-in base that decides the layout */
        return (WfAnyFn)WF_LOAD(WfType, &type->base)->slots.new_;
    }
    return NULL;
}

/* What the rows of one field have led to. */
typedef struct Fit {
    WfAnyFn specific;
    bool has_rows, use_generic;
} Fit;

static void fit_row(const WfType *type, const WfSlotRow *row, Fit *fit)
{
    bool skip = false;
    fit->has_rows = true;
    WfValue d = wf_type_lookup_mro(type, row->name, NULL);
    WfAnyFn fn = wf_is_empty(d) ? NULL : specific_slot(type, row, d, &skip);
    if (wf_is_empty(d) || skip) {
        return;
    }
    if (fn == NULL || (fit->specific != NULL && fit->specific != fn)) {
        fit->use_generic = true;
    } else {
        fit->specific = fn;
    }
}

void wf_slots_fit(WfThread *t, WfType *type, WfStr *name)
{
    Fit fits[sizeof(WfSlotTable) / sizeof(WfAnyFn)] = {0};
    for (int i = 0; name != NULL && i < wf_slot_n_rows; i++) {
        if (wf_slot_rows[i].name == name) {
            fits[wf_slot_rows[i].offset / sizeof(WfAnyFn)].has_rows = true;
        }
    }
    for (int i = 0; i < wf_slot_n_rows; i++) {
        Fit *fit = &fits[wf_slot_rows[i].offset / sizeof(WfAnyFn)];
        if (name == NULL || fit->has_rows) {
            fit_row(type, &wf_slot_rows[i], fit);
        }
    }
    for (size_t i = 0; i < WF_ARRAY_LEN(fits); i++) {
        if (fits[i].has_rows) {
            uint16_t offset = (uint16_t)(i * sizeof(WfAnyFn));
            field_set(&type->slots, offset, fits[i].use_generic ? field_get(&generic, offset) : fits[i].specific);
        }
    }
    wf_slots_fit_flags(t, type);
}

void wf_slots_fit_flags(WfThread *t, WfType *type)
{
    const WfSlotTable *s = &type->slots;
    uint32_t set = 0;
    set |= s->getattribute == wf_generic_getattr ? WF_TF_GETATTR_GENERIC : 0;
    set |= s->setattr == wf_generic_setattr ? WF_TF_SETATTR_GENERIC : 0;
    set |= s->descr_set != NULL ? WF_TF_DATA_DESCR : 0;
    set |= s->finalize != NULL ? WF_TF_FINALIZER : 0;
    uint32_t all = WF_TF_GETATTR_GENERIC | WF_TF_SETATTR_GENERIC | WF_TF_DATA_DESCR | WF_TF_FINALIZER;
    uint32_t flags = (wf_type_flags(type) & ~all) | set;
    __atomic_store_n(&type->flags, flags, __ATOMIC_RELAXED);
    /* construction that the interpreter may do itself: object.__new__, then a Python __init__ */
    WfValue init = WF_EMPTY;
    if ((flags & (WF_TF_HEAP | WF_TF_ABSTRACT)) == WF_TF_HEAP && s->init == wf_slot_init && s->new_ == WF_TYPE(OBJECT)->slots.new_
        && wf_type(wf_from_object(type))->slots.call == WF_TYPE(TYPE)->slots.call) {
        WfValue f = wf_type_lookup_mro(type, WF_NAME(__init__), NULL);
        if (wf_is_function(f)) {
            init = f;
        }
    }
    wf_store(&type->init_cache, init);
}

void wf_slots_inherit(WfType *type, const WfType *base)
{
    WfSlotTable *s = &type->slots;
    WfHashFn hash = s->hash;
    WfCompareFn compare = s->richcompare;
    WfNewFn new_ = s->new_;
    WfFinalizeFn finalize = s->finalize;
    const WfAnyFn *from = (const WfAnyFn *)(const void *)&base->slots;
    WfAnyFn *to = (WfAnyFn *)(void *)s;
    for (size_t i = 0; i < sizeof(WfSlotTable) / sizeof(WfAnyFn); i++) {
        if (to[i] == NULL) {
            to[i] = from[i];
        }
    }
    /* equality and hash are inherited together or not at all */
    s->hash = hash;
    s->richcompare = compare;
    if (hash == NULL && compare == NULL) {
        s->hash = base->slots.hash;
        s->richcompare = base->slots.richcompare;
    } else if (hash == NULL) {
        s->hash = wf_hash_not_implemented;
    }
    /* a built-in type directly over object must say how it is made */
    if (new_ == NULL && (base == WF_TYPE(OBJECT) || (wf_type_flags(type) & WF_TF_NO_NEW) != 0)) {
        s->new_ = NULL;
    }
    s->finalize = finalize != NULL ? finalize : base->slots.finalize;
}

/* --- __new__ as a built-in function ------------------------------------------------------------------------------------- */

static WfValue new_wrapper(WfThread *t, WfValue self, const WfArgs *args)
{
    WfType *type = WF_AS(WfType, self);
    if (args->n_pos < 1) {
        return wf_raise(t, WF_EXC(TypeError), "%N.__new__(): not enough arguments", type);
    }
    WfValue cls = args->items[0];
    if (!wf_is_type(cls)) {
        return wf_raise(t, WF_EXC(TypeError), "%N.__new__(X): X is not a type object (%T)", type, cls);
    }
    WfType *sub = WF_AS(WfType, cls);
    if (!wf_type_is_subtype(sub, type)) {
        return wf_raise(t, WF_EXC(TypeError), "%N.__new__(%N): %N is not a subtype of %N", type, sub, sub, type);
    }
    /* object.__new__(list) would leave a list half made */
    const WfType *base = sub;
    while (base != NULL && base->slots.new_ == wf_slot_new) {
        base = base == WF_TYPE(OBJECT) ? NULL : WF_LOAD(WfType, &base->base);
    }
    if (base != NULL && base->slots.new_ != type->slots.new_) {
        return wf_raise(t, WF_EXC(TypeError), "%N.__new__(%N) is not safe, use %N.__new__()", type, sub, base);
    }
    WfArgs rest = {args->items + 1, args->n_pos - 1, args->kwnames};
    return type->slots.new_(t, sub, &rest);
}

const WfBuiltinDef wf_new_def = {"__new__", (WfBuiltinFn)(void (*)(void))new_wrapper, "(*args, **kwargs)",
                                 "Create and return a new object.  See help(type) for accurate signature.", WF_FN_RAW};

WfStatus wf_slots_add_wrappers(WfThread *t, WfType *type, WfDict *dict)
{
    for (int i = 0; i < wf_slot_n_rows; i++) {
        const WfSlotRow *row = &wf_slot_rows[i];
        WfAnyFn fn = field_get(&type->slots, row->offset);
        if (fn == NULL || (row->wrap == WRAP_NONE && row->offset != FIELD(new_))
            || !wf_is_empty(wf_dict_get_str(dict, row->name))) {
            continue;
        }
        if (row->wrap == WRAP_DEL && type->slots.finalize != NULL && row->offset == FIELD(finalize)
            && type != WF_TYPE(GENERATOR) && type != WF_TYPE(COROUTINE) && type != WF_TYPE(ASYNC_GENERATOR)
            && type != WF_TYPE(IO_BASE)) {
            continue; /* closing files and the like is no method */
        }
        WfValue d;
        if (row->offset == FIELD(new_)) {
            d = wf_builtin_new(t, &wf_new_def, wf_from_object(type), NULL);
        } else if (row->offset == FIELD(hash) && fn == (WfAnyFn)wf_hash_not_implemented) {
            d = WF_NONE;
        } else {
            d = wf_wrapper_descriptor_new(t, type, i);
        }
        if (wf_is_empty(d) || wf_dict_set_str(t, dict, row->name, d) != WF_OK) {
            return WF_RAISED;
        }
    }
    /* comparable without a hash: not hashable */
    if (type->slots.hash == NULL && type->slots.richcompare != NULL && wf_is_empty(wf_dict_get_str(dict, WF_NAME(__hash__)))) {
        return wf_dict_set_str(t, dict, WF_NAME(__hash__), WF_NONE);
    }
    return WF_OK;
}
