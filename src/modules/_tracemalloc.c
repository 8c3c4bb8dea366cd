/* _tracemalloc.c - module _tracemalloc: says that allocations are not traced.
 * SPDX-License-Identifier: MIT
 * The collector keeps no origin of cells; what only looks is answered, what would begin a trace is refused. */
#include "model/builtin.h"
#include "model/object.h"
#include "objects/tuple.h"

static WfValue is_tracing(WfThread *t, WfValue *a)
{
    return WF_FALSE;
}
static WfValue nothing(WfThread *t, WfValue *a)
{
    return WF_NONE;
}
static WfValue zero(WfThread *t, WfValue *a)
{
    return wf_small_int(0);
}
static WfValue one(WfThread *t, WfValue *a)
{
    return wf_small_int(1);
}
static WfValue traced_memory(WfThread *t, WfValue *a)
{
    return wf_tuple_pair(t, wf_small_int(0), wf_small_int(0));
}
static WfValue missing(WfThread *t, WfValue *a)
{
    return wf_raise(t, WF_EXC(NotImplementedError), "weft does not trace allocations");
}
static const WfBuiltinDef functions[] = {
    {"is_tracing", is_tracing, "()", "False.", 0},
    {"clear_traces", nothing, "()", "There are none.", 0},
    {"stop", nothing, "()", "Nothing runs.", 0},
    {"get_traceback_limit", one, "()", "1.", 0},
    {"get_tracemalloc_memory", zero, "()", "0.", 0},
    {"get_traced_memory", traced_memory, "()", "(0, 0).", 0},
    {"reset_peak", nothing, "()", "There is none.", 0},
    {"_get_object_traceback", nothing, "(obj, /)", "None.", 0},
    {"start", missing, "(nframe=1, /)", "Not available.", 0},
    {"_get_traces", missing, "()", "Not available.", 0},
    {0}};
const WfModuleDef wf_module__tracemalloc = {.name = "_tracemalloc", .doc = "Support for module tracemalloc.", .functions = functions};
