/* repl.c - the interactive loop: one statement after the other from standard input.
 * SPDX-License-Identifier: MIT
 * Design: lines are added to the statement while compiling says that it is incomplete (CPython's codeop asks the same way). */
#include "runtime/repl.h"

#include "compiler/compile.h"
#include "objects/dict.h"
#include "objects/exceptions.h"
#include "objects/module.h"
#include "objects/str.h"
#include "runtime/import.h"
#include "runtime/print_exception.h"
#include "runtime/state.h"
#include "runtime/sys.h"
#include "vm/vm.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/* One line with its newline, malloc'd; NULL: end of input or (pending) an exception. */
static char *read_line(WfThread *t, const char *prompt_name, const char *fallback)
{
    WfValue prompt = wf_sys_get(t, prompt_name);
    WfValue text = wf_is_empty(prompt) ? WF_EMPTY : wf_str(t, prompt);
    int64_t n;
    const char *shown = wf_is_empty(text) ? NULL : wf_str_utf8_pass(t, text, &n);
    wf_clear_pending(t);
    wf_flush_std_files(t, NULL);
    fputs(shown == NULL ? fallback : shown, stderr);
    fflush(stderr);
    char *line = NULL;
    size_t capacity = 0;
    wf_thread_detach(t);
    errno = 0;
    ssize_t got = getline(&line, &capacity, stdin);
    int err = errno;
    wf_thread_attach(t);
    if (got < 0) {
        free(line);
        clearerr(stdin);
        if (err == EINTR) {
            (void)!wf_handle_breaker(t);
        }
        return NULL;
    }
    return line;
}

/* Incomplete input is an error whose message says just that. */
static bool is_incomplete(WfThread *t)
{
    if (!wf_pending_is(t, WF_EXC(SyntaxError))) {
        return false;
    }
    WfValue message = wf_exc_field(t->exc, WF_SYN_MSG);
    return wf_is_str(message) && wf_str_equal_cstr(wf_as_str(message), "incomplete input");
}

/* Compiles text; None: more lines are needed. A compound statement ends with an empty line. */
static WfValue try_compile(WfThread *t, const char *text, size_t n, WfValue filename, bool blank)
{
    uint32_t flags = WF_PYCF_DONT_IMPLY_DEDENT | WF_PYCF_ALLOW_INCOMPLETE_INPUT;
    WfValue code = wf_compile_source(t, text, n, filename, 2, flags, -1);
    if (wf_is_empty(code) && is_incomplete(t) && !blank) {
        wf_clear_pending(t);
        return WF_NONE;
    }
    return code;
}

int wf_repl(WfThread *t)
{
    WfValue main = wf_import_loaded(t, "__main__");
    WfDict *ns = wf_is_empty(main) ? NULL : wf_module_dict(t, main);
    WfValue filename = wf_str_from_cstr(t, "<stdin>");
    if (ns == NULL || wf_is_empty(filename) || wf_sys_set(t, "ps1", wf_str_from_cstr(t, ">>> ")) != WF_OK
        || wf_sys_set(t, "ps2", wf_str_from_cstr(t, "... ")) != WF_OK) {
        wf_print_pending(t);
        return 1;
    }
    if (!wf_config(t)->quiet && wf_config(t)->run_stdin) {
        fprintf(stderr, "weft (Python 3.11.2) on linux\nType \"help\", \"copyright\", \"credits\" or \"license\" for more information.\n");
    }
    for (;;) {
        char *text = NULL;
        size_t n = 0;
        bool ended = false;
        for (;;) {
            char *line = read_line(t, n == 0 ? "ps1" : "ps2", n == 0 ? ">>> " : "... ");
            if (line == NULL) {
                if (wf_pending(t)) {
                    wf_print_pending(t);
                    break;
                }
                ended = true;
                line = strdup("");
            }
            size_t added = strlen(line);
            bool blank = added == 0 || line[0] == '\n';
            char *grown = (char *)realloc(text, n + added + 1);
            if (grown == NULL) {
                free(line);
                break;
            }
            text = grown;
            memcpy(text + n, line, added + 1);
            n += added;
            free(line);
            bool nothing = strspn(text, " \t\n\r\f") == n;
            if (nothing) {
                if (ended || blank) {
                    break;
                }
                continue;
            }
            WfValue code = try_compile(t, text, n, filename, blank);
            if (!wf_is_none(code)) {
                if (wf_pending_is(t, WF_EXC(SystemExit))) {
                    break;
                }
                if (!wf_is_empty(code) && wf_is_empty(wf_vm_eval(t, wf_as_code(code), ns, wf_from_object(ns), WF_EMPTY))
                    && wf_pending_is(t, WF_EXC(SystemExit))) {
                    free(text);
                    return wf_report_exit(t);
                }
                if (wf_pending(t)) {
                    wf_print_pending(t);
                }
                break;
            }
        }
        free(text);
        if (ended) {
            fputc('\n', stderr);
            return 0;
        }
    }
}
