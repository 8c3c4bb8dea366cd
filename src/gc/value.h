/* value.h - WfValue: a Python value in one 64-bit word; WfSlot: a heap field that holds one; WfObject: the head of a heap object.
 * SPDX-License-Identifier: MIT
 *
 * Encoding (as JavaScriptCore's: pointers as they are, so that stacks can be scanned; doubles offset by 2^49):
 *
 *   0000 0000 0000 0000                 WF_EMPTY: no value, unbound, "an exception is pending"
 *   0000 0000 0000 00xx                 None, False, True, NotImplemented, Ellipsis
 *   0000 2xxx xxxx xxxx                 pointer to a WfObject (the heap has a range of its own, layout.h)
 *   0002 .... .... .... - fffb ....     double, its bits plus 2^49
 *   fffc .... .... .... - ffff ....     int of 50 bits, two's complement
 *
 * Ints outside 50 bits are WfInt objects; an int that fits is never one (so equality of small ints is that of words).
 * Threads: a WfValue is a word; a WfSlot is read and written by any thread through the functions below only. */
#ifndef WF_GC_VALUE_H
#define WF_GC_VALUE_H

#include "base/status.h"
#include "gc/layout.h"

#include <string.h>

typedef struct WfThread WfThread;
typedef struct WfType WfType;
typedef struct WfShape WfShape;

typedef struct WfValue {
    uint64_t bits;
} WfValue;

/* Head of every heap cell: 8 bytes. `shape` is (address of the WfShape - WF_HEAP_BASE) >> 4; internal
 * cells (raw buffers, dict tables) have shape 0. `kind` says how the cell is laid out and traced; an instance of a
 * subclass of list has kind WF_KIND_LIST too. A free cell has kind 0. */
typedef struct WfObject {
    uint32_t x_shape; /* atomic: written under the object's lock, read by all */
    uint8_t kind;     /* immutable */
    uint8_t x_lock;   /* the object's lock (sched/lock.h) */
    uint8_t x_flags;  /* WF_OBJ_*: set by atomic or */
    uint8_t spare;    /* free for the kind's own use */
} WfObject;

enum {
    WF_OBJ_WEAKREFED = 1,  /* the collector has weak references to it */
    WF_OBJ_FINALIZED = 2,  /* __del__ has run (PEP 442: once) */
    WF_OBJ_FINALIZABLE = 4 /* registered with the collector */
};

#define WF_INT_TAG 0xfffc000000000000u
#define WF_INT_SHIFT 14
#define WF_INT_MAX ((int64_t)0x0001ffffffffffff)
#define WF_INT_MIN (-WF_INT_MAX - 1)
#define WF_DOUBLE_OFFSET ((uint64_t)1 << 49)

#define WF_VALUE(b) ((WfValue){(b)})
#define WF_EMPTY WF_VALUE(0)
#define WF_NONE WF_VALUE(0x10)
#define WF_FALSE WF_VALUE(0x20)
#define WF_TRUE WF_VALUE(0x28)
#define WF_NOT_IMPLEMENTED WF_VALUE(0x30)
#define WF_ELLIPSIS WF_VALUE(0x40)
#define WF_BOOL(cond) ((cond) ? WF_TRUE : WF_FALSE)

WF_INLINE bool wf_is_empty(WfValue v) { return v.bits == 0; }
WF_INLINE bool wf_is_none(WfValue v) { return v.bits == WF_NONE.bits; }
WF_INLINE bool wf_is_true(WfValue v) { return v.bits == WF_TRUE.bits; }
WF_INLINE bool wf_is_false(WfValue v) { return v.bits == WF_FALSE.bits; }
WF_INLINE bool wf_is_bool(WfValue v) { return (v.bits & ~(uint64_t)8) == WF_FALSE.bits; }
WF_INLINE bool wf_is(WfValue a, WfValue b) { return a.bits == b.bits; }
WF_INLINE bool wf_is_object(WfValue v) { return (v.bits >> 39) == WF_HEAP_TAG; }
WF_INLINE bool wf_is_int(WfValue v) { return v.bits >= WF_INT_TAG; } /* a small int; see objects/int.h for all ints */
WF_INLINE bool wf_both_int(WfValue a, WfValue b) { return (a.bits & b.bits) >= WF_INT_TAG; }
WF_INLINE bool wf_is_double(WfValue v)
{
    return v.bits - WF_DOUBLE_OFFSET < WF_INT_TAG - WF_DOUBLE_OFFSET;
}

WF_INLINE int64_t wf_as_int(WfValue v) { return (int64_t)(v.bits << WF_INT_SHIFT) >> WF_INT_SHIFT; }
WF_INLINE bool wf_int_fits(int64_t i) { return i >= WF_INT_MIN && i <= WF_INT_MAX; }
/* i must fit (wf_int_fits); wf_int_from_i64 of objects/int.h takes any. */
WF_INLINE WfValue wf_small_int(int64_t i) { return WF_VALUE((uint64_t)i | WF_INT_TAG); }

WF_INLINE double wf_as_double(WfValue v)
{
    uint64_t b = v.bits - WF_DOUBLE_OFFSET;
    double d;
    memcpy(&d, &b, sizeof d);
    return d;
}
/* d must be a number or a NaN made by arithmetic; for bits from outside use wf_double_any. */
WF_INLINE WfValue wf_double(double d)
{
    uint64_t b;
    memcpy(&b, &d, sizeof b);
    return WF_VALUE(b + WF_DOUBLE_OFFSET);
}
WF_INLINE WfValue wf_double_any(double d)
{
    if (d != d) {
        d = __builtin_copysign(__builtin_nan(""), d);
    }
    return wf_double(d);
}

WF_INLINE WfObject *wf_as_object(WfValue v) { return (WfObject *)(uintptr_t)v.bits; }
WF_INLINE WfValue wf_from_object(const void *o) { return WF_VALUE((uint64_t)(uintptr_t)o); }
#define WF_AS(Type, v) ((Type *)(uintptr_t)(v).bits)

/* --- slots --------------------------------------------------------------------------------------------- */

/* A field of a heap cell that holds a value or a pointer to another cell. */
typedef struct WfSlot {
    uint64_t x_bits;
} WfSlot;

/* Order of a load whose result is a pointer: what the word points to is reached through it, which orders the reads (data
 * dependency; ThreadSanitizer does not know of that). */
#define WF_CONSUME (WF_TSAN ? __ATOMIC_ACQUIRE : __ATOMIC_RELAXED)
WF_INLINE WfValue wf_load(const WfSlot *s)
{
    return WF_VALUE(__atomic_load_n(&s->x_bits, WF_CONSUME));
}
WF_INLINE WfValue wf_load_acquire(const WfSlot *s)
{
    return WF_VALUE(__atomic_load_n(&s->x_bits, __ATOMIC_ACQUIRE));
}
#define WF_LOAD(Type, slot) ((Type *)(uintptr_t)wf_load(slot).bits)

/* The write barrier: dirties the card of the slot. Young collections rescan what is marked on dirty cards. */
WF_INLINE void wf_barrier(const WfSlot *s)
{
    uint8_t *card = (uint8_t *)(WF_CARD_BASE + (((uintptr_t)s - WF_HEAP_BASE) >> WF_CARD_SHIFT));
    __atomic_store_n(card, 1, __ATOMIC_RELAXED); /* read with the world stopped */
}
/* Release: a fresh object's fields are visible to whoever loads the word. Must be a slot in the heap. */
WF_INLINE void wf_store(WfSlot *s, WfValue v)
{
    __atomic_store_n(&s->x_bits, v.bits, __ATOMIC_RELEASE);
    wf_barrier(s);
}
WF_INLINE void wf_store_ptr(WfSlot *s, const void *o) { wf_store(s, wf_from_object(o)); }
/* No barrier: only for a cell allocated since the last point that may collect and not yet seen by others; or for immediates. */
WF_INLINE void wf_store_raw(WfSlot *s, WfValue v)
{
    __atomic_store_n(&s->x_bits, v.bits, __ATOMIC_RELAXED);
}
WF_INLINE void wf_store_ptr_raw(WfSlot *s, const void *o) { wf_store_raw(s, wf_from_object(o)); }
/* Dirties all cards of n slots: after a block of wf_store_raw into a cell that others may see. */
void wf_barrier_range(const WfSlot *s, size_t n);

/* --- object heads --------------------------------------------------------------------------------------- */

WF_INLINE uint32_t wf_shape_id(const WfObject *o) { return __atomic_load_n(&o->x_shape, __ATOMIC_ACQUIRE); }
WF_INLINE WfShape *wf_shape_at(uint32_t id) { return (WfShape *)(WF_HEAP_BASE + ((uint64_t)id << 4)); }
WF_INLINE uint32_t wf_shape_id_of(const WfShape *s) { return (uint32_t)(((uintptr_t)s - WF_HEAP_BASE) >> 4); }
/* Compile-time constant: the root shape of static type number `tid`. */
#define WF_STATIC_SHAPE_ID(tid) \
    ((uint32_t)((WF_STATIC_SHAPES - WF_HEAP_BASE + (uint64_t)(tid) * WF_STATIC_SHAPE_CELL) >> 4))

#endif
