/* check.c - what one value alone cannot show, see reading.h
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "rules/reading.h"

#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "base/files.h"
#include "base/region.h"

/* Where a role's mistake is shown: at its own line for that key, else at the
 * section's. */
static struct spot spot_of(const struct entries *own, const char *name,
                           enum section_kind kind, struct spot section)
{
    const struct raw_entry *entry = entry_of(own, name, kind);

    return entry != NULL ? entry->spot : section;
}

/* role_arn = none: only keys that say who or which profile. */
static void check_exclusion(struct reading *reading, const struct entries *own)
{
    for (size_t i = 0; i < schema_count; i++)
        if (own->of[i] != NULL && !schema[i].chooses)
            mistake_add(&reading->mistakes, own->of[i]->spot,
                        "%s has no meaning beside role_arn = none; only who "
                        "is meant and profile were expected",
                        schema[i].name);
}

static void check_transitive_tags(struct reading *reading,
                                  const struct role *role, struct spot section,
                                  const struct entries *own)
{
    struct spot spot = spot_of(own, "transitive_tags", IN_ROLE, section);

    for (size_t i = 0; i < role->transitive_tags.count; i++) {
        const char *key = role->transitive_tags.item[i];
        bool found = false;

        for (size_t k = 0; k < role->tag_count && !found; k++)
            found = role->tags[k].key != NULL &&
                    strcasecmp(role->tags[k].key, key) == 0;
        if (!found)
            mistake_add(&reading->mistakes, spot,
                        "transitive_tags: \"%.80s\" is not among the tags of "
                        "[role %s]; a key of tags was expected",
                        key, role->name);
    }
}

/* Everything that belongs to one partition must be in the role's. */
static void check_partition(struct reading *reading, const struct role *role,
                            struct spot section, const struct entries *own)
{
    const struct partition *partition;
    const struct {
        const char *key;
        const char *region;
    } regions[] = {{"region", role->region}, {"sts_region", role->sts.region}};
    unsigned hops = 0;

    if (role->role_arn == NULL)
        return;
    partition = partition_of_arn(role->role_arn);
    for (size_t i = 0; i < sizeof(regions) / sizeof(regions[0]); i++) {
        const struct partition *other;

        if (regions[i].region == NULL)
            continue;
        other = partition_of_region(regions[i].region);
        if (other != partition)
            mistake_add(&reading->mistakes,
                        spot_of(own, regions[i].key, IN_ROLE, section),
                        "%s = %s is in the partition %s and the role of "
                        "[role %s] in %s; a Region of %s was expected",
                        regions[i].key, regions[i].region, other->name,
                        role->name, partition->name, partition->name);
    }
    for (size_t i = 0; i < role->policy_arns.count; i++) {
        const char *what;
        const char *arn = role->policy_arns.item[i];

        if (policy_arn_is_valid(arn, &what) &&
            partition_of_arn(arn) != partition)
            mistake_add(&reading->mistakes,
                        spot_of(own, "policy_arns", IN_ROLE, section),
                        "%.200s is not in the role's partition %s", arn,
                        partition->name);
    }
    for (const struct source *source = role->source;
         source != NULL && hops < 16; source = source->source, hops++)
        if (source->role_arn != NULL &&
            partition_of_arn(source->role_arn) != partition)
            mistake_add(&reading->mistakes,
                        spot_of(own, "source", IN_ROLE, section),
                        "[source %s] is in the partition %s and the role of "
                        "[role %s] in %s; no role can be assumed across "
                        "partitions",
                        source->name, partition_of_arn(source->role_arn)->name,
                        role->name, partition->name);
}

/* AWS's endpoint rules: a custom endpoint with FIPS or dual-stack is an
 * error. */
static void check_endpoint(struct reading *reading, const struct role *role,
                           struct spot section, const struct entries *own,
                           const struct entries *all)
{
    if (role->sts.endpoint == NULL ||
        (!role->sts.use_fips && !role->sts.use_dualstack))
        return;
    /* Where both are defaults, each role would say the same again. */
    if (entry_of(own, "sts_endpoint", IN_ROLE) == NULL &&
        entry_of(own, "use_fips_endpoint", IN_ROLE) == NULL &&
        entry_of(own, "use_dualstack_endpoint", IN_ROLE) == NULL)
        section = entry_of(all, "sts_endpoint", IN_ROLE)->spot;
    mistake_add(
        &reading->mistakes, spot_of(own, "sts_endpoint", IN_ROLE, section),
        "sts_endpoint and %s exclude each other in [role %s]; "
        "expected one of them",
        role->sts.use_fips ? "use_fips_endpoint" : "use_dualstack_endpoint",
        role->name);
}

static void check_profile(struct reading *reading, const struct role *role,
                          struct spot section)
{
    if (role->profile_given || role->exclusion ||
        limit_profile_name(role->name))
        return;
    if (strcmp(role->name, "session") == 0)
        mistake_add(&reading->mistakes, section,
                    "[role session] gives the profile \"session\", and "
                    "session.json is the name of another file of the login; "
                    "another name or a profile = NAME was expected");
    else
        mistake_add(&reading->mistakes, section,
                    "[role %s] gives the profile \"default\", and SDKs fall "
                    "through to the host's own role when that is gone; "
                    "another name or a profile = NAME was expected",
                    role->name);
}

void check_role(struct reading *reading, const struct role *role,
                struct spot spot, const struct entries *own,
                const struct entries *all)
{
    if (entry_of(own, "users", IN_ROLE) == NULL &&
        entry_of(own, "groups", IN_ROLE) == NULL)
        mistake_add(&reading->mistakes, spot,
                    "[role %s] has neither users nor groups and would match "
                    "nobody; one of them was expected",
                    role->name);
    if (entry_of(own, "role_arn", IN_ROLE) == NULL)
        mistake_add(&reading->mistakes, spot,
                    "[role %s] has no role_arn; an ARN or none was expected",
                    role->name);
    check_profile(reading, role, spot);
    if (role->exclusion) {
        check_exclusion(reading, own);
        return;
    }
    check_transitive_tags(reading, role, spot, own);
    check_partition(reading, role, spot, own);
    check_endpoint(reading, role, spot, own, all);
    check_direct(reading, role, spot, own, all);
    check_anywhere_role(reading, role, spot, own, all);
}

/* A key that is missing from a [source]. */
static void need(struct reading *reading, const struct source *source,
                 struct spot spot, const struct entries *own, const char *name)
{
    if (entry_of(own, name, IN_SOURCE) == NULL)
        mistake_add(&reading->mistakes, spot,
                    "[source %s] has no %s, which its type needs",
                    source->name != NULL ? source->name : "", name);
}

/* A container's token: one way to say it, and nobody else's to read. */
static void check_token(struct reading *reading, const struct entries *own)
{
    const struct raw_entry *token = entry_of(own, "token", IN_SOURCE);
    struct error error;
    int fd;

    if (token == NULL)
        return;
    if (entry_of(own, "token_file", IN_SOURCE) != NULL)
        mistake_add(&reading->mistakes, token->spot,
                    "token and token_file exclude each other; expected one of "
                    "them");
    fd = trusted_open(reading->config->files[token->spot.file], true, NULL,
                      &error);
    if (fd < 0)
        mistake_add(&reading->mistakes, token->spot,
                    "token stands in a file that is not fit for a secret: %s",
                    error.detail);
    else
        (void)close(fd);
}

void check_source(struct reading *reading, const struct source *source,
                  struct spot spot, const struct entries *own)
{
    const struct raw_entry *type = entry_of(own, "type", IN_SOURCE);
    char what[VALUE_WHAT_MAX];
    enum source_type ignored;

    if (type == NULL) {
        mistake_add(&reading->mistakes, spot,
                    "[source %s] has no type; one such as type = profile "
                    "was expected",
                    source->name != NULL ? source->name : "");
        return;
    }
    if (!value_type(type->value, &ignored, what))
        return; /* a type that is wrong says nothing about the other keys */
    for (size_t i = 0; i < schema_count; i++)
        if (own->of[i] != NULL && schema[i].types != ANY_TYPE &&
            (schema[i].types & OF_TYPE(source->type)) == 0)
            mistake_add(&reading->mistakes, own->of[i]->spot,
                        "%s does not belong to a source of type = %s",
                        schema[i].name, type->value);
    if (source->type == SOURCE_ROLE) {
        need(reading, source, spot, own, "role_arn");
        need(reading, source, spot, own, "source");
    }
    if (source->type == SOURCE_PROCESS)
        need(reading, source, spot, own, "command");
    if (source->type == SOURCE_WEB_IDENTITY)
        need(reading, source, spot, own, "token_file");
    if (source->type == SOURCE_CONTAINER) {
        need(reading, source, spot, own, "uri");
        check_token(reading, own);
    }
    if (source->type == SOURCE_ROLES_ANYWHERE) {
        need(reading, source, spot, own, "trust_anchor_arn");
        need(reading, source, spot, own, "profile_arn");
        need(reading, source, spot, own, "certificate");
        need(reading, source, spot, own, "private_key");
        check_anywhere_source(reading, source, own);
    }
    if (source->type == SOURCE_PROFILE &&
        entry_of(own, "config_file", IN_SOURCE) == NULL &&
        entry_of(own, "credentials_file", IN_SOURCE) == NULL)
        mistake_add(&reading->mistakes, spot,
                    "[source %s] names no file; credentials_file, "
                    "config_file or both were expected",
                    source->name != NULL ? source->name : "");
}
