/* unicode.c - character properties, case mappings and normal forms.
 * SPDX-License-Identifier: MIT
 *
 * Design:     Two-stage tables: a block index over all code points, blocks of record numbers, and
 *             about 1600 distinct records. Case mappings are differences, so that an alphabet
 *             shares one record; mappings to several characters, and case foldings that are not the
 *             lower case, lie in a side table. Normalisation decomposes everything, puts combining
 *             marks in order and composes again; the quick check answers for nearly all text.
 * Invariants: U1 a record's case, numeric and name numbers index their tables (the generator).
 *             U2 decompositions are not recursive deeper than a handful of levels.
 * Threads:    constant data only.
 * Tests:      tests/unit/test_unicode.c; the generator's header says which version is described. */
#include "base/unicode.h"

#include "base/utf8.h"

typedef struct {
    uint16_t flags;
    uint8_t category;
    uint8_t bidi;
    uint8_t combining;
    uint8_t width;
    int8_t decimal;
    int8_t digit;
    uint8_t quick; /* bit `form`: the character may change in that normal form */
    uint16_t kase;
    uint8_t numeric;
} WfUcRecord;

typedef struct {
    int32_t lower, upper, title; /* differences */
    uint16_t ext[4];             /* lower, upper, title, fold in uc_case_ext; 0: as the difference,
                                    and for fold: as lower */
} WfUcCase;

enum { EXT_LOWER, EXT_UPPER, EXT_TITLE, EXT_FOLD };

#include "unicode_db.inc"

#define HANGUL_S 0xAC00u
#define HANGUL_L 0x1100u
#define HANGUL_V 0x1161u
#define HANGUL_T 0x11A7u
#define HANGUL_LN 19u
#define HANGUL_VN 21u
#define HANGUL_TN 28u
#define HANGUL_SN (HANGUL_LN * HANGUL_VN * HANGUL_TN)

static inline const WfUcRecord *record(uint32_t cp)
{
    if (cp > 0x10FFFF) {
        return &uc_records[0];
    }
    uint32_t block = uc_rec_index[cp >> UC_REC_SHIFT];
    uint32_t low = cp & ((1u << UC_REC_SHIFT) - 1);
    return &uc_records[uc_rec_data[(block << UC_REC_SHIFT) + low]];
}

uint32_t wf_uc_flags(uint32_t cp)
{
    return record(cp)->flags;
}

static int mapped(uint32_t cp, int which, int32_t delta, const WfUcCase *k, uint32_t out[3])
{
    const uint32_t *ext = &uc_case_ext[k->ext[which]];
    if (k->ext[which] == 0) {
        out[0] = cp + (uint32_t)delta;
        return 1;
    }
    int n = (int)ext[0];
    for (int i = 0; i < n; i++) {
        out[i] = ext[i + 1];
    }
    return n;
}

int wf_uc_to_lower(uint32_t cp, uint32_t out[3])
{
    const WfUcCase *k = &uc_cases[record(cp)->kase];
    return mapped(cp, EXT_LOWER, k->lower, k, out);
}

int wf_uc_to_upper(uint32_t cp, uint32_t out[3])
{
    const WfUcCase *k = &uc_cases[record(cp)->kase];
    return mapped(cp, EXT_UPPER, k->upper, k, out);
}

int wf_uc_to_title(uint32_t cp, uint32_t out[3])
{
    const WfUcCase *k = &uc_cases[record(cp)->kase];
    return mapped(cp, EXT_TITLE, k->title, k, out);
}

int wf_uc_to_fold(uint32_t cp, uint32_t out[3])
{
    const WfUcCase *k = &uc_cases[record(cp)->kase];
    return mapped(cp, k->ext[EXT_FOLD] != 0 ? EXT_FOLD : EXT_LOWER, k->lower, k, out);
}

uint32_t wf_uc_simple_lower(uint32_t cp)
{
    return cp + (uint32_t)uc_cases[record(cp)->kase].lower;
}

uint32_t wf_uc_simple_upper(uint32_t cp)
{
    return cp + (uint32_t)uc_cases[record(cp)->kase].upper;
}

uint32_t wf_uc_simple_title(uint32_t cp)
{
    return cp + (uint32_t)uc_cases[record(cp)->kase].title;
}

uint32_t wf_uc_lower_sigma(uint32_t (*at)(const void *s, size_t i), const void *s, size_t n,
                           size_t i)
{
    /* Final: a cased character before it and none after it, case-ignorable ones skipped. */
    bool cased = false;
    for (size_t j = i; j > 0; j--) {
        uint32_t flags = wf_uc_flags(at(s, j - 1));
        if ((flags & WF_UC_CASE_IGNORABLE) == 0) {
            cased = flags & WF_UC_CASED;
            break;
        }
    }
    if (!cased) {
        return 0x3C3;
    }
    for (size_t j = i + 1; j < n; j++) {
        uint32_t flags = wf_uc_flags(at(s, j));
        if ((flags & WF_UC_CASE_IGNORABLE) == 0) {
            return flags & WF_UC_CASED ? 0x3C3 : 0x3C2;
        }
    }
    return 0x3C2;
}

int wf_uc_decimal(uint32_t cp)
{
    return record(cp)->decimal;
}

int wf_uc_digit(uint32_t cp)
{
    return record(cp)->digit;
}

bool wf_uc_numeric(uint32_t cp, double *out)
{
    int i = record(cp)->numeric;
    if (i == 0) {
        return false;
    }
    *out = uc_numerics[i];
    return true;
}

const char *wf_uc_category(uint32_t cp)
{
    return uc_category_names[record(cp)->category];
}

const char *wf_uc_bidirectional(uint32_t cp)
{
    return uc_bidi_names[record(cp)->bidi];
}

const char *wf_uc_east_asian_width(uint32_t cp)
{
    return uc_eaw_names[record(cp)->width];
}

int wf_uc_combining(uint32_t cp)
{
    return record(cp)->combining;
}

/* The entry of uc_decomp, or NULL. */
static inline const uint32_t *decomp_entry(uint32_t cp)
{
    if (cp > 0x10FFFF) {
        return NULL;
    }
    uint32_t block = uc_decomp_index[cp >> UC_DECOMP_SHIFT];
    uint32_t low = cp & ((1u << UC_DECOMP_SHIFT) - 1);
    uint32_t at = uc_decomp_data[(block << UC_DECOMP_SHIFT) + low];
    return at == 0 ? NULL : &uc_decomp[at];
}

int wf_uc_decomposition(uint32_t cp, const char **tag, uint32_t out[WF_UC_DECOMP_MAX])
{
    const uint32_t *entry = decomp_entry(cp);
    if (entry == NULL) {
        *tag = "";
        return 0;
    }
    int n = (int)(entry[0] & 0xFF);
    *tag = uc_decomp_tags[entry[0] >> 8];
    for (int i = 0; i < n; i++) {
        out[i] = entry[i + 1];
    }
    return n;
}

static bool decompose(uint32_t cp, bool compat, WfU32Vec *out)
{
    if (cp - HANGUL_S < HANGUL_SN) {
        uint32_t s = cp - HANGUL_S;
        uint32_t parts[3] = {HANGUL_L + s / (HANGUL_VN * HANGUL_TN),
                             HANGUL_V + s % (HANGUL_VN * HANGUL_TN) / HANGUL_TN,
                             HANGUL_T + s % HANGUL_TN};
        return wf_vec_append(out, parts, parts[2] == HANGUL_T ? 2u : 3u);
    }
    const uint32_t *entry = decomp_entry(cp);
    if (entry == NULL || (!compat && entry[0] >> 8 != 0)) {
        return wf_vec_push(out, cp);
    }
    uint32_t n = entry[0] & 0xFF;
    for (uint32_t i = 1; i <= n; i++) {
        if (!decompose(entry[i], compat, out)) {
            return false;
        }
    }
    return true;
}

/* 0: the two do not compose. */
static uint32_t compose_pair(uint32_t a, uint32_t b)
{
    if (a - HANGUL_L < HANGUL_LN && b - HANGUL_V < HANGUL_VN) {
        return HANGUL_S + ((a - HANGUL_L) * HANGUL_VN + (b - HANGUL_V)) * HANGUL_TN;
    }
    if (a - HANGUL_S < HANGUL_SN && (a - HANGUL_S) % HANGUL_TN == 0 && b > HANGUL_T
        && b < HANGUL_T + HANGUL_TN) {
        return a + (b - HANGUL_T);
    }
    uint64_t key = (uint64_t)a << 32 | b;
    size_t lo = 0;
    size_t hi = UC_PAIRS;
    while (lo < hi) {
        size_t mid = (lo + hi) / 2;
        if (uc_pair_keys[mid] < key) {
            lo = mid + 1;
        } else {
            hi = mid;
        }
    }
    return lo < UC_PAIRS && uc_pair_keys[lo] == key ? uc_pair_values[lo] : 0;
}

/* Stable sort of each run of combining marks by class. Insertion sort while runs are short; a long
 * one (hostile text) is sorted by counting, so that the whole stays linear. */
static bool order_marks(uint32_t *s, size_t n)
{
    for (size_t i = 0; i < n;) {
        if (record(s[i])->combining == 0) {
            i++;
            continue;
        }
        size_t end = i;
        while (end < n && record(s[end])->combining != 0) {
            end++;
        }
        size_t len = end - i;
        if (len <= 20) {
            for (size_t j = i + 1; j < end; j++) {
                uint32_t c = s[j];
                int cc = record(c)->combining;
                size_t k = j;
                for (; k > i && record(s[k - 1])->combining > cc; k--) {
                    s[k] = s[k - 1];
                }
                s[k] = c;
            }
        } else {
            size_t start[257] = {0};
            uint32_t *sorted = malloc(len * sizeof *sorted);
            if (sorted == NULL) {
                return false;
            }
            for (size_t j = i; j < end; j++) {
                start[record(s[j])->combining + 1]++;
            }
            for (int c = 1; c <= 256; c++) {
                start[c] += start[c - 1];
            }
            for (size_t j = i; j < end; j++) {
                sorted[start[record(s[j])->combining]++] = s[j];
            }
            memcpy(s + i, sorted, len * sizeof *sorted);
            free(sorted);
        }
        i = end;
    }
    return true;
}

static size_t compose(uint32_t *s, size_t n)
{
    size_t out = 0;
    size_t starter = SIZE_MAX;
    int last = 0; /* class of the last mark kept after the starter; 0: none */
    for (size_t i = 0; i < n; i++) {
        uint32_t c = s[i];
        int cc = record(c)->combining;
        if (starter != SIZE_MAX) {
            bool adjacent = out == starter + 1;
            if (adjacent || last < cc) {
                uint32_t joined = compose_pair(s[starter], c);
                if (joined != 0) {
                    s[starter] = joined;
                    continue;
                }
            }
        }
        if (cc == 0) {
            starter = out;
        }
        last = cc;
        s[out++] = c;
    }
    return out;
}

bool wf_uc_quick_check(WfUcForm form, const uint32_t *in, size_t n)
{
    int last = 0;
    for (size_t i = 0; i < n; i++) {
        if (in[i] < 0x80) {
            last = 0;
            continue;
        }
        const WfUcRecord *r = record(in[i]);
        if (r->quick >> form & 1 || (r->combining != 0 && last > r->combining)) {
            return false;
        }
        last = r->combining;
    }
    return true;
}

bool wf_uc_normalize(WfUcForm form, const uint32_t *in, size_t n, WfU32Vec *out)
{
    if (wf_uc_quick_check(form, in, n)) {
        return n == 0 || wf_vec_append(out, in, n);
    }
    size_t base = out->len;
    for (size_t i = 0; i < n; i++) {
        if (!decompose(in[i], form == WF_NFKC || form == WF_NFKD, out)) {
            return false;
        }
    }
    if (!order_marks(out->data + base, out->len - base)) {
        return false;
    }
    if (form == WF_NFC || form == WF_NFKC) {
        out->len = base + compose(out->data + base, out->len - base);
    }
    return true;
}

bool wf_uc_nfkc_utf8(const char *in, size_t n, WfU8Vec *out)
{
    WfU32Vec text = {0};
    WfU32Vec normal = {0};
    bool ok = true;
    const uint8_t *p = (const uint8_t *)in;
    const uint8_t *end = p + n;
    while (ok && p < end) {
        uint32_t cp = wf_utf8_next(&p);
        ok = wf_vec_push(&text, cp);
    }
    ok = ok && wf_uc_normalize(WF_NFKC, text.data, text.len, &normal)
         && wf_vec_reserve(out, out->len + 4 * normal.len);
    for (size_t i = 0; ok && i < normal.len; i++) {
        out->len += wf_utf8_put(out->data + out->len, normal.data[i]);
    }
    wf_vec_free(&text);
    wf_vec_free(&normal);
    return ok;
}
