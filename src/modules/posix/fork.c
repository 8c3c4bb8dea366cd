/* fork.c - os.fork.
 * SPDX-License-Identifier: MIT
 * Design:     the world is stopped around fork(), so that no lock of the runtime is held half way; in the child the calling thread is
 *             the only one and becomes the main thread. Functions of os.register_at_fork run before the stop and after it.
 * Threads:    any thread may fork. */
#include "modules/posix/posix.h"

#include "objects/list.h"
#include "runtime/signals.h"

#include <errno.h>

#include <unistd.h>

/* Errors are reported, and the others are called all the same. */
static void call_all(WfThread *t, WfValue list, bool reversed)
{
    int64_t n = wf_is_empty(list) ? 0 : wf_list_length(wf_as_list(list));
    for (int64_t i = 0; i < n; i++) {
        WfValue f = wf_list_at(wf_as_list(list), reversed ? n - 1 - i : i);
        if (!wf_is_empty(f) && wf_is_empty(wf_call0(t, f))) {
            wf_write_unraisable(t, NULL, f);
        }
    }
}

WfValue wf_posix_fork(WfThread *t, WfValue *a)
{
    call_all(t, t->interp->before_fork, true);
    wf_threads_before_fork(t);
    pid_t pid = fork();
    int err = errno;
    if (pid == 0) {
        wf_threads_after_fork(t);
        wf_signals_after_fork(t);
        call_all(t, t->interp->after_fork_child, false);
        return wf_small_int(0);
    }
    wf_threads_after_fork_parent(t);
    call_all(t, t->interp->after_fork_parent, false);
    return pid < 0 ? wf_raise_errno(t, err, WF_EMPTY, WF_EMPTY) : wf_small_int(pid);
}
