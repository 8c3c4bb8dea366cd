/* iter.c - iterating over any value, and sequences made from iterables.
 * SPDX-License-Identifier: MIT
 * Threads:    no state. */
#include "model/object.h"
#include "objects/iterators.h"
#include "objects/list.h"
#include "objects/tuple.h"

WfValue wf_iter(WfThread *t, WfValue o)
{
    WfType *type = wf_type(o);
    if (WF_LIKELY(type->slots.iter != NULL)) {
        WfValue it = type->slots.iter(t, o);
        if (!wf_is_empty(it) && WF_UNLIKELY(wf_type(it)->slots.next == NULL)) {
            return wf_raise(t, WF_EXC(TypeError), "iter() returned non-iterator of type '%.100T'", it);
        }
        return it;
    }
    /* Only classes of programs are sequences by __getitem__ alone: built-in ones all have __iter__. */
    if (type->slots.getitem != NULL && (wf_type_flags(type) & WF_TF_HEAP) && !wf_is_dict(o)) {
        return wf_sequence_iter(t, o);
    }
    return wf_raise(t, WF_EXC(TypeError), "'%.200T' object is not iterable", o);
}

WfFound wf_next(WfThread *t, WfValue it, WfValue *out)
{
    WfNextFn f = wf_type(it)->slots.next;
    if (WF_UNLIKELY(f == NULL)) {
        return WF_FAIL_FOUND(wf_raise(t, WF_EXC(TypeError), "'%.200T' object is not an iterator", it));
    }
    char here;
    if (WF_UNLIKELY((uintptr_t)&here < t->c_limit)) { /* iterators over iterators recurse in C */
        t->recursion--;
        return WF_FAIL_FOUND(wf_recursion_error(t, " while calling a Python object"));
    }
    return f(t, it, out);
}

WfValue wf_to_list(WfThread *t, WfValue iterable)
{
    WfValue list = wf_list_new(t, 0);
    if (wf_is_empty(list) || wf_list_extend(t, wf_as_list(list), iterable) != WF_OK) {
        return WF_EMPTY;
    }
    return list;
}

WfValue wf_to_tuple(WfThread *t, WfValue iterable)
{
    if (WF_IS_EXACT(iterable, TUPLE)) {
        return iterable;
    }
    if (WF_IS_EXACT(iterable, LIST)) {
        return wf_list_to_tuple(t, wf_as_list(iterable));
    }
    WfValue list = wf_to_list(t, iterable);
    return wf_is_empty(list) ? WF_EMPTY : wf_list_to_tuple(t, wf_as_list(list));
}

WfValue wf_sequence_fast(WfThread *t, WfValue v, const char *message)
{
    if (WF_IS_EXACT(v, LIST) || WF_IS_EXACT(v, TUPLE)) {
        return v;
    }
    WfValue it = wf_iter(t, v);
    if (wf_is_empty(it)) {
        if (wf_clear_if(t, WF_EXC(TypeError))) {
            wf_raise(t, WF_EXC(TypeError), "%s", message);
        }
        return WF_EMPTY;
    }
    return wf_to_list(t, it);
}
