/* binascii.c - the module binascii: bytes as hexadecimal, base64, uuencoded and quoted-printable text; checksums.
 * SPDX-License-Identifier: MIT
 * Design:     input is a WfBuffer, or the characters of an ASCII str as one; output is made in a raw cell of the largest
 *             size it can have, and copied into bytes.
 * Threads:    no state. */
#include "model/builtin.h"
#include "model/object.h"
#include "modules/hashing.h"
#include "objects/bytes.h"
#include "objects/exceptions.h"
#include "objects/int.h"
#include "objects/str.h"

#define ERROR WF_EXC(BINASCII_ERROR)
#define UU_LINE 45
#define QP_LINE 76

static const char base64_digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/* What a2b functions take: an ASCII str or a buffer. Released with wf_buffer_release. */
static WfStatus ascii_buffer(WfThread *t, WfValue v, WfBuffer *b)
{
    if (wf_is_str(v)) {
        if (!wf_str_is_ascii(wf_as_str(v))) {
            return WF_FAIL(wf_raise(t, WF_EXC(ValueError), "string argument should contain only ASCII characters"));
        }
        *b = (WfBuffer){.owner = WF_EMPTY, .data = wf_as_str(v)->data, .length = wf_as_str(v)->length};
        return WF_OK;
    }
    if (!wf_has_buffer(v)) {
        return WF_FAIL(wf_raise(t, WF_EXC(TypeError), "argument should be bytes, buffer or ASCII string, not '%.100s'",
                                WF_TYPE_NAME(v)));
    }
    return wf_buffer_get(t, v, b, WF_BUF_SIMPLE);
}

static void release(WfThread *t, WfBuffer *b)
{
    if (!wf_is_empty(b->owner)) {
        wf_buffer_release(t, b);
    }
}

/* Runs `convert` on a buffer, with room for `most` bytes of result. It returns their number, or -1: raised. */
static WfValue with_output(WfThread *t, WfBuffer *b, int64_t most, int flags,
                           int64_t (*convert)(WfThread *t, const uint8_t *in, int64_t n, uint8_t *out, int flags))
{
    WfValue result = WF_EMPTY;
    WfRaw *raw = wf_gc_alloc_raw(t, most < 1 ? 1 : most, false);
    if (raw != NULL) {
        int64_t n = convert(t, b->data, b->length, raw->data, flags);
        if (n >= 0) {
            result = wf_bytes_new(t, raw->data, n);
        }
    }
    release(t, b);
    return result;
}

static int hex_digit(uint8_t c)
{
    if (c >= '0' && c <= '9') {
        return c - '0';
    }
    c |= 0x20;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* --- hexadecimal --------------------------------------------------------------------------------------------- */

static int64_t from_hex(WfThread *t, const uint8_t *in, int64_t n, uint8_t *out, int flags)
{
    if (n % 2 != 0) {
        (void)wf_raise(t, ERROR, "Odd-length string");
        return -1;
    }
    for (int64_t i = 0; i < n / 2; i++) {
        int high = hex_digit(in[2 * i]), low = hex_digit(in[2 * i + 1]);
        if (high < 0 || low < 0) {
            (void)wf_raise(t, ERROR, "Non-hexadecimal digit found");
            return -1;
        }
        out[i] = (uint8_t)(high << 4 | low);
    }
    return n / 2;
}

static WfValue binascii_a2b_hex(WfThread *t, WfValue *a)
{
    WfBuffer b;
    return ascii_buffer(t, a[0], &b) == WF_OK ? with_output(t, &b, b.length / 2, 0, from_hex) : WF_EMPTY;
}

static WfStatus separator(WfThread *t, WfValue v, int *sep)
{
    int64_t length;
    *sep = -1;
    if (wf_is_empty(v)) {
        return WF_OK;
    }
    if (wf_len(t, v, &length) != WF_OK) {
        return WF_RAISED;
    }
    if (length != 1) {
        return WF_FAIL(wf_raise(t, WF_EXC(ValueError), "sep must be length 1."));
    }
    if (wf_is_str(v)) {
        if (wf_str_at(wf_as_str(v), 0) > 0x7f) {
            return WF_FAIL(wf_raise(t, WF_EXC(ValueError), "sep must be ASCII."));
        }
        *sep = (int)wf_str_at(wf_as_str(v), 0);
        return WF_OK;
    }
    if (wf_is_bytes(v)) {
        *sep = wf_as_bytes(v)->data[0];
        return WF_OK;
    }
    return WF_FAIL(wf_raise(t, WF_EXC(TypeError), "sep must be str or bytes."));
}

static WfValue binascii_b2a_hex(WfThread *t, WfValue *a)
{
    int sep, per_sep;
    WfBuffer b;
    if (separator(t, a[1], &sep) != WF_OK || wf_to_int(t, a[2], &per_sep) != WF_OK
        || wf_buffer_get(t, a[0], &b, WF_BUF_SIMPLE) != WF_OK) {
        return WF_EMPTY;
    }
    int64_t n = b.length, group = per_sep < 0 ? -(int64_t)per_sep : per_sep;
    int64_t seps = sep < 0 || group == 0 || n == 0 ? 0 : (n - 1) / group;
    /* positive: groups are counted from the right */
    int64_t first = seps == 0 ? n : per_sep < 0 ? group : n - seps * group;
    WfValue result = wf_bytes_new(t, NULL, 2 * n + seps);
    if (!wf_is_empty(result)) {
        const uint8_t *in = b.data;
        uint8_t *out = wf_as_bytes(result)->data;
        for (int64_t i = 0, until = first; i < n; i++) {
            if (i == until) {
                *out++ = (uint8_t)sep;
                until += group;
            }
            *out++ = (uint8_t)"0123456789abcdef"[in[i] >> 4];
            *out++ = (uint8_t)"0123456789abcdef"[in[i] & 15];
        }
    }
    wf_buffer_release(t, &b);
    return result;
}

/* --- base64 -------------------------------------------------------------------------------------------------- */

static int base64_value(uint8_t c)
{
    if (c >= 'A' && c <= 'Z') {
        return c - 'A';
    }
    if (c >= 'a' && c <= 'z') {
        return c - 'a' + 26;
    }
    if (c >= '0' && c <= '9') {
        return c - '0' + 52;
    }
    return c == '+' ? 62 : c == '/' ? 63 : -1;
}

static int64_t base64_error(WfThread *t, const char *message)
{
    (void)wf_raise(t, ERROR, message);
    return -1;
}

/* flags: strict. Without it, what is no digit is skipped. */
static int64_t from_base64(WfThread *t, const uint8_t *in, int64_t n, uint8_t *out, int strict)
{
    uint8_t *start = out;
    uint32_t bits = 0;
    int digits = 0, pads = 0;
    bool padding = false;
    if (strict && n > 0 && in[0] == '=') {
        return base64_error(t, "Leading padding not allowed");
    }
    for (int64_t i = 0; i < n; i++) {
        if (in[i] == '=') {
            padding = true;
            if (digits >= 2 && digits + ++pads >= 4) {
                return strict && i + 1 < n ? base64_error(t, "Excess data after padding") : out - start;
            }
            continue;
        }
        int value = base64_value(in[i]);
        if (value < 0) {
            if (strict) {
                return base64_error(t, "Only base64 data is allowed");
            }
            continue;
        }
        if (strict && padding) {
            return base64_error(t, "Discontinuous padding not allowed");
        }
        pads = 0;
        bits = bits << 6 | (uint32_t)value;
        if (digits++ > 0) {
            *out++ = (uint8_t)(bits >> (8 - 2 * digits));
        }
        digits &= 3;
    }
    if (digits == 1) {
        (void)wf_raise(t, ERROR,
                       "Invalid base64-encoded string: number of data characters (%zd) cannot be 1 more than a "
                       "multiple of 4",
                       (int64_t)((out - start) / 3 * 4 + 1));
        return -1;
    }
    return digits == 0 ? out - start : base64_error(t, "Incorrect padding");
}

static WfValue binascii_a2b_base64(WfThread *t, WfValue *a)
{
    bool strict;
    WfBuffer b;
    if (wf_to_bool(t, a[1], &strict) != WF_OK || ascii_buffer(t, a[0], &b) != WF_OK) {
        return WF_EMPTY;
    }
    return with_output(t, &b, (b.length + 3) / 4 * 3, strict, from_base64);
}

static WfValue binascii_b2a_base64(WfThread *t, WfValue *a)
{
    bool newline;
    WfBuffer b;
    if (wf_to_bool(t, a[1], &newline) != WF_OK || wf_buffer_get(t, a[0], &b, WF_BUF_SIMPLE) != WF_OK) {
        return WF_EMPTY;
    }
    WfValue result = wf_bytes_new(t, NULL, (b.length + 2) / 3 * 4 + newline);
    if (!wf_is_empty(result)) {
        const uint8_t *in = b.data;
        uint8_t *out = wf_as_bytes(result)->data;
        for (int64_t i = 0; i < b.length; i += 3) {
            int64_t left = b.length - i;
            uint32_t bits = (uint32_t)in[i] << 16 | (left > 1 ? (uint32_t)in[i + 1] << 8 : 0) | (left > 2 ? in[i + 2] : 0);
            *out++ = (uint8_t)base64_digits[bits >> 18];
            *out++ = (uint8_t)base64_digits[bits >> 12 & 63];
            *out++ = (uint8_t)(left > 1 ? base64_digits[bits >> 6 & 63] : '=');
            *out++ = (uint8_t)(left > 2 ? base64_digits[bits & 63] : '=');
        }
        if (newline) {
            *out = '\n';
        }
    }
    wf_buffer_release(t, &b);
    return result;
}

/* --- uuencode ------------------------------------------------------------------------------------------------ */

static int64_t from_uu(WfThread *t, const uint8_t *in, int64_t n, uint8_t *out, int flags)
{
    /* an empty line reads as one of 32 zero bytes */
    int64_t length = n == 0 ? 32 : (in[0] - ' ') & 63, i = 1, made = 0;
    uint32_t bits = 0;
    int n_bits = 0;
    for (; made < length; i++) {
        uint8_t c = i < n ? in[i] : '\n';
        uint32_t value = 0;
        if (c != '\n' && c != '\r') {
            if (c < ' ' || c > ' ' + 64) {
                (void)wf_raise(t, ERROR, "Illegal char");
                return -1;
            }
            value = (c - ' ') & 63;
        }
        bits = bits << 6 | value;
        n_bits += 6;
        if (n_bits >= 8) {
            n_bits -= 8;
            out[made++] = (uint8_t)(bits >> n_bits);
        }
    }
    for (; i < n; i++) {
        if (in[i] != ' ' && in[i] != ' ' + 64 && in[i] != '\n' && in[i] != '\r') {
            (void)wf_raise(t, ERROR, "Trailing garbage");
            return -1;
        }
    }
    return made;
}

static WfValue binascii_a2b_uu(WfThread *t, WfValue *a)
{
    WfBuffer b;
    return ascii_buffer(t, a[0], &b) == WF_OK ? with_output(t, &b, 64, 0, from_uu) : WF_EMPTY;
}

static int64_t to_uu(WfThread *t, const uint8_t *in, int64_t n, uint8_t *out, int backtick)
{
    if (n > UU_LINE) {
        (void)wf_raise(t, ERROR, "At most 45 bytes at once");
        return -1;
    }
    uint8_t *start = out;
    *out++ = (uint8_t)(backtick && n == 0 ? '`' : ' ' + n);
    for (int64_t i = 0; i < n; i += 3) {
        uint32_t bits = (uint32_t)in[i] << 16 | (i + 1 < n ? (uint32_t)in[i + 1] << 8 : 0) | (i + 2 < n ? in[i + 2] : 0);
        for (int shift = 18; shift >= 0; shift -= 6) {
            uint32_t value = bits >> shift & 63;
            *out++ = (uint8_t)(backtick && value == 0 ? '`' : ' ' + value);
        }
    }
    *out++ = '\n';
    return out - start;
}

static WfValue binascii_b2a_uu(WfThread *t, WfValue *a)
{
    bool backtick;
    WfBuffer b;
    if (wf_to_bool(t, a[1], &backtick) != WF_OK || wf_buffer_get(t, a[0], &b, WF_BUF_SIMPLE) != WF_OK) {
        return WF_EMPTY;
    }
    return with_output(t, &b, 2 + (UU_LINE + 2) / 3 * 4, backtick, to_uu);
}

/* --- quoted-printable ---------------------------------------------------------------------------------------- */

enum { QP_HEADER = 1, QP_TABS = 2, QP_TEXT = 4 };

static int64_t from_qp(WfThread *t, const uint8_t *in, int64_t n, uint8_t *out, int flags)
{
    uint8_t *start = out;
    for (int64_t i = 0; i < n;) {
        uint8_t c = in[i++];
        if (c != '=') {
            *out++ = c == '_' && (flags & QP_HEADER) ? ' ' : c;
            continue;
        }
        if (i >= n) {
            break;
        }
        if (in[i] == '\n' || in[i] == '\r') { /* soft line break */
            while (i < n && in[i] != '\n') {
                i++;
            }
            i++;
        } else if (in[i] == '=') { /* a broken encoder's "==" */
            *out++ = '=';
            i++;
        } else if (i + 1 < n && hex_digit(in[i]) >= 0 && hex_digit(in[i + 1]) >= 0) {
            *out++ = (uint8_t)(hex_digit(in[i]) << 4 | hex_digit(in[i + 1]));
            i += 2;
        } else {
            *out++ = '=';
        }
    }
    return out - start;
}

static WfValue binascii_a2b_qp(WfThread *t, WfValue *a)
{
    bool header;
    WfBuffer b;
    if (wf_to_bool(t, a[1], &header) != WF_OK || ascii_buffer(t, a[0], &b) != WF_OK) {
        return WF_EMPTY;
    }
    return with_output(t, &b, b.length, header ? QP_HEADER : 0, from_qp);
}

static uint8_t *put_escape(uint8_t *out, uint8_t c)
{
    out[0] = '=';
    out[1] = (uint8_t)"0123456789ABCDEF"[c >> 4];
    out[2] = (uint8_t)"0123456789ABCDEF"[c & 15];
    return out + 3;
}

static bool needs_escape(const uint8_t *in, int64_t i, int64_t n, int64_t column, int flags)
{
    uint8_t c = in[i];
    bool last = i + 1 == n, blank = c == ' ' || c == '\t', line_end = c == '\n' || c == '\r';
    if (c > 126 || c == '=' || (c == '_' && (flags & QP_HEADER))) {
        return true;
    }
    /* a dot alone on a line ends a message in SMTP */
    if (c == '.' && column == 0 && (last || in[i + 1] == '\n' || in[i + 1] == '\r' || in[i + 1] == 0)) {
        return true;
    }
    if (line_end) {
        return !(flags & QP_TEXT);
    }
    return blank ? last || (flags & QP_TABS) != 0 : c < 33;
}

static int64_t to_qp(WfThread *t, const uint8_t *in, int64_t n, uint8_t *out, int flags)
{
    uint8_t *start = out;
    const uint8_t *first = n == 0 ? NULL : memchr(in, '\n', (size_t)n);
    bool crlf = first != NULL && first > in && first[-1] == '\r';
    int64_t column = 0;
    for (int64_t i = 0; i < n;) {
        uint8_t c = in[i];
        bool escape = needs_escape(in, i, n, column, flags);
        if (!escape && (flags & QP_TEXT) && (c == '\n' || (c == '\r' && i + 1 < n && in[i + 1] == '\n'))) {
            if (out > start && (out[-1] == ' ' || out[-1] == '\t')) { /* blanks at a line's end get lost */
                out = put_escape(out - 1, out[-1]);
            }
            if (crlf) {
                *out++ = '\r';
            }
            *out++ = '\n';
            column = 0;
            i += c == '\r' ? 2 : 1;
            continue;
        }
        if (escape ? column + 3 >= QP_LINE : i + 1 != n && in[i + 1] != '\n' && column + 1 >= QP_LINE) {
            *out++ = '=';
            if (crlf) {
                *out++ = '\r';
            }
            *out++ = '\n';
            column = 0;
        }
        if (escape) {
            out = put_escape(out, c);
            column += 3;
        } else {
            *out++ = c == ' ' && (flags & QP_HEADER) ? '_' : c;
            column++;
        }
        i++;
    }
    return out - start;
}

static WfValue binascii_b2a_qp(WfThread *t, WfValue *a)
{
    bool tabs, text, header;
    WfBuffer b;
    if (wf_to_bool(t, a[1], &tabs) != WF_OK || wf_to_bool(t, a[2], &text) != WF_OK || wf_to_bool(t, a[3], &header) != WF_OK
        || wf_buffer_get(t, a[0], &b, WF_BUF_SIMPLE) != WF_OK) {
        return WF_EMPTY;
    }
    int flags = (tabs ? QP_TABS : 0) | (text ? QP_TEXT : 0) | (header ? QP_HEADER : 0);
    return with_output(t, &b, b.length * 4 + 16, flags, to_qp);
}

/* --- checksums ----------------------------------------------------------------------------------------------- */

static WfValue binascii_crc32(WfThread *t, WfValue *a)
{
    WfValue start = wf_index(t, a[1]);
    WfBuffer b;
    if (wf_is_empty(start) || wf_buffer_get(t, a[0], &b, WF_BUF_SIMPLE) != WF_OK) {
        return WF_EMPTY;
    }
    uint32_t crc = wf_crc32(t, (uint32_t)wf_int_to_u64_mask(start), b.data, (size_t)b.length);
    wf_buffer_release(t, &b);
    return wf_small_int(crc);
}

static WfValue binascii_crc_hqx(WfThread *t, WfValue *a)
{
    WfValue start = wf_index(t, a[1]);
    WfBuffer b;
    if (wf_is_empty(start) || wf_buffer_get(t, a[0], &b, WF_BUF_SIMPLE) != WF_OK) {
        return WF_EMPTY;
    }
    uint32_t crc = (uint32_t)wf_int_to_u64_mask(start) & 0xffff;
    const uint8_t *in = b.data;
    for (int64_t i = 0; i < b.length; i++) {
        crc ^= (uint32_t)in[i] << 8;
        for (int k = 0; k < 8; k++) {
            crc = (crc << 1 ^ (crc & 0x8000 ? 0x1021 : 0)) & 0xffff;
        }
    }
    wf_buffer_release(t, &b);
    return wf_small_int(crc);
}

/* --- the module ---------------------------------------------------------------------------------------------- */

const WfTypeSpec wf_binascii_error_spec = {
    .name = "binascii.Error",
    .flags = WF_TF_BASETYPE | WF_TF_HAS_DICT | WF_TF_EXCEPTION | WF_TF_WEAKREFS,
    .size = offsetof(WfException, extra),
};
const WfTypeSpec wf_binascii_incomplete_spec = {
    .name = "binascii.Incomplete",
    .flags = WF_TF_BASETYPE | WF_TF_HAS_DICT | WF_TF_EXCEPTION | WF_TF_WEAKREFS,
    .size = offsetof(WfException, extra),
};

static const WfBuiltinDef binascii_functions[] = {
    {"a2b_uu", binascii_a2b_uu, "(data, /)", "The bytes that a line of uuencoded text stands for."},
    {"b2a_uu", binascii_b2a_uu, "(data, /, *, backtick=False)", "A line of uuencoded text for at most 45 bytes."},
    {"a2b_base64", binascii_a2b_base64, "(data, /, *, strict_mode=False)",
     "The bytes that base64 text stands for; strict_mode: nothing but what the standard allows."},
    {"b2a_base64", binascii_b2a_base64, "(data, /, *, newline=True)", "The bytes as a line of base64 text."},
    {"a2b_hex", binascii_a2b_hex, "(hexstr, /)", "The bytes that pairs of hexadecimal digits stand for."},
    {"b2a_hex", binascii_b2a_hex, "(data, sep=?, bytes_per_sep=1)",
     "The bytes as hexadecimal digits, with a separator between groups if one is given."},
    {"unhexlify", binascii_a2b_hex, "(hexstr, /)", "The bytes that pairs of hexadecimal digits stand for."},
    {"hexlify", binascii_b2a_hex, "(data, sep=?, bytes_per_sep=1)",
     "The bytes as hexadecimal digits, with a separator between groups if one is given."},
    {"a2b_qp", binascii_a2b_qp, "(data, header=False)", "The bytes that quoted-printable text stands for."},
    {"b2a_qp", binascii_b2a_qp, "(data, quotetabs=False, istext=True, header=False)",
     "The bytes as quoted-printable text. quotetabs: blanks too; istext: keep line ends; header: blanks as '_'."},
    {"crc32", binascii_crc32, "(data, crc=0, /)", "CRC-32 of the bytes, going on from an earlier crc."},
    {"crc_hqx", binascii_crc_hqx, "(data, crc, /)", "CRC-CCITT of the bytes, going on from an earlier crc."},
    {0}};

static WfStatus binascii_init(WfThread *t, WfValue module)
{
    return wf_module_add_type(t, module, WF_TYPE(BINASCII_ERROR)) == WF_OK
               ? wf_module_add_type(t, module, WF_TYPE(BINASCII_INCOMPLETE))
               : WF_RAISED;
}

const WfModuleDef wf_module_binascii = {
    .name = "binascii",
    .doc = "Conversion between binary data and ASCII.",
    .functions = binascii_functions,
    .init = binascii_init,
};
