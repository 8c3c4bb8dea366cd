/* source_lines.h - lines of source for messages.
 * SPDX-License-Identifier: MIT */
#ifndef WF_RUNTIME_SOURCE_LINES_H
#define WF_RUNTIME_SOURCE_LINES_H

#include "model/object.h"

/* The text of a source file as a str, by its name or (as a last resort) by its last part on sys.path; decoded as its cookie says.
 * None if there is no such file or it cannot be decoded. Raises only for want of memory. */
WfValue wf_source_text(WfThread *t, WfStr *filename) WF_MUST_CHECK;
/* Line `lineno` (from 1) of the text without its newline, or None. */
WfValue wf_source_line(WfThread *t, WfValue text, int lineno) WF_MUST_CHECK;

/* How an expression at [start, end) of `line` (UTF-8 offsets in characters are the caller's business) is underlined: for a binary
 * operation the operator, for a subscript the brackets stand out. False: nothing stands out. Offsets are bytes of the segment. */
bool wf_source_anchors(WfThread *t, const char *segment, size_t n, size_t *left, size_t *right);

#endif
