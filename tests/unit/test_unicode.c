/* test_unicode.c - spot checks of the Unicode tables.
 * SPDX-License-Identifier: MIT */
#include "base/unicode.h"

#include <stdio.h>

static int failures;

#define CHECK(cond)                                                                      \
    do {                                                                                 \
        if (!(cond)) {                                                                   \
            printf("%s:%d: %s\n", __FILE__, __LINE__, #cond);                            \
            failures++;                                                                  \
        }                                                                                \
    } while (0)

static uint32_t at(const void *s, size_t i)
{
    return ((const uint32_t *)s)[i];
}

static bool normal(WfUcForm form, const uint32_t *in, size_t n, const uint32_t *want, size_t wn)
{
    WfU32Vec out = {0};
    bool ok = wf_uc_normalize(form, in, n, &out) && out.len == wn
              && memcmp(out.data, want, wn * sizeof *want) == 0;
    wf_vec_free(&out);
    return ok;
}

int main(void)
{
    uint32_t out[3];
    CHECK(wf_uc_is_alpha('a') && !wf_uc_is_alpha('1') && wf_uc_is_decimal('7'));
    CHECK(wf_uc_is_digit(0xB2) && !wf_uc_is_decimal(0xB2) && wf_uc_is_numeric(0xBD));
    CHECK(wf_uc_is_space(0x1F) && wf_uc_is_linebreak(0x2028) && !wf_uc_is_printable(0xAD));
    CHECK(wf_uc_is_xid_start(0x4E00) && !wf_uc_is_xid_start('_') && wf_uc_is_xid_continue('_'));
    CHECK(!wf_uc_is_alpha(0x110000) && wf_uc_flags(0xFFFFFFFF) == 0);
    CHECK(wf_uc_to_upper(0xDF, out) == 2 && out[0] == 'S' && out[1] == 'S');
    CHECK(wf_uc_to_fold(0x130, out) == 2 && out[0] == 'i' && out[1] == 0x307);
    CHECK(wf_uc_to_title(0x1C6, out) == 1 && out[0] == 0x1C5);
    CHECK(wf_uc_simple_lower(0x410) == 0x430 && wf_uc_simple_upper(0x430) == 0x410);
    uint32_t word[] = {'A', 0x3A3, '.', ' ', 'B'};
    CHECK(wf_uc_lower_sigma(at, word, 5, 1) == 0x3C2);
    CHECK(wf_uc_lower_sigma(at, word, 1, 0) == 0x3C3);
    double value;
    CHECK(wf_uc_numeric(0xBD, &value) && value == 0.5 && !wf_uc_numeric('x', &value));
    CHECK(wf_uc_decimal(0x663) == 3 && wf_uc_digit(0xB2) == 2 && wf_uc_digit('x') == -1);

    uint32_t e_acute[] = {0xE9};
    uint32_t e_parts[] = {'e', 0x301};
    CHECK(normal(WF_NFD, e_acute, 1, e_parts, 2));
    CHECK(normal(WF_NFC, e_parts, 2, e_acute, 1));
    uint32_t marks[] = {'a', 0x301, 0x323};
    uint32_t ordered[] = {0x1EA1, 0x301};
    CHECK(normal(WF_NFC, marks, 3, ordered, 2));
    uint32_t hangul[] = {0xAC01};
    uint32_t jamo[] = {0x1100, 0x1161, 0x11A8};
    CHECK(normal(WF_NFD, hangul, 1, jamo, 3) && normal(WF_NFC, jamo, 3, hangul, 1));
    WfU8Vec text = {0};
    CHECK(wf_uc_nfkc_utf8("\xEF\xAC\x81x", 4, &text) && text.len == 3
          && memcmp(text.data, "fix", 3) == 0);
    wf_vec_free(&text);

    char name[WF_UC_NAME_MAX];
    uint32_t cp;
    CHECK(wf_uc_name('A', name) == 22 && strcmp(name, "LATIN CAPITAL LETTER A") == 0);
    CHECK(wf_uc_name(0xAC01, name) > 0 && strcmp(name, "HANGUL SYLLABLE GAG") == 0);
    CHECK(wf_uc_name(0x4E00, name) > 0 && strcmp(name, "CJK UNIFIED IDEOGRAPH-4E00") == 0);
    CHECK(wf_uc_name(7, name) == 0);
    CHECK(wf_uc_name_lookup("snowman", 7, &cp) && cp == 0x2603);
    CHECK(wf_uc_name_lookup("NULL", 4, &cp) && cp == 0);
    CHECK(!wf_uc_name_lookup("NO SUCH THING", 13, &cp));
    uint32_t seq[WF_UC_SEQ_MAX];
    CHECK(wf_uc_lookup("LATIN SMALL LETTER A WITH MACRON AND GRAVE", 42, seq) == 2
          && seq[0] == 0x101 && seq[1] == 0x300);
    return failures != 0;
}
