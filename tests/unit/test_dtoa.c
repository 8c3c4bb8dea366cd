/* test_dtoa.c - doubles to text and back.
 * SPDX-License-Identifier: MIT */
#include "base/dtoa.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int failures;

#define CHECK(cond)                                                                      \
    do {                                                                                 \
        if (!(cond)) {                                                                   \
            printf("%s:%d: %s\n", __FILE__, __LINE__, #cond);                            \
            failures++;                                                                  \
        }                                                                                \
    } while (0)

static void repr(double x, const char *want)
{
    char buf[WF_DTOA_REPR_MAX];
    if (wf_dtoa_repr(x, buf) != strlen(want) || strcmp(buf, want) != 0) {
        printf("repr: %s, not %s\n", buf, want);
        failures++;
    }
}

static void format(double x, char code, int precision, unsigned flags, const char *want)
{
    WfStrBuf b = {0};
    if (!wf_dtoa_format(&b, x, code, precision, flags) || strcmp(wf_strbuf_cstr(&b), want) != 0) {
        printf("format %c: %s, not %s\n", code, wf_strbuf_cstr(&b), want);
        failures++;
    }
    wf_strbuf_free(&b);
}

static void round_trip(void)
{
    uint64_t state = 88172645463325252u;
    for (int i = 0; i < 200000; i++) {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        double x;
        memcpy(&x, &state, sizeof x);
        if (!isfinite(x)) {
            continue;
        }
        char buf[WF_DTOA_REPR_MAX];
        size_t n = wf_dtoa_repr(x, buf);
        double y;
        if (strtod(buf, NULL) != x || !wf_dtoa_parse(buf, n, &y) || y != x) {
            printf("%.17g becomes %s\n", x, buf);
            failures++;
            return;
        }
        n = wf_dtoa_hex(x, buf);
        if (wf_dtoa_from_hex(buf, n, &y) != WF_HEX_OK || y != x) {
            printf("%.17g becomes %s\n", x, buf);
            failures++;
            return;
        }
    }
}

/* Every number of digits against the C library, on numbers of all sizes and on ties. */
static void many_digits(void)
{
    uint64_t state = 88172645463325252u;
    for (int i = 0; i < 300000; i++) {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        double x;
        memcpy(&x, &state, sizeof x);
        if (i % 3 == 1) {
            x = ldexp((double)(state >> 44), -(int)(state & 15)); /* halves, quarters, ... */
        } else if (i % 3 == 2) {
            x = (double)(int64_t)state / 1e9 * pow(10, (double)(state % 40) - 20);
        }
        if (!isfinite(x)) {
            continue;
        }
        int precision = (int)((state >> 20) % 26);
        char want[400];
        char code = "ef"[state >> 40 & 1];
        if (snprintf(want, sizeof want, code == 'e' ? "%.*e" : "%.*f", precision, x) < (int)sizeof want) {
            format(x, code, precision, 0, want);
        }
        double rounded;
        if (fabs(x) < 1e15 && precision < 20) {
            snprintf(want, sizeof want, "%.*f", precision, x);
            CHECK(wf_dtoa_round(x, precision, &rounded) && rounded == strtod(want, NULL));
        }
    }
}

int main(void)
{
    repr(0.0, "0.0");
    repr(-0.0, "-0.0");
    repr(1.0, "1.0");
    repr(0.1, "0.1");
    repr(1e16, "1e+16");
    repr(1e15, "1000000000000000.0");
    repr(123456789012345680.0, "1.2345678901234568e+17");
    repr(0.0001, "0.0001");
    repr(0.00001, "1e-05");
    repr(5e-324, "5e-324");
    repr(1.7976931348623157e308, "1.7976931348623157e+308");
    repr(2.2250738585072014e-308, "2.2250738585072014e-308");
    repr(9007199254740993.0, "9007199254740992.0");
    repr((double)INFINITY, "inf");
    repr(-(double)INFINITY, "-inf");
    repr((double)NAN, "nan");
    format(3.14159, 'f', 2, 0, "3.14");
    format(2.5, 'f', 0, 0, "2");
    format(2.5, 'f', 0, WF_DTOA_ALT, "2.");
    format(1e22, 'f', 1, 0, "10000000000000000000000.0");
    format(12345.678, 'e', 3, 0, "1.235e+04");
    format(0, 'e', 2, WF_DTOA_SIGN, "+0.00e+00");
    format(0.0001234, 'g', 3, 0, "0.000123");
    format(123456789, 'g', 6, 0, "1.23457e+08");
    format(100, 'G', 6, WF_DTOA_ALT, "100.000");
    format(123, 'g', 3, WF_DTOA_ADD_DOT_0, "1.23e+02");
    format(12, 'g', 3, WF_DTOA_ADD_DOT_0, "12.0");
    format(-0.001, 'f', 1, WF_DTOA_NO_NEG_0, "0.0");
    format(5, 'r', 0, 0, "5");
    format(-(double)INFINITY, 'F', 6, 0, "-INF");
    double x;
    CHECK(wf_dtoa_parse("1e400", 5, &x) && isinf(x));
    CHECK(wf_dtoa_parse("-.5", 3, &x) && x == -0.5);
    CHECK(wf_dtoa_parse("5.", 2, &x) && x == 5);
    CHECK(wf_dtoa_parse("inFinity", 8, &x) && isinf(x));
    CHECK(!wf_dtoa_parse(".", 1, &x) && !wf_dtoa_parse("1e", 2, &x) && !wf_dtoa_parse("", 0, &x));
    CHECK(!wf_dtoa_parse("1_0", 3, &x) && wf_dtoa_parse_python(" 1_0.5 \n", 8, &x) && x == 10.5);
    CHECK(!wf_dtoa_parse_python("1__0", 4, &x) && !wf_dtoa_parse_python("1_", 2, &x));
    CHECK(wf_dtoa_round(2.675, 2, &x) && x == 2.67);
    CHECK(wf_dtoa_round(25, -1, &x) && x == 20 && wf_dtoa_round(35, -1, &x) && x == 40);
    CHECK(wf_dtoa_round(5, -1, &x) && x == 0 && wf_dtoa_round(-6, -1, &x) && x == -10);
    CHECK(!wf_dtoa_round(1.7e308, -308, &x));
    CHECK(wf_dtoa_from_hex(" -0x1.8p1 ", 10, &x) == WF_HEX_OK && x == -3);
    CHECK(wf_dtoa_from_hex("0x1p1024", 8, &x) == WF_HEX_OVERFLOW);
    CHECK(wf_dtoa_from_hex("0x", 2, &x) == WF_HEX_INVALID);
    round_trip();
    many_digits();
    return failures != 0;
}
