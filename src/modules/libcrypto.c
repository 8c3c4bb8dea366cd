/* libcrypto.c - loads OpenSSL's libcrypto on first use.
 * SPDX-License-Identifier: MIT
 * Threads: the table is made by whoever comes first and published by one compare-and-swap; it is never freed. */
#include "modules/libcrypto.h"

#include "objects/str.h"

#include <dlfcn.h>
#include <stdlib.h>

#define LIBRARY "libcrypto.so.3"

static const char *const names[] = {
#define FUNCTION(name) #name,
#include "modules/libcrypto.def"
#undef FUNCTION
};
_Static_assert(sizeof names == offsetof(WfCrypto, x_kept), "one pointer each");

WfCrypto *wf_crypto(WfThread *t)
{
    void **place = &t->rt->x_crypto;
    void *table = __atomic_load_n(place, __ATOMIC_ACQUIRE);
    if (WF_LIKELY(table != NULL)) {
        return table;
    }
    wf_thread_detach(t);
    void *library = dlopen(LIBRARY, RTLD_NOW | RTLD_LOCAL);
    const char *problem = library == NULL ? "not found" : NULL;
    void **fresh = library == NULL ? NULL : calloc(1, sizeof(WfCrypto));
    for (size_t k = 0; fresh != NULL && problem == NULL && k < sizeof names / sizeof *names; k++) {
        fresh[k] = dlsym(library, names[k]);
        problem = fresh[k] == NULL ? names[k] : NULL;
    }
    wf_thread_attach(t);
    if (problem != NULL || fresh == NULL) {
        free(fresh);
        return WF_FAIL_NULL(problem == NULL ? wf_raise_no_memory(t) : wf_raise(t, WF_EXC(ImportError), "%s: %s", LIBRARY, problem));
    }
    if (!__atomic_compare_exchange_n(place, &table, fresh, false, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE)) {
        free(fresh);
        return table;
    }
    return (WfCrypto *)(void *)fresh;
}

WfValue wf_crypto_fail(WfThread *t, const WfCrypto *lib, WfType *type)
{
    unsigned long code = lib->ERR_peek_last_error();
    lib->ERR_clear_error();
    const char *where = code == 0 ? NULL : lib->ERR_lib_error_string(code);
    const char *why = code == 0 ? NULL : lib->ERR_reason_error_string(code);
    why = why == NULL ? "no reason supplied" : why;
    return where != NULL ? wf_raise(t, type, "[%s] %s", where, why) : wf_raise(t, type, "%s", why);
}
