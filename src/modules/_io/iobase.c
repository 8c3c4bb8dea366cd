/* iobase.c - _IOBase, _RawIOBase, _BufferedIOBase and _TextIOBase, and what their subtypes share.
 * SPDX-License-Identifier: MIT
 *
 * The methods here are the defaults, written in terms of other methods, which Python subclasses override.
 * A stream that the collector finds is closed by the `finalize` slot: it calls self.close(). */
#include "modules/_io/io.h"

#include "model/attr.h"
#include "objects/exceptions.h"
#include "objects/list.h"
#include "objects/module_state.h"

#include <errno.h>

void wf_io_base_trace(WfMarker *m, WfObject *o)
{
    wf_mark_slot(m, &((WfIoBase *)o)->attrs);
}

WfValue wf_io_generic_new(WfThread *t, WfType *type, const WfArgs *args)
{
    (void)args; /* they are for __init__ */
    return wf_from_object(wf_instance_new(t, type, 0));
}

/* --- helpers ------------------------------------------------------------------------------------------------------ */

WfValue wf_io_unsupported(WfThread *t, const char *message)
{
    WfValue type = wf_module_state_get(t, "_io.UnsupportedOperation");
    return wf_raise(t, wf_is_type(type) ? WF_AS(WfType, type) : WF_EXC(ValueError), "%s", message);
}

static WfFound is_closed(WfThread *t, WfValue self)
{
    WfValue v;
    WfFound found = wf_getattr_opt(t, self, WF_NAME(closed), &v);
    return found == WF_FOUND ? wf_truth(t, v) : found;
}

WfStatus wf_io_check_closed(WfThread *t, WfValue self)
{
    WfFound closed = is_closed(t, self);
    if (closed == WF_FOUND) {
        return WF_FAIL(wf_raise(t, WF_EXC(ValueError), "I/O operation on closed file."));
    }
    return closed == WF_ERROR ? WF_RAISED : WF_OK;
}

WfStatus wf_io_check_able(WfThread *t, WfValue self, WfStr *method)
{
    WfValue v = wf_call_method0(t, self, method);
    if (wf_is_empty(v)) {
        return WF_RAISED;
    }
    if (!wf_is_true(v)) {
        char message[64];
        snprintf(message, sizeof message, "File or stream is not %s.", (const char *)method->data);
        return WF_FAIL(wf_io_unsupported(t, message));
    }
    return WF_OK;
}

bool wf_io_trap_eintr(WfThread *t)
{
    if (!wf_pending_is(t, WF_EXC(OSError))) {
        return false;
    }
    WfValue number = wf_exc_field(t->exc, WF_OS_ERRNO);
    if (!wf_is_int(number) || wf_as_int(number) != EINTR) {
        return false;
    }
    wf_clear_pending(t);
    return wf_handle_breaker(t) == WF_OK;
}

WfStatus wf_io_size(WfThread *t, WfValue v, int64_t *n)
{
    if (wf_is_int(v)) {
        *n = wf_as_int(v);
        return WF_OK;
    }
    if (wf_is_none(v)) {
        *n = -1;
        return WF_OK;
    }
    if (!wf_is_any_int(v) && wf_type(v)->slots.index == NULL) {
        return WF_FAIL(wf_raise(t, WF_EXC(TypeError), "argument should be integer or None, not '%T'", v));
    }
    return wf_to_ssize(t, v, n);
}

WfStatus wf_io_offset(WfThread *t, WfValue v, int64_t *n)
{
    WfValue i = wf_is_int(v) ? v : wf_index(t, v);
    if (wf_is_empty(i)) {
        return WF_RAISED;
    }
    if (!wf_int_to_i64(i, n)) {
        return WF_FAIL(wf_raise(t, WF_EXC(OverflowError), "Python int too large to convert to C long"));
    }
    return WF_OK;
}

WfStatus wf_io_writable(WfThread *t, WfValue v, const char *function, WfBuffer *b)
{
    if (wf_buffer_get(t, v, b, WF_BUF_WRITABLE) == WF_OK) {
        return WF_OK;
    }
    if (wf_pending_is(t, WF_EXC(TypeError)) || wf_pending_is(t, WF_EXC(BufferError))) {
        wf_clear_pending(t);
        return WF_FAIL(
            wf_raise(t, WF_EXC(TypeError), "%s() argument must be read-write bytes-like object, not %T", function, v));
    }
    return WF_RAISED;
}

void wf_io_chain(WfThread *t, WfValue first)
{
    if (wf_is_empty(first)) {
        return;
    }
    if (wf_pending(t)) {
        if (!wf_is(first, t->exc)) {
            wf_exception_set_context(t->exc, first);
        }
    } else {
        wf_restore_pending(t, first);
    }
}

WfStatus wf_io_call(WfThread *t, WfValue o, WfStr *method)
{
    return wf_is_empty(wf_call_method0(t, o, method)) ? WF_RAISED : WF_OK;
}

WfValue wf_io_refuse_pickle(WfThread *t, WfValue *a)
{
    return wf_raise(t, WF_EXC(TypeError), "cannot pickle '%T' object", a[0]);
}

WfStatus wf_io_raise_would_block(WfThread *t, int64_t written)
{
    WfValue text = wf_str_from_cstr(t, "write could not complete without blocking");
    if (!wf_is_empty(text)) {
        WfValue args[] = {wf_small_int(EAGAIN), text, wf_small_int(written)};
        WfValue e = wf_call(t, wf_from_object(WF_EXC(BlockingIOError)), args, 3);
        if (!wf_is_empty(e)) {
            (void)wf_raise_object(t, e);
        }
    }
    return WF_RAISED;
}

WfValue wf_io_get_finalizing(WfThread *t, WfValue self)
{
    (void)t;
    return WF_BOOL(wf_io_flag(self, WF_IO_FINALIZING));
}
WfStatus wf_io_set_finalizing(WfThread *t, WfValue self, WfValue v)
{
    if (wf_is_empty(v)) {
        return WF_FAIL(wf_raise(t, WF_EXC(TypeError), "can't delete numeric/char attribute"));
    }
    if (!wf_is_bool(v)) {
        return WF_FAIL(wf_raise(t, WF_EXC(TypeError), "attribute value type must be bool"));
    }
    wf_io_set_flag(self, WF_IO_FINALIZING, wf_is_true(v));
    return WF_OK;
}

WfStatus wf_io_name(WfThread *t, WfValue self, WfValue *out)
{
    *out = WF_EMPTY;
    WfFound found = wf_getattr_opt(t, self, WF_NAME(name), out);
    if (found == WF_ERROR) {
        *out = WF_EMPTY;
        return wf_clear_if(t, WF_EXC(ValueError)) ? WF_OK : WF_RAISED;
    }
    if (found == WF_MISSING) {
        *out = WF_EMPTY;
    }
    return WF_OK;
}

/* --- _IOBase ---------------------------------------------------------------------------------------------------- */

static WfValue base_seek(WfThread *t, WfValue *a)
{
    return wf_io_unsupported(t, "seek");
}
static WfValue base_tell(WfThread *t, WfValue *a)
{
    WfValue args[] = {wf_small_int(0), wf_small_int(1)};
    return wf_call_method(t, a[0], WF_NAME(seek), args, 2);
}
static WfValue base_truncate(WfThread *t, WfValue *a)
{
    return wf_io_unsupported(t, "truncate");
}
static WfValue base_fileno(WfThread *t, WfValue *a)
{
    return wf_io_unsupported(t, "fileno");
}
static WfValue base_flush(WfThread *t, WfValue *a)
{
    if (wf_io_flag(a[0], WF_IO_CLOSED)) {
        return wf_raise(t, WF_EXC(ValueError), "I/O operation on closed file.");
    }
    return WF_NONE;
}
static WfValue base_close(WfThread *t, WfValue *a)
{
    if (wf_io_flag(a[0], WF_IO_CLOSED)) {
        return WF_NONE;
    }
    WfValue r = wf_call_method0(t, a[0], WF_NAME(flush));
    wf_io_set_flag(a[0], WF_IO_CLOSED, true);
    return wf_is_empty(r) ? WF_EMPTY : WF_NONE;
}
static WfValue base_get_closed(WfThread *t, WfValue self)
{
    return WF_BOOL(wf_io_flag(self, WF_IO_CLOSED));
}
static WfValue base_false(WfThread *t, WfValue *a)
{
    return WF_FALSE;
}
static WfValue base_check_closed(WfThread *t, WfValue *a)
{
    return wf_io_check_closed(t, a[0]) == WF_OK ? WF_NONE : WF_EMPTY;
}
static WfValue base_check_seekable(WfThread *t, WfValue *a)
{
    return wf_io_check_able(t, a[0], WF_NAME(seekable)) == WF_OK ? WF_TRUE : WF_EMPTY;
}
static WfValue base_check_readable(WfThread *t, WfValue *a)
{
    return wf_io_check_able(t, a[0], WF_NAME(readable)) == WF_OK ? WF_TRUE : WF_EMPTY;
}
static WfValue base_check_writable(WfThread *t, WfValue *a)
{
    return wf_io_check_able(t, a[0], WF_NAME(writable)) == WF_OK ? WF_TRUE : WF_EMPTY;
}
static WfValue base_isatty(WfThread *t, WfValue *a)
{
    return wf_io_check_closed(t, a[0]) == WF_OK ? WF_FALSE : WF_EMPTY;
}
static WfValue base_enter(WfThread *t, WfValue *a)
{
    return wf_io_check_closed(t, a[0]) == WF_OK ? a[0] : WF_EMPTY;
}
static WfValue base_exit(WfThread *t, WfValue *a)
{
    return wf_call_method0(t, a[0], WF_NAME(close));
}
static WfValue base_iter(WfThread *t, WfValue self)
{
    return wf_io_check_closed(t, self) == WF_OK ? self : WF_EMPTY;
}
static WfFound base_next(WfThread *t, WfValue self, WfValue *out)
{
    WfValue line = wf_call_method0(t, self, WF_NAME(readline));
    int64_t n;
    if (wf_is_empty(line) || wf_len(t, line, &n) != WF_OK) {
        return WF_ERROR;
    }
    *out = line;
    return n > 0 ? WF_FOUND : WF_MISSING;
}

static WfValue call_bytes(WfThread *t, WfValue self, WfValue method, const char *name, int64_t n)
{
    for (;;) {
        WfValue b = wf_is_empty(method) ? wf_call_method1(t, self, WF_NAME(read), wf_small_int(n))
                                        : wf_call1(t, method, wf_small_int(n));
        if (wf_is_empty(b)) {
            if (wf_io_trap_eintr(t)) {
                continue;
            }
            return b;
        }
        if (!wf_is_bytes(b)) {
            return wf_raise(t, WF_EXC(OSError), "%s() should have returned a bytes object, not '%T'", name, b);
        }
        return b;
    }
}

static WfValue base_readline(WfThread *t, WfValue *a)
{
    int64_t limit;
    WfValue peek, self = a[0];
    if (wf_io_size(t, a[1], &limit) != WF_OK) {
        return WF_EMPTY;
    }
    WfFound has_peek = wf_getattr_opt(t, self, WF_NAME(peek), &peek);
    WfValue line = has_peek == WF_ERROR ? WF_EMPTY : wf_bytearray_new(t, NULL, 0);
    if (wf_is_empty(line)) {
        return WF_EMPTY;
    }
    int64_t got = 0;
    while (limit < 0 || got < limit) {
        int64_t ahead = 1;
        if (has_peek == WF_FOUND) {
            WfValue b = call_bytes(t, self, peek, "peek", 1);
            if (wf_is_empty(b)) {
                return b;
            }
            const WfBytes *seen = wf_as_bytes(b);
            if (seen->length > 0) {
                int64_t most = limit >= 0 && limit - got < seen->length ? limit - got : seen->length;
                const uint8_t *end = memchr(seen->data, '\n', (size_t)most);
                ahead = end != NULL ? end - seen->data + 1 : most;
            }
        }
        WfValue b = call_bytes(t, self, WF_EMPTY, "read", ahead);
        if (wf_is_empty(b)) {
            return b;
        }
        const WfBytes *piece = wf_as_bytes(b);
        if (piece->length == 0) {
            break;
        }
        if (wf_bytearray_append(t, wf_as_bytearray(line), piece->data, piece->length) != WF_OK) {
            return WF_EMPTY;
        }
        got += piece->length;
        if (piece->data[piece->length - 1] == '\n') {
            break;
        }
    }
    const uint8_t *data = wf_bytearray_data(t, wf_as_bytearray(line), &got);
    return wf_bytes_new(t, data == NULL ? (const uint8_t *)"" : data, got);
}

static WfValue base_readlines(WfThread *t, WfValue *a)
{
    int64_t hint, total = 0;
    if (wf_io_size(t, a[1], &hint) != WF_OK) {
        return WF_EMPTY;
    }
    WfValue list = wf_list_new(t, 0), it = wf_is_empty(list) ? list : wf_iter(t, a[0]);
    if (wf_is_empty(it)) {
        return it;
    }
    for (;;) {
        WfValue line;
        int64_t n;
        WfFound found = wf_next(t, it, &line);
        if (found != WF_FOUND) {
            return found == WF_ERROR ? WF_EMPTY : list;
        }
        if (wf_list_append(t, wf_as_list(list), line) != WF_OK) {
            return WF_EMPTY;
        }
        if (hint > 0) {
            if (wf_len(t, line, &n) != WF_OK) {
                return WF_EMPTY;
            }
            if (n > hint - total) {
                return list;
            }
            total += n;
        }
    }
}

static WfValue base_writelines(WfThread *t, WfValue *a)
{
    if (wf_io_check_closed(t, a[0]) != WF_OK) {
        return WF_EMPTY;
    }
    WfValue it = wf_iter(t, a[1]);
    if (wf_is_empty(it)) {
        return it;
    }
    for (;;) {
        WfValue line;
        WfFound found = wf_next(t, it, &line);
        if (found != WF_FOUND) {
            return found == WF_ERROR ? WF_EMPTY : WF_NONE;
        }
        while (wf_is_empty(wf_call_method1(t, a[0], WF_NAME(write), line))) {
            if (!wf_io_trap_eintr(t)) {
                return WF_EMPTY;
            }
        }
    }
}

static void base_finalize(WfThread *t, WfValue self)
{
    bool ending = __atomic_load_n(&t->rt->x_finalizing, __ATOMIC_ACQUIRE) != 0;
    if (ending && wf_io_flag(self, WF_IO_STD)) {
        return; /* the end of the process flushes them last */
    }
    WfValue saved = wf_take_pending(t);
    WfFound closed = is_closed(t, self);
    if (closed == WF_MISSING) {
        if (wf_setattr(t, self, WF_NAME(_finalizing), WF_TRUE) != WF_OK) {
            wf_clear_pending(t);
        }
        if (wf_is_empty(wf_call_method0(t, self, WF_NAME(close)))) {
            if (wf_config(t)->dev_mode) {
                wf_write_unraisable(t, NULL, self);
            }
            wf_clear_pending(t);
        }
    } else {
        wf_clear_pending(t);
    }
    wf_restore_pending(t, saved);
}

static const WfBuiltinDef base_methods[] = {
    {"seek", base_seek, "(self, /, *args)", "Go to another position of the stream; returns it.", 0},
    {"tell", base_tell, "(self, /)", "The position in the stream.", 0},
    {"truncate", base_truncate, "(self, /, *args)", "Cut the stream off at a position.", 0},
    {"flush", base_flush, "(self, /)", "Write out what is buffered.", 0},
    {"close", base_close, "(self, /)", "Flush and close the stream.", 0},
    {"seekable", base_false, "(self, /)", "Can the position be changed?", 0},
    {"readable", base_false, "(self, /)", "Can the stream be read?", 0},
    {"writable", base_false, "(self, /)", "Can the stream be written?", 0},
    {"_checkClosed", base_check_closed, "(self, /, *args)", NULL, 0},
    {"_checkSeekable", base_check_seekable, "(self, /, *args)", NULL, 0},
    {"_checkReadable", base_check_readable, "(self, /, *args)", NULL, 0},
    {"_checkWritable", base_check_writable, "(self, /, *args)", NULL, 0},
    {"fileno", base_fileno, "(self, /)", "The file descriptor below, if there is one.", 0},
    {"isatty", base_isatty, "(self, /)", "Is it a terminal?", 0},
    {"__enter__", base_enter, "(self, /)", NULL, 0},
    {"__exit__", base_exit, "(self, /, *args)", NULL, 0},
    {"readline", base_readline, "(self, size=-1, /)", "One line, or at most size bytes of it.", 0},
    {"readlines", base_readlines, "(self, hint=-1, /)", "A list of lines; it ends when they have more than hint bytes.", 0},
    {"writelines", base_writelines, "(self, lines, /)", "Write each item; no line ends are added.", 0},
    {0}};
static const WfGetSetDef base_getsets[] = {
    {"__dict__", wf_getset_dict_get, NULL, NULL, 0},
    {"closed", base_get_closed, NULL, NULL, 0},
    {0}};
const WfTypeSpec wf_io_base_spec = {
    .name = "_io._IOBase",
    .doc = "The base of all streams.",
    .flags = WF_TF_BASETYPE | WF_TF_HAS_DICT | WF_TF_WEAKREFS,
    .size = sizeof(WfIoBase),
    .attr_offset = offsetof(WfIoBase, attrs),
    .methods = base_methods,
    .getsets = base_getsets,
    .slots = {.trace = wf_io_base_trace,
              .new_ = wf_io_generic_new,
              .iter = base_iter,
              .next = base_next,
              .finalize = base_finalize},
};

/* --- _RawIOBase --------------------------------------------------------------------------------------------------- */

static WfValue raw_read(WfThread *t, WfValue *a)
{
    int64_t n;
    if (wf_io_size(t, a[1], &n) != WF_OK) {
        return WF_EMPTY;
    }
    if (n < 0) {
        return wf_call_method0(t, a[0], WF_NAME(readall));
    }
    WfValue b = wf_bytearray_new(t, NULL, n);
    WfValue r = wf_is_empty(b) ? b : wf_call_method1(t, a[0], WF_NAME(readinto), b);
    if (wf_is_empty(r) || wf_is_none(r)) {
        return r;
    }
    int64_t got, have;
    if (wf_to_ssize(t, r, &got) != WF_OK) {
        return WF_EMPTY;
    }
    const uint8_t *data = wf_bytearray_data(t, wf_as_bytearray(b), &have);
    if (got < 0 || got > have) {
        return wf_raise(t, WF_EXC(ValueError), "readinto returned %lld outside buffer size %lld", (long long)got, (long long)have);
    }
    return wf_bytes_new(t, data == NULL ? (const uint8_t *)"" : data, got);
}

static WfValue raw_readall(WfThread *t, WfValue *a)
{
    WfValue all = wf_bytearray_new(t, NULL, 0);
    bool any = false;
    if (wf_is_empty(all)) {
        return all;
    }
    for (;;) {
        WfValue b = wf_call_method1(t, a[0], WF_NAME(read), wf_small_int(WF_IO_BUFFER_SIZE));
        if (wf_is_empty(b)) {
            if (wf_io_trap_eintr(t)) {
                continue;
            }
            return b;
        }
        if (wf_is_none(b)) {
            if (!any) {
                return b;
            }
            break;
        }
        if (!wf_is_bytes(b)) {
            return wf_raise(t, WF_EXC(TypeError), "read() should return bytes");
        }
        if (wf_as_bytes(b)->length == 0) {
            break;
        }
        any = true;
        if (wf_bytearray_append(t, wf_as_bytearray(all), wf_as_bytes(b)->data, wf_as_bytes(b)->length) != WF_OK) {
            return WF_EMPTY;
        }
    }
    int64_t n;
    const uint8_t *data = wf_bytearray_data(t, wf_as_bytearray(all), &n);
    return wf_bytes_new(t, data == NULL ? (const uint8_t *)"" : data, n);
}

static WfValue raw_readinto(WfThread *t, WfValue *a)
{
    return wf_raise_none(t, WF_EXC(NotImplementedError));
}
static const WfBuiltinDef raw_methods[] = {
    {"read", raw_read, "(self, size=-1, /)", "At most size bytes, in one call of readinto(); None if none are there yet.", 0},
    {"readall", raw_readall, "(self, /)", "All bytes up to the end of the stream.", 0},
    {"readinto", raw_readinto, "(self, buffer, /)", "Read into the buffer; the number of bytes.", 0},
    {"write", raw_readinto, "(self, b, /)", "Write bytes; returns how many were.", 0},
    {0}};
const WfTypeSpec wf_io_raw_base_spec = {
    .name = "_io._RawIOBase",
    .doc = "The base of streams without a buffer.",
    .flags = WF_TF_BASETYPE,
    .size = sizeof(WfIoBase),
    .methods = raw_methods,
    .slots = {.trace = wf_io_base_trace, .new_ = wf_io_generic_new},
};

/* --- _BufferedIOBase ------------------------------------------------------------------------------------------------- */

static WfValue buffered_detach(WfThread *t, WfValue *a)
{
    return wf_io_unsupported(t, "detach");
}
static WfValue buffered_read(WfThread *t, WfValue *a)
{
    return wf_io_unsupported(t, "read");
}
static WfValue buffered_read1(WfThread *t, WfValue *a)
{
    return wf_io_unsupported(t, "read1");
}
static WfValue buffered_write(WfThread *t, WfValue *a)
{
    return wf_io_unsupported(t, "write");
}
static WfValue readinto_by(WfThread *t, WfValue *a, WfStr *method, const char *name)
{
    WfBuffer b;
    if (wf_io_writable(t, a[1], name, &b) != WF_OK) {
        return WF_EMPTY;
    }
    WfValue r = wf_call_method1(t, a[0], method, wf_small_int(b.length));
    if (!wf_is_empty(r)) {
        if (!wf_is_bytes(r)) {
            r = wf_raise(t, WF_EXC(TypeError), "read() should return bytes");
        } else if (wf_as_bytes(r)->length > b.length) {
            r = wf_raise(t, WF_EXC(ValueError), "read() returned too much data: %lld bytes requested, %lld returned",
                         (long long)b.length, (long long)wf_as_bytes(r)->length);
        } else {
            memcpy(b.data, wf_as_bytes(r)->data, (size_t)wf_as_bytes(r)->length);
            r = wf_small_int(wf_as_bytes(r)->length);
        }
    }
    wf_buffer_release(t, &b);
    return r;
}
static WfValue buffered_readinto(WfThread *t, WfValue *a)
{
    return readinto_by(t, a, WF_NAME(read), "readinto");
}
static WfValue buffered_readinto1(WfThread *t, WfValue *a)
{
    return readinto_by(t, a, WF_NAME(read1), "readinto1");
}
static const WfBuiltinDef buffered_methods[] = {
    {"detach", buffered_detach, "(self, /)", "Separate the raw stream from the buffer and return it.", 0},
    {"read", buffered_read, "(self, size=-1, /)", "Up to size bytes, all if it is negative or None.", 0},
    {"read1", buffered_read1, "(self, size=-1, /)", "Up to size bytes with at most one read of the raw stream.", 0},
    {"readinto", buffered_readinto, "(self, buffer, /)", "Read into the buffer; the number of bytes.", 0},
    {"readinto1", buffered_readinto1, "(self, buffer, /)", "As readinto() with at most one read of the raw stream.", 0},
    {"write", buffered_write, "(self, b, /)", "Write all bytes; returns how many.", 0},
    {0}};
const WfTypeSpec wf_io_buffered_base_spec = {
    .name = "_io._BufferedIOBase",
    .doc = "The base of streams with a buffer.",
    .flags = WF_TF_BASETYPE,
    .size = sizeof(WfIoBase),
    .methods = buffered_methods,
    .slots = {.trace = wf_io_base_trace, .new_ = wf_io_generic_new},
};

/* --- _TextIOBase ------------------------------------------------------------------------------------------------------ */

static WfValue text_readline(WfThread *t, WfValue *a)
{
    return wf_io_unsupported(t, "readline");
}
static WfValue text_none(WfThread *t, WfValue self)
{
    return WF_NONE;
}
static const WfBuiltinDef text_methods[] = {
    {"detach", buffered_detach, "(self, /)", "Separate the buffer from the text layer and return it.", 0},
    {"read", buffered_read, "(self, size=-1, /)", "Up to size characters, all if it is negative or None.", 0},
    {"readline", text_readline, "(self, size=-1, /)", "One line.", 0},
    {"write", buffered_write, "(self, s, /)", "Write text; returns the number of characters.", 0},
    {0}};
static const WfGetSetDef text_getsets[] = {
    {"encoding", text_none, NULL, "Name of the encoding.", 0},
    {"newlines", text_none, NULL, "The line ends read so far.", 0},
    {"errors", text_none, NULL, "How encoding errors are handled.", 0},
    {0}};
const WfTypeSpec wf_io_text_base_spec = {
    .name = "_io._TextIOBase",
    .doc = "The base of text streams.",
    .flags = WF_TF_BASETYPE,
    .size = sizeof(WfIoBase),
    .methods = text_methods,
    .getsets = text_getsets,
    .slots = {.trace = wf_io_base_trace, .new_ = wf_io_generic_new},
};
