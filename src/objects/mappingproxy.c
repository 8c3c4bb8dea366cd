/* mappingproxy.c - mappingproxy: a read-only view of a mapping.
 * SPDX-License-Identifier: MIT
 * Design:     every operation is handed on to the mapping.
 * Threads:    immutable. */
#include "objects/mappingproxy.h"

#include "model/builtin.h"
#include "objects/dict.h"
#include "objects/genericalias.h"
#include "objects/str.h"

typedef struct WfMappingProxy {
    WfObject h;
    WfSlot mapping;
} WfMappingProxy;

WfValue wf_mappingproxy_target(WfValue proxy)
{
    return wf_load(&WF_AS(WfMappingProxy, proxy)->mapping);
}

static void proxy_trace(WfMarker *m, WfObject *o)
{
    wf_mark_slot(m, &((WfMappingProxy *)o)->mapping);
}

WfValue wf_mappingproxy_new(WfThread *t, WfValue mapping)
{
    WfMappingProxy *p = WF_NEW(t, WfMappingProxy, MAPPINGPROXY, NATIVE);
    if (p == NULL) {
        return WF_EMPTY;
    }
    wf_store_raw(&p->mapping, mapping);
    return wf_from_object(p);
}

static WfValue proxy_new(WfThread *t, WfType *type, const WfArgs *args)
{
    WfValue mapping;
    if (wf_parse_args(t, "mappingproxy", "(mapping)", args, &mapping, 1) != WF_OK) {
        return WF_EMPTY;
    }
    if (wf_type(mapping)->slots.getitem == NULL || wf_is_list(mapping) || wf_is_tuple(mapping)) {
        return wf_raise(t, WF_EXC(TypeError), "mappingproxy() argument must be a mapping, not %T", mapping);
    }
    return wf_mappingproxy_new(t, mapping);
}

static WfStatus proxy_len(WfThread *t, WfValue self, int64_t *len)
{
    return wf_len(t, wf_mappingproxy_target(self), len);
}

static WfValue proxy_getitem(WfThread *t, WfValue self, WfValue key)
{
    return wf_getitem(t, wf_mappingproxy_target(self), key);
}

static WfFound proxy_contains(WfThread *t, WfValue self, WfValue key)
{
    return wf_contains(t, wf_mappingproxy_target(self), key);
}

static WfValue proxy_iter(WfThread *t, WfValue self)
{
    return wf_iter(t, wf_mappingproxy_target(self));
}

static WfValue proxy_repr(WfThread *t, WfValue self)
{
    return wf_str_format(t, "mappingproxy(%R)", wf_mappingproxy_target(self));
}

static WfValue proxy_str(WfThread *t, WfValue self)
{
    return wf_str(t, wf_mappingproxy_target(self));
}

static WfValue proxy_compare(WfThread *t, WfValue a, WfValue b, int op)
{
    return wf_compare(t, wf_mappingproxy_target(a), b, op);
}

static WfValue proxy_or(WfThread *t, WfValue a, WfValue b)
{
    if (WF_IS_EXACT(a, MAPPINGPROXY)) {
        a = wf_mappingproxy_target(a);
    }
    if (WF_IS_EXACT(b, MAPPINGPROXY)) {
        b = wf_mappingproxy_target(b);
    }
    return wf_binary(t, WF_BIN_OR, a, b);
}

static WfValue proxy_ior(WfThread *t, WfValue a, WfValue b)
{
    return wf_raise(t, WF_EXC(TypeError), "'|=' is not supported by %T; use '|' instead", a);
}

static WfValue proxy_get(WfThread *t, WfValue *a)
{
    WfStr *name = WF_NAME(get);
    return wf_call_method(t, wf_mappingproxy_target(a[0]), name, a + 1, 2);
}

static WfValue proxy_keys(WfThread *t, WfValue *a)
{
    return wf_call_method0(t, wf_mappingproxy_target(a[0]), WF_NAME(keys));
}

static WfValue proxy_values(WfThread *t, WfValue *a)
{
    return wf_call_method0(t, wf_mappingproxy_target(a[0]), WF_NAME(values));
}

static WfValue proxy_items(WfThread *t, WfValue *a)
{
    return wf_call_method0(t, wf_mappingproxy_target(a[0]), WF_NAME(items));
}

static WfValue proxy_copy(WfThread *t, WfValue *a)
{
    return wf_call_method0(t, wf_mappingproxy_target(a[0]), WF_NAME(copy));
}

static WfValue proxy_reversed(WfThread *t, WfValue *a)
{
    return wf_call_method0(t, wf_mappingproxy_target(a[0]), WF_NAME(__reversed__));
}

static const WfBuiltinDef methods[] = {
    {"get", proxy_get, "(self, key, default=None, /)", "The value of key, or the default.", 0},
    {"keys", proxy_keys, "(self, /)", "The mapping's keys.", 0},
    {"values", proxy_values, "(self, /)", "The mapping's values.", 0},
    {"items", proxy_items, "(self, /)", "The mapping's items as pairs.", 0},
    {"copy", proxy_copy, "(self, /)", "A shallow copy of the mapping.", 0},
    {"__reversed__", proxy_reversed, "(self, /)", "Reverse iterator over the keys.", 0},
    {"__class_getitem__", wf_class_getitem, "(cls, item, /)", "Alias for annotations.", WF_FN_CLASS},
    {0}};

const WfTypeSpec wf_mappingproxy_spec = {
    .name = "mappingproxy",
    .doc = "Read-only view of a mapping.",
    .flags = WF_TF_MAPPING,
    .size = sizeof(WfMappingProxy),
    .methods = methods,
    .signature = "(mapping)",
    .slots = {.new_ = proxy_new,
              .trace = proxy_trace,
              .len = proxy_len,
              .getitem = proxy_getitem,
              .contains = proxy_contains,
              .iter = proxy_iter,
              .repr = proxy_repr,
              .str = proxy_str,
              .richcompare = proxy_compare,
              .binary = {[WF_BIN_OR] = proxy_or},
              .inplace = {[WF_BIN_OR] = proxy_ior}}};
