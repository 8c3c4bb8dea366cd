/* start.c - the life of the process: making the runtime, running the program, ending.
 * SPDX-License-Identifier: MIT */
#include "runtime/print_exception.h"
#include "runtime/state.h"

#include "base/hash.h"
#include "gc/gc.h"
#include "model/kinds.h"
#include "modules/atexit.h"
#include "objects/dict.h"
#include "objects/exceptions.h"
#include "objects/module.h"
#include "objects/list.h"
#include "objects/module.h"
#include "objects/str.h"
#include "objects/tuple.h"
#include "runtime/import.h"
#include "runtime/signals.h"
#include "runtime/sys.h"
#include "vm/cache.h"
#include "vm/vm.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/random.h>
#include <sys/stat.h>

const WfConfig *wf_config(const WfThread *t)
{
    return t->rt->config;
}

static void hash_key(WfRuntime *rt, const WfConfig *config)
{
    if (config->hash_seed >= 0) {
        WfHashKey key = wf_hash_key_from_seed((uint32_t)config->hash_seed);
        memcpy(rt->hash_key, &key, sizeof rt->hash_key);
        rt->hash_randomized = config->hash_seed != 0;
        return;
    }
    rt->hash_randomized = true;
    if (getrandom(rt->hash_key, sizeof rt->hash_key, GRND_NONBLOCK) != (ssize_t)sizeof rt->hash_key) {
        WfHashKey key = wf_hash_key_from_seed((uint32_t)(uintptr_t)rt ^ (uint32_t)clock());
        memcpy(rt->hash_key, &key, sizeof rt->hash_key);
    }
}

static void add_roots(WfRuntime *rt, WfInterp *interp)
{
    WfValue *roots[] = {&interp->builtins,       &interp->sys_dict,     &interp->modules,     &interp->importlib,
                        &interp->import_func,    &interp->codec_search, &interp->codec_cache, &interp->codec_errors,
                        &interp->atexit,         &interp->before_fork,  &interp->after_fork_parent,
                        &interp->after_fork_child, &interp->warnings_state, &interp->module_state, &interp->audit_hooks};
    for (size_t i = 0; i < WF_ARRAY_LEN(roots); i++) {
        wf_gc_add_root(rt, roots[i]);
    }
}

/* sys.stdin, stdout, stderr over descriptors 0 to 2; None where one is closed. */
static WfStatus make_streams(WfThread *t, const char **failed)
{
    static const char *const names[] = {"stdin", "stdout", "stderr"};
    struct stat st;
    if (fstat(0, &st) == 0 && S_ISDIR(st.st_mode)) {
        *failed = "init_sys_streams: <stdin> is a directory, cannot continue\nPython runtime state: core initialized";
        return WF_RAISED;
    }
    *failed = "init_stdio_encoding: failed to get the Python codec name of the stdio encoding\nPython runtime state: core initialized";
    WfValue make = wf_import_attribute(t, "_io", "_make_std_stream");
    if (wf_is_empty(make)) {
        return WF_RAISED;
    }
    for (int fd = 0; fd < 3; fd++) {
        char original[16];
        snprintf(original, sizeof original, "__%s__", names[fd]);
        WfValue stream = wf_call2(t, make, wf_small_int(fd), WF_BOOL(wf_config(t)->unbuffered));
        if (wf_is_empty(stream) || wf_sys_set(t, names[fd], stream) != WF_OK || wf_sys_set(t, original, stream) != WF_OK) {
            return WF_RAISED;
        }
    }
    return WF_OK;
}

/* On failure *failed is the step that did, as CPython names it. */
static WfStatus start_up(WfThread *t, const char **failed)
{
    *failed = "initialization failed";
    if (wf_vm_stack_init(t) != WF_OK || wf_str_init(t) != WF_OK || wf_types_init(t) != WF_OK || wf_exceptions_init(t) != WF_OK
        || wf_import_init(t) != WF_OK || wf_signals_init(t) != WF_OK) {
        return WF_RAISED;
    }
    if (wf_import_init_external(t) != WF_OK) {
        return WF_RAISED;
    }
    WfValue io_open = wf_is_empty(wf_import_module(t, "encodings")) ? WF_EMPTY : wf_import_attribute(t, "io", "open");
    if (wf_is_empty(io_open) || wf_dict_set_cstr(t, wf_as_dict(t->interp->builtins), "open", io_open) != WF_OK
        || make_streams(t, failed) != WF_OK) {
        return WF_RAISED;
    }
    if (wf_config(t)->n_warn_options > 0 && wf_is_empty(wf_import_module(t, "warnings"))) {
        return WF_RAISED;
    }
    WfValue main = wf_module_new(t, WF_NAME(__main__));
    WfDict *d = wf_is_empty(main) ? NULL : wf_module_dict(t, main);
    if (d == NULL || wf_dict_set_cstr(t, wf_as_dict(t->interp->modules), "__main__", main) != WF_OK
        || wf_dict_set_cstr(t, d, "__builtins__", wf_import_loaded(t, "builtins")) != WF_OK
        || wf_dict_set_cstr(t, d, "__annotations__", wf_dict_new(t)) != WF_OK) {
        return WF_RAISED;
    }
    WfValue loader = wf_getattr_cstr(t, t->interp->importlib, "BuiltinImporter");
    if (wf_is_empty(loader) || wf_dict_set_cstr(t, d, "__loader__", loader) != WF_OK) {
        return WF_RAISED;
    }
    if (!wf_config(t)->no_site) {
        *failed = "init_import_site: Failed to import the site module\nPython runtime state: initialized";
        WfValue run = wf_import_attribute(t, "site", "main");
        if (wf_is_empty(run)) {
            return WF_RAISED;
        }
        if (wf_is_empty(wf_call0(t, run))) {
            return WF_RAISED;
        }
    }
    return WF_OK;
}

static void free_thread(WfThread *t)
{
    wf_vm_stack_free(t);
    wf_method_cache_free(t);
}

WfThread *wf_runtime_start(const WfConfig *config)
{
    WfRuntime *rt = (WfRuntime *)calloc(1, sizeof *rt);
    WfInterp *interp = (WfInterp *)calloc(1, sizeof *interp);
    if (rt == NULL || interp == NULL) {
        fprintf(stderr, "weft: no memory to start\n");
        return NULL;
    }
    interp->rt = rt;
    interp->recursion_limit = 1000;
    interp->int_max_str_digits = config->int_max_str_digits;
    interp->lock.rank = WF_LOCK_INTERP;
    interp->import_lock.rank = WF_LOCK_IMPORT;
    rt->main_interp = interp;
    rt->config = config;
    rt->x_switch_usec = 5000;
    rt->gil_enabled = config->gil;
    rt->free_thread_hook = free_thread;
    rt->flush_caches = wf_cache_flush_all;
    hash_key(rt, config);
    if (!wf_world_init(rt) || (config->gil && !wf_gil_init(rt))) {
        fprintf(stderr, "weft: no memory to start\n");
        return NULL;
    }
    wf_gc_init(rt);
    wf_kinds_init(rt);
    rt->trace_frames = wf_vm_trace_frames;
    add_roots(rt, interp);
    WfThread *t = wf_thread_new(rt, interp, true);
    if (t == NULL) {
        fprintf(stderr, "weft: no memory to start\n");
        return NULL;
    }
    const char *failed;
    if (start_up(t, &failed) != WF_OK) {
        fprintf(stderr, "Fatal Python error: %s\n", failed);
        if (wf_pending(t)) {
            wf_print_pending(t);
        }
        return NULL;
    }
    wf_gc_begin_program(t);
    return t;
}

/* --- the end ---------------------------------------------------------------------------------------------- */

static void call_if_loaded(WfThread *t, const char *module, const char *function)
{
    WfValue m = wf_import_loaded(t, module);
    if (wf_is_empty(m) || wf_is_none(m)) {
        return;
    }
    WfValue f = wf_getattr_cstr(t, m, function);
    if (wf_is_empty(f) || wf_is_empty(wf_call0(t, f))) {
        wf_write_unraisable(t, "on threading shutdown", m);
    }
}

void wf_flush_std_files(WfThread *t, int *status)
{
    static const char *const names[] = {"stdout", "stderr"};
    WfValue pending = wf_take_pending(t);
    for (int i = 0; i < 2; i++) {
        WfValue f = wf_sys_get(t, names[i]);
        if (wf_is_empty(f) || wf_is_none(f)) {
            continue;
        }
        WfValue closed = wf_getattr_cstr(t, f, "closed");
        if (wf_is_empty(closed)) {
            wf_clear_pending(t);
        } else {
            WfFound is_closed = wf_truth(t, closed);
            if (is_closed == WF_FOUND) {
                continue;
            }
            wf_clear_pending(t);
        }
        if (wf_is_empty(wf_call_method0(t, f, WF_NAME(flush)))) {
            if (i == 0) {
                wf_write_unraisable(t, NULL, f);
            }
            wf_clear_pending(t);
            if (status != NULL) {
                *status = 120;
            }
        }
    }
    wf_restore_pending(t, pending);
}

static void ask_to_exit(void *arg, WfThread *t)
{
    (void)arg;
    wf_break_set(t, WF_BREAK_EXIT);
}

/* What other threads are left wait for ever at their next look at the breaker, or when they come back from waiting. */
static void stop_daemons(WfThread *t)
{
    while (!wf_world_stop(t)) {
    }
    wf_world_each_thread(t->rt, ask_to_exit, NULL);
    wf_world_start(t);
}

int wf_runtime_finish(WfThread *t, int status)
{
    wf_clear_pending(t);
    call_if_loaded(t, "threading", "_shutdown");
    wf_atexit_run(t);
    int flushed = 0;
    wf_flush_std_files(t, &flushed);
    __atomic_store_n(&t->rt->x_finalizing, (uint32_t)1, __ATOMIC_RELEASE);
    stop_daemons(t);
    wf_gc_finish(t);
    if (flushed == 0) { /* else it would fail and be reported once more */
        wf_flush_std_files(t, &flushed);
    }
    return flushed != 0 ? flushed : status;
}
