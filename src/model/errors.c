/* errors.c - raising: making the exception, its context, and looking at the pending one.
 * SPDX-License-Identifier: MIT
 * Design:     the pending exception is an instance in t->exc, always normalised; there is no "type and value" form. The context
 *             is linked where an exception becomes pending for the first time (wf_raise_object); passing it on
 *             (wf_restore_pending) changes nothing.
 * Invariants: E1 following __context__ from any exception ends: wf_raise_object cuts the chain before it closes a ring.
 * Threads:    exceptions may be shared; their fields are slots. t->exc, t->handled belong to the thread. */
#include "model/errors.h"

#include "model/builtin.h"
#include "objects/dict.h"
#include "objects/exceptions.h"
#include "objects/int.h"
#include "objects/str.h"
#include "objects/tuple.h"

#include <errno.h>

/* --- becoming pending ---------------------------------------------------------------------------------- */

/* Note [Rings of contexts]
 * If exc is somewhere in the chain of the exception being handled, linking would close a ring: the link to exc is cut there, as
 * CPython does. The chain itself may be a ring already if a program made one by assignment; the slow pointer finds it. */
WfValue wf_raise_object(WfThread *t, WfValue exc)
{
    WfValue handled = t->handled;
    if (WF_UNLIKELY(!wf_is_empty(handled) && !wf_is_none(handled)) && !wf_is(handled, exc)) {
        WfValue o = handled;
        WfValue slow = handled;
        bool step = false;
        for (;;) {
            WfValue next = wf_load(&wf_as_exception(o)->context);
            if (wf_is_empty(next)) {
                break;
            }
            if (wf_is(next, exc)) {
                wf_exception_set_context(o, WF_EMPTY);
                break;
            }
            o = next;
            if (wf_is(o, slow)) {
                break;
            }
            if (step) {
                slow = wf_load(&wf_as_exception(slow)->context);
            }
            step = !step;
        }
        wf_exception_set_context(exc, handled);
    }
    t->exc = exc;
    return WF_EMPTY;
}

static WfValue raise_new(WfThread *t, WfType *type, WfValue arg)
{
    WfValue exc = wf_exception_new(t, type, arg);
    return wf_is_empty(exc) ? WF_EMPTY : wf_raise_object(t, exc);
}

WfValue wf_raise(WfThread *t, WfType *type, const char *format, ...)
{
    va_list ap;
    va_start(ap, format);
    WfValue message = wf_str_vformat(t, format, ap);
    va_end(ap);
    return wf_is_empty(message) ? WF_EMPTY : raise_new(t, type, message);
}

WfValue wf_raise_value(WfThread *t, WfType *type, WfValue arg)
{
    /* The value is one argument even if it is a tuple: wf_exception_new takes it so. */
    return raise_new(t, type, arg);
}

WfValue wf_raise_none(WfThread *t, WfType *type)
{
    return raise_new(t, type, WF_EMPTY);
}

WfValue wf_raise_key_error(WfThread *t, WfValue key)
{
    return raise_new(t, WF_EXC(KeyError), key);
}

WfValue wf_raise_stop_iteration(WfThread *t, WfValue value)
{
    return raise_new(t, WF_EXC(StopIteration), wf_is_none(value) ? WF_EMPTY : value);
}

/* Must not allocate. When all that were made at start are taken, the last one serves again. */
WfValue wf_raise_no_memory(WfThread *t)
{
    WfRuntime *rt = t->rt;
    WfSlots *ready = WF_AS(WfSlots, rt->memory_errors);
    if (ready == NULL) {
        WF_FATAL("out of memory during start");
    }
    int64_t i = __atomic_fetch_add(&rt->x_memory_errors_used, 1, __ATOMIC_RELAXED);
    int64_t last = ready->capacity - 1;
    WfValue exc = wf_load(&ready->items[i < last ? i : last]);
    if (i < last) {
        wf_store(&ready->items[i], wf_load(&ready->items[last])); /* a program's own from now on */
    } else {
        wf_exception_set_traceback(exc, WF_EMPTY);
        wf_exception_set_context(exc, WF_EMPTY);
    }
    return wf_raise_object(t, exc);
}

WfValue wf_raise_errno(WfThread *t, int err, WfValue filename, WfValue filename2)
{
    if (err == EINTR && wf_breaker(t) & WF_BREAK_SIGNAL && wf_handle_breaker(t) != WF_OK) {
        return WF_EMPTY; /* what the signal's handler raised */
    }
    WfValue args[5] = {wf_small_int(err), wf_str_from_cstr(t, strerror(err)), WF_NONE, WF_NONE, WF_NONE};
    if (wf_is_empty(args[1])) {
        return WF_EMPTY;
    }
    int64_t n = 2;
    if (!wf_is_empty(filename)) {
        args[2] = filename;
        n = 3;
    }
    if (!wf_is_empty(filename2)) {
        args[4] = filename2;
        n = 5;
    }
    WfValue exc = wf_call(t, wf_from_object(WF_EXC(OSError)), args, n);
    return wf_is_empty(exc) ? WF_EMPTY : wf_raise_object(t, exc);
}

WfValue wf_raise_import(WfThread *t, WfType *type, WfValue name, WfValue path, const char *format, ...)
{
    va_list ap;
    va_start(ap, format);
    WfValue message = wf_str_vformat(t, format, ap);
    va_end(ap);
    if (wf_is_empty(message)) {
        return WF_EMPTY;
    }
    WfValue exc = wf_exception_new(t, type, message);
    if (wf_is_empty(exc)) {
        return WF_EMPTY;
    }
    wf_store(&wf_as_exception(exc)->extra[WF_IMPORT_NAME], name);
    wf_store(&wf_as_exception(exc)->extra[WF_IMPORT_PATH], path);
    return wf_raise_object(t, exc);
}

WfValue wf_raise_attribute(WfThread *t, WfValue obj, WfStr *name)
{
    WfValue message = wf_is_type(obj)
                          ? wf_str_format(t, "type object '%.50N' has no attribute '%U'", WF_AS(WfType, obj), name)
                          : wf_str_format(t, "'%.50T' object has no attribute '%U'", obj, name);
    if (wf_is_empty(message)) {
        return WF_EMPTY;
    }
    WfValue exc = wf_exception_new(t, WF_EXC(AttributeError), message);
    if (wf_is_empty(exc)) {
        return WF_EMPTY;
    }
    wf_store(&wf_as_exception(exc)->extra[WF_ATTRIBUTE_OBJ], obj);
    wf_store(&wf_as_exception(exc)->extra[WF_ATTRIBUTE_NAME], wf_from_object(name));
    return wf_raise_object(t, exc);
}

WfValue wf_raise_name(WfThread *t, WfType *type, const char *format, WfStr *name)
{
    WfValue message = wf_str_format(t, format, name);
    if (wf_is_empty(message)) {
        return WF_EMPTY;
    }
    WfValue exc = wf_exception_new(t, type, message);
    if (wf_is_empty(exc)) {
        return WF_EMPTY;
    }
    wf_store(&wf_as_exception(exc)->extra[WF_NAME_ERROR_NAME], wf_from_object(name));
    return wf_raise_object(t, exc);
}

WfValue wf_raise_from_pending(WfThread *t, WfType *type, const char *format, ...)
{
    WfValue cause = wf_take_pending(t);
    va_list ap;
    va_start(ap, format);
    WfValue message = wf_str_vformat(t, format, ap);
    va_end(ap);
    if (wf_is_empty(message)) {
        return WF_EMPTY;
    }
    WfValue exc = wf_exception_new(t, type, message);
    if (wf_is_empty(exc)) {
        return WF_EMPTY;
    }
    wf_raise_object(t, exc);
    if (!wf_is_empty(cause)) {
        wf_exception_set_cause(exc, cause);
        wf_exception_set_context(exc, cause);
    }
    return WF_EMPTY;
}

WfStatus wf_recursion_error(WfThread *t, const char *where)
{
    t->recursion++;
    return WF_FAIL(wf_raise(t, WF_EXC(RecursionError), "maximum recursion depth exceeded%s", where));
}

/* --- positions and fields ------------------------------------------------------------------------------------- */

static WfValue number_or_none(int64_t n)
{
    return n < 0 ? WF_NONE : wf_small_int(n);
}

static WfValue value_or_none(WfValue v)
{
    return wf_is_empty(v) ? WF_NONE : v;
}

WfValue wf_raise_syntax(WfThread *t, WfType *type, WfValue message, WfValue filename, int64_t lineno, int64_t offset,
                        WfValue text, int64_t end_lineno, int64_t end_offset)
{
    WfValue where[6] = {value_or_none(filename), number_or_none(lineno),     number_or_none(offset),
                        value_or_none(text),     number_or_none(end_lineno), number_or_none(end_offset)};
    WfValue position = wf_tuple_from(t, where, end_lineno < 0 && end_offset < 0 ? 4 : 6);
    if (wf_is_empty(position)) {
        return WF_EMPTY;
    }
    WfValue exc = wf_call2(t, wf_from_object(type), message, position);
    return wf_is_empty(exc) ? WF_EMPTY : wf_raise_object(t, exc);
}

static WfValue raise_unicode(WfThread *t, WfType *type, const char *encoding, WfValue object, int64_t start, int64_t end,
                             const char *reason)
{
    WfValue args[5] = {wf_str_from_cstr(t, encoding), object, wf_small_int(start), wf_small_int(end), WF_EMPTY};
    if (wf_is_empty(args[0])) {
        return WF_EMPTY;
    }
    args[4] = wf_str_from_cstr(t, reason);
    if (wf_is_empty(args[4])) {
        return WF_EMPTY;
    }
    WfValue exc = wf_call(t, wf_from_object(type), args, 5);
    return wf_is_empty(exc) ? WF_EMPTY : wf_raise_object(t, exc);
}

WfValue wf_raise_unicode_decode(WfThread *t, const char *encoding, WfValue bytes, int64_t start, int64_t end,
                                const char *reason)
{
    return raise_unicode(t, WF_EXC(UnicodeDecodeError), encoding, bytes, start, end, reason);
}

WfValue wf_raise_unicode_encode(WfThread *t, const char *encoding, WfValue str, int64_t start, int64_t end,
                                const char *reason)
{
    return raise_unicode(t, WF_EXC(UnicodeEncodeError), encoding, str, start, end, reason);
}

/* --- looking -------------------------------------------------------------------------------------------------- */

bool wf_pending_is(WfThread *t, const WfType *type)
{
    return wf_pending(t) && wf_is_instance_of(t->exc, type);
}

bool wf_clear_if(WfThread *t, const WfType *type)
{
    if (!wf_pending_is(t, type)) {
        return false;
    }
    wf_clear_pending(t);
    return true;
}

static bool is_exception_class(WfValue v)
{
    return wf_is_type(v) && wf_type_is_subtype(WF_AS(WfType, v), WF_EXC(BaseException));
}

WfFound wf_exception_matches(WfThread *t, WfValue exc, WfValue pattern)
{
    if (WF_LIKELY(is_exception_class(pattern))) {
        return wf_is_instance_of(exc, WF_AS(WfType, pattern)) ? WF_FOUND : WF_MISSING;
    }
    if (wf_is_tuple(pattern)) {
        WfTuple *classes = wf_as_tuple(pattern);
        for (int64_t i = 0; i < classes->length; i++) {
            if (!is_exception_class(wf_tuple_at(classes, i))) {
                goto bad;
            }
        }
        for (int64_t i = 0; i < classes->length; i++) {
            if (wf_is_instance_of(exc, WF_AS(WfType, wf_tuple_at(classes, i)))) {
                return WF_FOUND;
            }
        }
        return WF_MISSING;
    }
bad:
    return WF_FAIL_FOUND(
        wf_raise(t, WF_EXC(TypeError), "catching classes that do not inherit from BaseException is not allowed"));
}

/* --- raise ------------------------------------------------------------------------------------------------------ */

/* X() for `raise X` and `from X`; WF_EMPTY: raised. */
static WfValue instance_of(WfThread *t, WfValue type)
{
    WfValue exc = wf_call0(t, type);
    if (!wf_is_empty(exc) && !wf_is_exception(exc)) {
        return wf_raise(t, WF_EXC(TypeError), "calling %R should have returned an instance of BaseException, not %R", type,
                        wf_from_object(wf_type(exc)));
    }
    return exc;
}

void wf_raise_statement(WfThread *t, WfValue x, WfValue cause)
{
    if (is_exception_class(x)) {
        x = instance_of(t, x);
        if (wf_is_empty(x)) {
            return;
        }
    } else if (!wf_is_exception(x)) {
        wf_raise(t, WF_EXC(TypeError), "exceptions must derive from BaseException");
        return;
    }
    if (!wf_is_empty(cause)) {
        if (is_exception_class(cause)) {
            cause = instance_of(t, cause);
            if (wf_is_empty(cause)) {
                return;
            }
        } else if (wf_is_none(cause)) {
            cause = WF_EMPTY;
        } else if (!wf_is_exception(cause)) {
            wf_raise(t, WF_EXC(TypeError), "exception causes must derive from BaseException");
            return;
        }
        wf_exception_set_cause(x, cause);
    }
    wf_raise_object(t, x);
}
