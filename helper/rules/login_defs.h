/* login_defs.h - where ordinary people's uids begin.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef RULES_LOGIN_DEFS_H
#define RULES_LOGIN_DEFS_H 1

#include <sys/types.h>

#define LOGIN_DEFS_PATH "/etc/login.defs"

/* UID_MIN of a login.defs(5); 1000 where it cannot be read or says none. */
uid_t login_defs_uid_min(const char *path);

#endif
