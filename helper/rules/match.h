/* match.h - which roles a login gets.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef RULES_MATCH_H
#define RULES_MATCH_H 1

#include "base/error.h"
#include "rules/config.h"
#include "rules/facts.h"

enum { MATCH_MAX = 16 }; /* roles (that is, profiles) of one login */

struct matches {
    const struct role *role[MATCH_MAX]; /* in order; the first is AWS_PROFILE */
    size_t count;
};

/* Why a role does not match, for people: MATCH_YES or the first reason. */
enum match_reason {
    MATCH_YES,
    MATCH_NO_USER,
    MATCH_ROOT_NOT_NAMED,
    MATCH_BELOW_MIN_UID,
    MATCH_NO_GROUP,
    MATCH_NO_SERVICE,
    MATCH_NO_RHOST,
    MATCH_EXPIRED,
};

/* The first role that matches for each profile name, in file order. A role
 * with `role_arn = none` takes its place in that and gives nothing: with
 * `profile` given it hides that profile, without it ends the search.
 *
 * The person's groups come from NSS (getgrouplist(3)) and are looked up once,
 * only when a role asks for groups. Returns 0 (count may be 0), or -1 with
 * ERROR_DIRECTORY when the group database did not answer. More than MATCH_MAX
 * profiles: ERROR_CONFIGURATION. */
int match_roles(const struct config *config, const struct facts *facts,
                struct matches *matches, struct error *error);

/* Does this role match? The same code, for one role. */
int match_role(const struct config *config, const struct role *role,
               const struct facts *facts, enum match_reason *reason,
               struct error *error);

#endif
