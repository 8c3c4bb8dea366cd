/* chars.h - splitting, stripping and replacing in arrays of characters: the algorithms that str, bytes and bytearray share.
 * SPDX-License-Identifier: MIT
 * `data` holds n characters of `kind` bytes each and must stay as it is meanwhile (bytearray: a pinned buffer). */
#ifndef WF_OBJECTS_CHARS_H
#define WF_OBJECTS_CHARS_H

#include "objects/str_search.h"
#include "model/object.h"

/* What a text is for these algorithms. */
typedef struct WfText {
    const void *data;
    int64_t length;
    int kind;
    const void *owner; /* handed to piece */
    /* A result holding characters [start, stop). */
    WfValue (*piece)(WfThread *t, const struct WfText *x, int64_t start, int64_t stop);
    bool (*is_space)(uint32_t c);
    bool (*is_linebreak)(uint32_t c);
} WfText;

/* Lists of pieces. max < 0: no limit. */
WfValue wf_text_split_space(WfThread *t, const WfText *x, int64_t max) WF_MUST_CHECK;
WfValue wf_text_rsplit_space(WfThread *t, const WfText *x, int64_t max) WF_MUST_CHECK;
WfValue wf_text_split(WfThread *t, const WfText *x, const void *sep, int64_t m, int64_t max) WF_MUST_CHECK;
WfValue wf_text_rsplit(WfThread *t, const WfText *x, const void *sep, int64_t m, int64_t max) WF_MUST_CHECK;
WfValue wf_text_splitlines(WfThread *t, const WfText *x, bool keep_ends) WF_MUST_CHECK;

enum { WF_STRIP_LEFT = 1, WF_STRIP_RIGHT = 2, WF_STRIP_BOTH = 3 };
/* Narrows [*start, *stop) by white space, or by the characters of `set` (same kind). */
void wf_text_strip_space(const WfText *x, int which, int64_t *start, int64_t *stop);
void wf_text_strip(const WfText *x, const void *set, int64_t m, int which, int64_t *start, int64_t *stop);

/* Replacing: how often (at most max; < 0: no limit), then the result's length is n + count * (k - m), -1 when that
 * overflows; wf_text_replace writes it. All of one kind. */
int64_t wf_text_replace_count(const WfText *x, const void *old, int64_t m, int64_t max);
int64_t wf_text_replace_length(int64_t n, int64_t count, int64_t m, int64_t k);
void wf_text_replace(const WfText *x, const void *old, int64_t m, const void *new_, int64_t k, int64_t count, void *out);

/* Length after expandtabs, -1: too long; with `out` writes it (kind of x). */
int64_t wf_text_expandtabs(const WfText *x, int64_t tabsize, void *out);

#endif
