/* interp.h - out-of-line parts of the loop's handlers.
 * SPDX-License-Identifier: MIT
 * Each returns WF_EMPTY, WF_RAISED or WF_ERROR with an exception pending where it fails. */
#ifndef WF_VM_INTERP_H
#define WF_VM_INTERP_H

#include "code/code.h"
#include "objects/dict.h"
#include "objects/str.h"
#include "objects/tuple.h"

/* arith.c: operators on what the handler did not know; mixed int and float first */
WfValue wf_op_arith(WfThread *t, WfBinaryOp op, WfValue a, WfValue b) WF_MUST_CHECK;
WfValue wf_op_inplace(WfThread *t, unsigned op, WfValue a, WfValue b) WF_MUST_CHECK;
WfFound wf_op_compare_truth(WfThread *t, WfValue a, WfValue b, int op) WF_MUST_CHECK;
WfValue wf_op_compare(WfThread *t, WfValue a, WfValue b, int op) WF_MUST_CHECK;
WfValue wf_op_getitem(WfThread *t, WfValue o, WfValue key) WF_MUST_CHECK;
WfStatus wf_op_setitem(WfThread *t, WfValue o, WfValue key, WfValue v) WF_MUST_CHECK;
WfValue wf_op_get_slice(WfThread *t, WfValue o, WfValue start, WfValue stop) WF_MUST_CHECK;

/* names.c */
WfValue wf_op_unbound_local(WfThread *t, WfStr *name) WF_COLD;
WfValue wf_op_unbound_deref(WfThread *t, WfFrame *f, unsigned reg, WfStr *name) WF_COLD;
WfValue wf_op_load_name(WfThread *t, WfFrame *f, WfStr *name) WF_MUST_CHECK;
WfValue wf_op_load_classderef(WfThread *t, WfFrame *f, unsigned reg, WfStr *name) WF_MUST_CHECK;
WfStatus wf_op_store_name(WfThread *t, WfFrame *f, WfStr *name, WfValue v) WF_MUST_CHECK;
WfStatus wf_op_delete_name(WfThread *t, WfFrame *f, WfStr *name) WF_MUST_CHECK;
WfStatus wf_op_delete_global(WfThread *t, WfFrame *f, WfStr *name) WF_MUST_CHECK;
WfStatus wf_op_setup_annotations(WfThread *t, WfFrame *f) WF_MUST_CHECK;
WfValue wf_op_import_name(WfThread *t, WfFrame *f, WfStr *name, WfValue level, WfValue fromlist) WF_MUST_CHECK;
WfValue wf_op_import_from(WfThread *t, WfValue module, WfStr *name) WF_MUST_CHECK;
WfStatus wf_op_import_star(WfThread *t, WfFrame *f, WfValue module) WF_MUST_CHECK;
WfValue wf_op_build_class(WfThread *t, WfFrame *f) WF_MUST_CHECK;
WfValue wf_op_make_function(WfThread *t, WfFrame *f, WfCode *code, const WfValue *parts, unsigned flags) WF_MUST_CHECK;
WfStatus wf_op_print_expr(WfThread *t, WfValue v) WF_MUST_CHECK;

/* build.c: containers, unpacking, formatting, matching */
WfValue wf_op_build_set(WfThread *t, const WfValue *items, int64_t n) WF_MUST_CHECK;
WfValue wf_op_build_map(WfThread *t, const WfValue *items, int64_t n) WF_MUST_CHECK;
WfValue wf_op_build_string(WfThread *t, const WfValue *items, int64_t n) WF_MUST_CHECK;
WfValue wf_op_format_value(WfThread *t, const WfValue *v, unsigned how) WF_MUST_CHECK;
WfStatus wf_op_list_extend(WfThread *t, WfValue list, WfValue v) WF_MUST_CHECK;
WfStatus wf_op_dict_update(WfThread *t, WfValue dict, WfValue v) WF_MUST_CHECK;
WfStatus wf_op_dict_merge(WfThread *t, WfValue dict, WfValue v, WfValue callee) WF_MUST_CHECK;
WfStatus wf_op_unpack(WfThread *t, WfValue *out, WfValue v, int64_t n) WF_MUST_CHECK;
WfStatus wf_op_unpack_ex(WfThread *t, WfValue *out, WfValue v, int before, int after) WF_MUST_CHECK;
WfValue wf_op_match_keys(WfThread *t, WfValue subject, WfValue keys) WF_MUST_CHECK;
WfValue wf_op_match_class(WfThread *t, WfValue subject, WfValue cls, WfValue names, int64_t n) WF_MUST_CHECK;
WfValue wf_op_match_rest(WfThread *t, WfValue subject, WfValue keys) WF_MUST_CHECK;

/* with.c */
WfStatus wf_op_with_lookup(WfThread *t, WfValue manager, bool is_async, WfValue *enter, WfValue *enter_self, WfValue *exit)
    WF_MUST_CHECK;

/* call.c */
/* Calls anything that the handler did not know; args as laid out in registers. */
WfValue wf_op_call(WfThread *t, WfValue callee, WfValue *args, int64_t n, WfTuple *kwnames) WF_MUST_CHECK;
WfValue wf_op_call_method_descriptor(WfThread *t, WfValue callee, WfValue *args, int64_t n) WF_MUST_CHECK;
/* Binds *args and **kwargs (or WF_EMPTY) to func's parameters at regs, behind self unless that is WF_EMPTY. */
WfStatus wf_op_bind_ex(WfThread *t, WfValue func, WfValue self, WfValue *regs, WfValue args, WfValue kwargs) WF_MUST_CHECK;
WfValue wf_op_call_ex(WfThread *t, WfValue callee, WfValue args, WfValue kwargs) WF_MUST_CHECK;

/* unwind.c */
/* Adds f to the traceback; the handler in f that takes the pending exception, or NULL: f is to be left. */
const WfHandler *wf_vm_unwind_step(WfThread *t, WfFrame *f);
/* Ends frame f by exception; its caller. */
WfFrame *wf_vm_unwind_leave(WfThread *t, WfFrame *f);
/* What PUSH_HANDLED saves and POP_HANDLED restores (EMPTY in a generator: what its resumer handles). */
WfValue wf_handled_push(WfThread *t, const WfFrame *f);
void wf_handled_pop(WfThread *t, const WfFrame *f, WfValue saved);

/* trace.c: sys.settrace, sys.setprofile */
WfStatus wf_vm_trace_line(WfThread *t, WfFrame *f) WF_MUST_CHECK;
WfStatus wf_vm_trace_return(WfThread *t, WfFrame *f, WfValue result) WF_MUST_CHECK;
WfStatus wf_vm_trace_exception(WfThread *t, WfFrame *f) WF_MUST_CHECK;
/* The generator's frame f is entered with an exception pending. */
WfStatus wf_vm_trace_throw(WfThread *t, WfFrame *f) WF_MUST_CHECK;
/* What frame f iterates over or awaits has ended with a StopIteration(value), which the loop did not make. */
WfStatus wf_vm_trace_stop(WfThread *t, WfFrame *f, WfValue value) WF_MUST_CHECK;
/* With a profile function: does the call instruction if the callee is built in, between its events. MISSING: it is not.
 * FOUND: done, f->pc is that of the next instruction. */
WfFound wf_vm_trace_builtin_call(WfThread *t, WfFrame *f, WfInsn insn) WF_MUST_CHECK;

#endif
