/* call.c - calls of Python functions from C, binding of arguments, and what the CALL handlers leave to C.
 * SPDX-License-Identifier: MIT */
#include "model/object.h"
#include "objects/builtin_function.h"
#include "objects/descriptors.h"
#include "objects/dict.h"
#include "objects/exceptions.h"
#include "objects/list.h"
#include "objects/str.h"
#include "objects/tuple.h"
#include "vm/interp.h"
#include "vm/vm.h"

/* --- binding ---------------------------------------------------------------------------------------------- */

/* "'a'", "'a' and 'b'", "'a', 'b', and 'c'" */
static WfValue quoted_names(WfThread *t, const WfValue *names, int n)
{
    WfStrBuilder b = WF_STR_BUILDER;
    for (int i = 0; i < n; i++) {
        if (i > 0) {
            const char *sep = n == 2 ? " and " : i == n - 1 ? ", and " : ", ";
            if (wf_builder_ascii(t, &b, sep, (int64_t)strlen(sep)) != WF_OK) {
                return WF_EMPTY;
            }
        }
        if (wf_builder_repr(t, &b, names[i]) != WF_OK) {
            return WF_EMPTY;
        }
    }
    return wf_builder_finish(t, &b);
}

static WF_COLD WfStatus missing_arguments(WfThread *t, WfFunction *func, WfCode *code, const WfValue *regs, int from, int to,
                                          const char *kind)
{
    WfValue names[256];
    int n = 0;
    const WfTuple *varnames = WF_LOAD(WfTuple, &code->varnames);
    for (int i = from; i < to && n < 256; i++) {
        if (wf_is_empty(regs[i])) {
            names[n++] = wf_tuple_at(varnames, i);
        }
    }
    WfValue list = quoted_names(t, names, n);
    if (wf_is_empty(list)) {
        return WF_RAISED;
    }
    return WF_FAIL(wf_raise(t, WF_EXC(TypeError), "%U() missing %d required %s argument%s: %U", WF_LOAD(WfStr, &func->qualname), n,
                            kind, n == 1 ? "" : "s", wf_as_str(list)));
}

static WF_COLD WfStatus too_many_positional(WfThread *t, WfFunction *func, WfCode *code, int64_t given, const WfValue *regs)
{
    int n_kwonly = 0;
    for (int i = code->n_args; i < code->n_args + code->n_kwonly; i++) {
        n_kwonly += !wf_is_empty(regs[i]);
    }
    WfTuple *defaults = WF_LOAD(WfTuple, &func->defaults);
    int64_t n_defaults = defaults == NULL ? 0 : defaults->length;
    bool plural = n_defaults != 0 || code->n_args != 1;
    WfValue takes = n_defaults != 0
                        ? wf_str_format(t, "from %ld to %d", (long)(code->n_args - n_defaults), (int)code->n_args)
                        : wf_str_format(t, "%d", (int)code->n_args);
    if (wf_is_empty(takes)) {
        return WF_RAISED;
    }
    WfValue more = n_kwonly == 0 ? WF_NAME_V(empty)
                                 : wf_str_format(t, " positional argument%s (and %d keyword-only argument%s)",
                                                 given != 1 ? "s" : "", n_kwonly, n_kwonly != 1 ? "s" : "");
    if (wf_is_empty(more)) {
        return WF_RAISED;
    }
    return WF_FAIL(wf_raise(t, WF_EXC(TypeError), "%U() takes %U positional argument%s but %ld%U %s given",
                            WF_LOAD(WfStr, &func->qualname), wf_as_str(takes), plural ? "s" : "", (long)given, wf_as_str(more),
                            given == 1 && n_kwonly == 0 ? "was" : "were"));
}

/* Positional-only parameters given by keyword without a **kwargs to take them: their names in one message. */
static WF_COLD WfFound posonly_by_keyword(WfThread *t, WfFunction *func, WfCode *code, WfTuple *kwnames)
{
    WfStrBuilder b = WF_STR_BUILDER;
    bool any = false;
    const WfTuple *varnames = WF_LOAD(WfTuple, &code->varnames);
    for (int i = 0; i < code->n_posonly; i++) {
        const WfStr *name = wf_as_str(wf_tuple_at(varnames, i));
        for (int64_t k = 0; k < kwnames->length; k++) {
            if (wf_str_equal(name, wf_as_str(wf_tuple_at(kwnames, k)))) {
                if ((any && wf_builder_ascii(t, &b, ", ", 2) != WF_OK) || wf_builder_str(t, &b, name) != WF_OK) {
                    return WF_ERROR;
                }
                any = true;
            }
        }
    }
    if (!any) {
        return WF_MISSING;
    }
    WfValue names = wf_builder_finish(t, &b);
    if (!wf_is_empty(names)) {
        (void)wf_raise(t, WF_EXC(TypeError), "%U() got some positional-only arguments passed as keyword arguments: '%U'",
                       WF_LOAD(WfStr, &func->qualname), wf_as_str(names));
    }
    return WF_ERROR;
}

WfStatus wf_vm_bind(WfThread *t, WfFunction *func, WfCode *code, WfValue *regs, int64_t n_pos, WfTuple *kwnames)
{
    if (wf_code_load(t, code) != WF_OK) {
        return WF_RAISED;
    }
    const int n_args = code->n_args;
    const int n_named = n_args + code->n_kwonly;
    const bool varargs = (code->flags & WF_CO_VARARGS) != 0;
    const bool varkw = (code->flags & WF_CO_VARKEYWORDS) != 0;
    const int64_t n_kw = kwnames == NULL ? 0 : kwnames->length;
    const int64_t given = n_pos;

    /* What does not lie where its parameter is moves to the C stack first. */
    WfValue small[16];
    WfValue *kw = small;
    if (n_kw > (int64_t)WF_ARRAY_LEN(small)) {
        WfSlots *space = wf_gc_alloc_slots(t, n_kw);
        if (space == NULL) {
            return WF_RAISED;
        }
        kw = (WfValue *)(void *)space->items; /* values are written below, before anything may collect */
    }
    memcpy(kw, regs + n_pos, (size_t)n_kw * sizeof(WfValue));
    WfValue rest = WF_EMPTY;
    if (varargs) {
        rest = wf_tuple_from(t, regs + n_args, n_pos > n_args ? n_pos - n_args : 0);
        if (wf_is_empty(rest)) {
            return WF_RAISED;
        }
    }
    WfValue kwdict = WF_EMPTY;
    if (varkw) {
        kwdict = wf_dict_new(t);
        if (wf_is_empty(kwdict)) {
            return WF_RAISED;
        }
    }
    for (int64_t i = n_pos < n_args ? n_pos : n_args; i < code->n_params; i++) {
        regs[i] = WF_EMPTY;
    }
    if (varargs) {
        regs[n_named] = rest;
    }
    if (varkw) {
        regs[n_named + varargs] = kwdict;
    }

    const WfTuple *varnames = WF_LOAD(WfTuple, &code->varnames);
    for (int64_t k = 0; k < n_kw; k++) {
        WfValue key = wf_tuple_at(kwnames, k);
        if (WF_UNLIKELY(!wf_is_str(key))) {
            return WF_FAIL(wf_raise(t, WF_EXC(TypeError), "%U() keywords must be strings", WF_LOAD(WfStr, &func->qualname)));
        }
        int found = -1;
        for (int i = code->n_posonly; i < n_named; i++) { /* names in code are interned: words first */
            if (wf_is(wf_tuple_at(varnames, i), key)) {
                found = i;
                break;
            }
        }
        for (int i = code->n_posonly; found < 0 && i < n_named; i++) {
            if (wf_str_equal(wf_as_str(wf_tuple_at(varnames, i)), wf_as_str(key))) {
                found = i;
            }
        }
        if (found >= 0) {
            if (!wf_is_empty(regs[found])) {
                return WF_FAIL(wf_raise(t, WF_EXC(TypeError), "%U() got multiple values for argument '%V'",
                                        WF_LOAD(WfStr, &func->qualname), key));
            }
            regs[found] = kw[k];
        } else if (varkw) {
            if (wf_dict_set(t, wf_as_dict(kwdict), key, kw[k]) != WF_OK) {
                return WF_RAISED;
            }
        } else {
            WfFound posonly = code->n_posonly > 0 ? posonly_by_keyword(t, func, code, kwnames) : WF_MISSING;
            if (posonly == WF_MISSING) {
                (void)wf_raise(t, WF_EXC(TypeError), "%U() got an unexpected keyword argument '%V'",
                               WF_LOAD(WfStr, &func->qualname), key);
            }
            return WF_RAISED;
        }
    }
    __asm__ volatile("" : : "r"(rest.bits)); /* the registers are no frame's yet: filling the dict must not lose it */
    if (given > n_args && !varargs) {
        return too_many_positional(t, func, code, given, regs);
    }
    if (n_pos < n_args) {
        WfTuple *defaults = WF_LOAD(WfTuple, &func->defaults);
        int64_t n_defaults = defaults == NULL ? 0 : defaults->length;
        for (int64_t i = n_pos; i < n_args - n_defaults; i++) {
            if (wf_is_empty(regs[i])) {
                return missing_arguments(t, func, code, regs, (int)n_pos, (int)(n_args - n_defaults), "positional");
            }
        }
        for (int64_t i = n_args - n_defaults < 0 ? 0 : n_args - n_defaults; i < n_args; i++) {
            if (wf_is_empty(regs[i])) {
                regs[i] = wf_tuple_at(defaults, i - (n_args - n_defaults));
            }
        }
    }
    if (code->n_kwonly > 0) {
        WfDict *kwdefaults = WF_LOAD(WfDict, &func->kwdefaults);
        bool missing = false;
        for (int i = n_args; i < n_named; i++) {
            if (wf_is_empty(regs[i])) {
                if (kwdefaults != NULL) {
                    regs[i] = wf_dict_get_str(kwdefaults, wf_as_str(wf_tuple_at(varnames, i)));
                }
                missing |= wf_is_empty(regs[i]);
            }
        }
        if (missing) {
            return missing_arguments(t, func, code, regs, n_args, n_named, "keyword-only");
        }
    }
    return WF_OK;
}

/* --- from C ------------------------------------------------------------------------------------------------- */

static WfFrame *push_frame(WfThread *t, WfCode *code, WfValue func)
{
    WfFrame *nf = (WfFrame *)(wf_vm_stack_top(t) + 1);
    if (WF_FRAME_REGS(nf) + code->n_regs > t->stack_end) {
        (void)wf_vm_stack_overflow(t);
        return NULL;
    }
    if (--t->recursion < 0) {
        (void)wf_recursion_error(t, "");
        return NULL;
    }
    nf->prev = t->frame;
    nf->code = code;
    nf->pc = wf_code_start(code);
    nf->func = func;
    nf->locals = nf->fobj = nf->owner = WF_EMPTY;
    nf->flags = 0;
    nf->ret = WF_RET_TO_C;
    nf->reraise = 0;
    nf->dst = 0;
    return nf;
}

static WfValue run_frame(WfThread *t, WfFrame *nf)
{
    WfValue *regs = WF_FRAME_REGS(nf);
    for (int32_t i = nf->code->n_params; i < nf->code->n_fixed; i++) {
        regs[i] = WF_EMPTY;
    }
    t->frame = nf;
    return wf_vm_run(t, nf);
}

WfValue wf_vm_call_function(WfThread *t, WfValue func, const WfArgs *args)
{
    WfFunction *f = wf_as_function(func);
    WfCode *code = (WfCode *)wf_function_code(f);
    WfFrame *nf = push_frame(t, code, func);
    if (nf == NULL) {
        return WF_EMPTY;
    }
    WfValue *regs = WF_FRAME_REGS(nf);
    int64_t n_kw = args->kwnames == NULL ? 0 : args->kwnames->length;
    if (WF_UNLIKELY(regs + args->n_pos + n_kw > t->stack_end)) {
        t->recursion++;
        (void)wf_vm_stack_overflow(t);
        return WF_EMPTY;
    }
    if (args->n_pos + n_kw > 0) { /* items may be NULL */
        memcpy(regs, args->items, (size_t)(args->n_pos + n_kw) * sizeof(WfValue));
    }
    if (WF_UNLIKELY(!code->simple || code->n_args != args->n_pos || n_kw != 0)) {
        if (wf_vm_bind(t, f, code, regs, args->n_pos, args->kwnames) != WF_OK) {
            t->recursion++;
            return WF_EMPTY;
        }
    }
    return run_frame(t, nf);
}

WfValue wf_vm_eval(WfThread *t, WfCode *code, WfDict *globals, WfValue locals, WfValue closure)
{
    WfFunction *f = wf_function_new(t, code, globals);
    if (f == NULL) {
        return WF_EMPTY;
    }
    if (!wf_is_empty(closure)) {
        wf_store(&f->closure, closure);
    }
    WfFrame *nf = push_frame(t, code, wf_from_object(f));
    if (nf == NULL) {
        return WF_EMPTY;
    }
    if (code->n_params != 0) { /* exec of a function's code object: its parameters are unbound */
        for (int32_t i = 0; i < code->n_params; i++) {
            WF_FRAME_REGS(nf)[i] = WF_EMPTY;
        }
    }
    nf->flags = WF_FRAME_MODULE;
    nf->locals = locals;
    return run_frame(t, nf);
}

/* --- what the handlers leave over ------------------------------------------------------------------------------ */

WfValue wf_op_call(WfThread *t, WfValue callee, WfValue *args, int64_t n, WfTuple *kwnames)
{
    WfArgs a = {args, n, kwnames};
    return wf_call_args(t, callee, &a);
}

WfValue wf_op_call_method_descriptor(WfThread *t, WfValue callee, WfValue *args, int64_t n)
{
    WfMethodDescr *d = WF_AS(WfMethodDescr, callee);
    if (WF_LIKELY(n > 0 && (d->def->flags & WF_FN_RAW) == 0 && wf_is_instance_of(args[0], WF_LOAD(WfType, &d->objclass)))) {
        WfSig *sig = wf_sig_cached(t, &d->sig, d->def->sig);
        if (sig == NULL) {
            return WF_EMPTY;
        }
        if (WF_LIKELY(wf_sig_direct(sig, n))) {
            return d->def->fn(t, args);
        }
    }
    WfArgs a = {args, n, NULL};
    return wf_method_descriptor_call(t, callee, &a);
}

/* "f()" for messages: the callee's qualified name if it has one. */
static WfValue callee_name(WfThread *t, WfValue callee)
{
    WfValue name;
    WfFound found = wf_getattr_opt(t, callee, WF_NAME(__qualname__), &name);
    if (found == WF_ERROR) {
        return WF_EMPTY;
    }
    if (found == WF_FOUND && wf_is_str(name)) {
        WfValue module;
        found = wf_getattr_opt(t, callee, WF_NAME(__module__), &module);
        if (found == WF_ERROR) {
            return WF_EMPTY;
        }
        if (found == WF_FOUND && wf_is_str(module) && !wf_str_equal(wf_as_str(module), WF_NAME(builtins))) {
            return wf_str_format(t, "%V.%V()", module, name);
        }
        return wf_str_format(t, "%V()", name);
    }
    return wf_str(t, callee);
}

/* Makes *args a tuple and *kwargs, unless WF_EMPTY, a dict. */
static WfStatus plain_arguments(WfThread *t, WfValue callee, WfValue *args, WfValue *kwargs)
{
    if (!WF_IS_EXACT(*args, TUPLE)) {
        WfValue tuple = wf_to_tuple(t, *args);
        if (wf_is_empty(tuple)) {
            if (wf_pending_is(t, WF_EXC(TypeError)) && wf_type(*args)->slots.iter == NULL && wf_type(*args)->slots.getitem == NULL) {
                wf_clear_pending(t);
                WfValue name = callee_name(t, callee);
                if (!wf_is_empty(name)) {
                    (void)wf_raise(t, WF_EXC(TypeError), "%V argument after * must be an iterable, not %T", name, *args);
                }
            }
            return WF_RAISED;
        }
        *args = tuple;
    }
    if (!wf_is_empty(*kwargs) && !WF_IS_EXACT(*kwargs, DICT)) {
        WfValue dict = wf_dict_new(t);
        if (wf_is_empty(dict) || wf_op_dict_merge(t, dict, *kwargs, callee) != WF_OK) {
            return WF_RAISED;
        }
        *kwargs = dict;
    }
    return WF_OK;
}

WfValue wf_op_call_ex(WfThread *t, WfValue callee, WfValue args, WfValue kwargs)
{
    if (plain_arguments(t, callee, &args, &kwargs) != WF_OK) {
        return WF_EMPTY;
    }
    return wf_call_tuple(t, callee, wf_as_tuple(args), kwargs);
}

/* The items of a dict, in one state of it: the keys as a tuple, the values at out, up to `end`. NULL: raised. *keep: what keeps
 * the values alive beside the dict, which others may change. */
static WfTuple *take_items(WfThread *t, WfDict *d, WfValue *out, const WfValue *end, WfTuple **keep)
{
    bool fits = true, strings = true;
    wf_lock(t, d);
    const int64_t n = wf_dict_used(d);
    WfTuple *names = wf_tuple_alloc(t, n);
    *keep = names == NULL || !wf_threaded(t) ? names : wf_tuple_alloc(t, n);
    if (*keep != NULL && (fits = n <= end - out)) {
        int64_t pos = 0;
        WfValue key;
        for (int64_t i = 0; i < n && wf_dict_next(d, &pos, &key, &out[i]); i++) {
            strings = strings && wf_is_str(key);
            wf_store(&(*keep)->items[i], out[i]);
            wf_store(&names->items[i], key);
        }
    }
    wf_unlock(t, d);
    if (WF_UNLIKELY(!fits)) {
        (void)wf_vm_stack_overflow(t);
    } else if (WF_UNLIKELY(!strings)) {
        (void)wf_raise(t, WF_EXC(TypeError), "keywords must be strings");
    }
    return fits && strings && *keep != NULL ? names : NULL;
}

WfStatus wf_op_bind_ex(WfThread *t, WfValue func, WfValue self, WfValue *regs, WfValue args, WfValue kwargs)
{
    if (plain_arguments(t, func, &args, &kwargs) != WF_OK) {
        return WF_RAISED;
    }
    WfFunction *f = wf_as_function(func);
    WfCode *code = (WfCode *)wf_function_code(f);
    const int64_t n_self = !wf_is_empty(self), n_pos = n_self + wf_as_tuple(args)->length;
    if (WF_UNLIKELY(n_pos > t->stack_end - regs)) {
        return wf_vm_stack_overflow(t);
    }
    WfTuple *kwnames = NULL, *keep = NULL;
    if (!wf_is_empty(kwargs) && wf_dict_used(wf_as_dict(kwargs)) > 0) {
        kwnames = take_items(t, wf_as_dict(kwargs), regs + n_pos, t->stack_end, &keep);
        if (kwnames == NULL) {
            return WF_RAISED;
        }
    }
    if (n_self > 0) {
        regs[0] = self;
    }
    for (int64_t i = n_self; i < n_pos; i++) {
        regs[i] = wf_tuple_at(wf_as_tuple(args), i - n_self);
    }
    WfStatus status = WF_OK;
    if (!code->simple || code->n_args != n_pos || kwnames != NULL) {
        status = wf_vm_bind(t, f, code, regs, n_pos, kwnames);
    }
    __asm__ volatile("" : : "r"(self.bits), "r"(args.bits), "r"(kwargs.bits), "r"(keep)); /* they keep alive what lies in no frame yet */
    return status;
}

WfStatus wf_op_dict_merge(WfThread *t, WfValue dict, WfValue v, WfValue callee)
{
    if (!wf_is_dict(v)) {
        WfValue keys;
        WfFound found = wf_getattr_opt(t, v, WF_NAME(keys), &keys);
        if (found == WF_ERROR) {
            return WF_RAISED;
        }
        if (found == WF_MISSING) {
            WfValue name = callee_name(t, callee);
            if (wf_is_empty(name)) {
                return WF_RAISED;
            }
            return WF_FAIL(wf_raise(t, WF_EXC(TypeError), "%V argument after ** must be a mapping, not %T", name, v));
        }
    }
    bool exact = WF_IS_EXACT(v, DICT);
    WfValue keys = WF_EMPTY;
    if (!exact) {
        keys = wf_call_method0(t, v, WF_NAME(keys));
        keys = wf_is_empty(keys) ? keys : wf_to_list(t, keys);
        if (wf_is_empty(keys)) {
            return WF_RAISED;
        }
    }
    int64_t pos = 0;
    WfValue key, value;
    for (int64_t i = 0; exact ? wf_dict_next(wf_as_dict(v), &pos, &key, &value) : i < wf_list_length(wf_as_list(keys)); i++) {
        if (!exact) {
            key = wf_list_at(wf_as_list(keys), i);
            value = wf_getitem(t, v, key);
            if (wf_is_empty(value)) {
                return WF_RAISED;
            }
        }
        WfValue old;
        WfFound found = wf_dict_get(t, wf_as_dict(dict), key, &old);
        if (found == WF_ERROR) {
            return WF_RAISED;
        }
        if (found == WF_FOUND) {
            WfValue name = callee_name(t, callee);
            if (wf_is_empty(name)) {
                return WF_RAISED;
            }
            return WF_FAIL(wf_raise(t, WF_EXC(TypeError), "%V got multiple values for keyword argument '%V'", name, key));
        }
        if (wf_dict_set(t, wf_as_dict(dict), key, value) != WF_OK) {
            return WF_RAISED;
        }
    }
    return WF_OK;
}
