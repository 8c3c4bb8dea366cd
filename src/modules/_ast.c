/* _ast.c - module _ast: the classes of syntax trees, and the way between trees in an arena and trees of objects.
 * SPDX-License-Identifier: MIT
 *
 * Design: everything follows from the description that syntax/ast.def yields (wf_ast_classes, wf_ast_types). Classes are made
 * when the module is imported or a tree is asked for; the interpreter keeps them in one list: the class of each kind, then
 * those of the sums, then for each enum its values' singletons.
 * Threads: the list is made under no lock: two threads that make it at once leave one of the two lists behind. */
#include "compiler/compile.h"
#include "model/builtin.h"
#include "modules/builtins.h"
#include "objects/bytes.h"
#include "objects/codecs.h"
#include "objects/dict.h"
#include "objects/exceptions.h"
#include "objects/int.h"
#include "objects/list.h"
#include "objects/set.h"
#include "objects/str.h"
#include "objects/tuple.h"
#include "runtime/import.h"

#include <stdio.h>

/* --- AST, the base --------------------------------------------------------------------------------------- */

static WfStr *fields_name(WfThread *t)
{
    return WF_NAME(_fields);
}

static WfStatus ast_init(WfThread *t, WfValue self, const WfArgs *args)
{
    WfValue fields;
    WfFound found = wf_getattr_opt(t, self, fields_name(t), &fields);
    if (found == WF_ERROR) {
        return WF_RAISED;
    }
    WfValue list = found == WF_FOUND ? wf_to_tuple(t, fields) : wf_tuple_from(t, NULL, 0);
    if (wf_is_empty(list)) {
        return WF_RAISED;
    }
    int64_t n = wf_as_tuple(list)->length;
    if (args->n_pos > n) {
        return WF_FAIL(wf_raise(t, WF_EXC(TypeError), "%T constructor takes at most %ld positional argument%s", self, (long)n, n == 1 ? "" : "s"));
    }
    for (int64_t i = 0; i < args->n_pos; i++) {
        WfValue name = wf_tuple_at(wf_as_tuple(list), i);
        if (!wf_is_str(name)) {
            return WF_FAIL(wf_raise(t, WF_EXC(TypeError), "attribute name must be string, not '%T'", name));
        }
        if (wf_setattr(t, self, wf_as_str(name), args->items[i]) != WF_OK) {
            return WF_RAISED;
        }
    }
    for (int64_t i = 0; args->kwnames != NULL && i < args->kwnames->length; i++) {
        WfValue name = wf_tuple_at(args->kwnames, i);
        for (int64_t k = 0; k < args->n_pos; k++) {
            if (wf_str_equal(wf_as_str(name), wf_as_str(wf_tuple_at(wf_as_tuple(list), k)))) {
                return WF_FAIL(wf_raise(t, WF_EXC(TypeError), "%T got multiple values for argument '%V'", self, name));
            }
        }
        if (wf_setattr(t, self, wf_as_str(name), args->items[args->n_pos + i]) != WF_OK) {
            return WF_RAISED;
        }
    }
    return WF_OK;
}

static WfValue ast_reduce(WfThread *t, WfValue *a)
{
    WfValue dict, type = wf_from_object(wf_type(a[0])), none = wf_tuple_from(t, NULL, 0);
    WfFound found = wf_getattr_opt(t, a[0], WF_NAME(__dict__), &dict);
    if (found == WF_ERROR || wf_is_empty(none)) {
        return WF_EMPTY;
    }
    return found == WF_FOUND ? WF_TUPLE_OF(t, type, none, dict) : WF_TUPLE_OF(t, type, none);
}
static WfValue ast_new(WfThread *t, WfType *type, const WfArgs *args)
{
    (void)args;
    return wf_from_object(wf_instance_new(t, type, 0));
}
static const WfBuiltinDef ast_methods[] = {{"__reduce__", ast_reduce, "(self)", "For copying and pickling.", 0}, {0}};
const WfTypeSpec wf_ast_spec = {.name = "ast.AST",
                                .flags = WF_TF_BASETYPE | WF_TF_HAS_DICT | WF_TF_WEAKREFS,
                                .size = sizeof(WfObject),
                                .methods = ast_methods,
                                .slots = {.init = ast_init, .new_ = ast_new}};

/* --- the classes ------------------------------------------------------------------------------------------- */

static WfValue names_tuple(WfThread *t, const char *const *names, int n)
{
    WfTuple *x = wf_tuple_alloc(t, n);
    for (int i = 0; x != NULL && i < n; i++) {
        WfStr *s = wf_str_intern_cstr(t, names[i]);
        if (s == NULL) {
            return WF_EMPTY;
        }
        wf_store_ptr(&x->items[i], s);
    }
    return wf_from_object(x);
}

static WfType *make_class(WfThread *t, const char *name, WfType *base, const WfAstClass *c, const WfAstTypeInfo *sum)
{
    static const char *const positions[] = {"lineno", "col_offset", "end_lineno", "end_col_offset"};
    const char *names[16];
    char full[64];
    snprintf(full, sizeof full, "ast.%s", name);
    WfValue ns = wf_dict_new(t);
    if (wf_is_empty(ns)) {
        return NULL;
    }
    WfDict *d = wf_as_dict(ns);
    int n = c == NULL ? 0 : c->n_fields;
    for (int i = 0; i < n; i++) {
        names[i] = c->fields[i].name;
        if (c->fields[i].quant == '?' && wf_dict_set_cstr(t, d, names[i], WF_NONE) != WF_OK) {
            return NULL;
        }
    }
    WfValue fields = names_tuple(t, names, n);
    if (wf_is_empty(fields) || wf_dict_set_cstr(t, d, "_fields", fields) != WF_OK || wf_dict_set_cstr(t, d, "__match_args__", fields) != WF_OK
        || wf_dict_set_cstr(t, d, "__module__", wf_str_from_cstr(t, "ast")) != WF_OK
        || wf_dict_set_cstr(t, d, "__doc__", wf_str_from_cstr(t, name)) != WF_OK) {
        return NULL;
    }
    if (sum != NULL) {
        WfValue attributes = names_tuple(t, positions, sum->loc ? 4 : 0);
        if (wf_is_empty(attributes) || wf_dict_set_cstr(t, d, "_attributes", attributes) != WF_OK) {
            return NULL;
        }
        if (sum->loc && (wf_dict_set_cstr(t, d, "end_lineno", WF_NONE) != WF_OK || wf_dict_set_cstr(t, d, "end_col_offset", WF_NONE) != WF_OK)) {
            return NULL;
        }
    }
    return wf_type_new_simple(t, full, base, d);
}

enum { SUMS_AT = WF_AST_N_KINDS, ENUMS_AT = WF_AST_N_KINDS + WF_AST_N_TYPES };

/* Position of the first value of an enum type in the list. */
static int enum_at(int type)
{
    int at = ENUMS_AT;
    for (int i = 0; i < type; i++) {
        at += wf_ast_types[i].n_values;
    }
    return at;
}

static WfValue make_classes(WfThread *t)
{
    int total = enum_at(WF_AST_N_TYPES);
    WfValue list = wf_list_new(t, total);
    if (wf_is_empty(list) || wf_type_ready(t, WF_TYPE(AST)) != WF_OK) {
        return WF_EMPTY;
    }
    for (int i = 0; i < total; i++) {
        if (wf_list_append(t, wf_as_list(list), WF_NONE) != WF_OK) {
            return WF_EMPTY;
        }
    }
    WfType *ast = WF_TYPE(AST);
    WfDict *d = WF_LOAD(WfDict, &ast->dict);
    WfValue none = wf_tuple_from(t, NULL, 0);
    if (wf_is_empty(none) || wf_dict_set_cstr(t, d, "_fields", none) != WF_OK || wf_dict_set_cstr(t, d, "_attributes", none) != WF_OK
        || wf_dict_set_cstr(t, d, "__match_args__", none) != WF_OK || wf_type_modified(t, ast, NULL) != WF_OK) {
        return WF_EMPTY;
    }
    for (int i = 0; i < WF_AST_N_TYPES; i++) {
        const WfAstTypeInfo *info = &wf_ast_types[i];
        if (info->form != WF_AST_SUM && info->form != WF_AST_ENUM) {
            continue;
        }
        WfType *base = make_class(t, info->name, ast, NULL, info);
        if (base == NULL || wf_list_set(t, wf_as_list(list), SUMS_AT + i, wf_from_object(base)) != WF_FOUND) {
            return WF_EMPTY;
        }
        for (int k = 0; k < info->n_values; k++) {
            WfType *value = make_class(t, info->values[k], base, NULL, NULL);
            WfValue one = value == NULL ? WF_EMPTY : wf_call0(t, wf_from_object(value));
            if (wf_is_empty(one) || wf_list_set(t, wf_as_list(list), enum_at(i) + k, one) != WF_FOUND) {
                return WF_EMPTY;
            }
        }
    }
    for (int kind = 1; kind < WF_AST_N_KINDS; kind++) {
        const WfAstClass *c = &wf_ast_classes[kind];
        const WfAstTypeInfo *info = &wf_ast_types[c->type];
        bool product = info->form == WF_AST_PRODUCT;
        WfType *base = product ? ast : WF_AS(WfType, wf_list_at(wf_as_list(list), SUMS_AT + c->type));
        WfType *type = make_class(t, c->name, base, c, product ? info : NULL);
        if (type == NULL || wf_list_set(t, wf_as_list(list), kind, wf_from_object(type)) != WF_FOUND) {
            return WF_EMPTY;
        }
    }
    return list;
}

static WfList *classes(WfThread *t)
{
    WfStr *key = wf_str_intern_cstr(t, "_ast");
    if (key == NULL) {
        return NULL;
    }
    WfDict *state = wf_as_dict(t->interp->module_state);
    WfValue list = wf_dict_get_str(state, key);
    if (wf_is_empty(list)) {
        list = make_classes(t);
        if (wf_is_empty(list)) {
            return NULL;
        }
        list = wf_dict_setdefault(t, state, wf_from_object(key), list);
    }
    return wf_is_empty(list) ? NULL : wf_as_list(list);
}

/* --- to objects --------------------------------------------------------------------------------------------- */

static WfValue text_value(WfThread *t, const WfAstStr *s)
{
    return s == NULL ? WF_NONE : wf_decode_utf8(t, s->data, (int64_t)s->len, "surrogatepass", NULL);
}

static WfValue constant_value(WfThread *t, const WfConst *c)
{
    switch ((WfConstKind)c->kind) {
    case WF_CONST_NONE: return WF_NONE;
    case WF_CONST_TRUE: return WF_TRUE;
    case WF_CONST_FALSE: return WF_FALSE;
    case WF_CONST_ELLIPSIS: return WF_ELLIPSIS;
    case WF_CONST_INT: return wf_int_from_i64(t, c->i);
    case WF_CONST_BIGINT: return wf_int_parse(t, c->str->data, (int64_t)c->str->len, c->radix);
    case WF_CONST_FLOAT: return wf_double_any(c->real);
    case WF_CONST_COMPLEX: return wf_complex_new(t, c->real, c->imag);
    case WF_CONST_STR: return text_value(t, c->str);
    case WF_CONST_BYTES: return wf_bytes_new(t, c->str->data, (int64_t)c->str->len);
    case WF_CONST_OBJECT: return WF_VALUE(c->object);
    }
    return WF_NONE;
}

static WfValue node_value(WfThread *t, WfList *list, const WfAstNode *node);

/* One value of a field's type, at address p. */
static WfValue item_value(WfThread *t, WfList *list, const WfAstField *f, const void *p)
{
    switch (f->type) {
    case WF_AST_TYPE_identifier:
    case WF_AST_TYPE_string: {
        WfValue v = text_value(t, *(const WfAstStr *const *)p);
        return wf_is_str(v) && f->type == WF_AST_TYPE_identifier ? wf_str_intern(t, v) : v;
    }
    case WF_AST_TYPE_int: return wf_small_int(*(const int *)p);
    case WF_AST_TYPE_constant: return constant_value(t, (const WfConst *)p);
    default: break;
    }
    if (wf_ast_types[f->type].form == WF_AST_ENUM) {
        return wf_list_at(list, enum_at(f->type) + *(const int *)p);
    }
    const WfAstNode *node = *(const WfAstNode *const *)p;
    return node == NULL ? WF_NONE : node_value(t, list, node);
}

static WfValue sequence_value(WfThread *t, WfList *list, const WfAstField *f, const WfNodeSeq *seq)
{
    bool is_enum = wf_ast_types[f->type].form == WF_AST_ENUM;
    WfValue out = wf_list_new(t, (int64_t)seq->len);
    for (size_t i = 0; i < seq->len && !wf_is_empty(out); i++) {
        const void *p = is_enum ? (const void *)((const WfCmpOp *)(const void *)seq->data + i) : (const void *)&seq->data[i];
        WfValue v = item_value(t, list, f, p);
        if (wf_is_empty(v) || wf_list_append(t, wf_as_list(out), v) != WF_OK) {
            return WF_EMPTY;
        }
    }
    return out;
}

static WfStatus set_field(WfThread *t, WfObject *o, const char *name, WfValue v)
{
    WfStr *s = wf_is_empty(v) ? NULL : wf_str_intern_cstr(t, name);
    return s == NULL ? WF_RAISED : wf_setattr(t, wf_from_object(o), s, v);
}

static WfValue node_value(WfThread *t, WfList *list, const WfAstNode *node)
{
    const WfAstClass *c = &wf_ast_classes[node->kind];
    if (wf_recursion_enter(t, " during ast construction") != WF_OK) {
        return WF_EMPTY;
    }
    WfObject *o = wf_instance_new(t, WF_AS(WfType, wf_list_at(list, node->kind)), 0);
    WfStatus status = o == NULL ? WF_RAISED : WF_OK;
    for (int i = 0; i < c->n_fields && status == WF_OK; i++) {
        const WfAstField *f = &c->fields[i];
        const void *p = (const char *)node + f->offset;
        status = set_field(t, o, f->name, f->quant == '*' ? sequence_value(t, list, f, (const WfNodeSeq *)p) : item_value(t, list, f, p));
    }
    if (status == WF_OK && wf_ast_types[c->type].loc) {
        if (set_field(t, o, "lineno", wf_small_int(node->loc.lineno)) != WF_OK
            || set_field(t, o, "col_offset", wf_small_int(node->loc.col_offset)) != WF_OK
            || set_field(t, o, "end_lineno", wf_small_int(node->loc.end_lineno)) != WF_OK
            || set_field(t, o, "end_col_offset", wf_small_int(node->loc.end_col_offset)) != WF_OK) {
            status = WF_RAISED;
        }
    }
    wf_recursion_leave(t);
    return status == WF_OK ? wf_from_object(o) : WF_EMPTY;
}

WfValue wf_ast_to_object(WfThread *t, const WfAstNode *node)
{
    WfList *list = classes(t);
    return list == NULL ? WF_EMPTY : node_value(t, list, node);
}

/* --- from objects --------------------------------------------------------------------------------------------- */

typedef struct FromObject {
    WfThread *t;
    WfArena *arena;
    WfList *list;
    WfList *keep; /* constants: the arena keeps nothing alive */
} FromObject;

static void *no_memory(FromObject *c)
{
    return WF_FAIL_NULL(wf_raise_no_memory(c->t));
}

static const WfAstStr *text_of(FromObject *c, WfValue v)
{
    int64_t n;
    const char *s = wf_str_utf8_pass(c->t, v, &n);
    if (s == NULL) {
        return NULL;
    }
    WfAstStr *out = (WfAstStr *)wf_arena_alloc(c->arena, sizeof *out);
    char *copy = (char *)wf_arena_alloc(c->arena, (size_t)n + 1);
    if (out == NULL || copy == NULL) {
        return (const WfAstStr *)no_memory(c);
    }
    memcpy(copy, s, (size_t)n + 1);
    *out = (WfAstStr){copy, (size_t)n};
    return out;
}

/* Only what can be written as a constant. */
static WfStatus check_constant(WfThread *t, WfValue v)
{
    if (wf_is_none(v) || wf_is_bool(v) || wf_is(v, WF_ELLIPSIS) || wf_is_int(v) || wf_is_double(v) || WF_IS_EXACT(v, INT)
        || WF_IS_EXACT(v, STR) || WF_IS_EXACT(v, BYTES) || WF_IS_EXACT(v, COMPLEX)) {
        return WF_OK;
    }
    if (WF_IS_EXACT(v, TUPLE) || WF_IS_EXACT(v, FROZENSET)) {
        WfValue items = wf_to_tuple(t, v);
        WfStatus status = wf_is_empty(items) ? WF_RAISED : wf_recursion_enter(t, " during compilation");
        for (int64_t i = 0; status == WF_OK && i < wf_as_tuple(items)->length; i++) {
            status = check_constant(t, wf_tuple_at(wf_as_tuple(items), i));
        }
        if (!wf_is_empty(items)) {
            wf_recursion_leave(t);
        }
        return status;
    }
    return WF_FAIL(wf_raise(t, WF_EXC(TypeError), "got an invalid type in Constant: %T", v));
}

static WfStatus node_of(FromObject *c, int type, WfValue v, WfAstNode **out);

static WfStatus item_of(FromObject *c, const WfAstField *f, WfValue v, void *p)
{
    WfThread *t = c->t;
    const WfAstTypeInfo *info = &wf_ast_types[f->type];
    switch (f->type) {
    case WF_AST_TYPE_identifier:
        if (!wf_is_exact_str(v)) {
            return WF_FAIL(wf_raise(t, WF_EXC(TypeError), "AST identifier must be of type str"));
        }
        *(const WfAstStr **)p = text_of(c, v);
        return *(const WfAstStr **)p == NULL ? WF_RAISED : WF_OK;
    case WF_AST_TYPE_string:
        if (!wf_is_exact_str(v) && !WF_IS_EXACT(v, BYTES)) {
            return WF_FAIL(wf_raise(t, WF_EXC(TypeError), "AST string must be of type str"));
        }
        *(const WfAstStr **)p = text_of(c, v);
        return *(const WfAstStr **)p == NULL ? WF_RAISED : WF_OK;
    case WF_AST_TYPE_int:
        if (!wf_is_any_int(v)) {
            return WF_FAIL(wf_raise(t, WF_EXC(ValueError), "invalid integer value: %R", v));
        }
        return wf_to_int(t, v, (int *)p);
    case WF_AST_TYPE_constant:
        if (check_constant(t, v) != WF_OK || wf_list_append(t, c->keep, v) != WF_OK) {
            return WF_RAISED;
        }
        *(WfConst *)p = (WfConst){.kind = wf_is_none(v)           ? WF_CONST_NONE
                                          : wf_is_true(v)         ? WF_CONST_TRUE
                                          : wf_is_false(v)        ? WF_CONST_FALSE
                                          : wf_is(v, WF_ELLIPSIS) ? WF_CONST_ELLIPSIS
                                                                  : WF_CONST_OBJECT,
                                  .object = v.bits};
        if (wf_is_exact_str(v)) { /* strings in their own form: docstrings and messages look at them */
            const WfAstStr *s = text_of(c, v);
            if (s == NULL) {
                return WF_RAISED;
            }
            *(WfConst *)p = (WfConst){.kind = WF_CONST_STR, .str = s};
        }
        return WF_OK;
    default: break;
    }
    if (info->form == WF_AST_ENUM) {
        for (int i = 0; i < info->n_values; i++) {
            WfValue one = wf_list_at(c->list, enum_at(f->type) + i);
            WfFound is = wf_isinstance(t, v, wf_from_object(wf_type(one)));
            if (is == WF_ERROR) {
                return WF_RAISED;
            }
            if (is == WF_FOUND) {
                *(int *)p = i;
                return WF_OK;
            }
        }
        return WF_FAIL(wf_raise(t, WF_EXC(TypeError), "expected some sort of %s, but got %R", info->name, v));
    }
    return node_of(c, f->type, v, (WfAstNode **)p);
}

static WfStatus sequence_of(FromObject *c, const WfAstClass *owner, const WfAstField *f, WfValue v, WfNodeSeq *seq)
{
    WfThread *t = c->t;
    if (!wf_is_list(v)) {
        return WF_FAIL(wf_raise(t, WF_EXC(TypeError), "%s field \"%s\" must be a list, not a %T", owner->name, f->name, v));
    }
    WfList *l = wf_as_list(v);
    int64_t n = wf_list_length(l);
    seq->data = (void **)wf_arena_alloc(c->arena, (size_t)(n + 1) * sizeof(void *));
    if (seq->data == NULL) {
        return WF_FAIL(no_memory(c));
    }
    seq->len = (size_t)n;
    bool is_enum = wf_ast_types[f->type].form == WF_AST_ENUM;
    bool holes = (strcmp(owner->name, "Dict") == 0 && strcmp(f->name, "keys") == 0) || strcmp(f->name, "kw_defaults") == 0;
    for (int64_t i = 0; i < n; i++) {
        WfValue item = wf_list_at(l, i);
        if (wf_is_empty(item)) {
            return WF_FAIL(wf_raise(t, WF_EXC(RuntimeError), "%s field \"%s\" changed size during iteration", owner->name, f->name));
        }
        if (wf_is_none(item) && holes) {
            seq->data[i] = NULL;
            continue;
        }
        void *p = is_enum ? (void *)((WfCmpOp *)(void *)seq->data + i) : (void *)&seq->data[i];
        if (wf_is_none(item) && !is_enum && f->type != WF_AST_TYPE_identifier) {
            return WF_FAIL(wf_raise(t, WF_EXC(ValueError), "None disallowed in %s list", wf_ast_types[f->type].name));
        }
        if (item_of(c, f, item, p) != WF_OK) {
            return WF_RAISED;
        }
    }
    return WF_OK;
}

static WfStatus position_of(FromObject *c, WfValue v, const char *name, bool required, int32_t fallback, const char *owner, int32_t *out)
{
    WfValue x;
    WfStr *s = wf_str_intern_cstr(c->t, name);
    WfFound found = s == NULL ? WF_ERROR : wf_getattr_opt(c->t, v, s, &x);
    if (found == WF_ERROR) {
        return WF_RAISED;
    }
    if (found == WF_MISSING || wf_is_none(x)) {
        if (required && found == WF_MISSING) {
            return WF_FAIL(wf_raise(c->t, WF_EXC(TypeError), "required field \"%s\" missing from %s", name, owner));
        }
        *out = fallback;
        return WF_OK;
    }
    if (!wf_is_any_int(x)) {
        return WF_FAIL(wf_raise(c->t, WF_EXC(ValueError), "invalid integer value: %R", x));
    }
    int i;
    if (wf_to_int(c->t, x, &i) != WF_OK) {
        return WF_RAISED;
    }
    *out = i;
    return WF_OK;
}

static WfStatus fill_node(FromObject *c, int kind, WfValue v, WfAstNode *node)
{
    WfThread *t = c->t;
    const WfAstClass *cls = &wf_ast_classes[kind];
    const WfAstTypeInfo *info = &wf_ast_types[cls->type];
    for (int i = 0; i < cls->n_fields; i++) {
        const WfAstField *f = &cls->fields[i];
        WfStr *name = wf_str_intern_cstr(t, f->name);
        WfValue x;
        WfFound found = name == NULL ? WF_ERROR : wf_getattr_opt(t, v, name, &x);
        void *p = (char *)node + f->offset;
        if (found == WF_ERROR) {
            return WF_RAISED;
        }
        if (f->quant == '?' && (found == WF_MISSING || wf_is_none(x))) {
            continue;
        }
        if (found == WF_MISSING) {
            return WF_FAIL(wf_raise(t, WF_EXC(TypeError), "required field \"%s\" missing from %s", f->name, cls->name));
        }
        if (f->quant == '1' && wf_is_none(x) && f->type != WF_AST_TYPE_constant) {
            return WF_FAIL(wf_raise(t, WF_EXC(ValueError), "field \"%s\" is required for %s", f->name, cls->name));
        }
        if ((f->quant == '*' ? sequence_of(c, cls, f, x, (WfNodeSeq *)p) : item_of(c, f, x, p)) != WF_OK) {
            return WF_RAISED;
        }
    }
    if (info->loc) {
        WfLoc *l = &node->loc;
        if (position_of(c, v, "lineno", true, 0, cls->name, &l->lineno) != WF_OK || position_of(c, v, "col_offset", true, 0, cls->name, &l->col_offset) != WF_OK
            || position_of(c, v, "end_lineno", false, l->lineno, cls->name, &l->end_lineno) != WF_OK
            || position_of(c, v, "end_col_offset", false, l->col_offset, cls->name, &l->end_col_offset) != WF_OK) {
            return WF_RAISED;
        }
        if (l->end_lineno < l->lineno || (l->end_lineno == l->lineno && l->end_col_offset < l->col_offset)) {
            return l->end_lineno < l->lineno
                       ? WF_FAIL(wf_raise(t, WF_EXC(ValueError), "AST node line range (%d, %d) is not valid", (int)l->lineno, (int)l->end_lineno))
                       : WF_FAIL(wf_raise(t, WF_EXC(ValueError), "AST node column range (%d, %d) for line range (%d, %d) is not valid",
                                          (int)l->col_offset, (int)l->end_col_offset, (int)l->lineno, (int)l->end_lineno));
        }
    }
    return WF_OK;
}

static WfStatus node_of(FromObject *c, int type, WfValue v, WfAstNode **out)
{
    WfThread *t = c->t;
    for (int kind = 1; kind < WF_AST_N_KINDS; kind++) {
        if (wf_ast_classes[kind].type != type) {
            continue;
        }
        WfFound is = wf_isinstance(t, v, wf_list_at(c->list, kind));
        if (is == WF_ERROR) {
            return WF_RAISED;
        }
        if (is == WF_MISSING) {
            continue;
        }
        WfAstNode *node = (WfAstNode *)wf_ast_new(c->arena, (WfAstKind)kind);
        if (node == NULL) {
            return WF_FAIL(no_memory(c));
        }
        if (wf_recursion_enter(t, " during compilation") != WF_OK) {
            return WF_RAISED;
        }
        WfStatus status = fill_node(c, kind, v, node);
        wf_recursion_leave(t);
        *out = node;
        return status;
    }
    return WF_FAIL(wf_raise(t, WF_EXC(TypeError), "expected some sort of %s, but got %R", wf_ast_types[type].name, v));
}

WfValue wf_compile_ast_object(WfThread *t, WfValue source, WfValue filename, int mode, uint32_t flags, int optimize)
{
    WfStr *key = wf_str_intern_cstr(t, "_ast");
    if (key == NULL) {
        return WF_EMPTY;
    }
    if (!wf_is_object(source) || wf_is_empty(wf_dict_get_str(wf_as_dict(t->interp->module_state), key))
        || !wf_is_instance_of(source, WF_TYPE(AST))) {
        return WF_NONE;
    }
    if (flags & WF_PYCF_ONLY_AST) {
        return source;
    }
    static const int wanted[] = {WF_AST_Module, WF_AST_Expression, WF_AST_Interactive};
    WfValue keep = wf_list_new(t, 0);
    WfList *list = wf_is_empty(keep) ? NULL : classes(t);
    if (list == NULL) {
        return WF_EMPTY;
    }
    WfFound is = wf_isinstance(t, source, wf_list_at(list, wanted[mode]));
    if (is != WF_FOUND) {
        return is == WF_ERROR ? WF_EMPTY : wf_raise(t, WF_EXC(TypeError), "expected %s node, got %T", wf_ast_classes[wanted[mode]].name, source);
    }
    WfArena arena;
    wf_arena_init(&arena);
    FromObject c = {t, &arena, list, wf_as_list(keep)};
    WfAstNode *node = NULL;
    WfValue code = WF_EMPTY;
    if (node_of(&c, WF_AST_TYPE_mod, source, &node) == WF_OK && wf_compile_validate(t, (WfMod *)(void *)node) == WF_OK) {
        code = wf_compile_tree(t, &arena, (WfMod *)(void *)node, filename, flags, optimize);
    }
    wf_arena_free(&arena);
    return code;
}

/* --- the module ------------------------------------------------------------------------------------------------ */

static WfStatus ast_module_init(WfThread *t, WfValue module)
{
    WfList *list = classes(t);
    if (list == NULL || wf_module_add(t, module, "AST", wf_from_object(WF_TYPE(AST))) != WF_OK) {
        return WF_RAISED;
    }
    for (int64_t i = 0; i < wf_list_length(list); i++) {
        WfValue v = wf_list_at(list, i);
        if (wf_is_none(v)) {
            continue;
        }
        WfType *type = wf_is_type(v) ? WF_AS(WfType, v) : wf_type(v);
        if (wf_module_add(t, module, wf_type_name(type), wf_from_object(type)) != WF_OK) {
            return WF_RAISED;
        }
    }
    static const struct {
        const char *name;
        int value;
    } flags[] = {{"PyCF_ONLY_AST", WF_PYCF_ONLY_AST}, {"PyCF_TYPE_COMMENTS", WF_PYCF_TYPE_COMMENTS}, {"PyCF_ALLOW_TOP_LEVEL_AWAIT", WF_PYCF_TOP_LEVEL_AWAIT}};
    for (size_t i = 0; i < WF_ARRAY_LEN(flags); i++) {
        if (wf_module_add_int(t, module, flags[i].name, flags[i].value) != WF_OK) {
            return WF_RAISED;
        }
    }
    return WF_OK;
}
const WfModuleDef wf_module__ast = {.name = "_ast", .doc = "Classes of syntax trees.", .init = ast_module_init};
