/* test_platform.c - clocks, futexes and barriers.
 * SPDX-License-Identifier: MIT */
#include "platform/atomics.h"
#include "platform/clock.h"
#include "platform/futex.h"
#include "platform/membarrier.h"

#include <pthread.h>
#include <stdio.h>

static int failures;

#define CHECK(cond)                                                                      \
    do {                                                                                 \
        if (!(cond)) {                                                                   \
            printf("%s:%d: %s\n", __FILE__, __LINE__, #cond);                            \
            failures++;                                                                  \
        }                                                                                \
    } while (0)

static void *sleeper(void *arg)
{
    uint32_t *word = arg;
    while (wf_atomic_load_acquire_u32(word) == 0) {
        wf_futex_wait(word, 0, INT64_MAX);
    }
    return NULL;
}

int main(void)
{
    int64_t a = wf_clock_monotonic();
    CHECK(a > 0 && wf_clock_realtime() > 1600000000000000000);
    CHECK(wf_clock_now(WF_CLOCK_PROCESS_CPU) > 0 && wf_clock_now(WF_CLOCK_THREAD_CPU) > 0);
    CHECK(wf_clock_resolution(WF_CLOCK_MONOTONIC) > 0);
    CHECK(wf_clock_deadline(INT64_MAX) == INT64_MAX);
    uint32_t word = 0;
    CHECK(wf_futex_wait(&word, 1, INT64_MAX) == WF_FUTEX_WOKEN);
    CHECK(wf_futex_wait(&word, 0, wf_clock_deadline(2000000)) == WF_FUTEX_TIMEOUT);
    CHECK(wf_clock_monotonic() - a >= 2000000);
    pthread_t th;
    CHECK(pthread_create(&th, NULL, sleeper, &word) == 0);
    wf_atomic_store_release_u32(&word, 1); /* pairs with sleeper */
    wf_futex_wake(&word, INT_MAX);
    pthread_join(th, NULL);
    wf_membarrier(); /* not registered: the fallback */
    wf_membarrier_register();
    wf_membarrier();
    uint64_t n = 5;
    CHECK(wf_atomic_fetch_add_relaxed_u64(&n, 2) == 5 && n == 7);
    uint64_t want = 6;
    CHECK(!wf_atomic_cas_acq_rel_u64(&n, &want, 9) && want == 7);
    CHECK(wf_atomic_cas_acq_rel_u64(&n, &want, 9) && n == 9);
    return failures != 0;
}
