/* import.c - __import__, the table of native modules, module _imp, and the start of importlib.
 * SPDX-License-Identifier: MIT
 *
 * Design: importlib._bootstrap and _bootstrap_external of the standard library do the work, run from their files (through the code
 * cache) before anything can be imported. IMPORT of a module that is loaded already takes a short way in C.
 * Threads: the import lock of _imp is a recursive lock of the interpreter; importlib has its own locks for each module. */
#include "runtime/import.h"

#include "base/hash.h"
#include "compiler/compile.h"
#include "modules/builtins.h"
#include "modules/marshal.h"
#include "objects/builtin_function.h"
#include "objects/bytes.h"
#include "objects/dict.h"
#include "objects/exceptions.h"
#include "objects/list.h"
#include "objects/module.h"
#include "objects/str.h"
#include "objects/traceback.h"
#include "objects/tuple.h"
#include "runtime/cache.h"
#include "runtime/import_fast.h"
#include "runtime/state.h"
#include "runtime/sys.h"
#include "vm/vm.h"

#include <stdio.h>
#include <sys/stat.h>

/* --- native modules ------------------------------------------------------------------------------------- */

#define MODULE(name) extern const WfModuleDef wf_module_##name;
#include "modules/modules.def"
#undef MODULE
static const WfModuleDef *const natives[] = {
#define MODULE(name) &wf_module_##name,
#include "modules/modules.def"
#undef MODULE
};

const WfModuleDef *wf_find_native(const char *name)
{
    for (size_t i = 0; i < WF_ARRAY_LEN(natives); i++) {
        if (strcmp(natives[i]->name, name) == 0) {
            return natives[i];
        }
    }
    return NULL;
}

WfValue wf_native_names(WfThread *t)
{
    WfValue list = wf_list_new(t, 0);
    static const char *const always[] = {"builtins", "sys", "_imp"};
    for (size_t i = 0; i < WF_ARRAY_LEN(always) + WF_ARRAY_LEN(natives) && !wf_is_empty(list); i++) {
        const char *name = i < WF_ARRAY_LEN(always) ? always[i] : natives[i - WF_ARRAY_LEN(always)]->name;
        WfValue s = wf_str_from_cstr(t, name);
        if (wf_is_empty(s) || wf_list_append(t, wf_as_list(list), s) != WF_OK) {
            return WF_EMPTY;
        }
    }
    if (wf_is_empty(list) || wf_list_sort(t, wf_as_list(list), WF_EMPTY, false) != WF_OK) {
        return WF_EMPTY;
    }
    return wf_list_to_tuple(t, wf_as_list(list));
}

WfValue wf_native_module(WfThread *t, const WfModuleDef *def)
{
    WfValue module = wf_module_from_def(t, def);
    WfValue name = wf_is_empty(module) ? module : wf_str_from_cstr(t, def->name);
    if (wf_is_empty(name) || wf_dict_set(t, wf_as_dict(t->interp->modules), name, module) != WF_OK) {
        return WF_EMPTY;
    }
    if (def->init != NULL && def->init(t, module) != WF_OK) {
        WfValue pending = wf_take_pending(t);
        (void)!wf_dict_delete(t, wf_as_dict(t->interp->modules), name);
        wf_restore_pending(t, pending);
        return WF_EMPTY;
    }
    return module;
}

/* --- __import__ --------------------------------------------------------------------------------------------- */

static WfValue importlib_call(WfThread *t, const char *name, const WfValue *args, int64_t n)
{
    WfValue f = wf_getattr_cstr(t, t->interp->importlib, name);
    return wf_is_empty(f) ? f : wf_call(t, f, args, n);
}

/* sys.modules[name] if it is there and complete; MISSING: importlib has to look. */
static WfFound loaded(WfThread *t, WfValue name, WfValue *out)
{
    if (!wf_is_dict(t->interp->modules)) {
        return WF_MISSING;
    }
    WfFound found = wf_dict_get(t, wf_as_dict(t->interp->modules), name, out);
    if (found != WF_FOUND || wf_is_none(*out)) {
        return found == WF_ERROR ? found : WF_MISSING;
    }
    WfValue spec, initializing;
    found = wf_getattr_opt(t, *out, WF_NAME(__spec__), &spec);
    if (found == WF_FOUND && !wf_is_none(spec)) {
        found = wf_getattr_opt(t, spec, WF_NAME(_initializing), &initializing);
        if (found == WF_FOUND) {
            found = wf_truth(t, initializing);
            return found == WF_ERROR ? found : found == WF_FOUND ? WF_MISSING : WF_FOUND;
        }
    }
    return found == WF_ERROR ? found : WF_FOUND;
}

static WfValue find_and_load(WfThread *t, WfValue name)
{
    WfValue import = wf_dict_get_str(wf_as_dict(t->interp->builtins), WF_NAME(__import__));
    import = wf_is_empty(import) ? WF_NONE : import;
    return t->interp->importer != NULL ? wf_find_and_load(t, name, import)
                                       : importlib_call(t, "_find_and_load", (WfValue[]){name, import}, 2);
}

static bool is_empty_fromlist(WfThread *t, WfValue fromlist)
{
    if (wf_is_none(fromlist)) {
        return true;
    }
    WfFound found = wf_truth(t, fromlist);
    return found == WF_MISSING;
}

/* Does the module have all that is asked for, so that there is nothing to import for it? */
static WfFound has_all(WfThread *t, WfValue module, WfValue fromlist)
{
    WfValue v;
    if (!wf_is_tuple(fromlist)) {
        return WF_MISSING;
    }
    for (int64_t i = 0; i < wf_as_tuple(fromlist)->length; i++) {
        WfValue name = wf_tuple_at(wf_as_tuple(fromlist), i);
        if (!wf_is_str(name) || (wf_as_str(name)->length == 1 && wf_str_at(wf_as_str(name), 0) == '*')) {
            return WF_MISSING;
        }
        name = wf_str_intern(t, name);
        WfFound f = wf_is_empty(name) ? WF_ERROR : wf_getattr_opt(t, module, wf_as_str(name), &v);
        if (f != WF_FOUND) {
            return f;
        }
    }
    return WF_FOUND;
}

static WfValue import_level(WfThread *t, WfValue name, WfValue globals, WfValue fromlist, int level)
{
    if (level < 0) {
        return wf_raise(t, WF_EXC(ValueError), "level must be >= 0");
    }
    WfValue full = name, module;
    if (level > 0) {
        if (!wf_is_dict(globals)) {
            return wf_raise(t, wf_is_none(globals) ? WF_EXC(KeyError) : WF_EXC(TypeError),
                            wf_is_none(globals) ? "'__name__' not in globals" : "globals must be a dict");
        }
        WfValue package = importlib_call(t, "_calc___package__", &globals, 1);
        if (!wf_is_empty(package) && wf_is_str(package) && wf_as_str(package)->length == 0) {
            return wf_raise(t, WF_EXC(ImportError), "attempted relative import with no known parent package");
        }
        if (wf_is_empty(package) || wf_is_empty(importlib_call(t, "_sanity_check", (WfValue[]){name, package, wf_small_int(level)}, 3))) {
            return WF_EMPTY;
        }
        full = importlib_call(t, "_resolve_name", (WfValue[]){name, package, wf_small_int(level)}, 3);
        if (wf_is_empty(full)) {
            return full;
        }
    } else if (wf_as_str(name)->length == 0) {
        return wf_raise(t, WF_EXC(ValueError), "Empty module name");
    }
    WfFound found = loaded(t, full, &module);
    if (found == WF_MISSING) {
        module = find_and_load(t, full);
        found = wf_is_empty(module) ? WF_ERROR : WF_FOUND;
    }
    if (found == WF_ERROR) {
        return WF_EMPTY;
    }
    if (is_empty_fromlist(t, fromlist)) {
        if (wf_pending(t)) {
            return WF_EMPTY;
        }
        if (level > 0 && wf_as_str(name)->length == 0) {
            return module;
        }
        WfStr *s = wf_as_str(name);
        int64_t dot = wf_str_find(s, WF_NAME(dot), 0, s->length, 1);
        if (dot < 0) {
            return module;
        }
        if (level == 0) {
            WfValue front = wf_str_slice(t, s, 0, dot);
            if (wf_is_empty(front)) {
                return front;
            }
            found = loaded(t, front, &module);
            return found == WF_FOUND ? module : found == WF_ERROR ? WF_EMPTY : find_and_load(t, front);
        }
        int64_t cut = s->length - dot;
        WfValue front = wf_str_slice(t, wf_as_str(full), 0, wf_as_str(full)->length - cut);
        if (wf_is_empty(front)) {
            return front;
        }
        found = wf_dict_get(t, wf_as_dict(t->interp->modules), front, &module);
        return found == WF_FOUND ? module : found == WF_ERROR ? WF_EMPTY : wf_raise(t, WF_EXC(KeyError), "%R not in sys.modules as expected", front);
    }
    if (wf_pending(t)) {
        return WF_EMPTY;
    }
    WfValue path;
    found = wf_getattr_opt(t, module, WF_NAME(__path__), &path);
    if (found == WF_ERROR) {
        return WF_EMPTY;
    }
    if (found == WF_FOUND) {
        found = has_all(t, module, fromlist);
        if (found != WF_MISSING) {
            return found == WF_FOUND ? module : WF_EMPTY;
        }
        WfValue gcd = wf_getattr_cstr(t, t->interp->importlib, "_gcd_import");
        return wf_is_empty(gcd) ? gcd : importlib_call(t, "_handle_fromlist", (WfValue[]){module, fromlist, gcd}, 3);
    }
    return module;
}

/* Takes the import machinery out of the pending exception's traceback: for an ImportError every run of its entries, otherwise those
 * that end where a module's code is run. */
static void trim_traceback(WfThread *t)
{
    WfValue exc = t->exc;
    WfSlot *link = &wf_as_exception(exc)->traceback;
    WfSlot *outer = link;
    bool always = wf_is_instance_of(exc, WF_EXC(ImportError));
    bool inside = false;
    for (WfTraceback *tb = WF_LOAD(WfTraceback, link); tb != NULL;) {
        WfTraceback *next = WF_LOAD(WfTraceback, &tb->next);
        WfCode *code = WF_LOAD(WfCode, &WF_LOAD(WfFrameObject, &tb->frame)->code);
        const WfStr *file = WF_LOAD(WfStr, &code->filename);
        bool now = wf_str_equal_cstr(file, "<frozen importlib._bootstrap>")
                   || wf_str_equal_cstr(file, "<frozen importlib._bootstrap_external>");
        if (now && !inside) {
            outer = link;
        }
        inside = now;
        if (inside && (always || wf_str_equal_cstr(WF_LOAD(WfStr, &code->name), "_call_with_frames_removed")
                       || wf_str_equal_cstr(WF_LOAD(WfStr, &code->name), "_gcd_import"))) { /* whose callee is in C: import_fast.c */
            wf_store_ptr(outer, next);
            link = outer;
        } else {
            link = &tb->next;
        }
        tb = next;
    }
}

WfValue wf_import(WfThread *t, WfValue name, WfValue globals, WfValue fromlist, int level)
{
    WfValue module = import_level(t, name, globals, fromlist, level);
    if (wf_is_empty(module)) {
        trim_traceback(t);
    }
    return module;
}

WfValue wf_import_module(WfThread *t, const char *name)
{
    WfValue s = wf_str_from_cstr(t, name), module;
    if (wf_is_empty(s)) {
        return s;
    }
    WfFound found = loaded(t, s, &module);
    return found == WF_FOUND ? module : found == WF_ERROR ? WF_EMPTY : find_and_load(t, s);
}

WfValue wf_import_attribute(WfThread *t, const char *module, const char *name)
{
    WfValue m = wf_import_module(t, module);
    return wf_is_empty(m) ? m : wf_getattr_cstr(t, m, name);
}

WfValue wf_import_loaded(WfThread *t, const char *name)
{
    WfStr *s = wf_str_intern_cstr(t, name);
    if (s == NULL) {
        wf_clear_pending(t);
        return WF_EMPTY;
    }
    return wf_is_dict(t->interp->modules) ? wf_dict_get_str(wf_as_dict(t->interp->modules), s) : WF_EMPTY;
}

/* --- _imp ----------------------------------------------------------------------------------------------------- */

/* Modules that CPython has frozen and the library expects so; run from their files here. */
static const char *frozen_file(const char *name)
{
    return strcmp(name, "_frozen_importlib_external") == 0 ? "importlib/_bootstrap_external.py"
           : strcmp(name, "_frozen_importlib") == 0        ? "importlib/_bootstrap.py"
           : strcmp(name, "zipimport") == 0                ? "zipimport.py"
                                                           : NULL;
}

bool wf_import_is_frozen(const char *name)
{
    return frozen_file(name) != NULL;
}

static WfValue frozen_code(WfThread *t, const char *name)
{
    const char *file = frozen_file(name);
    char path[4096], shown[128];
    snprintf(path, sizeof path, "%s/%s", wf_config(t)->stdlib, file);
    snprintf(shown, sizeof shown, "<frozen %s>",
             strcmp(name, "zipimport") == 0 ? name : strcmp(name, "_frozen_importlib") == 0 ? "importlib._bootstrap" : "importlib._bootstrap_external");
    return wf_cached_code(t, path, shown);
}

static const char *name_argument(WfThread *t, WfValue v)
{
    if (!wf_is_str(v)) {
        return WF_FAIL_NULL(wf_raise(t, WF_EXC(TypeError), "argument must be str, not %T", v));
    }
    int64_t n;
    return wf_str_utf8_pass(t, v, &n);
}

static WfValue imp_is_builtin(WfThread *t, WfValue *a)
{
    const char *name = name_argument(t, a[0]);
    if (name == NULL) {
        return WF_EMPTY;
    }
    bool always = strcmp(name, "sys") == 0 || strcmp(name, "builtins") == 0 || strcmp(name, "_imp") == 0;
    return wf_small_int(always ? -1 : wf_find_native(name) != NULL);
}
static WfValue imp_create_builtin(WfThread *t, WfValue *a)
{
    WfValue name = wf_getattr(t, a[0], WF_NAME(name)), module;
    if (wf_is_empty(name)) {
        return name;
    }
    const char *s = name_argument(t, name);
    if (s == NULL) {
        return WF_EMPTY;
    }
    WfFound found = wf_dict_get(t, wf_as_dict(t->interp->modules), name, &module);
    if (found != WF_MISSING) {
        return found == WF_FOUND ? module : WF_EMPTY;
    }
    if (strcmp(s, "sys") == 0 || strcmp(s, "builtins") == 0 || strcmp(s, "_imp") == 0) {
        WfValue kept = wf_dict_get_str(wf_as_dict(t->interp->module_state), wf_str_intern_cstr(t, s));
        return wf_is_empty(kept) ? WF_NONE : kept;
    }
    const WfModuleDef *def = wf_find_native(s);
    return def == NULL ? WF_NONE : wf_native_module(t, def);
}
static WfValue imp_exec_builtin(WfThread *t, WfValue *a)
{
    return wf_small_int(0);
}
static WfValue imp_is_frozen(WfThread *t, WfValue *a)
{
    const char *name = name_argument(t, a[0]);
    return name == NULL ? WF_EMPTY : WF_BOOL(frozen_file(name) != NULL);
}
static WfValue imp_is_frozen_package(WfThread *t, WfValue *a)
{
    const char *name = name_argument(t, a[0]);
    if (name == NULL) {
        return WF_EMPTY;
    }
    return frozen_file(name) != NULL ? WF_FALSE : wf_raise_import(t, WF_EXC(ImportError), a[0], WF_NONE, "No such frozen object named %V", a[0]);
}
static WfValue imp_find_frozen(WfThread *t, WfValue *a)
{
    const char *name = name_argument(t, a[0]);
    if (name == NULL) {
        return WF_EMPTY;
    }
    if (frozen_file(name) == NULL) {
        return WF_NONE;
    }
    const char *original = strcmp(name, "zipimport") == 0                    ? "zipimport"
                           : strcmp(name, "_frozen_importlib") == 0 ? "importlib._bootstrap"
                                                                    : "importlib._bootstrap_external";
    return WF_TUPLE_OF(t, WF_NONE, WF_FALSE, wf_str_from_cstr(t, original));
}
static WfValue imp_get_frozen_object(WfThread *t, WfValue *a)
{
    const char *name = name_argument(t, a[0]);
    if (name == NULL) {
        return WF_EMPTY;
    }
    if (frozen_file(name) == NULL) {
        return wf_raise_import(t, WF_EXC(ImportError), a[0], WF_NONE, "No such frozen object named %V", a[0]);
    }
    return frozen_code(t, name);
}
static WfValue imp_init_frozen(WfThread *t, WfValue *a)
{
    return WF_NONE;
}
static WfValue imp_frozen_names(WfThread *t, WfValue *a)
{
    return wf_list_new(t, 0);
}
static WfValue imp_override(WfThread *t, WfValue *a)
{
    return WF_NONE;
}
static WfValue imp_extension_suffixes(WfThread *t, WfValue *a)
{
    return wf_list_new(t, 0);
}
static WfValue imp_create_dynamic(WfThread *t, WfValue *a)
{
    return wf_raise(t, WF_EXC(ImportError), "extension modules for CPython cannot be loaded");
}
static WfValue imp_exec_dynamic(WfThread *t, WfValue *a)
{
    return wf_small_int(0);
}
static WfValue imp_source_hash(WfThread *t, WfValue *a)
{
    int64_t key;
    WfBuffer b;
    if (wf_to_i64(t, a[0], &key) != WF_OK || wf_buffer_get(t, a[1], &b, WF_BUF_SIMPLE) != WF_OK) {
        return WF_EMPTY;
    }
    uint64_t h = wf_hash_siphash13((WfHashKey){(uint64_t)key, 0}, b.data, (size_t)b.length);
    wf_buffer_release(t, &b);
    return wf_bytes_new(t, &h, 8);
}
/* code objects of code and all nested in it get the file name. */
static WfStatus fix_filename(WfThread *t, WfValue code, WfValue old, WfValue fresh)
{
    WfCode *c = wf_as_code(code);
    if (!wf_str_equal(wf_as_str(wf_load(&c->filename)), wf_as_str(old))) {
        return WF_OK;
    }
    if (wf_code_load(t, c) != WF_OK) {
        return WF_RAISED;
    }
    wf_store(&c->filename, fresh);
    const WfTuple *k = WF_LOAD(WfTuple, &c->consts);
    if (wf_recursion_enter(t, "") != WF_OK) {
        return WF_RAISED;
    }
    WfStatus status = WF_OK;
    for (int64_t i = 0; i < k->length && status == WF_OK; i++) {
        if (WF_IS_KIND(wf_tuple_at(k, i), CODE)) {
            status = fix_filename(t, wf_tuple_at(k, i), old, fresh);
        }
    }
    wf_recursion_leave(t);
    return status;
}
static WfValue imp_fix_co_filename(WfThread *t, WfValue *a)
{
    if (!WF_IS_KIND(a[0], CODE) || !wf_is_str(a[1])) {
        return wf_raise(t, WF_EXC(TypeError), "_fix_co_filename() argument 1 must be code, argument 2 str");
    }
    return fix_filename(t, a[0], wf_load(&wf_as_code(a[0])->filename), a[1]) == WF_OK ? WF_NONE : WF_EMPTY;
}
static WfValue imp_lock_held(WfThread *t, WfValue *a)
{
    return WF_BOOL(__atomic_load_n(&t->interp->x_import_owner, __ATOMIC_RELAXED) != 0);
}
void wf_import_lock(WfThread *t)
{
    if (__atomic_load_n(&t->interp->x_import_owner, __ATOMIC_RELAXED) == t->ident) {
        t->interp->import_depth++;
        return;
    }
    wf_mutex_lock(t, &t->interp->import_lock);
    __atomic_store_n(&t->interp->x_import_owner, t->ident, __ATOMIC_RELAXED); /* ordered by the lock */
    t->interp->import_depth = 1;
}
void wf_import_unlock(WfThread *t)
{
    if (--t->interp->import_depth == 0) {
        __atomic_store_n(&t->interp->x_import_owner, (uint64_t)0, __ATOMIC_RELAXED);
        wf_mutex_unlock(&t->interp->import_lock);
    }
}
static WfValue imp_acquire_lock(WfThread *t, WfValue *a)
{
    wf_import_lock(t);
    return WF_NONE;
}
static WfValue imp_release_lock(WfThread *t, WfValue *a)
{
    if (__atomic_load_n(&t->interp->x_import_owner, __ATOMIC_RELAXED) != t->ident) {
        return wf_raise(t, WF_EXC(RuntimeError), "not holding the import lock");
    }
    wf_import_unlock(t);
    return WF_NONE;
}

static const WfBuiltinDef imp_functions[] = {
    {"_fix_co_filename", imp_fix_co_filename, "(code, path, /)", "Change the file name of a code object and those nested in it.", 0},
    {"_frozen_module_names", imp_frozen_names, "()", "The names of frozen modules: none that programs could see.", 0},
    {"_override_frozen_modules_for_tests", imp_override, "(override, /)", "Has no effect: there are no frozen modules to override.", 0},
    {"_override_multi_interp_extensions_check", imp_override, "(override, /)", "Has no effect.", 0},
    {"acquire_lock", imp_acquire_lock, "()", "Acquire the import lock of the interpreter.", 0},
    {"create_builtin", imp_create_builtin, "(spec, /)", "Make a module written in C.", 0},
    {"create_dynamic", imp_create_dynamic, "(spec, file=None, /)", "Always raises: CPython's extension modules cannot be loaded.", 0},
    {"exec_builtin", imp_exec_builtin, "(mod, /)", "Initialise a module written in C: done when it was made.", 0},
    {"exec_dynamic", imp_exec_dynamic, "(mod, /)", "Does nothing.", 0},
    {"extension_suffixes", imp_extension_suffixes, "()", "File suffixes of extension modules: none.", 0},
    {"find_frozen", imp_find_frozen, "(name, /, *, withdata=False)", "What is known of a frozen module: (data, is_package, original name) or None.", 0},
    {"get_frozen_object", imp_get_frozen_object, "(name, data=None, /)", "The code object of a frozen module.", 0},
    {"init_frozen", imp_init_frozen, "(name, /)", "Initialise a frozen module: never needed.", 0},
    {"is_builtin", imp_is_builtin, "(name, /)", "1 if a module of that name is written in C, -1 if it cannot be made again, else 0.", 0},
    {"is_frozen", imp_is_frozen, "(name, /)", "Whether a frozen module has that name.", 0},
    {"is_frozen_package", imp_is_frozen_package, "(name, /)", "Whether the frozen module is a package.", 0},
    {"lock_held", imp_lock_held, "()", "Whether any thread holds the import lock.", 0},
    {"release_lock", imp_release_lock, "()", "Release the import lock of the interpreter.", 0},
    {"source_hash", imp_source_hash, "(key, source)", "SipHash-1-3 of the source with the key, as 8 bytes.", 0},
    {0}};
static WfStatus imp_init(WfThread *t, WfValue module)
{
    return wf_module_add_str(t, module, "check_hash_based_pycs", wf_config(t)->check_hash_pycs);
}
static const WfModuleDef imp_module = {
    .name = "_imp", .doc = "What the import system needs from the interpreter.", .functions = imp_functions, .init = imp_init};

/* --- start ------------------------------------------------------------------------------------------------------- */

static WfStatus keep(WfThread *t, const char *name, WfValue module)
{
    return wf_is_empty(module) ? WF_RAISED : wf_dict_set_cstr(t, wf_as_dict(t->interp->module_state), name, module);
}

WfStatus wf_import_init(WfThread *t)
{
    WfInterp *interp = t->interp;
    interp->modules = wf_dict_new(t);
    interp->module_state = wf_is_empty(interp->modules) ? WF_EMPTY : wf_dict_new(t);
    if (wf_is_empty(interp->module_state)) {
        return WF_RAISED;
    }
    WfValue builtins = wf_module_from_def(t, &wf_module_builtins);
    if (wf_is_empty(builtins)) {
        return WF_RAISED;
    }
    interp->builtins = wf_from_object(wf_module_dict(t, builtins));
    WfValue sys = wf_sys_new(t); /* sets interp->sys_dict */
    if (wf_is_empty(sys) || wf_module_builtins.init(t, builtins) != WF_OK
        || wf_dict_set_cstr(t, wf_as_dict(interp->modules), "builtins", builtins) != WF_OK
        || wf_dict_set_cstr(t, wf_as_dict(interp->modules), "sys", sys) != WF_OK || keep(t, "sys", sys) != WF_OK
        || keep(t, "builtins", builtins) != WF_OK) {
        return WF_RAISED;
    }
    interp->import_func = wf_dict_get_str(wf_as_dict(interp->builtins), WF_NAME(__import__));
    WfValue imp = wf_native_module(t, &imp_module);
    if (keep(t, "_imp", imp) != WF_OK) {
        return WF_RAISED;
    }
    WfValue code = frozen_code(t, "_frozen_importlib");
    WfStr *name = wf_str_intern_cstr(t, "_frozen_importlib");
    WfValue module = wf_is_empty(code) || name == NULL ? WF_EMPTY : wf_module_new(t, name);
    if (wf_is_empty(module)) {
        return WF_RAISED;
    }
    interp->importlib = module;
    WfDict *d = wf_module_dict(t, module);
    if (wf_dict_set_str(t, d, WF_NAME(__builtins__), interp->builtins) != WF_OK
        || wf_dict_set_cstr(t, d, "__origname__", wf_str_from_cstr(t, "importlib._bootstrap")) != WF_OK
        || wf_is_empty(wf_vm_eval(t, wf_as_code(code), d, wf_from_object(d), WF_EMPTY))
        || wf_dict_set_str(t, wf_as_dict(interp->modules), name, module) != WF_OK) {
        return WF_RAISED;
    }
    return wf_is_empty(importlib_call(t, "_install", (WfValue[]){sys, imp}, 2)) ? WF_RAISED : WF_OK;
}

static WfValue zip_hook(WfThread *t, WfValue *a);
static const WfBuiltinDef zip_hook_def = {"zipimporter", zip_hook, "(path, /)", "The importer of a zip archive, or ImportError.", 0};

/* Is path, or what of it there is, something else than a directory? */
static bool may_be_archive(const char *path)
{
    char part[4096];
    struct stat st;
    snprintf(part, sizeof part, "%s", path);
    while (stat(part, &st) != 0) {
        char *slash = strrchr(part, '/');
        if (slash == NULL || slash == part) {
            return false;
        }
        *slash = 0;
    }
    return S_ISREG(st.st_mode);
}

/* Stands in sys.path_hooks for zipimport.zipimporter until a path may be an archive: zipimport need not be loaded before. */
static WfValue zip_hook(WfThread *t, WfValue *a)
{
    if (wf_is_str(a[0])) {
        const char *path = wf_fs_path(t, a[0], "zipimporter", "path");
        if (path == NULL) {
            return WF_EMPTY;
        }
        if (!may_be_archive(path)) {
            return wf_raise(t, WF_EXC(ImportError), "not a Zip file: %R", a[0]);
        }
    }
    WfValue type = wf_import_attribute(t, "zipimport", "zipimporter"), hooks = wf_sys_get(t, "path_hooks");
    if (wf_is_empty(type)) {
        return WF_EMPTY;
    }
    for (int64_t i = 0; wf_is_list(hooks) && i < wf_list_length(wf_as_list(hooks)); i++) {
        WfValue hook = wf_list_at(wf_as_list(hooks), i);
        if (WF_IS_EXACT(hook, BUILTIN) && wf_as_builtin(hook)->def == &zip_hook_def
            && wf_list_set(t, wf_as_list(hooks), i, type) == WF_ERROR) {
            return WF_EMPTY;
        }
    }
    return wf_call1(t, type, a[0]);
}

WfStatus wf_import_init_external(WfThread *t)
{
    if (wf_is_empty(importlib_call(t, "_install_external_importers", NULL, 0))) {
        return WF_RAISED;
    }
    WfValue hooks = wf_sys_get(t, "path_hooks"), hook = wf_builtin_new(t, &zip_hook_def, WF_EMPTY, NULL);
    return wf_is_empty(hook) || !wf_is_list(hooks) || wf_list_insert(t, wf_as_list(hooks), 0, hook) != WF_OK ? WF_RAISED : wf_import_fast_init(t);
}
