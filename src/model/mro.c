/* mro.c - method resolution order, the base that decides the layout, and which classes have the same layout.
 * SPDX-License-Identifier: MIT
 *
 * Design:     C3 merges the MROs of the bases and the list of bases. The layout of a class is that of one of its bases, the
 *             "best": all others' solid bases (those that add fields) must be bases of the best one's.
 * Threads:    works on tuples, which do not change. wf_mro_ask may run Python code and holds no lock. */
#include "model/mro.h"

#include "model/object.h"
#include "objects/list.h"
#include "objects/str.h"
#include "objects/tuple.h"

/* --- C3 ----------------------------------------------------------------------------------------------------------------- */

static bool in_tail(const WfTuple *seq, int64_t from, WfValue c)
{
    for (int64_t i = from + 1; i < seq->length; i++) {
        if (wf_is(wf_tuple_at(seq, i), c)) {
            return true;
        }
    }
    return false;
}

static WfValue no_order(WfThread *t, WfTuple **seqs, const int64_t *at, int64_t n)
{
    WfStrBuilder b = WF_STR_BUILDER;
    bool first = true;
    for (int64_t i = 0; i < n; i++) {
        if (at[i] >= seqs[i]->length) {
            continue;
        }
        WfValue c = wf_tuple_at(seqs[i], at[i]);
        bool again = false;
        for (int64_t k = 0; k < i; k++) {
            again |= at[k] < seqs[k]->length && wf_is(wf_tuple_at(seqs[k], at[k]), c);
        }
        if (again) {
            continue;
        }
        if ((!first && wf_builder_ascii(t, &b, ", ", 2) != WF_OK)
            || wf_builder_str(t, &b, WF_LOAD(WfStr, &WF_AS(WfType, c)->name)) != WF_OK) {
            return WF_EMPTY;
        }
        first = false;
    }
    WfValue names = wf_builder_finish(t, &b);
    if (wf_is_empty(names)) {
        return WF_EMPTY;
    }
    return wf_raise(t, WF_EXC(TypeError), "Cannot create a consistent method resolution\norder (MRO) for bases %V", names);
}

WfValue wf_mro_compute(WfThread *t, WfType *type)
{
    WfTuple *bases = WF_LOAD(WfTuple, &type->bases);
    int64_t n = bases->length;
    for (int64_t i = 0; i < n; i++) {
        WfType *b = WF_AS(WfType, wf_tuple_at(bases, i));
        if (wf_is_empty(wf_load(&b->mro))) {
            return wf_raise(t, WF_EXC(TypeError), "Cannot extend an incomplete type '%N'", b);
        }
        for (int64_t k = 0; k < i; k++) {
            if (wf_is(wf_tuple_at(bases, k), wf_tuple_at(bases, i))) {
                return wf_raise(t, WF_EXC(TypeError), "duplicate base class %N", b);
            }
        }
    }
    if (n == 1) {
        WfTuple *above = WF_LOAD(WfTuple, &WF_AS(WfType, wf_tuple_at(bases, 0))->mro);
        WfTuple *mro = wf_tuple_alloc(t, above->length + 1);
        if (mro == NULL) {
            return WF_EMPTY;
        }
        wf_store_ptr(&mro->items[0], type);
        for (int64_t i = 0; i < above->length; i++) {
            wf_store(&mro->items[i + 1], wf_tuple_at(above, i));
        }
        return wf_from_object(mro);
    }
    WfValue out = wf_list_new(t, 8);
    WfSlots *seq_room = wf_gc_alloc_slots(t, n + 1);
    WfRaw *at_room = wf_gc_alloc_raw(t, (n + 1) * (int64_t)sizeof(int64_t), true);
    if (wf_is_empty(out) || seq_room == NULL || at_room == NULL || wf_list_append(t, wf_as_list(out), wf_from_object(type)) != WF_OK) {
        return WF_EMPTY;
    }
    WfTuple **seqs = (WfTuple **)(void *)seq_room->items;
    int64_t *at = (int64_t *)(void *)at_room->data;
    for (int64_t i = 0; i < n; i++) {
        wf_store(&seq_room->items[i], wf_load(&WF_AS(WfType, wf_tuple_at(bases, i))->mro));
    }
    wf_store_ptr(&seq_room->items[n], bases);
    for (;;) {
        bool left = false, found = false;
        for (int64_t i = 0; i <= n && !found; i++) {
            if (at[i] >= seqs[i]->length) {
                continue;
            }
            left = true;
            WfValue c = wf_tuple_at(seqs[i], at[i]);
            bool blocked = false;
            for (int64_t k = 0; k <= n && !blocked; k++) {
                blocked = in_tail(seqs[k], at[k], c);
            }
            if (blocked) {
                continue;
            }
            found = true;
            if (wf_list_append(t, wf_as_list(out), c) != WF_OK) {
                return WF_EMPTY;
            }
            for (int64_t k = 0; k <= n; k++) {
                if (at[k] < seqs[k]->length && wf_is(wf_tuple_at(seqs[k], at[k]), c)) {
                    at[k]++;
                }
            }
        }
        if (!left) {
            return wf_list_to_tuple(t, wf_as_list(out));
        }
        if (!found) {
            return no_order(t, seqs, at, n + 1);
        }
    }
}

WfValue wf_mro_ask(WfThread *t, WfType *type)
{
    WfType *meta = wf_type(wf_from_object(type));
    if (meta == WF_TYPE(TYPE)
        || wf_is(wf_type_lookup(t, meta, WF_NAME(mro)), wf_type_lookup(t, WF_TYPE(TYPE), WF_NAME(mro)))) {
        return wf_mro_compute(t, type);
    }
    WfValue f = wf_lookup_special(t, wf_from_object(type), WF_NAME(mro));
    WfValue r = wf_is_empty(f) ? WF_EMPTY : wf_call0(t, f);
    r = wf_is_empty(r) ? WF_EMPTY : wf_to_tuple(t, r);
    if (wf_is_empty(r)) {
        return WF_EMPTY;
    }
    const WfTuple *mro = wf_as_tuple(r);
    WfType *solid = wf_solid_base(type);
    for (int64_t i = 0; i < mro->length; i++) {
        WfValue c = wf_tuple_at(mro, i);
        if (!wf_is_type(c)) {
            return wf_raise(t, WF_EXC(TypeError), "mro() returned a non-class ('%T')", c);
        }
        if (!wf_type_is_subtype(solid, wf_solid_base(WF_AS(WfType, c)))) {
            return wf_raise(t, WF_EXC(TypeError), "mro() returned base with unsuitable layout ('%N')", WF_AS(WfType, c));
        }
    }
    return r;
}

/* --- layouts ------------------------------------------------------------------------------------------------------------- */

static bool adds_fields(const WfType *type, const WfType *base)
{
    return type->native_size != base->native_size || type->n_slots != base->n_slots
        || ((wf_type_flags(type) ^ wf_type_flags(base)) & WF_TF_VARSIZE) != 0
        || (type->kind != base->kind && (wf_type_flags(type) & WF_TF_HEAP) == 0);
}

WfType *wf_solid_base(WfType *type)
{
    while (type != WF_TYPE(OBJECT)) {
        WfType *base = WF_LOAD(WfType, &type->base);
        if (adds_fields(type, base)) {
            return type;
        }
        type = base;
    }
    return type;
}

WfType *wf_best_base(WfThread *t, WfTuple *bases)
{
    WfType *best = NULL, *winner = NULL;
    for (int64_t i = 0; i < bases->length; i++) {
        WfValue v = wf_tuple_at(bases, i);
        if (!wf_is_type(v)) {
            return WF_FAIL_NULL(wf_raise(t, WF_EXC(TypeError), "bases must be types"));
        }
        WfType *b = WF_AS(WfType, v);
        if (wf_type_ready(t, b) != WF_OK) {
            return NULL;
        }
        if ((wf_type_flags(b) & WF_TF_BASETYPE) == 0) {
            return WF_FAIL_NULL(wf_raise(t, WF_EXC(TypeError), "type '%N' is not an acceptable base type", b));
        }
        WfType *candidate = wf_solid_base(b);
        if (winner == NULL || (candidate != winner && wf_type_is_subtype(candidate, winner) && !wf_type_is_subtype(winner, candidate))) {
            winner = candidate;
            best = b;
        } else if (!wf_type_is_subtype(winner, candidate)) {
            return WF_FAIL_NULL(wf_raise(t, WF_EXC(TypeError), "multiple bases have instance lay-out conflict"));
        }
    }
    return best;
}

/* The same __slots__ over the same base, in classes that derive from it directly. */
static bool same_slots(const WfType *a, const WfType *b)
{
    const WfTuple *x = WF_LOAD(WfTuple, &a->slot_names), *y = WF_LOAD(WfTuple, &b->slot_names);
    int64_t n = x == NULL ? 0 : x->length;
    if (n != (y == NULL ? 0 : y->length)) {
        return false;
    }
    for (int64_t i = 0; i < n; i++) {
        if (!wf_str_equal(wf_as_str(wf_tuple_at(x, i)), wf_as_str(wf_tuple_at(y, i)))) {
            return false;
        }
    }
    return true;
}

static bool same_layout(WfType *a, WfType *b)
{
    if (a->attr_offset != b->attr_offset || a->instance_size != b->instance_size || a->kind != b->kind
        || a->native_size != b->native_size
        || ((wf_type_flags(a) ^ wf_type_flags(b)) & (WF_TF_VARSIZE | WF_TF_ATTRS_AT_END | WF_TF_WEAKREFS)) != 0) {
        return false;
    }
    WfType *x = wf_solid_base(a), *y = wf_solid_base(b);
    return x == y
        || ((wf_type_flags(x) & wf_type_flags(y) & WF_TF_HEAP) != 0 && x->native_size == y->native_size && same_slots(x, y)
            && wf_solid_base(WF_LOAD(WfType, &x->base)) == wf_solid_base(WF_LOAD(WfType, &y->base)));
}

WfStatus wf_type_check_assignable(WfThread *t, WfType *from, WfType *to, const char *attribute)
{
    if (!same_layout(from, to)) {
        return WF_FAIL(wf_raise(t, WF_EXC(TypeError), "%s assignment: '%N' object layout differs from '%N'", attribute, to, from));
    }
    return WF_OK;
}
