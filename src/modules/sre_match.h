/* sre_match.h - the regular expression matcher: runs the code lists that re._compiler makes.
 * SPDX-License-Identifier: MIT
 *
 * No Python in it. A code list is checked once (wf_sre_check), laid out as a program in memory of the caller
 * (wf_sre_program_build), and run on text of 1, 2 or 4 bytes a character:
 *
 *     WfSreState st;
 *     wf_sre_begin(&st, program, text, kind, pos, endpos, marks);
 *     switch (wf_sre_search(&st)) { case WF_SRE_MATCH: ... st.match_start, st.match_end, st.marks ... }
 *     wf_sre_end(&st);
 *
 * Positions are in characters. A program is immutable and may be run by many threads at once. */
#ifndef WF_MODULES_SRE_MATCH_H
#define WF_MODULES_SRE_MATCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define WF_SRE_MAGIC 20220615
#define WF_SRE_MAXREPEAT UINT32_MAX
#define WF_SRE_MAXGROUPS (INT32_MAX / 2)

typedef struct WfSreProgram {
    uint32_t n;       /* words of code */
    uint32_t groups;
    uint32_t words[]; /* code; for each of its words the number of a bitmap, 0: none; bitmaps of 8 words */
} WfSreProgram;

/* False: re._compiler did not make this, and running it might go wrong. Else *size is what its program takes. */
bool wf_sre_check(const uint32_t *code, size_t n, uint32_t groups, size_t *size);
/* Of checked code, into zeroed memory. */
void wf_sre_program_build(WfSreProgram *p, const uint32_t *code, size_t n, uint32_t groups);

typedef enum {
    WF_SRE_NO_MATCH = 0,
    WF_SRE_MATCH = 1,
    WF_SRE_NO_MEMORY = -1,
    WF_SRE_BROKEN = -2,     /* a mistake in the matcher or the code */
    WF_SRE_INTERRUPTED = -3 /* the interrupt function said so */
} WfSreResult;

typedef struct WfSreEntry WfSreEntry;
typedef struct WfSreRepeat WfSreRepeat;

typedef struct WfSreState {
    const WfSreProgram *program;
    const void *text;
    int kind;
    int64_t end;       /* nothing is matched beyond */
    int64_t start;     /* where to match, or to begin searching */
    bool match_all;    /* only up to the very end (fullmatch) */
    bool must_advance; /* no empty match right at start */
    /* Called every some thousand steps; not 0 stops the matcher. May be NULL. */
    int (*interrupt)(void *arg);
    void *interrupt_arg;
    /* Results: */
    int64_t match_start, match_end;
    int64_t *marks;    /* 2 * groups: begin and end of each group, -1 if it took no part; the caller's memory */
    int32_t lastindex; /* group that was closed last, 0: none */
    /* The matcher's own: */
    WfSreEntry *stack;
    uint32_t sp, stack_cap;
    WfSreRepeat *repeats;
    uint32_t repeat_cap;
    uint32_t budget;
} WfSreState;

/* pos and endpos must lie in 0 .. length (endpos takes the place of the length). */
void wf_sre_begin(WfSreState *st, const WfSreProgram *program, const void *text, int kind, int64_t pos,
                  int64_t endpos, int64_t *marks);
WfSreResult wf_sre_match(WfSreState *st);  /* at start */
WfSreResult wf_sre_search(WfSreState *st); /* at start or the nearest place behind it */
/* Readies the state for the next match of the same text behind the last one. */
void wf_sre_advance(WfSreState *st);
void wf_sre_end(WfSreState *st);

/* Case of characters as patterns see it. */
uint32_t wf_sre_lower_ascii(uint32_t c);
uint32_t wf_sre_lower_unicode(uint32_t c);
uint32_t wf_sre_upper_unicode(uint32_t c);

#endif
