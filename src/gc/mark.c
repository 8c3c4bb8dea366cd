/* mark.c - finding what lives: roots, stacks, dirty cards, and the marking loop.
 * SPDX-License-Identifier: MIT
 * Design:     marks are bits on the side. A marker keeps a stack of objects to trace and takes them through a small ring, so
 *             that their memory has been fetched when their turn comes. Large buffers are traced in pieces.
 *             Young collections keep all marks (sticky marks): what is marked is old, what is on a dirty card and old is
 *             traced again. Cells up to SMALL_RETRACE bytes are traced whole; of larger ones only the words on the card are
 *             looked at, each as a possible pointer, so that a big table with one dirty card costs one card.
 * Invariants: M1 an old object that refers to an unmarked one lies on a dirty card.
 *             M2 pointers that trace functions report are starts of live cells; words of stacks and of parts of
 *             large cells may be anything.
 * Threads:    world stopped; large full collections run drain on helper threads too (pool.c), marks are then set atomically.
 * Tests:      tests/unit/test_gc_mark.c */
#include "gc/heap.h"

#include <stdio.h>
#include <sys/mman.h>

#define SMALL_RETRACE 1024
#define SLOTS_PIECE 1024
#define CARD_SIZE ((uintptr_t)1 << WF_CARD_SHIFT)
#define STATIC_SHAPE_LIMIT ((uint32_t)((WF_STATIC_END - WF_HEAP_BASE) >> 4))

/* --- the stack of a marker ------------------------------------------------------------------------------------------ */

void wf_mark_grow(WfMarker *m)
{
    size_t cap = m->cap == 0 ? (size_t)1 << 14 : m->cap * 2;
    void *p = m->cap == 0 ? mmap(NULL, cap * 8, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0)
                          : mremap(m->stack, m->cap * 8, cap * 8, MREMAP_MAYMOVE);
    if (p == MAP_FAILED) {
        WF_FATAL("no memory for the collector's stack");
    }
    m->stack = p;
    m->cap = cap;
}

WF_INLINE void push(WfMarker *m, uint64_t entry)
{
    if (WF_UNLIKELY(m->top == m->cap)) {
        wf_mark_grow(m);
    }
    m->stack[m->top++] = entry;
}

void wf_marker_init(WfGc *gc, WfMarker *m)
{
    m->gc = gc;
    m->rt = gc->rt;
    m->top = 0;
    m->visit = NULL;
    m->saw_watched = false;
    m->cells = m->bytes = m->rescanned = 0;
    m->redirty.len = 0;
    m->comparing.len = 0;
    m->compares = m->saw_table = false;
    m->found = NULL;
    if (m->cap > (size_t)1 << 17) { /* one deep collection is no reason to keep megabytes */
        (void)munmap(m->stack, m->cap * 8);
        m->stack = NULL;
        m->cap = 0;
    }
}

/* --- marking ---------------------------------------------------------------------------------------------------------- */

bool wf_mark_is_set(const void *p)
{
    return (wf_mark_bits(p) & 1) != 0;
}

/* False: it was marked before. */
WF_INLINE bool set_mark(WfMarker *m, const void *p)
{
    uint64_t bit;
    uint64_t *w = wf_mark_word(p, &bit);
    if (m->parallel) {
        return (__atomic_fetch_or(w, bit, __ATOMIC_RELAXED) & bit) == 0;
    }
    bool fresh = (*w & bit) == 0;
    *w |= bit;
    return fresh;
}

static WF_NOINLINE void record(WfObjectVec *v, WfObject *o)
{
    if (!wf_vec_push(v, o)) {
        WF_FATAL("no memory for the collector");
    }
}

static bool is_buffer(uint8_t kind)
{
    return kind == WF_KIND_SLOTS || kind == WF_KIND_DICT_TABLE || kind == WF_KIND_SET_TABLE;
}

#if WF_DEBUG
WF_COLD static void found_free(WfMarker *m, const WfObject *o)
{
    const WfBlock *b = wf_block_of(o);
    const WfObject *p = m->tracing;
    const WfBlock *pb = p != NULL ? wf_block_of(p) : b;
    fprintf(stderr,
            "weft: a free cell is referred to: %p, marks %u, block state %u, epoch %u, swept %u, used %u, size %u; from %p (kind %d, "
            "shape %x, marks %u, block epoch %u, swept %u, size %u); collection: full %d, keep_young %d, epoch %u\n",
            (const void *)o, wf_mark_bits(o), b->state, b->epoch, b->swept, b->used, b->cell_size, (const void *)p,
            p != NULL ? p->kind : -1, p != NULL ? p->x_shape : 0, p != NULL ? wf_mark_bits(p) : 0, pb->epoch, pb->swept, pb->cell_size,
            m->gc->full, m->gc->keep_young, m->gc->epoch);
    WF_FATAL("a free cell is referred to");
}
#endif

WF_INLINE void mark_value(WfMarker *m, WfValue v)
{
    if (!wf_is_object(v)) {
        return;
    }
    if (WF_UNLIKELY(m->visit != NULL)) {
        m->visit(m->visit_arg, v);
        return;
    }
    WfObject *o = wf_as_object(v);
#if WF_DEBUG
    if (WF_UNLIKELY(o->kind == WF_KIND_FREE)) {
        found_free(m, o);
    }
#endif
    uint32_t bits = wf_mark_bits(o);
    if (bits == 1) {
        return;
    }
    if (WF_UNLIKELY((bits & 2) != 0) && wf_can_watch(o)) {
        m->saw_watched = true;
        if (bits == 3 && is_buffer(o->kind) && !m->parallel && !m->compares) { /* it was left to itself, but somebody has it still */
            wf_watch_set(o, false);
            push(m, (uint64_t)(uintptr_t)o | 2);
        }
    }
    if ((bits & 1) != 0) {
        return;
    }
    if (WF_UNLIKELY(m->compares) && o->kind == WF_KIND_DICT_TABLE) {
        m->saw_table = true;
        return;
    }
    if (!set_mark(m, o)) {
        return;
    }
    push(m, (uint64_t)(uintptr_t)o);
    if (WF_UNLIKELY(m->found != NULL)) {
        record(m->found, o);
    }
}

void wf_mark_value(WfMarker *m, WfValue v)
{
    mark_value(m, v);
}

void wf_mark_slots(WfMarker *m, const WfSlot *s, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        mark_value(m, WF_VALUE(s[i].x_bits));
    }
}

void wf_mark_conservative(WfMarker *m, uint64_t bits)
{
    WfObject *o = wf_heap_find(m->gc, bits);
    if (o != NULL) {
        wf_mark_value(m, wf_from_object(o));
    }
}

bool wf_marker_is_full(const WfMarker *m)
{
    return m->gc->full && m->visit == NULL;
}

/* Items [from, from + SLOTS_PIECE) of a buffer; the rest goes back on the stack. */
static void trace_piece(WfMarker *m, WfSlots *s, size_t from)
{
    size_t n = (size_t)s->capacity - from;
    if (n > SLOTS_PIECE && m->visit == NULL) {
        n = SLOTS_PIECE;
        push(m, from + n);
        push(m, (uint64_t)(uintptr_t)s | 1);
    }
    const size_t per_card = CARD_SIZE / sizeof(WfSlot);
    for (size_t i = 0; i < n; i += per_card) {
        m->saw_watched = false;
        const WfSlot *at = &s->items[from + i];
        size_t count = n - i < per_card ? n - i : per_card;
        wf_mark_slots(m, at, count);
        if (WF_UNLIKELY(m->saw_watched)) { /* the piece may lie on two cards */
            record(&m->redirty, (WfObject *)((uintptr_t)at | 1));
            record(&m->redirty, (WfObject *)((uintptr_t)(at + count - 1) | 1));
        }
    }
    m->saw_watched = false;
}

void wf_trace_none(WfMarker *m, WfObject *o)
{
    (void)m;
    (void)o;
}

void wf_trace_words(WfMarker *m, WfObject *o)
{
    wf_mark_slots(m, (const WfSlot *)(o + 1), wf_block_cell_size(wf_block_of(o)) / 8 - 1);
}

void wf_trace_slots(WfMarker *m, WfObject *o)
{
    trace_piece(m, (WfSlots *)o, 0);
}

void wf_trace_object(WfMarker *m, WfObject *o)
{
    const WfTraceFn *table = m->rt->trace_table;
    uint8_t kind = o->kind;
    wf_assert(kind != WF_KIND_FREE && kind < WF_KIND_COUNT);
    m->saw_watched = false;
#if WF_DEBUG
    m->tracing = o;
#endif
    m->compares = kind == WF_KIND_WORDS && m->visit == NULL && !m->gc->full;
    table[kind](m, o);
    if (m->compares) {
        m->compares = false;
        if (m->saw_table) {
            m->saw_table = false;
            record(&m->comparing, o);
        }
    }
    if (o->x_shape >= STATIC_SHAPE_LIMIT) {
        wf_mark_object(m, wf_shape_at(o->x_shape));
        if (kind != WF_KIND_INSTANCE && m->rt->trace_tail != NULL) {
            m->rt->trace_tail(m, o);
        }
    }
    if (WF_UNLIKELY(m->saw_watched)) {
        record(&m->redirty, o);
    }
}

#define RING 8

void wf_mark_drain(WfMarker *m)
{
    WfObject *ring[RING] = {0};
    unsigned at = 0;
    unsigned held = 0;
    unsigned steps = 0;
    for (;;) {
        WfObject *next = NULL;
        if (WF_UNLIKELY(m->parallel) && (++steps & 63) == 0) {
            wf_mark_share(m);
        }
        if (m->top > 0) {
            uint64_t entry = m->stack[--m->top];
            if ((entry & 1) != 0) {
                size_t from = m->stack[--m->top];
                trace_piece(m, (WfSlots *)(uintptr_t)(entry & ~(uint64_t)1), from);
                continue;
            }
            if ((entry & 2) != 0) { /* old already: traced again, not counted */
                wf_trace_object(m, (WfObject *)(uintptr_t)(entry & ~(uint64_t)2));
                continue;
            }
            next = (WfObject *)(uintptr_t)entry;
            __builtin_prefetch(next);
        } else if (held == 0) {
            return;
        }
        WfObject *now = ring[at];
        ring[at] = next;
        at = (at + 1) % RING;
        held += (next != NULL);
        if (now != NULL) {
            held--;
            m->cells++;
            m->bytes += wf_block_cell_size(wf_block_of(now)); /* static cells are always marked: not here */
            wf_trace_object(m, now);
        }
    }
}

void wf_mark_forget_tables(WfMarker *m)
{
    for (size_t i = 0; i < m->comparing.len; i++) {
        WfObject *o = m->comparing.data[i];
        WfSlot *words = (WfSlot *)(o + 1);
        for (size_t k = 0; k < wf_gc_cell_size(o) / 8 - 1; k++) {
            WfValue v = wf_load(&words[k]);
            if (wf_is_object(v) && wf_as_object(v)->kind == WF_KIND_DICT_TABLE && !wf_mark_is_set(wf_as_object(v))) {
                wf_store_raw(&words[k], WF_VALUE(2)); /* no table is there */
            }
        }
    }
    m->comparing.len = 0;
}

/* --- roots ------------------------------------------------------------------------------------------------------------- */

/* Words of a C stack, which others may be changing below us (a detached thread) and which sanitizers guard. */
__attribute__((no_sanitize("address", "thread", "undefined"), noinline)) static void scan_stack(WfMarker *m, uintptr_t from,
                                                                                                 uintptr_t to)
{
    for (uintptr_t at = from & ~(uintptr_t)7; at + 8 <= to; at += 8) {
        uintptr_t word = *(volatile uintptr_t *)at;
        if (word >> 39 == WF_HEAP_TAG) {
            wf_mark_conservative(m, word);
        }
    }
}

static void mark_stack(WfMarker *m, WfThread *t)
{
    uintptr_t base = wf_atomic_load_acquire_uptr(&t->stack_base); /* 0: the thread has not begun, and scans nothing */
    uintptr_t from = wf_atomic_load_relaxed_uptr(&t->stop_sp);
    WfEntry *entry = t->entry;
    bool skip = t->stop_exact && entry != NULL;
    if (!skip) {
        scan_stack(m, (uintptr_t)t->spilled, (uintptr_t)(t->spilled + WF_SPILL_WORDS));
    }
    for (;;) {
        uintptr_t to = entry != NULL ? entry->sp : base;
        if (!skip) {
            scan_stack(m, from, to);
        }
        if (entry == NULL) {
            return;
        }
        from = entry->outer;
        entry = entry->prev;
        skip = entry == NULL && t->base_exact;
    }
}

static void mark_thread(void *arg, WfThread *t)
{
    WfMarker *m = arg;
    const WfValue roots[] = {t->exc,      t->handled,      t->dict,
                             t->context,  t->trace_fn,     t->profile_fn,
                             t->sentinel, t->running_loop, t->asyncgen_firstiter,
                             t->asyncgen_finalizer,        t->repr_stack,
                             t->x_async_exc};
    for (size_t i = 0; i < WF_ARRAY_LEN(roots); i++) {
        wf_mark_value(m, roots[i]);
    }
    for (size_t i = 0; i < WF_ARRAY_LEN(t->scratch); i++) {
        wf_mark_value(m, t->scratch[i]);
    }
#if WF_DEBUG
    m->tracing = NULL;
#endif
    if (m->rt->trace_frames != NULL) {
        m->rt->trace_frames(m, t);
    }
    if (m->visit == NULL) {
        mark_stack(m, t);
    }
}

void wf_mark_roots(WfMarker *m)
{
    WfGc *gc = m->gc;
    for (size_t i = 0; i < gc->roots.len; i++) {
        wf_mark_value(m, *gc->roots.data[i]);
    }
    if (m->rt->trace_roots != NULL) {
        m->rt->trace_roots(m, m->rt);
    }
    wf_weak_roots(gc, m);
    wf_world_each_thread(m->rt, mark_thread, m);
}

void wf_mark_static(WfMarker *m)
{
    for (uintptr_t at = WF_STATIC_TYPES; at < WF_STATIC_NAMES;
         at += at < WF_STATIC_SHAPES ? WF_STATIC_TYPE_CELL : WF_STATIC_SHAPE_CELL) {
        WfObject *o = (WfObject *)at;
        if (o->kind != WF_KIND_FREE) {
            wf_trace_object(m, o);
        }
    }
}

/* --- dirty cards ---------------------------------------------------------------------------------------------------------- */

static void scan_part(WfMarker *m, uintptr_t from, uintptr_t to)
{
    for (uintptr_t at = from; at < to; at += 8) {
        uintptr_t word = *(uintptr_t *)at;
        if (word >> 39 == WF_HEAP_TAG && wf_heap_find(m->gc, word) == (WfObject *)word) {
            wf_mark_value(m, WF_VALUE(word));
        }
    }
}

/* Kinds in which every reference is a plain word: a part of such a cell can be looked at by itself. */
static bool is_all_words(uint8_t kind)
{
    switch (kind) {
    case WF_KIND_SLOTS:
    case WF_KIND_WORDS:
    case WF_KIND_DICT_TABLE:
    case WF_KIND_SET_TABLE:
    case WF_KIND_INSTANCE:
    case WF_KIND_TUPLE:
        return true;
    default:
        return false;
    }
}

/* The cell at p overlaps the card that begins at `card`; *last is the last one traced whole. */
static void rescan_cell(WfMarker *m, char *p, size_t size, uintptr_t card, char **last)
{
    WfObject *o = (WfObject *)(void *)p;
    if (wf_mark_bits(o) == 3 && is_buffer(o->kind)) {
        return; /* left to itself: wf_gc_replaced */
    }
    m->rescanned++;
    if (size <= SMALL_RETRACE) {
        if (*last != p) {
            *last = p;
            wf_trace_object(m, o);
        }
        return;
    }
    bool own_shape = o->x_shape >= STATIC_SHAPE_LIMIT;
    if (o->kind == WF_KIND_RAW || (!own_shape && (o->kind == WF_KIND_STR || o->kind == WF_KIND_BYTES || o->kind == WF_KIND_INT))) {
        return;
    }
    if (!is_all_words(o->kind)) {
        if (*last != p) {
            *last = p;
            wf_trace_object(m, o);
        }
        return;
    }
    uintptr_t from = (uintptr_t)p > card ? (uintptr_t)p : card;
    uintptr_t to = (uintptr_t)p + size < card + CARD_SIZE ? (uintptr_t)p + size : card + CARD_SIZE;
    m->saw_watched = false;
    if (from == (uintptr_t)p && own_shape) {
        wf_mark_object(m, wf_shape_at(o->x_shape));
    }
    scan_part(m, from, to);
    if (m->saw_watched) {
        record(&m->redirty, (WfObject *)(card | 1));
    }
}

static void rescan_card(WfMarker *m, WfBlock *b, uintptr_t card, char **last)
{
    switch (b->state) {
    case WF_BLOCK_SMALL: {
        char *data = wf_block_data(b);
        uint32_t offset = (uint32_t)(card - (uintptr_t)data);
        uint32_t end = offset + (uint32_t)CARD_SIZE;
        uint32_t i = (uint32_t)((uint64_t)offset * b->recip >> 32);
        uint32_t marks; /* of the card's granules */
        _Static_assert(CARD_SIZE >> WF_GRANULE_SHIFT == 8 * sizeof marks, "one word for a card");
        memcpy(&marks, (const char *)wf_block_marks(b) + (offset >> (WF_GRANULE_SHIFT + 3)), sizeof marks);
        if (marks == 0) { /* most cards: what is new dirtied them itself. An old cell may begin before the card, no other */
            end = offset;
        }
        for (; i < b->n_cells && i * b->cell_size < end; i++) {
            char *p = data + (size_t)i * b->cell_size;
            if (wf_mark_is_set(p)) {
                rescan_cell(m, p, b->cell_size, card, last);
            }
        }
        return;
    }
    case WF_BLOCK_LARGE:
    case WF_BLOCK_TAIL: {
        WfBlock *head = b->state == WF_BLOCK_LARGE ? b : b - b->run;
        char *p = wf_block_data(head);
        if (wf_mark_is_set(p)) {
            rescan_cell(m, p, head->run << WF_BLOCK_SHIFT, card, last);
        }
        return;
    }
    case WF_BLOCK_STATIC: {
        size_t size = wf_gc_cell_size((void *)card);
        for (uintptr_t p = card & ~(size - 1); p < card + CARD_SIZE; p += size) {
            WfObject *o = (WfObject *)p;
            if (o->kind != WF_KIND_FREE && (char *)o != *last) {
                *last = (char *)o;
                wf_trace_object(m, o);
            }
        }
        return;
    }
    default:
        return;
    }
}

#define CARD_WORDS (WF_BLOCK_SIZE / CARD_SIZE / 8)

void wf_mark_cards(WfMarker *m, bool clean)
{
    uint64_t top = m->gc->x_top;
    uint64_t(*cards)[CARD_WORDS] = (void *)WF_CARD_BASE;
    char *last = NULL;
    for (uint64_t i = 0; i < top; i++) {
        uint64_t any = 0;
        for (unsigned w = 0; w < CARD_WORDS; w++) {
            any |= cards[i][w];
        }
        if (WF_LIKELY(any == 0)) {
            continue;
        }
        WfBlock *b = wf_block_at(i);
        uintptr_t data = (uintptr_t)wf_block_data(b);
        for (unsigned w = 0; w < CARD_WORDS; w++) {
            uint64_t eight = cards[i][w];
            if (clean) {
                cards[i][w] = 0;
            }
            while (eight != 0) {
                unsigned byte = (unsigned)__builtin_ctzll(eight) / 8;
                eight &= ~((uint64_t)0xff << byte * 8);
                rescan_card(m, b, data + (w * 8 + byte) * CARD_SIZE, &last);
            }
        }
        if (m->top > 4096) {
            wf_mark_drain(m);
        }
    }
}

void wf_mark_redirty(WfMarker *m)
{
    for (size_t i = 0; i < m->redirty.len; i++) {
        uintptr_t at = (uintptr_t)m->redirty.data[i];
        if ((at & 1) != 0) {
            *wf_card_of((void *)(at & ~(uintptr_t)1)) = 1;
        } else {
            wf_barrier_range((WfSlot *)at, wf_gc_cell_size((void *)at) / sizeof(WfSlot));
        }
    }
    m->redirty.len = 0;
}

void wf_barrier_range(const WfSlot *s, size_t n)
{
    if (n == 0) {
        return;
    }
    uint8_t *first = wf_card_of(s);
    uint8_t *end = wf_card_of(s + n - 1);
    for (uint8_t *card = first; card <= end; card++) {
        __atomic_store_n(card, 1, __ATOMIC_RELAXED);
    }
}
