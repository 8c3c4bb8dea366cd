/* signals.c - C handlers, the queue of signals that came in, and module _signal.
 * SPDX-License-Identifier: MIT
 *
 * Threads: the C handler runs on any thread at any time; it touches only `x_pending`, `x_any` and the wakeup descriptor (atomics), sets the
 * main thread's breaker and interrupts its wait. Python handlers are kept and run by the main thread. */
#include "runtime/signals.h"

#include "model/builtin.h"
#include "objects/bytes.h"
#include "objects/dict.h"
#include "objects/exceptions.h"
#include "objects/int.h"
#include "objects/list.h"
#include "objects/set.h"
#include "objects/str.h"
#include "objects/structseq.h"
#include "objects/tuple.h"
#include "sched/park.h"
#include "vm/vm.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/time.h>
#include <unistd.h>

#define N_SIGNALS 65

typedef struct Signals {
    uint32_t x_any;                /* atomic: some x_pending is set */
    uint32_t x_pending[N_SIGNALS]; /* atomic */
    int x_wakeup_fd;               /* atomic; -1: none */
    bool warn_on_full_buffer;
    WfValue handlers[N_SIGNALS];   /* main thread; roots. EMPTY: not set from Python (None) */
    WfValue default_handler, ignore_handler, default_int_handler; /* roots */
} Signals;

/* The one place that a C signal handler can start from. Written once, before the first handler is installed. */
static WfRuntime *signal_runtime;

static Signals *signals_of(WfThread *t)
{
    return (Signals *)t->rt->signals;
}

void wf_signals_trip(WfRuntime *rt, int signum)
{
    Signals *s = (Signals *)rt->signals;
    __atomic_store_n(&s->x_pending[signum], 1u, __ATOMIC_RELAXED);
    /* release: pairs with the acquire in wf_signals_run */
    __atomic_store_n(&s->x_any, 1u, __ATOMIC_RELEASE);
    wf_break_set(rt->main_thread, WF_BREAK_SIGNAL);
    wf_park_interrupt(rt->main_thread);
    int fd = __atomic_load_n(&s->x_wakeup_fd, __ATOMIC_RELAXED);
    if (fd >= 0) {
        uint8_t byte = (uint8_t)signum;
        (void)!write(fd, &byte, 1);
    }
}

static void on_signal(int signum)
{
    int saved = errno;
    wf_signals_trip(signal_runtime, signum);
    errno = saved;
}

static bool is_handler(Signals *s, WfValue h)
{
    return !wf_is_empty(h) && !wf_is(h, s->default_handler) && !wf_is(h, s->ignore_handler);
}

WfStatus wf_signals_run(WfThread *t)
{
    Signals *s = signals_of(t);
    wf_break_clear(t, WF_BREAK_SIGNAL);
    if (!__atomic_exchange_n(&s->x_any, 0u, __ATOMIC_ACQUIRE)) {
        return WF_OK;
    }
    for (int i = 1; i < N_SIGNALS; i++) {
        if (!__atomic_exchange_n(&s->x_pending[i], 0u, __ATOMIC_RELAXED) || !is_handler(s, s->handlers[i])) {
            continue;
        }
        WfValue frame = WF_NONE;
        if (t->frame != NULL) {
            frame = wf_from_object(wf_frame_object(t, t->frame));
            if (wf_is_empty(frame)) {
                return WF_RAISED;
            }
        }
        if (wf_is_empty(wf_call2(t, s->handlers[i], wf_small_int(i), frame))) {
            /* the others are run at the next look */
            __atomic_store_n(&s->x_any, 1u, __ATOMIC_RELEASE);
            wf_break_set(t, WF_BREAK_SIGNAL);
            return WF_RAISED;
        }
    }
    return WF_OK;
}

void wf_signals_after_fork(WfThread *t)
{
    Signals *s = signals_of(t);
    __atomic_store_n(&s->x_any, 0u, __ATOMIC_RELAXED);
    memset(s->x_pending, 0, sizeof s->x_pending);
}

static int install(int signum, void (*f)(int))
{
    struct sigaction sa;
    memset(&sa, 0, sizeof sa);
    sa.sa_handler = f;
    sigemptyset(&sa.sa_mask);
    return sigaction(signum, &sa, NULL);
}

static WfValue sig_default_int(WfThread *t, WfValue *a)
{
    return wf_raise_none(t, WF_EXC(KeyboardInterrupt));
}
static const WfBuiltinDef default_int_def = {"default_int_handler", sig_default_int, "(signalnum, frame, /)",
                                             "The handler of SIGINT to begin with: raises KeyboardInterrupt.", 0};

WfStatus wf_signals_init(WfThread *t)
{
    Signals *s = (Signals *)calloc(1, sizeof *s);
    if (s == NULL) {
        return WF_FAIL(wf_raise_no_memory(t));
    }
    s->x_wakeup_fd = -1;
    s->default_handler = wf_small_int(0);
    s->ignore_handler = wf_small_int(1);
    t->rt->signals = s;
    signal_runtime = t->rt;
    for (int i = 0; i < N_SIGNALS; i++) {
        wf_gc_add_root(t->rt, &s->handlers[i]);
        struct sigaction sa;
        if (i > 0 && sigaction(i, NULL, &sa) == 0) {
            s->handlers[i] = sa.sa_handler == SIG_DFL ? s->default_handler : sa.sa_handler == SIG_IGN ? s->ignore_handler : WF_EMPTY;
        }
    }
    wf_gc_add_root(t->rt, &s->default_int_handler);
    (void)install(SIGPIPE, SIG_IGN);
    (void)install(SIGXFSZ, SIG_IGN);
    s->handlers[SIGPIPE] = s->handlers[SIGXFSZ] = s->ignore_handler;
    WfStr *module = wf_str_intern_cstr(t, "_signal");
    s->default_int_handler = module == NULL ? WF_EMPTY : wf_builtin_new(t, &default_int_def, WF_EMPTY, module);
    if (wf_is_empty(s->default_int_handler)) {
        return WF_RAISED;
    }
    if (wf_is(s->handlers[SIGINT], s->default_handler)) {
        s->handlers[SIGINT] = s->default_int_handler;
        (void)install(SIGINT, on_signal);
    }
    return WF_OK;
}

/* --- the module ---------------------------------------------------------------------------------------------- */

static WfStatus signal_number(WfThread *t, WfValue v, int *out)
{
    if (wf_to_int(t, v, out) != WF_OK) {
        return WF_RAISED;
    }
    return *out < 1 || *out >= N_SIGNALS ? WF_FAIL(wf_raise(t, WF_EXC(ValueError), "signal number out of range")) : WF_OK;
}

static WfValue or_none(WfValue v)
{
    return wf_is_empty(v) ? WF_NONE : v;
}

static WfValue sig_signal(WfThread *t, WfValue *a)
{
    Signals *s = signals_of(t);
    int signum;
    if (wf_to_int(t, a[0], &signum) != WF_OK) {
        return WF_EMPTY;
    }
    if (!t->is_main) {
        return wf_raise(t, WF_EXC(ValueError), "signal only works in main thread of the main interpreter");
    }
    if (signum < 1 || signum >= N_SIGNALS) {
        return wf_raise(t, WF_EXC(ValueError), "signal number out of range");
    }
    void (*f)(int) = on_signal;
    WfValue handler = a[1];
    if (wf_is_callable(handler)) {
        f = on_signal;
    } else if (wf_is_any_int(handler)) {
        int64_t i;
        if (!wf_int_to_i64(handler, &i) || (i != 0 && i != 1)) {
            return wf_raise(t, WF_EXC(TypeError), "signal handler must be signal.SIG_IGN, signal.SIG_DFL, or a callable object");
        }
        f = i == 0 ? SIG_DFL : SIG_IGN;
        handler = wf_small_int(i);
    } else {
        return wf_raise(t, WF_EXC(TypeError), "signal handler must be signal.SIG_IGN, signal.SIG_DFL, or a callable object");
    }
    if (wf_handle_breaker(t) != WF_OK) { /* what came in before goes to the old handler */
        return WF_EMPTY;
    }
    if (install(signum, f) != 0) {
        return wf_raise_errno(t, errno, WF_EMPTY, WF_EMPTY);
    }
    WfValue old = s->handlers[signum];
    s->handlers[signum] = handler;
    return or_none(old);
}

static WfValue sig_getsignal(WfThread *t, WfValue *a)
{
    int signum;
    return signal_number(t, a[0], &signum) == WF_OK ? or_none(signals_of(t)->handlers[signum]) : WF_EMPTY;
}
static WfValue sig_raise_signal(WfThread *t, WfValue *a)
{
    int signum;
    if (wf_to_int(t, a[0], &signum) != WF_OK) {
        return WF_EMPTY;
    }
    if (raise(signum) != 0) {
        return wf_raise_errno(t, errno, WF_EMPTY, WF_EMPTY);
    }
    return t->is_main && wf_handle_breaker(t) != WF_OK ? WF_EMPTY : WF_NONE;
}
static WfValue sig_alarm(WfThread *t, WfValue *a)
{
    int seconds;
    return wf_to_int(t, a[0], &seconds) == WF_OK ? wf_small_int(alarm((unsigned)seconds)) : WF_EMPTY;
}
static WfValue sig_pause(WfThread *t, WfValue *a)
{
    wf_thread_detach(t);
    (void)pause();
    wf_thread_attach(t);
    return wf_handle_breaker(t) == WF_OK ? WF_NONE : WF_EMPTY;
}
static WfValue sig_siginterrupt(WfThread *t, WfValue *a)
{
    int signum, flag;
    if (signal_number(t, a[0], &signum) != WF_OK || wf_to_int(t, a[1], &flag) != WF_OK) {
        return WF_EMPTY;
    }
    struct sigaction sa;
    (void)sigaction(signum, NULL, &sa);
    sa.sa_flags = flag ? sa.sa_flags & ~SA_RESTART : sa.sa_flags | SA_RESTART;
    return sigaction(signum, &sa, NULL) == 0 ? WF_NONE : wf_raise_errno(t, errno, WF_EMPTY, WF_EMPTY);
}
static WfValue sig_set_wakeup_fd(WfThread *t, WfValue *a)
{
    Signals *s = signals_of(t);
    int fd;
    bool warn;
    if (wf_to_int(t, a[0], &fd) != WF_OK || wf_to_bool(t, a[1], &warn) != WF_OK) {
        return WF_EMPTY;
    }
    if (!t->is_main) {
        return wf_raise(t, WF_EXC(ValueError), "set_wakeup_fd only works in main thread of the main interpreter");
    }
    if (fd != -1) {
        int flags = fcntl(fd, F_GETFL);
        if (flags < 0) {
            return wf_raise_errno(t, errno, WF_EMPTY, WF_EMPTY);
        }
        if ((flags & O_NONBLOCK) == 0) {
            return wf_raise(t, WF_EXC(ValueError), "the fd %i must be in non-blocking mode", fd);
        }
    }
    s->warn_on_full_buffer = warn;
    return wf_small_int(__atomic_exchange_n(&s->x_wakeup_fd, fd, __ATOMIC_RELAXED));
}

static WfValue timer_values(WfThread *t, const struct itimerval *v)
{
    return WF_TUPLE_OF(t, wf_double((double)v->it_value.tv_sec + (double)v->it_value.tv_usec * 1e-6),
                       wf_double((double)v->it_interval.tv_sec + (double)v->it_interval.tv_usec * 1e-6));
}
static struct timeval to_timeval(double d)
{
    struct timeval v = {.tv_sec = (time_t)d};
    v.tv_usec = (suseconds_t)((d - (double)v.tv_sec) * 1e6);
    if (d > 0 && v.tv_sec == 0 && v.tv_usec == 0) {
        v.tv_usec = 1;
    }
    return v;
}
/* signal.ItimerError is OSError's alias here but for its name */
static WfValue sig_setitimer(WfThread *t, WfValue *a)
{
    int which;
    double seconds, interval;
    if (wf_to_int(t, a[0], &which) != WF_OK || wf_to_double(t, a[1], &seconds) != WF_OK || wf_to_double(t, a[2], &interval) != WF_OK) {
        return WF_EMPTY;
    }
    struct itimerval fresh = {.it_value = to_timeval(seconds), .it_interval = to_timeval(interval)}, old;
    return setitimer((__itimer_which_t)which, &fresh, &old) == 0 ? timer_values(t, &old) : wf_raise_errno(t, errno, WF_EMPTY, WF_EMPTY);
}
static WfValue sig_getitimer(WfThread *t, WfValue *a)
{
    int which;
    struct itimerval v;
    if (wf_to_int(t, a[0], &which) != WF_OK) {
        return WF_EMPTY;
    }
    return getitimer((__itimer_which_t)which, &v) == 0 ? timer_values(t, &v) : wf_raise_errno(t, errno, WF_EMPTY, WF_EMPTY);
}

WfStatus wf_signals_set(WfThread *t, WfValue iterable, sigset_t *set)
{
    sigemptyset(set);
    WfValue it = wf_iter(t, iterable), v;
    WfFound found = wf_is_empty(it) ? WF_ERROR : WF_FOUND;
    while (found == WF_FOUND && (found = wf_next(t, it, &v)) == WF_FOUND) {
        int signum;
        if (wf_to_int(t, v, &signum) != WF_OK) {
            return WF_RAISED;
        }
        if (signum < 1 || signum >= N_SIGNALS) {
            return WF_FAIL(wf_raise(t, WF_EXC(ValueError), "signal number %d out of range [1; %d]", signum, N_SIGNALS - 1));
        }
        (void)sigaddset(set, signum); /* numbers that the C library keeps to itself are ignored */
    }
    return found == WF_ERROR ? WF_RAISED : WF_OK;
}
static WfValue from_sigset(WfThread *t, const sigset_t *set)
{
    WfValue out = wf_set_new(t);
    for (int i = 1; i < N_SIGNALS && !wf_is_empty(out); i++) {
        if (sigismember(set, i) == 1 && wf_set_add(t, WF_AS(WfSet, out), wf_small_int(i)) != WF_OK) {
            return WF_EMPTY;
        }
    }
    return out;
}
static WfValue sig_pthread_sigmask(WfThread *t, WfValue *a)
{
    int how;
    sigset_t set, old;
    if (wf_to_int(t, a[0], &how) != WF_OK || wf_signals_set(t, a[1], &set) != WF_OK) {
        return WF_EMPTY;
    }
    int err = pthread_sigmask(how, &set, &old);
    if (err != 0) {
        return wf_raise_errno(t, err, WF_EMPTY, WF_EMPTY);
    }
    return wf_handle_breaker(t) == WF_OK ? from_sigset(t, &old) : WF_EMPTY;
}
static WfValue sig_pthread_kill(WfThread *t, WfValue *a)
{
    int signum;
    uint64_t ident;
    if (!wf_is_any_int(a[0]) || !wf_int_to_u64(a[0], &ident)) {
        return wf_raise(t, WF_EXC(TypeError), "an integer is required");
    }
    if (wf_to_int(t, a[1], &signum) != WF_OK) {
        return WF_EMPTY;
    }
    int err = pthread_kill((pthread_t)ident, signum);
    if (err != 0) {
        return wf_raise_errno(t, err, WF_EMPTY, WF_EMPTY);
    }
    return wf_handle_breaker(t) == WF_OK ? WF_NONE : WF_EMPTY;
}
static WfValue sig_sigpending(WfThread *t, WfValue *a)
{
    sigset_t set;
    return sigpending(&set) == 0 ? from_sigset(t, &set) : wf_raise_errno(t, errno, WF_EMPTY, WF_EMPTY);
}
static WfValue sig_valid_signals(WfThread *t, WfValue *a)
{
    sigset_t set;
    sigfillset(&set);
    return from_sigset(t, &set);
}
static WfValue sig_sigwait(WfThread *t, WfValue *a)
{
    sigset_t set;
    if (wf_signals_set(t, a[0], &set) != WF_OK) {
        return WF_EMPTY;
    }
    int signum;
    wf_thread_detach(t);
    int err = sigwait(&set, &signum);
    wf_thread_attach(t);
    return err == 0 ? wf_small_int(signum) : wf_raise_errno(t, err, WF_EMPTY, WF_EMPTY);
}
static const WfStructSeqField siginfo_fields[] = {{"si_signo", NULL}, {"si_code", NULL}, {"si_errno", NULL}, {"si_pid", NULL},
                                                  {"si_uid", NULL}, {"si_status", NULL}, {"si_band", NULL}, {NULL, NULL}};
static const WfStructSeqDesc siginfo_desc = {"signal.struct_siginfo", "What is known of a signal that came in.", siginfo_fields, 7};
static WfValue siginfo(WfThread *t, const siginfo_t *s)
{
    WfType *type = wf_structseq_type(t, &siginfo_desc);
    WfValue items[] = {wf_small_int(s->si_signo), wf_small_int(s->si_code), wf_small_int(s->si_errno), wf_small_int(s->si_pid),
                       wf_small_int(s->si_uid),   wf_small_int(s->si_status), wf_small_int(s->si_band)};
    return type == NULL ? WF_EMPTY : wf_structseq_from(t, type, items, 7);
}
static WfValue wait_info(WfThread *t, WfValue sigset, const struct timespec *timeout)
{
    sigset_t set;
    if (wf_signals_set(t, sigset, &set) != WF_OK) {
        return WF_EMPTY;
    }
    for (;;) {
        siginfo_t info;
        wf_thread_detach(t);
        int r = timeout == NULL ? sigwaitinfo(&set, &info) : sigtimedwait(&set, &info, timeout);
        int err = errno;
        wf_thread_attach(t);
        if (r >= 0) {
            return siginfo(t, &info);
        }
        if (err == EAGAIN) {
            return WF_NONE;
        }
        if (err != EINTR) {
            return wf_raise_errno(t, err, WF_EMPTY, WF_EMPTY);
        }
        if (wf_handle_breaker(t) != WF_OK) {
            return WF_EMPTY;
        }
    }
}
static WfValue sig_sigwaitinfo(WfThread *t, WfValue *a)
{
    return wait_info(t, a[0], NULL);
}
static WfValue sig_sigtimedwait(WfThread *t, WfValue *a)
{
    double d;
    if (wf_to_double(t, a[1], &d) != WF_OK) {
        return WF_EMPTY;
    }
    if (d < 0) {
        return wf_raise(t, WF_EXC(ValueError), "timeout must be non-negative");
    }
    struct timespec ts = {.tv_sec = (time_t)d};
    ts.tv_nsec = (long)((d - (double)ts.tv_sec) * 1e9);
    return wait_info(t, a[0], &ts);
}
static WfValue sig_strsignal(WfThread *t, WfValue *a)
{
    int signum;
    if (signal_number(t, a[0], &signum) != WF_OK) {
        return WF_EMPTY;
    }
    const char *text = strsignal(signum);
    return text == NULL || strstr(text, "Unknown signal") != NULL ? WF_NONE : wf_str_from_cstr(t, text);
}

static const WfBuiltinDef functions[] = {
    {"alarm", sig_alarm, "(seconds, /)", "Send SIGALRM to this process after some seconds.", 0},
    {"default_int_handler", sig_default_int, "(signalnum, frame, /)", "The handler of SIGINT to begin with: raises KeyboardInterrupt.", 0},
    {"getitimer", sig_getitimer, "(which, /)", "The state of an interval timer.", 0},
    {"getsignal", sig_getsignal, "(signalnum, /)", "The current handler of a signal.", 0},
    {"pause", sig_pause, "()", "Wait until a signal comes in.", 0},
    {"pthread_kill", sig_pthread_kill, "(thread_id, signalnum, /)", "Send a signal to a thread.", 0},
    {"pthread_sigmask", sig_pthread_sigmask, "(how, mask, /)", "Change the signal mask of this thread; the old one is returned.", 0},
    {"raise_signal", sig_raise_signal, "(signalnum, /)", "Send a signal to this process.", 0},
    {"set_wakeup_fd", sig_set_wakeup_fd, "(fd, /, *, warn_on_full_buffer=True)", "A descriptor that gets a byte for each signal.", 0},
    {"setitimer", sig_setitimer, "(which, seconds, interval=0.0, /)", "Set an interval timer.", 0},
    {"siginterrupt", sig_siginterrupt, "(signalnum, flag, /)", "Whether a signal interrupts system calls.", 0},
    {"signal", sig_signal, "(signalnum, handler, /)", "Set the handler of a signal; the old one is returned.", 0},
    {"sigpending", sig_sigpending, "()", "The signals that wait to be delivered to this thread.", 0},
    {"sigtimedwait", sig_sigtimedwait, "(sigset, timeout, /)", "As sigwaitinfo(), with a timeout in seconds.", 0},
    {"sigwait", sig_sigwait, "(sigset, /)", "Wait until one of the signals comes in.", 0},
    {"sigwaitinfo", sig_sigwaitinfo, "(sigset, /)", "Wait until one of the signals comes in; what is known of it.", 0},
    {"strsignal", sig_strsignal, "(signalnum, /)", "The description of a signal.", 0},
    {"valid_signals", sig_valid_signals, "()", "The signals that exist on this system.", 0},
    {0}};

static WfStatus signal_init(WfThread *t, WfValue module)
{
    static const struct {
        const char *name;
        int value;
    } constants[] = {
#define S(name) {#name, name}
        S(SIGHUP), S(SIGINT), S(SIGQUIT), S(SIGILL), S(SIGTRAP), S(SIGABRT), S(SIGIOT), S(SIGBUS), S(SIGFPE), S(SIGKILL), S(SIGUSR1),
        S(SIGSEGV), S(SIGUSR2), S(SIGPIPE), S(SIGALRM), S(SIGTERM), S(SIGSTKFLT), S(SIGCHLD), {"SIGCLD", SIGCHLD}, S(SIGCONT), S(SIGSTOP),
        S(SIGTSTP), S(SIGTTIN), S(SIGTTOU), S(SIGURG), S(SIGXCPU), S(SIGXFSZ), S(SIGVTALRM), S(SIGPROF), S(SIGWINCH), S(SIGIO), S(SIGPOLL),
        S(SIGPWR), S(SIGSYS), S(SIG_BLOCK), S(SIG_UNBLOCK), S(SIG_SETMASK), S(ITIMER_REAL), S(ITIMER_VIRTUAL), S(ITIMER_PROF),
        {"SIG_DFL", 0}, {"SIG_IGN", 1}, {"NSIG", N_SIGNALS}};
#undef S
    for (size_t i = 0; i < WF_ARRAY_LEN(constants); i++) {
        if (wf_module_add_int(t, module, constants[i].name, constants[i].value) != WF_OK) {
            return WF_RAISED;
        }
    }
    WfType *error = wf_type_new_simple(t, "signal.itimer_error", WF_EXC(OSError), NULL);
    WfType *info = wf_structseq_type(t, &siginfo_desc);
    if (error == NULL || info == NULL || wf_module_add_int(t, module, "SIGRTMIN", SIGRTMIN) != WF_OK
        || wf_module_add_int(t, module, "SIGRTMAX", SIGRTMAX) != WF_OK
        || wf_module_add(t, module, "default_int_handler", signals_of(t)->default_int_handler) != WF_OK
        || wf_module_add(t, module, "struct_siginfo", wf_from_object(info)) != WF_OK) {
        return WF_RAISED;
    }
    return wf_module_add(t, module, "ItimerError", wf_from_object(error));
}
const WfModuleDef wf_module__signal = {
    .name = "_signal", .doc = "Signals: what happens when they come in.", .functions = functions, .init = signal_init};
