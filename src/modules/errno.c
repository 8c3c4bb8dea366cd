/* errno.c - the module errno: the system's error numbers by name, and their names by number.
 * SPDX-License-Identifier: MIT */
#include "model/builtin.h"
#include "model/object.h"
#include "objects/dict.h"
#include "objects/int.h"
#include "objects/str.h"

#include <errno.h>

/* Second names of a number stand first: errorcode has the last one. */
static const struct {
    const char *name;
    int number;
} errors[] = {
#define E(name) {#name, name},
    E(EDEADLK) E(EOPNOTSUPP) E(EWOULDBLOCK) E(E2BIG) E(EACCES) E(EADDRINUSE) E(EADDRNOTAVAIL)
    E(EADV) E(EAFNOSUPPORT) E(EAGAIN) E(EALREADY) E(EBADE) E(EBADF) E(EBADFD) E(EBADMSG) E(EBADR)
    E(EBADRQC) E(EBADSLT) E(EBFONT) E(EBUSY) E(ECANCELED) E(ECHILD) E(ECHRNG) E(ECOMM)
    E(ECONNABORTED) E(ECONNREFUSED) E(ECONNRESET) E(EDEADLOCK) E(EDESTADDRREQ) E(EDOM) E(EDOTDOT)
    E(EDQUOT) E(EEXIST) E(EFAULT) E(EFBIG) E(EHOSTDOWN) E(EHOSTUNREACH) E(EIDRM) E(EILSEQ)
    E(EINPROGRESS) E(EINTR) E(EINVAL) E(EIO) E(EISCONN) E(EISDIR) E(EISNAM) E(EKEYEXPIRED)
    E(EKEYREJECTED) E(EKEYREVOKED) E(EL2HLT) E(EL2NSYNC) E(EL3HLT) E(EL3RST) E(ELIBACC) E(ELIBBAD)
    E(ELIBEXEC) E(ELIBMAX) E(ELIBSCN) E(ELNRNG) E(ELOOP) E(EMEDIUMTYPE) E(EMFILE) E(EMLINK)
    E(EMSGSIZE) E(EMULTIHOP) E(ENAMETOOLONG) E(ENAVAIL) E(ENETDOWN) E(ENETRESET) E(ENETUNREACH)
    E(ENFILE) E(ENOANO) E(ENOBUFS) E(ENOCSI) E(ENODATA) E(ENODEV) E(ENOENT) E(ENOEXEC) E(ENOKEY)
    E(ENOLCK) E(ENOLINK) E(ENOMEDIUM) E(ENOMEM) E(ENOMSG) E(ENONET) E(ENOPKG) E(ENOPROTOOPT)
    E(ENOSPC) E(ENOSR) E(ENOSTR) E(ENOSYS) E(ENOTBLK) E(ENOTCONN) E(ENOTDIR) E(ENOTEMPTY) E(ENOTNAM)
    E(ENOTRECOVERABLE) E(ENOTSOCK) E(ENOTSUP) E(ENOTTY) E(ENOTUNIQ) E(ENXIO) E(EOVERFLOW)
    E(EOWNERDEAD) E(EPERM) E(EPFNOSUPPORT) E(EPIPE) E(EPROTO) E(EPROTONOSUPPORT) E(EPROTOTYPE)
    E(ERANGE) E(EREMCHG) E(EREMOTE) E(EREMOTEIO) E(ERESTART) E(ERFKILL) E(EROFS) E(ESHUTDOWN)
    E(ESOCKTNOSUPPORT) E(ESPIPE) E(ESRCH) E(ESRMNT) E(ESTALE) E(ESTRPIPE) E(ETIME) E(ETIMEDOUT)
    E(ETOOMANYREFS) E(ETXTBSY) E(EUCLEAN) E(EUNATCH) E(EUSERS) E(EXDEV) E(EXFULL)
#undef E
};

static WfStatus errno_init(WfThread *t, WfValue module)
{
    WfValue names = wf_dict_new(t);
    if (wf_is_empty(names) || wf_module_add(t, module, "errorcode", names) != WF_OK) {
        return WF_RAISED;
    }
    for (size_t i = 0; i < WF_ARRAY_LEN(errors); i++) {
        WfStr *name = wf_str_intern_cstr(t, errors[i].name);
        if (name == NULL || wf_module_add_int(t, module, errors[i].name, errors[i].number) != WF_OK
            || wf_dict_set(t, wf_as_dict(names), wf_small_int(errors[i].number), wf_from_object(name)) != WF_OK) {
            return WF_RAISED;
        }
    }
    return WF_OK;
}

const WfModuleDef wf_module_errno = {
    .name = "errno",
    .doc = "Error numbers of the operating system; errorcode maps them to their names.",
    .init = errno_init,
};
