/* chars.c - splitting, stripping, replacing and expanding tabs for any width of character.
 * SPDX-License-Identifier: MIT
 * Design:  one body for str, bytes and bytearray; what differs (white space, line ends, the type of the pieces) is in WfText.
 *          Rejected: a template for each width; the inner loops that count are memchr and memmem anyway.
 * Threads: the caller guarantees that the characters do not change. */
#include "objects/chars.h"

#include "objects/list.h"
#include "objects/str.h"

#include <string.h>

static uint32_t at(const WfText *x, int64_t i)
{
    return wf_chars_at(x->data, x->kind, i);
}
static const uint8_t *ptr(const WfText *x, int64_t i)
{
    return (const uint8_t *)x->data + i * x->kind;
}

static WfStatus add(WfThread *t, WfValue list, const WfText *x, int64_t start, int64_t stop)
{
    WfValue piece = x->piece(t, x, start, stop);
    return wf_is_empty(piece) ? WF_RAISED : wf_list_append(t, wf_as_list(list), piece);
}

static void reverse(WfList *l)
{
    int64_t n = wf_list_length(l);
    WfSlots *items = WF_LOAD(WfSlots, &l->items);
    for (int64_t i = 0, j = n - 1; i < j; i++, j--) {
        WfValue v = wf_load(&items->items[i]);
        wf_store(&items->items[i], wf_load(&items->items[j]));
        wf_store(&items->items[j], v);
    }
}

WfValue wf_text_split_space(WfThread *t, const WfText *x, int64_t max)
{
    WfValue list = wf_list_new(t, 0);
    int64_t n = x->length, i = 0;
    if (wf_is_empty(list)) {
        return WF_EMPTY;
    }
    for (int64_t splits = 0;; splits++) {
        while (i < n && x->is_space(at(x, i))) {
            i++;
        }
        if (i == n) {
            return list;
        }
        int64_t start = i;
        if (max >= 0 && splits >= max) {
            return add(t, list, x, start, n) < 0 ? WF_EMPTY : list;
        }
        while (i < n && !x->is_space(at(x, i))) {
            i++;
        }
        if (add(t, list, x, start, i) < 0) {
            return WF_EMPTY;
        }
    }
}

WfValue wf_text_rsplit_space(WfThread *t, const WfText *x, int64_t max)
{
    WfValue list = wf_list_new(t, 0);
    int64_t i = x->length;
    if (wf_is_empty(list)) {
        return WF_EMPTY;
    }
    for (int64_t splits = 0;; splits++) {
        while (i > 0 && x->is_space(at(x, i - 1))) {
            i--;
        }
        if (i == 0) {
            break;
        }
        int64_t stop = i;
        if (max >= 0 && splits >= max) {
            if (add(t, list, x, 0, stop) < 0) {
                return WF_EMPTY;
            }
            break;
        }
        while (i > 0 && !x->is_space(at(x, i - 1))) {
            i--;
        }
        if (add(t, list, x, i, stop) < 0) {
            return WF_EMPTY;
        }
    }
    reverse(wf_as_list(list));
    return list;
}

WfValue wf_text_split(WfThread *t, const WfText *x, const void *sep, int64_t m, int64_t max)
{
    WfValue list = wf_list_new(t, 0);
    int64_t n = x->length, start = 0;
    if (wf_is_empty(list)) {
        return WF_EMPTY;
    }
    for (int64_t splits = 0; max < 0 || splits < max; splits++) {
        int64_t i = wf_search_find(ptr(x, start), n - start, sep, m, x->kind);
        if (i < 0) {
            break;
        }
        if (add(t, list, x, start, start + i) < 0) {
            return WF_EMPTY;
        }
        start += i + m;
    }
    return add(t, list, x, start, n) < 0 ? WF_EMPTY : list;
}

WfValue wf_text_rsplit(WfThread *t, const WfText *x, const void *sep, int64_t m, int64_t max)
{
    WfValue list = wf_list_new(t, 0);
    int64_t stop = x->length;
    if (wf_is_empty(list)) {
        return WF_EMPTY;
    }
    for (int64_t splits = 0; max < 0 || splits < max; splits++) {
        int64_t i = wf_search_rfind(x->data, stop, sep, m, x->kind);
        if (i < 0) {
            break;
        }
        if (add(t, list, x, i + m, stop) < 0) {
            return WF_EMPTY;
        }
        stop = i;
    }
    if (add(t, list, x, 0, stop) < 0) {
        return WF_EMPTY;
    }
    reverse(wf_as_list(list));
    return list;
}

WfValue wf_text_splitlines(WfThread *t, const WfText *x, bool keep_ends)
{
    WfValue list = wf_list_new(t, 0);
    int64_t n = x->length, i = 0;
    if (wf_is_empty(list)) {
        return WF_EMPTY;
    }
    while (i < n) {
        int64_t start = i;
        while (i < n && !x->is_linebreak(at(x, i))) {
            i++;
        }
        int64_t stop = i;
        if (i < n) {
            i += at(x, i) == '\r' && i + 1 < n && at(x, i + 1) == '\n' ? 2 : 1;
            stop = keep_ends ? i : stop;
        }
        if (add(t, list, x, start, stop) < 0) {
            return WF_EMPTY;
        }
    }
    return list;
}

void wf_text_strip_space(const WfText *x, int which, int64_t *start, int64_t *stop)
{
    if (which & WF_STRIP_LEFT) {
        while (*start < *stop && x->is_space(at(x, *start))) {
            ++*start;
        }
    }
    if (which & WF_STRIP_RIGHT) {
        while (*start < *stop && x->is_space(at(x, *stop - 1))) {
            --*stop;
        }
    }
}

void wf_text_strip(const WfText *x, const void *set, int64_t m, int which, int64_t *start, int64_t *stop)
{
    if (which & WF_STRIP_LEFT) {
        while (*start < *stop && wf_search_char(set, m, at(x, *start), x->kind) >= 0) {
            ++*start;
        }
    }
    if (which & WF_STRIP_RIGHT) {
        while (*start < *stop && wf_search_char(set, m, at(x, *stop - 1), x->kind) >= 0) {
            --*stop;
        }
    }
}

int64_t wf_text_replace_count(const WfText *x, const void *old, int64_t m, int64_t max)
{
    return wf_search_count(x->data, x->length, old, m, x->kind, max < 0 ? INT64_MAX : max);
}

int64_t wf_text_replace_length(int64_t n, int64_t count, int64_t m, int64_t k)
{
    int64_t more;
    if (__builtin_mul_overflow(count, k - m, &more) || __builtin_add_overflow(n, more, &n)) {
        return -1;
    }
    return n;
}

void wf_text_replace(const WfText *x, const void *old, int64_t m, const void *new_, int64_t k, int64_t count, void *out)
{
    int kind = x->kind;
    uint8_t *o = out;
    int64_t i = 0, n = x->length;
#define EMIT(p, len)                                                                     \
    do {                                                                                 \
        if ((len) > 0) { /* an empty text may be NULL */                                 \
            memcpy(o, (p), (size_t)((len) * kind));                                      \
        }                                                                                \
        o += (len) * kind;                                                               \
    } while (0)
    for (; count > 0; count--) {
        if (m == 0) {
            EMIT(new_, k);
            if (i < n) {
                EMIT(ptr(x, i), 1);
                i++;
            }
        } else {
            int64_t j = wf_search_find(ptr(x, i), n - i, old, m, kind);
            EMIT(ptr(x, i), j);
            EMIT(new_, k);
            i += j + m;
        }
    }
    EMIT(ptr(x, i), n - i);
#undef EMIT
}

int64_t wf_text_expandtabs(const WfText *x, int64_t tabsize, void *out)
{
    int64_t column = 0, length = 0;
    for (int64_t i = 0; i < x->length; i++) {
        uint32_t c = at(x, i);
        int64_t add_n = 1;
        if (c == '\t') {
            add_n = tabsize > 0 ? tabsize - column % tabsize : 0;
            if (out != NULL) {
                for (int64_t j = 0; j < add_n; j++) {
                    wf_chars_put(out, x->kind, length + j, ' ');
                }
            }
        } else if (out != NULL) {
            wf_chars_put(out, x->kind, length, c);
        }
        if (__builtin_add_overflow(length, add_n, &length)) {
            return -1;
        }
        column = c == '\n' || c == '\r' ? 0 : column + add_n;
    }
    return length;
}
