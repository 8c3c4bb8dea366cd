/* union.c - types.UnionType: int | str.
 * SPDX-License-Identifier: MIT
 * Design:     a flat tuple of types without duplicates; None stands for its type.
 * Threads:    immutable; the parameters are computed on demand and stored in a slot. */
#include "model/builtin.h"
#include "model/object.h"
#include "objects/list.h"
#include "objects/set.h"
#include "objects/str.h"
#include "objects/tuple.h"
#include "objects/unions.h"

typedef struct WfUnion {
    WfObject h;
    WfSlot args;       /* tuple of at least two */
    WfSlot parameters; /* tuple, or EMPTY until asked for */
} WfUnion;

WfTuple *wf_union_args(WfValue u)
{
    return WF_LOAD(WfTuple, &WF_AS(WfUnion, u)->args);
}

static void union_trace(WfMarker *m, WfObject *o)
{
    wf_mark_slot(m, &((WfUnion *)o)->args);
    wf_mark_slot(m, &((WfUnion *)o)->parameters);
}

static bool is_alias(WfValue v)
{
    return wf_is_object(v) && wf_is_instance_of(v, WF_TYPE(GENERICALIAS));
}

static bool can_be_in_union(WfValue v)
{
    return wf_is_none(v) || wf_is_type(v) || is_alias(v) || WF_IS_EXACT(v, UNION);
}

static WfStatus add(WfThread *t, WfValue list, WfValue v)
{
    if (WF_IS_EXACT(v, UNION)) {
        WfTuple *args = wf_union_args(v);
        for (int64_t i = 0; i < args->length; i++) {
            if (add(t, list, wf_tuple_at(args, i)) != WF_OK) {
                return WF_RAISED;
            }
        }
        return WF_OK;
    }
    if (wf_is_none(v)) {
        v = wf_from_object(WF_TYPE(NONETYPE));
    }
    for (int64_t i = 0; i < wf_list_length(wf_as_list(list)); i++) {
        WfValue old = wf_list_at(wf_as_list(list), i);
        bool aliases = is_alias(old) && is_alias(v);
        WfFound same = aliases ? wf_equal(t, old, v) : wf_is(old, v) ? WF_FOUND : WF_MISSING;
        if (same != WF_MISSING) {
            return same == WF_FOUND ? WF_OK : WF_RAISED;
        }
    }
    return wf_list_append(t, wf_as_list(list), v);
}

WfValue wf_union_or(WfThread *t, WfValue a, WfValue b)
{
    if (!can_be_in_union(a) || !can_be_in_union(b)) {
        return WF_NOT_IMPLEMENTED;
    }
    WfValue list = wf_list_new(t, 2);
    if (wf_is_empty(list) || add(t, list, a) != WF_OK || add(t, list, b) != WF_OK) {
        return WF_EMPTY;
    }
    if (wf_list_length(wf_as_list(list)) == 1) {
        return wf_list_at(wf_as_list(list), 0);
    }
    WfValue args = wf_list_to_tuple(t, wf_as_list(list));
    WfUnion *u = wf_is_empty(args) ? NULL : WF_NEW(t, WfUnion, UNION, NATIVE);
    if (u == NULL) {
        return WF_EMPTY;
    }
    wf_store_raw(&u->args, args);
    return wf_from_object(u);
}

static WfValue union_repr(WfThread *t, WfValue self)
{
    WfTuple *args = wf_union_args(self);
    WfStrBuilder b = WF_STR_BUILDER;
    for (int64_t i = 0; i < args->length; i++) {
        WfValue v = wf_tuple_at(args, i);
        if (i > 0 && wf_builder_ascii(t, &b, " | ", 3) != WF_OK) {
            return WF_EMPTY;
        }
        WfStatus status = WF_AS(WfType, v) == WF_TYPE(NONETYPE) ? wf_builder_ascii(t, &b, "None", 4)
                                                                : wf_alias_repr_item(t, &b, v);
        if (status != WF_OK) {
            return WF_EMPTY;
        }
    }
    return wf_builder_finish(t, &b);
}

static WfValue args_set(WfThread *t, WfValue u)
{
    return wf_set_from(t, wf_load(&WF_AS(WfUnion, u)->args));
}

static WfStatus union_hash(WfThread *t, WfValue self, int64_t *hash)
{
    WfTuple *args = wf_union_args(self);
    WfSlots *room = wf_gc_alloc_slots(t, args->length);
    if (room == NULL) {
        return WF_RAISED;
    }
    for (int64_t i = 0; i < args->length; i++) {
        wf_store(&room->items[i], wf_tuple_at(args, i));
    }
    WfValue set = wf_frozenset_from(t, (const WfValue *)(const void *)room->items, args->length);
    return wf_is_empty(set) ? WF_RAISED : wf_hash(t, set, hash);
}

static WfValue union_compare(WfThread *t, WfValue a, WfValue b, int op)
{
    if ((op != WF_EQ && op != WF_NE) || !WF_IS_EXACT(a, UNION) || !WF_IS_EXACT(b, UNION)) {
        return WF_NOT_IMPLEMENTED;
    }
    WfValue x = args_set(t, a);
    WfValue y = wf_is_empty(x) ? WF_EMPTY : args_set(t, b);
    return wf_is_empty(y) ? WF_EMPTY : wf_compare(t, x, y, op);
}

static WfValue get_parameters(WfThread *t, WfValue self)
{
    WfUnion *u = WF_AS(WfUnion, self);
    WfValue params = wf_load(&u->parameters);
    if (wf_is_empty(params)) {
        params = wf_alias_parameters(t, wf_union_args(self));
        if (!wf_is_empty(params)) {
            wf_store(&u->parameters, params);
        }
    }
    return params;
}

static WfValue union_getitem(WfThread *t, WfValue self, WfValue item)
{
    WfValue params = get_parameters(t, self);
    if (wf_is_empty(params)) {
        return WF_EMPTY;
    }
    WfValue args = wf_alias_substitute(t, self, wf_union_args(self), wf_as_tuple(params), item);
    if (wf_is_empty(args)) {
        return WF_EMPTY;
    }
    WfTuple *tuple = wf_as_tuple(args);
    WfValue result = wf_tuple_at(tuple, 0);
    for (int64_t i = 1; i < tuple->length && !wf_is_empty(result); i++) {
        result = wf_binary(t, WF_BIN_OR, result, wf_tuple_at(tuple, i));
    }
    return result;
}

static WfValue union_getattribute(WfThread *t, WfValue self, WfStr *name)
{
    if (wf_str_equal(name, WF_NAME(__module__))) {
        return wf_getattr(t, wf_from_object(WF_TYPE(UNION)), name);
    }
    return wf_generic_getattr(t, self, name);
}

static WfValue get_args(WfThread *t, WfValue self)
{
    return wf_load(&WF_AS(WfUnion, self)->args);
}

static const WfGetSetDef getsets[] = {{"__args__", get_args, NULL, NULL, WF_GS_MEMBER},
                                      {"__parameters__", get_parameters, NULL, "Type variables in the union.", 0},
                                      {0}};

const WfTypeSpec wf_union_spec = {.name = "types.UnionType",
                                  .doc = "A union of types, as in int | str.",
                                  .flags = WF_TF_NO_NEW | WF_TF_WEAKREFS,
                                  .size = sizeof(WfUnion),
                                  .getsets = getsets,
                                  .slots = {.trace = union_trace,
                                            .repr = union_repr,
                                            .hash = union_hash,
                                            .richcompare = union_compare,
                                            .getattribute = union_getattribute,
                                            .getitem = union_getitem,
                                            .binary = {[WF_BIN_OR] = wf_union_or}}};
