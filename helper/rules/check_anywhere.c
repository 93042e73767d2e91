/* check_anywhere.c - a source of type = roles-anywhere and the roles that use
 * it, see reading.h
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "rules/reading.h"

#include <string.h>

#include "base/anywhere_arn.h"
#include "base/region.h"

enum { HOPS_MAX = 16 };

void check_anywhere_source(struct reading *reading, const struct source *source,
                           const struct entries *own)
{
    char anchor[ANYWHERE_REGION_BYTES];
    char profile[ANYWHERE_REGION_BYTES];
    const char *what;

    if (source->trust_anchor_arn == NULL || source->profile_arn == NULL ||
        !anywhere_arn_is_valid(source->trust_anchor_arn, "trust-anchor", anchor,
                               &what) ||
        !anywhere_arn_is_valid(source->profile_arn, "profile", profile, &what))
        return; /* reported with the value */
    if (strcmp(anchor, profile) != 0)
        mistake_add(&reading->mistakes,
                    entry_of(own, "profile_arn", IN_SOURCE)->spot,
                    "profile_arn is of the Region %s and trust_anchor_arn of "
                    "%s; both in one Region were expected",
                    profile, anchor);
    if (source->role_arn != NULL &&
        partition_of_arn(source->role_arn) !=
            partition_of_arn(source->trust_anchor_arn))
        mistake_add(&reading->mistakes,
                    entry_of(own, "role_arn", IN_SOURCE)->spot,
                    "role_arn is in the partition %s and trust_anchor_arn in "
                    "%s; one partition was expected",
                    partition_of_arn(source->role_arn)->name,
                    partition_of_arn(source->trust_anchor_arn)->name);
}

/* The source that a role's chain begins with, when it is of that type. */
static const struct source *anywhere_of(const struct role *role)
{
    const struct source *source = role->source;

    for (unsigned hops = 0; source != NULL && hops < HOPS_MAX; hops++) {
        if (source->type == SOURCE_ROLES_ANYWHERE)
            return source;
        source = source->source;
    }
    return NULL;
}

void check_anywhere_role(struct reading *reading, const struct role *role,
                         struct spot spot, const struct entries *own,
                         const struct entries *all)
{
    const struct source *source = anywhere_of(role);
    const struct raw_entry *identity =
        entry_of(all, "source_identity", IN_ROLE);
    const struct raw_entry *entry = entry_of(own, "source", IN_ROLE);

    if (source == NULL)
        return;
    /* AWS sets it to the certificate's CN, and who assumes a role from that
     * session may not set another one. With direct, direct.c says so. */
    if (!role->direct && role->source_identity != NULL && identity != NULL)
        mistake_add(&reading->mistakes,
                    identity == entry_of(own, "source_identity", IN_ROLE)
                        ? identity->spot
                        : spot,
                    "source_identity cannot be set for [role %s]: [source %s] "
                    "of type = roles-anywhere has one already, the CN of its "
                    "certificate, which no later role can change; "
                    "source_identity = off was expected",
                    role->name, source->name);
    if (role->role_arn != NULL && source->trust_anchor_arn != NULL &&
        partition_of_arn(role->role_arn) !=
            partition_of_arn(source->trust_anchor_arn))
        mistake_add(&reading->mistakes, entry != NULL ? entry->spot : spot,
                    "[source %s] is in the partition %s and the role of "
                    "[role %s] in %s; no role can be assumed across partitions",
                    source->name,
                    partition_of_arn(source->trust_anchor_arn)->name,
                    role->name, partition_of_arn(role->role_arn)->name);
}
