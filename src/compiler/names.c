/* names.c - loading, storing and deleting names, each where its scope says that it lives.
 * SPDX-License-Identifier: MIT */
#include "compiler/gen.h"

typedef enum Where { IN_REGISTER, IN_CELL, IN_CLASS_CELL, IN_GLOBALS, IN_NAMESPACE } Where;

static Where where(WfGen *c, WfName *n, WfSymbol **out)
{
    const WfScope *s = c->u->scope;
    WfSymbol *sym = n == NULL ? NULL : wf_scope_lookup(s, n);
    *out = sym;
    bool function = s->kind == WF_BLOCK_FUNCTION;
    if (sym == NULL) {
        return function ? IN_GLOBALS : IN_NAMESPACE; /* names of the compiler's own: __name__, __annotations__ */
    }
    switch ((WfNameScope)sym->scope) {
    case WF_SCOPE_FREE: return s->kind == WF_BLOCK_CLASS ? IN_CLASS_CELL : IN_CELL;
    case WF_SCOPE_CELL: return IN_CELL;
    case WF_SCOPE_LOCAL: return function ? IN_REGISTER : IN_NAMESPACE;
    case WF_SCOPE_GLOBAL_IMPLICIT: return function ? IN_GLOBALS : IN_NAMESPACE;
    case WF_SCOPE_GLOBAL_EXPLICIT: return IN_GLOBALS;
    case WF_SCOPE_UNKNOWN: break;
    }
    return IN_NAMESPACE;
}

WfName *wf_gen_mangled(WfGen *c, const WfAstStr *s)
{
    return wf_gen_mangle(c, c->u->scope->private, s);
}

WfReg wf_gen_local(WfGen *c, WfName *n)
{
    WfSymbol *sym;
    if (where(c, n, &sym) != IN_REGISTER) {
        return WF_NO_REG;
    }
    wf_gen_emit(c, WF_OP_CHECK_BOUND, sym->slot, wf_gen_local_name(c, n), 0);
    return sym->slot;
}

WfReg wf_gen_local_target(WfGen *c, WfName *n)
{
    WfSymbol *sym;
    return where(c, n, &sym) == IN_REGISTER ? sym->slot : WF_NO_REG;
}

void wf_gen_load_name(WfGen *c, WfName *n, WfReg dst)
{
    WfSymbol *sym;
    switch (where(c, n, &sym)) {
    case IN_REGISTER:
        wf_gen_emit(c, WF_OP_CHECK_BOUND, sym->slot, wf_gen_local_name(c, n), 0);
        wf_gen_move(c, dst, sym->slot);
        break;
    case IN_CELL: wf_gen_emit(c, WF_OP_LOAD_DEREF, dst, sym->cell, wf_gen_local_name(c, n)); break;
    case IN_CLASS_CELL: wf_gen_emit(c, WF_OP_LOAD_CLASSDEREF, dst, sym->cell, wf_gen_local_name(c, n)); break;
    case IN_GLOBALS: wf_gen_emit(c, WF_OP_LOAD_GLOBAL, dst, wf_gen_name_const(c, n), 0); break;
    case IN_NAMESPACE: wf_gen_emit(c, WF_OP_LOAD_NAME, dst, wf_gen_name_const(c, n), 0); break;
    }
}

void wf_gen_store_name(WfGen *c, WfName *n, WfReg src)
{
    WfSymbol *sym;
    switch (where(c, n, &sym)) {
    case IN_REGISTER: wf_gen_move(c, sym->slot, src); break;
    case IN_CELL:
    case IN_CLASS_CELL: wf_gen_emit(c, WF_OP_STORE_DEREF, sym->cell, src, 0); break;
    case IN_GLOBALS: wf_gen_emit(c, WF_OP_STORE_GLOBAL, src, wf_gen_name_const(c, n), 0); break;
    case IN_NAMESPACE: wf_gen_emit(c, WF_OP_STORE_NAME, src, wf_gen_name_const(c, n), 0); break;
    }
}

void wf_gen_delete_name(WfGen *c, WfName *n)
{
    WfSymbol *sym;
    switch (where(c, n, &sym)) {
    case IN_REGISTER: wf_gen_emit(c, WF_OP_DELETE_LOCAL, sym->slot, wf_gen_local_name(c, n), 0); break;
    case IN_CELL:
    case IN_CLASS_CELL: wf_gen_emit(c, WF_OP_DELETE_DEREF, sym->cell, wf_gen_local_name(c, n), 0); break;
    case IN_GLOBALS: wf_gen_emit(c, WF_OP_DELETE_GLOBAL, 0, wf_gen_name_const(c, n), 0); break;
    case IN_NAMESPACE: wf_gen_emit(c, WF_OP_DELETE_NAME, 0, wf_gen_name_const(c, n), 0); break;
    }
}

void wf_gen_unbind_name(WfGen *c, WfName *n)
{
    WfReg local = wf_gen_local_target(c, n);
    if (local != WF_NO_REG) {
        wf_gen_load_imm(c, WF_EMPTY, local);
        return;
    }
    WfReg mark = c->u->temp;
    WfReg none = wf_gen_temp(c);
    wf_gen_load_imm(c, WF_NONE, none);
    wf_gen_store_name(c, n, none);
    wf_gen_delete_name(c, n);
    c->u->temp = mark;
}

WfReg wf_gen_cell_reg(WfGen *c, const WfName *n)
{
    const WfScope *s = c->u->scope;
    const WfSymbol *sym = s->class_cell != NULL && wf_name_is(n, "__class__") ? s->class_cell : wf_scope_lookup(s, n);
    return sym == NULL ? WF_NO_REG : sym->cell;
}

bool wf_gen_forbidden(WfGen *c, WfLoc loc, const WfAstStr *name, WfExprContext ctx)
{
    static const char debug[] = "__debug__";
    if (name->len != sizeof debug - 1 || memcmp(name->data, debug, sizeof debug - 1) != 0 || ctx == WF_AST_Load) {
        return false;
    }
    wf_gen_syntax_error(c, loc, ctx == WF_AST_Store ? "cannot assign to __debug__" : "cannot delete __debug__");
    return true;
}
