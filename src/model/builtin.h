/* builtin.h - functions and methods written in C, declared with their Python signature as text.
 * SPDX-License-Identifier: MIT
 *
 *   static WfValue list_insert(WfThread *t, WfValue *a) { ... a[0] is self, a[1] index, a[2] object ... }
 *   static const WfBuiltinDef list_methods[] = {
 *       {"insert", list_insert, "(self, index, object, /)", "Insert object before index."},
 *       {0}};
 *
 * The text alone decides arity, keywords, defaults and the messages of errors; the body never re-checks. The body gets
 * one entry for each parameter, in order: a missing optional one has its default; `*args` a tuple, `**kwargs` a dict.
 * Defaults: None, True, False, ints, floats, 'strings', b'', or `?`, which has no Python value and arrives as WF_EMPTY
 * (shown as <unrepresentable> by inspect). `/` and `*` as in Python. A leading "$" (before the paren) makes a
 * module function whose a[0] is the module. In methods the first parameter is the instance, checked against the type.
 * `a` may point at registers of the caller's frame: read-only. The text is parsed on first use (model/signature.c). */
#ifndef WF_MODEL_BUILTIN_H
#define WF_MODEL_BUILTIN_H

#include "model/type.h"

typedef WfValue (*WfBuiltinFn)(WfThread *t, WfValue *args);

enum {
    WF_FN_CLASS = 1,  /* class method: a[0] is the class */
    WF_FN_STATIC = 2, /* static method */
    WF_FN_COEXIST = 4, /* replaces the slot's wrapper of the same name */
    WF_FN_TAKES = 16,  /* words its messages "f() takes at most 3 arguments (4 given)" */
    WF_FN_RAW = 8     /* fn is a WfCallFn (t, self, args) and parses its arguments itself; sig is for inspect only, or NULL */
};

struct WfBuiltinDef {
    const char *name;
    WfBuiltinFn fn;
    const char *sig;
    const char *doc;
    uint32_t flags;
};

struct WfGetSetDef {
    const char *name;
    WfValue (*get)(WfThread *t, WfValue self);
    WfStatus (*set)(WfThread *t, WfValue self, WfValue value); /* value WF_EMPTY: delete; NULL: read-only */
    const char *doc;
    uint32_t flags; /* WF_GS_MEMBER: a member_descriptor */
};
enum { WF_GS_MEMBER = 1 };

/* Parses args as `sig` says into out[]: for `new_`, `init` and `call` slots. fname: as messages name the function; "": not at all. */
WfStatus wf_parse_args(WfThread *t, const char *fname, const char *sig, const WfArgs *args, WfValue *out, int n_out)
    WF_MUST_CHECK;

/* A module in C: const WfModuleDef, listed in modules/modules.def. */
typedef struct WfModuleDef {
    const char *name;
    const char *doc;
    const WfBuiltinDef *functions;
    /* Adds what the table cannot say (types, constants). May be NULL. */
    WfStatus (*init)(WfThread *t, WfValue module);
} WfModuleDef;

WfValue wf_builtin_new(WfThread *t, const WfBuiltinDef *def, WfValue self, WfStr *module) WF_MUST_CHECK;
/* Module helpers */
WfStatus wf_module_add(WfThread *t, WfValue module, const char *name, WfValue v) WF_MUST_CHECK; /* v may be WF_EMPTY: raised */
WfStatus wf_module_add_int(WfThread *t, WfValue module, const char *name, int64_t i) WF_MUST_CHECK;
WfStatus wf_module_add_str(WfThread *t, WfValue module, const char *name, const char *s) WF_MUST_CHECK;
WfStatus wf_module_add_type(WfThread *t, WfValue module, WfType *type) WF_MUST_CHECK; /* readies it; short name */

#endif
