/* profile.h - from a profile in AWS's own files to keys and the roles that
 * are assumed on the way.
 *
 * Rules as botocore's (its credentials.py, configloader.py): a key of the
 * credentials file overrides the same key of the config file; in the profile
 * that is asked for role_arn goes before static keys, in a source_profile
 * static keys go before role_arn.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef SOURCE_PROFILE_H
#define SOURCE_PROFILE_H 1

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

struct profile_chain {
    struct credentials keys;                  /* static */
    struct profile_hop hop[PROFILE_HOPS_MAX]; /* in the order of the calls */
    size_t hop_count;
    char *region; /* of the profile that was asked for; NULL: none */
};

/* Read the files of a source of type = profile and follow its chain. 0, or -1
 * with ERROR_SOURCE; free with profile_chain_free() in both cases. */
int profile_resolve(const struct source *source, struct profile_chain *chain,
                    struct error *error);
void profile_chain_free(struct profile_chain *chain);

/* profile_resolve(), then every hop. As source_fetch(). */
int profile_fetch(const struct source *source,
                  const struct source_context *context,
                  struct credentials *credentials, struct error *error);

/* As source_region(). */
char *profile_region(const struct source *source);

#endif
