/* vec.h - typed growable vectors of plain data in malloc memory.
 * SPDX-License-Identifier: MIT
 *
 *     WF_VEC(uint32_t) v = {0};
 *     if (!wf_vec_push(&v, 7u)) ... out of memory ...
 *     wf_vec_free(&v);
 *
 * All zero is an empty vector. Python values never go in here: the collector does not look into
 * malloc memory. A vector belongs to one thread. */
#ifndef WF_BASE_VEC_H
#define WF_BASE_VEC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define WF_VEC(T)                                                                        \
    struct {                                                                             \
        T *data;                                                                         \
        size_t len;                                                                      \
        size_t cap;                                                                      \
    }

/* The vector that the Unicode functions write to. */
typedef WF_VEC(uint32_t) WfU32Vec;
typedef WF_VEC(uint8_t) WfU8Vec;

/* Makes room for `need` elements in all; false is out of memory (the old contents stay). */
static inline bool wf_vec_reserve_raw(void **data, size_t *cap, size_t need, size_t elem)
{
    if (need <= *cap) {
        return true;
    }
    size_t want = *cap < 8 ? 8 : *cap + *cap / 2;
    if (want < need) {
        want = need;
    }
    size_t bytes;
    if (__builtin_mul_overflow(want, elem, &bytes)) {
        return false;
    }
    void *fresh = realloc(*data, bytes);
    if (fresh == NULL) {
        return false;
    }
    *data = fresh;
    *cap = want;
    return true;
}

/* `need`: elements in all, not elements more. */
#define wf_vec_reserve(v, need)                                                          \
    wf_vec_reserve_raw((void **)&(v)->data, &(v)->cap, (need), sizeof *(v)->data)

/* True unless out of memory. x may use the vector as it is before. */
#define wf_vec_push(v, x)                                                                \
    (wf_vec_reserve((v), (v)->len + 1) ? ((v)->data[(v)->len] = (x), (v)->len++, true) : false)

#define wf_vec_append(v, src, n)                                                         \
    ((n) == 0 /* src and data may be NULL then, which memcpy does not allow */           \
     || (wf_vec_reserve((v), (v)->len + (n))                                             \
             ? (memcpy((v)->data + (v)->len, (src), (n) * sizeof *(v)->data),            \
                (v)->len += (n), true)                                                   \
             : false))

#define wf_vec_pop(v) ((v)->data[--(v)->len])
#define wf_vec_last(v) ((v)->data[(v)->len - 1])

#define wf_vec_free(v)                                                                   \
    do {                                                                                 \
        free((v)->data);                                                                 \
        (v)->data = NULL;                                                                \
        (v)->len = (v)->cap = 0;                                                         \
    } while (0)

#endif
