/* _warnings.c - module _warnings: the filters and the issuing of warnings, also by C code (wf_warn).
 * SPDX-License-Identifier: MIT
 * Design:     while the library's module warnings is imported, its lists of filters and its way to show are used; before that,
 *             the interpreter's own. Which warnings a module has had is in the registry in its globals, which is void when the
 *             filters have changed since ("version").
 * Threads:    the state is a dict of the interpreter. A warning may be shown twice when two threads issue it at once. */
#include "model/builtin.h"
#include "objects/dict.h"
#include "objects/int.h"
#include "objects/list.h"
#include "objects/str.h"
#include "objects/tuple.h"
#include "runtime/source_lines.h"
#include "vm/vm.h"

/* --- state ------------------------------------------------------------------------------------------------------------ */

static WfStatus add_filter(WfThread *t, WfValue list, const char *action, WfType *category, const char *module)
{
    WfValue items[5] = {WF_EMPTY, WF_NONE, wf_from_object(category), WF_NONE, wf_small_int(0)};
    WfStr *name = wf_str_intern_cstr(t, action);
    if (name == NULL) {
        return WF_RAISED;
    }
    items[0] = wf_from_object(name);
    if (module != NULL) {
        items[3] = wf_str_from_cstr(t, module);
        if (wf_is_empty(items[3])) {
            return WF_RAISED;
        }
    }
    WfValue filter = wf_tuple_from(t, items, 5);
    return wf_is_empty(filter) ? WF_RAISED : wf_list_append(t, wf_as_list(list), filter);
}

static WfDict *make_state(WfThread *t)
{
    WfValue state = wf_dict_new(t);
    WfValue filters = wf_is_empty(state) ? WF_EMPTY : wf_list_new(t, 5);
    WfValue once = wf_is_empty(filters) ? WF_EMPTY : wf_dict_new(t);
    WfValue action = wf_is_empty(once) ? WF_EMPTY : wf_str_from_cstr(t, "default");
    if (wf_is_empty(action) || add_filter(t, filters, "default", WF_EXC(DeprecationWarning), "__main__") != WF_OK
        || add_filter(t, filters, "ignore", WF_EXC(DeprecationWarning), NULL) != WF_OK
        || add_filter(t, filters, "ignore", WF_EXC(PendingDeprecationWarning), NULL) != WF_OK
        || add_filter(t, filters, "ignore", WF_EXC(ImportWarning), NULL) != WF_OK
        || add_filter(t, filters, "ignore", WF_EXC(ResourceWarning), NULL) != WF_OK) {
        return NULL;
    }
    WfDict *d = wf_as_dict(state);
    if (wf_dict_set_cstr(t, d, "filters", filters) != WF_OK || wf_dict_set_cstr(t, d, "onceregistry", once) != WF_OK
        || wf_dict_set_cstr(t, d, "defaultaction", action) != WF_OK
        || wf_dict_set_cstr(t, d, "version", wf_small_int(0)) != WF_OK) {
        return NULL;
    }
    return d;
}

static WfDict *state_of(WfThread *t)
{
    WfInterp *interp = t->interp;
    if (wf_is_empty(interp->warnings_state)) {
        WfDict *d = make_state(t);
        if (d == NULL) {
            return NULL;
        }
        interp->warnings_state = wf_from_object(d);
    }
    return wf_as_dict(interp->warnings_state);
}

static WfValue state_get(WfThread *t, const char *name)
{
    WfDict *d = state_of(t);
    WfStr *key = d == NULL ? NULL : wf_str_intern_cstr(t, name);
    return key == NULL ? WF_EMPTY : wf_dict_get_str(d, key);
}

/* An attribute of the library's module, if that is imported: MISSING otherwise. */
static WfFound library_get(WfThread *t, const char *name, bool import, WfValue *out)
{
    WfValue modules = t->interp->modules;
    WfValue module = WF_EMPTY;
    if (wf_is_dict(modules)) {
        module = wf_dict_get_str(wf_as_dict(modules), WF_NAME(warnings));
    }
    if (wf_is_empty(module) && import && wf_is_dict(t->interp->builtins)) {
        WfValue f = wf_dict_get_str(wf_as_dict(t->interp->builtins), WF_NAME(__import__));
        module = wf_is_empty(f) ? WF_EMPTY : wf_call1(t, f, WF_NAME_V(warnings));
        if (wf_is_empty(module)) {
            wf_clear_pending(t);
        }
    }
    WfStr *key = wf_is_empty(module) ? NULL : wf_str_intern_cstr(t, name);
    if (key == NULL) {
        return wf_pending(t) ? WF_ERROR : WF_MISSING;
    }
    return wf_getattr_opt(t, module, key, out);
}

/* The library's `name`, else the interpreter's own. */
static WfValue setting(WfThread *t, const char *name, const char *own)
{
    WfValue v;
    WfFound found = library_get(t, name, false, &v);
    if (found == WF_FOUND) { /* kept, in case a program deletes it there */
        WfDict *d = state_of(t);
        return d != NULL && wf_dict_set_cstr(t, d, own, v) == WF_OK ? v : WF_EMPTY;
    }
    return found == WF_ERROR ? WF_EMPTY : state_get(t, own);
}

/* --- filters ------------------------------------------------------------------------------------------------------------ */

/* pattern: None, a str to be equal to, or a compiled regular expression. */
static WfFound pattern_matches(WfThread *t, WfValue pattern, WfValue text)
{
    if (wf_is_none(pattern)) {
        return WF_FOUND;
    }
    if (wf_is_exact_str(pattern)) {
        return wf_equal(t, pattern, text);
    }
    WfStr *match = wf_str_intern_cstr(t, "match");
    WfValue r = match == NULL ? WF_EMPTY : wf_call_method1(t, pattern, match, text);
    return wf_is_empty(r) ? WF_ERROR : wf_truth(t, r);
}

static WfFound filter_matches(WfThread *t, WfTuple *f, WfValue category, WfValue text, int lineno, WfValue module)
{
    int64_t line;
    WfFound found = pattern_matches(t, wf_tuple_at(f, 1), text);
    if (found == WF_FOUND) {
        found = wf_issubclass(t, category, wf_tuple_at(f, 2));
    }
    if (found == WF_FOUND) {
        found = pattern_matches(t, wf_tuple_at(f, 3), module);
    }
    if (found != WF_FOUND) {
        return found;
    }
    if (wf_to_ssize(t, wf_tuple_at(f, 4), &line) != WF_OK) {
        return WF_ERROR;
    }
    return line == 0 || line == lineno ? WF_FOUND : WF_MISSING;
}

/* The action for a warning, a str. */
static WfValue find_action(WfThread *t, WfValue category, WfValue text, int lineno, WfValue module)
{
    WfValue filters = setting(t, "filters", "filters");
    if (wf_is_empty(filters)) {
        return WF_EMPTY;
    }
    if (!wf_is_list(filters)) {
        return wf_raise(t, WF_EXC(ValueError), "_warnings.filters must be a list");
    }
    for (int64_t i = 0; i < wf_list_length(wf_as_list(filters)); i++) {
        WfValue item = wf_list_at(wf_as_list(filters), i);
        if (!wf_is_tuple(item) || wf_as_tuple(item)->length != 5) {
            return wf_raise(t, WF_EXC(ValueError), "_warnings.filters item %zd isn't a 5-tuple", i);
        }
        WfTuple *f = wf_as_tuple(item);
        if (!wf_is_str(wf_tuple_at(f, 0))) {
            return wf_raise(t, WF_EXC(TypeError), "action must be a string, not '%.200T'", wf_tuple_at(f, 0));
        }
        WfFound found = filter_matches(t, f, category, text, lineno, module);
        if (found != WF_MISSING) {
            return found == WF_FOUND ? wf_tuple_at(f, 0) : WF_EMPTY;
        }
    }
    WfValue action = setting(t, "defaultaction", "defaultaction");
    if (!wf_is_empty(action) && !wf_is_str(action)) {
        return wf_raise(t, WF_EXC(TypeError), "_warnings.defaultaction must be a string, not '%.200T'", action);
    }
    return action;
}

/* --- registries ------------------------------------------------------------------------------------------------------------ */

/* Has the warning been issued? Marks it, if wanted. */
static WfFound already_warned(WfThread *t, WfValue registry, WfValue key, bool mark)
{
    WfStr *name = wf_str_intern_cstr(t, "version");
    WfValue current = name == NULL ? WF_EMPTY : state_get(t, "version");
    if (wf_is_empty(current)) {
        return WF_ERROR;
    }
    WfDict *d = wf_as_dict(registry);
    WfValue version = wf_dict_get_str(d, name);
    if (!wf_is(version, current)) {
        wf_dict_clear(t, d);
        if (wf_dict_set_str(t, d, name, current) != WF_OK) {
            return WF_ERROR;
        }
    } else {
        WfValue v;
        WfFound found = wf_dict_get(t, d, key, &v);
        if (found == WF_FOUND) {
            found = wf_truth(t, v);
        }
        if (found != WF_MISSING) {
            return found;
        }
    }
    if (mark && wf_dict_set(t, d, key, WF_TRUE) != WF_OK) {
        return WF_ERROR;
    }
    return WF_MISSING;
}

static WfFound update_registry(WfThread *t, WfValue registry, WfValue text, WfValue category, bool with_zero)
{
    WfValue key = with_zero ? WF_TUPLE_OF(t, text, category, wf_small_int(0)) : WF_TUPLE_OF(t, text, category);
    return wf_is_empty(key) ? WF_ERROR : already_warned(t, registry, key, true);
}

/* --- showing ---------------------------------------------------------------------------------------------------------------- */

/* Without the library: "file:1: Category: text" and the line of source on sys.stderr. */
static WfStatus show_plainly(WfThread *t, WfValue category, WfValue text, WfValue filename, int lineno)
{
    WfValue file = wf_is_empty(t->interp->sys_dict) ? WF_EMPTY
                                                    : wf_dict_get_str(wf_as_dict(t->interp->sys_dict), WF_NAME(stderr));
    if (wf_is_empty(file) || wf_is_none(file)) {
        return WF_OK;
    }
    WfValue name = wf_getattr(t, category, WF_NAME(__name__));
    WfValue line = wf_is_empty(name) ? WF_EMPTY : wf_str_format(t, "%V:%d: %V: %V\n", filename, lineno, name, text);
    WfValue r = wf_is_empty(line) ? WF_EMPTY : wf_call_method1(t, file, WF_NAME(write), line);
    WfValue source = wf_is_empty(r) || !wf_is_str(filename) ? WF_NONE : wf_source_text(t, wf_as_str(filename));
    source = wf_is_str(source) ? wf_source_line(t, source, lineno) : source;
    if (wf_is_str(source)) {
        WfStr *strip = wf_str_intern_cstr(t, "strip");
        source = strip == NULL ? WF_EMPTY : wf_call_method0(t, source, strip);
        source = wf_is_empty(source) ? WF_EMPTY : wf_str_format(t, "  %V\n", source);
        r = wf_is_empty(source) ? WF_EMPTY : wf_call_method1(t, file, WF_NAME(write), source);
    }
    if (wf_is_empty(r) || wf_is_empty(source)) {
        wf_clear_pending(t); /* as print to a closed file would */
    }
    return WF_OK;
}

static WfStatus show(WfThread *t, WfValue category, WfValue text, WfValue message, WfValue filename, int lineno,
                     WfValue source)
{
    WfValue f, cls;
    WfFound found = library_get(t, "_showwarnmsg", !wf_is_empty(source), &f);
    if (found == WF_ERROR) {
        return WF_RAISED;
    }
    if (found == WF_MISSING) {
        return show_plainly(t, category, text, filename, lineno);
    }
    if (!wf_is_callable(f)) {
        return WF_FAIL(wf_raise(t, WF_EXC(TypeError), "warnings._showwarnmsg() must be set to a callable"));
    }
    found = library_get(t, "WarningMessage", false, &cls);
    if (found != WF_FOUND) {
        return found == WF_ERROR ? WF_RAISED
                                 : WF_FAIL(wf_raise(t, WF_EXC(RuntimeError), "unable to get warnings.WarningMessage"));
    }
    WfValue args[7] = {message, category, filename, wf_small_int(lineno), WF_NONE, WF_NONE,
                       wf_is_empty(source) ? WF_NONE : source};
    WfValue msg = wf_call(t, cls, args, 7);
    WfValue r = wf_is_empty(msg) ? WF_EMPTY : wf_call1(t, f, msg);
    return wf_is_empty(r) ? WF_RAISED : WF_OK;
}

/* --- issuing ---------------------------------------------------------------------------------------------------------------- */

static WfValue module_of_file(WfThread *t, WfValue filename)
{
    if (!wf_is_str(filename)) {
        return wf_str_from_cstr(t, "<unknown>");
    }
    WfStr *s = wf_as_str(filename);
    int64_t n = s->length;
    if (n == 0) {
        return wf_str_from_cstr(t, "<unknown>");
    }
    if (n >= 3 && wf_str_at(s, n - 3) == '.' && wf_str_at(s, n - 2) == 'p' && wf_str_at(s, n - 1) == 'y') {
        return wf_str_slice(t, s, 0, n - 3);
    }
    return filename;
}

static WfStatus issue(WfThread *t, WfValue category, WfValue message, WfValue filename, int lineno, WfValue module,
                      WfValue registry, WfValue source)
{
    if (wf_is_none(module)) {
        return WF_OK; /* the interpreter shuts down */
    }
    if (!wf_is_empty(registry) && !wf_is_none(registry) && !wf_is_dict(registry)) {
        return WF_FAIL(wf_raise(t, WF_EXC(TypeError), "'registry' must be a dict or None"));
    }
    bool has_registry = !wf_is_empty(registry) && !wf_is_none(registry);
    if (wf_is_empty(module)) {
        module = module_of_file(t, filename);
        if (wf_is_empty(module)) {
            return WF_RAISED;
        }
    }
    WfValue text = message;
    if (wf_is_exception(message) && wf_is_instance_of(message, WF_EXC(Warning))) {
        text = wf_str(t, message);
        category = wf_from_object(wf_type(message));
    } else {
        message = wf_call1(t, category, message);
    }
    if (wf_is_empty(text) || wf_is_empty(message)) {
        return WF_RAISED;
    }
    WfValue key = WF_TUPLE_OF(t, text, category, wf_small_int(lineno));
    if (wf_is_empty(key)) {
        return WF_RAISED;
    }
    if (has_registry) {
        WfFound already = already_warned(t, registry, key, false);
        if (already != WF_MISSING) {
            return already == WF_FOUND ? WF_OK : WF_RAISED;
        }
    }
    WfValue action_value = find_action(t, category, text, lineno, module);
    if (wf_is_empty(action_value)) {
        return WF_RAISED;
    }
    WfStr *action = wf_as_str(action_value);
    if (wf_str_equal_cstr(action, "error")) {
        return WF_FAIL(wf_raise_object(t, message));
    }
    if (wf_str_equal_cstr(action, "ignore")) {
        return WF_OK;
    }
    WfFound already = WF_MISSING;
    if (wf_str_equal_cstr(action, "once")) {
        WfValue once = has_registry ? registry : setting(t, "onceregistry", "onceregistry");
        if (wf_is_empty(once)) {
            return WF_RAISED;
        }
        if (!wf_is_dict(once)) {
            return WF_FAIL(
                wf_raise(t, WF_EXC(TypeError), "_warnings.onceregistry must be a dict, not '%.200T'", once));
        }
        already = update_registry(t, once, text, category, false);
    } else if (wf_str_equal_cstr(action, "module")) {
        already = has_registry ? update_registry(t, registry, text, category, true) : WF_MISSING;
    } else if (wf_str_equal_cstr(action, "default")) {
        if (has_registry && wf_dict_set(t, wf_as_dict(registry), key, WF_TRUE) != WF_OK) {
            return WF_RAISED;
        }
    } else if (!wf_str_equal_cstr(action, "always")) {
        return WF_FAIL(
            wf_raise(t, WF_EXC(RuntimeError), "Unrecognized action (%R) in warnings.filters:\n %R", action_value, key));
    }
    if (already != WF_MISSING) {
        return already == WF_FOUND ? WF_OK : WF_RAISED;
    }
    return show(t, category, text, message, filename, lineno, source);
}

static bool contains(const WfStr *s, const char *part)
{
    int64_t n = (int64_t)strlen(part);
    for (int64_t i = 0; i + n <= s->length; i++) {
        int64_t k = 0;
        while (k < n && wf_str_at(s, i + k) == (unsigned char)part[k]) {
            k++;
        }
        if (k == n) {
            return true;
        }
    }
    return false;
}

static bool is_import_machinery(const WfFrame *f)
{
    const WfStr *filename = WF_LOAD(WfStr, &f->code->filename);
    return contains(filename, "importlib") && contains(filename, "_bootstrap");
}

typedef struct Place {
    WfValue filename, module, registry;
    int lineno;
} Place;

/* Whom the warning is about: the frame `level` up (1: the running one). */
static WfStatus find_place(WfThread *t, int64_t level, Place *p)
{
    WfFrame *f = t->frame;
    if (level <= 0 || (f != NULL && is_import_machinery(f))) {
        while (--level > 0 && f != NULL) {
            f = f->prev;
        }
    } else {
        while (--level > 0 && f != NULL) {
            do {
                f = f->prev;
            } while (f != NULL && is_import_machinery(f));
        }
    }
    WfDict *globals;
    if (f == NULL) {
        globals = wf_is_empty(t->interp->sys_dict) ? NULL : wf_as_dict(t->interp->sys_dict);
        p->filename = WF_NAME_V(sys);
        p->lineno = 1;
    } else {
        globals = wf_frame_globals(f);
        p->filename = wf_load(&f->code->filename);
        p->lineno = wf_frame_line(f);
    }
    p->module = WF_EMPTY;
    p->registry = WF_EMPTY;
    if (globals == NULL) {
        return WF_OK;
    }
    WfStr *name = wf_str_intern_cstr(t, "__warningregistry__");
    if (name == NULL) {
        return WF_RAISED;
    }
    p->registry = wf_dict_get_str(globals, name);
    if (wf_is_empty(p->registry)) {
        WfValue fresh = wf_dict_new(t);
        p->registry = wf_is_empty(fresh) ? WF_EMPTY : wf_dict_setdefault(t, globals, wf_from_object(name), fresh);
        if (wf_is_empty(p->registry)) {
            return WF_RAISED;
        }
    }
    p->module = wf_dict_get_str(globals, WF_NAME(__name__));
    if (wf_is_empty(p->module) || !(wf_is_none(p->module) || wf_is_str(p->module))) {
        p->module = WF_NAME_V(string);
    }
    return WF_OK;
}

static WfStatus warn_at(WfThread *t, WfValue category, WfValue message, int64_t level, WfValue source)
{
    Place p;
    if (find_place(t, level, &p) != WF_OK) {
        return WF_RAISED;
    }
    return issue(t, category, message, p.filename, p.lineno, p.module, p.registry, source);
}

WfStatus wf_warn(WfThread *t, WfType *category, int stack_level, const char *format, ...)
{
    va_list ap;
    va_start(ap, format);
    WfValue text = wf_str_vformat(t, format, ap);
    va_end(ap);
    return wf_is_empty(text) ? WF_RAISED : warn_at(t, wf_from_object(category), text, stack_level, WF_EMPTY);
}

WfStatus wf_warn_source(WfThread *t, WfType *category, WfValue source, int stack_level, const char *format, ...)
{
    va_list ap;
    va_start(ap, format);
    WfValue text = wf_str_vformat(t, format, ap);
    va_end(ap);
    return wf_is_empty(text) ? WF_RAISED : warn_at(t, wf_from_object(category), text, stack_level, source);
}

WfStatus wf_warn_explicit(WfThread *t, WfType *category, WfValue text, WfValue filename, int lineno)
{
    return issue(t, wf_from_object(category), text, filename, lineno, WF_EMPTY, WF_EMPTY, WF_EMPTY);
}

/* --- the module ---------------------------------------------------------------------------------------------------------- */

static WfValue warn(WfThread *t, WfValue *a)
{
    WfValue category = a[1];
    int64_t level;
    if (wf_is_exception(a[0]) && wf_is_instance_of(a[0], WF_EXC(Warning))) {
        category = wf_from_object(wf_type(a[0]));
    } else if (wf_is_none(category)) {
        category = wf_from_object(WF_EXC(UserWarning));
    }
    if (!wf_is_type(category) || !wf_type_is_subtype(WF_AS(WfType, category), WF_EXC(Warning))) {
        return wf_raise(t, WF_EXC(TypeError), "category must be a Warning subclass, not '%s'",
                        wf_is_type(category) ? "type" : WF_TYPE_NAME(category));
    }
    if (wf_to_ssize(t, a[2], &level) != WF_OK) {
        return WF_EMPTY;
    }
    return warn_at(t, category, a[0], level, wf_is_none(a[3]) ? WF_EMPTY : a[3]) == WF_OK ? WF_NONE : WF_EMPTY;
}

static WfValue warn_explicit(WfThread *t, WfValue *a)
{
    int lineno;
    if (!wf_is_str(a[2])) {
        return wf_raise(t, WF_EXC(TypeError), "warn_explicit() argument 3 must be str, not %T", a[2]);
    }
    if (wf_to_int(t, a[3], &lineno) != WF_OK) {
        return WF_EMPTY;
    }
    if (!wf_is_empty(a[6]) && !wf_is_none(a[6]) && !wf_is_dict(a[6])) {
        return wf_raise(t, WF_EXC(TypeError), "module_globals must be a dict, not '%.200T'", a[6]);
    }
    WfValue module = wf_is_empty(a[4]) ? WF_EMPTY : a[4];
    return issue(t, a[1], a[0], a[2], lineno, module, a[5], wf_is_none(a[7]) ? WF_EMPTY : a[7]) == WF_OK ? WF_NONE
                                                                                                         : WF_EMPTY;
}

static WfValue filters_mutated(WfThread *t, WfValue *a)
{
    WfDict *d = state_of(t);
    WfValue version = d == NULL ? WF_EMPTY : state_get(t, "version");
    if (wf_is_empty(version)) {
        return WF_EMPTY;
    }
    return wf_dict_set_cstr(t, d, "version", wf_small_int(wf_as_int(version) + 1)) == WF_OK ? WF_NONE : WF_EMPTY;
}

static const WfBuiltinDef functions[] = {
    {"warn", warn, "(message, category=None, stacklevel=1, source=None)", "Issue a warning, or maybe ignore it or raise it.",
     0},
    {"warn_explicit", warn_explicit,
     "(message, category, filename, lineno, module=?, registry=None, module_globals=None, source=None)",
     "Issue a warning for the given place.", 0},
    {"_filters_mutated", filters_mutated, "()", "Say that the filters have changed.", 0},
    {0}};

static WfStatus init(WfThread *t, WfValue module)
{
    if (wf_module_add(t, module, "filters", state_get(t, "filters")) != WF_OK
        || wf_module_add(t, module, "_onceregistry", state_get(t, "onceregistry")) != WF_OK
        || wf_module_add(t, module, "_defaultaction", state_get(t, "defaultaction")) != WF_OK) {
        return WF_RAISED;
    }
    return WF_OK;
}

const WfModuleDef wf_module__warnings = {
    .name = "_warnings", .doc = "Support for warnings.", .functions = functions, .init = init};
