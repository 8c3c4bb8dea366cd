/* bytes_methods.h - the methods that bytes and bytearray have in common, as rows for both types' tables.
 * SPDX-License-Identifier: MIT
 * Results are of the receiver's kind (bytes or bytearray), exact. */
#ifndef WF_OBJECTS_BYTES_METHODS_H
#define WF_OBJECTS_BYTES_METHODS_H

#include "model/builtin.h"
#include "objects/bytes.h"

/* The receiver's bytes: a stable copy for a bytearray while other threads run. NULL: no memory. */
const uint8_t *wf_bytes_self(WfThread *t, WfValue self, int64_t *n) WF_MUST_CHECK;
/* A result of self's kind with room for n bytes at *data. */
WfValue wf_bytes_result(WfThread *t, WfValue self, int64_t n, uint8_t **data) WF_MUST_CHECK;
WfFound wf_bytes_contains(WfThread *t, WfValue self, WfValue item) WF_MUST_CHECK;
WfValue wf_bytes_richcompare(WfThread *t, WfValue a, WfValue b, int op) WF_MUST_CHECK;
WfValue wf_bytes_repeat(WfThread *t, WfValue self, int64_t n) WF_MUST_CHECK;
/* A byte's value from an int-like argument; ValueError(message). */
WfStatus wf_byte_value(WfThread *t, WfValue v, const char *message, uint8_t *out) WF_MUST_CHECK;
/* Parses (source, encoding, errors) of bytes() and bytearray() down to a bytes-like value or an int count.
 * *count >= 0: that many zeros; WF_BYTES_DONE: *v is what __bytes__ returned; else *v is what is to be converted. */
#define WF_BYTES_DONE (-2)
WfStatus wf_bytes_new_args(WfThread *t, const char *name, const WfArgs *args, WfValue *v, int64_t *count) WF_MUST_CHECK;
/* Bytes of an iterable of ints appended to a fresh bytearray. */
WfStatus wf_bytearray_extend_ints(WfThread *t, WfByteArray *b, WfValue iterable, const char *message) WF_MUST_CHECK;

#define WF_BYTES_METHOD(name) WfValue wf_bytes_m_##name(WfThread *t, WfValue *a)
WF_BYTES_METHOD(capitalize); WF_BYTES_METHOD(center); WF_BYTES_METHOD(count); WF_BYTES_METHOD(decode);
WF_BYTES_METHOD(endswith); WF_BYTES_METHOD(expandtabs); WF_BYTES_METHOD(find); WF_BYTES_METHOD(fromhex);
WF_BYTES_METHOD(hex); WF_BYTES_METHOD(index); WF_BYTES_METHOD(isalnum); WF_BYTES_METHOD(isalpha);
WF_BYTES_METHOD(isascii); WF_BYTES_METHOD(isdigit); WF_BYTES_METHOD(islower); WF_BYTES_METHOD(isspace);
WF_BYTES_METHOD(istitle); WF_BYTES_METHOD(isupper); WF_BYTES_METHOD(join); WF_BYTES_METHOD(ljust);
WF_BYTES_METHOD(lower); WF_BYTES_METHOD(lstrip); WF_BYTES_METHOD(maketrans); WF_BYTES_METHOD(partition);
WF_BYTES_METHOD(removeprefix); WF_BYTES_METHOD(removesuffix); WF_BYTES_METHOD(replace); WF_BYTES_METHOD(rfind);
WF_BYTES_METHOD(rindex); WF_BYTES_METHOD(rjust); WF_BYTES_METHOD(rpartition); WF_BYTES_METHOD(rsplit);
WF_BYTES_METHOD(rstrip); WF_BYTES_METHOD(split); WF_BYTES_METHOD(splitlines); WF_BYTES_METHOD(startswith);
WF_BYTES_METHOD(strip); WF_BYTES_METHOD(swapcase); WF_BYTES_METHOD(title); WF_BYTES_METHOD(translate);
WF_BYTES_METHOD(upper); WF_BYTES_METHOD(zfill);

/* clang-format off */
#define WF_BYTES_METHODS                                                                                                  \
    {"capitalize", wf_bytes_m_capitalize, "(self, /)", "First byte in upper case, the others in lower case (ASCII)."},       \
    {"center", wf_bytes_m_center, "(self, width, fillchar=b' ', /)", "Padded on both sides to the given width."},          \
    {"count", wf_bytes_m_count, "(self, sub, start=None, end=None, /)", "Occurrences of sub that do not overlap.", WF_FN_TAKES},         \
    {"decode", wf_bytes_m_decode, "(self, /, encoding='utf-8', errors='strict')", "The text that the bytes encode."},       \
    {"endswith", wf_bytes_m_endswith, "(self, suffix, start=None, end=None, /)", "Do they end with suffix, or one of a tuple?", WF_FN_TAKES}, \
    {"expandtabs", wf_bytes_m_expandtabs, "(self, /, tabsize=8)", "Tabs replaced by spaces up to the next tab stop."},       \
    {"find", wf_bytes_m_find, "(self, sub, start=None, end=None, /)", "Lowest index of sub, or -1.", WF_FN_TAKES},                       \
    {"fromhex", wf_bytes_m_fromhex, "(type, string, /)", "The bytes that pairs of hexadecimal digits stand for.", WF_FN_CLASS}, \
    {"hex", wf_bytes_m_hex, "(self, /, sep=?, bytes_per_sep=1)", "Two hexadecimal digits for each byte.\n\n>>> b'we'.hex('-')\n'77-65'"}, \
    {"index", wf_bytes_m_index, "(self, sub, start=None, end=None, /)", "Lowest index of sub; ValueError if there is none.", WF_FN_TAKES}, \
    {"isalnum", wf_bytes_m_isalnum, "(self, /)", "Only ASCII letters and digits, and not empty?"},                          \
    {"isalpha", wf_bytes_m_isalpha, "(self, /)", "Only ASCII letters, and not empty?"},                                     \
    {"isascii", wf_bytes_m_isascii, "(self, /)", "Only bytes below 128?"},                                                  \
    {"isdigit", wf_bytes_m_isdigit, "(self, /)", "Only ASCII digits, and not empty?"},                                      \
    {"islower", wf_bytes_m_islower, "(self, /)", "No upper case ASCII letters and at least one lower case one?"},           \
    {"isspace", wf_bytes_m_isspace, "(self, /)", "Only ASCII white space, and not empty?"},                                 \
    {"istitle", wf_bytes_m_istitle, "(self, /)", "Every word begins in upper case and goes on in lower case?"},             \
    {"isupper", wf_bytes_m_isupper, "(self, /)", "No lower case ASCII letters and at least one upper case one?"},           \
    {"join", wf_bytes_m_join, "(self, iterable_of_bytes, /)", "The items of the iterable with these bytes between them."},   \
    {"ljust", wf_bytes_m_ljust, "(self, width, fillchar=b' ', /)", "Padded on the right to the given width."},             \
    {"lower", wf_bytes_m_lower, "(self, /)", "ASCII letters in lower case."},                                               \
    {"lstrip", wf_bytes_m_lstrip, "(self, bytes=None, /)", "Without leading white space, or leading bytes of the argument."}, \
    {"maketrans", wf_bytes_m_maketrans, "(frm, to, /)", "A table for translate.", WF_FN_STATIC},                            \
    {"partition", wf_bytes_m_partition, "(self, sep, /)", "What is before the first sep, sep, and what is behind it."},     \
    {"removeprefix", wf_bytes_m_removeprefix, "(self, prefix, /)", "Without prefix, if they begin with it."},               \
    {"removesuffix", wf_bytes_m_removesuffix, "(self, suffix, /)", "Without suffix, if they end with it."},                 \
    {"replace", wf_bytes_m_replace, "(self, old, new, count=-1, /)", "Occurrences of old replaced by new, at most count."}, \
    {"rfind", wf_bytes_m_rfind, "(self, sub, start=None, end=None, /)", "Highest index of sub, or -1.", WF_FN_TAKES},                    \
    {"rindex", wf_bytes_m_rindex, "(self, sub, start=None, end=None, /)", "Highest index of sub; ValueError if there is none.", WF_FN_TAKES}, \
    {"rjust", wf_bytes_m_rjust, "(self, width, fillchar=b' ', /)", "Padded on the left to the given width."},              \
    {"rpartition", wf_bytes_m_rpartition, "(self, sep, /)", "What is before the last sep, sep, and what is behind it."},    \
    {"rsplit", wf_bytes_m_rsplit, "(self, /, sep=None, maxsplit=-1)", "The parts between separators, splitting from the end."}, \
    {"rstrip", wf_bytes_m_rstrip, "(self, bytes=None, /)", "Without trailing white space, or trailing bytes of the argument."}, \
    {"split", wf_bytes_m_split, "(self, /, sep=None, maxsplit=-1)", "The parts between separators; by default words."},     \
    {"splitlines", wf_bytes_m_splitlines, "(self, /, keepends=False)", "The lines, with or without their ends."},           \
    {"startswith", wf_bytes_m_startswith, "(self, prefix, start=None, end=None, /)", "Do they begin with prefix, or one of a tuple?", WF_FN_TAKES}, \
    {"strip", wf_bytes_m_strip, "(self, bytes=None, /)", "Without white space, or bytes of the argument, at both ends."},   \
    {"swapcase", wf_bytes_m_swapcase, "(self, /)", "ASCII upper case for lower case and the reverse."},                     \
    {"title", wf_bytes_m_title, "(self, /)", "Every word with its first letter in upper case, the rest in lower case."},    \
    {"translate", wf_bytes_m_translate, "(self, table, /, delete=b'')", "Without the bytes of delete, the others mapped by table."}, \
    {"upper", wf_bytes_m_upper, "(self, /)", "ASCII letters in upper case."},                                               \
    {"zfill", wf_bytes_m_zfill, "(self, width, /)", "Padded with zeros behind the sign to the given width."}
/* clang-format on */

/* iter() of bytes and bytearray (bytes_iterator.c) */
WfValue wf_bytes_iter(WfThread *t, WfValue self);

#endif
