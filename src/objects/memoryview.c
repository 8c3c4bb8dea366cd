/* memoryview.c - memoryview (PEP 3118): views of an exporter's memory, with shape, strides and format.
 * SPDX-License-Identifier: MIT
 * Design:     a Managed cell holds the one buffer got from the exporter and counts the views that share it; the last view released gives
 *             it back. A view has its own pointer, format and dimensions (a raw cell of shape, strides and, if any, suboffsets).
 *             Views of exporters that want to know when they are released are finalizable, since nobody counts references here.
 * Invariants: V1 managed is EMPTY exactly after release.  V2 a view is not released while its own exports > 0.
 * Threads:    counts are changed under the lock of the view or the Managed; the memory itself is read and written without. */
#include "model/builtin.h"
#include "objects/bytes.h"
#include "objects/bytes_methods.h"
#include "objects/float.h"
#include "objects/int.h"
#include "objects/list.h"
#include "objects/slice.h"
#include "objects/str.h"
#include "objects/tuple.h"

#define MAX_DIMS 64

/* Both layouts begin alike, so that one trace function serves them. */
typedef struct Managed {
    WfObject h; /* an internal cell: no shape */
    WfSlot object; /* the exporter */
    WfSlot unused1, unused2, unused3;
    int64_t views; /* under the lock */
    WfBuffer buffer;
} Managed;

typedef struct View {
    WfObject h;
    WfSlot managed; /* EMPTY: released */
    WfSlot unused1;
    WfSlot format;  /* WfRaw: the C string */
    WfSlot dims;    /* WfRaw: shape, strides, suboffsets; EMPTY for ndim 0 */
    int64_t exports; /* under the lock */
    uint8_t *data;
    int64_t length; /* bytes in all items */
    int64_t item_size;
    int ndim;
    bool readonly, has_suboffsets;
    bool c_contiguous, f_contiguous;
    int64_t x_hash; /* -1: not computed */
} View;

void wf_memoryview_trace(WfMarker *m, WfObject *o)
{
    View *v = (View *)o;
    wf_mark_slot(m, &v->managed);
    wf_mark_slot(m, &v->unused1);
    wf_mark_slot(m, &v->format);
    wf_mark_slot(m, &v->dims);
}

static View *view_of(WfValue v) { return WF_AS(View, v); }
static int64_t *dims_of(const View *v)
{
    WfRaw *raw = WF_LOAD(WfRaw, &v->dims);
    return raw == NULL ? NULL : (int64_t *)(void *)raw->data;
}
static int64_t *shape_of(const View *v) { return dims_of(v); }
static int64_t *strides_of(const View *v) { return v->ndim == 0 ? NULL : dims_of(v) + v->ndim; }
static int64_t *suboffsets_of(const View *v) { return v->has_suboffsets ? dims_of(v) + 2 * v->ndim : NULL; }
static const char *format_of(const View *v) { return (const char *)WF_LOAD(WfRaw, &v->format)->data; }

static WfStatus check_released(WfThread *t, const View *v)
{
    if (wf_is_empty(wf_load(&v->managed))) {
        return WF_FAIL(wf_raise(t, WF_EXC(ValueError), "operation forbidden on released memoryview object"));
    }
    return WF_OK;
}

static WfValue object_of(const View *v)
{
    WfValue o = wf_load(&WF_LOAD(Managed, &v->managed)->object);
    return wf_is_empty(o) ? WF_NONE : o;
}

/* The view as a buffer that borrows its dimensions. */
static WfBuffer buffer_of(const View *v)
{
    return (WfBuffer){.owner = WF_EMPTY,
                      .data = v->data,
                      .length = v->length,
                      .item_size = v->item_size,
                      .ndim = v->ndim,
                      .readonly = v->readonly,
                      .format = format_of(v),
                      .shape = shape_of(v),
                      .strides = strides_of(v),
                      .suboffsets = suboffsets_of(v)};
}

static void set_contiguity(View *v)
{
    WfBuffer b = buffer_of(v);
    v->c_contiguous = wf_buffer_is_contiguous(&b, 'C');
    v->f_contiguous = wf_buffer_is_contiguous(&b, 'F');
}

static WfRaw *copy_string(WfThread *t, const char *s)
{
    size_t n = strlen(s) + 1;
    WfRaw *raw = wf_gc_alloc_raw(t, (int64_t)n, false);
    if (raw != NULL) {
        memcpy(raw->data, s, n);
    }
    return raw;
}

/* A new view on the Managed with the layout of b (its format and dimensions are copied). */
static View *new_view(WfThread *t, Managed *managed, const WfBuffer *b)
{
    WfRaw *format = copy_string(t, b->format == NULL ? "B" : b->format);
    int n = b->ndim;
    WfRaw *dims = NULL;
    if (format == NULL) {
        return NULL;
    }
    if (n > 0) {
        dims = wf_gc_alloc_raw(t, (int64_t)sizeof(int64_t) * n * (b->suboffsets == NULL ? 2 : 3), false);
        if (dims == NULL) {
            return NULL;
        }
        int64_t *d = (int64_t *)(void *)dims->data, step = b->item_size;
        for (int i = n; i-- > 0;) {
            d[i] = b->shape != NULL ? b->shape[i] : b->length / (b->item_size > 0 ? b->item_size : 1);
            d[n + i] = b->strides != NULL ? b->strides[i] : step;
            step *= d[i];
            if (b->suboffsets != NULL) {
                d[2 * n + i] = b->suboffsets[i];
            }
        }
    }
    View *v = WF_NEW(t, View, MEMORYVIEW, MEMORYVIEW);
    if (v == NULL) {
        return NULL;
    }
    wf_store_ptr(&v->managed, managed);
    wf_store_ptr(&v->format, format);
    wf_store_ptr(&v->dims, dims);
    v->data = b->data;
    v->length = b->length;
    v->item_size = b->item_size;
    v->ndim = n;
    v->readonly = b->readonly;
    v->has_suboffsets = b->suboffsets != NULL;
    v->x_hash = -1;
    set_contiguity(v);
    wf_lock(t, managed);
    managed->views++;
    wf_unlock(t, managed);
    bool wants_release = !wf_is_empty(managed->buffer.owner)
                         && wf_type(managed->buffer.owner)->slots.releasebuffer != NULL;
    if (wants_release && wf_gc_register_finalizable(t, &v->h) < 0) {
        return NULL;
    }
    return v;
}

static WfValue view_from_object(WfThread *t, WfValue o)
{
    if (WF_IS_KIND(o, MEMORYVIEW)) {
        View *from = view_of(o);
        if (check_released(t, from) < 0) {
            return WF_EMPTY;
        }
        WfBuffer b = buffer_of(from);
        View *v = new_view(t, WF_LOAD(Managed, &from->managed), &b);
        return v == NULL ? WF_EMPTY : wf_from_object(v);
    }
    if (!wf_has_buffer(o)) {
        return wf_raise(t, WF_EXC(TypeError), "memoryview: a bytes-like object is required, not '%T'", o);
    }
    Managed *m = wf_gc_alloc(t, WF_KIND_MEMORYVIEW, sizeof *m);
    if (m == NULL || wf_buffer_get(t, o, &m->buffer, WF_BUF_FULL) < 0) {
        return WF_EMPTY;
    }
    wf_store(&m->object, m->buffer.owner);
    View *v = new_view(t, m, &m->buffer);
    if (v == NULL) {
        wf_buffer_release(t, &m->buffer);
        return WF_EMPTY;
    }
    return wf_from_object(v);
}

/* After shape and strides of v were changed. */
static void fit_length(View *v)
{
    v->length = v->item_size;
    for (int i = 0; i < v->ndim; i++) {
        v->length *= shape_of(v)[i];
    }
    set_contiguity(v);
}

static View *derived(WfThread *t, View *from)
{
    WfBuffer b = buffer_of(from);
    return new_view(t, WF_LOAD(Managed, &from->managed), &b);
}

/* --- releasing ------------------------------------------------------------------------------------------------------------ */

static void give_back(WfThread *t, View *v)
{
    Managed *m = WF_LOAD(Managed, &v->managed);
    if (m == NULL) {
        return;
    }
    wf_store_raw(&v->managed, WF_EMPTY);
    wf_lock(t, m);
    bool last = --m->views == 0;
    wf_unlock(t, m);
    if (last) {
        wf_buffer_release(t, &m->buffer);
    }
}

static WfStatus release(WfThread *t, View *v)
{
    wf_lock(t, v);
    int64_t exports = v->exports;
    wf_unlock(t, v);
    if (exports > 0) {
        return WF_FAIL(wf_raise(t, WF_EXC(BufferError), "memoryview has %lld exported buffer%s", (long long)exports,
                                exports == 1 ? "" : "s"));
    }
    give_back(t, v);
    return WF_OK;
}

static void view_finalize(WfThread *t, WfValue self)
{
    give_back(t, view_of(self));
}

/* --- items ------------------------------------------------------------------------------------------------------------------ */

/* The native single-character format, or 0. */
static char native(const char *format)
{
    if (*format == '@') {
        format++;
    }
    return format[0] != 0 && format[1] == 0 && strchr("cbBhHiIlLqQnNfdeP?", format[0]) != NULL ? format[0] : 0;
}

static int64_t native_size(char c)
{
    switch (c) {
    case 'c': case 'b': case 'B': case '?': return 1;
    case 'h': case 'H': case 'e': return 2;
    case 'i': case 'I': case 'f': return 4;
    default: return 8;
    }
}

static WfValue unpack(WfThread *t, const uint8_t *p, const char *format)
{
    union {
        int16_t h;
        uint16_t H;
        int32_t i;
        uint32_t I;
        int64_t q;
        uint64_t Q;
        float f;
        double d;
    } u;
    char c = native(format);
    if (c != 0) {
        memcpy(&u, p, (size_t)native_size(c));
    }
    switch (c) {
    case 'B': return wf_small_int(*p);
    case 'b': return wf_small_int((int8_t)*p);
    case 'c': return wf_bytes_new(t, p, 1);
    case '?': return WF_BOOL(*p != 0);
    case 'h': return wf_small_int(u.h);
    case 'H': return wf_small_int(u.H);
    case 'i': return wf_small_int(u.i);
    case 'I': return wf_small_int(u.I);
    case 'l': case 'q': case 'n': return wf_int_from_i64(t, u.q);
    case 'L': case 'Q': case 'N': case 'P': return wf_int_from_u64(t, u.Q);
    case 'f': return wf_double_any(u.f);
    case 'd': return wf_double_any(u.d);
    case 'e': return wf_double_any(wf_half_unpack(u.H));
    default: return wf_raise(t, WF_EXC(NotImplementedError), "memoryview: format %s not supported", format);
    }
}

static WfStatus bad_value(WfThread *t, const char *format)
{
    return WF_FAIL(wf_raise(t, WF_EXC(ValueError), "memoryview: invalid value for format '%s'", format));
}
static WfStatus bad_type(WfThread *t, const char *format)
{
    return WF_FAIL(wf_raise(t, WF_EXC(TypeError), "memoryview: invalid type for format '%s'", format));
}

/* Writes item's bytes to out[0..8). */
static WfStatus pack(WfThread *t, uint8_t *out, const char *format, WfValue item)
{
    char c = native(format);
    int64_t size = native_size(c);
    switch (c) {
    case 'b': case 'h': case 'i': case 'l': case 'q': case 'n':
    case 'B': case 'H': case 'I': case 'L': case 'Q': case 'N': case 'P': {
        if (!wf_is_any_int(item)) {
            if (wf_type(item)->slots.index == NULL) {
                return bad_type(t, format);
            }
            item = wf_index(t, item);
            if (wf_is_empty(item)) {
                return wf_clear_if(t, WF_EXC(TypeError)) ? bad_type(t, format) : WF_RAISED;
            }
        }
        bool is_signed = strchr("bhilqn", c) != NULL;
        int64_t i;
        uint64_t u;
        if (is_signed) {
            int shift = 64 - 8 * (int)size;
            if (!wf_int_to_i64(item, &i) || (int64_t)((uint64_t)i << shift) >> shift != i) {
                return bad_value(t, format);
            }
            u = (uint64_t)i;
        } else if (!wf_int_to_u64(item, &u) || (size < 8 && u >> (8 * size) != 0)) {
            return bad_value(t, format);
        }
        memcpy(out, &u, (size_t)size);
        return WF_OK;
    }
    case 'f': case 'd': case 'e': {
        double d;
        if (wf_to_double(t, item, &d) < 0) {
            return wf_clear_if(t, WF_EXC(TypeError)) ? bad_type(t, format) : WF_RAISED;
        }
        if (c == 'd') {
            memcpy(out, &d, 8);
        } else if (c == 'f') {
            float f = (float)d;
            memcpy(out, &f, 4);
        } else {
            uint16_t half;
            if (!wf_half_pack(d, &half)) {
                return WF_FAIL(wf_raise(t, WF_EXC(OverflowError), "float too large to pack with e format"));
            }
            memcpy(out, &half, 2);
        }
        return WF_OK;
    }
    case '?': {
        WfFound truth = wf_truth(t, item);
        out[0] = truth > 0;
        return truth < 0 ? WF_RAISED : WF_OK;
    }
    case 'c':
        if (!wf_is_bytes(item)) {
            return bad_type(t, format);
        }
        if (wf_as_bytes(item)->length != 1) {
            return bad_value(t, format);
        }
        out[0] = wf_as_bytes(item)->data[0];
        return WF_OK;
    default:
        return WF_FAIL(wf_raise(t, WF_EXC(NotImplementedError), "memoryview: format %s not supported", format));
    }
}

static uint8_t *follow(const WfBuffer *b, int d, uint8_t *p)
{
    return b->suboffsets != NULL && b->suboffsets[d] >= 0 ? *(uint8_t **)(void *)p + b->suboffsets[d] : p;
}

/* The address of index i of dimension d, NULL: IndexError. */
static uint8_t *at_index(WfThread *t, const WfBuffer *b, uint8_t *p, int d, int64_t i)
{
    int64_t n = b->shape[d];
    i += i < 0 ? n : 0;
    if ((uint64_t)i >= (uint64_t)n) {
        return WF_FAIL_NULL(wf_raise(t, WF_EXC(IndexError), "index out of bounds on dimension %d", d + 1));
    }
    return follow(b, d, p + i * b->strides[d]);
}

static bool is_indexer(WfValue v)
{
    return wf_is_any_int(v) || wf_type(v)->slots.index != NULL;
}

/* The item that an int or tuple of ints selects, NULL: raised. */
static uint8_t *item_at(WfThread *t, View *v, WfValue key)
{
    WfBuffer b = buffer_of(v);
    uint8_t *p = v->data;
    int64_t i;
    if (wf_is_tuple(key)) {
        WfTuple *x = wf_as_tuple(key);
        if (x->length > v->ndim) {
            return WF_FAIL_NULL(wf_raise(t, WF_EXC(TypeError), "cannot index %d-dimension view with %lld-element tuple",
                                         v->ndim, (long long)x->length));
        }
        if (x->length < v->ndim) {
            return WF_FAIL_NULL(wf_raise(t, WF_EXC(NotImplementedError), "sub-views are not implemented"));
        }
        for (int d = 0; d < v->ndim; d++) {
            if (wf_as_index(t, wf_tuple_at(x, d), &i, WF_EXC(IndexError)) < 0 || check_released(t, v) < 0) {
                return NULL;
            }
            p = at_index(t, &b, p, d, i);
            if (p == NULL) {
                return NULL;
            }
        }
        return p;
    }
    if (wf_as_index(t, key, &i, WF_EXC(IndexError)) < 0 || check_released(t, v) < 0) {
        return NULL;
    }
    if (v->ndim > 1) {
        return WF_FAIL_NULL(wf_raise(t, WF_EXC(NotImplementedError), "multi-dimensional sub-views are not implemented"));
    }
    return at_index(t, &b, p, 0, i);
}

static bool all_items(WfTuple *x, bool slices)
{
    for (int64_t i = 0; i < x->length; i++) {
        WfValue v = wf_tuple_at(x, i);
        if (slices ? !wf_is_slice(v) : !is_indexer(v)) {
            return false;
        }
    }
    return true;
}

/* v with its first dimension cut by a slice. */
static View *sliced(WfThread *t, View *v, WfValue key)
{
    int64_t start, stop, step, count;
    View *r = derived(t, v); /* first: an __index__ of the slice may release v */
    if (r == NULL || wf_slice_indices(t, key, shape_of(r)[0], &start, &stop, &step, &count) < 0) {
        return NULL;
    }
    count = count < 0 ? 0 : count;
    int64_t move = strides_of(r)[0] * start;
    r->data += move;
    shape_of(r)[0] = count;
    strides_of(r)[0] *= step;
    fit_length(r);
    return r;
}

static WfValue view_getitem(WfThread *t, WfValue self, WfValue key)
{
    View *v = view_of(self);
    if (check_released(t, v) < 0) {
        return WF_EMPTY;
    }
    if (v->ndim == 0) {
        if (wf_is_tuple(key) && wf_as_tuple(key)->length == 0) {
            return unpack(t, v->data, format_of(v));
        }
        return wf_is(key, WF_ELLIPSIS) ? self : wf_raise(t, WF_EXC(TypeError), "invalid indexing of 0-dim memory");
    }
    if (wf_is_slice(key)) {
        View *r = sliced(t, v, key);
        return r == NULL ? WF_EMPTY : wf_from_object(r);
    }
    if (is_indexer(key) || (wf_is_tuple(key) && all_items(wf_as_tuple(key), false))) {
        const uint8_t *p = item_at(t, v, key);
        return p == NULL ? WF_EMPTY : unpack(t, p, format_of(v));
    }
    if (wf_is_tuple(key) && all_items(wf_as_tuple(key), true)) {
        return wf_raise(t, WF_EXC(NotImplementedError), "multi-dimensional slicing is not implemented");
    }
    return wf_raise(t, WF_EXC(TypeError), "memoryview: invalid slice key");
}

static bool same_structure(const WfBuffer *a, const WfBuffer *b)
{
    const char *fa = a->format == NULL ? "B" : a->format, *fb = b->format == NULL ? "B" : b->format;
    fa += *fa == '@';
    fb += *fb == '@';
    if (strcmp(fa, fb) != 0 || a->item_size != b->item_size || a->ndim != b->ndim) {
        return false;
    }
    for (int i = 0; i < a->ndim; i++) {
        int64_t na = a->shape == NULL ? a->length / a->item_size : a->shape[i];
        int64_t nb = b->shape == NULL ? b->length / b->item_size : b->shape[i];
        if (na != nb) {
            return false;
        }
    }
    return true;
}

static WfStatus set_slice(WfThread *t, View *v, WfValue key, WfValue value)
{
    if (v->ndim != 1) {
        return WF_FAIL(wf_raise(t, WF_EXC(NotImplementedError),
                                "memoryview slice assignments are currently restricted to ndim = 1"));
    }
    WfBuffer src;
    if (wf_buffer_get(t, value, &src, WF_BUF_FULL) < 0) {
        return WF_RAISED;
    }
    WfStatus status = WF_RAISED;
    View *target = sliced(t, v, key);
    if (target != NULL && check_released(t, v) < 0) {
        give_back(t, target);
    } else if (target != NULL) {
        WfBuffer b = buffer_of(target);
        if (!same_structure(&b, &src)) {
            wf_raise(t, WF_EXC(ValueError), "memoryview assignment: lvalue and rvalue have different structures");
        } else {
            /* through a copy, for source and target may overlap */
            WfRaw *copy = wf_gc_alloc_raw(t, src.length + 1, false);
            if (copy != NULL) {
                wf_buffer_copy_out(&src, 'C', copy->data);
                for (int64_t i = 0; i < b.shape[0]; i++) {
                    memcpy(follow(&b, 0, (uint8_t *)b.data + i * b.strides[0]), copy->data + i * b.item_size,
                           (size_t)b.item_size);
                }
                status = WF_OK;
            }
        }
        give_back(t, target);
    }
    wf_buffer_release(t, &src);
    return status;
}

static WfStatus view_setitem(WfThread *t, WfValue self, WfValue key, WfValue value)
{
    View *v = view_of(self);
    uint8_t bytes[8], *p = NULL;
    if (check_released(t, v) < 0) {
        return WF_RAISED;
    }
    if (v->readonly) {
        return WF_FAIL(wf_raise(t, WF_EXC(TypeError), "cannot modify read-only memory"));
    }
    if (wf_is_empty(value)) {
        return WF_FAIL(wf_raise(t, WF_EXC(TypeError), "cannot delete memory"));
    }
    if (v->ndim == 0) {
        if (!wf_is(key, WF_ELLIPSIS) && !(wf_is_tuple(key) && wf_as_tuple(key)->length == 0)) {
            return WF_FAIL(wf_raise(t, WF_EXC(TypeError), "invalid indexing of 0-dim memory"));
        }
        p = v->data;
    } else if (wf_is_slice(key)) {
        return set_slice(t, v, key, value);
    } else if (is_indexer(key) || (wf_is_tuple(key) && all_items(wf_as_tuple(key), false))) {
        p = item_at(t, v, key);
    } else if (wf_is_tuple(key) && all_items(wf_as_tuple(key), true)) {
        wf_raise(t, WF_EXC(NotImplementedError), "memoryview slice assignments are currently restricted to ndim = 1");
    } else {
        wf_raise(t, WF_EXC(TypeError), "memoryview: invalid slice key");
    }
    if (p == NULL || pack(t, bytes, format_of(v), value) < 0 || check_released(t, v) < 0) {
        return WF_RAISED;
    }
    memcpy(p, bytes, (size_t)v->item_size);
    return WF_OK;
}

static WfStatus view_len(WfThread *t, WfValue self, int64_t *len)
{
    View *v = view_of(self);
    if (check_released(t, v) < 0) {
        return WF_RAISED;
    }
    *len = v->ndim == 0 ? 1 : shape_of(v)[0];
    return WF_OK;
}

/* --- comparing, hashing --------------------------------------------------------------------------------------------------------- */

/* struct.unpack_from(format, item) for formats that are not a native character. */
static WfValue unpack_struct(WfThread *t, const uint8_t *p, int64_t size, const char *format)
{
    WfValue import = wf_getitem(t, t->interp->builtins, WF_NAME_V(__import__));
    WfStr *name = wf_is_empty(import) ? NULL : wf_str_intern_cstr(t, "struct");
    WfValue module = name == NULL ? WF_EMPTY : wf_call1(t, import, wf_from_object(name));
    WfValue f = wf_is_empty(module) ? WF_EMPTY : wf_getattr_cstr(t, module, "unpack");
    WfValue fmt = wf_is_empty(f) ? WF_EMPTY : wf_str_from_cstr(t, format);
    WfValue bytes = wf_is_empty(fmt) ? WF_EMPTY : wf_bytes_new(t, p, size);
    return wf_is_empty(bytes) ? WF_EMPTY : wf_call2(t, f, fmt, bytes);
}

typedef struct Pair {
    WfBuffer a, b;
    const char *fa, *fb;
    bool bytewise; /* equal items have equal bytes */
} Pair;

static WfFound equal_items(WfThread *t, const Pair *x, const uint8_t *p, const uint8_t *q)
{
    if (x->bytewise) {
        return memcmp(p, q, (size_t)x->a.item_size) == 0 ? WF_FOUND : WF_MISSING;
    }
    WfValue v = native(x->fa) ? unpack(t, p, x->fa) : unpack_struct(t, p, x->a.item_size, x->fa);
    if (wf_is_empty(v)) {
        return WF_ERROR;
    }
    WfValue w = native(x->fb) ? unpack(t, q, x->fb) : unpack_struct(t, q, x->b.item_size, x->fb);
    if (wf_is_empty(w)) {
        return WF_ERROR;
    }
    if (native(x->fa) && !native(x->fb) && wf_is_tuple(w) && wf_as_tuple(w)->length == 1) {
        w = wf_tuple_at(wf_as_tuple(w), 0);
    } else if (native(x->fb) && !native(x->fa) && wf_is_tuple(v) && wf_as_tuple(v)->length == 1) {
        v = wf_tuple_at(wf_as_tuple(v), 0);
    }
    WfValue r = wf_compare(t, v, w, WF_EQ); /* not by identity: NaN differs from itself */
    return wf_is_empty(r) ? WF_ERROR : wf_truth(t, r);
}

static WfFound equal_dims(WfThread *t, Pair *x, int d, uint8_t *p, uint8_t *q)
{
    if (d == x->a.ndim) {
        return equal_items(t, x, p, q);
    }
    int64_t n = x->a.shape[d];
    for (int64_t i = 0; i < n; i++) {
        WfFound equal = equal_dims(t, x, d + 1, follow(&x->a, d, p + i * x->a.strides[d]),
                                   follow(&x->b, d, q + i * x->b.strides[d]));
        if (equal <= 0) {
            return equal;
        }
    }
    return WF_FOUND;
}

static WfFound equal_views(WfThread *t, const View *v, const View *w)
{
    Pair x = {.a = buffer_of(v), .b = buffer_of(w), .fa = format_of(v), .fb = format_of(w)};
    if (v->ndim != w->ndim) {
        return WF_MISSING;
    }
    for (int i = 0; i < v->ndim; i++) {
        if (shape_of(v)[i] != shape_of(w)[i]) {
            return WF_MISSING;
        }
        if (shape_of(v)[i] == 0) {
            break;
        }
    }
    char ca = native(x.fa), cb = native(x.fb);
    x.bytewise = ca != 0 && ca == cb && strchr("fde?", ca) == NULL;
    WfFound equal = equal_dims(t, &x, 0, v->data, w->data);
    if (equal < 0) {
        /* a format that struct does not know: not equal */
        WfValue pending = t->exc;
        if (!wf_is_instance_of(pending, WF_EXC(MemoryError)) && (ca == 0 || cb == 0)) {
            wf_clear_pending(t);
            return WF_MISSING;
        }
    }
    return equal;
}

static WfValue view_richcompare(WfThread *t, WfValue a, WfValue b, int op)
{
    if (op != WF_EQ && op != WF_NE) {
        return WF_NOT_IMPLEMENTED;
    }
    View *v = view_of(a);
    WfFound equal;
    if (wf_is_empty(wf_load(&v->managed))
        || (WF_IS_KIND(b, MEMORYVIEW) && wf_is_empty(wf_load(&view_of(b)->managed)))) {
        equal = wf_is(a, b) ? WF_FOUND : WF_MISSING;
    } else if (WF_IS_KIND(b, MEMORYVIEW)) {
        equal = equal_views(t, v, view_of(b));
    } else {
        if (!wf_has_buffer(b)) {
            return WF_NOT_IMPLEMENTED;
        }
        WfValue other = view_from_object(t, b);
        if (wf_is_empty(other)) {
            wf_clear_pending(t);
            return WF_NOT_IMPLEMENTED;
        }
        equal = equal_views(t, v, view_of(other));
        give_back(t, view_of(other));
    }
    return equal < 0 ? WF_EMPTY : WF_BOOL((equal == WF_FOUND) == (op == WF_EQ));
}

static WfValue tobytes(WfThread *t, View *v, char order)
{
    WfValue r = wf_bytes_new(t, NULL, v->length);
    if (!wf_is_empty(r)) {
        WfBuffer b = buffer_of(v);
        wf_buffer_copy_out(&b, order, wf_as_bytes(r)->data);
    }
    return r;
}

static WfStatus view_hash(WfThread *t, WfValue self, int64_t *hash)
{
    View *v = view_of(self);
    int64_t h = __atomic_load_n(&v->x_hash, __ATOMIC_RELAXED);
    if (h == -1) {
        if (check_released(t, v) < 0) {
            return WF_RAISED;
        }
        if (!v->readonly) {
            return WF_FAIL(wf_raise(t, WF_EXC(ValueError), "cannot hash writable memoryview object"));
        }
        char c = native(format_of(v));
        if (c != 'B' && c != 'b' && c != 'c') {
            return WF_FAIL(
                wf_raise(t, WF_EXC(ValueError), "memoryview: hashing is restricted to formats 'B', 'b' or 'c'"));
        }
        WfValue object = object_of(v);
        if (!wf_is_none(object) && wf_hash(t, object, &h) < 0) {
            return WF_RAISED; /* the exporter must be hashable, too */
        }
        WfValue bytes = tobytes(t, v, 'C');
        if (wf_is_empty(bytes)) {
            return WF_RAISED;
        }
        h = wf_bytes_hash(wf_as_bytes(bytes));
        __atomic_store_n(&v->x_hash, h, __ATOMIC_RELAXED);
    }
    *hash = h;
    return WF_OK;
}

static WfValue view_repr(WfThread *t, WfValue self)
{
    bool released = wf_is_empty(wf_load(&view_of(self)->managed));
    return wf_str_format(t, released ? "<released memory at %p>" : "<memory at %p>", (void *)wf_as_object(self));
}

/* --- being an exporter -------------------------------------------------------------------------------------------------------------- */

static WfStatus refuse(WfThread *t, const char *message)
{
    return WF_FAIL(wf_raise(t, WF_EXC(BufferError), "memoryview: %s", message));
}

static WfStatus view_getbuffer(WfThread *t, WfValue self, WfBuffer *b, int flags)
{
    View *v = view_of(self);
    if (check_released(t, v) < 0) {
        return WF_RAISED;
    }
    *b = buffer_of(v);
    b->owner = self;
#define WANTS(f) ((flags & (f)) == (f))
    if (WANTS(WF_BUF_WRITABLE) && v->readonly) {
        return refuse(t, "underlying buffer is not writable");
    }
    if (!WANTS(WF_BUF_FORMAT)) {
        b->format = NULL;
    }
    if (WANTS(WF_BUF_C_CONTIGUOUS) && !v->c_contiguous) {
        return refuse(t, "underlying buffer is not C-contiguous");
    }
    if (WANTS(WF_BUF_F_CONTIGUOUS) && !v->f_contiguous) {
        return refuse(t, "underlying buffer is not Fortran contiguous");
    }
    if (WANTS(WF_BUF_ANY_CONTIGUOUS) && !v->c_contiguous && !v->f_contiguous) {
        return refuse(t, "underlying buffer is not contiguous");
    }
    if (!WANTS(WF_BUF_INDIRECT) && v->has_suboffsets) {
        return refuse(t, "underlying buffer requires suboffsets");
    }
    if (!WANTS(WF_BUF_STRIDES)) {
        if (!v->c_contiguous) {
            return refuse(t, "underlying buffer is not C-contiguous");
        }
        b->strides = NULL;
    }
    if (!WANTS(WF_BUF_ND)) {
        if (b->format != NULL) {
            return refuse(t, "cannot cast to unsigned bytes if the format flag is present");
        }
        b->ndim = 1;
        b->shape = NULL;
    }
#undef WANTS
    wf_lock(t, v);
    v->exports++;
    wf_unlock(t, v);
    return WF_OK;
}

static void view_releasebuffer(WfThread *t, WfValue self, WfBuffer *b)
{
    View *v = view_of(self);
    wf_lock(t, v);
    v->exports--;
    wf_unlock(t, v);
}

/* --- methods ------------------------------------------------------------------------------------------------------------------------- */

static WfValue view_new(WfThread *t, WfType *type, const WfArgs *args)
{
    WfValue a[1];
    return wf_parse_args(t, "memoryview", "(object)", args, a, 1) < 0 ? WF_EMPTY : view_from_object(t, a[0]);
}

static WfValue view_release(WfThread *t, WfValue *a)
{
    return release(t, view_of(a[0])) < 0 ? WF_EMPTY : WF_NONE;
}
static WfValue view_enter(WfThread *t, WfValue *a)
{
    return check_released(t, view_of(a[0])) < 0 ? WF_EMPTY : a[0];
}

static WfValue view_tobytes(WfThread *t, WfValue *a)
{
    View *v = view_of(a[0]);
    char order = 'C';
    if (check_released(t, v) < 0) {
        return WF_EMPTY;
    }
    if (!wf_is_none(a[1])) {
        if (!wf_is_str(a[1])) {
            return wf_raise(t, WF_EXC(TypeError), "tobytes() argument 'order' must be str or None, not %T", a[1]);
        }
        WfStr *s = wf_as_str(a[1]);
        uint32_t c = s->length == 1 ? wf_str_at(s, 0) : 0;
        if (c != 'C' && c != 'F' && c != 'A') {
            return wf_raise(t, WF_EXC(ValueError), "order must be 'C', 'F' or 'A'");
        }
        order = (char)c;
    }
    return tobytes(t, v, order);
}

static WfValue list_dim(WfThread *t, const WfBuffer *b, int d, uint8_t *p)
{
    if (d == b->ndim) {
        return unpack(t, p, b->format);
    }
    WfValue list = wf_list_new(t, b->shape[d]);
    for (int64_t i = 0; !wf_is_empty(list) && i < b->shape[d]; i++) {
        WfValue item = list_dim(t, b, d + 1, follow(b, d, p + i * b->strides[d]));
        if (wf_is_empty(item) || wf_list_append(t, wf_as_list(list), item) < 0) {
            return WF_EMPTY;
        }
    }
    return list;
}
static WfValue view_tolist(WfThread *t, WfValue *a)
{
    View *v = view_of(a[0]);
    if (check_released(t, v) < 0) {
        return WF_EMPTY;
    }
    if (native(format_of(v)) == 0) {
        return wf_raise(t, WF_EXC(NotImplementedError), "memoryview: format %s not supported", format_of(v));
    }
    WfBuffer b = buffer_of(v);
    return list_dim(t, &b, 0, v->data);
}

static WfValue view_toreadonly(WfThread *t, WfValue *a)
{
    View *v = view_of(a[0]);
    if (check_released(t, v) < 0) {
        return WF_EMPTY;
    }
    View *r = derived(t, v);
    if (r == NULL) {
        return WF_EMPTY;
    }
    r->readonly = true;
    return wf_from_object(r);
}

static WfValue view_hex(WfThread *t, WfValue *a)
{
    View *v = view_of(a[0]);
    int per_sep;
    if (check_released(t, v) < 0 || wf_to_int(t, a[2], &per_sep) < 0) {
        return WF_EMPTY;
    }
    if (v->c_contiguous) {
        return wf_hex(t, v->data, v->length, a[1], per_sep);
    }
    WfValue bytes = tobytes(t, v, 'C');
    return wf_is_empty(bytes) ? WF_EMPTY
                              : wf_hex(t, wf_as_bytes(bytes)->data, wf_as_bytes(bytes)->length, a[1], per_sep);
}

static WfStatus cast_shape(WfThread *t, WfValue shape, int64_t *out, int64_t n)
{
    for (int64_t i = 0; i < n; i++) {
        WfValue item = wf_is_tuple(shape) ? wf_tuple_at(wf_as_tuple(shape), i) : wf_list_at(wf_as_list(shape), i);
        if (wf_is_empty(item) || !wf_is_any_int(item)) {
            return WF_FAIL(
                wf_raise(t, WF_EXC(TypeError), "memoryview.cast(): elements of shape must be integers"));
        }
        if (!wf_int_to_i64(item, &out[i]) || out[i] <= 0) {
            return WF_FAIL(
                wf_raise(t, WF_EXC(ValueError), "memoryview.cast(): elements of shape must be integers > 0"));
        }
    }
    return WF_OK;
}

static WfValue view_cast(WfThread *t, WfValue *a)
{
    View *v = view_of(a[0]);
    int64_t shape[MAX_DIMS], n = -1;
    if (check_released(t, v) < 0) {
        return WF_EMPTY;
    }
    if (!wf_is_str(a[1])) {
        return wf_raise(t, WF_EXC(TypeError), "cast() argument 'format' must be str, not %T", a[1]);
    }
    if (!v->c_contiguous) {
        return wf_raise(t, WF_EXC(TypeError), "memoryview: casts are restricted to C-contiguous views");
    }
    if (!wf_is_empty(a[2])) {
        if (!wf_is_list(a[2]) && !wf_is_tuple(a[2])) {
            return wf_raise(t, WF_EXC(TypeError), "shape must be a list or a tuple");
        }
        if (wf_len(t, a[2], &n) < 0) {
            return WF_EMPTY;
        }
        if (n > MAX_DIMS) {
            return wf_raise(t, WF_EXC(ValueError), "memoryview: number of dimensions must not exceed %d", MAX_DIMS);
        }
        if (v->ndim != 1 && n != 1) {
            return wf_raise(t, WF_EXC(TypeError), "memoryview: cast must be 1D -> ND or ND -> 1D");
        }
    }
    for (int i = 0; i < v->ndim; i++) {
        if (v->ndim > 1 || n > 1) {
            if (shape_of(v)[i] == 0) {
                return wf_raise(t, WF_EXC(TypeError), "memoryview: cannot cast view with zeros in shape or strides");
            }
        }
    }
    if (!wf_str_is_ascii(wf_as_str(a[1]))) {
        return wf_raise(t, WF_EXC(ValueError),
                        "memoryview: destination format must be a native single character format prefixed with an "
                        "optional '@'");
    }
    const char *format = (const char *)wf_as_str(a[1])->data;
    char from = native(format_of(v)), to = native(format);
    if (from == 0) {
        return wf_raise(t, WF_EXC(ValueError),
                        "memoryview: source format must be a native single character format prefixed with an "
                        "optional '@'");
    }
    if (to == 0 || to == 'e') {
        return wf_raise(t, WF_EXC(ValueError),
                        "memoryview: destination format must be a native single character format prefixed with an "
                        "optional '@'");
    }
    if (strchr("bBc", from) == NULL && strchr("bBc", to) == NULL) {
        return wf_raise(t, WF_EXC(TypeError), "memoryview: cannot cast between two non-byte formats");
    }
    int64_t size = native_size(to);
    if (v->length % size != 0) {
        return wf_raise(t, WF_EXC(TypeError), "memoryview: length is not a multiple of itemsize");
    }
    if (n < 0) {
        n = 1;
        shape[0] = v->length / size;
    } else {
        int64_t total = size;
        if (cast_shape(t, a[2], shape, n) < 0) {
            return WF_EMPTY;
        }
        for (int64_t i = 0; i < n; i++) {
            if (__builtin_mul_overflow(total, shape[i], &total)) {
                return wf_raise(t, WF_EXC(ValueError), "memoryview.cast(): product(shape) > SSIZE_MAX");
            }
        }
        if (total != v->length) {
            return wf_raise(t, WF_EXC(TypeError), "memoryview: product(shape) * itemsize != buffer size");
        }
    }
    WfBuffer b = {.owner = WF_EMPTY,
                  .data = v->data,
                  .length = v->length,
                  .item_size = size,
                  .ndim = (int)n,
                  .readonly = v->readonly,
                  .format = format,
                  .shape = shape};
    View *r = new_view(t, WF_LOAD(Managed, &v->managed), &b);
    return r == NULL ? WF_EMPTY : wf_from_object(r);
}

/* --- attributes -------------------------------------------------------------------------------------------------------------------------- */

static WfValue int_tuple(WfThread *t, const int64_t *p, int n)
{
    WfTuple *x = wf_tuple_alloc(t, p == NULL ? 0 : n);
    for (int i = 0; x != NULL && p != NULL && i < n; i++) {
        WfValue v = wf_int_from_i64(t, p[i]);
        if (wf_is_empty(v)) {
            return WF_EMPTY;
        }
        wf_store(&x->items[i], v);
    }
    return x == NULL ? WF_EMPTY : wf_from_object(x);
}

#define GETTER(name, value)                                                              \
    static WfValue get_##name(WfThread *t, WfValue self)                                 \
    {                                                                                    \
        View *v = view_of(self);                                                         \
        return check_released(t, v) < 0 ? WF_EMPTY : (value);                            \
    }
GETTER(obj, object_of(v))
GETTER(nbytes, wf_int_from_i64(t, v->length))
GETTER(readonly, WF_BOOL(v->readonly))
GETTER(itemsize, wf_int_from_i64(t, v->item_size))
GETTER(format, wf_str_from_cstr(t, format_of(v)))
GETTER(ndim, wf_small_int(v->ndim))
GETTER(shape, int_tuple(t, shape_of(v), v->ndim))
GETTER(strides, int_tuple(t, strides_of(v), v->ndim))
GETTER(suboffsets, int_tuple(t, suboffsets_of(v), v->ndim))
GETTER(c_contiguous, WF_BOOL(v->c_contiguous))
GETTER(f_contiguous, WF_BOOL(v->f_contiguous))
GETTER(contiguous, WF_BOOL(v->c_contiguous || v->f_contiguous))

/* --- the iterator -------------------------------------------------------------------------------------------------------------------------- */

typedef struct ViewIterator {
    WfObject h;
    WfSlot view;     /* EMPTY: exhausted */
    int64_t x_index; /* relaxed */
    int64_t length;
} ViewIterator;

static void iterator_trace(WfMarker *m, WfObject *o)
{
    wf_mark_slot(m, &((ViewIterator *)o)->view);
}
static WfValue view_iter(WfThread *t, WfValue self)
{
    View *v = view_of(self);
    if (check_released(t, v) < 0) {
        return WF_EMPTY;
    }
    if (v->ndim == 0) {
        return wf_raise(t, WF_EXC(TypeError), "invalid indexing of 0-dim memory");
    }
    if (v->ndim != 1) {
        return wf_raise(t, WF_EXC(NotImplementedError), "multi-dimensional sub-views are not implemented");
    }
    if (native(format_of(v)) == 0) {
        return wf_raise(t, WF_EXC(NotImplementedError), "memoryview: format %s not supported", format_of(v));
    }
    ViewIterator *it = WF_NEW(t, ViewIterator, MEMORY_ITERATOR, NATIVE);
    if (it == NULL) {
        return WF_EMPTY;
    }
    wf_store_raw(&it->view, self);
    it->length = shape_of(v)[0];
    return wf_from_object(it);
}
static WfFound iterator_next(WfThread *t, WfValue self, WfValue *out)
{
    ViewIterator *it = WF_AS(ViewIterator, self);
    View *v = WF_LOAD(View, &it->view);
    if (v == NULL) {
        return WF_MISSING;
    }
    int64_t i = __atomic_load_n(&it->x_index, __ATOMIC_RELAXED);
    if (i >= it->length) {
        wf_store_raw(&it->view, WF_EMPTY);
        return WF_MISSING;
    }
    if (check_released(t, v) < 0) {
        return WF_ERROR;
    }
    __atomic_store_n(&it->x_index, i + 1, __ATOMIC_RELAXED);
    WfBuffer b = buffer_of(v);
    uint8_t *p = at_index(t, &b, v->data, 0, i);
    *out = p == NULL ? WF_EMPTY : unpack(t, p, b.format);
    return wf_is_empty(*out) ? WF_ERROR : WF_FOUND;
}
static WfValue iterator_iter(WfThread *t, WfValue self)
{
    return self;
}

const WfTypeSpec wf_memory_iterator_spec = {
    .name = "memory_iterator",
    .flags = WF_TF_NO_NEW,
    .size = sizeof(ViewIterator),
    .slots = {.iter = iterator_iter, .next = iterator_next, .trace = iterator_trace},
};

/* --- the type -------------------------------------------------------------------------------------------------------------------------------- */

static const WfBuiltinDef view_methods[] = {
    {"__enter__", view_enter, "(self, /)", "The view itself."},
    {"__exit__", view_release, "(self, /, *args)", "Release the view."},
    {"cast", view_cast, "(self, /, format, shape=?)", "A view of the same memory with another format or shape."},
    {"hex", view_hex, "(self, /, sep=?, bytes_per_sep=1)", "Two hexadecimal digits for each byte.\n\n>>> memoryview(b'wef').hex('-')\n'77-65-66'"},
    {"release", view_release, "(self, /)", "Give the buffer back; the view cannot be used any more."},
    {"tobytes", view_tobytes, "(self, /, order='C')", "The bytes of all items."},
    {"tolist", view_tolist, "(self, /)", "The items as a list of lists."},
    {"toreadonly", view_toreadonly, "(self, /)", "A view of the same memory that cannot be written through."},
    {0}};

static const WfGetSetDef view_getsets[] = {
    {"c_contiguous", get_c_contiguous, NULL, "Do the items lie densely in C order?"},
    {"contiguous", get_contiguous, NULL, "Do the items lie densely?"},
    {"f_contiguous", get_f_contiguous, NULL, "Do the items lie densely in Fortran order?"},
    {"format", get_format, NULL, "The items' format, as in struct."},
    {"itemsize", get_itemsize, NULL, "Bytes of an item."},
    {"nbytes", get_nbytes, NULL, "Bytes of all items."},
    {"ndim", get_ndim, NULL, "Number of dimensions."},
    {"obj", get_obj, NULL, "The object whose memory it is."},
    {"readonly", get_readonly, NULL, "Is writing forbidden?"},
    {"shape", get_shape, NULL, "Items in each dimension."},
    {"strides", get_strides, NULL, "Bytes from one item to the next in each dimension."},
    {"suboffsets", get_suboffsets, NULL, "Offsets for memory reached through pointers."},
    {0}};

const WfTypeSpec wf_memoryview_spec = {
    .name = "memoryview",
    .doc = "A view of the memory of another object.",
    .flags = WF_TF_SEQUENCE | WF_TF_WEAKREFS,
    .size = sizeof(View),
    .methods = view_methods,
    .getsets = view_getsets,
    .signature = "(object)",
    .slots = {.repr = view_repr,
              .hash = view_hash,
              .richcompare = view_richcompare,
              .iter = view_iter,
              .new_ = view_new,
              .finalize = view_finalize,
              .len = view_len,
              .getitem = view_getitem,
              .setitem = view_setitem,
              .getbuffer = view_getbuffer,
              .releasebuffer = view_releasebuffer},
};
