/* _multibytecodec.c - the East Asian codecs: modules _multibytecodec and _codecs_cn, _hk, _iso2022, _jp, _kr, _tw.
 * SPDX-License-Identifier: MIT
 * Design:  libc's iconv has the tables, to and from UTF-32; here are Python's error handlers and the incremental and stream classes. A
 *          conversion opens a descriptor of its own. An incremental encoder keeps its descriptor, for encodings with shift states; an
 *          incremental decoder keeps the bytes of an unfinished character, and for such encodings the last shift sequence, which
 *          it puts before the next piece. hz is EUC-CN in seven bits with shifts of its own. Not there, for iconv has them
 *          not: iso2022_jp_1, _2004 and _ext.
 * Threads: incremental objects belong to whoever uses them; they are changed under their lock only as far as memory safety goes. */
#include "model/builtin.h"
#include "objects/bytes.h"
#include "objects/codecs_impl.h"
#include "objects/int.h"
#include "objects/list.h"
#include "objects/str.h"
#include "objects/tuple.h"

#include <errno.h>
#include <iconv.h>

typedef struct Charset {
    const char *module, *name, *iconv;
    bool shifts; /* ISO 2022: escape sequences change the meaning of what follows */
    bool hz;
} Charset;

static const Charset charsets[] = {
    {"cn", "gb2312", "EUC-CN", false},
    {"cn", "gbk", "GBK", false},
    {"cn", "gb18030", "GB18030", false},
    {"cn", "hz", "EUC-CN", false, true},
    {"hk", "big5hkscs", "BIG5-HKSCS", false},
    {"iso2022", "iso2022_jp", "ISO-2022-JP", true},
    {"iso2022", "iso2022_jp_2", "ISO-2022-JP-2", true},
    {"iso2022", "iso2022_jp_3", "ISO-2022-JP-3", true},
    {"iso2022", "iso2022_kr", "ISO-2022-KR", true},
    {"jp", "shift_jis", "SHIFT_JIS", false},
    {"jp", "cp932", "CP932", false},
    {"jp", "euc_jp", "EUC-JP", false},
    {"jp", "shift_jis_2004", "SHIFT_JISX0213", false},
    {"jp", "euc_jis_2004", "EUC-JISX0213", false},
    {"jp", "euc_jisx0213", "EUC-JISX0213", false},
    {"jp", "shift_jisx0213", "SHIFT_JISX0213", false},
    {"kr", "euc_kr", "EUC-KR", false},
    {"kr", "cp949", "UHC", false},
    {"kr", "johab", "JOHAB", false},
    {"tw", "big5", "BIG5", false},
    {"tw", "cp950", "CP950", false},
};

#define ILLEGAL "illegal multibyte sequence"
#define INCOMPLETE "incomplete multibyte sequence"

typedef struct Codec {
    WfObject h;
    const Charset *charset; /* immutable */
} Codec;

static WfStatus no_converter(WfThread *t, const Charset *cs)
{
    return WF_FAIL(wf_raise(t, WF_EXC(LookupError), "the C library has no converter for %s", cs->name));
}

/* --- converting ------------------------------------------------------------------------------------------------------ */

/* HZ: "~{" and "~}" around pairs of seven-bit bytes, "~~" for a tilde, a line end ends both. *used as below; *shifted: in such a
 * section there. */
static WfValue decode_hz(WfThread *t, iconv_t cd, const uint8_t *data, int64_t n, const char *errors, bool final,
                         int64_t *used, bool *shifted)
{
    WfDecoder d = WF_DECODER("hz", errors, data, n);
    int64_t pos = 0;
    *shifted = false;
    while (pos >= 0 && pos < d.n) {
        uint8_t c = d.p[pos];
        bool pair = c == '~' || (*shifted && c != '\n' && c < 0x80);
        if (pair && pos + 1 >= d.n) {
            if (!final) {
                break;
            }
            pos = wf_decode_error(t, &d, pos, d.n, INCOMPLETE);
            continue;
        }
        if (c >= 0x80) {
            pos = wf_decode_error(t, &d, pos, pos + 1, ILLEGAL);
        } else if (!pair) {
            *shifted = false;
            pos = wf_builder_char(t, &d.out, c) < 0 ? -1 : pos + 1;
        } else if (c == '~') {
            uint8_t next = d.p[pos + 1];
            if (next == '~' && !*shifted) {
                pos = wf_builder_char(t, &d.out, c) < 0 ? -1 : pos + 2;
            } else if (next == (*shifted ? '}' : '{') || next == '\n') {
                *shifted = next == '{';
                pos += 2;
            } else {
                pos = wf_decode_error(t, &d, pos, pos + 1, ILLEGAL);
            }
        } else {
            char two[2] = {(char)(c | 0x80), (char)(d.p[pos + 1] | 0x80)}, *in = two;
            uint32_t ch = 0;
            char *o = (char *)&ch;
            size_t in_left = 2, out_left = 4;
            if (d.p[pos + 1] < 0x80 && iconv(cd, &in, &in_left, &o, &out_left) != (size_t)-1 && out_left == 0) {
                pos = wf_builder_char(t, &d.out, ch) < 0 ? -1 : pos + 2;
            } else {
                pos = wf_decode_error(t, &d, pos, pos + 1, ILLEGAL);
            }
        }
    }
    *used = pos;
    return pos < 0 ? WF_EMPTY : wf_builder_finish(t, &d.out);
}

/* Bytes to text. Without `final` an unfinished character at the end is left: *used says how many bytes were taken. */
static WfValue decode(WfThread *t, const Charset *cs, const uint8_t *data, int64_t n, const char *errors, bool final,
                      int64_t *used, bool *shifted)
{
    iconv_t cd = iconv_open("UTF-32LE", cs->iconv);
    if (cd == (iconv_t)-1) {
        return (no_converter(t, cs), WF_EMPTY);
    }
    if (cs->hz) {
        WfValue text = decode_hz(t, cd, data, n, errors, final, used, shifted);
        iconv_close(cd);
        return text;
    }
    WfDecoder d = WF_DECODER(cs->name, errors, data, n);
    int64_t pos = 0;
    while (pos >= 0 && pos < d.n) {
        uint32_t out[512];
        char *in = (char *)(uintptr_t)(d.p + pos), *o = (char *)out;
        size_t in_left = (size_t)(d.n - pos), out_left = sizeof out;
        size_t r = iconv(cd, &in, &in_left, &o, &out_left);
        int problem = r == (size_t)-1 ? errno : 0;
        pos = d.n - (int64_t)in_left;
        if (wf_builder_kind(t, &d.out, 4, out, (o - (char *)out) / 4) < 0) {
            pos = -1;
        } else if (problem == EILSEQ) {
            pos = wf_decode_error(t, &d, pos, pos + 1, ILLEGAL);
        } else if (problem == EINVAL) {
            if (!final) {
                break;
            }
            pos = wf_decode_error(t, &d, pos, d.n, INCOMPLETE);
        }
    }
    iconv_close(cd);
    *used = pos;
    return pos < 0 ? WF_EMPTY : wf_builder_finish(t, &d.out);
}

static int64_t feed_hz(WfThread *t, WfEncoder *e, iconv_t cd, const uint32_t *p, int64_t n, bool *shifted)
{
    for (int64_t i = 0; i < n; i++) {
        uint8_t out[8] = {0};
        char *in = (char *)(uintptr_t)(p + i), *o = (char *)out;
        size_t in_left = 4, out_left = sizeof out;
        bool wide = p[i] >= 0x80;
        if (wide && (iconv(cd, &in, &in_left, &o, &out_left) == (size_t)-1 || out_left != sizeof out - 2)) {
            return i;
        }
        uint8_t text[4];
        int64_t m = 0;
        if (wide != *shifted) {
            text[m++] = '~';
            text[m++] = wide ? '{' : '}';
            *shifted = wide;
        }
        if (wide) {
            text[m++] = out[0] & 0x7f;
            text[m++] = out[1] & 0x7f;
        } else {
            text[m++] = (uint8_t)p[i];
            if (p[i] == '~') {
                text[m++] = '~';
            }
        }
        if (wf_encoder_put(t, e, text, m) < 0) {
            return -1;
        }
    }
    return n;
}

/* Feeds code points; returns how many were taken, all unless one cannot be encoded. -1: raised. *shifted: state of hz. */
static int64_t feed(WfThread *t, const Charset *cs, WfEncoder *e, iconv_t cd, const uint32_t *p, int64_t n,
                    bool *shifted)
{
    if (cs->hz) {
        return feed_hz(t, e, cd, p, n, shifted);
    }
    char *in = (char *)(uintptr_t)p;
    size_t in_left = (size_t)n * 4;
    while (in_left > 0) {
        uint8_t *room = wf_encoder_room(t, e, 64);
        if (room == NULL) {
            return -1;
        }
        size_t capacity = (size_t)(e->out->size - e->length), out_left = capacity;
        char *o = (char *)room;
        size_t r = iconv(cd, &in, &in_left, &o, &out_left);
        e->length += (int64_t)(capacity - out_left);
        if (r == (size_t)-1 && errno != E2BIG) {
            break;
        }
    }
    return n - (int64_t)(in_left / 4);
}

/* Back to the initial shift state. */
static WfStatus unshift(WfThread *t, WfEncoder *e, iconv_t cd, bool *shifted)
{
    if (*shifted) {
        *shifted = false;
        return wf_encoder_put(t, e, "~}", 2);
    }
    char *o = (char *)wf_encoder_room(t, e, 16);
    size_t out_left = 16;
    if (o == NULL) {
        return WF_RAISED;
    }
    (void)iconv(cd, NULL, NULL, &o, &out_left);
    e->length += (int64_t)(16 - out_left);
    return WF_OK;
}

static const uint32_t *code_points(WfThread *t, const WfStr *s)
{
    if (wf_str_kind(s) == 4) {
        return (const uint32_t *)(const void *)s->data;
    }
    WfRaw *raw = wf_gc_alloc_raw(t, s->length * 4 + 4, false);
    if (raw == NULL) {
        return NULL;
    }
    wf_chars_copy(raw->data, 4, 0, s->data, wf_str_kind(s), 0, s->length);
    return (const uint32_t *)(const void *)raw->data;
}

static WfValue encode_with(WfThread *t, const Charset *cs, iconv_t cd, WfStr *s, const char *errors, bool final,
                           bool *shifted)
{
    WfEncoder e = {.encoding = cs->name, .errors = errors, .s = s};
    const uint32_t *p = code_points(t, s);
    if (p == NULL || wf_encoder_room(t, &e, s->length * 2 + 16) == NULL) {
        return WF_EMPTY;
    }
    for (int64_t i = 0; i < s->length;) {
        int64_t done = feed(t, cs, &e, cd, p + i, s->length - i, shifted);
        if (done < 0) {
            return WF_EMPTY;
        }
        i += done;
        if (i >= s->length) {
            break;
        }
        WfValue replacement;
        int64_t start = i;
        i = wf_encode_error(t, &e, start, start + 1, ILLEGAL, &replacement);
        if (i < 0) {
            return WF_EMPTY;
        }
        if (wf_is_bytes(replacement)) {
            if (unshift(t, &e, cd, shifted) < 0
                || wf_encoder_put(t, &e, wf_as_bytes(replacement)->data, wf_as_bytes(replacement)->length) < 0) {
                return WF_EMPTY;
            }
        } else {
            WfStr *text = wf_as_str(replacement);
            const uint32_t *q = code_points(t, text);
            int64_t taken = q == NULL ? -1 : feed(t, cs, &e, cd, q, text->length, shifted);
            if (taken < 0) {
                return WF_EMPTY;
            }
            if (taken < text->length) {
                return wf_raise_unicode_encode(t, cs->name, wf_from_object(s), start, start + 1, ILLEGAL);
            }
        }
    }
    if (final && unshift(t, &e, cd, shifted) < 0) {
        return WF_EMPTY;
    }
    return wf_bytes_new(t, e.out->data, e.length);
}

static WfValue encode(WfThread *t, const Charset *cs, WfStr *s, const char *errors)
{
    iconv_t cd = iconv_open(cs->iconv, "UTF-32LE");
    if (cd == (iconv_t)-1) {
        return (no_converter(t, cs), WF_EMPTY);
    }
    bool shifted = false;
    WfValue v = encode_with(t, cs, cd, s, errors, true, &shifted);
    iconv_close(cd);
    return v;
}

/* --- MultibyteCodec ------------------------------------------------------------------------------------------------------ */

static bool errors_text(WfThread *t, WfValue v, const char **out)
{
    *out = NULL;
    if (wf_is_empty(v) || wf_is_none(v)) {
        return true;
    }
    if (!wf_is_str(v)) {
        wf_raise(t, WF_EXC(TypeError), "errors must be a string");
        return false;
    }
    *out = wf_str_utf8(t, v, NULL);
    return *out != NULL;
}

static WfValue codec_encode(WfThread *t, WfValue *a)
{
    const char *errors;
    WfValue input = a[1];
    if (!errors_text(t, a[2], &errors)) {
        return WF_EMPTY;
    }
    if (!wf_is_str(input)) {
        return wf_raise(t, WF_EXC(TypeError), "couldn't convert the object to str.");
    }
    WfValue v = encode(t, WF_AS(Codec, a[0])->charset, wf_as_str(input), errors);
    return wf_is_empty(v) ? WF_EMPTY : WF_TUPLE_OF(t, v, wf_small_int(wf_as_str(input)->length));
}

static WfValue codec_decode(WfThread *t, WfValue *a)
{
    const char *errors;
    WfView view;
    if (!errors_text(t, a[2], &errors) || wf_view_get(t, a[1], &view) < 0) {
        return WF_EMPTY;
    }
    int64_t used, n = view.length;
    bool shifted;
    WfValue v = decode(t, WF_AS(Codec, a[0])->charset, view.data, n, errors, true, &used, &shifted);
    wf_view_release(t, &view);
    return wf_is_empty(v) ? WF_EMPTY : WF_TUPLE_OF(t, v, wf_small_int(n));
}

static const WfBuiltinDef codec_methods[] = {
    {"decode", codec_decode, "(self, /, input, errors=None)", "The text of the bytes, and how many they are."},
    {"encode", codec_encode, "(self, /, input, errors=None)", "The bytes of the text, and its length."},
    {0}};

static void no_trace(WfMarker *m, WfObject *o)
{
}

const WfTypeSpec wf_multibyte_codec_spec = {
    .name = "_multibytecodec.MultibyteCodec",
    .flags = WF_TF_NO_NEW,
    .size = sizeof(Codec),
    .methods = codec_methods,
    .slots = {.trace = no_trace},
};

/* --- incremental and stream objects ---------------------------------------------------------------------------------------- */

typedef struct Coder {
    WfObject h;
    WfSlot codec;   /* Codec */
    WfSlot errors;  /* str */
    WfSlot stream;  /* readers and writers */
    WfSlot pending; /* decoders: bytes of an unfinished character; EMPTY */
    iconv_t cd;     /* encoders; NULL: not open */
    bool shifted;   /* encoders of hz */
} Coder;

static void coder_trace(WfMarker *m, WfObject *o)
{
    Coder *c = (Coder *)o;
    wf_mark_slots(m, &c->codec, 4);
}
static void coder_release(WfObject *o)
{
    Coder *c = (Coder *)o;
    if (c->cd != NULL) {
        iconv_close(c->cd);
    }
}
static const Charset *charset_of(const Coder *c)
{
    return WF_LOAD(Codec, &c->codec)->charset;
}

static WfValue coder_new(WfThread *t, WfType *type, const WfArgs *args, bool stream, bool encoder)
{
    WfValue a[2] = {WF_EMPTY, WF_EMPTY};
    const char *name = wf_type_name(type);
    if (stream ? wf_parse_args(t, name, "(stream, errors='strict')", args, a, 2) < 0
               : wf_parse_args(t, name, "(errors='strict')", args, a + 1, 1) < 0) {
        return WF_EMPTY;
    }
    WfValue codec = wf_getattr_cstr(t, wf_from_object(type), "codec");
    if (wf_is_empty(codec)) {
        return WF_EMPTY;
    }
    if (!WF_IS_EXACT(codec, MULTIBYTE_CODEC)) {
        return wf_raise(t, WF_EXC(TypeError), "codec is unexpected type");
    }
    Coder *c = (Coder *)wf_instance_new(t, type, 0);
    if (c == NULL || (encoder && wf_gc_register_release(t, &c->h) < 0)) {
        return WF_EMPTY;
    }
    wf_store(&c->codec, codec);
    wf_store(&c->errors, wf_is_none(a[1]) ? WF_NAME_V(strict) : a[1]);
    wf_store(&c->stream, a[0]);
    if (encoder) {
        iconv_t cd = iconv_open(charset_of(c)->iconv, "UTF-32LE");
        if (cd == (iconv_t)-1) {
            return (no_converter(t, charset_of(c)), WF_EMPTY);
        }
        c->cd = cd;
    }
    return wf_from_object(c);
}
static WfValue incremental_encoder_new(WfThread *t, WfType *type, const WfArgs *args)
{
    return coder_new(t, type, args, false, true);
}
static WfValue incremental_decoder_new(WfThread *t, WfType *type, const WfArgs *args)
{
    return coder_new(t, type, args, false, false);
}
static WfValue stream_reader_new(WfThread *t, WfType *type, const WfArgs *args)
{
    return coder_new(t, type, args, true, false);
}
static WfValue stream_writer_new(WfThread *t, WfType *type, const WfArgs *args)
{
    return coder_new(t, type, args, true, true);
}
static WfStatus coder_init(WfThread *t, WfValue self, const WfArgs *args)
{
    return WF_OK; /* all is done by __new__ */
}

static WfValue get_errors(WfThread *t, WfValue self)
{
    return wf_load(&WF_AS(Coder, self)->errors);
}
static WfStatus set_errors(WfThread *t, WfValue self, WfValue v)
{
    if (wf_is_empty(v)) {
        return WF_FAIL(wf_raise(t, WF_EXC(AttributeError), "cannot delete attribute"));
    }
    if (!wf_is_str(v)) {
        return WF_FAIL(wf_raise(t, WF_EXC(TypeError), "errors must be a string"));
    }
    wf_store(&WF_AS(Coder, self)->errors, v);
    return WF_OK;
}
static WfValue get_stream(WfThread *t, WfValue self)
{
    return wf_load(&WF_AS(Coder, self)->stream);
}

static WfValue coder_encode(WfThread *t, Coder *c, WfValue input, bool final)
{
    const char *errors;
    if (!errors_text(t, wf_load(&c->errors), &errors)) {
        return WF_EMPTY;
    }
    if (!wf_is_str(input)) {
        return wf_raise(t, WF_EXC(TypeError), "couldn't convert the object to str.");
    }
    return encode_with(t, charset_of(c), c->cd, wf_as_str(input), errors, final, &c->shifted);
}

/* Where the last shift sequence before `end` begins; -1: there is none. */
static int64_t last_shift(const uint8_t *p, int64_t end, int64_t *length)
{
    for (int64_t i = end; i-- > 0;) {
        if (p[i] == 0x1b) {
            int64_t k = i + 1;
            while (k < end && p[k] >= 0x20 && p[k] < 0x30) {
                k++;
            }
            *length = k < end ? k + 1 - i : end - i;
            return i;
        }
    }
    return -1;
}

static WfValue coder_decode(WfThread *t, Coder *c, const uint8_t *data, int64_t n, bool final)
{
    const char *errors;
    const Charset *cs = charset_of(c);
    WfBytes *pending = WF_LOAD(WfBytes, &c->pending);
    int64_t before = pending == NULL ? 0 : pending->length, used;
    if (!errors_text(t, wf_load(&c->errors), &errors)) {
        return WF_EMPTY;
    }
    WfRaw *all = wf_gc_alloc_raw(t, before + n + 1, false);
    if (all == NULL) {
        return WF_EMPTY;
    }
    if (before > 0) {
        memcpy(all->data, pending->data, (size_t)before);
    }
    memcpy(all->data + before, data, (size_t)n);
    bool shifted = false;
    WfValue v = decode(t, cs, all->data, before + n, errors, final, &used, &shifted);
    if (wf_is_empty(v)) {
        return WF_EMPTY;
    }
    WfValue rest = WF_EMPTY;
    int64_t tail = before + n - used, shift_length = 0;
    int64_t shift = cs->shifts && !final ? last_shift(all->data, used, &shift_length) : -1;
    const uint8_t *shift_text = all->data + shift;
    if (shifted && !final) {
        shift = 0;
        shift_length = 2;
        shift_text = (const uint8_t *)"~{";
    }
    if (shift >= 0 || (tail > 0 && !final)) {
        rest = wf_bytes_new(t, NULL, shift_length + tail);
        if (wf_is_empty(rest)) {
            return WF_EMPTY;
        }
        uint8_t *o = wf_as_bytes(rest)->data;
        if (shift >= 0) {
            memcpy(o, shift_text, (size_t)shift_length);
        }
        memcpy(o + shift_length, all->data + used, (size_t)tail);
    }
    wf_store(&c->pending, rest);
    return v;
}

static WfValue encoder_encode(WfThread *t, WfValue *a)
{
    bool final;
    return wf_to_bool(t, a[2], &final) < 0 ? WF_EMPTY : coder_encode(t, WF_AS(Coder, a[0]), a[1], final);
}
static WfValue encoder_reset(WfThread *t, WfValue *a)
{
    (void)iconv(WF_AS(Coder, a[0])->cd, NULL, NULL, NULL, NULL);
    WF_AS(Coder, a[0])->shifted = false;
    return WF_NONE;
}
static WfValue encoder_getstate(WfThread *t, WfValue *a)
{
    return wf_small_int(0);
}
static WfValue encoder_setstate(WfThread *t, WfValue *a)
{
    return encoder_reset(t, a);
}

static WfValue decoder_decode(WfThread *t, WfValue *a)
{
    bool final;
    WfView view;
    if (wf_to_bool(t, a[2], &final) < 0 || wf_view_get(t, a[1], &view) < 0) {
        return WF_EMPTY;
    }
    WfValue v = coder_decode(t, WF_AS(Coder, a[0]), view.data, view.length, final);
    wf_view_release(t, &view);
    return v;
}
static WfValue decoder_reset(WfThread *t, WfValue *a)
{
    wf_store(&WF_AS(Coder, a[0])->pending, WF_EMPTY);
    return WF_NONE;
}
static WfValue decoder_getstate(WfThread *t, WfValue *a)
{
    WfValue pending = wf_load(&WF_AS(Coder, a[0])->pending);
    if (wf_is_empty(pending)) {
        pending = wf_bytes_new(t, NULL, 0);
    }
    return wf_is_empty(pending) ? WF_EMPTY : WF_TUPLE_OF(t, pending, wf_small_int(0));
}
static WfValue decoder_setstate(WfThread *t, WfValue *a)
{
    if (!wf_is_tuple(a[1]) || wf_as_tuple(a[1])->length != 2) {
        return wf_raise(t, WF_EXC(TypeError), "setstate() argument must be tuple, not %T", a[1]);
    }
    WfValue pending = wf_tuple_at(wf_as_tuple(a[1]), 0);
    if (!wf_is_bytes(pending) || !wf_is_any_int(wf_tuple_at(wf_as_tuple(a[1]), 1))) {
        return wf_raise(t, WF_EXC(TypeError), "illegal decoder state");
    }
    wf_store(&WF_AS(Coder, a[0])->pending, wf_as_bytes(pending)->length > 0 ? pending : WF_EMPTY);
    return WF_NONE;
}

/* Reads by the stream's method until a character is complete. */
static WfValue read_by(WfThread *t, Coder *c, const char *method, WfValue size)
{
    WfStr *name = wf_str_intern_cstr(t, method);
    bool sized = !wf_is_none(size) && wf_is_any_int(size) && wf_int_sign(size) >= 0;
    for (;;) {
        WfValue bytes = name == NULL ? WF_EMPTY
                                     : wf_call_method(t, wf_load(&c->stream), name, &size, sized ? 1 : 0);
        if (wf_is_empty(bytes)) {
            return WF_EMPTY;
        }
        if (!wf_is_bytes(bytes)) {
            return wf_raise(t, WF_EXC(TypeError), "stream function returned a non-bytes object (%T)", bytes);
        }
        WfBytes *b = wf_as_bytes(bytes);
        bool end = b->length == 0 || !sized;
        WfValue v = coder_decode(t, c, b->data, b->length, end);
        if (wf_is_empty(v) || wf_as_str(v)->length > 0 || end) {
            return v;
        }
        size = wf_small_int(1);
    }
}
static WfValue reader_read(WfThread *t, WfValue *a) { return read_by(t, WF_AS(Coder, a[0]), "read", a[1]); }
static WfValue reader_readline(WfThread *t, WfValue *a) { return read_by(t, WF_AS(Coder, a[0]), "readline", a[1]); }
static WfValue reader_readlines(WfThread *t, WfValue *a)
{
    WfValue v = read_by(t, WF_AS(Coder, a[0]), "read", a[1]);
    WfStr *name = wf_is_empty(v) ? NULL : wf_str_intern_cstr(t, "splitlines");
    return name == NULL ? WF_EMPTY : wf_call_method1(t, v, name, WF_TRUE);
}

static WfStatus write_text(WfThread *t, Coder *c, WfValue text, bool final)
{
    WfValue bytes = coder_encode(t, c, text, final);
    return wf_is_empty(bytes) || wf_is_empty(wf_call_method1(t, wf_load(&c->stream), WF_NAME(write), bytes)) ? WF_RAISED
                                                                                                             : WF_OK;
}
static WfValue writer_write(WfThread *t, WfValue *a)
{
    return write_text(t, WF_AS(Coder, a[0]), a[1], false) < 0 ? WF_EMPTY : WF_NONE;
}
static WfValue writer_writelines(WfThread *t, WfValue *a)
{
    WfValue it = wf_iter(t, a[1]), item;
    if (wf_is_empty(it)) {
        return WF_EMPTY;
    }
    WfFound found;
    while ((found = wf_next(t, it, &item)) > 0) {
        if (write_text(t, WF_AS(Coder, a[0]), item, false) < 0) {
            return WF_EMPTY;
        }
    }
    return found < 0 ? WF_EMPTY : WF_NONE;
}
static WfValue writer_reset(WfThread *t, WfValue *a)
{
    return write_text(t, WF_AS(Coder, a[0]), WF_NAME_V(empty), true) < 0 ? WF_EMPTY : WF_NONE;
}

static const WfBuiltinDef encoder_methods[] = {
    {"encode", encoder_encode, "(self, /, input, final=False)", "The bytes of the next piece of text."},
    {"getstate", encoder_getstate, "(self, /)", "The state as an int."},
    {"reset", encoder_reset, "(self, /)", "Back to the initial state."},
    {"setstate", encoder_setstate, "(self, state, /)", "Set the state."},
    {0}};
static const WfBuiltinDef decoder_methods[] = {
    {"decode", decoder_decode, "(self, /, input, final=False)", "The text of the next piece of bytes."},
    {"getstate", decoder_getstate, "(self, /)", "Bytes that are pending, and an int."},
    {"reset", decoder_reset, "(self, /)", "Back to the initial state."},
    {"setstate", decoder_setstate, "(self, state, /)", "Set the state."},
    {0}};
static const WfBuiltinDef reader_methods[] = {
    {"read", reader_read, "(self, size=None, /)", "Text from the stream."},
    {"readline", reader_readline, "(self, size=None, /)", "A line from the stream."},
    {"readlines", reader_readlines, "(self, sizehint=None, /)", "All lines of the stream."},
    {"reset", decoder_reset, "(self, /)", "Back to the initial state."},
    {0}};
static const WfBuiltinDef writer_methods[] = {
    {"reset", writer_reset, "(self, /)", "Write what brings the stream back to the initial state."},
    {"write", writer_write, "(self, strobj, /)", "Write text."},
    {"writelines", writer_writelines, "(self, lines, /)", "Write several pieces of text."},
    {0}};
static const WfGetSetDef incremental_getsets[] = {
    {"errors", get_errors, set_errors, "Name of the error handler."},
    {0}};
static const WfGetSetDef stream_getsets[] = {
    {"errors", get_errors, set_errors, "Name of the error handler."},
    {"stream", get_stream, NULL, "The stream.", WF_GS_MEMBER},
    {0}};

#define CODER_TYPE(id, text, new_fn, method_table, getset_table)                         \
    const WfTypeSpec wf_##id##_spec = {                                                  \
        .name = "_multibytecodec." text,                                                 \
        .flags = WF_TF_BASETYPE,                                                         \
        .size = sizeof(Coder),                                                           \
        .methods = method_table,                                                         \
        .getsets = getset_table,                                                         \
        .slots = {.new_ = new_fn, .init = coder_init, .trace = coder_trace, .release = coder_release},      \
    }
CODER_TYPE(multibyte_incremental_encoder, "MultibyteIncrementalEncoder", incremental_encoder_new, encoder_methods,
           incremental_getsets);
CODER_TYPE(multibyte_incremental_decoder, "MultibyteIncrementalDecoder", incremental_decoder_new, decoder_methods,
           incremental_getsets);
CODER_TYPE(multibyte_stream_reader, "MultibyteStreamReader", stream_reader_new, reader_methods, stream_getsets);
CODER_TYPE(multibyte_stream_writer, "MultibyteStreamWriter", stream_writer_new, writer_methods, stream_getsets);

static WfStatus init(WfThread *t, WfValue module)
{
    if (wf_type_ready(t, WF_TYPE(MULTIBYTE_CODEC)) < 0
        || wf_module_add_type(t, module, WF_TYPE(MULTIBYTE_INCREMENTAL_ENCODER)) < 0
        || wf_module_add_type(t, module, WF_TYPE(MULTIBYTE_INCREMENTAL_DECODER)) < 0
        || wf_module_add_type(t, module, WF_TYPE(MULTIBYTE_STREAM_READER)) < 0
        || wf_module_add_type(t, module, WF_TYPE(MULTIBYTE_STREAM_WRITER)) < 0) {
        return WF_RAISED;
    }
    return WF_OK;
}
const WfModuleDef wf_module__multibytecodec = {"_multibytecodec", "Classes of the East Asian codecs.", NULL, init};

/* --- the modules of the regions -------------------------------------------------------------------------------------------------- */

static WfValue getcodec(WfThread *t, WfValue v, const char *module)
{
    if (!wf_is_str(v)) {
        return wf_raise(t, WF_EXC(TypeError), "encoding name must be a string.");
    }
    for (size_t i = 0; i < WF_ARRAY_LEN(charsets); i++) {
        if (strcmp(charsets[i].module, module) == 0 && wf_str_equal_cstr(wf_as_str(v), charsets[i].name)) {
            if (wf_type_ready(t, WF_TYPE(MULTIBYTE_CODEC)) < 0) {
                return WF_EMPTY;
            }
            Codec *c = WF_NEW(t, Codec, MULTIBYTE_CODEC, NATIVE);
            if (c == NULL) {
                return WF_EMPTY;
            }
            c->charset = &charsets[i];
            return wf_from_object(c);
        }
    }
    return wf_raise(t, WF_EXC(LookupError), "no such codec is supported.");
}

#define REGION(id)                                                                       \
    static WfValue getcodec_##id(WfThread *t, WfValue *a)                                \
    {                                                                                    \
        return getcodec(t, a[0], #id);                                                   \
    }                                                                                    \
    static const WfBuiltinDef functions_##id[] = {                                       \
        {"getcodec", getcodec_##id, "(name, /)", "The codec of that name."},             \
        {0}};                                                                            \
    const WfModuleDef wf_module__codecs_##id = {"_codecs_" #id, "East Asian codecs.", functions_##id, NULL}
REGION(cn);
REGION(hk);
REGION(iso2022);
REGION(jp);
REGION(kr);
REGION(tw);
