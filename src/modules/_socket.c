/* _socket.c - module _socket: stream and datagram sockets of the families INET, INET6 and UNIX.
 * SPDX-License-Identifier: MIT
 *
 * Design: a socket waits in poll(2), detached, until its deadline, and makes the call without blocking. A timeout below 0 means to
 * wait for ever.
 * Missing: ancillary data (sendmsg, recvmsg), name services but getaddrinfo, other address families.
 * Threads: fd and timeout are words; a call works on the descriptor it loaded. */
#include "model/builtin.h"
#include "modules/posix/posix.h"
#include "objects/bytes.h"
#include "objects/dict.h"
#include "objects/exceptions.h"
#include "objects/int.h"
#include "objects/list.h"
#include "objects/module_state.h"
#include "objects/str.h"
#include "objects/tuple.h"
#include "platform/clock.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

typedef struct Socket {
    WfObject h;
    int x_fd; /* -1: closed; atomic */
    int family, type, proto;
    int64_t x_timeout; /* ns; -1: none; atomic */
} Socket;

typedef union Address {
    struct sockaddr any;
    struct sockaddr_in in;
    struct sockaddr_in6 in6;
    struct sockaddr_un un;
    struct sockaddr_storage storage;
} Address;

static Socket *self_socket(WfValue v)
{
    return WF_AS(Socket, v);
}
static int fd_of(WfValue v)
{
    return __atomic_load_n(&self_socket(v)->x_fd, __ATOMIC_RELAXED);
}
static WfValue fail(WfThread *t)
{
    return wf_raise_errno(t, errno, WF_EMPTY, WF_EMPTY);
}
static WfValue raise_gai(WfThread *t, int err)
{
    WfValue args = wf_tuple_pair(t, wf_small_int(err), wf_str_from_cstr(t, gai_strerror(err)));
    WfStr *key = wf_str_intern_cstr(t, "socket.gaierror");
    WfValue type = key == NULL ? WF_EMPTY : wf_dict_get_str(wf_as_dict(t->interp->module_state), key);
    WfValue exc = wf_is_empty(args) || wf_is_empty(type) ? WF_EMPTY : wf_call_tuple(t, type, wf_as_tuple(args), WF_EMPTY);
    return wf_is_empty(exc) ? exc : wf_raise_object(t, exc);
}

/* --- addresses --------------------------------------------------------------------------------------------- */

static WfStatus host_address(WfThread *t, const char *host, int family, Address *a, socklen_t *n)
{
    if (host[0] == 0 || strcmp(host, "<broadcast>") == 0) {
        if (family == AF_INET) {
            a->in.sin_addr.s_addr = htonl(host[0] == 0 ? INADDR_ANY : INADDR_BROADCAST);
        } else {
            a->in6.sin6_addr = in6addr_any;
        }
        return WF_OK;
    }
    void *to = family == AF_INET ? (void *)&a->in.sin_addr : (void *)&a->in6.sin6_addr;
    if (inet_pton(family, host, to) == 1) {
        return WF_OK;
    }
    struct addrinfo hints = {.ai_family = family}, *found = NULL;
    wf_thread_detach(t);
    int err = getaddrinfo(host, NULL, &hints, &found);
    wf_thread_attach(t);
    if (err != 0) {
        return WF_FAIL(raise_gai(t, err));
    }
    memcpy(a, found->ai_addr, found->ai_addrlen);
    *n = found->ai_addrlen;
    freeaddrinfo(found);
    return WF_OK;
}

static WfStatus to_address(WfThread *t, int family, WfValue v, Address *a, socklen_t *n, const char *fname)
{
    memset(a, 0, sizeof *a);
    a->any.sa_family = (sa_family_t)family;
    if (family == AF_UNIX) {
        int64_t len;
        const char *path;
        if (wf_is_bytes(v)) {
            path = (const char *)wf_as_bytes(v)->data;
            len = wf_as_bytes(v)->length;
        } else {
            path = wf_fs_path(t, v, fname, "address");
            len = path == NULL ? 0 : (int64_t)strlen(path);
        }
        if (path == NULL) {
            return WF_RAISED;
        }
        if (len >= (int64_t)sizeof a->un.sun_path) {
            return WF_FAIL(wf_raise(t, WF_EXC(OSError), "AF_UNIX path too long"));
        }
        memcpy(a->un.sun_path, path, (size_t)len);
        *n = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + (size_t)len + (len > 0 && path[0] != 0));
        return WF_OK;
    }
    if (family != AF_INET && family != AF_INET6) {
        return WF_FAIL(wf_raise(t, WF_EXC(NotImplementedError), "%s(): unsupported address family", fname));
    }
    if (!wf_is_tuple(v)) {
        return WF_FAIL(wf_raise(t, WF_EXC(TypeError), "%s(): %s address must be tuple, not %t", fname, family == AF_INET ? "AF_INET" : "AF_INET6", v));
    }
    const WfTuple *x = wf_as_tuple(v);
    if (x->length < 2 || x->length > (family == AF_INET ? 2 : 4)) {
        return WF_FAIL(wf_raise(t, WF_EXC(TypeError), family == AF_INET ? "AF_INET address must be a pair (host, port)"
                                                                        : "AF_INET6 address must be a tuple (host, port[, flowinfo[, scopeid]])"));
    }
    WfValue host = wf_tuple_at(x, 0);
    int64_t len, port;
    const char *text = wf_is_str(host) ? wf_str_utf8(t, host, &len) : wf_is_bytes(host) ? (const char *)wf_as_bytes(host)->data : NULL;
    if (text == NULL) {
        return wf_pending(t) ? WF_RAISED : WF_FAIL(wf_raise(t, WF_EXC(TypeError), "str, bytes or bytearray expected, not %t", host));
    }
    if (wf_to_i64(t, wf_tuple_at(x, 1), &port) != WF_OK) {
        return WF_RAISED;
    }
    if (port < 0 || port > 65535) {
        return WF_FAIL(wf_raise(t, WF_EXC(OverflowError), "%s(): port must be 0-65535.", fname));
    }
    *n = family == AF_INET ? sizeof a->in : sizeof a->in6;
    if (host_address(t, text, family, a, n) != WF_OK) {
        return WF_RAISED;
    }
    if (family == AF_INET) {
        a->in.sin_port = htons((uint16_t)port);
    } else {
        a->in6.sin6_port = htons((uint16_t)port);
    }
    return WF_OK;
}

static WfValue from_address(WfThread *t, const Address *a, socklen_t n)
{
    char text[INET6_ADDRSTRLEN];
    if (n == 0) {
        return WF_NONE;
    }
    switch (a->any.sa_family) {
    case AF_INET:
        inet_ntop(AF_INET, &a->in.sin_addr, text, sizeof text);
        return WF_TUPLE_OF(t, wf_str_from_cstr(t, text), wf_small_int(ntohs(a->in.sin_port)));
    case AF_INET6:
        inet_ntop(AF_INET6, &a->in6.sin6_addr, text, sizeof text);
        return WF_TUPLE_OF(t, wf_str_from_cstr(t, text), wf_small_int(ntohs(a->in6.sin6_port)), wf_small_int(ntohl(a->in6.sin6_flowinfo)),
                           wf_small_int(a->in6.sin6_scope_id));
    case AF_UNIX: {
        size_t len = n - offsetof(struct sockaddr_un, sun_path);
        if (n <= offsetof(struct sockaddr_un, sun_path)) {
            return WF_NAME_V(empty);
        }
        if (a->un.sun_path[0] == 0) {
            return wf_bytes_new(t, a->un.sun_path, (int64_t)len);
        }
        return wf_str_decode_fs(t, a->un.sun_path, (int64_t)strnlen(a->un.sun_path, len));
    }
    default: return WF_TUPLE_OF(t, wf_small_int(a->any.sa_family), wf_bytes_new(t, a->any.sa_data, 14));
    }
}

/* --- waiting --------------------------------------------------------------------------------------------------- */

static int64_t deadline_of(const Socket *s)
{
    int64_t timeout = __atomic_load_n(&s->x_timeout, __ATOMIC_RELAXED);
    int64_t deadline;
    return timeout < 0 || __builtin_add_overflow(wf_clock_monotonic(), timeout, &deadline) ? INT64_MAX : deadline;
}

/* Waits until the descriptor is ready. MISSING: it does not wait at all (timeout 0). */
static WfStatus wait_ready(WfThread *t, Socket *s, int fd, short events, int64_t deadline)
{
    for (;;) {
        int64_t left = deadline == INT64_MAX ? -1 : deadline - wf_clock_monotonic();
        int ms = deadline == INT64_MAX ? -1 : left <= 0 ? 0 : (int)((left + 999999) / 1000000 > 1000000000 ? 1000000000 : (left + 999999) / 1000000);
        struct pollfd p = {.fd = fd, .events = events};
        wf_thread_detach(t);
        int r = poll(&p, 1, ms), err = errno;
        wf_thread_attach(t);
        if (r > 0) {
            return WF_OK;
        }
        if (r == 0) {
            return WF_FAIL(wf_raise(t, WF_EXC(TimeoutError), "timed out"));
        }
        if (err != EINTR) {
            errno = err;
            return WF_FAIL(fail(t));
        }
        if (wf_handle_breaker(t) != WF_OK) {
            return WF_RAISED;
        }
    }
    (void)s;
}

/* result = call, waiting first where the socket has not timeout 0, again when there was nothing after all. */
#define SOCKET_CALL(result, events, call)                                                          \
    do {                                                                                           \
        int64_t deadline_ = deadline_of(s);                                                        \
        bool waits_ = __atomic_load_n(&s->x_timeout, __ATOMIC_RELAXED) != 0;                       \
        for (;;) {                                                                                 \
            if (waits_ && wait_ready(t, s, fd, (events), deadline_) != WF_OK) {                    \
                (result) = -2;                                                                     \
                break;                                                                             \
            }                                                                                      \
            (result) = (call);                                                                     \
            if ((result) >= 0 || !(errno == EINTR || (waits_ && (errno == EAGAIN)))) {             \
                break;                                                                             \
            }                                                                                      \
            if (errno == EINTR && wf_handle_breaker(t) != WF_OK) {                                 \
                (result) = -2;                                                                     \
                break;                                                                             \
            }                                                                                      \
        }                                                                                          \
    } while (0)
static WfValue call_failed(WfThread *t, int64_t result)
{
    return result == -2 ? WF_EMPTY : fail(t);
}

static WfStatus set_timeout(WfThread *t, Socket *s, int fd, int64_t ns)
{
    int flags = fcntl(fd, F_GETFL);
    bool nonblocking = ns >= 0;
    if (flags < 0 || fcntl(fd, F_SETFL, nonblocking ? flags | O_NONBLOCK : flags & ~O_NONBLOCK) < 0) {
        return WF_FAIL(fail(t));
    }
    __atomic_store_n(&s->x_timeout, ns, __ATOMIC_RELAXED);
    return WF_OK;
}
/* The timeout of new sockets, which the interpreter's module state keeps: -1 for none. */
static int64_t default_timeout(WfThread *t)
{
    int64_t ns;
    WfValue v = wf_module_state_get(t, "socket.timeout");
    return !wf_is_empty(v) && wf_int_to_i64(v, &ns) ? ns : -1;
}
/* What a new socket begins with. */
static WfStatus set_default_timeout(WfThread *t, Socket *s, int fd)
{
    int64_t ns = default_timeout(t);
    return ns < 0 ? WF_OK : set_timeout(t, s, fd, ns);
}

/* --- the type ------------------------------------------------------------------------------------------------------ */

static WfValue sock_new(WfThread *t, WfType *type, const WfArgs *args)
{
    (void)args;
    Socket *s = (Socket *)wf_instance_new(t, type, 0);
    if (s != NULL) {
        s->x_fd = -1;
        s->x_timeout = -1;
    }
    return wf_from_object(s);
}
static WfStatus sock_init(WfThread *t, WfValue self, const WfArgs *args)
{
    Socket *s = self_socket(self);
    WfValue a[4];
    int v[3], fd = -1;
    if (wf_parse_args(t, "socket", "(family=-1, type=-1, proto=-1, fileno=None)", args, a, 4) != WF_OK) {
        return WF_RAISED;
    }
    for (int i = 0; i < 3; i++) {
        if (wf_to_int(t, a[i], &v[i]) != WF_OK) {
            return WF_RAISED;
        }
    }
    if (!wf_is_none(a[3])) {
        if (wf_to_int(t, a[3], &fd) != WF_OK) {
            return WF_RAISED;
        }
        if (fd < 0) {
            return WF_FAIL(wf_raise(t, WF_EXC(ValueError), "negative file descriptor"));
        }
        Address address;
        socklen_t n = sizeof address;
        if (getsockname(fd, &address.any, &n) < 0) {
            return WF_FAIL(fail(t));
        }
        const int options[] = {SO_DOMAIN, SO_TYPE, SO_PROTOCOL};
        for (int i = 0; i < 3; i++) {
            socklen_t size = sizeof v[i];
            if (v[i] == -1 && getsockopt(fd, SOL_SOCKET, options[i], &v[i], &size) < 0) {
                return WF_FAIL(fail(t));
            }
        }
    } else {
        v[0] = v[0] == -1 ? AF_INET : v[0];
        v[1] = v[1] == -1 ? SOCK_STREAM : v[1];
        v[2] = v[2] == -1 ? 0 : v[2];
        fd = socket(v[0], v[1] | SOCK_CLOEXEC, v[2]);
        if (fd < 0) {
            return WF_FAIL(fail(t));
        }
    }
    s->family = v[0];
    s->type = v[1] & ~(SOCK_NONBLOCK | SOCK_CLOEXEC);
    s->proto = v[2];
    if (v[1] & SOCK_NONBLOCK) {
        s->x_timeout = 0;
        __atomic_store_n(&s->x_fd, fd, __ATOMIC_RELAXED);
        return WF_OK;
    }
    __atomic_store_n(&s->x_fd, fd, __ATOMIC_RELAXED);
    return set_default_timeout(t, s, fd);
}
static void sock_finalize(WfThread *t, WfValue self)
{
    int fd = __atomic_exchange_n(&self_socket(self)->x_fd, -1, __ATOMIC_RELAXED);
    if (fd >= 0) {
        WfValue pending = wf_take_pending(t);
        if (wf_warn(t, WF_EXC(ResourceWarning), 1, "unclosed %R", self) != WF_OK) {
            wf_write_unraisable(t, NULL, self);
        }
        wf_restore_pending(t, pending);
        close(fd);
    }
}
static WfValue sock_repr(WfThread *t, WfValue self)
{
    Socket *s = self_socket(self);
    return wf_str_format(t, "<socket object, fd=%d, family=%d, type=%d, proto=%d>", fd_of(self), s->family, s->type, s->proto);
}
static WfValue sock_close(WfThread *t, WfValue *a)
{
    int fd = __atomic_exchange_n(&self_socket(a[0])->x_fd, -1, __ATOMIC_RELAXED);
    if (fd < 0) {
        return WF_NONE;
    }
    wf_thread_detach(t);
    int r = close(fd), err = errno;
    wf_thread_attach(t);
    errno = err;
    return r < 0 && err != ECONNRESET ? fail(t) : WF_NONE;
}
static WfValue sock_detach(WfThread *t, WfValue *a)
{
    return wf_small_int(__atomic_exchange_n(&self_socket(a[0])->x_fd, -1, __ATOMIC_RELAXED));
}
static WfValue sock_fileno(WfThread *t, WfValue *a)
{
    return wf_small_int(fd_of(a[0]));
}
static WfValue sock_setblocking(WfThread *t, WfValue *a)
{
    bool on;
    return wf_to_bool(t, a[1], &on) == WF_OK && set_timeout(t, self_socket(a[0]), fd_of(a[0]), on ? -1 : 0) == WF_OK ? WF_NONE : WF_EMPTY;
}
static WfValue sock_getblocking(WfThread *t, WfValue *a)
{
    return WF_BOOL(__atomic_load_n(&self_socket(a[0])->x_timeout, __ATOMIC_RELAXED) != 0);
}
/* Seconds or None as nanoseconds, -1 for none. */
static WfStatus to_timeout(WfThread *t, WfValue v, int64_t *ns)
{
    if (wf_is_none(v)) {
        *ns = -1;
        return WF_OK;
    }
    if (wf_to_nanoseconds(t, v, ceil, ns) != WF_OK) {
        return WF_RAISED;
    }
    return *ns < 0 ? WF_FAIL(wf_raise(t, WF_EXC(ValueError), "Timeout value out of range")) : WF_OK;
}
static WfValue timeout_value(int64_t ns)
{
    return ns < 0 ? WF_NONE : wf_double((double)ns * 1e-9);
}
static WfValue sock_settimeout(WfThread *t, WfValue *a)
{
    int64_t ns;
    return to_timeout(t, a[1], &ns) == WF_OK && set_timeout(t, self_socket(a[0]), fd_of(a[0]), ns) == WF_OK ? WF_NONE : WF_EMPTY;
}
static WfValue sock_gettimeout(WfThread *t, WfValue *a)
{
    return timeout_value(__atomic_load_n(&self_socket(a[0])->x_timeout, __ATOMIC_RELAXED));
}
static WfValue sock_bind(WfThread *t, WfValue *a)
{
    Address address;
    socklen_t n;
    if (to_address(t, self_socket(a[0])->family, a[1], &address, &n, "bind") != WF_OK) {
        return WF_EMPTY;
    }
    return bind(fd_of(a[0]), &address.any, n) < 0 ? fail(t) : WF_NONE;
}
static WfValue sock_listen(WfThread *t, WfValue *a)
{
    int backlog;
    if (wf_to_int(t, a[1], &backlog) != WF_OK) {
        return WF_EMPTY;
    }
    return listen(fd_of(a[0]), backlog < 0 ? 0 : backlog) < 0 ? fail(t) : WF_NONE;
}
static WfValue sock_accept(WfThread *t, WfValue *a)
{
    Socket *s = self_socket(a[0]);
    Address address;
    socklen_t n = sizeof address;
    int fd = fd_of(a[0]), r;
    SOCKET_CALL(r, POLLIN, (n = sizeof address, accept4(fd, &address.any, &n, SOCK_CLOEXEC)));
    if (r < 0) {
        return call_failed(t, r);
    }
    return wf_tuple_pair(t, wf_small_int(r), from_address(t, &address, n));
}
static int do_connect(WfThread *t, Socket *s, int fd, WfValue where)
{
    Address address;
    socklen_t n;
    if (to_address(t, s->family, where, &address, &n, "connect") != WF_OK) {
        return -2;
    }
    bool waits = __atomic_load_n(&s->x_timeout, __ATOMIC_RELAXED) != 0;
    wf_thread_detach(t);
    int r = connect(fd, &address.any, n), err = r < 0 ? errno : 0;
    wf_thread_attach(t);
    if (err == EINTR || (err == EINPROGRESS && waits)) {
        if (wait_ready(t, s, fd, POLLOUT, deadline_of(s)) != WF_OK) {
            return -2;
        }
        socklen_t size = sizeof err;
        (void)getsockopt(fd, SOL_SOCKET, SO_ERROR, &err, &size);
    }
    return err;
}
static WfValue sock_connect(WfThread *t, WfValue *a)
{
    int err = do_connect(t, self_socket(a[0]), fd_of(a[0]), a[1]);
    return err == 0 ? WF_NONE : err == -2 ? WF_EMPTY : wf_raise_errno(t, err, WF_EMPTY, WF_EMPTY);
}
static WfValue sock_connect_ex(WfThread *t, WfValue *a)
{
    int err = do_connect(t, self_socket(a[0]), fd_of(a[0]), a[1]);
    if (err == -2) {
        return wf_clear_if(t, WF_EXC(TimeoutError)) ? wf_small_int(EAGAIN) : WF_EMPTY;
    }
    return wf_small_int(err);
}
/* recv and recvfrom */
static WfValue receive(WfThread *t, WfValue *a, bool from)
{
    Socket *s = self_socket(a[0]);
    int64_t size;
    int flags, fd = fd_of(a[0]);
    if (wf_to_ssize(t, a[1], &size) != WF_OK || wf_to_int(t, a[2], &flags) != WF_OK) {
        return WF_EMPTY;
    }
    if (size < 0) {
        return wf_raise(t, WF_EXC(ValueError), "negative buffersize in %s", from ? "recvfrom" : "recv");
    }
    WfValue b = wf_bytes_new(t, NULL, size);
    if (wf_is_empty(b)) {
        return b;
    }
    Address address;
    socklen_t n = 0;
    ssize_t r;
    SOCKET_CALL(r, POLLIN, (n = sizeof address, recvfrom(fd, wf_as_bytes(b)->data, (size_t)size, flags, &address.any, &n)));
    if (r < 0) {
        return call_failed(t, r);
    }
    WfValue data = r == size ? b : wf_bytes_new(t, wf_as_bytes(b)->data, r);
    return from && !wf_is_empty(data) ? wf_tuple_pair(t, data, from_address(t, &address, n)) : data;
}
static WfValue sock_recv(WfThread *t, WfValue *a)
{
    return receive(t, a, false);
}
static WfValue sock_recvfrom(WfThread *t, WfValue *a)
{
    return receive(t, a, true);
}
static WfValue sock_recv_into(WfThread *t, WfValue *a)
{
    Socket *s = self_socket(a[0]);
    int64_t size;
    int flags, fd = fd_of(a[0]);
    WfBuffer b;
    if (wf_to_ssize(t, a[2], &size) != WF_OK || wf_to_int(t, a[3], &flags) != WF_OK || wf_buffer_get(t, a[1], &b, WF_BUF_WRITABLE) != WF_OK) {
        return WF_EMPTY;
    }
    ssize_t r;
    size_t n = size > 0 && size < b.length ? (size_t)size : (size_t)b.length;
    SOCKET_CALL(r, POLLIN, recv(fd, b.data, n, flags));
    int err = errno;
    wf_buffer_release(t, &b);
    errno = err;
    return r < 0 ? call_failed(t, r) : wf_small_int(r);
}
static WfValue send_some(WfThread *t, WfValue self, WfValue data, WfValue flags_value, WfValue to, bool all)
{
    Socket *s = self_socket(self);
    int flags, fd = fd_of(self);
    WfBuffer b;
    Address address;
    socklen_t n = 0;
    if (wf_to_int(t, flags_value, &flags) != WF_OK || (!wf_is_empty(to) && to_address(t, s->family, to, &address, &n, "sendto") != WF_OK)
        || wf_buffer_get(t, data, &b, WF_BUF_SIMPLE) != WF_OK) {
        return WF_EMPTY;
    }
    ssize_t r = 0;
    int64_t sent = 0;
    do {
        SOCKET_CALL(r, POLLOUT,
                    n > 0 ? sendto(fd, (const char *)b.data + sent, (size_t)(b.length - sent), flags, &address.any, n)
                          : send(fd, (const char *)b.data + sent, (size_t)(b.length - sent), flags));
        sent += r > 0 ? r : 0;
    } while (all && r >= 0 && sent < b.length);
    int err = errno;
    wf_buffer_release(t, &b);
    errno = err;
    return r < 0 ? call_failed(t, r) : all ? WF_NONE : wf_small_int(r);
}
static WfValue sock_send(WfThread *t, WfValue *a)
{
    return send_some(t, a[0], a[1], a[2], WF_EMPTY, false);
}
static WfValue sock_sendall(WfThread *t, WfValue *a)
{
    return send_some(t, a[0], a[1], a[2], WF_EMPTY, true);
}
static WfValue sock_sendto(WfThread *t, WfValue *a)
{
    return wf_is_empty(a[3]) ? send_some(t, a[0], a[1], wf_small_int(0), a[2], false) : send_some(t, a[0], a[1], a[2], a[3], false);
}
static WfValue name_of(WfThread *t, WfValue self, int (*f)(int, struct sockaddr *restrict, socklen_t *restrict))
{
    Address address;
    socklen_t n = sizeof address;
    return f(fd_of(self), &address.any, &n) < 0 ? fail(t) : from_address(t, &address, n);
}
static WfValue sock_getsockname(WfThread *t, WfValue *a)
{
    return name_of(t, a[0], getsockname);
}
static WfValue sock_getpeername(WfThread *t, WfValue *a)
{
    return name_of(t, a[0], getpeername);
}
static WfValue sock_setsockopt(WfThread *t, WfValue *a)
{
    int level, name, value, r;
    if (wf_to_int(t, a[1], &level) != WF_OK || wf_to_int(t, a[2], &name) != WF_OK) {
        return WF_EMPTY;
    }
    if (wf_is_any_int(a[3])) {
        if (wf_to_int(t, a[3], &value) != WF_OK) {
            return WF_EMPTY;
        }
        r = setsockopt(fd_of(a[0]), level, name, &value, sizeof value);
    } else {
        WfBuffer b;
        if (wf_buffer_get(t, a[3], &b, WF_BUF_SIMPLE) != WF_OK) {
            return WF_EMPTY;
        }
        r = setsockopt(fd_of(a[0]), level, name, b.data, (socklen_t)b.length);
        wf_buffer_release(t, &b);
    }
    return r < 0 ? fail(t) : WF_NONE;
}
static WfValue sock_getsockopt(WfThread *t, WfValue *a)
{
    int level, name, size, value = 0;
    char buffer[1024];
    if (wf_to_int(t, a[1], &level) != WF_OK || wf_to_int(t, a[2], &name) != WF_OK || wf_to_int(t, a[3], &size) != WF_OK) {
        return WF_EMPTY;
    }
    socklen_t n = size == 0 ? sizeof value : (socklen_t)size;
    if (size < 0 || size > (int)sizeof buffer) {
        return wf_raise(t, WF_EXC(OSError), "getsockopt buflen out of range");
    }
    if (getsockopt(fd_of(a[0]), level, name, size == 0 ? (void *)&value : (void *)buffer, &n) < 0) {
        return fail(t);
    }
    return size == 0 ? wf_small_int(value) : wf_bytes_new(t, buffer, n);
}
static WfValue sock_shutdown(WfThread *t, WfValue *a)
{
    int how;
    return wf_to_int(t, a[1], &how) != WF_OK ? WF_EMPTY : shutdown(fd_of(a[0]), how) < 0 ? fail(t) : WF_NONE;
}
#define GET_FIELD(name)                                                                            \
    static WfValue get_##name(WfThread *t, WfValue self)                                           \
    {                                                                                              \
        return wf_small_int(self_socket(self)->name);                                              \
    }
GET_FIELD(family)
GET_FIELD(type)
GET_FIELD(proto)
static WfValue get_timeout(WfThread *t, WfValue self)
{
    return sock_gettimeout(t, &self);
}
static void sock_trace(WfMarker *m, WfObject *o)
{
    (void)m;
    (void)o;
}
/* --- sendmsg, recvmsg ---------------------------------------------------------------------------------------------- */

/* The buffers of an iterable, one behind the other. */
static WfValue joined(WfThread *t, WfValue buffers)
{
    WfValue list = wf_sequence_fast(t, buffers, "sendmsg() argument 1 must be an iterable"), empty = wf_bytes_new(t, NULL, 0);
    return wf_is_empty(list) || wf_is_empty(empty) ? WF_EMPTY : wf_call_method1(t, empty, WF_NAME(join), list);
}

/* Items (level, type, data) as control messages: bytes, or EMPTY. */
static WfValue control_of(WfThread *t, WfValue ancillary)
{
    WfValue list = wf_to_list(t, ancillary);
    const int64_t n = wf_is_empty(list) ? 0 : wf_list_length(wf_as_list(list));
    WfValue out = wf_is_empty(list) ? WF_EMPTY : wf_bytes_new(t, NULL, 0);
    for (int64_t i = 0; i < n && !wf_is_empty(out); i++) {
        WfValue item = wf_list_at(wf_as_list(list), i), parts = wf_is_empty(item) ? WF_EMPTY : wf_to_tuple(t, item);
        int level, type;
        WfView v;
        if (wf_is_empty(parts)) {
            return WF_EMPTY;
        }
        if (wf_as_tuple(parts)->length != 3) {
            return wf_raise(t, WF_EXC(TypeError), "[sendmsg() ancillary data items]() argument must be sequence of length 3, not %zd",
                            (ssize_t)wf_as_tuple(parts)->length);
        }
        if (wf_to_int(t, wf_tuple_at(wf_as_tuple(parts), 0), &level) != WF_OK || wf_to_int(t, wf_tuple_at(wf_as_tuple(parts), 1), &type) != WF_OK
            || wf_view_get(t, wf_tuple_at(wf_as_tuple(parts), 2), &v) != WF_OK) {
            return WF_EMPTY;
        }
        WfValue one = v.length > INT32_MAX ? wf_raise(t, WF_EXC(OSError), "ancillary data item too large")
                                           : wf_bytes_new(t, NULL, (int64_t)CMSG_SPACE((size_t)v.length));
        if (!wf_is_empty(one)) {
            struct cmsghdr head = {.cmsg_len = CMSG_LEN((size_t)v.length), .cmsg_level = level, .cmsg_type = type};
            memcpy(wf_as_bytes(one)->data, &head, sizeof head);
            memcpy(wf_as_bytes(one)->data + CMSG_LEN(0), v.data, (size_t)v.length);
            out = wf_bytes_concat(t, out, one);
        }
        wf_view_release(t, &v);
        if (wf_is_empty(one)) {
            return WF_EMPTY;
        }
    }
    return out;
}

static WfValue sock_sendmsg(WfThread *t, WfValue *a)
{
    Socket *s = self_socket(a[0]);
    int flags, fd = fd_of(a[0]);
    Address address;
    socklen_t n = 0;
    WfValue data = joined(t, a[1]), control = wf_is_empty(data) ? WF_EMPTY : control_of(t, a[2]);
    if (wf_is_empty(control) || wf_to_int(t, a[3], &flags) != WF_OK
        || (!wf_is_none(a[4]) && to_address(t, s->family, a[4], &address, &n, "sendmsg") != WF_OK)) {
        return WF_EMPTY;
    }
    struct iovec iov = {wf_as_bytes(data)->data, (size_t)wf_as_bytes(data)->length};
    struct msghdr m = {.msg_name = n > 0 ? &address : NULL, .msg_namelen = n, .msg_iov = &iov, .msg_iovlen = 1};
    if (wf_as_bytes(control)->length > 0) {
        m.msg_control = wf_as_bytes(control)->data;
        m.msg_controllen = (size_t)wf_as_bytes(control)->length;
    }
    ssize_t r;
    SOCKET_CALL(r, POLLOUT, sendmsg(fd, &m, flags));
    return r < 0 ? call_failed(t, r) : wf_small_int(r);
}

/* The control messages of m as a list of (level, type, data). */
static WfValue control_list(WfThread *t, struct msghdr *m)
{
    WfValue list = wf_list_new(t, 0);
    for (struct cmsghdr *c = CMSG_FIRSTHDR(m); c != NULL && !wf_is_empty(list); c = CMSG_NXTHDR(m, c)) {
        const uint8_t *end = (const uint8_t *)m->msg_control + m->msg_controllen, *p = CMSG_DATA(c);
        int64_t n = (int64_t)c->cmsg_len - (int64_t)CMSG_LEN(0);
        n = n < 0 ? 0 : n > end - p ? end - p : n;
        WfValue data = wf_bytes_new(t, p, n);
        WfValue item = wf_is_empty(data) ? WF_EMPTY : WF_TUPLE_OF(t, wf_small_int(c->cmsg_level), wf_small_int(c->cmsg_type), data);
        if (wf_is_empty(item) || wf_list_append(t, wf_as_list(list), item) != WF_OK) {
            return WF_EMPTY;
        }
    }
    return list;
}

/* Receives up to `size` bytes into *data (a bytes object of that size at first): (n, control, flags, address). */
static WfValue receive_message(WfThread *t, WfValue self, WfValue data, WfValue control_size, WfValue flags_value, int64_t *got)
{
    Socket *s = self_socket(self);
    int64_t n_control;
    int flags, fd = fd_of(self);
    if (wf_to_ssize(t, control_size, &n_control) != WF_OK || wf_to_int(t, flags_value, &flags) != WF_OK) {
        return WF_EMPTY;
    }
    if (n_control < 0 || n_control > INT32_MAX) {
        return wf_raise(t, WF_EXC(ValueError), "invalid ancillary data buffer length");
    }
    WfRaw *control = wf_gc_alloc_raw(t, n_control + 8, true);
    if (control == NULL) {
        return WF_EMPTY;
    }
    Address address;
    struct iovec iov = {wf_as_bytes(data)->data, (size_t)wf_as_bytes(data)->length};
    struct msghdr m;
    ssize_t r;
    SOCKET_CALL(r, POLLIN,
                (m = (struct msghdr){.msg_name = &address, .msg_namelen = sizeof address, .msg_iov = &iov, .msg_iovlen = 1,
                                     .msg_control = n_control > 0 ? control->data : NULL, .msg_controllen = (size_t)n_control},
                 recvmsg(fd, &m, flags)));
    if (r < 0) {
        return call_failed(t, r);
    }
    *got = r;
    WfValue list = control_list(t, &m), from = wf_is_empty(list) ? WF_EMPTY : from_address(t, &address, m.msg_namelen);
    return wf_is_empty(from) ? WF_EMPTY : WF_TUPLE_OF(t, wf_small_int(r), list, wf_small_int(m.msg_flags), from);
}

static WfValue sock_recvmsg(WfThread *t, WfValue *a)
{
    int64_t size, got = 0;
    if (wf_to_ssize(t, a[1], &size) != WF_OK) {
        return WF_EMPTY;
    }
    if (size < 0) {
        return wf_raise(t, WF_EXC(ValueError), "negative buffer size in recvmsg()");
    }
    WfValue data = wf_bytes_new(t, NULL, size), r = wf_is_empty(data) ? WF_EMPTY : receive_message(t, a[0], data, a[2], a[3], &got);
    if (wf_is_empty(r)) {
        return WF_EMPTY;
    }
    data = got == size ? data : wf_bytes_new(t, wf_as_bytes(data)->data, got);
    const WfTuple *x = wf_as_tuple(r);
    return wf_is_empty(data) ? WF_EMPTY : WF_TUPLE_OF(t, data, wf_tuple_at(x, 1), wf_tuple_at(x, 2), wf_tuple_at(x, 3));
}

static WfValue sock_recvmsg_into(WfThread *t, WfValue *a)
{
    WfValue buffers = wf_to_list(t, a[1]);
    int64_t all = 0, got = 0;
    for (int pass = 0; pass < 2; pass++) { /* how much there is room for; what came */
        WfValue data = WF_EMPTY, r = WF_EMPTY;
        if (wf_is_empty(buffers)) {
            return WF_EMPTY;
        }
        if (pass == 1) {
            data = wf_bytes_new(t, NULL, all);
            r = wf_is_empty(data) ? WF_EMPTY : receive_message(t, a[0], data, a[2], a[3], &got);
            if (wf_is_empty(r)) {
                return WF_EMPTY;
            }
        }
        for (int64_t i = 0, at = 0; i < wf_list_length(wf_as_list(buffers)); i++) {
            WfValue v = wf_list_at(wf_as_list(buffers), i);
            WfBuffer b;
            if (wf_is_empty(v) || wf_buffer_get(t, v, &b, WF_BUF_WRITABLE) != WF_OK) {
                if (wf_clear_if(t, WF_EXC(BufferError)) || wf_clear_if(t, WF_EXC(TypeError))) {
                    wf_raise(t, WF_EXC(TypeError), "recvmsg_into() argument 1 must be an iterable of single-segment read-write buffers");
                }
                return WF_EMPTY;
            }
            if (pass == 0) {
                all += b.length;
            } else if (at < got) {
                int64_t n = b.length < got - at ? b.length : got - at;
                memcpy(b.data, wf_as_bytes(data)->data + at, (size_t)n);
                at += n;
            }
            wf_buffer_release(t, &b);
        }
        if (pass == 1) {
            return r;
        }
    }
    return WF_EMPTY;
}

static WfValue cmsg_size(WfThread *t, WfValue v, const char *fname, bool space)
{
    int64_t n;
    if (wf_to_ssize(t, v, &n) != WF_OK) {
        return WF_EMPTY;
    }
    if (n < 0 || n > INT32_MAX - 64) {
        return wf_raise(t, WF_EXC(OverflowError), "%s() argument out of range", fname);
    }
    return wf_small_int((int64_t)(space ? CMSG_SPACE((size_t)n) : CMSG_LEN((size_t)n)));
}
static WfValue m_cmsg_len(WfThread *t, WfValue *a) { return cmsg_size(t, a[0], "CMSG_LEN", false); }
static WfValue m_cmsg_space(WfThread *t, WfValue *a) { return cmsg_size(t, a[0], "CMSG_SPACE", true); }

static const WfBuiltinDef sock_methods[] = {
    {"_accept", sock_accept, "(self)", "Wait for a connection: descriptor and address.", 0},
    {"bind", sock_bind, "(self, address, /)", "Bind to a local address.", 0},
    {"close", sock_close, "(self)", "Close the socket.", 0},
    {"connect", sock_connect, "(self, address, /)", "Connect to an address.", 0},
    {"connect_ex", sock_connect_ex, "(self, address, /)", "As connect(), but an error is returned as a number.", 0},
    {"detach", sock_detach, "(self)", "Give the descriptor away.", 0},
    {"fileno", sock_fileno, "(self)", "The descriptor.", 0},
    {"getblocking", sock_getblocking, "(self)", "Whether calls wait.", 0},
    {"getpeername", sock_getpeername, "(self)", "The address of the other end.", 0},
    {"getsockname", sock_getsockname, "(self)", "The address of this end.", 0},
    {"getsockopt", sock_getsockopt, "(self, level, option, buffersize=0, /)", "An option's value.", 0},
    {"gettimeout", sock_gettimeout, "(self)", "The timeout in seconds, None for none.", 0},
    {"listen", sock_listen, "(self, backlog=128, /)", "Accept connections from now on.", 0},
    {"recv", sock_recv, "(self, bufsize, flags=0, /)", "Receive bytes.", 0},
    {"recv_into", sock_recv_into, "(self, buffer, nbytes=0, flags=0)", "Receive bytes into a buffer.", 0},
    {"recvfrom", sock_recvfrom, "(self, bufsize, flags=0, /)", "Receive bytes, and where from.", 0},
    {"recvmsg", sock_recvmsg, "(self, bufsize, ancbufsize=0, flags=0, /)", "Receive bytes and ancillary data.", 0},
    {"recvmsg_into", sock_recvmsg_into, "(self, buffers, ancbufsize=0, flags=0, /)", "Receive bytes into buffers, and ancillary data.", 0},
    {"sendmsg", sock_sendmsg, "(self, buffers, ancdata=(), flags=0, address=None, /)", "Send buffers and ancillary data.", 0},
    {"send", sock_send, "(self, data, flags=0, /)", "Send bytes; how many were sent.", 0},
    {"sendall", sock_sendall, "(self, data, flags=0, /)", "Send all of the bytes.", 0},
    {"sendto", sock_sendto, "(self, data, flags_or_address, address=?, /)", "Send bytes to an address.", 0},
    {"setblocking", sock_setblocking, "(self, flag, /)", "Set whether calls wait.", 0},
    {"setsockopt", sock_setsockopt, "(self, level, option, value, /)", "Set an option.", 0},
    {"settimeout", sock_settimeout, "(self, timeout, /)", "Set the timeout in seconds, None for none.", 0},
    {"shutdown", sock_shutdown, "(self, flag, /)", "Shut down one or both directions.", 0},
    {0}};
static const WfGetSetDef sock_getsets[] = {{"family", get_family, NULL, "The address family.", WF_GS_MEMBER},
                                           {"type", get_type, NULL, "The type.", WF_GS_MEMBER},
                                           {"proto", get_proto, NULL, "The protocol.", WF_GS_MEMBER},
                                           {"timeout", get_timeout, NULL, "The timeout.", 0},
                                           {0}};
const WfTypeSpec wf_socket_spec = {.name = "_socket.socket", .flags = WF_TF_BASETYPE | WF_TF_FINALIZER, .size = sizeof(Socket),
                                   .methods = sock_methods, .getsets = sock_getsets,
                                   .slots = {.new_ = sock_new, .init = sock_init, .repr = sock_repr, .finalize = sock_finalize, .trace = sock_trace}};

/* --- functions ------------------------------------------------------------------------------------------------------- */

static WfValue m_socketpair(WfThread *t, WfValue *a)
{
    int family, type, proto, fds[2];
    if (wf_to_int(t, a[0], &family) != WF_OK || wf_to_int(t, a[1], &type) != WF_OK || wf_to_int(t, a[2], &proto) != WF_OK) {
        return WF_EMPTY;
    }
    if (socketpair(family, type | SOCK_CLOEXEC, proto, fds) < 0) {
        return fail(t);
    }
    WfValue out[2];
    for (int i = 0; i < 2; i++) {
        Socket *s = (Socket *)wf_instance_new(t, WF_TYPE(SOCKET), 0);
        if (s == NULL) {
            return WF_EMPTY;
        }
        s->family = family;
        s->type = type;
        s->proto = proto;
        s->x_timeout = -1;
        s->x_fd = fds[i];
        if (set_default_timeout(t, s, fds[i]) != WF_OK) {
            return WF_EMPTY;
        }
        out[i] = wf_from_object(s);
    }
    return wf_tuple_pair(t, out[0], out[1]);
}
static WfValue m_close(WfThread *t, WfValue *a)
{
    int fd;
    return wf_to_int(t, a[0], &fd) != WF_OK ? WF_EMPTY : close(fd) < 0 ? fail(t) : WF_NONE;
}
static WfValue m_dup(WfThread *t, WfValue *a)
{
    int fd;
    if (wf_to_fd(t, a[0], &fd) != WF_OK) {
        return WF_EMPTY;
    }
    int r = fcntl(fd, F_DUPFD_CLOEXEC, 0);
    return r < 0 ? fail(t) : wf_small_int(r);
}
static WfValue m_gethostname(WfThread *t, WfValue *a)
{
    char name[1024];
    return gethostname(name, sizeof name) < 0 ? fail(t) : wf_str_decode_fs(t, name, (int64_t)strlen(name));
}
static const char *text_or_null(WfThread *t, WfValue v, char space[32])
{
    int64_t n;
    if (wf_is_none(v)) {
        return NULL;
    }
    if (wf_is_int(v)) {
        n = wf_as_int(v);
        char *p = space + 31;
        *p = 0;
        do {
            *--p = (char)('0' + n % 10);
            n /= 10;
        } while (n > 0 && p > space);
        return p;
    }
    return wf_is_bytes(v) ? (const char *)wf_as_bytes(v)->data : wf_str_utf8(t, v, &n);
}
static WfValue m_getaddrinfo(WfThread *t, WfValue *a)
{
    struct addrinfo hints = {0}, *found = NULL;
    char s1[32], s2[32];
    if (wf_to_int(t, a[2], &hints.ai_family) != WF_OK || wf_to_int(t, a[3], &hints.ai_socktype) != WF_OK
        || wf_to_int(t, a[4], &hints.ai_protocol) != WF_OK || wf_to_int(t, a[5], &hints.ai_flags) != WF_OK) {
        return WF_EMPTY;
    }
    for (int i = 0; i < 2; i++) {
        if (!wf_is_none(a[i]) && !wf_is_str(a[i]) && !wf_is_bytes(a[i]) && !(i == 1 && wf_is_int(a[i]) && wf_as_int(a[i]) >= 0)) {
            return i == 0 ? wf_raise(t, WF_EXC(TypeError), "getaddrinfo() argument 1 must be string or None")
                          : wf_raise(t, WF_EXC(OSError), "Int or String expected");
        }
    }
    const char *host = text_or_null(t, a[0], s1), *port = wf_pending(t) ? NULL : text_or_null(t, a[1], s2);
    if (wf_pending(t)) {
        return WF_EMPTY;
    }
    wf_thread_detach(t);
    int err = getaddrinfo(host, port, &hints, &found);
    wf_thread_attach(t);
    if (err != 0) {
        return raise_gai(t, err);
    }
    WfValue list = wf_list_new(t, 4);
    for (struct addrinfo *p = found; p != NULL && !wf_is_empty(list); p = p->ai_next) {
        Address address;
        memcpy(&address, p->ai_addr, p->ai_addrlen);
        WfValue name = p->ai_canonname == NULL ? WF_NAME_V(empty) : wf_str_from_cstr(t, p->ai_canonname);
        WfValue where = from_address(t, &address, p->ai_addrlen);
        WfValue entry = wf_is_empty(where) || wf_is_empty(name) ? WF_EMPTY
                                                                : WF_TUPLE_OF(t, wf_small_int(p->ai_family), wf_small_int(p->ai_socktype),
                                                                              wf_small_int(p->ai_protocol), name, where);
        if (wf_is_empty(entry) || wf_list_append(t, wf_as_list(list), entry) != WF_OK) {
            list = WF_EMPTY;
        }
    }
    freeaddrinfo(found);
    return list;
}
static WfValue m_inet_pton(WfThread *t, WfValue *a)
{
    int family;
    int64_t n;
    unsigned char out[16];
    const char *s = wf_to_int(t, a[0], &family) != WF_OK ? NULL : wf_is_str(a[1]) ? wf_str_utf8(t, a[1], &n) : NULL;
    if (s == NULL) {
        return wf_pending(t) ? WF_EMPTY : wf_raise(t, WF_EXC(TypeError), "inet_pton() argument 2 must be str, not %t", a[1]);
    }
    int r = inet_pton(family, s, out);
    return r < 0 ? fail(t)
           : r == 0 ? wf_raise(t, WF_EXC(OSError), "illegal IP address string passed to inet_pton")
                    : wf_bytes_new(t, out, family == AF_INET ? 4 : 16);
}
static WfValue m_inet_ntop(WfThread *t, WfValue *a)
{
    int family;
    char text[INET6_ADDRSTRLEN];
    if (wf_to_int(t, a[0], &family) != WF_OK) {
        return WF_EMPTY;
    }
    if (!wf_is_bytes(a[1]) || wf_as_bytes(a[1])->length != (family == AF_INET ? 4 : 16)) {
        return wf_raise(t, WF_EXC(ValueError), "invalid length of packed IP address string");
    }
    return inet_ntop(family, wf_as_bytes(a[1])->data, text, sizeof text) == NULL ? fail(t) : wf_str_from_cstr(t, text);
}
static WfValue m_inet_aton(WfThread *t, WfValue *a)
{
    return m_inet_pton(t, (WfValue[]){wf_small_int(AF_INET), a[0]});
}
static WfValue m_inet_ntoa(WfThread *t, WfValue *a)
{
    return m_inet_ntop(t, (WfValue[]){wf_small_int(AF_INET), a[0]});
}
static WfValue swap16(WfThread *t, WfValue *a)
{
    int i;
    return wf_to_int(t, a[0], &i) == WF_OK ? wf_small_int(ntohs((uint16_t)i)) : WF_EMPTY;
}
static WfValue swap32(WfThread *t, WfValue *a)
{
    int64_t i;
    return wf_to_i64(t, a[0], &i) == WF_OK ? wf_small_int(ntohl((uint32_t)i)) : WF_EMPTY;
}
static WfValue m_getdefaulttimeout(WfThread *t, WfValue *a)
{
    return timeout_value(default_timeout(t));
}
static WfValue m_setdefaulttimeout(WfThread *t, WfValue *a)
{
    int64_t ns;
    if (to_timeout(t, a[0], &ns) != WF_OK) {
        return WF_EMPTY;
    }
    WfValue v = wf_int_from_i64(t, ns);
    return wf_is_empty(v) || wf_dict_set_cstr(t, wf_as_dict(t->interp->module_state), "socket.timeout", v) != WF_OK ? WF_EMPTY : WF_NONE;
}
static const WfBuiltinDef functions[] = {
    {"CMSG_LEN", m_cmsg_len, "(length, /)", "The size of a control message without padding.", 0},
    {"CMSG_SPACE", m_cmsg_space, "(length, /)", "The size of a control message with padding.", 0},
    {"close", m_close, "(fd, /)", "Close a socket's descriptor.", 0},
    {"dup", m_dup, "(fd, /)", "A copy of a socket's descriptor.", 0},
    {"getaddrinfo", m_getaddrinfo, "(host, port, family=0, type=0, proto=0, flags=0)", "Addresses of a host and a service.", 0},
    {"getdefaulttimeout", m_getdefaulttimeout, "()", "The timeout of new sockets in seconds, None for none.", 0},
    {"gethostname", m_gethostname, "()", "The name of this host.", 0},
    {"htonl", swap32, "(x, /)", "32 bits to network order.", 0},
    {"htons", swap16, "(x, /)", "16 bits to network order.", 0},
    {"inet_aton", m_inet_aton, "(ip_addr, /)", "An IPv4 address as 4 bytes.", 0},
    {"inet_ntoa", m_inet_ntoa, "(packed_ip, /)", "4 bytes as an IPv4 address.", 0},
    {"inet_ntop", m_inet_ntop, "(af, packed_ip, /)", "Bytes as an address.", 0},
    {"inet_pton", m_inet_pton, "(af, ip, /)", "An address as bytes.", 0},
    {"ntohl", swap32, "(x, /)", "32 bits from network order.", 0},
    {"ntohs", swap16, "(x, /)", "16 bits from network order.", 0},
    {"setdefaulttimeout", m_setdefaulttimeout, "(timeout, /)", "Set the timeout of new sockets in seconds, None for none.", 0},
    {"socketpair", m_socketpair, "(family=1, type=1, proto=0, /)", "Two connected sockets.", 0},
    {0}};

static WfStatus socket_init(WfThread *t, WfValue module)
{
    static const struct {
        const char *name;
        int value;
    } constants[] = {
#define X(name) {#name, name}
        X(AF_UNSPEC), X(AF_UNIX), X(AF_INET), X(AF_INET6), X(SOCK_STREAM), X(SOCK_DGRAM), X(SOCK_RAW), X(SOCK_SEQPACKET), X(SOCK_CLOEXEC),
        X(SOCK_NONBLOCK), X(SOL_SOCKET), X(SO_REUSEADDR), X(SO_REUSEPORT), X(SO_KEEPALIVE), X(SO_BROADCAST), X(SO_LINGER), X(SO_SNDBUF),
        X(SO_RCVBUF), X(SO_SNDTIMEO), X(SO_RCVTIMEO), X(SO_ERROR), X(SO_TYPE), X(SO_ACCEPTCONN), X(SO_DOMAIN), X(SO_PROTOCOL),
        X(SO_PEERCRED), X(SOMAXCONN), X(IPPROTO_TCP), X(IPPROTO_UDP), X(IPPROTO_IP), X(IPPROTO_IPV6), X(IPPROTO_ICMP), X(TCP_NODELAY),
        X(TCP_KEEPIDLE), X(TCP_KEEPINTVL), X(TCP_KEEPCNT), X(IPV6_V6ONLY), X(MSG_PEEK), X(MSG_CTRUNC), X(MSG_CMSG_CLOEXEC), X(SCM_RIGHTS), X(MSG_DONTWAIT), X(MSG_WAITALL), X(MSG_NOSIGNAL),
        X(MSG_OOB), X(MSG_TRUNC), X(SHUT_RD), X(SHUT_WR), X(SHUT_RDWR), X(AI_PASSIVE), X(AI_CANONNAME), X(AI_NUMERICHOST), X(AI_NUMERICSERV),
        X(AI_ADDRCONFIG), X(AI_V4MAPPED), X(AI_ALL), X(EAI_AGAIN), X(EAI_BADFLAGS), X(EAI_FAIL), X(EAI_FAMILY), X(EAI_MEMORY), X(EAI_NONAME),
        X(EAI_SERVICE), X(EAI_SOCKTYPE), X(NI_NUMERICHOST), X(NI_NUMERICSERV), {"INADDR_ANY", 0}, {"INADDR_LOOPBACK", 0x7f000001}};
#undef X
    for (size_t i = 0; i < WF_ARRAY_LEN(constants); i++) {
        if (wf_module_add_int(t, module, constants[i].name, constants[i].value) != WF_OK) {
            return WF_RAISED;
        }
    }
    WfType *gai = wf_type_new_simple(t, "socket.gaierror", WF_EXC(OSError), NULL), *host = wf_type_new_simple(t, "socket.herror", WF_EXC(OSError), NULL);
    if (gai == NULL || host == NULL || wf_dict_set_cstr(t, wf_as_dict(t->interp->module_state), "socket.gaierror", wf_from_object(gai)) != WF_OK
        || wf_module_add(t, module, "gaierror", wf_from_object(gai)) != WF_OK || wf_module_add(t, module, "herror", wf_from_object(host)) != WF_OK
        || wf_module_add(t, module, "error", wf_from_object(WF_EXC(OSError))) != WF_OK
        || wf_module_add(t, module, "timeout", wf_from_object(WF_EXC(TimeoutError))) != WF_OK
        || wf_module_add(t, module, "has_ipv6", WF_TRUE) != WF_OK || wf_module_add_type(t, module, WF_TYPE(SOCKET)) != WF_OK) {
        return WF_RAISED;
    }
    return wf_module_add(t, module, "SocketType", wf_from_object(WF_TYPE(SOCKET)));
}
const WfModuleDef wf_module__socket = {.name = "_socket", .doc = "Sockets.", .functions = functions, .init = socket_init};
