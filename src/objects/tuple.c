/* tuple.c - tuple: immutable items in the cell.
 * SPDX-License-Identifier: MIT
 * Design:     length and items behind the head. The empty tuple is one object, made when first asked for and
 *             kept in the runtime.
 * Invariants: T1 a tuple that Python code can see has no EMPTY item.
 * Threads:    immutable. */
#include "objects/tuple.h"

#include "objects/container.h"
#include "objects/genericalias.h"
#include "objects/iterators.h"
#include "objects/list.h"
#include "objects/slice.h"
#include "model/builtin.h"

#define TUPLE_MAX ((int64_t)1 << 40)

static WF_NOINLINE WfTuple *empty_tuple(WfThread *t)
{
    WfRuntime *rt = t->rt;
    uint64_t bits = __atomic_load_n(&rt->x_empty_tuple.bits, __ATOMIC_ACQUIRE);
    if (bits != 0) {
        return WF_AS(WfTuple, WF_VALUE(bits));
    }
    WfTuple *x = WF_NEW(t, WfTuple, TUPLE, TUPLE);
    if (x == NULL) {
        return NULL;
    }
    uint64_t expected = 0;
    if (__atomic_compare_exchange_n(&rt->x_empty_tuple.bits, &expected, wf_from_object(x).bits, false,
                                    __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE)) {
        wf_gc_add_root(rt, &rt->x_empty_tuple);
        return x;
    }
    return WF_AS(WfTuple, WF_VALUE(expected));
}

WfTuple *wf_tuple_alloc(WfThread *t, int64_t n)
{
    if (n <= 0) {
        return empty_tuple(t);
    }
    if (n > TUPLE_MAX) {
        return WF_FAIL_NULL(wf_raise_no_memory(t));
    }
    WfTuple *x = wf_gc_alloc_head(t, sizeof(WfTuple) + (size_t)n * sizeof(WfSlot), WF_HEAD(TUPLE, TUPLE));
    if (x != NULL) {
        x->length = n;
    }
    return x;
}

WfValue wf_tuple_from(WfThread *t, const WfValue *items, int64_t n)
{
    WfTuple *x = wf_tuple_alloc(t, n);
    if (x == NULL) {
        return WF_EMPTY;
    }
    if (n > 0) {
        memcpy(x->items, items, (size_t)n * sizeof(WfValue));
    }
    return wf_from_object(x);
}

WfValue wf_tuple_pair(WfThread *t, WfValue a, WfValue b)
{
    WfTuple *x = wf_tuple_alloc(t, 2);
    if (x == NULL) {
        return WF_EMPTY;
    }
    wf_store_raw(&x->items[0], a);
    wf_store_raw(&x->items[1], b);
    return wf_from_object(x);
}

void wf_tuple_trace(WfMarker *m, WfObject *o)
{
    WfTuple *x = (WfTuple *)o;
    if (wf_shape_id(o) == WF_SHAPE(TUPLE)) {
        wf_mark_slots(m, x->items, (size_t)x->length);
    } else {
        wf_mark_tail(m, o, sizeof(WfTuple));
    }
}

/* Items [start, start + count*step) of x. */
static WfValue tuple_part(WfThread *t, WfTuple *x, int64_t start, int64_t step, int64_t count)
{
    if (count == x->length && step == 1 && WF_IS_EXACT(wf_from_object(x), TUPLE)) {
        return wf_from_object(x);
    }
    WfTuple *out = wf_tuple_alloc(t, count);
    if (out == NULL) {
        return WF_EMPTY;
    }
    for (int64_t i = 0; i < count; i++) {
        wf_store_raw(&out->items[i], wf_tuple_at(x, start + i * step));
    }
    return wf_from_object(out);
}

static WfValue tuple_new(WfThread *t, WfType *type, const WfArgs *args)
{
    WfValue iterable = WF_EMPTY;
    if (args->kwnames == NULL && args->n_pos <= 1) {
        iterable = args->n_pos == 1 ? args->items[0] : WF_EMPTY;
    } else if (type == WF_TYPE(TUPLE) || !(wf_type_flags(type) & WF_TF_HEAP) || type->slots.init == NULL
               || type->slots.init == WF_TYPE(OBJECT)->slots.init) {
        if (wf_parse_args(t, "tuple", "(iterable=?, /)", args, &iterable, 1) != WF_OK) {
            return WF_EMPTY;
        }
    } else {
        /* __init__ of the subclass takes the keywords */
        WfArgs positional = {args->items, args->n_pos, NULL};
        if (wf_parse_args(t, "tuple", "(iterable=?, /)", &positional, &iterable, 1) != WF_OK) {
            return WF_EMPTY;
        }
    }
    WfValue exact;
    if (wf_is_empty(iterable)) {
        exact = wf_tuple_from(t, NULL, 0);
    } else {
        exact = wf_to_tuple(t, iterable);
    }
    if (wf_is_empty(exact) || type == WF_TYPE(TUPLE)) {
        return exact;
    }
    WfTuple *from = wf_as_tuple(exact);
    WfTuple *x = (WfTuple *)wf_instance_new(t, type, (size_t)from->length * sizeof(WfSlot));
    if (x == NULL) {
        return WF_EMPTY;
    }
    x->length = from->length;
    for (int64_t i = 0; i < from->length; i++) {
        wf_store(&x->items[i], wf_tuple_at(from, i));
    }
    return wf_from_object(x);
}

static WfStatus tuple_len(WfThread *t, WfValue self, int64_t *len)
{
    *len = wf_as_tuple(self)->length;
    return WF_OK;
}

static WfValue tuple_getitem(WfThread *t, WfValue self, WfValue key)
{
    WfTuple *x = wf_as_tuple(self);
    int64_t i;
    if (wf_is_int(key)) {
        i = wf_as_int(key);
    } else if (wf_is_slice(key)) {
        int64_t start, stop, step, count;
        if (wf_slice_indices(t, key, x->length, &start, &stop, &step, &count) != WF_OK) {
            return WF_EMPTY;
        }
        return tuple_part(t, x, start, step, count);
    } else if (wf_is_any_int(key) || wf_type(key)->slots.index != NULL) {
        if (wf_as_index(t, key, &i, WF_EXC(IndexError)) != WF_OK) {
            return WF_EMPTY;
        }
    } else {
        return wf_raise(t, WF_EXC(TypeError), "tuple indices must be integers or slices, not %.200T", key);
    }
    if (i < 0) {
        i += x->length;
    }
    if ((uint64_t)i >= (uint64_t)x->length) {
        return wf_raise(t, WF_EXC(IndexError), "tuple index out of range");
    }
    return wf_tuple_at(x, i);
}

static WfFound tuple_contains(WfThread *t, WfValue self, WfValue item)
{
    WfTuple *x = wf_as_tuple(self);
    for (int64_t i = 0; i < x->length; i++) {
        WfFound found = wf_equal_fast(t, wf_tuple_at(x, i), item);
        if (found != WF_MISSING) {
            return found;
        }
    }
    return WF_MISSING;
}

static WfStatus tuple_hash(WfThread *t, WfValue self, int64_t *hash)
{
    WfTuple *x = wf_as_tuple(self);
    uint64_t acc = WF_HASH_TUPLE_BEGIN;
    if (wf_recursion_enter(t, " while calling a Python object") != WF_OK) {
        return WF_RAISED;
    }
    for (int64_t i = 0; i < x->length; i++) {
        int64_t h;
        if (wf_hash_fast(t, wf_tuple_at(x, i), &h) != WF_OK) {
            wf_recursion_leave(t);
            return WF_RAISED;
        }
        acc = wf_hash_tuple_step(acc, h);
    }
    wf_recursion_leave(t);
    *hash = wf_hash_tuple_end(acc, (size_t)x->length);
    return WF_OK;
}

static WfValue tuple_richcompare(WfThread *t, WfValue a, WfValue b, int op)
{
    if (!wf_is_tuple(a) || !wf_is_tuple(b)) {
        return WF_NOT_IMPLEMENTED;
    }
    WfTuple *x = wf_as_tuple(a), *y = wf_as_tuple(b);
    int64_t n = x->length < y->length ? x->length : y->length;
    for (int64_t i = 0; i < n; i++) {
        WfFound same = wf_equal_fast(t, wf_tuple_at(x, i), wf_tuple_at(y, i));
        if (same == WF_ERROR) {
            return WF_EMPTY;
        }
        if (same == WF_MISSING) {
            if (op == WF_EQ) {
                return WF_FALSE;
            }
            if (op == WF_NE) {
                return WF_TRUE;
            }
            return wf_compare(t, wf_tuple_at(x, i), wf_tuple_at(y, i), op);
        }
    }
    return wf_ordering(x->length, y->length, op);
}

static WfValue tuple_concat(WfThread *t, WfValue a, WfValue b)
{
    if (!wf_is_tuple(b)) {
        return wf_raise(t, WF_EXC(TypeError), "can only concatenate tuple (not \"%.200T\") to tuple", b);
    }
    WfTuple *x = wf_as_tuple(a), *y = wf_as_tuple(b);
    if (x->length == 0 && WF_IS_EXACT(b, TUPLE)) {
        return b;
    }
    if (y->length == 0 && WF_IS_EXACT(a, TUPLE)) {
        return a;
    }
    WfTuple *out = wf_tuple_alloc(t, x->length + y->length);
    if (out == NULL) {
        return WF_EMPTY;
    }
    for (int64_t i = 0; i < x->length; i++) {
        wf_store_raw(&out->items[i], wf_tuple_at(x, i));
    }
    for (int64_t i = 0; i < y->length; i++) {
        wf_store_raw(&out->items[x->length + i], wf_tuple_at(y, i));
    }
    return wf_from_object(out);
}

static WfValue tuple_repeat(WfThread *t, WfValue self, int64_t n)
{
    WfTuple *x = wf_as_tuple(self);
    if ((x->length == 0 || n == 1) && WF_IS_EXACT(self, TUPLE)) {
        return self;
    }
    if (x->length == 0 || n <= 0) {
        return wf_tuple_from(t, NULL, 0);
    }
    if (n > TUPLE_MAX / x->length) {
        return wf_raise_no_memory(t);
    }
    WfTuple *out = wf_tuple_alloc(t, x->length * n);
    if (out == NULL) {
        return WF_EMPTY;
    }
    int64_t k = 0;
    for (int64_t r = 0; r < n; r++) {
        for (int64_t i = 0; i < x->length; i++) {
            wf_store_raw(&out->items[k++], wf_tuple_at(x, i));
        }
    }
    return wf_from_object(out);
}

static WfValue tuple_repr(WfThread *t, WfValue self)
{
    WfTuple *x = wf_as_tuple(self);
    if (x->length == 0) {
        return wf_str_from_cstr(t, "()");
    }
    WfFound running = wf_repr_enter(t, self);
    if (running != WF_MISSING) {
        return running == WF_ERROR ? WF_EMPTY : wf_str_from_cstr(t, "(...)");
    }
    WfStrBuilder b = WF_STR_BUILDER;
    WfValue result = WF_EMPTY;
    if (wf_builder_char(t, &b, '(') != WF_OK) {
        goto done;
    }
    for (int64_t i = 0; i < x->length; i++) {
        if ((i > 0 && wf_builder_ascii(t, &b, ", ", 2) != WF_OK)
            || wf_builder_repr(t, &b, wf_tuple_at(x, i)) != WF_OK) {
            goto done;
        }
    }
    if (wf_builder_ascii(t, &b, x->length > 1 ? ")" : ",)", x->length > 1 ? 1 : 2) != WF_OK) {
        goto done;
    }
    result = wf_builder_finish(t, &b);
done:
    wf_repr_leave(t, self);
    return result;
}

static WfValue tuple_index(WfThread *t, WfValue *a)
{
    WfTuple *x = wf_as_tuple(a[0]);
    int64_t start = 0, stop = INT64_MAX;
    if (wf_index_bound(t, a[2], &start) != WF_OK || wf_index_bound(t, a[3], &stop) != WF_OK) {
        return WF_EMPTY;
    }
    if (start < 0 && (start += x->length) < 0) {
        start = 0;
    }
    if (stop < 0) {
        stop += x->length;
    }
    for (int64_t i = start; i < stop && i < x->length; i++) {
        WfFound same = wf_equal_fast(t, wf_tuple_at(x, i), a[1]);
        if (same == WF_ERROR) {
            return WF_EMPTY;
        }
        if (same == WF_FOUND) {
            return wf_small_int(i);
        }
    }
    return wf_raise(t, WF_EXC(ValueError), "tuple.index(x): x not in tuple");
}

static WfValue tuple_count(WfThread *t, WfValue *a)
{
    WfTuple *x = wf_as_tuple(a[0]);
    int64_t n = 0;
    for (int64_t i = 0; i < x->length; i++) {
        WfFound same = wf_equal_fast(t, wf_tuple_at(x, i), a[1]);
        if (same == WF_ERROR) {
            return WF_EMPTY;
        }
        n += same == WF_FOUND;
    }
    return wf_small_int(n);
}

static WfValue tuple_getnewargs(WfThread *t, WfValue *a)
{
    WfTuple *x = wf_as_tuple(a[0]);
    WfValue copy = tuple_part(t, x, 0, 1, x->length);
    return wf_is_empty(copy) ? WF_EMPTY : wf_tuple_from(t, &copy, 1);
}

static const WfBuiltinDef tuple_methods[] = {
    {"__getnewargs__", tuple_getnewargs, "(self, /)", NULL},
    {"index", tuple_index, "(self, value, start=0, stop=9223372036854775807, /)",
     "Position of the first item equal to value; ValueError if there is none."},
    {"count", tuple_count, "(self, value, /)", "How many items are equal to value."},
    {"__class_getitem__", wf_class_getitem, "(type, object, /)", "The generic alias tuple[object].", WF_FN_CLASS},
    {0},
};

const WfTypeSpec wf_tuple_spec = {
    .name = "tuple",
    .doc = "Built-in immutable sequence.\n\n"
           "tuple() is the empty tuple; tuple(iterable) holds the iterable's items.\n"
           "A tuple given is returned as it is.",
    .flags = WF_TF_BASETYPE | WF_TF_SEQUENCE | WF_TF_VARSIZE | WF_TF_MATCH_SELF,
    .size = sizeof(WfTuple),
    .methods = tuple_methods,
    .signature = "(iterable=(), /)",
    .slots = {
        .repr = tuple_repr,
        .hash = tuple_hash,
        .richcompare = tuple_richcompare,
        .iter = wf_tuple_iter,
        .new_ = tuple_new,
        .len = tuple_len,
        .getitem = tuple_getitem,
        .contains = tuple_contains,
        .concat = tuple_concat,
        .repeat = tuple_repeat,
    },
};
