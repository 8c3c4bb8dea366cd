/* super.c - super: attribute lookup behind a class in an object's MRO.
 * SPDX-License-Identifier: MIT
 *
 * Design:     super() without arguments takes the class from the cell __class__ and the object from the first parameter of
 *             the Python frame that calls it.
 * Threads:    fields are written by __init__ only. */
#include "code/code.h"
#include "model/attr.h"
#include "model/builtin.h"
#include "model/call.h"
#include "objects/descriptors.h"
#include "objects/dict.h"
#include "objects/function.h"
#include "objects/str.h"
#include "objects/tuple.h"
#include "sched/frame.h"

typedef struct WfSuper {
    WfObject h;
    WfSlot type;     /* the class behind which to look; EMPTY: not initialised */
    WfSlot obj;      /* EMPTY: unbound */
    WfSlot obj_type; /* class whose MRO is searched */
} WfSuper;

static WfSuper *as_super(WfValue v)
{
    return WF_AS(WfSuper, v);
}

static void super_trace(WfMarker *m, WfObject *o)
{
    wf_mark_slots(m, &((WfSuper *)o)->type, 3);
}

/* The class whose MRO is searched for super(type, obj). */
static WfType *search_class(WfThread *t, WfType *type, WfValue obj)
{
    if (wf_is_type(obj) && wf_type_is_subtype(WF_AS(WfType, obj), type)) {
        return WF_AS(WfType, obj);
    }
    if (wf_type_is_subtype(wf_type(obj), type)) {
        return wf_type(obj);
    }
    WfValue c;
    WfFound f = wf_getattr_opt(t, obj, WF_NAME(__class__), &c);
    if (f == WF_ERROR) {
        return NULL;
    }
    if (f == WF_FOUND && wf_is_type(c) && WF_AS(WfType, c) != wf_type(obj) && wf_type_is_subtype(WF_AS(WfType, c), type)) {
        return WF_AS(WfType, c);
    }
    return WF_FAIL_NULL(wf_raise(t, WF_EXC(TypeError), "super(type, obj): obj must be an instance or subtype of type"));
}

/* Attribute `name` behind `type` in the MRO of obj_type, not bound; or WF_EMPTY. */
static WfValue find_behind(const WfType *type, const WfType *obj_type, WfStr *name)
{
    const WfTuple *mro = WF_LOAD(WfTuple, &obj_type->mro);
    int64_t i = 0, n = mro == NULL ? 0 : mro->length;
    while (i < n && !wf_is(wf_tuple_at(mro, i), wf_from_object(type))) {
        i++;
    }
    for (i++; i < n; i++) {
        WfValue v = wf_dict_get_str(WF_LOAD(WfDict, &WF_AS(WfType, wf_tuple_at(mro, i))->dict), name);
        if (!wf_is_empty(v)) {
            return v;
        }
    }
    return WF_EMPTY;
}

static WfValue bind_behind(WfThread *t, WfValue v, WfValue obj, WfType *obj_type)
{
    WfDescrGetFn get = wf_type(v)->slots.descr_get;
    if (get == NULL) {
        return v;
    }
    return get(t, v, wf_is(obj, wf_from_object(obj_type)) ? WF_EMPTY : obj, wf_from_object(obj_type));
}

static WfValue super_getattribute(WfThread *t, WfValue self, WfStr *name)
{
    WfSuper *s = as_super(self);
    name = wf_attr_name(t, name);
    if (name == NULL) {
        return WF_EMPTY;
    }
    WfType *obj_type = WF_LOAD(WfType, &s->obj_type);
    /* super().__class__ is super */
    if (obj_type != NULL && name != WF_NAME(__class__)) {
        WfValue v = find_behind(WF_LOAD(WfType, &s->type), obj_type, name);
        if (!wf_is_empty(v)) {
            return bind_behind(t, v, wf_load(&s->obj), obj_type);
        }
    }
    return wf_generic_getattr(t, self, name);
}

static WfValue new_bound(WfThread *t, WfType *type, WfValue obj, WfType *obj_type)
{
    WfSuper *s = WF_NEW(t, WfSuper, SUPER, NATIVE);
    if (s == NULL) {
        return WF_EMPTY;
    }
    wf_store_ptr_raw(&s->type, type);
    wf_store_raw(&s->obj, obj);
    wf_store_ptr_raw(&s->obj_type, obj_type);
    return wf_from_object(s);
}

WfValue wf_super_method(WfThread *t, WfType *type, WfValue obj, WfStr *name, WfValue *self)
{
    *self = WF_EMPTY;
    WfType *obj_type = search_class(t, type, obj);
    if (obj_type == NULL) {
        return WF_EMPTY;
    }
    WfValue v = name == WF_NAME(__class__) ? WF_EMPTY : find_behind(type, obj_type, name);
    if (wf_is_empty(v)) {
        WfValue super = new_bound(t, type, obj, obj_type);
        return wf_is_empty(super) ? super : wf_getattr(t, super, name);
    }
    if ((wf_type_flags(wf_type(v)) & WF_TF_METHOD) != 0 && !wf_is(obj, wf_from_object(obj_type))) {
        *self = obj;
        return v;
    }
    return bind_behind(t, v, obj, obj_type);
}

/* --- super() -------------------------------------------------------------------------------------------------------------- */

/* The value of the first parameter: in its register, or in a cell if an inner function uses it. */
static WfValue first_parameter(const WfFrame *f, const WfCode *code)
{
    const WfValue *regs = WF_FRAME_REGS(f);
    WfValue v = regs[0];
    const WfTuple *cells = WF_LOAD(WfTuple, &code->cellvars);
    WfValue name = wf_tuple_at(WF_LOAD(WfTuple, &code->varnames), 0);
    for (int64_t i = 0; i < code->n_cells; i++) {
        if (wf_str_equal(wf_as_str(wf_tuple_at(cells, i)), wf_as_str(name))) {
            WfValue cell = regs[code->n_locals + i];
            return wf_is_empty(cell) ? v : wf_load(&WF_AS(WfCell, cell)->value);
        }
    }
    return v;
}

static WfStatus from_frame(WfThread *t, WfValue *type, WfValue *obj)
{
    const WfFrame *f = t->frame;
    if (f == NULL || f->code == NULL) {
        return WF_FAIL(wf_raise(t, WF_EXC(RuntimeError), "super(): no current frame"));
    }
    const WfCode *code = f->code;
    if (code->n_args == 0) {
        return WF_FAIL(wf_raise(t, WF_EXC(RuntimeError), "super(): no arguments"));
    }
    *obj = first_parameter(f, code);
    if (wf_is_empty(*obj)) {
        return WF_FAIL(wf_raise(t, WF_EXC(RuntimeError), "super(): arg[0] deleted"));
    }
    const WfTuple *free_names = WF_LOAD(WfTuple, &code->freevars);
    for (int64_t i = 0; i < code->n_free; i++) {
        if (!wf_str_equal(wf_as_str(wf_tuple_at(free_names, i)), WF_NAME(__class__))) {
            continue;
        }
        WfValue cell = WF_FRAME_REGS(f)[code->n_locals + code->n_cells + i];
        *type = wf_is_empty(cell) ? WF_EMPTY : wf_load(&WF_AS(WfCell, cell)->value);
        if (wf_is_empty(*type)) {
            return WF_FAIL(wf_raise(t, WF_EXC(RuntimeError), "super(): empty __class__ cell"));
        }
        if (!wf_is_type(*type)) {
            return WF_FAIL(wf_raise(t, WF_EXC(RuntimeError), "super(): __class__ is not a type (%T)", *type));
        }
        return WF_OK;
    }
    return WF_FAIL(wf_raise(t, WF_EXC(RuntimeError), "super(): __class__ cell not found"));
}

static WfStatus super_init(WfThread *t, WfValue self, const WfArgs *args)
{
    WfSuper *s = as_super(self);
    if (wf_args_no_keywords(t, "super", args) != WF_OK) {
        return WF_RAISED;
    }
    if (args->n_pos > 2) {
        return WF_FAIL(wf_raise(t, WF_EXC(TypeError), "super() expected at most 2 arguments, got %zd", args->n_pos));
    }
    WfValue type = args->n_pos > 0 ? args->items[0] : WF_EMPTY;
    WfValue obj = args->n_pos > 1 ? args->items[1] : WF_EMPTY;
    if (args->n_pos == 0 && from_frame(t, &type, &obj) != WF_OK) {
        return WF_RAISED;
    }
    if (!wf_is_type(type)) {
        return WF_FAIL(wf_raise(t, WF_EXC(TypeError), "super() argument 1 must be a type, not %T", type));
    }
    if (wf_is_none(obj)) {
        obj = WF_EMPTY;
    }
    WfType *obj_type = NULL;
    if (!wf_is_empty(obj)) {
        obj_type = search_class(t, WF_AS(WfType, type), obj);
        if (obj_type == NULL) {
            return WF_RAISED;
        }
    }
    wf_store(&s->type, type);
    wf_store(&s->obj, obj);
    wf_store_ptr(&s->obj_type, obj_type);
    return WF_OK;
}

static WfValue super_new(WfThread *t, WfType *type, const WfArgs *args)
{
    WfObject *o = wf_instance_new(t, type, 0);
    return o == NULL ? WF_EMPTY : wf_from_object(o);
}

static WfValue super_get(WfThread *t, WfValue self, WfValue obj, WfValue type)
{
    WfSuper *s = as_super(self);
    if (wf_is_empty(obj) || wf_is_none(obj) || !wf_is_empty(wf_load(&s->obj))) {
        return self;
    }
    if (wf_type(self) != WF_TYPE(SUPER)) {
        return wf_call2(t, wf_from_object(wf_type(self)), wf_load(&s->type), obj);
    }
    WfType *obj_type = search_class(t, WF_LOAD(WfType, &s->type), obj);
    return obj_type == NULL ? WF_EMPTY : new_bound(t, WF_LOAD(WfType, &s->type), obj, obj_type);
}

static WfValue super_repr(WfThread *t, WfValue self)
{
    WfSuper *s = as_super(self);
    const WfType *type = WF_LOAD(WfType, &s->type), *obj_type = WF_LOAD(WfType, &s->obj_type);
    const char *name = type == NULL ? "NULL" : wf_type_name(type);
    if (obj_type == NULL) {
        return wf_str_format(t, "<super: <class '%s'>, NULL>", name);
    }
    return wf_str_format(t, "<super: <class '%s'>, <%N object>>", name, obj_type);
}

static WfValue field(const WfSlot *s)
{
    WfValue v = wf_load(s);
    return wf_is_empty(v) ? WF_NONE : v;
}

static WfValue get_thisclass(WfThread *t, WfValue self)
{
    return field(&as_super(self)->type);
}

static WfValue get_self(WfThread *t, WfValue self)
{
    return field(&as_super(self)->obj);
}

static WfValue get_self_class(WfThread *t, WfValue self)
{
    return field(&as_super(self)->obj_type);
}

static const WfGetSetDef super_getsets[] = {
    {"__thisclass__", get_thisclass, NULL, "the class behind which attributes are looked up", WF_GS_MEMBER},
    {"__self__", get_self, NULL, "the object; may be None", WF_GS_MEMBER},
    {"__self_class__", get_self_class, NULL, "the class whose order of bases is followed; may be None", WF_GS_MEMBER},
    {0},
};

const WfTypeSpec wf_super_spec = {
    .name = "super",
    .doc = "super() -> attributes of the next class in the order of bases\nsuper(type, obj) and super(type, type2) say which.",
    .flags = WF_TF_BASETYPE,
    .size = sizeof(WfSuper),
    .getsets = super_getsets,
    .slots = {.repr = super_repr,
              .getattribute = super_getattribute,
              .descr_get = super_get,
              .init = super_init,
              .new_ = super_new,
              .trace = super_trace},
};
