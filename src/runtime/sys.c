/* sys.c - module sys: the interpreter's state as Python sees it.
 * SPDX-License-Identifier: MIT
 * Threads: limits and intervals are atomics; the module's dict is a dict like any other. */
#include "runtime/sys.h"

#include "code/code.h"
#include "objects/dict.h"
#include "objects/exceptions.h"
#include "objects/int.h"
#include "objects/list.h"
#include "objects/module.h"
#include "objects/set.h"
#include "objects/str.h"
#include "objects/structseq.h"
#include "objects/tuple.h"
#include "runtime/import.h"
#include "runtime/print_exception.h"
#include "runtime/state.h"
#include "sched/world.h"
#include "vm/vm.h"

#include <float.h>
#include <stdio.h>
#include <unistd.h>

#define VERSION_HEX 0x030b02f0

WfValue wf_sys_get(WfThread *t, const char *name)
{
    WfStr *s = wf_str_intern_cstr(t, name);
    if (s == NULL) {
        wf_clear_pending(t);
        return WF_EMPTY;
    }
    return wf_dict_get_str(wf_as_dict(t->interp->sys_dict), s);
}

WfStatus wf_sys_set(WfThread *t, const char *name, WfValue v)
{
    return wf_is_empty(v) ? WF_RAISED : wf_dict_set_cstr(t, wf_as_dict(t->interp->sys_dict), name, v);
}

/* --- audit ----------------------------------------------------------------------------------------------- */

WfStatus wf_sys_audit(WfThread *t, const char *event, WfValue args)
{
    if (wf_is_empty(t->interp->audit_hooks)) {
        return WF_OK;
    }
    WfValue name = wf_str_from_cstr(t, event);
    WfValue tuple = wf_is_empty(name) ? name : wf_is_empty(args) ? wf_tuple_from(t, NULL, 0) : args;
    if (wf_is_empty(tuple)) {
        return WF_RAISED;
    }
    WfList *hooks = wf_as_list(t->interp->audit_hooks);
    for (int64_t i = 0; i < wf_list_length(hooks); i++) {
        if (wf_is_empty(wf_call2(t, wf_list_at(hooks, i), name, tuple))) {
            return WF_RAISED;
        }
    }
    return WF_OK;
}

static WfValue sys_addaudithook(WfThread *t, WfValue *a)
{
    if (wf_sys_audit(t, "sys.addaudithook", WF_EMPTY) != WF_OK) {
        return wf_clear_if(t, WF_EXC(RuntimeError)) ? WF_NONE : WF_EMPTY;
    }
    if (wf_is_empty(t->interp->audit_hooks)) {
        WfValue list = wf_list_new(t, 1);
        if (wf_is_empty(list)) {
            return list;
        }
        t->interp->audit_hooks = list;
    }
    return wf_list_append(t, wf_as_list(t->interp->audit_hooks), a[0]) == WF_OK ? WF_NONE : WF_EMPTY;
}
static WfValue sys_audit(WfThread *t, WfValue *a)
{
    if (!wf_is_str(a[0])) {
        return wf_raise(t, WF_EXC(TypeError), "expected str for argument 'event', not %T", a[0]);
    }
    int64_t n;
    const char *event = wf_str_utf8(t, a[0], &n);
    return event != NULL && wf_sys_audit(t, event, a[1]) == WF_OK ? WF_NONE : WF_EMPTY;
}

/* --- exceptions and frames --------------------------------------------------------------------------------- */

static WfValue sys_exc_info(WfThread *t, WfValue *a)
{
    WfValue e = t->handled;
    if (wf_is_empty(e)) {
        return WF_TUPLE_OF(t, WF_NONE, WF_NONE, WF_NONE);
    }
    WfValue tb = wf_exception_traceback(e);
    return WF_TUPLE_OF(t, wf_from_object(wf_type(e)), e, wf_is_empty(tb) ? WF_NONE : tb);
}
static WfValue sys_exception(WfThread *t, WfValue *a)
{
    return wf_is_empty(t->handled) ? WF_NONE : t->handled;
}
static WfValue sys_exit(WfThread *t, WfValue *a)
{
    return wf_raise_value(t, WF_EXC(SystemExit), a[0]);
}
static WfValue sys_getframe(WfThread *t, WfValue *a)
{
    int depth;
    if (wf_to_int(t, a[0], &depth) != WF_OK) {
        return WF_EMPTY;
    }
    WfFrame *f = t->frame;
    while (f != NULL && depth > 0) {
        f = f->prev;
        depth--;
    }
    return f == NULL ? wf_raise(t, WF_EXC(ValueError), "call stack is not deep enough") : wf_from_object(wf_frame_object(t, f));
}

/* The innermost frame of every thread: looked at with the world stopped, so that none runs on. */
static WfValue each_thread(WfThread *t, bool exceptions)
{
    WfValue dict = wf_dict_new(t);
    if (wf_is_empty(dict)) {
        return dict;
    }
    while (!wf_world_stop(t)) {
    }
    WfStatus status = WF_OK;
    for (WfThread *p = t->rt->world->threads; p != NULL && status == WF_OK; p = p->next) {
        WfValue v = WF_NONE;
        if (exceptions) {
            WfValue e = p->handled;
            WfValue tb = wf_is_empty(e) ? WF_EMPTY : wf_exception_traceback(e);
            v = wf_is_empty(e) ? WF_TUPLE_OF(t, WF_NONE, WF_NONE, WF_NONE)
                               : WF_TUPLE_OF(t, wf_from_object(wf_type(e)), e, wf_is_empty(tb) ? WF_NONE : tb);
        } else if (p->frame == NULL) {
            continue;
        } else {
            v = wf_from_object(wf_frame_object(t, p->frame));
        }
        WfValue key = wf_int_from_u64(t, p->ident);
        status = wf_is_empty(v) || wf_is_empty(key) ? WF_RAISED : wf_dict_set(t, wf_as_dict(dict), key, v);
    }
    wf_world_start(t);
    return status == WF_OK ? dict : WF_EMPTY;
}
static WfValue sys_current_frames(WfThread *t, WfValue *a)
{
    return each_thread(t, false);
}
static WfValue sys_current_exceptions(WfThread *t, WfValue *a)
{
    return each_thread(t, true);
}

static WfValue sys_displayhook(WfThread *t, WfValue *a)
{
    if (wf_is_none(a[0])) {
        return WF_NONE;
    }
    WfDict *builtins = wf_as_dict(t->interp->builtins);
    WfStr *underscore = wf_str_intern_cstr(t, "_");
    if (underscore == NULL || wf_dict_set_str(t, builtins, underscore, WF_NONE) != WF_OK) {
        return WF_EMPTY;
    }
    WfValue out = wf_sys_get(t, "stdout");
    if (wf_is_empty(out) || wf_is_none(out)) {
        return wf_raise(t, WF_EXC(RuntimeError), "lost sys.stdout");
    }
    WfValue text = wf_repr(t, a[0]);
    if (wf_is_empty(text)) {
        return text;
    }
    if (wf_is_empty(wf_call_method1(t, out, WF_NAME(write), text))) {
        if (!wf_clear_if(t, WF_EXC(UnicodeEncodeError))) {
            return WF_EMPTY;
        }
        WfValue ascii = wf_ascii(t, a[0]);
        if (wf_is_empty(ascii) || wf_is_empty(wf_call_method1(t, out, WF_NAME(write), ascii))) {
            return WF_EMPTY;
        }
    }
    if (wf_is_empty(wf_call_method1(t, out, WF_NAME(write), WF_NAME_V(newline_char)))) {
        return WF_EMPTY;
    }
    return wf_dict_set_str(t, builtins, underscore, a[0]) == WF_OK ? WF_NONE : WF_EMPTY;
}

static WfValue sys_breakpointhook(WfThread *t, WfValue *a)
{
    const char *env = wf_config(t)->ignore_environment ? NULL : getenv("PYTHONBREAKPOINT");
    if (env == NULL || env[0] == 0) {
        env = "pdb.set_trace";
    } else if (strcmp(env, "0") == 0) {
        return WF_NONE;
    }
    char module[256];
    const char *dot = strrchr(env, '.');
    snprintf(module, sizeof module, "%.*s", dot == NULL ? 8 : (int)(dot - env), dot == NULL ? "builtins" : env);
    WfValue f = wf_import_attribute(t, module, dot == NULL ? env : dot + 1);
    if (wf_is_empty(f)) {
        if (!wf_pending_is(t, WF_EXC(ImportError)) && !wf_pending_is(t, WF_EXC(AttributeError))) {
            return WF_EMPTY;
        }
        wf_clear_pending(t);
        return wf_warn(t, WF_EXC(RuntimeWarning), 1, "Ignoring unimportable $PYTHONBREAKPOINT: \"%s\"", env) == WF_OK ? WF_NONE : WF_EMPTY;
    }
    return wf_call_tuple(t, f, wf_as_tuple(a[0]), a[1]);
}

/* --- settings --------------------------------------------------------------------------------------------------- */

static WfValue sys_getrecursionlimit(WfThread *t, WfValue *a)
{
    return wf_small_int(__atomic_load_n(&t->interp->recursion_limit, __ATOMIC_RELAXED));
}
static WfValue sys_setrecursionlimit(WfThread *t, WfValue *a)
{
    int limit;
    if (wf_to_int(t, a[0], &limit) != WF_OK) {
        return WF_EMPTY;
    }
    if (limit < 1) {
        return wf_raise(t, WF_EXC(ValueError), "recursion limit must be greater or equal than 1");
    }
    int32_t old = (int32_t)__atomic_load_n(&t->interp->recursion_limit, __ATOMIC_RELAXED);
    int32_t depth = old - t->recursion;
    if (depth >= limit) {
        return wf_raise(t, WF_EXC(RecursionError), "cannot set the recursion limit to %i at the recursion depth %i: the limit is too low",
                        limit, (int)depth);
    }
    while (!wf_world_stop(t)) {
    }
    __atomic_store_n(&t->interp->recursion_limit, (uint32_t)limit, __ATOMIC_RELAXED);
    for (WfThread *p = t->rt->world->threads; p != NULL; p = p->next) {
        p->recursion += limit - old;
    }
    wf_world_start(t);
    return WF_NONE;
}
static WfValue sys_getswitchinterval(WfThread *t, WfValue *a)
{
    return wf_double((double)__atomic_load_n(&t->rt->x_switch_usec, __ATOMIC_RELAXED) * 1e-6);
}
static WfValue sys_setswitchinterval(WfThread *t, WfValue *a)
{
    double d;
    if (wf_to_double(t, a[0], &d) != WF_OK) {
        return WF_EMPTY;
    }
    if (!(d > 0.0)) {
        return wf_raise(t, WF_EXC(ValueError), "switch interval must be strictly positive");
    }
    double usec = d * 1e6;
    __atomic_store_n(&t->rt->x_switch_usec, usec < 1 ? 1 : usec > 4e9 ? (uint32_t)4000000000u : (uint32_t)usec, __ATOMIC_RELAXED);
    return WF_NONE;
}
static WfValue sys_is_gil_enabled(WfThread *t, WfValue *a)
{
    return WF_BOOL(t->rt->gil_enabled);
}
static WfValue sys_get_int_max_str_digits(WfThread *t, WfValue *a)
{
    return wf_small_int(__atomic_load_n(&t->interp->int_max_str_digits, __ATOMIC_RELAXED));
}
static WfValue sys_set_int_max_str_digits(WfThread *t, WfValue *a)
{
    int n;
    if (wf_to_int(t, a[0], &n) != WF_OK) {
        return WF_EMPTY;
    }
    if (n != 0 && n < 640) {
        return wf_raise(t, WF_EXC(ValueError), "maxdigits must be 0 or larger than 640");
    }
    __atomic_store_n(&t->interp->int_max_str_digits, n, __ATOMIC_RELAXED);
    return WF_NONE;
}
static WfValue sys_intern(WfThread *t, WfValue *a)
{
    if (!wf_is_str(a[0])) {
        return wf_raise(t, WF_EXC(TypeError), "intern() argument must be str, not %T", a[0]);
    }
    return wf_is_exact_str(a[0]) ? wf_str_intern(t, a[0]) : wf_raise(t, WF_EXC(TypeError), "can't intern %T", a[0]);
}
static WfValue sys_getrefcount(WfThread *t, WfValue *a)
{
    /* what CPython counts: the argument is one more */
    return wf_is_object(a[0]) ? wf_small_int(wf_gc_count_references(t, wf_as_object(a[0]))) : wf_small_int(1000000000);
}
static WfValue sys_getsizeof(WfThread *t, WfValue *a)
{
    WfValue method = wf_lookup_special(t, a[0], WF_NAME(__sizeof__)), size = WF_EMPTY;
    if (!wf_is_empty(method)) {
        size = wf_call0(t, method);
    } else if (!wf_pending(t)) {
        (void)wf_raise(t, WF_EXC(TypeError), "Type %T doesn't define __sizeof__", a[0]);
    }
    int64_t n = 0;
    if (wf_is_empty(size) || wf_to_ssize(t, size, &n) != WF_OK) {
        return !wf_is_empty(a[1]) && wf_clear_if(t, WF_EXC(TypeError)) ? a[1] : WF_EMPTY;
    }
    return n < 0 ? wf_raise(t, WF_EXC(ValueError), "__sizeof__() should return >= 0") : wf_small_int(n);
}
static WfValue sys_getallocatedblocks(WfThread *t, WfValue *a)
{
    WfGcStats stats;
    wf_gc_get_stats(t->rt, &stats);
    return wf_small_int(stats.live_bytes / 64);
}
static WfValue sys_getdefaultencoding(WfThread *t, WfValue *a)
{
    return WF_NAME_V(utf8_dash);
}
static WfValue sys_getfilesystemencoding(WfThread *t, WfValue *a)
{
    return WF_NAME_V(utf8_dash);
}
static WfValue sys_getfilesystemencodeerrors(WfThread *t, WfValue *a)
{
    return wf_str_from_cstr(t, "surrogateescape");
}
static WfValue sys_is_finalizing(WfThread *t, WfValue *a)
{
    return WF_BOOL(__atomic_load_n(&t->rt->x_finalizing, __ATOMIC_RELAXED) != 0);
}
static WfValue sys_set_coroutine_origin_tracking_depth(WfThread *t, WfValue *a)
{
    int depth;
    if (wf_to_int(t, a[0], &depth) != WF_OK) {
        return WF_EMPTY;
    }
    if (depth < 0) {
        return wf_raise(t, WF_EXC(ValueError), "depth must be >= 0");
    }
    t->coroutine_origin_depth = depth;
    return WF_NONE;
}
static WfValue sys_get_coroutine_origin_tracking_depth(WfThread *t, WfValue *a)
{
    return wf_small_int(t->coroutine_origin_depth);
}
static const WfStructSeqField hook_fields[] = {{"firstiter", NULL}, {"finalizer", NULL}, {NULL, NULL}};
static const WfStructSeqDesc hook_desc = {"sys.asyncgen_hooks", "Hooks of asynchronous generators.", hook_fields, 2};
static WfValue sys_get_asyncgen_hooks(WfThread *t, WfValue *a)
{
    WfType *type = wf_structseq_type(t, &hook_desc);
    WfValue items[] = {wf_is_empty(t->asyncgen_firstiter) ? WF_NONE : t->asyncgen_firstiter,
                       wf_is_empty(t->asyncgen_finalizer) ? WF_NONE : t->asyncgen_finalizer};
    return type == NULL ? WF_EMPTY : wf_structseq_from(t, type, items, 2);
}
static WfValue sys_set_asyncgen_hooks(WfThread *t, WfValue *a)
{
    for (int i = 0; i < 2; i++) {
        if (!wf_is_empty(a[i]) && !wf_is_none(a[i]) && !wf_is_callable(a[i])) {
            return wf_raise(t, WF_EXC(TypeError), "callable %s expected, got %T", i == 0 ? "firstiter" : "finalizer", a[i]);
        }
    }
    if (!wf_is_empty(a[0])) {
        t->asyncgen_firstiter = wf_is_none(a[0]) ? WF_EMPTY : a[0];
    }
    if (!wf_is_empty(a[1])) {
        t->asyncgen_finalizer = wf_is_none(a[1]) ? WF_EMPTY : a[1];
    }
    return WF_NONE;
}

/* --- tracing ------------------------------------------------------------------------------------------------------ */

static void update_trace_bit(WfThread *t)
{
    if (wf_is_empty(t->trace_fn) && wf_is_empty(t->profile_fn)) {
        wf_break_clear(t, WF_BREAK_TRACE);
    } else {
        wf_break_set(t, WF_BREAK_TRACE);
    }
}
static WfValue sys_settrace(WfThread *t, WfValue *a)
{
    t->trace_fn = wf_is_none(a[0]) ? WF_EMPTY : a[0];
    update_trace_bit(t);
    return WF_NONE;
}
static WfValue sys_gettrace(WfThread *t, WfValue *a)
{
    return wf_is_empty(t->trace_fn) ? WF_NONE : t->trace_fn;
}
static WfValue sys_setprofile(WfThread *t, WfValue *a)
{
    t->profile_fn = wf_is_none(a[0]) ? WF_EMPTY : a[0];
    update_trace_bit(t);
    return WF_NONE;
}
static WfValue sys_getprofile(WfThread *t, WfValue *a)
{
    return wf_is_empty(t->profile_fn) ? WF_NONE : t->profile_fn;
}
static WfValue sys_call_tracing(WfThread *t, WfValue *a)
{
    if (!WF_IS_EXACT(a[1], TUPLE)) {
        return wf_raise(t, WF_EXC(TypeError), "call_tracing() argument 2 must be tuple, not %T", a[1]);
    }
    int saved = t->tracing;
    t->tracing = 0;
    WfValue v = wf_call_tuple(t, a[0], wf_as_tuple(a[1]), WF_EMPTY);
    t->tracing = saved;
    return v;
}

/* --- the module ----------------------------------------------------------------------------------------------------- */

static const WfBuiltinDef functions[] = {
    {"_current_exceptions", sys_current_exceptions, "()", "What exception each thread handles.", 0},
    {"_current_frames", sys_current_frames, "()", "The innermost frame of each thread.", 0},
    {"_getframe", sys_getframe, "(depth=0, /)", "A frame of the call stack.", 0},
    {"_is_gil_enabled", sys_is_gil_enabled, "()", "Whether threads run one at a time.", 0},
    {"addaudithook", sys_addaudithook, "(hook)", "Add a function that sees audit events.", 0},
    {"audit", sys_audit, "(event, /, *args)", "Raise an audit event.", 0},
    {"breakpointhook", sys_breakpointhook, "(*args, **kws)", "What breakpoint() calls.", 0},
    {"call_tracing", sys_call_tracing, "(func, args, /)", "Call a function with tracing on.", 0},
    {"displayhook", sys_displayhook, "(object, /)", "Print an object and remember it as _.", 0},
    {"exc_info", sys_exc_info, "()", "Type, value and traceback of the exception being handled.", 0},
    {"excepthook", wf_sys_excepthook, "(exctype, value, traceback, /)", "Print an exception to sys.stderr.", 0},
    {"exception", sys_exception, "()", "The exception being handled.", 0},
    {"exit", sys_exit, "(status=None, /)", "Raise SystemExit(status).", 0},
    {"get_asyncgen_hooks", sys_get_asyncgen_hooks, "()", "The hooks of asynchronous generators.", 0},
    {"get_coroutine_origin_tracking_depth", sys_get_coroutine_origin_tracking_depth, "()", "How many frames coroutines remember.", 0},
    {"get_int_max_str_digits", sys_get_int_max_str_digits, "()", "Limit of digits in conversions between int and str.", 0},
    {"getallocatedblocks", sys_getallocatedblocks, "()", "An estimate of the number of live cells.", 0},
    {"getdefaultencoding", sys_getdefaultencoding, "()", "The encoding of strings by default.", 0},
    {"getfilesystemencodeerrors", sys_getfilesystemencodeerrors, "()", "The error handler for file names.", 0},
    {"getfilesystemencoding", sys_getfilesystemencoding, "()", "The encoding of file names.", 0},
    {"getprofile", sys_getprofile, "()", "The profile function of this thread.", 0},
    {"getrecursionlimit", sys_getrecursionlimit, "()", "How deep Python calls may nest.", 0},
    {"getrefcount", sys_getrefcount, "(object, /)", "How many references to the object there are, counted in the heap.", 0},
    {"getsizeof", sys_getsizeof, "(object, default=?)", "The size of an object in bytes.", 0},
    {"getswitchinterval", sys_getswitchinterval, "()", "Seconds after which a thread gives way (with a GIL).", 0},
    {"gettrace", sys_gettrace, "()", "The trace function of this thread.", 0},
    {"intern", sys_intern, "(string, /)", "The one string equal to this one.", 0},
    {"is_finalizing", sys_is_finalizing, "()", "Whether the interpreter is ending.", 0},
    {"set_asyncgen_hooks", sys_set_asyncgen_hooks, "(firstiter=?, finalizer=?)", "Set hooks of asynchronous generators.", 0},
    {"set_coroutine_origin_tracking_depth", sys_set_coroutine_origin_tracking_depth, "(depth)", "How many frames coroutines shall remember.", 0},
    {"set_int_max_str_digits", sys_set_int_max_str_digits, "(maxdigits)", "Limit the digits in conversions between int and str.", 0},
    {"setprofile", sys_setprofile, "(function, /)", "Set the profile function of this thread.", 0},
    {"setrecursionlimit", sys_setrecursionlimit, "(limit, /)", "Set how deep Python calls may nest.", 0},
    {"setswitchinterval", sys_setswitchinterval, "(interval, /)", "Set after how many seconds a thread gives way (with a GIL).", 0},
    {"settrace", sys_settrace, "(function, /)", "Set the trace function of this thread.", 0},
    {"unraisablehook", wf_sys_unraisablehook, "(unraisable, /)", "Report an exception that nobody can catch.", 0},
    {0}};
static const WfModuleDef sys_module = {
    .name = "sys", .doc = "State of the interpreter and functions that go with it.", .functions = functions};

static WfStatus set_int(WfThread *t, const char *name, int64_t i)
{
    return wf_sys_set(t, name, wf_int_from_i64(t, i));
}
static WfStatus set_str(WfThread *t, const char *name, const char *s)
{
    return wf_sys_set(t, name, s == NULL ? WF_NONE : wf_str_decode_fs(t, s, (int64_t)strlen(s)));
}

static WfStatus set_structseq(WfThread *t, const char *name, const WfStructSeqDesc *desc, const WfValue *items, int n, bool closed)
{
    for (int i = 0; i < n; i++) {
        if (wf_is_empty(items[i])) {
            return WF_RAISED;
        }
    }
    WfType *type = wf_structseq_type(t, desc);
    if (type == NULL || wf_sys_set(t, name, wf_structseq_from(t, type, items, n)) != WF_OK) {
        return WF_RAISED;
    }
    return closed ? wf_structseq_disable_new(t, type) : WF_OK;
}

#define SEQ(name, ...) static const WfStructSeqField name##_fields[] = {__VA_ARGS__, {NULL, NULL}}
SEQ(flags, {"debug", NULL}, {"inspect", NULL}, {"interactive", NULL}, {"optimize", NULL}, {"dont_write_bytecode", NULL},
    {"no_user_site", NULL}, {"no_site", NULL}, {"ignore_environment", NULL}, {"verbose", NULL}, {"bytes_warning", NULL},
    {"quiet", NULL}, {"hash_randomization", NULL}, {"isolated", NULL}, {"dev_mode", NULL}, {"utf8_mode", NULL},
    {"warn_default_encoding", NULL}, {"safe_path", NULL}, {"int_max_str_digits", NULL});
SEQ(version_info, {"major", NULL}, {"minor", NULL}, {"micro", NULL}, {"releaselevel", NULL}, {"serial", NULL});
SEQ(float_info, {"max", NULL}, {"max_exp", NULL}, {"max_10_exp", NULL}, {"min", NULL}, {"min_exp", NULL}, {"min_10_exp", NULL},
    {"dig", NULL}, {"mant_dig", NULL}, {"epsilon", NULL}, {"radix", NULL}, {"rounds", NULL});
SEQ(int_info, {"bits_per_digit", NULL}, {"sizeof_digit", NULL}, {"default_max_str_digits", NULL}, {"str_digits_check_threshold", NULL});
SEQ(hash_info, {"width", NULL}, {"modulus", NULL}, {"inf", NULL}, {"nan", NULL}, {"imag", NULL}, {"algorithm", NULL},
    {"hash_bits", NULL}, {"seed_bits", NULL}, {"cutoff", NULL});
SEQ(thread_info, {"name", NULL}, {"lock", NULL}, {"version", NULL});
static const WfStructSeqDesc flags_desc = {"sys.flags", "Options the interpreter was started with.", flags_fields, 18};
static const WfStructSeqDesc version_desc = {"sys.version_info", "The version of the language.", version_info_fields, 5};
static const WfStructSeqDesc float_desc = {"sys.float_info", "Limits of float.", float_info_fields, 11};
static const WfStructSeqDesc int_desc = {"sys.int_info", "How int is made.", int_info_fields, 4};
static const WfStructSeqDesc hash_desc = {"sys.hash_info", "How hashes are made.", hash_info_fields, 9};
static const WfStructSeqDesc thread_desc = {"sys.thread_info", "How threads are made.", thread_info_fields, 3};

static WfStatus set_sequences(WfThread *t)
{
    const WfConfig *c = wf_config(t);
#define I(i) wf_small_int(i)
    WfValue flags[] = {I(c->debug), I(c->inspect), I(c->interactive), I(c->optimize), I(c->dont_write_bytecode), I(c->no_user_site),
                       I(c->no_site), I(c->ignore_environment), I(c->verbose), I(c->bytes_warning), I(c->quiet),
                       I(t->rt->hash_randomized), I(c->isolated), WF_BOOL(c->dev_mode), I(c->utf8_mode), I(c->warn_default_encoding),
                       WF_BOOL(c->safe_path), I(c->int_max_str_digits)};
    WfValue version[] = {I(3), I(11), I(2), wf_str_from_cstr(t, "final"), I(0)};
    WfValue floats[] = {wf_double(DBL_MAX), I(DBL_MAX_EXP), I(DBL_MAX_10_EXP), wf_double(DBL_MIN), I(DBL_MIN_EXP), I(DBL_MIN_10_EXP),
                        I(DBL_DIG), I(DBL_MANT_DIG), wf_double(DBL_EPSILON), I(FLT_RADIX), I(1)};
    WfValue ints[] = {I(30), I(4), I(4300), I(640)};
    WfValue hashes[] = {I(64), wf_int_from_i64(t, ((int64_t)1 << 61) - 1), I(314159), I(0), I(1000003), wf_str_from_cstr(t, "siphash13"),
                        I(64), I(128), I(0)};
    WfValue threads[] = {wf_str_from_cstr(t, "pthread"), wf_str_from_cstr(t, "semaphore"), WF_NONE};
    char libc[64] = "";
    size_t n = confstr(_CS_GNU_LIBPTHREAD_VERSION, libc, sizeof libc);
    if (n > 0 && n <= sizeof libc) {
        threads[2] = wf_str_from_cstr(t, libc);
    }
#undef I
    return set_structseq(t, "flags", &flags_desc, flags, 18, true) != WF_OK
                   || set_structseq(t, "version_info", &version_desc, version, 5, true) != WF_OK
                   || set_structseq(t, "float_info", &float_desc, floats, 11, false) != WF_OK
                   || set_structseq(t, "int_info", &int_desc, ints, 4, false) != WF_OK
                   || set_structseq(t, "hash_info", &hash_desc, hashes, 9, false) != WF_OK
                   || set_structseq(t, "thread_info", &thread_desc, threads, 3, false) != WF_OK
               ? WF_RAISED
               : WF_OK;
}

/* SimpleNamespace(**items) */
static WfValue namespace_of(WfThread *t, WfValue dict)
{
    WfValue none = wf_tuple_from(t, NULL, 0);
    return wf_is_empty(dict) || wf_is_empty(none) ? WF_EMPTY
                                                  : wf_call_tuple(t, wf_from_object(WF_TYPE(SIMPLENAMESPACE)), wf_as_tuple(none), dict);
}

static WfStatus set_implementation(WfThread *t)
{
    WfValue d = wf_dict_new(t);
    WfDict *dict = wf_as_dict(d);
    if (wf_is_empty(d) || wf_dict_set_cstr(t, dict, "name", wf_str_from_cstr(t, "weft")) != WF_OK
        || wf_dict_set_cstr(t, dict, "cache_tag", wf_str_from_cstr(t, WF_CACHE_TAG)) != WF_OK
        || wf_dict_set_cstr(t, dict, "version", wf_sys_get(t, "version_info")) != WF_OK
        || wf_dict_set_cstr(t, dict, "hexversion", wf_small_int(VERSION_HEX)) != WF_OK
#if defined(__aarch64__)
        || wf_dict_set_cstr(t, dict, "_multiarch", wf_str_from_cstr(t, "aarch64-linux-gnu")) != WF_OK) {
#else
        || wf_dict_set_cstr(t, dict, "_multiarch", wf_str_from_cstr(t, "x86_64-linux-gnu")) != WF_OK) {
#endif
        return WF_RAISED;
    }
    return wf_sys_set(t, "implementation", namespace_of(t, d));
}

static WfValue list_of(WfThread *t, char *const *items, int n)
{
    WfValue list = wf_list_new(t, n);
    for (int i = 0; i < n && !wf_is_empty(list); i++) {
        WfValue s = wf_str_decode_fs(t, items[i], (int64_t)strlen(items[i]));
        if (wf_is_empty(s) || wf_list_append(t, wf_as_list(list), s) != WF_OK) {
            return WF_EMPTY;
        }
    }
    return list;
}

static WfStatus set_argv(WfThread *t)
{
    const WfConfig *c = wf_config(t);
    WfValue argv = list_of(t, c->argv, c->argc);
    const char *zero = c->run_command != NULL ? "-c" : c->run_module != NULL ? "-m" : c->run_file != NULL ? c->run_file : c->run_stdin ? "-" : "";
    WfValue first = wf_is_empty(argv) ? argv : wf_str_decode_fs(t, zero, (int64_t)strlen(zero));
    if (wf_is_empty(first) || wf_list_insert(t, wf_as_list(argv), 0, first) != WF_OK || wf_sys_set(t, "argv", argv) != WF_OK
        || wf_sys_set(t, "orig_argv", list_of(t, c->orig_argv, c->orig_argc)) != WF_OK
        || wf_sys_set(t, "warnoptions", list_of(t, (char *const *)(uintptr_t)c->warn_options, c->n_warn_options)) != WF_OK) {
        return WF_RAISED;
    }
    WfValue x = wf_dict_new(t);
    for (int i = 0; i < c->n_x_options && !wf_is_empty(x); i++) {
        const char *option = c->x_options[i], *equals = strchr(option, '=');
        int64_t n = equals == NULL ? (int64_t)strlen(option) : equals - option;
        WfValue key = wf_str_decode_fs(t, option, n);
        WfValue value = equals == NULL ? WF_TRUE : wf_str_decode_fs(t, equals + 1, (int64_t)strlen(equals + 1));
        if (wf_is_empty(key) || wf_is_empty(value) || wf_dict_set(t, wf_as_dict(x), key, value) != WF_OK) {
            return WF_RAISED;
        }
    }
    return wf_sys_set(t, "_xoptions", x);
}

static WfStatus set_paths(WfThread *t)
{
    const WfConfig *c = wf_config(t);
    const char *paths[3];
    int n = 0;
    if (c->own_lib != NULL) {
        paths[n++] = c->own_lib;
    }
    paths[n++] = c->stdlib;
    WfValue path = wf_list_new(t, 8);
    const char *env = c->ignore_environment ? NULL : getenv("PYTHONPATH");
    while (env != NULL && *env != 0 && !wf_is_empty(path)) {
        size_t len = strcspn(env, ":");
        WfValue s = wf_str_decode_fs(t, env, (int64_t)len);
        if (wf_is_empty(s) || wf_list_append(t, wf_as_list(path), s) != WF_OK) {
            return WF_RAISED;
        }
        env += len + (env[len] == ':');
    }
    for (int i = 0; i < n && !wf_is_empty(path); i++) {
        WfValue s = wf_str_decode_fs(t, paths[i], (int64_t)strlen(paths[i]));
        if (wf_is_empty(s) || wf_list_append(t, wf_as_list(path), s) != WF_OK) {
            return WF_RAISED;
        }
    }
    WfValue empty_dict = wf_dict_new(t), meta = wf_list_new(t, 0), hooks = wf_list_new(t, 0);
    if (wf_sys_set(t, "path", path) != WF_OK || wf_sys_set(t, "path_importer_cache", empty_dict) != WF_OK
        || wf_sys_set(t, "meta_path", meta) != WF_OK || wf_sys_set(t, "path_hooks", hooks) != WF_OK) {
        return WF_RAISED;
    }
    return set_str(t, "executable", c->executable) != WF_OK || set_str(t, "_base_executable", c->executable) != WF_OK
                   || set_str(t, "prefix", "/usr") != WF_OK || set_str(t, "exec_prefix", "/usr") != WF_OK
                   || set_str(t, "base_prefix", "/usr") != WF_OK || set_str(t, "base_exec_prefix", "/usr") != WF_OK
                   || set_str(t, "platlibdir", "lib") != WF_OK || set_str(t, "_stdlib_dir", c->stdlib) != WF_OK
                   || set_str(t, "pycache_prefix", c->pycache_prefix) != WF_OK || set_str(t, "_framework", "") != WF_OK
               ? WF_RAISED
               : WF_OK;
}

static WfStatus set_names(WfThread *t)
{
    static const char *const names[] = {
#define LIBRARY(name) name,
#include "runtime/stdlib_names.def"
#undef LIBRARY
    };
    WfValue list = list_of(t, (char *const *)(uintptr_t)names, (int)WF_ARRAY_LEN(names));
    WfValue tuple = wf_is_empty(list) ? list : wf_list_to_tuple(t, wf_as_list(list));
    if (wf_is_empty(tuple)) {
        return WF_RAISED;
    }
    return wf_sys_set(t, "stdlib_module_names",
                      wf_frozenset_from(t, (const WfValue *)(const void *)wf_as_tuple(tuple)->items, wf_as_tuple(tuple)->length));
}

WfValue wf_sys_new(WfThread *t)
{
    WfValue module = wf_module_from_def(t, &sys_module);
    if (wf_is_empty(module)) {
        return module;
    }
    t->interp->sys_dict = wf_from_object(wf_module_dict(t, module));
    if (wf_sys_set(t, "modules", t->interp->modules) != WF_OK || set_int(t, "maxsize", INT64_MAX) != WF_OK
        || set_int(t, "maxunicode", 0x10ffff) != WF_OK || set_int(t, "hexversion", VERSION_HEX) != WF_OK
        || set_int(t, "api_version", 1013) != WF_OK || set_str(t, "byteorder", "little") != WF_OK || set_str(t, "platform", "linux") != WF_OK
        || set_str(t, "copyright", "Copyright (c) the weft authors.") != WF_OK || set_str(t, "ps1", ">>> ") != WF_OK
        || set_str(t, "ps2", "... ") != WF_OK || set_str(t, "float_repr_style", "short") != WF_OK || set_str(t, "abiflags", "") != WF_OK
        || wf_sys_set(t, "dont_write_bytecode", WF_BOOL(wf_config(t)->dont_write_bytecode)) != WF_OK
        || wf_sys_set(t, "_git", WF_TUPLE_OF(t, wf_str_from_cstr(t, "weft"), WF_NAME_V(empty), WF_NAME_V(empty))) != WF_OK
        || set_str(t, "version", "3.11.2 (weft) [" __VERSION__ "]") != WF_OK
        || wf_sys_set(t, "builtin_module_names", wf_native_names(t)) != WF_OK || set_sequences(t) != WF_OK
        || set_implementation(t) != WF_OK || set_argv(t) != WF_OK || set_paths(t) != WF_OK || set_names(t) != WF_OK) {
        return WF_EMPTY;
    }
    if (!wf_config(t)->interactive && wf_config(t)->run_stdin == false) {
        (void)!wf_dict_delete(t, wf_as_dict(t->interp->sys_dict), wf_str_from_cstr(t, "ps1"));
        (void)!wf_dict_delete(t, wf_as_dict(t->interp->sys_dict), wf_str_from_cstr(t, "ps2"));
    }
    WfType *unraisable = wf_unraisable_args_type(t);
    if (unraisable == NULL || wf_sys_set(t, "UnraisableHookArgs", wf_from_object(unraisable)) != WF_OK) {
        return WF_EMPTY;
    }
    static const char *const kept[][2] = {{"__displayhook__", "displayhook"}, {"__excepthook__", "excepthook"},
                                          {"__breakpointhook__", "breakpointhook"}, {"__unraisablehook__", "unraisablehook"}};
    for (size_t i = 0; i < WF_ARRAY_LEN(kept); i++) {
        if (wf_sys_set(t, kept[i][0], wf_sys_get(t, kept[i][1])) != WF_OK) {
            return WF_EMPTY;
        }
    }
    return module;
}
