/* _heapq.c - heaps in lists.
 * SPDX-License-Identifier: MIT
 * Design:     the item that sinks is taken out, the better child moves up until the bottom is reached, and the item rises
 *             from there: fewer comparisons than stopping early, because an item from the end mostly belongs there.
 * Threads:    comparing may run Python code, so nothing is locked but each single access; a list that another
 *             thread shortens meanwhile raises RuntimeError. Threads that share a heap need a lock around it. */
#include "model/builtin.h"
#include "objects/container.h"
#include "objects/list.h"

WF_INLINE WfFound less(WfThread *t, WfValue a, WfValue b)
{
    if (wf_both_int(a, b)) {
        return wf_as_int(a) < wf_as_int(b) ? WF_FOUND : WF_MISSING;
    }
    if (wf_is_double(a) && wf_is_double(b)) {
        return wf_as_double(a) < wf_as_double(b) ? WF_FOUND : WF_MISSING;
    }
    return wf_compare_truth(t, a, b, WF_LT);
}

/* Does a go before b? `max`: a heap whose largest item is first. */
WF_INLINE WfFound before(WfThread *t, WfValue a, WfValue b, bool max)
{
    return max ? less(t, b, a) : less(t, a, b);
}

static WfStatus changed(WfThread *t)
{
    return WF_FAIL(wf_raise(t, WF_EXC(RuntimeError), "list changed size during iteration"));
}

static WfStatus put(WfThread *t, WfList *l, int64_t i, WfValue v)
{
    return wf_list_set(t, l, i, v) == WF_FOUND ? WF_OK : changed(t);
}

/* v rises from position `pos`, at most to `top`; the places on its way are free. */
static WfStatus rise(WfThread *t, WfList *l, int64_t top, int64_t pos, WfValue v, bool max, int64_t n)
{
    while (pos > top) {
        int64_t parent = (pos - 1) / 2;
        WfValue p = wf_list_at(l, parent);
        if (wf_is_empty(p)) {
            return changed(t);
        }
        WfFound c = before(t, v, p, max);
        if (c == WF_ERROR) {
            return WF_RAISED;
        }
        if (wf_list_length(l) != n) {
            return changed(t);
        }
        if (c == WF_MISSING) {
            break;
        }
        if (put(t, l, pos, p) != WF_OK) {
            return WF_RAISED;
        }
        /* every step leaves a permutation of the items */
        if (put(t, l, parent, v) != WF_OK) {
            return WF_RAISED;
        }
        pos = parent;
    }
    return WF_OK;
}

/* The item at pos sinks to where it belongs. */
static WfStatus sink(WfThread *t, WfList *l, int64_t pos, bool max)
{
    int64_t n = wf_list_length(l), top = pos;
    if (pos >= n) {
        return WF_FAIL(wf_raise(t, WF_EXC(IndexError), "index out of range"));
    }
    WfValue v = wf_list_at(l, pos);
    while (pos < n / 2) {
        int64_t child = 2 * pos + 1;
        if (child + 1 < n) {
            WfValue a = wf_list_at(l, child), b = wf_list_at(l, child + 1);
            if (wf_is_empty(a) || wf_is_empty(b)) {
                return changed(t);
            }
            WfFound c = before(t, a, b, max);
            if (c == WF_ERROR) {
                return WF_RAISED;
            }
            child += c == WF_MISSING;
            if (wf_list_length(l) != n) {
                return changed(t);
            }
        }
        WfValue up = wf_list_at(l, child);
        if (wf_is_empty(up) || wf_is_empty(v)) {
            return changed(t);
        }
        if (put(t, l, pos, up) != WF_OK || put(t, l, child, v) != WF_OK) {
            return WF_RAISED;
        }
        pos = child;
    }
    return rise(t, l, top, pos, v, max, n);
}

static WfList *heap_argument(WfThread *t, const char *name, const char *which, WfValue v)
{
    if (!wf_is_list(v)) {
        return WF_FAIL_NULL(wf_raise(t, WF_EXC(TypeError), "%s() argument %smust be list, not %T", name, which, v));
    }
    return wf_as_list(v);
}

static WfValue heap_push(WfThread *t, WfValue *a)
{
    WfList *l = heap_argument(t, "heappush", "1 ", a[0]);
    if (l == NULL || wf_list_append(t, l, a[1]) != WF_OK) {
        return WF_EMPTY;
    }
    int64_t n = wf_list_length(l);
    return rise(t, l, 0, n - 1, a[1], false, n) == WF_OK ? WF_NONE : WF_EMPTY;
}

static WfValue pop(WfThread *t, WfList *l, bool max)
{
    if (wf_list_length(l) == 0) {
        return wf_raise(t, WF_EXC(IndexError), "index out of range");
    }
    WfValue last = wf_list_pop(t, l, -1);
    if (wf_is_empty(last) || wf_list_length(l) == 0) {
        return last;
    }
    WfValue first = wf_list_at(l, 0);
    if (wf_is_empty(first) || put(t, l, 0, last) != WF_OK || sink(t, l, 0, max) != WF_OK) {
        return WF_EMPTY;
    }
    return first;
}

static WfValue heap_pop(WfThread *t, WfValue *a)
{
    WfList *l = heap_argument(t, "heappop", "", a[0]);
    return l == NULL ? WF_EMPTY : pop(t, l, false);
}

static WfValue heap_pop_max(WfThread *t, WfValue *a)
{
    WfList *l = heap_argument(t, "_heappop_max", "", a[0]);
    return l == NULL ? WF_EMPTY : pop(t, l, true);
}

static WfValue replace(WfThread *t, WfList *l, WfValue v, bool max)
{
    WfValue first = wf_list_at(l, 0);
    if (wf_is_empty(first)) {
        return wf_raise(t, WF_EXC(IndexError), "index out of range");
    }
    return put(t, l, 0, v) == WF_OK && sink(t, l, 0, max) == WF_OK ? first : WF_EMPTY;
}

static WfValue heap_replace(WfThread *t, WfValue *a)
{
    WfList *l = heap_argument(t, "heapreplace", "1 ", a[0]);
    return l == NULL ? WF_EMPTY : replace(t, l, a[1], false);
}

static WfValue heap_replace_max(WfThread *t, WfValue *a)
{
    WfList *l = heap_argument(t, "_heapreplace_max", "1 ", a[0]);
    return l == NULL ? WF_EMPTY : replace(t, l, a[1], true);
}

static WfValue heap_pushpop(WfThread *t, WfValue *a)
{
    WfList *l = heap_argument(t, "heappushpop", "1 ", a[0]);
    if (l == NULL) {
        return WF_EMPTY;
    }
    WfValue first = wf_list_at(l, 0);
    if (wf_is_empty(first)) {
        return a[1];
    }
    WfFound c = less(t, first, a[1]);
    if (c != WF_FOUND) {
        return c == WF_ERROR ? WF_EMPTY : a[1];
    }
    return replace(t, l, a[1], false);
}

static WfValue heapify(WfThread *t, WfList *l, bool max)
{
    for (int64_t i = wf_list_length(l) / 2 - 1; i >= 0; i--) {
        if (sink(t, l, i, max) != WF_OK) {
            return WF_EMPTY;
        }
        wf_safepoint(t);
    }
    return WF_NONE;
}

static WfValue heap_heapify(WfThread *t, WfValue *a)
{
    WfList *l = heap_argument(t, "heapify", "", a[0]);
    return l == NULL ? WF_EMPTY : heapify(t, l, false);
}

static WfValue heap_heapify_max(WfThread *t, WfValue *a)
{
    WfList *l = heap_argument(t, "_heapify_max", "", a[0]);
    return l == NULL ? WF_EMPTY : heapify(t, l, true);
}

static const WfBuiltinDef heapq_functions[] = {
    {"heappush", heap_push, "(heap, item, /)", "Add item to the heap."},
    {"heappushpop", heap_pushpop, "(heap, item, /)", "Add item, then take the smallest out; faster than both calls."},
    {"heappop", heap_pop, "(heap, /)", "Take the smallest item out."},
    {"heapreplace", heap_replace, "(heap, item, /)",
     "Take the smallest item out, then add item; what is returned may be larger than item."},
    {"heapify", heap_heapify, "(heap, /)", "Turn a list into a heap, in place and in linear time."},
    {"_heappop_max", heap_pop_max, "(heap, /)", "heappop of a heap with the largest first."},
    {"_heapreplace_max", heap_replace_max, "(heap, item, /)", "heapreplace of a heap with the largest first."},
    {"_heapify_max", heap_heapify_max, "(heap, /)", "heapify with the largest first."},
    {0},
};

static WfStatus heapq_init(WfThread *t, WfValue module)
{
    return wf_module_add_str(t, module, "__about__", "Heaps in lists: heap[k] <= heap[2*k+1] and heap[k] <= heap[2*k+2].");
}

const WfModuleDef wf_module__heapq = {
    .name = "_heapq",
    .doc = "Heaps in lists: heap[k] <= heap[2*k+1] and heap[k] <= heap[2*k+2] for all k, so heap[0] is the smallest.",
    .functions = heapq_functions,
    .init = heapq_init,
};
