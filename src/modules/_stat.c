/* _stat.c - the module _stat: file modes, for stat.
 * SPDX-License-Identifier: MIT */
#include "model/builtin.h"
#include "model/object.h"
#include "objects/int.h"
#include "objects/str.h"

#include <sys/stat.h>

static WfStatus to_mode(WfThread *t, WfValue v, uint32_t *mode)
{
    int64_t n;
    WfValue i = wf_is_any_int(v) || wf_type(v)->slots.index != NULL
                    ? wf_index(t, v)
                    : wf_raise(t, WF_EXC(TypeError), "an integer is required");
    if (wf_is_empty(i)) {
        return WF_RAISED;
    }
    if (!wf_int_to_i64(i, &n) || n < 0) {
        return WF_FAIL(wf_raise(t, WF_EXC(OverflowError), wf_int_sign(i) < 0
                                                              ? "can't convert negative value to unsigned int"
                                                              : "Python int too large to convert to C unsigned long"));
    }
    if (n > UINT32_MAX) {
        return WF_FAIL(wf_raise(t, WF_EXC(OverflowError), "mode out of range"));
    }
    *mode = (uint32_t)n;
    return WF_OK;
}

#define TEST(name, condition) \
    static WfValue name(WfThread *t, WfValue *a) \
    { \
        uint32_t mode; \
        return to_mode(t, a[0], &mode) == WF_OK ? WF_BOOL(condition) : WF_EMPTY; \
    }
TEST(stat_isdir, S_ISDIR(mode))
TEST(stat_ischr, S_ISCHR(mode))
TEST(stat_isblk, S_ISBLK(mode))
TEST(stat_isreg, S_ISREG(mode))
TEST(stat_isfifo, S_ISFIFO(mode))
TEST(stat_islnk, S_ISLNK(mode))
TEST(stat_issock, S_ISSOCK(mode))
TEST(stat_never, mode != mode)

static WfValue stat_imode(WfThread *t, WfValue *a)
{
    uint32_t mode;
    return to_mode(t, a[0], &mode) == WF_OK ? wf_small_int(mode & 07777) : WF_EMPTY;
}

static WfValue stat_ifmt(WfThread *t, WfValue *a)
{
    uint32_t mode;
    return to_mode(t, a[0], &mode) == WF_OK ? wf_small_int(mode & S_IFMT) : WF_EMPTY;
}

static char file_type(uint32_t mode)
{
    switch (mode & S_IFMT) {
    case S_IFREG: return '-';
    case S_IFDIR: return 'd';
    case S_IFLNK: return 'l';
    case S_IFBLK: return 'b';
    case S_IFCHR: return 'c';
    case S_IFIFO: return 'p';
    case S_IFSOCK: return 's';
    default: return '?';
    }
}

static WfValue stat_filemode(WfThread *t, WfValue *a)
{
    uint32_t mode;
    if (to_mode(t, a[0], &mode) != WF_OK) {
        return WF_EMPTY;
    }
    char buf[11] = "?---------";
    buf[0] = file_type(mode);
    for (int i = 0; i < 9; i++) {
        if (mode & (0400u >> i)) {
            buf[1 + i] = "rwx"[i % 3];
        }
    }
    if (mode & S_ISUID) {
        buf[3] = mode & S_IXUSR ? 's' : 'S';
    }
    if (mode & S_ISGID) {
        buf[6] = mode & S_IXGRP ? 's' : 'S';
    }
    if (mode & S_ISVTX) {
        buf[9] = mode & S_IXOTH ? 't' : 'T';
    }
    return wf_str_from_cstr(t, buf);
}

static const WfBuiltinDef stat_functions[] = {
    {"S_ISDIR", stat_isdir, "(mode, /)", "Whether the mode is that of a directory."},
    {"S_ISCHR", stat_ischr, "(mode, /)", "Whether the mode is that of a character device."},
    {"S_ISBLK", stat_isblk, "(mode, /)", "Whether the mode is that of a block device."},
    {"S_ISREG", stat_isreg, "(mode, /)", "Whether the mode is that of a regular file."},
    {"S_ISFIFO", stat_isfifo, "(mode, /)", "Whether the mode is that of a FIFO."},
    {"S_ISLNK", stat_islnk, "(mode, /)", "Whether the mode is that of a symbolic link."},
    {"S_ISSOCK", stat_issock, "(mode, /)", "Whether the mode is that of a socket."},
    {"S_ISDOOR", stat_never, "(mode, /)", "Whether the mode is that of a door: never, here."},
    {"S_ISPORT", stat_never, "(mode, /)", "Whether the mode is that of an event port: never, here."},
    {"S_ISWHT", stat_never, "(mode, /)", "Whether the mode is that of a whiteout: never, here."},
    {"S_IMODE", stat_imode, "(mode, /)", "The part of the mode that chmod sets."},
    {"S_IFMT", stat_ifmt, "(mode, /)", "The part of the mode that says what kind of file it is."},
    {"filemode", stat_filemode, "(mode, /)", "The mode as ls shows it: '-rwxrwxrwx'."},
    {0}};

static const struct {
    const char *name;
    int64_t value;
} constants[] = {
    {"SF_APPEND", 0x40000},
    {"SF_ARCHIVED", 0x10000},
    {"SF_IMMUTABLE", 0x20000},
    {"SF_NOUNLINK", 0x100000},
    {"SF_SNAPSHOT", 0x200000},
    {"ST_ATIME", 7},
    {"ST_CTIME", 9},
    {"ST_DEV", 2},
    {"ST_GID", 5},
    {"ST_INO", 1},
    {"ST_MODE", 0},
    {"ST_MTIME", 8},
    {"ST_NLINK", 3},
    {"ST_SIZE", 6},
    {"ST_UID", 4},
    {"S_ENFMT", 02000},
    {"S_IEXEC", 0100},
    {"S_IFBLK", 060000},
    {"S_IFCHR", 020000},
    {"S_IFDIR", 040000},
    {"S_IFDOOR", 0},
    {"S_IFIFO", 010000},
    {"S_IFLNK", 0120000},
    {"S_IFPORT", 0},
    {"S_IFREG", 0100000},
    {"S_IFSOCK", 0140000},
    {"S_IFWHT", 0},
    {"S_IREAD", 0400},
    {"S_IRGRP", 040},
    {"S_IROTH", 04},
    {"S_IRUSR", 0400},
    {"S_IRWXG", 070},
    {"S_IRWXO", 07},
    {"S_IRWXU", 0700},
    {"S_ISGID", 02000},
    {"S_ISUID", 04000},
    {"S_ISVTX", 01000},
    {"S_IWGRP", 020},
    {"S_IWOTH", 02},
    {"S_IWRITE", 0200},
    {"S_IWUSR", 0200},
    {"S_IXGRP", 010},
    {"S_IXOTH", 01},
    {"S_IXUSR", 0100},
    {"UF_APPEND", 4},
    {"UF_COMPRESSED", 0x20},
    {"UF_HIDDEN", 0x8000},
    {"UF_IMMUTABLE", 2},
    {"UF_NODUMP", 1},
    {"UF_NOUNLINK", 0x10},
    {"UF_OPAQUE", 8},
};

static WfStatus stat_init(WfThread *t, WfValue module)
{
    for (size_t i = 0; i < WF_ARRAY_LEN(constants); i++) {
        if (wf_module_add_int(t, module, constants[i].name, constants[i].value) != WF_OK) {
            return WF_RAISED;
        }
    }
    return WF_OK;
}

const WfModuleDef wf_module__stat = {
    .name = "_stat",
    .doc = "File modes: constants and tests.",
    .functions = stat_functions,
    .init = stat_init,
};
