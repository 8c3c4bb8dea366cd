/* test_gc_heap.c - allocation, sweeping, young and full collections, large cells, in one thread.
 * SPDX-License-Identifier: MIT */
#include "gc_fake.h"

static WfValue root;

static uint64_t live_cells(void)
{
    WfGcStats s;
    wf_gc_get_stats(&fake_runtime, &s);
    return s.live_cells;
}

static void test_classes(void)
{
    for (size_t size = 1; size <= WF_SMALL_MAX; size++) {
        unsigned cls = wf_size_class(size);
        CHECK(cls >= 1 && cls <= 48);
        CHECK(wf_class_size(cls) >= size);
        CHECK(cls == 1 || wf_class_size(cls - 1) < size);
    }
}

static void test_sizes(WfThread *t)
{
    for (size_t size = 16; size < 300000; size += size < 2000 ? 8 : size / 3) {
        for (int i = 0; i < 3; i++) {
            uint8_t *p = wf_gc_alloc(t, WF_KIND_RAW, size);
            CHECK(p != NULL);
            CHECK(wf_gc_cell_size(p) >= size);
            CHECK(((uintptr_t)p & 15) == 0);
            for (size_t k = 8; k < size; k++) {
                CHECK(p[k] == 0);
            }
            memset(p + 8, 0xee, size - 8);
            CHECK(wf_gc_is_cell(p));
            CHECK(!wf_gc_is_cell(p + 8));
            CHECK(wf_heap_find(fake_runtime.gc, (uintptr_t)p + size - 1) == (WfObject *)(void *)p);
        }
    }
    collect_exact(t, WF_GC_FULL);
    CHECK(live_cells() == 0);
}

/* A list of n nodes from the root lives, everything else goes. */
static void test_list(WfThread *t)
{
    const size_t n = 200000;
    root = WF_EMPTY;
    for (size_t i = 0; i < n; i++) {
        Node *node = node_new(t, 3);
        wf_store_raw(&node->s[0], root);
        wf_store_raw(&node->s[1], wf_small_int((int64_t)i));
        root = wf_from_object(node);
        (void)node_new(t, 5); /* garbage */
    }
    collect_exact(t, WF_GC_YOUNG);
    CHECK(live_cells() >= n);
    collect_exact(t, WF_GC_FULL);
    CHECK(live_cells() == n);
    size_t seen = 0;
    for (Node *at = WF_AS(Node, root); at != NULL; at = WF_LOAD(Node, &at->s[0])) {
        CHECK(wf_as_int(wf_load(&at->s[1])) == (int64_t)(n - 1 - seen));
        seen++;
    }
    CHECK(seen == n);
    root = WF_EMPTY;
    CHECK(collect_exact(t, WF_GC_FULL) == (int64_t)n);
    CHECK(live_cells() == 0);
}

/* Stores into old objects are found through their cards; unreachable young ones die. */
static void test_barrier(WfThread *t)
{
    const int64_t n = 20000;
    WfSlots *table = wf_gc_alloc_slots(t, n);
    root = wf_from_object(table);
    collect_exact(t, WF_GC_FULL);
    uint64_t random = 1;
    for (int round = 0; round < 30; round++) {
        for (int i = 0; i < 1000; i++) {
            random = random * 6364136223846793005u + 1442695040888963407u;
            int64_t at = (int64_t)(random >> 33) % n;
            Node *node = node_new(t, 2);
            Node *inner = node_new(t, 1);
            wf_store_raw(&inner->s[0], wf_small_int(at));
            wf_store_ptr_raw(&node->s[0], inner);
            wf_store_ptr(&table->items[at], node);
        }
        collect_exact(t, round % 7 == 6 ? WF_GC_FULL : WF_GC_YOUNG);
        uint64_t used = 0;
        for (int64_t i = 0; i < n; i++) {
            Node *node = WF_LOAD(Node, &table->items[i]);
            if (node != NULL) {
                CHECK(wf_as_int(wf_load(&WF_LOAD(Node, &node->s[0])->s[0])) == i);
                used++;
            }
        }
        if (round % 7 == 6) {
            CHECK(live_cells() == 2 * used + 1);
        }
    }
    root = WF_EMPTY;
    collect_exact(t, WF_GC_FULL);
    CHECK(live_cells() == 0);
}

/* A word on the C stack keeps a cell, also one into it. */
static WF_NOINLINE void test_stack(WfThread *t)
{
    Node *volatile node = node_new(t, 100);
    WfSlot *volatile inner = &WF_AS(Node, wf_from_object(node_new(t, 100)))->s[50];
    wf_gc_collect(t, WF_GC_FULL);
    CHECK(wf_gc_is_cell(node));
    CHECK(wf_heap_find(fake_runtime.gc, (uintptr_t)inner) != NULL);
    CHECK(live_cells() >= 2);
}

static void test_large(WfThread *t)
{
    for (int i = 0; i < 2000; i++) {
        WfRaw *r = wf_gc_alloc_raw(t, 1000000, true);
        CHECK(r != NULL && r->size == 1000000);
        CHECK(r->data[0] == 0 && r->data[999999] == 0 && r->data[500000] == 0);
        memset(r->data, 0xff, 1000000);
    }
    WfGcStats s;
    wf_gc_get_stats(&fake_runtime, &s);
    CHECK(s.heap_bytes < (uint64_t)100 << 20);
    CHECK(wf_gc_alloc_raw(t, INT64_MAX, true) == NULL);
    CHECK(t->exc.bits != 0);
    t->exc = WF_EMPTY;
    CHECK(wf_gc_alloc_raw(t, (int64_t)1 << 38, true) == NULL);
    t->exc = WF_EMPTY;
    CHECK(wf_gc_alloc_slots(t, INT64_MAX / 4) == NULL);
    t->exc = WF_EMPTY;
    CHECK(wf_gc_alloc_slots(t, -1) == NULL);
    t->exc = WF_EMPTY;
    collect_exact(t, WF_GC_FULL);
    CHECK(live_cells() == 0);
}

static void bench(WfThread *t)
{
    int64_t start = wf_clock_monotonic();
    const int n = 20000000;
    for (int i = 0; i < n; i++) {
        Node *node = node_new(t, 3);
        wf_store_raw(&node->s[0], WF_TRUE);
    }
    int64_t end = wf_clock_monotonic();
    printf("allocation of 32 bytes: %.2f ns\n", (double)(end - start) / n);
    const int live = 1000000;
    root = WF_EMPTY;
    for (int i = 0; i < live; i++) {
        Node *node = node_new(t, 3);
        wf_store_raw(&node->s[0], root);
        root = wf_from_object(node);
    }
    start = wf_clock_monotonic();
    collect_exact(t, WF_GC_FULL);
    end = wf_clock_monotonic();
    printf("full collection of %d: %.2f ms\n", live, (double)(end - start) / 1e6);
    for (int k = 0; k < 3; k++) {
        for (int i = 0; i < 10000; i++) {
            (void)node_new(t, 3);
        }
        start = wf_clock_monotonic();
        collect_exact(t, WF_GC_YOUNG);
        end = wf_clock_monotonic();
        printf("young collection beside %d old: %.1f us\n", live, (double)(end - start) / 1e3);
    }
    WfGcStats s;
    wf_gc_get_stats(&fake_runtime, &s);
    printf("young: %llu, median %.1f us, max %.1f us\n", (unsigned long long)s.collections[0], s.pause_median_ns[0] / 1e3,
           s.pause_max_ns[0] / 1e3);
}

int main(int argc, char **argv)
{
    (void)argv;
    WfThread *t = fake_start();
    wf_gc_add_root(&fake_runtime, &root);
    if (argc > 1) {
        bench(t);
        return 0;
    }
    test_classes();
    test_sizes(t);
    test_list(t);
    test_barrier(t);
    test_stack(t);
    test_large(t);
    wf_thread_free(t);
    return 0;
}
