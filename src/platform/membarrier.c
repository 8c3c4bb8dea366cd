/* membarrier.c - barrier on all threads by the membarrier system call.
 * SPDX-License-Identifier: MIT
 *
 * Design:  the private expedited command interrupts just the CPUs that run this process. Without it
 *          (an old kernel, a sandbox that forbids the call), the global command waits until every CPU
 *          has scheduled; without that too, taking away the write permission of a page that was just
 *          written makes the kernel interrupt the same CPUs to drop it from their TLBs.
 * Threads: no state of its own; any thread.
 * Tests:   tests/unit/test_platform.c */
#include "platform/membarrier.h"

#include "platform/atomics.h"

#include <errno.h>
#include <linux/membarrier.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

static long command(int cmd)
{
    return syscall(SYS_membarrier, cmd, 0, 0);
}

bool wf_membarrier_register(void)
{
    return command(MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED) == 0;
}

static void barrier_by_page(void)
{
    void *page = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (page == MAP_FAILED) {
        return;
    }
    wf_atomic_store_relaxed_u8(page, 1);
    mprotect(page, 4096, PROT_READ);
    munmap(page, 4096);
}

void wf_membarrier(void)
{
    int saved = errno;
    wf_atomic_fence_seq();
    if (command(MEMBARRIER_CMD_PRIVATE_EXPEDITED) != 0 && command(MEMBARRIER_CMD_GLOBAL) != 0) {
        barrier_by_page();
    }
    wf_atomic_fence_seq();
    errno = saved;
}
