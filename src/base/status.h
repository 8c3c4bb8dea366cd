/* status.h - results of functions that can fail, and assertions.
 * SPDX-License-Identifier: MIT
 *
 * A function that takes `WfThread *t` first may raise. It returns a WfValue (WF_EMPTY: an exception is
 * pending in t), an object pointer (NULL: likewise), a WfStatus, or a WfFound for lookups. All are must-check. */
#ifndef WF_BASE_STATUS_H
#define WF_BASE_STATUS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define WF_MUST_CHECK  __attribute__((warn_unused_result))
#define WF_NORETURN    __attribute__((noreturn))
#define WF_COLD        __attribute__((cold))
#define WF_NOINLINE    __attribute__((noinline))
#define WF_INLINE      static inline __attribute__((always_inline))
#define WF_LIKELY(x)   __builtin_expect(!!(x), 1)
#define WF_UNLIKELY(x) __builtin_expect(!!(x), 0)
#define WF_ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))

typedef enum WfStatus { WF_OK = 0, WF_RAISED = -1 } WfStatus;

/* Three-way result of a lookup, a truth test (MISSING is false, FOUND is true) or a step of an iterator
 * (MISSING is exhausted). Name: WF_ERROR, not WF_RAISED, since C enumerators share one name space. */
typedef enum WfFound { WF_ERROR = -1, WF_MISSING = 0, WF_FOUND = 1 } WfFound;

/* For broken invariants only: prints and aborts. */
WF_NORETURN WF_COLD void wf_fatal(const char *file, int line, const char *message);
#define WF_FATAL(message) wf_fatal(__FILE__, __LINE__, (message))

#if WF_DEBUG
#    define wf_assert(cond) ((cond) ? (void)0 : wf_fatal(__FILE__, __LINE__, "assertion failed: " #cond))
#else
#    define wf_assert(cond) ((void)0)
#endif

#endif
