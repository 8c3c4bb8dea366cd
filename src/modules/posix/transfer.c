/* transfer.c - os.readv, writev, preadv, pwritev, sendfile, copy_file_range, splice: bytes between descriptors and many buffers.
 * SPDX-License-Identifier: MIT
 * Invariants: T1 the buffers of a call are released once it has been made, however it ends; the tuple of their owners lives until then. */
#include "modules/posix/arguments.h"

#include "objects/buffer.h"
#include "objects/int.h"
#include "objects/tuple.h"

#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <sys/sendfile.h>
#include <sys/uio.h>
#include <unistd.h>

/* --- many buffers --------------------------------------------------------------------------------------------------- */

typedef ssize_t VectorCall(int fd, const struct iovec *iov, int n, off_t at, int flags);

static ssize_t call_readv(int fd, const struct iovec *iov, int n, off_t at, int flags) { return readv(fd, iov, n); }
static ssize_t call_writev(int fd, const struct iovec *iov, int n, off_t at, int flags) { return writev(fd, iov, n); }
static ssize_t call_preadv(int fd, const struct iovec *iov, int n, off_t at, int flags) { return preadv2(fd, iov, n, at, flags); }
static ssize_t call_pwritev(int fd, const struct iovec *iov, int n, off_t at, int flags) { return pwritev2(fd, iov, n, at, flags); }

static WfValue make_call(WfThread *t, VectorCall *call, int fd, const struct iovec *iov, int n, off_t at, int flags)
{
    ssize_t r;
    WF_BLOCKING(t, r, call(fd, iov, n, at, flags));
    return wf_posix_number(t, r);
}
/* a: descriptor, sequence of buffers; writable: they are to be filled */
static WfValue vector(WfThread *t, const WfValue *a, VectorCall *call, bool writable, const char *message, off_t at, int flags)
{
    int fd;
    if (wf_to_int(t, a[0], &fd) != WF_OK) {
        return WF_EMPTY;
    }
    WfValue items = wf_posix_sequence(t, a[1], message);
    if (wf_is_empty(items)) {
        return items;
    }
    const WfTuple *owners = wf_as_tuple(items);
    struct iovec *iov = (struct iovec *)malloc(sizeof *iov * (size_t)(owners->length + 1));
    WfBuffer *buffers = (WfBuffer *)malloc(sizeof *buffers * (size_t)(owners->length + 1));
    WfValue result = iov == NULL || buffers == NULL ? wf_raise_no_memory(t) : WF_NONE;
    int64_t n = 0;
    while (!wf_is_empty(result) && n < owners->length) {
        if (wf_buffer_get(t, wf_tuple_at(owners, n), &buffers[n], writable ? WF_BUF_WRITABLE : WF_BUF_SIMPLE) != WF_OK) {
            result = WF_EMPTY;
            break;
        }
        iov[n] = (struct iovec){.iov_base = (void *)buffers[n].data, .iov_len = (size_t)buffers[n].length};
        n++;
    }
    if (!wf_is_empty(result)) {
        result = make_call(t, call, fd, iov, n > INT_MAX ? INT_MAX : (int)n, at, flags);
    }
    for (int64_t i = 0; i < owners->length && i < n; i++) {
        wf_buffer_release(t, &buffers[i]);
    }
    free(buffers);
    free(iov);
    return result;
}
static WfValue px_readv(WfThread *t, WfValue *a)
{
    return vector(t, a, call_readv, true, "readv() arg 2 must be a sequence", 0, 0);
}
static WfValue px_writev(WfThread *t, WfValue *a)
{
    return vector(t, a, call_writev, false, "writev() arg 2 must be a sequence", 0, 0);
}
static WfValue px_preadv(WfThread *t, WfValue *a)
{
    int64_t at;
    int flags;
    return wf_to_i64(t, a[2], &at) != WF_OK || wf_to_int(t, a[3], &flags) != WF_OK
        ? WF_EMPTY : vector(t, a, call_preadv, true, "preadv2() arg 2 must be a sequence", at, flags);
}
static WfValue px_pwritev(WfThread *t, WfValue *a)
{
    int64_t at;
    int flags;
    return wf_to_i64(t, a[2], &at) != WF_OK || wf_to_int(t, a[3], &flags) != WF_OK
        ? WF_EMPTY : vector(t, a, call_pwritev, false, "pwritev() arg 2 must be a sequence", at, flags);
}

/* --- from descriptor to descriptor ------------------------------------------------------------------------------------ */

/* An offset, or None: then *out is NULL. */
static WfStatus to_offset(WfThread *t, WfValue v, int64_t *place, int64_t **out)
{
    *out = wf_is_none(v) ? NULL : place;
    return *out == NULL ? WF_OK : wf_to_i64(t, v, place);
}
static WfStatus to_count(WfThread *t, WfValue v, int64_t *out)
{
    if (wf_to_ssize(t, v, out) != WF_OK) {
        return WF_RAISED;
    }
    return *out < 0 ? WF_FAIL(wf_raise(t, WF_EXC(ValueError), "negative value for 'count' not allowed")) : WF_OK;
}
static WfValue px_sendfile(WfThread *t, WfValue *a)
{
    int x[2];
    int64_t place, *offset, count;
    ssize_t r;
    if (wf_posix_ints(t, a, "ii", x) != WF_OK || to_offset(t, a[2], &place, &offset) != WF_OK || wf_to_ssize(t, a[3], &count) != WF_OK) {
        return WF_EMPTY;
    }
    WF_BLOCKING(t, r, sendfile(x[0], x[1], offset, (size_t)count));
    return wf_posix_number(t, r);
}
typedef ssize_t CopyCall(int from, off64_t *from_at, int to, off64_t *to_at, size_t n, unsigned flags);
static WfValue copy(WfThread *t, const WfValue *a, CopyCall *call, unsigned flags)
{
    int x[2];
    int64_t count, from_place, to_place, *from, *to;
    ssize_t r;
    if (wf_posix_ints(t, a, "ii", x) != WF_OK || to_count(t, a[2], &count) != WF_OK || to_offset(t, a[3], &from_place, &from) != WF_OK
        || to_offset(t, a[4], &to_place, &to) != WF_OK) {
        return WF_EMPTY;
    }
    WF_BLOCKING(t, r, call(x[0], from, x[1], to, (size_t)count, flags));
    return wf_posix_number(t, r);
}
static WfValue px_copy_file_range(WfThread *t, WfValue *a)
{
    return copy(t, a, copy_file_range, 0);
}
static WfValue px_splice(WfThread *t, WfValue *a)
{
    int flags;
    return wf_to_int(t, a[5], &flags) == WF_OK ? copy(t, a, splice, (unsigned)flags) : WF_EMPTY;
}

static const WfBuiltinDef functions[] = {
    {"copy_file_range", px_copy_file_range, "(src, dst, count, offset_src=None, offset_dst=None)", "Copy bytes from file to file within the system.", 0},
    {"preadv", px_preadv, "(fd, buffers, offset, flags=0, /)", "Read at an offset into several buffers; how many bytes.", 0},
    {"pwritev", px_pwritev, "(fd, buffers, offset, flags=0, /)", "Write several buffers at an offset; how many bytes.", 0},
    {"readv", px_readv, "(fd, buffers, /)", "Read into several buffers; how many bytes.", 0},
    {"sendfile", px_sendfile, "(out_fd, in_fd, offset, count)", "Copy bytes from a file to a descriptor; how many.", 0},
    {"splice", px_splice, "(src, dst, count, offset_src=None, offset_dst=None, flags=0)", "Move bytes between descriptors, one of them a pipe's.", 0},
    {"writev", px_writev, "(fd, buffers, /)", "Write several buffers; how many bytes.", 0},
    {0}};
static const WfSystemConstant constants[] = {
    WF_CONSTANT(RWF_APPEND) WF_CONSTANT(RWF_DSYNC) WF_CONSTANT(RWF_HIPRI) WF_CONSTANT(RWF_NOWAIT) WF_CONSTANT(RWF_SYNC)
    WF_CONSTANT(SPLICE_F_MORE) WF_CONSTANT(SPLICE_F_MOVE) WF_CONSTANT(SPLICE_F_NONBLOCK)};

WfStatus wf_posix_add_transfer(WfThread *t, WfValue module)
{
    return wf_system_constants(t, module, constants, WF_ARRAY_LEN(constants)) != WF_OK ? WF_RAISED
                                                                                       : wf_posix_functions(t, module, functions);
}
