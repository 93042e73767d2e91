/* sts.h - AssumeRole and AssumeRoleWithWebIdentity.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef AWS_STS_H
#define AWS_STS_H 1

#include <stdbool.h>
#include <time.h>

#include "aws/http.h"
#include "base/credentials.h"
#include "base/error.h"
#include "protocol/deadline.h"
#include "rules/config.h"

/* A tag with its template filled in. */
struct sts_tag {
    const char *key;
    const char *value;
};

/* Borrowed strings; NULL or 0 leaves a parameter out. */
struct assume_role {
    const char *role_arn;
    const char *role_session_name;
    unsigned duration_seconds;
    const char *external_id;
    const char *source_identity;
    const char *policy;
    const struct strings *policy_arns;
    const struct sts_tag *tags;
    size_t tag_count;
    const struct strings *transitive_tags;
    /* Not NULL: AssumeRoleWithWebIdentity, which nobody signs (`caller` is
     * NULL) and which has no external id, source identity or tags. A bearer
     * secret. */
    const char *web_identity_token;
};

/* A connection to STS with its settings. */
struct sts_client;

/* `settings` must outlive the client. NULL with `error`. */
struct sts_client *sts_client_new(const struct sts_settings *settings,
                                  struct error *error);
void sts_client_free(struct sts_client *client);

/* For a source that asks another service of AWS on the way: the connection
 * (made by the first use; NULL with `error`), and the settings. Both are the
 * client's. */
struct http_client *sts_client_http(struct sts_client *client,
                                    struct error *error);
const struct sts_settings *sts_client_settings(const struct sts_client *client);

/* The form body of the request: "Action=AssumeRole&Version=2011-06-15&..."
 * (or AssumeRoleWithWebIdentity, where there is a token),
 * encoded as botocore does. False without memory. */
bool sts_assume_role_body(const struct assume_role *call, struct buffer *body);

/* AssumeRole, signed with `caller`. Asked again as retry.h says, in the
 * Regions of settings->regions in turn. Where the host's clock is off and
 * AWS's answer over TLS says so, one attempt is signed again by AWS's clock
 * (skew.h); session->clock_offset then says by how much. When STS says
 * that DurationSeconds exceeds the role's maximum or the chaining cap, it is
 * asked once more with 3600 and session->duration_was_cut is set; a caller
 * with temporary credentials is never asked for more than 3600 to begin with.
 * 0, or -1 with `error` from the catalogue. */
int sts_assume_role(struct sts_client *client, const struct credentials *caller,
                    const struct assume_role *call, struct deadline deadline,
                    struct role_session *session, struct error *error);

#endif
