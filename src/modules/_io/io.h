/* io.h - what the files of module _io share: the layout of streams, helpers, short ways between the layers.
 * SPDX-License-Identifier: MIT
 *
 * A call from a layer to the one below goes through a C function when the lower object is exactly of the built-in type, and
 * through the method of that name otherwise. */
#ifndef WF_MODULES_IO_H
#define WF_MODULES_IO_H

#include "model/builtin.h"
#include "model/object.h"
#include "objects/bytes.h"
#include "objects/int.h"
#include "objects/str.h"
#include "runtime/state.h"
#include "sched/word.h"

#include <stdio.h>

#define WF_IO_BUFFER_SIZE 8192

/* How every stream begins. */
typedef struct WfIoBase {
    WfObject h; /* h.spare: WF_IO_* */
    WfSlot attrs;
} WfIoBase;
enum {
    WF_IO_CLOSED = 1,     /* IOBase.close() has run */
    WF_IO_FINALIZING = 2, /* closed by the collector: warn */
    WF_IO_STD = 4         /* a standard stream: flushed at exit, not closed */
};

WF_INLINE bool wf_io_flag(WfValue self, uint8_t flag)
{
    return (__atomic_load_n(&wf_as_object(self)->spare, __ATOMIC_RELAXED) & flag) != 0;
}
WF_INLINE void wf_io_set_flag(WfValue self, uint8_t flag, bool on)
{
    if (on) {
        (void)__atomic_fetch_or(&wf_as_object(self)->spare, flag, __ATOMIC_RELAXED);
    } else {
        (void)__atomic_fetch_and(&wf_as_object(self)->spare, (uint8_t)~flag, __ATOMIC_RELAXED);
    }
}

/* Exactly of the built-in type; with attributes of its own or without (WF_IS_EXACT is about the latter). */
WF_INLINE bool wf_io_is_exactly(WfValue v, const WfType *type)
{
    return wf_is_object(v) && wf_type(v) == type;
}

/* Results of reading and writing in C that are not counts. */
enum { WF_IO_RAISED = -1, WF_IO_WOULD_BLOCK = -2 };

/* --- iobase.c --- */
void wf_io_base_trace(WfMarker *m, WfObject *o);
WfValue wf_io_generic_new(WfThread *t, WfType *type, const WfArgs *args);
WfValue wf_io_unsupported(WfThread *t, const char *message) WF_COLD;
/* ValueError "I/O operation on closed file." if self.closed. */
WfStatus wf_io_check_closed(WfThread *t, WfValue self) WF_MUST_CHECK;
/* self.seekable() and the like must be true: "File or stream is not seekable." */
WfStatus wf_io_check_able(WfThread *t, WfValue self, WfStr *method) WF_MUST_CHECK;
/* An OSError with EINTR is pending: clears it, runs signal handlers; the caller tries again. */
bool wf_io_trap_eintr(WfThread *t);
/* None: -1; else through __index__. */
WfStatus wf_io_size(WfThread *t, WfValue v, int64_t *n) WF_MUST_CHECK;
/* An offset in a file: like wf_to_ssize, "Python int too large to convert to C long" for what does not fit. */
WfStatus wf_io_offset(WfThread *t, WfValue v, int64_t *n) WF_MUST_CHECK;
/* A writable buffer of readinto(): "readinto() argument must be read-write bytes-like object, not bytes". */
WfStatus wf_io_writable(WfThread *t, WfValue v, const char *function, WfBuffer *b) WF_MUST_CHECK;
/* Closes two things: after the first has raised, `first`, pending gets it as its context; both may be WF_EMPTY. */
void wf_io_chain(WfThread *t, WfValue first);
/* Calls a method whose result does not matter. */
WfStatus wf_io_call(WfThread *t, WfValue o, WfStr *method) WF_MUST_CHECK;
/* self.flush(), then what.close(); errors of both as CPython chains them. Returns None. */
WfValue wf_io_refuse_pickle(WfThread *t, WfValue *a);
/* BlockingIOError(EAGAIN, message, written) */
WfStatus wf_io_raise_would_block(WfThread *t, int64_t written) WF_COLD;
WfValue wf_io_get_finalizing(WfThread *t, WfValue self);
WfStatus wf_io_set_finalizing(WfThread *t, WfValue self, WfValue v);
/* repr(self.name), EMPTY without exception where there is no name. *out is WF_EMPTY then. */
WfStatus wf_io_name(WfThread *t, WfValue self, WfValue *out) WF_MUST_CHECK;

/* --- fileio.c --- */
typedef struct WfFileIO {
    WfIoBase b;
    int x_fd; /* -1: closed; atomic, relaxed */
    int8_t x_seekable; /* -1: not known yet; atomic, relaxed */
    bool created, readable, writable, appending, closefd;
    uint16_t x_writer; /* 1 + where it is counted in rt->x_file_writers; 0: nowhere. Atomic, relaxed */
    int64_t block_size;
} WfFileIO;
WF_INLINE bool wf_io_is_fileio(WfValue v) { return wf_io_is_exactly(v, WF_TYPE(IO_FILE)); }
WF_INLINE int wf_io_fd(const WfFileIO *f) { return __atomic_load_n(&f->x_fd, __ATOMIC_RELAXED); }
/* Is the file at this path (a str or bytes) open for writing, by this process, already? May say so wrongly. */
bool wf_fileio_is_written(WfThread *t, WfValue path);
/* Bytes read or written, WF_IO_RAISED or WF_IO_WOULD_BLOCK. */
int64_t wf_fileio_read(WfThread *t, WfFileIO *f, void *p, int64_t n) WF_MUST_CHECK;
int64_t wf_fileio_write(WfThread *t, WfFileIO *f, const void *p, int64_t n) WF_MUST_CHECK;
/* The new position, or WF_IO_RAISED. */
int64_t wf_fileio_seek(WfThread *t, WfFileIO *f, int64_t offset, int whence) WF_MUST_CHECK;

/* --- buffered.c --- */
WF_INLINE bool wf_io_is_buffered_reader(WfValue v)
{
    return wf_io_is_exactly(v, WF_TYPE(IO_BUFFERED_READER)) || wf_io_is_exactly(v, WF_TYPE(IO_BUFFERED_RANDOM));
}
WF_INLINE bool wf_io_is_buffered_writer(WfValue v)
{
    return wf_io_is_exactly(v, WF_TYPE(IO_BUFFERED_WRITER)) || wf_io_is_exactly(v, WF_TYPE(IO_BUFFERED_RANDOM));
}
/* read1(n): bytes. */
WfValue wf_buffered_read1(WfThread *t, WfValue self, int64_t n) WF_MUST_CHECK;
/* write(): the number of bytes is n. */
WfStatus wf_buffered_write(WfThread *t, WfValue self, const void *p, int64_t n) WF_MUST_CHECK;
WfStatus wf_buffered_flush(WfThread *t, WfValue self) WF_MUST_CHECK;
/* Is the raw stream an open FileIO? MISSING: it is something else, ask in Python. */
WfFound wf_buffered_closed(WfThread *t, WfValue self) WF_MUST_CHECK;

/* --- newlines.c --- */
enum { WF_SEEN_CR = 1, WF_SEEN_LF = 2, WF_SEEN_CRLF = 4 };
typedef struct WfNewlines {
    bool pending_cr;
    uint8_t seen;
} WfNewlines;
/* Translates \r\n and \r to \n if asked to, and notes which ends there are. A \r at the end waits for more, unless final. */
WfValue wf_newlines_feed(WfThread *t, WfNewlines *state, WfValue text, bool translate, bool final) WF_MUST_CHECK;
/* None, '\n', or a tuple. */
WfValue wf_newlines_seen(WfThread *t, uint8_t seen) WF_MUST_CHECK;
/* Where the line that begins at `start` ends (behind its end), or -1 with *consumed characters that hold no end. */
int64_t wf_line_end(const WfStr *s, int64_t start, int64_t stop, bool translated, bool universal, const WfStr *newline,
                    int64_t *consumed);
/* Raises unless v is None or one of the five values of `newline`. */
WfStatus wf_newline_check(WfThread *t, WfValue v, bool quoted) WF_MUST_CHECK;

/* --- textio.c --- */
/* The encoding of the locale. */
const char *wf_io_locale_encoding(WfThread *t);
WfValue wf_io_text_encoding(WfThread *t, WfValue encoding, int stack_level) WF_MUST_CHECK;

#endif
