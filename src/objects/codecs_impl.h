/* codecs_impl.h - what the codecs in C share: output, and calling error handlers.
 * SPDX-License-Identifier: MIT */
#ifndef WF_OBJECTS_CODECS_IMPL_H
#define WF_OBJECTS_CODECS_IMPL_H

#include "objects/codecs.h"

/* One decoding under way. A handler may put other bytes in the place of p[0..n). */
typedef struct WfDecoder {
    const char *encoding, *errors; /* errors NULL: strict */
    const uint8_t *p;
    int64_t n;
    WfStrBuilder out;
    WfValue object; /* the bytes as an object, made at the first error; EMPTY */
} WfDecoder;
#define WF_DECODER(encoding_, errors_, data_, n_) \
    ((WfDecoder){(encoding_), (errors_), (data_), (n_), WF_STR_BUILDER, WF_EMPTY})
/* Bytes [start, end) cannot be decoded: lets the handler put its text. Returns where to go on, -1: raised. */
int64_t wf_decode_error(WfThread *t, WfDecoder *d, int64_t start, int64_t end, const char *reason) WF_MUST_CHECK;

/* One encoding under way. */
typedef struct WfEncoder {
    const char *encoding, *errors;
    WfStr *s;
    WfRaw *out;
    int64_t length;
} WfEncoder;
/* Room for n more bytes; NULL: raised. */
uint8_t *wf_encoder_room(WfThread *t, WfEncoder *e, int64_t n) WF_MUST_CHECK;
WfStatus wf_encoder_put(WfThread *t, WfEncoder *e, const void *p, int64_t n) WF_MUST_CHECK;
/* Characters [start, end) cannot be encoded: *replacement is the handler's str or bytes. Returns where to go on, -1: raised. */
int64_t wf_encode_error(WfThread *t, WfEncoder *e, int64_t start, int64_t end, const char *reason,
                        WfValue *replacement) WF_MUST_CHECK;

#endif
