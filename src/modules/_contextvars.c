/* _contextvars.c - module _contextvars: context variables (PEP 567).
 * SPDX-License-Identifier: MIT
 * Design:     a context holds a dict from variables to values. A copy shares the dict; the first of the two that sets a
 *             variable afterwards takes a dict of its own. So copying costs nothing, and a set no more than a dict's.
 * Invariants: C1 a dict marked shared never changes again.
 * Threads:    a context is changed by the one thread that has entered it only; `vars` and the mark change together under its lock,
 *             which copies from other threads take too. */
#include "model/builtin.h"
#include "objects/dict.h"
#include "objects/genericalias.h"
#include "objects/str.h"
#include "objects/tuple.h"

typedef struct WfContextVar {
    WfObject h;
    WfSlot name;
    WfSlot deflt; /* EMPTY: none */
} WfContextVar;

typedef struct WfContext {
    WfObject h;
    WfSlot vars;       /* WfDict, or EMPTY: no variable is set */
    WfSlot prev;       /* while entered: the thread's context before, or EMPTY */
    uint8_t x_entered; /* atomic */
    bool shared;       /* under the lock: vars belongs to another context too */
} WfContext;

typedef struct WfToken {
    WfObject h;
    WfSlot context, var;
    WfSlot old;     /* EMPTY: was not set */
    uint8_t x_used; /* atomic */
} WfToken;

static WfContext *as_context(WfValue v)
{
    return WF_AS(WfContext, v);
}

/* --- contexts ------------------------------------------------------------------------------------------------------- */

static void context_trace(WfMarker *m, WfObject *o)
{
    wf_mark_slot(m, &((WfContext *)o)->vars);
    wf_mark_slot(m, &((WfContext *)o)->prev);
}

static WfValue context_make(WfThread *t)
{
    WfContext *c = WF_NEW(t, WfContext, CONTEXT, NATIVE);
    return c == NULL ? WF_EMPTY : wf_from_object(c);
}

static WfValue context_copy_of(WfThread *t, WfValue v)
{
    WfValue copy = context_make(t);
    if (wf_is_empty(copy) || wf_is_empty(v)) {
        return copy;
    }
    WfContext *c = as_context(v);
    wf_lock(t, c);
    wf_store(&as_context(copy)->vars, wf_load(&c->vars));
    c->shared = true;
    wf_unlock(t, c);
    as_context(copy)->shared = true;
    return copy;
}

/* The running thread's context, made if it has none. */
static WfValue current(WfThread *t)
{
    if (wf_is_empty(t->context)) {
        t->context = context_make(t);
    }
    return t->context;
}

/* The dict to write to. */
static WfDict *own_vars(WfThread *t, WfContext *c)
{
    WfValue vars = wf_load(&c->vars);
    if (!c->shared && !wf_is_empty(vars)) {
        return wf_as_dict(vars);
    }
    WfValue fresh = wf_is_empty(vars) ? wf_dict_new(t) : wf_dict_copy(t, wf_as_dict(vars));
    if (wf_is_empty(fresh)) {
        return NULL;
    }
    wf_lock(t, c);
    wf_store(&c->vars, fresh);
    c->shared = false;
    wf_unlock(t, c);
    return wf_as_dict(fresh);
}

static WfFound lookup(WfThread *t, WfValue context, WfValue var, WfValue *out)
{
    WfValue vars = wf_is_empty(context) ? WF_EMPTY : wf_load(&as_context(context)->vars);
    return wf_is_empty(vars) ? WF_MISSING : wf_dict_get(t, wf_as_dict(vars), var, out);
}

static WfValue context_new(WfThread *t, WfType *type, const WfArgs *args)
{
    if (args->n_pos > 0 || (args->kwnames != NULL && args->kwnames->length > 0)) {
        return wf_raise(t, WF_EXC(TypeError), "Context() does not accept any arguments");
    }
    return context_make(t);
}

static WfValue context_run(WfThread *t, WfValue self, const WfArgs *args)
{
    if (args->n_pos < 1) {
        return wf_raise(t, WF_EXC(TypeError), "run() missing 1 required positional argument");
    }
    WfContext *c = as_context(self);
    uint8_t free = 0;
    if (!__atomic_compare_exchange_n(&c->x_entered, &free, 1, false, __ATOMIC_ACQUIRE, __ATOMIC_RELAXED)) {
        return wf_raise(t, WF_EXC(RuntimeError), "cannot enter context: %R is already entered", self);
    }
    wf_store(&c->prev, t->context);
    t->context = self;
    t->context_version++;
    WfArgs rest = {args->items + 1, args->n_pos - 1, args->kwnames};
    WfValue result = wf_call_args(t, args->items[0], &rest);
    t->context = wf_load(&c->prev);
    t->context_version++;
    wf_store(&c->prev, WF_EMPTY);
    __atomic_store_n(&c->x_entered, 0, __ATOMIC_RELEASE);
    return result;
}

static WfValue context_copy(WfThread *t, WfValue *a)
{
    return context_copy_of(t, a[0]);
}

static WfStatus check_key(WfThread *t, WfValue key)
{
    return WF_IS_EXACT(key, CONTEXT_VAR)
               ? WF_OK
               : WF_FAIL(wf_raise(t, WF_EXC(TypeError), "a ContextVar key was expected, got %R", key));
}

static WfValue context_getitem(WfThread *t, WfValue self, WfValue key)
{
    WfValue v;
    WfFound found = check_key(t, key) == WF_OK ? lookup(t, self, key, &v) : WF_ERROR;
    return found == WF_FOUND ? v : found == WF_MISSING ? wf_raise_key_error(t, key) : WF_EMPTY;
}

static WfFound context_contains(WfThread *t, WfValue self, WfValue key)
{
    WfValue v;
    return check_key(t, key) == WF_OK ? lookup(t, self, key, &v) : WF_ERROR;
}

static WfValue context_get(WfThread *t, WfValue *a)
{
    WfValue v;
    WfFound found = check_key(t, a[1]) == WF_OK ? lookup(t, a[0], a[1], &v) : WF_ERROR;
    return found == WF_FOUND ? v : found == WF_MISSING ? a[2] : WF_EMPTY;
}

static WfStatus context_len(WfThread *t, WfValue self, int64_t *len)
{
    WfValue vars = wf_load(&as_context(self)->vars);
    *len = wf_is_empty(vars) ? 0 : wf_dict_used(wf_as_dict(vars));
    return WF_OK;
}

/* A dict of what is set now. */
static WfValue snapshot(WfThread *t, WfValue self)
{
    WfValue vars = wf_load(&as_context(self)->vars);
    return wf_is_empty(vars) ? wf_dict_new(t) : wf_dict_copy(t, wf_as_dict(vars));
}

static WfValue context_iter(WfThread *t, WfValue self)
{
    WfValue d = snapshot(t, self);
    return wf_is_empty(d) ? WF_EMPTY : wf_iter(t, d);
}

static WfValue view(WfThread *t, WfValue self, WfStr *name)
{
    WfValue d = snapshot(t, self);
    WfValue v = wf_is_empty(d) ? WF_EMPTY : wf_call_method0(t, d, name);
    return wf_is_empty(v) ? WF_EMPTY : wf_iter(t, v);
}

static WfValue context_keys(WfThread *t, WfValue *a)
{
    return view(t, a[0], WF_NAME(keys));
}

static WfValue context_values(WfThread *t, WfValue *a)
{
    return view(t, a[0], WF_NAME(values));
}

static WfValue context_items(WfThread *t, WfValue *a)
{
    return view(t, a[0], WF_NAME(items));
}

static WfValue context_compare(WfThread *t, WfValue a, WfValue b, int op)
{
    if ((op != WF_EQ && op != WF_NE) || !WF_IS_EXACT(a, CONTEXT) || !WF_IS_EXACT(b, CONTEXT)) {
        return WF_NOT_IMPLEMENTED;
    }
    WfValue x = snapshot(t, a);
    WfValue y = wf_is_empty(x) ? WF_EMPTY : snapshot(t, b);
    return wf_is_empty(y) ? WF_EMPTY : wf_compare(t, x, y, op);
}

static WfStatus context_hash(WfThread *t, WfValue self, int64_t *hash)
{
    return WF_FAIL(wf_raise(t, WF_EXC(TypeError), "unhashable type: '_contextvars.Context'"));
}

static const WfBuiltinDef context_methods[] = {
    {"run", (WfBuiltinFn)(void (*)(void))context_run, "(self, callable, /, *args, **kwargs)",
     "Call callable with the context entered.", WF_FN_RAW},
    {"copy", context_copy, "(self, /)", "A shallow copy.", 0},
    {"get", context_get, "(self, key, default=None, /)", "Value of a variable, or the default.", 0},
    {"keys", context_keys, "(self, /)", "The variables.", 0},
    {"values", context_values, "(self, /)", "Their values.", 0},
    {"items", context_items, "(self, /)", "Pairs of both.", 0},
    {0}};

const WfTypeSpec wf_context_spec = {.name = "_contextvars.Context",
                                    .flags = WF_TF_WEAKREFS,
                                    .size = sizeof(WfContext),
                                    .methods = context_methods,
                                    .slots = {.new_ = context_new,
                                              .trace = context_trace,
                                              .len = context_len,
                                              .getitem = context_getitem,
                                              .contains = context_contains,
                                              .iter = context_iter,
                                              .hash = context_hash,
                                              .richcompare = context_compare}};

/* --- variables --------------------------------------------------------------------------------------------------------- */

static void var_trace(WfMarker *m, WfObject *o)
{
    wf_mark_slot(m, &((WfContextVar *)o)->name);
    wf_mark_slot(m, &((WfContextVar *)o)->deflt);
}

static WfValue var_new(WfThread *t, WfType *type, const WfArgs *args)
{
    if (args->n_pos != 1) {
        return wf_raise(t, WF_EXC(TypeError), "ContextVar() takes %s 1 positional argument (%zd given)",
                        args->n_pos == 0 ? "exactly" : "at most", args->n_pos);
    }
    WfValue a[2];
    if (wf_parse_args(t, "ContextVar", "(name, *, default=?)", args, a, 2) != WF_OK) {
        return WF_EMPTY;
    }
    if (!wf_is_str(a[0])) {
        return wf_raise(t, WF_EXC(TypeError), "context variable name must be a str");
    }
    WfContextVar *v = WF_NEW(t, WfContextVar, CONTEXT_VAR, NATIVE);
    if (v == NULL) {
        return WF_EMPTY;
    }
    wf_store_raw(&v->name, a[0]);
    wf_store_raw(&v->deflt, a[1]);
    return wf_from_object(v);
}

static WfValue var_get(WfThread *t, WfValue *a)
{
    WfValue v;
    WfFound found = lookup(t, t->context, a[0], &v);
    if (found != WF_MISSING) {
        return found == WF_FOUND ? v : WF_EMPTY;
    }
    if (!wf_is_empty(a[1])) {
        return a[1];
    }
    WfValue deflt = wf_load(&WF_AS(WfContextVar, a[0])->deflt);
    return wf_is_empty(deflt) ? wf_raise_value(t, WF_EXC(LookupError), a[0]) : deflt;
}

static WfValue var_set(WfThread *t, WfValue *a)
{
    WfValue context = current(t);
    WfValue old = WF_EMPTY;
    if (wf_is_empty(context) || lookup(t, context, a[0], &old) == WF_ERROR) {
        return WF_EMPTY;
    }
    WfToken *token = WF_NEW(t, WfToken, CONTEXT_TOKEN, NATIVE);
    WfDict *vars = token == NULL ? NULL : own_vars(t, as_context(context));
    if (vars == NULL || wf_dict_set(t, vars, a[0], a[1]) != WF_OK) {
        return WF_EMPTY;
    }
    t->context_version++;
    wf_store(&token->context, context);
    wf_store(&token->var, a[0]);
    wf_store(&token->old, old);
    return wf_from_object(token);
}

static WfValue var_reset(WfThread *t, WfValue *a)
{
    if (!WF_IS_EXACT(a[1], CONTEXT_TOKEN)) {
        return wf_raise(t, WF_EXC(TypeError), "expected an instance of Token, got %R", a[1]);
    }
    WfToken *token = WF_AS(WfToken, a[1]);
    if (__atomic_load_n(&token->x_used, __ATOMIC_RELAXED)) {
        return wf_raise(t, WF_EXC(RuntimeError), "%R has already been used once", a[1]);
    }
    if (!wf_is(wf_load(&token->var), a[0])) {
        return wf_raise(t, WF_EXC(ValueError), "%R was created by a different ContextVar", a[1]);
    }
    WfValue context = current(t);
    if (wf_is_empty(context)) {
        return WF_EMPTY;
    }
    if (!wf_is(wf_load(&token->context), context)) {
        return wf_raise(t, WF_EXC(ValueError), "%R was created in a different Context", a[1]);
    }
    __atomic_store_n(&token->x_used, 1, __ATOMIC_RELAXED);
    WfDict *vars = own_vars(t, as_context(context));
    WfValue old = wf_load(&token->old);
    if (vars == NULL
        || (wf_is_empty(old) ? wf_dict_delete(t, vars, a[0]) == WF_ERROR : wf_dict_set(t, vars, a[0], old) != WF_OK)) {
        return WF_EMPTY;
    }
    t->context_version++;
    return WF_NONE;
}

static WfValue var_repr(WfThread *t, WfValue self)
{
    WfContextVar *v = WF_AS(WfContextVar, self);
    WfValue deflt = wf_load(&v->deflt);
    return wf_is_empty(deflt)
               ? wf_str_format(t, "<ContextVar name=%R at %p>", wf_load(&v->name), (void *)v)
               : wf_str_format(t, "<ContextVar name=%R default=%R at %p>", wf_load(&v->name), deflt, (void *)v);
}

static WfValue get_name(WfThread *t, WfValue self)
{
    return wf_load(&WF_AS(WfContextVar, self)->name);
}

static const WfBuiltinDef var_methods[] = {
    {"get", var_get, "(self, default=?, /)", "The variable's value in the current context.", 0},
    {"set", var_set, "(self, value, /)", "Set the value; the token restores it.", 0},
    {"reset", var_reset, "(self, token, /)", "Restore what was before the set that gave the token.", 0},
    {"__class_getitem__", wf_class_getitem, "(cls, item, /)", "Alias for annotations.", WF_FN_CLASS},
    {0}};
static const WfGetSetDef var_getsets[] = {{"name", get_name, NULL, NULL, WF_GS_MEMBER}, {0}};

const WfTypeSpec wf_context_var_spec = {.name = "_contextvars.ContextVar",
                                        .flags = WF_TF_WEAKREFS,
                                        .size = sizeof(WfContextVar),
                                        .methods = var_methods,
                                        .getsets = var_getsets,
                                        .slots = {.new_ = var_new, .trace = var_trace, .repr = var_repr}};

/* --- tokens ------------------------------------------------------------------------------------------------------------- */

static void token_trace(WfMarker *m, WfObject *o)
{
    wf_mark_slot(m, &((WfToken *)o)->context);
    wf_mark_slot(m, &((WfToken *)o)->var);
    wf_mark_slot(m, &((WfToken *)o)->old);
}

static WfValue token_new(WfThread *t, WfType *type, const WfArgs *args)
{
    return wf_raise(t, WF_EXC(RuntimeError), "Tokens can only be created by ContextVars");
}

static WfValue token_repr(WfThread *t, WfValue self)
{
    WfToken *token = WF_AS(WfToken, self);
    return wf_str_format(t, "<Token%s var=%R at %p>", __atomic_load_n(&token->x_used, __ATOMIC_RELAXED) ? " used" : "",
                         wf_load(&token->var), (void *)token);
}

static WfValue missing_object(WfThread *t)
{
    return wf_type_lookup(t, WF_TYPE(CONTEXT_TOKEN), wf_str_intern_cstr(t, "MISSING"));
}

static WfValue get_var(WfThread *t, WfValue self)
{
    return wf_load(&WF_AS(WfToken, self)->var);
}

static WfValue get_old(WfThread *t, WfValue self)
{
    WfValue old = wf_load(&WF_AS(WfToken, self)->old);
    return wf_is_empty(old) ? missing_object(t) : old;
}

static const WfBuiltinDef token_methods[] = {
    {"__class_getitem__", wf_class_getitem, "(cls, item, /)", "Alias for annotations.", WF_FN_CLASS}, {0}};
static const WfGetSetDef token_getsets[] = {{"var", get_var, NULL, NULL, 0}, {"old_value", get_old, NULL, NULL, 0}, {0}};

const WfTypeSpec wf_context_token_spec = {.name = "_contextvars.Token",
                                          .size = sizeof(WfToken),
                                          .methods = token_methods,
                                          .getsets = token_getsets,
                                          .slots = {.new_ = token_new, .trace = token_trace, .repr = token_repr}};

static WfValue missing_repr(WfThread *t, WfValue self)
{
    return wf_str_from_cstr(t, "<Token.MISSING>");
}

const WfTypeSpec wf_context_missing_spec = {
    .name = "Token.MISSING", .flags = WF_TF_NO_NEW, .size = sizeof(WfObject) + 8, .slots = {.repr = missing_repr}};

/* --- the module ------------------------------------------------------------------------------------------------------------ */

static WfValue copy_context(WfThread *t, WfValue *a)
{
    return context_copy_of(t, t->context);
}

static const WfBuiltinDef functions[] = {{"copy_context", copy_context, "()", "A copy of the current context.", 0}, {0}};

static WfStatus init(WfThread *t, WfValue module)
{
    WfType *token = WF_TYPE(CONTEXT_TOKEN);
    if (wf_type_ready(t, token) != WF_OK || wf_type_ready(t, WF_TYPE(CONTEXT_MISSING)) != WF_OK) {
        return WF_RAISED;
    }
    if (wf_is_empty(missing_object(t))) {
        WfObject *missing = wf_gc_alloc_head(t, sizeof(WfObject) + 8, WF_HEAD(CONTEXT_MISSING, NATIVE));
        if (missing == NULL
            || wf_dict_set_cstr(t, WF_LOAD(WfDict, &token->dict), "MISSING", wf_from_object(missing)) != WF_OK
            || wf_type_modified(t, token, wf_str_intern_cstr(t, "MISSING")) != WF_OK) {
            return WF_RAISED;
        }
    }
    if (wf_module_add_type(t, module, WF_TYPE(CONTEXT)) != WF_OK
        || wf_module_add_type(t, module, WF_TYPE(CONTEXT_VAR)) != WF_OK
        || wf_module_add_type(t, module, token) != WF_OK) {
        return WF_RAISED;
    }
    return WF_OK;
}

const WfModuleDef wf_module__contextvars = {
    .name = "_contextvars", .doc = "Context variables.", .functions = functions, .init = init};
