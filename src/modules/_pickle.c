/* _pickle.c - the module _pickle: PickleBuffer. The picklers themselves are those of pickle.py.
 * SPDX-License-Identifier: MIT
 * Threads: no state. */
#include "model/builtin.h"

static WfStatus init(WfThread *t, WfValue module)
{
    return wf_module_add_type(t, module, WF_TYPE(PICKLEBUFFER));
}

const WfModuleDef wf_module__pickle = {"_pickle", "Buffers that are pickled out of band.", NULL, init};
