/* test_containers.c - dict, list and sort against simple models; threads that change one container at a time.
 * SPDX-License-Identifier: MIT */
#include "gc/heap.h"
#include "model/kinds.h"
#include "model/object.h"
#include "objects/dict.h"
#include "objects/exceptions.h"
#include "objects/int.h"
#include "objects/list.h"
#include "objects/set.h"
#include "objects/str.h"
#include "objects/tuple.h"
#include "vm/vm.h"

#include <stdio.h>
#include <stdlib.h>

#define CHECK(cond) ((cond) ? (void)0 : (fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #cond), abort()))

bool wf_world_init(WfRuntime *rt);
void wf_gc_init(WfRuntime *rt);

static uint64_t seed = 88172645463325252u;

static uint64_t rnd(uint64_t n)
{
    seed ^= seed << 13;
    seed ^= seed >> 7;
    seed ^= seed << 17;
    return seed % n;
}

static WfThread *start(void)
{
    WfRuntime *rt = (WfRuntime *)calloc(1, sizeof *rt);
    WfInterp *interp = (WfInterp *)calloc(1, sizeof *interp);
    interp->rt = rt;
    interp->recursion_limit = 1000;
    rt->main_interp = interp;
    rt->x_switch_usec = 5000;
    rt->free_thread_hook = wf_vm_stack_free;
    CHECK(wf_world_init(rt));
    wf_gc_init(rt);
    wf_kinds_init(rt);
    WfThread *t = wf_thread_new(rt, interp, true);
    CHECK(t != NULL && wf_vm_stack_init(t) == WF_OK && wf_str_init(t) == WF_OK && wf_types_init(t) == WF_OK
          && wf_exceptions_init(t) == WF_OK);
    return t;
}

static WfValue key_of(WfThread *t, int kind, uint64_t i)
{
    char text[32];
    if (kind == 0) {
        snprintf(text, sizeof text, "key%llu", (unsigned long long)i);
        return wf_str_from_cstr(t, text);
    }
    return kind == 1 || i % 2 == 0 ? wf_small_int((int64_t)i * 64) : key_of(t, 0, i);
}

#define KEYS 300

/* Random operations; the model has each key's value and the order of insertion. */
static void test_dict(WfThread *t, int kind)
{
    WfValue dv = wf_dict_new(t);
    WfDict *d = wf_as_dict(dv);
    int64_t value[KEYS], order[KEYS], n = 0;
    memset(value, -1, sizeof value);
    for (int step = 0; step < 40000; step++) {
        uint64_t i = rnd(KEYS);
        WfValue key = key_of(t, kind, i), v, k;
        int op = (int)rnd(12);
        if (op < 5) {
            CHECK(wf_dict_set(t, d, key, wf_small_int(step)) == WF_OK);
            if (value[i] < 0) {
                order[n++] = (int64_t)i;
            }
            value[i] = step;
        } else if (op < 8) {
            CHECK((wf_dict_delete(t, d, key) == WF_FOUND) == (value[i] >= 0));
            if (value[i] >= 0) {
                int64_t at = 0;
                while (order[at] != (int64_t)i) {
                    at++;
                }
                memmove(order + at, order + at + 1, (size_t)(--n - at) * sizeof *order);
                value[i] = -1;
            }
        } else if (op == 8 && n > 0) {
            bool last = rnd(2) != 0;
            CHECK(wf_dict_popitem(t, d, last, &k, &v) == WF_FOUND);
            int64_t at = last ? n - 1 : 0;
            CHECK(wf_as_int(v) == value[order[at]]);
            value[order[at]] = -1;
            memmove(order + at, order + at + 1, (size_t)(--n - at) * sizeof *order);
        } else if (op == 9) {
            bool last = rnd(2) != 0;
            int64_t hash;
            CHECK(wf_hash(t, key, &hash) == WF_OK);
            CHECK((wf_dict_move_to_end(t, d, key, hash, last) == WF_FOUND) == (value[i] >= 0));
            if (value[i] >= 0) {
                int64_t at = 0;
                while (order[at] != (int64_t)i) {
                    at++;
                }
                memmove(order + at, order + at + 1, (size_t)(n - 1 - at) * sizeof *order);
                if (last) {
                    order[n - 1] = (int64_t)i;
                } else {
                    memmove(order + 1, order, (size_t)(n - 1) * sizeof *order);
                    order[0] = (int64_t)i;
                }
            }
        } else if (op == 10 && rnd(50) == 0) {
            WfValue copy = wf_dict_copy(t, d);
            CHECK(wf_dict_equal(t, d, wf_as_dict(copy)) == WF_FOUND);
            dv = copy;
            d = wf_as_dict(dv);
        } else {
            WfFound found = wf_dict_get(t, d, key, &v);
            CHECK((found == WF_FOUND) == (value[i] >= 0));
            CHECK(found != WF_FOUND || wf_as_int(v) == value[i]);
        }
        CHECK(wf_dict_used(d) == n);
        if (step % 64 == 0) {
            int64_t pos = 0, at = 0;
            while (wf_dict_next(d, &pos, &k, &v)) {
                CHECK(at < n && wf_as_int(v) == value[order[at]]);
                at++;
            }
            CHECK(at == n);
            pos = INT64_MAX;
            while (wf_dict_prev(d, &pos, &k, &v)) {
                at--;
                CHECK(at >= 0 && wf_as_int(v) == value[order[at]]);
            }
            CHECK(at == 0);
        }
    }
}

static void test_set(WfThread *t)
{
    WfValue sv = wf_set_new(t);
    WfSet *s = wf_as_set(sv);
    bool in[KEYS] = {false};
    int64_t n = 0;
    for (int step = 0; step < 40000; step++) {
        uint64_t i = rnd(KEYS);
        WfValue key = key_of(t, 2, i);
        int op = (int)rnd(3);
        if (op == 0) {
            CHECK(wf_set_add(t, s, key) == WF_OK);
            n += !in[i];
            in[i] = true;
        } else if (op == 1) {
            CHECK((wf_set_discard(t, s, key) == WF_FOUND) == in[i]);
            n -= in[i];
            in[i] = false;
        } else {
            CHECK((wf_set_contains(t, s, key) == WF_FOUND) == in[i]);
        }
        CHECK(wf_set_used(s) == n);
    }
}

/* (value, position) pairs show whether equal ones kept their order. */
static void test_sort(WfThread *t, int64_t n, int shape, int kind, bool reverse)
{
    WfValue lv = wf_list_new(t, 0);
    WfList *l = wf_as_list(lv);
    for (int64_t i = 0; i < n; i++) {
        int64_t x = shape == 0   ? (int64_t)rnd((uint64_t)n + 1)
                    : shape == 1 ? i
                    : shape == 2 ? n - i
                    : shape == 3 ? (int64_t)rnd(4)
                    : shape == 4 ? i % 100
                                 : (i < n - 10 ? i : (int64_t)rnd(1000));
        WfValue v = kind == 1 ? wf_double((double)x) : wf_small_int(x);
        if (kind == 2) {
            v = wf_tuple_pair(t, wf_small_int(x), wf_small_int(reverse ? -i : i));
        } else if (kind == 3) {
            char text[32];
            snprintf(text, sizeof text, "%08lld", (long long)x);
            v = wf_str_from_cstr(t, text);
        }
        CHECK(wf_list_append(t, l, v) == WF_OK);
    }
    CHECK(wf_list_sort(t, l, WF_NONE, reverse) == WF_OK);
    CHECK(wf_list_length(l) == n);
    for (int64_t i = 1; i < n; i++) {
        WfValue a = wf_list_at(l, reverse ? i : i - 1), b = wf_list_at(l, reverse ? i - 1 : i);
        CHECK(wf_compare_truth(t, a, b, WF_LE) == WF_FOUND);
    }
}

static void test_list(WfThread *t)
{
    WfValue lv = wf_list_new(t, 0);
    WfList *l = wf_as_list(lv);
    int64_t model[4000], n = 0;
    for (int step = 0; step < 20000; step++) {
        int op = (int)rnd(4);
        if (n < 3900 && op <= 1) {
            int64_t at = op == 0 ? n : (int64_t)rnd((uint64_t)n + 1);
            CHECK(wf_list_insert(t, l, at, wf_small_int(step)) == WF_OK);
            memmove(model + at + 1, model + at, (size_t)(n++ - at) * sizeof *model);
            model[at] = step;
        } else if (n > 0 && (op == 2 || n >= 3900)) {
            int64_t at = (int64_t)rnd((uint64_t)n);
            CHECK(wf_as_int(wf_list_pop(t, l, at)) == model[at]);
            memmove(model + at, model + at + 1, (size_t)(--n - at) * sizeof *model);
        } else if (n > 0 && rnd(200) == 0) {
            CHECK(wf_list_reverse(t, l) == WF_OK);
            for (int64_t i = 0, j = n - 1; i < j; i++, j--) {
                int64_t x = model[i];
                model[i] = model[j];
                model[j] = x;
            }
        }
        CHECK(wf_list_length(l) == n);
        if (n > 0) {
            int64_t at = (int64_t)rnd((uint64_t)n);
            CHECK(wf_as_int(wf_list_at(l, at)) == model[at]);
        }
        CHECK(wf_is_empty(wf_list_at(l, n)));
    }
}

/* --- threads ----------------------------------------------------------------------------------------------------- */

#define THREADS 4
#define ROUNDS 20000

static struct Shared {
    uint32_t x_done, x_number;
    WfValue dict, list, set, counter;
} shared;

static void hammer(WfThread *t, WfValue arg)
{
    WfDict *d = wf_as_dict(shared.dict), *counter = wf_as_dict(shared.counter);
    WfList *l = wf_as_list(shared.list);
    WfSet *s = wf_as_set(shared.set);
    uint64_t me = __atomic_fetch_add(&shared.x_number, 1, __ATOMIC_RELAXED), r = me * 7919 + 1;
    for (int i = 0; i < ROUNDS; i++) {
        r = r * 6364136223846793005u + 1442695040888963407u;
        uint64_t k = (r >> 33) % 64;
        WfValue key = key_of(t, (int)(k % 3), k), v, old;
        int64_t pos = 0;
        switch ((r >> 50) % 12) {
        case 0:
        case 1: CHECK(wf_dict_set(t, d, key, key) == WF_OK); break;
        case 2: CHECK(wf_dict_delete(t, d, key) != WF_ERROR); break;
        case 3:
            if (wf_dict_get(t, d, key, &v) == WF_FOUND) {
                CHECK(wf_equal(t, v, key) == WF_FOUND);
            }
            break;
        case 4:
            while (wf_dict_next(d, &pos, &old, &v)) {
                CHECK(wf_equal(t, v, old) == WF_FOUND);
            }
            break;
        case 5: CHECK(wf_list_append(t, l, key) == WF_OK); break;
        case 6:
            if (wf_list_length(l) > 200) {
                wf_list_clear(t, l);
            }
            v = wf_list_at(l, (int64_t)k);
            CHECK(wf_is_empty(v) || wf_is_int(v) || wf_is_exact_str(v));
            break;
        case 7: CHECK(wf_list_insert(t, l, (int64_t)(k / 2), key) == WF_OK); break;
        case 8: CHECK(wf_set_add(t, s, key) == WF_OK); break;
        case 9: CHECK(wf_set_discard(t, s, key) != WF_ERROR); break;
        case 10: CHECK(wf_dict_popitem(t, d, (r >> 45) % 2 != 0, &old, &v) != WF_ERROR); break;
        default:
            if ((r >> 40) % 16 == 0) {
                CHECK(wf_list_reverse(t, l) == WF_OK);
                CHECK(!wf_is_empty(wf_list_to_tuple(t, l)));
                CHECK(!wf_is_empty(wf_dict_copy(t, d)));
            }
        }
        WfValue c = key_of(t, 0, k % 8);
        for (;;) {
            CHECK(wf_dict_get(t, counter, c, &old) == WF_FOUND);
            int64_t hash;
            CHECK(wf_hash(t, c, &hash) == WF_OK);
            WfFound done = wf_dict_replace(t, counter, c, hash, old, wf_small_int(wf_as_int(old) + 1));
            CHECK(done != WF_ERROR);
            if (done == WF_FOUND) {
                break;
            }
        }
        wf_safepoint(t);
    }
    __atomic_add_fetch(&shared.x_done, 1, __ATOMIC_RELEASE);
}

static void test_threads(WfThread *t)
{
    shared.dict = wf_dict_new(t);
    shared.counter = wf_dict_new(t);
    shared.list = wf_list_new(t, 0);
    shared.set = wf_set_new(t);
    wf_gc_add_root(t->rt, &shared.dict);
    wf_gc_add_root(t->rt, &shared.counter);
    wf_gc_add_root(t->rt, &shared.list);
    wf_gc_add_root(t->rt, &shared.set);
    for (uint64_t i = 0; i < 8; i++) {
        CHECK(wf_dict_set(t, wf_as_dict(shared.counter), key_of(t, 0, i), wf_small_int(0)) == WF_OK);
    }
    for (int i = 0; i < THREADS; i++) {
        uint64_t ident;
        CHECK(wf_thread_start(t, hammer, WF_NONE, 0, &ident) == WF_OK);
    }
    while (__atomic_load_n(&shared.x_done, __ATOMIC_ACQUIRE) < THREADS) {
        wf_safepoint(t);
    }
    int64_t sum = 0, pos = 0;
    WfValue k, v;
    while (wf_dict_next(wf_as_dict(shared.counter), &pos, &k, &v)) {
        sum += wf_as_int(v);
    }
    CHECK(sum == (int64_t)THREADS * ROUNDS);
}

int main(void)
{
    WfThread *t = start();
    for (int kind = 0; kind < 3; kind++) {
        test_dict(t, kind);
    }
    test_set(t);
    test_list(t);
    for (int shape = 0; shape < 6; shape++) {
        for (int kind = 0; kind < 4; kind++) {
            for (int reverse = 0; reverse < 2; reverse++) {
                static const int64_t sizes[] = {0, 1, 2, 3, 31, 32, 33, 63, 64, 65, 100, 1000, 5000};
                for (size_t i = 0; i < WF_ARRAY_LEN(sizes); i++) {
                    test_sort(t, sizes[i], shape, kind, reverse != 0);
                }
            }
        }
    }
    test_threads(t);
    puts("ok");
    return 0;
}
