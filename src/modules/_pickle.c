/* _pickle.c - module _pickle: dump, dumps, load, loads, and what picklers and unpicklers share.
 * SPDX-License-Identifier: MIT
 * Design:  the tables of copyreg and _compat_pickle are fetched once, when the module is made: programs change what is in them, not
 *          which objects they are.
 * Threads: the state is an immutable tuple; each call of dump or load works on its own structures. */
#include "modules/_pickle.h"

#include "model/attr.h"
#include "objects/dict.h"
#include "objects/list.h"
#include "objects/module_state.h"
#include "runtime/import.h"

#define STATE_KEY "_pickle.state"

WfTuple *wf_pickle_state(WfThread *t)
{
    WfValue v = wf_module_state_get(t, STATE_KEY);
    return wf_is_empty(v) ? WF_FAIL_NULL(wf_raise(t, WF_EXC(RuntimeError), "module _pickle is not ready")) : wf_as_tuple(v);
}

/* --- names ------------------------------------------------------------------------------------------------------- */

WfValue wf_pickle_dotted(WfThread *t, WfValue obj, WfStr *name)
{
    WfValue path = wf_list_new(t, 1);
    for (int64_t at = 0; !wf_is_empty(path) && at <= name->length;) {
        int64_t dot = wf_str_find(name, WF_NAME(dot), at, name->length, 1);
        int64_t end = dot < 0 ? name->length : dot;
        WfValue part = wf_str_slice(t, name, at, end);
        if (wf_is_empty(part)) {
            return WF_EMPTY;
        }
        if (wf_str_equal(wf_as_str(part), WF_NAME(locals_))) {
            return wf_is_empty(obj) ? wf_raise(t, WF_EXC(AttributeError), "Can't pickle local object %R", wf_from_object(name))
                                    : wf_raise(t, WF_EXC(AttributeError), "Can't pickle local attribute %R on %R", wf_from_object(name), obj);
        }
        if (wf_list_append(t, wf_as_list(path), part) != WF_OK) {
            return WF_EMPTY;
        }
        at = end + 1;
    }
    return path;
}

WfFound wf_pickle_deep_getattr(WfThread *t, WfValue o, WfValue path, WfValue *out, WfValue *parent)
{
    for (int64_t i = 0; i < wf_list_length(wf_as_list(path)); i++) {
        WfStr *name = wf_attr_name(t, wf_as_str(wf_list_at(wf_as_list(path), i)));
        if (parent != NULL) {
            *parent = o;
        }
        WfFound f = name == NULL ? WF_ERROR : wf_getattr_opt(t, o, name, &o);
        if (f != WF_FOUND) {
            return f;
        }
    }
    *out = o;
    return WF_FOUND;
}

WfStatus wf_pickle_compat(WfThread *t, const WfTuple *state, bool to_2, WfValue *module, WfValue *name)
{
    const char *prefix = to_2 ? "REVERSE_" : "";
    WfValue key = wf_tuple_pair(t, *module, *name), v;
    WfFound f = wf_is_empty(key) ? WF_ERROR : wf_dict_get(t, wf_pickle_dict(state, to_2 ? PKS_NAMES_3TO2 : PKS_NAMES_2TO3), key, &v);
    if (f == WF_FOUND) {
        if (!wf_is_tuple(v) || wf_as_tuple(v)->length != 2) {
            return WF_FAIL(wf_raise(t, WF_EXC(RuntimeError), "_compat_pickle.%sNAME_MAPPING values should be 2-tuples, not %.200s", prefix,
                                    WF_TYPE_NAME(v)));
        }
        WfValue m = wf_tuple_at(wf_as_tuple(v), 0), n = wf_tuple_at(wf_as_tuple(v), 1);
        if (!wf_is_str(m) || !wf_is_str(n)) {
            return WF_FAIL(wf_raise(t, WF_EXC(RuntimeError), "_compat_pickle.%sNAME_MAPPING values should be pairs of str, not (%.200s, %.200s)",
                                    prefix, WF_TYPE_NAME(m), WF_TYPE_NAME(n)));
        }
        *module = m;
        *name = n;
        return WF_OK;
    }
    if (f == WF_MISSING) {
        f = wf_dict_get(t, wf_pickle_dict(state, to_2 ? PKS_MODULES_3TO2 : PKS_MODULES_2TO3), *module, &v);
    }
    if (f == WF_FOUND && !wf_is_str(v)) {
        return WF_FAIL(wf_raise(t, WF_EXC(RuntimeError), "_compat_pickle.%sIMPORT_MAPPING values should be strings, not %.200s", prefix,
                                WF_TYPE_NAME(v)));
    }
    *module = f == WF_FOUND ? v : *module;
    return f == WF_ERROR ? WF_RAISED : WF_OK;
}

WfStatus wf_pickle_hook(WfThread *t, WfValue self, const WfType *base, WfStr *name, WfValue *out)
{
    *out = WF_EMPTY;
    return wf_type(self) == base || wf_getattr_opt(t, self, name, out) != WF_ERROR ? WF_OK : WF_RAISED;
}

/* --- functions ------------------------------------------------------------------------------------------------------ */

static WfPickler *new_pickler(WfThread *t, WfValue protocol, WfValue fix_imports, WfValue buffer_callback)
{
    bool fix;
    WfPickler *p = (WfPickler *)wf_instance_new(t, WF_TYPE(PICKLER), 0);
    if (p == NULL || wf_to_bool(t, fix_imports, &fix) != WF_OK || wf_pickler_setup(t, p, protocol, fix, buffer_callback) != WF_OK) {
        return NULL;
    }
    return p;
}

static WfValue pickle_dump(WfThread *t, WfValue *a)
{
    WfPickler *p = new_pickler(t, a[2], a[3], a[4]);
    WfValue write;
    if (p == NULL) {
        return WF_EMPTY;
    }
    WfFound f = wf_getattr_opt(t, a[1], WF_NAME(write), &write);
    if (f != WF_FOUND) {
        return f == WF_ERROR ? WF_EMPTY : wf_raise(t, WF_EXC(TypeError), "file must have a 'write' attribute");
    }
    wf_store(&p->write, write);
    return wf_pickle_save(t, p, a[0], NULL) == WF_OK ? WF_NONE : WF_EMPTY;
}

static WfValue pickle_dumps(WfThread *t, WfValue *a)
{
    WfPickler *p = new_pickler(t, a[1], a[2], a[3]);
    WfValue out;
    return p != NULL && wf_pickle_save(t, p, a[0], &out) == WF_OK ? out : WF_EMPTY;
}

static WfUnpickler *new_unpickler(WfThread *t, const WfValue *a) /* fix_imports, encoding, errors, buffers */
{
    bool fix;
    WfUnpickler *u = (WfUnpickler *)wf_instance_new(t, WF_TYPE(UNPICKLER), 0);
    if (u == NULL || wf_to_bool(t, a[0], &fix) != WF_OK || wf_unpickler_setup(t, u, fix, a[1], a[2], a[3]) != WF_OK) {
        return NULL;
    }
    return u;
}

static WfValue pickle_load(WfThread *t, WfValue *a)
{
    WfUnpickler *u = new_unpickler(t, a + 1);
    return u == NULL || wf_unpickler_setup_file(t, u, a[0]) != WF_OK ? WF_EMPTY : wf_pickle_load(t, u, WF_EMPTY);
}

static WfValue pickle_loads(WfThread *t, WfValue *a)
{
    WfUnpickler *u = new_unpickler(t, a + 1);
    return u == NULL ? WF_EMPTY : wf_pickle_load(t, u, a[0]);
}

static const WfBuiltinDef functions[] = {
    {"dump", pickle_dump, "(obj, file, protocol=None, *, fix_imports=True, buffer_callback=None)",
     "Write a pickled representation of obj to the open file object file.", 0},
    {"dumps", pickle_dumps, "(obj, protocol=None, *, fix_imports=True, buffer_callback=None)",
     "Return the pickled representation of the object as a bytes object.", 0},
    {"load", pickle_load, "(file, *, fix_imports=True, encoding='ASCII', errors='strict', buffers=?)",
     "Read a pickled object from the file and return what it describes.", 0},
    {"loads", pickle_loads, "(data, /, *, fix_imports=True, encoding='ASCII', errors='strict', buffers=?)",
     "Read a pickled object from the given bytes-like data.", 0},
    {0}};

/* --- the module ------------------------------------------------------------------------------------------------------ */

static WfValue import_attribute(WfThread *t, const char *module, const char *name, WfType *type)
{
    WfValue m = wf_import_module(t, module);
    WfValue v = wf_is_empty(m) ? WF_EMPTY : wf_getattr_cstr(t, m, name);
    if (!wf_is_empty(v) && type != NULL && wf_type(v) != type) {
        return wf_raise(t, WF_EXC(RuntimeError), "%s.%s should be a %N, not %.200s", module, name, type, WF_TYPE_NAME(v));
    }
    return v;
}

static WfStatus init(WfThread *t, WfValue module)
{
    static const struct {
        const char *module, *name;
        bool dict;
    } from[] = {
        [PKS_DISPATCH_TABLE] = {"copyreg", "dispatch_table", true},
        [PKS_EXTENSIONS] = {"copyreg", "_extension_registry", true},
        [PKS_EXTENSIONS_INVERTED] = {"copyreg", "_inverted_registry", true},
        [PKS_EXTENSION_CACHE] = {"copyreg", "_extension_cache", true},
        [PKS_NAMES_2TO3] = {"_compat_pickle", "NAME_MAPPING", true},
        [PKS_MODULES_2TO3] = {"_compat_pickle", "IMPORT_MAPPING", true},
        [PKS_NAMES_3TO2] = {"_compat_pickle", "REVERSE_NAME_MAPPING", true},
        [PKS_MODULES_3TO2] = {"_compat_pickle", "REVERSE_IMPORT_MAPPING", true},
        [PKS_CODECS_ENCODE] = {"_codecs", "encode", false},
        [PKS_PARTIAL] = {"functools", "partial", false},
        [PKS_GETATTR] = {"builtins", "getattr", false},
    };
    WfValue items[PKS_COUNT];
    for (size_t i = 0; i < WF_ARRAY_LEN(from); i++) {
        items[i] = import_attribute(t, from[i].module, from[i].name, from[i].dict ? WF_TYPE(DICT) : NULL);
        if (wf_is_empty(items[i])) {
            return WF_RAISED;
        }
    }
    static const char *const errors[] = {"_pickle.PickleError", "_pickle.PicklingError", "_pickle.UnpicklingError"};
    for (int i = 0; i < 3; i++) {
        WfType *e = wf_type_new_simple(t, errors[i], i == 0 ? WF_EXC(Exception) : WF_AS(WfType, items[PKS_ERROR]), NULL);
        if (e == NULL || wf_module_add_type(t, module, e) != WF_OK) {
            return WF_RAISED;
        }
        items[PKS_ERROR + i] = wf_from_object(e);
    }
    WfValue state = wf_tuple_from(t, items, PKS_COUNT);
    WfDict *kept = wf_module_state(t);
    if (wf_is_empty(state) || kept == NULL || wf_dict_set_cstr(t, kept, STATE_KEY, state) != WF_OK) {
        return WF_RAISED;
    }
    WfType *types[] = {WF_TYPE(PICKLER), WF_TYPE(UNPICKLER), WF_TYPE(PICKLEBUFFER)};
    for (size_t i = 0; i < WF_ARRAY_LEN(types); i++) {
        if (wf_module_add_type(t, module, types[i]) != WF_OK) {
            return WF_RAISED;
        }
    }
    return wf_type_ready(t, WF_TYPE(PICKLER_MEMO_PROXY)) != WF_OK ? WF_RAISED : wf_type_ready(t, WF_TYPE(UNPICKLER_MEMO_PROXY));
}

const WfModuleDef wf_module__pickle = {"_pickle", "Pickling and unpickling: what pickle takes from here.", functions, init};
