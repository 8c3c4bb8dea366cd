/* arena.h - memory that is handed out piece by piece and freed at once.
 * SPDX-License-Identifier: MIT
 *
 *     WfArena a;
 *     wf_arena_init(&a);
 *     Node *n = wf_arena_alloc(&a, sizeof *n);   NULL is out of memory; zeroed
 *     wf_arena_free(&a);
 *
 * An arena belongs to one thread. The collector does not look into it. */
#ifndef WF_BASE_ARENA_H
#define WF_BASE_ARENA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct WfArenaChunk WfArenaChunk;

typedef struct WfArena {
    char *next; /* free part of the newest chunk */
    char *end;
    WfArenaChunk *chunks; /* newest first */
    size_t total;         /* bytes obtained from malloc */
} WfArena;

void wf_arena_init(WfArena *a);
void wf_arena_free(WfArena *a);

void *wf_arena_alloc_slow(WfArena *a, size_t size);

/* Zeroed memory, aligned to 8; NULL is out of memory. */
static inline void *wf_arena_alloc(WfArena *a, size_t size)
{
    size_t need = (size + 7) & ~(size_t)7;
    if (need < size || need > (size_t)(a->end - a->next)) {
        return wf_arena_alloc_slow(a, size);
    }
    void *p = a->next;
    a->next += need;
    return p;
}

/* A copy of n bytes with a NUL after them. */
char *wf_arena_copy(WfArena *a, const void *src, size_t n);

/* A formatted, NUL-terminated string. */
char *wf_arena_printf(WfArena *a, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

#endif
