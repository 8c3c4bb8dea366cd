/* compile.h - from source text or syntax tree to a code object.
 * SPDX-License-Identifier: MIT */
#ifndef WF_COMPILER_COMPILE_H
#define WF_COMPILER_COMPILE_H

#include "code/code.h"
#include "syntax/ast.h"
#include "syntax/parser.h"

/* To be raised with every change of the code that the compiler makes (the instructions themselves aside). */
#define WF_COMPILER_VERSION 1

enum { /* flags of compile() */
    WF_PYCF_SOURCE_IS_UTF8 = 0x0100, WF_PYCF_DONT_IMPLY_DEDENT = 0x0200, WF_PYCF_ONLY_AST = 0x0400,
    WF_PYCF_IGNORE_COOKIE = 0x0800, WF_PYCF_TYPE_COMMENTS = 0x1000, WF_PYCF_TOP_LEVEL_AWAIT = 0x2000,
    WF_PYCF_ALLOW_INCOMPLETE_INPUT = 0x4000,
    WF_PYCF_VERSION_SHIFT = 26, /* weft's own: four bits, the minor version of Python to parse; 0: the newest */
    WF_PYCF_FILE = 1 << 30 /* weft's own: errors of decoding speak of a file (the script, stdin), not of a string */
};

/* Parses and compiles UTF-8 source (mode: 0 exec, 1 eval, 2 single, 3 func_type). With WF_PYCF_ONLY_AST the result is an object of module
 * ast instead of code. flags: WF_PYCF_* and WF_CO_FUTURE_*.
 * optimize: -1 as the interpreter was started, else 0..2. SyntaxError and its kin are raised with all fields. */
WfValue wf_compile_source(WfThread *t, const char *source, size_t n, WfValue filename, int mode, uint32_t flags, int optimize)
    WF_MUST_CHECK;
/* Is a tree that did not come from the parser sound? ValueError, TypeError. wf_compile_tree relies on it. */
WfStatus wf_compile_validate(WfThread *t, const WfMod *tree) WF_MUST_CHECK;
/* Compiles a tree. `future` receives nothing; the tree's own __future__ imports are added to flags. */
WfValue wf_compile_tree(WfThread *t, WfArena *arena, WfMod *tree, WfValue filename, uint32_t flags, int optimize)
    WF_MUST_CHECK;
/* Raw bytes of a file or of compile(b'...'): finds the encoding (PEP 263), decodes, compiles. */
WfValue wf_compile_bytes(WfThread *t, const uint8_t *data, size_t n, WfValue filename, int mode, uint32_t flags, int optimize)
    WF_MUST_CHECK;

/* Parses, finds the scopes (symtable.h) and gives them to visit, whose result is returned; they are gone afterwards. */
struct WfScope;
typedef WfValue (*WfScopesFn)(WfThread *t, void *arg, const struct WfScope *top);
WfValue wf_compile_scopes(WfThread *t, const char *source, size_t n, WfValue filename, int mode, WfScopesFn visit, void *arg) WF_MUST_CHECK;
/* A tree as objects of module ast (modules/_ast.c). */
WfValue wf_ast_to_object(WfThread *t, const WfAstNode *node) WF_MUST_CHECK;

#endif
