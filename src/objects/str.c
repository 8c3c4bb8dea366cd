/* str.c - making, reading and comparing strings; interned strings; the well-known names.
 * SPDX-License-Identifier: MIT
 *
 * Design:     The characters lie in the cell in the narrowest of 1, 2, 4 bytes each (as PEP 393), so equal strings have equal
 *             memory and hashing and comparing are those of memory. Names of names.def and the 256 strings of one Latin-1
 *             character lie at constant addresses in the static area, as does the hash key, so that wf_str_hash needs no thread.
 *             The intern table is one collected raw cell of words: address of the string, with 16 bits of its
 *             hash above. It is weak: the collector calls wf_intern_sweep. Rejected: ropes for +, since every reader would pay.
 * Invariants: I1 the kind is minimal.  I2 a NUL of one character lies behind the text.  I3 at most one interned str for a text;
 *             interned strs are exact.
 * Threads:    strings are immutable but for the hash and the interned flag. Interning looks up without a lock and inserts under
 *             intern->lock; a lookup has no safepoint, so the table it loaded is not swept under its feet. */
#include "objects/str.h"

#include "base/hash.h"
#include "base/utf8.h"
#include "objects/bytes.h"
#include "objects/codecs.h"
#include "objects/str_search.h"
#include "platform/atomics.h"

#include <stdlib.h>

/* --- allocation --------------------------------------------------------------------------------------------- */

static uint8_t spare_of(uint32_t max_char)
{
    return max_char < 0x80 ? 1 | WF_STR_ASCII : max_char < 0x100 ? 1 : max_char < 0x10000 ? 2 : 4;
}

WfStr *wf_str_alloc(WfThread *t, int64_t n, uint32_t max_char)
{
    uint8_t spare = spare_of(max_char);
    uint64_t kind = spare & WF_STR_KIND;
    if (WF_UNLIKELY((uint64_t)n >= WF_HEAP_SIZE)) {
        return WF_FAIL_NULL(wf_raise_no_memory(t));
    }
    size_t size = sizeof(WfStr) + ((uint64_t)n + 1) * kind;
    uint64_t head = WF_HEAD(STR, STR) | (uint64_t)spare << 56;
    WfStr *s = size <= WF_SMALL_MAX ? wf_gc_alloc_head(t, size, head) : wf_gc_alloc_leaf(t, size, head);
    if (WF_LIKELY(s != NULL)) {
        s->length = n;
        memset(s->data + (uint64_t)n * kind, 0, kind);
    }
    return s;
}

void wf_chars_copy(void *dst, int dst_kind, int64_t di, const void *src, int src_kind, int64_t si, int64_t n)
{
    if (dst_kind == src_kind) {
        memcpy((uint8_t *)dst + di * dst_kind, (const uint8_t *)src + si * src_kind, (size_t)(n * dst_kind));
        return;
    }
#define COPY(D, S)                                                                       \
    do {                                                                                 \
        D *d = (D *)dst + di;                                                            \
        const S *s = (const S *)src + si;                                                \
        for (int64_t i = 0; i < n; i++) {                                                \
            d[i] = (D)s[i];                                                              \
        }                                                                                \
    } while (0)
    switch (dst_kind * 8 + src_kind) {
    case 8 + 2: COPY(uint8_t, uint16_t); break;
    case 8 + 4: COPY(uint8_t, uint32_t); break;
    case 16 + 1: COPY(uint16_t, uint8_t); break;
    case 16 + 4: COPY(uint16_t, uint32_t); break;
    case 32 + 1: COPY(uint32_t, uint8_t); break;
    default: COPY(uint32_t, uint16_t); break;
    }
#undef COPY
}

uint32_t wf_chars_max(const void *p, int kind, int64_t n)
{
    switch (kind) {
    case 1: return wf_max_cp_u8(p, (size_t)n);
    case 2: return wf_max_cp_u16(p, (size_t)n);
    default: return wf_max_cp_u32(p, (size_t)n);
    }
}

/* --- making --------------------------------------------------------------------------------------------------- */

static WfValue from_ascii(WfThread *t, const void *s, int64_t n)
{
    if (n <= 1) {
        return n == 0 ? WF_NAME_V(empty) : wf_from_object(WF_LATIN1(*(const uint8_t *)s));
    }
    WfStr *r = wf_str_alloc(t, n, 0x7f);
    if (r == NULL) {
        return WF_EMPTY;
    }
    memcpy(r->data, s, (size_t)n);
    return wf_from_object(r);
}

WfValue wf_str_from_utf8(WfThread *t, const char *text, int64_t n)
{
    const uint8_t *s = (const uint8_t *)text;
    if (wf_is_ascii(s, (size_t)n)) {
        return from_ascii(t, s, n);
    }
    WfUtf8Scan scan = wf_utf8_scan(s, (size_t)n, true);
    if (WF_UNLIKELY(scan.error != WF_UTF8_OK)) {
        WfStrBuilder b = WF_STR_BUILDER;
        if (wf_builder_utf8(t, &b, text, n) < 0) {
            return WF_EMPTY;
        }
        return wf_builder_finish(t, &b);
    }
    if (scan.count == 1) {
        return wf_str_from_char(t, wf_utf8_next(&s));
    }
    WfStr *r = wf_str_alloc(t, (int64_t)scan.count, scan.max);
    if (r == NULL) {
        return WF_EMPTY;
    }
    switch (wf_str_kind(r)) {
    case 1: wf_utf8_decode_u8(s, (size_t)n, r->data); break;
    case 2: wf_utf8_decode_u16(s, (size_t)n, (uint16_t *)(void *)r->data); break;
    default: wf_utf8_decode_u32(s, (size_t)n, (uint32_t *)(void *)r->data); break;
    }
    return wf_from_object(r);
}

WfValue wf_str_from_cstr(WfThread *t, const char *s)
{
    return wf_str_from_utf8(t, s, (int64_t)strlen(s));
}

WfValue wf_str_from_kind(WfThread *t, int kind, const void *data, int64_t n)
{
    if (n == 0) {
        return WF_NAME_V(empty);
    }
    if (n == 1) {
        return wf_str_from_char(t, wf_chars_at(data, kind, 0));
    }
    WfStr *r = wf_str_alloc(t, n, wf_chars_max(data, kind, n));
    if (r == NULL) {
        return WF_EMPTY;
    }
    wf_chars_copy(r->data, wf_str_kind(r), 0, data, kind, 0, n);
    return wf_from_object(r);
}

WfValue wf_str_from_char(WfThread *t, uint32_t c)
{
    if (c < 0x100) {
        return wf_from_object(WF_LATIN1(c));
    }
    WfStr *r = wf_str_alloc(t, 1, c);
    if (r == NULL) {
        return WF_EMPTY;
    }
    wf_chars_put(r->data, wf_str_kind(r), 0, c);
    return wf_from_object(r);
}

WfValue wf_str_exact(WfThread *t, WfValue v)
{
    if (wf_is_exact_str(v)) {
        return v;
    }
    WfStr *s = wf_as_str(v);
    return wf_str_from_kind(t, wf_str_kind(s), s->data, s->length);
}

/* --- hashing -------------------------------------------------------------------------------------------------- */

/* The cell below the Latin-1 strings holds a free cell's head and, behind it, the key. */
static WfHashKey *hash_key(void)
{
    return (WfHashKey *)(WF_STATIC_NAMES + (uint64_t)(WF_STATIC_LATIN1 - 1) * WF_STATIC_NAME_CELL + 16);
}

int64_t wf_hash_memory(const void *data, size_t n)
{
    return wf_hash_bytes(*hash_key(), data, n);
}

int64_t wf_str_hash(WfStr *s)
{
    int64_t h = wf_atomic_load_relaxed_i64(&s->x_hash);
    if (WF_UNLIKELY(h == 0)) {
        h = wf_hash_memory(s->data, (size_t)(s->length * wf_str_kind(s)));
        wf_atomic_store_relaxed_i64(&s->x_hash, h);
    }
    return h;
}

/* --- comparing ------------------------------------------------------------------------------------------------ */

bool wf_str_equal(const WfStr *a, const WfStr *b)
{
    if (a == b) {
        return true;
    }
    int kind = wf_str_kind(a);
    return a->length == b->length && kind == wf_str_kind(b)
           && memcmp(a->data, b->data, (size_t)(a->length * kind)) == 0;
}

int wf_str_compare(const WfStr *a, const WfStr *b)
{
    int64_t n = a->length < b->length ? a->length : b->length;
    int ka = wf_str_kind(a), kb = wf_str_kind(b);
    if (ka == 1 && kb == 1) {
        int c = memcmp(a->data, b->data, (size_t)n);
        if (c != 0) {
            return c;
        }
    } else {
        for (int64_t i = 0; i < n; i++) {
            uint32_t x = wf_chars_at(a->data, ka, i), y = wf_chars_at(b->data, kb, i);
            if (x != y) {
                return x < y ? -1 : 1;
            }
        }
    }
    return a->length < b->length ? -1 : a->length > b->length;
}

bool wf_str_equal_cstr(const WfStr *s, const char *c)
{
    size_t n = strlen(c);
    if (wf_str_is_ascii(s)) {
        return (size_t)s->length == n && memcmp(s->data, c, n) == 0;
    }
    /* A text that is not ASCII: compare with its UTF-8, character by character. */
    const uint8_t *p = (const uint8_t *)c, *end = p + n;
    for (int64_t i = 0; i < s->length; i++) {
        if (p >= end || wf_utf8_next(&p) != wf_str_at(s, i)) {
            return false;
        }
    }
    return p == end;
}

int64_t wf_str_find(const WfStr *s, const WfStr *sub, int64_t start, int64_t end, int direction)
{
    int64_t n = s->length, m = sub->length;
    if (end > n) {
        end = n;
    } else if (end < 0) {
        end = end + n < 0 ? 0 : end + n;
    }
    if (start < 0) {
        start = start + n < 0 ? 0 : start + n;
    }
    if (end - start < m) {
        return -1;
    }
    int kind = wf_str_kind(s), sub_kind = wf_str_kind(sub);
    if (sub_kind > kind || (wf_str_is_ascii(s) && !wf_str_is_ascii(sub))) {
        return -1;
    }
    const uint8_t *hay = s->data + start * kind;
    int64_t i;
    if (m == 1) {
        uint32_t c = wf_str_at(sub, 0);
        i = direction > 0 ? wf_search_char(hay, end - start, c, kind) : wf_search_rchar(hay, end - start, c, kind);
    } else {
        const void *needle = sub->data;
        uint32_t small[64];
        void *wide = NULL;
        if (sub_kind != kind) {
            needle = wide = m * kind <= (int64_t)sizeof small ? (void *)small : malloc((size_t)(m * kind));
            if (wide == NULL) {
                /* No memory for a widened needle: compare in place. */
                for (int64_t k = 0; k <= end - start - m; k++) {
                    int64_t at = direction > 0 ? start + k : end - m - k, j = 0;
                    while (j < m && wf_str_at(s, at + j) == wf_str_at(sub, j)) {
                        j++;
                    }
                    if (j == m) {
                        return at;
                    }
                }
                return -1;
            }
            wf_chars_copy(wide, kind, 0, sub->data, sub_kind, 0, m);
        }
        i = direction > 0 ? wf_search_find(hay, end - start, needle, m, kind)
                          : wf_search_rfind(hay, end - start, needle, m, kind);
        if (wide != NULL && wide != (void *)small) {
            free(wide);
        }
    }
    return i < 0 ? -1 : i + start;
}

/* --- the static strings and interning ---------------------------------------------------------------------------- */

struct WfIntern {
    /* --- guarded by lock; swept with the world stopped --- */
    WfMutex lock;
    int64_t live, filled; /* strings; with the places of dropped ones */
    /* --- atomic (writers under lock, lookups without); root --- */
    WfValue x_table; /* WfRaw of a power of two of words: 0 free, 1 dropped, else hash bits and address */
};

#define ENTRY_MASK 0xffffffffffffu
#define ENTRY_DROPPED 1u

static const struct {
    const char *text;
    size_t length;
} names[] = {
#define NAME(id) {#id, sizeof #id - 1},
#define NAME2(id, text) {text, sizeof text - 1},
#include "model/names.def"
#undef NAME
#undef NAME2
};

static uint64_t entry_of(const WfStr *s, int64_t hash)
{
    return (uint64_t)(uintptr_t)s | (uint64_t)hash << 48;
}
static WfStr *entry_str(uint64_t e)
{
    return (WfStr *)(uintptr_t)(e & ENTRY_MASK);
}
static uint64_t table_mask(const WfRaw *table)
{
    return (uint64_t)table->size / 8 - 1;
}

/* The interned string with this memory, or NULL. */
static WfStr *intern_lookup(WfIntern *in, const void *data, int64_t n, int kind, int64_t hash)
{
    WfRaw *table = (WfRaw *)(uintptr_t)wf_atomic_load_acquire_u64(&in->x_table.bits); /* pairs with intern_grow */
    uint64_t mask = table_mask(table);
    const uint64_t *words = (const uint64_t *)(const void *)table->data;
    for (uint64_t i = (uint64_t)hash;; i++) {
        uint64_t e = wf_atomic_load_acquire_u64(&words[i & mask]); /* pairs with intern_insert */
        if (e == 0) {
            return NULL;
        }
        if (e >> 48 == ((uint64_t)hash & 0xffff) && e != ENTRY_DROPPED) {
            WfStr *s = entry_str(e);
            if (s->length == n && wf_str_kind(s) == kind && memcmp(s->data, data, (size_t)(n * kind)) == 0) {
                return s;
            }
        }
    }
}

static void intern_put(WfRaw *table, uint64_t entry, int64_t hash)
{
    uint64_t mask = table_mask(table);
    uint64_t *words = (uint64_t *)(void *)table->data;
    uint64_t i = (uint64_t)hash;
    while (words[i & mask] != 0) {
        i++;
    }
    wf_atomic_store_release_u64(&words[i & mask], entry);
}

/* Under the lock: room for one more at a load of at most 2/3. Allocating may sweep the table: nothing of it is kept across. */
static WfStatus intern_grow(WfThread *t, WfIntern *in)
{
    WfRaw *old = WF_AS(WfRaw, in->x_table);
    if (old != NULL && (in->filled + 1) * 3 <= (int64_t)(table_mask(old) + 1) * 2) {
        return WF_OK;
    }
    int64_t size = 2048;
    while (size < in->live * 4) {
        size *= 2;
    }
    WfRaw *table = wf_gc_alloc_raw(t, size * 8, true);
    if (table == NULL) {
        return WF_RAISED;
    }
    if (old != NULL) {
        const uint64_t *words = (const uint64_t *)(const void *)old->data;
        for (uint64_t i = 0; i <= table_mask(old); i++) {
            if (words[i] > ENTRY_DROPPED) {
                intern_put(table, words[i], wf_str_hash(entry_str(words[i])));
            }
        }
    }
    in->filled = in->live;
    wf_atomic_store_release_u64(&in->x_table.bits, wf_from_object(table).bits);
    return WF_OK;
}

static WfStr *intern_insert(WfThread *t, WfStr *s)
{
    WfIntern *in = t->rt->intern;
    int64_t hash = wf_str_hash(s);
    wf_mutex_lock(t, &in->lock);
    if (intern_grow(t, in) < 0) {
        wf_mutex_unlock(&in->lock);
        return NULL;
    }
    WfStr *found = intern_lookup(in, s->data, s->length, wf_str_kind(s), hash);
    if (found == NULL) {
        __atomic_fetch_or(&s->h.spare, WF_STR_INTERNED, __ATOMIC_RELAXED);
        intern_put(WF_AS(WfRaw, in->x_table), entry_of(s, hash), hash);
        wf_gc_hold_young(t, &s->h);
        in->live++;
        in->filled++;
        found = s;
    }
    wf_mutex_unlock(&in->lock);
    return found;
}

WfValue wf_str_intern(WfThread *t, WfValue v)
{
    WfStr *s = wf_as_str(v);
    if (wf_str_is_interned(s)) {
        return v;
    }
    WfStr *found = intern_lookup(t->rt->intern, s->data, s->length, wf_str_kind(s), wf_str_hash(s));
    if (found != NULL) {
        return wf_from_object(found);
    }
    v = wf_str_exact(t, v);
    if (wf_is_empty(v)) {
        return WF_EMPTY;
    }
    return wf_from_object(intern_insert(t, wf_as_str(v)));
}

WfStr *wf_str_intern_utf8(WfThread *t, const char *s, int64_t n)
{
    if (wf_is_ascii((const uint8_t *)s, (size_t)n)) {
        WfStr *found = intern_lookup(t->rt->intern, s, n, 1, wf_hash_memory(s, (size_t)n));
        if (found != NULL) {
            return found;
        }
    }
    WfValue v = wf_str_from_utf8(t, s, n);
    return wf_is_empty(v) ? NULL : wf_as_str(wf_str_intern(t, v));
}

WfStr *wf_str_intern_cstr(WfThread *t, const char *s)
{
    return wf_str_intern_utf8(t, s, (int64_t)strlen(s));
}

void wf_intern_sweep(WfRuntime *rt, bool (*is_marked)(const void *cell))
{
    WfIntern *in = rt->intern;
    WfRaw *table = in == NULL ? NULL : WF_AS(WfRaw, in->x_table);
    if (table == NULL) {
        return;
    }
    uint64_t *words = (uint64_t *)(void *)table->data;
    for (uint64_t i = 0; i <= table_mask(table); i++) {
        if (words[i] > ENTRY_DROPPED && !is_marked(entry_str(words[i]))) {
            words[i] = ENTRY_DROPPED;
            in->live--;
        }
    }
}

int64_t wf_intern_count(WfRuntime *rt)
{
    return rt->intern->live;
}

static WfStatus init_static(WfThread *t, WfStr *s, const void *text, int64_t n, uint32_t max_char)
{
    uint64_t head = WF_HEAD(STR, STR) | (uint64_t)spare_of(max_char) << 56;
    memcpy(&s->h, &head, sizeof head);
    s->length = n;
    memcpy(s->data, text, (size_t)n);
    return intern_insert(t, s) == NULL ? WF_RAISED : WF_OK;
}

WfStatus wf_str_init(WfThread *t)
{
    WfIntern *in = calloc(1, sizeof *in);
    if (in == NULL) {
        return WF_FAIL(wf_raise_no_memory(t));
    }
    memcpy(hash_key(), t->rt->hash_key, sizeof(WfHashKey));
    in->lock.rank = WF_LOCK_STRINGS;
    t->rt->intern = in;
    wf_gc_add_root(t->rt, &in->x_table);
    for (size_t i = 0; i < WF_ARRAY_LEN(names); i++) {
        WfStr *s = (WfStr *)(WF_STATIC_NAMES + i * WF_STATIC_NAME_CELL);
        wf_assert(sizeof(WfStr) + names[i].length < WF_STATIC_NAME_CELL);
        if (init_static(t, s, names[i].text, (int64_t)names[i].length, 0x7f) < 0) {
            return WF_RAISED;
        }
    }
    for (unsigned c = 0; c < 256; c++) {
        uint8_t byte = (uint8_t)c;
        if (init_static(t, WF_LATIN1(c), &byte, 1, c) < 0) {
            return WF_RAISED;
        }
    }
    return WF_OK;
}

/* --- UTF-8 and paths ------------------------------------------------------------------------------------------- */

const char *wf_str_utf8_pass(WfThread *t, WfValue v, int64_t *n)
{
    WfStr *s = wf_as_str(v);
    int64_t dummy;
    if (n == NULL) {
        n = &dummy;
    }
    if (wf_str_is_ascii(s)) {
        *n = s->length;
        return (const char *)s->data;
    }
    int kind = wf_str_kind(s);
    size_t size = wf_utf8_encoded_size(s->data, (size_t)s->length, kind);
    WfRaw *raw = wf_gc_alloc_raw(t, (int64_t)size + 1, false);
    if (raw == NULL) {
        return NULL;
    }
    wf_utf8_encode(s->data, (size_t)s->length, kind, raw->data);
    raw->data[size] = 0;
    *n = (int64_t)size;
    return (const char *)raw->data;
}

const char *wf_str_utf8(WfThread *t, WfValue v, int64_t *n)
{
    WfStr *s = wf_as_str(v);
    int kind = wf_str_kind(s);
    if (kind > 1) {
        for (int64_t i = 0; i < s->length; i++) {
            uint32_t c = wf_chars_at(s->data, kind, i);
            if (c - 0xd800 < 0x800) {
                int64_t end = i + 1;
                while (end < s->length && wf_chars_at(s->data, kind, end) - 0xd800 < 0x800) {
                    end++;
                }
                return WF_FAIL_NULL(wf_raise_unicode_encode(t, "utf-8", v, i, end, "surrogates not allowed"));
            }
        }
    }
    return wf_str_utf8_pass(t, v, n);
}

WfValue wf_str_decode_fs(WfThread *t, const char *s, int64_t n)
{
    WfUtf8Scan scan = wf_utf8_scan((const uint8_t *)s, (size_t)n, false);
    if (scan.error == WF_UTF8_OK) {
        return wf_str_from_utf8(t, s, n);
    }
    WfStrBuilder b = WF_STR_BUILDER;
    while (n > 0) {
        scan = wf_utf8_scan((const uint8_t *)s, (size_t)n, false);
        if (wf_builder_utf8(t, &b, s, (int64_t)scan.valid) < 0) {
            return WF_EMPTY;
        }
        s += scan.valid;
        n -= (int64_t)scan.valid;
        if (n > 0) {
            if (wf_builder_char(t, &b, 0xdc00u + (uint8_t)*s) < 0) {
                return WF_EMPTY;
            }
            s++;
            n--;
        }
    }
    return wf_builder_finish(t, &b);
}

WfValue wf_str_encode_fs(WfThread *t, WfValue v)
{
    WfStr *s = wf_as_str(v);
    int kind = wf_str_kind(s);
    if (kind == 1) {
        int64_t n;
        const char *p = wf_str_utf8_pass(t, v, &n);
        return p == NULL ? WF_EMPTY : wf_bytes_new(t, p, n);
    }
    WfRaw *raw = wf_gc_alloc_raw(t, s->length * 4 + 1, false);
    if (raw == NULL) {
        return WF_EMPTY;
    }
    size_t n = 0;
    for (int64_t i = 0; i < s->length; i++) {
        uint32_t c = wf_chars_at(s->data, kind, i);
        if (c >= 0xdc80 && c <= 0xdcff) {
            raw->data[n++] = (uint8_t)c;
        } else if (c - 0xd800 < 0x800) {
            return wf_raise_unicode_encode(t, "utf-8", v, i, i + 1, "surrogates not allowed");
        } else {
            n += wf_utf8_put(raw->data + n, c);
        }
    }
    return wf_bytes_new(t, raw->data, (int64_t)n);
}

const char *wf_fs_path(WfThread *t, WfValue path, const char *function, const char *argument)
{
    WfValue v = path;
    if (!wf_is_str(v) && !wf_is_bytes(v)) {
        WfValue method = wf_lookup_special(t, path, WF_NAME(__fspath__));
        if (wf_is_empty(method)) {
            if (wf_pending(t)) {
                return NULL;
            }
            const char *colon = function == NULL ? "" : ": ";
            return WF_FAIL_NULL(wf_raise(t, WF_EXC(TypeError), "%s%s%s should be string, bytes or os.PathLike, not %T",
                                         function == NULL ? "" : function, colon, argument, path));
        }
        v = wf_call0(t, method);
        if (wf_is_empty(v)) {
            return NULL;
        }
        if (!wf_is_str(v) && !wf_is_bytes(v)) {
            return WF_FAIL_NULL(wf_raise(t, WF_EXC(TypeError), "expected %T.__fspath__() to return str or bytes, not %T",
                                         path, v));
        }
    }
    if (wf_is_str(v)) {
        v = wf_str_encode_fs(t, v);
        if (wf_is_empty(v)) {
            return NULL;
        }
    }
    WfBytes *b = wf_as_bytes(v);
    if (strlen((const char *)b->data) != (size_t)b->length) {
        return WF_FAIL_NULL(wf_raise(t, WF_EXC(ValueError), "embedded null byte"));
    }
    return (const char *)b->data;
}

/* --- concatenation, slices ---------------------------------------------------------------------------------------- */

WfValue wf_str_concat(WfThread *t, WfValue va, WfValue vb)
{
    WfStr *a = wf_as_str(va), *b = wf_as_str(vb);
    if (a->length == 0) {
        return wf_str_exact(t, vb);
    }
    if (b->length == 0) {
        return wf_str_exact(t, va);
    }
    uint32_t ma = wf_str_max_char(a), mb = wf_str_max_char(b);
    WfStr *r = wf_str_alloc(t, a->length + b->length, ma > mb ? ma : mb);
    if (r == NULL) {
        return WF_EMPTY;
    }
    int kind = wf_str_kind(r);
    wf_chars_copy(r->data, kind, 0, a->data, wf_str_kind(a), 0, a->length);
    wf_chars_copy(r->data, kind, a->length, b->data, wf_str_kind(b), 0, b->length);
    return wf_from_object(r);
}

WfValue wf_str_slice(WfThread *t, WfStr *s, int64_t start, int64_t stop)
{
    if (start < 0) {
        start = 0;
    }
    if (stop > s->length) {
        stop = s->length;
    }
    if (start >= stop) {
        return WF_NAME_V(empty);
    }
    if (start == 0 && stop == s->length) {
        return wf_str_exact(t, wf_from_object(s));
    }
    int kind = wf_str_kind(s);
    if (wf_str_is_ascii(s)) {
        return from_ascii(t, s->data + start, stop - start);
    }
    return wf_str_from_kind(t, kind, s->data + start * kind, stop - start);
}

WfValue wf_str_join(WfThread *t, WfValue sep, const WfValue *items, int64_t n)
{
    if (n == 0) {
        return WF_NAME_V(empty);
    }
    if (n == 1 && wf_is_exact_str(items[0])) {
        return items[0];
    }
    WfStr *sp = wf_as_str(sep);
    uint32_t max = n > 1 && sp->length > 0 ? wf_str_max_char(sp) : 0;
    int64_t total = 0;
    if (__builtin_mul_overflow(sp->length, n - 1, &total)) {
        return wf_raise(t, WF_EXC(OverflowError), "join() result is too long for a Python string");
    }
    for (int64_t i = 0; i < n; i++) {
        if (!wf_is_str(items[i])) {
            return wf_raise(t, WF_EXC(TypeError), "sequence item %lld: expected str instance, %T found", (long long)i,
                            items[i]);
        }
        WfStr *s = wf_as_str(items[i]);
        uint32_t m = wf_str_max_char(s);
        max = m > max ? m : max;
        if (__builtin_add_overflow(total, s->length, &total)) {
            return wf_raise(t, WF_EXC(OverflowError), "join() result is too long for a Python string");
        }
    }
    if (total == 0) {
        return WF_NAME_V(empty);
    }
    /* An empty part may have a wider kind only if it is not minimal, which I1 excludes. */
    WfStr *r = wf_str_alloc(t, total, max);
    if (r == NULL) {
        return WF_EMPTY;
    }
    int kind = wf_str_kind(r), sep_kind = wf_str_kind(sp);
    int64_t at = 0;
    for (int64_t i = 0; i < n; i++) {
        if (i > 0 && sp->length > 0) {
            wf_chars_copy(r->data, kind, at, sp->data, sep_kind, 0, sp->length);
            at += sp->length;
        }
        WfStr *s = wf_as_str(items[i]);
        wf_chars_copy(r->data, kind, at, s->data, wf_str_kind(s), 0, s->length);
        at += s->length;
    }
    if (total == 1) {
        return wf_str_from_char(t, wf_str_at(r, 0));
    }
    return wf_from_object(r);
}
