/* profile.h - from a profile in AWS's own files to keys and the roles that
 * are assumed on the way.
 *
 * Rules as botocore's (its credentials.py, configloader.py): a key of the
 * credentials file overrides the same key of the config file; in the profile
 * that is asked for role_arn goes before static keys, in a source_profile
 * static keys go before role_arn. Where a chain begins, a web identity token
 * goes before the keys of the credentials file, these before a
 * credential_process, and that before the keys of the config file.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef SOURCE_PROFILE_H
#define SOURCE_PROFILE_H 1

#include <stdbool.h>
#include <stddef.h>

#include "base/credentials.h"
#include "base/error.h"
#include "rules/config.h"
#include "source/source.h"

enum { PROFILE_HOPS_MAX = 8 };

/* One role_arn on the way. Strings are owned. */
struct profile_hop {
    char *profile; /* that names it */
    char *role_arn;
    char *role_session_name;
    char *external_id; /* NULL: none */
    unsigned duration_seconds;
};

/* What a chain begins with. */
enum profile_start {
    START_KEYS,
    START_PROCESS,
    START_WEB_IDENTITY, /* hop[0] is asked with the token */
    START_INSTANCE,     /* credential_source = Ec2InstanceMetadata */
};

struct profile_chain {
    enum profile_start start;
    struct credentials keys;                  /* static */
    struct strings command;                   /* credential_process */
    char *token_file;                         /* web_identity_token_file */
    struct profile_hop hop[PROFILE_HOPS_MAX]; /* in the order of the calls */
    size_t hop_count;
    char *region; /* of the profile that was asked for; NULL: none */
};

/* The parts of profile_resolve() that profile_start.c has: what `profile`, the
 * last of a chain, begins it with. 0, or -1 with ERROR_SOURCE. */
struct profile;
int profile_take_start(const struct profile *profile,
                       struct profile_chain *chain, struct error *error);
bool profile_has_static_keys(const struct profile *profile);

/* The role_arn of a profile with its session name and duration, as a hop. */
int profile_take_role(const struct profile *profile, struct profile_hop *hop,
                      struct error *error);

/* Read the files of a source of type = profile and follow its chain. 0, or -1
 * with ERROR_SOURCE; free with profile_chain_free() in both cases. */
int profile_resolve(const struct source *source, struct profile_chain *chain,
                    struct error *error);
void profile_chain_free(struct profile_chain *chain);

/* profile_resolve(), then every hop. As source_fetch(). */
int profile_fetch(const struct source *source,
                  const struct source_context *context,
                  struct credentials *credentials, struct error *error);

/* The Region that the profile names, copied; NULL when none. */
char *profile_region(const struct source *source);

/* Does the profile's chain begin with the instance's role? */
bool profile_is_instance(const struct source *source);

#endif
