/* listsort.c - list.sort: a stable merge sort that uses the order that is there already.
 * SPDX-License-Identifier: MIT
 * Design:     natural runs (descending ones are turned around, short ones lengthened by insertion), merged in the order of
 *             Munro and Wild's powersort, with galloping as in Peters' timsort. The sort works on copies of the words
 *             in malloc memory; the list's own buffer keeps what they point to alive and is written at the end only, so that
 *             an exception leaves the list as it was. Lists of small ints, floats, or str have loops of their own.
 * Threads:    where comparing can't run Python code (ints, floats, str, tuples of these; no key function) the list stays
 *             locked, and others see it as before or sorted. Else the list is empty while it is being sorted, as in
 *             CPython, and a change made meanwhile is lost and reported. */
#include "objects/list.h"

#include "objects/container.h"
#include "objects/tuple.h"

#include <stdlib.h>

#define MIN_GALLOP 7
#define MAX_RUNS 66 /* powers of runs on the stack rise strictly and are below 64 */

typedef struct Run {
    int64_t at, len;
    int power;
} Run;

typedef struct Sort {
    WfThread *t;
    WfValue *keys, *values; /* values: NULL if the keys are the items */
    WfValue *spare_keys, *spare_values;
    int64_t n, spare;
    int64_t min_gallop;
    int depth;
    Run runs[MAX_RUNS];
} Sort;

typedef enum Kind { INTS, FLOATS, STRS, TUPLES, OBJECTS } Kind;

/* --- parts that do not compare ------------------------------------------------------------------------------- */

static WfStatus reserve(Sort *s, int64_t n)
{
    if (n <= s->spare) {
        return WF_OK;
    }
    free(s->spare_keys);
    free(s->spare_values);
    s->spare_values = NULL;
    s->spare_keys = malloc((size_t)n * sizeof(WfValue));
    if (s->values != NULL) {
        s->spare_values = malloc((size_t)n * sizeof(WfValue));
    }
    s->spare = n;
    if (s->spare_keys == NULL || (s->values != NULL && s->spare_values == NULL)) {
        s->spare = 0;
        return WF_FAIL(wf_raise_no_memory(s->t));
    }
    return WF_OK;
}

static void move_out(Sort *s, int64_t at, int64_t n)
{
    memcpy(s->spare_keys, s->keys + at, (size_t)n * sizeof(WfValue));
    if (s->values != NULL) {
        memcpy(s->spare_values, s->values + at, (size_t)n * sizeof(WfValue));
    }
}

WF_INLINE void put(Sort *s, int64_t to, int64_t from)
{
    s->keys[to] = s->keys[from];
    if (s->values != NULL) {
        s->values[to] = s->values[from];
    }
}

WF_INLINE void put_back(Sort *s, int64_t to, int64_t from)
{
    s->keys[to] = s->spare_keys[from];
    if (s->values != NULL) {
        s->values[to] = s->spare_values[from];
    }
}

static void turn_words(WfValue *p, int64_t n)
{
    for (int64_t i = 0, j = n - 1; i < j; i++, j--) {
        WfValue x = p[i];
        p[i] = p[j];
        p[j] = x;
    }
}

static void turn(Sort *s, int64_t at, int64_t end)
{
    turn_words(s->keys + at, end - at);
    if (s->values != NULL) {
        turn_words(s->values + at, end - at);
    }
}

/* Between 32 and 64, such that n divided by it is a power of two or a little less. */
static int64_t min_run_of(int64_t n)
{
    int64_t odd = 0;
    while (n >= 64) {
        odd |= n & 1;
        n >>= 1;
    }
    return n + odd;
}

/* Depth of the border between the run [at, at + n1) and the next n2 items in a balanced tree over n items: how many leading
 * binary digits the middles of both runs, as fractions of n, have in common, plus one. */
static int power_of(int64_t at, int64_t n1, int64_t n2, int64_t n)
{
    int64_t a = 2 * at + n1, b = a + n1 + n2; /* twice the middles; fractions of 2n */
    int power = 0;
    for (;;) {
        power++;
        if (a >= n) {
            a -= n;
            b -= n;
        } else if (b >= n) {
            return power;
        }
        a *= 2;
        b *= 2;
    }
}

/* --- ways to compare ----------------------------------------------------------------------------------------- */

WF_INLINE int less_str(WfValue a, WfValue b)
{
    WfStr *x = wf_as_str(a), *y = wf_as_str(b);
    if (wf_str_kind(x) == 1 && wf_str_kind(y) == 1) {
        int64_t n = x->length < y->length ? x->length : y->length;
        int c = memcmp(x->data, y->data, (size_t)n);
        return c != 0 ? c < 0 : x->length < y->length;
    }
    return wf_str_compare(x, y) < 0;
}

static int less_any(Sort *s, WfValue a, WfValue b)
{
    if (wf_both_int(a, b)) {
        return wf_as_int(a) < wf_as_int(b);
    }
    if (wf_is_double(a) && wf_is_double(b)) {
        return wf_as_double(a) < wf_as_double(b);
    }
    if (wf_is_exact_str(a) && wf_is_exact_str(b)) {
        return less_str(a, b);
    }
    return (int)wf_compare_truth(s->t, a, b, WF_LT);
}

static int less_tuple(Sort *s, WfValue a, WfValue b)
{
    WfTuple *x = wf_as_tuple(a), *y = wf_as_tuple(b);
    int64_t n = x->length < y->length ? x->length : y->length;
    for (int64_t i = 0; i < n; i++) {
        WfValue v = wf_tuple_at(x, i), w = wf_tuple_at(y, i);
        WfFound same = wf_equal_fast(s->t, v, w);
        if (same == WF_ERROR) {
            return -1;
        }
        if (same == WF_MISSING) {
            return less_any(s, v, w);
        }
    }
    return x->length < y->length;
}

#define NAME(x) ints_##x
#define LESS(s, a, b) (wf_as_int(a) < wf_as_int(b))
#include "objects/listsort_merge.h"

#define NAME(x) floats_##x
#define LESS(s, a, b) (wf_as_double(a) < wf_as_double(b))
#include "objects/listsort_merge.h"

#define NAME(x) strs_##x
#define LESS(s, a, b) less_str(a, b)
#include "objects/listsort_merge.h"

#define NAME(x) tuples_##x
#define LESS(s, a, b) less_tuple(s, a, b)
#include "objects/listsort_merge.h"

#define NAME(x) objects_##x
#define LESS(s, a, b) less_any(s, a, b)
#include "objects/listsort_merge.h"

static bool all_plain(WfValue v)
{
    WfTuple *x = wf_as_tuple(v);
    for (int64_t i = 0; i < x->length; i++) {
        if (!wf_is_plain_key(wf_tuple_at(x, i))) {
            return false;
        }
    }
    return true;
}

/* What all keys are; *quiet: comparing them runs no Python code (but may raise TypeError). */
static Kind kind_of(const WfValue *keys, int64_t n, bool *quiet)
{
    int64_t i;
    *quiet = true;
    if (wf_is_int(keys[0])) {
        for (i = 1; i < n && wf_is_int(keys[i]); i++) {
        }
        if (i == n) {
            return INTS;
        }
    } else if (wf_is_double(keys[0])) {
        for (i = 1; i < n && wf_is_double(keys[i]); i++) {
        }
        if (i == n) {
            return FLOATS;
        }
    } else if (wf_is_exact_str(keys[0])) {
        for (i = 1; i < n && wf_is_exact_str(keys[i]); i++) {
        }
        if (i == n) {
            return STRS;
        }
    } else if (WF_IS_EXACT(keys[0], TUPLE)) {
        for (i = 0; i < n && WF_IS_EXACT(keys[i], TUPLE); i++) {
            *quiet = *quiet && all_plain(keys[i]);
        }
        if (i == n) {
            return TUPLES;
        }
    }
    *quiet = false;
    return OBJECTS;
}

static WfStatus sort_words(Sort *s, Kind kind, bool reverse)
{
    s->min_gallop = MIN_GALLOP;
    s->depth = 0;
    if (reverse) {
        turn(s, 0, s->n); /* and back at the end: equal items keep their order */
    }
    WfStatus status;
    switch (kind) {
    case INTS: status = ints_sort(s); break;
    case FLOATS: status = floats_sort(s); break;
    case STRS: status = strs_sort(s); break;
    case TUPLES: status = tuples_sort(s); break;
    default: status = objects_sort(s); break;
    }
    if (reverse) {
        turn(s, 0, s->n);
    }
    return status;
}

static WfValue *copy_words(const WfSlots *items, int64_t n)
{
    WfValue *p = malloc((size_t)n * sizeof(WfValue));
    for (int64_t i = 0; p != NULL && i < n; i++) {
        p[i] = wf_load(&items->items[i]);
    }
    return p;
}

static void write_words(WfSlots *items, const WfValue *p, int64_t n)
{
    for (int64_t i = 0; i < n; i++) {
        wf_store_raw(&items->items[i], p[i]);
    }
    wf_barrier_range(items->items, (size_t)n);
}

static void sort_free(Sort *s)
{
    free(s->keys);
    free(s->values);
    free(s->spare_keys);
    free(s->spare_values);
}

/* Sorts under the lock if no comparison can run Python code. MISSING: it can. */
static WfFound sort_quiet(WfThread *t, WfList *l, bool reverse)
{
    WfFound result = WF_FOUND;
    Sort s = {.t = t};
    wf_lock(t, l);
    WfSlots *items = WF_LOAD(WfSlots, &l->items);
    s.n = l->x_length;
    if (s.n > 1) {
        bool quiet;
        s.keys = copy_words(items, s.n);
        if (s.keys == NULL) {
            wf_raise_no_memory(t);
            result = WF_ERROR;
        } else {
            Kind kind = kind_of(s.keys, s.n, &quiet);
            if (!quiet) {
                result = WF_MISSING;
            } else if (sort_words(&s, kind, reverse) != WF_OK) {
                result = WF_ERROR;
            } else if (!wf_threaded(t)) {
                write_words(items, s.keys, s.n);
            } else {
                WfSlots *sorted = wf_gc_alloc_slots(t, s.n); /* others see the old order or the new */
                if (sorted == NULL) {
                    result = WF_ERROR;
                } else {
                    write_words(sorted, s.keys, s.n);
                    wf_store_ptr(&l->items, sorted);
                }
            }
        }
    }
    wf_unlock(t, l);
    sort_free(&s);
    return result;
}

/* Fills s->keys with what the key function says; *hold keeps the keys alive. */
static WfStatus make_keys(WfThread *t, Sort *s, WfValue key, WfSlots **hold)
{
    *hold = wf_gc_alloc_slots(t, s->n);
    s->keys = malloc((size_t)s->n * sizeof(WfValue));
    if (*hold == NULL) {
        return WF_RAISED;
    }
    if (s->keys == NULL) {
        return WF_FAIL(wf_raise_no_memory(t));
    }
    for (int64_t i = 0; i < s->n; i++) {
        WfValue k = wf_call1(t, key, s->values[i]);
        if (wf_is_empty(k)) {
            return WF_RAISED;
        }
        wf_store(&(*hold)->items[i], k);
        s->keys[i] = k;
    }
    return WF_OK;
}

static WfStatus sort_loud(WfThread *t, WfList *l, WfValue key, bool reverse)
{
    Sort s = {.t = t};
    WfSlots *empty = wf_gc_alloc_slots(t, 1), *hold = NULL; /* `empty` tells whether the list was changed */
    if (empty == NULL) {
        return WF_RAISED;
    }
    empty->capacity = 0; /* whoever appends puts in another buffer */
    wf_lock(t, l);
    WfSlots *items = WF_LOAD(WfSlots, &l->items);
    s.n = l->x_length;
    __atomic_store_n(&l->x_length, 0, __ATOMIC_RELEASE);
    wf_store_ptr(&l->items, empty);
    wf_unlock(t, l);

    WfStatus status = WF_OK;
    if (s.n > 0) {
        WfValue *copy = copy_words(items, s.n);
        if (copy == NULL) {
            status = WF_FAIL(wf_raise_no_memory(t));
        } else if (wf_is_none(key)) {
            s.keys = copy;
        } else {
            s.values = copy;
            status = make_keys(t, &s, key, &hold);
        }
        if (status == WF_OK && s.n > 1) {
            bool quiet;
            status = sort_words(&s, kind_of(s.keys, s.n, &quiet), reverse);
        }
        if (status == WF_OK) {
            write_words(items, s.values != NULL ? s.values : s.keys, s.n);
        }
    }
    sort_free(&s);

    wf_lock(t, l);
    bool changed = WF_LOAD(WfSlots, &l->items) != empty || l->x_length != 0;
    wf_store_ptr(&l->items, items);
    __atomic_store_n(&l->x_length, s.n, __ATOMIC_RELEASE);
    wf_unlock(t, l);
    __asm__ volatile("" : : "r"(hold) : "memory"); /* the keys live until here */
    if (changed && status == WF_OK) {
        return WF_FAIL(wf_raise(t, WF_EXC(ValueError), "list modified during sort"));
    }
    return status;
}

WfStatus wf_list_sort(WfThread *t, WfList *l, WfValue key, bool reverse)
{
    if (wf_is_empty(key)) {
        key = WF_NONE;
    }
    if (wf_is_none(key)) {
        WfFound done = sort_quiet(t, l, reverse);
        if (done != WF_MISSING) {
            return done == WF_FOUND ? WF_OK : WF_RAISED;
        }
    }
    return sort_loud(t, l, key, reverse);
}
