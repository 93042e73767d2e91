/* network.h - loading the part of the helper that talks to AWS.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef SESSION_NETWORK_H
#define SESSION_NETWORK_H 1

#include "base/error.h"
#include "session/grant.h"

/* grant_role() of awsrole-aws.so, which lies beside the helper and is loaded
 * once. NULL with ERROR_INTERNAL. */
grant_role_function *network_load(struct error *error);

#endif
