/* _locale.c - module _locale: the C library's locale.
 * SPDX-License-Identifier: MIT
 * Threads: setlocale changes the process, as in C; the others read. */
#include "model/builtin.h"
#include "modules/system.h"
#include "objects/dict.h"
#include "objects/list.h"
#include "objects/str.h"

#include <langinfo.h>
#include <libintl.h>
#include <limits.h>
#include <locale.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

static WfValue text(WfThread *t, const char *s)
{
    return wf_str_decode_fs(t, s, (int64_t)strlen(s));
}
static WfValue raise_locale(WfThread *t, const char *message)
{
    WfStr *key = wf_str_intern_cstr(t, "_locale.Error");
    WfValue type = key == NULL ? WF_EMPTY : wf_dict_get_str(wf_as_dict(t->interp->module_state), key);
    return wf_is_empty(type) ? WF_EMPTY : wf_raise(t, WF_AS(WfType, type), "%s", message);
}
static WfValue lo_setlocale(WfThread *t, WfValue *a)
{
    int category;
    const char *name = NULL;
    int64_t n;
    if (wf_to_int(t, a[0], &category) != WF_OK) {
        return WF_EMPTY;
    }
    if (!wf_is_none(a[1])) {
        if (!wf_is_str(a[1])) {
            return wf_raise(t, WF_EXC(TypeError), "setlocale() argument 2 must be str or None, not %T", a[1]);
        }
        if ((name = wf_str_utf8(t, a[1], &n)) == NULL) {
            return WF_EMPTY;
        }
    }
    const char *now = setlocale(category, name);
    return now == NULL ? raise_locale(t, name == NULL ? "locale query failed" : "unsupported locale setting") : text(t, now);
}
/* Sizes of groups as the list locale.py reads: CHAR_MAX or 0 ends it. */
static WfValue grouping(WfThread *t, const char *s)
{
    WfValue list = wf_list_new(t, 0);
    if (wf_is_empty(list) || s[0] == 0) {
        return list;
    }
    for (int i = 0;; i++) {
        if (wf_list_append(t, wf_as_list(list), wf_small_int(s[i])) != WF_OK) {
            return WF_EMPTY;
        }
        if (s[i] == 0 || s[i] == CHAR_MAX) {
            return list;
        }
    }
}
static WfValue lo_localeconv(WfThread *t, WfValue *a)
{
    WfValue d = wf_dict_new(t);
    if (wf_is_empty(d)) {
        return d;
    }
    const struct lconv *l = localeconv();
    WfDict *dict = wf_as_dict(d);
#define PUT(name, value)                                                                           \
    do {                                                                                           \
        WfValue v_ = (value);                                                                      \
        if (wf_is_empty(v_) || wf_dict_set_cstr(t, dict, #name, v_) != WF_OK) {                    \
            return WF_EMPTY;                                                                       \
        }                                                                                          \
    } while (0)
#define TEXT(name) PUT(name, text(t, l->name))
#define NUMBER(name) PUT(name, wf_small_int(l->name))
    NUMBER(int_frac_digits);
    NUMBER(frac_digits);
    NUMBER(p_cs_precedes);
    NUMBER(p_sep_by_space);
    NUMBER(n_cs_precedes);
    NUMBER(n_sep_by_space);
    NUMBER(p_sign_posn);
    NUMBER(n_sign_posn);
    TEXT(decimal_point);
    TEXT(thousands_sep);
    PUT(grouping, grouping(t, l->grouping));
    TEXT(int_curr_symbol);
    TEXT(currency_symbol);
    TEXT(mon_decimal_point);
    TEXT(mon_thousands_sep);
    PUT(mon_grouping, grouping(t, l->mon_grouping));
    TEXT(positive_sign);
    TEXT(negative_sign);
    return d;
}
static const WfSystemConstant items[] = {
    WF_CONSTANT(CODESET) WF_CONSTANT(D_T_FMT) WF_CONSTANT(D_FMT) WF_CONSTANT(T_FMT) WF_CONSTANT(T_FMT_AMPM) WF_CONSTANT(AM_STR)
    WF_CONSTANT(PM_STR) WF_CONSTANT(DAY_1) WF_CONSTANT(DAY_2) WF_CONSTANT(DAY_3) WF_CONSTANT(DAY_4) WF_CONSTANT(DAY_5)
    WF_CONSTANT(DAY_6) WF_CONSTANT(DAY_7) WF_CONSTANT(ABDAY_1) WF_CONSTANT(ABDAY_2) WF_CONSTANT(ABDAY_3) WF_CONSTANT(ABDAY_4)
    WF_CONSTANT(ABDAY_5) WF_CONSTANT(ABDAY_6) WF_CONSTANT(ABDAY_7) WF_CONSTANT(MON_1) WF_CONSTANT(MON_2) WF_CONSTANT(MON_3)
    WF_CONSTANT(MON_4) WF_CONSTANT(MON_5) WF_CONSTANT(MON_6) WF_CONSTANT(MON_7) WF_CONSTANT(MON_8) WF_CONSTANT(MON_9)
    WF_CONSTANT(MON_10) WF_CONSTANT(MON_11) WF_CONSTANT(MON_12) WF_CONSTANT(ABMON_1) WF_CONSTANT(ABMON_2) WF_CONSTANT(ABMON_3)
    WF_CONSTANT(ABMON_4) WF_CONSTANT(ABMON_5) WF_CONSTANT(ABMON_6) WF_CONSTANT(ABMON_7) WF_CONSTANT(ABMON_8) WF_CONSTANT(ABMON_9)
    WF_CONSTANT(ABMON_10) WF_CONSTANT(ABMON_11) WF_CONSTANT(ABMON_12) WF_CONSTANT(RADIXCHAR) WF_CONSTANT(THOUSEP) WF_CONSTANT(YESEXPR)
    WF_CONSTANT(NOEXPR) WF_CONSTANT(CRNCYSTR) WF_CONSTANT(ERA) WF_CONSTANT(ERA_D_T_FMT) WF_CONSTANT(ERA_D_FMT) WF_CONSTANT(ERA_T_FMT)
    WF_CONSTANT(ALT_DIGITS)};
static const WfSystemConstant categories[] = {
    WF_CONSTANT(LC_CTYPE) WF_CONSTANT(LC_TIME) WF_CONSTANT(LC_COLLATE) WF_CONSTANT(LC_MONETARY) WF_CONSTANT(LC_MESSAGES)
    WF_CONSTANT(LC_NUMERIC) WF_CONSTANT(LC_ALL) WF_CONSTANT(CHAR_MAX)};

static WfValue lo_nl_langinfo(WfThread *t, WfValue *a)
{
    int key;
    if (wf_to_int(t, a[0], &key) != WF_OK) {
        return WF_EMPTY;
    }
    for (size_t i = 0; i < WF_ARRAY_LEN(items); i++) {
        if (items[i].value == key) {
            return text(t, nl_langinfo(key));
        }
    }
    return wf_raise(t, WF_EXC(ValueError), "unsupported langinfo constant");
}
static WfValue lo_getencoding(WfThread *t, WfValue *a)
{
    return text(t, nl_langinfo(CODESET));
}
/* The characters as the C library compares them; malloc'd. */
static wchar_t *wide(WfThread *t, WfValue v)
{
    const WfStr *s = wf_as_str(v);
    wchar_t *w = malloc(((size_t)s->length + 1) * sizeof *w);
    if (w == NULL) {
        return WF_FAIL_NULL(wf_raise_no_memory(t));
    }
    for (int64_t i = 0; i < s->length; i++) {
        w[i] = (wchar_t)wf_str_at(s, i);
        if (w[i] == 0) {
            free(w);
            return WF_FAIL_NULL(wf_raise(t, WF_EXC(ValueError), "embedded null character"));
        }
    }
    w[s->length] = 0;
    return w;
}
static WfValue lo_strcoll(WfThread *t, WfValue *a)
{
    if (!wf_is_str(a[0]) || !wf_is_str(a[1])) {
        return wf_raise(t, WF_EXC(TypeError), "strcoll() argument %d must be str, not %T", wf_is_str(a[0]) ? 2 : 1, wf_is_str(a[0]) ? a[1] : a[0]);
    }
    wchar_t *x = wide(t, a[0]), *y = x == NULL ? NULL : wide(t, a[1]);
    WfValue v = y == NULL ? WF_EMPTY : wf_small_int(wcscoll(x, y));
    free(x);
    free(y);
    return v;
}
static WfValue lo_strxfrm(WfThread *t, WfValue *a)
{
    if (!wf_is_str(a[0])) {
        return wf_raise(t, WF_EXC(TypeError), "strxfrm() argument must be str, not %T", a[0]);
    }
    wchar_t *x = wide(t, a[0]);
    if (x == NULL) {
        return WF_EMPTY;
    }
    size_t n = wcsxfrm(NULL, x, 0);
    wchar_t *y = malloc((n + 1) * sizeof *y);
    WfValue v = WF_EMPTY;
    if (y == NULL) {
        wf_raise_no_memory(t);
    } else {
        n = wcsxfrm(y, x, n + 1);
        v = wf_str_from_kind(t, 4, y, (int64_t)n);
    }
    free(x);
    free(y);
    return v;
}
static const char *text_of(WfThread *t, WfValue v)
{
    int64_t n;
    return wf_is_str(v) ? wf_str_utf8(t, v, &n) : WF_FAIL_NULL(wf_raise(t, WF_EXC(TypeError), "argument must be str, not %T", v));
}
static WfValue lo_gettext(WfThread *t, WfValue *a)
{
    const char *s = text_of(t, a[0]);
    return s == NULL ? WF_EMPTY : text(t, gettext(s));
}
static WfValue lo_dgettext(WfThread *t, WfValue *a)
{
    const char *d = wf_is_none(a[0]) ? "" : text_of(t, a[0]), *s = d == NULL ? NULL : text_of(t, a[1]);
    return s == NULL ? WF_EMPTY : text(t, dgettext(wf_is_none(a[0]) ? NULL : d, s));
}
static WfValue lo_textdomain(WfThread *t, WfValue *a)
{
    const char *d = wf_is_none(a[0]) ? NULL : text_of(t, a[0]);
    if (d == NULL && !wf_is_none(a[0])) {
        return WF_EMPTY;
    }
    d = textdomain(d);
    return d == NULL ? wf_raise_errno(t, errno, WF_EMPTY, WF_EMPTY) : text(t, d);
}
static WfValue lo_bindtextdomain(WfThread *t, WfValue *a)
{
    const char *d = text_of(t, a[0]);
    const char *dir = d == NULL || wf_is_none(a[1]) ? NULL : wf_fs_path(t, a[1], "bindtextdomain", "dir");
    if (d == NULL || (dir == NULL && !wf_is_none(a[1]))) {
        return WF_EMPTY;
    }
    if (*d == 0) {
        return raise_locale(t, "domain must be a non-empty string");
    }
    dir = bindtextdomain(d, dir);
    return dir == NULL ? wf_raise_errno(t, errno, WF_EMPTY, WF_EMPTY) : text(t, dir);
}
static const WfBuiltinDef functions[] = {
    {"setlocale", lo_setlocale, "(category, locale=None, /)", "Set a category, or say how it is set.", 0},
    {"localeconv", lo_localeconv, "()", "How numbers and money are written.", 0},
    {"nl_langinfo", lo_nl_langinfo, "(key, /)", "One item of the locale.", 0},
    {"getencoding", lo_getencoding, "()", "The locale's encoding.", 0},
    {"strcoll", lo_strcoll, "(os1, os2, /)", "Compare as the locale does.", 0},
    {"strxfrm", lo_strxfrm, "(string, /)", "A key that compares as the locale does.", 0},
    {"gettext", lo_gettext, "(msg, /)", "The translation.", 0},
    {"dgettext", lo_dgettext, "(domain, msg, /)", "The translation in a domain.", 0},
    {"textdomain", lo_textdomain, "(domain, /)", "Set the domain.", 0},
    {"bindtextdomain", lo_bindtextdomain, "(domain, dir, /)", "Say where a domain's translations are.", 0},
    {0}};

static WfStatus init(WfThread *t, WfValue module)
{
    WfType *error = wf_type_new_simple(t, "locale.Error", WF_EXC(Exception), NULL);
    if (error == NULL || wf_dict_set_cstr(t, wf_as_dict(t->interp->module_state), "_locale.Error", wf_from_object(error)) != WF_OK
        || wf_module_add(t, module, "Error", wf_from_object(error)) != WF_OK
        || wf_system_constants(t, module, items, WF_ARRAY_LEN(items)) != WF_OK) {
        return WF_RAISED;
    }
    return wf_system_constants(t, module, categories, WF_ARRAY_LEN(categories));
}
const WfModuleDef wf_module__locale = {.name = "_locale", .doc = "The C library's locale.", .functions = functions, .init = init};
