/* source.c - see source.h
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "source/source.h"

#include <stddef.h>

#include "source/profile.h"
#include "source/role.h"

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
    }
    return error_set(error, ERROR_SOURCE, "source %s has no known type",
                     source->name);
}

char *source_region(const struct source *source)
{
    /* A hop names no Region: what it begins with does. */
    while (source != NULL && source->type == SOURCE_ROLE)
        source = source->source;
    return source != NULL ? profile_region(source) : NULL;
}
