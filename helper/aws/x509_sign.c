/* x509_sign.c - see x509_sign.h
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "aws/x509_sign.h"

#include <openssl/err.h>
#include <openssl/evp.h>

enum {
    CANONICAL_MAX = 512 * 1024,
    SIGNATURE_BYTES = 2048, /* RSA of 16384 bits */
    SIGNATURE_DIGITS = 4096,
};

static bool sign(const struct x509_key *key, const char *text, size_t length,
                 unsigned char *signature, size_t *size)
{
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    bool good = context != NULL;

    /* A key of an engine knows no library context and no names of digests. */
    if (good && key->engine != NULL)
        good = EVP_DigestSignInit(context, NULL, EVP_sha256(), NULL,
                                  key->key) == 1;
    else if (good)
        good = EVP_DigestSignInit_ex(context, NULL, "SHA256", key->context,
                                     key->properties, key->key, NULL) == 1;
    good = good && EVP_DigestSign(context, signature, size,
                                  (const unsigned char *)text, length) == 1;
    EVP_MD_CTX_free(context);
    return good;
}

static bool verify(const struct x509_certificate *certificate, const char *text,
                   size_t length, const unsigned char *signature, size_t size)
{
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    bool good =
        context != NULL &&
        EVP_DigestVerifyInit(context, NULL, EVP_sha256(), NULL,
                             X509_get0_pubkey(certificate->leaf)) == 1 &&
        EVP_DigestVerify(context, signature, size, (const unsigned char *)text,
                         length) == 1;

    EVP_MD_CTX_free(context);
    return good;
}

int x509_signature(const struct x509_key *key,
                   const struct x509_certificate *certificate,
                   const char *string_to_sign, size_t length,
                   struct buffer *hex, struct error *error)
{
    unsigned char signature[SIGNATURE_BYTES];
    size_t size = sizeof(signature);

    ERR_clear_error();
    if (!sign(key, string_to_sign, length, signature, &size))
        return error_set(error, ERROR_SOURCE,
                         "the private key %s does not sign: %s; an RSA or EC "
                         "key that may sign with SHA-256 was expected, and "
                         "for one in a device its PIN in `pin_file`",
                         key->name, x509_key_why());
    if (!verify(certificate, string_to_sign, length, signature, size)) {
        ERR_clear_error();
        return error_set(error, ERROR_SOURCE,
                         "the private key %s is not that of the certificate: "
                         "what it signs does not verify; correct one of the "
                         "two",
                         key->name);
    }
    for (size_t i = 0; i < size; i++)
        buffer_addf(hex, "%02x", signature[i]);
    return hex->failed
               ? error_set(error, ERROR_NO_MEMORY, "no memory for a signature")
               : 0;
}

int x509_authorization(const struct sigv4_request *request,
                       const struct sigv4_scope *scope,
                       const struct x509_key *key,
                       const struct x509_certificate *certificate,
                       struct buffer *authorization, struct error *error)
{
    AUTO_BUFFER canonical = BUFFER(CANONICAL_MAX);
    AUTO_BUFFER names = BUFFER(CANONICAL_MAX);
    AUTO_BUFFER string_to_sign = BUFFER(CANONICAL_MAX);
    AUTO_BUFFER signature = BUFFER(SIGNATURE_DIGITS);

    if (!sigv4_canonical_request(request, &canonical, &names) ||
        !sigv4_string_to_sign_as(certificate->algorithm, scope,
                                 buffer_string(&canonical), canonical.length,
                                 &string_to_sign))
        return error_set(error, ERROR_INTERNAL,
                         "a request could not be signed: out of memory, a "
                         "parameter that is too long, or an OpenSSL without "
                         "SHA-256");
    if (x509_signature(key, certificate, buffer_string(&string_to_sign),
                       string_to_sign.length, &signature, error) != 0)
        return -1;
    buffer_addf(authorization, "%s Credential=%s/", certificate->algorithm,
                certificate->serial);
    sigv4_add_scope(authorization, scope);
    buffer_addf(authorization, ", SignedHeaders=%s, Signature=%s",
                buffer_string(&names), buffer_string(&signature));
    return authorization->failed
               ? error_set(error, ERROR_NO_MEMORY, "no memory for a signature")
               : 0;
}
