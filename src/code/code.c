/* code.c - the code type.
 * SPDX-License-Identifier: MIT */
#include "code/code.h"

#include "base/hash.h"
#include "code/liveness.h"
#include "code/verify.h"
#include "model/builtin.h"
#include "objects/bytes.h"
#include "objects/int.h"
#include "objects/list.h"
#include "objects/str.h"
#include "objects/tuple.h"

const WfInsn wf_code_lazy[1] = {WF_OP_LOAD_CODE};

/* --- positions ------------------------------------------------------------------------------------------ */

static bool same_position(const WfPosition *a, const WfPosition *b)
{
    return memcmp(a, b, sizeof *a) == 0;
}

static bool is_narrow(const WfPosition *p, int32_t first_line, uint32_t start)
{
    int64_t line = (int64_t)p->line - first_line;
    return start <= 0xffff && (p->line == 0 || (line >= 0 && line < 0xffff)) && (p->n_lines < 0xff || p->n_lines == 0xffff) && p->col < 0xff
           && p->col >= -1 && p->end_col < 0xff && p->end_col >= -1;
}

static WfNarrowRun narrow(const WfPosition *p, int32_t first_line, uint32_t start)
{
    return (WfNarrowRun){(uint16_t)start, (uint16_t)(p->line == 0 ? 0xffff : p->line - first_line), (uint8_t)p->n_lines, (uint8_t)p->col,
                         (uint8_t)p->end_col};
}

WfStatus wf_code_pack_positions(WfThread *t, const WfCodeParts *p, WfRaw **runs, uint32_t *n, bool *wide)
{
    *runs = NULL;
    *n = 0;
    *wide = false;
    for (int32_t i = 0; p->positions != NULL && i < p->n_insns; i++) {
        if (i == 0 || !same_position(&p->positions[i], &p->positions[i - 1])) {
            ++*n;
            *wide |= !is_narrow(&p->positions[i], p->first_line, (uint32_t)i);
        }
    }
    if (*n == 0) {
        return WF_OK;
    }
    *runs = wf_gc_alloc_raw(t, (int64_t)(*n * WF_POSITION_RUN(*wide)), false);
    uint8_t *out = *runs == NULL ? NULL : (*runs)->data;
    for (int32_t i = 0; out != NULL && i < p->n_insns; i++) {
        if (i > 0 && same_position(&p->positions[i], &p->positions[i - 1])) {
            continue;
        }
        WfNarrowRun a = narrow(&p->positions[i], p->first_line, (uint32_t)i);
        WfWideRun b = {(uint32_t)i, p->positions[i]};
        memcpy(out, *wide ? (const void *)&b : (const void *)&a, WF_POSITION_RUN(*wide));
        out += WF_POSITION_RUN(*wide);
    }
    return out == NULL ? WF_RAISED : WF_OK;
}

static WfWideRun run_at(const WfCode *c, const uint8_t *runs, uint32_t i)
{
    WfWideRun w;
    if (c->wide) {
        memcpy(&w, runs + (size_t)i * sizeof w, sizeof w);
        return w;
    }
    WfNarrowRun n;
    memcpy(&n, runs + (size_t)i * sizeof n, sizeof n);
    w.start = n.start;
    w.position = (WfPosition){n.line == 0xffff ? 0 : c->first_line + n.line, n.n_lines == 0xff ? 0xffff : n.n_lines,
                              n.col == 0xff ? -1 : n.col, n.end_col == 0xff ? -1 : n.end_col};
    return w;
}

bool wf_code_position(const WfCode *c, int32_t i, WfPosition *out)
{
    const WfRaw *positions = wf_code_is_lazy(c) ? NULL : WF_LOAD(WfRaw, &c->positions);
    if (positions == NULL || i < 0 || i >= c->n_insns) {
        return false;
    }
    const uint8_t *runs = positions->data + c->at;
    uint32_t low = 0, high = c->n_runs; /* the last run that begins at or before i */
    while (high - low > 1) {
        uint32_t middle = low + (high - low) / 2;
        if (run_at(c, runs, middle).start <= (uint32_t)i) {
            low = middle;
        } else {
            high = middle;
        }
    }
    *out = run_at(c, runs, low).position;
    return out->line > 0;
}

/* --- making --------------------------------------------------------------------------------------------- */

WfValue wf_code_new(WfThread *t, const WfCodeParts *p)
{
    const char *wrong = wf_code_verify(p);
    if (wrong != NULL) {
        return wf_raise(t, WF_EXC(ValueError), "code: %s", wrong);
    }
    WfRaw *insns = wf_gc_alloc(t, WF_KIND_INSNS, sizeof(WfRaw) + (size_t)p->n_insns * sizeof(WfInsn));
    if (insns == NULL) {
        return WF_EMPTY;
    }
    insns->size = (int64_t)p->n_insns * (int64_t)sizeof(WfInsn);
    WfRaw *runs;
    uint32_t n_runs;
    bool wide;
    WfRaw *handlers = p->n_handlers == 0 ? NULL : wf_gc_alloc_raw(t, (int64_t)p->n_handlers * (int64_t)sizeof(WfHandler), false);
    if (wf_code_pack_positions(t, p, &runs, &n_runs, &wide) != WF_OK) {
        return WF_EMPTY;
    }
    WfCode *c = WF_NEW(t, WfCode, CODE, CODE);
    if (c == NULL || (handlers == NULL && p->n_handlers > 0)) {
        return WF_EMPTY;
    }
    memcpy(insns->data, p->insns, (size_t)p->n_insns * sizeof(WfInsn));
    for (int32_t i = 0; i < p->n_insns; i++) { /* caches begin empty */
        WfInsn *code = (WfInsn *)(void *)insns->data;
        WfExtra extra = (WfExtra)wf_op_info[WF_INSN_OP(code[i])].extra;
        if (extra != WF_EXTRA_0) {
            i++;
            if (extra == WF_EXTRA_CACHE) {
                code[i] = 0;
            }
        }
    }
    if (handlers != NULL) {
        memcpy(handlers->data, p->handlers, (size_t)p->n_handlers * sizeof(WfHandler));
    }
    c->n_args = p->n_args;
    c->n_posonly = p->n_posonly;
    c->n_kwonly = p->n_kwonly;
    c->n_locals = p->n_locals;
    c->n_cells = (int32_t)p->cellvars->length;
    c->n_free = (int32_t)p->freevars->length;
    c->n_fixed = c->n_locals + c->n_cells + c->n_free;
    c->n_regs = p->n_regs;
    c->flags = p->flags;
    c->first_line = p->first_line;
    c->n_insns = p->n_insns;
    c->n_handlers = p->n_handlers;
    c->n_runs = n_runs;
    c->wide = wide;
    c->n_params = p->n_args + p->n_kwonly + ((p->flags & WF_CO_VARARGS) != 0) + ((p->flags & WF_CO_VARKEYWORDS) != 0);
    c->simple = c->n_params == p->n_args;
    c->code = (const WfInsn *)(const void *)insns->data;
    c->k = p->consts->items;
    wf_store_ptr(&c->insns, insns);
    wf_store_ptr(&c->consts, p->consts);
    wf_store_ptr(&c->co_consts, p->co_consts);
    wf_store_ptr(&c->co_names, p->co_names);
    wf_store_ptr(&c->varnames, p->varnames);
    wf_store_ptr(&c->cellvars, p->cellvars);
    wf_store_ptr(&c->freevars, p->freevars);
    wf_store_ptr(&c->filename, p->filename);
    wf_store_ptr(&c->name, p->name);
    wf_store_ptr(&c->qualname, p->qualname);
    wf_store_ptr(&c->handlers, handlers);
    wf_store_ptr(&c->positions, runs);
    if (wf_gc_register_release(t, &c->h) != WF_OK) {
        return WF_EMPTY;
    }
    return wf_from_object(c);
}

void wf_code_trace(WfMarker *m, WfObject *o)
{
    WfCode *c = (WfCode *)o;
    wf_mark_slots(m, &c->insns, (offsetof(WfCode, x_live) - offsetof(WfCode, insns)) / sizeof(WfSlot));
}

static void code_release(WfObject *o)
{
    wf_liveness_release((WfCode *)o);
}

/* --- attributes ----------------------------------------------------------------------------------------- */

static WfCode *self_code(WfValue v)
{
    return wf_as_code(v);
}
#define GET_INT(name, expr)                                                                        \
    static WfValue get_##name(WfThread *t, WfValue self)                                           \
    {                                                                                              \
        const WfCode *c = self_code(self);                                                         \
        return wf_small_int(expr);                                                                 \
    }
#define GET_SLOT(name, field)                                                                      \
    static WfValue get_##name(WfThread *t, WfValue self)                                           \
    {                                                                                              \
        WfCode *c = self_code(self);                                                               \
        return wf_code_load(t, c) != WF_OK ? WF_EMPTY : wf_load(&c->field);                        \
    }
GET_INT(argcount, c->n_args)
GET_INT(posonlyargcount, c->n_posonly)
GET_INT(kwonlyargcount, c->n_kwonly)
GET_INT(nlocals, c->n_locals)
GET_INT(stacksize, c->n_regs)
GET_INT(flags, c->flags)
GET_INT(firstlineno, c->first_line)
GET_SLOT(consts, co_consts)
GET_SLOT(names, co_names)
GET_SLOT(varnames, varnames)
GET_SLOT(cellvars, cellvars)
GET_SLOT(freevars, freevars)
GET_SLOT(filename, filename)
GET_SLOT(name, name)
GET_SLOT(qualname, qualname)

static WfValue raw_bytes(WfThread *t, WfValue self, size_t offset)
{
    if (wf_code_load(t, self_code(self)) != WF_OK) {
        return WF_EMPTY;
    }
    const WfSlot *slot = (const WfSlot *)(const void *)((const char *)self_code(self) + offset);
    WfRaw *raw = WF_LOAD(WfRaw, slot);
    return wf_bytes_new(t, raw == NULL ? (const uint8_t *)"" : raw->data, raw == NULL ? 0 : raw->size);
}

static WfValue get_code_bytes(WfThread *t, WfValue self)
{
    WfValue b = raw_bytes(t, self, offsetof(WfCode, insns));
    if (!wf_is_empty(b)) { /* the program without its caches, which change */
        WfInsn *code = (WfInsn *)(void *)wf_as_bytes(b)->data;
        for (int32_t i = 0; i < self_code(self)->n_insns; i++) {
            WfInsn insn;
            memcpy(&insn, code + i, sizeof insn);
            WfExtra extra = (WfExtra)wf_op_info[WF_INSN_OP(insn)].extra;
            i += extra != WF_EXTRA_0;
            if (extra == WF_EXTRA_CACHE) {
                memset(code + i, 0, sizeof insn);
            }
        }
    }
    return b;
}
static WfValue get_linetable(WfThread *t, WfValue self)
{
    WfCodeParts p;
    if (wf_code_parts(t, self_code(self), &p) != WF_OK) {
        return WF_EMPTY;
    }
    return wf_bytes_new(t, (const uint8_t *)p.positions, p.positions == NULL ? 0 : (int64_t)p.n_insns * (int64_t)sizeof(WfPosition));
}
static WfValue get_exceptiontable(WfThread *t, WfValue self)
{
    return raw_bytes(t, self, offsetof(WfCode, handlers));
}

static WfValue number_or_none(int64_t i, int64_t least)
{
    return i < least ? WF_NONE : wf_small_int(i);
}

static WfValue code_positions(WfThread *t, WfValue *a)
{
    WfCode *c = self_code(a[0]);
    if (wf_code_load(t, c) != WF_OK) {
        return WF_EMPTY;
    }
    WfValue list = wf_list_new(t, c->n_insns);
    for (int32_t i = 0; i < c->n_insns && !wf_is_empty(list); i++) {
        WfPosition p;
        bool known = wf_code_position(c, i, &p);
        WfValue entry = known ? WF_TUPLE_OF(t, wf_small_int(p.line), p.n_lines == 0xffff ? WF_NONE : wf_small_int((int64_t)p.line + p.n_lines),
                                            number_or_none(p.col, 0), number_or_none(p.end_col, 0))
                              : WF_TUPLE_OF(t, WF_NONE, WF_NONE, WF_NONE, WF_NONE);
        if (wf_is_empty(entry) || wf_list_append(t, wf_as_list(list), entry) != WF_OK) {
            return WF_EMPTY;
        }
    }
    return wf_is_empty(list) ? list : wf_iter(t, list);
}

static WfValue code_lines(WfThread *t, WfValue *a)
{
    WfCode *c = self_code(a[0]);
    if (wf_code_load(t, c) != WF_OK) {
        return WF_EMPTY;
    }
    WfValue list = wf_list_new(t, 0);
    for (int32_t i = 0; i < c->n_insns && !wf_is_empty(list);) {
        WfPosition p, q;
        int32_t start = i;
        bool known = wf_code_position(c, i, &p);
        do {
            i++;
        } while (i < c->n_insns && (wf_code_position(c, i, &q) ? known && q.line == p.line : !known));
        WfValue entry = WF_TUPLE_OF(t, wf_small_int((int64_t)start * 2), wf_small_int((int64_t)i * 2), known ? wf_small_int(p.line) : WF_NONE);
        if (wf_is_empty(entry) || wf_list_append(t, wf_as_list(list), entry) != WF_OK) {
            return WF_EMPTY;
        }
    }
    return wf_is_empty(list) ? list : wf_iter(t, list);
}

/* --- making ------------------------------------------------------------------------------------------------ */

WfStatus wf_code_parts(WfThread *t, WfCode *c, WfCodeParts *p)
{
    if (wf_code_load(t, c) != WF_OK) {
        return WF_RAISED;
    }
    *p = (WfCodeParts){
        .n_args = c->n_args,
        .n_posonly = c->n_posonly,
        .n_kwonly = c->n_kwonly,
        .n_locals = c->n_locals,
        .n_regs = c->n_regs,
        .first_line = c->first_line,
        .flags = c->flags,
        .insns = c->code,
        .n_insns = c->n_insns,
        .n_handlers = c->n_handlers,
        .consts = WF_LOAD(WfTuple, &c->consts),
        .co_consts = WF_LOAD(WfTuple, &c->co_consts),
        .co_names = WF_LOAD(WfTuple, &c->co_names),
        .varnames = WF_LOAD(WfTuple, &c->varnames),
        .cellvars = WF_LOAD(WfTuple, &c->cellvars),
        .freevars = WF_LOAD(WfTuple, &c->freevars),
        .filename = WF_LOAD(WfStr, &c->filename),
        .name = WF_LOAD(WfStr, &c->name),
        .qualname = WF_LOAD(WfStr, &c->qualname),
    };
    WfRaw *handlers = WF_LOAD(WfRaw, &c->handlers);
    p->handlers = handlers == NULL ? NULL : (const WfHandler *)(const void *)handlers->data;
    if (c->n_runs == 0) {
        return WF_OK;
    }
    WfRaw *positions = wf_gc_alloc_raw(t, (int64_t)c->n_insns * (int64_t)sizeof(WfPosition), false);
    if (positions == NULL) {
        return WF_RAISED;
    }
    WfPosition *out = (WfPosition *)(void *)positions->data;
    const uint8_t *runs = WF_LOAD(WfRaw, &c->positions)->data + c->at;
    uint32_t run = 0;
    for (int32_t i = 0; i < c->n_insns; i++) {
        while (run + 1 < c->n_runs && run_at(c, runs, run + 1).start <= (uint32_t)i) {
            run++;
        }
        out[i] = run_at(c, runs, run).position;
    }
    p->positions = out;
    return WF_OK;
}

static WfStatus replace_int(WfThread *t, WfValue v, int32_t *field)
{
    if (wf_is_empty(v)) {
        return WF_OK;
    }
    int i;
    if (wf_to_int(t, v, &i) != WF_OK) {
        return WF_RAISED;
    }
    *field = i;
    return WF_OK;
}

static WfStatus replace_names(WfThread *t, WfValue v, WfTuple **field, const char *what)
{
    if (wf_is_empty(v)) {
        return WF_OK;
    }
    if (!wf_is_tuple(v)) {
        return WF_FAIL(wf_raise(t, WF_EXC(TypeError), "replace() argument '%s' must be tuple, not %T", what, v));
    }
    WfTuple *names = wf_tuple_alloc(t, wf_as_tuple(v)->length);
    for (int64_t i = 0; names != NULL && i < names->length; i++) {
        WfValue name = wf_tuple_at(wf_as_tuple(v), i);
        if (!wf_is_str(name)) {
            return WF_FAIL(wf_raise(t, WF_EXC(TypeError), "name tuples must contain only strings, not '%T'", name));
        }
        name = wf_str_intern(t, name);
        if (wf_is_empty(name)) {
            return WF_RAISED;
        }
        wf_store(&names->items[i], name);
    }
    *field = names;
    return names == NULL ? WF_RAISED : WF_OK;
}

static WfStatus replace_str(WfThread *t, WfValue v, WfStr **field, const char *what)
{
    if (wf_is_empty(v)) {
        return WF_OK;
    }
    if (!wf_is_str(v)) {
        return WF_FAIL(wf_raise(t, WF_EXC(TypeError), "replace() argument '%s' must be str, not %T", what, v));
    }
    *field = wf_as_str(v);
    return WF_OK;
}

/* The program's constants changed: those of the old tuple are replaced one by one where they stand among our own. */
static WfStatus replace_consts(WfThread *t, WfValue v, WfCodeParts *p)
{
    if (wf_is_empty(v)) {
        return WF_OK;
    }
    if (!wf_is_tuple(v)) {
        return WF_FAIL(wf_raise(t, WF_EXC(TypeError), "replace() argument 'co_consts' must be tuple, not %T", v));
    }
    WfValue own = wf_tuple_from(t, (const WfValue *)(const void *)p->consts->items, p->consts->length);
    if (wf_is_empty(own)) {
        return WF_RAISED;
    }
    WfTuple *fresh = wf_as_tuple(v), *old = p->co_consts;
    for (int64_t i = 0; i < old->length && i < fresh->length; i++) {
        for (int64_t k = 0; k < p->consts->length; k++) {
            if (wf_is(wf_tuple_at(p->consts, k), wf_tuple_at(old, i))) {
                wf_store(&wf_as_tuple(own)->items[k], wf_tuple_at(fresh, i));
            }
        }
    }
    p->consts = wf_as_tuple(own);
    p->co_consts = fresh;
    return WF_OK;
}

static WfStatus replace_raw(WfThread *t, WfValue v, const void **field, int32_t *n, size_t item, const char *what)
{
    if (wf_is_empty(v)) {
        return WF_OK;
    }
    if (!wf_is_bytes(v)) {
        return WF_FAIL(wf_raise(t, WF_EXC(TypeError), "replace() argument '%s' must be bytes, not %T", what, v));
    }
    if ((size_t)wf_as_bytes(v)->length % item != 0 || wf_as_bytes(v)->length / (int64_t)item > INT32_MAX) {
        return WF_FAIL(wf_raise(t, WF_EXC(ValueError), "code: %s is malformed", what));
    }
    *field = wf_as_bytes(v)->length == 0 ? NULL : wf_as_bytes(v)->data;
    if (n != NULL) {
        *n = (int32_t)(wf_as_bytes(v)->length / (int64_t)item);
    }
    return WF_OK;
}

/* Of what a program says the instructions are. */
static WfValue new_untrusted(WfThread *t, const WfCodeParts *p)
{
    const char *wrong = wf_code_verify(p);
    wrong = wrong == NULL ? wf_code_prove(p) : wrong;
    return wrong == NULL ? wf_code_new(t, p) : wf_raise(t, WF_EXC(ValueError), "code: %s", wrong);
}

enum {
    R_SELF, R_ARGCOUNT, R_POSONLY, R_KWONLY, R_NLOCALS, R_STACKSIZE, R_FLAGS, R_FIRSTLINE, R_CODE, R_CONSTS, R_NAMES, R_VARNAMES,
    R_FREEVARS, R_CELLVARS, R_FILENAME, R_NAME, R_QUALNAME, R_LINETABLE, R_EXCEPTIONTABLE
};
static WfValue code_replace(WfThread *t, WfValue *a)
{
    WfCodeParts p;
    if (wf_code_parts(t, self_code(a[0]), &p) != WF_OK) {
        return WF_EMPTY;
    }
    WfValue lines = a[R_LINETABLE];
    if (wf_is_bytes(lines) && (size_t)wf_as_bytes(lines)->length != (size_t)p.n_insns * sizeof(WfPosition)) {
        lines = wf_bytes_new(t, "", 0); /* made for other instructions: no lines at all */
        if (wf_is_empty(lines)) {
            return WF_EMPTY;
        }
    }
    int32_t flags = (int32_t)p.flags, n_positions = p.n_insns;
    const void *insns = p.insns, *positions = p.positions, *handlers = p.handlers;
    if (replace_int(t, a[R_ARGCOUNT], &p.n_args) != WF_OK || replace_int(t, a[R_POSONLY], &p.n_posonly) != WF_OK
        || replace_int(t, a[R_KWONLY], &p.n_kwonly) != WF_OK || replace_int(t, a[R_NLOCALS], &p.n_locals) != WF_OK
        || replace_int(t, a[R_STACKSIZE], &p.n_regs) != WF_OK || replace_int(t, a[R_FLAGS], &flags) != WF_OK
        || replace_int(t, a[R_FIRSTLINE], &p.first_line) != WF_OK || replace_consts(t, a[R_CONSTS], &p) != WF_OK
        || replace_names(t, a[R_NAMES], &p.co_names, "co_names") != WF_OK
        || replace_names(t, a[R_VARNAMES], &p.varnames, "co_varnames") != WF_OK
        || replace_names(t, a[R_FREEVARS], &p.freevars, "co_freevars") != WF_OK
        || replace_names(t, a[R_CELLVARS], &p.cellvars, "co_cellvars") != WF_OK
        || replace_str(t, a[R_FILENAME], &p.filename, "co_filename") != WF_OK || replace_str(t, a[R_NAME], &p.name, "co_name") != WF_OK
        || replace_str(t, a[R_QUALNAME], &p.qualname, "co_qualname") != WF_OK
        || replace_raw(t, a[R_CODE], &insns, &p.n_insns, sizeof(WfInsn), "co_code") != WF_OK
        || replace_raw(t, lines, &positions, &n_positions, sizeof(WfPosition), "co_linetable") != WF_OK
        || replace_raw(t, a[R_EXCEPTIONTABLE], &handlers, &p.n_handlers, sizeof(WfHandler), "co_exceptiontable") != WF_OK) {
        return WF_EMPTY;
    }
    p.flags = (uint32_t)flags;
    p.insns = (const WfInsn *)insns;
    p.positions = n_positions == p.n_insns ? (const WfPosition *)positions : NULL;
    p.handlers = (const WfHandler *)handlers;
    bool same = true; /* what the instructions rely on */
    const int relied[] = {R_ARGCOUNT, R_KWONLY, R_NLOCALS, R_STACKSIZE, R_FLAGS, R_CODE, R_CONSTS, R_FREEVARS, R_CELLVARS, R_EXCEPTIONTABLE};
    for (size_t i = 0; i < WF_ARRAY_LEN(relied); i++) {
        same = same && wf_is_empty(a[relied[i]]);
    }
    return same ? wf_code_new(t, &p) : new_untrusted(t, &p);
}

static bool same_raw(const WfSlot *a, const WfSlot *b)
{
    WfRaw *x = WF_LOAD(WfRaw, a), *y = WF_LOAD(WfRaw, b);
    if (x == NULL || y == NULL) {
        return x == y;
    }
    return x->size == y->size && memcmp(x->data, y->data, (size_t)x->size) == 0;
}

static bool same_positions(const WfCode *x, const WfCode *y)
{
    const WfRaw *a = WF_LOAD(WfRaw, &x->positions), *b = WF_LOAD(WfRaw, &y->positions);
    return x->n_runs == y->n_runs && x->wide == y->wide
           && (x->n_runs == 0 || memcmp(a->data + x->at, b->data + y->at, x->n_runs * WF_POSITION_RUN(x->wide)) == 0);
}

/* Constants are equal only if their types are, too, and for floats their signs. */
static WfFound same_constant(WfThread *t, WfValue a, WfValue b)
{
    if (wf_is(a, b)) {
        return WF_FOUND;
    }
    if (wf_type(a) != wf_type(b)) {
        return WF_MISSING;
    }
    if (wf_is_tuple(a)) {
        if (wf_as_tuple(a)->length != wf_as_tuple(b)->length) {
            return WF_MISSING;
        }
        for (int64_t i = 0; i < wf_as_tuple(a)->length; i++) {
            WfFound same = same_constant(t, wf_tuple_at(wf_as_tuple(a), i), wf_tuple_at(wf_as_tuple(b), i));
            if (same != WF_FOUND) {
                return same;
            }
        }
        return WF_FOUND;
    }
    if (wf_is_double(a)) {
        return WF_MISSING;
    }
    return wf_equal(t, a, b);
}

static WfFound codes_equal(WfThread *t, const WfCode *x, const WfCode *y)
{
    if (x->n_args != y->n_args || x->n_posonly != y->n_posonly || x->n_kwonly != y->n_kwonly || x->flags != y->flags
        || x->first_line != y->first_line || x->n_insns != y->n_insns || !same_raw(&x->handlers, &y->handlers)
        || !same_positions(x, y)) {
        return WF_MISSING;
    }
    for (int32_t i = 0; i < x->n_insns; i++) {
        if (x->code[i] != y->code[i]) {
            return WF_MISSING;
        }
        WfExtra extra = (WfExtra)wf_op_info[WF_INSN_OP(x->code[i])].extra;
        i += extra != WF_EXTRA_0;
        if (extra == WF_EXTRA_ARG && x->code[i] != y->code[i]) {
            return WF_MISSING;
        }
    }
    const WfSlot *names[][2] = {{&x->name, &y->name}, {&x->co_names, &y->co_names}, {&x->varnames, &y->varnames},
                                {&x->cellvars, &y->cellvars}, {&x->freevars, &y->freevars}};
    for (size_t i = 0; i < WF_ARRAY_LEN(names); i++) {
        WfFound same = wf_equal(t, wf_load(names[i][0]), wf_load(names[i][1]));
        if (same != WF_FOUND) {
            return same;
        }
    }
    return same_constant(t, wf_load(&x->consts), wf_load(&y->consts));
}

static WfValue code_compare(WfThread *t, WfValue a, WfValue b, int op)
{
    if ((op != WF_EQ && op != WF_NE) || !WF_IS_KIND(b, CODE)) {
        return WF_NOT_IMPLEMENTED;
    }
    if (wf_code_load(t, self_code(a)) != WF_OK || wf_code_load(t, self_code(b)) != WF_OK) {
        return WF_EMPTY;
    }
    WfFound same = wf_is(a, b) ? WF_FOUND : codes_equal(t, self_code(a), self_code(b));
    return same == WF_ERROR ? WF_EMPTY : WF_BOOL((same == WF_FOUND) == (op == WF_EQ));
}

static WfStatus code_hash(WfThread *t, WfValue self, int64_t *hash)
{
    WfCode *c = self_code(self);
    if (wf_code_load(t, c) != WF_OK) {
        return WF_RAISED;
    }
    uint64_t h = (uint64_t)wf_str_hash(WF_LOAD(WfStr, &c->name));
    h = (h ^ (uint64_t)c->n_args) * 1000003u;
    h = (h ^ (uint64_t)c->n_insns) * 1000003u;
    h = (h ^ (uint64_t)c->first_line) * 1000003u;
    *hash = (int64_t)h == -1 ? -2 : (int64_t)h;
    return WF_OK;
}

static WfValue code_repr(WfThread *t, WfValue self)
{
    const WfCode *c = self_code(self);
    return wf_str_format(t, "<code object %U at %p, file \"%V\", line %d>", WF_LOAD(WfStr, &c->name), (const void *)c,
                         wf_load(&c->filename), (int)c->first_line);
}

static WfValue code_sizeof(WfThread *t, WfValue *a)
{
    WfCode *c = self_code(a[0]);
    if (wf_code_load(t, c) != WF_OK) {
        return WF_EMPTY;
    }
    return wf_small_int((int64_t)sizeof(WfCode) + (int64_t)c->n_insns * (int64_t)sizeof(WfInsn) + (int64_t)c->n_runs * (int64_t)WF_POSITION_RUN(c->wide));
}

static WfValue code_new(WfThread *t, WfType *type, const WfArgs *args)
{
    (void)type;
    WfValue a[18];
    static const char sig[] = "(argcount, posonlyargcount, kwonlyargcount, nlocals, stacksize, flags, codestring, constants, names, "
                              "varnames, filename, name, qualname, firstlineno, linetable, exceptiontable, freevars=?, cellvars=?, /)";
    if (wf_parse_args(t, "code", sig, args, a, 18) != WF_OK) {
        return WF_EMPTY;
    }
    return wf_raise(t, WF_EXC(NotImplementedError), "code() is not supported; use replace() of an existing code object");
}

static const WfBuiltinDef code_methods[] = {
    {"co_positions", code_positions, "(self)", "Line, end line, column and end column of every instruction word.", 0},
    {"co_lines", code_lines, "(self)", "Ranges of instructions with their lines: start, end, line.", 0},
    {"replace", code_replace,
     "(self, *, co_argcount=?, co_posonlyargcount=?, co_kwonlyargcount=?, co_nlocals=?, co_stacksize=?, co_flags=?, "
     "co_firstlineno=?, co_code=?, co_consts=?, co_names=?, co_varnames=?, co_freevars=?, co_cellvars=?, co_filename=?, "
     "co_name=?, co_qualname=?, co_linetable=?, co_exceptiontable=?)",
     "A copy with some parts replaced.", 0},
    {"__sizeof__", code_sizeof, "(self)", "Size in memory, in bytes.", 0},
    {0}};
#define MEMBER(name) {"co_" #name, get_##name, NULL, NULL, WF_GS_MEMBER}
static const WfGetSetDef code_getsets[] = {
    MEMBER(argcount), MEMBER(posonlyargcount), MEMBER(kwonlyargcount), {"co_nlocals", get_nlocals, NULL, NULL, 0}, MEMBER(stacksize),
    MEMBER(flags), MEMBER(firstlineno), MEMBER(consts), MEMBER(names), {"co_varnames", get_varnames, NULL, NULL, 0},
    {"co_cellvars", get_cellvars, NULL, NULL, 0}, {"co_freevars", get_freevars, NULL, NULL, 0}, MEMBER(filename), MEMBER(name),
    MEMBER(qualname), MEMBER(linetable), MEMBER(exceptiontable), {"co_code", get_code_bytes, NULL, NULL, 0}, {0}};
const WfTypeSpec wf_code_spec = {
    .name = "code",
    .doc = "Compiled code: instructions, constants and names.",
    .flags = WF_TF_WEAKREFS,
    .size = sizeof(WfCode),
    .methods = code_methods,
    .getsets = code_getsets,
    .slots = {.repr = code_repr, .hash = code_hash, .richcompare = code_compare, .new_ = code_new, .release = code_release},
};
