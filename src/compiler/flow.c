/* flow.c - try, with, and the ways out of blocks: return, break, continue.
 * SPDX-License-Identifier: MIT
 *
 * Design:     every instruction knows the handler that was current when it was emitted; a unit's blocks form a stack, and a jump
 *             out of some of them emits what each has to do on the way (finally bodies are repeated, as in CPython), under
 *             the handler outside of that block.
 *             A handler begins with PUSH_HANDLED; all of it lies under a second handler that does POP_HANDLED and raises again. */
#include "compiler/gen.h"

void wf_gen_push_block(WfGen *c, WfBlockEntry *b, WfBlockType type)
{
    b->prev = c->u->block;
    b->type = type;
    if (type != WF_FB_HANDLER) {
        b->handler = c->u->handler;
    }
    b->loc = c->u->loc;
    c->u->block = b;
}

void wf_gen_pop_block(WfGen *c)
{
    c->u->block = c->u->block->prev;
}

/* --- leaving blocks ------------------------------------------------------------------------------------------------------ */

/* Calls the exit function in (pair, pair + 1) with exc, or without an exception; the result into dst. */
static void call_exit(WfGen *c, WfReg pair, int32_t exc, bool is_async, WfReg dst)
{
    WfReg mark = c->u->temp;
    WfReg base = wf_gen_temps(c, WF_CALL_GAP + 5);
    wf_gen_emit(c, WF_OP_WITH_EXIT, base, pair, exc);
    wf_gen_emit(c, WF_OP_CALL_METHOD, base, 3, dst);
    if (is_async) {
        wf_gen_await(c, dst, dst, 2);
    }
    c->u->temp = mark;
}

static void unwind_one(WfGen *c, WfBlockEntry *b)
{
    WfReg mark = c->u->temp;
    WfLoc loc = c->u->loc;
    switch (b->type) {
    case WF_FB_WHILE:
    case WF_FB_FOR:
    case WF_FB_TRY:
    case WF_FB_GROUP_HANDLER: break;
    case WF_FB_FINALLY_TRY:
        c->u->handler = b->handler;
        wf_gen_stmts(c, b->finally);
        break;
    case WF_FB_FINALLY_END: wf_gen_emit(c, WF_OP_POP_HANDLED, b->saved, 0, 0); break;
    case WF_FB_WITH:
    case WF_FB_ASYNC_WITH:
        c->u->handler = b->handler;
        c->u->loc = b->loc;
        call_exit(c, b->saved, (int32_t)WF_REG_NONE, b->type == WF_FB_ASYNC_WITH, wf_gen_temp(c));
        break;
    case WF_FB_HANDLER:
        wf_gen_emit(c, WF_OP_POP_HANDLED, b->saved, 0, 0);
        if (b->name != NULL) {
            c->u->handler = b->handler;
            wf_gen_unbind_name(c, b->name);
        }
        break;
    }
    c->u->handler = b->handler;
    c->u->temp = mark;
    if (b->type == WF_FB_FINALLY_TRY || b->type == WF_FB_WITH || b->type == WF_FB_ASYNC_WITH) {
        loc = wf_vec_last(&c->u->ins).loc; /* what leaves the block now belongs to the lines that ran last */
    }
    c->u->loc = loc;
}

/* Leaves all blocks up to `stop` (exclusive; NULL: all). The caller restores block and handler. */
static void unwind(WfGen *c, const WfBlockEntry *stop)
{
    while (c->u->block != stop && !c->failed) {
        WfBlockEntry *b = c->u->block;
        c->u->block = b->prev;
        unwind_one(c, b);
    }
}

static bool runs_code(const WfBlockEntry *b)
{
    for (; b != NULL; b = b->prev) {
        if (b->type == WF_FB_FINALLY_TRY || b->type == WF_FB_WITH || b->type == WF_FB_ASYNC_WITH || b->name != NULL) {
            return true;
        }
    }
    return false;
}

void wf_gen_return(WfGen *c, WfStmt *s)
{
    WfUnit *u = c->u;
    WfExpr *value = s->Return.value;
    if (u->scope->kind != WF_BLOCK_FUNCTION) {
        wf_gen_syntax_error(c, s->loc, "'return' outside function");
        return;
    }
    if (value != NULL && u->scope->coroutine && u->scope->generator) {
        wf_gen_syntax_error(c, s->loc, "'return' with value in async generator");
        return;
    }
    WfBlockEntry *block = u->block;
    int32_t handler = u->handler;
    for (const WfBlockEntry *b = block; b != NULL; b = b->prev) {
        if (b->type == WF_FB_GROUP_HANDLER) {
            wf_gen_syntax_error(c, s->loc, "'break', 'continue' and 'return' cannot appear in an except* block");
            return;
        }
    }
    bool constant = value != NULL && value->kind == WF_AST_Constant;
    WfReg r = WF_NO_REG;
    if (value != NULL && !constant) {
        r = wf_gen_expr(c, value);
        if (!wf_gen_is_temp(c, r) && runs_code(block)) {
            WfReg copy = wf_gen_temp(c);
            wf_gen_move(c, copy, r);
            r = copy;
        }
    } else if (block != NULL) {
        wf_gen_emit(c, WF_OP_NOP, 0, 0, 0); /* the line of the statement */
    }
    u->loc = s->loc;
    unwind(c, NULL);
    if (value == NULL || (constant && value->Constant.value.kind == WF_CONST_NONE)) {
        (void)wf_gen_shown_const(c, WF_NONE);
        wf_gen_emit(c, WF_OP_RETURN_NONE, 0, 0, 0);
    } else {
        if (constant) {
            r = wf_gen_temp(c);
            WfLoc loc = u->loc;
            u->loc = block != NULL ? loc : value->loc;
            wf_gen_load_const(c, wf_gen_const_value(c, &value->Constant.value), r);
            u->loc = loc;
        }
        wf_gen_emit(c, WF_OP_RETURN, r, 0, 0);
    }
    u->block = block;
    u->handler = handler;
}

static WfBlockEntry *find_loop(const WfGen *c, bool *in_group)
{
    WfBlockEntry *b = c->u->block;
    while (b != NULL && b->type != WF_FB_WHILE && b->type != WF_FB_FOR) {
        if (b->type == WF_FB_GROUP_HANDLER) {
            *in_group = true;
        }
        b = b->prev;
    }
    return b;
}

static void leave_loop(WfGen *c, WfStmt *s, bool is_break)
{
    bool in_group = false;
    WfBlockEntry *loop = find_loop(c, &in_group);
    if (in_group) {
        wf_gen_syntax_error(c, s->loc, "'break', 'continue' and 'return' cannot appear in an except* block");
        return;
    }
    if (loop == NULL) {
        wf_gen_syntax_error(c, s->loc, is_break ? "'break' outside loop" : "'continue' not properly in loop");
        return;
    }
    WfBlockEntry *block = c->u->block;
    int32_t handler = c->u->handler;
    wf_gen_emit(c, WF_OP_NOP, 0, 0, 0);
    unwind(c, loop);
    wf_gen_jump(c, WF_OP_JUMP, 0, 0, is_break ? loop->exit : loop->top);
    c->u->block = block;
    c->u->handler = handler;
}

void wf_gen_break(WfGen *c, WfStmt *s)
{
    leave_loop(c, s, true);
}

void wf_gen_continue(WfGen *c, WfStmt *s)
{
    leave_loop(c, s, false);
}

/* --- try ... except --------------------------------------------------------------------------------------------------------- */

typedef struct TryParts {
    const WfStmtSeq *body, *orelse, *finally;
    WfExceptHandlerSeq handlers;
    bool star;
} TryParts;

/* The handler around handlers: POP_HANDLED, and the exception goes on. */
static void cleanup_handler(WfGen *c, WfLabel label, WfReg saved, WfReg exc)
{
    const WfLoc loc = c->u->loc;
    c->u->loc = (WfLoc){0, 0, 0, 0};
    wf_gen_place(c, label);
    wf_gen_emit(c, WF_OP_POP_HANDLED, saved, 0, 0);
    wf_gen_emit(c, WF_OP_RERAISE, exc, 1, 0);
    c->u->loc = loc;
}

/* One clause: name bound, body, name unbound, POP_HANDLED; goes to `end`. */
static void handler_body(WfGen *c, WfExceptHandler *h, WfReg exc, WfReg saved, int32_t outer, int32_t inner, WfLabel end)
{
    WfBlockEntry b = {.saved = saved, .handler = outer};
    WfLabel unbind = wf_gen_label(c);
    if (h->ExceptHandler.name != NULL) {
        if (wf_gen_forbidden(c, h->loc, h->ExceptHandler.name, WF_AST_Store)) {
            return;
        }
        b.name = wf_gen_mangled(c, h->ExceptHandler.name);
        wf_gen_store_name(c, b.name, exc);
        c->u->handler = wf_gen_catch(c, unbind, exc);
    }
    wf_gen_push_block(c, &b, WF_FB_HANDLER);
    wf_gen_stmts(c, &h->ExceptHandler.body);
    wf_gen_pop_block(c);
    c->u->handler = inner;
    c->u->loc = (WfLoc){0, 0, 0, 0};
    wf_gen_emit(c, WF_OP_POP_HANDLED, saved, 0, 0);
    if (b.name != NULL) {
        c->u->handler = outer;
        wf_gen_unbind_name(c, b.name);
        wf_gen_jump(c, WF_OP_JUMP, 0, 0, end);
        c->u->handler = inner;
        wf_gen_place(c, unbind);
        wf_gen_unbind_name(c, b.name);
        wf_gen_emit(c, WF_OP_RERAISE, exc, 1, 0);
    } else {
        wf_gen_jump(c, WF_OP_JUMP, 0, 0, end);
    }
}

static void try_except(WfGen *c, const TryParts *p)
{
    WfLabel caught = wf_gen_label(c), cleanup = wf_gen_label(c), end = wf_gen_label(c);
    WfReg exc = wf_gen_temp(c), saved = wf_gen_temp(c);
    int32_t outer = c->u->handler;
    WfBlockEntry b = {0};
    wf_gen_emit(c, WF_OP_NOP, 0, 0, 0);
    wf_gen_push_block(c, &b, WF_FB_TRY);
    c->u->handler = wf_gen_catch(c, caught, exc);
    wf_gen_stmts(c, p->body);
    wf_gen_pop_block(c);
    c->u->handler = outer;
    wf_gen_stmts(c, p->orelse);
    c->u->loc = (WfLoc){0, 0, 0, 0};
    wf_gen_jump(c, WF_OP_JUMP, 0, 0, end);
    wf_gen_place(c, caught);
    wf_gen_emit(c, WF_OP_PUSH_HANDLED, saved, exc, 0);
    int32_t inner = wf_gen_catch(c, cleanup, exc);
    c->u->handler = inner;
    for (size_t i = 0; i < p->handlers.len && !c->failed; i++) {
        WfExceptHandler *h = p->handlers.data[i];
        WfLabel next = wf_gen_label(c);
        c->u->loc = h->loc;
        if (h->ExceptHandler.type != NULL) {
            WfReg mark = c->u->temp;
            WfReg type = wf_gen_expr(c, h->ExceptHandler.type);
            WfReg match = wf_gen_temp(c);
            c->u->loc = h->loc;
            wf_gen_emit(c, WF_OP_EXC_MATCH, match, exc, type);
            wf_gen_jump(c, WF_OP_JUMP_FALSE, match, 0, next);
            c->u->temp = mark;
            c->u->loc = h->loc;
        } else if (i + 1 < p->handlers.len) {
            wf_gen_syntax_error(c, h->loc, "default 'except:' must be last");
            return;
        } else {
            wf_gen_emit(c, WF_OP_NOP, 0, 0, 0); /* its line */
        }
        handler_body(c, h, exc, saved, outer, inner, end);
        wf_gen_place(c, next);
        c->u->loc = h->loc;
    }
    c->u->handler = outer;
    wf_gen_emit(c, WF_OP_POP_HANDLED, saved, 0, 0);
    wf_gen_emit(c, WF_OP_RERAISE, exc, 0, 0);
    cleanup_handler(c, cleanup, saved, exc);
    wf_gen_place(c, end);
}

/* except*: each clause takes its part of the group; what they raise, and the rest, is put together at the end. */
static void try_star(WfGen *c, const TryParts *p)
{
    WfLabel caught = wf_gen_label(c), cleanup = wf_gen_label(c), end = wf_gen_label(c);
    WfReg exc = wf_gen_temp(c), saved = wf_gen_temp(c), orig = wf_gen_temp(c), list = wf_gen_temp(c);
    WfReg parts = wf_gen_temps(c, 2); /* the matching part, the rest */
    int32_t outer = c->u->handler;
    WfBlockEntry b = {0};
    wf_gen_emit(c, WF_OP_NOP, 0, 0, 0);
    wf_gen_push_block(c, &b, WF_FB_TRY);
    c->u->handler = wf_gen_catch(c, caught, exc);
    wf_gen_stmts(c, p->body);
    wf_gen_pop_block(c);
    c->u->handler = outer;
    wf_gen_stmts(c, p->orelse);
    c->u->loc = (WfLoc){0, 0, 0, 0};
    wf_gen_jump(c, WF_OP_JUMP, 0, 0, end);
    wf_gen_place(c, caught);
    wf_gen_emit(c, WF_OP_PUSH_HANDLED, saved, exc, 0);
    int32_t inner = wf_gen_catch(c, cleanup, exc);
    c->u->handler = inner;
    wf_gen_move(c, orig, exc);
    wf_gen_move(c, parts + 1, exc);
    wf_gen_emit(c, WF_OP_BUILD_LIST, list, list, 0);
    WfBlockEntry group = {0};
    wf_gen_push_block(c, &group, WF_FB_GROUP_HANDLER);
    for (size_t i = 0; i < p->handlers.len && !c->failed; i++) {
        WfExceptHandler *h = p->handlers.data[i];
        WfLabel next = wf_gen_label(c), raised = wf_gen_label(c);
        c->u->loc = h->loc;
        wf_gen_jump(c, WF_OP_JUMP_NONE, parts + 1, 0, next);
        WfReg mark = c->u->temp;
        WfReg type = wf_gen_expr(c, h->ExceptHandler.type);
        WfReg match = wf_gen_temps(c, 2);
        c->u->loc = h->loc;
        wf_gen_emit(c, WF_OP_EXC_GROUP_MATCH, match, parts + 1, type);
        wf_gen_jump(c, WF_OP_JUMP_NONE, match, 0, next);
        wf_gen_move(c, parts, match);
        wf_gen_move(c, parts + 1, match + 1);
        c->u->temp = mark;
        c->u->loc = h->loc;
        WfReg ignored = wf_gen_temp(c), error = wf_gen_temp(c);
        wf_gen_emit(c, WF_OP_PUSH_HANDLED, ignored, parts, 0);
        WfName *name = NULL;
        if (h->ExceptHandler.name != NULL) {
            if (wf_gen_forbidden(c, h->loc, h->ExceptHandler.name, WF_AST_Store)) {
                return;
            }
            name = wf_gen_mangled(c, h->ExceptHandler.name);
            wf_gen_store_name(c, name, parts);
        }
        c->u->handler = wf_gen_catch(c, raised, error);
        wf_gen_stmts(c, &h->ExceptHandler.body);
        c->u->handler = inner;
        c->u->loc = (WfLoc){0, 0, 0, 0};
        wf_gen_emit(c, WF_OP_POP_HANDLED, ignored, 0, 0);
        if (name != NULL) {
            wf_gen_unbind_name(c, name);
        }
        wf_gen_jump(c, WF_OP_JUMP, 0, 0, next);
        wf_gen_place(c, raised);
        wf_gen_emit(c, WF_OP_POP_HANDLED, ignored, 0, 0);
        if (name != NULL) {
            wf_gen_unbind_name(c, name);
        }
        wf_gen_emit(c, WF_OP_LIST_APPEND, list, error, 0);
        wf_gen_place(c, next);
        c->u->temp = mark;
    }
    wf_gen_pop_block(c);
    c->u->loc = (WfLoc){0, 0, 0, 0};
    WfLabel nothing = wf_gen_label(c);
    wf_gen_emit(c, WF_OP_LIST_APPEND, list, parts + 1, 0);
    WfReg result = wf_gen_temp(c);
    wf_gen_emit(c, WF_OP_PREP_RERAISE_STAR, result, orig, list);
    wf_gen_jump(c, WF_OP_JUMP_NONE, result, 0, nothing);
    wf_gen_emit(c, WF_OP_RERAISE, result, 0, 0);
    wf_gen_place(c, nothing);
    wf_gen_emit(c, WF_OP_POP_HANDLED, saved, 0, 0);
    c->u->handler = outer;
    wf_gen_jump(c, WF_OP_JUMP, 0, 0, end);
    cleanup_handler(c, cleanup, saved, exc);
    wf_gen_place(c, end);
}

static void try_handlers(WfGen *c, const TryParts *p)
{
    WfReg mark = c->u->temp;
    if (p->handlers.len == 0) {
        wf_gen_stmts(c, p->body);
        wf_gen_stmts(c, p->orelse);
    } else if (p->star) {
        try_star(c, p);
    } else {
        try_except(c, p);
    }
    c->u->temp = mark;
}

static void try_finally(WfGen *c, const TryParts *p)
{
    WfLabel caught = wf_gen_label(c), cleanup = wf_gen_label(c), end = wf_gen_label(c);
    WfReg exc = wf_gen_temp(c), saved = wf_gen_temp(c);
    int32_t outer = c->u->handler;
    WfBlockEntry b = {.finally = p->finally};
    wf_gen_emit(c, WF_OP_NOP, 0, 0, 0);
    wf_gen_push_block(c, &b, WF_FB_FINALLY_TRY);
    c->u->handler = wf_gen_catch(c, caught, exc);
    try_handlers(c, p);
    wf_gen_pop_block(c);
    c->u->handler = outer;
    wf_gen_stmts(c, p->finally);
    c->u->loc = (WfLoc){0, 0, 0, 0};
    wf_gen_jump(c, WF_OP_JUMP, 0, 0, end);
    wf_gen_place(c, caught);
    wf_gen_emit(c, WF_OP_PUSH_HANDLED, saved, exc, 0);
    WfBlockEntry after = {.saved = saved};
    wf_gen_push_block(c, &after, WF_FB_FINALLY_END);
    c->u->handler = wf_gen_catch(c, cleanup, exc);
    /* exc is live to the end of the body: the cleanup's own exception needs another register */
    WfReg again = wf_gen_temp(c);
    c->u->catches.data[c->u->handler].reg = again;
    wf_gen_stmts(c, p->finally);
    if (!c->failed) {
        c->u->loc = wf_vec_last(&c->u->ins).loc;
    }
    wf_gen_pop_block(c);
    c->u->handler = outer;
    wf_gen_emit(c, WF_OP_POP_HANDLED, saved, 0, 0);
    wf_gen_emit(c, WF_OP_RERAISE, exc, 0, 0);
    cleanup_handler(c, cleanup, saved, again);
    wf_gen_place(c, end);
}

static void gen_try(WfGen *c, const TryParts *p)
{
    if (p->finally->len > 0) {
        try_finally(c, p);
    } else {
        try_handlers(c, p);
    }
}

void wf_gen_try(WfGen *c, WfStmt *s)
{
    gen_try(c, &(TryParts){&s->Try.body, &s->Try.orelse, &s->Try.finalbody, s->Try.handlers, false});
}

void wf_gen_try_star(WfGen *c, WfStmt *s)
{
    gen_try(c, &(TryParts){&s->TryStar.body, &s->TryStar.orelse, &s->TryStar.finalbody, s->TryStar.handlers, true});
}

/* --- with ----------------------------------------------------------------------------------------------------------------- */

static void with_item(WfGen *c, WfStmt *s, WfWithItemSeq items, size_t i, const WfStmtSeq *body, bool is_async)
{
    if (!wf_gen_enter(c)) {
        return;
    }
    WfWithItem *item = items.data[i];
    WfLabel caught = wf_gen_label(c), cleanup = wf_gen_label(c), suppressed = wf_gen_label(c), end = wf_gen_label(c);
    WfReg mark = c->u->temp;
    WfReg pair = wf_gen_temps(c, 2);
    WfReg exc = wf_gen_temp(c), saved = wf_gen_temp(c), again = wf_gen_temp(c);
    WfReg inner_mark = c->u->temp;
    WfReg ctx = wf_gen_expr(c, item->context_expr);
    c->u->loc = s->loc;
    WfReg value = wf_gen_temp(c);
    WfReg base = wf_gen_temps(c, WF_CALL_GAP + 2);
    wf_gen_emit(c, is_async ? WF_OP_AWITH_LOOKUP : WF_OP_WITH_LOOKUP, base, ctx, pair);
    wf_gen_emit(c, WF_OP_CALL_METHOD, base, 0, value);
    if (is_async) {
        wf_gen_await(c, value, value, 1);
    }
    int32_t outer = c->u->handler;
    WfBlockEntry b = {.saved = pair};
    c->u->loc = s->loc;
    wf_gen_push_block(c, &b, is_async ? WF_FB_ASYNC_WITH : WF_FB_WITH);
    c->u->handler = wf_gen_catch(c, caught, exc);
    if (item->optional_vars != NULL) {
        wf_gen_store(c, item->optional_vars, value);
    }
    c->u->temp = inner_mark;
    if (i + 1 < items.len) {
        with_item(c, s, items, i + 1, body, is_async);
    } else {
        wf_gen_stmts(c, body);
    }
    wf_gen_pop_block(c);
    c->u->handler = outer;
    c->u->loc = s->loc;
    WfReg result = wf_gen_temp(c);
    call_exit(c, pair, (int32_t)WF_REG_NONE, is_async, result);
    wf_gen_jump(c, WF_OP_JUMP, 0, 0, end);
    wf_gen_place(c, caught);
    wf_gen_emit(c, WF_OP_PUSH_HANDLED, saved, exc, 0);
    c->u->handler = wf_gen_catch(c, cleanup, again);
    call_exit(c, pair, exc, is_async, result);
    wf_gen_jump(c, WF_OP_JUMP_TRUE, result, 0, suppressed);
    c->u->handler = outer;
    wf_gen_emit(c, WF_OP_POP_HANDLED, saved, 0, 0);
    wf_gen_emit(c, WF_OP_RERAISE, exc, 1, 0);
    cleanup_handler(c, cleanup, saved, again);
    wf_gen_place(c, suppressed);
    wf_gen_emit(c, WF_OP_POP_HANDLED, saved, 0, 0);
    wf_gen_place(c, end);
    c->u->temp = mark;
    wf_gen_leave(c);
}

void wf_gen_with(WfGen *c, WfStmt *s, bool is_async)
{
    with_item(c, s, is_async ? s->AsyncWith.items : s->With.items, 0, is_async ? &s->AsyncWith.body : &s->With.body, is_async);
}
