/* _weakref.c - module _weakref: weak references and what the library's weakref module needs.
 * SPDX-License-Identifier: MIT */
#include "model/builtin.h"
#include "objects/dict.h"
#include "objects/list.h"
#include "objects/weakref.h"

typedef struct Collect {
    WfValue *items;
    int64_t n, capacity;
} Collect;

static bool count_one(void *arg, WfObject *weakref)
{
    Collect *c = arg;
    if (c->n < c->capacity) {
        c->items[c->n] = wf_from_object(weakref);
    }
    c->n++;
    return true;
}

static WfValue getweakrefcount(WfThread *t, WfValue *a)
{
    Collect c = {NULL, 0, 0};
    if (wf_weakref_supported(a[0])) {
        wf_gc_each_weakref(t, wf_as_object(a[0]), count_one, &c);
    }
    return wf_small_int(c.n);
}

static int rank_of(WfValue ref)
{
    bool shared = wf_is_empty(wf_load(&wf_as_weakref(ref)->callback));
    return !shared ? 2 : WF_IS_EXACT(ref, WEAKREF) ? 0 : wf_type_flags(wf_type(ref)) & WF_TF_HEAP ? 2 : 1;
}

static WfValue getweakrefs(WfThread *t, WfValue *a)
{
    WfValue list = wf_list_new(t, 0);
    if (wf_is_empty(list) || !wf_weakref_supported(a[0])) {
        return list;
    }
    WfValue first[32];
    Collect c = {first, 0, WF_ARRAY_LEN(first)};
    wf_gc_each_weakref(t, wf_as_object(a[0]), count_one, &c);
    if (c.n > c.capacity) {
        /* Many: their room is collected memory, which keeps them alive meanwhile. */
        WfSlots *room = wf_gc_alloc_slots(t, c.n + 16);
        if (room == NULL) {
            return WF_EMPTY;
        }
        c = (Collect){(WfValue *)(void *)room->items, 0, c.n + 16};
        wf_gc_each_weakref(t, wf_as_object(a[0]), count_one, &c);
        wf_barrier_range(room->items, (size_t)c.capacity);
    }
    int64_t n = c.n < c.capacity ? c.n : c.capacity;
    /* The shared reference first, then the shared proxy, then the others, newest first (as they come). */
    for (int rank = 0; rank < 3; rank++) {
        for (int64_t i = 0; i < n; i++) {
            if (rank_of(c.items[i]) == rank && wf_list_append(t, wf_as_list(list), c.items[i]) != WF_OK) {
                return WF_EMPTY;
            }
        }
    }
    return list;
}

static WfValue proxy(WfThread *t, WfValue *a)
{
    return wf_weakproxy_new(t, a[0], wf_is_none(a[1]) ? WF_EMPTY : a[1]);
}

/* Only if the entry is still the same dead reference when it is deleted. */
static WfValue remove_dead_weakref(WfThread *t, WfValue *a)
{
    if (!wf_is_dict(a[0])) {
        return wf_raise(t, WF_EXC(TypeError), "_remove_dead_weakref() argument 1 must be dict, not %T", a[0]);
    }
    WfValue entry;
    int64_t hash;
    if (wf_hash(t, a[1], &hash) != WF_OK) {
        return WF_EMPTY;
    }
    WfFound found = wf_dict_get_hash(t, wf_as_dict(a[0]), a[1], hash, &entry);
    if (found != WF_FOUND) {
        return found == WF_ERROR ? WF_EMPTY : WF_NONE;
    }
    if (!WF_IS_KIND(entry, WEAKREF)) {
        return wf_raise(t, WF_EXC(TypeError), "not a weakref");
    }
    if (wf_is_empty(wf_weakref_target(wf_as_weakref(entry)))
        && wf_dict_replace(t, wf_as_dict(a[0]), a[1], hash, entry, WF_EMPTY) == WF_ERROR) {
        return WF_EMPTY;
    }
    return WF_NONE;
}

static const WfBuiltinDef functions[] = {
    {"getweakrefcount", getweakrefcount, "(object, /)", "Number of weak references to object.", 0},
    {"getweakrefs", getweakrefs, "(object, /)", "List of the weak references to object.", 0},
    {"proxy", proxy, "(object, callback=None, /)", "A proxy that refers weakly to object.", 0},
    {"_remove_dead_weakref", remove_dead_weakref, "(dct, key, /)",
     "Delete the item of key if its value is a dead weak reference.", 0},
    {0}};

static WfStatus init(WfThread *t, WfValue module)
{
    if (wf_module_add(t, module, "ref", wf_from_object(WF_TYPE(WEAKREF))) != WF_OK
        || wf_module_add(t, module, "ReferenceType", wf_from_object(WF_TYPE(WEAKREF))) != WF_OK
        || wf_module_add(t, module, "ProxyType", wf_from_object(WF_TYPE(WEAKPROXY))) != WF_OK
        || wf_module_add(t, module, "CallableProxyType", wf_from_object(WF_TYPE(WEAKCALLABLEPROXY))) != WF_OK) {
        return WF_RAISED;
    }
    return WF_OK;
}

const WfModuleDef wf_module__weakref = {
    .name = "_weakref", .doc = "Support for weak references.", .functions = functions, .init = init};
