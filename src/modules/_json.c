/* _json.c - module _json: the scanner and the encoder behind json.loads and json.dumps.
 * SPDX-License-Identifier: MIT
 *
 * Design:  The scanner reads the str's characters where they lie, one C function a nesting. Items of a small list or dict are
 *          gathered on the C stack, so that the container is made once in its size. Keys of one document are looked up in
 *          a small table before a str is made of them. The encoder writes into one growing buffer and returns
 *          a list of that one chunk. What encloses the value being encoded is a chain on the C stack; the `markers` dict
 *          only says whether to look for circles.
 *          A dict whose values may call Python code is copied first, so that what such code does to it changes nothing.
 * Threads: Scanner and Encoder are immutable; everything that changes is in a Scan or Encoding on the C stack. */
#include "base/dtoa.h"
#include "model/builtin.h"
#include "objects/builtin_function.h"
#include "objects/dict.h"
#include "objects/exceptions.h"
#include "objects/int.h"
#include "objects/list.h"
#include "objects/str.h"
#include "objects/tuple.h"
#include "runtime/import.h"

#include <math.h>

#define GATHER 16   /* items of a container that are gathered before it is made */
#define KEY_CACHE 128
#define EACH_BYTE (UINT64_MAX / 255)

/* --- scanning ------------------------------------------------------------------------------------------------------ */

typedef struct Scanner {
    WfObject h; /* all immutable after new */
    WfSlot strict, object_hook, object_pairs_hook, parse_float, parse_int, parse_constant;
} Scanner;
#define SCANNER_FIELDS 6

/* One call of a scanner. */
typedef struct Scan {
    WfThread *t;
    const Scanner *self;
    WfStr *text;
    const uint8_t *data;
    int64_t length;
    int kind;
    bool strict;
    WfStr *keys[KEY_CACHE];
} Scan;

WF_INLINE uint32_t at(const Scan *s, int64_t i)
{
    return WF_LIKELY(s->kind == 1) ? s->data[i] : wf_chars_at(s->data, s->kind, i);
}

/* The character at i, or 0 behind the end: no token has it. */
WF_INLINE uint32_t peek(const Scan *s, int64_t i)
{
    return i < s->length ? at(s, i) : 0;
}

WF_INLINE int64_t skip_blanks(const Scan *s, int64_t i)
{
    for (;; i++) {
        uint32_t c = peek(s, i);
        if (c != ' ' && c != '\n' && c != '\t' && c != '\r') {
            return i;
        }
    }
}

static WF_COLD WfValue fail_at(WfThread *t, const char *message, WfStr *text, int64_t i)
{
    WfValue type = wf_import_attribute(t, "json.decoder", "JSONDecodeError");
    WfValue words = wf_is_empty(type) ? WF_EMPTY : wf_str_from_cstr(t, message);
    if (wf_is_empty(words)) {
        return WF_EMPTY;
    }
    WfValue exc = wf_call3(t, type, words, wf_from_object(text), wf_small_int(i));
    return wf_is_empty(exc) ? WF_EMPTY : wf_raise_object(t, exc);
}

/* High bits of the bytes of w that are below 0x20, `"` or `\`; those above a true one may be wrong. */
WF_INLINE uint64_t special_bytes(uint64_t w)
{
    uint64_t quote = w ^ EACH_BYTE * '"', slash = w ^ EACH_BYTE * '\\';
    return ((w - EACH_BYTE * 0x20) | (quote - EACH_BYTE) | (slash - EACH_BYTE)) & ~w & EACH_BYTE * 0x80;
}

/* Index from i on of the first character below 0x20, quote or backslash; n if there is none. `printable` stops at what is beyond
 * '~' too. */
WF_INLINE int64_t plain_until(const uint8_t *data, int kind, int64_t i, int64_t n, bool printable)
{
    if (kind == 1) {
        for (; i + 8 <= n; i += 8) {
            uint64_t w;
            memcpy(&w, data + i, 8);
            uint64_t hit = special_bytes(w);
            if (printable) {
                hit |= (w | (w + EACH_BYTE)) & EACH_BYTE * 0x80;
            }
            if (hit != 0) {
                break;
            }
        }
    }
    for (; i < n; i++) {
        uint32_t c = wf_chars_at(data, kind, i);
        if (c < 0x20 || c == '"' || c == '\\' || (printable && c > '~')) {
            break;
        }
    }
    return i;
}

/* Four hexadecimal digits at i; -1: they are not. */
static int hex4(WfStr *text, int64_t i)
{
    int value = 0;
    for (int64_t end = i + 4; i < end; i++) {
        uint32_t c = wf_str_at(text, i);
        uint32_t letter = c | 0x20;
        if (c >= '0' && c <= '9') {
            value = value << 4 | (int)(c - '0');
        } else if (letter >= 'a' && letter <= 'f' && c < 0x80) {
            value = value << 4 | (int)(letter - 'a' + 10);
        } else {
            return -1;
        }
    }
    return value;
}

/* The character of the escape whose backslash is at *i - 1; steps over it. Negative: raised. */
static int32_t read_escape(WfThread *t, WfStr *text, int64_t *i, int64_t begin)
{
    if (*i >= text->length) {
        (void)fail_at(t, "Unterminated string starting at", text, begin);
        return -1;
    }
    uint32_t c = wf_str_at(text, (*i)++);
    switch (c) {
    case '"':
    case '\\':
    case '/': return (int32_t)c;
    case 'b': return '\b';
    case 'f': return '\f';
    case 'n': return '\n';
    case 'r': return '\r';
    case 't': return '\t';
    case 'u': break;
    default: (void)fail_at(t, "Invalid \\escape", text, *i - 2); return -1;
    }
    int64_t digits = *i;
    int value = digits + 4 < text->length ? hex4(text, digits) : -1;
    if (value < 0) {
        (void)fail_at(t, "Invalid \\uXXXX escape", text, digits - 1);
        return -1;
    }
    *i = digits + 4;
    if ((value & ~0x3ff) == 0xd800 && *i + 6 < text->length && wf_str_at(text, *i) == '\\' && wf_str_at(text, *i + 1) == 'u') {
        int low = hex4(text, *i + 2);
        if (low < 0) {
            (void)fail_at(t, "Invalid \\uXXXX escape", text, *i + 1);
            return -1;
        }
        if ((low & ~0x3ff) == 0xdc00) {
            *i += 6;
            return 0x10000 + ((value & 0x3ff) << 10 | (low & 0x3ff));
        }
    }
    return value;
}

/* The string whose first characters [i, special) are plain; at `special` is what plain_until stopped at. */
static WF_NOINLINE WfValue scan_escaped(WfThread *t, WfStr *text, int64_t i, int64_t special, bool strict, int64_t *next)
{
    int64_t begin = i - 1;
    int kind = wf_str_kind(text);
    uint32_t chars[128]; /* most strings fit; the builder takes what does not */
    int64_t n = 0;
    WfStrBuilder b = WF_STR_BUILDER;
    for (;;) {
        for (; i < special; i++) {
            if (n == 128) {
                if (wf_builder_kind(t, &b, 4, chars, n) != WF_OK || wf_builder_slice(t, &b, text, i, special) != WF_OK) {
                    return WF_EMPTY;
                }
                n = 0;
                break;
            }
            chars[n++] = wf_chars_at(text->data, kind, i);
        }
        if (special >= text->length) {
            return fail_at(t, "Unterminated string starting at", text, begin);
        }
        uint32_t c = wf_chars_at(text->data, kind, special);
        i = special + 1;
        if (c == '"') {
            break;
        }
        if (c == '\\') {
            int32_t value = read_escape(t, text, &i, begin);
            if (value < 0) {
                return WF_EMPTY;
            }
            c = (uint32_t)value;
        } else if (strict) {
            return fail_at(t, "Invalid control character at", text, special);
        }
        if (n == 128) {
            if (wf_builder_kind(t, &b, 4, chars, n) != WF_OK) {
                return WF_EMPTY;
            }
            n = 0;
        }
        chars[n++] = c;
        special = plain_until(text->data, kind, i, text->length, false);
    }
    *next = i;
    if (b.length == 0) {
        return wf_str_from_kind(t, 4, chars, n);
    }
    return wf_builder_kind(t, &b, 4, chars, n) != WF_OK ? WF_EMPTY : wf_builder_finish(t, &b);
}

/* The string whose first character is at i, behind the quote. */
static WfValue scan_string(WfThread *t, WfStr *text, int64_t i, bool strict, int64_t *next)
{
    int kind = wf_str_kind(text);
    int64_t end = kind == 1 ? plain_until(text->data, 1, i, text->length, false)
                            : plain_until(text->data, kind, i, text->length, false);
    if (WF_UNLIKELY(end >= text->length || wf_chars_at(text->data, kind, end) != '"')) {
        return scan_escaped(t, text, i, end, strict, next);
    }
    *next = end + 1;
    if (wf_str_is_ascii(text) && end - i > 1) {
        WfStr *r = wf_str_alloc(t, end - i, 0x7f);
        if (r == NULL) {
            return WF_EMPTY;
        }
        memcpy(r->data, text->data + i, (size_t)(end - i));
        return wf_from_object(r);
    }
    return wf_str_from_kind(t, kind, text->data + i * kind, end - i);
}

/* Place in the cache of the key [i, i + n). */
static size_t key_place(const Scan *s, int64_t i, int64_t n)
{
    uint64_t h = (uint64_t)n;
    if (s->kind == 1 && i + 8 <= s->length) {
        uint64_t w;
        memcpy(&w, s->data + i, 8);
        h ^= n >= 8 ? w ^ (uint64_t)s->data[i + n - 1] << 40 : w & (((uint64_t)1 << n * 8) - 1);
    } else {
        for (int64_t k = 0; k < n; k++) {
            h = h * 31 + at(s, i + k);
        }
    }
    return (size_t)(h * 0x9E3779B97F4A7C15u >> 57);
}
_Static_assert(KEY_CACHE == 1 << (64 - 57), "key_place");

static WfValue scan_key(Scan *s, int64_t i, int64_t *next)
{
    int64_t end = s->kind == 1 ? plain_until(s->data, 1, i, s->length, false) : plain_until(s->data, s->kind, i, s->length, false);
    int64_t n = end - i;
    if (n == 0 || n > 64 || end >= s->length || at(s, end) != '"') {
        return scan_string(s->t, s->text, i, s->strict, next);
    }
    WfStr **place = &s->keys[key_place(s, i, n)];
    WfStr *key = *place;
    if (key != NULL && key->length == n) {
        int64_t k = 0;
        if (wf_str_kind(key) == s->kind) {
            k = memcmp(key->data, s->data + i * s->kind, (size_t)(n * s->kind)) == 0 ? n : 0;
        } else {
            while (k < n && wf_str_at(key, k) == at(s, i + k)) {
                k++;
            }
        }
        if (k == n) {
            *next = end + 1;
            return wf_from_object(key);
        }
    }
    WfValue v = scan_string(s->t, s->text, i, s->strict, next);
    *place = wf_is_empty(v) ? NULL : wf_as_str(v);
    return v;
}

static WfValue scan_value(Scan *s, int64_t i, int64_t *next);

/* Adds n pairs to the dict, or the list of pairs for object_pairs_hook, which is made if need be. */
static WfStatus flush_pairs(Scan *s, WfValue *container, const WfValue *pairs, int n)
{
    WfThread *t = s->t;
    bool list = !wf_is_none(wf_load(&s->self->object_pairs_hook));
    if (wf_is_empty(*container)) {
        int64_t size = n == GATHER ? 2 * n : n;
        *container = list ? wf_list_new(t, size) : wf_dict_new_sized(t, size);
        if (wf_is_empty(*container)) {
            return WF_RAISED;
        }
    }
    for (int k = 0; k < 2 * n; k += 2) {
        if (list) {
            WfValue pair = wf_tuple_pair(t, pairs[k], pairs[k + 1]);
            if (wf_is_empty(pair) || wf_list_append(t, wf_as_list(*container), pair) != WF_OK) {
                return WF_RAISED;
            }
        } else if (wf_dict_set_str(t, wf_as_dict(*container), wf_as_str(pairs[k]), pairs[k + 1]) != WF_OK) {
            return WF_RAISED;
        }
    }
    return WF_OK;
}

/* The object whose `{` is at i - 1. */
static WfValue scan_object(Scan *s, int64_t i, int64_t *next)
{
    WfThread *t = s->t;
    WfValue result = WF_EMPTY, pairs[2 * GATHER];
    int n = 0;
    i = skip_blanks(s, i);
    if (peek(s, i) != '}') {
        for (;;) {
            if (peek(s, i) != '"') {
                return fail_at(t, "Expecting property name enclosed in double quotes", s->text, i);
            }
            WfValue key = scan_key(s, i + 1, &i);
            if (wf_is_empty(key)) {
                return WF_EMPTY;
            }
            i = skip_blanks(s, i);
            if (peek(s, i) != ':') {
                return fail_at(t, "Expecting ':' delimiter", s->text, i);
            }
            WfValue v = scan_value(s, skip_blanks(s, i + 1), &i);
            if (wf_is_empty(v)) {
                return WF_EMPTY;
            }
            if (n == GATHER) {
                if (flush_pairs(s, &result, pairs, n) != WF_OK) {
                    return WF_EMPTY;
                }
                n = 0;
            }
            pairs[2 * n] = key;
            pairs[2 * n + 1] = v;
            n++;
            i = skip_blanks(s, i);
            uint32_t c = peek(s, i);
            if (c == '}') {
                break;
            }
            if (c != ',') {
                return fail_at(t, "Expecting ',' delimiter", s->text, i);
            }
            i = skip_blanks(s, i + 1);
        }
    }
    *next = i + 1;
    if (flush_pairs(s, &result, pairs, n) != WF_OK) {
        return WF_EMPTY;
    }
    WfValue hook = wf_load(&s->self->object_pairs_hook);
    if (wf_is_none(hook)) {
        hook = wf_load(&s->self->object_hook);
    }
    return wf_is_none(hook) ? result : wf_call1(t, hook, result);
}

/* The array whose `[` is at i - 1. */
static WfValue scan_array(Scan *s, int64_t i, int64_t *next)
{
    WfThread *t = s->t;
    WfValue result = WF_EMPTY, items[GATHER];
    int n = 0;
    i = skip_blanks(s, i);
    uint32_t c = peek(s, i);
    while (c != ']') {
        WfValue v = scan_value(s, i, &i);
        if (wf_is_empty(v)) {
            return WF_EMPTY;
        }
        if (!wf_is_empty(result)) {
            if (wf_list_append(t, wf_as_list(result), v) != WF_OK) {
                return WF_EMPTY;
            }
        } else {
            items[n++] = v;
            if (n == GATHER) {
                result = wf_list_new(t, 2 * GATHER);
                if (wf_is_empty(result) || wf_list_extend_from(t, wf_as_list(result), items, n) != WF_OK) {
                    return WF_EMPTY;
                }
            }
        }
        i = skip_blanks(s, i);
        c = peek(s, i);
        if (c == ',') {
            i = skip_blanks(s, i + 1);
        } else if (c != ']') {
            return fail_at(t, "Expecting ',' delimiter", s->text, i);
        }
    }
    *next = i + 1;
    return wf_is_empty(result) ? wf_list_from(t, items, n) : result;
}

/* [i, end) is a number by its looks. */
static WfValue make_number(Scan *s, int64_t i, int64_t end, bool is_float)
{
    WfThread *t = s->t;
    WfValue function = wf_load(is_float ? &s->self->parse_float : &s->self->parse_int);
    if (WF_UNLIKELY(!wf_is(function, wf_from_object(is_float ? WF_TYPE(FLOAT) : WF_TYPE(INT))))) {
        WfValue text = wf_str_slice(t, s->text, i, end);
        return wf_is_empty(text) ? WF_EMPTY : wf_call1(t, function, text);
    }
    if (!is_float && end - i < 16) {
        bool negative = at(s, i) == '-';
        int64_t value = 0;
        for (i += negative; i < end; i++) {
            value = value * 10 + (int64_t)(at(s, i) - '0');
        }
        return wf_int_from_i64(t, negative ? -value : value);
    }
    char small[64];
    char *digits = small;
    if (end - i > (int64_t)sizeof small) {
        WfRaw *raw = wf_gc_alloc_raw(t, end - i, false);
        if (raw == NULL) {
            return WF_EMPTY;
        }
        digits = (char *)raw->data;
    }
    wf_chars_copy(digits, 1, 0, s->data, s->kind, i, end - i);
    if (!is_float) {
        return wf_int_parse(t, digits, end - i, 10);
    }
    double d;
    return wf_dtoa_parse(digits, (size_t)(end - i), &d) ? wf_double(d) : wf_raise_no_memory(t);
}

WF_INLINE bool is_digit(uint32_t c)
{
    return c - '0' < 10;
}

/* The number at i, or StopIteration(i): there is no value. */
static WfValue scan_number(Scan *s, int64_t i, int64_t *next)
{
    int64_t start = i;
    bool is_float = false;
    i += peek(s, i) == '-';
    uint32_t c = peek(s, i);
    if (c == '0') {
        i++;
    } else if (is_digit(c)) {
        while (is_digit(peek(s, i))) {
            i++;
        }
    } else {
        return wf_raise_stop_iteration(s->t, wf_small_int(start));
    }
    if (peek(s, i) == '.' && is_digit(peek(s, i + 1))) {
        is_float = true;
        for (i += 2; is_digit(peek(s, i));) {
            i++;
        }
    }
    if ((peek(s, i) | 0x20) == 'e') {
        int64_t e = i + 1;
        e += peek(s, e) == '+' || peek(s, e) == '-';
        if (is_digit(peek(s, e))) {
            is_float = true;
            for (i = e; is_digit(peek(s, i));) {
                i++;
            }
        }
    }
    *next = i;
    return make_number(s, start, i, is_float);
}

static bool has_word(const Scan *s, int64_t i, const char *word)
{
    for (; *word != '\0'; word++, i++) {
        if (peek(s, i) != (uint8_t)*word) {
            return false;
        }
    }
    return true;
}

static WfValue call_constant(Scan *s, int64_t i, const char *word, int64_t *next)
{
    *next = i + (int64_t)strlen(word);
    WfValue name = wf_str_from_cstr(s->t, word);
    return wf_is_empty(name) ? WF_EMPTY : wf_call1(s->t, wf_load(&s->self->parse_constant), name);
}

static WfValue scan_value(Scan *s, int64_t i, int64_t *next)
{
    WfThread *t = s->t;
    WfValue v;
    switch (peek(s, i)) {
    case '"':
        return scan_string(t, s->text, i + 1, s->strict, next);
    case '{':
        if (wf_recursion_enter(t, " while decoding a JSON object from a unicode string") != WF_OK) {
            return WF_EMPTY;
        }
        v = scan_object(s, i + 1, next);
        wf_recursion_leave(t);
        return v;
    case '[':
        if (wf_recursion_enter(t, " while decoding a JSON array from a unicode string") != WF_OK) {
            return WF_EMPTY;
        }
        v = scan_array(s, i + 1, next);
        wf_recursion_leave(t);
        return v;
    case 'n':
        if (has_word(s, i, "null")) {
            *next = i + 4;
            return WF_NONE;
        }
        break;
    case 't':
        if (has_word(s, i, "true")) {
            *next = i + 4;
            return WF_TRUE;
        }
        break;
    case 'f':
        if (has_word(s, i, "false")) {
            *next = i + 5;
            return WF_FALSE;
        }
        break;
    case 'N':
        if (has_word(s, i, "NaN")) {
            return call_constant(s, i, "NaN", next);
        }
        break;
    case 'I':
        if (has_word(s, i, "Infinity")) {
            return call_constant(s, i, "Infinity", next);
        }
        break;
    case '-':
        if (has_word(s, i, "-Infinity")) {
            return call_constant(s, i, "-Infinity", next);
        }
        break;
    default:
        break;
    }
    return scan_number(s, i, next);
}

static WfStatus check_text(WfThread *t, WfValue v)
{
    return wf_is_str(v) ? WF_OK : WF_FAIL(wf_raise(t, WF_EXC(TypeError), "first argument must be a string, not %.80s", WF_TYPE_NAME(v)));
}

static WfValue scanner_call(WfThread *t, WfValue self, const WfArgs *args)
{
    WfValue a[2], v;
    int64_t i, next;
    if (wf_parse_args(t, "scan_once", "(string, idx)", args, a, 2) != WF_OK || wf_to_ssize(t, a[1], &i) != WF_OK
        || check_text(t, a[0]) != WF_OK) {
        return WF_EMPTY;
    }
    if (i < 0) {
        return wf_raise(t, WF_EXC(ValueError), "idx cannot be negative");
    }
    WfStr *text = wf_as_str(a[0]);
    Scan s = {.t = t, .self = WF_AS(Scanner, self), .text = text, .data = text->data, .length = text->length, .kind = wf_str_kind(text)};
    s.strict = wf_is_true(wf_load(&s.self->strict));
    v = scan_value(&s, i, &next);
    return wf_is_empty(v) ? WF_EMPTY : wf_tuple_pair(t, v, wf_small_int(next));
}

static WfValue scanner_new(WfThread *t, WfType *type, const WfArgs *args)
{
    static const char *const names[SCANNER_FIELDS] = {"strict", "object_hook", "object_pairs_hook", "parse_float", "parse_int", "parse_constant"};
    WfValue context, fields[SCANNER_FIELDS];
    if (wf_parse_args(t, "make_scanner", "(context)", args, &context, 1) != WF_OK) {
        return WF_EMPTY;
    }
    for (int k = 0; k < SCANNER_FIELDS; k++) {
        fields[k] = wf_getattr_cstr(t, context, names[k]);
        if (wf_is_empty(fields[k])) {
            return WF_EMPTY;
        }
    }
    WfFound strict = wf_truth(t, fields[0]);
    if (strict == WF_ERROR) {
        return WF_EMPTY;
    }
    fields[0] = WF_BOOL(strict == WF_FOUND);
    WfObject *o = wf_instance_new(t, type, 0);
    for (int k = 0; o != NULL && k < SCANNER_FIELDS; k++) {
        wf_store(&((Scanner *)o)->strict + k, fields[k]);
    }
    return wf_from_object(o);
}

static void scanner_trace(WfMarker *m, WfObject *o)
{
    wf_mark_slots(m, &((Scanner *)o)->strict, SCANNER_FIELDS);
}

#define GETTER(Type, field) \
    static WfValue get_##field(WfThread *t, WfValue self) \
    { \
        return wf_load(&WF_AS(Type, self)->field); \
    }
GETTER(Scanner, strict)
GETTER(Scanner, object_hook)
GETTER(Scanner, object_pairs_hook)
GETTER(Scanner, parse_float)
GETTER(Scanner, parse_int)
GETTER(Scanner, parse_constant)
static const WfGetSetDef scanner_getsets[] = {{"strict", get_strict, NULL, "strict", WF_GS_MEMBER},
                                              {"object_hook", get_object_hook, NULL, "object_hook", WF_GS_MEMBER},
                                              {"object_pairs_hook", get_object_pairs_hook, NULL, NULL, WF_GS_MEMBER},
                                              {"parse_float", get_parse_float, NULL, "parse_float", WF_GS_MEMBER},
                                              {"parse_int", get_parse_int, NULL, "parse_int", WF_GS_MEMBER},
                                              {"parse_constant", get_parse_constant, NULL, "parse_constant", WF_GS_MEMBER},
                                              {0}};
const WfTypeSpec wf_json_scanner_spec = {
    .name = "_json.Scanner",
    .doc = "Reads one JSON value: scanner(string, index) gives it and the index behind it.",
    .size = sizeof(Scanner),
    .getsets = scanner_getsets,
    .slots = {.new_ = scanner_new, .call = scanner_call, .trace = scanner_trace},
};

static WfValue m_scanstring(WfThread *t, WfValue *a)
{
    int64_t i, next;
    WfFound strict;
    if (wf_to_ssize(t, a[1], &i) != WF_OK || (strict = wf_truth(t, a[2])) == WF_ERROR || check_text(t, a[0]) != WF_OK) {
        return WF_EMPTY;
    }
    WfStr *text = wf_as_str(a[0]);
    if (i < 0 || i > text->length) {
        return wf_raise(t, WF_EXC(ValueError), "end is out of bounds");
    }
    WfValue v = scan_string(t, text, i, strict == WF_FOUND, &next);
    return wf_is_empty(v) ? WF_EMPTY : wf_tuple_pair(t, v, wf_small_int(next));
}

/* --- encoding ------------------------------------------------------------------------------------------------------- */

WF_INLINE WfStatus put(WfThread *t, WfStrBuilder *b, int kind, const void *p, int64_t n)
{
    if (WF_LIKELY(kind == 1 && b->kind == 1 && b->buffer != NULL && n <= b->capacity - b->length)) {
        memcpy(((WfStr *)b->buffer)->data + b->length, p, (size_t)n);
        b->length += n;
        return WF_OK;
    }
    return wf_builder_kind(t, b, kind, p, n);
}
WF_INLINE WfStatus put_str(WfThread *t, WfStrBuilder *b, const WfStr *s)
{
    return put(t, b, wf_str_kind(s), s->data, s->length);
}

static char *put_hex4(char *out, uint32_t c)
{
    static const char digits[] = "0123456789abcdef";
    *out++ = '\\';
    *out++ = 'u';
    for (int shift = 12; shift >= 0; shift -= 4) {
        *out++ = digits[c >> shift & 15];
    }
    return out;
}

static WfStatus put_escape(WfThread *t, WfStrBuilder *b, uint32_t c)
{
    char text[12];
    char *end = text + 2;
    text[0] = '\\';
    switch (c) {
    case '"':
    case '\\': text[1] = (char)c; break;
    case '\b': text[1] = 'b'; break;
    case '\f': text[1] = 'f'; break;
    case '\n': text[1] = 'n'; break;
    case '\r': text[1] = 'r'; break;
    case '\t': text[1] = 't'; break;
    default:
        end = text;
        if (c >= 0x10000) {
            end = put_hex4(end, 0xd800 | (c - 0x10000) >> 10);
            c = 0xdc00 | ((c - 0x10000) & 0x3ff);
        }
        end = put_hex4(end, c);
    }
    return put(t, b, 1, text, end - text);
}

/* Appends the string in quotes. */
static WfStatus put_quoted(WfThread *t, WfStrBuilder *b, const WfStr *s, bool ascii)
{
    int kind = wf_str_kind(s);
    if (put(t, b, 1, "\"", 1) != WF_OK) {
        return WF_RAISED;
    }
    for (int64_t i = 0;; i++) {
        int64_t end = kind == 1 ? plain_until(s->data, 1, i, s->length, ascii) : plain_until(s->data, kind, i, s->length, ascii);
        if (end > i && put(t, b, kind, s->data + i * kind, end - i) != WF_OK) {
            return WF_RAISED;
        }
        if (end >= s->length) {
            return put(t, b, 1, "\"", 1);
        }
        i = end;
        if (put_escape(t, b, wf_chars_at(s->data, kind, i)) != WF_OK) {
            return WF_RAISED;
        }
    }
}

static WfValue quoted(WfThread *t, WfValue v, bool ascii)
{
    if (check_text(t, v) != WF_OK) {
        return WF_EMPTY;
    }
    const WfStr *s = wf_as_str(v);
    int kind = wf_str_kind(s);
    int64_t n = s->length;
    if (plain_until(s->data, kind, 0, n, ascii) == n) {
        WfStr *r = wf_str_alloc(t, n + 2, wf_str_max_char(s));
        if (r == NULL) {
            return WF_EMPTY;
        }
        wf_chars_put(r->data, kind, 0, '"');
        memcpy(r->data + kind, s->data, (size_t)(n * kind));
        wf_chars_put(r->data, kind, n + 1, '"');
        return wf_from_object(r);
    }
    WfStrBuilder b = WF_STR_BUILDER;
    return wf_builder_reserve(t, &b, n + 16, 0) != WF_OK || put_quoted(t, &b, s, ascii) != WF_OK ? WF_EMPTY : wf_builder_finish(t, &b);
}
static WfValue m_encode_basestring(WfThread *t, WfValue *a)
{
    return quoted(t, a[0], false);
}
static WfValue m_encode_basestring_ascii(WfThread *t, WfValue *a)
{
    return quoted(t, a[0], true);
}

typedef struct Encoder {
    WfObject h; /* all immutable after new */
    WfSlot markers, default_, encoder, indent, key_separator, item_separator, sort_keys, skipkeys;
    WfSlot allow_nan;
} Encoder;
#define ENCODER_FIELDS 9

typedef enum Quoting { BY_CALL, PLAIN, ASCII } Quoting;

/* One call of an encoder. */
typedef struct Encoding {
    WfThread *t;
    const Encoder *self;
    const WfStr *key_separator, *item_separator;
    Quoting quoting;
    bool check_circles, sort_keys, skip_keys, allow_nan;
    WfStrBuilder out;
} Encoding;

/* A value that is being encoded, and those around it. */
typedef struct Around {
    WfValue v;
    const struct Around *up;
} Around;

static WfStatus check_circle(const Encoding *e, WfValue v, const Around *around)
{
    if (e->check_circles) {
        for (; around != NULL; around = around->up) {
            if (wf_is(around->v, v)) {
                return WF_FAIL(wf_raise(e->t, WF_EXC(ValueError), "Circular reference detected"));
            }
        }
    }
    return WF_OK;
}

WF_INLINE WfStatus put_text(Encoding *e, const char *s, int64_t n)
{
    return put(e->t, &e->out, 1, s, n);
}

static WfStatus put_string(Encoding *e, WfValue v)
{
    if (WF_LIKELY(e->quoting != BY_CALL)) {
        return put_quoted(e->t, &e->out, wf_as_str(v), e->quoting == ASCII);
    }
    WfValue text = wf_call1(e->t, wf_load(&e->self->encoder), v);
    if (wf_is_empty(text)) {
        return WF_RAISED;
    }
    if (!wf_is_str(text)) {
        return WF_FAIL(wf_raise(e->t, WF_EXC(TypeError), "encoder() must return a string, not %.80s", WF_TYPE_NAME(text)));
    }
    return put_str(e->t, &e->out, wf_as_str(text));
}

#define NUMBER_MAX WF_DTOA_REPR_MAX
/* Text of a small int or a float; 0: raised. */
static int64_t number_text(Encoding *e, WfValue v, char text[NUMBER_MAX])
{
    if (wf_is_int(v)) {
        int64_t i = wf_as_int(v);
        uint64_t u = i < 0 ? 0 - (uint64_t)i : (uint64_t)i;
        char digits[NUMBER_MAX];
        char *p = digits + NUMBER_MAX;
        do {
            *--p = (char)('0' + u % 10);
            u /= 10;
        } while (u != 0);
        if (i < 0) {
            *--p = '-';
        }
        memcpy(text, p, (size_t)(digits + NUMBER_MAX - p));
        return digits + NUMBER_MAX - p;
    }
    double d = wf_float_value(v);
    if (WF_LIKELY(isfinite(d))) {
        return (int64_t)wf_dtoa_repr(d, text);
    }
    if (!e->allow_nan) {
        (void)wf_raise(e->t, WF_EXC(ValueError), "Out of range float values are not JSON compliant");
        return 0;
    }
    strcpy(text, isnan(d) ? "NaN" : d > 0 ? "Infinity" : "-Infinity");
    return (int64_t)strlen(text);
}

static const char *constant_text(WfValue v)
{
    return wf_is_none(v) ? "null" : wf_is_true(v) ? "true" : wf_is_false(v) ? "false" : NULL;
}

static WfStatus put_value(Encoding *e, WfValue v, const Around *around);

static WfStatus put_array(Encoding *e, WfValue v, const Around *around)
{
    WfThread *t = e->t;
    bool list = wf_is_list(v);
    int64_t n = list ? wf_list_length(wf_as_list(v)) : wf_as_tuple(v)->length;
    if (n == 0) {
        return put_text(e, "[]", 2);
    }
    Around here = {v, around};
    if (check_circle(e, v, around) != WF_OK || put_text(e, "[", 1) != WF_OK) {
        return WF_RAISED;
    }
    for (int64_t i = 0;; i++) {
        WfValue item = list ? wf_list_at(wf_as_list(v), i) : i < n ? wf_tuple_at(wf_as_tuple(v), i) : WF_EMPTY;
        if (wf_is_empty(item)) {
            return put_text(e, "]", 1);
        }
        if ((i > 0 && put_str(t, &e->out, e->item_separator) != WF_OK) || put_value(e, item, &here) != WF_OK) {
            return WF_RAISED;
        }
    }
}

/* The str that a key becomes; WF_EMPTY without exception: it is to be skipped. */
static WfValue key_text(Encoding *e, WfValue key)
{
    WfThread *t = e->t;
    if (wf_is_str(key)) {
        return key;
    }
    const char *constant = constant_text(key);
    if (constant != NULL) {
        return wf_str_from_cstr(t, constant);
    }
    if (wf_is_int(key) || wf_is_float(key)) {
        char text[NUMBER_MAX];
        int64_t n = number_text(e, key, text);
        return n == 0 ? WF_EMPTY : wf_str_from_kind(t, 1, text, n);
    }
    if (wf_is_any_int(key)) {
        return wf_int_to_str(t, key, 10);
    }
    return e->skip_keys ? WF_EMPTY
                        : wf_raise(t, WF_EXC(TypeError), "keys must be str, int, float, bool or None, not %.100s", WF_TYPE_NAME(key));
}

static WfStatus put_pair(Encoding *e, WfValue key, WfValue v, bool *first, const Around *around)
{
    WfThread *t = e->t;
    WfValue text = key_text(e, key);
    if (wf_is_empty(text)) {
        return wf_pending(t) ? WF_RAISED : WF_OK;
    }
    if (!*first && put_str(t, &e->out, e->item_separator) != WF_OK) {
        return WF_RAISED;
    }
    *first = false;
    return put_string(e, text) != WF_OK || put_str(t, &e->out, e->key_separator) != WF_OK ? WF_RAISED : put_value(e, v, around);
}

/* A list of what v.items() gives. */
static WfValue items_list(WfThread *t, WfValue v)
{
    if (WF_IS_EXACT(v, DICT)) {
        return wf_dict_items_list(t, wf_as_dict(v));
    }
    WfValue items = wf_call_method0(t, v, WF_NAME(items));
    WfValue list = wf_is_empty(items) ? WF_EMPTY : wf_to_list(t, items);
    if (wf_is_empty(list) && !wf_is_empty(items) && wf_type(items)->slots.iter == NULL && wf_clear_if(t, WF_EXC(TypeError))) {
        return wf_raise(t, WF_EXC(TypeError), "%.200s.items() returned a non-iterable (type %.200s)", WF_TYPE_NAME(v), WF_TYPE_NAME(items));
    }
    return list;
}

/* Nothing but a container or an object of another type leads to Python code. */
static bool is_scalar(WfValue v)
{
    return !wf_is_object(v) || wf_is_str(v) || wf_is_any_int(v);
}

static WfStatus put_dict(Encoding *e, WfValue v, const Around *around)
{
    WfThread *t = e->t;
    WfDict *d = wf_as_dict(v);
    WfValue key, value;
    int64_t i = 0;
    bool first = true;
    if (wf_dict_used(d) == 0) {
        return put_text(e, "{}", 2);
    }
    Around here = {v, around};
    if (check_circle(e, v, around) != WF_OK || put_text(e, "{", 1) != WF_OK) {
        return WF_RAISED;
    }
    if (e->sort_keys || !WF_IS_EXACT(v, DICT)) {
        WfValue items = items_list(t, v);
        if (wf_is_empty(items) || (e->sort_keys && wf_list_sort(t, wf_as_list(items), WF_NONE, false) != WF_OK)) {
            return WF_RAISED;
        }
        for (WfValue item; !wf_is_empty(item = wf_list_at(wf_as_list(items), i)); i++) {
            if (!wf_is_tuple(item) || wf_as_tuple(item)->length != 2) {
                return WF_FAIL(wf_raise(t, WF_EXC(ValueError), "items must return 2-tuples"));
            }
            if (put_pair(e, wf_tuple_at(wf_as_tuple(item), 0), wf_tuple_at(wf_as_tuple(item), 1), &first, &here) != WF_OK) {
                return WF_RAISED;
            }
        }
        return put_text(e, "}", 1);
    }
    bool calls = e->quoting == BY_CALL;
    while (!calls && wf_dict_next(d, &i, &key, &value)) {
        calls = !is_scalar(value);
    }
    if (calls) {
        WfValue copy = wf_dict_copy(t, d);
        if (wf_is_empty(copy)) {
            return WF_RAISED;
        }
        d = wf_as_dict(copy);
    }
    i = 0;
    while (wf_dict_next(d, &i, &key, &value)) {
        if (put_pair(e, key, value, &first, &here) != WF_OK) {
            return WF_RAISED;
        }
    }
    return put_text(e, "}", 1);
}

/* What default(v) gives. */
static WfStatus put_default(Encoding *e, WfValue v, const Around *around)
{
    Around here = {v, around};
    if (check_circle(e, v, around) != WF_OK) {
        return WF_RAISED;
    }
    WfValue other = wf_call1(e->t, wf_load(&e->self->default_), v);
    return wf_is_empty(other) ? WF_RAISED : put_value(e, other, &here);
}

static WfStatus put_value(Encoding *e, WfValue v, const Around *around)
{
    WfThread *t = e->t;
    if (wf_is_str(v)) {
        return put_string(e, v);
    }
    const char *constant = constant_text(v);
    if (constant != NULL) {
        return put_text(e, constant, (int64_t)strlen(constant));
    }
    if (wf_is_int(v) || wf_is_float(v)) {
        char text[NUMBER_MAX];
        int64_t n = number_text(e, v, text);
        return n == 0 ? WF_RAISED : put_text(e, text, n);
    }
    if (wf_is_any_int(v)) {
        WfValue text = wf_int_to_str(t, v, 10);
        return wf_is_empty(text) ? WF_RAISED : put_str(t, &e->out, wf_as_str(text));
    }
    if (wf_recursion_enter(t, " while encoding a JSON object") != WF_OK) {
        return WF_RAISED;
    }
    WfStatus status = wf_is_list(v) || wf_is_tuple(v) ? put_array(e, v, around)
                      : wf_is_dict(v)                 ? put_dict(e, v, around)
                                                      : put_default(e, v, around);
    wf_recursion_leave(t);
    return status;
}

static Quoting quoting_of(WfValue encoder)
{
    WfBuiltinFn fn = WF_IS_EXACT(encoder, BUILTIN) ? wf_as_builtin(encoder)->def->fn : NULL;
    return fn == m_encode_basestring_ascii ? ASCII : fn == m_encode_basestring ? PLAIN : BY_CALL;
}

static WfValue encoder_call(WfThread *t, WfValue self, const WfArgs *args)
{
    const Encoder *x = WF_AS(Encoder, self);
    WfValue a[2];
    int64_t level;
    if (wf_parse_args(t, "_iterencode", "(obj, _current_indent_level)", args, a, 2) != WF_OK || wf_to_ssize(t, a[1], &level) != WF_OK) {
        return WF_EMPTY;
    }
    Encoding e = {.t = t,
                  .self = x,
                  .key_separator = wf_as_str(wf_load(&x->key_separator)),
                  .item_separator = wf_as_str(wf_load(&x->item_separator)),
                  .quoting = quoting_of(wf_load(&x->encoder)),
                  .check_circles = !wf_is_none(wf_load(&x->markers)),
                  .sort_keys = wf_is_true(wf_load(&x->sort_keys)),
                  .skip_keys = wf_is_true(wf_load(&x->skipkeys)),
                  .allow_nan = wf_is_true(wf_load(&x->allow_nan)),
                  .out = WF_STR_BUILDER};
    if (put_value(&e, a[0], NULL) != WF_OK) {
        return WF_EMPTY;
    }
    WfValue text = wf_builder_finish(t, &e.out);
    return wf_is_empty(text) ? WF_EMPTY : wf_list_from(t, &text, 1);
}

static WfValue encoder_new(WfThread *t, WfType *type, const WfArgs *args)
{
    WfValue a[ENCODER_FIELDS];
    if (wf_parse_args(t, "make_encoder",
                      "(markers, default, encoder, indent, key_separator, item_separator, sort_keys, skipkeys, allow_nan)", args, a,
                      ENCODER_FIELDS)
        != WF_OK) {
        return WF_EMPTY;
    }
    for (int k = 4; k < 6; k++) {
        if (!wf_is_str(a[k])) {
            return wf_raise(t, WF_EXC(TypeError), "make_encoder() argument %d must be str, not %.50s", k + 1, WF_TYPE_NAME(a[k]));
        }
    }
    for (int k = 6; k < ENCODER_FIELDS; k++) {
        WfFound truth = wf_truth(t, a[k]);
        if (truth == WF_ERROR) {
            return WF_EMPTY;
        }
        a[k] = WF_BOOL(truth == WF_FOUND);
    }
    if (!wf_is_none(a[0]) && !wf_is_dict(a[0])) {
        return wf_raise(t, WF_EXC(TypeError), "make_encoder() argument 1 must be dict or None, not %.200s", WF_TYPE_NAME(a[0]));
    }
    WfObject *o = wf_instance_new(t, type, 0);
    for (int k = 0; o != NULL && k < ENCODER_FIELDS; k++) {
        wf_store(&((Encoder *)o)->markers + k, a[k]);
    }
    return wf_from_object(o);
}

static void encoder_trace(WfMarker *m, WfObject *o)
{
    wf_mark_slots(m, &((Encoder *)o)->markers, ENCODER_FIELDS);
}

GETTER(Encoder, markers)
GETTER(Encoder, default_)
GETTER(Encoder, encoder)
GETTER(Encoder, indent)
GETTER(Encoder, key_separator)
GETTER(Encoder, item_separator)
GETTER(Encoder, sort_keys)
GETTER(Encoder, skipkeys)
static const WfGetSetDef encoder_getsets[] = {{"markers", get_markers, NULL, "markers", WF_GS_MEMBER},
                                              {"default", get_default_, NULL, "default", WF_GS_MEMBER},
                                              {"encoder", get_encoder, NULL, "encoder", WF_GS_MEMBER},
                                              {"indent", get_indent, NULL, "indent", WF_GS_MEMBER},
                                              {"key_separator", get_key_separator, NULL, "key_separator", WF_GS_MEMBER},
                                              {"item_separator", get_item_separator, NULL, "item_separator", WF_GS_MEMBER},
                                              {"sort_keys", get_sort_keys, NULL, "sort_keys", WF_GS_MEMBER},
                                              {"skipkeys", get_skipkeys, NULL, "skipkeys", WF_GS_MEMBER},
                                              {0}};
const WfTypeSpec wf_json_encoder_spec = {
    .name = "_json.Encoder",
    .doc = "Writes JSON: encoder(obj, indent_level) gives a list of pieces of text.",
    .size = sizeof(Encoder),
    .getsets = encoder_getsets,
    .slots = {.new_ = encoder_new, .call = encoder_call, .trace = encoder_trace},
};

/* --- the module ---------------------------------------------------------------------------------------------------- */

static const WfBuiltinDef functions[] = {
    {"encode_basestring", m_encode_basestring, "(string, /)", "The string in quotes, with the escapes that JSON asks for.", 0},
    {"encode_basestring_ascii", m_encode_basestring_ascii, "(string, /)", "The string in quotes, in ASCII.", 0},
    {"scanstring", m_scanstring, "(string, end, strict=True, /)",
     "Reads the JSON string whose first character is at `end`: (its text, index behind it).", WF_FN_TAKES},
    {0}};
static WfStatus json_init(WfThread *t, WfValue module)
{
    if (wf_type_ready(t, WF_TYPE(JSON_SCANNER)) != WF_OK || wf_type_ready(t, WF_TYPE(JSON_ENCODER)) != WF_OK
        || wf_module_add(t, module, "make_scanner", wf_from_object(WF_TYPE(JSON_SCANNER))) != WF_OK) {
        return WF_RAISED;
    }
    return wf_module_add(t, module, "make_encoder", wf_from_object(WF_TYPE(JSON_ENCODER)));
}
const WfModuleDef wf_module__json = {.name = "_json", .doc = "The fast half of json.", .functions = functions, .init = json_init};
