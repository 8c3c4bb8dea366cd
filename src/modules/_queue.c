/* _queue.c - module _queue: SimpleQueue, an unbounded queue.
 * SPDX-License-Identifier: MIT
 *
 * Design: a ring of values under the object's lock. A getter that finds nothing counts itself in `x_waiting` and parks; a putter
 * wakes one if there is any. put never blocks and runs no Python code, so it may be called from finalizers and signal handlers.
 * Threads: all fields under the object's lock, but x_count and x_waiting are also read without. */
#include "model/builtin.h"
#include "objects/dict.h"
#include "objects/exceptions.h"
#include "objects/genericalias.h"
#include "objects/list.h"
#include "objects/str.h"
#include "sched/park.h"

#include <math.h>

typedef struct SimpleQueue {
    WfObject h;
    WfSlot ring;       /* WfSlots or EMPTY */
    int64_t first;
    int64_t x_count;   /* atomic; written under the lock */
    uint32_t x_waiting;/* atomic: getters parked or about to park */
} SimpleQueue;

static SimpleQueue *self_queue(WfValue v)
{
    return WF_AS(SimpleQueue, v);
}
static void queue_trace(WfMarker *m, WfObject *o)
{
    wf_mark_slot(m, &((SimpleQueue *)o)->ring);
}
static WfValue queue_new(WfThread *t, WfType *type, const WfArgs *args)
{
    return wf_parse_args(t, "SimpleQueue", "()", args, NULL, 0) == WF_OK ? wf_from_object(wf_instance_new(t, type, 0)) : WF_EMPTY;
}

static WfStatus push(WfThread *t, SimpleQueue *q, WfValue v)
{
    wf_lock(t, q);
    WfSlots *ring = WF_LOAD(WfSlots, &q->ring);
    int64_t n = q->x_count, capacity = ring == NULL ? 0 : ring->capacity;
    if (n == capacity) {
        WfSlots *fresh = wf_gc_alloc_slots(t, capacity < 8 ? 8 : capacity * 2);
        if (fresh == NULL) {
            wf_unlock(t, q);
            return WF_RAISED;
        }
        for (int64_t i = 0; i < n; i++) {
            wf_store(&fresh->items[i], wf_load(&ring->items[(q->first + i) % capacity]));
        }
        q->first = 0;
        wf_store_ptr(&q->ring, fresh);
        ring = fresh;
    }
    wf_store(&ring->items[(q->first + n) % ring->capacity], v);
    /* seq_cst with x_waiting: either the getter sees the item or we see the getter */
    __atomic_store_n(&q->x_count, n + 1, __ATOMIC_SEQ_CST);
    wf_unlock(t, q);
    if (__atomic_load_n(&q->x_waiting, __ATOMIC_SEQ_CST) != 0) {
        (void)wf_unpark_one(&q->x_count, NULL, NULL);
    }
    return WF_OK;
}

/* The oldest item, or WF_EMPTY. */
static WfValue pop(WfThread *t, SimpleQueue *q)
{
    if (__atomic_load_n(&q->x_count, __ATOMIC_SEQ_CST) == 0) {
        return WF_EMPTY;
    }
    WfValue v = WF_EMPTY;
    wf_lock(t, q);
    int64_t n = q->x_count;
    if (n > 0) {
        WfSlots *ring = WF_LOAD(WfSlots, &q->ring);
        v = wf_load(&ring->items[q->first]);
        wf_store_raw(&ring->items[q->first], WF_EMPTY);
        q->first = (q->first + 1) % ring->capacity;
        __atomic_store_n(&q->x_count, n - 1, __ATOMIC_SEQ_CST);
    }
    wf_unlock(t, q);
    return v;
}

static bool is_empty_queue(void *arg)
{
    return __atomic_load_n((int64_t *)arg, __ATOMIC_SEQ_CST) == 0;
}

static WfValue raise_empty(WfThread *t)
{
    WfStr *key = wf_str_intern_cstr(t, "_queue.Empty");
    WfValue type = key == NULL ? WF_EMPTY : wf_dict_get_str(wf_as_dict(t->interp->module_state), key);
    return wf_is_empty(type) ? wf_raise(t, WF_EXC(RuntimeError), "_queue.Empty is lost") : wf_raise_none(t, WF_AS(WfType, type));
}

static WfValue get(WfThread *t, SimpleQueue *q, int64_t deadline)
{
    for (;;) {
        WfValue v = pop(t, q);
        if (!wf_is_empty(v)) {
            return v;
        }
        if (deadline == 0) {
            return raise_empty(t);
        }
        wf_spin_while(t, is_empty_queue, &q->x_count); /* meanwhile some more may come in */
        if (!is_empty_queue(&q->x_count)) {
            continue;
        }
        __atomic_add_fetch(&q->x_waiting, 1u, __ATOMIC_SEQ_CST);
        WfParkResult r = wf_park(t, &q->x_count, is_empty_queue, &q->x_count, deadline, WF_PARK_INTERRUPTIBLE);
        __atomic_sub_fetch(&q->x_waiting, 1u, __ATOMIC_SEQ_CST);
        if (r == WF_PARK_TIMEOUT) {
            v = pop(t, q);
            return wf_is_empty(v) ? raise_empty(t) : v;
        }
        if (r == WF_PARK_INTERRUPTED && wf_handle_breaker(t) != WF_OK) {
            return WF_EMPTY;
        }
    }
}

static WfValue q_put(WfThread *t, WfValue *a)
{
    return push(t, self_queue(a[0]), a[1]) == WF_OK ? WF_NONE : WF_EMPTY;
}
static WfValue q_get(WfThread *t, WfValue *a)
{
    bool block;
    int64_t deadline = WF_PARK_FOREVER;
    if (wf_to_bool(t, a[1], &block) != WF_OK) {
        return WF_EMPTY;
    }
    if (!block) {
        deadline = 0;
    } else if (!wf_is_none(a[2])) {
        int64_t ns;
        if (wf_to_nanoseconds(t, a[2], ceil, &ns) != WF_OK) {
            return WF_EMPTY;
        }
        if (ns < 0) {
            return wf_raise(t, WF_EXC(ValueError), "'timeout' must be a non-negative number");
        }
        deadline = ns == 0 ? 0 : wf_park_deadline(ns);
    }
    return get(t, self_queue(a[0]), deadline);
}
static WfValue q_get_nowait(WfThread *t, WfValue *a)
{
    return get(t, self_queue(a[0]), 0);
}
static WfValue q_empty(WfThread *t, WfValue *a)
{
    return WF_BOOL(__atomic_load_n(&self_queue(a[0])->x_count, __ATOMIC_RELAXED) == 0);
}
static WfValue q_qsize(WfThread *t, WfValue *a)
{
    return wf_small_int(__atomic_load_n(&self_queue(a[0])->x_count, __ATOMIC_RELAXED));
}
static const WfBuiltinDef queue_methods[] = {
    {"put", q_put, "(self, item, block=True, timeout=None)", "Add an item; never blocks.", 0},
    {"put_nowait", q_put, "(self, item)", "Add an item.", 0},
    {"get", q_get, "(self, block=True, timeout=None)", "Remove the oldest item and return it, waiting for one if need be.", 0},
    {"get_nowait", q_get_nowait, "(self)", "Remove the oldest item and return it, or raise Empty.", 0},
    {"empty", q_empty, "(self)", "Whether there is no item right now.", 0},
    {"qsize", q_qsize, "(self)", "The number of items right now.", 0},
    {"__class_getitem__", wf_class_getitem, "(cls, item, /)", "A generic alias.", WF_FN_CLASS},
    {0}};
const WfTypeSpec wf_simple_queue_spec = {.name = "_queue.SimpleQueue", .doc = "An unbounded queue: first in, first out.",
                                         .flags = WF_TF_BASETYPE | WF_TF_WEAKREFS, .size = sizeof(SimpleQueue), .methods = queue_methods,
                                         .slots = {.new_ = queue_new, .trace = queue_trace}};

static WfStatus queue_init(WfThread *t, WfValue module)
{
    WfType *empty = wf_type_new_simple(t, "_queue.Empty", WF_EXC(Exception), NULL);
    if (empty == NULL || wf_dict_set_cstr(t, wf_as_dict(t->interp->module_state), "_queue.Empty", wf_from_object(empty)) != WF_OK
        || wf_module_add(t, module, "Empty", wf_from_object(empty)) != WF_OK) {
        return WF_RAISED;
    }
    return wf_module_add_type(t, module, WF_TYPE(SIMPLE_QUEUE));
}
const WfModuleDef wf_module__queue = {.name = "_queue", .doc = "A simple queue between threads.", .init = queue_init};
