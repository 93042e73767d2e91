/* login.h - who logs in, and the requests that say so to the helper.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef PAM_AWSROLE_LOGIN_H
#define PAM_AWSROLE_LOGIN_H 1

#include <sys/types.h>

#include "pam_awsrole/internal.h"
#include "protocol/deadline.h"

struct login {
    const char *user; /* as the directory spells it; owned by the handle */
    uid_t uid;
};

/* Look PAM_USER up. PAM_SUCCESS; PAM_USER_UNKNOWN where the directory says
 * that there is no such user; PAM_SESSION_ERR where it gave no answer
 * (getpwnam(3), ERRORS). `reason` is set but for PAM_SUCCESS. */
int login_look_up(struct login *login, pam_handle_t *pamh,
                  struct reason *reason);

/* verb=open with the facts of this login, into `request` ({0}; free with
 * message_free()). PAM items come from outside: control characters become
 * '?', what is longer than any real one is cut. `deadline` tells the helper
 * how long it has. False without memory. */
bool request_open(struct message *request, pam_handle_t *pamh,
                  const struct login *login, struct deadline deadline);

/* verb=close for the session `id`. */
bool request_close(struct message *request, uid_t uid, const char *id,
                   struct deadline deadline);

#endif
