/* time.c - the module time.
 * SPDX-License-Identifier: MIT
 * Design:     clocks are read in nanoseconds. Broken-down time is C's struct tm. Sleeping is parking with a deadline, so that
 *             a signal wakes it and a stop of the world need not wait.
 * Threads:    no state but the C library's time zone, set by tzset. */
#include "model/builtin.h"
#include "model/object.h"
#include "objects/dict.h"
#include "objects/float.h"
#include "objects/int.h"
#include "objects/str.h"
#include "objects/structseq.h"
#include "objects/tuple.h"
#include "platform/clock.h"
#include "sched/park.h"

#include <errno.h>
#include <limits.h>
#include <math.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define NS_PER_SECOND ((int64_t)1000000000)
#define SECONDS_PER_YEAR ((time_t)(365 * 24 + 6) * 3600)

static const WfStructSeqField struct_time_fields[] = {
    {"tm_year", "year, for example, 1993"},
    {"tm_mon", "month of year, range [1, 12]"},
    {"tm_mday", "day of month, range [1, 31]"},
    {"tm_hour", "hours, range [0, 23]"},
    {"tm_min", "minutes, range [0, 59]"},
    {"tm_sec", "seconds, range [0, 61])"},
    {"tm_wday", "day of week, range [0, 6], Monday is 0"},
    {"tm_yday", "day of year, range [1, 366]"},
    {"tm_isdst", "1 if summer time is in effect, 0 if not, and -1 if unknown"},
    {"tm_zone", "abbreviation of timezone name"},
    {"tm_gmtoff", "offset from UTC in seconds"},
    {0}};
static const WfStructSeqDesc struct_time_desc = {
    "time.struct_time", "Broken-down time, as gmtime(), localtime() and strptime() give it.", struct_time_fields, 9};

/* --- clocks -------------------------------------------------------------------------------------------------- */

static WfValue seconds(int64_t ns)
{
    return wf_double(ns % NS_PER_SECOND == 0 ? (double)(ns / NS_PER_SECOND) : (double)ns / 1e9);
}

#define CLOCK(name, kind) \
    static WfValue name(WfThread *t, WfValue *a) { return seconds(wf_clock_now(kind)); } \
    static WfValue name##_ns(WfThread *t, WfValue *a) { return wf_int_from_i64(t, wf_clock_now(kind)); }
CLOCK(time_time, WF_CLOCK_REALTIME)
CLOCK(time_monotonic, WF_CLOCK_MONOTONIC)
CLOCK(time_process_time, WF_CLOCK_PROCESS_CPU)
CLOCK(time_thread_time, WF_CLOCK_THREAD_CPU)

static WfValue clock_failed(WfThread *t) { return wf_raise_errno(t, errno, WF_EMPTY, WF_EMPTY); }

static WfStatus read_clock(WfThread *t, WfValue id, struct timespec *ts, int (*read)(clockid_t, struct timespec *))
{
    int clock;
    if (wf_to_int(t, id, &clock) != WF_OK) {
        return WF_RAISED;
    }
    return read(clock, ts) == 0 ? WF_OK : WF_FAIL(clock_failed(t));
}

static WfValue time_clock_gettime(WfThread *t, WfValue *a)
{
    struct timespec ts;
    if (read_clock(t, a[0], &ts, clock_gettime) != WF_OK) {
        return WF_EMPTY;
    }
    return seconds((int64_t)ts.tv_sec * NS_PER_SECOND + ts.tv_nsec);
}

static WfValue time_clock_gettime_ns(WfThread *t, WfValue *a)
{
    struct timespec ts;
    if (read_clock(t, a[0], &ts, clock_gettime) != WF_OK) {
        return WF_EMPTY;
    }
    return wf_int_from_i64(t, (int64_t)ts.tv_sec * NS_PER_SECOND + ts.tv_nsec);
}

static WfValue time_clock_getres(WfThread *t, WfValue *a)
{
    struct timespec ts;
    if (read_clock(t, a[0], &ts, clock_getres) != WF_OK) {
        return WF_EMPTY;
    }
    return wf_double((double)ts.tv_sec + (double)ts.tv_nsec * 1e-9);
}

/* --- seconds from Python ------------------------------------------------------------------------------------- */

static WfValue too_large(WfThread *t)
{
    return wf_raise(t, WF_EXC(OverflowError), "timestamp too large to convert to C _PyTime_t");
}

/* Whole seconds, rounded down; None: now. */
static WfStatus to_time(WfThread *t, WfValue v, time_t *out)
{
    int64_t s;
    if (wf_is_none(v)) {
        *out = time(NULL);
        return WF_OK;
    }
    if (wf_is_float(v)) {
        double d = floor(wf_float_value(v));
        if (isnan(d)) {
            return WF_FAIL(wf_raise(t, WF_EXC(ValueError), "Invalid value NaN (not a number)"));
        }
        if (!(d >= -0x1p63 && d < 0x1p63)) {
            return WF_FAIL(wf_raise(t, WF_EXC(OverflowError), "timestamp out of range for platform time_t"));
        }
        *out = (time_t)d;
        return WF_OK;
    }
    WfValue i = wf_index(t, v);
    if (wf_is_empty(i)) {
        return WF_RAISED;
    }
    if (!wf_int_to_i64(i, &s)) {
        return WF_FAIL(wf_raise(t, WF_EXC(OverflowError), "timestamp out of range for platform time_t"));
    }
    *out = s;
    return WF_OK;
}

static WfValue set_clock(WfThread *t, WfValue id, int64_t ns)
{
    int clock;
    if (wf_to_int(t, id, &clock) != WF_OK) {
        return WF_EMPTY;
    }
    struct timespec ts = {ns / NS_PER_SECOND, ns % NS_PER_SECOND};
    if (ts.tv_nsec < 0) {
        ts.tv_sec--;
        ts.tv_nsec += NS_PER_SECOND;
    }
    return clock_settime(clock, &ts) == 0 ? WF_NONE : clock_failed(t);
}

static WfValue time_clock_settime(WfThread *t, WfValue *a)
{
    int64_t ns;
    return wf_to_nanoseconds(t, a[1], floor, &ns) == WF_OK ? set_clock(t, a[0], ns) : WF_EMPTY;
}

static WfValue time_clock_settime_ns(WfThread *t, WfValue *a)
{
    WfValue i = wf_index(t, a[1]);
    int64_t ns;
    if (wf_is_empty(i)) {
        return i;
    }
    return wf_int_to_i64(i, &ns) ? set_clock(t, a[0], ns) : too_large(t);
}

static WfValue time_pthread_getcpuclockid(WfThread *t, WfValue *a)
{
    WfValue i = wf_index(t, a[0]);
    if (wf_is_empty(i)) {
        return i;
    }
    clockid_t clock;
    int err = pthread_getcpuclockid((pthread_t)wf_int_to_u64_mask(i), &clock);
    return err == 0 ? wf_int_from_i64(t, clock) : wf_raise_errno(t, err, WF_EMPTY, WF_EMPTY);
}

static bool still_asleep(void *arg) { return true; }

static WfValue time_sleep(WfThread *t, WfValue *a)
{
    int64_t ns;
    if (wf_to_nanoseconds(t, a[0], ceil, &ns) != WF_OK) {
        return WF_EMPTY;
    }
    if (ns < 0) {
        return wf_raise(t, WF_EXC(ValueError), "sleep length must be non-negative");
    }
    int64_t deadline = wf_clock_deadline(ns);
    char key; /* nobody unparks it */
    for (;;) {
        WfParkResult result = wf_park(t, &key, still_asleep, NULL, deadline, WF_PARK_INTERRUPTIBLE);
        if (result == WF_PARK_TIMEOUT) {
            return WF_NONE;
        }
        if (wf_handle_breaker(t) != WF_OK) {
            return WF_EMPTY;
        }
        if (wf_clock_monotonic() >= deadline) {
            return WF_NONE;
        }
    }
}

/* --- broken-down time ---------------------------------------------------------------------------------------- */

static WfValue from_tm(WfThread *t, const struct tm *tm)
{
    WfType *type = wf_structseq_type(t, &struct_time_desc);
    WfValue zone = type == NULL ? WF_EMPTY : wf_str_decode_fs(t, tm->tm_zone, (int64_t)strlen(tm->tm_zone));
    if (wf_is_empty(zone)) {
        return zone;
    }
    WfValue items[11] = {
        wf_small_int((int64_t)tm->tm_year + 1900), wf_small_int(tm->tm_mon + 1), wf_small_int(tm->tm_mday),
        wf_small_int(tm->tm_hour), wf_small_int(tm->tm_min), wf_small_int(tm->tm_sec),
        wf_small_int((tm->tm_wday + 6) % 7), wf_small_int(tm->tm_yday + 1), wf_small_int(tm->tm_isdst),
        zone, wf_small_int(tm->tm_gmtoff)};
    return wf_structseq_from(t, type, items, 11);
}

static WfValue tm_failed(WfThread *t) { return wf_raise_errno(t, errno == 0 ? EINVAL : errno, WF_EMPTY, WF_EMPTY); }

static WfValue time_gmtime(WfThread *t, WfValue *a)
{
    time_t when;
    struct tm tm;
    if (to_time(t, a[0], &when) != WF_OK) {
        return WF_EMPTY;
    }
    errno = 0;
    return gmtime_r(&when, &tm) == NULL ? tm_failed(t) : from_tm(t, &tm);
}

static WfValue time_localtime(WfThread *t, WfValue *a)
{
    time_t when;
    struct tm tm;
    if (to_time(t, a[0], &when) != WF_OK) {
        return WF_EMPTY;
    }
    errno = 0;
    return localtime_r(&when, &tm) == NULL ? tm_failed(t) : from_tm(t, &tm);
}

/* The first nine items of a tuple. */
static WfStatus to_tm(WfThread *t, WfValue v, const char *function, struct tm *tm)
{
    if (!wf_is_tuple(v)) {
        return WF_FAIL(wf_raise(t, WF_EXC(TypeError), "Tuple or struct_time argument required"));
    }
    const WfTuple *x = wf_as_tuple(v);
    if (x->length != 9) {
        return WF_FAIL(wf_raise(t, WF_EXC(TypeError), "%s(): illegal time tuple argument", function));
    }
    int f[9];
    for (int i = 0; i < 9; i++) {
        WfValue index = wf_index(t, wf_tuple_at(x, i));
        int64_t n;
        if (wf_is_empty(index)) {
            return WF_RAISED;
        }
        if (!wf_int_to_i64(index, &n) || n > INT_MAX || n < INT_MIN) {
            return WF_FAIL(wf_raise(t, WF_EXC(OverflowError), "signed integer is %s than %s",
                                    wf_int_sign(index) < 0 ? "less" : "greater",
                                    wf_int_sign(index) < 0 ? "minimum" : "maximum"));
        }
        f[i] = (int)n;
    }
    if (f[0] < INT_MIN + 1900) {
        return WF_FAIL(wf_raise(t, WF_EXC(OverflowError), "year out of range"));
    }
    *tm = (struct tm){.tm_year = f[0] - 1900, .tm_mon = f[1] - 1, .tm_mday = f[2], .tm_hour = f[3], .tm_min = f[4],
                      .tm_sec = f[5], .tm_wday = (f[6] + 1) % 7, .tm_yday = f[7] - 1, .tm_isdst = f[8]};
    WfType *type = wf_structseq_type(t, &struct_time_desc);
    if (type == NULL) {
        return WF_RAISED;
    }
    if (wf_type(v) == type) {
        WfValue zone = wf_load(&x->items[9]), offset = wf_load(&x->items[10]);
        int64_t seconds_east;
        if (wf_is_str(zone)) {
            int64_t n;
            tm->tm_zone = wf_str_utf8_pass(t, zone, &n);
            if (tm->tm_zone == NULL) {
                return WF_RAISED;
            }
        }
        if (wf_is_any_int(offset) && wf_int_to_i64(offset, &seconds_east)) {
            tm->tm_gmtoff = seconds_east;
        }
    }
    return WF_OK;
}

/* Zero stands for the first month, day and day of the year. */
static WfStatus check_tm(WfThread *t, struct tm *tm)
{
    const char *what = NULL;
    tm->tm_mon = tm->tm_mon == -1 ? 0 : tm->tm_mon;
    tm->tm_mday = tm->tm_mday == 0 ? 1 : tm->tm_mday;
    tm->tm_yday = tm->tm_yday == -1 ? 0 : tm->tm_yday;
    if (tm->tm_mon < 0 || tm->tm_mon > 11) {
        what = "month";
    } else if (tm->tm_mday < 0 || tm->tm_mday > 31) {
        what = "day of month";
    } else if (tm->tm_hour < 0 || tm->tm_hour > 23) {
        what = "hour";
    } else if (tm->tm_min < 0 || tm->tm_min > 59) {
        what = "minute";
    } else if (tm->tm_sec < 0 || tm->tm_sec > 61) {
        what = "seconds";
    } else if (tm->tm_wday < 0) {
        what = "day of week";
    } else if (tm->tm_yday < 0 || tm->tm_yday > 365) {
        what = "day of year";
    }
    return what == NULL ? WF_OK : WF_FAIL(wf_raise(t, WF_EXC(ValueError), "%s out of range", what));
}

static WfValue ascii_time(WfThread *t, const struct tm *tm)
{
    static const char days[7][4] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    static const char months[12][4] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                       "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    char buf[96];
    snprintf(buf, sizeof buf, "%s %s%3d %.2d:%.2d:%.2d %lld", days[tm->tm_wday], months[tm->tm_mon], tm->tm_mday,
             tm->tm_hour, tm->tm_min, tm->tm_sec, 1900 + (long long)tm->tm_year);
    return wf_str_from_cstr(t, buf);
}

static WfStatus local_now(WfThread *t, struct tm *tm)
{
    time_t now = time(NULL);
    return localtime_r(&now, tm) != NULL ? WF_OK : WF_FAIL(tm_failed(t));
}

static WfValue time_asctime(WfThread *t, WfValue *a)
{
    struct tm tm;
    if (wf_is_empty(a[0])) {
        return local_now(t, &tm) == WF_OK ? ascii_time(t, &tm) : WF_EMPTY;
    }
    return to_tm(t, a[0], "asctime", &tm) == WF_OK && check_tm(t, &tm) == WF_OK ? ascii_time(t, &tm) : WF_EMPTY;
}

static WfValue time_ctime(WfThread *t, WfValue *a)
{
    time_t when;
    struct tm tm;
    if (to_time(t, a[0], &when) != WF_OK) {
        return WF_EMPTY;
    }
    errno = 0;
    return localtime_r(&when, &tm) == NULL ? tm_failed(t) : ascii_time(t, &tm);
}

static WfValue time_mktime(WfThread *t, WfValue *a)
{
    struct tm tm;
    if (to_tm(t, a[0], "mktime", &tm) != WF_OK) {
        return WF_EMPTY;
    }
    tm.tm_wday = -1; /* tells an error from the last second of 1969 */
    time_t when = mktime(&tm);
    if (when == (time_t)-1 && tm.tm_wday == -1) {
        return wf_raise(t, WF_EXC(OverflowError), "mktime argument out of range");
    }
    return wf_double((double)when);
}

static WfValue time_strftime(WfThread *t, WfValue *a)
{
    struct tm tm = {0};
    if (!wf_is_str(a[0])) {
        return wf_raise(t, WF_EXC(TypeError), "strftime() argument 1 must be str, not %.50s", WF_TYPE_NAME(a[0]));
    }
    if (wf_is_empty(a[1])) {
        if (local_now(t, &tm) != WF_OK) {
            return WF_EMPTY;
        }
    } else if (to_tm(t, a[1], "strftime", &tm) != WF_OK || check_tm(t, &tm) != WF_OK) {
        return WF_EMPTY;
    }
    tm.tm_isdst = tm.tm_isdst < -1 ? -1 : tm.tm_isdst > 1 ? 1 : tm.tm_isdst;
    int64_t n;
    const char *format = wf_str_utf8_pass(t, a[0], &n);
    if (format == NULL) {
        return WF_EMPTY;
    }
    if (strlen(format) != (size_t)n) {
        return wf_raise(t, WF_EXC(ValueError), "embedded null character");
    }
    if (n == 0) {
        return a[0];
    }
    /* an empty result may be right ("%Z" without a zone): give up when the buffer is far beyond need */
    for (int64_t size = 1024;; size *= 2) {
        WfRaw *raw = wf_gc_alloc_raw(t, size, false);
        if (raw == NULL) {
            return WF_EMPTY;
        }
        size_t length = strftime((char *)raw->data, (size_t)size, format, &tm);
        if (length > 0 || size >= 256 * n) {
            return wf_str_from_utf8(t, (const char *)raw->data, (int64_t)length);
        }
    }
}

static WfValue time_strptime(WfThread *t, WfValue *a)
{
    WfStr *name = wf_str_intern_cstr(t, "_strptime");
    WfValue module = name == NULL ? WF_EMPTY : wf_call1(t, t->interp->import_func, wf_from_object(name));
    WfValue function = wf_is_empty(module) ? module : wf_getattr_cstr(t, module, "_strptime_time");
    return wf_is_empty(function) ? function : wf_call_tuple(t, function, wf_as_tuple(a[0]), WF_EMPTY);
}

/* --- the zone ------------------------------------------------------------------------------------------------ */

static WfStatus add_zone(WfThread *t, WfValue module)
{
    /* January's and July's offset: the smaller one east of Greenwich is standard time */
    time_t january = time(NULL) / SECONDS_PER_YEAR * SECONDS_PER_YEAR, july = january + SECONDS_PER_YEAR / 2;
    struct tm jan, jul;
    if (localtime_r(&january, &jan) == NULL || localtime_r(&july, &jul) == NULL) {
        return WF_FAIL(tm_failed(t));
    }
    bool southern = jan.tm_gmtoff > jul.tm_gmtoff;
    const struct tm *standard = southern ? &jul : &jan, *summer = southern ? &jan : &jul;
    WfValue name = wf_str_decode_fs(t, standard->tm_zone, (int64_t)strlen(standard->tm_zone));
    WfValue summer_name = wf_is_empty(name)
                              ? name
                              : wf_str_decode_fs(t, summer->tm_zone, (int64_t)strlen(summer->tm_zone));
    if (wf_is_empty(summer_name) || wf_module_add_int(t, module, "timezone", -standard->tm_gmtoff) != WF_OK
        || wf_module_add_int(t, module, "altzone", -summer->tm_gmtoff) != WF_OK
        || wf_module_add_int(t, module, "daylight", jan.tm_gmtoff != jul.tm_gmtoff) != WF_OK) {
        return WF_RAISED;
    }
    return wf_module_add(t, module, "tzname", wf_tuple_pair(t, name, summer_name));
}

static WfValue time_tzset(WfThread *t, WfValue *a)
{
    tzset();
    return add_zone(t, a[0]) == WF_OK ? WF_NONE : WF_EMPTY;
}

static WfValue time_get_clock_info(WfThread *t, WfValue *a)
{
    static const struct {
        const char *name, *source;
        WfClockKind kind;
        bool adjustable;
    } clocks[] = {
        {"time", "CLOCK_REALTIME", WF_CLOCK_REALTIME, true},
        {"monotonic", "CLOCK_MONOTONIC", WF_CLOCK_MONOTONIC, false},
        {"perf_counter", "CLOCK_MONOTONIC", WF_CLOCK_MONOTONIC, false},
        {"process_time", "CLOCK_PROCESS_CPUTIME_ID", WF_CLOCK_PROCESS_CPU, false},
        {"thread_time", "CLOCK_THREAD_CPUTIME_ID", WF_CLOCK_THREAD_CPU, false},
    };
    if (!wf_is_str(a[0])) {
        return wf_raise(t, WF_EXC(TypeError), "get_clock_info() argument 1 must be str, not %.50s", WF_TYPE_NAME(a[0]));
    }
    for (size_t i = 0; i < WF_ARRAY_LEN(clocks); i++) {
        if (!wf_str_equal_cstr(wf_as_str(a[0]), clocks[i].name)) {
            continue;
        }
        WfValue kwargs = wf_dict_new(t), text = wf_str_format(t, "clock_gettime(%s)", clocks[i].source);
        WfTuple *none = wf_tuple_alloc(t, 0);
        if (wf_is_empty(kwargs) || wf_is_empty(text) || none == NULL) {
            return WF_EMPTY;
        }
        WfDict *d = wf_as_dict(kwargs);
        if (wf_dict_set_cstr(t, d, "implementation", text) != WF_OK
            || wf_dict_set_cstr(t, d, "monotonic", WF_BOOL(!clocks[i].adjustable)) != WF_OK
            || wf_dict_set_cstr(t, d, "adjustable", WF_BOOL(clocks[i].adjustable)) != WF_OK
            || wf_dict_set_cstr(t, d, "resolution", wf_double((double)wf_clock_resolution(clocks[i].kind) * 1e-9))
                   != WF_OK) {
            return WF_EMPTY;
        }
        return wf_call_tuple(t, wf_from_object(WF_TYPE(SIMPLENAMESPACE)), none, kwargs);
    }
    return wf_raise(t, WF_EXC(ValueError), "unknown clock");
}

/* --- the module ---------------------------------------------------------------------------------------------- */

static const WfBuiltinDef time_functions[] = {
    {"time", time_time, "()", "Seconds since 1970-01-01 00:00 UTC."},
    {"time_ns", time_time_ns, "()", "Nanoseconds since 1970-01-01 00:00 UTC."},
    {"monotonic", time_monotonic, "()", "Seconds of a clock that never goes back."},
    {"monotonic_ns", time_monotonic_ns, "()", "Nanoseconds of a clock that never goes back."},
    {"perf_counter", time_monotonic, "()", "Seconds of the clock for measuring short times."},
    {"perf_counter_ns", time_monotonic_ns, "()", "Nanoseconds of the clock for measuring short times."},
    {"process_time", time_process_time, "()", "Seconds of CPU time of the process."},
    {"process_time_ns", time_process_time_ns, "()", "Nanoseconds of CPU time of the process."},
    {"thread_time", time_thread_time, "()", "Seconds of CPU time of the calling thread."},
    {"thread_time_ns", time_thread_time_ns, "()", "Nanoseconds of CPU time of the calling thread."},
    {"clock_gettime", time_clock_gettime, "(clk_id, /)", "Seconds of the clock clk_id (CLOCK_*)."},
    {"clock_gettime_ns", time_clock_gettime_ns, "(clk_id, /)", "Nanoseconds of the clock clk_id (CLOCK_*)."},
    {"clock_settime", time_clock_settime, "(clk_id, time, /)", "Set a clock, in seconds."},
    {"clock_settime_ns", time_clock_settime_ns, "(clk_id, time, /)", "Set a clock, in nanoseconds."},
    {"clock_getres", time_clock_getres, "(clk_id, /)", "Resolution of a clock, in seconds."},
    {"pthread_getcpuclockid", time_pthread_getcpuclockid, "(thread_id, /)", "The CPU-time clock of a thread."},
    {"sleep", time_sleep, "(seconds, /)", "Let the calling thread wait so many seconds."},
    {"gmtime", time_gmtime, "(seconds=None, /)", "Seconds since the epoch (now if left out) as a struct_time in UTC."},
    {"localtime", time_localtime, "(seconds=None, /)",
     "Seconds since the epoch (now if left out) as a struct_time in local time."},
    {"asctime", time_asctime, "(tuple=?, /)", "A time as text: 'Sat Jun 06 16:26:11 1998'. Now if left out."},
    {"ctime", time_ctime, "(seconds=None, /)", "Seconds since the epoch as text in local time."},
    {"mktime", time_mktime, "(tuple, /)", "Seconds since the epoch of a local time."},
    {"strftime", time_strftime, "(format, tuple=?, /)", "Format a time as the directives say; now if left out."},
    {"strptime", time_strptime, "(*args)", "strptime(string, format='%a %b %d %H:%M:%S %Y') -> struct_time"},
    {"tzset", time_tzset, "$()", "Take over the time zone of the environment variable TZ."},
    {"get_clock_info", time_get_clock_info, "(name, /)", "What is known of a clock."},
    {0}};

static WfStatus time_init(WfThread *t, WfValue module)
{
    static const struct {
        const char *name;
        int id;
    } clocks[] = {{"CLOCK_REALTIME", CLOCK_REALTIME},
                  {"CLOCK_MONOTONIC", CLOCK_MONOTONIC},
                  {"CLOCK_MONOTONIC_RAW", CLOCK_MONOTONIC_RAW},
                  {"CLOCK_PROCESS_CPUTIME_ID", CLOCK_PROCESS_CPUTIME_ID},
                  {"CLOCK_THREAD_CPUTIME_ID", CLOCK_THREAD_CPUTIME_ID},
                  {"CLOCK_BOOTTIME", CLOCK_BOOTTIME},
                  {"CLOCK_TAI", CLOCK_TAI},
                  {"_STRUCT_TM_ITEMS", 11}};
    for (size_t i = 0; i < WF_ARRAY_LEN(clocks); i++) {
        if (wf_module_add_int(t, module, clocks[i].name, clocks[i].id) != WF_OK) {
            return WF_RAISED;
        }
    }
    WfType *type = wf_structseq_type(t, &struct_time_desc);
    if (type == NULL || wf_module_add(t, module, "struct_time", wf_from_object(type)) != WF_OK) {
        return WF_RAISED;
    }
    tzset();
    return add_zone(t, module);
}

const WfModuleDef wf_module_time = {
    .name = "time",
    .doc = "Clocks, waiting, and the conversion of times.",
    .functions = time_functions,
    .init = time_init,
};
