/* object.h - what can be done with any value: attributes, calls, operators, conversion, iteration.
 * SPDX-License-Identifier: MIT
 *
 * Everything here may run Python code and raise unless it says otherwise. */
#ifndef WF_MODEL_OBJECT_H
#define WF_MODEL_OBJECT_H

#include "model/errors.h"
#include "model/type.h"

/* --- attributes (attr.c) --- */
WfValue wf_getattr(WfThread *t, WfValue o, WfStr *name) WF_MUST_CHECK;
WfFound wf_getattr_opt(WfThread *t, WfValue o, WfStr *name, WfValue *out) WF_MUST_CHECK; /* AttributeError is MISSING */
WfStatus wf_setattr(WfThread *t, WfValue o, WfStr *name, WfValue v) WF_MUST_CHECK;       /* WF_EMPTY: delete */
WfValue wf_getattr_cstr(WfThread *t, WfValue o, const char *name) WF_MUST_CHECK;
WfValue wf_generic_getattr(WfThread *t, WfValue o, WfStr *name);   /* object.__getattribute__ */
WfStatus wf_generic_setattr(WfThread *t, WfValue o, WfStr *name, WfValue v);
/* Method lookup for a call: *self is o where `result` is an unbound function to be called with it first, else WF_EMPTY. */
WfValue wf_getmethod(WfThread *t, WfValue o, WfStr *name, WfValue *self) WF_MUST_CHECK;
/* Special method: type(o).__name__ bound to o; WF_EMPTY without exception: absent. */
WfValue wf_lookup_special(WfThread *t, WfValue o, WfStr *name);
/* The instance's own attributes only (no class, no descriptors). instance.c */
WfFound wf_instance_get(WfThread *t, WfObject *o, WfStr *name, WfValue *out) WF_MUST_CHECK;
WfFound wf_instance_set(WfThread *t, WfObject *o, WfStr *name, WfValue v) WF_MUST_CHECK; /* MISSING: nothing to delete, or no dict */
WfValue wf_instance_dict(WfThread *t, WfObject *o) WF_MUST_CHECK;      /* __dict__, made on demand; WF_EMPTY + AttributeError */
WfStatus wf_instance_set_dict(WfThread *t, WfObject *o, WfValue dict) WF_MUST_CHECK;

/* --- calls (call.c) --- */
WfValue wf_call(WfThread *t, WfValue f, const WfValue *args, int64_t n) WF_MUST_CHECK;
WfValue wf_call_args(WfThread *t, WfValue f, const WfArgs *args) WF_MUST_CHECK;
WfValue wf_call0(WfThread *t, WfValue f) WF_MUST_CHECK;
WfValue wf_call1(WfThread *t, WfValue f, WfValue a) WF_MUST_CHECK;
WfValue wf_call2(WfThread *t, WfValue f, WfValue a, WfValue b) WF_MUST_CHECK;
WfValue wf_call3(WfThread *t, WfValue f, WfValue a, WfValue b, WfValue c) WF_MUST_CHECK;
/* f(*args, **kwargs): args a tuple, kwargs a dict or WF_EMPTY */
WfValue wf_call_tuple(WfThread *t, WfValue f, WfTuple *args, WfValue kwargs) WF_MUST_CHECK;
/* o.name(args...) */
WfValue wf_call_method(WfThread *t, WfValue o, WfStr *name, const WfValue *args, int64_t n) WF_MUST_CHECK;
WfValue wf_call_method0(WfThread *t, WfValue o, WfStr *name) WF_MUST_CHECK;
WfValue wf_call_method1(WfThread *t, WfValue o, WfStr *name, WfValue a) WF_MUST_CHECK;
bool wf_is_callable(WfValue v);

/* --- operators (operators.c) --- */
WfValue wf_binary(WfThread *t, WfBinaryOp op, WfValue a, WfValue b) WF_MUST_CHECK;
WfValue wf_inplace(WfThread *t, WfBinaryOp op, WfValue a, WfValue b) WF_MUST_CHECK;
WfValue wf_pow(WfThread *t, WfValue a, WfValue b, WfValue mod) WF_MUST_CHECK; /* mod None: a ** b */
WfValue wf_inplace_pow(WfThread *t, WfValue a, WfValue b) WF_MUST_CHECK;
WfValue wf_neg(WfThread *t, WfValue a) WF_MUST_CHECK;
WfValue wf_pos(WfThread *t, WfValue a) WF_MUST_CHECK;
WfValue wf_invert(WfThread *t, WfValue a) WF_MUST_CHECK;
WfValue wf_abs(WfThread *t, WfValue a) WF_MUST_CHECK;
WfValue wf_compare(WfThread *t, WfValue a, WfValue b, int op) WF_MUST_CHECK;
WfFound wf_compare_truth(WfThread *t, WfValue a, WfValue b, int op) WF_MUST_CHECK; /* identity implies equality */
WfFound wf_equal(WfThread *t, WfValue a, WfValue b) WF_MUST_CHECK;                 /* likewise */
WfFound wf_truth_slow(WfThread *t, WfValue v) WF_MUST_CHECK;
WF_INLINE WF_MUST_CHECK WfFound wf_truth(WfThread *t, WfValue v)
{
    if (wf_is_bool(v)) {
        return wf_is_true(v) ? WF_FOUND : WF_MISSING;
    }
    return wf_is_none(v) ? WF_MISSING : wf_truth_slow(t, v);
}
WfStatus wf_hash(WfThread *t, WfValue v, int64_t *hash) WF_MUST_CHECK;
WfStatus wf_len(WfThread *t, WfValue v, int64_t *len) WF_MUST_CHECK;
WfStatus wf_length_hint(WfThread *t, WfValue v, int64_t fallback, int64_t *len) WF_MUST_CHECK;
WfValue wf_getitem(WfThread *t, WfValue o, WfValue key) WF_MUST_CHECK;
WfStatus wf_setitem(WfThread *t, WfValue o, WfValue key, WfValue v) WF_MUST_CHECK;
WfStatus wf_delitem(WfThread *t, WfValue o, WfValue key) WF_MUST_CHECK;
WfFound wf_contains(WfThread *t, WfValue o, WfValue item) WF_MUST_CHECK;
/* Index of a sequence of length n: negative counts from the end. Via __index__; IndexError(message) when out of range. */
WfStatus wf_as_index(WfThread *t, WfValue v, int64_t *out, WfType *overflow) WF_MUST_CHECK; /* overflow NULL: clips */
WfValue wf_index(WfThread *t, WfValue v) WF_MUST_CHECK; /* operator.index: an int */

/* --- conversion --- */
WfValue wf_repr(WfThread *t, WfValue v) WF_MUST_CHECK;
WfValue wf_str(WfThread *t, WfValue v) WF_MUST_CHECK;
WfValue wf_ascii(WfThread *t, WfValue v) WF_MUST_CHECK;
WfValue wf_format(WfThread *t, WfValue v, WfValue spec) WF_MUST_CHECK;
/* C values from arguments; raise TypeError/OverflowError as CPython's argument clinic does */
WfStatus wf_to_i64(WfThread *t, WfValue v, int64_t *out) WF_MUST_CHECK;      /* "Python int too large to convert to C long" */
WfStatus wf_to_int(WfThread *t, WfValue v, int *out) WF_MUST_CHECK;          /* C int */
WfStatus wf_to_ssize(WfThread *t, WfValue v, int64_t *out) WF_MUST_CHECK;    /* Py_ssize_t via __index__ */
WfStatus wf_to_double(WfThread *t, WfValue v, double *out) WF_MUST_CHECK;    /* float, __float__, __index__ */
/* Seconds, a float (then `round` makes whole nanoseconds) or an integer. ValueError: NaN; OverflowError. */
WfStatus wf_to_nanoseconds(WfThread *t, WfValue v, double (*round)(double), int64_t *out) WF_MUST_CHECK;
WfStatus wf_to_bool(WfThread *t, WfValue v, bool *out) WF_MUST_CHECK;
WfFound wf_isinstance(WfThread *t, WfValue o, WfValue cls) WF_MUST_CHECK;
WfFound wf_issubclass(WfThread *t, WfValue c, WfValue cls) WF_MUST_CHECK;
/* What type.__instancecheck__ and type.__subclasscheck__ do. */
WfFound wf_real_isinstance(WfThread *t, WfValue o, WfValue cls) WF_MUST_CHECK;
WfFound wf_real_issubclass(WfThread *t, WfValue c, WfValue cls) WF_MUST_CHECK;

/* --- iteration (iter.c) --- */
WfValue wf_iter(WfThread *t, WfValue o) WF_MUST_CHECK;
WfFound wf_next(WfThread *t, WfValue it, WfValue *out) WF_MUST_CHECK; /* MISSING: exhausted, StopIteration cleared */
WfValue wf_to_list(WfThread *t, WfValue iterable) WF_MUST_CHECK;      /* new list */
WfValue wf_to_tuple(WfThread *t, WfValue iterable) WF_MUST_CHECK;
/* list or tuple itself (no copy), else a new list; TypeError(message) if not iterable */
WfValue wf_sequence_fast(WfThread *t, WfValue v, const char *message) WF_MUST_CHECK;

/* Recursion guard of repr: FOUND when o's repr already runs in this thread. */
WfFound wf_repr_enter(WfThread *t, WfValue o) WF_MUST_CHECK;
void wf_repr_leave(WfThread *t, WfValue o);

#endif
