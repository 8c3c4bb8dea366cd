/* _thread.c - module _thread: threads, locks, thread locals.
 * SPDX-License-Identifier: MIT
 *
 * Design: a lock is one byte (sched/word.h). Taking and giving back a lock nobody waits for is one compare-and-swap; waiting
 * spins a moment, then parks. A woken thread competes again, so that a busy thread is not stopped for every hand-over.
 * Threads: everything here; each word says its order. */
#include "model/builtin.h"
#include "objects/dict.h"
#include "objects/exceptions.h"
#include "objects/int.h"
#include "objects/list.h"
#include "objects/str.h"
#include "objects/structseq.h"
#include "objects/tuple.h"
#include "objects/weakref.h"
#include "platform/atomics.h"
#include "runtime/print_exception.h"
#include "runtime/signals.h"
#include "runtime/state.h"
#include "runtime/sys.h"
#include "sched/park.h"
#include "sched/word.h"
#include "sched/world.h"
#include "vm/vm.h"

#include <math.h>
#include <signal.h>
#include <unistd.h>

#define NS_PER_SECOND 1000000000
#define MAX_SECONDS 9223372036.0 /* 2^63 nanoseconds */

/* --- the word ------------------------------------------------------------------------------------------ */

typedef struct WfLock {
    WfObject h;
    uint8_t x_word;
} WfLock;

/* The arguments of acquire(): *deadline is 0 for "do not wait". */
static WfStatus acquire_arguments(WfThread *t, WfValue blocking, WfValue timeout, int64_t *deadline)
{
    bool wait;
    int64_t ns;
    if (wf_to_bool(t, blocking, &wait) != WF_OK || wf_to_nanoseconds(t, timeout, ceil, &ns) != WF_OK) {
        return WF_RAISED;
    }
    const bool forever = ns == -NS_PER_SECOND;
    if (!wait && !forever) {
        return WF_FAIL(wf_raise(t, WF_EXC(ValueError), "can't specify a timeout for a non-blocking call"));
    }
    if (ns < 0 && !forever) {
        return WF_FAIL(wf_raise(t, WF_EXC(ValueError), "timeout value must be positive"));
    }
    *deadline = !wait || ns == 0 ? 0 : forever ? WF_PARK_FOREVER : wf_park_deadline(ns);
    return WF_OK;
}

static WfValue acquire_word(WfThread *t, uint8_t *word, WfValue blocking, WfValue timeout)
{
    int64_t deadline = WF_PARK_FOREVER;
    if (!(wf_is_true(blocking) && wf_is_int(timeout) && wf_as_int(timeout) == -1)
        && acquire_arguments(t, blocking, timeout, &deadline) != WF_OK) {
        return WF_EMPTY;
    }
    if (WF_LIKELY(wf_word_try(word))) {
        return WF_TRUE;
    }
    if (deadline == 0) {
        return WF_FALSE;
    }
    WfAcquired r = wf_word_acquire(t, word, deadline);
    return r == WF_ACQUIRE_RAISED ? WF_EMPTY : WF_BOOL(r == WF_ACQUIRED);
}

/* --- lock -------------------------------------------------------------------------------------------------- */

static WfLock *self_lock(WfValue v)
{
    return WF_AS(WfLock, v);
}
static WfValue lock_new_object(WfThread *t)
{
    if (wf_type_ready(t, WF_TYPE(LOCK)) != WF_OK) {
        return WF_EMPTY;
    }
    return wf_from_object(WF_NEW(t, WfLock, LOCK, NATIVE));
}
static WfValue lock_acquire(WfThread *t, WfValue *a)
{
    return acquire_word(t, &self_lock(a[0])->x_word, a[1], a[2]);
}
static WfValue lock_release(WfThread *t, WfValue *a)
{
    return wf_word_release(&self_lock(a[0])->x_word) ? WF_NONE : wf_raise(t, WF_EXC(RuntimeError), "release unlocked lock");
}
static WfValue lock_enter(WfThread *t, WfValue *a)
{
    return acquire_word(t, &self_lock(a[0])->x_word, WF_TRUE, wf_small_int(-1));
}
static WfValue lock_locked(WfThread *t, WfValue *a)
{
    return WF_BOOL(wf_word_held(&self_lock(a[0])->x_word));
}
static WfValue lock_at_fork_reinit(WfThread *t, WfValue *a)
{
    __atomic_store_n(&self_lock(a[0])->x_word, (uint8_t)0, __ATOMIC_RELAXED);
    return WF_NONE;
}
static WfValue lock_repr(WfThread *t, WfValue self)
{
    bool held = wf_word_held(&self_lock(self)->x_word);
    return wf_str_format(t, "<%s %s object at %p>", held ? "locked" : "unlocked", "_thread.lock", (void *)wf_as_object(self));
}
static const WfBuiltinDef lock_methods[] = {
    {"acquire", lock_acquire, "(self, blocking=True, timeout=-1)", "Take the lock, waiting for it if need be; whether it was taken.", 0},
    {"acquire_lock", lock_acquire, "(self, blocking=True, timeout=-1)", "An old name of acquire().", 0},
    {"release", lock_release, "(self)", "Give the lock back.", 0},
    {"release_lock", lock_release, "(self)", "An old name of release().", 0},
    {"locked", lock_locked, "(self)", "Whether the lock is taken.", 0},
    {"locked_lock", lock_locked, "(self)", "An old name of locked().", 0},
    {"__enter__", lock_enter, "(self)", "Take the lock.", 0},
    {"__exit__", lock_release, "(self, *args)", "Give the lock back.", 0},
    {"_at_fork_reinit", lock_at_fork_reinit, "(self)", "Make the lock free, in a forked child.", 0},
    {0}};
static void trace_nothing(WfMarker *m, WfObject *o)
{
    (void)m;
    (void)o;
}
const WfTypeSpec wf_lock_spec = {
    .name = "_thread.lock",
    .doc = "A lock: taken by one thread at a time, given back by any.",
    .flags = WF_TF_NO_NEW | WF_TF_WEAKREFS,
    .size = sizeof(WfLock),
    .methods = lock_methods,
    .slots = {.repr = lock_repr, .trace = trace_nothing},
};

/* --- RLock -------------------------------------------------------------------------------------------------- */

typedef struct WfRLock {
    WfObject h;
    uint8_t x_word;
    uint64_t x_owner; /* ident of the holder, 0: none. Relaxed: a thread finds its own ident only if it stored it itself */
    uint64_t count;   /* holder only */
} WfRLock;

static WfRLock *self_rlock(WfValue v)
{
    return WF_AS(WfRLock, v);
}
static bool rlock_mine(const WfRLock *l, const WfThread *t)
{
    return __atomic_load_n(&l->x_owner, __ATOMIC_RELAXED) == t->ident;
}
static WfValue rlock_take(WfThread *t, WfRLock *l, WfValue blocking, WfValue timeout)
{
    if (rlock_mine(l, t)) {
        if (l->count == UINT64_MAX) {
            return wf_raise(t, WF_EXC(OverflowError), "Internal lock count overflowed");
        }
        l->count++;
        return WF_TRUE;
    }
    WfValue r = acquire_word(t, &l->x_word, blocking, timeout);
    if (wf_is_true(r)) {
        __atomic_store_n(&l->x_owner, t->ident, __ATOMIC_RELAXED);
        l->count = 1;
    }
    return r;
}
static WfValue rlock_acquire(WfThread *t, WfValue *a)
{
    return rlock_take(t, self_rlock(a[0]), a[1], a[2]);
}
static WfValue rlock_enter(WfThread *t, WfValue *a)
{
    return rlock_take(t, self_rlock(a[0]), WF_TRUE, wf_small_int(-1));
}
static WfValue rlock_release(WfThread *t, WfValue *a)
{
    WfRLock *l = self_rlock(a[0]);
    if (!rlock_mine(l, t)) {
        return wf_raise(t, WF_EXC(RuntimeError), "cannot release un-acquired lock");
    }
    if (--l->count == 0) {
        __atomic_store_n(&l->x_owner, (uint64_t)0, __ATOMIC_RELAXED);
        (void)wf_word_release(&l->x_word);
    }
    return WF_NONE;
}
static WfValue rlock_is_owned(WfThread *t, WfValue *a)
{
    return WF_BOOL(rlock_mine(self_rlock(a[0]), t));
}
static WfValue rlock_recursion_count(WfThread *t, WfValue *a)
{
    WfRLock *l = self_rlock(a[0]);
    return wf_small_int(rlock_mine(l, t) ? (int64_t)l->count : 0);
}
static WfValue rlock_release_save(WfThread *t, WfValue *a)
{
    WfRLock *l = self_rlock(a[0]);
    if (!rlock_mine(l, t)) {
        return wf_raise(t, WF_EXC(RuntimeError), "cannot release un-acquired lock");
    }
    WfValue state = wf_tuple_pair(t, wf_small_int((int64_t)l->count), wf_int_from_u64(t, t->ident));
    if (wf_is_empty(state)) {
        return state;
    }
    l->count = 0;
    __atomic_store_n(&l->x_owner, (uint64_t)0, __ATOMIC_RELAXED);
    (void)wf_word_release(&l->x_word);
    return state;
}
static WfValue rlock_acquire_restore(WfThread *t, WfValue *a)
{
    WfRLock *l = self_rlock(a[0]);
    uint64_t owner;
    if (!wf_is_tuple(a[1]) || wf_as_tuple(a[1])->length != 2 || !wf_is_int(wf_tuple_at(wf_as_tuple(a[1]), 0))
        || !wf_is_any_int(wf_tuple_at(wf_as_tuple(a[1]), 1)) || !wf_int_to_u64(wf_tuple_at(wf_as_tuple(a[1]), 1), &owner)) {
        return wf_raise(t, WF_EXC(TypeError), "_acquire_restore() argument must be what _release_save() returned");
    }
    if (!wf_word_try(&l->x_word) && wf_word_acquire(t, &l->x_word, WF_PARK_FOREVER) == WF_ACQUIRE_RAISED) {
        return WF_EMPTY;
    }
    l->count = (uint64_t)wf_as_int(wf_tuple_at(wf_as_tuple(a[1]), 0));
    __atomic_store_n(&l->x_owner, owner, __ATOMIC_RELAXED);
    return WF_NONE;
}
static WfValue rlock_at_fork_reinit(WfThread *t, WfValue *a)
{
    WfRLock *l = self_rlock(a[0]);
    __atomic_store_n(&l->x_word, (uint8_t)0, __ATOMIC_RELAXED);
    __atomic_store_n(&l->x_owner, (uint64_t)0, __ATOMIC_RELAXED);
    l->count = 0;
    return WF_NONE;
}
static WfValue rlock_repr(WfThread *t, WfValue self)
{
    WfRLock *l = self_rlock(self);
    uint64_t owner = __atomic_load_n(&l->x_owner, __ATOMIC_RELAXED);
    return wf_str_format(t, "<%s %s object owner=%lld count=%lld at %p>", owner != 0 ? "locked" : "unlocked", "_thread.RLock",
                         (long long)owner, owner == 0 ? 0LL : (long long)__atomic_load_n(&l->count, __ATOMIC_RELAXED), (void *)l);
}
static WfValue rlock_new(WfThread *t, WfType *type, const WfArgs *args)
{
    (void)args; /* threading.RLock passes what it got on and expects it to be ignored */
    return wf_from_object(wf_instance_new(t, type, 0));
}
static WfStatus rlock_init(WfThread *t, WfValue self, const WfArgs *args)
{
    return WF_OK;
}
static const WfBuiltinDef rlock_methods[] = {
    {"acquire", rlock_acquire, "(self, blocking=True, timeout=-1)", "Take the lock, again if this thread has it already.", 0},
    {"release", rlock_release, "(self)", "Give the lock back once.", 0},
    {"_is_owned", rlock_is_owned, "(self)", "Whether this thread has the lock.", 0},
    {"_recursion_count", rlock_recursion_count, "(self)", "How often this thread has taken the lock.", 0},
    {"_release_save", rlock_release_save, "(self)", "Give the lock back altogether; the state for _acquire_restore().", 0},
    {"_acquire_restore", rlock_acquire_restore, "(self, state, /)", "Take the lock as often as before.", 0},
    {"_at_fork_reinit", rlock_at_fork_reinit, "(self)", "Make the lock free, in a forked child.", 0},
    {"__enter__", rlock_enter, "(self, blocking=True, timeout=-1)", "Take the lock.", 0},
    {"__exit__", rlock_release, "(self, *args)", "Give the lock back once.", 0},
    {0}};
const WfTypeSpec wf_rlock_spec = {
    .name = "_thread.RLock",
    .doc = "A lock that its holder may take again.",
    .flags = WF_TF_BASETYPE | WF_TF_WEAKREFS,
    .size = sizeof(WfRLock),
    .methods = rlock_methods,
    .slots = {.repr = rlock_repr, .trace = trace_nothing, .new_ = rlock_new, .init = rlock_init},
};

/* --- _local ---------------------------------------------------------------------------------------------------- */

/* The local has a dict: identity of a thread -> that thread's attributes. A thread remembers in t->dict, a list of weak
 * references, which locals it has used, and takes its attributes out of them when it ends. */
typedef struct WfLocal {
    WfObject h;
    WfSlot dicts;
    WfSlot args, kwargs; /* for __init__ in each thread; EMPTY: none */
} WfLocal;

static WfLocal *self_local(WfValue v)
{
    return WF_AS(WfLocal, v);
}
static void local_trace(WfMarker *m, WfObject *o)
{
    wf_mark_slots(m, &((WfLocal *)o)->dicts, 3);
}

/* A new dict for this thread's attributes. */
static WfDict *add_dict(WfThread *t, WfValue self)
{
    WfValue d = wf_dict_new(t);
    if (wf_is_empty(t->dict)) {
        t->dict = wf_list_new(t, 0);
    }
    WfValue ref = wf_is_empty(t->dict) ? t->dict : wf_weakref_new(t, self, WF_EMPTY);
    if (wf_is_empty(d) || wf_is_empty(ref) || wf_list_append(t, wf_as_list(t->dict), ref) != WF_OK
        || wf_dict_set(t, WF_LOAD(WfDict, &self_local(self)->dicts), wf_small_int((int64_t)t->ident), d) != WF_OK) {
        return NULL;
    }
    return wf_as_dict(d);
}

static void forget_locals(WfThread *t)
{
    WfValue list = t->dict;
    t->dict = WF_EMPTY;
    for (int64_t i = 0; wf_is_list(list) && i < wf_list_length(wf_as_list(list)); i++) {
        WfValue local = wf_weakref_target(wf_as_weakref(wf_list_at(wf_as_list(list), i)));
        if (!wf_is_empty(local) && !wf_is_none(local)) {
            (void)!wf_dict_delete(t, WF_LOAD(WfDict, &self_local(local)->dicts), wf_small_int((int64_t)t->ident));
        }
    }
}

/* This thread's dict of the local; made, and __init__ run, on first use. */
static WfDict *local_dict(WfThread *t, WfValue self)
{
    WfLocal *l = self_local(self);
    WfValue key = wf_small_int((int64_t)t->ident), v;
    WfFound found = wf_dict_get(t, WF_LOAD(WfDict, &l->dicts), key, &v);
    if (found == WF_FOUND) {
        return wf_as_dict(v);
    }
    WfDict *d = found == WF_ERROR ? NULL : add_dict(t, self);
    WfType *type = wf_type(self);
    if (d != NULL && type->slots.init != NULL && type->slots.init != WF_TYPE(OBJECT)->slots.init) {
        WfValue init = wf_lookup_special(t, self, WF_NAME(__init__));
        WfValue args = wf_load(&l->args);
        if (wf_is_empty(args)) {
            args = wf_tuple_from(t, NULL, 0);
        }
        if (wf_is_empty(init) || wf_is_empty(args) || wf_is_empty(wf_call_tuple(t, init, wf_as_tuple(args), wf_load(&l->kwargs)))) {
            WfValue pending = wf_take_pending(t);
            (void)!wf_dict_delete(t, WF_LOAD(WfDict, &l->dicts), key);
            wf_restore_pending(t, pending);
            return NULL;
        }
    }
    return d;
}

static WfValue local_new(WfThread *t, WfType *type, const WfArgs *args)
{
    int64_t n_kw = args->kwnames == NULL ? 0 : args->kwnames->length;
    if ((args->n_pos > 0 || n_kw > 0) && type->slots.init == WF_TYPE(OBJECT)->slots.init) {
        return wf_raise(t, WF_EXC(TypeError), "Initialization arguments are not supported");
    }
    WfLocal *l = (WfLocal *)wf_instance_new(t, type, 0);
    if (l == NULL) {
        return WF_EMPTY;
    }
    WfValue dicts = wf_dict_new(t);
    if (wf_is_empty(dicts)) {
        return dicts;
    }
    wf_store(&l->dicts, dicts);
    if (args->n_pos > 0) {
        wf_store(&l->args, wf_tuple_from(t, args->items, args->n_pos));
    }
    if (n_kw > 0) {
        WfValue d = wf_dict_new(t);
        for (int64_t i = 0; i < n_kw && !wf_is_empty(d); i++) {
            if (wf_dict_set(t, wf_as_dict(d), wf_tuple_at(args->kwnames, i), args->items[args->n_pos + i]) != WF_OK) {
                return WF_EMPTY;
            }
        }
        wf_store(&l->kwargs, d);
    }
    /* the thread that makes it gets its dict now; __init__ runs as part of the call */
    return add_dict(t, wf_from_object(l)) == NULL ? WF_EMPTY : wf_from_object(l);
}

static WfValue local_getattribute(WfThread *t, WfValue self, WfStr *name)
{
    WfDict *d = local_dict(t, self);
    if (d == NULL) {
        return WF_EMPTY;
    }
    if (wf_str_equal(name, WF_NAME(__dict__))) {
        return wf_from_object(d);
    }
    WfType *type = wf_type(self);
    WfValue in_class = wf_type_lookup(t, type, name);
    if (!wf_is_empty(in_class) && wf_type(in_class)->slots.descr_set != NULL) {
        return wf_type(in_class)->slots.descr_get(t, in_class, self, wf_from_object(type));
    }
    WfValue v;
    WfFound found = wf_dict_get(t, d, wf_from_object(name), &v);
    if (found != WF_MISSING) {
        return found == WF_FOUND ? v : WF_EMPTY;
    }
    if (!wf_is_empty(in_class)) {
        WfDescrGetFn get = wf_type(in_class)->slots.descr_get;
        return get == NULL ? in_class : get(t, in_class, self, wf_from_object(type));
    }
    return wf_raise_attribute(t, self, name);
}
static WfStatus local_setattr(WfThread *t, WfValue self, WfStr *name, WfValue v)
{
    WfDict *d = local_dict(t, self);
    if (d == NULL) {
        return WF_RAISED;
    }
    WfType *type = wf_type(self);
    if (wf_str_equal(name, WF_NAME(__dict__))) {
        return WF_FAIL(wf_raise(t, WF_EXC(AttributeError), "'%N' object attribute '__dict__' is read-only", type));
    }
    WfValue in_class = wf_type_lookup(t, type, name);
    if (!wf_is_empty(in_class) && wf_type(in_class)->slots.descr_set != NULL) {
        return wf_type(in_class)->slots.descr_set(t, in_class, self, v);
    }
    if (!wf_is_empty(v)) {
        return wf_dict_set(t, d, wf_from_object(name), v);
    }
    WfFound found = wf_dict_delete(t, d, wf_from_object(name));
    return found == WF_FOUND ? WF_OK : found == WF_MISSING ? WF_FAIL(wf_raise_attribute(t, self, name)) : WF_RAISED;
}
const WfTypeSpec wf_local_spec = {
    .name = "_thread._local",
    .doc = "An object whose attributes each thread has for itself.",
    .flags = WF_TF_BASETYPE | WF_TF_WEAKREFS,
    .size = sizeof(WfLocal),
    .slots = {.new_ = local_new, .getattribute = local_getattribute, .setattr = local_setattr, .trace = local_trace},
};

/* --- starting threads --------------------------------------------------------------------------------------------- */

static const WfStructSeqField hook_fields[] = {{"exc_type", "Exception type"}, {"exc_value", "Exception value"},
                                               {"exc_traceback", "Exception traceback"}, {"thread", "Thread"}, {NULL, NULL}};
static const WfStructSeqDesc hook_desc = {"_thread._ExceptHookArgs", "What threading.excepthook is called with.", hook_fields, 4};

static void release_sentinel(WfThread *t)
{
    WfValue lock = t->sentinel;
    if (!wf_is_empty(lock)) {
        t->sentinel = WF_EMPTY;
        (void)wf_word_release(&self_lock(lock)->x_word);
    }
}

static void thread_body(WfThread *t, WfValue arg)
{
    WfTuple *parts = wf_as_tuple(arg);
    WfValue func = wf_tuple_at(parts, 0), kwargs = wf_tuple_at(parts, 2);
    if (wf_vm_stack_init(t) == WF_OK) {
        WfValue r = wf_call_tuple(t, func, wf_as_tuple(wf_tuple_at(parts, 1)), wf_is_none(kwargs) ? WF_EMPTY : kwargs);
        if (wf_is_empty(r) && !wf_clear_if(t, WF_EXC(SystemExit))) {
            wf_write_unraisable(t, "in thread started by", func);
        }
    }
    wf_clear_pending(t);
    forget_locals(t); /* before join() returns */
    __atomic_sub_fetch(&t->interp->x_thread_count, 1, __ATOMIC_RELAXED);
    release_sentinel(t);
}

static WfValue th_start_new_thread(WfThread *t, WfValue *a)
{
    if (!wf_is_callable(a[0])) {
        return wf_raise(t, WF_EXC(TypeError), "first arg must be callable");
    }
    if (!wf_is_tuple(a[1])) {
        return wf_raise(t, WF_EXC(TypeError), "2nd arg must be a tuple");
    }
    if (!wf_is_empty(a[2]) && !wf_is_dict(a[2])) {
        return wf_raise(t, WF_EXC(TypeError), "optional 3rd arg must be a dictionary");
    }
    if (wf_sys_audit(t, "_thread.start_new_thread", WF_EMPTY) != WF_OK) {
        return WF_EMPTY;
    }
    WfValue arg = WF_TUPLE_OF(t, a[0], a[1], wf_is_empty(a[2]) ? WF_NONE : a[2]);
    uint64_t ident;
    if (wf_is_empty(arg)) {
        return arg;
    }
    __atomic_add_fetch(&t->interp->x_thread_count, 1, __ATOMIC_RELAXED);
    if (wf_thread_start(t, thread_body, arg, (size_t)__atomic_load_n(&t->interp->x_stack_size, __ATOMIC_RELAXED), &ident) != WF_OK) {
        __atomic_sub_fetch(&t->interp->x_thread_count, 1, __ATOMIC_RELAXED);
        return wf_pending(t) ? WF_EMPTY : wf_raise(t, WF_EXC(RuntimeError), "can't start new thread");
    }
    return wf_int_from_u64(t, ident);
}

static WfValue th_exit(WfThread *t, WfValue *a)
{
    return wf_raise_none(t, WF_EXC(SystemExit));
}
static WfValue th_allocate_lock(WfThread *t, WfValue *a)
{
    return lock_new_object(t);
}
static WfValue th_get_ident(WfThread *t, WfValue *a)
{
    return wf_int_from_u64(t, t->ident);
}
static WfValue th_get_native_id(WfThread *t, WfValue *a)
{
    return wf_int_from_u64(t, t->native_id);
}
static WfValue th_count(WfThread *t, WfValue *a)
{
    return wf_small_int(__atomic_load_n(&t->interp->x_thread_count, __ATOMIC_RELAXED));
}
static WfValue th_stack_size(WfThread *t, WfValue *a)
{
    int64_t size;
    if (wf_to_ssize(t, a[0], &size) != WF_OK) {
        return WF_EMPTY;
    }
    if (size < 0) {
        return wf_raise(t, WF_EXC(ValueError), "size must be 0 or a positive value");
    }
    if (size != 0 && size < 32768) {
        return wf_raise(t, WF_EXC(ValueError), "size not valid: %ld bytes", (long)size);
    }
    return wf_small_int(__atomic_exchange_n(&t->interp->x_stack_size, size, __ATOMIC_RELAXED));
}
static WfValue th_interrupt_main(WfThread *t, WfValue *a)
{
    int signum;
    if (wf_to_int(t, a[0], &signum) != WF_OK) {
        return WF_EMPTY;
    }
    if (signum < 1 || signum > 64) {
        return wf_raise(t, WF_EXC(ValueError), "signal number out of range");
    }
    wf_signals_trip(t->rt, signum);
    return WF_NONE;
}
static WfValue th_set_sentinel(WfThread *t, WfValue *a)
{
    WfValue lock = lock_new_object(t);
    if (!wf_is_empty(lock)) {
        t->sentinel = lock;
    }
    return lock;
}
static WfValue th_excepthook(WfThread *t, WfValue *a)
{
    WfType *type = wf_structseq_type(t, &hook_desc);
    if (type == NULL) {
        return WF_EMPTY;
    }
    if (wf_type(a[0]) != type) {
        return wf_raise(t, WF_EXC(TypeError), "_thread._excepthook argument type must be ExceptHookArgs");
    }
    const WfTuple *args = wf_as_tuple(a[0]);
    WfValue exc_type = wf_tuple_at(args, 0), value = wf_tuple_at(args, 1), tb = wf_tuple_at(args, 2), thread = wf_tuple_at(args, 3);
    if (wf_is(exc_type, wf_from_object(WF_EXC(SystemExit)))) {
        return WF_NONE;
    }
    WfValue file = wf_sys_get(t, "stderr"), name = WF_EMPTY;
    if (wf_is_empty(file) || wf_is_none(file)) {
        if (wf_is_none(thread)) {
            return WF_NONE;
        }
        file = wf_getattr_cstr(t, thread, "_stderr");
        if (wf_is_empty(file) || wf_is_none(file)) {
            wf_clear_pending(t);
            return WF_NONE;
        }
    }
    if (!wf_is_none(thread)) {
        name = wf_getattr_cstr(t, thread, "_name");
        if (wf_is_empty(name)) {
            wf_clear_pending(t);
        }
    }
    WfValue head = !wf_is_empty(name) ? wf_str_format(t, "Exception in thread %V:\n", name)
                                      : wf_str_format(t, "Exception in thread %lld:\n", (long long)t->ident);
    if (wf_is_empty(head) || wf_is_empty(wf_call_method1(t, file, WF_NAME(write), head))) {
        return WF_EMPTY;
    }
    (void)tb;
    WfValue text = wf_format_exception(t, value);
    if (wf_is_empty(text) || wf_is_empty(wf_call_method1(t, file, WF_NAME(write), text))) {
        return WF_EMPTY;
    }
    return wf_is_empty(wf_call_method0(t, file, WF_NAME(flush))) ? WF_EMPTY : WF_NONE;
}

static const WfBuiltinDef functions[] = {
    {"_count", th_count, "()", "The number of threads started here that run.", 0},
    {"_excepthook", th_excepthook, "(excepthookargs, /)", "Report an exception that a thread did not catch.", 0},
    {"_set_sentinel", th_set_sentinel, "()", "A lock that is given back when this thread ends.", 0},
    {"allocate", th_allocate_lock, "()", "An old name of allocate_lock().", 0},
    {"allocate_lock", th_allocate_lock, "()", "Make a lock.", 0},
    {"exit", th_exit, "()", "End this thread by SystemExit.", 0},
    {"exit_thread", th_exit, "()", "An old name of exit().", 0},
    {"get_ident", th_get_ident, "()", "The identity of this thread.", 0},
    {"get_native_id", th_get_native_id, "()", "What the system calls this thread.", 0},
    {"interrupt_main", th_interrupt_main, "(signum=2, /)", "As if a signal had come in for the main thread.", 0},
    {"stack_size", th_stack_size, "(size=0, /)", "Set the stack size of threads made from now on; the old one is returned.", 0},
    {"start_new", th_start_new_thread, "(function, args, kwargs=?, /)", "An old name of start_new_thread().", 0},
    {"start_new_thread", th_start_new_thread, "(function, args, kwargs=?, /)", "Start a thread; its identity is returned.", 0},
    {0}};

static WfStatus thread_init(WfThread *t, WfValue module)
{
    WfType *hook = wf_structseq_type(t, &hook_desc);
    if (hook == NULL || wf_type_ready(t, WF_TYPE(LOCK)) != WF_OK || wf_module_add_type(t, module, WF_TYPE(RLOCK)) != WF_OK
        || wf_module_add_type(t, module, WF_TYPE(LOCAL)) != WF_OK
        || wf_module_add(t, module, "LockType", wf_from_object(WF_TYPE(LOCK))) != WF_OK
        || wf_module_add(t, module, "_ExceptHookArgs", wf_from_object(hook)) != WF_OK
        || wf_module_add(t, module, "error", wf_from_object(WF_EXC(RuntimeError))) != WF_OK) {
        return WF_RAISED;
    }
    return wf_module_add(t, module, "TIMEOUT_MAX", wf_double(MAX_SECONDS));
}
const WfModuleDef wf_module__thread = {
    .name = "_thread", .doc = "Threads, locks and thread locals.", .functions = functions, .init = thread_init};
