/* pwd.c - modules pwd and grp: the system's users and groups.
 * SPDX-License-Identifier: MIT
 * Single entries are read with the reentrant calls, the lists from the files. */
#include "model/builtin.h"
#include "modules/system.h"
#include "objects/int.h"
#include "objects/list.h"
#include "objects/str.h"
#include "objects/structseq.h"
#include "objects/tuple.h"

#include <grp.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const WfStructSeqField user_fields[] = {{"pw_name", NULL}, {"pw_passwd", NULL}, {"pw_uid", NULL}, {"pw_gid", NULL},
                                               {"pw_gecos", NULL}, {"pw_dir", NULL}, {"pw_shell", NULL}, {NULL, NULL}};
static const WfStructSeqDesc user_desc = {"pwd.struct_passwd", "A user.", user_fields, 7};
static const WfStructSeqField group_fields[] = {{"gr_name", NULL}, {"gr_passwd", NULL}, {"gr_gid", NULL}, {"gr_mem", NULL}, {NULL, NULL}};
static const WfStructSeqDesc group_desc = {"grp.struct_group", "A group.", group_fields, 4};

static WfValue text(WfThread *t, const char *s)
{
    return s == NULL ? WF_NONE : wf_str_decode_fs(t, s, (int64_t)strlen(s));
}
static bool any_empty(const WfValue *v, int n)
{
    for (int i = 0; i < n; i++) {
        if (wf_is_empty(v[i])) {
            return true;
        }
    }
    return false;
}
static WfValue user(WfThread *t, const struct passwd *p)
{
    WfType *type = wf_structseq_type(t, &user_desc);
    WfValue v[7] = {text(t, p->pw_name), text(t, p->pw_passwd), wf_small_int(p->pw_uid), wf_small_int(p->pw_gid),
                    text(t, p->pw_gecos), text(t, p->pw_dir), text(t, p->pw_shell)};
    return type == NULL || any_empty(v, 7) ? WF_EMPTY : wf_structseq_from(t, type, v, 7);
}
static WfValue group(WfThread *t, const struct group *g)
{
    WfType *type = wf_structseq_type(t, &group_desc);
    WfValue members = wf_list_new(t, 0);
    for (char **m = g->gr_mem; *m != NULL && !wf_is_empty(members); m++) {
        WfValue name = text(t, *m);
        if (wf_is_empty(name) || wf_list_append(t, wf_as_list(members), name) != WF_OK) {
            return WF_EMPTY;
        }
    }
    WfValue v[4] = {text(t, g->gr_name), text(t, g->gr_passwd), wf_small_int(g->gr_gid), members};
    return type == NULL || any_empty(v, 4) ? WF_EMPTY : wf_structseq_from(t, type, v, 4);
}
/* uid_t and gid_t. FOUND: *out is it; MISSING: no number that could be one. */
static WfFound to_id(WfThread *t, WfValue v, uint32_t *out)
{
    WfValue i = wf_index(t, v);
    int64_t n;
    if (wf_is_empty(i)) {
        return WF_ERROR;
    }
    if (!wf_int_to_i64(i, &n) || n < -1 || n > UINT32_MAX) {
        return WF_MISSING;
    }
    *out = (uint32_t)n;
    return WF_FOUND;
}
/* Looks up with a buffer that grows; `call` uses buf and size and sets `err`. */
#define WITH_BUFFER(call)                                                                          \
    for (size = 1024;; size *= 2) {                                                                \
        char *fresh = realloc(buf, size);                                                          \
        if (fresh == NULL) {                                                                       \
            free(buf);                                                                             \
            return wf_raise_no_memory(t);                                                          \
        }                                                                                          \
        buf = fresh;                                                                               \
        wf_thread_detach(t);                                                                       \
        err = (call);                                                                              \
        wf_thread_attach(t);                                                                       \
        if (err != ERANGE) {                                                                       \
            break;                                                                                 \
        }                                                                                          \
    }
static const char *to_name(WfThread *t, WfValue v, const char *fname)
{
    if (!wf_is_str(v)) {
        return WF_FAIL_NULL(wf_raise(t, WF_EXC(TypeError), "%s() argument must be str, not %T", fname, v));
    }
    return wf_fs_path(t, v, fname, "name");
}
static WfValue pw_getpwuid(WfThread *t, WfValue *a)
{
    uint32_t id = 0;
    struct passwd entry, *found = NULL;
    char *buf = NULL;
    size_t size;
    int err = 0;
    WfFound known = to_id(t, a[0], &id);
    if (known == WF_ERROR) {
        return WF_EMPTY;
    }
    if (known == WF_MISSING) {
        return wf_raise(t, WF_EXC(KeyError), "getpwuid(): uid not found");
    }
    WITH_BUFFER(getpwuid_r(id, &entry, buf, size, &found))
    WfValue v = found == NULL ? wf_raise(t, WF_EXC(KeyError), "getpwuid(): uid not found: %V", a[0]) : user(t, found);
    free(buf);
    return v;
}
static WfValue pw_getpwnam(WfThread *t, WfValue *a)
{
    struct passwd entry, *found = NULL;
    char *buf = NULL;
    size_t size;
    int err = 0;
    const char *name = to_name(t, a[0], "getpwnam");
    if (name == NULL) {
        return WF_EMPTY;
    }
    WITH_BUFFER(getpwnam_r(name, &entry, buf, size, &found))
    WfValue v = found == NULL ? wf_raise(t, WF_EXC(KeyError), "getpwnam(): name not found: %R", a[0]) : user(t, found);
    free(buf);
    return v;
}
static WfValue gr_getgrgid(WfThread *t, WfValue *a)
{
    uint32_t id = 0;
    struct group entry, *found = NULL;
    char *buf = NULL;
    size_t size;
    int err = 0;
    WfFound known = to_id(t, a[0], &id);
    if (known == WF_ERROR) {
        return WF_EMPTY;
    }
    if (known == WF_MISSING) {
        return wf_raise(t, WF_EXC(KeyError), "getgrgid(): gid not found: %V", a[0]);
    }
    WITH_BUFFER(getgrgid_r(id, &entry, buf, size, &found))
    WfValue v = found == NULL ? wf_raise(t, WF_EXC(KeyError), "getgrgid(): gid not found: %V", a[0]) : group(t, found);
    free(buf);
    return v;
}
static WfValue gr_getgrnam(WfThread *t, WfValue *a)
{
    struct group entry, *found = NULL;
    char *buf = NULL;
    size_t size;
    int err = 0;
    const char *name = to_name(t, a[0], "getgrnam");
    if (name == NULL) {
        return WF_EMPTY;
    }
    WITH_BUFFER(getgrnam_r(name, &entry, buf, size, &found))
    WfValue v = found == NULL ? wf_raise(t, WF_EXC(KeyError), "getgrnam(): name not found: %R", a[0]) : group(t, found);
    free(buf);
    return v;
}
/* The lists: entries are read from the files through a stream of their own, so that no cursor is shared. */
static WfValue all(WfThread *t, const char *file, bool groups)
{
    WfValue list = wf_list_new(t, 0);
    FILE *f = wf_is_empty(list) ? NULL : fopen(file, "re");
    char buf[65536];
    while (f != NULL && !wf_is_empty(list)) {
        struct passwd p, *user_found = NULL;
        struct group g, *group_found = NULL;
        int err = groups ? fgetgrent_r(f, &g, buf, sizeof buf, &group_found) : fgetpwent_r(f, &p, buf, sizeof buf, &user_found);
        if (err != 0 || (user_found == NULL && group_found == NULL)) {
            break;
        }
        WfValue v = groups ? group(t, &g) : user(t, &p);
        if (wf_is_empty(v) || wf_list_append(t, wf_as_list(list), v) != WF_OK) {
            list = WF_EMPTY;
        }
    }
    if (f != NULL) {
        fclose(f);
    }
    return list;
}
static WfValue pw_getpwall(WfThread *t, WfValue *a)
{
    return all(t, "/etc/passwd", false);
}
static WfValue gr_getgrall(WfThread *t, WfValue *a)
{
    return all(t, "/etc/group", true);
}
static const WfBuiltinDef user_functions[] = {
    {"getpwuid", pw_getpwuid, "(uidobj, /)", "The user with a number.", 0},
    {"getpwnam", pw_getpwnam, "(name, /)", "The user with a name.", 0},
    {"getpwall", pw_getpwall, "()", "All users of /etc/passwd.", 0},
    {0}};
static const WfBuiltinDef group_functions[] = {
    {"getgrgid", gr_getgrgid, "(id)", "The group with a number.", 0},
    {"getgrnam", gr_getgrnam, "(name)", "The group with a name.", 0},
    {"getgrall", gr_getgrall, "()", "All groups of /etc/group.", 0},
    {0}};
static WfStatus user_init(WfThread *t, WfValue module)
{
    WfType *type = wf_structseq_type(t, &user_desc);
    return type == NULL ? WF_RAISED : wf_module_add(t, module, "struct_passwd", wf_from_object(type));
}
static WfStatus group_init(WfThread *t, WfValue module)
{
    WfType *type = wf_structseq_type(t, &group_desc);
    return type == NULL ? WF_RAISED : wf_module_add(t, module, "struct_group", wf_from_object(type));
}
const WfModuleDef wf_module_pwd = {.name = "pwd", .doc = "The system's users.", .functions = user_functions, .init = user_init};
const WfModuleDef wf_module_grp = {.name = "grp", .doc = "The system's groups.", .functions = group_functions, .init = group_init};
