/* _typing.c - module _typing: a function for typing.NewType and its like.
 * SPDX-License-Identifier: MIT */
#include "model/builtin.h"

static WfValue idfunc(WfThread *t, WfValue *a)
{
    return a[0];
}
static const WfBuiltinDef functions[] = {{"_idfunc", idfunc, "(x, /)", "Gives x back.", 0}, {0}};
const WfModuleDef wf_module__typing = {.name = "_typing", .doc = "Support for module typing.", .functions = functions};
