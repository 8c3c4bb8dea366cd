/* print_exception.c - the text of an uncaught exception, the hooks that show it, and unraisable exceptions.
 * SPDX-License-Identifier: MIT
 * Design:     the whole text is built first and written at once, so that threads do not mix theirs. Exceptions linked by cause
 *             or context are collected from the last to the first, each once, and shown from the first to the last. A group's
 *             members are indented with a margin; `depth` is how deep.
 * Threads:    no state. */
#include "runtime/print_exception.h"

#include "base/strbuf.h"
#include "code/code.h"
#include "objects/dict.h"
#include "objects/exceptions.h"
#include "objects/int.h"
#include "objects/list.h"
#include "objects/str.h"
#include "objects/structseq.h"
#include "objects/traceback.h"
#include "objects/tuple.h"
#include "runtime/source_lines.h"
#include "runtime/suggest.h"
#include "vm/vm.h"

#include <errno.h>
#include <unistd.h>

enum { GROUP_WIDTH = 15, GROUP_DEPTH = 10, RECURSIVE_SHOWN = 3 };

typedef struct Out {
    WfThread *t;
    WfStrBuilder b;
    int depth;       /* of groups */
    bool need_close; /* the last member of the group ends the frame */
    bool line_start;
    char margin;
    WfValue seen;    /* list of exceptions already shown or being shown */
    WfValue filename, text; /* of the source last read */
} Out;

/* --- writing with a margin ------------------------------------------------------------------------------------------- */

static WfStatus put_margin(Out *o)
{
    for (int i = 0; i < o->depth * 2; i++) {
        if (wf_builder_char(o->t, &o->b, ' ') != WF_OK) {
            return WF_RAISED;
        }
    }
    if (o->depth == 0) {
        return WF_OK;
    }
    WfStatus status = wf_builder_char(o->t, &o->b, (uint32_t)o->margin);
    return status == WF_OK ? wf_builder_char(o->t, &o->b, ' ') : status;
}

static WfStatus put_str(Out *o, const WfStr *s)
{
    for (int64_t i = 0; i < s->length; i++) {
        uint32_t c = wf_str_at(s, i);
        if (o->line_start && put_margin(o) != WF_OK) {
            return WF_RAISED;
        }
        o->line_start = c == '\n';
        if (wf_builder_char(o->t, &o->b, c) != WF_OK) {
            return WF_RAISED;
        }
    }
    return WF_OK;
}

static WfStatus put_value(Out *o, WfValue s)
{
    return wf_is_empty(s) ? WF_RAISED : put_str(o, wf_as_str(s));
}

static WfStatus put(Out *o, const char *s)
{
    return put_value(o, wf_str_from_cstr(o->t, s));
}

static WfStatus put_repeated(Out *o, char c, int64_t n)
{
    char s[2] = {c, 0};
    for (int64_t i = 0; i < n; i++) {
        if (put(o, s) != WF_OK) {
            return WF_RAISED;
        }
    }
    return WF_OK;
}

/* --- one entry of a traceback ---------------------------------------------------------------------------------------- */

static bool is_indent(uint32_t c)
{
    return c == ' ' || c == '\t' || c == '\f';
}

static bool is_space(uint32_t c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

/* How many characters the first `bytes` bytes of the line's UTF-8 are. */
static int64_t characters_of(const WfStr *line, int64_t bytes)
{
    int64_t i = 0;
    while (i < line->length && bytes > 0) {
        uint32_t c = wf_str_at(line, i++);
        bytes -= c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
    }
    return i + (bytes > 0 ? bytes : 0);
}

/* Marks under the line: ^^^ where the expression is, ~~~^~~~ where its operator stands out. Nothing when it is all of the line. */
static WfStatus put_marks(Out *o, const WfStr *line, int64_t stripped_from, int64_t stripped_to, const WfPosition *p)
{
    if (p->line <= 0 || p->n_lines == 0xffff || p->col < 0 || p->end_col < 0) {
        return WF_OK;
    }
    int64_t start = characters_of(line, p->col);
    int64_t end = p->n_lines == 0 ? characters_of(line, p->end_col) : stripped_to;
    int64_t left = -1;
    int64_t right = -1;
    if (p->n_lines == 0 && start < end && end <= line->length) {
        WfValue segment = wf_str_slice(o->t, wf_as_str(wf_from_object(line)), start, end);
        int64_t n;
        const char *text = wf_is_empty(segment) ? NULL : wf_str_utf8_pass(o->t, segment, &n);
        if (text == NULL) {
            return WF_RAISED;
        }
        size_t l, r;
        if (wf_source_anchors(o->t, text, (size_t)n, &l, &r)) {
            left = characters_of(wf_as_str(segment), (int64_t)l);
            right = characters_of(wf_as_str(segment), (int64_t)r);
        }
    }
    if (start >= end || (end - start >= stripped_to - stripped_from && !(left >= 0 && right - left > 0))) {
        return WF_OK;
    }
    if (put(o, "    ") != WF_OK || put_repeated(o, ' ', start - stripped_from) != WF_OK) {
        return WF_RAISED;
    }
    for (int64_t i = 0; i < end - start; i++) {
        const char *mark = left < 0 || (i >= left && i < right) ? "^" : "~";
        if (put(o, mark) != WF_OK) {
            return WF_RAISED;
        }
    }
    return put(o, "\n");
}

static WfStatus put_source(Out *o, WfStr *filename, int lineno, const WfPosition *p)
{
    WfThread *t = o->t;
    if (wf_is_empty(o->filename) || !wf_str_equal(wf_as_str(o->filename), filename)) {
        o->text = wf_source_text(t, filename);
        if (wf_is_empty(o->text)) {
            return WF_RAISED;
        }
        o->filename = wf_from_object(filename);
    }
    WfValue v = wf_source_line(t, o->text, lineno);
    if (!wf_is_str(v)) {
        return wf_is_empty(v) ? WF_RAISED : WF_OK;
    }
    const WfStr *line = wf_as_str(v);
    int64_t from = 0;
    int64_t to = line->length;
    while (from < to && is_indent(wf_str_at(line, from))) {
        from++;
    }
    while (to > from && is_space(wf_str_at(line, to - 1))) {
        to--;
    }
    if (put(o, "    ") != WF_OK || put_value(o, wf_str_slice(t, wf_as_str(v), from, to)) != WF_OK
        || put(o, "\n") != WF_OK) {
        return WF_RAISED;
    }
    return p == NULL ? WF_OK : put_marks(o, line, from, to, p);
}

static WfStatus put_entry(Out *o, const WfTraceback *tb, WfCode *code)
{
    WfStr *filename = WF_LOAD(WfStr, &code->filename);
    WfStr *name = WF_LOAD(WfStr, &code->name);
    WfValue head = tb->lineno < 0 ? wf_str_format(o->t, "  File \"%U\", line None, in %U\n", filename, name)
                                  : wf_str_format(o->t, "  File \"%U\", line %d, in %U\n", filename, tb->lineno, name);
    if (put_value(o, head) != WF_OK) {
        return WF_RAISED;
    }
    WfPosition p;
    bool known = tb->lasti >= 0 && wf_code_position(code, tb->lasti / 2, &p) && p.line == tb->lineno;
    return put_source(o, filename, tb->lineno, known ? &p : NULL);
}

static WfCode *code_of(const WfTraceback *tb)
{
    WfFrameObject *frame = WF_LOAD(WfFrameObject, &tb->frame);
    return WF_LOAD(WfCode, &frame->code);
}

static WfStatus put_repeats(Out *o, int64_t times)
{
    if (times <= RECURSIVE_SHOWN) {
        return WF_OK;
    }
    times -= RECURSIVE_SHOWN;
    return put_value(o, wf_str_format(o->t, "  [Previous line repeated %zd more time%s]\n", times, times > 1 ? "s" : ""));
}

/* sys.tracebacklimit, or a large number. */
static int64_t traceback_limit(WfThread *t)
{
    int64_t limit = 1000;
    if (!wf_is_empty(t->interp->sys_dict)) {
        WfStr *name = wf_str_intern_cstr(t, "tracebacklimit");
        WfValue v = name == NULL ? WF_EMPTY : wf_dict_get_str(wf_as_dict(t->interp->sys_dict), name);
        if (!wf_is_empty(v) && wf_is_any_int(v) && !wf_int_to_i64(v, &limit)) {
            limit = wf_int_sign(v) < 0 ? 0 : INT64_MAX;
        }
        wf_clear_pending(t);
    }
    return limit;
}

static WfStatus put_traceback(Out *o, WfValue v, const char *header)
{
    int64_t limit = traceback_limit(o->t);
    if (wf_is_empty(v) || wf_is_none(v) || limit <= 0) {
        return WF_OK;
    }
    if (put(o, header) != WF_OK) {
        return WF_RAISED;
    }
    o->margin = '|';
    int64_t depth = 0;
    for (const WfTraceback *tb = wf_as_traceback(v); tb != NULL; tb = WF_LOAD(WfTraceback, &tb->next)) {
        depth++;
    }
    int64_t skip = depth > limit ? depth - limit : 0;
    WfCode *last = NULL;
    int last_line = -2;
    int64_t times = 0;
    for (const WfTraceback *tb = wf_as_traceback(v); tb != NULL; tb = WF_LOAD(WfTraceback, &tb->next)) {
        if (skip-- > 0) {
            continue;
        }
        WfCode *code = code_of(tb);
        bool same = last != NULL && tb->lineno == last_line
                    && wf_str_equal(WF_LOAD(WfStr, &code->filename), WF_LOAD(WfStr, &last->filename))
                    && wf_str_equal(WF_LOAD(WfStr, &code->name), WF_LOAD(WfStr, &last->name));
        if (!same) {
            if (put_repeats(o, times) != WF_OK) {
                return WF_RAISED;
            }
            last = code;
            last_line = tb->lineno;
            times = 0;
        }
        times++;
        if (times <= RECURSIVE_SHOWN && put_entry(o, tb, code) != WF_OK) {
            return WF_RAISED;
        }
    }
    return put_repeats(o, times);
}

/* --- the message --------------------------------------------------------------------------------------------------------- */

/* Attribute or None; errors count as None. */
static WfValue field(WfThread *t, WfValue v, WfStr *name)
{
    WfValue out;
    WfFound found = wf_getattr_opt(t, v, name, &out);
    if (found == WF_ERROR) {
        wf_clear_pending(t);
    }
    return found == WF_FOUND ? out : WF_NONE;
}

/* str(v), or `fallback` if that fails. */
static WfValue text_or(WfThread *t, WfValue v, const char *fallback)
{
    WfValue s = wf_str(t, v);
    if (wf_is_empty(s)) {
        wf_clear_pending(t);
        s = wf_str_from_cstr(t, fallback);
    }
    return s;
}

/* The line of a syntax error and carets below it. Columns count from 1. */
static WfStatus put_syntax_line(Out *o, WfStr *text, int64_t offset, int64_t end_offset)
{
    WfThread *t = o->t;
    int64_t from = 0;
    int64_t to = text->length;
    while (to > from && wf_str_at(text, to - 1) == '\n') {
        to--;
    }
    while (from < to && is_indent(wf_str_at(text, from))) {
        from++;
    }
    WfValue shown = wf_str_slice(t, text, from, to);
    if (wf_is_empty(shown) || put(o, "    ") != WF_OK || put_value(o, shown) != WF_OK || put(o, "\n") != WF_OK) {
        return WF_RAISED;
    }
    end_offset = end_offset > to + 1 ? to + 1 : end_offset;
    int64_t carets = end_offset > 0 && end_offset > offset ? end_offset - offset : 1;
    int64_t column = offset - 1 > to ? to : offset - 1;
    column -= from;
    if (column < 0) {
        return WF_OK;
    }
    if (put(o, "    ") != WF_OK) {
        return WF_RAISED;
    }
    for (int64_t i = 0; i < column; i++) {
        uint32_t c = wf_str_at(text, from + i);
        if (put(o, c == '\t' ? "\t" : " ") != WF_OK) {
            return WF_RAISED;
        }
    }
    return put_repeated(o, '^', carets) == WF_OK ? put(o, "\n") : WF_RAISED;
}

static int64_t number_or(WfValue v, int64_t otherwise)
{
    return wf_is_int(v) ? wf_as_int(v) : otherwise;
}

/* File, line and text of a SyntaxError. */
static WfStatus put_syntax_position(Out *o, WfValue exc)
{
    WfThread *t = o->t;
    WfValue filename = field(t, exc, WF_NAME(filename));
    WfValue lineno = field(t, exc, WF_NAME(lineno));
    WfValue text = field(t, exc, WF_NAME(text));
    if (!wf_is_int(lineno)) {
        return wf_is_none(filename) ? WF_OK : put_value(o, wf_str_format(t, "  File \"%V\"\n", filename));
    }
    WfValue head = wf_str_format(t, "  File \"%V\", line %ld\n", wf_is_none(filename) ? WF_NAME_V(string) : filename,
                                 (long)wf_as_int(lineno));
    if (put_value(o, head) != WF_OK) {
        return WF_RAISED;
    }
    if (!wf_is_str(text)) {
        if (!wf_is_str(filename)) {
            return WF_OK;
        }
        WfValue source = wf_source_text(t, wf_as_str(filename));
        text = wf_is_empty(source) ? WF_EMPTY : wf_source_line(t, source, (int)wf_as_int(lineno));
        if (!wf_is_str(text)) {
            return wf_is_empty(text) ? WF_RAISED : WF_OK;
        }
    }
    int64_t offset = number_or(field(t, exc, WF_NAME(offset)), 0);
    int64_t end_line = number_or(field(t, exc, WF_NAME(end_lineno)), wf_as_int(lineno));
    WfStr *end_offset_name = wf_str_intern_cstr(t, "end_offset");
    if (end_offset_name == NULL) {
        return WF_RAISED;
    }
    int64_t end_offset = number_or(field(t, exc, end_offset_name), -1);
    if (end_line > wf_as_int(lineno)) {
        WfStr *s = wf_as_str(text);
        end_offset = s->length + 1 - (s->length > 0 && wf_str_at(s, s->length - 1) == '\n');
    }
    return put_syntax_line(o, wf_as_str(text), offset, end_offset);
}

/* "module.Name" of the exception's class. */
static WfStatus put_type_name(Out *o, WfValue exc)
{
    WfThread *t = o->t;
    WfValue type = wf_from_object(wf_type(exc));
    WfValue module = field(t, type, WF_NAME(__module__));
    WfValue name = field(t, type, WF_NAME(__qualname__));
    if (!wf_is_str(module)) {
        if (put(o, "<unknown>.") != WF_OK) {
            return WF_RAISED;
        }
    } else if (!wf_str_equal(wf_as_str(module), WF_NAME(builtins)) && !wf_str_equal(wf_as_str(module), WF_NAME(__main__))) {
        if (put_str(o, wf_as_str(module)) != WF_OK || put(o, ".") != WF_OK) {
            return WF_RAISED;
        }
    }
    return wf_is_str(name) ? put_str(o, wf_as_str(name)) : put(o, "<unknown>");
}

static WfStatus put_notes(Out *o, WfValue exc)
{
    WfThread *t = o->t;
    WfValue notes;
    WfFound found = wf_getattr_opt(t, exc, WF_NAME(__notes__), &notes);
    if (found != WF_FOUND) {
        if (found == WF_ERROR) {
            wf_clear_pending(t);
        }
        return WF_OK;
    }
    if (wf_is_none(notes)) {
        return WF_OK;
    }
    bool sequence = !wf_is_str(notes) && !wf_is_bytes(notes) && !wf_is_dict(notes)
                    && wf_type(notes)->slots.getitem != NULL;
    WfValue list = sequence ? wf_to_list(t, notes) : WF_EMPTY;
    if (wf_is_empty(list)) {
        wf_clear_pending(t);
        WfValue repr = wf_repr(t, notes);
        if (wf_is_empty(repr)) {
            wf_clear_pending(t);
            return put(o, "<__notes__ repr() failed>\n");
        }
        return put_str(o, wf_as_str(repr)) == WF_OK ? put(o, "\n") : WF_RAISED;
    }
    for (int64_t i = 0; i < wf_list_length(wf_as_list(list)); i++) {
        WfValue note = text_or(t, wf_list_at(wf_as_list(list), i), "<note str() failed>");
        if (put_value(o, note) != WF_OK || put(o, "\n") != WF_OK) {
            return WF_RAISED;
        }
    }
    return WF_OK;
}

static WfStatus put_message(Out *o, WfValue exc)
{
    WfThread *t = o->t;
    WfValue message = exc;
    o->margin = '|';
    WfValue ask;
    WfFound located = wf_getattr_opt(t, exc, WF_NAME(print_file_and_line), &ask);
    if (located == WF_ERROR) {
        wf_clear_pending(t);
    }
    if (located == WF_FOUND) {
        if (put_syntax_position(o, exc) != WF_OK) {
            return WF_RAISED;
        }
        message = field(t, exc, WF_NAME(msg));
    }
    if (put_type_name(o, exc) != WF_OK) {
        return WF_RAISED;
    }
    WfValue text = text_or(t, message, "<exception str() failed>");
    if (wf_is_empty(text)) {
        return WF_RAISED;
    }
    if (located == WF_FOUND && wf_is_none(message)) {
        text = wf_str_from_cstr(t, "<no detail available>");
    }
    if (wf_as_str(text)->length > 0 && (put(o, ": ") != WF_OK || put_value(o, text) != WF_OK)) {
        return WF_RAISED;
    }
    WfValue hint = wf_suggestion(t, exc);
    if (!wf_is_none(hint) && put_value(o, wf_str_format(t, ". Did you mean: '%U'?", wf_as_str(hint))) != WF_OK) {
        return WF_RAISED;
    }
    return put(o, "\n") == WF_OK ? put_notes(o, exc) : WF_RAISED;
}

/* --- chains and groups -------------------------------------------------------------------------------------------------- */

static bool has_seen(const Out *o, WfValue exc)
{
    for (int64_t i = 0; i < wf_list_length(wf_as_list(o->seen)); i++) {
        if (wf_is(wf_list_at(wf_as_list(o->seen), i), exc)) {
            return true;
        }
    }
    return false;
}

static WfStatus put_chain(Out *o, WfValue exc);

static WfStatus put_group(Out *o, WfValue exc)
{
    WfThread *t = o->t;
    if (o->depth > GROUP_DEPTH) {
        o->margin = '|';
        return put_value(o, wf_str_format(t, "... (max_group_depth is %d)\n", GROUP_DEPTH));
    }
    bool top = o->depth == 0;
    o->depth += top;
    o->margin = top ? '+' : '|';
    if (put_traceback(o, wf_exception_traceback(exc), "Exception Group Traceback (most recent call last):\n") != WF_OK
        || put_message(o, exc) != WF_OK) {
        return WF_RAISED;
    }
    WfTuple *items = WF_LOAD(WfTuple, &wf_as_exception(exc)->extra[WF_GROUP_EXCEPTIONS]);
    int64_t n = items->length <= GROUP_WIDTH ? items->length : GROUP_WIDTH + 1;
    o->need_close = false;
    for (int64_t i = 0; i < n; i++) {
        bool last = i == n - 1;
        bool truncated = i >= GROUP_WIDTH;
        o->need_close = o->need_close || last; /* an inner group may close the frame */
        WfValue title = truncated ? wf_str_from_cstr(t, "...") : wf_str_format(t, "%zd", i + 1);
        WfValue rule = wf_is_empty(title) ? WF_EMPTY
                                          : wf_str_format(t, "%s+---------------- %U ----------------\n",
                                                          i == 0 ? "+-" : "  ", wf_as_str(title));
        int depth = o->depth;
        if (wf_is_empty(rule)) {
            return WF_RAISED;
        }
        for (int k = 0; k < depth * 2; k++) {
            if (wf_builder_char(t, &o->b, ' ') != WF_OK) {
                return WF_RAISED;
            }
        }
        if (wf_builder_str(t, &o->b, wf_as_str(rule)) != WF_OK) {
            return WF_RAISED;
        }
        o->depth++;
        o->margin = '|';
        WfStatus status;
        if (truncated) {
            int64_t more = items->length - GROUP_WIDTH;
            status = put_value(o, wf_str_format(t, "and %zd more exception%s\n", more, more > 1 ? "s" : ""));
        } else {
            status = put_chain(o, wf_tuple_at(items, i));
        }
        if (status != WF_OK) {
            return WF_RAISED;
        }
        if (last && o->need_close) {
            for (int k = 0; k < o->depth * 2; k++) {
                if (wf_builder_char(t, &o->b, ' ') != WF_OK) {
                    return WF_RAISED;
                }
            }
            const char *end = "+------------------------------------\n";
            if (wf_builder_ascii(t, &o->b, end, (int64_t)strlen(end)) != WF_OK) {
                return WF_RAISED;
            }
            o->need_close = false;
        }
        o->depth--;
    }
    o->depth -= top;
    return WF_OK;
}

static WfStatus put_one(Out *o, WfValue exc)
{
    if (wf_is_instance_of(exc, WF_EXC(BaseExceptionGroup))) {
        return put_group(o, exc);
    }
    o->margin = '|';
    if (put_traceback(o, wf_exception_traceback(exc), "Traceback (most recent call last):\n") != WF_OK) {
        return WF_RAISED;
    }
    return put_message(o, exc);
}

static const char cause_text[] = "\nThe above exception was the direct cause of the following exception:\n\n";
static const char context_text[] = "\nDuring handling of the above exception, another exception occurred:\n\n";

static WfStatus put_chain(Out *o, WfValue exc)
{
    WfThread *t = o->t;
    WfValue chain = wf_list_new(t, 4);
    if (wf_is_empty(chain) || wf_recursion_enter(t, " while printing an exception") != WF_OK) {
        return WF_RAISED;
    }
    WfStatus status = WF_OK;
    while (status == WF_OK && !wf_is_empty(exc)) {
        WfException *e = wf_as_exception(exc);
        status = wf_list_append(t, wf_as_list(chain), exc) == WF_OK ? wf_list_append(t, wf_as_list(o->seen), exc) : WF_RAISED;
        WfValue next = wf_load(&e->cause);
        if (wf_is_empty(next) && !wf_exc_suppress_context(exc)) {
            next = wf_load(&e->context);
        }
        exc = wf_is_empty(next) || has_seen(o, next) ? WF_EMPTY : next;
    }
    for (int64_t i = wf_list_length(wf_as_list(chain)); i-- > 0 && status == WF_OK;) {
        WfValue e = wf_list_at(wf_as_list(chain), i);
        status = put_one(o, e);
        if (status == WF_OK && i > 0) {
            WfValue after = wf_list_at(wf_as_list(chain), i - 1);
            o->margin = '|';
            status = put(o, wf_is(wf_load(&wf_as_exception(after)->cause), e) ? cause_text : context_text);
        }
    }
    wf_recursion_leave(t);
    return status;
}

static WfStatus begin(Out *o, WfThread *t)
{
    *o = (Out){.t = t, .b = WF_STR_BUILDER, .line_start = true, .margin = '|', .filename = WF_EMPTY, .text = WF_NONE};
    o->seen = wf_list_new(t, 4);
    return wf_is_empty(o->seen) ? WF_RAISED : WF_OK;
}

WfValue wf_format_exception(WfThread *t, WfValue exc)
{
    Out o;
    if (begin(&o, t) != WF_OK) {
        return WF_EMPTY;
    }
    WfStatus status;
    if (wf_is_exception(exc)) {
        status = put_chain(&o, exc);
    } else {
        status = put_value(&o, wf_str_format(t, "TypeError: print_exception(): Exception expected for value, %T found\n", exc));
    }
    return status == WF_OK ? wf_builder_finish(t, &o.b) : WF_EMPTY;
}

/* --- sys.stderr ------------------------------------------------------------------------------------------------------------ */

static WfValue sys_get(WfThread *t, const char *name)
{
    if (wf_is_empty(t->interp->sys_dict)) {
        return WF_EMPTY;
    }
    WfStr *key = wf_str_intern_cstr(t, name);
    return key == NULL ? WF_EMPTY : wf_dict_get_str(wf_as_dict(t->interp->sys_dict), key);
}

static void sys_set(WfThread *t, const char *name, WfValue v)
{
    if (!wf_is_empty(t->interp->sys_dict) && wf_dict_set_cstr(t, wf_as_dict(t->interp->sys_dict), name, v) != WF_OK) {
        wf_clear_pending(t);
    }
}

/* To file descriptor 2, where there is no sys.stderr yet. */
static void write_raw(WfThread *t, WfStr *s)
{
    WfStrBuf b = {0};
    for (int64_t i = 0; i < s->length; i++) {
        uint32_t c = wf_str_at(s, i);
        if (c >= 0xd800 && c < 0xe000) {
            wf_strbuf_printf(&b, "\\u%04x", c);
        } else {
            wf_strbuf_put_cp(&b, c);
        }
    }
    size_t done = 0;
    while (done < b.len) {
        ssize_t n = write(STDERR_FILENO, b.data + done, b.len - done);
        if (n < 0 && errno == EINTR) {
            continue;
        }
        if (n <= 0) {
            break;
        }
        done += (size_t)n;
    }
    wf_strbuf_free(&b);
}

/* Writes and flushes; errors are dropped. */
static void write_stderr(WfThread *t, WfValue text)
{
    if (wf_is_empty(text)) {
        return;
    }
    WfValue file = sys_get(t, "stderr");
    if (wf_is_empty(file)) {
        wf_clear_pending(t);
        write_raw(t, wf_as_str(text));
        return;
    }
    if (wf_is_none(file)) {
        return;
    }
    WfValue r = wf_call_method1(t, file, WF_NAME(write), text);
    if (!wf_is_empty(r)) {
        r = wf_call_method0(t, file, WF_NAME(flush));
    }
    if (wf_is_empty(r)) {
        wf_clear_pending(t);
    }
}

void wf_print_exception(WfThread *t, WfValue exc)
{
    WfValue kept = wf_take_pending(t);
    WfValue text = wf_format_exception(t, exc);
    if (wf_is_empty(text)) {
        wf_clear_pending(t);
        text = wf_is_exception(exc) ? wf_str_format(t, "%T: <the exception could not be shown>\n", exc) : WF_EMPTY;
        wf_clear_pending(t);
    }
    write_stderr(t, text);
    wf_restore_pending(t, kept);
}

WfValue wf_sys_excepthook(WfThread *t, WfValue *a)
{
    if (wf_is_exception(a[1]) && WF_IS_EXACT(a[2], TRACEBACK) && wf_is_empty(wf_exception_traceback(a[1]))) {
        wf_exception_set_traceback(a[1], a[2]);
    }
    wf_print_exception(t, a[1]);
    return WF_NONE;
}

void wf_print_pending(WfThread *t)
{
    WfValue exc = wf_take_pending(t);
    if (wf_is_empty(exc)) {
        return;
    }
    WfValue type = wf_from_object(wf_type(exc));
    WfValue tb = wf_exception_traceback(exc);
    tb = wf_is_empty(tb) ? WF_NONE : tb;
    sys_set(t, "last_type", type);
    sys_set(t, "last_value", exc);
    sys_set(t, "last_traceback", tb);
    WfValue hook = sys_get(t, "excepthook");
    if (wf_is_empty(hook)) {
        wf_clear_pending(t);
        if (!wf_is_empty(t->interp->sys_dict)) {
            write_stderr(t, wf_str_from_cstr(t, "sys.excepthook is missing\n"));
        }
        wf_print_exception(t, exc);
        return;
    }
    WfValue r = wf_call3(t, hook, type, exc, tb);
    if (wf_is_empty(r)) {
        WfValue second = wf_take_pending(t);
        if (wf_is_instance_of(second, WF_EXC(SystemExit))) {
            wf_restore_pending(t, second); /* for the caller, who ends the program */
            return;
        }
        write_stderr(t, wf_str_from_cstr(t, "Error in sys.excepthook:\n"));
        wf_print_exception(t, second);
        write_stderr(t, wf_str_from_cstr(t, "\nOriginal exception was:\n"));
        wf_print_exception(t, exc);
    }
}

int wf_exit_status(WfThread *t, WfValue exc)
{
    WfValue code = field(t, exc, WF_NAME(code));
    if (wf_is_none(code)) {
        return 0;
    }
    if (wf_is_any_int(code)) {
        return (int)(wf_int_to_u64_mask(code) & 0xffffffff);
    }
    WfValue text = wf_str(t, code);
    if (wf_is_empty(text)) {
        wf_clear_pending(t);
    } else {
        write_stderr(t, wf_str_format(t, "%U\n", wf_as_str(text)));
    }
    return 1;
}

/* --- unraisable exceptions -------------------------------------------------------------------------------------------------- */

static const WfStructSeqField unraisable_fields[] = {{"exc_type", "Exception type"},
                                                     {"exc_value", "Exception value"},
                                                     {"exc_traceback", "Exception traceback"},
                                                     {"err_msg", "Error message"},
                                                     {"object", "Object causing the exception"},
                                                     {0}};
static const WfStructSeqDesc unraisable_desc = {"UnraisableHookArgs", "Arguments of sys.unraisablehook.", unraisable_fields, 5};

WfType *wf_unraisable_args_type(WfThread *t)
{
    return wf_structseq_new_type(t, &unraisable_desc);
}

/* exc may be None; message: None or a str; object: None or what the exception has to do with. */
static void show_unraisable(WfThread *t, WfValue exc, WfValue tb, WfValue message, WfValue object)
{
    Out o;
    if (begin(&o, t) != WF_OK) {
        wf_clear_pending(t);
        return;
    }
    WfStatus status = WF_OK;
    if (!wf_is_none(object)) {
        status = wf_is_none(message) ? put(&o, "Exception ignored in") : put_value(&o, text_or(t, message, "?"));
        WfValue repr = wf_repr(t, object);
        if (wf_is_empty(repr)) {
            wf_clear_pending(t);
            repr = wf_str_from_cstr(t, "<object repr() failed>");
        }
        if (status == WF_OK && put(&o, ": ") == WF_OK && put_value(&o, repr) == WF_OK) {
            status = put(&o, "\n");
        }
    } else if (!wf_is_none(message)) {
        status = put_value(&o, text_or(t, message, "?")) == WF_OK ? put(&o, ":\n") : WF_RAISED;
    }
    if (status == WF_OK) {
        status = put_traceback(&o, tb, "Traceback (most recent call last):\n");
    }
    if (status == WF_OK && wf_is_exception(exc)) {
        status = put_type_name(&o, exc);
        WfValue text = text_or(t, exc, "<exception str() failed>");
        if (status == WF_OK && !wf_is_empty(text) && wf_as_str(text)->length > 0) {
            status = put(&o, ": ") == WF_OK ? put_value(&o, text) : WF_RAISED;
        }
        if (status == WF_OK) {
            status = put(&o, "\n");
        }
    }
    WfValue text = status == WF_OK ? wf_builder_finish(t, &o.b) : WF_EMPTY;
    if (wf_is_empty(text)) {
        wf_clear_pending(t);
        return;
    }
    write_stderr(t, text);
}

WfValue wf_sys_unraisablehook(WfThread *t, WfValue *a)
{
    if (!wf_is_tuple(a[0]) || wf_as_tuple(a[0])->length != 5) {
        return wf_raise(t, WF_EXC(TypeError), "sys.unraisablehook argument type must be UnraisableHookArgs");
    }
    WfTuple *x = wf_as_tuple(a[0]);
    WfValue tb = wf_tuple_at(x, 2);
    show_unraisable(t, wf_tuple_at(x, 1), WF_IS_EXACT(tb, TRACEBACK) ? tb : WF_EMPTY, wf_tuple_at(x, 3), wf_tuple_at(x, 4));
    return WF_NONE;
}

void wf_write_unraisable(WfThread *t, const char *message, WfValue object)
{
    WfValue exc = wf_take_pending(t);
    if (wf_is_empty(exc)) {
        return;
    }
    WfValue tb = wf_exception_traceback(exc);
    WfValue text = message == NULL ? WF_NONE : wf_str_format(t, "Exception ignored %s", message);
    object = wf_is_empty(object) ? WF_NONE : object;
    if (wf_is_empty(text)) {
        wf_clear_pending(t);
        text = WF_NONE;
    }
    WfValue hook = sys_get(t, "unraisablehook");
    WfValue type = sys_get(t, "UnraisableHookArgs");
    if (!wf_is_empty(hook) && !wf_is_none(hook) && !wf_is_empty(type) && wf_is_type(type)) {
        WfValue items[5] = {wf_from_object(wf_type(exc)), exc, wf_is_empty(tb) ? WF_NONE : tb, text, object};
        WfValue args = wf_structseq_from(t, WF_AS(WfType, type), items, 5);
        WfValue r = wf_is_empty(args) ? WF_EMPTY : wf_call1(t, hook, args);
        if (!wf_is_empty(r)) {
            return;
        }
        exc = wf_take_pending(t);
        tb = wf_exception_traceback(exc);
        text = wf_str_from_cstr(t, "Exception ignored in sys.unraisablehook");
        text = wf_is_empty(text) ? WF_NONE : text;
        object = hook;
    }
    wf_clear_pending(t);
    show_unraisable(t, exc, tb, text, object);
}
