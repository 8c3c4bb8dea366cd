/* codecs_decode.c - the decoders written in C: bytes to str.
 * SPDX-License-Identifier: MIT
 * Design:  each walks over d->p, writes to d->out and hands what is wrong to wf_decode_error, which may change d->p and d->n. With
 *          `consumed`, an incomplete sequence at the end is left for the next call instead.
 * Threads: input is immutable or a copy. */
#include "base/unicode.h"
#include "base/utf8.h"
#include "objects/codecs_impl.h"
#include "objects/dict.h"
#include "objects/int.h"

static WfValue finish(WfThread *t, WfDecoder *d, int64_t pos, int64_t *consumed)
{
    if (consumed != NULL) {
        *consumed = pos;
    }
    return wf_builder_finish(t, &d->out);
}

WfValue wf_decode_utf8(WfThread *t, const void *data, int64_t n, const char *errors, int64_t *consumed)
{
    WfUtf8Scan scan = wf_utf8_scan(data, (size_t)n, false);
    if (scan.error == WF_UTF8_OK || (scan.error == WF_UTF8_TRUNCATED && consumed != NULL)) {
        if (consumed != NULL) {
            *consumed = (int64_t)scan.valid;
        }
        return wf_str_from_utf8(t, data, (int64_t)scan.valid);
    }
    WfDecoder d = WF_DECODER("utf-8", errors, data, n);
    int64_t pos = 0;
    while (pos < d.n) {
        scan = wf_utf8_scan(d.p + pos, (size_t)(d.n - pos), false);
        if (scan.valid > 0 && wf_builder_utf8(t, &d.out, (const char *)d.p + pos, (int64_t)scan.valid) < 0) {
            return WF_EMPTY;
        }
        pos += (int64_t)scan.valid;
        if (scan.error == WF_UTF8_OK || (scan.error == WF_UTF8_TRUNCATED && consumed != NULL)) {
            break;
        }
        if (consumed != NULL && d.n - pos == 2 && d.p[pos] == 0xed && d.p[pos + 1] >= 0xa0 && d.p[pos + 1] < 0xc0) {
            break; /* perhaps a surrogate that the handler would pass, once its last byte is there */
        }
        const char *reason = scan.error == WF_UTF8_BAD_START      ? "invalid start byte"
                             : scan.error == WF_UTF8_BAD_CONTINUE ? "invalid continuation byte"
                                                                  : "unexpected end of data";
        pos = wf_decode_error(t, &d, pos, pos + (int64_t)scan.bad_len, reason);
        if (pos < 0) {
            return WF_EMPTY;
        }
    }
    return finish(t, &d, pos, consumed);
}

WfValue wf_decode_latin1(WfThread *t, const void *data, int64_t n)
{
    return wf_str_from_kind(t, 1, data, n);
}

WfValue wf_decode_ascii(WfThread *t, const void *data, int64_t n, const char *errors)
{
    if (wf_is_ascii(data, (size_t)n)) {
        return wf_str_from_kind(t, 1, data, n);
    }
    WfDecoder d = WF_DECODER("ascii", errors, data, n);
    int64_t pos = 0;
    while (pos < d.n) {
        int64_t run = (int64_t)wf_ascii_prefix(d.p + pos, (size_t)(d.n - pos));
        if (wf_builder_ascii(t, &d.out, (const char *)d.p + pos, run) < 0) {
            return WF_EMPTY;
        }
        pos += run;
        if (pos < d.n && (pos = wf_decode_error(t, &d, pos, pos + 1, "ordinal not in range(128)")) < 0) {
            return WF_EMPTY;
        }
    }
    return finish(t, &d, pos, NULL);
}

WfValue wf_decode_utf16(WfThread *t, const void *data, int64_t n, const char *errors, int *byteorder, int64_t *consumed)
{
    const uint8_t *q = data;
    int64_t pos = 0;
    int order = *byteorder;
    if (order == 0 && n >= 2) {
        if (q[0] == 0xff && q[1] == 0xfe) {
            order = -1;
            pos = 2;
        } else if (q[0] == 0xfe && q[1] == 0xff) {
            order = 1;
            pos = 2;
        }
        *byteorder = order;
    }
    bool big = order > 0;
    WfDecoder d = WF_DECODER(big ? "utf-16-be" : "utf-16-le", errors, data, n);
    if (wf_builder_reserve(t, &d.out, n / 2, 0x7f) < 0) {
        return WF_EMPTY;
    }
#define UNIT(i) ((uint32_t)(big ? d.p[i] << 8 | d.p[(i) + 1] : d.p[i] | d.p[(i) + 1] << 8))
    while (pos < d.n) {
        const char *reason;
        int64_t end;
        if (d.n - pos < 2) {
            if (consumed != NULL) {
                break;
            }
            reason = "truncated data";
            end = d.n;
        } else {
            uint32_t c = UNIT(pos);
            if (c - 0xd800 >= 0x800) {
                if (wf_builder_char(t, &d.out, c) < 0) {
                    return WF_EMPTY;
                }
                pos += 2;
                continue;
            }
            if (c >= 0xdc00) {
                reason = "illegal encoding";
                end = pos + 2;
            } else if (d.n - pos < 4) {
                if (consumed != NULL) {
                    break;
                }
                reason = "unexpected end of data";
                end = d.n;
            } else {
                uint32_t low = UNIT(pos + 2);
                if (low - 0xdc00 < 0x400) {
                    if (wf_builder_char(t, &d.out, 0x10000 + ((c - 0xd800) << 10) + (low - 0xdc00)) < 0) {
                        return WF_EMPTY;
                    }
                    pos += 4;
                    continue;
                }
                reason = "illegal UTF-16 surrogate";
                end = pos + 2;
            }
        }
        pos = wf_decode_error(t, &d, pos, end, reason);
        if (pos < 0) {
            return WF_EMPTY;
        }
    }
#undef UNIT
    return finish(t, &d, pos, consumed);
}

WfValue wf_decode_utf32(WfThread *t, const void *data, int64_t n, const char *errors, int *byteorder, int64_t *consumed)
{
    const uint8_t *q = data;
    int64_t pos = 0;
    int order = *byteorder;
    if (order == 0 && n >= 4) {
        if (q[0] == 0xff && q[1] == 0xfe && q[2] == 0 && q[3] == 0) {
            order = -1;
            pos = 4;
        } else if (q[0] == 0 && q[1] == 0 && q[2] == 0xfe && q[3] == 0xff) {
            order = 1;
            pos = 4;
        }
        *byteorder = order;
    }
    bool big = order > 0;
    WfDecoder d = WF_DECODER(big ? "utf-32-be" : "utf-32-le", errors, data, n);
    while (pos < d.n) {
        const char *reason;
        int64_t end = pos + 4;
        if (d.n - pos < 4) {
            if (consumed != NULL) {
                break;
            }
            reason = "truncated data";
            end = d.n;
        } else {
            const uint8_t *p = d.p + pos;
            uint32_t c = big ? (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3]
                             : (uint32_t)p[3] << 24 | (uint32_t)p[2] << 16 | (uint32_t)p[1] << 8 | p[0];
            if (c - 0xd800 >= 0x800 && c < 0x110000) {
                if (wf_builder_char(t, &d.out, c) < 0) {
                    return WF_EMPTY;
                }
                pos += 4;
                continue;
            }
            reason = c < 0x110000 ? "code point in surrogate code point range(0xd800, 0xe000)"
                                  : "code point not in range(0x110000)";
        }
        pos = wf_decode_error(t, &d, pos, end, reason);
        if (pos < 0) {
            return WF_EMPTY;
        }
    }
    return finish(t, &d, pos, consumed);
}

/* --- UTF-7 ---------------------------------------------------------------------------------------------------------------- */

static int base64_value(uint8_t c)
{
    return (uint8_t)(c - 'A') < 26   ? c - 'A'
           : (uint8_t)(c - 'a') < 26 ? c - 'a' + 26
           : (uint8_t)(c - '0') < 10 ? c - '0' + 52
           : c == '+'                ? 62
           : c == '/'                ? 63
                                     : -1;
}

WfValue wf_decode_utf7(WfThread *t, const void *data, int64_t n, const char *errors, int64_t *consumed)
{
    WfDecoder d = WF_DECODER("utf7", errors, data, n);
    int64_t pos = 0, shift_start = 0, shift_length = 0; /* where the shifted section began, in input and output */
    bool shifted = false;
    uint64_t buffer = 0;
    unsigned bits = 0;
    uint32_t high = 0; /* a high surrogate waiting for its low one */
    for (;;) {
        const char *reason = NULL;
        if (pos >= d.n) {
            if (!shifted || consumed != NULL) {
                break;
            }
            shifted = false;
            if (high != 0 || bits >= 6 || (bits > 0 && buffer != 0)) {
                reason = "unterminated shift sequence";
            } else {
                break;
            }
        } else {
            uint8_t c = d.p[pos];
            if (shifted) {
                int value = base64_value(c);
                if (value >= 0) {
                    buffer = buffer << 6 | (uint64_t)value;
                    bits += 6;
                    pos++;
                    if (bits < 16) {
                        continue;
                    }
                    bits -= 16;
                    uint32_t unit = (uint32_t)(buffer >> bits) & 0xffff;
                    buffer &= ((uint64_t)1 << bits) - 1;
                    if (high != 0) {
                        uint32_t before = high;
                        high = 0;
                        if (unit - 0xdc00 < 0x400) {
                            unit = 0x10000 + ((before - 0xd800) << 10) + (unit - 0xdc00);
                        } else if (wf_builder_char(t, &d.out, before) < 0) {
                            return WF_EMPTY;
                        }
                    }
                    if (unit - 0xd800 < 0x400) {
                        high = unit;
                    } else if (wf_builder_char(t, &d.out, unit) < 0) {
                        return WF_EMPTY;
                    }
                    continue;
                }
                shifted = false;
                if (bits >= 6 || (bits > 0 && buffer != 0)) {
                    reason = bits >= 6 ? "partial character in shift sequence" : "non-zero padding bits in shift sequence";
                    pos++;
                } else {
                    if (high != 0 && c < 0x80 && c != '+' && wf_builder_char(t, &d.out, high) < 0) {
                        return WF_EMPTY;
                    }
                    high = 0;
                    pos += c == '-';
                    continue;
                }
            } else if (c == '+') {
                shift_start = pos++;
                if (pos < d.n && d.p[pos] == '-') {
                    pos++;
                    if (wf_builder_char(t, &d.out, '+') < 0) {
                        return WF_EMPTY;
                    }
                } else if (pos < d.n && base64_value(d.p[pos]) < 0) {
                    pos++;
                    reason = "ill-formed sequence";
                } else {
                    shifted = true;
                    high = 0;
                    bits = 0;
                    buffer = 0;
                    shift_length = d.out.length;
                }
            } else if (c < 0x80) {
                pos++;
                if (wf_builder_char(t, &d.out, c) < 0) {
                    return WF_EMPTY;
                }
            } else {
                shift_start = pos++;
                reason = "unexpected special character";
            }
        }
        if (reason != NULL) {
            high = 0;
            pos = wf_decode_error(t, &d, shift_start, pos, reason);
            if (pos < 0) {
                return WF_EMPTY;
            }
        }
    }
    if (consumed != NULL && shifted) {
        d.out.length = shift_length;
        pos = shift_start;
    }
    return finish(t, &d, pos, consumed);
}

/* --- charmap ---------------------------------------------------------------------------------------------------------------- */

WfValue wf_decode_charmap(WfThread *t, const void *data, int64_t n, const char *errors, WfValue mapping)
{
    if (wf_is_none(mapping)) {
        return wf_decode_latin1(t, data, n);
    }
    WfDecoder d = WF_DECODER("charmap", errors, data, n);
    WfStr *table = wf_is_exact_str(mapping) ? wf_as_str(mapping) : NULL;
    if (wf_builder_reserve(t, &d.out, n, table == NULL ? 0x7f : wf_str_max_char(table)) < 0) {
        return WF_EMPTY;
    }
    for (int64_t pos = 0; pos < d.n;) {
        uint8_t c = d.p[pos];
        uint32_t ch = 0xfffe;
        if (table != NULL) {
            ch = c < table->length ? wf_str_at(table, c) : 0xfffe;
        } else {
            WfValue v = wf_getitem(t, mapping, wf_small_int(c));
            int64_t i;
            if (wf_is_empty(v)) {
                if (!wf_clear_if(t, WF_EXC(LookupError))) {
                    return WF_EMPTY;
                }
            } else if (wf_is_any_int(v)) {
                if (!wf_int_to_i64(v, &i) || i < 0 || i > 0x10ffff) {
                    return wf_raise(t, WF_EXC(TypeError), "character mapping must be in range(0x110000)");
                }
                ch = (uint32_t)i;
            } else if (wf_is_str(v)) {
                WfStr *s = wf_as_str(v);
                if (s->length != 1 || wf_str_at(s, 0) != 0xfffe) {
                    if (wf_builder_str(t, &d.out, s) < 0) {
                        return WF_EMPTY;
                    }
                    pos++;
                    continue;
                }
            } else if (!wf_is_none(v)) {
                return wf_raise(t, WF_EXC(TypeError), "character mapping must return integer, None or str");
            }
        }
        if (ch != 0xfffe) {
            if (wf_builder_char(t, &d.out, ch) < 0) {
                return WF_EMPTY;
            }
            pos++;
        } else if ((pos = wf_decode_error(t, &d, pos, pos + 1, "character maps to <undefined>")) < 0) {
            return WF_EMPTY;
        }
    }
    return finish(t, &d, n, NULL);
}

/* --- escapes ----------------------------------------------------------------------------------------------------------------- */

static int hex_value(uint8_t c)
{
    return (uint8_t)(c - '0') < 10 ? c - '0' : (uint8_t)((c | 0x20) - 'a') < 6 ? (c | 0x20) - 'a' + 10 : -1;
}

WfValue wf_decode_unicode_escape(WfThread *t, const void *data, int64_t n, const char *errors, int64_t *consumed,
                                 int64_t *bad_escape)
{
    WfDecoder d = WF_DECODER("unicodeescape", errors, data, n);
    int64_t pos = 0, dummy;
    if (bad_escape == NULL) {
        bad_escape = &dummy;
    }
    *bad_escape = -1;
    if (wf_builder_reserve(t, &d.out, n, 0x7f) < 0) {
        return WF_EMPTY;
    }
    while (pos < d.n) {
        int64_t start = pos;
        while (pos < d.n && d.p[pos] != '\\') {
            pos++;
        }
        if (pos > start && wf_builder_kind(t, &d.out, 1, d.p + start, pos - start) < 0) {
            return WF_EMPTY;
        }
        if (pos >= d.n) {
            break;
        }
        start = pos++;
        const char *reason = "\\ at end of string";
        bool incomplete = pos >= d.n;
        int64_t put = -1;
        if (!incomplete) {
            uint8_t c = d.p[pos++];
            int digits = 0;
            switch (c) {
            case '\n': continue;
            case '\\': case '\'': case '"': put = c; break;
            case 'b': put = '\b'; break;
            case 'f': put = '\f'; break;
            case 't': put = '\t'; break;
            case 'n': put = '\n'; break;
            case 'r': put = '\r'; break;
            case 'v': put = '\v'; break;
            case 'a': put = '\a'; break;
            case '0': case '1': case '2': case '3': case '4': case '5': case '6': case '7':
                put = c - '0';
                for (int i = 0; i < 2 && pos < d.n && (uint8_t)(d.p[pos] - '0') < 8; i++) {
                    put = put * 8 + (d.p[pos++] - '0');
                }
                if (put > 0377 && *bad_escape < 0) {
                    *bad_escape = put;
                }
                break;
            case 'x': digits = 2; reason = "truncated \\xXX escape"; break;
            case 'u': digits = 4; reason = "truncated \\uXXXX escape"; break;
            case 'U': digits = 8; reason = "truncated \\UXXXXXXXX escape"; break;
            case 'N': {
                reason = "malformed \\N character escape";
                if (pos >= d.n) {
                    incomplete = true;
                    break;
                }
                if (d.p[pos] != '{') {
                    break;
                }
                int64_t name = ++pos;
                while (pos < d.n && d.p[pos] != '}') {
                    pos++;
                }
                if (pos >= d.n) {
                    incomplete = true;
                } else if (pos > name) {
                    uint32_t ch;
                    reason = "unknown Unicode character name";
                    if (wf_uc_name_lookup((const char *)d.p + name, (size_t)(pos - name), &ch)) {
                        put = ch;
                    }
                    pos++;
                }
                break;
            }
            default:
                if (*bad_escape < 0) {
                    *bad_escape = c;
                }
                if (wf_builder_char(t, &d.out, '\\') < 0) {
                    return WF_EMPTY;
                }
                put = c;
            }
            if (digits > 0) {
                uint32_t ch = 0;
                for (; digits > 0 && pos < d.n && hex_value(d.p[pos]) >= 0; digits--) {
                    ch = ch << 4 | (uint32_t)hex_value(d.p[pos++]);
                }
                incomplete = digits > 0 && pos >= d.n;
                if (digits == 0) {
                    if (ch < 0x110000) {
                        put = ch;
                    } else {
                        reason = "illegal Unicode character";
                    }
                }
            }
        }
        if (put >= 0) {
            if (wf_builder_char(t, &d.out, (uint32_t)put) < 0) {
                return WF_EMPTY;
            }
            continue;
        }
        if (incomplete && consumed != NULL) {
            pos = start;
            break;
        }
        pos = wf_decode_error(t, &d, start, pos, reason);
        if (pos < 0) {
            return WF_EMPTY;
        }
    }
    return finish(t, &d, pos, consumed);
}

WfValue wf_decode_raw_unicode_escape(WfThread *t, const void *data, int64_t n, const char *errors, int64_t *consumed)
{
    WfDecoder d = WF_DECODER("rawunicodeescape", errors, data, n);
    int64_t pos = 0;
    while (pos < d.n) {
        int64_t start = pos;
        uint8_t c = d.p[pos++];
        if (c == '\\' && pos >= d.n && consumed != NULL) {
            pos = start;
            break;
        }
        if (c != '\\' || pos >= d.n) {
            if (wf_builder_char(t, &d.out, c) < 0) {
                return WF_EMPTY;
            }
            continue;
        }
        c = d.p[pos++];
        int digits = c == 'u' ? 4 : c == 'U' ? 8 : 0;
        if (digits == 0) {
            if (wf_builder_char(t, &d.out, '\\') < 0 || wf_builder_char(t, &d.out, c) < 0) {
                return WF_EMPTY;
            }
            continue;
        }
        const char *reason = c == 'u' ? "truncated \\uXXXX escape" : "truncated \\UXXXXXXXX escape";
        uint32_t ch = 0;
        for (; digits > 0 && pos < d.n && hex_value(d.p[pos]) >= 0; digits--) {
            ch = ch << 4 | (uint32_t)hex_value(d.p[pos++]);
        }
        if (digits == 0 && ch < 0x110000) {
            if (wf_builder_char(t, &d.out, ch) < 0) {
                return WF_EMPTY;
            }
            continue;
        }
        if (digits == 0) {
            reason = "\\Uxxxxxxxx out of range";
        } else if (pos >= d.n && consumed != NULL) {
            pos = start;
            break;
        }
        pos = wf_decode_error(t, &d, start, pos, reason);
        if (pos < 0) {
            return WF_EMPTY;
        }
    }
    return finish(t, &d, pos, consumed);
}
