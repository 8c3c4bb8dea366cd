/* _pickle_load.c - unpickling: from opcodes to objects.
 * SPDX-License-Identifier: MIT
 *
 * Design:     a stack machine over untrusted bytes. Input is a window [at, end): all of a bytes-like object, or what was last got
 *             from a file. Files are read no further than the pickle goes: whole frames, or what peek() showed, which is
 *             skipped in the file when it has been used.
 * Invariants: L1 every opcode checks the stack against the fence, the place of the innermost MARK; nothing below it is reached.
 *             L2 sizes are compared with what is there before memory is taken.
 * Threads:    everything of one load() is in its Load, on the C stack, but for the memo. Python code runs at any call. */
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

#include <errno.h>
#include <stdlib.h>

#define PREFETCH (128 * 1024)

typedef struct Load {
    WfThread *t;
    WfUnpickler *u;
    const WfTuple *state;
    const uint8_t *at, *end;
    const uint8_t *skipped; /* a window that peek() gave: the file stands here */
    bool peeked;
    WfValue window;         /* the bytes of the window, in file mode */
    WfValue read, readline, peek;
    WfSlots *stack;
    int64_t n, fence;
    WfRaw *marks;           /* int64_t[] */
    int64_t n_marks;
    WfStr *encoding, *errors;
    bool own_find_class;    /* a subclass may have its own */
} Load;

#define FAIL(l, ...) PK_FAIL((l)->t, (l)->state, PKS_UNPICKLING_ERROR, __VA_ARGS__)

/* --- input ------------------------------------------------------------------------------------------------------- */

static WfStatus truncated(Load *l) { return FAIL(l, "pickle data was truncated"); }

/* The window is b, a bytes-like object that a method of the file gave. */
static WfStatus set_window(Load *l, WfValue b, bool peeked)
{
    if (!WF_IS_EXACT(b, BYTES)) {
        WfView view;
        if (wf_view_get(l->t, b, &view) != WF_OK) {
            return WF_RAISED;
        }
        b = wf_bytes_new(l->t, view.data, view.length);
        wf_view_release(l->t, &view);
        if (wf_is_empty(b)) {
            return WF_RAISED;
        }
    }
    l->window = b;
    l->at = l->skipped = wf_as_bytes(b)->data;
    l->end = l->at + wf_as_bytes(b)->length;
    l->peeked = peeked;
    return WF_OK;
}

/* Makes the file stand where we do. */
static WfStatus skip_used(Load *l)
{
    if (!l->peeked || l->at == l->skipped) {
        return WF_OK;
    }
    WfValue n = wf_small_int(l->at - l->skipped);
    l->skipped = l->at;
    return wf_is_empty(wf_call1(l->t, l->read, n)) ? WF_RAISED : WF_OK;
}

/* What is left of a window that was read (not only shown) goes before what is read next. */
static WfStatus read_on(Load *l, WfValue more)
{
    int64_t rest = l->peeked ? 0 : l->end - l->at;
    if (rest == 0 || wf_is_empty(more)) {
        return wf_is_empty(more) ? WF_RAISED : set_window(l, more, false);
    }
    WfValue before = wf_bytes_new(l->t, l->at, rest);
    WfValue both = wf_is_empty(before) || set_window(l, more, false) != WF_OK ? WF_EMPTY : wf_bytes_concat(l->t, before, l->window);
    return wf_is_empty(both) ? WF_RAISED : set_window(l, both, false);
}

static WF_NOINLINE WfStatus need_slow(Load *l, int64_t n)
{
    if (wf_is_empty(l->read)) {
        return truncated(l);
    }
    if (skip_used(l) != WF_OK) {
        return WF_RAISED;
    }
    int64_t rest = l->peeked ? 0 : l->end - l->at;
    if (!wf_is_empty(l->peek) && n < PREFETCH && rest == 0) {
        WfValue seen = wf_call1(l->t, l->peek, wf_small_int(PREFETCH));
        if (!wf_is_empty(seen)) {
            if (set_window(l, seen, true) != WF_OK) {
                return WF_RAISED;
            }
            if (l->end - l->at >= n) {
                return WF_OK;
            }
        } else if (wf_clear_if(l->t, WF_EXC(NotImplementedError))) {
            l->peek = WF_EMPTY;
        } else {
            return WF_RAISED;
        }
    }
    WfValue count = wf_int_from_i64(l->t, n - rest);
    if (wf_is_empty(count) || read_on(l, wf_call1(l->t, l->read, count)) != WF_OK) {
        return WF_RAISED;
    }
    return l->end - l->at >= n ? WF_OK : truncated(l);
}

/* n bytes at l->at. */
WF_INLINE WfStatus need(Load *l, int64_t n) { return WF_LIKELY(l->end - l->at >= n) ? WF_OK : need_slow(l, n); }

/* The rest of the line, newline included; it stays where it is until the next read. */
static const char *line(Load *l, int64_t *n)
{
    const uint8_t *newline = l->end == l->at ? NULL : memchr(l->at, '\n', (size_t)(l->end - l->at));
    if (newline == NULL) {
        if (wf_is_empty(l->read)) {
            return WF_FAIL_NULL(truncated(l));
        }
        if (skip_used(l) != WF_OK || read_on(l, wf_call0(l->t, l->readline)) != WF_OK) {
            return NULL;
        }
        newline = l->end == l->at || l->end[-1] != '\n' ? NULL : l->end - 1;
        if (newline == NULL) {
            return WF_FAIL_NULL(truncated(l));
        }
    }
    const char *text = (const char *)l->at;
    *n = newline + 1 - l->at;
    l->at = newline + 1;
    return text;
}

static uint64_t little(const uint8_t *p, int n)
{
    uint64_t v = 0;
    for (int i = 0; i < n; i++) {
        v |= (uint64_t)p[i] << 8 * i;
    }
    return v;
}

/* A size of `width` bytes, and that many bytes behind it: *data. Moves past them. */
WF_INLINE WfStatus sized(Load *l, int width, const char *what, const uint8_t **data, int64_t *n)
{
    if (need(l, width) != WF_OK) {
        return WF_RAISED;
    }
    uint64_t size = little(l->at, width);
    if (size > INT64_MAX) {
        return WF_FAIL(wf_raise(l->t, WF_EXC(OverflowError), "%s exceeds system's maximum size of %zd bytes", what, (ssize_t)INT64_MAX));
    }
    l->at += width;
    if (need(l, (int64_t)size) != WF_OK) {
        return WF_RAISED;
    }
    *data = l->at;
    *n = (int64_t)size;
    l->at += size;
    return WF_OK;
}

/* --- stack --------------------------------------------------------------------------------------------------------- */

static WF_NOINLINE WfStatus push_slow(Load *l, WfValue v)
{
    WfSlots *bigger = wf_gc_alloc_slots(l->t, l->stack->capacity * 2);
    if (bigger == NULL) {
        return WF_RAISED;
    }
    for (int64_t i = 0; i < l->n; i++) {
        wf_store_raw(&bigger->items[i], wf_load(&l->stack->items[i]));
    }
    wf_barrier_range(bigger->items, (size_t)bigger->capacity);
    wf_gc_replaced(l->t, l->stack);
    l->stack = bigger;
    wf_store(&bigger->items[l->n++], v);
    return WF_OK;
}

/* v EMPTY: raised. */
WF_INLINE WfStatus push(Load *l, WfValue v)
{
    if (WF_UNLIKELY(wf_is_empty(v))) {
        return WF_RAISED;
    }
    if (WF_UNLIKELY(l->n == l->stack->capacity)) {
        return push_slow(l, v);
    }
    wf_store(&l->stack->items[l->n++], v);
    return WF_OK;
}

WF_INLINE WfValue item(const Load *l, int64_t i) { return wf_load(&l->stack->items[i]); }
WF_INLINE const WfValue *items(const Load *l, int64_t i) { return (const WfValue *)(const void *)(l->stack->items + i); }

static WfStatus underflow(Load *l)
{
    return FAIL(l, l->n_marks > 0 ? "unexpected MARK found" : "unpickling stack underflow");
}

/* L1: n items above the fence. */
WF_INLINE WfStatus have(Load *l, int64_t n) { return WF_LIKELY(l->n - l->fence >= n) ? WF_OK : underflow(l); }

static WfStatus pop(Load *l, WfValue *out)
{
    if (have(l, 1) != WF_OK) {
        return WF_RAISED;
    }
    *out = item(l, --l->n);
    return WF_OK;
}

static WfStatus push_mark(Load *l)
{
    int64_t capacity = l->marks == NULL ? 0 : l->marks->size / 8;
    if (l->n_marks == capacity) {
        WfRaw *bigger = wf_gc_alloc_raw(l->t, 8 * (capacity == 0 ? 16 : capacity * 2), false);
        if (bigger == NULL) {
            return WF_RAISED;
        }
        if (capacity != 0) {
            memcpy(bigger->data, l->marks->data, (size_t)capacity * 8);
        }
        l->marks = bigger;
    }
    memcpy(l->marks->data + 8 * l->n_marks++, &l->n, 8);
    l->fence = l->n;
    return WF_OK;
}

static int64_t mark_at(const Load *l, int64_t i)
{
    int64_t at;
    memcpy(&at, l->marks->data + 8 * i, 8);
    return at;
}

/* Takes the innermost mark off: items above it begin at *at. */
static WfStatus pop_mark(Load *l, int64_t *at)
{
    if (l->n_marks == 0) {
        return FAIL(l, "could not find MARK");
    }
    *at = mark_at(l, --l->n_marks);
    l->fence = l->n_marks == 0 ? 0 : mark_at(l, l->n_marks - 1);
    return WF_OK;
}

/* --- numbers and text ------------------------------------------------------------------------------------------------ */

/* A line of at least `least` characters; NULL: raised. Text is a copy with a NUL in the newline's place. */
static char *text_line(Load *l, int64_t least, int64_t *n)
{
    const char *text = line(l, n);
    if (text == NULL || *n < least) {
        return text == NULL ? NULL : WF_FAIL_NULL(truncated(l));
    }
    WfRaw *copy = wf_gc_alloc_raw(l->t, *n + 1, false);
    if (copy == NULL) {
        return NULL;
    }
    memcpy(copy->data, text, (size_t)--*n);
    copy->data[*n] = 0;
    return (char *)copy->data;
}

static WfStatus load_int(Load *l)
{
    int64_t n;
    char *text = text_line(l, 2, &n), *end;
    if (text == NULL) {
        return WF_RAISED;
    }
    errno = 0;
    long x = strtol(text, &end, 0);
    if (errno != 0 || *end != 0) {
        WfValue v = wf_int_parse(l->t, text, n, 0);
        return wf_is_empty(v) ? WF_FAIL(wf_pending(l->t) ? WF_EMPTY : wf_raise(l->t, WF_EXC(ValueError), "could not convert string to int"))
                              : push(l, v);
    }
    return push(l, n == 2 && (x == 0 || x == 1) ? WF_BOOL(x == 1) : wf_int_from_i64(l->t, x));
}

static WfStatus load_long(Load *l)
{
    int64_t n;
    char *text = text_line(l, 2, &n);
    if (text == NULL) {
        return WF_RAISED;
    }
    int64_t digits = text[n - 1] == 'L' ? n - 1 : n;
    WfValue v = wf_int_parse(l->t, text, digits, 10);
    if (wf_is_empty(v) && !wf_pending(l->t)) {
        WfValue shown = wf_decode_latin1(l->t, text, n);
        text[n] = '\n';
        shown = wf_is_empty(shown) || digits != n ? shown : wf_decode_latin1(l->t, text, n + 1);
        return wf_is_empty(shown) ? WF_RAISED
                                  : WF_FAIL(wf_raise(l->t, WF_EXC(ValueError), "invalid literal for int() with base 10: %R", shown));
    }
    return push(l, v);
}

static WfStatus load_counted_long(Load *l, int width)
{
    if (need(l, width) != WF_OK) {
        return WF_RAISED;
    }
    int64_t n = width == 1 ? *l->at : (int32_t)little(l->at, 4);
    if (n < 0) {
        return FAIL(l, "LONG pickle has negative byte count");
    }
    l->at += width;
    if (need(l, n) != WF_OK) {
        return WF_RAISED;
    }
    const uint8_t *p = l->at;
    l->at += n;
    return push(l, n == 0 ? wf_small_int(0) : wf_int_from_bytes(l->t, p, (size_t)n, true, true));
}

static WfStatus load_float(Load *l)
{
    int64_t n;
    double x;
    char *text = text_line(l, 2, &n);
    if (text == NULL) {
        return WF_RAISED;
    }
    if (n > 0 && wf_dtoa_parse_python(text, (size_t)n, &x)) {
        return push(l, wf_double_any(x));
    }
    text[n] = '\n';
    WfValue shown = wf_decode_latin1(l->t, text, n + 1);
    return wf_is_empty(shown) ? WF_RAISED : WF_FAIL(wf_raise(l->t, WF_EXC(ValueError), "could not convert string to float: '%V'", shown));
}

static WfStatus load_binfloat(Load *l)
{
    if (need(l, 8) != WF_OK) {
        return WF_RAISED;
    }
    uint64_t bits;
    double x;
    memcpy(&bits, l->at, 8);
    bits = __builtin_bswap64(bits);
    memcpy(&x, &bits, 8);
    l->at += 8;
    return push(l, wf_double_any(x));
}

/* Text of Python 2: bytes in the encoding asked for, or left as they are for "bytes". */
static WfStatus push_python2(Load *l, const uint8_t *p, int64_t n)
{
    if (wf_str_equal_cstr(l->encoding, "bytes")) {
        return push(l, wf_bytes_new(l->t, p, n));
    }
    int64_t size;
    const char *encoding = wf_str_utf8(l->t, wf_from_object(l->encoding), &size);
    const char *errors = encoding == NULL ? NULL : wf_str_utf8(l->t, wf_from_object(l->errors), &size);
    return errors == NULL ? WF_RAISED : push(l, wf_bytes_decode(l->t, p, n, encoding, errors));
}

static WfStatus load_string(Load *l)
{
    int64_t n;
    char *text = text_line(l, 1, &n);
    if (text == NULL) {
        return WF_RAISED;
    }
    if (n < 2 || text[0] != text[n - 1] || (text[0] != '\'' && text[0] != '"')) {
        return FAIL(l, "the STRING opcode argument must be quoted");
    }
    WfValue raw = wf_bytes_new(l->t, text + 1, n - 2);
    WfValue decode = wf_is_empty(raw) ? WF_EMPTY : wf_import_attribute(l->t, "_codecs", "escape_decode");
    WfValue pair = wf_is_empty(decode) ? WF_EMPTY : wf_call1(l->t, decode, raw);
    if (wf_is_empty(pair)) {
        return WF_RAISED;
    }
    const WfBytes *b = wf_as_bytes(wf_tuple_at(wf_as_tuple(pair), 0));
    return push_python2(l, b->data, b->length);
}

static WfStatus load_binstring(Load *l, int width)
{
    const uint8_t *p;
    int64_t n;
    return sized(l, width, "BINSTRING", &p, &n) != WF_OK ? WF_RAISED : push_python2(l, p, n);
}

static WfStatus load_unicode(Load *l)
{
    int64_t n;
    const char *text = line(l, &n);
    return text == NULL ? WF_RAISED : push(l, wf_decode_raw_unicode_escape(l->t, text, n - 1, NULL, NULL));
}

/* Are the n bytes all ASCII? */
static bool is_ascii(const uint8_t *p, int64_t n)
{
    uint64_t word, all = 0;
    for (; n >= 8; n -= 8, p += 8) {
        memcpy(&word, p, 8);
        all |= word;
    }
    for (; n > 0; n--) {
        all |= *p++;
    }
    return (all & 0x8080808080808080u) == 0;
}

static WfStatus load_binunicode(Load *l, int width)
{
    const uint8_t *p;
    int64_t n;
    if (sized(l, width, "BINUNICODE", &p, &n) != WF_OK) {
        return WF_RAISED;
    }
    if (n > 1 && is_ascii(p, n)) {
        WfStr *s = wf_str_alloc(l->t, n, 0x7f);
        if (s == NULL) {
            return WF_RAISED;
        }
        memcpy(s->data, p, (size_t)n);
        return push(l, wf_from_object(s));
    }
    return push(l, wf_decode_utf8(l->t, p, n, "surrogatepass", NULL));
}

static WfStatus load_binbytes(Load *l, int width)
{
    const uint8_t *p;
    int64_t n;
    return sized(l, width, "BINBYTES", &p, &n) != WF_OK ? WF_RAISED : push(l, wf_bytes_new(l->t, p, n));
}

static WfStatus load_bytearray(Load *l)
{
    const uint8_t *p;
    int64_t n;
    return sized(l, 8, "BYTEARRAY8", &p, &n) != WF_OK ? WF_RAISED : push(l, wf_bytearray_new(l->t, p, n));
}

/* --- buffers out of band ------------------------------------------------------------------------------------------------ */

static WfStatus load_next_buffer(Load *l)
{
    WfValue it = wf_load(&l->u->buffers), v;
    if (wf_is_empty(it)) {
        return FAIL(l, "pickle stream refers to out-of-band data but no *buffers* argument was given");
    }
    WfFound f = wf_next(l->t, it, &v);
    return f == WF_MISSING ? FAIL(l, "not enough out-of-band buffers") : f == WF_ERROR ? WF_RAISED : push(l, v);
}

static WfStatus load_readonly_buffer(Load *l)
{
    WfBuffer view;
    if (have(l, 1) != WF_OK || wf_buffer_get(l->t, item(l, l->n - 1), &view, WF_BUF_FULL & ~WF_BUF_WRITABLE) != WF_OK) {
        return WF_RAISED;
    }
    const bool readonly = view.readonly;
    wf_buffer_release(l->t, &view);
    if (readonly) {
        return WF_OK;
    }
    WfValue v = wf_call1(l->t, wf_from_object(WF_TYPE(MEMORYVIEW)), item(l, l->n - 1));
    WfStr *name = wf_is_empty(v) ? NULL : wf_str_intern_cstr(l->t, "toreadonly");
    v = name == NULL ? WF_EMPTY : wf_call_method0(l->t, v, name);
    if (!wf_is_empty(v)) {
        l->n--;
    }
    return push(l, v);
}

/* --- containers ------------------------------------------------------------------------------------------------------------ */

static WfStatus load_tuple(Load *l, int64_t n)
{
    if (have(l, n) != WF_OK) {
        return WF_RAISED;
    }
    WfValue v = wf_tuple_from(l->t, items(l, l->n - n), n);
    l->n -= n;
    return push(l, v);
}

static WfStatus load_marked(Load *l, PickleOp op)
{
    int64_t at;
    if (pop_mark(l, &at) != WF_OK) {
        return WF_RAISED;
    }
    const int64_t n = l->n - at;
    WfValue v;
    switch (op) {
    case PK_TUPLE: v = wf_tuple_from(l->t, items(l, at), n); break;
    case PK_LIST: v = wf_list_from(l->t, items(l, at), n); break;
    case PK_FROZENSET: v = wf_frozenset_from(l->t, items(l, at), n); break;
    default:
        if (n % 2 != 0) {
            return FAIL(l, "odd number of items for DICT");
        }
        v = wf_dict_new(l->t);
        for (int64_t i = at; !wf_is_empty(v) && i < l->n; i += 2) {
            if (wf_dict_set(l->t, wf_as_dict(v), item(l, i), item(l, i + 1)) != WF_OK) {
                return WF_RAISED;
            }
        }
        break;
    }
    l->n = at;
    return push(l, v);
}

/* Items from index `at` on go to the list before them. */
static WfStatus append_items(Load *l, int64_t at)
{
    WfThread *t = l->t;
    if (at - 1 < l->fence || at > l->n) {
        return underflow(l);
    }
    if (at == l->n) {
        return WF_OK;
    }
    WfValue list = item(l, at - 1), f;
    const int64_t n = l->n - at;
    l->n = at;
    if (WF_LIKELY(WF_IS_EXACT(list, LIST))) {
        return n == 1 ? wf_list_append(t, wf_as_list(list), item(l, at)) : wf_list_extend_from(t, wf_as_list(list), items(l, at), n);
    }
    WfFound found = wf_getattr_opt(t, list, WF_NAME(extend), &f);
    if (found == WF_ERROR) {
        return WF_RAISED;
    }
    if (found == WF_FOUND) {
        WfValue slice = wf_list_from(t, items(l, at), n);
        return wf_is_empty(slice) || wf_is_empty(wf_call1(t, f, slice)) ? WF_RAISED : WF_OK;
    }
    f = wf_getattr(t, list, WF_NAME(append));
    for (int64_t i = at; i < at + n; i++) {
        if (wf_is_empty(f) || wf_is_empty(wf_call1(t, f, item(l, i)))) {
            return WF_RAISED;
        }
    }
    return WF_OK;
}

static WfStatus set_items(Load *l, int64_t at)
{
    if (at - 1 < l->fence || at > l->n) {
        return underflow(l);
    }
    const int64_t end = l->n;
    if (at == end) {
        return WF_OK;
    }
    if ((end - at) % 2 != 0) {
        return FAIL(l, "odd number of items for SETITEMS");
    }
    WfValue dict = item(l, at - 1);
    const bool exact = WF_IS_EXACT(dict, DICT);
    for (int64_t i = at; i < end; i += 2) {
        WfStatus s = exact ? wf_dict_set(l->t, wf_as_dict(dict), item(l, i), item(l, i + 1)) : wf_setitem(l->t, dict, item(l, i), item(l, i + 1));
        if (s != WF_OK) {
            return WF_RAISED;
        }
    }
    l->n = at;
    return WF_OK;
}

static WfStatus add_items(Load *l)
{
    int64_t at;
    WfThread *t = l->t;
    if (pop_mark(l, &at) != WF_OK) {
        return WF_RAISED;
    }
    if (at - 1 < l->fence) {
        return underflow(l);
    }
    if (at == l->n) {
        return WF_OK;
    }
    WfValue set = item(l, at - 1);
    if (WF_IS_KIND(set, SET) && wf_is_instance_of(set, WF_TYPE(SET))) {
        for (int64_t i = at; i < l->n; i++) {
            if (wf_set_add(t, wf_as_set(set), item(l, i)) != WF_OK) {
                return WF_RAISED;
            }
        }
    } else {
        WfValue f = wf_getattr(t, set, WF_NAME(add));
        for (int64_t i = at; i < l->n; i++) {
            if (wf_is_empty(f) || wf_is_empty(wf_call1(t, f, item(l, i)))) {
                return WF_RAISED;
            }
        }
    }
    l->n = at;
    return WF_OK;
}

static WfStatus load_pop(Load *l)
{
    int64_t at;
    if (l->n_marks > 0 && mark_at(l, l->n_marks - 1) == l->n) {
        return pop_mark(l, &at);
    }
    WfValue v;
    return pop(l, &v);
}

/* --- memo ----------------------------------------------------------------------------------------------------------------- */

static WfStatus load_get(Load *l, int64_t i)
{
    WfValue v = wf_unpickler_memo_get(l->t, l->u, i);
    return wf_is_empty(v) ? FAIL(l, "Memo value not found at index %lld", (long long)i) : push(l, v);
}

WF_INLINE WfStatus load_put(Load *l, int64_t i)
{
    if (have(l, 1) != WF_OK) {
        return WF_RAISED;
    }
    WfValue v = item(l, l->n - 1);
    WfSlots *memo = WF_LOAD(WfSlots, &l->u->memo);
    if (WF_LIKELY(memo != NULL && (uint64_t)i < (uint64_t)memo->capacity && wf_is_empty(wf_load(&l->u->far_memo)))) {
        if (wf_is_empty(wf_load(&memo->items[i]))) {
            __atomic_store_n(&l->u->x_memo_used, __atomic_load_n(&l->u->x_memo_used, __ATOMIC_RELAXED) + 1, __ATOMIC_RELAXED);
        }
        wf_store(&memo->items[i], v);
        return WF_OK;
    }
    return wf_unpickler_memo_put_slow(l->t, l->u, i, v);
}

/* The number on a line. */
static WfStatus memo_line(Load *l, int64_t *i)
{
    int64_t n;
    char *text = text_line(l, 2, &n);
    WfValue v = text == NULL ? WF_EMPTY : wf_int_parse(l->t, text, n, 10);
    if (wf_is_empty(v) && text != NULL && !wf_pending(l->t)) {
        text[n] = '\n';
        WfValue shown = wf_decode_latin1(l->t, text, n + 1);
        return wf_is_empty(shown) ? WF_RAISED
                                  : WF_FAIL(wf_raise(l->t, WF_EXC(ValueError), "invalid literal for int() with base 10: %R", shown));
    }
    return wf_is_empty(v) ? WF_RAISED : wf_to_ssize(l->t, v, i);
}

/* --- objects ---------------------------------------------------------------------------------------------------------------- */

static WfValue find_class(Load *l, WfValue module, WfValue name)
{
    if (!l->own_find_class) {
        return wf_unpickler_find_class(l->t, l->u, module, name);
    }
    WfValue args[2] = {module, name};
    return wf_call_method(l->t, wf_from_object(l->u), WF_NAME(find_class), args, 2);
}

/* Two lines: module and name. */
static WfStatus two_lines(Load *l, bool ascii, WfValue out[2])
{
    for (int i = 0; i < 2; i++) {
        int64_t n;
        const char *text = line(l, &n);
        if (text == NULL || n < 2) {
            return text == NULL ? WF_RAISED : truncated(l);
        }
        out[i] = ascii ? wf_decode_ascii(l->t, text, n - 1, "strict") : wf_decode_utf8(l->t, text, n - 1, "strict", NULL);
        if (wf_is_empty(out[i])) {
            return WF_RAISED;
        }
    }
    return WF_OK;
}

/* cls(*args); old-style classes of Python 2 took no __init__ without arguments. */
static WfStatus instantiate(Load *l, WfValue cls, WfValue args)
{
    WfThread *t = l->t;
    if (wf_as_tuple(args)->length == 0 && wf_is_type(cls)) {
        WfValue f;
        WfFound found = wf_getattr_opt(t, cls, WF_NAME(__getinitargs__), &f);
        if (found != WF_FOUND) {
            return found == WF_ERROR ? WF_RAISED : push(l, wf_call_method1(t, cls, WF_NAME(__new__), cls));
        }
    }
    return push(l, wf_call_tuple(t, cls, wf_as_tuple(args), WF_EMPTY));
}

static WfStatus load_obj(Load *l)
{
    int64_t at;
    if (pop_mark(l, &at) != WF_OK) {
        return WF_RAISED;
    }
    if (l->n - at < 1) {
        return underflow(l);
    }
    WfValue cls = item(l, at), args = wf_tuple_from(l->t, items(l, at + 1), l->n - at - 1);
    l->n = at;
    return wf_is_empty(args) ? WF_RAISED : instantiate(l, cls, args);
}

static WfStatus load_inst(Load *l)
{
    int64_t at;
    WfValue names[2];
    if (pop_mark(l, &at) != WF_OK || two_lines(l, true, names) != WF_OK) {
        return WF_RAISED;
    }
    WfValue cls = find_class(l, names[0], names[1]);
    WfValue args = wf_is_empty(cls) ? WF_EMPTY : wf_tuple_from(l->t, items(l, at), l->n - at);
    l->n = at;
    return wf_is_empty(args) ? WF_RAISED : instantiate(l, cls, args);
}

static WfStatus load_newobj(Load *l, bool with_kwargs)
{
    WfThread *t = l->t;
    const char *op = with_kwargs ? "NEWOBJ_EX" : "NEWOBJ";
    WfValue kwargs = WF_EMPTY;
    if (have(l, with_kwargs ? 3 : 2) != WF_OK) {
        return WF_RAISED;
    }
    if (with_kwargs) {
        kwargs = item(l, --l->n);
    }
    WfValue args = item(l, l->n - 1), cls = item(l, l->n - 2);
    l->n -= 2;
    if (!wf_is_type(cls)) {
        return FAIL(l, "%s class argument must be a type, not %.200s", op, WF_TYPE_NAME(cls));
    }
    WfType *type = WF_AS(WfType, cls);
    if (wf_type_ready(t, type) != WF_OK) {
        return WF_RAISED;
    }
    if (type->slots.new_ == NULL) {
        return FAIL(l, "%s class argument '%.200s' doesn't have __new__", op, wf_type_full_name(type));
    }
    if (!wf_is_tuple(args)) {
        return FAIL(l, "%s args argument must be a tuple, not %.200s", op, WF_TYPE_NAME(args));
    }
    if (with_kwargs && !wf_is_dict(kwargs)) {
        return FAIL(l, "%s kwargs argument must be a dict, not %.200s", op, WF_TYPE_NAME(kwargs));
    }
    const WfTuple *given = wf_as_tuple(args);
    if (!with_kwargs || wf_dict_used(wf_as_dict(kwargs)) == 0) {
        WfArgs a = {(WfValue *)(uintptr_t)given->items, given->length, NULL};
        return push(l, type->slots.new_(t, type, &a));
    }
    WfTuple *all = wf_tuple_alloc(t, given->length + 1);
    WfValue new_ = all == NULL ? WF_EMPTY : wf_getattr(t, cls, WF_NAME(__new__));
    if (wf_is_empty(new_)) {
        return WF_RAISED;
    }
    wf_store(&all->items[0], cls);
    for (int64_t i = 0; i < given->length; i++) {
        wf_store(&all->items[1 + i], wf_tuple_at(given, i));
    }
    return push(l, wf_call_tuple(t, new_, all, kwargs));
}

static WfStatus load_reduce(Load *l)
{
    if (have(l, 2) != WF_OK) {
        return WF_RAISED;
    }
    WfValue args = item(l, l->n - 1), f = item(l, l->n - 2);
    l->n -= 2;
    if (!wf_is_tuple(args)) {
        return WF_FAIL(wf_raise(l->t, WF_EXC(TypeError), "argument list must be a tuple"));
    }
    return push(l, wf_call_tuple(l->t, f, wf_as_tuple(args), WF_EMPTY));
}

static WfStatus load_global(Load *l)
{
    WfValue names[2];
    return two_lines(l, false, names) != WF_OK ? WF_RAISED : push(l, find_class(l, names[0], names[1]));
}

static WfStatus load_stack_global(Load *l)
{
    WfValue name, module;
    if (pop(l, &name) != WF_OK || pop(l, &module) != WF_OK) {
        return WF_RAISED;
    }
    if (!wf_is_exact_str(name) || !wf_is_exact_str(module)) {
        return FAIL(l, "STACK_GLOBAL requires str");
    }
    return push(l, find_class(l, module, name));
}

static WfStatus load_extension(Load *l, int width)
{
    WfThread *t = l->t;
    if (need(l, width) != WF_OK) {
        return WF_RAISED;
    }
    int64_t code = width == 4 ? (int32_t)little(l->at, 4) : (int64_t)little(l->at, width);
    l->at += width;
    if (code <= 0) {
        return FAIL(l, "EXT specifies code <= 0");
    }
    WfValue key = wf_small_int(code), v;
    WfDict *cache = wf_pickle_dict(l->state, PKS_EXTENSION_CACHE);
    WfFound f = wf_dict_get(t, cache, key, &v);
    if (f != WF_MISSING) {
        return f == WF_ERROR ? WF_RAISED : push(l, v);
    }
    f = wf_dict_get(t, wf_pickle_dict(l->state, PKS_EXTENSIONS_INVERTED), key, &v);
    if (f != WF_FOUND) {
        return f == WF_ERROR ? WF_RAISED : WF_FAIL(wf_raise(t, WF_EXC(ValueError), "unregistered extension code %lld", (long long)code));
    }
    if (!wf_is_tuple(v) || wf_as_tuple(v)->length != 2 || !wf_is_str(wf_tuple_at(wf_as_tuple(v), 0))
        || !wf_is_str(wf_tuple_at(wf_as_tuple(v), 1))) {
        return WF_FAIL(wf_raise(t, WF_EXC(ValueError), "_inverted_registry[%lld] isn't a 2-tuple of strings", (long long)code));
    }
    v = find_class(l, wf_tuple_at(wf_as_tuple(v), 0), wf_tuple_at(wf_as_tuple(v), 1));
    return wf_is_empty(v) || wf_dict_set(t, cache, key, v) != WF_OK ? WF_RAISED : push(l, v);
}

static WfStatus load_persistent(Load *l, WfValue id)
{
    return push(l, wf_is_empty(id) ? WF_EMPTY : wf_call1(l->t, wf_load(&l->u->persistent_load), id));
}

static WfStatus load_persid(Load *l, bool binary)
{
    if (wf_is_empty(wf_load(&l->u->persistent_load))) {
        return FAIL(l, "A load persistent id instruction was encountered,\nbut no persistent_load function was specified.");
    }
    WfValue id;
    if (binary) {
        return pop(l, &id) != WF_OK ? WF_RAISED : load_persistent(l, id);
    }
    int64_t n;
    const char *text = line(l, &n);
    if (text == NULL) {
        return WF_RAISED;
    }
    id = wf_decode_ascii(l->t, text, n - 1, "strict");
    if (wf_is_empty(id) && wf_clear_if(l->t, WF_EXC(UnicodeDecodeError))) {
        return FAIL(l, "persistent IDs in protocol 0 must be ASCII strings");
    }
    return load_persistent(l, id);
}

/* --- BUILD ------------------------------------------------------------------------------------------------------------------- */

/* May attributes be put straight into the instance? Then its __dict__ need not be made. */
static bool has_plain_attributes(WfThread *t, WfValue v)
{
    if (!wf_is_object(v)) {
        return false;
    }
    WfType *type = wf_type(v);
    if (wf_instance_extra(type, wf_as_object(v)) == NULL || (wf_type_flags(type) & (WF_TF_HEAP | WF_TF_GETATTR_GENERIC)) != (WF_TF_HEAP | WF_TF_GETATTR_GENERIC)) {
        return false;
    }
    WfValue dict = wf_type_lookup(t, type, WF_NAME(__dict__));
    return !wf_is_empty(dict) && WF_IS_EXACT(dict, GETSET_DESCRIPTOR);
}

static WfStatus build_dict(Load *l, WfValue v, WfValue state)
{
    WfThread *t = l->t;
    if (!wf_is_dict(state)) {
        return FAIL(l, "state is not a dictionary");
    }
    WfValue key, item_;
    const bool plain = has_plain_attributes(t, v);
    WfValue dict = plain ? WF_NONE : wf_getattr(t, v, WF_NAME(__dict__));
    if (wf_is_empty(dict)) {
        return WF_RAISED;
    }
    for (int64_t pos = 0; wf_dict_next(wf_as_dict(state), &pos, &key, &item_);) {
        WfStr *name = wf_is_exact_str(key) ? wf_attr_name(t, wf_as_str(key)) : NULL;
        if (name == NULL && wf_pending(t)) {
            return WF_RAISED;
        }
        if (plain && name != NULL) {
            if (wf_instance_set(t, wf_as_object(v), name, item_) == WF_ERROR) {
                return WF_RAISED;
            }
            continue;
        }
        if (wf_is_none(dict)) {
            dict = wf_getattr(t, v, WF_NAME(__dict__));
        }
        if (wf_is_empty(dict) || wf_setitem(t, dict, name == NULL ? key : wf_from_object(name), item_) != WF_OK) {
            return WF_RAISED;
        }
    }
    return WF_OK;
}

static WfStatus load_build(Load *l)
{
    WfThread *t = l->t;
    WfValue state, setstate, slots = WF_EMPTY, key, v;
    if (have(l, 2) != WF_OK) {
        return WF_RAISED;
    }
    state = item(l, --l->n);
    WfValue o = item(l, l->n - 1);
    WfFound f = wf_getattr_opt(t, o, WF_NAME(__setstate__), &setstate);
    if (f != WF_MISSING) {
        return f == WF_ERROR || wf_is_empty(wf_call1(t, setstate, state)) ? WF_RAISED : WF_OK;
    }
    if (wf_is_tuple(state) && wf_as_tuple(state)->length == 2) {
        slots = wf_tuple_at(wf_as_tuple(state), 1);
        state = wf_tuple_at(wf_as_tuple(state), 0);
    }
    if (!wf_is_none(state) && build_dict(l, o, state) != WF_OK) {
        return WF_RAISED;
    }
    if (wf_is_empty(slots)) {
        return WF_OK;
    }
    if (!wf_is_dict(slots)) {
        return FAIL(l, "slot state is not a dictionary");
    }
    for (int64_t pos = 0; wf_dict_next(wf_as_dict(slots), &pos, &key, &v);) {
        if (!wf_is_str(key)) {
            return WF_FAIL(wf_raise(t, WF_EXC(TypeError), "attribute name must be string, not '%.200s'", WF_TYPE_NAME(key)));
        }
        WfStr *name = wf_attr_name(t, wf_as_str(key));
        if (name == NULL || wf_setattr(t, o, name, v) != WF_OK) {
            return WF_RAISED;
        }
    }
    return WF_OK;
}

/* --- the loop ----------------------------------------------------------------------------------------------------------------- */

static WfStatus load_proto(Load *l)
{
    if (need(l, 1) != WF_OK) {
        return WF_RAISED;
    }
    int proto = *l->at++;
    if (proto > PK_HIGHEST) {
        return WF_FAIL(wf_raise(l->t, WF_EXC(ValueError), "unsupported pickle protocol: %d", proto));
    }
    __atomic_store_n(&l->u->x_proto, proto, __ATOMIC_RELAXED);
    return WF_OK;
}

static WfStatus load_frame(Load *l)
{
    if (need(l, 8) != WF_OK) {
        return WF_RAISED;
    }
    uint64_t n = little(l->at, 8);
    if (n > INT64_MAX) {
        return WF_FAIL(wf_raise(l->t, WF_EXC(OverflowError), "FRAME length exceeds system's maximum of %zd bytes", (ssize_t)INT64_MAX));
    }
    l->at += 8;
    return need(l, (int64_t)n);
}

static WfStatus unknown(Load *l, int op)
{
    if (op >= 0x20 && op <= 0x7e && op != '\'' && op != '\\') {
        return FAIL(l, "invalid load key, '%c'.", op);
    }
    static const char hex[] = "0123456789abcdef";
    return FAIL(l, "invalid load key, '\\x%c%c'.", hex[op >> 4], hex[op & 15]);
}

/* Each opcode of fixed size `n` behind it: */
#define FIXED(n)                 \
    if (need(l, (n)) != WF_OK) { \
        return WF_RAISED;        \
    }                            \
    l->at += (n)

static WfStatus run(Load *l)
{
    for (;;) {
        int64_t i;
        WfStatus s;
        if (WF_UNLIKELY(l->at == l->end) && need_slow(l, 1) != WF_OK) {
            if (wf_pending_is(l->t, wf_pickle_error(l->state, PKS_UNPICKLING_ERROR))) {
                wf_clear_pending(l->t);
                wf_raise(l->t, WF_EXC(EOFError), "Ran out of input");
            }
            return WF_RAISED;
        }
        const int op = *l->at++;
        switch (op) {
        case PK_NONE: s = push(l, WF_NONE); break;
        case PK_NEWTRUE: s = push(l, WF_TRUE); break;
        case PK_NEWFALSE: s = push(l, WF_FALSE); break;
        case PK_BININT: FIXED(4); s = push(l, wf_small_int((int32_t)little(l->at - 4, 4))); break;
        case PK_BININT1: FIXED(1); s = push(l, wf_small_int(l->at[-1])); break;
        case PK_BININT2: FIXED(2); s = push(l, wf_small_int((int64_t)little(l->at - 2, 2))); break;
        case PK_INT: s = load_int(l); break;
        case PK_LONG: s = load_long(l); break;
        case PK_LONG1: s = load_counted_long(l, 1); break;
        case PK_LONG4: s = load_counted_long(l, 4); break;
        case PK_FLOAT: s = load_float(l); break;
        case PK_BINFLOAT: s = load_binfloat(l); break;
        case PK_SHORT_BINBYTES: s = load_binbytes(l, 1); break;
        case PK_BINBYTES: s = load_binbytes(l, 4); break;
        case PK_BINBYTES8: s = load_binbytes(l, 8); break;
        case PK_BYTEARRAY8: s = load_bytearray(l); break;
        case PK_NEXT_BUFFER: s = load_next_buffer(l); break;
        case PK_READONLY_BUFFER: s = load_readonly_buffer(l); break;
        case PK_SHORT_BINSTRING: s = load_binstring(l, 1); break;
        case PK_BINSTRING: s = load_binstring(l, 4); break;
        case PK_STRING: s = load_string(l); break;
        case PK_UNICODE: s = load_unicode(l); break;
        case PK_SHORT_BINUNICODE: s = load_binunicode(l, 1); break;
        case PK_BINUNICODE: s = load_binunicode(l, 4); break;
        case PK_BINUNICODE8: s = load_binunicode(l, 8); break;
        case PK_EMPTY_TUPLE: s = load_tuple(l, 0); break;
        case PK_TUPLE1: s = load_tuple(l, 1); break;
        case PK_TUPLE2: s = load_tuple(l, 2); break;
        case PK_TUPLE3: s = load_tuple(l, 3); break;
        case PK_EMPTY_LIST: s = push(l, wf_list_new(l->t, 0)); break;
        case PK_EMPTY_DICT: s = push(l, wf_dict_new(l->t)); break;
        case PK_EMPTY_SET: s = push(l, wf_set_new(l->t)); break;
        case PK_TUPLE:
        case PK_LIST:
        case PK_DICT:
        case PK_FROZENSET: s = load_marked(l, (PickleOp)op); break;
        case PK_OBJ: s = load_obj(l); break;
        case PK_INST: s = load_inst(l); break;
        case PK_NEWOBJ: s = load_newobj(l, false); break;
        case PK_NEWOBJ_EX: s = load_newobj(l, true); break;
        case PK_GLOBAL: s = load_global(l); break;
        case PK_STACK_GLOBAL: s = load_stack_global(l); break;
        case PK_APPEND: s = have(l, 1) != WF_OK ? WF_RAISED : append_items(l, l->n - 1); break;
        case PK_APPENDS: s = pop_mark(l, &i) != WF_OK ? WF_RAISED : append_items(l, i); break;
        case PK_SETITEM: s = have(l, 2) != WF_OK ? WF_RAISED : set_items(l, l->n - 2); break;
        case PK_SETITEMS: s = pop_mark(l, &i) != WF_OK ? WF_RAISED : set_items(l, i); break;
        case PK_ADDITEMS: s = add_items(l); break;
        case PK_BUILD: s = load_build(l); break;
        case PK_DUP: s = have(l, 1) != WF_OK ? WF_RAISED : push(l, item(l, l->n - 1)); break;
        case PK_BINGET: FIXED(1); s = load_get(l, l->at[-1]); break;
        case PK_LONG_BINGET: FIXED(4); s = load_get(l, (int64_t)little(l->at - 4, 4)); break;
        case PK_GET: s = memo_line(l, &i) != WF_OK ? WF_RAISED : load_get(l, i); break;
        case PK_MARK: s = push_mark(l); break;
        case PK_BINPUT: FIXED(1); s = load_put(l, l->at[-1]); break;
        case PK_LONG_BINPUT: FIXED(4); s = load_put(l, (int64_t)little(l->at - 4, 4)); break;
        case PK_PUT:
            s = have(l, 1) != WF_OK || memo_line(l, &i) != WF_OK ? WF_RAISED
                : i < 0 ? WF_FAIL(wf_raise(l->t, WF_EXC(ValueError), "negative PUT argument"))
                        : load_put(l, i);
            break;
        case PK_MEMOIZE: s = load_put(l, __atomic_load_n(&l->u->x_memo_used, __ATOMIC_RELAXED)); break;
        case PK_POP: s = load_pop(l); break;
        case PK_POP_MARK:
            s = pop_mark(l, &i);
            l->n = s == WF_OK ? i : l->n;
            break;
        case PK_PERSID: s = load_persid(l, false); break;
        case PK_BINPERSID: s = load_persid(l, true); break;
        case PK_REDUCE: s = load_reduce(l); break;
        case PK_PROTO: s = load_proto(l); break;
        case PK_FRAME: s = load_frame(l); break;
        case PK_EXT1: s = load_extension(l, 1); break;
        case PK_EXT2: s = load_extension(l, 2); break;
        case PK_EXT4: s = load_extension(l, 4); break;
        case PK_STOP: return WF_OK;
        default: s = unknown(l, op); break;
        }
        if (WF_UNLIKELY(s != WF_OK)) {
            return WF_RAISED;
        }
    }
}

WfValue wf_pickle_load(WfThread *t, WfUnpickler *u, WfValue data)
{
    WfView view = {0};
    Load l = {.t = t,
              .u = u,
              .state = wf_pickle_state(t),
              .stack = wf_gc_alloc_slots(t, 64),
              .read = wf_load(&u->read),
              .readline = wf_load(&u->readline),
              .peek = wf_load(&u->peek),
              .encoding = wf_as_str(wf_load(&u->encoding)),
              .errors = wf_as_str(wf_load(&u->errors)),
              .own_find_class = wf_type(wf_from_object(u)) != WF_TYPE(UNPICKLER)};
    if (l.state == NULL || l.stack == NULL) {
        return WF_EMPTY;
    }
    if (!wf_is_empty(data)) {
        if (wf_view_get(t, data, &view) != WF_OK) {
            return WF_EMPTY;
        }
        l.at = view.data;
        l.end = view.data + view.length;
    }
    __atomic_store_n(&u->x_proto, 0, __ATOMIC_RELAXED);
    WfValue v = WF_EMPTY;
    if (run(&l) != WF_OK || pop(&l, &v) != WF_OK || skip_used(&l) != WF_OK) {
        v = WF_EMPTY;
    }
    if (!wf_is_empty(data)) {
        wf_view_release(t, &view);
    }
    return v;
}
