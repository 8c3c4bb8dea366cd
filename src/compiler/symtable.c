/* symtable.c - finds out what every name in every block means: local, global, free, cell.
 * SPDX-License-Identifier: MIT
 *
 * Design:     one walk over the tree makes the blocks and notes bindings and uses; a second one, from the outside in, looks for the
 *             block that binds each name and marks cells and free variables on the way to it.
 *             Names are visited in the order in which code is made, so that locals are numbered as they appear.
 * Threads:    a compilation belongs to one thread. */
#include "compiler/symtable.h"

#include "base/hash.h"
#include "compiler/gen.h"

typedef struct Walk {
    WfGen *c;
    WfScope *s;         /* the current block */
    WfName *private;    /* the class around, for mangling */
    bool future_annotations;
} Walk;

static void visit_expr(Walk *w, WfExpr *e);
static void visit_stmt(Walk *w, WfStmt *st);
static void visit_stmts(Walk *w, const WfStmtSeq *seq);

/* --- scopes and symbols ------------------------------------------------------------------------------------------ */

static uint32_t hash_pointer(const void *p)
{
    return (uint32_t)wf_hash_mix((uint64_t)(uintptr_t)p >> 3);
}

WfSymbol *wf_scope_lookup(const WfScope *s, const WfName *name)
{
    if (s->table_size == 0) {
        return NULL;
    }
    for (uint32_t i = (uint32_t)name->hash & (s->table_size - 1);; i = (i + 1) & (s->table_size - 1)) {
        WfSymbol *sym = s->table[i];
        if (sym == NULL || sym->name == name) {
            return sym;
        }
    }
}

static void table_put(WfScope *s, WfSymbol *sym)
{
    uint32_t i = (uint32_t)sym->name->hash & (s->table_size - 1);
    while (s->table[i] != NULL) {
        i = (i + 1) & (s->table_size - 1);
    }
    s->table[i] = sym;
}

static WfSymbol *symbol(WfGen *c, WfScope *s, WfName *name)
{
    WfSymbol *sym = wf_scope_lookup(s, name);
    if (sym != NULL) {
        return sym;
    }
    sym = (WfSymbol *)wf_gen_alloc(c, sizeof *sym);
    if (sym == NULL) {
        return NULL;
    }
    *sym = (WfSymbol){.name = name, .slot = -1, .cell = -1};
    if (s->n_symbols == s->symbols_cap) {
        int32_t cap = s->symbols_cap == 0 ? 8 : s->symbols_cap * 2;
        WfSymbol **fresh = (WfSymbol **)wf_gen_alloc(c, (size_t)cap * sizeof *fresh);
        WfSymbol **table = (WfSymbol **)wf_gen_alloc(c, (size_t)cap * 4 * sizeof *table);
        if (fresh == NULL || table == NULL) {
            return NULL;
        }
        if (s->n_symbols > 0) {
            memcpy(fresh, s->symbols, (size_t)s->n_symbols * sizeof *fresh);
        }
        s->symbols = fresh;
        s->symbols_cap = cap;
        s->table = table;
        s->table_size = (uint32_t)cap * 4;
        for (int32_t i = 0; i < s->n_symbols; i++) {
            table_put(s, fresh[i]);
        }
    }
    s->symbols[s->n_symbols++] = sym;
    table_put(s, sym);
    return sym;
}

WfScope *wf_symtable_scope(const WfGen *c, const void *node)
{
    if (c->scopes_size == 0) {
        return NULL;
    }
    WfScope *s = c->scopes[hash_pointer(node) & (c->scopes_size - 1)];
    while (s != NULL && s->key != node) {
        s = s->hash_next;
    }
    return s;
}

static bool register_scope(WfGen *c, WfScope *s)
{
    if (c->n_scopes >= c->scopes_size) {
        uint32_t size = c->scopes_size == 0 ? 64 : c->scopes_size * 2;
        WfScope **fresh = (WfScope **)wf_gen_alloc(c, size * sizeof *fresh);
        if (fresh == NULL) {
            return false;
        }
        for (uint32_t i = 0; i < c->scopes_size; i++) {
            for (WfScope *x = c->scopes[i], *next; x != NULL; x = next) {
                next = x->hash_next;
                x->hash_next = fresh[hash_pointer(x->key) & (size - 1)];
                fresh[hash_pointer(x->key) & (size - 1)] = x;
            }
        }
        c->scopes = fresh;
        c->scopes_size = size;
    }
    WfScope **bucket = &c->scopes[hash_pointer(s->key) & (c->scopes_size - 1)];
    s->hash_next = *bucket;
    *bucket = s;
    c->n_scopes++;
    return true;
}

static WfScope *enter(Walk *w, WfName *name, WfBlockKind kind, const void *key, WfLoc loc)
{
    WfScope *s = (WfScope *)wf_gen_alloc(w->c, sizeof *s);
    if (s == NULL) {
        return NULL;
    }
    s->kind = kind;
    s->name = name;
    s->key = key;
    s->loc = loc;
    s->parent = w->s;
    s->private = w->private;
    if (w->s != NULL) {
        s->nested = w->s->nested || w->s->kind == WF_BLOCK_FUNCTION;
        s->comp_iter_expr = w->s->comp_iter_expr;
        if (kind != WF_BLOCK_ANNOTATION) {
            if (w->s->last_child != NULL) {
                w->s->last_child->next = s;
            } else {
                w->s->first_child = s;
            }
            w->s->last_child = s;
        }
    }
    if (kind != WF_BLOCK_ANNOTATION && !register_scope(w->c, s)) {
        return NULL;
    }
    w->s = s;
    return s;
}

static void leave(Walk *w)
{
    w->s = w->s->parent;
}

/* --- bindings ---------------------------------------------------------------------------------------------------- */

static void add_to(Walk *w, WfScope *s, WfName *name, uint32_t flag, WfLoc loc)
{
    if (name == NULL || w->c->failed) {
        return;
    }
    WfSymbol *sym = symbol(w->c, s, name);
    if (sym == NULL) {
        return;
    }
    if ((flag & WF_SYM_PARAM) && (sym->flags & WF_SYM_PARAM)) {
        wf_gen_syntax_error(w->c, loc, "duplicate argument '%U' in function definition", name->str);
        return;
    }
    if (s->comp_iter_target) {
        if (sym->flags & (WF_SYM_GLOBAL | WF_SYM_NONLOCAL)) {
            wf_gen_syntax_error(w->c, loc, "comprehension inner loop cannot rebind assignment expression target '%U'", name->str);
            return;
        }
        sym->flags |= WF_SYM_COMP_ITER;
    }
    bool only = (flag & WF_SYM_ANNOT_ONLY) != 0 && (sym->flags == 0 || (sym->flags & WF_SYM_ANNOT_ONLY));
    sym->flags = ((sym->flags | flag) & ~(uint32_t)WF_SYM_ANNOT_ONLY) | (only ? WF_SYM_ANNOT_ONLY : 0);
    if (flag & WF_SYM_PARAM) {
        s->n_params++;
    } else if (flag & WF_SYM_GLOBAL) {
        WfSymbol *top = symbol(w->c, w->c->module, name);
        if (top != NULL) {
            top->flags |= flag;
        }
    }
}

static void add_def(Walk *w, const WfAstStr *name, uint32_t flag, WfLoc loc)
{
    add_to(w, w->s, wf_gen_mangle(w->c, w->private, name), flag, loc);
}

static void add_directive(Walk *w, WfName *name, WfLoc loc)
{
    WfScope *s = w->s;
    if (s->n_directives == s->directives_cap) {
        int32_t cap = s->directives_cap == 0 ? 4 : s->directives_cap * 2;
        WfDirective *fresh = (WfDirective *)wf_gen_alloc(w->c, (size_t)cap * sizeof *fresh);
        if (fresh == NULL) {
            return;
        }
        if (s->n_directives > 0) {
            memcpy(fresh, s->directives, (size_t)s->n_directives * sizeof *fresh);
        }
        s->directives = fresh;
        s->directives_cap = cap;
    }
    s->directives[s->n_directives++] = (WfDirective){name, loc};
}

static void add_declarations(Walk *w, WfStmt *st, WfIdentifierSeq names, bool global)
{
    const char *what = global ? "global" : "nonlocal";
    for (size_t i = 0; i < names.len && !w->c->failed; i++) {
        WfName *name = wf_gen_mangle(w->c, w->private, names.data[i]);
        if (name == NULL) {
            return;
        }
        const WfSymbol *sym = wf_scope_lookup(w->s, name);
        uint32_t cur = sym == NULL ? 0 : sym->flags;
        if (cur & (WF_SYM_PARAM | WF_SYM_LOCAL | WF_SYM_USE | WF_SYM_ANNOT)) {
            if (cur & WF_SYM_PARAM) {
                wf_gen_syntax_error(w->c, st->loc, "name '%U' is parameter and %s", name->str, what);
            } else if (cur & WF_SYM_USE) {
                wf_gen_syntax_error(w->c, st->loc, "name '%U' is used prior to %s declaration", name->str, what);
            } else if (cur & WF_SYM_ANNOT) {
                wf_gen_syntax_error(w->c, st->loc, "annotated name '%U' can't be %s", name->str, what);
            } else {
                wf_gen_syntax_error(w->c, st->loc, "name '%U' is assigned to before %s declaration", name->str, what);
            }
            return;
        }
        add_to(w, w->s, name, global ? WF_SYM_GLOBAL : WF_SYM_NONLOCAL, st->loc);
        add_directive(w, name, st->loc);
    }
}

/* --- the walk ------------------------------------------------------------------------------------------------------ */

static void visit_exprs(Walk *w, WfExprSeq seq)
{
    for (size_t i = 0; i < seq.len && !w->c->failed; i++) {
        if (seq.data[i] != NULL) {
            visit_expr(w, seq.data[i]);
        }
    }
}

static void visit_opt(Walk *w, WfExpr *e)
{
    if (e != NULL) {
        visit_expr(w, e);
    }
}

static void visit_keywords(Walk *w, WfKeywordSeq seq)
{
    for (size_t i = 0; i < seq.len && !w->c->failed; i++) {
        visit_expr(w, seq.data[i]->value);
    }
}

static void visit_annotation(Walk *w, WfExpr *e)
{
    if (e == NULL || w->c->failed) {
        return;
    }
    bool block = w->future_annotations;
    if (block && enter(w, wf_gen_name_cstr(w->c, "_annotation"), WF_BLOCK_ANNOTATION, e, e->loc) == NULL) {
        return;
    }
    visit_expr(w, e);
    if (block) {
        leave(w);
    }
}

static void visit_arg_annotations(Walk *w, WfArgSeq args)
{
    for (size_t i = 0; i < args.len; i++) {
        visit_annotation(w, args.data[i]->annotation);
    }
}

static void visit_annotations(Walk *w, WfArguments *a, WfExpr *returns)
{
    visit_arg_annotations(w, a->posonlyargs);
    visit_arg_annotations(w, a->args);
    if (a->vararg != NULL) {
        visit_annotation(w, a->vararg->annotation);
    }
    if (a->kwarg != NULL) {
        visit_annotation(w, a->kwarg->annotation);
    }
    visit_arg_annotations(w, a->kwonlyargs);
    visit_annotation(w, returns);
}

static void add_params(Walk *w, WfArgSeq args)
{
    for (size_t i = 0; i < args.len; i++) {
        add_def(w, args.data[i]->arg, WF_SYM_PARAM, args.data[i]->loc);
    }
}

static void visit_arguments(Walk *w, WfArguments *a)
{
    add_params(w, a->posonlyargs);
    add_params(w, a->args);
    add_params(w, a->kwonlyargs);
    if (a->vararg != NULL) {
        add_def(w, a->vararg->arg, WF_SYM_PARAM, a->vararg->loc);
        w->s->varargs = true;
    }
    if (a->kwarg != NULL) {
        add_def(w, a->kwarg->arg, WF_SYM_PARAM, a->kwarg->loc);
        w->s->varkeywords = true;
    }
}

static void visit_function(Walk *w, WfStmt *st, bool is_async)
{
    WfArguments *a = is_async ? st->AsyncFunctionDef.args : st->FunctionDef.args;
    WfExprSeq decorators = is_async ? st->AsyncFunctionDef.decorator_list : st->FunctionDef.decorator_list;
    const WfAstStr *name = is_async ? st->AsyncFunctionDef.name : st->FunctionDef.name;
    const WfStmtSeq *body = is_async ? &st->AsyncFunctionDef.body : &st->FunctionDef.body;
    add_def(w, name, WF_SYM_LOCAL, st->loc);
    visit_exprs(w, decorators);
    visit_exprs(w, a->defaults);
    visit_exprs(w, a->kw_defaults);
    visit_annotations(w, a, is_async ? st->AsyncFunctionDef.returns : st->FunctionDef.returns);
    if (w->c->failed || enter(w, wf_gen_name_ast(w->c, name), WF_BLOCK_FUNCTION, st, st->loc) == NULL) {
        return;
    }
    w->s->coroutine = is_async;
    visit_arguments(w, a);
    visit_stmts(w, body);
    leave(w);
}

static void visit_class(Walk *w, WfStmt *st)
{
    add_def(w, st->ClassDef.name, WF_SYM_LOCAL, st->loc);
    visit_exprs(w, st->ClassDef.decorator_list);
    visit_exprs(w, st->ClassDef.bases);
    visit_keywords(w, st->ClassDef.keywords);
    WfName *name = wf_gen_name_ast(w->c, st->ClassDef.name);
    if (w->c->failed || enter(w, name, WF_BLOCK_CLASS, st, st->loc) == NULL) {
        return;
    }
    WfName *outer = w->private;
    w->private = name;
    w->s->private = name;
    visit_stmts(w, &st->ClassDef.body);
    w->private = outer;
    leave(w);
}

static void visit_lambda(Walk *w, WfExpr *e)
{
    visit_exprs(w, e->Lambda.args->defaults);
    visit_exprs(w, e->Lambda.args->kw_defaults);
    if (w->c->failed || enter(w, wf_gen_name_cstr(w->c, "lambda"), WF_BLOCK_FUNCTION, e, e->loc) == NULL) {
        return;
    }
    visit_arguments(w, e->Lambda.args);
    visit_expr(w, e->Lambda.body);
    leave(w);
}

static void visit_generator_part(Walk *w, WfComprehension *g)
{
    w->s->comp_iter_expr++;
    visit_expr(w, g->iter);
    w->s->comp_iter_expr--;
    w->s->comp_iter_target = true;
    visit_expr(w, g->target);
    w->s->comp_iter_target = false;
    visit_exprs(w, g->ifs);
    if (g->is_async) {
        w->s->coroutine = true;
    }
}

static void visit_comprehension(Walk *w, WfExpr *e, WfCompKind kind, const char *name, WfComprehensionSeq gens, WfExpr *elt, WfExpr *value)
{
    WfComprehension *outer = gens.data[0];
    w->s->comp_iter_expr++;
    visit_expr(w, outer->iter);
    w->s->comp_iter_expr--;
    if (w->c->failed || enter(w, wf_gen_name_cstr(w->c, name), WF_BLOCK_FUNCTION, e, e->loc) == NULL) {
        return;
    }
    WfScope *s = w->s;
    s->comp = kind;
    if (outer->is_async) {
        s->coroutine = true;
    }
    add_to(w, s, wf_gen_name_cstr(w->c, ".0"), WF_SYM_PARAM, e->loc);
    s->comp_iter_target = true;
    visit_expr(w, outer->target);
    s->comp_iter_target = false;
    visit_exprs(w, outer->ifs);
    for (size_t i = 1; i < gens.len && !w->c->failed; i++) {
        visit_generator_part(w, gens.data[i]);
    }
    visit_expr(w, elt);
    visit_opt(w, value);
    s->generator = kind == WF_COMP_GENERATOR;
    bool is_async = s->coroutine && kind != WF_COMP_GENERATOR;
    leave(w);
    /* an asynchronous comprehension inside of another makes that one asynchronous too */
    if (is_async && w->s->comp != WF_COMP_NONE) {
        w->s->coroutine = true;
    }
}

/* Binds the target of := in a comprehension in the function around. */
static void extend_walrus_scope(Walk *w, WfExpr *target)
{
    WfName *name = wf_gen_mangle(w->c, w->private, target->Name.id);
    if (name == NULL) {
        return;
    }
    for (WfScope *s = w->s; s != NULL; s = s->parent) {
        if (s->comp != WF_COMP_NONE) {
            const WfSymbol *sym = wf_scope_lookup(s, name);
            if (sym != NULL && (sym->flags & WF_SYM_COMP_ITER)) {
                wf_gen_syntax_error(w->c, target->loc, "assignment expression cannot rebind comprehension iteration variable '%U'", name->str);
                return;
            }
            continue;
        }
        if (s->kind == WF_BLOCK_FUNCTION) {
            const WfSymbol *sym = wf_scope_lookup(s, name);
            bool global = sym != NULL && (sym->flags & WF_SYM_GLOBAL);
            add_to(w, w->s, name, global ? WF_SYM_GLOBAL : WF_SYM_NONLOCAL, target->loc);
            add_directive(w, name, target->loc);
            add_to(w, s, name, WF_SYM_LOCAL, target->loc);
            return;
        }
        if (s->kind == WF_BLOCK_MODULE) {
            add_to(w, w->s, name, WF_SYM_GLOBAL, target->loc);
            add_directive(w, name, target->loc);
            add_to(w, s, name, WF_SYM_GLOBAL, target->loc);
            return;
        }
        wf_gen_syntax_error(w->c, target->loc, "assignment expression within a comprehension cannot be used in a class body");
        return;
    }
}

static void forbid(Walk *w, WfExpr *e, const char *what)
{
    if (w->s->kind == WF_BLOCK_ANNOTATION) {
        wf_gen_syntax_error(w->c, e->loc, "'%s' can not be used within an annotation", what);
    }
}

static void visit_named(Walk *w, WfExpr *e)
{
    if (w->s->comp_iter_expr > 0) {
        wf_gen_syntax_error(w->c, e->loc, "assignment expression cannot be used in a comprehension iterable expression");
        return;
    }
    if (w->s->comp != WF_COMP_NONE) {
        extend_walrus_scope(w, e->NamedExpr.target);
    }
    w->s->has_walrus = true;
    visit_expr(w, e->NamedExpr.value);
    visit_expr(w, e->NamedExpr.target);
}

static void visit_yield(Walk *w, WfExpr *e, WfExpr *value)
{
    forbid(w, e, "yield expression");
    visit_opt(w, value);
    w->s->generator = true;
    static const char *const where[] = {NULL, "list comprehension", "dict comprehension", "set comprehension", "generator expression"};
    if (w->s->comp != WF_COMP_NONE) {
        wf_gen_syntax_error(w->c, e->loc, "'yield' inside %s", where[w->s->comp]);
    }
}

static void visit_name(Walk *w, WfExpr *e)
{
    add_def(w, e->Name.id, e->Name.ctx == WF_AST_Load ? WF_SYM_USE : WF_SYM_LOCAL, e->loc);
    /* super() finds its class in the cell __class__ */
    if (e->Name.ctx == WF_AST_Load && w->s->kind == WF_BLOCK_FUNCTION && e->Name.id->len == 5 && memcmp(e->Name.id->data, "super", 5) == 0) {
        add_to(w, w->s, wf_gen_name_cstr(w->c, "__class__"), WF_SYM_USE, e->loc);
    }
}

static void visit_expr(Walk *w, WfExpr *e)
{
    if (!wf_gen_enter(w->c)) {
        return;
    }
    switch ((WfAstKind)e->kind) {
    case WF_AST_BoolOp: visit_exprs(w, e->BoolOp.values); break;
    case WF_AST_NamedExpr: forbid(w, e, "named expression"); visit_named(w, e); break;
    case WF_AST_BinOp:
        visit_expr(w, e->BinOp.left);
        visit_expr(w, e->BinOp.right);
        break;
    case WF_AST_UnaryOp: visit_expr(w, e->UnaryOp.operand); break;
    case WF_AST_Lambda: visit_lambda(w, e); break;
    case WF_AST_IfExp:
        visit_expr(w, e->IfExp.test);
        visit_expr(w, e->IfExp.body);
        visit_expr(w, e->IfExp.orelse);
        break;
    case WF_AST_Dict:
        for (size_t i = 0; i < e->Dict.values.len && !w->c->failed; i++) {
            visit_opt(w, e->Dict.keys.data[i]);
            visit_expr(w, e->Dict.values.data[i]);
        }
        break;
    case WF_AST_Set: visit_exprs(w, e->Set.elts); break;
    case WF_AST_ListComp:
        visit_comprehension(w, e, WF_COMP_LIST, "listcomp", e->ListComp.generators, e->ListComp.elt, NULL);
        break;
    case WF_AST_SetComp:
        visit_comprehension(w, e, WF_COMP_SET, "setcomp", e->SetComp.generators, e->SetComp.elt, NULL);
        break;
    case WF_AST_DictComp:
        visit_comprehension(w, e, WF_COMP_DICT, "dictcomp", e->DictComp.generators, e->DictComp.key, e->DictComp.value);
        break;
    case WF_AST_GeneratorExp:
        visit_comprehension(w, e, WF_COMP_GENERATOR, "genexpr", e->GeneratorExp.generators, e->GeneratorExp.elt, NULL);
        break;
    case WF_AST_Await:
        forbid(w, e, "await expression");
        visit_expr(w, e->Await.value);
        w->s->coroutine = true;
        break;
    case WF_AST_Yield: visit_yield(w, e, e->Yield.value); break;
    case WF_AST_YieldFrom: visit_yield(w, e, e->YieldFrom.value); break;
    case WF_AST_Compare:
        visit_expr(w, e->Compare.left);
        visit_exprs(w, e->Compare.comparators);
        break;
    case WF_AST_Call:
        visit_expr(w, e->Call.func);
        visit_exprs(w, e->Call.args);
        visit_keywords(w, e->Call.keywords);
        break;
    case WF_AST_FormattedValue:
        visit_expr(w, e->FormattedValue.value);
        visit_opt(w, e->FormattedValue.format_spec);
        break;
    case WF_AST_JoinedStr: visit_exprs(w, e->JoinedStr.values); break;
    case WF_AST_Attribute: visit_expr(w, e->Attribute.value); break;
    case WF_AST_Subscript:
        visit_expr(w, e->Subscript.value);
        visit_expr(w, e->Subscript.slice);
        break;
    case WF_AST_Starred: visit_expr(w, e->Starred.value); break;
    case WF_AST_Slice:
        visit_opt(w, e->Slice.lower);
        visit_opt(w, e->Slice.upper);
        visit_opt(w, e->Slice.step);
        break;
    case WF_AST_Name: visit_name(w, e); break;
    case WF_AST_List: visit_exprs(w, e->List.elts); break;
    case WF_AST_Tuple: visit_exprs(w, e->Tuple.elts); break;
    default: break;
    }
    wf_gen_leave(w->c);
}

static void visit_pattern(Walk *w, WfPattern *p)
{
    if (p == NULL || !wf_gen_enter(w->c)) {
        return;
    }
    const WfPatternSeq *inner = NULL;
    switch ((WfAstKind)p->kind) {
    case WF_AST_MatchValue: visit_expr(w, p->MatchValue.value); break;
    case WF_AST_MatchSequence: inner = &p->MatchSequence.patterns; break;
    case WF_AST_MatchStar:
        if (p->MatchStar.name != NULL) {
            add_def(w, p->MatchStar.name, WF_SYM_LOCAL, p->loc);
        }
        break;
    case WF_AST_MatchMapping:
        visit_exprs(w, p->MatchMapping.keys);
        for (size_t i = 0; i < p->MatchMapping.patterns.len; i++) {
            visit_pattern(w, p->MatchMapping.patterns.data[i]);
        }
        if (p->MatchMapping.rest != NULL) {
            add_def(w, p->MatchMapping.rest, WF_SYM_LOCAL, p->loc);
        }
        break;
    case WF_AST_MatchClass:
        visit_expr(w, p->MatchClass.cls);
        for (size_t i = 0; i < p->MatchClass.patterns.len; i++) {
            visit_pattern(w, p->MatchClass.patterns.data[i]);
        }
        inner = &p->MatchClass.kwd_patterns;
        break;
    case WF_AST_MatchAs:
        visit_pattern(w, p->MatchAs.pattern);
        if (p->MatchAs.name != NULL) {
            add_def(w, p->MatchAs.name, WF_SYM_LOCAL, p->loc);
        }
        break;
    case WF_AST_MatchOr: inner = &p->MatchOr.patterns; break;
    default: break;
    }
    for (size_t i = 0; inner != NULL && i < inner->len; i++) {
        visit_pattern(w, inner->data[i]);
    }
    wf_gen_leave(w->c);
}

static void visit_ann_assign(Walk *w, WfStmt *st)
{
    WfExpr *target = st->AnnAssign.target;
    if (target->kind == WF_AST_Name) {
        WfName *name = wf_gen_mangle(w->c, w->private, target->Name.id);
        if (name == NULL) {
            return;
        }
        const WfSymbol *sym = wf_scope_lookup(w->s, name);
        uint32_t cur = sym == NULL ? 0 : sym->flags;
        if ((cur & (WF_SYM_GLOBAL | WF_SYM_NONLOCAL)) && w->s != w->c->module && st->AnnAssign.simple) {
            wf_gen_syntax_error(w->c, st->loc, cur & WF_SYM_GLOBAL ? "annotated name '%U' can't be global" : "annotated name '%U' can't be nonlocal",
                                name->str);
            return;
        }
        if (st->AnnAssign.simple) {
            add_to(w, w->s, name, WF_SYM_ANNOT | WF_SYM_LOCAL | (st->AnnAssign.value == NULL ? WF_SYM_ANNOT_ONLY : 0), target->loc);
            w->s->has_annotations = true;
        } else if (st->AnnAssign.value != NULL) {
            add_to(w, w->s, name, WF_SYM_LOCAL, target->loc);
        }
    } else {
        visit_expr(w, target);
    }
    visit_annotation(w, st->AnnAssign.annotation);
    visit_opt(w, st->AnnAssign.value);
}

static void visit_alias(Walk *w, WfAlias *a)
{
    const WfAstStr *name = a->asname != NULL ? a->asname : a->name;
    if (name->len == 1 && name->data[0] == '*') {
        if (w->s->kind != WF_BLOCK_MODULE) {
            wf_gen_syntax_error(w->c, a->loc, "import * only allowed at module level");
        }
        w->s->import_star = true;
        return;
    }
    const char *dot = memchr(name->data, '.', name->len);
    WfAstStr stored = {name->data, dot == NULL || a->asname != NULL ? name->len : (size_t)(dot - name->data)};
    add_def(w, &stored, WF_SYM_IMPORT, a->loc);
}

static void visit_try(Walk *w, const WfStmtSeq *body, WfExceptHandlerSeq handlers, const WfStmtSeq *orelse, const WfStmtSeq *finally)
{
    visit_stmts(w, body);
    for (size_t i = 0; i < handlers.len && !w->c->failed; i++) {
        WfExceptHandler *h = handlers.data[i];
        visit_opt(w, h->ExceptHandler.type);
        if (h->ExceptHandler.name != NULL) {
            add_def(w, h->ExceptHandler.name, WF_SYM_LOCAL, h->loc);
        }
        visit_stmts(w, &h->ExceptHandler.body);
    }
    visit_stmts(w, orelse);
    visit_stmts(w, finally);
}

static void visit_with(Walk *w, WfWithItemSeq items, const WfStmtSeq *body)
{
    for (size_t i = 0; i < items.len; i++) {
        visit_expr(w, items.data[i]->context_expr);
        visit_opt(w, items.data[i]->optional_vars);
    }
    visit_stmts(w, body);
}

static void visit_stmt(Walk *w, WfStmt *st)
{
    if (!wf_gen_enter(w->c)) {
        return;
    }
    switch ((WfAstKind)st->kind) {
    case WF_AST_FunctionDef: visit_function(w, st, false); break;
    case WF_AST_AsyncFunctionDef: visit_function(w, st, true); break;
    case WF_AST_ClassDef: visit_class(w, st); break;
    case WF_AST_Return:
        if (st->Return.value != NULL) {
            visit_expr(w, st->Return.value);
            w->s->returns_value = true;
        }
        break;
    case WF_AST_Delete: visit_exprs(w, st->Delete.targets); break;
    case WF_AST_Assign:
        visit_expr(w, st->Assign.value);
        visit_exprs(w, st->Assign.targets);
        break;
    case WF_AST_AugAssign:
        visit_expr(w, st->AugAssign.target);
        visit_expr(w, st->AugAssign.value);
        break;
    case WF_AST_AnnAssign: visit_ann_assign(w, st); break;
    case WF_AST_For:
        visit_expr(w, st->For.iter);
        visit_expr(w, st->For.target);
        visit_stmts(w, &st->For.body);
        visit_stmts(w, &st->For.orelse);
        break;
    case WF_AST_AsyncFor:
        visit_expr(w, st->AsyncFor.iter);
        visit_expr(w, st->AsyncFor.target);
        visit_stmts(w, &st->AsyncFor.body);
        visit_stmts(w, &st->AsyncFor.orelse);
        break;
    case WF_AST_While:
        visit_expr(w, st->While.test);
        visit_stmts(w, &st->While.body);
        visit_stmts(w, &st->While.orelse);
        break;
    case WF_AST_If:
        visit_expr(w, st->If.test);
        visit_stmts(w, &st->If.body);
        visit_stmts(w, &st->If.orelse);
        break;
    case WF_AST_With: visit_with(w, st->With.items, &st->With.body); break;
    case WF_AST_AsyncWith: visit_with(w, st->AsyncWith.items, &st->AsyncWith.body); break;
    case WF_AST_Match:
        visit_expr(w, st->Match.subject);
        for (size_t i = 0; i < st->Match.cases.len && !w->c->failed; i++) {
            WfMatchCase *m = st->Match.cases.data[i];
            visit_pattern(w, m->pattern);
            visit_opt(w, m->guard);
            visit_stmts(w, &m->body);
        }
        break;
    case WF_AST_Raise:
        visit_opt(w, st->Raise.exc);
        visit_opt(w, st->Raise.cause);
        break;
    case WF_AST_Try: visit_try(w, &st->Try.body, st->Try.handlers, &st->Try.orelse, &st->Try.finalbody); break;
    case WF_AST_TryStar:
        visit_try(w, &st->TryStar.body, st->TryStar.handlers, &st->TryStar.orelse, &st->TryStar.finalbody);
        break;
    case WF_AST_Assert:
        visit_expr(w, st->Assert.test);
        visit_opt(w, st->Assert.msg);
        break;
    case WF_AST_Import:
        for (size_t i = 0; i < st->Import.names.len; i++) {
            visit_alias(w, st->Import.names.data[i]);
        }
        break;
    case WF_AST_ImportFrom:
        for (size_t i = 0; i < st->ImportFrom.names.len; i++) {
            visit_alias(w, st->ImportFrom.names.data[i]);
        }
        break;
    case WF_AST_Global: add_declarations(w, st, st->Global.names, true); break;
    case WF_AST_Nonlocal: add_declarations(w, st, st->Nonlocal.names, false); break;
    case WF_AST_Expr: visit_expr(w, st->Expr.value); break;
    default: break;
    }
    wf_gen_leave(w->c);
}

static void visit_stmts(Walk *w, const WfStmtSeq *seq)
{
    for (size_t i = 0; i < seq->len && !w->c->failed; i++) {
        visit_stmt(w, seq->data[i]);
    }
}

/* --- resolution ------------------------------------------------------------------------------------------------------ */

static WfLoc directive_loc(const WfScope *s, const WfName *name)
{
    for (int32_t i = 0; i < s->n_directives; i++) {
        if (s->directives[i].name == name) {
            return s->directives[i].loc;
        }
    }
    return s->loc;
}

/* Marks the way from block s out to `owner`, which has the cell. */
static void make_free(WfGen *c, WfScope *s, WfScope *owner, WfName *name)
{
    for (; s != owner; s = s->parent) {
        WfSymbol *sym = symbol(c, s, name);
        if (sym == NULL) {
            return;
        }
        if (s->kind == WF_BLOCK_CLASS && (sym->flags & (WF_SYM_BOUND | WF_SYM_GLOBAL)) && !(sym->flags & WF_SYM_NONLOCAL)) {
            sym->flags |= WF_SYM_FREE_CLASS; /* passes the cell on; its own variable is another one */
        } else {
            sym->scope = WF_SCOPE_FREE;
        }
    }
}

/* Looks for the function (or class, for __class__) around s that binds the name. */
static bool resolve_outside(WfGen *c, WfScope *s, WfName *name)
{
    for (WfScope *p = s->parent; p != NULL && p->kind != WF_BLOCK_MODULE; p = p->parent) {
        if (p->kind == WF_BLOCK_CLASS) {
            if (wf_name_is(name, "__class__")) {
                p->needs_class_closure = true;
                make_free(c, s, p, name);
                return true;
            }
            continue;
        }
        WfSymbol *sym = wf_scope_lookup(p, name);
        if (sym == NULL) {
            continue;
        }
        if (sym->flags & WF_SYM_GLOBAL) {
            return false;
        }
        if ((sym->flags & WF_SYM_BOUND) && !(sym->flags & WF_SYM_NONLOCAL)) {
            sym->scope = WF_SCOPE_CELL;
            make_free(c, s, p, name);
            return true;
        }
    }
    return false;
}

static void resolve_symbol(WfGen *c, WfScope *s, WfSymbol *sym)
{
    if (sym->scope != WF_SCOPE_UNKNOWN) {
        return; /* found out from an inner block */
    }
    if (sym->flags & WF_SYM_GLOBAL) {
        if (sym->flags & WF_SYM_NONLOCAL) {
            wf_gen_syntax_error(c, directive_loc(s, sym->name), "name '%U' is nonlocal and global", sym->name->str);
        }
        sym->scope = WF_SCOPE_GLOBAL_EXPLICIT;
        return;
    }
    if (sym->flags & WF_SYM_NONLOCAL) {
        if (s->kind == WF_BLOCK_MODULE) {
            wf_gen_syntax_error(c, directive_loc(s, sym->name), "nonlocal declaration not allowed at module level");
        } else if (!resolve_outside(c, s, sym->name)) {
            wf_gen_syntax_error(c, directive_loc(s, sym->name), "no binding for nonlocal '%U' found", sym->name->str);
        }
        return;
    }
    if (sym->flags & WF_SYM_BOUND) {
        sym->scope = WF_SCOPE_LOCAL;
        return;
    }
    if (!resolve_outside(c, s, sym->name)) {
        sym->scope = WF_SCOPE_GLOBAL_IMPLICIT;
    }
}

static void resolve(WfGen *c, WfScope *s)
{
    if (!wf_gen_enter(c)) {
        return;
    }
    /* names that inner blocks add meanwhile come with their scope */
    for (int32_t i = 0; i < s->n_symbols && !c->failed; i++) {
        resolve_symbol(c, s, s->symbols[i]);
    }
    for (WfScope *child = s->first_child; child != NULL && !c->failed; child = child->next) {
        resolve(c, child);
    }
    wf_gen_leave(c);
}

static void sort_symbols(WfSymbol **v, int32_t n)
{
    for (int32_t i = 1; i < n; i++) {
        WfSymbol *x = v[i];
        int32_t k = i;
        for (; k > 0; k--) {
            const WfName *a = v[k - 1]->name, *b = x->name;
            int order = memcmp(a->data, b->data, a->len < b->len ? a->len : b->len);
            if (order < 0 || (order == 0 && a->len <= b->len)) {
                break;
            }
            v[k] = v[k - 1];
        }
        v[k] = x;
    }
}

/* Registers of locals and cells, when all blocks are resolved. */
static void number(WfGen *c, WfScope *s)
{
    if (!wf_gen_enter(c)) {
        return;
    }
    if (s->needs_class_closure) {
        s->class_cell = (WfSymbol *)wf_gen_alloc(c, sizeof *s->class_cell);
        if (s->class_cell != NULL) {
            *s->class_cell = (WfSymbol){.name = wf_gen_name_cstr(c, "__class__"), .scope = WF_SCOPE_CELL, .slot = -1};
        }
    }
    s->cells = (WfSymbol **)wf_gen_alloc(c, (size_t)(s->n_symbols + 2) * sizeof *s->cells);
    s->frees = (WfSymbol **)wf_gen_alloc(c, (size_t)(s->n_symbols + 1) * sizeof *s->frees);
    if (c->failed) {
        return;
    }
    for (int32_t i = 0; i < s->n_symbols; i++) {
        WfSymbol *sym = s->symbols[i];
        if (s->kind == WF_BLOCK_FUNCTION && (i < s->n_params || (sym->scope == WF_SCOPE_LOCAL && !(sym->flags & WF_SYM_ANNOT_ONLY)))) {
            sym->slot = s->n_locals++;
        }
        if (sym->scope == WF_SCOPE_CELL) {
            s->cells[s->n_cells++] = sym;
        } else if (sym->scope == WF_SCOPE_FREE || (sym->flags & WF_SYM_FREE_CLASS)) {
            s->frees[s->n_free++] = sym;
        }
    }
    if (s->class_cell != NULL) {
        s->cells[s->n_cells++] = s->class_cell;
    }
    sort_symbols(s->cells, s->n_cells);
    sort_symbols(s->frees, s->n_free);
    for (int32_t i = 0; i < s->n_cells; i++) {
        s->cells[i]->cell = s->n_locals + i;
    }
    for (int32_t i = 0; i < s->n_free; i++) {
        s->frees[i]->cell = s->n_locals + s->n_cells + i;
    }
    for (WfScope *child = s->first_child; child != NULL && !c->failed; child = child->next) {
        number(c, child);
    }
    wf_gen_leave(c);
}

WfScope *wf_symtable_build(WfGen *c, WfMod *tree)
{
    Walk w = {c, NULL, NULL, (c->flags & WF_CO_FUTURE_ANNOTATIONS) != 0};
    WfScope *top = enter(&w, wf_gen_name_cstr(c, "top"), WF_BLOCK_MODULE, tree, (WfLoc){0, 0, 0, 0});
    if (top == NULL) {
        return NULL;
    }
    c->module = top;
    switch ((WfAstKind)tree->kind) {
    case WF_AST_Module: visit_stmts(&w, &tree->Module.body); break;
    case WF_AST_Interactive: visit_stmts(&w, &tree->Interactive.body); break;
    case WF_AST_Expression: visit_expr(&w, tree->Expression.body); break;
    default: break;
    }
    if (!c->failed) {
        resolve(c, top);
    }
    if (!c->failed) {
        number(c, top);
    }
    return c->failed ? NULL : top;
}
