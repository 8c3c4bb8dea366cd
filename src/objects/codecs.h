/* codecs.h - encoding and decoding text: the registry of codecs, error handlers, and the codecs written in C.
 * SPDX-License-Identifier: MIT */
#ifndef WF_OBJECTS_CODECS_H
#define WF_OBJECTS_CODECS_H

#include "objects/bytes.h"
#include "objects/exceptions.h"
#include "objects/str.h"

/* UnicodeTranslateError with all fields; the other two are raised by objects/exceptions.h. Always WF_EMPTY. */
WfValue wf_raise_translate_error(WfThread *t, WfValue object, int64_t start, int64_t end, const char *reason) WF_COLD;

/* s.encode(encoding, errors): bytes. Names of common codecs do not go through the registry. NULL: utf-8, strict. */
WfValue wf_str_encode(WfThread *t, WfValue s, const char *encoding, const char *errors) WF_MUST_CHECK;
/* bytes to str likewise. */
WfValue wf_bytes_decode(WfThread *t, const void *data, int64_t n, const char *encoding, const char *errors) WF_MUST_CHECK;
/* str(v, encoding, errors) */
WfValue wf_str_from_encoded(WfThread *t, WfValue v, const char *encoding, const char *errors) WF_MUST_CHECK;
/* os.fsencode of a str: bytes. */
WfValue wf_str_encode_fs(WfThread *t, WfValue s) WF_MUST_CHECK;

/* codecs.lookup(name): the CodecInfo. */
WfValue wf_codec_lookup(WfThread *t, const char *encoding) WF_MUST_CHECK;
/* As lookup, but LookupError "'x' is not a text encoding; use <alternative> ..." unless it is between str and bytes. */
WfValue wf_codec_lookup_text(WfThread *t, const char *encoding, const char *alternative) WF_MUST_CHECK;
WfStatus wf_codec_register(WfThread *t, WfValue search) WF_MUST_CHECK;
WfStatus wf_codec_unregister(WfThread *t, WfValue search) WF_MUST_CHECK;
WfStatus wf_codec_register_error(WfThread *t, WfValue name, WfValue handler) WF_MUST_CHECK;
/* codecs.encode and codecs.decode: through the registry, any type. */
WfValue wf_codec_encode(WfThread *t, WfValue v, const char *encoding, const char *errors) WF_MUST_CHECK;
WfValue wf_codec_decode(WfThread *t, WfValue v, const char *encoding, const char *errors) WF_MUST_CHECK;
WfValue wf_codec_lookup_error(WfThread *t, const char *name) WF_MUST_CHECK;

/* The decoders of the C codecs: n bytes to a str. With `consumed` an incomplete sequence at the end is left over,
 * and *consumed says how many bytes were used; without it that is an error. */
WfValue wf_decode_utf8(WfThread *t, const void *data, int64_t n, const char *errors, int64_t *consumed) WF_MUST_CHECK;
WfValue wf_decode_utf16(WfThread *t, const void *data, int64_t n, const char *errors, int *byteorder,
                        int64_t *consumed) WF_MUST_CHECK; /* *byteorder: -1 little, 0 by BOM, 1 big; updated */
WfValue wf_decode_utf32(WfThread *t, const void *data, int64_t n, const char *errors, int *byteorder,
                        int64_t *consumed) WF_MUST_CHECK;
WfValue wf_decode_utf7(WfThread *t, const void *data, int64_t n, const char *errors, int64_t *consumed) WF_MUST_CHECK;
WfValue wf_decode_latin1(WfThread *t, const void *data, int64_t n) WF_MUST_CHECK;
WfValue wf_decode_ascii(WfThread *t, const void *data, int64_t n, const char *errors) WF_MUST_CHECK;
WfValue wf_decode_charmap(WfThread *t, const void *data, int64_t n, const char *errors, WfValue mapping) WF_MUST_CHECK;
WfValue wf_decode_unicode_escape(WfThread *t, const void *data, int64_t n, const char *errors, int64_t *consumed,
                                 int64_t *bad_escape) WF_MUST_CHECK; /* *bad_escape: the character of the first "\z", the value of the first octal one above 0377, or -1 */
WfValue wf_decode_raw_unicode_escape(WfThread *t, const void *data, int64_t n, const char *errors,
                                     int64_t *consumed) WF_MUST_CHECK;
/* The encoders: str to bytes. */
WfValue wf_encode_utf8(WfThread *t, WfValue s, const char *errors) WF_MUST_CHECK;
WfValue wf_encode_utf16(WfThread *t, WfValue s, const char *errors, int byteorder) WF_MUST_CHECK;
WfValue wf_encode_utf32(WfThread *t, WfValue s, const char *errors, int byteorder) WF_MUST_CHECK;
WfValue wf_encode_utf7(WfThread *t, WfValue s, const char *errors) WF_MUST_CHECK;
WfValue wf_encode_latin1(WfThread *t, WfValue s, const char *errors) WF_MUST_CHECK;
WfValue wf_encode_ascii(WfThread *t, WfValue s, const char *errors) WF_MUST_CHECK;
WfValue wf_encode_charmap(WfThread *t, WfValue s, const char *errors, WfValue mapping) WF_MUST_CHECK;
WfValue wf_encode_unicode_escape(WfThread *t, WfValue s) WF_MUST_CHECK;
WfValue wf_encode_raw_unicode_escape(WfThread *t, WfValue s) WF_MUST_CHECK;

#endif
