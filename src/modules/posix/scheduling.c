/* scheduling.c - os.sched_*, getpriority, setpriority.
 * SPDX-License-Identifier: MIT
 * Threads:    process 0 means the calling thread of the system; whoever sets something for it keeps it to itself from then on. */
#include "modules/posix/arguments.h"

#include "objects/int.h"
#include "objects/set.h"
#include "objects/structseq.h"

#include <sched.h>
#include <sys/resource.h>

WF_POSIX_CALL(sched_yield, "", wf_posix_done, sched_yield())
WF_POSIX_CALL(sched_get_priority_max, "i", wf_posix_number, sched_get_priority_max(x[0]))
WF_POSIX_CALL(sched_get_priority_min, "i", wf_posix_number, sched_get_priority_min(x[0]))
WF_POSIX_CALL(sched_getscheduler, "i", wf_posix_number, sched_getscheduler(x[0]))

/* --- sched_param ---------------------------------------------------------------------------------------------------- */

static const WfStructSeqField param_fields[] = {{"sched_priority", "the priority"}, {NULL, NULL}};
static const WfStructSeqDesc param_desc = {"posix.sched_param", "What a scheduling policy is given.", param_fields, 1};

/* The constructor takes the priority itself, not a sequence of it. */
static WfValue param_new(WfThread *t, WfValue *a)
{
    WfType *type = wf_structseq_type(t, &param_desc);
    if (wf_is_empty(a[1])) { /* here, since the signature's words would be __new__'s */
        return wf_raise(t, WF_EXC(TypeError), "sched_param() missing required argument 'sched_priority' (pos 1)");
    }
    return type == NULL ? WF_EMPTY : wf_structseq_from(t, type, &a[1], 1);
}
static const WfBuiltinDef param_new_def = {"__new__", param_new, "(type, sched_priority=?)", NULL, WF_FN_STATIC};

WfStatus wf_posix_sched_priority(WfThread *t, WfValue v, int *out)
{
    WfType *type = wf_structseq_type(t, &param_desc);
    if (type == NULL) {
        return WF_RAISED;
    }
    if (wf_type(v) != type) {
        return WF_FAIL(wf_raise(t, WF_EXC(TypeError), "must have a sched_param object"));
    }
    int64_t priority;
    if (wf_to_i64(t, wf_tuple_at(wf_as_tuple(v), 0), &priority) != WF_OK) {
        return WF_RAISED;
    }
    if (priority < INT32_MIN || priority > INT32_MAX) {
        return WF_FAIL(wf_raise(t, WF_EXC(OverflowError), "sched_priority out of range"));
    }
    *out = (int)priority;
    return WF_OK;
}
static WfValue px_sched_getparam(WfThread *t, WfValue *a)
{
    int pid;
    struct sched_param p;
    WfType *type = wf_structseq_type(t, &param_desc);
    if (type == NULL || wf_to_int(t, a[0], &pid) != WF_OK) {
        return WF_EMPTY;
    }
    if (sched_getparam(pid, &p) < 0) {
        return wf_posix_fail(t);
    }
    WfValue priority = wf_small_int(p.sched_priority);
    return wf_structseq_from(t, type, &priority, 1);
}
static WfValue px_sched_setparam(WfThread *t, WfValue *a)
{
    int pid;
    struct sched_param p = {0};
    if (wf_to_int(t, a[0], &pid) != WF_OK || wf_posix_sched_priority(t, a[1], &p.sched_priority) != WF_OK) {
        return WF_EMPTY;
    }
    t->own_native = true;
    return wf_posix_done(t, sched_setparam(pid, &p));
}
static WfValue px_sched_setscheduler(WfThread *t, WfValue *a)
{
    int x[2];
    struct sched_param p = {0};
    if (wf_posix_ints(t, a, "ii", x) != WF_OK || wf_posix_sched_priority(t, a[2], &p.sched_priority) != WF_OK) {
        return WF_EMPTY;
    }
    t->own_native = true;
    return wf_posix_done(t, sched_setscheduler(x[0], x[1], &p));
}
static WfValue px_sched_rr_get_interval(WfThread *t, WfValue *a)
{
    int pid;
    struct timespec ts;
    if (wf_to_int(t, a[0], &pid) != WF_OK) {
        return WF_EMPTY;
    }
    return sched_rr_get_interval(pid, &ts) < 0 ? wf_posix_fail(t) : wf_double((double)ts.tv_sec + 1e-9 * (double)ts.tv_nsec);
}

/* --- processors and niceness ------------------------------------------------------------------------------------------ */

static WfValue px_getpriority(WfThread *t, WfValue *a)
{
    int x[2];
    if (wf_posix_ints(t, a, "ii", x) != WF_OK) {
        return WF_EMPTY;
    }
    errno = 0; /* -1 is a niceness too */
    int r = getpriority((__priority_which_t)x[0], (id_t)x[1]);
    return r == -1 && errno != 0 ? wf_posix_fail(t) : wf_small_int(r);
}
static WfValue px_setpriority(WfThread *t, WfValue *a)
{
    int x[3];
    if (wf_posix_ints(t, a, "iii", x) != WF_OK) {
        return WF_EMPTY;
    }
    t->own_native = true;
    return wf_posix_done(t, setpriority((__priority_which_t)x[0], (id_t)x[1], x[2]));
}
static WfValue px_sched_getaffinity(WfThread *t, WfValue *a)
{
    int pid;
    cpu_set_t set;
    if (wf_to_int(t, a[0], &pid) != WF_OK) {
        return WF_EMPTY;
    }
    if (sched_getaffinity(pid, sizeof set, &set) < 0) {
        return wf_posix_fail(t);
    }
    WfValue out = wf_set_new(t);
    for (int i = 0; i < CPU_SETSIZE && !wf_is_empty(out); i++) {
        if (CPU_ISSET(i, &set) && wf_set_add(t, WF_AS(WfSet, out), wf_small_int(i)) != WF_OK) {
            return WF_EMPTY;
        }
    }
    return out;
}
static WfValue px_sched_setaffinity(WfThread *t, WfValue *a)
{
    int pid;
    cpu_set_t set;
    CPU_ZERO(&set);
    WfValue it = wf_to_int(t, a[0], &pid) == WF_OK ? wf_iter(t, a[1]) : WF_EMPTY, v;
    WfFound found = wf_is_empty(it) ? WF_ERROR : WF_FOUND;
    while (found == WF_FOUND && (found = wf_next(t, it, &v)) == WF_FOUND) {
        int cpu;
        if (wf_to_int(t, v, &cpu) != WF_OK) {
            return WF_EMPTY;
        }
        if (cpu < 0 || cpu >= CPU_SETSIZE) {
            return wf_raise(t, WF_EXC(ValueError), "negative CPU number");
        }
        CPU_SET(cpu, &set);
    }
    t->own_native = true;
    return found == WF_ERROR ? WF_EMPTY : wf_posix_done(t, sched_setaffinity(pid, sizeof set, &set));
}

static const WfBuiltinDef functions[] = {
    {"getpriority", px_getpriority, "(which, who)", "The niceness of a process, group or user.", 0},
    {"sched_get_priority_max", px_sched_get_priority_max, "(policy)", "The highest priority of a scheduling policy.", 0},
    {"sched_get_priority_min", px_sched_get_priority_min, "(policy)", "The lowest priority of a scheduling policy.", 0},
    {"sched_getaffinity", px_sched_getaffinity, "(pid, /)", "The processors a process may run on.", 0},
    {"sched_getparam", px_sched_getparam, "(pid, /)", "The scheduling parameters of a process.", 0},
    {"sched_getscheduler", px_sched_getscheduler, "(pid, /)", "The scheduling policy of a process.", 0},
    {"sched_rr_get_interval", px_sched_rr_get_interval, "(pid, /)", "The time slice of a process in seconds.", 0},
    {"sched_setaffinity", px_sched_setaffinity, "(pid, mask, /)", "Set the processors a process may run on.", 0},
    {"sched_setparam", px_sched_setparam, "(pid, param, /)", "Set the scheduling parameters of a process.", 0},
    {"sched_setscheduler", px_sched_setscheduler, "(pid, policy, param, /)", "Set the scheduling policy of a process.", 0},
    {"sched_yield", px_sched_yield, "()", "Let other threads of the system run.", 0},
    {"setpriority", px_setpriority, "(which, who, priority)", "Set the niceness of a process, group or user.", 0},
    {0}};

WfStatus wf_posix_add_scheduling(WfThread *t, WfValue module)
{
    WfType *param = wf_structseq_type(t, &param_desc);
    if (param == NULL || wf_structseq_set_new(t, param, &param_new_def) != WF_OK
        || wf_module_add(t, module, "sched_param", wf_from_object(param)) != WF_OK) {
        return WF_RAISED;
    }
    static const WfSystemConstant constants[] = {
        WF_CONSTANT(PRIO_PROCESS) WF_CONSTANT(PRIO_PGRP) WF_CONSTANT(PRIO_USER) WF_CONSTANT(SCHED_OTHER) WF_CONSTANT(SCHED_BATCH)
        WF_CONSTANT(SCHED_FIFO) WF_CONSTANT(SCHED_RR) WF_CONSTANT(SCHED_IDLE) {"SCHED_RESET_ON_FORK", SCHED_RESET_ON_FORK}};
    return wf_system_constants(t, module, constants, WF_ARRAY_LEN(constants)) != WF_OK ? WF_RAISED
                                                                                       : wf_posix_functions(t, module, functions);
}
