/* hash.h - hash functions: of bytes (keyed), of numbers as Python defines them, of tuples and sets.
 * SPDX-License-Identifier: MIT
 *
 * A Python hash is an int64_t and never -1. */
#ifndef WF_BASE_HASH_H
#define WF_BASE_HASH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Numbers that are equal hash alike: reduction modulo this prime. */
#define WF_HASH_MODULUS (((uint64_t)1 << 61) - 1)
#define WF_HASH_INF 314159
#define WF_HASH_IMAG 1000003

typedef struct {
    uint64_t k0, k1;
} WfHashKey;

/* SipHash-1-3. */
uint64_t wf_hash_siphash13(WfHashKey key, const void *data, size_t n);

/* The key that a PYTHONHASHSEED number stands for. */
WfHashKey wf_hash_key_from_seed(uint32_t seed);

/* hash() of a str's or bytes' memory: 0 if empty. */
static inline int64_t wf_hash_bytes(WfHashKey key, const void *data, size_t n)
{
    if (n == 0) {
        return 0;
    }
    int64_t h = (int64_t)wf_hash_siphash13(key, data, n);
    return h == -1 ? -2 : h;
}

/* hash() of an int that fits. */
static inline int64_t wf_hash_int(int64_t v)
{
    uint64_t mag = v < 0 ? -(uint64_t)v : (uint64_t)v;
    int64_t h = (int64_t)(mag % WF_HASH_MODULUS);
    h = v < 0 ? -h : h;
    return h == -1 ? -2 : h;
}

/* hash() of sign and magnitude, least significant limb first. */
int64_t wf_hash_limbs(const uint64_t *limbs, size_t n, bool negative);

/* hash() of a double that is not a NaN (a NaN's is its object's). */
int64_t wf_hash_double(double x);

/* hash() of a tuple: begin, one step per item's hash, end. */
#define WF_HASH_TUPLE_BEGIN 2870177450012600261u

static inline uint64_t wf_hash_tuple_step(uint64_t acc, int64_t item)
{
    acc += (uint64_t)item * 14029467366897019727u;
    acc = acc << 31 | acc >> 33;
    return acc * 11400714785074694791u;
}

static inline int64_t wf_hash_tuple_end(uint64_t acc, size_t n)
{
    acc += n ^ (WF_HASH_TUPLE_BEGIN ^ 3527539u);
    return acc == UINT64_MAX ? 1546275796 : (int64_t)acc;
}

/* hash() of a frozenset: begin with 0, one step per item in any order, end. */
static inline uint64_t wf_hash_set_step(uint64_t acc, int64_t item)
{
    uint64_t h = (uint64_t)item;
    return acc ^ ((h ^ 89869747u) ^ h << 16) * 3644798167u;
}

static inline int64_t wf_hash_set_end(uint64_t acc, size_t n)
{
    acc ^= ((uint64_t)n + 1) * 1927868237u;
    acc ^= acc >> 11 ^ acc >> 25;
    acc = acc * 69069u + 907133923u;
    return acc == UINT64_MAX ? 590923713 : (int64_t)acc;
}

/* hash() of an address. */
static inline int64_t wf_hash_pointer(const void *p)
{
    uint64_t v = (uint64_t)(uintptr_t)p;
    int64_t h = (int64_t)(v >> 4 | v << 60);
    return h == -1 ? -2 : h;
}

/* Spreads the bits of an int: for tables of weft's own. */
static inline uint64_t wf_hash_mix(uint64_t x)
{
    x ^= x >> 32;
    x *= 0xD6E8FEB86659FD93u;
    x ^= x >> 32;
    x *= 0xD6E8FEB86659FD93u;
    return x ^ x >> 32;
}

#endif
