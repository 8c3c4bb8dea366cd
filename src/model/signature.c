/* signature.c - from the text of a signature to bound arguments.
 * SPDX-License-Identifier: MIT
 * Design:     a text is parsed once into a WfSig, a cell of values, found again by the text's address in a table of the runtime.
 *             Binding first tries the common shape (positional only, in range); all else goes through bind_slow,
 *             which words its errors as CPython does for a function of that shape: no parameter, one positional-only
 *             parameter, positional-only ones, or ones with keywords.
 * Invariants: S1 the table only grows; an entry's key is written after its value.
 * Threads:    readers take no lock; the writer holds signatures_lock; a table that grew is replaced. */
#include "model/builtin.h"
#include "model/errors.h"
#include "model/object.h"
#include "objects/builtin_function.h"
#include "objects/bytes.h"
#include "objects/dict.h"
#include "objects/int.h"
#include "objects/str.h"
#include "objects/tuple.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>

/* --- parsing --------------------------------------------------------------------------------------------- */

WF_NORETURN static void bad_signature(const char *text)
{
    fprintf(stderr, "signature: %s\n", text);
    WF_FATAL("a built-in function's signature cannot be parsed");
}

static const char *skip_space(const char *p)
{
    while (*p == ' ') {
        p++;
    }
    return p;
}

static bool is_word(const char *p, size_t n, const char *word)
{
    return strlen(word) == n && memcmp(p, word, n) == 0;
}

/* End of the default that begins at p: the comma or parenthesis behind it. */
static const char *default_end(const char *p, const char *text)
{
    int depth = 0;
    for (;; p++) {
        if (*p == '\'' || *p == '"') {
            char quote = *p++;
            while (*p != quote) {
                p += *p == '\\' && p[1] != 0;
                if (*p++ == 0) {
                    bad_signature(text);
                }
            }
        } else if (*p == 0) {
            bad_signature(text);
        } else if (*p == '(' || *p == '[' || *p == '{') {
            depth++;
        } else if (*p == ')' && depth == 0) {
            return p;
        } else if (*p == ')' || *p == ']' || *p == '}') {
            depth--;
        } else if (*p == ',' && depth == 0) {
            return p;
        }
    }
}

static WfValue parse_string(WfThread *t, const char *p, size_t n, bool bytes, const char *text)
{
    char buffer[256];
    size_t len = 0;
    for (size_t i = 1; i + 1 < n && len < sizeof buffer; i++) {
        char c = p[i];
        if (c == '\\') {
            c = p[++i];
            c = c == 'n' ? '\n' : c == 't' ? '\t' : c == 'r' ? '\r' : c == '0' ? '\0' : c;
        }
        buffer[len++] = c;
    }
    if (len == sizeof buffer) {
        bad_signature(text);
    }
    if (bytes) {
        return wf_bytes_new(t, buffer, (int64_t)len);
    }
    WfStr *s = wf_str_intern_utf8(t, buffer, (int64_t)len);
    return s == NULL ? WF_EMPTY : wf_from_object(s);
}

static WfValue parse_default(WfThread *t, const char *p, size_t n, const char *text)
{
    static const struct {
        const char *word;
        uint64_t bits;
    } words[] = {{"None", 0x10}, {"False", 0x20}, {"True", 0x28}, {"Ellipsis", 0x40}, {"...", 0x40}, {"?", 0x50},
                 {"<unrepresentable>", 0x50}};
    while (n > 0 && p[n - 1] == ' ') {
        n--;
    }
    for (size_t i = 0; i < WF_ARRAY_LEN(words); i++) {
        if (is_word(p, n, words[i].word)) {
            return WF_VALUE(words[i].bits);
        }
    }
    if (is_word(p, n, "sys.maxsize")) {
        return wf_int_from_i64(t, INT64_MAX);
    }
    if (is_word(p, n, "()")) {
        return wf_tuple_from(t, NULL, 0);
    }
    if (*p == '\'' || *p == '"') {
        return parse_string(t, p, n, false, text);
    }
    if (*p == 'b' && (p[1] == '\'' || p[1] == '"')) {
        return parse_string(t, p + 1, n - 1, true, text);
    }
    char *end;
    long long i = strtoll(p, &end, 0);
    if (end == p + n) {
        return wf_int_from_i64(t, i);
    }
    double d = strtod(p, &end);
    if (end == p + n) {
        return wf_double(d);
    }
    bad_signature(text);
}

static WfSig *parse(WfThread *t, const char *text)
{
    WfValue names[WF_SIG_MAX_PARAMS];
    WfValue defaults[WF_SIG_MAX_PARAMS];
    WfSigMeta m = {0};
    const char *p = text;
    bool keyword_only = false;
    bool optional = false;
    if (*p == '$') {
        m.flags |= WF_SIG_MODULE;
        WfStr *module = wf_str_intern_cstr(t, "$module");
        if (module == NULL) {
            return NULL;
        }
        names[0] = wf_from_object(module);
        defaults[0] = WF_EMPTY;
        m.n_params = m.n_pos = m.n_required = m.n_posonly = 1;
        p++;
    }
    if (*p++ != '(') {
        bad_signature(text);
    }
    for (p = skip_space(p); *p != ')'; p = skip_space(p)) {
        if (m.n_params == WF_SIG_MAX_PARAMS) {
            bad_signature(text);
        }
        if (*p == '/') {
            m.n_posonly = m.n_params;
            p++;
        } else if (*p == '*' && (p[1] == ',' || p[1] == ' ')) {
            keyword_only = true;
            p++;
        } else {
            int stars = 0;
            while (*p == '*') {
                stars++;
                p++;
            }
            const char *start = p;
            while (isalnum((unsigned char)*p) || *p == '_') {
                p++;
            }
            if (p == start) {
                bad_signature(text);
            }
            WfStr *name = wf_str_intern_utf8(t, start, p - start);
            if (name == NULL) {
                return NULL;
            }
            WfValue deflt = WF_EMPTY;
            if (*p == '=') {
                const char *end = default_end(++p, text);
                deflt = parse_default(t, p, (size_t)(end - p), text);
                if (wf_is_empty(deflt)) {
                    return NULL;
                }
                p = end;
            }
            names[m.n_params] = wf_from_object(name);
            defaults[m.n_params] = stars > 0 ? WF_SIG_UNSET : deflt;
            m.n_params++;
            if (stars == 1) {
                m.flags |= WF_SIG_VARARGS;
                keyword_only = true;
            } else if (stars == 2) {
                m.flags |= WF_SIG_VARKW;
            } else if (!keyword_only) {
                m.n_pos++;
                optional = optional || !wf_is_empty(deflt);
                m.n_required += !optional;
            }
        }
        p = skip_space(p);
        if (*p == ',') {
            p++;
        } else if (*p != ')') {
            bad_signature(text);
        }
    }
    if (m.n_pos == m.n_params) {
        m.flags |= WF_SIG_PLAIN;
    }
    WfSig *s = wf_gc_alloc(t, WF_KIND_WORDS, sizeof(WfSig) + m.n_params * sizeof(WfSigParam));
    if (s == NULL) {
        return NULL;
    }
    uint64_t packed = m.n_params | (uint64_t)m.n_pos << 8 | (uint64_t)m.n_posonly << 16 | (uint64_t)m.n_required << 24
                      | (uint64_t)m.flags << 32;
    wf_store_raw(&s->meta, wf_small_int((int64_t)packed));
    for (int i = 0; i < m.n_params; i++) {
        wf_store_raw(&s->params[i].name, names[i]);
        wf_store_raw(&s->params[i].deflt, defaults[i]);
    }
    return s;
}

/* --- the table of parsed texts ---------------------------------------------------------------------------- */

/* Pairs (address of the text as a small int, WfSig); items[capacity - 1] counts the pairs. Capacity: 2 * power of two + 1. */
static int64_t table_pairs(const WfSlots *table)
{
    return (table->capacity - 1) / 2;
}

/* Index of the text's pair or of the free one where it belongs. */
static int64_t table_find(const WfSlots *table, WfValue key)
{
    uint64_t mask = (uint64_t)table_pairs(table) - 1;
    uint64_t i = (uint64_t)wf_as_int(key) * 0x9e3779b97f4a7c15u >> 20;
    for (;; i++) {
        WfValue at = wf_load_acquire(&table->items[(i & mask) * 2]);
        if (wf_is_empty(at) || wf_is(at, key)) {
            return (int64_t)(i & mask);
        }
    }
}

static void table_put(WfSlots *table, WfValue key, WfValue sig)
{
    int64_t i = table_find(table, key);
    wf_store(&table->items[i * 2 + 1], sig);
    wf_store(&table->items[i * 2], key);
    WfSlot *count = &table->items[table->capacity - 1];
    wf_store(count, wf_small_int(wf_as_int(wf_load(count)) + 1));
}

static WfSlots *table_new(WfThread *t, int64_t pairs)
{
    WfSlots *table = wf_gc_alloc_slots(t, pairs * 2 + 1);
    if (table != NULL) {
        wf_store(&table->items[pairs * 2], wf_small_int(0));
    }
    return table;
}

static WfSlots *current_table(WfRuntime *rt)
{
    return (WfSlots *)(uintptr_t)__atomic_load_n(&rt->x_signatures.bits, __ATOMIC_ACQUIRE);
}

static WfStatus remember(WfThread *t, WfValue key, WfSig *sig)
{
    WfRuntime *rt = t->rt;
    WfStatus status = WF_OK;
    wf_mutex_lock(t, &rt->signatures_lock);
    WfSlots *table = current_table(rt);
    if (table == NULL || wf_as_int(wf_load(&table->items[table->capacity - 1])) * 2 >= table_pairs(table)) {
        WfSlots *larger = table_new(t, table == NULL ? 512 : table_pairs(table) * 2);
        if (larger == NULL) {
            status = WF_RAISED;
        } else {
            for (int64_t i = 0; table != NULL && i < table_pairs(table); i++) {
                WfValue old = wf_load(&table->items[i * 2]);
                if (!wf_is_empty(old)) {
                    table_put(larger, old, wf_load(&table->items[i * 2 + 1]));
                }
            }
            if (table == NULL) {
                wf_gc_add_root(rt, &rt->x_signatures);
            }
            __atomic_store_n(&rt->x_signatures.bits, wf_from_object(larger).bits, __ATOMIC_RELEASE);
            table = larger;
        }
    }
    if (status == WF_OK && wf_is_empty(wf_load(&table->items[table_find(table, key) * 2]))) {
        table_put(table, key, wf_from_object(sig));
    }
    wf_mutex_unlock(&rt->signatures_lock);
    return status;
}

WfSig *wf_sig_get(WfThread *t, const char *text)
{
    WfValue key = wf_small_int((int64_t)(uintptr_t)text);
    WfSlots *table = current_table(t->rt);
    if (table != NULL) {
        int64_t i = table_find(table, key);
        if (!wf_is_empty(wf_load(&table->items[i * 2]))) {
            return WF_LOAD(WfSig, &table->items[i * 2 + 1]);
        }
    }
    WfSig *sig = parse(t, text);
    return sig == NULL || remember(t, key, sig) != WF_OK ? NULL : sig;
}

/* --- binding ------------------------------------------------------------------------------------------------- */

typedef struct Binding {
    WfSig *sig;
    WfSigMeta m;
    int first;           /* parameters that are not counted by messages: 1 with a self */
    WfValue *out;        /* by parameter */
    const WfValue *items; /* positional arguments for parameters first.. */
    int64_t n_pos;
    WfTuple *kwnames;
    const WfValue *kwvalues;
    /* names for messages */
    const char *name;
    WfStr *(*qualname)(WfThread *t, WfValue callee); /* NULL: `name` */
    WfValue callee;
    bool takes;       /* WF_FN_TAKES */
    bool is_function; /* a function or method: messages of METH_O and METH_NOARGS apply */
} Binding;

static WfStr *full_name(WfThread *t, const Binding *b)
{
    if (b->qualname != NULL) {
        return b->qualname(t, b->callee);
    }
    WfValue s = wf_str_from_cstr(t, b->name);
    return wf_is_empty(s) ? NULL : wf_as_str(s);
}

/* "list.append() <text>", with n in it. */
static WfStatus fail_full(WfThread *t, const Binding *b, const char *format, int64_t n)
{
    WfStr *name = full_name(t, b);
    return name == NULL ? WF_RAISED : WF_FAIL(wf_raise(t, WF_EXC(TypeError), format, name, n));
}

static WfStatus check_positional(WfThread *t, const Binding *b, int64_t min, int64_t max)
{
    if (b->n_pos >= min && (max < 0 || b->n_pos <= max)) {
        return WF_OK;
    }
    int64_t n = b->n_pos < min ? min : max;
    const char *how = min == max ? "" : b->n_pos < min ? "at least " : "at most ";
    return WF_FAIL(wf_raise(t, WF_EXC(TypeError), "%s expected %s%zd argument%s, got %zd", b->name, how, n,
                            n == 1 ? "" : "s", b->n_pos));
}

static WfStr *param_name(const Binding *b, int i)
{
    return wf_as_str(wf_load(&b->sig->params[i].name));
}

/* Index of the parameter that keyword `key` names, or -1. */
static int find_keyword(const Binding *b, const WfStr *key)
{
    int n = b->m.n_params;
    int from = b->m.n_posonly > b->first ? b->m.n_posonly : b->first;
    for (int i = from; i < n; i++) {
        if (param_name(b, i) == key) {
            return b->m.flags & WF_SIG_VARARGS && i == b->m.n_pos ? -1
                   : b->m.flags & WF_SIG_VARKW && i == n - 1      ? -1
                                                                  : i;
        }
    }
    for (int i = from; i < n; i++) {
        if (wf_str_equal(param_name(b, i), key)) {
            return b->m.flags & WF_SIG_VARARGS && i == b->m.n_pos ? -1
                   : b->m.flags & WF_SIG_VARKW && i == n - 1      ? -1
                                                                  : i;
        }
    }
    return -1;
}

static WfStatus check_counts(WfThread *t, const Binding *b, int64_t n_kw, int n_keywordable)
{
    WfSigMeta m = b->m;
    int64_t min = m.n_required - b->first;
    int64_t max = m.n_pos - b->first;
    min = min < 0 ? 0 : min;
    bool varargs = (m.flags & WF_SIG_VARARGS) != 0;
    bool varkw = (m.flags & WF_SIG_VARKW) != 0;
    if (n_keywordable == 0) {
        if (n_kw > 0 && !varkw && (b->takes || (varargs && b->first > 0))) {
            return WF_FAIL(wf_raise(t, WF_EXC(TypeError), "%s() takes no keyword arguments", b->name));
        }
        if (n_kw > 0 && !varkw) {
            return fail_full(t, b, "%U() takes no keyword arguments", 0);
        }
        if (!varargs && !varkw && max == 0 && b->n_pos > 0) {
            return fail_full(t, b, b->is_function ? "%U() takes no arguments (%zd given)" : "%U() takes no arguments",
                             b->n_pos);
        }
        if (b->is_function && !varargs && !varkw && max == 1 && min == 1 && b->n_pos != 1) {
            return fail_full(t, b, "%U() takes exactly one argument (%zd given)", b->n_pos);
        }
        if (b->takes && (b->n_pos < min || b->n_pos > max)) {
            int64_t n = b->n_pos < min ? min : max;
            return WF_FAIL(wf_raise(t, WF_EXC(TypeError), "%s() takes %s %zd argument%s (%zd given)", b->name,
                                    b->n_pos < min ? "at least" : "at most", n, n == 1 ? "" : "s", b->n_pos));
        }
        return check_positional(t, b, min, varargs ? -1 : max);
    }
    if (varargs) {
        return b->n_pos < min && n_kw == 0 ? check_positional(t, b, min, -1) : WF_OK;
    }
    int64_t all = m.n_params - b->first - (varkw ? 1 : 0);
    if (!varkw && b->n_pos + n_kw > all) {
        return WF_FAIL(wf_raise(t, WF_EXC(TypeError), "%s%s takes at most %zd %sargument%s (%zd given)",
                                b->name[0] == '\0' ? "function" : b->name, b->name[0] == '\0' ? "" : "()", all,
                                b->n_pos == 0 ? "keyword " : "", all == 1 ? "" : "s", b->n_pos + n_kw));
    }
    if (b->n_pos > max) {
        if (max == 0) {
            return WF_FAIL(wf_raise(t, WF_EXC(TypeError), "%s() takes no positional arguments", b->name));
        }
        return WF_FAIL(wf_raise(t, WF_EXC(TypeError), "%s() takes %s %zd positional argument%s (%zd given)", b->name,
                                min < max ? "at most" : "exactly", max, max == 1 ? "" : "s", b->n_pos));
    }
    int64_t only = m.n_posonly - b->first;
    int64_t min_only = only < min ? only : min;
    if (b->n_pos < min_only) {
        return WF_FAIL(wf_raise(t, WF_EXC(TypeError), "%s() takes %s %zd positional argument%s (%zd given)", b->name,
                                min_only < max ? "at least" : "exactly", min_only, min_only == 1 ? "" : "s", b->n_pos));
    }
    return WF_OK;
}

static WfStatus bind_keywords(WfThread *t, Binding *b, int64_t n_kw, WfValue *extra)
{
    for (int64_t k = 0; k < n_kw; k++) {
        WfStr *key = wf_as_str(wf_tuple_at(b->kwnames, k));
        int i = find_keyword(b, key);
        if (i >= 0 && wf_is_empty(b->out[i])) {
            b->out[i] = b->kwvalues[k];
        } else if (i >= 0) {
            /* Told apart from a missing argument only after those have been looked for. */
            continue;
        } else if (b->m.flags & WF_SIG_VARKW) {
            if (wf_is_empty(*extra)) {
                *extra = wf_dict_new(t);
                if (wf_is_empty(*extra)) {
                    return WF_RAISED;
                }
            }
            if (wf_dict_set(t, wf_as_dict(*extra), wf_from_object(key), b->kwvalues[k]) != WF_OK) {
                return WF_RAISED;
            }
        }
    }
    return WF_OK;
}

/* The first keyword that went nowhere. */
static WfStatus check_keywords(WfThread *t, const Binding *b, int64_t n_kw)
{
    for (int64_t k = 0; k < n_kw; k++) {
        WfStr *key = wf_as_str(wf_tuple_at(b->kwnames, k));
        int i = find_keyword(b, key);
        if (i >= 0 && i - b->first < b->n_pos && i < b->m.n_pos) {
            return WF_FAIL(wf_raise(t, WF_EXC(TypeError), "argument for %s() given by name ('%U') and position (%zd)",
                                    b->name, key, (int64_t)i - b->first + 1));
        }
        if (i < 0 && !(b->m.flags & WF_SIG_VARKW)) {
            return WF_FAIL(
                wf_raise(t, WF_EXC(TypeError), "'%U' is an invalid keyword argument for %s%s", key,
                         b->name[0] == '\0' ? "this function" : b->name, b->name[0] == '\0' ? "" : "()"));
        }
    }
    return WF_OK;
}

WF_NOINLINE static WfStatus bind_slow(WfThread *t, Binding *b)
{
    WfSigMeta m = b->m;
    int64_t n_kw = b->kwnames != NULL ? b->kwnames->length : 0;
    bool varargs = (m.flags & WF_SIG_VARARGS) != 0;
    bool varkw = (m.flags & WF_SIG_VARKW) != 0;
    int only = m.n_posonly > b->first ? m.n_posonly : b->first;
    int keywordable = m.n_params - varargs - varkw - only;
    if (check_counts(t, b, n_kw, keywordable) != WF_OK) {
        return WF_RAISED;
    }
    int64_t direct = b->n_pos < m.n_pos - b->first ? b->n_pos : m.n_pos - b->first;
    for (int i = 0; i < m.n_params - b->first; i++) {
        b->out[b->first + i] = i < direct ? b->items[i] : WF_EMPTY;
    }
    WfValue extra = WF_EMPTY;
    if (n_kw > 0 && bind_keywords(t, b, n_kw, &extra) != WF_OK) {
        return WF_RAISED;
    }
    for (int i = b->first; i < m.n_params; i++) {
        if (wf_is_empty(b->out[i]) && wf_is_empty(wf_load(&b->sig->params[i].deflt))) {
            if (varargs && i < m.n_pos) {
                return check_positional(t, b, m.n_required - b->first, -1);
            }
            return WF_FAIL(wf_raise(t, WF_EXC(TypeError), "%s() missing required argument '%U' (pos %d)", b->name,
                                    param_name(b, i), i - b->first + 1));
        }
    }
    if (n_kw > 0 && check_keywords(t, b, n_kw) != WF_OK) {
        return WF_RAISED;
    }
    for (int i = b->first; i < m.n_params; i++) {
        if (wf_is_empty(b->out[i])) {
            WfValue deflt = wf_load(&b->sig->params[i].deflt);
            b->out[i] = wf_is(deflt, WF_SIG_UNSET) ? WF_EMPTY : deflt;
        }
    }
    if (varargs) {
        int64_t rest = b->n_pos - direct;
        b->out[m.n_pos] = wf_tuple_from(t, b->items + direct, rest);
        if (wf_is_empty(b->out[m.n_pos])) {
            return WF_RAISED;
        }
    }
    if (varkw) {
        b->out[m.n_params - 1] = wf_is_empty(extra) ? wf_dict_new(t) : extra;
        if (wf_is_empty(b->out[m.n_params - 1])) {
            return WF_RAISED;
        }
    }
    return WF_OK;
}

/* Positional arguments for a plain signature: true if that is all there is to it. */
WF_INLINE bool bind_fast(WfSig *sig, WfSigMeta m, int first, const WfValue *items, int64_t n_pos, WfTuple *kwnames,
                         WfValue *out)
{
    if (!(m.flags & WF_SIG_PLAIN) || kwnames != NULL || n_pos > m.n_pos - first || n_pos < m.n_required - first) {
        return false;
    }
    int i = first;
    for (int64_t k = 0; k < n_pos; k++) {
        out[i++] = items[k];
    }
    for (; i < m.n_params; i++) {
        WfValue deflt = wf_load(&sig->params[i].deflt);
        out[i] = wf_is(deflt, WF_SIG_UNSET) ? WF_EMPTY : deflt;
    }
    return true;
}

/* The same for "(a, b, *args)": FOUND, MISSING: something else, or ERROR: no memory for the tuple. */
WF_INLINE WfFound bind_rest(WfThread *t, WfSigMeta m, int first, const WfValue *items, int64_t n_pos, WfTuple *kwnames, WfValue *out)
{
    const int64_t named = m.n_pos - first;
    if (!(m.flags & WF_SIG_VARARGS) || m.n_params != m.n_pos + 1 || kwnames != NULL || named < 0 || n_pos < named) {
        return WF_MISSING;
    }
    memcpy(out + first, items, (size_t)named * sizeof *out);
    out[m.n_pos] = wf_tuple_from(t, items + named, n_pos - named);
    return wf_is_empty(out[m.n_pos]) ? WF_ERROR : WF_FOUND;
}

WfStatus wf_parse_args(WfThread *t, const char *fname, const char *text, const WfArgs *args, WfValue *out, int n_out)
{
    WfSig *sig = wf_sig_get(t, text);
    if (sig == NULL) {
        return WF_RAISED;
    }
    WfSigMeta m = wf_sig_meta(sig);
    if (m.n_params != n_out) {
        bad_signature(text);
    }
    WfTuple *kwnames = args->kwnames != NULL && args->kwnames->length > 0 ? args->kwnames : NULL;
    if (WF_LIKELY(bind_fast(sig, m, 0, args->items, args->n_pos, kwnames, out))) {
        return WF_OK;
    }
    Binding b = {.sig = sig,
                 .m = m,
                 .out = out,
                 .items = args->items,
                 .n_pos = args->n_pos,
                 .kwnames = kwnames,
                 .kwvalues = args->items + args->n_pos,
                 .name = fname};
    return bind_slow(t, &b);
}

/* Not inlined: its frame is large. */
static WF_NOINLINE WfValue call_slow(WfThread *t, const WfBuiltinDef *def, WfSig *sig, WfValue *out, int first,
                                     const WfValue *items, int64_t n_pos, WfTuple *kwnames,
                                     WfStr *(*qualname)(WfThread *t, WfValue callee), WfValue callee)
{
    Binding b = {.sig = sig,
                 .m = wf_sig_meta(sig),
                 .first = first,
                 .out = out,
                 .items = items,
                 .n_pos = n_pos,
                 .kwnames = kwnames,
                 .kwvalues = items + n_pos,
                 .name = def->name,
                 .qualname = qualname,
                 .callee = callee,
                 .takes = (def->flags & WF_FN_TAKES) != 0,
                 .is_function = true};
    return bind_slow(t, &b) == WF_OK ? def->fn(t, out) : WF_EMPTY;
}

WfValue wf_builtin_call_bound(WfThread *t, const WfBuiltinDef *def, WfSig *sig, WfValue self, int n_self, const WfArgs *args,
                              WfStr *(*qualname)(WfThread *t, WfValue callee), WfValue callee)
{
    WfSigMeta m = wf_sig_meta(sig);
    WfTuple *kwnames = args->kwnames != NULL && args->kwnames->length > 0 ? args->kwnames : NULL;
    const WfValue *items = args->items;
    int64_t n_pos = args->n_pos;
    int first = 0;
    /* just large enough: a fixed array would keep arguments of earlier calls in its unused part, which the collector sees */
    WfValue *out = __builtin_alloca((m.n_params > 0 ? m.n_params : 1) * sizeof *out);
    if (!wf_is_empty(self)) {
        out[0] = self;
        first = 1;
    } else if (kwnames == NULL && wf_sig_direct(sig, n_pos)) {
        return def->fn(t, args->items);
    } else if (n_self > 0) {
        out[0] = items[0];
        items++;
        n_pos--;
        first = 1;
    }
    if (WF_LIKELY(bind_fast(sig, m, first, items, n_pos, kwnames, out))) {
        return def->fn(t, out);
    }
    WfFound found = bind_rest(t, m, first, items, n_pos, kwnames, out);
    if (found != WF_MISSING) {
        return found == WF_FOUND ? def->fn(t, out) : WF_EMPTY;
    }
    return call_slow(t, def, sig, out, first, items, n_pos, kwnames, qualname, callee);
}

/* --- for inspect --------------------------------------------------------------------------------------------- */

/* The text with the self parameter marked by "$", as inspect expects it, and defaults it cannot parse named so. */
WfValue wf_sig_text_signature(WfThread *t, const WfBuiltinDef *def, bool method)
{
    const char *p = def->sig;
    if (p == NULL) {
        return WF_NONE;
    }
    WfStrBuilder b = WF_STR_BUILDER;
    p += *p == '$';
    p += *p == '(';
    const char *head = method ? "($" : *p == ')' ? "($module" : "($module, ";
    if (wf_builder_ascii(t, &b, head, (int64_t)strlen(head)) != WF_OK) {
        return WF_EMPTY;
    }
    if (!method && *p != ')' && strchr(p, '/') == NULL) {
        /* The module itself is positional-only. */
        if (wf_builder_ascii(t, &b, "/, ", 3) != WF_OK) {
            return WF_EMPTY;
        }
    }
    for (; *p != 0; p++) {
        WfStatus status = *p == '=' && p[1] == '?' ? wf_builder_ascii(t, &b, "=<unrepresentable>", 18)
                                                   : wf_builder_char(t, &b, (unsigned char)*p);
        if (status != WF_OK) {
            return WF_EMPTY;
        }
        p += *p == '=' && p[1] == '?';
    }
    return wf_builder_finish(t, &b);
}
