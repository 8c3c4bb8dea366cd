/* shape.c - the trees of attribute names that instances share.
 * SPDX-License-Identifier: MIT
 *
 * Design:     a shape is the path of names from a root; each type has a root for the number of inline slots it gives to new
 *             instances, and one more shape for those whose attributes are in a dict. Looking a name up walks up a
 *             short path, and asks a table made once for a long one. Names are interned: comparing them is comparing pointers.
 * Invariants: H1 slot numbers never change: a shape's slot i is slot i of all its descendants.
 *             H2 type, parent, name, n_slots, n_inline, dict_mode of a shape do not change.
 * Threads:    children are added under the type lock; lookups take none. */
#include "model/attr.h"
#include "model/type.h"
#include "objects/dict.h"
#include "objects/str.h"

enum { MAX_SLOTS = 64, MAX_WALK = 8 };

WfShape *wf_shape_new_root(WfThread *t, WfType *type, int n_inline, bool dict_mode)
{
    WfShape *s = wf_gc_alloc(t, WF_KIND_SHAPE, sizeof(WfShape));
    if (s != NULL) {
        wf_store_ptr_raw(&s->type, type);
        s->n_inline = (uint8_t)n_inline;
        s->dict_mode = dict_mode;
    }
    return s;
}

void wf_shape_trace(WfMarker *m, WfObject *o)
{
    WfShape *s = (WfShape *)o;
    wf_mark_slot(m, &s->type);
    wf_mark_slot(m, &s->parent);
    wf_mark_slot(m, &s->name);
    wf_mark_slot(m, &s->children);
    wf_mark_slot(m, &s->table);
}

static int find_by_walk(const WfShape *s, const WfStr *name)
{
    while (s->n_slots != 0) {
        if (WF_LOAD(WfStr, &s->name) == name) {
            return s->n_slots - 1;
        }
        s = WF_LOAD(WfShape, &s->parent);
    }
    return -1;
}

static WfDict *make_table(WfThread *t, WfShape *s)
{
    WfValue d = wf_dict_new_sized(t, s->n_slots);
    if (wf_is_empty(d)) {
        return NULL;
    }
    for (const WfShape *p = s; p->n_slots != 0; p = WF_LOAD(WfShape, &p->parent)) {
        if (wf_dict_set_str(t, wf_as_dict(d), WF_LOAD(WfStr, &p->name), wf_small_int(p->n_slots - 1)) != WF_OK) {
            return NULL;
        }
    }
    wf_store(&s->table, d);
    return wf_as_dict(d);
}

int wf_shape_find(WfThread *t, WfShape *s, WfStr *name)
{
    if (s->n_slots <= MAX_WALK) {
        return find_by_walk(s, name);
    }
    WfDict *table = WF_LOAD(WfDict, &s->table);
    if (table == NULL) {
        table = make_table(t, s);
        if (table == NULL) {
            wf_clear_pending(t);
            return find_by_walk(s, name);
        }
    }
    WfValue v = wf_dict_get_str(table, name);
    return wf_is_empty(v) ? -1 : (int)wf_as_int(v);
}

static WfShape *find_child(const WfShape *s, WfStr *name)
{
    WfValue c = wf_load_acquire(&s->children);
    if (wf_is_empty(c)) {
        return NULL;
    }
    if (wf_is_dict(c)) {
        WfValue v = wf_dict_get_str(wf_as_dict(c), name);
        return wf_is_empty(v) ? NULL : WF_AS(WfShape, v);
    }
    WfShape *child = WF_AS(WfShape, c);
    return WF_LOAD(WfStr, &child->name) == name ? child : NULL;
}

static WfStatus add_child(WfThread *t, WfShape *s, WfShape *child)
{
    WfValue c = wf_load(&s->children);
    if (wf_is_empty(c)) {
        wf_store_ptr(&s->children, child);
        return WF_OK;
    }
    WfStr *name = WF_LOAD(WfStr, &child->name);
    if (wf_is_dict(c)) {
        return wf_dict_set_str(t, wf_as_dict(c), name, wf_from_object(child));
    }
    WfValue d = wf_dict_new_sized(t, 4);
    if (wf_is_empty(d) || wf_dict_set_str(t, wf_as_dict(d), WF_LOAD(WfStr, &WF_AS(WfShape, c)->name), c) != WF_OK
        || wf_dict_set_str(t, wf_as_dict(d), name, wf_from_object(child)) != WF_OK) {
        return WF_RAISED;
    }
    wf_store(&s->children, d);
    return WF_OK;
}

WfShape *wf_shape_add(WfThread *t, WfShape *s, WfStr *name)
{
    wf_assert(!s->dict_mode && wf_str_is_interned(name));
    WfShape *child = find_child(s, name);
    if (child != NULL || s->n_slots >= MAX_SLOTS) {
        return child;
    }
    WfType *type = wf_shape_type(s);
    child = wf_shape_new_root(t, type, s->n_inline, false);
    if (child == NULL) {
        return NULL;
    }
    wf_store_ptr_raw(&child->parent, s);
    wf_store_ptr_raw(&child->name, name);
    child->n_slots = (uint16_t)(s->n_slots + 1);
    wf_mutex_lock(t, &t->rt->type_lock);
    WfShape *other = find_child(s, name);
    WfStatus status = WF_OK;
    if (other != NULL) {
        child = other;
    } else {
        status = add_child(t, s, child);
        if (child->n_slots > type->x_slots_seen) {
            type->x_slots_seen = child->n_slots;
        }
    }
    wf_mutex_unlock(&t->rt->type_lock);
    return status == WF_OK ? child : NULL;
}

bool wf_shape_tree_has(WfShape *root, WfStr *name)
{
    if (root->n_slots != 0 && WF_LOAD(WfStr, &root->name) == name) {
        return true;
    }
    WfValue c = wf_load_acquire(&root->children);
    if (wf_is_empty(c)) {
        return false;
    }
    if (!wf_is_dict(c)) {
        return wf_shape_tree_has(WF_AS(WfShape, c), name);
    }
    int64_t pos = 0;
    WfValue k, v;
    while (wf_dict_next(wf_as_dict(c), &pos, &k, &v)) {
        if (wf_shape_tree_has(WF_AS(WfShape, v), name)) {
            return true;
        }
    }
    return false;
}
