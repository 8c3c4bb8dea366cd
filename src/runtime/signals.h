/* signals.h - from a signal's delivery to its Python handler.
 * SPDX-License-Identifier: MIT
 * The C handler notes the number in atomics and wakes the main thread; Python handlers run there, from wf_handle_breaker. */
#ifndef WF_RUNTIME_SIGNALS_H
#define WF_RUNTIME_SIGNALS_H

#include "model/object.h"

#include <signal.h>

/* SIGINT raises KeyboardInterrupt, SIGPIPE and SIGXFSZ are ignored. */
WfStatus wf_signals_init(WfThread *t) WF_MUST_CHECK;
/* Runs the handlers of signals that have come in. Main thread only (elsewhere nothing). */
WfStatus wf_signals_run(WfThread *t) WF_MUST_CHECK;
/* As if the signal had come in (interrupt_main). */
void wf_signals_trip(WfRuntime *rt, int signum);
/* An iterable of signal numbers as a set. */
WfStatus wf_signals_set(WfThread *t, WfValue iterable, sigset_t *set) WF_MUST_CHECK;
/* In the child after fork. */
void wf_signals_after_fork(WfThread *t);

#endif
