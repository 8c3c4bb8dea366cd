/* cache.c - filling inline caches and using those that need more than a slot.
 * SPDX-License-Identifier: MIT */
#include "vm/cache.h"

#include "code/code.h"
#include "objects/descriptors.h"
#include "objects/exceptions.h"
#include "objects/function.h"
#include "objects/str.h"
#include "vm/interp.h"
#include "vm/vm.h"

#define CHAIN_MAX 6 /* entries of a site */
/* Of so many lookups at a site that could not be cached one tries again. */
#define COLD_TRIES 64

static void set_word(const WfInsn *pc, uint64_t word)
{
    /* release: an entry is complete before it can be found */
    __atomic_store_n((uint64_t *)(uintptr_t)pc, word, __ATOMIC_RELEASE);
}

static void set_entry(const WfInsn *pc, const WfCacheEntry *e)
{
    set_word(pc, (uint64_t)(uintptr_t)e | (uint64_t)WF_CACHE_ENTRY << 48);
    wf_barrier((const WfSlot *)(const void *)pc);
}

static void set_inline(const WfInsn *pc, uint32_t shape, uint32_t offset)
{
    set_word(pc, shape | (uint64_t)offset << 32 | (uint64_t)WF_CACHE_INLINE << 48);
    wf_barrier((const WfSlot *)(const void *)pc);
}

/* Is it worth to look for a cacheable case again? Drawn by lot: a count in the site would be written at every lookup, by
 * all threads. */
static bool try_again(WfThread *t, const WfInsn *pc)
{
    if (WF_CACHE_KIND(WF_CACHE_WORD(pc)) != WF_CACHE_COLD) {
        return true;
    }
    t->random_state = t->random_state * 6364136223846793005u + 1442695040888963407u;
    return (t->random_state >> 32) % COLD_TRIES == 0;
}
static void set_cold(const WfInsn *pc)
{
    const uint64_t cold = (uint64_t)WF_CACHE_COLD << 48;
    if (WF_CACHE_WORD(pc) != cold) {
        set_word(pc, cold);
    }
}

static WfCacheEntry *new_entry(WfThread *t)
{
    WfCacheEntry *e = (WfCacheEntry *)wf_gc_alloc(t, WF_KIND_WORDS, sizeof(WfCacheEntry));
    if (e == NULL) {
        wf_clear_pending(t); /* a cache that cannot be made is no error */
        return NULL;
    }
    e->length = 1;
    return e;
}

static const WfCacheEntry *next_of(const WfCacheEntry *e)
{
    return WF_LOAD(const WfCacheEntry, &e->next);
}

/* What the site knows of other shapes than `shape`, as a chain to go behind a new entry. NULL: nothing, or it has gone
 * stale (there is an entry for the shape that no longer holds). *full: too much. inline_kind: of a site's inline word. */
static WfCacheEntry *chain_for(WfThread *t, const WfInsn *pc, uint32_t shape, uint32_t inline_kind, bool *full)
{
    uint64_t word = WF_CACHE_WORD(pc);
    *full = false;
    if (WF_CACHE_KIND(word) == WF_CACHE_INLINE && (uint32_t)word != shape) {
        WfCacheEntry *e = new_entry(t);
        if (e != NULL) {
            e->kind = inline_kind;
            e->shape = (uint32_t)word;
            e->offset = word >> 32 & 0xffff;
        }
        return e;
    }
    if (WF_CACHE_KIND(word) != WF_CACHE_ENTRY) {
        return NULL;
    }
    const WfCacheEntry *first = WF_CACHE_ENTRY_OF(word);
    for (const WfCacheEntry *e = first; e != NULL; e = next_of(e)) {
        if (e->shape == shape) {
            return NULL;
        }
    }
    *full = first->length >= CHAIN_MAX;
    return (WfCacheEntry *)(uintptr_t)first;
}

static void link_entry(WfCacheEntry *e, const WfCacheEntry *next)
{
    wf_store_ptr_raw(&e->next, next);
    e->length = next == NULL ? 1 : next->length + 1;
}

/* --- attributes --------------------------------------------------------------------------------------------- */

static WfCacheHit by_lookup(WfThread *t, WfValue o, WfStr *name, bool method, WfValue *out)
{
    if (method) {
        WfValue self = WF_EMPTY;
        *out = wf_getmethod(t, o, name, &self);
        return wf_is_empty(*out) ? WF_HIT_ERROR : wf_is_empty(self) ? WF_HIT_VALUE : WF_HIT_METHOD;
    }
    *out = wf_getattr(t, o, name);
    return wf_is_empty(*out) ? WF_HIT_ERROR : WF_HIT_VALUE;
}

static bool instance_shadows(const WfCacheEntry *e, const WfObject *o, const WfType *type, WfStr *name)
{
    if (!e->check_dict) {
        return false;
    }
    WfDict *d = wf_instance_dict_fast(o, type);
    return d == NULL || !wf_is_empty(wf_dict_get_str(d, name));
}

/* The answer of an entry for v's shape; false: it does not apply. */
static bool use_entry(WfThread *t, const WfCacheEntry *e, WfValue v, WfStr *name, bool method, WfValue *out, WfCacheHit *hit)
{
    WfObject *o = wf_as_object(v);
    WfType *type = wf_shape_type(wf_shape_at((uint32_t)e->shape));
    *hit = WF_HIT_VALUE;
    switch ((WfAttrKind)e->kind) {
    case WF_ATTR_INLINE:
        *out = wf_load((const WfSlot *)((const char *)o + e->offset));
        return !wf_is_empty(*out);
    case WF_ATTR_OVERFLOW: {
        WfSlots *extra = WF_LOAD(WfSlots, (const WfSlot *)((const char *)o + e->offset));
        if (extra == NULL || extra->h.kind != WF_KIND_SLOTS || (int64_t)e->index >= extra->capacity) {
            return false;
        }
        *out = wf_load(&extra->items[e->index]);
        return !wf_is_empty(*out);
    }
    case WF_ATTR_DICT: {
        WfDict *d = wf_instance_dict_fast(o, type);
        if (d == NULL || type->x_version != e->version) {
            return false;
        }
        *out = wf_dict_get_str(d, name);
        return !wf_is_empty(*out);
    }
    case WF_ATTR_CLASS:
        *out = wf_load(&e->value);
        return type->x_version == e->version && !instance_shadows(e, o, type, name);
    case WF_ATTR_METHOD:
        if (type->x_version != e->version || instance_shadows(e, o, type, name)) {
            return false;
        }
        *out = wf_load(&e->value);
        if (method) {
            *hit = WF_HIT_METHOD;
            return true;
        }
        if (WF_IS_KIND(*out, FUNCTION)) {
            *out = wf_method_new(t, *out, v);
        } else {
            WfType *descr_type = wf_type(*out);
            *out = descr_type->slots.descr_get(t, *out, v, wf_from_object(type));
        }
        *hit = wf_is_empty(*out) ? WF_HIT_ERROR : WF_HIT_VALUE;
        return true;
    case WF_ATTR_PROPERTY:
        *out = wf_load(&e->value);
        *hit = WF_HIT_CALL;
        return type->x_version == e->version;
    case WF_ATTR_DESCRIPTOR: {
        if (type->x_version != e->version || instance_shadows(e, o, type, name)) {
            return false;
        }
        WfValue descr = wf_load(&e->value);
        *out = wf_type(descr)->slots.descr_get(t, descr, v, wf_from_object(type));
        *hit = wf_is_empty(*out) ? WF_HIT_ERROR : WF_HIT_VALUE;
        return true;
    }
    case WF_ATTR_MODULE: {
        WfDict *d = WF_LOAD(WfDict, &e->dict);
        if (wf_from_object(o).bits != e->value.x_bits
            || __atomic_load_n(&d->x_keys_version, __ATOMIC_ACQUIRE) != e->version) {
            return false;
        }
        *out = wf_load((const WfSlot *)((const char *)(uintptr_t)e->table.x_bits + e->offset));
        return !wf_is_empty(*out);
    }
    case WF_ATTR_TYPE:
        *out = wf_load(&e->value);
        return ((WfType *)o)->x_version == e->version;
    case WF_ATTR_CLASSMETHOD:
    case WF_ATTR_TYPE_CLASSMETHOD: {
        bool is_type = e->kind == WF_ATTR_TYPE_CLASSMETHOD;
        if ((is_type ? ((WfType *)o)->x_version : type->x_version) != e->version
            || (!is_type && instance_shadows(e, o, type, name))) {
            return false;
        }
        *out = wf_method_new(t, wf_load(&e->value), is_type ? v : wf_from_object(type));
        *hit = wf_is_empty(*out) ? WF_HIT_ERROR : WF_HIT_VALUE;
        return true;
    }
    default:
        return false;
    }
}

static void fill_load(WfThread *t, const WfInsn *pc, WfValue o, WfStr *name)
{
    WfAttrSite site;
    memset(&site, 0, sizeof site);
    wf_attr_classify(t, o, name, &site);
    if (site.kind == WF_ATTR_NONE || !wf_is_object(o)) {
        set_cold(pc);
        return;
    }
    uint32_t shape = site.kind == WF_ATTR_MODULE ? wf_shape_id(wf_as_object(o)) : site.shape;
    bool full;
    WfCacheEntry *rest = chain_for(t, pc, shape, WF_ATTR_INLINE, &full);
    if (full) {
        set_cold(pc);
        return;
    }
    if (site.kind == WF_ATTR_INLINE && rest == NULL) {
        set_inline(pc, site.shape, site.offset);
        return;
    }
    WfCacheEntry *e = new_entry(t);
    if (e == NULL) {
        return;
    }
    link_entry(e, rest);
    e->kind = site.kind;
    e->shape = site.shape;
    e->offset = site.offset;
    e->index = site.index;
    e->check_dict = site.check_dict;
    e->version = site.version;
    wf_store_raw(&e->value, site.value);
    if (site.kind == WF_ATTR_MODULE) {
        e->shape = shape;
        wf_store_raw(&e->value, o);
        wf_store_ptr_raw(&e->dict, site.dict);
        wf_store_raw(&e->table, wf_load(&site.dict->table));
        e->offset = (uint64_t)((const char *)site.slot - (const char *)(uintptr_t)e->table.x_bits);
        if (__atomic_load_n(&site.dict->x_keys_version, __ATOMIC_ACQUIRE) != site.version) {
            return; /* the table was replaced meanwhile */
        }
    }
    wf_barrier_range((const WfSlot *)(const void *)e, sizeof *e / sizeof(WfSlot));
    set_entry(pc, e);
}

WfCacheHit wf_cache_load_attr(WfThread *t, const WfInsn *pc, WfValue o, WfStr *name, bool method, WfValue *out)
{
    if (WF_LIKELY(wf_is_object(o))) {
        uint64_t word = WF_CACHE_WORD(pc);
        if (WF_CACHE_KIND(word) == WF_CACHE_ENTRY) {
            uint32_t shape = wf_shape_id(wf_as_object(o));
            for (const WfCacheEntry *e = WF_CACHE_ENTRY_OF(word); e != NULL; e = next_of(e)) {
                WfCacheHit hit;
                if (e->shape == shape && WF_LIKELY(use_entry(t, e, o, name, method, out, &hit))) {
                    return hit;
                }
            }
        } else if (WF_CACHE_KIND(word) == WF_CACHE_INLINE && wf_shape_id(wf_as_object(o)) == (uint32_t)word) {
            *out = wf_load((const WfSlot *)((const char *)wf_as_object(o) + (word >> 32 & 0xffff)));
            if (!wf_is_empty(*out)) {
                return WF_HIT_VALUE;
            }
        }
        if (try_again(t, pc)) {
            fill_load(t, pc, o, name);
        }
    }
    return by_lookup(t, o, name, method, out);
}

WfValue wf_cache_load_super(WfThread *t, const WfInsn *pc, WfValue super, WfValue cls, WfValue obj, WfStr *name, WfValue *self)
{
    if (wf_is_empty(obj) || wf_is_none(obj) || !wf_is_type(cls) || !wf_is(super, wf_from_object(WF_TYPE(SUPER)))) {
        WfValue o = wf_call0(t, super); /* something else by that name; or an error */
        return wf_is_empty(o) ? o : wf_getmethod(t, o, name, self);
    }
    const WfType *type = wf_type(obj);
    uint64_t version = __atomic_load_n(&type->x_version, __ATOMIC_ACQUIRE);
    WfValue v = wf_super_method(t, WF_AS(WfType, cls), obj, name, self);
    if (wf_is_empty(v) || wf_is_empty(*self) || !wf_is_object(obj) || !try_again(t, pc)) {
        return v;
    }
    uint32_t shape = wf_shape_id(wf_as_object(obj));
    bool full;
    const WfCacheEntry *rest = chain_for(t, pc, shape, WF_ATTR_INLINE, &full);
    WfCacheEntry *e = full ? NULL : new_entry(t);
    if (e == NULL) {
        set_cold(pc);
        return v;
    }
    link_entry(e, rest);
    e->kind = WF_ATTR_METHOD;
    e->shape = shape;
    e->version = version;
    wf_store_raw(&e->value, v);
    wf_store_raw(&e->dict, cls);
    if (wf_shape_type(wf_shape_at(shape)) == type && version != 0
        && __atomic_load_n(&type->x_version, __ATOMIC_ACQUIRE) == version) {
        set_entry(pc, e);
    }
    return v;
}

static bool use_store_entry(WfThread *t, const WfCacheEntry *e, WfValue v, WfValue value)
{
    WfObject *o = wf_as_object(v);
    if (e->kind == WF_STORE_INLINE) {
        wf_store((WfSlot *)((char *)o + e->offset), value);
        __atomic_signal_fence(__ATOMIC_SEQ_CST); /* as STORE_ATTR's handler */
        return wf_shape_id(o) == (uint32_t)e->shape;
    }
    bool done = false;
    wf_lock(t, o);
    if (wf_shape_id(o) == (uint32_t)e->shape) {
        if (e->kind == WF_STORE_ADD) {
            wf_store((WfSlot *)((char *)o + e->offset), value);
            /* release: who sees the shape sees the value */
            __atomic_store_n(&o->x_shape, (uint32_t)e->new_shape, __ATOMIC_RELEASE);
            done = true;
        } else {
            WfSlots *extra = WF_LOAD(WfSlots, (const WfSlot *)((const char *)o + e->offset));
            if (extra != NULL && extra->h.kind == WF_KIND_SLOTS && (int64_t)e->index < extra->capacity) {
                wf_store(&extra->items[e->index], value);
                done = true;
            }
        }
    }
    wf_unlock(t, o);
    return done;
}

WfStatus wf_cache_store_attr(WfThread *t, const WfInsn *pc, WfValue o, WfStr *name, WfValue v)
{
    if (WF_LIKELY(wf_is_object(o))) {
        uint64_t word = WF_CACHE_WORD(pc);
        if (WF_CACHE_KIND(word) == WF_CACHE_ENTRY) {
            uint32_t shape = wf_shape_id(wf_as_object(o));
            for (const WfCacheEntry *e = WF_CACHE_ENTRY_OF(word); e != NULL; e = next_of(e)) {
                if (e->shape == shape && use_store_entry(t, e, o, v)) {
                    return WF_OK;
                }
            }
        }
        if (try_again(t, pc)) {
            WfStoreSite site;
            memset(&site, 0, sizeof site);
            wf_attr_classify_store(t, o, name, &site);
            bool full = true;
            WfCacheEntry *rest =
                site.kind == WF_STORE_NONE ? NULL : chain_for(t, pc, site.shape, WF_STORE_INLINE, &full);
            if (full) {
                set_cold(pc);
            } else if (site.kind == WF_STORE_INLINE && rest == NULL) {
                set_inline(pc, site.shape, site.offset);
            } else {
                WfCacheEntry *e = new_entry(t);
                if (e != NULL) {
                    link_entry(e, rest);
                    e->kind = site.kind;
                    e->shape = site.shape;
                    e->new_shape = site.new_shape;
                    e->offset = site.offset;
                    e->index = site.index;
                    /* keeps the new shape alive while the entry can install it */
                    wf_store_raw(&e->value, site.kind == WF_STORE_ADD ? wf_from_object(wf_shape_at(site.new_shape)) : WF_EMPTY);
                    wf_barrier(&e->value);
                    set_entry(pc, e);
                }
            }
        }
    }
    return wf_setattr(t, o, name, v);
}

/* --- globals -------------------------------------------------------------------------------------------------- */

WfValue wf_cache_load_global(WfThread *t, const WfInsn *pc, WfFrame *f, WfStr *name)
{
    const WfFunction *func = wf_as_function(f->func);
    WfDict *globals = WF_LOAD(WfDict, &func->globals);
    WfValue builtins = wf_load(&func->builtins);
    uint64_t gversion = wf_dict_keys_version(t, globals);
    uint64_t bversion = 0;
    WfDict *owner = globals;
    WfSlot *slot = wf_dict_slot(t, globals, name, &gversion);
    if (slot == NULL) {
        if (!wf_is_dict(globals->h.kind == WF_KIND_DICT ? wf_from_object(globals) : WF_EMPTY) || !WF_IS_EXACT(builtins, DICT)) {
            return wf_op_load_name(t, f, name);
        }
        owner = wf_as_dict(builtins);
        slot = wf_dict_slot(t, owner, name, &bversion);
        if (slot == NULL) {
            return wf_raise_name(t, WF_EXC(NameError), "name '%U' is not defined", name);
        }
    }
    WfValue v = wf_load(slot);
    if (gversion != 0 && (owner == globals || bversion != 0) && !wf_is_empty(v) && try_again(t, pc)) {
        WfCacheEntry *e = new_entry(t);
        if (e != NULL) {
            wf_store_raw(&e->table, wf_load(&owner->table));
            e->offset = (uint64_t)((const char *)slot - (const char *)(uintptr_t)e->table.x_bits);
            e->version = gversion;
            e->version2 = bversion;
            wf_store_ptr_raw(&e->dict, owner);
            wf_barrier_range((const WfSlot *)(const void *)e, sizeof *e / sizeof(WfSlot));
            if (e->offset < (uint64_t)1 << 40
                && __atomic_load_n(&owner->x_keys_version, __ATOMIC_ACQUIRE) == (owner == globals ? gversion : bversion)) {
                set_entry(pc, e);
            }
        }
    }
    return wf_is_empty(v) ? wf_op_load_name(t, f, name) : v;
}

/* --- the collector ----------------------------------------------------------------------------------------------- */

/* The words of a code object, kind INSNS: a cache that is filled dirties their card. empty: forgets all caches. */
static void trace_caches(WfMarker *m, WfRaw *raw, bool empty)
{
    WfInsn *insns = (WfInsn *)(void *)raw->data;
    int64_t n = raw->size / (int64_t)sizeof(WfInsn);
    for (int64_t i = 0; i < n; i++) {
        const WfOpInfo *info = &wf_op_info[WF_INSN_OP(insns[i])];
        if (info->extra == WF_EXTRA_0) {
            continue;
        }
        i++;
        if (info->extra != WF_EXTRA_CACHE || i == n) {
            continue;
        }
        uint64_t word = WF_CACHE_WORD(&insns[i]);
        if (empty) {
            set_word(&insns[i], 0);
        } else if (WF_CACHE_KIND(word) == WF_CACHE_INLINE) {
            wf_mark_object(m, wf_shape_at((uint32_t)word));
        } else if (WF_CACHE_KIND(word) == WF_CACHE_ENTRY) {
            for (const WfCacheEntry *e = WF_CACHE_ENTRY_OF(word); e != NULL; e = next_of(e)) {
                wf_mark_object(m, e);
                if (e->shape != 0) {
                    wf_mark_object(m, wf_shape_at((uint32_t)e->shape));
                }
            }
        }
    }
}

void wf_insns_trace(WfMarker *m, WfObject *o)
{
    trace_caches(m, (WfRaw *)o, wf_marker_is_full(m));
}

static bool flush_one(void *arg, WfObject *o)
{
    (void)arg;
    if (o->kind == WF_KIND_INSNS) {
        trace_caches(NULL, (WfRaw *)o, true);
    }
    return true;
}

void wf_cache_flush_all(WfThread *t)
{
    bool threaded = wf_threaded(t);
    while (threaded && !wf_world_stop(t)) {
    }
    wf_gc_walk(t, flush_one, NULL);
    if (threaded) {
        wf_world_start(t);
    }
}
