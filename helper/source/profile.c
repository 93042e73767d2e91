/* profile.c - see profile.h: following a chain of profiles.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "source/profile.h"

#include <stdlib.h>
#include <string.h>

#include "base/region.h"
#include "rules/limits.h"
#include "rules/values.h"
#include "source/profile_files.h"

#define FROM_INSTANCE "Ec2InstanceMetadata"

static int no_memory(struct error *error)
{
    return error_set(error, ERROR_NO_MEMORY, "no memory for a profile");
}

/* What needs a person. */
static int refuse_others(const struct profile *profile, struct error *error)
{
    static const char *const by_person[] = {"sso_session",
                                            "sso_start_url",
                                            "sso_region",
                                            "sso_role_name",
                                            "sso_account_id",
                                            "login_session",
                                            "sso_registration_scopes"};

    for (size_t i = 0; i < sizeof(by_person) / sizeof(by_person[0]); i++)
        if (profile_get(profile, by_person[i]) != NULL)
            return profile_wrong(
                profile, error,
                "%s needs a person at a browser; use the keys of an "
                "IAM user (aws_access_key_id, "
                "aws_secret_access_key), a role_arn with a "
                "source_profile that has such keys, or a "
                "credential_process",
                by_person[i]);
    return 0;
}

/* What assumes the role_arn of a profile: another profile, or the host's own
 * role. No login has the environment of a container, so what SDKs take from
 * there cannot be had here. */
static int check_origin(const struct profile *profile, struct error *error)
{
    const char *origin = profile_get(profile, "credential_source");
    bool has_profile = profile_get(profile, "source_profile") != NULL;

    if (origin == NULL && !has_profile)
        return profile_wrong(
            profile, error,
            "role_arn stands there without source_profile, which "
            "names the profile that assumes it; add it, or "
            "credential_source = Ec2InstanceMetadata");
    if (origin == NULL)
        return 0;
    if (has_profile)
        return profile_wrong(profile, error,
                             "source_profile and credential_source exclude "
                             "each other; remove one of them");
    if (strcmp(origin, FROM_INSTANCE) == 0)
        return 0;
    if (strcmp(origin, "EcsContainer") == 0)
        return profile_wrong(
            profile, error,
            "credential_source = EcsContainer needs the environment of the "
            "container, which no login has; use a [source NAME] of type = "
            "container with its uri, and one of type = role for this "
            "role_arn");
    if (strcmp(origin, "Environment") == 0)
        return profile_wrong(
            profile, error,
            "credential_source = Environment: no environment is ever read; "
            "put the keys into another profile and name it as "
            "source_profile");
    return profile_wrong(
        profile, error,
        "credential_source = %.40s; " FROM_INSTANCE " was expected", origin);
}

/* The role_arn of a profile as a hop. */
static int take_hop(const struct profile *profile, struct profile_hop *hop,
                    struct error *error)
{
    const char *external_id = profile_get(profile, "external_id");

    if (profile_get(profile, "mfa_serial") != NULL)
        return profile_wrong(
            profile, error,
            "mfa_serial needs a person to type a code; use a role "
            "whose trust policy does not ask for MFA, and remove it");
    if (check_origin(profile, error) != 0)
        return -1;
    if (external_id != NULL && !limit_external_id(external_id))
        return profile_wrong(profile, error,
                             "external_id: 2 to 1224 letters, digits, or "
                             "_ + = , . @ : / - were expected");
    if (profile_take_role(profile, hop, error) != 0)
        return -1;
    hop->external_id = external_id != NULL ? strdup(external_id) : NULL;
    if (external_id != NULL && hop->external_id == NULL)
        return no_memory(error);
    return 0;
}

/* Step from `profile` to its source_profile. `names` are the profiles on the
 * way, `profile` the last of them. */
static int next_profile(struct profile *profile, const char *const *names,
                        size_t count, struct error *error)
{
    const char *name = profile_get(profile, "source_profile");
    struct profile next;

    if (!profile_find(profile->files, name, &next))
        return profile_wrong(
            profile, error,
            "source_profile = %.100s: there is no such profile; add "
            "it or correct the name",
            name);
    for (size_t i = 0; i < count; i++) {
        if (strcmp(names[i], name) != 0)
            continue;
        /* A profile may name itself for its own static keys. */
        if (i == count - 1 && profile_has_static_keys(&next))
            break;
        return profile_wrong(
            profile, error,
            "source_profile = %.100s leads back to where it came "
            "from; a chain that ends in a profile with "
            "aws_access_key_id was expected",
            name);
    }
    *profile = next;
    return 0;
}

/* The last hop found is the first to be called. */
static void reverse_hops(struct profile_chain *chain)
{
    for (size_t i = 0; i < chain->hop_count / 2; i++) {
        struct profile_hop *other = &chain->hop[chain->hop_count - 1 - i];
        struct profile_hop hop = chain->hop[i];

        chain->hop[i] = *other;
        *other = hop;
    }
}

/* From `profile` to where its chain begins. */
static int follow(struct profile profile, struct profile_chain *chain,
                  struct error *error)
{
    const char *names[PROFILE_HOPS_MAX];
    size_t count = 0; /* of names: one for each hop */

    for (bool first = true;; first = false) {
        if (refuse_others(&profile, error) != 0)
            return -1;
        if (profile_get(&profile, "role_arn") == NULL ||
            profile_get(&profile, "web_identity_token_file") != NULL ||
            (!first && profile_has_static_keys(&profile)))
            break;
        if (count == PROFILE_HOPS_MAX)
            return profile_wrong(
                &profile, error,
                "more than %d roles in one chain of source_profile",
                PROFILE_HOPS_MAX);
        names[count++] = profile.name;
        /* Counted first: a half-filled hop is freed with the chain. */
        chain->hop_count = count;
        if (take_hop(&profile, &chain->hop[count - 1], error) != 0)
            return -1;
        if (profile_get(&profile, "credential_source") != NULL) {
            chain->start = START_INSTANCE;
            reverse_hops(chain);
            return 0;
        }
        if (next_profile(&profile, names, count, error) != 0)
            return -1;
    }
    if (profile_take_start(&profile, chain, error) != 0)
        return -1;
    reverse_hops(chain);
    return 0;
}

/* The Region that the profile itself names: SDKs look no further. */
static int take_region(const struct profile *profile, char **region,
                       struct error *error)
{
    const char *name = profile_get(profile, "region");

    *region = NULL;
    if (name == NULL)
        return 0;
    if (!region_is_valid(name))
        return profile_wrong(
            profile, error,
            "region = %.80s: the name of a Region such as eu-west-1 "
            "was expected",
            name);
    *region = strdup(name);
    return *region != NULL ? 0 : no_memory(error);
}

int profile_resolve(const struct source *source, struct profile_chain *chain,
                    struct error *error)
{
    struct profile profile;
    struct profile_files files;
    int result = -1;

    *chain = (struct profile_chain){0};
    if (profile_files_read(source, &files, error) != 0)
        goto out;
    if (!profile_find(&files, source->profile, &profile)) {
        (void)profile_wrong(
            &profile, error,
            "there is no such profile; add [%s%s] or correct profile "
            "= in [source %s]",
            source->credentials_file == NULL &&
                    strcmp(source->profile, "default") != 0
                ? "profile "
                : "",
            source->profile, source->name);
        goto out;
    }
    if (take_region(&profile, &chain->region, error) == 0 &&
        follow(profile, chain, error) == 0)
        result = 0;
out:
    profile_files_free(&files);
    return result;
}

void profile_chain_free(struct profile_chain *chain)
{
    credentials_erase(&chain->keys);
    strings_free(&chain->command);
    free(chain->token_file);
    for (size_t i = 0; i < chain->hop_count; i++) {
        free(chain->hop[i].profile);
        free(chain->hop[i].role_arn);
        free(chain->hop[i].role_session_name);
        free(chain->hop[i].external_id);
    }
    free(chain->region);
    *chain = (struct profile_chain){0};
}

char *profile_region(const struct source *source)
{
    struct profile profile;
    struct profile_files files;
    struct error error;
    char *region = NULL;

    if (profile_files_read(source, &files, &error) == 0 &&
        profile_find(&files, source->profile, &profile))
        (void)take_region(&profile, &region, &error);
    profile_files_free(&files);
    return region;
}

bool profile_is_instance(const struct source *source)
{
    struct profile_chain chain;
    struct error error;
    bool found = profile_resolve(source, &chain, &error) == 0 &&
                 chain.start == START_INSTANCE;

    profile_chain_free(&chain);
    return found;
}
