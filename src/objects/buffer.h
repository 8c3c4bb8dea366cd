/* buffer.h - the buffer protocol (PEP 3118): views of an exporter's memory.
 * SPDX-License-Identifier: MIT
 *
 * A WfBuffer is filled by the exporter's slots.getbuffer and lies on the C stack while in use. What is got is released. */
#ifndef WF_OBJECTS_BUFFER_H
#define WF_OBJECTS_BUFFER_H

#include "model/object.h"

struct WfBuffer {
    WfValue owner; /* keeps the memory alive */
    void *data;
    int64_t length; /* bytes */
    int64_t item_size;
    int ndim;
    bool readonly;
    const char *format;                    /* NULL: "B" */
    int64_t *shape, *strides, *suboffsets; /* NULL: one-dimensional and contiguous */
    void *internal;
};
enum {
    WF_BUF_SIMPLE = 0,
    WF_BUF_WRITABLE = 1,
    WF_BUF_FORMAT = 4,
    WF_BUF_ND = 8,
    WF_BUF_STRIDES = 16 | 8,
    WF_BUF_C_CONTIGUOUS = 32 | 16 | 8,
    WF_BUF_F_CONTIGUOUS = 64 | 16 | 8,
    WF_BUF_ANY_CONTIGUOUS = 128 | 16 | 8,
    WF_BUF_INDIRECT = 256 | 16 | 8,
    WF_BUF_FULL = 256 | 16 | 8 | 4,
};

/* TypeError "a bytes-like object is required, not 'X'" */
WfStatus wf_buffer_get(WfThread *t, WfValue v, WfBuffer *b, int flags) WF_MUST_CHECK;
void wf_buffer_release(WfThread *t, WfBuffer *b);
bool wf_has_buffer(WfValue v);
/* For exporters of plain bytes: fills *b. BufferError "Object is not writable." */
WfStatus wf_buffer_fill(WfThread *t, WfBuffer *b, WfValue owner, void *data, int64_t n, bool readonly,
                        int flags) WF_MUST_CHECK;
bool wf_buffer_is_contiguous(const WfBuffer *b, char order); /* 'C', 'F' or 'A' */
/* Copies all items in C order (order 'C'), Fortran order ('F') or as they lie if contiguous ('A'). out has b->length bytes. */
void wf_memoryview_trace(WfMarker *m, WfObject *o);
void wf_buffer_copy_out(const WfBuffer *b, char order, uint8_t *out);

#endif
