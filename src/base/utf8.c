/* utf8.c - decoding, encoding and checking UTF-8, and scans over text.
 * SPDX-License-Identifier: MIT
 *
 * Design:     ASCII goes eight bytes at a time; everything else through a scalar decoder that tells
 *             errors apart as Python does: the longest prefix of a valid sequence is one error. Scans
 *             are plain loops of "or" over blocks, which compilers turn into vector code.
 * Threads:    pure functions.
 * Tests:      tests/unit/test_utf8.c */
#include "base/utf8.h"

#include <string.h>

#define HIGH_BITS 0x8080808080808080u

static inline uint64_t load64(const uint8_t *p)
{
    uint64_t w;
    memcpy(&w, p, sizeof w);
    return w;
}

size_t wf_ascii_prefix(const uint8_t *s, size_t n)
{
    size_t i = 0;
    for (; i + 32 <= n; i += 32) {
        uint64_t any = load64(s + i) | load64(s + i + 8) | load64(s + i + 16) | load64(s + i + 24);
        if (any & HIGH_BITS) {
            break;
        }
    }
    for (; i + 8 <= n; i += 8) {
        uint64_t w = load64(s + i) & HIGH_BITS;
        if (w != 0) {
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
            return i + (size_t)__builtin_ctzll(w) / 8;
#else
            return i + (size_t)__builtin_clzll(w) / 8;
#endif
        }
    }
    while (i < n && s[i] < 0x80) {
        i++;
    }
    return i;
}

bool wf_is_ascii(const uint8_t *s, size_t n)
{
    return wf_ascii_prefix(s, n) == n;
}

WfUtf8Scan wf_utf8_scan(const uint8_t *s, size_t n, bool wtf)
{
    WfUtf8Scan r = {WF_UTF8_OK, 0, 0, 0, 0x7F};
    size_t i = 0;
    uint32_t all = 0;
    while (i < n) {
        uint32_t c = s[i];
        if (c < 0x80) {
            size_t run = wf_ascii_prefix(s + i, n - i);
            i += run;
            r.count += run;
            continue;
        }
        size_t len;
        uint32_t lo = 0x80;
        uint32_t hi = 0xBF;
        if (c < 0xC2) {
            r.error = WF_UTF8_BAD_START;
            r.bad_len = 1;
            break;
        }
        if (c < 0xE0) {
            len = 2;
        } else if (c < 0xF0) {
            len = 3;
            if (c == 0xE0) {
                lo = 0xA0;
            } else if (c == 0xED && !wtf) {
                hi = 0x9F;
            }
        } else if (c < 0xF5) {
            len = 4;
            if (c == 0xF0) {
                lo = 0x90;
            } else if (c == 0xF4) {
                hi = 0x8F;
            }
        } else {
            r.error = WF_UTF8_BAD_START;
            r.bad_len = 1;
            break;
        }
        size_t k = 1;
        for (; k < len && i + k < n; k++) {
            uint32_t b = s[i + k];
            if (b < (k == 1 ? lo : 0x80) || b > (k == 1 ? hi : 0xBF)) {
                r.error = WF_UTF8_BAD_CONTINUE;
                break;
            }
        }
        if (k < len) {
            if (r.error == WF_UTF8_OK) {
                r.error = WF_UTF8_TRUNCATED;
            }
            r.bad_len = k;
            break;
        }
        /* The size of the code point's kind, from the lead byte alone. */
        all |= c < 0xC4 ? 0xFF : c < 0xF0 ? 0xFFFF : 0x10FFFF;
        i += len;
        r.count++;
    }
    r.valid = i;
    r.max = all == 0 ? 0x7F : all > 0xFFFF ? 0x10FFFF : all;
    return r;
}

size_t wf_utf8_count(const uint8_t *s, size_t n)
{
    size_t count = 0;
    for (size_t i = 0; i < n; i++) {
        count += (s[i] & 0xC0) != 0x80;
    }
    return count;
}

#define DEFINE_DECODE(NAME, T)                                                           \
    size_t NAME(const uint8_t *s, size_t n, T *out)                                      \
    {                                                                                    \
        const uint8_t *end = s + n;                                                      \
        T *o = out;                                                                      \
        while (s < end) {                                                                \
            if (*s < 0x80) {                                                             \
                size_t run = wf_ascii_prefix(s, (size_t)(end - s));                      \
                for (size_t i = 0; i < run; i++) {                                       \
                    o[i] = s[i];                                                         \
                }                                                                        \
                o += run;                                                                \
                s += run;                                                                \
                continue;                                                                \
            }                                                                            \
            *o++ = (T)wf_utf8_next(&s);                                                  \
        }                                                                                \
        return (size_t)(o - out);                                                        \
    }

DEFINE_DECODE(wf_utf8_decode_u8, uint8_t)
DEFINE_DECODE(wf_utf8_decode_u16, uint16_t)
DEFINE_DECODE(wf_utf8_decode_u32, uint32_t)

size_t wf_utf8_encoded_size(const void *s, size_t n, int kind)
{
    size_t size = n;
    if (kind == 1) {
        const uint8_t *p = s;
        for (size_t i = 0; i < n; i++) {
            size += p[i] >> 7;
        }
    } else if (kind == 2) {
        const uint16_t *p = s;
        for (size_t i = 0; i < n; i++) {
            size += (size_t)(p[i] >= 0x80) + (p[i] >= 0x800);
        }
    } else {
        const uint32_t *p = s;
        for (size_t i = 0; i < n; i++) {
            size += (size_t)(p[i] >= 0x80) + (p[i] >= 0x800) + (p[i] >= 0x10000);
        }
    }
    return size;
}

size_t wf_utf8_encode(const void *s, size_t n, int kind, uint8_t *out)
{
    uint8_t *o = out;
    if (kind == 1) {
        const uint8_t *p = s;
        for (size_t i = 0; i < n;) {
            size_t run = wf_ascii_prefix(p + i, n - i);
            memcpy(o, p + i, run);
            o += run;
            i += run;
            if (i < n) {
                o += wf_utf8_put(o, p[i++]);
            }
        }
    } else if (kind == 2) {
        const uint16_t *p = s;
        for (size_t i = 0; i < n; i++) {
            o += wf_utf8_put(o, p[i]);
        }
    } else {
        const uint32_t *p = s;
        for (size_t i = 0; i < n; i++) {
            o += wf_utf8_put(o, p[i]);
        }
    }
    return (size_t)(o - out);
}

uint32_t wf_max_cp_u8(const uint8_t *s, size_t n)
{
    return wf_is_ascii(s, n) ? 0x7F : 0xFF;
}

uint32_t wf_max_cp_u16(const uint16_t *s, size_t n)
{
    uint32_t all = 0;
    size_t i = 0;
    for (; i + 64 <= n; i += 64) {
        uint32_t block = 0;
        for (size_t k = 0; k < 64; k++) {
            block |= s[i + k];
        }
        all |= block;
        if (all > 0xFF) {
            return 0xFFFF;
        }
    }
    for (; i < n; i++) {
        all |= s[i];
    }
    return all < 0x80 ? 0x7F : all < 0x100 ? 0xFF : 0xFFFF;
}

uint32_t wf_max_cp_u32(const uint32_t *s, size_t n)
{
    uint32_t all = 0;
    size_t i = 0;
    for (; i + 64 <= n; i += 64) {
        uint32_t block = 0;
        for (size_t k = 0; k < 64; k++) {
            block |= s[i + k];
        }
        all |= block;
        if (all > 0xFFFF) {
            return 0x10FFFF;
        }
    }
    for (; i < n; i++) {
        all |= s[i];
    }
    return all < 0x80 ? 0x7F : all < 0x100 ? 0xFF : all < 0x10000 ? 0xFFFF : 0x10FFFF;
}
