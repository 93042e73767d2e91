/* hygiene.h - making a process that sshd, su or sudo started into one that
 * owes nothing to them, and then into the user `awsrole` for good.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef BASE_HYGIENE_H
#define BASE_HYGIENE_H 1

#include <sys/types.h>

#include "base/error.h"

#define HELPER_USER "awsrole"

/* Leave everything that the caller's process had: session, folder, umask,
 * signal mask and handlers, limits, scheduling, OOM score, environment, and
 * every descriptor from 3 on. Not dumpable afterwards. What a container
 * forbids (raising a limit, the OOM score) is left as it is. Descriptors 0 to
 * 2 are open afterwards: on /dev/null where they were closed.
 * 0, or -1 with ERROR_INTERNAL. */
int hygiene_start(struct error *error);

/* The ids of the system user `awsrole`. -1 with ERROR_NO_USER_AWSROLE when
 * there is none (or it is root), ERROR_DIRECTORY when the look-up failed. */
int hygiene_find_user(uid_t *uid, gid_t *gid, struct error *error);

/* Become that user: no supplementary groups, no capability, no way back, no
 * new privileges by exec; and check each of it. -1 with ERROR_INTERNAL. */
int hygiene_become(uid_t uid, gid_t gid, struct error *error);

#endif
