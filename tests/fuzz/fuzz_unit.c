/* fuzz_unit.c - the bytes of a cached code object, with a checksum that fits: reading, verifying, and what is computed from them.
 * SPDX-License-Identifier: MIT */
#include "runtime.h"

#include "code/unit.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 24) {
        return 0;
    }
    uint8_t *unit = malloc(size);
    if (unit == NULL) {
        return 0;
    }
    memcpy(unit, data, size);
    wf_unit_seal(unit, size);
    WfValue code = wf_unit_load(fuzz_thread, unit, size);
    free(unit);
    if (!wf_is_empty(code)) {
        fuzz_look_at(wf_as_code(code), 0);
        (void)!wf_is_empty(wf_unit_dump(fuzz_thread, wf_as_code(code)));
    }
    fuzz_end();
    return 0;
}
