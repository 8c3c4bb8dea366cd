/* genericalias.c - types.GenericAlias: list[int] and the like, and the replacement of type variables that unions share.
 * SPDX-License-Identifier: MIT
 * Design:     an alias stands for its origin but for a few attributes of its own. Type variables are known by the protocol of typing
 *             only (__typing_subst__, __typing_prepare_subst__, __parameters__).
 * Threads:    immutable; the parameters are computed on demand and stored in a slot. */
#include "objects/genericalias.h"

#include "model/builtin.h"
#include "objects/dict.h"
#include "objects/list.h"
#include "objects/str.h"
#include "objects/tuple.h"
#include "objects/unions.h"

typedef struct WfGenericAlias {
    WfObject h;        /* h.spare: STARRED */
    WfSlot origin;
    WfSlot args;       /* tuple */
    WfSlot parameters; /* tuple, or EMPTY until asked for */
} WfGenericAlias;
enum { STARRED = 1 };

typedef struct WfAliasIterator {
    WfObject h;
    WfSlot alias; /* EMPTY: exhausted */
} WfAliasIterator;

static WfGenericAlias *as_alias(WfValue v)
{
    return WF_AS(WfGenericAlias, v);
}

static bool is_alias(WfValue v)
{
    return wf_is_object(v) && wf_is_instance_of(v, WF_TYPE(GENERICALIAS));
}

static void alias_trace(WfMarker *m, WfObject *o)
{
    WfGenericAlias *a = (WfGenericAlias *)o;
    wf_mark_slot(m, &a->origin);
    wf_mark_slot(m, &a->args);
    wf_mark_slot(m, &a->parameters);
}

static WfValue make(WfThread *t, WfType *type, WfValue origin, WfValue args, bool starred)
{
    if (!wf_is_tuple(args)) {
        args = wf_tuple_from(t, &args, 1);
        if (wf_is_empty(args)) {
            return WF_EMPTY;
        }
    }
    WfGenericAlias *a = (WfGenericAlias *)wf_instance_new(t, type, 0);
    if (a == NULL) {
        return WF_EMPTY;
    }
    a->h.spare = starred ? STARRED : 0;
    wf_store(&a->origin, origin);
    wf_store(&a->args, args);
    return wf_from_object(a);
}

WfValue wf_generic_alias_new(WfThread *t, WfValue origin, WfValue args)
{
    return make(t, WF_TYPE(GENERICALIAS), origin, args, false);
}

WfValue wf_class_getitem(WfThread *t, WfValue *a)
{
    return wf_generic_alias_new(t, a[0], a[1]);
}

static WfValue alias_new(WfThread *t, WfType *type, const WfArgs *args)
{
    WfValue a[2];
    if (wf_parse_args(t, "GenericAlias", "(origin, args, /)", args, a, 2) != WF_OK) {
        return WF_EMPTY;
    }
    return make(t, type, a[0], a[1], false);
}

/* --- type variables ------------------------------------------------------------------------------------------------- */

/* v.name where v is no type. */
static WfFound attribute(WfThread *t, WfValue v, WfStr *name, WfValue *out)
{
    return wf_is_type(v) ? WF_MISSING : wf_getattr_opt(t, v, name, out);
}

static WfStatus add_once(WfThread *t, WfList *list, WfValue v)
{
    for (int64_t i = 0; i < wf_list_length(list); i++) {
        WfFound same = wf_equal(t, wf_list_at(list, i), v);
        if (same != WF_MISSING) {
            return same == WF_FOUND ? WF_OK : WF_RAISED;
        }
    }
    return wf_list_append(t, list, v);
}

WfValue wf_alias_parameters(WfThread *t, WfTuple *args)
{
    WfValue list = wf_list_new(t, 0);
    if (wf_is_empty(list)) {
        return WF_EMPTY;
    }
    for (int64_t i = 0; i < args->length; i++) {
        WfValue arg = wf_tuple_at(args, i);
        WfValue v;
        WfFound found = attribute(t, arg, WF_NAME(__typing_subst__), &v);
        if (found == WF_ERROR) {
            return WF_EMPTY;
        }
        if (found == WF_FOUND) {
            if (add_once(t, wf_as_list(list), arg) != WF_OK) {
                return WF_EMPTY;
            }
            continue;
        }
        found = attribute(t, arg, WF_NAME(__parameters__), &v);
        if (found == WF_ERROR) {
            return WF_EMPTY;
        }
        for (int64_t j = 0; found == WF_FOUND && wf_is_tuple(v) && j < wf_as_tuple(v)->length; j++) {
            if (add_once(t, wf_as_list(list), wf_tuple_at(wf_as_tuple(v), j)) != WF_OK) {
                return WF_EMPTY;
            }
        }
    }
    return wf_list_to_tuple(t, wf_as_list(list));
}

static int64_t index_of(const WfTuple *tuple, WfValue v)
{
    for (int64_t i = 0; i < tuple->length; i++) {
        if (wf_is(wf_tuple_at(tuple, i), v)) {
            return i;
        }
    }
    return -1;
}

static WfStatus extend(WfThread *t, WfValue list, const WfTuple *items)
{
    for (int64_t i = 0; i < items->length; i++) {
        if (wf_list_append(t, wf_as_list(list), wf_tuple_at(items, i)) != WF_OK) {
            return WF_RAISED;
        }
    }
    return WF_OK;
}

/* The items of a subscript as a tuple; a starred tuple alias of known length among them is replaced by its arguments. */
static WfValue unpack_items(WfThread *t, WfValue item)
{
    WfValue list = wf_list_new(t, 0);
    int64_t n = wf_is_tuple(item) ? wf_as_tuple(item)->length : 1;
    if (wf_is_empty(list)) {
        return WF_EMPTY;
    }
    for (int64_t i = 0; i < n; i++) {
        WfValue v = wf_is_tuple(item) ? wf_tuple_at(wf_as_tuple(item), i) : item;
        WfValue inner;
        WfFound found = attribute(t, v, WF_NAME(__typing_unpacked_tuple_args__), &inner);
        if (found == WF_ERROR) {
            return WF_EMPTY;
        }
        bool open_ended = true;
        if (found == WF_FOUND && wf_is_tuple(inner)) {
            WfTuple *x = wf_as_tuple(inner);
            open_ended = x->length > 0 && wf_is(wf_tuple_at(x, x->length - 1), WF_ELLIPSIS);
        }
        WfStatus status = open_ended ? wf_list_append(t, wf_as_list(list), v) : extend(t, list, wf_as_tuple(inner));
        if (status != WF_OK) {
            return WF_EMPTY;
        }
    }
    return wf_list_to_tuple(t, wf_as_list(list));
}

/* obj with its own type variables replaced: obj[...]. */
static WfValue substitute_inner(WfThread *t, WfValue obj, WfTuple *params, WfTuple *values)
{
    WfValue own;
    WfFound found = attribute(t, obj, WF_NAME(__parameters__), &own);
    if (found == WF_ERROR) {
        return WF_EMPTY;
    }
    if (found == WF_MISSING || !wf_is_tuple(own) || wf_as_tuple(own)->length == 0) {
        return obj;
    }
    WfTuple *inner = wf_as_tuple(own);
    WfValue list = wf_list_new(t, inner->length);
    if (wf_is_empty(list)) {
        return WF_EMPTY;
    }
    for (int64_t i = 0; i < inner->length; i++) {
        WfValue v = wf_tuple_at(inner, i);
        int64_t at = index_of(params, v);
        WfStatus status;
        if (at >= 0) {
            WfValue param = wf_tuple_at(params, at);
            v = wf_tuple_at(values, at);
            status = wf_type(param)->slots.iter != NULL && wf_is_tuple(v) ? extend(t, list, wf_as_tuple(v))
                                                                           : wf_list_append(t, wf_as_list(list), v);
        } else {
            status = wf_list_append(t, wf_as_list(list), v);
        }
        if (status != WF_OK) {
            return WF_EMPTY;
        }
    }
    WfValue subscript = wf_list_to_tuple(t, wf_as_list(list));
    return wf_is_empty(subscript) ? WF_EMPTY : wf_getitem(t, obj, subscript);
}

WfValue wf_alias_substitute(WfThread *t, WfValue self, WfTuple *args, WfTuple *params, WfValue item)
{
    if (params->length == 0) {
        return wf_raise(t, WF_EXC(TypeError), "%R is not a generic class", self);
    }
    item = unpack_items(t, item);
    if (wf_is_empty(item)) {
        return WF_EMPTY;
    }
    for (int64_t i = 0; i < params->length; i++) {
        WfValue prepare;
        WfFound found = wf_getattr_opt(t, wf_tuple_at(params, i), WF_NAME(__typing_prepare_subst__), &prepare);
        if (found == WF_ERROR) {
            return WF_EMPTY;
        }
        if (found == WF_FOUND && !wf_is_none(prepare)) {
            WfValue items = wf_is_tuple(item) ? item : wf_tuple_from(t, &item, 1);
            item = wf_is_empty(items) ? WF_EMPTY : wf_call2(t, prepare, self, items);
            if (wf_is_empty(item)) {
                return WF_EMPTY;
            }
        }
    }
    int64_t n = wf_is_tuple(item) ? wf_as_tuple(item)->length : 1;
    if (n != params->length) {
        return wf_raise(t, WF_EXC(TypeError), "Too %s arguments for %R; actual %zd, expected %zd",
                        n > params->length ? "many" : "few", self, n, params->length);
    }
    WfValue values = wf_is_tuple(item) ? item : wf_tuple_from(t, &item, 1);
    WfValue list = wf_list_new(t, args->length);
    if (wf_is_empty(values) || wf_is_empty(list)) {
        return WF_EMPTY;
    }
    for (int64_t i = 0; i < args->length; i++) {
        WfValue arg = wf_tuple_at(args, i);
        if (wf_is_type(arg)) {
            if (wf_list_append(t, wf_as_list(list), arg) != WF_OK) {
                return WF_EMPTY;
            }
            continue;
        }
        WfValue flag, subst;
        WfFound unpack = wf_getattr_opt(t, arg, WF_NAME(__typing_is_unpacked_typevartuple__), &flag);
        if (unpack == WF_FOUND) {
            unpack = wf_truth(t, flag);
        }
        WfFound found = unpack == WF_ERROR ? WF_ERROR : wf_getattr_opt(t, arg, WF_NAME(__typing_subst__), &subst);
        if (found == WF_ERROR) {
            return WF_EMPTY;
        }
        WfValue v;
        if (found == WF_FOUND) {
            int64_t at = index_of(params, arg);
            if (at < 0) {
                return wf_raise(t, WF_EXC(TypeError), "%R is not a parameter of %R", arg, self);
            }
            v = wf_call1(t, subst, wf_tuple_at(wf_as_tuple(values), at));
        } else {
            v = substitute_inner(t, arg, params, wf_as_tuple(values));
        }
        if (wf_is_empty(v)) {
            return WF_EMPTY;
        }
        if (unpack == WF_FOUND && !wf_is_tuple(v)) {
            return wf_raise(t, WF_EXC(TypeError), "expected __typing_subst__ of %T objects to return a tuple, not %T", arg,
                            v);
        }
        WfStatus status = unpack == WF_FOUND ? extend(t, list, wf_as_tuple(v)) : wf_list_append(t, wf_as_list(list), v);
        if (status != WF_OK) {
            return WF_EMPTY;
        }
    }
    return wf_list_to_tuple(t, wf_as_list(list));
}

/* --- repr ----------------------------------------------------------------------------------------------------------- */

static WfStatus put(WfThread *t, WfStrBuilder *b, WfValue s)
{
    return wf_is_empty(s) ? WF_RAISED : wf_builder_str(t, b, wf_as_str(s));
}

WfStatus wf_alias_repr_item(WfThread *t, WfStrBuilder *b, WfValue v)
{
    if (wf_is(v, WF_ELLIPSIS)) {
        return wf_builder_ascii(t, b, "...", 3);
    }
    WfStr *origin = wf_str_intern_cstr(t, "__origin__");
    WfStr *args = origin == NULL ? NULL : wf_str_intern_cstr(t, "__args__");
    WfValue qualname = WF_EMPTY;
    WfValue module = WF_EMPTY;
    if (args == NULL) {
        return WF_RAISED;
    }
    WfFound found = wf_getattr_opt(t, v, origin, &qualname);
    if (found == WF_FOUND) {
        found = wf_getattr_opt(t, v, args, &qualname);
        if (found == WF_FOUND) {
            return put(t, b, wf_repr(t, v)); /* an alias itself */
        }
    }
    if (found == WF_ERROR) {
        return WF_RAISED;
    }
    found = wf_getattr_opt(t, v, WF_NAME(__qualname__), &qualname);
    if (found == WF_FOUND) {
        found = wf_getattr_opt(t, v, WF_NAME(__module__), &module);
    }
    if (found == WF_ERROR) {
        return WF_RAISED;
    }
    if (found == WF_MISSING || wf_is_none(module)) {
        return put(t, b, wf_repr(t, v));
    }
    if (wf_is_str(module) && wf_str_equal(wf_as_str(module), WF_NAME(builtins))) {
        return put(t, b, wf_str(t, qualname));
    }
    return put(t, b, wf_str_format(t, "%V.%V", module, qualname));
}

static WfValue alias_repr(WfThread *t, WfValue self)
{
    WfGenericAlias *a = as_alias(self);
    WfTuple *args = WF_LOAD(WfTuple, &a->args);
    WfStrBuilder b = WF_STR_BUILDER;
    if ((a->h.spare & STARRED && wf_builder_char(t, &b, '*') != WF_OK)
        || wf_alias_repr_item(t, &b, wf_load(&a->origin)) != WF_OK || wf_builder_char(t, &b, '[') != WF_OK) {
        return WF_EMPTY;
    }
    for (int64_t i = 0; i < args->length; i++) {
        if ((i > 0 && wf_builder_ascii(t, &b, ", ", 2) != WF_OK)
            || wf_alias_repr_item(t, &b, wf_tuple_at(args, i)) != WF_OK) {
            return WF_EMPTY;
        }
    }
    if (args->length == 0 && wf_builder_ascii(t, &b, "()", 2) != WF_OK) {
        return WF_EMPTY;
    }
    return wf_builder_char(t, &b, ']') == WF_OK ? wf_builder_finish(t, &b) : WF_EMPTY;
}

/* --- operations ------------------------------------------------------------------------------------------------------- */

static WfValue parameters_of(WfThread *t, WfValue self)
{
    WfGenericAlias *a = as_alias(self);
    WfValue params = wf_load(&a->parameters);
    if (wf_is_empty(params)) {
        params = wf_alias_parameters(t, WF_LOAD(WfTuple, &a->args));
        if (!wf_is_empty(params)) {
            wf_store(&a->parameters, params);
        }
    }
    return params;
}

static WfValue alias_getitem(WfThread *t, WfValue self, WfValue item)
{
    WfValue params = parameters_of(t, self);
    if (wf_is_empty(params)) {
        return WF_EMPTY;
    }
    WfGenericAlias *a = as_alias(self);
    WfValue args = wf_alias_substitute(t, self, WF_LOAD(WfTuple, &a->args), wf_as_tuple(params), item);
    if (wf_is_empty(args)) {
        return WF_EMPTY;
    }
    return make(t, WF_TYPE(GENERICALIAS), wf_load(&a->origin), args, a->h.spare & STARRED);
}

static WfStatus alias_hash(WfThread *t, WfValue self, int64_t *hash)
{
    int64_t x, y;
    if (wf_hash(t, wf_load(&as_alias(self)->origin), &x) != WF_OK
        || wf_hash(t, wf_load(&as_alias(self)->args), &y) != WF_OK) {
        return WF_RAISED;
    }
    *hash = (x ^ y) == -1 ? -2 : x ^ y;
    return WF_OK;
}

static WfValue alias_compare(WfThread *t, WfValue a, WfValue b, int op)
{
    if ((op != WF_EQ && op != WF_NE) || !is_alias(a) || !is_alias(b)) {
        return WF_NOT_IMPLEMENTED;
    }
    WfGenericAlias *x = as_alias(a);
    WfGenericAlias *y = as_alias(b);
    WfFound same = (x->h.spare & STARRED) == (y->h.spare & STARRED) ? WF_FOUND : WF_MISSING;
    if (same == WF_FOUND) {
        same = wf_equal(t, wf_load(&x->origin), wf_load(&y->origin));
    }
    if (same == WF_FOUND) {
        same = wf_equal(t, wf_load(&x->args), wf_load(&y->args));
    }
    return same == WF_ERROR ? WF_EMPTY : WF_BOOL((same == WF_FOUND) == (op == WF_EQ));
}

static WfValue alias_call(WfThread *t, WfValue self, const WfArgs *args)
{
    WfValue o = wf_call_args(t, wf_load(&as_alias(self)->origin), args);
    if (!wf_is_empty(o) && wf_setattr(t, o, WF_NAME(__orig_class__), self) != WF_OK
        && !wf_clear_if(t, WF_EXC(AttributeError)) && !wf_clear_if(t, WF_EXC(TypeError))) {
        return WF_EMPTY;
    }
    return o;
}

static const char *const own_attributes[] = {
    "__class__",          "__origin__",    "__args__",   "__unpacked__", "__parameters__", "__typing_unpacked_tuple_args__",
    "__mro_entries__",    "__reduce_ex__", "__reduce__", "__copy__",     "__deepcopy__"};

static WfValue alias_getattribute(WfThread *t, WfValue self, WfStr *name)
{
    for (size_t i = 0; i < WF_ARRAY_LEN(own_attributes); i++) {
        if (wf_str_equal_cstr(name, own_attributes[i])) {
            return wf_generic_getattr(t, self, name);
        }
    }
    return wf_getattr(t, wf_load(&as_alias(self)->origin), name);
}

static WfValue alias_iter(WfThread *t, WfValue self)
{
    WfGenericAlias *a = as_alias(self);
    WfValue starred = make(t, WF_TYPE(GENERICALIAS), wf_load(&a->origin), wf_load(&a->args), true);
    WfAliasIterator *it = wf_is_empty(starred) ? NULL : WF_NEW(t, WfAliasIterator, GENERICALIAS_ITERATOR, NATIVE);
    if (it == NULL) {
        return WF_EMPTY;
    }
    wf_store_raw(&it->alias, starred);
    return wf_from_object(it);
}

static WfValue alias_mro_entries(WfThread *t, WfValue *a)
{
    WfValue origin = wf_load(&as_alias(a[0])->origin);
    return wf_tuple_from(t, &origin, 1);
}

static WfValue alias_instancecheck(WfThread *t, WfValue *a)
{
    return wf_raise(t, WF_EXC(TypeError), "isinstance() argument 2 cannot be a parameterized generic");
}

static WfValue alias_subclasscheck(WfThread *t, WfValue *a)
{
    return wf_raise(t, WF_EXC(TypeError), "issubclass() argument 2 cannot be a parameterized generic");
}

static WfValue reduce_plain(WfThread *t, WfValue self)
{
    WfGenericAlias *a = as_alias(self);
    WfValue args = wf_tuple_pair(t, wf_load(&a->origin), wf_load(&a->args));
    return wf_is_empty(args) ? WF_EMPTY : wf_tuple_pair(t, wf_from_object(wf_type(self)), args);
}

static WfValue builtin_named(WfThread *t, const char *name)
{
    WfStr *key = wf_str_intern_cstr(t, name);
    WfValue f = key == NULL ? WF_EMPTY : wf_dict_get_str(wf_as_dict(t->interp->builtins), key);
    if (wf_is_empty(f) && !wf_pending(t)) {
        return wf_raise(t, WF_EXC(AttributeError), "module 'builtins' has no attribute '%s'", name);
    }
    return f;
}

static WfValue alias_reduce(WfThread *t, WfValue *a)
{
    WfGenericAlias *x = as_alias(a[0]);
    if (!(x->h.spare & STARRED)) {
        return reduce_plain(t, a[0]);
    }
    WfValue plain = make(t, WF_TYPE(GENERICALIAS), wf_load(&x->origin), wf_load(&x->args), false);
    WfValue it = wf_is_empty(plain) ? WF_EMPTY : alias_iter(t, plain);
    WfValue next = wf_is_empty(it) ? WF_EMPTY : builtin_named(t, "next");
    WfValue args = wf_is_empty(next) ? WF_EMPTY : wf_tuple_from(t, &it, 1);
    return wf_is_empty(args) ? WF_EMPTY : wf_tuple_pair(t, next, args);
}

static WfValue alias_dir(WfThread *t, WfValue *a)
{
    WfValue list = wf_call_method0(t, wf_load(&as_alias(a[0])->origin), WF_NAME(__dir__));
    if (wf_is_empty(list) && wf_clear_if(t, WF_EXC(TypeError))) {
        WfValue dir = builtin_named(t, "dir");
        list = wf_is_empty(dir) ? WF_EMPTY : wf_call1(t, dir, wf_load(&as_alias(a[0])->origin));
    }
    list = wf_is_empty(list) ? WF_EMPTY : wf_to_list(t, list);
    if (wf_is_empty(list)) {
        return WF_EMPTY;
    }
    for (size_t i = 0; i < WF_ARRAY_LEN(own_attributes); i++) {
        WfStr *name = wf_str_intern_cstr(t, own_attributes[i]);
        if (name == NULL || add_once(t, wf_as_list(list), wf_from_object(name)) != WF_OK) {
            return WF_EMPTY;
        }
    }
    return list;
}

static WfValue get_origin(WfThread *t, WfValue self)
{
    return wf_load(&as_alias(self)->origin);
}

static WfValue get_args(WfThread *t, WfValue self)
{
    return wf_load(&as_alias(self)->args);
}

static WfValue get_unpacked(WfThread *t, WfValue self)
{
    return WF_BOOL(as_alias(self)->h.spare & STARRED);
}

static WfValue get_unpacked_tuple_args(WfThread *t, WfValue self)
{
    WfGenericAlias *a = as_alias(self);
    bool is_tuple = WF_LOAD(WfType, &a->origin) == WF_TYPE(TUPLE);
    return a->h.spare & STARRED && is_tuple ? wf_load(&a->args) : WF_NONE;
}

static const WfBuiltinDef methods[] = {
    {"__mro_entries__", alias_mro_entries, "(self, bases, /)", NULL, 0},
    {"__instancecheck__", alias_instancecheck, "(self, instance, /)", NULL, 0},
    {"__subclasscheck__", alias_subclasscheck, "(self, class, /)", NULL, 0},
    {"__reduce__", alias_reduce, "(self, /)", NULL, 0},
    {"__dir__", alias_dir, "(self, /)", NULL, 0},
    {0}};
static const WfGetSetDef getsets[] = {
    {"__origin__", get_origin, NULL, NULL, WF_GS_MEMBER},
    {"__args__", get_args, NULL, NULL, WF_GS_MEMBER},
    {"__unpacked__", get_unpacked, NULL, NULL, WF_GS_MEMBER},
    {"__parameters__", parameters_of, NULL, "Type variables in the alias.", 0},
    {"__typing_unpacked_tuple_args__", get_unpacked_tuple_args, NULL, NULL, 0},
    {0}};

const WfTypeSpec wf_genericalias_spec = {.name = "types.GenericAlias",
                                         .doc = "A generic type with its arguments, as in list[int].",
                                         .flags = WF_TF_BASETYPE | WF_TF_WEAKREFS,
                                         .size = sizeof(WfGenericAlias),
                                         .methods = methods,
                                         .getsets = getsets,
                                         .signature = "(origin, args, /)",
                                         .slots = {.new_ = alias_new,
                                                   .trace = alias_trace,
                                                   .repr = alias_repr,
                                                   .hash = alias_hash,
                                                   .richcompare = alias_compare,
                                                   .call = alias_call,
                                                   .getattribute = alias_getattribute,
                                                   .getitem = alias_getitem,
                                                   .iter = alias_iter,
                                                   .binary = {[WF_BIN_OR] = wf_union_or}}};

/* --- the iterator: yields the starred alias once --------------------------------------------------------------------- */

static void iterator_trace(WfMarker *m, WfObject *o)
{
    wf_mark_slot(m, &((WfAliasIterator *)o)->alias);
}

static WfValue iterator_iter(WfThread *t, WfValue self)
{
    return self;
}

static WfFound iterator_next(WfThread *t, WfValue self, WfValue *out)
{
    *out = WF_VALUE(__atomic_exchange_n(&WF_AS(WfAliasIterator, self)->alias.x_bits, 0, __ATOMIC_RELAXED));
    return wf_is_empty(*out) ? WF_MISSING : WF_FOUND;
}

static WfValue iterator_reduce(WfThread *t, WfValue *a)
{
    WfValue iter = builtin_named(t, "iter");
    WfValue alias = wf_load(&WF_AS(WfAliasIterator, a[0])->alias);
    if (wf_is_empty(iter)) {
        return WF_EMPTY;
    }
    if (wf_is_empty(alias)) {
        WfValue nothing = wf_tuple_from(t, NULL, 0);
        WfValue args = wf_is_empty(nothing) ? WF_EMPTY : wf_tuple_from(t, &nothing, 1);
        return wf_is_empty(args) ? WF_EMPTY : wf_tuple_pair(t, iter, args);
    }
    WfGenericAlias *x = as_alias(alias);
    WfValue plain = make(t, WF_TYPE(GENERICALIAS), wf_load(&x->origin), wf_load(&x->args), false);
    WfValue args = wf_is_empty(plain) ? WF_EMPTY : wf_tuple_from(t, &plain, 1);
    return wf_is_empty(args) ? WF_EMPTY : wf_tuple_pair(t, iter, args);
}

static const WfBuiltinDef iterator_methods[] = {{"__reduce__", iterator_reduce, "(self, /)", NULL, 0}, {0}};
const WfTypeSpec wf_genericalias_iterator_spec = {
    .name = "generic_alias_iterator",
    .flags = WF_TF_NO_NEW,
    .size = sizeof(WfAliasIterator),
    .methods = iterator_methods,
    .slots = {.trace = iterator_trace, .iter = iterator_iter, .next = iterator_next}};
