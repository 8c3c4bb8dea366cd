/* run.c - running what the command line names.
 * SPDX-License-Identifier: MIT */
#include "compiler/compile.h"
#include "objects/bytes.h"
#include "objects/dict.h"
#include "objects/exceptions.h"
#include "objects/int.h"
#include "objects/list.h"
#include "objects/module.h"
#include "objects/str.h"
#include "runtime/import.h"
#include "runtime/repl.h"
#include "runtime/print_exception.h"
#include "runtime/state.h"
#include "runtime/sys.h"
#include "vm/vm.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

int wf_report_exit(WfThread *t)
{
    if (!wf_pending_is(t, WF_EXC(SystemExit))) {
        bool interrupted = wf_pending_is(t, WF_EXC(KeyboardInterrupt));
        wf_print_pending(t);
        return interrupted ? WF_EXIT_INTERRUPTED : 1;
    }
    WfValue exc = wf_take_pending(t);
    WfValue code = wf_exc_field(exc, WF_EXIT_CODE);
    if (wf_is_none(code)) {
        return 0;
    }
    if (wf_is_any_int(code)) {
        int64_t i;
        return wf_int_to_i64(code, &i) ? (int)i : -1;
    }
    WfValue err = wf_sys_get(t, "stderr");
    WfValue text = wf_str(t, code);
    if (!wf_is_empty(text) && !wf_is_empty(err) && !wf_is_none(err)) {
        if (!wf_is_empty(wf_call_method1(t, err, WF_NAME(write), text))) {
            (void)!wf_is_empty(wf_call_method1(t, err, WF_NAME(write), WF_NAME_V(newline_char)));
        }
    }
    wf_clear_pending(t);
    return 1;
}

static WfDict *main_dict(WfThread *t)
{
    WfValue main = wf_import_loaded(t, "__main__");
    return wf_is_empty(main) ? NULL : wf_module_dict(t, main);
}

static WfStatus path_insert(WfThread *t, const char *folder)
{
    WfValue path = wf_sys_get(t, "path");
    if (!wf_is_list(path)) {
        return WF_OK;
    }
    WfValue s = wf_str_decode_fs(t, folder, (int64_t)strlen(folder));
    return wf_is_empty(s) ? WF_RAISED : wf_list_insert(t, wf_as_list(path), 0, s);
}

static int run_code(WfThread *t, WfValue code)
{
    WfDict *d = main_dict(t);
    t->base_exact = t->entry == NULL; /* stale words on the stack would keep what the program drops */
    WfValue result = wf_is_empty(code) || d == NULL ? WF_EMPTY : wf_vm_eval(t, wf_as_code(code), d, wf_from_object(d), WF_EMPTY);
    t->base_exact = false;
    return wf_is_empty(result) ? wf_report_exit(t) : 0;
}

static int run_command(WfThread *t, const char *text)
{
    if (!wf_config(t)->safe_path && path_insert(t, "") != WF_OK) {
        return wf_report_exit(t);
    }
    WfValue command = wf_str_decode_fs(t, text, (int64_t)strlen(text));
    int64_t n;
    const char *utf8 = wf_is_empty(command) ? NULL : wf_str_utf8(t, command, &n);
    if (utf8 == NULL) {
        fputs("Unable to decode the command from the command line:\n", stderr);
        return wf_report_exit(t);
    }
    return run_code(t, wf_compile_source(t, utf8, (size_t)n, WF_NAME_V(string), 0, 0, -1));
}

static int run_module(WfThread *t, const char *name, bool set_argv0)
{
    WfValue f = wf_import_attribute(t, "runpy", "_run_module_as_main");
    WfValue s = wf_is_empty(f) ? f : wf_str_decode_fs(t, name, (int64_t)strlen(name));
    if (wf_is_empty(s)) {
        return wf_report_exit(t);
    }
    if (set_argv0 && !wf_config(t)->safe_path) {
        char cwd[4096];
        if (getcwd(cwd, sizeof cwd) != NULL && path_insert(t, cwd) != WF_OK) {
            return wf_report_exit(t);
        }
    }
    return wf_is_empty(wf_call2(t, f, s, WF_BOOL(set_argv0))) ? wf_report_exit(t) : 0;
}

/* All of a descriptor. NULL: errno says why. */
static uint8_t *read_all(int fd, size_t *n)
{
    size_t capacity = 65536;
    uint8_t *data = (uint8_t *)malloc(capacity);
    *n = 0;
    while (data != NULL) {
        ssize_t got = read(fd, data + *n, capacity - *n);
        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got < 0) {
            free(data);
            return NULL;
        }
        if (got == 0) {
            return data;
        }
        *n += (size_t)got;
        if (*n == capacity) {
            capacity *= 2;
            uint8_t *fresh = (uint8_t *)realloc(data, capacity);
            if (fresh == NULL) {
                free(data);
            }
            data = fresh;
        }
    }
    errno = ENOMEM;
    return NULL;
}

static WfStatus set_main_file(WfThread *t, const char *file)
{
    WfDict *d = main_dict(t);
    WfValue name = wf_str_decode_fs(t, file, (int64_t)strlen(file));
    if (d == NULL || wf_is_empty(name) || wf_dict_set_cstr(t, d, "__file__", name) != WF_OK
        || wf_dict_set_cstr(t, d, "__cached__", WF_NONE) != WF_OK) {
        return WF_RAISED;
    }
    WfValue external = wf_import_loaded(t, "_frozen_importlib_external");
    WfValue type = wf_is_empty(external) ? external : wf_getattr_cstr(t, external, "SourceFileLoader");
    WfValue loader = wf_is_empty(type) ? type : wf_call2(t, type, WF_NAME_V(__main__), name);
    return wf_is_empty(loader) ? WF_RAISED : wf_dict_set_cstr(t, d, "__loader__", loader);
}

/* __file__ and tracebacks name the script by its whole path. */
static void absolute_path(const char *file, char *out, size_t size)
{
    char folder[4096];
    if (strcmp(file, ".") == 0) {
        file = "";
    }
    if (file[0] == '/' || getcwd(folder, sizeof folder) == NULL) {
        snprintf(out, size, "%s", file);
        return;
    }
    snprintf(out, size, "%s%s%s", folder, file[0] == 0 ? "" : "/", file + (file[0] == '.' && file[1] == '/' ? 2 : 0));
}

static int run_file(WfThread *t, const char *file)
{
    const WfConfig *c = wf_config(t);
    struct stat st;
    char whole[8192];
    absolute_path(file, whole, sizeof whole);
    int fd = open(whole, O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
        fprintf(stderr, "%s: can't open file '%s': [Errno %d] %s\n", c->executable, whole, errno, strerror(errno));
        return 2;
    }
    if (fstat(fd, &st) == 0 && S_ISDIR(st.st_mode)) {
        close(fd);
        char main_py[8192 + 16];
        snprintf(main_py, sizeof main_py, "%s/__main__.py", whole);
        if (access(main_py, R_OK) != 0) {
            fprintf(stderr, "%s: can't find '__main__' module in '%s'\n", c->executable, whole);
            return 1;
        }
        return path_insert(t, whole) == WF_OK ? run_module(t, "__main__", false) : wf_report_exit(t);
    }
    size_t n;
    uint8_t *data = read_all(fd, &n);
    close(fd);
    if (data == NULL) {
        fprintf(stderr, "%s: can't read '%s': [Errno %d] %s\n", c->executable, whole, errno, strerror(errno));
        return 2;
    }
    if (n >= 4 && memcmp(data, "PK\3\4", 4) == 0) {
        free(data);
        return path_insert(t, whole) == WF_OK ? run_module(t, "__main__", false) : wf_report_exit(t);
    }
    if (!c->safe_path) {
        char folder[4096], *real = realpath(file, NULL);
        snprintf(folder, sizeof folder, "%s", real != NULL ? real : file);
        free(real);
        char *slash = strrchr(folder, '/');
        if (slash != NULL) {
            slash[slash == folder] = 0;
        } else {
            folder[0] = 0;
        }
        if (path_insert(t, folder) != WF_OK) {
            free(data);
            return wf_report_exit(t);
        }
    }
    WfValue name = wf_str_decode_fs(t, whole, (int64_t)strlen(whole)), code = WF_EMPTY;
    if (!wf_is_empty(name) && set_main_file(t, whole) == WF_OK) {
        code = wf_compile_bytes(t, data, n, name, 0, WF_PYCF_FILE, -1);
    }
    free(data);
    return run_code(t, code);
}

static int run_stdin(WfThread *t)
{
    if (!wf_config(t)->safe_path && path_insert(t, "") != WF_OK) {
        return wf_report_exit(t);
    }
    if (isatty(0) || wf_config(t)->interactive) {
        return wf_repl(t);
    }
    size_t n;
    uint8_t *data = read_all(0, &n);
    if (data == NULL) {
        if (errno == EBADF) {
            return 0;
        }
        fprintf(stderr, "%s: can't read standard input: %s\n", wf_config(t)->executable, strerror(errno));
        return 1;
    }
    WfValue name = wf_str_from_cstr(t, "<stdin>");
    WfValue code = wf_is_empty(name) ? name : wf_compile_bytes(t, data, n, name, 0, WF_PYCF_FILE, -1);
    free(data);
    return run_code(t, code);
}

int wf_run_main(WfThread *t)
{
    const WfConfig *c = wf_config(t);
    int status = c->run_command != NULL  ? run_command(t, c->run_command)
                 : c->run_module != NULL ? run_module(t, c->run_module, true)
                 : c->run_file != NULL   ? run_file(t, c->run_file)
                                         : run_stdin(t);
    if (c->inspect && !c->run_stdin) {
        status = wf_repl(t);
    }
    return status;
}
