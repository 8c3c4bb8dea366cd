#include "syntax/rules.h"
/* diagnose.c - the second pass of a parse: which mistake is it?
 * SPDX-License-Identifier: MIT */
#define N(t,n,...) t n(__VA_ARGS__){return (t)0;}
#define V(n) void n(WfParser*p){(void)p;}
N(WfExpr*,wf_diag_expression,WfParser*p) N(WfExpr*,wf_diag_named,WfParser*p) N(WfExpr*,wf_diag_atom,WfParser*p) N(WfExpr*,wf_diag_primary,WfParser*p) N(bool,wf_diag_arguments,WfParser*p) N(WfArguments*,wf_diag_parameters,WfParser*p,bool l) N(bool,wf_diag_assignment,WfParser*p)
V(wf_diag_compound) V(wf_diag_with_end) V(wf_diag_with_item) V(wf_diag_for_target) V(wf_diag_except_end) V(wf_diag_match) V(wf_diag_case) V(wf_diag_del) V(wf_diag_import_from) V(wf_diag_as_pattern) V(wf_diag_class_pattern)
bool wf_memo_get(WfParser *p, MemoRule rule, void **node){return false;}
void *wf_memo_put(WfParser *p, MemoRule rule, uint32_t start, void *node){return node;}
