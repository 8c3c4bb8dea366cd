/* liveness.c - backward data flow over the temporaries of a code object.
 * SPDX-License-Identifier: MIT
 *
 * Design: sets of temporaries as bit rows, one for each instruction word; live-in = reads | (live-out - writes), joined
 * over the next instruction, the jump target and the handler of the range; repeated backwards until nothing changes.
 * Computed when a collection first meets a frame of the code, kept in malloc'd memory until the code dies.
 * Threads: mostly runs with the world stopped, on several marking threads: the table is published by compare-and-swap. */
#include "code/liveness.h"

#include "code/effects.h"

#include <stdlib.h>

typedef struct Table {
    int32_t n_words; /* 64-bit words in a row */
    uint64_t rows[];
} Table;

static void set_range(uint64_t *row, WfRegRange r, unsigned n_fixed, bool on)
{
    for (unsigned i = r.first; i < r.first + r.n; i++) {
        if (i >= n_fixed) {
            unsigned bit = i - n_fixed;
            if (on) {
                row[bit / 64] |= (uint64_t)1 << (bit % 64);
            } else {
                row[bit / 64] &= ~((uint64_t)1 << (bit % 64));
            }
        }
    }
}

static const WfHandler *handlers_of(const WfCode *c)
{
    WfRaw *raw = WF_LOAD(WfRaw, &c->handlers);
    return raw == NULL ? NULL : (const WfHandler *)(const void *)raw->data;
}

static Table *analyse(const WfCode *c)
{
    const int32_t n = c->n_insns;
    const int32_t w = (c->n_regs - c->n_fixed + 63) / 64;
    Table *table = (Table *)calloc(1, sizeof(Table) + (size_t)n * (size_t)w * sizeof(uint64_t));
    uint64_t *row = (uint64_t *)malloc((size_t)(w + 1) * sizeof(uint64_t));
    int32_t *starts = (int32_t *)malloc((size_t)(n + 1) * sizeof(int32_t));
    int32_t *handler = (int32_t *)malloc((size_t)(n + 1) * sizeof(int32_t)); /* innermost handler of a word, or -1 */
    if (table == NULL || row == NULL || starts == NULL || handler == NULL) {
        free(table);
        free(row);
        free(starts);
        free(handler);
        return NULL;
    }
    table->n_words = w;
    const WfHandler *h = handlers_of(c);
    for (int32_t i = 0; i < n; i++) {
        handler[i] = -1;
    }
    for (int32_t k = c->n_handlers - 1; k >= 0; k--) {
        for (uint32_t i = h[k].start; i < h[k].end; i++) {
            handler[i] = k;
        }
    }
    int32_t n_starts = 0;
    for (int32_t i = 0; i < n; i++) {
        starts[n_starts++] = i;
        i += wf_op_info[WF_INSN_OP(c->code[i])].extra != WF_EXTRA_0;
    }
    for (bool changed = true; changed;) {
        changed = false;
        for (int32_t s = n_starts - 1; s >= 0; s--) {
            const int32_t i = starts[s];
            const WfInsn insn = c->code[i];
            const bool extra = wf_op_info[WF_INSN_OP(insn)].extra != WF_EXTRA_0;
            const uint64_t arg = extra ? c->code[i + 1] : 0;
            memset(row, 0, (size_t)w * sizeof(uint64_t));
            const int32_t next = i + 1 + extra;
            if (next < n && wf_insn_falls_through(insn)) {
                memcpy(row, table->rows + (size_t)next * (size_t)w, (size_t)w * sizeof(uint64_t));
            }
            int64_t target;
            if (wf_insn_jump(insn, arg, i, &target)) {
                for (int32_t k = 0; k < w; k++) {
                    row[k] |= table->rows[(size_t)target * (size_t)w + (size_t)k];
                }
            }
            WfEffects e;
            wf_insn_effects(insn, arg, &e);
            for (int k = 0; k < e.n_write; k++) {
                set_range(row, e.write[k], (unsigned)c->n_fixed, false);
            }
            for (int k = 0; k < e.n_read; k++) {
                set_range(row, e.read[k], (unsigned)c->n_fixed, true);
            }
            if (handler[i] >= 0) {
                const WfHandler *hk = &h[handler[i]];
                for (int32_t k = 0; k < w; k++) {
                    uint64_t in = table->rows[(size_t)hk->target * (size_t)w + (size_t)k];
                    int32_t bit = (int32_t)hk->reg - c->n_fixed - k * 64;
                    if (bit >= 0 && bit < 64) {
                        in &= ~((uint64_t)1 << bit);
                    }
                    row[k] |= in;
                }
            }
            uint64_t *old = table->rows + (size_t)i * (size_t)w;
            if (memcmp(old, row, (size_t)w * sizeof(uint64_t)) != 0) {
                memcpy(old, row, (size_t)w * sizeof(uint64_t));
                changed = true;
            }
            if (extra) {
                memcpy(old + w, row, (size_t)w * sizeof(uint64_t));
            }
        }
    }
    free(row);
    free(starts);
    free(handler);
    return table;
}

/* The code's table, made if it is not there; NULL without memory. */
static const Table *table_of(WfCode *c)
{
    Table *table = (Table *)__atomic_load_n(&c->x_live, __ATOMIC_ACQUIRE);
    if (table == NULL && (table = analyse(c)) != NULL) {
        void *expected = NULL;
        /* release: rows before the pointer; acquire on failure: pairs with the winner's release */
        if (!__atomic_compare_exchange_n(&c->x_live, &expected, (void *)table, false, __ATOMIC_RELEASE, __ATOMIC_ACQUIRE)) {
            free(table);
            table = (Table *)expected;
        }
    }
    return table;
}

bool wf_liveness_live(WfCode *c, int32_t word, int32_t reg)
{
    const Table *table = table_of(c);
    int32_t bit = reg - c->n_fixed;
    return table == NULL || (table->rows[(size_t)word * (size_t)table->n_words + (size_t)(bit / 64)] >> (bit % 64) & 1) != 0;
}

void wf_liveness_mark(WfMarker *m, WfCode *c, int32_t word, const WfValue *regs, int64_t limit)
{
    int64_t n_fixed = c->n_fixed < limit ? c->n_fixed : limit;
    for (int64_t i = 0; i < n_fixed; i++) {
        wf_mark_value(m, regs[i]);
    }
    if (c->n_regs == c->n_fixed || limit <= c->n_fixed || wf_code_is_lazy(c)) {
        return;
    }
    const Table *table = table_of(c);
    if (table == NULL) { /* no memory for precision: everything that looks like a cell */
        for (int64_t i = c->n_fixed; i < c->n_regs && i < limit; i++) {
            wf_mark_conservative(m, regs[i].bits);
        }
        return;
    }
    if (word >= c->n_insns) {
        return;
    }
    const uint64_t *row = table->rows + (size_t)word * (size_t)table->n_words;
    for (int32_t k = 0; k < table->n_words; k++) {
        for (uint64_t bits = row[k]; bits != 0; bits &= bits - 1) {
            int64_t reg = c->n_fixed + k * 64 + __builtin_ctzll(bits);
            if (reg < limit) {
                wf_mark_conservative(m, regs[reg].bits); /* the analysis is trusted to be exact, not to be right */
            }
        }
    }
}

void wf_liveness_release(WfCode *c)
{
    free(c->x_live);
    c->x_live = NULL;
}
