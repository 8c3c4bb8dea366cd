/* bytes.h - bytes (immutable, bytes in the cell) and bytearray (a growing buffer).
 * SPDX-License-Identifier: MIT */
#ifndef WF_OBJECTS_BYTES_H
#define WF_OBJECTS_BYTES_H

#include "model/object.h"
#include "objects/buffer.h"

typedef struct WfBytes {
    WfObject h;
    int64_t x_hash; /* as WfStr's */
    int64_t length;
    uint8_t data[]; /* NUL behind */
} WfBytes;
WF_INLINE WfBytes *wf_as_bytes(WfValue v) { return WF_AS(WfBytes, v); }
int64_t wf_bytes_hash(WfBytes *b);

/* Guarded by the object's lock; a buffer that was replaced stays alive while somebody reads it. The numbers are
 * below the heap's addresses, so that the words trace may pass over them. */
typedef struct WfByteArray {
    WfObject h;
    WfSlot buffer; /* WfRaw or EMPTY */
    int64_t start; /* index of the first byte in the buffer */
    int64_t length;
    int64_t exports; /* buffers got and not released: the size must not change */
} WfByteArray;
WF_INLINE WfByteArray *wf_as_bytearray(WfValue v) { return WF_AS(WfByteArray, v); }
WF_INLINE bool wf_is_bytearray(WfValue v) { return WF_IS_KIND(v, BYTEARRAY); }

WfValue wf_bytes_new(WfThread *t, const void *data, int64_t n) WF_MUST_CHECK; /* data NULL: zeroed, to be filled */
WfValue wf_bytes_concat(WfThread *t, WfValue a, WfValue b) WF_MUST_CHECK;
/* bytes(v) for a buffer, __bytes__, or an iterable of ints; not for str and int. */
WfValue wf_bytes_from_object(WfThread *t, WfValue v) WF_MUST_CHECK;
WfValue wf_bytearray_new(WfThread *t, const void *data, int64_t n) WF_MUST_CHECK;
/* Appends raw bytes / changes the length (new bytes are zero). BufferError while exported. */
WfStatus wf_bytearray_append(WfThread *t, WfByteArray *b, const void *data, int64_t n) WF_MUST_CHECK;
WfStatus wf_bytearray_resize(WfThread *t, WfByteArray *b, int64_t n) WF_MUST_CHECK;
/* The bytes as they are now. They may change under the reader, but stay allocated while the pointer is on the stack. */
const uint8_t *wf_bytearray_data(WfThread *t, WfByteArray *b, int64_t *n);

/* Bytes of a bytes-like argument, read-only. bytes and bytearray are looked at directly, others through their buffer. */
typedef struct WfView {
    const uint8_t *data;
    int64_t length;
    WfBuffer buffer; /* data NULL: none is held */
} WfView;
WfStatus wf_view_get(WfThread *t, WfValue v, WfView *view) WF_MUST_CHECK;
void wf_view_release(WfThread *t, WfView *view);

/* repr of bytes: b'...'; into a str. */
WfValue wf_bytes_repr_of(WfThread *t, const uint8_t *p, int64_t n, const char *prefix, const char *suffix,
                         bool escape_quote) WF_MUST_CHECK;
/* bytes.hex(sep, bytes_per_sep): sep WF_EMPTY for none */
WfValue wf_hex(WfThread *t, const uint8_t *p, int64_t n, WfValue sep, int64_t per_sep) WF_MUST_CHECK;
/* "%" of bytes and bytearray: the result is bytes. */
WfValue wf_bytes_percent(WfThread *t, const uint8_t *format, int64_t n, WfValue args) WF_MUST_CHECK;

#endif
