/* _queue.c - module _queue: SimpleQueue, an unbounded queue.
 * SPDX-License-Identifier: MIT
 *
 * Design: two sides, each with a ring of values, a lock and a cache line of its own. put fills the one ring; get empties the
 * other, and when that has run out exchanges the two: so putters and getters meet once for many items. The header has a line
 * of its own too: each call reads it. A getter that finds nothing on either side counts itself in `x_waiting`, under
 * the putters' lock, so that a putter sees it when it puts without a fence of its own; then it parks. Who wakes it takes it
 * off the count, so that one wake-up is asked for once. put never blocks and runs no Python code, so it may be called from
 * finalizers and signal handlers.
 * Threads: a side's fields under its lock, except that `out`, while its count is 0, belongs to who has the lock of `in`. Nobody
 * takes both locks. Counts are also read without. */
#include "model/builtin.h"
#include "objects/dict.h"
#include "objects/exceptions.h"
#include "objects/genericalias.h"
#include "objects/list.h"
#include "objects/str.h"
#include "platform/atomics.h"
#include "sched/park.h"

#include <math.h>

#define LINE 64
#define PATIENCE 4 /* times that a getter lets a busy putter go on */
#define PAUSES 8

typedef struct Side {
    WfSlot ring;     /* WfSlots or EMPTY */
    int64_t first;
    int64_t x_count; /* atomic; written under the lock */
    uint8_t x_lock;
} Side;

typedef struct SimpleQueue {
    WfObject h;
    char space[LINE - sizeof(WfObject)];
    Side in;
    uint32_t x_waiting; /* getters parked or about to park: raised under the lock of `in`, lowered by whoever ends the waiting */
    char more_space[LINE - sizeof(Side) - sizeof(uint32_t)];
    Side out;
    char last_space[2 * LINE - sizeof(Side)];
} SimpleQueue;
_Static_assert(sizeof(SimpleQueue) == 4 * LINE, "a power of two: such a cell begins with a line");

static SimpleQueue *self_queue(WfValue v)
{
    return WF_AS(SimpleQueue, v);
}
static void queue_trace(WfMarker *m, WfObject *o)
{
    wf_mark_slot(m, &((SimpleQueue *)o)->in.ring);
    wf_mark_slot(m, &((SimpleQueue *)o)->out.ring);
}
static WfValue queue_new(WfThread *t, WfType *type, const WfArgs *args)
{
    return wf_parse_args(t, "SimpleQueue", "()", args, NULL, 0) == WF_OK ? wf_from_object(wf_instance_new(t, type, 0)) : WF_EMPTY;
}

static uintptr_t stop_waiting(void *arg, WfThread *woken, bool more)
{
    (void)more;
    if (woken != NULL) {
        __atomic_sub_fetch(&((SimpleQueue *)arg)->x_waiting, 1u, __ATOMIC_RELAXED);
    }
    return 0;
}

static WfStatus push(WfThread *t, SimpleQueue *q, WfValue v)
{
    Side *in = &q->in;
    wf_byte_lock(t, &q->in.x_lock);
    WfSlots *ring = WF_LOAD(WfSlots, &in->ring);
    int64_t n = in->x_count, capacity = ring == NULL ? 0 : ring->capacity;
    if (n == capacity) {
        WfSlots *fresh = wf_gc_alloc_slots(t, capacity < 8 ? 8 : capacity * 2);
        if (fresh == NULL) {
            wf_byte_unlock(&q->in.x_lock);
            return WF_RAISED;
        }
        for (int64_t i = 0; i < n; i++) {
            wf_store(&fresh->items[i], wf_load(&ring->items[i]));
        }
        wf_store_ptr(&in->ring, fresh);
        ring = fresh;
    }
    wf_store(&ring->items[n], v);
    __atomic_store_n(&in->x_count, n + 1, __ATOMIC_RELAXED);
    bool waited_for = __atomic_load_n(&q->x_waiting, __ATOMIC_RELAXED) != 0;
    wf_byte_unlock(&q->in.x_lock);
    if (waited_for) {
        (void)wf_unpark_one(&q->in.x_count, stop_waiting, q);
    }
    return WF_OK;
}

/* Takes the oldest item off a side that has some. */
static WfValue take(Side *side)
{
    WfSlot *at = &WF_LOAD(WfSlots, &side->ring)->items[side->first];
    WfValue v = wf_load(at);
    wf_store_raw(at, WF_EMPTY);
    side->first++;
    __atomic_store_n(&side->x_count, side->x_count - 1, __ATOMIC_RELEASE); /* pairs with exchange: when it is 0 the side is left */
    return v;
}

/* Under the lock of `in`, nothing is left on the other side: the oldest item; the rest goes to the other side. */
static WfValue exchange(SimpleQueue *q)
{
    Side *in = &q->in, *out = &q->out;
    WfValue v = take(in);
    if (in->x_count > 0) {
        WfValue empty = wf_load(&out->ring), full = wf_load(&in->ring);
        out->first = 1;
        wf_store(&out->ring, full);
        wf_store(&in->ring, empty);
        /* first there, then not here: who looks without a lock never sees less than there is. Pairs with count and pop */
        __atomic_store_n(&out->x_count, in->x_count, __ATOMIC_RELEASE);
        __atomic_store_n(&in->x_count, 0, __ATOMIC_RELEASE);
    }
    in->first = 0;
    return v;
}

/* Not less than there is, and more only while another thread exchanges the sides. */
static int64_t count(const SimpleQueue *q)
{
    int64_t n = __atomic_load_n(&q->in.x_count, __ATOMIC_ACQUIRE);
    return n + __atomic_load_n(&q->out.x_count, __ATOMIC_RELAXED);
}

/* The lock of `in` for a getter. A putter at work is left alone for a moment, and there is more to take over then. */
static void lock_in(WfThread *t, SimpleQueue *q)
{
    for (int i = 0; i < PATIENCE && __atomic_load_n(&q->in.x_lock, __ATOMIC_RELAXED) != 0; i++) {
        for (int k = 0; k < PAUSES; k++) {
            wf_cpu_relax();
        }
    }
    wf_byte_lock(t, &q->in.x_lock);
}

/* The oldest item, or WF_EMPTY; then, if it will wait, the thread is counted as waiting. */
static WfValue pop(WfThread *t, SimpleQueue *q, bool will_wait)
{
    Side *in = &q->in, *out = &q->out;
    WfValue v = WF_EMPTY;
    for (;;) {
        if (__atomic_load_n(&out->x_count, __ATOMIC_RELAXED) > 0) {
            wf_byte_lock(t, &out->x_lock);
            if (__atomic_load_n(&out->x_count, __ATOMIC_ACQUIRE) > 0) { /* pairs with exchange */
                v = take(out);
            }
            wf_byte_unlock(&out->x_lock);
            if (!wf_is_empty(v)) {
                return v;
            }
        }
        lock_in(t, q);
        bool exhausted = __atomic_load_n(&out->x_count, __ATOMIC_ACQUIRE) == 0; /* pairs with take. Only under this lock it grows */
        if (exhausted && in->x_count > 0) {
            v = exchange(q);
        } else if (exhausted && will_wait) {
            __atomic_add_fetch(&q->x_waiting, 1u, __ATOMIC_RELAXED);
        }
        wf_byte_unlock(&in->x_lock);
        if (exhausted) {
            return v;
        }
    }
}

/* Under the bucket's lock, which who puts next takes after it has put. */
static bool is_empty_queue(void *arg)
{
    return count(arg) == 0;
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
        WfValue v = pop(t, q, false);
        if (wf_is_empty(v) && deadline != 0) {
            wf_spin_while(t, is_empty_queue, q); /* meanwhile some more may come in */
            v = pop(t, q, true);
        }
        if (!wf_is_empty(v)) {
            return v;
        }
        if (deadline == 0) {
            return raise_empty(t);
        }
        WfParkResult r = wf_park(t, &q->in.x_count, is_empty_queue, q, deadline, WF_PARK_INTERRUPTIBLE);
        if (r != WF_PARK_UNPARKED) {
            __atomic_sub_fetch(&q->x_waiting, 1u, __ATOMIC_RELAXED);
        }
        if (r == WF_PARK_TIMEOUT) {
            v = pop(t, q, false);
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
    return WF_BOOL(count(self_queue(a[0])) == 0);
}
static WfValue q_qsize(WfThread *t, WfValue *a)
{
    SimpleQueue *q = self_queue(a[0]);
    wf_byte_lock(t, &q->in.x_lock);
    int64_t n = count(q);
    wf_byte_unlock(&q->in.x_lock);
    return wf_small_int(n);
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
