/* groups.h - the names of a person's groups.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef RULES_GROUPS_H
#define RULES_GROUPS_H 1

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "base/error.h"

struct groups {
    bool known;  /* groups_find() was here */
    char **name; /* sorted by strcmp */
    size_t count;
};

/* Ask NSS for every group of `user`, the primary one `gid` included:
 * getgrouplist(3), then getgrgid_r(3) for each name. A gid without a name is
 * left out. 0, or -1 with ERROR_DIRECTORY when the group database did not
 * answer (any errno that getgrgid(3) does not list as "not found"). Free with
 * groups_free() in both cases. */
int groups_find(const char *user, gid_t gid, struct groups *groups,
                struct error *error);

/* Is a group of that name among them? */
bool groups_contain(const struct groups *groups, const char *name);

void groups_free(struct groups *groups);

#endif
