/* faulthandler.c - module faulthandler: where the threads are, and a word on fatal signals.
 * SPDX-License-Identifier: MIT
 *
 * enable() has the fatal signals name themselves on stderr before they take their course. The handler looks at nothing of the
 * runtime, which may be in any state: no traceback is given there. Other files than stderr, and the timer, are not available.
 * dump_traceback stops the world, so that frames of other threads hold still. Whether it is enabled is what sigaction says. */
#include "base/strbuf.h"
#include "code/code.h"
#include "model/builtin.h"
#include "modules/posix/posix.h"
#include "modules/system.h"
#include "objects/str.h"
#include "runtime/state.h"
#include "vm/vm.h"

#include <string.h>
#include <unistd.h>

static const int fatal[] = {SIGBUS, SIGILL, SIGFPE, SIGABRT, SIGSEGV};

static void on_fatal(int sig)
{
    const char *what = sig == SIGBUS    ? "Bus error"
                       : sig == SIGILL  ? "Illegal instruction"
                       : sig == SIGFPE  ? "Floating point exception"
                       : sig == SIGABRT ? "Aborted"
                                        : "Segmentation fault";
    static const char head[] = "Fatal Python error: ";
    if (write(2, head, sizeof head - 1) < 0 || write(2, what, strlen(what)) < 0 || write(2, "\n\n", 2) < 0) {
        /* nothing to be done about it */
    }
    raise(sig); /* SA_RESETHAND: now with its default action */
}
/* file=: None is sys.stderr, else a descriptor or an object with fileno(). */
static WfStatus to_file(WfThread *t, WfValue v, int *fd)
{
    if (wf_is_none(v)) {
        *fd = 2;
        return WF_OK;
    }
    return wf_to_fd(t, v, fd);
}
static WfValue fa_enable(WfThread *t, WfValue *a)
{
    int fd;
    if (to_file(t, a[0], &fd) != WF_OK) {
        return WF_EMPTY;
    }
    if (fd != 2) {
        return wf_raise(t, WF_EXC(NotImplementedError), "faulthandler writes to stderr only");
    }
    struct sigaction s = {.sa_handler = on_fatal, .sa_flags = SA_NODEFER | (int)SA_RESETHAND | SA_ONSTACK};
    for (size_t i = 0; i < WF_ARRAY_LEN(fatal); i++) {
        if (sigaction(fatal[i], &s, NULL) < 0) {
            return wf_raise_errno(t, errno, WF_EMPTY, WF_EMPTY);
        }
    }
    return WF_NONE;
}
static bool is_ours(int sig)
{
    struct sigaction s;
    return sigaction(sig, NULL, &s) == 0 && s.sa_handler == on_fatal;
}
static WfValue fa_is_enabled(WfThread *t, WfValue *a)
{
    return WF_BOOL(is_ours(SIGSEGV));
}
static WfValue fa_disable(WfThread *t, WfValue *a)
{
    bool was = is_ours(SIGSEGV);
    for (size_t i = 0; i < WF_ARRAY_LEN(fatal); i++) {
        if (is_ours(fatal[i])) {
            signal(fatal[i], SIG_DFL);
        }
    }
    return WF_BOOL(was);
}

typedef struct Dump {
    WfStrBuf text;
    const WfThread *self;
    bool all;
} Dump;
static void put_str(WfStrBuf *out, WfValue v)
{
    const WfStr *s = wf_as_str(v);
    for (int64_t i = 0; i < s->length; i++) {
        uint32_t c = wf_str_at(s, i);
        if (c >= 32 && c < 127) {
            wf_strbuf_putc(out, (char)c);
        } else {
            wf_strbuf_printf(out, c < 256 ? "\\x%02x" : c < 65536 ? "\\u%04x" : "\\U%08x", (unsigned)c);
        }
    }
}
static void dump_thread(void *arg, WfThread *thread)
{
    Dump *d = arg;
    if (d->all) {
        if (d->text.len > 0) {
            wf_strbuf_putc(&d->text, '\n');
        }
        wf_strbuf_printf(&d->text, "%s 0x%016llx (most recent call first):\n", thread == d->self ? "Current thread" : "Thread",
                         (unsigned long long)thread->ident);
    } else {
        wf_strbuf_puts(&d->text, "Stack (most recent call first):\n");
    }
    int depth = 0;
    for (const WfFrame *f = thread->frame; f != NULL; f = f->prev) {
        if (depth++ == 100) {
            wf_strbuf_puts(&d->text, "  ...\n");
            break;
        }
        wf_strbuf_puts(&d->text, "  File \"");
        put_str(&d->text, wf_load(&f->code->filename));
        wf_strbuf_printf(&d->text, "\", line %d in ", wf_frame_line(f));
        put_str(&d->text, wf_load(&f->code->name));
        wf_strbuf_putc(&d->text, '\n');
    }
    if (depth == 0) {
        wf_strbuf_puts(&d->text, "  <no Python frame>\n");
    }
}
static WfValue fa_dump_traceback(WfThread *t, WfValue *a)
{
    int fd;
    Dump d = {.self = t};
    if (to_file(t, a[0], &fd) != WF_OK || wf_to_bool(t, a[1], &d.all) != WF_OK) {
        return WF_EMPTY;
    }
    if (d.all) {
        while (!wf_world_stop(t)) {
        }
        wf_world_each_thread(t->rt, dump_thread, &d);
        wf_world_start(t);
    } else {
        dump_thread(&d, t);
    }
    size_t done = 0;
    while (done < d.text.len) {
        ssize_t n = write(fd, d.text.data + done, d.text.len - done);
        if (n < 0 && errno != EINTR) {
            break;
        }
        done += n < 0 ? 0 : (size_t)n;
    }
    wf_strbuf_free(&d.text);
    return WF_NONE;
}
static WfValue missing(WfThread *t, WfValue *a)
{
    return wf_raise(t, WF_EXC(NotImplementedError), "not available in weft");
}
static WfValue nothing(WfThread *t, WfValue *a)
{
    return WF_NONE;
}
static const WfBuiltinDef functions[] = {
    {"enable", fa_enable, "(file=None, all_threads=True)", "Have fatal signals name themselves on stderr.", 0},
    {"disable", fa_disable, "()", "Undo enable().", 0},
    {"is_enabled", fa_is_enabled, "()", "Whether enable() is in effect.", 0},
    {"dump_traceback", fa_dump_traceback, "(file=None, all_threads=True)", "Write where the threads are.", 0},
    {"dump_traceback_later", missing, "(timeout, repeat=False, file=None, exit=False)", "Not available.", 0},
    {"cancel_dump_traceback_later", nothing, "()", "Nothing is ever scheduled.", 0},
    {"register", missing, "(signum, file=None, all_threads=True, chain=False)", "Not available.", 0},
    {"unregister", missing, "(signum)", "Not available.", 0},
    {0}};
const WfModuleDef wf_module_faulthandler = {.name = "faulthandler", .doc = "Where the threads are.", .functions = functions};
