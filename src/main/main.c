/* main.c - the command: options, environment, and off it goes.
 * SPDX-License-Identifier: MIT */
#include "compiler/compile.h"
#include "runtime/state.h"

#include <errno.h>
#include <limits.h>
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char usage[] =
    "usage: weft [option] ... [-c cmd | -m mod | file | -] [arg] ...\n"
    "Options (as in CPython):\n"
    "-b     : warn about str(bytes) and comparisons of bytes with str (-bb: error)\n"
    "-B     : write no compiled files\n"
    "-c cmd : run the text of a program (ends the options)\n"
    "-d     : accepted, without effect\n"
    "-E     : ignore PYTHON* environment variables\n"
    "-h     : this text\n"
    "-i     : go interactive after the program\n"
    "-I     : isolate from the user's environment (-E, -P and -s)\n"
    "-m mod : run a module as a program (ends the options)\n"
    "-O     : leave out assert statements; -OO: docstrings too\n"
    "-P     : do not put an unsafe folder first on sys.path\n"
    "-q     : no banner in interactive mode\n"
    "-s     : leave the user's site folder out of sys.path\n"
    "-S     : do not import site\n"
    "-u     : unbuffered stdout and stderr\n"
    "-v     : accepted, without effect\n"
    "-V     : print the version and leave\n"
    "-W arg : warning control\n"
    "-x     : skip the first line of the source\n"
    "-X opt : gil=1 (one thread at a time), dev, utf8, importtime, ...\n"
    "file   : run a program from a file\n"
    "-      : run a program read from standard input (the default)\n";

static void add(const char ***list, int *n, const char *s)
{
    const char **fresh = (const char **)realloc((void *)*list, (size_t)(*n + 1) * sizeof *fresh);
    if (fresh == NULL) {
        abort();
    }
    fresh[(*n)++] = s;
    *list = fresh;
}

_Noreturn static void fatal(const char *step, const char *what, const char *state)
{
    fprintf(stderr, "Fatal Python error: %s: %s\nPython runtime state: %s\n\n", step, what, state);
    exit(1);
}

static int max_str_digits(const char *s, const char *what)
{
    char *end;
    errno = 0;
    long v = strtol(s, &end, 10);
    if (errno != 0 || *s == 0 || *end != 0 || (v != 0 && v < 640) || v > INT_MAX) {
        fatal("config_init_int_max_str_digits", what, "preinitialized");
    }
    return (int)v;
}

static void x_option(WfConfig *c, const char *option)
{
    add(&c->x_options, &c->n_x_options, option);
    if (strncmp(option, "gil=", 4) == 0) {
        c->gil = strcmp(option + 4, "0") != 0;
    } else if (strcmp(option, "dev") == 0) {
        c->dev_mode = true;
    } else if (strcmp(option, "utf8") == 0 || strcmp(option, "utf8=1") == 0) {
        c->utf8_mode = true;
    } else if (strcmp(option, "utf8=0") == 0) {
        c->utf8_mode = false;
    } else if (strncmp(option, "utf8=", 5) == 0) {
        fatal("preconfig_init_utf8_mode", "invalid -X utf8 option value", "preinitializing");
    } else if (strcmp(option, "warn_default_encoding") == 0) {
        c->warn_default_encoding = true;
    } else if (strncmp(option, "int_max_str_digits", 18) == 0 && (option[18] == '=' || option[18] == 0)) {
        c->int_max_str_digits = max_str_digits(option[18] == 0 ? "" : option + 19,
                                               "-X int_max_str_digits: invalid limit; must be >= 640 or 0 for unlimited.");
    } else if (strncmp(option, "pycache_prefix=", 15) == 0) {
        c->pycache_prefix = option[15] == 0 ? NULL : option + 15;
    }
}

/* One letter; arg: what follows it or the next word. Returns true if arg was used. */
static bool option(WfConfig *c, char letter, const char *arg)
{
    switch (letter) {
    case 'b': c->bytes_warning++; return false;
    case 'B': c->dont_write_bytecode = true; return false;
    case 'd': c->debug = true; return false;
    case 'E': c->ignore_environment = true; return false;
    case 'i': c->inspect = c->interactive = true; return false;
    case 'I': c->isolated = c->ignore_environment = c->no_user_site = c->safe_path = true; return false;
    case 'O': c->optimize++; return false;
    case 'P': c->safe_path = true; return false;
    case 'q': c->quiet = true; return false;
    case 'R': return false;
    case 's': c->no_user_site = true; return false;
    case 'S': c->no_site = true; return false;
    case 't': return false;
    case 'u': c->unbuffered = true; return false;
    case 'v': c->verbose++; return false;
    case 'x': return false;
    case 'W': add(&c->warn_options, &c->n_warn_options, arg); return true;
    case 'X': x_option(c, arg); return true;
    default: return false;
    }
}

_Noreturn static void wrong_usage(const char *program, const char *format, const char *what)
{
    fprintf(stderr, format, what);
    fprintf(stderr, "\nusage: %s [option] ... [-c cmd | -m mod | file | -] [arg] ...\nTry `%s -h' for more information.\n", program, program);
    exit(2);
}

static void parse(WfConfig *c, int argc, char **argv)
{
    int i = 1;
    for (; i < argc && c->run_command == NULL && c->run_module == NULL; i++) {
        const char *word = argv[i];
        if (word[0] != '-' || word[1] == 0) {
            break;
        }
        if (strcmp(word, "--") == 0) {
            i++;
            break;
        }
        if (strcmp(word, "--help") == 0) {
            fputs(usage, stdout);
            exit(0);
        }
        if (strcmp(word, "--version") == 0) {
            puts("Python 3.11.2 (weft)");
            exit(0);
        }
        if (strcmp(word, "--check-hash-based-pycs") == 0) {
            if (i + 1 == argc) {
                wrong_usage(argv[0], "Argument expected for the %s options", word);
            }
            const char *v = c->check_hash_pycs = argv[++i];
            if (strcmp(v, "default") != 0 && strcmp(v, "always") != 0 && strcmp(v, "never") != 0) {
                wrong_usage(argv[0], "%s", "--check-hash-based-pycs must be one of 'default', 'always', or 'never'");
            }
            continue;
        }
        if (word[1] == '-') {
            wrong_usage(argv[0], "unknown option %s", word);
        }
        for (const char *p = word + 1; *p != 0; p++) {
            if (strchr("bBdEiIOPqRsStuvx", *p) != NULL) {
                (void)option(c, *p, NULL);
                continue;
            }
            if (*p == 'h' || *p == '?') {
                fputs(usage, stdout);
                exit(0);
            }
            if (*p == 'V') {
                puts("Python 3.11.2 (weft)");
                exit(0);
            }
            if (strchr("cmWX", *p) == NULL) {
                wrong_usage(argv[0], "Unknown option: -%s", (const char[]){*p, 0});
            }
            const char *arg = p[1] != 0 ? p + 1 : i + 1 < argc ? argv[++i] : NULL;
            if (arg == NULL) {
                wrong_usage(argv[0], "Argument expected for the -%s option", (const char[]){*p, 0});
            }
            if (*p == 'c') {
                c->run_command = arg;
            } else if (*p == 'm') {
                c->run_module = arg;
            } else {
                (void)option(c, *p, arg);
            }
            break;
        }
    }
    if (c->run_command == NULL && c->run_module == NULL) {
        if (i < argc && strcmp(argv[i], "-") != 0) {
            c->run_file = argv[i++];
        } else {
            c->run_stdin = true;
            i += i < argc;
        }
    }
    c->argc = argc - i;
    c->argv = argv + i;
}

static const char *env(const WfConfig *c, const char *name)
{
    const char *v = c->ignore_environment ? NULL : getenv(name);
    return v != NULL && v[0] != 0 ? v : NULL;
}

static int env_level(const WfConfig *c, const char *name)
{
    const char *v = env(c, name);
    if (v == NULL) {
        return 0;
    }
    int n = atoi(v);
    return n > 0 ? n : 1;
}

/* Compiled code is of use to this instruction set and compiler only. */
static unsigned long long code_key(void)
{
    unsigned long long h = WF_COMPILER_VERSION;
    for (int op = 0; op < WF_OP_COUNT; op++) {
        const WfOpInfo *info = &wf_op_info[op];
        for (const char *p = info->name; *p != 0; p++) {
            h = (h ^ (unsigned char)*p) * 0x100000001b3u;
        }
        h = (h ^ (unsigned)(info->a | info->b << 4 | info->c << 8 | info->extra << 12)) * 0x100000001b3u;
    }
    return h;
}

static void environment(WfConfig *c)
{
    const char *v;
    c->optimize = c->optimize > env_level(c, "PYTHONOPTIMIZE") ? c->optimize : env_level(c, "PYTHONOPTIMIZE");
    c->verbose += env_level(c, "PYTHONVERBOSE");
    c->dont_write_bytecode |= env(c, "PYTHONDONTWRITEBYTECODE") != NULL;
    c->unbuffered |= env(c, "PYTHONUNBUFFERED") != NULL;
    c->inspect |= env(c, "PYTHONINSPECT") != NULL;
    c->no_user_site |= env(c, "PYTHONNOUSERSITE") != NULL;
    c->safe_path |= env(c, "PYTHONSAFEPATH") != NULL;
    c->dev_mode |= env(c, "PYTHONDEVMODE") != NULL;
    c->warn_default_encoding |= env(c, "PYTHONWARNDEFAULTENCODING") != NULL;
    if ((v = env(c, "PYTHON_GIL")) != NULL) {
        c->gil = strcmp(v, "0") != 0;
    }
    if ((v = env(c, "PYTHONUTF8")) != NULL) {
        c->utf8_mode = strcmp(v, "1") == 0;
        if (!c->utf8_mode && strcmp(v, "0") != 0) {
            fatal("preconfig_init_utf8_mode", "invalid PYTHONUTF8 environment variable value", "preinitializing");
        }
    }
    if ((v = env(c, "PYTHONINTMAXSTRDIGITS")) != NULL) {
        c->int_max_str_digits =
            max_str_digits(v, "PYTHONINTMAXSTRDIGITS: invalid limit; must be >= 640 or 0 for unlimited.");
    }
    if ((v = env(c, "PYTHONHASHSEED")) != NULL && strcmp(v, "random") != 0) {
        char *end;
        unsigned long seed = strtoul(v, &end, 10);
        if (*end != 0 || seed > 4294967295UL) {
            fatal("config_init_hash_seed", "PYTHONHASHSEED must be \"random\" or an integer in range [0; 4294967295]", "preinitialized");
        }
        c->hash_seed = (int)seed;
    }
    if ((v = env(c, "PYTHONWARNINGS")) != NULL) {
        const char **given = c->warn_options;
        int n_given = c->n_warn_options;
        c->warn_options = NULL;
        c->n_warn_options = 0;
        for (char *copy = strdup(v), *part = strtok(copy, ","); part != NULL; part = strtok(NULL, ",")) {
            add(&c->warn_options, &c->n_warn_options, part);
        }
        for (int i = 0; i < n_given; i++) { /* the command line goes last: it wins */
            add(&c->warn_options, &c->n_warn_options, given[i]);
        }
    }
    if (c->dev_mode) {
        add(&c->warn_options, &c->n_warn_options, "default");
    }
    static char cache[PATH_MAX];
    if ((v = env(c, "PYTHONPYCACHEPREFIX")) != NULL) {
        c->pycache_prefix = v;
    } else if (c->pycache_prefix == NULL) {
        const char *base = getenv("XDG_CACHE_HOME"), *home = getenv("HOME");
#if WF_DEBUG /* of a compiler that changes with every build nothing is kept, nor is anything found */
        base = home = NULL;
        c->pycache_prefix = "/dev/null";
        c->dont_write_bytecode = true;
#endif
        unsigned long long key = code_key();
        if (base != NULL && base[0] == '/') {
            snprintf(cache, sizeof cache, "%s/weft/%llx", base, key);
            c->pycache_prefix = cache;
        } else if (home != NULL && home[0] == '/') {
            snprintf(cache, sizeof cache, "%s/.cache/weft/%llx", home, key);
            c->pycache_prefix = cache;
        }
    }
}

static void paths(WfConfig *c, const char *argv0)
{
    static char executable[PATH_MAX], lib[PATH_MAX + 8];
    const char *given = getenv("WEFT_EXECUTABLE"); /* the start script's own path: sys.executable starts that again */
    ssize_t n = readlink("/proc/self/exe", executable, sizeof executable - 1);
    if (n < 0) {
        snprintf(executable, sizeof executable, "%s", argv0);
    } else {
        executable[n] = 0;
    }
    /* lib/ lies beside the folder build/<preset>/ of the binary, or in ../share/weft of an installed one */
    snprintf(lib, sizeof lib, "%s", executable);
    for (int up = 0; up < 4; up++) {
        char *slash = strrchr(lib, '/');
        if (slash == NULL) {
            break;
        }
        *slash = 0;
        size_t len = strlen(lib);
        snprintf(lib + len, sizeof lib - len, "/lib/weft.marker");
        bool found = access(lib, R_OK) == 0;
        lib[len] = 0;
        if (found) {
            strcat(lib, "/lib");
            c->own_lib = lib;
            break;
        }
    }
    c->executable = given != NULL && given[0] == '/' ? given : executable;
    c->stdlib = "/usr/lib/python3.11";
}

int main(int argc, char **argv)
{
    static WfConfig config = {.int_max_str_digits = 4300, .hash_seed = -1, .check_hash_pycs = "default"};
    (void)setlocale(LC_CTYPE, "");
    config.orig_argc = argc;
    config.orig_argv = argv;
    config.utf8_mode = false;
    parse(&config, argc, argv);
    environment(&config);
    paths(&config, argv[0]);
    WfThread *t = wf_runtime_start(&config);
    if (t == NULL) {
        return 1;
    }
    int status = wf_runtime_finish(t, wf_run_main(t));
    if (status == WF_EXIT_INTERRUPTED) { /* ends as if by the signal, for who started it */
        (void)signal(SIGINT, SIG_DFL);
        (void)kill(getpid(), SIGINT);
        status = 130;
    }
    return status;
}
