/* builtin_function.h - WfBuiltin: a function of a module or a bound method written in C; WfSig: its parsed signature.
 * SPDX-License-Identifier: MIT */
#ifndef WF_OBJECTS_BUILTIN_FUNCTION_H
#define WF_OBJECTS_BUILTIN_FUNCTION_H

#include "model/builtin.h"

/* A parsed signature: a cell of values only (kind WORDS). Immutable. */
typedef struct WfSigParam {
    WfSlot name;  /* WfStr, interned */
    WfSlot deflt; /* EMPTY: required; WF_SIG_UNSET: optional, the body gets WF_EMPTY */
} WfSigParam;
typedef struct WfSig {
    WfObject h;
    WfSlot meta;      /* WF_SIG_META as a small int */
    WfSigParam params[];
} WfSig;
#define WF_SIG_UNSET WF_VALUE(0x50)

enum {
    WF_SIG_VARARGS = 1, /* *args behind the positional parameters */
    WF_SIG_VARKW = 2,   /* **kwargs is the last parameter */
    WF_SIG_MODULE = 4,  /* "$": parameter 0 is the module */
    WF_SIG_PLAIN = 8    /* all parameters positional-only or positional, no * or **: n == n_params needs no binding */
};
/* n_params counts all, self and * and ** included; n_pos: positional ones; n_posonly of these before "/". */
typedef struct WfSigMeta {
    uint8_t n_params, n_pos, n_posonly, n_required /* leading positional ones without default */, flags;
} WfSigMeta;
WF_INLINE WfSigMeta wf_sig_meta(const WfSig *s)
{
    uint64_t m = (uint64_t)wf_as_int(wf_load(&s->meta));
    return (WfSigMeta){(uint8_t)m, (uint8_t)(m >> 8), (uint8_t)(m >> 16), (uint8_t)(m >> 24), (uint8_t)(m >> 32)};
}
#define WF_SIG_MAX_PARAMS 40

/* The signature of `text` (a string constant), from the runtime's table of those already parsed. */
WfSig *wf_sig_get(WfThread *t, const char *text) WF_MUST_CHECK;
/* Same, remembered in *cache, a slot of the heap. */
WF_INLINE WF_MUST_CHECK WfSig *wf_sig_cached(WfThread *t, WfSlot *cache, const char *text)
{
    WfSig *s = WF_LOAD(WfSig, cache);
    if (WF_UNLIKELY(s == NULL)) {
        s = wf_sig_get(t, text);
        if (s != NULL) {
            wf_store_ptr(cache, s);
        }
    }
    return s;
}
/* Calls def->fn with `items` (n_pos positional ones, then keyword values) bound to the parameters. `self`: value of
 * parameter 0, or WF_EMPTY if it is not apart from items (then n_self of the items are not counted by messages: 1 for an unbound
 * method called as list.append(l, 1)). `qualname` gives the function's full name for messages: "list.append", "math.sqrt". */
WfValue wf_builtin_call_bound(WfThread *t, const WfBuiltinDef *def, WfSig *sig, WfValue self, int n_self, const WfArgs *args,
                              WfStr *(*qualname)(WfThread *t, WfValue callee), WfValue callee) WF_MUST_CHECK;
/* The same for what is called often: args is positional only, `args` may be passed through. */
WF_INLINE bool wf_sig_direct(WfSig *sig, int64_t n)
{
    WfSigMeta m = wf_sig_meta(sig);
    return (m.flags & WF_SIG_PLAIN) != 0 && n == m.n_params;
}
/* "($self, x, /)" for inspect, or None. */
WfValue wf_sig_text_signature(WfThread *t, const WfBuiltinDef *def, bool method) WF_MUST_CHECK;

typedef struct WfBuiltin {
    WfObject h;      /* h.spare: WF_BUILTIN_* */
    WfSlot self;     /* instance, class or module; EMPTY: none */
    WfSlot module;   /* value of __module__; EMPTY: None */
    WfSlot sig;      /* WfSig, made on first call */
    const WfBuiltinDef *def;
} WfBuiltin;
enum {
    WF_BUILTIN_METHOD = 1 /* parameter 0 is self; else self (the module) is passed only where the signature begins with "$" */
};
WF_INLINE WfBuiltin *wf_as_builtin(WfValue v) { return WF_AS(WfBuiltin, v); }
/* Bound method: a method's definition and the instance. */
WfValue wf_builtin_bind(WfThread *t, const WfBuiltinDef *def, WfValue self) WF_MUST_CHECK;
/* Calls with n positional arguments at args[0..n-1]. args[-1] must be writable: self is put there where the function takes one. */
WfValue wf_builtin_call_direct(WfThread *t, WfBuiltin *f, WfValue *args, int64_t n) WF_MUST_CHECK;

#endif
