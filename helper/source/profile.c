/* profile.c - see profile.h: following a chain of profiles.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "source/profile.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/files.h"
#include "base/region.h"
#include "base/text.h"
#include "rules/limits.h"
#include "source/profile_files.h"

#define DEFAULT_HOP_NAME "pam_awsrole"

enum { DEFAULT_HOP_SECONDS = 3600 };

static int no_memory(struct error *error)
{
    return error_set(error, ERROR_NO_MEMORY, "no memory for a profile");
}

/* What needs a person, or a later version. */
static int refuse_others(const struct profile *profile, struct error *error)
{
    static const char *const by_person[] = {"sso_session",
                                            "sso_start_url",
                                            "sso_region",
                                            "sso_role_name",
                                            "sso_account_id",
                                            "login_session",
                                            "sso_registration_scopes"};
    static const char *const later[] = {"credential_process",
                                        "web_identity_token_file"};

    for (size_t i = 0; i < sizeof(by_person) / sizeof(by_person[0]); i++)
        if (profile_get(profile, by_person[i]) != NULL)
            return profile_wrong(
                profile, error,
                "%s needs a person at a browser; use the keys of an "
                "IAM user (aws_access_key_id, "
                "aws_secret_access_key), or a role_arn with a "
                "source_profile that has such keys",
                by_person[i]);
    for (size_t i = 0; i < sizeof(later) / sizeof(later[0]); i++)
        if (profile_get(profile, later[i]) != NULL)
            return profile_wrong(profile, error,
                                 "%s is not supported yet by this version (%s)",
                                 later[i], VERSION);
    return 0;
}

static bool has_static_keys(const struct profile *profile)
{
    return profile_get(profile, "aws_access_key_id") != NULL ||
           profile_get(profile, "aws_secret_access_key") != NULL;
}

/* Keys that everybody can read are nobody's secret: the config file is held
 * to that only when it holds keys. */
static int check_secrecy(const struct profile *profile, struct error *error)
{
    const struct profile_files *files = profile->files;
    int fd;

    if (aws_file_value(&files->config, profile->config,
                       "aws_secret_access_key") == NULL)
        return 0;
    fd = trusted_open(files->source->config_file, true, NULL, error);
    if (fd < 0) {
        error->code = ERROR_SOURCE;
        return error_prefix(error, "source %s", files->source->name);
    }
    (void)close(fd);
    return 0;
}

static int take_keys(const struct profile *profile, struct credentials *keys,
                     struct error *error)
{
    const char *id = profile_get(profile, "aws_access_key_id");
    const char *secret = profile_get(profile, "aws_secret_access_key");
    const char *token = profile_get(profile, "aws_session_token");

    if (token == NULL)
        token = profile_get(profile, "aws_security_token");
    if (id == NULL)
        return profile_wrong(profile, error,
                             "aws_secret_access_key stands there without "
                             "aws_access_key_id; add it");
    if (secret == NULL)
        return profile_wrong(profile, error,
                             "aws_access_key_id stands there without "
                             "aws_secret_access_key; add it");
    if (check_secrecy(profile, error) != 0)
        return -1;
    keys->access_key_id = strdup(id);
    keys->secret_access_key = strdup(secret);
    keys->session_token = token != NULL ? strdup(token) : NULL;
    if (keys->access_key_id == NULL || keys->secret_access_key == NULL ||
        (token != NULL && keys->session_token == NULL))
        return no_memory(error);
    return 0;
}

static bool is_session_name(const char *name)
{
    size_t length = strlen(name);

    if (length < LIMIT_SESSION_NAME_MIN || length > LIMIT_SESSION_NAME_MAX)
        return false;
    for (; *name != '\0'; name++)
        if (!limit_session_name_character(*name))
            return false;
    return true;
}

static int take_duration(const struct profile *profile, struct profile_hop *hop,
                         struct error *error)
{
    const char *text = profile_get(profile, "duration_seconds");
    uint64_t seconds = DEFAULT_HOP_SECONDS;

    if (text != NULL && (!text_number(text, LIMIT_DURATION_MAX, &seconds) ||
                         seconds < LIMIT_DURATION_MIN))
        return profile_wrong(
            profile, error,
            "duration_seconds = %.40s; a number from %d to %d was "
            "expected",
            text, LIMIT_DURATION_MIN, LIMIT_DURATION_MAX);
    hop->duration_seconds = (unsigned)seconds;
    return 0;
}

/* The role_arn of a profile as a hop. */
static int take_hop(const struct profile *profile, struct profile_hop *hop,
                    struct error *error)
{
    const char *arn = profile_get(profile, "role_arn");
    const char *external_id = profile_get(profile, "external_id");
    const char *name = profile_get(profile, "role_session_name");
    const char *expected = "";

    if (profile_get(profile, "mfa_serial") != NULL)
        return profile_wrong(
            profile, error,
            "mfa_serial needs a person to type a code; use a role "
            "whose trust policy does not ask for MFA, and remove it");
    if (profile_get(profile, "credential_source") != NULL)
        return profile_wrong(
            profile, error,
            "credential_source is not supported yet by this version "
            "(%s)",
            VERSION);
    if (profile_get(profile, "source_profile") == NULL)
        return profile_wrong(
            profile, error,
            "role_arn stands there without source_profile, which "
            "names the profile that assumes it; add it");
    if (!role_arn_is_valid(arn, &expected))
        return profile_wrong(profile, error, "role_arn = %.200s: expected %s",
                             arn, expected);
    if (external_id != NULL && !limit_external_id(external_id))
        return profile_wrong(profile, error,
                             "external_id: 2 to 1224 letters, digits, or "
                             "_ + = , . @ : / - were expected");
    if (name == NULL)
        name = DEFAULT_HOP_NAME;
    if (!is_session_name(name))
        return profile_wrong(
            profile, error,
            "role_session_name = %.80s: 2 to 64 letters, digits, or "
            "_ + = , . @ - were expected",
            name);
    if (take_duration(profile, hop, error) != 0)
        return -1;
    hop->profile = strdup(profile->name);
    hop->role_arn = strdup(arn);
    hop->role_session_name = strdup(name);
    hop->external_id = external_id != NULL ? strdup(external_id) : NULL;
    if (hop->profile == NULL || hop->role_arn == NULL ||
        hop->role_session_name == NULL ||
        (external_id != NULL && hop->external_id == NULL))
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
        if (i == count - 1 && has_static_keys(&next))
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

/* From `profile` to static keys. */
static int follow(struct profile profile, struct profile_chain *chain,
                  struct error *error)
{
    const char *names[PROFILE_HOPS_MAX];

    for (bool first = true;; first = false) {
        if (refuse_others(&profile, error) != 0)
            return -1;
        if (profile_get(&profile, "role_arn") == NULL ||
            (!first && has_static_keys(&profile)))
            break;
        if (chain->hop_count == PROFILE_HOPS_MAX)
            return profile_wrong(
                &profile, error,
                "more than %d roles in one chain of source_profile",
                PROFILE_HOPS_MAX);
        names[chain->hop_count] = profile.name;
        /* Counted first: a half-filled hop is freed with the chain. */
        chain->hop_count++;
        if (take_hop(&profile, &chain->hop[chain->hop_count - 1], error) != 0 ||
            next_profile(&profile, names, chain->hop_count, error) != 0)
            return -1;
    }
    if (!has_static_keys(&profile))
        return profile_wrong(&profile, error,
                             "it has neither keys nor role_arn; add "
                             "aws_access_key_id and aws_secret_access_key");
    reverse_hops(chain);
    return take_keys(&profile, &chain->keys, error);
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
