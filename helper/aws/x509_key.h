/* x509_key.h - the private key of a certificate: in a file, in a PKCS#11
 * token, or in a TPM.
 *
 * Nothing of it depends on openssl.cnf or the environment: which provider or
 * engine is loaded is decided here, into a library context of its own, so
 * that TLS knows nothing of it.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef AWS_X509_KEY_H
#define AWS_X509_KEY_H 1

#include <openssl/evp.h>

#include "base/buffer.h"
#include "base/error.h"

/* Where `private_key` says that a key is. */
#define X509_KEY_PKCS11 "pkcs11:" /* RFC 7512 */
#define X509_KEY_HANDLE "handle:" /* tpm2-openssl: handle:0x81000001 */

enum { X509_PIN_MAX = 256 }; /* bytes */

struct x509_key {
    EVP_PKEY *key;
    OSSL_LIB_CTX *context;  /* it lives in; NULL: the default one */
    const char *properties; /* what its operations are fetched with */
    void *engine;           /* ENGINE *; NULL: none */
    const char *name;       /* borrowed: for messages */
};

/* Load `name`: an absolute path of a PEM file (trusted, not readable by
 * everybody; PKCS #8, PKCS #1 or SEC 1, maybe encrypted), a pkcs11: URI (by
 * the provider "pkcs11" where it is installed, else by libp11's engine; its
 * module-path, when it has one, must be a file of root's), or handle:0x... of
 * a persistent key in a TPM (by tpm2-openssl). `pin_file` (NULL: none) holds
 * the PIN, the key's authorization value or the PEM file's passphrase; it is a
 * secret file. 0, or -1 with ERROR_SOURCE; free with x509_key_free() in both
 * cases. Nobody is ever asked for a PIN. */
int x509_key_load(const char *name, const char *pin_file, struct x509_key *key,
                  struct error *error);
void x509_key_free(struct x509_key *key);

/* The two ways of x509_key_load() that need OpenSSL's plug-ins: `pin` may be
 * "", `module` is a path or NULL. 1 when the plug-in itself is not there. */
int x509_key_by_provider(const char *provider, const char *uri,
                         const char *module, const struct buffer *pin,
                         struct x509_key *key, struct error *error);
int x509_key_by_engine(const char *uri, const char *module,
                       const struct buffer *pin, struct x509_key *key,
                       struct error *error);
void x509_key_engine_free(void *engine);

/* What OpenSSL said last, for a message; its errors are forgotten. */
const char *x509_key_why(void);

#endif
