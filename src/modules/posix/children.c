/* children.c - os.wait, wait3, wait4, waitid, pidfd_open: what becomes of child processes.
 * SPDX-License-Identifier: MIT */
#include "modules/posix/arguments.h"

#include "modules/resource.h"
#include "objects/structseq.h"
#include "objects/tuple.h"

#include <signal.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

WF_POSIX_CALL(pidfd_open, "ii", wf_posix_number, (int)syscall(SYS_pidfd_open, x[0], x[1]))

static WfValue wait_usage(WfThread *t, int pid, int options)
{
    int status = 0, r;
    struct rusage usage = {0};
    WF_BLOCKING(t, r, wait4(pid, &status, options, &usage));
    WfValue v = r < 0 ? wf_posix_fail(t) : wf_rusage_value(t, &usage);
    return wf_is_empty(v) ? v : WF_TUPLE_OF(t, wf_small_int(r), wf_small_int(status), v);
}
static WfValue px_wait3(WfThread *t, WfValue *a)
{
    int options;
    return wf_to_int(t, a[0], &options) == WF_OK ? wait_usage(t, -1, options) : WF_EMPTY;
}
static WfValue px_wait4(WfThread *t, WfValue *a)
{
    int x[2];
    return wf_posix_ints(t, a, "ii", x) == WF_OK ? wait_usage(t, x[0], x[1]) : WF_EMPTY;
}

static const WfStructSeqField waitid_fields[] = {{"si_pid", NULL}, {"si_uid", NULL}, {"si_signo", NULL}, {"si_status", NULL},
                                                 {"si_code", NULL}, {NULL, NULL}};
static const WfStructSeqDesc waitid_desc = {"posix.waitid_result", "What has become of a child process.", waitid_fields, 5};

static WfValue px_waitid(WfThread *t, WfValue *a)
{
    int x[3], r;
    siginfo_t info = {0};
    WfType *type = wf_structseq_type(t, &waitid_desc);
    if (type == NULL || wf_posix_ints(t, a, "iii", x) != WF_OK) {
        return WF_EMPTY;
    }
    WF_BLOCKING(t, r, waitid((idtype_t)x[0], (id_t)x[1], &info, x[2]));
    if (r < 0) {
        return wf_posix_fail(t);
    }
    if (info.si_pid == 0) {
        return WF_NONE;
    }
    const WfValue items[] = {wf_small_int(info.si_pid), wf_small_int(info.si_uid), wf_small_int(info.si_signo), wf_small_int(info.si_status),
                             wf_small_int(info.si_code)};
    return wf_structseq_from(t, type, items, WF_ARRAY_LEN(items));
}

static const WfBuiltinDef functions[] = {
    {"pidfd_open", px_pidfd_open, "(pid, flags=0)", "A descriptor that stands for a process.", 0},
    {"wait3", px_wait3, "(options)", "Wait for any child process: (pid, status, usage).", 0},
    {"wait4", px_wait4, "(pid, options)", "Wait for a child process: (pid, status, usage).", 0},
    {"waitid", px_waitid, "(idtype, id, options, /)", "Wait until children change state; None where none has.", 0},
    {0}};
static const WfSystemConstant constants[] = {
    WF_CONSTANT(CLD_EXITED) WF_CONSTANT(CLD_KILLED) WF_CONSTANT(CLD_DUMPED) WF_CONSTANT(CLD_TRAPPED) WF_CONSTANT(CLD_STOPPED)
    WF_CONSTANT(CLD_CONTINUED) WF_CONSTANT(P_PIDFD)};

WfStatus wf_posix_add_children(WfThread *t, WfValue module)
{
    WfType *type = wf_structseq_type(t, &waitid_desc);
    if (type == NULL || wf_module_add(t, module, "waitid_result", wf_from_object(type)) != WF_OK
        || wf_system_constants(t, module, constants, WF_ARRAY_LEN(constants)) != WF_OK) {
        return WF_RAISED;
    }
    return wf_posix_functions(t, module, functions);
}
