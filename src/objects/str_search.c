/* str_search.c - substring search over characters of any width.
 * SPDX-License-Identifier: MIT
 * Design: forward search is libc's memmem (two-way, linear) on the bytes; for wide characters a match that
 *         does not begin at a character is passed over. Backward search goes from candidate to candidate of the last character.
 * Threads: pure functions. */
#include "objects/str_search.h"

#include <string.h>

int64_t wf_search_char(const void *hay, int64_t n, uint32_t c, int kind)
{
    if (n <= 0) {
        return -1;
    }
    if (kind == 1) {
        if (c > 0xff) {
            return -1;
        }
        const uint8_t *p = memchr(hay, (int)c, (size_t)n);
        return p == NULL ? -1 : p - (const uint8_t *)hay;
    }
    if (kind == 2) {
        const uint16_t *p = hay;
        for (int64_t i = 0; i < n; i++) {
            if (p[i] == c) {
                return i;
            }
        }
        return -1;
    }
    const uint32_t *p = hay;
    for (int64_t i = 0; i < n; i++) {
        if (p[i] == c) {
            return i;
        }
    }
    return -1;
}

int64_t wf_search_rchar(const void *hay, int64_t n, uint32_t c, int kind)
{
    if (n <= 0) {
        return -1;
    }
    if (kind == 1) {
        if (c > 0xff) {
            return -1;
        }
        const uint8_t *p = memrchr(hay, (int)c, (size_t)n);
        return p == NULL ? -1 : p - (const uint8_t *)hay;
    }
    for (int64_t i = n - 1; i >= 0; i--) {
        if ((kind == 2 ? ((const uint16_t *)hay)[i] : ((const uint32_t *)hay)[i]) == c) {
            return i;
        }
    }
    return -1;
}

static uint32_t char_at(const void *p, int64_t i, int kind)
{
    return kind == 1   ? ((const uint8_t *)p)[i]
           : kind == 2 ? ((const uint16_t *)p)[i]
                       : ((const uint32_t *)p)[i];
}

int64_t wf_search_find(const void *hay, int64_t n, const void *needle, int64_t m, int kind)
{
    if (m > n) {
        return -1;
    }
    if (m == 0) {
        return 0;
    }
    if (m == 1) {
        return wf_search_char(hay, n, char_at(needle, 0, kind), kind);
    }
    const uint8_t *begin = hay, *p = begin, *end = begin + n * kind;
    for (;;) {
        p = memmem(p, (size_t)(end - p), needle, (size_t)(m * kind));
        if (p == NULL) {
            return -1;
        }
        if ((p - begin) % kind == 0) {
            return (p - begin) / kind;
        }
        p++;
    }
}

int64_t wf_search_rfind(const void *hay, int64_t n, const void *needle, int64_t m, int kind)
{
    if (m > n) {
        return -1;
    }
    if (m == 0) {
        return n;
    }
    const uint8_t *h = hay;
    uint32_t last = char_at(needle, m - 1, kind);
    size_t head = (size_t)((m - 1) * kind);
    for (int64_t i = n;;) {
        i = wf_search_rchar(h, i, last, kind);
        if (i < m - 1) {
            return -1;
        }
        if (memcmp(h + (i - m + 1) * kind, needle, head) == 0) {
            return i - m + 1;
        }
    }
}

int64_t wf_search_count(const void *hay, int64_t n, const void *needle, int64_t m, int kind, int64_t max)
{
    if (m == 0) {
        return n + 1 < max ? n + 1 : max;
    }
    const uint8_t *h = hay;
    int64_t count = 0, at = 0;
    while (count < max) {
        int64_t i = wf_search_find(h + at * kind, n - at, needle, m, kind);
        if (i < 0) {
            break;
        }
        at += i + m;
        count++;
    }
    return count;
}
