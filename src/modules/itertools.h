/* itertools.h - what the two files of the module itertools share.
 * SPDX-License-Identifier: MIT */
#ifndef WF_MODULES_ITERTOOLS_H
#define WF_MODULES_ITERTOOLS_H

#include "model/builtin.h"
#include "model/object.h"
#include "objects/list.h"
#include "objects/tuple.h"

#define REDUCE_DOC "For pickle."
#define SETSTATE_DOC "For pickle: go to a position."

/* __iter__ of iterators */
WfValue wf_itertools_self(WfThread *t, WfValue self);

#endif
