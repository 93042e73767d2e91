/* source.c - see source.h
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "source/source.h"

#include <stddef.h>

#include "source/container.h"
#include "source/instance.h"
#include "source/process.h"
#include "source/profile.h"
#include "source/role.h"
#include "source/roles_anywhere.h"
#include "source/web_identity.h"

int source_fetch(const struct source *source,
                 const struct source_context *context,
                 struct credentials *credentials, struct error *error)
{
    *credentials = (struct credentials){0};
    switch (source->type) {
    case SOURCE_PROFILE:
        return profile_fetch(source, context, credentials, error);
    case SOURCE_ROLE:
        return role_fetch(source, context, credentials, error);
    case SOURCE_INSTANCE:
        return instance_fetch(context->deadline, credentials, error);
    case SOURCE_CONTAINER:
        return container_fetch(source, context, credentials, error);
    case SOURCE_PROCESS:
        return process_fetch(source, context, credentials, error);
    case SOURCE_WEB_IDENTITY:
        return web_identity_fetch(source, context, credentials, error);
    case SOURCE_ROLES_ANYWHERE:
        return roles_anywhere_fetch(source, context, credentials, error);
    }
    return error_set(error, ERROR_SOURCE, "source %s has no known type",
                     source->name);
}

bool source_can_assume(const struct source *source)
{
    return source->type == SOURCE_WEB_IDENTITY ||
           source->type == SOURCE_ROLES_ANYWHERE;
}

int source_assume_directly(const struct source *source,
                           const struct assume_role *call,
                           const struct source_context *context,
                           struct role_session *session, struct error *error)
{
    *session = (struct role_session){0};
    if (source->type == SOURCE_WEB_IDENTITY)
        return web_identity_ask(source->token_file, call, context, session,
                                error);
    if (source->type == SOURCE_ROLES_ANYWHERE)
        return roles_anywhere_assume(source, context, call->role_arn,
                                     call->role_session_name,
                                     call->duration_seconds, session, error);
    return error_set(error, ERROR_CONFIGURATION,
                     "source %s cannot take a role itself; remove direct = yes",
                     source->name);
}

char *source_region(const struct source *source, struct deadline deadline,
                    struct error *error)
{
    char *region;

    *error = (struct error){0};
    /* A hop names no Region: what it begins with does. */
    while (source != NULL && source->type == SOURCE_ROLE)
        source = source->source;
    if (source == NULL)
        return NULL;
    switch (source->type) {
    case SOURCE_PROFILE:
        region = profile_region(source);
        if (region == NULL && profile_is_instance(source))
            region = instance_region(deadline, error);
        return region;
    case SOURCE_INSTANCE:
        return instance_region(deadline, error);
    case SOURCE_ROLES_ANYWHERE:
        return roles_anywhere_region(source);
    default:
        return NULL;
    }
}
