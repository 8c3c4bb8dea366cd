/* newlines.c - line ends: IncrementalNewlineDecoder, and the search for the end of a line.
 * SPDX-License-Identifier: MIT
 * Threads: a decoder object guards its two words with its lock; the decoder below it is called without. */
#include "modules/_io/io.h"

#include "objects/tuple.h"

WfStatus wf_newline_check(WfThread *t, WfValue v, bool quoted)
{
    if (wf_is_none(v)) {
        return WF_OK;
    }
    const WfStr *s = wf_as_str(v);
    if (s->length == 0 || wf_str_equal_cstr(s, "\n") || wf_str_equal_cstr(s, "\r") || wf_str_equal_cstr(s, "\r\n")) {
        return WF_OK;
    }
    return WF_FAIL(wf_raise(t, WF_EXC(ValueError), quoted ? "illegal newline value: %R" : "illegal newline value: %V", v));
}

/* Index of character c in [i, n), or -1. */
static int64_t find_char(const WfStr *s, uint8_t c, int64_t i, int64_t n)
{
    if (wf_str_kind(s) == 1) {
        const uint8_t *p = n > i ? memchr(s->data + i, c, (size_t)(n - i)) : NULL;
        return p == NULL ? -1 : p - s->data;
    }
    for (; i < n; i++) {
        if (wf_str_at(s, i) == c) {
            return i;
        }
    }
    return -1;
}

WfValue wf_newlines_feed(WfThread *t, WfNewlines *state, WfValue text, bool translate, bool final)
{
    WfStr *s = wf_as_str(text);
    if (state->pending_cr && (final || s->length > 0)) {
        text = wf_str_concat(t, WF_VALUE((uint64_t)(uintptr_t)WF_LATIN1('\r')), text);
        if (wf_is_empty(text)) {
            return text;
        }
        s = wf_as_str(text);
        state->pending_cr = false;
    }
    if (!final && s->length > 0 && wf_str_at(s, s->length - 1) == '\r') {
        text = wf_str_slice(t, s, 0, s->length - 1);
        if (wf_is_empty(text)) {
            return text;
        }
        s = wf_as_str(text);
        state->pending_cr = true;
    }
    int64_t n = s->length, cr = find_char(s, '\r', 0, n);
    uint8_t seen = 0;
    if (cr < 0) {
        if ((state->seen & WF_SEEN_LF) == 0 && find_char(s, '\n', 0, n) >= 0) {
            seen = WF_SEEN_LF;
        }
        state->seen |= seen;
        return text;
    }
    if (!translate) {
        for (int64_t i = 0; i < n; i++) {
            uint32_t c = wf_str_at(s, i);
            if (c == '\n') {
                seen |= WF_SEEN_LF;
            } else if (c == '\r') {
                bool lf = i + 1 < n && wf_str_at(s, i + 1) == '\n';
                seen |= lf ? WF_SEEN_CRLF : WF_SEEN_CR;
                i += lf;
            }
        }
        state->seen |= seen;
        return text;
    }
    int64_t pairs = 0;
    for (int64_t i = cr; i >= 0 && i < n; i = find_char(s, '\r', i + 1, n)) {
        pairs += i + 1 < n && wf_str_at(s, i + 1) == '\n';
    }
    WfStr *out = wf_str_alloc(t, n - pairs, wf_str_max_char(s));
    if (out == NULL) {
        return WF_EMPTY;
    }
    int kind = wf_str_kind(out);
    int64_t to = 0;
    for (int64_t i = 0; i < n; i++) {
        uint32_t c = wf_str_at(s, i);
        if (c == '\r') {
            bool lf = i + 1 < n && wf_str_at(s, i + 1) == '\n';
            seen |= lf ? WF_SEEN_CRLF : WF_SEEN_CR;
            i += lf;
            c = '\n';
        } else if (c == '\n') {
            seen |= WF_SEEN_LF;
        }
        wf_chars_put(out->data, kind, to++, c);
    }
    state->seen |= seen;
    return wf_from_object(out);
}

WfValue wf_newlines_seen(WfThread *t, uint8_t seen)
{
    static const char *const texts[] = {"\r", "\n", "\r\n"};
    WfValue found[3];
    int n = 0;
    for (int i = 0; i < 3; i++) {
        if ((seen & 1 << i) != 0) {
            found[n] = wf_str_from_cstr(t, texts[i]);
            if (wf_is_empty(found[n++])) {
                return WF_EMPTY;
            }
        }
    }
    return n == 0 ? WF_NONE : n == 1 ? found[0] : wf_tuple_from(t, found, n);
}

int64_t wf_line_end(const WfStr *s, int64_t start, int64_t stop, bool translated, bool universal, const WfStr *newline,
                    int64_t *consumed)
{
    if (translated || (!universal && newline->length == 1)) {
        int64_t i = find_char(s, translated ? '\n' : newline->data[0], start, stop);
        *consumed = stop - start;
        return i < 0 ? -1 : i + 1;
    }
    if (universal) {
        /* a \r at the very end: the decoder has seen to it that no \n follows */
        for (int64_t i = start; i < stop; i++) {
            uint32_t c = wf_str_at(s, i);
            if (c == '\n') {
                return i + 1;
            }
            if (c == '\r') {
                return i + 1 < stop && wf_str_at(s, i + 1) == '\n' ? i + 2 : i + 1;
            }
        }
        *consumed = stop - start;
        return -1;
    }
    for (int64_t i = find_char(s, '\r', start, stop); i >= 0; i = find_char(s, '\r', i + 1, stop)) {
        if (i + 1 == stop) {
            *consumed = i - start;
            return -1;
        }
        if (wf_str_at(s, i + 1) == '\n') {
            return i + 2;
        }
    }
    *consumed = stop - start;
    return -1;
}

/* --- IncrementalNewlineDecoder ------------------------------------------------------------------------------------------ */

typedef struct Decoder {
    WfObject h;
    WfSlot decoder; /* None, or EMPTY where __init__ did not run */
    WfSlot errors;
    bool translate;
    WfNewlines state;
} Decoder;

static void decoder_trace(WfMarker *m, WfObject *o)
{
    wf_mark_slots(m, &((Decoder *)o)->decoder, 2);
}
static WfStatus decoder_init(WfThread *t, WfValue self, const WfArgs *args)
{
    WfValue a[3];
    Decoder *d = WF_AS(Decoder, self);
    int translate;
    if (wf_parse_args(t, "IncrementalNewlineDecoder", "(decoder, translate, errors='strict')", args, a, 3) != WF_OK
        || wf_to_int(t, a[1], &translate) != WF_OK) {
        return WF_RAISED;
    }
    wf_store(&d->errors, a[2]);
    d->translate = translate != 0;
    d->state = (WfNewlines){0};
    wf_store(&d->decoder, a[0]);
    return WF_OK;
}
static WfStatus decoder_ready(WfThread *t, WfValue self, WfValue *decoder)
{
    *decoder = wf_load(&WF_AS(Decoder, self)->decoder);
    if (wf_is_empty(*decoder)) {
        return WF_FAIL(wf_raise(t, WF_EXC(ValueError), "IncrementalNewlineDecoder.__init__() not called"));
    }
    return WF_OK;
}
static WfValue decoder_decode(WfThread *t, WfValue *a)
{
    Decoder *d = WF_AS(Decoder, a[0]);
    WfValue below, text = a[1];
    WfFound final = wf_truth(t, a[2]);
    if (final == WF_ERROR || decoder_ready(t, a[0], &below) != WF_OK) {
        return WF_EMPTY;
    }
    if (!wf_is_none(below)) {
        WfValue args[] = {a[1], WF_BOOL(final == WF_FOUND)};
        text = wf_call_method(t, below, WF_NAME(decode), args, 2);
        if (wf_is_empty(text)) {
            return text;
        }
    }
    if (!wf_is_str(text)) {
        return wf_raise(t, WF_EXC(TypeError), "decoder should return a string result, not '%T'", text);
    }
    wf_lock(t, d);
    WfValue r = wf_newlines_feed(t, &d->state, text, d->translate, final == WF_FOUND);
    wf_unlock(t, d);
    return r;
}
static WfStatus bad_state(WfThread *t, const char *message)
{
    return WF_FAIL(wf_raise(t, WF_EXC(TypeError), "%s", message));
}
static WfValue decoder_getstate(WfThread *t, WfValue *a)
{
    Decoder *d = WF_AS(Decoder, a[0]);
    WfValue below, buffered = WF_EMPTY;
    uint64_t flag = 0;
    if (decoder_ready(t, a[0], &below) != WF_OK) {
        return WF_EMPTY;
    }
    if (!wf_is_none(below)) {
        WfValue state = wf_call_method0(t, below, WF_NAME(getstate));
        if (wf_is_empty(state)) {
            return state;
        }
        if (!wf_is_tuple(state) || wf_as_tuple(state)->length != 2 || !wf_is_any_int(wf_tuple_at(wf_as_tuple(state), 1))) {
            (void)bad_state(t, "illegal decoder state");
            return WF_EMPTY;
        }
        buffered = wf_tuple_at(wf_as_tuple(state), 0);
        flag = wf_int_to_u64_mask(wf_tuple_at(wf_as_tuple(state), 1));
    } else {
        buffered = wf_bytes_new(t, "", 0);
    }
    WfValue number = wf_is_empty(buffered) ? buffered : wf_int_from_u64(t, flag << 1 | d->state.pending_cr);
    return wf_is_empty(number) ? number : wf_tuple_pair(t, buffered, number);
}
static WfValue decoder_setstate(WfThread *t, WfValue *a)
{
    Decoder *d = WF_AS(Decoder, a[0]);
    WfValue below;
    if (decoder_ready(t, a[0], &below) != WF_OK) {
        return WF_EMPTY;
    }
    if (!wf_is_tuple(a[1])) {
        (void)bad_state(t, "state argument must be a tuple");
        return WF_EMPTY;
    }
    if (wf_as_tuple(a[1])->length != 2 || !wf_is_any_int(wf_tuple_at(wf_as_tuple(a[1]), 1))) {
        (void)bad_state(t, "setstate(): illegal state argument");
        return WF_EMPTY;
    }
    uint64_t flag = wf_int_to_u64_mask(wf_tuple_at(wf_as_tuple(a[1]), 1));
    d->state.pending_cr = (flag & 1) != 0;
    if (wf_is_none(below)) {
        return WF_NONE;
    }
    WfValue number = wf_int_from_u64(t, flag >> 1);
    WfValue state = wf_is_empty(number) ? number : wf_tuple_pair(t, wf_tuple_at(wf_as_tuple(a[1]), 0), number);
    return wf_is_empty(state) ? state : wf_call_method1(t, below, WF_NAME(setstate), state);
}
static WfValue decoder_reset(WfThread *t, WfValue *a)
{
    Decoder *d = WF_AS(Decoder, a[0]);
    WfValue below;
    if (decoder_ready(t, a[0], &below) != WF_OK) {
        return WF_EMPTY;
    }
    d->state = (WfNewlines){0};
    return wf_is_none(below) ? WF_NONE : wf_call_method0(t, below, WF_NAME(reset));
}
static WfValue decoder_get_newlines(WfThread *t, WfValue self)
{
    WfValue below;
    return decoder_ready(t, self, &below) == WF_OK ? wf_newlines_seen(t, WF_AS(Decoder, self)->state.seen) : WF_EMPTY;
}
static const WfBuiltinDef decoder_methods[] = {
    {"decode", decoder_decode, "(self, /, input, final=False)", "Decode a piece and translate its line ends.", 0},
    {"getstate", decoder_getstate, "(self, /)", "The state, for setstate().", 0},
    {"setstate", decoder_setstate, "(self, state, /)", "Go back to a state.", 0},
    {"reset", decoder_reset, "(self, /)", "Begin anew.", 0},
    {0}};
static const WfGetSetDef decoder_getsets[] = {{"newlines", decoder_get_newlines, NULL, NULL, 0}, {0}};
const WfTypeSpec wf_io_newline_decoder_spec = {
    .name = "_io.IncrementalNewlineDecoder",
    .doc = "A decoder on top of another one (or None, for text) that handles line ends; with translate, all become '\\n'.",
    .flags = WF_TF_BASETYPE,
    .size = sizeof(Decoder),
    .methods = decoder_methods,
    .getsets = decoder_getsets,
    .signature = "(decoder, translate, errors='strict')",
    .slots = {.trace = decoder_trace, .new_ = wf_io_generic_new, .init = decoder_init},
};
