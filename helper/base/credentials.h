/* credentials.h - a set of AWS credentials, and the role session they belong
 * to.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef BASE_CREDENTIALS_H
#define BASE_CREDENTIALS_H 1

#include <stdbool.h>
#include <stdint.h>
#include <time.h>

/* All strings are owned; credentials_erase() erases and frees them. */
struct credentials {
    char *access_key_id;
    char *secret_access_key;
    char *session_token; /* NULL for long-term keys */
    time_t expiration;   /* seconds since the epoch; 0: none known */
};

/* True for credentials that were made for a role (the key id begins ASIA):
 * whoever assumes a role with them is capped at one hour (role chaining). */
bool credentials_are_temporary(const struct credentials *credentials);

/* Copy `from` into an empty `to`. False without memory (`to` is empty then). */
bool credentials_copy(struct credentials *to, const struct credentials *from);

void credentials_erase(struct credentials *credentials);

/* What AssumeRole gave. Strings are owned; role_session_erase() frees. */
struct role_session {
    struct credentials credentials;
    char *assumed_role_id;     /* AROA...:session-name */
    char *assumed_role_arn;    /* arn:aws:sts::A:assumed-role/ROLE/NAME */
    char *role_session_name;   /* as it was sent */
    char *request_id;          /* joins our log to CloudTrail */
    char *region;              /* what the person gets; may be NULL */
    unsigned duration_seconds; /* as it was granted */
    bool duration_was_cut;     /* less than the rule asks for: log it */
    char sts_region[64];       /* that answered; "" where it has none */
    int64_t clock_offset; /* seconds to add to this host's clock for AWS's; 0
                             where they are less than four minutes apart */
};

void role_session_erase(struct role_session *session);

#endif
