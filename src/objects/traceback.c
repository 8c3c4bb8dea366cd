/* traceback.c - traceback objects (types.TracebackType).
 * SPDX-License-Identifier: MIT
 * Design:     the unwinder puts one entry in front for each frame that an exception leaves.
 * Threads:    `next` may be assigned by any thread: a slot. */
#include "objects/traceback.h"

#include "model/builtin.h"
#include "objects/exceptions.h"
#include "objects/int.h"
#include "objects/list.h"
#include "objects/str.h"

static void traceback_trace(WfMarker *m, WfObject *o)
{
    WfTraceback *tb = (WfTraceback *)o;
    wf_mark_slot(m, &tb->next);
    wf_mark_slot(m, &tb->frame);
}

WfValue wf_traceback_new(WfThread *t, WfValue next, WfValue frame, int lasti, int lineno)
{
    WfTraceback *tb = WF_NEW(t, WfTraceback, TRACEBACK, NATIVE);
    if (tb == NULL) {
        return WF_EMPTY;
    }
    wf_store_raw(&tb->next, wf_is_none(next) ? WF_EMPTY : next);
    wf_store_raw(&tb->frame, frame);
    tb->lasti = lasti;
    tb->lineno = lineno;
    return wf_from_object(tb);
}

WfStatus wf_traceback_push(WfThread *t, WfValue exc, WfValue frame, int lasti, int lineno)
{
    WfValue tb = wf_traceback_new(t, wf_exception_traceback(exc), frame, lasti, lineno);
    if (wf_is_empty(tb)) {
        return WF_RAISED;
    }
    wf_exception_set_traceback(exc, tb);
    return WF_OK;
}

static WfValue get_next(WfThread *t, WfValue self)
{
    WfValue next = wf_load(&wf_as_traceback(self)->next);
    return wf_is_empty(next) ? WF_NONE : next;
}

static WfStatus set_next(WfThread *t, WfValue self, WfValue v)
{
    if (wf_is_empty(v)) {
        return WF_FAIL(wf_raise(t, WF_EXC(TypeError), "can't delete tb_next attribute"));
    }
    if (wf_is_none(v)) {
        wf_store(&wf_as_traceback(self)->next, WF_EMPTY);
        return WF_OK;
    }
    if (!WF_IS_EXACT(v, TRACEBACK)) {
        return WF_FAIL(wf_raise(t, WF_EXC(TypeError), "expected traceback object, got '%T'", v));
    }
    for (WfValue at = v; !wf_is_empty(at); at = wf_load(&wf_as_traceback(at)->next)) {
        if (wf_is(at, self)) {
            return WF_FAIL(wf_raise(t, WF_EXC(ValueError), "traceback loop detected"));
        }
    }
    wf_store(&wf_as_traceback(self)->next, v);
    return WF_OK;
}

static WfValue get_frame(WfThread *t, WfValue self)
{
    return wf_load(&wf_as_traceback(self)->frame);
}

static WfValue get_lasti(WfThread *t, WfValue self)
{
    return wf_small_int(wf_as_traceback(self)->lasti);
}

static WfValue get_lineno(WfThread *t, WfValue self)
{
    int lineno = wf_as_traceback(self)->lineno;
    return lineno < 0 ? WF_NONE : wf_small_int(lineno);
}

static WfValue traceback_new(WfThread *t, WfType *type, const WfArgs *args)
{
    WfValue a[4];
    int lasti, lineno;
    if (wf_parse_args(t, "TracebackType", "(tb_next, tb_frame, tb_lasti, tb_lineno)", args, a, 4) != WF_OK) {
        return WF_EMPTY;
    }
    if (!WF_IS_EXACT(a[1], FRAME)) {
        return wf_raise(t, WF_EXC(TypeError), "TracebackType() argument 'tb_frame' must be frame, not %T", a[1]);
    }
    if (!wf_is_none(a[0]) && !WF_IS_EXACT(a[0], TRACEBACK)) {
        return wf_raise(t, WF_EXC(TypeError), "expected traceback object or None, got '%T'", a[0]);
    }
    if (wf_to_int(t, a[2], &lasti) != WF_OK || wf_to_int(t, a[3], &lineno) != WF_OK) {
        return WF_EMPTY;
    }
    return wf_traceback_new(t, a[0], a[1], lasti, lineno);
}

static WfValue traceback_dir(WfThread *t, WfValue *a)
{
    WfValue list = wf_list_new(t, 4);
    static const char *const names[] = {"tb_frame", "tb_next", "tb_lasti", "tb_lineno"};
    for (int i = 0; i < 4 && !wf_is_empty(list); i++) {
        WfValue name = wf_str_from_cstr(t, names[i]);
        if (wf_is_empty(name) || wf_list_append(t, wf_as_list(list), name) != WF_OK) {
            return WF_EMPTY;
        }
    }
    return list;
}

static const WfGetSetDef getsets[] = {{"tb_next", get_next, set_next, NULL, 0},
                                      {"tb_frame", get_frame, NULL, NULL, WF_GS_MEMBER},
                                      {"tb_lasti", get_lasti, NULL, NULL, WF_GS_MEMBER},
                                      {"tb_lineno", get_lineno, NULL, NULL, 0},
                                      {0}};
static const WfBuiltinDef methods[] = {{"__dir__", traceback_dir, "(self, /)", NULL, 0}, {0}};

const WfTypeSpec wf_traceback_spec = {.name = "traceback",
                                      .doc = "Entry of a traceback.",
                                      .size = sizeof(WfTraceback),
                                      .methods = methods,
                                      .getsets = getsets,
                                      .signature = "(tb_next, tb_frame, tb_lasti, tb_lineno)",
                                      .slots = {.new_ = traceback_new, .trace = traceback_trace}};
