/* fuzz_parser.c - libFuzzer entry for the parser and the unparser.
 * SPDX-License-Identifier: MIT
 * The first byte chooses mode and flags, the rest is source text. */
#include <stddef.h>
#include <stdint.h>

#include "syntax/parser.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0) {
        return 0;
    }
    WfParseOptions opt = {.mode = (WfParseMode)(data[0] & 3), .flags = data[0] >> 2 & 15};
    WfArena a;
    wf_arena_init(&a);
    WfSource src;
    WfSyntaxError err;
    WfMod *mod;
    if (wf_source_decode(&a, (const char *)data + 1, size - 1, &opt, &src, &err)
        && !src.needs_codec && wf_parse(&a, src.text, src.len, &opt, &mod, &err)
        && opt.mode == WF_PARSE_EVAL) {
        bool too_deep;
        wf_ast_unparse(&a, mod->Expression.body, &too_deep);
    }
    wf_arena_free(&a);
    return 0;
}
