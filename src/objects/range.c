/* range.c - range objects and their iterators.
 * SPDX-License-Identifier: MIT
 * Design:     a range keeps start, stop, step and its length as ints of any size. Operations use C ints where all fit ("short"), the
 *             int functions otherwise. Iteration over what fits 49 bits is a WfRangeIterator, which the interpreter
 *             steps itself; over more, a LongIterator.
 * Threads:    ranges are immutable; a LongIterator steps under its lock. */
#include "objects/range.h"

#include "model/builtin.h"
#include "objects/int.h"
#include "objects/slice.h"
#include "objects/str.h"
#include "objects/tuple.h"

typedef struct LongIterator {
    WfObject h;
    WfSlot index;             /* under the lock; int: how many items are out */
    WfSlot start, step, length; /* immutable; ints */
} LongIterator;

#define SHORT_LIMIT ((int64_t)1 << 48)

/* Length of the range as an int. */
static WfValue compute_length(WfThread *t, WfValue start, WfValue stop, WfValue step)
{
    int64_t a, b, s;
    if (wf_int_to_i64(start, &a) && wf_int_to_i64(stop, &b) && wf_int_to_i64(step, &s) && s != INT64_MIN) {
        if (s > 0 ? a >= b : a <= b) {
            return wf_small_int(0);
        }
        uint64_t span = s > 0 ? (uint64_t)b - (uint64_t)a : (uint64_t)a - (uint64_t)b;
        uint64_t width = s > 0 ? (uint64_t)s : -(uint64_t)s;
        return wf_int_from_u64(t, (span - 1) / width + 1);
    }
    bool up = wf_int_sign(step) > 0;
    int c = wf_int_compare(start, stop);
    if (up ? c >= 0 : c <= 0) {
        return wf_small_int(0);
    }
    WfValue span = up ? wf_int_sub(t, stop, start) : wf_int_sub(t, start, stop);
    WfValue width = wf_is_empty(span) ? WF_EMPTY : wf_int_abs(t, step);
    span = wf_is_empty(width) ? WF_EMPTY : wf_int_sub(t, span, wf_small_int(1));
    span = wf_is_empty(span) ? WF_EMPTY : wf_int_floordiv(t, span, width);
    return wf_is_empty(span) ? WF_EMPTY : wf_int_add(t, span, wf_small_int(1));
}

WfValue wf_range_new(WfThread *t, WfValue start, WfValue stop, WfValue step)
{
    if (wf_int_sign(step) == 0) {
        return wf_raise(t, WF_EXC(ValueError), "range() arg 3 must not be zero");
    }
    WfValue length = compute_length(t, start, stop, step);
    if (wf_is_empty(length)) {
        return length;
    }
    WfRange *r = WF_NEW(t, WfRange, RANGE, WORDS);
    if (r == NULL) {
        return WF_EMPTY;
    }
    wf_store_raw(&r->start, start);
    wf_store_raw(&r->stop, stop);
    wf_store_raw(&r->step, step);
    wf_store_raw(&r->length, length);
    return wf_from_object(r);
}

static WfValue range_new(WfThread *t, WfType *type, const WfArgs *args)
{
    if (args->kwnames != NULL && args->kwnames->length > 0) {
        return wf_raise(t, WF_EXC(TypeError), "range() takes no keyword arguments");
    }
    int64_t n = args->n_pos;
    if (n < 1) {
        return wf_raise(t, WF_EXC(TypeError), "range expected at least 1 argument, got 0");
    }
    if (n > 3) {
        return wf_raise(t, WF_EXC(TypeError), "range expected at most 3 arguments, got %zd", n);
    }
    WfValue a[3];
    for (int64_t i = 0; i < n; i++) {
        a[i] = wf_is_int(args->items[i]) ? args->items[i] : wf_index(t, args->items[i]);
        if (wf_is_empty(a[i])) {
            return WF_EMPTY;
        }
    }
    if (n == 1) {
        return wf_range_new(t, wf_small_int(0), a[0], wf_small_int(1));
    }
    return wf_range_new(t, a[0], a[1], n == 3 ? a[2] : wf_small_int(1));
}

static const WfRange *as_range(WfValue v) { return WF_AS(WfRange, v); }

static WfValue range_repr(WfThread *t, WfValue self)
{
    const WfRange *r = as_range(self);
    if (wf_is(wf_load(&r->step), wf_small_int(1))) {
        return wf_str_format(t, "range(%R, %R)", wf_load(&r->start), wf_load(&r->stop));
    }
    return wf_str_format(t, "range(%R, %R, %R)", wf_load(&r->start), wf_load(&r->stop), wf_load(&r->step));
}

static WfStatus range_len(WfThread *t, WfValue self, int64_t *len)
{
    if (!wf_int_to_i64(wf_load(&as_range(self)->length), len)) {
        return WF_FAIL(wf_raise(t, WF_EXC(OverflowError), "Python int too large to convert to C ssize_t"));
    }
    return WF_OK;
}

static WfFound range_truth(WfThread *t, WfValue self)
{
    return wf_int_sign(wf_load(&as_range(self)->length)) != 0 ? WF_FOUND : WF_MISSING;
}

/* start + i * step */
static WfValue item_at(WfThread *t, const WfRange *r, WfValue i)
{
    WfValue offset = wf_int_mul(t, i, wf_load(&r->step));
    return wf_is_empty(offset) ? offset : wf_int_add(t, wf_load(&r->start), offset);
}

static WfValue range_slice(WfThread *t, const WfRange *r, WfValue slice)
{
    WfValue indices = wf_slice_indices_big(t, slice, wf_load(&r->length));
    if (wf_is_empty(indices)) {
        return indices;
    }
    const WfTuple *x = wf_as_tuple(indices);
    WfValue start = item_at(t, r, wf_tuple_at(x, 0));
    WfValue stop = wf_is_empty(start) ? start : item_at(t, r, wf_tuple_at(x, 1));
    WfValue step = wf_is_empty(stop) ? stop : wf_int_mul(t, wf_load(&r->step), wf_tuple_at(x, 2));
    return wf_is_empty(step) ? step : wf_range_new(t, start, stop, step);
}

static WfValue range_getitem(WfThread *t, WfValue self, WfValue key)
{
    const WfRange *r = as_range(self);
    if (wf_is_slice(key)) {
        return range_slice(t, r, key);
    }
    if (!wf_is_any_int(key)) {
        if (wf_type(key)->slots.index == NULL) {
            return wf_raise(t, WF_EXC(TypeError), "range indices must be integers or slices, not %.200s",
                            WF_TYPE_NAME(key));
        }
        key = wf_index(t, key);
        if (wf_is_empty(key)) {
            return key;
        }
    }
    WfValue length = wf_load(&r->length);
    if (wf_int_sign(key) < 0) {
        key = wf_int_add(t, key, length);
        if (wf_is_empty(key)) {
            return key;
        }
    }
    if (wf_int_sign(key) < 0 || wf_int_compare(key, length) >= 0) {
        return wf_raise(t, WF_EXC(IndexError), "range object index out of range");
    }
    return item_at(t, r, key);
}

/* The position of an exact int or bool: MISSING if it is not an item. */
static WfFound find_int(WfThread *t, const WfRange *r, WfValue v, WfValue *index)
{
    WfValue start = wf_load(&r->start), stop = wf_load(&r->stop), step = wf_load(&r->step);
    bool up = wf_int_sign(step) > 0;
    if (up ? wf_int_compare(v, start) < 0 || wf_int_compare(v, stop) >= 0
           : wf_int_compare(v, start) > 0 || wf_int_compare(v, stop) <= 0) {
        return WF_MISSING;
    }
    WfValue offset = wf_int_sub(t, v, start), q, rest;
    if (wf_is_empty(offset) || wf_int_divmod(t, offset, step, &q, &rest) != WF_OK) {
        return WF_ERROR;
    }
    *index = q;
    return wf_int_sign(rest) == 0 ? WF_FOUND : WF_MISSING;
}

static bool is_plain_int(WfValue v) { return wf_is_int(v) || wf_is_bool(v) || WF_IS_EXACT(v, INT); }

/* Goes through all items: for what is not an int but may compare equal to one. *count stays below 2 if first_only. */
static WfStatus scan(WfThread *t, WfValue self, WfValue v, bool first_only, int64_t *count, int64_t *index)
{
    WfValue it = wf_iter(t, self), item;
    if (wf_is_empty(it)) {
        return WF_RAISED;
    }
    *count = 0;
    for (int64_t i = 0;; i++) {
        WfFound more = wf_next(t, it, &item);
        WfFound same = more == WF_FOUND ? wf_equal(t, item, v) : more;
        if (same == WF_ERROR) {
            return WF_RAISED;
        }
        if (more == WF_MISSING) {
            return WF_OK;
        }
        if (same == WF_FOUND) {
            ++*count;
            *index = i;
            if (first_only) {
                return WF_OK;
            }
        }
        wf_safepoint(t);
    }
}

static WfFound range_contains(WfThread *t, WfValue self, WfValue v)
{
    WfValue index;
    if (is_plain_int(v)) {
        return find_int(t, as_range(self), v, &index);
    }
    int64_t count, at;
    if (scan(t, self, v, true, &count, &at) != WF_OK) {
        return WF_ERROR;
    }
    return count != 0 ? WF_FOUND : WF_MISSING;
}

static WfValue range_count(WfThread *t, WfValue *a)
{
    WfValue index;
    if (is_plain_int(a[1])) {
        WfFound found = find_int(t, as_range(a[0]), a[1], &index);
        return found == WF_ERROR ? WF_EMPTY : wf_small_int(found);
    }
    int64_t count, at;
    return scan(t, a[0], a[1], false, &count, &at) == WF_OK ? wf_int_from_i64(t, count) : WF_EMPTY;
}

static WfValue range_index(WfThread *t, WfValue *a)
{
    if (is_plain_int(a[1])) {
        WfValue index;
        WfFound found = find_int(t, as_range(a[0]), a[1], &index);
        if (found != WF_MISSING) {
            return found == WF_ERROR ? WF_EMPTY : index;
        }
        return wf_raise(t, WF_EXC(ValueError), "%R is not in range", a[1]);
    }
    int64_t count, at;
    if (scan(t, a[0], a[1], true, &count, &at) != WF_OK) {
        return WF_EMPTY;
    }
    return count != 0 ? wf_int_from_i64(t, at)
                      : wf_raise(t, WF_EXC(ValueError), "sequence.index(x): x not in sequence");
}

static WfValue range_compare(WfThread *t, WfValue a, WfValue b, int op)
{
    if ((op != WF_EQ && op != WF_NE) || !WF_IS_EXACT(a, RANGE) || !WF_IS_EXACT(b, RANGE)) {
        return WF_NOT_IMPLEMENTED;
    }
    const WfRange *x = as_range(a), *y = as_range(b);
    WfValue n = wf_load(&x->length);
    bool same = wf_int_compare(n, wf_load(&y->length)) == 0;
    if (same && wf_int_sign(n) != 0) {
        same = wf_int_compare(wf_load(&x->start), wf_load(&y->start)) == 0;
        if (same && !wf_is(n, wf_small_int(1))) {
            same = wf_int_compare(wf_load(&x->step), wf_load(&y->step)) == 0;
        }
    }
    return WF_BOOL(same == (op == WF_EQ));
}

/* That of (length, start, step), with None for what does not matter. */
static WfStatus range_hash(WfThread *t, WfValue self, int64_t *hash)
{
    const WfRange *r = as_range(self);
    WfValue n = wf_load(&r->length), start = WF_NONE, step = WF_NONE;
    if (wf_int_sign(n) != 0) {
        start = wf_load(&r->start);
        if (!wf_is(n, wf_small_int(1))) {
            step = wf_load(&r->step);
        }
    }
    WfValue key = WF_TUPLE_OF(t, n, start, step);
    return wf_is_empty(key) ? WF_RAISED : wf_hash(t, key, hash);
}

static WfValue range_reduce(WfThread *t, WfValue *a)
{
    const WfRange *r = as_range(a[0]);
    WfValue parts = WF_TUPLE_OF(t, wf_load(&r->start), wf_load(&r->stop), wf_load(&r->step));
    return wf_is_empty(parts) ? parts : wf_tuple_pair(t, wf_from_object(WF_TYPE(RANGE)), parts);
}

/* --- iterators ----------------------------------------------------------------------------------------------- */

WF_INLINE bool is_short(WfValue v) { return wf_is_int(v) && wf_as_int(v) < SHORT_LIMIT && wf_as_int(v) > -SHORT_LIMIT; }

static WfValue make_iterator(WfThread *t, WfValue start, WfValue stop, WfValue step, WfValue length)
{
    if (is_short(start) && is_short(stop) && is_short(step)) {
        WfRangeIterator *it = WF_NEW(t, WfRangeIterator, RANGE_ITERATOR, NATIVE);
        if (it == NULL) {
            return WF_EMPTY;
        }
        it->x_owner = t;
        it->x_next = wf_as_int(start);
        it->stop = wf_as_int(stop);
        it->step = wf_as_int(step);
        it->start = it->x_next;
        return wf_from_object(it);
    }
    LongIterator *it = WF_NEW(t, LongIterator, LONGRANGE_ITERATOR, WORDS);
    if (it == NULL) {
        return WF_EMPTY;
    }
    wf_store_raw(&it->index, wf_small_int(0));
    wf_store_raw(&it->start, start);
    wf_store_raw(&it->step, step);
    wf_store_raw(&it->length, length);
    return wf_from_object(it);
}

static WfValue range_iter(WfThread *t, WfValue self)
{
    const WfRange *r = as_range(self);
    return make_iterator(t, wf_load(&r->start), wf_load(&r->stop), wf_load(&r->step), wf_load(&r->length));
}

static WfValue range_reversed(WfThread *t, WfValue *a)
{
    const WfRange *r = as_range(a[0]);
    WfValue n = wf_load(&r->length), start = wf_load(&r->start);
    WfValue last = wf_int_sub(t, n, wf_small_int(1));
    last = wf_is_empty(last) ? last : item_at(t, r, last);
    WfValue step = wf_is_empty(last) ? last : wf_int_neg(t, wf_load(&r->step));
    WfValue stop = wf_is_empty(step) ? step : wf_int_sub(t, start, wf_load(&r->step));
    return wf_is_empty(stop) ? stop : make_iterator(t, last, stop, step, n);
}

/* A step of who does not own the iterator. */
static bool step_shared(WfThread *t, WfRangeIterator *it, int64_t *out)
{
    while (__atomic_load_n(&it->x_owner, __ATOMIC_RELAXED) != NULL) {
        if (wf_world_stop(t)) {
            __atomic_store_n(&it->x_owner, (WfThread *)NULL, __ATOMIC_RELAXED); /* ordered by the stop */
            wf_world_start(t);
        }
    }
    int64_t i = __atomic_load_n(&it->x_next, __ATOMIC_RELAXED);
    do {
        if (it->step > 0 ? i >= it->stop : i <= it->stop) {
            return false;
        }
        /* relaxed: nothing but the number is handed over */
    } while (!__atomic_compare_exchange_n(&it->x_next, &i, i + it->step, false, __ATOMIC_RELAXED, __ATOMIC_RELAXED));
    *out = i;
    return true;
}

static WfFound short_next(WfThread *t, WfValue self, WfValue *out)
{
    WfRangeIterator *it = WF_AS(WfRangeIterator, self);
    int64_t i;
    if (!(wf_range_iter_owned(t, it) ? wf_range_iter_next(it, &i) : step_shared(t, it, &i))) {
        return WF_MISSING;
    }
    *out = wf_small_int(i);
    return WF_FOUND;
}

static int64_t short_left(const WfRangeIterator *it, int64_t next)
{
    if (it->step > 0) {
        return next < it->stop ? (it->stop - next - 1) / it->step + 1 : 0;
    }
    return next > it->stop ? (next - it->stop - 1) / -it->step + 1 : 0;
}

static WfValue short_length_hint(WfThread *t, WfValue *a)
{
    const WfRangeIterator *it = WF_AS(WfRangeIterator, a[0]);
    return wf_small_int(short_left(it, __atomic_load_n(&it->x_next, __ATOMIC_RELAXED)));
}

/* iter(range(start, stop, step)) and how far it has come, for pickle */
static WfValue reduce_iterator(WfThread *t, WfValue start, WfValue stop, WfValue step, WfValue index)
{
    WfValue range = wf_range_new(t, start, stop, step);
    WfValue iter = wf_is_empty(range) ? range : wf_getitem(t, t->interp->builtins, WF_NAME_V(iter));
    if (wf_is_empty(iter)) {
        return iter;
    }
    WfValue arguments = wf_tuple_from(t, &range, 1);
    return wf_is_empty(arguments) ? arguments : WF_TUPLE_OF(t, iter, arguments, index);
}

static WfValue short_reduce(WfThread *t, WfValue *a)
{
    const WfRangeIterator *it = WF_AS(WfRangeIterator, a[0]);
    int64_t next = __atomic_load_n(&it->x_next, __ATOMIC_RELAXED);
    return reduce_iterator(t, wf_small_int(it->start), wf_small_int(it->stop), wf_small_int(it->step),
                           wf_small_int((next - it->start) / it->step));
}

/* Goes to an index, clipped to what is there. */
static WfValue short_setstate(WfThread *t, WfValue *a)
{
    WfRangeIterator *it = WF_AS(WfRangeIterator, a[0]);
    WfValue state = wf_index(t, a[1]);
    if (wf_is_empty(state)) {
        return state;
    }
    int64_t length = short_left(it, it->start), i;
    if (wf_int_sign(state) < 0) {
        i = 0;
    } else if (!wf_int_to_i64(state, &i) || i > length) {
        i = length;
    }
    __atomic_store_n(&it->x_next, it->start + i * it->step, __ATOMIC_RELAXED);
    return WF_NONE;
}

static WfFound long_next(WfThread *t, WfValue self, WfValue *out)
{
    LongIterator *it = WF_AS(LongIterator, self);
    WfFound found = WF_MISSING;
    wf_lock(t, it);
    WfValue index = wf_load(&it->index);
    if (wf_int_compare(index, wf_load(&it->length)) < 0) {
        found = WF_ERROR;
        WfValue offset = wf_int_mul(t, index, wf_load(&it->step));
        WfValue item = wf_is_empty(offset) ? offset : wf_int_add(t, wf_load(&it->start), offset);
        index = wf_is_empty(item) ? item : wf_int_add(t, index, wf_small_int(1));
        if (!wf_is_empty(index)) {
            wf_store(&it->index, index);
            *out = item;
            found = WF_FOUND;
        }
    }
    wf_unlock(t, it);
    return found;
}

static WfValue long_length_hint(WfThread *t, WfValue *a)
{
    const LongIterator *it = WF_AS(LongIterator, a[0]);
    return wf_int_sub(t, wf_load(&it->length), wf_load(&it->index));
}

static WfValue long_reduce(WfThread *t, WfValue *a)
{
    const LongIterator *it = WF_AS(LongIterator, a[0]);
    WfValue start = wf_load(&it->start), step = wf_load(&it->step);
    WfValue span = wf_int_mul(t, wf_load(&it->length), step);
    WfValue stop = wf_is_empty(span) ? span : wf_int_add(t, start, span);
    return wf_is_empty(stop) ? stop : reduce_iterator(t, start, stop, step, wf_load(&it->index));
}

static WfValue long_setstate(WfThread *t, WfValue *a)
{
    LongIterator *it = WF_AS(LongIterator, a[0]);
    WfValue state = wf_index(t, a[1]);
    if (wf_is_empty(state)) {
        return state;
    }
    if (wf_int_sign(state) < 0) {
        state = wf_small_int(0);
    } else if (wf_int_compare(state, wf_load(&it->length)) > 0) {
        state = wf_load(&it->length);
    }
    wf_lock(t, it);
    wf_store(&it->index, state);
    wf_unlock(t, it);
    return WF_NONE;
}

static WfValue iterator_self(WfThread *t, WfValue self) { return self; }

/* --- the types ----------------------------------------------------------------------------------------------- */

static WfValue range_get_start(WfThread *t, WfValue self) { return wf_load(&as_range(self)->start); }
static WfValue range_get_stop(WfThread *t, WfValue self) { return wf_load(&as_range(self)->stop); }
static WfValue range_get_step(WfThread *t, WfValue self) { return wf_load(&as_range(self)->step); }

static const WfGetSetDef range_getsets[] = {
    {"start", range_get_start, NULL, NULL, WF_GS_MEMBER},
    {"stop", range_get_stop, NULL, NULL, WF_GS_MEMBER},
    {"step", range_get_step, NULL, NULL, WF_GS_MEMBER},
    {0}};

static const WfBuiltinDef range_methods[] = {
    {"__reversed__", range_reversed, "(self, /)", "An iterator from the last item to the first."},
    {"__reduce__", range_reduce, "(self, /)", NULL},
    {"count", range_count, "(self, value, /)", "How often the value occurs."},
    {"index", range_index, "(self, value, /)", "Where the value first occurs; ValueError if nowhere."},
    {0}};

const WfTypeSpec wf_range_spec = {
    .name = "range",
    .doc = "range(stop) -> range object\nrange(start, stop[, step]) -> range object\n\n"
           "The ints from start (0 if left out) up to stop, which is not one of them, by step (1).",
    .flags = WF_TF_SEQUENCE,
    .size = sizeof(WfRange),
    .methods = range_methods,
    .getsets = range_getsets,
    .slots = {
        .new_ = range_new,
        .repr = range_repr,
        .hash = range_hash,
        .richcompare = range_compare,
        .iter = range_iter,
        .truth = range_truth,
        .len = range_len,
        .getitem = range_getitem,
        .contains = range_contains,
    },
};

static const WfBuiltinDef short_methods[] = {
    {"__length_hint__", short_length_hint, "(self, /)", "How many items are left."},
    {"__reduce__", short_reduce, "(self, /)", NULL},
    {"__setstate__", short_setstate, "(self, state, /)", NULL},
    {0}};

const WfTypeSpec wf_range_iterator_spec = {
    .name = "range_iterator",
    .flags = WF_TF_NO_NEW,
    .size = sizeof(WfRangeIterator),
    .methods = short_methods,
    .slots = {.iter = iterator_self, .next = short_next, .trace = wf_trace_none},
};

static const WfBuiltinDef long_methods[] = {
    {"__length_hint__", long_length_hint, "(self, /)", "How many items are left."},
    {"__reduce__", long_reduce, "(self, /)", NULL},
    {"__setstate__", long_setstate, "(self, state, /)", NULL},
    {0}};

const WfTypeSpec wf_longrange_iterator_spec = {
    .name = "longrange_iterator",
    .flags = WF_TF_NO_NEW,
    .size = sizeof(LongIterator),
    .methods = long_methods,
    .slots = {.iter = iterator_self, .next = long_next},
};
