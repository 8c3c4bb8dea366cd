/* test_gc_mark.c - large full collections on several threads; big buffers.
 * SPDX-License-Identifier: MIT */
#include "gc_fake.h"

static WfValue root;

int main(int argc, char **argv)
{
    (void)argv;
    WfThread *t = fake_start();
    wf_gc_add_root(&fake_runtime, &root);
    const int64_t n = argc > 1 ? 5000000 : 400000;
    const int64_t per = 1000;
    /* a buffer of buffers of nodes, each with a node of its own and one shared with its neighbour */
    WfSlots *top = wf_gc_alloc_slots(t, n / per);
    root = wf_from_object(top);
    int64_t cells = 1;
    for (int64_t i = 0; i < n / per; i++) {
        WfSlots *inner = wf_gc_alloc_slots(t, per);
        wf_store_ptr(&top->items[i], inner);
        cells++;
        Node *shared = NULL;
        for (int64_t k = 0; k < per; k++) {
            Node *node = node_new(t, 3);
            wf_store_ptr(&inner->items[k], node);
            wf_store_raw(&node->s[0], wf_small_int(k));
            wf_store_ptr(&node->s[1], shared);
            cells++;
            if (k % 2 == 0) {
                shared = node_new(t, 1);
                wf_store_ptr(&node->s[2], shared);
                cells++;
            }
        }
        shared = NULL;
    }
    for (int round = 0; round < 3; round++) {
        int64_t start = wf_clock_monotonic();
        collect_exact(t, WF_GC_FULL);
        int64_t end = wf_clock_monotonic();
        WfGcStats s;
        wf_gc_get_stats(&fake_runtime, &s);
        CHECK(s.live_cells == (uint64_t)cells);
        if (argc > 1) {
            printf("full collection of %lld cells, %llu MiB: %.1f ms; heap %llu MiB\n", (long long)cells,
                   (unsigned long long)s.live_bytes >> 20, (double)(end - start) / 1e6, (unsigned long long)s.heap_bytes >> 20);
        }
    }
    for (int64_t i = 0; i < n / per; i++) {
        WfSlots *inner = WF_LOAD(WfSlots, &top->items[i]);
        for (int64_t k = 0; k < per; k++) {
            CHECK(wf_as_int(wf_load(&WF_LOAD(Node, &inner->items[k])->s[0])) == k);
        }
    }
    if (argc > 1) {
        /* young collections beside it: garbage, and some stores into old objects */
        uint64_t random = 1;
        for (int i = 0; i < 3000000; i++) {
            Node *node = node_new(t, 3);
            if (i % 10 == 0) {
                random = random * 6364136223846793005u + 1442695040888963407u;
                WfSlots *inner = WF_LOAD(WfSlots, &top->items[(random >> 33) % (uint64_t)(n / per)]);
                wf_store_ptr(&inner->items[(random >> 20) % (uint64_t)per], node);
            }
        }
        WfGcStats s;
        wf_gc_get_stats(&fake_runtime, &s);
        printf("young: %llu, median %.2f ms, max %.2f ms\n", (unsigned long long)s.collections[0], (double)s.pause_median_ns[0] / 1e6,
               (double)s.pause_max_ns[0] / 1e6);
    }
    root = WF_EMPTY;
    top = NULL;
    collect_exact(t, WF_GC_FULL);
    WfGcStats s;
    wf_gc_get_stats(&fake_runtime, &s);
    CHECK(s.live_cells == 0);
    CHECK(s.freed_to_system > 0);
    return 0;
}
