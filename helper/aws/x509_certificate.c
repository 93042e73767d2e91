/* x509_certificate.c - see x509_certificate.h
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "aws/x509_certificate.h"

#include <openssl/bn.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/files.h"

enum { DER_MAX = 48 * 1024 };

static int no_memory(const char *path, struct error *error)
{
    return error_set(error, ERROR_NO_MEMORY, "no memory to read %s", path);
}

/* The moment that a certificate names; false when it is none. */
static bool moment_of(const ASN1_TIME *asn1, time_t *moment)
{
    struct tm utc;

    if (asn1 == NULL || ASN1_TIME_to_tm(asn1, &utc) != 1)
        return false;
    *moment = timegm(&utc);
    return true;
}

static int check_validity(const char *path, const X509 *certificate, time_t now,
                          struct error *error)
{
    time_t from;
    time_t until;
    char date[CLOCK_RFC3339_BYTES];
    char today[CLOCK_RFC3339_BYTES];

    if (!moment_of(X509_get0_notBefore(certificate), &from) ||
        !moment_of(X509_get0_notAfter(certificate), &until))
        return error_set(error, ERROR_SOURCE,
                         "the certificate in %s has no dates that can be "
                         "read: issue it again",
                         path);
    clock_rfc3339(now, today);
    if (now > until) {
        clock_rfc3339(until, date);
        return error_set(error, ERROR_SOURCE,
                         "the certificate in %s expired on %s (it is %s): put "
                         "a new one there",
                         path, date, today);
    }
    if (now < from) {
        clock_rfc3339(from, date);
        return error_set(error, ERROR_SOURCE,
                         "the certificate in %s is not valid before %s (it is "
                         "%s by this host's clock): wait, or correct the "
                         "clock",
                         path, date, today);
    }
    return 0;
}

/* What AWS refuses without saying why. */
static int check_purpose(const char *path, X509 *leaf, struct error *error)
{
    uint32_t flags = X509_get_extension_flags(leaf);

    if (X509_get_version(leaf) != X509_VERSION_3)
        return error_set(error, ERROR_SOURCE,
                         "the certificate in %s is not of X.509 version 3: "
                         "issue it again with extensions",
                         path);
    if ((flags & EXFLAG_CA) != 0)
        return error_set(error, ERROR_SOURCE,
                         "the first certificate in %s is that of a CA: the "
                         "host's own certificate was expected there, and "
                         "intermediate CAs behind it or in `intermediates`",
                         path);
    if ((flags & EXFLAG_KUSAGE) != 0 &&
        (X509_get_key_usage(leaf) & KU_DIGITAL_SIGNATURE) == 0)
        return error_set(error, ERROR_SOURCE,
                         "the certificate in %s does not allow signing: issue "
                         "it again with digitalSignature in its keyUsage",
                         path);
    return 0;
}

static int choose_algorithm(const char *path,
                            struct x509_certificate *certificate,
                            struct error *error)
{
    const EVP_PKEY *key = X509_get0_pubkey(certificate->leaf);

    switch (key != NULL ? EVP_PKEY_get_base_id(key) : EVP_PKEY_NONE) {
    case EVP_PKEY_RSA:
        certificate->algorithm = "AWS4-X509-RSA-SHA256";
        return 0;
    case EVP_PKEY_EC:
        certificate->algorithm = "AWS4-X509-ECDSA-SHA256";
        return 0;
    default:
        return error_set(error, ERROR_SOURCE,
                         "the key of the certificate in %s is neither RSA nor "
                         "EC: IAM Roles Anywhere takes those two",
                         path);
    }
}

/* Append the certificate's DER in base64. */
static bool add_base64(struct buffer *out, X509 *certificate)
{
    unsigned char *der = NULL;
    int length = i2d_X509(certificate, &der);
    unsigned char *text = NULL;
    bool good = false;

    if (length <= 0 || length > DER_MAX)
        goto out;
    text = malloc((size_t)(length + 2) / 3 * 4 + 1);
    if (text == NULL || EVP_EncodeBlock(text, der, length) <= 0)
        goto out;
    buffer_add_string(out, (const char *)text);
    good = !out->failed;
out:
    free(text);
    OPENSSL_free(der);
    return good;
}

static bool set_serial(struct x509_certificate *certificate)
{
    BIGNUM *number =
        ASN1_INTEGER_to_BN(X509_get0_serialNumber(certificate->leaf), NULL);
    char *decimal = number != NULL ? BN_bn2dec(number) : NULL;

    certificate->serial = decimal != NULL ? strdup(decimal) : NULL;
    OPENSSL_free(decimal);
    BN_free(number);
    return certificate->serial != NULL;
}

static int take_leaf(const char *path, X509 *leaf, time_t now,
                     struct x509_certificate *certificate, struct error *error)
{
    certificate->leaf = leaf;
    if (check_validity(path, leaf, now, error) != 0 ||
        check_purpose(path, leaf, error) != 0 ||
        choose_algorithm(path, certificate, error) != 0)
        return -1;
    if (!add_base64(&certificate->base64, leaf) || !set_serial(certificate))
        return error_set(error, ERROR_SOURCE,
                         "the certificate in %s is longer than %d bytes", path,
                         DER_MAX);
    return 0;
}

static int take_intermediate(const char *path, X509 *intermediate, time_t now,
                             unsigned *count,
                             struct x509_certificate *certificate,
                             struct error *error)
{
    if (check_validity(path, intermediate, now, error) != 0)
        return -1;
    if (++*count > X509_INTERMEDIATES_MAX)
        return error_set(error, ERROR_SOURCE,
                         "%s: there are more than %d intermediate "
                         "certificates, the most that AWS takes: leave out "
                         "those that do not lead to the trust anchor",
                         path, X509_INTERMEDIATES_MAX);
    if (certificate->chain.length > 0)
        buffer_add_char(&certificate->chain, ',');
    if (!add_base64(&certificate->chain, intermediate))
        return error_set(error, ERROR_SOURCE,
                         "%s: the intermediate certificates are together "
                         "longer than %d bytes",
                         path, X509_CHAIN_BASE64);
    return 0;
}

/* Read every certificate of a file. */
static int read_file(const char *path, time_t now, unsigned *count,
                     struct x509_certificate *certificate, struct error *error)
{
    AUTO_BUFFER content = BUFFER(TRUSTED_FILE_MAX);
    unsigned found = 0;
    int result = 0;
    BIO *bio;

    if (trusted_read(path, false, &content, NULL, error) != 0) {
        if (error->code == ERROR_CONFIGURATION)
            error->code = ERROR_SOURCE;
        return -1;
    }
    bio = BIO_new_mem_buf(buffer_string(&content), (int)content.length);
    if (bio == NULL)
        return no_memory(path, error);
    while (result == 0) {
        X509 *next = PEM_read_bio_X509(bio, NULL, NULL, NULL);

        if (next == NULL)
            break;
        found++;
        if (certificate->leaf == NULL) {
            result = take_leaf(path, next, now, certificate, error);
        } else {
            result =
                take_intermediate(path, next, now, count, certificate, error);
            X509_free(next);
        }
    }
    BIO_free(bio);
    /* The end of the file is "no start line"; anything else is a mistake. */
    if (result == 0 && (found == 0 || ERR_GET_REASON(ERR_peek_last_error()) !=
                                          PEM_R_NO_START_LINE))
        result = error_set(
            error, ERROR_SOURCE,
            "%s holds %s: a certificate in PEM (-----BEGIN "
            "CERTIFICATE-----) was expected",
            path, found == 0 ? "no certificate" : "one that cannot be read");
    ERR_clear_error();
    return result;
}

int x509_certificate_read(const char *path, const char *intermediates,
                          time_t now, struct x509_certificate *certificate,
                          struct error *error)
{
    unsigned count = 0;

    *certificate = (struct x509_certificate){
        .base64 = BUFFER(X509_CERTIFICATE_BASE64),
        .chain = BUFFER(X509_CHAIN_BASE64),
    };
    ERR_clear_error();
    if (read_file(path, now, &count, certificate, error) != 0)
        return -1;
    if (intermediates == NULL)
        return 0;
    return read_file(intermediates, now, &count, certificate, error);
}

void x509_certificate_free(struct x509_certificate *certificate)
{
    X509_free(certificate->leaf);
    free(certificate->serial);
    buffer_free(&certificate->base64);
    buffer_free(&certificate->chain);
    *certificate = (struct x509_certificate){0};
}
