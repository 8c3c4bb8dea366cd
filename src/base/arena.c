/* arena.c - memory that is handed out piece by piece and freed at once.
 * SPDX-License-Identifier: MIT
 * Design:     a list of chunks from calloc; the newest one is bumped. Chunks double from 16 KB to
 *             1 MB, so small parses touch little memory and big ones call malloc rarely. A big piece
 *             gets a chunk of its own, behind the newest, so that the rest of that one is not lost.
 * Invariants: A1 [next, end) is zero.
 * Threads:    one owner.
 * Tests:      tests/unit/test_parser.c */
#include "base/arena.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FIRST_CHUNK ((size_t)16 << 10)
#define MAX_CHUNK ((size_t)1 << 20)

struct WfArenaChunk {
    WfArenaChunk *older;
    size_t size;
};

void wf_arena_init(WfArena *a)
{
    memset(a, 0, sizeof *a);
}

void wf_arena_free(WfArena *a)
{
    for (WfArenaChunk *c = a->chunks; c != NULL;) {
        WfArenaChunk *older = c->older;
        free(c);
        c = older;
    }
    wf_arena_init(a);
}

void *wf_arena_alloc_slow(WfArena *a, size_t size)
{
    if (size > SIZE_MAX / 2) {
        return NULL;
    }
    size_t need = (size + 7) & ~(size_t)7;
    size_t chunk = FIRST_CHUNK;
    while (chunk < MAX_CHUNK && chunk < a->total) {
        chunk *= 2;
    }
    bool own = need > chunk / 4;
    size_t bytes = sizeof(WfArenaChunk) + (own ? need : chunk);
    WfArenaChunk *c = calloc(1, bytes);
    if (c == NULL) {
        return NULL;
    }
    c->size = bytes;
    a->total += bytes;
    if (own && a->chunks != NULL) {
        c->older = a->chunks->older;
        a->chunks->older = c;
        return c + 1;
    }
    c->older = a->chunks;
    a->chunks = c;
    a->next = (char *)(c + 1) + need;
    a->end = (char *)c + bytes;
    return c + 1;
}

char *wf_arena_copy(WfArena *a, const void *src, size_t n)
{
    char *p = n == SIZE_MAX ? NULL : wf_arena_alloc(a, n + 1);
    if (p != NULL && n != 0) {
        memcpy(p, src, n);
    }
    return p;
}

char *wf_arena_printf(WfArena *a, const char *format, ...)
{
    va_list ap;
    va_start(ap, format);
    int n = vsnprintf(NULL, 0, format, ap);
    va_end(ap);
    char *p = n < 0 ? NULL : wf_arena_alloc(a, (size_t)n + 1);
    if (p != NULL) {
        va_start(ap, format);
        vsnprintf(p, (size_t)n + 1, format, ap);
        va_end(ap);
    }
    return p;
}
