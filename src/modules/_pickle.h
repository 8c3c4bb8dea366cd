/* _pickle.h - what the parts of module _pickle share: opcodes, picklers, unpicklers, the module's state.
 * SPDX-License-Identifier: MIT
 * _pickle.c the module, _pickle_pickler.c and _pickle_unpickler.c the types, _pickle_save.c and _pickle_load.c the work. */
#ifndef WF_MODULES_PICKLE_H
#define WF_MODULES_PICKLE_H

#include "model/builtin.h"
#include "objects/str.h"
#include "objects/tuple.h"

/* The instructions of the format, as pickletools documents them. */
typedef enum PickleOp {
    /* protocol 0 */
    PK_MARK = '(', PK_STOP = '.', PK_POP = '0', PK_DUP = '2', PK_FLOAT = 'F', PK_INT = 'I', PK_LONG = 'L', PK_NONE = 'N',
    PK_PERSID = 'P', PK_REDUCE = 'R', PK_STRING = 'S', PK_UNICODE = 'V', PK_APPEND = 'a', PK_BUILD = 'b', PK_GLOBAL = 'c',
    PK_DICT = 'd', PK_GET = 'g', PK_INST = 'i', PK_LIST = 'l', PK_PUT = 'p', PK_SETITEM = 's', PK_TUPLE = 't',
    /* protocol 1 */
    PK_POP_MARK = '1', PK_BININT = 'J', PK_BININT1 = 'K', PK_BININT2 = 'M', PK_BINPERSID = 'Q', PK_BINSTRING = 'T',
    PK_SHORT_BINSTRING = 'U', PK_BINUNICODE = 'X', PK_EMPTY_DICT = '}', PK_APPENDS = 'e', PK_BINGET = 'h', PK_LONG_BINGET = 'j',
    PK_EMPTY_LIST = ']', PK_OBJ = 'o', PK_BINPUT = 'q', PK_LONG_BINPUT = 'r', PK_EMPTY_TUPLE = ')', PK_SETITEMS = 'u',
    PK_BINFLOAT = 'G',
    /* protocol 2 */
    PK_PROTO = 0x80, PK_NEWOBJ, PK_EXT1, PK_EXT2, PK_EXT4, PK_TUPLE1, PK_TUPLE2, PK_TUPLE3, PK_NEWTRUE, PK_NEWFALSE, PK_LONG1,
    PK_LONG4,
    /* protocol 3 */
    PK_BINBYTES = 'B', PK_SHORT_BINBYTES = 'C',
    /* protocol 4 */
    PK_SHORT_BINUNICODE = 0x8c, PK_BINUNICODE8, PK_BINBYTES8, PK_EMPTY_SET, PK_ADDITEMS, PK_FROZENSET, PK_NEWOBJ_EX,
    PK_STACK_GLOBAL, PK_MEMOIZE, PK_FRAME,
    /* protocol 5 */
    PK_BYTEARRAY8, PK_NEXT_BUFFER, PK_READONLY_BUFFER
} PickleOp;

enum {
    PK_HIGHEST = 5,
    PK_DEFAULT = 4,
    PK_BATCH = 1000,           /* items between MARK and APPENDS, SETITEMS, ADDITEMS */
    PK_FRAME_HEAD = 9,
    PK_FRAME_MIN = 4,          /* a smaller frame goes without head */
    PK_FRAME_TARGET = 64 * 1024
};

/* --- what copyreg and _compat_pickle keep, and our exceptions: a tuple, made when the module is -------------------------------- */

typedef enum PickleState {
    PKS_DISPATCH_TABLE, PKS_EXTENSIONS, PKS_EXTENSIONS_INVERTED, PKS_EXTENSION_CACHE, PKS_NAMES_2TO3, PKS_MODULES_2TO3,
    PKS_NAMES_3TO2, PKS_MODULES_3TO2, PKS_CODECS_ENCODE, PKS_PARTIAL, PKS_GETATTR, PKS_ERROR, PKS_PICKLING_ERROR,
    PKS_UNPICKLING_ERROR, PKS_COUNT
} PickleState;
WfTuple *wf_pickle_state(WfThread *t) WF_MUST_CHECK;
WF_INLINE WfValue wf_pickle_item(const WfTuple *state, PickleState i) { return wf_tuple_at(state, i); }
WF_INLINE WfType *wf_pickle_error(const WfTuple *state, PickleState i) { return WF_AS(WfType, wf_tuple_at(state, i)); }
WF_INLINE WfDict *wf_pickle_dict(const WfTuple *state, PickleState i) { return WF_AS(WfDict, wf_tuple_at(state, i)); }

/* The names in "a.b.c" as a list. AttributeError for "<locals>"; obj: EMPTY or what the message names. */
WfValue wf_pickle_dotted(WfThread *t, WfValue obj, WfStr *name) WF_MUST_CHECK;
/* o.a.b.c; *parent (may be NULL): o.a.b. MISSING: no such attribute, nothing pending. */
WfFound wf_pickle_deep_getattr(WfThread *t, WfValue o, WfValue path, WfValue *out, WfValue *parent) WF_MUST_CHECK;
/* Renames module and name as _compat_pickle says, from Python 3's names to Python 2's or back. */
WfStatus wf_pickle_compat(WfThread *t, const WfTuple *state, bool to_2, WfValue *module, WfValue *name) WF_MUST_CHECK;
/* An attribute that a subclass of `base` may have; EMPTY: none. */
WfStatus wf_pickle_hook(WfThread *t, WfValue self, const WfType *base, WfStr *name, WfValue *out) WF_MUST_CHECK;
/* `v` or the exception of kind `error` with the text. */
#define PK_FAIL(t, state, kind, ...) WF_FAIL(wf_raise((t), wf_pickle_error((state), (kind)), __VA_ARGS__))

/* --- Pickler --------------------------------------------------------------------------------------------------------------------- */

/* The memo maps an object, by identity (objects do not move), to its number: pairs in one open-addressing table, which keeps the
 * objects alive. */
typedef struct WfPickler {
    WfObject h;
    WfSlot memo;            /* WfSlots: key, number, ... ; a power of two of pairs; EMPTY: none yet */
    WfSlot persistent_id;   /* EMPTY: none */
    WfSlot dispatch_table;  /* EMPTY: copyreg's */
    WfSlot write;           /* EMPTY: __init__ was not called */
    WfSlot buffer_callback; /* EMPTY: none */
    int64_t x_used;         /* pairs; relaxed */
    int64_t x_next;         /* number of the next object; relaxed */
    int32_t x_proto, x_bin, x_fast, x_fix_imports; /* relaxed */
} WfPickler;

/* -1: not there */
int64_t wf_pickler_memo_find(const WfPickler *p, WfValue v);
/* The caller knows that v is not there. */
WfStatus wf_pickler_memo_add(WfThread *t, WfPickler *p, WfValue v, int64_t number) WF_MUST_CHECK;
/* protocol None: the default; buffer_callback EMPTY: none */
WfStatus wf_pickler_setup(WfThread *t, WfPickler *p, WfValue protocol, bool fix_imports, WfValue buffer_callback) WF_MUST_CHECK;
/* Pickles v: to p->write, or, where `out` is given, into bytes. */
WfStatus wf_pickle_save(WfThread *t, WfPickler *p, WfValue v, WfValue *out) WF_MUST_CHECK;

/* --- Unpickler ------------------------------------------------------------------------------------------------------------------- */

typedef struct WfUnpickler {
    WfObject h;
    WfSlot memo;            /* WfSlots by number; EMPTY: none yet */
    WfSlot far_memo;        /* dict of those whose numbers leave gaps; EMPTY: none. Asked first. */
    WfSlot persistent_load; /* EMPTY: none */
    WfSlot read, readline, peek; /* EMPTY: __init__ was not called; peek: the file has none */
    WfSlot buffers;         /* iterator or EMPTY */
    WfSlot encoding, errors; /* str */
    int64_t x_memo_used;    /* relaxed */
    int32_t x_proto, x_fix_imports;
} WfUnpickler;

WfStatus wf_unpickler_setup(WfThread *t, WfUnpickler *u, bool fix_imports, WfValue encoding, WfValue errors, WfValue buffers) WF_MUST_CHECK;
WfStatus wf_unpickler_setup_file(WfThread *t, WfUnpickler *u, WfValue file) WF_MUST_CHECK;
WfValue wf_unpickler_memo_get(WfThread *t, WfUnpickler *u, int64_t i); /* EMPTY: not there */
WfStatus wf_unpickler_memo_put_slow(WfThread *t, WfUnpickler *u, int64_t i, WfValue v) WF_MUST_CHECK;
WfValue wf_unpickler_find_class(WfThread *t, WfUnpickler *u, WfValue module, WfValue name) WF_MUST_CHECK;
/* Reads one pickle: from `data` (bytes-like), or from the file where it is EMPTY. */
WfValue wf_pickle_load(WfThread *t, WfUnpickler *u, WfValue data) WF_MUST_CHECK;

#endif
