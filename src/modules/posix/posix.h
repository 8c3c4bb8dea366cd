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
/* os.fork (fork.c) */
WfValue wf_posix_fork(WfThread *t, WfValue *a) WF_MUST_CHECK;

#endif
