/* _pickle_unpickler.c - Unpickler, its memo and the proxy that shows the memo.
 * SPDX-License-Identifier: MIT
 * Design:  the memo is an array by number; numbers that would leave large gaps in it, as only hostile or hand-written
 *          pickles have them, go to a dict.
 * Threads: the array is bounded by its own capacity, so threads that load with one Unpickler at once may find each other's objects,
 *          but never leave it. */
#include "modules/_pickle.h"

#include "model/attr.h"
#include "model/slots.h"
#include "base/hash.h"
#include "objects/dict.h"
#include "objects/int.h"
#include "objects/list.h"
#include "runtime/import.h"
#include "runtime/sys.h"

static WfUnpickler *self_unpickler(WfValue v) { return WF_AS(WfUnpickler, v); }

/* --- the memo ---------------------------------------------------------------------------------------------------- */

static int64_t memo_used(const WfUnpickler *u) { return __atomic_load_n(&u->x_memo_used, __ATOMIC_RELAXED); }

WfValue wf_unpickler_memo_get(WfThread *t, WfUnpickler *u, int64_t i)
{
    WfDict *far = WF_LOAD(WfDict, &u->far_memo);
    WfValue v;
    if (far != NULL && i >= 0 && i <= WF_INT_MAX && wf_dict_get_hash(t, far, wf_small_int(i), wf_hash_int(i), &v) == WF_FOUND) {
        return v;
    }
    const WfSlots *memo = WF_LOAD(const WfSlots, &u->memo);
    return memo != NULL && i >= 0 && i < memo->capacity ? wf_load(&memo->items[i]) : WF_EMPTY;
}

WfStatus wf_unpickler_memo_put_slow(WfThread *t, WfUnpickler *u, int64_t i, WfValue v)
{
    if (wf_is_empty(wf_unpickler_memo_get(t, u, i))) {
        __atomic_store_n(&u->x_memo_used, memo_used(u) + 1, __ATOMIC_RELAXED);
    }
    WfDict *far = WF_LOAD(WfDict, &u->far_memo);
    if (far == NULL && i > 2 * memo_used(u) + 1024) {
        WfValue d = wf_dict_new(t);
        if (wf_is_empty(d)) {
            return WF_RAISED;
        }
        wf_store(&u->far_memo, d);
        far = wf_as_dict(d);
    }
    if (far != NULL) {
        WfValue key = wf_int_from_i64(t, i);
        return wf_is_empty(key) ? WF_RAISED : wf_dict_set(t, far, key, v);
    }
    WfSlots *memo = WF_LOAD(WfSlots, &u->memo);
    if (memo == NULL || i >= memo->capacity) {
        WfSlots *fresh = wf_gc_alloc_slots(t, i < 32 ? 64 : 2 * i + 2);
        if (fresh == NULL) {
            return WF_RAISED;
        }
        for (int64_t k = 0; memo != NULL && k < memo->capacity; k++) {
            wf_store_raw(&fresh->items[k], wf_load(&memo->items[k]));
        }
        wf_barrier_range(fresh->items, (size_t)fresh->capacity);
        wf_store_ptr(&u->memo, fresh);
        wf_gc_replaced(t, memo);
        memo = fresh;
    }
    wf_store(&memo->items[i], v);
    return WF_OK;
}

static void memo_clear(WfUnpickler *u)
{
    wf_store(&u->memo, WF_EMPTY);
    wf_store(&u->far_memo, WF_EMPTY);
    __atomic_store_n(&u->x_memo_used, 0, __ATOMIC_RELAXED);
}

/* {number: object} */
static WfValue memo_copy(WfThread *t, WfUnpickler *u)
{
    WfValue d = wf_dict_new(t), far = wf_load(&u->far_memo);
    const WfSlots *memo = WF_LOAD(const WfSlots, &u->memo);
    for (int64_t i = 0; !wf_is_empty(d) && memo != NULL && i < memo->capacity; i++) {
        WfValue v = wf_load(&memo->items[i]);
        if (!wf_is_empty(v) && wf_dict_set(t, wf_as_dict(d), wf_small_int(i), v) != WF_OK) {
            return WF_EMPTY;
        }
    }
    return wf_is_empty(d) || wf_is_empty(far) || wf_dict_update(t, wf_as_dict(d), far) == WF_OK ? d : WF_EMPTY;
}

/* --- UnpicklerMemoProxy ---------------------------------------------------------------------------------------------- */

typedef struct MemoProxy {
    WfObject h;
    WfSlot unpickler;
} MemoProxy;

static WfUnpickler *proxied(WfValue v) { return WF_LOAD(WfUnpickler, &WF_AS(MemoProxy, v)->unpickler); }

static void proxy_trace(WfMarker *m, WfObject *o) { wf_mark_slot(m, &((MemoProxy *)o)->unpickler); }

static WfValue proxy_clear(WfThread *t, WfValue *a)
{
    memo_clear(proxied(a[0]));
    return WF_NONE;
}

static WfValue proxy_copy(WfThread *t, WfValue *a) { return memo_copy(t, proxied(a[0])); }

static WfValue proxy_reduce(WfThread *t, WfValue *a)
{
    WfValue d = memo_copy(t, proxied(a[0])), args = wf_is_empty(d) ? WF_EMPTY : WF_TUPLE_OF(t, d);
    return wf_is_empty(args) ? WF_EMPTY : wf_tuple_pair(t, wf_from_object(WF_TYPE(DICT)), args);
}

static const WfBuiltinDef proxy_methods[] = {
    {"clear", proxy_clear, "(self, /)", "Remove all items from memo.", 0},
    {"copy", proxy_copy, "(self, /)", "Copy the memo to a new object.", 0},
    {"__reduce__", proxy_reduce, "(self, /)", "Implement pickling support.", 0},
    {0}};

const WfTypeSpec wf_unpickler_memo_proxy_spec = {.name = "_pickle.UnpicklerMemoProxy",
                                                 .flags = WF_TF_NO_NEW,
                                                 .size = sizeof(MemoProxy),
                                                 .methods = proxy_methods,
                                                 .slots = {.trace = proxy_trace, .hash = wf_hash_not_implemented}};

/* --- find_class ------------------------------------------------------------------------------------------------------ */

WfValue wf_unpickler_find_class(WfThread *t, WfUnpickler *u, WfValue module_name, WfValue name)
{
    WfValue args = wf_tuple_pair(t, module_name, name);
    const WfTuple *state = wf_pickle_state(t);
    const int proto = __atomic_load_n(&u->x_proto, __ATOMIC_RELAXED);
    if (wf_is_empty(args) || state == NULL || wf_sys_audit(t, "pickle.find_class", args) != WF_OK
        || (proto < 3 && __atomic_load_n(&u->x_fix_imports, __ATOMIC_RELAXED) != 0
            && wf_pickle_compat(t, state, false, &module_name, &name) != WF_OK)) {
        return WF_EMPTY;
    }
    WfValue list = wf_list_new(t, 1);
    if (wf_is_empty(list) || wf_list_append(t, wf_as_list(list), WF_NAME_V(empty)) != WF_OK) {
        return WF_EMPTY;
    }
    WfValue import = wf_dict_get_str(wf_as_dict(t->interp->builtins), WF_NAME(__import__));
    if (wf_is_empty(import)) {
        return wf_raise(t, WF_EXC(ImportError), "__import__ not found");
    }
    WfValue call[5] = {module_name, WF_NONE, WF_NONE, list, wf_small_int(0)};
    WfValue module = wf_call(t, import, call, 5), found;
    if (wf_is_empty(module)) {
        return WF_EMPTY;
    }
    /* an entry of sys.modules may stand for the module */
    WfValue modules = wf_dict_get_str(wf_as_dict(t->interp->sys_dict), WF_NAME(modules));
    if (!wf_is_empty(modules)) {
        module = wf_getitem(t, modules, module_name);
        if (wf_is_empty(module)) {
            return WF_EMPTY;
        }
    }
    WfFound f;
    if (proto >= 4) {
        WfValue path = wf_pickle_dotted(t, module, wf_as_str(name));
        f = wf_is_empty(path) ? WF_ERROR : wf_pickle_deep_getattr(t, module, path, &found, NULL);
    } else {
        WfStr *attr = wf_attr_name(t, wf_as_str(name));
        f = attr == NULL ? WF_ERROR : wf_getattr_opt(t, module, attr, &found);
    }
    if (f == WF_MISSING) {
        return wf_raise(t, WF_EXC(AttributeError), "Can't get attribute %R on %R", name, module);
    }
    return f == WF_ERROR ? WF_EMPTY : found;
}

/* --- Unpickler ------------------------------------------------------------------------------------------------------- */

static void unpickler_trace(WfMarker *m, WfObject *o)
{
    WfUnpickler *u = (WfUnpickler *)o;
    wf_mark_slots(m, &u->memo, (size_t)(&u->errors - &u->memo) + 1);
}

static WfStatus check_str(WfThread *t, WfValue v, const char *name)
{
    return wf_is_str(v) ? WF_OK : WF_FAIL(wf_raise(t, WF_EXC(TypeError), "Unpickler() argument '%s' must be str, not %T", name, v));
}

WfStatus wf_unpickler_setup(WfThread *t, WfUnpickler *u, bool fix_imports, WfValue encoding, WfValue errors, WfValue buffers)
{
    if (check_str(t, encoding, "encoding") != WF_OK || check_str(t, errors, "errors") != WF_OK) {
        return WF_RAISED;
    }
    const bool none = wf_is_empty(buffers) || wf_is_none(buffers);
    WfValue it = none ? WF_EMPTY : wf_iter(t, buffers);
    if (!none && wf_is_empty(it)) {
        return WF_RAISED;
    }
    memo_clear(u);
    wf_store(&u->buffers, it);
    wf_store(&u->encoding, encoding);
    wf_store(&u->errors, errors);
    __atomic_store_n(&u->x_fix_imports, fix_imports, __ATOMIC_RELAXED);
    __atomic_store_n(&u->x_proto, 0, __ATOMIC_RELAXED);
    return WF_OK;
}

WfStatus wf_unpickler_setup_file(WfThread *t, WfUnpickler *u, WfValue file)
{
    WfValue read, readline, peek;
    WfFound r = wf_getattr_opt(t, file, WF_NAME(read), &read);
    WfFound l = r == WF_ERROR ? WF_ERROR : wf_getattr_opt(t, file, WF_NAME(readline), &readline);
    WfFound p = l == WF_ERROR ? WF_ERROR : wf_getattr_opt(t, file, WF_NAME(peek), &peek);
    if (p == WF_ERROR) {
        return WF_RAISED;
    }
    if (r == WF_MISSING || l == WF_MISSING) {
        return WF_FAIL(wf_raise(t, WF_EXC(TypeError), "file must have 'read' and 'readline' attributes"));
    }
    wf_store(&u->read, read);
    wf_store(&u->readline, readline);
    wf_store(&u->peek, p == WF_FOUND ? peek : WF_EMPTY);
    return WF_OK;
}

static WfValue unpickler_new(WfThread *t, WfType *type, const WfArgs *args)
{
    return wf_from_object(wf_instance_new(t, type, 0));
}

#define SIGNATURE "(file, *, fix_imports=True, encoding='ASCII', errors='strict', buffers=?)"

static WfStatus unpickler_init(WfThread *t, WfValue self, const WfArgs *args)
{
    WfValue a[5], hook;
    bool fix;
    WfUnpickler *u = self_unpickler(self);
    if (wf_parse_args(t, "Unpickler", SIGNATURE, args, a, 5) != WF_OK || wf_to_bool(t, a[1], &fix) != WF_OK
        || wf_unpickler_setup_file(t, u, a[0]) != WF_OK || wf_unpickler_setup(t, u, fix, a[2], a[3], a[4]) != WF_OK
        || wf_pickle_hook(t, self, WF_TYPE(UNPICKLER), WF_NAME(persistent_load), &hook) != WF_OK) {
        return WF_RAISED;
    }
    wf_store(&u->persistent_load, hook);
    return WF_OK;
}

static WfValue unpickler_load(WfThread *t, WfValue *a)
{
    if (wf_is_empty(wf_load(&self_unpickler(a[0])->read))) {
        WfTuple *state = wf_pickle_state(t);
        return state == NULL ? WF_EMPTY
                             : wf_raise(t, wf_pickle_error(state, PKS_UNPICKLING_ERROR), "Unpickler.__init__() was not called by %N.__init__()",
                                        wf_type(a[0]));
    }
    return wf_pickle_load(t, self_unpickler(a[0]), WF_EMPTY);
}

static WfValue unpickler_find_class(WfThread *t, WfValue *a)
{
    for (int i = 1; i < 3; i++) {
        if (!wf_is_str(a[i])) {
            return wf_raise(t, WF_EXC(TypeError), "find_class() argument %d must be str, not %T", i, a[i]);
        }
    }
    return wf_unpickler_find_class(t, self_unpickler(a[0]), a[1], a[2]);
}

static WfValue unpickler_sizeof(WfThread *t, WfValue *a)
{
    const WfSlots *memo = WF_LOAD(const WfSlots, &self_unpickler(a[0])->memo);
    return wf_small_int((int64_t)(wf_gc_cell_size(wf_as_object(a[0])) + (memo == NULL ? 0 : wf_gc_cell_size(memo))));
}

static WfValue get_memo(WfThread *t, WfValue self)
{
    MemoProxy *proxy = WF_NEW(t, MemoProxy, UNPICKLER_MEMO_PROXY, NATIVE);
    if (proxy == NULL) {
        return WF_EMPTY;
    }
    wf_store(&proxy->unpickler, self);
    return wf_from_object(proxy);
}

static WfStatus set_memo(WfThread *t, WfValue self, WfValue v)
{
    WfUnpickler *u = self_unpickler(self);
    if (wf_is_empty(v)) {
        return WF_FAIL(wf_raise(t, WF_EXC(TypeError), "attribute deletion is not supported"));
    }
    if (wf_type(v) == WF_TYPE(UNPICKLER_MEMO_PROXY)) {
        v = memo_copy(t, proxied(v));
        if (wf_is_empty(v)) {
            return WF_RAISED;
        }
    } else if (!wf_is_dict(v)) {
        return WF_FAIL(wf_raise(t, WF_EXC(TypeError), "'memo' attribute must be an UnpicklerMemoProxy object or dict, not %.200s",
                                WF_TYPE_NAME(v)));
    }
    WfUnpickler *fresh = (WfUnpickler *)wf_instance_new(t, WF_TYPE(UNPICKLER), 0);
    WfValue key, item;
    for (int64_t pos = 0; fresh != NULL && wf_dict_next(wf_as_dict(v), &pos, &key, &item);) {
        int64_t i;
        if (!wf_is_any_int(key)) {
            return WF_FAIL(wf_raise(t, WF_EXC(TypeError), "memo key must be integers"));
        }
        if (wf_to_ssize(t, key, &i) != WF_OK) {
            return WF_RAISED;
        }
        if (i < 0) {
            return WF_FAIL(wf_raise(t, WF_EXC(ValueError), "memo key must be positive integers."));
        }
        if (wf_unpickler_memo_put_slow(t, fresh, i, item) != WF_OK) {
            return WF_RAISED;
        }
    }
    if (fresh == NULL) {
        return WF_RAISED;
    }
    wf_store(&u->memo, wf_load(&fresh->memo));
    wf_store(&u->far_memo, wf_load(&fresh->far_memo));
    __atomic_store_n(&u->x_memo_used, memo_used(fresh), __ATOMIC_RELAXED);
    return WF_OK;
}

static WfValue get_persistent_load(WfThread *t, WfValue self)
{
    WfValue v = wf_load(&self_unpickler(self)->persistent_load);
    return wf_is_empty(v) ? wf_raise(t, WF_EXC(AttributeError), "persistent_load") : v;
}

static WfStatus set_persistent_load(WfThread *t, WfValue self, WfValue v)
{
    if (wf_is_empty(v)) {
        return WF_FAIL(wf_raise(t, WF_EXC(TypeError), "attribute deletion is not supported"));
    }
    if (!wf_is_callable(v)) {
        return WF_FAIL(wf_raise(t, WF_EXC(TypeError), "persistent_load must be a callable taking one argument"));
    }
    wf_store(&self_unpickler(self)->persistent_load, v);
    return WF_OK;
}

static const WfBuiltinDef unpickler_methods[] = {
    {"load", unpickler_load, "(self, /)", "Read a pickled object from the file and return what it describes.", 0},
    {"find_class", unpickler_find_class, "(self, module_name, global_name, /)",
     "Return an object from a specified module, importing the module if need be.", 0},
    {"__sizeof__", unpickler_sizeof, "(self, /)", "Returns size in memory, in bytes.", 0},
    {0}};

static const WfGetSetDef unpickler_getsets[] = {
    {"memo", get_memo, set_memo, NULL, 0},
    {"persistent_load", get_persistent_load, set_persistent_load, NULL, 0},
    {0}};

const WfTypeSpec wf_unpickler_spec = {.name = "_pickle.Unpickler",
                                      .doc = "Reads pickles from a binary file.\n\n"
                                             "file needs the methods read() and readline(); peek() is used where there is one. fix_imports,\n"
                                             "encoding and errors say how to read what Python 2 wrote; buffers gives the buffers that\n"
                                             "were taken out of band.",
                                      .flags = WF_TF_BASETYPE,
                                      .size = sizeof(WfUnpickler),
                                      .methods = unpickler_methods,
                                      .getsets = unpickler_getsets,
                                      .signature = SIGNATURE,
                                      .slots = {.new_ = unpickler_new, .init = unpickler_init, .trace = unpickler_trace}};
