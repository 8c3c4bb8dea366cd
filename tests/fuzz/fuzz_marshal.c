/* fuzz_marshal.c - marshal.loads of any bytes; what it gives is shown and written again.
 * SPDX-License-Identifier: MIT */
#include "runtime.h"

#include "model/object.h"
#include "modules/marshal.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    size_t used;
    WfThread *t = fuzz_thread;
    WfValue v = wf_marshal_loads(t, data, size, &used);
    if (!wf_is_empty(v)) {
        if (wf_is_empty(wf_repr(t, v))) {
            wf_clear_pending(t);
        }
        if (wf_is_empty(wf_marshal_dumps(t, v, WF_MARSHAL_VERSION))) {
            wf_clear_pending(t);
        }
    }
    fuzz_end();
    return 0;
}
