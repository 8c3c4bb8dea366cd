/* set.c - set and frozenset: a hash table of values.
 * SPDX-License-Identifier: MIT
 * Design:     open addressing; an entry is (key, hash). The order in which a set is walked shows in what programs print, so
 *             sizes, probing and growth are CPython's: a probe looks at ten neighbours, then jumps to 5i + 1 + perturb, where
 *             perturb is the hash, shifted right by five each time; at three fifths full a table is rebuilt for four times
 *             (above 50000: twice) as many. A new key takes the last DELETED entry that its probe meets, if any.
 * Invariants: S1 an entry never becomes unused again.  S2 fill counts keys and DELETED; adds counts insertions and is
 *             published after the entry.  S3 fill < size, so probing ends.
 * Threads:    as dict.c: lookups run unlocked (they may call __eq__); a writer then checks under the lock that the table and
 *             its adds, or the entry found, are unchanged, else looks again. A reader may meet an entry that is being
 *             used again, and read a hash that is not the key's: the key itself decides. */
#include "objects/set.h"

#include "model/builtin.h"
#include "objects/container.h"
#include "objects/dict.h"
#include "objects/genericalias.h"
#include "objects/iterators.h"
#include "objects/list.h"
#include "objects/tuple.h"

typedef struct SetEntry {
    WfSlot key;   /* EMPTY: unused; DELETED */
    int64_t hash; /* written before the key */
} SetEntry;

typedef struct WfSetTable {
    WfObject h;
    uint64_t mask;
    uint64_t fill;   /* guarded by the lock */
    uint64_t x_adds; /* atomic */
    SetEntry entries[];
} WfSetTable;

#define DELETED WF_VALUE(0x58) /* a word that is no value */
#define NEIGHBOURS 9

WF_INLINE WfSetTable *table_of(const WfSet *s)
{
    return (WfSetTable *)(uintptr_t)wf_load_acquire(&s->table).bits;
}

WF_INLINE bool is_key(WfValue k)
{
    return !wf_is_empty(k) && !wf_is(k, DELETED);
}

void wf_set_table_trace(WfMarker *m, WfObject *o)
{
    WfSetTable *x = (WfSetTable *)o;
    for (uint64_t i = 0; i <= x->mask; i++) {
        wf_mark_slot(m, &x->entries[i].key);
    }
}

void wf_set_trace(WfMarker *m, WfObject *o)
{
    wf_mark_slot(m, &((WfSet *)o)->table);
    uint32_t shape = wf_shape_id(o);
    if (shape != WF_SHAPE(SET) && shape != WF_SHAPE(FROZENSET)) {
        wf_mark_tail(m, o, sizeof(WfSet));
    }
}

/* Walks the probe sequence of a hash: entry number i, then probe_next. */
typedef struct Probe {
    uint64_t i, base, perturb, left;
} Probe;

WF_INLINE Probe probe_begin(const WfSetTable *x, int64_t hash)
{
    uint64_t base = (uint64_t)hash & x->mask;
    return (Probe){base, base, (uint64_t)hash, base + NEIGHBOURS <= x->mask ? NEIGHBOURS : 0};
}

WF_INLINE void probe_next(const WfSetTable *x, Probe *p)
{
    if (p->left > 0) {
        p->left--;
        p->i++;
        return;
    }
    p->perturb >>= 5;
    p->base = (p->base * 5 + 1 + p->perturb) & x->mask;
    p->i = p->base;
    p->left = p->base + NEIGHBOURS <= x->mask ? NEIGHBOURS : 0;
}

/* Puts a key that is known to be absent in its place. */
static void table_put(WfSetTable *x, WfValue key, int64_t hash)
{
    Probe p = probe_begin(x, hash);
    SetEntry *e = NULL;
    for (;; probe_next(x, &p)) {
        WfValue k = wf_load(&x->entries[p.i].key);
        if (wf_is(k, DELETED)) {
            e = &x->entries[p.i];
        } else if (wf_is_empty(k)) {
            break;
        }
    }
    if (e == NULL) {
        e = &x->entries[p.i];
        x->fill++;
    }
    __atomic_store_n(&e->hash, hash, __ATOMIC_RELAXED);
    wf_store(&e->key, key);
    __atomic_store_n(&x->x_adds, x->x_adds + 1, __ATOMIC_RELEASE);
}

static WfSetTable *table_alloc(WfThread *t, uint64_t size)
{
    if (size > (uint64_t)1 << 36) {
        return WF_FAIL_NULL(wf_raise_no_memory(t));
    }
    WfSetTable *x = wf_gc_alloc(t, WF_KIND_SET_TABLE, sizeof(WfSetTable) + size * sizeof(SetEntry));
    if (x != NULL) {
        x->mask = size - 1;
    }
    return x;
}

/* A new table with room for more than `least` keys, holding those of s. */
static WfSetTable *resize_locked(WfThread *t, WfSet *s, uint64_t least)
{
    uint64_t size = 8;
    while (size <= least) {
        size *= 2;
    }
    WfSetTable *x = table_alloc(t, size);
    if (x == NULL) {
        return NULL;
    }
    WfSetTable *old = table_of(s);
    for (uint64_t i = 0; old != NULL && i <= old->mask; i++) {
        WfValue k = wf_load(&old->entries[i].key);
        if (is_key(k)) {
            table_put(x, k, old->entries[i].hash);
        }
    }
    wf_store_ptr(&s->table, x);
    /* no wf_gc_replaced: EACH_KEY walks a table while others replace it */
    return x;
}

static uint64_t grown(const WfSet *s)
{
    uint64_t used = (uint64_t)s->x_used;
    return used > 50000 ? used * 2 : used * 4;
}

static WfStatus insert_locked(WfThread *t, WfSet *s, WfValue key, int64_t hash)
{
    WfSetTable *x = table_of(s);
    if (x == NULL && (x = resize_locked(t, s, 0)) == NULL) {
        return WF_RAISED;
    }
    uint64_t fill = x->fill;
    table_put(x, key, hash);
    __atomic_store_n(&s->x_used, s->x_used + 1, __ATOMIC_RELAXED);
    bool full = x->fill != fill && x->fill * 5 >= x->mask * 3;
    return full && resize_locked(t, s, grown(s)) == NULL ? WF_RAISED : WF_OK;
}

/* --- looking up -------------------------------------------------------------------------------------------- */

typedef struct Place {
    WfSetTable *table;
    uint64_t adds;
    SetEntry *entry; /* found, else NULL */
    WfValue key;
} Place;

static WfFound find(WfThread *t, WfSet *s, WfValue key, int64_t hash, Place *out)
{
restart:;
    WfSetTable *x = table_of(s);
    out->table = x;
    out->entry = NULL;
    if (x == NULL) {
        return WF_MISSING;
    }
    out->adds = __atomic_load_n(&x->x_adds, __ATOMIC_ACQUIRE);
    for (Probe p = probe_begin(x, hash);; probe_next(x, &p)) {
        SetEntry *e = &x->entries[p.i];
        WfValue k = wf_load_acquire(&e->key);
        if (wf_is_empty(k)) {
            return WF_MISSING;
        }
        if (wf_is(k, DELETED) || __atomic_load_n(&e->hash, __ATOMIC_RELAXED) != hash) {
            continue;
        }
        WfFound same = wf_equal_fast(t, k, key);
        if (same == WF_MISSING && wf_is_plain_key(k) && wf_is_plain_key(key)) {
            continue;
        }
        if (same == WF_ERROR) {
            return WF_ERROR;
        }
        if (same == WF_FOUND) {
            if (table_of(s) == x && wf_is(wf_load(&e->key), k)) {
                out->entry = e;
                out->key = k;
                return WF_FOUND;
            }
            goto restart;
        }
        if (table_of(s) != x || !wf_is(wf_load(&e->key), k)) {
            goto restart; /* __eq__ changed the set */
        }
    }
}

static bool place_holds_locked(WfSet *s, const Place *p)
{
    WfSetTable *x = table_of(s);
    if (x != p->table) {
        return false;
    }
    return p->entry != NULL ? wf_is(wf_load(&p->entry->key), p->key) : x == NULL || x->x_adds == p->adds;
}

/* FOUND: was there already. */
static WfFound add_hash(WfThread *t, WfSet *s, WfValue key, int64_t hash)
{
    for (;;) {
        Place p;
        WfFound found = find(t, s, key, hash, &p);
        if (found != WF_MISSING) {
            return found;
        }
        wf_lock(t, s);
        if (WF_LIKELY(place_holds_locked(s, &p))) {
            WfStatus status = insert_locked(t, s, key, hash);
            wf_unlock(t, s);
            return status == WF_OK ? WF_MISSING : WF_ERROR;
        }
        wf_unlock(t, s);
    }
}

static WfFound discard_hash(WfThread *t, WfSet *s, WfValue key, int64_t hash)
{
    for (;;) {
        Place p;
        WfFound found = find(t, s, key, hash, &p);
        if (found != WF_FOUND) {
            return found;
        }
        wf_lock(t, s);
        bool holds = place_holds_locked(s, &p);
        if (WF_LIKELY(holds)) {
            wf_store_raw(&p.entry->key, DELETED);
            __atomic_store_n(&s->x_used, s->x_used - 1, __ATOMIC_RELAXED);
        }
        wf_unlock(t, s);
        if (WF_LIKELY(holds)) {
            return WF_FOUND;
        }
    }
}

WF_INLINE WfFound contains_hash(WfThread *t, WfSet *s, WfValue key, int64_t hash)
{
    Place p;
    return find(t, s, key, hash, &p);
}

WfStatus wf_set_add(WfThread *t, WfSet *s, WfValue v)
{
    int64_t hash;
    if (wf_hash_fast(t, v, &hash) != WF_OK) {
        return WF_RAISED;
    }
    return add_hash(t, s, v, hash) == WF_ERROR ? WF_RAISED : WF_OK;
}

/* The hash of a key that is looked for. A set is looked for as the frozenset with its items. */
static WfStatus hash_sought(WfThread *t, WfValue *key, int64_t *hash)
{
    if (wf_hash_fast(t, *key, hash) == WF_OK) {
        return WF_OK;
    }
    if (!wf_is_set(*key) || !wf_clear_if(t, WF_EXC(TypeError))) {
        return WF_RAISED;
    }
    WfValue items = wf_set_to_list(t, wf_as_set(*key));
    if (wf_is_empty(items)) {
        return WF_RAISED;
    }
    WfList *l = wf_as_list(items);
    WfSlots *buffer = WF_LOAD(WfSlots, &l->items);
    *key = wf_frozenset_from(t, buffer == NULL ? NULL : (const WfValue *)(const void *)buffer->items, wf_list_length(l));
    return wf_is_empty(*key) ? WF_RAISED : wf_hash(t, *key, hash);
}

WfFound wf_set_contains(WfThread *t, WfSet *s, WfValue v)
{
    int64_t hash;
    return hash_sought(t, &v, &hash) == WF_OK ? contains_hash(t, s, v, hash) : WF_ERROR;
}

WfFound wf_set_discard(WfThread *t, WfSet *s, WfValue v)
{
    int64_t hash;
    return hash_sought(t, &v, &hash) == WF_OK ? discard_hash(t, s, v, hash) : WF_ERROR;
}

/* --- whole sets -------------------------------------------------------------------------------------------- */

/* The key of entry i and its hash, read together though the entry may be used again meanwhile (a later insertion
 * changes adds). Returns EMPTY or DELETED for an entry without a key. */
static WfValue entry_read(const WfSetTable *x, uint64_t i, int64_t *hash)
{
    const SetEntry *e = &x->entries[i];
    for (;;) {
        uint64_t adds = __atomic_load_n(&x->x_adds, __ATOMIC_ACQUIRE);
        WfValue k = wf_load_acquire(&e->key);
        if (!is_key(k)) {
            return k;
        }
        *hash = __atomic_load_n(&e->hash, __ATOMIC_ACQUIRE);
        if (wf_is(wf_load_acquire(&e->key), k) && __atomic_load_n(&x->x_adds, __ATOMIC_RELAXED) == adds) {
            return k;
        }
    }
}

/* The keys of a table that stays the same while it is walked; what is added or removed meanwhile may be seen or not. */
#define EACH_KEY(x, k, h)                                                                          \
    for (int64_t h = 0, i_ = 0, n_ = (x) == NULL ? 0 : (int64_t)(x)->mask + 1; i_ < n_; i_++)      \
        for (WfValue k = entry_read((x), (uint64_t)i_, &(h)); is_key(k); k = WF_EMPTY)

bool wf_set_next_hash(WfSet *s, int64_t *pos, WfValue *v, int64_t *hash)
{
    WfSetTable *x = table_of(s);
    for (uint64_t i = (uint64_t)*pos; x != NULL && i <= x->mask; i++) {
        WfValue k = entry_read(x, i, hash);
        if (is_key(k)) {
            *v = k;
            *pos = (int64_t)i + 1;
            return true;
        }
    }
    return false;
}

bool wf_set_next(WfSet *s, int64_t *pos, WfValue *v)
{
    int64_t hash;
    return wf_set_next_hash(s, pos, v, &hash);
}

static WfSet *set_alloc(WfThread *t, WfType *type)
{
    if (type == WF_TYPE(SET)) {
        return WF_NEW(t, WfSet, SET, SET);
    }
    if (type == WF_TYPE(FROZENSET)) {
        return WF_NEW(t, WfSet, FROZENSET, SET);
    }
    return (WfSet *)wf_instance_new(t, type, 0);
}

/* set or frozenset, whichever the type is derived from. */
static WfType *base_type(WfValue s)
{
    WfType *type = wf_type(s);
    return type == WF_TYPE(SET) || wf_type_is_subtype(type, WF_TYPE(SET)) ? WF_TYPE(SET) : WF_TYPE(FROZENSET);
}

static void clear_set(WfThread *t, WfSet *s)
{
    wf_lock(t, s);
    wf_store_raw(&s->table, WF_EMPTY);
    __atomic_store_n(&s->x_used, 0, __ATOMIC_RELAXED);
    s->finger = 0;
    wf_unlock(t, s);
}

static void lock_both(WfThread *t, void *a, void *b)
{
    wf_lock(t, a < b ? a : b);
    wf_lock(t, a < b ? b : a);
}

/* Adds the items of another set. */
static WfStatus merge(WfThread *t, WfSet *s, WfSet *other)
{
    if (s == other || wf_set_used(other) == 0) {
        return WF_OK;
    }
    WfStatus status = WF_OK;
    lock_both(t, s, other);
    WfSetTable *y = table_of(other), *x = table_of(s);
    uint64_t mask = x == NULL ? 7 : x->mask, fill = x == NULL ? 0 : x->fill;
    if (y != NULL && (fill + (uint64_t)other->x_used) * 5 >= mask * 3) {
        x = resize_locked(t, s, (uint64_t)(s->x_used + other->x_used) * 2);
        status = x == NULL ? WF_RAISED : WF_OK;
    } else if (x == NULL) {
        x = resize_locked(t, s, 0);
        status = x == NULL ? WF_RAISED : WF_OK;
    }
    bool done = status != WF_OK || y == NULL;
    if (!done && x->fill == 0) {
        if (x->mask == y->mask && y->fill == (uint64_t)other->x_used) {
            for (uint64_t i = 0; i <= y->mask; i++) {
                x->entries[i].hash = y->entries[i].hash;
                wf_store(&x->entries[i].key, wf_load(&y->entries[i].key));
            }
            x->fill = y->fill;
            __atomic_store_n(&x->x_adds, x->x_adds + 1, __ATOMIC_RELEASE);
        } else {
            EACH_KEY (y, k, h) {
                table_put(x, k, h);
            }
        }
        __atomic_store_n(&s->x_used, other->x_used, __ATOMIC_RELAXED);
        done = true;
    }
    wf_unlock(t, s);
    wf_unlock(t, other);
    if (!done) {
        EACH_KEY (y, k, h) {
            if (add_hash(t, s, k, h) == WF_ERROR) {
                return WF_RAISED;
            }
        }
    }
    return status;
}

static WfStatus reserve(WfThread *t, WfSet *s, int64_t n)
{
    WfStatus status = WF_OK;
    wf_lock(t, s);
    WfSetTable *x = table_of(s);
    uint64_t mask = x == NULL ? 7 : x->mask, fill = x == NULL ? 0 : x->fill;
    if ((fill + (uint64_t)n) * 5 >= mask * 3 && resize_locked(t, s, (uint64_t)(s->x_used + n) * 2) == NULL) {
        status = WF_RAISED;
    }
    wf_unlock(t, s);
    return status;
}

/* Calls f(t, s, item, hash) for each item. */
static WfStatus each(WfThread *t, WfSet *s, WfValue iterable, WfFound (*f)(WfThread *, WfSet *, WfValue, int64_t))
{
    int64_t hash;
    WfValue k;
    if (wf_is_set(iterable)) {
        WfSetTable *y = table_of(wf_as_set(iterable));
        EACH_KEY (y, key, h) {
            if (f(t, s, key, h) == WF_ERROR) {
                return WF_RAISED;
            }
        }
        return WF_OK;
    }
    if (WF_IS_EXACT(iterable, DICT)) {
        WfValue copy = wf_dict_copy(t, wf_as_dict(iterable)), v;
        int64_t pos = 0;
        while (!wf_is_empty(copy) && wf_dict_next_hash(wf_as_dict(copy), &pos, &k, &hash, &v)) {
            if (f(t, s, k, hash) == WF_ERROR) {
                return WF_RAISED;
            }
        }
        return wf_is_empty(copy) ? WF_RAISED : WF_OK;
    }
    WfValue it = wf_iter(t, iterable);
    if (wf_is_empty(it)) {
        return WF_RAISED;
    }
    WfFound more;
    while ((more = wf_next(t, it, &k)) == WF_FOUND) {
        if (wf_hash_fast(t, k, &hash) != WF_OK || f(t, s, k, hash) == WF_ERROR) {
            return WF_RAISED;
        }
    }
    return more == WF_ERROR ? WF_RAISED : WF_OK;
}

WfStatus wf_set_update(WfThread *t, WfSet *s, WfValue iterable)
{
    if (wf_is_set(iterable)) {
        return merge(t, s, wf_as_set(iterable));
    }
    if (WF_IS_EXACT(iterable, DICT) && reserve(t, s, wf_dict_used(wf_as_dict(iterable))) != WF_OK) {
        return WF_RAISED;
    }
    return each(t, s, iterable, add_hash);
}

WfStatus wf_set_difference_update(WfThread *t, WfSet *s, WfValue iterable)
{
    if (wf_is(iterable, wf_from_object(s))) {
        clear_set(t, s);
        return WF_OK;
    }
    if (each(t, s, iterable, discard_hash) != WF_OK) {
        return WF_RAISED;
    }
    WfStatus status = WF_OK;
    wf_lock(t, s);
    WfSetTable *x = table_of(s);
    if (x != NULL && x->fill - (uint64_t)s->x_used > x->mask / 4 && resize_locked(t, s, grown(s)) == NULL) {
        status = WF_RAISED;
    }
    wf_unlock(t, s);
    return status;
}

static WfFound toggle_hash(WfThread *t, WfSet *s, WfValue key, int64_t hash)
{
    WfFound found = discard_hash(t, s, key, hash);
    return found == WF_MISSING ? add_hash(t, s, key, hash) : found;
}

static WfSet *set_made(WfThread *t, WfType *type, WfValue iterable)
{
    WfSet *s = set_alloc(t, type);
    if (s == NULL || (!wf_is_empty(iterable) && wf_set_update(t, s, iterable) != WF_OK)) {
        return NULL;
    }
    return s;
}

WfStatus wf_set_symmetric_difference_update(WfThread *t, WfSet *s, WfValue iterable)
{
    if (wf_is(iterable, wf_from_object(s))) {
        clear_set(t, s);
        return WF_OK;
    }
    if (!wf_is_set(iterable) && !WF_IS_EXACT(iterable, DICT)) {
        /* an item that comes twice counts once */
        iterable = wf_from_object(set_made(t, WF_TYPE(SET), iterable));
        if (wf_is_empty(iterable)) {
            return WF_RAISED;
        }
    }
    return each(t, s, iterable, toggle_hash);
}

WfValue wf_set_new(WfThread *t)
{
    return wf_from_object(set_alloc(t, WF_TYPE(SET)));
}

WfValue wf_set_from(WfThread *t, WfValue iterable)
{
    return wf_from_object(set_made(t, WF_TYPE(SET), iterable));
}

static WfValue empty_frozenset(WfThread *t)
{
    WfRuntime *rt = t->rt;
    uint64_t bits = __atomic_load_n(&rt->x_empty_frozenset.bits, __ATOMIC_ACQUIRE);
    if (bits != 0) {
        return WF_VALUE(bits);
    }
    WfSet *s = set_alloc(t, WF_TYPE(FROZENSET));
    if (s == NULL) {
        return WF_EMPTY;
    }
    uint64_t expected = 0;
    if (__atomic_compare_exchange_n(&rt->x_empty_frozenset.bits, &expected, wf_from_object(s).bits, false, __ATOMIC_ACQ_REL,
                                    __ATOMIC_ACQUIRE)) {
        wf_gc_add_root(rt, &rt->x_empty_frozenset);
        return wf_from_object(s);
    }
    return WF_VALUE(expected);
}

WfValue wf_frozenset_from(WfThread *t, const WfValue *items, int64_t n)
{
    if (n == 0) {
        return empty_frozenset(t);
    }
    WfSet *s = set_alloc(t, WF_TYPE(FROZENSET));
    for (int64_t i = 0; s != NULL && i < n; i++) {
        if (wf_set_add(t, s, items[i]) != WF_OK) {
            return WF_EMPTY;
        }
    }
    return wf_from_object(s);
}

WfValue wf_set_to_list(WfThread *t, WfSet *s)
{
    wf_lock(t, s);
    WfValue list = wf_list_new(t, s->x_used);
    WfSetTable *x = table_of(s);
    if (!wf_is_empty(list)) {
        EACH_KEY (x, k, h) {
            if (wf_list_append_locked(t, wf_as_list(list), k) != WF_OK) {
                wf_unlock(t, s);
                return WF_EMPTY;
            }
        }
    }
    wf_unlock(t, s);
    return list;
}

static WfValue set_copied(WfThread *t, WfValue s)
{
    return wf_from_object(set_made(t, base_type(s), s));
}

/* A new set of the items of s that are (keep) or are not in another set or dict. */
static WfValue filtered(WfThread *t, WfType *type, WfSet *s, WfValue other, bool keep)
{
    WfSet *out = set_alloc(t, type);
    if (out == NULL) {
        return WF_EMPTY;
    }
    WfSetTable *x = table_of(s);
    EACH_KEY (x, k, h) {
        WfValue ignored;
        WfFound there = wf_is_set(other) ? contains_hash(t, wf_as_set(other), k, h)
                                         : wf_dict_get_hash(t, wf_as_dict(other), k, h, &ignored);
        if (there == WF_ERROR || ((there == WF_FOUND) == keep && add_hash(t, out, k, h) == WF_ERROR)) {
            return WF_EMPTY;
        }
    }
    return wf_from_object(out);
}

static WfValue difference(WfThread *t, WfValue s, WfValue other)
{
    int64_t n = -1;
    if (wf_is_set(other)) {
        n = wf_set_used(wf_as_set(other));
    } else if (WF_IS_EXACT(other, DICT)) {
        n = wf_dict_used(wf_as_dict(other));
    }
    if (n < 0 || wf_set_used(wf_as_set(s)) / 4 > n) {
        /* few to take away, or not to be looked up: copy and remove */
        WfValue out = set_copied(t, s);
        if (wf_is_empty(out) || wf_set_difference_update(t, wf_as_set(out), other) != WF_OK) {
            return WF_EMPTY;
        }
        return out;
    }
    return filtered(t, base_type(s), wf_as_set(s), other, false);
}

static WfValue intersection(WfThread *t, WfValue s, WfValue other)
{
    if (wf_is(s, other)) {
        return set_copied(t, s);
    }
    if (wf_is_set(other)) {
        bool swap = wf_set_used(wf_as_set(other)) > wf_set_used(wf_as_set(s));
        return filtered(t, base_type(s), wf_as_set(swap ? s : other), swap ? other : s, true);
    }
    WfSet *out = set_alloc(t, base_type(s));
    WfValue it = out == NULL ? WF_EMPTY : wf_iter(t, other);
    if (wf_is_empty(it)) {
        return WF_EMPTY;
    }
    WfFound more;
    WfValue k;
    while ((more = wf_next(t, it, &k)) == WF_FOUND) {
        int64_t hash;
        if (wf_hash_fast(t, k, &hash) != WF_OK) {
            return WF_EMPTY;
        }
        WfFound there = contains_hash(t, wf_as_set(s), k, hash);
        if (there == WF_ERROR || (there == WF_FOUND && add_hash(t, out, k, hash) == WF_ERROR)) {
            return WF_EMPTY;
        }
    }
    return more == WF_ERROR ? WF_EMPTY : wf_from_object(out);
}

/* s = items of another set that nobody else has. */
static void swap_in(WfThread *t, WfSet *s, WfSet *fresh)
{
    wf_lock(t, s);
    wf_store(&s->table, wf_load(&fresh->table));
    __atomic_store_n(&s->x_used, fresh->x_used, __ATOMIC_RELAXED);
    wf_unlock(t, s);
}

static WfFound is_subset(WfThread *t, WfSet *s, WfSet *other)
{
    if (wf_set_used(s) > wf_set_used(other)) {
        return WF_MISSING;
    }
    WfSetTable *x = table_of(s);
    EACH_KEY (x, k, h) {
        WfFound there = contains_hash(t, other, k, h);
        if (there != WF_FOUND) {
            return there;
        }
    }
    return WF_FOUND;
}

/* --- slots ------------------------------------------------------------------------------------------------- */

static WfValue set_new(WfThread *t, WfType *type, const WfArgs *args)
{
    return wf_from_object(set_alloc(t, type));
}

static WfStatus set_init(WfThread *t, WfValue self, const WfArgs *args)
{
    WfValue iterable = WF_EMPTY;
    if (args->kwnames == NULL && args->n_pos <= 1) {
        iterable = args->n_pos == 1 ? args->items[0] : WF_EMPTY;
    } else if (wf_parse_args(t, "set", "(iterable=?, /)", args, &iterable, 1) != WF_OK) {
        return WF_RAISED;
    }
    WfSet *s = wf_as_set(self);
    if (wf_set_used(s) != 0) {
        clear_set(t, s);
    }
    return wf_is_empty(iterable) ? WF_OK : wf_set_update(t, s, iterable);
}

static WfValue frozenset_new(WfThread *t, WfType *type, const WfArgs *args)
{
    WfValue iterable = WF_EMPTY;
    WfArgs positional = {args->items, args->n_pos, NULL};
    bool own_init = type->slots.init != WF_TYPE(FROZENSET)->slots.init; /* takes the keywords */
    if (wf_parse_args(t, "frozenset", "(iterable=?, /)", own_init ? &positional : args, &iterable, 1) != WF_OK) {
        return WF_EMPTY;
    }
    if (type == WF_TYPE(FROZENSET)) {
        if (wf_is_empty(iterable)) {
            return empty_frozenset(t);
        }
        if (WF_IS_EXACT(iterable, FROZENSET)) {
            return iterable;
        }
    }
    WfSet *s = set_made(t, type, iterable);
    if (s != NULL && s->x_used == 0 && type == WF_TYPE(FROZENSET)) {
        return empty_frozenset(t);
    }
    return wf_from_object(s);
}

static WfStatus set_len(WfThread *t, WfValue self, int64_t *len)
{
    *len = wf_set_used(wf_as_set(self));
    return WF_OK;
}

static WfFound set_contains(WfThread *t, WfValue self, WfValue item)
{
    return wf_set_contains(t, wf_as_set(self), item);
}

static WfStatus frozenset_hash(WfThread *t, WfValue self, int64_t *hash)
{
    WfSet *s = wf_as_set(self);
    int64_t h = __atomic_load_n(&s->x_hash, __ATOMIC_RELAXED);
    if (h == 0) {
        uint64_t acc = 0;
        WfSetTable *x = table_of(s);
        EACH_KEY (x, k, item) {
            acc = wf_hash_set_step(acc, item);
        }
        h = wf_hash_set_end(acc, (size_t)s->x_used);
        __atomic_store_n(&s->x_hash, h, __ATOMIC_RELAXED);
    }
    *hash = h;
    return WF_OK;
}

static WfValue set_repr(WfThread *t, WfValue self)
{
    const char *name = WF_TYPE_NAME(self);
    if (wf_set_used(wf_as_set(self)) == 0) {
        return wf_str_format(t, "%s()", name);
    }
    WfFound running = wf_repr_enter(t, self);
    if (running != WF_MISSING) {
        return running == WF_ERROR ? WF_EMPTY : wf_str_format(t, "%s(...)", name);
    }
    WfStrBuilder b = WF_STR_BUILDER;
    bool plain = WF_IS_EXACT(self, SET);
    WfValue result = WF_EMPTY;
    WfValue items = wf_set_to_list(t, wf_as_set(self));
    if (wf_is_empty(items)
        || (!plain
            && (wf_builder_ascii(t, &b, name, (int64_t)strlen(name)) != WF_OK || wf_builder_char(t, &b, '(') != WF_OK))
        || wf_builder_char(t, &b, '{') != WF_OK) {
        goto done;
    }
    for (int64_t i = 0; i < wf_list_length(wf_as_list(items)); i++) {
        if ((i > 0 && wf_builder_ascii(t, &b, ", ", 2) != WF_OK)
            || wf_builder_repr(t, &b, wf_list_at(wf_as_list(items), i)) != WF_OK) {
            goto done;
        }
    }
    if (wf_builder_ascii(t, &b, "})", plain ? 1 : 2) == WF_OK) {
        result = wf_builder_finish(t, &b);
    }
done:
    wf_repr_leave(t, self);
    return result;
}

static WfValue set_richcompare(WfThread *t, WfValue a, WfValue b, int op)
{
    if (!wf_is_set(a) || !wf_is_set(b)) {
        return WF_NOT_IMPLEMENTED;
    }
    WfSet *x = wf_as_set(a), *y = wf_as_set(b);
    int64_t p = wf_set_used(x), q = wf_set_used(y);
    WfFound result;
    switch (op) {
    case WF_EQ:
    case WF_NE: {
        int64_t g = __atomic_load_n(&x->x_hash, __ATOMIC_RELAXED), h = __atomic_load_n(&y->x_hash, __ATOMIC_RELAXED);
        result = p != q || (g != 0 && h != 0 && g != h) ? WF_MISSING : is_subset(t, x, y);
        if (result != WF_ERROR && op == WF_NE) {
            result = result == WF_FOUND ? WF_MISSING : WF_FOUND;
        }
        break;
    }
    case WF_LE: result = is_subset(t, x, y); break;
    case WF_GE: result = is_subset(t, y, x); break;
    case WF_LT: result = p < q ? is_subset(t, x, y) : WF_MISSING; break;
    default: result = p > q ? is_subset(t, y, x) : WF_MISSING; break;
    }
    return result == WF_ERROR ? WF_EMPTY : WF_BOOL(result == WF_FOUND);
}

static WfValue set_sub(WfThread *t, WfValue a, WfValue b)
{
    return wf_is_set(a) && wf_is_set(b) ? difference(t, a, b) : WF_NOT_IMPLEMENTED;
}

static WfValue set_and(WfThread *t, WfValue a, WfValue b)
{
    return wf_is_set(a) && wf_is_set(b) ? intersection(t, a, b) : WF_NOT_IMPLEMENTED;
}

static WfValue set_or(WfThread *t, WfValue a, WfValue b)
{
    if (!wf_is_set(a) || !wf_is_set(b)) {
        return WF_NOT_IMPLEMENTED;
    }
    WfValue out = set_copied(t, a);
    return wf_is_empty(out) || wf_set_update(t, wf_as_set(out), b) != WF_OK ? WF_EMPTY : out;
}

static WfValue set_xor(WfThread *t, WfValue a, WfValue b)
{
    if (!wf_is_set(a) || !wf_is_set(b)) {
        return WF_NOT_IMPLEMENTED;
    }
    WfSet *out = set_made(t, base_type(a), b);
    return out == NULL || wf_set_symmetric_difference_update(t, out, a) != WF_OK ? WF_EMPTY : wf_from_object(out);
}

static WfValue set_isub(WfThread *t, WfValue self, WfValue other)
{
    if (!wf_is_set(other)) {
        return WF_NOT_IMPLEMENTED;
    }
    return wf_set_difference_update(t, wf_as_set(self), other) == WF_OK ? self : WF_EMPTY;
}

static WfValue set_iand(WfThread *t, WfValue self, WfValue other)
{
    if (!wf_is_set(other)) {
        return WF_NOT_IMPLEMENTED;
    }
    WfValue out = intersection(t, self, other);
    if (wf_is_empty(out)) {
        return WF_EMPTY;
    }
    swap_in(t, wf_as_set(self), wf_as_set(out));
    return self;
}

static WfValue set_ior(WfThread *t, WfValue self, WfValue other)
{
    if (!wf_is_set(other)) {
        return WF_NOT_IMPLEMENTED;
    }
    return wf_set_update(t, wf_as_set(self), other) == WF_OK ? self : WF_EMPTY;
}

static WfValue set_ixor(WfThread *t, WfValue self, WfValue other)
{
    if (!wf_is_set(other)) {
        return WF_NOT_IMPLEMENTED;
    }
    return wf_set_symmetric_difference_update(t, wf_as_set(self), other) == WF_OK ? self : WF_EMPTY;
}

/* --- methods ----------------------------------------------------------------------------------------------- */

static WfValue set_add(WfThread *t, WfValue *a)
{
    return wf_set_add(t, wf_as_set(a[0]), a[1]) == WF_OK ? WF_NONE : WF_EMPTY;
}

static WfValue set_discard(WfThread *t, WfValue *a)
{
    return wf_set_discard(t, wf_as_set(a[0]), a[1]) == WF_ERROR ? WF_EMPTY : WF_NONE;
}

static WfValue set_remove(WfThread *t, WfValue *a)
{
    WfFound found = wf_set_discard(t, wf_as_set(a[0]), a[1]);
    if (found == WF_MISSING) {
        return wf_raise_key_error(t, a[1]);
    }
    return found == WF_FOUND ? WF_NONE : WF_EMPTY;
}

static WfValue set_pop(WfThread *t, WfValue *a)
{
    WfSet *s = wf_as_set(a[0]);
    WfValue k = WF_EMPTY;
    wf_lock(t, s);
    if (s->x_used != 0) {
        WfSetTable *x = table_of(s);
        uint64_t i = s->finger & x->mask;
        while (!is_key(k = wf_load(&x->entries[i].key))) {
            i = i == x->mask ? 0 : i + 1;
        }
        wf_store_raw(&x->entries[i].key, DELETED);
        __atomic_store_n(&s->x_used, s->x_used - 1, __ATOMIC_RELAXED);
        s->finger = i + 1;
    }
    wf_unlock(t, s);
    return wf_is_empty(k) ? wf_raise(t, WF_EXC(KeyError), "pop from an empty set") : k;
}

static WfValue set_clear(WfThread *t, WfValue *a)
{
    clear_set(t, wf_as_set(a[0]));
    return WF_NONE;
}

static WfValue set_copy(WfThread *t, WfValue *a)
{
    return set_copied(t, a[0]);
}

static WfValue frozenset_copy(WfThread *t, WfValue *a)
{
    return WF_IS_EXACT(a[0], FROZENSET) ? a[0] : set_copy(t, a);
}

static WfValue set_update(WfThread *t, WfValue *a)
{
    WfTuple *others = wf_as_tuple(a[1]);
    for (int64_t i = 0; i < others->length; i++) {
        if (wf_set_update(t, wf_as_set(a[0]), wf_tuple_at(others, i)) != WF_OK) {
            return WF_EMPTY;
        }
    }
    return WF_NONE;
}

static WfValue set_union(WfThread *t, WfValue *a)
{
    WfValue out = wf_from_object(set_made(t, base_type(a[0]), a[0]));
    WfTuple *others = wf_as_tuple(a[1]);
    for (int64_t i = 0; !wf_is_empty(out) && i < others->length; i++) {
        if (!wf_is(wf_tuple_at(others, i), a[0]) && wf_set_update(t, wf_as_set(out), wf_tuple_at(others, i)) != WF_OK) {
            return WF_EMPTY;
        }
    }
    return out;
}

static WfValue set_intersection(WfThread *t, WfValue *a)
{
    WfTuple *others = wf_as_tuple(a[1]);
    if (others->length == 0) {
        return set_copied(t, a[0]);
    }
    WfValue out = a[0];
    for (int64_t i = 0; !wf_is_empty(out) && i < others->length; i++) {
        out = intersection(t, out, wf_tuple_at(others, i));
    }
    return out;
}

static WfValue set_intersection_update(WfThread *t, WfValue *a)
{
    WfValue out = set_intersection(t, a);
    if (wf_is_empty(out)) {
        return WF_EMPTY;
    }
    swap_in(t, wf_as_set(a[0]), wf_as_set(out));
    return WF_NONE;
}

static WfValue set_difference(WfThread *t, WfValue *a)
{
    WfTuple *others = wf_as_tuple(a[1]);
    if (others->length == 0) {
        return set_copied(t, a[0]);
    }
    WfValue out = difference(t, a[0], wf_tuple_at(others, 0));
    for (int64_t i = 1; !wf_is_empty(out) && i < others->length; i++) {
        if (wf_set_difference_update(t, wf_as_set(out), wf_tuple_at(others, i)) != WF_OK) {
            return WF_EMPTY;
        }
    }
    return out;
}

static WfValue set_difference_update(WfThread *t, WfValue *a)
{
    WfTuple *others = wf_as_tuple(a[1]);
    for (int64_t i = 0; i < others->length; i++) {
        if (wf_set_difference_update(t, wf_as_set(a[0]), wf_tuple_at(others, i)) != WF_OK) {
            return WF_EMPTY;
        }
    }
    return WF_NONE;
}

static WfValue set_symmetric_difference(WfThread *t, WfValue *a)
{
    WfSet *out = set_made(t, base_type(a[0]), a[1]);
    return out == NULL || wf_set_symmetric_difference_update(t, out, a[0]) != WF_OK ? WF_EMPTY : wf_from_object(out);
}

static WfValue set_symmetric_difference_update(WfThread *t, WfValue *a)
{
    return wf_set_symmetric_difference_update(t, wf_as_set(a[0]), a[1]) == WF_OK ? WF_NONE : WF_EMPTY;
}

static WfValue set_issubset(WfThread *t, WfValue *a)
{
    WfFound result;
    if (wf_is_set(a[1])) {
        result = is_subset(t, wf_as_set(a[0]), wf_as_set(a[1]));
    } else {
        WfValue common = intersection(t, a[0], a[1]);
        if (wf_is_empty(common)) {
            return WF_EMPTY;
        }
        result = wf_set_used(wf_as_set(common)) == wf_set_used(wf_as_set(a[0])) ? WF_FOUND : WF_MISSING;
    }
    return result == WF_ERROR ? WF_EMPTY : WF_BOOL(result == WF_FOUND);
}

/* Walks the iterable until an item is in the set, or is not: `want`. FOUND: there was one. */
static WfFound first_item(WfThread *t, WfSet *s, WfValue iterable, WfFound want)
{
    WfValue it = wf_iter(t, iterable), k;
    if (wf_is_empty(it)) {
        return WF_ERROR;
    }
    WfFound more;
    while ((more = wf_next(t, it, &k)) == WF_FOUND) {
        int64_t hash;
        if (wf_hash_fast(t, k, &hash) != WF_OK) {
            return WF_ERROR;
        }
        WfFound there = contains_hash(t, s, k, hash);
        if (there == WF_ERROR || there == want) {
            return there == WF_ERROR ? WF_ERROR : WF_FOUND;
        }
    }
    return more;
}

static WfValue set_issuperset(WfThread *t, WfValue *a)
{
    if (wf_is_set(a[1])) {
        WfFound result = is_subset(t, wf_as_set(a[1]), wf_as_set(a[0]));
        return result == WF_ERROR ? WF_EMPTY : WF_BOOL(result == WF_FOUND);
    }
    WfFound other = first_item(t, wf_as_set(a[0]), a[1], WF_MISSING);
    return other == WF_ERROR ? WF_EMPTY : WF_BOOL(other == WF_MISSING);
}

static WfValue set_isdisjoint(WfThread *t, WfValue *a)
{
    WfSet *s = wf_as_set(a[0]);
    if (!wf_is_set(a[1])) {
        WfFound common = first_item(t, s, a[1], WF_FOUND);
        return common == WF_ERROR ? WF_EMPTY : WF_BOOL(common == WF_MISSING);
    }
    WfSet *other = wf_as_set(a[1]);
    if (wf_set_used(other) > wf_set_used(s)) {
        WfSet *x = s;
        s = other;
        other = x;
    }
    WfSetTable *x = table_of(other);
    EACH_KEY (x, k, h) {
        WfFound there = contains_hash(t, s, k, h);
        if (there != WF_MISSING) {
            return there == WF_ERROR ? WF_EMPTY : WF_FALSE;
        }
    }
    return WF_TRUE;
}

static WfValue set_reduce(WfThread *t, WfValue *a)
{
    WfValue items = wf_set_to_list(t, wf_as_set(a[0]));
    WfValue state = wf_is_empty(items) ? WF_EMPTY : wf_call_method0(t, a[0], WF_NAME(__getstate__));
    WfValue args = wf_is_empty(state) ? WF_EMPTY : WF_TUPLE_OF(t, items);
    return wf_is_empty(args) ? WF_EMPTY : WF_TUPLE_OF(t, wf_from_object(wf_type(a[0])), args, state);
}

static WfValue set_sizeof(WfThread *t, WfValue *a)
{
    WfSetTable *x = table_of(wf_as_set(a[0]));
    return wf_small_int((int64_t)(wf_gc_cell_size(wf_as_object(a[0])) + (x == NULL ? 0 : wf_gc_cell_size(x))));
}

static WfValue set_contains_method(WfThread *t, WfValue *a)
{
    WfFound found = wf_set_contains(t, wf_as_set(a[0]), a[1]);
    return found == WF_ERROR ? WF_EMPTY : WF_BOOL(found == WF_FOUND);
}

#define SHARED_METHODS                                                                                                      \
    {"__contains__", set_contains_method, "(self, object, /)", "object in self", WF_FN_COEXIST},                            \
        {"difference", set_difference, "(self, /, *others)", "New set: the items that are in none of the others."},         \
        {"intersection", set_intersection, "(self, /, *others)", "New set: the items that are in all of the others too."},  \
        {"isdisjoint", set_isdisjoint, "(self, other, /)", "Is no item of the set in other?"},                              \
        {"issubset", set_issubset, "(self, other, /)", "Is every item of the set in other?"},                               \
        {"issuperset", set_issuperset, "(self, other, /)", "Is every item of other in the set?"},                           \
        {"__reduce__", set_reduce, "(self, /)", "For pickle."},                                                             \
        {"__sizeof__", set_sizeof, "(self, /)", "Memory in bytes."},                                                        \
        {"symmetric_difference", set_symmetric_difference, "(self, other, /)",                                              \
         "New set: the items that are in one of the two, but not in both."},                                                \
        {"union", set_union, "(self, /, *others)", "New set: the items of this and of all others."},                        \
    {                                                                                                                       \
        "__class_getitem__", wf_class_getitem, "(type, object, /)", "The generic alias.", WF_FN_CLASS                       \
    }

static const WfBuiltinDef set_methods[] = {
    SHARED_METHODS,
    {"add", set_add, "(self, object, /)", "Add object, unless an equal one is there."},
    {"clear", set_clear, "(self, /)", "Remove all items."},
    {"copy", set_copy, "(self, /)", "A shallow copy."},
    {"discard", set_discard, "(self, object, /)", "Remove object if it is there."},
    {"difference_update", set_difference_update, "(self, /, *others)", "Remove the items of all others."},
    {"intersection_update", set_intersection_update, "(self, /, *others)", "Keep only what is in all of the others."},
    {"pop", set_pop, "(self, /)", "Remove some item and return it; KeyError if the set is empty."},
    {"remove", set_remove, "(self, object, /)", "Remove object; KeyError if it is not there."},
    {"symmetric_difference_update", set_symmetric_difference_update, "(self, other, /)",
     "Remove the items of other that are there and add the rest of them."},
    {"update", set_update, "(self, /, *others)", "Add the items of all others."},
    {0},
};

static const WfBuiltinDef frozenset_methods[] = {
    SHARED_METHODS,
    {"copy", frozenset_copy, "(self, /)", "A shallow copy."},
    {0},
};

const WfTypeSpec wf_set_spec = {
    .name = "set",
    .doc = "set() -> empty set\nset(iterable) -> set of the iterable's items, each once",
    .flags = WF_TF_BASETYPE | WF_TF_MATCH_SELF | WF_TF_WEAKREFS,
    .size = sizeof(WfSet),
    .methods = set_methods,
    .slots = {
        .repr = set_repr,
        .richcompare = set_richcompare,
        .iter = wf_set_iter,
        .init = set_init,
        .new_ = set_new,
        .len = set_len,
        .contains = set_contains,
        .binary = {[WF_BIN_SUB] = set_sub, [WF_BIN_AND] = set_and, [WF_BIN_OR] = set_or, [WF_BIN_XOR] = set_xor},
        .inplace = {[WF_BIN_SUB] = set_isub, [WF_BIN_AND] = set_iand, [WF_BIN_OR] = set_ior, [WF_BIN_XOR] = set_ixor},
    },
};

const WfTypeSpec wf_frozenset_spec = {
    .name = "frozenset",
    .doc = "frozenset() -> empty set that never changes\nfrozenset(iterable) -> frozenset of the iterable's items, each once",
    .flags = WF_TF_BASETYPE | WF_TF_MATCH_SELF | WF_TF_WEAKREFS,
    .size = sizeof(WfSet),
    .methods = frozenset_methods,
    .slots = {
        .repr = set_repr,
        .hash = frozenset_hash,
        .richcompare = set_richcompare,
        .iter = wf_set_iter,
        .new_ = frozenset_new,
        .len = set_len,
        .contains = set_contains,
        .binary = {[WF_BIN_SUB] = set_sub, [WF_BIN_AND] = set_and, [WF_BIN_OR] = set_or, [WF_BIN_XOR] = set_xor},
    },
};

/* --- iterator ---------------------------------------------------------------------------------------------- */

WfValue wf_set_iter(WfThread *t, WfValue set)
{
    WfSetIter *it = WF_NEW(t, WfSetIter, SET_ITERATOR, NATIVE);
    if (it != NULL) {
        wf_store_raw(&it->set, set);
        it->x_used = it->x_left = wf_set_used(wf_as_set(set));
    }
    return wf_from_object(it);
}

WfFound wf_set_iter_step(WfThread *t, WfSetIter *it, WfValue *v)
{
    for (;;) {
        WfSet *s = WF_LOAD(WfSet, &it->set);
        if (s == NULL) {
            return WF_MISSING;
        }
        if (__atomic_load_n(&it->x_used, __ATOMIC_RELAXED) != wf_set_used(s)) {
            __atomic_store_n(&it->x_used, -1, __ATOMIC_RELAXED);
            return WF_FAIL_FOUND(wf_raise(t, WF_EXC(RuntimeError), "Set changed size during iteration"));
        }
        int64_t at = __atomic_load_n(&it->x_pos, __ATOMIC_RELAXED), pos = at;
        WfValue k;
        if (!wf_set_next(s, &pos, &k)) {
            wf_store_raw(&it->set, WF_EMPTY);
            return WF_MISSING;
        }
        if (!wf_threaded(t)) {
            it->x_pos = pos;
        } else if (!__atomic_compare_exchange_n(&it->x_pos, &at, pos, false, __ATOMIC_RELAXED, __ATOMIC_RELAXED)) {
            continue;
        }
        __atomic_fetch_sub(&it->x_left, 1, __ATOMIC_RELAXED);
        *v = k;
        return WF_FOUND;
    }
}

static WfFound set_iter_next(WfThread *t, WfValue self, WfValue *out)
{
    return wf_set_iter_step(t, WF_AS(WfSetIter, self), out);
}

static WfValue set_iter_self(WfThread *t, WfValue self)
{
    return self;
}

static WfValue set_iter_hint(WfThread *t, WfValue *a)
{
    WfSetIter *it = WF_AS(WfSetIter, a[0]);
    WfSet *s = WF_LOAD(WfSet, &it->set);
    int64_t left = __atomic_load_n(&it->x_left, __ATOMIC_RELAXED);
    return wf_small_int(s == NULL || left < 0 || it->x_used != wf_set_used(s) ? 0 : left);
}

static WfValue set_iter_reduce(WfThread *t, WfValue *a)
{
    /* on a copy: the iterator itself goes on where it is */
    WfSetIter *it = WF_AS(WfSetIter, a[0]);
    WfSetIter *copy = WF_NEW(t, WfSetIter, SET_ITERATOR, NATIVE);
    if (copy == NULL) {
        return WF_EMPTY;
    }
    wf_store(&copy->set, wf_load(&it->set));
    copy->x_pos = __atomic_load_n(&it->x_pos, __ATOMIC_RELAXED);
    copy->x_used = __atomic_load_n(&it->x_used, __ATOMIC_RELAXED);
    WfValue rest = wf_to_list(t, wf_from_object(copy));
    WfValue iter = wf_is_empty(rest) ? WF_EMPTY : wf_builtin_by_name(t, "iter");
    WfValue args = wf_is_empty(iter) ? WF_EMPTY : WF_TUPLE_OF(t, rest);
    return wf_is_empty(args) ? WF_EMPTY : wf_tuple_pair(t, iter, args);
}

static void set_iter_trace(WfMarker *m, WfObject *o)
{
    wf_mark_slot(m, &((WfSetIter *)o)->set);
}

static const WfBuiltinDef set_iter_methods[] = {
    {"__length_hint__", set_iter_hint, "(self, /)", "How many items are left."},
    {"__reduce__", set_iter_reduce, "(self, /)", "For pickle."},
    {0},
};

const WfTypeSpec wf_set_iterator_spec = {
    .name = "set_iterator",
    .flags = WF_TF_NO_NEW,
    .size = sizeof(WfSetIter),
    .methods = set_iter_methods,
    .slots = {.iter = set_iter_self, .next = set_iter_next, .trace = set_iter_trace},
};
