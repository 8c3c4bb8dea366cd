/* _csv.c - module _csv: reading and writing lines of comma-separated values.
 * SPDX-License-Identifier: MIT
 *
 * Design:  A reader is a state machine over the characters of its lines. What it steps over in one go stays a slice of the line;
 *          only a field that is put together of several pieces goes through a builder. A writer builds the whole
 *          record and calls write() once.
 * Threads: a Dialect is immutable; so is all of a reader or writer but the reader's count of lines (atomic). What one call
 *          works on lies on its C stack: threads that share a reader get whole records as far as the iterator gives
 *          each of them whole lines. The registry of dialects is a dict. The field limit is an item of a list. */
#include "model/builtin.h"
#include "objects/dict.h"
#include "objects/exceptions.h"
#include "objects/float.h"
#include "objects/list.h"
#include "objects/module_state.h"
#include "objects/str.h"
#include "objects/tuple.h"

#define CSV_ERROR WF_EXC(CSV_ERROR)
#define NOT_SET (-1) /* no such character */
enum { QUOTE_MINIMAL, QUOTE_ALL, QUOTE_NONNUMERIC, QUOTE_NONE };

const WfTypeSpec wf_csv_error_spec = {
    .name = "_csv.Error",
    .flags = WF_TF_BASETYPE | WF_TF_HAS_DICT | WF_TF_EXCEPTION | WF_TF_WEAKREFS,
    .size = offsetof(WfException, extra),
};

/* --- what the module keeps: [registry, field limit] ------------------------------------------------------------------- */

enum { STATE_DIALECTS, STATE_LIMIT };

static WfList *state(WfThread *t)
{
    WfValue v = wf_module_state_get(t, "_csv");
    return wf_is_empty(v) ? WF_FAIL_NULL(wf_raise(t, WF_EXC(RuntimeError), "the state of _csv is lost")) : wf_as_list(v);
}

static WfValue find_dialect(WfThread *t, WfValue name)
{
    WfList *s = state(t);
    WfValue found;
    if (s == NULL) {
        return WF_EMPTY;
    }
    WfFound f = wf_dict_get(t, wf_as_dict(wf_list_at(s, STATE_DIALECTS)), name, &found);
    return f == WF_FOUND ? found : f == WF_MISSING ? wf_raise(t, CSV_ERROR, "unknown dialect") : WF_EMPTY;
}

/* --- dialects --------------------------------------------------------------------------------------------------------- */

typedef struct Dialect {
    WfObject h; /* all immutable after new */
    WfSlot line_terminator;
    int32_t delimiter, quote, escape;
    uint8_t quoting;
    bool double_quote, skip_space, strict;
} Dialect;

enum { DELIMITER, DOUBLEQUOTE, ESCAPECHAR, LINETERMINATOR, QUOTECHAR, QUOTING, SKIPINITIALSPACE, STRICT, N_FIELDS };
static const char *const field_names[N_FIELDS] = {"delimiter", "doublequote", "escapechar",       "lineterminator",
                                                  "quotechar", "quoting",     "skipinitialspace", "strict"};

static WfStatus char_field(WfThread *t, WfValue v, int field, bool may_be_none, int32_t deflt, int32_t *out)
{
    const char *name = field_names[field];
    *out = deflt;
    if (wf_is_empty(v)) {
        return WF_OK;
    }
    *out = NOT_SET;
    if (wf_is_none(v) && may_be_none) {
        return WF_OK;
    }
    if (!wf_is_str(v)) {
        return WF_FAIL(wf_raise(t, WF_EXC(TypeError), "\"%s\" must be string%s, not %.200s", name, may_be_none ? " or None" : "",
                                WF_TYPE_NAME(v)));
    }
    if (wf_as_str(v)->length != 1) {
        return WF_FAIL(wf_raise(t, WF_EXC(TypeError), "\"%s\" must be a 1-character string", name));
    }
    *out = (int32_t)wf_str_at(wf_as_str(v), 0);
    return WF_OK;
}

static WfStatus bool_field(WfThread *t, WfValue v, bool deflt, bool *out)
{
    *out = deflt;
    return wf_is_empty(v) ? WF_OK : wf_to_bool(t, v, out);
}

static WfStatus quoting_field(WfThread *t, WfValue v, uint8_t *out)
{
    int value = QUOTE_MINIMAL;
    if (!wf_is_empty(v)) {
        if (!wf_is_int(v) && !WF_IS_EXACT(v, INT)) {
            return WF_FAIL(wf_raise(t, WF_EXC(TypeError), "\"quoting\" must be an integer"));
        }
        if (wf_to_int(t, v, &value) != WF_OK) {
            return WF_RAISED;
        }
    }
    if (value < QUOTE_MINIMAL || value > QUOTE_NONE) {
        return WF_FAIL(wf_raise(t, WF_EXC(TypeError), "bad \"quoting\" value"));
    }
    *out = (uint8_t)value;
    return WF_OK;
}

static WfStatus fill_dialect(WfThread *t, Dialect *d, const WfValue *f)
{
    WfValue end = f[LINETERMINATOR];
    if (char_field(t, f[DELIMITER], DELIMITER, false, ',', &d->delimiter) != WF_OK
        || bool_field(t, f[DOUBLEQUOTE], true, &d->double_quote) != WF_OK
        || char_field(t, f[ESCAPECHAR], ESCAPECHAR, true, NOT_SET, &d->escape) != WF_OK) {
        return WF_RAISED;
    }
    if (!wf_is_empty(end) && !wf_is_none(end) && !wf_is_str(end)) {
        return WF_FAIL(wf_raise(t, WF_EXC(TypeError), "\"lineterminator\" must be a string"));
    }
    bool none_by_quote = wf_is_empty(f[QUOTING]) && !wf_is_empty(f[QUOTECHAR]) && wf_is_none(f[QUOTECHAR]);
    if (char_field(t, f[QUOTECHAR], QUOTECHAR, true, '"', &d->quote) != WF_OK || quoting_field(t, f[QUOTING], &d->quoting) != WF_OK
        || bool_field(t, f[SKIPINITIALSPACE], false, &d->skip_space) != WF_OK || bool_field(t, f[STRICT], false, &d->strict) != WF_OK) {
        return WF_RAISED;
    }
    if (none_by_quote) {
        d->quoting = QUOTE_NONE;
    }
    if (d->quoting != QUOTE_NONE && d->quote == NOT_SET) {
        return WF_FAIL(wf_raise(t, WF_EXC(TypeError), "quotechar must be set if quoting enabled"));
    }
    if (!wf_is_empty(end) && wf_is_none(end)) {
        return WF_FAIL(wf_raise(t, WF_EXC(TypeError), "lineterminator must be set"));
    }
    if (wf_is_empty(end)) {
        end = wf_str_from_cstr(t, "\r\n");
    }
    if (wf_is_empty(end)) {
        return WF_RAISED;
    }
    wf_store(&d->line_terminator, end);
    return WF_OK;
}

static WfValue dialect_new(WfThread *t, WfType *type, const WfArgs *args)
{
    WfValue a[1 + N_FIELDS], *f = a + 1, dialect;
    if (wf_parse_args(t, "",
                      "(dialect=?, delimiter=?, doublequote=?, escapechar=?, lineterminator=?, quotechar=?, quoting=?, "
                      "skipinitialspace=?, strict=?)",
                      args, a, 1 + N_FIELDS)
        != WF_OK) {
        return WF_EMPTY;
    }
    dialect = a[0];
    if (!wf_is_empty(dialect)) {
        bool changed = false;
        if (wf_is_str(dialect)) {
            dialect = find_dialect(t, dialect);
            if (wf_is_empty(dialect)) {
                return WF_EMPTY;
            }
        }
        for (int k = 0; k < N_FIELDS; k++) {
            changed = changed || !wf_is_empty(f[k]);
        }
        if (!changed && wf_is_instance_of(dialect, WF_TYPE(CSV_DIALECT))) {
            return dialect;
        }
        for (int k = 0; k < N_FIELDS; k++) {
            if (wf_is_empty(f[k])) {
                f[k] = wf_getattr_cstr(t, dialect, field_names[k]);
                wf_clear_pending(t); /* whatever it is: the default holds */
            }
        }
    }
    Dialect *d = (Dialect *)wf_instance_new(t, type, 0);
    return d == NULL || fill_dialect(t, d, f) != WF_OK ? WF_EMPTY : wf_from_object(d);
}

/* The dialect of reader(x, dialect, **fields): what follows the first argument. */
static const Dialect *dialect_behind(WfThread *t, const WfArgs *args)
{
    WfArgs rest = {args->items + 1, args->n_pos - 1, args->kwnames};
    WfValue d = dialect_new(t, WF_TYPE(CSV_DIALECT), &rest);
    return wf_is_empty(d) ? NULL : WF_AS(Dialect, d);
}

static WfStatus check_count(WfThread *t, const WfArgs *args)
{
    if (args->n_pos < 1) {
        return WF_FAIL(wf_raise(t, WF_EXC(TypeError), " expected at least 1 argument, got 0"));
    }
    return args->n_pos > 2 ? WF_FAIL(wf_raise(t, WF_EXC(TypeError), " expected at most 2 arguments, got %zd", args->n_pos)) : WF_OK;
}

static WfValue char_or_none(WfThread *t, int32_t c)
{
    return c == NOT_SET ? WF_NONE : wf_str_from_char(t, (uint32_t)c);
}
static WfValue get_delimiter(WfThread *t, WfValue self) { return char_or_none(t, WF_AS(Dialect, self)->delimiter); }
static WfValue get_quotechar(WfThread *t, WfValue self) { return char_or_none(t, WF_AS(Dialect, self)->quote); }
static WfValue get_escapechar(WfThread *t, WfValue self) { return char_or_none(t, WF_AS(Dialect, self)->escape); }
static WfValue get_terminator(WfThread *t, WfValue self) { return wf_load(&WF_AS(Dialect, self)->line_terminator); }
static WfValue get_quoting(WfThread *t, WfValue self) { return wf_small_int(WF_AS(Dialect, self)->quoting); }
static WfValue get_doublequote(WfThread *t, WfValue self) { return WF_BOOL(WF_AS(Dialect, self)->double_quote); }
static WfValue get_skip(WfThread *t, WfValue self) { return WF_BOOL(WF_AS(Dialect, self)->skip_space); }
static WfValue get_strict(WfThread *t, WfValue self) { return WF_BOOL(WF_AS(Dialect, self)->strict); }
static WfValue dialect_reduce(WfThread *t, WfValue *a)
{
    return wf_raise(t, WF_EXC(TypeError), "cannot pickle '%.100s' instances", wf_type_name(wf_type(a[0])));
}
static void dialect_trace(WfMarker *m, WfObject *o)
{
    wf_mark_slot(m, &((Dialect *)o)->line_terminator);
}
static const WfBuiltinDef dialect_methods[] = {{"__reduce__", dialect_reduce, "(self, /)", "Raises TypeError.", 0},
                                               {"__reduce_ex__", dialect_reduce, "(self, protocol=0, /)", "Raises TypeError.", 0},
                                               {0}};
static const WfGetSetDef dialect_getsets[] = {{"delimiter", get_delimiter, NULL, NULL, 0},
                                              {"escapechar", get_escapechar, NULL, NULL, 0},
                                              {"lineterminator", get_terminator, NULL, NULL, 0},
                                              {"quotechar", get_quotechar, NULL, NULL, 0},
                                              {"quoting", get_quoting, NULL, NULL, 0},
                                              {"skipinitialspace", get_skip, NULL, NULL, WF_GS_MEMBER},
                                              {"doublequote", get_doublequote, NULL, NULL, WF_GS_MEMBER},
                                              {"strict", get_strict, NULL, NULL, WF_GS_MEMBER},
                                              {0}};
const WfTypeSpec wf_csv_dialect_spec = {
    .name = "_csv.Dialect",
    .doc = "How a kind of CSV is written: what separates, quotes, escapes and ends.",
    .flags = WF_TF_BASETYPE,
    .size = sizeof(Dialect),
    .methods = dialect_methods,
    .getsets = dialect_getsets,
    .slots = {.new_ = dialect_new, .trace = dialect_trace},
};

/* --- reader ----------------------------------------------------------------------------------------------------------- */

typedef struct Reader {
    WfObject h;
    WfSlot lines, dialect, state; /* immutable */
    int64_t x_line_num;           /* atomic, relaxed */
} Reader;

typedef enum Where {
    START_RECORD,
    START_FIELD,
    ESCAPED,
    IN_FIELD,
    IN_QUOTED,
    ESCAPED_IN_QUOTED,
    QUOTE_IN_QUOTED,
    AFTER_LINE_END,
    AFTER_ESCAPED_END
} Where;

/* One record on its way. The field so far is `head` and then the characters [from, to) of `line`. */
typedef struct Parse {
    WfThread *t;
    const Dialect *d;
    WfStr *line;
    WfList *fields;
    WfStrBuilder head;
    int64_t from, to, limit;
    Where where;
    bool numeric;
} Parse;

static WfStatus flush_run(Parse *p)
{
    WfStatus status = p->to > p->from ? wf_builder_slice(p->t, &p->head, p->line, p->from, p->to) : WF_OK;
    p->from = p->to = 0;
    return status;
}

/* Adds the characters [i, end) of the line to the field. */
static WfStatus add_run(Parse *p, int64_t i, int64_t end)
{
    if (p->to != i) {
        if (flush_run(p) != WF_OK) {
            return WF_RAISED;
        }
        p->from = i;
    }
    p->to = end;
    if (p->head.length + (p->to - p->from) > p->limit) {
        return WF_FAIL(wf_raise(p->t, CSV_ERROR, "field larger than field limit (%zd)", p->limit));
    }
    return WF_OK;
}

/* Adds the '\n' that a line without one at its end is taken to have. */
static WfStatus add_newline(Parse *p)
{
    if (flush_run(p) != WF_OK || wf_builder_char(p->t, &p->head, '\n') != WF_OK) {
        return WF_RAISED;
    }
    return p->head.length > p->limit ? WF_FAIL(wf_raise(p->t, CSV_ERROR, "field larger than field limit (%zd)", p->limit)) : WF_OK;
}

static WfStatus save_field(Parse *p)
{
    WfThread *t = p->t;
    WfValue field;
    if (p->head.length == 0) {
        field = wf_str_slice(t, p->line, p->from, p->to);
    } else {
        field = flush_run(p) != WF_OK ? WF_EMPTY : wf_builder_finish(t, &p->head);
    }
    p->head = WF_STR_BUILDER;
    p->from = p->to = 0;
    if (p->numeric && !wf_is_empty(field)) {
        int64_t n;
        const char *text = wf_number_text(t, wf_as_str(field), &n);
        field = text == NULL ? WF_EMPTY : wf_float_from_text(t, text, n, field);
    }
    p->numeric = false;
    return wf_is_empty(field) ? WF_RAISED : wf_list_append(t, p->fields, field);
}

#define END_OF_LINE (-2)

WF_INLINE bool ends_line(int32_t c)
{
    return c == '\n' || c == '\r' || c == END_OF_LINE;
}

static WfStatus end_field(Parse *p, int32_t c)
{
    p->where = c == END_OF_LINE ? START_RECORD : AFTER_LINE_END;
    return save_field(p);
}

/* Takes the character c, which is at i of the line. */
static WfStatus take(Parse *p, int32_t c, int64_t i)
{
    const Dialect *d = p->d;
    switch (p->where) {
    case START_RECORD:
        if (ends_line(c)) {
            p->where = c == END_OF_LINE ? START_RECORD : AFTER_LINE_END;
            return WF_OK;
        }
        __attribute__((fallthrough));
    case START_FIELD:
        if (ends_line(c)) {
            return end_field(p, c);
        }
        if (c == d->quote && d->quoting != QUOTE_NONE) {
            p->where = IN_QUOTED;
            return WF_OK;
        }
        if (c == d->escape) {
            p->where = ESCAPED;
            return WF_OK;
        }
        p->where = START_FIELD;
        if (c == ' ' && d->skip_space) {
            return WF_OK;
        }
        if (c == d->delimiter) {
            return save_field(p);
        }
        p->numeric = d->quoting == QUOTE_NONNUMERIC;
        p->where = IN_FIELD;
        return add_run(p, i, i + 1);
    case ESCAPED:
        p->where = c == '\n' || c == '\r' ? AFTER_ESCAPED_END : IN_FIELD;
        return c == END_OF_LINE ? add_newline(p) : add_run(p, i, i + 1);
    case AFTER_ESCAPED_END:
        if (c == END_OF_LINE) {
            return WF_OK;
        }
        __attribute__((fallthrough));
    case IN_FIELD:
        if (ends_line(c)) {
            return end_field(p, c);
        }
        if (c == d->escape) {
            p->where = ESCAPED;
            return WF_OK;
        }
        if (c == d->delimiter) {
            p->where = START_FIELD;
            return save_field(p);
        }
        p->where = IN_FIELD;
        return add_run(p, i, i + 1);
    case IN_QUOTED:
        if (c == END_OF_LINE) {
            return WF_OK;
        }
        if (c == d->escape) {
            p->where = ESCAPED_IN_QUOTED;
            return WF_OK;
        }
        if (c == d->quote && d->quoting != QUOTE_NONE) {
            p->where = d->double_quote ? QUOTE_IN_QUOTED : IN_FIELD;
            return WF_OK;
        }
        return add_run(p, i, i + 1);
    case ESCAPED_IN_QUOTED:
        p->where = IN_QUOTED;
        return c == END_OF_LINE ? add_newline(p) : add_run(p, i, i + 1);
    case QUOTE_IN_QUOTED:
        if (c == d->quote && d->quoting != QUOTE_NONE) {
            p->where = IN_QUOTED;
            return add_run(p, i, i + 1);
        }
        if (c == d->delimiter) {
            p->where = START_FIELD;
            return save_field(p);
        }
        if (ends_line(c)) {
            return end_field(p, c);
        }
        if (!d->strict) {
            p->where = IN_FIELD;
            return add_run(p, i, i + 1);
        }
        return WF_FAIL(wf_raise(p->t, CSV_ERROR, "'%V' expected after '%V'", char_or_none(p->t, d->delimiter), char_or_none(p->t, d->quote)));
    case AFTER_LINE_END:
        if (c == '\n' || c == '\r') {
            return WF_OK;
        }
        if (c == END_OF_LINE) {
            p->where = START_RECORD;
            return WF_OK;
        }
        return WF_FAIL(wf_raise(p->t, CSV_ERROR,
                                "new-line character seen in unquoted field - do you need to open the file in universal-newline mode?"));
    }
    WF_FATAL("no such state of a CSV reader");
}

/* Takes the characters of the line; inlined once for each kind. */
WF_INLINE WfStatus take_line(Parse *p, const uint8_t *data, int kind, int64_t n)
{
    const Dialect *d = p->d;
    int64_t i = 0;
    while (i < n) {
        int64_t begin = i;
        if (p->where == IN_FIELD) {
            for (; i < n; i++) {
                int32_t c = (int32_t)wf_chars_at(data, kind, i);
                if (c == d->delimiter || c == '\n' || c == '\r' || c == d->escape) {
                    break;
                }
            }
        } else if (p->where == IN_QUOTED) {
            for (; i < n; i++) {
                int32_t c = (int32_t)wf_chars_at(data, kind, i);
                if (c == d->quote || c == d->escape) {
                    break;
                }
            }
        }
        if (i > begin && add_run(p, begin, i) != WF_OK) {
            return WF_RAISED;
        }
        if (i < n) {
            if (take(p, (int32_t)wf_chars_at(data, kind, i), i) != WF_OK) {
                return WF_RAISED;
            }
            i++;
        }
    }
    if (take(p, END_OF_LINE, n) != WF_OK) {
        return WF_RAISED;
    }
    return flush_run(p);
}

static WfFound reader_next(WfThread *t, WfValue self, WfValue *out)
{
    Reader *r = WF_AS(Reader, self);
    WfValue lines = wf_load(&r->lines), fields = wf_list_new(t, 0);
    if (wf_is_empty(fields)) {
        return WF_ERROR;
    }
    WfValue limit = wf_list_at(WF_LOAD(WfList, &r->state), STATE_LIMIT);
    Parse p = {.t = t, .d = WF_LOAD(Dialect, &r->dialect), .line = WF_NAME(empty), .fields = wf_as_list(fields), .head = WF_STR_BUILDER};
    if (wf_to_ssize(t, limit, &p.limit) != WF_OK) {
        return WF_ERROR;
    }
    do {
        WfValue line;
        WfFound found = wf_next(t, lines, &line);
        if (found == WF_ERROR) {
            return WF_ERROR;
        }
        if (found == WF_MISSING) {
            if (p.head.length == 0 && p.where != IN_QUOTED) {
                return WF_MISSING;
            }
            if (p.d->strict) {
                return WF_FAIL_FOUND(wf_raise(t, CSV_ERROR, "unexpected end of data"));
            }
            if (save_field(&p) != WF_OK) {
                return WF_ERROR;
            }
            break;
        }
        if (!wf_is_str(line)) {
            return WF_FAIL_FOUND(wf_raise(t, CSV_ERROR, "iterator should return strings, not %.200s (the file should be opened in text mode)",
                                          WF_TYPE_NAME(line)));
        }
        __atomic_add_fetch(&r->x_line_num, 1, __ATOMIC_RELAXED);
        p.line = wf_as_str(line);
        const uint8_t *data = p.line->data;
        int64_t n = p.line->length;
        int kind = wf_str_kind(p.line);
        WfStatus status = kind == 1 ? take_line(&p, data, 1, n) : take_line(&p, data, kind, n);
        if (status != WF_OK) {
            return WF_ERROR;
        }
    } while (p.where != START_RECORD);
    *out = fields;
    return WF_FOUND;
}

static WfValue m_reader(WfThread *t, WfValue self, const WfArgs *args)
{
    if (check_count(t, args) != WF_OK) {
        return WF_EMPTY;
    }
    WfList *s = state(t);
    WfValue lines = s == NULL ? WF_EMPTY : wf_iter(t, args->items[0]);
    const Dialect *d = wf_is_empty(lines) ? NULL : dialect_behind(t, args);
    Reader *r = d == NULL ? NULL : WF_NEW(t, Reader, CSV_READER, NATIVE);
    if (r != NULL) {
        wf_store(&r->lines, lines);
        wf_store_ptr(&r->dialect, d);
        wf_store_ptr(&r->state, s);
    }
    return wf_from_object(r);
}

static WfValue reader_iter(WfThread *t, WfValue self)
{
    return self;
}
static void reader_trace(WfMarker *m, WfObject *o)
{
    wf_mark_slots(m, &((Reader *)o)->lines, 3);
}
static WfValue reader_get_dialect(WfThread *t, WfValue self)
{
    return wf_load(&WF_AS(Reader, self)->dialect);
}
static WfValue reader_get_line_num(WfThread *t, WfValue self)
{
    return wf_small_int(__atomic_load_n(&WF_AS(Reader, self)->x_line_num, __ATOMIC_RELAXED));
}
static const WfGetSetDef reader_getsets[] = {{"dialect", reader_get_dialect, NULL, NULL, WF_GS_MEMBER},
                                             {"line_num", reader_get_line_num, NULL, NULL, WF_GS_MEMBER},
                                             {0}};
const WfTypeSpec wf_csv_reader_spec = {
    .name = "_csv.reader",
    .doc = "Iterator over the records of lines of CSV, each a list of fields.",
    .flags = WF_TF_BASETYPE | WF_TF_NO_NEW,
    .size = sizeof(Reader),
    .getsets = reader_getsets,
    .slots = {.iter = reader_iter, .next = reader_next, .trace = reader_trace},
};

/* --- writer ----------------------------------------------------------------------------------------------------------- */

typedef struct Writer {
    WfObject h;
    WfSlot write, dialect; /* immutable */
} Writer;

/* The record so far. */
typedef struct Record {
    const Dialect *d;
    const WfStr *end;
    WfStrBuilder out;
    int64_t n_fields;
} Record;

static bool in_str(const WfStr *s, int32_t c)
{
    for (int64_t i = 0; i < s->length; i++) {
        if ((int32_t)wf_str_at(s, i) == c) {
            return true;
        }
    }
    return false;
}

static bool is_special(const Record *r, int32_t c)
{
    return c == r->d->delimiter || c == r->d->escape || c == r->d->quote || in_str(r->end, c);
}

/* Does the special character c get another one before it, rather than (or besides) the field quotes? */
static bool wants_escape(const Dialect *d, int32_t c)
{
    return d->quoting == QUOTE_NONE || c == d->escape || (c == d->quote && !d->double_quote);
}

static WfStatus join_field(WfThread *t, Record *r, const WfStr *s, bool quoted)
{
    const Dialect *d = r->d;
    int64_t first = 0, n = s->length, i = 0;
    if (r->n_fields > 0 && wf_builder_char(t, &r->out, (uint32_t)d->delimiter) != WF_OK) {
        return WF_RAISED;
    }
    while (first < n && !is_special(r, (int32_t)wf_str_at(s, first))) {
        first++;
    }
    for (i = first; i < n && !quoted; i++) {
        int32_t c = (int32_t)wf_str_at(s, i);
        quoted = is_special(r, c) && !wants_escape(d, c);
    }
    if (quoted && wf_builder_char(t, &r->out, (uint32_t)d->quote) != WF_OK) {
        return WF_RAISED;
    }
    if (wf_builder_slice(t, &r->out, s, 0, first) != WF_OK) {
        return WF_RAISED;
    }
    for (i = first; i < n; i++) {
        int32_t c = (int32_t)wf_str_at(s, i), before = NOT_SET;
        if (is_special(r, c)) {
            if (wants_escape(d, c)) {
                if (d->escape == NOT_SET) {
                    return WF_FAIL(wf_raise(t, CSV_ERROR, "need to escape, but no escapechar set"));
                }
                before = d->escape;
            } else if (c == d->quote) {
                before = c;
            }
        }
        if ((before != NOT_SET && wf_builder_char(t, &r->out, (uint32_t)before) != WF_OK)
            || wf_builder_char(t, &r->out, (uint32_t)c) != WF_OK) {
            return WF_RAISED;
        }
    }
    r->n_fields++;
    return quoted ? wf_builder_char(t, &r->out, (uint32_t)d->quote) : WF_OK;
}

static bool is_number(WfValue v)
{
    WfSlotTable *slots = &wf_type(v)->slots;
    return wf_is_any_int(v) || wf_is_float(v) || WF_IS_KIND(v, COMPLEX) || slots->index != NULL || slots->int_ != NULL || slots->float_ != NULL;
}

static WfValue write_row(WfThread *t, const Writer *w, WfValue row)
{
    const Dialect *d = WF_LOAD(Dialect, &w->dialect);
    Record r = {.d = d, .end = wf_as_str(wf_load(&d->line_terminator)), .out = WF_STR_BUILDER};
    WfValue it = wf_iter(t, row), field;
    if (wf_is_empty(it)) {
        return wf_clear_if(t, WF_EXC(TypeError)) ? wf_raise(t, CSV_ERROR, "iterable expected, not %.200s", WF_TYPE_NAME(row)) : WF_EMPTY;
    }
    WfFound found;
    while ((found = wf_next(t, it, &field)) == WF_FOUND) {
        bool quoted = d->quoting == QUOTE_ALL || (d->quoting == QUOTE_NONNUMERIC && !is_number(field));
        WfValue text = wf_is_none(field) ? WF_NAME_V(empty) : wf_is_str(field) ? field : wf_str(t, field);
        if (wf_is_empty(text) || join_field(t, &r, wf_as_str(text), quoted) != WF_OK) {
            return WF_EMPTY;
        }
    }
    if (found == WF_ERROR) {
        return WF_EMPTY;
    }
    if (r.n_fields > 0 && r.out.length == 0) {
        if (d->quoting == QUOTE_NONE) {
            return wf_raise(t, CSV_ERROR, "single empty field record must be quoted");
        }
        r.n_fields = 0;
        if (join_field(t, &r, WF_NAME(empty), true) != WF_OK) {
            return WF_EMPTY;
        }
    }
    if (wf_builder_str(t, &r.out, r.end) != WF_OK) {
        return WF_EMPTY;
    }
    WfValue record = wf_builder_finish(t, &r.out);
    return wf_is_empty(record) ? WF_EMPTY : wf_call1(t, wf_load(&w->write), record);
}

static WfValue writer_writerow(WfThread *t, WfValue *a)
{
    return write_row(t, WF_AS(Writer, a[0]), a[1]);
}

static WfValue writer_writerows(WfThread *t, WfValue *a)
{
    WfValue it = wf_iter(t, a[1]), row;
    if (wf_is_empty(it)) {
        return WF_EMPTY;
    }
    WfFound found;
    while ((found = wf_next(t, it, &row)) == WF_FOUND) {
        if (wf_is_empty(write_row(t, WF_AS(Writer, a[0]), row))) {
            return WF_EMPTY;
        }
    }
    return found == WF_ERROR ? WF_EMPTY : WF_NONE;
}

static WfValue m_writer(WfThread *t, WfValue self, const WfArgs *args)
{
    if (check_count(t, args) != WF_OK) {
        return WF_EMPTY;
    }
    const Dialect *d = dialect_behind(t, args);
    WfValue write;
    WfFound found = d == NULL ? WF_ERROR : wf_getattr_opt(t, args->items[0], WF_NAME(write), &write);
    if (found == WF_ERROR) {
        return WF_EMPTY;
    }
    if (found == WF_MISSING || !wf_is_callable(write)) {
        return wf_raise(t, WF_EXC(TypeError), "argument 1 must have a \"write\" method");
    }
    Writer *w = WF_NEW(t, Writer, CSV_WRITER, NATIVE);
    if (w != NULL) {
        wf_store(&w->write, write);
        wf_store_ptr(&w->dialect, d);
    }
    return wf_from_object(w);
}

static void writer_trace(WfMarker *m, WfObject *o)
{
    wf_mark_slots(m, &((Writer *)o)->write, 2);
}
static WfValue writer_get_dialect(WfThread *t, WfValue self)
{
    return wf_load(&WF_AS(Writer, self)->dialect);
}
static const WfBuiltinDef writer_methods[] = {
    {"writerow", writer_writerow, "(self, row, /)", "Writes one record; gives what write() gave.", 0},
    {"writerows", writer_writerows, "(self, rows, /)", "Writes each of the records.", 0},
    {0}};
static const WfGetSetDef writer_getsets[] = {{"dialect", writer_get_dialect, NULL, NULL, WF_GS_MEMBER}, {0}};
const WfTypeSpec wf_csv_writer_spec = {
    .name = "_csv.writer",
    .doc = "Writes records as CSV to what has a write method.",
    .flags = WF_TF_BASETYPE | WF_TF_NO_NEW,
    .size = sizeof(Writer),
    .methods = writer_methods,
    .getsets = writer_getsets,
    .slots = {.trace = writer_trace},
};

/* --- the module --------------------------------------------------------------------------------------------------------- */

static WfValue m_register(WfThread *t, WfValue self, const WfArgs *args)
{
    if (check_count(t, args) != WF_OK) {
        return WF_EMPTY;
    }
    if (!wf_is_str(args->items[0])) {
        return wf_raise(t, WF_EXC(TypeError), "dialect name must be a string");
    }
    const Dialect *d = dialect_behind(t, args);
    WfList *s = d == NULL ? NULL : state(t);
    if (s == NULL || wf_dict_set(t, wf_as_dict(wf_list_at(s, STATE_DIALECTS)), args->items[0], wf_from_object(d)) != WF_OK) {
        return WF_EMPTY;
    }
    return WF_NONE;
}

static WfValue m_get(WfThread *t, WfValue *a)
{
    return find_dialect(t, a[0]);
}

static WfValue m_unregister(WfThread *t, WfValue *a)
{
    WfList *s = state(t);
    WfFound found = s == NULL ? WF_ERROR : wf_dict_delete(t, wf_as_dict(wf_list_at(s, STATE_DIALECTS)), a[0]);
    return found == WF_FOUND ? WF_NONE : found == WF_MISSING ? wf_raise(t, CSV_ERROR, "unknown dialect") : WF_EMPTY;
}

static WfValue m_list(WfThread *t, WfValue *a)
{
    WfList *s = state(t);
    return s == NULL ? WF_EMPTY : wf_dict_keys_list(t, wf_as_dict(wf_list_at(s, STATE_DIALECTS)));
}

static WfValue m_limit(WfThread *t, WfValue *a)
{
    WfList *s = state(t);
    if (s == NULL) {
        return WF_EMPTY;
    }
    WfValue old = wf_list_at(s, STATE_LIMIT);
    if (!wf_is_empty(a[0])) {
        int64_t limit;
        if (!wf_is_int(a[0]) && !WF_IS_EXACT(a[0], INT)) {
            return wf_raise(t, WF_EXC(TypeError), "limit must be an integer");
        }
        if (wf_to_i64(t, a[0], &limit) != WF_OK || wf_list_set(t, s, STATE_LIMIT, a[0]) == WF_ERROR) {
            return WF_EMPTY;
        }
    }
    return old;
}

static const WfBuiltinDef functions[] = {
    {"reader", (WfBuiltinFn)(void *)m_reader, NULL, "reader(iterable [, dialect] [, field=value ...]): an iterator over records.", WF_FN_RAW},
    {"writer", (WfBuiltinFn)(void *)m_writer, NULL, "writer(file [, dialect] [, field=value ...]): writes records to the file.", WF_FN_RAW},
    {"register_dialect", (WfBuiltinFn)(void *)m_register, NULL, "register_dialect(name [, dialect] [, field=value ...]): names a dialect.",
     WF_FN_RAW},
    {"list_dialects", m_list, "()", "The names of all registered dialects.", 0},
    {"get_dialect", m_get, "(name)", "The dialect of that name.", 0},
    {"unregister_dialect", m_unregister, "(name)", "Forgets the dialect of that name.", 0},
    {"field_size_limit", m_limit, "(new_limit=?)", "The most characters of a field; sets it anew if asked.", 0},
    {0}};

static WfStatus csv_init(WfThread *t, WfValue module)
{
    WfValue dialects = wf_dict_new(t);
    WfValue kept = wf_is_empty(dialects) ? WF_EMPTY : wf_list_from(t, (WfValue[]){dialects, wf_small_int(128 * 1024)}, 2);
    if (wf_is_empty(kept) || wf_is_empty(kept = wf_module_state_keep(t, "_csv", kept))
        || wf_module_add(t, module, "_dialects", wf_list_at(wf_as_list(kept), STATE_DIALECTS)) != WF_OK
        || wf_module_add_str(t, module, "__version__", "1.0") != WF_OK || wf_module_add_int(t, module, "QUOTE_MINIMAL", QUOTE_MINIMAL) != WF_OK
        || wf_module_add_int(t, module, "QUOTE_ALL", QUOTE_ALL) != WF_OK
        || wf_module_add_int(t, module, "QUOTE_NONNUMERIC", QUOTE_NONNUMERIC) != WF_OK
        || wf_module_add_int(t, module, "QUOTE_NONE", QUOTE_NONE) != WF_OK || wf_type_ready(t, WF_TYPE(CSV_READER)) != WF_OK
        || wf_module_add(t, module, "Reader", wf_from_object(WF_TYPE(CSV_READER))) != WF_OK || wf_type_ready(t, WF_TYPE(CSV_WRITER)) != WF_OK
        || wf_module_add(t, module, "Writer", wf_from_object(WF_TYPE(CSV_WRITER))) != WF_OK
        || wf_module_add_type(t, module, WF_TYPE(CSV_ERROR)) != WF_OK) {
        return WF_RAISED;
    }
    return wf_module_add_type(t, module, WF_TYPE(CSV_DIALECT));
}
const WfModuleDef wf_module__csv = {.name = "_csv", .doc = "The fast half of csv.", .functions = functions, .init = csv_init};
