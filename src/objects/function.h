/* function.h - Python functions, bound methods and cells.
 * SPDX-License-Identifier: MIT
 *
 * Threads: fields are single words, read by anyone with wf_load and written by attribute assignment. x_version changes with each
 * assignment of code, defaults or keyword defaults, so that a call site may cache what it derived from them. */
#ifndef WF_OBJECTS_FUNCTION_H
#define WF_OBJECTS_FUNCTION_H

#include "model/object.h"

struct WfCode; /* code/code.h */

typedef struct WfFunction { /* kind FUNCTION */
    WfObject h;
    WfSlot code;        /* WfCode */
    WfSlot globals;     /* dict */
    WfSlot builtins;    /* dict */
    WfSlot closure;     /* tuple of WfCell, or EMPTY */
    WfSlot defaults;    /* tuple, or EMPTY */
    WfSlot kwdefaults;  /* dict, or EMPTY */
    WfSlot name, qualname; /* str */
    WfSlot doc;         /* any value; EMPTY: the code's */
    WfSlot module;      /* any value; EMPTY: None */
    WfSlot annotations; /* dict, or a tuple (name, value, ...) until asked for, or EMPTY */
    WfSlot attrs;       /* attributes, as in model/type.h: buffer or dict */
    uint64_t x_version; /* 0: none given yet */
} WfFunction;
WF_INLINE WfFunction *wf_as_function(WfValue v) { return WF_AS(WfFunction, v); }
WF_INLINE struct WfCode *wf_function_code(const WfFunction *f) { return WF_LOAD(struct WfCode, &f->code); }
WF_INLINE bool wf_is_function(WfValue v) { return WF_IS_KIND(v, FUNCTION); }

/* Name, qualified name and docstring come from the code; module from globals["__name__"]; builtins from
 * globals["__builtins__"] (a module or a dict), else the interpreter's. */
WfFunction *wf_function_new(WfThread *t, struct WfCode *code, WfDict *globals) WF_MUST_CHECK;
/* The number under which code, defaults and keyword defaults are unchanged. */
uint64_t wf_function_version(WfThread *t, WfFunction *f);
/* The annotations as a dict, made on demand. */
WfValue wf_function_annotations(WfThread *t, WfFunction *f) WF_MUST_CHECK;
void wf_function_trace(WfMarker *m, WfObject *o);

typedef struct WfMethod { /* kind NATIVE */
    WfObject h;
    WfSlot func, self;
} WfMethod;
WF_INLINE bool wf_is_method(WfValue v) { return WF_IS_EXACT(v, METHOD); }
WfValue wf_method_new(WfThread *t, WfValue func, WfValue self) WF_MUST_CHECK;

typedef struct WfCell { /* kind WORDS */
    WfObject h;
    WfSlot value; /* EMPTY: unbound */
} WfCell;
WF_INLINE WF_MUST_CHECK WfCell *wf_cell_new(WfThread *t, WfValue v)
{
    WfCell *c = WF_NEW(t, WfCell, CELL, WORDS);
    if (WF_LIKELY(c != NULL)) {
        wf_store_raw(&c->value, v);
    }
    return c;
}

typedef struct WfProperty { /* kind NATIVE */
    WfObject h;
    WfSlot fget, fset, fdel, doc; /* EMPTY: None */
    WfSlot name;                  /* given by __set_name__ */
    uint8_t getter_doc;           /* doc was taken from fget */
} WfProperty;

typedef struct WfClassMethod { /* classmethod and staticmethod; kind NATIVE */
    WfObject h;
    WfSlot callable;
    WfSlot attrs;
} WfClassMethod;

#endif
