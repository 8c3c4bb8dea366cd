/* dict.h - dict: insertion-ordered hash table; also the namespace of modules, classes and instances in dict mode.
 * SPDX-License-Identifier: MIT
 *
 * `table` is one cell: an index of slots (1, 2 or 4 bytes each) and behind it entries (hash, key, value) in order of
 * insertion. Entries are only appended: a deleted entry's value becomes EMPTY and its place is never reused; when the
 * table is full a new one replaces it. So a reader needs no lock: it loads the table once, probes, compares the key, loads the value;
 * EMPTY means deleted. An insertion writes the entry, then publishes the index slot (release).
 * keys_version changes when a key is added or removed or the table replaced (not when a value is): inline caches of
 * globals hold (version, address of the entry's value slot).
 * Threads: writers hold the dict's lock; no Python code under it: keys are looked up first, unlocked, then re-validated. */
#ifndef WF_OBJECTS_DICT_H
#define WF_OBJECTS_DICT_H

#include "model/object.h"

typedef struct WfDictEntry {
    int64_t hash;
    WfSlot key;   /* never changes once the entry is visible */
    WfSlot value; /* EMPTY: deleted */
} WfDictEntry;

typedef struct WfDictTable {
    WfObject h;
    uint8_t log2_size;  /* index slots */
    uint8_t log2_width; /* bytes of an index slot: 0, 1, 2 */
    uint8_t all_str;    /* every key is an exact str: lookups compare pointers first, then text; no Python code */
    uint32_t pad;
    int64_t capacity;   /* entries */
    int64_t x_filled;   /* entries in use, deleted ones included; atomic */
    /* index slots, then entries: see dict.c */
} WfDictTable;

struct WfDict {
    WfObject h;
    WfSlot table;           /* WfDictTable; EMPTY: empty dict */
    int64_t x_used;         /* live entries; atomic */
    uint64_t x_keys_version; /* atomic; from wf_next_version; 0: none given yet (no cache may rely on it) */
};
WF_INLINE WfDict *wf_as_dict(WfValue v) { return WF_AS(WfDict, v); }
WF_INLINE int64_t wf_dict_used(const WfDict *d) { return __atomic_load_n(&d->x_used, __ATOMIC_RELAXED); }

WfValue wf_dict_new(WfThread *t) WF_MUST_CHECK;
WfValue wf_dict_new_sized(WfThread *t, int64_t n) WF_MUST_CHECK;
WfFound wf_dict_get(WfThread *t, WfDict *d, WfValue key, WfValue *out) WF_MUST_CHECK;
WfFound wf_dict_get_hash(WfThread *t, WfDict *d, WfValue key, int64_t hash, WfValue *out) WF_MUST_CHECK;
WfStatus wf_dict_set(WfThread *t, WfDict *d, WfValue key, WfValue v) WF_MUST_CHECK;
WfFound wf_dict_delete(WfThread *t, WfDict *d, WfValue key) WF_MUST_CHECK; /* MISSING: no exception */
/* Exact-str keys: cannot run Python code. get: WF_EMPTY if absent, never raises. */
WfValue wf_dict_get_str(WfDict *d, WfStr *key);
WfStatus wf_dict_set_str(WfThread *t, WfDict *d, WfStr *key, WfValue v) WF_MUST_CHECK;
WfStatus wf_dict_set_cstr(WfThread *t, WfDict *d, const char *key, WfValue v) WF_MUST_CHECK;
/* The value slot of an exact-str key and the keys version under which it stays valid (0: cannot be cached). NULL: absent. */
WfSlot *wf_dict_slot(WfThread *t, WfDict *d, WfStr *key, uint64_t *version);
/* A version under which absent keys stay absent and slots stay where they are; gives one if there is none. */
uint64_t wf_dict_keys_version(WfThread *t, WfDict *d);
WfValue wf_dict_setdefault(WfThread *t, WfDict *d, WfValue key, WfValue v) WF_MUST_CHECK; /* atomic */
WfFound wf_dict_pop(WfThread *t, WfDict *d, WfValue key, WfValue *out) WF_MUST_CHECK;      /* atomic */
/* Next live entry at or after *pos (start with 0) in `table` order; false at the end. Safe against writers; may miss or see
 * concurrent changes. */
bool wf_dict_next(WfDict *d, int64_t *pos, WfValue *key, WfValue *value);
WfStatus wf_dict_update(WfThread *t, WfDict *d, WfValue other) WF_MUST_CHECK; /* mapping or iterable of pairs */
WfStatus wf_dict_merge(WfThread *t, WfDict *d, WfValue mapping, bool replace) WF_MUST_CHECK;
WfValue wf_dict_copy(WfThread *t, WfDict *d) WF_MUST_CHECK;
void wf_dict_clear(WfThread *t, WfDict *d);
WfValue wf_dict_keys_list(WfThread *t, WfDict *d) WF_MUST_CHECK; /* one atomic snapshot */
WfValue wf_dict_items_list(WfThread *t, WfDict *d) WF_MUST_CHECK;
void wf_dict_trace(WfMarker *m, WfObject *o);
void wf_dict_table_trace(WfMarker *m, WfObject *o);

#endif
