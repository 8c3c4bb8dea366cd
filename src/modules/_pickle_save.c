/* _pickle_save.c - pickling: from objects to opcodes.
 * SPDX-License-Identifier: MIT
 *
 * Design:     save() picks the way by the object's shape, which for exact built-in types is a constant. Output gathers in one raw
 *             buffer; from protocol 4 on it is cut into frames (PEP 3154) before the first object behind 64 KiB.
 *             An instance that object.__reduce_ex__ would take apart in the plain way is written from its attribute slots,
 *             without making a __dict__ of them; the memo number that the dict would have is passed over, so that
 *             the pickle is what it would have been.
 * Invariants: S1 everything of one dump() is in its Dump, on the C stack; the Pickler has the memo and the settings only.
 * Threads:    Python code runs at nearly every step (reduce, persistent_id, write); containers are read as lock-free
 *             readers do, and may change meanwhile. */
#include "modules/_pickle.h"

#include "base/dtoa.h"
#include "model/attr.h"
#include "objects/bytes.h"
#include "objects/codecs.h"
#include "objects/container.h"
#include "objects/dict.h"
#include "objects/int.h"
#include "objects/list.h"
#include "objects/set.h"
#include "runtime/import.h"

#include <stdio.h>

#define WHERE " while pickling an object"
#define N_CLASSES 16
#define MAX_PLAIN 48
#define FAST_NESTING 50

/* What is known of a class: `plain` is whether its instances are pickled from their slots. */
typedef struct KnownClass {
    const WfType *type;
    uint64_t version, table_version;
    bool plain;
} KnownClass;

typedef struct Dump {
    WfThread *t;
    WfPickler *p;
    const WfTuple *state;
    uint8_t *data;          /* = raw->data */
    int64_t length, capacity;
    WfRaw *raw;
    int64_t frame;          /* where the open frame's head is; -1: none is open */
    bool framing, bin, fast, fix_imports;
    int proto, depth;
    WfValue persistent_id, reducer, dispatch_table, buffer_callback, write;
    WfValue in_progress;    /* fast mode: set of the containers around, by address, once it is deep */
    KnownClass classes[N_CLASSES];
} Dump;

static WfStatus save(Dump *d, WfValue v, bool by_id);
static WfStatus save_reduce(Dump *d, WfValue args, WfValue v);

#define FAIL(d, ...) PK_FAIL((d)->t, (d)->state, PKS_PICKLING_ERROR, __VA_ARGS__)

/* --- output ------------------------------------------------------------------------------------------------------ */

static WfStatus grow(Dump *d, int64_t n)
{
    int64_t need = d->length + n + PK_FRAME_HEAD;
    if (need > d->capacity) {
        WfRaw *raw = wf_gc_alloc_raw(d->t, need < 512 ? 1024 : need + need / 2, false);
        if (raw == NULL) {
            return WF_RAISED;
        }
        if (d->length > 0) {
            memcpy(raw->data, d->data, (size_t)d->length);
        }
        d->raw = raw;
        d->data = raw->data;
        d->capacity = raw->size;
    }
    return WF_OK;
}

static WF_NOINLINE uint8_t *claim_slow(Dump *d, int64_t n)
{
    if (n > INT64_MAX / 4 || grow(d, n) != WF_OK) {
        return n > INT64_MAX / 4 ? WF_FAIL_NULL(wf_raise_no_memory(d->t)) : NULL;
    }
    if (d->framing && d->frame < 0) {
        d->frame = d->length;
        d->length += PK_FRAME_HEAD;
    }
    uint8_t *at = d->data + d->length;
    d->length += n;
    return at;
}

/* Room for n bytes, which the caller fills before anything else. NULL: raised. */
WF_INLINE uint8_t *claim(Dump *d, int64_t n)
{
    if (WF_LIKELY(d->length + n <= d->capacity && (d->frame >= 0 || !d->framing))) {
        uint8_t *at = d->data + d->length;
        d->length += n;
        return at;
    }
    return claim_slow(d, n);
}

WF_INLINE WfStatus put(Dump *d, PickleOp op)
{
    uint8_t *at = claim(d, 1);
    if (at == NULL) {
        return WF_RAISED;
    }
    *at = (uint8_t)op;
    return WF_OK;
}

/* An opcode and n bytes of a number, lowest first. */
WF_INLINE WfStatus put_number(Dump *d, PickleOp op, uint64_t v, int n)
{
    uint8_t *at = claim(d, 1 + n);
    if (at == NULL) {
        return WF_RAISED;
    }
    *at++ = (uint8_t)op;
    for (int i = 0; i < n; i++) {
        at[i] = (uint8_t)(v >> 8 * i);
    }
    return WF_OK;
}

static WfStatus put_bytes(Dump *d, const void *p, int64_t n)
{
    uint8_t *at = claim(d, n);
    if (at == NULL) {
        return WF_RAISED;
    }
    memcpy(at, p, (size_t)n);
    return WF_OK;
}

static WfStatus put_line(Dump *d, PickleOp op, const char *text, int64_t n)
{
    return put(d, op) != WF_OK || put_bytes(d, text, n) != WF_OK || put_bytes(d, "\n", 1) != WF_OK ? WF_RAISED : WF_OK;
}

static WfStatus put_decimal(Dump *d, PickleOp op, int64_t i)
{
    char text[32];
    return put_line(d, op, text, snprintf(text, sizeof text, "%lld", (long long)i));
}

static void close_frame(Dump *d)
{
    if (d->frame < 0) {
        return;
    }
    uint8_t *head = d->data + d->frame;
    int64_t n = d->length - d->frame - PK_FRAME_HEAD;
    if (n >= PK_FRAME_MIN) {
        *head = PK_FRAME;
        for (int i = 0; i < 8; i++) {
            head[1 + i] = (uint8_t)((uint64_t)n >> 8 * i);
        }
    } else {
        memmove(head, head + PK_FRAME_HEAD, (size_t)n);
        d->length -= PK_FRAME_HEAD;
    }
    d->frame = -1;
}

static WfStatus flush(Dump *d)
{
    wf_assert(d->frame < 0);
    WfValue b = wf_bytes_new(d->t, d->data, d->length);
    if (wf_is_empty(b) || wf_is_empty(wf_call1(d->t, d->write, b))) {
        return WF_RAISED;
    }
    d->length = 0;
    return WF_OK;
}

static WF_NOINLINE WfStatus next_frame(Dump *d)
{
    close_frame(d);
    wf_safepoint(d->t);
    return wf_is_empty(d->write) ? WF_OK : flush(d);
}

/* Before each object. */
WF_INLINE WfStatus boundary(Dump *d)
{
    return WF_UNLIKELY(d->frame >= 0 && d->length - d->frame - PK_FRAME_HEAD >= PK_FRAME_TARGET) ? next_frame(d) : WF_OK;
}

/* A head (opcode and size) and the contents of `owner`; large ones go past the frames, and to a file without being copied. */
static WfStatus put_contents(Dump *d, const uint8_t *head, int n_head, const void *p, int64_t n, WfValue owner)
{
    if (n < PK_FRAME_TARGET) {
        uint8_t *at = claim(d, n_head + n);
        if (at == NULL) {
            return WF_RAISED;
        }
        memcpy(at, head, (size_t)n_head);
        memcpy(at + n_head, p, (size_t)n);
        return WF_OK;
    }
    close_frame(d);
    const bool framing = d->framing;
    d->framing = false;
    WfStatus s = put_bytes(d, head, n_head);
    if (s == WF_OK && !wf_is_empty(d->write)) {
        WfValue b = WF_IS_EXACT(owner, BYTES) ? owner : wf_bytes_new(d->t, p, n);
        s = wf_is_empty(b) || flush(d) != WF_OK || wf_is_empty(wf_call1(d->t, d->write, b)) ? WF_RAISED : WF_OK;
    } else if (s == WF_OK) {
        s = put_bytes(d, p, n);
    }
    d->framing = framing;
    return s;
}

/* The same with a choice of opcodes by size: 1, 4 and 8 bytes; 0: there is none. */
static WfStatus put_sized(Dump *d, PickleOp op1, PickleOp op4, PickleOp op8, const void *p, int64_t n, WfValue owner, const char *what)
{
    uint8_t head[9];
    int width = op1 != 0 && n <= 0xff ? 1 : op4 != 0 && n <= 0xffffffff ? 4 : 8;
    PickleOp op = width == 1 ? op1 : width == 4 ? op4 : op8;
    if (op == 0) {
        return WF_FAIL(wf_raise(d->t, WF_EXC(OverflowError), "serializing a %s larger than 4 GiB requires pickle protocol 4 or higher", what));
    }
    head[0] = (uint8_t)op;
    for (int i = 0; i < width; i++) {
        head[1 + i] = (uint8_t)((uint64_t)n >> 8 * i);
    }
    return put_contents(d, head, 1 + width, p, n, owner);
}

/* --- memo -------------------------------------------------------------------------------------------------------- */

static WfStatus put_get(Dump *d, int64_t i)
{
    if (!d->bin) {
        return put_decimal(d, PK_GET, i);
    }
    if (i > 0xffffffff) {
        return FAIL(d, "memo id too large for LONG_BINGET");
    }
    return i < 256 ? put_number(d, PK_BINGET, (uint64_t)i, 1) : put_number(d, PK_LONG_BINGET, (uint64_t)i, 4);
}

/* Gives the object on the stack the next number. */
static WfStatus memo_next(Dump *d, int64_t *number)
{
    int64_t i = __atomic_load_n(&d->p->x_next, __ATOMIC_RELAXED);
    __atomic_store_n(&d->p->x_next, i + 1, __ATOMIC_RELAXED);
    *number = i;
    if (d->proto >= 4) {
        return put(d, PK_MEMOIZE);
    }
    if (!d->bin) {
        return put_decimal(d, PK_PUT, i);
    }
    if (i > 0xffffffff) {
        return FAIL(d, "memo id too large for LONG_BINPUT");
    }
    return i < 256 ? put_number(d, PK_BINPUT, (uint64_t)i, 1) : put_number(d, PK_LONG_BINPUT, (uint64_t)i, 4);
}

static WfStatus memo_put(Dump *d, WfValue v)
{
    int64_t i;
    return d->fast ? WF_OK : memo_next(d, &i) != WF_OK ? WF_RAISED : wf_pickler_memo_add(d->t, d->p, v, i);
}

/* --- atoms --------------------------------------------------------------------------------------------------------- */

static WfStatus save_small_int(Dump *d, int64_t i)
{
    if (i < INT32_MIN || i > INT32_MAX) {
        if (d->proto < 2) {
            char text[32];
            return put_line(d, PK_LONG, text, snprintf(text, sizeof text, "%lldL", (long long)i));
        }
        int n = 8;
        while ((i << (64 - 8 * (n - 1))) >> (64 - 8 * (n - 1)) == i) {
            n--;
        }
        uint8_t head[2] = {PK_LONG1, (uint8_t)n}, *at = claim(d, 2 + n);
        if (at == NULL) {
            return WF_RAISED;
        }
        memcpy(at, head, 2);
        memcpy(at + 2, &i, (size_t)n);
        return WF_OK;
    }
    if (!d->bin) {
        return put_decimal(d, PK_INT, i);
    }
    if (i >= 0 && i <= 0xff) {
        return put_number(d, PK_BININT1, (uint64_t)i, 1);
    }
    return i >= 0 && i <= 0xffff ? put_number(d, PK_BININT2, (uint64_t)i, 2) : put_number(d, PK_BININT, (uint64_t)i, 4);
}

static WfStatus save_big_int(Dump *d, WfValue v)
{
    int64_t n = (int64_t)(wf_int_bit_length(v) >> 3) + 1;
    if (d->proto < 2) {
        WfValue text = wf_repr(d->t, v);
        WfStr *s = wf_is_empty(text) ? NULL : wf_as_str(text);
        return s == NULL || put(d, PK_LONG) != WF_OK || put_bytes(d, s->data, s->length) != WF_OK ? WF_RAISED : put_bytes(d, "L\n", 2);
    }
    if (n > INT32_MAX) {
        return WF_FAIL(wf_raise(d->t, WF_EXC(OverflowError), "int too large to pickle"));
    }
    WfRaw *raw = wf_gc_alloc_raw(d->t, n, false);
    if (raw == NULL || wf_int_to_bytes(d->t, v, raw->data, (size_t)n, true, true) != WF_OK) {
        return WF_RAISED;
    }
    if (wf_int_sign(v) < 0 && n > 1 && raw->data[n - 1] == 0xff && (raw->data[n - 2] & 0x80) != 0) {
        n--;
    }
    WfStatus s = n < 256 ? put_number(d, PK_LONG1, (uint64_t)n, 1) : put_number(d, PK_LONG4, (uint64_t)n, 4);
    return s != WF_OK ? WF_RAISED : put_bytes(d, raw->data, n);
}

static WfStatus save_double(Dump *d, double x)
{
    if (d->bin) {
        uint64_t bits;
        memcpy(&bits, &x, 8);
        return put_number(d, PK_BINFLOAT, __builtin_bswap64(bits), 8);
    }
    char text[WF_DTOA_REPR_MAX];
    return put_line(d, PK_FLOAT, text, (int64_t)wf_dtoa_repr(x, text));
}

static WfStatus save_bool(Dump *d, bool b)
{
    return d->proto >= 2 ? put(d, b ? PK_NEWTRUE : PK_NEWFALSE) : put_line(d, PK_INT, b ? "01" : "00", 2);
}

/* --- bytes, str ------------------------------------------------------------------------------------------------------ */

/* (callable, args) with what is left of it in v's place */
static WfStatus save_call(Dump *d, WfValue callable, WfValue args, WfValue v)
{
    WfValue pair = wf_is_empty(args) ? WF_EMPTY : wf_tuple_pair(d->t, callable, args);
    return wf_is_empty(pair) ? WF_RAISED : save_reduce(d, pair, v);
}

static WfStatus put_bytes_object(Dump *d, const void *p, int64_t n, WfValue owner)
{
    return put_sized(d, PK_SHORT_BINBYTES, PK_BINBYTES, d->proto >= 4 ? PK_BINBYTES8 : 0, p, n, owner, "bytes object");
}

static WfStatus save_bytes(Dump *d, WfValue v)
{
    WfThread *t = d->t;
    const WfBytes *b = wf_as_bytes(v);
    if (d->proto >= 3) {
        return put_bytes_object(d, b->data, b->length, v) != WF_OK ? WF_RAISED : memo_put(d, v);
    }
    /* Python 2 has no such type: codecs.encode(latin-1 text, 'latin1') */
    if (b->length == 0) {
        WfTuple *none = wf_tuple_alloc(t, 0);
        return none == NULL ? WF_RAISED : save_call(d, wf_from_object(WF_TYPE(BYTES)), wf_from_object(none), v);
    }
    WfValue text = wf_decode_latin1(t, b->data, b->length), codec = wf_str_from_cstr(t, "latin1");
    if (wf_is_empty(text) || wf_is_empty(codec)) {
        return WF_RAISED;
    }
    return save_call(d, wf_pickle_item(d->state, PKS_CODECS_ENCODE), wf_tuple_pair(t, text, codec), v);
}

static WfStatus save_bytearray(Dump *d, WfValue v)
{
    WfThread *t = d->t;
    int64_t n;
    const uint8_t *p = wf_bytearray_data(t, wf_as_bytearray(v), &n);
    if (d->proto >= 5) {
        return put_sized(d, 0, 0, PK_BYTEARRAY8, p, n, v, "bytearray") != WF_OK ? WF_RAISED : memo_put(d, v);
    }
    WfTuple *none = n == 0 ? wf_tuple_alloc(t, 0) : NULL;
    WfValue b = n == 0 ? WF_EMPTY : wf_bytes_new(t, p, n);
    if (n == 0 ? none == NULL : wf_is_empty(b)) {
        return WF_RAISED;
    }
    return save_call(d, wf_from_object(WF_TYPE(BYTEARRAY)), n == 0 ? wf_from_object(none) : WF_TUPLE_OF(t, b), v);
}

static WfStatus save_picklebuffer(Dump *d, WfValue v)
{
    WfThread *t = d->t;
    if (d->proto < 5) {
        return FAIL(d, "PickleBuffer can only pickled with protocol >= 5");
    }
    WfBuffer view;
    if (wf_buffer_get(t, v, &view, WF_BUF_FULL & ~WF_BUF_WRITABLE) != WF_OK) {
        return WF_RAISED;
    }
    WfStatus s = WF_RAISED;
    bool in_band = true;
    if (!wf_buffer_is_contiguous(&view, 'A')) {
        (void)FAIL(d, "PickleBuffer can not be pickled when pointing to a non-contiguous buffer");
        goto out;
    }
    if (!wf_is_empty(d->buffer_callback)) {
        WfValue r = wf_call1(t, d->buffer_callback, v);
        WfFound f = wf_is_empty(r) ? WF_ERROR : wf_truth(t, r);
        if (f == WF_ERROR) {
            goto out;
        }
        in_band = f == WF_FOUND;
    }
    if (!in_band) {
        s = put(d, PK_NEXT_BUFFER);
        if (s == WF_OK && view.readonly) {
            s = put(d, PK_READONLY_BUFFER);
        }
        goto out;
    }
    s = view.readonly ? put_bytes_object(d, view.data, view.length, v)
                      : put_sized(d, 0, 0, PK_BYTEARRAY8, view.data, view.length, v, "bytearray");
    if (s == WF_OK) {
        s = memo_put(d, v);
    }
out:
    wf_buffer_release(t, &view);
    return s;
}

/* Protocol 0: raw-unicode-escape, with what would end or spoil the line escaped too. */
static WfStatus put_escaped(Dump *d, const WfStr *s)
{
    for (int64_t i = 0; i < s->length; i++) {
        uint32_t c = wf_str_at(s, i);
        char text[16];
        int n = 1;
        if (c >= 0x10000) {
            n = snprintf(text, sizeof text, "\\U%08x", c);
        } else if (c >= 0x100 || c == '\\' || c == 0 || c == '\n' || c == '\r' || c == 0x1a) {
            n = snprintf(text, sizeof text, "\\u%04x", c);
        } else {
            text[0] = (char)c;
        }
        if (put_bytes(d, text, n) != WF_OK) {
            return WF_RAISED;
        }
    }
    return WF_OK;
}

static WfStatus save_str(Dump *d, WfValue v)
{
    const WfStr *s = wf_as_str(v);
    WfStatus done;
    if (!d->bin) {
        done = put(d, PK_UNICODE) != WF_OK || put_escaped(d, s) != WF_OK ? WF_RAISED : put_bytes(d, "\n", 1);
    } else if (WF_LIKELY(wf_str_is_ascii(s) && s->length <= 0xff && d->proto >= 4)) {
        uint8_t *at = claim(d, 2 + s->length);
        if (at == NULL) {
            return WF_RAISED;
        }
        at[0] = PK_SHORT_BINUNICODE;
        at[1] = (uint8_t)s->length;
        memcpy(at + 2, s->data, (size_t)s->length);
        done = WF_OK;
    } else {
        int64_t n = s->length;
        const char *text = wf_str_is_ascii(s) ? (const char *)s->data : wf_str_utf8_pass(d->t, v, &n);
        done = text == NULL ? WF_RAISED
                            : put_sized(d, d->proto >= 4 ? PK_SHORT_BINUNICODE : 0, PK_BINUNICODE, d->proto >= 4 ? PK_BINUNICODE8 : 0, text,
                                        n, v, "string");
    }
    return done != WF_OK ? WF_RAISED : memo_put(d, v);
}

/* --- containers ------------------------------------------------------------------------------------------------------ */

/* Fast mode has no memo, which is what ends a cycle: deep down it looks whether the container is being pickled already. */
static WfStatus fast_enter(Dump *d, WfValue v)
{
    if (!d->fast || ++d->depth < FAST_NESTING) {
        return WF_OK;
    }
    if (wf_is_empty(d->in_progress)) {
        d->in_progress = wf_set_new(d->t);
    }
    WfValue id = wf_is_empty(d->in_progress) ? WF_EMPTY : wf_int_from_u64(d->t, v.bits);
    WfFound f = wf_is_empty(id) ? WF_ERROR : wf_set_contains(d->t, wf_as_set(d->in_progress), id);
    if (f == WF_FOUND) {
        return WF_FAIL(wf_raise(d->t, WF_EXC(ValueError), "fast mode: can't pickle cyclic objects including object type %.200s at %p",
                                WF_TYPE_NAME(v), (void *)wf_as_object(v)));
    }
    return f == WF_ERROR ? WF_RAISED : wf_set_add(d->t, wf_as_set(d->in_progress), id);
}

static WfStatus fast_leave(Dump *d, WfValue v)
{
    if (!d->fast || d->depth-- < FAST_NESTING) {
        return WF_OK;
    }
    WfValue id = wf_int_from_u64(d->t, v.bits);
    return wf_is_empty(id) || wf_set_discard(d->t, wf_as_set(d->in_progress), id) == WF_ERROR ? WF_RAISED : WF_OK;
}

static WfStatus save_tuple(Dump *d, WfValue v)
{
    const WfTuple *x = wf_as_tuple(v);
    const int64_t n = x->length;
    if (n == 0) {
        return d->bin ? put(d, PK_EMPTY_TUPLE) : put(d, PK_MARK) != WF_OK ? WF_RAISED : put(d, PK_TUPLE);
    }
    const bool marked = n > 3 || d->proto < 2;
    if (marked && put(d, PK_MARK) != WF_OK) {
        return WF_RAISED;
    }
    for (int64_t i = 0; i < n; i++) {
        if (save(d, wf_tuple_at(x, i), false) != WF_OK) {
            return WF_RAISED;
        }
    }
    int64_t number = wf_pickler_memo_find(d->p, v);
    if (number >= 0) { /* it refers to itself: what is in the memo now is it */
        if (marked && d->bin) {
            return put(d, PK_POP_MARK) != WF_OK ? WF_RAISED : put_get(d, number);
        }
        for (int64_t i = 0; i < n + marked; i++) {
            if (put(d, PK_POP) != WF_OK) {
                return WF_RAISED;
            }
        }
        return put_get(d, number);
    }
    return put(d, marked ? PK_TUPLE : (PickleOp)(PK_TUPLE1 + n - 1)) != WF_OK ? WF_RAISED : memo_put(d, v);
}

/* Items of an iterator behind a list that is on the stack. */
static WfStatus batch_items(Dump *d, WfValue it)
{
    WfValue v;
    WfFound f;
    if (d->proto == 0) {
        while ((f = wf_next(d->t, it, &v)) == WF_FOUND) {
            if (save(d, v, false) != WF_OK || put(d, PK_APPEND) != WF_OK) {
                return WF_RAISED;
            }
        }
        return f == WF_ERROR ? WF_RAISED : WF_OK;
    }
    int n;
    do {
        WfValue first;
        f = wf_next(d->t, it, &first);
        if (f != WF_FOUND) {
            break;
        }
        f = wf_next(d->t, it, &v);
        if (f == WF_ERROR) {
            break;
        }
        if (f == WF_MISSING) {
            return save(d, first, false) != WF_OK ? WF_RAISED : put(d, PK_APPEND);
        }
        if (put(d, PK_MARK) != WF_OK || save(d, first, false) != WF_OK) {
            return WF_RAISED;
        }
        for (n = 1; f == WF_FOUND;) {
            if (save(d, v, false) != WF_OK) {
                return WF_RAISED;
            }
            if (++n == PK_BATCH) {
                break;
            }
            f = wf_next(d->t, it, &v);
        }
        if (f == WF_ERROR || put(d, PK_APPENDS) != WF_OK) {
            return WF_RAISED;
        }
    } while (n == PK_BATCH);
    return f == WF_ERROR ? WF_RAISED : WF_OK;
}

static WfStatus batch_list(Dump *d, const WfList *l)
{
    if (wf_list_length(l) == 1) {
        WfValue v = wf_list_at(l, 0);
        return wf_is_empty(v) ? WF_OK : save(d, v, false) != WF_OK ? WF_RAISED : put(d, PK_APPEND);
    }
    for (int64_t i = 0;;) {
        if (put(d, PK_MARK) != WF_OK) {
            return WF_RAISED;
        }
        for (int n = 0; n < PK_BATCH; n++, i++) {
            WfValue v = wf_list_at(l, i);
            if (wf_is_empty(v)) {
                break;
            }
            if (save(d, v, false) != WF_OK) {
                return WF_RAISED;
            }
        }
        if (put(d, PK_APPENDS) != WF_OK) {
            return WF_RAISED;
        }
        wf_safepoint(d->t);
        if (i >= wf_list_length(l)) {
            return WF_OK;
        }
    }
}

static WfStatus save_list(Dump *d, WfValue v)
{
    if ((d->bin ? put(d, PK_EMPTY_LIST) : put(d, PK_MARK) != WF_OK ? WF_RAISED : put(d, PK_LIST)) != WF_OK || memo_put(d, v) != WF_OK) {
        return WF_RAISED;
    }
    if (wf_list_length(wf_as_list(v)) == 0) {
        return WF_OK;
    }
    if (d->proto > 0) {
        return batch_list(d, wf_as_list(v));
    }
    WfValue it = wf_iter(d->t, v);
    return wf_is_empty(it) ? WF_RAISED : batch_items(d, it);
}

static WfStatus save_pair(Dump *d, WfValue pair)
{
    if (!wf_is_tuple(pair) || wf_as_tuple(pair)->length != 2) {
        return WF_FAIL(wf_raise(d->t, WF_EXC(TypeError), "dict items iterator must return 2-tuples"));
    }
    return save(d, wf_tuple_at(wf_as_tuple(pair), 0), false) != WF_OK ? WF_RAISED : save(d, wf_tuple_at(wf_as_tuple(pair), 1), false);
}

/* Pairs of an iterator, likewise. */
static WfStatus batch_pairs(Dump *d, WfValue it)
{
    WfValue v;
    WfFound f;
    if (d->proto == 0) {
        while ((f = wf_next(d->t, it, &v)) == WF_FOUND) {
            if (save_pair(d, v) != WF_OK || put(d, PK_SETITEM) != WF_OK) {
                return WF_RAISED;
            }
        }
        return f == WF_ERROR ? WF_RAISED : WF_OK;
    }
    int n;
    do {
        WfValue first;
        f = wf_next(d->t, it, &first);
        if (f != WF_FOUND) {
            break;
        }
        f = wf_next(d->t, it, &v);
        if (f == WF_ERROR) {
            break;
        }
        if (f == WF_MISSING) {
            return save_pair(d, first) != WF_OK ? WF_RAISED : put(d, PK_SETITEM);
        }
        if (put(d, PK_MARK) != WF_OK || save_pair(d, first) != WF_OK) {
            return WF_RAISED;
        }
        for (n = 1; f == WF_FOUND;) {
            if (save_pair(d, v) != WF_OK) {
                return WF_RAISED;
            }
            if (++n == PK_BATCH) {
                break;
            }
            f = wf_next(d->t, it, &v);
        }
        if (f == WF_ERROR || put(d, PK_SETITEMS) != WF_OK) {
            return WF_RAISED;
        }
    } while (n == PK_BATCH);
    return f == WF_ERROR ? WF_RAISED : WF_OK;
}

static WfStatus batch_dict(Dump *d, WfDict *x)
{
    const int64_t used = wf_dict_used(x);
    WfValue key, v;
    int64_t pos = 0;
    int n;
    if (used == 1) {
        if (!wf_dict_next(x, &pos, &key, &v)) {
            return WF_OK;
        }
        return save(d, key, false) != WF_OK || save(d, v, false) != WF_OK ? WF_RAISED : put(d, PK_SETITEM);
    }
    do {
        if (put(d, PK_MARK) != WF_OK) {
            return WF_RAISED;
        }
        for (n = 0; n < PK_BATCH && wf_dict_next(x, &pos, &key, &v); n++) {
            if (save(d, key, false) != WF_OK || save(d, v, false) != WF_OK) {
                return WF_RAISED;
            }
        }
        if (put(d, PK_SETITEMS) != WF_OK) {
            return WF_RAISED;
        }
        if (wf_dict_used(x) != used) {
            return WF_FAIL(wf_raise(d->t, WF_EXC(RuntimeError), "dictionary changed size during iteration"));
        }
        wf_safepoint(d->t);
    } while (n == PK_BATCH);
    return WF_OK;
}

static WfStatus save_dict(Dump *d, WfValue v)
{
    if ((d->bin ? put(d, PK_EMPTY_DICT) : put(d, PK_MARK) != WF_OK ? WF_RAISED : put(d, PK_DICT)) != WF_OK || memo_put(d, v) != WF_OK) {
        return WF_RAISED;
    }
    if (wf_dict_used(wf_as_dict(v)) == 0) {
        return WF_OK;
    }
    if (d->proto > 0) {
        return batch_dict(d, wf_as_dict(v));
    }
    WfValue items = wf_call_method0(d->t, v, WF_NAME(items)), it = wf_is_empty(items) ? WF_EMPTY : wf_iter(d->t, items);
    return wf_is_empty(it) ? WF_RAISED : batch_pairs(d, it);
}

static WfStatus save_set(Dump *d, WfValue v)
{
    WfThread *t = d->t;
    WfSet *x = wf_as_set(v);
    const bool frozen = WF_IS_EXACT(v, FROZENSET);
    if (d->proto < 4) {
        WfValue items = wf_set_to_list(t, x);
        return wf_is_empty(items) ? WF_RAISED : save_call(d, wf_from_object(wf_type(v)), WF_TUPLE_OF(t, items), v);
    }
    WfValue item;
    int64_t pos = 0;
    if (frozen) {
        if (put(d, PK_MARK) != WF_OK) {
            return WF_RAISED;
        }
        while (wf_set_next(x, &pos, &item)) {
            if (save(d, item, false) != WF_OK) {
                return WF_RAISED;
            }
        }
        int64_t number = wf_pickler_memo_find(d->p, v);
        if (number >= 0) { /* as for tuples */
            return put(d, PK_POP_MARK) != WF_OK ? WF_RAISED : put_get(d, number);
        }
        return put(d, PK_FROZENSET) != WF_OK ? WF_RAISED : memo_put(d, v);
    }
    const int64_t used = wf_set_used(x);
    int n = 0;
    if (put(d, PK_EMPTY_SET) != WF_OK || memo_put(d, v) != WF_OK) {
        return WF_RAISED;
    }
    if (used == 0) {
        return WF_OK;
    }
    do {
        if (put(d, PK_MARK) != WF_OK) {
            return WF_RAISED;
        }
        for (n = 0; n < PK_BATCH && wf_set_next(x, &pos, &item); n++) {
            if (save(d, item, false) != WF_OK) {
                return WF_RAISED;
            }
        }
        if (put(d, PK_ADDITEMS) != WF_OK) {
            return WF_RAISED;
        }
        if (wf_set_used(x) != used) {
            return WF_FAIL(wf_raise(t, WF_EXC(RuntimeError), "set changed size during iteration"));
        }
        wf_safepoint(t);
    } while (n == PK_BATCH);
    return WF_OK;
}

/* --- by name --------------------------------------------------------------------------------------------------------- */

static WfFound is_attribute(Dump *d, WfValue module_name, WfValue module, WfValue v, WfValue path)
{
    WfValue found;
    if (wf_is_none(module) || (wf_is_str(module_name) && wf_str_equal(wf_as_str(module_name), WF_NAME(__main__)))) {
        return WF_MISSING;
    }
    WfFound f = wf_pickle_deep_getattr(d->t, module, path, &found, NULL);
    if (f == WF_ERROR) { /* a module may fail in its __getattr__ as it likes */
        wf_clear_pending(d->t);
        return WF_MISSING;
    }
    return f == WF_FOUND && wf_is(found, v) ? WF_FOUND : WF_MISSING;
}

/* The name of the module that has v at `path`. */
static WfValue module_of(Dump *d, WfValue v, WfValue path)
{
    WfThread *t = d->t;
    WfValue name, module;
    WfFound f = wf_getattr_opt(t, v, WF_NAME(__module__), &name);
    if (f == WF_ERROR || (f == WF_FOUND && !wf_is_none(name))) {
        return f == WF_ERROR ? WF_EMPTY : name;
    }
    WfValue modules = wf_dict_get_str(wf_as_dict(t->interp->sys_dict), WF_NAME(modules));
    if (wf_is_empty(modules)) {
        return wf_raise(t, WF_EXC(RuntimeError), "unable to get sys.modules");
    }
    if (WF_IS_EXACT(modules, DICT)) {
        for (int64_t pos = 0; wf_dict_next(wf_as_dict(modules), &pos, &name, &module);) {
            if (is_attribute(d, name, module, v, path) == WF_FOUND) {
                return name;
            }
        }
        return WF_NAME_V(__main__);
    }
    WfValue it = wf_iter(t, modules);
    if (wf_is_empty(it)) {
        return WF_EMPTY;
    }
    while ((f = wf_next(t, it, &name)) == WF_FOUND) {
        module = wf_getitem(t, modules, name);
        if (wf_is_empty(module)) {
            return WF_EMPTY;
        }
        if (is_attribute(d, name, module, v, path) == WF_FOUND) {
            return name;
        }
    }
    return f == WF_ERROR ? WF_EMPTY : WF_NAME_V(__main__);
}

/* The code of (module, name) in copyreg's registry; FOUND: written. */
static WfFound save_extension(Dump *d, WfValue v, WfValue module_name, WfValue name)
{
    WfValue key = wf_tuple_pair(d->t, module_name, name), code;
    WfFound f = wf_is_empty(key) ? WF_ERROR : wf_dict_get(d->t, wf_pickle_dict(d->state, PKS_EXTENSIONS), key, &code);
    if (f != WF_FOUND) {
        return f;
    }
    if (wf_type(code) != WF_TYPE(INT)) {
        (void)FAIL(d, "Can't pickle %R: extension code %R isn't an integer", v, code);
        return WF_ERROR;
    }
    int64_t i;
    if (!wf_int_to_i64(code, &i) || i <= 0 || i > 0x7fffffff) {
        return WF_FAIL_FOUND(wf_raise(d->t, WF_EXC(RuntimeError), "Can't pickle %R: extension code %V is out of range", v, code));
    }
    WfStatus s = i <= 0xff     ? put_number(d, PK_EXT1, (uint64_t)i, 1)
                 : i <= 0xffff ? put_number(d, PK_EXT2, (uint64_t)i, 2)
                               : put_number(d, PK_EXT4, (uint64_t)i, 4);
    return s == WF_OK ? WF_FOUND : WF_ERROR;
}

/* "cmodule\nname\n" */
static WfStatus put_global(Dump *d, WfValue module_name, WfValue name)
{
    WfValue names[2] = {module_name, name};
    if (d->fix_imports && wf_pickle_compat(d->t, d->state, true, &names[0], &names[1]) != WF_OK) {
        return WF_RAISED;
    }
    if (put(d, PK_GLOBAL) != WF_OK) {
        return WF_RAISED;
    }
    for (int i = 0; i < 2; i++) {
        int64_t n = 0;
        const char *text = NULL;
        const bool allowed = d->proto >= 3 || wf_str_is_ascii(wf_as_str(names[i]));
        if (allowed) {
            text = wf_str_utf8(d->t, names[i], &n);
        }
        if (text == NULL) {
            if (!allowed || wf_clear_if(d->t, WF_EXC(UnicodeEncodeError))) {
                return FAIL(d, i == 0 ? "can't pickle module identifier '%V' using pickle protocol %i"
                                      : "can't pickle global identifier '%V' using pickle protocol %i", names[i], d->proto);
            }
            return WF_RAISED;
        }
        if (put_bytes(d, text, n) != WF_OK || put_bytes(d, "\n", 1) != WF_OK) {
            return WF_RAISED;
        }
    }
    return WF_OK;
}

/* v as module.name; name EMPTY: v's own. */
static WfStatus save_global(Dump *d, WfValue v, WfValue name)
{
    WfThread *t = d->t;
    if (wf_is_empty(name)) {
        WfFound f = wf_getattr_opt(t, v, WF_NAME(__qualname__), &name);
        if (f == WF_MISSING) {
            name = wf_getattr(t, v, WF_NAME(__name__));
        }
        if (f == WF_ERROR || wf_is_empty(name)) {
            return WF_RAISED;
        }
    }
    if (!wf_is_str(name)) {
        return FAIL(d, "Can't pickle %R: its name is no str", v);
    }
    WfValue path = wf_pickle_dotted(t, WF_EMPTY, wf_as_str(name));
    WfValue module_name = wf_is_empty(path) ? WF_EMPTY : module_of(d, v, path);
    if (wf_is_empty(module_name)) {
        return WF_RAISED;
    }
    WfValue module = WF_EMPTY;
    if (wf_is_str(module_name)) {
        WfValue list = wf_list_new(t, 0);
        module = wf_is_empty(list) || wf_list_append(t, wf_as_list(list), WF_NAME_V(empty)) != WF_OK
                     ? WF_EMPTY
                     : wf_import(t, module_name, WF_NONE, list, 0);
    }
    if (wf_is_empty(module)) {
        wf_clear_pending(t);
        return FAIL(d, "Can't pickle %R: import of module %R failed", v, module_name);
    }
    WfValue found, parent = WF_EMPTY;
    WfFound f = wf_pickle_deep_getattr(t, module, path, &found, &parent);
    if (f != WF_FOUND) {
        wf_clear_pending(t);
        return FAIL(d, "Can't pickle %R: attribute lookup %V on %V failed", v, name, module_name);
    }
    if (!wf_is(found, v)) {
        return FAIL(d, "Can't pickle %R: it's not the same object as %V.%V", v, module_name, name);
    }
    if (d->proto >= 2) {
        f = save_extension(d, v, module_name, name);
        if (f != WF_MISSING) {
            return f == WF_ERROR ? WF_RAISED : WF_OK;
        }
    }
    WfStatus s;
    WfValue last = wf_list_at(wf_as_list(path), wf_list_length(wf_as_list(path)) - 1);
    if (wf_is(parent, module)) {
        name = last;
    }
    if (d->proto >= 4) {
        s = save(d, module_name, false) != WF_OK || save(d, name, false) != WF_OK ? WF_RAISED : put(d, PK_STACK_GLOBAL);
    } else if (!wf_is(parent, module)) {
        s = save_call(d, wf_pickle_item(d->state, PKS_GETATTR), wf_tuple_pair(t, parent, last), WF_EMPTY);
    } else {
        s = put_global(d, module_name, name);
    }
    return s != WF_OK ? WF_RAISED : memo_put(d, v);
}

static WfStatus save_type(Dump *d, WfValue v)
{
    WfValue single = wf_is(v, wf_from_object(WF_TYPE(NONETYPE)))         ? WF_NONE
                     : wf_is(v, wf_from_object(WF_TYPE(ELLIPSIS)))       ? WF_ELLIPSIS
                     : wf_is(v, wf_from_object(WF_TYPE(NOTIMPLEMENTED))) ? WF_NOT_IMPLEMENTED
                                                                         : WF_EMPTY;
    if (!wf_is_empty(single)) {
        return save_call(d, wf_from_object(WF_TYPE(TYPE)), WF_TUPLE_OF(d->t, single), v);
    }
    return save_global(d, v, WF_EMPTY);
}

static WfStatus save_by_persistent_id(Dump *d, WfValue v, bool *done)
{
    WfThread *t = d->t;
    WfValue id = wf_call1(t, d->persistent_id, v);
    if (wf_is_empty(id)) {
        return WF_RAISED;
    }
    *done = !wf_is_none(id);
    if (!*done) {
        return WF_OK;
    }
    if (d->bin) {
        return save(d, id, true) != WF_OK ? WF_RAISED : put(d, PK_BINPERSID);
    }
    WfValue text = wf_str(t, id);
    if (wf_is_empty(text)) {
        return WF_RAISED;
    }
    if (!wf_str_is_ascii(wf_as_str(text))) {
        return FAIL(d, "persistent IDs in protocol 0 must be ASCII strings");
    }
    return put_line(d, PK_PERSID, (const char *)wf_as_str(text)->data, wf_as_str(text)->length);
}

/* --- reduce ------------------------------------------------------------------------------------------------------------ */

/* cls.__new__(cls, *args, **kwargs) below protocol 4: a functools.partial without arguments left */
static WfStatus save_newobj_partial(Dump *d, WfValue cls, WfValue args, WfValue kwargs)
{
    WfThread *t = d->t;
    const int64_t n = wf_as_tuple(args)->length;
    WfTuple *all = wf_tuple_alloc(t, n + 2), *none = wf_tuple_alloc(t, 0);
    WfValue new_ = all == NULL || none == NULL ? WF_EMPTY : wf_getattr(t, cls, WF_NAME(__new__));
    if (wf_is_empty(new_)) {
        return WF_RAISED;
    }
    wf_store(&all->items[0], new_);
    wf_store(&all->items[1], cls);
    for (int64_t i = 0; i < n; i++) {
        wf_store(&all->items[2 + i], wf_tuple_at(wf_as_tuple(args), i));
    }
    WfValue partial = wf_call_tuple(t, wf_pickle_item(d->state, PKS_PARTIAL), all, kwargs);
    if (wf_is_empty(partial) || save(d, partial, false) != WF_OK || save(d, wf_from_object(none), false) != WF_OK) {
        return WF_RAISED;
    }
    return put(d, PK_REDUCE);
}

static WfStatus save_newobj_ex(Dump *d, WfTuple *a)
{
    if (a->length != 3) {
        return FAIL(d, "length of the NEWOBJ_EX argument tuple must be exactly 3, not %zd", (ssize_t)a->length);
    }
    WfValue cls = wf_tuple_at(a, 0), args = wf_tuple_at(a, 1), kwargs = wf_tuple_at(a, 2);
    if (!wf_is_type(cls)) {
        return FAIL(d, "first item from NEWOBJ_EX argument tuple must be a class, not %.200s", WF_TYPE_NAME(cls));
    }
    if (!wf_is_tuple(args)) {
        return FAIL(d, "second item from NEWOBJ_EX argument tuple must be a tuple, not %.200s", WF_TYPE_NAME(args));
    }
    if (!wf_is_dict(kwargs)) {
        return FAIL(d, "third item from NEWOBJ_EX argument tuple must be a dict, not %.200s", WF_TYPE_NAME(kwargs));
    }
    if (d->proto < 4) {
        return save_newobj_partial(d, cls, args, kwargs);
    }
    return save(d, cls, false) != WF_OK || save(d, args, false) != WF_OK || save(d, kwargs, false) != WF_OK ? WF_RAISED
                                                                                                           : put(d, PK_NEWOBJ_EX);
}

static WfStatus save_newobj(Dump *d, WfTuple *a, WfValue v)
{
    if (a->length < 1) {
        return FAIL(d, "__newobj__ arglist is empty");
    }
    WfValue cls = wf_tuple_at(a, 0);
    if (!wf_is_type(cls)) {
        return FAIL(d, "args[0] from __newobj__ args is not a type");
    }
    if (!wf_is_empty(v)) {
        WfValue own = wf_getattr(d->t, v, WF_NAME(__class__));
        if (wf_is_empty(own)) {
            return WF_RAISED;
        }
        if (!wf_is(own, cls)) {
            return FAIL(d, "args[0] from __newobj__ args has the wrong class");
        }
    }
    WfTuple *rest = wf_tuple_alloc(d->t, a->length - 1);
    for (int64_t i = 1; rest != NULL && i < a->length; i++) {
        wf_store(&rest->items[i - 1], wf_tuple_at(a, i));
    }
    return rest == NULL || save(d, cls, false) != WF_OK || save(d, wf_from_object(rest), false) != WF_OK ? WF_RAISED : put(d, PK_NEWOBJ);
}

/* The object made by what is on the stack has the memo's next number, unless it came to be pickled in the making of it. */
static WfStatus memo_made(Dump *d, WfValue v)
{
    int64_t number = wf_pickler_memo_find(d->p, v);
    if (WF_UNLIKELY(number >= 0)) {
        return put(d, PK_POP) != WF_OK ? WF_RAISED : put_get(d, number);
    }
    return memo_put(d, v);
}

/* What __reduce_ex__ gave for v (EMPTY: for nothing that others may refer to). */
static WfStatus save_reduce(Dump *d, WfValue reduced, WfValue v)
{
    WfThread *t = d->t;
    WfValue part[6] = {WF_EMPTY, WF_EMPTY, WF_NONE, WF_NONE, WF_NONE, WF_NONE}; /* callable, args, state, items, pairs, setter */
    const int64_t n = wf_as_tuple(reduced)->length;
    if (n < 2 || n > 6) {
        return FAIL(d, "tuple returned by __reduce__ must contain 2 through 6 elements");
    }
    for (int64_t i = 0; i < n; i++) {
        part[i] = wf_tuple_at(wf_as_tuple(reduced), i);
    }
    if (!wf_is_callable(part[0])) {
        return FAIL(d, "first item of the tuple returned by __reduce__ must be callable");
    }
    if (!wf_is_tuple(part[1])) {
        return FAIL(d, "second item of the tuple returned by __reduce__ must be a tuple");
    }
    for (int i = 3; i < 5; i++) {
        if (!wf_is_none(part[i]) && wf_type(part[i])->slots.next == NULL) {
            return FAIL(d, "%s element of the tuple returned by __reduce__ must be an iterator, not %s", i == 3 ? "fourth" : "fifth",
                        WF_TYPE_NAME(part[i]));
        }
    }
    if (!wf_is_none(part[5]) && !wf_is_callable(part[5])) {
        return FAIL(d, "sixth element of the tuple returned by __reduce__ must be a function, not %s", WF_TYPE_NAME(part[5]));
    }
    bool newobj = false, newobj_ex = false;
    if (d->proto >= 2) {
        WfValue name;
        WfFound f = wf_getattr_opt(t, part[0], WF_NAME(__name__), &name);
        if (f == WF_ERROR) {
            return WF_RAISED;
        }
        newobj = f == WF_FOUND && wf_is_str(name) && wf_str_equal_cstr(wf_as_str(name), "__newobj__");
        newobj_ex = f == WF_FOUND && wf_is_str(name) && wf_str_equal_cstr(wf_as_str(name), "__newobj_ex__");
    }
    WfStatus s = newobj_ex ? save_newobj_ex(d, wf_as_tuple(part[1]))
                 : newobj  ? save_newobj(d, wf_as_tuple(part[1]), v)
                 : save(d, part[0], false) != WF_OK || save(d, part[1], false) != WF_OK ? WF_RAISED
                                                                                       : put(d, PK_REDUCE);
    if (s != WF_OK || (!wf_is_empty(v) && memo_made(d, v) != WF_OK) || (!wf_is_none(part[3]) && batch_items(d, part[3]) != WF_OK)
        || (!wf_is_none(part[4]) && batch_pairs(d, part[4]) != WF_OK)) {
        return WF_RAISED;
    }
    if (wf_is_none(part[2])) {
        return WF_OK;
    }
    if (wf_is_none(part[5])) {
        return save(d, part[2], false) != WF_OK ? WF_RAISED : put(d, PK_BUILD);
    }
    /* setter(v, state), its result dropped */
    return save(d, part[5], false) != WF_OK || save(d, v, false) != WF_OK || save(d, part[2], false) != WF_OK || put(d, PK_TUPLE2) != WF_OK
                   || put(d, PK_REDUCE) != WF_OK
               ? WF_RAISED
               : put(d, PK_POP);
}

/* --- plain instances --------------------------------------------------------------------------------------------------- */

static bool same_as_object(WfThread *t, WfType *type, WfStr *name)
{
    return wf_is(wf_type_lookup(t, type, name), wf_type_lookup(t, WF_TYPE(OBJECT), name));
}

/* Would object.__reduce_ex__(2) give (copyreg.__newobj__, (cls,), __dict__) for its instances? */
static bool is_plain_class(WfThread *t, WfType *type)
{
    WfValue dict = wf_type_lookup(t, type, WF_NAME(__dict__));
    return (wf_type_flags(type) & (WF_TF_GETATTR_GENERIC | WF_TF_HEAP)) == (WF_TF_GETATTR_GENERIC | WF_TF_HEAP) && type->n_slots == 0
           && same_as_object(t, type, WF_NAME(__reduce_ex__)) && same_as_object(t, type, WF_NAME(__reduce__))
           && same_as_object(t, type, WF_NAME(__getstate__)) && same_as_object(t, type, WF_NAME(__class__))
           && wf_is_empty(wf_type_lookup(t, type, WF_NAME(__getnewargs__)))
           && wf_is_empty(wf_type_lookup(t, type, WF_NAME(__getnewargs_ex__))) && WF_IS_EXACT(dict, GETSET_DESCRIPTOR);
}

/* FOUND: v's class is plain and has no entry in the table of reducers. */
static WfFound plain_instance(Dump *d, WfType *type)
{
    if (!wf_is_empty(d->dispatch_table) || d->proto < 2 || d->fast || !wf_is_empty(d->reducer)) {
        return WF_MISSING;
    }
    WfDict *table = wf_pickle_dict(d->state, PKS_DISPATCH_TABLE);
    uint64_t version = __atomic_load_n(&type->x_version, __ATOMIC_ACQUIRE);
    uint64_t table_version = wf_dict_keys_version(d->t, table);
    KnownClass *known = &d->classes[((uintptr_t)type >> 7) % N_CLASSES];
    if (WF_LIKELY(known->type == type && known->version == version && known->table_version == table_version)) {
        return known->plain ? WF_FOUND : WF_MISSING;
    }
    bool plain = version != 0 && is_plain_class(d->t, type);
    WfValue entry;
    WfFound f = plain ? wf_dict_get(d->t, table, wf_from_object(type), &entry) : WF_MISSING;
    plain = plain && f == WF_MISSING;
    *known = (KnownClass){type, version, table_version, plain};
    return f == WF_ERROR ? WF_ERROR : plain ? WF_FOUND : WF_MISSING;
}

/* MISSING: not after all. */
static WfFound save_plain(Dump *d, WfValue v, WfType *type)
{
    WfValue names[MAX_PLAIN], values[MAX_PLAIN];
    int n = wf_instance_snapshot(wf_as_object(v), names, values, MAX_PLAIN);
    if (n < 0) {
        return WF_MISSING;
    }
    for (int i = 0; i < n; i++) {
        const WfStr *name = wf_as_str(names[i]);
        if (name->length > 4 && wf_str_at(name, 0) == '_' && wf_str_at(name, 1) == '_') {
            return WF_MISSING; /* it may stand before a method of the class that we know */
        }
    }
    if (save(d, wf_from_object(type), false) != WF_OK || put(d, PK_EMPTY_TUPLE) != WF_OK || put(d, PK_NEWOBJ) != WF_OK
        || memo_made(d, v) != WF_OK) {
        return WF_ERROR;
    }
    if (n == 0) {
        return WF_FOUND;
    }
    int64_t unused;
    if (put(d, PK_EMPTY_DICT) != WF_OK || memo_next(d, &unused) != WF_OK || (n > 1 && put(d, PK_MARK) != WF_OK)) {
        return WF_ERROR;
    }
    for (int i = 0; i < n; i++) {
        if (save(d, names[i], false) != WF_OK || save(d, values[i], false) != WF_OK) {
            return WF_ERROR;
        }
    }
    return put(d, n > 1 ? PK_SETITEMS : PK_SETITEM) == WF_OK && put(d, PK_BUILD) == WF_OK ? WF_FOUND : WF_ERROR;
}

/* --- any object ---------------------------------------------------------------------------------------------------------- */

/* The function that takes v's type apart: of the table of reducers, or EMPTY. */
static WfStatus registered(Dump *d, WfType *type, WfValue *out)
{
    WfValue key = wf_from_object(type);
    *out = WF_EMPTY;
    if (wf_is_empty(d->dispatch_table)) {
        return wf_dict_get(d->t, wf_pickle_dict(d->state, PKS_DISPATCH_TABLE), key, out) == WF_ERROR ? WF_RAISED : WF_OK;
    }
    *out = wf_getitem(d->t, d->dispatch_table, key);
    return !wf_is_empty(*out) || wf_clear_if(d->t, WF_EXC(KeyError)) ? WF_OK : WF_RAISED;
}

static WfStatus save_other(Dump *d, WfValue v)
{
    WfThread *t = d->t;
    WfType *type = wf_type(v);
    WfValue f, reduced = WF_EMPTY;
    if (WF_IS_KIND(v, INSTANCE)) {
        WfFound plain = plain_instance(d, type);
        if (plain == WF_FOUND) {
            plain = save_plain(d, v, type);
            if (plain == WF_FOUND) {
                return WF_OK;
            }
        }
        if (plain == WF_ERROR) {
            return WF_RAISED;
        }
    }
    if (!wf_is_empty(d->reducer)) {
        reduced = wf_call1(t, d->reducer, v);
        if (wf_is_empty(reduced)) {
            return WF_RAISED;
        }
        if (!wf_is(reduced, WF_NOT_IMPLEMENTED)) {
            goto reduce;
        }
    }
    if (type == WF_TYPE(TYPE)) {
        return save_type(d, v);
    }
    if (type == WF_TYPE(FUNCTION)) {
        return save_global(d, v, WF_EMPTY);
    }
    if (registered(d, type, &f) != WF_OK) {
        return WF_RAISED;
    }
    if (!wf_is_empty(f)) {
        reduced = wf_call1(t, f, v);
    } else if (wf_is_type(v)) {
        return save_global(d, v, WF_EMPTY);
    } else {
        WfFound found = wf_getattr_opt(t, v, WF_NAME(__reduce_ex__), &f);
        if (found == WF_FOUND) {
            reduced = wf_call1(t, f, wf_small_int(d->proto));
        } else if (found == WF_MISSING) {
            found = wf_getattr_opt(t, v, WF_NAME(__reduce__), &f);
            if (found == WF_MISSING) {
                return FAIL(d, "can't pickle '%.200s' object: %R", WF_TYPE_NAME(v), v);
            }
            reduced = found == WF_FOUND ? wf_call0(t, f) : WF_EMPTY;
        }
    }
    if (wf_is_empty(reduced)) {
        return WF_RAISED;
    }
reduce:
    if (wf_is_str(reduced)) {
        return save_global(d, v, reduced);
    }
    return wf_is_tuple(reduced) ? save_reduce(d, reduced, v) : FAIL(d, "__reduce__ must return a string or tuple");
}

static WF_NOINLINE WfStatus save_compound(Dump *d, WfValue v, uint32_t shape)
{
    if (wf_recursion_enter(d->t, WHERE) != WF_OK) {
        return WF_RAISED;
    }
    WfStatus s = WF_OK;
    switch (shape) {
    case WF_SHAPE(TUPLE): s = save_tuple(d, v); break;
    case WF_SHAPE(LIST):
    case WF_SHAPE(DICT):
        s = fast_enter(d, v);
        if (s == WF_OK) {
            s = shape == WF_SHAPE(LIST) ? save_list(d, v) : save_dict(d, v);
        }
        if (fast_leave(d, v) != WF_OK) {
            s = WF_RAISED;
        }
        break;
    case WF_SHAPE(SET):
    case WF_SHAPE(FROZENSET): s = save_set(d, v); break;
    case WF_SHAPE(BYTEARRAY): s = save_bytearray(d, v); break;
    case WF_SHAPE(PICKLEBUFFER): s = save_picklebuffer(d, v); break;
    default: s = save_other(d, v); break;
    }
    wf_recursion_leave(d->t);
    return s;
}

static WfStatus save_object(Dump *d, WfValue v)
{
    if (!wf_is_object(v)) {
        if (wf_is_int(v)) {
            return save_small_int(d, wf_as_int(v));
        }
        if (wf_is_double(v)) {
            return save_double(d, wf_as_double(v));
        }
        if (wf_is_none(v)) {
            return put(d, PK_NONE);
        }
        if (wf_is_bool(v)) {
            return save_bool(d, wf_is_true(v));
        }
    }
    uint32_t shape = wf_is_object(v) ? wf_shape_id(wf_as_object(v)) : 0;
    if (shape == WF_SHAPE(INT)) {
        return save_big_int(d, v);
    }
    int64_t number = wf_pickler_memo_find(d->p, v);
    if (number >= 0) {
        return put_get(d, number);
    }
    return shape == WF_SHAPE(STR)     ? save_str(d, v)
           : shape == WF_SHAPE(BYTES) ? save_bytes(d, v)
                                      : save_compound(d, v, shape);
}

/* by_id: v is a persistent id itself. */
static WfStatus save(Dump *d, WfValue v, bool by_id)
{
    if (boundary(d) != WF_OK) {
        return WF_RAISED;
    }
    if (WF_UNLIKELY(!wf_is_empty(d->persistent_id)) && !by_id) {
        bool done;
        if (wf_recursion_enter(d->t, WHERE) != WF_OK) {
            return WF_RAISED;
        }
        WfStatus s = save_by_persistent_id(d, v, &done);
        wf_recursion_leave(d->t);
        if (s != WF_OK || done) {
            return s;
        }
    }
    return save_object(d, v);
}

WfStatus wf_pickle_save(WfThread *t, WfPickler *p, WfValue v, WfValue *out)
{
    Dump d = {.t = t,
              .p = p,
              .state = wf_pickle_state(t),
              .frame = -1,
              .bin = __atomic_load_n(&p->x_bin, __ATOMIC_RELAXED) != 0,
              .fast = __atomic_load_n(&p->x_fast, __ATOMIC_RELAXED) != 0,
              .fix_imports = __atomic_load_n(&p->x_fix_imports, __ATOMIC_RELAXED) != 0,
              .proto = __atomic_load_n(&p->x_proto, __ATOMIC_RELAXED),
              .persistent_id = wf_load(&p->persistent_id),
              .dispatch_table = wf_load(&p->dispatch_table),
              .buffer_callback = wf_load(&p->buffer_callback),
              .write = out == NULL ? wf_load(&p->write) : WF_EMPTY};
    if (d.state == NULL || wf_pickle_hook(t, wf_from_object(p), WF_TYPE(PICKLER), WF_NAME(reducer_override), &d.reducer) != WF_OK
        || (d.proto >= 2 && put_number(&d, PK_PROTO, (uint64_t)d.proto, 1) != WF_OK)) {
        return WF_RAISED;
    }
    d.framing = d.proto >= 4;
    if (save(&d, v, false) != WF_OK || put(&d, PK_STOP) != WF_OK) {
        return WF_RAISED;
    }
    close_frame(&d);
    if (out == NULL) {
        return flush(&d);
    }
    *out = wf_bytes_new(t, d.data, d.length);
    return wf_is_empty(*out) ? WF_RAISED : WF_OK;
}
