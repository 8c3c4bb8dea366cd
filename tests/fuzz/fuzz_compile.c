/* fuzz_compile.c - source text to code: lexer, parser, symbol table, code generator, verifier, liveness, and the way to bytes and back.
 * SPDX-License-Identifier: MIT
 * The first byte chooses mode, flags and optimisation, the rest is what compile() gets as bytes. */
#include "runtime.h"

#include "code/unit.h"
#include "compiler/compile.h"
#include "objects/bytes.h"
#include "objects/str.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const uint32_t flags[] = {0, WF_PYCF_ONLY_AST, WF_PYCF_TYPE_COMMENTS | WF_PYCF_ONLY_AST, WF_PYCF_TOP_LEVEL_AWAIT, WF_PYCF_FILE,
                                     WF_PYCF_ALLOW_INCOMPLETE_INPUT | WF_PYCF_DONT_IMPLY_DEDENT, WF_PYCF_FILE, 0};
    WfThread *t = fuzz_thread;
    if (size == 0) {
        return 0;
    }
    WfValue code = wf_compile_bytes(t, data + 1, size - 1, WF_NAME_V(string), data[0] % 3, flags[data[0] >> 2 & 7], data[0] >> 5 & 1 ? 2 : 0);
    if (!wf_is_empty(code) && WF_IS_KIND(code, CODE)) {
        WfCode *c = wf_as_code(code);
        fuzz_look_at(c, 0);
        WfValue unit = wf_unit_dump(t, c);
        if (!wf_is_empty(unit)) {
            WfValue again = wf_unit_load(t, wf_as_bytes(unit)->data, (size_t)wf_as_bytes(unit)->length);
            if (wf_is_empty(again)) {
                abort(); /* what was written is not read */
            }
            fuzz_look_at(wf_as_code(again), 0);
        }
    }
    fuzz_end();
    return 0;
}
