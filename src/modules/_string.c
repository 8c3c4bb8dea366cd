/* _string.c - the module _string: what string.Formatter needs.
 * SPDX-License-Identifier: MIT
 * Threads: no state. */
#include "model/builtin.h"
#include "objects/format_spec.h"

static WfValue formatter_parser(WfThread *t, WfValue *a)
{
    return wf_formatter_parser(t, a[0]);
}
static WfValue formatter_field_name_split(WfThread *t, WfValue *a)
{
    return wf_formatter_field_name_split(t, a[0]);
}

static const WfBuiltinDef functions[] = {
    {"formatter_field_name_split", formatter_field_name_split, "(name, /)",
     "The first part of a field name, and an iterator over (is_attribute, key)."},
    {"formatter_parser", formatter_parser, "(format, /)",
     "Iterator over (literal, field name, format spec, conversion)."},
    {0}};

const WfModuleDef wf_module__string = {"_string", "Parsing of format strings for string.Formatter.", functions, NULL};
