/* cache.h - inline caches: one word behind an instruction.
 * SPDX-License-Identifier: MIT
 *
 *   0                                      empty
 *   shape (32) | offset (16) | 1 (16)      LOAD_ATTR, LOAD_METHOD, STORE_ATTR: the slot at byte `offset` of the object
 *   pointer to a WfCacheEntry (48) | 2     anything else: an immutable cell that says under which guards what holds; a site that has
 *                                          seen objects of several shapes has a chain of them, the newest first
 *   misses (32) | 3                        gave up for now: counts down to the next try
 *
 * The word is written with one relaxed store (the entry it points to is complete before: release) and read with one
 * load, so threads that run the same code share caches safely. Young collections treat caches as references; full ones
 * empty them all, so that they keep no class alive. */
#ifndef WF_VM_CACHE_H
#define WF_VM_CACHE_H

#include "model/attr.h"
#include "objects/dict.h"
#include "sched/frame.h"

enum { WF_CACHE_INLINE = 1, WF_CACHE_ENTRY = 2, WF_CACHE_COLD = 3 };

typedef struct WfCacheEntry {
    WfObject h;        /* kind WORDS: numbers in it are too small to be taken for pointers */
    uint32_t kind;     /* WfAttrKind, or WfStoreKind */
    uint32_t length;   /* of the chain from here on */
    uint64_t shape, new_shape;
    uint64_t offset, index;
    uint64_t check_dict;
    uint64_t version;  /* type, module dict or globals */
    uint64_t version2; /* builtins */
    WfSlot value;
    WfSlot table;      /* dict table that `offset` counts from (globals, modules) */
    WfSlot dict;       /* globals, modules; LOAD_SUPER: the class */
    WfSlot next;       /* WfCacheEntry for another shape, or EMPTY */
} WfCacheEntry;

#define WF_CACHE_WORD(pc) __atomic_load_n((const uint64_t *)(pc), WF_CONSUME)
#define WF_CACHE_KIND(w) ((unsigned)((w) >> 48))
#define WF_CACHE_ENTRY_OF(w) ((const WfCacheEntry *)(uintptr_t)((w) & 0xffffffffffff))

typedef enum WfCacheHit { WF_HIT_ERROR = -1, WF_HIT_VALUE, WF_HIT_METHOD, WF_HIT_CALL } WfCacheHit;

/* The attribute through the cache word at pc, or by lookup, which fills the cache. VALUE: *out is the result. METHOD: *out is to be called
 * with o first (only if `method`). CALL: *out, a Python function, is to be called with o for the result (a property). */
WfCacheHit wf_cache_load_attr(WfThread *t, const WfInsn *pc, WfValue o, WfStr *name, bool method, WfValue *out);
WfStatus wf_cache_store_attr(WfThread *t, const WfInsn *pc, WfValue o, WfStr *name, WfValue v) WF_MUST_CHECK;
/* What the handler of LOAD_SUPER leaves over: as wf_cache_load_attr with `method`; *self: what it is to be called with first, or WF_EMPTY. */
WfValue wf_cache_load_super(WfThread *t, const WfInsn *pc, WfValue super, WfValue cls, WfValue obj, WfStr *name, WfValue *self)
    WF_MUST_CHECK;
/* Global or builtin. WF_EMPTY: NameError raised. */
WfValue wf_cache_load_global(WfThread *t, const WfInsn *pc, WfFrame *f, WfStr *name) WF_MUST_CHECK;

/* The method that a filled LOAD_METHOD cache names for o, to be called with o first; or WF_EMPTY: wf_cache_load_attr. Of LOAD_SUPER:
 * behind the class `behind`, which is else NULL. */
WF_INLINE WfValue wf_cache_method(uint64_t word, const WfObject *o, const WfType *behind)
{
    if (WF_CACHE_KIND(word) == WF_CACHE_ENTRY) {
        uint32_t shape = wf_shape_id(o);
        for (const WfCacheEntry *e = WF_CACHE_ENTRY_OF(word); e != NULL; e = WF_LOAD(const WfCacheEntry, &e->next)) {
            if (e->shape == shape) {
                const WfType *type = wf_shape_type(wf_shape_at(shape));
                bool holds = e->kind == WF_ATTR_METHOD && !e->check_dict
                             && __atomic_load_n(&type->x_version, __ATOMIC_RELAXED) == e->version
                             && WF_LOAD(const WfType, &e->dict) == behind;
                return holds ? wf_load(&e->value) : WF_EMPTY;
            }
        }
    }
    return WF_EMPTY;
}

/* Hit of a filled LOAD_GLOBAL cache, or WF_EMPTY. */
WF_INLINE WfValue wf_cache_global(uint64_t word, const WfDict *globals, const WfDict *builtins)
{
    if (WF_CACHE_KIND(word) == WF_CACHE_ENTRY) {
        const WfCacheEntry *e = WF_CACHE_ENTRY_OF(word);
        /* acquire: the slot is read after the version that vouches for it */
        if (__atomic_load_n(&globals->x_keys_version, __ATOMIC_ACQUIRE) == e->version
            && (e->version2 == 0 || __atomic_load_n(&builtins->x_keys_version, __ATOMIC_ACQUIRE) == e->version2)) {
            return wf_load((const WfSlot *)((const char *)(uintptr_t)e->table.x_bits + e->offset));
        }
    }
    return WF_EMPTY;
}
/* Empties every inline cache of the process: stops the world. */
void wf_cache_flush_all(WfThread *t);

#endif
