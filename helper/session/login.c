/* login.c - see login.h
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "session/login.h"

#include <errno.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { LOOKUP_BYTES = 256 * 1024 };

/* Ask for a user by name, or by uid where name is NULL. 0 with the name and
 * ids; 1 when there is none; -1 when the directory did not answer. */
static int look_up(const char *name, uid_t uid, char found_name[],
                   size_t found_size, uid_t *found_uid, gid_t *found_gid,
                   int *wrong)
{
    char *memory = malloc(LOOKUP_BYTES);
    struct passwd entry;
    struct passwd *found = NULL;
    int result = -1;

    if (memory == NULL) {
        *wrong = ENOMEM;
        return -1;
    }
    *wrong = name != NULL
                 ? getpwnam_r(name, &entry, memory, LOOKUP_BYTES, &found)
                 : getpwuid_r(uid, &entry, memory, LOOKUP_BYTES, &found);
    if (found != NULL && strlen(found->pw_name) < found_size) {
        memcpy(found_name, found->pw_name, strlen(found->pw_name) + 1);
        *found_uid = found->pw_uid;
        *found_gid = found->pw_gid;
        result = 0;
    } else if (found != NULL) {
        *wrong = ENAMETOOLONG;
    } else if (*wrong == 0 || *wrong == ENOENT || *wrong == ESRCH) {
        /* getpwnam(3): some databases call "not there" an error. */
        result = 1;
    }
    free(memory);
    return result;
}

static const char *item(const struct message *request, enum message_key key)
{
    const char *value = message_get(request, key);

    return value != NULL ? value : "";
}

static int learn_user(const struct message *request, struct login *login,
                      struct error *error)
{
    const char *user = message_get(request, KEY_USER);
    uint64_t uid;
    int wrong;
    int found;

    if (user == NULL || user[0] == '\0' ||
        !message_get_number(request, KEY_UID, UINT32_MAX - 1, &uid))
        return error_set(error, ERROR_PROTOCOL,
                         "the request names no user with a uid");
    found = look_up(user, 0, login->user, sizeof(login->user),
                    &login->facts.uid, &login->facts.gid, &wrong);
    if (found < 0)
        return error_set(error, ERROR_DIRECTORY, "looking up user %s: %s", user,
                         strerror(wrong));
    if (found > 0)
        return error_set(error, ERROR_UNKNOWN_USER, "there is no user %s",
                         user);
    if (login->facts.uid != uid)
        return error_set(error, ERROR_DIRECTORY,
                         "user %s has uid %u here and %u in the login process",
                         user, (unsigned)login->facts.uid, (unsigned)uid);
    login->facts.user = login->user;
    return 0;
}

int login_learn(const struct message *request, const struct peer *peer,
                struct login *login, struct error *error)
{
    uid_t uid;
    gid_t gid;
    int wrong;

    *login = (struct login){0};
    if (learn_user(request, login, error) != 0)
        return -1;
    login->facts.service = item(request, KEY_SERVICE);
    login->facts.tty = item(request, KEY_TTY);
    login->facts.rhost = item(request, KEY_RHOST);
    login->facts.ruser = item(request, KEY_RUSER);
    login->facts.now = time(NULL);
    if (peer->loginuid != PROC_UNSET &&
        look_up(NULL, peer->loginuid, login->login_user,
                sizeof(login->login_user), &uid, &gid, &wrong) == 0)
        login->facts.login_user = login->login_user;
    if (gethostname(login->host, sizeof(login->host) - 1) != 0)
        return error_set(error, ERROR_INTERNAL, "gethostname: %s",
                         strerror(errno));
    login->host[strcspn(login->host, ".")] = '\0';
    login->facts.host = login->host;
    login->facts.session = "";
    return 0;
}
