/* groups.c - see groups.h
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "rules/groups.h"

#include <errno.h>
#include <grp.h>
#include <stdlib.h>
#include <string.h>

enum {
    GROUPS_FIRST = 64,
    GROUPS_MOST = 65536,           /* the kernel's NGROUPS_MAX */
    ENTRY_FIRST = 4096,            /* bytes */
    ENTRY_MOST = 16 * 1024 * 1024, /* a group with very many members */
};

/* Every gid of the person; NULL with `error`. */
static gid_t *find_gids(const char *user, gid_t gid, int *count,
                        struct error *error)
{
    int room = GROUPS_FIRST;
    gid_t *gids = NULL;

    for (;;) {
        gid_t *more = reallocarray(gids, (size_t)room, sizeof(gid_t));

        if (more == NULL) {
            (void)error_set(error, ERROR_NO_MEMORY, "no memory for groups");
            break;
        }
        gids = more;
        *count = room;
        if (getgrouplist(user, gid, gids, count) >= 0)
            return gids;
        if (room >= GROUPS_MOST) {
            (void)error_set(error, ERROR_DIRECTORY,
                            "the user %s is in more than %d groups", user,
                            GROUPS_MOST);
            break;
        }
        /* glibc says how many there are; others leave that alone. */
        room = *count > room ? *count : room * 2;
        if (room > GROUPS_MOST)
            room = GROUPS_MOST;
    }
    free(gids);
    return NULL;
}

/* The name of `gid` into `*name` (NULL: it has none), with `*buffer` growing
 * as needed. */
static int find_name(gid_t gid, char **buffer, size_t *size, char **name,
                     struct error *error)
{
    struct group entry;
    struct group *found = NULL;

    *name = NULL;
    for (;;) {
        int failure = getgrgid_r(gid, &entry, *buffer, *size, &found);
        char *more;

        if (failure == EINTR)
            continue;
        if (failure != ERANGE) {
            if (found != NULL || failure == 0 || failure == ENOENT ||
                failure == ESRCH || failure == EBADF || failure == EPERM)
                break;
            return error_set(error, ERROR_DIRECTORY,
                             "the group database did not answer for gid %u: "
                             "%s",
                             (unsigned)gid, strerror(failure));
        }
        if (*size >= ENTRY_MOST)
            return error_set(error, ERROR_DIRECTORY,
                             "the entry of gid %u is longer than %d bytes",
                             (unsigned)gid, ENTRY_MOST);
        more = realloc(*buffer, *size * 2);
        if (more == NULL)
            return error_set(error, ERROR_NO_MEMORY, "no memory for groups");
        *buffer = more;
        *size *= 2;
    }
    if (found == NULL)
        return 0;
    *name = strdup(found->gr_name);
    if (*name == NULL)
        return error_set(error, ERROR_NO_MEMORY, "no memory for groups");
    return 0;
}

static int by_name(const void *one, const void *other)
{
    return strcmp(*(char *const *)one, *(char *const *)other);
}

int groups_find(const char *user, gid_t gid, struct groups *groups,
                struct error *error)
{
    size_t size = ENTRY_FIRST;
    char *buffer = NULL;
    int result = -1;
    int count = 0;
    gid_t *gids = find_gids(user, gid, &count, error);

    *groups = (struct groups){0};
    if (gids == NULL)
        return -1;
    buffer = malloc(size);
    groups->name = calloc((size_t)count + 1, sizeof(char *));
    if (buffer == NULL || groups->name == NULL) {
        (void)error_set(error, ERROR_NO_MEMORY, "no memory for groups");
        goto out;
    }
    for (int i = 0; i < count; i++) {
        char *name;

        if (find_name(gids[i], &buffer, &size, &name, error) != 0)
            goto out;
        if (name != NULL)
            groups->name[groups->count++] = name;
    }
    qsort(groups->name, groups->count, sizeof(char *), by_name);
    groups->known = true;
    result = 0;
out:
    free(buffer);
    free(gids);
    return result;
}

bool groups_contain(const struct groups *groups, const char *name)
{
    return groups->count > 0 && bsearch(&name, groups->name, groups->count,
                                        sizeof(char *), by_name) != NULL;
}

void groups_free(struct groups *groups)
{
    for (size_t i = 0; i < groups->count; i++)
        free(groups->name[i]);
    free(groups->name);
    *groups = (struct groups){0};
}
