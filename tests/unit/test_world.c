/* test_world.c - threads that allocate, share and wait while the world is stopped again and again.
 * SPDX-License-Identifier: MIT */
#include "gc_fake.h"

#include "sched/park.h"

#include <sys/wait.h>
#include <unistd.h>

enum { THREADS = 4, TABLE = 512, ROUNDS = 60000 };

static WfValue table; /* WfSlots: shared */
static WfMutex mutex = {.rank = WF_LOCK_OBJECT}; /* a leaf it is not: waiting for it locks a bucket */
static uint64_t counter; /* under mutex */
static uint32_t running; /* futex-like: under the parking lot */

static uint64_t next_random(uint64_t *r)
{
    *r = *r * 6364136223846793005u + 1442695040888963407u;
    return *r >> 33;
}

/* A pair (number, node with the same number): whoever finds it can check it. */
static Node *make_pair(WfThread *t, int64_t i)
{
    Node *outer = node_new(t, 2);
    wf_store_raw(&outer->s[0], wf_small_int(i));
    Node *inner = node_new(t, 1 + (size_t)(i & 31));
    wf_store_raw(&inner->s[0], wf_small_int(i));
    wf_store_ptr(&outer->s[1], inner); /* allocation of inner may have collected */
    return outer;
}

static WF_NOINLINE void step(WfThread *t, uint64_t *random)
{
    WfSlots *shared = WF_AS(WfSlots, table);
    Node *pair = make_pair(t, (int64_t)next_random(random));
    wf_store_ptr(&shared->items[next_random(random) % TABLE], pair);
    Node *seen = WF_LOAD(Node, &shared->items[next_random(random) % TABLE]);
    if (seen != NULL) {
        Node *inner = WF_LOAD(Node, &seen->s[1]);
        CHECK(wf_as_int(wf_load(&seen->s[0])) == wf_as_int(wf_load(&inner->s[0])));
    }
    wf_safepoint(t);
}

static void body(WfThread *t, WfValue arg)
{
    uint64_t random = (uint64_t)wf_as_int(arg) + 1;
    for (int i = 0; i < ROUNDS; i++) {
        step(t, &random);
        if (i % 64 == 0) {
            wf_mutex_lock(t, &mutex);
            counter++;
            wf_mutex_unlock(&mutex);
        }
        if (i % 4096 == 0) {
            wf_thread_detach(t);
            usleep(100);
            wf_thread_attach(t);
        }
        if (i % 20000 == 19999) {
            (void)wf_gc_collect(t, wf_as_int(arg) & 1 ? WF_GC_FULL : WF_GC_YOUNG);
        }
    }
    if (__atomic_sub_fetch(&running, 1, __ATOMIC_ACQ_REL) == 0) {
        (void)wf_unpark_all(&running);
    }
}

static bool still_running(void *arg)
{
    (void)arg;
    return __atomic_load_n(&running, __ATOMIC_ACQUIRE) != 0;
}

static void join(WfThread *t)
{
    while (wf_park(t, &running, still_running, NULL, WF_PARK_FOREVER, 0) != WF_PARK_INVALID) {
    }
}

static void start(WfThread *t, void (*f)(WfThread *t, WfValue arg), int n)
{
    running = (uint32_t)n;
    for (int i = 0; i < n; i++) {
        uint64_t ident;
        CHECK(wf_thread_start(t, f, wf_small_int(i), 256 << 10, &ident) == WF_OK);
    }
}

static void short_body(WfThread *t, WfValue arg)
{
    uint64_t random = (uint64_t)wf_as_int(arg) + 1;
    for (int i = 0; i < 20; i++) {
        step(t, &random);
    }
    if (__atomic_sub_fetch(&running, 1, __ATOMIC_ACQ_REL) == 0) {
        (void)wf_unpark_all(&running);
    }
}

/* A child of fork goes on alone, with a sound heap. */
static void test_fork(WfThread *t)
{
    start(t, body, 2);
    for (int i = 0; i < 5; i++) {
        wf_threads_before_fork(t);
        pid_t pid = fork();
        if (pid == 0) {
            wf_threads_after_fork(t);
            CHECK(wf_world_thread_count(&fake_runtime) == 1);
            uint64_t random = (uint64_t)i;
            for (int k = 0; k < 50000; k++) {
                step(t, &random);
            }
            (void)wf_gc_collect(t, WF_GC_FULL);
            start(t, short_body, 3);
            join(t);
            _exit(0);
        }
        wf_threads_after_fork_parent(t);
        int status = -1;
        wf_thread_detach(t);
        CHECK(waitpid(pid, &status, 0) == pid);
        wf_thread_attach(t);
        CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    }
    join(t);
}

int main(int argc, char **argv)
{
    (void)argv;
    if (argc > 1) {
        fake_runtime.gil_enabled = true;
        CHECK(wf_gil_init(&fake_runtime));
    }
    WfThread *t = fake_start();
    table = wf_from_object(wf_gc_alloc_slots(t, TABLE));
    wf_gc_add_root(&fake_runtime, &table);
    fake_runtime.gc->young_limit = (uint64_t)1 << 20;
    start(t, body, THREADS);
    join(t);
    CHECK(counter == (uint64_t)THREADS * ((ROUNDS + 63) / 64));
    for (int i = 0; i < 50; i++) { /* threads come and go: their blocks are used again */
        start(t, short_body, 8);
        join(t);
    }
    test_fork(t);
    WfGcStats s;
    wf_gc_get_stats(&fake_runtime, &s);
    CHECK(s.heap_bytes < (uint64_t)64 << 20);
    printf("%llu young, %llu full collections\n", (unsigned long long)s.collections[0], (unsigned long long)s.collections[2]);
    while (wf_world_thread_count(&fake_runtime) > 1) {
        usleep(1000);
    }
    wf_thread_free(t);
    return 0;
}
