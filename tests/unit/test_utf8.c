/* test_utf8.c - checking, decoding and encoding UTF-8.
 * SPDX-License-Identifier: MIT */
#include "base/utf8.h"

#include <stdio.h>
#include <string.h>

static int failures;

#define CHECK(cond)                                                                      \
    do {                                                                                 \
        if (!(cond)) {                                                                   \
            printf("%s:%d: %s\n", __FILE__, __LINE__, #cond);                            \
            failures++;                                                                  \
        }                                                                                \
    } while (0)

static WfUtf8Scan scan(const char *s, bool wtf)
{
    return wf_utf8_scan((const uint8_t *)s, strlen(s), wtf);
}

int main(void)
{
    for (uint32_t cp = 0; cp <= 0x10FFFF; cp++) {
        uint8_t buf[4];
        size_t n = wf_utf8_put(buf, cp);
        const uint8_t *p = buf;
        bool surrogate = cp >= 0xD800 && cp <= 0xDFFF;
        WfUtf8Scan r = wf_utf8_scan(buf, n, false);
        if (wf_utf8_next(&p) != cp || p != buf + n || n != wf_utf8_size(cp)
            || (r.error == WF_UTF8_OK) == surrogate
            || wf_utf8_scan(buf, n, true).error != WF_UTF8_OK
            || (!surrogate
                && r.max != (cp < 0x80      ? 0x7F
                             : cp < 0x100   ? 0xFF
                             : cp < 0x10000 ? 0xFFFF
                                            : 0x10FFFF))) {
            printf("U+%04X fails\n", (unsigned)cp);
            failures++;
            break;
        }
    }
    WfUtf8Scan r = scan("abc\xC3", false);
    CHECK(r.error == WF_UTF8_TRUNCATED && r.valid == 3 && r.bad_len == 1);
    r = scan("\xF0\x9F\x98", false);
    CHECK(r.error == WF_UTF8_TRUNCATED && r.bad_len == 3);
    r = scan("\xF0\x9Fx", false);
    CHECK(r.error == WF_UTF8_BAD_CONTINUE && r.bad_len == 2);
    r = scan("\xED\xA0\x80", false);
    CHECK(r.error == WF_UTF8_BAD_CONTINUE && r.bad_len == 1);
    r = scan("\xC0\x80", false);
    CHECK(r.error == WF_UTF8_BAD_START && r.bad_len == 1);
    r = scan("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\xFF", false);
    CHECK(r.error == WF_UTF8_BAD_START && r.valid == 51 && r.count == 51);

    const char *text = "na\xC3\xAFve \xE2\x82\xAC \xF0\x9F\x98\x80";
    size_t n = strlen(text);
    uint32_t wide[32];
    uint8_t back[64];
    size_t count = wf_utf8_decode_u32((const uint8_t *)text, n, wide);
    CHECK(count == 9 && wf_utf8_count((const uint8_t *)text, n) == 9);
    CHECK(wide[2] == 0xEF && wide[6] == 0x20AC && wide[8] == 0x1F600);
    CHECK(wf_utf8_encoded_size(wide, count, 4) == n && wf_utf8_encode(wide, count, 4, back) == n
          && memcmp(back, text, n) == 0);
    uint8_t narrow[] = {'a', 0xE9, 'b'};
    CHECK(wf_utf8_encoded_size(narrow, 3, 1) == 4 && wf_utf8_encode(narrow, 3, 1, back) == 4
          && memcmp(back, "a\xC3\xA9"
                          "b",
                    4) == 0);
    CHECK(wf_max_cp_u8(narrow, 3) == 0xFF && wf_max_cp_u8(narrow, 1) == 0x7F);
    CHECK(wf_max_cp_u32(wide, count) == 0x10FFFF && wf_max_cp_u32(wide, 7) == 0xFFFF);
    CHECK(wf_is_ascii((const uint8_t *)text, 2) && !wf_is_ascii((const uint8_t *)text, n));
    return failures != 0;
}
