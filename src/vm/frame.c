/* frame.c - the frame stack of a thread, and frame objects.
 * SPDX-License-Identifier: MIT
 *
 * Design: a thread's stack is one mapping, reserved large and committed as it is touched. A frame object is made when
 * somebody asks for a frame (traceback, sys._getframe); until the frame ends it points to it, then the fixed registers
 * move into it, so it stays valid for ever.
 * Threads: frame objects of a running frame of another thread (sys._current_frames) are read racily: words only. */
#include "objects/dict.h"
#include "objects/exceptions.h"
#include "objects/int.h"
#include "objects/list.h"
#include "objects/str.h"
#include "objects/tuple.h"
#include "code/liveness.h"
#include "model/builtin.h"
#include "vm/interp.h"
#include "vm/vm.h"

#include <sys/mman.h>

/* Words of stack: a frame of a small function takes about 20. */
#define MAIN_STACK_BYTES ((size_t)512 << 20)
#define THREAD_STACK_BYTES ((size_t)64 << 20)

WfStatus wf_vm_stack_init(WfThread *t)
{
    if (t->stack != NULL) { /* left by a thread that ran here before */
        return WF_OK;
    }
    size_t bytes = t->is_main ? MAIN_STACK_BYTES : THREAD_STACK_BYTES;
    void *p = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (p == MAP_FAILED) {
        return WF_FAIL(wf_raise_no_memory(t));
    }
    (void)madvise(p, bytes, MADV_NOHUGEPAGE); /* the first touch of a small stack must not commit 2 MiB */
    t->stack = (WfValue *)p;
    t->stack_end = (WfValue *)(void *)((char *)p + bytes);
    return WF_OK;
}

void wf_vm_stack_free(WfThread *t)
{
    if (t->stack != NULL) {
        (void)munmap(t->stack, (size_t)((char *)t->stack_end - (char *)t->stack));
        t->stack = t->stack_end = NULL;
    }
}

WfValue *wf_vm_stack_top(WfThread *t)
{
    WfFrame *f = t->frame;
    if (f == NULL) {
        return t->stack;
    }
    if (f->flags & WF_FRAME_GENERATOR) {
        return (WfValue *)(uintptr_t)f->locals.bits;
    }
    return WF_FRAME_REGS(f) + f->code->n_regs;
}

WfStatus wf_vm_stack_overflow(WfThread *t)
{
    return WF_FAIL(wf_raise(t, WF_EXC(RecursionError), "maximum recursion depth exceeded"));
}

void wf_vm_trace_frames(WfMarker *m, WfThread *t)
{
    const WfFrame *inner = NULL;
    for (WfFrame *f = t->frame; f != NULL; inner = f, f = f->prev) {
        /* What lies from the callee's head on is the callee's, though the call's arguments began there. */
        int64_t limit = f->code->n_regs;
        if (inner != NULL && (const WfValue *)inner >= WF_FRAME_REGS(f) && (const WfValue *)inner < WF_FRAME_REGS(f) + limit) {
            limit = (const WfValue *)inner - WF_FRAME_REGS(f);
        }
        wf_mark_object(m, f->code);
        wf_mark_value(m, f->func);
        wf_mark_value(m, f->fobj);
        wf_mark_value(m, f->owner);
        if (f->flags & WF_FRAME_GENERATOR) {
            wf_mark_object(m, WF_GENERATOR_OF(f));
        } else {
            wf_mark_value(m, f->locals);
        }
        wf_liveness_mark(m, f->code, wf_frame_word(f), WF_FRAME_REGS(f), limit);
    }
}

/* --- positions ---------------------------------------------------------------------------------------------- */

int32_t wf_frame_word(const WfFrame *f)
{
    if (f->pc == wf_code_lazy || f->pc == wf_code_lazy + 1) { /* even if another thread has loaded the code meanwhile */
        return 0;
    }
    int64_t word = f->pc - wf_code_start(f->code) - 1;
    return word < 0 ? 0 : (int32_t)word;
}

static bool is_at_start(const WfFrame *f)
{
    return f->pc == wf_code_lazy || f->pc == wf_code_start(f->code);
}

static int line_of(const WfCode *code, int32_t word)
{
    WfPosition p;
    for (; word >= 0; word--) { /* instructions of the compiler's own have no line */
        if (wf_code_position(code, word, &p)) {
            return p.line;
        }
    }
    return wf_is_empty(wf_load(&code->positions)) ? -1 : code->first_line; /* lazy: the first line */
}

int wf_frame_line(const WfFrame *f)
{
    if (is_at_start(f)) {
        return f->code->first_line;
    }
    return line_of(f->code, wf_frame_word(f));
}

int wf_frame_object_line(const WfFrameObject *o)
{
    if (o->frame != NULL) {
        return wf_frame_line(o->frame);
    }
    return line_of(WF_LOAD(WfCode, &o->code), (int32_t)wf_as_int(wf_load(&o->lasti)));
}

WfDict *wf_frame_globals(const WfFrame *f)
{
    return WF_LOAD(WfDict, &wf_as_function(f->func)->globals);
}

WfValue wf_frame_builtins(const WfFrame *f)
{
    return wf_load(&wf_as_function(f->func)->builtins);
}

/* --- frame objects -------------------------------------------------------------------------------------------- */

WfFrameObject *wf_frame_object(WfThread *t, WfFrame *f)
{
    if (!wf_is_empty(f->fobj)) {
        return WF_AS(WfFrameObject, f->fobj);
    }
    WfFrameObject *o = WF_NEW(t, WfFrameObject, FRAME, FRAME);
    if (o == NULL) {
        return NULL;
    }
    o->frame = f;
    wf_store_ptr_raw(&o->code, f->code);
    wf_store_raw(&o->func, f->func);
    wf_store_raw(&o->lasti, wf_small_int(0));
    wf_store_raw(&o->trace_flags, wf_small_int(WF_TRACE_LINES));
    wf_store_raw(&o->line, wf_small_int(0));
    if (f->flags & WF_FRAME_MODULE) {
        wf_store_raw(&o->locals, wf_frame_namespace(f));
    }
    if (f->flags & WF_FRAME_GENERATOR) {
        wf_store_ptr_raw(&o->generator, WF_GENERATOR_OF(f));
        f->fobj = wf_from_object(o);
        wf_barrier((const WfSlot *)(const void *)&f->fobj);
        return o;
    }
    f->fobj = wf_from_object(o);
    return o;
}

void wf_frame_object_detach(WfThread *t, WfFrame *f)
{
    WfFrameObject *o = WF_AS(WfFrameObject, f->fobj);
    WfValue pending = wf_take_pending(t);
    WfCode *code = f->code;
    WfSlots *values = wf_gc_alloc_slots(t, code->n_fixed);
    if (values != NULL) {
        for (int32_t i = 0; i < code->n_fixed; i++) {
            wf_store_raw(&values->items[i], WF_FRAME_REGS(f)[i]);
        }
        wf_barrier_range(values->items, (size_t)code->n_fixed);
        wf_store_ptr(&o->values, values);
    }
    /* The caller gets an object too, so that f_back outlives it; it is linked when that one ends. */
    wf_clear_pending(t);
    if (f->prev != NULL) {
        WfFrameObject *back = wf_frame_object(t, f->prev);
        if (back != NULL) {
            wf_store_ptr(&o->back, back);
        }
        wf_clear_pending(t);
    }
    wf_store(&o->lasti, wf_small_int(wf_frame_word(f)));
    wf_store_raw(&o->generator, WF_EMPTY);
    __atomic_store_n(&o->frame, (WfFrame *)NULL, __ATOMIC_RELEASE);
    f->fobj = WF_EMPTY;
    wf_restore_pending(t, pending);
}

void wf_frame_object_trace(WfMarker *m, WfObject *object)
{
    WfFrameObject *o = (WfFrameObject *)object;
    wf_mark_slots(m, &o->code, (sizeof *o - offsetof(WfFrameObject, code)) / sizeof(WfSlot));
}

/* Value of fixed register i, looked into a cell; EMPTY if unbound. */
static WfValue fixed_value(const WfFrameObject *o, const WfFrame *f, const WfCode *code, int i)
{
    WfValue v = WF_EMPTY;
    if (f != NULL) {
        v = WF_FRAME_REGS(f)[i];
    } else {
        WfSlots *values = o == NULL ? NULL : WF_LOAD(WfSlots, &o->values);
        v = values == NULL ? WF_EMPTY : wf_load(&values->items[i]);
    }
    if (i >= code->n_locals && WF_IS_EXACT(v, CELL)) {
        v = wf_load(&WF_AS(WfCell, v)->value);
    }
    return v;
}

static WfStatus set_or_delete(WfThread *t, WfDict *d, WfValue name, WfValue v)
{
    if (wf_is_empty(v)) {
        return wf_dict_delete(t, d, name) == WF_ERROR ? WF_RAISED : WF_OK;
    }
    return wf_dict_set_str(t, d, wf_as_str(name), v);
}

static WfStatus fill_locals(WfThread *t, const WfFrameObject *o, const WfFrame *f, const WfCode *code, WfDict *d)
{
    const WfTuple *names[3] = {WF_LOAD(WfTuple, &code->varnames), WF_LOAD(WfTuple, &code->cellvars),
                               WF_LOAD(WfTuple, &code->freevars)};
    int reg = 0;
    for (int part = 0; part < 3; part++) {
        if (part == 2 && (code->flags & WF_CO_OPTIMIZED) == 0) {
            break; /* a class body's free variables are not its namespace */
        }
        for (int64_t i = 0; i < names[part]->length; i++, reg++) {
            WfValue v = fixed_value(o, f, code, reg);
            bool is_cell_arg = false;
            for (int64_t k = 0; part == 0 && k < names[1]->length; k++) {
                is_cell_arg |= wf_is(wf_tuple_at(names[0], i), wf_tuple_at(names[1], k));
            }
            if (!is_cell_arg && set_or_delete(t, d, wf_tuple_at(names[part], i), v) != WF_OK) {
                return WF_RAISED;
            }
        }
    }
    return WF_OK;
}

static WfValue frame_locals_of(WfThread *t, WfFrameObject *o, const WfFrame *f, WfCode *code)
{
    if (wf_code_load(t, code) != WF_OK) {
        return WF_EMPTY;
    }
    WfValue d = wf_load(&o->locals);
    if (wf_is_empty(d)) {
        d = wf_dict_new(t);
        if (wf_is_empty(d)) {
            return d;
        }
        wf_store(&o->locals, d);
    } else if (f != NULL ? (f->flags & WF_FRAME_MODULE) != 0 && code->n_fixed == 0 : !wf_is_dict(d)) {
        return d;
    }
    if (code->n_fixed > 0 && wf_is_dict(d) && fill_locals(t, o, f, code, wf_as_dict(d)) != WF_OK) {
        return WF_EMPTY;
    }
    return d;
}

WfValue wf_frame_locals(WfThread *t, WfFrame *f)
{
    if ((f->flags & WF_FRAME_MODULE) && f->code->n_fixed == 0) {
        return wf_frame_namespace(f);
    }
    WfFrameObject *o = wf_frame_object(t, f);
    if (o == NULL) {
        return WF_EMPTY;
    }
    return frame_locals_of(t, o, f, f->code);
}

/* --- the type --------------------------------------------------------------------------------------------------- */

static WfFrameObject *self_frame(WfValue v)
{
    return WF_AS(WfFrameObject, v);
}

static WfValue get_back(WfThread *t, WfValue self)
{
    WfFrameObject *o = self_frame(self);
    WfFrame *f = o->frame;
    if (f == NULL) {
        WfValue back = wf_load(&o->back);
        return wf_is_empty(back) ? WF_NONE : back;
    }
    if ((f->flags & WF_FRAME_GENERATOR) && WF_GENERATOR_OF(f)->x_state != WF_GEN_RUNNING) {
        return WF_NONE;
    }
    if (f->prev == NULL) {
        return WF_NONE;
    }
    WfFrameObject *back = wf_frame_object(t, f->prev);
    return wf_from_object(back);
}
static WfValue get_code(WfThread *t, WfValue self)
{
    return wf_load(&self_frame(self)->code);
}
static WfValue get_globals(WfThread *t, WfValue self)
{
    return wf_load(&wf_as_function(wf_load(&self_frame(self)->func))->globals);
}
static WfValue get_builtins(WfThread *t, WfValue self)
{
    return wf_load(&wf_as_function(wf_load(&self_frame(self)->func))->builtins);
}
static WfValue get_locals(WfThread *t, WfValue self)
{
    WfFrameObject *o = self_frame(self);
    return frame_locals_of(t, o, o->frame, WF_LOAD(WfCode, &o->code));
}
static WfValue get_lineno(WfThread *t, WfValue self)
{
    int line = wf_frame_object_line(self_frame(self));
    return line < 0 ? WF_NONE : wf_small_int(line);
}
static WfStatus set_lineno(WfThread *t, WfValue self, WfValue v)
{
    WfFrameObject *o = self_frame(self);
    int64_t line;
    if (wf_is_empty(v)) {
        return WF_FAIL(wf_raise(t, WF_EXC(AttributeError), "cannot delete attribute"));
    }
    if (!wf_is_int(v) && !WF_IS_EXACT(v, INT)) {
        return WF_FAIL(wf_raise(t, WF_EXC(ValueError), "lineno must be an integer"));
    }
    if (!wf_int_to_i64(v, &line) || line > INT32_MAX || line < INT32_MIN) {
        return WF_FAIL(wf_raise(t, WF_EXC(ValueError), "lineno out of range"));
    }
    int64_t flags = wf_as_int(wf_load(&o->trace_flags));
    if (flags & WF_TRACE_IN_OTHER) {
        return WF_FAIL(wf_raise(t, WF_EXC(ValueError), "can only jump from a 'line' trace event"));
    }
    if ((flags & WF_TRACE_IN_LINE) == 0 || o->frame == NULL) {
        return WF_FAIL(wf_raise(t, WF_EXC(ValueError), "can't jump from the 'call' trace event of a new frame"));
    }
    if (wf_is_empty(wf_load(&o->trace))) {
        return WF_FAIL(wf_raise(t, WF_EXC(ValueError), "f_lineno can only be set by a trace function"));
    }
    return wf_frame_jump(t, o->frame, (int)line);
}
static WfValue get_lasti(WfThread *t, WfValue self)
{
    WfFrameObject *o = self_frame(self);
    WfFrame *f = o->frame;
    if (f == NULL) {
        return wf_small_int(wf_as_int(wf_load(&o->lasti)) * 2);
    }
    return is_at_start(f) ? wf_small_int(-1) : wf_small_int((int64_t)wf_frame_word(f) * 2);
}
static WfValue get_trace(WfThread *t, WfValue self)
{
    WfValue v = wf_load(&self_frame(self)->trace);
    return wf_is_empty(v) ? WF_NONE : v;
}
static WfStatus set_trace(WfThread *t, WfValue self, WfValue v)
{
    WfFrameObject *o = self_frame(self);
    wf_store(&o->trace, wf_is_none(v) || wf_is_empty(v) ? WF_EMPTY : v);
    if (o->frame != NULL && wf_as_int(wf_load(&o->line)) == 0) { /* the line it is in began before */
        wf_store_raw(&o->line, wf_small_int(wf_frame_word(o->frame) + 1));
    }
    return WF_OK;
}
static WfValue get_flag(WfValue self, int64_t bit)
{
    return WF_BOOL((wf_as_int(wf_load(&self_frame(self)->trace_flags)) & bit) != 0);
}
static WfStatus set_flag(WfThread *t, WfValue self, WfValue v, int64_t bit)
{
    if (!wf_is_bool(v)) {
        return WF_FAIL(wf_raise(t, WF_EXC(TypeError), "attribute value type must be bool"));
    }
    int64_t flags = wf_as_int(wf_load(&self_frame(self)->trace_flags));
    wf_store(&self_frame(self)->trace_flags, wf_small_int(wf_is_true(v) ? flags | bit : flags & ~bit));
    return WF_OK;
}
static WfValue get_trace_lines(WfThread *t, WfValue self)
{
    return get_flag(self, WF_TRACE_LINES);
}
static WfStatus set_trace_lines(WfThread *t, WfValue self, WfValue v)
{
    return set_flag(t, self, v, WF_TRACE_LINES);
}
static WfValue get_trace_opcodes(WfThread *t, WfValue self)
{
    return get_flag(self, WF_TRACE_OPCODES);
}
static WfStatus set_trace_opcodes(WfThread *t, WfValue self, WfValue v)
{
    return set_flag(t, self, v, WF_TRACE_OPCODES);
}

static WfValue frame_clear(WfThread *t, WfValue *a)
{
    WfFrameObject *o = self_frame(a[0]);
    WfFrame *f = o->frame;
    if (f != NULL) {
        if ((f->flags & WF_FRAME_GENERATOR) == 0 || WF_GENERATOR_OF(f)->x_state == WF_GEN_RUNNING) {
            return wf_raise(t, WF_EXC(RuntimeError), "cannot clear an executing frame");
        }
        WfValue close = wf_call_method0(t, wf_load(&o->generator), WF_NAME(close));
        if (wf_is_empty(close)) {
            return WF_EMPTY;
        }
    }
    wf_store_raw(&o->values, WF_EMPTY);
    wf_store_raw(&o->trace, WF_EMPTY);
    if (o->frame == NULL && (WF_LOAD(WfCode, &o->code)->flags & WF_CO_NEWLOCALS) != 0) {
        wf_store_raw(&o->locals, WF_EMPTY);
    }
    return WF_NONE;
}

static WfValue frame_repr(WfThread *t, WfValue self)
{
    WfFrameObject *o = self_frame(self);
    WfCode *code = WF_LOAD(WfCode, &o->code);
    return wf_str_format(t, "<frame at %p, file %R, line %d, code %U>", (void *)o, wf_load(&code->filename),
                         wf_frame_object_line(o), WF_LOAD(WfStr, &code->name));
}

static const WfBuiltinDef frame_methods[] = {
    {"clear", frame_clear, "(self)", "Drop the references that the frame's variables hold.", 0},
    {0}};
static const WfGetSetDef frame_getsets[] = {
    {"f_back", get_back, NULL, "The caller's frame, or None.", 0},
    {"f_code", get_code, NULL, "The code object that runs.", WF_GS_MEMBER},
    {"f_globals", get_globals, NULL, "The global namespace.", 0},
    {"f_builtins", get_builtins, NULL, "The namespace of built-in names.", 0},
    {"f_locals", get_locals, NULL, "The local namespace.", 0},
    {"f_lineno", get_lineno, set_lineno, "The current line; a trace function may set it.", 0},
    {"f_lasti", get_lasti, NULL, "Index of the current instruction.", 0},
    {"f_trace", get_trace, set_trace, "The trace function of this frame, or None.", 0},
    {"f_trace_lines", get_trace_lines, set_trace_lines, "Whether line events are sent.", WF_GS_MEMBER},
    {"f_trace_opcodes", get_trace_opcodes, set_trace_opcodes, "Whether opcode events are sent.", WF_GS_MEMBER},
    {0}};
const WfTypeSpec wf_frame_spec = {
    .name = "frame",
    .doc = "An activation of a piece of code.",
    .flags = WF_TF_NO_NEW,
    .size = sizeof(WfFrameObject),
    .methods = frame_methods,
    .getsets = frame_getsets,
    .slots = {.repr = frame_repr},
};
