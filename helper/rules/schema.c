/* schema.c - see schema.h
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "rules/schema.h"

#include <stdio.h>
#include <string.h>

enum { ANYWHERE_BUT_SOURCE = IN_ROLE | IN_DEFAULTS, DISTANCE_MAX = 2 };

#define ROLE(field) offsetof(struct role, field)
#define SOURCE(field) offsetof(struct source, field)
#define KEY(key, places, parser, field) \
    .name = (key), .where = (places), .read = (parser), .offset = (field)
#define LATER(key, places)               \
    {                                    \
        .name = (key), .where = (places) \
    }

/* clang-format off */
const struct schema_key schema[] = {
    /* who */
    {KEY("users", IN_ROLE, value_names, ROLE(users)), .chooses = true},
    {KEY("groups", IN_ROLE, value_names, ROLE(groups)), .chooses = true},
    {KEY("services", ANYWHERE_BUT_SOURCE, value_names, ROLE(services)),
     .chooses = true},
    {KEY("rhosts", ANYWHERE_BUT_SOURCE, value_networks, ROLE(rhosts)),
     .chooses = true},
    {KEY("valid_until", IN_ROLE, value_date, ROLE(valid_until)), .chooses = true},
    {KEY("min_uid", IN_DEFAULTS, value_uid, offsetof(struct config, min_uid))},
    /* what is asked of AWS */
    {KEY("role_arn", IN_ROLE, value_role_arn, 0), .chooses = true},
    {KEY("duration_seconds", ANYWHERE_BUT_SOURCE, value_duration,
     ROLE(duration_seconds))},
    {KEY("role_session_name", ANYWHERE_BUT_SOURCE, value_session_name,
     ROLE(role_session_name))},
    {KEY("source_identity", ANYWHERE_BUT_SOURCE, value_identity,
     ROLE(source_identity))},
    {KEY("external_id", IN_ROLE, value_external_id, ROLE(external_id))},
    {KEY("policy_file", IN_ROLE, value_policy_file, ROLE(policy))},
    {KEY("policy_arns", IN_ROLE, value_policy_arns, ROLE(policy_arns))},
    {KEY("tags", ANYWHERE_BUT_SOURCE, value_tags, 0), .may_be_empty = true},
    {KEY("transitive_tags", ANYWHERE_BUT_SOURCE, value_tag_keys,
     ROLE(transitive_tags)), .may_be_empty = true},
    {KEY("bind_to", ANYWHERE_BUT_SOURCE, value_bind_to, ROLE(bind_to)),
     .may_be_empty = true},
    /* how it is asked */
    {KEY("source", ANYWHERE_BUT_SOURCE, value_source, 0)},
    {KEY("region", ANYWHERE_BUT_SOURCE, value_region, ROLE(region))},
    {KEY("sts_region", ANYWHERE_BUT_SOURCE, value_region, ROLE(sts.region))},
    {KEY("sts_regions", ANYWHERE_BUT_SOURCE, value_regions, ROLE(sts.regions)),
     .may_be_empty = true},
    {KEY("sts_endpoint", ANYWHERE_BUT_SOURCE, value_endpoint, ROLE(sts.endpoint))},
    {KEY("use_fips_endpoint", ANYWHERE_BUT_SOURCE, value_yes_no,
     ROLE(sts.use_fips))},
    {KEY("use_dualstack_endpoint", ANYWHERE_BUT_SOURCE, value_yes_no,
     ROLE(sts.use_dualstack))},
    {KEY("ca_bundle", ANYWHERE_BUT_SOURCE, value_ca_bundle, ROLE(sts.ca_bundle)),
     .looks = true},
    {KEY("ca_path", ANYWHERE_BUT_SOURCE, value_ca_path, ROLE(sts.ca_path)),
     .looks = true},
    {KEY("proxy", ANYWHERE_BUT_SOURCE, value_proxy, ROLE(sts.proxy)),
     .may_be_empty = true},
    {KEY("proxy_credentials_file", ANYWHERE_BUT_SOURCE, value_proxy_credentials,
     ROLE(sts.proxy_credentials_file)), .may_be_empty = true, .looks = true},
    {KEY("direct", IN_ROLE, value_yes_no, ROLE(direct))},
    LATER("sts_calls_per_second", IN_DEFAULTS),
    /* what the person gets */
    {KEY("profile", IN_ROLE, value_profile, ROLE(profile)), .chooses = true},
    {KEY("credentials", ANYWHERE_BUT_SOURCE, value_credentials,
     ROLE(credentials))},
    {KEY("export_keys", ANYWHERE_BUT_SOURCE, value_yes_no, ROLE(export_keys))},
    {KEY("aws_config", ANYWHERE_BUT_SOURCE, value_aws_config, ROLE(aws_config))},
    {KEY("message", ANYWHERE_BUT_SOURCE, value_yes_no, ROLE(message))},
    {KEY("dry_run", ANYWHERE_BUT_SOURCE, value_yes_no, ROLE(dry_run))},
    LATER("assume", ANYWHERE_BUT_SOURCE),
    LATER("pending", ANYWHERE_BUT_SOURCE),
    LATER("renew", ANYWHERE_BUT_SOURCE),
    LATER("renew_for", ANYWHERE_BUT_SOURCE),
    LATER("linger", ANYWHERE_BUT_SOURCE),
    /* [source NAME] */
    {KEY("type", IN_SOURCE, value_type, SOURCE(type))},
    {KEY("profile", IN_SOURCE, value_their_name, SOURCE(profile)),
     .types = OF_TYPE(SOURCE_PROFILE)},
    {KEY("config_file", IN_SOURCE, value_path, SOURCE(config_file)),
     .types = OF_TYPE(SOURCE_PROFILE)},
    {KEY("credentials_file", IN_SOURCE, value_path, SOURCE(credentials_file)),
     .types = OF_TYPE(SOURCE_PROFILE)},
    {KEY("source", IN_SOURCE, value_source, 0), .types = OF_TYPE(SOURCE_ROLE)},
    {KEY("role_arn", IN_SOURCE, value_hop_arn, SOURCE(role_arn)),
     .types = OF_TYPE(SOURCE_ROLE) | OF_TYPE(SOURCE_WEB_IDENTITY) |
              OF_TYPE(SOURCE_ROLES_ANYWHERE)},
    {KEY("external_id", IN_SOURCE, value_external_id, SOURCE(external_id)),
     .types = OF_TYPE(SOURCE_ROLE)},
    {KEY("role_session_name", IN_SOURCE, value_session_name,
     SOURCE(role_session_name)),
     .types = OF_TYPE(SOURCE_ROLE) | OF_TYPE(SOURCE_WEB_IDENTITY) |
              OF_TYPE(SOURCE_ROLES_ANYWHERE)},
    {KEY("command", IN_SOURCE, value_command, SOURCE(command)),
     .types = OF_TYPE(SOURCE_PROCESS)},
    {KEY("uri", IN_SOURCE, value_container_uri, SOURCE(uri)),
     .types = OF_TYPE(SOURCE_CONTAINER)},
    {KEY("token_file", IN_SOURCE, value_path, SOURCE(token_file)),
     .types = OF_TYPE(SOURCE_WEB_IDENTITY) | OF_TYPE(SOURCE_CONTAINER)},
    {KEY("token", IN_SOURCE, value_container_token, SOURCE(token)),
     .types = OF_TYPE(SOURCE_CONTAINER), .secret = true},
    {KEY("trust_anchor_arn", IN_SOURCE, value_trust_anchor, SOURCE(trust_anchor_arn)),
     .types = OF_TYPE(SOURCE_ROLES_ANYWHERE)},
    {KEY("profile_arn", IN_SOURCE, value_anywhere_profile, SOURCE(profile_arn)),
     .types = OF_TYPE(SOURCE_ROLES_ANYWHERE)},
    {KEY("certificate", IN_SOURCE, value_path, SOURCE(certificate)),
     .types = OF_TYPE(SOURCE_ROLES_ANYWHERE)},
    {KEY("private_key", IN_SOURCE, value_private_key, SOURCE(private_key)),
     .types = OF_TYPE(SOURCE_ROLES_ANYWHERE)},
    {KEY("intermediates", IN_SOURCE, value_path, SOURCE(intermediates)),
     .types = OF_TYPE(SOURCE_ROLES_ANYWHERE)},
    {KEY("pin_file", IN_SOURCE, value_path, SOURCE(pin_file)),
     .types = OF_TYPE(SOURCE_ROLES_ANYWHERE)},
    {KEY("endpoint", IN_SOURCE, value_endpoint, SOURCE(endpoint)),
     .types = OF_TYPE(SOURCE_ROLES_ANYWHERE)},
};
/* clang-format on */

const size_t schema_count = sizeof(schema) / sizeof(schema[0]);
_Static_assert(sizeof(schema) / sizeof(schema[0]) <= SCHEMA_KEYS_MAX,
               "arrays of SCHEMA_KEYS_MAX are indexed by a key's number");

const struct schema_key *schema_find(const char *name, enum section_kind kind)
{
    for (size_t i = 0; i < schema_count; i++)
        if ((schema[i].where & kind) != 0 && strcmp(schema[i].name, name) == 0)
            return &schema[i];
    return NULL;
}

size_t schema_number(const struct schema_key *key)
{
    return (size_t)(key - schema);
}

const char *section_kind_text(enum section_kind kind)
{
    switch (kind) {
    case IN_DEFAULTS:
        return "[defaults]";
    case IN_ROLE:
        return "[role NAME]";
    case IN_SOURCE:
        return "[source NAME]";
    }
    return "";
}

unsigned name_distance(const char *one, const char *other, unsigned limit)
{
    enum { LONGEST = 40 };
    unsigned row[LONGEST + 1];
    size_t width = strlen(other);

    if (width > LONGEST || strlen(one) > LONGEST)
        return limit + 1;
    for (size_t i = 0; i <= width; i++)
        row[i] = (unsigned)i;
    for (; *one != '\0'; one++) {
        unsigned diagonal = row[0]++;

        for (size_t i = 1; i <= width; i++) {
            unsigned best = diagonal + (*one != other[i - 1]);

            diagonal = row[i];
            if (row[i] + 1 < best)
                best = row[i] + 1;
            if (row[i - 1] + 1 < best)
                best = row[i - 1] + 1;
            row[i] = best;
        }
    }
    return row[width] <= limit ? row[width] : limit + 1;
}

/* "[role NAME] or [defaults]" */
static void say_places(const char *name, char *text, size_t size)
{
    static const enum section_kind kinds[] = {IN_ROLE, IN_DEFAULTS, IN_SOURCE};
    int length = 0;

    text[0] = '\0';
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
        if (schema_find(name, kinds[i]) != NULL)
            length +=
                snprintf(text + length, size - (size_t)length, "%s%s",
                         length > 0 ? " or " : "", section_kind_text(kinds[i]));
}

void schema_explain(const char *name, enum section_kind kind,
                    char what[VALUE_WHAT_MAX])
{
    char places[64];
    const char *nearest = NULL;
    unsigned best = DISTANCE_MAX + 1;

    say_places(name, places, sizeof(places));
    if (places[0] != '\0') {
        (void)value_wrong(what, "%s cannot stand in %s; it belongs in %s", name,
                          section_kind_text(kind), places);
        return;
    }
    for (size_t i = 0; i < schema_count; i++) {
        unsigned distance = name_distance(name, schema[i].name, DISTANCE_MAX);

        if ((schema[i].where & kind) != 0 && distance < best) {
            best = distance;
            nearest = schema[i].name;
        }
    }
    if (nearest != NULL)
        (void)value_wrong(what, "unknown key \"%.80s\"; did you mean %s?", name,
                          nearest);
    else
        (void)value_wrong(what,
                          "unknown key \"%.80s\"; awsrole.conf(5) lists the "
                          "keys of %s",
                          name, section_kind_text(kind));
}
