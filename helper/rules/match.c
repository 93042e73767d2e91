/* match.c - see match.h
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "rules/match.h"

#include <search.h>
#include <string.h>

#include "rules/groups.h"

static bool contains(const struct strings *list, const char *text)
{
    for (size_t i = 0; i < list->count; i++)
        if (strcmp(list->item[i], text) == 0)
            return true;
    return false;
}

/* `users`, and the two rules that no list can loosen: uid 0 only where root
 * stands in `users` by name, `*` only from min_uid up. */
static enum match_reason match_users(const struct config *config,
                                     const struct role *role,
                                     const struct facts *facts)
{
    if (facts->uid == 0 && !contains(&role->users, "root"))
        return MATCH_ROOT_NOT_NAMED;
    if (role->users.count == 0 || contains(&role->users, facts->user))
        return MATCH_YES;
    if (facts->uid == 0 || !contains(&role->users, "*"))
        return MATCH_NO_USER;
    return facts->uid >= config->min_uid ? MATCH_YES : MATCH_BELOW_MIN_UID;
}

/* Everything that needs no directory. */
static enum match_reason match_facts(const struct config *config,
                                     const struct role *role,
                                     const struct facts *facts)
{
    enum match_reason reason = MATCH_YES;

    if (role->users.count == 0 && role->groups.count == 0)
        return MATCH_NO_USER;
    reason = match_users(config, role, facts);
    if (reason != MATCH_YES)
        return reason;
    if (!contains(&role->services, facts->service))
        return MATCH_NO_SERVICE;
    if (role->rhosts.count > 0 &&
        !cidr_list_contains(&role->rhosts, facts->rhost))
        return MATCH_NO_RHOST;
    if (role->valid_until != 0 && facts->now > role->valid_until)
        return MATCH_EXPIRED;
    return MATCH_YES;
}

/* One role, with the person's groups looked up at most once. */
static int match_one(const struct config *config, const struct role *role,
                     const struct facts *facts, struct groups *groups,
                     enum match_reason *reason, struct error *error)
{
    *reason = match_facts(config, role, facts);
    if (*reason != MATCH_YES || role->groups.count == 0)
        return 0;
    if (!groups->known &&
        groups_find(facts->user, facts->gid, groups, error) != 0)
        return -1;
    for (size_t i = 0; i < role->groups.count; i++)
        if (groups_contain(groups, role->groups.item[i]))
            return 0;
    *reason = MATCH_NO_GROUP;
    return 0;
}

int match_role(const struct config *config, const struct role *role,
               const struct facts *facts, enum match_reason *reason,
               struct error *error)
{
    struct groups groups = {0};
    int result = match_one(config, role, facts, &groups, reason, error);

    groups_free(&groups);
    return result;
}

/* hsearch_r(3) wants keys that are not const; it never writes to them. */
static ENTRY entry_for(const struct role *role)
{
    return (ENTRY){.key = role->profile};
}

static bool is_decided(struct hsearch_data *decided, const struct role *role)
{
    ENTRY *found;

    return hsearch_r(entry_for(role), FIND, &found, decided) != 0;
}

/* The search itself; `decided` holds the profile names that are taken. */
static int search(const struct config *config, const struct facts *facts,
                  struct hsearch_data *decided, struct groups *groups,
                  struct matches *matches, struct error *error)
{
    for (size_t i = 0; i < config->role_count; i++) {
        const struct role *role = &config->roles[i];
        bool ends_all = role->exclusion && !role->profile_given;
        enum match_reason reason;
        ENTRY *found;

        if (!ends_all && is_decided(decided, role))
            continue;
        if (match_one(config, role, facts, groups, &reason, error) != 0)
            return -1;
        if (reason != MATCH_YES)
            continue;
        if (ends_all)
            return 0;
        if (hsearch_r(entry_for(role), ENTER, &found, decided) == 0)
            return error_set(error, ERROR_NO_MEMORY, "no memory for profiles");
        if (role->exclusion)
            continue;
        if (matches->count == MATCH_MAX)
            return error_set(error, ERROR_CONFIGURATION,
                             "%s:%u: [role %s] would be the profile number "
                             "%d of the user %s; at most %d are given",
                             role->place.file, role->place.line, role->name,
                             MATCH_MAX + 1, facts->user, MATCH_MAX);
        matches->role[matches->count++] = role;
    }
    return 0;
}

int match_roles(const struct config *config, const struct facts *facts,
                struct matches *matches, struct error *error)
{
    struct hsearch_data decided = {0};
    struct groups groups = {0};
    int result;

    *matches = (struct matches){0};
    /* hsearch_r() fills up: room to spare keeps its searches short. */
    if (hcreate_r(config->role_count * 2 + 8, &decided) == 0)
        return error_set(error, ERROR_NO_MEMORY, "no memory for profiles");
    result = search(config, facts, &decided, &groups, matches, error);
    hdestroy_r(&decided);
    groups_free(&groups);
    if (result != 0)
        matches->count = 0;
    return result;
}
