/* symtable.h - the scopes of a tree: what every name in every block means.
 * SPDX-License-Identifier: MIT
 *
 * Everything lies in the compilation's arena. After wf_symtable_build each WfSymbol has its `scope`. */
#ifndef WF_COMPILER_SYMTABLE_H
#define WF_COMPILER_SYMTABLE_H

#include "base/vec.h"
#include "model/object.h"
#include "syntax/ast.h"

typedef struct WfGen WfGen; /* gen.h */

/* An identifier, interned within a compilation: equal ones are the same pointer. */
typedef struct WfName {
    const char *data; /* UTF-8 */
    size_t len;
    uint64_t hash;
    struct WfName *next; /* in its bucket */
    WfStr *str;          /* interned; kept alive by the compilation */
} WfName;

enum { /* how a block uses a name */
    WF_SYM_GLOBAL = 1, WF_SYM_LOCAL = 2, WF_SYM_PARAM = 4, WF_SYM_NONLOCAL = 8, WF_SYM_USE = 16,
    WF_SYM_FREE_CLASS = 64, WF_SYM_IMPORT = 128, WF_SYM_ANNOT = 256, WF_SYM_COMP_ITER = 512,
    WF_SYM_ANNOT_ONLY = 1024, /* `x: int` and nothing else: no register */
    WF_SYM_BOUND = WF_SYM_LOCAL | WF_SYM_PARAM | WF_SYM_IMPORT
};
typedef enum WfNameScope {
    WF_SCOPE_UNKNOWN, WF_SCOPE_LOCAL, WF_SCOPE_GLOBAL_EXPLICIT, WF_SCOPE_GLOBAL_IMPLICIT, WF_SCOPE_FREE, WF_SCOPE_CELL
} WfNameScope;

typedef struct WfSymbol {
    WfName *name;
    uint32_t flags;  /* WF_SYM_* */
    uint32_t scope;  /* WfNameScope */
    int32_t slot;    /* local's register, or -1 */
    int32_t cell;    /* register of its cell, or -1 */
} WfSymbol;

typedef enum WfBlockKind { WF_BLOCK_FUNCTION, WF_BLOCK_CLASS, WF_BLOCK_MODULE, WF_BLOCK_ANNOTATION } WfBlockKind;
typedef enum WfCompKind { WF_COMP_NONE, WF_COMP_LIST, WF_COMP_DICT, WF_COMP_SET, WF_COMP_GENERATOR } WfCompKind;

typedef struct WfDirective { /* global or nonlocal statement */
    WfName *name;
    WfLoc loc;
} WfDirective;

typedef struct WfScope {
    WfBlockKind kind;
    WfCompKind comp;
    WfName *name;
    const void *key;           /* the node that it belongs to */
    struct WfScope *parent, *first_child, *last_child, *next; /* children in source order */
    struct WfScope *hash_next; /* of the table by key */
    WfSymbol **symbols;        /* in order of appearance */
    int32_t n_symbols, symbols_cap;
    WfSymbol **table;          /* open addressing */
    uint32_t table_size;
    WfDirective *directives;
    int32_t n_directives, directives_cap;
    int32_t n_params;          /* the first symbols */
    int32_t n_locals, n_cells, n_free; /* registers; set by the resolution */
    WfSymbol **cells, **frees; /* sorted by name */
    WfName *private;           /* class for mangling */
    WfLoc loc;
    bool nested, generator, coroutine, varargs, varkeywords, returns_value, needs_class_closure;
    WfSymbol *class_cell; /* cell __class__ of a class that needs one; beside a variable of that name in its body */
    bool comp_iter_target;     /* visiting the target of a comprehension's loop */
    int comp_iter_expr;        /* > 0: visiting the iterable of one */
    bool has_walrus;           /* an assignment expression binds a name here */
    bool has_annotations;      /* an annotated name: __annotations__ is set up */
    bool import_star;
} WfScope;

/* The block tree; NULL: an exception is pending (c->failed). */
WfScope *wf_symtable_build(WfGen *c, WfMod *tree) WF_MUST_CHECK;
/* Scope that belongs to the node. */
WfScope *wf_symtable_scope(const WfGen *c, const void *node);
WfSymbol *wf_scope_lookup(const WfScope *s, const WfName *name);

#endif
