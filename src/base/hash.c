/* hash.c - hash functions.
 * SPDX-License-Identifier: MIT
 *
 * Design:  bytes: SipHash with one round per block and three at the end (Aumasson and Bernstein), as
 *          text from outside must not be able to choose collisions. Numbers: the value modulo the
 *          prime 2^61 - 1, in which division by a power of two is a rotation; so ints, floats,
 *          fractions and decimals that are equal agree.
 * Threads: pure functions.
 * Tests:   tests/unit/test_hash.c */
#include "base/hash.h"

#include <math.h>
#include <string.h>

static inline uint64_t rotl(uint64_t x, int n)
{
    return x << n | x >> (64 - n);
}

typedef struct {
    uint64_t v0, v1, v2, v3;
} Sip;

static inline void sip_round(Sip *s)
{
    s->v0 += s->v1;
    s->v2 += s->v3;
    s->v1 = rotl(s->v1, 13) ^ s->v0;
    s->v3 = rotl(s->v3, 16) ^ s->v2;
    s->v0 = rotl(s->v0, 32);
    s->v2 += s->v1;
    s->v0 += s->v3;
    s->v1 = rotl(s->v1, 17) ^ s->v2;
    s->v3 = rotl(s->v3, 21) ^ s->v0;
    s->v2 = rotl(s->v2, 32);
}

static inline uint64_t load_le(const uint8_t *p)
{
    uint64_t w;
    memcpy(&w, p, sizeof w);
#if __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
    w = __builtin_bswap64(w);
#endif
    return w;
}

uint64_t wf_hash_siphash13(WfHashKey key, const void *data, size_t n)
{
    Sip s = {key.k0 ^ 0x736f6d6570736575u, key.k1 ^ 0x646f72616e646f6du,
             key.k0 ^ 0x6c7967656e657261u, key.k1 ^ 0x7465646279746573u};
    const uint8_t *p = data;
    const uint8_t *end = p + (n & ~(size_t)7);
    for (; p < end; p += 8) {
        uint64_t m = load_le(p);
        s.v3 ^= m;
        sip_round(&s);
        s.v0 ^= m;
    }
    uint64_t last = (uint64_t)n << 56;
    for (size_t i = 0; i < (n & 7); i++) {
        last |= (uint64_t)p[i] << (8 * i);
    }
    s.v3 ^= last;
    sip_round(&s);
    s.v0 ^= last;
    s.v2 ^= 0xFF;
    sip_round(&s);
    sip_round(&s);
    sip_round(&s);
    return s.v0 ^ s.v1 ^ s.v2 ^ s.v3;
}

WfHashKey wf_hash_key_from_seed(uint32_t seed)
{
    WfHashKey key = {0, 0};
    if (seed != 0) {
        /* The same linear congruential bytes as everybody's, so that runs with a seed compare. */
        uint64_t words[2] = {0, 0};
        uint32_t x = seed;
        for (int i = 0; i < 16; i++) {
            x = x * 214013 + 2531011;
            words[i / 8] |= (uint64_t)(x >> 16 & 0xFF) << (8 * (i % 8));
        }
        key.k0 = words[0];
        key.k1 = words[1];
    }
    return key;
}

int64_t wf_hash_limbs(const uint64_t *limbs, size_t n, bool negative)
{
    uint64_t h = 0;
    for (size_t i = n; i-- > 0;) {
        /* 2^64 is 8 modulo the prime. */
        unsigned __int128 wide = (unsigned __int128)h * 8 + limbs[i];
        uint64_t low = (uint64_t)wide & WF_HASH_MODULUS;
        h = low + (uint64_t)(wide >> 61);
        h = (h & WF_HASH_MODULUS) + (h >> 61);
        if (h >= WF_HASH_MODULUS) {
            h -= WF_HASH_MODULUS;
        }
    }
    int64_t r = negative ? -(int64_t)h : (int64_t)h;
    return r == -1 ? -2 : r;
}

int64_t wf_hash_double(double x)
{
    if (isinf(x)) {
        return x > 0 ? WF_HASH_INF : -WF_HASH_INF;
    }
    if (x == 0) {
        return 0;
    }
    int e;
    double m = frexp(fabs(x), &e);
    uint64_t h = (uint64_t)ldexp(m, 53); /* below 2^53, so reduced */
    e = (e - 53) % 61;
    if (e < 0) {
        e += 61;
    }
    h = (h << e & WF_HASH_MODULUS) | h >> (61 - e);
    if (h == WF_HASH_MODULUS) {
        h = 0;
    }
    int64_t r = x < 0 ? -(int64_t)h : (int64_t)h;
    return r == -1 ? -2 : r;
}
