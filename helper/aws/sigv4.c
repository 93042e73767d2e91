/* sigv4.c - see sigv4.h; its first stage is in canonical.c
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "aws/sigv4.h"

#include <string.h>

#include "aws/hash.h"

/* A session token has at most 64 KiB; the rest of a request is small. */
enum { CANONICAL_MAX = 256 * 1024, DATE_LENGTH = 8, SECRET_MAX = 1024 };

static const char ALGORITHM[] = "AWS4-HMAC-SHA256";
static const char TERMINATOR[] = "aws4_request";

void sigv4_timestamp(time_t time, char timestamp[17])
{
    struct tm utc;

    if (gmtime_r(&time, &utc) == NULL ||
        strftime(timestamp, 17, "%Y%m%dT%H%M%SZ", &utc) != 16)
        memcpy(timestamp, "19700101T000000Z", 17);
}

void sigv4_add_scope(struct buffer *out, const struct sigv4_scope *scope)
{
    char timestamp[17];

    sigv4_timestamp(scope->time, timestamp);
    buffer_addf(out, "%.*s/%s/%s/%s", DATE_LENGTH, timestamp, scope->region,
                scope->service, TERMINATOR);
}

bool sigv4_string_to_sign_as(const char *algorithm,
                             const struct sigv4_scope *scope,
                             const char *canonical, size_t canonical_length,
                             struct buffer *string_to_sign)
{
    char timestamp[17];
    char hex[SIGV4_HEX + 1];

    if (!hash_hex(canonical, canonical_length, hex))
        return false;
    sigv4_timestamp(scope->time, timestamp);
    buffer_addf(string_to_sign, "%s\n%s\n", algorithm, timestamp);
    sigv4_add_scope(string_to_sign, scope);
    buffer_addf(string_to_sign, "\n%s", hex);
    return !string_to_sign->failed;
}

bool sigv4_string_to_sign(const struct sigv4_scope *scope,
                          const char *canonical, size_t canonical_length,
                          struct buffer *string_to_sign)
{
    return sigv4_string_to_sign_as(ALGORITHM, scope, canonical,
                                   canonical_length, string_to_sign);
}

bool sigv4_signing_key(const struct sigv4_scope *scope, const char *secret,
                       unsigned char key[SIGV4_HASH])
{
    AUTO_BUFFER first = BUFFER(SECRET_MAX);
    char timestamp[17];
    const char *parts[] = {timestamp, scope->region, scope->service,
                           TERMINATOR};

    sigv4_timestamp(scope->time, timestamp);
    timestamp[DATE_LENGTH] = '\0';
    buffer_add_string(&first, "AWS4");
    buffer_add_string(&first, secret);
    if (first.failed ||
        !hash_hmac(first.data, first.length, parts[0], DATE_LENGTH, key))
        return false;
    for (size_t i = 1; i < sizeof(parts) / sizeof(parts[0]); i++)
        if (!hash_hmac(key, SIGV4_HASH, parts[i], strlen(parts[i]), key))
            return false;
    return true;
}

bool sigv4_signature(const unsigned char key[SIGV4_HASH],
                     const char *string_to_sign, size_t length,
                     char signature[SIGV4_HEX + 1])
{
    unsigned char mac[SIGV4_HASH];

    if (!hash_hmac(key, SIGV4_HASH, string_to_sign, length, mac))
        return false;
    hash_to_hex(mac, signature);
    return true;
}

bool sigv4_authorization(const struct sigv4_request *request,
                         const struct sigv4_scope *scope,
                         const struct credentials *credentials,
                         struct buffer *authorization)
{
    AUTO_BUFFER canonical = BUFFER(CANONICAL_MAX);
    AUTO_BUFFER names = BUFFER(CANONICAL_MAX);
    AUTO_BUFFER string_to_sign = BUFFER(CANONICAL_MAX);
    unsigned char key[SIGV4_HASH];
    char signature[SIGV4_HEX + 1];
    bool good;

    good = sigv4_canonical_request(request, &canonical, &names) &&
           sigv4_string_to_sign(scope, buffer_string(&canonical),
                                canonical.length, &string_to_sign) &&
           sigv4_signing_key(scope, credentials->secret_access_key, key) &&
           sigv4_signature(key, buffer_string(&string_to_sign),
                           string_to_sign.length, signature);
    explicit_bzero(key, sizeof(key));
    if (!good)
        return false;
    buffer_addf(authorization, "%s Credential=%s/", ALGORITHM,
                credentials->access_key_id);
    sigv4_add_scope(authorization, scope);
    buffer_addf(authorization, ", SignedHeaders=%s, Signature=%s",
                buffer_string(&names), signature);
    return !authorization->failed;
}
