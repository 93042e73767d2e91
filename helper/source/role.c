/* role.c - see role.h
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "source/role.h"

#include "rules/template.h"

enum { HOP_SECONDS = 3600 }; /* what role chaining allows at most */

static int assume(const struct source *source,
                  const struct source_context *context,
                  const struct credentials *caller,
                  struct credentials *credentials, struct error *error)
{
    AUTO_BUFFER name = BUFFER(LIMIT_SESSION_NAME_MAX);
    struct role_session session = {0};
    struct assume_role call = {.role_arn = source->role_arn,
                               .duration_seconds = HOP_SECONDS,
                               .external_id = source->external_id};

    if (template_session_name(source->role_session_name, context->facts, &name,
                              error) != 0)
        return -1;
    call.role_session_name = buffer_string(&name);
    if (sts_assume_role(context->sts, caller, &call, context->deadline,
                        &session, error) != 0)
        return -1;
    *credentials = session.credentials;
    session.credentials = (struct credentials){0};
    role_session_erase(&session);
    return 0;
}

int role_fetch(const struct source *source,
               const struct source_context *context,
               struct credentials *credentials, struct error *error)
{
    struct credentials caller = {0};
    int result;

    /* rules/ has made sure that the chain has an end. */
    if (source_fetch(source->source, context, &caller, error) != 0)
        return -1;
    result = assume(source, context, &caller, credentials, error);
    credentials_erase(&caller);
    if (result != 0)
        return error_prefix(error, "source %s (%s)", source->name,
                            source->role_arn);
    return 0;
}
