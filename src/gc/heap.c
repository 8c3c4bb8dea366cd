/* heap.c - the heap: blocks, size classes, sweeping, allocation.
 * SPDX-License-Identifier: MIT
 * Design:     the address space of heap and side tables is reserved at start and gets memory in steps. A block of 64 KiB
 *             holds cells of one size; cells above 32 KiB are runs of blocks. A thread takes a block of a class and sweeps it a
 *             few kilobytes at a time, when its free list has run out: cells that are not marked become its next free
 *             list. So a collection frees nothing itself (but large cells): it only begins a new epoch, in
 *             which every block counts as unswept, and its cost does not depend on the size of the heap.
 *             Free cells are zero but for the link, so that allocation writes two words.
 * Invariants: H1 in a block whose epoch is the present one, an unmarked cell below `swept` is free (kind 0) or was allocated in
 *             this epoch. Every other unmarked cell is dead or free (unless it is watched, see weak.c).
 *             H2 cells at or above `used` are all zero.
 *             H3 a FREE run is described in its first and its last block; no two FREE runs touch.
 *             H4 a block is in the list of its class, or `full`, or the current block of a thread, or handed back.
 * Threads:    runs under gc->lock, lists of a class under its lock (rank below gc->lock), a current block belongs to its thread.
 * Tests:      tests/unit/test_gc_heap.c */
#include "gc/heap.h"

#include <errno.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#define COMMIT_STEP 64 /* blocks: 4 MiB */
#define HEAP_MIN ((uint64_t)16 << 20)
#define ASK_FIRST ((size_t)1 << 30)
#define HUGE_FROM 512 /* blocks: what lies beyond 32 MiB may be backed by large pages */
#define SWEEP_BYTES 8192
#define FRESH_BYTES 4096u /* of cells never used, at a time: a page */
/* A block that gave less than 1/32 of its cells is left alone until the next full collection. */
#define FULL_FRACTION 32
#define COUNT_STEP ((uint64_t)64 << 10)

static size_t class_size(unsigned cls)
{
    return cls < 49 ? wf_class_size(cls) : (WF_BLOCK_SIZE / (56 - cls)) & ~(size_t)15;
}

static unsigned medium_class(size_t size)
{
    unsigned cls = 49;
    while (class_size(cls) < size) {
        cls++;
    }
    return cls;
}

/* --- reserving and committing ------------------------------------------------------------------------------------- */

static bool reserve(uint64_t at, uint64_t size)
{
    void *p = mmap((void *)at, size, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED_NOREPLACE, -1, 0);
    if (p == (void *)at) {
        return true;
    }
    if (p != MAP_FAILED) { /* kernels before 4.17 take the address for a hint */
        munmap(p, size);
        errno = EEXIST;
    }
    return false;
}

static void reserve_all(WfGc *gc)
{
    /* Under a limit on address space (ulimit -v) a smaller heap has to do, and leave room for the rest. */
    struct rlimit rl;
    uint64_t size = WF_HEAP_SIZE;
    while (getrlimit(RLIMIT_AS, &rl) == 0 && size > rl.rlim_cur / 2 && size > HEAP_MIN) {
        size >>= 1;
    }
    for (; size >= HEAP_MIN; size >>= 1) {
        const struct {
            uint64_t at, size;
        } parts[] = {{WF_HEAP_BASE, size},
                     {WF_CARD_BASE, size >> WF_CARD_SHIFT},
                     {WF_MARK_BASE, (size >> 7) + (size < WF_HEAP_SIZE ? 65536 : 0)}, /* a little more, see commit */
                     {WF_BLOCK_BASE, size >> 10},
                     {WF_OLD_MARK_BASE, size >> 7}};
        size_t n = 0;
        while (n < WF_ARRAY_LEN(parts) && reserve(parts[n].at, parts[n].size)) {
            n++;
        }
        if (n == WF_ARRAY_LEN(parts)) {
            gc->limit_blocks = size >> WF_BLOCK_SHIFT;
            return;
        }
        int err = errno;
        while (n > 0) {
            n--;
            munmap((void *)parts[n].at, parts[n].size);
        }
        if (err != ENOMEM) {
            fprintf(stderr, "weft: the addresses of the heap (%#llx) are taken: %s\n", (unsigned long long)WF_HEAP_BASE,
                    strerror(err));
            exit(1);
        }
    }
    fprintf(stderr, "weft: not enough address space for the heap (see ulimit -v)\n");
    exit(1);
}

static bool make_usable(uint64_t from, uint64_t to)
{
    uint64_t page = (uint64_t)sysconf(_SC_PAGESIZE);
    from &= ~(page - 1);
    to = (to + page - 1) & ~(page - 1);
    return mprotect((void *)from, to - from, PROT_READ | PROT_WRITE) == 0;
}

/* A line of /proc/meminfo in bytes; 0 if it is not there. */
static uint64_t meminfo(const char *format)
{
    unsigned long long kb = 0;
    FILE *f = fopen("/proc/meminfo", "re");
    if (f != NULL) {
        char line[128];
        while (fgets(line, sizeof line, f) != NULL && sscanf(line, format, &kb) != 1) {
        }
        fclose(f);
    }
    return (uint64_t)kb << 10;
}

static uint64_t memory_limit(void)
{
    return (uint64_t)sysconf(_SC_PHYS_PAGES) * (uint64_t)sysconf(_SC_PAGESIZE) + meminfo("SwapTotal: %llu kB");
}

/* Gives blocks up to `blocks` memory. */
static bool commit(WfGc *gc, uint64_t blocks)
{
    if (blocks <= gc->committed) {
        return true;
    }
    uint64_t step = gc->committed / 8 > COMMIT_STEP ? gc->committed / 8 : COMMIT_STEP;
    uint64_t want = blocks > gc->committed + step ? blocks : gc->committed + step;
    want = (want + COMMIT_STEP - 1) & ~(uint64_t)(COMMIT_STEP - 1);
    if (want > gc->limit_blocks) {
        want = gc->limit_blocks;
    }
    if (blocks > want) {
        return false;
    }
    uint64_t max = gc->max_bytes;
    struct rlimit rl;
    if (getrlimit(RLIMIT_AS, &rl) == 0 && rl.rlim_cur != RLIM_INFINITY && rl.rlim_cur < max) {
        max = rl.rlim_cur; /* set after start it would not bind what is reserved already */
    }
    if (blocks << WF_BLOCK_SHIFT > max) {
        return false;
    }
    uint64_t from = gc->committed;
    if (!make_usable(WF_CARD_BASE + (from << 7), WF_CARD_BASE + (want << 7))
        || !make_usable(WF_MARK_BASE + (from << 9), WF_MARK_BASE + (want << 9) + 8) /* wf_mark_bits reads two bytes */
        || !make_usable(WF_OLD_MARK_BASE + (from << 9), WF_OLD_MARK_BASE + (want << 9))
        || !make_usable(WF_BLOCK_BASE + (from << 6), WF_BLOCK_BASE + (want << 6))
        || !make_usable(WF_HEAP_BASE + (from << WF_BLOCK_SHIFT), WF_HEAP_BASE + (want << WF_BLOCK_SHIFT))) {
        return false;
    }
    if (from >= HUGE_FROM) {
        (void)madvise((void *)(WF_HEAP_BASE + (from << WF_BLOCK_SHIFT)), (want - from) << WF_BLOCK_SHIFT, MADV_HUGEPAGE);
    }
    gc->committed = want;
    return true;
}

void wf_heap_init(WfGc *gc)
{
    reserve_all(gc);
    gc->max_bytes = memory_limit();
    if (!commit(gc, COMMIT_STEP)) {
        fprintf(stderr, "weft: no memory for the heap\n");
        exit(1);
    }
    for (uint64_t i = 0; i < WF_STATIC_BLOCKS; i++) {
        wf_block_at(i)->state = WF_BLOCK_STATIC;
    }
    wf_block_at(0)->free = gc; /* for wf_gc_is_cell, which has no context */
    memset((void *)WF_MARK_BASE, 0xff, WF_STATIC_BLOCKS << 9);
    gc->x_top = WF_STATIC_BLOCKS;
    gc->epoch = 1;
    for (unsigned cls = 1; cls < WF_SIZE_CLASSES; cls++) {
        WfClass *c = &gc->classes[cls];
        c->lock.rank = WF_LOCK_SIZE_CLASS;
        c->size = (uint32_t)class_size(cls);
        c->recip = (uint32_t)((((uint64_t)1 << 32) + c->size - 1) / c->size);
        c->n_cells = (uint32_t)(WF_BLOCK_SIZE / c->size);
    }
}

/* --- runs of blocks (gc->lock held) ------------------------------------------------------------------------------- */

static unsigned run_bucket(uint64_t n)
{
    if (n <= 32) {
        return (unsigned)n - 1;
    }
    unsigned log = 63u - (unsigned)__builtin_clzll(n); /* 5.. */
    return log + 27 > 63 ? 63 : log + 27;
}

static void unlink_run(WfGc *gc, WfBlock *b)
{
    if (b->prev != NULL) {
        b->prev->next = b->next;
    } else {
        gc->free_runs[run_bucket(b->run)] = b->next;
    }
    if (b->next != NULL) {
        b->next->prev = b->prev;
    }
    gc->free_blocks -= b->run;
}

static void link_run(WfGc *gc, WfBlock *b, uint64_t n)
{
    b->run = n;
    b[n - 1].run = n;
    unsigned k = run_bucket(n);
    b->prev = NULL;
    b->next = gc->free_runs[k];
    if (b->next != NULL) {
        b->next->prev = b;
    }
    gc->free_runs[k] = b;
    gc->free_blocks += n;
}

static void free_run_locked(WfGc *gc, WfBlock *b, uint64_t n, bool zero)
{
    for (uint64_t i = 0; i < n; i++) {
        b[i].state = WF_BLOCK_FREE;
        b[i].zero = zero;
    }
    if (!zero) {
        gc->dirty_free += n;
    }
    uint64_t at = wf_block_index(b);
    if (at > WF_STATIC_BLOCKS && b[-1].state == WF_BLOCK_FREE) {
        WfBlock *left = b - b[-1].run;
        unlink_run(gc, left);
        n += left->run;
        b = left;
        at = wf_block_index(b);
    }
    if (at + n < gc->x_top && b[n].state == WF_BLOCK_FREE) {
        uint64_t right = b[n].run;
        unlink_run(gc, b + n);
        n += right;
    }
    link_run(gc, b, n);
}

static WfBlock *find_run(WfGc *gc, uint64_t n)
{
    for (unsigned k = run_bucket(n); k < WF_ARRAY_LEN(gc->free_runs); k++) {
        for (WfBlock *b = gc->free_runs[k]; b != NULL; b = b->next) {
            if (b->run >= n) {
                return b;
            }
        }
    }
    return NULL;
}

/* A run of n blocks, still in state FREE, each with its `zero` flag. NULL: no memory. */
static WfBlock *take_run_locked(WfGc *gc, uint64_t n)
{
    WfBlock *b = find_run(gc, n);
    if (b != NULL) {
        uint64_t had = b->run;
        unlink_run(gc, b);
        if (had > n) {
            link_run(gc, b + n, had - n);
        }
    } else {
        uint64_t top = gc->x_top;
        uint64_t have = 0;
        if (top > WF_STATIC_BLOCKS && wf_block_at(top - 1)->state == WF_BLOCK_FREE) {
            have = wf_block_at(top - 1)->run;
        }
        if (n > gc->limit_blocks - top + have || !commit(gc, top + n - have)) {
            return NULL;
        }
        b = wf_block_at(top - have);
        if (have > 0) {
            unlink_run(gc, b);
        }
        for (uint64_t i = have; i < n; i++) {
            b[i].state = WF_BLOCK_FREE;
            b[i].zero = 1;
        }
        wf_atomic_store_release_u64(&gc->x_top, top + n - have); /* pairs with wf_heap_find outside of a stop */
    }
    for (uint64_t i = 0; i < n; i++) {
        gc->dirty_free -= b[i].zero == 0;
    }
    return b;
}

/* Gives the dirty blocks of a run back to the system. Returns how many. */
static uint64_t release_run(WfGc *gc, WfBlock *b)
{
    uint64_t given = 0;
    for (uint64_t i = 0; i < b->run;) {
        uint64_t n = 0;
        while (i + n < b->run && b[i + n].zero == 0) {
            n++;
        }
        if (n > 0 && madvise(wf_block_data(b + i), n << WF_BLOCK_SHIFT, MADV_DONTNEED) == 0) {
            for (uint64_t k = 0; k < n; k++) {
                b[i + k].zero = 1;
            }
            given += n;
        }
        i += n + 1;
    }
    gc->dirty_free -= given;
    gc->freed_to_system += given << WF_BLOCK_SHIFT;
    return given;
}

void wf_heap_trim(WfGc *gc, uint64_t keep)
{
    wf_raw_lock(&gc->lock);
    for (unsigned k = WF_ARRAY_LEN(gc->free_runs); k-- > 0 && gc->dirty_free > keep;) {
        for (WfBlock *b = gc->free_runs[k]; b != NULL && gc->dirty_free > keep; b = b->next) {
            release_run(gc, b);
        }
    }
    wf_raw_unlock(&gc->lock);
}

/* --- sweeping ------------------------------------------------------------------------------------------------------ */

/* How many cells from cell i on, up to end, have neither mark nor watch bit. */
WF_INLINE uint32_t unmarked_run(const WfBlock *b, const uint64_t *marks, uint32_t i, uint32_t end)
{
    uint32_t stride = b->cell_size >> WF_GRANULE_SHIFT;
    uint32_t bit = i * stride;
    uint32_t limit = end * stride;
    while (bit < limit) {
        uint64_t w = wf_atomic_load_relaxed_u64(&marks[bit >> 6]) >> (bit & 63); /* others may watch or mark cells of the block */
        if (w != 0) {
            bit += (uint32_t)__builtin_ctzll(w);
            break;
        }
        bit += 64 - (bit & 63);
    }
    uint32_t cell = (uint32_t)((uint64_t)(bit << WF_GRANULE_SHIFT) * b->recip >> 32);
    return (cell < end ? cell : end) - i;
}

WF_INLINE void clear_cells(char *p, size_t size)
{
    if (size <= 64) {
        uint64_t *w = (uint64_t *)(void *)p;
        for (size_t i = 0; i < size / 8; i += 2) {
            w[i] = 0;
            w[i + 1] = 0;
        }
    } else {
        memset(p, 0, size);
    }
}

#if WF_DEBUG
static void poison_cell(char *cell, size_t size)
{
    memset(cell, 0, 16);
    memset(cell + 16, 0xdd, size - 16);
}
static void check_poison(const char *cell, size_t size)
{
    for (size_t i = 16; i < size; i++) {
        if ((unsigned char)cell[i] != 0xdd) {
            WF_FATAL("a freed cell was written to");
        }
    }
}
#endif

/* Sweeps on until some free cells are found; the list of them, or NULL at the end of the block. H1, H2. */
static WfFreeCell *sweep_some(WfGc *gc, WfBlock *b, uint32_t *count)
{
    uint32_t size = b->cell_size;
    uint32_t n = b->n_cells;
    uint32_t want = SWEEP_BYTES / size > 0 ? SWEEP_BYTES / size : 1;
    char *data = wf_block_data(b);
    const uint64_t *marks = wf_block_marks(b);
    WfFreeCell *head = NULL;
    WfFreeCell **tail = &head;
    uint32_t found = 0;
    uint32_t i = b->swept;
    while (i < n && found < want) {
        uint32_t stop = n - i < want - found ? n : i + want - found;
        if (i < b->used) {
            stop = stop < b->used ? stop : b->used;
        } else { /* H2: the links of unused cells are what would bring their pages into being */
            uint32_t next_page = (i * size | (FRESH_BYTES - 1)) / size + 1;
            stop = stop < next_page ? stop : next_page;
            want = found + 1;
        }
        uint32_t run = unmarked_run(b, marks, i, stop);
        if (run == 0) {
            i++;
            continue;
        }
        char *p = data + (size_t)i * size;
#if WF_DEBUG
        for (uint32_t k = 0; gc->poison && k < run; k++) {
            WfFreeCell *cell = (WfFreeCell *)(void *)(p + (size_t)k * size);
            if (i + k >= b->used || cell->head != 0 || cell->next == NULL) {
                poison_cell((char *)cell, size);
            }
        }
        if (!gc->poison)
#endif
        if (i < b->used) {
            clear_cells(p, (size_t)(b->used - i < run ? b->used - i : run) * size);
        }
        *tail = (WfFreeCell *)(void *)p;
        for (uint32_t k = 1; k < run; k++, p += size) {
            ((WfFreeCell *)(void *)p)->next = (WfFreeCell *)(void *)(p + size);
        }
        tail = &((WfFreeCell *)(void *)p)->next;
        found += run;
        i += run;
    }
    *tail = NULL;
    b->swept = i;
    if (i > b->used) {
        b->used = i;
    }
    b->found += found;
    *count = found;
    return head;
}

static void begin_block(WfGc *gc, WfBlock *b)
{
    b->epoch = gc->epoch;
    b->swept = 0;
    b->found = 0;
    b->free = NULL;
}

/* A block of the class for the calling thread, unswept, or handed back with a free list. */
static WfBlock *take_block(WfGc *gc, unsigned cls)
{
    WfClass *c = &gc->classes[cls];
    wf_raw_lock(&c->lock);
    WfBlock *b = c->returned;
    if (b != NULL) {
        c->returned = b->next;
        wf_raw_unlock(&c->lock);
        return b;
    }
    while (c->cursor < c->blocks.len) {
        b = wf_block_at(c->blocks.data[c->cursor]);
        if (!b->full) {
            c->cursor++;
            begin_block(gc, b);
            wf_raw_unlock(&c->lock);
            return b;
        }
        c->blocks.data[c->cursor] = wf_vec_pop(&c->blocks);
    }
    if (!wf_vec_reserve(&c->blocks, c->blocks.len + 1)) {
        wf_raw_unlock(&c->lock);
        return NULL;
    }
    wf_raw_lock(&gc->lock);
    b = take_run_locked(gc, 1);
    if (b == NULL) {
        wf_raw_unlock(&gc->lock);
        wf_raw_unlock(&c->lock);
        return NULL;
    }
    bool zero = b->zero != 0;
    b->cls = (uint8_t)cls;
    b->full = 0;
    b->cell_size = c->size;
    b->recip = c->recip;
    b->n_cells = c->n_cells;
    b->used = 0;
    b->run = 1;
    begin_block(gc, b);
    b->state = WF_BLOCK_SMALL;
    wf_raw_unlock(&gc->lock);
    c->blocks.data[c->blocks.len++] = (uint32_t)wf_block_index(b);
    c->cursor = c->blocks.len; /* all before it are taken */
    wf_raw_unlock(&c->lock);
    if (!zero) {
        memset(wf_block_data(b), 0, WF_BLOCK_SIZE);
    }
    return b;
}

/* --- counting ------------------------------------------------------------------------------------------------------ */

static void count_taken(WfThread *t, uint64_t bytes, uint64_t cells)
{
    WfHeapLocal *local = t->heap;
    local->taken_bytes += bytes;
    local->taken_cells += cells;
    if (local->taken_bytes >= COUNT_STEP) {
        WfGc *gc = t->rt->gc;
        (void)wf_atomic_fetch_add_relaxed_u64(&gc->x_allocated, local->taken_bytes);
        (void)wf_atomic_fetch_add_relaxed_u64(&gc->x_allocated_cells, local->taken_cells);
        local->taken_bytes = 0;
        local->taken_cells = 0;
    }
}

/* A collection is due: asks for it at the next safepoint, where the stack is known exactly; a while later does it here. */
static void poll(WfThread *t)
{
    WfGc *gc = t->rt->gc;
    uint64_t n = wf_atomic_load_relaxed_u64(&gc->x_allocated);
    uint64_t limit = wf_atomic_load_relaxed_u64(&gc->young_limit);
    if (WF_LIKELY(n < limit)) {
        return;
    }
    if (n >= limit + limit / 4) {
        (void)wf_gc_collect(t, WF_GC_YOUNG);
    } else if (wf_atomic_exchange_acq_rel_u32(&gc->x_requested, 1) == 0) {
        wf_break_set(t, WF_BREAK_GC);
    }
}

void wf_gc_note_outside(WfThread *t, size_t bytes)
{
    count_taken(t, bytes, 0);
    poll(t);
}

void wf_heap_count_unused(WfThread *t, uint64_t *cells, uint64_t *bytes)
{
    for (unsigned cls = 1; cls < WF_SIZE_CLASSES; cls++) {
        uint64_t n = 0;
        for (WfFreeCell *c = t->free_cells[cls]; c != NULL; c = c->next) {
            n++;
        }
        *cells += n;
        *bytes += n * class_size(cls);
    }
}

/* --- allocation ----------------------------------------------------------------------------------------------------- */

/* Makes t->free_cells[cls] non-empty; false: no memory. */
static bool refill(WfThread *t, unsigned cls)
{
    WfGc *gc = t->rt->gc;
    WfHeapLocal *local = t->heap;
    poll(t);
    wf_prompt_rearm(t);
    for (;;) {
        WfBlock *b = local->current[cls];
        if (b != NULL) {
            uint32_t count = 0;
            WfFreeCell *list = sweep_some(gc, b, &count);
            if (list != NULL) {
                count_taken(t, (uint64_t)count * b->cell_size, count);
                t->free_cells[cls] = list;
                return true;
            }
            b->full = b->found < b->n_cells / FULL_FRACTION || b->found == 0;
            local->current[cls] = NULL;
        }
        b = take_block(gc, cls);
        if (b == NULL) {
            return false;
        }
        local->current[cls] = b;
        if (b->free != NULL) {
            t->free_cells[cls] = b->free;
            b->free = NULL;
            return true;
        }
    }
}

static void *alloc_small(WfThread *t, unsigned cls, uint64_t head)
{
    WfFreeCell *cell = t->free_cells[cls];
    if (WF_UNLIKELY(cell == NULL)) {
        for (int attempt = 0; !refill(t, cls); attempt++) {
            if (attempt == 2) {
                t->rt->raise_no_memory(t);
                return NULL;
            }
            (void)wf_gc_collect(t, WF_GC_FULL);
        }
        cell = t->free_cells[cls];
    }
    t->free_cells[cls] = cell->next;
#if WF_DEBUG
    if (t->rt->gc->poison) {
        size_t size = class_size(cls);
        check_poison((char *)cell, size);
        memset((char *)cell + 16, 0, size - 16);
    }
#endif
    cell->next = NULL;
    __atomic_store_n(&cell->head, head, __ATOMIC_RELAXED);
    return cell;
}

static void *try_large(WfThread *t, uint64_t blocks, uint64_t head, bool zero)
{
    WfGc *gc = t->rt->gc;
    wf_raw_lock(&gc->lock);
    WfBlock *b = wf_vec_reserve(&gc->young_large, gc->young_large.len + 1) ? take_run_locked(gc, blocks) : NULL;
    if (b == NULL) {
        wf_raw_unlock(&gc->lock);
        return NULL;
    }
    for (uint64_t i = 1; i < blocks; i++) {
        b[i].state = WF_BLOCK_TAIL;
        b[i].run = i;
    }
    b->run = blocks;
    b->epoch = gc->epoch;
    b->state = WF_BLOCK_LARGE;
    gc->young_large.data[gc->young_large.len++] = (uint32_t)wf_block_index(b);
    wf_raw_unlock(&gc->lock);
    char *data = wf_block_data(b);
    for (uint64_t i = 0; i < blocks && zero; i++) {
        if (!b[i].zero) {
            memset(data + (i << WF_BLOCK_SHIFT), 0, WF_BLOCK_SIZE);
        }
    }
    memset(data, 0, 16);
    __atomic_store_n((uint64_t *)(void *)data, head, __ATOMIC_RELAXED);
    return data;
}

static void *alloc_large(WfThread *t, size_t size, uint64_t head, bool zero)
{
    WfGc *gc = t->rt->gc;
    /* the system would promise the memory and end the process when it is used */
    if (size > gc->limit_blocks << WF_BLOCK_SHIFT || size > gc->max_bytes
        || (size > ASK_FIRST && size > meminfo("MemAvailable: %llu kB") - 1)) {
        t->rt->raise_no_memory(t);
        return NULL;
    }
    uint64_t blocks = (size + WF_BLOCK_SIZE - 1) >> WF_BLOCK_SHIFT;
    (void)wf_atomic_fetch_add_relaxed_u64(&gc->x_allocated, blocks << WF_BLOCK_SHIFT);
    (void)wf_atomic_fetch_add_relaxed_u64(&gc->x_allocated_cells, 1);
    poll(t);
    for (int attempt = 0;; attempt++) {
        void *p = try_large(t, blocks, head, zero);
        if (p != NULL) {
            return p;
        }
        if (attempt == 2) {
            t->rt->raise_no_memory(t);
            return NULL;
        }
        (void)wf_gc_collect(t, WF_GC_FULL);
    }
}

void *wf_gc_alloc_slow(WfThread *t, size_t size, uint64_t head)
{
#if WF_DEBUG
    WfGc *gc = t->rt->gc;
    wf_assert(wf_thread_attached(t));
    if (WF_UNLIKELY(gc->fail_left != 0) && --gc->fail_left == 0) {
        gc->fail_left = gc->fail_every;
        t->rt->raise_no_memory(t);
        return NULL;
    }
    if (WF_UNLIKELY(gc->stress != 0) && --gc->stress_left == 0) {
        gc->stress_left = gc->stress;
        (void)wf_gc_collect(t, WF_GC_YOUNG);
    }
#endif
    if (size <= WF_SMALL_MAX) {
        return alloc_small(t, wf_size_class(size), head);
    }
    if (size <= WF_MEDIUM_MAX) {
        return alloc_small(t, medium_class(size), head);
    }
    return alloc_large(t, size, head, true);
}

WfSlots *wf_gc_alloc_slots(WfThread *t, int64_t capacity)
{
    if (capacity < 0 || (uint64_t)capacity > WF_HEAP_SIZE / sizeof(WfSlot)) {
        t->rt->raise_no_memory(t);
        return NULL;
    }
    WfSlots *s = wf_gc_alloc(t, WF_KIND_SLOTS, sizeof(WfSlots) + (size_t)capacity * sizeof(WfSlot));
    if (s != NULL) {
        s->capacity = capacity;
    }
    return s;
}

WfRaw *wf_gc_alloc_raw(WfThread *t, int64_t size, bool zero)
{
    if (size < 0 || (uint64_t)size > WF_HEAP_SIZE) {
        t->rt->raise_no_memory(t);
        return NULL;
    }
    size_t bytes = sizeof(WfRaw) + (size_t)size;
    WfRaw *r = bytes > WF_MEDIUM_MAX ? alloc_large(t, bytes, wf_head(0, WF_KIND_RAW), zero)
                                     : wf_gc_alloc(t, WF_KIND_RAW, bytes);
    if (r != NULL) {
        r->size = size;
    }
    return r;
}

void *wf_gc_alloc_leaf(WfThread *t, size_t size, uint64_t head)
{
    if (size <= WF_MEDIUM_MAX) {
        return wf_gc_alloc_head(t, size, head);
    }
    void *p = alloc_large(t, size, head, false);
    if (p != NULL) {
        memset((char *)p + sizeof head, 0, 64 - sizeof head);
    }
    return p;
}

size_t wf_gc_cell_size(const void *o)
{
    WfBlock *b = wf_block_of(o);
    if (b->state == WF_BLOCK_STATIC) {
        return (uintptr_t)o < WF_STATIC_SHAPES ? WF_STATIC_TYPE_CELL
               : (uintptr_t)o < WF_STATIC_NAMES ? WF_STATIC_SHAPE_CELL
                                                : WF_STATIC_NAME_CELL;
    }
    return wf_block_cell_size(b);
}

/* --- threads ---------------------------------------------------------------------------------------------------------- */

/* The collector may run now or later: gives t's free lists back to the blocks, the blocks to their classes. */
void wf_heap_thread_end(WfThread *t)
{
    WfGc *gc = t->rt->gc;
    WfHeapLocal *local = t->heap;
    if (local == NULL) {
        return;
    }
    (void)wf_atomic_fetch_add_relaxed_u64(&gc->x_allocated, local->taken_bytes);
    (void)wf_atomic_fetch_add_relaxed_u64(&gc->x_allocated_cells, local->taken_cells);
    for (unsigned cls = 1; cls < WF_SIZE_CLASSES; cls++) {
        WfBlock *b = local->current[cls];
        if (b != NULL) {
            WfClass *c = &gc->classes[cls];
            wf_raw_lock(&c->lock);
            b->free = t->free_cells[cls];
            b->next = c->returned;
            c->returned = b;
            wf_raw_unlock(&c->lock);
        }
    }
    free(local);
    t->heap = NULL;
}

static void drop_blocks(void *arg, WfThread *t)
{
    (void)arg;
    if (t->heap != NULL) {
        memset(t->heap, 0, sizeof *t->heap);
    }
    memset(t->free_cells, 0, sizeof t->free_cells);
}

/* --- the end of a collection -------------------------------------------------------------------------------------------- */

/* Large cells of the young: dead ones are freed, marked ones are old now, watched ones stay. */
static void settle_large(WfGc *gc)
{
    size_t kept = 0;
    for (size_t i = 0; i < gc->young_large.len; i++) {
        WfBlock *b = wf_block_at(gc->young_large.data[i]);
        uint32_t bits = wf_mark_bits(wf_block_data(b)) & 3;
        if (bits == 0) {
            free_run_locked(gc, b, b->run, false);
        } else if (bits == 2) {
            gc->young_large.data[kept++] = gc->young_large.data[i];
        } else if (!wf_vec_push(&gc->old_large, gc->young_large.data[i])) {
            WF_FATAL("no memory for the collector");
        }
    }
    gc->young_large.len = kept;
}

static void settle_old_large(WfGc *gc)
{
    size_t kept = 0;
    for (size_t i = 0; i < gc->old_large.len; i++) {
        WfBlock *b = wf_block_at(gc->old_large.data[i]);
        if ((wf_mark_bits(wf_block_data(b)) & 3) == 0) {
            free_run_locked(gc, b, b->run, false);
        } else {
            gc->old_large.data[kept++] = gc->old_large.data[i];
        }
    }
    gc->old_large.len = kept;
}

static uint32_t count_marks(const WfBlock *b)
{
    const uint64_t *w = wf_block_marks(b);
    uint32_t n = 0;
    for (unsigned i = 0; i < WF_BLOCK_SIZE >> 10; i++) {
        n += (uint32_t)__builtin_popcountll(w[i]);
    }
    return n;
}

static void rebuild_classes(WfGc *gc)
{
    for (unsigned cls = 1; cls < WF_SIZE_CLASSES; cls++) {
        gc->classes[cls].blocks.len = 0;
    }
    for (uint64_t i = WF_STATIC_BLOCKS; i < gc->x_top; i++) {
        WfBlock *b = wf_block_at(i);
        if (b->state != WF_BLOCK_SMALL) {
            continue;
        }
        uint32_t marks = count_marks(b);
        if (marks == 0) {
            free_run_locked(gc, b, 1, b->used == 0);
            continue;
        }
        b->full = b->n_cells - (marks < b->n_cells ? marks : b->n_cells) <= b->n_cells / FULL_FRACTION;
        if (!b->full && !wf_vec_push(&gc->classes[b->cls].blocks, (uint32_t)i)) {
            b->full = 1; /* no memory for the list: its free cells stay unused */
        }
    }
}

void wf_heap_finish(WfGc *gc, bool full)
{
    wf_world_each_thread(gc->rt, drop_blocks, NULL);
    wf_raw_lock(&gc->lock);
    settle_large(gc);
    if (full) {
        settle_old_large(gc);
        rebuild_classes(gc);
    }
    wf_raw_unlock(&gc->lock);
    for (unsigned cls = 1; cls < WF_SIZE_CLASSES; cls++) {
        gc->classes[cls].cursor = 0;
        gc->classes[cls].returned = NULL;
    }
    gc->epoch++;
}

/* --- is this word a pointer? ---------------------------------------------------------------------------------------------- */

WfObject *wf_heap_find(WfGc *gc, uintptr_t word)
{
    if (word >> 39 != WF_HEAP_TAG) {
        return NULL;
    }
    uint64_t at = (word - WF_HEAP_BASE) >> WF_BLOCK_SHIFT;
    if (at >= gc->x_top) {
        return NULL;
    }
    WfBlock *b = wf_block_at(at);
    switch (b->state) {
    case WF_BLOCK_SMALL: {
        uint32_t offset = (uint32_t)(word & (WF_BLOCK_SIZE - 1));
        uint32_t cell = (uint32_t)((uint64_t)offset * b->recip >> 32);
        if (cell >= b->n_cells) {
            return NULL;
        }
        WfObject *o = (WfObject *)(void *)(wf_block_data(b) + (size_t)cell * b->cell_size);
        return wf_may_live(gc, b, o) && o->kind != WF_KIND_FREE ? o : NULL;
    }
    case WF_BLOCK_LARGE:
    case WF_BLOCK_TAIL: {
        b = b->state == WF_BLOCK_TAIL ? b - b->run : b;
        WfObject *o = (WfObject *)(void *)wf_block_data(b);
        return wf_may_live(gc, b, o) ? o : NULL;
    }
    case WF_BLOCK_STATIC: {
        uintptr_t size = wf_gc_cell_size((void *)word);
        WfObject *o = (WfObject *)(word & ~(size - 1));
        return o->kind != WF_KIND_FREE ? o : NULL;
    }
    default:
        return NULL;
    }
}

bool wf_gc_is_cell(const void *p)
{
    if ((uintptr_t)p >> 39 != WF_HEAP_TAG) {
        return false;
    }
    WfGc *gc = wf_block_at(0)->free;
    return wf_heap_find(gc, (uintptr_t)p) == p;
}
