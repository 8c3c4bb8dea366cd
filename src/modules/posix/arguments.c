/* arguments.c - arguments and results of module posix's functions.
 * SPDX-License-Identifier: MIT
 * Design:     paths come as str, bytes, os.PathLike or, where the call has an f-form, descriptors.
 * Threads:    no state. */
#include "modules/posix/arguments.h"
#include "modules/posix/posix.h"

#include "objects/buffer.h"
#include "objects/bytes.h"
#include "objects/dict.h"
#include "objects/int.h"
#include "objects/list.h"
#include "objects/str.h"
#include "objects/tuple.h"

#include <fcntl.h>

WfStatus wf_posix_path(WfThread *t, WfValue v, const char *fname, bool allow_fd, bool allow_none, WfPosixPath *p)
{
    *p = (WfPosixPath){.text = NULL, .fd = -1, .object = v};
    if (allow_none && wf_is_none(v)) {
        p->text = ".";
        return WF_OK;
    }
    if (allow_fd && (wf_is_any_int(v) || (!wf_is_str(v) && !wf_is_bytes(v) && wf_type(v)->slots.index != NULL))) {
        WfValue i = wf_index(t, v);
        return wf_is_empty(i) ? WF_RAISED : wf_to_int(t, i, &p->fd);
    }
    if (!wf_is_str(v) && !wf_is_bytes(v)) {
        const char *kinds = allow_fd ? (allow_none ? ", os.PathLike, integer or None" : ", os.PathLike or integer")
                            : allow_none ? ", os.PathLike or None" : " or os.PathLike";
        WfValue method = wf_lookup_special(t, v, WF_NAME(__fspath__));
        if (!wf_is_empty(method)) {
            v = wf_call0(t, method); /* what it gives decides whether names that come out are bytes */
            if (!wf_is_empty(v) && !wf_is_str(v) && !wf_is_bytes(v)) {
                return WF_FAIL(wf_raise(t, WF_EXC(TypeError), "expected %T.__fspath__() to return str or bytes, not %T", p->object, v));
            }
        } else if (wf_pending(t)) {
            return WF_RAISED;
        } else if (!wf_has_buffer(v)) {
            return WF_FAIL(wf_raise(t, WF_EXC(TypeError), "%s: path should be string, bytes%s, not %T", fname, kinds, v));
        } else if (wf_warn(t, WF_EXC(DeprecationWarning), 1, "%s: path should be string, bytes%s, not %T", fname, kinds, v) != WF_OK) {
            return WF_RAISED;
        } else {
            v = wf_bytes_from_object(t, v);
        }
        if (wf_is_empty(v)) {
            return WF_RAISED;
        }
    }
    p->text = wf_fs_path(t, v, fname, "path");
    p->is_bytes = wf_is_bytes(v);
    return p->text == NULL ? WF_RAISED : WF_OK;
}

WfValue wf_posix_fail_path(WfThread *t, const WfPosixPath *p)
{
    return wf_raise_errno(t, errno, wf_is_none(p->object) ? WF_EMPTY : p->object, WF_EMPTY);
}
WfValue wf_posix_fail(WfThread *t)
{
    return wf_raise_errno(t, errno, WF_EMPTY, WF_EMPTY);
}
WfValue wf_posix_done(WfThread *t, int r)
{
    return r < 0 ? wf_posix_fail(t) : WF_NONE;
}
WfValue wf_posix_done_path(WfThread *t, int r, const WfPosixPath *p)
{
    return r < 0 ? wf_posix_fail_path(t, p) : WF_NONE;
}
WfValue wf_posix_name(WfThread *t, const char *s, bool is_bytes)
{
    return is_bytes ? wf_bytes_new(t, s, (int64_t)strlen(s)) : wf_str_decode_fs(t, s, (int64_t)strlen(s));
}
/* dir_fd=None */
WfStatus wf_posix_dir_fd(WfThread *t, WfValue v, int *fd)
{
    if (wf_is_none(v)) {
        *fd = AT_FDCWD;
        return WF_OK;
    }
    if (!wf_is_any_int(v)) {
        return WF_FAIL(wf_raise(t, WF_EXC(TypeError), "argument should be integer or None, not %T", v));
    }
    return wf_to_int(t, v, fd);
}
WfStatus wf_to_fd(WfThread *t, WfValue v, int *fd)
{
    if (!wf_is_any_int(v)) {
        WfValue method;
        WfFound found = wf_getattr_opt(t, v, WF_NAME(fileno), &method);
        if (found == WF_ERROR) {
            return WF_RAISED;
        }
        if (found == WF_MISSING) {
            return WF_FAIL(wf_raise(t, WF_EXC(TypeError), "argument must be an int, or have a fileno() method."));
        }
        v = wf_call0(t, method);
        if (wf_is_empty(v)) {
            return WF_RAISED;
        }
        if (!wf_is_any_int(v)) {
            return WF_FAIL(wf_raise(t, WF_EXC(TypeError), "fileno() returned a non-integer"));
        }
    }
    if (wf_to_int(t, v, fd) != WF_OK) {
        return WF_RAISED;
    }
    return *fd < 0 ? WF_FAIL(wf_raise(t, WF_EXC(ValueError), "file descriptor cannot be a negative integer (%i)", *fd)) : WF_OK;
}
WfValue wf_posix_number(WfThread *t, int64_t r)
{
    return r < 0 ? wf_posix_fail(t) : wf_int_from_i64(t, r);
}
const char *wf_posix_text(WfThread *t, WfValue v)
{
    if (!wf_is_str(v) && !wf_is_bytes(v) && wf_is_empty(wf_type_lookup(t, wf_type(v), WF_NAME(__fspath__)))) {
        return WF_FAIL_NULL(wf_raise(t, WF_EXC(TypeError), "expected str, bytes or os.PathLike object, not %T", v));
    }
    return wf_fs_path(t, v, NULL, "path");
}
WfStatus wf_posix_device(WfThread *t, WfValue v, uint64_t *out)
{
    WfValue i = wf_index(t, v);
    if (wf_is_empty(i)) {
        return WF_RAISED;
    }
    if (wf_int_to_u64(i, out)) {
        return WF_OK;
    }
    return WF_FAIL(wf_raise(t, WF_EXC(OverflowError), wf_int_sign(i) < 0 ? "can't convert negative int to unsigned" : "int too big to convert"));
}
/* A user or group: 32 bits without sign, or -1. */
static WfStatus to_id(WfThread *t, WfValue v, const char *what, int *out)
{
    if (!wf_is_any_int(v) && wf_type(v)->slots.index == NULL) {
        return WF_FAIL(wf_raise(t, WF_EXC(TypeError), "%s should be integer, not %T", what, v));
    }
    WfValue i = wf_index(t, v);
    int64_t id;
    if (wf_is_empty(i)) {
        return WF_RAISED;
    }
    const bool fits = wf_int_to_i64(i, &id);
    if (!fits || id < -1 || id > UINT32_MAX) { /* "minimum" is said of all that a C long holds, as it is elsewhere */
        return WF_FAIL(wf_raise(t, WF_EXC(OverflowError), "%s is %s than %s", what, fits || wf_int_sign(i) < 0 ? "less" : "greater",
                                fits || wf_int_sign(i) < 0 ? "minimum" : "maximum"));
    }
    *out = (int)(uint32_t)id;
    return WF_OK;
}
WfStatus wf_posix_ints(WfThread *t, const WfValue *a, const char *format, int *out)
{
    WfStatus status = WF_OK;
    for (int i = 0; format[i] != 0 && status == WF_OK; i++) {
        switch (format[i]) {
        case 'f': status = wf_to_fd(t, a[i], &out[i]); break;
        case 'u': status = to_id(t, a[i], "uid", &out[i]); break;
        case 'g': status = to_id(t, a[i], "gid", &out[i]); break;
        default: status = wf_to_int(t, a[i], &out[i]); break;
        }
    }
    return status;
}
WfStatus wf_posix_functions(WfThread *t, WfValue module, const WfBuiltinDef *functions)
{
    WfStr *name = wf_str_intern_cstr(t, "posix");
    for (const WfBuiltinDef *f = functions; f->name != NULL; f++) {
        if (name == NULL || wf_module_add(t, module, f->name, wf_builtin_new(t, f, module, name)) != WF_OK) {
            return WF_RAISED;
        }
    }
    return WF_OK;
}
WfValue wf_posix_sequence(WfThread *t, WfValue v, const char *message)
{
    if (!wf_is_tuple(v) && !wf_is_list(v) && (wf_is_dict(v) || wf_is_empty(wf_type_lookup(t, wf_type(v), WF_NAME(__getitem__))))) {
        return wf_raise(t, WF_EXC(TypeError), "%s", message);
    }
    return wf_to_tuple(t, v);
}
