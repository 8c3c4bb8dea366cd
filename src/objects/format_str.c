/* format_str.c - str.format and format_map: replacement fields in braces.
 * SPDX-License-Identifier: MIT
 * Design:  next_chunk cuts the format into literal text and fields; a field's name is cut by next_accessor. Both serve string.Formatter
 *          too (module _string). Format specs that hold fields are formatted first, one level deep.
 * Threads: works on immutable strings and the C stack. */
#include "objects/dict.h"
#include "objects/format_spec.h"
#include "objects/int.h"
#include "objects/list.h"
#include "objects/tuple.h"

typedef struct Chunk {
    int64_t literal, literal_end;
    bool field;
    int64_t name, name_end;
    uint32_t conversion; /* 0: none */
    int64_t spec, spec_end;
    bool nested; /* the spec holds fields */
} Chunk;

static WfFound fail(WfThread *t, const char *message)
{
    return WF_FAIL_FOUND(wf_raise(t, WF_EXC(ValueError), "%s", message));
}

static WfFound parse_field(WfThread *t, const WfStr *s, int64_t *pos, int64_t end, Chunk *c)
{
    int64_t i = *pos;
    uint32_t ch = 0;
    c->field = true;
    c->name = i;
    for (; i < end; i++) {
        ch = wf_str_at(s, i);
        if (ch == '{') {
            return fail(t, "unexpected '{' in field name");
        }
        if (ch == '[') {
            while (i < end && wf_str_at(s, i) != ']') {
                i++;
            }
        } else if (ch == '}' || ch == ':' || ch == '!') {
            break;
        }
    }
    c->name_end = i;
    c->spec = c->spec_end = i;
    if (i >= end) {
        return fail(t, "expected '}' before end of string");
    }
    i++;
    if (ch == '}') {
        *pos = i;
        return WF_FOUND;
    }
    if (ch == '!') {
        if (i >= end) {
            return fail(t, "end of string while looking for conversion specifier");
        }
        c->conversion = wf_str_at(s, i++);
        if (i < end) {
            ch = wf_str_at(s, i++);
            if (ch == '}') {
                *pos = i;
                return WF_FOUND;
            }
            if (ch != ':') {
                return fail(t, "expected ':' after conversion specifier");
            }
        }
    }
    c->spec = i;
    for (int depth = 1; i < end; i++) {
        ch = wf_str_at(s, i);
        if (ch == '{') {
            c->nested = true;
            depth++;
        } else if (ch == '}' && --depth == 0) {
            c->spec_end = i;
            *pos = i + 1;
            return WF_FOUND;
        }
    }
    return fail(t, "unmatched '{' in format spec");
}

/* The next literal with the field behind it, if any. MISSING: the end. */
static WfFound next_chunk(WfThread *t, const WfStr *s, int64_t *pos, int64_t end, Chunk *c)
{
    *c = (Chunk){0};
    if (*pos >= end) {
        return WF_MISSING;
    }
    int64_t i = *pos;
    uint32_t ch = 0;
    c->literal = i;
    while (i < end && (ch = wf_str_at(s, i)) != '{' && ch != '}') {
        i++;
    }
    c->literal_end = i;
    if (i >= end) {
        *pos = i;
        return WF_FOUND;
    }
    bool last = i + 1 >= end;
    if (!last && wf_str_at(s, i + 1) == ch) {
        c->literal_end = i + 1; /* a doubled brace is one in the text */
        *pos = i + 2;
        return WF_FOUND;
    }
    if (ch == '}') {
        return fail(t, "Single '}' encountered in format string");
    }
    if (last) {
        return fail(t, "Single '{' encountered in format string");
    }
    *pos = i + 1;
    return parse_field(t, s, pos, end, c);
}

/* The number that [start, end) is, -1 if it is none. */
static WfStatus get_integer(WfThread *t, const WfStr *s, int64_t start, int64_t end, int64_t *out)
{
    int64_t v = 0;
    *out = -1;
    if (start >= end) {
        return WF_OK;
    }
    for (int64_t i = start; i < end; i++) {
        uint32_t c = wf_str_at(s, i);
        if (c - '0' > 9) {
            return WF_OK;
        }
        if (v > (INT64_MAX - 9) / 10) {
            return WF_FAIL(wf_raise(t, WF_EXC(ValueError), "Too many decimal digits in format string"));
        }
        v = v * 10 + (int64_t)(c - '0');
    }
    *out = v;
    return WF_OK;
}

static int64_t first_part(const WfStr *s, int64_t start, int64_t end)
{
    while (start < end && wf_str_at(s, start) != '.' && wf_str_at(s, start) != '[') {
        start++;
    }
    return start;
}

/* .name or [key] at *pos. *out: the name (str) or key (str or int). */
static WfFound next_accessor(WfThread *t, WfStr *s, int64_t *pos, int64_t end, bool *attribute, WfValue *out)
{
    if (*pos >= end) {
        return WF_MISSING;
    }
    uint32_t c = wf_str_at(s, *pos);
    int64_t start = *pos + 1, stop;
    if (c == '.') {
        *attribute = true;
        stop = first_part(s, start, end);
        *pos = stop;
    } else if (c == '[') {
        *attribute = false;
        stop = start;
        while (stop < end && wf_str_at(s, stop) != ']') {
            stop++;
        }
        if (stop >= end) {
            return fail(t, "Missing ']' in format string");
        }
        *pos = stop + 1;
    } else {
        return fail(t, "Only '.' or '[' may follow ']' in format field specifier");
    }
    if (start == stop) {
        return fail(t, "Empty attribute in format string");
    }
    int64_t index = -1;
    if (!*attribute && get_integer(t, s, start, stop, &index) < 0) {
        return WF_ERROR;
    }
    *out = index >= 0 ? wf_int_from_i64(t, index) : wf_str_slice(t, s, start, stop);
    return wf_is_empty(*out) ? WF_ERROR : WF_FOUND;
}

typedef struct Formatter {
    WfValue args, kwargs; /* EMPTY: none */
    enum { NUMBERING_OPEN, NUMBERING_AUTO, NUMBERING_MANUAL } numbering;
    int64_t next;
} Formatter;

static WfStatus field_index(WfThread *t, Formatter *f, bool empty, int64_t *index)
{
    if (!empty && *index < 0) {
        return WF_OK;
    }
    if (f->numbering == NUMBERING_OPEN) {
        f->numbering = empty ? NUMBERING_AUTO : NUMBERING_MANUAL;
    }
    if (f->numbering == NUMBERING_AUTO && !empty) {
        return WF_FAIL(wf_raise(t, WF_EXC(ValueError),
                                "cannot switch from automatic field numbering to manual field specification"));
    }
    if (f->numbering == NUMBERING_MANUAL && empty) {
        return WF_FAIL(wf_raise(t, WF_EXC(ValueError),
                                "cannot switch from manual field specification to automatic field numbering"));
    }
    if (empty) {
        *index = f->next++;
    }
    return WF_OK;
}

static WfValue field_value(WfThread *t, Formatter *f, WfStr *s, const Chunk *c)
{
    int64_t end = first_part(s, c->name, c->name_end), index;
    if (get_integer(t, s, c->name, end, &index) < 0 || field_index(t, f, end == c->name, &index) < 0) {
        return WF_EMPTY;
    }
    WfValue v;
    if (index >= 0) {
        if (wf_is_empty(f->args)) {
            return wf_raise(t, WF_EXC(ValueError), "Format string contains positional fields");
        }
        if (index >= wf_as_tuple(f->args)->length) {
            return wf_raise(t, WF_EXC(IndexError), "Replacement index %lld out of range for positional args tuple",
                            (long long)index);
        }
        v = wf_tuple_at(wf_as_tuple(f->args), index);
    } else {
        WfValue key = wf_str_slice(t, s, c->name, end);
        if (wf_is_empty(key)) {
            return WF_EMPTY;
        }
        v = wf_is_empty(f->kwargs) ? wf_raise_key_error(t, key) : wf_getitem(t, f->kwargs, key);
    }
    for (int64_t pos = end; !wf_is_empty(v);) {
        bool attribute;
        WfValue key;
        WfFound found = next_accessor(t, s, &pos, c->name_end, &attribute, &key);
        if (found <= 0) {
            return found < 0 ? WF_EMPTY : v;
        }
        v = attribute ? wf_getattr(t, v, wf_as_str(key)) : wf_getitem(t, v, key);
    }
    return v;
}

static WfStatus build(WfThread *t, Formatter *f, WfStrBuilder *b, WfStr *s, int64_t start, int64_t end, int depth)
{
    if (depth <= 0) {
        return WF_FAIL(wf_raise(t, WF_EXC(ValueError), "Max string recursion exceeded"));
    }
    Chunk c;
    WfFound found;
    while ((found = next_chunk(t, s, &start, end, &c)) > 0) {
        if (wf_builder_slice(t, b, s, c.literal, c.literal_end) < 0) {
            return WF_RAISED;
        }
        if (!c.field) {
            continue;
        }
        WfValue v = field_value(t, f, s, &c), spec;
        if (wf_is_empty(v)) {
            return WF_RAISED;
        }
        switch (c.conversion) {
        case 0: break;
        case 'r': v = wf_repr(t, v); break;
        case 's': v = wf_str(t, v); break;
        case 'a': v = wf_ascii(t, v); break;
        default:
            v = c.conversion > 32 && c.conversion < 127
                    ? wf_raise(t, WF_EXC(ValueError), "Unknown conversion specifier %c", (int)c.conversion)
                    : wf_raise(t, WF_EXC(ValueError), "Unknown conversion specifier \\x%x", c.conversion);
        }
        if (wf_is_empty(v)) {
            return WF_RAISED;
        }
        if (c.nested) {
            WfStrBuilder inner = WF_STR_BUILDER;
            if (build(t, f, &inner, s, c.spec, c.spec_end, depth - 1) < 0) {
                return WF_RAISED;
            }
            spec = wf_builder_finish(t, &inner);
        } else {
            spec = wf_str_slice(t, s, c.spec, c.spec_end);
        }
        if (wf_is_empty(spec)) {
            return WF_RAISED;
        }
        v = wf_is_exact_str(v) && wf_as_str(spec)->length == 0 ? v : wf_format(t, v, spec);
        if (wf_is_empty(v) || wf_builder_str(t, b, wf_as_str(v)) < 0) {
            return WF_RAISED;
        }
    }
    return found < 0 ? WF_RAISED : WF_OK;
}

WfValue wf_str_format_args(WfThread *t, WfValue format, WfValue args, WfValue kwargs)
{
    Formatter f = {.args = args, .kwargs = kwargs};
    WfStr *s = wf_as_str(format);
    WfStrBuilder b = WF_STR_BUILDER;
    return build(t, &f, &b, s, 0, s->length, 2) < 0 ? WF_EMPTY : wf_builder_finish(t, &b);
}

/* --- for string.Formatter ----------------------------------------------------------------------------------------------- */

WfValue wf_formatter_parser(WfThread *t, WfValue format)
{
    if (!wf_is_str(format)) {
        return wf_raise(t, WF_EXC(TypeError), "expected str, got %T", format);
    }
    WfStr *s = wf_as_str(format);
    WfValue list = wf_list_new(t, 0);
    int64_t pos = 0;
    Chunk c;
    WfFound found = wf_is_empty(list) ? WF_ERROR : WF_FOUND;
    while (found > 0 && (found = next_chunk(t, s, &pos, s->length, &c)) > 0) {
        WfValue parts[4] = {wf_str_slice(t, s, c.literal, c.literal_end), WF_NONE, WF_NONE, WF_NONE};
        if (c.field) {
            parts[1] = wf_str_slice(t, s, c.name, c.name_end);
            parts[2] = wf_str_slice(t, s, c.spec, c.spec_end);
            parts[3] = c.conversion == 0 ? WF_NONE : wf_str_from_char(t, c.conversion);
        }
        for (int i = 0; i < 4; i++) {
            if (wf_is_empty(parts[i])) {
                return WF_EMPTY;
            }
        }
        WfValue item = wf_tuple_from(t, parts, 4);
        if (wf_is_empty(item) || wf_list_append(t, wf_as_list(list), item) < 0) {
            return WF_EMPTY;
        }
    }
    return found < 0 ? WF_EMPTY : wf_iter(t, list);
}

WfValue wf_formatter_field_name_split(WfThread *t, WfValue name)
{
    if (!wf_is_str(name)) {
        return wf_raise(t, WF_EXC(TypeError), "expected str, got %T", name);
    }
    WfStr *s = wf_as_str(name);
    int64_t pos = first_part(s, 0, s->length), index;
    if (get_integer(t, s, 0, pos, &index) < 0) {
        return WF_EMPTY;
    }
    WfValue first = index >= 0 ? wf_int_from_i64(t, index) : wf_str_slice(t, s, 0, pos), list = WF_EMPTY;
    if (!wf_is_empty(first)) {
        list = wf_list_new(t, 0);
    }
    if (wf_is_empty(list)) {
        return WF_EMPTY;
    }
    bool attribute;
    WfValue key;
    WfFound found;
    while ((found = next_accessor(t, s, &pos, s->length, &attribute, &key)) > 0) {
        WfValue item = WF_TUPLE_OF(t, WF_BOOL(attribute), key);
        if (wf_is_empty(item) || wf_list_append(t, wf_as_list(list), item) < 0) {
            return WF_EMPTY;
        }
    }
    WfValue rest = found < 0 ? WF_EMPTY : wf_iter(t, list);
    return wf_is_empty(rest) ? WF_EMPTY : WF_TUPLE_OF(t, first, rest);
}
