/* _symtable.c - the module _symtable: the compiler's scopes as objects, for the library's symtable.
 * SPDX-License-Identifier: MIT
 * Threads:    no state but the module's own type. */
#include "compiler/compile.h"
#include "compiler/symtable.h"
#include "model/builtin.h"
#include "model/object.h"
#include "objects/codecs.h"
#include "objects/dict.h"
#include "objects/list.h"
#include "objects/str.h"

enum { SCOPE_OFFSET = 11 };
enum { TYPE_FUNCTION, TYPE_CLASS, TYPE_MODULE };

static WfStatus set(WfThread *t, WfValue o, const char *name, WfValue v)
{
    WfStr *s = wf_str_intern_cstr(t, name);
    return s == NULL || wf_is_empty(v) ? WF_RAISED : wf_setattr(t, o, s, v);
}

static WfValue symbols_of(WfThread *t, const WfScope *s)
{
    WfValue d = wf_dict_new(t);
    for (int32_t i = 0; i < s->n_symbols && !wf_is_empty(d); i++) {
        const WfSymbol *x = s->symbols[i];
        if (x->flags == 0 && x->scope == WF_SCOPE_CELL) {
            continue; /* the cell __class__ of a class */
        }
        int64_t flags = (x->flags & ~(uint32_t)WF_SYM_ANNOT_ONLY) | x->scope << SCOPE_OFFSET;
        if (wf_dict_set(t, wf_as_dict(d), wf_from_object(x->name->str), wf_small_int(flags)) != WF_OK) {
            return WF_EMPTY;
        }
    }
    return d;
}

static WfValue params_of(WfThread *t, const WfScope *s)
{
    WfValue list = wf_list_new(t, s->n_params);
    for (int32_t i = 0; i < s->n_params && !wf_is_empty(list); i++) {
        if (wf_list_append(t, wf_as_list(list), wf_from_object(s->symbols[i]->name->str)) != WF_OK) {
            return WF_EMPTY;
        }
    }
    return list;
}

static WfValue entry(WfThread *t, WfType *type, const WfScope *s)
{
    WfObject *o = wf_instance_new(t, type, 0);
    if (o == NULL || wf_recursion_enter(t, " in symtable") != WF_OK) {
        return WF_EMPTY;
    }
    WfValue v = wf_from_object(o);
    WfValue children = wf_list_new(t, 0);
    for (const WfScope *child = s->first_child; child != NULL && !wf_is_empty(children); child = child->next) {
        WfValue x = entry(t, type, child);
        if (wf_is_empty(x) || wf_list_append(t, wf_as_list(children), x) != WF_OK) {
            children = WF_EMPTY;
        }
    }
    wf_recursion_leave(t);
    int kind = s->kind == WF_BLOCK_FUNCTION ? TYPE_FUNCTION : s->kind == WF_BLOCK_CLASS ? TYPE_CLASS : TYPE_MODULE;
    bool ok = !wf_is_empty(children) && set(t, v, "id", wf_small_int((int64_t)(uintptr_t)o)) == WF_OK
              && set(t, v, "name", wf_from_object(s->name->str)) == WF_OK && set(t, v, "type", wf_small_int(kind)) == WF_OK
              && set(t, v, "lineno", wf_small_int(s->loc.lineno)) == WF_OK && set(t, v, "nested", wf_small_int(s->nested)) == WF_OK
              && set(t, v, "symbols", symbols_of(t, s)) == WF_OK && set(t, v, "varnames", params_of(t, s)) == WF_OK
              && set(t, v, "children", children) == WF_OK;
    return ok ? v : WF_EMPTY;
}

static WfValue visit(WfThread *t, void *arg, const WfScope *top)
{
    return entry(t, (WfType *)arg, top);
}

static WfValue symtable_symtable(WfThread *t, WfValue *a)
{
    static const char *const modes[] = {"exec", "eval", "single"};
    WfValue type = wf_getattr_cstr(t, a[0], "entry");
    int64_t n;
    int64_t length;
    const char *mode = wf_is_str(a[3]) ? wf_str_utf8_pass(t, a[3], &length) : NULL;
    WfValue text = a[1];
    if (wf_is_bytes(text)) {
        text = wf_bytes_decode(t, wf_as_bytes(text)->data, wf_as_bytes(text)->length, NULL, NULL);
        if (wf_is_empty(text)) {
            return WF_EMPTY;
        }
    }
    const char *source = wf_is_str(text) ? wf_str_utf8(t, text, &n) : NULL;
    if (wf_is_empty(type) || wf_pending(t)) {
        return WF_EMPTY;
    }
    for (int i = 0; i < 3 && mode != NULL && source != NULL; i++) {
        if (strcmp(mode, modes[i]) == 0) {
            return wf_compile_scopes(t, source, (size_t)n, a[2], i, visit, WF_AS(WfType, type));
        }
    }
    if (source == NULL) {
        return wf_raise(t, WF_EXC(TypeError), "symtable() arg 1 must be a string or bytes");
    }
    return wf_raise(t, WF_EXC(ValueError), "symtable() arg 3 must be 'exec' or 'eval' or 'single'");
}

static const struct Constant {
    const char *name;
    int64_t value;
} constants[] = {
    {"USE", WF_SYM_USE}, {"DEF_GLOBAL", WF_SYM_GLOBAL}, {"DEF_NONLOCAL", WF_SYM_NONLOCAL}, {"DEF_LOCAL", WF_SYM_LOCAL},
    {"DEF_PARAM", WF_SYM_PARAM}, {"DEF_FREE", 32}, {"DEF_FREE_CLASS", WF_SYM_FREE_CLASS}, {"DEF_IMPORT", WF_SYM_IMPORT},
    {"DEF_BOUND", WF_SYM_BOUND}, {"DEF_ANNOT", WF_SYM_ANNOT}, {"TYPE_FUNCTION", TYPE_FUNCTION}, {"TYPE_CLASS", TYPE_CLASS},
    {"TYPE_MODULE", TYPE_MODULE}, {"LOCAL", WF_SCOPE_LOCAL}, {"GLOBAL_EXPLICIT", WF_SCOPE_GLOBAL_EXPLICIT},
    {"GLOBAL_IMPLICIT", WF_SCOPE_GLOBAL_IMPLICIT}, {"FREE", WF_SCOPE_FREE}, {"CELL", WF_SCOPE_CELL}, {"SCOPE_OFF", SCOPE_OFFSET},
    {"SCOPE_MASK", WF_SYM_GLOBAL | WF_SYM_LOCAL | WF_SYM_PARAM | WF_SYM_NONLOCAL},
};

static WfStatus symtable_init(WfThread *t, WfValue module)
{
    for (size_t i = 0; i < WF_ARRAY_LEN(constants); i++) {
        if (wf_module_add_int(t, module, constants[i].name, constants[i].value) != WF_OK) {
            return WF_RAISED;
        }
    }
    WfValue ns = wf_dict_new(t);
    WfType *type = wf_is_empty(ns) ? NULL : wf_type_new_simple(t, "symtable.entry", WF_TYPE(OBJECT), wf_as_dict(ns));
    return type == NULL ? WF_RAISED : wf_module_add(t, module, "entry", wf_from_object(type));
}

static const WfBuiltinDef functions[] = {
    {"symtable", symtable_symtable, "$(source, filename, startstr, /)", "The scopes of the source, the module's first.", 0},
    {0},
};

const WfModuleDef wf_module__symtable = {
    .name = "_symtable",
    .doc = "Scopes as the compiler sees them.",
    .functions = functions,
    .init = symtable_init,
};
