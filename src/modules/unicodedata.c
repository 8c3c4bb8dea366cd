/* unicodedata.c - the module unicodedata: the character database.
 * SPDX-License-Identifier: MIT
 * Design:  functions of the module and methods of ucd_3_2_0 are the same C functions; the receiver says which version is asked.
 *          Version 3.2 is the present database without the characters that were not assigned then: the few properties that have
 *          been corrected since have their present values.
 * Threads: the tables are constant. */
#include "base/unicode.h"
#include "model/builtin.h"
#include "objects/str.h"

#include <strings.h>

typedef struct Database {
    WfObject h;
    uint64_t unused;
} Database;

/* Is version 3.2 asked, and was the character not there yet? */
static bool old(WfValue self) { return WF_IS_EXACT(self, UNICODEDATA_UCD); }
static bool missing(WfValue self, uint32_t c) { return old(self) && !(wf_uc_flags(c) & WF_UC_IN_3_2); }

/* The character of a str of length 1. position 0: the only argument. */
static WfStatus char_arg(WfThread *t, WfValue v, const char *function, int position, uint32_t *out)
{
    if (!wf_is_str(v) || wf_as_str(v)->length != 1) {
        return WF_FAIL(position == 0 ? wf_raise(t, WF_EXC(TypeError),
                                                "%s() argument must be a unicode character, not %T", function, v)
                                     : wf_raise(t, WF_EXC(TypeError),
                                                "%s() argument %d must be a unicode character, not %T", function,
                                                position, v));
    }
    *out = wf_str_at(wf_as_str(v), 0);
    return WF_OK;
}

static WfValue absent(WfThread *t, WfValue fallback, const char *message)
{
    return wf_is_empty(fallback) ? wf_raise(t, WF_EXC(ValueError), "%s", message) : fallback;
}

static WfValue ucd_category(WfThread *t, WfValue *a)
{
    uint32_t c;
    if (char_arg(t, a[1], "category", 0, &c) < 0) {
        return WF_EMPTY;
    }
    return wf_str_from_cstr(t, missing(a[0], c) ? "Cn" : wf_uc_category(c));
}
static WfValue ucd_bidirectional(WfThread *t, WfValue *a)
{
    uint32_t c;
    if (char_arg(t, a[1], "bidirectional", 0, &c) < 0) {
        return WF_EMPTY;
    }
    return wf_str_from_cstr(t, missing(a[0], c) ? "" : wf_uc_bidirectional(c));
}
static WfValue ucd_east_asian_width(WfThread *t, WfValue *a)
{
    uint32_t c;
    if (char_arg(t, a[1], "east_asian_width", 0, &c) < 0) {
        return WF_EMPTY;
    }
    return wf_str_from_cstr(t, missing(a[0], c) ? "F" : wf_uc_east_asian_width(c));
}
static WfValue ucd_combining(WfThread *t, WfValue *a)
{
    uint32_t c;
    if (char_arg(t, a[1], "combining", 0, &c) < 0) {
        return WF_EMPTY;
    }
    return wf_small_int(missing(a[0], c) ? 0 : wf_uc_combining(c));
}
static WfValue ucd_mirrored(WfThread *t, WfValue *a)
{
    uint32_t c;
    if (char_arg(t, a[1], "mirrored", 0, &c) < 0) {
        return WF_EMPTY;
    }
    return wf_small_int(!missing(a[0], c) && wf_uc_is_mirrored(c));
}

static WfValue ucd_decimal(WfThread *t, WfValue *a)
{
    uint32_t c;
    if (char_arg(t, a[1], "decimal", 1, &c) < 0) {
        return WF_EMPTY;
    }
    int v = missing(a[0], c) ? -1 : wf_uc_decimal(c);
    return v < 0 ? absent(t, a[2], "not a decimal") : wf_small_int(v);
}
static WfValue ucd_digit(WfThread *t, WfValue *a)
{
    uint32_t c;
    if (char_arg(t, a[1], "digit", 1, &c) < 0) {
        return WF_EMPTY;
    }
    int v = missing(a[0], c) ? -1 : wf_uc_digit(c);
    return v < 0 ? absent(t, a[2], "not a digit") : wf_small_int(v);
}
static WfValue ucd_numeric(WfThread *t, WfValue *a)
{
    uint32_t c;
    double v;
    if (char_arg(t, a[1], "numeric", 1, &c) < 0) {
        return WF_EMPTY;
    }
    return !missing(a[0], c) && wf_uc_numeric(c, &v) ? wf_double(v) : absent(t, a[2], "not a numeric character");
}

static WfValue ucd_name(WfThread *t, WfValue *a)
{
    uint32_t c;
    char name[WF_UC_NAME_MAX];
    if (char_arg(t, a[1], "name", 1, &c) < 0) {
        return WF_EMPTY;
    }
    return !missing(a[0], c) && wf_uc_name(c, name) > 0 ? wf_str_from_cstr(t, name) : absent(t, a[2], "no such name");
}
static WfValue ucd_lookup(WfThread *t, WfValue *a)
{
    if (!wf_is_str(a[1])) {
        return wf_raise(t, WF_EXC(TypeError), "a bytes-like object is required, not '%T'", a[1]);
    }
    int64_t n;
    const char *name = wf_str_utf8_pass(t, a[1], &n);
    if (name == NULL) {
        return WF_EMPTY;
    }
    if (n > 256) {
        return wf_raise(t, WF_EXC(KeyError), "name too long");
    }
    uint32_t out[WF_UC_SEQ_MAX];
    int count = wf_uc_lookup(name, (size_t)n, out);
    if (count > 0 && old(a[0])) {
        /* Version 3.2 had no aliases nor sequences. */
        char own[WF_UC_NAME_MAX];
        size_t length = count > 1 || missing(a[0], out[0]) ? 0 : wf_uc_name(out[0], own);
        count = length == (size_t)n && strncasecmp(own, name, length) == 0 ? 1 : 0;
    }
    if (count == 0) {
        return wf_raise(t, WF_EXC(KeyError), "undefined character name '%U'", wf_as_str(a[1]));
    }
    return wf_str_from_kind(t, 4, out, count);
}

static WfValue ucd_decomposition(WfThread *t, WfValue *a)
{
    uint32_t c, out[WF_UC_DECOMP_MAX];
    const char *tag;
    if (char_arg(t, a[1], "decomposition", 0, &c) < 0) {
        return WF_EMPTY;
    }
    int n = missing(a[0], c) ? 0 : wf_uc_decomposition(c, &tag, out);
    if (n == 0) {
        return WF_NAME_V(empty);
    }
    WfStrBuilder b = WF_STR_BUILDER;
    if (wf_builder_format(t, &b, "%s", tag) < 0) {
        return WF_EMPTY;
    }
    for (int i = 0; i < n; i++) {
        if (wf_builder_format(t, &b, b.length > 0 ? " %04X" : "%04X", out[i]) < 0) {
            return WF_EMPTY;
        }
    }
    return wf_builder_finish(t, &b);
}

static WfStatus form_args(WfThread *t, const WfValue *a, const char *function, WfUcForm *form)
{
    static const char *const names[] = {[WF_NFC] = "NFC", [WF_NFD] = "NFD", [WF_NFKC] = "NFKC", [WF_NFKD] = "NFKD"};
    for (int i = 1; i <= 2; i++) {
        if (!wf_is_str(a[i])) {
            return WF_FAIL(
                wf_raise(t, WF_EXC(TypeError), "%s() argument %d must be str, not %T", function, i, a[i]));
        }
    }
    for (int i = 0; i < 4; i++) {
        if (wf_str_equal_cstr(wf_as_str(a[1]), names[i])) {
            *form = (WfUcForm)i;
            return WF_OK;
        }
    }
    return WF_FAIL(wf_raise(t, WF_EXC(ValueError), "invalid normalization form"));
}

/* The characters as code points, in collected memory. */
static const uint32_t *code_points(WfThread *t, const WfStr *s)
{
    if (wf_str_kind(s) == 4) {
        return (const uint32_t *)(const void *)s->data;
    }
    WfRaw *raw = wf_gc_alloc_raw(t, s->length * 4 + 4, false);
    if (raw == NULL) {
        return NULL;
    }
    wf_chars_copy(raw->data, 4, 0, s->data, wf_str_kind(s), 0, s->length);
    return (const uint32_t *)(const void *)raw->data;
}

static WfValue normalized(WfThread *t, const WfValue *a, WfUcForm form)
{
    WfStr *s = wf_as_str(a[2]);
    if (wf_str_is_ascii(s)) {
        return a[2];
    }
    const uint32_t *p = code_points(t, s);
    if (p == NULL) {
        return WF_EMPTY;
    }
    size_t n = (size_t)s->length;
    if (wf_uc_quick_check(form, p, n)) {
        return a[2];
    }
    WfU32Vec out = {0};
    bool ok = true;
    if (old(a[0])) {
        /* Characters of later versions stay as they are; what lies between them is normalised. */
        size_t start = 0;
        for (size_t i = 0; ok && i <= n; i++) {
            if (i == n || missing(a[0], p[i])) {
                ok = wf_uc_normalize(form, p + start, i - start, &out) && (i == n || wf_vec_push(&out, p[i]));
                start = i + 1;
            }
        }
    } else {
        ok = wf_uc_normalize(form, p, n, &out);
    }
    WfValue r = ok ? wf_str_from_kind(t, 4, out.data, (int64_t)out.len) : wf_raise_no_memory(t);
    wf_vec_free(&out);
    return r;
}
static WfValue ucd_normalize(WfThread *t, WfValue *a)
{
    WfUcForm form;
    return form_args(t, a, "normalize", &form) < 0 ? WF_EMPTY : normalized(t, a, form);
}
static WfValue ucd_is_normalized(WfThread *t, WfValue *a)
{
    WfUcForm form;
    if (form_args(t, a, "is_normalized", &form) < 0) {
        return WF_EMPTY;
    }
    WfValue v = normalized(t, a, form);
    return wf_is_empty(v) ? WF_EMPTY : WF_BOOL(wf_str_equal(wf_as_str(v), wf_as_str(a[2])));
}

#define ROWS(first)                                                                                                    \
    {"bidirectional", ucd_bidirectional, first "chr, /)", "The character's bidirectional class, or ''."},              \
    {"category", ucd_category, first "chr, /)", "The character's general category."},                                  \
    {"combining", ucd_combining, first "chr, /)", "The character's canonical combining class, or 0."},                 \
    {"decimal", ucd_decimal, first "chr, default=?, /)", "The value of a decimal digit."},                             \
    {"decomposition", ucd_decomposition, first "chr, /)", "The character's decomposition in hexadecimal, or ''."},     \
    {"digit", ucd_digit, first "chr, default=?, /)", "The value of a digit."},                                         \
    {"east_asian_width", ucd_east_asian_width, first "chr, /)", "The character's width in East Asian text."},          \
    {"is_normalized", ucd_is_normalized, first "form, input, /)", "Is the string in the normal form?"},                \
    {"lookup", ucd_lookup, first "name, /)", "The character of that name."},                                           \
    {"mirrored", ucd_mirrored, first "chr, /)", "1 if the character is mirrored in text from right to left, else 0."}, \
    {"name", ucd_name, first "chr, default=?, /)", "The character's name."},                                           \
    {"normalize", ucd_normalize, first "form, unistr, /)", "The string in a normal form: NFC, NFD, NFKC or NFKD."},    \
    {"numeric", ucd_numeric, first "chr, default=?, /)", "The character's numeric value as a float."}

static const WfBuiltinDef functions[] = {ROWS("$("), {0}};
static const WfBuiltinDef methods[] = {ROWS("(self, "), {0}};

static WfValue ucd_version(WfThread *t, WfValue self)
{
    return wf_str_from_cstr(t, "3.2.0");
}
static const WfGetSetDef getsets[] = {{"unidata_version", ucd_version, NULL, "The version.", WF_GS_MEMBER}, {0}};

static void ucd_trace(WfMarker *m, WfObject *o)
{
}

const WfTypeSpec wf_unicodedata_ucd_spec = {
    .name = "unicodedata.UCD",
    .doc = "A version of the character database.",
    .flags = WF_TF_NO_NEW,
    .size = sizeof(Database),
    .methods = methods,
    .getsets = getsets,
    .slots = {.trace = ucd_trace},
};

static WfStatus init(WfThread *t, WfValue module)
{
    if (wf_module_add_type(t, module, WF_TYPE(UNICODEDATA_UCD)) < 0
        || wf_module_add_str(t, module, "unidata_version", WF_UNICODE_VERSION) < 0) {
        return WF_RAISED;
    }
    Database *d = WF_NEW(t, Database, UNICODEDATA_UCD, NATIVE);
    return wf_module_add(t, module, "ucd_3_2_0", d == NULL ? WF_EMPTY : wf_from_object(d));
}

const WfModuleDef wf_module_unicodedata = {
    "unicodedata", "Properties of characters from the Unicode character database.", functions, init};
