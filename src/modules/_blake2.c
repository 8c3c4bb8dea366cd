/* _blake2.c - module _blake2: BLAKE2b and BLAKE2s with all their parameters (RFC 7693), by libb2.
 * SPDX-License-Identifier: MIT
 *
 * Design:  OpenSSL has neither salt, personalisation without a key, nor tree hashing; libb2 is the authors' own. The
 *          two types differ in word size; what they do stands once, with a switch where the library has two functions.
 * Threads: the state is guarded by the object's lock, which is held while much data is hashed detached. */
#include "model/builtin.h"
#include "modules/hashing.h"
#include "objects/bytes.h"
#include "objects/dict.h"
#include "objects/int.h"
#include "objects/str.h"
#include "sched/lock.h"

#include <blake2.h>
#include <endian.h>
#include <stdio.h>

typedef struct Blake {
    WfObject h;
    bool big;         /* BLAKE2b; immutable */
    uint8_t size;     /* of the digest; immutable */
    WfMutex lock;     /* guards the state */
    union {
        blake2b_state b;
        blake2s_state s;
    } state;
} Blake;

static Blake *self_blake(WfValue v)
{
    return WF_AS(Blake, v);
}

static void add_bytes(Blake *x, const uint8_t *p, size_t n)
{
    if (x->big) {
        (void)blake2b_update(&x->state.b, p, n);
    } else {
        (void)blake2s_update(&x->state.s, p, n);
    }
}

static WfStatus add(WfThread *t, Blake *x, WfValue data)
{
    WfBuffer b;
    if (wf_hash_input(t, data, &b) != WF_OK) {
        return WF_RAISED;
    }
    wf_mutex_lock(t, &x->lock);
    bool leave = b.length > WF_HASH_DETACH_MIN;
    if (leave) {
        wf_thread_detach(t);
    }
    add_bytes(x, b.data, (size_t)b.length);
    if (leave) {
        wf_thread_attach(t);
    }
    wf_mutex_unlock(&x->lock);
    wf_buffer_release(t, &b);
    return WF_OK;
}

/* What both parameter blocks are filled from. */
typedef struct Parameters {
    int size, fanout, depth, node_depth, inner_size;
    uint64_t leaf_size, node_offset;
    WfView key, salt, person;
    bool last_node;
} Parameters;

/* A number from least to most. */
static WfStatus small_number(WfThread *t, WfValue v, const char *format, int least, int most, int *out)
{
    if (wf_to_int(t, v, out) != WF_OK) {
        return WF_RAISED;
    }
    return *out < least || *out > most ? WF_FAIL(wf_raise(t, WF_EXC(ValueError), format, most)) : WF_OK;
}

static WfStatus large_number(WfThread *t, WfValue v, const char *name, uint64_t most, uint64_t *out)
{
    if (!wf_is_any_int(v)) {
        return WF_FAIL(wf_raise(t, WF_EXC(TypeError), "an integer is required"));
    }
    if (wf_int_sign(v) < 0) {
        return WF_FAIL(wf_raise(t, WF_EXC(ValueError), "value must be positive"));
    }
    if (!wf_int_to_u64(v, out)) {
        return WF_FAIL(wf_raise(t, WF_EXC(OverflowError), "int too big to convert"));
    }
    return *out > most ? WF_FAIL(wf_raise(t, WF_EXC(OverflowError), "%s is too large", name)) : WF_OK;
}

static WfStatus bytes_parameter(WfThread *t, WfValue v, const char *name, int64_t most, WfView *out)
{
    if (wf_view_get(t, v, out) != WF_OK) {
        return WF_RAISED;
    }
    return out->length > most ? WF_FAIL(wf_raise(t, WF_EXC(ValueError), "maximum %s length is %zd bytes", name, most)) : WF_OK;
}

enum { DATA, DIGEST_SIZE, KEY, SALT, PERSON, FANOUT, DEPTH, LEAF_SIZE, NODE_OFFSET, NODE_DEPTH, INNER_SIZE, LAST_NODE, FOR_SECURITY, N_PARAMETERS };

static WfStatus read_parameters(WfThread *t, const WfValue *a, bool big, Parameters *p)
{
    int max_size = big ? BLAKE2B_OUTBYTES : BLAKE2S_OUTBYTES, unused;
    p->size = max_size;
    /* all C ints first: their types are checked before any range */
    static const int ints[] = {DIGEST_SIZE, FANOUT, DEPTH, NODE_DEPTH, INNER_SIZE};
    for (size_t k = 0; k < sizeof ints / sizeof *ints; k++) {
        if (!wf_is_empty(a[ints[k]]) && wf_to_int(t, a[ints[k]], &unused) != WF_OK) {
            return WF_RAISED;
        }
    }
    if (wf_to_bool(t, a[LAST_NODE], &p->last_node) != WF_OK
        || (!wf_is_empty(a[DIGEST_SIZE])
            && small_number(t, a[DIGEST_SIZE], "digest_size must be between 1 and %d bytes", 1, max_size, &p->size) != WF_OK)
        || bytes_parameter(t, a[SALT], "salt", big ? BLAKE2B_SALTBYTES : BLAKE2S_SALTBYTES, &p->salt) != WF_OK
        || bytes_parameter(t, a[PERSON], "person", big ? BLAKE2B_PERSONALBYTES : BLAKE2S_PERSONALBYTES, &p->person) != WF_OK
        || small_number(t, a[FANOUT], "fanout must be between 0 and %d", 0, 255, &p->fanout) != WF_OK
        || small_number(t, a[DEPTH], "depth must be between 1 and %d", 1, 255, &p->depth) != WF_OK
        || large_number(t, a[LEAF_SIZE], "leaf_size", UINT32_MAX, &p->leaf_size) != WF_OK
        || large_number(t, a[NODE_OFFSET], "node_offset", big ? UINT64_MAX : ((uint64_t)1 << 48) - 1, &p->node_offset) != WF_OK
        || small_number(t, a[NODE_DEPTH], "node_depth must be between 0 and %d", 0, 255, &p->node_depth) != WF_OK
        || small_number(t, a[INNER_SIZE], "inner_size must be between 0 and is %d", 0, max_size, &p->inner_size) != WF_OK) {
        return WF_RAISED;
    }
    return bytes_parameter(t, a[KEY], "key", big ? BLAKE2B_KEYBYTES : BLAKE2S_KEYBYTES, &p->key);
}

/* Starts the hash; the key is its first block. */
static void start(Blake *x, const Parameters *p)
{
    uint8_t block[BLAKE2B_BLOCKBYTES] = {0};
    if (x->big) {
        blake2b_param b = {.digest_length = (uint8_t)p->size,
                           .key_length = (uint8_t)p->key.length,
                           .fanout = (uint8_t)p->fanout,
                           .depth = (uint8_t)p->depth,
                           .leaf_length = htole32((uint32_t)p->leaf_size),
                           .node_offset = htole64(p->node_offset),
                           .node_depth = (uint8_t)p->node_depth,
                           .inner_length = (uint8_t)p->inner_size};
        memcpy(b.salt, p->salt.data, (size_t)p->salt.length);
        memcpy(b.personal, p->person.data, (size_t)p->person.length);
        (void)blake2b_init_param(&x->state.b, &b);
        x->state.b.last_node = p->last_node;
    } else {
        blake2s_param s = {.digest_length = (uint8_t)p->size,
                           .key_length = (uint8_t)p->key.length,
                           .fanout = (uint8_t)p->fanout,
                           .depth = (uint8_t)p->depth,
                           .leaf_length = htole32((uint32_t)p->leaf_size),
                           .node_depth = (uint8_t)p->node_depth,
                           .inner_length = (uint8_t)p->inner_size};
        for (int k = 0; k < 6; k++) {
            s.node_offset[k] = (uint8_t)(p->node_offset >> (8 * k));
        }
        memcpy(s.salt, p->salt.data, (size_t)p->salt.length);
        memcpy(s.personal, p->person.data, (size_t)p->person.length);
        (void)blake2s_init_param(&x->state.s, &s);
        x->state.s.last_node = p->last_node;
    }
    if (p->key.length > 0) {
        memcpy(block, p->key.data, (size_t)p->key.length);
        add_bytes(x, block, x->big ? BLAKE2B_BLOCKBYTES : BLAKE2S_BLOCKBYTES);
    }
}

static WfValue make(WfThread *t, WfType *type, const WfArgs *args, bool big)
{
    WfValue a[N_PARAMETERS];
    if (wf_parse_args(t, big ? "blake2b" : "blake2s",
                      "(data=?, /, *, digest_size=?, key=b'', salt=b'', person=b'', fanout=1, depth=1, leaf_size=0, node_offset=0, "
                      "node_depth=0, inner_size=0, last_node=False, usedforsecurity=True)",
                      args, a, N_PARAMETERS)
        != WF_OK) {
        return WF_EMPTY;
    }
    Parameters p = {0};
    Blake *x = NULL;
    if (read_parameters(t, a, big, &p) == WF_OK && (x = (Blake *)wf_instance_new(t, type, 0)) != NULL) {
        x->big = big;
        x->size = (uint8_t)p.size;
        x->lock.rank = WF_LOCK_STREAM;
        start(x, &p);
    }
    wf_view_release(t, &p.key);
    wf_view_release(t, &p.salt);
    wf_view_release(t, &p.person);
    return x == NULL || (!wf_is_empty(a[DATA]) && add(t, x, a[DATA]) != WF_OK) ? WF_EMPTY : wf_from_object(x);
}
static WfValue blake2b_make(WfThread *t, WfType *type, const WfArgs *args)
{
    return make(t, type, args, true);
}
static WfValue blake2s_make(WfThread *t, WfType *type, const WfArgs *args)
{
    return make(t, type, args, false);
}

static WfValue blake_update(WfThread *t, WfValue *a)
{
    return add(t, self_blake(a[0]), a[1]) == WF_OK ? WF_NONE : WF_EMPTY;
}

static WfValue blake_copy(WfThread *t, WfValue *a)
{
    Blake *x = self_blake(a[0]), *copy = (Blake *)wf_instance_new(t, wf_type(a[0]), 0);
    if (copy != NULL) {
        copy->big = x->big;
        copy->size = x->size;
        copy->lock.rank = WF_LOCK_STREAM;
        wf_mutex_lock(t, &x->lock);
        copy->state = x->state;
        wf_mutex_unlock(&x->lock);
    }
    return wf_from_object(copy);
}

static void finish(WfThread *t, Blake *x, uint8_t out[BLAKE2B_OUTBYTES])
{
    wf_mutex_lock(t, &x->lock);
    Blake copy = *x;
    wf_mutex_unlock(&x->lock);
    if (copy.big) {
        (void)blake2b_final(&copy.state.b, out, copy.size);
    } else {
        (void)blake2s_final(&copy.state.s, out, copy.size);
    }
}
static WfValue blake_digest(WfThread *t, WfValue *a)
{
    uint8_t out[BLAKE2B_OUTBYTES];
    finish(t, self_blake(a[0]), out);
    return wf_bytes_new(t, out, self_blake(a[0])->size);
}
static WfValue blake_hexdigest(WfThread *t, WfValue *a)
{
    uint8_t out[BLAKE2B_OUTBYTES];
    finish(t, self_blake(a[0]), out);
    return wf_hex(t, out, self_blake(a[0])->size, WF_EMPTY, 0);
}
static WfValue get_digest_size(WfThread *t, WfValue self)
{
    return wf_small_int(self_blake(self)->size);
}
static WfValue get_block_size(WfThread *t, WfValue self)
{
    return wf_small_int(self_blake(self)->big ? BLAKE2B_BLOCKBYTES : BLAKE2S_BLOCKBYTES);
}
static WfValue get_name(WfThread *t, WfValue self)
{
    return wf_str_from_cstr(t, self_blake(self)->big ? "blake2b" : "blake2s");
}
static const WfBuiltinDef methods[] = {{"update", blake_update, "(self, data, /)", "Hashes more bytes.", 0},
                                       {"digest", blake_digest, "(self, /)", "The digest of what came so far.", 0},
                                       {"hexdigest", blake_hexdigest, "(self, /)", "The digest in hexadecimal.", 0},
                                       {"copy", blake_copy, "(self, /)", "Another hash that goes on from here.", 0},
                                       {0}};
static const WfGetSetDef getsets[] = {{"digest_size", get_digest_size, NULL, "Bytes of the digest.", 0},
                                      {"block_size", get_block_size, NULL, "Bytes of a block.", 0},
                                      {"name", get_name, NULL, "The algorithm's name.", 0},
                                      {0}};
const WfTypeSpec wf_blake2b_spec = {.name = "_blake2.blake2b",
                                    .doc = "BLAKE2b, for 64-bit machines.",
                                    .signature = "(data=b'', /, *, digest_size=64, key=b'', salt=b'', person=b'', fanout=1, depth=1, leaf_size=0, "
                                                 "node_offset=0, node_depth=0, inner_size=0, last_node=False, usedforsecurity=True)",
                                    .size = sizeof(Blake),
                                    .methods = methods,
                                    .getsets = getsets,
                                    .slots = {.new_ = blake2b_make, .trace = wf_trace_none}};
const WfTypeSpec wf_blake2s_spec = {.name = "_blake2.blake2s",
                                    .doc = "BLAKE2s, for smaller machines.",
                                    .signature = "(data=b'', /, *, digest_size=32, key=b'', salt=b'', person=b'', fanout=1, depth=1, leaf_size=0, "
                                                 "node_offset=0, node_depth=0, inner_size=0, last_node=False, usedforsecurity=True)",
                                    .size = sizeof(Blake),
                                    .methods = methods,
                                    .getsets = getsets,
                                    .slots = {.new_ = blake2s_make, .trace = wf_trace_none}};

/* Adds the type with its sizes, as attributes of it and, with `prefix`, of the module. */
static WfStatus add_type(WfThread *t, WfValue module, WfType *type, const char *prefix, const int sizes[4])
{
    static const char *const names[] = {"SALT_SIZE", "PERSON_SIZE", "MAX_KEY_SIZE", "MAX_DIGEST_SIZE"};
    if (wf_module_add_type(t, module, type) != WF_OK) {
        return WF_RAISED;
    }
    for (int k = 0; k < 4; k++) {
        char name[40];
        snprintf(name, sizeof name, "%s_%s", prefix, names[k]);
        if (wf_dict_set_cstr(t, WF_LOAD(WfDict, &type->dict), names[k], wf_small_int(sizes[k])) != WF_OK
            || wf_module_add_int(t, module, name, sizes[k]) != WF_OK) {
            return WF_RAISED;
        }
    }
    return WF_OK;
}
static WfStatus blake2_init(WfThread *t, WfValue module)
{
    static const int sizes_b[] = {BLAKE2B_SALTBYTES, BLAKE2B_PERSONALBYTES, BLAKE2B_KEYBYTES, BLAKE2B_OUTBYTES};
    static const int sizes_s[] = {BLAKE2S_SALTBYTES, BLAKE2S_PERSONALBYTES, BLAKE2S_KEYBYTES, BLAKE2S_OUTBYTES};
    return add_type(t, module, WF_TYPE(BLAKE2B), "BLAKE2B", sizes_b) != WF_OK ? WF_RAISED
                                                                              : add_type(t, module, WF_TYPE(BLAKE2S), "BLAKE2S", sizes_s);
}
const WfModuleDef wf_module__blake2 = {.name = "_blake2", .doc = "BLAKE2b and BLAKE2s.", .init = blake2_init};
