/* test_hash.c - hashes against values that CPython 3.11 gives.
 * SPDX-License-Identifier: MIT */
#include "base/hash.h"

#include <stdio.h>

static int failures;

#define CHECK(cond)                                                                      \
    do {                                                                                 \
        if (!(cond)) {                                                                   \
            printf("%s:%d: %s\n", __FILE__, __LINE__, #cond);                            \
            failures++;                                                                  \
        }                                                                                \
    } while (0)

static int64_t tuple(const int64_t *items, size_t n)
{
    uint64_t acc = WF_HASH_TUPLE_BEGIN;
    for (size_t i = 0; i < n; i++) {
        acc = wf_hash_tuple_step(acc, items[i]);
    }
    return wf_hash_tuple_end(acc, n);
}

int main(void)
{
    CHECK(wf_hash_int(-1) == -2 && wf_hash_int(5) == 5);
    CHECK(wf_hash_int(INT64_MIN) == -4 && wf_hash_int(INT64_MAX) == 3);
    CHECK(wf_hash_int((int64_t)WF_HASH_MODULUS) == 0);
    uint64_t limbs[3] = {1, 2, 3};
    CHECK(wf_hash_limbs(limbs, 3, false) == 1 + 2 * 8 + 3 * 64);
    uint64_t big[2] = {UINT64_MAX, UINT64_MAX};
    CHECK(wf_hash_limbs(big, 2, true) == -63);
    CHECK(wf_hash_double(1.0) == 1 && wf_hash_double(-1.0) == -2 && wf_hash_double(-0.0) == 0);
    CHECK(wf_hash_double(0.5) == 1152921504606846976);
    CHECK(wf_hash_double(0.1) == 230584300921369408);
    CHECK(wf_hash_double(1e300) == 1224995262755759164);
    CHECK(wf_hash_double(-5e-324) == -16777216);
    CHECK(wf_hash_double(__builtin_inf()) == 314159);
    int64_t two[2] = {1, 2};
    CHECK(tuple(two, 2) == -3550055125485641917 && tuple(NULL, 0) == 5740354900026072187);
    CHECK(wf_hash_set_end(wf_hash_set_step(wf_hash_set_step(0, 1), 2), 2) == -1826646154956904602);
    WfHashKey zero = {0, 0};
    CHECK(wf_hash_bytes(zero, "", 0) == 0);
    CHECK(wf_hash_bytes(zero, "a", 1) == 4644417185603328019);
    CHECK(wf_hash_bytes(zero, "hello, hashing world", 20) == -1917307424135350261);
    CHECK(wf_hash_bytes(wf_hash_key_from_seed(42), "hello", 5) == 841626496250501200);
    return failures != 0;
}
