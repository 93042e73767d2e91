/* source.h - the helper's own credentials, from wherever the host has them.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef SOURCE_SOURCE_H
#define SOURCE_SOURCE_H 1

#include <stdbool.h>

#include "aws/sts.h"
#include "base/credentials.h"
#include "base/error.h"
#include "protocol/deadline.h"
#include "rules/config.h"
#include "rules/facts.h"

/* What a fetch works with; all borrowed. */
struct source_context {
    struct sts_client *sts;    /* for sources that assume a role on the way */
    const struct facts *facts; /* for a role source's session name */
    struct deadline deadline;
};

/* Fetch the credentials of `source` into `credentials` (free with
 * credentials_erase()). 0, or -1 with `error`: ERROR_SOURCE names the source,
 * the file and the profile; an error of STS on the way is prefixed with the
 * hop at which it happened. */
int source_fetch(const struct source *source,
                 const struct source_context *context,
                 struct credentials *credentials, struct error *error);

/* May a role with direct = yes name this source? */
bool source_can_assume(const struct source *source);

/* The source takes `call` itself: no credentials of its own before it, and no
 * role chaining after it. rules/ has made sure that the source can, and that
 * the call asks for nothing that it cannot. 0 with `session` (free with
 * role_session_erase()), or -1 with `error`, as source_fetch(). */
int source_assume_directly(const struct source *source,
                           const struct assume_role *call,
                           const struct source_context *context,
                           struct role_session *session, struct error *error);

/* The Region that the source's profile names, or that the instance is in,
 * copied: it is asked when the configuration names no region. NULL when there
 * is none: error->code is ERROR_NONE, or it says why it could not be had.
 * Only an instance (also as what a profile begins with) is asked over the
 * network, before the deadline. */
char *source_region(const struct source *source, struct deadline deadline,
                    struct error *error);

#endif
