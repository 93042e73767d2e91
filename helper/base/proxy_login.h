/* proxy_login.h - the user and password that a proxy wants.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef BASE_PROXY_LOGIN_H
#define BASE_PROXY_LOGIN_H 1

#include "base/error.h"

struct proxy_login {
    char *user;
    char *password;
};

/* Read a file of one line, "user:password", that root owns and others cannot
 * read (base/files.h). The first colon divides; both are visible ASCII, 255
 * characters at most. 0, with `login` to be erased with proxy_login_erase();
 * -1 with ERROR_CONFIGURATION or ERROR_NO_MEMORY, and `login` empty. */
int proxy_login_read(const char *path, struct proxy_login *login,
                     struct error *error);
void proxy_login_erase(struct proxy_login *login);

#endif
