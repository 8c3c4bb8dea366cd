/* ast.h - the abstract syntax tree: plain structs in an arena, made from ast.def.
 * SPDX-License-Identifier: MIT
 *
 *     switch (e->kind) {
 *     case WF_AST_BinOp: visit(e->BinOp.left); ...
 *     case WF_AST_Call: for (size_t i = 0; i < e->Call.args.len; i++) visit(e->Call.args.data[i]);
 *
 * WfMod, WfStmt, WfExpr, WfPattern, WfExceptHandler, WfTypeIgnore are sums: a union member named
 * like the kind. WfArguments, WfArg, WfKeyword, WfAlias, WfWithItem, WfMatchCase, WfComprehension
 * have their fields directly. All begin with WfAstNode's fields. A node is allocated only as big as
 * its kind needs (wf_ast_classes[kind].size), so never copy one as a whole struct.
 *
 * Optional fields are NULL when missing. Identifiers of one parse are interned: equal ones are the
 * same pointer. Trees belong to one thread. */
#ifndef WF_SYNTAX_AST_H
#define WF_SYNTAX_AST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"

/* Text in the arena: UTF-8, NUL-terminated (it may hold NULs too). Lone surrogates are encoded like
 * other characters of three bytes (WTF-8). The same type carries the value of a bytes literal. */
typedef struct WfAstStr {
    const char *data;
    size_t len;
} WfAstStr;

/* Positions: lines from 1, columns in UTF-8 bytes from 0. */
typedef struct WfLoc {
    int32_t lineno;
    int32_t col_offset;
    int32_t end_lineno;
    int32_t end_col_offset;
} WfLoc;

typedef enum WfConstKind {
    WF_CONST_NONE,
    WF_CONST_TRUE,
    WF_CONST_FALSE,
    WF_CONST_ELLIPSIS,
    WF_CONST_INT,    /* fits int64_t: i */
    WF_CONST_BIGINT, /* str: digits without prefix and underscores, in base `radix` (2, 8, 10, 16) */
    WF_CONST_FLOAT,  /* real */
    WF_CONST_COMPLEX, /* real, imag */
    WF_CONST_STR,    /* str: WTF-8 */
    WF_CONST_BYTES,  /* str: raw bytes */
    WF_CONST_OBJECT, /* object: opaque to syntax/, set by users of the tree */
} WfConstKind;

typedef struct WfConst {
    uint8_t kind; /* WfConstKind */
    uint8_t radix;
    union {
        int64_t i;
        uint64_t object;
        const WfAstStr *str;
        struct {
            double real;
            double imag;
        };
    };
} WfConst;

/* Names of all kinds of node and of all values of enums. */
typedef enum WfAstKind {
    WF_AST_NO_KIND,
#define CTOR(asdl, Name) WF_AST_##Name,
#define PRODUCT(asdl, C, loc) WF_AST_##asdl,
#include "syntax/ast.def"
    WF_AST_N_KINDS
} WfAstKind;

#define ENUM(asdl, C) typedef enum C {
#define VALUE(Name) WF_AST_##Name,
#define END_ENUM(C)                                                                      \
    }                                                                                    \
    C;
#include "syntax/ast.def"

#define SUM(asdl, C, loc) typedef struct C C;
#define PRODUCT(asdl, C, loc) typedef struct C C;
#include "syntax/ast.def"

/* What every node begins with. */
typedef struct WfAstNode {
    uint16_t kind;  /* WfAstKind */
    uint16_t flags; /* WF_AST_PAREN ... */
    WfLoc loc;      /* all 0 for kinds without a position */
} WfAstNode;

#define WF_AST_PAREN 1u /* expr: written in parentheses of its own */

/* Sequences. */
#define WF_AST_SEQ_OF(T, Name)                                                           \
    typedef struct Name {                                                                \
        T *data;                                                                         \
        size_t len;                                                                      \
    } Name
WF_AST_SEQ_OF(void *, WfNodeSeq);
WF_AST_SEQ_OF(WfStmt *, WfStmtSeq);
WF_AST_SEQ_OF(WfExpr *, WfExprSeq);
WF_AST_SEQ_OF(WfComprehension *, WfComprehensionSeq);
WF_AST_SEQ_OF(WfExceptHandler *, WfExceptHandlerSeq);
WF_AST_SEQ_OF(WfArg *, WfArgSeq);
WF_AST_SEQ_OF(WfKeyword *, WfKeywordSeq);
WF_AST_SEQ_OF(WfAlias *, WfAliasSeq);
WF_AST_SEQ_OF(WfWithItem *, WfWithItemSeq);
WF_AST_SEQ_OF(WfMatchCase *, WfMatchCaseSeq);
WF_AST_SEQ_OF(WfPattern *, WfPatternSeq);
WF_AST_SEQ_OF(WfTypeIgnore *, WfTypeIgnoreSeq);
WF_AST_SEQ_OF(const WfAstStr *, WfIdentifierSeq);
WF_AST_SEQ_OF(WfCmpOp, WfCmpOpSeq);
#undef WF_AST_SEQ_OF

/* The C type of a field of each ASDL type; S for a sequence of it. */
#define WF_AST_T_stmt WfStmt *
#define WF_AST_T_expr WfExpr *
#define WF_AST_T_arguments WfArguments *
#define WF_AST_T_arg WfArg *
#define WF_AST_T_pattern WfPattern *
#define WF_AST_T_identifier const WfAstStr *
#define WF_AST_T_string const WfAstStr *
#define WF_AST_T_constant WfConst
#define WF_AST_T_int int
#define WF_AST_T_expr_context WfExprContext
#define WF_AST_T_boolop WfBoolOp
#define WF_AST_T_operator WfOperator
#define WF_AST_T_unaryop WfUnaryOp
#define WF_AST_S_stmt WfStmtSeq
#define WF_AST_S_expr WfExprSeq
#define WF_AST_S_comprehension WfComprehensionSeq
#define WF_AST_S_excepthandler WfExceptHandlerSeq
#define WF_AST_S_arg WfArgSeq
#define WF_AST_S_keyword WfKeywordSeq
#define WF_AST_S_alias WfAliasSeq
#define WF_AST_S_withitem WfWithItemSeq
#define WF_AST_S_match_case WfMatchCaseSeq
#define WF_AST_S_pattern WfPatternSeq
#define WF_AST_S_type_ignore WfTypeIgnoreSeq
#define WF_AST_S_identifier WfIdentifierSeq
#define WF_AST_S_cmpop WfCmpOpSeq

#define WF_AST_HEAD                                                                      \
    uint16_t kind;                                                                       \
    uint16_t flags;                                                                      \
    WfLoc loc;

#define SUM(asdl, C, location)                                                           \
    struct C {                                                                           \
        WF_AST_HEAD                                                                      \
        union {
#define CTOR(asdl, Name) struct {
#define FIELD(Kind, type, name) WF_AST_T_##type name;
#define OPT(Kind, type, name) WF_AST_T_##type name;
#define SEQ(Kind, type, name) WF_AST_S_##type name;
#define END_CTOR(Name)                                                                   \
    }                                                                                    \
    Name;
#define END_SUM(C)                                                                       \
    }                                                                                    \
    ;                                                                                    \
    }                                                                                    \
    ;
#define PRODUCT(asdl, C, location)                                                       \
    struct C {                                                                           \
        WF_AST_HEAD
#define END_PRODUCT(asdl, C)                                                             \
    }                                                                                    \
    ;
#include "syntax/ast.def"

/* ---- description at run time (the _ast module, dumps) ---- */

typedef enum WfAstType {
    WF_AST_TYPE_identifier,
    WF_AST_TYPE_string,
    WF_AST_TYPE_int,
    WF_AST_TYPE_constant,
#define ENUM(asdl, C) WF_AST_TYPE_##asdl,
#define SUM(asdl, C, loc) WF_AST_TYPE_##asdl,
#define PRODUCT(asdl, C, loc) WF_AST_TYPE_##asdl,
#include "syntax/ast.def"
    WF_AST_N_TYPES
} WfAstType;

typedef struct WfAstField {
    const char *name;
    uint8_t type;    /* WfAstType */
    char quant;      /* '1', '?' or '*' */
    uint16_t offset; /* in the node */
} WfAstField;

/* One kind of node. */
typedef struct WfAstClass {
    const char *name;         /* of the Python class */
    uint8_t type;             /* WfAstType: its sum, or the product itself */
    uint8_t n_fields;
    uint16_t size;            /* bytes to allocate */
    const WfAstField *fields; /* in the order of _fields */
} WfAstClass;

typedef enum WfAstForm { WF_AST_BASIC, WF_AST_ENUM, WF_AST_SUM, WF_AST_PRODUCT } WfAstForm;

/* One ASDL type. */
typedef struct WfAstTypeInfo {
    const char *name; /* "expr", "identifier" ... */
    uint8_t form;     /* WfAstForm */
    uint8_t loc;      /* 0 no position, 1 with an optional end, 2 whole */
    uint8_t n_values; /* enum */
    const char *const *values;
} WfAstTypeInfo;

extern const WfAstClass wf_ast_classes[WF_AST_N_KINDS];
extern const WfAstTypeInfo wf_ast_types[WF_AST_N_TYPES];

/* A new node of the kind, zeroed but for its kind; NULL is out of memory. */
static inline void *wf_ast_new(WfArena *a, WfAstKind kind)
{
    WfAstNode *n = wf_arena_alloc(a, wf_ast_classes[kind].size);
    if (n != NULL) {
        n->kind = (uint16_t)kind;
    }
    return n;
}

/* Source text of an expression, as `from __future__ import annotations` stores it. NULL: out of
 * memory, or the tree is too deep (*too_deep). */
const WfAstStr *wf_ast_unparse(WfArena *a, const WfExpr *e, bool *too_deep);

#endif
