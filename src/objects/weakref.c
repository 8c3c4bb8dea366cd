/* weakref.c - weak references and weak proxies.
 * SPDX-License-Identifier: MIT
 * Design:     the collector keeps a table from targets to their references (wf_gc_register_weakref) and clears x_target. A reference of the
 *             exact type without a callback is shared by all who ask for one; so is a proxy.
 * Invariants: W1 x_target is set once, before the reference is seen by others, and cleared once, with the world stopped.
 * Threads:    lock-free; two threads that ask at the same time for the shared reference may get two, which compare equal. */
#include "objects/weakref.h"

#include "model/builtin.h"
#include "objects/builtin_function.h"
#include "objects/function.h"
#include "objects/genericalias.h"
#include "objects/module.h"
#include "objects/str.h"
#include "objects/tuple.h"

void wf_weakref_trace(WfMarker *m, WfObject *o)
{
    wf_mark_slot(m, &((WfWeakRef *)o)->callback);
}

bool wf_weakref_supported(WfValue o)
{
    return wf_is_object(o) && (wf_type_flags(wf_type(o)) & WF_TF_WEAKREFS) != 0;
}

typedef struct Search {
    WfType *type;
    WfObject *found;
} Search;

static bool is_shared(void *arg, WfObject *o)
{
    Search *s = arg;
    if (wf_type(wf_from_object(o)) == s->type && wf_is_empty(wf_load(&((WfWeakRef *)o)->callback))) {
        s->found = o;
    }
    return s->found == NULL;
}

/* Does anybody notice when the callback comes late? Not that of the import system, which has one for each module. */
static bool expects_call(WfThread *t, WfValue callback)
{
    if (wf_is_empty(callback) || !WF_IS_KIND(callback, FUNCTION) || wf_is_empty(t->interp->importlib)) {
        return !wf_is_empty(callback);
    }
    WfDict *space = wf_module_dict(t, t->interp->importlib);
    return space == NULL || !wf_is(wf_load(&wf_as_function(callback)->globals), wf_from_object(space));
}

static WfValue make(WfThread *t, WfType *type, WfValue target, WfValue callback)
{
    if (!wf_weakref_supported(target)) {
        return wf_raise(t, WF_EXC(TypeError), "cannot create weak reference to '%T' object", target);
    }
    bool exact = !(wf_type_flags(type) & WF_TF_HEAP);
    if (exact && wf_is_empty(callback)
        && (__atomic_load_n(&wf_as_object(target)->x_flags, __ATOMIC_RELAXED) & WF_OBJ_WEAKREFED)) {
        Search s = {type, NULL};
        wf_gc_each_weakref(t, wf_as_object(target), is_shared, &s);
        if (s.found != NULL) {
            return wf_from_object(s.found);
        }
    }
    WfWeakRef *r = (WfWeakRef *)wf_instance_new(t, type, 0);
    if (r == NULL) {
        return WF_EMPTY;
    }
    wf_store(&r->callback, callback);
    r->x_hash = -1;
    __atomic_store_n(&r->x_target, target.bits, __ATOMIC_RELEASE);
    if (wf_gc_register_weakref(t, &r->h, wf_as_object(target), expects_call(t, callback)) != WF_OK) {
        return WF_EMPTY;
    }
    return wf_from_object(r);
}

WfValue wf_weakref_new(WfThread *t, WfValue o, WfValue callback)
{
    return make(t, WF_TYPE(WEAKREF), o, callback);
}

WfValue wf_weakproxy_new(WfThread *t, WfValue o, WfValue callback)
{
    return make(t, wf_is_callable(o) ? WF_TYPE(WEAKCALLABLEPROXY) : WF_TYPE(WEAKPROXY), o, callback);
}

void wf_weakref_run_callback(WfThread *t, WfWeakRef *r)
{
    WfValue callback = WF_VALUE(__atomic_exchange_n(&r->callback.x_bits, 0, __ATOMIC_ACQ_REL));
    if (wf_is_empty(callback)) {
        return;
    }
    WfValue result = wf_call1(t, callback, wf_from_object(r));
    if (wf_is_empty(result)) {
        wf_write_unraisable(t, NULL, callback);
    }
}

/* --- ref ------------------------------------------------------------------------------------------------------- */

static WfValue ref_new(WfThread *t, WfType *type, const WfArgs *args)
{
    WfArgs positional = {args->items, args->n_pos, NULL};
    WfValue a[2];
    if (wf_parse_args(t, "__new__", "(object, callback=None, /)", &positional, a, 2) != WF_OK) {
        return WF_EMPTY;
    }
    return make(t, type, a[0], wf_is_none(a[1]) ? WF_EMPTY : a[1]);
}

static WfStatus ref_init(WfThread *t, WfValue self, const WfArgs *args)
{
    if (args->kwnames != NULL && args->kwnames->length > 0) {
        return WF_FAIL(wf_raise(t, WF_EXC(TypeError), "ref() takes no keyword arguments"));
    }
    WfValue a[2];
    return wf_parse_args(t, "__init__", "(object, callback=None, /)", args, a, 2);
}

static WfValue ref_call(WfThread *t, WfValue self, const WfArgs *args)
{
    if (args->kwnames != NULL && args->kwnames->length > 0) {
        return wf_raise(t, WF_EXC(TypeError), "weakref() takes no keyword arguments");
    }
    if (args->n_pos > 0) {
        return wf_raise(t, WF_EXC(TypeError), "weakref expected 0 arguments, got %zd", args->n_pos);
    }
    wf_gc_look(t, (WfWeakHead *)wf_as_weakref(self)); /* nobody may hold the target any more: then it should be gone */
    WfValue target = wf_weakref_target(wf_as_weakref(self));
    return wf_is_empty(target) ? WF_NONE : target;
}

static WfStatus ref_hash(WfThread *t, WfValue self, int64_t *hash)
{
    WfWeakRef *r = wf_as_weakref(self);
    int64_t known = __atomic_load_n(&r->x_hash, __ATOMIC_RELAXED);
    if (known != -1) {
        *hash = known;
        return WF_OK;
    }
    WfValue target = wf_weakref_target(r);
    if (wf_is_empty(target)) {
        return WF_FAIL(wf_raise(t, WF_EXC(TypeError), "weak object has gone away"));
    }
    if (wf_hash(t, target, hash) != WF_OK) {
        return WF_RAISED;
    }
    __atomic_store_n(&r->x_hash, *hash, __ATOMIC_RELAXED);
    return WF_OK;
}

static bool is_ref(WfValue v)
{
    return WF_IS_KIND(v, WEAKREF) && wf_is_instance_of(v, WF_TYPE(WEAKREF));
}

static WfValue ref_compare(WfThread *t, WfValue a, WfValue b, int op)
{
    if ((op != WF_EQ && op != WF_NE) || !is_ref(a) || !is_ref(b)) {
        return WF_NOT_IMPLEMENTED;
    }
    WfValue x = wf_weakref_target(wf_as_weakref(a));
    WfValue y = wf_weakref_target(wf_as_weakref(b));
    if (wf_is_empty(x) || wf_is_empty(y)) {
        return WF_BOOL(wf_is(a, b) == (op == WF_EQ));
    }
    return wf_compare(t, x, y, op);
}

static WfValue ref_repr(WfThread *t, WfValue self)
{
    WfValue target = wf_weakref_target(wf_as_weakref(self));
    void *address = wf_as_object(self);
    if (wf_is_empty(target)) {
        return wf_str_format(t, "<weakref at %p; dead>", address);
    }
    WfValue name;
    WfFound found = wf_getattr_opt(t, target, WF_NAME(__name__), &name);
    if (found == WF_ERROR) {
        return WF_EMPTY;
    }
    if (found == WF_FOUND && wf_is_str(name)) {
        return wf_str_format(t, "<weakref at %p; to '%T' at %p (%U)>", address, target, wf_as_object(target),
                             wf_as_str(name));
    }
    return wf_str_format(t, "<weakref at %p; to '%T' at %p>", address, target, wf_as_object(target));
}

static WfValue get_callback(WfThread *t, WfValue self)
{
    WfValue callback = wf_load(&wf_as_weakref(self)->callback);
    return wf_is_empty(callback) || wf_is_empty(wf_weakref_target(wf_as_weakref(self))) ? WF_NONE : callback;
}

static const WfBuiltinDef ref_methods[] = {
    {"__class_getitem__", wf_class_getitem, "(cls, item, /)", "Alias for annotations.", WF_FN_CLASS}, {0}};
static const WfGetSetDef ref_getsets[] = {{"__callback__", get_callback, NULL, NULL, WF_GS_MEMBER}, {0}};

const WfTypeSpec wf_weakref_spec = {.name = "weakref.ReferenceType",
                                    .doc = "A weak reference.",
                                    .flags = WF_TF_BASETYPE,
                                    .size = sizeof(WfWeakRef),
                                    .methods = ref_methods,
                                    .getsets = ref_getsets,
                                    .slots = {.new_ = ref_new,
                                              .init = ref_init,
                                              .call = ref_call,
                                              .hash = ref_hash,
                                              .richcompare = ref_compare,
                                              .repr = ref_repr}};

/* --- proxies -------------------------------------------------------------------------------------------------------- */

static bool is_proxy(WfValue v)
{
    return WF_IS_EXACT(v, WEAKPROXY) || WF_IS_EXACT(v, WEAKCALLABLEPROXY);
}

/* The target of a proxy; anything else as it is. WF_EMPTY: gone, ReferenceError. */
static WfValue unwrap(WfThread *t, WfValue v)
{
    if (!is_proxy(v)) {
        return v;
    }
    WfValue target = wf_weakref_target(wf_as_weakref(v));
    if (wf_is_empty(target)) {
        return wf_raise(t, WF_EXC(ReferenceError), "weakly-referenced object no longer exists");
    }
    return target;
}

static WfValue proxy_repr(WfThread *t, WfValue self)
{
    WfValue target = wf_weakref_target(wf_as_weakref(self));
    return wf_str_format(t, "<weakproxy at %p to %s at %p>", wf_as_object(self),
                         wf_is_empty(target) ? "NoneType" : WF_TYPE_NAME(target),
                         (void *)(uintptr_t)(wf_is_empty(target) ? WF_NONE : target).bits);
}

#define PROXY_UNARY(name, function) \
    static WfValue proxy_##name(WfThread *t, WfValue self) \
    { \
        WfValue target = unwrap(t, self); \
        return wf_is_empty(target) ? WF_EMPTY : function(t, target); \
    }
PROXY_UNARY(str, wf_str)
PROXY_UNARY(iter, wf_iter)
PROXY_UNARY(neg, wf_neg)
PROXY_UNARY(pos, wf_pos)
PROXY_UNARY(abs, wf_abs)
PROXY_UNARY(invert, wf_invert)
PROXY_UNARY(index, wf_index)

static WfValue call_type(WfThread *t, WfValue self, WfType *type)
{
    WfValue target = unwrap(t, self);
    return wf_is_empty(target) ? WF_EMPTY : wf_call1(t, wf_from_object(type), target);
}

static WfValue proxy_int(WfThread *t, WfValue self)
{
    return call_type(t, self, WF_TYPE(INT));
}

static WfValue proxy_float(WfThread *t, WfValue self)
{
    return call_type(t, self, WF_TYPE(FLOAT));
}

#define BINARY(field, ID, l, r, i, sign) \
    static WfValue proxy_binary_##ID(WfThread *t, WfValue a, WfValue b) \
    { \
        a = unwrap(t, a); \
        b = wf_is_empty(a) ? a : unwrap(t, b); \
        return wf_is_empty(b) ? WF_EMPTY : wf_binary(t, WF_BIN_##ID, a, b); \
    } \
    static WfValue proxy_inplace_##ID(WfThread *t, WfValue a, WfValue b) \
    { \
        a = unwrap(t, a); \
        b = wf_is_empty(a) ? a : unwrap(t, b); \
        return wf_is_empty(b) ? WF_EMPTY : wf_inplace(t, WF_BIN_##ID, a, b); \
    }
#define SLOT(field, ctype, dunder, wrapper)
#include "model/slots.def"
#undef BINARY

static WfValue proxy_pow(WfThread *t, WfValue a, WfValue b, WfValue mod)
{
    a = unwrap(t, a);
    b = wf_is_empty(a) ? a : unwrap(t, b);
    mod = wf_is_empty(b) ? b : unwrap(t, mod);
    return wf_is_empty(mod) ? WF_EMPTY : wf_pow(t, a, b, mod);
}

static WfValue proxy_ipow(WfThread *t, WfValue a, WfValue b, WfValue mod)
{
    a = unwrap(t, a);
    b = wf_is_empty(a) ? a : unwrap(t, b);
    return wf_is_empty(b) ? WF_EMPTY : wf_inplace_pow(t, a, b);
}

static WfValue proxy_compare(WfThread *t, WfValue a, WfValue b, int op)
{
    a = unwrap(t, a);
    b = wf_is_empty(a) ? a : unwrap(t, b);
    return wf_is_empty(b) ? WF_EMPTY : wf_compare(t, a, b, op);
}

static WfFound proxy_truth(WfThread *t, WfValue self)
{
    WfValue target = unwrap(t, self);
    return wf_is_empty(target) ? WF_ERROR : wf_truth(t, target);
}

static WfStatus proxy_hash(WfThread *t, WfValue self, int64_t *hash)
{
    return WF_FAIL(wf_raise(t, WF_EXC(TypeError), "unhashable type: '%.200T'", self));
}

static WfValue proxy_getattribute(WfThread *t, WfValue self, WfStr *name)
{
    WfValue target = unwrap(t, self);
    return wf_is_empty(target) ? WF_EMPTY : wf_getattr(t, target, name);
}

static WfStatus proxy_setattr(WfThread *t, WfValue self, WfStr *name, WfValue v)
{
    WfValue target = unwrap(t, self);
    return wf_is_empty(target) ? WF_RAISED : wf_setattr(t, target, name, v);
}

static WfStatus proxy_len(WfThread *t, WfValue self, int64_t *len)
{
    WfValue target = unwrap(t, self);
    return wf_is_empty(target) ? WF_RAISED : wf_len(t, target, len);
}

static WfFound proxy_contains(WfThread *t, WfValue self, WfValue item)
{
    WfValue target = unwrap(t, self);
    return wf_is_empty(target) ? WF_ERROR : wf_contains(t, target, item);
}

static WfValue proxy_getitem(WfThread *t, WfValue self, WfValue key)
{
    WfValue target = unwrap(t, self);
    key = wf_is_empty(target) ? target : unwrap(t, key);
    return wf_is_empty(key) ? WF_EMPTY : wf_getitem(t, target, key);
}

static WfStatus proxy_setitem(WfThread *t, WfValue self, WfValue key, WfValue v)
{
    WfValue target = unwrap(t, self);
    if (wf_is_empty(target)) {
        return WF_RAISED;
    }
    return wf_is_empty(v) ? wf_delitem(t, target, key) : wf_setitem(t, target, key, v);
}

static WfFound proxy_next(WfThread *t, WfValue self, WfValue *out)
{
    WfValue target = unwrap(t, self);
    if (wf_is_empty(target)) {
        return WF_ERROR;
    }
    if (wf_type(target)->slots.next == NULL) {
        return WF_FAIL_FOUND(wf_raise(t, WF_EXC(TypeError),
                                      "Weakref proxy referenced a non-iterator '%.200T' object", target));
    }
    return wf_next(t, target, out);
}

static WfValue proxy_call(WfThread *t, WfValue self, const WfArgs *args)
{
    WfValue target = unwrap(t, self);
    return wf_is_empty(target) ? WF_EMPTY : wf_call_args(t, target, args);
}

static WfValue proxy_bytes(WfThread *t, WfValue *a)
{
    WfValue target = unwrap(t, a[0]);
    return wf_is_empty(target) ? WF_EMPTY : wf_call_method0(t, target, WF_NAME(__bytes__));
}

static WfValue proxy_reversed(WfThread *t, WfValue *a)
{
    WfValue target = unwrap(t, a[0]);
    return wf_is_empty(target) ? WF_EMPTY : wf_call_method0(t, target, WF_NAME(__reversed__));
}

static const WfBuiltinDef proxy_methods[] = {{"__bytes__", proxy_bytes, "(self, /)", NULL, 0},
                                             {"__reversed__", proxy_reversed, "(self, /)", NULL, 0},
                                             {0}};

#define PROXY_SLOTS \
    .repr = proxy_repr, .str = proxy_str, .iter = proxy_iter, .neg = proxy_neg, .pos = proxy_pos, .abs = proxy_abs, \
    .invert = proxy_invert, .index = proxy_index, .int_ = proxy_int, .float_ = proxy_float, .pow = proxy_pow, \
    .ipow = proxy_ipow, .richcompare = proxy_compare, .truth = proxy_truth, .hash = proxy_hash, \
    .getattribute = proxy_getattribute, .setattr = proxy_setattr, .len = proxy_len, .contains = proxy_contains, \
    .getitem = proxy_getitem, .setitem = proxy_setitem, .next = proxy_next

const WfTypeSpec wf_weakproxy_spec = {
    .name = "weakref.ProxyType",
    .flags = WF_TF_NO_NEW,
    .size = sizeof(WfWeakRef),
    .methods = proxy_methods,
    .slots = {PROXY_SLOTS,
              .binary =
                  {
#define BINARY(field, ID, l, r, i, sign) [WF_BIN_##ID] = proxy_binary_##ID,
#include "model/slots.def"
#undef BINARY
                  },
              .inplace =
                  {
#define BINARY(field, ID, l, r, i, sign) [WF_BIN_##ID] = proxy_inplace_##ID,
#include "model/slots.def"
#undef BINARY
                  }}};

const WfTypeSpec wf_weakcallableproxy_spec = {
    .name = "weakref.CallableProxyType",
    .flags = WF_TF_NO_NEW,
    .size = sizeof(WfWeakRef),
    .methods = proxy_methods,
    .slots = {PROXY_SLOTS,
              .call = proxy_call,
              .binary =
                  {
#define BINARY(field, ID, l, r, i, sign) [WF_BIN_##ID] = proxy_binary_##ID,
#include "model/slots.def"
#undef BINARY
                  },
              .inplace =
                  {
#define BINARY(field, ID, l, r, i, sign) [WF_BIN_##ID] = proxy_inplace_##ID,
#include "model/slots.def"
#undef BINARY
                  }}};
#undef SLOT
