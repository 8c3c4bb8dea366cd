/* unit.c - code objects as bytes, and back.
 * SPDX-License-Identifier: MIT
 *
 * Design:     most functions of a program's modules are never called. So what is read from a file is checked as a whole (checksum)
 *             and kept as it is; a code object begins as its head alone, with LOAD_CODE as its only instruction, and constants, names
 *             and instructions come out of the unit when it is first run or looked at (wf_code_load). They are verified then.
 *             Layout, integers little-endian, "n" a number in groups of 7 bits, lowest first, bit 7: more follow:
 *
 *               0   u32 layout      4  u32 length of the whole unit      8  u64 checksum of all behind it
 *               16  u32 number of records   20  u32 record of the root code      24  u32 for each record: where it begins
 *               ... records
 *
 *             A record: its type, then  a A u U: n, text (ASCII, interned ASCII, UTF-8, interned UTF-8);  b: n, bytes;
 *             i: n, the int's bytes (two's complement);  x: two doubles (complex);  ( and >: n, refs (tuple, frozenset);
 *             c: code, head (see put_head) and body (see put_body).
 *             A ref: n, whose lowest bits say: 0 record n >> 2;  1 small int n >> 2 (zigzag);  2 a constant;  3 a double follows.
 * Invariants: U1 a record refers only to those before it: no cycles.  U2 every read is checked against the unit's end; what does
 *             not fit is a ValueError. A unit whose checksum fits may still be made to harm: the verifier refuses it.
 * Threads:    two threads may make the same record's object: one is kept, or both, which nobody can tell. The parts of a code object
 *             are published by wf_code_load under the object's lock.
 * Tests:      tests/modules/code_units.py */
#include "code/unit.h"

#include "code/verify.h"
#include "objects/bytes.h"
#include "objects/codecs.h"
#include "objects/dict.h"
#include "objects/int.h"
#include "objects/list.h"
#include "objects/set.h"
#include "objects/str.h"
#include "objects/tuple.h"

/* Changes with everything that gives a source's code its form (tools/gen_code_version.py). */
static const uint32_t layout =
#include "code_version.inc"
    ;
#define HEAD_SIZE 24u
#define MAX_DEPTH 200

enum { REF_RECORD, REF_INT, REF_CONSTANT, REF_DOUBLE };
enum { CONST_NONE, CONST_TRUE, CONST_FALSE, CONST_ELLIPSIS, CONST_ABSENT };

static const WfValue constants[] = {WF_NONE, WF_TRUE, WF_FALSE, WF_ELLIPSIS, WF_EMPTY};

/* Four lanes: units are checked whole each time a module is loaded. */
static uint64_t check_of(const uint8_t *p, size_t n)
{
    uint64_t lane[4] = {0x9e3779b97f4a7c15u, 0xbf58476d1ce4e5b9u, 0x94d049bb133111ebu, 0xd6e8feb86659fd93u};
    uint64_t last[4] = {0};
    size_t i = 0;
    for (; i + 32 <= n; i += 32) {
        for (int k = 0; k < 4; k++) {
            uint64_t w;
            memcpy(&w, p + i + 8 * k, 8);
            lane[k] = (lane[k] ^ w) * 0x9fb21c651e98df25u;
            lane[k] ^= lane[k] >> 29;
        }
    }
    memcpy(last, p + i, n - i);
    uint64_t h = n;
    for (int k = 0; k < 4; k++) {
        h = (h ^ lane[k] ^ last[k]) * 0x9fb21c651e98df25u;
        h ^= h >> 32;
    }
    return h;
}

/* --- writing ------------------------------------------------------------------------------------------------ */

typedef struct Writer {
    WfThread *t;
    WfRaw *buffer; /* records */
    int64_t length;
    WfRaw *starts; /* u32 each */
    int64_t n_records;
    WfDict *numbers; /* address, or the str itself -> number */
    int depth;
} Writer;

static WfStatus grow(Writer *w, WfRaw **buffer, int64_t used, int64_t more)
{
    int64_t capacity = *buffer == NULL ? 0 : (*buffer)->size;
    if (used + more > capacity) {
        int64_t size = capacity * 2 > used + more ? capacity * 2 : used + more + 1024;
        WfRaw *fresh = wf_gc_alloc_raw(w->t, size, false);
        if (fresh == NULL) {
            return WF_RAISED;
        }
        if (used > 0) {
            memcpy(fresh->data, (*buffer)->data, (size_t)used);
        }
        *buffer = fresh;
    }
    return WF_OK;
}

static WfStatus put(Writer *w, const void *data, int64_t n)
{
    if (grow(w, &w->buffer, w->length, n) != WF_OK) {
        return WF_RAISED;
    }
    memcpy(w->buffer->data + w->length, data, (size_t)n);
    w->length += n;
    return WF_OK;
}

static WfStatus put_n(Writer *w, uint64_t n)
{
    uint8_t bytes[10];
    int k = 0;
    for (; n >= 0x80; n >>= 7) {
        bytes[k++] = (uint8_t)(n | 0x80);
    }
    bytes[k++] = (uint8_t)n;
    return put(w, bytes, k);
}

static uint64_t zigzag(int64_t v)
{
    return (uint64_t)v << 1 ^ (uint64_t)(v >> 63);
}

/* A record begins that is known as `key` from now on. */
static WfStatus begin(Writer *w, WfValue key, char type, int64_t *number)
{
    *number = w->n_records;
    if (grow(w, &w->starts, w->n_records * 4, 4) != WF_OK) {
        return WF_RAISED;
    }
    uint32_t at = (uint32_t)w->length;
    memcpy(w->starts->data + w->n_records * 4, &at, 4);
    w->n_records++;
    if (w->length > INT32_MAX / 2) {
        return WF_FAIL(wf_raise(w->t, WF_EXC(ValueError), "unmarshallable object"));
    }
    return wf_dict_set(w->t, w->numbers, key, wf_small_int(*number)) != WF_OK ? WF_RAISED : put(w, &type, 1);
}

static WfStatus number_of(Writer *w, WfValue v, int64_t *number);

/* The ref to v, whose record exists already if it needs one. */
static WfStatus put_ref(Writer *w, WfValue v)
{
    for (size_t i = 0; i < WF_ARRAY_LEN(constants); i++) {
        if (wf_is(v, constants[i])) {
            return put_n(w, i << 2 | REF_CONSTANT);
        }
    }
    if (wf_is_double(v)) {
        double d = wf_as_double(v);
        return put_n(w, REF_DOUBLE) != WF_OK ? WF_RAISED : put(w, &d, 8);
    }
    if (wf_is_int(v)) {
        return put_n(w, zigzag(wf_as_int(v)) << 2 | REF_INT);
    }
    int64_t number;
    return number_of(w, v, &number) != WF_OK ? WF_RAISED : put_n(w, (uint64_t)number << 2 | REF_RECORD);
}

static bool is_immediate(WfValue v)
{
    return !wf_is_object(v);
}

/* Makes the records of what v's own record will refer to (U1). */
static WfStatus prepare(Writer *w, WfValue v)
{
    int64_t number;
    return is_immediate(v) ? WF_OK : number_of(w, v, &number);
}

static WfStatus prepare_items(Writer *w, const WfTuple *x)
{
    for (int64_t i = 0; i < x->length; i++) {
        if (prepare(w, wf_tuple_at(x, i)) != WF_OK) {
            return WF_RAISED;
        }
    }
    return WF_OK;
}

static WfStatus put_items(Writer *w, const WfTuple *x)
{
    if (put_n(w, (uint64_t)x->length) != WF_OK) {
        return WF_RAISED;
    }
    for (int64_t i = 0; i < x->length; i++) {
        if (put_ref(w, wf_tuple_at(x, i)) != WF_OK) {
            return WF_RAISED;
        }
    }
    return WF_OK;
}

static WfValue doc_of(const WfCodeParts *p)
{
    WfValue first = p->co_consts->length > 0 ? wf_tuple_at(p->co_consts, 0) : WF_EMPTY;
    return !wf_is_empty(first) && wf_is_str(first) ? first : WF_EMPTY;
}

/* n_args n_posonly n_kwonly n_locals n_cells n_free n_regs flags first_line(zigzag), refs: file name, name, qualified name, docstring */
static WfStatus put_head(Writer *w, const WfCodeParts *p)
{
    const uint64_t numbers[] = {(uint64_t)p->n_args, (uint64_t)p->n_posonly, (uint64_t)p->n_kwonly, (uint64_t)p->n_locals,
                                (uint64_t)p->cellvars->length, (uint64_t)p->freevars->length, (uint64_t)p->n_regs, p->flags,
                                zigzag(p->first_line)};
    for (size_t i = 0; i < WF_ARRAY_LEN(numbers); i++) {
        if (put_n(w, numbers[i]) != WF_OK) {
            return WF_RAISED;
        }
    }
    return put_ref(w, wf_from_object(p->filename)) != WF_OK || put_ref(w, wf_from_object(p->name)) != WF_OK
                   || put_ref(w, wf_from_object(p->qualname)) != WF_OK
               ? WF_RAISED
               : put_ref(w, doc_of(p));
}

/* The bits of an operand that its role has: none, 16, or 32 for those in b and c together. */
static WfStatus put_operand(Writer *w, unsigned role, uint32_t narrow, uint32_t wide)
{
    switch (role) {
    case WF_ROLE__: return WF_OK;
    case WF_ROLE_KW:
    case WF_ROLE_NW: return put_n(w, wide);
    case WF_ROLE_JW:
    case WF_ROLE_IW: return put_n(w, zigzag((int32_t)wide));
    case WF_ROLE_J:
    case WF_ROLE_C: return put_n(w, zigzag((int16_t)narrow));
    default: return put_n(w, (narrow + 1) & 0xffff); /* 0xffff is frequent: no register */
    }
}

static WfStatus put_insns(Writer *w, const WfCodeParts *p)
{
    for (int32_t i = 0; i < p->n_insns; i++) {
        const WfInsn insn = p->insns[i];
        const WfOpInfo *info = &wf_op_info[WF_INSN_OP(insn)];
        uint8_t op = (uint8_t)WF_INSN_OP(insn);
        if (put(w, &op, 1) != WF_OK || put_operand(w, info->a, WF_INSN_A(insn), 0) != WF_OK
            || put_operand(w, info->b, WF_INSN_B(insn), WF_INSN_BC(insn)) != WF_OK || put_operand(w, info->c, WF_INSN_C(insn), 0) != WF_OK) {
            return WF_RAISED;
        }
        i += info->extra != WF_EXTRA_0;
        if (info->extra == WF_EXTRA_ARG && put_n(w, p->insns[i]) != WF_OK) {
            return WF_RAISED;
        }
    }
    return WF_OK;
}

/* Words, handlers, runs of positions (n << 1 | wide); tuples: consts, co_consts, co_names, varnames, cellvars, freevars; handlers,
 * instructions, positions. */
static WfStatus put_body(Writer *w, const WfCodeParts *p)
{
    WfRaw *runs;
    uint32_t n_runs;
    bool wide;
    if (wf_code_pack_positions(w->t, p, &runs, &n_runs, &wide) != WF_OK || put_n(w, (uint64_t)p->n_insns) != WF_OK
        || put_n(w, (uint64_t)p->n_handlers) != WF_OK || put_n(w, (uint64_t)n_runs << 1 | wide) != WF_OK) {
        return WF_RAISED;
    }
    const WfTuple *tuples[] = {p->consts, p->co_consts, p->co_names, p->varnames, p->cellvars, p->freevars};
    for (size_t i = 0; i < WF_ARRAY_LEN(tuples); i++) {
        if (put_items(w, tuples[i]) != WF_OK) {
            return WF_RAISED;
        }
    }
    for (int32_t i = 0; i < p->n_handlers; i++) {
        const WfHandler *h = &p->handlers[i];
        if (put_n(w, h->start) != WF_OK || put_n(w, h->end) != WF_OK || put_n(w, h->target) != WF_OK || put_n(w, h->reg) != WF_OK) {
            return WF_RAISED;
        }
    }
    return put_insns(w, p) != WF_OK ? WF_RAISED : n_runs == 0 ? WF_OK : put(w, runs->data, (int64_t)n_runs * WF_POSITION_RUN(wide));
}

static WfStatus write_code(Writer *w, WfValue v, WfValue key, int64_t *number)
{
    WfCodeParts p;
    if (wf_code_parts(w->t, wf_as_code(v), &p) != WF_OK) {
        return WF_RAISED;
    }
    const WfTuple *tuples[] = {p.consts, p.co_consts, p.co_names, p.varnames, p.cellvars, p.freevars};
    const WfStr *strings[] = {p.filename, p.name, p.qualname};
    for (size_t i = 0; i < WF_ARRAY_LEN(strings); i++) {
        if (prepare(w, wf_from_object(strings[i])) != WF_OK) {
            return WF_RAISED;
        }
    }
    for (size_t i = 0; i < WF_ARRAY_LEN(tuples); i++) {
        if (prepare_items(w, tuples[i]) != WF_OK) {
            return WF_RAISED;
        }
    }
    return begin(w, key, 'c', number) != WF_OK || put_head(w, &p) != WF_OK ? WF_RAISED : put_body(w, &p);
}

static WfStatus write_text(Writer *w, WfValue v, WfValue key, int64_t *number)
{
    const WfStr *s = wf_as_str(v);
    bool interned = wf_str_is_interned(s);
    int64_t n;
    const char *text = wf_str_utf8_pass(w->t, v, &n);
    char type = wf_str_is_ascii(s) ? (interned ? 'A' : 'a') : (interned ? 'U' : 'u');
    return text == NULL || begin(w, key, type, number) != WF_OK || put_n(w, (uint64_t)n) != WF_OK ? WF_RAISED : put(w, text, n);
}

static WfStatus write_int(Writer *w, WfValue v, WfValue key, int64_t *number)
{
    int64_t n = (int64_t)wf_int_bit_length(v) / 8 + 1;
    WfRaw *raw = wf_gc_alloc_raw(w->t, n, false);
    return raw == NULL || wf_int_to_bytes(w->t, v, raw->data, (size_t)n, true, true) != WF_OK || begin(w, key, 'i', number) != WF_OK
                   || put_n(w, (uint64_t)n) != WF_OK
               ? WF_RAISED
               : put(w, raw->data, n);
}

static WfStatus write_record(Writer *w, WfValue v, WfValue key, int64_t *number)
{
    if (WF_IS_EXACT(v, STR)) {
        return write_text(w, v, key, number);
    }
    if (WF_IS_KIND(v, CODE)) {
        return write_code(w, v, key, number);
    }
    if (WF_IS_EXACT(v, INT)) {
        return write_int(w, v, key, number);
    }
    if (WF_IS_EXACT(v, BYTES)) {
        const WfBytes *b = wf_as_bytes(v);
        return begin(w, key, 'b', number) != WF_OK || put_n(w, (uint64_t)b->length) != WF_OK ? WF_RAISED : put(w, b->data, b->length);
    }
    if (WF_IS_EXACT(v, COMPLEX)) {
        const double parts[2] = {WF_AS(WfComplex, v)->real, WF_AS(WfComplex, v)->imag};
        return begin(w, key, 'x', number) != WF_OK ? WF_RAISED : put(w, parts, sizeof parts);
    }
    if (WF_IS_EXACT(v, TUPLE) || WF_IS_EXACT(v, FROZENSET)) {
        WfValue items = WF_IS_EXACT(v, TUPLE) ? v : wf_to_tuple(w->t, v);
        return wf_is_empty(items) || prepare_items(w, wf_as_tuple(items)) != WF_OK
                       || begin(w, key, WF_IS_EXACT(v, TUPLE) ? '(' : '>', number) != WF_OK
                   ? WF_RAISED
                   : put_items(w, wf_as_tuple(items));
    }
    return WF_FAIL(wf_raise(w->t, WF_EXC(ValueError), "unmarshallable object"));
}

/* v's record, written if there is none yet. Interned strings are known by themselves, all else by address. */
static WfStatus number_of(Writer *w, WfValue v, int64_t *number)
{
    WfValue key = wf_int_from_u64(w->t, v.bits), found;
    WfFound f = wf_is_empty(key) ? WF_ERROR : wf_dict_get(w->t, w->numbers, key, &found);
    if (f == WF_FOUND) {
        *number = wf_as_int(found);
        return WF_OK;
    }
    if (f == WF_ERROR) {
        return WF_RAISED;
    }
    if (++w->depth > MAX_DEPTH) {
        return WF_FAIL(wf_raise(w->t, WF_EXC(ValueError), "object too deeply nested to marshal"));
    }
    WfStatus status = write_record(w, v, key, number);
    w->depth--;
    return status;
}

WfValue wf_unit_dump(WfThread *t, WfCode *code)
{
    Writer w = {.t = t};
    WfValue numbers = wf_dict_new(t);
    if (wf_is_empty(numbers)) {
        return numbers;
    }
    w.numbers = wf_as_dict(numbers);
    int64_t root;
    if (number_of(&w, wf_from_object(code), &root) != WF_OK) {
        return WF_EMPTY;
    }
    uint32_t table = HEAD_SIZE + (uint32_t)w.n_records * 4, total = table + (uint32_t)w.length;
    WfValue out = wf_bytes_new(t, NULL, total);
    if (wf_is_empty(out)) {
        return out;
    }
    uint8_t *p = wf_as_bytes(out)->data;
    const uint32_t counts[] = {(uint32_t)w.n_records, (uint32_t)root};
    memcpy(p + 16, counts, sizeof counts);
    for (int64_t i = 0; i < w.n_records; i++) {
        uint32_t at;
        memcpy(&at, w.starts->data + i * 4, 4);
        at += table;
        memcpy(p + HEAD_SIZE + i * 4, &at, 4);
    }
    memcpy(p + table, w.buffer->data, (size_t)w.length);
    wf_unit_seal(p, total);
    return out;
}

void wf_unit_seal(uint8_t *data, size_t n)
{
    const uint32_t head[] = {layout, (uint32_t)n};
    const uint64_t check = check_of(data + 16, n - 16);
    memcpy(data, head, sizeof head);
    memcpy(data + 8, &check, 8);
}

/* --- reading ------------------------------------------------------------------------------------------------ */

typedef struct Reader {
    WfThread *t;
    WfRaw *unit;
    WfSlots *values; /* one for each record, EMPTY until it is needed */
    const uint8_t *p, *end;
    uint32_t limit; /* records below may be referred to (U1) */
    int depth;
    bool bad;
} Reader;

static WfValue damaged(WfThread *t)
{
    return wf_raise(t, WF_EXC(ValueError), "bad marshal data (code is damaged)");
}

static const uint8_t *take(Reader *r, uint64_t n)
{
    if (n > (uint64_t)(r->end - r->p)) {
        r->bad = true;
        return NULL;
    }
    const uint8_t *p = r->p;
    r->p += n;
    return p;
}

static uint64_t take_n(Reader *r)
{
    uint64_t v = 0;
    for (int shift = 0; shift < 64; shift += 7) {
        if (r->p >= r->end) {
            break;
        }
        uint8_t b = *r->p++;
        v |= (uint64_t)(b & 0x7f) << shift;
        if (b < 0x80) {
            return v;
        }
    }
    r->bad = true;
    return 0;
}

static int32_t take_int(Reader *r)
{
    uint64_t n = take_n(r);
    r->bad |= n > INT32_MAX;
    return (int32_t)n;
}

static int64_t unzigzag(uint64_t v)
{
    return (int64_t)(v >> 1) ^ -(int64_t)(v & 1);
}

static bool place(Reader *r, uint32_t number)
{
    uint32_t n, at;
    memcpy(&n, r->unit->data + 16, 4);
    if (number >= n) {
        return false;
    }
    memcpy(&at, r->unit->data + HEAD_SIZE + (size_t)number * 4, 4);
    if (at < HEAD_SIZE + (uint64_t)n * 4 || at >= (uint64_t)r->unit->size) {
        return false;
    }
    r->p = r->unit->data + at;
    return true;
}

static bool failed(const Reader *r)
{
    return r->bad || wf_pending(r->t);
}

static WfValue record_value(Reader *r, uint32_t number);

/* EMPTY: an exception is pending, or (bad false, nothing pending) "absent". */
static WfValue take_ref(Reader *r)
{
    if (failed(r)) { /* nothing is made while an exception is pending */
        return WF_EMPTY;
    }
    uint64_t n = take_n(r);
    switch (n & 3) {
    case REF_RECORD:
        if (n >> 2 >= r->limit) {
            r->bad = true;
            return WF_EMPTY;
        }
        return record_value(r, (uint32_t)(n >> 2));
    case REF_INT: {
        int64_t i = unzigzag(n >> 2);
        return wf_int_from_i64(r->t, i);
    }
    case REF_CONSTANT:
        if (n >> 2 >= WF_ARRAY_LEN(constants)) {
            r->bad = true;
            return WF_EMPTY;
        }
        return constants[n >> 2];
    default: {
        double d = 0;
        const uint8_t *p = take(r, 8);
        if (p != NULL) {
            memcpy(&d, p, 8);
        }
        return wf_double_any(d);
    }
    }
}

static WfTuple *take_tuple(Reader *r)
{
    uint64_t n = take_n(r);
    if (r->bad || n > (uint64_t)(r->end - r->p)) { /* every item takes a byte */
        r->bad = true;
        return NULL;
    }
    WfTuple *x = wf_tuple_alloc(r->t, (int64_t)n);
    for (uint64_t i = 0; x != NULL && i < n; i++) {
        WfValue v = take_ref(r);
        if (wf_is_empty(v)) {
            r->bad = true;
            return NULL;
        }
        wf_store(&x->items[i], v);
    }
    return failed(r) ? NULL : x;
}

static WfTuple *take_names(Reader *r)
{
    WfTuple *x = take_tuple(r);
    for (int64_t i = 0; x != NULL && i < x->length; i++) {
        if (!WF_IS_EXACT(wf_tuple_at(x, i), STR)) {
            r->bad = true;
            return NULL;
        }
    }
    return x;
}

static WfStr *take_str(Reader *r)
{
    WfValue v = take_ref(r);
    if (wf_is_empty(v) || !WF_IS_EXACT(v, STR)) {
        r->bad = true;
        return NULL;
    }
    return wf_as_str(v);
}

static WfValue take_text(Reader *r, bool ascii, bool interned)
{
    uint64_t n = take_n(r);
    const char *text = (const char *)take(r, n);
    if (text == NULL) {
        return WF_EMPTY;
    }
    if (ascii && interned) {
        for (uint64_t i = 0; i < n; i++) {
            if ((uint8_t)text[i] >= 0x80) {
                r->bad = true;
                return WF_EMPTY;
            }
        }
        WfStr *s = wf_str_intern_utf8(r->t, text, (int64_t)n);
        return s == NULL ? WF_EMPTY : wf_from_object(s);
    }
    WfValue s = wf_decode_utf8(r->t, text, (int64_t)n, "surrogatepass", NULL);
    return wf_is_empty(s) || !interned ? s : wf_str_intern(r->t, s);
}

/* What a code object's head says, and where its body begins. */
static WfValue take_head(Reader *r)
{
    int32_t n[7];
    for (size_t i = 0; i < WF_ARRAY_LEN(n); i++) {
        n[i] = take_int(r);
    }
    uint64_t flags = take_n(r);
    int64_t first_line = unzigzag(take_n(r));
    WfStr *filename = take_str(r), *name = take_str(r), *qualname = take_str(r);
    WfValue doc = take_ref(r);
    int64_t n_params = (int64_t)n[0] + n[2] + ((flags & WF_CO_VARARGS) != 0) + ((flags & WF_CO_VARKEYWORDS) != 0);
    int64_t n_fixed = (int64_t)n[3] + n[4] + n[5];
    if (failed(r) || flags > UINT32_MAX || first_line != (int32_t)first_line || n[1] > n[0] || n_params > n[3] || n_fixed > n[6] || n[6] < 1
        || n[6] > 0xffff || (!wf_is_empty(doc) && !wf_is_str(doc))) {
        r->bad = true;
        return WF_EMPTY;
    }
    WfCode *c = WF_NEW(r->t, WfCode, CODE, CODE);
    if (c == NULL) {
        return WF_EMPTY;
    }
    c->n_args = n[0];
    c->n_posonly = n[1];
    c->n_kwonly = n[2];
    c->n_locals = n[3];
    c->n_cells = n[4];
    c->n_free = n[5];
    c->n_fixed = (int32_t)n_fixed;
    c->n_regs = n[6];
    c->flags = (uint32_t)flags;
    c->first_line = (int32_t)first_line;
    c->n_params = (int32_t)n_params;
    c->simple = n_params == n[0];
    c->code = wf_code_lazy;
    c->at = (uint32_t)(r->p - r->unit->data);
    c->n_runs = r->limit;
    wf_store_ptr(&c->filename, filename);
    wf_store_ptr(&c->name, name);
    wf_store_ptr(&c->qualname, qualname);
    wf_store(&c->co_consts, doc);
    wf_store_ptr(&c->positions, r->unit);
    wf_store_ptr(&c->insns, r->values);
    return wf_from_object(c);
}

static WfValue take_record(Reader *r)
{
    const uint8_t *p = take(r, 1);
    switch (p == NULL ? 0 : *p) {
    case 'a': return take_text(r, true, false);
    case 'A': return take_text(r, true, true);
    case 'u': return take_text(r, false, false);
    case 'U': return take_text(r, false, true);
    case 'b': {
        uint64_t n = take_n(r);
        const uint8_t *data = take(r, n);
        return data == NULL ? WF_EMPTY : wf_bytes_new(r->t, data, (int64_t)n);
    }
    case 'i': {
        uint64_t n = take_n(r);
        const uint8_t *data = take(r, n);
        return data == NULL ? WF_EMPTY : wf_int_from_bytes(r->t, data, n, true, true);
    }
    case 'x': {
        double parts[2];
        const uint8_t *data = take(r, sizeof parts);
        if (data == NULL) {
            return WF_EMPTY;
        }
        memcpy(parts, data, sizeof parts);
        return wf_complex_new(r->t, parts[0], parts[1]);
    }
    case '(': {
        WfTuple *x = take_tuple(r);
        return x == NULL ? WF_EMPTY : wf_from_object(x);
    }
    case '>': {
        WfTuple *x = take_tuple(r);
        return x == NULL ? WF_EMPTY : wf_frozenset_from(r->t, (const WfValue *)(const void *)x->items, x->length);
    }
    case 'c': return take_head(r);
    default: r->bad = true; return WF_EMPTY;
    }
}

static WfValue record_value(Reader *r, uint32_t number)
{
    WfValue v = wf_load(&r->values->items[number]);
    if (!wf_is_empty(v)) {
        return v;
    }
    const uint8_t *p = r->p;
    uint32_t limit = r->limit;
    if (++r->depth > MAX_DEPTH || !place(r, number)) {
        r->bad = true;
        return WF_EMPTY;
    }
    r->limit = number;
    v = take_record(r);
    r->depth--;
    r->limit = limit;
    r->p = p;
    if (failed(r)) {
        return WF_EMPTY;
    }
    wf_store(&r->values->items[number], v);
    return v;
}

/* --- the body ----------------------------------------------------------------------------------------------- */

static uint32_t take_operand(Reader *r, unsigned role, bool wide)
{
    switch (role) {
    case WF_ROLE__: return 0;
    case WF_ROLE_KW:
    case WF_ROLE_NW: return (uint32_t)take_n(r);
    case WF_ROLE_JW:
    case WF_ROLE_IW: return (uint32_t)unzigzag(take_n(r));
    case WF_ROLE_J:
    case WF_ROLE_C: return (uint32_t)unzigzag(take_n(r)) & 0xffff;
    default: return (uint32_t)(take_n(r) - 1) & 0xffff;
    }
}

static bool is_wide(unsigned role)
{
    return role == WF_ROLE_KW || role == WF_ROLE_NW || role == WF_ROLE_JW || role == WF_ROLE_IW;
}

/* Into out, n words of zeros. */
static void take_insns(Reader *r, WfInsn *out, int32_t n)
{
    for (int32_t i = 0; i < n && !r->bad; i++) {
        const uint8_t *op = take(r, 1);
        if (op == NULL || *op >= WF_OP_COUNT) {
            r->bad = true;
            return;
        }
        const WfOpInfo *info = &wf_op_info[*op];
        uint32_t a = take_operand(r, info->a, false), b = take_operand(r, info->b, true);
        if (is_wide(info->b)) {
            out[i] = wf_insn_wide((WfOp)*op, a, b);
        } else {
            out[i] = wf_insn((WfOp)*op, a, b, take_operand(r, info->c, false));
        }
        if (info->extra != WF_EXTRA_0) {
            uint64_t arg = info->extra == WF_EXTRA_ARG ? take_n(r) : 0;
            if (++i >= n) {
                r->bad = true;
                return;
            }
            out[i] = arg;
        }
    }
}

typedef struct Body {
    WfCodeParts parts;
    WfRaw *insns, *handlers;
    uint32_t n_runs, runs_at;
    bool wide;
} Body;

static WfStatus take_body(Reader *r, const WfCode *c, Body *body)
{
    WfThread *t = r->t;
    WfCodeParts *p = &body->parts;
    *p = (WfCodeParts){.n_args = c->n_args, .n_posonly = c->n_posonly, .n_kwonly = c->n_kwonly, .n_locals = c->n_locals,
                       .n_regs = c->n_regs, .first_line = c->first_line, .flags = c->flags};
    p->n_insns = take_int(r);
    p->n_handlers = take_int(r);
    uint64_t runs = take_n(r);
    WfTuple **tuples[] = {&p->consts, &p->co_consts, &p->co_names, &p->varnames, &p->cellvars, &p->freevars};
    for (size_t i = 0; i < WF_ARRAY_LEN(tuples) && !failed(r); i++) {
        *tuples[i] = i < 2 ? take_tuple(r) : take_names(r);
    }
    uint64_t left = (uint64_t)(r->end - r->p);
    if (failed(r) || p->n_insns < 1 || (uint64_t)p->n_insns > left * 2 || (uint64_t)p->n_handlers * 4 > left
        || p->cellvars->length != c->n_cells || p->freevars->length != c->n_free) {
        r->bad = true;
        return WF_RAISED;
    }
    body->insns = wf_gc_alloc(t, WF_KIND_INSNS, sizeof(WfRaw) + (size_t)p->n_insns * sizeof(WfInsn));
    body->handlers = body->insns == NULL || p->n_handlers == 0
                         ? NULL
                         : wf_gc_alloc_raw(t, (int64_t)p->n_handlers * (int64_t)sizeof(WfHandler), false);
    if (body->insns == NULL || (body->handlers == NULL && p->n_handlers > 0)) {
        return WF_RAISED;
    }
    body->insns->size = (int64_t)p->n_insns * (int64_t)sizeof(WfInsn);
    for (int32_t i = 0; i < p->n_handlers; i++) {
        WfHandler *h = &((WfHandler *)(void *)body->handlers->data)[i];
        h->start = (uint32_t)take_int(r);
        h->end = (uint32_t)take_int(r);
        h->target = (uint32_t)take_int(r);
        h->reg = (uint32_t)take_int(r);
    }
    take_insns(r, (WfInsn *)(void *)body->insns->data, p->n_insns);
    p->insns = (const WfInsn *)(const void *)body->insns->data;
    p->handlers = body->handlers == NULL ? NULL : (const WfHandler *)(const void *)body->handlers->data;
    body->wide = (runs & 1) != 0;
    body->runs_at = (uint32_t)(r->p - r->unit->data);
    if (runs >> 1 > (uint64_t)p->n_insns || take(r, (runs >> 1) * WF_POSITION_RUN(body->wide)) == NULL) {
        r->bad = true;
    }
    body->n_runs = (uint32_t)(runs >> 1);
    return r->bad || wf_code_verify(p) != NULL ? WF_RAISED : WF_OK;
}

static void publish(WfCode *c, const Body *b)
{
    const WfCodeParts *p = &b->parts;
    c->n_insns = p->n_insns;
    c->n_handlers = p->n_handlers;
    __atomic_store_n(&c->k, p->consts->items, __ATOMIC_RELAXED);
    wf_store_ptr(&c->insns, b->insns);
    wf_store_ptr(&c->consts, p->consts);
    wf_store_ptr(&c->co_consts, p->co_consts);
    wf_store_ptr(&c->co_names, p->co_names);
    wf_store_ptr(&c->varnames, p->varnames);
    wf_store_ptr(&c->cellvars, p->cellvars);
    wf_store_ptr(&c->freevars, p->freevars);
    wf_store_ptr(&c->handlers, b->handlers);
    c->n_runs = b->n_runs; /* positions stay where they are, in the unit */
    c->at = b->runs_at;
    c->wide = b->wide;
    if (b->n_runs == 0) {
        wf_store(&c->positions, WF_EMPTY);
    }
    /* release: all of the above; pairs with wf_code_start */
    __atomic_store_n(&c->code, (const WfInsn *)(const void *)b->insns->data, __ATOMIC_RELEASE);
}

WfValue wf_code_doc(WfThread *t, WfCode *c)
{
    wf_lock(t, &c->h);
    bool lazy = wf_code_is_lazy(c);
    WfValue doc = wf_load(&c->co_consts);
    wf_unlock(t, &c->h);
    if (!lazy) {
        const WfTuple *consts = wf_as_tuple(doc);
        doc = consts->length > 0 && wf_is_str(wf_tuple_at(consts, 0)) ? wf_tuple_at(consts, 0) : WF_NONE;
    }
    return wf_is_empty(doc) ? WF_NONE : doc;
}

WfStatus wf_code_load_slow(WfThread *t, WfCode *c)
{
    wf_lock(t, &c->h);
    if (!wf_code_is_lazy(c)) { /* another thread has been faster */
        wf_unlock(t, &c->h);
        return WF_OK;
    }
    WfRaw *unit = WF_LOAD(WfRaw, &c->positions);
    Reader r = {.t = t, .unit = unit, .values = WF_LOAD(WfSlots, &c->insns), .p = unit->data + c->at, .end = unit->data + unit->size,
                .limit = c->n_runs};
    wf_unlock(t, &c->h);
    Body body = {0};
    WfValue pending = wf_take_pending(t); /* a frame that is left may be asked for its names */
    if (take_body(&r, c, &body) != WF_OK) {
        return wf_pending(t) ? WF_RAISED : WF_FAIL(damaged(t));
    }
    wf_restore_pending(t, pending);
    if (wf_gc_register_release(t, &c->h) != WF_OK) {
        return WF_RAISED;
    }
    wf_lock(t, &c->h);
    if (wf_code_is_lazy(c)) {
        publish(c, &body);
    }
    wf_unlock(t, &c->h);
    return WF_OK;
}

size_t wf_unit_size(const uint8_t *data, size_t n)
{
    uint32_t head[2];
    if (n < HEAD_SIZE) {
        return 0;
    }
    memcpy(head, data, sizeof head);
    return head[0] == layout && head[1] >= HEAD_SIZE && head[1] <= n ? head[1] : 0;
}

static bool checksum_fits(const uint8_t *data, size_t n)
{
    uint64_t check;
    memcpy(&check, data + 8, 8);
    return check == check_of(data + 16, n - 16);
}

bool wf_unit_intact(const uint8_t *data, size_t n)
{
    size_t size = wf_unit_size(data, n);
    return size != 0 && checksum_fits(data, size);
}

WfValue wf_unit_load(WfThread *t, const uint8_t *data, size_t n)
{
    uint32_t counts[2];
    memcpy(counts, data + 16, 8);
    if (!checksum_fits(data, n) || counts[1] >= counts[0] || HEAD_SIZE + (uint64_t)counts[0] * 4 > n) {
        return damaged(t);
    }
    WfRaw *unit = wf_gc_alloc_raw(t, (int64_t)n, false);
    WfSlots *values = unit == NULL ? NULL : wf_gc_alloc_slots(t, counts[0]);
    if (values == NULL) {
        return WF_EMPTY;
    }
    memcpy(unit->data, data, n);
    Reader r = {.t = t, .unit = unit, .values = values, .p = unit->data, .end = unit->data + n, .limit = counts[0]};
    WfValue code = record_value(&r, counts[1]);
    if (failed(&r) || wf_is_empty(code) || !WF_IS_KIND(code, CODE)) {
        return wf_pending(t) ? WF_EMPTY : damaged(t);
    }
    return code;
}
