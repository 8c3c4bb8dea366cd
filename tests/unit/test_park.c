/* test_park.c - waiting, waking, deadlines, interrupts.
 * SPDX-License-Identifier: MIT */
#include "gc_fake.h"

#include "sched/park.h"

#include <unistd.h>

static uint32_t turn; /* atomic */
static uint32_t done; /* atomic */

enum { HOPS = 3000 };

static bool is_turn_of_other(void *arg)
{
    return __atomic_load_n(&turn, __ATOMIC_SEQ_CST) != (uint32_t)(uintptr_t)arg;
}

/* Two threads hand a token to and fro. */
static void hop(WfThread *t, uint32_t me)
{
    for (int i = 0; i < HOPS; i++) {
        while (wf_park(t, &turn, is_turn_of_other, (void *)(uintptr_t)me, WF_PARK_FOREVER, 0) != WF_PARK_INVALID) {
        }
        __atomic_store_n(&turn, 1 - me, __ATOMIC_SEQ_CST);
        (void)wf_unpark_one(&turn, NULL, NULL);
    }
}

static void hopper(WfThread *t, WfValue arg)
{
    hop(t, (uint32_t)wf_as_int(arg));
    __atomic_store_n(&done, 1, __ATOMIC_SEQ_CST);
    (void)wf_unpark_all(&done);
}

static bool not_done(void *arg)
{
    (void)arg;
    return __atomic_load_n(&done, __ATOMIC_SEQ_CST) == 0;
}

static void wait_done(WfThread *t)
{
    while (wf_park(t, &done, not_done, NULL, WF_PARK_FOREVER, 0) != WF_PARK_INVALID) {
    }
}

static void interrupter(WfThread *t, WfValue arg)
{
    (void)arg;
    WfThread *other = t->rt->main_thread;
    wf_thread_detach(t);
    usleep(20000);
    wf_break_set(other, WF_BREAK_SIGNAL);
    wf_park_interrupt(other);
    wf_thread_attach(t);
    __atomic_store_n(&done, 1, __ATOMIC_SEQ_CST);
    (void)wf_unpark_all(&done);
}

static uintptr_t give_token(void *arg, WfThread *woken, bool more)
{
    *(bool *)arg = more;
    return woken != NULL ? 77 : 0;
}

static uintptr_t got;
static void sleeper(WfThread *t, WfValue arg)
{
    (void)arg;
    CHECK(wf_park(t, &got, NULL, NULL, WF_PARK_FOREVER, 0) == WF_PARK_UNPARKED);
    __atomic_store_n(&got, t->park_token, __ATOMIC_SEQ_CST);
    __atomic_store_n(&done, 1, __ATOMIC_SEQ_CST);
    (void)wf_unpark_all(&done);
}

int main(void)
{
    WfThread *t = fake_start();
    uint64_t ident;

    int64_t before = wf_clock_monotonic();
    CHECK(wf_park(t, &before, NULL, NULL, wf_clock_deadline(20000000), 0) == WF_PARK_TIMEOUT);
    CHECK(wf_clock_monotonic() - before >= 20000000);
    CHECK(!wf_unpark_one(&before, NULL, NULL));

    CHECK(wf_thread_start(t, hopper, wf_small_int(1), 0, &ident) == WF_OK);
    hop(t, 0);
    wait_done(t);

    done = 0;
    CHECK(wf_thread_start(t, interrupter, WF_EMPTY, 0, &ident) == WF_OK);
    CHECK(wf_park(t, &before, NULL, NULL, WF_PARK_FOREVER, WF_PARK_INTERRUPTIBLE) == WF_PARK_INTERRUPTED);
    CHECK(wf_park(t, &before, NULL, NULL, WF_PARK_FOREVER, WF_PARK_INTERRUPTIBLE) == WF_PARK_INTERRUPTED);
    wf_break_clear(t, WF_BREAK_SIGNAL);
    wait_done(t);

    done = 0;
    CHECK(wf_thread_start(t, sleeper, WF_EMPTY, 0, &ident) == WF_OK);
    bool more = true;
    while (!wf_unpark_one(&got, give_token, &more)) {
        wf_thread_detach(t);
        usleep(1000);
        wf_thread_attach(t);
    }
    CHECK(!more);
    wait_done(t);
    CHECK(__atomic_load_n(&got, __ATOMIC_SEQ_CST) == 77);
    return 0;
}
