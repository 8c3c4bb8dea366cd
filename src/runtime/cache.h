/* cache.h - the code cache: compiled files in $XDG_CACHE_HOME/weft.
 * SPDX-License-Identifier: MIT */
#ifndef WF_RUNTIME_CACHE_H
#define WF_RUNTIME_CACHE_H

#include "model/object.h"

/* The code object of a source file: from the cache if its entry is sound and newer, else compiled (and written there).
 * `shown`: co_filename. */
WfValue wf_cached_code(WfThread *t, const char *path, const char *shown) WF_MUST_CHECK;

/* The bytes of a file of more than 16 of them, malloc'd; NULL: cannot be read. */
uint8_t *wf_read_whole(const char *path, size_t *n) WF_MUST_CHECK;

#endif
