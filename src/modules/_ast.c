/* _ast.c - what compile() does with syntax trees.
 * SPDX-License-Identifier: MIT */
#include "compiler/compile.h"
#include "modules/builtins.h"
#include "objects/exceptions.h"

WfValue wf_compile_ast_object(WfThread *t, WfValue source, WfValue filename, int mode, uint32_t flags, int optimize)
{
    (void)source;
    (void)filename;
    (void)mode;
    (void)optimize;
    if (flags & WF_PYCF_ONLY_AST) {
        return wf_raise(t, WF_EXC(NotImplementedError), "syntax trees are not available yet");
    }
    return WF_NONE;
}
