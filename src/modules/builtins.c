/* builtins.c - the functions of module builtins.
 * SPDX-License-Identifier: MIT
 * The types among the built-in names are added from types.def. */
#include "modules/builtins.h"

#include "model/slots.h"
#include "compiler/compile.h"
#include "model/builtin.h"
#include "model/mro.h"
#include "objects/bytes.h"
#include "objects/dict.h"
#include "objects/exceptions.h"
#include "objects/function.h"
#include "objects/int.h"
#include "objects/iterators.h"
#include "objects/list.h"
#include "objects/str.h"
#include "objects/tuple.h"
#include "runtime/import.h"
#include "runtime/state.h"
#include "vm/vm.h"

#include <stdio.h>
#include <unistd.h>

/* --- simple ones --------------------------------------------------------------------------------------- */

static WfValue bi_abs(WfThread *t, WfValue *a)
{
    return wf_abs(t, a[0]);
}
static WfValue bi_ascii(WfThread *t, WfValue *a)
{
    return wf_ascii(t, a[0]);
}
static WfValue bi_repr(WfThread *t, WfValue *a)
{
    return wf_repr(t, a[0]);
}
static WfValue bi_callable(WfThread *t, WfValue *a)
{
    return WF_BOOL(wf_is_callable(a[0]));
}
static WfValue bi_divmod(WfThread *t, WfValue *a)
{
    return wf_binary(t, WF_BIN_DIVMOD, a[0], a[1]);
}
static WfValue bi_hash(WfThread *t, WfValue *a)
{
    int64_t h;
    return wf_hash(t, a[0], &h) == WF_OK ? wf_int_from_i64(t, h) : WF_EMPTY;
}
static WfValue bi_id(WfThread *t, WfValue *a)
{
    return wf_int_from_u64(t, a[0].bits);
}
static WfValue bi_len(WfThread *t, WfValue *a)
{
    int64_t n;
    return wf_len(t, a[0], &n) == WF_OK ? wf_int_from_i64(t, n) : WF_EMPTY;
}
static WfValue bi_isinstance(WfThread *t, WfValue *a)
{
    WfFound found = wf_isinstance(t, a[0], a[1]);
    return found == WF_ERROR ? WF_EMPTY : WF_BOOL(found == WF_FOUND);
}
static WfValue bi_issubclass(WfThread *t, WfValue *a)
{
    WfFound found = wf_issubclass(t, a[0], a[1]);
    return found == WF_ERROR ? WF_EMPTY : WF_BOOL(found == WF_FOUND);
}
static WfValue bi_pow(WfThread *t, WfValue *a)
{
    return wf_pow(t, a[0], a[1], a[2]);
}
static WfValue bi_format(WfThread *t, WfValue *a)
{
    if (!wf_is_str(a[1])) {
        return wf_raise(t, WF_EXC(TypeError), "format() argument 2 must be str, not %T", a[1]);
    }
    return wf_format(t, a[0], a[1]);
}
static WfValue bi_chr(WfThread *t, WfValue *a)
{
    int i;
    if (wf_to_int(t, a[0], &i) != WF_OK) {
        return WF_EMPTY;
    }
    if (i < 0 || i > 0x10ffff) {
        return wf_raise(t, WF_EXC(ValueError), "chr() arg not in range(0x110000)");
    }
    return wf_str_from_char(t, (uint32_t)i);
}
static WfValue bi_ord(WfThread *t, WfValue *a)
{
    int64_t n = -1;
    if (wf_is_str(a[0])) {
        n = wf_as_str(a[0])->length;
        if (n == 1) {
            return wf_small_int(wf_str_at(wf_as_str(a[0]), 0));
        }
    } else if (wf_is_bytes(a[0]) || WF_IS_KIND(a[0], BYTEARRAY)) {
        WfBuffer b;
        if (wf_buffer_get(t, a[0], &b, WF_BUF_SIMPLE) != WF_OK) {
            return WF_EMPTY;
        }
        n = b.length;
        WfValue v = n == 1 ? wf_small_int(*(const uint8_t *)b.data) : WF_EMPTY;
        wf_buffer_release(t, &b);
        if (n == 1) {
            return v;
        }
    } else {
        return wf_raise(t, WF_EXC(TypeError), "ord() expected string of length 1, but %T found", a[0]);
    }
    return wf_raise(t, WF_EXC(TypeError), "ord() expected a character, but string of length %ld found", (long)n);
}

/* bin, oct, hex: digits with sign and prefix. */
static WfValue with_prefix(WfThread *t, WfValue v, int base, const char *prefix)
{
    WfValue i = wf_index(t, v);
    if (wf_is_empty(i)) {
        return i;
    }
    bool negative = wf_int_sign(i) < 0;
    WfValue text = wf_int_to_str(t, negative ? wf_neg(t, i) : i, base);
    if (wf_is_empty(text)) {
        return text;
    }
    return wf_str_format(t, "%s%s%U", negative ? "-" : "", prefix, wf_as_str(text));
}
static WfValue bi_bin(WfThread *t, WfValue *a)
{
    return with_prefix(t, a[0], 2, "0b");
}
static WfValue bi_oct(WfThread *t, WfValue *a)
{
    return with_prefix(t, a[0], 8, "0o");
}
static WfValue bi_hex(WfThread *t, WfValue *a)
{
    return with_prefix(t, a[0], 16, "0x");
}

static WfValue bi_round(WfThread *t, WfValue *a)
{
    WfValue round = wf_lookup_special(t, a[0], WF_NAME(__round__));
    if (wf_is_empty(round)) {
        return wf_pending(t) ? WF_EMPTY : wf_raise(t, WF_EXC(TypeError), "type %T doesn't define __round__ method", a[0]);
    }
    return wf_is_none(a[1]) ? wf_call0(t, round) : wf_call1(t, round, a[1]);
}

/* --- attributes -------------------------------------------------------------------------------------------- */

static WfStr *attribute_name(WfThread *t, WfValue v, const char *fname)
{
    if (!wf_is_str(v)) {
        (void)fname;
        return WF_FAIL_NULL(wf_raise(t, WF_EXC(TypeError), "attribute name must be string, not '%T'", v));
    }
    WfValue name = wf_is_exact_str(v) ? wf_str_intern(t, v) : v;
    return wf_is_empty(name) ? NULL : wf_as_str(name);
}
static WfValue bi_getattr(WfThread *t, WfValue *a)
{
    WfStr *name = attribute_name(t, a[1], "getattr");
    if (name == NULL) {
        return WF_EMPTY;
    }
    if (wf_is_empty(a[2])) {
        return wf_getattr(t, a[0], name);
    }
    WfValue v;
    WfFound found = wf_getattr_opt(t, a[0], name, &v);
    return found == WF_FOUND ? v : found == WF_MISSING ? a[2] : WF_EMPTY;
}
static WfValue bi_hasattr(WfThread *t, WfValue *a)
{
    WfStr *name = attribute_name(t, a[1], "hasattr");
    if (name == NULL) {
        return WF_EMPTY;
    }
    WfValue v;
    WfFound found = wf_getattr_opt(t, a[0], name, &v);
    return found == WF_ERROR ? WF_EMPTY : WF_BOOL(found == WF_FOUND);
}
static WfValue bi_setattr(WfThread *t, WfValue *a)
{
    WfStr *name = attribute_name(t, a[1], "setattr");
    return name != NULL && wf_setattr(t, a[0], name, a[2]) == WF_OK ? WF_NONE : WF_EMPTY;
}
static WfValue bi_delattr(WfThread *t, WfValue *a)
{
    WfStr *name = attribute_name(t, a[1], "delattr");
    return name != NULL && wf_setattr(t, a[0], name, WF_EMPTY) == WF_OK ? WF_NONE : WF_EMPTY;
}

static WfValue bi_dir(WfThread *t, WfValue *a)
{
    WfValue names;
    if (wf_is_empty(a[0])) {
        if (t->frame == NULL) {
            return wf_raise(t, WF_EXC(SystemError), "frame does not exist");
        }
        WfValue locals = wf_frame_locals(t, t->frame);
        names = wf_is_empty(locals) ? locals : wf_call_method0(t, locals, WF_NAME(keys));
    } else {
        WfValue dir = wf_lookup_special(t, a[0], WF_NAME(__dir__));
        if (wf_is_empty(dir)) {
            return wf_pending(t) ? WF_EMPTY : wf_raise(t, WF_EXC(TypeError), "object does not provide __dir__");
        }
        names = wf_call0(t, dir);
    }
    WfValue list = wf_is_empty(names) ? names : wf_to_list(t, names);
    if (wf_is_empty(list) || wf_list_sort(t, wf_as_list(list), WF_EMPTY, false) != WF_OK) {
        return WF_EMPTY;
    }
    return list;
}

static WfValue bi_vars(WfThread *t, WfValue *a)
{
    if (wf_is_empty(a[0])) {
        return t->frame == NULL ? wf_raise(t, WF_EXC(SystemError), "frame does not exist") : wf_frame_locals(t, t->frame);
    }
    WfValue v;
    WfFound found = wf_getattr_opt(t, a[0], WF_NAME(__dict__), &v);
    if (found == WF_MISSING) {
        return wf_raise(t, WF_EXC(TypeError), "vars() argument must have __dict__ attribute");
    }
    return found == WF_FOUND ? v : WF_EMPTY;
}
static WfValue bi_globals(WfThread *t, WfValue *a)
{
    return t->frame == NULL ? WF_NONE : wf_from_object(wf_frame_globals(t->frame));
}
static WfValue bi_locals(WfThread *t, WfValue *a)
{
    return t->frame == NULL ? wf_raise(t, WF_EXC(SystemError), "frame does not exist") : wf_frame_locals(t, t->frame);
}

/* --- iteration ------------------------------------------------------------------------------------------------ */

static WfValue bi_iter(WfThread *t, WfValue *a)
{
    if (wf_is_empty(a[1])) {
        return wf_iter(t, a[0]);
    }
    if (!wf_is_callable(a[0])) {
        return wf_raise(t, WF_EXC(TypeError), "iter(v, w): v must be callable");
    }
    return wf_callable_iter(t, a[0], a[1]);
}
static WfValue bi_next(WfThread *t, WfValue *a)
{
    WfType *type = wf_type(a[0]);
    if (type->slots.next == NULL) {
        return wf_raise(t, WF_EXC(TypeError), "'%T' object is not an iterator", a[0]);
    }
    WfValue v = WF_NONE; /* a generator leaves its result here */
    WfFound found;
    if (type->slots.next == wf_slot_next) { /* the program's own __next__: its StopIteration is passed on as it is */
        WfValue next = wf_lookup_special(t, a[0], WF_NAME(__next__));
        v = wf_is_empty(next) ? WF_EMPTY : wf_call0(t, next);
        found = wf_is_empty(v) ? WF_ERROR : WF_FOUND;
    } else {
        found = type->slots.next(t, a[0], &v);
    }
    if (found == WF_FOUND) {
        return v;
    }
    if (found == WF_ERROR) {
        if (wf_is_empty(a[1]) || !wf_clear_if(t, WF_EXC(StopIteration))) {
            return WF_EMPTY;
        }
    }
    return wf_is_empty(a[1]) ? wf_raise_stop_iteration(t, wf_is_empty(v) ? WF_NONE : v) : a[1];
}
static WfValue bi_aiter(WfThread *t, WfValue *a)
{
    WfType *type = wf_type(a[0]);
    if (type->slots.aiter == NULL) {
        return wf_raise(t, WF_EXC(TypeError), "'%T' object is not an async iterable", a[0]);
    }
    WfValue it = type->slots.aiter(t, a[0]);
    if (!wf_is_empty(it) && wf_type(it)->slots.anext == NULL) {
        return wf_raise(t, WF_EXC(TypeError), "aiter() returned not an async iterator of type '%T'", it);
    }
    return it;
}
static WfValue bi_anext(WfThread *t, WfValue *a)
{
    WfType *type = wf_type(a[0]);
    if (type->slots.anext == NULL) {
        return wf_raise(t, WF_EXC(TypeError), "'%T' object is not an async iterator", a[0]);
    }
    WfValue awaitable = type->slots.anext(t, a[0]);
    return wf_is_empty(awaitable) || wf_is_empty(a[1]) ? awaitable : wf_anext_awaitable(t, awaitable, a[1]);
}

static WfValue any_all(WfThread *t, WfValue iterable, WfFound stop)
{
    WfValue it = wf_iter(t, iterable), v;
    WfFound found = wf_is_empty(it) ? WF_ERROR : WF_FOUND;
    while (found == WF_FOUND) {
        found = wf_next(t, it, &v);
        if (found == WF_FOUND) {
            WfFound truth = wf_truth(t, v);
            if (truth == WF_ERROR || truth == stop) {
                return truth == WF_ERROR ? WF_EMPTY : WF_BOOL(stop == WF_FOUND);
            }
        }
    }
    return found == WF_ERROR ? WF_EMPTY : WF_BOOL(stop != WF_FOUND);
}
static WfValue bi_any(WfThread *t, WfValue *a)
{
    return any_all(t, a[0], WF_FOUND);
}
static WfValue bi_all(WfThread *t, WfValue *a)
{
    return any_all(t, a[0], WF_MISSING);
}

static WfValue bi_sum(WfThread *t, WfValue *a)
{
    WfValue total = a[1];
    if (wf_is_str(total)) {
        return wf_raise(t, WF_EXC(TypeError), "sum() can't sum strings [use ''.join(seq) instead]");
    }
    if (wf_is_bytes(total)) {
        return wf_raise(t, WF_EXC(TypeError), "sum() can't sum bytes [use b''.join(seq) instead]");
    }
    if (WF_IS_KIND(total, BYTEARRAY)) {
        return wf_raise(t, WF_EXC(TypeError), "sum() can't sum bytearray [use b''.join(seq) instead]");
    }
    WfValue it = wf_iter(t, a[0]), v;
    if (wf_is_empty(it)) {
        return it;
    }
    for (;;) {
        WfFound found = wf_next(t, it, &v);
        if (found != WF_FOUND) {
            return found == WF_ERROR ? WF_EMPTY : total;
        }
        if (wf_both_int(total, v)) {
            total = wf_int_from_i64(t, wf_as_int(total) + wf_as_int(v));
        } else if (wf_is_double(total) && wf_is_double(v)) {
            total = wf_double_any(wf_as_double(total) + wf_as_double(v));
        } else {
            total = wf_binary(t, WF_BIN_ADD, total, v);
        }
        if (wf_is_empty(total)) {
            return total;
        }
    }
}

static WfValue min_max(WfThread *t, WfValue *a, int op, const char *name)
{
    WfTuple *args = wf_as_tuple(a[0]);
    WfValue key = a[1], fallback = a[2], it, best = WF_EMPTY, best_key = WF_EMPTY, v;
    if (args->length == 0) {
        return wf_raise(t, WF_EXC(TypeError), "%s expected at least 1 argument, got 0", name);
    }
    if (args->length > 1 && !wf_is_empty(fallback)) {
        return wf_raise(t, WF_EXC(TypeError), "Cannot specify a default for %s() with multiple positional arguments", name);
    }
    it = wf_iter(t, args->length > 1 ? a[0] : wf_tuple_at(args, 0));
    if (wf_is_empty(it)) {
        return it;
    }
    for (;;) {
        WfFound found = wf_next(t, it, &v);
        if (found == WF_ERROR) {
            return WF_EMPTY;
        }
        if (found == WF_MISSING) {
            break;
        }
        WfValue k = wf_is_none(key) ? v : wf_call1(t, key, v);
        if (wf_is_empty(k)) {
            return k;
        }
        if (wf_is_empty(best)) {
            best = v;
            best_key = k;
            continue;
        }
        WfFound better;
        if (wf_both_int(k, best_key)) {
            better = (op == WF_GT ? wf_as_int(k) > wf_as_int(best_key) : wf_as_int(k) < wf_as_int(best_key)) ? WF_FOUND : WF_MISSING;
        } else {
            WfValue r = wf_compare(t, k, best_key, op);
            better = wf_is_empty(r) ? WF_ERROR : wf_truth(t, r);
        }
        if (better == WF_ERROR) {
            return WF_EMPTY;
        }
        if (better == WF_FOUND) {
            best = v;
            best_key = k;
        }
    }
    if (wf_is_empty(best)) {
        return wf_is_empty(fallback) ? wf_raise(t, WF_EXC(ValueError), "%s() arg is an empty sequence", name) : fallback;
    }
    return best;
}
static WfValue bi_min(WfThread *t, WfValue *a)
{
    return min_max(t, a, WF_LT, "min");
}
static WfValue bi_max(WfThread *t, WfValue *a)
{
    return min_max(t, a, WF_GT, "max");
}

static WfValue bi_sorted(WfThread *t, WfValue *a)
{
    WfValue list = wf_to_list(t, a[0]);
    bool reverse;
    if (wf_is_empty(list) || wf_to_bool(t, a[2], &reverse) != WF_OK
        || wf_list_sort(t, wf_as_list(list), wf_is_none(a[1]) ? WF_EMPTY : a[1], reverse) != WF_OK) {
        return WF_EMPTY;
    }
    return list;
}

/* --- print and input ---------------------------------------------------------------------------------------------- */

static WfValue sys_stream(WfThread *t, WfStr *name, const char *lost)
{
    WfValue v = wf_dict_get_str(wf_as_dict(t->interp->sys_dict), name);
    return wf_is_empty(v) ? wf_raise(t, WF_EXC(RuntimeError), "lost sys.%s", lost) : v;
}

static WfValue text_option(WfThread *t, WfValue v, const char *name, WfStr *fallback)
{
    if (wf_is_none(v)) {
        return wf_from_object(fallback);
    }
    return wf_is_str(v) ? v : wf_raise(t, WF_EXC(TypeError), "%s must be None or a string, not %T", name, v);
}

static WfValue bi_print(WfThread *t, WfValue *a)
{
    WfTuple *items = wf_as_tuple(a[0]);
    WfValue file = a[3];
    if (wf_is_none(file)) {
        file = sys_stream(t, WF_NAME(stdout), "stdout");
        if (wf_is_empty(file) || wf_is_none(file)) {
            return file;
        }
    }
    WfValue sep = text_option(t, a[1], "sep", WF_NAME(space));
    WfValue end = wf_is_empty(sep) ? sep : text_option(t, a[2], "end", WF_NAME(newline_char));
    if (wf_is_empty(end)) {
        return end;
    }
    WfValue write = wf_getattr(t, file, WF_NAME(write));
    if (wf_is_empty(write)) {
        return write;
    }
    for (int64_t i = 0; i < items->length; i++) {
        if (i > 0 && wf_is_empty(wf_call1(t, write, sep))) {
            return WF_EMPTY;
        }
        WfValue s = wf_str(t, wf_tuple_at(items, i));
        if (wf_is_empty(s) || wf_is_empty(wf_call1(t, write, s))) {
            return WF_EMPTY;
        }
    }
    if (wf_is_empty(wf_call1(t, write, end))) {
        return WF_EMPTY;
    }
    WfFound flush = wf_truth(t, a[4]);
    if (flush == WF_ERROR || (flush == WF_FOUND && wf_is_empty(wf_call_method0(t, file, WF_NAME(flush))))) {
        return WF_EMPTY;
    }
    return WF_NONE;
}

static WfValue bi_input(WfThread *t, WfValue *a)
{
    WfValue in = sys_stream(t, WF_NAME(stdin), "stdin");
    WfValue out = wf_is_empty(in) ? in : sys_stream(t, WF_NAME(stdout), "stdout");
    if (wf_is_empty(out)) {
        return out;
    }
    if (wf_is_none(in) || wf_is_none(out)) {
        return wf_raise(t, WF_EXC(RuntimeError), "input(): lost sys.%s", wf_is_none(in) ? "stdin" : "stdout");
    }
    WfValue err = sys_stream(t, WF_NAME(stderr), "stderr");
    if (wf_is_empty(err)) {
        return err;
    }
    if (!wf_is_none(err) && wf_is_empty(wf_call_method0(t, err, WF_NAME(flush)))) {
        wf_clear_pending(t);
    }
    if (!wf_is_empty(a[0])) {
        WfValue prompt = wf_str(t, a[0]);
        if (wf_is_empty(prompt) || wf_is_empty(wf_call_method1(t, out, WF_NAME(write), prompt))) {
            return WF_EMPTY;
        }
    }
    if (wf_is_empty(wf_call_method0(t, out, WF_NAME(flush)))) {
        wf_clear_pending(t);
    }
    WfValue line = wf_call_method0(t, in, WF_NAME(readline));
    if (wf_is_empty(line)) {
        return line;
    }
    if (!wf_is_str(line)) {
        return wf_raise(t, WF_EXC(TypeError), "object.readline() returned non-string");
    }
    WfStr *s = wf_as_str(line);
    if (s->length == 0) {
        return wf_raise(t, WF_EXC(EOFError), "EOF when reading a line");
    }
    return wf_str_at(s, s->length - 1) == '\n' ? wf_str_slice(t, s, 0, s->length - 1) : line;
}

/* --- code ----------------------------------------------------------------------------------------------------------- */

/* Flags that code compiled inside a function inherits from it. */
static uint32_t inherited_flags(WfThread *t)
{
    const uint32_t mask = WF_CO_FUTURE_ANNOTATIONS | WF_CO_FUTURE_BARRY_AS_BDFL | WF_CO_FUTURE_GENERATOR_STOP | WF_CO_FUTURE_DIVISION
                          | WF_CO_FUTURE_ABSOLUTE_IMPORT | WF_CO_FUTURE_WITH_STATEMENT | WF_CO_FUTURE_PRINT_FUNCTION
                          | WF_CO_FUTURE_UNICODE_LITERALS;
    return t->frame == NULL ? 0 : t->frame->code->flags & mask;
}

/* str, bytes-like: the text is compiled. function: as the message names the caller. */
static WfValue compile_text(WfThread *t, WfValue source, WfValue filename, int mode, uint32_t flags, int optimize,
                            const char *function, const char *what)
{
    if (wf_is_str(source)) {
        int64_t n;
        const char *text = wf_str_utf8(t, source, &n);
        if (text == NULL) {
            return WF_EMPTY;
        }
        if (memchr(text, 0, (size_t)n) != NULL) {
            return wf_raise(t, WF_EXC(ValueError), "source code string cannot contain null bytes");
        }
        return wf_compile_source(t, text, (size_t)n, filename, mode, flags, optimize);
    }
    if (!wf_has_buffer(source)) {
        return wf_raise(t, WF_EXC(TypeError), "%s() arg 1 must be a %s object", function, what);
    }
    WfBuffer b;
    if (wf_buffer_get(t, source, &b, WF_BUF_SIMPLE) != WF_OK) {
        return WF_EMPTY;
    }
    WfValue copy = wf_bytes_new(t, b.data, b.length);
    wf_buffer_release(t, &b);
    if (wf_is_empty(copy)) {
        return copy;
    }
    if (memchr(wf_as_bytes(copy)->data, 0, (size_t)wf_as_bytes(copy)->length) != NULL) {
        return wf_raise(t, WF_EXC(ValueError), "source code string cannot contain null bytes");
    }
    return wf_compile_bytes(t, wf_as_bytes(copy)->data, (size_t)wf_as_bytes(copy)->length, filename, mode, flags, optimize);
}

static WfValue bi_compile(WfThread *t, WfValue *a)
{
    int flags, optimize, version;
    bool dont_inherit;
    if (wf_to_int(t, a[3], &flags) != WF_OK || wf_to_bool(t, a[4], &dont_inherit) != WF_OK || wf_to_int(t, a[5], &optimize) != WF_OK
        || wf_to_int(t, a[6], &version) != WF_OK) {
        return WF_EMPTY;
    }
    WfValue filename = a[1];
    if (!wf_is_str(filename)) {
        const char *path = wf_fs_path(t, filename, "compile", "filename");
        filename = path == NULL ? WF_EMPTY : wf_str_decode_fs(t, path, (int64_t)strlen(path));
        if (wf_is_empty(filename)) {
            return filename;
        }
    }
    const int known = 0x1ff0000 | WF_PYCF_SOURCE_IS_UTF8 | WF_PYCF_DONT_IMPLY_DEDENT | WF_PYCF_ONLY_AST | WF_PYCF_IGNORE_COOKIE
                      | WF_PYCF_TYPE_COMMENTS | WF_PYCF_TOP_LEVEL_AWAIT | WF_PYCF_ALLOW_INCOMPLETE_INPUT;
    if (flags & ~known) {
        return wf_raise(t, WF_EXC(ValueError), "compile(): unrecognised flags");
    }
    if (optimize < -1 || optimize > 2) {
        return wf_raise(t, WF_EXC(ValueError), "compile(): invalid optimize value");
    }
    if (!wf_is_str(a[2])) {
        return wf_raise(t, WF_EXC(TypeError), "compile() argument 'mode' must be str, not %T", a[2]);
    }
    int mode = wf_str_equal_cstr(wf_as_str(a[2]), "exec")     ? 0
               : wf_str_equal_cstr(wf_as_str(a[2]), "eval")   ? 1
               : wf_str_equal_cstr(wf_as_str(a[2]), "single") ? 2
               : wf_str_equal_cstr(wf_as_str(a[2]), "func_type") ? 3
                                                                 : -1;
    if (mode == 3 && !(flags & WF_PYCF_ONLY_AST)) {
        return wf_raise(t, WF_EXC(ValueError), "compile() mode 'func_type' requires flag PyCF_ONLY_AST");
    }
    if (mode < 0) {
        return wf_raise(t, WF_EXC(ValueError), (flags & WF_PYCF_ONLY_AST)
                                                   ? "compile() mode must be 'exec', 'eval', 'single' or 'func_type'"
                                                   : "compile() mode must be 'exec', 'eval' or 'single'");
    }
    uint32_t all = (uint32_t)flags | (dont_inherit ? 0 : inherited_flags(t));
    if (version > 0 && version < 16 && (flags & WF_PYCF_ONLY_AST)) {
        all |= (uint32_t)version << WF_PYCF_VERSION_SHIFT;
    }
    WfValue done = wf_compile_ast_object(t, a[0], filename, mode, all, optimize);
    if (!wf_is_none(done)) {
        return done; /* a tree; or an error */
    }
    return compile_text(t, a[0], filename, mode, all, optimize, "compile", "string, bytes or AST");
}

static WfStatus ensure_builtins(WfThread *t, WfDict *globals)
{
    if (!wf_is_empty(wf_dict_get_str(globals, WF_NAME(__builtins__)))) {
        return WF_OK;
    }
    WfValue v = t->frame == NULL ? t->interp->builtins : wf_frame_builtins(t->frame);
    return wf_dict_set_str(t, globals, WF_NAME(__builtins__), v);
}

/* Common part of exec and eval: namespaces. */
static WfStatus namespaces(WfThread *t, const char *name, WfValue *globals, WfValue *locals)
{
    if (wf_is_none(*globals)) {
        if (t->frame == NULL) {
            return WF_FAIL(wf_raise(t, WF_EXC(SystemError), "globals and locals cannot be NULL"));
        }
        *globals = wf_from_object(wf_frame_globals(t->frame));
        if (wf_is_none(*locals)) {
            *locals = wf_frame_locals(t, t->frame);
            if (wf_is_empty(*locals)) {
                return WF_RAISED;
            }
        }
    } else if (wf_is_none(*locals)) {
        *locals = *globals;
    }
    if (!wf_is_dict(*globals)) {
        if (strcmp(name, "eval") == 0) {
            return WF_FAIL(wf_raise(t, WF_EXC(TypeError), wf_type(*globals)->slots.getitem != NULL
                                                              ? "globals must be a real dict; try eval(code, {}, mapping)"
                                                              : "globals must be a dict"));
        }
        return WF_FAIL(wf_raise(t, WF_EXC(TypeError), "%s() globals must be a dict, not %T", name, *globals));
    }
    if (!wf_is_dict(*locals) && wf_type(*locals)->slots.getitem == NULL) {
        return strcmp(name, "eval") == 0
                   ? WF_FAIL(wf_raise(t, WF_EXC(TypeError), "locals must be a mapping"))
                   : WF_FAIL(wf_raise(t, WF_EXC(TypeError), "%s() locals must be a mapping or None, not %T", name, *locals));
    }
    return ensure_builtins(t, wf_as_dict(*globals));
}

static WfValue bi_eval(WfThread *t, WfValue *a)
{
    WfValue source = a[0], globals = a[1], locals = a[2];
    if (namespaces(t, "eval", &globals, &locals) != WF_OK) {
        return WF_EMPTY;
    }
    if (WF_IS_KIND(source, CODE)) {
        if (wf_as_code(source)->n_free > 0) {
            return wf_raise(t, WF_EXC(TypeError), "code object passed to eval() may not contain free variables");
        }
        return wf_vm_eval(t, wf_as_code(source), wf_as_dict(globals), locals, WF_EMPTY);
    }
    if (wf_is_str(source)) { /* leading blanks are no indentation here */
        WfStr *s = wf_as_str(source);
        int64_t i = 0;
        while (i < s->length && (wf_str_at(s, i) == ' ' || wf_str_at(s, i) == '\t')) {
            i++;
        }
        source = i == 0 ? source : wf_str_slice(t, s, i, s->length);
    } else if (wf_has_buffer(source)) {
        WfBuffer b;
        if (wf_buffer_get(t, source, &b, WF_BUF_SIMPLE) != WF_OK) {
            return WF_EMPTY;
        }
        int64_t i = 0;
        const uint8_t *p = (const uint8_t *)b.data;
        while (i < b.length && (p[i] == ' ' || p[i] == '\t')) {
            i++;
        }
        source = wf_bytes_new(t, p + i, b.length - i);
        wf_buffer_release(t, &b);
    }
    if (wf_is_empty(source)) {
        return source;
    }
    WfValue code = compile_text(t, source, WF_NAME_V(string), 1, inherited_flags(t) , -1, "eval", "string, bytes or code");
    return wf_is_empty(code) ? code : wf_vm_eval(t, wf_as_code(code), wf_as_dict(globals), locals, WF_EMPTY);
}

static WfValue bi_exec(WfThread *t, WfValue *a)
{
    WfValue source = a[0], globals = a[1], locals = a[2], closure = a[3];
    if (namespaces(t, "exec", &globals, &locals) != WF_OK) {
        return WF_EMPTY;
    }
    if (wf_is_none(closure)) {
        closure = WF_EMPTY;
    }
    WfValue code = source;
    if (WF_IS_KIND(source, CODE)) {
        int64_t n = wf_as_code(source)->n_free;
        if (n == 0 && !wf_is_empty(closure)) {
            return wf_raise(t, WF_EXC(TypeError), "cannot use a closure with this code object");
        }
        bool fits = n == 0 || (WF_IS_EXACT(closure, TUPLE) && wf_as_tuple(closure)->length == n);
        for (int64_t i = 0; n > 0 && fits && i < n; i++) {
            fits = WF_IS_EXACT(wf_tuple_at(wf_as_tuple(closure), i), CELL);
        }
        if (!fits) {
            return wf_raise(t, WF_EXC(TypeError), "code object requires a closure of exactly length %ld", (long)n);
        }
    } else {
        if (!wf_is_empty(closure)) {
            return wf_raise(t, WF_EXC(TypeError), "closure can only be used when source is a code object");
        }
        code = compile_text(t, source, WF_NAME_V(string), 0, inherited_flags(t), -1, "exec", "string, bytes or code");
        if (wf_is_empty(code)) {
            return code;
        }
    }
    return wf_is_empty(wf_vm_eval(t, wf_as_code(code), wf_as_dict(globals), locals, closure)) ? WF_EMPTY : WF_NONE;
}

/* --- classes ------------------------------------------------------------------------------------------------------------ */

/* The bases with __mro_entries__ applied. */
static WfValue resolve_bases(WfThread *t, WfValue *bases, int64_t n, bool *changed)
{
    WfValue list = WF_EMPTY;
    for (int64_t i = 0; i < n; i++) {
        WfValue base = bases[i], method;
        if (!wf_is_type(base)) {
            WfFound found = wf_getattr_opt(t, base, WF_NAME(__mro_entries__), &method);
            if (found == WF_ERROR) {
                return WF_EMPTY;
            }
            if (found == WF_FOUND) {
                WfValue all = wf_tuple_from(t, bases, n);
                WfValue entries = wf_is_empty(all) ? all : wf_call1(t, method, all);
                if (wf_is_empty(entries)) {
                    return entries;
                }
                if (!wf_is_tuple(entries)) {
                    return wf_raise(t, WF_EXC(TypeError), "__mro_entries__ must return a tuple");
                }
                if (wf_is_empty(list)) {
                    list = wf_list_from(t, bases, i);
                }
                if (wf_is_empty(list) || wf_list_extend(t, wf_as_list(list), entries) != WF_OK) {
                    return WF_EMPTY;
                }
                continue;
            }
        }
        if (!wf_is_empty(list) && wf_list_append(t, wf_as_list(list), base) != WF_OK) {
            return WF_EMPTY;
        }
    }
    *changed = !wf_is_empty(list);
    return wf_is_empty(list) ? wf_tuple_from(t, bases, n) : wf_list_to_tuple(t, wf_as_list(list));
}

/* __build_class__(func, name, *bases, metaclass=None, **kwds). func runs with the new namespace as its locals. */
static WfValue bi_build_class(WfThread *t, WfValue *a)
{
    WfTuple *args = wf_as_tuple(a[0]);
    WfValue kwds = a[1];
    if (args->length < 2) {
        return wf_raise(t, WF_EXC(TypeError), "__build_class__: not enough arguments");
    }
    WfValue func = wf_tuple_at(args, 0), name = wf_tuple_at(args, 1);
    if (!wf_is_function(func)) {
        return wf_raise(t, WF_EXC(TypeError), "__build_class__: func must be a function");
    }
    if (!wf_is_str(name)) {
        return wf_raise(t, WF_EXC(TypeError), "__build_class__: name is not a string");
    }
    WfValue given = wf_tuple_from(t, (const WfValue *)(const void *)args->items + 2, args->length - 2);
    bool changed = false;
    WfValue bases = wf_is_empty(given) ? given
                                       : resolve_bases(t, (WfValue *)(void *)wf_as_tuple(given)->items, wf_as_tuple(given)->length, &changed);
    if (wf_is_empty(bases)) {
        return bases;
    }
    WfValue meta = WF_EMPTY;
    WfFound found = wf_dict_pop(t, wf_as_dict(kwds), WF_NAME_V(metaclass), &meta);
    if (found == WF_ERROR) {
        return WF_EMPTY;
    }
    if (found == WF_MISSING) {
        meta = wf_as_tuple(bases)->length == 0 ? wf_from_object(WF_TYPE(TYPE))
                                               : wf_from_object(wf_type(wf_tuple_at(wf_as_tuple(bases), 0)));
    }
    if (wf_is_type(meta)) {
        WfType *winner = wf_type_winner(t, WF_AS(WfType, meta), wf_as_tuple(bases));
        if (winner == NULL) {
            return WF_EMPTY;
        }
        meta = wf_from_object(winner);
    }
    WfValue prepare, ns;
    found = wf_getattr_opt(t, meta, WF_NAME(__prepare__), &prepare);
    if (found == WF_ERROR) {
        return WF_EMPTY;
    }
    if (found == WF_FOUND) {
        WfValue two = wf_tuple_pair(t, name, bases);
        ns = wf_is_empty(two) ? two : wf_call_tuple(t, prepare, wf_as_tuple(two), kwds);
    } else {
        ns = wf_dict_new(t);
    }
    if (wf_is_empty(ns)) {
        return ns;
    }
    if (!wf_is_dict(ns) && (wf_type(ns)->slots.getitem == NULL || wf_type(ns)->slots.setitem == NULL)) {
        return wf_raise(t, WF_EXC(TypeError), "%s.__prepare__() must return a mapping, not %T",
                        wf_is_type(meta) ? wf_type_name(WF_AS(WfType, meta)) : "<metaclass>", ns);
    }
    WfFunction *f = wf_as_function(func);
    WfValue cell = wf_vm_eval(t, (WfCode *)wf_function_code(f), WF_LOAD(WfDict, &f->globals), ns, wf_load(&f->closure));
    if (wf_is_empty(cell)) {
        return cell;
    }
    if (changed && (wf_is_dict(ns) ? wf_dict_set_str(t, wf_as_dict(ns), wf_str_intern_cstr(t, "__orig_bases__"), given)
                                   : wf_setitem(t, ns, wf_str_from_cstr(t, "__orig_bases__"), given))
                       != WF_OK) {
        return WF_EMPTY;
    }
    WfValue three = WF_TUPLE_OF(t, name, bases, ns);
    WfValue cls = wf_is_empty(three) ? three : wf_call_tuple(t, meta, wf_as_tuple(three), kwds);
    if (!wf_is_empty(cls) && wf_is_type(cls) && WF_IS_EXACT(cell, CELL)) {
        WfValue held = wf_load(&WF_AS(WfCell, cell)->value);
        if (wf_is_empty(held)) {
            return wf_raise(t, WF_EXC(RuntimeError), "__class__ not set defining %R as %R. Was __classcell__ propagated to type.__new__?",
                            name, cls);
        }
        if (!wf_is(held, cls)) {
            return wf_raise(t, WF_EXC(TypeError), "__class__ set to %R defining %R as %R", held, name, cls);
        }
    }
    return cls;
}

static WfValue bi_import(WfThread *t, WfValue *a)
{
    int level;
    if (!wf_is_str(a[0])) {
        return wf_raise(t, WF_EXC(TypeError), "__import__() argument 1 must be str, not %T", a[0]);
    }
    if (wf_to_int(t, a[4], &level) != WF_OK) {
        return WF_EMPTY;
    }
    return wf_import(t, a[0], a[1], a[3], level);
}

static WfValue bi_breakpoint(WfThread *t, WfValue *a)
{
    WfStr *name = wf_str_intern_cstr(t, "breakpointhook");
    if (name == NULL) {
        return WF_EMPTY;
    }
    WfValue hook = wf_dict_get_str(wf_as_dict(t->interp->sys_dict), name);
    if (wf_is_empty(hook)) {
        return wf_raise(t, WF_EXC(RuntimeError), "lost sys.breakpointhook");
    }
    return wf_call_tuple(t, hook, wf_as_tuple(a[0]), a[1]);
}

static const WfBuiltinDef functions[] = {
    {"__build_class__", bi_build_class, "(*args, **kwds)", "Make a class: used by the class statement.", 0},
    {"__import__", bi_import, "(name, globals=None, locals=None, fromlist=(), level=0)", "Import a module: used by the import statement.", 0},
    {"abs", bi_abs, "(x, /)", "The absolute value of x.", 0},
    {"aiter", bi_aiter, "(async_iterable, /)", "An asynchronous iterator over an asynchronous iterable.", 0},
    {"all", bi_all, "(iterable, /)", "Whether all items are true; true if there are none.", 0},
    {"anext", bi_anext, "(aiterator, default=?, /)", "An awaitable of the next item of an asynchronous iterator.", 0},
    {"any", bi_any, "(iterable, /)", "Whether any item is true; false if there are none.", 0},
    {"ascii", bi_ascii, "(obj, /)", "repr() with characters beyond ASCII escaped.", 0},
    {"bin", bi_bin, "(number, /)", "The binary representation of an integer.\n\n>>> bin(10)\n'0b1010'", 0},
    {"breakpoint", bi_breakpoint, "(*args, **kws)", "Call sys.breakpointhook().", 0},
    {"callable", bi_callable, "(obj, /)", "Whether the object can be called.", 0},
    {"chr", bi_chr, "(i, /)", "The string of one character with ordinal i.", 0},
    {"compile", bi_compile, "(source, filename, mode, flags=0, dont_inherit=False, optimize=-1, *, _feature_version=-1)",
     "Compile source into a code object that exec() or eval() run.", 0},
    {"delattr", bi_delattr, "(obj, name, /)", "Delete an attribute.", 0},
    {"dir", bi_dir, "(object=?, /)", "The names of an object's attributes, or of the current scope.", 0},
    {"divmod", bi_divmod, "(x, y, /)", "The tuple (x//y, x%y).", 0},
    {"eval", bi_eval, "(source, globals=None, locals=None, /)", "Evaluate an expression.", 0},
    {"exec", bi_exec, "(source, globals=None, locals=None, /, *, closure=None)", "Run statements.", 0},
    {"format", bi_format, "(value, format_spec='', /)", "value.__format__(format_spec).", 0},
    {"getattr", bi_getattr, "(object, name, default=?, /)", "Get an attribute, or the default if it is missing.", 0},
    {"globals", bi_globals, "()", "The dictionary of the current global variables.", 0},
    {"hasattr", bi_hasattr, "(obj, name, /)", "Whether the object has the attribute.", 0},
    {"hash", bi_hash, "(obj, /)", "The hash of an object.", 0},
    {"hex", bi_hex, "(number, /)", "The hexadecimal representation of an integer.\n\n>>> hex(255)\n'0xff'", 0},
    {"id", bi_id, "(obj, /)", "The identity of an object: its address.", 0},
    {"input", bi_input, "(prompt=?, /)", "Read a line from standard input, without its newline.", 0},
    {"isinstance", bi_isinstance, "(obj, class_or_tuple, /)", "Whether obj is an instance of a class or of one of a tuple.", 0},
    {"issubclass", bi_issubclass, "(cls, class_or_tuple, /)", "Whether cls is derived from a class or from one of a tuple.", 0},
    {"iter", bi_iter, "(object, sentinel=?, /)", "An iterator over an object; or over calls until the sentinel is returned.", 0},
    {"len", bi_len, "(obj, /)", "The number of items in a container.", 0},
    {"locals", bi_locals, "()", "A dictionary of the current local variables.", 0},
    {"max", bi_max, "(*args, key=None, default=?)", "max(iterable, *[, default, key]) or max(first, second, *more[, key])\n\nThe largest item of an iterable or of the arguments.", 0},
    {"min", bi_min, "(*args, key=None, default=?)", "min(iterable, *[, default, key]) or min(first, second, *more[, key])\n\nThe smallest item of an iterable or of the arguments.", 0},
    {"next", bi_next, "(iterator, default=?, /)", "The next item of an iterator, or the default at its end.", 0},
    {"oct", bi_oct, "(number, /)", "The octal representation of an integer.\n\n>>> oct(9)\n'0o11'", 0},
    {"ord", bi_ord, "(c, /)", "The ordinal of a string of one character.", 0},
    {"pow", bi_pow, "(base, exp, mod=None)", "base to the power exp, modulo mod if given.", 0},
    {"print", bi_print, "(*args, sep=' ', end='\\n', file=None, flush=False)", "Write the values to a stream, sys.stdout by default.", 0},
    {"repr", bi_repr, "(obj, /)", "The canonical string of an object.", 0},
    {"round", bi_round, "(number, ndigits=None)", "Round a number to some digits after the decimal point.", 0},
    {"setattr", bi_setattr, "(obj, name, value, /)", "Set an attribute.", 0},
    {"sorted", bi_sorted, "(iterable, /, *, key=None, reverse=False)", "A new list of the items in ascending order.", 0},
    {"sum", bi_sum, "(iterable, /, start=0)", "The start value plus all the items.", 0},
    {"vars", bi_vars, "(object=?, /)", "object.__dict__, or the local variables.", 0},
    {0}};

static WfStatus builtins_init(WfThread *t, WfValue module)
{
    static const uint16_t types[] = {
        WF_TID_OBJECT, WF_TID_TYPE, WF_TID_INT, WF_TID_BOOL, WF_TID_FLOAT, WF_TID_COMPLEX, WF_TID_STR, WF_TID_BYTES, WF_TID_BYTEARRAY,
        WF_TID_MEMORYVIEW, WF_TID_LIST, WF_TID_TUPLE, WF_TID_DICT, WF_TID_SET, WF_TID_FROZENSET, WF_TID_PROPERTY, WF_TID_CLASSMETHOD,
        WF_TID_STATICMETHOD, WF_TID_SUPER, WF_TID_SLICE, WF_TID_RANGE, WF_TID_ENUMERATE, WF_TID_ZIP, WF_TID_MAP, WF_TID_FILTER,
        WF_TID_REVERSED};
    for (size_t i = 0; i < WF_ARRAY_LEN(types); i++) {
        if (wf_module_add_type(t, module, (WfType *)(WF_STATIC_TYPES + (uint64_t)types[i] * WF_STATIC_TYPE_CELL)) != WF_OK) {
            return WF_RAISED;
        }
    }
    for (int tid = WF_TID_BaseException; tid <= WF_TID_UserWarning; tid++) {
        if (wf_module_add_type(t, module, (WfType *)(WF_STATIC_TYPES + (uint64_t)tid * WF_STATIC_TYPE_CELL)) != WF_OK) {
            return WF_RAISED;
        }
    }
    WfValue os_error = wf_from_object(WF_TYPE(OSError));
    if (wf_module_add(t, module, "EnvironmentError", os_error) != WF_OK || wf_module_add(t, module, "IOError", os_error) != WF_OK
        || wf_module_add(t, module, "None", WF_NONE) != WF_OK || wf_module_add(t, module, "True", WF_TRUE) != WF_OK
        || wf_module_add(t, module, "False", WF_FALSE) != WF_OK || wf_module_add(t, module, "Ellipsis", WF_ELLIPSIS) != WF_OK
        || wf_module_add(t, module, "NotImplemented", WF_NOT_IMPLEMENTED) != WF_OK
        || wf_module_add(t, module, "__debug__", WF_BOOL(wf_config(t)->optimize == 0)) != WF_OK) {
        return WF_RAISED;
    }
    return WF_OK;
}

const WfModuleDef wf_module_builtins = {
    .name = "builtins",
    .doc = "Functions, types, exceptions and constants that every program sees.",
    .functions = functions,
    .init = builtins_init,
};
