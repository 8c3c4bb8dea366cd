/* state.h - the configuration of the process and the steps of its life.
 * SPDX-License-Identifier: MIT
 * WfConfig is filled from command line and environment before the runtime starts and read-only afterwards. */
#ifndef WF_RUNTIME_STATE_H
#define WF_RUNTIME_STATE_H

#include "model/object.h"

#include <limits.h>

typedef struct WfConfig {
    int optimize;             /* -O */
    int verbose, bytes_warning;
    bool isolated, ignore_environment, no_user_site, no_site, safe_path, dont_write_bytecode, interactive, inspect, quiet,
        unbuffered, dev_mode, utf8_mode, debug, warn_default_encoding;
    bool gil;                 /* -X gil=1, PYTHON_GIL=1 */
    bool faulthandler;
    int int_max_str_digits;
    int hash_seed;            /* PYTHONHASHSEED: -1 random */
    const char *executable;   /* path of the binary, absolute where it could be found */
    const char *own_lib;      /* folder of weft's own Python modules */
    const char *stdlib;       /* /usr/lib/python3.11 */
    const char *run_command, *run_module, *run_file; /* -c, -m, script; at most one */
    bool run_stdin;
    int argc;                 /* arguments of the program: sys.argv[1:] */
    char **argv;
    int orig_argc;
    char **orig_argv;
    const char **warn_options, **x_options;
    int n_warn_options, n_x_options;
    const char *pycache_prefix;
    const char *check_hash_pycs;
} WfConfig;

struct WfRuntime;
const WfConfig *wf_config(const WfThread *t);

/* Makes runtime, main interpreter and main thread, imports what a program needs (encodings, io, site). NULL: said why on stderr. */
WfThread *wf_runtime_start(const WfConfig *config);
/* Joins threads, runs atexit functions and finalizers, flushes. Returns the exit status (120 if flushing failed). */
int wf_runtime_finish(WfThread *t, int status);
/* Runs what the configuration names; the exit status. */
int wf_run_main(WfThread *t);

/* Prints the pending exception, or ends as SystemExit says: the exit status, or WF_EXIT_INTERRUPTED. */
int wf_report_exit(WfThread *t);
#define WF_EXIT_INTERRUPTED INT_MIN /* by a KeyboardInterrupt that nobody caught: main ends by SIGINT */
void wf_flush_std_files(WfThread *t, int *status); /* *status = 120 where that fails */

#endif
