/* _sre.c - the module behind re: compiled patterns, matches and scanners.
 * SPDX-License-Identifier: MIT
 *
 * Design:     a Pattern holds a program (sre_match.h) in collected memory. A method makes a Run on the C stack: the text
 *             (a str's characters or an exporter's bytes) and the matcher's state; run_end gives back what it
 *             holds outside the heap. Replacement templates are expanded by re._subx and re._expand, as in CPython.
 * Invariants: S1 between run_begin and run_end every return goes through run_end.
 *             S2 a Match has 2 * (groups + 1) marks, -1 for groups that took no part.
 * Threads:    Pattern and Match are immutable (Match.regs is computed once more at worst). A Scanner is one word,
 *             place and flag, changed by compare-and-swap: each match is given to one caller.
 * Tests:      tests/modules/re/ */
#include "model/builtin.h"
#include "modules/sre_match.h"
#include "objects/bytes.h"
#include "objects/dict.h"
#include "objects/int.h"
#include "objects/iterators.h"
#include "objects/list.h"
#include "objects/str.h"
#include "objects/tuple.h"
#include "platform/atomics.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FLAG_LOCALE = 4, FLAG_UNICODE = 32, FLAG_ASCII = 256 };
enum { TEXT_ANY = -1, TEXT_STR = 0, TEXT_BYTES = 1 };

typedef struct {
    WfObject h;
    WfSlot pattern;    /* str, bytes-like or None */
    WfSlot groupindex; /* dict: name -> number */
    WfSlot indexgroup; /* tuple: number -> name or None */
    WfSlot program;    /* WfRaw with a WfSreProgram */
    int64_t groups;
    int32_t flags;
    int32_t text; /* TEXT_*: what it can be matched against */
} Pattern;

typedef struct {
    WfObject h;
    WfSlot string;
    WfSlot pattern;
    WfSlot regs; /* tuple, made on demand */
    int64_t pos, endpos;
    int64_t groups; /* the whole match counts as one */
    int64_t lastindex;
    int64_t marks[];
} Match;

typedef struct {
    WfObject h;
    WfSlot pattern;
    WfSlot string;
    int64_t endpos;
    uint64_t x_state; /* place << 1 | must advance, or SCANNER_DONE; atomic */
} Scanner;
#define SCANNER_DONE UINT64_MAX

#define AS_PATTERN(v) WF_AS(Pattern, v)
#define AS_MATCH(v) WF_AS(Match, v)
#define MAXSIZE "9223372036854775807"

/* --- text ----------------------------------------------------------------------------------------- */

typedef struct {
    WfValue string;
    const void *data;
    int64_t length;
    int kind;
    bool is_bytes;
    bool exported;
    WfBuffer buffer;
} Text;

static WfStatus text_get(WfThread *t, Text *x, WfValue string)
{
    x->string = string;
    x->exported = false;
    if (wf_is_str(string)) {
        WfStr *s = wf_as_str(string);
        x->data = s->data;
        x->length = s->length;
        x->kind = wf_str_kind(s);
        x->is_bytes = false;
        return WF_OK;
    }
    x->kind = 1;
    x->is_bytes = true;
    if (WF_IS_EXACT(string, BYTES)) {
        WfBytes *b = wf_as_bytes(string);
        x->data = b->data;
        x->length = b->length;
        return WF_OK;
    }
    if (!wf_has_buffer(string)) {
        return WF_FAIL(wf_raise(t, WF_EXC(TypeError), "expected string or bytes-like object, got '%T'", string));
    }
    if (wf_buffer_get(t, string, &x->buffer, WF_BUF_SIMPLE) != WF_OK) {
        return WF_RAISED;
    }
    x->exported = true;
    x->data = x->buffer.data;
    x->length = x->buffer.length;
    return WF_OK;
}

static void text_release(WfThread *t, Text *x)
{
    if (x->exported) {
        wf_buffer_release(t, &x->buffer);
        x->exported = false;
    }
}

/* Part of the text as a str or bytes of its own; the whole of an exact str or bytes is itself. */
static WfValue text_slice(WfThread *t, const Text *x, int64_t start, int64_t stop)
{
    if (stop > x->length) {
        stop = x->length;
    }
    if (start > stop) {
        start = stop;
    }
    if (start == 0 && stop == x->length
        && (x->is_bytes ? WF_IS_EXACT(x->string, BYTES) : wf_is_exact_str(x->string))) {
        return x->string;
    }
    if (x->is_bytes) {
        return wf_bytes_new(t, start == stop ? "" : (const char *)x->data + start, stop - start);
    }
    return wf_str_slice(t, wf_as_str(x->string), start, stop);
}

/* --- running a pattern ------------------------------------------------------------------------------ */

enum { RUN_SMALL = 32 };

typedef struct {
    Pattern *pattern;
    Text text;
    int64_t pos, endpos; /* fitted to the text */
    WfSreState st;
    int64_t *marks;
    int64_t small[RUN_SMALL];
} Run;

/* The matcher's heartbeat: collections and, where due, signal handlers and asynchronous exceptions. */
static int poll(void *arg)
{
    WfThread *t = arg;
    uint32_t breaker = wf_breaker(t);
    if (breaker & (WF_BREAK_SIGNAL | WF_BREAK_ASYNC_EXC | WF_BREAK_PENDING | WF_BREAK_EXIT)) {
        return wf_handle_breaker(t) != WF_OK;
    }
    wf_safepoint(t);
    return 0;
}

static const WfSreProgram *program_of(const Pattern *p)
{
    return (const WfSreProgram *)(const void *)WF_LOAD(WfRaw, &p->program)->data;
}

static WfStatus run_begin(WfThread *t, Run *r, WfValue pattern, WfValue string, int64_t pos, int64_t endpos)
{
    Pattern *p = AS_PATTERN(pattern);
    r->pattern = p;
    r->marks = r->small;
    if (text_get(t, &r->text, string) != WF_OK) {
        return WF_RAISED;
    }
    if (p->text != TEXT_ANY && (p->text == TEXT_BYTES) != r->text.is_bytes) {
        text_release(t, &r->text);
        return WF_FAIL(wf_raise(t, WF_EXC(TypeError),
                                r->text.is_bytes ? "cannot use a string pattern on a bytes-like object"
                                                 : "cannot use a bytes pattern on a string-like object"));
    }
    int64_t length = r->text.length;
    r->pos = pos < 0 ? 0 : pos > length ? length : pos;
    r->endpos = endpos < 0 ? 0 : endpos > length ? length : endpos;
    if (2 * p->groups > RUN_SMALL) {
        r->marks = malloc((size_t)p->groups * 2 * sizeof *r->marks);
        if (r->marks == NULL) {
            text_release(t, &r->text);
            return WF_FAIL(wf_raise_no_memory(t));
        }
    }
    wf_sre_begin(&r->st, program_of(p), r->text.data, r->text.kind, r->pos, r->endpos, r->marks);
    r->st.interrupt = poll;
    r->st.interrupt_arg = t;
    return WF_OK;
}

static void run_end(WfThread *t, Run *r)
{
    wf_sre_end(&r->st);
    if (r->marks != r->small) {
        free(r->marks);
    }
    text_release(t, &r->text);
}

static WfFound run_result(WfThread *t, WfSreResult result)
{
    switch (result) {
    case WF_SRE_MATCH:
        return WF_FOUND;
    case WF_SRE_NO_MATCH:
        return WF_MISSING;
    case WF_SRE_NO_MEMORY:
        return WF_FAIL_FOUND(wf_raise_no_memory(t));
    case WF_SRE_BROKEN:
        return WF_FAIL_FOUND(wf_raise(t, WF_EXC(RuntimeError), "internal error in regular expression engine"));
    case WF_SRE_INTERRUPTED:
        break;
    }
    return WF_ERROR;
}

static WfFound run_match(WfThread *t, Run *r)
{
    /* Begin behind the end: nothing there, not even an empty match. */
    return r->pos > r->endpos ? WF_MISSING : run_result(t, wf_sre_match(&r->st));
}

static WfFound run_search(WfThread *t, Run *r)
{
    return run_result(t, wf_sre_search(&r->st));
}

/* Group `i` of the current match (0: all of it); `fallback` if it took no part. */
static WfValue run_group(WfThread *t, const Run *r, int64_t i, WfValue fallback)
{
    if (i == 0) {
        return text_slice(t, &r->text, r->st.match_start, r->st.match_end);
    }
    int64_t start = r->marks[2 * (i - 1)];
    int64_t stop = r->marks[2 * (i - 1) + 1];
    return start < 0 || stop < start ? fallback : text_slice(t, &r->text, start, stop);
}

static WfValue match_new(WfThread *t, const Run *r)
{
    const Pattern *p = r->pattern;
    int64_t groups = p->groups + 1;
    Match *m = wf_gc_alloc_head(t, sizeof(Match) + (size_t)groups * 2 * sizeof(int64_t), WF_HEAD(SRE_MATCH, NATIVE));
    if (m == NULL) {
        return WF_EMPTY;
    }
    wf_store_raw(&m->string, r->text.string);
    wf_store_ptr_raw(&m->pattern, p);
    m->pos = r->pos;
    m->endpos = r->endpos;
    m->groups = groups;
    m->lastindex = r->st.lastindex;
    m->marks[0] = r->st.match_start;
    m->marks[1] = r->st.match_end;
    for (int64_t i = 0; i < p->groups; i++) {
        int64_t start = r->marks[2 * i];
        int64_t stop = r->marks[2 * i + 1];
        bool took_part = start >= 0 && stop >= start;
        m->marks[2 * i + 2] = took_part ? start : -1;
        m->marks[2 * i + 3] = took_part ? stop : -1;
    }
    return wf_from_object(m);
}

/* --- Pattern: matching --------------------------------------------------------------------------------- */

static WfStatus bounds(WfThread *t, WfValue pos_arg, WfValue endpos_arg, int64_t *pos, int64_t *endpos)
{
    return wf_to_ssize(t, pos_arg, pos) != WF_OK || wf_to_ssize(t, endpos_arg, endpos) != WF_OK ? WF_RAISED : WF_OK;
}

typedef enum { HOW_MATCH, HOW_FULLMATCH, HOW_SEARCH } How;

static WfValue pattern_run(WfThread *t, const WfValue *a, How how)
{
    int64_t pos, endpos;
    Run r;
    if (bounds(t, a[2], a[3], &pos, &endpos) != WF_OK || run_begin(t, &r, a[0], a[1], pos, endpos) != WF_OK) {
        return WF_EMPTY;
    }
    r.st.match_all = how == HOW_FULLMATCH;
    WfFound found = how == HOW_SEARCH ? run_search(t, &r) : run_match(t, &r);
    WfValue result = found == WF_FOUND ? match_new(t, &r) : found == WF_MISSING ? WF_NONE : WF_EMPTY;
    run_end(t, &r);
    return result;
}

static WfValue pattern_match(WfThread *t, WfValue *a)
{
    return pattern_run(t, a, HOW_MATCH);
}

static WfValue pattern_fullmatch(WfThread *t, WfValue *a)
{
    return pattern_run(t, a, HOW_FULLMATCH);
}

static WfValue pattern_search(WfThread *t, WfValue *a)
{
    return pattern_run(t, a, HOW_SEARCH);
}

/* What findall lists for the current match. */
static WfValue findall_item(WfThread *t, const Run *r)
{
    int64_t groups = r->pattern->groups;
    if (groups <= 1) {
        WfValue none = groups == 1 ? text_slice(t, &r->text, 0, 0) : WF_NONE;
        return wf_is_empty(none) ? none : run_group(t, r, groups, none);
    }
    WfTuple *tuple = wf_tuple_alloc(t, groups);
    if (tuple == NULL) {
        return WF_EMPTY;
    }
    for (int64_t i = 0; i < groups; i++) {
        WfValue none = text_slice(t, &r->text, 0, 0);
        WfValue item = wf_is_empty(none) ? none : run_group(t, r, i + 1, none);
        if (wf_is_empty(item)) {
            return WF_EMPTY;
        }
        wf_store(&tuple->items[i], item);
    }
    return wf_from_object(tuple);
}

static WfValue pattern_findall(WfThread *t, WfValue *a)
{
    int64_t pos, endpos;
    Run r;
    if (bounds(t, a[2], a[3], &pos, &endpos) != WF_OK || run_begin(t, &r, a[0], a[1], pos, endpos) != WF_OK) {
        return WF_EMPTY;
    }
    WfValue list = wf_list_new(t, 0);
    while (!wf_is_empty(list)) {
        WfFound found = run_search(t, &r);
        if (found == WF_MISSING) {
            break;
        }
        WfValue item = found == WF_FOUND ? findall_item(t, &r) : WF_EMPTY;
        if (wf_is_empty(item) || wf_list_append(t, wf_as_list(list), item) != WF_OK) {
            list = WF_EMPTY;
            break;
        }
        wf_sre_advance(&r.st);
    }
    run_end(t, &r);
    return list;
}

/* Splits into `list`; the text behind the last separator included. */
static WfStatus split_into(WfThread *t, Run *r, WfList *list, int64_t maxsplit)
{
    int64_t last = 0;
    for (int64_t n = 0; maxsplit <= 0 || n < maxsplit; n++) {
        WfFound found = run_search(t, r);
        if (found == WF_ERROR) {
            return WF_RAISED;
        }
        if (found == WF_MISSING) {
            break;
        }
        WfValue item = text_slice(t, &r->text, last, r->st.match_start);
        if (wf_is_empty(item) || wf_list_append(t, list, item) != WF_OK) {
            return WF_RAISED;
        }
        for (int64_t i = 1; i <= r->pattern->groups; i++) {
            item = run_group(t, r, i, WF_NONE);
            if (wf_is_empty(item) || wf_list_append(t, list, item) != WF_OK) {
                return WF_RAISED;
            }
        }
        last = r->st.match_end;
        wf_sre_advance(&r->st);
    }
    WfValue rest = text_slice(t, &r->text, last, r->text.length);
    return wf_is_empty(rest) ? WF_RAISED : wf_list_append(t, list, rest);
}

static WfValue pattern_split(WfThread *t, WfValue *a)
{
    int64_t maxsplit;
    Run r;
    if (wf_to_ssize(t, a[2], &maxsplit) != WF_OK || run_begin(t, &r, a[0], a[1], 0, INT64_MAX) != WF_OK) {
        return WF_EMPTY;
    }
    WfValue list = wf_list_new(t, 0);
    if (!wf_is_empty(list) && split_into(t, &r, wf_as_list(list), maxsplit) != WF_OK) {
        list = WF_EMPTY;
    }
    run_end(t, &r);
    return list;
}

/* --- Pattern: replacing ------------------------------------------------------------------------------------ */

/* re.<name>(a, b[, c]). */
static WfValue call_re(WfThread *t, const char *name, const WfValue *args, int64_t n)
{
    WfStr *re = wf_str_intern_cstr(t, "re");
    if (re == NULL) {
        return WF_EMPTY;
    }
    WfValue module;
    WfFound found = wf_dict_get(t, wf_as_dict(t->interp->modules), wf_from_object(re), &module);
    if (found == WF_MISSING) {
        module = wf_call1(t, t->interp->import_func, wf_from_object(re));
        found = wf_is_empty(module) ? WF_ERROR : WF_FOUND;
    }
    if (found == WF_ERROR) {
        return WF_EMPTY;
    }
    WfValue f = wf_getattr_cstr(t, module, name);
    return wf_is_empty(f) ? f : wf_call(t, f, args, n);
}

/* True if the replacement is text without a backslash, which stands for itself. */
static bool is_plain(WfThread *t, WfValue repl)
{
    if (wf_is_str(repl)) {
        WfStr *s = wf_as_str(repl);
        for (int64_t i = 0; i < s->length; i++) {
            if (wf_str_at(s, i) == '\\') {
                return false;
            }
        }
        return true;
    }
    if (!wf_has_buffer(repl)) {
        return false;
    }
    WfBuffer b;
    if (wf_buffer_get(t, repl, &b, WF_BUF_SIMPLE) != WF_OK) {
        wf_clear_pending(t);
        return false;
    }
    bool plain = b.length == 0 || memchr(b.data, '\\', (size_t)b.length) == NULL;
    wf_buffer_release(t, &b);
    return plain;
}

/* The new text piece by piece: str in a builder, bytes as a list that is joined. The first piece that does not fit is
 * remembered and complained of at the end, when all replacement functions have run, as joining a list would. */
typedef struct {
    bool is_bytes;
    WfStrBuilder builder;
    WfValue list;
    int64_t count;
    int64_t bad_index;
    WfValue bad;
} Output;

static WfStatus output_slice(WfThread *t, Output *o, const Text *x, int64_t start, int64_t stop)
{
    if (start >= stop) {
        return WF_OK;
    }
    o->count++;
    if (!o->is_bytes) {
        return wf_builder_slice(t, &o->builder, wf_as_str(x->string), start, stop);
    }
    WfValue piece = text_slice(t, x, start, stop);
    return wf_is_empty(piece) ? WF_RAISED : wf_list_append(t, wf_as_list(o->list), piece);
}

static WfStatus output_item(WfThread *t, Output *o, WfValue item)
{
    o->count++;
    if (o->is_bytes) {
        return wf_list_append(t, wf_as_list(o->list), item);
    }
    if (!wf_is_str(item)) {
        if (wf_is_empty(o->bad)) {
            o->bad = item;
            o->bad_index = o->count - 1;
        }
        return WF_OK;
    }
    return wf_builder_str(t, &o->builder, wf_as_str(item));
}

static WfValue output_finish(WfThread *t, Output *o)
{
    if (o->is_bytes) {
        WfValue joiner = wf_bytes_new(t, "", 0);
        return wf_is_empty(joiner) ? joiner : wf_call_method1(t, joiner, WF_NAME(join), o->list);
    }
    if (!wf_is_empty(o->bad)) {
        return wf_raise(t, WF_EXC(TypeError), "sequence item %lld: expected str instance, %T found",
                        (long long)o->bad_index, o->bad);
    }
    return wf_builder_finish(t, &o->builder);
}

/* Replaces in the text of `r`; the number of replacements to *n. */
static WfValue substitute(WfThread *t, Run *r, WfValue repl, bool callable, int64_t count, int64_t *n)
{
    Output o = {.is_bytes = r->text.is_bytes, .builder = WF_STR_BUILDER, .list = WF_NONE, .bad = WF_EMPTY};
    if (o.is_bytes) {
        o.list = wf_list_new(t, 0);
        if (wf_is_empty(o.list)) {
            return WF_EMPTY;
        }
    }
    int64_t done = 0; /* up to here the text is in the output */
    *n = 0;
    while (count <= 0 || *n < count) {
        WfFound found = run_search(t, r);
        if (found == WF_ERROR) {
            return WF_EMPTY;
        }
        if (found == WF_MISSING) {
            break;
        }
        if (output_slice(t, &o, &r->text, done, r->st.match_start) != WF_OK) {
            return WF_EMPTY;
        }
        WfValue item = repl;
        if (callable) {
            WfValue match = match_new(t, r);
            item = wf_is_empty(match) ? match : wf_call1(t, repl, match);
            if (wf_is_empty(item)) {
                return WF_EMPTY;
            }
        }
        if (!wf_is_none(item) && output_item(t, &o, item) != WF_OK) {
            return WF_EMPTY;
        }
        done = r->st.match_end;
        ++*n;
        wf_sre_advance(&r->st);
    }
    if (*n == 0) {
        return text_slice(t, &r->text, 0, r->text.length);
    }
    if (output_slice(t, &o, &r->text, done, r->text.length) != WF_OK) {
        return WF_EMPTY;
    }
    return output_finish(t, &o);
}

static WfValue pattern_subn_common(WfThread *t, const WfValue *a, bool with_count)
{
    int64_t count;
    if (wf_to_ssize(t, a[3], &count) != WF_OK) {
        return WF_EMPTY;
    }
    WfValue repl = a[1];
    bool callable = wf_is_callable(repl);
    if (!callable && !is_plain(t, repl)) {
        repl = call_re(t, "_subx", (WfValue[]){a[0], repl}, 2);
        if (wf_is_empty(repl)) {
            return WF_EMPTY;
        }
        callable = wf_is_callable(repl);
    }
    Run r;
    if (run_begin(t, &r, a[0], a[2], 0, INT64_MAX) != WF_OK) {
        return WF_EMPTY;
    }
    int64_t n;
    WfValue result = substitute(t, &r, repl, callable, count, &n);
    run_end(t, &r);
    if (wf_is_empty(result) || !with_count) {
        return result;
    }
    return wf_tuple_pair(t, result, wf_small_int(n));
}

static WfValue pattern_sub(WfThread *t, WfValue *a)
{
    return pattern_subn_common(t, a, false);
}

static WfValue pattern_subn(WfThread *t, WfValue *a)
{
    return pattern_subn_common(t, a, true);
}

/* --- Scanner ---------------------------------------------------------------------------------------------------- */

static WfValue pattern_scanner(WfThread *t, WfValue *a)
{
    int64_t pos, endpos;
    Run r;
    if (bounds(t, a[2], a[3], &pos, &endpos) != WF_OK || run_begin(t, &r, a[0], a[1], pos, endpos) != WF_OK) {
        return WF_EMPTY;
    }
    pos = r.pos;
    endpos = r.endpos;
    run_end(t, &r);
    Scanner *s = WF_NEW(t, Scanner, SRE_SCANNER, NATIVE);
    if (s == NULL) {
        return WF_EMPTY;
    }
    wf_store_raw(&s->pattern, a[0]);
    wf_store_raw(&s->string, a[1]);
    s->endpos = endpos;
    s->x_state = (uint64_t)pos << 1;
    return wf_from_object(s);
}

static WfValue scanner_step(WfThread *t, WfValue self, bool search)
{
    Scanner *s = WF_AS(Scanner, self);
    for (;;) {
        uint64_t state = wf_atomic_load_acquire_u64(&s->x_state);
        if (state == SCANNER_DONE) {
            return WF_NONE;
        }
        Run r;
        if (run_begin(t, &r, wf_load(&s->pattern), wf_load(&s->string), (int64_t)(state >> 1), s->endpos) != WF_OK) {
            return WF_EMPTY;
        }
        r.st.must_advance = state & 1;
        WfFound found = search ? run_search(t, &r) : run_match(t, &r);
        WfValue result = found == WF_FOUND ? match_new(t, &r) : found == WF_MISSING ? WF_NONE : WF_EMPTY;
        uint64_t next = SCANNER_DONE;
        if (found == WF_FOUND) {
            next = (uint64_t)r.st.match_end << 1 | (r.st.match_end == r.st.match_start);
        }
        run_end(t, &r);
        if (found == WF_ERROR || wf_is_empty(result)) {
            return WF_EMPTY;
        }
        if (wf_atomic_cas_acq_rel_u64(&s->x_state, &state, next)) { /* pairs with the load above */
            return result;
        }
    }
}

static WfValue scanner_match(WfThread *t, WfValue *a)
{
    return scanner_step(t, a[0], false);
}

static WfValue scanner_search(WfThread *t, WfValue *a)
{
    return scanner_step(t, a[0], true);
}

static WfValue scanner_get_pattern(WfThread *t, WfValue self)
{
    return wf_load(&WF_AS(Scanner, self)->pattern);
}

static void scanner_trace(WfMarker *m, WfObject *o)
{
    wf_mark_slot(m, &((Scanner *)o)->pattern);
    wf_mark_slot(m, &((Scanner *)o)->string);
}

static WfValue pattern_finditer(WfThread *t, WfValue *a)
{
    WfValue scanner = pattern_scanner(t, a);
    if (wf_is_empty(scanner)) {
        return WF_EMPTY;
    }
    WfValue search = wf_getattr_cstr(t, scanner, "search");
    return wf_is_empty(search) ? search : wf_callable_iter(t, search, WF_NONE);
}

static const WfBuiltinDef scanner_methods[] = {
    {"match", scanner_match, "(self, /)", "Match at the place reached; None at the end."},
    {"search", scanner_search, "(self, /)", "Find the next match; None when there is none."},
    {0}};

static const WfGetSetDef scanner_getsets[] = {
    {"pattern", scanner_get_pattern, NULL, "the pattern it was made by", WF_GS_MEMBER}, {0}};

const WfTypeSpec wf_sre_scanner_spec = {
    .name = "_sre.SRE_Scanner",
    .flags = WF_TF_NO_NEW,
    .size = sizeof(Scanner),
    .methods = scanner_methods,
    .getsets = scanner_getsets,
    .slots = {.trace = scanner_trace},
};

/* --- Pattern: the rest --------------------------------------------------------------------------------------------- */

static WfValue same(WfThread *t, WfValue *a)
{
    return a[0];
}

static WfValue class_getitem(WfThread *t, WfValue *a)
{
    return wf_call2(t, wf_from_object(WF_TYPE(GENERICALIAS)), a[0], a[1]);
}

static WfValue pattern_get_pattern(WfThread *t, WfValue self)
{
    return wf_load(&AS_PATTERN(self)->pattern);
}

static WfValue pattern_get_flags(WfThread *t, WfValue self)
{
    return wf_small_int(AS_PATTERN(self)->flags);
}

static WfValue pattern_get_groups(WfThread *t, WfValue self)
{
    return wf_small_int(AS_PATTERN(self)->groups);
}

static WfValue pattern_get_groupindex(WfThread *t, WfValue self)
{
    return wf_call1(t, wf_from_object(WF_TYPE(MAPPINGPROXY)), wf_load(&AS_PATTERN(self)->groupindex));
}

static WfValue pattern_repr(WfThread *t, WfValue self)
{
    static const char *const names[] = {"re.TEMPLATE", "re.IGNORECASE", "re.LOCALE", "re.MULTILINE", "re.DOTALL",
                                        "re.UNICODE",  "re.VERBOSE",    "re.DEBUG",  "re.ASCII"};
    Pattern *p = AS_PATTERN(self);
    uint32_t flags = (uint32_t)p->flags;
    /* UNICODE goes without saying for a str. */
    if (p->text == TEXT_STR && (flags & (FLAG_LOCALE | FLAG_UNICODE | FLAG_ASCII)) == FLAG_UNICODE) {
        flags &= ~(uint32_t)FLAG_UNICODE;
    }
    WfValue text = wf_repr(t, wf_load(&p->pattern));
    if (wf_is_empty(text)) {
        return WF_EMPTY;
    }
    WfStrBuilder b = WF_STR_BUILDER;
    WfStr *s = wf_as_str(text);
    if (wf_builder_ascii(t, &b, "re.compile(", 11) != WF_OK
        || wf_builder_slice(t, &b, s, 0, s->length < 200 ? s->length : 200) != WF_OK) {
        return WF_EMPTY;
    }
    const char *separator = ", ";
    for (size_t i = 0; i < WF_ARRAY_LEN(names); i++) {
        if (flags >> i & 1) {
            flags &= ~(1u << i);
            if (wf_builder_ascii(t, &b, separator, (int64_t)strlen(separator)) != WF_OK
                || wf_builder_ascii(t, &b, names[i], (int64_t)strlen(names[i])) != WF_OK) {
                return WF_EMPTY;
            }
            separator = "|";
        }
    }
    if (flags != 0) {
        char rest[24];
        int n = snprintf(rest, sizeof rest, "%s0x%x", separator, flags);
        if (wf_builder_ascii(t, &b, rest, n) != WF_OK) {
            return WF_EMPTY;
        }
    }
    return wf_builder_ascii(t, &b, ")", 1) != WF_OK ? WF_EMPTY : wf_builder_finish(t, &b);
}

static WfStatus pattern_hash(WfThread *t, WfValue self, int64_t *hash)
{
    Pattern *p = AS_PATTERN(self);
    int64_t h;
    if (wf_hash(t, wf_load(&p->pattern), &h) != WF_OK) {
        return WF_RAISED;
    }
    const WfSreProgram *program = program_of(p);
    uint64_t mix = (uint64_t)h ^ (uint64_t)(uint32_t)p->flags ^ (uint64_t)(int64_t)p->text;
    for (uint32_t i = 0; i < program->n; i++) {
        mix = (mix ^ program->words[i]) * 0x9E3779B97F4A7C15u;
        mix ^= mix >> 32;
    }
    *hash = (int64_t)mix == -1 ? -2 : (int64_t)mix;
    return WF_OK;
}

static WfValue pattern_compare(WfThread *t, WfValue a, WfValue b, int op)
{
    if ((op != WF_EQ && op != WF_NE) || !WF_IS_EXACT(b, SRE_PATTERN)) {
        return WF_NOT_IMPLEMENTED;
    }
    if (wf_is(a, b)) {
        return WF_BOOL(op == WF_EQ);
    }
    Pattern *x = AS_PATTERN(a);
    Pattern *y = AS_PATTERN(b);
    const WfSreProgram *p = program_of(x);
    const WfSreProgram *q = program_of(y);
    WfFound equal = WF_MISSING;
    if (x->flags == y->flags && x->text == y->text && p->n == q->n
        && memcmp(p->words, q->words, p->n * sizeof p->words[0]) == 0) {
        /* The same code may come from different texts: re.VERBOSE. */
        equal = wf_equal(t, wf_load(&x->pattern), wf_load(&y->pattern));
    }
    return equal == WF_ERROR ? WF_EMPTY : WF_BOOL((equal == WF_FOUND) == (op == WF_EQ));
}

static void pattern_trace(WfMarker *m, WfObject *o)
{
    Pattern *p = (Pattern *)o;
    wf_mark_slot(m, &p->pattern);
    wf_mark_slot(m, &p->groupindex);
    wf_mark_slot(m, &p->indexgroup);
    wf_mark_slot(m, &p->program);
}

static const WfBuiltinDef pattern_methods[] = {
    {"match", pattern_match, "(self, /, string, pos=0, endpos=" MAXSIZE ")", "Match at pos; None if it does not."},
    {"fullmatch", pattern_fullmatch, "(self, /, string, pos=0, endpos=" MAXSIZE ")",
     "Match all from pos to endpos; None if it does not."},
    {"search", pattern_search, "(self, /, string, pos=0, endpos=" MAXSIZE ")",
     "Find the first match; None if there is none."},
    {"sub", pattern_sub, "(self, /, repl, string, count=0)", "Return string with the matches replaced by repl."},
    {"subn", pattern_subn, "(self, /, repl, string, count=0)",
     "Return (string with the matches replaced by repl, number of replacements)."},
    {"findall", pattern_findall, "(self, /, string, pos=0, endpos=" MAXSIZE ")", "List all matches in string."},
    {"split", pattern_split, "(self, /, string, maxsplit=0)", "Split string at the matches."},
    {"finditer", pattern_finditer, "(self, /, string, pos=0, endpos=" MAXSIZE ")", "Iterate over all matches in string."},
    {"scanner", pattern_scanner, "(self, /, string, pos=0, endpos=" MAXSIZE ")", "Return an object that matches step by step."},
    {"__copy__", same, "(self, /)", "Patterns are immutable: return self."},
    {"__deepcopy__", same, "(self, memo, /)", "Patterns are immutable: return self."},
    {"__class_getitem__", class_getitem, "(cls, item, /)", "See PEP 585.", WF_FN_CLASS},
    {0}};

static const WfGetSetDef pattern_getsets[] = {
    {"pattern", pattern_get_pattern, NULL, "The text it was compiled from.", WF_GS_MEMBER},
    {"flags", pattern_get_flags, NULL, "The flags it was compiled with.", WF_GS_MEMBER},
    {"groups", pattern_get_groups, NULL, "The number of capturing groups.", WF_GS_MEMBER},
    {"groupindex", pattern_get_groupindex, NULL, "Maps group names to numbers.", 0},
    {0}};

const WfTypeSpec wf_sre_pattern_spec = {
    .name = "re.Pattern",
    .doc = "Compiled regular expression object.",
    .flags = WF_TF_NO_NEW | WF_TF_WEAKREFS,
    .size = sizeof(Pattern),
    .methods = pattern_methods,
    .getsets = pattern_getsets,
    .slots = {.repr = pattern_repr, .hash = pattern_hash, .richcompare = pattern_compare, .trace = pattern_trace},
};

/* --- Match ---------------------------------------------------------------------------------------------------------- */

/* The number of a group given by number or name; -1 and IndexError if there is none. */
static int64_t match_index(WfThread *t, const Match *m, WfValue group)
{
    int64_t i = -1;
    if (wf_is_any_int(group) || !wf_is_str(group)) {
        WfType *type = wf_type(group);
        if (wf_is_any_int(group) || type->slots.index != NULL) {
            if (wf_as_index(t, group, &i, NULL) != WF_OK) {
                return -1;
            }
            group = WF_EMPTY;
        }
    }
    if (!wf_is_empty(group)) {
        WfDict *names = WF_LOAD(WfDict, &WF_LOAD(Pattern, &m->pattern)->groupindex);
        WfValue number;
        WfFound found = wf_dict_get(t, names, group, &number);
        if (found == WF_ERROR) {
            return -1;
        }
        if (found == WF_FOUND && wf_is_any_int(number) && !wf_int_to_i64(number, &i)) {
            i = -1;
        }
    }
    if (i < 0 || i >= m->groups) {
        wf_raise(t, WF_EXC(IndexError), "no such group");
        return -1;
    }
    return i;
}

static WfValue match_slice(WfThread *t, const Match *m, int64_t i, WfValue fallback)
{
    WfValue string = wf_load(&m->string);
    int64_t start = m->marks[2 * i];
    if (start < 0) {
        return fallback;
    }
    Text x;
    if (text_get(t, &x, string) != WF_OK) {
        return WF_EMPTY;
    }
    WfValue part = text_slice(t, &x, start, m->marks[2 * i + 1]);
    text_release(t, &x);
    return part;
}

static WfValue match_group_by(WfThread *t, const Match *m, WfValue group)
{
    int64_t i = match_index(t, m, group);
    return i < 0 ? WF_EMPTY : match_slice(t, m, i, WF_NONE);
}

static WfValue match_group(WfThread *t, WfValue *a)
{
    const Match *m = AS_MATCH(a[0]);
    WfTuple *args = wf_as_tuple(a[1]);
    if (args->length == 0) {
        return match_slice(t, m, 0, WF_NONE);
    }
    if (args->length == 1) {
        return match_group_by(t, m, wf_tuple_at(args, 0));
    }
    WfTuple *result = wf_tuple_alloc(t, args->length);
    if (result == NULL) {
        return WF_EMPTY;
    }
    for (int64_t i = 0; i < args->length; i++) {
        WfValue item = match_group_by(t, m, wf_tuple_at(args, i));
        if (wf_is_empty(item)) {
            return WF_EMPTY;
        }
        wf_store(&result->items[i], item);
    }
    return wf_from_object(result);
}

static WfValue match_getitem(WfThread *t, WfValue self, WfValue key)
{
    return match_group_by(t, AS_MATCH(self), key);
}

static WfValue match_groups(WfThread *t, WfValue *a)
{
    const Match *m = AS_MATCH(a[0]);
    WfTuple *result = wf_tuple_alloc(t, m->groups - 1);
    if (result == NULL) {
        return WF_EMPTY;
    }
    for (int64_t i = 1; i < m->groups; i++) {
        WfValue item = match_slice(t, m, i, a[1]);
        if (wf_is_empty(item)) {
            return WF_EMPTY;
        }
        wf_store(&result->items[i - 1], item);
    }
    return wf_from_object(result);
}

static WfValue match_groupdict(WfThread *t, WfValue *a)
{
    const Match *m = AS_MATCH(a[0]);
    WfDict *names = WF_LOAD(WfDict, &WF_LOAD(Pattern, &m->pattern)->groupindex);
    WfValue result = wf_dict_new(t);
    if (wf_is_empty(result)) {
        return WF_EMPTY;
    }
    int64_t at = 0;
    WfValue key, number;
    while (wf_dict_next(names, &at, &key, &number)) {
        int64_t i = match_index(t, m, key);
        WfValue item = i < 0 ? WF_EMPTY : match_slice(t, m, i, a[1]);
        if (wf_is_empty(item) || wf_dict_set(t, wf_as_dict(result), key, item) != WF_OK) {
            return WF_EMPTY;
        }
    }
    return result;
}

static WfValue match_start(WfThread *t, WfValue *a)
{
    int64_t i = match_index(t, AS_MATCH(a[0]), a[1]);
    return i < 0 ? WF_EMPTY : wf_small_int(AS_MATCH(a[0])->marks[2 * i]);
}

static WfValue match_end(WfThread *t, WfValue *a)
{
    int64_t i = match_index(t, AS_MATCH(a[0]), a[1]);
    return i < 0 ? WF_EMPTY : wf_small_int(AS_MATCH(a[0])->marks[2 * i + 1]);
}

static WfValue span_of(WfThread *t, const Match *m, int64_t i)
{
    return wf_tuple_pair(t, wf_small_int(m->marks[2 * i]), wf_small_int(m->marks[2 * i + 1]));
}

static WfValue match_span(WfThread *t, WfValue *a)
{
    int64_t i = match_index(t, AS_MATCH(a[0]), a[1]);
    return i < 0 ? WF_EMPTY : span_of(t, AS_MATCH(a[0]), i);
}

static WfValue match_expand(WfThread *t, WfValue *a)
{
    return call_re(t, "_expand", (WfValue[]){wf_load(&AS_MATCH(a[0])->pattern), a[0], a[1]}, 3);
}

static WfValue match_get_regs(WfThread *t, WfValue self)
{
    Match *m = AS_MATCH(self);
    WfValue regs = wf_load(&m->regs);
    if (!wf_is_empty(regs)) {
        return regs;
    }
    WfTuple *result = wf_tuple_alloc(t, m->groups);
    if (result == NULL) {
        return WF_EMPTY;
    }
    for (int64_t i = 0; i < m->groups; i++) {
        WfValue span = span_of(t, m, i);
        if (wf_is_empty(span)) {
            return WF_EMPTY;
        }
        wf_store(&result->items[i], span);
    }
    wf_store_ptr(&m->regs, result);
    return wf_from_object(result);
}

static WfValue match_get_lastindex(WfThread *t, WfValue self)
{
    int64_t i = AS_MATCH(self)->lastindex;
    return i > 0 ? wf_small_int(i) : WF_NONE;
}

static WfValue match_get_lastgroup(WfThread *t, WfValue self)
{
    const Match *m = AS_MATCH(self);
    WfTuple *names = WF_LOAD(WfTuple, &WF_LOAD(Pattern, &m->pattern)->indexgroup);
    return m->lastindex > 0 && m->lastindex < names->length ? wf_tuple_at(names, m->lastindex) : WF_NONE;
}

static WfValue match_get_string(WfThread *t, WfValue self)
{
    return wf_load(&AS_MATCH(self)->string);
}

static WfValue match_get_re(WfThread *t, WfValue self)
{
    return wf_load(&AS_MATCH(self)->pattern);
}

static WfValue match_get_pos(WfThread *t, WfValue self)
{
    return wf_small_int(AS_MATCH(self)->pos);
}

static WfValue match_get_endpos(WfThread *t, WfValue self)
{
    return wf_small_int(AS_MATCH(self)->endpos);
}

static WfValue match_repr(WfThread *t, WfValue self)
{
    const Match *m = AS_MATCH(self);
    WfValue text = match_slice(t, m, 0, WF_NONE);
    if (wf_is_empty(text)) {
        return WF_EMPTY;
    }
    return wf_str_format(t, "<re.Match object; span=(%lld, %lld), match=%R>", (long long)m->marks[0],
                         (long long)m->marks[1], text);
}

static void match_trace(WfMarker *m, WfObject *o)
{
    Match *x = (Match *)o;
    wf_mark_slot(m, &x->string);
    wf_mark_slot(m, &x->pattern);
    wf_mark_slot(m, &x->regs);
}

static const WfBuiltinDef match_methods[] = {
    {"group", match_group, "(self, /, *groups)", "Return the text of one group, or a tuple of several; 0 is the whole match."},
    {"start", match_start, "(self, group=0, /)", "Return where the group begins."},
    {"end", match_end, "(self, group=0, /)", "Return where the group ends."},
    {"span", match_span, "(self, group=0, /)", "Return where the group begins and ends."},
    {"groups", match_groups, "(self, /, default=None)", "Return a tuple of all groups; default for those that took no part."},
    {"groupdict", match_groupdict, "(self, /, default=None)", "Return a dict of all named groups."},
    {"expand", match_expand, "(self, /, template)", "Return template with its group references replaced."},
    {"__copy__", same, "(self, /)", "Matches are immutable: return self."},
    {"__deepcopy__", same, "(self, memo, /)", "Matches are immutable: return self."},
    {"__class_getitem__", class_getitem, "(cls, item, /)", "See PEP 585.", WF_FN_CLASS},
    {0}};

static const WfGetSetDef match_getsets[] = {
    {"string", match_get_string, NULL, "The text that was matched.", WF_GS_MEMBER},
    {"re", match_get_re, NULL, "The pattern.", WF_GS_MEMBER},
    {"pos", match_get_pos, NULL, "Where matching began.", WF_GS_MEMBER},
    {"endpos", match_get_endpos, NULL, "Where matching had to end.", WF_GS_MEMBER},
    {"lastindex", match_get_lastindex, NULL, "The number of the group that was closed last.", 0},
    {"lastgroup", match_get_lastgroup, NULL, "The name of the group that was closed last.", 0},
    {"regs", match_get_regs, NULL, "The spans of all groups.", 0},
    {0}};

const WfTypeSpec wf_sre_match_spec = {
    .name = "re.Match",
    .doc = "The result of re.match() and re.search().",
    .flags = WF_TF_NO_NEW | WF_TF_VARSIZE,
    .size = sizeof(Match),
    .methods = match_methods,
    .getsets = match_getsets,
    .slots = {.repr = match_repr, .getitem = match_getitem, .trace = match_trace},
};

/* --- the module ------------------------------------------------------------------------------------------------------- */

static WfStatus check_type(WfThread *t, WfValue v, bool ok, const char *argument, const char *wanted)
{
    if (ok) {
        return WF_OK;
    }
    return WF_FAIL(wf_raise(t, WF_EXC(TypeError), "compile() argument '%s' must be %s, not %T", argument, wanted, v));
}

static WfValue sre_compile(WfThread *t, WfValue *a)
{
    WfValue pattern = a[0], code_list = a[2], groupindex = a[4], indexgroup = a[5];
    int flags;
    int64_t groups;
    if (wf_to_int(t, a[1], &flags) != WF_OK
        || check_type(t, code_list, wf_is_list(code_list), "code", "list") != WF_OK
        || wf_to_ssize(t, a[3], &groups) != WF_OK
        || check_type(t, groupindex, wf_is_dict(groupindex), "groupindex", "dict") != WF_OK
        || check_type(t, indexgroup, wf_is_tuple(indexgroup), "indexgroup", "tuple") != WF_OK) {
        return WF_EMPTY;
    }
    int kind = TEXT_ANY;
    if (!wf_is_none(pattern)) {
        Text x;
        if (text_get(t, &x, pattern) != WF_OK) {
            return WF_EMPTY;
        }
        kind = x.is_bytes ? TEXT_BYTES : TEXT_STR;
        text_release(t, &x);
    }

    WfList *list = wf_as_list(code_list);
    int64_t n = wf_list_length(list);
    WfRaw *words = wf_gc_alloc_raw(t, (n > 0 ? n : 1) * (int64_t)sizeof(uint32_t), false);
    if (words == NULL) {
        return WF_EMPTY;
    }
    uint32_t *code = (uint32_t *)(void *)words->data;
    for (int64_t i = 0; i < n; i++) {
        WfValue v = wf_list_at(list, i);
        uint64_t word;
        if (wf_is_empty(v) || !wf_is_any_int(v) || !wf_int_to_u64(v, &word) || word > UINT32_MAX) {
            return wf_raise(t, WF_EXC(OverflowError), "regular expression code size limit exceeded");
        }
        code[i] = (uint32_t)word;
    }
    size_t size;
    if (groups < 0 || groups > WF_SRE_MAXGROUPS || !wf_sre_check(code, (size_t)n, (uint32_t)groups, &size)) {
        return wf_raise(t, WF_EXC(RuntimeError), "invalid SRE code");
    }
    WfRaw *program = wf_gc_alloc_raw(t, (int64_t)size, true);
    if (program == NULL) {
        return WF_EMPTY;
    }
    wf_sre_program_build((WfSreProgram *)(void *)program->data, code, (size_t)n, (uint32_t)groups);

    Pattern *p = WF_NEW(t, Pattern, SRE_PATTERN, NATIVE);
    if (p == NULL) {
        return WF_EMPTY;
    }
    wf_store_raw(&p->pattern, pattern);
    wf_store_raw(&p->groupindex, groupindex);
    wf_store_raw(&p->indexgroup, indexgroup);
    wf_store_ptr_raw(&p->program, program);
    p->groups = groups;
    p->flags = flags;
    p->text = kind;
    return wf_from_object(p);
}

static WfValue sre_getcodesize(WfThread *t, WfValue *a)
{
    return wf_small_int((int64_t)sizeof(uint32_t));
}

static WfValue sre_ascii_iscased(WfThread *t, WfValue *a)
{
    int c;
    if (wf_to_int(t, a[0], &c) != WF_OK) {
        return WF_EMPTY;
    }
    uint32_t u = (uint32_t)c | 32;
    return WF_BOOL(c >= 0 && c < 128 && u - 'a' < 26);
}

static WfValue sre_unicode_iscased(WfThread *t, WfValue *a)
{
    int c;
    if (wf_to_int(t, a[0], &c) != WF_OK) {
        return WF_EMPTY;
    }
    uint32_t u = (uint32_t)c;
    return WF_BOOL(wf_sre_lower_unicode(u) != u || wf_sre_upper_unicode(u) != u);
}

static WfValue sre_ascii_tolower(WfThread *t, WfValue *a)
{
    int c;
    return wf_to_int(t, a[0], &c) != WF_OK ? WF_EMPTY : wf_small_int((int)wf_sre_lower_ascii((uint32_t)c));
}

static WfValue sre_unicode_tolower(WfThread *t, WfValue *a)
{
    int c;
    return wf_to_int(t, a[0], &c) != WF_OK ? WF_EMPTY : wf_small_int((int)wf_sre_lower_unicode((uint32_t)c));
}

static const WfBuiltinDef functions[] = {
    {"compile", sre_compile, "(pattern, flags, code, groups, groupindex, indexgroup)",
     "Make a Pattern from the code that re._compiler made."},
    {"getcodesize", sre_getcodesize, "()", "Return the size of a code word in bytes."},
    {"ascii_iscased", sre_ascii_iscased, "(character, /)", "Does the character have case, in ASCII?"},
    {"unicode_iscased", sre_unicode_iscased, "(character, /)", "Does the character have case, in Unicode?"},
    {"ascii_tolower", sre_ascii_tolower, "(character, /)", "Return the character in lower case, in ASCII."},
    {"unicode_tolower", sre_unicode_tolower, "(character, /)", "Return the character in lower case, in Unicode."},
    {0}};

static WfStatus init(WfThread *t, WfValue module)
{
    if (wf_type_ready(t, WF_TYPE(SRE_PATTERN)) != WF_OK || wf_type_ready(t, WF_TYPE(SRE_MATCH)) != WF_OK
        || wf_type_ready(t, WF_TYPE(SRE_SCANNER)) != WF_OK
        || wf_module_add_int(t, module, "MAGIC", WF_SRE_MAGIC) != WF_OK
        || wf_module_add_int(t, module, "CODESIZE", (int64_t)sizeof(uint32_t)) != WF_OK
        || wf_module_add_int(t, module, "MAXREPEAT", WF_SRE_MAXREPEAT) != WF_OK) {
        return WF_RAISED;
    }
    return wf_module_add_int(t, module, "MAXGROUPS", WF_SRE_MAXGROUPS);
}

const WfModuleDef wf_module__sre = {
    .name = "_sre",
    .doc = "The engine of regular expressions.",
    .functions = functions,
    .init = init,
};
