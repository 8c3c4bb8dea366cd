/* runtime.h - for fuzz targets: one runtime, made once; what each input leaves behind is cleared.
 * SPDX-License-Identifier: MIT */
#ifndef TESTS_FUZZ_RUNTIME_H
#define TESTS_FUZZ_RUNTIME_H

#include "code/code.h"
#include "code/liveness.h"
#include "gc/heap.h"
#include "objects/tuple.h"
#include "runtime/state.h"

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <unistd.h>

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static WfThread *fuzz_thread;

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    static const char *ignore[] = {"ignore"};
    static WfConfig config = {.int_max_str_digits = 4300, .hash_seed = 0, .no_site = true, .isolated = true, .ignore_environment = true,
                              .dont_write_bytecode = true, .check_hash_pycs = "default", .executable = "/usr/bin/weft",
                              .own_lib = WF_SOURCE_DIR "/lib", .stdlib = "/usr/lib/python3.11", .warn_options = ignore, .n_warn_options = 1};
    (void)argc;
    (void)argv;
    fuzz_thread = wf_runtime_start(&config);
    if (fuzz_thread == NULL) {
        exit(2);
    }
    return 0;
}

/* After each input. Now and then a collection, so that what it made is traced and swept too. */
static inline void fuzz_end(void)
{
    static unsigned count;
    WfThread *t = fuzz_thread;
    wf_clear_pending(t);
    if (wf_handle_breaker(t) != WF_OK) {
        wf_clear_pending(t);
    }
    if (++count % 256 == 0) {
        wf_gc_collect(t, count % 4096 == 0 ? WF_GC_FULL : WF_GC_YOUNG);
    }
}

/* Everything that is computed from a code object when it runs, for it and those in it. */
static inline void fuzz_look_at(WfCode *c, int depth)
{
    WfThread *t = fuzz_thread;
    if (depth > 20 || wf_code_load(t, c) != WF_OK) {
        wf_clear_pending(t);
        return;
    }
    WfCodeParts p;
    if (wf_code_parts(t, c, &p) != WF_OK) {
        wf_clear_pending(t);
        return;
    }
    WfMarker *m = calloc(1, sizeof *m);
    WfValue *regs = calloc((size_t)p.n_regs + 1, sizeof *regs);
    for (int32_t i = 0; m != NULL && regs != NULL && i < p.n_insns; i += 7) {
        wf_liveness_mark(m, c, i, regs, p.n_regs);
    }
    free(m);
    free(regs);
    for (int64_t i = 0; i < p.consts->length; i++) {
        WfValue v = wf_tuple_at(p.consts, i);
        if (WF_IS_KIND(v, CODE)) {
            fuzz_look_at(wf_as_code(v), depth + 1);
        }
    }
}

#endif
