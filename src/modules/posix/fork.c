/* fork.c - os.fork, forkpty, openpty.
 * SPDX-License-Identifier: MIT
 * Design:     the world is stopped around fork(), so that no lock of the runtime is held half way; in the child the calling thread is
 *             the only one and becomes the main thread. The import lock is taken, so that the child sees no module of another thread half made. Functions of os.register_at_fork run before the stop and after it.
 * Threads:    any thread may fork. */
#include "modules/posix/posix.h"

#include "objects/list.h"
#include "objects/tuple.h"
#include "runtime/import.h"
#include "runtime/import_fast.h"
#include "runtime/signals.h"

#include <errno.h>
#include <fcntl.h>
#include <pty.h>
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

void wf_fork_before(WfThread *t)
{
    call_all(t, t->interp->before_fork, true);
    wf_import_lock(t);
    wf_threads_before_fork(t);
}

void wf_fork_after(WfThread *t, pid_t pid)
{
    if (pid == 0) {
        wf_threads_after_fork(t);
        wf_signals_after_fork(t);
        wf_import_unlock(t);
        wf_import_fast_after_fork(t);
        call_all(t, t->interp->after_fork_child, false);
    } else {
        wf_threads_after_fork_parent(t);
        wf_import_unlock(t);
        call_all(t, t->interp->after_fork_parent, false);
    }
}

WfValue wf_posix_fork(WfThread *t, WfValue *a)
{
    wf_fork_before(t);
    pid_t pid = fork();
    int err = errno;
    wf_fork_after(t, pid);
    return pid < 0 ? wf_raise_errno(t, err, WF_EMPTY, WF_EMPTY) : wf_small_int(pid);
}

WfValue wf_posix_forkpty(WfThread *t, WfValue *a)
{
    int master = -1;
    wf_fork_before(t);
    pid_t pid = forkpty(&master, NULL, NULL, NULL);
    int err = errno;
    wf_fork_after(t, pid);
    return pid < 0 ? wf_raise_errno(t, err, WF_EMPTY, WF_EMPTY) : wf_tuple_pair(t, wf_small_int(pid), wf_small_int(master));
}

WfValue wf_posix_openpty(WfThread *t, WfValue *a)
{
    int fds[2];
    if (openpty(&fds[0], &fds[1], NULL, NULL, NULL) < 0) {
        return wf_raise_errno(t, errno, WF_EMPTY, WF_EMPTY);
    }
    for (int i = 0; i < 2; i++) {
        if (fcntl(fds[i], F_SETFD, FD_CLOEXEC) < 0) {
            int err = errno;
            (void)close(fds[0]);
            (void)close(fds[1]);
            return wf_raise_errno(t, err, WF_EMPTY, WF_EMPTY);
        }
    }
    return wf_tuple_pair(t, wf_small_int(fds[0]), wf_small_int(fds[1]));
}
