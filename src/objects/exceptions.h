/* exceptions.h - layout of exceptions, and helpers for those who raise or take apart particular ones.
 * SPDX-License-Identifier: MIT
 *
 * All words behind the head are values, so that the words trace serves every exception type and its subclasses. */
#ifndef WF_OBJECTS_EXCEPTIONS_H
#define WF_OBJECTS_EXCEPTIONS_H

#include "model/object.h"

typedef struct WfException {
    WfObject h;        /* h.spare: WF_EXC_* */
    WfSlot args;       /* EMPTY: (); a tuple: the args; anything else: the one argument (no tuple made yet) */
    WfSlot traceback;  /* WfTraceback or EMPTY */
    WfSlot context;    /* exception or EMPTY */
    WfSlot cause;      /* exception or EMPTY */
    WfSlot extra[];    /* fields of the type, below; EMPTY reads as None */
} WfException;

enum { WF_EXC_SUPPRESS_CONTEXT = 1 };

/* Fields in `extra`. */
enum { WF_STOP_VALUE };                               /* StopIteration */
enum { WF_EXIT_CODE };                                /* SystemExit */
enum { WF_IMPORT_MSG, WF_IMPORT_NAME, WF_IMPORT_PATH }; /* ImportError */
enum { WF_NAME_ERROR_NAME };                          /* NameError */
enum { WF_ATTRIBUTE_OBJ, WF_ATTRIBUTE_NAME };         /* AttributeError */
enum { WF_OS_ERRNO, WF_OS_STRERROR, WF_OS_FILENAME, WF_OS_FILENAME2, WF_OS_WRITTEN, WF_OS_FIELDS };
enum {
    WF_SYN_MSG, WF_SYN_FILENAME, WF_SYN_LINENO, WF_SYN_OFFSET, WF_SYN_TEXT, WF_SYN_END_LINENO, WF_SYN_END_OFFSET,
    WF_SYN_PRINT, WF_SYN_FIELDS
};
enum { WF_UNI_ENCODING, WF_UNI_OBJECT, WF_UNI_START, WF_UNI_END, WF_UNI_REASON, WF_UNI_FIELDS };
enum { WF_GROUP_MESSAGE, WF_GROUP_EXCEPTIONS, WF_GROUP_FIELDS };

WF_INLINE WfException *wf_as_exception(WfValue v) { return WF_AS(WfException, v); }
/* A field, None if it is not set. v must be of the type that has it. */
WF_INLINE WfValue wf_exc_field(WfValue v, int i)
{
    WfValue x = wf_load(&wf_as_exception(v)->extra[i]);
    return wf_is_empty(x) ? WF_NONE : x;
}
WF_INLINE bool wf_exc_suppress_context(WfValue v)
{
    return (__atomic_load_n(&wf_as_object(v)->spare, __ATOMIC_RELAXED) & WF_EXC_SUPPRESS_CONTEXT) != 0;
}

void wf_exception_trace(WfMarker *m, WfObject *o);
/* Start, behind wf_types_init: the bases of ExceptionGroup, the MemoryErrors that are kept ready. */
WfStatus wf_exceptions_init(WfThread *t) WF_MUST_CHECK;
/* An instance of a built-in or Python exception type: type() for arg EMPTY, else type(arg). Not raised. */
WfValue wf_exception_new(WfThread *t, WfType *type, WfValue arg) WF_MUST_CHECK;
/* The args as a tuple. */
WfValue wf_exception_args(WfThread *t, WfValue exc) WF_MUST_CHECK;
/* e.__context__ = context; both exceptions, or context EMPTY. No cycle check. */
void wf_exception_set_context(WfValue exc, WfValue context);
/* e.__cause__ = cause, and suppresses the context; cause EMPTY: None. */
void wf_exception_set_cause(WfValue exc, WfValue cause);
WF_INLINE WfValue wf_exception_traceback(WfValue exc) { return wf_load(&wf_as_exception(exc)->traceback); } /* or EMPTY */
WF_INLINE void wf_exception_set_traceback(WfValue exc, WfValue tb) { wf_store(&wf_as_exception(exc)->traceback, tb); }

WfValue wf_raise_unicode_decode(WfThread *t, const char *encoding, WfValue bytes, int64_t start, int64_t end,
                                const char *reason) WF_COLD;
WfValue wf_raise_unicode_encode(WfThread *t, const char *encoding, WfValue str, int64_t start, int64_t end,
                                const char *reason) WF_COLD;
/* SyntaxError (or a subclass) with position; filename, text: values or EMPTY for None; numbers < 0: None. */
WfValue wf_raise_syntax(WfThread *t, WfType *type, WfValue message, WfValue filename, int64_t lineno, int64_t offset,
                        WfValue text, int64_t end_lineno, int64_t end_offset) WF_COLD;
/* NameError or UnboundLocalError with its name; `format` has one %U for the name. */
WfValue wf_raise_name(WfThread *t, WfType *type, const char *format, WfStr *name) WF_COLD;

/* except* X: splits exc (any exception) by pattern into match and rest, each EMPTY where there is none. Raises TypeError for
 * patterns that are no exception classes or are groups. */
WfStatus wf_except_star_match(WfThread *t, WfValue exc, WfValue pattern, WfValue *match, WfValue *rest) WF_MUST_CHECK;
/* After the except* clauses: what to raise, given the original exception and the list of those raised or left over
 * (None entries are skipped). *out is EMPTY for nothing. */
WfStatus wf_except_star_result(WfThread *t, WfValue orig, WfValue list, WfValue *out) WF_MUST_CHECK;

#endif
