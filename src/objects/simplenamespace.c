/* simplenamespace.c - types.SimpleNamespace: attributes and nothing else.
 * SPDX-License-Identifier: MIT
 * Threads:    as any instance's attributes. */
#include "objects/simplenamespace.h"

#include "model/attr.h"
#include "model/builtin.h"
#include "objects/dict.h"
#include "objects/str.h"
#include "objects/tuple.h"

static WfValue namespace_new(WfThread *t, WfType *type, const WfArgs *args)
{
    WfObject *o = wf_instance_new(t, type, 0);
    return o == NULL ? WF_EMPTY : wf_from_object(o);
}

static WfStatus namespace_init(WfThread *t, WfValue self, const WfArgs *args)
{
    if (args->n_pos > 0) {
        return WF_FAIL(wf_raise(t, WF_EXC(TypeError), "no positional arguments expected"));
    }
    int64_t n = args->kwnames != NULL ? args->kwnames->length : 0;
    for (int64_t i = 0; i < n; i++) {
        WfValue name = wf_str_intern(t, wf_tuple_at(args->kwnames, i));
        if (wf_is_empty(name)
            || wf_instance_set(t, wf_as_object(self), wf_as_str(name), args->items[i]) == WF_ERROR) {
            return WF_RAISED;
        }
    }
    return WF_OK;
}

WfValue wf_simplenamespace_new(WfThread *t, WfValue attrs)
{
    WfObject *o = wf_instance_new(t, WF_TYPE(SIMPLENAMESPACE), 0);
    if (o == NULL) {
        return WF_EMPTY;
    }
    int64_t pos = 0;
    WfValue key, value;
    while (!wf_is_empty(attrs) && wf_dict_next(wf_as_dict(attrs), &pos, &key, &value)) {
        WfValue name = wf_str_intern(t, key);
        if (wf_is_empty(name) || wf_instance_set(t, o, wf_as_str(name), value) == WF_ERROR) {
            return WF_EMPTY;
        }
    }
    return wf_from_object(o);
}

static WfValue namespace_repr(WfThread *t, WfValue self)
{
    WfType *type = wf_type(self);
    const char *name = type == WF_TYPE(SIMPLENAMESPACE) ? "namespace" : wf_type_name(type);
    WfFound inside = wf_repr_enter(t, self);
    if (inside == WF_ERROR) {
        return WF_EMPTY;
    }
    if (inside == WF_FOUND) {
        return wf_str_format(t, "%s(...)", name);
    }
    WfStrBuilder b = WF_STR_BUILDER;
    WfValue result = WF_EMPTY;
    WfValue head = wf_str_format(t, "%s(", name);
    WfValue dict = wf_instance_dict(t, wf_as_object(self));
    if (wf_is_empty(head) || wf_is_empty(dict) || wf_builder_str(t, &b, wf_as_str(head)) != WF_OK) {
        goto done;
    }
    int64_t pos = 0;
    bool first = true;
    WfValue key, value;
    while (wf_dict_next(wf_as_dict(dict), &pos, &key, &value)) {
        if (!wf_is_str(key) || wf_as_str(key)->length == 0) {
            continue;
        }
        WfValue item = wf_str_format(t, first ? "%U=%R" : ", %U=%R", wf_as_str(key), value);
        if (wf_is_empty(item) || wf_builder_str(t, &b, wf_as_str(item)) != WF_OK) {
            goto done;
        }
        first = false;
    }
    if (wf_builder_char(t, &b, ')') == WF_OK) {
        result = wf_builder_finish(t, &b);
    }
done:
    wf_repr_leave(t, self);
    return result;
}

static bool is_namespace(WfValue v)
{
    return wf_is_instance_of(v, WF_TYPE(SIMPLENAMESPACE));
}

static WfValue namespace_compare(WfThread *t, WfValue a, WfValue b, int op)
{
    if (!is_namespace(a) || !is_namespace(b)) {
        return WF_NOT_IMPLEMENTED;
    }
    WfValue x = wf_instance_dict(t, wf_as_object(a));
    if (wf_is_empty(x)) {
        return WF_EMPTY;
    }
    WfValue y = wf_instance_dict(t, wf_as_object(b));
    return wf_is_empty(y) ? WF_EMPTY : wf_compare(t, x, y, op);
}

static WfStatus namespace_hash(WfThread *t, WfValue self, int64_t *hash)
{
    return WF_FAIL(wf_raise(t, WF_EXC(TypeError), "unhashable type: '%.200T'", self));
}

static WfValue namespace_reduce(WfThread *t, WfValue *a)
{
    WfValue dict = wf_instance_dict(t, wf_as_object(a[0]));
    WfValue empty = wf_tuple_from(t, NULL, 0);
    if (wf_is_empty(dict) || wf_is_empty(empty)) {
        return WF_EMPTY;
    }
    return WF_TUPLE_OF(t, wf_from_object(wf_type(a[0])), empty, dict);
}

static const WfGetSetDef getsets[] = {{"__dict__", wf_getset_dict_get, NULL, NULL, WF_GS_MEMBER}, {0}};
static const WfBuiltinDef methods[] = {{"__reduce__", namespace_reduce, "(self, /)", "State for pickle.", 0}, {0}};

const WfTypeSpec wf_simplenamespace_spec = {.name = "types.SimpleNamespace",
                                            .doc = "A simple attribute-based namespace.",
                                            .flags = WF_TF_BASETYPE | WF_TF_HAS_DICT,
                                            .size = sizeof(WfObject),
                                            .methods = methods,
                                            .getsets = getsets,
                                            .signature = "(**kwargs)",
                                            .slots = {.new_ = namespace_new,
                                                      .init = namespace_init,
                                                      .repr = namespace_repr,
                                                      .hash = namespace_hash,
                                                      .richcompare = namespace_compare}};
