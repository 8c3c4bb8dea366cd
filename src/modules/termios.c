/* termios.c - module termios: settings of terminals.
 * SPDX-License-Identifier: MIT */
#include "model/builtin.h"
#include "modules/posix/posix.h"
#include "modules/system.h"
#include "objects/bytes.h"
#include "objects/dict.h"
#include "objects/list.h"
#include "objects/str.h"
#include "objects/tuple.h"

#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>

static WfValue fail(WfThread *t)
{
    int err = errno;
    WfStr *key = wf_str_intern_cstr(t, "termios.error");
    WfValue type = key == NULL ? WF_EMPTY : wf_dict_get_str(wf_as_dict(t->interp->module_state), key);
    WfValue message = wf_is_empty(type) ? WF_EMPTY : wf_str_from_cstr(t, strerrordesc_np(err));
    if (wf_is_empty(message)) {
        return WF_EMPTY;
    }
    WfValue exc = wf_call2(t, type, wf_small_int(err), message);
    return wf_is_empty(exc) ? WF_EMPTY : wf_raise_object(t, exc);
}
static WfValue te_tcgetattr(WfThread *t, WfValue *a)
{
    int fd;
    struct termios m;
    if (wf_to_fd(t, a[0], &fd) != WF_OK) {
        return WF_EMPTY;
    }
    if (tcgetattr(fd, &m) < 0) {
        return fail(t);
    }
    WfValue cc = wf_list_new(t, NCCS);
    for (int i = 0; i < NCCS && !wf_is_empty(cc); i++) {
        bool number = (m.c_lflag & ICANON) == 0 && (i == VMIN || i == VTIME);
        WfValue v = number ? wf_small_int(m.c_cc[i]) : wf_bytes_new(t, &m.c_cc[i], 1);
        if (wf_is_empty(v) || wf_list_append(t, wf_as_list(cc), v) != WF_OK) {
            return WF_EMPTY;
        }
    }
    WfValue items[7] = {wf_small_int(m.c_iflag), wf_small_int(m.c_oflag), wf_small_int(m.c_cflag), wf_small_int(m.c_lflag),
                        wf_small_int(cfgetispeed(&m)), wf_small_int(cfgetospeed(&m)), cc};
    return wf_is_empty(cc) ? WF_EMPTY : wf_list_from(t, items, 7);
}
static WfStatus to_flags(WfThread *t, WfValue v, tcflag_t *out)
{
    int64_t i;
    if (wf_to_i64(t, v, &i) != WF_OK) {
        return WF_RAISED;
    }
    *out = (tcflag_t)i;
    return WF_OK;
}
static WfValue te_tcsetattr(WfThread *t, WfValue *a)
{
    int fd, when, r;
    struct termios m;
    tcflag_t in, out;
    if (wf_to_fd(t, a[0], &fd) != WF_OK || wf_to_int(t, a[1], &when) != WF_OK) {
        return WF_EMPTY;
    }
    if (!wf_is_list(a[2]) || wf_list_length(wf_as_list(a[2])) != 7) {
        return wf_raise(t, WF_EXC(TypeError), "tcsetattr, arg 3: must be 7 element list");
    }
    WfValue tuple = wf_list_to_tuple(t, wf_as_list(a[2]));
    if (wf_is_empty(tuple) || wf_as_tuple(tuple)->length != 7) {
        return wf_is_empty(tuple) ? WF_EMPTY : wf_raise(t, WF_EXC(TypeError), "tcsetattr, arg 3: must be 7 element list");
    }
    const WfTuple *x = wf_as_tuple(tuple);
    if (tcgetattr(fd, &m) < 0) {
        return fail(t);
    }
    if (to_flags(t, wf_tuple_at(x, 0), &m.c_iflag) != WF_OK || to_flags(t, wf_tuple_at(x, 1), &m.c_oflag) != WF_OK
        || to_flags(t, wf_tuple_at(x, 2), &m.c_cflag) != WF_OK || to_flags(t, wf_tuple_at(x, 3), &m.c_lflag) != WF_OK
        || to_flags(t, wf_tuple_at(x, 4), &in) != WF_OK || to_flags(t, wf_tuple_at(x, 5), &out) != WF_OK) {
        return WF_EMPTY;
    }
    WfValue cc = wf_tuple_at(x, 6);
    if (!wf_is_list(cc) || wf_list_length(wf_as_list(cc)) != NCCS) {
        return wf_raise(t, WF_EXC(TypeError), "tcsetattr: attributes[6] must be %d element list", NCCS);
    }
    for (int i = 0; i < NCCS; i++) {
        WfValue v = wf_list_at(wf_as_list(cc), i);
        int n;
        if (wf_is_bytes(v) && wf_as_bytes(v)->length == 1) {
            m.c_cc[i] = wf_as_bytes(v)->data[0];
        } else if (wf_is_any_int(v)) {
            if (wf_to_int(t, v, &n) != WF_OK) {
                return WF_EMPTY;
            }
            m.c_cc[i] = (cc_t)n;
        } else {
            return wf_raise(t, WF_EXC(TypeError), "tcsetattr: elements of attributes must be characters or integers");
        }
    }
    if (cfsetispeed(&m, in) < 0 || cfsetospeed(&m, out) < 0) {
        return fail(t);
    }
    WF_BLOCKING(t, r, tcsetattr(fd, when, &m));
    return r < 0 ? fail(t) : WF_NONE;
}
#define SIMPLE(name, call)                                                                         \
    static WfValue te_##name(WfThread *t, WfValue *a)                                              \
    {                                                                                              \
        int fd, n = 0, r;                                                                          \
        if (wf_to_fd(t, a[0], &fd) != WF_OK || (!wf_is_empty(a[1]) && wf_to_int(t, a[1], &n) != WF_OK)) { \
            return WF_EMPTY;                                                                       \
        }                                                                                          \
        WF_BLOCKING(t, r, call);                                                                   \
        return r < 0 ? fail(t) : WF_NONE;                                                          \
    }
SIMPLE(tcsendbreak, tcsendbreak(fd, n))
SIMPLE(tcflush, tcflush(fd, n))
SIMPLE(tcflow, tcflow(fd, n))
static WfValue te_tcdrain(WfThread *t, WfValue *a)
{
    int fd, r;
    if (wf_to_fd(t, a[0], &fd) != WF_OK) {
        return WF_EMPTY;
    }
    WF_BLOCKING(t, r, tcdrain(fd));
    return r < 0 ? fail(t) : WF_NONE;
}
static WfValue te_tcgetwinsize(WfThread *t, WfValue *a)
{
    int fd;
    struct winsize w;
    if (wf_to_fd(t, a[0], &fd) != WF_OK) {
        return WF_EMPTY;
    }
    return ioctl(fd, TIOCGWINSZ, &w) < 0 ? fail(t) : wf_tuple_pair(t, wf_small_int(w.ws_row), wf_small_int(w.ws_col));
}
static WfValue te_tcsetwinsize(WfThread *t, WfValue *a)
{
    int fd, rows, cols;
    struct winsize w;
    if (wf_to_fd(t, a[0], &fd) != WF_OK) {
        return WF_EMPTY;
    }
    WfValue size = wf_to_tuple(t, a[1]);
    if (wf_is_empty(size)) {
        return WF_EMPTY;
    }
    if (wf_as_tuple(size)->length != 2) {
        return wf_raise(t, WF_EXC(TypeError), "tcsetwinsize, arg 2: must be a two-item sequence");
    }
    if (wf_to_int(t, wf_tuple_at(wf_as_tuple(size), 0), &rows) != WF_OK || wf_to_int(t, wf_tuple_at(wf_as_tuple(size), 1), &cols) != WF_OK) {
        return WF_EMPTY;
    }
    if (ioctl(fd, TIOCGWINSZ, &w) < 0) {
        return fail(t);
    }
    w.ws_row = (unsigned short)rows;
    w.ws_col = (unsigned short)cols;
    return ioctl(fd, TIOCSWINSZ, &w) < 0 ? fail(t) : WF_NONE;
}
static const WfBuiltinDef functions[] = {
    {"tcgetattr", te_tcgetattr, "(fd, /)", "The settings of a terminal.", 0},
    {"tcsetattr", te_tcsetattr, "(fd, when, attributes, /)", "Change the settings of a terminal.", 0},
    {"tcsendbreak", te_tcsendbreak, "(fd, duration, /)", "Send a break.", 0},
    {"tcdrain", te_tcdrain, "(fd, /)", "Wait until all output is sent.", 0},
    {"tcflush", te_tcflush, "(fd, queue, /)", "Throw away what is queued.", 0},
    {"tcflow", te_tcflow, "(fd, action, /)", "Suspend or resume input or output.", 0},
    {"tcgetwinsize", te_tcgetwinsize, "(fd, /)", "(rows, columns).", 0},
    {"tcsetwinsize", te_tcsetwinsize, "(fd, winsize, /)", "Set (rows, columns).", 0},
    {0}};
static const WfSystemConstant constants[] = {
#define C WF_CONSTANT
    C(B0) C(B50) C(B75) C(B110) C(B134) C(B150) C(B200) C(B300) C(B600) C(B1200) C(B1800) C(B2400) C(B4800) C(B9600) C(B19200)
    C(B38400) C(B57600) C(B115200) C(B230400) C(B460800) C(B500000) C(B576000) C(B921600) C(B1000000) C(B1152000) C(B1500000)
    C(B2000000) C(B2500000) C(B3000000) C(B3500000) C(B4000000) C(CSIZE) C(CSTOPB) C(CREAD) C(PARENB) C(PARODD) C(HUPCL)
    C(CLOCAL) C(CRTSCTS) C(CS5) C(CS6) C(CS7) C(CS8) C(CBAUD) C(CBAUDEX) C(CIBAUD) C(TCOOFF) C(TCOON) C(TCIOFF) C(TCION)
    C(TCIFLUSH) C(TCOFLUSH) C(TCIOFLUSH) C(TCSANOW) C(TCSADRAIN) C(TCSAFLUSH) C(IGNBRK) C(BRKINT) C(IGNPAR) C(PARMRK) C(INPCK)
    C(ISTRIP) C(INLCR) C(IGNCR) C(ICRNL) C(IUCLC) C(IXON) C(IXANY) C(IXOFF) C(IMAXBEL) C(OPOST) C(OLCUC) C(ONLCR) C(OCRNL)
    C(ONOCR) C(ONLRET) C(OFILL) C(OFDEL) C(NLDLY) C(NL0) C(NL1) C(CRDLY) C(CR0) C(CR1) C(CR2) C(CR3) C(TABDLY) C(TAB0) C(TAB1)
    C(TAB2) C(TAB3) C(BSDLY) C(BS0) C(BS1) C(VTDLY) C(VT0) C(VT1) C(FFDLY) C(FF0) C(FF1) C(ISIG) C(ICANON) C(XCASE) C(ECHO)
    C(ECHOE) C(ECHOK) C(ECHONL) C(ECHOCTL) C(ECHOPRT) C(ECHOKE) C(FLUSHO) C(NOFLSH) C(TOSTOP) C(PENDIN) C(IEXTEN) C(EXTA) C(EXTB)
    C(VINTR) C(VQUIT) C(VERASE) C(VKILL) C(VEOF) C(VEOL) C(VEOL2) C(VMIN) C(VTIME) C(VSTART) C(VSTOP) C(VSUSP) C(VSWTC)
    C(VREPRINT) C(VDISCARD) C(VWERASE) C(VLNEXT) C(NCCS) C(TIOCGWINSZ) C(TIOCSWINSZ) C(TIOCSTI) C(TIOCGPGRP) C(TIOCSPGRP)
    C(TIOCSCTTY) C(TIOCNOTTY) C(TIOCGETD) C(TIOCSETD) C(TIOCINQ) C(TIOCOUTQ) C(TIOCEXCL) C(TIOCNXCL) C(TIOCMGET) C(TIOCMSET)
    C(TIOCMBIS) C(TIOCMBIC) C(TIOCPKT) C(FIONREAD) C(FIONBIO) C(FIOASYNC) C(FIOCLEX) C(FIONCLEX) C(TCGETS) C(TCSETS) C(TCSETSW)
    C(TCSETSF) C(TCGETA) C(TCSETA) C(TCSETAW) C(TCSETAF) C(TCSBRK) C(TCXONC) C(TCFLSH)
#undef C
};
static WfStatus init(WfThread *t, WfValue module)
{
    WfType *error = wf_type_new_simple(t, "termios.error", WF_EXC(Exception), NULL);
    if (error == NULL || wf_dict_set_cstr(t, wf_as_dict(t->interp->module_state), "termios.error", wf_from_object(error)) != WF_OK
        || wf_module_add(t, module, "error", wf_from_object(error)) != WF_OK) {
        return WF_RAISED;
    }
    return wf_system_constants(t, module, constants, WF_ARRAY_LEN(constants));
}
const WfModuleDef wf_module_termios = {.name = "termios", .doc = "Settings of terminals.", .functions = functions, .init = init};
