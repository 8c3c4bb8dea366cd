/* resource.c - module resource: limits and usage of the process.
 * SPDX-License-Identifier: MIT */
#include "model/builtin.h"
#include "modules/resource.h"
#include "modules/system.h"
#include "objects/int.h"
#include "objects/structseq.h"
#include "objects/tuple.h"

#include <unistd.h>

static const WfStructSeqField usage_fields[] = {
    {"ru_utime", NULL}, {"ru_stime", NULL}, {"ru_maxrss", NULL}, {"ru_ixrss", NULL}, {"ru_idrss", NULL}, {"ru_isrss", NULL},
    {"ru_minflt", NULL}, {"ru_majflt", NULL}, {"ru_nswap", NULL}, {"ru_inblock", NULL}, {"ru_oublock", NULL}, {"ru_msgsnd", NULL},
    {"ru_msgrcv", NULL}, {"ru_nsignals", NULL}, {"ru_nvcsw", NULL}, {"ru_nivcsw", NULL}, {NULL, NULL}};
static const WfStructSeqDesc usage_desc = {"resource.struct_rusage", "What a process has used.", usage_fields, 16};

static WfValue seconds(const struct timeval *tv)
{
    return wf_double((double)tv->tv_sec + (double)tv->tv_usec * 1e-6);
}
WfValue wf_rusage_value(WfThread *t, const struct rusage *u)
{
    WfType *type = wf_structseq_type(t, &usage_desc);
    if (type == NULL) {
        return WF_EMPTY;
    }
    const long n[14] = {u->ru_maxrss, u->ru_ixrss, u->ru_idrss, u->ru_isrss, u->ru_minflt, u->ru_majflt, u->ru_nswap,
                        u->ru_inblock, u->ru_oublock, u->ru_msgsnd, u->ru_msgrcv, u->ru_nsignals, u->ru_nvcsw, u->ru_nivcsw};
    WfValue items[16] = {seconds(&u->ru_utime), seconds(&u->ru_stime)};
    for (int i = 0; i < 14; i++) {
        items[i + 2] = wf_small_int(n[i]);
    }
    return wf_structseq_from(t, type, items, 16);
}
static WfValue re_getrusage(WfThread *t, WfValue *a)
{
    int who;
    struct rusage u;
    if (wf_to_int(t, a[0], &who) != WF_OK) {
        return WF_EMPTY;
    }
    if (getrusage(who, &u) < 0) {
        return errno == EINVAL ? wf_raise(t, WF_EXC(ValueError), "invalid who parameter") : wf_raise_errno(t, errno, WF_EMPTY, WF_EMPTY);
    }
    return wf_rusage_value(t, &u);
}
static WfValue limit_value(WfThread *t, rlim_t v)
{
    return v == RLIM_INFINITY ? wf_small_int(-1) : wf_int_from_u64(t, v);
}
static WfValue pair(WfThread *t, const struct rlimit *l)
{
    WfValue soft = limit_value(t, l->rlim_cur), hard = wf_is_empty(soft) ? soft : limit_value(t, l->rlim_max);
    return wf_is_empty(hard) ? WF_EMPTY : wf_tuple_pair(t, soft, hard);
}
static WfStatus to_limit(WfThread *t, WfValue v, rlim_t *out)
{
    int64_t i;
    if (wf_to_i64(t, v, &i) != WF_OK) {
        return WF_RAISED;
    }
    *out = i == -1 ? RLIM_INFINITY : (rlim_t)i;
    return WF_OK;
}
static WfStatus to_limits(WfThread *t, WfValue v, struct rlimit *l)
{
    WfValue items = wf_to_tuple(t, v);
    if (wf_is_empty(items)) {
        return WF_RAISED;
    }
    const WfTuple *x = wf_as_tuple(items);
    if (x->length != 2) {
        return WF_FAIL(wf_raise(t, WF_EXC(ValueError), "expected a tuple of 2 integers"));
    }
    return to_limit(t, wf_tuple_at(x, 0), &l->rlim_cur) != WF_OK ? WF_RAISED : to_limit(t, wf_tuple_at(x, 1), &l->rlim_max);
}
static WfStatus to_resource(WfThread *t, WfValue v, int *out)
{
    if (wf_to_int(t, v, out) != WF_OK) {
        return WF_RAISED;
    }
    return *out < 0 || *out >= (int)RLIM_NLIMITS ? WF_FAIL(wf_raise(t, WF_EXC(ValueError), "invalid resource specified")) : WF_OK;
}
static WfValue fail_set(WfThread *t)
{
    return errno == EINVAL ? wf_raise(t, WF_EXC(ValueError), "current limit exceeds maximum limit")
           : errno == EPERM ? wf_raise(t, WF_EXC(ValueError), "not allowed to raise maximum limit")
                            : wf_raise_errno(t, errno, WF_EMPTY, WF_EMPTY);
}
static WfValue re_getrlimit(WfThread *t, WfValue *a)
{
    int r;
    struct rlimit l;
    if (to_resource(t, a[0], &r) != WF_OK) {
        return WF_EMPTY;
    }
    return getrlimit((__rlimit_resource_t)r, &l) < 0 ? wf_raise_errno(t, errno, WF_EMPTY, WF_EMPTY) : pair(t, &l);
}
static WfValue re_setrlimit(WfThread *t, WfValue *a)
{
    int r;
    struct rlimit l;
    if (to_resource(t, a[0], &r) != WF_OK || to_limits(t, a[1], &l) != WF_OK) {
        return WF_EMPTY;
    }
    return setrlimit((__rlimit_resource_t)r, &l) < 0 ? fail_set(t) : WF_NONE;
}
static WfValue re_prlimit(WfThread *t, WfValue *a)
{
    int pid, r;
    struct rlimit l, old;
    if (wf_to_int(t, a[0], &pid) != WF_OK || to_resource(t, a[1], &r) != WF_OK || (!wf_is_none(a[2]) && to_limits(t, a[2], &l) != WF_OK)) {
        return WF_EMPTY;
    }
    if (prlimit(pid, (__rlimit_resource_t)r, wf_is_none(a[2]) ? NULL : &l, &old) < 0) {
        return errno == EINVAL ? wf_raise(t, WF_EXC(ValueError), "current limit exceeds maximum limit")
                               : wf_raise_errno(t, errno, WF_EMPTY, WF_EMPTY);
    }
    return pair(t, &old);
}
static WfValue re_getpagesize(WfThread *t, WfValue *a)
{
    return wf_small_int(sysconf(_SC_PAGESIZE));
}
static const WfBuiltinDef functions[] = {
    {"getrusage", re_getrusage, "(who, /)", "What the process, its children or the thread has used.", 0},
    {"getrlimit", re_getrlimit, "(resource, /)", "The soft and the hard limit.", 0},
    {"setrlimit", re_setrlimit, "(resource, limits, /)", "Set the soft and the hard limit.", 0},
    {"prlimit", re_prlimit, "(pid, resource, limits=None, /)", "Get or set limits of any process.", 0},
    {"getpagesize", re_getpagesize, "()", "Bytes of a page.", 0},
    {0}};
static const WfSystemConstant constants[] = {
    WF_CONSTANT(RLIMIT_CPU) WF_CONSTANT(RLIMIT_FSIZE) WF_CONSTANT(RLIMIT_DATA) WF_CONSTANT(RLIMIT_STACK) WF_CONSTANT(RLIMIT_CORE)
    WF_CONSTANT(RLIMIT_NOFILE) WF_CONSTANT(RLIMIT_OFILE) WF_CONSTANT(RLIMIT_AS) WF_CONSTANT(RLIMIT_RSS) WF_CONSTANT(RLIMIT_NPROC)
    WF_CONSTANT(RLIMIT_MEMLOCK) WF_CONSTANT(RLIMIT_MSGQUEUE) WF_CONSTANT(RLIMIT_NICE) WF_CONSTANT(RLIMIT_RTPRIO)
    WF_CONSTANT(RLIMIT_RTTIME) WF_CONSTANT(RLIMIT_SIGPENDING) WF_CONSTANT(RUSAGE_SELF) WF_CONSTANT(RUSAGE_CHILDREN)
    WF_CONSTANT(RUSAGE_THREAD)};
static WfStatus init(WfThread *t, WfValue module)
{
    WfType *type = wf_structseq_type(t, &usage_desc);
    if (type == NULL || wf_module_add(t, module, "struct_rusage", wf_from_object(type)) != WF_OK
        || wf_module_add(t, module, "error", wf_from_object(WF_EXC(OSError))) != WF_OK
        || wf_module_add_int(t, module, "RLIM_INFINITY", -1) != WF_OK) {
        return WF_RAISED;
    }
    return wf_system_constants(t, module, constants, WF_ARRAY_LEN(constants));
}
const WfModuleDef wf_module_resource = {.name = "resource", .doc = "Limits and usage of the process.", .functions = functions, .init = init};
