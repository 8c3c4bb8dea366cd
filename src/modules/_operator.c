/* _operator.c - the operators as functions; itemgetter, attrgetter, methodcaller.
 * SPDX-License-Identifier: MIT
 * Threads:    the three callables are immutable. */
#include "model/builtin.h"
#include "modules/hashing.h"
#include "model/object.h"
#include "objects/bytes.h"
#include "objects/dict.h"
#include "objects/genericalias.h"
#include "objects/int.h"
#include "objects/str.h"
#include "objects/tuple.h"

#define BINARY_FN(name, OP)                                                                        \
    static WfValue op_##name(WfThread *t, WfValue *a)                                              \
    {                                                                                              \
        return wf_binary(t, WF_BIN_##OP, a[0], a[1]);                                              \
    }                                                                                              \
    static WfValue op_i##name(WfThread *t, WfValue *a)                                             \
    {                                                                                              \
        return wf_inplace(t, WF_BIN_##OP, a[0], a[1]);                                             \
    }
BINARY_FN(add, ADD)
BINARY_FN(sub, SUB)
BINARY_FN(mul, MUL)
BINARY_FN(matmul, MATMUL)
BINARY_FN(truediv, TRUEDIV)
BINARY_FN(floordiv, FLOORDIV)
BINARY_FN(mod, MOD)
BINARY_FN(lshift, LSHIFT)
BINARY_FN(rshift, RSHIFT)
BINARY_FN(and, AND)
BINARY_FN(xor, XOR)
BINARY_FN(or, OR)

#define COMPARE_FN(name, OP)                                                                       \
    static WfValue op_##name(WfThread *t, WfValue *a)                                              \
    {                                                                                              \
        return wf_compare(t, a[0], a[1], WF_##OP);                                                 \
    }
COMPARE_FN(lt, LT)
COMPARE_FN(le, LE)
COMPARE_FN(eq, EQ)
COMPARE_FN(ne, NE)
COMPARE_FN(gt, GT)
COMPARE_FN(ge, GE)

#define UNARY_FN(name)                                                                             \
    static WfValue op_##name(WfThread *t, WfValue *a)                                              \
    {                                                                                              \
        return wf_##name(t, a[0]);                                                                 \
    }
UNARY_FN(neg)
UNARY_FN(pos)
UNARY_FN(invert)
UNARY_FN(abs)
UNARY_FN(index)

static WfValue truth_value(WfFound found)
{
    return found == WF_ERROR ? WF_EMPTY : WF_BOOL(found == WF_FOUND);
}

static WfValue op_truth(WfThread *t, WfValue *a)
{
    return truth_value(wf_truth(t, a[0]));
}

static WfValue op_not(WfThread *t, WfValue *a)
{
    WfFound found = wf_truth(t, a[0]);
    return found == WF_ERROR ? WF_EMPTY : WF_BOOL(found == WF_MISSING);
}

static WfValue op_is(WfThread *t, WfValue *a)
{
    return WF_BOOL(wf_is(a[0], a[1]));
}

static WfValue op_is_not(WfThread *t, WfValue *a)
{
    return WF_BOOL(!wf_is(a[0], a[1]));
}

static WfValue op_pow(WfThread *t, WfValue *a)
{
    return wf_pow(t, a[0], a[1], WF_NONE);
}

static WfValue op_ipow(WfThread *t, WfValue *a)
{
    return wf_inplace_pow(t, a[0], a[1]);
}

static bool is_sequence(WfValue v)
{
    return wf_type(v)->slots.getitem != NULL && !wf_is_dict(v);
}

static WfValue op_concat(WfThread *t, WfValue *a)
{
    WfBinaryFn concat = wf_type(a[0])->slots.concat;
    if (concat != NULL) {
        return concat(t, a[0], a[1]);
    }
    if (!is_sequence(a[0]) || !is_sequence(a[1])) {
        return wf_raise(t, WF_EXC(TypeError), "'%.200T' object can't be concatenated", a[0]);
    }
    return wf_binary(t, WF_BIN_ADD, a[0], a[1]);
}

static WfValue op_iconcat(WfThread *t, WfValue *a)
{
    const WfSlotTable *slots = &wf_type(a[0])->slots;
    if (slots->iconcat != NULL) {
        return slots->iconcat(t, a[0], a[1]);
    }
    if (slots->concat != NULL) {
        return slots->concat(t, a[0], a[1]);
    }
    if (!is_sequence(a[0]) || !is_sequence(a[1])) {
        return wf_raise(t, WF_EXC(TypeError), "'%.200T' object can't be concatenated", a[0]);
    }
    return wf_inplace(t, WF_BIN_ADD, a[0], a[1]);
}

static WfValue op_contains(WfThread *t, WfValue *a)
{
    return truth_value(wf_contains(t, a[0], a[1]));
}

static WfValue op_getitem(WfThread *t, WfValue *a)
{
    return wf_getitem(t, a[0], a[1]);
}

static WfValue op_setitem(WfThread *t, WfValue *a)
{
    return wf_setitem(t, a[0], a[1], a[2]) == WF_OK ? WF_NONE : WF_EMPTY;
}

static WfValue op_delitem(WfThread *t, WfValue *a)
{
    return wf_delitem(t, a[0], a[1]) == WF_OK ? WF_NONE : WF_EMPTY;
}

static WfValue iter_of(WfThread *t, WfValue v)
{
    WfValue it = wf_iter(t, v);
    if (wf_is_empty(it) && wf_clear_if(t, WF_EXC(TypeError))) {
        wf_raise(t, WF_EXC(TypeError), "argument of type '%.200T' is not iterable", v);
    }
    return it;
}

static WfValue op_count_of(WfThread *t, WfValue *a)
{
    WfValue it = iter_of(t, a[0]), v;
    int64_t n = 0;
    if (wf_is_empty(it)) {
        return WF_EMPTY;
    }
    WfFound more;
    while ((more = wf_next(t, it, &v)) == WF_FOUND) {
        WfFound same = wf_equal(t, v, a[1]);
        if (same == WF_ERROR) {
            return WF_EMPTY;
        }
        n += same == WF_FOUND;
    }
    return more == WF_ERROR ? WF_EMPTY : wf_small_int(n);
}

static WfValue op_index_of(WfThread *t, WfValue *a)
{
    WfValue it = iter_of(t, a[0]), v;
    if (wf_is_empty(it)) {
        return WF_EMPTY;
    }
    WfFound more;
    for (int64_t i = 0; (more = wf_next(t, it, &v)) == WF_FOUND; i++) {
        WfFound same = wf_equal(t, v, a[1]);
        if (same != WF_MISSING) {
            return same == WF_ERROR ? WF_EMPTY : wf_small_int(i);
        }
    }
    return more == WF_ERROR ? WF_EMPTY : wf_raise(t, WF_EXC(ValueError), "sequence.index(x): x not in sequence");
}

static WfValue op_length_hint(WfThread *t, WfValue *a)
{
    int64_t fallback, n;
    if (wf_to_ssize(t, a[1], &fallback) != WF_OK || wf_length_hint(t, a[0], fallback, &n) != WF_OK) {
        return WF_EMPTY;
    }
    return wf_int_from_i64(t, n);
}

static WfValue op_call(WfThread *t, WfValue *a)
{
    return wf_call_tuple(t, a[0], wf_as_tuple(a[1]), a[2]);
}

/* In a time that depends on the length of b only. */
static bool same_bytes(const uint8_t *a, int64_t na, const uint8_t *b, int64_t nb)
{
    volatile uint8_t difference = na != nb;
    const uint8_t *volatile from = na == nb ? a : b;
    for (int64_t i = 0; i < nb; i++) {
        difference |= from[i] ^ b[i];
    }
    return difference == 0;
}

WfValue wf_compare_digest(WfThread *t, WfValue *a)
{
    if (wf_is_str(a[0]) && wf_is_str(a[1])) {
        WfStr *x = wf_as_str(a[0]), *y = wf_as_str(a[1]);
        if (!wf_str_is_ascii(x) || !wf_str_is_ascii(y)) {
            return wf_raise(t, WF_EXC(TypeError), "comparing strings with non-ASCII characters is not supported");
        }
        return WF_BOOL(same_bytes(x->data, x->length, y->data, y->length));
    }
    if (!wf_has_buffer(a[0]) && !wf_has_buffer(a[1])) {
        return wf_raise(t, WF_EXC(TypeError), "unsupported operand types(s) or combination of types: '%.100T' and '%.100T'", a[0],
                        a[1]);
    }
    WfBuffer x, y;
    if (wf_buffer_get(t, a[0], &x, WF_BUF_SIMPLE) != WF_OK) {
        return WF_EMPTY;
    }
    if (x.ndim > 1) {
        wf_buffer_release(t, &x);
        return wf_raise(t, WF_EXC(BufferError), "Buffer must be single dimension");
    }
    if (wf_buffer_get(t, a[1], &y, WF_BUF_SIMPLE) != WF_OK) {
        wf_buffer_release(t, &x);
        return WF_EMPTY;
    }
    WfValue result = y.ndim > 1 ? wf_raise(t, WF_EXC(BufferError), "Buffer must be single dimension")
                                : WF_BOOL(same_bytes(x.data, x.length, y.data, y.length));
    wf_buffer_release(t, &y);
    wf_buffer_release(t, &x);
    return result;
}

/* --- itemgetter, attrgetter, methodcaller ------------------------------------------------------------------------ */

typedef struct Getter {
    WfObject h;
    WfSlot name;   /* methodcaller: the method's name */
    WfSlot args;   /* tuple: items, attribute paths (str, or tuple of str for a dotted one), or arguments of the method */
    WfSlot kwargs; /* methodcaller: dict or EMPTY */
} Getter;

static void getter_trace(WfMarker *m, WfObject *o)
{
    wf_mark_slots(m, &((Getter *)o)->name, 3);
}

/* The one argument of a call of the object. */
static WfValue one_argument(WfThread *t, const char *name, const WfArgs *args)
{
    if (args->kwnames != NULL && args->kwnames->length > 0) {
        return wf_raise(t, WF_EXC(TypeError), "%s() takes no keyword arguments", name);
    }
    if (args->n_pos != 1) {
        return wf_raise(t, WF_EXC(TypeError), "%s expected 1 argument, got %lld", name, (long long)args->n_pos);
    }
    return args->items[0];
}

static Getter *getter_new(WfThread *t, WfType *type, const char *name, const WfArgs *args)
{
    if (args->kwnames != NULL && args->kwnames->length > 0) {
        return WF_FAIL_NULL(wf_raise(t, WF_EXC(TypeError), "%s() takes no keyword arguments", name));
    }
    if (args->n_pos < 1) {
        return WF_FAIL_NULL(wf_raise(t, WF_EXC(TypeError), "%s expected 1 argument, got 0", name));
    }
    Getter *g = (Getter *)wf_instance_new(t, type, 0);
    WfValue items = g == NULL ? WF_EMPTY : wf_tuple_from(t, args->items, args->n_pos);
    if (wf_is_empty(items)) {
        return NULL;
    }
    wf_store(&g->args, items);
    return g;
}

static WfValue getter_reduce(WfThread *t, WfValue *a)
{
    return wf_tuple_pair(t, wf_from_object(wf_type(a[0])), wf_load(&WF_AS(Getter, a[0])->args));
}

static WfValue getter_repr_of(WfThread *t, WfValue self, WfTuple *args)
{
    WfFound running = wf_repr_enter(t, self);
    if (running != WF_MISSING) {
        return running == WF_ERROR ? WF_EMPTY : wf_str_format(t, "%t(...)", self);
    }
    WfValue type = wf_from_object(wf_type(self)), result = WF_EMPTY;
    WfValue module = wf_getattr(t, type, WF_NAME(__module__));
    WfValue shown = wf_is_empty(module) ? WF_EMPTY : wf_repr(t, wf_from_object(args));
    if (!wf_is_empty(shown)) {
        if (args->length == 1) { /* (x,) */
            shown = wf_str_slice(t, wf_as_str(shown), 0, wf_as_str(shown)->length - 2);
            result = wf_is_empty(shown) ? WF_EMPTY : wf_str_format(t, "%V.%t%V)", module, self, shown);
        } else {
            result = wf_str_format(t, "%V.%t%V", module, self, shown);
        }
    }
    wf_repr_leave(t, self);
    return result;
}

static WfValue itemgetter_new(WfThread *t, WfType *type, const WfArgs *args)
{
    return wf_from_object(getter_new(t, type, "itemgetter", args));
}

static WfValue itemgetter_repr(WfThread *t, WfValue self)
{
    return getter_repr_of(t, self, WF_LOAD(WfTuple, &WF_AS(Getter, self)->args));
}

static WfValue itemgetter_call(WfThread *t, WfValue self, const WfArgs *args)
{
    WfValue o = one_argument(t, "itemgetter", args);
    if (wf_is_empty(o)) {
        return WF_EMPTY;
    }
    WfTuple *items = WF_LOAD(WfTuple, &WF_AS(Getter, self)->args);
    if (items->length == 1) {
        return wf_getitem(t, o, wf_tuple_at(items, 0));
    }
    WfTuple *out = wf_tuple_alloc(t, items->length);
    for (int64_t i = 0; out != NULL && i < items->length; i++) {
        WfValue v = wf_getitem(t, o, wf_tuple_at(items, i));
        if (wf_is_empty(v)) {
            return WF_EMPTY;
        }
        wf_store(&out->items[i], v);
    }
    return wf_from_object(out);
}

/* The names of a dotted path as a tuple; a plain name as it is, interned. */
static WfValue path_of(WfThread *t, WfValue name)
{
    if (!wf_is_str(name)) {
        return wf_raise(t, WF_EXC(TypeError), "attribute name must be a string");
    }
    WfStr *s = wf_as_str(name);
    int64_t dots = 0;
    for (int64_t i = 0; i < s->length; i++) {
        dots += wf_str_at(s, i) == '.';
    }
    if (dots == 0) {
        WfValue exact = wf_is_exact_str(name) ? name : wf_str_slice(t, s, 0, s->length);
        return wf_is_empty(exact) ? WF_EMPTY : wf_str_intern(t, exact);
    }
    WfTuple *path = wf_tuple_alloc(t, dots + 1);
    int64_t from = 0;
    for (int64_t k = 0; path != NULL && k <= dots; k++) {
        int64_t to = from;
        while (to < s->length && wf_str_at(s, to) != '.') {
            to++;
        }
        WfValue part = wf_str_slice(t, s, from, to);
        part = wf_is_empty(part) ? part : wf_str_intern(t, part);
        if (wf_is_empty(part)) {
            return WF_EMPTY;
        }
        wf_store(&path->items[k], part);
        from = to + 1;
    }
    return wf_from_object(path);
}

static WfValue attrgetter_new(WfThread *t, WfType *type, const WfArgs *args)
{
    Getter *g = getter_new(t, type, "attrgetter", args);
    WfTuple *paths = g == NULL ? NULL : wf_tuple_alloc(t, args->n_pos);
    for (int64_t i = 0; paths != NULL && i < args->n_pos; i++) {
        WfValue path = path_of(t, args->items[i]);
        if (wf_is_empty(path)) {
            return WF_EMPTY;
        }
        wf_store(&paths->items[i], path);
    }
    if (paths == NULL) {
        return WF_EMPTY;
    }
    wf_store_ptr(&g->args, paths);
    return wf_from_object(g);
}

/* The names as they were given. */
static WfTuple *attrgetter_names(WfThread *t, WfValue self)
{
    WfTuple *paths = WF_LOAD(WfTuple, &WF_AS(Getter, self)->args);
    WfTuple *names = wf_tuple_alloc(t, paths->length);
    for (int64_t i = 0; names != NULL && i < paths->length; i++) {
        WfValue path = wf_tuple_at(paths, i);
        if (wf_is_tuple(path)) {
            WfTuple *parts = wf_as_tuple(path);
            path = wf_str_join(t, WF_NAME_V(dot), (const WfValue *)(const void *)parts->items, parts->length);
            if (wf_is_empty(path)) {
                return NULL;
            }
        }
        wf_store(&names->items[i], path);
    }
    return names;
}

static WfValue attrgetter_repr(WfThread *t, WfValue self)
{
    WfTuple *names = attrgetter_names(t, self);
    return names == NULL ? WF_EMPTY : getter_repr_of(t, self, names);
}

static WfValue attrgetter_reduce(WfThread *t, WfValue *a)
{
    WfTuple *names = attrgetter_names(t, a[0]);
    return names == NULL ? WF_EMPTY : wf_tuple_pair(t, wf_from_object(wf_type(a[0])), wf_from_object(names));
}

static WfValue get_path(WfThread *t, WfValue o, WfValue path)
{
    if (!wf_is_tuple(path)) {
        return wf_getattr(t, o, wf_as_str(path));
    }
    for (int64_t i = 0; !wf_is_empty(o) && i < wf_as_tuple(path)->length; i++) {
        o = wf_getattr(t, o, wf_as_str(wf_tuple_at(wf_as_tuple(path), i)));
    }
    return o;
}

static WfValue attrgetter_call(WfThread *t, WfValue self, const WfArgs *args)
{
    WfValue o = one_argument(t, "attrgetter", args);
    if (wf_is_empty(o)) {
        return WF_EMPTY;
    }
    WfTuple *paths = WF_LOAD(WfTuple, &WF_AS(Getter, self)->args);
    if (paths->length == 1) {
        return get_path(t, o, wf_tuple_at(paths, 0));
    }
    WfTuple *out = wf_tuple_alloc(t, paths->length);
    for (int64_t i = 0; out != NULL && i < paths->length; i++) {
        WfValue v = get_path(t, o, wf_tuple_at(paths, i));
        if (wf_is_empty(v)) {
            return WF_EMPTY;
        }
        wf_store(&out->items[i], v);
    }
    return wf_from_object(out);
}

static WfValue methodcaller_new(WfThread *t, WfType *type, const WfArgs *args)
{
    if (args->n_pos < 1) {
        return wf_raise(t, WF_EXC(TypeError), "methodcaller needs at least one argument, the method name");
    }
    if (!wf_is_str(args->items[0])) {
        return wf_raise(t, WF_EXC(TypeError), "method name must be a string");
    }
    Getter *g = (Getter *)wf_instance_new(t, type, 0);
    if (g == NULL) {
        return WF_EMPTY;
    }
    WfValue name = args->items[0];
    name = wf_is_exact_str(name) ? name : wf_str_slice(t, wf_as_str(name), 0, wf_as_str(name)->length);
    name = wf_is_empty(name) ? name : wf_str_intern(t, name);
    WfValue rest = wf_is_empty(name) ? WF_EMPTY : wf_tuple_from(t, args->items + 1, args->n_pos - 1);
    if (wf_is_empty(rest)) {
        return WF_EMPTY;
    }
    wf_store(&g->name, name);
    wf_store(&g->args, rest);
    if (args->kwnames != NULL && args->kwnames->length > 0) {
        WfValue kwargs = wf_dict_new(t);
        for (int64_t i = 0; i < args->kwnames->length; i++) {
            if (wf_is_empty(kwargs)
                || wf_dict_set(t, wf_as_dict(kwargs), wf_tuple_at(args->kwnames, i), args->items[args->n_pos + i]) != WF_OK) {
                return WF_EMPTY;
            }
        }
        wf_store(&g->kwargs, kwargs);
    }
    return wf_from_object(g);
}

static WfValue methodcaller_call(WfThread *t, WfValue self, const WfArgs *args)
{
    WfValue o = one_argument(t, "methodcaller", args);
    if (wf_is_empty(o)) {
        return WF_EMPTY;
    }
    Getter *g = WF_AS(Getter, self);
    WfTuple *rest = WF_LOAD(WfTuple, &g->args);
    WfStr *name = WF_LOAD(WfStr, &g->name);
    WfValue kwargs = wf_load(&g->kwargs);
    if (wf_is_empty(kwargs)) {
        return wf_call_method(t, o, name, (const WfValue *)(const void *)rest->items, rest->length);
    }
    WfValue method = wf_getattr(t, o, name);
    return wf_is_empty(method) ? WF_EMPTY : wf_call_tuple(t, method, rest, kwargs);
}

static WfValue methodcaller_repr(WfThread *t, WfValue self)
{
    Getter *g = WF_AS(Getter, self);
    WfFound running = wf_repr_enter(t, self);
    if (running != WF_MISSING) {
        return running == WF_ERROR ? WF_EMPTY : wf_str_format(t, "%t(...)", self);
    }
    WfStrBuilder b = WF_STR_BUILDER;
    WfValue result = WF_EMPTY, k, v;
    WfTuple *rest = WF_LOAD(WfTuple, &g->args);
    WfValue kwargs = wf_load(&g->kwargs);
    WfValue module = wf_getattr(t, wf_from_object(wf_type(self)), WF_NAME(__module__));
    WfValue head = wf_is_empty(module) ? WF_EMPTY : wf_str_format(t, "%V.%t(%R", module, self, wf_load(&g->name));
    if (wf_is_empty(head) || wf_builder_str(t, &b, wf_as_str(head)) != WF_OK) {
        goto done;
    }
    for (int64_t i = 0; i < rest->length; i++) {
        if (wf_builder_ascii(t, &b, ", ", 2) != WF_OK || wf_builder_repr(t, &b, wf_tuple_at(rest, i)) != WF_OK) {
            goto done;
        }
    }
    int64_t pos = 0;
    while (!wf_is_empty(kwargs) && wf_dict_next(wf_as_dict(kwargs), &pos, &k, &v)) {
        if (wf_builder_ascii(t, &b, ", ", 2) != WF_OK || wf_builder_str(t, &b, wf_as_str(k)) != WF_OK
            || wf_builder_char(t, &b, '=') != WF_OK || wf_builder_repr(t, &b, v) != WF_OK) {
            goto done;
        }
    }
    if (wf_builder_char(t, &b, ')') == WF_OK) {
        result = wf_builder_finish(t, &b);
    }
done:
    wf_repr_leave(t, self);
    return result;
}

/* (type, (name, args...)), or with keywords (partial(type, name, **keywords), args). */
static WfValue methodcaller_reduce(WfThread *t, WfValue *a)
{
    Getter *g = WF_AS(Getter, a[0]);
    WfTuple *rest = WF_LOAD(WfTuple, &g->args);
    WfValue kwargs = wf_load(&g->kwargs), type = wf_from_object(wf_type(a[0]));
    if (wf_is_empty(kwargs)) {
        WfTuple *all = wf_tuple_alloc(t, rest->length + 1);
        if (all == NULL) {
            return WF_EMPTY;
        }
        wf_store_raw(&all->items[0], wf_load(&g->name));
        for (int64_t i = 0; i < rest->length; i++) {
            wf_store_raw(&all->items[i + 1], wf_tuple_at(rest, i));
        }
        return wf_tuple_pair(t, type, wf_from_object(all));
    }
    WfStr *text = wf_str_intern_cstr(t, "functools");
    WfValue functools =
        text == NULL ? WF_EMPTY : wf_call1(t, t->interp->import_func, wf_from_object(text));
    WfValue partial = wf_is_empty(functools) ? WF_EMPTY : wf_getattr_cstr(t, functools, "partial");
    WfTuple *head = wf_is_empty(partial) ? NULL : wf_as_tuple(wf_tuple_pair(t, type, wf_load(&g->name)));
    WfValue made = head == NULL ? WF_EMPTY : wf_call_tuple(t, partial, head, kwargs);
    return wf_is_empty(made) ? WF_EMPTY : wf_tuple_pair(t, made, wf_from_object(rest));
}

static const WfBuiltinDef itemgetter_methods[] = {
    {"__reduce__", getter_reduce, "(self, /)", "For pickle."},
    {0},
};
static const WfBuiltinDef attrgetter_methods[] = {
    {"__reduce__", attrgetter_reduce, "(self, /)", "For pickle."},
    {0},
};
static const WfBuiltinDef methodcaller_methods[] = {
    {"__reduce__", methodcaller_reduce, "(self, /)", "For pickle."},
    {0},
};

const WfTypeSpec wf_itemgetter_spec = {
    .name = "operator.itemgetter",
    .doc = "itemgetter(item, ...)\n\n"
           "Callable that takes items out of its argument: itemgetter(2)(r) is r[2],\n"
           "itemgetter(2, 5)(r) is (r[2], r[5]).",
    .size = sizeof(Getter),
    .methods = itemgetter_methods,
    .slots = {.repr = itemgetter_repr, .call = itemgetter_call, .new_ = itemgetter_new, .trace = getter_trace},
};

const WfTypeSpec wf_attrgetter_spec = {
    .name = "operator.attrgetter",
    .doc = "attrgetter(attr, ...)\n\n"
           "Callable that takes attributes of its argument: attrgetter('a')(r) is r.a,\n"
           "attrgetter('a', 'b.c')(r) is (r.a, r.b.c).",
    .size = sizeof(Getter),
    .methods = attrgetter_methods,
    .slots = {.repr = attrgetter_repr, .call = attrgetter_call, .new_ = attrgetter_new, .trace = getter_trace},
};

const WfTypeSpec wf_methodcaller_spec = {
    .name = "operator.methodcaller",
    .doc = "methodcaller(name, ...)\n\n"
           "Callable that calls a method of its argument: methodcaller('f', 1, a=2)(r) is r.f(1, a=2).",
    .size = sizeof(Getter),
    .methods = methodcaller_methods,
    .slots = {.repr = methodcaller_repr, .call = methodcaller_call, .new_ = methodcaller_new, .trace = getter_trace},
};

/* --- the module -------------------------------------------------------------------------------------------------- */

static const WfBuiltinDef operator_functions[] = {
    {"truth", op_truth, "(a, /)", "Is a true?"},
    {"contains", op_contains, "(a, b, /)", "b in a (note the order)."},
    {"indexOf", op_index_of, "(a, b, /)", "Position of the first b in a."},
    {"countOf", op_count_of, "(a, b, /)", "How many items of a are equal to b."},
    {"is_", op_is, "(a, b, /)", "a is b."},
    {"is_not", op_is_not, "(a, b, /)", "a is not b."},
    {"add", op_add, "(a, b, /)", "a + b."},
    {"sub", op_sub, "(a, b, /)", "a - b."},
    {"mul", op_mul, "(a, b, /)", "a * b."},
    {"matmul", op_matmul, "(a, b, /)", "a @ b."},
    {"floordiv", op_floordiv, "(a, b, /)", "a // b."},
    {"truediv", op_truediv, "(a, b, /)", "a / b."},
    {"mod", op_mod, "(a, b, /)", "a % b."},
    {"neg", op_neg, "(a, /)", "-a."},
    {"pos", op_pos, "(a, /)", "+a."},
    {"abs", op_abs, "(a, /)", "abs(a)."},
    {"inv", op_invert, "(a, /)", "~a."},
    {"invert", op_invert, "(a, /)", "~a."},
    {"lshift", op_lshift, "(a, b, /)", "a << b."},
    {"rshift", op_rshift, "(a, b, /)", "a >> b."},
    {"not_", op_not, "(a, /)", "not a."},
    {"and_", op_and, "(a, b, /)", "a & b."},
    {"xor", op_xor, "(a, b, /)", "a ^ b."},
    {"or_", op_or, "(a, b, /)", "a | b."},
    {"iadd", op_iadd, "(a, b, /)", "a += b."},
    {"isub", op_isub, "(a, b, /)", "a -= b."},
    {"imul", op_imul, "(a, b, /)", "a *= b."},
    {"imatmul", op_imatmul, "(a, b, /)", "a @= b."},
    {"ifloordiv", op_ifloordiv, "(a, b, /)", "a //= b."},
    {"itruediv", op_itruediv, "(a, b, /)", "a /= b."},
    {"imod", op_imod, "(a, b, /)", "a %= b."},
    {"ilshift", op_ilshift, "(a, b, /)", "a <<= b."},
    {"irshift", op_irshift, "(a, b, /)", "a >>= b."},
    {"iand", op_iand, "(a, b, /)", "a &= b."},
    {"ixor", op_ixor, "(a, b, /)", "a ^= b."},
    {"ior", op_ior, "(a, b, /)", "a |= b."},
    {"concat", op_concat, "(a, b, /)", "a + b, for sequences."},
    {"iconcat", op_iconcat, "(a, b, /)", "a += b, for sequences."},
    {"getitem", op_getitem, "(a, b, /)", "a[b]."},
    {"setitem", op_setitem, "(a, b, c, /)", "a[b] = c."},
    {"delitem", op_delitem, "(a, b, /)", "del a[b]."},
    {"pow", op_pow, "(a, b, /)", "a ** b."},
    {"ipow", op_ipow, "(a, b, /)", "a **= b."},
    {"eq", op_eq, "(a, b, /)", "a == b."},
    {"lt", op_lt, "(a, b, /)", "a < b."},
    {"le", op_le, "(a, b, /)", "a <= b."},
    {"gt", op_gt, "(a, b, /)", "a > b."},
    {"ge", op_ge, "(a, b, /)", "a >= b."},
    {"ne", op_ne, "(a, b, /)", "a != b."},
    {"index", op_index, "(a, /)", "a.__index__()."},
    {"length_hint", op_length_hint, "(obj, default=0, /)",
     "Estimate of len(obj): its length, what __length_hint__ says, or the default."},
    {"call", op_call, "(obj, /, *args, **kwargs)", "obj(*args, **kwargs)."},
    {"_compare_digest", wf_compare_digest, "(a, b, /)",
     "a == b, in a time that does not tell where they differ. Both are bytes-like, or ASCII str."},
    {0},
};

static WfStatus operator_init(WfThread *t, WfValue module)
{
    if (wf_module_add_type(t, module, WF_TYPE(ITEMGETTER)) != WF_OK
        || wf_module_add_type(t, module, WF_TYPE(ATTRGETTER)) != WF_OK) {
        return WF_RAISED;
    }
    return wf_module_add_type(t, module, WF_TYPE(METHODCALLER));
}

const WfModuleDef wf_module__operator = {
    .name = "_operator",
    .doc = "The operators as functions, for those who pass functions on.",
    .functions = operator_functions,
    .init = operator_init,
};
