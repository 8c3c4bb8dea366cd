/* utf8.h - decoding, encoding and checking UTF-8, and scans over text.
 * SPDX-License-Identifier: MIT
 *
 * "WTF-8" is UTF-8 that may also hold surrogates (0xD800 to 0xDFFF), as str does inside weft. */
#ifndef WF_BASE_UTF8_H
#define WF_BASE_UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Writes one code point (surrogates too) and returns its 1 to 4 bytes. */
static inline size_t wf_utf8_put(uint8_t *out, uint32_t cp)
{
    if (cp < 0x80) {
        out[0] = (uint8_t)cp;
        return 1;
    }
    if (cp < 0x800) {
        out[0] = (uint8_t)(0xC0 | cp >> 6);
        out[1] = (uint8_t)(0x80 | (cp & 0x3F));
        return 2;
    }
    if (cp < 0x10000) {
        out[0] = (uint8_t)(0xE0 | cp >> 12);
        out[1] = (uint8_t)(0x80 | (cp >> 6 & 0x3F));
        out[2] = (uint8_t)(0x80 | (cp & 0x3F));
        return 3;
    }
    out[0] = (uint8_t)(0xF0 | cp >> 18);
    out[1] = (uint8_t)(0x80 | (cp >> 12 & 0x3F));
    out[2] = (uint8_t)(0x80 | (cp >> 6 & 0x3F));
    out[3] = (uint8_t)(0x80 | (cp & 0x3F));
    return 4;
}

static inline size_t wf_utf8_size(uint32_t cp)
{
    return cp < 0x80 ? 1 : cp < 0x800 ? 2 : cp < 0x10000 ? 3 : 4;
}

/* Reads one code point of text that is known to be valid WTF-8, and steps over it. */
static inline uint32_t wf_utf8_next(const uint8_t **p)
{
    const uint8_t *s = *p;
    uint32_t c = s[0];
    if (c < 0x80) {
        *p = s + 1;
        return c;
    }
    if (c < 0xE0) {
        *p = s + 2;
        return (c & 0x1F) << 6 | (s[1] & 0x3Fu);
    }
    if (c < 0xF0) {
        *p = s + 3;
        return (c & 0xF) << 12 | (s[1] & 0x3Fu) << 6 | (s[2] & 0x3Fu);
    }
    *p = s + 4;
    return (c & 7) << 18 | (s[1] & 0x3Fu) << 12 | (s[2] & 0x3Fu) << 6 | (s[3] & 0x3Fu);
}

/* What is wrong at a place, in the terms of Python's UnicodeDecodeError. */
typedef enum {
    WF_UTF8_OK,
    WF_UTF8_BAD_START,    /* "invalid start byte" */
    WF_UTF8_BAD_CONTINUE, /* "invalid continuation byte" */
    WF_UTF8_TRUNCATED,    /* "unexpected end of data" */
} WfUtf8Error;

typedef struct {
    WfUtf8Error error;
    size_t valid;   /* bytes before the first error */
    size_t bad_len; /* bytes that the error covers, as Python counts them */
    size_t count;   /* code points in the valid part */
    uint32_t max;   /* an upper bound of them: 0x7F, 0xFF, 0xFFFF or 0x10FFFF */
} WfUtf8Scan;

/* Checks in one pass how far s[0..n) is UTF-8 (surrogates allowed if `wtf`) and measures it. */
WfUtf8Scan wf_utf8_scan(const uint8_t *s, size_t n, bool wtf);

static inline bool wf_utf8_valid(const uint8_t *s, size_t n)
{
    return wf_utf8_scan(s, n, false).error == WF_UTF8_OK;
}

/* Code points of valid WTF-8. */
size_t wf_utf8_count(const uint8_t *s, size_t n);

/* Decode valid WTF-8 into units wide enough for it; return the number of code points. */
size_t wf_utf8_decode_u8(const uint8_t *s, size_t n, uint8_t *out);
size_t wf_utf8_decode_u16(const uint8_t *s, size_t n, uint16_t *out);
size_t wf_utf8_decode_u32(const uint8_t *s, size_t n, uint32_t *out);

/* Bytes that code units of width `kind` (1, 2, 4) take in WTF-8, and the encoding itself, which
 * returns the same number. */
size_t wf_utf8_encoded_size(const void *s, size_t n, int kind);
size_t wf_utf8_encode(const void *s, size_t n, int kind, uint8_t *out);

/* True if no byte is 0x80 or more. */
bool wf_is_ascii(const uint8_t *s, size_t n);

/* The length of the ASCII prefix. */
size_t wf_ascii_prefix(const uint8_t *s, size_t n);

/* An upper bound of the code points, of the same kind: 0x7F, 0xFF, 0xFFFF or 0x10FFFF. */
uint32_t wf_max_cp_u8(const uint8_t *s, size_t n);
uint32_t wf_max_cp_u16(const uint16_t *s, size_t n);
uint32_t wf_max_cp_u32(const uint32_t *s, size_t n);

#endif
