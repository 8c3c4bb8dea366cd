/* calls.c - code for calls: the callee and its arguments go where the callee's frame will be.
 * SPDX-License-Identifier: MIT
 *
 * Design:     base | 8 words for the frame head | arguments. One register more than the arguments need is reserved behind
 *             them: calling a class or a bound method moves them up by one. Stars, `**` and very many arguments go by a
 *             tuple and a dict (CALL_EX). */
#include "compiler/gen.h"

#include "objects/tuple.h"

#define ARGS_MAX 250 /* in registers */

static bool has_stars(WfExprSeq args, WfKeywordSeq keywords)
{
    for (size_t i = 0; i < args.len; i++) {
        if (args.data[i]->kind == WF_AST_Starred) {
            return true;
        }
    }
    for (size_t i = 0; i < keywords.len; i++) {
        if (keywords.data[i]->arg == NULL) {
            return true;
        }
    }
    return false;
}

static void check_keywords(WfGen *c, WfKeywordSeq keywords)
{
    for (size_t i = 0; i < keywords.len && !c->failed; i++) {
        const WfKeyword *k = keywords.data[i];
        if (k->arg == NULL || wf_gen_forbidden(c, c->u->loc, k->arg, WF_AST_Store)) {
            continue;
        }
        for (size_t j = i + 1; j < keywords.len; j++) {
            const WfKeyword *other = keywords.data[j];
            if (other->arg != NULL && other->arg->len == k->arg->len && memcmp(other->arg->data, k->arg->data, k->arg->len) == 0) {
                WfName *n = wf_gen_name_ast(c, k->arg);
                if (n != NULL) {
                    wf_gen_syntax_error(c, other->loc, "keyword argument repeated: %U", n->str);
                }
                return;
            }
        }
    }
}

static int32_t keyword_names(WfGen *c, WfKeywordSeq keywords)
{
    WfTuple *names = wf_tuple_alloc(c->t, (int64_t)keywords.len);
    (void)wf_gen_keep(c, names == NULL ? WF_EMPTY : wf_from_object(names));
    for (size_t i = 0; i < keywords.len && !c->failed; i++) {
        WfName *n = wf_gen_name_ast(c, keywords.data[i]->arg);
        if (n != NULL) {
            wf_store(&names->items[i], wf_from_object(n->str));
        }
    }
    return c->failed ? 0 : wf_gen_shown_const(c, wf_from_object(names));
}

/* Arguments into registers from r on; the count. */
static int32_t plain_arguments(WfGen *c, WfExprSeq args, WfKeywordSeq keywords)
{
    int32_t n = (int32_t)(args.len + keywords.len);
    WfReg r = wf_gen_temps(c, n + 1);
    for (size_t i = 0; i < args.len; i++) {
        wf_gen_expr_to(c, args.data[i], r + (WfReg)i);
    }
    for (size_t i = 0; i < keywords.len; i++) {
        wf_gen_expr_to(c, keywords.data[i]->value, r + (WfReg)(args.len + i));
    }
    return n;
}

/* A dict of the keywords, in `dict`. */
static void keyword_dict(WfGen *c, WfKeywordSeq keywords, WfReg dict, WfReg callee)
{
    WfReg mark = c->u->temp;
    WfReg k = wf_gen_temps(c, 3);
    wf_gen_emit(c, WF_OP_BUILD_MAP, dict, dict, 0);
    bool merged = false;
    for (size_t i = 0; i < keywords.len; i++) {
        const WfKeyword *w = keywords.data[i];
        if (w->arg == NULL) {
            wf_gen_emit(c, WF_OP_DICT_MERGE, dict, wf_gen_expr_in(c, w->value, k), callee);
            merged = true;
            continue;
        }
        WfName *n = wf_gen_name_ast(c, w->arg);
        if (n == NULL) {
            return;
        }
        wf_gen_load_const(c, wf_from_object(n->str), k);
        wf_gen_expr_to(c, w->value, k + 1);
        if (merged) { /* it may be there already: an error */
            wf_gen_emit(c, WF_OP_BUILD_MAP, k + 2, k, 1);
            wf_gen_emit(c, WF_OP_DICT_MERGE, dict, k + 2, callee);
        } else {
            wf_gen_emit(c, WF_OP_MAP_ADD, dict, k, k + 1);
        }
    }
    c->u->temp = mark;
}

void wf_gen_call_with(WfGen *c, WfReg base, int32_t n, WfExprSeq args, WfKeywordSeq keywords, WfReg dst)
{
    check_keywords(c, keywords);
    if (!has_stars(args, keywords) && args.len + keywords.len < ARGS_MAX) {
        n += plain_arguments(c, args, keywords);
        if (keywords.len == 0) {
            wf_gen_emit(c, WF_OP_CALL, base, n, dst);
        } else {
            wf_gen_emit_arg(c, WF_OP_CALL_KW, base, n, dst, keyword_names(c, keywords));
        }
        return;
    }
    WfReg first = base + WF_CALL_GAP;
    if (n == 0 && args.len == 1 && args.data[0]->kind == WF_AST_Starred) {
        WfReg seq = wf_gen_temps(c, 3);
        wf_gen_expr_to(c, args.data[0]->Starred.value, seq);
        first = seq;
    } else {
        if (c->u->temp < first + 3) {
            (void)wf_gen_temps(c, first + 3 - c->u->temp);
        }
        WfReg list = wf_gen_temps(c, 2);
        wf_gen_emit(c, WF_OP_BUILD_LIST, list, first, n);
        for (size_t i = 0; i < args.len; i++) {
            WfExpr *x = args.data[i];
            bool star = x->kind == WF_AST_Starred;
            WfReg v = wf_gen_expr_in(c, star ? x->Starred.value : x, list + 1);
            wf_gen_emit(c, star ? WF_OP_LIST_EXTEND : WF_OP_LIST_APPEND, list, v, 0);
        }
        wf_gen_emit(c, WF_OP_LIST_TO_TUPLE, first, list, 0);
    }
    if (keywords.len == 1 && keywords.data[0]->arg == NULL) {
        wf_gen_expr_to(c, keywords.data[0]->value, first + 1);
    } else if (keywords.len > 0) {
        keyword_dict(c, keywords, first + 1, base);
    }
    wf_gen_emit(c, WF_OP_CALL_EX, base, keywords.len > 0, dst);
}

/* The line of a method call is that of the name behind the dot; the columns begin there too if the call spans lines. */
static WfLoc method_loc(const WfExpr *call)
{
    const WfExpr *f = call->Call.func;
    WfLoc loc = call->loc;
    if (f->loc.lineno != f->loc.end_lineno) {
        loc.lineno = f->loc.end_lineno;
        int32_t n = (int32_t)f->Attribute.attr->len;
        if (n <= f->loc.end_col_offset) {
            loc.col_offset = f->loc.end_col_offset - n;
        } else {
            loc.col_offset = f->loc.end_col_offset;
        }
    }
    return loc;
}

/* The cell __class__ for `super()` as the object of a method call in a function whose first parameter is no cell; or WF_NO_REG. */
static WfReg super_class_cell(WfGen *c, const WfExpr *e)
{
    const WfScope *s = c->u->scope;
    if (e->kind != WF_AST_Call || e->Call.args.len != 0 || e->Call.keywords.len != 0 || e->Call.func->kind != WF_AST_Name
        || c->u->n_args == 0 || s->n_params == 0 || s->kind != WF_BLOCK_FUNCTION || s->symbols[0]->scope != WF_SCOPE_LOCAL) {
        return WF_NO_REG;
    }
    WfName *name = wf_gen_mangled(c, e->Call.func->Name.id);
    const WfSymbol *super = name == NULL || !wf_name_is(name, "super") ? NULL : wf_scope_lookup(s, name);
    if (super == NULL || (super->scope != WF_SCOPE_GLOBAL_IMPLICIT && super->scope != WF_SCOPE_GLOBAL_EXPLICIT)) {
        return WF_NO_REG;
    }
    const WfSymbol *cls = wf_scope_lookup(s, wf_gen_name_cstr(c, "__class__"));
    return cls == NULL || cls->scope != WF_SCOPE_FREE ? WF_NO_REG : cls->cell;
}

static bool method_call(WfGen *c, WfExpr *e, WfReg dst)
{
    WfExpr *f = e->Call.func;
    WfExprSeq args = e->Call.args;
    WfKeywordSeq keywords = e->Call.keywords;
    if (f->kind != WF_AST_Attribute || has_stars(args, keywords) || args.len + keywords.len >= ARGS_MAX) {
        return false;
    }
    WfReg mark = c->u->temp;
    WfReg cell = super_class_cell(c, f->Attribute.value);
    WfReg o = cell == WF_NO_REG ? wf_gen_expr(c, f->Attribute.value) : cell;
    c->u->temp = mark;
    WfReg base = wf_gen_temps(c, WF_CALL_GAP + 1); /* LOAD_METHOD may read its base */
    if (cell != WF_NO_REG) {
        wf_gen_expr_to(c, f->Attribute.value->Call.func, base);
    }
    c->u->loc = f->loc;
    c->u->loc.lineno = method_loc(e).lineno;
    if (c->u->loc.lineno != f->loc.lineno) {
        c->u->loc.col_offset = method_loc(e).col_offset;
    }
    wf_gen_emit(c, cell == WF_NO_REG ? WF_OP_LOAD_METHOD : WF_OP_LOAD_SUPER, base, o, wf_gen_name_const(c, wf_gen_mangled(c, f->Attribute.attr)));
    c->u->loc = e->loc;
    check_keywords(c, keywords);
    int32_t n = plain_arguments(c, args, keywords);
    c->u->loc = method_loc(e);
    if (keywords.len == 0) {
        wf_gen_emit(c, WF_OP_CALL_METHOD, base, n, dst);
    } else {
        wf_gen_emit_arg(c, WF_OP_CALL_METHOD_KW, base, n, dst, keyword_names(c, keywords));
    }
    return true;
}

static void check_caller(WfGen *c, const WfExpr *e)
{
    const WfExpr *f = e->Call.func;
    const char *type = NULL;
    switch ((WfAstKind)f->kind) {
    case WF_AST_Constant:
        switch ((WfConstKind)f->Constant.value.kind) {
        case WF_CONST_NONE: type = "NoneType"; break;
        case WF_CONST_TRUE:
        case WF_CONST_FALSE: type = "bool"; break;
        case WF_CONST_ELLIPSIS: type = "ellipsis"; break;
        case WF_CONST_INT:
        case WF_CONST_BIGINT: type = "int"; break;
        case WF_CONST_FLOAT: type = "float"; break;
        case WF_CONST_COMPLEX: type = "complex"; break;
        case WF_CONST_STR: type = "str"; break;
        case WF_CONST_BYTES: type = "bytes"; break;
        case WF_CONST_OBJECT: type = WF_TYPE_NAME(WF_VALUE(f->Constant.value.object)); break;
        }
        break;
    case WF_AST_Tuple: type = "tuple"; break;
    case WF_AST_List:
    case WF_AST_ListComp: type = "list"; break;
    case WF_AST_Dict:
    case WF_AST_DictComp: type = "dict"; break;
    case WF_AST_Set:
    case WF_AST_SetComp: type = "set"; break;
    case WF_AST_GeneratorExp: type = "generator"; break;
    case WF_AST_JoinedStr:
    case WF_AST_FormattedValue: type = "str"; break;
    default: break;
    }
    if (type != NULL) {
        wf_gen_warn(c, e->loc, "'%.200s' object is not callable; perhaps you missed a comma?", type);
    }
}

void wf_gen_call(WfGen *c, WfExpr *e, WfReg dst)
{
    WfReg mark = c->u->temp;
    if (wf_gen_is_temp(c, dst) && dst + 1 == mark) {
        c->u->temp = dst; /* the result may lie where the callee was */
    }
    check_caller(c, e);
    if (!method_call(c, e, dst)) {
        WfReg base = wf_gen_temps(c, WF_CALL_GAP);
        wf_gen_expr_to(c, e->Call.func, base);
        c->u->loc = e->loc;
        wf_gen_call_with(c, base, 0, e->Call.args, e->Call.keywords, dst);
    }
    c->u->temp = mark;
}
