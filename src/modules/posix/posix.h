/* posix.h - what other modules need of module posix.
 * SPDX-License-Identifier: MIT */
#ifndef WF_MODULES_POSIX_H
#define WF_MODULES_POSIX_H

#include "model/object.h"
#include "objects/genericalias.h"

#include <signal.h>
#include <sys/stat.h>

WfValue wf_stat_value(WfThread *t, const struct stat *s) WF_MUST_CHECK;
/* A descriptor, or an object with fileno(). */
WfStatus wf_to_fd(WfThread *t, WfValue v, int *fd) WF_MUST_CHECK;
/* fork.c: os.fork, forkpty, openpty; and what goes around any fork() after which the child runs Python code. */
WfValue wf_posix_fork(WfThread *t, WfValue *a) WF_MUST_CHECK;
WfValue wf_posix_forkpty(WfThread *t, WfValue *a) WF_MUST_CHECK;
WfValue wf_posix_openpty(WfThread *t, WfValue *a) WF_MUST_CHECK;
void wf_fork_before(WfThread *t);
void wf_fork_after(WfThread *t, pid_t pid); /* in both; pid -1: it failed */

/* process.c */
WfValue wf_posix_execv(WfThread *t, WfValue *a) WF_MUST_CHECK;
WfValue wf_posix_execve(WfThread *t, WfValue *a) WF_MUST_CHECK;
WfValue wf_posix_ttyname(WfThread *t, WfValue *a) WF_MUST_CHECK;
WfValue wf_posix_nice(WfThread *t, WfValue *a) WF_MUST_CHECK;
WfValue wf_posix_wait(WfThread *t, WfValue *a) WF_MUST_CHECK;
WfValue wf_posix_pread(WfThread *t, WfValue *a) WF_MUST_CHECK;
WfValue wf_posix_pwrite(WfThread *t, WfValue *a) WF_MUST_CHECK;
WfValue wf_posix_mkfifo(WfThread *t, WfValue *a) WF_MUST_CHECK;

#endif
