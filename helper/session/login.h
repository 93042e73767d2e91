/* login.h - the facts of a login: from the request, and from our own look-ups.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef SESSION_LOGIN_H
#define SESSION_LOGIN_H 1

#include "base/error.h"
#include "protocol/message.h"
#include "rules/facts.h"
#include "session/peer.h"

enum { LOGIN_USER_BYTES = 4096 + 1 }; /* the most that the module sends */

struct login {
    struct facts facts; /* points into the rest, and into the request */
    char user[LOGIN_USER_BYTES];
    char login_user[LOGIN_USER_BYTES];
    char host[256];
};

/* Look the user up here too: name and uid must be those that the module
 * found. -1 with ERROR_PROTOCOL, ERROR_UNKNOWN_USER, or ERROR_DIRECTORY (the
 * directory did not answer, or answers differently). */
int login_learn(const struct message *request, const struct peer *peer,
                struct login *login, struct error *error);

#endif
