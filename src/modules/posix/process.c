/* process.c - os.execv, execve, killpg, setpgid, wait and their like; terminals of a process group.
 * SPDX-License-Identifier: MIT
 * Threads:    exec ends all other threads; nothing of ours is in the way of it. */
#include "modules/posix/arguments.h"
#include "modules/posix/posix.h"

#include "modules/system.h"
#include "objects/bytes.h"
#include "objects/dict.h"
#include "objects/list.h"
#include "objects/str.h"
#include "objects/tuple.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

void wf_posix_free_strings(char **s)
{
    for (char **p = s; p != NULL && *p != NULL; p++) {
        free(*p);
    }
    free(s);
}

/* A tuple or list of paths as a NULL-terminated array. */
char **wf_posix_argv(WfThread *t, WfValue v, const char *fname)
{
    const bool is_execv = strcmp(fname, "execv") == 0;
    if (!wf_is_tuple(v) && !wf_is_list(v)) {
        return WF_FAIL_NULL(wf_raise(t, WF_EXC(TypeError), "%s%s must be a tuple or list", fname, is_execv ? "() arg 2" : ": argv"));
    }
    WfValue tuple = wf_to_tuple(t, v);
    const int64_t n = wf_is_empty(tuple) ? 0 : wf_as_tuple(tuple)->length;
    if (n == 0) {
        return wf_is_empty(tuple) ? NULL : WF_FAIL_NULL(wf_raise(t, WF_EXC(ValueError), "%s%s must not be empty", fname, is_execv ? "() arg 2" : ": argv"));
    }
    char **out = (char **)calloc((size_t)n + 1, sizeof *out);
    for (int64_t i = 0; out != NULL && i < n; i++) {
        const char *s = wf_fs_path(t, wf_tuple_at(wf_as_tuple(tuple), i), fname, "argv");
        if (s != NULL && i == 0 && *s == 0) {
            wf_raise(t, WF_EXC(ValueError), "%s%s first element cannot be empty", fname, is_execv ? "() arg 2" : ": argv");
            s = NULL;
        }
        out[i] = s == NULL ? NULL : strdup(s);
        if (out[i] == NULL) {
            wf_posix_free_strings(out);
            return s == NULL ? NULL : WF_FAIL_NULL(wf_raise_no_memory(t));
        }
    }
    return out == NULL ? WF_FAIL_NULL(wf_raise_no_memory(t)) : out;
}

/* A mapping of names to values as "name=value". */
char **wf_posix_environment(WfThread *t, WfValue v, const char *fname)
{
    WfValue d = wf_dict_new(t), name, value;
    if (wf_is_empty(d) || wf_dict_update(t, wf_as_dict(d), v) != WF_OK) {
        return NULL;
    }
    char **out = (char **)calloc((size_t)wf_dict_used(wf_as_dict(d)) + 1, sizeof *out);
    int64_t n = 0;
    for (int64_t pos = 0; out != NULL && wf_dict_next(wf_as_dict(d), &pos, &name, &value);) {
        const char *key = wf_fs_path(t, name, fname, "env"), *text = key == NULL ? NULL : wf_fs_path(t, value, fname, "env");
        if (text != NULL && (*key == 0 || strchr(key + 1, '=') != NULL)) {
            wf_raise(t, WF_EXC(ValueError), "illegal environment variable name");
            text = NULL;
        }
        if (text == NULL || (out[n] = malloc(strlen(key) + strlen(text) + 2)) == NULL) {
            wf_posix_free_strings(out);
            return text == NULL ? NULL : WF_FAIL_NULL(wf_raise_no_memory(t));
        }
        (void)stpcpy(stpcpy(stpcpy(out[n++], key), "="), text);
    }
    return out == NULL ? WF_FAIL_NULL(wf_raise_no_memory(t)) : out;
}

WfValue wf_posix_execv(WfThread *t, WfValue *a)
{
    const char *path = wf_fs_path(t, a[0], "execv", "path");
    char **argv = path == NULL ? NULL : wf_posix_argv(t, a[1], "execv");
    if (argv == NULL) {
        return WF_EMPTY;
    }
    (void)execv(path, argv);
    int err = errno;
    wf_posix_free_strings(argv);
    return wf_raise_errno(t, err, WF_EMPTY, WF_EMPTY);
}

WfValue wf_posix_execve(WfThread *t, WfValue *a)
{
    int fd = -1;
    const bool by_fd = wf_is_any_int(a[0]);
    const char *path = by_fd ? NULL : wf_fs_path(t, a[0], "execve", "path");
    if ((by_fd && wf_to_fd(t, a[0], &fd) != WF_OK) || (!by_fd && path == NULL)) {
        return WF_EMPTY;
    }
    char **argv = wf_posix_argv(t, a[1], "execve"), **env = argv == NULL ? NULL : wf_posix_environment(t, a[2], "execve");
    if (env == NULL) {
        wf_posix_free_strings(argv);
        return WF_EMPTY;
    }
    (void)(by_fd ? fexecve(fd, argv, env) : execve(path, argv, env));
    int err = errno;
    wf_posix_free_strings(argv);
    wf_posix_free_strings(env);
    return wf_raise_errno(t, err, by_fd ? WF_EMPTY : a[0], WF_EMPTY);
}

WfValue wf_posix_ttyname(WfThread *t, WfValue *a)
{
    int fd;
    char name[256];
    if (wf_to_fd(t, a[0], &fd) != WF_OK) {
        return WF_EMPTY;
    }
    int err = ttyname_r(fd, name, sizeof name);
    return err != 0 ? wf_raise_errno(t, err, WF_EMPTY, WF_EMPTY) : wf_str_decode_fs(t, name, (int64_t)strlen(name));
}

WfValue wf_posix_nice(WfThread *t, WfValue *a)
{
    int by;
    if (wf_to_int(t, a[0], &by) != WF_OK) {
        return WF_EMPTY;
    }
    errno = 0;
    int now = nice(by);
    return now == -1 && errno != 0 ? wf_posix_fail(t) : wf_small_int(now);
}

WfValue wf_posix_wait(WfThread *t, WfValue *a)
{
    int status = 0;
    pid_t pid;
    WF_BLOCKING(t, pid, wait(&status));
    return pid < 0 ? wf_posix_fail(t) : wf_tuple_pair(t, wf_small_int(pid), wf_small_int(status));
}

/* --- reading and writing at a place ------------------------------------------------------------------------------- */

WfValue wf_posix_pread(WfThread *t, WfValue *a)
{
    int fd;
    int64_t n, at;
    if (wf_to_fd(t, a[0], &fd) != WF_OK || wf_to_ssize(t, a[1], &n) != WF_OK || wf_to_i64(t, a[2], &at) != WF_OK) {
        return WF_EMPTY;
    }
    if (n < 0) {
        errno = EINVAL;
        return wf_posix_fail(t);
    }
    WfValue b = wf_bytes_new(t, NULL, n);
    if (wf_is_empty(b)) {
        return b;
    }
    ssize_t got;
    WF_BLOCKING(t, got, pread(fd, wf_as_bytes(b)->data, (size_t)n, at));
    return got < 0 ? wf_posix_fail(t) : got == n ? b : wf_bytes_new(t, wf_as_bytes(b)->data, got);
}

static WfValue write_at(WfThread *t, int fd, const WfView *v, int64_t at)
{
    ssize_t n;
    WF_BLOCKING(t, n, pwrite(fd, v->data, (size_t)v->length, at));
    return n < 0 ? wf_posix_fail(t) : wf_small_int(n);
}

WfValue wf_posix_pwrite(WfThread *t, WfValue *a)
{
    int fd;
    int64_t at;
    WfView v;
    if (wf_to_fd(t, a[0], &fd) != WF_OK || wf_to_i64(t, a[2], &at) != WF_OK || wf_view_get(t, a[1], &v) != WF_OK) {
        return WF_EMPTY;
    }
    WfValue r = write_at(t, fd, &v, at);
    wf_view_release(t, &v);
    return r;
}

WfValue wf_posix_mkfifo(WfThread *t, WfValue *a)
{
    int mode, at = AT_FDCWD;
    const char *path = wf_fs_path(t, a[0], "mkfifo", "path");
    if (path == NULL || wf_to_int(t, a[1], &mode) != WF_OK || (!wf_is_none(a[2]) && wf_to_int(t, a[2], &at) != WF_OK)) {
        return WF_EMPTY;
    }
    return mkfifoat(at, path, (mode_t)mode) < 0 ? wf_raise_errno(t, errno, a[0], WF_EMPTY) : WF_NONE;
}
