/* connection.h - one request, from its message to its end.
 *
 * The same code serves the helper that the module starts for one login and,
 * one connection after another, a service.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef SERVICE_CONNECTION_H
#define SERVICE_CONNECTION_H 1

#include "base/error.h"
#include "session/peer.h"

/* What serves connections. */
struct helper {
    const char *config_path;
    /* Set when nothing can be served at all (there is no user `awsrole`):
     * every request is answered with it. */
    struct error refusal;
    /* Set when RUN_DIR could not be made: an open that would need it is
     * answered with it, a login that no rule matches is not. */
    struct error run_refusal;
};

/* Serve the connection `fd`, whose other end is `peer`, and close it. */
void serve_connection(int fd, const struct peer *peer,
                      const struct helper *helper);

#endif
