/* _posixsubprocess.c - module _posixsubprocess: fork and exec in one, for subprocess.
 * SPDX-License-Identifier: MIT
 *
 * Design: everything the child needs is copied into malloc'd memory before the fork; the child, a copy of a process with several
 * threads, makes system calls only, up to exec. What goes wrong there is told to the parent through errpipe_write, in the form
 * that subprocess reads: "OSError:<errno in hex>:<what>".
 * With preexec_fn the child runs Python code first, so that fork is one as os.fork makes it.
 * Threads: no state. */
#include "model/builtin.h"
#include "modules/posix/posix.h"
#include "objects/bytes.h"
#include "objects/exceptions.h"
#include "objects/list.h"
#include "objects/str.h"
#include "objects/tuple.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>

typedef struct Spawn {
    char **argv, **executables, **env;
    const char *cwd;
    int *keep;
    int n_keep;
    int p2cread, p2cwrite, c2pread, c2pwrite, errread, errwrite, errpipe_read, errpipe_write;
    bool close_fds, restore_signals, new_session;
    int process_group, umask;
    bool set_gid, set_uid;
    gid_t gid, *gids;
    int n_gids; /* -1: none given */
    uid_t uid;
} Spawn;

static void free_strings(char **s)
{
    for (char **p = s; p != NULL && *p != NULL; p++) {
        free(*p);
    }
    free(s);
}
static void free_spawn(Spawn *s)
{
    free_strings(s->argv);
    free_strings(s->executables);
    free_strings(s->env);
    free(s->keep);
    free(s->gids);
}

/* A sequence of paths as a NULL-terminated array. */
static char **strings_of(WfThread *t, WfValue v)
{
    WfValue tuple = wf_to_tuple(t, v);
    if (wf_is_empty(tuple)) {
        return NULL;
    }
    int64_t n = wf_as_tuple(tuple)->length;
    char **out = (char **)calloc((size_t)n + 1, sizeof *out);
    for (int64_t i = 0; out != NULL && i < n; i++) {
        const char *s = wf_fs_path(t, wf_tuple_at(wf_as_tuple(tuple), i), "fork_exec", "args");
        out[i] = s == NULL ? NULL : strdup(s);
        if (out[i] == NULL) {
            free_strings(out);
            if (s != NULL) {
                (void)wf_raise_no_memory(t);
            }
            return NULL;
        }
    }
    return out == NULL ? WF_FAIL_NULL(wf_raise_no_memory(t)) : out;
}

/* Descriptors from 3 up, but for `keep` (sorted) and the error pipe, are closed. */
static void close_others(const Spawn *s)
{
    int from = 3;
    for (int i = 0; i < s->n_keep; i++) {
        if (s->keep[i] >= from) {
            if (s->keep[i] > from) {
                (void)close_range((unsigned)from, (unsigned)s->keep[i] - 1, 0);
            }
            from = s->keep[i] + 1;
        }
    }
    (void)close_range((unsigned)from, ~0u, 0);
}

static int move(int fd, int to)
{
    if (fd == to) { /* it is to survive exec */
        return fcntl(fd, F_SETFD, 0);
    }
    return fd < 0 ? 0 : dup2(fd, to);
}

static void run_child(const Spawn *s, WfThread *t, WfValue preexec) __attribute__((noreturn));
/* t NULL: no Python code is run. */
static void run_child(const Spawn *s, WfThread *t, WfValue preexec)
{
    const char *what = "";
    int c2pwrite = s->c2pwrite, errwrite = s->errwrite;
    if (s->p2cwrite >= 0) {
        close(s->p2cwrite);
    }
    if (s->c2pread >= 0) {
        close(s->c2pread);
    }
    if (s->errread >= 0) {
        close(s->errread);
    }
    close(s->errpipe_read);
    if (c2pwrite == 0 && (c2pwrite = dup(c2pwrite)) < 0) {
        goto failed;
    }
    while (errwrite == 0 || errwrite == 1) {
        if ((errwrite = dup(errwrite)) < 0) {
            goto failed;
        }
    }
    if (move(s->p2cread, 0) < 0 || move(c2pwrite, 1) < 0 || move(errwrite, 2) < 0) {
        goto failed;
    }
    if (s->cwd != NULL && chdir(s->cwd) < 0) {
        what = "noexec:chdir";
        goto failed;
    }
    if (s->umask >= 0) {
        (void)umask((mode_t)s->umask);
    }
    if (s->restore_signals) {
        (void)signal(SIGPIPE, SIG_DFL);
        (void)signal(SIGXFSZ, SIG_DFL);
    }
    if (s->new_session && setsid() < 0) {
        goto failed;
    }
    if (s->process_group >= 0 && setpgid(0, s->process_group) < 0) {
        goto failed;
    }
    if (s->n_gids >= 0 && setgroups((size_t)s->n_gids, s->gids) < 0) {
        goto failed;
    }
    if ((s->set_gid && setregid(s->gid, s->gid) < 0) || (s->set_uid && setreuid(s->uid, s->uid) < 0)) {
        goto failed;
    }
    if (t != NULL && wf_is_empty(wf_call0(t, preexec))) {
        static const char text[] = "SubprocessError:0:Exception occurred in preexec_fn.";
        (void)!write(s->errpipe_write, text, sizeof text - 1);
        _exit(255);
    }
    if (s->close_fds) {
        close_others(s);
    }
    int saved = ENOENT;
    for (char **e = s->executables; *e != NULL; e++) {
        if (s->env != NULL) {
            (void)execve(*e, s->argv, s->env);
        } else {
            (void)execv(*e, s->argv);
        }
        if (errno != ENOENT && errno != ENOTDIR) {
            saved = errno;
        }
    }
    errno = saved;
failed:;
    char text[64];
    int n = snprintf(text, sizeof text, "OSError:%x:%s", (unsigned)errno, what);
    (void)!write(s->errpipe_write, text, (size_t)n);
    _exit(255);
}

enum {
    A_ARGS, A_EXECUTABLES, A_CLOSE_FDS, A_KEEP, A_CWD, A_ENV, A_P2CREAD, A_P2CWRITE, A_C2PREAD, A_C2PWRITE, A_ERRREAD, A_ERRWRITE,
    A_ERRPIPE_READ, A_ERRPIPE_WRITE, A_RESTORE, A_SESSION, A_GROUP, A_GID, A_GIDS, A_UID, A_UMASK, A_PREEXEC, A_VFORK
};

static WfStatus fill(WfThread *t, WfValue *a, Spawn *s)
{
    int *const ints[] = {&s->p2cread, &s->p2cwrite, &s->c2pread, &s->c2pwrite, &s->errread, &s->errwrite, &s->errpipe_read, &s->errpipe_write};
    for (size_t i = 0; i < WF_ARRAY_LEN(ints); i++) {
        if (wf_to_int(t, a[A_P2CREAD + i], ints[i]) != WF_OK) {
            return WF_RAISED;
        }
    }
    if (wf_to_bool(t, a[A_CLOSE_FDS], &s->close_fds) != WF_OK || wf_to_bool(t, a[A_RESTORE], &s->restore_signals) != WF_OK
        || wf_to_bool(t, a[A_SESSION], &s->new_session) != WF_OK || wf_to_int(t, a[A_GROUP], &s->process_group) != WF_OK
        || wf_to_int(t, a[A_UMASK], &s->umask) != WF_OK) {
        return WF_RAISED;
    }
    if (!wf_is_tuple(a[A_KEEP])) {
        return WF_FAIL(wf_raise(t, WF_EXC(TypeError), "fork_exec() argument 4 must be tuple, not %t", a[A_KEEP]));
    }
    const WfTuple *keep = wf_as_tuple(a[A_KEEP]);
    s->keep = (int *)calloc((size_t)keep->length + 1, sizeof *s->keep);
    for (int64_t i = 0; s->keep != NULL && i < keep->length; i++) {
        if (!wf_is_int(wf_tuple_at(keep, i)) || wf_as_int(wf_tuple_at(keep, i)) < 0
            || (i > 0 && wf_as_int(wf_tuple_at(keep, i)) <= s->keep[i - 1])) {
            return WF_FAIL(wf_raise(t, WF_EXC(ValueError), "bad value(s) in fds_to_keep"));
        }
        s->keep[s->n_keep++] = (int)wf_as_int(wf_tuple_at(keep, i));
    }
    s->n_gids = -1;
    if (!wf_is_none(a[A_GIDS])) {
        WfValue gids = wf_to_tuple(t, a[A_GIDS]);
        if (wf_is_empty(gids)) {
            return WF_RAISED;
        }
        s->n_gids = (int)wf_as_tuple(gids)->length;
        s->gids = (gid_t *)calloc((size_t)s->n_gids + 1, sizeof *s->gids);
        for (int i = 0; s->gids != NULL && i < s->n_gids; i++) {
            int64_t gid;
            if (wf_to_i64(t, wf_tuple_at(wf_as_tuple(gids), i), &gid) != WF_OK) {
                return WF_RAISED;
            }
            s->gids[i] = (gid_t)gid;
        }
    }
    int64_t id;
    if (!wf_is_none(a[A_GID])) {
        if (wf_to_i64(t, a[A_GID], &id) != WF_OK) {
            return WF_RAISED;
        }
        s->set_gid = true;
        s->gid = (gid_t)id;
    }
    if (!wf_is_none(a[A_UID])) {
        if (wf_to_i64(t, a[A_UID], &id) != WF_OK) {
            return WF_RAISED;
        }
        s->set_uid = true;
        s->uid = (uid_t)id;
    }
    if (!wf_is_none(a[A_CWD]) && (s->cwd = wf_fs_path(t, a[A_CWD], "fork_exec", "cwd")) == NULL) {
        return WF_RAISED;
    }
    s->argv = strings_of(t, a[A_ARGS]);
    s->executables = s->argv == NULL ? NULL : strings_of(t, a[A_EXECUTABLES]);
    if (s->executables == NULL || (!wf_is_none(a[A_ENV]) && (s->env = strings_of(t, a[A_ENV])) == NULL)) {
        return WF_RAISED;
    }
    return WF_OK;
}

static WfValue fork_exec(WfThread *t, WfValue *a)
{
    const bool preexec = !wf_is_none(a[A_PREEXEC]);
    Spawn s;
    memset(&s, 0, sizeof s);
    WfValue result = WF_EMPTY;
    if (fill(t, a, &s) == WF_OK) {
        sigset_t all, old; /* no handler of ours runs in the child */
        sigfillset(&all);
        (void)pthread_sigmask(SIG_BLOCK, &all, &old);
        if (preexec) {
            wf_fork_before(t);
        }
        pid_t pid = fork();
        int err = errno;
        if (preexec) {
            wf_fork_after(t, pid);
        }
        if (pid == 0) {
            for (int i = 1; i < 65; i++) {
                struct sigaction sa;
                if (sigaction(i, NULL, &sa) == 0 && sa.sa_handler != SIG_IGN && sa.sa_handler != SIG_DFL) {
                    (void)signal(i, SIG_DFL);
                }
            }
            (void)pthread_sigmask(SIG_SETMASK, &old, NULL);
            run_child(&s, preexec ? t : NULL, a[A_PREEXEC]);
        }
        (void)pthread_sigmask(SIG_SETMASK, &old, NULL);
        result = pid < 0 ? wf_raise_errno(t, err, WF_EMPTY, WF_EMPTY) : wf_small_int(pid);
    }
    free_spawn(&s);
    return result;
}

static const WfBuiltinDef functions[] = {
    {"fork_exec", fork_exec,
     "(args, executable_list, close_fds, pass_fds, cwd, env, p2cread, p2cwrite, c2pread, c2pwrite, errread, errwrite, errpipe_read, "
     "errpipe_write, restore_signals, call_setsid, pgid_to_set, gid, extra_groups, uid, child_umask, preexec_fn, allow_vfork, /)",
     "Fork; the child executes the first of the programs that can be.", 0},
    {0}};
const WfModuleDef wf_module__posixsubprocess = {
    .name = "_posixsubprocess", .doc = "fork and exec in one, for subprocess.", .functions = functions};
