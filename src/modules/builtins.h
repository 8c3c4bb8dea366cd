/* builtins.h - module builtins.
 * SPDX-License-Identifier: MIT */
#ifndef WF_MODULES_BUILTINS_H
#define WF_MODULES_BUILTINS_H

#include "model/builtin.h"

extern const WfModuleDef wf_module_builtins;

/* For compile(): an `ast` object, or the request for one (PyCF_ONLY_AST). None: source is text to be compiled. modules/_ast.c */
WfValue wf_compile_ast_object(WfThread *t, WfValue source, WfValue filename, int mode, uint32_t flags, int optimize) WF_MUST_CHECK;
/* vm/async_generator.c */
WfValue wf_anext_awaitable(WfThread *t, WfValue awaitable, WfValue fallback) WF_MUST_CHECK;

#endif
