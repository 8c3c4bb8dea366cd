/* object.c - object: the base of all classes; cells.
 * SPDX-License-Identifier: MIT
 *
 * Design:     object.__new__ and object.__init__ refuse arguments unless the other of the two is overridden, which then has
 *             had them. Copying and pickling (protocol 2 and up) are written here, the older protocols in copyreg.
 * Threads:    no state of its own. */
#include "model/attr.h"
#include "model/builtin.h"
#include "model/call.h"
#include "model/mro.h"
#include "model/object.h"
#include "model/slots.h"
#include "objects/dict.h"
#include "objects/function.h"
#include "objects/int.h"
#include "objects/list.h"
#include "objects/str.h"
#include "objects/tuple.h"

static bool has_args(const WfArgs *args)
{
    return wf_args_total(args) != 0;
}

static WfStatus object_init(WfThread *t, WfValue self, const WfArgs *args);

static WF_COLD WfValue raise_abstract(WfThread *t, WfType *type)
{
    WfValue names = wf_getattr(t, wf_from_object(type), WF_NAME(__abstractmethods__));
    WfValue sorted = wf_is_empty(names) ? WF_EMPTY : wf_to_list(t, names);
    if (wf_is_empty(sorted) || wf_list_sort(t, wf_as_list(sorted), WF_NONE, false) != WF_OK) {
        return WF_EMPTY;
    }
    int64_t n = wf_list_length(wf_as_list(sorted));
    WfValue comma = wf_str_from_cstr(t, ", ");
    WfValue all = wf_is_empty(comma) ? WF_EMPTY : wf_list_to_tuple(t, wf_as_list(sorted));
    if (wf_is_empty(all)) {
        return WF_EMPTY;
    }
    WfValue joined = wf_str_join(t, comma, (const WfValue *)(const void *)wf_as_tuple(all)->items, n);
    if (wf_is_empty(joined)) {
        return WF_EMPTY;
    }
    return wf_raise(t, WF_EXC(TypeError), "Can't instantiate abstract class %N with abstract method%s %V", type, n > 1 ? "s" : "", joined);
}

static WfValue object_new(WfThread *t, WfType *type, const WfArgs *args)
{
    if (has_args(args)) {
        if (type->slots.new_ != object_new) {
            return wf_raise(t, WF_EXC(TypeError), "object.__new__() takes exactly one argument (the type to instantiate)");
        }
        if (type->slots.init == object_init) {
            return wf_raise(t, WF_EXC(TypeError), "%N() takes no arguments", type);
        }
    }
    if ((wf_type_flags(type) & WF_TF_ABSTRACT) != 0) {
        return raise_abstract(t, type);
    }
    WfObject *o = wf_instance_new(t, type, 0);
    return o == NULL ? WF_EMPTY : wf_from_object(o);
}

static WfStatus object_init(WfThread *t, WfValue self, const WfArgs *args)
{
    if (has_args(args)) {
        WfType *type = wf_type(self);
        if (type->slots.init != object_init) {
            return WF_FAIL(wf_raise(t, WF_EXC(TypeError), "object.__init__() takes exactly one argument (the instance to initialize)"));
        }
        if (type->slots.new_ == object_new) {
            return WF_FAIL(wf_raise(t, WF_EXC(TypeError), "%N.__init__() takes exactly one argument (the instance to initialize)", type));
        }
    }
    return WF_OK;
}

static WfValue object_repr(WfThread *t, WfValue self)
{
    WfType *type = wf_type(self);
    WfValue module = wf_getattr(t, wf_from_object(type), WF_NAME(__module__));
    if (wf_is_empty(module)) {
        wf_clear_pending(t);
    }
    WfValue qualname = wf_getattr(t, wf_from_object(type), WF_NAME(__qualname__));
    if (wf_is_empty(qualname)) {
        return WF_EMPTY;
    }
    void *address = (void *)(uintptr_t)self.bits;
    if (!wf_is_empty(module) && wf_is_str(module) && !wf_str_equal(wf_as_str(module), WF_NAME(builtins))) {
        return wf_str_format(t, "<%V.%V object at %p>", module, qualname, address);
    }
    return wf_str_format(t, "<%N object at %p>", type, address);
}

static WfValue object_str(WfThread *t, WfValue self)
{
    WfUnaryFn repr = wf_type(self)->slots.repr;
    return repr == NULL ? object_repr(t, self) : repr(t, self);
}

static WfStatus object_hash(WfThread *t, WfValue self, int64_t *hash)
{
    *hash = (int64_t)(self.bits >> 4 | self.bits << 60);
    if (*hash == -1) {
        *hash = -2;
    }
    return WF_OK;
}

static WfValue object_compare(WfThread *t, WfValue a, WfValue b, int op)
{
    if (op == WF_EQ) {
        return wf_is(a, b) ? WF_TRUE : WF_NOT_IMPLEMENTED;
    }
    if (op != WF_NE) {
        return WF_NOT_IMPLEMENTED;
    }
    /* != is the opposite of ==, where that is known */
    WfCompareFn compare = wf_type(a)->slots.richcompare;
    WfValue r = compare == NULL ? WF_NOT_IMPLEMENTED : compare(t, a, b, WF_EQ);
    if (wf_is_empty(r) || wf_is(r, WF_NOT_IMPLEMENTED)) {
        return r;
    }
    WfFound f = wf_truth(t, r);
    return f == WF_ERROR ? WF_EMPTY : WF_BOOL(f == WF_MISSING);
}

/* --- __class__ -------------------------------------------------------------------------------------------------------------- */

static WfValue get_class(WfThread *t, WfValue self)
{
    return wf_from_object(wf_type(self));
}

static WfStatus set_class(WfThread *t, WfValue self, WfValue v)
{
    if (wf_is_empty(v)) {
        return WF_FAIL(wf_raise(t, WF_EXC(TypeError), "can't delete __class__ attribute"));
    }
    if (!wf_is_type(v)) {
        return WF_FAIL(wf_raise(t, WF_EXC(TypeError), "__class__ must be set to a class, not '%T' object", v));
    }
    WfType *from = wf_type(self), *to = WF_AS(WfType, v);
    bool modules = wf_type_is_subtype(from, WF_TYPE(MODULE)) && wf_type_is_subtype(to, WF_TYPE(MODULE));
    if (!modules && ((wf_type_flags(from) | wf_type_flags(to)) & WF_TF_IMMUTABLE) != 0) {
        return WF_FAIL(wf_raise(t, WF_EXC(TypeError), "__class__ assignment only supported for mutable types or ModuleType subclasses"));
    }
    if (wf_type_check_assignable(t, from, to, "__class__") != WF_OK) {
        return WF_RAISED;
    }
    if (WF_IS_KIND(self, TYPE)) {
        WfObject *o = wf_as_object(self);
        __atomic_store_n(&o->x_shape, wf_shape_id_of(WF_LOAD(WfShape, &to->root_shape)), __ATOMIC_RELEASE);
        return wf_type_modified(t, WF_AS(WfType, self), NULL);
    }
    return wf_instance_set_type(t, wf_as_object(self), to);
}

/* --- copying and pickling ------------------------------------------------------------------------------------------------------ */

static WfValue import_name(WfThread *t, WfStr *module, const char *name)
{
    WfValue import = wf_dict_get_str(wf_as_dict(t->interp->builtins), WF_NAME(__import__));
    if (wf_is_empty(import)) {
        return wf_raise(t, WF_EXC(ImportError), "__import__ not found");
    }
    WfValue m = wf_call1(t, import, wf_from_object(module));
    return wf_is_empty(m) ? WF_EMPTY : wf_getattr_cstr(t, m, name);
}

/* Names of all __slots__ of the class and its bases, as copyreg caches them; None or a list. */
static WfValue slot_names(WfThread *t, WfType *type)
{
    WfStr *key = wf_str_intern_cstr(t, "__slotnames__");
    if (key == NULL) {
        return WF_EMPTY;
    }
    WfValue v = wf_dict_get_str(WF_LOAD(WfDict, &type->dict), key);
    if (!wf_is_empty(v)) {
        return v;
    }
    WfValue f = import_name(t, WF_NAME(copyreg), "_slotnames");
    v = wf_is_empty(f) ? WF_EMPTY : wf_call1(t, f, wf_from_object(type));
    if (!wf_is_empty(v) && !wf_is_none(v) && !wf_is_list(v)) {
        return wf_raise(t, WF_EXC(TypeError), "copyreg._slotnames didn't return a list or None");
    }
    return v;
}

/* What object.__getstate__ gives: None, the __dict__, or (dict or None, dict of slots). */
static WfValue default_state(WfThread *t, WfValue self, bool required)
{
    WfType *type = wf_type(self);
    uint32_t flags = wf_type_flags(type);
    if (required && ((flags & WF_TF_VARSIZE) != 0 && (flags & WF_TF_HEAP) == 0)) {
        return wf_raise(t, WF_EXC(TypeError), "cannot pickle '%s' object", wf_type_full_name(type));
    }
    WfValue state = WF_NONE, d;
    WfFound f = wf_getattr_opt(t, self, WF_NAME(__dict__), &d);
    if (f == WF_ERROR) {
        return WF_EMPTY;
    }
    if (f == WF_FOUND && !(wf_is_dict(d) && wf_dict_used(wf_as_dict(d)) == 0)) {
        state = d;
    }
    WfValue names = slot_names(t, type);
    if (wf_is_empty(names)) {
        return WF_EMPTY;
    }
    int64_t n = wf_is_list(names) ? wf_list_length(wf_as_list(names)) : 0;
    if (required) {
        /* state in C that nobody here knows */
        const WfType *native = type;
        while ((wf_type_flags(native) & WF_TF_HEAP) != 0) {
            native = WF_LOAD(WfType, &native->base);
        }
        if (native->native_size > sizeof(WfObject) && native != WF_TYPE(OBJECT) && native->kind != WF_KIND_LIST
            && native->kind != WF_KIND_DICT) {
            return wf_raise(t, WF_EXC(TypeError), "cannot pickle '%s' object", wf_type_full_name(type));
        }
    }
    if (n == 0) {
        return state;
    }
    WfValue slots = wf_dict_new(t);
    if (wf_is_empty(slots)) {
        return WF_EMPTY;
    }
    for (int64_t i = 0; i < wf_list_length(wf_as_list(names)); i++) {
        WfValue name = wf_list_at(wf_as_list(names), i), v;
        f = wf_getattr_opt(t, self, wf_as_str(name), &v);
        if (f == WF_ERROR || (f == WF_FOUND && wf_dict_set(t, wf_as_dict(slots), name, v) != WF_OK)) {
            return WF_EMPTY;
        }
    }
    return wf_dict_used(wf_as_dict(slots)) == 0 ? state : wf_tuple_pair(t, state, slots);
}

static WfValue object_getstate(WfThread *t, WfValue *a)
{
    return default_state(t, a[0], false);
}

static WfValue get_state(WfThread *t, WfValue self, bool required)
{
    WfValue f = wf_getattr(t, self, WF_NAME(__getstate__));
    if (wf_is_empty(f)) {
        return WF_EMPTY;
    }
    WfValue own = wf_type_lookup(t, wf_type(self), WF_NAME(__getstate__));
    if (wf_is(own, wf_type_lookup(t, WF_TYPE(OBJECT), WF_NAME(__getstate__)))) {
        return default_state(t, self, required);
    }
    return wf_call0(t, f);
}

/* Arguments for __new__: args a tuple or None, kwargs a dict or None. */
static WfStatus new_arguments(WfThread *t, WfValue self, WfValue *args, WfValue *kwargs)
{
    *args = *kwargs = WF_NONE;
    WfValue f = wf_lookup_special(t, self, WF_NAME(__getnewargs_ex__));
    if (!wf_is_empty(f)) {
        WfValue r = wf_call0(t, f);
        if (wf_is_empty(r)) {
            return WF_RAISED;
        }
        if (!wf_is_tuple(r)) {
            return WF_FAIL(wf_raise(t, WF_EXC(TypeError), "__getnewargs_ex__ should return a tuple, not '%T'", r));
        }
        if (wf_as_tuple(r)->length != 2) {
            return WF_FAIL(wf_raise(t, WF_EXC(ValueError), "__getnewargs_ex__ should return a tuple of length 2, not %zd",
                                    wf_as_tuple(r)->length));
        }
        *args = wf_tuple_at(wf_as_tuple(r), 0);
        *kwargs = wf_tuple_at(wf_as_tuple(r), 1);
        if (!wf_is_tuple(*args)) {
            return WF_FAIL(wf_raise(t, WF_EXC(TypeError),
                                    "first item of the tuple returned by __getnewargs_ex__ must be a tuple, not '%T'", *args));
        }
        if (!wf_is_dict(*kwargs)) {
            return WF_FAIL(wf_raise(t, WF_EXC(TypeError),
                                    "second item of the tuple returned by __getnewargs_ex__ must be a dict, not '%T'", *kwargs));
        }
        return WF_OK;
    }
    if (wf_pending(t)) {
        return WF_RAISED;
    }
    f = wf_lookup_special(t, self, WF_NAME(__getnewargs__));
    if (wf_is_empty(f)) {
        return wf_pending(t) ? WF_RAISED : WF_OK;
    }
    *args = wf_call0(t, f);
    if (wf_is_empty(*args)) {
        return WF_RAISED;
    }
    if (!wf_is_tuple(*args)) {
        return WF_FAIL(wf_raise(t, WF_EXC(TypeError), "__getnewargs__ should return a tuple, not '%T'", *args));
    }
    return WF_OK;
}

/* Protocol 2 and up: (copyreg.__newobj__, (cls, *args), state, list items, dict items). */
static WfValue reduce_newobj(WfThread *t, WfValue self)
{
    WfType *type = wf_type(self);
    WfValue args, kwargs;
    if (type->slots.new_ == NULL) {
        return wf_raise(t, WF_EXC(TypeError), "cannot pickle '%s' object", wf_type_full_name(type));
    }
    if (new_arguments(t, self, &args, &kwargs) != WF_OK) {
        return WF_EMPTY;
    }
    bool has_arguments = !wf_is_none(args);
    WfValue newobj, newargs;
    if (wf_is_none(kwargs) || wf_dict_used(wf_as_dict(kwargs)) == 0) {
        newobj = import_name(t, WF_NAME(copyreg), "__newobj__");
        int64_t n = has_arguments ? wf_as_tuple(args)->length : 0;
        WfTuple *x = wf_is_empty(newobj) ? NULL : wf_tuple_alloc(t, n + 1);
        if (x == NULL) {
            return WF_EMPTY;
        }
        wf_store_ptr(&x->items[0], type);
        for (int64_t i = 0; i < n; i++) {
            wf_store(&x->items[i + 1], wf_tuple_at(wf_as_tuple(args), i));
        }
        newargs = wf_from_object(x);
    } else {
        newobj = import_name(t, WF_NAME(copyreg), "__newobj_ex__");
        newargs = wf_is_empty(newobj) ? WF_EMPTY : WF_TUPLE_OF(t, wf_from_object(type), args, kwargs);
    }
    if (wf_is_empty(newargs)) {
        return WF_EMPTY;
    }
    bool required = !has_arguments && !wf_is_list(self) && !wf_is_dict(self);
    WfValue state = get_state(t, self, required);
    if (wf_is_empty(state)) {
        return WF_EMPTY;
    }
    WfValue list_items = WF_NONE, dict_items = WF_NONE;
    if (wf_is_list(self)) {
        list_items = wf_iter(t, self);
    }
    if (wf_is_dict(self)) {
        WfValue items = wf_call_method0(t, self, WF_NAME(items));
        dict_items = wf_is_empty(items) ? WF_EMPTY : wf_iter(t, items);
    }
    if (wf_is_empty(list_items) || wf_is_empty(dict_items)) {
        return WF_EMPTY;
    }
    return WF_TUPLE_OF(t, newobj, newargs, state, list_items, dict_items);
}

static WfValue reduce_by_protocol(WfThread *t, WfValue self, int64_t protocol)
{
    if (protocol >= 2) {
        return reduce_newobj(t, self);
    }
    WfValue f = import_name(t, WF_NAME(copyreg), "_reduce_ex");
    return wf_is_empty(f) ? WF_EMPTY : wf_call2(t, f, self, wf_small_int(protocol));
}

static WfValue object_reduce(WfThread *t, WfValue *a)
{
    return reduce_by_protocol(t, a[0], 0);
}

static WfValue object_reduce_ex(WfThread *t, WfValue *a)
{
    int64_t protocol;
    if (wf_to_i64(t, a[1], &protocol) != WF_OK) {
        return WF_EMPTY;
    }
    /* a __reduce__ of the class comes first */
    WfValue own = wf_type_lookup(t, wf_type(a[0]), WF_NAME(__reduce__));
    if (!wf_is(own, wf_type_lookup(t, WF_TYPE(OBJECT), WF_NAME(__reduce__)))) {
        WfValue f = wf_getattr(t, a[0], WF_NAME(__reduce__));
        return wf_is_empty(f) ? WF_EMPTY : wf_call0(t, f);
    }
    return reduce_by_protocol(t, a[0], protocol);
}

/* --- other methods ------------------------------------------------------------------------------------------------------------- */

static WfValue object_format(WfThread *t, WfValue *a)
{
    if (!wf_is_str(a[1])) {
        return wf_raise(t, WF_EXC(TypeError), "__format__() argument must be str, not %T", a[1]);
    }
    if (wf_as_str(a[1])->length != 0) {
        return wf_raise(t, WF_EXC(TypeError), "unsupported format string passed to %T.__format__", a[0]);
    }
    return wf_str(t, a[0]);
}

static WfValue object_sizeof(WfThread *t, WfValue *a)
{
    return wf_small_int(wf_is_object(a[0]) ? (int64_t)wf_gc_cell_size(wf_as_object(a[0])) : 0);
}

static WfValue object_dir(WfThread *t, WfValue *a)
{
    WfValue names = WF_EMPTY, d, c;
    WfFound f = wf_getattr_opt(t, a[0], WF_NAME(__dict__), &d);
    if (f == WF_ERROR) {
        return WF_EMPTY;
    }
    names = f == WF_FOUND && wf_is_dict(d) ? wf_dict_copy(t, wf_as_dict(d)) : wf_dict_new(t);
    if (wf_is_empty(names)) {
        return WF_EMPTY;
    }
    f = wf_getattr_opt(t, a[0], WF_NAME(__class__), &c);
    if (f == WF_ERROR || (f == WF_FOUND && wf_type_merge_dir(t, wf_as_dict(names), c) != WF_OK)) {
        return WF_EMPTY;
    }
    return wf_dict_keys_list(t, wf_as_dict(names));
}

static WfValue object_init_subclass(WfThread *t, WfValue self, const WfArgs *args)
{
    if (args->kwnames != NULL && args->kwnames->length != 0) {
        return wf_raise(t, WF_EXC(TypeError), "%N.__init_subclass__() takes no keyword arguments", WF_AS(WfType, self));
    }
    if (args->n_pos != 0) {
        return wf_raise(t, WF_EXC(TypeError), "%N.__init_subclass__() takes no arguments (%zd given)", WF_AS(WfType, self), args->n_pos);
    }
    return WF_NONE;
}

static WfValue object_subclasshook(WfThread *t, WfValue *a)
{
    return WF_NOT_IMPLEMENTED;
}

static const WfBuiltinDef object_methods[] = {
    {"__reduce_ex__", object_reduce_ex, "(self, protocol, /)", "Helper for pickle."},
    {"__reduce__", object_reduce, "(self, /)", "Helper for pickle."},
    {"__getstate__", object_getstate, "(self, /)", "Helper for pickle."},
    {"__format__", object_format, "(self, format_spec, /)", "str(self), for an empty format."},
    {"__sizeof__", object_sizeof, "(self, /)", "Size of the object in bytes."},
    {"__dir__", object_dir, "(self, /)", "Names of the attributes."},
    {"__init_subclass__", (WfBuiltinFn)(void (*)(void))object_init_subclass, NULL, "Called when a class is derived from this one.",
     WF_FN_CLASS | WF_FN_RAW},
    {"__subclasshook__", object_subclasshook, "(cls, object, /)", "Asked by issubclass() of abstract base classes.", WF_FN_CLASS},
    {0},
};

static const WfGetSetDef object_getsets[] = {
    {"__class__", get_class, set_class, "the object's class"},
    {0},
};

const WfTypeSpec wf_object_spec = {
    .name = "object",
    .doc = "The base class of the class hierarchy.",
    .signature = "()",
    .flags = WF_TF_BASETYPE,
    .size = sizeof(WfObject),
    .methods = object_methods,
    .getsets = object_getsets,
    .slots = {.repr = object_repr,
              .str = object_str,
              .hash = object_hash,
              .getattribute = wf_generic_getattr,
              .setattr = wf_generic_setattr,
              .richcompare = object_compare,
              .init = object_init,
              .new_ = object_new},
};

/* --- cell ----------------------------------------------------------------------------------------------------------------------- */

static WfValue cell_new(WfThread *t, WfType *type, const WfArgs *args)
{
    WfValue v;
    if (wf_parse_args(t, "cell", "(contents=?, /)", args, &v, 1) != WF_OK) {
        return WF_EMPTY;
    }
    WfCell *c = wf_cell_new(t, v);
    return c == NULL ? WF_EMPTY : wf_from_object(c);
}

static WfValue cell_get(WfThread *t, WfValue self)
{
    WfValue v = wf_load(&WF_AS(WfCell, self)->value);
    return wf_is_empty(v) ? wf_raise(t, WF_EXC(ValueError), "Cell is empty") : v;
}

static WfStatus cell_set(WfThread *t, WfValue self, WfValue v)
{
    wf_store(&WF_AS(WfCell, self)->value, v);
    return WF_OK;
}

static WfValue cell_repr(WfThread *t, WfValue self)
{
    WfValue v = wf_load(&WF_AS(WfCell, self)->value);
    void *address = (void *)(uintptr_t)self.bits;
    if (wf_is_empty(v)) {
        return wf_str_format(t, "<cell at %p: empty>", address);
    }
    return wf_str_format(t, "<cell at %p: %T object at %p>", address, v, (void *)(uintptr_t)v.bits);
}

/* Cells compare by contents; an empty one is less than any other. */
static WfValue cell_compare(WfThread *t, WfValue a, WfValue b, int op)
{
    if (wf_type(b) != WF_TYPE(CELL) || wf_type(a) != WF_TYPE(CELL)) {
        return WF_NOT_IMPLEMENTED;
    }
    WfValue x = wf_load(&WF_AS(WfCell, a)->value), y = wf_load(&WF_AS(WfCell, b)->value);
    if (!wf_is_empty(x) && !wf_is_empty(y)) {
        return wf_compare(t, x, y, op);
    }
    return wf_compare(t, wf_small_int(!wf_is_empty(x)), wf_small_int(!wf_is_empty(y)), op);
}

static const WfGetSetDef cell_getsets[] = {
    {"cell_contents", cell_get, cell_set, NULL},
    {0},
};

const WfTypeSpec wf_cell_spec = {
    .name = "cell",
    .doc = "A variable shared by nested functions.",
    .signature = "([contents])",
    .size = sizeof(WfCell),
    .getsets = cell_getsets,
    .slots = {.repr = cell_repr, .new_ = cell_new, .richcompare = cell_compare},
};
