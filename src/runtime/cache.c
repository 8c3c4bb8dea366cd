/* cache.c - compiled files on disk.
 * SPDX-License-Identifier: MIT
 *
 * An entry is the file <prefix>/<path of the source>.wfc: magic, mtime (ns) and size of the source, a checksum, the marshalled
 * code. Whatever does not fit - another version, a changed source, a damaged file - is ignored and
 * written anew. Written under another name and renamed, so that no reader sees half of it; failing to write is no error.
 * Threads: any; the file system orders them. */
#include "runtime/cache.h"

#include "base/hash.h"
#include "compiler/compile.h"
#include "modules/marshal.h"
#include "objects/bytes.h"
#include "objects/str.h"
#include "runtime/state.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

typedef struct Head {
    char magic[8];
    int64_t mtime, size;
    uint64_t check;
} Head;
static const char magic[8] = "weft\0\0\0\1";

static WfValue read_file(WfThread *t, const char *path, struct stat *st)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0 || fstat(fd, st) != 0 || !S_ISREG(st->st_mode)) {
        int err = errno;
        if (fd >= 0) {
            close(fd);
        }
        return wf_raise_errno(t, err, wf_str_from_cstr(t, path), WF_EMPTY);
    }
    WfValue b = wf_bytes_new(t, NULL, st->st_size);
    int64_t got = 0;
    while (!wf_is_empty(b) && got < st->st_size) {
        ssize_t n = read(fd, wf_as_bytes(b)->data + got, (size_t)(st->st_size - got));
        if (n <= 0 && errno != EINTR) {
            break;
        }
        got += n > 0 ? n : 0;
    }
    close(fd);
    if (!wf_is_empty(b) && got != st->st_size) {
        return wf_raise_errno(t, EIO, wf_str_from_cstr(t, path), WF_EMPTY);
    }
    return b;
}

uint8_t *wf_read_whole(const char *path, size_t *n)
{
    struct stat st;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
        return NULL;
    }
    uint8_t *data = fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && st.st_size > 16 && st.st_size < INT32_MAX ? malloc((size_t)st.st_size) : NULL;
    if (data != NULL) {
        *n = (size_t)st.st_size;
        if (read(fd, data, *n) != (ssize_t)*n) {
            free(data);
            data = NULL;
        }
    }
    (void)close(fd);
    return data;
}

static uint64_t check_of(const Head *h, const void *data, size_t n)
{
    WfHashKey key = {(uint64_t)h->mtime, (uint64_t)h->size};
    return wf_hash_siphash13(key, data, n);
}

/* WF_EMPTY without exception: there is no sound entry. */
static WfValue load_entry(WfThread *t, const char *entry, const struct stat *source)
{
    size_t n, used;
    uint8_t *file = wf_read_whole(entry, &n);
    WfValue code = WF_EMPTY;
    if (file != NULL && n > sizeof(Head)) {
        Head h;
        memcpy(&h, file, sizeof h);
        const uint8_t *data = file + sizeof h;
        n -= sizeof h;
        int64_t mtime = (int64_t)source->st_mtim.tv_sec * 1000000000 + source->st_mtim.tv_nsec;
        if (memcmp(h.magic, magic, 8) == 0 && h.mtime == mtime && h.size == source->st_size && h.check == check_of(&h, data, n)) {
            code = wf_marshal_loads(t, data, n, &used);
            if (!wf_is_empty(code) && !WF_IS_KIND(code, CODE)) {
                code = WF_EMPTY;
            }
        }
    }
    free(file);
    wf_clear_pending(t);
    return code;
}

static void make_folders(char *path)
{
    for (char *p = path + 1; *p != 0; p++) {
        if (*p == '/') {
            *p = 0;
            (void)mkdir(path, 0700);
            *p = '/';
        }
    }
}

static void store_entry(WfThread *t, char *entry, const struct stat *source, WfValue code)
{
    WfValue b = wf_marshal_dumps(t, code, WF_MARSHAL_VERSION);
    if (wf_is_empty(b)) {
        wf_clear_pending(t);
        return;
    }
    Head h;
    memcpy(h.magic, magic, 8);
    h.mtime = (int64_t)source->st_mtim.tv_sec * 1000000000 + source->st_mtim.tv_nsec;
    h.size = source->st_size;
    h.check = check_of(&h, wf_as_bytes(b)->data, (size_t)wf_as_bytes(b)->length);
    char temporary[4200];
    snprintf(temporary, sizeof temporary, "%s.%d.%lx", entry, (int)getpid(), (unsigned long)t->ident);
    make_folders(entry);
    int fd = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0) {
        return;
    }
    bool ok = write(fd, &h, sizeof h) == (ssize_t)sizeof h
              && write(fd, wf_as_bytes(b)->data, (size_t)wf_as_bytes(b)->length) == (ssize_t)wf_as_bytes(b)->length;
    ok &= close(fd) == 0;
    if (!ok || rename(temporary, entry) != 0) {
        (void)unlink(temporary);
    }
}

WfValue wf_cached_code(WfThread *t, const char *path, const char *shown)
{
    const WfConfig *config = wf_config(t);
    struct stat st;
    char entry[4096];
    bool use = config->pycache_prefix != NULL && path[0] == '/' && stat(path, &st) == 0
               && snprintf(entry, sizeof entry, "%s%s.%d.wfc", config->pycache_prefix, path, config->optimize) < (int)sizeof entry;
    if (use) {
        WfValue code = load_entry(t, entry, &st);
        if (!wf_is_empty(code)) {
            return code;
        }
    }
    WfValue source = read_file(t, path, &st);
    WfValue filename = wf_is_empty(source) ? source : wf_str_decode_fs(t, shown, (int64_t)strlen(shown));
    if (wf_is_empty(filename)) {
        return filename;
    }
    WfValue code = wf_compile_bytes(t, wf_as_bytes(source)->data, (size_t)wf_as_bytes(source)->length, filename, 0, 0, -1);
    if (!wf_is_empty(code) && use && !config->dont_write_bytecode) {
        store_entry(t, entry, &st, code);
    }
    return code;
}
