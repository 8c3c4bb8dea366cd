/* structseq.c - struct sequences.
 * SPDX-License-Identifier: MIT
 * Design:     a struct sequence is a tuple whose cell has room for more items than its length says. The type is a heap type over
 *             tuple; its fields are member descriptors, whose order in the type's dict is the order of the fields. All that is
 *             known of a type is in its dict, so there is no table to find.
 * Threads:    instances and types are immutable once made. */
#include "objects/structseq.h"

#include "model/builtin.h"
#include "objects/descriptors.h"
#include "objects/dict.h"
#include "objects/int.h"
#include "objects/module_state.h"
#include "objects/str.h"

#define ITEM_OFFSET(i) ((int64_t)offsetof(WfTuple, items) + (int64_t)(i) * (int64_t)sizeof(WfSlot))

static int64_t int_attribute(WfType *type, WfStr *name)
{
    WfValue v = wf_dict_get_str(WF_LOAD(WfDict, &type->dict), name);
    return wf_is_int(v) ? wf_as_int(v) : 0;
}
static int64_t fields_of(WfType *type) { return int_attribute(type, WF_NAME(n_fields)); }
static int64_t visible_of(WfType *type) { return int_attribute(type, WF_NAME(n_sequence_fields)); }

/* The next field that has a name: its name and index. Start with *pos = 0. */
static bool next_field(WfType *type, int64_t *pos, WfValue *name, int64_t *index)
{
    WfValue v;
    while (wf_dict_next(WF_LOAD(WfDict, &type->dict), pos, name, &v)) {
        if (WF_IS_EXACT(v, MEMBER_DESCRIPTOR)) {
            const WfGetSetDescr *d = WF_AS(WfGetSetDescr, v);
            if (d->def == NULL && d->offset >= ITEM_OFFSET(0)) {
                *index = (d->offset - ITEM_OFFSET(0)) / (int64_t)sizeof(WfSlot);
                return true;
            }
        }
    }
    return false;
}

static WfTuple *alloc(WfThread *t, WfType *type)
{
    int64_t n = fields_of(type);
    WfTuple *x = (WfTuple *)wf_instance_new(t, type, (size_t)n * sizeof(WfSlot));
    if (x == NULL) {
        return NULL;
    }
    x->length = visible_of(type);
    for (int64_t i = 0; i < n; i++) {
        wf_store_raw(&x->items[i], WF_NONE);
    }
    return x;
}

WfValue wf_structseq_from(WfThread *t, WfType *type, const WfValue *items, int n)
{
    WfTuple *x = alloc(t, type);
    if (x == NULL) {
        return WF_EMPTY;
    }
    for (int i = 0; i < n; i++) {
        wf_store(&x->items[i], items[i]);
    }
    return wf_from_object(x);
}

/* __new__(type, sequence, dict=None) */
static WfValue structseq_new(WfThread *t, WfValue *new_args)
{
    if (!wf_is_type(new_args[0]) || fields_of(WF_AS(WfType, new_args[0])) == 0) {
        return wf_raise(t, WF_EXC(TypeError), "structseq.__new__(X): X is not a struct sequence type");
    }
    WfType *type = WF_AS(WfType, new_args[0]);
    const WfValue *a = new_args + 1;
    WfValue list = wf_to_list(t, a[0]);
    if (wf_is_empty(list)) {
        if (wf_clear_if(t, WF_EXC(TypeError))) {
            return wf_raise(t, WF_EXC(TypeError), "constructor requires a sequence");
        }
        return WF_EMPTY;
    }
    WfTuple *items = wf_as_tuple(wf_to_tuple(t, list));
    if (items == NULL) {
        return WF_EMPTY;
    }
    if (!wf_is_empty(a[1]) && !wf_is_dict(a[1])) {
        return wf_raise(t, WF_EXC(TypeError), "%V() takes a dict as second arg, if any",
                        wf_structseq_full_name(t, type));
    }
    int64_t n = items->length, least = visible_of(type), most = fields_of(type);
    if (n < least || n > most) {
        const char *kind = least == most ? "a" : n < least ? "an at least" : "an at most";
        WfValue full = wf_structseq_full_name(t, type);
        return wf_is_empty(full) ? full
                                 : wf_raise(t, WF_EXC(TypeError), "%V() takes %s %zd-sequence (%zd-sequence given)", full,
                                            kind, n < least ? least : most, n);
    }
    WfTuple *x = alloc(t, type);
    if (x == NULL) {
        return WF_EMPTY;
    }
    for (int64_t i = 0; i < n; i++) {
        wf_store(&x->items[i], wf_tuple_at(items, i));
    }
    WfValue field, v;
    int64_t pos = 0, index;
    while (!wf_is_empty(a[1]) && next_field(type, &pos, &field, &index)) {
        if (index >= n) {
            WfFound found = wf_dict_get(t, wf_as_dict(a[1]), field, &v);
            if (found == WF_ERROR) {
                return WF_EMPTY;
            }
            if (found == WF_FOUND) {
                wf_store(&x->items[index], v);
            }
        }
    }
    return wf_from_object(x);
}

static WfValue structseq_repr(WfThread *t, WfValue *a)
{
    WfValue self = a[0];
    WfType *type = wf_type(self);
    const WfTuple *x = wf_as_tuple(self);
    WfValue full = wf_structseq_full_name(t, type);
    WfStrBuilder b = WF_STR_BUILDER;
    if (wf_is_empty(full) || wf_builder_str(t, &b, wf_as_str(full)) != WF_OK || wf_builder_char(t, &b, '(') != WF_OK) {
        return WF_EMPTY;
    }
    WfValue name;
    int64_t pos = 0, index, n = x->length;
    /* the i-th item with the i-th name, even where items without names stand before: as os.stat_result shows its times */
    for (int64_t i = 0; i < n && next_field(type, &pos, &name, &index); i++) {
        if ((i > 0 && wf_builder_ascii(t, &b, ", ", 2) != WF_OK) || wf_builder_str(t, &b, wf_as_str(name)) != WF_OK
            || wf_builder_char(t, &b, '=') != WF_OK || wf_builder_repr(t, &b, wf_tuple_at(x, i)) != WF_OK) {
            return WF_EMPTY;
        }
    }
    return wf_builder_char(t, &b, ')') == WF_OK ? wf_builder_finish(t, &b) : WF_EMPTY;
}

static WfValue structseq_reduce(WfThread *t, WfValue *a)
{
    const WfTuple *x = wf_as_tuple(a[0]);
    WfType *type = wf_type(a[0]);
    WfTuple *visible = wf_tuple_alloc(t, x->length);
    WfValue hidden = visible == NULL ? WF_EMPTY : wf_dict_new(t);
    if (wf_is_empty(hidden)) {
        return WF_EMPTY;
    }
    for (int64_t i = 0; i < x->length; i++) {
        wf_store(&visible->items[i], wf_tuple_at(x, i));
    }
    WfValue name;
    int64_t pos = 0, index;
    while (next_field(type, &pos, &name, &index)) {
        if (index >= x->length && wf_dict_set(t, wf_as_dict(hidden), name, wf_tuple_at(x, index)) != WF_OK) {
            return WF_EMPTY;
        }
    }
    WfValue arguments = wf_tuple_pair(t, wf_from_object(visible), hidden);
    return wf_is_empty(arguments) ? arguments : wf_tuple_pair(t, wf_from_object(type), arguments);
}

static WfValue no_new(WfThread *t, WfValue *a)
{
    WfValue full = wf_is_type(a[0]) ? wf_structseq_full_name(t, WF_AS(WfType, a[0])) : wf_repr(t, a[0]);
    return wf_is_empty(full) ? full : wf_raise(t, WF_EXC(TypeError), "cannot create '%V' instances", full);
}

static const WfBuiltinDef structseq_methods[] = {
    {"__new__", structseq_new, "(type, sequence, dict=?)", "Make an instance of a sequence.", WF_FN_STATIC},
    {"__repr__", structseq_repr, "(self, /)", "The items with their names."},
    {"__reduce__", structseq_reduce, "(self, /)", "State for pickling."},
};
static const WfBuiltinDef no_new_def = {"__new__", no_new, "(type, *args, **kwargs)", NULL, WF_FN_STATIC};

/* --- making types -------------------------------------------------------------------------------------------- */

WfValue wf_structseq_full_name(WfThread *t, WfType *type)
{
    WfValue module = wf_dict_get_str(WF_LOAD(WfDict, &type->dict), WF_NAME(__module__));
    if (wf_is_empty(module)) {
        return wf_load(&type->name);
    }
    return wf_str_format(t, "%V.%V", module, wf_load(&type->name));
}

static WfStatus add_method(WfThread *t, WfType *type, const WfBuiltinDef *def)
{
    WfValue method = wf_method_descriptor_new(t, type, def);
    return wf_is_empty(method) ? WF_RAISED : wf_dict_set_cstr(t, WF_LOAD(WfDict, &type->dict), def->name, method);
}

static WfStatus add_fields(WfThread *t, WfType *type, const WfStructSeqDesc *desc, int n_fields)
{
    WfDict *dict = WF_LOAD(WfDict, &type->dict);
    int named = 0, unnamed = 0;
    for (int i = 0; i < n_fields; i++) {
        if (strcmp(desc->fields[i].name, WF_STRUCTSEQ_UNNAMED) == 0) {
            unnamed++;
            continue;
        }
        named += i < desc->n_sequence;
        WfStr *name = wf_str_intern_cstr(t, desc->fields[i].name);
        WfValue member = name == NULL ? WF_EMPTY : wf_member_descriptor_new(t, type, name, ITEM_OFFSET(i));
        if (wf_is_empty(member) || wf_dict_set_str(t, dict, name, member) != WF_OK) {
            return WF_RAISED;
        }
    }
    WfTuple *match = wf_tuple_alloc(t, named);
    if (match == NULL) {
        return WF_RAISED;
    }
    for (int i = 0, k = 0; i < desc->n_sequence; i++) {
        if (strcmp(desc->fields[i].name, WF_STRUCTSEQ_UNNAMED) != 0) {
            WfStr *name = wf_str_intern_cstr(t, desc->fields[i].name);
            if (name == NULL) {
                return WF_RAISED;
            }
            wf_store_ptr(&match->items[k++], name);
        }
    }
    for (size_t i = 0; i < WF_ARRAY_LEN(structseq_methods); i++) {
        if (add_method(t, type, &structseq_methods[i]) != WF_OK) {
            return WF_RAISED;
        }
    }
    if (wf_dict_set_str(t, dict, WF_NAME(__match_args__), wf_from_object(match)) != WF_OK
        || wf_dict_set_str(t, dict, WF_NAME(n_sequence_fields), wf_small_int(desc->n_sequence)) != WF_OK
        || wf_dict_set_str(t, dict, WF_NAME(n_fields), wf_small_int(n_fields)) != WF_OK) {
        return WF_RAISED;
    }
    return wf_dict_set_cstr(t, dict, "n_unnamed_fields", wf_small_int(unnamed));
}

WfType *wf_structseq_new_type(WfThread *t, const WfStructSeqDesc *desc)
{
    int n_fields = 0;
    while (desc->fields[n_fields].name != NULL) {
        n_fields++;
    }
    WfValue ns = wf_dict_new(t);
    WfTuple *no_slots = wf_is_empty(ns) ? NULL : wf_tuple_alloc(t, 0);
    if (no_slots == NULL || wf_dict_set_str(t, wf_as_dict(ns), WF_NAME(__slots__), wf_from_object(no_slots)) != WF_OK) {
        return NULL;
    }
    if (desc->doc != NULL) {
        WfValue doc = wf_str_from_cstr(t, desc->doc);
        if (wf_is_empty(doc) || wf_dict_set_str(t, wf_as_dict(ns), WF_NAME(__doc__), doc) != WF_OK) {
            return NULL;
        }
    }
    WfType *type = wf_type_new_simple(t, desc->name, WF_TYPE(TUPLE), wf_as_dict(ns));
    if (type == NULL || add_fields(t, type, desc, n_fields) != WF_OK
        || wf_dict_delete(t, WF_LOAD(WfDict, &type->dict), WF_NAME_V(__slots__)) == WF_ERROR) { /* not for programs to see */
        return NULL;
    }
    __atomic_and_fetch(&type->flags, ~(uint32_t)WF_TF_BASETYPE, __ATOMIC_RELAXED);
    wf_type_completed(t, type);
    return type;
}

WfStatus wf_structseq_disable_new(WfThread *t, WfType *type)
{
    return wf_structseq_set_new(t, type, &no_new_def);
}

WfStatus wf_structseq_set_new(WfThread *t, WfType *type, const WfBuiltinDef *def)
{
    return add_method(t, type, def) == WF_OK ? wf_type_modified(t, type, WF_NAME(__new__)) : WF_RAISED;
}

WfType *wf_structseq_type(WfThread *t, const WfStructSeqDesc *desc)
{
    WfValue v = wf_module_state_get(t, desc->name);
    if (wf_is_empty(v)) {
        WfType *type = wf_structseq_new_type(t, desc);
        if (type == NULL) {
            return NULL;
        }
        v = wf_module_state_keep(t, desc->name, wf_from_object(type)); /* another thread may have been faster */
    }
    return WF_AS(WfType, v);
}
