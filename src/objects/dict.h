/* dict.h - dict: insertion-ordered hash table; also the namespace of modules, classes and instances in dict mode.
 * SPDX-License-Identifier: MIT
 *
 * `table` is one cell: an index of slots (1, 2 or 4 bytes each; 0: empty, else entry number + 1, above it bits of the hash) and behind it entries in order
 * of insertion. Entries are only added: a deleted entry's value becomes EMPTY and its place is never reused; when the
 * table is full a new one replaces it. So a reader needs no lock: it loads the table once, probes, loads the value (EMPTY means
 * deleted: the key may be gone, do not look at it), compares the key. An insertion writes the entry, then publishes
 * the index slot (release), then x_filled.
 * x_keys_version changes when a key is added or removed or the table replaced (not when a value is): inline caches of
 * globals hold (version, address of the entry's value slot).
 * Threads: writers hold the dict's lock; no Python code under it: keys are looked up first, unlocked, then re-validated. */
#ifndef WF_OBJECTS_DICT_H
#define WF_OBJECTS_DICT_H

#include "model/object.h"
#include "objects/str.h"

/* Entry of a table whose keys are all exact str (which know their hash): 16 bytes. */
typedef struct WfDictPair {
    WfSlot key;   /* never changes once the entry is visible */
    WfSlot value; /* EMPTY: deleted */
} WfDictPair;

/* Entry of any other table. */
typedef struct WfDictEntry {
    WfDictPair pair;
    int64_t hash;
} WfDictEntry;

typedef struct WfDictTable {
    WfObject h;
    uint8_t log2_size;  /* index slots */
    uint8_t log2_width; /* bytes of an index slot: 0, 1, 2 */
    uint8_t stride;     /* bytes of an entry; 16: every key is an exact str, lookups of str run no Python code */
    uint8_t pad;
    uint32_t x_filled;  /* entries up to here are in use or deleted; atomic */
    uint32_t x_low;     /* ... from here; atomic; falls only by wf_dict_move_to_end */
    uint32_t x_first;   /* hint: no live entry before; atomic */
    uint32_t last;      /* hint: no live entry at or after; guarded by the lock */
    uint32_t scanned;   /* deleted entries passed by popitem; guarded by the lock */
} WfDictTable;
_Static_assert(sizeof(WfDictTable) == 32, "the head of a dict table");

struct WfDict {
    WfObject h;
    WfSlot table;            /* WfDictTable; EMPTY: empty dict */
    int64_t x_used;          /* live entries; atomic */
    uint64_t x_keys_version; /* atomic; from wf_next_version; 0: none given yet (no cache may rely on it) */
};
WF_INLINE WfDict *wf_as_dict(WfValue v) { return WF_AS(WfDict, v); }
WF_INLINE int64_t wf_dict_used(const WfDict *d) { return __atomic_load_n(&d->x_used, __ATOMIC_RELAXED); }
WF_INLINE WfDictTable *wf_dict_table(const WfDict *d)
{
    return (WfDictTable *)(uintptr_t)wf_load_acquire(&d->table).bits;
}
WF_INLINE WfDictPair *wf_dict_entry(const WfDictTable *x, size_t i)
{
    return (WfDictPair *)((uintptr_t)(x + 1) + ((size_t)1 << (x->log2_size + x->log2_width)) + i * x->stride);
}
/* The index slots to look at for a hash. Ints hash to themselves and often come in runs or at odd steps: the low bits are the first
 * place, so such keys do not collide and neighbours share cache lines. All bits give the distance between the further places: keys
 * that have the low ones in common part ways there. */
WF_INLINE size_t wf_dict_probe(const WfDictTable *x, int64_t hash)
{
    return (size_t)hash & (((size_t)1 << x->log2_size) - 1);
}
WF_INLINE size_t wf_dict_probe_next(const WfDictTable *x, int64_t hash, size_t i)
{
    size_t step = (size_t)(((uint64_t)hash * 0x9E3779B97F4A7C15u) >> (64 - x->log2_size)) | 1;
    return (i + step) & (((size_t)1 << x->log2_size) - 1);
}

/* An index slot: entry number + 1 in the low log2_size bits; in those above, as far as the slot is wide, the upper half of the
 * hash, so that few entries of other keys are looked at. */
WF_INLINE uint32_t wf_dict_tag(const WfDictTable *x, int64_t hash)
{
    return (uint32_t)((uint64_t)hash >> 32) << x->log2_size;
}
/* May the slot be that of a key with this tag? slot_bits: all ones, as wide as a slot. */
WF_INLINE bool wf_dict_tag_fits(const WfDictTable *x, size_t slot, uint32_t tag, uint32_t slot_bits)
{
    return (((uint32_t)slot ^ tag) & slot_bits) >> x->log2_size == 0;
}

WfValue wf_dict_new(WfThread *t) WF_MUST_CHECK;
WfValue wf_dict_new_sized(WfThread *t, int64_t n) WF_MUST_CHECK;
WfFound wf_dict_get(WfThread *t, WfDict *d, WfValue key, WfValue *out) WF_MUST_CHECK;
WfFound wf_dict_get_hash(WfThread *t, WfDict *d, WfValue key, int64_t hash, WfValue *out) WF_MUST_CHECK;
WfStatus wf_dict_set(WfThread *t, WfDict *d, WfValue key, WfValue v) WF_MUST_CHECK;
WfStatus wf_dict_set_hash(WfThread *t, WfDict *d, WfValue key, int64_t hash, WfValue v) WF_MUST_CHECK;
WfFound wf_dict_delete(WfThread *t, WfDict *d, WfValue key) WF_MUST_CHECK; /* MISSING: no exception */
/* Exact-str keys: cannot run Python code. get: WF_EMPTY if absent, never raises. */
WfValue wf_dict_get_str_slow(WfDict *d, WfStr *key);
WF_INLINE WfValue wf_dict_get_str(WfDict *d, WfStr *key)
{
    WfDictTable *x = wf_dict_table(d);
    int64_t hash = __atomic_load_n(&key->x_hash, __ATOMIC_RELAXED);
    if (x == NULL) {
        return WF_EMPTY;
    }
    if (WF_LIKELY(hash != 0 && x->stride == sizeof(WfDictPair) && x->log2_width == 0)) {
        const uint8_t *index = (const uint8_t *)(x + 1);
        const uint32_t tag = wf_dict_tag(x, hash);
        for (size_t i = wf_dict_probe(x, hash);; i = wf_dict_probe_next(x, hash, i)) {
            size_t n = __atomic_load_n(&index[i], __ATOMIC_ACQUIRE);
            if (n == 0) {
                return WF_EMPTY;
            }
            if (!wf_dict_tag_fits(x, n, tag, 0xff)) {
                continue;
            }
            n &= ((size_t)1 << x->log2_size) - 1;
            WfDictPair *e = (WfDictPair *)(const void *)(index + ((size_t)1 << x->log2_size)) + (n - 1);
            WfValue v = wf_load(&e->value);
            WfValue k = wf_load(&e->key);
            if (WF_LIKELY(!wf_is_empty(v))) {
                if (WF_LIKELY(k.bits == wf_from_object(key).bits)) {
                    return v;
                }
                WfStr *other = wf_as_str(k);
                if (__atomic_load_n(&other->x_hash, __ATOMIC_RELAXED) == hash && wf_str_equal(other, key)) {
                    return v;
                }
            }
        }
    }
    return wf_dict_get_str_slow(d, key);
}
/* _locked: the caller holds the lock, or has just made d and nobody else can see it. */
WfStatus wf_dict_set_str_locked(WfThread *t, WfDict *d, WfStr *key, WfValue v) WF_MUST_CHECK;
WfStatus wf_dict_set_str(WfThread *t, WfDict *d, WfStr *key, WfValue v) WF_MUST_CHECK;
WfStatus wf_dict_set_cstr(WfThread *t, WfDict *d, const char *key, WfValue v) WF_MUST_CHECK;
/* The value slot of an exact-str key and the keys version under which it stays valid (0: cannot be cached). NULL: absent. */
WfSlot *wf_dict_slot(WfThread *t, WfDict *d, WfStr *key, uint64_t *version);
/* A version under which absent keys stay absent and slots stay where they are; gives one if there is none. */
uint64_t wf_dict_keys_version(WfThread *t, WfDict *d);
WfValue wf_dict_setdefault(WfThread *t, WfDict *d, WfValue key, WfValue v) WF_MUST_CHECK; /* atomic */
/* Adds the key unless it is there: FOUND, its value in *old. Atomic. */
WfFound wf_dict_insert(WfThread *t, WfDict *d, WfValue key, int64_t hash, WfValue v, WfValue *old) WF_MUST_CHECK;
WfFound wf_dict_pop(WfThread *t, WfDict *d, WfValue key, WfValue *out) WF_MUST_CHECK;      /* atomic */
/* Takes the last (or first) item out; MISSING: empty. Atomic. */
WfFound wf_dict_popitem(WfThread *t, WfDict *d, bool last, WfValue *key, WfValue *value) WF_MUST_CHECK;
/* Makes key the last (or first) one; MISSING: absent. Atomic. */
WfFound wf_dict_move_to_end(WfThread *t, WfDict *d, WfValue key, int64_t hash, bool last) WF_MUST_CHECK;
/* If the key's value is `old`, makes it v (v EMPTY: deletes the key); FOUND: done, MISSING: it is something else. Atomic. */
WfFound wf_dict_replace(WfThread *t, WfDict *d, WfValue key, int64_t hash, WfValue old, WfValue v) WF_MUST_CHECK;
/* Next live entry at or after *pos (start with 0) in `table` order; false at the end. Safe against writers; may miss or see
 * concurrent changes. */
bool wf_dict_next(WfDict *d, int64_t *pos, WfValue *key, WfValue *value);
/* The same with the key's hash. */
bool wf_dict_next_hash(WfDict *d, int64_t *pos, WfValue *key, int64_t *hash, WfValue *value);
/* The same from the end: start with INT64_MAX. */
bool wf_dict_prev(WfDict *d, int64_t *pos, WfValue *key, WfValue *value);
WfStatus wf_dict_update(WfThread *t, WfDict *d, WfValue other) WF_MUST_CHECK; /* mapping or iterable of pairs */
WfStatus wf_dict_merge(WfThread *t, WfDict *d, WfValue mapping, bool replace) WF_MUST_CHECK;
WfValue wf_dict_copy(WfThread *t, WfDict *d) WF_MUST_CHECK;
void wf_dict_clear(WfThread *t, WfDict *d);
WfValue wf_dict_keys_list(WfThread *t, WfDict *d) WF_MUST_CHECK; /* one atomic snapshot */
WfValue wf_dict_values_list(WfThread *t, WfDict *d) WF_MUST_CHECK;
WfValue wf_dict_items_list(WfThread *t, WfDict *d) WF_MUST_CHECK;
WfFound wf_dict_equal(WfThread *t, WfDict *a, WfDict *b) WF_MUST_CHECK;
void wf_dict_trace(WfMarker *m, WfObject *o);
void wf_dict_table_trace(WfMarker *m, WfObject *o);

/* --- dictviews.c --- */
typedef struct WfDictView { /* dict_keys, dict_values, dict_items */
    WfObject h;
    WfSlot dict; /* immutable */
} WfDictView;
WfValue wf_dict_view(WfThread *t, WfValue dict, WfType *type) WF_MUST_CHECK; /* one of the three */
WfValue wf_dict_iter(WfThread *t, WfValue dict); /* over the keys */

#endif
