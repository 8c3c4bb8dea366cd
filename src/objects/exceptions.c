/* exceptions.c - BaseException and all built-in exceptions but the groups (exception_group.c).
 * SPDX-License-Identifier: MIT
 * Design:     every exception is a WfException with the fields of its type in `extra`; all words are values. Raising is frequent, so
 *             the args of an exception made with one argument are that argument: the tuple is made when asked for.
 * Invariants: X1 `args` holds EMPTY, a tuple that is the args, or one argument that is no tuple.
 *             X2 traceback, context and cause hold EMPTY or an object of the right type; None is stored as EMPTY.
 * Threads:    fields are slots, last writer wins; the flag in the head is set by atomic operations. */
#include "objects/exceptions.h"

#include "model/attr.h"
#include "model/builtin.h"
#include "model/mro.h"
#include "objects/bytes.h"
#include "objects/dict.h"
#include "objects/int.h"
#include "objects/list.h"
#include "objects/str.h"
#include "objects/traceback.h"
#include "objects/tuple.h"

#include <errno.h>

#define FIELDS(n) ((uint32_t)(sizeof(WfException) + (n) * sizeof(WfSlot)))

void wf_exception_trace(WfMarker *m, WfObject *o)
{
    wf_trace_words(m, o);
}

/* --- making ------------------------------------------------------------------------------------------------------ */

static WfStatus base_init(WfThread *t, WfValue self, const WfArgs *args);
static WfStatus oserror_init(WfThread *t, WfValue self, const WfArgs *args);

static WfStatus set_args(WfThread *t, WfException *e, const WfArgs *args)
{
    if (args->n_pos == 0) {
        wf_store(&e->args, WF_EMPTY);
        return WF_OK;
    }
    if (args->n_pos == 1 && !wf_is_tuple(args->items[0])) {
        wf_store(&e->args, args->items[0]);
        return WF_OK;
    }
    WfValue tuple = wf_tuple_from(t, args->items, args->n_pos);
    if (wf_is_empty(tuple)) {
        return WF_RAISED;
    }
    wf_store(&e->args, tuple);
    return WF_OK;
}

static WfValue base_new(WfThread *t, WfType *type, const WfArgs *args)
{
    WfException *e = (WfException *)wf_instance_new(t, type, 0);
    if (e == NULL || set_args(t, e, args) != WF_OK) {
        return WF_EMPTY;
    }
    return wf_from_object(e);
}

static bool has_keywords(const WfArgs *args)
{
    return args->kwnames != NULL && args->kwnames->length > 0;
}

static WfStatus no_keywords(WfThread *t, WfValue self, const WfArgs *args)
{
    return has_keywords(args) ? WF_FAIL(wf_raise(t, WF_EXC(TypeError), "%T() takes no keyword arguments", self)) : WF_OK;
}

static WfStatus base_init(WfThread *t, WfValue self, const WfArgs *args)
{
    if (no_keywords(t, self, args) != WF_OK) {
        return WF_RAISED;
    }
    return set_args(t, wf_as_exception(self), args);
}

WfValue wf_exception_new(WfThread *t, WfType *type, WfValue arg)
{
    WfArgs args = {&arg, wf_is_empty(arg) ? 0 : 1, NULL};
    if (wf_type_flags(type) & WF_TF_HEAP && (type->slots.new_ != base_new || type->slots.init != base_init)) {
        WfValue exc = wf_call(t, wf_from_object(type), &arg, args.n_pos);
        if (!wf_is_empty(exc) && !wf_is_exception(exc)) {
            return wf_raise(t, WF_EXC(TypeError), "calling %R should have returned an instance of BaseException, not %R",
                            wf_from_object(type), wf_from_object(wf_type(exc)));
        }
        return exc;
    }
    WfValue exc = base_new(t, type, &args);
    if (wf_is_empty(exc)) {
        return WF_EMPTY;
    }
    if (type->slots.init != base_init && type->slots.init != NULL && type->slots.init(t, exc, &args) != WF_OK) {
        return WF_EMPTY;
    }
    return exc;
}

/* ExceptionGroup is the one built-in type with two bases. */
static WfStatus add_second_base(WfThread *t)
{
    WfType *group = WF_EXC(ExceptionGroup);
    WfType *order[] = {group, WF_EXC(BaseExceptionGroup), WF_EXC(Exception), WF_EXC(BaseException), WF_TYPE(OBJECT)};
    WfValue values[WF_ARRAY_LEN(order)];
    for (size_t i = 0; i < WF_ARRAY_LEN(order); i++) {
        values[i] = wf_from_object(order[i]);
    }
    WfValue mro = wf_tuple_from(t, values, WF_ARRAY_LEN(order));
    WfValue bases = wf_is_empty(mro) ? WF_EMPTY : wf_tuple_from(t, values + 1, 2);
    if (wf_is_empty(bases)) {
        return WF_RAISED;
    }
    wf_store(&group->bases, bases);
    wf_store(&group->mro, mro);
    return wf_subclasses_add(t, WF_EXC(Exception), group);
}

WfStatus wf_exceptions_init(WfThread *t)
{
    enum { READY = 64 };
    if (add_second_base(t) != WF_OK) {
        return WF_RAISED;
    }
    WfSlots *ready = wf_gc_alloc_slots(t, READY);
    if (ready == NULL) {
        return WF_RAISED;
    }
    t->rt->memory_errors = wf_from_object(ready);
    wf_gc_add_root(t->rt, &t->rt->memory_errors);
    for (int i = 0; i < READY; i++) {
        WfValue exc = wf_exception_new(t, WF_EXC(MemoryError), WF_EMPTY);
        if (wf_is_empty(exc)) {
            return WF_RAISED;
        }
        wf_store(&ready->items[i], exc);
    }
    return WF_OK;
}

/* --- the fields of all ------------------------------------------------------------------------------------------- */

WfValue wf_exception_args(WfThread *t, WfValue exc)
{
    WfException *e = wf_as_exception(exc);
    WfValue args = wf_load(&e->args);
    if (wf_is_empty(args)) {
        return wf_tuple_from(t, NULL, 0);
    }
    if (wf_is_tuple(args)) {
        return args;
    }
    WfValue tuple = wf_tuple_from(t, &args, 1);
    if (!wf_is_empty(tuple)) {
        wf_store(&e->args, tuple);
    }
    return tuple;
}

/* Number of args, and the first (EMPTY if none). */
static int64_t args_first(WfValue self, WfValue *first)
{
    WfValue args = wf_load(&wf_as_exception(self)->args);
    *first = args;
    if (wf_is_empty(args)) {
        return 0;
    }
    if (wf_is_tuple(args)) {
        WfTuple *tuple = wf_as_tuple(args);
        *first = tuple->length > 0 ? wf_tuple_at(tuple, 0) : WF_EMPTY;
        return tuple->length;
    }
    return 1;
}

static void set_suppress(WfValue exc, bool on)
{
    if (on) {
        __atomic_fetch_or(&wf_as_object(exc)->spare, WF_EXC_SUPPRESS_CONTEXT, __ATOMIC_RELAXED);
    } else {
        __atomic_fetch_and(&wf_as_object(exc)->spare, (uint8_t)~WF_EXC_SUPPRESS_CONTEXT, __ATOMIC_RELAXED);
    }
}

void wf_exception_set_context(WfValue exc, WfValue context)
{
    wf_store(&wf_as_exception(exc)->context, context);
}

void wf_exception_set_cause(WfValue exc, WfValue cause)
{
    wf_store(&wf_as_exception(exc)->cause, cause);
    set_suppress(exc, true);
}

static WfValue none_if_empty(WfValue v)
{
    return wf_is_empty(v) ? WF_NONE : v;
}

static WfValue get_args(WfThread *t, WfValue self)
{
    return wf_exception_args(t, self);
}

static WfStatus store_args(WfThread *t, WfValue self, WfValue v)
{
    if (wf_is_empty(v)) {
        return WF_FAIL(wf_raise(t, WF_EXC(TypeError), "args may not be deleted"));
    }
    WfValue tuple = wf_to_tuple(t, v);
    if (wf_is_empty(tuple)) {
        return WF_RAISED;
    }
    wf_store(&wf_as_exception(self)->args, tuple);
    return WF_OK;
}

static WfValue get_traceback(WfThread *t, WfValue self)
{
    return none_if_empty(wf_load(&wf_as_exception(self)->traceback));
}

static WfStatus store_traceback(WfThread *t, WfValue self, WfValue v)
{
    if (wf_is_empty(v)) {
        return WF_FAIL(wf_raise(t, WF_EXC(TypeError), "__traceback__ may not be deleted"));
    }
    if (!wf_is_none(v) && !WF_IS_EXACT(v, TRACEBACK)) {
        return WF_FAIL(wf_raise(t, WF_EXC(TypeError), "__traceback__ must be a traceback or None"));
    }
    wf_store(&wf_as_exception(self)->traceback, wf_is_none(v) ? WF_EMPTY : v);
    return WF_OK;
}

static WfValue get_context(WfThread *t, WfValue self)
{
    return none_if_empty(wf_load(&wf_as_exception(self)->context));
}

static WfStatus store_context(WfThread *t, WfValue self, WfValue v)
{
    if (wf_is_empty(v)) {
        return WF_FAIL(wf_raise(t, WF_EXC(TypeError), "__context__ may not be deleted"));
    }
    if (!wf_is_none(v) && !wf_is_exception(v)) {
        return WF_FAIL(wf_raise(t, WF_EXC(TypeError), "exception context must be None or derive from BaseException"));
    }
    wf_exception_set_context(self, wf_is_none(v) ? WF_EMPTY : v);
    return WF_OK;
}

static WfValue get_cause(WfThread *t, WfValue self)
{
    return none_if_empty(wf_load(&wf_as_exception(self)->cause));
}

static WfStatus store_cause(WfThread *t, WfValue self, WfValue v)
{
    if (wf_is_empty(v)) {
        return WF_FAIL(wf_raise(t, WF_EXC(TypeError), "__cause__ may not be deleted"));
    }
    if (!wf_is_none(v) && !wf_is_exception(v)) {
        return WF_FAIL(wf_raise(t, WF_EXC(TypeError), "exception cause must be None or derive from BaseException"));
    }
    wf_exception_set_cause(self, wf_is_none(v) ? WF_EMPTY : v);
    return WF_OK;
}

static WfValue get_suppress(WfThread *t, WfValue self)
{
    return WF_BOOL(wf_exc_suppress_context(self));
}

static WfStatus store_suppress(WfThread *t, WfValue self, WfValue v)
{
    if (wf_is_empty(v)) {
        return WF_FAIL(wf_raise(t, WF_EXC(TypeError), "can't delete numeric/char attribute"));
    }
    if (!wf_is_bool(v)) {
        return WF_FAIL(wf_raise(t, WF_EXC(TypeError), "attribute value type must be bool"));
    }
    set_suppress(self, wf_is_true(v));
    return WF_OK;
}

static const WfGetSetDef base_getsets[] = {
    {"__dict__", wf_getset_dict_get, wf_getset_dict_set, NULL, 0},
    {"args", get_args, store_args, NULL, 0},
    {"__traceback__", get_traceback, store_traceback, NULL, 0},
    {"__context__", get_context, store_context, "Exception that was being handled when this one was raised.", 0},
    {"__cause__", get_cause, store_cause, "Exception given as the reason of this one.", 0},
    {"__suppress_context__", get_suppress, store_suppress, NULL, WF_GS_MEMBER},
    {0}};

/* --- the methods of all -------------------------------------------------------------------------------------------- */

static WfValue base_str(WfThread *t, WfValue self)
{
    WfValue first;
    switch (args_first(self, &first)) {
    case 0: return WF_NAME_V(empty);
    case 1: return wf_str(t, first);
    default: {
        WfValue args = wf_exception_args(t, self);
        return wf_is_empty(args) ? WF_EMPTY : wf_str(t, args);
    }
    }
}

static WfValue base_repr(WfThread *t, WfValue self)
{
    WfValue first;
    if (args_first(self, &first) == 1) {
        return wf_str_format(t, "%t(%R)", self, first);
    }
    WfValue args = wf_exception_args(t, self);
    return wf_is_empty(args) ? WF_EMPTY : wf_str_format(t, "%t%R", self, args);
}

/* (type, args) or (type, args, state): state EMPTY is the instance's __dict__ if there is something in it. */
static WfValue reduce(WfThread *t, WfValue self, WfValue args, WfValue state)
{
    if (wf_is_empty(state)) {
        WfValue dict = wf_instance_dict(t, wf_as_object(self));
        if (wf_is_empty(dict)) {
            return WF_EMPTY;
        }
        if (!wf_is_dict(dict) || wf_dict_used(wf_as_dict(dict)) > 0) {
            state = dict;
        }
    }
    WfValue type = wf_from_object(wf_type(self));
    return wf_is_empty(state) ? WF_TUPLE_OF(t, type, args) : WF_TUPLE_OF(t, type, args, state);
}

static WfValue base_reduce(WfThread *t, WfValue *a)
{
    WfValue args = wf_exception_args(t, a[0]);
    return wf_is_empty(args) ? WF_EMPTY : reduce(t, a[0], args, WF_EMPTY);
}

static WfValue base_setstate(WfThread *t, WfValue *a)
{
    if (wf_is_none(a[1])) {
        return WF_NONE;
    }
    if (!wf_is_dict(a[1])) {
        return wf_raise(t, WF_EXC(TypeError), "state is not a dictionary");
    }
    int64_t pos = 0;
    WfValue key, value;
    while (wf_dict_next(wf_as_dict(a[1]), &pos, &key, &value)) {
        if (!wf_is_str(key)) {
            return wf_raise(t, WF_EXC(TypeError), "attribute name must be string, not '%.200T'", key);
        }
        WfValue name = wf_str_intern(t, key);
        if (wf_is_empty(name) || wf_setattr(t, a[0], wf_as_str(name), value) != WF_OK) {
            return WF_EMPTY;
        }
    }
    return WF_NONE;
}

static WfValue base_with_traceback(WfThread *t, WfValue *a)
{
    return store_traceback(t, a[0], a[1]) == WF_OK ? a[0] : WF_EMPTY;
}

static WfValue base_add_note(WfThread *t, WfValue *a)
{
    if (!wf_is_str(a[1])) {
        return wf_raise(t, WF_EXC(TypeError), "note must be a str, not '%T'", a[1]);
    }
    WfValue notes;
    switch (wf_getattr_opt(t, a[0], WF_NAME(__notes__), &notes)) {
    case WF_ERROR: return WF_EMPTY;
    case WF_MISSING:
        notes = wf_list_new(t, 1);
        if (wf_is_empty(notes) || wf_setattr(t, a[0], WF_NAME(__notes__), notes) != WF_OK) {
            return WF_EMPTY;
        }
        break;
    case WF_FOUND:
        if (!wf_is_list(notes)) {
            return wf_raise(t, WF_EXC(TypeError), "Cannot add note: __notes__ is not a list");
        }
        break;
    }
    return wf_list_append(t, wf_as_list(notes), a[1]) == WF_OK ? WF_NONE : WF_EMPTY;
}

static const WfBuiltinDef base_methods[] = {
    {"__reduce__", base_reduce, "(self, /)", NULL, 0},
    {"__setstate__", base_setstate, "(self, state, /)", NULL, 0},
    {"with_traceback", base_with_traceback, "(self, tb, /)", "Set self.__traceback__ to tb and return self.", 0},
    {"add_note", base_add_note, "(self, note, /)", "Add a note to the exception; it is shown below the message.", 0},
    {0}};

const WfTypeSpec wf_exc_BaseException_spec = {
    .name = "BaseException",
    .doc = "Common base class for all exceptions.",
    .flags = WF_TF_BASETYPE | WF_TF_HAS_DICT | WF_TF_EXCEPTION,
    .size = FIELDS(0),
    .methods = base_methods,
    .getsets = base_getsets,
    .slots = {.new_ = base_new, .init = base_init, .repr = base_repr, .str = base_str}};

/* --- fields of particular types ------------------------------------------------------------------------------------- */

/* A plain field: any value may be stored, deleting makes it None. */
#define FIELD(fn, index) \
    static WfValue get_##fn(WfThread *t, WfValue self) { return wf_exc_field(self, index); } \
    static WfStatus store_##fn(WfThread *t, WfValue self, WfValue v) \
    { \
        wf_store(&wf_as_exception(self)->extra[index], v); \
        return WF_OK; \
    }
#define GETSET(name, fn, doc) {name, get_##fn, store_##fn, doc, WF_GS_MEMBER}
#define SET(self, index, v) wf_store(&wf_as_exception(self)->extra[index], (v))
#define RAW(self, index) wf_load(&wf_as_exception(self)->extra[index])

#define EXCEPTION_FLAGS (WF_TF_BASETYPE | WF_TF_HAS_DICT | WF_TF_EXCEPTION)
/* A type that adds nothing to its base; `n`: fields it has from it. */
#define SIMPLE_N(id, n, text) \
    const WfTypeSpec wf_exc_##id##_spec = {.name = #id, .doc = text, .flags = EXCEPTION_FLAGS, .size = FIELDS(n)}
#define SIMPLE(id, text) SIMPLE_N(id, 0, text)

/* Keyword arguments of exceptions that take *args and a few keywords: stores their values by position in `names`. */
static WfStatus take_keywords(WfThread *t, const char *fname, const WfArgs *args, int n, WfStr *const *names, WfValue *out)
{
    for (int64_t i = 0; has_keywords(args) && i < args->kwnames->length; i++) {
        WfStr *key = wf_as_str(wf_tuple_at(args->kwnames, i));
        int j = 0;
        while (j < n && !wf_str_equal(key, names[j])) {
            j++;
        }
        if (j == n) {
            return WF_FAIL(wf_raise(t, WF_EXC(TypeError), "'%U' is an invalid keyword argument for %s()", key, fname));
        }
        out[j] = args->items[args->n_pos + i];
    }
    return WF_OK;
}

/* StopIteration */
FIELD(stop_value, WF_STOP_VALUE)

static WfStatus stop_init(WfThread *t, WfValue self, const WfArgs *args)
{
    if (base_init(t, self, args) != WF_OK) {
        return WF_RAISED;
    }
    SET(self, WF_STOP_VALUE, args->n_pos > 0 ? args->items[0] : WF_EMPTY);
    return WF_OK;
}

static const WfGetSetDef stop_getsets[] = {GETSET("value", stop_value, "The generator's return value."), {0}};
const WfTypeSpec wf_exc_StopIteration_spec = {.name = "StopIteration",
                                              .doc = "Signal the end from iterator.__next__().",
                                              .flags = EXCEPTION_FLAGS,
                                              .size = FIELDS(1),
                                              .getsets = stop_getsets,
                                              .slots = {.init = stop_init}};

/* SystemExit */
FIELD(exit_code, WF_EXIT_CODE)

static WfStatus exit_init(WfThread *t, WfValue self, const WfArgs *args)
{
    if (base_init(t, self, args) != WF_OK) {
        return WF_RAISED;
    }
    if (args->n_pos == 1) {
        SET(self, WF_EXIT_CODE, args->items[0]);
    } else if (args->n_pos > 1) {
        SET(self, WF_EXIT_CODE, wf_load(&wf_as_exception(self)->args));
    }
    return WF_OK;
}

static const WfGetSetDef exit_getsets[] = {GETSET("code", exit_code, "Exit status."), {0}};
const WfTypeSpec wf_exc_SystemExit_spec = {.name = "SystemExit",
                                           .doc = "Request to exit from the interpreter.",
                                           .flags = EXCEPTION_FLAGS,
                                           .size = FIELDS(1),
                                           .getsets = exit_getsets,
                                           .slots = {.init = exit_init}};

/* ImportError */
FIELD(import_msg, WF_IMPORT_MSG)
FIELD(import_name, WF_IMPORT_NAME)
FIELD(import_path, WF_IMPORT_PATH)

static WfStatus import_init(WfThread *t, WfValue self, const WfArgs *args)
{
    if (set_args(t, wf_as_exception(self), args) != WF_OK) {
        return WF_RAISED;
    }
    WfStr *const names[2] = {WF_NAME(name), WF_NAME(path)};
    WfValue given[2] = {WF_EMPTY, WF_EMPTY};
    if (take_keywords(t, "ImportError", args, 2, names, given) != WF_OK) {
        return WF_RAISED;
    }
    SET(self, WF_IMPORT_NAME, given[0]);
    SET(self, WF_IMPORT_PATH, given[1]);
    SET(self, WF_IMPORT_MSG, args->n_pos == 1 ? args->items[0] : WF_EMPTY);
    return WF_OK;
}

static WfValue import_str(WfThread *t, WfValue self)
{
    WfValue msg = RAW(self, WF_IMPORT_MSG);
    return wf_is_exact_str(msg) ? msg : base_str(t, self);
}

static WfValue import_reduce(WfThread *t, WfValue *a)
{
    WfValue args = wf_exception_args(t, a[0]);
    WfValue name = RAW(a[0], WF_IMPORT_NAME);
    WfValue path = RAW(a[0], WF_IMPORT_PATH);
    if (wf_is_empty(args)) {
        return WF_EMPTY;
    }
    if (wf_is_empty(name) && wf_is_empty(path)) {
        return reduce(t, a[0], args, WF_EMPTY);
    }
    WfValue dict = wf_instance_dict(t, wf_as_object(a[0]));
    if (wf_is_empty(dict)) {
        return WF_EMPTY;
    }
    WfValue state = wf_dict_copy(t, wf_as_dict(dict));
    if (wf_is_empty(state)
        || (!wf_is_empty(name) && wf_dict_set_str(t, wf_as_dict(state), WF_NAME(name), name) != WF_OK)
        || (!wf_is_empty(path) && wf_dict_set_str(t, wf_as_dict(state), WF_NAME(path), path) != WF_OK)) {
        return WF_EMPTY;
    }
    return reduce(t, a[0], args, state);
}

static const WfBuiltinDef import_methods[] = {{"__reduce__", import_reduce, "(self, /)", NULL, 0}, {0}};
static const WfGetSetDef import_getsets[] = {GETSET("msg", import_msg, "What went wrong."),
                                             GETSET("name", import_name, "Name of the module."),
                                             GETSET("path", import_path, "File of the module."),
                                             {0}};
const WfTypeSpec wf_exc_ImportError_spec = {.name = "ImportError",
                                            .doc = "Import can't find a module, or a name in it.",
                                            .flags = EXCEPTION_FLAGS,
                                            .size = FIELDS(3),
                                            .methods = import_methods,
                                            .getsets = import_getsets,
                                            .slots = {.init = import_init, .str = import_str}};
SIMPLE_N(ModuleNotFoundError, 3, "Module not found.");

/* NameError */
FIELD(name_error_name, WF_NAME_ERROR_NAME)

static WfStatus name_init(WfThread *t, WfValue self, const WfArgs *args)
{
    if (set_args(t, wf_as_exception(self), args) != WF_OK) {
        return WF_RAISED;
    }
    WfStr *const names[1] = {WF_NAME(name)};
    WfValue given[1] = {WF_EMPTY};
    if (take_keywords(t, "NameError", args, 1, names, given) != WF_OK) {
        return WF_RAISED;
    }
    SET(self, WF_NAME_ERROR_NAME, given[0]);
    return WF_OK;
}

static const WfGetSetDef name_getsets[] = {GETSET("name", name_error_name, "The name."), {0}};
const WfTypeSpec wf_exc_NameError_spec = {.name = "NameError",
                                          .doc = "Name not found globally.",
                                          .flags = EXCEPTION_FLAGS,
                                          .size = FIELDS(1),
                                          .getsets = name_getsets,
                                          .slots = {.init = name_init}};
SIMPLE_N(UnboundLocalError, 1, "Local name referenced but not bound to a value.");

/* AttributeError */
FIELD(attribute_obj, WF_ATTRIBUTE_OBJ)
FIELD(attribute_name, WF_ATTRIBUTE_NAME)

static WfStatus attribute_init(WfThread *t, WfValue self, const WfArgs *args)
{
    if (set_args(t, wf_as_exception(self), args) != WF_OK) {
        return WF_RAISED;
    }
    WfStr *const names[2] = {WF_NAME(name), WF_NAME(obj)};
    WfValue given[2] = {WF_EMPTY, WF_EMPTY};
    if (take_keywords(t, "AttributeError", args, 2, names, given) != WF_OK) {
        return WF_RAISED;
    }
    SET(self, WF_ATTRIBUTE_NAME, given[0]);
    SET(self, WF_ATTRIBUTE_OBJ, given[1]);
    return WF_OK;
}

static const WfGetSetDef attribute_getsets[] = {GETSET("name", attribute_name, "The attribute's name."),
                                                GETSET("obj", attribute_obj, "The object."),
                                                {0}};
const WfTypeSpec wf_exc_AttributeError_spec = {.name = "AttributeError",
                                               .doc = "Attribute not found.",
                                               .flags = EXCEPTION_FLAGS,
                                               .size = FIELDS(2),
                                               .getsets = attribute_getsets,
                                               .slots = {.init = attribute_init}};

/* KeyError */
static WfValue key_str(WfThread *t, WfValue self)
{
    WfValue first;
    return args_first(self, &first) == 1 ? wf_repr(t, first) : base_str(t, self);
}
const WfTypeSpec wf_exc_KeyError_spec = {.name = "KeyError",
                                         .doc = "Mapping key not found.",
                                         .flags = EXCEPTION_FLAGS,
                                         .size = FIELDS(0),
                                         .slots = {.str = key_str}};

/* --- OSError ------------------------------------------------------------------------------------------------------------ */

FIELD(os_errno, WF_OS_ERRNO)
FIELD(os_strerror, WF_OS_STRERROR)
FIELD(os_filename, WF_OS_FILENAME)
FIELD(os_filename2, WF_OS_FILENAME2)

static WfType *oserror_type_of_errno(int64_t code)
{
    switch (code) {
    case EAGAIN:
    case EALREADY:
    case EINPROGRESS: return WF_EXC(BlockingIOError);
    case EPIPE:
    case ESHUTDOWN: return WF_EXC(BrokenPipeError);
    case ECHILD: return WF_EXC(ChildProcessError);
    case ECONNABORTED: return WF_EXC(ConnectionAbortedError);
    case ECONNREFUSED: return WF_EXC(ConnectionRefusedError);
    case ECONNRESET: return WF_EXC(ConnectionResetError);
    case EEXIST: return WF_EXC(FileExistsError);
    case ENOENT: return WF_EXC(FileNotFoundError);
    case EISDIR: return WF_EXC(IsADirectoryError);
    case ENOTDIR: return WF_EXC(NotADirectoryError);
    case EINTR: return WF_EXC(InterruptedError);
    case EACCES:
    case EPERM: return WF_EXC(PermissionError);
    case ESRCH: return WF_EXC(ProcessLookupError);
    case ETIMEDOUT: return WF_EXC(TimeoutError);
    default: return NULL;
    }
}

static WfValue oserror_new(WfThread *t, WfType *type, const WfArgs *args);

/* Fields are set in __new__, unless a subclass overrides __init__ and not __new__: it may then pass other arguments on. */
static bool oserror_uses_init(const WfType *type)
{
    return type->slots.init != oserror_init && type->slots.new_ == oserror_new;
}

static WfStatus oserror_fill(WfThread *t, WfValue self, const WfArgs *args)
{
    WfArgs kept = *args;
    if (args->n_pos >= 2 && args->n_pos <= 5) {
        SET(self, WF_OS_ERRNO, args->items[0]);
        SET(self, WF_OS_STRERROR, args->items[1]);
        WfValue filename = args->n_pos > 2 ? args->items[2] : WF_NONE;
        if (!wf_is_none(filename)) {
            int64_t written;
            if (wf_type(self) == WF_EXC(BlockingIOError) && (wf_is_any_int(filename) || wf_is_float(filename))) {
                if (wf_to_ssize(t, filename, &written) != WF_OK) {
                    return WF_RAISED;
                }
                SET(self, WF_OS_WRITTEN, wf_small_int(written));
            } else {
                SET(self, WF_OS_FILENAME, filename);
                if (args->n_pos == 5 && !wf_is_none(args->items[4])) {
                    SET(self, WF_OS_FILENAME2, args->items[4]);
                }
                kept.n_pos = 2; /* args is (errno, strerror) for compatibility */
            }
        }
    }
    return set_args(t, wf_as_exception(self), &kept);
}

static WfValue oserror_new(WfThread *t, WfType *type, const WfArgs *args)
{
    bool later = oserror_uses_init(type);
    if (!later) {
        if (has_keywords(args)) {
            return wf_raise(t, WF_EXC(TypeError), "%N() takes no keyword arguments", type);
        }
        if (type == WF_EXC(OSError) && args->n_pos >= 2 && args->n_pos <= 5 && wf_is_int(args->items[0])) {
            WfType *special = oserror_type_of_errno(wf_as_int(args->items[0]));
            type = special != NULL ? special : type;
        }
    }
    WfObject *self = wf_instance_new(t, type, 0);
    if (self == NULL || (!later && oserror_fill(t, wf_from_object(self), args) != WF_OK)) {
        return WF_EMPTY;
    }
    return wf_from_object(self);
}

static WfStatus oserror_init(WfThread *t, WfValue self, const WfArgs *args)
{
    if (!oserror_uses_init(wf_type(self))) {
        return WF_OK; /* __new__ has done it */
    }
    return no_keywords(t, self, args) == WF_OK ? oserror_fill(t, self, args) : WF_RAISED;
}

static WfValue oserror_str(WfThread *t, WfValue self)
{
    WfValue filename = RAW(self, WF_OS_FILENAME);
    WfValue filename2 = RAW(self, WF_OS_FILENAME2);
    if (!wf_is_empty(filename)) {
        if (!wf_is_empty(filename2)) {
            return wf_str_format(t, "[Errno %V] %V: %R -> %R", wf_exc_field(self, WF_OS_ERRNO),
                                 wf_exc_field(self, WF_OS_STRERROR), filename, filename2);
        }
        return wf_str_format(t, "[Errno %V] %V: %R", wf_exc_field(self, WF_OS_ERRNO), wf_exc_field(self, WF_OS_STRERROR),
                             filename);
    }
    if (!wf_is_empty(RAW(self, WF_OS_ERRNO)) && !wf_is_empty(RAW(self, WF_OS_STRERROR))) {
        return wf_str_format(t, "[Errno %V] %V", RAW(self, WF_OS_ERRNO), RAW(self, WF_OS_STRERROR));
    }
    return base_str(t, self);
}

static WfValue oserror_reduce(WfThread *t, WfValue *a)
{
    WfValue args = wf_exception_args(t, a[0]);
    if (wf_is_empty(args)) {
        return WF_EMPTY;
    }
    WfTuple *tuple = wf_as_tuple(args);
    WfValue filename = RAW(a[0], WF_OS_FILENAME);
    if (tuple->length == 2 && !wf_is_empty(filename)) {
        WfValue filename2 = RAW(a[0], WF_OS_FILENAME2);
        args = wf_is_empty(filename2)
                   ? WF_TUPLE_OF(t, wf_tuple_at(tuple, 0), wf_tuple_at(tuple, 1), filename)
                   : WF_TUPLE_OF(t, wf_tuple_at(tuple, 0), wf_tuple_at(tuple, 1), filename, WF_NONE, filename2);
        if (wf_is_empty(args)) {
            return WF_EMPTY;
        }
    }
    return reduce(t, a[0], args, WF_EMPTY);
}

static WfValue get_os_written(WfThread *t, WfValue self)
{
    WfValue n = RAW(self, WF_OS_WRITTEN);
    return wf_is_empty(n) ? wf_raise(t, WF_EXC(AttributeError), "characters_written") : n;
}

static WfStatus store_os_written(WfThread *t, WfValue self, WfValue v)
{
    if (wf_is_empty(v)) {
        if (wf_is_empty(RAW(self, WF_OS_WRITTEN))) {
            return WF_FAIL(wf_raise(t, WF_EXC(AttributeError), "characters_written"));
        }
        SET(self, WF_OS_WRITTEN, WF_EMPTY);
        return WF_OK;
    }
    int64_t n;
    if (wf_as_index(t, v, &n, WF_EXC(ValueError)) != WF_OK) {
        return WF_RAISED;
    }
    WfValue number = wf_int_from_i64(t, n);
    if (wf_is_empty(number)) {
        return WF_RAISED;
    }
    SET(self, WF_OS_WRITTEN, number);
    return WF_OK;
}

static const WfBuiltinDef oserror_methods[] = {{"__reduce__", oserror_reduce, "(self, /)", NULL, 0}, {0}};
static const WfGetSetDef oserror_getsets[] = {GETSET("errno", os_errno, "The system's error number."),
                                              GETSET("strerror", os_strerror, "Text of the error."),
                                              GETSET("filename", os_filename, "Name of the file."),
                                              GETSET("filename2", os_filename2, "Name of the second file."),
                                              {"characters_written", get_os_written, store_os_written, NULL, 0},
                                              {0}};
const WfTypeSpec wf_exc_OSError_spec = {.name = "OSError",
                                        .doc = "Base class for I/O related errors.",
                                        .flags = EXCEPTION_FLAGS,
                                        .size = FIELDS(WF_OS_FIELDS),
                                        .methods = oserror_methods,
                                        .getsets = oserror_getsets,
                                        .slots = {.new_ = oserror_new, .init = oserror_init, .str = oserror_str}};
SIMPLE_N(BlockingIOError, WF_OS_FIELDS, "I/O operation would block.");
SIMPLE_N(ConnectionError, WF_OS_FIELDS, "Connection error.");
SIMPLE_N(ChildProcessError, WF_OS_FIELDS, "Child process error.");
SIMPLE_N(BrokenPipeError, WF_OS_FIELDS, "Broken pipe.");
SIMPLE_N(ConnectionAbortedError, WF_OS_FIELDS, "Connection aborted.");
SIMPLE_N(ConnectionRefusedError, WF_OS_FIELDS, "Connection refused.");
SIMPLE_N(ConnectionResetError, WF_OS_FIELDS, "Connection reset.");
SIMPLE_N(FileExistsError, WF_OS_FIELDS, "File already exists.");
SIMPLE_N(FileNotFoundError, WF_OS_FIELDS, "File not found.");
SIMPLE_N(IsADirectoryError, WF_OS_FIELDS, "Operation doesn't work on directories.");
SIMPLE_N(NotADirectoryError, WF_OS_FIELDS, "Operation only works on directories.");
SIMPLE_N(InterruptedError, WF_OS_FIELDS, "Interrupted by signal.");
SIMPLE_N(PermissionError, WF_OS_FIELDS, "Not enough permissions.");
SIMPLE_N(ProcessLookupError, WF_OS_FIELDS, "Process not found.");
SIMPLE_N(TimeoutError, WF_OS_FIELDS, "Timeout expired.");

/* --- SyntaxError ---------------------------------------------------------------------------------------------------- */

FIELD(syn_msg, WF_SYN_MSG)
FIELD(syn_filename, WF_SYN_FILENAME)
FIELD(syn_lineno, WF_SYN_LINENO)
FIELD(syn_offset, WF_SYN_OFFSET)
FIELD(syn_text, WF_SYN_TEXT)
FIELD(syn_end_lineno, WF_SYN_END_LINENO)
FIELD(syn_end_offset, WF_SYN_END_OFFSET)
FIELD(syn_print, WF_SYN_PRINT)

static WfStatus syntax_init(WfThread *t, WfValue self, const WfArgs *args)
{
    if (base_init(t, self, args) != WF_OK) {
        return WF_RAISED;
    }
    if (args->n_pos >= 1) {
        SET(self, WF_SYN_MSG, args->items[0]);
    }
    if (args->n_pos != 2) {
        return WF_OK;
    }
    WfValue info = wf_to_tuple(t, args->items[1]);
    if (wf_is_empty(info)) {
        return WF_RAISED;
    }
    WfTuple *where = wf_as_tuple(info);
    if (where->length < 4 || where->length > 6) {
        return WF_FAIL(wf_raise(t, WF_EXC(TypeError), "function takes at %s %d arguments (%zd given)",
                                where->length < 4 ? "least" : "most", where->length < 4 ? 4 : 6, where->length));
    }
    for (int i = 0; i < 6; i++) {
        SET(self, WF_SYN_FILENAME + i, i < where->length ? wf_tuple_at(where, i) : WF_EMPTY);
    }
    if (where->length == 5) {
        return WF_FAIL(wf_raise(t, WF_EXC(TypeError), "end_offset must be provided when end_lineno is provided"));
    }
    return WF_OK;
}

static WfValue syntax_str(WfThread *t, WfValue self)
{
    WfValue msg = wf_exc_field(self, WF_SYN_MSG);
    WfValue filename = RAW(self, WF_SYN_FILENAME);
    WfValue lineno = RAW(self, WF_SYN_LINENO);
    bool has_line = wf_is_int(lineno);
    if (wf_is_str(filename)) {
        int64_t start = wf_str_find(wf_as_str(filename), WF_NAME(slash), 0, wf_as_str(filename)->length, -1) + 1;
        filename = wf_str_slice(t, wf_as_str(filename), start, wf_as_str(filename)->length);
        if (wf_is_empty(filename)) {
            return WF_EMPTY;
        }
        if (has_line) {
            return wf_str_format(t, "%V (%V, line %ld)", msg, filename, (long)wf_as_int(lineno));
        }
        return wf_str_format(t, "%V (%V)", msg, filename);
    }
    return has_line ? wf_str_format(t, "%V (line %ld)", msg, (long)wf_as_int(lineno)) : wf_str(t, msg);
}

static const WfGetSetDef syntax_getsets[] = {
    GETSET("msg", syn_msg, "What is wrong."),
    GETSET("filename", syn_filename, "Name of the file."),
    GETSET("lineno", syn_lineno, "Line, from 1."),
    GETSET("offset", syn_offset, "Column, from 1."),
    GETSET("text", syn_text, "The line of source."),
    GETSET("end_lineno", syn_end_lineno, "Line of the end."),
    GETSET("end_offset", syn_end_offset, "Column of the end."),
    GETSET("print_file_and_line", syn_print, "Ask for file and line to be shown."),
    {0}};
const WfTypeSpec wf_exc_SyntaxError_spec = {.name = "SyntaxError",
                                            .doc = "Invalid syntax.",
                                            .flags = EXCEPTION_FLAGS,
                                            .size = FIELDS(WF_SYN_FIELDS),
                                            .getsets = syntax_getsets,
                                            .slots = {.init = syntax_init, .str = syntax_str}};
SIMPLE_N(IndentationError, WF_SYN_FIELDS, "Improper indentation.");
SIMPLE_N(TabError, WF_SYN_FIELDS, "Improper mixture of spaces and tabs.");

/* --- UnicodeError --------------------------------------------------------------------------------------------------- */

FIELD(uni_encoding, WF_UNI_ENCODING)
FIELD(uni_object, WF_UNI_OBJECT)
FIELD(uni_reason, WF_UNI_REASON)

static WfValue get_uni_start(WfThread *t, WfValue self)
{
    WfValue v = RAW(self, WF_UNI_START);
    return wf_is_empty(v) ? wf_small_int(0) : v;
}

static WfValue get_uni_end(WfThread *t, WfValue self)
{
    WfValue v = RAW(self, WF_UNI_END);
    return wf_is_empty(v) ? wf_small_int(0) : v;
}

static WfStatus store_uni_index(WfThread *t, WfValue self, int field, WfValue v)
{
    if (wf_is_empty(v)) {
        return WF_FAIL(wf_raise(t, WF_EXC(TypeError), "can't delete numeric/char attribute"));
    }
    int64_t i;
    if (wf_to_ssize(t, v, &i) != WF_OK) {
        return WF_RAISED;
    }
    WfValue number = wf_int_from_i64(t, i);
    if (wf_is_empty(number)) {
        return WF_RAISED;
    }
    SET(self, field, number);
    return WF_OK;
}

static WfStatus store_uni_start(WfThread *t, WfValue self, WfValue v)
{
    return store_uni_index(t, self, WF_UNI_START, v);
}

static WfStatus store_uni_end(WfThread *t, WfValue self, WfValue v)
{
    return store_uni_index(t, self, WF_UNI_END, v);
}

/* Encode, Decode: (encoding, object, start, end, reason); Translate has no encoding. */
static WfStatus unicode_fill(WfThread *t, WfValue self, const WfArgs *args, bool with_encoding, bool bytes)
{
    if (base_init(t, self, args) != WF_OK) {
        return WF_RAISED;
    }
    int n = with_encoding ? 5 : 4;
    if (args->n_pos != n) {
        return WF_FAIL(
            wf_raise(t, WF_EXC(TypeError), "function takes exactly %d arguments (%zd given)", n, args->n_pos));
    }
    WfValue *a = args->items;
    for (int i = 0; i < n; i++) {
        int field = with_encoding ? i : i + 1;
        WfValue v = a[i];
        int64_t index;
        switch (field) {
        case WF_UNI_START:
        case WF_UNI_END:
            if (wf_to_ssize(t, v, &index) != WF_OK) {
                return WF_RAISED;
            }
            v = wf_int_from_i64(t, index);
            if (wf_is_empty(v)) {
                return WF_RAISED;
            }
            break;
        case WF_UNI_OBJECT:
            if (bytes) {
                break;
            }
            __attribute__((fallthrough));
        default:
            if (!wf_is_str(v)) {
                return WF_FAIL(
                    wf_raise(t, WF_EXC(TypeError), "argument %d must be str, not %.50s", i + 1,
                             wf_is_none(v) ? "None" : WF_TYPE_NAME(v)));
            }
        }
        SET(self, field, v);
    }
    WfValue object = RAW(self, WF_UNI_OBJECT);
    if (bytes && !wf_is_bytes(object)) {
        WfBuffer view;
        if (wf_buffer_get(t, object, &view, WF_BUF_SIMPLE) != WF_OK) {
            return WF_RAISED;
        }
        object = wf_bytes_new(t, view.data, view.length);
        wf_buffer_release(t, &view);
        if (wf_is_empty(object)) {
            return WF_RAISED;
        }
        SET(self, WF_UNI_OBJECT, object);
    }
    return WF_OK;
}

static WfStatus encode_init(WfThread *t, WfValue self, const WfArgs *args)
{
    return unicode_fill(t, self, args, true, false);
}

static WfStatus decode_init(WfThread *t, WfValue self, const WfArgs *args)
{
    return unicode_fill(t, self, args, true, true);
}

static WfStatus translate_init(WfThread *t, WfValue self, const WfArgs *args)
{
    return unicode_fill(t, self, args, false, false);
}

static int64_t index_field(WfValue self, int field)
{
    WfValue v = RAW(self, field);
    return wf_is_int(v) ? wf_as_int(v) : 0;
}

static WfValue unicode_str(WfThread *t, WfValue self, bool with_encoding)
{
    WfValue object = RAW(self, WF_UNI_OBJECT);
    if (wf_is_empty(object)) {
        return WF_NAME_V(empty); /* __init__ did not run */
    }
    WfValue reason = wf_str(t, wf_exc_field(self, WF_UNI_REASON));
    if (wf_is_empty(reason)) {
        return WF_EMPTY;
    }
    WfValue encoding = with_encoding ? wf_str(t, wf_exc_field(self, WF_UNI_ENCODING)) : WF_NONE;
    if (wf_is_empty(encoding)) {
        return WF_EMPTY;
    }
    int64_t start = index_field(self, WF_UNI_START);
    int64_t end = index_field(self, WF_UNI_END);
    if (wf_is_bytes(object)) {
        WfBytes *bytes = wf_as_bytes(object);
        if (start >= 0 && start < bytes->length && end == start + 1) {
            return wf_str_format(t, "'%V' codec can't decode byte 0x%02x in position %zd: %V", encoding,
                                 (unsigned)bytes->data[start], start, reason);
        }
        return wf_str_format(t, "'%V' codec can't decode bytes in position %zd-%zd: %V", encoding, start, end - 1, reason);
    }
    WfValue prefix = with_encoding ? wf_str_format(t, "'%V' codec can't encode character", encoding)
                                   : wf_str_from_cstr(t, "can't translate character");
    if (wf_is_empty(prefix)) {
        return WF_EMPTY;
    }
    if (wf_is_str(object) && start >= 0 && start < wf_as_str(object)->length && end == start + 1) {
        uint32_t c = wf_str_at(wf_as_str(object), start);
        const char *format = c <= 0xff     ? "%V '\\x%02x' in position %zd: %V"
                             : c <= 0xffff ? "%V '\\u%04x' in position %zd: %V"
                                           : "%V '\\U%08x' in position %zd: %V";
        return wf_str_format(t, format, prefix, c, start, reason);
    }
    return wf_str_format(t, "%Vs in position %zd-%zd: %V", prefix, start, end - 1, reason);
}

static WfValue codec_str(WfThread *t, WfValue self)
{
    return unicode_str(t, self, true);
}

static WfValue translate_str(WfThread *t, WfValue self)
{
    return unicode_str(t, self, false);
}

SIMPLE(UnicodeError, "Unicode related error.");
static const WfGetSetDef unicode_getsets[] = {GETSET("encoding", uni_encoding, "Name of the codec."),
                                              GETSET("object", uni_object, "What was being converted."),
                                              GETSET("start", uni_start, "First position that failed."),
                                              GETSET("end", uni_end, "Position behind the last that failed."),
                                              GETSET("reason", uni_reason, "Why it failed."),
                                              {0}};
#define UNICODE(id, init_fn, str_fn, text) \
    const WfTypeSpec wf_exc_##id##_spec = {.name = #id, \
                                           .doc = text, \
                                           .flags = EXCEPTION_FLAGS, \
                                           .size = FIELDS(WF_UNI_FIELDS), \
                                           .getsets = unicode_getsets, \
                                           .slots = {.init = init_fn, .str = str_fn}}
UNICODE(UnicodeEncodeError, encode_init, codec_str, "Unicode encoding error.");
UNICODE(UnicodeDecodeError, decode_init, codec_str, "Unicode decoding error.");
UNICODE(UnicodeTranslateError, translate_init, translate_str, "Unicode translation error.");

/* --- the rest ----------------------------------------------------------------------------------------------------------- */

SIMPLE(Exception, "Common base class for all non-exit exceptions.");
SIMPLE(KeyboardInterrupt, "Program interrupted by user.");
SIMPLE(GeneratorExit, "Request that a generator exit.");
SIMPLE(StopAsyncIteration, "Signal the end from iterator.__anext__().");
SIMPLE(ArithmeticError, "Base class for arithmetic errors.");
SIMPLE(FloatingPointError, "Floating point operation failed.");
SIMPLE(OverflowError, "Result too large to be represented.");
SIMPLE(ZeroDivisionError, "Second argument to a division or modulo operation was zero.");
SIMPLE(AssertionError, "Assertion failed.");
SIMPLE(BufferError, "Buffer error.");
SIMPLE(EOFError, "Read beyond end of file.");
SIMPLE(LookupError, "Base class for lookup errors.");
SIMPLE(IndexError, "Sequence index out of range.");
SIMPLE(MemoryError, "Out of memory.");
SIMPLE(ReferenceError, "Weak ref proxy used after referent went away.");
SIMPLE(RuntimeError, "Unspecified run-time error.");
SIMPLE(NotImplementedError, "Method or function hasn't been implemented yet.");
SIMPLE(RecursionError, "Recursion limit exceeded.");
SIMPLE(SystemError, "Internal error in the runtime.");
SIMPLE(TypeError, "Inappropriate argument type.");
SIMPLE(ValueError, "Inappropriate argument value (of correct type).");
SIMPLE(Warning, "Base class for warning categories.");
SIMPLE(BytesWarning, "Base class for warnings about bytes and buffers, mostly about comparing them with str.");
SIMPLE(DeprecationWarning, "Base class for warnings about deprecated features.");
SIMPLE(EncodingWarning, "Base class for warnings about encodings.");
SIMPLE(FutureWarning, "Base class for warnings about constructs that will change in meaning.");
SIMPLE(ImportWarning, "Base class for warnings about probable mistakes in module imports.");
SIMPLE(PendingDeprecationWarning, "Base class for warnings about features that will be deprecated.");
SIMPLE(ResourceWarning, "Base class for warnings about resource usage.");
SIMPLE(RuntimeWarning, "Base class for warnings about dubious runtime behavior.");
SIMPLE(SyntaxWarning, "Base class for warnings about dubious syntax.");
SIMPLE(UnicodeWarning, "Base class for warnings about Unicode.");
SIMPLE(UserWarning, "Base class for warnings generated by user code.");
