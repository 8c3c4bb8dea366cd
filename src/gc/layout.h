/* layout.h - where the heap and its side tables lie in the address space.
 * SPDX-License-Identifier: MIT
 *
 * One range of addresses is reserved at start, at a fixed place, so that "is this word a pointer to an object" is a
 * shift and a compare, and so that the card of a slot, the mark bit of a cell, the type of a shape id and
 * the built-in types are computed without loading a base. Memory is committed as the heap grows.
 *
 *   WF_HEAP_BASE   objects: blocks of 64 KiB, each of one size class, or runs of blocks for large cells
 *   WF_CARD_BASE   one byte for each 512 bytes of heap: a store of a value dirties it
 *   WF_MARK_BASE   one bit for each 16 bytes of heap: the cell that begins there is marked
 *   WF_BLOCK_BASE  one WfBlock record for each block
 *   WF_OLD_MARK_BASE  a copy of the marks, in use during a full collection only
 *
 * The first blocks of the heap are the static area: built-in types, their shapes and the well-known names, at
 * addresses that are compile-time constants. Everything there is always marked. */
#ifndef WF_GC_LAYOUT_H
#define WF_GC_LAYOUT_H

#include <stdint.h>

#ifdef __has_feature /* clang's; older gcc may not see its call even behind a test */
#    define WF_TSAN __has_feature(thread_sanitizer)
#    define WF_ASAN __has_feature(address_sanitizer)
#else
#    ifdef __SANITIZE_THREAD__
#        define WF_TSAN 1
#    else
#        define WF_TSAN 0
#    endif
#    ifdef __SANITIZE_ADDRESS__
#        define WF_ASAN 1
#    else
#        define WF_ASAN 0
#    endif
#endif

#if WF_TSAN
#    define WF_HEAP_BASE 0x7e8000000000u /* inside the range that ThreadSanitizer shadows */
#    define WF_HEAP_SIZE ((uint64_t)64 << 30)
#    define WF_SIDE_BASE 0x7eC000000000u
#else
#    define WF_HEAP_BASE 0x200000000000u
#    define WF_HEAP_SIZE ((uint64_t)1 << 39)
#    define WF_SIDE_BASE 0x210000000000u
#endif
#define WF_HEAP_TAG (WF_HEAP_BASE >> 39) /* bits 39.. of every object's address */

#define WF_BLOCK_SHIFT 16
#define WF_BLOCK_SIZE ((uint64_t)1 << WF_BLOCK_SHIFT)
#define WF_CARD_SHIFT 9
#define WF_GRANULE_SHIFT 4

#define WF_CARD_BASE WF_SIDE_BASE                                      /* HEAP_SIZE >> 9  */
#define WF_MARK_BASE (WF_CARD_BASE + (WF_HEAP_SIZE >> WF_CARD_SHIFT))  /* HEAP_SIZE >> 7  */
#define WF_BLOCK_BASE (WF_MARK_BASE + (WF_HEAP_SIZE >> 7))             /* (HEAP_SIZE >> 16) records of 64 bytes */
#define WF_OLD_MARK_BASE (WF_BLOCK_BASE + (WF_HEAP_SIZE >> 10))        /* marks before the full collection that runs */
#define WF_BLOCK_RECORD 64

/* Static area. A type cell holds the WfType; a shape cell the type's root shape. */
#define WF_STATIC_TYPE_CELL 1024
#define WF_STATIC_SHAPE_CELL 64
#define WF_STATIC_NAME_CELL 64
#define WF_STATIC_TYPES_MAX 512
#define WF_STATIC_NAMES_MAX 1024
#define WF_STATIC_TYPES WF_HEAP_BASE
#define WF_STATIC_SHAPES (WF_STATIC_TYPES + (uint64_t)WF_STATIC_TYPES_MAX * WF_STATIC_TYPE_CELL)
#define WF_STATIC_NAMES (WF_STATIC_SHAPES + (uint64_t)WF_STATIC_TYPES_MAX * WF_STATIC_SHAPE_CELL)
#define WF_STATIC_END (WF_STATIC_NAMES + (uint64_t)WF_STATIC_NAMES_MAX * WF_STATIC_NAME_CELL)

#endif
