/* _bisect.c - searching and inserting in sorted sequences.
 * SPDX-License-Identifier: MIT
 * Threads:    no state. */
#include "model/builtin.h"
#include "objects/int.h"
#include "objects/list.h"
#include "objects/str.h"

/* Position for x in a[lo:hi]: behind (right) or before items that are equal. key None: none. */
static WfStatus bisect(WfThread *t, WfValue a, WfValue x, WfValue lo, WfValue hi, WfValue key, bool right, int64_t *out)
{
    int64_t low, high = -1;
    if (wf_to_ssize(t, lo, &low) != WF_OK || (!wf_is_none(hi) && wf_to_ssize(t, hi, &high) != WF_OK)) {
        return WF_RAISED;
    }
    if (low < 0) {
        return WF_FAIL(wf_raise(t, WF_EXC(ValueError), "lo must be non-negative"));
    }
    if (high == -1 && wf_len(t, a, &high) != WF_OK) {
        return WF_RAISED;
    }
    while (low < high) {
        int64_t mid = low + (high - low) / 2;
        WfValue index = wf_int_from_i64(t, mid);
        WfValue v = wf_is_empty(index) ? index : wf_getitem(t, a, index);
        if (!wf_is_empty(v) && !wf_is_none(key)) {
            v = wf_call1(t, key, v);
        }
        if (wf_is_empty(v)) {
            return WF_RAISED;
        }
        WfFound c = right ? wf_compare_truth(t, x, v, WF_LT) : wf_compare_truth(t, v, x, WF_LT);
        if (c == WF_ERROR) {
            return WF_RAISED;
        }
        if ((c == WF_FOUND) == right) {
            high = mid;
        } else {
            low = mid + 1;
        }
    }
    *out = low;
    return WF_OK;
}

static WfValue found(WfThread *t, WfValue *a, bool right)
{
    int64_t i;
    return bisect(t, a[0], a[1], a[2], a[3], a[4], right, &i) == WF_OK ? wf_int_from_i64(t, i) : WF_EMPTY;
}

static WfValue bisect_right(WfThread *t, WfValue *a)
{
    return found(t, a, true);
}

static WfValue bisect_left(WfThread *t, WfValue *a)
{
    return found(t, a, false);
}

static WfValue insort(WfThread *t, WfValue *a, bool right)
{
    WfValue x = wf_is_none(a[4]) ? a[1] : wf_call1(t, a[4], a[1]);
    int64_t i;
    if (wf_is_empty(x) || bisect(t, a[0], x, a[2], a[3], a[4], right, &i) != WF_OK) {
        return WF_EMPTY;
    }
    if (WF_IS_EXACT(a[0], LIST)) {
        return wf_list_insert(t, wf_as_list(a[0]), i, a[1]) == WF_OK ? WF_NONE : WF_EMPTY;
    }
    WfValue args[2] = {wf_small_int(i), a[1]};
    return wf_is_empty(wf_call_method(t, a[0], WF_NAME(insert), args, 2)) ? WF_EMPTY : WF_NONE;
}

static WfValue insort_right(WfThread *t, WfValue *a)
{
    return insort(t, a, true);
}

static WfValue insort_left(WfThread *t, WfValue *a)
{
    return insort(t, a, false);
}

#define SIG "(a, x, lo=0, hi=None, *, key=None)"

static const WfBuiltinDef bisect_functions[] = {
    {"bisect_right", bisect_right, SIG,
     "Where to insert x in the sorted sequence a: behind items equal to it.\n\n"
     "lo and hi bound the search; a key function is applied to the items, not to x."},
    {"bisect_left", bisect_left, SIG,
     "Where to insert x in the sorted sequence a: before items equal to it.\n\n"
     "lo and hi bound the search; a key function is applied to the items, not to x."},
    {"insort_right", insort_right, SIG,
     "Insert x in the sorted list a, behind items equal to it.\n\n"
     "lo and hi bound the search; a key function is applied to the items and to x."},
    {"insort_left", insort_left, SIG,
     "Insert x in the sorted list a, before items equal to it.\n\n"
     "lo and hi bound the search; a key function is applied to the items and to x."},
    {0},
};

const WfModuleDef wf_module__bisect = {
    .name = "_bisect",
    .doc = "Searching and inserting in sequences that are kept sorted.",
    .functions = bisect_functions,
};
