/* bytes_methods.c - what bytes and bytearray can both do.
 * SPDX-License-Identifier: MIT
 * Design:  a method takes its receiver's bytes as pointer and length, works like str on characters of one byte (chars.c) and makes
 *          a result of the receiver's kind.
 * Threads: a bytearray may be written to meanwhile: with other threads about, methods work on a copy of it, so that what
 *          they measured first is what they write then. */
#include "objects/bytes_methods.h"

#include "base/utf8.h"
#include "objects/chars.h"
#include "objects/codecs.h"
#include "objects/int.h"
#include "objects/list.h"
#include "objects/slice.h"
#include "objects/str.h"
#include "objects/tuple.h"

/* --- receivers, arguments, results -------------------------------------------------------------------------------- */

const uint8_t *wf_bytes_self(WfThread *t, WfValue self, int64_t *n)
{
    if (wf_is_bytes(self)) {
        WfBytes *b = wf_as_bytes(self);
        *n = b->length;
        return b->data;
    }
    const uint8_t *p = wf_bytearray_data(t, wf_as_bytearray(self), n);
    if (wf_threaded(t)) {
        WfRaw *raw = wf_gc_alloc_raw(t, *n + 1, false);
        if (raw == NULL) {
            return NULL;
        }
        memcpy(raw->data, p, (size_t)*n);
        return raw->data;
    }
    return p;
}

WfStatus wf_view_get(WfThread *t, WfValue v, WfView *view)
{
    view->buffer = (WfBuffer){.owner = WF_EMPTY};
    if (wf_is_bytes(v)) {
        view->data = wf_as_bytes(v)->data;
        view->length = wf_as_bytes(v)->length;
        return WF_OK;
    }
    if (wf_is_bytearray(v)) {
        view->data = wf_bytes_self(t, v, &view->length);
        return view->data == NULL ? WF_RAISED : WF_OK;
    }
    if (wf_buffer_get(t, v, &view->buffer, WF_BUF_SIMPLE) < 0) {
        return WF_RAISED;
    }
    view->data = view->buffer.data;
    view->length = view->buffer.length;
    return WF_OK;
}

void wf_view_release(WfThread *t, WfView *view)
{
    wf_buffer_release(t, &view->buffer);
}

WfValue wf_bytes_result(WfThread *t, WfValue self, int64_t n, uint8_t **data)
{
    if (wf_is_bytes(self)) {
        WfValue v = wf_bytes_new(t, NULL, n);
        if (!wf_is_empty(v)) {
            *data = wf_as_bytes(v)->data;
        }
        return v;
    }
    WfValue v = wf_bytearray_new(t, NULL, n);
    if (!wf_is_empty(v)) {
        WfRaw *raw = WF_LOAD(WfRaw, &wf_as_bytearray(v)->buffer);
        *data = raw == NULL ? NULL : raw->data;
    }
    return v;
}

static WfValue result(WfThread *t, WfValue self, const uint8_t *p, int64_t n)
{
    return wf_is_bytes(self) ? wf_bytes_new(t, p, n) : wf_bytearray_new(t, p, n);
}
/* self unchanged: itself if it is an exact bytes, else a copy. */
static WfValue unchanged(WfThread *t, WfValue self, const uint8_t *p, int64_t n)
{
    return WF_IS_EXACT(self, BYTES) ? self : result(t, self, p, n);
}

static bool is_space(uint32_t c) { return c == ' ' || c - 9 < 5; }
static bool is_linebreak(uint32_t c) { return c == '\n' || c == '\r'; }
static bool is_upper(uint8_t c) { return (uint8_t)(c - 'A') < 26; }
static bool is_lower(uint8_t c) { return (uint8_t)(c - 'a') < 26; }
static bool is_digit(uint8_t c) { return (uint8_t)(c - '0') < 10; }

typedef struct Text {
    WfText x;
    WfValue self;
} Text;
static WfValue piece(WfThread *t, const WfText *x, int64_t start, int64_t stop)
{
    const Text *text = (const Text *)(const void *)x;
    if (start == 0 && stop == x->length) {
        return unchanged(t, text->self, x->data, stop);
    }
    return result(t, text->self, (const uint8_t *)x->data + start, stop - start);
}
static WfStatus text_of(WfThread *t, WfValue self, Text *out)
{
    int64_t n;
    const uint8_t *p = wf_bytes_self(t, self, &n);
    *out = (Text){{p, n, 1, NULL, piece, is_space, is_linebreak}, self};
    return p == NULL ? WF_RAISED : WF_OK;
}

WfStatus wf_byte_value(WfThread *t, WfValue v, const char *message, uint8_t *out)
{
    int64_t i;
    if (wf_is_int(v)) {
        i = wf_as_int(v);
    } else {
        if (wf_as_index(t, v, &i, NULL) < 0) {
            return WF_RAISED;
        }
    }
    if (i < 0 || i > 255) {
        return WF_FAIL(wf_raise(t, WF_EXC(ValueError), "%s", message));
    }
    *out = (uint8_t)i;
    return WF_OK;
}

#define BYTE_RANGE "byte must be in range(0, 256)"

static WfStatus bounds(WfThread *t, const WfValue *a, int64_t n, int64_t *start, int64_t *end)
{
    *start = 0;
    *end = n;
    if (wf_slice_bound(t, a[0], start) < 0 || wf_slice_bound(t, a[1], end) < 0) {
        return WF_RAISED;
    }
    if (*end > n) {
        *end = n;
    } else if (*end < 0) {
        *end = *end + n < 0 ? 0 : *end + n;
    }
    if (*start < 0) {
        *start = *start + n < 0 ? 0 : *start + n;
    }
    return WF_OK;
}

/* --- searching --------------------------------------------------------------------------------------------------------- */

/* What to look for: bytes, or an int that stands for one byte. */
static WfStatus needle(WfThread *t, WfValue v, WfView *view, uint8_t *one)
{
    if (wf_is_any_int(v) || (!wf_has_buffer(v) && wf_type(v)->slots.index != NULL)) {
        if (wf_byte_value(t, v, BYTE_RANGE, one) < 0) {
            return WF_RAISED;
        }
        *view = (WfView){one, 1, {.owner = WF_EMPTY}};
        return WF_OK;
    }
    if (!wf_has_buffer(v)) {
        return WF_FAIL(
            wf_raise(t, WF_EXC(TypeError), "argument should be integer or bytes-like object, not '%T'", v));
    }
    return wf_view_get(t, v, view);
}

static WfStatus find(WfThread *t, const WfValue *a, int direction, int64_t *at)
{
    WfView sub;
    uint8_t one;
    int64_t n, start, end;
    if (needle(t, a[1], &sub, &one) < 0) {
        return WF_RAISED;
    }
    WfStatus status = WF_RAISED;
    const uint8_t *p = wf_bytes_self(t, a[0], &n);
    if (p != NULL && bounds(t, a + 2, n, &start, &end) == WF_OK) {
        *at = end - start < sub.length ? -1
              : direction > 0         ? wf_search_find(p + start, end - start, sub.data, sub.length, 1)
                                      : wf_search_rfind(p + start, end - start, sub.data, sub.length, 1);
        *at += *at < 0 ? 0 : start;
        status = WF_OK;
    }
    wf_view_release(t, &sub);
    return status;
}
WF_BYTES_METHOD(find)
{
    int64_t at;
    return find(t, a, 1, &at) < 0 ? WF_EMPTY : wf_small_int(at);
}
WF_BYTES_METHOD(rfind)
{
    int64_t at;
    return find(t, a, -1, &at) < 0 ? WF_EMPTY : wf_small_int(at);
}
static WfValue index_of(WfThread *t, const WfValue *a, int direction)
{
    int64_t at;
    if (find(t, a, direction, &at) < 0) {
        return WF_EMPTY;
    }
    return at < 0 ? wf_raise(t, WF_EXC(ValueError), "subsection not found") : wf_small_int(at);
}
WF_BYTES_METHOD(index) { return index_of(t, a, 1); }
WF_BYTES_METHOD(rindex) { return index_of(t, a, -1); }

WF_BYTES_METHOD(count)
{
    WfView sub;
    uint8_t one;
    int64_t n, start, end;
    if (needle(t, a[1], &sub, &one) < 0) {
        return WF_EMPTY;
    }
    WfValue v = WF_EMPTY;
    const uint8_t *p = wf_bytes_self(t, a[0], &n);
    if (p != NULL && bounds(t, a + 2, n, &start, &end) == WF_OK) {
        v = wf_small_int(end < start ? 0
                                     : wf_search_count(p + start, end - start, sub.data, sub.length, 1, INT64_MAX));
    }
    wf_view_release(t, &sub);
    return v;
}

WfFound wf_bytes_contains(WfThread *t, WfValue self, WfValue item)
{
    int64_t n;
    const uint8_t *p = wf_bytes_self(t, self, &n);
    if (p == NULL) {
        return WF_ERROR;
    }
    if (wf_is_any_int(item) || (!wf_has_buffer(item) && wf_type(item)->slots.index != NULL)) {
        uint8_t c;
        if (wf_byte_value(t, item, BYTE_RANGE, &c) < 0) {
            return WF_ERROR;
        }
        return wf_search_char(p, n, c, 1) >= 0 ? WF_FOUND : WF_MISSING;
    }
    WfView sub;
    if (wf_view_get(t, item, &sub) < 0) {
        return WF_ERROR;
    }
    WfFound found = wf_search_find(p, n, sub.data, sub.length, 1) >= 0 ? WF_FOUND : WF_MISSING;
    wf_view_release(t, &sub);
    return found;
}

static WfFound affix_one(WfThread *t, const uint8_t *p, int64_t start, int64_t end, WfValue v, bool tail)
{
    WfView sub;
    if (wf_view_get(t, v, &sub) < 0) {
        return WF_ERROR;
    }
    int64_t m = sub.length;
    bool found = end - start >= m && memcmp(tail ? p + end - m : p + start, sub.data, (size_t)m) == 0;
    wf_view_release(t, &sub);
    return found ? WF_FOUND : WF_MISSING;
}
static WfValue affix(WfThread *t, const WfValue *a, bool tail)
{
    int64_t n, start, end;
    const uint8_t *p = wf_bytes_self(t, a[0], &n);
    if (p == NULL || bounds(t, a + 2, n, &start, &end) < 0) {
        return WF_EMPTY;
    }
    WfFound found = WF_MISSING;
    if (wf_is_tuple(a[1])) {
        WfTuple *x = wf_as_tuple(a[1]);
        for (int64_t i = 0; i < x->length && found == WF_MISSING; i++) {
            found = affix_one(t, p, start, end, wf_tuple_at(x, i), tail);
        }
    } else if (!wf_has_buffer(a[1])) {
        return wf_raise(t, WF_EXC(TypeError), "%s first arg must be bytes or a tuple of bytes, not %T",
                        tail ? "endswith" : "startswith", a[1]);
    } else {
        found = affix_one(t, p, start, end, a[1], tail);
    }
    return found < 0 ? WF_EMPTY : WF_BOOL(found);
}
WF_BYTES_METHOD(startswith) { return affix(t, a, false); }
WF_BYTES_METHOD(endswith) { return affix(t, a, true); }

static WfValue remove_affix(WfThread *t, const WfValue *a, bool tail)
{
    int64_t n;
    const uint8_t *p = wf_bytes_self(t, a[0], &n);
    WfView sub;
    if (p == NULL || wf_view_get(t, a[1], &sub) < 0) {
        return WF_EMPTY;
    }
    int64_t m = sub.length;
    bool found = m > 0 && n >= m && memcmp(tail ? p + n - m : p, sub.data, (size_t)m) == 0;
    wf_view_release(t, &sub);
    return found ? result(t, a[0], tail ? p : p + m, n - m) : unchanged(t, a[0], p, n);
}
WF_BYTES_METHOD(removeprefix) { return remove_affix(t, a, false); }
WF_BYTES_METHOD(removesuffix) { return remove_affix(t, a, true); }

/* --- splitting, joining ---------------------------------------------------------------------------------------------------- */

static WfValue split(WfThread *t, const WfValue *a, bool right)
{
    int64_t max;
    Text x;
    if (wf_to_ssize(t, a[2], &max) < 0 || text_of(t, a[0], &x) < 0) {
        return WF_EMPTY;
    }
    if (wf_is_none(a[1])) {
        return right ? wf_text_rsplit_space(t, &x.x, max) : wf_text_split_space(t, &x.x, max);
    }
    WfView sep;
    if (wf_view_get(t, a[1], &sep) < 0) {
        return WF_EMPTY;
    }
    WfValue v = sep.length == 0 ? wf_raise(t, WF_EXC(ValueError), "empty separator")
                : right         ? wf_text_rsplit(t, &x.x, sep.data, sep.length, max)
                                : wf_text_split(t, &x.x, sep.data, sep.length, max);
    wf_view_release(t, &sep);
    return v;
}
WF_BYTES_METHOD(split) { return split(t, a, false); }
WF_BYTES_METHOD(rsplit) { return split(t, a, true); }

WF_BYTES_METHOD(splitlines)
{
    bool keep;
    Text x;
    if (wf_to_bool(t, a[1], &keep) < 0 || text_of(t, a[0], &x) < 0) {
        return WF_EMPTY;
    }
    return wf_text_splitlines(t, &x.x, keep);
}

static WfValue partition(WfThread *t, const WfValue *a, bool right)
{
    int64_t n;
    const uint8_t *p = wf_bytes_self(t, a[0], &n);
    WfView sep;
    if (p == NULL || wf_view_get(t, a[1], &sep) < 0) {
        return WF_EMPTY;
    }
    WfValue head = WF_EMPTY, middle = WF_EMPTY, tail = WF_EMPTY;
    int64_t m = sep.length;
    if (m == 0) {
        wf_raise(t, WF_EXC(ValueError), "empty separator");
    } else {
        int64_t at = right ? wf_search_rfind(p, n, sep.data, m, 1) : wf_search_find(p, n, sep.data, m, 1);
        if (at >= 0) {
            head = result(t, a[0], p, at);
            /* bytearray makes its own copy of the separator; bytes hands back the argument */
            middle = wf_is_empty(head) ? WF_EMPTY : wf_is_bytes(a[0]) ? a[1] : result(t, a[0], sep.data, m);
            tail = wf_is_empty(middle) ? WF_EMPTY : result(t, a[0], p + at + m, n - at - m);
        } else {
            WfValue whole = unchanged(t, a[0], p, n);
            middle = wf_is_empty(whole) ? WF_EMPTY : result(t, a[0], p, 0);
            WfValue none = wf_is_empty(middle) ? WF_EMPTY : result(t, a[0], p, 0);
            head = right ? none : whole;
            tail = wf_is_empty(none) ? WF_EMPTY : right ? whole : none;
        }
    }
    wf_view_release(t, &sep);
    return wf_is_empty(tail) ? WF_EMPTY : WF_TUPLE_OF(t, head, middle, tail);
}
WF_BYTES_METHOD(partition) { return partition(t, a, false); }
WF_BYTES_METHOD(rpartition) { return partition(t, a, true); }

WF_BYTES_METHOD(join)
{
    WfValue seq = wf_sequence_fast(t, a[1], "can only join an iterable");
    seq = wf_is_empty(seq) || !wf_is_list(seq) ? seq : wf_list_to_tuple(t, wf_as_list(seq));
    int64_t n, total;
    const uint8_t *sep = wf_is_empty(seq) ? NULL : wf_bytes_self(t, a[0], &n);
    if (sep == NULL) {
        return WF_EMPTY;
    }
    WfTuple *items = wf_as_tuple(seq), *parts = items;
    if (items->length == 1 && wf_is_bytes(a[0]) && WF_IS_EXACT(wf_tuple_at(items, 0), BYTES)) {
        return wf_tuple_at(items, 0);
    }
    /* Items that are not bytes are copied first, so that what is measured is what is joined. */
    total = items->length > 1 ? n * (items->length - 1) : 0;
    for (int64_t i = 0; i < items->length; i++) {
        WfValue v = wf_tuple_at(items, i);
        if (!wf_is_bytes(v)) {
            WfView view;
            if (!wf_has_buffer(v)) {
                return wf_raise(t, WF_EXC(TypeError), "sequence item %lld: expected a bytes-like object, %T found",
                                (long long)i, v);
            }
            if (parts == items) {
                parts = wf_tuple_alloc(t, items->length);
                if (parts == NULL) {
                    return WF_EMPTY;
                }
                for (int64_t j = 0; j < i; j++) {
                    wf_store(&parts->items[j], wf_tuple_at(items, j));
                }
            }
            if (wf_view_get(t, v, &view) < 0) {
                if (!wf_clear_if(t, WF_EXC(BufferError))) {
                    return WF_EMPTY;
                }
                return wf_raise(t, WF_EXC(TypeError), "sequence item %lld: expected a bytes-like object, %T found",
                                (long long)i, v);
            }
            v = wf_bytes_new(t, view.data, view.length);
            wf_view_release(t, &view);
            if (wf_is_empty(v)) {
                return WF_EMPTY;
            }
        }
        if (parts != items) {
            wf_store(&parts->items[i], v);
        }
        if (__builtin_add_overflow(total, wf_as_bytes(v)->length, &total)) {
            return wf_raise(t, WF_EXC(OverflowError), "join() result is too long");
        }
    }
    uint8_t *out;
    WfValue r = wf_bytes_result(t, a[0], total, &out);
    if (wf_is_empty(r)) {
        return WF_EMPTY;
    }
    for (int64_t i = 0; i < parts->length; i++) {
        WfBytes *b = wf_as_bytes(wf_tuple_at(parts, i));
        if (i > 0 && n > 0) {
            memcpy(out, sep, (size_t)n);
            out += n;
        }
        if (b->length > 0) {
            memcpy(out, b->data, (size_t)b->length);
            out += b->length;
        }
    }
    return r;
}

/* --- case and predicates ------------------------------------------------------------------------------------------------------- */

enum { LOWER, UPPER, TITLE, CAPITALIZE, SWAPCASE };

static WfValue convert_case(WfThread *t, WfValue self, int how)
{
    int64_t n;
    const uint8_t *p = wf_bytes_self(t, self, &n);
    uint8_t *out;
    WfValue r = p == NULL ? WF_EMPTY : wf_bytes_result(t, self, n, &out);
    if (wf_is_empty(r)) {
        return WF_EMPTY;
    }
    bool first = true;
    for (int64_t i = 0; i < n; i++) {
        uint8_t c = p[i];
        bool upper = is_upper(c), lower = is_lower(c);
        switch (how) {
        case LOWER: c = upper ? c | 0x20 : c; break;
        case UPPER: c = lower ? c & 0xdf : c; break;
        case SWAPCASE: c = upper || lower ? c ^ 0x20 : c; break;
        default:
            c = first ? (lower ? c & 0xdf : c) : upper ? c | 0x20 : c;
            first = how == TITLE && !upper && !lower;
        }
        out[i] = c;
    }
    return r;
}
WF_BYTES_METHOD(lower) { return convert_case(t, a[0], LOWER); }
WF_BYTES_METHOD(upper) { return convert_case(t, a[0], UPPER); }
WF_BYTES_METHOD(title) { return convert_case(t, a[0], TITLE); }
WF_BYTES_METHOD(capitalize) { return convert_case(t, a[0], CAPITALIZE); }
WF_BYTES_METHOD(swapcase) { return convert_case(t, a[0], SWAPCASE); }

static bool is_alpha(uint8_t c) { return is_upper(c) || is_lower(c); }
static bool is_alnum(uint8_t c) { return is_alpha(c) || is_digit(c); }
static bool is_blank(uint8_t c) { return is_space(c); }

static WfValue all_are(WfThread *t, WfValue self, bool (*is)(uint8_t))
{
    int64_t n;
    const uint8_t *p = wf_bytes_self(t, self, &n);
    if (p == NULL) {
        return WF_EMPTY;
    }
    for (int64_t i = 0; i < n; i++) {
        if (!is(p[i])) {
            return WF_FALSE;
        }
    }
    return WF_BOOL(n > 0);
}
WF_BYTES_METHOD(isalnum) { return all_are(t, a[0], is_alnum); }
WF_BYTES_METHOD(isalpha) { return all_are(t, a[0], is_alpha); }
WF_BYTES_METHOD(isdigit) { return all_are(t, a[0], is_digit); }
WF_BYTES_METHOD(isspace) { return all_are(t, a[0], is_blank); }

WF_BYTES_METHOD(isascii)
{
    int64_t n;
    const uint8_t *p = wf_bytes_self(t, a[0], &n);
    return p == NULL ? WF_EMPTY : WF_BOOL(wf_is_ascii(p, (size_t)n));
}

static WfValue one_case(WfThread *t, WfValue self, bool (*want)(uint8_t), bool (*bad)(uint8_t))
{
    int64_t n;
    const uint8_t *p = wf_bytes_self(t, self, &n);
    bool cased = false;
    if (p == NULL) {
        return WF_EMPTY;
    }
    for (int64_t i = 0; i < n; i++) {
        if (bad(p[i])) {
            return WF_FALSE;
        }
        cased |= want(p[i]);
    }
    return WF_BOOL(cased);
}
WF_BYTES_METHOD(islower) { return one_case(t, a[0], is_lower, is_upper); }
WF_BYTES_METHOD(isupper) { return one_case(t, a[0], is_upper, is_lower); }

WF_BYTES_METHOD(istitle)
{
    int64_t n;
    const uint8_t *p = wf_bytes_self(t, a[0], &n);
    bool cased = false, previous = false;
    if (p == NULL) {
        return WF_EMPTY;
    }
    for (int64_t i = 0; i < n; i++) {
        if (is_upper(p[i]) || is_lower(p[i])) {
            if (is_upper(p[i]) == previous) {
                return WF_FALSE;
            }
            previous = cased = true;
        } else {
            previous = false;
        }
    }
    return WF_BOOL(cased);
}

/* --- stripping, padding ------------------------------------------------------------------------------------------------------------ */

static WfValue strip(WfThread *t, const WfValue *a, int which)
{
    Text x;
    if (text_of(t, a[0], &x) < 0) {
        return WF_EMPTY;
    }
    int64_t start = 0, stop = x.x.length;
    if (wf_is_none(a[1])) {
        wf_text_strip_space(&x.x, which, &start, &stop);
    } else {
        WfView set;
        if (wf_view_get(t, a[1], &set) < 0) {
            return WF_EMPTY;
        }
        wf_text_strip(&x.x, set.data, set.length, which, &start, &stop);
        wf_view_release(t, &set);
    }
    return piece(t, &x.x, start, stop);
}
WF_BYTES_METHOD(strip) { return strip(t, a, WF_STRIP_BOTH); }
WF_BYTES_METHOD(lstrip) { return strip(t, a, WF_STRIP_LEFT); }
WF_BYTES_METHOD(rstrip) { return strip(t, a, WF_STRIP_RIGHT); }

static WfValue pad(WfThread *t, WfValue self, int64_t left, int64_t right, uint8_t c)
{
    int64_t n;
    const uint8_t *p = wf_bytes_self(t, self, &n);
    if (p == NULL) {
        return WF_EMPTY;
    }
    left = left < 0 ? 0 : left;
    right = right < 0 ? 0 : right;
    if (left == 0 && right == 0) {
        return unchanged(t, self, p, n);
    }
    uint8_t *out;
    WfValue r = left + n + right < 0 ? wf_raise_no_memory(t) : wf_bytes_result(t, self, left + n + right, &out);
    if (!wf_is_empty(r)) {
        memset(out, c, (size_t)left);
        memcpy(out + left, p, (size_t)n);
        memset(out + left + n, c, (size_t)right);
    }
    return r;
}
static WfStatus pad_args(WfThread *t, const WfValue *a, const char *name, int64_t *width, int64_t *n, uint8_t *c)
{
    if (wf_to_ssize(t, a[1], width) < 0 || wf_bytes_self(t, a[0], n) == NULL) {
        return WF_RAISED;
    }
    int64_t m = -1;
    const uint8_t *p = wf_is_bytes(a[2]) || wf_is_bytearray(a[2]) ? wf_bytes_self(t, a[2], &m) : NULL;
    if (p == NULL || m != 1) {
        return WF_FAIL(wf_raise(t, WF_EXC(TypeError), "%s() argument 2 must be a byte string of length 1, not %T", name,
                                a[2]));
    }
    *c = p[0];
    return WF_OK;
}
WF_BYTES_METHOD(ljust)
{
    int64_t width, n;
    uint8_t c;
    return pad_args(t, a, "ljust", &width, &n, &c) < 0 ? WF_EMPTY : pad(t, a[0], 0, width - n, c);
}
WF_BYTES_METHOD(rjust)
{
    int64_t width, n;
    uint8_t c;
    return pad_args(t, a, "rjust", &width, &n, &c) < 0 ? WF_EMPTY : pad(t, a[0], width - n, 0, c);
}
WF_BYTES_METHOD(center)
{
    int64_t width, n;
    uint8_t c;
    if (pad_args(t, a, "center", &width, &n, &c) < 0) {
        return WF_EMPTY;
    }
    int64_t margin = width - n, left = margin / 2 + (margin & width & 1);
    return margin <= 0 ? pad(t, a[0], 0, 0, c) : pad(t, a[0], left, margin - left, c);
}

WF_BYTES_METHOD(zfill)
{
    int64_t width, n;
    if (wf_to_ssize(t, a[1], &width) < 0) {
        return WF_EMPTY;
    }
    const uint8_t *p = wf_bytes_self(t, a[0], &n);
    if (p == NULL || width <= n) {
        return p == NULL ? WF_EMPTY : unchanged(t, a[0], p, n);
    }
    uint8_t *out;
    WfValue r = wf_bytes_result(t, a[0], width, &out);
    if (!wf_is_empty(r)) {
        int64_t sign = n > 0 && (p[0] == '+' || p[0] == '-');
        if (sign) {
            out[0] = p[0];
        }
        memset(out + sign, '0', (size_t)(width - n));
        memcpy(out + sign + width - n, p + sign, (size_t)(n - sign));
    }
    return r;
}

WF_BYTES_METHOD(expandtabs)
{
    int tabsize;
    Text x;
    if (wf_to_int(t, a[1], &tabsize) < 0 || text_of(t, a[0], &x) < 0) {
        return WF_EMPTY;
    }
    int64_t n = wf_text_expandtabs(&x.x, tabsize, NULL);
    if (n < 0) {
        return wf_raise(t, WF_EXC(OverflowError), "result too long");
    }
    uint8_t *out;
    WfValue r = wf_bytes_result(t, a[0], n, &out);
    if (!wf_is_empty(r)) {
        wf_text_expandtabs(&x.x, tabsize, out);
    }
    return r;
}

/* --- replacing ------------------------------------------------------------------------------------------------------------------- */

WF_BYTES_METHOD(replace)
{
    int64_t max;
    WfView old, new_;
    Text x;
    if (wf_view_get(t, a[1], &old) < 0) {
        return WF_EMPTY;
    }
    if (wf_view_get(t, a[2], &new_) < 0) {
        wf_view_release(t, &old);
        return WF_EMPTY;
    }
    WfValue r = WF_EMPTY;
    if (wf_to_ssize(t, a[3], &max) == WF_OK && text_of(t, a[0], &x) == WF_OK) {
        int64_t count = max == 0 || (x.x.length == 0 && max > 0 && old.length > 0)
                            ? 0
                            : wf_text_replace_count(&x.x, old.data, old.length, max);
        int64_t n = wf_text_replace_length(x.x.length, count, old.length, new_.length);
        uint8_t *out;
        if (count == 0) {
            r = unchanged(t, a[0], x.x.data, x.x.length);
        } else if (n < 0) {
            r = wf_raise(t, WF_EXC(OverflowError), "replace bytes are too long");
        } else {
            r = wf_bytes_result(t, a[0], n, &out);
            if (!wf_is_empty(r)) {
                wf_text_replace(&x.x, old.data, old.length, new_.data, new_.length, count, out);
            }
        }
    }
    wf_view_release(t, &new_);
    wf_view_release(t, &old);
    return r;
}

WF_BYTES_METHOD(translate)
{
    WfView table = {.buffer = {.owner = WF_EMPTY}}, remove;
    if (!wf_is_none(a[1])) {
        if (wf_view_get(t, a[1], &table) < 0) {
            return WF_EMPTY;
        }
        if (table.length != 256) {
            wf_view_release(t, &table);
            return wf_raise(t, WF_EXC(ValueError), "translation table must be 256 characters long");
        }
    }
    if (wf_view_get(t, a[2], &remove) < 0) {
        wf_view_release(t, &table);
        return WF_EMPTY;
    }
    bool gone[256] = {false};
    for (int64_t i = 0; i < remove.length; i++) {
        gone[remove.data[i]] = true;
    }
    int64_t n, kept = 0;
    const uint8_t *p = wf_bytes_self(t, a[0], &n);
    WfRaw *out = p == NULL ? NULL : wf_gc_alloc_raw(t, n + 1, false);
    if (out != NULL) {
        for (int64_t i = 0; i < n; i++) {
            if (!gone[p[i]]) {
                out->data[kept++] = table.data == NULL ? p[i] : table.data[p[i]];
            }
        }
    }
    wf_view_release(t, &remove);
    wf_view_release(t, &table);
    if (out == NULL) {
        return WF_EMPTY;
    }
    return kept == n && memcmp(out->data, p, (size_t)n) == 0 ? unchanged(t, a[0], p, n)
                                                             : result(t, a[0], out->data, kept);
}

WF_BYTES_METHOD(maketrans)
{
    WfView from, to;
    if (wf_view_get(t, a[0], &from) < 0) {
        return WF_EMPTY;
    }
    if (wf_view_get(t, a[1], &to) < 0) {
        wf_view_release(t, &from);
        return WF_EMPTY;
    }
    WfValue r = WF_EMPTY;
    if (from.length != to.length) {
        wf_raise(t, WF_EXC(ValueError), "maketrans arguments must have same length");
    } else {
        r = wf_bytes_new(t, NULL, 256);
        if (!wf_is_empty(r)) {
            uint8_t *out = wf_as_bytes(r)->data;
            for (int i = 0; i < 256; i++) {
                out[i] = (uint8_t)i;
            }
            for (int64_t i = 0; i < from.length; i++) {
                out[from.data[i]] = to.data[i];
            }
        }
    }
    wf_view_release(t, &to);
    wf_view_release(t, &from);
    return r;
}

/* --- text forms ------------------------------------------------------------------------------------------------------------------- */

WF_BYTES_METHOD(decode)
{
    const char *names[2];
    for (int i = 0; i < 2; i++) {
        if (!wf_is_str(a[i + 1])) {
            return wf_raise(t, WF_EXC(TypeError), "decode() argument '%s' must be str, not %T",
                            i == 0 ? "encoding" : "errors", a[i + 1]);
        }
        int64_t len;
        names[i] = wf_str_utf8(t, a[i + 1], &len);
        if (names[i] == NULL) {
            return WF_EMPTY;
        }
        if (strlen(names[i]) != (size_t)len) {
            return wf_raise(t, WF_EXC(ValueError), "embedded null character");
        }
    }
    int64_t n;
    const uint8_t *p = wf_bytes_self(t, a[0], &n);
    return p == NULL ? WF_EMPTY : wf_bytes_decode(t, p, n, names[0], names[1]);
}

WfValue wf_hex(WfThread *t, const uint8_t *p, int64_t n, WfValue sep, int64_t per_sep)
{
    static const char digits[] = "0123456789abcdef";
    uint8_t between = 0;
    bool separated = false;
    if (!wf_is_empty(sep)) {
        int64_t len;
        if (wf_len(t, sep, &len) < 0) {
            return WF_EMPTY;
        }
        if (len != 1) {
            return wf_raise(t, WF_EXC(ValueError), "sep must be length 1.");
        }
        if (wf_is_str(sep)) {
            between = (uint8_t)wf_str_at(wf_as_str(sep), 0);
            separated = wf_str_is_ascii(wf_as_str(sep));
        } else if (wf_is_bytes(sep)) {
            between = wf_as_bytes(sep)->data[0];
            separated = between < 0x80;
        } else {
            return wf_raise(t, WF_EXC(TypeError), "sep must be str or bytes.");
        }
        if (!separated) {
            return wf_raise(t, WF_EXC(ValueError), "sep must be ASCII.");
        }
        separated = per_sep != 0;
    }
    int64_t group = per_sep < 0 ? -per_sep : per_sep;
    separated = separated && n > 0 && group < n;
    int64_t length;
    if (__builtin_mul_overflow(n, 2, &length)) {
        return wf_raise_no_memory(t);
    }
    length += separated ? (n - 1) / group : 0;
    if (length == 0) {
        return WF_NAME_V(empty);
    }
    WfStr *s = wf_str_alloc(t, length, 0x7f);
    if (s == NULL) {
        return WF_EMPTY;
    }
    uint8_t *o = s->data;
    for (int64_t i = 0; i < n; i++) {
        if (separated && i > 0 && (per_sep > 0 ? (n - i) % group == 0 : i % group == 0)) {
            *o++ = between;
        }
        *o++ = (uint8_t)digits[p[i] >> 4];
        *o++ = (uint8_t)digits[p[i] & 15];
    }
    return wf_from_object(s);
}

WF_BYTES_METHOD(hex)
{
    int per_sep;
    int64_t n;
    if (wf_to_int(t, a[2], &per_sep) < 0) {
        return WF_EMPTY;
    }
    const uint8_t *p = wf_bytes_self(t, a[0], &n);
    return p == NULL ? WF_EMPTY : wf_hex(t, p, n, a[1], per_sep);
}

static int hex_digit(uint32_t c)
{
    return c - '0' < 10 ? (int)(c - '0') : (c | 0x20) - 'a' < 6 ? (int)((c | 0x20) - 'a') + 10 : -1;
}

WF_BYTES_METHOD(fromhex)
{
    if (!wf_is_str(a[1])) {
        return wf_raise(t, WF_EXC(TypeError), "fromhex() argument must be str, not %T", a[1]);
    }
    WfStr *s = wf_as_str(a[1]);
    WfRaw *out = wf_gc_alloc_raw(t, s->length / 2 + 1, false);
    if (out == NULL) {
        return WF_EMPTY;
    }
    int64_t n = 0, i = 0;
    for (;;) {
        while (i < s->length && is_space(wf_str_at(s, i))) {
            i++;
        }
        if (i >= s->length) {
            break;
        }
        int high = hex_digit(wf_str_at(s, i));
        int low = high < 0 || i + 1 >= s->length ? -1 : hex_digit(wf_str_at(s, i + 1));
        if (low < 0) {
            return wf_raise(t, WF_EXC(ValueError), "non-hexadecimal number found in fromhex() arg at position %lld",
                            (long long)(high < 0 ? i : i + 1));
        }
        out->data[n++] = (uint8_t)(high << 4 | low);
        i += 2;
    }
    WfType *type = WF_AS(WfType, a[0]);
    bool array = wf_type_is_subtype(type, WF_TYPE(BYTEARRAY));
    WfValue v = array ? wf_bytearray_new(t, out->data, n) : wf_bytes_new(t, out->data, n);
    if (wf_is_empty(v) || type == WF_TYPE(BYTES) || type == WF_TYPE(BYTEARRAY)) {
        return v;
    }
    return wf_call1(t, a[0], v);
}

WfValue wf_bytes_repr_of(WfThread *t, const uint8_t *p, int64_t n, const char *prefix, const char *suffix,
                         bool escape_quote)
{
    bool single = memchr(p, '\'', (size_t)n) != NULL;
    uint8_t quote = single && memchr(p, '"', (size_t)n) == NULL ? '"' : '\'';
    WfStrBuilder b = WF_STR_BUILDER;
    if (wf_builder_reserve(t, &b, n + 20, 0x7f) < 0 || wf_builder_format(t, &b, "%sb%c", prefix, quote) < 0) {
        return WF_EMPTY;
    }
    for (int64_t i = 0; i < n; i++) {
        uint8_t c = p[i];
        WfStatus status;
        if (c == quote || c == '\\' || (escape_quote && c == '\'')) {
            status = wf_builder_format(t, &b, "\\%c", c);
        } else if (c == '\t' || c == '\n' || c == '\r') {
            status = wf_builder_format(t, &b, "\\%c", c == '\t' ? 't' : c == '\n' ? 'n' : 'r');
        } else if (c < 0x20 || c >= 0x7f) {
            status = wf_builder_format(t, &b, "\\x%02x", c);
        } else {
            status = wf_builder_char(t, &b, c);
        }
        if (status < 0) {
            return WF_EMPTY;
        }
    }
    if (wf_builder_format(t, &b, "%c%s", quote, suffix) < 0) {
        return WF_EMPTY;
    }
    return wf_builder_finish(t, &b);
}

/* --- operators ------------------------------------------------------------------------------------------------------------------------ */

WfValue wf_bytes_richcompare(WfThread *t, WfValue va, WfValue vb, int op)
{
    if (!wf_has_buffer(va) || !wf_has_buffer(vb)) {
        return WF_NOT_IMPLEMENTED;
    }
    WfView a, b;
    if (wf_view_get(t, va, &a) < 0) {
        wf_clear_pending(t);
        return WF_NOT_IMPLEMENTED;
    }
    if (wf_view_get(t, vb, &b) < 0) {
        wf_view_release(t, &a);
        wf_clear_pending(t);
        return WF_NOT_IMPLEMENTED;
    }
    int64_t n = a.length < b.length ? a.length : b.length;
    int c = memcmp(a.data, b.data, (size_t)n);
    if (c == 0) {
        c = a.length < b.length ? -1 : a.length > b.length;
    }
    wf_view_release(t, &b);
    wf_view_release(t, &a);
    return wf_ordering(c, 0, op);
}

WfValue wf_bytes_repeat(WfThread *t, WfValue self, int64_t times)
{
    int64_t n, total;
    const uint8_t *p = wf_bytes_self(t, self, &n);
    if (p == NULL) {
        return WF_EMPTY;
    }
    times = times < 0 ? 0 : times;
    if (times == 1) {
        return unchanged(t, self, p, n);
    }
    if (__builtin_mul_overflow(n, times, &total)) {
        return wf_is_bytes(self) ? wf_raise(t, WF_EXC(OverflowError), "repeated bytes are too long")
                                 : wf_raise_no_memory(t);
    }
    uint8_t *out;
    WfValue r = wf_bytes_result(t, self, total, &out);
    if (wf_is_empty(r) || total == 0) {
        return r;
    }
    if (n == 1) {
        memset(out, p[0], (size_t)total);
        return r;
    }
    memcpy(out, p, (size_t)n);
    for (int64_t done = n; done < total;) {
        int64_t more = done < total - done ? done : total - done;
        memcpy(out + done, out, (size_t)more);
        done += more;
    }
    return r;
}

/* --- constructors ------------------------------------------------------------------------------------------------------------------------ */

WfStatus wf_bytes_new_args(WfThread *t, const char *name, const WfArgs *args, WfValue *v, int64_t *count)
{
    WfValue a[3];
    const char *names[2] = {NULL, NULL};
    *count = -1;
    if (wf_parse_args(t, name, "(source=?, encoding=?, errors=?)", args, a, 3) < 0) {
        return WF_RAISED;
    }
    for (int i = 0; i < 2; i++) {
        if (!wf_is_empty(a[i + 1])) {
            if (!wf_is_str(a[i + 1])) {
                return WF_FAIL(wf_raise(t, WF_EXC(TypeError), "%s() argument '%s' must be str, not %T", name,
                                        i == 0 ? "encoding" : "errors", a[i + 1]));
            }
            names[i] = wf_str_utf8(t, a[i + 1], NULL);
            if (names[i] == NULL) {
                return WF_RAISED;
            }
        }
    }
    if (!wf_is_empty(a[0]) && wf_is_str(a[0]) && names[0] != NULL) {
        *v = wf_str_encode(t, a[0], names[0], names[1]);
        return wf_is_empty(*v) ? WF_RAISED : WF_OK;
    }
    if (names[0] != NULL || names[1] != NULL) {
        return WF_FAIL(wf_raise(t, WF_EXC(TypeError), "%s",
                                names[0] != NULL                               ? "encoding without a string argument"
                                : !wf_is_empty(a[0]) && wf_is_str(a[0]) ? "string argument without an encoding"
                                                                               : "errors without a string argument"));
    }
    if (wf_is_empty(a[0])) {
        *count = 0;
        return WF_OK;
    }
    *v = a[0];
    if (!WF_IS_EXACT(a[0], BYTES) && strcmp(name, "bytes") == 0) {
        WfValue method = wf_lookup_special(t, a[0], WF_NAME(__bytes__));
        if (!wf_is_empty(method)) {
            *v = wf_call0(t, method);
            if (!wf_is_empty(*v) && !wf_is_bytes(*v)) {
                return WF_FAIL(wf_raise(t, WF_EXC(TypeError), "__bytes__ returned non-bytes (type %T)", *v));
            }
            *count = WF_BYTES_DONE;
            return wf_is_empty(*v) ? WF_RAISED : WF_OK;
        }
    }
    if (wf_is_str(a[0])) {
        return wf_pending(t) ? WF_RAISED
                             : WF_FAIL(wf_raise(t, WF_EXC(TypeError), "string argument without an encoding"));
    }
    if (wf_pending(t)) {
        return WF_RAISED;
    }
    if (wf_is_any_int(a[0]) || wf_type(a[0])->slots.index != NULL) {
        if (wf_as_index(t, a[0], count, WF_EXC(OverflowError)) < 0) {
            if (!wf_clear_if(t, WF_EXC(TypeError))) {
                return WF_RAISED;
            }
            *count = -1; /* an __index__ that does not work: perhaps it is iterable */
            return WF_OK;
        }
        if (*count < 0) {
            return WF_FAIL(wf_raise(t, WF_EXC(ValueError), "negative count"));
        }
    }
    return WF_OK;
}

WfStatus wf_bytearray_extend_ints(WfThread *t, WfByteArray *b, WfValue iterable, const char *message)
{
    WfValue it = wf_iter(t, iterable), item;
    if (wf_is_empty(it)) {
        return WF_RAISED;
    }
    uint8_t byte;
    WfFound found;
    while ((found = wf_next(t, it, &item)) > 0) {
        if (wf_byte_value(t, item, message, &byte) < 0 || wf_bytearray_append(t, b, &byte, 1) < 0) {
            return WF_RAISED;
        }
    }
    return found < 0 ? WF_RAISED : WF_OK;
}
