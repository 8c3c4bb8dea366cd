/* gc_fake.h - a runtime with nothing but threads and a heap, for the collector's tests.
 * SPDX-License-Identifier: MIT */
#ifndef WF_TESTS_GC_FAKE_H
#define WF_TESTS_GC_FAKE_H

#include "gc/heap.h"
#include "platform/clock.h"

#include <stdio.h>

#define CHECK(cond)                                                                      \
    ((cond) ? (void)0                                                                    \
            : (fprintf(stderr, "%s:%d: check failed: %s\n", __FILE__, __LINE__, #cond), exit(1)))

static void fake_no_memory(WfThread *t)
{
    t->exc = WF_TRUE;
}

static void trace_weakref(WfMarker *m, WfObject *o) { wf_mark_slot(m, &((WfWeakHead *)o)->callback); }

static WfTraceFn fake_table[WF_KIND_COUNT];
static WfRuntime fake_runtime;

static WfThread *fake_start(void)
{
    for (int i = 0; i < WF_KIND_COUNT; i++) {
        fake_table[i] = wf_trace_none;
    }
    fake_table[WF_KIND_SLOTS] = wf_trace_slots;
    fake_table[WF_KIND_WORDS] = wf_trace_words;
    fake_table[WF_KIND_INSTANCE] = wf_trace_words;
    fake_table[WF_KIND_WEAKREF] = trace_weakref;
    fake_runtime.trace_table = fake_table;
    fake_runtime.raise_no_memory = fake_no_memory;
    CHECK(wf_world_init(&fake_runtime));
    wf_gc_init(&fake_runtime);
    WfThread *t = wf_thread_new(&fake_runtime, NULL, true);
    CHECK(t != NULL);
    wf_gc_begin_program(t);
    return t;
}

/* A cell of n words, all values. */
typedef struct Node {
    WfObject h;
    WfSlot s[];
} Node;

static inline Node *node_new(WfThread *t, size_t n)
{
    Node *node = wf_gc_alloc(t, WF_KIND_WORDS, sizeof(Node) + n * sizeof(WfSlot));
    CHECK(node != NULL);
    return node;
}

/* Collects as the interpreter's loop does: what the caller's own C frame holds does not count. */
static inline int64_t collect_exact(WfThread *t, WfGcCause cause)
{
    WfEntry entry = {0};
    entry.prev = NULL;
    entry.sp = t->stack_base;
    entry.outer = t->stack_base;
    t->entry = &entry;
    t->stop_exact = true;
    int64_t n = wf_gc_collect(t, cause);
    t->stop_exact = false;
    t->entry = NULL;
    return n;
}

#endif
