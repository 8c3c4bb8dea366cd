/* libcrypto.h - OpenSSL's libcrypto, loaded when something of it is first used.
 * SPDX-License-Identifier: MIT
 *
 * Linked in the usual way it would cost every start its loading (several megabytes). So its functions are called through a
 * table: lib->EVP_DigestUpdate(...). Their types are those of OpenSSL's headers. */
#ifndef WF_MODULES_LIBCRYPTO_H
#define WF_MODULES_LIBCRYPTO_H

#define OPENSSL_SUPPRESS_DEPRECATED /* HMAC_*: the successors cannot copy the key's state as cheaply */

#include "model/object.h"

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/objects.h>

#define WF_CRYPTO_KEPT 16

typedef struct WfCrypto {
#define FUNCTION(name) __typeof__(&name) name;
#include "modules/libcrypto.def"
#undef FUNCTION
    EVP_MD *x_kept[2][WF_CRYPTO_KEPT]; /* algorithms that were looked up once (_hashlib.c); atomic, each set once */
} WfCrypto;

/* The library's functions; NULL: ImportError is raised. */
WfCrypto *wf_crypto(WfThread *t) WF_MUST_CHECK;
/* Raises `type` with what the library says went wrong last. */
WfValue wf_crypto_fail(WfThread *t, const WfCrypto *lib, WfType *type) WF_COLD;

#endif
