/* _random.c - the module _random: the Mersenne Twister MT19937, bit for bit as in CPython.
 * SPDX-License-Identifier: MIT
 * Design:     the generator of Matsumoto and Nishimura (1998): 624 words of state, renewed all at once, tempered on the way out.
 * Threads:    state is guarded by the object's lock; each call takes whole numbers from the sequence. */
#include "model/builtin.h"
#include "model/object.h"
#include "objects/int.h"
#include "objects/str.h"
#include "objects/tuple.h"

#include <errno.h>
#include <sys/random.h>

#define N 624
#define M 397

typedef struct Random {
    WfObject h;
    uint32_t index; /* next word; N: all used */
    uint32_t state[N];
} Random;

static Random *as_random(WfValue v) { return WF_AS(Random, v); }

/* --- the generator ------------------------------------------------------------------------------------------- */

static uint32_t mix(uint32_t upper, uint32_t lower)
{
    uint32_t y = (upper & 0x80000000u) | (lower & 0x7fffffffu);
    return y >> 1 ^ ((lower & 1) ? 0x9908b0dfu : 0);
}

static uint32_t next_locked(Random *r)
{
    uint32_t *s = r->state;
    if (r->index >= N) {
        for (int i = 0; i < N; i++) {
            s[i] = s[(i + M) % N] ^ mix(s[i], s[(i + 1) % N]);
        }
        r->index = 0;
    }
    uint32_t y = s[r->index++];
    y ^= y >> 11;
    y ^= y << 7 & 0x9d2c5680u;
    y ^= y << 15 & 0xefc60000u;
    return y ^ y >> 18;
}

static void seed_word(uint32_t *s, uint32_t seed)
{
    s[0] = seed;
    for (uint32_t i = 1; i < N; i++) {
        s[i] = 1812433253u * (s[i - 1] ^ s[i - 1] >> 30) + i;
    }
}

static void seed_words(uint32_t *s, const uint32_t *key, size_t n)
{
    size_t i = 1, j = 0;
    seed_word(s, 19650218u);
    for (size_t k = n > N ? n : N; k > 0; k--) {
        s[i] = (s[i] ^ (s[i - 1] ^ s[i - 1] >> 30) * 1664525u) + key[j] + (uint32_t)j;
        if (++i == N) {
            s[0] = s[N - 1];
            i = 1;
        }
        if (++j == n) {
            j = 0;
        }
    }
    for (size_t k = N - 1; k > 0; k--) {
        s[i] = (s[i] ^ (s[i - 1] ^ s[i - 1] >> 30) * 1566083941u) - (uint32_t)i;
        if (++i == N) {
            s[0] = s[N - 1];
            i = 1;
        }
    }
    s[0] = 0x80000000u;
}

static void set_state(WfThread *t, Random *r, const uint32_t *state, uint32_t index)
{
    wf_lock(t, r);
    memcpy(r->state, state, sizeof r->state);
    r->index = index;
    wf_unlock(t, r);
}

static WfStatus seed_from_system(WfThread *t, Random *r)
{
    uint32_t key[N], state[N];
    size_t got = 0;
    while (got < sizeof key) {
        ssize_t n = getrandom((char *)key + got, sizeof key - got, 0);
        if (n < 0 && errno != EINTR) {
            return WF_FAIL(wf_raise_errno(t, errno, WF_EMPTY, WF_EMPTY));
        }
        got += n > 0 ? (size_t)n : 0;
    }
    seed_words(state, key, N);
    set_state(t, r, state, N);
    return WF_OK;
}

static WfStatus seed(WfThread *t, Random *r, WfValue v)
{
    if (wf_is_none(v)) {
        return seed_from_system(t, r);
    }
    if (wf_is_any_int(v)) {
        v = wf_int_abs(t, v);
    } else {
        int64_t hash;
        if (wf_hash(t, v, &hash) != WF_OK) {
            return WF_RAISED;
        }
        v = wf_int_from_u64(t, (uint64_t)hash);
    }
    if (wf_is_empty(v)) {
        return WF_RAISED;
    }
    uint64_t bits = wf_int_bit_length(v);
    size_t n = bits == 0 ? 1 : (size_t)((bits - 1) / 32 + 1);
    WfRaw *raw = wf_gc_alloc_raw(t, (int64_t)n * 4, false);
    if (raw == NULL || wf_int_to_bytes(t, v, raw->data, n * 4, true, false) != WF_OK) {
        return WF_RAISED;
    }
    uint32_t *key = (uint32_t *)(void *)raw->data, state[N];
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    for (size_t i = 0; i < n; i++) {
        key[i] = __builtin_bswap32(key[i]);
    }
#endif
    seed_words(state, key, n);
    set_state(t, r, state, N);
    return WF_OK;
}

/* --- the type ------------------------------------------------------------------------------------------------ */

static WfValue random_new(WfThread *t, WfType *type, const WfArgs *args)
{
    if (type->slots.init == WF_TYPE(RANDOM)->slots.init && args->kwnames != NULL && args->kwnames->length > 0) {
        return wf_raise(t, WF_EXC(TypeError), "Random() takes no keyword arguments");
    }
    if (args->n_pos > 1) {
        return wf_raise(t, WF_EXC(TypeError), "Random() requires 0 or 1 argument");
    }
    WfObject *o = wf_instance_new(t, type, 0);
    if (o == NULL || seed(t, (Random *)o, args->n_pos == 1 ? args->items[0] : WF_NONE) != WF_OK) {
        return WF_EMPTY;
    }
    return wf_from_object(o);
}

/* object.__init__ would refuse the seed */
static WfStatus random_init(WfThread *t, WfValue self, const WfArgs *args) { return WF_OK; }

static WfValue random_random(WfThread *t, WfValue *a)
{
    Random *r = as_random(a[0]);
    wf_lock(t, r);
    uint32_t high = next_locked(r) >> 5, low = next_locked(r) >> 6;
    wf_unlock(t, r);
    return wf_double((high * 67108864.0 + low) * (1.0 / 9007199254740992.0));
}

static WfValue random_seed(WfThread *t, WfValue *a) { return seed(t, as_random(a[0]), a[1]) == WF_OK ? WF_NONE : WF_EMPTY; }

static WfValue random_getrandbits(WfThread *t, WfValue *a)
{
    Random *r = as_random(a[0]);
    int k;
    if (wf_to_int(t, a[1], &k) != WF_OK) {
        return WF_EMPTY;
    }
    if (k < 0) {
        return wf_raise(t, WF_EXC(ValueError), "number of bits must be non-negative");
    }
    if (k == 0) {
        return wf_small_int(0);
    }
    if (k <= 32) {
        wf_lock(t, r);
        uint32_t word = next_locked(r);
        wf_unlock(t, r);
        return wf_small_int(word >> (32 - k));
    }
    int64_t n = (k - 1) / 32 + 1;
    WfRaw *raw = wf_gc_alloc_raw(t, n * 4, false);
    if (raw == NULL) {
        return WF_EMPTY;
    }
    wf_lock(t, r);
    for (int64_t i = 0; i < n; i++, k -= 32) {
        uint32_t word = next_locked(r);
        if (k < 32) {
            word >>= 32 - k;
        }
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
        word = __builtin_bswap32(word);
#endif
        memcpy(raw->data + i * 4, &word, 4);
    }
    wf_unlock(t, r);
    return wf_int_from_bytes(t, raw->data, (size_t)n * 4, true, false);
}

static WfValue random_getstate(WfThread *t, WfValue *a)
{
    Random *r = as_random(a[0]);
    WfTuple *x = wf_tuple_alloc(t, N + 1);
    if (x == NULL) {
        return WF_EMPTY;
    }
    wf_lock(t, r);
    for (int i = 0; i < N; i++) {
        wf_store(&x->items[i], wf_small_int(r->state[i]));
    }
    wf_store(&x->items[N], wf_small_int(r->index));
    wf_unlock(t, r);
    return wf_from_object(x);
}

static WfValue random_setstate(WfThread *t, WfValue *a)
{
    if (!wf_is_tuple(a[1])) {
        return wf_raise(t, WF_EXC(TypeError), "state vector must be a tuple");
    }
    const WfTuple *x = wf_as_tuple(a[1]);
    if (x->length != N + 1) {
        return wf_raise(t, WF_EXC(ValueError), "state vector is the wrong size");
    }
    uint32_t state[N];
    for (int i = 0; i <= N; i++) {
        WfValue v = wf_tuple_at(x, i);
        int64_t word;
        if (!wf_is_any_int(v)) {
            return wf_raise(t, WF_EXC(TypeError), "an integer is required");
        }
        if (wf_int_sign(v) < 0 && i < N) {
            return wf_raise(t, WF_EXC(OverflowError), "can't convert negative value to unsigned int");
        }
        if (!wf_int_to_i64(v, &word)) {
            return wf_raise(t, WF_EXC(OverflowError), "Python int too large to convert to C unsigned long");
        }
        if (i < N) {
            state[i] = (uint32_t)word;
        } else if (word < 0 || word > N) {
            return wf_raise(t, WF_EXC(ValueError), "invalid state");
        } else {
            set_state(t, as_random(a[0]), state, (uint32_t)word);
        }
    }
    return WF_NONE;
}

static const WfBuiltinDef random_methods[] = {
    {"random", random_random, "(self, /)", "random() -> x in the interval [0, 1)."},
    {"seed", random_seed, "(self, n=None, /)",
     "Begin a new sequence: from an int, from the hash of anything else, or from the system for None."},
    {"getstate", random_getstate, "(self, /)", "The state as a tuple, for setstate."},
    {"setstate", random_setstate, "(self, state, /)", "Take over a state that getstate gave."},
    {"getrandbits", random_getrandbits, "(self, k, /)", "An int of k random bits."},
    {0}};

const WfTypeSpec wf_random_spec = {
    .name = "_random.Random",
    .doc = "Random() -> create a random number generator with its own internal state.",
    .flags = WF_TF_BASETYPE,
    .size = sizeof(Random),
    .methods = random_methods,
    .slots = {.new_ = random_new, .init = random_init, .trace = wf_trace_none},
};

static WfStatus random_module_init(WfThread *t, WfValue module)
{
    return wf_module_add_type(t, module, WF_TYPE(RANDOM));
}

const WfModuleDef wf_module__random = {
    .name = "_random",
    .doc = "The Mersenne Twister.",
    .init = random_module_init,
};
