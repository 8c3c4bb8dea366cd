/* import_fast.c - imports in C while importlib's machinery is the original one.
 * SPDX-License-Identifier: MIT
 *
 * Design:     what importlib does for a module in Python - ask the finders, look into the folders of the path, make spec, loader and
 *             module, check the compiled file, run it - takes longer than all else in a start. Here it is done in C for modules
 *             written in C and for source files, with the same objects as a result. Whatever is not the usual case (another finder or
 *             hook that wants the module, changed importlib classes, -v, namespace packages, files without source, compiled files that
 *             are checked by hash) goes to importlib's Python code, which builtins.__import__ and importlib.import_module
 *             reach through wf_find_and_load. Folders are looked at directly, not through FileFinder's listing.
 *             Compiled files are those of importlib: same name, same head; one that is damaged is removed and made anew.
 * Invariants: M1 a module is loaded by one thread; others that want it wait until it has ended. A thread that would wait for
 *             itself, directly or through others, gets the module as it is.
 * Threads:    `importing` and `waits` are lists of records on their threads' C stacks, guarded by lock; x_ended counts ends.
 *             Waiting is parking on the WfImporter. Import through importlib's own functions has importlib's locks besides.
 * Tests:      tests/modules/import_paths.py, test_importlib (test_threaded_import) */
#include "runtime/import_fast.h"

#include "code/unit.h"
#include "compiler/compile.h"
#include "modules/_io/io.h"
#include "modules/marshal.h"
#include "objects/builtin_function.h"
#include "objects/bytes.h"
#include "objects/dict.h"
#include "objects/exceptions.h"
#include "objects/list.h"
#include "objects/module.h"
#include "objects/str.h"
#include "objects/tuple.h"
#include "platform/atomics.h"
#include "runtime/cache.h"
#include "runtime/import.h"
#include "runtime/state.h"
#include "runtime/sys.h"
#include "sched/park.h"
#include "vm/vm.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum { BUILTIN_IMPORTER, FROZEN_IMPORTER, MODULE_SPEC, PATH_FINDER, FILE_FINDER, SOURCE_LOADER, N_CLASSES };
static const char *const class_names[N_CLASSES] = {"BuiltinImporter", "FrozenImporter", "ModuleSpec", "PathFinder", "FileFinder",
                                                   "SourceFileLoader"};

typedef struct Importing {
    struct Importing *next;
    const WfThread *owner;
    const WfStr *name;
} Importing;

typedef struct Wait {
    struct Wait *next;
    const WfThread *thread;
    const WfThread *owner; /* of what it waits for */
} Wait;

typedef struct WfImporter {
    WfValue classes[N_CLASSES]; /* roots */
    uint64_t versions[N_CLASSES];
    WfValue find_and_load; /* importlib's; root */
    WfValue gcd_import;    /* root */
    WfValue classify_pyc;  /* importlib's; root */
    WfRawLock lock;
    Importing *importing;
    Wait *waits;
    uint32_t x_ended;
} WfImporter;

static WfImporter *importer_of(const WfThread *t)
{
    return (WfImporter *)t->interp->importer;
}

/* --- one thread for a module (M1) --------------------------------------------------------------------------- */

typedef enum Turn { TURN_MINE, TURN_NESTED, TURN_AGAIN, TURN_RAISED } Turn;

/* Would t, waiting for owner, wait for itself? Under the lock. */
static bool would_deadlock(const WfImporter *im, const WfThread *t, const WfThread *owner)
{
    for (int steps = 0; steps < 10000; steps++) {
        if (owner == t) {
            return true;
        }
        const Wait *w = im->waits;
        while (w != NULL && w->thread != owner) {
            w = w->next;
        }
        if (w == NULL) {
            return false;
        }
        owner = w->owner;
    }
    return true;
}

typedef struct Ended {
    WfImporter *im;
    uint32_t seen;
} Ended;

static bool none_ended(void *arg)
{
    Ended *e = arg;
    return wf_atomic_load_acquire_u32(&e->im->x_ended) == e->seen;
}

/* TURN_MINE: `mine` is in the list until end_import. TURN_AGAIN: another thread's import of it has ended. */
static Turn begin_import(WfThread *t, const WfStr *name, Importing *mine)
{
    WfImporter *im = importer_of(t);
    wf_raw_lock(&im->lock);
    Importing *other = im->importing;
    while (other != NULL && !wf_str_equal(other->name, name)) {
        other = other->next;
    }
    if (other == NULL) {
        *mine = (Importing){im->importing, t, name};
        im->importing = mine;
        wf_raw_unlock(&im->lock);
        return TURN_MINE;
    }
    if (would_deadlock(im, t, other->owner)) {
        wf_raw_unlock(&im->lock);
        return TURN_NESTED;
    }
    Wait wait = {im->waits, t, other->owner};
    im->waits = &wait;
    Ended ended = {im, wf_atomic_load_relaxed_u32(&im->x_ended)};
    wf_raw_unlock(&im->lock);
    WfParkResult result = wf_park(t, im, none_ended, &ended, WF_PARK_FOREVER, WF_PARK_INTERRUPTIBLE);
    wf_raw_lock(&im->lock);
    Wait **w = &im->waits;
    while (*w != &wait) {
        w = &(*w)->next;
    }
    *w = wait.next;
    wf_raw_unlock(&im->lock);
    return result == WF_PARK_INTERRUPTED && wf_handle_breaker(t) != WF_OK ? TURN_RAISED : TURN_AGAIN;
}

static void end_import(WfThread *t, Importing *mine)
{
    WfImporter *im = importer_of(t);
    wf_raw_lock(&im->lock);
    Importing **i = &im->importing;
    while (*i != mine) {
        i = &(*i)->next;
    }
    *i = mine->next;
    wf_atomic_store_release_u32(&im->x_ended, im->x_ended + 1); /* pairs with none_ended */
    bool waited_for = im->waits != NULL;
    wf_raw_unlock(&im->lock);
    if (waited_for) {
        (void)wf_unpark_all(im);
    }
}

void wf_import_fast_after_fork(WfThread *t)
{
    WfImporter *im = importer_of(t);
    if (im == NULL) {
        return;
    }
    wf_raw_lock_after_fork(&im->lock);
    im->waits = NULL;
    for (Importing **i = &im->importing; *i != NULL;) {
        if ((*i)->owner == t) {
            i = &(*i)->next;
        } else {
            *i = (*i)->next;
        }
    }
}

/* --- what was found ------------------------------------------------------------------------------------------- */

typedef struct Found {
    const WfModuleDef *native;
    WfValue path;    /* of the source file, a str */
    WfValue folder;  /* of the package, a str; or EMPTY */
    WfValue spec;    /* made by a finder that is none of importlib's */
    struct stat source;
    char file[4096];
} Found;

static bool unchanged(WfThread *t)
{
    WfImporter *im = importer_of(t);
    for (int i = 0; i < N_CLASSES; i++) {
        if (__atomic_load_n(&WF_AS(WfType, im->classes[i])->x_version, __ATOMIC_ACQUIRE) != im->versions[i]) {
            return false;
        }
    }
    return wf_config(t)->verbose == 0 && wf_is_dict(t->interp->modules);
}

static bool is_class(WfThread *t, WfValue v, int which)
{
    return wf_is(v, importer_of(t)->classes[which]);
}

/* Does the finder look for the usual files, with the usual loaders? */
static WfFound is_usual_finder(WfThread *t, WfValue finder)
{
    WfValue loaders;
    if (!wf_is_object(finder) || !is_class(t, wf_from_object(wf_type(finder)), FILE_FINDER)) {
        return WF_MISSING;
    }
    WfFound f = wf_getattr_opt(t, finder, WF_NAME(_loaders), &loaders);
    if (f != WF_FOUND || !wf_is_list(loaders) || wf_list_length(wf_as_list(loaders)) != 2) {
        return f == WF_ERROR ? f : WF_MISSING;
    }
    WfValue first = wf_list_at(wf_as_list(loaders), 0);
    return !wf_is_empty(first) && wf_is_tuple(first) && wf_as_tuple(first)->length == 2 && is_class(t, wf_tuple_at(wf_as_tuple(first), 1), SOURCE_LOADER)
               ? WF_FOUND
               : WF_MISSING;
}

static bool is_file(const char *path, struct stat *st)
{
    return stat(path, st) == 0 && S_ISREG(st->st_mode);
}

/* Looks into one folder. FOUND: found->path is set. MISSING: nothing there. ERROR without exception: something unusual is there. */
static WfFound look_into(WfThread *t, const char *folder, const char *tail, Found *found)
{
    char base[3800];
    struct stat st;
    size_t n = strlen(folder);
    const char *slash = n > 0 && folder[n - 1] == '/' ? "" : "/";
    if (folder[0] != '/' || snprintf(base, sizeof base, "%s%s%s", folder, slash, tail) >= (int)sizeof base) {
        return WF_ERROR;
    }
    bool is_folder = stat(base, &st) == 0 && S_ISDIR(st.st_mode);
    if (is_folder) {
        (void)snprintf(found->file, sizeof found->file, "%s/__init__.py", base);
        if (is_file(found->file, &found->source)) {
            found->folder = wf_str_decode_fs(t, base, (int64_t)strlen(base));
            found->path = wf_is_empty(found->folder) ? WF_EMPTY : wf_str_decode_fs(t, found->file, (int64_t)strlen(found->file));
            return wf_is_empty(found->path) ? WF_ERROR : WF_FOUND;
        }
        (void)snprintf(found->file, sizeof found->file, "%s/__init__.pyc", base);
        if (is_file(found->file, &st)) {
            return WF_ERROR;
        }
    }
    (void)snprintf(found->file, sizeof found->file, "%s.py", base);
    if (is_file(found->file, &found->source)) {
        found->path = wf_str_decode_fs(t, found->file, (int64_t)strlen(found->file));
        return wf_is_empty(found->path) ? WF_ERROR : WF_FOUND;
    }
    (void)snprintf(found->file, sizeof found->file, "%s.pyc", base);
    return is_folder || is_file(found->file, &st) ? WF_ERROR : WF_MISSING;
}

/* sys.path_importer_cache[entry], made by the hooks if it is not there. None: no finder. */
static WfValue finder_of(WfThread *t, WfValue entry)
{
    WfValue cache = wf_sys_get(t, "path_importer_cache"), finder;
    if (!wf_is_empty(cache) && wf_is_dict(cache) && wf_as_str(entry)->length > 0) {
        WfFound f = wf_dict_get(t, wf_as_dict(cache), entry, &finder);
        if (f != WF_MISSING) {
            return f == WF_FOUND ? finder : WF_EMPTY;
        }
    }
    WfValue method = wf_getattr_cstr(t, importer_of(t)->classes[PATH_FINDER], "_path_importer_cache");
    if (wf_is_empty(method)) {
        return method;
    }
    wf_import_lock(t);
    finder = wf_call1(t, method, entry);
    wf_import_unlock(t);
    return finder;
}

/* As PathFinder does. ERROR without exception: let it do that. */
static WfFound look_in_path(WfThread *t, WfValue path, const char *name, const char *tail, WfValue full_name, Found *found)
{
    path = wf_is_none(path) ? wf_sys_get(t, "path") : path;
    if (wf_is_empty(path) || !wf_is_list(path)) {
        return WF_ERROR;
    }
    for (int64_t i = 0; i < wf_list_length(wf_as_list(path)); i++) {
        WfValue entry = wf_list_at(wf_as_list(path), i);
        if (wf_is_empty(entry) || !wf_is_str(entry)) {
            continue;
        }
        WfValue finder = finder_of(t, entry), folder;
        if (wf_is_empty(finder)) {
            return WF_ERROR;
        }
        if (wf_is_none(finder)) {
            continue;
        }
        WfFound f = is_usual_finder(t, finder);
        if (f == WF_FOUND) {
            f = wf_getattr_opt(t, finder, WF_NAME(path), &folder);
            const char *s = f == WF_FOUND && wf_is_str(folder) ? wf_fs_path(t, folder, "import", "path") : NULL;
            f = s == NULL ? WF_ERROR : look_into(t, s, tail, found);
        } else if (f == WF_MISSING) {
            f = WF_ERROR; /* zip files and other people's finders: importlib asks them */
        }
        if (f != WF_MISSING) {
            return f;
        }
    }
    return WF_MISSING;
}

/* MISSING: no finder knows the module. ERROR without exception: to be left to importlib. */
static WfFound find(WfThread *t, WfValue name, const char *text, WfValue path, Found *found)
{
    const char *dot = strrchr(text, '.');
    WfValue meta_path = wf_sys_get(t, "meta_path");
    if (wf_is_empty(meta_path) || !wf_is_list(meta_path) || wf_list_length(wf_as_list(meta_path)) == 0) {
        return WF_ERROR;
    }
    for (int64_t i = 0; i < wf_list_length(wf_as_list(meta_path)); i++) {
        WfValue finder = wf_list_at(wf_as_list(meta_path), i), find_spec;
        WfFound f = WF_MISSING;
        if (wf_is_empty(finder)) {
            break;
        }
        if (is_class(t, finder, BUILTIN_IMPORTER)) {
            found->native = wf_is_none(path) ? wf_find_native(text) : NULL;
            f = found->native != NULL ? WF_FOUND : WF_MISSING;
        } else if (is_class(t, finder, FROZEN_IMPORTER)) {
            f = wf_import_is_frozen(text) ? WF_ERROR : WF_MISSING;
        } else if (is_class(t, finder, PATH_FINDER)) {
            f = look_in_path(t, path, text, dot == NULL ? text : dot + 1, name, found);
        } else {
            f = wf_getattr_opt(t, finder, WF_NAME(find_spec), &find_spec);
            if (f != WF_FOUND) {
                return WF_ERROR;
            }
            wf_import_lock(t);
            found->spec = wf_call3(t, find_spec, name, path, WF_NONE);
            wf_import_unlock(t);
            if (wf_is_empty(found->spec)) {
                return WF_ERROR;
            }
            f = WF_FOUND;
            if (wf_is_none(found->spec)) {
                found->spec = WF_EMPTY;
                f = WF_MISSING;
            }
        }
        if (f != WF_MISSING) {
            return f;
        }
    }
    return WF_MISSING;
}

/* --- compiled files --------------------------------------------------------------------------------------------- */

#define CACHE_SUFFIX_MAX 64

/* What cache_from_source says, or false. */
static bool cache_path(WfThread *t, const char *file, char *out, size_t size)
{
    WfValue prefix = wf_sys_get(t, "pycache_prefix");
    const char *slash = strrchr(file, '/'), *dot = strrchr(file, '.');
    char level[32] = "";
    if (wf_is_empty(prefix) || slash == NULL || dot == NULL || (!wf_is_none(prefix) && !wf_is_str(prefix))) {
        return false;
    }
    if (wf_config(t)->optimize > 0) {
        (void)snprintf(level, sizeof level, ".opt-%d", wf_config(t)->optimize);
    }
    int n_folder = (int)(slash - file), n_stem = (int)(dot - slash - 1), n;
    if (wf_is_none(prefix)) {
        n = snprintf(out, size, "%.*s/__pycache__/%.*s." WF_CACHE_TAG "%s.pyc", n_folder, file, n_stem, slash + 1, level);
    } else {
        const char *p = wf_fs_path(t, prefix, "import", "pycache_prefix");
        if (p == NULL) {
            wf_clear_pending(t);
            return false;
        }
        size_t n_prefix = strlen(p);
        while (n_prefix > 0 && p[n_prefix - 1] == '/') {
            n_prefix--;
        }
        n = snprintf(out, size, "%.*s%.*s/%.*s." WF_CACHE_TAG "%s.pyc", (int)n_prefix, p, n_folder, file, n_stem, slash + 1, level);
    }
    return n > 0 && n < (int)size;
}

/* The code of the compiled file, or EMPTY: importlib may see to it. Head: magic number of importlib, flags (0: by time), time and size
 * of the source, 4 bytes each. */
static WfValue compiled_code(WfThread *t, const Found *found, const char *cached)
{
    static const uint8_t magic[8] = {0xa7, 0x0d, 0x0d, 0x0a};
    size_t n, used;
    uint8_t *data = wf_read_whole(cached, &n);
    if (data == NULL) {
        return WF_EMPTY;
    }
    const uint32_t source[2] = {(uint32_t)found->source.st_mtim.tv_sec, (uint32_t)found->source.st_size};
    WfValue code = WF_EMPTY;
    if (memcmp(data, magic, sizeof magic) == 0 && memcmp(data + 8, source, sizeof source) == 0) {
        code = wf_marshal_loads(t, data + 16, n - 16, &used);
        if (wf_is_empty(code) || !WF_IS_KIND(code, CODE)) {
            wf_clear_pending(t); /* damaged: importlib would trust it */
            (void)unlink(cached);
            code = WF_EMPTY;
        } else if (!wf_str_equal(WF_LOAD(WfStr, &wf_as_code(code)->filename), wf_as_str(found->path))) {
            code = WF_EMPTY; /* importlib corrects the file's name in it */
        }
    }
    free(data);
    return code;
}

/* importlib's _classify_pyc, and one thing more: a compiled file of another weft, or a damaged one, is no compiled file. */
static WfValue classify_pyc(WfThread *t, WfValue *a)
{
    WfValue flags = wf_call3(t, importer_of(t)->classify_pyc, a[0], a[1], a[2]);
    WfView view;
    if (wf_is_empty(flags) || wf_view_get(t, a[0], &view) != WF_OK) {
        return WF_EMPTY;
    }
    bool is_code = view.length > 16 && (view.data[16] & 0x7f) == 'c'; /* other values are for _compile_bytecode to complain of */
    bool good = !is_code || wf_unit_intact(view.data + 17, (size_t)view.length - 17);
    wf_view_release(t, &view);
    return good ? flags : wf_raise_import(t, WF_EXC(ImportError), a[1], WF_NONE, "damaged code, or of another version, in %R", a[1]);
}
static const WfBuiltinDef classify_pyc_def = {"_classify_pyc", classify_pyc, "(data, name, exc_details, /)",
                                              "Check the head of a compiled file, and the code behind it; return its flags.", 0};

/* --- loading ------------------------------------------------------------------------------------------------------ */

static WfValue importlib_call1(WfThread *t, const char *name, WfValue arg)
{
    WfValue f = wf_getattr_cstr(t, t->interp->importlib, name);
    return wf_is_empty(f) ? f : wf_call1(t, f, arg);
}

static WfValue make_spec(WfThread *t, WfValue name, WfValue loader, WfValue origin)
{
    WfValue spec = wf_call2(t, importer_of(t)->classes[MODULE_SPEC], name, loader);
    return wf_is_empty(spec) || wf_setattr(t, spec, WF_NAME(origin), origin) != WF_OK ? WF_EMPTY : spec;
}

static WfStatus set(WfThread *t, WfDict *d, WfStr *name, WfValue v)
{
    return wf_dict_set_str(t, d, name, v);
}

/* name.rpartition('.')[0] */
static WfValue parent_of(WfThread *t, WfValue name)
{
    const WfStr *s = wf_as_str(name);
    int64_t dot = s->length;
    while (dot > 0 && wf_str_at(s, dot - 1) != '.') {
        dot--;
    }
    return dot == 0 ? WF_NAME_V(empty) : wf_str_slice(t, wf_as_str(name), 0, dot - 1);
}

static WfValue load_native(WfThread *t, WfValue name, const WfModuleDef *def)
{
    WfValue spec = make_spec(t, name, importer_of(t)->classes[BUILTIN_IMPORTER], WF_NAME_V(built_in));
    WfValue module = wf_is_empty(spec) || wf_setattr(t, spec, WF_NAME(_initializing), WF_FALSE) != WF_OK ? WF_EMPTY : wf_native_module(t, def);
    WfDict *d = wf_is_empty(module) ? NULL : wf_module_dict(t, module);
    return d == NULL || set(t, d, WF_NAME(__loader__), importer_of(t)->classes[BUILTIN_IMPORTER]) != WF_OK
                   || set(t, d, WF_NAME(__package__), WF_NAME_V(empty)) != WF_OK || set(t, d, WF_NAME(__spec__), spec) != WF_OK
               ? WF_EMPTY
               : module;
}

/* Takes the module out of sys.modules and puts it in last; it may be another one by now. */
static WfValue settle(WfThread *t, WfValue name)
{
    WfDict *modules = wf_as_dict(t->interp->modules);
    WfValue module;
    WfFound f = wf_dict_get(t, modules, name, &module);
    if (f == WF_MISSING) {
        (void)wf_raise_value(t, WF_EXC(KeyError), name);
    }
    return f != WF_FOUND || wf_dict_delete(t, modules, name) == WF_ERROR || wf_dict_set(t, modules, name, module) != WF_OK ? WF_EMPTY : module;
}

static WfValue run_module(WfThread *t, WfValue name, WfValue loader, const Found *found, const char *cached, WfDict *d)
{
    WfValue code = cached == NULL ? WF_EMPTY : compiled_code(t, found, cached);
    if (wf_is_empty(code)) {
        WfValue get_code = wf_getattr_cstr(t, loader, "get_code");
        code = wf_is_empty(get_code) ? get_code : wf_call1(t, get_code, name);
        if (!wf_is_empty(code) && !WF_IS_KIND(code, CODE)) {
            return wf_raise(t, WF_EXC(ImportError), "cannot load module %R when get_code() returns None", name);
        }
    }
    return wf_is_empty(code) || set(t, d, WF_NAME(__builtins__), t->interp->builtins) != WF_OK
               ? WF_EMPTY
               : wf_vm_eval(t, wf_as_code(code), d, wf_from_object(d), WF_EMPTY);
}

static WfValue load_source(WfThread *t, WfValue name, const Found *found)
{
    char cached[4096 + CACHE_SUFFIX_MAX];
    bool has_cache = cache_path(t, found->file, cached, sizeof cached);
    WfValue loader = wf_call2(t, importer_of(t)->classes[SOURCE_LOADER], name, found->path);
    WfValue spec = wf_is_empty(loader) ? loader : make_spec(t, name, loader, found->path);
    WfValue module = wf_is_empty(spec) ? spec : wf_module_new(t, wf_as_str(name));
    WfDict *d = wf_is_empty(module) ? NULL : wf_module_dict(t, module);
    WfValue package = wf_is_empty(found->folder) ? parent_of(t, name) : name;
    if (d == NULL || wf_is_empty(package) || wf_setattr(t, spec, WF_NAME(_set_fileattr), WF_TRUE) != WF_OK
        || set(t, d, WF_NAME(__loader__), loader) != WF_OK || set(t, d, WF_NAME(__package__), package) != WF_OK
        || set(t, d, WF_NAME(__spec__), spec) != WF_OK) {
        return WF_EMPTY;
    }
    if (!wf_is_empty(found->folder)) {
        WfValue list = wf_list_new(t, 1);
        if (wf_is_empty(list) || wf_list_append(t, wf_as_list(list), found->folder) != WF_OK
            || wf_setattr(t, spec, WF_NAME(submodule_search_locations), list) != WF_OK || set(t, d, WF_NAME(__path__), list) != WF_OK) {
            return WF_EMPTY;
        }
    }
    if (set(t, d, WF_NAME(__file__), found->path) != WF_OK) {
        return WF_EMPTY;
    }
    WfValue where = has_cache ? wf_str_decode_fs(t, cached, (int64_t)strlen(cached)) : wf_getattr_cstr(t, spec, "cached");
    if (wf_is_empty(where) || wf_setattr(t, spec, WF_NAME(_cached), where) != WF_OK
        || (!wf_is_none(where) && set(t, d, WF_NAME(__cached__), where) != WF_OK)
        || wf_setattr(t, spec, WF_NAME(_initializing), WF_TRUE) != WF_OK
        || wf_dict_set(t, wf_as_dict(t->interp->modules), name, module) != WF_OK) {
        return WF_EMPTY;
    }
    module = run_module(t, name, loader, found, has_cache ? cached : NULL, d);
    if (wf_is_empty(module)) {
        WfValue pending = wf_take_pending(t);
        if (wf_dict_delete(t, wf_as_dict(t->interp->modules), name) == WF_ERROR) {
            wf_clear_pending(t);
        }
        wf_restore_pending(t, pending);
    } else {
        module = settle(t, name);
    }
    WfValue pending = wf_take_pending(t);
    if (wf_setattr(t, spec, WF_NAME(_initializing), WF_FALSE) != WF_OK && !wf_is_empty(pending)) {
        wf_clear_pending(t);
    }
    if (!wf_is_empty(pending)) {
        wf_restore_pending(t, pending);
    }
    return wf_pending(t) ? WF_EMPTY : module;
}

/* Source that a dropped file object has yet to write gets written first, as with open(). */
static void flush_source(WfThread *t, Found *found)
{
    if (wf_fileio_is_written(t, found->path)) {
        (void)wf_gc_collect(t, WF_GC_PROMPT);
        wf_gc_run_finalizers(t);
        (void)stat(found->file, &found->source);
    }
}

static WfValue load(WfThread *t, WfValue name, Found *found)
{
    if (!wf_is_empty(found->spec)) { /* the finder may have loaded it itself */
        WfValue spec = found->spec, module, own;
        WfFound f = wf_dict_get(t, wf_as_dict(t->interp->modules), name, &module);
        if (f == WF_FOUND) {
            f = wf_getattr_opt(t, module, WF_NAME(__spec__), &own);
            spec = f == WF_FOUND && !wf_is_none(own) ? own : spec;
        }
        return f == WF_ERROR ? WF_EMPTY : importlib_call1(t, "_load_unlocked", spec);
    }
    if (found->native != NULL) {
        return load_native(t, name, found->native);
    }
    flush_source(t, found);
    return load_source(t, name, found);
}

/* While a submodule is loaded its parent's spec knows of it. */
static WfValue load_below(WfThread *t, WfValue name, Found *found, WfValue parent_spec, WfValue child)
{
    WfValue list = WF_EMPTY;
    if (!wf_is_empty(parent_spec) && !wf_is_none(parent_spec)) {
        WfFound f = wf_getattr_opt(t, parent_spec, WF_NAME(_uninitialized_submodules), &list);
        if (f == WF_ERROR) {
            return WF_EMPTY;
        }
        if (f == WF_FOUND && wf_is_list(list)) {
            if (wf_list_append(t, wf_as_list(list), child) != WF_OK) {
                return WF_EMPTY;
            }
        } else {
            list = WF_EMPTY;
        }
    }
    WfValue module = load(t, name, found);
    if (!wf_is_empty(list) && wf_list_length(wf_as_list(list)) > 0) {
        WfValue pending = wf_take_pending(t);
        if (wf_is_empty(wf_list_pop(t, wf_as_list(list), -1))) {
            wf_clear_pending(t);
        }
        wf_restore_pending(t, pending);
    }
    return module;
}

/* ERROR without exception: to be left to importlib. */
static WfFound import_now(WfThread *t, WfValue name, WfValue import, WfValue *module)
{
    WfDict *modules = wf_as_dict(t->interp->modules);
    Found found = {.path = WF_EMPTY, .folder = WF_EMPTY, .spec = WF_EMPTY};
    WfValue parent = parent_of(t, name), path = WF_NONE, parent_module, parent_spec = WF_EMPTY, child = WF_EMPTY;
    if (wf_is_empty(parent)) {
        return WF_ERROR;
    }
    bool has_parent = wf_as_str(parent)->length > 0;
    if (has_parent) {
        child = wf_str_slice(t, wf_as_str(name), wf_as_str(parent)->length + 1, wf_as_str(name)->length);
        WfFound f = wf_is_empty(child) ? WF_ERROR : wf_dict_get(t, modules, parent, &parent_module);
        if (f == WF_MISSING) {
            if (wf_is_empty(wf_find_and_load(t, parent, import))) {
                return WF_ERROR;
            }
            f = wf_dict_get(t, modules, name, module);
            if (f != WF_MISSING) {
                return f;
            }
            f = wf_dict_get(t, modules, parent, &parent_module);
            if (f == WF_MISSING) {
                (void)wf_raise_value(t, WF_EXC(KeyError), parent);
                return WF_ERROR;
            }
        }
        f = f == WF_FOUND ? wf_getattr_opt(t, parent_module, WF_NAME(__path__), &path) : f;
        if (f == WF_MISSING) {
            (void)wf_raise_import(t, WF_EXC(ModuleNotFoundError), name, WF_NONE, "No module named %R; %R is not a package", name, parent);
        }
        if (f != WF_FOUND) {
            return WF_ERROR;
        }
        parent_spec = wf_getattr(t, parent_module, WF_NAME(__spec__));
        if (wf_is_empty(parent_spec)) {
            return WF_ERROR;
        }
    }
    const char *text = wf_fs_path(t, name, "import", "name");
    if (text == NULL) {
        wf_clear_pending(t);
        return WF_ERROR;
    }
    WfFound f = find(t, name, text, path, &found);
    if (f == WF_MISSING) {
        (void)wf_raise_import(t, WF_EXC(ModuleNotFoundError), name, WF_NONE, "No module named %R", name);
    }
    if (f != WF_FOUND) {
        return WF_ERROR;
    }
    *module = load_below(t, name, &found, parent_spec, child);
    if (wf_is_empty(*module) || !has_parent) {
        return wf_is_empty(*module) ? WF_ERROR : WF_FOUND;
    }
    f = wf_dict_get(t, modules, parent, &parent_module);
    if (f != WF_FOUND) {
        if (f == WF_MISSING) {
            (void)wf_raise_value(t, WF_EXC(KeyError), parent);
        }
        return WF_ERROR;
    }
    WfStr *attribute = wf_as_str(wf_str_intern(t, child));
    if (attribute == NULL || wf_setattr(t, parent_module, attribute, *module) == WF_OK) {
        return attribute == NULL ? WF_ERROR : WF_FOUND;
    }
    if (!wf_pending_is(t, WF_EXC(AttributeError))) {
        return WF_ERROR;
    }
    wf_clear_pending(t);
    return wf_warn(t, WF_EXC(ImportWarning), 1, "Cannot set an attribute on %R for child module %R", parent, child) == WF_OK ? WF_FOUND : WF_ERROR;
}

static WfValue ask_importlib(WfThread *t, WfValue name, WfValue import)
{
    WfImporter *im = importer_of(t);
    return wf_call2(t, im->find_and_load, name, import);
}

/* FOUND: in sys.modules and ready. MISSING: not there. ERROR without exception: there, and somebody is at it. */
static WfFound look_up(WfThread *t, WfValue name, WfValue *module)
{
    WfValue spec, initializing;
    WfFound f = wf_dict_get(t, wf_as_dict(t->interp->modules), name, module);
    if (f != WF_FOUND) {
        return f;
    }
    f = wf_getattr_opt(t, *module, WF_NAME(__spec__), &spec);
    if (f == WF_FOUND) {
        f = wf_getattr_opt(t, spec, WF_NAME(_initializing), &initializing);
        if (f == WF_FOUND) {
            f = wf_truth(t, initializing);
            return f == WF_MISSING ? WF_FOUND : WF_ERROR;
        }
    }
    return f == WF_ERROR ? WF_ERROR : WF_FOUND;
}

WfValue wf_find_and_load(WfThread *t, WfValue name, WfValue import)
{
    WfImporter *im = importer_of(t);
    Importing mine;
    Turn turn;
    WfValue module = WF_EMPTY;
    if (!wf_is_str(name) || !wf_is_dict(t->interp->modules)
        || (!wf_is(import, t->interp->import_func) && !wf_is(import, im->gcd_import))) {
        return ask_importlib(t, name, import);
    }
    do {
        WfFound f = look_up(t, name, &module);
        if (f == WF_FOUND && wf_is_none(module)) {
            return ask_importlib(t, name, import); /* which knows what to say */
        }
        if (f == WF_FOUND || (f == WF_ERROR && wf_pending(t))) {
            return f == WF_FOUND ? module : WF_EMPTY;
        }
        turn = begin_import(t, wf_as_str(name), &mine);
    } while (turn == TURN_AGAIN);
    if (turn == TURN_RAISED) {
        return WF_EMPTY;
    }
    WfFound f = wf_dict_get(t, wf_as_dict(t->interp->modules), name, &module);
    if (f == WF_FOUND && turn == TURN_NESTED) {
        return module; /* M1: as far as it is */
    }
    if (f == WF_MISSING) {
        f = unchanged(t) ? import_now(t, name, import, &module) : WF_ERROR;
    } else {
        f = WF_ERROR;
    }
    if (f == WF_ERROR && !wf_pending(t)) {
        module = ask_importlib(t, name, import);
    } else if (f != WF_FOUND) {
        module = WF_EMPTY;
    }
    if (turn == TURN_MINE) {
        end_import(t, &mine);
    }
    return module;
}

static WfValue find_and_load(WfThread *t, WfValue *a)
{
    return wf_find_and_load(t, a[0], a[1]);
}
static const WfBuiltinDef find_and_load_def = {"_find_and_load", find_and_load, "(name, import_, /)", "Find and load the module.", 0};

/* Puts a function in C in the place of a module's; *original, a root, receives that. */
static WfStatus replace(WfThread *t, WfValue module, const WfBuiltinDef *def, WfValue *original)
{
    *original = wf_getattr_cstr(t, module, def->name);
    wf_gc_add_root(t->rt, original);
    WfValue function = wf_is_empty(*original) ? WF_EMPTY : wf_builtin_new(t, def, module, NULL);
    WfStr *name = wf_is_empty(function) ? NULL : wf_str_intern_cstr(t, def->name);
    return name == NULL ? WF_RAISED : wf_setattr(t, module, name, function);
}

WfStatus wf_import_fast_init(WfThread *t)
{
    WfImporter *im = (WfImporter *)calloc(1, sizeof *im);
    WfValue external = wf_import_loaded(t, "_frozen_importlib_external");
    if (im == NULL || wf_is_empty(external)) {
        return WF_FAIL(wf_raise_no_memory(t));
    }
    for (int i = 0; i < N_CLASSES; i++) {
        im->classes[i] = wf_getattr_cstr(t, i <= MODULE_SPEC ? t->interp->importlib : external, class_names[i]);
        if (wf_is_empty(im->classes[i])) {
            return WF_RAISED;
        }
        im->versions[i] = __atomic_load_n(&WF_AS(WfType, im->classes[i])->x_version, __ATOMIC_ACQUIRE);
        wf_gc_add_root(t->rt, &im->classes[i]);
    }
    im->gcd_import = wf_getattr_cstr(t, t->interp->importlib, "_gcd_import");
    if (wf_is_empty(im->gcd_import)) {
        return WF_RAISED;
    }
    wf_gc_add_root(t->rt, &im->gcd_import);
    t->interp->importer = im;
    return replace(t, t->interp->importlib, &find_and_load_def, &im->find_and_load) == WF_OK
                   && replace(t, external, &classify_pyc_def, &im->classify_pyc) == WF_OK
               ? WF_OK
               : WF_RAISED;
}
