/* slots.h - the table that ties operations in C (WfSlotTable) to dunder methods.
 * SPDX-License-Identifier: MIT */
#ifndef WF_MODEL_SLOTS_H
#define WF_MODEL_SLOTS_H

#include "model/object.h"

/* One row for each dunder; several may share a field of WfSlotTable. */
typedef struct WfSlotRow {
    WfStr *name;
    uint16_t offset;  /* of the field */
    uint8_t wrap;     /* how its wrapper maps arguments; slots.c */
    uint8_t arg;      /* comparison */
    const char *signature;
    const char *doc;
} WfSlotRow;
extern const WfSlotRow wf_slot_rows[];
extern const int wf_slot_n_rows;

/* What slot_wrapper(self, *args) does: the row's field of objclass called with the arguments. */
WfValue wf_slot_wrapper_call(WfThread *t, const WfSlotRow *row, WfType *objclass, WfValue self, const WfArgs *args) WF_MUST_CHECK;
/* Wrapper descriptors for what a built-in type's own slots fill; not over what `dict` has already. */
WfStatus wf_slots_add_wrappers(WfThread *t, WfType *type, WfDict *dict) WF_MUST_CHECK;
/* A built-in type: fields that it leaves empty come from its base. */
void wf_slots_inherit(WfType *type, const WfType *base);
/* A Python class: the fields of `name` (NULL: all) from what its MRO has. Under the type lock; no Python code. */
void wf_slots_fit(WfThread *t, WfType *type, WfStr *name);
/* Flags that follow from the slots. */
void wf_slots_fit_flags(WfThread *t, WfType *type);
/* Lookup through the MRO without the cache. */
WfValue wf_type_lookup_mro(const WfType *type, WfStr *name, WfType **where);

/* Slot of types that are not hashable. */
WfStatus wf_hash_not_implemented(WfThread *t, WfValue v, int64_t *hash);
/* As slots.next of it, but for MISSING gives the value of StopIteration in *out (None for most). */
WfFound wf_next_value(WfThread *t, WfValue it, WfValue *out) WF_MUST_CHECK;
/* The generic ones, for comparing with: */
WfValue wf_slot_getattr_hook(WfThread *t, WfValue self, WfStr *name);
void wf_slot_finalize(WfThread *t, WfValue self); /* __del__ */
WfStatus wf_slot_init(WfThread *t, WfValue self, const WfArgs *args);
WfValue wf_slot_new(WfThread *t, WfType *type, const WfArgs *args);
WfFound wf_slot_next(WfThread *t, WfValue self, WfValue *out);
/* __new__ of a built-in type, as it lies in its dict */
extern const WfBuiltinDef wf_new_def;

#endif
