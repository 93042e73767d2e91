/* login.c - see login.h
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "pam_awsrole/login.h"

#include <errno.h>
#include <pwd.h>
#include <string.h>

/* Longest values sent, in bytes: all together fit into a request. */
enum { USER_MAX = 4096, ITEM_MAX = 2048 };

int login_look_up(struct login *login, pam_handle_t *pamh,
                  struct reason *reason)
{
    const void *item = NULL;
    const struct passwd *entry;
    const char *user;

    /* Not pam_get_user(): it would ask, and nobody answers now. */
    if (pam_get_item(pamh, PAM_USER, &item) != PAM_SUCCESS || item == NULL ||
        *(const char *)item == '\0') {
        reason_set(reason, "the application gave no user name");
        return PAM_USER_UNKNOWN;
    }
    user = item;
    errno = 0;
    entry = pam_modutil_getpwnam(pamh, user);
    if (entry == NULL) {
        switch (errno) {
        case 0:
        case ENOENT:
        case ESRCH:
        case EBADF:
        case EPERM:
            reason_set(reason, "user \"%.200s\" is unknown on this host", user);
            return PAM_USER_UNKNOWN;
        default:
            reason_set(reason,
                       "the directory gave no answer for user \"%.200s\" "
                       "(%s): check the passwd line of /etc/nsswitch.conf "
                       "and its services",
                       user, strerrordesc_np(errno));
            return PAM_SESSION_ERR;
        }
    }
    login->user = entry->pw_name;
    login->uid = entry->pw_uid;
    return PAM_SUCCESS;
}

/* Add at most `maximum` bytes of `text`, never half a UTF-8 character. */
static void add_cut(struct message *request, enum message_key key,
                    const char *text, size_t maximum)
{
    char cut[USER_MAX + 1];
    size_t length = strnlen(text, maximum + 1);

    if (length > maximum) {
        length = maximum;
        while (length > 0 && ((unsigned char)text[length] & 0xc0) == 0x80)
            length--;
    }
    memcpy(cut, text, length);
    cut[length] = '\0';
    message_add_cleaned(request, key, cut);
}

static void add_item(struct message *request, enum message_key key,
                     pam_handle_t *pamh, int item_type)
{
    const void *item = NULL;

    /* login sets an empty PAM_RHOST where others set none: the same. */
    if (pam_get_item(pamh, item_type, &item) == PAM_SUCCESS && item != NULL &&
        *(const char *)item != '\0')
        add_cut(request, key, item, ITEM_MAX);
}

bool request_open(struct message *request, pam_handle_t *pamh,
                  const struct login *login, struct deadline deadline)
{
    message_begin(request, MESSAGE_REQUEST);
    message_add(request, KEY_VERB, "open");
    add_cut(request, KEY_USER, login->user, USER_MAX);
    message_add_number(request, KEY_UID, login->uid);
    add_item(request, KEY_SERVICE, pamh, PAM_SERVICE);
    add_item(request, KEY_TTY, pamh, PAM_TTY);
    add_item(request, KEY_RHOST, pamh, PAM_RHOST);
    add_item(request, KEY_RUSER, pamh, PAM_RUSER);
    message_add_number(request, KEY_TIMEOUT_MS,
                       (uint64_t)deadline_left_ms(deadline));
    return message_end(request);
}

bool request_close(struct message *request, uid_t uid, const char *id,
                   struct deadline deadline)
{
    message_begin(request, MESSAGE_REQUEST);
    message_add(request, KEY_VERB, "close");
    message_add_number(request, KEY_UID, uid);
    message_add(request, KEY_SESSION, id);
    message_add_number(request, KEY_TIMEOUT_MS,
                       (uint64_t)deadline_left_ms(deadline));
    return message_end(request);
}
