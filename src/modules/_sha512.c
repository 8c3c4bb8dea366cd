/* _sha512.c - module _sha512: SHA-384 and SHA-512, which random seeds itself with.
 * SPDX-License-Identifier: MIT
 * Algorithm: FIPS 180-4. Threads: a hash object's state is guarded by the object's lock. */
#include "model/builtin.h"
#include "objects/bytes.h"
#include "objects/exceptions.h"
#include "objects/str.h"


typedef struct State {
    uint64_t h[8];
    uint64_t length; /* bytes */
    uint8_t block[128];
} State;
typedef struct Sha {
    WfObject h;
    uint64_t digest_size;
    State state;
} Sha;

/* The first 64 bits of the fractional parts of the cube roots of the first 80 primes. */
static const uint64_t k[80] = {
    0x428a2f98d728ae22, 0x7137449123ef65cd, 0xb5c0fbcfec4d3b2f, 0xe9b5dba58189dbbc, 0x3956c25bf348b538, 0x59f111f1b605d019,
    0x923f82a4af194f9b, 0xab1c5ed5da6d8118, 0xd807aa98a3030242, 0x12835b0145706fbe, 0x243185be4ee4b28c, 0x550c7dc3d5ffb4e2,
    0x72be5d74f27b896f, 0x80deb1fe3b1696b1, 0x9bdc06a725c71235, 0xc19bf174cf692694, 0xe49b69c19ef14ad2, 0xefbe4786384f25e3,
    0x0fc19dc68b8cd5b5, 0x240ca1cc77ac9c65, 0x2de92c6f592b0275, 0x4a7484aa6ea6e483, 0x5cb0a9dcbd41fbd4, 0x76f988da831153b5,
    0x983e5152ee66dfab, 0xa831c66d2db43210, 0xb00327c898fb213f, 0xbf597fc7beef0ee4, 0xc6e00bf33da88fc2, 0xd5a79147930aa725,
    0x06ca6351e003826f, 0x142929670a0e6e70, 0x27b70a8546d22ffc, 0x2e1b21385c26c926, 0x4d2c6dfc5ac42aed, 0x53380d139d95b3df,
    0x650a73548baf63de, 0x766a0abb3c77b2a8, 0x81c2c92e47edaee6, 0x92722c851482353b, 0xa2bfe8a14cf10364, 0xa81a664bbc423001,
    0xc24b8b70d0f89791, 0xc76c51a30654be30, 0xd192e819d6ef5218, 0xd69906245565a910, 0xf40e35855771202a, 0x106aa07032bbd1b8,
    0x19a4c116b8d2d0c8, 0x1e376c085141ab53, 0x2748774cdf8eeb99, 0x34b0bcb5e19b48a8, 0x391c0cb3c5c95a63, 0x4ed8aa4ae3418acb,
    0x5b9cca4f7763e373, 0x682e6ff3d6b2b8a3, 0x748f82ee5defb2fc, 0x78a5636f43172f60, 0x84c87814a1f0ab72, 0x8cc702081a6439ec,
    0x90befffa23631e28, 0xa4506cebde82bde9, 0xbef9a3f7b2c67915, 0xc67178f2e372532b, 0xca273eceea26619c, 0xd186b8c721c0c207,
    0xeada7dd6cde0eb1e, 0xf57d4f7fee6ed178, 0x06f067aa72176fba, 0x0a637dc5a2c898a6, 0x113f9804bef90dae, 0x1b710b35131c471b,
    0x28db77f523047d84, 0x32caab7b40c72493, 0x3c9ebe0a15c9bebc, 0x431d67c49c100d4c, 0x4cc5d4becb3e42b6, 0x597f299cfc657e2a,
    0x5fcb6fab3ad6faec, 0x6c44198c4a475817};
static const uint64_t start_512[8] = {0x6a09e667f3bcc908, 0xbb67ae8584caa73b, 0x3c6ef372fe94f82b, 0xa54ff53a5f1d36f1,
                                      0x510e527fade682d1, 0x9b05688c2b3e6c1f, 0x1f83d9abfb41bd6b, 0x5be0cd19137e2179};
static const uint64_t start_384[8] = {0xcbbb9d5dc1059ed8, 0x629a292a367cd507, 0x9159015a3070dd17, 0x152fecd8f70e5939,
                                      0x67332667ffc00b31, 0x8eb44a8768581511, 0xdb0c2e0d64f98fa7, 0x47b5481dbefa4fa4};

static uint64_t rotate(uint64_t x, int n)
{
    return x >> n | x << (64 - n);
}

static void compress(State *s, const uint8_t *p)
{
    uint64_t w[80], v[8];
    for (int i = 0; i < 16; i++) {
        uint64_t x;
        memcpy(&x, p + i * 8, 8);
        w[i] = __builtin_bswap64(x);
    }
    for (int i = 16; i < 80; i++) {
        uint64_t a = w[i - 15], b = w[i - 2];
        w[i] = w[i - 16] + (rotate(a, 1) ^ rotate(a, 8) ^ a >> 7) + w[i - 7] + (rotate(b, 19) ^ rotate(b, 61) ^ b >> 6);
    }
    memcpy(v, s->h, sizeof v);
    for (int i = 0; i < 80; i++) {
        uint64_t t1 = v[7] + (rotate(v[4], 14) ^ rotate(v[4], 18) ^ rotate(v[4], 41)) + ((v[4] & v[5]) ^ (~v[4] & v[6])) + k[i] + w[i];
        uint64_t t2 = (rotate(v[0], 28) ^ rotate(v[0], 34) ^ rotate(v[0], 39)) + ((v[0] & v[1]) ^ (v[0] & v[2]) ^ (v[1] & v[2]));
        memmove(v + 1, v, 7 * sizeof *v);
        v[4] += t1;
        v[0] = t1 + t2;
    }
    for (int i = 0; i < 8; i++) {
        s->h[i] += v[i];
    }
}

static void add_bytes(State *s, const uint8_t *p, size_t n)
{
    size_t used = s->length % 128;
    s->length += n;
    if (used + n >= 128) {
        memcpy(s->block + used, p, 128 - used);
        compress(s, s->block);
        p += 128 - used;
        n -= 128 - used;
        for (; n >= 128; p += 128, n -= 128) {
            compress(s, p);
        }
        used = 0;
    }
    memcpy(s->block + used, p, n);
}

static void finish(State s, uint8_t out[64])
{
    uint64_t bits = s.length * 8;
    uint8_t pad[256] = {0x80};
    size_t n = 128 - (s.length + 17) % 128;
    n = n == 128 ? 17 : n + 17;
    for (int i = 0; i < 8; i++) {
        pad[n - 1 - i] = (uint8_t)(bits >> (8 * i));
    }
    add_bytes(&s, pad, n);
    for (int i = 0; i < 8; i++) {
        uint64_t x = __builtin_bswap64(s.h[i]);
        memcpy(out + i * 8, &x, 8);
    }
}

static WfStatus update(WfThread *t, Sha *sha, WfValue v)
{
    WfBuffer b;
    if (wf_is_str(v)) {
        return WF_FAIL(wf_raise(t, WF_EXC(TypeError), "Strings must be encoded before hashing"));
    }
    if (wf_buffer_get(t, v, &b, WF_BUF_SIMPLE) != WF_OK) {
        return WF_RAISED;
    }
    wf_lock(t, sha);
    add_bytes(&sha->state, (const uint8_t *)b.data, (size_t)b.length);
    wf_unlock(t, sha);
    wf_buffer_release(t, &b);
    return WF_OK;
}

static WfValue make(WfThread *t, WfValue data, const uint64_t *start, int size)
{
    if (wf_type_ready(t, WF_TYPE(SHA512)) != WF_OK) {
        return WF_EMPTY;
    }
    Sha *sha = WF_NEW(t, Sha, SHA512, NATIVE);
    if (sha == NULL) {
        return WF_EMPTY;
    }
    sha->digest_size = (uint64_t)size;
    memcpy(sha->state.h, start, sizeof sha->state.h);
    return wf_is_empty(data) || update(t, sha, data) == WF_OK ? wf_from_object(sha) : WF_EMPTY;
}
static WfValue m_sha512(WfThread *t, WfValue *a)
{
    return make(t, a[0], start_512, 64);
}
static WfValue m_sha384(WfThread *t, WfValue *a)
{
    return make(t, a[0], start_384, 48);
}
static void digest_of(WfThread *t, WfValue self, uint8_t out[64])
{
    Sha *sha = WF_AS(Sha, self);
    wf_lock(t, sha);
    State copy = sha->state;
    wf_unlock(t, sha);
    finish(copy, out);
}
static WfValue sha_digest(WfThread *t, WfValue *a)
{
    uint8_t out[64];
    digest_of(t, a[0], out);
    return wf_bytes_new(t, out, (int64_t)WF_AS(Sha, a[0])->digest_size);
}
static WfValue sha_hexdigest(WfThread *t, WfValue *a)
{
    static const char digits[] = "0123456789abcdef";
    uint8_t out[64];
    char text[128];
    digest_of(t, a[0], out);
    size_t n = WF_AS(Sha, a[0])->digest_size;
    for (size_t i = 0; i < n; i++) {
        text[2 * i] = digits[out[i] >> 4];
        text[2 * i + 1] = digits[out[i] & 15];
    }
    return wf_str_from_utf8(t, text, (int64_t)n * 2);
}
static WfValue sha_update(WfThread *t, WfValue *a)
{
    return update(t, WF_AS(Sha, a[0]), a[1]) == WF_OK ? WF_NONE : WF_EMPTY;
}
static WfValue sha_copy(WfThread *t, WfValue *a)
{
    Sha *copy = WF_NEW(t, Sha, SHA512, NATIVE);
    if (copy != NULL) {
        Sha *sha = WF_AS(Sha, a[0]);
        wf_lock(t, sha);
        copy->state = sha->state;
        copy->digest_size = sha->digest_size;
        wf_unlock(t, sha);
    }
    return wf_from_object(copy);
}
static WfValue get_size(WfThread *t, WfValue self)
{
    return wf_small_int((int64_t)WF_AS(Sha, self)->digest_size);
}
static WfValue get_block(WfThread *t, WfValue self)
{
    return wf_small_int(128);
}
static WfValue get_name(WfThread *t, WfValue self)
{
    return wf_str_from_cstr(t, WF_AS(Sha, self)->digest_size == 64 ? "sha512" : "sha384");
}
static void sha_trace(WfMarker *m, WfObject *o)
{
    (void)m;
    (void)o;
}
static const WfBuiltinDef methods[] = {{"copy", sha_copy, "(self)", "A copy of the hash so far.", 0},
                                       {"digest", sha_digest, "(self)", "The digest, as bytes.", 0},
                                       {"hexdigest", sha_hexdigest, "(self)", "The digest, in hexadecimal.", 0},
                                       {"update", sha_update, "(self, obj, /)", "Hash more bytes.", 0},
                                       {0}};
static const WfGetSetDef getsets[] = {{"digest_size", get_size, NULL, "Bytes of a digest.", 0},
                                      {"block_size", get_block, NULL, "Bytes of a block.", 0},
                                      {"name", get_name, NULL, "Name of the algorithm.", 0},
                                      {0}};
const WfTypeSpec wf_sha512_spec = {.name = "_sha512.sha512", .flags = WF_TF_NO_NEW, .size = sizeof(Sha), .methods = methods, .getsets = getsets,
                                   .slots = {.trace = sha_trace}};
static const WfBuiltinDef functions[] = {
    {"sha384", m_sha384, "(string=?, *, usedforsecurity=True)", "A SHA-384 hash.", 0},
    {"sha512", m_sha512, "(string=?, *, usedforsecurity=True)", "A SHA-512 hash.", 0},
    {0}};
const WfModuleDef wf_module__sha512 = {.name = "_sha512", .doc = "SHA-384 and SHA-512.", .functions = functions};
