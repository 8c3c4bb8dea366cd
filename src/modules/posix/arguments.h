/* arguments.h - what the functions of module posix share: arguments to C values, results to Python values, tables.
 * SPDX-License-Identifier: MIT */
#ifndef WF_MODULES_POSIX_ARGUMENTS_H
#define WF_MODULES_POSIX_ARGUMENTS_H

#include "modules/system.h"

/* A path argument: `text` or `fd`. */
typedef struct WfPosixPath {
    const char *text;
    int fd;
    bool is_bytes; /* names that come out are bytes too */
    WfValue object;
} WfPosixPath;
WfStatus wf_posix_path(WfThread *t, WfValue v, const char *fname, bool allow_fd, bool allow_none, WfPosixPath *p) WF_MUST_CHECK;
/* A path-like text that is no path argument; NULL: raised. */
const char *wf_posix_text(WfThread *t, WfValue v) WF_MUST_CHECK;
/* An argument dir_fd=None. */
WfStatus wf_posix_dir_fd(WfThread *t, WfValue v, int *fd) WF_MUST_CHECK;
/* An unsigned number of 64 bits. */
WfStatus wf_posix_device(WfThread *t, WfValue v, uint64_t *out) WF_MUST_CHECK;
/* Integers into out[], one for each letter of format: i int, f descriptor or object with fileno(), u user, g group (-1 passes). */
WfStatus wf_posix_ints(WfThread *t, const WfValue *a, const char *format, int *out) WF_MUST_CHECK;

/* A sequence (no set, no iterator) as a tuple; TypeError(message). */
WfValue wf_posix_sequence(WfThread *t, WfValue v, const char *message) WF_MUST_CHECK;

/* errno as an exception; with the path, with nothing. */
WfValue wf_posix_fail_path(WfThread *t, const WfPosixPath *p) WF_MUST_CHECK;
WfValue wf_posix_fail(WfThread *t) WF_MUST_CHECK;
/* None, or errno where r is below 0. */
WfValue wf_posix_done(WfThread *t, int r) WF_MUST_CHECK;
WfValue wf_posix_done_path(WfThread *t, int r, const WfPosixPath *p) WF_MUST_CHECK;
/* A number, or errno where it is below 0. */
WfValue wf_posix_number(WfThread *t, int64_t r) WF_MUST_CHECK;
WfValue wf_posix_name(WfThread *t, const char *s, bool is_bytes) WF_MUST_CHECK;
/* The functions of a table that ends in {0}. */
WfStatus wf_posix_functions(WfThread *t, WfValue module, const WfBuiltinDef *functions) WF_MUST_CHECK;

/* process.c: a tuple or list of paths, a mapping, as NULL-terminated arrays; NULL: raised. */
char **wf_posix_argv(WfThread *t, WfValue v, const char *fname) WF_MUST_CHECK;
char **wf_posix_environment(WfThread *t, WfValue v, const char *fname) WF_MUST_CHECK;
void wf_posix_free_strings(char **s);

/* A function of integers x[] that makes one call, detached and again after signals. `result`: wf_posix_done or wf_posix_number. */
#define WF_POSIX_CALL(name, format, result, call)                                                  \
    static WfValue px_##name(WfThread *t, WfValue *a)                                              \
    {                                                                                              \
        int x[4] = {0}, r;                                                                         \
        if (wf_posix_ints(t, a, format, x) != WF_OK) {                                             \
            return WF_EMPTY;                                                                       \
        }                                                                                          \
        WF_BLOCKING(t, r, (call));                                                                 \
        return result(t, r);                                                                       \
    }

/* What each file adds to the module: functions, constants, types. */
WfStatus wf_posix_add_ids(WfThread *t, WfValue module) WF_MUST_CHECK;
WfStatus wf_posix_add_scheduling(WfThread *t, WfValue module) WF_MUST_CHECK;
WfStatus wf_posix_add_spawn(WfThread *t, WfValue module) WF_MUST_CHECK;
WfStatus wf_posix_add_children(WfThread *t, WfValue module) WF_MUST_CHECK;
WfStatus wf_posix_add_files(WfThread *t, WfValue module) WF_MUST_CHECK;
WfStatus wf_posix_add_transfer(WfThread *t, WfValue module) WF_MUST_CHECK;
WfStatus wf_posix_add_attributes(WfThread *t, WfValue module) WF_MUST_CHECK;
WfStatus wf_posix_add_configuration(WfThread *t, WfValue module) WF_MUST_CHECK;
/* scheduling.c: the priority in a sched_param. */
WfStatus wf_posix_sched_priority(WfThread *t, WfValue v, int *out) WF_MUST_CHECK;

#endif
