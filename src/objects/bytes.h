/* bytes.h - bytes (immutable, bytes in the cell) and bytearray (a growing buffer); the buffer protocol.
 * SPDX-License-Identifier: MIT */
#ifndef WF_OBJECTS_BYTES_H
#define WF_OBJECTS_BYTES_H

#include "model/object.h"

typedef struct WfBytes {
    WfObject h;
    int64_t x_hash; /* as WfStr's */
    int64_t length;
    uint8_t data[]; /* NUL behind */
} WfBytes;
WF_INLINE WfBytes *wf_as_bytes(WfValue v) { return WF_AS(WfBytes, v); }

typedef struct WfByteArray {
    WfObject h;
    WfSlot buffer;     /* WfRaw or EMPTY */
    WfSlot x_words[0];
    uint64_t x_start;  /* stored as small ints in words so that the words trace is valid: see bytearray.c */
    uint64_t x_length;
    uint64_t x_exports;
} WfByteArray;

WfValue wf_bytes_new(WfThread *t, const void *data, int64_t n) WF_MUST_CHECK; /* data NULL: zeroed, to be filled */
WfValue wf_bytes_concat(WfThread *t, WfValue a, WfValue b) WF_MUST_CHECK;
WfValue wf_bytearray_new(WfThread *t, const void *data, int64_t n) WF_MUST_CHECK;

/* A view of an exporter's memory (PEP 3118). Filled by slots.getbuffer. */
struct WfBuffer {
    WfValue owner;       /* keeps the memory alive */
    void *data;
    int64_t length;      /* bytes */
    int64_t item_size;
    int ndim;
    bool readonly;
    const char *format;  /* NULL: "B" */
    int64_t *shape, *strides, *suboffsets; /* NULL: one-dimensional and contiguous */
    void *internal;
};
enum {
    WF_BUF_SIMPLE = 0, WF_BUF_WRITABLE = 1, WF_BUF_FORMAT = 4, WF_BUF_ND = 8, WF_BUF_STRIDES = 16 | 8,
    WF_BUF_C_CONTIGUOUS = 32 | 16 | 8, WF_BUF_F_CONTIGUOUS = 64 | 16 | 8, WF_BUF_ANY_CONTIGUOUS = 128 | 16 | 8,
    WF_BUF_INDIRECT = 256 | 16 | 8
};
/* TypeError "a bytes-like object is required, not 'X'" */
WfStatus wf_buffer_get(WfThread *t, WfValue v, WfBuffer *b, int flags) WF_MUST_CHECK;
void wf_buffer_release(WfThread *t, WfBuffer *b);
bool wf_has_buffer(WfValue v);

#endif
