/* frame.h - a Python frame on the thread's frame stack.
 * SPDX-License-Identifier: MIT
 *
 * Frames of Python functions lie one behind the other on chunks of registers (WfStackChunk). A frame is a
 * head of WF_FRAME_WORDS words, directly followed by its registers:
 *
 *   ... caller's registers ... | callee value | WfFrame | R[0] (first argument) ... R[nregs-1] |
 *
 * The caller puts callee and arguments where the callee's frame will be: a call copies no arguments. A suspended generator
 * keeps its registers in its object and gets them copied in at resume, out at yield.
 * Owner thread only; the collector reads it with the world stopped. Live registers at a safepoint: code/liveness.h. */
#ifndef WF_SCHED_FRAME_H
#define WF_SCHED_FRAME_H

#include "gc/value.h"

typedef uint64_t WfInsn;

/* What the return of a frame does with its result: low 8 bits of WfFrame.ret; the destination register of the
 * caller is in bits 16..31. */
typedef enum WfReturn {
    WF_RET_STORE,      /* R[dst] of the caller = result */
    WF_RET_TO_C,       /* leave the interpreter loop: wf_vm_run returns the result */
    WF_RET_INIT,       /* __init__: result must be None; the new instance is already in R[dst] */
    WF_RET_DISCARD,    /* __setattr__-like: drop the result */
    WF_RET_TRUTH,      /* __bool__-like result, R[dst] = True/False (must be bool) */
    WF_RET_NOT_TRUTH,
    WF_RET_GENERATOR   /* body of a generator: its return ends the generator, see vm/generator.c */
} WfReturn;

enum {
    WF_FRAME_MODULE = 1,     /* locals is the namespace (module, class body, exec) */
    WF_FRAME_GENERATOR = 2,  /* `owner` is the generator whose registers were copied in */
    WF_FRAME_TRACED = 4,     /* call event was sent */
    WF_FRAME_HIDDEN = 8      /* import machinery: left out of tracebacks when an ImportError leaves it */
};

struct WfFrame {
    struct WfFrame *prev;  /* caller's frame or NULL; crosses entries from C */
    struct WfCode *code;   /* immutable in the frame's life */
    const WfInsn *pc;      /* next instruction; saved before anything that may look at it */
    WfValue func;          /* the function: globals, builtins, closure */
    WfValue locals;        /* mapping, where WF_FRAME_MODULE; else WF_EMPTY */
    WfValue fobj;          /* the WfFrameObject made on demand, or WF_EMPTY */
    WfValue owner;         /* generator object, or the instance for WF_RET_INIT, or WF_EMPTY */
    uint16_t flags;
    uint8_t ret;           /* WfReturn */
    uint8_t lasti_pad;
    uint32_t dst;
};
#define WF_FRAME_WORDS (sizeof(struct WfFrame) / sizeof(WfValue))
_Static_assert(sizeof(struct WfFrame) == 64, "a frame head is one cache line");

#define WF_FRAME_REGS(f) ((WfValue *)((f) + 1))
#define WF_FRAME_OF(regs) ((WfFrame *)(regs) - 1)
#define WF_FRAME_DST(f) ((f)->dst)

#endif
