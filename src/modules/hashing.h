/* hashing.h - what the modules of hashes and checksums share.
 * SPDX-License-Identifier: MIT */
#ifndef WF_MODULES_HASHING_H
#define WF_MODULES_HASHING_H

#include "objects/buffer.h"

#define WF_HASH_DETACH_MIN 2047 /* more bytes are hashed with the thread detached */

/* The bytes to be hashed; str and what has no buffer: TypeError. To be released. */
WfStatus wf_hash_input(WfThread *t, WfValue v, WfBuffer *b) WF_MUST_CHECK;
/* compare_digest(a, b) of _operator and _hashlib: takes the same time wherever the two differ (_operator.c). */
WfValue wf_compare_digest(WfThread *t, WfValue *args) WF_MUST_CHECK;
/* CRC-32, going on from value; of much data detached (zlib.c). */
uint32_t wf_crc32(WfThread *t, uint32_t value, const void *data, size_t n);

#endif
