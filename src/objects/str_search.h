/* str_search.h - searching in arrays of 1, 2 or 4 byte characters: for str, bytes and bytearray alike.
 * SPDX-License-Identifier: MIT
 * Lengths and results count characters; `kind` is the width of both haystack and needle. Pure. */
#ifndef WF_OBJECTS_STR_SEARCH_H
#define WF_OBJECTS_STR_SEARCH_H

#include "base/status.h"

/* Index of the first / last occurrence, -1 if there is none. An empty needle is found at 0 / n. */
int64_t wf_search_find(const void *hay, int64_t n, const void *needle, int64_t m, int kind);
int64_t wf_search_rfind(const void *hay, int64_t n, const void *needle, int64_t m, int kind);
/* Occurrences that do not overlap, at most max. An empty needle occurs n + 1 times. */
int64_t wf_search_count(const void *hay, int64_t n, const void *needle, int64_t m, int kind, int64_t max);
int64_t wf_search_char(const void *hay, int64_t n, uint32_t c, int kind);
int64_t wf_search_rchar(const void *hay, int64_t n, uint32_t c, int kind);

#endif
