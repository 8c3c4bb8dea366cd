/* format_spec.h - the format mini-language: [[fill]align][sign][z][#][0][width][grouping][.precision][type].
 * SPDX-License-Identifier: MIT
 *
 * A __format__ of a number parses the spec once, makes sign, prefix, digits and the rest (fraction, exponent) as
 * ASCII text, and lets wf_format_number group and pad them. */
#ifndef WF_OBJECTS_FORMAT_SPEC_H
#define WF_OBJECTS_FORMAT_SPEC_H

#include "objects/str.h"

typedef struct WfFormatSpec {
    uint32_t fill;     /* ' ' unless given; '0' by the 0 flag */
    uint32_t type;     /* the default type if none is given */
    int64_t width;     /* -1: none */
    int64_t precision; /* -1: none */
    char align;        /* '<' '>' '=' '^' */
    char sign;         /* 0 '+' '-' ' ' */
    char grouping;     /* 0 ',' '_' */
    bool alternate;    /* '#' */
    bool no_neg_zero;  /* 'z' */
    bool align_given;
    bool type_given;
} WfFormatSpec;

/* Parses the whole of spec for a value of obj's type (named in messages). default_align: '<' or '>'. */
WfStatus wf_format_spec_parse(WfThread *t, WfStr *spec, WfValue obj, uint32_t default_type, char default_align,
                              WfFormatSpec *out) WF_MUST_CHECK;
/* "Unknown format code 'x' for object of type 'T'" */
WfValue wf_format_unknown_type(WfThread *t, uint32_t type, WfValue obj) WF_COLD;

/* Decimal point and thousands of type 'n'; by default "." and, by spec->grouping, "," or "_" every 3 (4 for b o x X). */
typedef struct WfFormatLocale {
    WfStr *decimal_point, *thousands;
    const char *grouping; /* as struct lconv's */
} WfFormatLocale;
/* For the spec: reads the C locale for type 'n'. */
WfStatus wf_format_locale(WfThread *t, const WfFormatSpec *spec, WfFormatLocale *loc) WF_MUST_CHECK;

/* Appends sign, prefix, grouped digits and rest, filled to spec->width by spec->align. All of it ASCII; `rest` may begin with
 * '.', which becomes the locale's point. loc NULL: as wf_format_locale without 'n'. */
WfStatus wf_format_number(WfThread *t, WfStrBuilder *b, const WfFormatSpec *spec, bool negative, const char *prefix,
                          const char *digits, int64_t n_digits, const char *rest, int64_t n_rest,
                          const WfFormatLocale *loc) WF_MUST_CHECK;
/* Appends s filled to spec->width ('=' counts as '>'). */
WfStatus wf_format_pad(WfThread *t, WfStrBuilder *b, const WfFormatSpec *spec, const WfStr *s) WF_MUST_CHECK;
/* str.__format__ */
WfValue wf_format_str(WfThread *t, WfValue s, WfStr *spec) WF_MUST_CHECK;

/* str.format and format_map: args a tuple; kwargs a mapping, or WF_EMPTY. format_str.c */
WfValue wf_str_format_args(WfThread *t, WfValue format, WfValue args, WfValue kwargs) WF_MUST_CHECK;
/* string.Formatter's halves (_string module) */
WfValue wf_formatter_parser(WfThread *t, WfValue format) WF_MUST_CHECK;
WfValue wf_formatter_field_name_split(WfThread *t, WfValue name) WF_MUST_CHECK;

#endif
