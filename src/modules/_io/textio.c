/* textio.c - TextIOWrapper: text over a buffered stream.
 * SPDX-License-Identifier: MIT
 *
 * Design:
 *   writing  text is encoded into `pending`, which goes to the buffer below when it is full or a flush is due. UTF-8, ASCII and
 *            Latin-1 are encoded here; ASCII text in one of them is copied. Other encodings go through an encoder object.
 *   reading  chunks of bytes are decoded into `chars`, of which those before `used` have been given out. The three encodings are
 *            decoded here, with up to three bytes left over between chunks (`left`); others by a decoder object.
 *   tell()   a position is a number ("cookie") that packs the position in the buffer, the state of the decoder there, and how many
 *            bytes and characters to go from there. `snap_flags`, `snap_input` are the decoder's state before the last chunk and
 *            the bytes that it got, so that tell() can decode them again and find such a place.
 * Threads: every operation holds the owner lock, under which Python code may run. It may be taken again by the thread that has it:
 *   a signal handler that prints while print() runs finds the state whole, because it is changed between calls only. */
#include "modules/_io/io.h"

#include "model/attr.h"
#include "objects/codecs.h"
#include "objects/exceptions.h"
#include "objects/tuple.h"

#include <langinfo.h>
#include <limits.h>
#include <unistd.h>

typedef enum Native { GENERIC, UTF8, ASCII, LATIN1 } Native;

typedef struct Text {
    WfIoBase b;
    WfSlot buffer, encoding, errors; /* encoding, errors: str */
    WfSlot encoder, decoder;         /* GENERIC: codec objects; EMPTY: cannot write, read */
    WfSlot readnl, writenl;          /* str or EMPTY; writenl EMPTY: "\n" */
    WfSlot chars;                    /* str decoded and not read yet; EMPTY: none */
    WfSlot snap_input;               /* bytes; EMPTY: there is no snapshot */
    WfSlot pending;                  /* WfRaw: bytes encoded and not written yet */
    WfOwnerLock lock;
    int64_t used, pending_count, chunk_size, snap_flags;
    double ratio; /* bytes for each character, in the last chunk */
    bool ok, detached, line_buffering, write_through, universal, translate, write_translate, seekable, has_read1, telling,
        at_start;           /* at_start: the encoder has written nothing yet */
    bool can_read, can_write;
    uint8_t native;         /* Native */
    uint8_t n_left, left[4]; /* native decoder: bytes of an unfinished character */
    WfNewlines newlines;    /* native decoder */
} Text;

WF_INLINE Text *as_text(WfValue v) { return WF_AS(Text, v); }

static void text_trace(WfMarker *m, WfObject *o)
{
    Text *x = (Text *)o;
    wf_mark_slot(m, &x->b.attrs);
    wf_mark_slots(m, &x->buffer, 10);
}

static const char *c_text(const WfSlot *s)
{
    return (const char *)WF_LOAD(WfStr, s)->data;
}

/* --- state ---------------------------------------------------------------------------------------------------------- */

static WfStatus check_attached(WfThread *t, const Text *x)
{
    if (WF_LIKELY(x->ok)) {
        return WF_OK;
    }
    return WF_FAIL(wf_raise(t, WF_EXC(ValueError),
                            x->detached ? "underlying buffer has been detached" : "I/O operation on uninitialized object"));
}

static WfStatus check_open(WfThread *t, WfValue self)
{
    Text *x = as_text(self);
    WfValue buffer = wf_load(&x->buffer);
    if (WF_LIKELY(wf_io_is_exactly(self, WF_TYPE(IO_TEXT)) && (wf_io_is_buffered_writer(buffer) || wf_io_is_buffered_reader(buffer)))) {
        WfFound closed = wf_buffered_closed(t, buffer);
        return closed == WF_MISSING ? WF_OK
            : closed == WF_ERROR    ? WF_RAISED
                                    : WF_FAIL(wf_raise(t, WF_EXC(ValueError), "I/O operation on closed file."));
    }
    return wf_io_check_closed(t, self);
}

/* A check of both, and the lock. */
static WfStatus enter(WfThread *t, WfValue self)
{
    Text *x = as_text(self);
    if (WF_UNLIKELY(wf_owner_lock_mine(&x->lock, t))) {
        x->lock.depth++;
        return WF_OK;
    }
    switch (wf_owner_lock(t, &x->lock)) {
    case WF_ACQUIRED: return WF_OK;
    case WF_ACQUIRE_TIMED_OUT:
        return WF_FAIL(wf_raise(t, WF_EXC(RuntimeError),
                                "could not acquire lock for a text stream at interpreter shutdown, possibly due to daemon threads"));
    default: return WF_RAISED;
    }
}
static void leave(WfValue self)
{
    Text *x = as_text(self);
    if (x->lock.depth > 0) {
        x->lock.depth--;
    } else {
        wf_owner_unlock(&x->lock);
    }
}

static void forget_chars(Text *x)
{
    wf_store(&x->chars, WF_EMPTY);
    x->used = 0;
}
static void set_chars(Text *x, WfValue v)
{
    wf_store(&x->chars, v);
    x->used = 0;
}
static void forget_snapshot(Text *x)
{
    wf_store(&x->snap_input, WF_EMPTY);
}

/* Up to n characters of those decoded (n < 0: all); EMPTY and no exception: there are none, where `may_be_none`. */
static WfValue take_chars(WfThread *t, Text *x, int64_t n)
{
    WfValue v = wf_load(&x->chars);
    if (wf_is_empty(v)) {
        return WF_NAME_V(empty);
    }
    WfStr *s = wf_as_str(v);
    int64_t have = s->length - x->used;
    n = n < 0 || n > have ? have : n;
    WfValue r = n == s->length ? v : wf_str_slice(t, s, x->used, x->used + n);
    if (!wf_is_empty(r)) {
        x->used += n;
    }
    return r;
}

/* --- encodings ------------------------------------------------------------------------------------------------------ */

const char *wf_io_locale_encoding(WfThread *t)
{
    if (wf_config(t)->utf8_mode) {
        return "utf-8";
    }
    const char *codeset = nl_langinfo(CODESET);
    /* the C locale: UTF-8, as CPython has it since 3.7 */
    return codeset == NULL || *codeset == 0 || strcmp(codeset, "ANSI_X3.4-1968") == 0 ? "UTF-8" : codeset;
}

static Native native_of(const char *name)
{
    static const struct {
        const char *name;
        Native native;
    } known[] = {{"utf-8", UTF8},      {"utf8", UTF8},        {"ascii", ASCII},       {"us-ascii", ASCII},
                 {"latin-1", LATIN1}, {"latin1", LATIN1}, {"iso-8859-1", LATIN1}, {"iso8859-1", LATIN1}};
    char s[16];
    size_t n = 0;
    for (; name[n] != 0 && n < sizeof s - 1; n++) {
        char c = name[n];
        s[n] = (char)(c >= 'A' && c <= 'Z' ? c + 32 : c == '_' ? '-' : c);
    }
    s[n] = 0;
    for (size_t i = 0; i < WF_ARRAY_LEN(known); i++) {
        if (strcmp(s, known[i].name) == 0 && name[n] == 0) {
            return known[i].native;
        }
    }
    return GENERIC;
}

static const char *const newline_names[] = {"", "\n", "\r", "\r\n"};

static WfStatus set_newline(WfThread *t, Text *x, WfValue newline)
{
    bool none = wf_is_none(newline);
    if (none) {
        wf_store(&x->readnl, WF_EMPTY);
    } else {
        for (size_t i = 0; i < WF_ARRAY_LEN(newline_names); i++) {
            if (wf_str_equal_cstr(wf_as_str(newline), newline_names[i])) {
                WfStr *s = wf_str_intern_cstr(t, newline_names[i]);
                if (s == NULL) {
                    return WF_RAISED;
                }
                wf_store_ptr(&x->readnl, s);
            }
        }
    }
    const WfStr *nl = WF_LOAD(WfStr, &x->readnl);
    x->universal = none || nl->length == 0;
    x->translate = none;
    x->write_translate = none || nl->length != 0;
    wf_store(&x->writenl, !none && nl->length > 0 && !wf_str_equal_cstr(nl, "\n") ? wf_from_object(nl) : WF_EMPTY);
    return WF_OK;
}

/* Makes the encoder and the decoder that the buffer can use. */
static WfStatus set_codecs(WfThread *t, Text *x)
{
    WfValue buffer = wf_load(&x->buffer), errors = wf_load(&x->errors);
    WfValue r = wf_call_method0(t, buffer, WF_NAME(readable)), w;
    WfFound readable = wf_is_empty(r) ? WF_ERROR : wf_truth(t, r);
    w = readable == WF_ERROR ? WF_EMPTY : wf_call_method0(t, buffer, WF_NAME(writable));
    WfFound writable = wf_is_empty(w) ? WF_ERROR : wf_truth(t, w);
    if (writable == WF_ERROR) {
        return WF_RAISED;
    }
    wf_store(&x->decoder, WF_EMPTY);
    wf_store(&x->encoder, WF_EMPTY);
    x->native = (uint8_t)native_of(c_text(&x->encoding));
    x->can_read = x->can_write = false;
    x->n_left = 0;
    x->newlines = (WfNewlines){0};
    if (x->native == GENERIC) {
        WfValue info = wf_codec_lookup_text(t, c_text(&x->encoding), "codecs.open()");
        if (wf_is_empty(info)) {
            return WF_RAISED;
        }
        if (readable == WF_FOUND) {
            WfValue d = wf_call_method1(t, info, WF_NAME(incrementaldecoder), errors);
            if (!wf_is_empty(d) && x->universal) {
                WfValue args[] = {d, WF_BOOL(x->translate)};
                d = wf_call(t, wf_from_object(WF_TYPE(IO_NEWLINE_DECODER)), args, 2);
            }
            if (wf_is_empty(d)) {
                return WF_RAISED;
            }
            wf_store(&x->decoder, d);
        }
        if (writable == WF_FOUND) {
            WfValue e = wf_call_method1(t, info, WF_NAME(incrementalencoder), errors);
            if (wf_is_empty(e)) {
                return WF_RAISED;
            }
            wf_store(&x->encoder, e);
        }
    }
    x->can_read = readable == WF_FOUND;
    x->can_write = writable == WF_FOUND;
    return WF_OK;
}

static WfStatus encoder_setstate(WfThread *t, Text *x, int64_t state)
{
    WfValue encoder = wf_load(&x->encoder);
    return wf_is_empty(encoder)
            || !wf_is_empty(wf_call_method1(t, encoder, WF_NAME(setstate), wf_small_int(state)))
        ? WF_OK
        : WF_RAISED;
}
/* A stream that is appended to has its BOM already: setstate(0), or 1 as the codecs of UTF-16 and UTF-32 have it. */
static WfStatus fix_encoder(WfThread *t, Text *x)
{
    if (!x->seekable || !x->can_write) {
        return WF_OK;
    }
    x->at_start = true;
    WfValue at = wf_call_method0(t, wf_load(&x->buffer), WF_NAME(tell));
    if (wf_is_empty(at)) {
        return WF_RAISED;
    }
    WfFound zero = wf_equal(t, at, wf_small_int(0));
    if (zero == WF_ERROR) {
        return WF_RAISED;
    }
    if (zero == WF_MISSING) {
        x->at_start = false;
        return encoder_setstate(t, x, 0);
    }
    return WF_OK;
}

static WfStatus check_str(WfThread *t, WfValue v, const char *argument, bool may_be_none)
{
    if (wf_is_str(v) || (may_be_none && wf_is_none(v))) {
        return WF_OK;
    }
    return WF_FAIL(wf_raise(t, WF_EXC(TypeError), "TextIOWrapper() argument '%s' must be str%s, not %T", argument,
                            may_be_none ? " or None" : "", v));
}

static WfStatus check_no_nul(WfThread *t, WfValue v)
{
    const WfStr *s = wf_as_str(v);
    for (int64_t i = 0; i < s->length; i++) {
        if (wf_str_at(s, i) == 0) {
            return WF_FAIL(wf_raise(t, WF_EXC(ValueError), "embedded null character"));
        }
    }
    return WF_OK;
}

static WfStatus text_init(WfThread *t, WfValue self, const WfArgs *args)
{
    WfValue a[6];
    Text *x = as_text(self);
    x->ok = x->detached = false;
    if (wf_parse_args(t, "TextIOWrapper",
                      "(buffer, encoding=None, errors=None, newline=None, line_buffering=False, write_through=False)", args, a, 6)
            != WF_OK
        || check_str(t, a[1], "encoding", true) != WF_OK || check_str(t, a[3], "newline", true) != WF_OK) {
        return WF_RAISED;
    }
    if (!wf_is_none(a[2]) && !wf_is_str(a[2])) {
        return WF_FAIL(wf_raise(t, WF_EXC(TypeError), "TextIOWrapper() argument 'errors' must be str or None, not %T", a[2]));
    }
    WfFound line_buffering = wf_truth(t, a[4]), write_through = line_buffering == WF_ERROR ? WF_ERROR : wf_truth(t, a[5]);
    if (write_through == WF_ERROR || wf_newline_check(t, a[3], false) != WF_OK) {
        return WF_RAISED;
    }
    wf_store(&x->buffer, WF_EMPTY);
    wf_store(&x->encoding, WF_EMPTY);
    forget_chars(x);
    forget_snapshot(x);
    x->pending_count = 0;
    if (wf_is_none(a[1]) && wf_config(t)->warn_default_encoding
        && wf_warn(t, WF_EXC(EncodingWarning), 1, "'encoding' argument not specified") != WF_OK) {
        return WF_RAISED;
    }
    if (wf_is_none(a[1]) || wf_str_equal_cstr(wf_as_str(a[1]), "locale")) {
        a[1] = wf_str_from_cstr(t, wf_io_locale_encoding(t));
    }
    if (wf_is_none(a[2])) {
        a[2] = WF_NAME_V(strict);
    }
    if (wf_is_empty(a[1]) || check_no_nul(t, a[1]) != WF_OK || check_no_nul(t, a[2]) != WF_OK) {
        return WF_RAISED;
    }
    if (!wf_str_is_ascii(wf_as_str(a[1]))) {
        return WF_FAIL(wf_raise(t, WF_EXC(LookupError), "unknown encoding: %U", wf_as_str(a[1])));
    }
    if (wf_config(t)->dev_mode && native_of((const char *)wf_as_str(a[1])->data) != GENERIC) {
        WfValue handler = wf_codec_lookup_error(t, (const char *)wf_as_str(a[2])->data);
        if (wf_is_empty(handler)) {
            return WF_RAISED;
        }
    }
    x->chunk_size = WF_IO_BUFFER_SIZE;
    x->line_buffering = line_buffering == WF_FOUND;
    x->write_through = write_through == WF_FOUND;
    wf_store(&x->errors, a[2]);
    wf_store(&x->encoding, a[1]);
    wf_store(&x->buffer, a[0]);
    WfValue v;
    if (set_newline(t, x, a[3]) != WF_OK || set_codecs(t, x) != WF_OK) {
        return WF_RAISED;
    }
    v = wf_call_method0(t, a[0], WF_NAME(seekable));
    WfFound seekable = wf_is_empty(v) ? WF_ERROR : wf_truth(t, v);
    WfFound has_read1 = seekable == WF_ERROR ? WF_ERROR : wf_getattr_opt(t, a[0], WF_NAME(read1), &v);
    if (has_read1 == WF_ERROR) {
        return WF_RAISED;
    }
    x->seekable = x->telling = seekable == WF_FOUND;
    x->has_read1 = has_read1 == WF_FOUND;
    x->at_start = false;
    x->ratio = 0;
    if (fix_encoder(t, x) != WF_OK) {
        return WF_RAISED;
    }
    x->ok = true;
    return WF_OK;
}

/* --- writing -------------------------------------------------------------------------------------------------------- */

static WfStatus buffer_write(WfThread *t, Text *x, const uint8_t *p, int64_t n)
{
    WfValue buffer = wf_load(&x->buffer);
    if (wf_io_is_buffered_writer(buffer)) {
        return wf_buffered_write(t, buffer, p, n);
    }
    WfValue b = wf_bytes_new(t, p, n);
    if (wf_is_empty(b)) {
        return WF_RAISED;
    }
    while (wf_is_empty(wf_call_method1(t, buffer, WF_NAME(write), b))) {
        if (!wf_io_trap_eintr(t)) {
            return WF_RAISED;
        }
    }
    return WF_OK;
}

static WfStatus write_pending(WfThread *t, Text *x)
{
    int64_t n = x->pending_count;
    if (n == 0) {
        return WF_OK;
    }
    WfRaw *pending = WF_LOAD(WfRaw, &x->pending);
    bool simple = wf_io_is_buffered_writer(wf_load(&x->buffer));
    x->pending_count = 0;
    if (!simple) {
        wf_store(&x->pending, WF_EMPTY); /* a write from inside must not overwrite it */
    }
    return buffer_write(t, x, pending->data, n);
}

static WfStatus flush_buffer(WfThread *t, Text *x)
{
    WfValue buffer = wf_load(&x->buffer);
    return wf_io_is_buffered_writer(buffer) ? wf_buffered_flush(t, buffer) : wf_io_call(t, buffer, WF_NAME(flush));
}

/* Adds n bytes to what is pending. */
static WfStatus append(WfThread *t, Text *x, const uint8_t *p, int64_t n)
{
    if (x->pending_count > 0 && x->pending_count + n > x->chunk_size && write_pending(t, x) != WF_OK) {
        return WF_RAISED;
    }
    if (x->pending_count == 0 && n >= x->chunk_size) {
        return buffer_write(t, x, p, n);
    }
    WfRaw *pending = WF_LOAD(WfRaw, &x->pending);
    if (pending == NULL || pending->size < x->pending_count + n) {
        int64_t size = pending == NULL ? 512 : pending->size * 2;
        WfRaw *bigger = wf_gc_alloc_raw(t, size < x->pending_count + n ? x->pending_count + n : size, false);
        if (bigger == NULL) {
            return WF_RAISED;
        }
        if (x->pending_count > 0) {
            memcpy(bigger->data, pending->data, (size_t)x->pending_count);
        }
        wf_store_ptr(&x->pending, bigger);
        pending = bigger;
    }
    memcpy(pending->data + x->pending_count, p, (size_t)n);
    x->pending_count += n;
    return x->pending_count >= x->chunk_size ? write_pending(t, x) : WF_OK;
}

static WfValue encode(WfThread *t, Text *x, WfValue text)
{
    const char *errors = c_text(&x->errors);
    switch ((Native)x->native) {
    case UTF8: return wf_encode_utf8(t, text, errors);
    case ASCII: return wf_encode_ascii(t, text, errors);
    case LATIN1: return wf_encode_latin1(t, text, errors);
    default: break;
    }
    WfValue b = wf_call_method1(t, wf_load(&x->encoder), WF_NAME(encode), text);
    x->at_start = false;
    if (!wf_is_empty(b) && !wf_is_bytes(b)) {
        return wf_raise(t, WF_EXC(TypeError), "encoder should return a bytes object, not '%T'", b);
    }
    return b;
}

static bool has_char(const WfStr *s, uint8_t c)
{
    if (wf_str_kind(s) == 1) {
        return memchr(s->data, c, (size_t)s->length) != NULL;
    }
    for (int64_t i = 0; i < s->length; i++) {
        if (wf_str_at(s, i) == c) {
            return true;
        }
    }
    return false;
}

static WfStatus reset_reading(WfThread *t, Text *x)
{
    forget_chars(x);
    forget_snapshot(x);
    if (!x->can_read) {
        return WF_OK;
    }
    if (x->native != GENERIC) {
        x->n_left = 0;
        x->newlines = (WfNewlines){0};
        return WF_OK;
    }
    return wf_io_call(t, wf_load(&x->decoder), WF_NAME(reset));
}

static WfStatus write_locked(WfThread *t, WfValue self, WfValue text)
{
    Text *x = as_text(self);
    if (check_attached(t, x) != WF_OK || check_open(t, self) != WF_OK) {
        return WF_RAISED;
    }
    if (!x->can_write) {
        return WF_FAIL(wf_io_unsupported(t, "not writable"));
    }
    const WfStr *s = wf_as_str(text);
    WfValue newline = wf_load(&x->writenl);
    bool lf = (x->line_buffering || (x->write_translate && !wf_is_empty(newline))) && has_char(s, '\n');
    bool flush = x->line_buffering && (lf || has_char(s, '\r'));
    if (lf && x->write_translate && !wf_is_empty(newline)) {
        text = wf_str_replace(t, text, WF_NAME_V(newline_char), newline, -1);
        if (wf_is_empty(text)) {
            return WF_RAISED;
        }
        s = wf_as_str(text);
    }
    WfStatus status;
    if (wf_str_is_ascii(s) && x->native != GENERIC) {
        status = append(t, x, s->data, s->length);
    } else {
        WfValue b = encode(t, x, text);
        status = wf_is_empty(b) ? WF_RAISED : append(t, x, wf_as_bytes(b)->data, wf_as_bytes(b)->length);
    }
    if (status != WF_OK || ((flush || x->write_through) && write_pending(t, x) != WF_OK) || (flush && flush_buffer(t, x) != WF_OK)) {
        return WF_RAISED;
    }
    if (x->can_read || !wf_is_empty(wf_load(&x->chars))) {
        return reset_reading(t, x);
    }
    return WF_OK;
}
static WfValue text_write(WfThread *t, WfValue *a)
{
    if (!wf_is_str(a[1])) {
        return wf_raise(t, WF_EXC(TypeError), "write() argument must be str, not %T", a[1]);
    }
    if (enter(t, a[0]) != WF_OK) {
        return WF_EMPTY;
    }
    WfStatus s = write_locked(t, a[0], a[1]);
    leave(a[0]);
    return s == WF_OK ? wf_small_int(wf_as_str(a[1])->length) : WF_EMPTY;
}

static WfStatus flush_locked(WfThread *t, WfValue self)
{
    Text *x = as_text(self);
    if (check_attached(t, x) != WF_OK || check_open(t, self) != WF_OK) {
        return WF_RAISED;
    }
    x->telling = x->seekable;
    return write_pending(t, x) == WF_OK ? flush_buffer(t, x) : WF_RAISED;
}
static WfValue text_flush(WfThread *t, WfValue *a)
{
    Text *x = as_text(a[0]);
    if (__atomic_load_n(&t->rt->x_finalizing, __ATOMIC_ACQUIRE) != 0 && !wf_owner_lock_mine(&x->lock, t)) {
        WfAcquired r = wf_owner_lock(t, &x->lock);
        if (r != WF_ACQUIRED) { /* a daemon thread was stopped for good while it wrote: nothing can be done */
            return r == WF_ACQUIRE_TIMED_OUT ? WF_NONE : WF_EMPTY;
        }
    } else if (enter(t, a[0]) != WF_OK) {
        return WF_EMPTY;
    }
    WfStatus s = flush_locked(t, a[0]);
    leave(a[0]);
    return s == WF_OK ? WF_NONE : WF_EMPTY;
}

/* --- decoding ------------------------------------------------------------------------------------------------------- */

static WfValue decode_native(WfThread *t, Text *x, const uint8_t *p, int64_t n, bool final)
{
    const char *errors = c_text(&x->errors);
    WfValue text;
    if (x->native == LATIN1) {
        text = wf_decode_latin1(t, p, n);
    } else if (x->native == ASCII) {
        text = wf_decode_ascii(t, p, n, errors);
    } else {
        WfRaw *joined = NULL;
        int64_t consumed = 0;
        if (x->n_left > 0) {
            joined = wf_gc_alloc_raw(t, n + x->n_left, false);
            if (joined == NULL) {
                return WF_EMPTY;
            }
            memcpy(joined->data, x->left, x->n_left);
            memcpy(joined->data + x->n_left, p, (size_t)n);
            p = joined->data;
            n += x->n_left;
        }
        text = wf_decode_utf8(t, p, n, errors, final ? NULL : &consumed);
        if (wf_is_empty(text)) {
            return text;
        }
        x->n_left = final ? 0 : (uint8_t)(n - consumed);
        wf_assert(x->n_left <= sizeof x->left);
        memcpy(x->left, p + (n - x->n_left), x->n_left);
    }
    if (!wf_is_empty(text) && x->universal) {
        text = wf_newlines_feed(t, &x->newlines, text, x->translate, final);
    }
    return text;
}

static WfValue decode_object(WfThread *t, Text *x, WfValue input, bool final)
{
    WfValue args[] = {input, WF_BOOL(final)};
    WfValue r = wf_call_method(t, wf_load(&x->decoder), WF_NAME(decode), args, 2);
    if (!wf_is_empty(r) && !wf_is_str(r)) {
        return wf_raise(t, WF_EXC(TypeError), "decoder should return a string result, not '%T'", r);
    }
    return r;
}

/* input: bytes, or anything a decoder object takes. */
static WfValue decode(WfThread *t, Text *x, WfValue input, bool final)
{
    if (x->native == GENERIC) {
        return decode_object(t, x, input, final);
    }
    if (wf_is_bytes(input)) {
        return decode_native(t, x, wf_as_bytes(input)->data, wf_as_bytes(input)->length, final);
    }
    WfView v;
    if (wf_view_get(t, input, &v) != WF_OK) {
        return WF_EMPTY;
    }
    WfValue r = decode_native(t, x, v.data, v.length, final);
    wf_view_release(t, &v);
    return r;
}

static WfStatus decoder_getstate(WfThread *t, Text *x, WfValue *input, int64_t *flags)
{
    if (x->native != GENERIC) {
        *input = wf_bytes_new(t, x->left, x->n_left);
        *flags = x->universal && x->newlines.pending_cr;
        return wf_is_empty(*input) ? WF_RAISED : WF_OK;
    }
    WfValue state = wf_call_method0(t, wf_load(&x->decoder), WF_NAME(getstate));
    if (wf_is_empty(state)) {
        return WF_RAISED;
    }
    if (!wf_is_tuple(state) || wf_as_tuple(state)->length != 2) {
        return WF_FAIL(wf_raise(t, WF_EXC(TypeError), "illegal decoder state"));
    }
    *input = wf_tuple_at(wf_as_tuple(state), 0);
    if (!wf_is_bytes(*input)) {
        return WF_FAIL(wf_raise(t, WF_EXC(TypeError), "illegal decoder state: the first item should be a bytes object, not '%T'", *input));
    }
    if (!wf_is_any_int(wf_tuple_at(wf_as_tuple(state), 1))) {
        return WF_FAIL(wf_raise(t, WF_EXC(TypeError), "illegal decoder state"));
    }
    return wf_io_offset(t, wf_tuple_at(wf_as_tuple(state), 1), flags);
}

static WfStatus decoder_setstate(WfThread *t, Text *x, WfValue input, int64_t flags)
{
    const WfBytes *b = wf_as_bytes(input);
    if (x->native != GENERIC) {
        x->n_left = (uint8_t)(b->length > (int64_t)sizeof x->left ? (int64_t)sizeof x->left : b->length);
        memcpy(x->left, b->data, x->n_left);
        x->newlines.pending_cr = (flags & 1) != 0;
        return WF_OK;
    }
    WfValue number = wf_int_from_i64(t, flags);
    WfValue state = wf_is_empty(number) ? number : wf_tuple_pair(t, input, number);
    return wf_is_empty(state) || wf_is_empty(wf_call_method1(t, wf_load(&x->decoder), WF_NAME(setstate), state)) ? WF_RAISED
                                                                                                                  : WF_OK;
}

/* --- reading -------------------------------------------------------------------------------------------------------- */

/* Reads and decodes a chunk; MISSING at the end. hint: characters wanted, or 0. */
static WfFound read_chunk(WfThread *t, Text *x, int64_t hint)
{
    WfValue buffer = wf_load(&x->buffer), before = WF_EMPTY, input;
    int64_t flags = 0, n, want = x->chunk_size;
    if (!x->can_read) {
        return WF_FAIL_FOUND(wf_io_unsupported(t, "not readable"));
    }
    if (x->telling && decoder_getstate(t, x, &before, &flags) != WF_OK) {
        return WF_ERROR;
    }
    if (hint > 0) {
        double most = (x->ratio < 1.0 ? 1.0 : x->ratio) * (double)hint;
        hint = most > (double)INT_MAX ? INT_MAX : (int64_t)most;
        want = hint > want ? hint : want;
    }
    if (wf_io_is_buffered_reader(buffer)) {
        input = wf_buffered_read1(t, buffer, want);
    } else {
        do {
            input = wf_call_method1(t, buffer, x->has_read1 ? WF_NAME(read1) : WF_NAME(read), wf_small_int(want));
        } while (wf_is_empty(input) && wf_io_trap_eintr(t));
    }
    if (wf_is_empty(input)) {
        return WF_ERROR;
    }
    if (!wf_is_bytes(input)) {
        WfView v;
        if (!wf_has_buffer(input)) {
            return WF_FAIL_FOUND(wf_raise(t, WF_EXC(TypeError), "underlying %s() should have returned a bytes-like object, not '%T'",
                                          x->has_read1 ? "read1" : "read", input));
        }
        if (wf_view_get(t, input, &v) != WF_OK) {
            return WF_ERROR;
        }
        n = v.length;
        wf_view_release(t, &v);
    } else {
        n = wf_as_bytes(input)->length;
    }
    bool eof = n == 0;
    WfValue chars = decode(t, x, input, eof);
    if (wf_is_empty(chars)) {
        return WF_ERROR;
    }
    set_chars(x, chars);
    int64_t got = wf_as_str(chars)->length;
    x->ratio = got > 0 ? (double)n / (double)got : 0.0;
    eof = eof && got == 0;
    if (x->telling) {
        WfValue bytes = wf_is_bytes(input) ? input : wf_bytes_from_object(t, input);
        WfValue all = wf_is_empty(bytes) ? bytes : wf_as_bytes(before)->length == 0 ? bytes : wf_bytes_concat(t, before, bytes);
        if (wf_is_empty(all)) {
            return WF_ERROR;
        }
        wf_store(&x->snap_input, all);
        x->snap_flags = flags;
    }
    return eof ? WF_MISSING : WF_FOUND;
}

static WfValue read_to_end(WfThread *t, Text *x)
{
    WfValue bytes = wf_call_method0(t, wf_load(&x->buffer), WF_NAME(read));
    WfValue text = wf_is_empty(bytes) ? bytes : wf_is_none(bytes) && x->native != GENERIC ? wf_raise(t, WF_EXC(TypeError), "a bytes-like object is required, not 'NoneType'") : decode(t, x, bytes, true);
    WfValue first = wf_is_empty(text) ? text : take_chars(t, x, -1);
    WfValue r = wf_is_empty(first) ? first : wf_str_concat(t, first, text);
    if (!wf_is_empty(r)) {
        if (!wf_is_empty(wf_load(&x->snap_input))) {
            forget_chars(x);
            forget_snapshot(x);
        } else {
            forget_chars(x);
        }
    }
    return r;
}

static WfValue read_locked(WfThread *t, WfValue self, int64_t n)
{
    Text *x = as_text(self);
    if (check_attached(t, x) != WF_OK || check_open(t, self) != WF_OK) {
        return WF_EMPTY;
    }
    if (!x->can_read) {
        return wf_io_unsupported(t, "not readable");
    }
    if (write_pending(t, x) != WF_OK) {
        return WF_EMPTY;
    }
    if (n < 0) {
        return read_to_end(t, x);
    }
    WfValue result = take_chars(t, x, n);
    if (wf_is_empty(result)) {
        return result;
    }
    int64_t left = n - wf_as_str(result)->length;
    if (left == 0) {
        return result;
    }
    WfStrBuilder sb = WF_STR_BUILDER;
    bool many = false;
    while (left > 0) {
        WfFound found = read_chunk(t, x, left);
        if (found == WF_ERROR) {
            return WF_EMPTY;
        }
        if (found == WF_MISSING) {
            break;
        }
        WfValue more = take_chars(t, x, left);
        if (wf_is_empty(more)) {
            return more;
        }
        left -= wf_as_str(more)->length;
        if (!many && wf_as_str(result)->length == 0) {
            result = more;
            continue;
        }
        if ((!many && wf_builder_str(t, &sb, wf_as_str(result)) != WF_OK) || wf_builder_str(t, &sb, wf_as_str(more)) != WF_OK) {
            return WF_EMPTY;
        }
        many = true;
    }
    return many ? wf_builder_finish(t, &sb) : result;
}
static WfValue text_read(WfThread *t, WfValue *a)
{
    int64_t n;
    if (wf_io_size(t, a[1], &n) != WF_OK || enter(t, a[0]) != WF_OK) {
        return WF_EMPTY;
    }
    WfValue r = read_locked(t, a[0], n);
    leave(a[0]);
    return r;
}

static WfValue readline_locked(WfThread *t, WfValue self, int64_t limit)
{
    Text *x = as_text(self);
    const WfStr *newline = WF_LOAD(WfStr, &x->readnl);
    if (check_attached(t, x) != WF_OK || check_open(t, self) != WF_OK || write_pending(t, x) != WF_OK) {
        return WF_EMPTY;
    }
    WfStrBuilder sb = WF_STR_BUILDER; /* what came before the chunk looked at */
    WfValue kept = WF_EMPTY;          /* its end, which may be the first half of \r\n */
    for (;;) {
        WfValue v = wf_load(&x->chars);
        while (wf_is_empty(v) || wf_as_str(v)->length == x->used) {
            WfFound found = read_chunk(t, x, 0);
            if (found == WF_ERROR) {
                return WF_EMPTY;
            }
            if (found == WF_MISSING) { /* the end */
                forget_chars(x);
                forget_snapshot(x);
                if (!wf_is_empty(kept) && wf_builder_str(t, &sb, wf_as_str(kept)) != WF_OK) {
                    return WF_EMPTY;
                }
                return wf_builder_finish(t, &sb);
            }
            v = wf_load(&x->chars);
        }
        WfStr *s = wf_as_str(v);
        int64_t start = x->used, skipped = 0, consumed = 0;
        if (!wf_is_empty(kept)) {
            skipped = wf_as_str(kept)->length;
            v = wf_str_slice(t, s, start, s->length);
            v = wf_is_empty(v) ? v : wf_str_concat(t, kept, v);
            if (wf_is_empty(v)) {
                return v;
            }
            s = wf_as_str(v);
            start = 0;
            kept = WF_EMPTY;
        }
        int64_t shift = start == 0 && skipped > 0 ? x->used - skipped : 0; /* index in s to index in chars */
        int64_t end = wf_line_end(s, start, s->length, x->translate, x->universal, newline, &consumed);
        bool done = end >= 0;
        if (!done) {
            end = start + consumed;
        }
        if (limit >= 0 && end - start + sb.length >= limit) {
            end = start + limit - sb.length;
            done = true;
        }
        if (done) {
            if (sb.length == 0) {
                WfValue r = wf_str_slice(t, s, start, end);
                if (!wf_is_empty(r)) {
                    x->used = end + shift;
                }
                return r;
            }
            if (wf_builder_slice(t, &sb, s, start, end) != WF_OK) {
                return WF_EMPTY;
            }
            x->used = end + shift;
            return wf_builder_finish(t, &sb);
        }
        if (wf_builder_slice(t, &sb, s, start, end) != WF_OK) {
            return WF_EMPTY;
        }
        if (end < s->length) {
            kept = wf_str_slice(t, s, end, s->length);
            if (wf_is_empty(kept)) {
                return kept;
            }
        }
        forget_chars(x);
    }
}
static WfValue readline(WfThread *t, WfValue self, int64_t limit)
{
    if (enter(t, self) != WF_OK) {
        return WF_EMPTY;
    }
    WfValue r = readline_locked(t, self, limit);
    leave(self);
    return r;
}
static WfValue text_readline(WfThread *t, WfValue *a)
{
    int64_t limit;
    if (wf_is_none(a[1])) {
        return wf_raise(t, WF_EXC(TypeError), "'NoneType' object cannot be interpreted as an integer");
    }
    return wf_to_ssize(t, a[1], &limit) == WF_OK ? readline(t, a[0], limit) : WF_EMPTY;
}

static WfFound text_next(WfThread *t, WfValue self, WfValue *out)
{
    Text *x = as_text(self);
    WfValue line;
    if (check_attached(t, x) != WF_OK) {
        return WF_ERROR;
    }
    x->telling = false;
    if (wf_io_is_exactly(self, WF_TYPE(IO_TEXT))) {
        line = readline(t, self, -1);
    } else {
        line = wf_call_method0(t, self, WF_NAME(readline));
        if (!wf_is_empty(line) && !wf_is_str(line)) {
            return WF_FAIL_FOUND(wf_raise(t, WF_EXC(OSError), "readline() should have returned a str object, not '%T'", line));
        }
    }
    if (wf_is_empty(line)) {
        return WF_ERROR;
    }
    if (wf_as_str(line)->length == 0) {
        forget_snapshot(x);
        x->telling = x->seekable;
        return WF_MISSING;
    }
    *out = line;
    return WF_FOUND;
}

/* --- positions ------------------------------------------------------------------------------------------------------ */

typedef struct Cookie {
    int64_t start;
    int32_t flags, bytes_to_feed, chars_to_skip;
    uint8_t need_eof;
} Cookie;
#define COOKIE_BYTES (8 + 3 * 4 + 1)

static WfValue pack_cookie(WfThread *t, const Cookie *c)
{
    uint8_t b[COOKIE_BYTES];
    memcpy(b, &c->start, 8);
    memcpy(b + 8, &c->flags, 4);
    memcpy(b + 12, &c->bytes_to_feed, 4);
    memcpy(b + 16, &c->chars_to_skip, 4);
    b[20] = c->need_eof;
    return wf_int_from_bytes(t, b, sizeof b, true, false);
}
static WfStatus unpack_cookie(WfThread *t, WfValue v, Cookie *c)
{
    uint8_t b[COOKIE_BYTES];
    if (wf_int_to_bytes(t, v, b, sizeof b, true, false) != WF_OK) {
        return WF_RAISED;
    }
    memcpy(&c->start, b, 8);
    memcpy(&c->flags, b + 8, 4);
    memcpy(&c->bytes_to_feed, b + 12, 4);
    memcpy(&c->chars_to_skip, b + 16, 4);
    c->need_eof = b[20];
    return WF_OK;
}

/* The decoder as it was at a position where it held no bytes back. */
static WfStatus decoder_restore(WfThread *t, Text *x, int64_t start, int64_t flags)
{
    if (start == 0 && flags == 0) {
        if (x->native == GENERIC) {
            return wf_io_call(t, wf_load(&x->decoder), WF_NAME(reset));
        }
        x->n_left = 0;
        x->newlines = (WfNewlines){0};
        return WF_OK;
    }
    WfValue none = wf_bytes_new(t, "", 0);
    return wf_is_empty(none) ? WF_RAISED : decoder_setstate(t, x, none, flags);
}

static WfValue seek_locked(WfThread *t, WfValue self, WfValue at, int whence)
{
    Text *x = as_text(self);
    WfValue buffer = wf_load(&x->buffer), r;
    if (check_attached(t, x) != WF_OK || check_open(t, self) != WF_OK) {
        return WF_EMPTY;
    }
    if (!x->seekable) {
        return wf_io_unsupported(t, "underlying stream is not seekable");
    }
    WfFound zero;
    switch (whence) {
    case SEEK_CUR:
        zero = wf_equal(t, at, wf_small_int(0));
        if (zero != WF_FOUND) {
            return zero == WF_ERROR ? WF_EMPTY : wf_io_unsupported(t, "can't do nonzero cur-relative seeks");
        }
        at = wf_call_method0(t, self, WF_NAME(tell));
        if (wf_is_empty(at)) {
            return at;
        }
        break;
    case SEEK_END:
        zero = wf_equal(t, at, wf_small_int(0));
        if (zero != WF_FOUND) {
            return zero == WF_ERROR ? WF_EMPTY : wf_io_unsupported(t, "can't do nonzero end-relative seeks");
        }
        if (wf_io_call(t, self, WF_NAME(flush)) != WF_OK) {
            return WF_EMPTY;
        }
        if (reset_reading(t, x) != WF_OK) {
            return WF_EMPTY;
        }
        {
            WfValue args[] = {wf_small_int(0), wf_small_int(2)};
            r = wf_call_method(t, buffer, WF_NAME(seek), args, 2);
        }
        if (wf_is_empty(r)) {
            return r;
        }
        if (!wf_is_empty(wf_load(&x->encoder))) {
            zero = wf_equal(t, r, wf_small_int(0));
            if (zero == WF_ERROR) {
                return WF_EMPTY;
            }
            x->at_start = zero == WF_FOUND;
            if ((x->at_start ? wf_io_call(t, wf_load(&x->encoder), WF_NAME(reset)) : encoder_setstate(t, x, 0)) != WF_OK) {
                return WF_EMPTY;
            }
        }
        return r;
    case SEEK_SET: break;
    default: return wf_raise(t, WF_EXC(ValueError), "invalid whence (%d, should be %d, %d or %d)", whence, 0, 1, 2);
    }
    zero = wf_compare_truth(t, at, wf_small_int(0), WF_LT);
    if (zero != WF_MISSING) {
        return zero == WF_ERROR ? WF_EMPTY : wf_raise(t, WF_EXC(ValueError), "negative seek position %R", at);
    }
    if (wf_io_call(t, self, WF_NAME(flush)) != WF_OK) {
        return WF_EMPTY;
    }
    Cookie c;
    WfValue number = wf_index(t, at);
    if (wf_is_empty(number) || unpack_cookie(t, number, &c) != WF_OK) {
        return WF_EMPTY;
    }
    WfValue position = wf_int_from_i64(t, c.start);
    if (wf_is_empty(position) || wf_is_empty(wf_call_method1(t, buffer, WF_NAME(seek), position))) {
        return WF_EMPTY;
    }
    forget_chars(x);
    forget_snapshot(x);
    if (x->can_read && decoder_restore(t, x, c.start, c.flags) != WF_OK) {
        return WF_EMPTY;
    }
    if (c.chars_to_skip > 0) {
        WfValue input = wf_call_method1(t, buffer, WF_NAME(read), wf_small_int(c.bytes_to_feed));
        if (wf_is_empty(input)) {
            return input;
        }
        if (!wf_is_bytes(input)) {
            return wf_raise(t, WF_EXC(TypeError), "underlying read() should have returned a bytes object, not '%T'", input);
        }
        wf_store(&x->snap_input, input);
        x->snap_flags = c.flags;
        WfValue chars = decode(t, x, input, c.need_eof != 0);
        if (wf_is_empty(chars)) {
            return chars;
        }
        set_chars(x, chars);
        if (wf_as_str(chars)->length < c.chars_to_skip) {
            return wf_raise(t, WF_EXC(OSError), "can't restore logical file position");
        }
        x->used = c.chars_to_skip;
    } else {
        WfValue none = wf_bytes_new(t, "", 0);
        if (wf_is_empty(none)) {
            return none;
        }
        wf_store(&x->snap_input, none);
        x->snap_flags = c.flags;
    }
    if (!wf_is_empty(wf_load(&x->encoder))) {
        x->at_start = c.start == 0 && c.flags == 0;
        if ((x->at_start ? wf_io_call(t, wf_load(&x->encoder), WF_NAME(reset)) : encoder_setstate(t, x, 0)) != WF_OK) {
            return WF_EMPTY;
        }
    }
    return at;
}
static WfValue text_seek(WfThread *t, WfValue *a)
{
    int whence;
    if (wf_to_int(t, a[2], &whence) != WF_OK || enter(t, a[0]) != WF_OK) {
        return WF_EMPTY;
    }
    WfValue r = seek_locked(t, a[0], a[1], whence);
    leave(a[0]);
    return r;
}

/* Characters that n more bytes of p give; the state of the decoder afterwards: *n_kept bytes, *flags. */
static WfStatus feed(WfThread *t, Text *x, const uint8_t *p, int64_t n, int64_t *n_chars, int64_t *n_kept, int64_t *flags)
{
    WfValue b = wf_bytes_new(t, n == 0 ? (const uint8_t *)"" : p, n), kept;
    WfValue text = wf_is_empty(b) ? b : decode(t, x, b, false);
    if (wf_is_empty(text) || decoder_getstate(t, x, &kept, flags) != WF_OK) {
        return WF_RAISED;
    }
    *n_chars = wf_as_str(text)->length;
    *n_kept = wf_as_bytes(kept)->length;
    return WF_OK;
}

/* Finds the last safe place before the characters given out: fills in the rest of *c. */
static WfStatus find_place(WfThread *t, Text *x, Cookie *c, const WfBytes *input, int64_t to_skip)
{
    const uint8_t *p = input->data;
    int64_t n = input->length, skip_back = 1, kept, flags, got;
    int64_t skip = (int64_t)(x->ratio * (double)to_skip);
    int64_t start_flags = c->flags;
    skip = skip > n ? n : skip;
    /* a guess where the characters begin; if the decoder is in the middle of one, go back in growing steps */
    while (skip > 0) {
        if (decoder_restore(t, x, c->start, start_flags) != WF_OK
            || feed(t, x, p, skip, &got, &kept, &flags) != WF_OK) {
            return WF_RAISED;
        }
        if (got <= to_skip) {
            if (kept == 0) {
                c->flags = (int32_t)flags;
                to_skip -= got;
                break;
            }
            skip -= kept;
            skip_back = 1;
        } else {
            skip -= skip_back;
            skip_back *= 2;
        }
    }
    if (skip <= 0) {
        skip = 0;
        if (decoder_restore(t, x, c->start, start_flags) != WF_OK) {
            return WF_RAISED;
        }
    }
    c->start += skip;
    c->chars_to_skip = (int32_t)to_skip;
    if (to_skip == 0) {
        return WF_OK;
    }
    /* byte by byte to where the characters are exactly; each time the decoder holds nothing back is a new start */
    int64_t chars = 0;
    c->bytes_to_feed = 0;
    int64_t i = skip;
    for (; i < n; i++) {
        c->bytes_to_feed++;
        if (feed(t, x, p + i, 1, &got, &kept, &flags) != WF_OK) {
            return WF_RAISED;
        }
        chars += got;
        if (kept == 0 && chars <= to_skip) {
            c->start += c->bytes_to_feed;
            to_skip -= chars;
            c->flags = (int32_t)flags;
            c->bytes_to_feed = 0;
            chars = 0;
        }
        if (chars >= to_skip) {
            break;
        }
    }
    if (i >= n) { /* the decoder gives the rest at the end only */
        WfValue none = wf_bytes_new(t, "", 0), text = wf_is_empty(none) ? none : decode(t, x, none, true);
        if (wf_is_empty(text)) {
            return WF_RAISED;
        }
        c->need_eof = 1;
        chars += wf_as_str(text)->length;
        if (chars < to_skip) {
            return WF_FAIL(wf_raise(t, WF_EXC(OSError), "can't reconstruct logical file position"));
        }
    }
    c->chars_to_skip = (int32_t)to_skip;
    return WF_OK;
}

static WfValue tell_locked(WfThread *t, WfValue self)
{
    Text *x = as_text(self);
    WfValue buffer = wf_load(&x->buffer);
    if (check_attached(t, x) != WF_OK || check_open(t, self) != WF_OK) {
        return WF_EMPTY;
    }
    if (!x->seekable) {
        return wf_io_unsupported(t, "underlying stream is not seekable");
    }
    if (!x->telling) {
        return wf_raise(t, WF_EXC(OSError), "telling position disabled by next() call");
    }
    if (write_pending(t, x) != WF_OK || wf_io_call(t, self, WF_NAME(flush)) != WF_OK) {
        return WF_EMPTY;
    }
    WfValue at = wf_call_method0(t, buffer, WF_NAME(tell));
    if (wf_is_empty(at) || !x->can_read || wf_is_empty(wf_load(&x->snap_input))) {
        return at;
    }
    Cookie c = {0};
    WfValue position = wf_index(t, at);
    if (wf_is_empty(position) || wf_io_offset(t, position, &c.start) != WF_OK) {
        return WF_EMPTY;
    }
    const WfBytes *input = WF_LOAD(WfBytes, &x->snap_input);
    c.start -= input->length;
    c.flags = (int32_t)x->snap_flags;
    WfValue chars = wf_load(&x->chars);
    if (wf_is_empty(chars) || x->used == 0) {
        return pack_cookie(t, &c);
    }
    /* decodes again; the decoder is put back as it was */
    WfValue saved;
    int64_t saved_flags;
    WfNewlines saved_newlines = x->newlines;
    if (decoder_getstate(t, x, &saved, &saved_flags) != WF_OK) {
        return WF_EMPTY;
    }
    WfStatus s = find_place(t, x, &c, input, x->used);
    WfValue first = s == WF_OK ? WF_EMPTY : wf_take_pending(t);
    WfStatus back = decoder_setstate(t, x, saved, saved_flags);
    x->newlines = saved_newlines;
    if (s != WF_OK) {
        wf_io_chain(t, first);
    }
    return s != WF_OK || back != WF_OK ? WF_EMPTY : pack_cookie(t, &c);
}
static WfValue text_tell(WfThread *t, WfValue *a)
{
    if (enter(t, a[0]) != WF_OK) {
        return WF_EMPTY;
    }
    WfValue r = tell_locked(t, a[0]);
    leave(a[0]);
    return r;
}

static WfValue text_truncate(WfThread *t, WfValue *a)
{
    if (check_attached(t, as_text(a[0])) != WF_OK || wf_io_call(t, a[0], WF_NAME(flush)) != WF_OK) {
        return WF_EMPTY;
    }
    return wf_call_method1(t, wf_load(&as_text(a[0])->buffer), WF_NAME(truncate), a[1]);
}

/* --- closing, settings ------------------------------------------------------------------------------------------------ */

static WfValue text_close(WfThread *t, WfValue *a)
{
    Text *x = as_text(a[0]);
    if (check_attached(t, x) != WF_OK) {
        return WF_EMPTY;
    }
    WfValue closed = wf_getattr(t, a[0], WF_NAME(closed)), buffer = wf_load(&x->buffer);
    WfFound is_closed = wf_is_empty(closed) ? WF_ERROR : wf_truth(t, closed);
    if (is_closed != WF_MISSING) {
        return is_closed == WF_ERROR ? WF_EMPTY : WF_NONE;
    }
    if (wf_io_flag(a[0], WF_IO_FINALIZING) && wf_is_empty(wf_call_method1(t, buffer, WF_NAME(_dealloc_warn), a[0]))) {
        wf_clear_pending(t);
    }
    WfValue first = wf_is_empty(wf_call_method0(t, a[0], WF_NAME(flush))) ? wf_take_pending(t) : WF_EMPTY;
    WfValue r = wf_call_method0(t, buffer, WF_NAME(close));
    if (!wf_is_empty(first)) {
        wf_io_chain(t, first);
        return WF_EMPTY;
    }
    return r;
}

static WfValue text_detach(WfThread *t, WfValue *a)
{
    Text *x = as_text(a[0]);
    if (check_attached(t, x) != WF_OK || wf_io_call(t, a[0], WF_NAME(flush)) != WF_OK) {
        return WF_EMPTY;
    }
    WfValue buffer = wf_load(&x->buffer);
    x->detached = true;
    x->ok = false;
    wf_store(&x->buffer, WF_EMPTY);
    return buffer;
}

/* A bool argument of reconfigure(): None leaves it as it is. */
static WfStatus new_flag(WfThread *t, WfValue v, bool now, bool *out)
{
    *out = now;
    if (wf_is_none(v)) {
        return WF_OK;
    }
    int64_t i;
    if (wf_io_offset(t, v, &i) != WF_OK) {
        return WF_RAISED;
    }
    *out = i != 0;
    return WF_OK;
}

static WfValue reconfigure_locked(WfThread *t, WfValue *a)
{
    Text *x = as_text(a[0]);
    bool line_buffering, write_through;
    WfValue encoding = a[1], errors = a[2], newline = a[3];
    if (check_attached(t, x) != WF_OK) {
        return WF_EMPTY;
    }
    if ((!wf_is_empty(wf_load(&x->chars)) || !wf_is_empty(wf_load(&x->snap_input)))
        && (!wf_is_none(encoding) || !wf_is_none(errors) || !wf_is_empty(newline))) {
        return wf_io_unsupported(t, "It is not possible to set the encoding or newline of stream after the first read");
    }
    if (!wf_is_empty(newline) && !wf_is_none(newline) && !wf_is_str(newline)) {
        return wf_raise(t, WF_EXC(TypeError), "reconfigure() argument 'newline' must be str or None, not %T", newline);
    }
    if ((!wf_is_none(encoding) && !wf_is_str(encoding)) || (!wf_is_none(errors) && !wf_is_str(errors))) {
        bool first = !wf_is_none(encoding) && !wf_is_str(encoding);
        return wf_raise(t, WF_EXC(TypeError), "reconfigure() argument '%s' must be str or None, not %T",
                        first ? "encoding" : "errors", first ? encoding : errors);
    }
    if ((!wf_is_empty(newline) && wf_newline_check(t, newline, false) != WF_OK)
        || new_flag(t, a[4], x->line_buffering, &line_buffering) != WF_OK
        || new_flag(t, a[5], x->write_through, &write_through) != WF_OK
        || wf_io_call(t, a[0], WF_NAME(flush)) != WF_OK) {
        return WF_EMPTY;
    }
    x->ratio = 0;
    if (!wf_is_empty(newline) && set_newline(t, x, newline) != WF_OK) {
        return WF_EMPTY;
    }
    if (!wf_is_none(encoding) || !wf_is_none(errors) || !wf_is_empty(newline)) {
        WfValue old_encoding = wf_load(&x->encoding), old_errors = wf_load(&x->errors);
        if (wf_is_none(encoding)) {
            encoding = old_encoding;
            errors = wf_is_none(errors) ? old_errors : errors;
        } else {
            if (wf_str_equal_cstr(wf_as_str(encoding), "locale")) {
                encoding = wf_str_from_cstr(t, wf_io_locale_encoding(t));
            }
            errors = wf_is_none(errors) ? WF_NAME_V(strict) : errors;
        }
        if (wf_is_empty(encoding) || check_no_nul(t, encoding) != WF_OK || check_no_nul(t, errors) != WF_OK) {
            return WF_EMPTY;
        }
        if (!wf_str_is_ascii(wf_as_str(encoding))) {
            return wf_raise(t, WF_EXC(LookupError), "unknown encoding: %U", wf_as_str(encoding));
        }
        wf_store(&x->encoding, encoding);
        wf_store(&x->errors, errors);
        if (set_codecs(t, x) != WF_OK) {
            WfValue pending = wf_take_pending(t);
            wf_store(&x->encoding, old_encoding);
            wf_store(&x->errors, old_errors);
            if (set_codecs(t, x) != WF_OK) {
                wf_clear_pending(t);
            }
            wf_restore_pending(t, pending);
            return WF_EMPTY;
        }
        if (fix_encoder(t, x) != WF_OK) {
            return WF_EMPTY;
        }
    }
    x->line_buffering = line_buffering;
    x->write_through = write_through;
    return WF_NONE;
}
static WfValue text_reconfigure(WfThread *t, WfValue *a)
{
    if (enter(t, a[0]) != WF_OK) {
        return WF_EMPTY;
    }
    WfValue r = reconfigure_locked(t, a);
    leave(a[0]);
    return r;
}

#define FORWARD(function, method)                                                                                     \
    static WfValue function(WfThread *t, WfValue *a)                                                                  \
    {                                                                                                                 \
        Text *x = as_text(a[0]);                                                                                      \
        return check_attached(t, x) == WF_OK ? wf_call_method0(t, wf_load(&x->buffer), WF_NAME(method)) : WF_EMPTY;   \
    }
FORWARD(text_fileno, fileno)
FORWARD(text_seekable, seekable)
FORWARD(text_readable, readable)
FORWARD(text_writable, writable)
FORWARD(text_isatty, isatty)

static WfValue text_get_name(WfThread *t, WfValue self)
{
    Text *x = as_text(self);
    return check_attached(t, x) == WF_OK ? wf_getattr(t, wf_load(&x->buffer), WF_NAME(name)) : WF_EMPTY;
}
static WfValue text_get_closed(WfThread *t, WfValue self)
{
    Text *x = as_text(self);
    return check_attached(t, x) == WF_OK ? wf_getattr(t, wf_load(&x->buffer), WF_NAME(closed)) : WF_EMPTY;
}
static WfValue or_none(WfValue v)
{
    return wf_is_empty(v) ? WF_NONE : v;
}
static WfValue text_get_buffer(WfThread *t, WfValue self)
{
    WfValue v = wf_load(&as_text(self)->buffer);
    return wf_is_empty(v) ? wf_raise_attribute(t, self, WF_NAME(buffer)) : v;
}
static WfValue text_get_encoding(WfThread *t, WfValue self)
{
    return or_none(wf_load(&as_text(self)->encoding));
}
static WfValue text_get_errors(WfThread *t, WfValue self)
{
    Text *x = as_text(self);
    return x->detached || check_attached(t, x) == WF_OK ? or_none(wf_load(&x->errors)) : WF_EMPTY;
}
static WfValue text_get_line_buffering(WfThread *t, WfValue self)
{
    return WF_BOOL(as_text(self)->line_buffering);
}
static WfValue text_get_write_through(WfThread *t, WfValue self)
{
    return WF_BOOL(as_text(self)->write_through);
}
static WfValue text_get_newlines(WfThread *t, WfValue self)
{
    Text *x = as_text(self);
    if (check_attached(t, x) != WF_OK) {
        return WF_EMPTY;
    }
    if (!x->can_read || !x->universal) {
        return WF_NONE;
    }
    if (x->native != GENERIC) {
        return wf_newlines_seen(t, x->newlines.seen);
    }
    WfValue v;
    WfFound found = wf_getattr_opt(t, wf_load(&x->decoder), WF_NAME(newlines), &v);
    return found == WF_ERROR ? WF_EMPTY : found == WF_MISSING ? WF_NONE : v;
}
static WfValue text_get_chunk_size(WfThread *t, WfValue self)
{
    return check_attached(t, as_text(self)) == WF_OK ? wf_small_int(as_text(self)->chunk_size) : WF_EMPTY;
}
static WfStatus text_set_chunk_size(WfThread *t, WfValue self, WfValue v)
{
    int64_t n;
    if (check_attached(t, as_text(self)) != WF_OK) {
        return WF_RAISED;
    }
    if (wf_is_empty(v)) {
        return WF_FAIL(wf_raise(t, WF_EXC(AttributeError), "cannot delete attribute"));
    }
    if (wf_to_ssize(t, v, &n) != WF_OK) {
        return WF_RAISED;
    }
    if (n <= 0) {
        return WF_FAIL(wf_raise(t, WF_EXC(ValueError), "a strictly positive integer is required"));
    }
    as_text(self)->chunk_size = n;
    return WF_OK;
}

static WfValue text_repr(WfThread *t, WfValue self)
{
    WfStrBuilder sb = WF_STR_BUILDER;
    WfValue name, mode;
    if (!as_text(self)->detached && check_attached(t, as_text(self)) != WF_OK) {
        return WF_EMPTY;
    }
    WfFound entered = wf_repr_enter(t, self);
    if (entered == WF_ERROR) {
        return WF_EMPTY;
    }
    if (entered == WF_FOUND) {
        return wf_raise(t, WF_EXC(RuntimeError), "reentrant call inside %s.__repr__", wf_type_full_name(wf_type(self)));
    }
    WfValue r = WF_EMPTY;
    if (wf_io_name(t, self, &name) != WF_OK || wf_builder_format(t, &sb, "<_io.TextIOWrapper") != WF_OK
        || (!wf_is_empty(name) && wf_builder_format(t, &sb, " name=%R", name) != WF_OK)) {
        goto end;
    }
    WfFound found = wf_getattr_opt(t, self, WF_NAME(mode), &mode);
    if (found == WF_ERROR || (found == WF_FOUND && wf_builder_format(t, &sb, " mode=%R", mode) != WF_OK)
        || wf_builder_format(t, &sb, " encoding=%R>", or_none(wf_load(&as_text(self)->encoding))) != WF_OK) {
        goto end;
    }
    r = wf_builder_finish(t, &sb);
end:
    wf_repr_leave(t, self);
    return r;
}

static const WfBuiltinDef text_methods[] = {
    {"detach", text_detach, "(self, /)", "Separate the buffer from the text layer and return it.", 0},
    {"reconfigure", text_reconfigure,
     "(self, /, *, encoding=None, errors=None, newline=?, line_buffering=None, write_through=None)", "Change settings.", 0},
    {"write", text_write, "(self, text, /)", "Write text; returns the number of characters.", 0},
    {"read", text_read, "(self, size=-1, /)", "Size characters, fewer at the end; all if size is negative or None.", 0},
    {"readline", text_readline, "(self, size=-1, /)", "One line, or at most size characters of it.", 0},
    {"flush", text_flush, "(self, /)", "Write out what is pending, and flush the buffer.", 0},
    {"close", text_close, "(self, /)", "Flush, and close the buffer.", 0},
    {"fileno", text_fileno, "(self, /)", "The file descriptor below, if there is one.", 0},
    {"seekable", text_seekable, "(self, /)", "Can the position be changed?", 0},
    {"readable", text_readable, "(self, /)", "Can the stream be read?", 0},
    {"writable", text_writable, "(self, /)", "Can the stream be written?", 0},
    {"isatty", text_isatty, "(self, /)", "Is it a terminal?", 0},
    {"seek", text_seek, "(self, cookie, whence=0, /)", "Go to a position that tell() gave, or to the start or end.", 0},
    {"tell", text_tell, "(self, /)", "The position, as a number that seek() understands.", 0},
    {"truncate", text_truncate, "(self, pos=None, /)", "Flush, and cut the buffer's stream off.", 0},
    {"__getstate__", wf_io_refuse_pickle, "(self, /)", NULL, 0},
    {0}};
static const WfGetSetDef text_getsets[] = {
    {"name", text_get_name, NULL, NULL, 0},
    {"closed", text_get_closed, NULL, NULL, 0},
    {"newlines", text_get_newlines, NULL, NULL, 0},
    {"errors", text_get_errors, NULL, NULL, 0},
    {"encoding", text_get_encoding, NULL, NULL, WF_GS_MEMBER},
    {"buffer", text_get_buffer, NULL, NULL, WF_GS_MEMBER},
    {"line_buffering", text_get_line_buffering, NULL, NULL, WF_GS_MEMBER},
    {"write_through", text_get_write_through, NULL, NULL, WF_GS_MEMBER},
    {"_CHUNK_SIZE", text_get_chunk_size, text_set_chunk_size, NULL, 0},
    {"_finalizing", wf_io_get_finalizing, wf_io_set_finalizing, NULL, WF_GS_MEMBER},
    {0}};
const WfTypeSpec wf_io_text_spec = {
    .name = "_io.TextIOWrapper",
    .doc = "Text over a buffered stream of bytes: encoding, decoding and line ends.",
    .flags = WF_TF_BASETYPE,
    .size = sizeof(Text),
    .methods = text_methods,
    .getsets = text_getsets,
    .signature = "(buffer, encoding=None, errors=None, newline=None, line_buffering=False, write_through=False)",
    .slots = {.trace = text_trace, .new_ = wf_io_generic_new, .init = text_init, .repr = text_repr, .next = text_next},
};
