/* profile_start.c - what a chain of profiles begins with, and the role of one
 * profile; see profile.h
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
#include "rules/command.h"
#include "rules/limits.h"
#include "source/profile_files.h"

#define DEFAULT_HOP_NAME "pam_awsrole"

enum { DEFAULT_HOP_SECONDS = 3600 };

static int no_memory(struct error *error)
{
    return error_set(error, ERROR_NO_MEMORY, "no memory for a profile");
}

bool profile_has_static_keys(const struct profile *profile)
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

int profile_take_role(const struct profile *profile, struct profile_hop *hop,
                      struct error *error)
{
    const char *arn = profile_get(profile, "role_arn");
    const char *name = profile_get(profile, "role_session_name");
    const char *expected = "";

    if (!role_arn_is_valid(arn, &expected))
        return profile_wrong(profile, error, "role_arn = %.200s: expected %s",
                             arn, expected);
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
    if (hop->profile == NULL || hop->role_arn == NULL ||
        hop->role_session_name == NULL)
        return no_memory(error);
    return 0;
}

/* web_identity_token_file and role_arn: the token, and the first hop. */
static int take_web_identity(const struct profile *profile,
                             struct profile_chain *chain, struct error *error)
{
    const char *file = profile_get(profile, "web_identity_token_file");

    if (profile_get(profile, "role_arn") == NULL)
        return profile_wrong(profile, error,
                             "web_identity_token_file stands there without "
                             "role_arn, the role that the token is for; add "
                             "it");
    if (file[0] != '/')
        return profile_wrong(profile, error,
                             "web_identity_token_file = %.200s: an absolute "
                             "path was expected",
                             file);
    if (chain->hop_count == PROFILE_HOPS_MAX)
        return profile_wrong(profile, error,
                             "more than %d roles in one chain of "
                             "source_profile",
                             PROFILE_HOPS_MAX);
    chain->start = START_WEB_IDENTITY;
    chain->token_file = strdup(file);
    if (chain->token_file == NULL)
        return no_memory(error);
    /* Counted first: a half-filled hop is freed with the chain. */
    chain->hop_count++;
    return profile_take_role(profile, &chain->hop[chain->hop_count - 1], error);
}

static int take_process(const struct profile *profile,
                        struct profile_chain *chain, struct error *error)
{
    const char *text = profile_get(profile, "credential_process");
    char what[VALUE_WHAT_MAX] = "";

    chain->start = START_PROCESS;
    if (command_split(text, &chain->command, what))
        return 0;
    if (what[0] == '\0')
        return no_memory(error);
    return profile_wrong(profile, error, "credential_process = %.200s: %s",
                         text, what);
}

int profile_take_start(const struct profile *profile,
                       struct profile_chain *chain, struct error *error)
{
    const struct profile_files *files = profile->files;

    if (profile_get(profile, "web_identity_token_file") != NULL)
        return take_web_identity(profile, chain, error);
    if (aws_file_value(&files->credentials, profile->credentials,
                       "aws_access_key_id") == NULL &&
        profile_get(profile, "credential_process") != NULL)
        return take_process(profile, chain, error);
    if (!profile_has_static_keys(profile))
        return profile_wrong(profile, error,
                             "it has no keys, role_arn, credential_process or "
                             "web_identity_token_file; add "
                             "aws_access_key_id and aws_secret_access_key, or "
                             "one of the others");
    chain->start = START_KEYS;
    return take_keys(profile, &chain->keys, error);
}
