/* configuration.c - os.sysconf, confstr, pathconf and their tables of names.
 * SPDX-License-Identifier: MIT
 * Design:     configuration.def has the names; each argument is one of them or a number of the C library's. */
#include "modules/posix/arguments.h"

#include "objects/dict.h"
#include "objects/int.h"
#include "objects/str.h"

#include <stdlib.h>
#include <unistd.h>

#define SYSCONF(name)
#define CONFSTR(name)
#define PATHCONF(name)
#define ROW(name) {#name, _##name},

#undef SYSCONF
#define SYSCONF(name) ROW(name)
static const WfSystemConstant sysconf_names[] = {
#include "modules/posix/configuration.def"
};
#undef SYSCONF
#define SYSCONF(name)
#undef CONFSTR
#define CONFSTR(name) ROW(name)
static const WfSystemConstant confstr_names[] = {
#include "modules/posix/configuration.def"
};
#undef CONFSTR
#define CONFSTR(name)
#undef PATHCONF
#define PATHCONF(name) ROW(name)
static const WfSystemConstant pathconf_names[] = {
#include "modules/posix/configuration.def"
};

typedef struct Names {
    const char *name;
    const WfSystemConstant *rows;
    size_t n;
} Names;
static const Names sysconf_table = {"sysconf_names", sysconf_names, WF_ARRAY_LEN(sysconf_names)},
                   confstr_table = {"confstr_names", confstr_names, WF_ARRAY_LEN(confstr_names)},
                   pathconf_table = {"pathconf_names", pathconf_names, WF_ARRAY_LEN(pathconf_names)};

static WfStatus to_name(WfThread *t, WfValue v, const Names *names, int *out)
{
    if (wf_is_any_int(v)) {
        return wf_to_int(t, v, out);
    }
    if (!wf_is_str(v)) {
        return WF_FAIL(wf_raise(t, WF_EXC(TypeError), "configuration names must be strings or integers"));
    }
    for (size_t i = 0; i < names->n; i++) {
        if (wf_str_equal_cstr(wf_as_str(v), names->rows[i].name)) {
            *out = (int)names->rows[i].value;
            return WF_OK;
        }
    }
    return WF_FAIL(wf_raise(t, WF_EXC(ValueError), "unrecognized configuration name"));
}

/* A value of -1 is an error only where errno says so. */
static WfValue limit(WfThread *t, long v, const WfPosixPath *p)
{
    if (v != -1 || errno == 0) {
        return wf_int_from_i64(t, v);
    }
    return p == NULL || errno == EINVAL ? wf_posix_fail(t) : wf_posix_fail_path(t, p);
}
static WfValue px_sysconf(WfThread *t, WfValue *a)
{
    int name;
    if (to_name(t, a[0], &sysconf_table, &name) != WF_OK) {
        return WF_EMPTY;
    }
    errno = 0;
    return limit(t, sysconf(name), NULL);
}
static WfValue px_pathconf(WfThread *t, WfValue *a)
{
    int name;
    WfPosixPath p;
    if (wf_posix_path(t, a[0], "pathconf", true, false, &p) != WF_OK || to_name(t, a[1], &pathconf_table, &name) != WF_OK) {
        return WF_EMPTY;
    }
    errno = 0;
    return limit(t, p.text == NULL ? fpathconf(p.fd, name) : pathconf(p.text, name), &p);
}
static WfValue px_fpathconf(WfThread *t, WfValue *a)
{
    int fd, name;
    if (wf_posix_ints(t, a, "f", &fd) != WF_OK || to_name(t, a[1], &pathconf_table, &name) != WF_OK) {
        return WF_EMPTY;
    }
    errno = 0;
    return limit(t, fpathconf(fd, name), NULL);
}
static WfValue px_confstr(WfThread *t, WfValue *a)
{
    int name;
    if (to_name(t, a[0], &confstr_table, &name) != WF_OK) {
        return WF_EMPTY;
    }
    errno = 0;
    size_t n = confstr(name, NULL, 0);
    if (n == 0) {
        return errno != 0 ? wf_posix_fail(t) : WF_NONE;
    }
    char *text = (char *)malloc(n);
    if (text == NULL) {
        return wf_raise_no_memory(t);
    }
    (void)confstr(name, text, n);
    WfValue v = wf_posix_name(t, text, false);
    free(text);
    return v;
}

static WfStatus add_names(WfThread *t, WfValue module, const Names *names)
{
    WfValue d = wf_dict_new(t);
    for (size_t i = 0; i < names->n && !wf_is_empty(d); i++) {
        if (wf_dict_set_cstr(t, wf_as_dict(d), names->rows[i].name, wf_small_int(names->rows[i].value)) != WF_OK) {
            return WF_RAISED;
        }
    }
    return wf_module_add(t, module, names->name, d);
}

static const WfBuiltinDef functions[] = {
    {"confstr", px_confstr, "(name, /)", "A text of the system's configuration, None where it has none.", 0},
    {"fpathconf", px_fpathconf, "(fd, name, /)", "A limit that holds for an open file.", 0},
    {"pathconf", px_pathconf, "(path, name)", "A limit that holds for a file.", 0},
    {"sysconf", px_sysconf, "(name, /)", "A value of the system's configuration.", 0},
    {0}};

WfStatus wf_posix_add_configuration(WfThread *t, WfValue module)
{
    if (add_names(t, module, &sysconf_table) != WF_OK || add_names(t, module, &confstr_table) != WF_OK
        || add_names(t, module, &pathconf_table) != WF_OK) {
        return WF_RAISED;
    }
    return wf_posix_functions(t, module, functions);
}
