/* sre_codes.h - operations of regular expression code, numbered as re._constants numbers them.
 * SPDX-License-Identifier: MIT */
#ifndef WF_MODULES_SRE_CODES_H
#define WF_MODULES_SRE_CODES_H

/* Skips count from the word that holds them. */
enum {
    OP_FAILURE,
    OP_SUCCESS,
    OP_ANY,
    OP_ANY_ALL,
    OP_ASSERT,     /* skip back body SUCCESS */
    OP_ASSERT_NOT, /* likewise */
    OP_AT,         /* where */
    OP_BRANCH,     /* (skip body JUMP to-the-end)* 0 */
    OP_CATEGORY,
    OP_CHARSET,    /* 8 words of bits */
    OP_BIGCHARSET, /* blocks, 256 bytes of block numbers, blocks of 8 words */
    OP_GROUPREF,
    OP_GROUPREF_EXISTS, /* group skip-to-no yes [JUMP to-the-end no] */
    OP_IN,              /* skip set FAILURE */
    OP_INFO,            /* skip flags min max [prefix or set] */
    OP_JUMP,
    OP_LITERAL,
    OP_MARK,
    OP_MAX_UNTIL,
    OP_MIN_UNTIL,
    OP_NOT_LITERAL,
    OP_NEGATE,
    OP_RANGE,
    OP_REPEAT,     /* skip min max body MAX_UNTIL or MIN_UNTIL */
    OP_REPEAT_ONE, /* skip min max item SUCCESS */
    OP_SUBPATTERN,
    OP_MIN_REPEAT_ONE,
    OP_ATOMIC_GROUP,      /* skip body SUCCESS */
    OP_POSSESSIVE_REPEAT, /* skip min max body SUCCESS */
    OP_POSSESSIVE_REPEAT_ONE,
    OP_GROUPREF_IGNORE,
    OP_IN_IGNORE,
    OP_LITERAL_IGNORE,
    OP_NOT_LITERAL_IGNORE,
    OP_GROUPREF_LOC_IGNORE,
    OP_IN_LOC_IGNORE,
    OP_LITERAL_LOC_IGNORE,
    OP_NOT_LITERAL_LOC_IGNORE,
    OP_GROUPREF_UNI_IGNORE,
    OP_IN_UNI_IGNORE,
    OP_LITERAL_UNI_IGNORE,
    OP_NOT_LITERAL_UNI_IGNORE,
    OP_RANGE_UNI_IGNORE,
};

enum {
    AT_BEGINNING,
    AT_BEGINNING_LINE,
    AT_BEGINNING_STRING,
    AT_BOUNDARY,
    AT_NON_BOUNDARY,
    AT_END,
    AT_END_LINE,
    AT_END_STRING,
    AT_LOC_BOUNDARY,
    AT_LOC_NON_BOUNDARY,
    AT_UNI_BOUNDARY,
    AT_UNI_NON_BOUNDARY,
    AT_COUNT
};

/* Each is followed by its negation. */
enum {
    CATEGORY_DIGIT = 0,
    CATEGORY_SPACE = 2,
    CATEGORY_WORD = 4,
    CATEGORY_LINEBREAK = 6,
    CATEGORY_LOC_WORD = 8,
    CATEGORY_UNI_DIGIT = 10,
    CATEGORY_UNI_SPACE = 12,
    CATEGORY_UNI_WORD = 14,
    CATEGORY_UNI_LINEBREAK = 16,
    CATEGORY_COUNT = 18
};

enum { INFO_PREFIX = 1, INFO_LITERAL = 2, INFO_CHARSET = 4 };

#endif
