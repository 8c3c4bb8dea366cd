/* _io.c - module _io: open(), the standard streams, the table of the types.
 * SPDX-License-Identifier: MIT */
#include "modules/_io/io.h"

#include "objects/module_state.h"
#include "objects/tuple.h"

#include <errno.h>
#include <fcntl.h>
#include <locale.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

/* --- open ------------------------------------------------------------------------------------------------------------ */

typedef struct Mode {
    bool create, read, write, append, plus, text, binary;
} Mode;

static WfStatus parse_mode(WfThread *t, const char *s, Mode *m)
{
    *m = (Mode){0};
    for (const char *p = s; *p != 0; p++) {
        bool *flag = *p == 'x' ? &m->create
            : *p == 'r'        ? &m->read
            : *p == 'w'        ? &m->write
            : *p == 'a'        ? &m->append
            : *p == '+'        ? &m->plus
            : *p == 't'        ? &m->text
            : *p == 'b'        ? &m->binary
                               : NULL;
        if (flag == NULL || *flag) {
            return WF_FAIL(wf_raise(t, WF_EXC(ValueError), "invalid mode: '%s'", s));
        }
        *flag = true;
    }
    if (m->text && m->binary) {
        return WF_FAIL(wf_raise(t, WF_EXC(ValueError), "can't have text and binary mode at once"));
    }
    if (m->create + m->read + m->write + m->append != 1) {
        return WF_FAIL(wf_raise(t, WF_EXC(ValueError), "must have exactly one of create/read/write/append mode"));
    }
    return WF_OK;
}

static WfStatus check_text(WfThread *t, WfValue v, const char *name)
{
    return wf_is_none(v) || wf_is_str(v)
        ? WF_OK
        : WF_FAIL(wf_raise(t, WF_EXC(TypeError), "open() argument '%s' must be str or None, not %T", name, v));
}

/* After an error: closes the stream, the error goes on. */
static WfValue give_up(WfThread *t, WfValue stream)
{
    WfValue first = wf_take_pending(t);
    if (wf_is_empty(wf_call_method0(t, stream, WF_NAME(close)))) {
        wf_io_chain(t, first);
    } else {
        wf_restore_pending(t, first);
    }
    return WF_EMPTY;
}

static WfValue new_stream(WfThread *t, WfType *type, const WfValue *args, int64_t n)
{
    return wf_call(t, wf_from_object(type), args, n);
}

/* The layers above raw. */
static WfValue wrap(WfThread *t, WfValue raw, const Mode *m, WfValue mode, int64_t buffering, WfValue encoding, WfValue errors,
                    WfValue newline)
{
    bool tty = false, line_buffering;
    WfValue v;
    if (buffering < 0) {
        v = wf_call_method0(t, raw, WF_NAME(isatty));
        WfFound is_tty = wf_is_empty(v) ? WF_ERROR : wf_truth(t, v);
        if (is_tty == WF_ERROR) {
            return give_up(t, raw);
        }
        tty = is_tty == WF_FOUND;
    }
    line_buffering = buffering == 1 || tty;
    if (line_buffering) {
        buffering = -1;
    }
    if (buffering < 0) {
        v = wf_getattr(t, raw, WF_NAME(_blksize));
        if (wf_is_empty(v) || wf_io_offset(t, v, &buffering) != WF_OK) {
            return give_up(t, raw);
        }
    }
    if (buffering < 0) {
        (void)wf_raise(t, WF_EXC(ValueError), "invalid buffering size");
        return give_up(t, raw);
    }
    if (buffering == 0) {
        if (!m->binary) {
            (void)wf_raise(t, WF_EXC(ValueError), "can't have unbuffered text I/O");
            return give_up(t, raw);
        }
        return raw;
    }
    WfType *type = m->plus                          ? WF_TYPE(IO_BUFFERED_RANDOM)
        : m->create || m->write || m->append ? WF_TYPE(IO_BUFFERED_WRITER)
                                             : WF_TYPE(IO_BUFFERED_READER);
    WfValue buffer = new_stream(t, type, (WfValue[]){raw, wf_small_int(buffering)}, 2);
    if (wf_is_empty(buffer)) {
        return give_up(t, raw);
    }
    if (m->binary) {
        return buffer;
    }
    WfValue args[] = {buffer, encoding, errors, newline, WF_BOOL(line_buffering)};
    WfValue text = new_stream(t, WF_TYPE(IO_TEXT), args, 5);
    if (wf_is_empty(text)) {
        return give_up(t, buffer);
    }
    return wf_setattr(t, text, WF_NAME(mode), mode) == WF_OK ? text : give_up(t, text);
}

static WF_NOINLINE WfValue open_file(WfThread *t, WfValue *a)
{
    WfValue file = a[0], mode = a[1], encoding = a[3], errors = a[4], newline = a[5], closefd = a[6], opener = a[7];
    int buffering;
    Mode m;
    int64_t n;
    if (!wf_is_str(mode)) {
        return wf_raise(t, WF_EXC(TypeError), "open() argument 'mode' must be str, not %T", mode);
    }
    const char *s = wf_str_utf8(t, mode, &n);
    if (s == NULL || wf_to_int(t, a[2], &buffering) != WF_OK || check_text(t, encoding, "encoding") != WF_OK
        || check_text(t, errors, "errors") != WF_OK || check_text(t, newline, "newline") != WF_OK) {
        return WF_EMPTY;
    }
    if ((int64_t)strlen(s) != n) {
        return wf_raise(t, WF_EXC(ValueError), "embedded null character");
    }
    if (parse_mode(t, s, &m) != WF_OK) {
        return WF_EMPTY;
    }
    const char *what = !wf_is_none(encoding) ? "encoding" : !wf_is_none(errors) ? "errors" : !wf_is_none(newline) ? "newline" : NULL;
    if (m.binary && what != NULL) {
        return wf_raise(t, WF_EXC(ValueError), "binary mode doesn't take %s %s argument", what[0] == 'e' ? "an" : "a", what);
    }
    if (m.binary && buffering == 1
        && wf_warn(t, WF_EXC(RuntimeWarning), 1,
                   "line buffering (buffering=1) isn't supported in binary mode, the default buffer size will be used")
            != WF_OK) {
        return WF_EMPTY;
    }
    char raw_mode[8];
    snprintf(raw_mode, sizeof raw_mode, "%s%s%s%s%s", m.create ? "x" : "", m.read ? "r" : "", m.write ? "w" : "", m.append ? "a" : "",
             m.plus ? "+" : "");
    WfValue raw_mode_value = wf_str_from_cstr(t, raw_mode);
    if (wf_is_empty(raw_mode_value)) {
        return raw_mode_value;
    }
    WfValue raw = new_stream(t, WF_TYPE(IO_FILE), (WfValue[]){file, raw_mode_value, closefd, opener}, 4);
    return wf_is_empty(raw) ? raw : wrap(t, raw, &m, mode, buffering, encoding, errors, newline);
}

/* A descriptor, or a path as str or bytes. */
static WF_NOINLINE WfValue file_of(WfThread *t, WfValue file)
{
    if (wf_is_any_int(file) || wf_is_str(file) || wf_is_bytes(file)) {
        return file;
    }
    WfValue fspath = wf_lookup_special(t, file, WF_NAME(__fspath__));
    if (wf_is_empty(fspath)) {
        return wf_pending(t) ? WF_EMPTY : wf_raise(t, WF_EXC(TypeError), "expected str, bytes or os.PathLike object, not %T", file);
    }
    WfValue path = wf_call0(t, fspath);
    if (!wf_is_empty(path) && !wf_is_str(path) && !wf_is_bytes(path)) {
        return wf_raise(t, WF_EXC(TypeError), "expected %T.__fspath__() to return str or bytes, not %T", file, path);
    }
    return path;
}

/* A program may rely on a file that it dropped being closed, and written. Here, where the C stack holds little: the frame of
 * open_file has in it what the last call left there. */
static WfValue io_open(WfThread *t, WfValue *a)
{
    WfValue args[8] = {file_of(t, a[0]), a[1], a[2], a[3], a[4], a[5], a[6], a[7]};
    if (wf_is_empty(args[0])) {
        return args[0];
    }
    if (!wf_is_any_int(args[0]) && wf_fileio_is_written(t, args[0])) {
        (void)wf_gc_collect(t, WF_GC_PROMPT);
    } else {
        wf_gc_look(t, NULL);
    }
    if ((wf_breaker(t) & WF_BREAK_FINALIZE) != 0) {
        wf_gc_run_finalizers(t);
    }
    return open_file(t, args);
}

static WfValue io_open_code(WfThread *t, WfValue *a)
{
    if (!wf_is_str(a[0])) {
        return wf_raise(t, WF_EXC(TypeError), "open_code() argument 'path' must be str, not %T", a[0]);
    }
    WfValue mode = wf_str_from_cstr(t, "rb");
    if (wf_is_empty(mode)) {
        return mode;
    }
    WfValue args[] = {a[0], mode, wf_small_int(-1), WF_NONE, WF_NONE, WF_NONE, WF_TRUE, WF_NONE};
    return open_file(t, args);
}

static WfValue io_text_encoding(WfThread *t, WfValue *a)
{
    if (!wf_is_none(a[0])) {
        return a[0];
    }
    int level;
    if (wf_to_int(t, a[1], &level) != WF_OK) {
        return WF_EMPTY;
    }
    if (wf_config(t)->warn_default_encoding
        && wf_warn(t, WF_EXC(EncodingWarning), level, "'encoding' argument not specified") != WF_OK) {
        return WF_EMPTY;
    }
    return wf_config(t)->utf8_mode ? WF_NAME_V(utf8_dash) : wf_str_from_cstr(t, "locale");
}

/* --- the standard streams ------------------------------------------------------------------------------------------------- */

static const char *std_errors(int fd)
{
    static const char *const lenient[] = {"C", "POSIX", "C.UTF-8", "C.utf8", "UTF-8"};
    if (fd == 2) {
        return "backslashreplace";
    }
    const char *name = setlocale(LC_CTYPE, NULL);
    for (size_t i = 0; name != NULL && i < WF_ARRAY_LEN(lenient); i++) {
        if (strcmp(name, lenient[i]) == 0) {
            return "surrogateescape";
        }
    }
    return "strict";
}

static WfValue io_make_std_stream(WfThread *t, WfValue *a)
{
    static const char *const names[] = {"<stdin>", "<stdout>", "<stderr>"};
    int fd;
    struct stat s;
    if (wf_to_int(t, a[0], &fd) != WF_OK) {
        return WF_EMPTY;
    }
    if (fd < 0 || fd > 2 || fstat(fd, &s) < 0) {
        return WF_NONE;
    }
    bool unbuffered = wf_is_true(a[1]) && fd != 0, write = fd != 0;
    char encoding[64] = "";
    const char *errors = std_errors(fd), *given = wf_config(t)->ignore_environment ? NULL : getenv("PYTHONIOENCODING");
    char given_errors[64] = "";
    snprintf(encoding, sizeof encoding, "%s", strcmp(wf_io_locale_encoding(t), "UTF-8") == 0 ? "utf-8" : wf_io_locale_encoding(t));
    if (wf_config(t)->utf8_mode && fd != 2) {
        errors = "surrogateescape";
    }
    if (given != NULL && *given != 0) {
        const char *colon = strchr(given, ':');
        size_t n = colon == NULL ? strlen(given) : (size_t)(colon - given);
        if (n > 0 && n < sizeof encoding) {
            memcpy(encoding, given, n);
            encoding[n] = 0;
            if (fd != 2) {
                errors = "strict";
            }
        }
        if (colon != NULL && colon[1] != 0 && fd != 2) {
            snprintf(given_errors, sizeof given_errors, "%s", colon + 1);
            errors = given_errors;
        }
    }
    WfValue raw_mode = wf_str_from_cstr(t, write ? "wb" : "rb");
    WfValue raw = wf_is_empty(raw_mode)
        ? raw_mode
        : new_stream(t, WF_TYPE(IO_FILE), (WfValue[]){wf_small_int(fd), raw_mode, WF_FALSE}, 3);
    if (wf_is_empty(raw)) {
        return raw;
    }
    WfValue name = wf_str_from_cstr(t, names[fd]), tty = wf_call_method0(t, raw, WF_NAME(isatty));
    if (wf_is_empty(name) || wf_is_empty(tty) || wf_setattr(t, raw, WF_NAME(name), name) != WF_OK) {
        return WF_EMPTY;
    }
    wf_io_set_flag(raw, WF_IO_STD, true);
    WfValue buffer = raw;
    if (!unbuffered) {
        buffer = new_stream(t, write ? WF_TYPE(IO_BUFFERED_WRITER) : WF_TYPE(IO_BUFFERED_READER), &raw, 1);
        if (wf_is_empty(buffer)) {
            return buffer;
        }
        wf_io_set_flag(buffer, WF_IO_STD, true);
    }
    WfValue args[] = {buffer,
                      wf_str_from_cstr(t, encoding),
                      wf_str_from_cstr(t, errors),
                      WF_NAME_V(newline_char),
                      WF_BOOL((wf_is_true(tty) || fd == 2) && !unbuffered),
                      WF_BOOL(unbuffered)};
    if (!write) {
        args[3] = WF_NONE;
    }
    if (wf_is_empty(args[1]) || wf_is_empty(args[2])) {
        return WF_EMPTY;
    }
    WfValue text = new_stream(t, WF_TYPE(IO_TEXT), args, 6);
    WfValue mode = wf_is_empty(text) ? text : wf_str_from_cstr(t, write ? "w" : "r");
    if (wf_is_empty(mode) || wf_setattr(t, text, WF_NAME(mode), mode) != WF_OK) {
        return WF_EMPTY;
    }
    wf_io_set_flag(text, WF_IO_STD, true);
    return text;
}

/* --- the module ------------------------------------------------------------------------------------------------------------ */

static WfStatus io_init(WfThread *t, WfValue module)
{
    static const int types[] = {WF_TID_IO_BASE,           WF_TID_IO_RAW_BASE,        WF_TID_IO_BUFFERED_BASE,   WF_TID_IO_TEXT_BASE,
                                WF_TID_IO_FILE,           WF_TID_IO_BYTES,           WF_TID_IO_STRING,          WF_TID_IO_BUFFERED_READER,
                                WF_TID_IO_BUFFERED_WRITER, WF_TID_IO_BUFFERED_RWPAIR, WF_TID_IO_BUFFERED_RANDOM, WF_TID_IO_NEWLINE_DECODER,
                                WF_TID_IO_TEXT};
    for (size_t i = 0; i < WF_ARRAY_LEN(types); i++) {
        WfType *type = (WfType *)(WF_STATIC_TYPES + (uint64_t)types[i] * WF_STATIC_TYPE_CELL);
        if (wf_module_add_type(t, module, type) != WF_OK) {
            return WF_RAISED;
        }
    }
    if (wf_type_ready(t, WF_TYPE(IO_BYTES_BUFFER)) != WF_OK) {
        return WF_RAISED;
    }
    WfValue unsupported = wf_module_state_get(t, "_io.UnsupportedOperation");
    if (wf_is_empty(unsupported)) {
        WfValue bases = wf_tuple_pair(t, wf_from_object(WF_EXC(OSError)), wf_from_object(WF_EXC(ValueError)));
        WfValue ns = wf_is_empty(bases) ? bases : wf_dict_new(t), name = wf_str_from_cstr(t, "UnsupportedOperation");
        WfValue module_name = wf_str_from_cstr(t, "io");
        if (wf_is_empty(ns) || wf_is_empty(name) || wf_dict_set_str(t, wf_as_dict(ns), WF_NAME(__module__), module_name) != WF_OK) {
            return WF_RAISED;
        }
        unsupported = wf_call3(t, wf_from_object(WF_TYPE(TYPE)), name, bases, ns);
        if (wf_is_empty(unsupported)) {
            return WF_RAISED;
        }
        unsupported = wf_module_state_keep(t, "_io.UnsupportedOperation", unsupported);
    }
    if (wf_module_add(t, module, "UnsupportedOperation", unsupported) != WF_OK
        || wf_module_add(t, module, "BlockingIOError", wf_from_object(WF_EXC(BlockingIOError))) != WF_OK) {
        return WF_RAISED;
    }
    return wf_module_add_int(t, module, "DEFAULT_BUFFER_SIZE", WF_IO_BUFFER_SIZE);
}

static const WfBuiltinDef functions[] = {
    {"open", io_open,
     "(file, mode='r', buffering=-1, encoding=None, errors=None, newline=None, closefd=True, opener=None)",
     "Open a file and return a stream: text, or with 'b' in mode bytes.", 0},
    {"open_code", io_open_code, "(path)", "Open a file to be run.", 0},
    {"text_encoding", io_text_encoding, "(encoding, stacklevel=2, /)", "What a function passes on as encoding: 'locale' for None.", 0},
    {"_make_std_stream", io_make_std_stream, "(fd, unbuffered, /)", "A standard stream, or None if the descriptor is closed.", 0},
    {0}};

const WfModuleDef wf_module__io = {
    .name = "_io",
    .doc = "Streams.",
    .functions = functions,
    .init = io_init,
};
