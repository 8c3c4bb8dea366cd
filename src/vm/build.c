/* build.c - building and taking apart containers, f-strings, class and mapping patterns.
 * SPDX-License-Identifier: MIT */
#include "model/object.h"
#include "objects/dict.h"
#include "objects/exceptions.h"
#include "objects/float.h"
#include "objects/int.h"
#include "objects/list.h"
#include "objects/set.h"
#include "objects/str.h"
#include "objects/tuple.h"
#include "vm/interp.h"

WfValue wf_op_build_set(WfThread *t, const WfValue *items, int64_t n)
{
    WfValue set = wf_set_new(t);
    for (int64_t i = 0; i < n && !wf_is_empty(set); i++) {
        if (wf_set_add(t, WF_AS(WfSet, set), items[i]) != WF_OK) {
            return WF_EMPTY;
        }
    }
    return set;
}

WfValue wf_op_build_map(WfThread *t, const WfValue *items, int64_t n)
{
    WfValue dict = wf_dict_new_sized(t, n);
    for (int64_t i = 0; i < n && !wf_is_empty(dict); i++) {
        if (wf_dict_set(t, wf_as_dict(dict), items[2 * i], items[2 * i + 1]) != WF_OK) {
            return WF_EMPTY;
        }
    }
    return dict;
}

WfValue wf_op_build_string(WfThread *t, const WfValue *items, int64_t n)
{
    return wf_str_join(t, WF_NAME_V(empty), items, n);
}

WfValue wf_op_format_value(WfThread *t, const WfValue *v, unsigned how)
{
    WfValue value = v[0];
    switch (how & 3) {
    case 1: value = wf_str(t, value); break;
    case 2: value = wf_repr(t, value); break;
    case 3: value = wf_ascii(t, value); break;
    default: break;
    }
    if (wf_is_empty(value) || ((how & 4) == 0 && wf_is_exact_str(value))) {
        return value;
    }
    if ((how & 4) == 0) { /* an empty format of a plain number is its str() */
        if (wf_is_int(value)) {
            return wf_int_to_str(t, value, 10);
        }
        if (wf_is_double(value)) {
            return wf_float_repr(t, wf_as_double(value));
        }
    }
    return wf_format(t, value, (how & 4) ? v[1] : WF_NAME_V(empty));
}

WfStatus wf_op_list_extend(WfThread *t, WfValue list, WfValue v)
{
    if (wf_list_extend(t, wf_as_list(list), v) == WF_OK) {
        return WF_OK;
    }
    if (wf_pending_is(t, WF_EXC(TypeError)) && wf_type(v)->slots.iter == NULL && wf_type(v)->slots.getitem == NULL) {
        wf_clear_pending(t);
        (void)wf_raise(t, WF_EXC(TypeError), "Value after * must be an iterable, not %T", v);
    }
    return WF_RAISED;
}

WfStatus wf_op_dict_update(WfThread *t, WfValue dict, WfValue v)
{
    if (wf_dict_merge(t, wf_as_dict(dict), v, true) == WF_OK) {
        return WF_OK;
    }
    if (wf_pending_is(t, WF_EXC(AttributeError))) {
        wf_clear_pending(t);
        (void)wf_raise(t, WF_EXC(TypeError), "'%T' object is not a mapping", v);
    }
    return WF_RAISED;
}

/* --- unpacking -------------------------------------------------------------------------------------------- */

static WfValue unpack_iter(WfThread *t, WfValue v)
{
    WfType *type = wf_type(v);
    if (type->slots.iter == NULL && type->slots.getitem == NULL) {
        return wf_raise(t, WF_EXC(TypeError), "cannot unpack non-iterable %T object", v);
    }
    return wf_iter(t, v);
}

WfStatus wf_op_unpack(WfThread *t, WfValue *out, WfValue v, int64_t n)
{
    if (WF_IS_EXACT(v, LIST) && wf_list_length(wf_as_list(v)) == n) {
        WfValue tuple = wf_list_to_tuple(t, wf_as_list(v)); /* one state of the list */
        if (wf_is_empty(tuple)) {
            return WF_RAISED;
        }
        v = tuple;
    }
    if (WF_IS_EXACT(v, TUPLE) && wf_as_tuple(v)->length == n) {
        for (int64_t i = 0; i < n; i++) {
            out[i] = wf_tuple_at(wf_as_tuple(v), i);
        }
        return WF_OK;
    }
    WfValue it = unpack_iter(t, v);
    if (wf_is_empty(it)) {
        return WF_RAISED;
    }
    WfValue items = wf_list_new(t, n); /* registers in use as temporaries of others until all items are there */
    if (wf_is_empty(items)) {
        return WF_RAISED;
    }
    WfValue item;
    for (int64_t i = 0; i < n; i++) {
        WfFound found = wf_next(t, it, &item);
        if (found == WF_ERROR || (found == WF_FOUND && wf_list_append(t, wf_as_list(items), item) != WF_OK)) {
            return WF_RAISED;
        }
        if (found == WF_MISSING) {
            return WF_FAIL(wf_raise(t, WF_EXC(ValueError), "not enough values to unpack (expected %ld, got %ld)", (long)n, (long)i));
        }
    }
    WfFound found = wf_next(t, it, &item);
    if (found != WF_MISSING) {
        return found == WF_ERROR ? WF_RAISED
                                 : WF_FAIL(wf_raise(t, WF_EXC(ValueError), "too many values to unpack (expected %ld)", (long)n));
    }
    for (int64_t i = 0; i < n; i++) {
        out[i] = wf_list_at(wf_as_list(items), i);
    }
    return WF_OK;
}

WfStatus wf_op_unpack_ex(WfThread *t, WfValue *out, WfValue v, int before, int after)
{
    WfValue it = unpack_iter(t, v);
    if (wf_is_empty(it)) {
        return WF_RAISED;
    }
    WfValue list = wf_to_list(t, it);
    if (wf_is_empty(list)) {
        return WF_RAISED;
    }
    WfList *l = wf_as_list(list);
    int64_t n = wf_list_length(l);
    if (n < before + after) {
        return WF_FAIL(wf_raise(t, WF_EXC(ValueError),
                                after == 0 ? "not enough values to unpack (expected at least %d, got %ld)"
                                           : "not enough values to unpack (expected at least %d, got %ld)",
                                before + after, (long)n));
    }
    WfValue middle = wf_list_slice(t, l, before, n - after);
    if (wf_is_empty(middle)) {
        return WF_RAISED;
    }
    for (int i = 0; i < before; i++) {
        out[i] = wf_list_at(l, i);
    }
    out[before] = middle;
    for (int i = 0; i < after; i++) {
        out[before + 1 + i] = wf_list_at(l, n - after + i);
    }
    return WF_OK;
}

/* --- patterns ------------------------------------------------------------------------------------------------ */

WfValue wf_op_match_keys(WfThread *t, WfValue subject, WfValue keys)
{
    WfTuple *k = wf_as_tuple(keys);
    WfStr *get_name = WF_NAME(get);
    WfValue values = wf_list_new(t, k->length);
    WfValue seen = wf_set_new(t);
    if (wf_is_empty(values) || wf_is_empty(seen)) {
        return WF_EMPTY;
    }
    WfValue get = WF_EMPTY, missing = WF_EMPTY;
    for (int64_t i = 0; i < k->length; i++) {
        WfValue key = wf_tuple_at(k, i);
        WfFound dup = wf_set_contains(t, WF_AS(WfSet, seen), key);
        if (dup == WF_FOUND) {
            return wf_raise(t, WF_EXC(ValueError), "mapping pattern checks duplicate key (%R)", key);
        }
        if (dup == WF_ERROR || wf_set_add(t, WF_AS(WfSet, seen), key) != WF_OK) {
            return WF_EMPTY;
        }
        if (i == 0) {
            get = wf_getattr(t, subject, get_name);
            missing = wf_is_empty(get) ? get : wf_call0(t, wf_from_object(WF_TYPE(OBJECT)));
            if (wf_is_empty(missing)) {
                return WF_EMPTY;
            }
        }
        WfValue v = wf_call2(t, get, key, missing);
        if (wf_is_empty(v)) {
            return WF_EMPTY;
        }
        if (wf_is(v, missing)) {
            return WF_NONE;
        }
        if (wf_list_append(t, wf_as_list(values), v) != WF_OK) {
            return WF_EMPTY;
        }
    }
    return wf_list_to_tuple(t, wf_as_list(values));
}

/* One attribute for a class pattern; MISSING: the pattern fails. */
static WfFound match_attribute(WfThread *t, WfValue subject, WfValue cls, WfValue name, WfValue seen, WfList *values)
{
    WfFound dup = wf_set_contains(t, WF_AS(WfSet, seen), name);
    if (dup == WF_FOUND) {
        return WF_FAIL_FOUND(wf_raise(t, WF_EXC(TypeError), "%N() got multiple sub-patterns for attribute %R", WF_AS(WfType, cls), name));
    }
    if (dup == WF_ERROR || wf_set_add(t, WF_AS(WfSet, seen), name) != WF_OK) {
        return WF_ERROR;
    }
    WfValue v;
    WfFound found = wf_getattr_opt(t, subject, wf_as_str(name), &v);
    if (found == WF_FOUND && wf_list_append(t, values, v) != WF_OK) {
        return WF_ERROR;
    }
    return found;
}

WfValue wf_op_match_class(WfThread *t, WfValue subject, WfValue cls, WfValue names, int64_t n)
{
    if (!wf_is_type(cls)) {
        return wf_raise(t, WF_EXC(TypeError), "called match pattern must be a type");
    }
    WfFound is = wf_isinstance(t, subject, cls);
    if (is != WF_FOUND) {
        return is == WF_ERROR ? WF_EMPTY : WF_NONE;
    }
    WfType *type = WF_AS(WfType, cls);
    WfValue values = wf_list_new(t, 4), seen = wf_set_new(t);
    if (wf_is_empty(values) || wf_is_empty(seen)) {
        return WF_EMPTY;
    }
    WfList *l = wf_as_list(values);
    if (n > 0) {
        WfValue match_args;
        bool match_self = false;
        WfFound found = wf_getattr_opt(t, cls, WF_NAME(__match_args__), &match_args);
        if (found == WF_ERROR) {
            return WF_EMPTY;
        }
        if (found == WF_FOUND) {
            if (!WF_IS_EXACT(match_args, TUPLE)) {
                return wf_raise(t, WF_EXC(TypeError), "%N.__match_args__ must be a tuple (got %T)", type, match_args);
            }
        } else {
            match_args = wf_tuple_from(t, NULL, 0);
            match_self = (wf_type_flags(type) & WF_TF_MATCH_SELF) != 0;
        }
        int64_t allowed = match_self ? 1 : wf_as_tuple(match_args)->length;
        if (allowed < n) {
            return wf_raise(t, WF_EXC(TypeError), "%N() accepts %ld positional sub-pattern%s (%ld given)", type, (long)allowed,
                            allowed == 1 ? "" : "s", (long)n);
        }
        if (match_self) {
            if (wf_list_append(t, l, subject) != WF_OK) {
                return WF_EMPTY;
            }
        }
        for (int64_t i = 0; !match_self && i < n; i++) {
            WfValue name = wf_tuple_at(wf_as_tuple(match_args), i);
            if (!wf_is_str(name)) {
                return wf_raise(t, WF_EXC(TypeError), "__match_args__ elements must be strings (got %T)", name);
            }
            found = match_attribute(t, subject, cls, name, seen, l);
            if (found != WF_FOUND) {
                return found == WF_ERROR ? WF_EMPTY : WF_NONE;
            }
        }
    }
    for (int64_t i = 0; i < wf_as_tuple(names)->length; i++) {
        WfFound found = match_attribute(t, subject, cls, wf_tuple_at(wf_as_tuple(names), i), seen, l);
        if (found != WF_FOUND) {
            return found == WF_ERROR ? WF_EMPTY : WF_NONE;
        }
    }
    return wf_list_to_tuple(t, l);
}

WfValue wf_op_match_rest(WfThread *t, WfValue subject, WfValue keys)
{
    WfValue dict = wf_dict_new(t);
    if (wf_is_empty(dict) || wf_dict_update(t, wf_as_dict(dict), subject) != WF_OK) {
        return WF_EMPTY;
    }
    for (int64_t i = 0; i < wf_as_tuple(keys)->length; i++) {
        if (wf_dict_delete(t, wf_as_dict(dict), wf_tuple_at(wf_as_tuple(keys), i)) == WF_ERROR) {
            return WF_EMPTY;
        }
    }
    return dict;
}
