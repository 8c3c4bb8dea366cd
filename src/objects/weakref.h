/* weakref.h - weak references and weak proxies.
 * SPDX-License-Identifier: MIT
 *
 * The target is a plain word that the collector does not trace; it clears the word, with the world stopped, when the target
 * has died. wf_weakref_target loads it: what it returns is alive as long as the C stack or a slot holds it. */
#ifndef WF_OBJECTS_WEAKREF_H
#define WF_OBJECTS_WEAKREF_H

#include "model/object.h"

typedef struct WfWeakRef {
    WfObject h;
    uint64_t x_target; /* bits of the target's WfValue, 0 when dead; atomic; cleared with the world stopped */
    WfSlot callback;   /* EMPTY: none, or it has been called */
    int64_t x_hash;    /* -1: not computed; atomic, relaxed */
    WfSlot attrs[];    /* subclasses: their attributes up to the end of the cell */
} WfWeakRef;

WF_INLINE WfWeakRef *wf_as_weakref(WfValue v) { return WF_AS(WfWeakRef, v); }
/* The target, or WF_EMPTY when it is dead. */
WF_INLINE WfValue wf_weakref_target(const WfWeakRef *r)
{
    return WF_VALUE(__atomic_load_n(&r->x_target, __ATOMIC_ACQUIRE));
}
/* weakref.ref(o, callback); callback EMPTY: the shared reference of o. TypeError if o cannot be referenced. */
WfValue wf_weakref_new(WfThread *t, WfValue o, WfValue callback) WF_MUST_CHECK;
WfValue wf_weakproxy_new(WfThread *t, WfValue o, WfValue callback) WF_MUST_CHECK;
bool wf_weakref_supported(WfValue o);
void wf_weakref_trace(WfMarker *m, WfObject *o);
/* The collector's queue: calls the callback of a dead reference (wf_gc_run_finalizers). Errors are unraisable. */
void wf_weakref_run_callback(WfThread *t, WfWeakRef *r);

#endif
