/* _weft_gc.c - module _weft_gc: what the collector knows of its pauses, beside what module gc has.
 * SPDX-License-Identifier: MIT */
#include "gc/gc.h"
#include "model/builtin.h"
#include "objects/dict.h"
#include "objects/list.h"

static WfValue pauses(WfThread *t, WfValue *a)
{
    WfGcStats s;
    wf_gc_get_stats(t->rt, &s);
    WfValue list = wf_list_new(t, 3);
    for (int i = 0; i < 3 && !wf_is_empty(list); i++) {
        WfValue d = wf_dict_new(t);
        if (wf_is_empty(d)) {
            return WF_EMPTY;
        }
        const struct {
            const char *name;
            uint64_t ns;
        } items[] = {{"total", s.pause_total_ns[i]}, {"max", s.pause_max_ns[i]},
                     {"median", s.pause_median_ns[i]}, {"last", s.pause_last_ns[i]}};
        for (size_t k = 0; k < WF_ARRAY_LEN(items); k++) {
            if (wf_dict_set_cstr(t, wf_as_dict(d), items[k].name, wf_double((double)items[k].ns * 1e-9)) != WF_OK) {
                return WF_EMPTY;
            }
        }
        if (wf_list_append(t, wf_as_list(list), d) != WF_OK) {
            return WF_EMPTY;
        }
    }
    return list;
}

static const WfBuiltinDef functions[] = {
    {"pauses", pauses, "()", "Pauses of young, prompt and full collections in seconds: a list of three dicts.", 0}, {0}};
const WfModuleDef wf_module__weft_gc = {.name = "_weft_gc", .doc = "The collector's own statistics.", .functions = functions};
