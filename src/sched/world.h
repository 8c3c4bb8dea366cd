/* world.h - the list of threads and the state of a world stop: for the files of sched/ only.
 * SPDX-License-Identifier: MIT */
#ifndef WF_SCHED_WORLD_H
#define WF_SCHED_WORLD_H

#include "sched/runtime.h"

#include <stdlib.h>

struct WfWorld {
    WfRawLock lock;
    /* guarded by `lock` */
    WfThread *threads;
    int n_threads;
    WfThread *stopper;
    /* atomic; futex words */
    uint32_t x_stopping; /* 1 while a thread stops the world or has stopped it; written under `lock` */
    uint32_t x_notify;   /* counts threads that left while that was so */
};

/* Puts t on the list, detached (stopped, if the world is). */
void wf_world_add(WfRuntime *rt, WfThread *t);
void wf_world_remove(WfRuntime *rt, WfThread *t);
/* In a forked child: there are no idle threads. */
void wf_thread_forget_idle(WfRuntime *rt);
/* Gives back what t owns, and its memory. Not on the list any more. */
void wf_thread_release(WfThread *t);

#endif
