/* suggest.c - "Did you mean ...?" for names that are not found.
 * SPDX-License-Identifier: MIT
 * Design:     edit distance with cheap changes of case, over the candidates that lie within a third of the letters.
 * Threads:    no state. */
#include "runtime/suggest.h"

#include "objects/dict.h"
#include "objects/exceptions.h"
#include "objects/list.h"
#include "objects/str.h"
#include "objects/traceback.h"
#include "objects/tuple.h"
#include "code/code.h"
#include "objects/function.h"
#include "vm/vm.h"

enum { MAX_CANDIDATES = 750, MAX_LENGTH = 40, MOVE = 2, CASE = 1 };

static int substitution_cost(char a, char b)
{
    if (a == b) {
        return 0;
    }
    char x = a >= 'A' && a <= 'Z' ? (char)(a + 32) : a;
    char y = b >= 'A' && b <= 'Z' ? (char)(b + 32) : b;
    return x == y ? CASE : MOVE;
}

/* More than `max`: not that near. */
static int64_t distance(const char *a, size_t na, const char *b, size_t nb, int64_t max)
{
    while (na > 0 && nb > 0 && *a == *b) {
        a++, b++, na--, nb--;
    }
    while (na > 0 && nb > 0 && a[na - 1] == b[nb - 1]) {
        na--, nb--;
    }
    if (na == 0 || nb == 0) {
        return (int64_t)(na + nb) * MOVE;
    }
    if (na > MAX_LENGTH || nb > MAX_LENGTH) {
        return max + 1;
    }
    if (nb < na) {
        const char *s = a;
        a = b;
        b = s;
        size_t n = na;
        na = nb;
        nb = n;
    }
    if ((int64_t)(nb - na) * MOVE > max) {
        return max + 1;
    }
    int64_t row[MAX_LENGTH];
    for (size_t i = 0; i < na; i++) {
        row[i] = (int64_t)(i + 1) * MOVE;
    }
    int64_t result = 0;
    for (size_t j = 0; j < nb; j++) {
        int64_t diagonal = (int64_t)j * MOVE;
        result = diagonal;
        int64_t minimum = INT64_MAX;
        for (size_t i = 0; i < na; i++) {
            int64_t replace = diagonal + substitution_cost(b[j], a[i]);
            diagonal = row[i];
            int64_t move = (result < diagonal ? result : diagonal) + MOVE;
            result = replace < move ? replace : move;
            row[i] = result;
            minimum = result < minimum ? result : minimum;
        }
        if (minimum > max) {
            return max + 1;
        }
    }
    return result;
}

/* The nearest of the strs in `list`; None: none is near. */
static WfValue nearest(WfThread *t, WfValue list, WfValue name)
{
    int64_t n = wf_list_length(wf_as_list(list));
    int64_t name_length;
    const char *name_text = n < MAX_CANDIDATES ? wf_str_utf8_pass(t, name, &name_length) : NULL;
    if (name_text == NULL) {
        return n < MAX_CANDIDATES ? WF_EMPTY : WF_NONE;
    }
    WfValue best = WF_NONE;
    int64_t best_distance = INT64_MAX;
    for (int64_t i = 0; i < n; i++) {
        WfValue item = wf_list_at(wf_as_list(list), i);
        if (!wf_is_str(item)) {
            return WF_NONE;
        }
        int64_t length;
        const char *text = wf_str_utf8_pass(t, item, &length);
        if (text == NULL) {
            return WF_EMPTY;
        }
        if (length == name_length && memcmp(text, name_text, (size_t)length) == 0) {
            continue;
        }
        int64_t max = (name_length + length + 3) * MOVE / 6;
        max = best_distance - 1 < max ? best_distance - 1 : max;
        int64_t d = distance(name_text, (size_t)name_length, text, (size_t)length, max);
        if (d <= max && d < best_distance) {
            best = item;
            best_distance = d;
        }
    }
    return best;
}

static WfValue for_attribute(WfThread *t, WfValue exc)
{
    WfValue obj = wf_load(&wf_as_exception(exc)->extra[WF_ATTRIBUTE_OBJ]);
    WfValue name = wf_load(&wf_as_exception(exc)->extra[WF_ATTRIBUTE_NAME]);
    if (wf_is_empty(obj) || wf_is_empty(name) || !wf_is_str(name)) {
        return WF_NONE;
    }
    WfValue method = wf_lookup_special(t, obj, WF_NAME(__dir__));
    WfValue dir = wf_is_empty(method) ? WF_EMPTY : wf_call0(t, method);
    dir = wf_is_empty(dir) ? WF_EMPTY : wf_to_list(t, dir);
    if (wf_is_empty(dir) || wf_list_sort(t, wf_as_list(dir), WF_NONE, false) != WF_OK) {
        return WF_EMPTY;
    }
    return nearest(t, dir, name);
}

static WfValue for_name(WfThread *t, WfValue exc)
{
    WfValue name = wf_load(&wf_as_exception(exc)->extra[WF_NAME_ERROR_NAME]);
    WfValue tb = wf_exception_traceback(exc);
    if (wf_is_empty(name) || !wf_is_str(name) || wf_is_empty(tb)) {
        return WF_NONE;
    }
    for (WfValue next = tb; !wf_is_empty(next); next = wf_load(&wf_as_traceback(next)->next)) {
        tb = next;
    }
    WfFrameObject *frame = WF_LOAD(WfFrameObject, &wf_as_traceback(tb)->frame);
    if (frame == NULL) {
        return WF_NONE;
    }
    const WfFunction *f = WF_LOAD(WfFunction, &frame->func);
    if (wf_code_load(t, WF_LOAD(WfCode, &frame->code)) != WF_OK) {
        return WF_EMPTY;
    }
    WfValue where[3] = {wf_load(&WF_LOAD(WfCode, &frame->code)->varnames), f != NULL ? wf_load(&f->globals) : WF_EMPTY,
                        f != NULL ? wf_load(&f->builtins) : WF_EMPTY};
    for (int i = 0; i < 3; i++) {
        if (wf_is_empty(where[i])) {
            continue;
        }
        WfValue list = wf_to_list(t, where[i]);
        WfValue found = wf_is_empty(list) ? WF_EMPTY : nearest(t, list, name);
        if (!wf_is_none(found)) {
            return found;
        }
    }
    return WF_NONE;
}

WfValue wf_suggestion(WfThread *t, WfValue exc)
{
    WfType *type = wf_type(exc);
    WfValue s = type == WF_EXC(AttributeError) ? for_attribute(t, exc) : type == WF_EXC(NameError) ? for_name(t, exc) : WF_NONE;
    if (wf_is_empty(s)) {
        wf_clear_pending(t); /* a hint is never worth an error */
        return WF_NONE;
    }
    return s;
}
