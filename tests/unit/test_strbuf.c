/* test_strbuf.c - the string builder and vectors.
 * SPDX-License-Identifier: MIT */
#include "base/strbuf.h"
#include "base/vec.h"

#include <stdio.h>

static int failures;

#define CHECK(cond)                                                                      \
    do {                                                                                 \
        if (!(cond)) {                                                                   \
            printf("%s:%d: %s\n", __FILE__, __LINE__, #cond);                            \
            failures++;                                                                  \
        }                                                                                \
    } while (0)

int main(void)
{
    WfStrBuf b = {0};
    CHECK(strcmp(wf_strbuf_cstr(&b), "") == 0);
    wf_strbuf_puts(&b, "x = ");
    wf_strbuf_printf(&b, "%d%s", 42, "!");
    wf_strbuf_put_cp(&b, 0xE9);
    wf_strbuf_repeat(&b, '-', 300);
    CHECK(b.len == 309 && memcmp(wf_strbuf_cstr(&b), "x = 42!\xC3\xA9---", 12) == 0);
    CHECK(b.data[b.len] == '\0');
    wf_strbuf_room(&b, SIZE_MAX / 2);
    CHECK(b.failed);
    wf_strbuf_putc(&b, 'c');
    CHECK(strcmp(wf_strbuf_cstr(&b), "") == 0);
    wf_strbuf_free(&b);

    WF_VEC(int) v = {0};
    for (int i = 0; i < 1000; i++) {
        CHECK(wf_vec_push(&v, i));
    }
    int more[3] = {7, 8, 9};
    CHECK(wf_vec_append(&v, more, 3u) && v.len == 1003 && wf_vec_last(&v) == 9);
    CHECK(wf_vec_pop(&v) == 9 && v.len == 1002 && v.data[500] == 500);
    wf_vec_free(&v);
    CHECK(v.data == NULL && v.len == 0);
    return failures != 0;
}
