/* spawn.c - os.posix_spawn, posix_spawnp.
 * SPDX-License-Identifier: MIT
 * Design:     the arguments become the C library's file actions and attributes; it knows how to make a child of a process with
 *             threads. Paths in file actions are copied by it. */
#include "modules/posix/arguments.h"

#include "objects/str.h"
#include "objects/tuple.h"
#include "runtime/signals.h"

#include <sched.h>
#include <spawn.h>
#include <stdlib.h>

enum { ACTION_OPEN, ACTION_CLOSE, ACTION_DUP2, N_ACTIONS };

static WfStatus check(WfThread *t, int err)
{
    return err == 0 ? WF_OK : WF_FAIL(wf_raise_errno(t, err, WF_EMPTY, WF_EMPTY));
}

static WfStatus add_action(WfThread *t, WfValue v, posix_spawn_file_actions_t *actions)
{
    static const struct {
        const char *format; /* of the integers behind the kind; s: a path */
        const char *message;
    } kinds[N_ACTIONS] = {{"isii", "A open file_action tuple must have 5 elements"},
                          {"i", "A close file_action tuple must have 2 elements"},
                          {"ii", "A dup2 file_action tuple must have 3 elements"}};
    const WfTuple *action = wf_is_tuple(v) ? wf_as_tuple(v) : NULL;
    int kind, x[4] = {0};
    const char *path = NULL;
    if (action == NULL || action->length == 0) {
        return WF_FAIL(wf_raise(t, WF_EXC(TypeError), "Each file_actions element must be a non-empty tuple"));
    }
    if (wf_to_int(t, wf_tuple_at(action, 0), &kind) != WF_OK) {
        return WF_RAISED;
    }
    if (kind < 0 || kind >= N_ACTIONS) {
        return WF_FAIL(wf_raise(t, WF_EXC(TypeError), "Unknown file_actions identifier"));
    }
    const char *format = kinds[kind].format;
    if (action->length != (int64_t)strlen(format) + 1) {
        return WF_FAIL(wf_raise(t, WF_EXC(TypeError), kinds[kind].message));
    }
    for (int i = 0; format[i] != 0; i++) {
        WfValue item = wf_tuple_at(action, i + 1);
        if (format[i] == 's' ? (path = wf_posix_text(t, item)) == NULL : wf_to_int(t, item, &x[i]) != WF_OK) {
            return WF_RAISED;
        }
    }
    switch (kind) {
    case ACTION_OPEN: return check(t, posix_spawn_file_actions_addopen(actions, x[0], path, x[2], (mode_t)x[3]));
    case ACTION_CLOSE: return check(t, posix_spawn_file_actions_addclose(actions, x[0]));
    default: return check(t, posix_spawn_file_actions_adddup2(actions, x[0], x[1]));
    }
}
static WfStatus add_actions(WfThread *t, WfValue v, posix_spawn_file_actions_t *actions)
{
    if (wf_is_none(v)) {
        return WF_OK;
    }
    WfValue items = wf_posix_sequence(t, v, "file_actions must be a sequence or None");
    if (wf_is_empty(items)) {
        return WF_RAISED;
    }
    for (int64_t i = 0; i < wf_as_tuple(items)->length; i++) {
        if (add_action(t, wf_tuple_at(wf_as_tuple(items), i), actions) != WF_OK) {
            return WF_RAISED;
        }
    }
    return WF_OK;
}

/* scheduler=(policy or None, sched_param) */
static WfStatus set_scheduler(WfThread *t, WfValue v, posix_spawnattr_t *attributes, short *flags)
{
    if (!wf_is_tuple(v) || wf_as_tuple(v)->length != 2) {
        return WF_FAIL(wf_raise(t, WF_EXC(TypeError), "A scheduler tuple must have two elements"));
    }
    WfValue policy = wf_tuple_at(wf_as_tuple(v), 0);
    struct sched_param param = {0};
    if (!wf_is_none(policy)) {
        int x;
        if (wf_to_int(t, policy, &x) != WF_OK || check(t, posix_spawnattr_setschedpolicy(attributes, x)) != WF_OK) {
            return WF_RAISED;
        }
    }
    *flags |= wf_is_none(policy) ? POSIX_SPAWN_SETSCHEDPARAM : POSIX_SPAWN_SETSCHEDULER;
    if (wf_posix_sched_priority(t, wf_tuple_at(wf_as_tuple(v), 1), &param.sched_priority) != WF_OK) {
        return WF_RAISED;
    }
    return check(t, posix_spawnattr_setschedparam(attributes, &param));
}
/* a: setpgroup=?, resetids, setsid, setsigmask=?, setsigdef=?, scheduler=? */
static WfStatus set_attributes(WfThread *t, const WfValue *a, posix_spawnattr_t *attributes)
{
    short flags = 0;
    int group;
    int reset, session;
    sigset_t set;
    if (!wf_is_empty(a[0])) {
        if (wf_to_int(t, a[0], &group) != WF_OK || check(t, posix_spawnattr_setpgroup(attributes, group)) != WF_OK) {
            return WF_RAISED;
        }
        flags |= POSIX_SPAWN_SETPGROUP;
    }
    if (wf_to_int(t, a[1], &reset) != WF_OK || wf_to_int(t, a[2], &session) != WF_OK) {
        return WF_RAISED;
    }
    flags |= (short)((reset != 0 ? POSIX_SPAWN_RESETIDS : 0) | (session != 0 ? POSIX_SPAWN_SETSID : 0));
    if (!wf_is_empty(a[3])) {
        if (wf_signals_set(t, a[3], &set) != WF_OK || check(t, posix_spawnattr_setsigmask(attributes, &set)) != WF_OK) {
            return WF_RAISED;
        }
        flags |= POSIX_SPAWN_SETSIGMASK;
    }
    if (!wf_is_empty(a[4])) {
        if (wf_signals_set(t, a[4], &set) != WF_OK || check(t, posix_spawnattr_setsigdefault(attributes, &set)) != WF_OK) {
            return WF_RAISED;
        }
        flags |= POSIX_SPAWN_SETSIGDEF;
    }
    if (!wf_is_empty(a[5]) && !wf_is_none(a[5]) && set_scheduler(t, a[5], attributes, &flags) != WF_OK) {
        return WF_RAISED;
    }
    return check(t, posix_spawnattr_setflags(attributes, flags));
}

typedef int SpawnCall(pid_t *pid, const char *path, const posix_spawn_file_actions_t *actions, const posix_spawnattr_t *attributes,
                      char *const *argv, char *const *env);

static WfValue spawn(WfThread *t, const WfValue *a, SpawnCall *call, const char *fname)
{
    WfPosixPath path;
    if (wf_posix_path(t, a[0], fname, false, false, &path) != WF_OK) {
        return WF_EMPTY;
    }
    char **argv = wf_posix_argv(t, a[1], fname), **env = NULL;
    if (argv == NULL) {
        return WF_EMPTY;
    }
    if (!wf_is_none(a[2]) && wf_is_empty(wf_type_lookup(t, wf_type(a[2]), WF_NAME(keys)))) {
        wf_posix_free_strings(argv);
        return wf_raise(t, WF_EXC(TypeError), "%s: environment must be a mapping object", fname);
    }
    if ((env = wf_posix_environment(t, a[2], fname)) == NULL) {
        wf_posix_free_strings(argv);
        return WF_EMPTY;
    }
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    (void)posix_spawn_file_actions_init(&actions); /* the C library's never fail */
    (void)posix_spawnattr_init(&attributes);
    WfValue result = WF_EMPTY;
    if (add_actions(t, a[3], &actions) == WF_OK && set_attributes(t, &a[4], &attributes) == WF_OK) {
        pid_t pid;
        wf_thread_detach(t);
        int err = call(&pid, path.text, &actions, &attributes, argv, env);
        wf_thread_attach(t);
        result = err != 0 ? wf_raise_errno(t, err, a[0], WF_EMPTY) : wf_small_int(pid);
    }
    (void)posix_spawnattr_destroy(&attributes);
    (void)posix_spawn_file_actions_destroy(&actions);
    wf_posix_free_strings(env);
    wf_posix_free_strings(argv);
    return result;
}
static WfValue px_posix_spawn(WfThread *t, WfValue *a) { return spawn(t, a, posix_spawn, "posix_spawn"); }
static WfValue px_posix_spawnp(WfThread *t, WfValue *a) { return spawn(t, a, posix_spawnp, "posix_spawnp"); }

#define SIGNATURE                                                                                                                          \
    "(path, argv, env, /, *, file_actions=None, setpgroup=?, resetids=False, setsid=False, setsigmask=?, setsigdef=?, scheduler=?)"
static const WfBuiltinDef functions[] = {
    {"posix_spawn", px_posix_spawn, SIGNATURE, "Run a program in a new process; its number.", 0},
    {"posix_spawnp", px_posix_spawnp, SIGNATURE, "Run a program, looked for on PATH, in a new process; its number.", 0},
    {0}};

WfStatus wf_posix_add_spawn(WfThread *t, WfValue module)
{
    static const WfSystemConstant constants[] = {
        {"POSIX_SPAWN_OPEN", ACTION_OPEN}, {"POSIX_SPAWN_CLOSE", ACTION_CLOSE}, {"POSIX_SPAWN_DUP2", ACTION_DUP2}};
    return wf_system_constants(t, module, constants, WF_ARRAY_LEN(constants)) != WF_OK ? WF_RAISED
                                                                                       : wf_posix_functions(t, module, functions);
}
