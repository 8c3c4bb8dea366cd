/* _abc.c - module _abc: what class abc.ABCMeta is made of.
 * SPDX-License-Identifier: MIT
 * Design:     each abstract class has a WfAbcData with the weak references of registered classes, and two caches of answers: sets of
 *             type versions (WfType.x_version). A version belongs to one state of one class for ever, so that an entry
 *             is never wrong and never keeps a class alive; a full set starts anew.
 * Invariants: A1 negative answers hold while interp->x_abc_counter is data->x_negative_at.
 * Threads:    sets are read without a lock; writers hold the data object's lock. */
#include "model/builtin.h"
#include "model/mro.h"
#include "objects/dict.h"
#include "objects/int.h"
#include "objects/list.h"
#include "objects/set.h"
#include "objects/str.h"
#include "objects/tuple.h"
#include "objects/weakref.h"

enum { FIRST_SIZE = 8, LARGEST_SIZE = 4096 };

/* Open addressing; 0 is a free place. */
typedef struct VersionSet {
    WfObject h;
    int64_t bytes; /* as WfRaw.size */
    uint64_t x_items[];
} VersionSet;

typedef struct WfAbcData {
    WfObject h;
    WfSlot registry;           /* list of weak references, or EMPTY */
    WfSlot positive, negative; /* VersionSet or EMPTY */
    uint64_t x_negative_at;    /* atomic */
    uint32_t n_positive, n_negative; /* under the lock */
} WfAbcData;

static void data_trace(WfMarker *m, WfObject *o)
{
    WfAbcData *d = (WfAbcData *)o;
    wf_mark_slot(m, &d->registry);
    wf_mark_slot(m, &d->positive);
    wf_mark_slot(m, &d->negative);
}

const WfTypeSpec wf_abc_data_spec = {.name = "_abc._abc_data",
                                     .doc = "Internal state of an abstract base class.",
                                     .flags = WF_TF_NO_NEW,
                                     .size = sizeof(WfAbcData),
                                     .slots = {.trace = data_trace}};

/* --- sets of versions --------------------------------------------------------------------------------------------------- */

static uint64_t version_of(WfValue type)
{
    return __atomic_load_n(&WF_AS(WfType, type)->x_version, __ATOMIC_ACQUIRE);
}

static uint64_t set_size(const VersionSet *s)
{
    return (uint64_t)s->bytes / sizeof(uint64_t);
}

static bool set_has(const WfSlot *slot, uint64_t version)
{
    const VersionSet *s = (const VersionSet *)(uintptr_t)wf_load_acquire(slot).bits;
    if (s == NULL || version == 0) {
        return false;
    }
    uint64_t mask = set_size(s) - 1;
    for (uint64_t i = version * 0x9e3779b97f4a7c15u >> 32;; i++) {
        uint64_t at = __atomic_load_n(&s->x_items[i & mask], __ATOMIC_RELAXED);
        if (at == version || at == 0) {
            return at == version;
        }
    }
}

static void set_put(VersionSet *s, uint64_t version)
{
    uint64_t mask = set_size(s) - 1;
    uint64_t i = version * 0x9e3779b97f4a7c15u >> 32;
    while (s->x_items[i & mask] != 0) {
        i++;
    }
    __atomic_store_n(&s->x_items[i & mask], version, __ATOMIC_RELAXED);
}

static WfStatus set_add(WfThread *t, WfAbcData *d, WfSlot *slot, uint32_t *n, uint64_t version)
{
    if (version == 0 || set_has(slot, version)) {
        return WF_OK;
    }
    WfStatus status = WF_OK;
    wf_lock(t, d);
    VersionSet *s = WF_LOAD(VersionSet, slot);
    if (s == NULL || *n * 2 >= set_size(s)) {
        uint64_t size = s == NULL ? FIRST_SIZE : set_size(s) * 2;
        bool anew = size > LARGEST_SIZE;
        size = anew ? FIRST_SIZE : size;
        VersionSet *larger = (VersionSet *)wf_gc_alloc_raw(t, (int64_t)(size * sizeof(uint64_t)), true);
        if (larger == NULL) {
            status = WF_RAISED;
        } else {
            *n = anew ? 0 : *n;
            for (uint64_t i = 0; s != NULL && !anew && i < set_size(s); i++) {
                if (s->x_items[i] != 0) {
                    set_put(larger, s->x_items[i]);
                }
            }
            wf_store_ptr(slot, larger);
            s = larger;
        }
    }
    if (status == WF_OK) {
        set_put(s, version);
        ++*n;
    }
    wf_unlock(t, d);
    return status;
}

static WfStatus add_positive(WfThread *t, WfAbcData *d, WfValue type)
{
    return set_add(t, d, &d->positive, &d->n_positive, version_of(type));
}

static WfStatus add_negative(WfThread *t, WfAbcData *d, WfValue type)
{
    return set_add(t, d, &d->negative, &d->n_negative, version_of(type));
}

static uint64_t counter(WfThread *t)
{
    return __atomic_load_n(&t->interp->x_abc_counter, __ATOMIC_ACQUIRE);
}

static void clear_caches(WfThread *t, WfAbcData *d, bool positive)
{
    wf_lock(t, d);
    if (positive) {
        wf_store(&d->positive, WF_EMPTY);
        d->n_positive = 0;
    }
    wf_store(&d->negative, WF_EMPTY);
    d->n_negative = 0;
    wf_unlock(t, d);
}

/* --- the class's data ------------------------------------------------------------------------------------------------- */

static WfStr *impl_name(WfThread *t)
{
    return wf_str_intern_cstr(t, "_abc_impl");
}

static WfAbcData *data_of(WfThread *t, WfValue cls)
{
    WfStr *name = impl_name(t);
    WfValue v = name == NULL ? WF_EMPTY : wf_getattr(t, cls, name);
    if (wf_is_empty(v)) {
        return NULL;
    }
    if (!WF_IS_EXACT(v, ABC_DATA)) {
        return WF_FAIL_NULL(wf_raise(t, WF_EXC(TypeError), "_abc_impl is set to a wrong type"));
    }
    return WF_AS(WfAbcData, v);
}

static WfFound is_abstract(WfThread *t, WfValue v)
{
    WfValue flag;
    WfFound found = wf_getattr_opt(t, v, WF_NAME(__isabstractmethod__), &flag);
    return found == WF_FOUND ? wf_truth(t, flag) : found;
}

static WfStatus add_own_abstracts(WfThread *t, WfValue cls, WfValue set)
{
    WfValue dict = wf_getattr(t, cls, WF_NAME(__dict__));
    WfValue pairs = wf_is_empty(dict) ? WF_EMPTY : wf_call_method0(t, dict, WF_NAME(items));
    pairs = wf_is_empty(pairs) ? WF_EMPTY : wf_to_list(t, pairs);
    if (wf_is_empty(pairs)) {
        return WF_RAISED;
    }
    for (int64_t i = 0; i < wf_list_length(wf_as_list(pairs)); i++) {
        WfTuple *pair = wf_as_tuple(wf_list_at(wf_as_list(pairs), i));
        WfFound found = is_abstract(t, wf_tuple_at(pair, 1));
        if (found == WF_ERROR
            || (found == WF_FOUND && wf_set_add(t, WF_AS(WfSet, set), wf_tuple_at(pair, 0)) != WF_OK)) {
            return WF_RAISED;
        }
    }
    return WF_OK;
}

static WfStatus add_inherited_abstracts(WfThread *t, WfValue cls, WfValue base, WfValue set)
{
    WfValue names;
    WfFound found = wf_getattr_opt(t, base, WF_NAME(__abstractmethods__), &names);
    if (found != WF_FOUND) {
        return found == WF_ERROR ? WF_RAISED : WF_OK;
    }
    WfValue list = wf_to_list(t, names);
    if (wf_is_empty(list)) {
        return WF_RAISED;
    }
    for (int64_t i = 0; i < wf_list_length(wf_as_list(list)); i++) {
        WfValue key = wf_list_at(wf_as_list(list), i);
        WfValue v;
        WfValue name = wf_is_str(key) ? wf_str_intern(t, key) : wf_raise(t, WF_EXC(TypeError), "attribute name must be string, not '%.200T'", key);
        found = wf_is_empty(name) ? WF_ERROR : wf_getattr_opt(t, cls, wf_as_str(name), &v);
        if (found == WF_FOUND) {
            found = is_abstract(t, v);
        }
        if (found == WF_ERROR || (found == WF_FOUND && wf_set_add(t, WF_AS(WfSet, set), key) != WF_OK)) {
            return WF_RAISED;
        }
    }
    return WF_OK;
}

static WfStatus compute_abstracts(WfThread *t, WfValue cls)
{
    WfValue set = wf_set_new(t);
    if (wf_is_empty(set) || add_own_abstracts(t, cls, set) != WF_OK) {
        return WF_RAISED;
    }
    WfValue bases = wf_getattr(t, cls, WF_NAME(__bases__));
    if (wf_is_empty(bases)) {
        return WF_RAISED;
    }
    if (!wf_is_tuple(bases)) {
        return WF_FAIL(wf_raise(t, WF_EXC(TypeError), "__bases__ is not tuple"));
    }
    for (int64_t i = 0; i < wf_as_tuple(bases)->length; i++) {
        if (add_inherited_abstracts(t, cls, wf_tuple_at(wf_as_tuple(bases), i), set) != WF_OK) {
            return WF_RAISED;
        }
    }
    WfValue frozen = wf_call1(t, wf_from_object(WF_TYPE(FROZENSET)), set);
    return wf_is_empty(frozen) ? WF_RAISED : wf_setattr(t, cls, WF_NAME(__abstractmethods__), frozen);
}

/* __abc_tpflags__ of collections.abc: which patterns instances match (bits 5 and 6, as in CPython). */
static WfStatus take_pattern_flags(WfThread *t, WfValue cls)
{
    if (!wf_is_type(cls)) {
        return WF_OK;
    }
    WfType *type = WF_AS(WfType, cls);
    WfStr *name = wf_str_intern_cstr(t, "__abc_tpflags__");
    WfValue v = name == NULL ? WF_EMPTY : wf_dict_get_str(WF_LOAD(WfDict, &type->dict), name);
    if (wf_is_empty(v)) {
        return name == NULL ? WF_RAISED : WF_OK;
    }
    if (wf_is_int(v)) {
        int64_t flags = wf_as_int(v);
        if ((flags & (3 << 5)) == (3 << 5)) {
            return WF_FAIL(wf_raise(t, WF_EXC(TypeError),
                                    "__abc_tpflags__ cannot be both Py_TPFLAGS_SEQUENCE and Py_TPFLAGS_MAPPING"));
        }
        wf_type_change_flags(type, (flags & 1 << 5 ? WF_TF_SEQUENCE : 0) | (flags & 1 << 6 ? WF_TF_MAPPING : 0), 0);
    }
    return wf_setattr(t, cls, name, WF_EMPTY);
}

static WfValue abc_init(WfThread *t, WfValue *a)
{
    if (compute_abstracts(t, a[0]) != WF_OK) {
        return WF_EMPTY;
    }
    WfAbcData *d = WF_NEW(t, WfAbcData, ABC_DATA, NATIVE);
    WfStr *name = d == NULL ? NULL : impl_name(t);
    if (name == NULL) {
        return WF_EMPTY;
    }
    d->x_negative_at = counter(t);
    if (wf_setattr(t, a[0], name, wf_from_object(d)) != WF_OK || take_pattern_flags(t, a[0]) != WF_OK) {
        return WF_EMPTY;
    }
    return WF_NONE;
}

/* --- registering ---------------------------------------------------------------------------------------------------------- */

static WfStatus inherit_pattern_flags(WfThread *t, WfType *type, uint32_t flags)
{
    uint32_t both = WF_TF_SEQUENCE | WF_TF_MAPPING;
    if ((wf_type_flags(type) & both) == flags || (wf_type_flags(type) & WF_TF_IMMUTABLE)) {
        return WF_OK;
    }
    wf_type_change_flags(type, flags, both & ~flags);
    WfValue list = wf_subclasses_list(t, type);
    if (wf_is_empty(list)) {
        return WF_RAISED;
    }
    for (int64_t i = 0; i < wf_list_length(wf_as_list(list)); i++) {
        if (inherit_pattern_flags(t, WF_AS(WfType, wf_list_at(wf_as_list(list), i)), flags) != WF_OK) {
            return WF_RAISED;
        }
    }
    return WF_OK;
}

static WfValue abc_register(WfThread *t, WfValue *a)
{
    if (!wf_is_type(a[1])) {
        return wf_raise(t, WF_EXC(TypeError), "Can only register classes");
    }
    WfFound found = wf_issubclass(t, a[1], a[0]);
    if (found != WF_MISSING) {
        return found == WF_FOUND ? a[1] : WF_EMPTY;
    }
    found = wf_issubclass(t, a[0], a[1]);
    if (found != WF_MISSING) {
        return found == WF_FOUND ? wf_raise(t, WF_EXC(RuntimeError), "Refusing to create an inheritance cycle") : WF_EMPTY;
    }
    WfAbcData *d = data_of(t, a[0]);
    WfValue ref = d == NULL ? WF_EMPTY : wf_weakref_new(t, a[1], WF_EMPTY);
    WfValue fresh = wf_is_empty(ref) ? WF_EMPTY : wf_list_new(t, 1);
    if (wf_is_empty(fresh)) {
        return WF_EMPTY;
    }
    wf_lock(t, d);
    WfValue registry = wf_load(&d->registry);
    if (wf_is_empty(registry)) {
        wf_store(&d->registry, fresh);
        registry = fresh;
    }
    wf_unlock(t, d);
    if (wf_list_append(t, wf_as_list(registry), ref) != WF_OK) {
        return WF_EMPTY;
    }
    __atomic_add_fetch(&t->interp->x_abc_counter, 1, __ATOMIC_RELEASE);
    if (wf_is_type(a[0])) {
        uint32_t flags = wf_type_flags(WF_AS(WfType, a[0])) & (WF_TF_SEQUENCE | WF_TF_MAPPING);
        if (flags != 0 && inherit_pattern_flags(t, WF_AS(WfType, a[1]), flags) != WF_OK) {
            return WF_EMPTY;
        }
    }
    return a[1];
}

/* --- asking ------------------------------------------------------------------------------------------------------------------ */

/* FOUND, MISSING: known from the caches to be (no) subclass. ERROR: not known; no exception. */
static WfFound cached(WfThread *t, WfAbcData *d, WfValue type)
{
    uint64_t version = version_of(type);
    if (set_has(&d->positive, version)) {
        return WF_FOUND;
    }
    uint64_t now = counter(t);
    if (__atomic_load_n(&d->x_negative_at, __ATOMIC_ACQUIRE) != now) {
        clear_caches(t, d, false);
        __atomic_store_n(&d->x_negative_at, now, __ATOMIC_RELEASE);
        return WF_ERROR;
    }
    return set_has(&d->negative, version) ? WF_MISSING : WF_ERROR;
}

static WfValue abc_subclasscheck(WfThread *t, WfValue *a)
{
    WfValue self = a[0];
    WfValue sub = a[1];
    if (!wf_is_type(sub)) {
        return wf_raise(t, WF_EXC(TypeError), "issubclass() arg 1 must be a class");
    }
    WfAbcData *d = data_of(t, self);
    if (d == NULL) {
        return WF_EMPTY;
    }
    WfFound known = cached(t, d, sub);
    if (known != WF_ERROR) {
        return WF_BOOL(known == WF_FOUND);
    }
    WfValue ok = wf_call_method1(t, self, WF_NAME(__subclasshook__), sub);
    if (wf_is_empty(ok)) {
        return WF_EMPTY;
    }
    if (wf_is_true(ok)) {
        return add_positive(t, d, sub) == WF_OK ? WF_TRUE : WF_EMPTY;
    }
    if (wf_is_false(ok)) {
        return add_negative(t, d, sub) == WF_OK ? WF_FALSE : WF_EMPTY;
    }
    if (!wf_is(ok, WF_NOT_IMPLEMENTED)) {
        return wf_raise(t, WF_EXC(AssertionError), "__subclasshook__ must return either False, True, or NotImplemented");
    }
    if (wf_is_type(self) && wf_type_is_subtype(WF_AS(WfType, sub), WF_AS(WfType, self))) {
        return add_positive(t, d, sub) == WF_OK ? WF_TRUE : WF_EMPTY;
    }
    WfValue registry = wf_load(&d->registry);
    for (int64_t i = 0; !wf_is_empty(registry) && i < wf_list_length(wf_as_list(registry)); i++) {
        WfValue ref = wf_list_at(wf_as_list(registry), i);
        WfValue cls = wf_is_empty(ref) ? WF_EMPTY : wf_weakref_target(wf_as_weakref(ref));
        if (wf_is_empty(cls)) {
            continue;
        }
        WfFound found = wf_issubclass(t, sub, cls);
        if (found != WF_MISSING) {
            return found == WF_FOUND && add_positive(t, d, sub) == WF_OK ? WF_TRUE : WF_EMPTY;
        }
    }
    WfValue subclasses = wf_call_method0(t, self, WF_NAME(__subclasses__));
    if (wf_is_empty(subclasses)) {
        return WF_EMPTY;
    }
    if (!wf_is_list(subclasses)) {
        return wf_raise(t, WF_EXC(TypeError), "__subclasses__() must return a list");
    }
    for (int64_t i = 0; i < wf_list_length(wf_as_list(subclasses)); i++) {
        WfFound found = wf_issubclass(t, sub, wf_list_at(wf_as_list(subclasses), i));
        if (found != WF_MISSING) {
            return found == WF_FOUND && add_positive(t, d, sub) == WF_OK ? WF_TRUE : WF_EMPTY;
        }
    }
    return add_negative(t, d, sub) == WF_OK ? WF_FALSE : WF_EMPTY;
}

static WfValue ask(WfThread *t, WfValue self, WfValue type)
{
    return wf_call_method1(t, self, WF_NAME(__subclasscheck__), type);
}

static WfValue abc_instancecheck(WfThread *t, WfValue *a)
{
    WfAbcData *d = data_of(t, a[0]);
    WfValue claimed = d == NULL ? WF_EMPTY : wf_getattr(t, a[1], WF_NAME(__class__));
    if (wf_is_empty(claimed)) {
        return WF_EMPTY;
    }
    if (wf_is_type(claimed) && set_has(&d->positive, version_of(claimed))) {
        return WF_TRUE;
    }
    WfValue type = wf_from_object(wf_type(a[1]));
    if (wf_is(type, claimed)) {
        if (__atomic_load_n(&d->x_negative_at, __ATOMIC_ACQUIRE) == counter(t) && set_has(&d->negative, version_of(type))) {
            return WF_FALSE;
        }
        return ask(t, a[0], claimed);
    }
    WfValue result = ask(t, a[0], claimed);
    WfFound truth = wf_is_empty(result) ? WF_ERROR : wf_truth(t, result);
    return truth == WF_ERROR ? WF_EMPTY : truth == WF_FOUND ? result : ask(t, a[0], type);
}

static WfValue get_cache_token(WfThread *t, WfValue *a)
{
    return wf_int_from_u64(t, counter(t));
}

static WfValue reset_registry(WfThread *t, WfValue *a)
{
    WfAbcData *d = data_of(t, a[0]);
    if (d == NULL) {
        return WF_EMPTY;
    }
    wf_store(&d->registry, WF_EMPTY);
    return WF_NONE;
}

static WfValue reset_caches(WfThread *t, WfValue *a)
{
    WfAbcData *d = data_of(t, a[0]);
    if (d == NULL) {
        return WF_EMPTY;
    }
    clear_caches(t, d, true);
    return WF_NONE;
}

/* The caches hold no classes to show: they are given as empty sets. */
static WfValue get_dump(WfThread *t, WfValue *a)
{
    WfAbcData *d = data_of(t, a[0]);
    if (d == NULL) {
        return WF_EMPTY;
    }
    WfValue registry = wf_load(&d->registry);
    WfValue shown = wf_is_empty(registry) ? wf_set_new(t) : wf_set_from(t, registry);
    WfValue positive = wf_is_empty(shown) ? WF_EMPTY : wf_set_new(t);
    WfValue negative = wf_is_empty(positive) ? WF_EMPTY : wf_set_new(t);
    WfValue at = wf_is_empty(negative) ? WF_EMPTY : wf_int_from_u64(t, d->x_negative_at);
    return wf_is_empty(at) ? WF_EMPTY : WF_TUPLE_OF(t, shown, positive, negative, at);
}

static const WfBuiltinDef functions[] = {
    {"get_cache_token", get_cache_token, "()", "Number that changes with every registration.", 0},
    {"_abc_init", abc_init, "(self, /)", "Set up a new abstract class.", 0},
    {"_abc_register", abc_register, "(self, subclass, /)", "Register a virtual subclass.", 0},
    {"_abc_instancecheck", abc_instancecheck, "(self, instance, /)", "Answer isinstance().", 0},
    {"_abc_subclasscheck", abc_subclasscheck, "(self, subclass, /)", "Answer issubclass().", 0},
    {"_get_dump", get_dump, "(self, /)", "Registry, caches and version, for debugging.", 0},
    {"_reset_registry", reset_registry, "(self, /)", "Forget registered classes.", 0},
    {"_reset_caches", reset_caches, "(self, /)", "Forget answers.", 0},
    {0}};

static WfStatus init(WfThread *t, WfValue module)
{
    return wf_type_ready(t, WF_TYPE(ABC_DATA));
}

const WfModuleDef wf_module__abc = {
    .name = "_abc", .doc = "Support for abstract base classes.", .functions = functions, .init = init};
