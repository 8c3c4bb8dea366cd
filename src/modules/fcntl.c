/* fcntl.c - module fcntl: control of file descriptors, and locks on files.
 * SPDX-License-Identifier: MIT
 * Buffers given by the caller are copied to the C stack for the call: they are at most 1024 bytes, but for ioctl's that are changed
 * in place. */
#include "model/builtin.h"
#include "modules/posix/posix.h"
#include "modules/system.h"
#include "objects/bytes.h"
#include "objects/int.h"
#include "objects/str.h"

#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <unistd.h>

enum { BUFFER_MAX = 1024 };

static WfValue fail(WfThread *t)
{
    return wf_raise_errno(t, errno, WF_EMPTY, WF_EMPTY);
}
/* An int argument as the long the call takes. */
static WfStatus to_arg(WfThread *t, WfValue v, long *out)
{
    WfValue i = wf_index(t, v);
    if (wf_is_empty(i)) {
        return WF_RAISED;
    }
    *out = (long)(int64_t)wf_int_to_u64_mask(i);
    return WF_OK;
}
/* FOUND: v is text or bytes-like, its bytes are in buf. */
static WfFound to_buffer(WfThread *t, WfValue v, const char *fname, char *buf, size_t *n)
{
    const void *data;
    int64_t length;
    if (wf_is_str(v)) {
        data = wf_str_utf8(t, v, &length);
        if (data == NULL) {
            return WF_ERROR;
        }
        if (length > BUFFER_MAX) {
            return WF_FAIL_FOUND(wf_raise(t, WF_EXC(ValueError), "%s string arg too long", fname));
        }
        memcpy(buf, data, (size_t)length);
    } else {
        if (wf_is_any_int(v) || wf_type(v)->slots.index != NULL) {
            return WF_MISSING;
        }
        WfView view;
        if (wf_view_get(t, v, &view) != WF_OK) {
            return WF_ERROR;
        }
        length = view.length;
        if (length > BUFFER_MAX) {
            wf_view_release(t, &view);
            return WF_FAIL_FOUND(wf_raise(t, WF_EXC(ValueError), "%s string arg too long", fname));
        }
        memcpy(buf, view.data, (size_t)length);
        wf_view_release(t, &view);
    }
    buf[length] = 0;
    *n = (size_t)length;
    return WF_FOUND;
}
static WfValue fc_fcntl(WfThread *t, WfValue *a)
{
    int fd, cmd, r;
    long arg = 0;
    char buf[BUFFER_MAX + 1];
    size_t n = 0;
    if (wf_to_fd(t, a[0], &fd) != WF_OK || wf_to_int(t, a[1], &cmd) != WF_OK) {
        return WF_EMPTY;
    }
    WfFound found = to_buffer(t, a[2], "fcntl", buf, &n);
    if (found == WF_ERROR || (found == WF_MISSING && to_arg(t, a[2], &arg) != WF_OK)) {
        return WF_EMPTY;
    }
    if (found == WF_FOUND) {
        WF_BLOCKING(t, r, fcntl(fd, cmd, buf));
        return r < 0 ? fail(t) : wf_bytes_new(t, buf, (int64_t)n);
    }
    WF_BLOCKING(t, r, fcntl(fd, cmd, arg));
    return r < 0 ? fail(t) : wf_small_int(r);
}
static WfValue fc_ioctl(WfThread *t, WfValue *a)
{
    int fd, r;
    long request, arg = 0;
    bool mutate;
    char buf[BUFFER_MAX + 1];
    size_t n = 0;
    if (wf_to_fd(t, a[0], &fd) != WF_OK || to_arg(t, a[1], &request) != WF_OK || wf_to_bool(t, a[3], &mutate) != WF_OK) {
        return WF_EMPTY;
    }
    request &= 0xffffffff;
    WfBuffer b;
    if (mutate && !wf_is_bytes(a[2]) && wf_type(a[2])->slots.getbuffer != NULL) {
        if (wf_buffer_get(t, a[2], &b, WF_BUF_WRITABLE) == WF_OK) {
            wf_thread_detach(t); /* once: on EINTR the caller gets the error rather than a buffer written twice */
            r = ioctl(fd, (unsigned long)request, b.data);
            int err = errno;
            wf_thread_attach(t);
            wf_buffer_release(t, &b);
            errno = err;
            return r < 0 ? fail(t) : wf_small_int(r);
        }
        if (!wf_clear_if(t, WF_EXC(BufferError)) && !wf_clear_if(t, WF_EXC(TypeError))) {
            return WF_EMPTY;
        }
    }
    WfFound found = to_buffer(t, a[2], "ioctl", buf, &n);
    if (found == WF_ERROR || (found == WF_MISSING && to_arg(t, a[2], &arg) != WF_OK)) {
        return WF_EMPTY;
    }
    if (found == WF_FOUND) {
        WF_BLOCKING(t, r, ioctl(fd, (unsigned long)request, buf));
        return r < 0 ? fail(t) : wf_bytes_new(t, buf, (int64_t)n);
    }
    WF_BLOCKING(t, r, ioctl(fd, (unsigned long)request, arg));
    return r < 0 ? fail(t) : wf_small_int(r);
}
static WfValue fc_flock(WfThread *t, WfValue *a)
{
    int fd, op, r;
    if (wf_to_fd(t, a[0], &fd) != WF_OK || wf_to_int(t, a[1], &op) != WF_OK) {
        return WF_EMPTY;
    }
    WF_BLOCKING(t, r, flock(fd, op));
    return r < 0 ? fail(t) : WF_NONE;
}
static WfValue fc_lockf(WfThread *t, WfValue *a)
{
    int fd, op, whence, r;
    int64_t length, start;
    if (wf_to_fd(t, a[0], &fd) != WF_OK || wf_to_int(t, a[1], &op) != WF_OK || wf_to_i64(t, a[2], &length) != WF_OK
        || wf_to_i64(t, a[3], &start) != WF_OK || wf_to_int(t, a[4], &whence) != WF_OK) {
        return WF_EMPTY;
    }
    struct flock l = {.l_start = start, .l_len = length, .l_whence = (short)whence};
    if (op == LOCK_UN) {
        l.l_type = F_UNLCK;
    } else if (op & LOCK_SH) {
        l.l_type = F_RDLCK;
    } else if (op & LOCK_EX) {
        l.l_type = F_WRLCK;
    } else {
        return wf_raise(t, WF_EXC(ValueError), "unrecognized lockf argument");
    }
    WF_BLOCKING(t, r, fcntl(fd, (op & LOCK_NB) ? F_SETLK : F_SETLKW, &l));
    return r < 0 ? fail(t) : WF_NONE;
}
static const WfBuiltinDef functions[] = {
    {"fcntl", fc_fcntl, "(fd, cmd, arg=0, /)", "Do the operation cmd on a descriptor.", 0},
    {"ioctl", fc_ioctl, "(fd, request, arg=0, mutate_flag=True, /)", "Ask something of a device.", 0},
    {"flock", fc_flock, "(fd, operation, /)", "Lock or unlock a whole file.", 0},
    {"lockf", fc_lockf, "(fd, cmd, len=0, start=0, whence=0, /)", "Lock or unlock a part of a file.", 0},
    {0}};
static const WfSystemConstant constants[] = {
    WF_CONSTANT(LOCK_SH) WF_CONSTANT(LOCK_EX) WF_CONSTANT(LOCK_NB) WF_CONSTANT(LOCK_UN) WF_CONSTANT(LOCK_MAND) WF_CONSTANT(LOCK_READ)
    WF_CONSTANT(LOCK_WRITE) WF_CONSTANT(LOCK_RW) WF_CONSTANT(F_DUPFD) WF_CONSTANT(F_DUPFD_CLOEXEC) WF_CONSTANT(F_GETFD)
    WF_CONSTANT(F_SETFD) WF_CONSTANT(F_GETFL) WF_CONSTANT(F_SETFL) WF_CONSTANT(F_GETLK) WF_CONSTANT(F_SETLK) WF_CONSTANT(F_SETLKW)
    WF_CONSTANT(F_OFD_GETLK) WF_CONSTANT(F_OFD_SETLK) WF_CONSTANT(F_OFD_SETLKW) WF_CONSTANT(F_GETOWN) WF_CONSTANT(F_SETOWN)
    WF_CONSTANT(F_GETSIG) WF_CONSTANT(F_SETSIG) WF_CONSTANT(F_RDLCK) WF_CONSTANT(F_WRLCK) WF_CONSTANT(F_UNLCK) WF_CONSTANT(F_EXLCK)
    WF_CONSTANT(F_SHLCK) WF_CONSTANT(F_SETLEASE) WF_CONSTANT(F_GETLEASE) WF_CONSTANT(F_NOTIFY) WF_CONSTANT(F_SETPIPE_SZ)
    WF_CONSTANT(F_GETPIPE_SZ) WF_CONSTANT(F_ADD_SEALS) WF_CONSTANT(F_GET_SEALS) WF_CONSTANT(F_SEAL_SEAL) WF_CONSTANT(F_SEAL_SHRINK)
    WF_CONSTANT(F_SEAL_GROW) WF_CONSTANT(F_SEAL_WRITE) WF_CONSTANT(FD_CLOEXEC) WF_CONSTANT(FASYNC) WF_CONSTANT(DN_ACCESS)
    WF_CONSTANT(DN_MODIFY) WF_CONSTANT(DN_CREATE) WF_CONSTANT(DN_DELETE) WF_CONSTANT(DN_RENAME) WF_CONSTANT(DN_ATTRIB)
    WF_CONSTANT(DN_MULTISHOT)};
static WfStatus init(WfThread *t, WfValue module)
{
    return wf_system_constants(t, module, constants, WF_ARRAY_LEN(constants));
}
const WfModuleDef wf_module_fcntl = {.name = "fcntl", .doc = "Control of file descriptors.", .functions = functions, .init = init};
