/* _struct.c - the module _struct: values to and from bytes in the layout of C structs.
 * SPDX-License-Identifier: MIT
 * Design:     a format is parsed once into a Program: items with offset, size and repeat count, in a raw cell. A Struct
 *             holds the Program; the module functions keep the Structs of recent formats in a dict (module_state "_struct").
 *             Integers go through uint64_t and a byte swap; native and standard layouts differ only in the Program.
 * Threads:    Programs are immutable; __init__ replaces a Struct's Program with one store.
 * Tests:      CPython's test_struct. */
#include "model/builtin.h"
#include "model/object.h"
#include "objects/bytes.h"
#include "objects/dict.h"
#include "objects/exceptions.h"
#include "objects/float.h"
#include "objects/int.h"
#include "objects/module_state.h"
#include "objects/str.h"
#include "objects/tuple.h"

#include <math.h>

#define CACHE_MAX 100

typedef struct Item {
    int64_t offset, size, repeat;
    char code;
    bool swap, native;
} Item;

typedef struct Program {
    int64_t size, n_values, n_items;
    Item items[];
} Program;

typedef struct StructObject {
    WfObject h;
    WfSlot format;  /* str */
    WfSlot program; /* WfRaw that holds a Program, or EMPTY before __init__ */
} StructObject;

typedef struct UnpackIterator {
    WfObject h;
    WfSlot owner;     /* Struct; EMPTY when exhausted */
    int64_t x_index;  /* next byte; under the lock */
    WfBuffer buffer;
} UnpackIterator;

#define STRUCT_ERROR WF_EXC(STRUCT_ERROR)

static const Program *program_of(WfValue v)
{
    const WfRaw *raw = (const WfRaw *)(uintptr_t)wf_load_acquire(&WF_AS(StructObject, v)->program).bits;
    return raw == NULL ? NULL : (const Program *)(const void *)raw->data;
}
static int64_t size_of(const Program *p) { return p == NULL ? -1 : p->size; }
static int64_t values_of(const Program *p) { return p == NULL ? -1 : p->n_values; }

/* --- formats ------------------------------------------------------------------------------------------------- */

/* Size of an item; 0: no such code. In the native layout it is its alignment too, but for bytes. */
static int64_t code_size(char code, bool native)
{
    switch (code) {
    case 'x':
    case 'b':
    case 'B':
    case 'c':
    case 's':
    case 'p':
    case '?': return 1;
    case 'h':
    case 'H':
    case 'e': return 2;
    case 'i':
    case 'I':
    case 'f': return 4;
    case 'l':
    case 'L': return native ? (int64_t)sizeof(long) : 4;
    case 'q':
    case 'Q':
    case 'd': return 8;
    case 'n':
    case 'N':
    case 'P': return native ? 8 : 0;
    default: return 0;
    }
}

static WfValue too_long(WfThread *t) { return wf_raise(t, STRUCT_ERROR, "total struct size too long"); }

/* Runs over the format; with p NULL it only counts, so that the second run can fill. */
static WfStatus scan_format(WfThread *t, const char *s, const char *end, Program *p, Program *counts)
{
    bool native = true, swap = false;
    const bool little = __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__;
    if (s < end && (*s == '@' || *s == '=' || *s == '<' || *s == '>' || *s == '!')) {
        native = *s == '@';
        swap = (*s == '<' && !little) || ((*s == '>' || *s == '!') && little);
        s++;
    }
    *counts = (Program){0, 0, 0};
    while (s < end) {
        char c = *s++;
        if (c == ' ' || (c >= '\t' && c <= '\r')) {
            continue;
        }
        int64_t num = 1;
        if (c >= '0' && c <= '9') {
            num = c - '0';
            for (; s < end && *s >= '0' && *s <= '9'; s++) {
                if (__builtin_mul_overflow(num, 10, &num) || __builtin_add_overflow(num, *s - '0', &num)) {
                    return WF_FAIL(too_long(t));
                }
            }
            if (s == end) {
                return WF_FAIL(wf_raise(t, STRUCT_ERROR, "repeat count given without format specifier"));
            }
            c = *s++;
        }
        int64_t size = code_size(c, native), bytes;
        if (c == '\0') {
            return WF_FAIL(wf_raise(t, STRUCT_ERROR, "embedded null character"));
        }
        if (size == 0) {
            return WF_FAIL(wf_raise(t, STRUCT_ERROR, "bad char in struct format"));
        }
        if (native && size > 1) {
            int64_t aligned;
            if (__builtin_add_overflow(counts->size, size - 1, &aligned)) {
                return WF_FAIL(too_long(t));
            }
            counts->size = aligned / size * size;
        }
        bool text = c == 's' || c == 'p';
        if (c != 'x' && (text || num > 0)) {
            if (p != NULL) {
                p->items[counts->n_items] = (Item){
                    .offset = counts->size, .size = text ? num : size, .repeat = text ? 1 : num, .code = c,
                    .swap = swap, .native = native};
            }
            counts->n_items++;
            counts->n_values += text ? 1 : num;
        }
        if (__builtin_mul_overflow(num, size, &bytes) || __builtin_add_overflow(counts->size, bytes, &counts->size)) {
            return WF_FAIL(too_long(t));
        }
    }
    return WF_OK;
}

static WfRaw *compile_format(WfThread *t, const char *s, int64_t n)
{
    Program counts;
    if (scan_format(t, s, s + n, NULL, &counts) != WF_OK) {
        return NULL;
    }
    WfRaw *raw = wf_gc_alloc_raw(t, (int64_t)sizeof(Program) + counts.n_items * (int64_t)sizeof(Item), false);
    if (raw == NULL) {
        return NULL;
    }
    Program *p = (Program *)(void *)raw->data;
    if (scan_format(t, s, s + n, p, &counts) != WF_OK) {
        return NULL;
    }
    p->size = counts.size;
    p->n_values = counts.n_values;
    p->n_items = counts.n_items;
    return raw;
}

static WfStatus struct_setup(WfThread *t, StructObject *self, WfValue format)
{
    const char *s;
    int64_t n;
    if (wf_is_str(format)) {
        WfStr *text = wf_as_str(format);
        n = text->length;
        s = (const char *)text->data;
        if (!wf_str_is_ascii(text)) {
            int64_t bad = 0;
            while (wf_str_at(text, bad) < 0x80) {
                bad++;
            }
            int64_t bad_end = bad + 1;
            while (bad_end < n && wf_str_at(text, bad_end) >= 0x80) {
                bad_end++;
            }
            return WF_FAIL(
                wf_raise_unicode_encode(t, "ascii", format, bad, bad_end, "ordinal not in range(128)"));
        }
    } else if (wf_is_bytes(format)) {
        n = wf_as_bytes(format)->length;
        s = (const char *)wf_as_bytes(format)->data;
    } else {
        return WF_FAIL(wf_raise(t, WF_EXC(TypeError), "Struct() argument 1 must be a str or bytes object, not %.200s",
                                WF_TYPE_NAME(format)));
    }
    WfRaw *program = compile_format(t, s, n);
    if (program == NULL) {
        return WF_RAISED;
    }
    WfValue text = wf_is_exact_str(format) ? format : wf_str_from_kind(t, 1, s, n);
    if (wf_is_empty(text)) {
        return WF_RAISED;
    }
    wf_store(&self->format, text);
    wf_store_ptr(&self->program, program);
    return WF_OK;
}

/* The Struct for a format, from the cache if it is there. */
static WfValue cached_struct(WfThread *t, WfValue format)
{
    WfValue cache = wf_module_state_at(t, WF_NAME(_struct)), s;
    bool cacheable = wf_is_exact_str(format) || WF_IS_EXACT(format, BYTES);
    if (!wf_is_empty(cache) && cacheable) {
        WfFound found = wf_dict_get(t, wf_as_dict(cache), format, &s);
        if (found != WF_MISSING) {
            return found == WF_FOUND ? s : WF_EMPTY;
        }
    }
    StructObject *self = WF_NEW(t, StructObject, STRUCT, NATIVE);
    if (self == NULL || struct_setup(t, self, format) != WF_OK) {
        return WF_EMPTY;
    }
    s = wf_from_object(self);
    if (!wf_is_empty(cache) && cacheable) {
        if (wf_dict_used(wf_as_dict(cache)) >= CACHE_MAX) {
            wf_dict_clear(t, wf_as_dict(cache));
        }
        if (wf_dict_set(t, wf_as_dict(cache), format, s) != WF_OK) {
            return WF_EMPTY;
        }
    }
    return s;
}

/* --- packing ------------------------------------------------------------------------------------------------- */

static void put_bytes(uint8_t *p, uint64_t word, int64_t size, bool swap)
{
    if (swap) {
        word = __builtin_bswap64(word) >> (64 - 8 * size);
    }
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
    memcpy(p, &word, (size_t)size);
#else
    memcpy(p, (uint8_t *)&word + 8 - size, (size_t)size);
#endif
}

static uint64_t get_bytes(const uint8_t *p, int64_t size, bool swap)
{
    uint64_t word = 0;
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
    memcpy(&word, p, (size_t)size);
#else
    memcpy((uint8_t *)&word + 8 - size, p, (size_t)size);
#endif
    return swap ? __builtin_bswap64(word) >> (64 - 8 * size) : word;
}

static WfStatus out_of_range(WfThread *t, const Item *it)
{
    switch (it->size) {
    case 1:
        return WF_FAIL(wf_raise(t, STRUCT_ERROR, it->code == 'b' ? "byte format requires -128 <= number <= 127"
                                                                 : "ubyte format requires 0 <= number <= 255"));
    case 2:
        return WF_FAIL(wf_raise(t, STRUCT_ERROR, it->code == 'h' ? "short format requires -32768 <= number <= 32767"
                                                                 : "ushort format requires 0 <= number <= 65535"));
    default:
        return WF_FAIL(wf_raise(t, STRUCT_ERROR, "'%c' format requires %s", it->code,
                                it->code >= 'a' ? "-2147483648 <= number <= 2147483647" : "0 <= number <= 4294967295"));
    }
}

static WfStatus pack_int(WfThread *t, const Item *it, WfValue v, uint8_t *p)
{
    if (!wf_is_any_int(v)) {
        if (wf_type(v)->slots.index == NULL) {
            return WF_FAIL(wf_raise(t, STRUCT_ERROR, "required argument is not an integer"));
        }
        v = wf_index(t, v);
        if (wf_is_empty(v)) {
            return WF_RAISED;
        }
    }
    if (it->code == 'P') {
        if (wf_int_bit_length(v) > 64) {
            return WF_FAIL(wf_raise(t, STRUCT_ERROR, "int too large to convert"));
        }
        put_bytes(p, wf_int_to_u64_mask(v), it->size, it->swap);
        return WF_OK;
    }
    int64_t i;
    bool is_signed = it->code >= 'a', fits = wf_int_to_i64(v, &i);
    int bits = 8 * (int)it->size;
    if (is_signed || bits < 32) {
        if (!fits) {
            return WF_FAIL(wf_raise(t, STRUCT_ERROR, "argument out of range"));
        }
        int64_t low = is_signed ? (bits == 64 ? INT64_MIN : -((int64_t)1 << (bits - 1))) : 0;
        int64_t high = is_signed ? (bits == 64 ? INT64_MAX : ((int64_t)1 << (bits - 1)) - 1) : ((int64_t)1 << bits) - 1;
        if (i < low || i > high) {
            return out_of_range(t, it);
        }
        put_bytes(p, (uint64_t)i, it->size, it->swap);
        return WF_OK;
    }
    uint64_t u;
    if (!wf_int_to_u64(v, &u)) {
        return WF_FAIL(wf_raise(t, STRUCT_ERROR, "argument out of range"));
    }
    if (bits == 32 && u > UINT32_MAX) {
        return out_of_range(t, it);
    }
    put_bytes(p, u, it->size, it->swap);
    return WF_OK;
}

static WfStatus pack_float(WfThread *t, const Item *it, WfValue v, uint8_t *p)
{
    double d;
    if (wf_to_double(t, v, &d) != WF_OK) {
        wf_clear_pending(t);
        return WF_FAIL(wf_raise(t, STRUCT_ERROR, "required argument is not a float"));
    }
    if (it->code == 'd') {
        uint64_t word;
        memcpy(&word, &d, sizeof word);
        put_bytes(p, word, 8, it->swap);
    } else if (it->code == 'f') {
        float f = (float)d;
        if (!it->native && isinf(f) && !isinf(d)) {
            return WF_FAIL(wf_raise(t, WF_EXC(OverflowError), "float too large to pack with f format"));
        }
        uint32_t word;
        memcpy(&word, &f, sizeof word);
        put_bytes(p, word, 4, it->swap);
    } else {
        uint16_t half;
        if (!wf_half_pack(d, &half)) {
            return WF_FAIL(wf_raise(t, WF_EXC(OverflowError), "float too large to pack with e format"));
        }
        put_bytes(p, half, 2, it->swap);
    }
    return WF_OK;
}

static WfStatus pack_text(WfThread *t, const Item *it, WfValue v, uint8_t *p)
{
    bool is_bytearray = WF_IS_KIND(v, BYTEARRAY);
    if (!wf_is_bytes(v) && !is_bytearray) {
        return WF_FAIL(wf_raise(t, STRUCT_ERROR, "argument for '%c' must be a bytes object", it->code));
    }
    WfBuffer b;
    if (wf_buffer_get(t, v, &b, WF_BUF_SIMPLE) != WF_OK) {
        return WF_RAISED;
    }
    int64_t room = it->code == 'p' ? it->size - 1 : it->size, n = b.length < room ? b.length : room;
    if (n > 0) {
        memcpy(p + (it->code == 'p'), b.data, (size_t)n);
    }
    if (it->code == 'p' && it->size > 0) {
        p[0] = (uint8_t)(n > 255 ? 255 : n);
    }
    wf_buffer_release(t, &b);
    return WF_OK;
}

static WfStatus pack_value(WfThread *t, const Item *it, WfValue v, uint8_t *p)
{
    switch (it->code) {
    case 'f':
    case 'd':
    case 'e':
        return pack_float(t, it, v, p);
    case 's':
    case 'p':
        return pack_text(t, it, v, p);
    case 'c':
        if (!wf_is_bytes(v) || wf_as_bytes(v)->length != 1) {
            return WF_FAIL(wf_raise(t, STRUCT_ERROR, "char format requires a bytes object of length 1"));
        }
        *p = wf_as_bytes(v)->data[0];
        return WF_OK;
    case '?': {
        WfFound truth = wf_truth(t, v);
        *p = truth == WF_FOUND;
        return truth == WF_ERROR ? WF_RAISED : WF_OK;
    }
    default:
        return pack_int(t, it, v, p);
    }
}

/* Packs n values; what lies between the items is zeroed. */
static WfStatus pack_values(WfThread *t, const Program *p, const WfTuple *values, int64_t first, uint8_t *out)
{
    memset(out, 0, (size_t)p->size);
    for (int64_t i = 0; i < p->n_items; i++) {
        const Item *it = &p->items[i];
        uint8_t *at = out + it->offset;
        for (int64_t k = 0; k < it->repeat; k++, at += it->size) {
            if (pack_value(t, it, wf_tuple_at(values, first++), at) != WF_OK) {
                return WF_RAISED;
            }
        }
    }
    return WF_OK;
}

static WfValue do_pack(WfThread *t, const Program *p, const WfTuple *values, int64_t first)
{
    int64_t n = values->length - first;
    if (n != values_of(p)) {
        return wf_raise(t, STRUCT_ERROR, "pack expected %zd items for packing (got %zd)", values_of(p), n);
    }
    if (p->size > INT64_MAX - 64) {
        return wf_raise(t, WF_EXC(OverflowError), "byte string is too large");
    }
    WfValue bytes = wf_bytes_new(t, NULL, p->size);
    if (wf_is_empty(bytes)) {
        return bytes;
    }
    return pack_values(t, p, values, first, wf_as_bytes(bytes)->data) == WF_OK ? bytes : WF_EMPTY;
}

static WfValue pack_into_buffer(WfThread *t, const Program *p, const WfTuple *values, int64_t first, WfBuffer *b,
                                int64_t offset)
{
    if (offset < 0) {
        if (offset + p->size > 0) {
            return wf_raise(t, STRUCT_ERROR, "no space to pack %zd bytes at offset %zd", p->size, offset);
        }
        if (offset + b->length < 0) {
            return wf_raise(t, STRUCT_ERROR, "offset %zd out of range for %zd-byte buffer", offset, b->length);
        }
        offset += b->length;
    }
    if (b->length - offset < p->size) {
        return wf_raise(t, STRUCT_ERROR,
                        "pack_into requires a buffer of at least %zu bytes for packing %zd bytes at offset %zd "
                        "(actual buffer size is %zd)",
                        (uint64_t)p->size + (uint64_t)offset, p->size, offset, b->length);
    }
    return pack_values(t, p, values, first, (uint8_t *)b->data + offset) == WF_OK ? WF_NONE : WF_EMPTY;
}

/* values[first]: buffer, offset, and what to pack */
static WfValue do_pack_into(WfThread *t, const Program *p, const WfTuple *values, int64_t first)
{
    int64_t n = values->length - first, offset;
    if (n < 1) {
        return wf_raise(t, STRUCT_ERROR, "pack_into expected buffer argument");
    }
    if (n < 2) {
        return wf_raise(t, STRUCT_ERROR, "pack_into expected offset argument");
    }
    if (n - 2 != values_of(p)) {
        return wf_raise(t, STRUCT_ERROR, "pack_into expected %zd items for packing (got %zd)", values_of(p), n - 2);
    }
    WfBuffer b;
    WfValue target = wf_tuple_at(values, first);
    if (wf_buffer_get(t, target, &b, WF_BUF_WRITABLE) != WF_OK) {
        if (wf_clear_if(t, WF_EXC(TypeError)) || wf_clear_if(t, WF_EXC(BufferError))) {
            return wf_raise(t, WF_EXC(TypeError), "argument must be read-write bytes-like object, not %.200s",
                            WF_TYPE_NAME(target));
        }
        return WF_EMPTY;
    }
    WfValue result = wf_to_ssize(t, wf_tuple_at(values, first + 1), &offset) == WF_OK
                         ? pack_into_buffer(t, p, values, first + 2, &b, offset)
                         : WF_EMPTY;
    wf_buffer_release(t, &b);
    return result;
}

/* --- unpacking ----------------------------------------------------------------------------------------------- */

static WfValue unpack_value(WfThread *t, const Item *it, const uint8_t *p)
{
    switch (it->code) {
    case 'd': {
        uint64_t word = get_bytes(p, 8, it->swap);
        double d;
        memcpy(&d, &word, sizeof d);
        return wf_double_any(d);
    }
    case 'f': {
        uint32_t word = (uint32_t)get_bytes(p, 4, it->swap);
        float f;
        memcpy(&f, &word, sizeof f);
        return wf_double_any(f);
    }
    case 'e':
        return wf_double_any(wf_half_unpack((uint16_t)get_bytes(p, 2, it->swap)));
    case 's':
        return wf_bytes_new(t, p, it->size);
    case 'p': {
        int64_t n = it->size == 0 ? 0 : p[0];
        if (n >= it->size) {
            n = it->size - 1;
        }
        return n <= 0 ? wf_bytes_new(t, "", 0) : wf_bytes_new(t, p + 1, n);
    }
    case 'c':
        return wf_bytes_new(t, p, 1);
    case '?':
        return WF_BOOL(*p != 0);
    default: {
        uint64_t word = get_bytes(p, it->size, it->swap);
        if (it->code >= 'a') {
            int shift = 64 - 8 * (int)it->size;
            return wf_int_from_i64(t, (int64_t)(word << shift) >> shift);
        }
        return wf_int_from_u64(t, word);
    }
    }
}

static WfValue unpack_values(WfThread *t, const Program *p, const uint8_t *data)
{
    WfTuple *result = wf_tuple_alloc(t, p->n_values);
    if (result == NULL) {
        return WF_EMPTY;
    }
    int64_t n = 0;
    for (int64_t i = 0; i < p->n_items; i++) {
        const Item *it = &p->items[i];
        const uint8_t *at = data + it->offset;
        for (int64_t k = 0; k < it->repeat; k++, at += it->size) {
            WfValue v = unpack_value(t, it, at);
            if (wf_is_empty(v)) {
                return v;
            }
            wf_store(&result->items[n++], v);
        }
    }
    return wf_from_object(result);
}

static WfValue do_unpack(WfThread *t, const Program *p, WfValue source)
{
    WfBuffer b;
    if (wf_buffer_get(t, source, &b, WF_BUF_SIMPLE) != WF_OK) {
        return WF_EMPTY;
    }
    WfValue result = p == NULL || b.length != p->size
                         ? wf_raise(t, STRUCT_ERROR, "unpack requires a buffer of %zd bytes", size_of(p))
                         : unpack_values(t, p, b.data);
    wf_buffer_release(t, &b);
    return result;
}

static WfValue unpack_from_buffer(WfThread *t, const Program *p, const WfBuffer *b, int64_t offset)
{
    if (offset < 0) {
        if (offset + p->size > 0) {
            return wf_raise(t, STRUCT_ERROR, "not enough data to unpack %zd bytes at offset %zd", p->size, offset);
        }
        if (offset + b->length < 0) {
            return wf_raise(t, STRUCT_ERROR, "offset %zd out of range for %zd-byte buffer", offset, b->length);
        }
        offset += b->length;
    }
    if (b->length - offset < p->size) {
        return wf_raise(t, STRUCT_ERROR,
                        "unpack_from requires a buffer of at least %zu bytes for unpacking %zd bytes at offset %zd "
                        "(actual buffer size is %zd)",
                        (uint64_t)p->size + (uint64_t)offset, p->size, offset, b->length);
    }
    return unpack_values(t, p, (const uint8_t *)b->data + offset);
}

static WfValue do_unpack_from(WfThread *t, const Program *p, WfValue source, WfValue at)
{
    int64_t offset;
    WfBuffer b;
    if (wf_to_ssize(t, at, &offset) != WF_OK || wf_buffer_get(t, source, &b, WF_BUF_SIMPLE) != WF_OK) {
        return WF_EMPTY;
    }
    WfValue result = p == NULL ? wf_raise(t, STRUCT_ERROR, "unpack requires a buffer of -1 bytes")
                               : unpack_from_buffer(t, p, &b, offset);
    wf_buffer_release(t, &b);
    return result;
}

static WfValue do_iter_unpack(WfThread *t, WfValue owner, WfValue source)
{
    const Program *p = program_of(owner);
    if (size_of(p) <= 0) {
        return wf_raise(t, STRUCT_ERROR, "cannot iteratively unpack with a struct of length 0");
    }
    WfBuffer b;
    if (wf_buffer_get(t, source, &b, WF_BUF_SIMPLE) != WF_OK) {
        return WF_EMPTY;
    }
    if (b.length % p->size != 0) {
        wf_buffer_release(t, &b);
        return wf_raise(t, STRUCT_ERROR, "iterative unpacking requires a buffer of a multiple of %zd bytes", p->size);
    }
    UnpackIterator *it = WF_NEW(t, UnpackIterator, STRUCT_ITERATOR, NATIVE);
    if (it == NULL) {
        wf_buffer_release(t, &b);
        return WF_EMPTY;
    }
    it->buffer = b;
    wf_store(&it->owner, owner);
    if (!WF_IS_EXACT(source, BYTES) && wf_gc_register_finalizable(t, &it->h) != WF_OK) {
        return WF_EMPTY;
    }
    return wf_from_object(it);
}

/* --- the iterator -------------------------------------------------------------------------------------------- */

static void iterator_close(WfThread *t, UnpackIterator *it)
{
    wf_lock(t, it);
    bool open = !wf_is_empty(wf_load(&it->owner));
    wf_store_raw(&it->owner, WF_EMPTY);
    wf_unlock(t, it);
    if (open) {
        wf_buffer_release(t, &it->buffer);
    }
}

static WfFound iterator_next(WfThread *t, WfValue self, WfValue *out)
{
    UnpackIterator *it = WF_AS(UnpackIterator, self);
    wf_lock(t, it);
    WfValue owner = wf_load(&it->owner);
    int64_t at = it->x_index;
    const Program *p = wf_is_empty(owner) ? NULL : program_of(owner);
    bool more = p != NULL && at + p->size <= it->buffer.length;
    if (more) {
        it->x_index = at + p->size;
    }
    wf_unlock(t, it);
    if (!more) {
        iterator_close(t, it);
        return WF_MISSING;
    }
    *out = unpack_values(t, p, (const uint8_t *)it->buffer.data + at);
    return wf_is_empty(*out) ? WF_ERROR : WF_FOUND;
}

static void iterator_finalize(WfThread *t, WfValue self) { iterator_close(t, WF_AS(UnpackIterator, self)); }

static void iterator_trace(WfMarker *m, WfObject *o)
{
    UnpackIterator *it = (UnpackIterator *)o;
    wf_mark_slot(m, &it->owner);
    wf_mark_value(m, it->buffer.owner);
}

static WfValue iterator_length_hint(WfThread *t, WfValue *a)
{
    UnpackIterator *it = WF_AS(UnpackIterator, a[0]);
    WfValue owner = wf_load(&it->owner);
    const Program *p = wf_is_empty(owner) ? NULL : program_of(owner);
    return wf_small_int(p == NULL ? 0 : (it->buffer.length - it->x_index) / p->size);
}

static WfValue iterator_self(WfThread *t, WfValue self) { return self; }

static const WfBuiltinDef iterator_methods[] = {
    {"__length_hint__", iterator_length_hint, "(self, /)", "How many items are left."}, {0}};

const WfTypeSpec wf_struct_iterator_spec = {
    .name = "_struct.unpack_iterator",
    .flags = WF_TF_NO_NEW,
    .size = sizeof(UnpackIterator),
    .methods = iterator_methods,
    .slots = {.iter = iterator_self, .next = iterator_next, .trace = iterator_trace, .finalize = iterator_finalize},
};

/* --- Struct -------------------------------------------------------------------------------------------------- */

static WfValue struct_new(WfThread *t, WfType *type, const WfArgs *args)
{
    return wf_from_object(wf_instance_new(t, type, 0));
}

static WfStatus struct_init(WfThread *t, WfValue self, const WfArgs *args)
{
    WfValue format;
    if (wf_parse_args(t, "Struct", "(format)", args, &format, 1) != WF_OK) {
        return WF_RAISED;
    }
    return struct_setup(t, WF_AS(StructObject, self), format);
}

static void struct_trace(WfMarker *m, WfObject *o)
{
    wf_mark_slot(m, &((StructObject *)o)->format);
    wf_mark_slot(m, &((StructObject *)o)->program);
}

static WfValue struct_pack(WfThread *t, WfValue *a) { return do_pack(t, program_of(a[0]), wf_as_tuple(a[1]), 0); }
static WfValue struct_pack_into(WfThread *t, WfValue *a)
{
    return do_pack_into(t, program_of(a[0]), wf_as_tuple(a[1]), 0);
}
static WfValue struct_unpack(WfThread *t, WfValue *a) { return do_unpack(t, program_of(a[0]), a[1]); }
static WfValue struct_unpack_from(WfThread *t, WfValue *a) { return do_unpack_from(t, program_of(a[0]), a[1], a[2]); }
static WfValue struct_iter_unpack(WfThread *t, WfValue *a) { return do_iter_unpack(t, a[0], a[1]); }

static WfValue struct_sizeof(WfThread *t, WfValue *a)
{
    const Program *p = program_of(a[0]);
    return wf_small_int((int64_t)sizeof(StructObject)
                        + (p == NULL ? 0 : (int64_t)sizeof(Program) + p->n_items * (int64_t)sizeof(Item)));
}

static WfValue struct_get_format(WfThread *t, WfValue self)
{
    WfValue v = wf_load(&WF_AS(StructObject, self)->format);
    return wf_is_empty(v) ? WF_NONE : v;
}
static WfValue struct_get_size(WfThread *t, WfValue self) { return wf_int_from_i64(t, size_of(program_of(self))); }

static const WfGetSetDef struct_getsets[] = {
    {"format", struct_get_format, NULL, "struct format string"},
    {"size", struct_get_size, NULL, "struct size in bytes"},
    {0}};

static const WfBuiltinDef struct_methods[] = {
    {"pack", struct_pack, "(self, /, *values)", "The values as bytes in this format."},
    {"pack_into", struct_pack_into, "(self, /, *args)",
     "S.pack_into(buffer, offset, v1, v2, ...): write the values into the buffer at the offset."},
    {"unpack", struct_unpack, "(self, buffer, /)", "The tuple of values in a buffer of exactly the struct's size."},
    {"unpack_from", struct_unpack_from, "(self, /, buffer, offset=0)",
     "The tuple of values in the buffer at the offset."},
    {"iter_unpack", struct_iter_unpack, "(self, buffer, /)", "An iterator of tuples over consecutive structs."},
    {"__sizeof__", struct_sizeof, "(self, /)", "Size in memory, in bytes."},
    {0}};

const WfTypeSpec wf_struct_spec = {
    .name = "_struct.Struct",
    .doc = "Struct(fmt) --> compiled struct object",
    .flags = WF_TF_BASETYPE | WF_TF_WEAKREFS,
    .size = sizeof(StructObject),
    .methods = struct_methods,
    .getsets = struct_getsets,
    .slots = {.new_ = struct_new, .init = struct_init, .trace = struct_trace},
};

const WfTypeSpec wf_struct_error_spec = {
    .name = "struct.error",
    .flags = WF_TF_BASETYPE | WF_TF_HAS_DICT | WF_TF_EXCEPTION | WF_TF_WEAKREFS,
    .size = offsetof(WfException, extra),
};

/* --- the module ---------------------------------------------------------------------------------------------- */

static WfValue module_calcsize(WfThread *t, WfValue *a)
{
    WfValue s = cached_struct(t, a[0]);
    return wf_is_empty(s) ? s : wf_int_from_i64(t, size_of(program_of(s)));
}

static WfValue module_pack(WfThread *t, WfValue *a)
{
    const WfTuple *args = wf_as_tuple(a[0]);
    if (args->length == 0) {
        return wf_raise(t, WF_EXC(TypeError), "missing format argument");
    }
    WfValue s = cached_struct(t, wf_tuple_at(args, 0));
    return wf_is_empty(s) ? s : do_pack(t, program_of(s), args, 1);
}

static WfValue module_pack_into(WfThread *t, WfValue *a)
{
    const WfTuple *args = wf_as_tuple(a[0]);
    if (args->length == 0) {
        return wf_raise(t, WF_EXC(TypeError), "missing format argument");
    }
    WfValue s = cached_struct(t, wf_tuple_at(args, 0));
    return wf_is_empty(s) ? s : do_pack_into(t, program_of(s), args, 1);
}

static WfValue module_unpack(WfThread *t, WfValue *a)
{
    WfValue s = cached_struct(t, a[0]);
    return wf_is_empty(s) ? s : do_unpack(t, program_of(s), a[1]);
}

static WfValue module_unpack_from(WfThread *t, WfValue *a)
{
    WfValue s = cached_struct(t, a[0]);
    return wf_is_empty(s) ? s : do_unpack_from(t, program_of(s), a[1], a[2]);
}

static WfValue module_iter_unpack(WfThread *t, WfValue *a)
{
    WfValue s = cached_struct(t, a[0]);
    return wf_is_empty(s) ? s : do_iter_unpack(t, s, a[1]);
}

static WfValue module_clearcache(WfThread *t, WfValue *a)
{
    WfValue cache = wf_module_state_at(t, WF_NAME(_struct));
    if (!wf_is_empty(cache)) {
        wf_dict_clear(t, wf_as_dict(cache));
    }
    return WF_NONE;
}

static const WfBuiltinDef module_functions[] = {
    {"calcsize", module_calcsize, "(format, /)", "Size in bytes of the struct that the format describes."},
    {"pack", module_pack, "(*args)", "pack(format, v1, v2, ...) -> bytes: the values in that format."},
    {"pack_into", module_pack_into, "(*args)",
     "pack_into(format, buffer, offset, v1, v2, ...): write the values into the buffer at the offset."},
    {"unpack", module_unpack, "(format, buffer, /)", "The tuple of values in a buffer of exactly the struct's size."},
    {"unpack_from", module_unpack_from, "(format, /, buffer, offset=0)",
     "The tuple of values in the buffer at the offset."},
    {"iter_unpack", module_iter_unpack, "(format, buffer, /)", "An iterator of tuples over consecutive structs."},
    {"_clearcache", module_clearcache, "()", "Forget the formats that have been parsed."},
    {0}};

static WfStatus struct_module_init(WfThread *t, WfValue module)
{
    WfValue cache = wf_dict_new(t);
    if (wf_is_empty(cache) || wf_is_empty(wf_module_state_keep(t, "_struct", cache))
        || wf_type_ready(t, WF_TYPE(STRUCT_ITERATOR)) != WF_OK || wf_module_add_type(t, module, WF_TYPE(STRUCT)) != WF_OK) {
        return WF_RAISED;
    }
    return wf_module_add_type(t, module, WF_TYPE(STRUCT_ERROR));
}

const WfModuleDef wf_module__struct = {
    .name = "_struct",
    .doc = "Conversion between Python values and C structs, given as bytes.",
    .functions = module_functions,
    .init = struct_module_init,
};
