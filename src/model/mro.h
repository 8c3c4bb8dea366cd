/* mro.h - bases and method resolution order.
 * SPDX-License-Identifier: MIT */
#ifndef WF_MODEL_MRO_H
#define WF_MODEL_MRO_H

#include "model/object.h"

/* C3. TypeError where there is no consistent order or a base stands twice. */
WfValue wf_mro_compute(WfThread *t, WfType *type) WF_MUST_CHECK;
/* As wf_mro_compute, or what the metatype's own mro() says, checked. May run Python code. */
WfValue wf_mro_ask(WfThread *t, WfType *type) WF_MUST_CHECK;
/* The base whose layout a class over `bases` (types) gets. TypeError if there is none. */
WfType *wf_best_base(WfThread *t, WfTuple *bases) WF_MUST_CHECK;
/* The nearest base (or the type itself) that adds to the layout. */
WfType *wf_solid_base(WfType *type);
/* Takes `type` into the list of each of its bases; out of it. */
WfStatus wf_subclasses_add(WfThread *t, WfType *base, WfType *type) WF_MUST_CHECK;
void wf_subclasses_remove(WfThread *t, WfType *base, WfType *type);
/* Direct subclasses that are alive, as a list. */
WfValue wf_subclasses_list(WfThread *t, WfType *type) WF_MUST_CHECK;
/* type.__bases__ = bases */
WfStatus wf_type_set_bases(WfThread *t, WfType *type, WfValue bases) WF_MUST_CHECK;
/* Stores into (or with WF_EMPTY deletes from) a type's dict: invalidates, fits slots. MISSING: was not there. */
WfFound wf_type_store(WfThread *t, WfType *type, WfStr *name, WfValue v) WF_MUST_CHECK;
/* Sets or clears flags of a type atomically. */
void wf_type_change_flags(WfType *type, uint32_t set, uint32_t clear);
WfStatus wf_type_set_name(WfThread *t, WfType *type, WfStr *name) WF_MUST_CHECK;
/* Adds the names of c's attributes and of its bases', as dir() shows them. objects/type.c */
WfStatus wf_type_merge_dir(WfThread *t, WfDict *names, WfValue c) WF_MUST_CHECK;
/* The most derived of meta and the bases' metatypes; TypeError if there is none. */
WfType *wf_type_winner(WfThread *t, WfType *meta, WfTuple *bases) WF_MUST_CHECK;
/* May o be given the class `to`? TypeError if not. */
WfStatus wf_type_check_assignable(WfThread *t, WfType *from, WfType *to, const char *attribute) WF_MUST_CHECK;

#endif
