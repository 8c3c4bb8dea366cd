/* buffer.c - getting and releasing buffers, contiguity, copying out.
 * SPDX-License-Identifier: MIT
 * Threads: a buffer belongs to who got it; exporters count their exports themselves. */
#include "objects/buffer.h"

#include <string.h>

bool wf_has_buffer(WfValue v)
{
    return wf_is_object(v) && wf_type(v)->slots.getbuffer != NULL;
}

WfStatus wf_buffer_get(WfThread *t, WfValue v, WfBuffer *b, int flags)
{
    if (!wf_has_buffer(v)) {
        return WF_FAIL(wf_raise(t, WF_EXC(TypeError), "a bytes-like object is required, not '%T'", v));
    }
    *b = (WfBuffer){.owner = v};
    return wf_type(v)->slots.getbuffer(t, v, b, flags);
}

void wf_buffer_release(WfThread *t, WfBuffer *b)
{
    WfValue owner = b->owner;
    if (wf_is_empty(owner)) {
        return;
    }
    b->owner = WF_EMPTY;
    WfReleaseBufferFn release = wf_type(owner)->slots.releasebuffer;
    if (release != NULL) {
        release(t, owner, b);
    }
}

WfStatus wf_buffer_fill(WfThread *t, WfBuffer *b, WfValue owner, void *data, int64_t n, bool readonly, int flags)
{
    if ((flags & WF_BUF_WRITABLE) && readonly) {
        return WF_FAIL(wf_raise(t, WF_EXC(BufferError), "Object is not writable."));
    }
    *b = (WfBuffer){.owner = owner, .data = data, .length = n, .item_size = 1, .ndim = 1, .readonly = readonly};
    if (flags & WF_BUF_FORMAT) {
        b->format = "B";
    }
    if (flags & WF_BUF_ND) {
        b->shape = &b->length;
    }
    if ((flags & WF_BUF_STRIDES) == WF_BUF_STRIDES) {
        b->strides = &b->item_size;
    }
    return WF_OK;
}

static bool contiguous(const WfBuffer *b, bool fortran)
{
    int64_t expected = b->item_size;
    if (b->length == 0 || b->strides == NULL) {
        return !fortran || b->strides != NULL || b->ndim <= 1 || b->length == 0;
    }
    for (int i = 0; i < b->ndim; i++) {
        int d = fortran ? i : b->ndim - 1 - i;
        int64_t n = b->shape[d];
        if (n > 1 && b->strides[d] != expected) {
            return false;
        }
        expected *= n;
    }
    return true;
}

bool wf_buffer_is_contiguous(const WfBuffer *b, char order)
{
    if (b->suboffsets != NULL) {
        return false;
    }
    return order == 'A' ? contiguous(b, false) || contiguous(b, true) : contiguous(b, order == 'F');
}

/* Visits the items of dimension d and below; `out` strides are those of the wanted order. */
static void copy_dim(const WfBuffer *b, int d, const uint8_t *p, uint8_t *out, const int64_t *out_strides)
{
    if (d == b->ndim) {
        memcpy(out, p, (size_t)b->item_size);
        return;
    }
    for (int64_t i = 0; i < b->shape[d]; i++) {
        const uint8_t *q = p + i * b->strides[d];
        if (b->suboffsets != NULL && b->suboffsets[d] >= 0) {
            q = *(uint8_t *const *)(const void *)q + b->suboffsets[d];
        }
        copy_dim(b, d + 1, q, out + i * out_strides[d], out_strides);
    }
}

void wf_buffer_copy_out(const WfBuffer *b, char order, uint8_t *out)
{
    if (order == 'A') {
        order = contiguous(b, true) && !contiguous(b, false) ? 'F' : 'C';
    }
    if (b->strides == NULL || b->ndim == 0 || wf_buffer_is_contiguous(b, order)) {
        memcpy(out, b->data, (size_t)b->length);
        return;
    }
    int64_t strides[64], size = b->item_size;
    for (int i = 0; i < b->ndim; i++) {
        int d = order == 'F' ? i : b->ndim - 1 - i;
        strides[d] = size;
        size *= b->shape[d];
    }
    copy_dim(b, 0, b->data, out, strides);
}
