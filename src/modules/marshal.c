/* marshal.c - module marshal: CPython's format for values (versions 0 to 4), weft's own for code objects.
 * SPDX-License-Identifier: MIT
 *
 * Design: one byte of type, perhaps with the flag 0x80 "remember me", then the contents; a remembered value is later named
 * by its number ('r'). A code object ('c') is a unit of code/unit.c, with a checksum: damaged code is refused, never run. Facts about the format: CPython's documentation of marshal and its
 * published descriptions.
 * Threads: a writer and a reader belong to one call. */
#include "modules/marshal.h"

#include "base/dtoa.h"
#include "code/unit.h"
#include "model/builtin.h"
#include "objects/bytes.h"
#include "objects/codecs.h"
#include "objects/dict.h"
#include "objects/exceptions.h"
#include "objects/int.h"
#include "objects/list.h"
#include "objects/set.h"
#include "objects/str.h"
#include "objects/tuple.h"

#include <stdio.h>

#define MAX_DEPTH 2000
#define FLAG_REF 0x80
/* --- writing ---------------------------------------------------------------------------------------------- */

typedef struct Writer {
    WfThread *t;
    WfRaw *buffer;
    int64_t length;
    WfDict *refs; /* address -> number; NULL below version 3 */
    int64_t n_refs;
    int version, depth;
} Writer;

static WfStatus put(Writer *w, const void *data, int64_t n)
{
    int64_t capacity = w->buffer == NULL ? 0 : w->buffer->size;
    if (w->length + n > capacity) {
        int64_t size = capacity * 2 > w->length + n ? capacity * 2 : w->length + n + 256;
        WfRaw *fresh = wf_gc_alloc_raw(w->t, size, false);
        if (fresh == NULL) {
            return WF_RAISED;
        }
        if (w->buffer != NULL) {
            memcpy(fresh->data, w->buffer->data, (size_t)w->length);
        }
        w->buffer = fresh;
    }
    memcpy(w->buffer->data + w->length, data, (size_t)n);
    w->length += n;
    return WF_OK;
}
static WfStatus put_byte(Writer *w, int c)
{
    uint8_t b = (uint8_t)c;
    return put(w, &b, 1);
}
static WfStatus put_u32(Writer *w, uint64_t v)
{
    uint32_t x = (uint32_t)v;
    return put(w, &x, 4);
}
static WfStatus put_size(Writer *w, int64_t n)
{
    if (n > INT32_MAX) {
        return WF_FAIL(wf_raise(w->t, WF_EXC(ValueError), "unmarshallable object"));
    }
    return put_u32(w, (uint64_t)n);
}

static WfStatus write_value(Writer *w, WfValue v);

/* 'l': sign and number of 15-bit digits, digits lowest first. */
static WfStatus write_int(Writer *w, WfValue v, int flag)
{
    int64_t i;
    if (wf_int_to_i64(v, &i) && i >= INT32_MIN && i <= INT32_MAX) {
        return put_byte(w, 'i' | flag) != WF_OK ? WF_RAISED : put_u32(w, (uint64_t)i);
    }
    int64_t bits = (int64_t)wf_int_bit_length(v), n = (bits + 14) / 15, n_bytes = bits / 8 + 1;
    WfRaw *raw = wf_gc_alloc_raw(w->t, n_bytes + 8, true);
    if (raw == NULL) {
        return WF_RAISED;
    }
    bool negative = wf_int_sign(v) < 0;
    WfValue magnitude = negative ? wf_neg(w->t, v) : v;
    if (wf_is_empty(magnitude) || wf_int_to_bytes(w->t, magnitude, raw->data, (size_t)n_bytes, true, false) != WF_OK
        || put_byte(w, 'l' | flag) != WF_OK || put_u32(w, (uint64_t)(negative ? -n : n)) != WF_OK) {
        return WF_RAISED;
    }
    for (int64_t k = 0; k < n; k++) {
        int64_t bit = k * 15;
        uint32_t word;
        memcpy(&word, raw->data + bit / 8, 4);
        uint16_t digit = (uint16_t)(word >> (bit % 8) & 0x7fff);
        if (put(w, &digit, 2) != WF_OK) {
            return WF_RAISED;
        }
    }
    return WF_OK;
}

static WfStatus write_double(Writer *w, double d)
{
    if (w->version > 1) {
        return put(w, &d, 8);
    }
    char text[64];
    int n = snprintf(text, sizeof text, "%.17g", d);
    return put_byte(w, n) != WF_OK ? WF_RAISED : put(w, text, n);
}

static WfStatus write_str(Writer *w, WfValue v, int flag)
{
    const WfStr *s = wf_as_str(v);
    bool interned = w->version > 0 && wf_str_is_interned(s);
    if (w->version >= 4 && wf_str_is_ascii(s)) {
        bool is_short = s->length < 256;
        int type = is_short ? (interned ? 'Z' : 'z') : (interned ? 'A' : 'a');
        if (put_byte(w, type | flag) != WF_OK || (is_short ? put_byte(w, (int)s->length) : put_size(w, s->length)) != WF_OK) {
            return WF_RAISED;
        }
        return put(w, s->data, s->length);
    }
    int64_t n;
    const char *text = wf_str_utf8_pass(w->t, v, &n);
    if (text == NULL || put_byte(w, (interned ? 't' : 'u') | flag) != WF_OK || put_size(w, n) != WF_OK) {
        return WF_RAISED;
    }
    return put(w, text, n);
}

static WfStatus write_bytes(Writer *w, const void *data, int64_t n, int flag)
{
    return put_byte(w, 's' | flag) != WF_OK || put_size(w, n) != WF_OK ? WF_RAISED : put(w, data, n);
}

static WfStatus write_items(Writer *w, int type, WfValue tuple, int flag)
{
    const WfTuple *x = wf_as_tuple(tuple);
    if (type == '(' && w->version >= 4 && x->length < 256) {
        if (put_byte(w, ')' | flag) != WF_OK || put_byte(w, (int)x->length) != WF_OK) {
            return WF_RAISED;
        }
    } else if (put_byte(w, type | flag) != WF_OK || put_size(w, x->length) != WF_OK) {
        return WF_RAISED;
    }
    for (int64_t i = 0; i < x->length; i++) {
        if (write_value(w, wf_tuple_at(x, i)) != WF_OK) {
            return WF_RAISED;
        }
    }
    return WF_OK;
}

static WfStatus write_code(Writer *w, WfCode *c, int flag)
{
    WfValue unit = wf_unit_dump(w->t, c);
    return wf_is_empty(unit) || put_byte(w, 'c' | flag) != WF_OK ? WF_RAISED : put(w, wf_as_bytes(unit)->data, wf_as_bytes(unit)->length);
}

/* FOUND: written as a reference. MISSING: *flag says whether the reader should remember it. */
static WfFound write_reference(Writer *w, WfValue v, int *flag)
{
    *flag = 0;
    if (w->refs == NULL || !wf_is_object(v)) {
        return WF_MISSING;
    }
    WfValue key = wf_int_from_u64(w->t, v.bits), number;
    WfFound found = wf_is_empty(key) ? WF_ERROR : wf_dict_get(w->t, w->refs, key, &number);
    if (found == WF_MISSING) {
        *flag = FLAG_REF;
        found = wf_dict_set(w->t, w->refs, key, wf_small_int(w->n_refs++)) == WF_OK ? WF_MISSING : WF_ERROR;
    } else if (found == WF_FOUND) {
        found = put_byte(w, 'r') == WF_OK && put_u32(w, (uint64_t)wf_as_int(number)) == WF_OK ? WF_FOUND : WF_ERROR;
    }
    return found;
}

static WfStatus unmarshallable(Writer *w)
{
    return WF_FAIL(wf_raise(w->t, WF_EXC(ValueError), "unmarshallable object"));
}

static WfStatus write_compound(Writer *w, WfValue v, int flag)
{
    if (WF_IS_EXACT(v, TUPLE)) {
        return write_items(w, '(', v, flag);
    }
    if (WF_IS_EXACT(v, LIST)) {
        WfValue items = wf_list_to_tuple(w->t, wf_as_list(v));
        return wf_is_empty(items) ? WF_RAISED : write_items(w, '[', items, flag);
    }
    if (WF_IS_EXACT(v, SET) || WF_IS_EXACT(v, FROZENSET)) {
        WfValue items = wf_to_tuple(w->t, v);
        return wf_is_empty(items) ? WF_RAISED : write_items(w, WF_IS_EXACT(v, SET) ? '<' : '>', items, flag);
    }
    if (WF_IS_EXACT(v, DICT)) {
        if (put_byte(w, '{' | flag) != WF_OK) {
            return WF_RAISED;
        }
        int64_t pos = 0;
        WfValue key, value;
        while (wf_dict_next(wf_as_dict(v), &pos, &key, &value)) {
            if (write_value(w, key) != WF_OK || write_value(w, value) != WF_OK) {
                return WF_RAISED;
            }
        }
        return put_byte(w, '0');
    }
    if (WF_IS_KIND(v, CODE)) {
        return write_code(w, wf_as_code(v), flag);
    }
    if (wf_has_buffer(v)) {
        WfBuffer b;
        if (wf_buffer_get(w->t, v, &b, WF_BUF_SIMPLE) != WF_OK) {
            wf_clear_pending(w->t);
            return unmarshallable(w);
        }
        WfStatus status = write_bytes(w, b.data, b.length, flag);
        wf_buffer_release(w->t, &b);
        return status;
    }
    return unmarshallable(w);
}

static WfStatus write_value(Writer *w, WfValue v)
{
    int flag = 0;
    if (wf_is_none(v)) {
        return put_byte(w, 'N');
    }
    if (wf_is_bool(v)) {
        return put_byte(w, wf_is_true(v) ? 'T' : 'F');
    }
    if (wf_is(v, WF_ELLIPSIS)) {
        return put_byte(w, '.');
    }
    if (wf_is(v, wf_from_object(WF_TYPE(StopIteration)))) {
        return put_byte(w, 'S');
    }
    if (wf_is_double(v)) {
        return put_byte(w, w->version > 1 ? 'g' : 'f') != WF_OK ? WF_RAISED : write_double(w, wf_as_double(v));
    }
    if (wf_is_int(v)) {
        return write_int(w, v, 0);
    }
    WfFound found = write_reference(w, v, &flag);
    if (found != WF_MISSING) {
        return found == WF_FOUND ? WF_OK : WF_RAISED;
    }
    if (WF_IS_EXACT(v, INT)) {
        return write_int(w, v, flag);
    }
    if (WF_IS_EXACT(v, STR)) {
        return write_str(w, v, flag);
    }
    if (WF_IS_EXACT(v, BYTES)) {
        return write_bytes(w, wf_as_bytes(v)->data, wf_as_bytes(v)->length, flag);
    }
    if (WF_IS_EXACT(v, COMPLEX)) {
        const WfComplex *z = WF_AS(WfComplex, v);
        return put_byte(w, (w->version > 1 ? 'y' : 'x') | flag) != WF_OK || write_double(w, z->real) != WF_OK ? WF_RAISED
                                                                                                             : write_double(w, z->imag);
    }
    if (++w->depth > MAX_DEPTH) {
        return WF_FAIL(wf_raise(w->t, WF_EXC(ValueError), "object too deeply nested to marshal"));
    }
    WfStatus status = write_compound(w, v, flag);
    w->depth--;
    return status;
}

WfValue wf_marshal_dumps(WfThread *t, WfValue v, int version)
{
    Writer w = {.t = t, .version = version};
    if (version >= 3) {
        WfValue refs = wf_dict_new(t);
        if (wf_is_empty(refs)) {
            return refs;
        }
        w.refs = wf_as_dict(refs);
    }
    if (write_value(&w, v) != WF_OK) {
        return WF_EMPTY;
    }
    return wf_bytes_new(t, w.buffer->data, w.length);
}

/* --- reading ------------------------------------------------------------------------------------------------ */

typedef struct Reader {
    WfThread *t;
    const uint8_t *p, *end;
    WfList *refs;
    int depth;
} Reader;

static WfValue bad_data(Reader *r, const char *why)
{
    return wf_raise(r->t, WF_EXC(ValueError), "bad marshal data (%s)", why);
}
static const uint8_t *take(Reader *r, uint64_t n)
{
    if (n > (uint64_t)(r->end - r->p)) {
        (void)wf_raise(r->t, WF_EXC(EOFError), "marshal data too short");
        return NULL;
    }
    const uint8_t *p = r->p;
    r->p += n;
    return p;
}
static WfStatus take_u32(Reader *r, uint32_t *out)
{
    const uint8_t *p = take(r, 4);
    if (p == NULL) {
        return WF_RAISED;
    }
    memcpy(out, p, 4);
    return WF_OK;
}
static WfStatus take_size(Reader *r, bool is_short, int64_t *n, const char *what)
{
    uint32_t size;
    if (is_short) {
        const uint8_t *p = take(r, 1);
        if (p == NULL) {
            return WF_RAISED;
        }
        *n = *p;
        return WF_OK;
    }
    if (take_u32(r, &size) != WF_OK) {
        return WF_RAISED;
    }
    if (size > INT32_MAX) {
        return WF_FAIL(bad_data(r, what));
    }
    *n = (int64_t)size;
    return WF_OK;
}
/* Remembers v as number *slot (>= 0), or as the next. */
static WfStatus remember(Reader *r, WfValue v, int flag, int64_t reserved)
{
    if (!flag) {
        return WF_OK;
    }
    if (reserved >= 0) {
        return wf_list_set(r->t, r->refs, reserved, v) == WF_FOUND ? WF_OK : WF_RAISED;
    }
    return wf_list_append(r->t, r->refs, v);
}

static WfValue read_value(Reader *r, bool null_ok);

static WfValue read_long(Reader *r)
{
    uint32_t u;
    if (take_u32(r, &u) != WF_OK) {
        return WF_EMPTY;
    }
    int64_t n = (int32_t)u;
    bool negative = n < 0;
    n = negative ? -n : n;
    const uint8_t *p = n > INT32_MAX ? NULL : take(r, (uint64_t)n * 2);
    if (p == NULL) {
        return wf_pending(r->t) ? WF_EMPTY : bad_data(r, "long size out of range");
    }
    int64_t n_bytes = n * 15 / 8 + 9;
    WfRaw *raw = wf_gc_alloc_raw(r->t, n_bytes, true);
    if (raw == NULL) {
        return WF_EMPTY;
    }
    uint16_t digit = 1;
    for (int64_t k = 0; k < n; k++) {
        memcpy(&digit, p + k * 2, 2);
        if (digit > 0x7fff) {
            return bad_data(r, "digit out of range in long");
        }
        uint32_t word;
        memcpy(&word, raw->data + k * 15 / 8, 4);
        word |= (uint32_t)digit << (k * 15 % 8);
        memcpy(raw->data + k * 15 / 8, &word, 4);
    }
    if (n > 0 && digit == 0) {
        return bad_data(r, "unnormalized long data");
    }
    WfValue v = wf_int_from_bytes(r->t, raw->data, (size_t)n_bytes, true, false);
    return wf_is_empty(v) || !negative ? v : wf_neg(r->t, v);
}

static WfStatus read_double(Reader *r, bool binary, double *d)
{
    if (binary) {
        const uint8_t *p = take(r, 8);
        if (p == NULL) {
            return WF_RAISED;
        }
        memcpy(d, p, 8);
        return WF_OK;
    }
    const uint8_t *n = take(r, 1);
    const uint8_t *p = n == NULL ? NULL : take(r, *n);
    if (p == NULL) {
        return WF_RAISED;
    }
    if (!wf_dtoa_parse((const char *)p, *n, d)) {
        return WF_FAIL(wf_raise(r->t, WF_EXC(ValueError), "could not convert string to float"));
    }
    return WF_OK;
}

static WfValue read_text(Reader *r, int type)
{
    bool is_short = type == 'z' || type == 'Z', ascii = is_short || type == 'a' || type == 'A';
    int64_t n;
    if (take_size(r, is_short, &n, "string size out of range") != WF_OK) {
        return WF_EMPTY;
    }
    const uint8_t *p = take(r, (uint64_t)n);
    if (p == NULL) {
        return WF_EMPTY;
    }
    WfValue s;
    if (ascii) {
        for (int64_t i = 0; i < n; i++) {
            if (p[i] >= 0x80) {
                return bad_data(r, "non-ASCII character in an ASCII string");
            }
        }
        s = wf_str_from_utf8(r->t, (const char *)p, n);
    } else {
        s = wf_decode_utf8(r->t, p, n, "surrogatepass", NULL);
    }
    return wf_is_empty(s) || type == 'u' || type == 'a' || type == 'z' ? s : wf_str_intern(r->t, s);
}

static WfValue read_code(Reader *r)
{
    size_t n = wf_unit_size(r->p, (size_t)(r->end - r->p));
    if (n == 0) {
        return bad_data(r, "code of another version, or not all of it");
    }
    return wf_unit_load(r->t, take(r, n), n);
}

static WfValue read_container(Reader *r, int type, int flag)
{
    WfThread *t = r->t;
    int64_t n = 0, reserved = -1;
    if (type != '{' && take_size(r, type == ')', &n, type == '[' ? "list size out of range" : type == '(' ? "tuple size out of range" : "set size out of range") != WF_OK) {
        return WF_EMPTY;
    }
    if (n > r->end - r->p) {
        return wf_raise(t, WF_EXC(EOFError), "marshal data too short");
    }
    WfValue v = WF_EMPTY;
    if (type == '[') {
        v = wf_list_new(t, n);
    } else if (type == '{') {
        v = wf_dict_new(t);
    } else if (type == '<') {
        v = wf_set_new(t);
    }
    if (!wf_is_empty(v)) {
        if (remember(r, v, flag, -1) != WF_OK) {
            return WF_EMPTY;
        }
    } else if (wf_pending(t)) {
        return WF_EMPTY;
    } else if (flag) { /* immutable: its number comes before its items' */
        reserved = wf_list_length(r->refs);
        if (wf_list_append(t, r->refs, WF_NONE) != WF_OK) {
            return WF_EMPTY;
        }
    }
    if (type == '{') {
        for (;;) {
            WfValue key = read_value(r, true);
            if (wf_is_empty(key)) {
                return wf_pending(t) ? WF_EMPTY : v;
            }
            WfValue value = read_value(r, false);
            if (wf_is_empty(value) || wf_dict_set(t, wf_as_dict(v), key, value) != WF_OK) {
                return WF_EMPTY;
            }
        }
    }
    WfValue items = type == '[' ? v : wf_list_new(t, n);
    for (int64_t i = 0; i < n && !wf_is_empty(items); i++) {
        WfValue item = read_value(r, false);
        if (wf_is_empty(item) || (type == '<' ? wf_set_add(t, WF_AS(WfSet, v), item) : wf_list_append(t, wf_as_list(items), item)) != WF_OK) {
            return WF_EMPTY;
        }
    }
    if (wf_is_empty(items)) {
        return items;
    }
    if (type == '(' || type == ')') {
        v = wf_list_to_tuple(t, wf_as_list(items));
    } else if (type == '>') {
        WfValue tuple = wf_list_to_tuple(t, wf_as_list(items));
        v = wf_is_empty(tuple) ? tuple : wf_frozenset_from(t, (const WfValue *)(const void *)wf_as_tuple(tuple)->items, n);
    } else {
        return v;
    }
    return wf_is_empty(v) || remember(r, v, flag, reserved) != WF_OK ? WF_EMPTY : v;
}

static WfValue read_simple(Reader *r, int type)
{
    WfThread *t = r->t;
    uint32_t u;
    double d, e;
    int64_t n;
    const uint8_t *p;
    switch (type) {
    case 'i': return take_u32(r, &u) == WF_OK ? wf_small_int((int32_t)u) : WF_EMPTY;
    case 'I':
        p = take(r, 8);
        if (p == NULL) {
            return WF_EMPTY;
        }
        memcpy(&n, p, 8);
        return wf_int_from_i64(t, n);
    case 'l': return read_long(r);
    case 'f':
    case 'g': return read_double(r, type == 'g', &d) == WF_OK ? wf_double_any(d) : WF_EMPTY;
    case 'x':
    case 'y':
        return read_double(r, type == 'y', &d) == WF_OK && read_double(r, type == 'y', &e) == WF_OK ? wf_complex_new(t, d, e) : WF_EMPTY;
    case 's':
        p = take_size(r, false, &n, "bytes object size out of range") == WF_OK ? take(r, (uint64_t)n) : NULL;
        return p == NULL ? WF_EMPTY : wf_bytes_new(t, p, n);
    default: return read_text(r, type);
    }
}

static WfValue read_value(Reader *r, bool null_ok)
{
    const uint8_t *p = take(r, 1);
    if (p == NULL) {
        wf_clear_pending(r->t);
        return wf_raise(r->t, WF_EXC(EOFError), "EOF read where object expected");
    }
    int flag = *p & FLAG_REF, type = *p & ~FLAG_REF;
    WfValue v;
    uint32_t u;
    switch (type) {
    case '0': return null_ok ? WF_EMPTY : wf_raise(r->t, WF_EXC(TypeError), "NULL object in marshal data for object");
    case 'N': return WF_NONE;
    case 'T': return WF_TRUE;
    case 'F': return WF_FALSE;
    case '.': return WF_ELLIPSIS;
    case 'S': return wf_from_object(WF_TYPE(StopIteration));
    case 'r':
        if (take_u32(r, &u) != WF_OK) {
            return WF_EMPTY;
        }
        v = wf_list_at(r->refs, (int64_t)u);
        return wf_is_empty(v) ? bad_data(r, "invalid reference") : v;
    case 'i': case 'I': case 'l': case 'f': case 'g': case 'x': case 'y': case 's':
    case 'u': case 't': case 'a': case 'A': case 'z': case 'Z':
        v = read_simple(r, type);
        return wf_is_empty(v) || remember(r, v, flag, -1) != WF_OK ? WF_EMPTY : v;
    case '(': case ')': case '[': case '{': case '<': case '>': case 'c': break;
    default: return bad_data(r, "unknown type code");
    }
    if (++r->depth > MAX_DEPTH) {
        return wf_raise(r->t, WF_EXC(ValueError), "recursion limit exceeded");
    }
    if (type == 'c') {
        int64_t reserved = wf_list_length(r->refs);
        if (flag && wf_list_append(r->t, r->refs, WF_NONE) != WF_OK) {
            return WF_EMPTY;
        }
        v = read_code(r);
        if (!wf_is_empty(v) && remember(r, v, flag, reserved) != WF_OK) {
            return WF_EMPTY;
        }
    } else {
        v = read_container(r, type, flag);
    }
    r->depth--;
    return v;
}

WfValue wf_marshal_loads(WfThread *t, const uint8_t *data, size_t n, size_t *used)
{
    WfValue refs = wf_list_new(t, 0);
    if (wf_is_empty(refs)) {
        return refs;
    }
    Reader r = {.t = t, .p = data, .end = data + n, .refs = wf_as_list(refs)};
    WfValue v = read_value(&r, false);
    *used = (size_t)(r.p - data);
    return v;
}

/* --- the module ------------------------------------------------------------------------------------------------ */

static WfValue m_dumps(WfThread *t, WfValue *a)
{
    int version;
    return wf_to_int(t, a[1], &version) == WF_OK ? wf_marshal_dumps(t, a[0], version) : WF_EMPTY;
}
static WfValue m_dump(WfThread *t, WfValue *a)
{
    int version;
    WfValue b = wf_to_int(t, a[2], &version) == WF_OK ? wf_marshal_dumps(t, a[0], version) : WF_EMPTY;
    return wf_is_empty(b) ? b : wf_call_method1(t, a[1], WF_NAME(write), b);
}
static WfValue m_loads(WfThread *t, WfValue *a)
{
    WfBuffer b;
    size_t used;
    if (wf_buffer_get(t, a[0], &b, WF_BUF_SIMPLE) != WF_OK) {
        return WF_EMPTY;
    }
    WfValue v = wf_marshal_loads(t, (const uint8_t *)b.data, (size_t)b.length, &used);
    wf_buffer_release(t, &b);
    return v;
}
/* Reads as much as there is and gives back the rest by seeking. */
static WfValue m_load(WfThread *t, WfValue *a)
{
    WfValue tell = wf_call_method0(t, a[0], wf_str_intern_cstr(t, "tell"));
    bool seekable = !wf_is_empty(tell);
    if (!seekable) {
        wf_clear_pending(t);
    }
    WfValue data = wf_call_method0(t, a[0], WF_NAME(read));
    if (wf_is_empty(data)) {
        return data;
    }
    if (!wf_is_bytes(data)) {
        return wf_raise(t, WF_EXC(TypeError), "file.read() returned not bytes but %T", data);
    }
    size_t used;
    WfValue v = wf_marshal_loads(t, wf_as_bytes(data)->data, (size_t)wf_as_bytes(data)->length, &used);
    if (!wf_is_empty(v) && seekable) {
        WfValue at = wf_binary(t, WF_BIN_ADD, tell, wf_small_int((int64_t)used));
        if (wf_is_empty(at) || wf_is_empty(wf_call_method1(t, a[0], wf_str_intern_cstr(t, "seek"), at))) {
            return WF_EMPTY;
        }
    }
    return v;
}

static const WfBuiltinDef functions[] = {
    {"dump", m_dump, "(value, file, version=4, /)", "Write the value to a binary file.", 0},
    {"dumps", m_dumps, "(value, version=4, /)", "The bytes that dump() would write.", 0},
    {"load", m_load, "(file, /)", "Read one value from a binary file.", 0},
    {"loads", m_loads, "(bytes, /)", "The value that the bytes stand for; what follows it is ignored.", 0},
    {0}};
static WfStatus init(WfThread *t, WfValue module)
{
    return wf_module_add_int(t, module, "version", WF_MARSHAL_VERSION);
}
const WfModuleDef wf_module_marshal = {
    .name = "marshal", .doc = "Values to bytes and back, for the code cache.", .functions = functions, .init = init};
