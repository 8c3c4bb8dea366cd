/* system.h - for modules that are thin layers over system calls: calls that block, tables of constants.
 * SPDX-License-Identifier: MIT */
#ifndef WF_MODULES_SYSTEM_H
#define WF_MODULES_SYSTEM_H

#include "model/builtin.h"
#include "model/object.h"

#include <errno.h>

/* Makes a call that may block, detached, and again while signals interrupt it (PEP 475). In functions that return a WfValue. */
#define WF_BLOCKING(t, result, call)                                                               \
    do {                                                                                           \
        wf_thread_detach(t);                                                                       \
        (result) = (call);                                                                         \
        int err_ = errno;                                                                          \
        wf_thread_attach(t);                                                                       \
        errno = err_;                                                                              \
        if ((result) >= 0 || err_ != EINTR) {                                                      \
            break;                                                                                 \
        }                                                                                          \
        if (wf_handle_breaker(t) != WF_OK) {                                                       \
            return WF_EMPTY;                                                                       \
        }                                                                                          \
    } while (1)

typedef struct WfSystemConstant {
    const char *name;
    int64_t value;
} WfSystemConstant;
#define WF_CONSTANT(name) {#name, (int64_t)(name)},

WF_INLINE WF_MUST_CHECK WfStatus wf_system_constants(WfThread *t, WfValue module, const WfSystemConstant *c, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (wf_module_add_int(t, module, c[i].name, c[i].value) != WF_OK) {
            return WF_RAISED;
        }
    }
    return WF_OK;
}

#endif
