/* sre_match.c - the regular expression matcher.
 * SPDX-License-Identifier: MIT
 *
 * Design:     a backtracking machine without recursion. The engine proper (sre_engine.inc) is compiled for each
 *             width of character. Sets get a bitmap of their first 256 members when a program is built, so
 *             that matching most characters is one look-up. A search looks for a literal prefix or a set of
 *             first characters before it starts the machine.
 *
 * Note [Backtracking]: one stack holds what to go back to. Going back pops entries: an undo entry restores a
 *             mark or a repeat's counters; a choice entry says where to go on. Assertions, atomic groups and
 *             possessive repeats push a barrier and run their body; when the body succeeds, the choices above
 *             the barrier are dropped and the undo entries kept (commit), for they are needed when something
 *             before the barrier is tried again. Repeats of more than one character have a record of their own
 *             (count, place of the last iteration); records are taken in order and given back by going back.
 *
 * Invariants: R1 code is checked: every skip lands on an operation inside the same body, bodies end as the
 *             engine expects, groups exist.
 *             R2 entries above a choice describe states after it, so popping in order restores its state.
 *             R3 every repeat that an entry names lies below the entry's `top`, or is dead when the entry is
 *             popped.
 * Threads:    a program is constant; a state belongs to one thread.
 * Tests:      tests/unit/test_sre.c, tests/modules/re/ */
#include "modules/sre_match.h"

#include "base/unicode.h"
#include "modules/sre_codes.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

enum { BUDGET = 4096, MAX_NESTING = 1000, NONE = -1 };
#define NO_BARRIER UINT32_MAX

enum {
    CHOICE,       /* go on at pc */
    ALTERNATIVE,  /* go on with the alternative at pc */
    GREEDY,       /* REPEAT_ONE matched up to ptr, at least up to aux; the tail is at pc */
    LAZY,         /* MIN_REPEAT_ONE matched aux characters, up to ptr */
    LAZY_MORE,    /* MIN_UNTIL: try the body once more */
    UNDO_MARK,    /* mark pc was ptr, lastindex rep */
    UNDO_REPEAT,  /* repeat rep had count aux, last ptr */
    ASSERTED,     /* barriers: begun at ptr, aux >> 32 is the barrier around */
    ASSERTED_NOT,
    ATOMIC,
    POSSESSIVE, /* (uint32_t)aux iterations are done */
};

struct WfSreEntry {
    uint32_t kind;
    uint32_t pc;
    int32_t rep;
    uint32_t top;
    int64_t ptr;
    uint64_t aux;
};

struct WfSreRepeat {
    int32_t prev;
    uint32_t pc; /* of the skip word */
    int64_t count;
    int64_t last;
};

/* --- characters ------------------------------------------------------------------------------- */

uint32_t wf_sre_lower_ascii(uint32_t c)
{
    return c - 'A' < 26 ? c + 32 : c;
}

uint32_t wf_sre_lower_unicode(uint32_t c)
{
    if (c < 128) {
        return wf_sre_lower_ascii(c);
    }
    uint32_t out[3];
    wf_uc_to_lower(c, out);
    return out[0];
}

uint32_t wf_sre_upper_unicode(uint32_t c)
{
    if (c < 128) {
        return c - 'a' < 26 ? c - 32 : c;
    }
    uint32_t out[3];
    wf_uc_to_upper(c, out);
    return out[0];
}

static uint32_t lower_locale(uint32_t c)
{
    return c < 256 ? (uint32_t)tolower((int)c) : c;
}

static uint32_t upper_locale(uint32_t c)
{
    return c < 256 ? (uint32_t)toupper((int)c) : c;
}

static bool same_in_locale(uint32_t wanted, uint32_t c)
{
    return c == wanted || lower_locale(c) == wanted || upper_locale(c) == wanted;
}

static uint32_t fold(uint32_t op, uint32_t c)
{
    switch (op) {
    case OP_GROUPREF_IGNORE:
        return wf_sre_lower_ascii(c);
    case OP_GROUPREF_UNI_IGNORE:
        return wf_sre_lower_unicode(c);
    case OP_GROUPREF_LOC_IGNORE:
        return lower_locale(c);
    default:
        return c;
    }
}

static bool ascii_alnum(uint32_t c)
{
    return c - '0' < 10 || (c | 32) - 'a' < 26;
}

static bool in_category(uint32_t category, uint32_t c)
{
    bool yes = false;
    switch (category & ~1u) {
    case CATEGORY_DIGIT:
        yes = c - '0' < 10;
        break;
    case CATEGORY_SPACE:
        yes = c == ' ' || c - '\t' < 5;
        break;
    case CATEGORY_WORD:
        yes = c < 128 && (ascii_alnum(c) || c == '_');
        break;
    case CATEGORY_LINEBREAK:
        yes = c == '\n';
        break;
    case CATEGORY_LOC_WORD:
        yes = c < 256 && (isalnum((int)c) || c == '_');
        break;
    case CATEGORY_UNI_DIGIT:
        yes = wf_uc_is_decimal(c);
        break;
    case CATEGORY_UNI_SPACE:
        yes = wf_uc_is_space(c);
        break;
    case CATEGORY_UNI_WORD:
        yes = c == '_' || (c < 128 ? ascii_alnum(c) : wf_uc_is_alnum(c));
        break;
    case CATEGORY_UNI_LINEBREAK:
        yes = wf_uc_is_linebreak(c);
        break;
    default:
        break;
    }
    return yes != (category & 1);
}

/* --- sets --------------------------------------------------------------------------------------- */

static bool in_set_code(const uint32_t *set, uint32_t c)
{
    bool yes = true;
    for (;;) {
        switch (*set++) {
        case OP_FAILURE:
            return !yes;
        case OP_NEGATE:
            yes = !yes;
            break;
        case OP_LITERAL:
            if (c == set[0]) {
                return yes;
            }
            set++;
            break;
        case OP_CATEGORY:
            if (in_category(set[0], c)) {
                return yes;
            }
            set++;
            break;
        case OP_RANGE:
            if (set[0] <= c && c <= set[1]) {
                return yes;
            }
            set += 2;
            break;
        case OP_RANGE_UNI_IGNORE: {
            uint32_t upper = wf_sre_upper_unicode(c);
            if ((set[0] <= c && c <= set[1]) || (set[0] <= upper && upper <= set[1])) {
                return yes;
            }
            set += 2;
            break;
        }
        case OP_CHARSET:
            if (c < 256 && (set[c / 32] >> (c % 32) & 1)) {
                return yes;
            }
            set += 8;
            break;
        case OP_BIGCHARSET: {
            uint32_t blocks = set[0];
            if (c < 0x10000) {
                uint8_t block;
                memcpy(&block, (const uint8_t *)(set + 1) + (c >> 8), 1);
                if (set[65 + block * 8 + (c & 255) / 32] >> (c % 32) & 1) {
                    return yes;
                }
            }
            set += 65 + (size_t)blocks * 8;
            break;
        }
        default:
            return false;
        }
    }
}

static bool in_set_slow(const uint32_t *code, uint32_t op, uint32_t pc, uint32_t c)
{
    const uint32_t *set = code + pc;
    switch (op) {
    case OP_IN_IGNORE:
        return in_set_code(set, wf_sre_lower_ascii(c));
    case OP_IN_UNI_IGNORE:
        return in_set_code(set, wf_sre_lower_unicode(c));
    case OP_IN_LOC_IGNORE: {
        uint32_t lower = lower_locale(c);
        uint32_t upper = upper_locale(c);
        return in_set_code(set, lower) || (upper != lower && in_set_code(set, upper));
    }
    default:
        return in_set_code(set, c);
    }
}

static inline bool bitmap_has(const WfSreProgram *p, uint32_t map, uint32_t c)
{
    const uint32_t *bits = p->words + 2 * (size_t)p->n + (size_t)(map - 1) * 8;
    return bits[c / 32] >> (c % 32) & 1;
}

/* Does the set not depend on the locale at the time of matching? */
static bool set_is_fixed(const uint32_t *set)
{
    for (;;) {
        switch (*set++) {
        case OP_FAILURE:
            return true;
        case OP_NEGATE:
            break;
        case OP_LITERAL:
            set++;
            break;
        case OP_CATEGORY:
            if ((*set++ & ~1u) == CATEGORY_LOC_WORD) {
                return false;
            }
            break;
        case OP_RANGE:
        case OP_RANGE_UNI_IGNORE:
            set += 2;
            break;
        case OP_CHARSET:
            set += 8;
            break;
        case OP_BIGCHARSET:
            set += 65 + (size_t)set[0] * 8;
            break;
        default:
            return false;
        }
    }
}

/* --- checking ------------------------------------------------------------------------------------- */

typedef struct {
    const uint32_t *code;
    uint32_t groups;
    uint32_t bitmaps;      /* sets that get one */
    WfSreProgram *program; /* where to, on the second walk */
} Checker;

/* Counts the checked set whose skip word is at pc, and makes its bitmap on the second walk. */
static void note_set(Checker *k, uint32_t op, size_t pc)
{
    if (op == OP_IN_LOC_IGNORE || !set_is_fixed(k->code + pc + 1)) {
        return;
    }
    k->bitmaps++;
    WfSreProgram *p = k->program;
    if (p == NULL) {
        return;
    }
    p->words[p->n + pc] = k->bitmaps;
    uint32_t *bits = p->words + 2 * (size_t)p->n + (size_t)(k->bitmaps - 1) * 8;
    for (uint32_t c = 0; c < 256; c++) {
        if (in_set_slow(k->code, op, (uint32_t)pc + 1, c)) {
            bits[c / 32] |= 1u << (c % 32);
        }
    }
}

static bool check_set(const Checker *k, size_t pc, size_t end)
{
    while (pc < end) {
        switch (k->code[pc++]) {
        case OP_NEGATE:
            break;
        case OP_LITERAL:
            pc += 1;
            break;
        case OP_RANGE:
        case OP_RANGE_UNI_IGNORE:
            pc += 2;
            break;
        case OP_CHARSET:
            pc += 8;
            break;
        case OP_BIGCHARSET: {
            if (end - pc < 65) {
                return false;
            }
            size_t blocks = k->code[pc];
            if (blocks == 0 || blocks > 256 || end - pc < 65 + blocks * 8) {
                return false;
            }
            const uint8_t *numbers = (const uint8_t *)(k->code + pc + 1);
            for (int i = 0; i < 256; i++) {
                if (numbers[i] >= blocks) {
                    return false;
                }
            }
            pc += 65 + blocks * 8;
            break;
        }
        case OP_CATEGORY:
            if (pc >= end || k->code[pc] >= CATEGORY_COUNT) {
                return false;
            }
            pc += 1;
            break;
        default:
            return false;
        }
    }
    return pc == end;
}

/* A set of operation `op` with its end marker in [pc, end). */
static bool check_whole_set(Checker *k, uint32_t op, size_t pc, size_t end)
{
    if (pc >= end || k->code[end - 1] != OP_FAILURE || !check_set(k, pc, end - 1)) {
        return false;
    }
    note_set(k, op, pc - 1);
    return true;
}

/* One operation on one character and SUCCESS, as the body of the REPEAT_ONE family. */
static bool check_item(Checker *k, size_t pc, size_t end)
{
    if (end - pc < 2 || k->code[end - 1] != OP_SUCCESS) {
        return false;
    }
    size_t words = end - 1 - pc;
    switch (k->code[pc]) {
    case OP_ANY:
    case OP_ANY_ALL:
        return words == 1;
    case OP_LITERAL:
    case OP_NOT_LITERAL:
    case OP_LITERAL_IGNORE:
    case OP_NOT_LITERAL_IGNORE:
    case OP_LITERAL_UNI_IGNORE:
    case OP_NOT_LITERAL_UNI_IGNORE:
    case OP_LITERAL_LOC_IGNORE:
    case OP_NOT_LITERAL_LOC_IGNORE:
        return words == 2;
    case OP_IN:
    case OP_IN_IGNORE:
    case OP_IN_UNI_IGNORE:
    case OP_IN_LOC_IGNORE:
        return words >= 3 && k->code[pc + 1] == words - 1
               && check_whole_set(k, k->code[pc], pc + 2, end - 1);
    default:
        return false;
    }
}

/* Where the skip at `pc` leads, 0: not into (pc, end]. */
static size_t skip_target(const Checker *k, size_t pc, size_t end)
{
    if (pc >= end || k->code[pc] == 0 || k->code[pc] > end - pc) {
        return 0;
    }
    return pc + k->code[pc];
}

/* The operations in [pc, end), which must end exactly there. If `jump` is not NULL the last one may be a JUMP,
 * and *jump tells. */
static bool check_body(Checker *k, size_t pc, size_t end, int depth, bool *jump)
{
    const uint32_t *code = k->code;
    if (depth > MAX_NESTING) {
        return false;
    }
    while (pc < end) {
        uint32_t op = code[pc++];
        size_t target;
        switch (op) {
        case OP_FAILURE:
        case OP_ANY:
        case OP_ANY_ALL:
            break;
        case OP_LITERAL:
        case OP_NOT_LITERAL:
        case OP_LITERAL_IGNORE:
        case OP_NOT_LITERAL_IGNORE:
        case OP_LITERAL_UNI_IGNORE:
        case OP_NOT_LITERAL_UNI_IGNORE:
        case OP_LITERAL_LOC_IGNORE:
        case OP_NOT_LITERAL_LOC_IGNORE:
            pc++;
            break;
        case OP_MARK:
            if (pc >= end || code[pc] / 2 >= k->groups) {
                return false;
            }
            pc++;
            break;
        case OP_AT:
            if (pc >= end || code[pc] >= AT_COUNT) {
                return false;
            }
            pc++;
            break;
        case OP_CATEGORY:
            if (pc >= end || code[pc] >= CATEGORY_COUNT) {
                return false;
            }
            pc++;
            break;
        case OP_GROUPREF:
        case OP_GROUPREF_IGNORE:
        case OP_GROUPREF_UNI_IGNORE:
        case OP_GROUPREF_LOC_IGNORE:
            if (pc >= end || code[pc] >= k->groups) {
                return false;
            }
            pc++;
            break;
        case OP_IN:
        case OP_IN_IGNORE:
        case OP_IN_UNI_IGNORE:
        case OP_IN_LOC_IGNORE:
            target = skip_target(k, pc, end);
            if (target == 0 || !check_whole_set(k, op, pc + 1, target)) {
                return false;
            }
            pc = target;
            break;
        case OP_BRANCH: {
            size_t join = 0;
            for (;;) {
                if (pc >= end) {
                    return false;
                }
                if (code[pc] == 0) {
                    pc++;
                    break;
                }
                target = skip_target(k, pc, end);
                if (target == 0 || target - pc < 3 || code[target - 2] != OP_JUMP
                    || !check_body(k, pc + 1, target - 2, depth + 1, NULL)) {
                    return false;
                }
                size_t to = skip_target(k, target - 1, end);
                if (to == 0 || (join != 0 && join != to)) {
                    return false;
                }
                join = to;
                pc = target;
            }
            if (join != pc) {
                return false;
            }
            break;
        }
        case OP_REPEAT_ONE:
        case OP_MIN_REPEAT_ONE:
        case OP_POSSESSIVE_REPEAT_ONE:
            target = skip_target(k, pc, end);
            if (target == 0 || target - pc < 5 || code[pc + 1] > code[pc + 2]
                || !check_item(k, pc + 3, target)) {
                return false;
            }
            pc = target;
            break;
        case OP_REPEAT:
        case OP_POSSESSIVE_REPEAT:
            target = skip_target(k, pc, end);
            if (target == 0 || target - pc < 3 || target >= end || code[pc + 1] > code[pc + 2]
                || !check_body(k, pc + 3, target, depth + 1, NULL)) {
                return false;
            }
            if (op == OP_REPEAT ? code[target] != OP_MAX_UNTIL && code[target] != OP_MIN_UNTIL
                                : code[target] != OP_SUCCESS) {
                return false;
            }
            pc = target + 1;
            break;
        case OP_ATOMIC_GROUP:
            target = skip_target(k, pc, end);
            if (target == 0 || target - pc < 2 || code[target - 1] != OP_SUCCESS
                || !check_body(k, pc + 1, target - 1, depth + 1, NULL)) {
                return false;
            }
            pc = target;
            break;
        case OP_ASSERT:
        case OP_ASSERT_NOT:
            target = skip_target(k, pc, end);
            if (target == 0 || target - pc < 3 || code[pc + 1] >> 31 != 0
                || code[target - 1] != OP_SUCCESS
                || !check_body(k, pc + 2, target - 1, depth + 1, NULL)) {
                return false;
            }
            pc = target;
            break;
        case OP_GROUPREF_EXISTS: {
            if (end - pc < 2 || code[pc] >= k->groups) {
                return false;
            }
            /* The skip leads to the "no" part, if there is one behind a jump, or to what follows. */
            if (code[pc + 1] < 2 || code[pc + 1] > end - pc) {
                return false;
            }
            target = pc + code[pc + 1];
            bool has_no = false;
            if (!check_body(k, pc + 2, target, depth + 1, &has_no)) {
                return false;
            }
            pc = target;
            if (has_no) {
                pc = skip_target(k, target - 1, end);
                if (pc == 0 || !check_body(k, target, pc, depth + 1, NULL)) {
                    return false;
                }
            }
            break;
        }
        case OP_JUMP:
            if (jump == NULL || pc + 1 != end) {
                return false;
            }
            *jump = true;
            return true;
        default:
            return false; /* INFO stands only at the beginning; SUCCESS, JUMP and UNTIL where they belong */
        }
    }
    return pc == end;
}

static bool check_info(Checker *k, size_t n, size_t *end)
{
    const uint32_t *code = k->code;
    size_t target = skip_target(k, 1, n);
    if (target < 5 || code[3] > code[4] || code[2] & ~7u) {
        return false;
    }
    *end = target;
    uint32_t flags = code[2];
    if ((flags & INFO_PREFIX) && (flags & INFO_CHARSET)) {
        return false;
    }
    if (flags & INFO_PREFIX) {
        if (target < 7) {
            return false;
        }
        size_t len = code[5];
        return len > 0 && len <= code[3] && code[6] <= len && target == 7 + 2 * len;
    }
    if (flags & INFO_LITERAL) {
        return false;
    }
    if (flags & INFO_CHARSET) {
        return code[3] > 0 && check_whole_set(k, OP_IN, 5, target);
    }
    return target == 5;
}

static bool check(Checker *k, size_t n)
{
    const uint32_t *code = k->code;
    if (k->groups > WF_SRE_MAXGROUPS || n == 0 || n >= UINT32_MAX / 32 || code[n - 1] != OP_SUCCESS) {
        return false;
    }
    size_t pc = 0;
    if (code[0] == OP_INFO && (n < 2 || !check_info(k, n, &pc))) {
        return false;
    }
    return pc < n && check_body(k, pc, n - 1, 0, NULL);
}

bool wf_sre_check(const uint32_t *code, size_t n, uint32_t groups, size_t *size)
{
    Checker k = {code, groups, 0, NULL};
    if (!check(&k, n)) {
        return false;
    }
    *size = sizeof(WfSreProgram) + (2 * n + (size_t)k.bitmaps * 8) * sizeof(uint32_t);
    return true;
}

void wf_sre_program_build(WfSreProgram *p, const uint32_t *code, size_t n, uint32_t groups)
{
    p->n = (uint32_t)n;
    p->groups = groups;
    memcpy(p->words, code, n * sizeof *code);
    Checker k = {p->words, groups, 0, p};
    check(&k, n);
}

/* --- running ----------------------------------------------------------------------------------------- */

static bool grow_stack(WfSreState *st)
{
    uint32_t cap = st->stack_cap < 64 ? 64 : st->stack_cap * 2;
    if (cap <= st->stack_cap || cap == NO_BARRIER) {
        return false;
    }
    WfSreEntry *fresh = realloc(st->stack, (size_t)cap * sizeof *fresh);
    if (fresh == NULL) {
        return false;
    }
    st->stack = fresh;
    st->stack_cap = cap;
    return true;
}

static bool grow_repeats(WfSreState *st)
{
    uint32_t cap = st->repeat_cap < 16 ? 16 : st->repeat_cap * 2;
    if (cap <= st->repeat_cap || cap > INT32_MAX) {
        return false;
    }
    WfSreRepeat *fresh = realloc(st->repeats, (size_t)cap * sizeof *fresh);
    if (fresh == NULL) {
        return false;
    }
    st->repeats = fresh;
    st->repeat_cap = cap;
    return true;
}

static inline void undo(WfSreState *st, const WfSreEntry *e)
{
    if (e->kind == UNDO_MARK) {
        st->marks[e->pc] = e->ptr;
        st->lastindex = e->rep;
    } else if (e->kind == UNDO_REPEAT) {
        st->repeats[e->rep].last = e->ptr;
        st->repeats[e->rep].count = (int64_t)e->aux;
    }
}

/* Drops the barrier and the choices above it, and keeps what undoes marks and counters. */
static void commit(WfSreState *st, uint32_t barrier)
{
    uint32_t to = barrier;
    for (uint32_t i = barrier + 1; i < st->sp; i++) {
        uint32_t kind = st->stack[i].kind;
        if (kind == UNDO_MARK || kind == UNDO_REPEAT) {
            st->stack[to++] = st->stack[i];
        }
    }
    st->sp = to;
}

static void reset_marks(WfSreState *st)
{
    st->lastindex = 0;
    for (uint32_t i = 0; i < 2 * st->program->groups; i++) {
        st->marks[i] = -1;
    }
}

#define CHAR uint8_t
#define NAME(x) x##_1
#include "modules/sre_engine.inc"
#undef CHAR
#undef NAME

#define CHAR uint16_t
#define NAME(x) x##_2
#include "modules/sre_engine.inc"
#undef CHAR
#undef NAME

#define CHAR uint32_t
#define NAME(x) x##_4
#include "modules/sre_engine.inc"
#undef CHAR
#undef NAME

void wf_sre_begin(WfSreState *st, const WfSreProgram *program, const void *text, int kind, int64_t pos,
                  int64_t endpos, int64_t *marks)
{
    *st = (WfSreState){.program = program,
                       .text = text,
                       .kind = kind,
                       .start = pos,
                       .end = endpos,
                       .marks = marks,
                       .budget = BUDGET};
    reset_marks(st);
}

WfSreResult wf_sre_match(WfSreState *st)
{
    const uint32_t *code = st->program->words;
    uint32_t pc = 0;
    reset_marks(st);
    if (code[0] == OP_INFO) {
        if (st->end - st->start < (int64_t)code[3]) {
            return WF_SRE_NO_MATCH;
        }
        pc = 1 + code[1];
    }
    return st->kind == 1 ? run_1(st, pc) : st->kind == 2 ? run_2(st, pc) : run_4(st, pc);
}

WfSreResult wf_sre_search(WfSreState *st)
{
    reset_marks(st);
    if (st->start > st->end) {
        return WF_SRE_NO_MATCH;
    }
    return st->kind == 1 ? search_1(st) : st->kind == 2 ? search_2(st) : search_4(st);
}

void wf_sre_advance(WfSreState *st)
{
    st->must_advance = st->match_end == st->match_start;
    st->start = st->match_end;
}

void wf_sre_end(WfSreState *st)
{
    free(st->stack);
    free(st->repeats);
    st->stack = NULL;
    st->repeats = NULL;
}
