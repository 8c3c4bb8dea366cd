/* zlib.c - module zlib: compression with the system's zlib.
 * SPDX-License-Identifier: MIT
 *
 * Design:  Output goes into a collected buffer that doubles; the library's z_stream lies in the object's cell (cells do not move)
 *          and is ended by flush() or, for an object found dead, by `release`.
 * Threads: the library runs while the thread is detached, so that others go on. Each object has a lock for its z_stream, held
 *          over a whole call; no Python code runs under it. */
#include "model/builtin.h"
#include "modules/hashing.h"
#include "objects/bytes.h"
#include "objects/exceptions.h"
#include "objects/int.h"
#include "objects/str.h"

#include <limits.h>
#include <zlib.h>

#define ZLIB_ERROR WF_EXC(ZLIB_ERROR)
#define BUFFER_SIZE (16 * 1024)
#define MEM_LEVEL 8
#define CHECKSUM_MIN (5 * 1024) /* less is quicker to work on than it is to leave and enter the world */
#define STREAM_MIN 1024
#define DEFLATE_BYTES (64 * 1024) /* a quarter of what the library holds for a stream: most are ended by flush() soon */
#define INFLATE_BYTES (10 * 1024)

const WfTypeSpec wf_zlib_error_spec = {
    .name = "zlib.error",
    .flags = WF_TF_BASETYPE | WF_TF_HAS_DICT | WF_TF_EXCEPTION | WF_TF_WEAKREFS,
    .size = offsetof(WfException, extra),
};

/* `why`: the stream's msg, which is constant text or NULL. */
static WF_COLD WfValue fail(WfThread *t, const char *why, int err, const char *what)
{
    why = err == Z_VERSION_ERROR ? "library version mismatch" : why;
    if (why == NULL) {
        why = err == Z_BUF_ERROR      ? "incomplete or truncated stream"
              : err == Z_STREAM_ERROR ? "inconsistent stream state"
              : err == Z_DATA_ERROR   ? "invalid input data"
                                      : NULL;
    }
    return why == NULL ? wf_raise(t, ZLIB_ERROR, "Error %d %s", err, what) : wf_raise(t, ZLIB_ERROR, "Error %d %s: %.200s", err, what, why);
}

static WF_COLD WfValue no_memory(WfThread *t, const char *message)
{
    return wf_raise(t, WF_EXC(MemoryError), "%s", message);
}

/* --- running the library ------------------------------------------------------------------------------------------------ */

/* What has been made so far: the first bytes of `raw`, up to z->next_out. */
typedef struct Output {
    WfRaw *raw;
    int64_t first; /* size to begin with */
    int64_t limit; /* most bytes to make */
} Output;

static int64_t made(const Output *o, const z_stream *z)
{
    return o->raw == NULL ? 0 : (int64_t)(z->next_out - o->raw->data);
}

/* A first size for the output of n bytes, at most `most`: a small buffer is quicker to have than one of the usual size. */
static int64_t first_size(int64_t n, int64_t most)
{
    return n < most / 8 - 16 ? n * 4 + 64 : most;
}

/* Room for output behind what has been made. MISSING: the limit is reached. */
static WfFound more_room(WfThread *t, Output *o, z_stream *z)
{
    int64_t n = made(o, z), size = o->raw == NULL ? o->first : o->raw->size;
    if (o->raw == NULL || n == size) {
        if (n == o->limit) {
            return WF_MISSING;
        }
        size = o->raw == NULL ? size : size > INT64_MAX / 2 ? INT64_MAX : size * 2;
        size = size > o->limit ? o->limit : size;
        WfRaw *raw = wf_gc_alloc_raw(t, size, false);
        if (raw == NULL) {
            return WF_ERROR;
        }
        if (n > 0) {
            memcpy(raw->data, o->raw->data, (size_t)n);
        }
        raw->size = size;
        o->raw = raw;
        z->next_out = raw->data + n;
    }
    size -= n;
    z->avail_out = size > UINT_MAX ? UINT_MAX : (uInt)size;
    return WF_FOUND;
}

static WfValue finish_output(WfThread *t, const Output *o, const z_stream *z)
{
    return wf_bytes_new(t, o->raw == NULL ? (const uint8_t *)"" : o->raw->data, made(o, z));
}

typedef int StreamFn(z_stream *z, int flush);

static int run(WfThread *t, StreamFn *fn, z_stream *z, int flush, bool leave)
{
    if (leave) {
        wf_thread_detach(t);
    }
    int err = fn(z, flush);
    if (leave) {
        wf_thread_attach(t);
    }
    return err;
}

/* Deflates all n bytes (data NULL: what the stream holds back); *err is what the library said last. WF_RAISED: no memory for the output. */
static WfStatus deflate_all(WfThread *t, z_stream *z, const uint8_t *data, int64_t n, int flush, Output *o, int *err)
{
    int64_t left = n;
    z->next_in = (Bytef *)(uintptr_t)data;
    do {
        z->avail_in = left > UINT_MAX ? UINT_MAX : (uInt)left;
        left -= z->avail_in;
        do {
            if (more_room(t, o, z) == WF_ERROR) {
                return WF_RAISED;
            }
            *err = run(t, deflate, z, left > 0 ? Z_NO_FLUSH : flush, n > STREAM_MIN || data == NULL);
            if (*err == Z_STREAM_ERROR) {
                return WF_OK;
            }
        } while (z->avail_out == 0);
    } while (left > 0);
    return WF_OK;
}

typedef struct Stream Stream;
static bool give_dictionary(Stream *s, int *err);

/* Inflates up to n bytes until the stream or the room allowed for output ends; s NULL: no object to ask for a dictionary. */
static WfStatus inflate_all(WfThread *t, z_stream *z, Stream *s, const uint8_t *data, int64_t n, int flush, Output *o, int *err)
{
    int64_t left = n;
    z->next_in = (Bytef *)(uintptr_t)data;
    z->avail_in = z->avail_out = 0;
    *err = Z_OK;
    do {
        left += z->avail_in;
        z->avail_in = left > UINT_MAX ? UINT_MAX : (uInt)left;
        left -= z->avail_in;
        do {
            WfFound room = more_room(t, o, z);
            if (room != WF_FOUND) {
                return room == WF_ERROR ? WF_RAISED : WF_OK;
            }
            *err = run(t, inflate, z, s != NULL || left == 0 ? flush : Z_NO_FLUSH, n > STREAM_MIN);
            if (*err != Z_OK && *err != Z_BUF_ERROR && *err != Z_STREAM_END && !(*err == Z_NEED_DICT && give_dictionary(s, err))) {
                return WF_OK;
            }
        } while (z->avail_out == 0 || *err == Z_NEED_DICT);
    } while (*err != Z_STREAM_END && left > 0);
    return WF_OK;
}

/* --- whole texts -------------------------------------------------------------------------------------------------------- */

static WfValue m_compress(WfThread *t, WfValue *a)
{
    int level, wbits, err;
    WfView in;
    if (wf_to_int(t, a[1], &level) != WF_OK || wf_to_int(t, a[2], &wbits) != WF_OK || wf_view_get(t, a[0], &in) != WF_OK) {
        return WF_EMPTY;
    }
    z_stream z = {0};
    WfValue result = WF_EMPTY;
    err = deflateInit2(&z, level, Z_DEFLATED, wbits, MEM_LEVEL, Z_DEFAULT_STRATEGY);
    if (err == Z_OK) {
        Output o = {.first = (int64_t)deflateBound(&z, (uLong)in.length), .limit = INT64_MAX};
        WfStatus status = deflate_all(t, &z, in.data, in.length, Z_FINISH, &o, &err);
        const char *msg = z.msg;
        int ended = deflateEnd(&z);
        if (status == WF_OK) {
            result = err == Z_STREAM_ERROR ? fail(t, msg, err, "while compressing data")
                     : ended != Z_OK       ? fail(t, msg, ended, "while finishing compression")
                                           : finish_output(t, &o, &z);
        }
    } else if (err == Z_MEM_ERROR) {
        (void)no_memory(t, "Out of memory while compressing data");
    } else if (err == Z_STREAM_ERROR) {
        (void)wf_raise(t, ZLIB_ERROR, "Bad compression level");
    } else {
        (void)fail(t, z.msg, err, "while compressing data");
    }
    wf_view_release(t, &in);
    return result;
}

static WfValue m_decompress(WfThread *t, WfValue *a)
{
    int wbits, err;
    int64_t size;
    WfView in;
    if (wf_to_int(t, a[1], &wbits) != WF_OK || wf_to_ssize(t, a[2], &size) != WF_OK || wf_view_get(t, a[0], &in) != WF_OK) {
        return WF_EMPTY;
    }
    z_stream z = {0};
    WfValue result = WF_EMPTY;
    if (size < 0) {
        (void)wf_raise(t, WF_EXC(ValueError), "bufsize must be non-negative");
    } else if ((err = inflateInit2(&z, wbits)) == Z_OK) {
        Output o = {.first = size == 0 ? 1 : first_size(in.length, size), .limit = INT64_MAX};
        WfStatus status = inflate_all(t, &z, NULL, in.data, in.length, Z_FINISH, &o, &err);
        const char *msg = z.msg;
        int ended = inflateEnd(&z);
        if (status == WF_OK) {
            result = err == Z_MEM_ERROR      ? no_memory(t, "Out of memory while decompressing data")
                     : err != Z_STREAM_END   ? fail(t, msg, err, "while decompressing data")
                     : ended != Z_OK         ? fail(t, msg, ended, "while finishing decompression")
                                             : finish_output(t, &o, &z);
        }
    } else if (err == Z_MEM_ERROR) {
        (void)no_memory(t, "Out of memory while decompressing data");
    } else {
        (void)fail(t, z.msg, err, "while preparing to decompress data");
    }
    wf_view_release(t, &in);
    return result;
}

typedef uLong ChecksumFn(uLong value, const Bytef *data, z_size_t n);

static uint32_t checksum(WfThread *t, ChecksumFn *fn, uint32_t value, const void *data, size_t n)
{
    if (n == 0) {
        return value; /* the library would begin anew if data is NULL */
    }
    bool leave = n > CHECKSUM_MIN;
    if (leave) {
        wf_thread_detach(t);
    }
    value = (uint32_t)fn(value, data, n);
    if (leave) {
        wf_thread_attach(t);
    }
    return value;
}

uint32_t wf_crc32(WfThread *t, uint32_t value, const void *data, size_t n)
{
    return checksum(t, crc32_z, value, data, n);
}

static WfValue checksum_of(WfThread *t, WfValue *a, ChecksumFn *fn)
{
    WfValue start = wf_index(t, a[1]);
    WfView in;
    if (wf_is_empty(start) || wf_view_get(t, a[0], &in) != WF_OK) {
        return WF_EMPTY;
    }
    uint32_t value = checksum(t, fn, (uint32_t)wf_int_to_u64_mask(start), in.data, (size_t)in.length);
    wf_view_release(t, &in);
    return wf_small_int(value);
}
static WfValue m_crc32(WfThread *t, WfValue *a)
{
    return checksum_of(t, a, crc32_z);
}
static WfValue m_adler32(WfThread *t, WfValue *a)
{
    return checksum_of(t, a, adler32_z);
}

/* --- streams ------------------------------------------------------------------------------------------------------------ */

struct Stream { /* zlib.Compress and zlib.Decompress */
    WfObject h;
    WfSlot unused_data, unconsumed_tail; /* bytes; Decompress: written under the lock */
    WfSlot dictionary;                   /* bytes or EMPTY; immutable */
    WfMutex lock;                        /* guards all but the immutable */
    bool deflates;                       /* immutable */
    bool raw;                            /* inflates without a header; immutable */
    bool live;                           /* z holds memory of the library's */
    bool x_eof;
    z_stream z;
};

static Stream *self_stream(WfValue v)
{
    return WF_AS(Stream, v);
}

static void stream_trace(WfMarker *m, WfObject *o)
{
    wf_mark_slots(m, &((Stream *)o)->unused_data, 3);
}

static void stream_release(WfObject *o)
{
    Stream *s = (Stream *)o;
    if (s->live) {
        (void)(s->deflates ? deflateEnd(&s->z) : inflateEnd(&s->z));
        s->live = false;
    }
}

/* Hands the dictionary to the library, which has asked for it. */
static bool give_dictionary(Stream *s, int *err)
{
    WfBytes *d = s == NULL ? NULL : WF_LOAD(WfBytes, &s->dictionary);
    if (d == NULL) {
        return false;
    }
    int status = inflateSetDictionary(&s->z, d->data, (uInt)d->length);
    if (status != Z_OK) {
        *err = status;
        s->z.msg = NULL;
        return false;
    }
    return true;
}

/* An object whose stream is not begun. dictionary: bytes-like or WF_EMPTY. */
static Stream *stream_alloc(WfThread *t, bool deflates, WfValue dictionary)
{
    WfValue kept = WF_EMPTY, empty = wf_bytes_new(t, "", 0);
    if (wf_is_empty(empty)) {
        return NULL;
    }
    if (!wf_is_empty(dictionary)) {
        WfView in;
        if (wf_view_get(t, dictionary, &in) != WF_OK) {
            return NULL;
        }
        if (in.length > UINT_MAX) {
            (void)wf_raise(t, WF_EXC(OverflowError), "zdict length does not fit in an unsigned int");
        } else {
            kept = wf_bytes_new(t, in.data, in.length);
        }
        wf_view_release(t, &in);
        if (wf_is_empty(kept)) {
            return NULL;
        }
    }
    Stream *s = deflates ? WF_NEW(t, Stream, ZLIB_COMPRESS, NATIVE) : WF_NEW(t, Stream, ZLIB_DECOMPRESS, NATIVE);
    if (s == NULL || wf_gc_register_release(t, &s->h) != WF_OK) {
        return NULL;
    }
    wf_gc_note_outside(t, deflates ? DEFLATE_BYTES : INFLATE_BYTES);
    s->deflates = deflates;
    s->lock.rank = WF_LOCK_STREAM;
    wf_store(&s->unused_data, empty);
    wf_store(&s->unconsumed_tail, empty);
    wf_store(&s->dictionary, kept);
    return s;
}

static WfValue m_compressobj(WfThread *t, WfValue *a)
{
    int n[5];
    for (int k = 0; k < 5; k++) {
        if (wf_to_int(t, a[k], &n[k]) != WF_OK) {
            return WF_EMPTY;
        }
    }
    Stream *s = stream_alloc(t, true, a[5]);
    if (s == NULL) {
        return WF_EMPTY;
    }
    int err = deflateInit2(&s->z, n[0], n[1], n[2], n[3], n[4]);
    if (err == Z_OK) {
        s->live = true;
        WfBytes *d = WF_LOAD(WfBytes, &s->dictionary);
        err = d == NULL ? Z_OK : deflateSetDictionary(&s->z, d->data, (uInt)d->length);
        return err == Z_OK ? wf_from_object(s)
                           : wf_raise(t, WF_EXC(ValueError), err == Z_STREAM_ERROR ? "Invalid dictionary" : "deflateSetDictionary()");
    }
    return err == Z_MEM_ERROR      ? no_memory(t, "Can't allocate memory for compression object")
           : err == Z_STREAM_ERROR ? wf_raise(t, WF_EXC(ValueError), "Invalid initialization option")
                                   : fail(t, s->z.msg, err, "while creating compression object");
}

static WfValue m_decompressobj(WfThread *t, WfValue *a)
{
    int wbits;
    if (wf_to_int(t, a[0], &wbits) != WF_OK) {
        return WF_EMPTY;
    }
    if (!wf_is_empty(a[1]) && !wf_has_buffer(a[1])) {
        return wf_raise(t, WF_EXC(TypeError), "zdict argument must support the buffer protocol");
    }
    Stream *s = stream_alloc(t, false, a[1]);
    if (s == NULL) {
        return WF_EMPTY;
    }
    s->raw = wbits < 0;
    int err = inflateInit2(&s->z, wbits);
    if (err == Z_OK) {
        s->live = true;
        if (s->raw && !wf_is_empty(a[1]) && !give_dictionary(s, &err)) {
            return fail(t, s->z.msg, err, "while setting zdict");
        }
        return wf_from_object(s);
    }
    return err == Z_MEM_ERROR      ? no_memory(t, "Can't allocate memory for decompression object")
           : err == Z_STREAM_ERROR ? wf_raise(t, WF_EXC(ValueError), "Invalid initialization option")
                                   : fail(t, s->z.msg, err, "while creating decompression object");
}

static WfValue c_compress(WfThread *t, WfValue *a)
{
    Stream *s = self_stream(a[0]);
    WfView in;
    int err;
    if (wf_view_get(t, a[1], &in) != WF_OK) {
        return WF_EMPTY;
    }
    Output o = {.first = first_size(in.length, BUFFER_SIZE), .limit = INT64_MAX};
    wf_mutex_lock(t, &s->lock);
    WfStatus status = deflate_all(t, &s->z, in.data, in.length, Z_NO_FLUSH, &o, &err);
    WfValue result = status == WF_OK && err != Z_STREAM_ERROR ? finish_output(t, &o, &s->z) : WF_EMPTY;
    const char *msg = s->z.msg;
    wf_mutex_unlock(&s->lock);
    wf_view_release(t, &in);
    return status == WF_OK && err == Z_STREAM_ERROR ? fail(t, msg, err, "while compressing data") : result;
}

static WfValue c_flush(WfThread *t, WfValue *a)
{
    Stream *s = self_stream(a[0]);
    int mode, err;
    if (wf_to_int(t, a[1], &mode) != WF_OK) {
        return WF_EMPTY;
    }
    if (mode == Z_NO_FLUSH) {
        return wf_bytes_new(t, "", 0);
    }
    const char *what = NULL;
    Output o = {.first = BUFFER_SIZE, .limit = INT64_MAX};
    wf_mutex_lock(t, &s->lock);
    WfStatus status = deflate_all(t, &s->z, NULL, 0, mode, &o, &err);
    const char *msg = s->z.msg;
    if (status == WF_OK && err == Z_STREAM_END && mode == Z_FINISH) {
        err = deflateEnd(&s->z);
        s->live = err != Z_OK && s->live;
        what = err != Z_OK ? "while finishing compression" : NULL;
    } else if (status == WF_OK && err != Z_OK && err != Z_BUF_ERROR) {
        what = "while flushing";
    }
    WfValue result = status == WF_OK && what == NULL ? finish_output(t, &o, &s->z) : WF_EMPTY;
    wf_mutex_unlock(&s->lock);
    return what != NULL ? fail(t, msg, err, what) : result;
}

static WfValue stream_copy(WfThread *t, WfValue *a)
{
    Stream *s = self_stream(a[0]);
    bool deflates = s->deflates;
    Stream *copy = stream_alloc(t, deflates, WF_EMPTY);
    if (copy == NULL) {
        return WF_EMPTY;
    }
    wf_mutex_lock(t, &s->lock);
    int err = deflates ? deflateCopy(&copy->z, &s->z) : inflateCopy(&copy->z, &s->z);
    const char *msg = s->z.msg;
    copy->live = err == Z_OK;
    copy->raw = s->raw;
    copy->x_eof = s->x_eof;
    wf_store(&copy->unused_data, wf_load(&s->unused_data));
    wf_store(&copy->unconsumed_tail, wf_load(&s->unconsumed_tail));
    wf_store(&copy->dictionary, wf_load(&s->dictionary));
    wf_mutex_unlock(&s->lock);
    return err == Z_OK             ? wf_from_object(copy)
           : err == Z_STREAM_ERROR ? wf_raise(t, WF_EXC(ValueError), "Inconsistent stream state")
           : err == Z_MEM_ERROR    ? wf_raise(t, WF_EXC(MemoryError), "Can't allocate memory for %scompression object", deflates ? "" : "de")
                                   : fail(t, msg, err, deflates ? "while copying compression object" : "while copying decompression object");
}

/* Keeps what is left of the input: behind the end of the stream, or because the output is full. The lock is held. */
static WfStatus keep_rest(WfThread *t, Stream *s, const uint8_t *end, int err)
{
    int64_t left = end - s->z.next_in;
    WfValue tail = wf_load(&s->unconsumed_tail);
    if (err == Z_STREAM_END) {
        if (left > 0) {
            WfValue more = wf_bytes_new(t, s->z.next_in, left);
            WfValue all = wf_is_empty(more) ? WF_EMPTY : wf_bytes_concat(t, wf_load(&s->unused_data), more);
            if (wf_is_empty(all)) {
                return WF_RAISED;
            }
            wf_store(&s->unused_data, all);
        }
        left = 0;
    }
    if (left > 0 || wf_as_bytes(tail)->length > 0) {
        tail = wf_bytes_new(t, end - left, left);
        if (wf_is_empty(tail)) {
            return WF_RAISED;
        }
        wf_store(&s->unconsumed_tail, tail);
    }
    return WF_OK;
}

static WfValue d_decompress(WfThread *t, WfValue *a)
{
    Stream *s = self_stream(a[0]);
    int64_t limit;
    WfView in;
    int err;
    if (wf_to_ssize(t, a[2], &limit) != WF_OK) {
        return WF_EMPTY;
    }
    if (limit < 0) {
        return wf_raise(t, WF_EXC(ValueError), "max_length must be non-negative");
    }
    if (wf_view_get(t, a[1], &in) != WF_OK) {
        return WF_EMPTY;
    }
    limit = limit == 0 ? INT64_MAX : limit;
    Output o = {.first = first_size(in.length, limit < BUFFER_SIZE ? limit : BUFFER_SIZE), .limit = limit};
    wf_mutex_lock(t, &s->lock);
    WfStatus status = inflate_all(t, &s->z, s, in.data, in.length, Z_SYNC_FLUSH, &o, &err);
    const char *msg = s->z.msg;
    if (status == WF_OK) {
        status = keep_rest(t, s, in.data + in.length, err);
    }
    if (status == WF_OK && err == Z_STREAM_END) {
        s->x_eof = true;
    }
    bool fine = err == Z_STREAM_END || err == Z_OK || err == Z_BUF_ERROR;
    bool no_dictionary = err == Z_DATA_ERROR && msg == NULL;
    WfValue result = status == WF_OK && fine ? finish_output(t, &o, &s->z) : WF_EMPTY;
    wf_mutex_unlock(&s->lock);
    wf_view_release(t, &in);
    return status == WF_OK && !fine ? fail(t, msg, err, no_dictionary ? "while setting zdict" : "while decompressing data") : result;
}

static WfValue d_flush(WfThread *t, WfValue *a)
{
    Stream *s = self_stream(a[0]);
    int64_t length;
    int err;
    if (wf_to_ssize(t, a[1], &length) != WF_OK) {
        return WF_EMPTY;
    }
    if (length <= 0) {
        return wf_raise(t, WF_EXC(ValueError), "length must be greater than zero");
    }
    const char *what = NULL;
    Output o = {.first = length, .limit = INT64_MAX};
    wf_mutex_lock(t, &s->lock);
    WfBytes *tail = WF_LOAD(WfBytes, &s->unconsumed_tail);
    WfStatus status = inflate_all(t, &s->z, s, tail->data, tail->length, Z_FINISH, &o, &err);
    const char *msg = s->z.msg;
    if (status == WF_OK) {
        status = keep_rest(t, s, tail->data + tail->length, err);
    }
    if (status == WF_OK && err == Z_DATA_ERROR && msg == NULL) {
        what = "while setting zdict";
    } else if (status == WF_OK && err == Z_STREAM_END) {
        s->x_eof = true;
        err = inflateEnd(&s->z);
        s->live = err != Z_OK && s->live;
        what = err != Z_OK ? "while finishing decompression" : NULL;
    }
    WfValue result = status == WF_OK && what == NULL ? finish_output(t, &o, &s->z) : WF_EMPTY;
    wf_mutex_unlock(&s->lock);
    return what != NULL ? fail(t, msg, err, what) : result;
}

static WfValue d_get_unused(WfThread *t, WfValue self)
{
    return wf_load(&self_stream(self)->unused_data);
}
static WfValue d_get_tail(WfThread *t, WfValue self)
{
    return wf_load(&self_stream(self)->unconsumed_tail);
}
static WfValue d_get_eof(WfThread *t, WfValue self)
{
    return WF_BOOL(__atomic_load_n(&self_stream(self)->x_eof, __ATOMIC_RELAXED));
}

#define COPY_METHODS \
    {"copy", stream_copy, "(self, /)", "Another object that goes on from here.", 0}, \
        {"__copy__", stream_copy, "(self, /)", "Another object that goes on from here.", 0}, \
        {"__deepcopy__", stream_copy, "(self, memo, /)", "Another object that goes on from here.", 0}
static const WfBuiltinDef compress_methods[] = {
    {"compress", c_compress, "(self, data, /)", "Takes more data; gives what output there is so far.", 0},
    {"flush", c_flush, "(self, mode=4, /)", "Gives the output that is held back; with Z_FINISH, ends the stream.", 0},
    COPY_METHODS,
    {0}};
const WfTypeSpec wf_zlib_compress_spec = {
    .name = "zlib.Compress",
    .flags = WF_TF_NO_NEW,
    .size = sizeof(Stream),
    .methods = compress_methods,
    .slots = {.trace = stream_trace, .release = stream_release},
};
static const WfBuiltinDef decompress_methods[] = {
    {"decompress", d_decompress, "(self, data, /, max_length=0)", "Takes more data; gives its output, or the first max_length bytes.", 0},
    {"flush", d_flush, "(self, length=16384, /)", "Gives all output of what is left in unconsumed_tail.", 0},
    COPY_METHODS,
    {0}};
static const WfGetSetDef decompress_getsets[] = {{"unused_data", d_get_unused, NULL, NULL, WF_GS_MEMBER},
                                                 {"unconsumed_tail", d_get_tail, NULL, NULL, WF_GS_MEMBER},
                                                 {"eof", d_get_eof, NULL, NULL, WF_GS_MEMBER},
                                                 {0}};
const WfTypeSpec wf_zlib_decompress_spec = {
    .name = "zlib.Decompress",
    .flags = WF_TF_NO_NEW,
    .size = sizeof(Stream),
    .methods = decompress_methods,
    .getsets = decompress_getsets,
    .slots = {.trace = stream_trace, .release = stream_release},
};

/* --- the module --------------------------------------------------------------------------------------------------------- */

static const WfBuiltinDef functions[] = {
    {"compress", m_compress, "(data, /, level=-1, wbits=15)", "The data, compressed.", 0},
    {"decompress", m_decompress, "(data, /, wbits=15, bufsize=16384)", "The data, decompressed.", 0},
    {"compressobj", m_compressobj, "(level=-1, method=8, wbits=15, memLevel=8, strategy=0, zdict=?)", "An object that compresses bit by bit.", 0},
    {"decompressobj", m_decompressobj, "(wbits=15, zdict=?)", "An object that decompresses bit by bit.", 0},
    {"adler32", m_adler32, "(data, value=1, /)", "The Adler-32 checksum, going on from value.", 0},
    {"crc32", m_crc32, "(data, value=0, /)", "The CRC-32 checksum, going on from value.", 0},
    {0}};
static const struct {
    const char *name;
    int value;
} constants[] = {{"MAX_WBITS", MAX_WBITS},
                 {"DEFLATED", Z_DEFLATED},
                 {"DEF_MEM_LEVEL", MEM_LEVEL},
                 {"DEF_BUF_SIZE", BUFFER_SIZE},
                 {"Z_NO_COMPRESSION", Z_NO_COMPRESSION},
                 {"Z_BEST_SPEED", Z_BEST_SPEED},
                 {"Z_BEST_COMPRESSION", Z_BEST_COMPRESSION},
                 {"Z_DEFAULT_COMPRESSION", Z_DEFAULT_COMPRESSION},
                 {"Z_FILTERED", Z_FILTERED},
                 {"Z_HUFFMAN_ONLY", Z_HUFFMAN_ONLY},
                 {"Z_RLE", Z_RLE},
                 {"Z_FIXED", Z_FIXED},
                 {"Z_DEFAULT_STRATEGY", Z_DEFAULT_STRATEGY},
                 {"Z_NO_FLUSH", Z_NO_FLUSH},
                 {"Z_PARTIAL_FLUSH", Z_PARTIAL_FLUSH},
                 {"Z_SYNC_FLUSH", Z_SYNC_FLUSH},
                 {"Z_FULL_FLUSH", Z_FULL_FLUSH},
                 {"Z_FINISH", Z_FINISH},
                 {"Z_BLOCK", Z_BLOCK},
                 {"Z_TREES", Z_TREES}};
static WfStatus zlib_init(WfThread *t, WfValue module)
{
    for (size_t k = 0; k < sizeof constants / sizeof *constants; k++) {
        if (wf_module_add_int(t, module, constants[k].name, constants[k].value) != WF_OK) {
            return WF_RAISED;
        }
    }
    if (wf_type_ready(t, WF_TYPE(ZLIB_COMPRESS)) != WF_OK || wf_type_ready(t, WF_TYPE(ZLIB_DECOMPRESS)) != WF_OK
        || wf_module_add_str(t, module, "ZLIB_VERSION", ZLIB_VERSION) != WF_OK
        || wf_module_add_str(t, module, "ZLIB_RUNTIME_VERSION", zlibVersion()) != WF_OK
        || wf_module_add_str(t, module, "__version__", "1.0") != WF_OK) {
        return WF_RAISED;
    }
    return wf_module_add_type(t, module, WF_TYPE(ZLIB_ERROR));
}
const WfModuleDef wf_module_zlib = {.name = "zlib", .doc = "Compression with zlib.", .functions = functions, .init = zlib_init};
