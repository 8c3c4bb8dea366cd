/* type.h - WfType, WfShape, and how built-in types are declared.
 * SPDX-License-Identifier: MIT
 *
 * A built-in type is a const WfTypeSpec in the type's file and a row in types.def. Its method tables are declared with Python
 * signatures as text (model/builtin.h). Type objects live in the heap: built-in ones at constant addresses.
 *
 * An instance's attributes lie in slots described by its shape: the path of attribute names added to
 * it, shared by all instances that got the same names in the same order. Instance layout:
 *
 *   | WfObject | native part up to type->native_size | __slots__ | extra | inline slot 0 .. n_inline-1 |
 *                                                    attr_offset ^
 * Slot i is inline for i < shape->n_inline, else item i - n_inline of the WfSlots buffer in `extra`. An instance whose
 * __dict__ was asked for, or that had an attribute deleted, is in dict mode: shape->dict_mode, and `extra` is its WfDict.
 * attr_offset 0: no __dict__, or (type flag ATTRS_AT_END; native part of variable size) `extra` is the last word of the cell.
 * A built-in type whose exact instances have a __dict__ has a WfSlot for `extra` in its struct (spec->attr_offset).
 * The trace function of a kind or type marks its native part, that slot included; what a Python subclass
 * adds behind (slots, extra, inline slots) is traced by model/kinds.c.
 *
 * Threads: fields of a type are written under the type lock (rt-wide, model/type.c), read without; x_version changes with
 * every change of the type or one of its bases, before the change is visible to lookups that cache. */
#ifndef WF_MODEL_TYPE_H
#define WF_MODEL_TYPE_H

#include "gc/gc.h"
#include "sched/runtime.h"

typedef struct WfStr WfStr;
typedef struct WfTuple WfTuple;
typedef struct WfDict WfDict;
typedef struct WfList WfList;

/* Arguments of a call: positional ones, then the values of the keywords named by kwnames (a tuple of str, or NULL).
 * The array belongs to the caller, who keeps it alive; the callee must not write to it. */
typedef struct WfArgs {
    WfValue *items;
    int64_t n_pos;
    WfTuple *kwnames;
} WfArgs;

typedef struct WfBuffer WfBuffer; /* objects/buffer.h */

typedef WfValue (*WfUnaryFn)(WfThread *t, WfValue self);
typedef WfValue (*WfBinaryFn)(WfThread *t, WfValue a, WfValue b);
typedef WfValue (*WfTernaryFn)(WfThread *t, WfValue a, WfValue b, WfValue c);
typedef WfStatus (*WfHashFn)(WfThread *t, WfValue self, int64_t *hash);
typedef WfStatus (*WfLenFn)(WfThread *t, WfValue self, int64_t *len);
typedef WfFound (*WfTruthFn)(WfThread *t, WfValue self);
typedef WfFound (*WfContainsFn)(WfThread *t, WfValue self, WfValue item);
/* op: WF_LT .. WF_GE. Returns NotImplemented where it does not know the operand. */
typedef WfValue (*WfCompareFn)(WfThread *t, WfValue a, WfValue b, int op);
typedef WfValue (*WfCallFn)(WfThread *t, WfValue self, const WfArgs *args);
typedef WfValue (*WfGetAttrFn)(WfThread *t, WfValue self, WfStr *name);
/* value WF_EMPTY: delete */
typedef WfStatus (*WfSetAttrFn)(WfThread *t, WfValue self, WfStr *name, WfValue value);
typedef WfStatus (*WfSetItemFn)(WfThread *t, WfValue self, WfValue key, WfValue value);
typedef WfFound (*WfNextFn)(WfThread *t, WfValue self, WfValue *out);
/* obj WF_EMPTY: read through the class */
typedef WfValue (*WfDescrGetFn)(WfThread *t, WfValue self, WfValue obj, WfValue type);
typedef WfStatus (*WfDescrSetFn)(WfThread *t, WfValue self, WfValue obj, WfValue value);
typedef WfStatus (*WfInitFn)(WfThread *t, WfValue self, const WfArgs *args);
typedef WfValue (*WfNewFn)(WfThread *t, WfType *type, const WfArgs *args);
typedef WfValue (*WfRepeatFn)(WfThread *t, WfValue self, int64_t n);
typedef void (*WfFinalizeFn)(WfThread *t, WfValue self); /* errors are reported as unraisable by itself */
typedef WfStatus (*WfGetBufferFn)(WfThread *t, WfValue self, WfBuffer *b, int flags);
typedef void (*WfReleaseBufferFn)(WfThread *t, WfValue self, WfBuffer *b);

enum { WF_LT, WF_LE, WF_EQ, WF_NE, WF_GT, WF_GE };
/* What op says of two numbers, lengths or the result of a three-way comparison against 0. */
WF_INLINE WfValue wf_ordering(int64_t a, int64_t b, int op)
{
    switch (op) {
    case WF_LT: return WF_BOOL(a < b);
    case WF_LE: return WF_BOOL(a <= b);
    case WF_EQ: return WF_BOOL(a == b);
    case WF_NE: return WF_BOOL(a != b);
    case WF_GT: return WF_BOOL(a > b);
    default: return WF_BOOL(a >= b);
    }
}

typedef enum WfBinaryOp {
#define SLOT(field, ctype, dunder, wrapper)
#define BINARY(field, ID, l, r, i, sign) WF_BIN_##ID,
#include "model/slots.def"
#undef SLOT
#undef BINARY
    WF_BIN_COUNT
} WfBinaryOp;

typedef struct WfSlotTable {
#define SLOT(field, ctype, dunder, wrapper) ctype field;
#define BINARY(field, ID, l, r, i, sign)
#include "model/slots.def"
#undef SLOT
#undef BINARY
    WfBinaryFn binary[WF_BIN_COUNT];  /* indexed by WfBinaryOp: .binary = {[WF_BIN_ADD] = ...} */
    WfBinaryFn inplace[WF_BIN_COUNT];
    /* no dunders: */
    WfTraceFn trace;             /* kind NATIVE only */
    void (*release)(WfObject *o); /* wf_gc_register_release */
    WfGetBufferFn getbuffer;
    WfReleaseBufferFn releasebuffer;
} WfSlotTable;

enum {
    WF_TF_BASETYPE = 1,         /* may be subclassed */
    WF_TF_HEAP = 2,             /* made by a class statement or type() */
    WF_TF_ABSTRACT = 4,         /* has abstract methods */
    WF_TF_IMMUTABLE = 8,        /* attributes cannot be set (built-in types) */
    WF_TF_NO_NEW = 16,          /* cannot be instantiated from Python */
    WF_TF_SEQUENCE = 32,        /* matches sequence patterns */
    WF_TF_MAPPING = 64,
    WF_TF_HAS_DICT = 128,       /* instances have __dict__ */
    WF_TF_WEAKREFS = 256,       /* instances can be weakly referenced */
    WF_TF_ATTRS_AT_END = 512,
    WF_TF_FINALIZER = 1024,     /* instances are registered as finalizable when made */
    WF_TF_METHOD = 2048,        /* descriptor whose call through an instance may skip binding (function-like) */
    WF_TF_DATA_DESCR = 4096,    /* has descr_set */
    WF_TF_READY = 8192,
    WF_TF_GETATTR_GENERIC = 16384, /* getattribute is object's: inline caches apply */
    WF_TF_SETATTR_GENERIC = 32768,
    WF_TF_VARSIZE = 65536,      /* native part of variable size (int, str, bytes, tuple) */
    WF_TF_MATCH_SELF = 131072,  /* class pattern with one positional subpattern matches the whole object */
    WF_TF_EXCEPTION = 262144    /* subclass of BaseException */
};

typedef struct WfBuiltinDef WfBuiltinDef;
typedef struct WfGetSetDef WfGetSetDef;

typedef struct WfTypeSpec {
    const char *name; /* "module.name" or "name" for builtins */
    const char *doc;
    uint32_t flags;
    uint32_t size;       /* sizeof the native struct */
    uint32_t attr_offset; /* offsetof the WfSlot for attributes; 0: as the base type (usually none) */
    const WfBuiltinDef *methods;
    const WfGetSetDef *getsets;
    const char *signature;  /* of the constructor, for inspect: "(object='', encoding=?, errors=?)" or NULL */
    WfSlotTable slots;
} WfTypeSpec;

struct WfType {
    WfObject h;
    uint64_t x_version;      /* unique; changes with the type; 0: not cacheable */
    uint32_t flags;          /* atomic, relaxed */
    uint8_t kind;            /* of its instances */
    uint8_t n_inline;        /* inline slots of the next instance */
    uint16_t x_slots_seen;   /* most attributes an instance had (hint for n_inline) */
    uint32_t native_size;    /* of the built-in base's struct, head included */
    uint32_t attr_offset;
    uint32_t instance_size;  /* without inline slots */
    uint32_t tid;            /* row of types.def, or UINT32_MAX */
    uint32_t x_instances;    /* instances made, roughly; decides when n_inline is fitted */
    uint32_t n_slots;        /* __slots__ members, those of the bases included */
    WfSlot base, bases, mro; /* WfType, WfTuple, WfTuple */
    WfSlot dict;             /* WfDict */
    WfSlot name, qualname;   /* WfStr */
    WfSlot utf8_name;        /* WfRaw with the name, where it is not ASCII */
    WfSlot doc;              /* built-in types: value of __doc__ */
    WfSlot subclasses;       /* list of weak references */
    WfSlot root_shape;       /* WfShape of a new instance */
    WfSlot dict_shape;       /* WfShape in dict mode */
    WfSlot slot_names;       /* tuple of __slots__ or EMPTY */
    WfSlot init_cache;       /* the Python __init__ function when construction is object.__new__ + it; else EMPTY */
    const WfTypeSpec *spec;  /* built-in types */
    WfSlotTable slots;
};
_Static_assert(sizeof(WfType) <= WF_STATIC_TYPE_CELL, "static type cells are too small");

struct WfShape {
    WfObject h;
    WfSlot type;       /* WfType; immutable */
    WfSlot parent;     /* WfShape or EMPTY; of a root: the type's root before it */
    WfSlot name;       /* WfStr added by the step from parent; interned */
    WfSlot children;   /* EMPTY, one WfShape, or a WfDict name -> WfShape; under the type lock */
    WfSlot table;      /* lookup table for long shapes, made on demand: WfDict name -> slot number */
    uint16_t n_slots;  /* slots in use */
    uint8_t n_inline;
    uint8_t dict_mode;
    uint32_t pad;
};
_Static_assert(sizeof(WfShape) <= WF_STATIC_SHAPE_CELL, "static shape cells are too small");

enum {
#define TYPE(ID, KIND, BASE, spec) WF_TID_##ID,
#define LAZY_TYPE(ID, KIND, BASE, spec) WF_TID_##ID,
#include "model/types.def"
#undef TYPE
#undef LAZY_TYPE
    WF_TID_COUNT
};

#define WF_TYPE(ID) ((WfType *)(WF_STATIC_TYPES + (uint64_t)WF_TID_##ID * WF_STATIC_TYPE_CELL))
/* Shape of exact instances of a built-in type without attributes: a compile-time constant. */
#define WF_SHAPE(ID) WF_STATIC_SHAPE_ID(WF_TID_##ID)
/* Head of a new exact instance. */
#define WF_HEAD(ID, KIND) wf_head(WF_SHAPE(ID), WF_KIND_##KIND)
/* New exact instance of a built-in type of fixed size: WF_NEW(t, WfSlice, SLICE, NATIVE) */
#define WF_NEW(t, CType, ID, KIND) ((CType *)wf_gc_alloc_head((t), sizeof(CType), WF_HEAD(ID, KIND)))

/* --- what type is it -------------------------------------------------------------------------------------------- */

WF_INLINE WfShape *wf_shape(const WfObject *o) { return wf_shape_at(wf_shape_id(o)); }
WF_INLINE WfType *wf_shape_type(const WfShape *s) { return WF_LOAD(WfType, &s->type); }

WfType *wf_type_of_immediate(WfValue v);
WF_INLINE WfType *wf_type(WfValue v)
{
    if (WF_LIKELY(wf_is_object(v))) {
        return wf_shape_type(wf_shape(wf_as_object(v)));
    }
    return wf_is_int(v) ? WF_TYPE(INT) : wf_is_double(v) ? WF_TYPE(FLOAT) : wf_type_of_immediate(v);
}
/* Exactly the built-in type ID. Not for INT, FLOAT, BOOL, NONETYPE. */
#define WF_IS_EXACT(v, ID) (wf_is_object(v) && wf_shape_id(wf_as_object(v)) == WF_SHAPE(ID))
/* The built-in type with its own kind, or a subclass: wf_is_kind(v, LIST). */
#define WF_IS_KIND(v, KIND) (wf_is_object(v) && wf_as_object(v)->kind == WF_KIND_##KIND)
WF_INLINE bool wf_is_str(WfValue v) { return WF_IS_KIND(v, STR); }
WF_INLINE bool wf_is_exact_str(WfValue v) { return WF_IS_EXACT(v, STR); }
WF_INLINE bool wf_is_tuple(WfValue v) { return WF_IS_KIND(v, TUPLE); }
WF_INLINE bool wf_is_list(WfValue v) { return WF_IS_KIND(v, LIST); }
WF_INLINE bool wf_is_dict(WfValue v) { return WF_IS_KIND(v, DICT); }
WF_INLINE bool wf_is_bytes(WfValue v) { return WF_IS_KIND(v, BYTES); }
WF_INLINE bool wf_is_type(WfValue v) { return WF_IS_KIND(v, TYPE); }
WF_INLINE bool wf_is_exception(WfValue v) { return WF_IS_KIND(v, EXCEPTION); }
/* int and subclasses, bool included */
WF_INLINE bool wf_is_any_int(WfValue v) { return wf_is_int(v) || wf_is_bool(v) || WF_IS_KIND(v, INT); }
/* float is a word, but an instance of a subclass of float is an object of kind NATIVE: see objects/float.h */

bool wf_type_is_subtype(const WfType *a, const WfType *b); /* by MRO; no Python code */
WF_INLINE bool wf_is_instance_of(WfValue v, const WfType *type)
{
    WfType *own = wf_type(v);
    return own == type || wf_type_is_subtype(own, type);
}
WF_INLINE uint32_t wf_type_flags(const WfType *type) { return __atomic_load_n(&type->flags, __ATOMIC_RELAXED); }
/* Short name ("list", "Foo") for messages; the C string lives as long as the type does. */
const char *wf_type_name(const WfType *type);
/* The same with the module for types of C modules ("array.array"), as error messages have it. */
const char *wf_type_full_name(const WfType *type);
#define WF_TYPE_NAME(v) wf_type_full_name(wf_type(v))

/* --- making types (model/type.c) -------------------------------------------------------------------------------- */

/* Start: lays out all static types and readies those of TYPE rows. */
WfStatus wf_types_init(WfThread *t) WF_MUST_CHECK;
/* Makes a LAZY_TYPE ready; thread-safe, cheap when it is already. */
WfStatus wf_type_ready(WfThread *t, WfType *type) WF_MUST_CHECK;
/* type(name, bases, dict, **kwargs), without __prepare__. */
WfValue wf_type_new(WfThread *t, WfType *metatype, const WfArgs *args) WF_MUST_CHECK;
/* A heap type made in C (struct sequences, module exceptions): name "mod.Name". */
WfType *wf_type_new_simple(WfThread *t, const char *name, WfType *base, WfDict *ns) WF_MUST_CHECK;
/* Attribute by name through the MRO without descriptors: WF_EMPTY (no exception) if absent. Cached per thread. */
WfValue wf_type_lookup(WfThread *t, WfType *type, WfStr *name);
void wf_method_cache_clear(WfThread *t); /* the collector: names and values there may be about to die */
void wf_method_cache_free(WfThread *t);
/* After any change of type->dict, bases or slots: new versions for it and its subclasses, slots updated. */
WfStatus wf_type_modified(WfThread *t, WfType *type, WfStr *name) WF_MUST_CHECK;
/* The same for a type that nobody else has seen yet: there are no inline caches that could know it. */
void wf_type_completed(WfThread *t, WfType *type);
void wf_type_trace(WfMarker *m, WfObject *o);
void wf_shape_trace(WfMarker *m, WfObject *o);
void wf_native_trace(WfMarker *m, WfObject *o);

/* New instance of `type` (any, also a Python subclass of a built-in one): zeroed native part, attributes empty,
 * finalizable ones registered. `extra_bytes`: of a native part of variable size, behind native_size. */
WfObject *wf_instance_new(WfThread *t, WfType *type, size_t extra_bytes) WF_MUST_CHECK;

#endif
