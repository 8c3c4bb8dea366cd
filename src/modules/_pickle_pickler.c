/* _pickle_pickler.c - Pickler, its memo and the proxy that shows the memo.
 * SPDX-License-Identifier: MIT
 * Design:  the memo is one table of pairs (object, number), half full at most; looked up by the object's address.
 * Threads: a table is bounded by its own capacity, so threads that pickle with one Pickler at once may get wrong numbers, but
 *          never leave a table. */
#include "modules/_pickle.h"

#include "model/slots.h"
#include "objects/dict.h"
#include "objects/int.h"

#define FIRST_PAIRS 128

/* --- the memo ---------------------------------------------------------------------------------------------------- */

WF_INLINE uint64_t first_probe(WfValue v, int64_t pairs)
{
    return v.bits * 0x9E3779B97F4A7C15u >> (1 + __builtin_clzll((uint64_t)pairs));
}

int64_t wf_pickler_memo_find(const WfPickler *p, WfValue v)
{
    const WfSlots *table = WF_LOAD(const WfSlots, &p->memo);
    if (table == NULL) {
        return -1;
    }
    int64_t pairs = table->capacity / 2;
    uint64_t mask = (uint64_t)pairs - 1, i = first_probe(v, pairs);
    for (int64_t step = 0; step < pairs; step++, i = (i + 1) & mask) {
        WfValue key = wf_load(&table->items[2 * i]);
        if (wf_is_empty(key)) {
            return -1;
        }
        if (wf_is(key, v)) {
            WfValue number = wf_load(&table->items[2 * i + 1]);
            return wf_is_int(number) ? wf_as_int(number) : -1;
        }
    }
    return -1;
}

/* Fills the first free pair; false: there is none. */
static bool table_put(WfSlots *table, WfValue v, WfValue number)
{
    int64_t pairs = table->capacity / 2;
    uint64_t mask = (uint64_t)pairs - 1, i = first_probe(v, pairs);
    for (int64_t step = 0; step < pairs; step++, i = (i + 1) & mask) {
        if (wf_is_empty(wf_load(&table->items[2 * i]))) {
            wf_store(&table->items[2 * i + 1], number);
            wf_store(&table->items[2 * i], v);
            return true;
        }
    }
    return false;
}

static WfStatus grow(WfThread *t, WfPickler *p)
{
    WfSlots *old = WF_LOAD(WfSlots, &p->memo);
    int64_t n = old == NULL ? 0 : old->capacity;
    WfSlots *fresh = wf_gc_alloc_slots(t, n == 0 ? 2 * FIRST_PAIRS : n < 65536 ? n * 4 : n * 2);
    if (fresh == NULL) {
        return WF_RAISED;
    }
    for (int64_t i = 0; i < n; i += 2) {
        WfValue key = wf_load(&old->items[i]);
        if (!wf_is_empty(key)) {
            (void)table_put(fresh, key, wf_load(&old->items[i + 1]));
        }
    }
    wf_store_ptr(&p->memo, fresh);
    wf_gc_replaced(t, old);
    return WF_OK;
}

WfStatus wf_pickler_memo_add(WfThread *t, WfPickler *p, WfValue v, int64_t number)
{
    int64_t used = __atomic_load_n(&p->x_used, __ATOMIC_RELAXED);
    for (;;) {
        WfSlots *table = WF_LOAD(WfSlots, &p->memo);
        if (WF_LIKELY(table != NULL && used * 4 < table->capacity && table_put(table, v, wf_small_int(number)))) {
            __atomic_store_n(&p->x_used, used + 1, __ATOMIC_RELAXED);
            return WF_OK;
        }
        if (grow(t, p) != WF_OK) {
            return WF_RAISED;
        }
    }
}

static void memo_clear(WfPickler *p)
{
    wf_store(&p->memo, WF_EMPTY);
    __atomic_store_n(&p->x_used, 0, __ATOMIC_RELAXED);
    __atomic_store_n(&p->x_next, 0, __ATOMIC_RELAXED);
}

/* {id(object): (number, object)} */
static WfValue memo_copy(WfThread *t, const WfPickler *p)
{
    WfValue d = wf_dict_new(t);
    const WfSlots *table = WF_LOAD(const WfSlots, &p->memo);
    for (int64_t i = 0; !wf_is_empty(d) && table != NULL && i < table->capacity; i += 2) {
        WfValue key = wf_load(&table->items[i]), number = wf_load(&table->items[i + 1]);
        if (wf_is_empty(key)) {
            continue;
        }
        WfValue id = wf_int_from_u64(t, key.bits), pair = wf_tuple_pair(t, number, key);
        if (wf_is_empty(id) || wf_is_empty(pair) || wf_dict_set(t, wf_as_dict(d), id, pair) != WF_OK) {
            return WF_EMPTY;
        }
    }
    return d;
}

/* --- PicklerMemoProxy ---------------------------------------------------------------------------------------------- */

typedef struct MemoProxy {
    WfObject h;
    WfSlot pickler;
} MemoProxy;

static WfPickler *proxied(WfValue v) { return WF_LOAD(WfPickler, &WF_AS(MemoProxy, v)->pickler); }

static void proxy_trace(WfMarker *m, WfObject *o) { wf_mark_slot(m, &((MemoProxy *)o)->pickler); }

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
    {"__reduce__", proxy_reduce, "(self, /)", "Implement pickle support.", 0},
    {0}};

const WfTypeSpec wf_pickler_memo_proxy_spec = {.name = "_pickle.PicklerMemoProxy",
                                               .flags = WF_TF_NO_NEW,
                                               .size = sizeof(MemoProxy),
                                               .methods = proxy_methods,
                                               .slots = {.trace = proxy_trace, .hash = wf_hash_not_implemented}};

/* --- Pickler --------------------------------------------------------------------------------------------------------- */

static WfPickler *self_pickler(WfValue v) { return WF_AS(WfPickler, v); }

static void pickler_trace(WfMarker *m, WfObject *o)
{
    WfPickler *p = (WfPickler *)o;
    wf_mark_slots(m, &p->memo, (size_t)(&p->buffer_callback - &p->memo) + 1);
}

WfStatus wf_pickler_setup(WfThread *t, WfPickler *p, WfValue protocol, bool fix_imports, WfValue buffer_callback)
{
    int number = PK_DEFAULT;
    if (!wf_is_none(protocol)) {
        if (wf_to_int(t, protocol, &number) != WF_OK) {
            return WF_RAISED;
        }
        number = number < 0 ? PK_HIGHEST : number;
        if (number > PK_HIGHEST) {
            return WF_FAIL(wf_raise(t, WF_EXC(ValueError), "pickle protocol must be <= %d", PK_HIGHEST));
        }
    }
    if (!wf_is_none(buffer_callback) && number < 5) {
        return WF_FAIL(wf_raise(t, WF_EXC(ValueError), "buffer_callback needs protocol >= 5"));
    }
    memo_clear(p);
    wf_store(&p->buffer_callback, wf_is_none(buffer_callback) ? WF_EMPTY : buffer_callback);
    __atomic_store_n(&p->x_proto, number, __ATOMIC_RELAXED);
    __atomic_store_n(&p->x_bin, number > 0, __ATOMIC_RELAXED);
    __atomic_store_n(&p->x_fast, 0, __ATOMIC_RELAXED);
    __atomic_store_n(&p->x_fix_imports, fix_imports && number < 3, __ATOMIC_RELAXED);
    return WF_OK;
}

static WfValue pickler_new(WfThread *t, WfType *type, const WfArgs *args)
{
    return wf_from_object(wf_instance_new(t, type, 0));
}

static WfStatus pickler_init(WfThread *t, WfValue self, const WfArgs *args)
{
    WfValue a[4], write, hook;
    bool fix;
    if (wf_parse_args(t, "Pickler", "(file, protocol=None, fix_imports=True, buffer_callback=None)", args, a, 4) != WF_OK
        || wf_to_bool(t, a[2], &fix) != WF_OK || wf_pickler_setup(t, self_pickler(self), a[1], fix, a[3]) != WF_OK) {
        return WF_RAISED;
    }
    WfFound f = wf_getattr_opt(t, a[0], WF_NAME(write), &write);
    if (f != WF_FOUND) {
        return f == WF_ERROR ? WF_RAISED : WF_FAIL(wf_raise(t, WF_EXC(TypeError), "file must have a 'write' attribute"));
    }
    wf_store(&self_pickler(self)->write, write);
    if (wf_pickle_hook(t, self, WF_TYPE(PICKLER), WF_NAME(persistent_id), &hook) != WF_OK) {
        return WF_RAISED;
    }
    wf_store(&self_pickler(self)->persistent_id, hook);
    if (wf_pickle_hook(t, self, WF_TYPE(PICKLER), WF_NAME(dispatch_table), &hook) != WF_OK) {
        return WF_RAISED;
    }
    wf_store(&self_pickler(self)->dispatch_table, hook);
    return WF_OK;
}

static WfValue pickler_dump(WfThread *t, WfValue *a)
{
    WfPickler *p = self_pickler(a[0]);
    if (wf_is_empty(wf_load(&p->write))) {
        WfTuple *state = wf_pickle_state(t);
        return state == NULL ? WF_EMPTY
                             : wf_raise(t, wf_pickle_error(state, PKS_PICKLING_ERROR), "Pickler.__init__() was not called by %N.__init__()",
                                        wf_type(a[0]));
    }
    return wf_pickle_save(t, p, a[1], NULL) == WF_OK ? WF_NONE : WF_EMPTY;
}

static WfValue pickler_clear_memo(WfThread *t, WfValue *a)
{
    memo_clear(self_pickler(a[0]));
    return WF_NONE;
}

static WfValue pickler_sizeof(WfThread *t, WfValue *a)
{
    const WfSlots *table = WF_LOAD(const WfSlots, &self_pickler(a[0])->memo);
    return wf_small_int((int64_t)(wf_gc_cell_size(wf_as_object(a[0])) + (table == NULL ? 0 : wf_gc_cell_size(table))));
}

static WfValue get_memo(WfThread *t, WfValue self)
{
    MemoProxy *proxy = WF_NEW(t, MemoProxy, PICKLER_MEMO_PROXY, NATIVE);
    if (proxy == NULL) {
        return WF_EMPTY;
    }
    wf_store(&proxy->pickler, self);
    return wf_from_object(proxy);
}

static WfStatus set_memo(WfThread *t, WfValue self, WfValue v)
{
    WfPickler *p = self_pickler(self);
    if (wf_is_empty(v)) {
        return WF_FAIL(wf_raise(t, WF_EXC(TypeError), "attribute deletion is not supported"));
    }
    if (wf_type(v) == WF_TYPE(PICKLER_MEMO_PROXY)) {
        v = memo_copy(t, proxied(v));
        if (wf_is_empty(v)) {
            return WF_RAISED;
        }
    } else if (!wf_is_dict(v)) {
        return WF_FAIL(wf_raise(t, WF_EXC(TypeError), "'memo' attribute must be a PicklerMemoProxy object or dict, not %.200s",
                                WF_TYPE_NAME(v)));
    }
    WfPickler *fresh = (WfPickler *)wf_instance_new(t, WF_TYPE(PICKLER), 0);
    WfValue key, pair;
    int64_t next = 0;
    for (int64_t pos = 0; fresh != NULL && wf_dict_next(wf_as_dict(v), &pos, &key, &pair);) {
        int64_t number;
        if (!wf_is_tuple(pair) || wf_as_tuple(pair)->length != 2) {
            return WF_FAIL(wf_raise(t, WF_EXC(TypeError), "'memo' values must be 2-item tuples"));
        }
        if (wf_to_ssize(t, wf_tuple_at(wf_as_tuple(pair), 0), &number) != WF_OK
            || wf_pickler_memo_add(t, fresh, wf_tuple_at(wf_as_tuple(pair), 1), number & WF_INT_MAX) != WF_OK) {
            return WF_RAISED;
        }
        next++;
    }
    if (fresh == NULL) {
        return WF_RAISED;
    }
    wf_store(&p->memo, wf_load(&fresh->memo));
    __atomic_store_n(&p->x_used, fresh->x_used, __ATOMIC_RELAXED);
    __atomic_store_n(&p->x_next, next, __ATOMIC_RELAXED);
    return WF_OK;
}

static WfValue get_persistent_id(WfThread *t, WfValue self)
{
    WfValue v = wf_load(&self_pickler(self)->persistent_id);
    return wf_is_empty(v) ? wf_raise(t, WF_EXC(AttributeError), "persistent_id") : v;
}

static WfStatus set_persistent_id(WfThread *t, WfValue self, WfValue v)
{
    if (wf_is_empty(v)) {
        return WF_FAIL(wf_raise(t, WF_EXC(TypeError), "attribute deletion is not supported"));
    }
    if (!wf_is_callable(v)) {
        return WF_FAIL(wf_raise(t, WF_EXC(TypeError), "persistent_id must be a callable taking one argument"));
    }
    wf_store(&self_pickler(self)->persistent_id, v);
    return WF_OK;
}

static WfValue get_dispatch_table(WfThread *t, WfValue self)
{
    WfValue v = wf_load(&self_pickler(self)->dispatch_table);
    return wf_is_empty(v) ? wf_raise_attribute(t, self, WF_NAME(dispatch_table)) : v;
}

static WfStatus set_dispatch_table(WfThread *t, WfValue self, WfValue v)
{
    if (wf_is_empty(v) && wf_is_empty(get_dispatch_table(t, self))) {
        return WF_RAISED;
    }
    wf_store(&self_pickler(self)->dispatch_table, v);
    return WF_OK;
}

static WfStatus set_int(WfThread *t, int32_t *field, WfValue v)
{
    int i;
    if (wf_is_empty(v)) {
        return WF_FAIL(wf_raise(t, WF_EXC(TypeError), "can't delete numeric/char attribute"));
    }
    if (wf_to_int(t, v, &i) != WF_OK) {
        return WF_RAISED;
    }
    __atomic_store_n(field, i, __ATOMIC_RELAXED);
    return WF_OK;
}

static WfValue get_bin(WfThread *t, WfValue self)
{
    return wf_small_int(__atomic_load_n(&self_pickler(self)->x_bin, __ATOMIC_RELAXED));
}
static WfStatus set_bin(WfThread *t, WfValue self, WfValue v) { return set_int(t, &self_pickler(self)->x_bin, v); }

static WfValue get_fast(WfThread *t, WfValue self)
{
    return wf_small_int(__atomic_load_n(&self_pickler(self)->x_fast, __ATOMIC_RELAXED));
}
static WfStatus set_fast(WfThread *t, WfValue self, WfValue v) { return set_int(t, &self_pickler(self)->x_fast, v); }

static const WfBuiltinDef pickler_methods[] = {
    {"dump", pickler_dump, "(self, obj, /)", "Write a pickled representation of the given object to the open file.", 0},
    {"clear_memo", pickler_clear_memo, "(self, /)", "Forget the objects pickled so far, so that they are pickled by value again.", 0},
    {"__sizeof__", pickler_sizeof, "(self, /)", "Returns size in memory, in bytes.", 0},
    {0}};

static const WfGetSetDef pickler_getsets[] = {
    {"bin", get_bin, set_bin, NULL, WF_GS_MEMBER},
    {"fast", get_fast, set_fast, NULL, WF_GS_MEMBER},
    {"dispatch_table", get_dispatch_table, set_dispatch_table, NULL, WF_GS_MEMBER},
    {"memo", get_memo, set_memo, NULL, 0},
    {"persistent_id", get_persistent_id, set_persistent_id, NULL, 0},
    {0}};

const WfTypeSpec wf_pickler_spec = {.name = "_pickle.Pickler",
                                    .doc = "Writes pickles to a binary file.\n\n"
                                           "file needs a write() method that takes bytes. protocol: 0 to 5, the default is 4;\n"
                                           "negative: the highest. With fix_imports and a protocol below 3 names of modules are mapped\n"
                                           "to those of Python 2. buffer_callback (protocol 5) is asked for each PickleBuffer: a false\n"
                                           "result takes it out of band.",
                                    .flags = WF_TF_BASETYPE,
                                    .size = sizeof(WfPickler),
                                    .methods = pickler_methods,
                                    .getsets = pickler_getsets,
                                    .signature = "(file, protocol=None, fix_imports=True, buffer_callback=None)",
                                    .slots = {.new_ = pickler_new, .init = pickler_init, .trace = pickler_trace}};
