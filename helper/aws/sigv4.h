/* sigv4.h - AWS Signature Version 4, each stage callable alone.
 *
 * Nothing here reads a clock. Source: IAM User Guide, "Create a signed AWS
 * API request".
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef AWS_SIGV4_H
#define AWS_SIGV4_H 1

#include <stdbool.h>
#include <stddef.h>
#include <time.h>

#include "base/buffer.h"
#include "base/credentials.h"

enum { SIGV4_HASH = 32, SIGV4_HEX = 64 }; /* bytes, digits */

struct sigv4_header {
    const char *name;
    const char *value;
};

/* All strings are borrowed. */
struct sigv4_request {
    const char *method;
    const char *path;  /* as on the request line, without the query */
    const char *query; /* without '?'; "" when there is none */
    const struct sigv4_header *headers; /* those that are signed */
    size_t header_count;
    const char *body;
    size_t body_length;
};

/* What a signature is scoped to. */
struct sigv4_scope {
    time_t time; /* of the request, seconds since the epoch */
    const char *region;
    const char *service; /* "sts" */
};

/* YYYYMMDDTHHMMSSZ of `time`, in UTC. */
void sigv4_timestamp(time_t time, char timestamp[17]);

/* Stage 1. `signed_headers` gets the a;b;c list. False without memory or with
 * more than 64 headers or query parameters. */
bool sigv4_canonical_request(const struct sigv4_request *request,
                             struct buffer *canonical,
                             struct buffer *signed_headers);

/* Append "20150830/us-east-1/sts/aws4_request". */
void sigv4_add_scope(struct buffer *out, const struct sigv4_scope *scope);

/* Stage 2 of any algorithm of the family: "AWS4-HMAC-SHA256". */
bool sigv4_string_to_sign_as(const char *algorithm,
                             const struct sigv4_scope *scope,
                             const char *canonical, size_t canonical_length,
                             struct buffer *string_to_sign);

/* Stage 2. */
bool sigv4_string_to_sign(const struct sigv4_scope *scope,
                          const char *canonical, size_t canonical_length,
                          struct buffer *string_to_sign);

/* Stage 3: the signing key. The caller erases it. */
bool sigv4_signing_key(const struct sigv4_scope *scope, const char *secret,
                       unsigned char key[SIGV4_HASH]);

/* Stage 4: hex of HMAC(key, string to sign). */
bool sigv4_signature(const unsigned char key[SIGV4_HASH],
                     const char *string_to_sign, size_t length,
                     char signature[SIGV4_HEX + 1]);

/* All of it: the value of the Authorization header. The caller has already
 * put x-amz-date (sigv4_timestamp() of the same time) and, with temporary
 * credentials, x-amz-security-token among the headers. */
bool sigv4_authorization(const struct sigv4_request *request,
                         const struct sigv4_scope *scope,
                         const struct credentials *credentials,
                         struct buffer *authorization);

#endif
