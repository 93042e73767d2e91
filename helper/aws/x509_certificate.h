/* x509_certificate.h - the certificate that a host proves itself with, as
 * IAM Roles Anywhere wants to see it.
 *
 * Source: IAM Roles Anywhere User Guide, "Signing process" and "Trust model"
 * (what an end-entity certificate must be).
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef AWS_X509_CERTIFICATE_H
#define AWS_X509_CERTIFICATE_H 1

#include <openssl/x509.h>
#include <time.h>

#include "base/buffer.h"
#include "base/error.h"

enum {
    X509_INTERMEDIATES_MAX = 5,          /* as many as AWS takes */
    X509_CERTIFICATE_BASE64 = 64 * 1024, /* bytes of one */
    X509_CHAIN_BASE64 = 64 * 1024,       /* bytes of all intermediates */
};

struct x509_certificate {
    X509 *leaf;
    char *serial;          /* decimal */
    struct buffer base64;  /* of its DER */
    struct buffer chain;   /* the intermediates', commas between; or empty */
    const char *algorithm; /* "AWS4-X509-RSA-SHA256" or "...-ECDSA-..." */
};

/* Read `path` (PEM, the end-entity certificate first; what follows are
 * intermediates) and, when not NULL, `intermediates` (PEM). Both are trusted
 * files. Refused with ERROR_SOURCE and the file's name: a certificate that is
 * not valid at `now` (with its date), that is a CA's, that may not sign, that
 * is not of X.509 version 3, whose key is neither RSA nor EC; more than five
 * intermediates. 0 or -1; free with x509_certificate_free() in both cases. */
int x509_certificate_read(const char *path, const char *intermediates,
                          time_t now, struct x509_certificate *certificate,
                          struct error *error);
void x509_certificate_free(struct x509_certificate *certificate);

#endif
