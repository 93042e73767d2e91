/* roles_anywhere.h - type = roles-anywhere: IAM Roles Anywhere's
 * CreateSession, signed with the key of an X.509 certificate.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef SOURCE_ROLES_ANYWHERE_H
#define SOURCE_ROLES_ANYWHERE_H 1

#include "source/source.h"

/* As source_fetch(): a session of source->role_arn, of one hour. A session
 * name is sent only where source->role_session_name is there. */
int roles_anywhere_fetch(const struct source *source,
                         const struct source_context *context,
                         struct credentials *credentials, struct error *error);

/* The same with direct = yes: a session of `role_arn` for as long as asked.
 * `role_session_name`: NULL: AWS names it by the certificate's serial number.
 * The Roles Anywhere profile may make it shorter: session->duration_was_cut.
 * 0 with `session` (role_session_erase()), or -1 with `error`. */
int roles_anywhere_assume(const struct source *source,
                          const struct source_context *context,
                          const char *role_arn, const char *role_session_name,
                          unsigned duration_seconds,
                          struct role_session *session, struct error *error);

/* As source_region(): the trust anchor's. */
char *roles_anywhere_region(const struct source *source);

#endif
