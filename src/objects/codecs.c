/* codecs.c - the registry of codecs, the standard error handlers, and the way from str.encode and bytes.decode to a codec.
 * SPDX-License-Identifier: MIT
 * Design:  search functions, found codecs and handlers hang off the interpreter (a list and two dicts). The names that nearly
 *          everybody uses do not get that far: they are recognised by their spelling and done in C. Handlers are C functions that
 *          work on the exception, as the protocol wants; codecs in C have short ways for the standard names.
 * Threads: the list and the dicts are Python objects with locks of their own; two threads that look up the same new name
 *          may both search for it. */
#include "objects/codecs.h"

#include "base/unicode.h"
#include "model/builtin.h"
#include "objects/bytes_methods.h"
#include "objects/codecs_impl.h"
#include "objects/dict.h"
#include "objects/exceptions.h"
#include "objects/int.h"
#include "objects/list.h"
#include "objects/tuple.h"

/* --- the replacements that standard handlers make ------------------------------------------------------------------ */

static WfValue repeat_char(WfThread *t, uint32_t c, int64_t n)
{
    WfStrBuilder b = WF_STR_BUILDER;
    return wf_builder_fill(t, &b, c, n) < 0 ? WF_EMPTY : wf_builder_finish(t, &b);
}

static WfValue xml_references(WfThread *t, const WfStr *s, int64_t start, int64_t end)
{
    WfStrBuilder b = WF_STR_BUILDER;
    for (int64_t i = start; i < end; i++) {
        if (wf_builder_format(t, &b, "&#%u;", wf_str_at(s, i)) < 0) {
            return WF_EMPTY;
        }
    }
    return wf_builder_finish(t, &b);
}

static WfStatus escape_char(WfThread *t, WfStrBuilder *b, uint32_t c)
{
    return wf_builder_format(t, b, c < 0x100 ? "\\x%02x" : c < 0x10000 ? "\\u%04x" : "\\U%08x", c);
}

static WfValue backslashes(WfThread *t, const WfStr *s, int64_t start, int64_t end, bool names)
{
    WfStrBuilder b = WF_STR_BUILDER;
    for (int64_t i = start; i < end; i++) {
        uint32_t c = wf_str_at(s, i);
        char name[WF_UC_NAME_MAX];
        WfStatus status = names && wf_uc_name(c, name) > 0 ? wf_builder_format(t, &b, "\\N{%s}", name)
                                                           : escape_char(t, &b, c);
        if (status < 0) {
            return WF_EMPTY;
        }
    }
    return wf_builder_finish(t, &b);
}

static WfValue backslashes_of_bytes(WfThread *t, const uint8_t *p, int64_t n)
{
    WfStrBuilder b = WF_STR_BUILDER;
    for (int64_t i = 0; i < n; i++) {
        if (escape_char(t, &b, p[i]) < 0) {
            return WF_EMPTY;
        }
    }
    return wf_builder_finish(t, &b);
}

/* The bytes that surrogates U+DC80..U+DCFF stand for; EMPTY without exception if there are others. */
static WfValue escaped_bytes(WfThread *t, const WfStr *s, int64_t start, int64_t end)
{
    for (int64_t i = start; i < end; i++) {
        if (wf_str_at(s, i) - 0xdc80 >= 0x80) {
            return WF_EMPTY;
        }
    }
    WfValue v = wf_bytes_new(t, NULL, end - start);
    for (int64_t i = start; !wf_is_empty(v) && i < end; i++) {
        wf_as_bytes(v)->data[i - start] = (uint8_t)wf_str_at(s, i);
    }
    return v;
}

/* --- handlers as functions of the exception ---------------------------------------------------------------------------- */

typedef struct Problem {
    bool encode, decode, translate;
    WfStr *str;
    const uint8_t *bytes;
    int64_t length, start, end;
    WfStr *encoding;
} Problem;

static WfStatus unhandled(WfThread *t, WfValue exc)
{
    return WF_FAIL(wf_raise(t, WF_EXC(TypeError), "don't know how to handle %T in error callback", exc));
}

static WfStatus problem_of(WfThread *t, WfValue exc, Problem *p)
{
    *p = (Problem){.encode = wf_is_instance_of(exc, WF_EXC(UnicodeEncodeError)),
                   .decode = wf_is_instance_of(exc, WF_EXC(UnicodeDecodeError)),
                   .translate = wf_is_instance_of(exc, WF_EXC(UnicodeTranslateError))};
    if (!p->encode && !p->decode && !p->translate) {
        return unhandled(t, exc);
    }
    WfValue object = wf_exc_field(exc, WF_UNI_OBJECT), start = wf_exc_field(exc, WF_UNI_START),
            end = wf_exc_field(exc, WF_UNI_END), encoding = wf_exc_field(exc, WF_UNI_ENCODING);
    if (p->decode) {
        if (!wf_is_bytes(object)) {
            return WF_FAIL(wf_raise(t, WF_EXC(TypeError), "object attribute must be bytes"));
        }
        p->bytes = wf_as_bytes(object)->data;
        p->length = wf_as_bytes(object)->length;
    } else {
        if (!wf_is_str(object)) {
            return WF_FAIL(wf_raise(t, WF_EXC(TypeError), "object attribute must be unicode"));
        }
        p->str = wf_as_str(object);
        p->length = p->str->length;
    }
    p->encoding = wf_is_str(encoding) ? wf_as_str(encoding) : WF_NAME(empty);
    if (!wf_is_any_int(start) || !wf_is_any_int(end) || !wf_int_to_i64(start, &p->start)
        || !wf_int_to_i64(end, &p->end)) {
        return WF_FAIL(wf_raise(t, WF_EXC(TypeError), "start and end attributes must be int"));
    }
    p->start = p->start < 0 ? 0 : p->start;
    p->start = p->start >= p->length && p->length > 0 ? p->length - 1 : p->start;
    p->end = p->end < 1 ? 1 : p->end;
    p->end = p->end > p->length ? p->length : p->end;
    return WF_OK;
}

static WfValue handled(WfThread *t, WfValue text, int64_t position)
{
    return wf_is_empty(text) ? WF_EMPTY : WF_TUPLE_OF(t, text, wf_small_int(position));
}

static WfValue strict_errors(WfThread *t, WfValue *a)
{
    if (!wf_is_exception(a[0])) {
        return wf_raise(t, WF_EXC(TypeError), "codec must pass exception instance");
    }
    return wf_raise_object(t, a[0]);
}
static WfValue ignore_errors(WfThread *t, WfValue *a)
{
    Problem p;
    return problem_of(t, a[0], &p) < 0 ? WF_EMPTY : handled(t, WF_NAME_V(empty), p.end);
}
static WfValue replace_errors(WfThread *t, WfValue *a)
{
    Problem p;
    if (problem_of(t, a[0], &p) < 0) {
        return WF_EMPTY;
    }
    int64_t n = p.end > p.start ? p.end - p.start : 0;
    return handled(t, repeat_char(t, p.encode ? '?' : 0xfffd, p.decode ? 1 : n), p.end);
}
static WfValue xmlcharrefreplace_errors(WfThread *t, WfValue *a)
{
    Problem p;
    if (problem_of(t, a[0], &p) < 0) {
        return WF_EMPTY;
    }
    return p.encode ? handled(t, xml_references(t, p.str, p.start, p.end), p.end)
                    : (unhandled(t, a[0]), WF_EMPTY);
}
static WfValue backslashreplace_errors(WfThread *t, WfValue *a)
{
    Problem p;
    if (problem_of(t, a[0], &p) < 0) {
        return WF_EMPTY;
    }
    return handled(t,
                   p.decode ? backslashes_of_bytes(t, p.bytes + p.start, p.end - p.start)
                            : backslashes(t, p.str, p.start, p.end, false),
                   p.end);
}
static WfValue namereplace_errors(WfThread *t, WfValue *a)
{
    Problem p;
    if (problem_of(t, a[0], &p) < 0) {
        return WF_EMPTY;
    }
    return p.encode ? handled(t, backslashes(t, p.str, p.start, p.end, true), p.end)
                    : (unhandled(t, a[0]), WF_EMPTY);
}

/* Which of the encodings that can hold surrogates is it? Bytes of a code unit; 0: another. */
static int surrogate_unit(const WfStr *encoding, bool *big)
{
    char name[16];
    int n = 0;
    for (int64_t i = 0; i < encoding->length && n < 15; i++) {
        uint32_t c = wf_str_at(encoding, i);
        if (c != '-' && c != '_') {
            name[n++] = (char)(c >= 'A' && c <= 'Z' ? c + 32 : c < 128 ? c : '?');
        }
    }
    name[n] = 0;
    *big = false;
    if (strcmp(name, "utf8") == 0 || strcmp(name, "cputf8") == 0) {
        return 3;
    }
    int unit = strncmp(name, "utf16", 5) == 0 ? 2 : strncmp(name, "utf32", 5) == 0 ? 4 : 0;
    if (unit > 0 && name[5] != 0 && strcmp(name + 5, "le") != 0) {
        *big = true;
        return strcmp(name + 5, "be") == 0 ? unit : 0;
    }
    return unit;
}

static WfValue surrogatepass_errors(WfThread *t, WfValue *a)
{
    Problem p;
    bool big;
    if (problem_of(t, a[0], &p) < 0) {
        return WF_EMPTY;
    }
    if (p.translate) {
        return (unhandled(t, a[0]), WF_EMPTY);
    }
    int unit = surrogate_unit(p.encoding, &big);
    if (unit == 0) {
        return wf_raise_object(t, a[0]);
    }
    if (p.encode) {
        WfValue v = wf_bytes_new(t, NULL, (p.end - p.start) * unit);
        if (wf_is_empty(v)) {
            return WF_EMPTY;
        }
        uint8_t *o = wf_as_bytes(v)->data;
        for (int64_t i = p.start; i < p.end; i++, o += unit) {
            uint32_t c = wf_str_at(p.str, i);
            if (c - 0xd800 >= 0x800) {
                return wf_raise_object(t, a[0]);
            }
            if (unit == 3) {
                o[0] = (uint8_t)(0xe0 | c >> 12);
                o[1] = (uint8_t)(0x80 | (c >> 6 & 0x3f));
                o[2] = (uint8_t)(0x80 | (c & 0x3f));
            } else {
                int low = big ? unit - 1 : 0, high = big ? unit - 2 : 1;
                o[low] = (uint8_t)c;
                o[high] = (uint8_t)(c >> 8);
            }
        }
        return handled(t, v, p.end);
    }
    const uint8_t *q = p.bytes + p.start;
    uint32_t c = 0;
    if (p.length - p.start >= unit) {
        if (unit == 3) {
            if ((q[0] & 0xf0) == 0xe0 && (q[1] & 0xc0) == 0x80 && (q[2] & 0xc0) == 0x80) {
                c = (q[0] & 15u) << 12 | (q[1] & 0x3fu) << 6 | (q[2] & 0x3fu);
            }
        } else {
            for (int i = 0; i < unit; i++) {
                c = c << 8 | q[big ? i : unit - 1 - i];
            }
        }
    }
    if (c - 0xd800 >= 0x800) {
        return wf_raise_object(t, a[0]);
    }
    return handled(t, wf_str_from_char(t, c), p.start + unit);
}

static WfValue surrogateescape_errors(WfThread *t, WfValue *a)
{
    Problem p;
    if (problem_of(t, a[0], &p) < 0) {
        return WF_EMPTY;
    }
    if (p.translate) {
        return (unhandled(t, a[0]), WF_EMPTY);
    }
    if (p.encode) {
        WfValue v = escaped_bytes(t, p.str, p.start, p.end);
        if (wf_is_empty(v)) {
            return wf_pending(t) ? WF_EMPTY : wf_raise_object(t, a[0]);
        }
        return handled(t, v, p.end);
    }
    uint16_t out[4];
    int64_t n = 0;
    while (n < 4 && p.start + n < p.end && p.bytes[p.start + n] >= 0x80) {
        out[n] = (uint16_t)(0xdc00 + p.bytes[p.start + n]);
        n++;
    }
    return n == 0 ? wf_raise_object(t, a[0]) : handled(t, wf_str_from_kind(t, 2, out, n), p.start + n);
}

static const WfBuiltinDef handlers[] = {
    {"strict_errors", strict_errors, "(exception, /)", "Raises the exception."},
    {"ignore_errors", ignore_errors, "(exception, /)", "Leaves out what cannot be coded."},
    {"replace_errors", replace_errors, "(exception, /)", "Puts a replacement character."},
    {"xmlcharrefreplace_errors", xmlcharrefreplace_errors, "(exception, /)", "Puts XML character references."},
    {"backslashreplace_errors", backslashreplace_errors, "(exception, /)", "Puts escapes with backslashes."},
    {"namereplace_errors", namereplace_errors, "(exception, /)", "Puts \\N{...} escapes."},
    {"surrogatepass", surrogatepass_errors, "(exception, /)", "Codes surrogates as they are."},
    {"surrogateescape", surrogateescape_errors, "(exception, /)", "Maps bytes to surrogates and back."},
};
static const char *const handler_names[] = {"strict",           "ignore",      "replace",       "xmlcharrefreplace",
                                            "backslashreplace", "namereplace", "surrogatepass", "surrogateescape"};

/* --- the registry ---------------------------------------------------------------------------------------------------------- */

static WfValue error_dict(WfThread *t)
{
    WfValue d = t->interp->codec_errors;
    if (!wf_is_empty(d)) {
        return d;
    }
    d = wf_dict_new(t);
    for (size_t i = 0; !wf_is_empty(d) && i < WF_ARRAY_LEN(handlers); i++) {
        WfValue f = wf_builtin_new(t, &handlers[i], WF_EMPTY, NULL);
        if (wf_is_empty(f) || wf_dict_set_cstr(t, wf_as_dict(d), handler_names[i], f) < 0) {
            return WF_EMPTY;
        }
    }
    wf_mutex_lock(t, &t->interp->lock);
    if (wf_is_empty(t->interp->codec_errors)) {
        t->interp->codec_errors = d;
    }
    wf_mutex_unlock(&t->interp->lock);
    return t->interp->codec_errors;
}

WfValue wf_codec_lookup_error(WfThread *t, const char *name)
{
    WfValue d = error_dict(t), v = WF_EMPTY, key;
    if (name == NULL) {
        name = "strict";
    }
    key = wf_is_empty(d) ? WF_EMPTY : wf_str_from_cstr(t, name);
    if (wf_is_empty(key)) {
        return WF_EMPTY;
    }
    WfFound found = wf_dict_get(t, wf_as_dict(d), key, &v);
    if (found == WF_MISSING) {
        return wf_raise(t, WF_EXC(LookupError), "unknown error handler name '%s'", name);
    }
    return found < 0 ? WF_EMPTY : v;
}

WfStatus wf_codec_register_error(WfThread *t, WfValue name, WfValue handler)
{
    WfValue d = error_dict(t);
    if (wf_is_empty(d)) {
        return WF_RAISED;
    }
    if (!wf_is_callable(handler)) {
        return WF_FAIL(wf_raise(t, WF_EXC(TypeError), "handler must be callable"));
    }
    return wf_dict_set(t, wf_as_dict(d), name, handler);
}

/* The list of search functions and the cache; the package encodings puts itself into the list when it is imported. */
static WfStatus registry(WfThread *t)
{
    WfInterp *in = t->interp;
    if (!wf_is_empty(in->codec_search)) {
        return WF_OK;
    }
    WfValue list = wf_list_new(t, 1), dict = wf_is_empty(list) ? WF_EMPTY : wf_dict_new(t);
    if (wf_is_empty(dict)) {
        return WF_RAISED;
    }
    wf_mutex_lock(t, &in->lock);
    if (wf_is_empty(in->codec_search)) {
        in->codec_cache = dict;
        in->codec_search = list;
    }
    wf_mutex_unlock(&in->lock);
    return WF_OK;
}

static WfStatus import_encodings(WfThread *t)
{
    WfValue import = wf_getitem(t, t->interp->builtins, WF_NAME_V(__import__));
    WfStr *name = wf_is_empty(import) ? NULL : wf_str_intern_cstr(t, "encodings");
    return name == NULL || wf_is_empty(wf_call1(t, import, wf_from_object(name))) ? WF_RAISED : WF_OK;
}

WfStatus wf_codec_register(WfThread *t, WfValue search)
{
    if (!wf_is_callable(search)) {
        return WF_FAIL(wf_raise(t, WF_EXC(TypeError), "argument must be callable"));
    }
    return registry(t) < 0 ? WF_RAISED : wf_list_append(t, wf_as_list(t->interp->codec_search), search);
}

WfStatus wf_codec_unregister(WfThread *t, WfValue search)
{
    if (registry(t) < 0) {
        return WF_RAISED;
    }
    WfList *list = wf_as_list(t->interp->codec_search);
    WfValue v;
    for (int64_t i = 0; !wf_is_empty(v = wf_list_at(list, i)); i++) {
        if (wf_is(v, search)) {
            wf_dict_clear(t, wf_as_dict(t->interp->codec_cache));
            return wf_is_empty(wf_list_pop(t, list, i)) ? WF_RAISED : WF_OK;
        }
    }
    return WF_OK;
}

/* Lower case, with '_' for each run of characters that are neither alphanumeric nor '.'. */
static WfValue normalized(WfThread *t, const char *name)
{
    WfStrBuilder b = WF_STR_BUILDER;
    bool gap = false;
    for (const char *p = name; *p != 0; p++) {
        uint8_t c = (uint8_t)*p;
        bool word = (uint8_t)(c - '0') < 10 || (uint8_t)((c | 0x20) - 'a') < 26 || c == '.';
        if (!word) {
            gap = true;
            continue;
        }
        if ((gap && b.length > 0 && wf_builder_char(t, &b, '_') < 0)
            || wf_builder_char(t, &b, (uint8_t)(c - 'A') < 26 ? c + 32u : c) < 0) {
            return WF_EMPTY;
        }
        gap = false;
    }
    return wf_builder_finish(t, &b);
}

WfValue wf_codec_lookup(WfThread *t, const char *encoding)
{
    WfValue key = registry(t) < 0 ? WF_EMPTY : normalized(t, encoding), v;
    key = wf_is_empty(key) ? WF_EMPTY : wf_str_intern(t, key);
    if (wf_is_empty(key)) {
        return WF_EMPTY;
    }
    WfDict *cache = wf_as_dict(t->interp->codec_cache);
    v = wf_dict_get_str(cache, wf_as_str(key));
    if (!wf_is_empty(v)) {
        return v;
    }
    WfList *list = wf_as_list(t->interp->codec_search);
    if (wf_list_length(list) == 0) {
        if (import_encodings(t) < 0) {
            return WF_EMPTY;
        }
        if (wf_list_length(list) == 0) {
            return wf_raise(t, WF_EXC(LookupError), "no codec search functions registered: can't find encoding");
        }
    }
    WfValue search;
    for (int64_t i = 0; !wf_is_empty(search = wf_list_at(list, i)); i++) {
        v = wf_call1(t, search, key);
        if (wf_is_empty(v)) {
            return WF_EMPTY;
        }
        if (wf_is_none(v)) {
            continue;
        }
        if (!wf_is_tuple(v) || wf_as_tuple(v)->length != 4) {
            return wf_raise(t, WF_EXC(TypeError), "codec search functions must return 4-tuples");
        }
        return wf_dict_set_str(t, cache, wf_as_str(key), v) < 0 ? WF_EMPTY : v;
    }
    return wf_raise(t, WF_EXC(LookupError), "unknown encoding: %s", encoding);
}

/* --- through the registry ---------------------------------------------------------------------------------------------------- */

/* An exception out of a codec gets a successor that says which codec, if its type can be made from one string. */
static void blame_codec(WfThread *t, const char *operation, const char *encoding)
{
    WfValue e = t->exc;
    WfType *type = wf_type(e), *base = WF_EXC(BaseException);
    if (wf_type_is_subtype(type, WF_EXC(UnicodeError)) || type->native_size != base->native_size
        || type->slots.init != base->slots.init || type->slots.new_ != base->slots.new_) {
        return;
    }
    wf_clear_pending(t);
    WfValue dict = WF_EMPTY, args = wf_exception_args(t, e);
    WfFound found = wf_is_empty(args) ? WF_ERROR : wf_getattr_opt(t, e, WF_NAME(__dict__), &dict);
    bool has_attributes = found > 0 && wf_is_dict(dict) && wf_dict_used(wf_as_dict(dict)) > 0;
    wf_restore_pending(t, e);
    if (found < 0 || has_attributes) {
        return;
    }
    WfTuple *x = wf_as_tuple(args);
    if (x->length > 1 || (x->length == 1 && !wf_is_str(wf_tuple_at(x, 0)))) {
        return;
    }
    wf_raise_from_pending(t, type, "%s with '%s' codec failed (%T: %U)", operation, encoding, e,
                          x->length == 1 ? wf_as_str(wf_tuple_at(x, 0)) : WF_NAME(empty));
}

static WfValue call_codec(WfThread *t, WfValue info, int which, WfValue v, const char *encoding, const char *errors)
{
    WfValue args[2] = {v, WF_EMPTY};
    if (errors != NULL) {
        args[1] = wf_str_from_cstr(t, errors);
        if (wf_is_empty(args[1])) {
            return WF_EMPTY;
        }
    }
    WfValue r = wf_call(t, wf_tuple_at(wf_as_tuple(info), which), args, errors == NULL ? 1 : 2);
    if (wf_is_empty(r)) {
        blame_codec(t, which == 0 ? "encoding" : "decoding", encoding);
        return WF_EMPTY;
    }
    if (!wf_is_tuple(r) || wf_as_tuple(r)->length != 2) {
        return wf_raise(t, WF_EXC(TypeError), "%s must return a tuple (object, integer)",
                        which == 0 ? "encoder" : "decoder");
    }
    return wf_tuple_at(wf_as_tuple(r), 0);
}

WfValue wf_codec_encode(WfThread *t, WfValue v, const char *encoding, const char *errors)
{
    WfValue info = wf_codec_lookup(t, encoding);
    return wf_is_empty(info) ? WF_EMPTY : call_codec(t, info, 0, v, encoding, errors);
}

WfValue wf_codec_decode(WfThread *t, WfValue v, const char *encoding, const char *errors)
{
    WfValue info = wf_codec_lookup(t, encoding);
    return wf_is_empty(info) ? WF_EMPTY : call_codec(t, info, 1, v, encoding, errors);
}

/* For str.encode and bytes.decode: LookupError if the codec is not between str and bytes. */
WfValue wf_codec_lookup_text(WfThread *t, const char *encoding, const char *alternative)
{
    WfValue info = wf_codec_lookup(t, encoding), flag = WF_EMPTY;
    if (wf_is_empty(info) || WF_IS_EXACT(info, TUPLE)) {
        return info;
    }
    WfStr *name = wf_str_intern_cstr(t, "_is_text_encoding");
    WfFound found = name == NULL ? WF_ERROR : wf_getattr_opt(t, info, name, &flag);
    if (found > 0) {
        found = wf_truth(t, flag);
        if (found == WF_MISSING) {
            return wf_raise(t, WF_EXC(LookupError), "'%s' is not a text encoding; use %s to handle arbitrary codecs",
                            encoding, alternative);
        }
    }
    return found < 0 ? WF_EMPTY : info;
}

typedef enum Known { OTHER, UTF8, LATIN1, ASCII, UTF16, UTF32 } Known;

/* The encodings that need no registry. */
static Known known_encoding(const char *name)
{
    char s[16];
    size_t n = 0;
    for (; *name != 0 && n < sizeof s - 1; name++) {
        char c = *name;
        s[n++] = (char)((uint8_t)(c - 'A') < 26 ? c + 32 : c == '_' || c == ' ' ? '-' : c);
    }
    s[n] = 0;
    if (*name != 0) {
        return OTHER;
    }
    if (strcmp(s, "utf-8") == 0 || strcmp(s, "utf8") == 0) {
        return UTF8;
    }
    if (strcmp(s, "ascii") == 0 || strcmp(s, "us-ascii") == 0) {
        return ASCII;
    }
    if (strcmp(s, "latin-1") == 0 || strcmp(s, "latin1") == 0 || strcmp(s, "iso-8859-1") == 0
        || strcmp(s, "iso8859-1") == 0) {
        return LATIN1;
    }
    if (strcmp(s, "utf-16") == 0 || strcmp(s, "utf16") == 0) {
        return UTF16;
    }
    if (strcmp(s, "utf-32") == 0 || strcmp(s, "utf32") == 0) {
        return UTF32;
    }
    return OTHER;
}

WfValue wf_str_encode(WfThread *t, WfValue s, const char *encoding, const char *errors)
{
    switch (encoding == NULL ? UTF8 : known_encoding(encoding)) {
    case UTF8: return wf_encode_utf8(t, s, errors);
    case LATIN1: return wf_encode_latin1(t, s, errors);
    case ASCII: return wf_encode_ascii(t, s, errors);
    case UTF16: return wf_encode_utf16(t, s, errors, 0);
    case UTF32: return wf_encode_utf32(t, s, errors, 0);
    default: break;
    }
    WfValue info = wf_codec_lookup_text(t, encoding, "codecs.encode()");
    WfValue v = wf_is_empty(info) ? WF_EMPTY : call_codec(t, info, 0, s, encoding, errors);
    if (wf_is_empty(v) || wf_is_bytes(v)) {
        return v;
    }
    if (wf_is_bytearray(v)) {
        if (wf_warn(t, WF_EXC(RuntimeWarning), 1, "encoder %s returned bytearray instead of bytes; use codecs.encode() to encode to arbitrary types",
                    encoding) < 0) {
            return WF_EMPTY;
        }
        return wf_bytes_from_object(t, v);
    }
    return wf_raise(t, WF_EXC(TypeError),
                    "'%s' encoder returned '%T' instead of 'bytes'; use codecs.encode() to encode to arbitrary types",
                    encoding, v);
}

static WfValue decode(WfThread *t, WfValue object, const void *data, int64_t n, const char *encoding, const char *errors)
{
    int order = 0;
    switch (encoding == NULL ? UTF8 : known_encoding(encoding)) {
    case UTF8: return wf_decode_utf8(t, data, n, errors, NULL);
    case LATIN1: return wf_decode_latin1(t, data, n);
    case ASCII: return wf_decode_ascii(t, data, n, errors);
    case UTF16: return wf_decode_utf16(t, data, n, errors, &order, NULL);
    case UTF32: return wf_decode_utf32(t, data, n, errors, &order, NULL);
    default: break;
    }
    WfValue info = wf_codec_lookup_text(t, encoding, "codecs.decode()");
    if (!wf_is_empty(info) && wf_is_empty(object)) {
        object = wf_bytes_new(t, data, n);
    }
    WfValue v = wf_is_empty(info) || wf_is_empty(object) ? WF_EMPTY : call_codec(t, info, 1, object, encoding, errors);
    if (wf_is_empty(v) || wf_is_str(v)) {
        return v;
    }
    return wf_raise(t, WF_EXC(TypeError),
                    "'%s' decoder returned '%T' instead of 'str'; use codecs.decode() to decode to arbitrary types",
                    encoding, v);
}

WfValue wf_bytes_decode(WfThread *t, const void *data, int64_t n, const char *encoding, const char *errors)
{
    return decode(t, WF_EMPTY, data, n, encoding, errors);
}

WfValue wf_str_from_encoded(WfThread *t, WfValue v, const char *encoding, const char *errors)
{
    if (wf_is_str(v)) {
        return wf_raise(t, WF_EXC(TypeError), "decoding str is not supported");
    }
    WfView view;
    if (!wf_has_buffer(v)) {
        return wf_raise(t, WF_EXC(TypeError), "decoding to str: need a bytes-like object, %T found", v);
    }
    if (wf_view_get(t, v, &view) < 0) {
        return WF_EMPTY;
    }
    WfValue r = decode(t, WF_IS_EXACT(v, BYTES) ? v : WF_EMPTY, view.data, view.length, encoding, errors);
    wf_view_release(t, &view);
    return r;
}

/* --- errors inside the C codecs ------------------------------------------------------------------------------------------------- */

WfValue wf_raise_translate_error(WfThread *t, WfValue object, int64_t start, int64_t end, const char *reason)
{
    WfValue text = wf_str_from_cstr(t, reason);
    if (wf_is_empty(text)) {
        return WF_EMPTY;
    }
    WfValue args[4] = {object, wf_small_int(start), wf_small_int(end), text};
    WfValue exc = wf_call(t, wf_from_object(WF_EXC(UnicodeTranslateError)), args, 4);
    return wf_is_empty(exc) ? WF_EMPTY : wf_raise_object(t, exc);
}

static bool is(const char *errors, const char *name)
{
    return strcmp(errors, name) == 0;
}

static WfValue make_error(WfThread *t, WfType *type, const char *encoding, WfValue object, int64_t start, int64_t end,
                          const char *reason)
{
    WfValue name = wf_str_from_cstr(t, encoding), text = wf_is_empty(name) ? WF_EMPTY : wf_str_from_cstr(t, reason);
    if (wf_is_empty(text)) {
        return WF_EMPTY;
    }
    WfValue args[5] = {name, object, wf_small_int(start), wf_small_int(end), text};
    return wf_call(t, wf_from_object(type), args, 5);
}

/* The handler's verdict on exc: a tuple whose first part is `ok`, and a position, fitted to `length`. */
static WfStatus ask_handler(WfThread *t, const char *errors, WfValue exc, WfValue *first, int64_t *pos, bool decoding)
{
    WfValue handler = wf_codec_lookup_error(t, errors);
    WfValue r = wf_is_empty(handler) ? WF_EMPTY : wf_call1(t, handler, exc);
    if (wf_is_empty(r)) {
        return WF_RAISED;
    }
    WfTuple *x = wf_is_tuple(r) && wf_as_tuple(r)->length == 2 ? wf_as_tuple(r) : NULL;
    *first = x == NULL ? WF_NONE : wf_tuple_at(x, 0);
    if (!(wf_is_str(*first) || (!decoding && wf_is_bytes(*first)))
        || !(wf_is_any_int(wf_tuple_at(x, 1)) || wf_type(wf_tuple_at(x, 1))->slots.index != NULL)) {
        return WF_FAIL(wf_raise(t, WF_EXC(TypeError), decoding ? "decoding error handler must return (str, int) tuple"
                                                               : "encoding error handler must return (str/bytes, int) tuple"));
    }
    return wf_as_index(t, wf_tuple_at(x, 1), pos, NULL);
}

static int64_t check_position(WfThread *t, int64_t pos, int64_t length)
{
    int64_t p = pos < 0 ? pos + length : pos;
    if (p < 0 || p > length) {
        wf_raise(t, WF_EXC(IndexError), "position %lld from error handler out of bounds", (long long)p);
        return -1;
    }
    return p;
}

int64_t wf_decode_error(WfThread *t, WfDecoder *d, int64_t start, int64_t end, const char *reason)
{
    const char *errors = d->errors == NULL ? "strict" : d->errors;
    if (is(errors, "ignore")) {
        return end;
    }
    if (is(errors, "replace")) {
        return wf_builder_char(t, &d->out, 0xfffd) < 0 ? -1 : end;
    }
    if (is(errors, "surrogateescape") && d->p[start] >= 0x80) {
        do {
            if (wf_builder_char(t, &d->out, 0xdc00u + d->p[start]) < 0) {
                return -1;
            }
            start++;
        } while (start < end && d->p[start] >= 0x80);
        return start;
    }
    if (wf_is_empty(d->object)) {
        d->object = wf_bytes_new(t, d->p, d->n);
        if (wf_is_empty(d->object)) {
            return -1;
        }
        d->p = wf_as_bytes(d->object)->data;
    }
    WfValue exc = make_error(t, WF_EXC(UnicodeDecodeError), d->encoding, d->object, start, end, reason), text;
    if (wf_is_empty(exc)) {
        return -1;
    }
    if (is(errors, "strict")) {
        wf_raise_object(t, exc);
        return -1;
    }
    int64_t pos;
    if (ask_handler(t, errors, exc, &text, &pos, true) < 0) {
        return -1;
    }
    WfValue object = wf_exc_field(exc, WF_UNI_OBJECT);
    if (!wf_is_bytes(object)) {
        wf_raise(t, WF_EXC(TypeError), "exception attribute object must be bytes");
        return -1;
    }
    d->object = object;
    d->p = wf_as_bytes(object)->data;
    d->n = wf_as_bytes(object)->length;
    pos = check_position(t, pos, d->n);
    return pos < 0 || wf_builder_str(t, &d->out, wf_as_str(text)) < 0 ? -1 : pos;
}

uint8_t *wf_encoder_room(WfThread *t, WfEncoder *e, int64_t n)
{
    if (e->out == NULL || e->length + n > e->out->size) {
        int64_t size = e->length + n;
        WfRaw *raw = wf_gc_alloc_raw(t, e->out == NULL ? size : size + size / 2 + 16, false);
        if (raw == NULL) {
            return NULL;
        }
        if (e->length > 0) {
            memcpy(raw->data, e->out->data, (size_t)e->length);
        }
        e->out = raw;
    }
    return e->out->data + e->length;
}

WfStatus wf_encoder_put(WfThread *t, WfEncoder *e, const void *p, int64_t n)
{
    uint8_t *o = wf_encoder_room(t, e, n);
    if (o == NULL) {
        return WF_RAISED;
    }
    memcpy(o, p, (size_t)n);
    e->length += n;
    return WF_OK;
}

int64_t wf_encode_error(WfThread *t, WfEncoder *e, int64_t start, int64_t end, const char *reason, WfValue *replacement)
{
    const char *errors = e->errors == NULL ? "strict" : e->errors;
    *replacement = WF_NAME_V(empty);
    if (is(errors, "ignore")) {
        return end;
    }
    if (is(errors, "replace")) {
        *replacement = repeat_char(t, '?', end - start);
    } else if (is(errors, "backslashreplace")) {
        *replacement = backslashes(t, e->s, start, end, false);
    } else if (is(errors, "xmlcharrefreplace")) {
        *replacement = xml_references(t, e->s, start, end);
    } else if (is(errors, "surrogateescape") && wf_str_at(e->s, start) - 0xdc80 < 0x80) {
        int64_t stop = start + 1;
        while (stop < end && wf_str_at(e->s, stop) - 0xdc80 < 0x80) {
            stop++;
        }
        end = stop;
        *replacement = escaped_bytes(t, e->s, start, end);
    } else {
        WfValue exc = make_error(t, WF_EXC(UnicodeEncodeError), e->encoding, wf_from_object(e->s), start, end, reason);
        if (wf_is_empty(exc)) {
            return -1;
        }
        if (is(errors, "strict")) {
            wf_raise_object(t, exc);
            return -1;
        }
        int64_t pos;
        if (ask_handler(t, errors, exc, replacement, &pos, false) < 0) {
            return -1;
        }
        return check_position(t, pos, e->s->length);
    }
    return wf_is_empty(*replacement) ? -1 : end;
}
