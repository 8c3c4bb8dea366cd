/* _collections_deque.c - deque: a list that grows and shrinks quickly at both ends.
 * SPDX-License-Identifier: MIT
 * Design:     a ring: item i is in slot (head + i) modulo the capacity, a power of two. Rejected: linked blocks; they need no
 *             moving when they grow, but indexing walks them, and a ring is a third of the code.
 * Invariants: Q1 slots outside the ring's used part are EMPTY.  Q2 x_state changes with every change that moves
 *             items; iterators compare it.
 * Threads:    everything holds the deque's lock; no Python code runs under it: whoever compares items takes them out one by
 *             one and looks at x_state in between. */
#include "model/builtin.h"
#include "model/object.h"
#include "objects/container.h"
#include "objects/genericalias.h"
#include "objects/int.h"
#include "objects/list.h"
#include "objects/tuple.h"

typedef struct Deque {
    WfObject h;
    WfSlot items;    /* WfSlots or EMPTY */
    int64_t mask;    /* slots in use as the ring, less one */
    int64_t head;
    int64_t x_length; /* atomic */
    int64_t max;      /* -1: without bound */
    uint64_t x_state; /* atomic */
} Deque;

typedef struct DequeIter {
    WfObject h;
    WfSlot deque;    /* EMPTY: exhausted */
    int64_t x_index; /* guarded by the deque's lock, as is the rest */
    int64_t left;
    uint64_t state;
} DequeIter;

static void deque_trace(WfMarker *m, WfObject *o)
{
    wf_mark_slot(m, &((Deque *)o)->items);
}

WF_INLINE Deque *as_deque(WfValue v)
{
    return WF_AS(Deque, v);
}

static bool is_deque(WfValue v)
{
    return WF_IS_EXACT(v, DEQUE) || wf_is_instance_of(v, WF_TYPE(DEQUE));
}

WF_INLINE WfSlot *slot_of(const Deque *d, int64_t i)
{
    return &WF_LOAD(WfSlots, &d->items)->items[(d->head + i) & d->mask];
}

WF_INLINE int64_t length_of(const Deque *d)
{
    return __atomic_load_n(&d->x_length, __ATOMIC_RELAXED);
}

WF_INLINE uint64_t state_of(const Deque *d)
{
    return __atomic_load_n(&d->x_state, __ATOMIC_RELAXED);
}

WF_INLINE void changed(Deque *d, int64_t length)
{
    __atomic_store_n(&d->x_length, length, __ATOMIC_RELAXED);
    __atomic_store_n(&d->x_state, d->x_state + 1, __ATOMIC_RELAXED);
}

/* Room for n items. */
static WfStatus room_locked(WfThread *t, Deque *d, int64_t n)
{
    WfSlots *old = WF_LOAD(WfSlots, &d->items);
    if (old != NULL && n <= d->mask + 1) {
        return WF_OK;
    }
    int64_t capacity = 8;
    while (capacity < n) {
        capacity *= 2;
    }
    WfSlots *items = wf_gc_alloc_slots(t, capacity);
    if (items == NULL) {
        return WF_RAISED;
    }
    for (int64_t i = 0; i < d->x_length; i++) {
        wf_store_raw(&items->items[i], wf_load(slot_of(d, i)));
    }
    wf_store_ptr(&d->items, items);
    d->mask = capacity - 1;
    d->head = 0;
    return WF_OK;
}

static WfValue pop_locked(WfThread *t, Deque *d, bool left)
{
    int64_t n = d->x_length;
    if (n == 0) {
        return WF_EMPTY;
    }
    WfSlot *s = slot_of(d, left ? 0 : n - 1);
    WfValue v = wf_load(s);
    wf_store_raw(s, WF_EMPTY);
    d->head = left ? (d->head + 1) & d->mask : d->head;
    changed(d, n - 1);
    if (d->mask >= 127 && n - 1 <= d->mask / 8) {
        /* much too large by now: failing to shrink is harmless */
        WfSlots *old = WF_LOAD(WfSlots, &d->items);
        int64_t mask = d->mask;
        WfSlots *items = wf_gc_alloc_slots(t, (mask + 1) / 4);
        if (items == NULL) {
            wf_clear_pending(t);
            return v;
        }
        for (int64_t i = 0; i < d->x_length; i++) {
            wf_store_raw(&items->items[i], wf_load(&old->items[(d->head + i) & mask]));
        }
        wf_store_ptr(&d->items, items);
        d->mask = (mask + 1) / 4 - 1;
        d->head = 0;
    }
    return v;
}

static WfStatus push_locked(WfThread *t, Deque *d, WfValue v, bool left)
{
    if (d->max == 0) {
        return WF_OK;
    }
    if (d->max > 0 && d->x_length >= d->max) {
        (void)pop_locked(t, d, !left);
    }
    int64_t n = d->x_length;
    if (room_locked(t, d, n + 1) != WF_OK) {
        return WF_RAISED;
    }
    if (left) {
        d->head = (d->head - 1) & d->mask;
    }
    wf_store(slot_of(d, left ? 0 : n), v);
    changed(d, n + 1);
    return WF_OK;
}

static WfStatus push(WfThread *t, Deque *d, WfValue v, bool left)
{
    wf_lock(t, d);
    WfStatus status = push_locked(t, d, v, left);
    wf_unlock(t, d);
    return status;
}

static WfValue pop(WfThread *t, Deque *d, bool left)
{
    wf_lock(t, d);
    WfValue v = pop_locked(t, d, left);
    wf_unlock(t, d);
    return wf_is_empty(v) ? wf_raise(t, WF_EXC(IndexError), "pop from an empty deque") : v;
}

static void clear(WfThread *t, Deque *d)
{
    wf_lock(t, d);
    wf_store_raw(&d->items, WF_EMPTY);
    d->mask = -1;
    d->head = 0;
    changed(d, 0);
    wf_unlock(t, d);
}

/* Item i, or WF_EMPTY. */
static WfValue item_at(WfThread *t, Deque *d, int64_t i)
{
    wf_lock(t, d);
    WfValue v = (uint64_t)i < (uint64_t)d->x_length ? wf_load(slot_of(d, i)) : WF_EMPTY;
    wf_unlock(t, d);
    return v;
}

/* A list of the items at one moment. */
static WfValue to_list(WfThread *t, Deque *d)
{
    wf_lock(t, d);
    WfValue list = wf_list_new(t, d->x_length);
    for (int64_t i = 0; !wf_is_empty(list) && i < d->x_length; i++) {
        if (wf_list_append_locked(t, wf_as_list(list), wf_load(slot_of(d, i))) != WF_OK) { /* nobody else has the list yet */
            list = WF_EMPTY;
        }
    }
    wf_unlock(t, d);
    return list;
}

static WfStatus extend(WfThread *t, Deque *d, WfValue iterable, bool left)
{
    if (wf_is(iterable, wf_from_object(d)) || WF_IS_EXACT(iterable, LIST)) {
        WfValue copy = wf_is(iterable, wf_from_object(d)) ? to_list(t, d) : iterable;
        WfTuple *x = wf_is_empty(copy) ? NULL : wf_as_tuple(wf_list_to_tuple(t, wf_as_list(copy)));
        if (x == NULL) {
            return WF_RAISED;
        }
        WfStatus status = WF_OK;
        wf_lock(t, d);
        for (int64_t i = 0; status == WF_OK && i < x->length; i++) {
            status = push_locked(t, d, wf_tuple_at(x, i), left);
        }
        wf_unlock(t, d);
        return status;
    }
    WfValue it = wf_iter(t, iterable), v;
    if (wf_is_empty(it)) {
        return WF_RAISED;
    }
    WfFound more;
    while ((more = wf_next(t, it, &v)) == WF_FOUND) {
        if (push(t, d, v, left) != WF_OK) {
            return WF_RAISED;
        }
    }
    return more == WF_ERROR ? WF_RAISED : WF_OK;
}

/* By n places to the right; negative: to the left. */
static void rotate_locked(Deque *d, int64_t n)
{
    int64_t length = d->x_length;
    if (length < 2) {
        return;
    }
    n %= length;
    if (n > length / 2) {
        n -= length;
    } else if (n < -(length / 2)) {
        n += length;
    }
    for (; n > 0; n--) {
        WfSlot *last = slot_of(d, length - 1);
        WfValue v = wf_load(last);
        wf_store_raw(last, WF_EMPTY);
        d->head = (d->head - 1) & d->mask;
        wf_store(slot_of(d, 0), v);
    }
    for (; n < 0; n++) {
        WfSlot *first = slot_of(d, 0);
        WfValue v = wf_load(first);
        wf_store_raw(first, WF_EMPTY);
        d->head = (d->head + 1) & d->mask;
        wf_store(slot_of(d, length - 1), v);
    }
    changed(d, length);
}

/* Takes item i out, moving the shorter side. */
static void remove_locked(WfThread *t, Deque *d, int64_t i)
{
    int64_t n = d->x_length;
    if (i < n / 2) {
        for (int64_t k = i; k > 0; k--) {
            wf_store(slot_of(d, k), wf_load(slot_of(d, k - 1)));
        }
        (void)pop_locked(t, d, true);
    } else {
        for (int64_t k = i; k < n - 1; k++) {
            wf_store(slot_of(d, k), wf_load(slot_of(d, k + 1)));
        }
        (void)pop_locked(t, d, false);
    }
}

/* --- slots ------------------------------------------------------------------------------------------------- */

static WfValue deque_new(WfThread *t, WfType *type, const WfArgs *args)
{
    Deque *d = (Deque *)wf_instance_new(t, type, 0);
    if (d != NULL) {
        d->max = -1;
        d->mask = -1;
    }
    return wf_from_object(d);
}

static WfStatus deque_init(WfThread *t, WfValue self, const WfArgs *args)
{
    Deque *d = as_deque(self);
    WfValue a[2];
    int64_t max = -1;
    if (wf_parse_args(t, "deque", "(iterable=?, maxlen=None)", args, a, 2) != WF_OK) {
        return WF_RAISED;
    }
    if (!wf_is_none(a[1])) {
        if (!wf_is_any_int(a[1])) {
            return WF_FAIL(wf_raise(t, WF_EXC(TypeError), "an integer is required"));
        }
        if (wf_to_ssize(t, a[1], &max) != WF_OK) {
            return WF_RAISED;
        }
        if (max < 0) {
            return WF_FAIL(wf_raise(t, WF_EXC(ValueError), "maxlen must be non-negative"));
        }
    }
    d->max = max;
    if (length_of(d) > 0) {
        clear(t, d);
    }
    return wf_is_empty(a[0]) ? WF_OK : extend(t, d, a[0], false);
}

static WfStatus deque_len(WfThread *t, WfValue self, int64_t *len)
{
    *len = length_of(as_deque(self));
    return WF_OK;
}

static WfStatus index_of_key(WfThread *t, WfValue key, int64_t *i)
{
    if (wf_is_int(key)) {
        *i = wf_as_int(key);
        return WF_OK;
    }
    if (!wf_is_any_int(key) && wf_type(key)->slots.index == NULL) {
        return WF_FAIL(wf_raise(t, WF_EXC(TypeError), "sequence index must be integer, not '%.200T'", key));
    }
    return wf_as_index(t, key, i, WF_EXC(IndexError));
}

static WfValue out_of_range(WfThread *t)
{
    return wf_raise(t, WF_EXC(IndexError), "deque index out of range");
}

static WfValue deque_getitem(WfThread *t, WfValue self, WfValue key)
{
    Deque *d = as_deque(self);
    int64_t i;
    if (index_of_key(t, key, &i) != WF_OK) {
        return WF_EMPTY;
    }
    WfValue v = item_at(t, d, i < 0 ? i + length_of(d) : i);
    return wf_is_empty(v) ? out_of_range(t) : v;
}

static WfStatus deque_setitem(WfThread *t, WfValue self, WfValue key, WfValue v)
{
    Deque *d = as_deque(self);
    int64_t i;
    if (index_of_key(t, key, &i) != WF_OK) {
        return WF_RAISED;
    }
    wf_lock(t, d);
    if (i < 0) {
        i += d->x_length;
    }
    bool inside = (uint64_t)i < (uint64_t)d->x_length;
    if (inside && wf_is_empty(v)) {
        remove_locked(t, d, i);
    } else if (inside) {
        wf_store(slot_of(d, i), v);
    }
    wf_unlock(t, d);
    return inside ? WF_OK : WF_FAIL(out_of_range(t));
}

static WfValue mutated(WfThread *t)
{
    return wf_raise(t, WF_EXC(RuntimeError), "deque mutated during iteration");
}

/* The first of items [start, stop) that is equal to v. */
static WfFound find(WfThread *t, Deque *d, WfValue v, int64_t start, int64_t stop, int64_t *at)
{
    uint64_t state = state_of(d);
    for (int64_t i = start; i < stop; i++) {
        WfValue x = item_at(t, d, i);
        if (wf_is_empty(x)) {
            return state_of(d) != state ? WF_FAIL_FOUND(mutated(t)) : WF_MISSING;
        }
        WfFound same = wf_equal_fast(t, x, v);
        if (same == WF_FOUND) {
            *at = i;
        }
        if (same != WF_MISSING) {
            return same;
        }
        if (state_of(d) != state) {
            return WF_FAIL_FOUND(mutated(t));
        }
    }
    return WF_MISSING;
}

static WfFound deque_contains(WfThread *t, WfValue self, WfValue v)
{
    int64_t at;
    return find(t, as_deque(self), v, 0, INT64_MAX, &at);
}

static WfValue deque_repr(WfThread *t, WfValue self)
{
    WfFound running = wf_repr_enter(t, self);
    if (running != WF_MISSING) {
        return running == WF_ERROR ? WF_EMPTY : wf_str_from_cstr(t, "[...]");
    }
    Deque *d = as_deque(self);
    WfValue list = to_list(t, d), result = WF_EMPTY;
    if (!wf_is_empty(list)) {
        const char *name = wf_type_name(wf_type(self));
        result = d->max < 0 ? wf_str_format(t, "%s(%R)", name, list)
                            : wf_str_format(t, "%s(%R, maxlen=%lld)", name, list, (long long)d->max);
    }
    wf_repr_leave(t, self);
    return result;
}

static WfValue deque_richcompare(WfThread *t, WfValue a, WfValue b, int op)
{
    if (!is_deque(a) || !is_deque(b)) {
        return WF_NOT_IMPLEMENTED;
    }
    if ((op == WF_EQ || op == WF_NE) && length_of(as_deque(a)) != length_of(as_deque(b))) {
        return WF_BOOL(op == WF_NE);
    }
    if (wf_is(a, b) && (op == WF_EQ || op == WF_NE)) {
        return WF_BOOL(op == WF_EQ);
    }
    /* what the lists of both say; an iterator over each notices changes */
    WfValue p = wf_iter(t, a), q = wf_is_empty(p) ? WF_EMPTY : wf_iter(t, b), v, w;
    if (wf_is_empty(q)) {
        return WF_EMPTY;
    }
    for (;;) {
        WfFound x = wf_next(t, p, &v), y = x == WF_ERROR ? WF_ERROR : wf_next(t, q, &w);
        if (y == WF_ERROR) {
            return WF_EMPTY;
        }
        if (x == WF_MISSING || y == WF_MISSING) {
            int less = (x == WF_FOUND) - (y == WF_FOUND);
            return wf_ordering(less, 0, op);
        }
        WfFound same = wf_equal_fast(t, v, w);
        if (same == WF_ERROR) {
            return WF_EMPTY;
        }
        if (same == WF_MISSING) {
            return wf_compare(t, v, w, op);
        }
    }
}

static WfValue copy(WfThread *t, WfValue self)
{
    Deque *d = as_deque(self);
    if (WF_IS_EXACT(self, DEQUE)) {
        WfValue out = deque_new(t, WF_TYPE(DEQUE), NULL);
        WfValue items = wf_is_empty(out) ? WF_EMPTY : to_list(t, d);
        if (wf_is_empty(items)) {
            return WF_EMPTY;
        }
        as_deque(out)->max = d->max;
        return extend(t, as_deque(out), items, false) == WF_OK ? out : WF_EMPTY;
    }
    WfValue type = wf_from_object(wf_type(self)), out;
    if (d->max < 0) {
        out = wf_call1(t, type, self);
    } else {
        out = wf_call2(t, type, self, wf_small_int(d->max));
    }
    if (!wf_is_empty(out) && !is_deque(out)) {
        return wf_raise(t, WF_EXC(TypeError), "%.200s() must return a deque, not %.200T", WF_TYPE_NAME(self), out);
    }
    return out;
}

static WfValue deque_concat(WfThread *t, WfValue a, WfValue b)
{
    if (!is_deque(b)) {
        return wf_raise(t, WF_EXC(TypeError), "can only concatenate deque (not \"%.200T\") to deque", b);
    }
    WfValue out = copy(t, a);
    return wf_is_empty(out) || extend(t, as_deque(out), b, false) != WF_OK ? WF_EMPTY : out;
}

static WfValue deque_iconcat(WfThread *t, WfValue self, WfValue other)
{
    return extend(t, as_deque(self), other, false) == WF_OK ? self : WF_EMPTY;
}

static WfValue deque_irepeat(WfThread *t, WfValue self, int64_t n)
{
    Deque *d = as_deque(self);
    if (n <= 0) {
        clear(t, d);
        return self;
    }
    WfStatus status = WF_OK;
    wf_lock(t, d);
    int64_t length = d->x_length;
    if (length > 0 && n > 1) {
        int64_t limit = d->max >= 0 ? d->max : (int64_t)1 << 36;
        int64_t times = n - 1;
        if (d->max >= 0 && times > limit / length + 1) {
            times = limit / length + 1; /* the rest would push out what came before */
        } else if (d->max < 0 && times > limit / length) {
            wf_unlock(t, d);
            return wf_raise_no_memory(t);
        }
        WfSlots *from = wf_gc_alloc_slots(t, length);
        status = from == NULL ? WF_RAISED : WF_OK;
        for (int64_t i = 0; status == WF_OK && i < length; i++) {
            wf_store_raw(&from->items[i], wf_load(slot_of(d, i)));
        }
        /* with a bound the last copy must end at the end: start each with the first item */
        for (int64_t k = 0; status == WF_OK && k < times; k++) {
            for (int64_t i = 0; status == WF_OK && i < length; i++) {
                status = push_locked(t, d, wf_load(&from->items[i]), false);
            }
        }
    }
    wf_unlock(t, d);
    return status == WF_OK ? self : WF_EMPTY;
}

static WfValue deque_repeat(WfThread *t, WfValue self, int64_t n)
{
    WfValue out = copy(t, self);
    return wf_is_empty(out) ? WF_EMPTY : deque_irepeat(t, out, n);
}

/* --- iterators ----------------------------------------------------------------------------------------------- */

static WfValue iter_make(WfThread *t, Deque *d, uint64_t head)
{
    DequeIter *it = wf_gc_alloc_head(t, sizeof(DequeIter), head);
    if (it != NULL) {
        wf_lock(t, d);
        wf_store_ptr(&it->deque, d);
        it->left = d->x_length;
        it->state = d->x_state;
        wf_unlock(t, d);
    }
    return wf_from_object(it);
}

static WfValue deque_iter(WfThread *t, WfValue self)
{
    return iter_make(t, as_deque(self), WF_HEAD(DEQUE_ITER, NATIVE));
}

static WfValue deque_reversed(WfThread *t, WfValue *a)
{
    return iter_make(t, as_deque(a[0]), WF_HEAD(DEQUE_REVERSE_ITER, NATIVE));
}

static WfFound step(WfThread *t, DequeIter *it, WfValue *out, bool reverse)
{
    Deque *d = WF_LOAD(Deque, &it->deque);
    WfFound found = WF_MISSING;
    wf_lock(t, d);
    bool same = it->state == d->x_state;
    if (!same) {
        it->left = 0;
    } else if (it->left > 0) {
        *out = wf_load(slot_of(d, reverse ? d->x_length - 1 - it->x_index : it->x_index));
        it->x_index++;
        it->left--;
        found = WF_FOUND;
    }
    wf_unlock(t, d);
    return same ? found : WF_FAIL_FOUND(mutated(t));
}

static WfFound iter_next(WfThread *t, WfValue self, WfValue *out)
{
    return step(t, WF_AS(DequeIter, self), out, false);
}

static WfFound reverse_next(WfThread *t, WfValue self, WfValue *out)
{
    return step(t, WF_AS(DequeIter, self), out, true);
}

static WfValue iter_self(WfThread *t, WfValue self)
{
    return self;
}

static WfValue iter_hint(WfThread *t, WfValue *a)
{
    return wf_small_int(WF_AS(DequeIter, a[0])->left);
}

static WfValue iter_reduce(WfThread *t, WfValue *a)
{
    DequeIter *it = WF_AS(DequeIter, a[0]);
    Deque *d = WF_LOAD(Deque, &it->deque);
    WfValue args = wf_tuple_pair(t, wf_from_object(d), wf_small_int(length_of(d) - it->left));
    return wf_is_empty(args) ? WF_EMPTY : wf_tuple_pair(t, wf_from_object(wf_type(a[0])), args);
}

/* (deque[, items to pass over]) */
static WfValue iter_new_at(WfThread *t, const WfArgs *args, uint64_t head, bool reverse)
{
    WfValue a[2], v;
    int64_t n;
    if (wf_parse_args(t, "deque_iterator", "(deque, index=0, /)", args, a, 2) != WF_OK) {
        return WF_EMPTY;
    }
    if (!is_deque(a[0])) {
        return wf_raise(t, WF_EXC(TypeError), "argument 1 must be collections.deque, not %T", a[0]);
    }
    if (wf_to_ssize(t, a[1], &n) != WF_OK) {
        return WF_EMPTY;
    }
    WfValue it = iter_make(t, as_deque(a[0]), head);
    for (; !wf_is_empty(it) && n > 0; n--) {
        WfFound found = step(t, WF_AS(DequeIter, it), &v, reverse);
        if (found == WF_ERROR) {
            return WF_EMPTY;
        }
        if (found == WF_MISSING) {
            break;
        }
    }
    return it;
}

static WfValue iter_new(WfThread *t, WfType *type, const WfArgs *args)
{
    return iter_new_at(t, args, WF_HEAD(DEQUE_ITER, NATIVE), false);
}

static WfValue reverse_new(WfThread *t, WfType *type, const WfArgs *args)
{
    return iter_new_at(t, args, WF_HEAD(DEQUE_REVERSE_ITER, NATIVE), true);
}

static void iter_trace(WfMarker *m, WfObject *o)
{
    wf_mark_slot(m, &((DequeIter *)o)->deque);
}

static const WfBuiltinDef iter_methods[] = {
    {"__length_hint__", iter_hint, "(self, /)", "How many items are left."},
    {"__reduce__", iter_reduce, "(self, /)", "For pickle."},
    {0},
};

const WfTypeSpec wf_deque_iter_spec = {
    .name = "_collections._deque_iterator",
    .size = sizeof(DequeIter),
    .methods = iter_methods,
    .slots = {.iter = iter_self, .next = iter_next, .new_ = iter_new, .trace = iter_trace},
};

const WfTypeSpec wf_deque_reverse_iter_spec = {
    .name = "_collections._deque_reverse_iterator",
    .size = sizeof(DequeIter),
    .methods = iter_methods,
    .slots = {.iter = iter_self, .next = reverse_next, .new_ = reverse_new, .trace = iter_trace},
};

/* --- methods ----------------------------------------------------------------------------------------------- */

static WfValue done(WfStatus status)
{
    return status == WF_OK ? WF_NONE : WF_EMPTY;
}

static WfValue deque_append(WfThread *t, WfValue *a)
{
    return done(push(t, as_deque(a[0]), a[1], false));
}

static WfValue deque_appendleft(WfThread *t, WfValue *a)
{
    return done(push(t, as_deque(a[0]), a[1], true));
}

static WfValue deque_pop(WfThread *t, WfValue *a)
{
    return pop(t, as_deque(a[0]), false);
}

static WfValue deque_popleft(WfThread *t, WfValue *a)
{
    return pop(t, as_deque(a[0]), true);
}

static WfValue deque_extend(WfThread *t, WfValue *a)
{
    return done(extend(t, as_deque(a[0]), a[1], false));
}

static WfValue deque_extendleft(WfThread *t, WfValue *a)
{
    return done(extend(t, as_deque(a[0]), a[1], true));
}

static WfValue deque_clear(WfThread *t, WfValue *a)
{
    clear(t, as_deque(a[0]));
    return WF_NONE;
}

static WfValue deque_copy(WfThread *t, WfValue *a)
{
    return copy(t, a[0]);
}

static WfValue deque_count(WfThread *t, WfValue *a)
{
    Deque *d = as_deque(a[0]);
    int64_t n = 0, at = -1;
    uint64_t state = state_of(d);
    for (;;) {
        WfFound found = find(t, d, a[1], at + 1, INT64_MAX, &at);
        if (found == WF_ERROR) {
            return WF_EMPTY;
        }
        if (state_of(d) != state) {
            return mutated(t);
        }
        if (found == WF_MISSING) {
            return wf_small_int(n);
        }
        n++;
    }
}

static WfValue deque_index(WfThread *t, WfValue *a)
{
    Deque *d = as_deque(a[0]);
    int64_t start = 0, stop = length_of(d), n = stop, at;
    if (wf_index_bound(t, a[2], &start) != WF_OK || wf_index_bound(t, a[3], &stop) != WF_OK) {
        return WF_EMPTY;
    }
    if (start < 0 && (start += n) < 0) {
        start = 0;
    }
    if (stop < 0 && (stop += n) < 0) {
        stop = 0;
    }
    WfFound found = find(t, d, a[1], start, stop < n ? stop : n, &at);
    if (found == WF_MISSING) {
        return wf_raise(t, WF_EXC(ValueError), "%R is not in deque", a[1]);
    }
    return found == WF_FOUND ? wf_small_int(at) : WF_EMPTY;
}

static WfValue deque_insert(WfThread *t, WfValue *a)
{
    Deque *d = as_deque(a[0]);
    int64_t i;
    if (wf_to_ssize(t, a[1], &i) != WF_OK) {
        return WF_EMPTY;
    }
    wf_lock(t, d);
    int64_t n = d->x_length;
    if (d->max >= 0 && n >= d->max) {
        wf_unlock(t, d);
        return wf_raise(t, WF_EXC(IndexError), "deque already at its maximum size");
    }
    if (i < 0 && (i += n) < 0) {
        i = 0;
    }
    if (i > n) {
        i = n;
    }
    bool left = i < n / 2;
    WfStatus status = push_locked(t, d, a[2], left);
    if (status == WF_OK) {
        if (left) {
            for (int64_t k = 0; k < i; k++) {
                wf_store(slot_of(d, k), wf_load(slot_of(d, k + 1)));
            }
        } else {
            for (int64_t k = n; k > i; k--) {
                wf_store(slot_of(d, k), wf_load(slot_of(d, k - 1)));
            }
        }
        wf_store(slot_of(d, i), a[2]);
    }
    wf_unlock(t, d);
    return done(status);
}

static WfValue deque_remove(WfThread *t, WfValue *a)
{
    Deque *d = as_deque(a[0]);
    for (int64_t i = 0;; i++) {
        uint64_t state = state_of(d);
        WfValue v = item_at(t, d, i);
        if (wf_is_empty(v)) {
            return wf_raise(t, WF_EXC(ValueError), "%R is not in deque", a[1]);
        }
        WfFound same = wf_equal_fast(t, v, a[1]);
        if (same == WF_ERROR) {
            return WF_EMPTY;
        }
        wf_lock(t, d);
        bool as_it_was = d->x_state == state;
        if (as_it_was && same == WF_FOUND) {
            remove_locked(t, d, i);
        }
        wf_unlock(t, d);
        if (!as_it_was) {
            if (wf_threaded(t) && wf_is_plain_key(v) && wf_is_plain_key(a[1])) {
                i = -1; /* not by __eq__ but by another thread: begin again */
                continue;
            }
            return wf_raise(t, WF_EXC(IndexError), "deque mutated during remove().");
        }
        if (same == WF_FOUND) {
            return WF_NONE;
        }
    }
}

static WfValue deque_reverse(WfThread *t, WfValue *a)
{
    Deque *d = as_deque(a[0]);
    wf_lock(t, d);
    for (int64_t i = 0, j = d->x_length - 1; i < j; i++, j--) {
        WfValue v = wf_load(slot_of(d, i));
        wf_store(slot_of(d, i), wf_load(slot_of(d, j)));
        wf_store(slot_of(d, j), v);
    }
    wf_unlock(t, d);
    return WF_NONE;
}

static WfValue deque_rotate(WfThread *t, WfValue *a)
{
    Deque *d = as_deque(a[0]);
    int64_t n;
    if (wf_to_ssize(t, a[1], &n) != WF_OK) {
        return WF_EMPTY;
    }
    wf_lock(t, d);
    rotate_locked(d, n);
    wf_unlock(t, d);
    return WF_NONE;
}

static WfValue deque_reduce(WfThread *t, WfValue *a)
{
    Deque *d = as_deque(a[0]);
    WfValue state = wf_call_method0(t, a[0], WF_NAME(__getstate__));
    WfValue it = wf_is_empty(state) ? WF_EMPTY : wf_iter(t, a[0]);
    WfValue args = wf_is_empty(it) ? WF_EMPTY : wf_tuple_from(t, NULL, 0);
    if (!wf_is_empty(args) && d->max >= 0) {
        args = wf_tuple_pair(t, args, wf_small_int(d->max));
    }
    return wf_is_empty(args) ? WF_EMPTY : WF_TUPLE_OF(t, wf_from_object(wf_type(a[0])), args, state, it);
}

static WfValue deque_sizeof(WfThread *t, WfValue *a)
{
    WfSlots *items = WF_LOAD(WfSlots, &as_deque(a[0])->items);
    return wf_small_int((int64_t)(wf_gc_cell_size(wf_as_object(a[0])) + (items == NULL ? 0 : wf_gc_cell_size(items))));
}

static WfValue deque_get_maxlen(WfThread *t, WfValue self)
{
    return as_deque(self)->max < 0 ? WF_NONE : wf_int_from_i64(t, as_deque(self)->max);
}

static const WfGetSetDef deque_getsets[] = {
    {"maxlen", deque_get_maxlen, NULL, "Greatest length, or None."},
    {0},
};

static const WfBuiltinDef deque_methods[] = {
    {"append", deque_append, "(self, object, /)", "Add an item at the right end."},
    {"appendleft", deque_appendleft, "(self, object, /)", "Add an item at the left end."},
    {"clear", deque_clear, "(self, /)", "Remove all items."},
    {"__copy__", deque_copy, "(self, /)", "A shallow copy."},
    {"copy", deque_copy, "(self, /)", "A shallow copy."},
    {"count", deque_count, "(self, value, /)", "How many items are equal to value."},
    {"extend", deque_extend, "(self, iterable, /)", "Add all items of the iterable at the right end."},
    {"extendleft", deque_extendleft, "(self, iterable, /)",
     "Add all items of the iterable at the left end, one by one: they come out in reverse."},
    {"index", deque_index, "(self, value, start=?, stop=?, /)",
     "Position of the first item equal to value; ValueError if there is none."},
    {"insert", deque_insert, "(self, index, object, /)", "Put object before the item at index."},
    {"pop", deque_pop, "(self, /)", "Remove the rightmost item and return it."},
    {"popleft", deque_popleft, "(self, /)", "Remove the leftmost item and return it."},
    {"__reduce__", deque_reduce, "(self, /)", "For pickle."},
    {"remove", deque_remove, "(self, value, /)", "Remove the first item equal to value; ValueError if there is none."},
    {"__reversed__", deque_reversed, "(self, /)", "Iterator over the items, last one first."},
    {"reverse", deque_reverse, "(self, /)", "Reverse the order of the items, in place."},
    {"rotate", deque_rotate, "(self, n=1, /)", "Move n items from the right end to the left, or back if n is negative."},
    {"__sizeof__", deque_sizeof, "(self, /)", "Memory in bytes."},
    {"__class_getitem__", wf_class_getitem, "(type, object, /)", "The generic alias deque[object].", WF_FN_CLASS},
    {0},
};

const WfTypeSpec wf_deque_spec = {
    .name = "collections.deque",
    .doc = "deque([iterable[, maxlen]])\n\n"
           "A sequence that grows and shrinks at both ends in constant time. With maxlen, an item that is\n"
           "added to a full one pushes out the item at the other end.",
    .flags = WF_TF_BASETYPE | WF_TF_SEQUENCE | WF_TF_WEAKREFS,
    .size = sizeof(Deque),
    .methods = deque_methods,
    .getsets = deque_getsets,
    .slots = {
        .repr = deque_repr,
        .richcompare = deque_richcompare,
        .iter = deque_iter,
        .init = deque_init,
        .new_ = deque_new,
        .len = deque_len,
        .getitem = deque_getitem,
        .setitem = deque_setitem,
        .contains = deque_contains,
        .concat = deque_concat,
        .repeat = deque_repeat,
        .iconcat = deque_iconcat,
        .irepeat = deque_irepeat,
        .trace = deque_trace,
    },
};
