/* list.c - list: a growing array of values.
 * SPDX-License-Identifier: MIT
 * Design:     length and a buffer (WfSlots) that is replaced when it is full, by one half as large again.
 * Invariants: L1 items at and beyond the length are EMPTY.  L2 length <= capacity of the buffer under the lock.
 * Threads:    list.h. What takes several items at once (copy, slice, +=, ...) holds the lock and sees one state; lists of two
 *             operands are locked in address order. Moving items up or down is visible item by item to single reads. */
#include "objects/list.h"

#include "model/builtin.h"
#include "objects/container.h"
#include "objects/dict.h"
#include "objects/genericalias.h"
#include "objects/iterators.h"
#include "objects/set.h"
#include "objects/slice.h"
#include "objects/tuple.h"

#define LIST_MAX ((int64_t)1 << 40)

WF_INLINE WfSlots *buffer(const WfList *l)
{
    return (WfSlots *)(uintptr_t)wf_load_acquire(&l->items).bits;
}

static WfSlots *slots_new(WfThread *t, int64_t capacity)
{
    if (capacity > LIST_MAX) {
        return WF_FAIL_NULL(wf_raise_no_memory(t));
    }
    return wf_gc_alloc_slots(t, capacity);
}

WF_INLINE void set_length(WfList *l, int64_t n)
{
    __atomic_store_n(&l->x_length, n, __ATOMIC_RELEASE);
}

/* A buffer for at least n items that holds those of l; the list's own if it is large enough. Not yet published. */
static WfSlots *room_locked(WfThread *t, WfList *l, int64_t n)
{
    WfSlots *items = buffer(l);
    if (items != NULL && n <= items->capacity) {
        return items;
    }
    int64_t capacity = n + (n >> (n < (1 << 20) ? 1 : 3)) + (n < 4 ? 4 - n : 0);
    if (l->x_length == 0) {
        capacity = n < 4 ? 4 : n;
    }
    WfSlots *bigger = slots_new(t, capacity);
    if (bigger == NULL) {
        return NULL;
    }
    if (items != NULL) {
        wf_slots_copy(bigger->items, items->items, l->x_length);
    }
    return bigger;
}

/* Gives memory back when a list has become much smaller than its buffer. Failing is harmless. */
static void shrink_locked(WfThread *t, WfList *l)
{
    WfSlots *items = buffer(l);
    int64_t n = l->x_length;
    if (items == NULL || items->capacity < 64 || n > items->capacity / 4) {
        return;
    }
    WfSlots *smaller = slots_new(t, n + n / 2 + 4);
    if (smaller == NULL) {
        wf_clear_pending(t);
        return;
    }
    wf_slots_copy(smaller->items, items->items, n);
    wf_store_ptr(&l->items, smaller);
    wf_gc_replaced(t, items);
}

WfValue wf_list_new(WfThread *t, int64_t capacity)
{
    WfList *l = WF_NEW(t, WfList, LIST, LIST);
    if (l == NULL) {
        return WF_EMPTY;
    }
    if (capacity > 0) {
        WfSlots *items = slots_new(t, capacity);
        if (items == NULL) {
            return WF_EMPTY;
        }
        wf_store_ptr(&l->items, items);
    }
    return wf_from_object(l);
}

WfValue wf_list_from(WfThread *t, const WfValue *items, int64_t n)
{
    WfValue v = wf_list_new(t, n);
    if (wf_is_empty(v) || n == 0) {
        return v;
    }
    WfList *l = wf_as_list(v);
    WfSlots *s = buffer(l);
    memcpy(s->items, items, (size_t)n * sizeof(WfValue));
    l->x_length = n;
    return v;
}

void wf_list_trace(WfMarker *m, WfObject *o)
{
    wf_mark_slot(m, &((WfList *)o)->items);
    if (wf_shape_id(o) != WF_SHAPE(LIST)) {
        wf_mark_tail(m, o, sizeof(WfList));
    }
}

WfStatus wf_list_append_locked(WfThread *t, WfList *l, WfValue v)
{
    int64_t n = l->x_length;
    WfSlots *items = room_locked(t, l, n + 1);
    if (items != NULL) {
        wf_store(&items->items[n], v);
        WfSlots *old = buffer(l);
        if (items != old) {
            wf_store_ptr(&l->items, items);
            wf_gc_replaced(t, old);
        }
        set_length(l, n + 1);
    }
    return items == NULL ? WF_RAISED : WF_OK;
}

WfStatus wf_list_append_slow(WfThread *t, WfList *l, WfValue v)
{
    wf_lock(t, l);
    WfStatus status = wf_list_append_locked(t, l, v);
    wf_unlock(t, l);
    return status;
}

WfStatus wf_list_insert(WfThread *t, WfList *l, int64_t i, WfValue v)
{
    wf_lock(t, l);
    int64_t n = l->x_length;
    WfSlots *items = room_locked(t, l, n + 1);
    if (items != NULL) {
        if (i < 0 && (i += n) < 0) {
            i = 0;
        }
        if (i > n) {
            i = n;
        }
        wf_slots_move(t, &items->items[i + 1], &items->items[i], n - i);
        wf_store_raw(&items->items[i], v);
        wf_barrier_range(&items->items[i], (size_t)(n - i + 1));
        WfSlots *old = buffer(l);
        if (items != old) {
            wf_store_ptr(&l->items, items);
            wf_gc_replaced(t, old);
        }
        set_length(l, n + 1);
    }
    wf_unlock(t, l);
    return items == NULL ? WF_RAISED : WF_OK;
}

WfFound wf_list_set(WfThread *t, WfList *l, int64_t i, WfValue v)
{
    WfFound found = WF_MISSING;
    wf_lock(t, l);
    if ((uint64_t)i < (uint64_t)l->x_length) {
        wf_store(&buffer(l)->items[i], v);
        found = WF_FOUND;
    }
    wf_unlock(t, l);
    return found;
}

/* Takes items [start, stop) out. */
static void remove_locked(WfThread *t, WfList *l, int64_t start, int64_t stop)
{
    WfSlots *items = buffer(l);
    int64_t n = l->x_length, count = stop - start;
    if (count <= 0) {
        return;
    }
    wf_slots_move(t, &items->items[start], &items->items[stop], n - stop);
    wf_barrier_range(&items->items[start], (size_t)(n - stop));
    set_length(l, n - count);
    for (int64_t i = n - count; i < n; i++) {
        wf_store_raw(&items->items[i], WF_EMPTY);
    }
    shrink_locked(t, l);
}

WfValue wf_list_pop(WfThread *t, WfList *l, int64_t i)
{
    wf_lock(t, l);
    int64_t n = l->x_length;
    if (i < 0) {
        i += n;
    }
    if ((uint64_t)i >= (uint64_t)n) {
        wf_unlock(t, l);
        return wf_raise(t, WF_EXC(IndexError), n == 0 ? "pop from empty list" : "pop index out of range");
    }
    WfValue v = wf_load(&buffer(l)->items[i]);
    remove_locked(t, l, i, i + 1);
    wf_unlock(t, l);
    return v;
}

void wf_list_clear(WfThread *t, WfList *l)
{
    wf_lock(t, l);
    set_length(l, 0);
    wf_gc_replaced(t, buffer(l));
    wf_store_raw(&l->items, WF_EMPTY);
    wf_unlock(t, l);
}

/* Items start, start + step, ... (count of them), fitted to the length as it is now. */
static WfValue list_part(WfThread *t, WfList *l, int64_t start, int64_t stop, int64_t step)
{
    wf_lock(t, l);
    int64_t count = wf_slice_adjust(l->x_length, &start, &stop, step);
    WfValue out = wf_list_new(t, count);
    if (!wf_is_empty(out) && count > 0) {
        WfSlots *from = buffer(l), *to = buffer(wf_as_list(out));
        if (step == 1) {
            wf_slots_copy(to->items, from->items + start, count);
        } else {
            for (int64_t i = 0; i < count; i++) {
                wf_store_raw(&to->items[i], wf_load(&from->items[start + i * step]));
            }
        }
        wf_as_list(out)->x_length = count;
    }
    wf_unlock(t, l);
    return out;
}

WfValue wf_list_slice(WfThread *t, WfList *l, int64_t start, int64_t stop)
{
    return list_part(t, l, start, stop, 1);
}

WfValue wf_list_to_tuple(WfThread *t, WfList *l)
{
    wf_lock(t, l);
    int64_t n = l->x_length;
    WfTuple *out = wf_tuple_alloc(t, n);
    if (out != NULL && n > 0) {
        wf_slots_copy(out->items, buffer(l)->items, n);
    }
    wf_unlock(t, l);
    return wf_from_object(out);
}

WfStatus wf_list_reverse(WfThread *t, WfList *l)
{
    wf_lock(t, l);
    int64_t n = l->x_length;
    WfSlots *items = buffer(l);
    if (n > 1) {
        WfSlots *to = items;
        if (wf_threaded(t)) {
            to = slots_new(t, n); /* readers see the old order or the new */
            if (to == NULL) {
                wf_unlock(t, l);
                return WF_RAISED;
            }
        }
        for (int64_t i = 0, j = n - 1; i <= j; i++, j--) {
            WfValue a = wf_load(&items->items[i]), b = wf_load(&items->items[j]);
            wf_store_raw(&to->items[i], b);
            wf_store_raw(&to->items[j], a);
        }
        wf_barrier_range(to->items, (size_t)n);
        wf_store_ptr(&l->items, to);
    }
    wf_unlock(t, l);
    return WF_OK;
}

/* --- extending --------------------------------------------------------------------------------------------- */

static WfStatus extend_locked(WfThread *t, WfList *l, const WfSlot *from, int64_t count)
{
    int64_t n = l->x_length;
    if (count == 0) {
        return WF_OK;
    }
    WfSlots *items = room_locked(t, l, n + count);
    if (items == NULL) {
        return WF_RAISED;
    }
    wf_slots_copy(&items->items[n], from, count);
    wf_barrier_range(&items->items[n], (size_t)count);
    if (items != buffer(l)) {
        wf_store_ptr(&l->items, items);
    }
    set_length(l, n + count);
    return WF_OK;
}

static void lock_both(WfThread *t, void *a, void *b)
{
    wf_lock(t, a < b ? a : b);
    if (a != b) {
        wf_lock(t, a < b ? b : a);
    }
}

static void unlock_both(WfThread *t, void *a, void *b)
{
    wf_unlock(t, a);
    if (a != b) {
        wf_unlock(t, b);
    }
}

static WfStatus extend_list(WfThread *t, WfList *l, WfList *other)
{
    lock_both(t, l, other);
    /* room_locked of l == other keeps the old buffer as it is: `from` stays valid */
    WfSlots *from = buffer(other);
    WfStatus status = from == NULL ? WF_OK : extend_locked(t, l, from->items, other->x_length);
    unlock_both(t, l, other);
    return status;
}

WfStatus wf_list_extend_from(WfThread *t, WfList *l, const WfValue *items, int64_t n)
{
    wf_lock(t, l);
    WfStatus status = extend_locked(t, l, (const WfSlot *)(const void *)items, n);
    wf_unlock(t, l);
    return status;
}

/* A list of what a built-in container holds at one moment; WF_EMPTY without exception: not one of them. */
static WfValue container_snapshot(WfThread *t, WfValue v)
{
    if (WF_IS_EXACT(v, DICT)) {
        return wf_dict_keys_list(t, wf_as_dict(v));
    }
    if (WF_IS_EXACT(v, SET) || WF_IS_EXACT(v, FROZENSET)) {
        return wf_set_to_list(t, WF_AS(WfSet, v));
    }
    if (WF_IS_EXACT(v, DICT_ITEMS) || WF_IS_EXACT(v, DICT_VALUES) || WF_IS_EXACT(v, DICT_KEYS)) {
        WfValue dict = wf_load(&WF_AS(WfDictView, v)->dict);
        if (!WF_IS_EXACT(dict, DICT)) {
            return WF_EMPTY;
        }
        WfDict *d = wf_as_dict(dict);
        return WF_IS_EXACT(v, DICT_ITEMS)    ? wf_dict_items_list(t, d)
               : WF_IS_EXACT(v, DICT_VALUES) ? wf_dict_values_list(t, d)
                                             : wf_dict_keys_list(t, d);
    }
    return WF_EMPTY;
}

WfStatus wf_list_extend(WfThread *t, WfList *l, WfValue iterable)
{
    if (WF_IS_EXACT(iterable, LIST) || wf_is(iterable, wf_from_object(l))) {
        return extend_list(t, l, wf_as_list(iterable));
    }
    if (WF_IS_EXACT(iterable, TUPLE)) {
        WfTuple *x = wf_as_tuple(iterable);
        wf_lock(t, l);
        WfStatus status = extend_locked(t, l, x->items, x->length);
        wf_unlock(t, l);
        return status;
    }
    WfValue snapshot = container_snapshot(t, iterable);
    if (!wf_is_empty(snapshot)) {
        return extend_list(t, l, wf_as_list(snapshot));
    }
    if (wf_pending(t)) {
        return WF_RAISED;
    }
    WfValue it = wf_iter(t, iterable);
    if (wf_is_empty(it)) {
        return WF_RAISED;
    }
    int64_t hint;
    if (wf_length_hint(t, iterable, 8, &hint) != WF_OK) {
        return WF_RAISED;
    }
    if (hint > 8 && hint < LIST_MAX) {
        /* A wrong hint must not fail, nor stay: the rest is given back below. */
        wf_lock(t, l);
        if (l->x_length == 0 && buffer(l) == NULL) {
            WfSlots *items = slots_new(t, hint);
            if (items != NULL) {
                wf_store_ptr(&l->items, items);
            } else {
                wf_clear_pending(t);
            }
        }
        wf_unlock(t, l);
    }
    for (;;) {
        WfValue v;
        WfFound more = wf_next(t, it, &v);
        if (more == WF_MISSING) {
            break;
        }
        if (more == WF_ERROR || wf_list_append(t, l, v) != WF_OK) {
            return WF_RAISED;
        }
    }
    if (hint > 64) {
        wf_lock(t, l);
        shrink_locked(t, l);
        wf_unlock(t, l);
    }
    return WF_OK;
}

/* --- the type ---------------------------------------------------------------------------------------------- */

static WfValue list_new(WfThread *t, WfType *type, const WfArgs *args)
{
    return type == WF_TYPE(LIST) ? wf_list_new(t, 0) : wf_from_object(wf_instance_new(t, type, 0));
}

static WfStatus list_init(WfThread *t, WfValue self, const WfArgs *args)
{
    WfValue iterable = WF_EMPTY;
    if (args->kwnames == NULL && args->n_pos <= 1) {
        iterable = args->n_pos == 1 ? args->items[0] : WF_EMPTY;
    } else {
        /* a __new__ of a subclass may take keywords */
        WfArgs positional = {args->items, args->n_pos, NULL};
        bool own_new = wf_type(self)->slots.new_ != WF_TYPE(LIST)->slots.new_;
        if (wf_parse_args(t, "list", "(iterable=?, /)", own_new ? &positional : args, &iterable, 1) != WF_OK) {
            return WF_RAISED;
        }
    }
    WfList *l = wf_as_list(self);
    if (wf_load(&l->items).bits != 0) {
        wf_list_clear(t, l);
    }
    return wf_is_empty(iterable) ? WF_OK : wf_list_extend(t, l, iterable);
}

static WfStatus list_len(WfThread *t, WfValue self, int64_t *len)
{
    *len = wf_list_length(wf_as_list(self));
    return WF_OK;
}

static WfValue list_getitem(WfThread *t, WfValue self, WfValue key)
{
    WfList *l = wf_as_list(self);
    int64_t i;
    if (wf_is_int(key)) {
        i = wf_as_int(key);
    } else if (wf_is_slice(key)) {
        int64_t start, stop, step;
        if (wf_slice_unpack(t, key, &start, &stop, &step) != WF_OK) {
            return WF_EMPTY;
        }
        return list_part(t, l, start, stop, step);
    } else if (wf_is_any_int(key) || wf_type(key)->slots.index != NULL) {
        if (wf_as_index(t, key, &i, WF_EXC(IndexError)) != WF_OK) {
            return WF_EMPTY;
        }
    } else {
        return wf_raise(t, WF_EXC(TypeError), "list indices must be integers or slices, not %.200T", key);
    }
    if (i < 0) {
        i += wf_list_length(l);
    }
    WfValue v = wf_list_at(l, i);
    return wf_is_empty(v) ? wf_raise(t, WF_EXC(IndexError), "list index out of range") : v;
}

/* l[start:stop] = items; n items. */
static WfStatus splice(WfThread *t, WfList *l, int64_t start, int64_t stop, const WfSlot *items, int64_t n)
{
    wf_lock(t, l);
    int64_t length = l->x_length;
    wf_slice_adjust(length, &start, &stop, 1);
    if (stop < start) {
        stop = start;
    }
    int64_t more = n - (stop - start), rest = length - stop;
    WfSlots *to = room_locked(t, l, length + (more > 0 ? more : 0));
    if (to == NULL) {
        wf_unlock(t, l);
        return WF_RAISED;
    }
    if (wf_threaded(t) && to == buffer(l) && n > 1) {
        /* readers see all of the assignment or nothing */
        to = slots_new(t, length + (more > 0 ? more : 0));
        if (to == NULL) {
            wf_unlock(t, l);
            return WF_RAISED;
        }
        WfSlots *old = buffer(l);
        wf_slots_copy(to->items, old->items, length);
    }
    if (more != 0) {
        wf_slots_move(t, &to->items[start + n], &to->items[stop], rest);
    }
    for (int64_t i = 0; i < n; i++) {
        wf_store_raw(&to->items[start + i], wf_load(items + i));
    }
    for (int64_t i = length + more; i < length; i++) {
        wf_store_raw(&to->items[i], WF_EMPTY);
    }
    wf_barrier_range(&to->items[start], (size_t)(n + rest));
    if (more < 0) {
        set_length(l, length + more);
    }
    if (to != buffer(l)) {
        wf_store_ptr(&l->items, to);
    }
    set_length(l, length + more);
    if (more < 0) {
        shrink_locked(t, l);
    }
    wf_unlock(t, l);
    return WF_OK;
}

/* A private copy of the items of any iterable, as a tuple or a list that nobody else has; or the tuple itself. */
static WfValue frozen_items(WfThread *t, WfValue v, const char *message, const WfSlot **items, int64_t *n)
{
    WfValue fast = wf_sequence_fast(t, v, message);
    if (wf_is_empty(fast)) {
        return WF_EMPTY;
    }
    if (wf_is_list(fast) && wf_is(fast, v)) {
        fast = wf_list_to_tuple(t, wf_as_list(v));
        if (wf_is_empty(fast)) {
            return WF_EMPTY;
        }
    }
    if (wf_is_tuple(fast)) {
        *items = wf_as_tuple(fast)->items;
        *n = wf_as_tuple(fast)->length;
    } else {
        WfSlots *s = buffer(wf_as_list(fast));
        *items = s == NULL ? NULL : s->items;
        *n = wf_list_length(wf_as_list(fast));
    }
    return fast;
}

static WfStatus delete_stepped(WfThread *t, WfList *l, int64_t start, int64_t stop, int64_t step)
{
    wf_lock(t, l);
    int64_t n = l->x_length;
    int64_t count = wf_slice_adjust(n, &start, &stop, step);
    if (count > 0) {
        if (step < 0) {
            start += (count - 1) * step;
            step = -step;
        }
        WfSlots *items = buffer(l);
        int64_t to = start;
        for (int64_t i = start, gone = 0; i < n; i++) {
            if (gone < count && i == start + gone * step) {
                gone++;
            } else {
                wf_store_raw(&items->items[to++], wf_load(&items->items[i]));
            }
        }
        wf_barrier_range(&items->items[start], (size_t)(to - start));
        set_length(l, to);
        for (; to < n; to++) {
            wf_store_raw(&items->items[to], WF_EMPTY);
        }
        shrink_locked(t, l);
    }
    wf_unlock(t, l);
    return WF_OK;
}

static WfStatus assign_slice(WfThread *t, WfList *l, WfValue key, WfValue v)
{
    int64_t start, stop, step, n = 0;
    const WfSlot *items = NULL;
    if (wf_slice_unpack(t, key, &start, &stop, &step) != WF_OK) {
        return WF_RAISED;
    }
    if (wf_is_empty(v)) {
        return step == 1 ? splice(t, l, start, stop, NULL, 0) : delete_stepped(t, l, start, stop, step);
    }
    WfValue hold = frozen_items(t, v,
                                step == 1 ? "can only assign an iterable" : "must assign iterable to extended slice", &items, &n);
    if (wf_is_empty(hold)) {
        return WF_RAISED;
    }
    if (step == 1) {
        return splice(t, l, start, stop, items, n);
    }
    wf_lock(t, l);
    int64_t count = wf_slice_adjust(l->x_length, &start, &stop, step);
    if (count == n) {
        for (int64_t i = 0; i < count; i++) {
            wf_store(&buffer(l)->items[start + i * step], wf_load(items + i));
        }
    }
    wf_unlock(t, l);
    if (count != n) {
        return WF_FAIL(wf_raise(t, WF_EXC(ValueError), "attempt to assign sequence of size %lld to extended slice of size %lld",
                                (long long)n, (long long)count));
    }
    return WF_OK;
}

static WfStatus list_setitem(WfThread *t, WfValue self, WfValue key, WfValue v)
{
    WfList *l = wf_as_list(self);
    int64_t i;
    if (wf_is_int(key)) {
        i = wf_as_int(key);
    } else if (wf_is_slice(key)) {
        return assign_slice(t, l, key, v);
    } else if (wf_is_any_int(key) || wf_type(key)->slots.index != NULL) {
        if (wf_as_index(t, key, &i, WF_EXC(IndexError)) != WF_OK) {
            return WF_RAISED;
        }
    } else {
        return WF_FAIL(wf_raise(t, WF_EXC(TypeError), "list indices must be integers or slices, not %.200T", key));
    }
    wf_lock(t, l);
    int64_t n = l->x_length;
    if (i < 0) {
        i += n;
    }
    bool inside = (uint64_t)i < (uint64_t)n;
    if (inside && wf_is_empty(v)) {
        remove_locked(t, l, i, i + 1);
    } else if (inside) {
        wf_store(&buffer(l)->items[i], v);
    }
    wf_unlock(t, l);
    return inside ? WF_OK : WF_FAIL(wf_raise(t, WF_EXC(IndexError), "list assignment index out of range"));
}

static WfFound list_contains(WfThread *t, WfValue self, WfValue item)
{
    WfList *l = wf_as_list(self);
    for (int64_t i = 0;; i++) {
        WfValue v = wf_list_at(l, i);
        if (wf_is_empty(v)) {
            return WF_MISSING;
        }
        WfFound same = wf_equal_fast(t, v, item);
        if (same != WF_MISSING) {
            return same;
        }
    }
}

static WfValue list_richcompare(WfThread *t, WfValue a, WfValue b, int op)
{
    if (!wf_is_list(a) || !wf_is_list(b)) {
        return WF_NOT_IMPLEMENTED;
    }
    WfList *x = wf_as_list(a), *y = wf_as_list(b);
    if ((op == WF_EQ || op == WF_NE) && wf_list_length(x) != wf_list_length(y)) {
        return WF_BOOL(op == WF_NE);
    }
    for (int64_t i = 0;; i++) {
        WfValue v = wf_list_at(x, i), w = wf_list_at(y, i);
        if (wf_is_empty(v) || wf_is_empty(w)) {
            break;
        }
        WfFound same = wf_equal_fast(t, v, w);
        if (same == WF_ERROR) {
            return WF_EMPTY;
        }
        if (same == WF_MISSING) {
            if (i >= wf_list_length(x) || i >= wf_list_length(y)) {
                break; /* __eq__ has removed it */
            }
            if (op == WF_EQ || op == WF_NE) {
                return WF_BOOL(op == WF_NE);
            }
            return wf_compare(t, v, w, op);
        }
    }
    return wf_ordering(wf_list_length(x), wf_list_length(y), op);
}

static WfValue list_concat(WfThread *t, WfValue a, WfValue b)
{
    if (!wf_is_list(b)) {
        return wf_raise(t, WF_EXC(TypeError), "can only concatenate list (not \"%.200T\") to list", b);
    }
    WfList *x = wf_as_list(a), *y = wf_as_list(b);
    lock_both(t, x, y);
    int64_t p = x->x_length, q = y->x_length;
    WfValue out = wf_list_new(t, p + q);
    if (!wf_is_empty(out) && p + q > 0) {
        WfSlots *to = buffer(wf_as_list(out));
        if (p > 0) {
            wf_slots_copy(to->items, buffer(x)->items, p);
        }
        if (q > 0) {
            wf_slots_copy(to->items + p, buffer(y)->items, q);
        }
        wf_as_list(out)->x_length = p + q;
    }
    unlock_both(t, x, y);
    return out;
}

static WfValue list_iconcat(WfThread *t, WfValue self, WfValue other)
{
    return wf_list_extend(t, wf_as_list(self), other) == WF_OK ? self : WF_EMPTY;
}

static WfValue list_repeat(WfThread *t, WfValue self, int64_t times)
{
    WfList *l = wf_as_list(self);
    WfTuple *x = wf_as_tuple(wf_list_to_tuple(t, l));
    if (x == NULL) {
        return WF_EMPTY;
    }
    if (times < 0) {
        times = 0;
    }
    if (x->length > 0 && times > LIST_MAX / x->length) {
        return wf_raise_no_memory(t);
    }
    int64_t n = x->length * times;
    WfValue out = wf_list_new(t, n);
    if (!wf_is_empty(out) && n > 0) {
        WfSlots *to = buffer(wf_as_list(out));
        if (x->length == 1) {
            WfValue v = wf_tuple_at(x, 0);
            for (int64_t i = 0; i < n; i++) {
                wf_store_raw(&to->items[i], v);
            }
        } else {
            for (int64_t i = 0; i < x->length; i++) {
                wf_store_raw(&to->items[i], wf_tuple_at(x, i));
            }
            for (int64_t i = x->length; i < n; i++) {
                wf_store_raw(&to->items[i], wf_load(&to->items[i - x->length]));
            }
        }
        wf_as_list(out)->x_length = n;
    }
    return out;
}

static WfValue list_irepeat(WfThread *t, WfValue self, int64_t times)
{
    WfList *l = wf_as_list(self);
    if (times <= 0) {
        wf_list_clear(t, l);
        return self;
    }
    wf_lock(t, l);
    int64_t n = l->x_length;
    if (n > 0 && times > 1) {
        WfSlots *items = times > LIST_MAX / n ? NULL : room_locked(t, l, n * times);
        if (items == NULL) {
            wf_unlock(t, l);
            return wf_pending(t) ? WF_EMPTY : wf_raise_no_memory(t);
        }
        for (int64_t i = n; i < n * times; i++) {
            wf_store_raw(&items->items[i], wf_load(&items->items[i - n]));
        }
        wf_barrier_range(items->items, (size_t)(n * times));
        if (items != buffer(l)) {
            wf_store_ptr(&l->items, items);
        }
        set_length(l, n * times);
    }
    wf_unlock(t, l);
    return self;
}

static WfValue list_repr(WfThread *t, WfValue self)
{
    WfList *l = wf_as_list(self);
    if (wf_list_length(l) == 0) {
        return wf_str_from_cstr(t, "[]");
    }
    WfFound running = wf_repr_enter(t, self);
    if (running != WF_MISSING) {
        return running == WF_ERROR ? WF_EMPTY : wf_str_from_cstr(t, "[...]");
    }
    WfStrBuilder b = WF_STR_BUILDER;
    WfValue result = WF_EMPTY;
    if (wf_builder_char(t, &b, '[') != WF_OK) {
        goto done;
    }
    for (int64_t i = 0;; i++) {
        WfValue v = wf_list_at(l, i);
        if (wf_is_empty(v)) {
            break;
        }
        if ((i > 0 && wf_builder_ascii(t, &b, ", ", 2) != WF_OK) || wf_builder_repr(t, &b, v) != WF_OK) {
            goto done;
        }
    }
    if (wf_builder_char(t, &b, ']') == WF_OK) {
        result = wf_builder_finish(t, &b);
    }
done:
    wf_repr_leave(t, self);
    return result;
}

static WfValue list_append(WfThread *t, WfValue *a)
{
    return wf_list_append(t, wf_as_list(a[0]), a[1]) == WF_OK ? WF_NONE : WF_EMPTY;
}

static WfValue list_extend(WfThread *t, WfValue *a)
{
    return wf_list_extend(t, wf_as_list(a[0]), a[1]) == WF_OK ? WF_NONE : WF_EMPTY;
}

static WfValue list_insert(WfThread *t, WfValue *a)
{
    int64_t i;
    if (wf_to_ssize(t, a[1], &i) != WF_OK) {
        return WF_EMPTY;
    }
    return wf_list_insert(t, wf_as_list(a[0]), i, a[2]) == WF_OK ? WF_NONE : WF_EMPTY;
}

static WfValue list_pop(WfThread *t, WfValue *a)
{
    int64_t i = -1;
    if (wf_is_int(a[1])) {
        i = wf_as_int(a[1]);
    } else if (wf_to_ssize(t, a[1], &i) != WF_OK) {
        return WF_EMPTY;
    }
    return wf_list_pop(t, wf_as_list(a[0]), i);
}

static WfValue list_remove(WfThread *t, WfValue *a)
{
    WfList *l = wf_as_list(a[0]);
restart:
    for (int64_t i = 0;; i++) {
        WfValue v = wf_list_at(l, i);
        if (wf_is_empty(v)) {
            return wf_raise(t, WF_EXC(ValueError), "list.remove(x): x not in list");
        }
        WfFound same = wf_equal_fast(t, v, a[1]);
        if (same == WF_ERROR) {
            return WF_EMPTY;
        }
        if (same == WF_FOUND) {
            wf_lock(t, l);
            /* Without threads only __eq__ itself can have moved it: then what is there now goes. */
            bool inside = i < l->x_length;
            bool there = inside && (!wf_threaded(t) || wf_is(wf_load(&buffer(l)->items[i]), v));
            if (there) {
                remove_locked(t, l, i, i + 1);
            }
            wf_unlock(t, l);
            if (!there && wf_threaded(t)) {
                goto restart;
            }
            return WF_NONE;
        }
    }
}

static WfValue list_index(WfThread *t, WfValue *a)
{
    WfList *l = wf_as_list(a[0]);
    int64_t start = 0, stop = INT64_MAX, n = wf_list_length(l);
    if (wf_index_bound(t, a[2], &start) != WF_OK || wf_index_bound(t, a[3], &stop) != WF_OK) {
        return WF_EMPTY;
    }
    if (start < 0 && (start += n) < 0) {
        start = 0;
    }
    if (stop < 0) {
        stop += n;
    }
    for (int64_t i = start; i < stop; i++) {
        WfValue v = wf_list_at(l, i);
        if (wf_is_empty(v)) {
            break;
        }
        WfFound same = wf_equal_fast(t, v, a[1]);
        if (same == WF_ERROR) {
            return WF_EMPTY;
        }
        if (same == WF_FOUND) {
            return wf_small_int(i);
        }
    }
    return wf_raise(t, WF_EXC(ValueError), "%R is not in list", a[1]);
}

static WfValue list_count(WfThread *t, WfValue *a)
{
    WfList *l = wf_as_list(a[0]);
    int64_t n = 0;
    for (int64_t i = 0;; i++) {
        WfValue v = wf_list_at(l, i);
        if (wf_is_empty(v)) {
            return wf_small_int(n);
        }
        WfFound same = wf_equal_fast(t, v, a[1]);
        if (same == WF_ERROR) {
            return WF_EMPTY;
        }
        n += same == WF_FOUND;
    }
}

static WfValue list_reverse(WfThread *t, WfValue *a)
{
    return wf_list_reverse(t, wf_as_list(a[0])) == WF_OK ? WF_NONE : WF_EMPTY;
}

static WfValue list_sort(WfThread *t, WfValue *a)
{
    int reverse;
    if (wf_to_int(t, a[2], &reverse) != WF_OK) {
        return WF_EMPTY;
    }
    return wf_list_sort(t, wf_as_list(a[0]), a[1], reverse != 0) == WF_OK ? WF_NONE : WF_EMPTY;
}

static WfValue list_clear(WfThread *t, WfValue *a)
{
    wf_list_clear(t, wf_as_list(a[0]));
    return WF_NONE;
}

static WfValue list_copy(WfThread *t, WfValue *a)
{
    return list_part(t, wf_as_list(a[0]), 0, INT64_MAX, 1);
}

static WfValue list_reversed(WfThread *t, WfValue *a)
{
    return wf_list_reverse_iter(t, a[0]);
}

static WfValue list_sizeof(WfThread *t, WfValue *a)
{
    WfSlots *items = buffer(wf_as_list(a[0]));
    return wf_small_int((int64_t)(wf_gc_cell_size(wf_as_object(a[0])) + (items == NULL ? 0 : wf_gc_cell_size(items))));
}

static WfValue list_getitem_method(WfThread *t, WfValue *a)
{
    return list_getitem(t, a[0], a[1]);
}

static const WfBuiltinDef list_methods[] = {
    {"__getitem__", list_getitem_method, "(self, index, /)", "self[index]", WF_FN_COEXIST},
    {"__reversed__", list_reversed, "(self, /)", "Iterator over the items, last one first."},
    {"__sizeof__", list_sizeof, "(self, /)", "Memory in bytes."},
    {"clear", list_clear, "(self, /)", "Remove all items."},
    {"copy", list_copy, "(self, /)", "A shallow copy."},
    {"append", list_append, "(self, object, /)", "Add object behind the last item."},
    {"insert", list_insert, "(self, index, object, /)", "Put object before the item at index."},
    {"extend", list_extend, "(self, iterable, /)", "Add all items of the iterable at the end."},
    {"pop", list_pop, "(self, index=-1, /)",
     "Remove the item at index, the last one by default, and return it.\n\nIndexError if there is none."},
    {"remove", list_remove, "(self, value, /)", "Remove the first item equal to value; ValueError if there is none."},
    {"index", list_index, "(self, value, start=0, stop=9223372036854775807, /)",
     "Position of the first item equal to value; ValueError if there is none."},
    {"count", list_count, "(self, value, /)", "How many items are equal to value."},
    {"reverse", list_reverse, "(self, /)", "Reverse the order of the items, in place."},
    {"sort", list_sort, "(self, /, *, key=None, reverse=False)",
     "Sort the items, in place and stably (equal ones keep their order).\n\n"
     "With a key function, items are ordered by what it returns for each of them;\n"
     "with reverse=True the order is descending."},
    {"__class_getitem__", wf_class_getitem, "(type, object, /)", "The generic alias list[object].", WF_FN_CLASS},
    {0},
};

const WfTypeSpec wf_list_spec = {
    .name = "list",
    .doc = "Built-in mutable sequence.\n\n"
           "list() is a new empty list; list(iterable) holds the iterable's items.",
    .flags = WF_TF_BASETYPE | WF_TF_SEQUENCE | WF_TF_MATCH_SELF,
    .size = sizeof(WfList),
    .methods = list_methods,
    .signature = "(iterable=(), /)",
    .slots = {
        .repr = list_repr,
        .richcompare = list_richcompare,
        .iter = wf_list_iter,
        .init = list_init,
        .new_ = list_new,
        .len = list_len,
        .getitem = list_getitem,
        .setitem = list_setitem,
        .contains = list_contains,
        .concat = list_concat,
        .repeat = list_repeat,
        .iconcat = list_iconcat,
        .irepeat = list_irepeat,
    },
};
