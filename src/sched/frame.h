/* frame.h - a Python frame on the thread's frame stack.
 * SPDX-License-Identifier: MIT
 *
 * Frames of Python functions lie one behind the other on chunks of registers (WfStackChunk). A frame is a
 * head of WF_FRAME_WORDS words, directly followed by its registers:
 *
 *   ... caller's registers ... | callee value | WfFrame | R[0] (first argument) ... R[nregs-1] |
 *
 * The caller puts callee and arguments where the callee's frame will be: a call copies no arguments. A generator's
 * frame lies in its object and stays there while it runs; what it calls goes onto the thread's stack.
 * Owner thread only; the collector reads it with the world stopped. Live registers at a safepoint: code/liveness.h. */
#ifndef WF_SCHED_FRAME_H
#define WF_SCHED_FRAME_H

#include "gc/value.h"

typedef uint64_t WfInsn;

/* What the return of a frame does with its result. */
typedef enum WfReturn {
    WF_RET_STORE,    /* R[dst] of the caller = result */
    WF_RET_TO_C,     /* leave the interpreter loop: wf_vm_run returns the result */
    WF_RET_INIT,     /* __init__: the result must be None; R[dst] = owner, the new instance */
    WF_RET_GEN_FOR,  /* generator resumed by FOR_ITER: its end jumps by the word before the caller's pc */
    WF_RET_GEN_SEND, /* generator or coroutine resumed by SEND: R[dst] = result, then likewise */
    WF_RET_GEN_C     /* generator resumed from C: wf_vm_run returns what it yields or returns */
} WfReturn;

enum {
    WF_FRAME_MODULE = 1,     /* locals is the namespace (module, class body, exec) */
    WF_FRAME_GENERATOR = 2,  /* lies in a WfGenerator */
    WF_FRAME_TRACED = 4,     /* call event was sent */
    WF_FRAME_HIDDEN = 8      /* import machinery: left out of tracebacks when an ImportError leaves it */
};

enum { WF_RERAISE_ORIGIN = 2 }; /* and a frame that is left so shows where the exception came from */

struct WfFrame {
    struct WfFrame *prev;  /* caller's frame or NULL; crosses entries from C */
    struct WfCode *code;   /* immutable in the frame's life */
    const WfInsn *pc;      /* next instruction; saved before anything that may look at it */
    WfValue func;          /* the function: globals, builtins, closure */
    WfValue locals;        /* WF_FRAME_MODULE: mapping; WF_FRAME_GENERATOR: where the thread's stack is free (WfValue *), while it runs */
    WfValue fobj;          /* the WfFrameObject made on demand, or WF_EMPTY */
    WfValue owner;         /* the instance for WF_RET_INIT; WF_FRAME_GENERATOR: the namespace, if module-like; or WF_EMPTY */
    uint16_t flags;
    uint8_t ret;           /* WfReturn */
    uint8_t reraise;       /* the pending exception came from RERAISE: no new traceback entry; or WF_RERAISE_ORIGIN */
    uint32_t dst;
};
#define WF_FRAME_WORDS (sizeof(struct WfFrame) / sizeof(WfValue))
_Static_assert(sizeof(struct WfFrame) == 64, "a frame head is one cache line");

#define WF_FRAME_REGS(f) ((WfValue *)((f) + 1))
#define WF_FRAME_OF(regs) ((WfFrame *)(regs) - 1)
#define WF_FRAME_DST(f) ((f)->dst)

#endif
