/* errors.h - raising and looking at exceptions.
 * SPDX-License-Identifier: MIT
 *
 * The pending exception is t->exc. Formats of wf_raise and wf_str_format:
 *   %s C string (UTF-8)   %.200s with precision   %d %i int   %u unsigned   %ld %lld %zd %zu %x %c %p %%
 *   %U WfStr*   %V str(WfValue)   %R repr(WfValue)   %A ascii(WfValue)   %T type name of a WfValue (with its module for types of C modules)   %t the same without module   %N name of a WfType* */
#ifndef WF_MODEL_ERRORS_H
#define WF_MODEL_ERRORS_H

#include "model/type.h"

#include <stdarg.h>

/* Raises type(message). Always WF_EMPTY, so that `return wf_raise(...)` works; WF_FAIL(...) where a status is due. */
WfValue wf_raise(WfThread *t, WfType *type, const char *format, ...) WF_COLD;
#define WF_FAIL(call) ((void)(call), WF_RAISED)
#define WF_FAIL_FOUND(call) ((void)(call), WF_ERROR)
#define WF_FAIL_NULL(call) ((void)(call), NULL)
#define WF_EXC(name) WF_TYPE(name)

WfValue wf_raise_value(WfThread *t, WfType *type, WfValue arg) WF_COLD;  /* type(arg) */
WfValue wf_raise_none(WfThread *t, WfType *type) WF_COLD;                /* type() */
WfValue wf_raise_object(WfThread *t, WfValue exc) WF_COLD;               /* an instance; sets __context__ from t->handled */
WfValue wf_raise_no_memory(WfThread *t) WF_COLD;
WfValue wf_raise_key_error(WfThread *t, WfValue key) WF_COLD;
WfValue wf_raise_stop_iteration(WfThread *t, WfValue value) WF_COLD;
/* OSError (or its subclass) for errno, with up to two file names (WF_EMPTY: none) */
WfValue wf_raise_errno(WfThread *t, int err, WfValue filename, WfValue filename2) WF_COLD;
/* ImportError/ModuleNotFoundError with name and path set */
WfValue wf_raise_import(WfThread *t, WfType *type, WfValue name, WfValue path, const char *format, ...) WF_COLD;
/* AttributeError with obj and name: "'T' object has no attribute 'n'" */
WfValue wf_raise_attribute(WfThread *t, WfValue obj, WfStr *name) WF_COLD;
/* Raises a new exception with the pending one as __cause__ and __context__. */
WfValue wf_raise_from_pending(WfThread *t, WfType *type, const char *format, ...) WF_COLD;

WF_INLINE bool wf_pending(const WfThread *t) { return !wf_is_empty(t->exc); }
bool wf_pending_is(WfThread *t, const WfType *type); /* an instance of type is pending */
/* Takes the pending exception out; puts it back with wf_restore. */
WF_INLINE WfValue wf_take_pending(WfThread *t)
{
    WfValue e = t->exc;
    t->exc = WF_EMPTY;
    return e;
}
WF_INLINE void wf_restore_pending(WfThread *t, WfValue e) { t->exc = e; }
WF_INLINE void wf_clear_pending(WfThread *t) { t->exc = WF_EMPTY; }
/* If an instance of type is pending, clears it and says true. */
bool wf_clear_if(WfThread *t, const WfType *type);

/* except X: does the exception match (class, tuple of classes)? */
WfFound wf_exception_matches(WfThread *t, WfValue exc, WfValue pattern) WF_MUST_CHECK;
/* raise X: X is a class or an instance; cause WF_EMPTY if there is no `from`. Leaves it pending. */
void wf_raise_statement(WfThread *t, WfValue x, WfValue cause);
/* Clears the pending exception and gives it to sys.unraisablehook. */
void wf_write_unraisable(WfThread *t, const char *message, WfValue object);
/* Warnings (modules/_warnings.c); WF_RAISED where a filter makes it an error. */
WfStatus wf_warn(WfThread *t, WfType *category, int stack_level, const char *format, ...) WF_MUST_CHECK;
/* With the object that is the source (ResourceWarning). */
WfStatus wf_warn_source(WfThread *t, WfType *category, WfValue source, int stack_level, const char *format, ...) WF_MUST_CHECK;
WfStatus wf_warn_explicit(WfThread *t, WfType *category, WfValue text, WfValue filename, int lineno) WF_MUST_CHECK;

#endif
