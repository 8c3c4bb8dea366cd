/* str_type.c - the type str: its methods, operators and iterators.
 * SPDX-License-Identifier: MIT
 * Design:  methods are one function each; ASCII has short ways where it pays (case, split, strip), the rest goes through a
 *          builder. Algorithms shared with bytes are in chars.c, searching in str_search.c, formatting in format_*.c, str_percent.c.
 * Threads: strings are immutable. An iterator stepped by two threads may give an item twice or skip one, no worse. */
#include "objects/str.h"

#include "base/unicode.h"
#include "base/utf8.h"
#include "model/builtin.h"
#include "objects/chars.h"
#include "objects/codecs.h"
#include "objects/dict.h"
#include "objects/format_spec.h"
#include "objects/int.h"
#include "objects/list.h"
#include "objects/slice.h"
#include "objects/tuple.h"

#include <stdlib.h>

/* --- helpers ---------------------------------------------------------------------------------------------------- */

static WfValue piece(WfThread *t, const WfText *x, int64_t start, int64_t stop)
{
    return wf_str_slice(t, (WfStr *)(uintptr_t)x->owner, start, stop);
}
static bool is_space(uint32_t c)
{
    if (c < 0x80) {
        return c == ' ' || c - 9 < 5 || c - 0x1c < 4;
    }
    return wf_uc_is_space(c);
}
static bool is_linebreak(uint32_t c)
{
    if (c < 0x80) {
        return c - 10 < 4 || c - 0x1c < 3;
    }
    return wf_uc_is_linebreak(c);
}
static WfText text_of(const WfStr *s)
{
    return (WfText){s->data, s->length, wf_str_kind(s), s, piece, is_space, is_linebreak};
}

/* A string just filled whose kind may be wider than needed. */
static WfValue fit(WfThread *t, WfStr *s)
{
    int kind = wf_str_kind(s);
    if (s->length < 2) {
        return wf_str_from_kind(t, kind, s->data, s->length);
    }
    uint32_t max = wf_chars_max(s->data, kind, s->length);
    if (wf_kind_of_char(max) != kind) {
        return wf_str_from_kind(t, kind, s->data, s->length);
    }
    s->h.spare = (uint8_t)(kind | (max < 0x80 ? WF_STR_ASCII : 0));
    return wf_from_object(s);
}

/* sub's characters at the width `kind`, which holds them; NULL: no memory. */
static const void *widened(WfThread *t, const WfStr *sub, int kind)
{
    int own = wf_str_kind(sub);
    if (own == kind) {
        return sub->data;
    }
    WfRaw *raw = wf_gc_alloc_raw(t, sub->length * kind, false);
    if (raw != NULL) {
        wf_chars_copy(raw->data, kind, 0, sub->data, own, 0, sub->length);
        return raw->data;
    }
    return NULL;
}

static WfStatus need_str(WfThread *t, WfValue v)
{
    return wf_is_str(v) ? WF_OK : WF_FAIL(wf_raise(t, WF_EXC(TypeError), "must be str, not %T", v));
}

/* --- case --------------------------------------------------------------------------------------------------------- */

static uint32_t sigma_at(const void *s, size_t i)
{
    return wf_str_at(s, (int64_t)i);
}
static int lower_at(const WfStr *s, int64_t i, uint32_t c, uint32_t out[3])
{
    if (c == 0x3a3) {
        out[0] = wf_uc_lower_sigma(sigma_at, s, (size_t)s->length, (size_t)i);
        return 1;
    }
    return wf_uc_to_lower(c, out);
}

enum { LOWER, UPPER, TITLE, CAPITALIZE, SWAPCASE, FOLD };

static uint8_t ascii_case(uint8_t c, int how, bool first)
{
    bool lower = (uint8_t)(c - 'a') < 26, upper = (uint8_t)(c - 'A') < 26;
    switch (how) {
    case LOWER: case FOLD: return upper ? c | 0x20 : c;
    case UPPER: return lower ? c & 0xdf : c;
    case SWAPCASE: return lower || upper ? c ^ 0x20 : c;
    default: return first ? (lower ? c & 0xdf : c) : upper ? c | 0x20 : c;
    }
}

static WfValue convert_case(WfThread *t, WfValue v, int how)
{
    WfStr *s = wf_as_str(v);
    int64_t n = s->length;
    if (n == 0) {
        return WF_NAME_V(empty);
    }
    if (wf_str_is_ascii(s)) {
        WfStr *r = wf_str_alloc(t, n, 0x7f);
        if (r == NULL) {
            return WF_EMPTY;
        }
        bool first = true;
        if (how == LOWER || how == FOLD) {
            for (int64_t i = 0; i < n; i++) {
                r->data[i] = (uint8_t)(s->data[i] + (((uint8_t)(s->data[i] - 'A') < 26) << 5));
            }
        } else {
            for (int64_t i = 0; i < n; i++) {
                uint8_t c = s->data[i];
                r->data[i] = ascii_case(c, how, first);
                first = how == TITLE && !((uint8_t)((c | 0x20) - 'a') < 26);
            }
        }
        return n == 1 ? wf_str_from_char(t, r->data[0]) : wf_from_object(r);
    }
    WfStrBuilder b = WF_STR_BUILDER;
    if (wf_builder_reserve(t, &b, n, wf_str_max_char(s)) < 0) {
        return WF_EMPTY;
    }
    bool cased = false; /* the character before has case (TITLE) */
    for (int64_t i = 0; i < n; i++) {
        uint32_t c = wf_str_at(s, i), out[3];
        int k;
        switch (how) {
        case LOWER: k = lower_at(s, i, c, out); break;
        case UPPER: k = wf_uc_to_upper(c, out); break;
        case FOLD: k = wf_uc_to_fold(c, out); break;
        case CAPITALIZE: k = i == 0 ? wf_uc_to_title(c, out) : lower_at(s, i, c, out); break;
        case TITLE:
            k = cased ? lower_at(s, i, c, out) : wf_uc_to_title(c, out);
            cased = wf_uc_is_cased(c);
            break;
        default: {
            uint32_t flags = wf_uc_flags(c);
            if (flags & WF_UC_UPPER) {
                k = lower_at(s, i, c, out);
            } else if (flags & WF_UC_LOWER) {
                k = wf_uc_to_upper(c, out);
            } else {
                out[0] = c;
                k = 1;
            }
        }
        }
        for (int j = 0; j < k; j++) {
            if (wf_builder_char(t, &b, out[j]) < 0) {
                return WF_EMPTY;
            }
        }
    }
    return wf_builder_finish(t, &b);
}

static WfValue str_lower(WfThread *t, WfValue *a) { return convert_case(t, a[0], LOWER); }
static WfValue str_upper(WfThread *t, WfValue *a) { return convert_case(t, a[0], UPPER); }
static WfValue str_title(WfThread *t, WfValue *a) { return convert_case(t, a[0], TITLE); }
static WfValue str_capitalize(WfThread *t, WfValue *a) { return convert_case(t, a[0], CAPITALIZE); }
static WfValue str_swapcase(WfThread *t, WfValue *a) { return convert_case(t, a[0], SWAPCASE); }
static WfValue str_casefold(WfThread *t, WfValue *a) { return convert_case(t, a[0], FOLD); }

/* --- predicates ---------------------------------------------------------------------------------------------------- */

static WfValue all_have(WfValue v, uint32_t flags, bool if_empty)
{
    const WfStr *s = wf_as_str(v);
    if (s->length == 0) {
        return WF_BOOL(if_empty);
    }
    for (int64_t i = 0; i < s->length; i++) {
        if (!(wf_uc_flags(wf_str_at(s, i)) & flags)) {
            return WF_FALSE;
        }
    }
    return WF_TRUE;
}
static WfValue str_isalnum(WfThread *t, WfValue *a) { return all_have(a[0], WF_UC_ALNUM, false); }
static WfValue str_isalpha(WfThread *t, WfValue *a) { return all_have(a[0], WF_UC_ALPHA, false); }
static WfValue str_isdecimal(WfThread *t, WfValue *a) { return all_have(a[0], WF_UC_DECIMAL, false); }
static WfValue str_isdigit(WfThread *t, WfValue *a) { return all_have(a[0], WF_UC_DIGIT, false); }
static WfValue str_isnumeric(WfThread *t, WfValue *a) { return all_have(a[0], WF_UC_NUMERIC, false); }
static WfValue str_isspace(WfThread *t, WfValue *a) { return all_have(a[0], WF_UC_SPACE, false); }
static WfValue str_isprintable(WfThread *t, WfValue *a) { return all_have(a[0], WF_UC_PRINTABLE, true); }
static WfValue str_isascii(WfThread *t, WfValue *a) { return WF_BOOL(wf_str_is_ascii(wf_as_str(a[0]))); }

/* All cased characters are `want`, none is `bad`, and there is one. */
static WfValue one_case(WfValue v, uint32_t want, uint32_t bad)
{
    const WfStr *s = wf_as_str(v);
    bool cased = false;
    for (int64_t i = 0; i < s->length; i++) {
        uint32_t flags = wf_uc_flags(wf_str_at(s, i));
        if (flags & bad) {
            return WF_FALSE;
        }
        cased |= (flags & want) != 0;
    }
    return WF_BOOL(cased);
}
static WfValue str_islower(WfThread *t, WfValue *a) { return one_case(a[0], WF_UC_LOWER, WF_UC_UPPER | WF_UC_TITLE); }
static WfValue str_isupper(WfThread *t, WfValue *a) { return one_case(a[0], WF_UC_UPPER, WF_UC_LOWER | WF_UC_TITLE); }

static WfValue str_istitle(WfThread *t, WfValue *a)
{
    const WfStr *s = wf_as_str(a[0]);
    bool cased = false, previous = false;
    for (int64_t i = 0; i < s->length; i++) {
        uint32_t flags = wf_uc_flags(wf_str_at(s, i));
        if (flags & (WF_UC_UPPER | WF_UC_TITLE)) {
            if (previous) {
                return WF_FALSE;
            }
            previous = cased = true;
        } else if (flags & WF_UC_LOWER) {
            if (!previous) {
                return WF_FALSE;
            }
            previous = cased = true;
        } else {
            previous = false;
        }
    }
    return WF_BOOL(cased);
}

bool wf_str_is_identifier(const WfStr *s)
{
    for (int64_t i = 0; i < s->length; i++) {
        uint32_t c = wf_str_at(s, i);
        if (c != '_' && !(wf_uc_flags(c) & (i == 0 ? WF_UC_XID_START : WF_UC_XID_CONTINUE))) {
            return false;
        }
    }
    return s->length > 0;
}
static WfValue str_isidentifier(WfThread *t, WfValue *a) { return WF_BOOL(wf_str_is_identifier(wf_as_str(a[0]))); }

/* --- searching ------------------------------------------------------------------------------------------------------ */

static WfStatus bounds(WfThread *t, const WfValue *a, int64_t *start, int64_t *end)
{
    *start = 0;
    *end = INT64_MAX;
    return wf_slice_bound(t, a[0], start) < 0 ? WF_RAISED : wf_slice_bound(t, a[1], end);
}

static WfStatus find_args(WfThread *t, const WfValue *a, int direction, int64_t *at)
{
    int64_t start, end;
    if (need_str(t, a[1]) < 0 || bounds(t, a + 2, &start, &end) < 0) {
        return WF_RAISED;
    }
    *at = wf_str_find(wf_as_str(a[0]), wf_as_str(a[1]), start, end, direction);
    return WF_OK;
}
static WfValue str_find(WfThread *t, WfValue *a)
{
    int64_t at;
    return find_args(t, a, 1, &at) < 0 ? WF_EMPTY : wf_small_int(at);
}
static WfValue str_rfind(WfThread *t, WfValue *a)
{
    int64_t at;
    return find_args(t, a, -1, &at) < 0 ? WF_EMPTY : wf_small_int(at);
}
static WfValue index_of(WfThread *t, const WfValue *a, int direction)
{
    int64_t at;
    if (find_args(t, a, direction, &at) < 0) {
        return WF_EMPTY;
    }
    return at < 0 ? wf_raise(t, WF_EXC(ValueError), "substring not found") : wf_small_int(at);
}
static WfValue str_index(WfThread *t, WfValue *a) { return index_of(t, a, 1); }
static WfValue str_rindex(WfThread *t, WfValue *a) { return index_of(t, a, -1); }

static void clip(int64_t n, int64_t *start, int64_t *end)
{
    if (*end > n) {
        *end = n;
    } else if (*end < 0) {
        *end = *end + n < 0 ? 0 : *end + n;
    }
    if (*start < 0) {
        *start = *start + n < 0 ? 0 : *start + n;
    }
}

static WfValue str_count(WfThread *t, WfValue *a)
{
    int64_t start, end;
    if (need_str(t, a[1]) < 0 || bounds(t, a + 2, &start, &end) < 0) {
        return WF_EMPTY;
    }
    WfStr *s = wf_as_str(a[0]), *sub = wf_as_str(a[1]);
    clip(s->length, &start, &end);
    if (end - start < sub->length || wf_str_kind(sub) > wf_str_kind(s)) {
        return wf_small_int(0);
    }
    int kind = wf_str_kind(s);
    const void *needle = widened(t, sub, kind);
    if (needle == NULL) {
        return WF_EMPTY;
    }
    return wf_small_int(wf_search_count(s->data + start * kind, end - start, needle, sub->length, kind, INT64_MAX));
}

static WfFound str_contains(WfThread *t, WfValue self, WfValue item)
{
    if (!wf_is_str(item)) {
        return WF_FAIL_FOUND(
            wf_raise(t, WF_EXC(TypeError), "'in <string>' requires string as left operand, not %T", item));
    }
    return wf_str_find(wf_as_str(self), wf_as_str(item), 0, INT64_MAX, 1) >= 0 ? WF_FOUND : WF_MISSING;
}

static bool matches_at(const WfStr *s, const WfStr *sub, int64_t start, int64_t end, bool tail)
{
    int64_t m = sub->length;
    if (end - start < m) {
        return false;
    }
    int64_t at = tail ? end - m : start;
    int kind = wf_str_kind(s), sub_kind = wf_str_kind(sub);
    if (kind == sub_kind) {
        return memcmp(s->data + at * kind, sub->data, (size_t)(m * kind)) == 0;
    }
    for (int64_t i = 0; i < m; i++) {
        if (wf_str_at(s, at + i) != wf_str_at(sub, i)) {
            return false;
        }
    }
    return true;
}

static WfValue affix(WfThread *t, const WfValue *a, bool tail)
{
    int64_t start, end;
    const char *name = tail ? "endswith" : "startswith";
    if (bounds(t, a + 2, &start, &end) < 0) {
        return WF_EMPTY;
    }
    WfStr *s = wf_as_str(a[0]);
    clip(s->length, &start, &end);
    if (wf_is_tuple(a[1])) {
        WfTuple *x = wf_as_tuple(a[1]);
        for (int64_t i = 0; i < x->length; i++) {
            WfValue v = wf_tuple_at(x, i);
            if (!wf_is_str(v)) {
                return wf_raise(t, WF_EXC(TypeError), "tuple for %s must only contain str, not %T", name, v);
            }
            if (matches_at(s, wf_as_str(v), start, end, tail)) {
                return WF_TRUE;
            }
        }
        return WF_FALSE;
    }
    if (!wf_is_str(a[1])) {
        return wf_raise(t, WF_EXC(TypeError), "%s first arg must be str or a tuple of str, not %T", name, a[1]);
    }
    return WF_BOOL(matches_at(s, wf_as_str(a[1]), start, end, tail));
}
static WfValue str_startswith(WfThread *t, WfValue *a) { return affix(t, a, false); }
static WfValue str_endswith(WfThread *t, WfValue *a) { return affix(t, a, true); }

static WfValue str_removeprefix(WfThread *t, WfValue *a)
{
    if (!wf_is_str(a[1])) {
        return wf_raise(t, WF_EXC(TypeError), "removeprefix() argument must be str, not %T", a[1]);
    }
    WfStr *s = wf_as_str(a[0]), *sub = wf_as_str(a[1]);
    if (matches_at(s, sub, 0, s->length, false)) {
        return wf_str_slice(t, s, sub->length, s->length);
    }
    return wf_str_exact(t, a[0]);
}
static WfValue str_removesuffix(WfThread *t, WfValue *a)
{
    if (!wf_is_str(a[1])) {
        return wf_raise(t, WF_EXC(TypeError), "removesuffix() argument must be str, not %T", a[1]);
    }
    WfStr *s = wf_as_str(a[0]), *sub = wf_as_str(a[1]);
    if (matches_at(s, sub, 0, s->length, true)) {
        return wf_str_slice(t, s, 0, s->length - sub->length);
    }
    return wf_str_exact(t, a[0]);
}

/* --- splitting, joining ------------------------------------------------------------------------------------------------ */

static WfValue split_args(WfThread *t, const WfValue *a, bool right)
{
    int64_t max;
    if (wf_to_ssize(t, a[2], &max) < 0) {
        return WF_EMPTY;
    }
    WfStr *s = wf_as_str(a[0]);
    WfText x = text_of(s);
    if (wf_is_none(a[1])) {
        return right ? wf_text_rsplit_space(t, &x, max) : wf_text_split_space(t, &x, max);
    }
    if (!wf_is_str(a[1])) {
        return wf_raise(t, WF_EXC(TypeError), "must be str or None, not %T", a[1]);
    }
    WfStr *sep = wf_as_str(a[1]);
    if (sep->length == 0) {
        return wf_raise(t, WF_EXC(ValueError), "empty separator");
    }
    if (wf_str_kind(sep) > x.kind) {
        WfValue whole = wf_str_exact(t, a[0]);
        return wf_is_empty(whole) ? WF_EMPTY : wf_list_from(t, &whole, 1);
    }
    const void *needle = widened(t, sep, x.kind);
    if (needle == NULL) {
        return WF_EMPTY;
    }
    return right ? wf_text_rsplit(t, &x, needle, sep->length, max) : wf_text_split(t, &x, needle, sep->length, max);
}
static WfValue str_split(WfThread *t, WfValue *a) { return split_args(t, a, false); }
static WfValue str_rsplit(WfThread *t, WfValue *a) { return split_args(t, a, true); }

static WfValue str_splitlines(WfThread *t, WfValue *a)
{
    bool keep;
    if (wf_to_bool(t, a[1], &keep) < 0) {
        return WF_EMPTY;
    }
    WfText x = text_of(wf_as_str(a[0]));
    return wf_text_splitlines(t, &x, keep);
}

static WfValue partition(WfThread *t, const WfValue *a, bool right)
{
    if (need_str(t, a[1]) < 0) {
        return WF_EMPTY;
    }
    WfStr *s = wf_as_str(a[0]), *sep = wf_as_str(a[1]);
    if (sep->length == 0) {
        return wf_raise(t, WF_EXC(ValueError), "empty separator");
    }
    int64_t at = wf_str_find(s, sep, 0, INT64_MAX, right ? -1 : 1);
    if (at < 0) {
        WfValue whole = wf_str_exact(t, a[0]);
        if (wf_is_empty(whole)) {
            return WF_EMPTY;
        }
        return right ? WF_TUPLE_OF(t, WF_NAME_V(empty), WF_NAME_V(empty), whole)
                     : WF_TUPLE_OF(t, whole, WF_NAME_V(empty), WF_NAME_V(empty));
    }
    WfValue head = wf_str_slice(t, s, 0, at), tail = WF_EMPTY;
    if (!wf_is_empty(head)) {
        tail = wf_str_slice(t, s, at + sep->length, s->length);
    }
    return wf_is_empty(tail) ? WF_EMPTY : WF_TUPLE_OF(t, head, a[1], tail);
}
static WfValue str_partition(WfThread *t, WfValue *a) { return partition(t, a, false); }
static WfValue str_rpartition(WfThread *t, WfValue *a) { return partition(t, a, true); }

static WfValue str_join(WfThread *t, WfValue *a)
{
    WfValue seq = wf_sequence_fast(t, a[1], "can only join an iterable");
    if (!wf_is_empty(seq) && wf_is_list(seq)) {
        seq = wf_list_to_tuple(t, wf_as_list(seq)); /* others may write to the list meanwhile */
    }
    if (wf_is_empty(seq)) {
        return WF_EMPTY;
    }
    WfTuple *x = wf_as_tuple(seq);
    return wf_str_join(t, a[0], (const WfValue *)(const void *)x->items, x->length);
}

/* --- stripping, padding ------------------------------------------------------------------------------------------------- */

static WfValue strip(WfThread *t, const WfValue *a, int which, const char *name)
{
    WfStr *s = wf_as_str(a[0]);
    WfText x = text_of(s);
    int64_t start = 0, stop = s->length;
    if (wf_is_none(a[1])) {
        wf_text_strip_space(&x, which, &start, &stop);
    } else if (wf_is_str(a[1])) {
        WfStr *set = wf_as_str(a[1]);
        const void *chars = set->data;
        int64_t m = set->length;
        if (wf_str_kind(set) < x.kind) {
            chars = widened(t, set, x.kind);
            if (chars == NULL) {
                return WF_EMPTY;
            }
        } else if (wf_str_kind(set) > x.kind) {
            /* Characters wider than s's own cannot occur in it. */
            WfRaw *raw = wf_gc_alloc_raw(t, m * x.kind, false);
            if (raw == NULL) {
                return WF_EMPTY;
            }
            int64_t kept = 0;
            for (int64_t i = 0; i < m; i++) {
                uint32_t c = wf_str_at(set, i);
                if (wf_kind_of_char(c) <= x.kind) {
                    wf_chars_put(raw->data, x.kind, kept++, c);
                }
            }
            chars = raw->data;
            m = kept;
        }
        wf_text_strip(&x, chars, m, which, &start, &stop);
    } else {
        return wf_raise(t, WF_EXC(TypeError), "%s arg must be None or str", name);
    }
    return wf_str_slice(t, s, start, stop);
}
static WfValue str_strip(WfThread *t, WfValue *a) { return strip(t, a, WF_STRIP_BOTH, "strip"); }
static WfValue str_lstrip(WfThread *t, WfValue *a) { return strip(t, a, WF_STRIP_LEFT, "lstrip"); }
static WfValue str_rstrip(WfThread *t, WfValue *a) { return strip(t, a, WF_STRIP_RIGHT, "rstrip"); }

/* s with `left` and `right` times c around it. */
static WfValue pad(WfThread *t, WfValue v, int64_t left, int64_t right, uint32_t c)
{
    WfStr *s = wf_as_str(v);
    left = left < 0 ? 0 : left;
    right = right < 0 ? 0 : right;
    if (left == 0 && right == 0) {
        return wf_str_exact(t, v);
    }
    if (left > INT64_MAX - s->length || right > INT64_MAX - left - s->length) {
        return wf_raise(t, WF_EXC(OverflowError), "padded string is too long");
    }
    uint32_t max = wf_str_max_char(s);
    WfStr *r = wf_str_alloc(t, left + s->length + right, c > max ? c : max);
    if (r == NULL) {
        return WF_EMPTY;
    }
    int kind = wf_str_kind(r);
    for (int64_t i = 0; i < left; i++) {
        wf_chars_put(r->data, kind, i, c);
    }
    wf_chars_copy(r->data, kind, left, s->data, wf_str_kind(s), 0, s->length);
    for (int64_t i = 0; i < right; i++) {
        wf_chars_put(r->data, kind, left + s->length + i, c);
    }
    return r->length == 1 ? wf_str_from_char(t, wf_str_at(r, 0)) : wf_from_object(r);
}

static WfStatus pad_args(WfThread *t, const WfValue *a, int64_t *width, uint32_t *c)
{
    if (wf_to_ssize(t, a[1], width) < 0) {
        return WF_RAISED;
    }
    if (!wf_is_str(a[2])) {
        return WF_FAIL(
            wf_raise(t, WF_EXC(TypeError), "The fill character must be a unicode character, not %T", a[2]));
    }
    if (wf_as_str(a[2])->length != 1) {
        return WF_FAIL(wf_raise(t, WF_EXC(TypeError), "The fill character must be exactly one character long"));
    }
    *c = wf_str_at(wf_as_str(a[2]), 0);
    return WF_OK;
}
static WfValue str_ljust(WfThread *t, WfValue *a)
{
    int64_t width;
    uint32_t c;
    return pad_args(t, a, &width, &c) < 0 ? WF_EMPTY : pad(t, a[0], 0, width - wf_as_str(a[0])->length, c);
}
static WfValue str_rjust(WfThread *t, WfValue *a)
{
    int64_t width;
    uint32_t c;
    return pad_args(t, a, &width, &c) < 0 ? WF_EMPTY : pad(t, a[0], width - wf_as_str(a[0])->length, 0, c);
}
static WfValue str_center(WfThread *t, WfValue *a)
{
    int64_t width;
    uint32_t c;
    if (pad_args(t, a, &width, &c) < 0) {
        return WF_EMPTY;
    }
    int64_t margin = width - wf_as_str(a[0])->length;
    if (margin <= 0) {
        return wf_str_exact(t, a[0]);
    }
    int64_t left = margin / 2 + (margin & width & 1);
    return pad(t, a[0], left, margin - left, c);
}

static WfValue str_zfill(WfThread *t, WfValue *a)
{
    int64_t width;
    if (wf_to_ssize(t, a[1], &width) < 0) {
        return WF_EMPTY;
    }
    WfStr *s = wf_as_str(a[0]);
    int64_t fill = width - s->length;
    if (fill <= 0) {
        return wf_str_exact(t, a[0]);
    }
    WfValue v = pad(t, a[0], fill, 0, '0');
    if (!wf_is_empty(v) && s->length > 0) {
        uint32_t c = wf_str_at(s, 0);
        if (c == '+' || c == '-') {
            WfStr *r = wf_as_str(v);
            wf_chars_put(r->data, wf_str_kind(r), 0, c);
            wf_chars_put(r->data, wf_str_kind(r), fill, '0');
        }
    }
    return v;
}

static WfValue str_expandtabs(WfThread *t, WfValue *a)
{
    int tabsize;
    if (wf_to_int(t, a[1], &tabsize) < 0) {
        return WF_EMPTY;
    }
    WfStr *s = wf_as_str(a[0]);
    WfText x = text_of(s);
    if (wf_search_char(s->data, s->length, '\t', x.kind) < 0) {
        return wf_str_exact(t, a[0]);
    }
    int64_t n = wf_text_expandtabs(&x, tabsize, NULL);
    if (n < 0) {
        return wf_raise(t, WF_EXC(OverflowError), "new string is too long");
    }
    WfStr *r = wf_str_alloc(t, n, wf_str_max_char(s));
    if (r == NULL) {
        return WF_EMPTY;
    }
    wf_text_expandtabs(&x, tabsize, r->data);
    return n < 2 ? wf_str_from_kind(t, x.kind, r->data, n) : wf_from_object(r);
}

/* --- replacing ----------------------------------------------------------------------------------------------------------- */

WfValue wf_str_replace(WfThread *t, WfValue self, WfValue vold, WfValue vnew, int64_t max)
{
    WfStr *s = wf_as_str(self), *old = wf_as_str(vold), *new_ = wf_as_str(vnew);
    int kind = wf_str_kind(s);
    if (wf_str_kind(old) > kind || max == 0 || (s->length == 0 && max >= 0 && old->length > 0)) {
        return wf_str_exact(t, self);
    }
    WfText x = text_of(s);
    const void *p_old = widened(t, old, kind);
    if (p_old == NULL) {
        return WF_EMPTY;
    }
    int64_t m = old->length, k = new_->length;
    int64_t count = wf_text_replace_count(&x, p_old, m, max);
    if (count == 0) {
        return wf_str_exact(t, self);
    }
    int64_t n = wf_text_replace_length(s->length, count, m, k);
    if (n < 0) {
        return wf_raise(t, WF_EXC(OverflowError), "replace string is too long");
    }
    if (n == 0) {
        return WF_NAME_V(empty);
    }
    uint32_t ms = wf_str_max_char(s), mn = wf_str_max_char(new_);
    int wide = mn > ms ? wf_str_kind(new_) : kind;
    if (wide > kind) {
        x.data = widened(t, s, wide);
        x.kind = wide;
        p_old = widened(t, old, wide);
        if (x.data == NULL || p_old == NULL) {
            return WF_EMPTY;
        }
    }
    const void *p_new = widened(t, new_, wide);
    WfStr *r = p_new == NULL ? NULL : wf_str_alloc(t, n, ms > mn ? ms : mn);
    if (r == NULL) {
        return WF_EMPTY;
    }
    wf_text_replace(&x, p_old, m, p_new, k, count, r->data);
    return (ms < 0x80 && mn < 0x80 && n > 1) ? wf_from_object(r) : fit(t, r);
}

static WfValue str_replace(WfThread *t, WfValue *a)
{
    int64_t max;
    for (int i = 1; i <= 2; i++) {
        if (!wf_is_str(a[i])) {
            return wf_raise(t, WF_EXC(TypeError), "replace() argument %d must be str, not %T", i, a[i]);
        }
    }
    return wf_to_ssize(t, a[3], &max) < 0 ? WF_EMPTY : wf_str_replace(t, a[0], a[1], a[2], max);
}

/* What the table says about c: *out is a str, None (delete), or WF_EMPTY (keep). */
static WfStatus translate_lookup(WfThread *t, WfValue table, uint32_t c, WfValue *out)
{
    WfValue v = wf_getitem(t, table, wf_small_int(c));
    if (wf_is_empty(v)) {
        *out = WF_EMPTY;
        return wf_clear_if(t, WF_EXC(LookupError)) ? WF_OK : WF_RAISED;
    }
    if (wf_is_any_int(v)) {
        int64_t i;
        if (!wf_int_to_i64(v, &i) || i < 0 || i > 0x10ffff) {
            return WF_FAIL(wf_raise(t, WF_EXC(ValueError), "character mapping must be in range(0x110000)"));
        }
        v = wf_str_from_char(t, (uint32_t)i);
        if (wf_is_empty(v)) {
            return WF_RAISED;
        }
    } else if (!wf_is_none(v) && !wf_is_str(v)) {
        return WF_FAIL(wf_raise(t, WF_EXC(TypeError), "character mapping must return integer, None or str"));
    }
    *out = v;
    return WF_OK;
}

static WfValue str_translate(WfThread *t, WfValue *a)
{
    WfStr *s = wf_as_str(a[0]);
    WfStrBuilder b = WF_STR_BUILDER;
    bool known[128] = {false};
    WfValue cache[128];
    if (s->length == 0) {
        return WF_NAME_V(empty);
    }
    if (wf_builder_reserve(t, &b, s->length, 0x7f) < 0) {
        return WF_EMPTY;
    }
    for (int64_t i = 0; i < s->length; i++) {
        uint32_t c = wf_str_at(s, i);
        WfValue v;
        if (c < 128 && known[c]) {
            v = cache[c];
        } else {
            if (translate_lookup(t, a[1], c, &v) < 0) {
                return WF_EMPTY;
            }
            if (c < 128) {
                known[c] = true;
                cache[c] = v;
            }
        }
        if (wf_is_empty(v)) {
            if (wf_builder_char(t, &b, c) < 0) {
                return WF_EMPTY;
            }
        } else if (!wf_is_none(v) && wf_builder_str(t, &b, wf_as_str(v)) < 0) {
            return WF_EMPTY;
        }
    }
    return wf_builder_finish(t, &b);
}

static WfValue str_maketrans(WfThread *t, WfValue *a)
{
    WfValue x = a[0], y = a[1], z = a[2];
    WfValue dict = wf_dict_new(t);
    if (wf_is_empty(dict)) {
        return WF_EMPTY;
    }
    WfDict *d = wf_as_dict(dict);
    if (wf_is_empty(y)) {
        if (!wf_is_dict(x)) {
            return wf_raise(t, WF_EXC(TypeError), "if you give only one argument to maketrans it must be a dict");
        }
        WfValue key, value;
        for (int64_t pos = 0; wf_dict_next(wf_as_dict(x), &pos, &key, &value);) {
            if (wf_is_str(key)) {
                if (wf_as_str(key)->length != 1) {
                    return wf_raise(t, WF_EXC(ValueError), "string keys in translate table must be of length 1");
                }
                key = wf_small_int(wf_str_at(wf_as_str(key), 0));
            } else if (!wf_is_any_int(key)) {
                return wf_raise(t, WF_EXC(TypeError), "keys in translate table must be strings or integers");
            }
            if (wf_dict_set(t, d, key, value) < 0) {
                return WF_EMPTY;
            }
        }
        return dict;
    }
    if (!wf_is_str(y)) {
        return wf_raise(t, WF_EXC(TypeError), "maketrans() argument 2 must be str, not %T", y);
    }
    if (!wf_is_empty(z) && !wf_is_str(z)) {
        return wf_raise(t, WF_EXC(TypeError), "maketrans() argument 3 must be str, not %T", z);
    }
    if (!wf_is_str(x)) {
        return wf_raise(t, WF_EXC(TypeError), "first maketrans argument must be a string if there is a second argument");
    }
    WfStr *from = wf_as_str(x), *to = wf_as_str(y);
    if (from->length != to->length) {
        return wf_raise(t, WF_EXC(ValueError), "the first two maketrans arguments must have equal length");
    }
    for (int64_t i = 0; i < from->length; i++) {
        if (wf_dict_set(t, d, wf_small_int(wf_str_at(from, i)), wf_small_int(wf_str_at(to, i))) < 0) {
            return WF_EMPTY;
        }
    }
    for (int64_t i = 0; !wf_is_empty(z) && i < wf_as_str(z)->length; i++) {
        if (wf_dict_set(t, d, wf_small_int(wf_str_at(wf_as_str(z), i)), WF_NONE) < 0) {
            return WF_EMPTY;
        }
    }
    return dict;
}

/* --- conversion ------------------------------------------------------------------------------------------------------------ */

/* repr() or, with ascii_only, ascii(). */
static WfValue repr(WfThread *t, const WfStr *s, bool ascii_only)
{
    int64_t n = s->length;
    int kind = wf_str_kind(s);
    bool single = wf_search_char(s->data, n, '\'', kind) >= 0;
    uint32_t quote = single && wf_search_char(s->data, n, '"', kind) < 0 ? '"' : '\'';
    WfStrBuilder b = WF_STR_BUILDER;
    uint32_t max = ascii_only ? 0x7f : wf_str_max_char(s);
    if (wf_builder_reserve(t, &b, n + 2, max) < 0 || wf_builder_char(t, &b, quote) < 0) {
        return WF_EMPTY;
    }
    for (int64_t i = 0; i < n; i++) {
        int64_t start = i;
        uint32_t c = 0;
        for (; i < n; i++) {
            c = wf_chars_at(s->data, kind, i);
            if (c < 0x20 || c == 0x7f || c == '\\' || c == quote
                || (c >= 0x80 && (ascii_only || !wf_uc_is_printable(c)))) {
                break;
            }
        }
        if (i > start && wf_builder_slice(t, &b, s, start, i) < 0) {
            return WF_EMPTY;
        }
        if (i == n) {
            break;
        }
        WfStatus status;
        if (c == '\\' || c == quote) {
            status = wf_builder_format(t, &b, "\\%c", (int)c);
        } else if (c == '\t' || c == '\n' || c == '\r') {
            status = wf_builder_ascii(t, &b, c == '\t' ? "\\t" : c == '\n' ? "\\n" : "\\r", 2);
        } else {
            status = wf_builder_format(t, &b, c < 0x100 ? "\\x%02x" : c < 0x10000 ? "\\u%04x" : "\\U%08x", c);
        }
        if (status < 0) {
            return WF_EMPTY;
        }
    }
    return wf_builder_char(t, &b, quote) < 0 ? WF_EMPTY : wf_builder_finish(t, &b);
}

static WfValue str_repr(WfThread *t, WfValue self)
{
    return repr(t, wf_as_str(self), false);
}

WfValue wf_str_ascii(WfThread *t, WfValue v)
{
    WfStr *s = wf_as_str(v);
    if (wf_str_is_ascii(s)) {
        return wf_str_exact(t, v);
    }
    WfStrBuilder b = WF_STR_BUILDER;
    for (int64_t i = 0; i < s->length; i++) {
        uint32_t c = wf_str_at(s, i);
        WfStatus status = c < 0x80 ? wf_builder_char(t, &b, c)
                                   : wf_builder_format(t, &b, c < 0x100     ? "\\x%02x"
                                                              : c < 0x10000 ? "\\u%04x"
                                                                            : "\\U%08x",
                                                       c);
        if (status < 0) {
            return WF_EMPTY;
        }
    }
    return wf_builder_finish(t, &b);
}

static WfValue str_str(WfThread *t, WfValue self)
{
    return wf_str_exact(t, self);
}

static WfStatus str_hash(WfThread *t, WfValue self, int64_t *hash)
{
    *hash = wf_str_hash(wf_as_str(self));
    return WF_OK;
}

static WfValue str_richcompare(WfThread *t, WfValue a, WfValue b, int op)
{
    if (!wf_is_str(a) || !wf_is_str(b)) {
        return WF_NOT_IMPLEMENTED;
    }
    const WfStr *x = wf_as_str(a), *y = wf_as_str(b);
    if (op == WF_EQ || op == WF_NE) {
        return WF_BOOL(wf_str_equal(x, y) == (op == WF_EQ));
    }
    int c = x == y ? 0 : wf_str_compare(x, y);
    return wf_ordering(c, 0, op);
}

static WfStatus str_len(WfThread *t, WfValue self, int64_t *len)
{
    *len = wf_as_str(self)->length;
    return WF_OK;
}

static WfValue str_getitem(WfThread *t, WfValue self, WfValue key)
{
    WfStr *s = wf_as_str(self);
    if (wf_is_slice(key)) {
        int64_t start, stop, step, count;
        if (wf_slice_indices(t, key, s->length, &start, &stop, &step, &count) < 0) {
            return WF_EMPTY;
        }
        if (count <= 0) {
            return WF_NAME_V(empty);
        }
        if (step == 1) {
            return wf_str_slice(t, s, start, start + count);
        }
        int kind = wf_str_kind(s);
        WfStr *r = wf_str_alloc(t, count, wf_str_max_char(s));
        if (r == NULL) {
            return WF_EMPTY;
        }
        for (int64_t i = 0, at = start; i < count; i++, at += step) {
            wf_chars_put(r->data, kind, i, wf_chars_at(s->data, kind, at));
        }
        return fit(t, r);
    }
    int64_t i;
    if (wf_is_int(key)) {
        i = wf_as_int(key);
    } else if (wf_is_any_int(key) || wf_type(key)->slots.index != NULL) {
        if (wf_as_index(t, key, &i, WF_EXC(IndexError)) < 0) {
            return WF_EMPTY;
        }
    } else {
        return wf_raise(t, WF_EXC(TypeError), "string indices must be integers, not '%T'", key);
    }
    if (i < 0) {
        i += s->length;
    }
    if ((uint64_t)i >= (uint64_t)s->length) {
        return wf_raise(t, WF_EXC(IndexError), "string index out of range");
    }
    return wf_str_from_char(t, wf_str_at(s, i));
}

static WfValue str_concat(WfThread *t, WfValue a, WfValue b)
{
    if (!wf_is_str(b)) {
        return wf_raise(t, WF_EXC(TypeError), "can only concatenate str (not \"%T\") to str", b);
    }
    return wf_str_concat(t, a, b);
}

static WfValue str_repeat(WfThread *t, WfValue self, int64_t n)
{
    WfStr *s = wf_as_str(self);
    if (n < 1 || s->length == 0) {
        return WF_NAME_V(empty);
    }
    if (n == 1) {
        return wf_str_exact(t, self);
    }
    int64_t total;
    if (__builtin_mul_overflow(s->length, n, &total)) {
        return wf_raise(t, WF_EXC(OverflowError), "repeated string is too long");
    }
    WfStr *r = wf_str_alloc(t, total, wf_str_max_char(s));
    if (r == NULL) {
        return WF_EMPTY;
    }
    size_t kind = (size_t)wf_str_kind(s), size = (size_t)total * kind, done = (size_t)s->length * kind;
    if (done == 1) {
        memset(r->data, s->data[0], size);
        return wf_from_object(r);
    }
    memcpy(r->data, s->data, done);
    while (done < size) {
        size_t more = done < size - done ? done : size - done;
        memcpy(r->data + done, r->data, more);
        done += more;
    }
    return wf_from_object(r);
}

static WfValue str_mod(WfThread *t, WfValue a, WfValue b)
{
    return wf_is_str(a) ? wf_str_percent(t, a, b) : WF_NOT_IMPLEMENTED;
}

/* --- the constructor ---------------------------------------------------------------------------------------------------------- */

static WfValue str_make(WfThread *t, const WfArgs *args)
{
    WfValue a[3];
    if (args->kwnames == NULL && args->n_pos == 1) {
        return wf_str(t, args->items[0]);
    }
    if (wf_parse_args(t, "str", "(object=?, encoding=?, errors=?)", args, a, 3) < 0) {
        return WF_EMPTY;
    }
    if (wf_is_empty(a[0])) {
        return WF_NAME_V(empty);
    }
    const char *names[2] = {NULL, NULL};
    for (int i = 0; i < 2; i++) {
        if (!wf_is_empty(a[i + 1])) {
            if (!wf_is_str(a[i + 1])) {
                return wf_raise(t, WF_EXC(TypeError), "str() argument '%s' must be str, not %T",
                                i == 0 ? "encoding" : "errors", a[i + 1]);
            }
            names[i] = wf_str_utf8(t, a[i + 1], NULL);
            if (names[i] == NULL) {
                return WF_EMPTY;
            }
        }
    }
    if (names[0] == NULL && names[1] == NULL) {
        return wf_str(t, a[0]);
    }
    return wf_str_from_encoded(t, a[0], names[0], names[1]);
}

static WfValue str_new(WfThread *t, WfType *type, const WfArgs *args)
{
    WfValue v = str_make(t, args);
    if (wf_is_empty(v) || type == WF_TYPE(STR)) {
        return v;
    }
    WfStr *s = wf_as_str(v);
    size_t size = (size_t)(s->length + 1) * (size_t)wf_str_kind(s);
    WfStr *r = (WfStr *)wf_instance_new(t, type, size);
    if (r == NULL) {
        return WF_EMPTY;
    }
    r->length = s->length;
    r->h.spare = (uint8_t)(s->h.spare & (WF_STR_KIND | WF_STR_ASCII));
    memcpy(r->data, s->data, size);
    return wf_from_object(r);
}

static WfValue str_encode(WfThread *t, WfValue *a)
{
    const char *names[2];
    for (int i = 0; i < 2; i++) {
        if (!wf_is_str(a[i + 1])) {
            return wf_raise(t, WF_EXC(TypeError), "encode() argument '%s' must be str, not %T",
                            i == 0 ? "encoding" : "errors", a[i + 1]);
        }
        int64_t n;
        names[i] = wf_str_utf8(t, a[i + 1], &n);
        if (names[i] == NULL) {
            return WF_EMPTY;
        }
        if (strlen(names[i]) != (size_t)n) {
            return wf_raise(t, WF_EXC(ValueError), "embedded null character");
        }
    }
    return wf_str_encode(t, a[0], names[0], names[1]);
}

static WfValue str_format(WfThread *t, WfValue *a) { return wf_str_format_args(t, a[0], a[1], a[2]); }
static WfValue str_format_map(WfThread *t, WfValue *a) { return wf_str_format_args(t, a[0], WF_EMPTY, a[1]); }
static WfValue str_dunder_format(WfThread *t, WfValue *a)
{
    if (!wf_is_str(a[1])) {
        return wf_raise(t, WF_EXC(TypeError), "__format__() argument must be str, not %T", a[1]);
    }
    return wf_format_str(t, a[0], wf_as_str(a[1]));
}
static WfValue str_getnewargs(WfThread *t, WfValue *a)
{
    /* a copy, so that a pickler does not take it for the object itself */
    const WfStr *s = wf_as_str(a[0]);
    WfValue copy = wf_str_from_kind(t, wf_str_kind(s), s->data, s->length);
    return wf_is_empty(copy) ? WF_EMPTY : WF_TUPLE_OF(t, copy);
}
static WfValue str_sizeof(WfThread *t, WfValue *a)
{
    const WfStr *s = wf_as_str(a[0]);
    return wf_small_int((int64_t)sizeof(WfStr) + (s->length + 1) * wf_str_kind(s));
}

/* --- iterators --------------------------------------------------------------------------------------------------------------- */

typedef struct StrIterator {
    WfObject h;
    WfSlot str;      /* EMPTY: exhausted */
    int64_t x_index; /* relaxed */
} StrIterator;

static void iterator_trace(WfMarker *m, WfObject *o)
{
    wf_mark_slot(m, &((StrIterator *)o)->str);
}

static WfValue str_iter(WfThread *t, WfValue self)
{
    StrIterator *it = wf_str_is_ascii(wf_as_str(self)) ? WF_NEW(t, StrIterator, STR_ASCII_ITERATOR, NATIVE)
                                                       : WF_NEW(t, StrIterator, STR_ITERATOR, NATIVE);
    if (it == NULL) {
        return WF_EMPTY;
    }
    wf_store_raw(&it->str, self);
    return wf_from_object(it);
}

static WfFound iterator_next(WfThread *t, WfValue self, WfValue *out)
{
    StrIterator *it = WF_AS(StrIterator, self);
    WfStr *s = WF_LOAD(WfStr, &it->str);
    if (s == NULL) {
        return WF_MISSING;
    }
    int64_t i = __atomic_load_n(&it->x_index, __ATOMIC_RELAXED);
    if (i >= s->length) {
        wf_store_raw(&it->str, WF_EMPTY);
        return WF_MISSING;
    }
    __atomic_store_n(&it->x_index, i + 1, __ATOMIC_RELAXED);
    *out = wf_str_from_char(t, wf_str_at(s, i));
    return wf_is_empty(*out) ? WF_ERROR : WF_FOUND;
}

static WfValue iterator_length_hint(WfThread *t, WfValue *a)
{
    StrIterator *it = WF_AS(StrIterator, a[0]);
    WfStr *s = WF_LOAD(WfStr, &it->str);
    return wf_small_int(s == NULL ? 0 : s->length - __atomic_load_n(&it->x_index, __ATOMIC_RELAXED));
}
static WfValue iterator_reduce(WfThread *t, WfValue *a)
{
    StrIterator *it = WF_AS(StrIterator, a[0]);
    WfValue s = wf_load(&it->str);
    WfStr *name = wf_str_intern_cstr(t, "iter");
    WfValue iter = name == NULL ? WF_EMPTY : wf_getitem(t, t->interp->builtins, wf_from_object(name));
    WfValue inner = wf_is_empty(iter) ? WF_EMPTY : WF_TUPLE_OF(t, wf_is_empty(s) ? WF_NAME_V(empty) : s);
    if (wf_is_empty(inner)) {
        return WF_EMPTY;
    }
    if (wf_is_empty(s)) {
        return WF_TUPLE_OF(t, iter, inner);
    }
    return WF_TUPLE_OF(t, iter, inner, wf_small_int(__atomic_load_n(&it->x_index, __ATOMIC_RELAXED)));
}
static WfValue iterator_setstate(WfThread *t, WfValue *a)
{
    StrIterator *it = WF_AS(StrIterator, a[0]);
    int64_t i;
    if (wf_to_ssize(t, a[1], &i) < 0) {
        return WF_EMPTY;
    }
    WfStr *s = WF_LOAD(WfStr, &it->str);
    if (s != NULL) {
        i = i < 0 ? 0 : i > s->length ? s->length : i;
        __atomic_store_n(&it->x_index, i, __ATOMIC_RELAXED);
    }
    return WF_NONE;
}
static WfValue iterator_iter(WfThread *t, WfValue self)
{
    return self;
}

static const WfBuiltinDef iterator_methods[] = {
    {"__length_hint__", iterator_length_hint, "(self, /)", "Characters still to come."},
    {"__reduce__", iterator_reduce, "(self, /)", "How to pickle the iterator."},
    {"__setstate__", iterator_setstate, "(self, state, /)", "Move to an index."},
    {0}};

const WfTypeSpec wf_str_iterator_spec = {
    .name = "str_iterator",
    .flags = WF_TF_NO_NEW,
    .size = sizeof(StrIterator),
    .methods = iterator_methods,
    .slots = {.iter = iterator_iter, .next = iterator_next, .trace = iterator_trace},
};
const WfTypeSpec wf_str_ascii_iterator_spec = {
    .name = "str_ascii_iterator",
    .flags = WF_TF_NO_NEW,
    .size = sizeof(StrIterator),
    .methods = iterator_methods,
    .slots = {.iter = iterator_iter, .next = iterator_next, .trace = iterator_trace},
};

/* --- the type ------------------------------------------------------------------------------------------------------------------ */

static const WfBuiltinDef str_methods[] = {
    {"__format__", str_dunder_format, "(self, format_spec, /)", "The string laid out as format_spec says."},
    {"__getnewargs__", str_getnewargs, "(self, /)", "Arguments for __new__ when unpickling."},
    {"__sizeof__", str_sizeof, "(self, /)", "Bytes of memory the string takes."},
    {"capitalize", str_capitalize, "(self, /)", "First character in title case, the others in lower case."},
    {"casefold", str_casefold, "(self, /)", "A form for comparing without regard to case."},
    {"center", str_center, "(self, width, fillchar=' ', /)", "Padded on both sides to the given width."},
    {"count", str_count, "(self, sub, start=None, end=None, /)", "Occurrences of sub that do not overlap.", WF_FN_TAKES},
    {"encode", str_encode, "(self, /, encoding='utf-8', errors='strict')", "The text as bytes in an encoding."},
    {"endswith", str_endswith, "(self, suffix, start=None, end=None, /)", "Does it end with suffix, or one of a tuple?", WF_FN_TAKES},
    {"expandtabs", str_expandtabs, "(self, /, tabsize=8)", "Tabs replaced by spaces up to the next tab stop."},
    {"find", str_find, "(self, sub, start=None, end=None, /)", "Lowest index of sub, or -1.", WF_FN_TAKES},
    {"format", str_format, "(self, /, *args, **kwargs)", "Replacement fields in braces filled from the arguments."},
    {"format_map", str_format_map, "(self, mapping, /)", "As format(**mapping), but without copying the mapping."},
    {"index", str_index, "(self, sub, start=None, end=None, /)", "Lowest index of sub; ValueError if there is none.", WF_FN_TAKES},
    {"isalnum", str_isalnum, "(self, /)", "Only letters and numbers, and not empty?"},
    {"isalpha", str_isalpha, "(self, /)", "Only letters, and not empty?"},
    {"isascii", str_isascii, "(self, /)", "Only characters below 128?"},
    {"isdecimal", str_isdecimal, "(self, /)", "Only decimal digits, and not empty?"},
    {"isdigit", str_isdigit, "(self, /)", "Only digits, and not empty?"},
    {"isidentifier", str_isidentifier, "(self, /)", "Could it be a Python name? (Keywords too.)"},
    {"islower", str_islower, "(self, /)", "All cased characters lower case, and at least one?"},
    {"isnumeric", str_isnumeric, "(self, /)", "Only numeric characters, and not empty?"},
    {"isprintable", str_isprintable, "(self, /)", "Only characters that repr() shows as they are?"},
    {"isspace", str_isspace, "(self, /)", "Only white space, and not empty?"},
    {"istitle", str_istitle, "(self, /)", "Every word begins in upper or title case and goes on in lower case?"},
    {"isupper", str_isupper, "(self, /)", "All cased characters upper case, and at least one?"},
    {"join", str_join, "(self, iterable, /)", "The strings of iterable with this one between them."},
    {"ljust", str_ljust, "(self, width, fillchar=' ', /)", "Padded on the right to the given width."},
    {"lower", str_lower, "(self, /)", "All in lower case."},
    {"lstrip", str_lstrip, "(self, chars=None, /)", "Without leading white space, or leading characters of chars."},
    {"maketrans", str_maketrans, "(x, y=?, z=?, /)", "A table for translate.", WF_FN_STATIC},
    {"partition", str_partition, "(self, sep, /)", "What is before the first sep, sep, and what is behind it."},
    {"removeprefix", str_removeprefix, "(self, prefix, /)", "Without prefix, if it begins with it."},
    {"removesuffix", str_removesuffix, "(self, suffix, /)", "Without suffix, if it ends with it."},
    {"replace", str_replace, "(self, old, new, count=-1, /)", "Occurrences of old replaced by new, at most count."},
    {"rfind", str_rfind, "(self, sub, start=None, end=None, /)", "Highest index of sub, or -1.", WF_FN_TAKES},
    {"rindex", str_rindex, "(self, sub, start=None, end=None, /)", "Highest index of sub; ValueError if there is none.", WF_FN_TAKES},
    {"rjust", str_rjust, "(self, width, fillchar=' ', /)", "Padded on the left to the given width."},
    {"rpartition", str_rpartition, "(self, sep, /)", "What is before the last sep, sep, and what is behind it."},
    {"rsplit", str_rsplit, "(self, /, sep=None, maxsplit=-1)", "The parts between separators, splitting from the end."},
    {"rstrip", str_rstrip, "(self, chars=None, /)", "Without trailing white space, or trailing characters of chars."},
    {"split", str_split, "(self, /, sep=None, maxsplit=-1)", "The parts between separators; by default words."},
    {"splitlines", str_splitlines, "(self, /, keepends=False)", "The lines, with or without their ends."},
    {"startswith", str_startswith, "(self, prefix, start=None, end=None, /)",
     "Does it begin with prefix, or one of a tuple?", WF_FN_TAKES},
    {"strip", str_strip, "(self, chars=None, /)", "Without white space, or characters of chars, at both ends."},
    {"swapcase", str_swapcase, "(self, /)", "Upper case for lower case and the reverse."},
    {"title", str_title, "(self, /)", "Every word with its first letter in title case, the rest in lower case."},
    {"translate", str_translate, "(self, table, /)", "Every character mapped through table."},
    {"upper", str_upper, "(self, /)", "All in upper case."},
    {"zfill", str_zfill, "(self, width, /)", "Padded with zeros behind the sign to the given width."},
    {0}};

const WfTypeSpec wf_str_spec = {
    .name = "str",
    .doc = "str(object='') -> str\nstr(bytes_or_buffer[, encoding[, errors]]) -> str\n\n"
           "Text: the object's string form, or bytes decoded by an encoding.",
    .flags = WF_TF_BASETYPE | WF_TF_VARSIZE | WF_TF_MATCH_SELF | WF_TF_ATTRS_AT_END,
    .size = sizeof(WfStr),
    .methods = str_methods,
    .slots = {.repr = str_repr,
              .str = str_str,
              .hash = str_hash,
              .richcompare = str_richcompare,
              .iter = str_iter,
              .new_ = str_new,
              .binary = {[WF_BIN_MOD] = str_mod},
              .len = str_len,
              .getitem = str_getitem,
              .contains = str_contains,
              .concat = str_concat,
              .repeat = str_repeat},
};
