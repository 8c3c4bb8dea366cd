/* gc.c - module gc: the collector as programs see it.
 * SPDX-License-Identifier: MIT
 * Design:     generation 2 is a full collection, 0 and 1 are young ones. collect() also runs the finalizers and callbacks it finds
 *             and collects once more what they let go, as CPython does in one go; and once more when the call has
 *             returned to the loop, since words left on the C stack may have kept something. Questions about the heap are answered with
 *             the world stopped into a buffer made before; internal cells (buffers, tables, shapes) are passed
 *             through, so that a list's items are its own referents.
 * Threads:    settings are atomic; the lists `garbage` and `callbacks` are the module's attributes. */
#include "model/builtin.h"
#include "objects/dict.h"
#include "objects/list.h"
#include "objects/module_state.h"
#include "objects/tuple.h"

static WfValue gc_enable(WfThread *t, WfValue *a)
{
    wf_gc_enable(t->rt, true);
    return WF_NONE;
}

static WfValue gc_disable(WfThread *t, WfValue *a)
{
    wf_gc_enable(t->rt, false);
    return WF_NONE;
}

static WfValue gc_isenabled(WfThread *t, WfValue *a)
{
    return WF_BOOL(wf_gc_is_enabled(t->rt));
}

static WfValue gc_set_debug(WfThread *t, WfValue *a)
{
    int64_t flags;
    WfDict *state = wf_module_state(t);
    if (state == NULL || wf_to_i64(t, a[0], &flags) != WF_OK
        || wf_dict_set_cstr(t, state, "gc.debug", wf_small_int((int32_t)flags)) != WF_OK) {
        return WF_EMPTY;
    }
    return WF_NONE;
}

static WfValue gc_get_debug(WfThread *t, WfValue *a)
{
    WfValue flags = wf_module_state_get(t, "gc.debug");
    return wf_is_empty(flags) ? wf_small_int(0) : flags;
}

static WfValue three(WfThread *t, const int64_t n[3])
{
    return WF_TUPLE_OF(t, wf_small_int(n[0]), wf_small_int(n[1]), wf_small_int(n[2]));
}

static WfValue gc_set_threshold(WfThread *t, WfValue *a)
{
    int64_t n[3];
    wf_gc_get_threshold(t->rt, n);
    for (int i = 0; i < 3; i++) {
        if (!wf_is_empty(a[i]) && wf_to_i64(t, a[i], &n[i]) != WF_OK) {
            return WF_EMPTY;
        }
    }
    wf_gc_set_threshold(t->rt, n);
    return WF_NONE;
}

static WfValue gc_get_threshold(WfThread *t, WfValue *a)
{
    int64_t n[3];
    wf_gc_get_threshold(t->rt, n);
    return three(t, n);
}

static WfValue gc_get_count(WfThread *t, WfValue *a)
{
    WfGcStats s;
    wf_gc_get_stats(t->rt, &s);
    int64_t n[3] = {(int64_t)(s.allocated_bytes / 64), 0, 0};
    return three(t, n);
}

/* Calls what is in gc.callbacks. */
static void notify(WfThread *t, const char *phase, int64_t generation, int64_t collected)
{
    WfValue list = wf_module_state_get(t, "gc.callbacks");
    if (wf_is_empty(list) || wf_list_length(wf_as_list(list)) == 0) {
        return;
    }
    WfValue info = wf_dict_new(t);
    WfValue name = wf_str_from_utf8(t, phase, (int64_t)strlen(phase));
    if (wf_is_empty(info) || wf_is_empty(name) || wf_dict_set_cstr(t, wf_as_dict(info), "generation", wf_small_int(generation)) != WF_OK
        || wf_dict_set_cstr(t, wf_as_dict(info), "collected", wf_small_int(collected)) != WF_OK
        || wf_dict_set_cstr(t, wf_as_dict(info), "uncollectable", wf_small_int(0)) != WF_OK) {
        wf_write_unraisable(t, NULL, WF_NONE);
        return;
    }
    for (int64_t i = 0; i < wf_list_length(wf_as_list(list)); i++) {
        WfValue f = wf_list_at(wf_as_list(list), i);
        if (!wf_is_empty(f) && wf_is_empty(wf_call2(t, f, name, info))) {
            wf_write_unraisable(t, NULL, f);
        }
    }
}

static WfValue gc_collect(WfThread *t, WfValue *a)
{
    int64_t generation;
    if (wf_to_i64(t, a[0], &generation) != WF_OK) {
        return WF_EMPTY;
    }
    if (generation < 0 || generation > 2) {
        return wf_raise(t, WF_EXC(ValueError), "invalid generation");
    }
    notify(t, "start", generation, 0);
    WfGcCause cause = generation == 2 ? WF_GC_FULL : WF_GC_YOUNG;
    int64_t n = wf_gc_collect_counted(t, cause);
    if ((wf_breaker(t) & WF_BREAK_FINALIZE) != 0) {
        wf_gc_run_finalizers(t);
        (void)wf_gc_collect(t, cause);
        wf_gc_run_finalizers(t);
    }
    if (generation == 2) {
        wf_gc_request_exact(t);
    }
    notify(t, "stop", generation, n);
    return wf_small_int(n);
}

static WfValue gc_get_stats(WfThread *t, WfValue *a)
{
    WfGcStats s;
    wf_gc_get_stats(t->rt, &s);
    WfValue list = wf_list_new(t, 3);
    for (int i = 0; i < 3 && !wf_is_empty(list); i++) {
        WfValue d = wf_dict_new(t);
        if (wf_is_empty(d)) {
            return WF_EMPTY;
        }
        const struct {
            const char *name;
            WfValue v;
        } items[] = {{"collections", wf_small_int((int64_t)s.collections[i])},
                     {"collected", wf_small_int((int64_t)s.collected[i])},
                     {"uncollectable", wf_small_int(0)}};
        for (size_t k = 0; k < WF_ARRAY_LEN(items); k++) {
            if (wf_dict_set_cstr(t, wf_as_dict(d), items[k].name, items[k].v) != WF_OK) {
                return WF_EMPTY;
            }
        }
        if (wf_list_append(t, wf_as_list(list), d) != WF_OK) {
            return WF_EMPTY;
        }
    }
    return list;
}

/* --- objects and references -------------------------------------------------------------------------------- */

static bool is_internal(const WfObject *o)
{
    switch (o->kind) {
    case WF_KIND_RAW:
    case WF_KIND_SLOTS:
    case WF_KIND_WORDS:
    case WF_KIND_INSNS:
    case WF_KIND_SHAPE:
    case WF_KIND_DICT_TABLE:
    case WF_KIND_SET_TABLE:
        return true;
    default:
        return false;
    }
}

/* May the object be part of a cycle? */
static bool is_container(const WfObject *o)
{
    switch (o->kind) {
    case WF_KIND_INT:
    case WF_KIND_COMPLEX:
    case WF_KIND_STR:
    case WF_KIND_BYTES:
    case WF_KIND_BYTEARRAY:
    case WF_KIND_CODE:
        return wf_shape_id(o) * 16u >= WF_STATIC_END - WF_HEAP_BASE; /* instances of Python classes */
    default:
        return !is_internal(o);
    }
}

/* Results are put into a buffer made before the world stopped; n counts on when it is full. */
typedef struct Found {
    WfThread *t;
    WfSlots *room;
    int64_t n;
    WfObject *skip;
    int depth;
} Found;

static void put(Found *f, WfValue v)
{
    if (f->n < f->room->capacity) {
        wf_store(&f->room->items[f->n], v);
    }
    f->n++;
}

static bool put_container(void *arg, WfObject *o)
{
    Found *f = arg;
    if (is_container(o) && o != f->skip) {
        put(f, wf_from_object(o));
    }
    return true;
}

static bool put_referent(void *arg, WfValue v)
{
    Found *f = arg;
    WfObject *o = wf_as_object(v);
    if (o->kind == WF_KIND_SHAPE) {
        put(f, wf_from_object(wf_shape_type((WfShape *)o)));
    } else if (!is_internal(o)) {
        put(f, v);
    } else if (f->depth < 3) {
        f->depth++;
        wf_gc_referents(f->t, o, put_referent, f);
        f->depth--;
    }
    return true;
}

static bool put_referrer(void *arg, WfObject *o)
{
    Found *f = arg;
    if (!is_internal(o)) {
        if (is_container(o)) {
            put(f, wf_from_object(o));
        }
    } else if (o->kind != WF_KIND_SHAPE && f->depth < 3) {
        f->depth++;
        wf_gc_referrers(f->t, o, put_referrer, f);
        f->depth--;
    }
    return true;
}

/* Runs `ask` until its results fit; a list of them. */
static WfValue answer(WfThread *t, void (*ask)(Found *f, WfValue arg), WfValue arg)
{
    for (int64_t room = 1000;;) {
        Found f = {t, wf_gc_alloc_slots(t, room), 0, NULL, 0};
        if (f.room == NULL) {
            return WF_EMPTY;
        }
        while (!wf_world_stop(t)) {
        }
        ask(&f, arg);
        wf_world_start(t);
        if (f.n <= room) {
            WfValue list = wf_list_new(t, f.n);
            for (int64_t i = 0; i < f.n && !wf_is_empty(list); i++) {
                if (wf_list_append(t, wf_as_list(list), wf_load(&f.room->items[i])) != WF_OK) {
                    return WF_EMPTY;
                }
            }
            return list;
        }
        room = f.n + f.n / 4 + 100;
    }
}

static void ask_objects(Found *f, WfValue arg)
{
    wf_gc_walk(f->t, put_container, f);
}

static void ask_referents(Found *f, WfValue arg)
{
    const WfTuple *objects = wf_as_tuple(arg);
    for (int64_t i = 0; i < objects->length; i++) {
        WfValue v = wf_tuple_at(objects, i);
        if (wf_is_object(v) && is_container(wf_as_object(v))) {
            wf_gc_referents(f->t, wf_as_object(v), put_referent, f);
            if (wf_shape_id(wf_as_object(v)) * 16u < WF_STATIC_END - WF_HEAP_BASE && wf_as_object(v)->kind == WF_KIND_TYPE) {
                put(f, wf_from_object(wf_type(v)));
            }
        }
    }
}

static void ask_referrers(Found *f, WfValue arg)
{
    const WfTuple *objects = wf_as_tuple(arg);
    f->skip = wf_as_object(arg);
    for (int64_t i = 0; i < objects->length; i++) {
        WfValue v = wf_tuple_at(objects, i);
        if (wf_is_object(v)) {
            int64_t from = f->n;
            wf_gc_referrers(f->t, wf_as_object(v), put_referrer, f);
            for (int64_t k = from; k < f->n && k < f->room->capacity; k++) { /* not the tuple of arguments */
                if (wf_is(wf_load(&f->room->items[k]), arg)) {
                    f->n--;
                    wf_store(&f->room->items[k], wf_load(&f->room->items[f->n < f->room->capacity ? f->n : k]));
                    break;
                }
            }
        }
    }
}

static WfValue gc_get_objects(WfThread *t, WfValue *a)
{
    if (!wf_is_none(a[0])) {
        int64_t generation;
        if (wf_to_i64(t, a[0], &generation) != WF_OK) {
            return WF_EMPTY;
        }
        if (generation >= 3) {
            return wf_raise(t, WF_EXC(ValueError), "generation parameter must be less than the number of available generations (3)");
        }
        if (generation < 0) {
            return wf_raise(t, WF_EXC(ValueError), "generation parameter cannot be negative");
        }
    }
    (void)wf_gc_collect(t, WF_GC_FULL);
    return answer(t, ask_objects, WF_NONE);
}

static WfValue gc_get_referents(WfThread *t, WfValue *a)
{
    return answer(t, ask_referents, a[0]);
}

static WfValue gc_get_referrers(WfThread *t, WfValue *a)
{
    (void)wf_gc_collect(t, WF_GC_FULL);
    return answer(t, ask_referrers, a[0]);
}

static bool is_atomic(void *arg, WfValue v)
{
    bool *atomic = arg;
    WfObject *o = wf_as_object(v);
    if (o->kind == WF_KIND_DICT_TABLE || o->kind == WF_KIND_SHAPE) {
        return true;
    }
    *atomic = *atomic && !is_container(o);
    return *atomic;
}

/* A dict of nothing but numbers, strings and the like is not tracked, nor is the empty tuple. */
static WfValue gc_is_tracked(WfThread *t, WfValue *a)
{
    if (!wf_is_object(a[0]) || !is_container(wf_as_object(a[0]))) {
        return WF_FALSE;
    }
    WfObject *o = wf_as_object(a[0]);
    if (WF_IS_EXACT(a[0], TUPLE)) {
        return WF_BOOL(((WfTuple *)o)->length > 0);
    }
    if (WF_IS_EXACT(a[0], DICT)) {
        WfDictTable *table = wf_dict_table((WfDict *)o);
        bool atomic = true;
        if (table != NULL) {
            while (!wf_world_stop(t)) {
            }
            wf_gc_referents(t, &table->h, is_atomic, &atomic);
            wf_world_start(t);
        }
        return WF_BOOL(!atomic);
    }
    return WF_TRUE;
}

static WfValue gc_is_finalized(WfThread *t, WfValue *a)
{
    return WF_BOOL(wf_is_object(a[0]) && (__atomic_load_n(&wf_as_object(a[0])->x_flags, __ATOMIC_RELAXED) & WF_OBJ_FINALIZED) != 0);
}

static WfValue gc_freeze(WfThread *t, WfValue *a)
{
    wf_gc_freeze(t->rt, true);
    return WF_NONE;
}

static WfValue gc_unfreeze(WfThread *t, WfValue *a)
{
    wf_gc_freeze(t->rt, false);
    return WF_NONE;
}

static WfValue gc_get_freeze_count(WfThread *t, WfValue *a)
{
    return wf_small_int(wf_gc_freeze_count(t->rt));
}

static const WfBuiltinDef functions[] = {
    {"enable", gc_enable, "()", "Let full collections run by themselves.", 0},
    {"disable", gc_disable, "()", "Let full collections run only when memory is short.", 0},
    {"isenabled", gc_isenabled, "()", "Whether collections run by themselves.", 0},
    {"set_debug", gc_set_debug, "(flags, /)", "Keep the debugging flags; they have no effect.", 0},
    {"get_debug", gc_get_debug, "()", "The debugging flags.", 0},
    {"get_count", gc_get_count, "()", "How much was allocated since the last collection, as a tuple of three.", 0},
    {"set_threshold", gc_set_threshold, "(threshold0, threshold1=?, threshold2=?, /)", "Keep the thresholds; the collector has its own.",
     0},
    {"get_threshold", gc_get_threshold, "()", "The thresholds that were set.", 0},
    {"collect", gc_collect, "(generation=2)", "Collect: 2 everything, 0 and 1 young objects. The number of objects found dead that were part of cycles.", 0},
    {"get_objects", gc_get_objects, "(generation=None)", "List of all objects that may refer to others.", 0},
    {"get_stats", gc_get_stats, "()", "Statistics of young, prompt and full collections.", 0},
    {"get_referrers", gc_get_referrers, "(*objs)", "List of the objects that refer to any of objs.", 0},
    {"get_referents", gc_get_referents, "(*objs)", "List of the objects that objs refer to directly.", 0},
    {"is_tracked", gc_is_tracked, "(obj, /)", "Whether the object may be part of a cycle.", 0},
    {"is_finalized", gc_is_finalized, "(obj, /)", "Whether the object's finalizer has run.", 0},
    {"freeze", gc_freeze, "()", "Note that all present objects are to stay.", 0},
    {"unfreeze", gc_unfreeze, "()", "Undo freeze().", 0},
    {"get_freeze_count", gc_get_freeze_count, "()", "How many objects freeze() noted.", 0},
    {0}};

static WfStatus init(WfThread *t, WfValue module)
{
    WfValue callbacks = wf_list_new(t, 0);
    if (wf_is_empty(callbacks) || wf_is_empty(wf_module_state_keep(t, "gc.callbacks", callbacks))
        || wf_module_add(t, module, "callbacks", callbacks) != WF_OK || wf_module_add(t, module, "garbage", wf_list_new(t, 0)) != WF_OK
        || wf_module_add_int(t, module, "DEBUG_STATS", 1) != WF_OK || wf_module_add_int(t, module, "DEBUG_COLLECTABLE", 2) != WF_OK
        || wf_module_add_int(t, module, "DEBUG_UNCOLLECTABLE", 4) != WF_OK || wf_module_add_int(t, module, "DEBUG_SAVEALL", 32) != WF_OK
        || wf_module_add_int(t, module, "DEBUG_LEAK", 38) != WF_OK) {
        return WF_RAISED;
    }
    return WF_OK;
}

const WfModuleDef wf_module_gc = {.name = "gc", .doc = "Control of the garbage collector.", .functions = functions, .init = init};
