/* unions.h - int | str (types.UnionType) and list[int] (types.GenericAlias).
 * SPDX-License-Identifier: MIT */
#ifndef WF_OBJECTS_UNIONS_H
#define WF_OBJECTS_UNIONS_H

#include "objects/genericalias.h"
#include "objects/str.h"

/* a | b for types: the `|` slot of type, None and the aliases. NotImplemented where an operand is no type. */
WfValue wf_union_or(WfThread *t, WfValue a, WfValue b) WF_MUST_CHECK;
WfTuple *wf_union_args(WfValue u);
/* __parameters__ of an args tuple: type variables in order of appearance. */
WfValue wf_alias_parameters(WfThread *t, WfTuple *args) WF_MUST_CHECK;
/* alias[item]: the type variables of args replaced. */
WfValue wf_alias_substitute(WfThread *t, WfValue self, WfTuple *args, WfTuple *params, WfValue item) WF_MUST_CHECK;
/* Appends the way a type is written in an alias: int, module.Class, ... */
WfStatus wf_alias_repr_item(WfThread *t, WfStrBuilder *b, WfValue v) WF_MUST_CHECK;

#endif
