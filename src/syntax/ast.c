/* ast.c - the run-time description of the tree's node kinds.
 * SPDX-License-Identifier: MIT
 * Design:     ast.def is included once more for each table. Each kind's fields are laid out in a
 *             struct of its own (at_BinOp ...), with the head before them, to find their offsets; an
 *             assertion for every kind ties that layout to the unions of ast.h.
 * Invariants: wf_ast_classes is indexed by WfAstKind, wf_ast_types by WfAstType.
 * Threads:    constant data. */
#include "syntax/ast.h"

/* clang-format off */
#define CTOR(asdl, Name) struct at_##Name { WfAstNode head; _Alignas(8) char fields[0];
#define END_CTOR(Name) };
#define PRODUCT(asdl, C, location) struct at_##asdl { WfAstNode head; _Alignas(8) char fields[0];
#define END_PRODUCT(asdl, C) };                                                          \
    _Static_assert(sizeof(struct at_##asdl) == sizeof(C), "layout of " #asdl);
#define FIELD(Kind, type, name) WF_AST_T_##type name;
#define OPT(Kind, type, name) WF_AST_T_##type name;
#define SEQ(Kind, type, name) WF_AST_S_##type name;
#include "syntax/ast.def"

_Static_assert(offsetof(WfExpr, Compare.comparators) == offsetof(struct at_Compare, comparators), "layout");
_Static_assert(offsetof(WfStmt, For.type_comment) == offsetof(struct at_For, type_comment), "layout");
_Static_assert(offsetof(WfStmt, Pass) == offsetof(struct at_Pass, fields), "layout");

#define CTOR(asdl, Name) static const WfAstField fields_##Name[] = {
#define END_CTOR(Name) {0}};
#define PRODUCT(asdl, C, location) static const WfAstField fields_##asdl[] = {
#define END_PRODUCT(asdl, C) {0}};
#define FIELD(Kind, t, n) {#n, WF_AST_TYPE_##t, '1', offsetof(struct at_##Kind, n)},
#define OPT(Kind, t, n) {#n, WF_AST_TYPE_##t, '?', offsetof(struct at_##Kind, n)},
#define SEQ(Kind, t, n) {#n, WF_AST_TYPE_##t, '*', offsetof(struct at_##Kind, n)},
#include "syntax/ast.def"

#define N_OF(a) (sizeof(a) / sizeof(*(a)))

const WfAstClass wf_ast_classes[WF_AST_N_KINDS] = {
#define CTOR(asdl, Name) [WF_AST_##Name] = {#Name, WF_AST_TYPE_##asdl, N_OF(fields_##Name) - 1, \
                                            sizeof(struct at_##Name), fields_##Name},
#define PRODUCT(asdl, C, loc) [WF_AST_##asdl] = {#asdl, WF_AST_TYPE_##asdl, N_OF(fields_##asdl) - 1, \
                                                 sizeof(struct at_##asdl), fields_##asdl},
#include "syntax/ast.def"
};

#define ENUM(asdl, C) static const char *const values_##asdl[] = {
#define VALUE(Name) #Name,
#define END_ENUM(C) };
#include "syntax/ast.def"

const WfAstTypeInfo wf_ast_types[WF_AST_N_TYPES] = {
    [WF_AST_TYPE_identifier] = {"identifier", WF_AST_BASIC, 0, 0, NULL},
    [WF_AST_TYPE_string] = {"string", WF_AST_BASIC, 0, 0, NULL},
    [WF_AST_TYPE_int] = {"int", WF_AST_BASIC, 0, 0, NULL},
    [WF_AST_TYPE_constant] = {"constant", WF_AST_BASIC, 0, 0, NULL},
#define ENUM(asdl, C) [WF_AST_TYPE_##asdl] = {#asdl, WF_AST_ENUM, 0, N_OF(values_##asdl), values_##asdl},
#define SUM(asdl, C, loc) [WF_AST_TYPE_##asdl] = {#asdl, WF_AST_SUM, loc, 0, NULL},
#define PRODUCT(asdl, C, loc) [WF_AST_TYPE_##asdl] = {#asdl, WF_AST_PRODUCT, loc, 0, NULL},
#include "syntax/ast.def"
};
/* clang-format on */
