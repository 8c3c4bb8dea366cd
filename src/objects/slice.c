/* slice.c - slice objects.
 * SPDX-License-Identifier: MIT
 * Design:     the parts are any objects; they mean something only to whoever is subscripted. Built-in sequences go through
 *             wf_slice_unpack (may run __index__) and wf_slice_adjust (pure), so that a length can be taken in between.
 * Threads:    immutable. */
#include "objects/slice.h"

#include "model/builtin.h"
#include "objects/int.h"
#include "objects/str.h"
#include "objects/tuple.h"

WfValue wf_slice_new(WfThread *t, WfValue start, WfValue stop, WfValue step)
{
    WfSlice *s = WF_NEW(t, WfSlice, SLICE, WORDS);
    if (s == NULL) {
        return WF_EMPTY;
    }
    wf_store_raw(&s->start, start);
    wf_store_raw(&s->stop, stop);
    wf_store_raw(&s->step, step);
    return wf_from_object(s);
}

/* An int or what has __index__, clipped to int64_t. */
static WfStatus clipped(WfThread *t, WfValue v, int64_t *out)
{
    if (wf_is_int(v)) {
        *out = wf_as_int(v);
        return WF_OK;
    }
    if (!wf_is_any_int(v)) {
        if (wf_type(v)->slots.index == NULL) {
            return WF_FAIL(wf_raise(t, WF_EXC(TypeError),
                                    "slice indices must be integers or None or have an __index__ method"));
        }
        v = wf_index(t, v);
        if (wf_is_empty(v)) {
            return WF_RAISED;
        }
    }
    if (!wf_int_to_i64(v, out)) {
        *out = wf_int_sign(v) < 0 ? INT64_MIN : INT64_MAX;
    }
    return WF_OK;
}

WfStatus wf_slice_bound(WfThread *t, WfValue v, int64_t *out)
{
    return wf_is_none(v) || wf_is_empty(v) ? WF_OK : clipped(t, v, out);
}

WfStatus wf_slice_unpack(WfThread *t, WfValue slice, int64_t *start, int64_t *stop, int64_t *step)
{
    const WfSlice *s = WF_AS(WfSlice, slice);
    WfValue v = wf_load(&s->step);
    int64_t n = 1;
    if (!wf_is_none(v)) {
        if (clipped(t, v, &n) != WF_OK) {
            return WF_RAISED;
        }
        if (n == 0) {
            return WF_FAIL(wf_raise(t, WF_EXC(ValueError), "slice step cannot be zero"));
        }
        if (n < -INT64_MAX) {
            n = -INT64_MAX; /* so that -step can be taken */
        }
    }
    *step = n;
    *start = n < 0 ? INT64_MAX : 0;
    *stop = n < 0 ? INT64_MIN : INT64_MAX;
    return wf_slice_bound(t, wf_load(&s->start), start) == WF_OK ? wf_slice_bound(t, wf_load(&s->stop), stop)
                                                                 : WF_RAISED;
}

static int64_t fit(int64_t i, int64_t length, int64_t step)
{
    if (i < 0) {
        i += length;
        return i < 0 ? (step < 0 ? -1 : 0) : i;
    }
    return i >= length ? (step < 0 ? length - 1 : length) : i;
}

int64_t wf_slice_adjust(int64_t length, int64_t *start, int64_t *stop, int64_t step)
{
    *start = fit(*start, length, step);
    *stop = fit(*stop, length, step);
    if (step < 0) {
        return *stop < *start ? (*start - *stop - 1) / -step + 1 : 0;
    }
    return *start < *stop ? (*stop - *start - 1) / step + 1 : 0;
}

WfStatus wf_slice_indices(WfThread *t, WfValue slice, int64_t length, int64_t *start, int64_t *stop, int64_t *step,
                          int64_t *count)
{
    if (wf_slice_unpack(t, slice, start, stop, step) != WF_OK) {
        return WF_RAISED;
    }
    *count = wf_slice_adjust(length, start, stop, *step);
    return WF_OK;
}

/* --- the type ------------------------------------------------------------------------------------------------ */

static WfValue slice_new(WfThread *t, WfType *type, const WfArgs *args)
{
    if (args->kwnames != NULL && args->kwnames->length > 0) {
        return wf_raise(t, WF_EXC(TypeError), "slice() takes no keyword arguments");
    }
    if (args->n_pos < 1) {
        return wf_raise(t, WF_EXC(TypeError), "slice expected at least 1 argument, got 0");
    }
    if (args->n_pos > 3) {
        return wf_raise(t, WF_EXC(TypeError), "slice expected at most 3 arguments, got %zd", args->n_pos);
    }
    if (args->n_pos == 1) {
        return wf_slice_new(t, WF_NONE, args->items[0], WF_NONE);
    }
    return wf_slice_new(t, args->items[0], args->items[1], args->n_pos == 3 ? args->items[2] : WF_NONE);
}

static WfValue slice_repr(WfThread *t, WfValue self)
{
    const WfSlice *s = WF_AS(WfSlice, self);
    return wf_str_format(t, "slice(%R, %R, %R)", wf_load(&s->start), wf_load(&s->stop), wf_load(&s->step));
}

static WfValue slice_compare(WfThread *t, WfValue a, WfValue b, int op)
{
    if (!wf_is_slice(a) || !wf_is_slice(b)) {
        return WF_NOT_IMPLEMENTED;
    }
    const WfSlot *x = &WF_AS(WfSlice, a)->start, *y = &WF_AS(WfSlice, b)->start;
    if (wf_is(a, b)) {
        return WF_BOOL(op == WF_EQ || op == WF_LE || op == WF_GE);
    }
    /* as tuples: the first pair that differs decides */
    for (int i = 0; i < 3; i++) {
        WfFound same = wf_equal(t, wf_load(&x[i]), wf_load(&y[i]));
        if (same == WF_ERROR) {
            return WF_EMPTY;
        }
        if (same == WF_MISSING) {
            return op == WF_EQ ? WF_FALSE : op == WF_NE ? WF_TRUE : wf_compare(t, wf_load(&x[i]), wf_load(&y[i]), op);
        }
    }
    return WF_BOOL(op == WF_EQ || op == WF_LE || op == WF_GE);
}

static WfValue part_index(WfThread *t, WfValue v)
{
    if (!wf_is_any_int(v) && wf_type(v)->slots.index == NULL) {
        return wf_raise(t, WF_EXC(TypeError), "slice indices must be integers or None or have an __index__ method");
    }
    return wf_index(t, v);
}

/* A bound of indices(): any int, moved into [lower, upper]. */
static WfValue fit_big(WfThread *t, WfValue v, WfValue length, WfValue lower, WfValue upper)
{
    v = part_index(t, v);
    if (!wf_is_empty(v) && wf_int_sign(v) < 0) {
        v = wf_int_add(t, v, length);
        return !wf_is_empty(v) && wf_int_compare(v, lower) < 0 ? lower : v;
    }
    return !wf_is_empty(v) && wf_int_compare(v, upper) > 0 ? upper : v;
}

WfValue wf_slice_indices_big(WfThread *t, WfValue slice, WfValue length)
{
    const WfSlice *s = WF_AS(WfSlice, slice);
    if (wf_int_sign(length) < 0) {
        return wf_raise(t, WF_EXC(ValueError), "length should not be negative");
    }
    WfValue step = wf_load(&s->step), start = wf_load(&s->start), stop = wf_load(&s->stop);
    step = wf_is_none(step) ? wf_small_int(1) : part_index(t, step);
    if (wf_is_empty(step)) {
        return step;
    }
    if (wf_int_sign(step) == 0) {
        return wf_raise(t, WF_EXC(ValueError), "slice step cannot be zero");
    }
    bool down = wf_int_sign(step) < 0;
    WfValue lower = wf_small_int(down ? -1 : 0), upper = length;
    if (down) {
        upper = wf_int_sub(t, length, wf_small_int(1));
        if (wf_is_empty(upper)) {
            return upper;
        }
    }
    start = wf_is_none(start) ? (down ? upper : lower) : fit_big(t, start, length, lower, upper);
    if (wf_is_empty(start)) {
        return start;
    }
    stop = wf_is_none(stop) ? (down ? lower : upper) : fit_big(t, stop, length, lower, upper);
    if (wf_is_empty(stop)) {
        return stop;
    }
    return WF_TUPLE_OF(t, start, stop, step);
}

static WfValue slice_indices(WfThread *t, WfValue *a)
{
    WfValue length = wf_index(t, a[1]);
    return wf_is_empty(length) ? length : wf_slice_indices_big(t, a[0], length);
}

static WfValue slice_reduce(WfThread *t, WfValue *a)
{
    const WfSlice *s = WF_AS(WfSlice, a[0]);
    WfValue parts = WF_TUPLE_OF(t, wf_load(&s->start), wf_load(&s->stop), wf_load(&s->step));
    return wf_is_empty(parts) ? parts : wf_tuple_pair(t, wf_from_object(wf_type(a[0])), parts);
}

static WfValue slice_get_start(WfThread *t, WfValue self) { return wf_load(&WF_AS(WfSlice, self)->start); }
static WfValue slice_get_stop(WfThread *t, WfValue self) { return wf_load(&WF_AS(WfSlice, self)->stop); }
static WfValue slice_get_step(WfThread *t, WfValue self) { return wf_load(&WF_AS(WfSlice, self)->step); }

static const WfGetSetDef slice_getsets[] = {
    {"start", slice_get_start, NULL, NULL, WF_GS_MEMBER},
    {"stop", slice_get_stop, NULL, NULL, WF_GS_MEMBER},
    {"step", slice_get_step, NULL, NULL, WF_GS_MEMBER},
    {0}};

static const WfBuiltinDef slice_methods[] = {
    {"indices", slice_indices, "(self, len, /)",
     "S.indices(len) -> (start, stop, stride)\n\nThe positions that S selects in a sequence of len items, as range takes "
     "them."},
    {"__reduce__", slice_reduce, "(self, /)", "State for pickling."},
    {0}};

const WfTypeSpec wf_slice_spec = {
    .name = "slice",
    .doc = "slice(stop)\nslice(start, stop[, step])\n\nWhat a[i:j:k] gives to the subscripted object.",
    .size = sizeof(WfSlice),
    .methods = slice_methods,
    .getsets = slice_getsets,
    .slots = {
        .new_ = slice_new,
        .repr = slice_repr,
        .richcompare = slice_compare,
    },
};
