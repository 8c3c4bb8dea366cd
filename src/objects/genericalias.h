/* genericalias.h - types.GenericAlias: list[int] and the like.
 * SPDX-License-Identifier: MIT */
#ifndef WF_OBJECTS_GENERICALIAS_H
#define WF_OBJECTS_GENERICALIAS_H

#include "model/object.h"

/* origin[args]; args a tuple, or one argument. */
WfValue wf_generic_alias_new(WfThread *t, WfValue origin, WfValue args) WF_MUST_CHECK;
/* Body of __class_getitem__ in method tables, for classes that are generic in annotations only: a[0] the class, a[1] the item. */
WfValue wf_class_getitem(WfThread *t, WfValue *a);

#endif
