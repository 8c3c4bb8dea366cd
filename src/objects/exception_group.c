/* exception_group.c - BaseExceptionGroup and ExceptionGroup, and the work of except*.
 * SPDX-License-Identifier: MIT
 * Design:     a split walks the tree of groups once and builds both halves; a half that is the whole group is the group itself.
 *             A new group is made by the group's derive(), which a subclass may override, and gets traceback, context, cause and
 *             notes of the one it comes from.
 * Threads:    immutable but for the fields of all exceptions. */
#include "model/builtin.h"
#include "objects/exceptions.h"
#include "objects/function.h"
#include "objects/genericalias.h"
#include "objects/list.h"
#include "objects/str.h"
#include "objects/tuple.h"

static bool is_group(WfValue v)
{
    return wf_is_exception(v) && wf_is_instance_of(v, WF_EXC(BaseExceptionGroup));
}

static WfTuple *group_items(WfValue group)
{
    return WF_LOAD(WfTuple, &wf_as_exception(group)->extra[WF_GROUP_EXCEPTIONS]);
}

static bool is_exception_class(WfValue v)
{
    return wf_is_type(v) && wf_type_is_subtype(WF_AS(WfType, v), WF_EXC(BaseException));
}

/* --- making ---------------------------------------------------------------------------------------------------- */

static WfValue group_new(WfThread *t, WfType *type, const WfArgs *args)
{
    if (args->n_pos != 2) {
        return wf_raise(t, WF_EXC(TypeError), "BaseExceptionGroup.__new__() takes exactly 2 arguments (%zd given)",
                        args->n_pos);
    }
    WfValue message = args->items[0];
    if (!wf_is_str(message)) {
        return wf_raise(t, WF_EXC(TypeError), "BaseExceptionGroup.__new__() argument 1 must be str, not %s",
                        wf_is_none(message) ? "None" : WF_TYPE_NAME(message));
    }
    WfValue given = args->items[1];
    if (wf_is_dict(given) || wf_type(given)->slots.getitem == NULL) {
        return wf_raise(t, WF_EXC(TypeError), "second argument (exceptions) must be a sequence");
    }
    WfValue items = wf_to_tuple(t, given);
    if (wf_is_empty(items)) {
        return WF_EMPTY;
    }
    WfTuple *tuple = wf_as_tuple(items);
    if (tuple->length == 0) {
        return wf_raise(t, WF_EXC(ValueError), "second argument (exceptions) must be a non-empty sequence");
    }
    bool base_only = false;
    for (int64_t i = 0; i < tuple->length; i++) {
        WfValue item = wf_tuple_at(tuple, i);
        if (!wf_is_exception(item)) {
            return wf_raise(t, WF_EXC(ValueError), "Item %zd of second argument (exceptions) is not an exception", i);
        }
        base_only = base_only || !wf_is_instance_of(item, WF_EXC(Exception));
    }
    if (type == WF_EXC(ExceptionGroup)) {
        if (base_only) {
            return wf_raise(t, WF_EXC(TypeError), "Cannot nest BaseExceptions in an ExceptionGroup");
        }
    } else if (type == WF_EXC(BaseExceptionGroup)) {
        if (!base_only) {
            type = WF_EXC(ExceptionGroup);
        }
    } else if (base_only && wf_type_is_subtype(type, WF_EXC(Exception))) {
        return wf_raise(t, WF_EXC(TypeError), "Cannot nest BaseExceptions in '%.200N'", type);
    }
    WfException *e = (WfException *)wf_instance_new(t, type, 0);
    if (e == NULL) {
        return WF_EMPTY;
    }
    WfValue own_args = wf_tuple_pair(t, message, given);
    if (wf_is_empty(own_args)) {
        return WF_EMPTY;
    }
    wf_store(&e->args, own_args);
    wf_store(&e->extra[WF_GROUP_MESSAGE], message);
    wf_store(&e->extra[WF_GROUP_EXCEPTIONS], items);
    return wf_from_object(e);
}

static WfStatus group_init(WfThread *t, WfValue self, const WfArgs *args)
{
    if (args->kwnames != NULL && args->kwnames->length > 0) {
        return WF_FAIL(wf_raise(t, WF_EXC(TypeError), "%T() takes no keyword arguments", self));
    }
    WfValue tuple = wf_tuple_from(t, args->items, args->n_pos);
    if (wf_is_empty(tuple)) {
        return WF_RAISED;
    }
    wf_store(&wf_as_exception(self)->args, tuple);
    return WF_OK;
}

static WfValue group_str(WfThread *t, WfValue self)
{
    int64_t n = group_items(self)->length;
    return wf_str_format(t, "%V (%zd sub-exception%s)", wf_exc_field(self, WF_GROUP_MESSAGE), n, n > 1 ? "s" : "");
}

static WfValue group_derive(WfThread *t, WfValue *a)
{
    return wf_call2(t, wf_from_object(WF_EXC(BaseExceptionGroup)), wf_exc_field(a[0], WF_GROUP_MESSAGE), a[1]);
}

/* --- splitting ---------------------------------------------------------------------------------------------------- */

/* A group like orig of the exceptions in list; EMPTY in *out if there are none. */
static WfStatus subset(WfThread *t, WfValue orig, WfValue list, WfValue *out)
{
    *out = WF_EMPTY;
    if (wf_list_length(wf_as_list(list)) == 0) {
        return WF_OK;
    }
    WfStr *derive = wf_str_intern_cstr(t, "derive");
    WfValue group = derive == NULL ? WF_EMPTY : wf_call_method1(t, orig, derive, list);
    if (wf_is_empty(group)) {
        return WF_RAISED;
    }
    if (!is_group(group)) {
        return WF_FAIL(wf_raise(t, WF_EXC(TypeError), "derive must return an instance of BaseExceptionGroup"));
    }
    WfException *from = wf_as_exception(orig);
    wf_exception_set_traceback(group, wf_load(&from->traceback));
    wf_exception_set_context(group, wf_load(&from->context));
    wf_exception_set_cause(group, wf_load(&from->cause));
    WfValue notes;
    WfFound found = wf_getattr_opt(t, orig, WF_NAME(__notes__), &notes);
    if (found == WF_ERROR) {
        return WF_RAISED;
    }
    if (found == WF_FOUND && (wf_is_list(notes) || wf_is_tuple(notes))) {
        notes = wf_to_list(t, notes);
        if (wf_is_empty(notes) || wf_setattr(t, group, WF_NAME(__notes__), notes) != WF_OK) {
            return WF_RAISED;
        }
    }
    *out = group;
    return WF_OK;
}

/* By class, tuple of classes, or a function that says whether it wants an exception. */
static WfFound matches(WfThread *t, WfValue exc, WfValue condition)
{
    if (wf_is_type(condition) || wf_is_tuple(condition)) {
        return wf_exception_matches(t, exc, condition);
    }
    WfValue r = wf_call1(t, condition, exc);
    return wf_is_empty(r) ? WF_ERROR : wf_truth(t, r);
}

/* match and rest may each be EMPTY; want_rest false: rest stays EMPTY. */
static WfStatus split(WfThread *t, WfValue exc, WfValue condition, bool want_rest, WfValue *match, WfValue *rest)
{
    *match = *rest = WF_EMPTY;
    WfFound found = matches(t, exc, condition);
    if (found == WF_ERROR) {
        return WF_RAISED;
    }
    if (found == WF_FOUND) {
        *match = exc;
        return WF_OK;
    }
    if (!is_group(exc)) {
        *rest = want_rest ? exc : WF_EMPTY;
        return WF_OK;
    }
    WfValue matched = wf_list_new(t, 0);
    WfValue others = wf_list_new(t, 0);
    if (wf_is_empty(matched) || wf_is_empty(others)) {
        return WF_RAISED;
    }
    if (wf_recursion_enter(t, " in exceptiongroup_split_recursive") != WF_OK) {
        return WF_RAISED;
    }
    WfTuple *items = group_items(exc);
    WfStatus status = WF_OK;
    for (int64_t i = 0; i < items->length && status == WF_OK; i++) {
        WfValue m, r;
        status = split(t, wf_tuple_at(items, i), condition, want_rest, &m, &r);
        if (status == WF_OK && !wf_is_empty(m)) {
            status = wf_list_append(t, wf_as_list(matched), m);
        }
        if (status == WF_OK && !wf_is_empty(r)) {
            status = wf_list_append(t, wf_as_list(others), r);
        }
    }
    wf_recursion_leave(t);
    if (status != WF_OK || subset(t, exc, matched, match) != WF_OK) {
        return WF_RAISED;
    }
    return want_rest ? subset(t, exc, others, rest) : WF_OK;
}

static WfStatus check_condition(WfThread *t, WfValue condition)
{
    if (wf_is_function(condition) || is_exception_class(condition)) {
        return WF_OK;
    }
    if (WF_IS_EXACT(condition, TUPLE)) {
        WfTuple *classes = wf_as_tuple(condition);
        int64_t i = 0;
        while (i < classes->length && is_exception_class(wf_tuple_at(classes, i))) {
            i++;
        }
        if (i == classes->length) {
            return WF_OK;
        }
    }
    return WF_FAIL(wf_raise(t, WF_EXC(TypeError), "expected a function, exception type or tuple of exception types"));
}

static WfValue group_split(WfThread *t, WfValue *a)
{
    WfValue match, rest;
    if (check_condition(t, a[1]) != WF_OK || split(t, a[0], a[1], true, &match, &rest) != WF_OK) {
        return WF_EMPTY;
    }
    return wf_tuple_pair(t, wf_is_empty(match) ? WF_NONE : match, wf_is_empty(rest) ? WF_NONE : rest);
}

static WfValue group_subgroup(WfThread *t, WfValue *a)
{
    WfValue match, rest;
    if (check_condition(t, a[1]) != WF_OK || split(t, a[0], a[1], false, &match, &rest) != WF_OK) {
        return WF_EMPTY;
    }
    return wf_is_empty(match) ? WF_NONE : match;
}

/* --- except* --------------------------------------------------------------------------------------------------------- */

static WfStatus check_star_pattern(WfThread *t, WfValue pattern)
{
    WfTuple *classes = wf_is_tuple(pattern) ? wf_as_tuple(pattern) : NULL;
    int64_t n = classes != NULL ? classes->length : 1;
    for (int64_t i = 0; i < n; i++) {
        if (!is_exception_class(classes != NULL ? wf_tuple_at(classes, i) : pattern)) {
            return WF_FAIL(wf_raise(t, WF_EXC(TypeError),
                                    "catching classes that do not inherit from BaseException is not allowed"));
        }
    }
    for (int64_t i = 0; i < n; i++) {
        WfValue class = classes != NULL ? wf_tuple_at(classes, i) : pattern;
        if (wf_type_is_subtype(WF_AS(WfType, class), WF_EXC(BaseExceptionGroup))) {
            return WF_FAIL(wf_raise(t, WF_EXC(TypeError),
                                    "catching ExceptionGroup with except* is not allowed. Use except instead."));
        }
    }
    return WF_OK;
}

WfStatus wf_except_star_match(WfThread *t, WfValue exc, WfValue pattern, WfValue *match, WfValue *rest)
{
    if (check_star_pattern(t, pattern) != WF_OK) {
        return WF_RAISED;
    }
    WfFound found = wf_exception_matches(t, exc, pattern);
    if (found == WF_ERROR) {
        return WF_RAISED;
    }
    if (found == WF_FOUND && !is_group(exc)) {
        /* A naked exception is caught as a group of one. */
        WfValue items = wf_tuple_from(t, &exc, 1);
        WfValue group = wf_is_empty(items)
                            ? WF_EMPTY
                            : wf_call2(t, wf_from_object(WF_EXC(BaseExceptionGroup)), WF_NAME_V(empty), items);
        if (wf_is_empty(group)) {
            return WF_RAISED;
        }
        wf_exception_set_traceback(group, wf_exception_traceback(exc));
        *match = group;
        *rest = WF_EMPTY;
        return WF_OK;
    }
    if (found == WF_FOUND) {
        *match = exc;
        *rest = WF_EMPTY;
        return WF_OK;
    }
    if (!is_group(exc)) {
        *match = WF_EMPTY;
        *rest = exc;
        return WF_OK;
    }
    WfStr *name = wf_str_intern_cstr(t, "split");
    WfValue pair = name == NULL ? WF_EMPTY : wf_call_method1(t, exc, name, pattern);
    if (wf_is_empty(pair)) {
        return WF_RAISED;
    }
    if (!wf_is_tuple(pair)) {
        return WF_FAIL(wf_raise(t, WF_EXC(TypeError), "%.200T.split must return a tuple, not %.200T", exc, pair));
    }
    if (wf_as_tuple(pair)->length < 2) {
        return WF_FAIL(wf_raise(t, WF_EXC(TypeError), "%.200T.split must return a 2-tuple, got tuple of size %zd", exc,
                                wf_as_tuple(pair)->length));
    }
    WfValue m = wf_tuple_at(wf_as_tuple(pair), 0);
    WfValue r = wf_tuple_at(wf_as_tuple(pair), 1);
    *match = wf_is_none(m) ? WF_EMPTY : m;
    *rest = wf_is_none(r) ? WF_EMPTY : r;
    return WF_OK;
}

/* Raised by the clauses themselves, or a part of the original that no clause took? The latter has its traceback, context, cause. */
static bool is_same_metadata(WfValue a, WfValue b)
{
    WfException *x = wf_as_exception(a);
    WfException *y = wf_as_exception(b);
    return wf_is(wf_load(&x->traceback), wf_load(&y->traceback)) && wf_is(wf_load(&x->context), wf_load(&y->context))
           && wf_is(wf_load(&x->cause), wf_load(&y->cause));
}

/* Adds the leaves of exc to list. */
static WfStatus collect_leaves(WfThread *t, WfValue exc, WfValue list)
{
    if (!is_group(exc)) {
        return wf_list_append(t, wf_as_list(list), exc);
    }
    WfTuple *items = group_items(exc);
    if (wf_recursion_enter(t, " in collect_exception_group_leaf_ids") != WF_OK) {
        return WF_RAISED;
    }
    WfStatus status = WF_OK;
    for (int64_t i = 0; i < items->length && status == WF_OK; i++) {
        status = collect_leaves(t, wf_tuple_at(items, i), list);
    }
    wf_recursion_leave(t);
    return status;
}

static bool is_in(WfValue list, WfValue v)
{
    int64_t n = wf_list_length(wf_as_list(list));
    for (int64_t i = 0; i < n; i++) {
        if (wf_is(wf_list_at(wf_as_list(list), i), v)) {
            return true;
        }
    }
    return false;
}

/* The part of group whose leaves are in `keep` (by identity), in the group's own structure. */
static WfStatus project(WfThread *t, WfValue exc, WfValue keep, WfValue *out)
{
    *out = WF_EMPTY;
    if (!is_group(exc)) {
        *out = is_in(keep, exc) ? exc : WF_EMPTY;
        return WF_OK;
    }
    WfValue kept = wf_list_new(t, 0);
    if (wf_is_empty(kept) || wf_recursion_enter(t, " in exceptiongroup_split_recursive") != WF_OK) {
        return WF_RAISED;
    }
    WfTuple *items = group_items(exc);
    WfStatus status = WF_OK;
    for (int64_t i = 0; i < items->length && status == WF_OK; i++) {
        WfValue part;
        status = project(t, wf_tuple_at(items, i), keep, &part);
        if (status == WF_OK && !wf_is_empty(part)) {
            status = wf_list_append(t, wf_as_list(kept), part);
        }
    }
    wf_recursion_leave(t);
    return status == WF_OK ? subset(t, exc, kept, out) : WF_RAISED;
}

WfStatus wf_except_star_result(WfThread *t, WfValue orig, WfValue list, WfValue *out)
{
    *out = WF_EMPTY;
    WfList *all = wf_as_list(list);
    int64_t n = wf_list_length(all);
    for (int64_t i = 0; i < n; i++) { /* instructions that no compiler made may put anything there */
        WfValue e = wf_list_at(all, i);
        if (!wf_is_none(e) && !wf_is_exception(e)) {
            return WF_FAIL(wf_raise(t, WF_EXC(TypeError), "exceptions must derive from BaseException, not %T", e));
        }
    }
    if (!is_group(orig)) {
        /* A naked exception: it or what the one clause that took it has raised. */
        for (int64_t i = 0; i < n; i++) {
            WfValue e = wf_list_at(all, i);
            if (!wf_is_none(e)) {
                *out = e;
                break;
            }
        }
        return WF_OK;
    }
    WfValue raised = wf_list_new(t, 0);
    WfValue kept = wf_list_new(t, 0);
    if (wf_is_empty(raised) || wf_is_empty(kept)) {
        return WF_RAISED;
    }
    for (int64_t i = 0; i < n; i++) {
        WfValue e = wf_list_at(all, i);
        if (wf_is_none(e)) {
            continue;
        }
        WfStatus status = is_same_metadata(e, orig) ? collect_leaves(t, e, kept)
                                                                       : wf_list_append(t, wf_as_list(raised), e);
        if (status != WF_OK) {
            return WF_RAISED;
        }
    }
    WfValue rest = WF_EMPTY;
    if (wf_list_length(wf_as_list(kept)) > 0 && project(t, orig, kept, &rest) != WF_OK) {
        return WF_RAISED;
    }
    if (wf_list_length(wf_as_list(raised)) == 0) {
        *out = rest;
        return WF_OK;
    }
    if (!wf_is_empty(rest) && wf_list_append(t, wf_as_list(raised), rest) != WF_OK) {
        return WF_RAISED;
    }
    *out = wf_call2(t, wf_from_object(WF_EXC(BaseExceptionGroup)), WF_NAME_V(empty), raised);
    return wf_is_empty(*out) ? WF_RAISED : WF_OK;
}

/* --- the types -------------------------------------------------------------------------------------------------------- */

static WfValue get_message(WfThread *t, WfValue self)
{
    return wf_exc_field(self, WF_GROUP_MESSAGE);
}

static WfValue get_exceptions(WfThread *t, WfValue self)
{
    return wf_exc_field(self, WF_GROUP_EXCEPTIONS);
}

static const WfGetSetDef getsets[] = {{"message", get_message, NULL, "The group's message.", WF_GS_MEMBER},
                                      {"exceptions", get_exceptions, NULL, "Tuple of the exceptions.", WF_GS_MEMBER},
                                      {0}};
static const WfBuiltinDef methods[] = {
    {"__class_getitem__", wf_class_getitem, "(cls, item, /)", "Alias for annotations.", WF_FN_CLASS},
    {"derive", group_derive, "(self, excs, /)", "New group of the same message with other exceptions.", 0},
    {"split", group_split, "(self, condition, /)", "Pair of the groups that match and that do not.", 0},
    {"subgroup", group_subgroup, "(self, condition, /)", "Group of the exceptions that match, or None.", 0},
    {0}};

#define GROUP_FLAGS (WF_TF_BASETYPE | WF_TF_HAS_DICT | WF_TF_EXCEPTION)
#define GROUP_SIZE ((uint32_t)(sizeof(WfException) + WF_GROUP_FIELDS * sizeof(WfSlot)))

const WfTypeSpec wf_exc_BaseExceptionGroup_spec = {.name = "BaseExceptionGroup",
                                                   .doc = "Several unrelated exceptions in one.",
                                                   .flags = GROUP_FLAGS,
                                                   .size = GROUP_SIZE,
                                                   .methods = methods,
                                                   .getsets = getsets,
                                                   .slots = {.new_ = group_new, .init = group_init, .str = group_str}};
/* types.def gives it one base; wf_exceptions_init adds Exception. */
const WfTypeSpec wf_exc_ExceptionGroup_spec = {
    .name = "ExceptionGroup", .doc = "A group of Exceptions.", .flags = GROUP_FLAGS, .size = GROUP_SIZE};
