/* exchange.h - one request to the helper, one reply.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef PAM_AWSROLE_EXCHANGE_H
#define PAM_AWSROLE_EXCHANGE_H 1

#include "pam_awsrole/internal.h"
#include "protocol/deadline.h"

/* Reach a helper: the service behind `socket_path`, or, where there is none
 * and we are root, one started from `helper`. When the effective uid is not
 * root's, the service's socket for everybody (the name `user` beside
 * `socket_path`) and nothing else. Returns a connected descriptor, or -1 with
 * `reason`. */
int exchange_connect(const char *socket_path, const char *helper,
                     struct deadline deadline, struct reason *reason);

/* Send `request`, receive and check the reply into `reply` ({0};
 * message_free() erases it). With `peek` it stays in the socket until
 * transport_take(). False with `reason`. */
bool exchange_ask(int fd, const struct message *request, bool peek,
                  struct message *reply, struct deadline deadline,
                  struct reason *reason);

#endif
