/* test_sre.c - the matcher on small programs written by hand, and the check on broken ones.
 * SPDX-License-Identifier: MIT */
#include "modules/sre_codes.h"
#include "modules/sre_match.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int failures;

#define CHECK(cond)                                                                      \
    do {                                                                                 \
        if (!(cond)) {                                                                   \
            printf("%s:%d: %s\n", __FILE__, __LINE__, #cond);                            \
            failures++;                                                                  \
        }                                                                                \
    } while (0)

static WfSreProgram *build(const uint32_t *code, size_t n, uint32_t groups)
{
    size_t size;
    if (!wf_sre_check(code, n, groups, &size)) {
        return NULL;
    }
    WfSreProgram *p = calloc(1, size);
    wf_sre_program_build(p, code, n, groups);
    return p;
}

static int stop(void *arg)
{
    return ++*(int *)arg > 3;
}

/* Every word of a good program replaced by others: the check refuses it, or it runs without harm. */
static void mutate(const uint32_t *code, size_t n, uint32_t groups)
{
    static const uint32_t values[] = {0, 1, 2, 3, 4, 5, 7, 13, 15, 17, 22, 23, 29, 41, 99, 0x7FFFFFFF, UINT32_MAX};
    const char *text = "abcabcab";
    for (size_t i = 0; i < n; i++) {
        for (size_t v = 0; v < sizeof values / sizeof *values; v++) {
            uint32_t copy[64];
            memcpy(copy, code, n * sizeof *code);
            copy[i] = values[v];
            WfSreProgram *p = build(copy, n, groups);
            if (p == NULL) {
                continue;
            }
            int64_t marks[8];
            int beats = 0;
            WfSreState st;
            wf_sre_begin(&st, p, text, 1, 0, 8, marks);
            st.interrupt = stop;
            st.interrupt_arg = &beats;
            WfSreResult r = wf_sre_search(&st);
            CHECK(r == WF_SRE_NO_MATCH || r == WF_SRE_MATCH || r == WF_SRE_INTERRUPTED);
            wf_sre_end(&st);
            free(p);
        }
    }
}

int main(void)
{
    /* (a|bc)*c */
    const uint32_t code[] = {OP_REPEAT, 21, 0, UINT32_MAX, OP_MARK, 0, OP_BRANCH, 5, OP_LITERAL, 'a',
                             OP_JUMP, 9, 7, OP_LITERAL, 'b', OP_LITERAL, 'c', OP_JUMP, 2, 0,
                             OP_MARK, 1, OP_MAX_UNTIL, OP_LITERAL, 'c', OP_SUCCESS};
    size_t n = sizeof code / sizeof *code;
    WfSreProgram *p = build(code, n, 1);
    CHECK(p != NULL);
    if (p != NULL) {
        int64_t marks[2];
        WfSreState st;
        wf_sre_begin(&st, p, "xabcac", 1, 0, 6, marks);
        CHECK(wf_sre_search(&st) == WF_SRE_MATCH && st.match_start == 1 && st.match_end == 6);
        CHECK(marks[0] == 4 && marks[1] == 5 && st.lastindex == 1);
        wf_sre_advance(&st);
        CHECK(wf_sre_search(&st) == WF_SRE_NO_MATCH);
        wf_sre_end(&st);
        const uint16_t wide[] = {'b', 'c', 'c', 0x400};
        wf_sre_begin(&st, p, wide, 2, 0, 4, marks);
        CHECK(wf_sre_match(&st) == WF_SRE_MATCH && st.match_end == 3 && marks[0] == 0 && marks[1] == 2);
        st.match_all = true;
        CHECK(wf_sre_match(&st) == WF_SRE_NO_MATCH);
        wf_sre_end(&st);
        free(p);
    }
    mutate(code, n, 1);
    /* (?>[ab]+?)(?=c).(?:ab){1,2}+ */
    const uint32_t atomic[] = {OP_ATOMIC_GROUP, 13, OP_MIN_REPEAT_ONE, 10, 1, UINT32_MAX, OP_IN, 5, OP_RANGE, 'a', 'b',
                               OP_FAILURE, OP_SUCCESS, OP_SUCCESS, OP_ASSERT, 5, 0, OP_LITERAL, 'c', OP_SUCCESS,
                               OP_ANY, OP_POSSESSIVE_REPEAT, 7, 1, 2, OP_LITERAL, 'a', OP_LITERAL, 'b', OP_SUCCESS,
                               OP_SUCCESS};
    size_t n_atomic = sizeof atomic / sizeof *atomic;
    p = build(atomic, n_atomic, 0);
    CHECK(p != NULL);
    if (p != NULL) {
        WfSreState st;
        wf_sre_begin(&st, p, "abcababab", 1, 0, 9, NULL);
        CHECK(wf_sre_search(&st) == WF_SRE_MATCH && st.match_start == 1 && st.match_end == 7);
        wf_sre_end(&st);
        free(p);
    }
    mutate(atomic, n_atomic, 0);
    size_t size;
    CHECK(!wf_sre_check(code, 0, 1, &size) && !wf_sre_check(code, n, 0, &size));
    CHECK(wf_sre_lower_unicode(0x410) == 0x430 && wf_sre_upper_unicode(0xDF) == 'S');
    return failures != 0;
}
