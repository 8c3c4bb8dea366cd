/* attributes.c - os.getxattr, setxattr, removexattr, listxattr: extended attributes of files.
 * SPDX-License-Identifier: MIT
 * Design:     each call has three forms, for a path, a link itself and a descriptor; BY_FORM chooses. */
#include "modules/posix/arguments.h"

#include "objects/bytes.h"
#include "objects/list.h"
#include "objects/str.h"

#include <linux/limits.h>
#include <stdlib.h>
#include <sys/xattr.h>

typedef struct Target {
    WfPosixPath path, attribute;
    bool follow;
} Target;

/* attribute WF_EMPTY: there is none */
static WfStatus to_target(WfThread *t, WfValue path, WfValue attribute, WfValue follow, const char *fname, bool allow_none, Target *x)
{
    if (wf_posix_path(t, path, fname, true, allow_none, &x->path) != WF_OK) {
        return WF_RAISED;
    }
    if (!wf_is_empty(attribute)) {
        if (!wf_is_str(attribute) && !wf_is_bytes(attribute) && wf_is_empty(wf_type_lookup(t, wf_type(attribute), WF_NAME(__fspath__)))) {
            return WF_FAIL(wf_raise(t, WF_EXC(TypeError), "%s: attribute should be string, bytes or os.PathLike, not %T", fname, attribute));
        }
        if (wf_posix_path(t, attribute, fname, false, false, &x->attribute) != WF_OK) {
            return WF_RAISED;
        }
    }
    if (wf_to_bool(t, follow, &x->follow) != WF_OK) {
        return WF_RAISED;
    }
    if (x->path.text == NULL && !x->follow) {
        return WF_FAIL(wf_raise(t, WF_EXC(ValueError), "%s: cannot use fd and follow_symlinks together", fname));
    }
    return WF_OK;
}
#define BY_FORM(x, name, ...)                                                                      \
    ((x)->path.text == NULL ? f##name((x)->path.fd, ##__VA_ARGS__)                                 \
     : (x)->follow          ? name((x)->path.text, ##__VA_ARGS__)                                  \
                            : l##name((x)->path.text, ##__VA_ARGS__))

static ssize_t read_value(const Target *x, char *buffer, size_t size)
{
    return BY_FORM(x, getxattr, x->attribute.text, buffer, size);
}
static ssize_t read_names(const Target *x, char *buffer, size_t size)
{
    return BY_FORM(x, listxattr, buffer, size);
}
/* What `read` gives, in malloc'd memory; NULL: raised. Most of it is short; the system's limit is the second try. */
static char *read_all(WfThread *t, const Target *x, ssize_t (*read)(const Target *, char *, size_t), ssize_t *n)
{
    static const size_t sizes[] = {256, XATTR_SIZE_MAX};
    int err = ERANGE;
    for (size_t i = 0; i < WF_ARRAY_LEN(sizes) && err == ERANGE; i++) {
        char *buffer = (char *)malloc(sizes[i]);
        if (buffer == NULL) {
            return WF_FAIL_NULL(wf_raise_no_memory(t));
        }
        wf_thread_detach(t);
        *n = read(x, buffer, sizes[i]);
        err = errno;
        wf_thread_attach(t);
        if (*n >= 0) {
            return buffer;
        }
        free(buffer);
    }
    errno = err;
    return WF_FAIL_NULL(wf_posix_fail_path(t, &x->path));
}

static WfValue px_getxattr(WfThread *t, WfValue *a)
{
    Target x;
    ssize_t n;
    char *buffer = to_target(t, a[0], a[1], a[2], "getxattr", false, &x) == WF_OK ? read_all(t, &x, read_value, &n) : NULL;
    if (buffer == NULL) {
        return WF_EMPTY;
    }
    WfValue v = wf_bytes_new(t, buffer, n);
    free(buffer);
    return v;
}
static WfValue px_listxattr(WfThread *t, WfValue *a)
{
    Target x;
    ssize_t n;
    char *buffer = to_target(t, a[0], WF_EMPTY, a[1], "listxattr", true, &x) == WF_OK ? read_all(t, &x, read_names, &n) : NULL;
    if (buffer == NULL) {
        return WF_EMPTY;
    }
    WfValue list = wf_list_new(t, 0);
    for (ssize_t i = 0; i < n && !wf_is_empty(list); i += (ssize_t)strlen(buffer + i) + 1) {
        WfValue name = wf_posix_name(t, buffer + i, false);
        if (wf_is_empty(name) || wf_list_append(t, wf_as_list(list), name) != WF_OK) {
            list = WF_EMPTY;
        }
    }
    free(buffer);
    return list;
}
static WfValue px_setxattr(WfThread *t, WfValue *a)
{
    Target x;
    WfView view;
    int flags;
    if (to_target(t, a[0], a[1], a[4], "setxattr", false, &x) != WF_OK || wf_to_int(t, a[3], &flags) != WF_OK
        || wf_view_get(t, a[2], &view) != WF_OK) {
        return WF_EMPTY;
    }
    wf_thread_detach(t);
    int r = BY_FORM(&x, setxattr, x.attribute.text, view.data, (size_t)view.length, flags), err = errno;
    wf_thread_attach(t);
    wf_view_release(t, &view);
    errno = err;
    return wf_posix_done_path(t, r, &x.path);
}
static WfValue px_removexattr(WfThread *t, WfValue *a)
{
    Target x;
    int r;
    if (to_target(t, a[0], a[1], a[2], "removexattr", false, &x) != WF_OK) {
        return WF_EMPTY;
    }
    WF_BLOCKING(t, r, BY_FORM(&x, removexattr, x.attribute.text));
    return wf_posix_done_path(t, r, &x.path);
}

static const WfBuiltinDef functions[] = {
    {"getxattr", px_getxattr, "(path, attribute, *, follow_symlinks=True)", "The value of an extended attribute.", 0},
    {"listxattr", px_listxattr, "(path=None, *, follow_symlinks=True)", "The names of a file's extended attributes.", 0},
    {"removexattr", px_removexattr, "(path, attribute, *, follow_symlinks=True)", "Remove an extended attribute.", 0},
    {"setxattr", px_setxattr, "(path, attribute, value, flags=0, *, follow_symlinks=True)", "Set an extended attribute.", 0},
    {0}};

WfStatus wf_posix_add_attributes(WfThread *t, WfValue module)
{
    static const WfSystemConstant constants[] = {WF_CONSTANT(XATTR_CREATE) WF_CONSTANT(XATTR_REPLACE) WF_CONSTANT(XATTR_SIZE_MAX)};
    return wf_system_constants(t, module, constants, WF_ARRAY_LEN(constants)) != WF_OK ? WF_RAISED
                                                                                       : wf_posix_functions(t, module, functions);
}
