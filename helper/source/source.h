/* source.h - the helper's own credentials, from wherever the host has them.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef SOURCE_SOURCE_H
#define SOURCE_SOURCE_H 1

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

/* The Region that the source's profile names, copied; NULL when none. Needs
 * no network: it is asked when the configuration names no region. */
char *source_region(const struct source *source);

#endif
