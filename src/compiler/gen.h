/* gen.h - the compilation: shared by the files that turn a tree into code objects.
 * SPDX-License-Identifier: MIT
 *
 * One WfGen for a call of compile(), one WfUnit for each code object being made. A unit is a list of WfIns: instructions
 * whose jumps go to labels; finish.c lays them out. Errors are sticky: the exception is pending, c->failed is set,
 * everything returns early; wf_gen_* functions are to be looked at once, at the end.
 *
 * Registers: [0, n_fixed) locals and cells, above them temporaries, taken and given back like a stack. An
 * expression evaluated into a register that is a local writes it last, when nothing can be raised any more. */
#ifndef WF_COMPILER_GEN_H
#define WF_COMPILER_GEN_H

#include "code/code.h"
#include "compiler/compile.h"
#include "compiler/symtable.h"
#include "objects/list.h"

typedef int32_t WfReg;
#define WF_NO_REG (-1)
typedef int32_t WfLabel;

enum { WF_IR_LABEL = WF_OP_COUNT };

#define WF_FUTURE_MASK                                                                                             \
    (WF_CO_FUTURE_DIVISION | WF_CO_FUTURE_ABSOLUTE_IMPORT | WF_CO_FUTURE_WITH_STATEMENT                            \
     | WF_CO_FUTURE_PRINT_FUNCTION | WF_CO_FUTURE_UNICODE_LITERALS | WF_CO_FUTURE_BARRY_AS_BDFL                    \
     | WF_CO_FUTURE_GENERATOR_STOP | WF_CO_FUTURE_ANNOTATIONS)

typedef struct WfIns {
    uint16_t op; /* WfOp, or WF_IR_LABEL */
    bool dead;
    bool is_long; /* compare-and-jump as two instructions */
    int32_t a, b, c;
    WfLabel label; /* target of a jump; the label itself */
    int32_t handler;
    int64_t arg;
    WfLoc loc;
} WfIns;

typedef struct WfCatch { /* a handler: where exceptions go */
    WfLabel label;
    WfReg reg;
} WfCatch;

typedef enum WfUnitKind {
    WF_UNIT_MODULE, WF_UNIT_CLASS, WF_UNIT_FUNCTION, WF_UNIT_ASYNC_FUNCTION, WF_UNIT_LAMBDA, WF_UNIT_COMPREHENSION
} WfUnitKind;

typedef enum WfBlockType {
    WF_FB_WHILE, WF_FB_FOR, WF_FB_TRY, WF_FB_FINALLY_TRY, WF_FB_FINALLY_END, WF_FB_WITH, WF_FB_ASYNC_WITH, WF_FB_HANDLER,
    WF_FB_GROUP_HANDLER
} WfBlockType;

/* What a return, break or continue has to undo on its way out. */
typedef struct WfBlockEntry {
    struct WfBlockEntry *prev;
    WfBlockType type;
    WfLabel top, exit;   /* loops */
    int32_t handler;     /* the one outside of the block */
    WfReg saved;         /* FINALLY_END, HANDLER: for POP_HANDLED; WITH: the pair of the exit function */
    WfName *name;        /* HANDLER: bound by `as` */
    const WfStmtSeq *finally;
    WfLoc loc;
} WfBlockEntry;

typedef struct WfConstEntry {
    WfValue value;
    int32_t index;     /* in the code's consts, given by finish.c; -1: no instruction uses it */
    int32_t co_index;  /* in co_consts, -1: not shown */
    bool in_names;     /* listed in co_names */
    uint64_t hash;
} WfConstEntry;

typedef struct WfUnit {
    struct WfUnit *prev;
    WfUnitKind kind;
    WfScope *scope;
    WfName *name;
    WfStr *qualname;
    WF_VEC(WfIns) ins;
    WF_VEC(WfCatch) catches;
    WF_VEC(WfConstEntry) consts;
    WF_VEC(int32_t) const_table; /* open addressing: entry + 1 */
    WF_VEC(WfValue) co_consts;
    WF_VEC(WfName *) co_names;
    int32_t n_labels;
    int32_t n_fixed, temp, max_temp;
    int32_t handler;
    WfBlockEntry *block;
    WfLoc loc;
    int32_t first_line;
    int32_t n_args, n_posonly, n_kwonly;
    uint32_t flags;
} WfUnit;

struct WfGen {
    WfThread *t;
    WfArena *arena;
    WfList *keep;     /* all objects made so far: the arena keeps nothing alive */
    WfValue filename;
    uint32_t flags;   /* WF_PYCF_*, WF_CO_FUTURE_* */
    int optimize;
    bool failed;
    bool interactive;
    int depth;
    WfName **names;   /* hash table */
    uint32_t names_size, n_names;
    WfScope **scopes; /* by node */
    uint32_t scopes_size, n_scopes;
    WfScope *module;
    WfUnit *u;
    int32_t future_line; /* of the last from __future__ import that counts */
};

/* --- errors and objects (gen.c) --- */
void wf_gen_no_memory(WfGen *c);
void wf_gen_syntax_error(WfGen *c, WfLoc loc, const char *format, ...);
/* A SyntaxWarning; an error where a filter says so. */
void wf_gen_warn(WfGen *c, WfLoc loc, const char *format, ...);
/* Is the C stack deep enough for one more level? RecursionError otherwise. */
bool wf_gen_enter(WfGen *c);
void wf_gen_leave(WfGen *c);
/* Keeps v alive for the compilation; passes it through. WF_EMPTY: marks the failure. */
WfValue wf_gen_keep(WfGen *c, WfValue v);
void *wf_gen_alloc(WfGen *c, size_t n);
WfName *wf_gen_name(WfGen *c, const char *s, size_t n);
WfName *wf_gen_name_cstr(WfGen *c, const char *s);
WfName *wf_gen_name_ast(WfGen *c, const WfAstStr *s);
/* With private name mangling for the class. */
WfName *wf_gen_mangle(WfGen *c, const WfName *private, const WfAstStr *s);
bool wf_name_is(const WfName *n, const char *s);
WfValue wf_gen_const_value(WfGen *c, const WfConst *k);
WfValue wf_gen_str_value(WfGen *c, const WfAstStr *s);

/* --- emitting (emit.c) --- */
void wf_gen_push_unit(WfGen *c, WfUnit *u, WfUnitKind kind, WfScope *scope, WfName *name, int32_t first_line);
void wf_gen_pop_unit(WfGen *c);
WfIns *wf_gen_emit(WfGen *c, WfOp op, int32_t a, int32_t b, int32_t cc);
WfIns *wf_gen_emit_arg(WfGen *c, WfOp op, int32_t a, int32_t b, int32_t cc, int64_t arg);
void wf_gen_jump(WfGen *c, WfOp op, int32_t a, int32_t b, WfLabel target);
WfLabel wf_gen_label(WfGen *c);
void wf_gen_place(WfGen *c, WfLabel l);
int32_t wf_gen_catch(WfGen *c, WfLabel label, WfReg reg);
WfReg wf_gen_temp(WfGen *c);
WfReg wf_gen_temps(WfGen *c, int32_t n);
int32_t wf_gen_const(WfGen *c, WfValue v);       /* its entry in u->consts; not shown in co_consts */
int32_t wf_gen_shown_const(WfGen *c, WfValue v); /* a constant of the program */
int32_t wf_gen_name_const(WfGen *c, WfName *n);  /* entry of the name, shown in co_names */
int32_t wf_gen_local_name(WfGen *c, WfName *n);  /* likewise, not shown */
void wf_gen_load_const(WfGen *c, WfValue v, WfReg dst);
void wf_gen_load_imm(WfGen *c, WfValue v, WfReg dst);
void wf_gen_move(WfGen *c, WfReg dst, WfReg src);
static inline bool wf_gen_is_temp(const WfGen *c, WfReg r) { return r >= c->u->n_fixed; }
#define WF_CALL_GAP ((int32_t)WF_CALL_ARGS)

/* The code object of the current unit (finish.c). */
WfValue wf_gen_finish(WfGen *c);

/* --- names (names.c) --- */
void wf_gen_load_name(WfGen *c, WfName *n, WfReg dst);
/* The local's register, checked to be bound; WF_NO_REG: not a fast local. */
WfReg wf_gen_local(WfGen *c, WfName *n);
/* The local's register to write to, or WF_NO_REG. */
WfReg wf_gen_local_target(WfGen *c, WfName *n);
void wf_gen_store_name(WfGen *c, WfName *n, WfReg src);
void wf_gen_delete_name(WfGen *c, WfName *n);
void wf_gen_unbind_name(WfGen *c, WfName *n); /* name = None; del name */
bool wf_gen_forbidden(WfGen *c, WfLoc loc, const WfAstStr *name, WfExprContext ctx);
WfReg wf_gen_cell_reg(WfGen *c, const WfName *n);
WfName *wf_gen_mangled(WfGen *c, const WfAstStr *s);

/* --- expressions (expr.c) --- */
WfReg wf_gen_expr(WfGen *c, WfExpr *e);
void wf_gen_expr_to(WfGen *c, WfExpr *e, WfReg dst);
/* Into `hint` if that is a temporary, else a new one; a local stays where it is. */
WfReg wf_gen_expr_in(WfGen *c, WfExpr *e, WfReg hint);
/* As wf_gen_expr; a local is copied if `later` may bind it anew. */
WfReg wf_gen_operand(WfGen *c, WfExpr *e, WfExpr *later);
void wf_gen_discard(WfGen *c, WfExpr *e);
void wf_gen_jump_if(WfGen *c, WfExpr *e, WfLabel target, bool cond);
/* Tri-state: 1 true, 0 false, -1 not constant. */
int wf_gen_const_truth(WfGen *c, WfExpr *e);
bool wf_gen_small_const(WfExpr *e, int32_t *out);
void wf_gen_send_loop(WfGen *c, WfReg iter, WfReg value);
void wf_gen_await(WfGen *c, WfReg awaitable, WfReg dst, int where);
void wf_gen_sequence(WfGen *c, WfExprSeq elts, WfAstKind kind, WfReg dst);
WfOp wf_gen_binary_op(WfOperator op);
/* An attribute on another line than its object's: the location is that of its name. */
void wf_gen_attribute_loc(WfGen *c, const WfExpr *e);

/* --- calls (calls.c) --- */
void wf_gen_call(WfGen *c, WfExpr *e, WfReg dst);
/* Calls what lies at base with n registers already in place behind it (base + 9 ...) and these arguments. */
void wf_gen_call_with(WfGen *c, WfReg base, int32_t n, WfExprSeq args, WfKeywordSeq keywords, WfReg dst);

/* --- comprehensions, functions, classes (scope.c) --- */
void wf_gen_comprehension(WfGen *c, WfExpr *e, WfReg dst);
void wf_gen_lambda(WfGen *c, WfExpr *e, WfReg dst);
void wf_gen_function_def(WfGen *c, WfStmt *s, bool is_async);
void wf_gen_class_def(WfGen *c, WfStmt *s);
/* Body of a module-like unit or a class: docstring, annotations, statements. */
void wf_gen_body(WfGen *c, WfStmtSeq body);
void wf_gen_annotation_value(WfGen *c, WfExpr *annotation, WfReg dst);

/* --- statements (stmt.c) --- */
void wf_gen_stmts(WfGen *c, const WfStmtSeq *seq);
void wf_gen_stmt(WfGen *c, WfStmt *s);
void wf_gen_store(WfGen *c, WfExpr *target, WfReg src); /* src is not used afterwards but as said */
void wf_gen_for_target(WfGen *c, WfExpr *target, WfReg iter, WfLabel end);

/* --- try, with, loops' exits (flow.c) --- */
void wf_gen_push_block(WfGen *c, WfBlockEntry *b, WfBlockType type);
void wf_gen_pop_block(WfGen *c);
void wf_gen_try(WfGen *c, WfStmt *s);
void wf_gen_try_star(WfGen *c, WfStmt *s);
void wf_gen_with(WfGen *c, WfStmt *s, bool is_async);
void wf_gen_return(WfGen *c, WfStmt *s);
void wf_gen_break(WfGen *c, WfStmt *s);
void wf_gen_continue(WfGen *c, WfStmt *s);

/* --- match (match.c) --- */
void wf_gen_match(WfGen *c, WfStmt *s);

/* --- folding (fold.c) --- */
void wf_gen_fold(WfGen *c, WfMod *tree);

#endif
