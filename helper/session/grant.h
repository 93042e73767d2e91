/* grant.h - from a role of the configuration to a role session of AWS.
 *
 * This, aws/ and source/ are linked into awsrole-aws.so, which the helper
 * loads only when AWS is to be asked: libcurl and OpenSSL cost more to load
 * than a close takes altogether.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef SESSION_GRANT_H
#define SESSION_GRANT_H 1

#include "base/credentials.h"
#include "base/error.h"
#include "protocol/deadline.h"
#include "rules/config.h"
#include "rules/facts.h"

/* Fetch source credentials, fill in the templates, assume the role. 0 with
 * `*granted` (free with role_session_erase()), or -1 with `error`. */
typedef int grant_role_function(const struct role *role,
                                const struct facts *facts,
                                struct deadline deadline,
                                struct role_session *granted,
                                struct error *error);

/* The one symbol that awsrole-aws.so is asked for. */
grant_role_function grant_role;

#endif
