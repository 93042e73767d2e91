/* web_identity.h - type = web-identity: a role for an OIDC token.
 *
 * Source: API_AssumeRoleWithWebIdentity of the STS API Reference.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef SOURCE_WEB_IDENTITY_H
#define SOURCE_WEB_IDENTITY_H 1

#include "source/source.h"

enum {
    WEB_TOKEN_MIN = 4, /* characters, both of the service model */
    WEB_TOKEN_MAX = 20000,
};

/* As source_fetch(), for a source of type = web-identity: its own role. */
int web_identity_fetch(const struct source *source,
                       const struct source_context *context,
                       struct credentials *credentials, struct error *error);

/* Read the token (now: it is rotated) and ask for `call` with it. Symbolic
 * links are followed. A line end after the token is dropped. 0, or -1 with
 * ERROR_SOURCE or an error of STS, which name the file. */
int web_identity_ask(const char *token_file, const struct assume_role *call,
                     const struct source_context *context,
                     struct role_session *session, struct error *error);

#endif
