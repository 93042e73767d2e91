/* spawn.h - start the helper so that the host does not notice.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef PAM_AWSROLE_SPAWN_H
#define PAM_AWSROLE_SPAWN_H 1

#include "pam_awsrole/internal.h"
#include "protocol/deadline.h"

/* Run `path` (already trusted) as root with an empty environment, our
 * connection on its descriptor 0, /dev/null on 1 and 2 and nothing else open.
 * Returns our end of the connection (above 2, close-on-exec) once execve(2)
 * has succeeded, or -1 with `reason`.
 *
 * The host gets no SIGCHLD, no zombie and no new child: the helper's parent
 * is a process of our own, made with exit signal 0 (clone(2)) and waited for
 * with __WCLONE, which ends as soon as the helper runs. No handler and no
 * other process-wide setting is touched; in the new processes only system
 * calls are made, since another thread may have held any lock of libc. */
int spawn_helper(const char *path, struct deadline deadline,
                 struct reason *reason);

#endif
