/* codecs_encode.c - the encoders written in C: str to bytes.
 * SPDX-License-Identifier: MIT
 * Design:  one driver walks over the string; a codec is a function that encodes as far as it can and says where it got stuck.
 *          What a handler puts is encoded by the same function, and the original error is raised if that does not work.
 * Threads: strings are immutable. */
#include "base/utf8.h"
#include "objects/codecs_impl.h"
#include "objects/dict.h"
#include "objects/int.h"

/* Encodes s[i..) until the end or the first character it cannot: returns that index, and in *bad_end the end of the run that
 * fails alike. -1: raised. */
typedef struct Codec Codec;
typedef int64_t (*EncodeRun)(WfThread *t, const Codec *c, WfEncoder *e, const WfStr *s, int64_t i, int64_t *bad_end);
struct Codec {
    const char *encoding, *reason;
    EncodeRun run;
    uint32_t limit;  /* run_limit: first character that is too large */
    bool big;
    bool ascii; /* replacement text must be ASCII */
    int unit;        /* replacement bytes must be a multiple of it */
    WfValue mapping; /* charmap */
};

static WfValue encode(WfThread *t, WfValue v, const char *errors, const Codec *c, WfEncoder *e)
{
    WfStr *s = wf_as_str(v);
    e->encoding = c->encoding;
    e->errors = errors;
    e->s = s;
    if (wf_encoder_room(t, e, s->length) == NULL) {
        return WF_EMPTY;
    }
    for (int64_t i = 0;;) {
        int64_t bad_end = 0, stop = c->run(t, c, e, s, i, &bad_end);
        if (stop < 0) {
            return WF_EMPTY;
        }
        if (stop >= s->length) {
            return wf_bytes_new(t, e->out->data, e->length);
        }
        WfValue replacement;
        i = wf_encode_error(t, e, stop, bad_end, c->reason, &replacement);
        if (i < 0) {
            return WF_EMPTY;
        }
        bool good = true;
        if (wf_is_bytes(replacement)) {
            WfBytes *b = wf_as_bytes(replacement);
            good = b->length % c->unit == 0;
            if (good && wf_encoder_put(t, e, b->data, b->length) < 0) {
                return WF_EMPTY;
            }
        } else if (c->ascii && !wf_str_is_ascii(wf_as_str(replacement))) {
            good = false;
        } else {
            int64_t ignored, done = c->run(t, c, e, wf_as_str(replacement), 0, &ignored);
            if (done < 0) {
                return WF_EMPTY;
            }
            good = done == wf_as_str(replacement)->length;
        }
        if (!good) {
            return wf_raise_unicode_encode(t, c->encoding, v, stop, bad_end, c->reason);
        }
    }
}

static int64_t run_limit(WfThread *t, const Codec *c, WfEncoder *e, const WfStr *s, int64_t i, int64_t *bad_end)
{
    uint8_t *o = wf_encoder_room(t, e, s->length - i);
    int kind = wf_str_kind(s);
    if (o == NULL) {
        return -1;
    }
    int64_t start = i;
    while (i < s->length) {
        uint32_t ch = wf_chars_at(s->data, kind, i);
        if (ch >= c->limit) {
            break;
        }
        *o++ = (uint8_t)ch;
        i++;
    }
    e->length += i - start;
    *bad_end = i;
    while (*bad_end < s->length && wf_chars_at(s->data, kind, *bad_end) >= c->limit) {
        ++*bad_end;
    }
    return i;
}

WfValue wf_encode_ascii(WfThread *t, WfValue v, const char *errors)
{
    WfStr *s = wf_as_str(v);
    if (wf_str_is_ascii(s)) {
        return wf_bytes_new(t, s->data, s->length);
    }
    Codec c = {"ascii", "ordinal not in range(128)", run_limit, .limit = 128, .unit = 1};
    WfEncoder e = {0};
    return encode(t, v, errors, &c, &e);
}

WfValue wf_encode_latin1(WfThread *t, WfValue v, const char *errors)
{
    WfStr *s = wf_as_str(v);
    if (wf_str_kind(s) == 1) {
        return wf_bytes_new(t, s->data, s->length);
    }
    Codec c = {"latin-1", "ordinal not in range(256)", run_limit, .limit = 256, .unit = 1};
    WfEncoder e = {0};
    return encode(t, v, errors, &c, &e);
}

static bool is_surrogate(uint32_t c)
{
    return c - 0xd800 < 0x800;
}

static int64_t run_utf8(WfThread *t, const Codec *c, WfEncoder *e, const WfStr *s, int64_t i, int64_t *bad_end)
{
    int kind = wf_str_kind(s);
    while (i < s->length) {
        int64_t stop = s->length - i > 1024 ? i + 1024 : s->length;
        uint8_t *o = wf_encoder_room(t, e, (stop - i) * 4), *begin = o;
        if (o == NULL) {
            return -1;
        }
        for (; i < stop; i++) {
            uint32_t ch = wf_chars_at(s->data, kind, i);
            if (is_surrogate(ch)) {
                break;
            }
            o += wf_utf8_put(o, ch);
        }
        e->length += o - begin;
        if (i < stop) {
            break;
        }
    }
    *bad_end = i;
    while (*bad_end < s->length && is_surrogate(wf_chars_at(s->data, kind, *bad_end))) {
        ++*bad_end;
    }
    return i;
}

WfValue wf_encode_utf8(WfThread *t, WfValue v, const char *errors)
{
    WfStr *s = wf_as_str(v);
    int kind = wf_str_kind(s);
    if (wf_str_is_ascii(s)) {
        return wf_bytes_new(t, s->data, s->length);
    }
    if (kind == 1) {
        WfValue r = wf_bytes_new(t, NULL, (int64_t)wf_utf8_encoded_size(s->data, (size_t)s->length, 1));
        if (!wf_is_empty(r)) {
            wf_utf8_encode(s->data, (size_t)s->length, 1, wf_as_bytes(r)->data);
        }
        return r;
    }
    Codec c = {"utf-8", "surrogates not allowed", run_utf8, .unit = 1, .ascii = true};
    WfEncoder e = {0};
    return encode(t, v, errors, &c, &e);
}

static uint8_t *put16(uint8_t *o, uint32_t c, bool big)
{
    o[big] = (uint8_t)c;
    o[!big] = (uint8_t)(c >> 8);
    return o + 2;
}

static int64_t run_utf16(WfThread *t, const Codec *c, WfEncoder *e, const WfStr *s, int64_t i, int64_t *bad_end)
{
    int kind = wf_str_kind(s);
    uint8_t *o = wf_encoder_room(t, e, (s->length - i) * (kind == 4 ? 4 : 2)), *begin = o;
    if (o == NULL) {
        return -1;
    }
    for (; i < s->length; i++) {
        uint32_t ch = wf_chars_at(s->data, kind, i);
        if (is_surrogate(ch)) {
            break;
        }
        if (ch >= 0x10000) {
            o = put16(o, 0xd800 + ((ch - 0x10000) >> 10), c->big);
            ch = 0xdc00 + (ch & 0x3ff);
        }
        o = put16(o, ch, c->big);
    }
    e->length += o - begin;
    *bad_end = i + 1;
    return i;
}

WfValue wf_encode_utf16(WfThread *t, WfValue v, const char *errors, int byteorder)
{
    Codec c = {byteorder < 0 ? "utf-16-le" : byteorder > 0 ? "utf-16-be" : "utf-16", "surrogates not allowed",
               run_utf16, .big = byteorder > 0, .unit = 2, .ascii = true};
    WfEncoder e = {0};
    if (byteorder == 0 && wf_encoder_put(t, &e, "\xff\xfe", 2) < 0) {
        return WF_EMPTY;
    }
    return encode(t, v, errors, &c, &e);
}

static int64_t run_utf32(WfThread *t, const Codec *c, WfEncoder *e, const WfStr *s, int64_t i, int64_t *bad_end)
{
    int kind = wf_str_kind(s);
    uint8_t *o = wf_encoder_room(t, e, (s->length - i) * 4), *begin = o;
    if (o == NULL) {
        return -1;
    }
    for (; i < s->length; i++) {
        uint32_t ch = wf_chars_at(s->data, kind, i);
        if (is_surrogate(ch)) {
            break;
        }
        for (int k = 0; k < 4; k++) {
            o[c->big ? 3 - k : k] = (uint8_t)(ch >> (8 * k));
        }
        o += 4;
    }
    e->length += o - begin;
    *bad_end = i + 1;
    return i;
}

WfValue wf_encode_utf32(WfThread *t, WfValue v, const char *errors, int byteorder)
{
    Codec c = {byteorder < 0 ? "utf-32-le" : byteorder > 0 ? "utf-32-be" : "utf-32", "surrogates not allowed",
               run_utf32, .big = byteorder > 0, .unit = 4, .ascii = true};
    WfEncoder e = {0};
    if (byteorder == 0 && wf_encoder_put(t, &e, "\xff\xfe\0\0", 4) < 0) {
        return WF_EMPTY;
    }
    return encode(t, v, errors, &c, &e);
}

/* --- charmap ---------------------------------------------------------------------------------------------------------- */

/* FOUND: encoded into e; MISSING: undefined. */
static WfFound map_char(WfThread *t, const Codec *c, WfEncoder *e, uint32_t ch)
{
    WfValue m = wf_getitem(t, c->mapping, wf_small_int(ch));
    if (wf_is_empty(m)) {
        return wf_clear_if(t, WF_EXC(LookupError)) ? WF_MISSING : WF_ERROR;
    }
    if (wf_is_none(m)) {
        return WF_MISSING;
    }
    if (wf_is_any_int(m)) {
        int64_t i;
        if (!wf_int_to_i64(m, &i) || i < 0 || i > 255) {
            return WF_FAIL_FOUND(wf_raise(t, WF_EXC(TypeError), "character mapping must be in range(256)"));
        }
        uint8_t byte = (uint8_t)i;
        return wf_encoder_put(t, e, &byte, 1) < 0 ? WF_ERROR : WF_FOUND;
    }
    if (wf_is_bytes(m)) {
        return wf_encoder_put(t, e, wf_as_bytes(m)->data, wf_as_bytes(m)->length) < 0 ? WF_ERROR : WF_FOUND;
    }
    return WF_FAIL_FOUND(
        wf_raise(t, WF_EXC(TypeError), "character mapping must return integer, bytes or None, not %T", m));
}

static int64_t run_charmap(WfThread *t, const Codec *c, WfEncoder *e, const WfStr *s, int64_t i, int64_t *bad_end)
{
    WfFound found = WF_FOUND;
    for (; i < s->length; i++) {
        found = map_char(t, c, e, wf_str_at(s, i));
        if (found <= 0) {
            break;
        }
    }
    if (found < 0) {
        return -1;
    }
    for (*bad_end = i + 1; *bad_end < s->length; ++*bad_end) {
        int64_t before = e->length;
        found = map_char(t, c, e, wf_str_at(s, *bad_end));
        e->length = before;
        if (found < 0) {
            return -1;
        }
        if (found > 0) {
            break;
        }
    }
    return i;
}

WfValue wf_encode_charmap(WfThread *t, WfValue v, const char *errors, WfValue mapping)
{
    if (wf_is_none(mapping)) {
        return wf_encode_latin1(t, v, errors);
    }
    Codec c = {"charmap", "character maps to <undefined>", run_charmap, .unit = 1, .mapping = mapping};
    WfEncoder e = {0};
    return encode(t, v, errors, &c, &e);
}

/* --- UTF-7 -------------------------------------------------------------------------------------------------------------- */

static const char base64_digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

static bool is_direct(uint32_t c)
{
    return (c >= 0x20 && c < 0x7e && c != '+' && c != '\\') || c == '\t' || c == '\n' || c == '\r';
}
static bool is_base64(uint32_t c)
{
    return c - 'A' < 26 || c - 'a' < 26 || c - '0' < 10 || c == '+' || c == '/';
}

WfValue wf_encode_utf7(WfThread *t, WfValue v, const char *errors)
{
    WfStr *s = wf_as_str(v);
    WfRaw *raw = wf_gc_alloc_raw(t, s->length * 8 + 8, false);
    if (raw == NULL) {
        return WF_EMPTY;
    }
    uint8_t *o = raw->data;
    bool shifted = false;
    uint64_t buffer = 0;
    unsigned bits = 0;
    for (int64_t i = 0; i < s->length; i++) {
        uint32_t c = wf_str_at(s, i);
        if (is_direct(c)) {
            if (shifted) {
                if (bits > 0) {
                    *o++ = (uint8_t)base64_digits[buffer << (6 - bits) & 63];
                    bits = 0;
                }
                shifted = false;
                if (is_base64(c) || c == '-') {
                    *o++ = '-';
                }
            }
            *o++ = (uint8_t)c;
            continue;
        }
        if (!shifted) {
            if (c == '+') {
                *o++ = '+';
                *o++ = '-';
                continue;
            }
            *o++ = '+';
            shifted = true;
            bits = 0;
        }
        for (int half = c >= 0x10000 ? 0 : 1; half < 2; half++) {
            uint32_t unit = half == 0 ? 0xd800 + ((c - 0x10000) >> 10) : c >= 0x10000 ? 0xdc00 + (c & 0x3ff) : c;
            buffer = buffer << 16 | unit;
            for (bits += 16; bits >= 6; bits -= 6) {
                *o++ = (uint8_t)base64_digits[buffer >> (bits - 6) & 63];
            }
        }
    }
    if (bits > 0) {
        *o++ = (uint8_t)base64_digits[buffer << (6 - bits) & 63];
    }
    if (shifted) {
        *o++ = '-';
    }
    return wf_bytes_new(t, raw->data, o - raw->data);
}

/* --- escapes ------------------------------------------------------------------------------------------------------------- */

static uint8_t *put_hex(uint8_t *o, char letter, uint32_t c, int digits)
{
    *o++ = '\\';
    *o++ = (uint8_t)letter;
    while (digits-- > 0) {
        *o++ = (uint8_t)"0123456789abcdef"[c >> (4 * digits) & 15];
    }
    return o;
}

WfValue wf_encode_unicode_escape(WfThread *t, WfValue v)
{
    WfStr *s = wf_as_str(v);
    WfRaw *raw = wf_gc_alloc_raw(t, s->length * 10 + 1, false);
    if (raw == NULL) {
        return WF_EMPTY;
    }
    uint8_t *o = raw->data;
    for (int64_t i = 0; i < s->length; i++) {
        uint32_t c = wf_str_at(s, i);
        if (c >= 0x20 && c < 0x7f && c != '\\') {
            *o++ = (uint8_t)c;
        } else if (c == '\\' || c == '\t' || c == '\n' || c == '\r') {
            *o++ = '\\';
            *o++ = c == '\\' ? '\\' : c == '\t' ? 't' : c == '\n' ? 'n' : 'r';
        } else {
            o = c < 0x100 ? put_hex(o, 'x', c, 2) : c < 0x10000 ? put_hex(o, 'u', c, 4) : put_hex(o, 'U', c, 8);
        }
    }
    return wf_bytes_new(t, raw->data, o - raw->data);
}

WfValue wf_encode_raw_unicode_escape(WfThread *t, WfValue v)
{
    WfStr *s = wf_as_str(v);
    WfRaw *raw = wf_gc_alloc_raw(t, s->length * 10 + 1, false);
    if (raw == NULL) {
        return WF_EMPTY;
    }
    uint8_t *o = raw->data;
    for (int64_t i = 0; i < s->length; i++) {
        uint32_t c = wf_str_at(s, i);
        if (c < 0x100) {
            *o++ = (uint8_t)c;
        } else {
            o = c < 0x10000 ? put_hex(o, 'u', c, 4) : put_hex(o, 'U', c, 8);
        }
    }
    return wf_bytes_new(t, raw->data, o - raw->data);
}
