/* direct.c - direct = yes: a source that takes the role itself, see reading.h
 *
 * Source: the STS service model 2011-06-15: AssumeRoleWithWebIdentity has no
 * Tags, TransitiveTagKeys, SourceIdentity or ExternalId.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "rules/reading.h"

/* What a type of source that takes roles itself cannot ask for. */
static const struct able {
    enum source_type type;
    const char *name;
    bool no_tags;
    bool no_source_identity;
    bool no_external_id;
    bool no_policies;
    const char *because;
} ABLE[] = {
    {SOURCE_WEB_IDENTITY, "web-identity", true, true, true, false,
     "AWS reads tags and source identity from the token's claims alone, and "
     "knows no external id there"},
    {SOURCE_ROLES_ANYWHERE, "roles-anywhere", true, true, true, true,
     "AWS reads tags and source identity from the certificate alone, policies "
     "from the Roles Anywhere profile, and knows no external id there"},
};

static const struct able *find_able(enum source_type type)
{
    for (size_t i = 0; i < sizeof(ABLE) / sizeof(ABLE[0]); i++)
        if (ABLE[i].type == type)
            return &ABLE[i];
    return NULL;
}

void check_used_source(struct reading *reading, const struct source *source,
                       struct spot spot)
{
    if (source != NULL && source->role_arn == NULL &&
        (source->type == SOURCE_WEB_IDENTITY ||
         source->type == SOURCE_ROLES_ANYWHERE))
        mistake_add(&reading->mistakes, spot,
                    "[source %s] at %s:%u has no role_arn, which is needed "
                    "where another role is assumed with it; a role_arn there, "
                    "or direct = yes in the role, was expected",
                    source->name, source->place.file, source->place.line);
}

/* `key` is set for this role, by its own section or by [defaults]. */
static void refuse(struct reading *reading, const struct role *role,
                   const struct raw_entry *direct, const struct able *able,
                   const struct entries *own, const struct entries *all,
                   const char *key)
{
    const struct raw_entry *entry = entry_of(all, key, IN_ROLE);

    if (entry == NULL)
        return;
    mistake_add(&reading->mistakes, direct->spot,
                "direct = yes with [source %s] of type = %s cannot give %s "
                "(%s:%u) to [role %s]: %s; take one of the two lines away%s",
                role->source->name, able->name, key,
                reading->config->files[entry->spot.file], entry->spot.line,
                role->name, able->because,
                entry == entry_of(own, key, IN_ROLE)
                    ? ""
                    : ", or switch the default off for this role (an empty "
                      "value; source_identity = off)");
}

void check_direct(struct reading *reading, const struct role *role,
                  struct spot spot, const struct entries *own,
                  const struct entries *all)
{
    const struct raw_entry *direct = entry_of(own, "direct", IN_ROLE);
    const struct raw_entry *source = entry_of(own, "source", IN_ROLE);
    const struct able *able;

    if (role->source == NULL)
        return;
    if (!role->direct || direct == NULL) {
        check_used_source(reading, role->source,
                          source != NULL ? source->spot : spot);
        return;
    }
    able = find_able(role->source->type);
    if (able == NULL) {
        mistake_add(&reading->mistakes, direct->spot,
                    "direct = yes: [source %s] at %s:%u cannot take a role "
                    "itself; a source of type = web-identity or "
                    "roles-anywhere, or no direct, was expected",
                    role->source->name, role->source->place.file,
                    role->source->place.line);
        return;
    }
    if (able->no_tags && role->tag_count > 0)
        refuse(reading, role, direct, able, own, all, "tags");
    if (able->no_tags && role->transitive_tags.count > 0)
        refuse(reading, role, direct, able, own, all, "transitive_tags");
    if (able->no_source_identity && role->source_identity != NULL)
        refuse(reading, role, direct, able, own, all, "source_identity");
    if (able->no_external_id && role->external_id != NULL)
        refuse(reading, role, direct, able, own, all, "external_id");
    if (able->no_policies && role->policy != NULL)
        refuse(reading, role, direct, able, own, all, "policy_file");
    if (able->no_policies && role->policy_arns.count > 0)
        refuse(reading, role, direct, able, own, all, "policy_arns");
    if (able->no_policies && role->bind_to.count > 0)
        refuse(reading, role, direct, able, own, all, "bind_to");
}
