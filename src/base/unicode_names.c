/* unicode_names.c - characters by name and names of characters.
 * SPDX-License-Identifier: MIT
 *
 * Design:     A name is a string of words from a lexicon, frequent words one byte and the others two;
 *             a byte before it says its length, and every 16th name's place is known. Entries are the
 *             characters in order (runs of consecutive code points find an entry's number), then
 *             aliases, then named sequences. A hash table of entry numbers answers look-ups; the
 *             candidate's name is spelled out and compared. Hangul syllables and unified ideographs
 *             have computed names.
 * Threads:    constant data only.
 * Tests:      tests/unit/test_unicode.c */
#include "base/unicode.h"

#include <stdio.h>

#include "unicode_names.inc"

#define HANGUL_PREFIX "HANGUL SYLLABLE "
#define CJK_PREFIX "CJK UNIFIED IDEOGRAPH-"

static const char *const hangul_lead[19] = {"G", "GG", "N", "D", "DD", "R", "M", "B", "BB", "S",
                                            "SS", "", "J", "JJ", "C", "K", "T", "P", "H"};
static const char *const hangul_vowel[21] = {"A",  "AE", "YA",  "YAE", "EO", "E", "YEO",
                                             "YE", "O",  "WA",  "WAE", "OE", "YO", "U",
                                             "WEO", "WE", "WI", "YU",  "EU", "YI", "I"};
static const char *const hangul_tail[28] = {"",   "G",  "GG", "GS", "N",  "NJ", "NH",
                                            "D",  "L",  "LG", "LM", "LB", "LS", "LT",
                                            "LP", "LH", "M",  "B",  "BS", "S",  "SS",
                                            "NG", "J",  "C",  "K",  "T",  "P",  "H"};

/* The unified ideographs of Unicode 14.0. */
static bool is_ideograph(uint32_t cp)
{
    return (cp >= 0x3400 && cp <= 0x4DBF) || (cp >= 0x4E00 && cp <= 0x9FFF)
           || (cp >= 0x20000 && cp <= 0x2A6DF) || (cp >= 0x2A700 && cp <= 0x2B738)
           || (cp >= 0x2B740 && cp <= 0x2B81D) || (cp >= 0x2B820 && cp <= 0x2CEA1)
           || (cp >= 0x2CEB0 && cp <= 0x2EBE0) || (cp >= 0x30000 && cp <= 0x3134A);
}

/* Spells entry `i`; returns the length. */
static size_t spell(uint32_t i, char buf[WF_UC_NAME_MAX])
{
    const uint8_t *p = uc_name_blob + uc_name_anchors[i / 16];
    for (uint32_t skip = i % 16; skip > 0; skip--) {
        p += 1 + p[0];
    }
    const uint8_t *end = p + 1 + p[0];
    size_t n = 0;
    for (p++; p < end; p++) {
        uint32_t word = *p;
        if (word >= UC_NAME_SHORT) {
            word = UC_NAME_SHORT + (word - UC_NAME_SHORT) * 256 + *++p;
        }
        uint32_t from = uc_word_starts[word];
        uint32_t len = uc_word_starts[word + 1] - from;
        memcpy(buf + n, uc_lexicon + from, len);
        n += len;
    }
    buf[n] = '\0';
    return n;
}

/* The last run that starts at or before `key` in a table of runs. */
static size_t run_of(uint32_t cp)
{
    size_t lo = 0;
    size_t hi = UC_NAME_RUNS;
    while (hi - lo > 1) {
        size_t mid = (lo + hi) / 2;
        if (uc_run_cp[mid] <= cp) {
            lo = mid;
        } else {
            hi = mid;
        }
    }
    return lo;
}

static uint32_t cp_of_entry(uint32_t entry)
{
    size_t lo = 0;
    size_t hi = UC_NAME_RUNS;
    while (hi - lo > 1) {
        size_t mid = (lo + hi) / 2;
        if (uc_run_entry[mid] <= entry) {
            lo = mid;
        } else {
            hi = mid;
        }
    }
    return uc_run_cp[lo] + (entry - uc_run_entry[lo]);
}

size_t wf_uc_name(uint32_t cp, char buf[WF_UC_NAME_MAX])
{
    if (cp >= 0xAC00 && cp < 0xAC00 + 11172) {
        uint32_t s = cp - 0xAC00;
        return (size_t)snprintf(buf, WF_UC_NAME_MAX, HANGUL_PREFIX "%s%s%s", hangul_lead[s / 588],
                                hangul_vowel[s % 588 / 28], hangul_tail[s % 28]);
    }
    if (is_ideograph(cp)) {
        return (size_t)snprintf(buf, WF_UC_NAME_MAX, CJK_PREFIX "%X", (unsigned)cp);
    }
    if (cp < uc_run_cp[0]) {
        return 0;
    }
    size_t run = run_of(cp);
    uint32_t entry = uc_run_entry[run] + (cp - uc_run_cp[run]);
    if (entry >= uc_run_entry[run + 1]) {
        return 0;
    }
    return spell(entry, buf);
}

/* The longest of `table` that `*p` begins with: its number, or -1. */
static int longest(const char *const *table, int count, const char **p, const char *end)
{
    int best = -1;
    size_t best_len = 0;
    for (int i = 0; i < count; i++) {
        size_t len = strlen(table[i]);
        if (len <= (size_t)(end - *p) && (best < 0 || len > best_len)
            && memcmp(table[i], *p, len) == 0) {
            best = i;
            best_len = len;
        }
    }
    *p += best_len;
    return best;
}

static bool computed_name(const char *name, size_t n, uint32_t *out)
{
    const char *end = name + n;
    size_t prefix = sizeof HANGUL_PREFIX - 1;
    if (n > prefix && memcmp(name, HANGUL_PREFIX, prefix) == 0) {
        const char *p = name + prefix;
        int l = longest(hangul_lead, 19, &p, end);
        int v = longest(hangul_vowel, 21, &p, end);
        int t = longest(hangul_tail, 28, &p, end);
        if (l < 0 || v < 0 || t < 0 || p != end) {
            return false;
        }
        *out = 0xAC00 + ((uint32_t)l * 21 + (uint32_t)v) * 28 + (uint32_t)t;
        return true;
    }
    prefix = sizeof CJK_PREFIX - 1;
    if (n > prefix && memcmp(name, CJK_PREFIX, prefix) == 0) {
        size_t digits = n - prefix;
        if (digits != 4 && digits != 5) {
            return false;
        }
        uint32_t cp = 0;
        for (const char *p = name + prefix; p < end; p++) {
            uint32_t d;
            if (*p >= '0' && *p <= '9') {
                d = (uint32_t)(*p - '0');
            } else if (*p >= 'A' && *p <= 'F') {
                d = (uint32_t)(*p - 'A') + 10;
            } else {
                return false;
            }
            cp = cp * 16 + d;
        }
        if (!is_ideograph(cp)) {
            return false;
        }
        *out = cp;
        return true;
    }
    return false;
}

int wf_uc_lookup(const char *name, size_t n, uint32_t out[WF_UC_SEQ_MAX])
{
    if (n == 0 || n >= WF_UC_NAME_MAX) {
        return 0;
    }
    if (computed_name(name, n, out)) {
        return 1;
    }
    char upper[WF_UC_NAME_MAX];
    uint32_t h = 2166136261u;
    for (size_t i = 0; i < n; i++) {
        char c = name[i];
        upper[i] = c >= 'a' && c <= 'z' ? (char)(c - 32) : c;
        h = (h ^ (uint8_t)upper[i]) * 16777619u;
    }
    h ^= h >> 15;
    for (uint32_t slot = h & 0xFFFF; uc_name_hash[slot] != 0; slot = (slot + 1) & 0xFFFF) {
        uint32_t entry = uc_name_hash[slot] - 1u;
        char buf[WF_UC_NAME_MAX];
        if (spell(entry, buf) != n || memcmp(buf, upper, n) != 0) {
            continue;
        }
        if (entry < UC_NAME_CHARS) {
            out[0] = cp_of_entry(entry);
            return 1;
        }
        if (entry < UC_NAME_SINGLE) {
            out[0] = uc_alias_cp[entry - UC_NAME_CHARS];
            return 1;
        }
        const uint32_t *seq = &uc_sequences[(entry - UC_NAME_SINGLE) * 4];
        int k = 0;
        while (k < WF_UC_SEQ_MAX && (k == 0 || seq[k] != 0)) {
            out[k] = seq[k];
            k++;
        }
        return k;
    }
    return 0;
}

bool wf_uc_name_lookup(const char *name, size_t n, uint32_t *out)
{
    uint32_t seq[WF_UC_SEQ_MAX];
    if (wf_uc_lookup(name, n, seq) != 1) {
        return false;
    }
    *out = seq[0];
    return true;
}
