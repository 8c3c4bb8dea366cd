/* status.c - the end of a process whose invariants broke.
 * SPDX-License-Identifier: MIT */
#include "base/status.h"

#include <stdio.h>
#include <stdlib.h>

void wf_fatal(const char *file, int line, const char *message)
{
    fprintf(stderr, "weft: fatal: %s (%s:%d)\n", message, file, line);
    abort();
}
