/* x509_sign.h - requests signed with the key of an X.509 certificate, each
 * stage callable alone.
 *
 * The canonical request is that of SigV4 (sigv4.h). The string to sign names
 * another algorithm, the credential is the certificate's serial number in
 * decimal, and the signature is made with its key. Source: IAM Roles Anywhere
 * User Guide, "Signing process".
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef AWS_X509_SIGN_H
#define AWS_X509_SIGN_H 1

#include "aws/sigv4.h"
#include "aws/x509_certificate.h"
#include "aws/x509_key.h"
#include "base/buffer.h"
#include "base/error.h"

/* Append the signature over `length` bytes, in small hex digits: RSASSA-
 * PKCS1-v1_5 or ECDSA (in DER) over their SHA-256. It is verified with the
 * certificate's own key before it is given away. -1 with ERROR_SOURCE when
 * the key cannot sign, or is not the certificate's. */
int x509_signature(const struct x509_key *key,
                   const struct x509_certificate *certificate,
                   const char *string_to_sign, size_t length,
                   struct buffer *hex, struct error *error);

/* All of it: the value of the Authorization header. The caller has already
 * put x-amz-date (sigv4_timestamp() of the same time), x-amz-x509 and, with
 * intermediates, x-amz-x509-chain among the headers. 0, or -1 with `error`. */
int x509_authorization(const struct sigv4_request *request,
                       const struct sigv4_scope *scope,
                       const struct x509_key *key,
                       const struct x509_certificate *certificate,
                       struct buffer *authorization, struct error *error);

#endif
