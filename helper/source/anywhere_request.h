/* anywhere_request.h - a CreateSession request, signed and ready to be sent.
 *
 * Source: IAM Roles Anywhere User Guide, "CreateSession API" and "Signing
 * process"; where it is asked: the endpoint rule set of the service model.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef SOURCE_ANYWHERE_REQUEST_H
#define SOURCE_ANYWHERE_REQUEST_H 1

#include <time.h>

#include "aws/endpoint.h"
#include "aws/x509_sign.h"
#include "base/buffer.h"
#include "base/error.h"
#include "rules/config.h"

enum { ANYWHERE_REQUEST_LINES = 6, ANYWHERE_URL_BYTES = 16 * 1024 };

/* What is asked for; borrowed. */
struct create_session {
    const char *trust_anchor_arn;
    const char *profile_arn;
    const char *role_arn;
    const char *role_session_name; /* NULL: left out */
    unsigned duration_seconds;
};

struct anywhere_request {
    struct buffer url;
    struct buffer body;
    struct buffer line[ANYWHERE_REQUEST_LINES];
    const char *headers[ANYWHERE_REQUEST_LINES + 1]; /* NULL at the end */
};

/* Where a source of type = roles-anywhere is asked: source->endpoint, or the
 * endpoint of the trust anchor's Region, FIPS and dual-stack as `settings`
 * (of the role) say. endpoint->path ends in "/sessions". -1 with
 * ERROR_CONFIGURATION. */
int anywhere_endpoint(const struct source *source,
                      const struct sts_settings *settings,
                      struct endpoint *endpoint, struct error *error);

/* Build and sign a request as of `now`. 0, or -1 with `error`; free with
 * anywhere_request_free() in both cases. */
int anywhere_request_build(const struct endpoint *endpoint,
                           const struct create_session *call,
                           const struct x509_key *key,
                           const struct x509_certificate *certificate,
                           time_t now, struct anywhere_request *request,
                           struct error *error);
void anywhere_request_free(struct anywhere_request *request);

#endif
