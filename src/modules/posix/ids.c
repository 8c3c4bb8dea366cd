/* ids.c - os.getuid, setreuid, getgroups, getpgid, setsid and their like: whom a process belongs to.
 * SPDX-License-Identifier: MIT
 * Threads:    the C library changes the ids of all threads of the process together. */
#include "modules/posix/arguments.h"

#include "objects/list.h"
#include "objects/str.h"
#include "objects/tuple.h"

#include <grp.h>
#include <limits.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#define GET_ID(name)                                                                               \
    static WfValue px_##name(WfThread *t, WfValue *a)                                              \
    {                                                                                              \
        return wf_small_int((int64_t)name());                                                      \
    }
GET_ID(getpid)
GET_ID(getppid)
GET_ID(getuid)
GET_ID(geteuid)
GET_ID(getgid)
GET_ID(getegid)
GET_ID(getpgrp)

WF_POSIX_CALL(setuid, "u", wf_posix_done, setuid((uid_t)x[0]))
WF_POSIX_CALL(seteuid, "u", wf_posix_done, seteuid((uid_t)x[0]))
WF_POSIX_CALL(setreuid, "uu", wf_posix_done, setreuid((uid_t)x[0], (uid_t)x[1]))
WF_POSIX_CALL(setresuid, "uuu", wf_posix_done, setresuid((uid_t)x[0], (uid_t)x[1], (uid_t)x[2]))
WF_POSIX_CALL(setgid, "g", wf_posix_done, setgid((gid_t)x[0]))
WF_POSIX_CALL(setegid, "g", wf_posix_done, setegid((gid_t)x[0]))
WF_POSIX_CALL(setregid, "gg", wf_posix_done, setregid((gid_t)x[0], (gid_t)x[1]))
WF_POSIX_CALL(setresgid, "ggg", wf_posix_done, setresgid((gid_t)x[0], (gid_t)x[1], (gid_t)x[2]))
WF_POSIX_CALL(getpgid, "i", wf_posix_number, getpgid(x[0]))
WF_POSIX_CALL(getsid, "i", wf_posix_number, getsid(x[0]))
WF_POSIX_CALL(setsid, "", wf_posix_done, setsid())
WF_POSIX_CALL(setpgid, "ii", wf_posix_done, setpgid(x[0], x[1]))
WF_POSIX_CALL(setpgrp, "", wf_posix_done, setpgid(0, 0))
WF_POSIX_CALL(tcgetpgrp, "i", wf_posix_number, tcgetpgrp(x[0]))
WF_POSIX_CALL(tcsetpgrp, "ii", wf_posix_done, tcsetpgrp(x[0], x[1]))

static WfValue three(WfThread *t, int r, const uint32_t ids[3])
{
    return r < 0 ? wf_posix_fail(t) : WF_TUPLE_OF(t, wf_small_int(ids[0]), wf_small_int(ids[1]), wf_small_int(ids[2]));
}
static WfValue px_getresuid(WfThread *t, WfValue *a)
{
    uid_t ids[3];
    int r = getresuid(&ids[0], &ids[1], &ids[2]);
    return three(t, r, ids);
}
static WfValue px_getresgid(WfThread *t, WfValue *a)
{
    gid_t ids[3];
    int r = getresgid(&ids[0], &ids[1], &ids[2]);
    return three(t, r, ids);
}

/* --- supplementary groups ----------------------------------------------------------------------------------------- */

static WfValue groups_list(WfThread *t, const gid_t *groups, int n)
{
    WfValue list = wf_list_new(t, n);
    for (int i = 0; i < n && !wf_is_empty(list); i++) {
        if (wf_list_append(t, wf_as_list(list), wf_small_int(groups[i])) != WF_OK) {
            return WF_EMPTY;
        }
    }
    return list;
}
static gid_t *groups_new(WfThread *t, int n)
{
    gid_t *groups = (gid_t *)malloc(sizeof *groups * (size_t)(n > 0 ? n : 1));
    return groups != NULL ? groups : WF_FAIL_NULL(wf_raise_no_memory(t));
}
static WfValue px_getgroups(WfThread *t, WfValue *a)
{
    gid_t *groups = groups_new(t, NGROUPS_MAX);
    if (groups == NULL) {
        return WF_EMPTY;
    }
    int n = getgroups(NGROUPS_MAX, groups);
    WfValue list = n < 0 ? wf_posix_fail(t) : groups_list(t, groups, n);
    free(groups);
    return list;
}
static WfValue px_getgrouplist(WfThread *t, WfValue *a)
{
    int gid, n = NGROUPS_MAX;
    if (!wf_is_str(a[0])) {
        return wf_raise(t, WF_EXC(TypeError), "getgrouplist() argument 1 must be str, not %T", a[0]);
    }
    const char *user = wf_fs_path(t, a[0], "getgrouplist", "user");
    gid_t *groups = user == NULL || wf_posix_ints(t, &a[1], "g", &gid) != WF_OK ? NULL : groups_new(t, n);
    if (groups == NULL) {
        return WF_EMPTY;
    }
    wf_thread_detach(t);
    int r = getgrouplist(user, (gid_t)gid, groups, &n), err = errno;
    wf_thread_attach(t);
    WfValue list = r < 0 ? wf_raise_errno(t, err, WF_EMPTY, WF_EMPTY) : groups_list(t, groups, n);
    free(groups);
    return list;
}
static WfValue set_groups(WfThread *t, const WfTuple *items, gid_t *groups)
{
    for (int64_t i = 0; i < items->length; i++) {
        WfValue v = wf_tuple_at(items, i);
        int gid;
        if (!wf_is_any_int(v)) {
            return wf_raise(t, WF_EXC(TypeError), "groups must be integers");
        }
        if (wf_posix_ints(t, &v, "g", &gid) != WF_OK) {
            return WF_EMPTY;
        }
        groups[i] = (gid_t)gid;
    }
    return wf_posix_done(t, setgroups((size_t)items->length, groups));
}
static WfValue px_setgroups(WfThread *t, WfValue *a)
{
    WfValue items = wf_posix_sequence(t, a[0], "setgroups argument must be a sequence");
    if (wf_is_empty(items)) {
        return items;
    }
    const WfTuple *tuple = wf_as_tuple(items);
    if (tuple->length > NGROUPS_MAX) {
        return wf_raise(t, WF_EXC(ValueError), "too many groups");
    }
    gid_t *groups = groups_new(t, (int)tuple->length);
    WfValue r = groups == NULL ? WF_EMPTY : set_groups(t, tuple, groups);
    free(groups);
    return r;
}
static WfValue px_initgroups(WfThread *t, WfValue *a)
{
    int gid, r;
    const char *user = wf_posix_text(t, a[0]);
    if (user == NULL || wf_posix_ints(t, &a[1], "g", &gid) != WF_OK) {
        return WF_EMPTY;
    }
    WF_BLOCKING(t, r, initgroups(user, (gid_t)gid));
    return wf_posix_done(t, r);
}
static WfValue px_getlogin(WfThread *t, WfValue *a)
{
    char name[LOGIN_NAME_MAX + 1];
    int err = getlogin_r(name, sizeof name);
    return err != 0 ? wf_raise_errno(t, err, WF_EMPTY, WF_EMPTY) : wf_posix_name(t, name, false);
}
static WfValue px_killpg(WfThread *t, WfValue *a)
{
    int x[2];
    if (wf_posix_ints(t, a, "ii", x) != WF_OK) {
        return WF_EMPTY;
    }
    if (killpg(x[0], x[1]) < 0) {
        return wf_posix_fail(t);
    }
    return t->is_main && wf_handle_breaker(t) != WF_OK ? WF_EMPTY : WF_NONE; /* the signal may be for us */
}

static const WfBuiltinDef functions[] = {
    {"getegid", px_getegid, "()", "The effective group.", 0},
    {"geteuid", px_geteuid, "()", "The effective user.", 0},
    {"getgid", px_getgid, "()", "The group.", 0},
    {"getgrouplist", px_getgrouplist, "(user, group, /)", "The groups of a user, with the given one.", 0},
    {"getgroups", px_getgroups, "()", "The supplementary groups.", 0},
    {"getlogin", px_getlogin, "()", "Who has logged in on the controlling terminal.", 0},
    {"getpgid", px_getpgid, "(pid)", "The process group of a process.", 0},
    {"getpgrp", px_getpgrp, "()", "The process group.", 0},
    {"getpid", px_getpid, "()", "The process.", 0},
    {"getppid", px_getppid, "()", "The parent process.", 0},
    {"getresgid", px_getresgid, "()", "The real, effective and saved group.", 0},
    {"getresuid", px_getresuid, "()", "The real, effective and saved user.", 0},
    {"getsid", px_getsid, "(pid, /)", "The session of a process.", 0},
    {"getuid", px_getuid, "()", "The user.", 0},
    {"initgroups", px_initgroups, "(username, gid, /)", "Set the supplementary groups to those of a user.", 0},
    {"killpg", px_killpg, "(pgid, signal, /)", "Send a signal to a process group.", 0},
    {"setegid", px_setegid, "(egid, /)", "Set the effective group.", 0},
    {"seteuid", px_seteuid, "(euid, /)", "Set the effective user.", 0},
    {"setgid", px_setgid, "(gid, /)", "Set the group.", 0},
    {"setgroups", px_setgroups, "(groups, /)", "Set the supplementary groups.", 0},
    {"setpgid", px_setpgid, "(pid, pgrp, /)", "Put a process into a process group.", 0},
    {"setpgrp", px_setpgrp, "()", "Make this process the leader of a group.", 0},
    {"setregid", px_setregid, "(rgid, egid, /)", "Set the real and effective group.", 0},
    {"setresgid", px_setresgid, "(rgid, egid, sgid, /)", "Set the real, effective and saved group.", 0},
    {"setresuid", px_setresuid, "(ruid, euid, suid, /)", "Set the real, effective and saved user.", 0},
    {"setreuid", px_setreuid, "(ruid, euid, /)", "Set the real and effective user.", 0},
    {"setsid", px_setsid, "()", "Begin a session.", 0},
    {"setuid", px_setuid, "(uid, /)", "Set the user.", 0},
    {"tcgetpgrp", px_tcgetpgrp, "(fd, /)", "The process group in a terminal's foreground.", 0},
    {"tcsetpgrp", px_tcsetpgrp, "(fd, pgid, /)", "Set the process group in a terminal's foreground.", 0},
    {0}};

WfStatus wf_posix_add_ids(WfThread *t, WfValue module)
{
    return wf_posix_functions(t, module, functions);
}
