/* call.c - calling things from C.
 * SPDX-License-Identifier: MIT
 *
 * Design:     arguments are an array on the C stack, where the collector finds them; longer ones lie in a collected buffer.
 *             A Python function goes to the interpreter (wf_vm_call_function); all else to the `call` slot of its type,
 *             within the recursion guard. */
#include "model/call.h"

#include "model/object.h"
#include "objects/dict.h"
#include "objects/str.h"
#include "objects/tuple.h"

int64_t wf_args_total(const WfArgs *a)
{
    return a->n_pos + (a->kwnames == NULL ? 0 : a->kwnames->length);
}

/* Room for n values with one free before them. */
static WfValue *room_for(WfThread *t, WfArgBuffer *buffer, int64_t n)
{
    if (WF_LIKELY(n < (int64_t)WF_ARRAY_LEN(buffer->room))) {
        return buffer->room + 1;
    }
    WfSlots *slots = wf_gc_alloc_slots(t, n + 1);
    return slots == NULL ? NULL : (WfValue *)(void *)slots->items + 1;
}

WfValue *wf_args_prepend(WfThread *t, WfArgBuffer *buffer, const WfValue *first, int64_t n_first, const WfArgs *args)
{
    int64_t n = wf_args_total(args);
    WfValue *items = room_for(t, buffer, n + n_first);
    if (items == NULL) {
        return NULL;
    }
    for (int64_t i = 0; i < n_first; i++) {
        items[i] = first[i];
    }
    if (n != 0) {
        memcpy(items + n_first, args->items, (size_t)n * sizeof(WfValue));
    }
    return items;
}

WfValue wf_call_prepend(WfThread *t, WfValue f, WfValue self, const WfArgs *args)
{
    if (wf_is_empty(self)) {
        return wf_call_args(t, f, args);
    }
    WfArgBuffer buffer;
    WfValue *items = wf_args_prepend(t, &buffer, &self, 1, args);
    if (items == NULL) {
        return WF_EMPTY;
    }
    WfArgs more = {items, args->n_pos + 1, args->kwnames};
    return wf_call_args(t, f, &more);
}

bool wf_is_callable(WfValue v)
{
    return wf_type(v)->slots.call != NULL;
}

WfValue wf_call_args(WfThread *t, WfValue f, const WfArgs *args)
{
    WfCallFn call = wf_type(f)->slots.call;
    if (WF_UNLIKELY(call == NULL)) {
        return wf_raise(t, WF_EXC(TypeError), "'%T' object is not callable", f);
    }
    if (wf_recursion_enter(t, " while calling a Python object") != WF_OK) {
        return WF_EMPTY;
    }
    WfValue r = call(t, f, args);
    wf_recursion_leave(t);
    wf_assert(wf_is_empty(r) == wf_pending(t));
    return r;
}

WfValue wf_call(WfThread *t, WfValue f, const WfValue *args, int64_t n)
{
    WfArgs a = {(WfValue *)(uintptr_t)args, n, NULL};
    return wf_call_args(t, f, &a);
}

WfValue wf_call0(WfThread *t, WfValue f)
{
    WfValue room[1]; /* callees may look at [-1] of items, never at items of none */
    WfArgs a = {room + 1, 0, NULL};
    return wf_call_args(t, f, &a);
}

WfValue wf_call1(WfThread *t, WfValue f, WfValue a)
{
    return wf_call(t, f, &a, 1);
}

WfValue wf_call2(WfThread *t, WfValue f, WfValue a, WfValue b)
{
    WfValue args[2] = {a, b};
    return wf_call(t, f, args, 2);
}

WfValue wf_call3(WfThread *t, WfValue f, WfValue a, WfValue b, WfValue c)
{
    WfValue args[3] = {a, b, c};
    return wf_call(t, f, args, 3);
}

WfValue wf_call_tuple(WfThread *t, WfValue f, WfTuple *args, WfValue kwargs)
{
    WfArgs a = {(WfValue *)(void *)args->items, args->length, NULL};
    if (wf_is_empty(kwargs) || wf_dict_used(wf_as_dict(kwargs)) == 0) {
        return wf_call_args(t, f, &a);
    }
    /* one snapshot: other threads may change the dict */
    WfValue copy = wf_dict_copy(t, wf_as_dict(kwargs));
    if (wf_is_empty(copy)) {
        return WF_EMPTY;
    }
    int64_t n = wf_dict_used(wf_as_dict(copy)), i = 0, pos = 0;
    WfTuple *names = wf_tuple_alloc(t, n);
    WfSlots *items = names == NULL ? NULL : wf_gc_alloc_slots(t, args->length + n + 1);
    if (items == NULL) {
        return WF_EMPTY;
    }
    WfSlot *p = items->items + 1;
    for (int64_t k = 0; k < args->length; k++) {
        wf_store_raw(p++, wf_tuple_at(args, k));
    }
    WfValue key, value;
    while (i < n && wf_dict_next(wf_as_dict(copy), &pos, &key, &value)) {
        if (!wf_is_str(key)) {
            return wf_raise(t, WF_EXC(TypeError), "keywords must be strings");
        }
        wf_store(&names->items[i++], key);
        wf_store(p++, value);
    }
    a = (WfArgs){(WfValue *)(void *)items->items + 1, args->length, names};
    return wf_call_args(t, f, &a);
}

WfValue wf_call_method(WfThread *t, WfValue o, WfStr *name, const WfValue *args, int64_t n)
{
    WfValue self;
    WfValue f = wf_getmethod(t, o, name, &self);
    if (wf_is_empty(f)) {
        return WF_EMPTY;
    }
    WfArgs a = {(WfValue *)(uintptr_t)args, n, NULL};
    return wf_call_prepend(t, f, self, &a);
}

WfValue wf_call_method0(WfThread *t, WfValue o, WfStr *name)
{
    return wf_call_method(t, o, name, NULL, 0);
}

WfValue wf_call_method1(WfThread *t, WfValue o, WfStr *name, WfValue a)
{
    return wf_call_method(t, o, name, &a, 1);
}

WfFound wf_call_special(WfThread *t, WfValue self, WfStr *name, const WfValue *args, int64_t n, WfValue *out)
{
    WfValue f = wf_type_lookup(t, wf_type(self), name);
    if (wf_is_empty(f)) {
        return WF_MISSING;
    }
    WfArgs a = {(WfValue *)(uintptr_t)args, n, NULL};
    if ((wf_type_flags(wf_type(f)) & WF_TF_METHOD) != 0) {
        *out = wf_call_prepend(t, f, self, &a);
    } else {
        f = wf_bind(t, f, self);
        *out = wf_is_empty(f) ? WF_EMPTY : wf_call_args(t, f, &a);
    }
    return wf_is_empty(*out) ? WF_ERROR : WF_FOUND;
}

WfStatus wf_args_no_keywords(WfThread *t, const char *name, const WfArgs *args)
{
    if (args->kwnames != NULL && args->kwnames->length != 0) {
        return WF_FAIL(wf_raise(t, WF_EXC(TypeError), "%s() takes no keyword arguments", name));
    }
    return WF_OK;
}

WfStatus wf_args_count(WfThread *t, const char *name, const WfArgs *args, int64_t min, int64_t max)
{
    if (args->n_pos >= min && args->n_pos <= max) {
        return WF_OK;
    }
    int64_t limit = args->n_pos < min ? min : max;
    const char *bound = min == max ? "" : args->n_pos < min ? "at least " : "at most ";
    return WF_FAIL(wf_raise(t, WF_EXC(TypeError), "%s expected %s%zd argument%s, got %zd", name, bound, limit,
                            limit == 1 ? "" : "s", args->n_pos));
}
