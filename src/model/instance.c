/* instance.c - instances: making them, their attributes, and the change to a dict.
 * SPDX-License-Identifier: MIT
 *
 * Design:     see model/type.h for the layout. A class learns how many attributes its instances get: it begins with a guess
 *             and takes what the first instances had; from then on an instance is one cell of the right size.
 * Invariants: I1 a slot of a shape is written before the shape is set that has it.
 *             I2 once in dict mode, always in dict mode.
 *             I3 the dict of an instance in dict mode is complete when it appears in `extra`.
 * Threads:    reading takes no lock. A new attribute, an item of the overflow buffer and the change to a dict are written under
 *             the object's lock. A store into an existing inline slot takes none: it stores, then looks at the shape
 *             again; the one who converts sets the shape, then calls wf_membarrier, then copies: either
 *             the copy sees the store, or the storing thread sees the shape and stores once more, into the dict. */
#include "model/attr.h"
#include "model/object.h"
#include "objects/dict.h"
#include "objects/str.h"
#include "platform/membarrier.h"

enum { FIRST_GUESS = 4, MAX_INLINE = 30, FIRST_OVERFLOW = 4, LAST_FIT = 1024 };

static bool has_inline(const WfType *type)
{
    return type->attr_offset != 0 && type->attr_offset + sizeof(WfSlot) == type->instance_size
        && (wf_type_flags(type) & (WF_TF_HEAP | WF_TF_ATTRS_AT_END)) == WF_TF_HEAP;
}

/* After the first instances (and a few times later) the root shape gets the number of slots that were needed. */
static WfStatus fit_inline(WfThread *t, WfType *type)
{
    int seen = type->x_slots_seen > MAX_INLINE ? MAX_INLINE : type->x_slots_seen;
    if (seen == type->n_inline || !has_inline(type)) {
        return WF_OK;
    }
    WfShape *root = wf_shape_new_root(t, type, seen, false);
    if (root == NULL) {
        return WF_RAISED;
    }
    wf_mutex_lock(t, &t->rt->type_lock);
    wf_store(&root->parent, wf_load(&type->root_shape)); /* for wf_shape_tree_has: the first instances go on */
    type->n_inline = (uint8_t)seen;
    wf_store_ptr(&type->root_shape, root);
    wf_mutex_unlock(&t->rt->type_lock);
    return WF_OK;
}

WfObject *wf_instance_new(WfThread *t, WfType *type, size_t extra_bytes)
{
    uint32_t n = __atomic_load_n(&type->x_instances, __ATOMIC_RELAXED) + 1; /* a lost count does no harm */
    if (WF_UNLIKELY(n <= LAST_FIT)) { /* not counted for ever: each store would take the type's line from the other cores */
        __atomic_store_n(&type->x_instances, n, __ATOMIC_RELAXED);
        if ((n == 2 || n == 32 || n == LAST_FIT) && fit_inline(t, type) != WF_OK) {
            return NULL;
        }
    }
    const WfShape *root = (const WfShape *)(uintptr_t)wf_load_acquire(&type->root_shape).bits;
    size_t size = type->instance_size + ((extra_bytes + 7) & ~(size_t)7) + root->n_inline * sizeof(WfSlot);
    if (size < 32 && (wf_type_flags(type) & WF_TF_HEAP) != 0) {
        size = 32; /* cells of 16 bytes cannot be watched: finalizers and weak references would be served late */
    }
    WfObject *o = wf_gc_alloc_head(t, size < 16 ? 16 : size, wf_head(wf_shape_id_of(root), (WfKind)type->kind));
    if (o != NULL && WF_UNLIKELY((wf_type_flags(type) & WF_TF_FINALIZER) != 0)
        && wf_gc_register_finalizable(t, o) != WF_OK) {
        return NULL;
    }
    return o;
}

WfSlot *wf_instance_extra(const WfType *type, const WfObject *o)
{
    if (type->attr_offset != 0) {
        return (WfSlot *)((uintptr_t)o + type->attr_offset);
    }
    if ((wf_type_flags(type) & WF_TF_ATTRS_AT_END) != 0) {
        return (WfSlot *)((uintptr_t)o + wf_gc_cell_size(o)) - 1;
    }
    return NULL;
}

static void set_shape(WfObject *o, const WfShape *s)
{
    __atomic_store_n(&o->x_shape, wf_shape_id_of(s), __ATOMIC_RELEASE);
}

WfShape *wf_type_dict_shape(WfThread *t, WfType *type)
{
    WfShape *s = WF_LOAD(WfShape, &type->dict_shape);
    if (s == NULL) {
        s = wf_shape_new_root(t, type, 0, true);
        if (s == NULL) {
            return NULL;
        }
        wf_mutex_lock(t, &t->rt->type_lock);
        WfShape *other = WF_LOAD(WfShape, &type->dict_shape);
        if (other != NULL) {
            s = other;
        } else {
            wf_store_ptr(&type->dict_shape, s);
        }
        wf_mutex_unlock(&t->rt->type_lock);
    }
    return s;
}

/* Slot i of an instance with shape s: where it is now; NULL if the overflow buffer is shorter (a race). */
static WfSlot *slot_at(const WfType *type, WfObject *o, const WfShape *s, WfSlot *extra, int i)
{
    if (i < s->n_inline) {
        return (WfSlot *)((uintptr_t)o + type->instance_size) + i;
    }
    WfValue buffer = wf_load_acquire(extra);
    if (!WF_IS_KIND(buffer, SLOTS)) {
        return NULL;
    }
    WfSlots *slots = WF_AS(WfSlots, buffer);
    return i - s->n_inline < slots->capacity ? &slots->items[i - s->n_inline] : NULL;
}

/* Puts the attributes of shape s into dict, in their order. */
static WfStatus copy_slots(WfThread *t, const WfType *type, WfObject *o, const WfShape *s, WfSlot *extra, WfDict *dict)
{
    const WfShape *path[256];
    int n = s->n_slots;
    for (const WfShape *p = s; p->n_slots != 0; p = WF_LOAD(WfShape, &p->parent)) {
        path[p->n_slots - 1] = p;
    }
    for (int i = 0; i < n; i++) {
        WfSlot *slot = slot_at(type, o, s, extra, i);
        if (wf_dict_set_str_locked(t, dict, WF_LOAD(WfStr, &path[i]->name), wf_load(slot)) != WF_OK) {
            return WF_RAISED;
        }
    }
    return WF_OK;
}

int wf_instance_snapshot(WfObject *o, WfValue *names, WfValue *values, int max)
{
    uint32_t id = wf_shape_id(o);
    const WfShape *s = wf_shape_at(id);
    const WfType *type = wf_shape_type(s);
    WfSlot *extra = wf_instance_extra(type, o);
    const int n = s->n_slots;
    if (extra == NULL || s->dict_mode || n > max) {
        return -1;
    }
    for (const WfShape *p = s; p->n_slots != 0; p = WF_LOAD(const WfShape, &p->parent)) {
        names[p->n_slots - 1] = wf_load(&p->name);
    }
    for (int i = 0; i < n; i++) {
        const WfSlot *slot = slot_at(type, o, s, extra, i);
        values[i] = slot == NULL ? WF_EMPTY : wf_load(slot);
        if (wf_is_empty(values[i])) {
            return -1;
        }
    }
    return wf_shape_id(o) == id ? n : -1;
}

/* Changes o to dict mode with `given` as its dict, or with one made of its attributes where given is NULL.
 * Returns the dict. The type's instances have a __dict__. */
static WfDict *to_dict(WfThread *t, WfObject *o, WfDict *given)
{
    WfType *type = wf_type(wf_from_object(o));
    WfShape *dict_shape = wf_type_dict_shape(t, type);
    if (dict_shape == NULL) {
        return NULL;
    }
    WfDict *dict = given;
    if (dict == NULL) {
        WfValue d = wf_dict_new_sized(t, wf_shape(o)->n_slots);
        if (wf_is_empty(d)) {
            return NULL;
        }
        dict = wf_as_dict(d);
    }
    WfSlot *extra = wf_instance_extra(type, o);
    wf_lock(t, o);
    WfShape *s = wf_shape(o);
    if (s->dict_mode) {
        WfValue now = wf_load(extra);
        if (given != NULL || !wf_is_dict(now)) {
            wf_store_ptr(extra, dict);
        } else {
            dict = wf_as_dict(now);
        }
        wf_unlock(t, o);
        return dict;
    }
    set_shape(o, dict_shape);
    if (wf_threaded(t)) {
        wf_membarrier(); /* pairs with the second look at the shape after a store into an inline slot */
    }
    if (given == NULL && copy_slots(t, type, o, s, extra, dict) != WF_OK) {
        set_shape(o, s);
        wf_unlock(t, o);
        return NULL;
    }
    WfSlot *first = (WfSlot *)((uintptr_t)o + type->instance_size);
    for (int i = 0; i < s->n_inline; i++) {
        wf_store_raw(&first[i], WF_EMPTY);
    }
    wf_store_ptr(extra, dict);
    wf_unlock(t, o);
    return dict;
}

/* The dict of an instance in dict mode; NULL if it has none. Waits for a conversion that is under way. */
static WfDict *current_dict(WfThread *t, WfObject *o, WfSlot *extra)
{
    WfValue v = wf_load_acquire(extra);
    if (WF_UNLIKELY(!wf_is_dict(v))) {
        wf_lock(t, o);
        v = wf_load(extra);
        wf_unlock(t, o);
    }
    return wf_is_dict(v) ? wf_as_dict(v) : NULL;
}

WfFound wf_instance_get(WfThread *t, WfObject *o, WfStr *name, WfValue *out)
{
    for (;;) {
        uint32_t id = wf_shape_id(o);
        WfShape *s = wf_shape_at(id);
        WfType *type = wf_shape_type(s);
        WfSlot *extra = wf_instance_extra(type, o);
        if (extra == NULL) {
            return WF_MISSING;
        }
        if (s->dict_mode) {
            WfDict *d = current_dict(t, o, extra);
            return d == NULL ? WF_MISSING : wf_dict_get(t, d, wf_from_object(name), out);
        }
        int i = wf_shape_find(t, s, name);
        if (i < 0) {
            return WF_MISSING;
        }
        const WfSlot *slot = slot_at(type, o, s, extra, i);
        WfValue v = slot == NULL ? WF_EMPTY : wf_load(slot);
        if (WF_LIKELY(!wf_is_empty(v))) {
            *out = v;
            return WF_FOUND;
        }
        if (wf_shape_id(o) == id) {
            return WF_MISSING;
        }
    }
}

/* Stores v in overflow item i, growing the buffer. Under o's lock. */
static WfStatus store_overflow(WfThread *t, WfSlot *extra, int i, WfValue v)
{
    WfSlots *buffer = WF_LOAD(WfSlots, extra);
    if (buffer == NULL || i >= buffer->capacity) {
        WfSlots *bigger = wf_gc_alloc_slots(t, i < FIRST_OVERFLOW ? FIRST_OVERFLOW : i * 2);
        if (bigger == NULL) {
            return WF_RAISED;
        }
        for (int64_t k = 0; buffer != NULL && k < buffer->capacity; k++) {
            wf_store_raw(&bigger->items[k], wf_load(&buffer->items[k]));
        }
        wf_store_ptr(extra, bigger);
        buffer = bigger;
    }
    wf_store(&buffer->items[i], v);
    return WF_OK;
}

/* The attribute is there as slot i of shape s. FOUND: stored; MISSING: the shape has changed, look again. */
static WfFound store_existing(WfThread *t, WfObject *o, const WfType *type, const WfShape *s, WfSlot *extra, int i, WfValue v)
{
    uint32_t id = wf_shape_id_of(s);
    if (i < s->n_inline) {
        wf_store(slot_at(type, o, s, extra, i), v);
        __atomic_signal_fence(__ATOMIC_SEQ_CST); /* pairs with wf_membarrier in to_dict */
        uint32_t now = wf_shape_id(o);
        return now == id || !wf_shape_at(now)->dict_mode ? WF_FOUND : WF_MISSING;
    }
    WfFound result = WF_MISSING;
    wf_lock(t, o);
    if (wf_shape_id(o) == id) {
        result = store_overflow(t, extra, i - s->n_inline, v) == WF_OK ? WF_FOUND : WF_ERROR;
    }
    wf_unlock(t, o);
    return result;
}

/* Adds the attribute by which `next` is longer than s. */
static WfFound store_new(WfThread *t, WfObject *o, const WfType *type, const WfShape *s, const WfShape *next, WfSlot *extra, WfValue v)
{
    WfFound result = WF_MISSING;
    int i = s->n_slots;
    wf_lock(t, o);
    if (wf_shape_id(o) == wf_shape_id_of(s)) {
        result = WF_FOUND;
        if (i < s->n_inline) {
            wf_store(slot_at(type, o, s, extra, i), v);
        } else if (store_overflow(t, extra, i - s->n_inline, v) != WF_OK) {
            result = WF_ERROR;
        }
        if (result == WF_FOUND) {
            set_shape(o, next); /* I1 */
        }
    }
    wf_unlock(t, o);
    return result;
}

WfFound wf_instance_set(WfThread *t, WfObject *o, WfStr *name, WfValue v)
{
    for (;;) {
        WfShape *s = wf_shape(o);
        WfType *type = wf_shape_type(s);
        WfSlot *extra = wf_instance_extra(type, o);
        if (extra == NULL) {
            return WF_MISSING;
        }
        if (s->dict_mode) {
            WfDict *d = current_dict(t, o, extra);
            if (d == NULL && !wf_is_empty(v)) {
                d = to_dict(t, o, NULL);
                if (d == NULL) {
                    return WF_ERROR;
                }
            }
            if (wf_is_empty(v)) {
                return d == NULL ? WF_MISSING : wf_dict_delete(t, d, wf_from_object(name));
            }
            return wf_dict_set(t, d, wf_from_object(name), v) == WF_OK ? WF_FOUND : WF_ERROR;
        }
        int i = wf_shape_find(t, s, name);
        WfFound done = WF_MISSING;
        if (wf_is_empty(v)) {
            if (i < 0) {
                return WF_MISSING;
            }
            if (to_dict(t, o, NULL) == NULL) {
                return WF_ERROR;
            }
        } else if (i >= 0) {
            done = store_existing(t, o, type, s, extra, i, v);
        } else {
            WfShape *next = wf_shape_add(t, s, name);
            if (next != NULL) {
                done = store_new(t, o, type, s, next, extra, v);
            } else if (wf_pending(t) || to_dict(t, o, NULL) == NULL) {
                return WF_ERROR;
            }
        }
        if (done != WF_MISSING) {
            return done;
        }
    }
}

WfValue wf_instance_dict(WfThread *t, WfObject *o)
{
    WfShape *s = wf_shape(o);
    WfSlot *extra = wf_instance_extra(wf_shape_type(s), o);
    if (extra == NULL) {
        return wf_raise_attribute(t, wf_from_object(o), WF_NAME(__dict__));
    }
    WfDict *d = s->dict_mode ? current_dict(t, o, extra) : NULL;
    if (d == NULL) {
        d = to_dict(t, o, NULL);
    }
    return d == NULL ? WF_EMPTY : wf_from_object(d);
}

WfStatus wf_instance_set_dict(WfThread *t, WfObject *o, WfValue dict)
{
    if (wf_instance_extra(wf_type(wf_from_object(o)), o) == NULL) {
        return WF_FAIL(wf_raise_attribute(t, wf_from_object(o), WF_NAME(__dict__)));
    }
    if (wf_is_empty(dict)) {
        dict = wf_dict_new(t);
        if (wf_is_empty(dict)) {
            return WF_RAISED;
        }
    }
    return to_dict(t, o, wf_as_dict(dict)) == NULL ? WF_RAISED : WF_OK;
}

/* o.__class__ = type, both checked by the caller: same layout. */
WfStatus wf_instance_set_type(WfThread *t, WfObject *o, WfType *type)
{
    const WfShape *to;
    if (wf_instance_extra(type, o) != NULL) {
        if (to_dict(t, o, NULL) == NULL) {
            return WF_RAISED;
        }
        to = wf_type_dict_shape(t, type);
    } else {
        to = WF_LOAD(WfShape, &type->root_shape);
    }
    if (to == NULL) {
        return WF_RAISED;
    }
    wf_lock(t, o);
    set_shape(o, to);
    wf_unlock(t, o);
    if ((wf_type_flags(type) & WF_TF_FINALIZER) != 0
        && (__atomic_load_n(&o->x_flags, __ATOMIC_RELAXED) & WF_OBJ_FINALIZABLE) == 0) {
        return wf_gc_register_finalizable(t, o);
    }
    return WF_OK;
}

/* --- for the tables of built-in types ------------------------------------------------------------------------------ */

WfValue wf_getset_dict_get(WfThread *t, WfValue self)
{
    return wf_instance_dict(t, wf_as_object(self));
}

WfStatus wf_getset_dict_set(WfThread *t, WfValue self, WfValue v)
{
    if (wf_is_empty(v)) {
        return WF_FAIL(wf_raise(t, WF_EXC(TypeError), "cannot delete __dict__"));
    }
    if (!wf_is_dict(v)) {
        return WF_FAIL(wf_raise(t, WF_EXC(TypeError), "__dict__ must be set to a dictionary, not a '%T'", v));
    }
    return wf_instance_set_dict(t, wf_as_object(self), v);
}

static bool first_weakref(void *arg, WfObject *weakref)
{
    *(WfObject **)arg = weakref;
    return false;
}

WfValue wf_getset_weakref_get(WfThread *t, WfValue self)
{
    WfObject *first = NULL;
    wf_gc_each_weakref(t, wf_as_object(self), first_weakref, &first);
    return first == NULL ? WF_NONE : wf_from_object(first);
}
