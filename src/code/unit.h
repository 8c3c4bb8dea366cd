/* unit.h - code objects as bytes, and back: the parts of a unit become objects when they are first needed.
 * SPDX-License-Identifier: MIT */
#ifndef WF_CODE_UNIT_H
#define WF_CODE_UNIT_H

#include "code/code.h"

/* code and all nested in it, as bytes. ValueError: a constant that cannot be written. */
WfValue wf_unit_dump(WfThread *t, WfCode *code) WF_MUST_CHECK;
/* Fills in layout, length and checksum of a unit of n bytes, at least 24. */
void wf_unit_seal(uint8_t *data, size_t n);
/* How long is the unit that begins at data? 0: none that this weft has written, or not all of it is there. */
size_t wf_unit_size(const uint8_t *data, size_t n);
/* Does a whole and undamaged unit of this weft begin at data? */
bool wf_unit_intact(const uint8_t *data, size_t n);
/* The code object of the unit of n bytes (as wf_unit_size says). ValueError: damaged. */
WfValue wf_unit_load(WfThread *t, const uint8_t *data, size_t n) WF_MUST_CHECK;

#endif
