/* str.h - str: immutable text in 1, 2 or 4 bytes a character, the smallest kind that holds all of them.
 * SPDX-License-Identifier: MIT
 * The characters lie in the cell, behind the head, with a NUL of one character width. Lone surrogates are allowed.
 * Threads: immutable but for the hash, which is computed once more at worst. */
#ifndef WF_OBJECTS_STR_H
#define WF_OBJECTS_STR_H

#include "model/object.h"

struct WfStr {
    WfObject h;        /* h.spare: WF_STR_* */
    int64_t x_hash;    /* 0: not computed yet (a hash of 0 is stored as is and computed anew each time). Relaxed. */
    int64_t length;    /* in characters */
    uint8_t data[];
};
enum { WF_STR_KIND = 7 /* mask: 1, 2 or 4 bytes a character */, WF_STR_ASCII = 8, WF_STR_INTERNED = 16 };

WF_INLINE int wf_str_kind(const WfStr *s) { return s->h.spare & WF_STR_KIND; }
WF_INLINE bool wf_str_is_ascii(const WfStr *s) { return (s->h.spare & WF_STR_ASCII) != 0; }
WF_INLINE bool wf_str_is_interned(const WfStr *s)
{
    return (__atomic_load_n(&s->h.spare, __ATOMIC_RELAXED) & WF_STR_INTERNED) != 0;
}
WF_INLINE uint32_t wf_str_at(const WfStr *s, int64_t i)
{
    switch (wf_str_kind(s)) {
    case 1: return s->data[i];
    case 2: return ((const uint16_t *)(const void *)s->data)[i];
    default: return ((const uint32_t *)(const void *)s->data)[i];
    }
}
WF_INLINE WfStr *wf_as_str(WfValue v) { return WF_AS(WfStr, v); }

/* Well-known names: WF_NAME(__init__) is a WfStr* constant. */
enum {
#define NAME(id) WF_NAME_##id,
#define NAME2(id, text) WF_NAME_##id,
#include "model/names.def"
#undef NAME
#undef NAME2
    WF_NAME_COUNT
};
#define WF_NAME(id) ((WfStr *)(WF_STATIC_NAMES + (uint64_t)WF_NAME_##id * WF_STATIC_NAME_CELL))
#define WF_NAME_V(id) WF_VALUE(WF_STATIC_NAMES + (uint64_t)WF_NAME_##id * WF_STATIC_NAME_CELL)

/* The strings of one character below 256: constants too, behind the names. */
#define WF_STATIC_LATIN1 (WF_STATIC_NAMES_MAX - 256)
#define WF_LATIN1(c) ((WfStr *)(WF_STATIC_NAMES + (uint64_t)(WF_STATIC_LATIN1 + (c)) * WF_STATIC_NAME_CELL))
_Static_assert((int)WF_NAME_COUNT < WF_STATIC_LATIN1 - 1, "too many names");

WfStatus wf_str_init(WfThread *t) WF_MUST_CHECK; /* static names, intern table; rt->hash_key is set before */
/* For the collector, with the world stopped and marking done: drops the interned strings that are not marked. */
void wf_intern_sweep(WfRuntime *rt, bool (*is_marked)(const void *cell));
/* Interned strings now (sys.* statistics, tests). */
int64_t wf_intern_count(WfRuntime *rt);
/* SipHash with the runtime's key: hash() of a str's or bytes' memory. */
int64_t wf_hash_memory(const void *data, size_t n);

/* --- making --- */
/* n characters, none above max_char; contents to be filled in by the caller before the next safepoint others see it. */
WfStr *wf_str_alloc(WfThread *t, int64_t n, uint32_t max_char) WF_MUST_CHECK;
WfValue wf_str_from_utf8(WfThread *t, const char *s, int64_t n) WF_MUST_CHECK; /* must be valid (WTF-8) */
WfValue wf_str_from_cstr(WfThread *t, const char *s) WF_MUST_CHECK;
WfValue wf_str_from_kind(WfThread *t, int kind, const void *data, int64_t n) WF_MUST_CHECK; /* shrinks to the smallest kind */
WfValue wf_str_from_char(WfThread *t, uint32_t c) WF_MUST_CHECK; /* Latin-1 ones are shared */
WfValue wf_str_format(WfThread *t, const char *format, ...) WF_MUST_CHECK; /* formats of errors.h */
WfValue wf_str_vformat(WfThread *t, const char *format, va_list ap) WF_MUST_CHECK;
WfValue wf_str_intern(WfThread *t, WfValue s) WF_MUST_CHECK;            /* the one str equal to s (exact str) */
WfStr *wf_str_intern_cstr(WfThread *t, const char *s) WF_MUST_CHECK;
WfStr *wf_str_intern_utf8(WfThread *t, const char *s, int64_t n) WF_MUST_CHECK;
WfValue wf_str_decode_fs(WfThread *t, const char *s, int64_t n) WF_MUST_CHECK; /* utf-8, surrogateescape */

/* An upper bound of the characters by which the kind is chosen: 0x7f, 0xff, 0xffff or 0x10ffff. */
WF_INLINE uint32_t wf_str_max_char(const WfStr *s)
{
    int kind = wf_str_kind(s);
    return kind == 1 ? (wf_str_is_ascii(s) ? 0x7f : 0xff) : kind == 2 ? 0xffff : 0x10ffff;
}
WF_INLINE int wf_kind_of_char(uint32_t c) { return c < 0x100 ? 1 : c < 0x10000 ? 2 : 4; }
WF_INLINE void wf_chars_put(void *p, int kind, int64_t i, uint32_t c)
{
    switch (kind) {
    case 1: ((uint8_t *)p)[i] = (uint8_t)c; break;
    case 2: ((uint16_t *)p)[i] = (uint16_t)c; break;
    default: ((uint32_t *)p)[i] = c;
    }
}
WF_INLINE uint32_t wf_chars_at(const void *p, int kind, int64_t i)
{
    switch (kind) {
    case 1: return ((const uint8_t *)p)[i];
    case 2: return ((const uint16_t *)p)[i];
    default: return ((const uint32_t *)p)[i];
    }
}
/* Copies n characters from index si of src to index di of dst; they fit dst's kind. */
void wf_chars_copy(void *dst, int dst_kind, int64_t di, const void *src, int src_kind, int64_t si, int64_t n);
/* As wf_str_max_char, exact in its four steps, of n characters. */
uint32_t wf_chars_max(const void *p, int kind, int64_t n);
/* An exact str with the text of v, a str or an instance of a subclass. */
WfValue wf_str_exact(WfThread *t, WfValue v) WF_MUST_CHECK;

/* --- reading --- */
int64_t wf_str_hash(WfStr *s); /* with the runtime's key; cannot fail */
bool wf_str_equal(const WfStr *a, const WfStr *b);
int wf_str_compare(const WfStr *a, const WfStr *b); /* <0 0 >0 by code points */
bool wf_str_equal_cstr(const WfStr *s, const char *c);
/* UTF-8 in collected memory (NUL-terminated; for ASCII the str's own bytes). Lone surrogates: UnicodeEncodeError. */
const char *wf_str_utf8(WfThread *t, WfValue s, int64_t *n) WF_MUST_CHECK;
const char *wf_str_utf8_pass(WfThread *t, WfValue s, int64_t *n) WF_MUST_CHECK; /* surrogates as WTF-8 */
/* For system calls: str (fs encoding), bytes or os.PathLike; ValueError "embedded null byte". */
const char *wf_fs_path(WfThread *t, WfValue path, const char *function, const char *argument) WF_MUST_CHECK;

/* --- operations --- */
WfValue wf_str_concat(WfThread *t, WfValue a, WfValue b) WF_MUST_CHECK;  /* both str */
WfValue wf_str_slice(WfThread *t, WfStr *s, int64_t start, int64_t stop) WF_MUST_CHECK;
WfValue wf_str_join(WfThread *t, WfValue sep, const WfValue *items, int64_t n) WF_MUST_CHECK;
int64_t wf_str_find(const WfStr *s, const WfStr *sub, int64_t start, int64_t end, int direction); /* -1: absent */
WfValue wf_str_replace(WfThread *t, WfValue s, WfValue old, WfValue new_, int64_t max) WF_MUST_CHECK; /* max < 0: all */
WfValue wf_str_ascii(WfThread *t, WfValue s) WF_MUST_CHECK; /* the str with \x \u \U escapes for all beyond ASCII: for ascii() of a repr */
bool wf_str_is_identifier(const WfStr *s);
WfValue wf_str_percent(WfThread *t, WfValue format, WfValue args) WF_MUST_CHECK;

/* Builder: keeps its buffer in collected memory; lies on the C stack. */
typedef struct WfStrBuilder {
    void *buffer; /* an unfinished WfStr */
    int64_t length, capacity;
    int kind;
} WfStrBuilder;
#define WF_STR_BUILDER ((WfStrBuilder){NULL, 0, 0, 1})
WfStatus wf_builder_char(WfThread *t, WfStrBuilder *b, uint32_t c) WF_MUST_CHECK;
WfStatus wf_builder_str(WfThread *t, WfStrBuilder *b, const WfStr *s) WF_MUST_CHECK;
WfStatus wf_builder_slice(WfThread *t, WfStrBuilder *b, const WfStr *s, int64_t start, int64_t stop) WF_MUST_CHECK;
WfStatus wf_builder_ascii(WfThread *t, WfStrBuilder *b, const char *s, int64_t n) WF_MUST_CHECK;
WfStatus wf_builder_fill(WfThread *t, WfStrBuilder *b, uint32_t c, int64_t n) WF_MUST_CHECK; /* n times c */
WfStatus wf_builder_kind(WfThread *t, WfStrBuilder *b, int kind, const void *p, int64_t n) WF_MUST_CHECK;
/* Room for n more characters up to max_char: later wf_builder_char of that many cannot fail nor move the buffer. */
WfStatus wf_builder_reserve(WfThread *t, WfStrBuilder *b, int64_t n, uint32_t max_char) WF_MUST_CHECK;
WfStatus wf_builder_utf8(WfThread *t, WfStrBuilder *b, const char *s, int64_t n) WF_MUST_CHECK; /* bad bytes become U+FFFD */
WfStatus wf_builder_format(WfThread *t, WfStrBuilder *b, const char *format, ...) WF_MUST_CHECK;
WfStatus wf_builder_vformat(WfThread *t, WfStrBuilder *b, const char *format, va_list ap) WF_MUST_CHECK;
WfStatus wf_builder_repr(WfThread *t, WfStrBuilder *b, WfValue v) WF_MUST_CHECK; /* appends repr(v) */
WfValue wf_builder_finish(WfThread *t, WfStrBuilder *b) WF_MUST_CHECK;

#endif
