/* _hashlib.c - modules _hashlib, _md5, _sha1, _sha256, _sha512 and _sha3: hashes of OpenSSL's libcrypto.
 * SPDX-License-Identifier: MIT
 *
 * Design:  All hash objects are one struct around an EVP_MD_CTX; the small modules differ from _hashlib in the names of their types.
 *          HMAC is a struct of its own around an HMAC_CTX. The library is loaded by the first object made (libcrypto.h).
 * Threads: the context is guarded by the object's lock, which is held while data of more than DETACH_MIN bytes is hashed detached;
 *          no Python code runs under it. */
#include "modules/libcrypto.h"

#include "model/builtin.h"
#include "objects/bytes.h"
#include "objects/dict.h"
#include "objects/exceptions.h"
#include "objects/int.h"
#include "objects/mappingproxy.h"
#include "objects/module_state.h"
#include "objects/set.h"
#include "objects/str.h"
#include "modules/hashing.h"

#include <limits.h>

#define CONTEXT_BYTES 512 /* what the library holds for a context, about */

/* Python's names of the algorithms that OpenSSL names otherwise, and how it finds them. */
static const struct {
    const char *name, *fetched;
    int nid;
} algorithms[] = {{"md5", "MD5", NID_md5},
                  {"sha1", "SHA1", NID_sha1},
                  {"sha224", "SHA2-224", NID_sha224},
                  {"sha256", "SHA2-256", NID_sha256},
                  {"sha384", "SHA2-384", NID_sha384},
                  {"sha512", "SHA2-512", NID_sha512},
                  {"sha512_224", "SHA512-224", NID_sha512_224},
                  {"sha512_256", "SHA512-256", NID_sha512_256},
                  {"sha3_224", "SHA3-224", NID_sha3_224},
                  {"sha3_256", "SHA3-256", NID_sha3_256},
                  {"sha3_384", "SHA3-384", NID_sha3_384},
                  {"sha3_512", "SHA3-512", NID_sha3_512},
                  {"shake_128", "SHAKE-128", NID_shake128},
                  {"shake_256", "SHAKE-256", NID_shake256},
                  {"blake2s", "BLAKE2S-256", NID_blake2s256},
                  {"blake2b", "BLAKE2B-512", NID_blake2b512}};
#define N_ALGORITHMS (sizeof algorithms / sizeof *algorithms)

_Static_assert(N_ALGORITHMS == WF_CRYPTO_KEPT, "one place each");

/* To be freed. Looking one up takes locks of the library's, so those of the table are kept. */
static EVP_MD *find_algorithm(WfThread *t, WfCrypto *lib, const char *name, bool for_security)
{
    size_t k = 0;
    while (k < N_ALGORITHMS && strcmp(name, algorithms[k].name) != 0) {
        k++;
    }
    EVP_MD **place = k < N_ALGORITHMS ? &lib->x_kept[for_security][k] : NULL;
    EVP_MD *md = place == NULL ? NULL : __atomic_load_n(place, __ATOMIC_ACQUIRE);
    if (md == NULL) {
        md = lib->EVP_MD_fetch(NULL, place == NULL ? name : algorithms[k].fetched, for_security ? NULL : "-fips");
        if (md == NULL) {
            return WF_FAIL_NULL(wf_crypto_fail(t, lib, WF_EXC(ValueError)));
        }
        EVP_MD *other = NULL;
        if (place == NULL || !__atomic_compare_exchange_n(place, &other, md, false, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE)) {
            return md;
        }
    }
    (void)lib->EVP_MD_up_ref(md);
    return md;
}

static const char *algorithm_name(const WfCrypto *lib, const EVP_MD *md)
{
    int nid = lib->EVP_MD_get_type(md);
    for (size_t k = 0; k < N_ALGORITHMS; k++) {
        if (nid == algorithms[k].nid) {
            return algorithms[k].name;
        }
    }
    return nid == NID_undef ? NULL : lib->OBJ_nid2ln(nid);
}

WfStatus wf_hash_input(WfThread *t, WfValue v, WfBuffer *b)
{
    if (wf_is_str(v)) {
        return WF_FAIL(wf_raise(t, WF_EXC(TypeError), "Strings must be encoded before hashing"));
    }
    if (!wf_has_buffer(v)) {
        return WF_FAIL(wf_raise(t, WF_EXC(TypeError), "object supporting the buffer API required"));
    }
    if (wf_buffer_get(t, v, b, WF_BUF_SIMPLE) != WF_OK) {
        return WF_RAISED;
    }
    if (b->ndim > 1) {
        wf_buffer_release(t, b);
        return WF_FAIL(wf_raise(t, WF_EXC(BufferError), "Buffer must be single dimension"));
    }
    return WF_OK;
}

/* --- hash objects ----------------------------------------------------------------------------------------------------- */

typedef struct Hash {
    WfObject h;
    const WfCrypto *lib; /* immutable */
    const EVP_MD *md;    /* immutable; the context keeps it */
    EVP_MD_CTX *context; /* guarded by `lock`; the pointer immutable */
    WfMutex lock;
} Hash;

static Hash *self_hash(WfValue v)
{
    return WF_AS(Hash, v);
}

static void hash_release(WfObject *o)
{
    Hash *h = (Hash *)o;
    if (h->context != NULL) {
        h->lib->EVP_MD_CTX_free(h->context);
        h->context = NULL;
    }
}

/* An object whose context is not initialised. */
static Hash *hash_alloc(WfThread *t, WfType *type, const WfCrypto *lib)
{
    if (wf_type_ready(t, type) != WF_OK) {
        return NULL;
    }
    Hash *h = (Hash *)wf_instance_new(t, type, 0);
    if (h == NULL || wf_gc_register_release(t, &h->h) != WF_OK) {
        return NULL;
    }
    wf_gc_note_outside(t, CONTEXT_BYTES);
    h->lib = lib;
    h->lock.rank = WF_LOCK_STREAM;
    h->context = lib->EVP_MD_CTX_new();
    return h->context == NULL ? WF_FAIL_NULL(wf_raise_no_memory(t)) : h;
}

static WfStatus hash_add(WfThread *t, Hash *h, WfValue data)
{
    WfBuffer b;
    if (wf_hash_input(t, data, &b) != WF_OK) {
        return WF_RAISED;
    }
    wf_mutex_lock(t, &h->lock);
    bool leave = b.length > WF_HASH_DETACH_MIN;
    if (leave) {
        wf_thread_detach(t);
    }
    int ok = h->lib->EVP_DigestUpdate(h->context, b.data, (size_t)b.length);
    if (leave) {
        wf_thread_attach(t);
    }
    wf_mutex_unlock(&h->lock);
    wf_buffer_release(t, &b);
    return ok ? WF_OK : WF_FAIL(wf_crypto_fail(t, h->lib, WF_EXC(ValueError)));
}

/* A hash of type `type`; NULL: HASH or HASHXOF, as it is. data may be WF_EMPTY. */
static WfValue hash_make(WfThread *t, WfType *type, const char *name, WfValue data, WfValue for_security)
{
    WfCrypto *lib = wf_crypto(t);
    WfFound secure = lib == NULL ? WF_ERROR : wf_truth(t, for_security);
    EVP_MD *md = secure == WF_ERROR ? NULL : find_algorithm(t, lib, name, secure == WF_FOUND);
    if (md == NULL) {
        return WF_EMPTY;
    }
    if (type == NULL) {
        type = lib->EVP_MD_get_flags(md) & EVP_MD_FLAG_XOF ? WF_TYPE(HASHXOF) : WF_TYPE(HASH);
    }
    Hash *h = hash_alloc(t, type, lib);
    int ok = h != NULL && lib->EVP_DigestInit_ex(h->context, md, NULL);
    lib->EVP_MD_free(md);
    if (!ok) {
        return h == NULL ? WF_EMPTY : wf_crypto_fail(t, lib, WF_EXC(ValueError));
    }
    h->md = lib->EVP_MD_CTX_get0_md(h->context);
    return wf_is_empty(data) || hash_add(t, h, data) == WF_OK ? wf_from_object(h) : WF_EMPTY;
}

static WfValue hash_update(WfThread *t, WfValue *a)
{
    return hash_add(t, self_hash(a[0]), a[1]) == WF_OK ? WF_NONE : WF_EMPTY;
}

static WfValue hash_copy(WfThread *t, WfValue *a)
{
    Hash *h = self_hash(a[0]), *copy = hash_alloc(t, wf_type(a[0]), h->lib);
    if (copy == NULL) {
        return WF_EMPTY;
    }
    wf_mutex_lock(t, &h->lock);
    int ok = h->lib->EVP_MD_CTX_copy_ex(copy->context, h->context);
    wf_mutex_unlock(&h->lock);
    copy->md = h->md;
    return ok ? wf_from_object(copy) : wf_crypto_fail(t, h->lib, WF_EXC(ValueError));
}

/* The digest as bytes or, `hex`, as str. length < 0: the algorithm's own. */
static WfValue hash_digest(WfThread *t, Hash *h, int64_t length, bool hex)
{
    const WfCrypto *lib = h->lib;
    bool extendable = length >= 0;
    if (length > INT32_MAX) {
        return wf_raise_no_memory(t);
    }
    length = extendable ? length : lib->EVP_MD_get_size(h->md);
    WfValue digest = wf_bytes_new(t, NULL, length);
    if (wf_is_empty(digest)) {
        return WF_EMPTY;
    }
    uint8_t *out = wf_as_bytes(digest)->data;
    EVP_MD_CTX *copy = lib->EVP_MD_CTX_new();
    if (copy == NULL) {
        return wf_raise_no_memory(t);
    }
    wf_mutex_lock(t, &h->lock);
    int ok = lib->EVP_MD_CTX_copy_ex(copy, h->context);
    wf_mutex_unlock(&h->lock);
    if (ok && length > 0) {
        ok = extendable ? lib->EVP_DigestFinalXOF(copy, out, (size_t)length) : lib->EVP_DigestFinal_ex(copy, out, NULL);
    }
    lib->EVP_MD_CTX_free(copy);
    if (!ok) {
        return wf_crypto_fail(t, lib, WF_EXC(ValueError));
    }
    return hex ? wf_hex(t, out, length, WF_EMPTY, 0) : digest;
}
static WfValue hash_plain_digest(WfThread *t, WfValue *a)
{
    return hash_digest(t, self_hash(a[0]), -1, false);
}
static WfValue hash_hexdigest(WfThread *t, WfValue *a)
{
    return hash_digest(t, self_hash(a[0]), -1, true);
}

static WfValue hash_get_digest_size(WfThread *t, WfValue self)
{
    return wf_small_int(self_hash(self)->lib->EVP_MD_get_size(self_hash(self)->md));
}
static WfValue hash_get_no_size(WfThread *t, WfValue self)
{
    return wf_small_int(0);
}
static WfValue hash_get_block_size(WfThread *t, WfValue self)
{
    return wf_small_int(self_hash(self)->lib->EVP_MD_get_block_size(self_hash(self)->md));
}
static WfValue hash_get_name(WfThread *t, WfValue self)
{
    return wf_str_from_cstr(t, algorithm_name(self_hash(self)->lib, self_hash(self)->md));
}
static WfValue hash_repr(WfThread *t, WfValue self)
{
    return wf_str_format(t, "<%s %s object @ %p>", algorithm_name(self_hash(self)->lib, self_hash(self)->md), WF_TYPE_NAME(self),
                         (void *)wf_as_object(self));
}

/* --- _hashlib.HASH, _hashlib.HASHXOF ---------------------------------------------------------------------------------------- */

static const WfBuiltinDef hash_methods[] = {{"update", hash_update, "(self, obj, /)", "Hashes more bytes.", 0},
                                            {"digest", hash_plain_digest, "(self, /)", "The digest of what came so far.", 0},
                                            {"hexdigest", hash_hexdigest, "(self, /)", "The digest in hexadecimal.", 0},
                                            {"copy", hash_copy, "(self, /)", "Another hash that goes on from here.", 0},
                                            {0}};
static const WfGetSetDef hash_getsets[] = {{"digest_size", hash_get_digest_size, NULL, "Bytes of the digest.", 0},
                                           {"block_size", hash_get_block_size, NULL, "Bytes of a block.", 0},
                                           {"name", hash_get_name, NULL, "The algorithm's name.", 0},
                                           {0}};
const WfTypeSpec wf_hash_spec = {.name = "_hashlib.HASH",
                                 .doc = "A hash of bytes that may come piece by piece.",
                                 .flags = WF_TF_NO_NEW | WF_TF_BASETYPE,
                                 .size = sizeof(Hash),
                                 .methods = hash_methods,
                                 .getsets = hash_getsets,
                                 .slots = {.repr = hash_repr, .trace = wf_trace_none, .release = hash_release}};

static WfStatus length_argument(WfThread *t, WfValue v, int64_t *length)
{
    if (wf_to_ssize(t, v, length) != WF_OK) {
        return WF_RAISED;
    }
    return *length < 0 ? WF_FAIL(wf_raise_no_memory(t)) : WF_OK;
}
static WfValue xof_digest(WfThread *t, WfValue *a)
{
    int64_t length;
    return length_argument(t, a[1], &length) == WF_OK ? hash_digest(t, self_hash(a[0]), length, false) : WF_EMPTY;
}
static WfValue xof_hexdigest(WfThread *t, WfValue *a)
{
    int64_t length;
    return length_argument(t, a[1], &length) == WF_OK ? hash_digest(t, self_hash(a[0]), length, true) : WF_EMPTY;
}
static const WfBuiltinDef xof_methods[] = {{"digest", xof_digest, "(self, length)", "So many bytes of digest.", 0},
                                           {"hexdigest", xof_hexdigest, "(self, length)", "So many bytes of digest, in hexadecimal.", 0},
                                           {0}};
static const WfGetSetDef xof_getsets[] = {{"digest_size", hash_get_no_size, NULL, "0: as asked for.", 0}, {0}};
const WfTypeSpec wf_hashxof_spec = {.name = "_hashlib.HASHXOF",
                                    .doc = "A hash whose digest is as long as one asks.",
                                    .flags = WF_TF_NO_NEW | WF_TF_BASETYPE,
                                    .size = sizeof(Hash),
                                    .methods = xof_methods,
                                    .getsets = xof_getsets,
                                    .slots = {.repr = hash_repr, .trace = wf_trace_none, .release = hash_release}};

static WfValue m_new(WfThread *t, WfValue *a)
{
    if (!wf_is_str(a[0])) {
        return wf_raise(t, WF_EXC(TypeError), "name must be a string");
    }
    const char *name = wf_str_utf8(t, a[0], NULL);
    return name == NULL ? WF_EMPTY : hash_make(t, NULL, name, a[1], a[2]);
}

#define CONSTRUCTOR(algorithm) \
    static WfValue openssl_##algorithm(WfThread *t, WfValue *a) \
    { \
        return hash_make(t, NULL, #algorithm, a[0], a[1]); \
    }
#define EACH_CONSTRUCTOR(X) \
    X(md5) X(sha1) X(sha224) X(sha256) X(sha384) X(sha512) X(sha3_224) X(sha3_256) X(sha3_384) X(sha3_512) X(shake_128) X(shake_256)
EACH_CONSTRUCTOR(CONSTRUCTOR)

/* --- HMAC --------------------------------------------------------------------------------------------------------------- */

typedef struct Hmac {
    WfObject h;
    const WfCrypto *lib; /* immutable */
    const EVP_MD *md;    /* immutable; the context keeps it */
    HMAC_CTX *context;   /* guarded by `lock`; the pointer immutable */
    WfMutex lock;
} Hmac;

static Hmac *self_hmac(WfValue v)
{
    return WF_AS(Hmac, v);
}

static void hmac_release(WfObject *o)
{
    Hmac *h = (Hmac *)o;
    if (h->context != NULL) {
        h->lib->HMAC_CTX_free(h->context);
        h->context = NULL;
    }
}

static Hmac *hmac_alloc(WfThread *t, const WfCrypto *lib)
{
    Hmac *h = WF_NEW(t, Hmac, HMAC, NATIVE);
    if (h == NULL || wf_gc_register_release(t, &h->h) != WF_OK) {
        return NULL;
    }
    wf_gc_note_outside(t, 3 * CONTEXT_BYTES);
    h->lib = lib;
    h->lock.rank = WF_LOCK_STREAM;
    h->context = lib->HMAC_CTX_new();
    return h->context == NULL ? WF_FAIL_NULL(wf_raise_no_memory(t)) : h;
}

/* The algorithm that `digestmod` names: a str or one of this module's constructors. */
static EVP_MD *algorithm_argument(WfThread *t, WfCrypto *lib, WfValue digestmod)
{
    WfValue name = digestmod;
    if (!wf_is_str(name)) {
        WfValue table = wf_module_state_get(t, "_hashlib.constructors");
        WfFound found = wf_is_empty(table) ? WF_MISSING : wf_dict_get(t, wf_as_dict(table), digestmod, &name);
        if (found != WF_FOUND) {
            return WF_FAIL_NULL(found == WF_ERROR && !wf_clear_if(t, WF_EXC(TypeError))
                                    ? WF_EMPTY
                                    : wf_raise(t, WF_TYPE(UNSUPPORTED_DIGESTMOD), "Unsupported digestmod %R", digestmod));
        }
    }
    const char *text = wf_str_utf8(t, name, NULL);
    return text == NULL ? NULL : find_algorithm(t, lib, text, true);
}

static WfStatus hmac_add(WfThread *t, Hmac *h, WfValue data)
{
    WfBuffer b;
    if (wf_hash_input(t, data, &b) != WF_OK) {
        return WF_RAISED;
    }
    wf_mutex_lock(t, &h->lock);
    bool leave = b.length > WF_HASH_DETACH_MIN;
    if (leave) {
        wf_thread_detach(t);
    }
    int ok = h->lib->HMAC_Update(h->context, b.data, (size_t)b.length);
    if (leave) {
        wf_thread_attach(t);
    }
    wf_mutex_unlock(&h->lock);
    wf_buffer_release(t, &b);
    return ok ? WF_OK : WF_FAIL(wf_crypto_fail(t, h->lib, WF_EXC(ValueError)));
}

/* A new HMAC of the message, which may be None. */
static Hmac *hmac_make(WfThread *t, WfValue key, WfValue message, WfValue digestmod)
{
    WfCrypto *lib = wf_crypto(t);
    WfView k;
    if (lib == NULL || wf_view_get(t, key, &k) != WF_OK) {
        return NULL;
    }
    EVP_MD *md = NULL;
    if (k.length > INT_MAX) {
        (void)wf_raise(t, WF_EXC(OverflowError), "key is too long.");
    } else if (wf_is_empty(digestmod)) {
        (void)wf_raise(t, WF_EXC(TypeError), "Missing required parameter 'digestmod'.");
    } else {
        md = algorithm_argument(t, lib, digestmod);
    }
    Hmac *h = md == NULL ? NULL : hmac_alloc(t, lib);
    if (h != NULL && !lib->HMAC_Init_ex(h->context, k.data, (int)k.length, md, NULL)) {
        h = WF_FAIL_NULL(wf_crypto_fail(t, lib, WF_EXC(ValueError)));
    }
    lib->EVP_MD_free(md);
    wf_view_release(t, &k);
    if (h == NULL) {
        return NULL;
    }
    h->md = lib->HMAC_CTX_get_md(h->context);
    return wf_is_none(message) || hmac_add(t, h, message) == WF_OK ? h : NULL;
}

static WfValue hmac_result(WfThread *t, Hmac *h, bool hex)
{
    uint8_t out[EVP_MAX_MD_SIZE];
    unsigned int n = 0;
    HMAC_CTX *copy = h->lib->HMAC_CTX_new();
    if (copy == NULL) {
        return wf_raise_no_memory(t);
    }
    wf_mutex_lock(t, &h->lock);
    int ok = h->lib->HMAC_CTX_copy(copy, h->context);
    wf_mutex_unlock(&h->lock);
    ok = ok && h->lib->HMAC_Final(copy, out, &n);
    h->lib->HMAC_CTX_free(copy);
    return !ok ? wf_crypto_fail(t, h->lib, WF_EXC(ValueError)) : hex ? wf_hex(t, out, n, WF_EMPTY, 0) : wf_bytes_new(t, out, n);
}

static WfValue m_hmac_new(WfThread *t, WfValue *a)
{
    return wf_from_object(hmac_make(t, a[0], a[1], a[2]));
}
static WfValue m_hmac_digest(WfThread *t, WfValue *a)
{
    if (wf_is_str(a[1]) || !wf_has_buffer(a[1])) {
        return wf_raise(t, WF_EXC(TypeError), "a bytes-like object is required, not '%.100s'", WF_TYPE_NAME(a[1]));
    }
    Hmac *h = hmac_make(t, a[0], a[1], a[2]);
    return h == NULL ? WF_EMPTY : hmac_result(t, h, false);
}
static WfValue hmac_update(WfThread *t, WfValue *a)
{
    return hmac_add(t, self_hmac(a[0]), a[1]) == WF_OK ? WF_NONE : WF_EMPTY;
}
static WfValue hmac_digest(WfThread *t, WfValue *a)
{
    return hmac_result(t, self_hmac(a[0]), false);
}
static WfValue hmac_hexdigest(WfThread *t, WfValue *a)
{
    return hmac_result(t, self_hmac(a[0]), true);
}
static WfValue hmac_copy(WfThread *t, WfValue *a)
{
    Hmac *h = self_hmac(a[0]), *copy = hmac_alloc(t, h->lib);
    if (copy == NULL) {
        return WF_EMPTY;
    }
    wf_mutex_lock(t, &h->lock);
    int ok = h->lib->HMAC_CTX_copy(copy->context, h->context);
    wf_mutex_unlock(&h->lock);
    copy->md = h->md;
    return ok ? wf_from_object(copy) : wf_crypto_fail(t, h->lib, WF_EXC(ValueError));
}
static WfValue hmac_get_digest_size(WfThread *t, WfValue self)
{
    return wf_small_int(self_hmac(self)->lib->EVP_MD_get_size(self_hmac(self)->md));
}
static WfValue hmac_get_block_size(WfThread *t, WfValue self)
{
    return wf_small_int(self_hmac(self)->lib->EVP_MD_get_block_size(self_hmac(self)->md));
}
static WfValue hmac_get_name(WfThread *t, WfValue self)
{
    return wf_str_format(t, "hmac-%s", algorithm_name(self_hmac(self)->lib, self_hmac(self)->md));
}
static WfValue hmac_repr(WfThread *t, WfValue self)
{
    return wf_str_format(t, "<%s HMAC object @ %p>", algorithm_name(self_hmac(self)->lib, self_hmac(self)->md), (void *)wf_as_object(self));
}
static const WfBuiltinDef hmac_methods[] = {{"update", hmac_update, "(self, msg)", "Takes more of the message.", 0},
                                            {"digest", hmac_digest, "(self)", "The code of what came so far.", 0},
                                            {"hexdigest", hmac_hexdigest, "(self)", "The code in hexadecimal.", 0},
                                            {"copy", hmac_copy, "(self)", "Another one that goes on from here.", 0},
                                            {0}};
static const WfGetSetDef hmac_getsets[] = {{"digest_size", hmac_get_digest_size, NULL, "Bytes of the code.", 0},
                                           {"block_size", hmac_get_block_size, NULL, "Bytes of a block.", 0},
                                           {"name", hmac_get_name, NULL, "hmac- and the algorithm's name.", 0},
                                           {0}};
const WfTypeSpec wf_hmac_spec = {.name = "_hashlib.HMAC",
                                 .doc = "A message authentication code (RFC 2104).",
                                 .flags = WF_TF_NO_NEW,
                                 .size = sizeof(Hmac),
                                 .methods = hmac_methods,
                                 .getsets = hmac_getsets,
                                 .slots = {.repr = hmac_repr, .trace = wf_trace_none, .release = hmac_release}};
const WfTypeSpec wf_unsupported_digestmod_spec = {
    .name = "_hashlib.UnsupportedDigestmodError",
    .flags = WF_TF_BASETYPE | WF_TF_HAS_DICT | WF_TF_EXCEPTION | WF_TF_WEAKREFS,
    .size = offsetof(WfException, extra),
};

/* --- keys from passwords -------------------------------------------------------------------------------------------------- */

static WfValue m_pbkdf2(WfThread *t, WfValue *a)
{
    WfCrypto *lib = wf_crypto(t);
    int64_t iterations, length;
    if (lib == NULL) {
        return WF_EMPTY;
    }
    if (!wf_is_str(a[0])) {
        return wf_raise(t, WF_EXC(TypeError), "pbkdf2_hmac() argument 'hash_name' must be str, not %.50s", WF_TYPE_NAME(a[0]));
    }
    const char *name = wf_str_utf8(t, a[0], NULL);
    WfView password, salt = {0};
    if (name == NULL || wf_view_get(t, a[1], &password) != WF_OK) {
        return WF_EMPTY;
    }
    WfValue result = WF_EMPTY;
    EVP_MD *md = NULL;
    if (wf_view_get(t, a[2], &salt) != WF_OK) {
        wf_view_release(t, &password);
        return WF_EMPTY;
    }
    if (wf_to_i64(t, a[3], &iterations) != WF_OK || (md = find_algorithm(t, lib, name, true)) == NULL) {
        goto done;
    }
    if (password.length > INT_MAX || salt.length > INT_MAX) {
        (void)wf_raise(t, WF_EXC(OverflowError), "%s is too long.", password.length > INT_MAX ? "password" : "salt");
        goto done;
    }
    if (iterations < 1 || iterations > INT_MAX) {
        (void)(iterations < 1 ? wf_raise(t, WF_EXC(ValueError), "iteration value must be greater than 0.")
                              : wf_raise(t, WF_EXC(OverflowError), "iteration value is too great."));
        goto done;
    }
    if (wf_is_none(a[4])) {
        length = lib->EVP_MD_get_size(md);
    } else if (wf_to_i64(t, a[4], &length) != WF_OK) {
        goto done;
    }
    if (length < 1 || length > INT_MAX) {
        (void)(length < 1 ? wf_raise(t, WF_EXC(ValueError), "key length must be greater than 0.")
                          : wf_raise(t, WF_EXC(OverflowError), "key length is too great."));
        goto done;
    }
    WfValue key = wf_bytes_new(t, NULL, length);
    if (!wf_is_empty(key)) {
        uint8_t *out = wf_as_bytes(key)->data;
        wf_thread_detach(t);
        int ok = lib->PKCS5_PBKDF2_HMAC((const char *)password.data, (int)password.length, salt.data, (int)salt.length, (int)iterations, md,
                                        (int)length, out);
        wf_thread_attach(t);
        result = ok ? key : wf_crypto_fail(t, lib, WF_EXC(ValueError));
    }
done:
    lib->EVP_MD_free(md);
    wf_view_release(t, &salt);
    wf_view_release(t, &password);
    return result;
}

/* n, r or p of scrypt: an int that is given and not negative. */
static WfStatus scrypt_number(WfThread *t, WfValue v, const char *name, uint64_t *out)
{
    if (!wf_is_none(v) && !wf_is_any_int(v)) {
        return WF_FAIL(wf_raise(t, WF_EXC(TypeError), "scrypt() argument '%s' must be int, not %.50s", name, WF_TYPE_NAME(v)));
    }
    if (wf_is_none(v) || !wf_int_to_u64(v, out)) {
        return WF_FAIL(wf_raise(t, WF_EXC(TypeError), "%s is required and must be an unsigned int", name));
    }
    return WF_OK;
}

static WfValue m_scrypt(WfThread *t, WfValue *a)
{
    WfCrypto *lib = wf_crypto(t);
    static const char *const names[] = {"n", "r", "p"};
    uint64_t n[3];
    int64_t limit, length;
    WfView password, salt = {0};
    if (lib == NULL || wf_view_get(t, a[0], &password) != WF_OK) {
        return WF_EMPTY;
    }
    WfValue result = WF_EMPTY;
    if (wf_is_empty(a[1])) {
        (void)wf_raise(t, WF_EXC(TypeError), "salt is required");
        goto done;
    }
    for (int k = 0; k < 3; k++) {
        if (!wf_is_none(a[2 + k]) && !wf_is_any_int(a[2 + k])) {
            (void)scrypt_number(t, a[2 + k], names[k], &n[k]);
            goto done;
        }
    }
    if (wf_to_i64(t, a[5], &limit) != WF_OK || wf_to_i64(t, a[6], &length) != WF_OK || wf_view_get(t, a[1], &salt) != WF_OK) {
        goto done;
    }
    for (int k = 0; k < 3; k++) {
        if (scrypt_number(t, a[2 + k], names[k], &n[k]) != WF_OK) {
            goto done;
        }
        if (k == 0 && (n[0] < 2 || (n[0] & (n[0] - 1)) != 0)) {
            (void)wf_raise(t, WF_EXC(ValueError), "n must be a power of 2.");
            goto done;
        }
    }
    if (limit < 0 || limit > INT_MAX) {
        (void)wf_raise(t, WF_EXC(ValueError), "maxmem must be positive and smaller than %d", INT_MAX);
        goto done;
    }
    if (length < 1 || length > INT_MAX) {
        (void)wf_raise(t, WF_EXC(ValueError), "dklen must be greater than 0 and smaller than %d", INT_MAX);
        goto done;
    }
    if (!lib->EVP_PBE_scrypt(NULL, 0, NULL, 0, n[0], n[1], n[2], (uint64_t)limit, NULL, 0)) {
        lib->ERR_peek_last_error() != 0 ? wf_crypto_fail(t, lib, WF_EXC(ValueError))
                                        : wf_raise(t, WF_EXC(ValueError), "Invalid parameter combination for n, r, p, maxmem.");
        goto done;
    }
    WfValue key = wf_bytes_new(t, NULL, length);
    if (!wf_is_empty(key)) {
        uint8_t *out = wf_as_bytes(key)->data;
        wf_thread_detach(t);
        int ok = lib->EVP_PBE_scrypt((const char *)password.data, (size_t)password.length, salt.data, (size_t)salt.length, n[0], n[1], n[2],
                                     (uint64_t)limit, out, (size_t)length);
        wf_thread_attach(t);
        result = ok ? key : wf_crypto_fail(t, lib, WF_EXC(ValueError));
    }
done:
    wf_view_release(t, &salt);
    wf_view_release(t, &password);
    return result;
}

static WfValue m_fips(WfThread *t, WfValue *a)
{
    WfCrypto *lib = wf_crypto(t);
    return lib == NULL ? WF_EMPTY : wf_small_int(lib->EVP_default_properties_is_fips_enabled(NULL));
}

/* --- module _hashlib ------------------------------------------------------------------------------------------------------ */

#define FUNCTION_ROW(algorithm) \
    {"openssl_" #algorithm, openssl_##algorithm, "(string=b'', *, usedforsecurity=True)", "A " #algorithm " hash of the bytes.", 0},
static const WfBuiltinDef functions[] = {
    {"new", m_new, "(name, string=b'', *, usedforsecurity=True)", "A hash of the bytes by the algorithm of that name.", 0},
    EACH_CONSTRUCTOR(FUNCTION_ROW)
    {"hmac_new", m_hmac_new, "(key, msg=b'', digestmod=?)", "An HMAC.", 0},
    {"hmac_digest", m_hmac_digest, "(key, msg, digest)", "The HMAC of the message.", 0},
    {"pbkdf2_hmac", m_pbkdf2, "(hash_name, password, salt, iterations, dklen=None)", "A key from a password (PKCS #5).", 0},
    {"scrypt", m_scrypt, "(password, *, salt=?, n=None, r=None, p=None, maxmem=0, dklen=64)", "A key from a password (RFC 7914).", 0},
    {"compare_digest", wf_compare_digest, "(a, b, /)", "Whether the two are equal, in a time that does not tell where they differ.", 0},
    {"get_fips_mode", m_fips, "()", "Whether the library is held to the algorithms of FIPS 140-2.", 0},
    {0}};

typedef struct Names {
    const WfCrypto *lib;
    const char *items[256];
    int n;
} Names;

static void note_name(EVP_MD *md, void *arg)
{
    Names *names = arg;
    const char *name = algorithm_name(names->lib, md);
    if (name != NULL && names->n < 256) {
        names->items[names->n++] = name;
    }
}

static WfStatus add_names(WfThread *t, WfValue module)
{
    Names names = {.lib = wf_crypto(t)};
    WfValue items[256];
    if (names.lib == NULL) {
        return WF_RAISED;
    }
    names.lib->EVP_MD_do_all_provided(NULL, note_name, &names);
    for (int k = 0; k < names.n; k++) {
        items[k] = wf_str_from_cstr(t, names.items[k]);
        if (wf_is_empty(items[k])) {
            return WF_RAISED;
        }
    }
    return wf_module_add(t, module, "openssl_md_meth_names", wf_frozenset_from(t, items, names.n));
}

/* The table of constructors by which hmac_new knows them. */
static WfStatus add_constructors(WfThread *t, WfValue module)
{
    WfValue table = wf_dict_new(t);
    for (const WfBuiltinDef *f = functions; !wf_is_empty(table) && f->name != NULL; f++) {
        if (strncmp(f->name, "openssl_", 8) == 0) {
            WfValue function = wf_getattr_cstr(t, module, f->name), name = wf_str_from_cstr(t, f->name + 8);
            if (wf_is_empty(function) || wf_is_empty(name) || wf_dict_set(t, wf_as_dict(table), function, name) != WF_OK) {
                return WF_RAISED;
            }
        }
    }
    table = wf_is_empty(table) ? table : wf_module_state_keep(t, "_hashlib.constructors", table);
    return wf_is_empty(table) ? WF_RAISED : wf_module_add(t, module, "_constructors", wf_mappingproxy_new(t, table));
}

static WfStatus hashlib_init(WfThread *t, WfValue module)
{
    if (add_names(t, module) != WF_OK || add_constructors(t, module) != WF_OK
        || wf_module_add_type(t, module, WF_TYPE(HASH)) != WF_OK || wf_module_add_type(t, module, WF_TYPE(HASHXOF)) != WF_OK
        || wf_module_add_type(t, module, WF_TYPE(HMAC)) != WF_OK) {
        return WF_RAISED;
    }
    return wf_module_add_type(t, module, WF_TYPE(UNSUPPORTED_DIGESTMOD));
}
const WfModuleDef wf_module__hashlib = {.name = "_hashlib", .doc = "OpenSSL's hashes.", .functions = functions, .init = hashlib_init};

/* --- _md5, _sha1, _sha256, _sha512 ----------------------------------------------------------------------------------------- */

#define SMALL_TYPE(module, algorithm, ID) \
    const WfTypeSpec wf_##algorithm##_spec = {.name = #module "." #algorithm, \
                                              .flags = WF_TF_NO_NEW, \
                                              .size = sizeof(Hash), \
                                              .methods = hash_methods, \
                                              .getsets = hash_getsets, \
                                              .slots = {.trace = wf_trace_none, .release = hash_release}}; \
    static WfValue small_##algorithm(WfThread *t, WfValue *a) \
    { \
        return hash_make(t, WF_TYPE(ID), #algorithm, a[0], a[1]); \
    }
#define SMALL_ROW(algorithm) \
    {#algorithm, small_##algorithm, "(string=b'', *, usedforsecurity=True)", "A " #algorithm " hash of the bytes.", 0}
#define SMALL_MODULE(module_name, type1, ID1, type2, ID2) \
    static WfStatus init_##module_name(WfThread *t, WfValue module) \
    { \
        if (wf_type_ready(t, WF_TYPE(ID1)) != WF_OK || wf_module_add(t, module, type1, wf_from_object(WF_TYPE(ID1))) != WF_OK \
            || wf_type_ready(t, WF_TYPE(ID2)) != WF_OK) { \
            return WF_RAISED; \
        } \
        return wf_module_add(t, module, type2, wf_from_object(WF_TYPE(ID2))); \
    } \
    const WfModuleDef wf_module_##module_name = {.name = #module_name, .functions = functions_##module_name, .init = init_##module_name};

SMALL_TYPE(_md5, md5, MD5)
SMALL_TYPE(_sha1, sha1, SHA1)
SMALL_TYPE(_sha256, sha224, SHA224)
SMALL_TYPE(_sha256, sha256, SHA256)
SMALL_TYPE(_sha512, sha384, SHA384)
SMALL_TYPE(_sha512, sha512, SHA512)
static const WfBuiltinDef functions__md5[] = {SMALL_ROW(md5), {0}};
static const WfBuiltinDef functions__sha1[] = {SMALL_ROW(sha1), {0}};
static const WfBuiltinDef functions__sha256[] = {SMALL_ROW(sha224), SMALL_ROW(sha256), {0}};
static const WfBuiltinDef functions__sha512[] = {SMALL_ROW(sha384), SMALL_ROW(sha512), {0}};
SMALL_MODULE(_md5, "MD5Type", MD5, "MD5Type", MD5)
SMALL_MODULE(_sha1, "SHA1Type", SHA1, "SHA1Type", SHA1)
SMALL_MODULE(_sha256, "SHA224Type", SHA224, "SHA256Type", SHA256)
SMALL_MODULE(_sha512, "SHA384Type", SHA384, "SHA512Type", SHA512)

/* --- _sha3 -------------------------------------------------------------------------------------------------------------------- */

static WfValue sha3_get_capacity(WfThread *t, WfValue self)
{
    return wf_small_int(1600 - 8 * self_hash(self)->lib->EVP_MD_get_block_size(self_hash(self)->md));
}
static WfValue sha3_get_rate(WfThread *t, WfValue self)
{
    return wf_small_int(8 * self_hash(self)->lib->EVP_MD_get_block_size(self_hash(self)->md));
}
static WfValue sha3_get_suffix(WfThread *t, WfValue self)
{
    return wf_bytes_new(t, "\x06", 1);
}
static WfValue shake_get_suffix(WfThread *t, WfValue self)
{
    return wf_bytes_new(t, "\x1f", 1);
}
/* The length of a digest, as an unsigned C int. */
static WfStatus shake_length(WfThread *t, WfValue v, int64_t *length)
{
    uint64_t n;
    if (!wf_is_any_int(v)) {
        return WF_FAIL(wf_raise(t, WF_EXC(TypeError), "an integer is required"));
    }
    if (wf_int_sign(v) < 0) {
        return WF_FAIL(wf_raise(t, WF_EXC(ValueError), "value must be positive"));
    }
    if (!wf_int_to_u64(v, &n) || n >= 1 << 29) {
        return WF_FAIL(wf_raise(t, WF_EXC(ValueError), "length is too large"));
    }
    *length = (int64_t)n;
    return WF_OK;
}
static WfValue shake_digest(WfThread *t, WfValue *a)
{
    int64_t length;
    return shake_length(t, a[1], &length) == WF_OK ? hash_digest(t, self_hash(a[0]), length, false) : WF_EMPTY;
}
static WfValue shake_hexdigest(WfThread *t, WfValue *a)
{
    int64_t length;
    return shake_length(t, a[1], &length) == WF_OK ? hash_digest(t, self_hash(a[0]), length, true) : WF_EMPTY;
}
static const WfBuiltinDef shake_methods[] = {{"update", hash_update, "(self, data, /)", "Hashes more bytes.", 0},
                                             {"digest", shake_digest, "(self, length, /)", "So many bytes of digest.", 0},
                                             {"hexdigest", shake_hexdigest, "(self, length, /)", "So many bytes of digest, in hexadecimal.", 0},
                                             {"copy", hash_copy, "(self, /)", "Another hash that goes on from here.", 0},
                                             {0}};
#define SHA3_GETSETS(size, suffix) \
    {"digest_size", size, NULL, "Bytes of the digest.", 0}, {"block_size", hash_get_block_size, NULL, "Bytes of a block.", 0}, \
        {"name", hash_get_name, NULL, "The algorithm's name.", 0}, {"_capacity_bits", sha3_get_capacity, NULL, NULL, 0}, \
        {"_rate_bits", sha3_get_rate, NULL, NULL, 0}, \
    { \
        "_suffix", suffix, NULL, NULL, 0 \
    }
static const WfGetSetDef sha3_getsets[] = {SHA3_GETSETS(hash_get_digest_size, sha3_get_suffix), {0}};
static const WfGetSetDef shake_getsets[] = {SHA3_GETSETS(hash_get_no_size, shake_get_suffix), {0}};
#define SHA3_TYPE(algorithm, ID, kind_methods, kind_getsets) \
    static WfValue algorithm##_new(WfThread *t, WfType *type, const WfArgs *args) \
    { \
        WfValue a[2]; \
        if (wf_parse_args(t, "sha3_224", "(data=?, /, *, usedforsecurity=True)", args, a, 2) != WF_OK) { \
            return WF_EMPTY; \
        } \
        return hash_make(t, type, #algorithm, a[0], a[1]); \
    } \
    const WfTypeSpec wf_##algorithm##_spec = {.name = "_sha3." #algorithm, \
                                              .size = sizeof(Hash), \
                                              .methods = kind_methods, \
                                              .getsets = kind_getsets, \
                                              .slots = {.new_ = algorithm##_new, .trace = wf_trace_none, .release = hash_release}};
SHA3_TYPE(sha3_224, SHA3_224, hash_methods, sha3_getsets)
SHA3_TYPE(sha3_256, SHA3_256, hash_methods, sha3_getsets)
SHA3_TYPE(sha3_384, SHA3_384, hash_methods, sha3_getsets)
SHA3_TYPE(sha3_512, SHA3_512, hash_methods, sha3_getsets)
SHA3_TYPE(shake_128, SHAKE_128, shake_methods, shake_getsets)
SHA3_TYPE(shake_256, SHAKE_256, shake_methods, shake_getsets)

static WfStatus sha3_init(WfThread *t, WfValue module)
{
    WfType *const types[] = {WF_TYPE(SHA3_224), WF_TYPE(SHA3_256), WF_TYPE(SHA3_384), WF_TYPE(SHA3_512), WF_TYPE(SHAKE_128), WF_TYPE(SHAKE_256)};
    for (size_t k = 0; k < sizeof types / sizeof *types; k++) {
        if (wf_module_add_type(t, module, types[k]) != WF_OK) {
            return WF_RAISED;
        }
    }
    return wf_module_add_str(t, module, "implementation", "OpenSSL");
}
const WfModuleDef wf_module__sha3 = {.name = "_sha3", .doc = "SHA-3 and SHAKE.", .init = sha3_init};
