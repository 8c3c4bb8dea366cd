/* dict.c - insertion-ordered hash table for dict, namespaces and keyword arguments.
 * SPDX-License-Identifier: MIT
 * Design:     one cell holds an index of small integers and the entries in order of insertion:
 *
 *               | head | index: 2^log2_size slots of 1, 2 or 4 bytes | entry 0 | entry 1 | ... |
 *
 *             An index slot is 0 (empty) or entry number + 1, with bits of the hash above it. Probing starts at the low bits of the hash and goes on in steps
 *             that all of it gives, odd, so that every slot is met. At most two thirds of the index are in use. Entries are
 *             (key, value) while all keys are exact str, which know their hash, else (key, value, hash). Deleting leaves the entry and its index
 *             slot and makes the value EMPTY; a full table is replaced by one with the live entries only.
 *             Rejected: reusing places, because a reader without a lock could pair an old key with a new value.
 * Invariants: D1 low <= first <= filled <= capacity (two thirds of the index).  D2 entries in [low, filled) were written once;
 *             their index slot was published before x_filled.  D3 a live entry's key is alive; a deleted one's need not be.
 *             D4 no two live entries have equal keys.
 * Threads:    readers lock-free (an old table lives while someone holds it and is never changed again); writers hold the
 *             dict's lock. A writer looks its key up unlocked (that may run __eq__), then under the lock checks that the
 *             table is the same and that no entry with this hash was added meanwhile (Note [Validate]). */
#include "objects/dict.h"

#include "model/builtin.h"
#include "objects/container.h"
#include "objects/genericalias.h"
#include "objects/iterators.h"
#include "objects/list.h"
#include "objects/set.h"
#include "objects/tuple.h"

#define MIN_LOG2 3
#define MAX_LOG2 31
#define PAIR sizeof(WfDictPair)
#define ENTRY sizeof(WfDictEntry)

/* --- tables ------------------------------------------------------------------------------------------------ */

static uint32_t capacity_of(unsigned log2_size)
{
    return (uint32_t)(((uint64_t)2 << log2_size) / 3);
}

WF_INLINE size_t index_at(const WfDictTable *x, size_t i)
{
    switch (x->log2_width) {
    case 0: return __atomic_load_n((const uint8_t *)(x + 1) + i, __ATOMIC_ACQUIRE);
    case 1: return __atomic_load_n((const uint16_t *)(const void *)(x + 1) + i, __ATOMIC_ACQUIRE);
    default: return __atomic_load_n((const uint32_t *)(const void *)(x + 1) + i, __ATOMIC_ACQUIRE);
    }
}

/* All ones, as wide as a slot. */
WF_INLINE uint32_t slot_bits(const WfDictTable *x)
{
    return (uint32_t)0xffffffff >> (32 - (8 << x->log2_width));
}

/* Goes to the next slot of a probe that may be the hash's: the number of its entry, or -1 at the end. */
WF_INLINE int64_t probe_next(const WfDictTable *x, int64_t hash, size_t *i, bool first)
{
    const uint32_t tag = wf_dict_tag(x, hash), bits = slot_bits(x);
    *i = first ? wf_dict_probe(x, hash) : wf_dict_probe_next(x, hash, *i);
    for (;; *i = wf_dict_probe_next(x, hash, *i)) {
        size_t slot = index_at(x, *i);
        if (slot == 0) {
            return -1;
        }
        if (wf_dict_tag_fits(x, slot, tag, bits)) {
            return (int64_t)(slot & (((size_t)1 << x->log2_size) - 1)) - 1;
        }
    }
}

WF_INLINE void index_put(WfDictTable *x, size_t i, size_t n)
{
    switch (x->log2_width) {
    case 0: __atomic_store_n((uint8_t *)(x + 1) + i, (uint8_t)n, __ATOMIC_RELEASE); break;
    case 1: __atomic_store_n((uint16_t *)(void *)(x + 1) + i, (uint16_t)n, __ATOMIC_RELEASE); break;
    default: __atomic_store_n((uint32_t *)(void *)(x + 1) + i, (uint32_t)n, __ATOMIC_RELEASE); break;
    }
}

WF_INLINE uint32_t filled_of(const WfDictTable *x)
{
    return __atomic_load_n(&x->x_filled, __ATOMIC_ACQUIRE);
}

/* The hash of a live entry. */
WF_INLINE int64_t entry_hash(const WfDictTable *x, const WfDictPair *e, WfValue key)
{
    return x->stride == PAIR ? wf_str_hash_fast(wf_as_str(key)) : ((const WfDictEntry *)(const void *)e)->hash;
}

static size_t table_bytes(unsigned log2_size, unsigned log2_width, size_t stride)
{
    return sizeof(WfDictTable) + ((size_t)1 << (log2_size + log2_width)) + capacity_of(log2_size) * stride;
}

static WfDictTable *table_alloc(WfThread *t, unsigned log2_size, size_t stride)
{
    if (log2_size > MAX_LOG2) {
        return WF_FAIL_NULL(wf_raise_no_memory(t));
    }
    unsigned width = log2_size <= 8 ? 0 : log2_size <= 16 ? 1 : 2;
    WfDictTable *x = wf_gc_alloc(t, WF_KIND_DICT_TABLE, table_bytes(log2_size, width, stride));
    if (x != NULL) {
        x->log2_size = (uint8_t)log2_size;
        x->log2_width = (uint8_t)width;
        x->stride = (uint8_t)stride;
    }
    return x;
}

/* Publishes entry number n in the first free index slot of its hash. */
static void index_add(WfDictTable *x, int64_t hash, size_t n)
{
    size_t i = wf_dict_probe(x, hash);
    while (index_at(x, i) != 0) {
        i = wf_dict_probe_next(x, hash, i);
    }
    index_put(x, i, (n + 1) | wf_dict_tag(x, hash));
}

static unsigned log2_for(uint64_t slots)
{
    unsigned log2_size = MIN_LOG2;
    while (((uint64_t)1 << log2_size) < slots) {
        log2_size++;
    }
    return log2_size;
}

/* Smallest table with room for n entries. */
static unsigned log2_for_entries(uint64_t n)
{
    return log2_for((n * 3 + 1) / 2);
}

/* Copies the live entries of `old` into the fresh table x, from entry `at` on. */
static void table_fill(WfDictTable *x, const WfDictTable *old, uint32_t at)
{
    uint32_t n = at;
    if (old != NULL) {
        uint32_t filled = filled_of(old);
        for (uint32_t i = old->x_low; i < filled; i++) {
            WfDictPair *e = wf_dict_entry(old, i);
            WfValue v = wf_load(&e->value);
            if (wf_is_empty(v)) {
                continue;
            }
            WfValue k = wf_load(&e->key);
            int64_t hash = entry_hash(old, e, k);
            WfDictPair *to = wf_dict_entry(x, n);
            wf_store_raw(&to->key, k);
            wf_store_raw(&to->value, v);
            if (x->stride == ENTRY) {
                ((WfDictEntry *)(void *)to)->hash = hash;
            }
            index_add(x, hash, n);
            n++;
        }
    }
    x->x_low = x->x_first = at;
    x->x_filled = x->last = n;
}

/* Replaces the dict's table by one with the live entries, `slots` index slots or more and room for `front` entries
 * before the first. The lock is held. */
static WfDictTable *table_replace_locked(WfThread *t, WfDict *d, uint64_t slots, size_t stride, uint32_t front)
{
    WfDictTable *x = table_alloc(t, log2_for(slots), stride);
    if (x == NULL) {
        return NULL;
    }
    WfDictTable *old = wf_dict_table(d);
    table_fill(x, old, front);
    __atomic_store_n(&d->x_keys_version, 0, __ATOMIC_RELAXED);
    wf_store_ptr(&d->table, x);
    wf_gc_replaced(t, old);
    return x;
}

void wf_dict_table_trace(WfMarker *m, WfObject *o)
{
    WfDictTable *x = (WfDictTable *)o;
    for (uint32_t i = x->x_low; i < x->x_filled; i++) {
        WfDictPair *e = wf_dict_entry(x, i);
        if (!wf_is_empty(wf_load(&e->value))) { /* D3 */
            wf_mark_slot(m, &e->key);
            wf_mark_slot(m, &e->value);
        }
    }
}

void wf_dict_trace(WfMarker *m, WfObject *o)
{
    wf_mark_slot(m, &((WfDict *)o)->table);
    if (wf_shape_id(o) != WF_SHAPE(DICT)) {
        wf_mark_tail(m, o, sizeof(WfDict));
    }
}

/* --- looking up -------------------------------------------------------------------------------------------- */

/* Where a key is, or what the table was like while it was not there. */
typedef struct Place {
    WfDictTable *table;
    uint32_t filled, low;
    WfDictPair *entry; /* found */
    WfValue value;     /* found: as it was then */
} Place;

WF_INLINE void place_begin(Place *p, WfDict *d)
{
    p->table = wf_dict_table(d);
    p->entry = NULL;
    if (p->table != NULL) {
        p->filled = filled_of(p->table);
        p->low = __atomic_load_n(&p->table->x_low, __ATOMIC_ACQUIRE);
    }
}

/* An exact str among keys of any type. Runs no Python code: a key that is not a str is not equal. */
static bool find_str(WfDict *d, WfStr *key, int64_t hash, Place *p)
{
    place_begin(p, d);
    WfDictTable *x = p->table;
    if (x == NULL) {
        return false;
    }
    size_t i = 0;
    for (int64_t n = probe_next(x, hash, &i, true); n >= 0; n = probe_next(x, hash, &i, false)) {
        WfDictPair *e = wf_dict_entry(x, (size_t)n);
        WfValue v = wf_load(&e->value);
        if (!wf_is_empty(v)) {
            WfValue k = wf_load(&e->key);
            if (k.bits == wf_from_object(key).bits
                || (entry_hash(x, e, k) == hash && wf_is_str(k) && wf_str_equal(wf_as_str(k), key))) {
                p->entry = e;
                p->value = v;
                return true;
            }
        }
    }
    return false;
}

static WfFound find_any(WfThread *t, WfDict *d, WfValue key, int64_t hash, Place *p)
{
restart:
    place_begin(p, d);
    WfDictTable *x = p->table;
    if (x == NULL) {
        return WF_MISSING;
    }
    size_t i = 0;
    for (int64_t n = probe_next(x, hash, &i, true); n >= 0; n = probe_next(x, hash, &i, false)) {
        WfDictPair *e = wf_dict_entry(x, (size_t)n);
        WfValue v = wf_load(&e->value);
        if (!wf_is_empty(v)) {
            WfValue k = wf_load(&e->key);
            if (wf_is(k, key)) {
                p->entry = e;
                p->value = v;
                return WF_FOUND;
            }
            if (entry_hash(x, e, k) == hash) {
                WfFound same = wf_equal_fast(t, k, key);
                if (same == WF_ERROR) {
                    return WF_ERROR;
                }
                /* __eq__ may have changed the dict: then what was compared says nothing. */
                if (wf_dict_table(d) != x || wf_is_empty(v = wf_load(&e->value))) {
                    goto restart;
                }
                if (same == WF_FOUND) {
                    p->entry = e;
                    p->value = v;
                    return WF_FOUND;
                }
            }
        }
    }
    return WF_MISSING;
}

WF_INLINE WfFound find(WfThread *t, WfDict *d, WfValue key, int64_t hash, Place *p)
{
    if (wf_is_exact_str(key)) {
        WfDictTable *x = wf_dict_table(d);
        if (x != NULL && x->stride == PAIR) {
            /* should another thread have put in a table of other keys by now, it is as if it had before */
            return find_str(d, wf_as_str(key), hash, p) ? WF_FOUND : WF_MISSING;
        }
    }
    return find_any(t, d, key, hash, p);
}

WfValue wf_dict_get_str_slow(WfDict *d, WfStr *key)
{
    Place p;
    return find_str(d, key, wf_str_hash_fast(key), &p) ? p.value : WF_EMPTY;
}

WfFound wf_dict_get_hash(WfThread *t, WfDict *d, WfValue key, int64_t hash, WfValue *out)
{
    Place p;
    WfFound found = find(t, d, key, hash, &p);
    if (found == WF_FOUND) {
        *out = p.value;
    }
    return found;
}

WfFound wf_dict_get(WfThread *t, WfDict *d, WfValue key, WfValue *out)
{
    int64_t hash;
    if (wf_is_exact_str(key)) {
        WfDictTable *x = wf_dict_table(d);
        if (x == NULL || x->stride == PAIR) {
            *out = wf_dict_get_str(d, wf_as_str(key));
            return wf_is_empty(*out) ? WF_MISSING : WF_FOUND;
        }
    }
    if (wf_hash_fast(t, key, &hash) != WF_OK) {
        return WF_ERROR;
    }
    return wf_dict_get_hash(t, d, key, hash, out);
}

/* --- changing ---------------------------------------------------------------------------------------------- */

/* Note [Validate]. A lookup outside the lock found the key in p->entry, or found it absent. Under the lock the first
 * still holds if the table is the same and the value is not EMPTY. The second still holds if the table is the same
 * and no entry added since (they are behind p->filled, or before p->low) has the same hash. */
static bool place_holds_locked(WfDict *d, const Place *p, int64_t hash)
{
    WfDictTable *x = wf_dict_table(d);
    if (x != p->table) {
        return false;
    }
    if (p->entry != NULL) {
        return !wf_is_empty(wf_load(&p->entry->value));
    }
    if (x == NULL) {
        return true;
    }
    if (x->x_low != p->low) {
        return false;
    }
    for (uint32_t i = p->filled; i < x->x_filled; i++) {
        WfDictPair *e = wf_dict_entry(x, i);
        if (!wf_is_empty(wf_load(&e->value)) && entry_hash(x, e, wf_load(&e->key)) == hash) {
            return false;
        }
    }
    return true;
}

/* Adds a key that is known to be absent. */
static WfStatus insert_locked(WfThread *t, WfDict *d, WfValue key, int64_t hash, WfValue v)
{
    WfDictTable *x = wf_dict_table(d);
    bool str = wf_is_exact_str(key);
    size_t stride = str && (x == NULL || d->x_used == 0 || x->stride == PAIR) ? PAIR : ENTRY;
    if (WF_UNLIKELY(x == NULL || x->x_filled >= capacity_of(x->log2_size) || (x->stride == PAIR && !str))) {
        uint64_t slots = (uint64_t)d->x_used * 3;
        if (x != NULL && d->x_used == 0 && x->x_filled == 0) {
            slots = (uint64_t)1 << x->log2_size; /* was made with a size */
        }
        x = table_replace_locked(t, d, slots, stride, 0);
        if (x == NULL) {
            return WF_RAISED;
        }
    }
    uint32_t n = x->x_filled;
    WfDictPair *e = wf_dict_entry(x, n);
    if (x->stride == ENTRY) {
        ((WfDictEntry *)(void *)e)->hash = hash;
    }
    __atomic_store_n(&d->x_keys_version, 0, __ATOMIC_RELAXED);
    wf_store(&e->key, key);
    wf_store(&e->value, v);
    index_add(x, hash, n);
    __atomic_store_n(&x->x_filled, n + 1, __ATOMIC_RELEASE);
    x->last = n + 1;
    __atomic_store_n(&d->x_used, d->x_used + 1, __ATOMIC_RELAXED);
    return WF_OK;
}

static void delete_locked(WfDict *d, WfDictTable *x, WfDictPair *e)
{
    __atomic_store_n(&d->x_keys_version, 0, __ATOMIC_RELAXED);
    __atomic_store_n(&e->value.x_bits, 0, __ATOMIC_RELEASE);
    __atomic_store_n(&d->x_used, d->x_used - 1, __ATOMIC_RELAXED);
    uint32_t filled = x->x_filled;
    if (d->x_used == 0) {
        if (filled > 32) {
            wf_store_raw(&d->table, WF_EMPTY);
            return;
        }
        __atomic_store_n(&x->x_first, filled, __ATOMIC_RELAXED);
        x->last = x->x_low;
        return;
    }
    if (wf_dict_entry(x, x->x_first) == e) {
        uint32_t i = x->x_first + 1;
        while (i < filled && wf_is_empty(wf_load(&wf_dict_entry(x, i)->value))) {
            i++;
        }
        __atomic_store_n(&x->x_first, i, __ATOMIC_RELAXED);
    }
}

WfStatus wf_dict_set_hash(WfThread *t, WfDict *d, WfValue key, int64_t hash, WfValue v)
{
    for (;;) {
        Place p;
        WfFound found = find(t, d, key, hash, &p);
        if (found == WF_ERROR) {
            return WF_RAISED;
        }
        wf_lock(t, d);
        if (WF_LIKELY(place_holds_locked(d, &p, hash))) {
            WfStatus status = WF_OK;
            if (found == WF_FOUND) {
                wf_store(&p.entry->value, v);
            } else {
                status = insert_locked(t, d, key, hash, v);
            }
            wf_unlock(t, d);
            return status;
        }
        wf_unlock(t, d);
    }
}

WfStatus wf_dict_set(WfThread *t, WfDict *d, WfValue key, WfValue v)
{
    int64_t hash;
    if (wf_hash_fast(t, key, &hash) != WF_OK) {
        return WF_RAISED;
    }
    return wf_dict_set_hash(t, d, key, hash, v);
}

WfStatus wf_dict_set_str_locked(WfThread *t, WfDict *d, WfStr *key, WfValue v)
{
    int64_t hash = wf_str_hash_fast(key);
    Place p;
    if (find_str(d, key, hash, &p)) {
        wf_store(&p.entry->value, v);
        return WF_OK;
    }
    return insert_locked(t, d, wf_from_object(key), hash, v);
}

WfStatus wf_dict_set_str(WfThread *t, WfDict *d, WfStr *key, WfValue v)
{
    wf_lock(t, d);
    WfStatus status = wf_dict_set_str_locked(t, d, key, v);
    wf_unlock(t, d);
    return status;
}

WfStatus wf_dict_set_cstr(WfThread *t, WfDict *d, const char *key, WfValue v)
{
    WfStr *s = wf_str_intern_cstr(t, key);
    return s == NULL ? WF_RAISED : wf_dict_set_str(t, d, s, v);
}

WfFound wf_dict_pop(WfThread *t, WfDict *d, WfValue key, WfValue *out)
{
    int64_t hash;
    if (wf_hash_fast(t, key, &hash) != WF_OK) {
        return WF_ERROR;
    }
    for (;;) {
        Place p;
        WfFound found = find(t, d, key, hash, &p);
        if (found != WF_FOUND) {
            return found;
        }
        wf_lock(t, d);
        bool holds = place_holds_locked(d, &p, hash);
        if (WF_LIKELY(holds)) {
            *out = wf_load(&p.entry->value);
            delete_locked(d, p.table, p.entry);
        }
        wf_unlock(t, d);
        if (WF_LIKELY(holds)) {
            return WF_FOUND;
        }
    }
}

WfFound wf_dict_delete(WfThread *t, WfDict *d, WfValue key)
{
    WfValue old;
    return wf_dict_pop(t, d, key, &old);
}

WfFound wf_dict_replace(WfThread *t, WfDict *d, WfValue key, int64_t hash, WfValue old, WfValue v)
{
    for (;;) {
        Place p;
        WfFound found = find(t, d, key, hash, &p);
        if (found != WF_FOUND) {
            return found;
        }
        wf_lock(t, d);
        bool holds = place_holds_locked(d, &p, hash);
        if (WF_LIKELY(holds)) {
            found = wf_is(wf_load(&p.entry->value), old) ? WF_FOUND : WF_MISSING;
            if (found == WF_FOUND) {
                if (wf_is_empty(v)) {
                    delete_locked(d, p.table, p.entry);
                } else {
                    wf_store(&p.entry->value, v);
                }
            }
        }
        wf_unlock(t, d);
        if (WF_LIKELY(holds)) {
            return found;
        }
    }
}

WfFound wf_dict_insert(WfThread *t, WfDict *d, WfValue key, int64_t hash, WfValue v, WfValue *old)
{
    for (;;) {
        Place p;
        WfFound found = find(t, d, key, hash, &p);
        if (found != WF_MISSING) {
            *old = found == WF_FOUND ? p.value : WF_EMPTY;
            return found;
        }
        wf_lock(t, d);
        if (WF_LIKELY(place_holds_locked(d, &p, hash))) {
            WfStatus status = insert_locked(t, d, key, hash, v);
            wf_unlock(t, d);
            return status == WF_OK ? WF_MISSING : WF_ERROR;
        }
        wf_unlock(t, d);
    }
}

WfValue wf_dict_setdefault(WfThread *t, WfDict *d, WfValue key, WfValue v)
{
    int64_t hash;
    WfValue old;
    if (wf_hash_fast(t, key, &hash) != WF_OK) {
        return WF_EMPTY;
    }
    WfFound found = wf_dict_insert(t, d, key, hash, v, &old);
    return found == WF_FOUND ? old : found == WF_MISSING ? v : WF_EMPTY;
}

/* The last (or first) live entry; there is one. */
static WfDictPair *end_entry_locked(WfDictTable *x, bool last)
{
    WfDictPair *e;
    if (last) {
        uint32_t i = x->last;
        do {
            e = wf_dict_entry(x, --i);
        } while (wf_is_empty(wf_load(&e->value)));
        x->scanned += x->last - i - 1;
        x->last = i + 1;
    } else {
        uint32_t i = x->x_first;
        while (wf_is_empty(wf_load(&(e = wf_dict_entry(x, i))->value))) {
            i++;
        }
        __atomic_store_n(&x->x_first, i, __ATOMIC_RELAXED);
    }
    return e;
}

WfFound wf_dict_popitem(WfThread *t, WfDict *d, bool last, WfValue *key, WfValue *value)
{
    wf_lock(t, d);
    WfDictTable *x = wf_dict_table(d);
    if (x == NULL || d->x_used == 0) {
        wf_unlock(t, d);
        return WF_MISSING;
    }
    /* Without this a dict used as a stack behind many deleted entries would pass over them again and again. */
    if (x->scanned > 2 * (uint64_t)d->x_used + 64) {
        x = table_replace_locked(t, d, (uint64_t)d->x_used * 3, x->stride, 0);
        if (x == NULL) {
            wf_unlock(t, d);
            return WF_ERROR;
        }
    }
    WfDictPair *e = end_entry_locked(x, last);
    *key = wf_load(&e->key);
    *value = wf_load(&e->value);
    delete_locked(d, x, e);
    wf_unlock(t, d);
    return WF_FOUND;
}

static WfStatus move_locked(WfThread *t, WfDict *d, WfDictTable *x, WfDictPair *e, int64_t hash, bool last)
{
    if (e == end_entry_locked(x, last)) {
        return WF_OK;
    }
    WfValue key = wf_load(&e->key), value = wf_load(&e->value);
    if (last) {
        if (x->x_filled >= capacity_of(x->log2_size)) {
            WfDictTable *bigger = table_replace_locked(t, d, (uint64_t)d->x_used * 3, x->stride, 0);
            if (bigger == NULL) {
                return WF_RAISED;
            }
            Place p;
            p.entry = NULL;
            for (uint32_t i = 0; i < bigger->x_filled; i++) {
                if (wf_is(wf_load(&wf_dict_entry(bigger, i)->key), key)) {
                    p.entry = wf_dict_entry(bigger, i);
                }
            }
            x = bigger;
            e = p.entry;
        }
        delete_locked(d, x, e);
        return insert_locked(t, d, key, hash, value);
    }
    if (x->x_low == 0) {
        /* Make room in front, as much as there are entries. */
        uint32_t front = (uint32_t)d->x_used + 4;
        WfDictTable *moved = table_replace_locked(t, d, ((uint64_t)d->x_used + front) * 2 + 8, x->stride, front);
        if (moved == NULL) {
            return WF_RAISED;
        }
        for (uint32_t i = front; i < moved->x_filled; i++) {
            if (wf_is(wf_load(&wf_dict_entry(moved, i)->key), key)) {
                e = wf_dict_entry(moved, i);
            }
        }
        x = moved;
    }
    __atomic_store_n(&d->x_keys_version, 0, __ATOMIC_RELAXED);
    uint32_t n = x->x_low - 1;
    WfDictPair *to = wf_dict_entry(x, n);
    if (x->stride == ENTRY) {
        ((WfDictEntry *)(void *)to)->hash = hash;
    }
    __atomic_store_n(&e->value.x_bits, 0, __ATOMIC_RELEASE);
    wf_store(&to->key, key);
    wf_store(&to->value, value);
    index_add(x, hash, n);
    __atomic_store_n(&x->x_low, n, __ATOMIC_RELEASE);
    __atomic_store_n(&x->x_first, n, __ATOMIC_RELEASE);
    return WF_OK;
}

WfFound wf_dict_move_to_end(WfThread *t, WfDict *d, WfValue key, int64_t hash, bool last)
{
    for (;;) {
        Place p;
        WfFound found = find(t, d, key, hash, &p);
        if (found != WF_FOUND) {
            return found;
        }
        wf_lock(t, d);
        bool holds = place_holds_locked(d, &p, hash);
        WfStatus status = holds ? move_locked(t, d, p.table, p.entry, hash, last) : WF_OK;
        wf_unlock(t, d);
        if (holds) {
            return status == WF_OK ? WF_FOUND : WF_ERROR;
        }
    }
}

void wf_dict_clear(WfThread *t, WfDict *d)
{
    wf_lock(t, d);
    __atomic_store_n(&d->x_keys_version, 0, __ATOMIC_RELAXED);
    wf_gc_replaced(t, wf_dict_table(d));
    wf_store_raw(&d->table, WF_EMPTY);
    __atomic_store_n(&d->x_used, 0, __ATOMIC_RELAXED);
    wf_unlock(t, d);
}

static uint64_t keys_version_locked(WfThread *t, WfDict *d)
{
    uint64_t version = d->x_keys_version;
    if (version == 0) {
        version = wf_next_version(t);
        __atomic_store_n(&d->x_keys_version, version, __ATOMIC_RELEASE);
    }
    return version;
}

uint64_t wf_dict_keys_version(WfThread *t, WfDict *d)
{
    wf_lock(t, d);
    uint64_t version = keys_version_locked(t, d);
    wf_unlock(t, d);
    return version;
}

WfSlot *wf_dict_slot(WfThread *t, WfDict *d, WfStr *key, uint64_t *version)
{
    Place p;
    int64_t hash = wf_str_hash_fast(key);
    wf_lock(t, d);
    bool found = find_str(d, key, hash, &p);
    *version = keys_version_locked(t, d);
    wf_unlock(t, d);
    return found ? &p.entry->value : NULL;
}

/* --- walking ----------------------------------------------------------------------------------------------- */

WF_INLINE bool next_entry(WfDict *d, int64_t *pos, WfDictTable **x, WfDictPair **e, WfValue *key, WfValue *value)
{
    *x = wf_dict_table(d);
    if (*x == NULL) {
        return false;
    }
    int64_t first = __atomic_load_n(&(*x)->x_first, __ATOMIC_ACQUIRE);
    int64_t n = filled_of(*x);
    for (int64_t i = *pos < first ? first : *pos; i < n; i++) {
        *e = wf_dict_entry(*x, (size_t)i);
        WfValue v = wf_load(&(*e)->value);
        if (!wf_is_empty(v)) {
            *key = wf_load(&(*e)->key);
            *value = v;
            *pos = i + 1;
            return true;
        }
    }
    *pos = n;
    return false;
}

bool wf_dict_next(WfDict *d, int64_t *pos, WfValue *key, WfValue *value)
{
    WfDictTable *x;
    WfDictPair *e;
    return next_entry(d, pos, &x, &e, key, value);
}

bool wf_dict_next_hash(WfDict *d, int64_t *pos, WfValue *key, int64_t *hash, WfValue *value)
{
    WfDictTable *x;
    WfDictPair *e;
    if (!next_entry(d, pos, &x, &e, key, value)) {
        return false;
    }
    *hash = entry_hash(x, e, *key);
    return true;
}

bool wf_dict_prev(WfDict *d, int64_t *pos, WfValue *key, WfValue *value)
{
    WfDictTable *x = wf_dict_table(d);
    if (x == NULL) {
        return false;
    }
    int64_t low = __atomic_load_n(&x->x_low, __ATOMIC_ACQUIRE);
    int64_t n = filled_of(x);
    for (int64_t i = (*pos < n ? *pos : n) - 1; i >= low; i--) {
        WfDictPair *e = wf_dict_entry(x, (size_t)i);
        WfValue v = wf_load(&e->value);
        if (!wf_is_empty(v)) {
            *key = wf_load(&e->key);
            *value = v;
            *pos = i;
            return true;
        }
    }
    *pos = 0;
    return false;
}

/* --- whole dicts ------------------------------------------------------------------------------------------- */

WfValue wf_dict_new(WfThread *t)
{
    WfDict *d = WF_NEW(t, WfDict, DICT, DICT);
    return wf_from_object(d);
}

WfValue wf_dict_new_sized(WfThread *t, int64_t n)
{
    WfDict *d = WF_NEW(t, WfDict, DICT, DICT);
    if (d == NULL) {
        return WF_EMPTY;
    }
    if (n > 5) {
        WfDictTable *x = table_alloc(t, log2_for_entries((uint64_t)n), PAIR);
        if (x == NULL) {
            return WF_EMPTY;
        }
        wf_store_ptr(&d->table, x);
    }
    return wf_from_object(d);
}

/* A copy of the dict's table for another dict; *x NULL: empty. */
static WfStatus table_copy_locked(WfThread *t, WfDict *d, WfDictTable **out)
{
    WfDictTable *x = wf_dict_table(d);
    *out = NULL;
    if (x == NULL || d->x_used == 0) {
        return WF_OK;
    }
    WfDictTable *copy;
    if (x->x_low == 0 && (uint64_t)d->x_used * 3 >= (uint64_t)x->x_filled * 2) {
        copy = table_alloc(t, x->log2_size, x->stride);
        if (copy == NULL) {
            return WF_RAISED;
        }
        /* Only a writer changes a table, and it would hold the lock. */
        size_t n = ((size_t)1 << (x->log2_size + x->log2_width)) + (size_t)x->x_filled * x->stride;
        memcpy(copy + 1, x + 1, n);
        copy->x_filled = copy->last = x->x_filled;
        copy->x_first = x->x_first;
    } else {
        copy = table_alloc(t, log2_for_entries((uint64_t)d->x_used), x->stride);
        if (copy == NULL) {
            return WF_RAISED;
        }
        table_fill(copy, x, 0);
    }
    *out = copy;
    return WF_OK;
}

WfValue wf_dict_copy(WfThread *t, WfDict *d)
{
    WfDict *copy = WF_NEW(t, WfDict, DICT, DICT);
    if (copy == NULL) {
        return WF_EMPTY;
    }
    WfDictTable *x;
    wf_lock(t, d);
    int64_t used = d->x_used;
    WfStatus status = table_copy_locked(t, d, &x);
    wf_unlock(t, d);
    if (status != WF_OK) {
        return WF_EMPTY;
    }
    wf_store_ptr(&copy->table, x);
    copy->x_used = used;
    return wf_from_object(copy);
}

static void lock_two(WfThread *t, void *a, void *b)
{
    wf_lock(t, a < b ? a : b);
    wf_lock(t, a < b ? b : a);
}

/* Both all str: everything under the two locks. FOUND: done. */
static WfFound merge_str(WfThread *t, WfDict *d, WfDict *other, bool replace)
{
    lock_two(t, d, other);
    WfFound result = WF_MISSING;
    WfDictTable *x = wf_dict_table(d), *y = wf_dict_table(other);
    if (y == NULL || other->x_used == 0) {
        result = WF_FOUND;
    } else if (d->x_used == 0 && y != NULL) {
        WfDictTable *copy;
        if (table_copy_locked(t, other, &copy) != WF_OK) {
            result = WF_ERROR;
        } else {
            __atomic_store_n(&d->x_keys_version, 0, __ATOMIC_RELAXED);
            wf_store_ptr(&d->table, copy);
            __atomic_store_n(&d->x_used, other->x_used, __ATOMIC_RELAXED);
            result = WF_FOUND;
        }
    } else if (y->stride == PAIR && x != NULL && x->stride == PAIR) {
        result = WF_FOUND;
        if ((uint64_t)x->x_filled + (uint64_t)other->x_used > capacity_of(x->log2_size)
            && table_replace_locked(t, d, (uint64_t)(d->x_used + other->x_used) * 3 / 2 + 1, PAIR, 0) == NULL) {
            result = WF_ERROR;
        }
        for (uint32_t i = y->x_low; result == WF_FOUND && i < y->x_filled; i++) {
            WfDictPair *e = wf_dict_entry(y, i);
            WfValue v = wf_load(&e->value), k = wf_load(&e->key);
            if (wf_is_empty(v)) {
                continue;
            }
            Place p;
            int64_t hash = wf_str_hash_fast(wf_as_str(k));
            if (!find_str(d, wf_as_str(k), hash, &p)) {
                if (insert_locked(t, d, k, hash, v) != WF_OK) {
                    result = WF_ERROR;
                }
            } else if (replace) {
                wf_store(&p.entry->value, v);
            }
        }
    }
    wf_unlock(t, other);
    wf_unlock(t, d);
    return result;
}

static WfStatus set_or_keep(WfThread *t, WfDict *d, WfValue k, int64_t hash, WfValue v, bool replace)
{
    if (!replace) {
        WfValue old;
        WfFound found = wf_dict_get_hash(t, d, k, hash, &old);
        if (found != WF_MISSING) {
            return found == WF_ERROR ? WF_RAISED : WF_OK;
        }
    }
    return wf_dict_set_hash(t, d, k, hash, v);
}

static WfStatus merge_dict(WfThread *t, WfDict *d, WfDict *other, bool replace)
{
    if (d == other) {
        return WF_OK;
    }
    WfFound done = merge_str(t, d, other, replace);
    if (done != WF_MISSING) {
        return done == WF_ERROR ? WF_RAISED : WF_OK;
    }
    /* A copy: __eq__ or another thread may change the other dict, whose old table then keeps nothing alive. */
    int64_t used = wf_dict_used(other), pos = 0, hash;
    WfValue copy = wf_dict_copy(t, other), k, v;
    if (wf_is_empty(copy)) {
        return WF_RAISED;
    }
    while (wf_dict_next_hash(wf_as_dict(copy), &pos, &k, &hash, &v)) {
        if (set_or_keep(t, d, k, hash, v, replace) != WF_OK) {
            return WF_RAISED;
        }
        if (wf_dict_used(other) != used && !wf_threaded(t)) {
            return WF_FAIL(wf_raise(t, WF_EXC(RuntimeError), "dict mutated during update"));
        }
    }
    return WF_OK;
}

WfStatus wf_dict_merge(WfThread *t, WfDict *d, WfValue mapping, bool replace)
{
    /* An __iter__ of a subclass's own means that it wants to be asked. */
    if (wf_is_dict(mapping) && wf_type(mapping)->slots.iter == wf_dict_iter) {
        return merge_dict(t, d, wf_as_dict(mapping), replace);
    }
    WfValue keys = wf_call_method0(t, mapping, WF_NAME(keys));
    if (wf_is_empty(keys)) {
        return WF_RAISED;
    }
    WfValue it = wf_iter(t, keys);
    if (wf_is_empty(it)) {
        return WF_RAISED;
    }
    for (;;) {
        WfValue k, v;
        int64_t hash;
        WfFound more = wf_next(t, it, &k);
        if (more != WF_FOUND) {
            return more == WF_ERROR ? WF_RAISED : WF_OK;
        }
        if (wf_hash_fast(t, k, &hash) != WF_OK) {
            return WF_RAISED;
        }
        if (!replace) {
            WfFound found = wf_dict_get_hash(t, d, k, hash, &v);
            if (found == WF_ERROR) {
                return WF_RAISED;
            }
            if (found == WF_FOUND) {
                continue;
            }
        }
        v = wf_getitem(t, mapping, k);
        if (wf_is_empty(v) || wf_dict_set_hash(t, d, k, hash, v) != WF_OK) {
            return WF_RAISED;
        }
    }
}

static WfStatus update_from_pairs(WfThread *t, WfDict *d, WfValue pairs)
{
    WfValue it = wf_iter(t, pairs);
    if (wf_is_empty(it)) {
        return WF_RAISED;
    }
    for (int64_t i = 0;; i++) {
        WfValue item, k, v;
        WfFound more = wf_next(t, it, &item);
        if (more != WF_FOUND) {
            return more == WF_ERROR ? WF_RAISED : WF_OK;
        }
        int64_t n;
        if (!wf_is_tuple(item)) {
            WfValue fast = wf_sequence_fast(t, item, "");
            if (wf_is_empty(fast)) {
                if (wf_clear_if(t, WF_EXC(TypeError))) {
                    wf_raise(t, WF_EXC(TypeError), "cannot convert dictionary update sequence element #%lld to a sequence",
                             (long long)i);
                }
                return WF_RAISED;
            }
            item = fast;
        }
        if (wf_is_tuple(item)) {
            n = wf_as_tuple(item)->length;
            k = n == 2 ? wf_tuple_at(wf_as_tuple(item), 0) : WF_EMPTY;
            v = n == 2 ? wf_tuple_at(wf_as_tuple(item), 1) : WF_EMPTY;
        } else {
            n = wf_list_length(wf_as_list(item));
            k = wf_list_at(wf_as_list(item), 0);
            v = wf_list_at(wf_as_list(item), 1);
        }
        if (n != 2 || wf_is_empty(k) || wf_is_empty(v)) {
            return WF_FAIL(wf_raise(t, WF_EXC(ValueError),
                                    "dictionary update sequence element #%lld has length %lld; 2 is required", (long long)i,
                                    (long long)n));
        }
        if (wf_dict_set(t, d, k, v) != WF_OK) {
            return WF_RAISED;
        }
    }
}

WfStatus wf_dict_update(WfThread *t, WfDict *d, WfValue other)
{
    if (WF_IS_EXACT(other, DICT)) {
        return wf_dict_merge(t, d, other, true);
    }
    WfValue keys;
    WfFound has_keys = wf_getattr_opt(t, other, WF_NAME(keys), &keys);
    if (has_keys == WF_ERROR) {
        return WF_RAISED;
    }
    return has_keys == WF_FOUND ? wf_dict_merge(t, d, other, true) : update_from_pairs(t, d, other);
}

typedef enum Part { KEYS, VALUES, ITEMS } Part;

static WfValue snapshot(WfThread *t, WfDict *d, Part part)
{
    wf_lock(t, d);
    WfValue list = wf_list_new(t, d->x_used);
    int64_t pos = 0;
    WfValue k, v;
    while (!wf_is_empty(list) && wf_dict_next(d, &pos, &k, &v)) {
        WfValue item = part == KEYS ? k : part == VALUES ? v : wf_tuple_pair(t, k, v);
        if (wf_is_empty(item) || wf_list_append_locked(t, wf_as_list(list), item) != WF_OK) {
            list = WF_EMPTY;
        }
    }
    wf_unlock(t, d);
    return list;
}

WfValue wf_dict_keys_list(WfThread *t, WfDict *d)
{
    return snapshot(t, d, KEYS);
}

WfValue wf_dict_values_list(WfThread *t, WfDict *d)
{
    return snapshot(t, d, VALUES);
}

WfValue wf_dict_items_list(WfThread *t, WfDict *d)
{
    return snapshot(t, d, ITEMS);
}

WfFound wf_dict_equal(WfThread *t, WfDict *a, WfDict *b)
{
    if (wf_dict_used(a) != wf_dict_used(b)) {
        return WF_MISSING;
    }
    int64_t pos = 0, hash;
    WfValue k, v, w;
    while (wf_dict_next_hash(a, &pos, &k, &hash, &v)) {
        WfFound found = wf_dict_get_hash(t, b, k, hash, &w);
        if (found == WF_FOUND) {
            found = wf_equal_fast(t, v, w);
        }
        if (found != WF_FOUND) {
            return found;
        }
    }
    return WF_FOUND;
}

/* --- the type ---------------------------------------------------------------------------------------------- */

static WfValue dict_new(WfThread *t, WfType *type, const WfArgs *args)
{
    return type == WF_TYPE(DICT) ? wf_dict_new(t) : wf_from_object(wf_instance_new(t, type, 0));
}

static WfStatus dict_init(WfThread *t, WfValue self, const WfArgs *args)
{
    WfDict *d = wf_as_dict(self);
    if (args->n_pos > 1) {
        return WF_FAIL(wf_raise(t, WF_EXC(TypeError), "dict expected at most 1 argument, got %lld", (long long)args->n_pos));
    }
    if (args->n_pos == 1 && wf_dict_update(t, d, args->items[0]) != WF_OK) {
        return WF_RAISED;
    }
    for (int64_t i = 0; args->kwnames != NULL && i < args->kwnames->length; i++) {
        if (wf_dict_set(t, d, wf_tuple_at(args->kwnames, i), args->items[args->n_pos + i]) != WF_OK) {
            return WF_RAISED;
        }
    }
    return WF_OK;
}

static WfStatus dict_len(WfThread *t, WfValue self, int64_t *len)
{
    *len = wf_dict_used(wf_as_dict(self));
    return WF_OK;
}

static WfValue dict_getitem(WfThread *t, WfValue self, WfValue key)
{
    WfValue v;
    WfFound found = wf_dict_get(t, wf_as_dict(self), key, &v);
    if (WF_LIKELY(found == WF_FOUND)) {
        return v;
    }
    if (found == WF_ERROR) {
        return WF_EMPTY;
    }
    if (!WF_IS_EXACT(self, DICT)) {
        WfValue missing = wf_lookup_special(t, self, WF_NAME(__missing__));
        if (!wf_is_empty(missing)) {
            return wf_call1(t, missing, key);
        }
        if (wf_pending(t)) {
            return WF_EMPTY;
        }
    }
    return wf_raise_key_error(t, key);
}

static WfStatus dict_setitem(WfThread *t, WfValue self, WfValue key, WfValue v)
{
    if (!wf_is_empty(v)) {
        return wf_dict_set(t, wf_as_dict(self), key, v);
    }
    WfFound found = wf_dict_delete(t, wf_as_dict(self), key);
    if (found == WF_MISSING) {
        wf_raise_key_error(t, key);
    }
    return found == WF_FOUND ? WF_OK : WF_RAISED;
}

static WfFound dict_contains(WfThread *t, WfValue self, WfValue key)
{
    WfValue v;
    return wf_dict_get(t, wf_as_dict(self), key, &v);
}

static WfValue dict_repr(WfThread *t, WfValue self)
{
    WfDict *d = wf_as_dict(self);
    WfFound running = wf_repr_enter(t, self);
    if (running != WF_MISSING) {
        return running == WF_ERROR ? WF_EMPTY : wf_str_from_cstr(t, "{...}");
    }
    WfStrBuilder b = WF_STR_BUILDER;
    WfValue result = WF_EMPTY, k, v;
    int64_t pos = 0;
    bool more = false;
    if (wf_builder_char(t, &b, '{') != WF_OK) {
        goto done;
    }
    while (wf_dict_next(d, &pos, &k, &v)) {
        if ((more && wf_builder_ascii(t, &b, ", ", 2) != WF_OK) || wf_builder_repr(t, &b, k) != WF_OK
            || wf_builder_ascii(t, &b, ": ", 2) != WF_OK || wf_builder_repr(t, &b, v) != WF_OK) {
            goto done;
        }
        more = true;
    }
    if (wf_builder_char(t, &b, '}') == WF_OK) {
        result = wf_builder_finish(t, &b);
    }
done:
    wf_repr_leave(t, self);
    return result;
}

static WfValue dict_richcompare(WfThread *t, WfValue a, WfValue b, int op)
{
    if ((op != WF_EQ && op != WF_NE) || !wf_is_dict(a) || !wf_is_dict(b)) {
        return WF_NOT_IMPLEMENTED;
    }
    WfFound same = wf_dict_equal(t, wf_as_dict(a), wf_as_dict(b));
    return same == WF_ERROR ? WF_EMPTY : WF_BOOL((same == WF_FOUND) == (op == WF_EQ));
}

static WfValue dict_or(WfThread *t, WfValue a, WfValue b)
{
    if (!wf_is_dict(a) || !wf_is_dict(b)) {
        return WF_NOT_IMPLEMENTED;
    }
    WfValue out = wf_dict_copy(t, wf_as_dict(a));
    if (wf_is_empty(out) || wf_dict_update(t, wf_as_dict(out), b) != WF_OK) {
        return WF_EMPTY;
    }
    return out;
}

static WfValue dict_ior(WfThread *t, WfValue self, WfValue other)
{
    return wf_dict_update(t, wf_as_dict(self), other) == WF_OK ? self : WF_EMPTY;
}

static WfValue dict_get(WfThread *t, WfValue *a)
{
    WfValue v;
    WfFound found = wf_dict_get(t, wf_as_dict(a[0]), a[1], &v);
    return found == WF_FOUND ? v : found == WF_MISSING ? a[2] : WF_EMPTY;
}

static WfValue dict_setdefault(WfThread *t, WfValue *a)
{
    return wf_dict_setdefault(t, wf_as_dict(a[0]), a[1], a[2]);
}

static WfValue dict_pop(WfThread *t, WfValue *a)
{
    WfDict *d = wf_as_dict(a[0]);
    WfValue v;
    WfFound found = wf_dict_used(d) == 0 ? WF_MISSING : wf_dict_pop(t, d, a[1], &v);
    if (found == WF_MISSING) {
        return wf_is_empty(a[2]) ? wf_raise_key_error(t, a[1]) : a[2];
    }
    return found == WF_FOUND ? v : WF_EMPTY;
}

static WfValue dict_popitem(WfThread *t, WfValue *a)
{
    WfValue k, v;
    WfFound found = wf_dict_popitem(t, wf_as_dict(a[0]), true, &k, &v);
    if (found == WF_MISSING) {
        return wf_raise(t, WF_EXC(KeyError), "popitem(): dictionary is empty");
    }
    return found == WF_FOUND ? wf_tuple_pair(t, k, v) : WF_EMPTY;
}

static WfValue dict_update(WfThread *t, WfValue *a)
{
    WfTuple *args = wf_as_tuple(a[1]);
    if (args->length > 1) {
        return wf_raise(t, WF_EXC(TypeError), "update expected at most 1 argument, got %lld", (long long)args->length);
    }
    if ((args->length == 1 && wf_dict_update(t, wf_as_dict(a[0]), wf_tuple_at(args, 0)) != WF_OK)
        || merge_dict(t, wf_as_dict(a[0]), wf_as_dict(a[2]), true) != WF_OK) {
        return WF_EMPTY;
    }
    return WF_NONE;
}

static WfValue dict_fromkeys(WfThread *t, WfValue *a)
{
    WfValue d = wf_call0(t, a[0]);
    if (wf_is_empty(d)) {
        return WF_EMPTY;
    }
    bool exact = WF_IS_EXACT(d, DICT);
    WfValue k;
    int64_t hash;
    if (exact && WF_IS_EXACT(a[1], DICT)) {
        WfValue keys = wf_dict_copy(t, wf_as_dict(a[1])), v;
        int64_t pos = 0;
        while (!wf_is_empty(keys) && wf_dict_next_hash(wf_as_dict(keys), &pos, &k, &hash, &v)) {
            if (wf_dict_set_hash(t, wf_as_dict(d), k, hash, a[2]) != WF_OK) {
                return WF_EMPTY;
            }
        }
        return wf_is_empty(keys) ? WF_EMPTY : d;
    }
    if (exact && (WF_IS_EXACT(a[1], SET) || WF_IS_EXACT(a[1], FROZENSET))) {
        int64_t pos = 0;
        while (wf_set_next_hash(wf_as_set(a[1]), &pos, &k, &hash)) {
            if (wf_dict_set_hash(t, wf_as_dict(d), k, hash, a[2]) != WF_OK) {
                return WF_EMPTY;
            }
        }
        return d;
    }
    WfValue it = wf_iter(t, a[1]);
    if (wf_is_empty(it)) {
        return WF_EMPTY;
    }
    WfFound more;
    while ((more = wf_next(t, it, &k)) == WF_FOUND) {
        WfStatus status = exact ? wf_dict_set(t, wf_as_dict(d), k, a[2]) : wf_setitem(t, d, k, a[2]);
        if (status != WF_OK) {
            return WF_EMPTY;
        }
    }
    return more == WF_ERROR ? WF_EMPTY : d;
}

static WfValue dict_clear(WfThread *t, WfValue *a)
{
    wf_dict_clear(t, wf_as_dict(a[0]));
    return WF_NONE;
}

static WfValue dict_copy(WfThread *t, WfValue *a)
{
    return wf_dict_copy(t, wf_as_dict(a[0]));
}

static WfValue dict_keys(WfThread *t, WfValue *a)
{
    return wf_dict_view(t, a[0], WF_TYPE(DICT_KEYS));
}

static WfValue dict_values(WfThread *t, WfValue *a)
{
    return wf_dict_view(t, a[0], WF_TYPE(DICT_VALUES));
}

static WfValue dict_items(WfThread *t, WfValue *a)
{
    return wf_dict_view(t, a[0], WF_TYPE(DICT_ITEMS));
}

static WfValue dict_reversed(WfThread *t, WfValue *a)
{
    return wf_dict_reverse_iter(t, a[0], WF_TYPE(DICT_REVERSEKEYITERATOR));
}

static WfValue dict_sizeof(WfThread *t, WfValue *a)
{
    WfDictTable *x = wf_dict_table(wf_as_dict(a[0]));
    return wf_small_int((int64_t)(wf_gc_cell_size(wf_as_object(a[0])) + (x == NULL ? 0 : wf_gc_cell_size(x))));
}

static const WfBuiltinDef dict_methods[] = {
    {"get", dict_get, "(self, key, default=None, /)", "The value for key, or default if there is none."},
    {"setdefault", dict_setdefault, "(self, key, default=None, /)",
     "The value for key; a key that is absent is added with the default first."},
    {"pop", dict_pop, "(self, key, default=?, /)",
     "Remove key and return its value.\n\nAn absent key gives the default, or KeyError without one."},
    {"popitem", dict_popitem, "(self, /)",
     "Remove the item that was added last and return it as a pair; KeyError if the dict is empty."},
    {"keys", dict_keys, "(self, /)", "A view of the keys."},
    {"items", dict_items, "(self, /)", "A view of the items, as pairs."},
    {"values", dict_values, "(self, /)", "A view of the values."},
    {"update", dict_update, "(self, /, *args, **kwargs)",
     "Take over the items of a mapping or of an iterable of pairs, then those given by keyword."},
    {"fromkeys", dict_fromkeys, "(type, iterable, value=None, /)", "New dict: each key of iterable with the same value.",
     WF_FN_CLASS},
    {"clear", dict_clear, "(self, /)", "Remove all items."},
    {"copy", dict_copy, "(self, /)", "A shallow copy."},
    {"__reversed__", dict_reversed, "(self, /)", "Iterator over the keys, last one first."},
    {"__sizeof__", dict_sizeof, "(self, /)", "Memory in bytes."},
    {"__class_getitem__", wf_class_getitem, "(type, object, /)", "The generic alias dict[object].", WF_FN_CLASS},
    {0},
};

const WfTypeSpec wf_dict_spec = {
    .name = "dict",
    .doc = "dict() -> empty dictionary\n"
           "dict(mapping) -> dictionary with the mapping's items\n"
           "dict(iterable) -> dictionary with the pairs of the iterable\n"
           "dict(**kwargs) -> dictionary with the names and values given by keyword",
    .flags = WF_TF_BASETYPE | WF_TF_MAPPING | WF_TF_MATCH_SELF,
    .size = sizeof(WfDict),
    .methods = dict_methods,
    .slots = {
        .repr = dict_repr,
        .richcompare = dict_richcompare,
        .iter = wf_dict_iter,
        .init = dict_init,
        .new_ = dict_new,
        .len = dict_len,
        .getitem = dict_getitem,
        .setitem = dict_setitem,
        .contains = dict_contains,
        .binary = {[WF_BIN_OR] = dict_or},
        .inplace = {[WF_BIN_OR] = dict_ior},
    },
};
