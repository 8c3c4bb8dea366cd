/* select.c - module select: waiting for descriptors with select, poll and epoll.
 * SPDX-License-Identifier: MIT
 *
 * Waits are made detached. A wait that a signal ended goes on, after the handlers, with the time that is left (PEP 475).
 * Threads: a poll object's registrations are a dict of its own; its results are made from a snapshot. An epoll object's
 * descriptor is atomic. */
#include "model/builtin.h"
#include "modules/posix/posix.h"
#include "modules/system.h"
#include "objects/dict.h"
#include "objects/list.h"
#include "objects/tuple.h"
#include "platform/clock.h"

#include <limits.h>
#include <math.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/select.h>
#include <unistd.h>

typedef struct Poll {
    WfObject h;
    WfSlot fds; /* dict: descriptor -> events */
    uint32_t x_running; /* atomic */
} Poll;
typedef struct Epoll {
    WfObject h;
    int64_t x_fd; /* atomic; -1: closed */
} Epoll;

static WfValue fail(WfThread *t)
{
    return wf_raise_errno(t, errno, WF_EMPTY, WF_EMPTY);
}

/* Milliseconds until the deadline, rounded up; -1: for ever. */
static int millis(int64_t deadline)
{
    if (deadline == INT64_MAX) {
        return -1;
    }
    int64_t left = deadline - wf_clock_monotonic();
    return left <= 0 ? 0 : (int)((left + 999999) / 1000000);
}
/* timeout in units of `unit` nanoseconds -> deadline */
static WfStatus to_deadline(WfThread *t, WfValue v, double unit, const char *message, bool negative_waits, int64_t *out)
{
    double d;
    *out = INT64_MAX;
    if (wf_is_none(v)) {
        return WF_OK;
    }
    if (!wf_is_any_int(v) && wf_type(v)->slots.index == NULL && wf_type(v) != WF_TYPE(FLOAT)
        && wf_is_empty(wf_type_lookup(t, wf_type(v), WF_NAME(__float__)))) {
        return WF_FAIL(wf_raise(t, WF_EXC(TypeError), "%s", message));
    }
    if (wf_to_double(t, v, &d) != WF_OK) {
        return WF_RAISED;
    }
    if (isnan(d)) {
        return WF_FAIL(wf_raise(t, WF_EXC(ValueError), "Invalid value NaN (not a number)"));
    }
    if (d < 0) {
        return negative_waits ? WF_OK : WF_FAIL(wf_raise(t, WF_EXC(ValueError), "timeout must be non-negative"));
    }
    if (d * unit > 2147483647e6) {
        return WF_FAIL(wf_raise(t, WF_EXC(OverflowError), "timeout is too large"));
    }
    *out = wf_clock_monotonic() + (int64_t)ceil(d * unit);
    return WF_OK;
}

/* --- select --------------------------------------------------------------------------------------------- */

static WfStatus fill(WfThread *t, WfValue v, WfTuple **objects, fd_set *set, int *max)
{
    WfValue x = wf_sequence_fast(t, v, "arguments 1-3 must be sequences");
    x = wf_is_empty(x) ? x : wf_to_tuple(t, x);
    if (wf_is_empty(x)) {
        return WF_RAISED;
    }
    *objects = wf_as_tuple(x);
    FD_ZERO(set);
    for (int64_t i = 0; i < (*objects)->length; i++) {
        int fd;
        if (wf_to_fd(t, wf_tuple_at(*objects, i), &fd) != WF_OK) {
            return WF_RAISED;
        }
        if (fd >= FD_SETSIZE) {
            return WF_FAIL(wf_raise(t, WF_EXC(ValueError), "filedescriptor out of range in select()"));
        }
        FD_SET(fd, set);
        *max = fd > *max ? fd : *max;
    }
    return WF_OK;
}
static WfValue ready(WfThread *t, const WfTuple *objects, const fd_set *set)
{
    WfValue list = wf_list_new(t, 0);
    for (int64_t i = 0; i < objects->length && !wf_is_empty(list); i++) {
        int fd;
        if (wf_to_fd(t, wf_tuple_at(objects, i), &fd) != WF_OK) {
            return WF_EMPTY;
        }
        if (fd < FD_SETSIZE && FD_ISSET(fd, set) && wf_list_append(t, wf_as_list(list), wf_tuple_at(objects, i)) != WF_OK) {
            return WF_EMPTY;
        }
    }
    return list;
}
static WfValue se_select(WfThread *t, WfValue *a)
{
    WfTuple *objects[3];
    fd_set sets[3], now[3];
    int max = -1, r;
    int64_t deadline;
    if (to_deadline(t, a[3], 1e9, "timeout must be a float or None", false, &deadline) != WF_OK) {
        return WF_EMPTY;
    }
    for (int i = 0; i < 3; i++) {
        if (fill(t, a[i], &objects[i], &sets[i], &max) != WF_OK) {
            return WF_EMPTY;
        }
    }
    for (;;) {
        struct timeval tv;
        int64_t left = deadline == INT64_MAX ? 0 : deadline - wf_clock_monotonic();
        left = left < 0 ? 0 : left;
        tv = (struct timeval){left / 1000000000, left % 1000000000 / 1000};
        memcpy(now, sets, sizeof now);
        wf_thread_detach(t);
        r = select(max + 1, &now[0], &now[1], &now[2], deadline == INT64_MAX ? NULL : &tv);
        int err = errno;
        wf_thread_attach(t);
        errno = err;
        if (r >= 0 || err != EINTR) {
            break;
        }
        if (wf_handle_breaker(t) != WF_OK) {
            return WF_EMPTY;
        }
    }
    if (r < 0) {
        return fail(t);
    }
    WfValue out[3];
    for (int i = 0; i < 3; i++) {
        out[i] = ready(t, objects[i], &now[i]);
        if (wf_is_empty(out[i])) {
            return WF_EMPTY;
        }
    }
    return wf_tuple_from(t, out, 3);
}

/* --- poll ----------------------------------------------------------------------------------------------- */

static void poll_trace(WfMarker *m, WfObject *o)
{
    wf_mark_slot(m, &((Poll *)o)->fds);
}
static WfValue se_poll(WfThread *t, WfValue *a)
{
    WfValue d = wf_dict_new(t);
    Poll *p = wf_is_empty(d) ? NULL : (Poll *)wf_instance_new(t, WF_TYPE(POLL), 0);
    if (p == NULL) {
        return WF_EMPTY;
    }
    wf_store(&p->fds, d);
    return wf_from_object(p);
}
static WfDict *poll_fds(WfValue self)
{
    return WF_LOAD(WfDict, &WF_AS(Poll, self)->fds);
}
static WfStatus to_events(WfThread *t, WfValue v, int64_t *out)
{
    if (wf_to_i64(t, v, out) != WF_OK) {
        return WF_RAISED;
    }
    if (*out < 0) {
        return WF_FAIL(wf_raise(t, WF_EXC(ValueError), "value must be positive"));
    }
    return *out > USHRT_MAX ? WF_FAIL(wf_raise(t, WF_EXC(OverflowError), "Python int too large for C unsigned short")) : WF_OK;
}
static WfValue po_register(WfThread *t, WfValue *a)
{
    int fd;
    int64_t events;
    if (wf_to_fd(t, a[1], &fd) != WF_OK || to_events(t, a[2], &events) != WF_OK
        || wf_dict_set(t, poll_fds(a[0]), wf_small_int(fd), wf_small_int(events)) != WF_OK) {
        return WF_EMPTY;
    }
    return WF_NONE;
}
static WfValue po_modify(WfThread *t, WfValue *a)
{
    int fd;
    int64_t events;
    WfValue old;
    if (wf_to_fd(t, a[1], &fd) != WF_OK || to_events(t, a[2], &events) != WF_OK) {
        return WF_EMPTY;
    }
    WfFound found = wf_dict_get(t, poll_fds(a[0]), wf_small_int(fd), &old);
    if (found == WF_MISSING) {
        errno = ENOENT;
        return fail(t);
    }
    return found == WF_ERROR || wf_dict_set(t, poll_fds(a[0]), wf_small_int(fd), wf_small_int(events)) != WF_OK ? WF_EMPTY : WF_NONE;
}
static WfValue po_unregister(WfThread *t, WfValue *a)
{
    int fd;
    if (wf_to_fd(t, a[1], &fd) != WF_OK) {
        return WF_EMPTY;
    }
    WfFound found = wf_dict_delete(t, poll_fds(a[0]), wf_small_int(fd));
    return found == WF_MISSING ? wf_raise_key_error(t, wf_small_int(fd)) : found == WF_ERROR ? WF_EMPTY : WF_NONE;
}
static WfValue poll_results(WfThread *t, const struct pollfd *fds, int64_t n)
{
    WfValue list = wf_list_new(t, 0);
    for (int64_t i = 0; i < n && !wf_is_empty(list); i++) {
        if (fds[i].revents != 0) {
            WfValue pair = wf_tuple_pair(t, wf_small_int(fds[i].fd), wf_small_int((unsigned short)fds[i].revents));
            if (wf_is_empty(pair) || wf_list_append(t, wf_as_list(list), pair) != WF_OK) {
                return WF_EMPTY;
            }
        }
    }
    return list;
}
static WfValue po_poll(WfThread *t, WfValue *a)
{
    int64_t deadline;
    Poll *p = WF_AS(Poll, a[0]);
    if (to_deadline(t, a[1], 1e6, "timeout must be an integer or None", true, &deadline) != WF_OK) {
        return WF_EMPTY;
    }
    WfValue items = wf_dict_items_list(t, poll_fds(a[0]));
    if (wf_is_empty(items)) {
        return WF_EMPTY;
    }
    if (__atomic_exchange_n(&p->x_running, 1u, __ATOMIC_ACQ_REL) != 0) {
        return wf_raise(t, WF_EXC(RuntimeError), "concurrent poll() invocation");
    }
    int64_t n = wf_list_length(wf_as_list(items));
    struct pollfd *fds = malloc(((size_t)n + 1) * sizeof *fds);
    WfValue result = WF_EMPTY;
    if (fds == NULL) {
        wf_raise_no_memory(t);
        goto out;
    }
    for (int64_t i = 0; i < n; i++) {
        const WfTuple *x = wf_as_tuple(wf_list_at(wf_as_list(items), i));
        int64_t fd = wf_as_int(wf_tuple_at(x, 0)), events = wf_as_int(wf_tuple_at(x, 1));
        fds[i] = (struct pollfd){.fd = (int)fd, .events = (short)events};
    }
    for (;;) {
        wf_thread_detach(t);
        int r = poll(fds, (nfds_t)n, millis(deadline));
        int err = errno;
        wf_thread_attach(t);
        if (r >= 0) {
            result = poll_results(t, fds, n);
            break;
        }
        if (err != EINTR) {
            errno = err;
            (void)fail(t);
            break;
        }
        if (wf_handle_breaker(t) != WF_OK) {
            break;
        }
    }
out:
    free(fds);
    __atomic_store_n(&p->x_running, 0u, __ATOMIC_RELEASE);
    return result;
}
static const WfBuiltinDef poll_methods[] = {
    {"register", po_register, "(self, fd, eventmask=7, /)", "Watch a descriptor.", 0},
    {"modify", po_modify, "(self, fd, eventmask, /)", "Change what a descriptor is watched for.", 0},
    {"unregister", po_unregister, "(self, fd, /)", "Watch a descriptor no longer.", 0},
    {"poll", po_poll, "(self, timeout=None, /)", "Wait; a list of (descriptor, events).", 0},
    {0}};
const WfTypeSpec wf_poll_spec = {.name = "select.poll", .doc = "Descriptors to wait for.", .flags = WF_TF_NO_NEW, .size = sizeof(Poll),
                                 .methods = poll_methods, .slots = {.trace = poll_trace}};

/* --- epoll ---------------------------------------------------------------------------------------------- */

static int epoll_fd(WfThread *t, WfValue self)
{
    int fd = (int)__atomic_load_n(&WF_AS(Epoll, self)->x_fd, __ATOMIC_ACQUIRE);
    if (fd < 0) {
        (void)wf_raise(t, WF_EXC(ValueError), "I/O operation on closed epoll object");
    }
    return fd;
}
static void epoll_release(WfObject *o)
{
    int fd = (int)__atomic_exchange_n(&((Epoll *)o)->x_fd, -1, __ATOMIC_ACQ_REL);
    if (fd >= 0) {
        close(fd);
    }
}
static WfValue epoll_from(WfThread *t, WfType *type, int fd)
{
    Epoll *e = (Epoll *)wf_instance_new(t, type, 0);
    if (e == NULL) {
        return WF_EMPTY;
    }
    e->x_fd = -1;
    if (wf_gc_register_release(t, &e->h) != WF_OK) {
        return WF_EMPTY;
    }
    e->x_fd = fd < 0 ? epoll_create1(EPOLL_CLOEXEC) : fd;
    return e->x_fd < 0 ? fail(t) : wf_from_object(e);
}
static WfValue epoll_new(WfThread *t, WfType *type, const WfArgs *args)
{
    WfValue a[2];
    int size, flags;
    if (wf_parse_args(t, "epoll", "(sizehint=-1, flags=0)", args, a, 2) != WF_OK || wf_to_int(t, a[0], &size) != WF_OK
        || wf_to_int(t, a[1], &flags) != WF_OK) {
        return WF_EMPTY;
    }
    if (size != -1 && size <= 0) {
        return wf_raise(t, WF_EXC(ValueError), "sizehint must be positive or -1");
    }
    if (flags != 0 && flags != EPOLL_CLOEXEC) {
        return wf_raise(t, WF_EXC(OSError), "invalid flags");
    }
    return epoll_from(t, type, -1);
}
static WfValue ep_fromfd(WfThread *t, WfValue *a)
{
    int fd;
    return wf_to_int(t, a[1], &fd) != WF_OK ? WF_EMPTY : epoll_from(t, WF_AS(WfType, a[0]), fd);
}
static WfValue ep_close(WfThread *t, WfValue *a)
{
    int fd = (int)__atomic_exchange_n(&WF_AS(Epoll, a[0])->x_fd, -1, __ATOMIC_ACQ_REL);
    return fd >= 0 && close(fd) < 0 ? fail(t) : WF_NONE;
}
static WfValue ep_fileno(WfThread *t, WfValue *a)
{
    int fd = epoll_fd(t, a[0]);
    return fd < 0 ? WF_EMPTY : wf_small_int(fd);
}
static WfValue ep_enter(WfThread *t, WfValue *a)
{
    return epoll_fd(t, a[0]) < 0 ? WF_EMPTY : a[0];
}
static WfValue control(WfThread *t, WfValue self, WfValue which, int op, WfValue events)
{
    int e = epoll_fd(t, self), fd;
    int64_t mask = 0;
    if (e < 0 || wf_to_fd(t, which, &fd) != WF_OK || (!wf_is_empty(events) && wf_to_i64(t, events, &mask) != WF_OK)) {
        return WF_EMPTY;
    }
    struct epoll_event ev = {.events = (uint32_t)mask, .data = {.fd = fd}};
    return epoll_ctl(e, op, fd, &ev) < 0 ? fail(t) : WF_NONE;
}
static WfValue ep_register(WfThread *t, WfValue *a)
{
    return control(t, a[0], a[1], EPOLL_CTL_ADD, a[2]);
}
static WfValue ep_modify(WfThread *t, WfValue *a)
{
    return control(t, a[0], a[1], EPOLL_CTL_MOD, a[2]);
}
static WfValue ep_unregister(WfThread *t, WfValue *a)
{
    return control(t, a[0], a[1], EPOLL_CTL_DEL, WF_EMPTY);
}
static WfValue ep_poll(WfThread *t, WfValue *a)
{
    int64_t deadline;
    int max, fd = epoll_fd(t, a[0]);
    if (fd < 0 || to_deadline(t, a[1], 1e9, "timeout must be an integer or None", true, &deadline) != WF_OK
        || wf_to_int(t, a[2], &max) != WF_OK) {
        return WF_EMPTY;
    }
    if (max == -1) {
        max = FD_SETSIZE - 1;
    } else if (max < 1) {
        return wf_raise(t, WF_EXC(ValueError), "maxevents must be greater than 0, got %d", max);
    }
    struct epoll_event *events = malloc((size_t)max * sizeof *events);
    WfValue list = WF_EMPTY;
    if (events == NULL) {
        return wf_raise_no_memory(t);
    }
    for (;;) {
        wf_thread_detach(t);
        int r = epoll_wait(fd, events, max, millis(deadline));
        int err = errno;
        wf_thread_attach(t);
        if (r >= 0) {
            list = wf_list_new(t, r);
            for (int i = 0; i < r && !wf_is_empty(list); i++) {
                WfValue pair = wf_tuple_pair(t, wf_small_int(events[i].data.fd), wf_small_int(events[i].events));
                if (wf_is_empty(pair) || wf_list_append(t, wf_as_list(list), pair) != WF_OK) {
                    list = WF_EMPTY;
                }
            }
            break;
        }
        if (err != EINTR) {
            errno = err;
            (void)fail(t);
            break;
        }
        if (wf_handle_breaker(t) != WF_OK) {
            break;
        }
    }
    free(events);
    return list;
}
static WfValue get_closed(WfThread *t, WfValue self)
{
    return WF_BOOL(__atomic_load_n(&WF_AS(Epoll, self)->x_fd, __ATOMIC_ACQUIRE) < 0);
}
static const WfBuiltinDef epoll_methods[] = {
    {"fromfd", ep_fromfd, "(cls, fd, /)", "An epoll object for a descriptor.", WF_FN_CLASS},
    {"close", ep_close, "(self)", "Close the descriptor.", 0},
    {"fileno", ep_fileno, "(self)", "The descriptor.", 0},
    {"register", ep_register, "(self, fd, eventmask=7)", "Watch a descriptor.", 0},
    {"modify", ep_modify, "(self, fd, eventmask)", "Change what a descriptor is watched for.", 0},
    {"unregister", ep_unregister, "(self, fd)", "Watch a descriptor no longer.", 0},
    {"poll", ep_poll, "(self, timeout=None, maxevents=-1)", "Wait; a list of (descriptor, events).", 0},
    {"__enter__", ep_enter, "(self)", "self.", 0},
    {"__exit__", ep_close, "(self, exc_type=None, exc_value=None, exc_tb=None, /)", "Close.", 0},
    {0}};
static const WfGetSetDef epoll_getsets[] = {{"closed", get_closed, NULL, "Whether the descriptor is closed.", 0}, {0}};
const WfTypeSpec wf_epoll_spec = {.name = "select.epoll", .doc = "Descriptors the kernel watches.", .size = sizeof(Epoll),
                                  .methods = epoll_methods, .getsets = epoll_getsets,
                                  .slots = {.new_ = epoll_new, .release = epoll_release}};

static const WfBuiltinDef functions[] = {
    {"select", se_select, "(rlist, wlist, xlist, timeout=None, /)", "Wait until descriptors are ready: three lists.", 0},
    {"poll", se_poll, "()", "A poll object.", 0},
    {0}};
static const WfSystemConstant constants[] = {
#define C WF_CONSTANT
    C(POLLIN) C(POLLPRI) C(POLLOUT) C(POLLERR) C(POLLHUP) C(POLLNVAL) C(POLLRDNORM) C(POLLRDBAND) C(POLLWRNORM) C(POLLWRBAND)
    C(POLLMSG) C(POLLRDHUP) C(EPOLLIN) C(EPOLLOUT) C(EPOLLPRI) C(EPOLLERR) C(EPOLLHUP) C(EPOLLRDHUP) C(EPOLLET) C(EPOLLONESHOT)
    C(EPOLLEXCLUSIVE) C(EPOLLRDNORM) C(EPOLLRDBAND) C(EPOLLWRNORM) C(EPOLLWRBAND) C(EPOLLMSG) C(EPOLL_CLOEXEC)
#undef C
    {"PIPE_BUF", 4096}};
static WfStatus init(WfThread *t, WfValue module)
{
    if (wf_module_add_type(t, module, WF_TYPE(EPOLL)) != WF_OK || wf_type_ready(t, WF_TYPE(POLL)) != WF_OK
        || wf_module_add(t, module, "error", wf_from_object(WF_EXC(OSError))) != WF_OK) {
        return WF_RAISED;
    }
    return wf_system_constants(t, module, constants, WF_ARRAY_LEN(constants));
}
const WfModuleDef wf_module_select = {.name = "select", .doc = "Waiting for descriptors.", .functions = functions, .init = init};
