/* structseq.h - struct sequences: tuples whose items have names (os.stat_result, time.struct_time, sys.flags).
 * SPDX-License-Identifier: MIT
 *
 *     static const WfStructSeqField fields[] = {{"tm_year", "year"}, ..., {0}};
 *     static const WfStructSeqDesc desc = {"time.struct_time", "doc", fields, 9};
 *     WfType *type = wf_structseq_new_type(t, &desc);
 *     WfValue v = wf_structseq_from(t, type, items, 11);
 *
 * The first `n_sequence` fields are the tuple's items; the others have a name only. */
#ifndef WF_OBJECTS_STRUCTSEQ_H
#define WF_OBJECTS_STRUCTSEQ_H

#include "model/builtin.h"
#include "objects/tuple.h"

typedef struct WfStructSeqField {
    const char *name; /* NULL in the last row; WF_STRUCTSEQ_UNNAMED: an item without a name */
    const char *doc;
} WfStructSeqField;
#define WF_STRUCTSEQ_UNNAMED "unnamed field"

typedef struct WfStructSeqDesc {
    const char *name; /* "module.name" */
    const char *doc;
    const WfStructSeqField *fields;
    int n_sequence;
} WfStructSeqDesc;

/* A new type. `desc` must live as long as the process. */
WfType *wf_structseq_new_type(WfThread *t, const WfStructSeqDesc *desc) WF_MUST_CHECK;
/* The interpreter's one type for desc, made on first use. */
WfType *wf_structseq_type(WfThread *t, const WfStructSeqDesc *desc) WF_MUST_CHECK;
/* Takes away the constructor, as sys.flags has none. */
WfStatus wf_structseq_disable_new(WfThread *t, WfType *type) WF_MUST_CHECK;
/* Another constructor, named __new__, in place of the one that takes a sequence. */
WfStatus wf_structseq_set_new(WfThread *t, WfType *type, const WfBuiltinDef *def) WF_MUST_CHECK;
/* "module.name" */
WfValue wf_structseq_full_name(WfThread *t, WfType *type) WF_MUST_CHECK;
/* n items; missing ones are None. */
WfValue wf_structseq_from(WfThread *t, WfType *type, const WfValue *items, int n) WF_MUST_CHECK;

#endif
