/* async_generator.c - asynchronous generators and the awaitables of their methods.
 * SPDX-License-Identifier: MIT
 *
 * Design: the body is a WfGenerator. What it yields is wrapped (async_generator_wrapped), so that awaiting can tell a
 * yielded value, which ends the awaitable by StopIteration(value), from what an await inside lets through.
 * Threads: as generators: one thread runs the body; `await_with` and states of awaitables are words. */
#include "model/builtin.h"
#include "model/object.h"
#include "modules/builtins.h"
#include "objects/exceptions.h"
#include "objects/genericalias.h"
#include "objects/str.h"
#include "objects/tuple.h"
#include "runtime/import.h"
#include "vm/vm.h"

typedef struct Wrapped {
    WfObject h;
    WfSlot value;
} Wrapped;

static void wrapped_trace(WfMarker *m, WfObject *o)
{
    wf_mark_slot(m, &((Wrapped *)o)->value);
}
const WfTypeSpec wf_async_generator_wrapped_spec = {
    .name = "async_generator_wrapped_value", .flags = WF_TF_NO_NEW, .size = sizeof(Wrapped), .slots = {.trace = wrapped_trace}};

WfValue wf_async_wrap(WfThread *t, WfValue v)
{
    Wrapped *w = WF_NEW(t, Wrapped, ASYNC_GENERATOR_WRAPPED, NATIVE);
    if (w != NULL) {
        wf_store_raw(&w->value, v);
    }
    return wf_from_object(w);
}

WfValue wf_unawaited_hook(WfThread *t)
{
    WfValue warnings = wf_import_loaded(t, "warnings"), hook;
    if (wf_is_empty(warnings)) {
        return WF_EMPTY;
    }
    hook = wf_getattr_cstr(t, warnings, "_warn_unawaited_coroutine");
    if (wf_is_empty(hook)) {
        wf_clear_pending(t);
    }
    return hook;
}

/* --- awaitables: __anext__, asend, athrow, aclose ------------------------------------------------------------ */

enum { AW_INIT, AW_ITER, AW_CLOSED };
enum { MODE_SEND, MODE_THROW, MODE_CLOSE };

typedef struct Awaitable { /* async_generator_asend, async_generator_athrow */
    WfObject h;
    WfSlot gen;
    WfSlot value;         /* asend: what to send; athrow: type */
    WfSlot value2, value3;/* athrow: value, traceback; EMPTY: not given */
    uint8_t state, mode;
} Awaitable;

static void awaitable_trace(WfMarker *m, WfObject *o)
{
    wf_mark_slots(m, &((Awaitable *)o)->gen, 4);
}
static Awaitable *self_aw(WfValue v)
{
    return WF_AS(Awaitable, v);
}
static WfGenerator *aw_gen(WfValue v)
{
    return WF_LOAD(WfGenerator, &self_aw(v)->gen);
}
/* Is an awaitable of g half way? */
static bool is_busy(const WfGenerator *g)
{
    return wf_is_true(wf_load(&g->await_with));
}
static void set_busy(WfGenerator *g, bool busy)
{
    wf_store_raw(&g->await_with, busy ? WF_TRUE : WF_FALSE);
}

/* What a step of the body means to the one who awaits. */
static WfValue unwrap(WfThread *t, WfGenerator *g, WfFound found, WfValue out)
{
    if (found == WF_FOUND) {
        if (WF_IS_EXACT(out, ASYNC_GENERATOR_WRAPPED)) {
            set_busy(g, false);
            return wf_raise_stop_iteration(t, wf_load(&WF_AS(Wrapped, out)->value));
        }
        return out; /* an await inside waits: goes on outwards */
    }
    set_busy(g, false);
    if (found == WF_MISSING) {
        return wf_raise_none(t, WF_EXC(StopAsyncIteration));
    }
    return WF_EMPTY;
}

static WfValue closed_error(WfThread *t, const char *what)
{
    return wf_raise(t, WF_EXC(RuntimeError), "cannot reuse already awaited %s", what);
}

static WfValue aw_send(WfThread *t, WfValue self, WfValue arg)
{
    Awaitable *aw = self_aw(self);
    WfGenerator *g = aw_gen(self);
    if (aw->state == AW_CLOSED) {
        return closed_error(t, aw->mode == MODE_SEND ? "__anext__()/asend()" : "aclose()/athrow()");
    }
    WfValue out = WF_NONE;
    WfFound found;
    if (aw->state == AW_INIT) {
        if (aw->mode != MODE_SEND && g->x_state == WF_GEN_CLOSED) {
            aw->state = AW_CLOSED;
            return wf_raise_none(t, aw->mode == MODE_CLOSE ? WF_EXC(StopIteration) : WF_EXC(StopAsyncIteration));
        }
        if (is_busy(g)) {
            aw->state = AW_CLOSED;
            return wf_raise(t, WF_EXC(RuntimeError), "%s: asynchronous generator is already running",
                            aw->mode == MODE_SEND ? "anext()" : aw->mode == MODE_CLOSE ? "aclose()" : "athrow()");
        }
        if (aw->mode != MODE_SEND && !wf_is_none(arg)) {
            return wf_raise(t, WF_EXC(RuntimeError), "can't send non-None value to a just-started coroutine");
        }
        aw->state = AW_ITER;
        set_busy(g, true);
        if (aw->mode == MODE_SEND) {
            found = wf_generator_send(t, wf_from_object(g), wf_is_none(arg) ? wf_load(&aw->value) : arg, &out);
        } else {
            if (aw->mode == MODE_CLOSE) {
                g->flags |= 1; /* closed: later awaitables end at once */
                WfValue exc = wf_exception_new(t, WF_EXC(GeneratorExit), WF_EMPTY);
                if (wf_is_empty(exc)) {
                    return exc;
                }
                wf_restore_pending(t, exc);
            } else if (wf_throw_arguments(t, wf_load(&aw->value), wf_load(&aw->value2), wf_load(&aw->value3)) != WF_OK) {
                set_busy(g, false);
                return WF_EMPTY;
            }
            found = wf_generator_throw(t, g, &out);
        }
    } else {
        found = wf_generator_send(t, wf_from_object(g), arg, &out);
    }
    if (aw->mode == MODE_CLOSE) {
        if (found == WF_FOUND && WF_IS_EXACT(out, ASYNC_GENERATOR_WRAPPED)) {
            set_busy(g, false);
            aw->state = AW_CLOSED;
            return wf_raise(t, WF_EXC(RuntimeError), "async generator ignored GeneratorExit");
        }
        if (found == WF_FOUND) {
            return out;
        }
        set_busy(g, false);
        aw->state = AW_CLOSED;
        if (found == WF_MISSING || wf_clear_if(t, WF_EXC(StopAsyncIteration)) || wf_clear_if(t, WF_EXC(GeneratorExit))) {
            return wf_raise_none(t, WF_EXC(StopIteration));
        }
        return WF_EMPTY;
    }
    WfValue result = unwrap(t, g, found, out);
    if (wf_is_empty(result)) {
        aw->state = AW_CLOSED;
    }
    return result;
}

static WfFound aw_next(WfThread *t, WfValue self, WfValue *out)
{
    *out = aw_send(t, self, WF_NONE);
    return wf_is_empty(*out) ? WF_ERROR : WF_FOUND;
}
static WfValue aw_iter(WfThread *t, WfValue self)
{
    return self;
}
static WfValue aw_m_send(WfThread *t, WfValue *a)
{
    return aw_send(t, a[0], a[1]);
}
static WfValue aw_m_throw(WfThread *t, WfValue *a)
{
    Awaitable *aw = self_aw(a[0]);
    WfGenerator *g = aw_gen(a[0]);
    if (aw->state == AW_CLOSED) {
        return closed_error(t, aw->mode == MODE_SEND ? "__anext__()/asend()" : "aclose()/athrow()");
    }
    if (wf_throw_arguments(t, a[1], a[2], a[3]) != WF_OK) {
        return WF_EMPTY;
    }
    WfValue out = WF_NONE;
    WfFound found = wf_generator_throw(t, g, &out);
    if (aw->mode == MODE_CLOSE && found == WF_FOUND && WF_IS_EXACT(out, ASYNC_GENERATOR_WRAPPED)) {
        set_busy(g, false);
        return wf_raise(t, WF_EXC(RuntimeError), "async generator ignored GeneratorExit");
    }
    WfValue result = unwrap(t, g, found, out);
    if (wf_is_empty(result)) {
        aw->state = AW_CLOSED;
        if (aw->mode == MODE_CLOSE && (wf_pending_is(t, WF_EXC(StopAsyncIteration)) || wf_pending_is(t, WF_EXC(GeneratorExit)))) {
            wf_clear_pending(t);
            return wf_raise_none(t, WF_EXC(StopIteration));
        }
    }
    return result;
}
static WfValue aw_m_close(WfThread *t, WfValue *a)
{
    self_aw(a[0])->state = AW_CLOSED;
    return WF_NONE;
}
static const WfBuiltinDef aw_methods[] = {
    {"send", aw_m_send, "(self, arg, /)", "Resume with a value.", 0},
    {"throw", aw_m_throw, "(self, typ, val=?, tb=?, /)", "Raise an exception inside.", 0},
    {"close", aw_m_close, "(self)", "Give up.", 0},
    {0}};
const WfTypeSpec wf_async_generator_asend_spec = {
    .name = "async_generator_asend", .flags = WF_TF_NO_NEW, .size = sizeof(Awaitable), .methods = aw_methods,
    .slots = {.iter = aw_iter, .await = aw_iter, .next = aw_next, .trace = awaitable_trace}};
const WfTypeSpec wf_async_generator_athrow_spec = {
    .name = "async_generator_athrow", .flags = WF_TF_NO_NEW, .size = sizeof(Awaitable), .methods = aw_methods,
    .slots = {.iter = aw_iter, .await = aw_iter, .next = aw_next, .trace = awaitable_trace}};

/* --- async_generator ------------------------------------------------------------------------------------------- */

static WfGenerator *self_gen(WfValue v)
{
    return WF_AS(WfGenerator, v);
}

/* First use: the hooks of the thread see it. */
static WfStatus init_hooks(WfThread *t, WfValue self)
{
    WfGenerator *g = self_gen(self);
    if (g->flags & 2) {
        return WF_OK;
    }
    g->flags |= 2;
    wf_store(&g->finalizer, t->asyncgen_finalizer);
    if (!wf_is_empty(t->asyncgen_firstiter) && wf_is_empty(wf_call1(t, t->asyncgen_firstiter, self))) {
        return WF_RAISED;
    }
    return WF_OK;
}

static WfValue new_awaitable(WfThread *t, WfValue self, int mode, WfValue a, WfValue b, WfValue c)
{
    if (init_hooks(t, self) != WF_OK) {
        return WF_EMPTY;
    }
    Awaitable *aw = mode == MODE_SEND ? WF_NEW(t, Awaitable, ASYNC_GENERATOR_ASEND, NATIVE)
                                      : WF_NEW(t, Awaitable, ASYNC_GENERATOR_ATHROW, NATIVE);
    if (aw == NULL) {
        return WF_EMPTY;
    }
    wf_store_raw(&aw->gen, self);
    wf_store_raw(&aw->value, a);
    wf_store_raw(&aw->value2, b);
    wf_store_raw(&aw->value3, c);
    aw->mode = (uint8_t)mode;
    return wf_from_object(aw);
}
static WfValue ag_anext(WfThread *t, WfValue self)
{
    return new_awaitable(t, self, MODE_SEND, WF_NONE, WF_EMPTY, WF_EMPTY);
}
static WfValue ag_aiter(WfThread *t, WfValue self)
{
    return self;
}
static WfValue ag_asend(WfThread *t, WfValue *a)
{
    return new_awaitable(t, a[0], MODE_SEND, a[1], WF_EMPTY, WF_EMPTY);
}
static WfValue ag_athrow(WfThread *t, WfValue *a)
{
    return new_awaitable(t, a[0], MODE_THROW, a[1], a[2], a[3]);
}
static WfValue ag_aclose(WfThread *t, WfValue *a)
{
    return new_awaitable(t, a[0], MODE_CLOSE, WF_EMPTY, WF_EMPTY, WF_EMPTY);
}
static WfValue ag_running(WfThread *t, WfValue self)
{
    return WF_BOOL(is_busy(self_gen(self)));
}
static const WfBuiltinDef ag_methods[] = {
    {"asend", ag_asend, "(self, value, /)", "An awaitable that sends a value.", 0},
    {"athrow", ag_athrow, "(self, typ, val=?, tb=?, /)", "An awaitable that raises an exception inside.", 0},
    {"aclose", ag_aclose, "(self)", "An awaitable that raises GeneratorExit inside.", 0},
    {"__class_getitem__", wf_class_getitem, "(cls, item, /)", "A generic alias.", WF_FN_CLASS},
    {0}};
static const WfGetSetDef ag_getsets[] = {
    {"__name__", wf_generator_get_name, wf_generator_set_name, "Name of the generator.", 0},
    {"__qualname__", wf_generator_get_qualname, wf_generator_set_qualname, "Qualified name of the generator.", 0},
    {"ag_await", wf_generator_get_yieldfrom, NULL, "What it awaits, or None.", 0},
    {"ag_running", ag_running, NULL, "Whether an awaitable of it is half way.", 0},
    {"ag_frame", wf_generator_get_frame, NULL, "Its frame, None when it has ended.", 0},
    {"ag_code", wf_generator_get_code, NULL, "Its code object.", 0},
    {0}};
const WfTypeSpec wf_async_generator_spec = {
    .name = "async_generator",
    .flags = WF_TF_NO_NEW | WF_TF_WEAKREFS,
    .size = sizeof(WfGenerator),
    .methods = ag_methods,
    .getsets = ag_getsets,
    .slots = {.repr = wf_generator_repr, .aiter = ag_aiter, .anext = ag_anext, .finalize = wf_generator_finalize},
};

/* --- anext(it, default) ------------------------------------------------------------------------------------------- */

typedef struct AnextAwaitable {
    WfObject h;
    WfSlot wrapped, fallback;
} AnextAwaitable;

static void anext_trace(WfMarker *m, WfObject *o)
{
    wf_mark_slots(m, &((AnextAwaitable *)o)->wrapped, 2);
}
WfValue wf_anext_awaitable(WfThread *t, WfValue awaitable, WfValue fallback)
{
    AnextAwaitable *a = WF_NEW(t, AnextAwaitable, ANEXT_AWAITABLE, NATIVE);
    if (a != NULL) {
        wf_store_raw(&a->wrapped, awaitable);
        wf_store_raw(&a->fallback, fallback);
    }
    return wf_from_object(a);
}
/* The iterator behind the wrapped awaitable, with a next slot. */
static WfValue anext_iter(WfThread *t, WfValue self)
{
    WfValue it = wf_await_iter(t, wf_load(&WF_AS(AnextAwaitable, self)->wrapped));
    if (!wf_is_empty(it) && wf_type(it)->slots.next == NULL) {
        WfType *type = wf_type(it);
        return type->slots.await == NULL ? wf_raise(t, WF_EXC(TypeError), "'%T' object is not an iterator", it) : type->slots.await(t, it);
    }
    return it;
}
/* StopAsyncIteration becomes StopIteration(default). */
static WfValue anext_result(WfThread *t, WfValue self, WfValue v)
{
    if (wf_is_empty(v) && wf_clear_if(t, WF_EXC(StopAsyncIteration))) {
        return wf_raise_stop_iteration(t, wf_load(&WF_AS(AnextAwaitable, self)->fallback));
    }
    return v;
}
static WfFound anext_next(WfThread *t, WfValue self, WfValue *out)
{
    WfValue it = anext_iter(t, self);
    WfFound found = wf_is_empty(it) ? WF_ERROR : wf_type(it)->slots.next(t, it, out);
    if (found == WF_FOUND) {
        return found;
    }
    if (found == WF_MISSING) {
        return found;
    }
    (void)anext_result(t, self, WF_EMPTY);
    return WF_ERROR;
}
static WfValue anext_forward(WfThread *t, WfValue *a, WfStr *name, int n)
{
    WfValue it = anext_iter(t, a[0]);
    return wf_is_empty(it) ? it : anext_result(t, a[0], wf_call_method(t, it, name, a + 1, n));
}
static WfValue anext_send(WfThread *t, WfValue *a)
{
    return anext_forward(t, a, WF_NAME(send), 1);
}
static WfValue anext_throw(WfThread *t, WfValue *a)
{
    return anext_forward(t, a, WF_NAME(throw), wf_is_empty(a[2]) ? 1 : wf_is_empty(a[3]) ? 2 : 3);
}
static WfValue anext_close(WfThread *t, WfValue *a)
{
    return anext_forward(t, a, WF_NAME(close), 0);
}
static const WfBuiltinDef anext_methods[] = {
    {"send", anext_send, "(self, arg, /)", "Resume with a value.", 0},
    {"throw", anext_throw, "(self, typ, val=?, tb=?, /)", "Raise an exception inside.", 0},
    {"close", anext_close, "(self)", "Give up.", 0},
    {0}};
const WfTypeSpec wf_anext_awaitable_spec = {
    .name = "anext_awaitable", .flags = WF_TF_NO_NEW, .size = sizeof(AnextAwaitable), .methods = anext_methods,
    .slots = {.iter = aw_iter, .await = aw_iter, .next = anext_next, .trace = anext_trace}};
