/* _codecs.c - the module _codecs: the registry, and the codecs in C as functions.
 * SPDX-License-Identifier: MIT
 * Design:  encoders return (bytes, characters used), decoders (str, bytes used). The work is in objects/codecs*.c.
 * Threads: no state of its own. */
#include "model/builtin.h"
#include "objects/codecs.h"
#include "objects/dict.h"
#include "objects/int.h"
#include "objects/str.h"
#include "objects/tuple.h"

/* The C string of a str argument, NULL for None and missing ones; false: raised. */
static bool text_arg(WfThread *t, WfValue v, const char *function, int position, const char **out)
{
    *out = NULL;
    if (wf_is_empty(v) || wf_is_none(v)) {
        return true;
    }
    if (!wf_is_str(v)) {
        wf_raise(t, WF_EXC(TypeError), "%s() argument %d must be str or None, not %T", function, position, v);
        return false;
    }
    *out = wf_str_utf8(t, v, NULL);
    return *out != NULL;
}

static WfValue with_length(WfThread *t, WfValue v, int64_t n)
{
    return wf_is_empty(v) ? WF_EMPTY : WF_TUPLE_OF(t, v, wf_small_int(n));
}

static bool str_arg(WfThread *t, WfValue v, const char *function)
{
    if (!wf_is_str(v)) {
        wf_raise(t, WF_EXC(TypeError), "%s() argument 1 must be str, not %T", function, v);
        return false;
    }
    return true;
}

/* --- registry ------------------------------------------------------------------------------------------------------- */

static WfValue codecs_register(WfThread *t, WfValue *a)
{
    return wf_codec_register(t, a[0]) < 0 ? WF_EMPTY : WF_NONE;
}
static WfValue codecs_unregister(WfThread *t, WfValue *a)
{
    return wf_codec_unregister(t, a[0]) < 0 ? WF_EMPTY : WF_NONE;
}
static WfValue codecs_lookup(WfThread *t, WfValue *a)
{
    if (!wf_is_str(a[0])) {
        return wf_raise(t, WF_EXC(TypeError), "lookup() argument must be str, not %T", a[0]);
    }
    const char *name = wf_str_utf8(t, a[0], NULL);
    return name == NULL ? WF_EMPTY : wf_codec_lookup(t, name);
}
static WfValue codecs_register_error(WfThread *t, WfValue *a)
{
    if (!str_arg(t, a[0], "register_error")) {
        return WF_EMPTY;
    }
    return wf_codec_register_error(t, a[0], a[1]) < 0 ? WF_EMPTY : WF_NONE;
}
static WfValue codecs_lookup_error(WfThread *t, WfValue *a)
{
    if (!wf_is_str(a[0])) {
        return wf_raise(t, WF_EXC(TypeError), "lookup_error() argument must be str, not %T", a[0]);
    }
    const char *name = wf_str_utf8(t, a[0], NULL);
    return name == NULL ? WF_EMPTY : wf_codec_lookup_error(t, name);
}

static WfValue recode(WfThread *t, const WfValue *a, bool encode)
{
    const char *names[2] = {NULL, NULL};
    for (int i = 0; i < 2; i++) {
        if (!wf_is_empty(a[i + 1])) {
            if (!wf_is_str(a[i + 1])) {
                return wf_raise(t, WF_EXC(TypeError), "%s() argument '%s' must be str, not %T",
                                encode ? "encode" : "decode", i == 0 ? "encoding" : "errors", a[i + 1]);
            }
            names[i] = wf_str_utf8(t, a[i + 1], NULL);
            if (names[i] == NULL) {
                return WF_EMPTY;
            }
        }
    }
    if (names[0] == NULL) {
        names[0] = "utf-8";
    }
    return encode ? wf_codec_encode(t, a[0], names[0], names[1]) : wf_codec_decode(t, a[0], names[0], names[1]);
}
static WfValue codecs_encode(WfThread *t, WfValue *a) { return recode(t, a, true); }
static WfValue codecs_decode(WfThread *t, WfValue *a) { return recode(t, a, false); }

/* --- encoders ----------------------------------------------------------------------------------------------------------- */

#define ENCODER(name, call)                                                              \
    static WfValue name(WfThread *t, WfValue *a)                                         \
    {                                                                                    \
        const char *errors;                                                              \
        if (!str_arg(t, a[0], #name) || !text_arg(t, a[1], #name, 2, &errors)) {         \
            return WF_EMPTY;                                                             \
        }                                                                                \
        return with_length(t, call, wf_as_str(a[0])->length);                            \
    }
ENCODER(utf_8_encode, wf_encode_utf8(t, a[0], errors))
ENCODER(utf_7_encode, wf_encode_utf7(t, a[0], errors))
ENCODER(ascii_encode, wf_encode_ascii(t, a[0], errors))
ENCODER(latin_1_encode, wf_encode_latin1(t, a[0], errors))
ENCODER(utf_16_le_encode, wf_encode_utf16(t, a[0], errors, -1))
ENCODER(utf_16_be_encode, wf_encode_utf16(t, a[0], errors, 1))
ENCODER(utf_32_le_encode, wf_encode_utf32(t, a[0], errors, -1))
ENCODER(utf_32_be_encode, wf_encode_utf32(t, a[0], errors, 1))
ENCODER(unicode_escape_encode, wf_encode_unicode_escape(t, a[0]))
ENCODER(raw_unicode_escape_encode, wf_encode_raw_unicode_escape(t, a[0]))
ENCODER(charmap_encode, wf_encode_charmap(t, a[0], errors, a[2]))

static WfValue utf_wide_encode(WfThread *t, const WfValue *a, const char *name, bool utf32)
{
    const char *errors;
    int order;
    if (!str_arg(t, a[0], name) || !text_arg(t, a[1], name, 2, &errors) || wf_to_int(t, a[2], &order) < 0) {
        return WF_EMPTY;
    }
    return with_length(t, utf32 ? wf_encode_utf32(t, a[0], errors, order) : wf_encode_utf16(t, a[0], errors, order),
                       wf_as_str(a[0])->length);
}
static WfValue utf_16_encode(WfThread *t, WfValue *a) { return utf_wide_encode(t, a, "utf_16_encode", false); }
static WfValue utf_32_encode(WfThread *t, WfValue *a) { return utf_wide_encode(t, a, "utf_32_encode", true); }

/* --- decoders ----------------------------------------------------------------------------------------------------------- */

/* data (and for some, str as its UTF-8), errors, final. */
typedef struct Input {
    WfView view;
    const char *errors;
    bool final;
} Input;

static bool input(WfThread *t, const WfValue *a, const char *name, bool str_too, bool has_final, Input *in)
{
    in->final = true;
    if ((has_final && wf_to_bool(t, a[2], &in->final) < 0) || !text_arg(t, a[1], name, 2, &in->errors)) {
        return false;
    }
    if (str_too && wf_is_str(a[0])) {
        in->view = (WfView){.buffer = {.owner = WF_EMPTY}};
        in->view.data = (const uint8_t *)wf_str_utf8(t, a[0], &in->view.length);
        return in->view.data != NULL;
    }
    return wf_view_get(t, a[0], &in->view) == WF_OK;
}

#define DECODER(name, str_too, has_final, call)                                          \
    static WfValue name(WfThread *t, WfValue *a)                                         \
    {                                                                                    \
        Input in;                                                                        \
        if (!input(t, a, #name, str_too, has_final, &in)) {                              \
            return WF_EMPTY;                                                             \
        }                                                                                \
        const uint8_t *p = in.view.data;                                                 \
        int64_t n = in.view.length, used = n;                                            \
        int64_t *consumed = in.final ? NULL : &used;                                     \
        (void)consumed;                                                                  \
        int order = 0;                                                                   \
        (void)order;                                                                     \
        WfValue v = (call);                                                              \
        wf_view_release(t, &in.view);                                                    \
        return with_length(t, v, used);                                                  \
    }
DECODER(utf_8_decode, false, true, wf_decode_utf8(t, p, n, in.errors, consumed))
DECODER(utf_7_decode, false, true, wf_decode_utf7(t, p, n, in.errors, consumed))
DECODER(ascii_decode, false, false, wf_decode_ascii(t, p, n, in.errors))
DECODER(latin_1_decode, false, false, wf_decode_latin1(t, p, n))
DECODER(utf_16_decode, false, true, wf_decode_utf16(t, p, n, in.errors, &order, consumed))
DECODER(utf_16_le_decode, false, true, (order = -1, wf_decode_utf16(t, p, n, in.errors, &order, consumed)))
DECODER(utf_16_be_decode, false, true, (order = 1, wf_decode_utf16(t, p, n, in.errors, &order, consumed)))
DECODER(utf_32_decode, false, true, wf_decode_utf32(t, p, n, in.errors, &order, consumed))
DECODER(utf_32_le_decode, false, true, (order = -1, wf_decode_utf32(t, p, n, in.errors, &order, consumed)))
DECODER(utf_32_be_decode, false, true, (order = 1, wf_decode_utf32(t, p, n, in.errors, &order, consumed)))
DECODER(raw_unicode_escape_decode, true, true, wf_decode_raw_unicode_escape(t, p, n, in.errors, consumed))
DECODER(charmap_decode, false, false, wf_decode_charmap(t, p, n, in.errors, a[2]))

/* bad: a character, the value of an octal escape that is too large, or negative. */
static WfStatus warn_escape(WfThread *t, int64_t bad)
{
    if (bad < 0) {
        return WF_OK;
    }
    return bad > 0377 ? wf_warn(t, WF_EXC(DeprecationWarning), 1, "invalid octal escape sequence '\\%o'", (unsigned)bad)
                      : wf_warn(t, WF_EXC(DeprecationWarning), 1, "invalid escape sequence '\\%c'", (int)bad);
}

static WfValue unicode_escape_decode(WfThread *t, WfValue *a)
{
    Input in;
    if (!input(t, a, "unicode_escape_decode", true, true, &in)) {
        return WF_EMPTY;
    }
    int64_t used = in.view.length, bad;
    WfValue v = wf_decode_unicode_escape(t, in.view.data, in.view.length, in.errors, in.final ? NULL : &used, &bad);
    if (!wf_is_empty(v) && warn_escape(t, bad) < 0) {
        v = WF_EMPTY;
    }
    wf_view_release(t, &in.view);
    return with_length(t, v, used);
}

static WfValue ex_decode(WfThread *t, const WfValue *a, const char *name, bool utf32)
{
    WfValue b[3] = {a[0], a[1], a[3]};
    Input in;
    int order;
    if (wf_to_int(t, a[2], &order) < 0 || !input(t, b, name, false, true, &in)) {
        return WF_EMPTY;
    }
    int64_t n = in.view.length, used = n, *consumed = in.final ? NULL : &used;
    WfValue v = utf32 ? wf_decode_utf32(t, in.view.data, n, in.errors, &order, consumed)
                      : wf_decode_utf16(t, in.view.data, n, in.errors, &order, consumed);
    wf_view_release(t, &in.view);
    return wf_is_empty(v) ? WF_EMPTY : WF_TUPLE_OF(t, v, wf_small_int(used), wf_small_int(order));
}
static WfValue utf_16_ex_decode(WfThread *t, WfValue *a) { return ex_decode(t, a, "utf_16_ex_decode", false); }
static WfValue utf_32_ex_decode(WfThread *t, WfValue *a) { return ex_decode(t, a, "utf_32_ex_decode", true); }

static WfValue charmap_build(WfThread *t, WfValue *a)
{
    if (!wf_is_str(a[0])) {
        return wf_raise(t, WF_EXC(TypeError), "charmap_build() argument must be str, not %T", a[0]);
    }
    WfStr *s = wf_as_str(a[0]);
    WfValue d = wf_dict_new(t);
    for (int64_t i = 0; !wf_is_empty(d) && i < s->length && i < 256; i++) {
        if (wf_dict_set(t, wf_as_dict(d), wf_small_int(wf_str_at(s, i)), wf_small_int(i)) < 0) {
            return WF_EMPTY;
        }
    }
    return d;
}

static WfValue readbuffer_encode(WfThread *t, WfValue *a)
{
    Input in;
    WfValue b[3] = {a[0], a[1], WF_TRUE};
    if (!input(t, b, "readbuffer_encode", true, false, &in)) {
        return WF_EMPTY;
    }
    WfValue v = wf_bytes_new(t, in.view.data, in.view.length);
    int64_t n = in.view.length;
    wf_view_release(t, &in.view);
    return with_length(t, v, n);
}

/* --- escapes of bytes ------------------------------------------------------------------------------------------------------ */

static WfValue escape_encode(WfThread *t, WfValue *a)
{
    if (!wf_is_bytes(a[0])) {
        return wf_raise(t, WF_EXC(TypeError), "escape_encode() argument 1 must be bytes, not %T", a[0]);
    }
    WfBytes *b = wf_as_bytes(a[0]);
    WfRaw *raw = wf_gc_alloc_raw(t, b->length * 4 + 1, false);
    if (raw == NULL) {
        return WF_EMPTY;
    }
    uint8_t *o = raw->data;
    for (int64_t i = 0; i < b->length; i++) {
        uint8_t c = b->data[i];
        char letter = c == '\t' ? 't' : c == '\n' ? 'n' : c == '\r' ? 'r' : c == '\'' || c == '\\' ? (char)c : 0;
        if (letter != 0) {
            *o++ = '\\';
            *o++ = (uint8_t)letter;
        } else if (c < 0x20 || c >= 0x7f) {
            *o++ = '\\';
            *o++ = 'x';
            *o++ = (uint8_t)"0123456789abcdef"[c >> 4];
            *o++ = (uint8_t)"0123456789abcdef"[c & 15];
        } else {
            *o++ = c;
        }
    }
    return with_length(t, wf_bytes_new(t, raw->data, o - raw->data), b->length);
}

static int hex_value(uint8_t c)
{
    return (uint8_t)(c - '0') < 10 ? c - '0' : (uint8_t)((c | 0x20) - 'a') < 6 ? (c | 0x20) - 'a' + 10 : -1;
}

/* *bad: as warn_escape takes it. */
static WfValue unescape(WfThread *t, const uint8_t *p, int64_t n, const char *errors, int64_t *bad)
{
    WfRaw *raw = wf_gc_alloc_raw(t, n + 1, false);
    if (raw == NULL) {
        return WF_EMPTY;
    }
    uint8_t *o = raw->data;
    *bad = -1;
    for (int64_t i = 0; i < n;) {
        uint8_t c = p[i++];
        if (c != '\\') {
            *o++ = c;
            continue;
        }
        if (i >= n) {
            return wf_raise(t, WF_EXC(ValueError), "Trailing \\ in string");
        }
        c = p[i++];
        switch (c) {
        case '\n': break;
        case '\\': case '\'': case '"': *o++ = c; break;
        case 'b': *o++ = '\b'; break;
        case 'f': *o++ = '\f'; break;
        case 't': *o++ = '\t'; break;
        case 'n': *o++ = '\n'; break;
        case 'r': *o++ = '\r'; break;
        case 'v': *o++ = '\v'; break;
        case 'a': *o++ = '\a'; break;
        case '0': case '1': case '2': case '3': case '4': case '5': case '6': case '7': {
            int v = c - '0';
            for (int k = 0; k < 2 && i < n && (uint8_t)(p[i] - '0') < 8; k++) {
                v = v * 8 + (p[i++] - '0');
            }
            if (v > 0377 && *bad < 0) {
                *bad = v;
            }
            *o++ = (uint8_t)v;
            break;
        }
        case 'x':
            if (i + 1 < n && hex_value(p[i]) >= 0 && hex_value(p[i + 1]) >= 0) {
                *o++ = (uint8_t)(hex_value(p[i]) << 4 | hex_value(p[i + 1]));
                i += 2;
                break;
            }
            if (errors == NULL || strcmp(errors, "strict") == 0) {
                return wf_raise(t, WF_EXC(ValueError), "invalid \\x escape at position %lld", (long long)i - 2);
            }
            if (strcmp(errors, "replace") == 0) {
                *o++ = '?';
            } else if (strcmp(errors, "ignore") != 0) {
                return wf_raise(t, WF_EXC(ValueError), "decoding error; unknown error handling code: %s", errors);
            }
            i += i < n && hex_value(p[i]) >= 0;
            break;
        default:
            *bad = *bad < 0 ? c : *bad;
            *o++ = '\\';
            *o++ = c;
        }
    }
    return wf_bytes_new(t, raw->data, o - raw->data);
}

static WfValue escape_decode(WfThread *t, WfValue *a)
{
    Input in;
    WfValue b[3] = {a[0], a[1], WF_TRUE};
    if (!input(t, b, "escape_decode", true, false, &in)) {
        return WF_EMPTY;
    }
    int64_t bad;
    WfValue v = unescape(t, in.view.data, in.view.length, in.errors, &bad);
    int64_t n = in.view.length;
    wf_view_release(t, &in.view);
    if (!wf_is_empty(v) && warn_escape(t, bad) < 0) {
        return WF_EMPTY;
    }
    return with_length(t, v, n);
}

/* --- the module -------------------------------------------------------------------------------------------------------------- */

#define SIG_E "(str, errors=None, /)"
#define SIG_DF "(data, errors=None, final=False, /)"
#define SIG_D "(data, errors=None, /)"
#define DOC_E "The text in the encoding, and its length."
#define DOC_D "The text that the bytes encode, and how many were used."

static const WfBuiltinDef functions[] = {
    {"ascii_decode", ascii_decode, SIG_D, DOC_D},
    {"ascii_encode", ascii_encode, SIG_E, DOC_E},
    {"charmap_build", charmap_build, "(map, /)", "The mapping for charmap_encode that undoes a decoding table."},
    {"charmap_decode", charmap_decode, "(data, errors=None, mapping=None, /)", DOC_D},
    {"charmap_encode", charmap_encode, "(str, errors=None, mapping=None, /)", DOC_E},
    {"decode", codecs_decode, "(obj, encoding='utf-8', errors='strict')", "obj decoded by a registered codec."},
    {"encode", codecs_encode, "(obj, encoding='utf-8', errors='strict')", "obj encoded by a registered codec."},
    {"escape_decode", escape_decode, SIG_D, "Bytes with their escapes resolved."},
    {"escape_encode", escape_encode, "(data, errors=None, /)", "Bytes with what is not printable escaped."},
    {"latin_1_decode", latin_1_decode, SIG_D, DOC_D},
    {"latin_1_encode", latin_1_encode, SIG_E, DOC_E},
    {"lookup", codecs_lookup, "(encoding, /)", "The CodecInfo of an encoding."},
    {"lookup_error", codecs_lookup_error, "(name, /)", "The error handler of that name."},
    {"raw_unicode_escape_decode", raw_unicode_escape_decode, "(data, errors=None, final=True, /)", DOC_D},
    {"raw_unicode_escape_encode", raw_unicode_escape_encode, SIG_E, DOC_E},
    {"readbuffer_encode", readbuffer_encode, SIG_D, "The bytes of a buffer, or the UTF-8 of a str."},
    {"register", codecs_register, "(search_function, /)", "Add a function that finds codecs by name."},
    {"register_error", codecs_register_error, "(errors, handler, /)", "Name an error handler."},
    {"unicode_escape_decode", unicode_escape_decode, "(data, errors=None, final=True, /)", DOC_D},
    {"unicode_escape_encode", unicode_escape_encode, SIG_E, DOC_E},
    {"unregister", codecs_unregister, "(search_function, /)", "Remove a search function."},
    {"utf_16_be_decode", utf_16_be_decode, SIG_DF, DOC_D},
    {"utf_16_be_encode", utf_16_be_encode, SIG_E, DOC_E},
    {"utf_16_decode", utf_16_decode, SIG_DF, DOC_D},
    {"utf_16_encode", utf_16_encode, "(str, errors=None, byteorder=0, /)", DOC_E},
    {"utf_16_ex_decode", utf_16_ex_decode, "(data, errors=None, byteorder=0, final=False, /)",
     "Text, bytes used and byte order (-1 little, 1 big)."},
    {"utf_16_le_decode", utf_16_le_decode, SIG_DF, DOC_D},
    {"utf_16_le_encode", utf_16_le_encode, SIG_E, DOC_E},
    {"utf_32_be_decode", utf_32_be_decode, SIG_DF, DOC_D},
    {"utf_32_be_encode", utf_32_be_encode, SIG_E, DOC_E},
    {"utf_32_decode", utf_32_decode, SIG_DF, DOC_D},
    {"utf_32_encode", utf_32_encode, "(str, errors=None, byteorder=0, /)", DOC_E},
    {"utf_32_ex_decode", utf_32_ex_decode, "(data, errors=None, byteorder=0, final=False, /)",
     "Text, bytes used and byte order (-1 little, 1 big)."},
    {"utf_32_le_decode", utf_32_le_decode, SIG_DF, DOC_D},
    {"utf_32_le_encode", utf_32_le_encode, SIG_E, DOC_E},
    {"utf_7_decode", utf_7_decode, SIG_DF, DOC_D},
    {"utf_7_encode", utf_7_encode, SIG_E, DOC_E},
    {"utf_8_decode", utf_8_decode, SIG_DF, DOC_D},
    {"utf_8_encode", utf_8_encode, SIG_E, DOC_E},
    {0}};

const WfModuleDef wf_module__codecs = {"_codecs", "Codecs and their registry.", functions, NULL};
