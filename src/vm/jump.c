/* jump.c - frame.f_lineno = n: a trace function sends a frame to another line.
 * SPDX-License-Identifier: MIT
 *
 * Design:     a forward flow says of every instruction which temporaries are set and by what (their kind: opcode and place among
 *             its results). An instruction of the new line may be jumped to if each temporary live there is live here too, in the
 *             same register and of the same kind: the iterator of a loop, the exit function of a with, the exception saved by
 *             an except. Of several the one with most of them is taken. Where the compiler knew a variable to be bound, which
 *             the jump leaves unbound, it becomes None, with a warning: the loop does not look twice.
 * Invariants: J1 after a jump every register that is read without a check is set.
 * Threads:    the frame belongs to the thread that traces it. */
#include "code/effects.h"
#include "code/liveness.h"
#include "model/errors.h"
#include "objects/int.h"
#include "vm/interp.h"
#include "vm/vm.h"

#include <stdlib.h>

typedef uint16_t Kind;
enum { KIND_NONE, KIND_MIXED = 0xffff, KIND_CAUGHT = 0xfffe /* a handler's exception */ };

typedef struct Kinds {
    WfCode *code;
    int32_t n_temps;
    Kind *rows;    /* n_insns rows of n_temps: before each instruction */
    bool *reached;
    Kind *now;
    bool changed;
} Kinds;

static Kind kind_made_by(unsigned op, unsigned place)
{
    return (Kind)((op + 1) << 5 | (place < 31 ? place : 31));
}

static Kind *row_of(const Kinds *k, int64_t word)
{
    return k->rows + (size_t)word * (size_t)k->n_temps;
}

static void join(Kinds *k, int64_t word, int32_t caught)
{
    Kind *row = row_of(k, word);
    if (!k->reached[word]) {
        k->reached[word] = k->changed = true;
        memcpy(row, k->now, (size_t)k->n_temps * sizeof(Kind));
        if (caught >= 0) {
            row[caught] = KIND_CAUGHT;
        }
        return;
    }
    for (int32_t i = 0; i < k->n_temps; i++) {
        if (row[i] != k->now[i] && row[i] != KIND_MIXED && i != caught) {
            row[i] = KIND_MIXED;
            k->changed = true;
        }
    }
}

/* The effect of an instruction on k->now. */
static void apply(Kinds *k, WfInsn insn, uint64_t arg)
{
    const int32_t n_fixed = k->code->n_fixed;
    const unsigned op = WF_INSN_OP(insn);
    const int32_t from = op == WF_OP_MOVE ? (int32_t)WF_INSN_B(insn) - n_fixed : -1;
    const Kind moved = from >= 0 ? k->now[from] : KIND_NONE;
    WfEffects e;
    wf_insn_effects(insn, arg, &e);
    unsigned place = 0;
    for (int i = 0; i < e.n_write; i++) {
        for (unsigned r = e.write[i].first; r < e.write[i].first + e.write[i].n; r++, place++) {
            if ((int32_t)r >= n_fixed) {
                k->now[(int32_t)r - n_fixed] = moved != KIND_NONE ? moved : kind_made_by(op, place);
            }
        }
    }
}

static void flow(Kinds *k)
{
    const WfCode *c = k->code;
    for (int32_t i = 0; i < c->n_insns;) {
        const WfInsn insn = c->code[i];
        const bool extra = wf_op_info[WF_INSN_OP(insn)].extra != WF_EXTRA_0;
        const uint64_t arg = extra ? c->code[i + 1] : 0;
        if (k->reached[i]) {
            memcpy(k->now, row_of(k, i), (size_t)k->n_temps * sizeof(Kind));
            const WfHandler *h = wf_vm_find_handler(c, (uint32_t)i);
            if (h != NULL) {
                join(k, h->target, (int32_t)h->reg - c->n_fixed);
            }
            apply(k, insn, arg);
            int64_t target;
            if (wf_insn_jump(insn, arg, i, &target)) {
                join(k, target, -1);
            }
            if (wf_insn_falls_through(insn) && i + 1 + extra < c->n_insns) {
                join(k, i + 1 + extra, -1);
            }
        }
        i += 1 + extra;
    }
}

static void kinds_free(Kinds *k)
{
    free(k->rows);
    free(k->reached);
    free(k->now);
}

static WfStatus kinds_find(WfThread *t, Kinds *k, WfCode *code)
{
    const int32_t n_temps = code->n_regs - code->n_fixed;
    *k = (Kinds){.code = code, .n_temps = n_temps};
    k->rows = (Kind *)calloc((size_t)code->n_insns * (size_t)n_temps + 1, sizeof(Kind));
    k->reached = (bool *)calloc((size_t)code->n_insns + 1, sizeof(bool));
    k->now = (Kind *)calloc((size_t)n_temps + 1, sizeof(Kind));
    if (k->rows == NULL || k->reached == NULL || k->now == NULL) {
        kinds_free(k);
        return WF_FAIL(wf_raise_no_memory(t));
    }
    k->reached[0] = true;
    do {
        k->changed = false;
        flow(k);
    } while (k->changed);
    return WF_OK;
}

/* --- where to ----------------------------------------------------------------------------------------------------- */

static bool is_prologue(unsigned op)
{
    return op == WF_OP_RETURN_GENERATOR || op == WF_OP_MAKE_CELL || op == WF_OP_COPY_FREE;
}

/* Does a piece of the program (one position) begin at `word`? *before: the position of what lies in front, renewed. */
static bool begins(const Kinds *k, int32_t word, WfPosition *before)
{
    WfPosition p;
    if (!k->reached[word] || is_prologue(WF_INSN_OP(k->code->code[word])) || !wf_code_position(k->code, word, &p)) {
        return false;
    }
    bool other = p.line != before->line || p.n_lines != before->n_lines || p.col != before->col || p.end_col != before->end_col;
    *before = p;
    return other;
}

static int32_t next_word(const WfCode *c, int32_t word)
{
    return word + 1 + (wf_op_info[WF_INSN_OP(c->code[word])].extra != WF_EXTRA_0);
}

/* The first line with code that is not before `line`, or -1. */
static int existing_line(const Kinds *k, int line)
{
    int best = -1;
    WfPosition p = {0};
    for (int32_t i = 0; i < k->code->n_insns; i = next_word(k->code, i)) {
        if (begins(k, i, &p) && p.line >= line && (best < 0 || p.line < best)) {
            best = p.line;
        }
    }
    return best;
}

/* How many temporaries are live at `to`, or -1 with *why where they are not what is there at `from`. */
static int depth_there(const Kinds *k, int32_t from, int32_t to, const char **why)
{
    int depth = 0;
    bool fits = true;
    for (int32_t i = 0; i < k->n_temps; i++) {
        if (!wf_liveness_live(k->code, to, k->code->n_fixed + i)) {
            continue;
        }
        Kind kind = row_of(k, to)[i];
        depth++;
        if (kind == KIND_MIXED || kind != row_of(k, from)[i] || !wf_liveness_live(k->code, from, k->code->n_fixed + i)) {
            fits = false;
        }
        if (kind == kind_made_by(WF_OP_GET_ITER, 0) || kind == kind_made_by(WF_OP_GET_AITER, 0)) {
            *why = "can't jump into the body of a for loop"; /* of the innermost block */
        } else if (kind == KIND_CAUGHT || kind == kind_made_by(WF_OP_PUSH_HANDLED, 0)) {
            *why = "can't jump into an 'except' block as there's no exception";
        } else {
            *why = "incompatible stacks";
        }
    }
    return fits ? depth : -1;
}

/* --- what is unbound there ------------------------------------------------------------------------------------------ */

static bool in_ranges(const WfRegRange *ranges, int n, unsigned reg)
{
    for (int i = 0; i < n; i++) {
        if (reg - ranges[i].first < ranges[i].n) {
            return true;
        }
    }
    return false;
}

/* May `reg`, empty at `word`, be read from there on by an instruction that does not check it? todo, seen: n_insns items. */
static bool is_trusted(const WfCode *c, int32_t word, unsigned reg, int32_t *todo, bool *seen)
{
    int32_t n = 0;
    memset(seen, 0, (size_t)c->n_insns * sizeof(bool));
    todo[n++] = word;
    seen[word] = true;
    while (n > 0) {
        const int32_t i = todo[--n];
        const WfInsn insn = c->code[i];
        const int32_t next = next_word(c, i);
        const uint64_t arg = next > i + 1 ? c->code[i + 1] : 0;
        const unsigned op = WF_INSN_OP(insn);
        int64_t targets[3];
        int n_targets = 0;
        const WfHandler *h = wf_vm_find_handler(c, (uint32_t)i);
        if (h != NULL && h->reg != reg) {
            targets[n_targets++] = h->target;
        }
        const bool checks = (op == WF_OP_CHECK_BOUND || op == WF_OP_DELETE_LOCAL) && WF_INSN_A(insn) == reg;
        WfEffects e;
        wf_insn_effects(insn, arg, &e);
        if (!checks && in_ranges(e.read, e.n_read, reg)) {
            return true;
        }
        if (!checks && !in_ranges(e.write, e.n_write, reg)) {
            if (wf_insn_falls_through(insn) && next < c->n_insns) {
                targets[n_targets++] = next;
            }
            if (wf_insn_jump(insn, arg, i, &targets[n_targets])) {
                n_targets++;
            }
        }
        for (int k = 0; k < n_targets; k++) {
            if (!seen[targets[k]]) {
                seen[targets[k]] = true;
                todo[n++] = (int32_t)targets[k];
            }
        }
    }
    return false;
}

static WfStatus bind_trusted(WfThread *t, WfFrame *f, int32_t word)
{
    const WfCode *c = f->code;
    int32_t *todo = (int32_t *)malloc((size_t)c->n_insns * sizeof(int32_t));
    bool *seen = (bool *)malloc((size_t)c->n_insns * sizeof(bool));
    bool *none = (bool *)calloc((size_t)c->n_locals + 1, sizeof(bool));
    int n = 0;
    WfStatus status = WF_OK;
    if (todo == NULL || seen == NULL || none == NULL) {
        status = WF_FAIL(wf_raise_no_memory(t));
    }
    for (int32_t r = 0; status == WF_OK && r < c->n_locals; r++) {
        none[r] = wf_is_empty(WF_FRAME_REGS(f)[r]) && is_trusted(c, word, (unsigned)r, todo, seen);
        n += none[r];
    }
    if (n > 0) {
        status = wf_warn(t, WF_EXC(RuntimeWarning), 0, "assigning None to %d unbound local%s", n, n == 1 ? "" : "s");
    }
    for (int32_t r = 0; status == WF_OK && r < c->n_locals; r++) {
        if (none[r]) {
            WF_FRAME_REGS(f)[r] = WF_NONE;
        }
    }
    free(todo);
    free(seen);
    free(none);
    return status;
}

/* --- the jump ---------------------------------------------------------------------------------------------------------- */

static WfStatus jump(WfThread *t, WfFrame *f, const Kinds *k, int line)
{
    const WfCode *c = f->code;
    const int32_t from = wf_frame_word(f);
    const int there = existing_line(k, line);
    if (there < 0) {
        return WF_FAIL(wf_raise(t, WF_EXC(ValueError), "line %d comes after the current code block", line));
    }
    int32_t best = -1;
    int best_depth = -1;
    WfPosition p = {0};
    const char *why = NULL, *reason = "";
    for (int32_t i = 0; i < c->n_insns; i = next_word(c, i)) {
        if (begins(k, i, &p) && p.line == there) {
            int depth = depth_there(k, from, i, &reason);
            if (depth > best_depth) {
                best_depth = depth;
                best = i;
            } else if (why == NULL) {
                why = reason; /* of the first of them: the line's begin */
            }
        }
    }
    if (best < 0) {
        return WF_FAIL(wf_raise(t, WF_EXC(ValueError), "%s", why));
    }
    if (bind_trusted(t, f, best) != WF_OK) {
        return WF_RAISED;
    }
    for (int32_t i = 0; i < k->n_temps; i++) { /* out of except blocks: what the outermost of them saved is handled again */
        int32_t reg = c->n_fixed + i;
        if (row_of(k, from)[i] == kind_made_by(WF_OP_PUSH_HANDLED, 0) && wf_liveness_live(f->code, from, reg)
            && !wf_liveness_live(f->code, best, reg)) {
            wf_handled_pop(t, f, WF_FRAME_REGS(f)[reg]);
            break;
        }
    }
    f->pc = c->code + best + 1;
    return WF_OK;
}

WfStatus wf_frame_jump(WfThread *t, WfFrame *f, int line)
{
    if (line < f->code->first_line) {
        return WF_FAIL(wf_raise(t, WF_EXC(ValueError), "line %d comes before the current code block", line));
    }
    Kinds k;
    if (kinds_find(t, &k, f->code) != WF_OK) {
        return WF_RAISED;
    }
    WfStatus status = jump(t, f, &k, line);
    kinds_free(&k);
    return status;
}
