/* _opcode.c - module _opcode: what the library's opcode asks of the interpreter.
 * SPDX-License-Identifier: MIT
 * weft is a register machine: no instruction has an effect on a stack, so stack_effect has no answer for any opcode. */
#include "model/builtin.h"
#include "model/object.h"

static WfValue stack_effect(WfThread *t, WfValue *a)
{
    int op;
    if (wf_to_int(t, a[0], &op) != WF_OK) {
        return WF_EMPTY;
    }
    return wf_raise(t, WF_EXC(NotImplementedError), "weft's instructions work on registers, they have no stack effect");
}
static WfValue get_specialization_stats(WfThread *t, WfValue *a)
{
    return WF_NONE;
}
static const WfBuiltinDef functions[] = {
    {"stack_effect", stack_effect, "(opcode, oparg=None, /, *, jump=None)", "Not available: there is no stack.", 0},
    {"get_specialization_stats", get_specialization_stats, "()", "None: no such numbers are kept.", 0},
    {0}};
const WfModuleDef wf_module__opcode = {.name = "_opcode", .doc = "Support for module opcode.", .functions = functions};
